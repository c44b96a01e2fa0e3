//! Sequences of random statements on the engine and one server.

mod pair;
mod report;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use pair::{Compare, Pair, Step};
use report::Difference;
pub(crate) use report::{Report, Way};
use terp_drift::DiffOptions;
use terp_schema_model::{DefaultValue, Schema};
use terp_testserver::{Endpoint, ServerError};

use crate::generator::{self, Rng};

const STATEMENTS: usize = 15;

/// Sessions of one server at the same time: while one waits, another works.
const SESSIONS: usize = 3;

/// One server's sequences.
pub(crate) fn survey(server: &Endpoint, seeds: Range<u64>) -> Result<Report, ServerError> {
    let next = AtomicU64::new(seeds.start);
    let work = || -> Result<Report, ServerError> {
        let mut report = Report::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if !seeds.contains(&seed) {
                return Ok(report);
            }
            sequence(server, seed, &mut report)?;
        }
    };
    let mut report = Report { server: server.flavor.to_string(), ..Report::default() };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..SESSIONS).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            report.merge(thread.join().map_err(|_| panicked())??);
        }
        Ok(report)
    })
}

fn panicked() -> ServerError {
    panic!("a session's thread panicked")
}

fn sequence(server: &Endpoint, seed: u64, report: &mut Report) -> Result<(), ServerError> {
    let mut rng = Rng::new(seed);
    let mut pair = Pair::new(server, seed, Compare::Changed)?;
    let mut done = Vec::new();
    for _ in 0..STATEMENTS {
        let sql = generator::statement(rng.next(), &pair.engine, pair.server.name());
        report.statements += 1;
        match pair.execute(&sql)? {
            Step::Accepted => report.accepted += 1,
            Step::Refused => report.refused += 1,
            Step::Unsupported(construct) => {
                report.add_unsupported(construct, &sql);
                continue;
            }
            Step::Differs(difference) => {
                done.push(sql);
                add(server, report, seed, &done, &difference);
                if difference.way != Way::OtherError {
                    return Ok(());
                }
                // Both have refused it, and go on from the same tables.
                report.refused += 1;
                done.pop();
                continue;
            }
        }
        done.push(sql);
    }
    match pair.all()? {
        None => read_again(server, &mut pair, report, seed),
        Some(late) => {
            // What the server changed and the engine did not: whose statement was it?
            let (length, difference) = first_difference(server, seed, &done)?.unwrap_or((done.len(), late));
            done.truncate(length);
            add(server, report, seed, &done, &difference);
            Ok(())
        }
    }
}

fn add(server: &Endpoint, report: &mut Report, seed: u64, done: &[String], difference: &Difference) {
    report.add(difference, || {
        let shortest = shorten(server, seed, done.to_vec(), &difference.kind);
        format!("seed {seed}\n{}\n{}", shortest.join(";\n"), difference.text)
    });
}

/// What the server shows of each table, executed by engine and server as the servers' dump programs do it.
fn read_again(server: &Endpoint, pair: &mut Pair, report: &mut Report, seed: u64) -> Result<(), ServerError> {
    let mut again = Pair::new(server, seed, Compare::Changed)?;
    for sql in ["SET foreign_key_checks = 0", "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'"] {
        again.execute(sql)?;
    }
    let mut refused = Vec::new();
    for name in pair.server_tables()? {
        let shown = pair.shown_by_server(&name)?;
        match again.execute(&shown)? {
            Step::Accepted => report.read_again += 1,
            Step::Refused => {
                report.read_again += 1;
                refused.push(name);
            }
            Step::Unsupported(construct) => {
                report.add_unsupported(construct, &shown);
                return Ok(());
            }
            Step::Differs(difference) => {
                let difference = Difference { way: Way::OtherWhenReadAgain, ..difference };
                report.add(&difference, || format!("seed {seed}\n{shown}\n{}", difference.text));
                return Ok(());
            }
        }
    }
    if let Some(difference) = other_model(pair, &again, &refused) {
        report.add(&difference, || format!("seed {seed}\n{}", difference.text));
    }
    Ok(())
}

/// What a comparison of schemas finds between the engine's tables and those made of the server's text. There has to be nothing.
/// What both refuse of that text, `refused`, is not compared.
fn other_model(pair: &Pair, again: &Pair, refused: &[String]) -> Option<Difference> {
    let tables = |pair: &Pair| {
        let schema = pair.engine.schema(pair.server.name())?;
        Some(Schema { views: Vec::new(), triggers: Vec::new(), name: None, ..schema })
    };
    let (mut ours, theirs) = (tables(pair)?, tables(again)?);
    ours.tables.retain(|table| !refused.contains(&table.name));
    // After DROP DEFAULT MySQL shows no DEFAULT, and reads that again as DEFAULT NULL: its text cannot tell them apart.
    for column in ours.tables.iter_mut().flat_map(|table| &mut table.columns) {
        if column.nullable && column.default.is_none() && column.generated.is_none() {
            column.default = Some(DefaultValue::Null);
        }
    }
    let changes = terp_drift::diff(&ours, &theirs, pair.engine.flavor(), &DiffOptions::default());
    let first = changes.first()?;
    Some(Difference {
        way: Way::OtherModel,
        kind: format!("{:?}", first.kind),
        text: format!("{changes:#?}"),
    })
}

/// Drops statements from a sequence as long as it still ends in the same kind of difference.
fn shorten(server: &Endpoint, seed: u64, mut sequence: Vec<String>, kind: &str) -> Vec<String> {
    let mut at = sequence.len().saturating_sub(1);
    while at > 0 {
        at -= 1;
        let mut shorter = sequence.clone();
        shorter.remove(at);
        let found = first_difference(server, seed, &shorter);
        if let Ok(Some((length, difference))) = found
            && length == shorter.len()
            && difference.kind == kind
        {
            sequence = shorter;
        }
    }
    sequence
}

/// How many statements of a sequence it takes to make a difference, and which one.
fn first_difference(
    server: &Endpoint,
    seed: u64,
    sequence: &[String],
) -> Result<Option<(usize, Difference)>, ServerError> {
    let mut pair = Pair::new(server, seed, Compare::All)?;
    for (at, sql) in sequence.iter().enumerate() {
        if let Step::Differs(difference) = pair.execute(sql)? {
            return Ok(Some((at + 1, difference)));
        }
    }
    Ok(None)
}
