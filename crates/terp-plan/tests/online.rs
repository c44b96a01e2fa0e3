//! Predictions against real servers. Each statement is tried with every ALGORITHM and LOCK, cheapest first, on a table of its own:
//! the first way that the server accepts must be the one that was predicted, and the table must be written anew exactly where that was.
//!
//! A share of the cases runs each time, spread evenly; `TERP_ONLINE_ALL=1` runs all of them, which takes many minutes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "online/cases.rs"]
mod cases;
#[path = "online/trial.rs"]
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;

use cases::{Case, every_case};
use terp_plan::online::{Algorithm, Facts, Outlook, Unclaused, predict, with_clause};
use terp_schema_model::Flavor;
use terp_testserver::SharedServer;
use trial::{Observed, Trial};

#[test]
fn online_mysql() {
    hold_against_servers(Flavor::is_mysql, 31);
}

#[test]
fn online_mariadb_10() {
    hold_against_servers(|flavor| flavor.is_mariadb() && flavor.version.major == 10, 13);
}

#[test]
fn online_mariadb_11() {
    hold_against_servers(|flavor| flavor.is_mariadb() && flavor.version.major > 10, 13);
}

/// MySQL counts the row versions of a table, and refuses INSTANT when they are used up.
#[test]
fn online_row_versions() {
    let servers = terp_testserver::shared_all().unwrap();
    for server in servers.iter().filter(|server| server.flavor.is_mysql()) {
        let mut database = server.create_database().unwrap();
        let create = "CREATE TABLE t (id INT NOT NULL PRIMARY KEY)";
        database.execute(create).unwrap();
        let query = format!(
            "SELECT TOTAL_ROW_VERSIONS FROM information_schema.INNODB_TABLES WHERE NAME = '{}/t'",
            database.name()
        );
        let mut instant = 0;
        loop {
            let used: u32 = database.query_value(&query).unwrap().unwrap().parse().unwrap();
            assert_eq!(used, instant);
            let (add, drop) = ("ALTER TABLE t ADD COLUMN z INT", "ALTER TABLE t DROP COLUMN z");
            let (setup, sql) =
                if used.is_multiple_of(2) { (vec![create], add) } else { (vec![create, add], drop) };
            let run = trial::on_a_new_engine(server.flavor, &setup, sql).unwrap();
            let facts = Facts { row_versions: Some(used), ..Facts::new(server.flavor) };
            let outlook = predict(&run.statement, Some(&run.before), run.after.as_ref(), &facts).unwrap();
            let Outlook::Alters(prediction) = outlook else { panic!("{outlook:?}") };
            let accepted = database.execute(with_clause(sql, &run.statement, "ALGORITHM=INSTANT")).is_ok();
            assert_eq!(prediction.algorithm == Algorithm::Instant, accepted, "with {used} row versions used");
            if !accepted {
                database.execute(prediction.apply(sql, &run.statement)).unwrap();
                break;
            }
            instant += 1;
        }
        assert!(instant > 50, "{instant}");
    }
}

/// Runs one in so many of the cases on the servers that are wanted; all where the environment says so.
fn hold_against_servers(wanted: impl Fn(Flavor) -> bool, one_in: usize) {
    let one_in = if std::env::var_os("TERP_ONLINE_ALL").is_some() { 1 } else { one_in };
    let servers = terp_testserver::shared_all().unwrap();
    for server in servers.iter().filter(|server| wanted(server.flavor)) {
        let mut figures = Figures::default();
        let mut trial = Trial::new(server);
        // A prime step visits every table and every statement.
        for case in every_case(server.flavor.vendor).iter().step_by(one_in) {
            hold_case(server, &mut trial, case, &mut figures);
        }
        figures.report(server.flavor);
    }
}

#[derive(Default)]
struct Figures {
    compared: usize,
    not_applicable: usize,
    engine_does_not_know: usize,
    unpredicted: BTreeMap<String, usize>,
    wrong: Vec<String>,
    shapes: BTreeSet<&'static str>,
    operations: BTreeSet<String>,
}

impl Figures {
    fn report(&self, flavor: Flavor) {
        let mut text = format!(
            "{flavor}: {} statements compared ({} operations, {} tables), {} wrong, {} without a prediction; {} that the server \
             refuses anyhow, {} that the engine refuses or does not know\n",
            self.compared,
            self.operations.len(),
            self.shapes.len(),
            self.wrong.len(),
            self.unpredicted.values().sum::<usize>(),
            self.not_applicable,
            self.engine_does_not_know,
        );
        for (what, count) in &self.unpredicted {
            let _ = writeln!(text, "  {count} times: {what}");
        }
        for wrong in &self.wrong {
            let _ = writeln!(text, "  {wrong}");
        }
        std::io::stdout().write_all(text.as_bytes()).unwrap();
        assert!(self.compared > 200, "too little was compared\n{text}");
        assert!(self.wrong.is_empty(), "{text}");
    }
}

fn hold_case(server: &SharedServer, trial: &mut Trial, case: &Case, figures: &mut Figures) {
    let Some(run) = trial::on_the_engine(server.flavor, case) else {
        figures.engine_does_not_know += 1;
        return;
    };
    let facts = Facts {
        foreign_key_checks: case.foreign_key_checks(),
        strict: case.strict(),
        referenced_columns: &run.referenced,
        ..Facts::new(server.flavor)
    };
    let outlook = match predict(&run.statement, Some(&run.before), run.after.as_ref(), &facts) {
        Ok(outlook) => outlook,
        Err(unpredicted) => {
            *figures
                .unpredicted
                .entry(format!("{} ({})", unpredicted.construct, case.shape.name))
                .or_default() += 1;
            return;
        }
    };
    let Some(observed) = trial.observe(case, &run.statement) else {
        figures.not_applicable += 1;
        return;
    };
    figures.compared += 1;
    figures.shapes.insert(case.shape.name);
    figures.operations.insert(case.operation.clone());
    let predicted = Observed::of(&outlook);
    let same_writing = match outlook {
        Outlook::Unclaused(Unclaused::ChangesPartitions | Unclaused::RewritesPartitions) => true,
        _ => observed.rewritten.is_none_or(|rewritten| Some(rewritten) == predicted.rewritten),
    };
    if predicted.way != observed.way || !same_writing {
        let place = format!("{} / {}", case.shape.name, case.operation);
        figures.wrong.push(format!("{place}: predicted {predicted}, the server does {observed}"));
    }
}
