//! Decides for each recorded step whether the engine did as the server.

use std::collections::BTreeSet;

use serde::Serialize;

use super::case::{Side, Step};
use super::show::{Texts, diff, first_difference, same, same_or_absent};

/// What is judged: the engine, or in tests something simpler.
pub(crate) trait Subject {
    /// Executes one statement.
    fn execute(&mut self, sql: &str) -> Answer;

    /// SHOW CREATE TABLE of all tables.
    ///
    /// # Errors
    /// The message of a panic.
    fn texts(&mut self) -> Result<Texts, String>;

    /// SHOW CREATE of a program, named as `trigger:NAME`, `function:NAME`, `procedure:NAME` or `event:NAME`.
    ///
    /// # Errors
    /// The message of a panic.
    fn program(&mut self, name: &str) -> Result<Option<String>, String>;

    /// Makes the tables be as the server shows them, `None` for one that it does not have.
    ///
    /// # Errors
    /// Why a table could not be brought back.
    fn restore(&mut self, tables: &[(String, Option<String>)]) -> Result<(), String>;
}

/// What the subject said to a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepted,
    Refused { errno: u16, message: String },
    Unsupported(String),
    Panicked(String),
}

/// How a step came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// As the server.
    Equal,
    /// Refused by both, with another error number.
    Errno,
    /// The engine said that it does not know.
    Unsupported,
    /// Accepted by both, with another result.
    Different,
    /// Accepted, where the server refused.
    WrongAccept,
    /// Refused, where the server accepted.
    WrongReject,
    /// The engine panicked.
    Panic,
}

/// A judged step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Verdict {
    /// Counted from 1; a transition's `from` is 1 and its `to` is 2.
    pub(crate) step: usize,
    pub(crate) kind: Kind,
    /// The statement that decided.
    pub(crate) sql: String,
    /// What differs, on one line; empty where nothing does.
    pub(crate) reason: String,
    /// The diff of each table that differs.
    #[serde(skip)]
    pub(crate) details: String,
    /// Why the catalog could not be brought back in step afterwards: what follows suffers from that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) out_of_step: Option<String>,
}

/// Judges the steps of a replay.
pub(crate) fn replay(subject: &mut dyn Subject, steps: &[Step]) -> Vec<Verdict> {
    let mut replay = Replay::default();
    steps.iter().map(|step| replay.judge(subject, step)).collect()
}

/// A replay, as far as it has come.
#[derive(Default)]
pub(crate) struct Replay {
    /// What the server has, as far as it has shown.
    server: Texts,
    /// What the subject had before the step.
    before: Texts,
    steps: usize,
}

impl Replay {
    /// Judges the next step. If it did not come out equal, the subject is brought back in step.
    pub(crate) fn judge(&mut self, subject: &mut dyn Subject, step: &Step) -> Verdict {
        let Self { server, before, steps } = self;
        *steps += 1;
        let answer = subject.execute(&step.sql);
        for (table, text) in &step.show {
            match text {
                Some(text) => server.insert(table.clone(), text.clone()),
                None => server.remove(table),
            };
        }
        let mut verdict = match subject.texts() {
            Err(panic) => Judged::panic(&panic),
            Ok(after) => {
                let judged = judge(step, &answer, before, &after, server);
                *before = after;
                judged
            }
        };
        let mut out_of_step = None;
        if verdict.kind != Kind::Equal {
            let wrong = to_restore(server, before, verdict.kind == Kind::Panic);
            out_of_step = subject.restore(&wrong).err();
            match subject.texts() {
                Ok(texts) => {
                    *before = texts;
                    let differs = |(table, text): &&(String, Option<String>)| {
                        !same_or_absent(text.as_deref(), before.get(table).map(String::as_str))
                    };
                    let table = wrong.iter().find(differs).map(|(table, _)| table);
                    out_of_step =
                        out_of_step.or(table.map(|t| format!("{t}: made again, it is shown otherwise")));
                }
                Err(panic) => verdict = Judged::panic(&panic),
            }
        }
        let Judged { kind, reason, details } = verdict;
        Verdict { step: *steps, kind, sql: step.sql.clone(), reason, details, out_of_step }
    }
}

/// Judges one side of a transition, on an empty database.
pub(crate) fn side(subject: &mut dyn Subject, step: usize, side: &Side) -> Verdict {
    let verdict = |sql: &str, Judged { kind, reason, details }| Verdict {
        step,
        kind,
        sql: sql.to_owned(),
        reason,
        details,
        out_of_step: None,
    };
    // The first statement that fails decides, since what follows may fail because of it.
    for sql in &side.statements {
        match subject.execute(sql) {
            Answer::Accepted => {}
            answer => return verdict(sql, Judged::failure(answer)),
        }
    }
    let sql = side.statements.join(";\n");
    match subject.texts() {
        Err(panic) => verdict(&sql, Judged::panic(&panic)),
        Ok(ours) => {
            let tables: BTreeSet<&String> = side.show.keys().chain(ours.keys()).collect();
            let pairs = tables.into_iter().map(|table| (table, side.show.get(table), ours.get(table)));
            let judged =
                Judged::texts(pairs.map(|(t, s, o)| (t, s.map(String::as_str), o.map(String::as_str))));
            verdict(&sql, if judged.kind == Kind::Equal { programs(subject, side) } else { judged })
        }
    }
}

/// Judges the programs that were recorded.
fn programs(subject: &mut dyn Subject, side: &Side) -> Judged {
    let mut pairs = Vec::new();
    for (name, server) in &side.programs {
        match subject.program(name) {
            Err(panic) => return Judged::panic(&panic),
            Ok(ours) => pairs.push((name, without_creation_time(server, ours.as_deref()), ours)),
        }
    }
    Judged::texts(pairs.iter().map(|(name, server, ours)| (*name, Some(server.as_str()), ours.as_deref())))
}

/// An event's text without its STARTS, where we have none: it is the time of creation.
fn without_creation_time(server: &str, ours: Option<&str>) -> String {
    const STARTS: &str = " STARTS '";
    let implied = |ours: &str| ours.contains(" EVENT ") && !ours.contains(STARTS);
    match server.split_once(STARTS) {
        Some((before, rest)) if ours.is_some_and(implied) => {
            format!("{before}{}", rest.split_once('\'').map_or("", |(_, after)| after))
        }
        _ => server.to_owned(),
    }
}

/// A verdict without its place.
struct Judged {
    kind: Kind,
    reason: String,
    details: String,
}

impl Judged {
    fn new(kind: Kind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), details: String::new() }
    }

    fn panic(message: &str) -> Self {
        Self::new(Kind::Panic, message)
    }

    /// A statement failed that the server accepted.
    fn failure(answer: Answer) -> Self {
        match answer {
            Answer::Accepted => Self::new(Kind::Equal, ""),
            Answer::Refused { errno, message } => Self::new(Kind::WrongReject, format!("{errno} {message}")),
            Answer::Unsupported(construct) => Self::new(Kind::Unsupported, construct),
            Answer::Panicked(message) => Self::panic(&message),
        }
    }

    /// Both accepted: tables, each with the server's text and ours.
    fn texts<'a>(tables: impl Iterator<Item = (&'a String, Option<&'a str>, Option<&'a str>)>) -> Self {
        let mut judged = Self::new(Kind::Equal, "");
        for (table, server, ours) in tables {
            if same_or_absent(server, ours) {
                continue;
            }
            if judged.kind == Kind::Equal {
                judged = Self::new(Kind::Different, format!("{table}: {}", first_difference(server, ours)));
            }
            judged.details += &format!("table {table}\n{}", diff(server.unwrap_or(""), ours.unwrap_or("")));
        }
        judged
    }
}

fn judge(step: &Step, answer: &Answer, before: &Texts, after: &Texts, server: &Texts) -> Judged {
    if let Answer::Unsupported(_) | Answer::Panicked(_) = answer {
        return Judged::failure(answer.clone());
    }
    match (step.errno, answer) {
        (Some(errno), Answer::Refused { errno: ours, .. }) if *ours == errno => Judged::new(Kind::Equal, ""),
        (Some(errno), Answer::Refused { errno: ours, message }) => {
            Judged::new(Kind::Errno, format!("server: {errno} {} | ours: {ours} {message}", step.error))
        }
        (Some(errno), _) => Judged::new(Kind::WrongAccept, format!("server: {errno} {}", step.error)),
        (None, Answer::Accepted) => {
            // A table that only we changed is as wrong as one that only the server changed. One that a refused step had dropped may be back.
            let changed = changed(before, after).filter(|table| !step.show.contains_key(*table));
            let shown = step.show.iter().map(|(table, text)| (table, text.as_deref()));
            let unlisted = changed.map(|table| (table, server.get(table).map(String::as_str)));
            Judged::texts(
                shown
                    .chain(unlisted)
                    .map(|(table, server)| (table, server, after.get(table).map(String::as_str))),
            )
        }
        (None, answer) => Judged::failure(answer.clone()),
    }
}

/// The tables whose text is not what it was.
fn changed<'a>(before: &'a Texts, after: &'a Texts) -> impl Iterator<Item = &'a String> {
    let is_new = |(table, text): &(&String, &String)| !before.get(*table).is_some_and(|old| same(old, text));
    let is_gone = |table: &&String| !after.contains_key(*table);
    after.iter().filter(is_new).map(|(table, _)| table).chain(before.keys().filter(is_gone))
}

/// The tables that have to be made again; all of them after a panic, which may have left anything behind.
fn to_restore(server: &Texts, ours: &Texts, all: bool) -> Vec<(String, Option<String>)> {
    let tables: BTreeSet<&String> = server.keys().chain(ours.keys()).collect();
    tables
        .into_iter()
        .filter(|table| {
            let text = |texts: &'_ Texts| texts.get(*table).cloned();
            all || !same_or_absent(text(server).as_deref(), text(ours).as_deref())
        })
        .map(|table| (table.clone(), server.get(table).cloned()))
        .collect()
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
