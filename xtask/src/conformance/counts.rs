//! How many steps came out how.

use std::fmt::Write as _;

use serde::Serialize;
use terp_cli::{Failure, Format, json};

use super::judge::Kind;

/// What is counted of reading back: one step each time.
pub(crate) const READ_BACK: &str = "read back";

/// Steps by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counts {
    pub(crate) steps: usize,
    pub(crate) equal: usize,
    pub(crate) errno: usize,
    pub(crate) unsupported: usize,
    pub(crate) different: usize,
    pub(crate) wrong_accept: usize,
    pub(crate) wrong_reject: usize,
    pub(crate) panic: usize,
}

impl Counts {
    pub(crate) fn add(&mut self, kind: Kind) {
        self.steps += 1;
        *match kind {
            Kind::Equal => &mut self.equal,
            Kind::Errno => &mut self.errno,
            Kind::Unsupported => &mut self.unsupported,
            Kind::Different => &mut self.different,
            Kind::WrongAccept => &mut self.wrong_accept,
            Kind::WrongReject => &mut self.wrong_reject,
            Kind::Panic => &mut self.panic,
        } += 1;
    }

    /// Wrong without saying so.
    const fn in_silence(&self) -> usize {
        self.different + self.wrong_accept + self.wrong_reject
    }

    fn numbers(&self) -> [usize; 8] {
        [
            self.steps,
            self.equal,
            self.errno,
            self.unsupported,
            self.different,
            self.wrong_accept,
            self.wrong_reject,
            self.panic,
        ]
    }
}

/// The counts of one kind of case in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FileCounts {
    pub(crate) file: String,
    pub(crate) kind: &'static str,
    #[serde(flatten)]
    pub(crate) counts: Counts,
}

/// The counts as a table or as JSON.
pub(crate) fn render(files: &[FileCounts], format: Format) -> Result<String, Failure> {
    match format {
        Format::Text => Ok(table(files)),
        Format::Json => {
            #[derive(Serialize)]
            struct Document<'a> {
                files: &'a [FileCounts],
            }
            json(&Document { files })
        }
    }
}

fn table(files: &[FileCounts]) -> String {
    let total = |kind: &'static str| {
        let mut sum = Counts::default();
        for file in files.iter().filter(|file| file.kind == kind) {
            let Counts { steps, equal, errno, unsupported, different, wrong_accept, wrong_reject, panic } =
                file.counts;
            sum.steps += steps;
            sum.equal += equal;
            sum.errno += errno;
            sum.unsupported += unsupported;
            sum.different += different;
            sum.wrong_accept += wrong_accept;
            sum.wrong_reject += wrong_reject;
            sum.panic += panic;
        }
        FileCounts { file: "total".to_owned(), kind, counts: sum }
    };
    let totals =
        ["replay", "transition", READ_BACK].map(total).into_iter().filter(|total| total.counts.steps > 0);
    let rows: Vec<FileCounts> = files.iter().cloned().chain(totals).collect();
    let width = rows.iter().map(|row| row.file.chars().count()).max().unwrap_or(0).max(4);
    let mut out = format!("{:width$}  {:10}", "file", "kind");
    for head in
        ["steps", "equal", "errno", "unsup.", "differ.", "w-accept", "w-reject", "panic", "equal", "wrong"]
    {
        let _ = write!(out, " {head:>8}");
    }
    out.push('\n');
    for FileCounts { file, kind, counts } in rows {
        let _ = write!(out, "{file:width$}  {kind:10}");
        for number in counts.numbers() {
            let _ = write!(out, " {number:>8}");
        }
        let percent = |part: usize| 100.0 * part as f64 / counts.steps.max(1) as f64;
        let _ = writeln!(out, " {:>7.2}% {:>7.2}%", percent(counts.equal), percent(counts.in_silence()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Vec<FileCounts> {
        let mut counts = Counts::default();
        for kind in [Kind::Equal, Kind::Equal, Kind::Equal, Kind::Different] {
            counts.add(kind);
        }
        vec![
            FileCounts { file: "a.jsonl".to_owned(), kind: "replay", counts },
            FileCounts { file: "b.jsonl".to_owned(), kind: "replay", counts },
        ]
    }

    #[test]
    fn table_has_totals_and_percentages() {
        let table = table(&example());
        let last: Vec<&str> = table.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(last, ["total", "replay", "8", "6", "0", "0", "2", "0", "0", "0", "75.00%", "25.00%"]);
        assert_eq!(table.lines().count(), 4);
    }

    #[test]
    fn json_is_flat() {
        let json: serde_json::Value =
            serde_json::from_str(&render(&example(), Format::Json).unwrap()).unwrap();
        let expected = serde_json::json!({"file": "a.jsonl", "kind": "replay", "steps": 4, "equal": 3, "errno": 0,
            "unsupported": 0, "different": 1, "wrong_accept": 0, "wrong_reject": 0, "panic": 0});
        assert_eq!(json["files"][0], expected);
    }

    #[test]
    fn every_kind_is_counted_once() {
        let mut counts = Counts::default();
        for kind in <Kind as clap::ValueEnum>::value_variants() {
            counts.add(*kind);
        }
        assert_eq!(counts.numbers(), [7, 1, 1, 1, 1, 1, 1, 1]);
    }
}
