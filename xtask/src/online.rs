//! `online`: holds predictions of how a server alters a table against a file of what servers did.

mod tables;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use terp_cli::{Exit, Failure, Outcome, print};
use terp_plan::online::{Algorithm, Facts, Lock, Outlook, Unclaused, predict};
use terp_schema_model::{CharacterSet, Flavor};
use terp_sql::{Catalog, ParseOptions, Span, parse_statement};

/// Compare online-DDL predictions with a file of what servers did
///
/// The file is a JSON list of records: `server`, `version`, `operation`, `example_sql`, `table_shape`, and what the server accepted.
/// A record does not show its table: it is told from the operation's name, and a record whose table cannot be told is not compared.
/// The exit code is 1 when a prediction differs, and 2 when the file cannot be read.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The file of records
    #[arg(value_name = "MATRIX.json")]
    matrix: PathBuf,
}

/// One operation on one table of one server.
#[derive(Debug, Deserialize)]
struct Record {
    server: String,
    version: String,
    operation: String,
    example_sql: String,
    table_shape: String,
    #[serde(default)]
    instant: bool,
    #[serde(default)]
    instant_lock_none: bool,
    #[serde(default)]
    nocopy: bool,
    #[serde(default)]
    nocopy_lock_none: bool,
    #[serde(default)]
    inplace: bool,
    #[serde(default)]
    inplace_lock_none: bool,
    #[serde(default)]
    inplace_lock_shared: bool,
    #[serde(default)]
    inplace_rebuilds: Option<bool>,
    #[serde(default)]
    copy: bool,
    #[serde(default)]
    copy_lock_none: bool,
    #[serde(default)]
    default_ok: bool,
    #[serde(default)]
    instant_accepted_but_table_rewritten: bool,
}

/// What a server does.
#[derive(Debug, PartialEq, Eq)]
enum Does {
    /// It alters the table.
    Alters { algorithm: Algorithm, lock: Lock, rebuilds: Option<bool> },
    /// It takes no clause, or ignores it.
    TakesNoClause,
}

impl Record {
    fn flavor(&self) -> Option<Flavor> {
        let version = self.version.split('-').next()?;
        format!("{}:{version}", self.server).parse().ok()
    }

    /// The best that the server accepted; `None` where it refused the change.
    fn does(&self) -> Option<Does> {
        let lock = |none: bool, shared: bool| match (none, shared) {
            (true, _) => Lock::None,
            (false, true) => Lock::Shared,
            (false, false) => Lock::Exclusive,
        };
        let in_place = lock(self.inplace_lock_none, self.inplace_lock_shared);
        let alters = |algorithm, lock, rebuilds| Some(Does::Alters { algorithm, lock, rebuilds });
        if self.instant && self.copy_lock_none && self.server == "mysql" {
            // MySQL never copies a table with LOCK=NONE: it does not look at the clause.
            return Some(Does::TakesNoClause);
        }
        let honest = !self.instant_accepted_but_table_rewritten;
        if self.instant && honest {
            // MySQL takes no LOCK beside INSTANT, so what it takes beside INPLACE tells whether others are kept out.
            let mysql = self.server == "mysql";
            let exclusive = !self.instant_lock_none && self.inplace && !self.inplace_lock_none;
            let kept_out = if mysql { in_place == Lock::Exclusive && self.inplace } else { exclusive };
            alters(Algorithm::Instant, if kept_out { Lock::Exclusive } else { Lock::None }, Some(false))
        } else if self.nocopy && honest {
            let lock = if self.nocopy_lock_none { Lock::None } else { in_place };
            alters(Algorithm::Nocopy, lock, Some(false))
        } else if self.inplace {
            alters(Algorithm::Inplace, in_place, self.inplace_rebuilds)
        } else if self.copy {
            alters(Algorithm::Copy, lock(self.copy_lock_none, true), Some(true))
        } else {
            self.default_ok.then_some(Does::TakesNoClause)
        }
    }
}

/// How one record came out.
enum Verdict {
    Same,
    Differs { predicted: String, recorded: String },
    Unpredicted(String),
    NotComparable(&'static str),
}

pub(crate) fn run(args: &Args) -> Outcome {
    let path = args.matrix.display();
    let text = fs::read_to_string(&args.matrix)
        .map_err(|error| Failure::usage(format!("cannot read {path}: {error}")))?;
    let records: Vec<Record> = serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("{path} is no list of records of online DDL: {error}")))?;
    let mut output = String::new();
    let mut counts: BTreeMap<String, [usize; 4]> = BTreeMap::new();
    let mut differs = false;
    let mut left_out: BTreeMap<&'static str, usize> = BTreeMap::new();
    for record in &records {
        let count = counts.entry(format!("{} {}", record.server, record.version)).or_default();
        let place =
            format!("{} {}: {} ({})", record.server, record.version, record.operation, record.table_shape);
        match judge(record) {
            Verdict::Same => count[0] += 1,
            Verdict::Differs { predicted, recorded } => {
                count[1] += 1;
                differs = true;
                let _ = writeln!(
                    output,
                    "{place}\n    {}\n    predicted {predicted}\n    recorded  {recorded}",
                    shortened(&record.example_sql)
                );
            }
            Verdict::Unpredicted(what) => {
                count[2] += 1;
                let _ = writeln!(output, "{place}\n    not predicted: {what}");
            }
            Verdict::NotComparable(why) => {
                count[3] += 1;
                *left_out.entry(why).or_default() += 1;
            }
        }
    }
    for (server, [same, other, unpredicted, not_comparable]) in &counts {
        let _ = writeln!(
            output,
            "{server}: {same} as recorded, {other} otherwise, {unpredicted} not predicted, {not_comparable} not comparable"
        );
    }
    for (why, count) in left_out {
        let _ = writeln!(output, "not comparable, {count}: {why}");
    }
    print(&output)?;
    Ok(if differs { Exit::Findings } else { Exit::Clean })
}

fn shortened(sql: &str) -> String {
    match sql.char_indices().nth(100) {
        Some((at, _)) => format!("{}...", &sql[..at]),
        None => sql.to_owned(),
    }
}

fn judge(record: &Record) -> Verdict {
    let Some(flavor) = record.flavor() else { return Verdict::NotComparable("the server is not known") };
    let Some(recorded) = record.does() else {
        return Verdict::NotComparable("the server refuses the change anyhow");
    };
    let Some(setup) = tables::of(&record.operation, &record.table_shape, &record.example_sql) else {
        return Verdict::NotComparable("the table cannot be told from the record");
    };
    let mut engine = Catalog::new(flavor);
    engine.create_database("d", CharacterSet::new("utf8mb4", "utf8mb4_general_ci"));
    engine.use_database("d");
    for statement in &setup.statements {
        if engine.execute_text(statement).is_err() {
            return Verdict::NotComparable("the engine does not make the table");
        }
    }
    let Some(before) = engine.table("d", "t").cloned() else {
        return Verdict::NotComparable("the engine does not make the table");
    };
    let Ok(statement) =
        parse_statement(&record.example_sql, Span::of(&record.example_sql), &ParseOptions::new(flavor))
    else {
        return Verdict::NotComparable("the engine does not read the statement");
    };
    for setting in &setup.settings {
        if engine.execute_text(setting).is_err() {
            return Verdict::NotComparable("the engine does not make the table");
        }
    }
    if engine.execute_text(&record.example_sql).is_err() {
        return Verdict::NotComparable("the engine does not execute the statement");
    }
    let after = engine.table("d", "t").or_else(|| engine.table("d", "t_renamed")).cloned();
    let facts =
        Facts { foreign_key_checks: setup.foreign_key_checks, strict: setup.strict, ..Facts::new(flavor) };
    let predicted = match predict(&statement, Some(&before), after.as_ref(), &facts) {
        Err(unpredicted) => return Verdict::Unpredicted(unpredicted.construct),
        Ok(Outlook::Alters(p)) => {
            Does::Alters { algorithm: p.algorithm, lock: p.lock, rebuilds: Some(p.rebuilds) }
        }
        Ok(Outlook::Unclaused(Unclaused::ChangesPartitions | Unclaused::RewritesPartitions)) => {
            Does::TakesNoClause
        }
        Ok(Outlook::Unclaused(_)) => return Verdict::NotComparable("the statement takes no clause"),
    };
    compare(&predicted, &recorded, before.partitioning.is_some())
}

/// A partition that comes or goes has another number of its own, which says nothing of rows written again.
fn compare(predicted: &Does, recorded: &Does, partitioned: bool) -> Verdict {
    let same = match (predicted, recorded) {
        (
            Does::Alters { algorithm, lock, rebuilds },
            Does::Alters { algorithm: recorded, lock: recorded_lock, rebuilds: recorded_rebuilds },
        ) => {
            let same_writing = partitioned || recorded_rebuilds.is_none() || rebuilds == recorded_rebuilds;
            algorithm == recorded && lock == recorded_lock && same_writing
        }
        (predicted, recorded) => predicted == recorded,
    };
    if same {
        Verdict::Same
    } else {
        Verdict::Differs { predicted: describe(predicted), recorded: describe(recorded) }
    }
}

fn describe(does: &Does) -> String {
    match does {
        Does::TakesNoClause => "no clause".to_owned(),
        Does::Alters { algorithm, lock, rebuilds } => {
            let writing = match rebuilds {
                Some(true) => ", rows written anew",
                Some(false) => "",
                None => ", unknown whether rows are written anew",
            };
            format!("{} with LOCK={}{writing}", algorithm.as_sql(), lock.as_sql())
        }
    }
}
