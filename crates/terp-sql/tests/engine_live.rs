//! Random DDL executed by the engine and by every server: do both accept it and show the same tables, or refuse it with
//! the same error number? And what the server shows in the end, executed by both once more, is it the same again? What
//! differs is printed by kind, the first of each kind with its seed and the fewest statements that show it.
//! `TERP_CASES` is how many sequences each server gets, `TERP_SEED` the first one's number.

mod generator;

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write as _;
use std::thread;

use generator::Rng;
use terp_sql::{Catalog, ExecuteError};
use terp_testserver::{Endpoint, ServerError, SharedServer, TestDatabase};

const SEED: u64 = 20_240_131;
const CASES: u64 = 60;
const STATEMENTS: usize = 12;

/// How many of a thousand statements may differ, each way for itself: none of these is right, and none may become more.
const MOST: [(Way, usize); 5] = [
    (Way::OtherText, 5),
    (Way::WronglyAccepted, 15),
    (Way::WronglyRefused, 3),
    (Way::OtherError, 20),
    (Way::OtherWhenReadAgain, 0),
];

/// Of a thousand statements.
const MOST_UNSUPPORTED: usize = 20;

/// How engine and server can differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    OtherText,
    WronglyAccepted,
    WronglyRefused,
    /// Both refuse; mostly statements with more than one fault, of which they name different ones.
    OtherError,
    /// What the server shows, executed by both.
    OtherWhenReadAgain,
}

fn number(variable: &str, otherwise: u64) -> u64 {
    env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn engine_does_as_the_servers_do() {
    let servers = terp_testserver::shared_all().unwrap();
    let reports: Vec<Report> = thread::scope(|scope| {
        let threads: Vec<_> = servers.iter().map(|server| scope.spawn(|| survey(server))).collect();
        threads.into_iter().map(|t| t.join().unwrap().unwrap()).collect()
    });
    let text: String = reports.iter().map(Report::text).collect();
    println!("{text}");
    for report in &reports {
        for (way, most) in MOST {
            let found = report.differing(way);
            assert!(
                found * 1000 <= report.statements * most,
                "{way:?} {found} times on {}\n{text}",
                report.server
            );
        }
        assert!(report.unsupported() * 1000 <= report.statements * MOST_UNSUPPORTED, "{text}");
        // A run in which nothing was read again would prove nothing of it.
        assert!(report.read_again > 0, "{text}");
    }
    // A generator that makes nothing but nonsense would prove nothing.
    assert!(reports.iter().all(|r| r.accepted * 4 > r.statements), "{text}");
}

#[derive(Default)]
struct Report {
    server: String,
    statements: usize,
    accepted: usize,
    refused: usize,
    unsupported: BTreeMap<String, usize>,
    /// Tables that were executed once more.
    read_again: usize,
    /// How many of each kind, and the shortest sequence for the first of the kind.
    differences: BTreeMap<(Way, String), (usize, String)>,
}

impl Report {
    fn differing(&self, way: Way) -> usize {
        self.differences.iter().filter(|((w, _), _)| *w == way).map(|(_, (count, _))| count).sum()
    }

    fn unsupported(&self) -> usize {
        self.unsupported.values().sum()
    }

    fn add(&mut self, difference: &Difference, example: impl FnOnce() -> String) {
        self.differences
            .entry((difference.way, difference.kind.clone()))
            .and_modify(|(count, _)| *count += 1)
            .or_insert_with(|| (1, example()));
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{}: seed {}, {} statements, {} accepted, {} refused, {} unsupported, {} tables read again",
            self.server,
            number("TERP_SEED", SEED),
            self.statements,
            self.accepted,
            self.refused,
            self.unsupported(),
            self.read_again
        );
        for (way, _) in MOST {
            let _ = write!(text, ", {way:?} {}", self.differing(way));
        }
        text.push('\n');
        for (construct, count) in &self.unsupported {
            let _ = writeln!(text, "  unsupported {count} times: {construct}");
        }
        for ((way, kind), (count, example)) in &self.differences {
            let _ = writeln!(text, "== {} {way:?} {count} times: {kind}\n{example}", self.server);
        }
        text
    }
}

/// One server's sequences.
fn survey(server: &SharedServer) -> Result<Report, ServerError> {
    let mut report = Report { server: server.flavor.to_string(), ..Report::default() };
    for case in 0..number("TERP_CASES", CASES) {
        let seed = number("TERP_SEED", SEED).wrapping_add(case);
        let mut rng = Rng::new(seed);
        let mut pair = Pair::new(server)?;
        let mut sequence = Vec::new();
        let mut same = true;
        for _ in 0..STATEMENTS {
            let sql = generator::statement(rng.next(), &pair.engine, pair.server.name());
            report.statements += 1;
            match pair.execute(&sql)? {
                Step::Accepted => report.accepted += 1,
                Step::Refused => report.refused += 1,
                Step::Unsupported(construct) => {
                    *report.unsupported.entry(construct).or_default() += 1;
                    continue;
                }
                Step::Differs(difference) => {
                    sequence.push(sql);
                    report.add(&difference, || {
                        let shortest = shorten(server, sequence.clone(), &difference.kind);
                        format!("seed {seed}\n{}\n{}", shortest.join(";\n"), difference.text)
                    });
                    same = false;
                    break;
                }
            }
            sequence.push(sql);
        }
        if same {
            read_again(server, &mut pair, &mut report, seed)?;
        }
    }
    Ok(report)
}

/// What the server shows of each table, executed by engine and server as the servers' dump programs do it.
fn read_again(server: &Endpoint, pair: &mut Pair, report: &mut Report, seed: u64) -> Result<(), ServerError> {
    let mut again = Pair::new(server)?;
    for sql in ["SET foreign_key_checks = 0", "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'"] {
        again.execute(sql)?;
    }
    for name in pair.server.table_names()? {
        let shown = pair.server.show_create_table(&name)?;
        match again.execute(&shown)? {
            Step::Accepted | Step::Refused => report.read_again += 1,
            Step::Unsupported(construct) => *report.unsupported.entry(construct).or_default() += 1,
            Step::Differs(difference) => {
                let difference = Difference { way: Way::OtherWhenReadAgain, ..difference };
                report.add(&difference, || format!("seed {seed}\n{shown}\n{}", difference.text));
                break;
            }
        }
    }
    Ok(())
}

/// Drops statements from a sequence as long as it still ends in the same kind of difference.
fn shorten(server: &Endpoint, mut sequence: Vec<String>, kind: &str) -> Vec<String> {
    let mut at = sequence.len().saturating_sub(1);
    while at > 0 {
        at -= 1;
        let mut shorter = sequence.clone();
        shorter.remove(at);
        if replay(server, &shorter).as_deref() == Some(kind) {
            sequence = shorter;
        }
    }
    sequence
}

/// The kind of difference that a sequence shows in its last statement, and only there.
fn replay(server: &Endpoint, sequence: &[String]) -> Option<String> {
    let mut pair = Pair::new(server).ok()?;
    for (at, sql) in sequence.iter().enumerate() {
        if let Step::Differs(difference) = pair.execute(sql).ok()? {
            return (at + 1 == sequence.len()).then_some(difference.kind);
        }
    }
    None
}

/// An engine and a server that have executed the same.
struct Pair {
    engine: Catalog,
    server: TestDatabase,
}

enum Step {
    Accepted,
    Refused,
    Unsupported(String),
    Differs(Difference),
}

struct Difference {
    way: Way,
    kind: String,
    text: String,
}

impl Pair {
    fn new(server: &Endpoint) -> Result<Self, ServerError> {
        let database = server.create_database_with("CHARACTER SET utf8mb4")?;
        let mut engine = Catalog::new(server.flavor);
        engine.create_database(database.name(), server.flavor.default_character_set());
        engine.use_database(database.name());
        Ok(Self { engine, server: database })
    }

    fn execute(&mut self, sql: &str) -> Result<Step, ServerError> {
        let ours = self.engine.execute_text(sql);
        if let Err(ExecuteError::Unsupported(what)) = &ours {
            // Nobody executes it, so both stay the same.
            return Ok(Step::Unsupported(what.construct.clone()));
        }
        let theirs = self.server.execute(sql);
        Ok(match (ours, theirs) {
            (Ok(_), Ok(())) => self.compare()?.map_or(Step::Accepted, Step::Differs),
            (Err(ours), Err(theirs)) if ours.errno() == Some(theirs.errno) => Step::Refused,
            (Err(ours), Ok(())) => Step::Differs(Difference {
                way: Way::WronglyRefused,
                kind: format!("engine {}, server accepts", ours.errno().unwrap_or_default()),
                text: format!("the engine says {ours}"),
            }),
            (Err(ours), Err(theirs)) => Step::Differs(Difference {
                way: Way::OtherError,
                kind: format!("engine {}, server {}", ours.errno().unwrap_or_default(), theirs.errno),
                text: format!("the engine says {ours}\nthe server says {theirs}"),
            }),
            (Ok(_), Err(theirs)) => Step::Differs(Difference {
                way: Way::WronglyAccepted,
                kind: format!("engine accepts, server {}", theirs.errno),
                text: format!("the server says {theirs}"),
            }),
        })
    }

    fn compare(&mut self) -> Result<Option<Difference>, ServerError> {
        let schema = self.server.name().to_owned();
        let names = self.server.table_names()?;
        let ours: Vec<&str> = self.engine.table_names(&schema).collect();
        if ours != names.iter().map(String::as_str).collect::<Vec<_>>() {
            let text = format!("the engine has {ours:?}, the server {names:?}");
            return Ok(Some(Difference { way: Way::OtherText, kind: "other tables".to_owned(), text }));
        }
        for name in names {
            let theirs = without_counter(&self.server.show_create_table(&name)?);
            let ours = without_counter(&self.engine.show_create_table(&schema, &name).unwrap_or_default());
            if ours != theirs {
                let kind = line_kind(&ours, &theirs);
                let text = format!("the server shows\n{theirs}\nthe engine shows\n{ours}");
                return Ok(Some(Difference { way: Way::OtherText, kind, text }));
            }
        }
        Ok(None)
    }
}

/// AUTO_INCREMENT of a table follows its rows, which the engine does not have.
fn without_counter(text: &str) -> String {
    let Some((before, after)) = text.split_once(" AUTO_INCREMENT=") else { return text.to_owned() };
    format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// The first line that differs, without names and numbers.
fn line_kind(ours: &str, theirs: &str) -> String {
    let differing = ours.lines().zip(theirs.lines()).find(|(a, b)| a != b);
    let (ours, theirs) = differing.unwrap_or(("fewer or more lines", ""));
    let plain = |line: &str| -> String {
        let outside = line.split('`').enumerate().map(|(i, part)| if i % 2 == 0 { part } else { "x" });
        outside.collect::<String>().chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect()
    };
    format!("text: engine {} | server {}", plain(ours).trim(), plain(theirs).trim())
}
