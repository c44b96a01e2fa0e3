//! What was found of one server.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How engine and server can differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    OtherText,
    WronglyAccepted,
    WronglyRefused,
    /// Both refuse; mostly statements with more than one fault, of which they name different ones.
    OtherError,
    /// What the server shows, executed by both.
    OtherWhenReadAgain,
    /// The model of what the server shows is not the engine's own.
    OtherModel,
}

pub(crate) struct Difference {
    pub(crate) way: Way,
    pub(crate) kind: String,
    pub(crate) text: String,
}

#[derive(Default)]
pub(crate) struct Report {
    pub(crate) server: String,
    pub(crate) statements: usize,
    pub(crate) accepted: usize,
    pub(crate) refused: usize,
    pub(crate) unsupported: BTreeMap<String, (usize, String)>,
    /// Tables that were executed once more.
    pub(crate) read_again: usize,
    /// How many of each kind, and the first of the kind: its seed and the shortest sequence.
    pub(crate) differences: BTreeMap<(Way, String), (usize, String)>,
}

impl Report {
    pub(crate) fn differing(&self, way: Way) -> usize {
        self.differences.iter().filter(|((w, _), _)| *w == way).map(|(_, (count, _))| count).sum()
    }

    pub(crate) fn unsupported(&self) -> usize {
        self.unsupported.values().map(|(count, _)| count).sum()
    }

    pub(crate) fn add(&mut self, difference: &Difference, example: impl FnOnce() -> String) {
        self.differences
            .entry((difference.way, difference.kind.clone()))
            .and_modify(|(count, _)| *count += 1)
            .or_insert_with(|| (1, example()));
    }

    pub(crate) fn add_unsupported(&mut self, construct: String, sql: &str) {
        let entry = self.unsupported.entry(construct).or_insert_with(|| (0, sql.to_owned()));
        entry.0 += 1;
    }

    /// Adds what another thread found of the same server.
    pub(crate) fn merge(&mut self, other: Self) {
        self.statements += other.statements;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.read_again += other.read_again;
        for (construct, (count, sql)) in other.unsupported {
            self.unsupported.entry(construct).or_insert((0, sql)).0 += count;
        }
        for (kind, (count, example)) in other.differences {
            self.differences.entry(kind).or_insert((0, example)).0 += count;
        }
    }

    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "{}: {} statements, {} accepted, {} refused, {} unsupported, {} tables read again",
            self.server,
            self.statements,
            self.accepted,
            self.refused,
            self.unsupported(),
            self.read_again
        );
        for way in [
            Way::OtherText,
            Way::WronglyAccepted,
            Way::WronglyRefused,
            Way::OtherError,
            Way::OtherWhenReadAgain,
            Way::OtherModel,
        ] {
            let _ = write!(text, ", {way:?} {}", self.differing(way));
        }
        text.push('\n');
        for (construct, (count, sql)) in &self.unsupported {
            let _ = writeln!(text, "  unsupported {count} times: {construct}: {sql}");
        }
        for ((way, kind), (count, example)) in &self.differences {
            let _ = writeln!(text, "== {} {way:?} {count} times: {kind}\n{example}", self.server);
        }
        text
    }
}
