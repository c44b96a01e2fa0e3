//! Planning a large change, and what the journal adds to each of its steps.

use std::hint::black_box;
use std::time::Instant;

use terp_cli::{Failure, say};
use terp_migrate::{ApplyOptions, Event, Migrator};
use terp_mysql::{Address, ConnectOptions};
use terp_plan::{PlanOptions, plan};
use terp_schema_model::{CharacterSet, Flavor, Schema};
use terp_sql::Catalog;
use terp_testserver::{Options, Server, find_or_fetch};

use super::{Figure, Promise};

const RUNS: usize = 7;
const TABLES: usize = 145;

/// The tables before a change, or after it: two changes of each table, and some more.
fn script(tables: usize, changed: bool) -> Vec<String> {
    let table = |number: usize| {
        let parent = number.saturating_sub(1);
        let key = match number {
            0 => String::new(),
            _ => format!(", CONSTRAINT f{number} FOREIGN KEY (before_id) REFERENCES t{parent} (id)"),
        };
        let (added, index) =
            if changed { (", added int NOT NULL DEFAULT 7", ", KEY by_name (name)") } else { ("", "") };
        let length = if changed && number.is_multiple_of(14) { 200 } else { 100 };
        format!(
            "CREATE TABLE t{number} (id int NOT NULL AUTO_INCREMENT, before_id int, name varchar({length}) NOT NULL, note text, \
             price decimal(10,2) NOT NULL DEFAULT 0, at datetime NOT NULL DEFAULT CURRENT_TIMESTAMP{added}, PRIMARY KEY (id){index}{key})"
        )
    };
    (0..tables).map(table).collect()
}

fn schema(statements: &[String], flavor: Flavor, set: &CharacterSet) -> Result<Schema, Failure> {
    let mut catalog = Catalog::new(flavor);
    catalog.create_database("bench", set.clone());
    catalog.use_database("bench");
    for statement in statements {
        catalog.execute_text(statement).map_err(failed)?;
    }
    catalog.schema("bench").ok_or_else(|| Failure::failed("the engine lost its database"))
}

/// Planning alone.
pub(super) fn planning() -> Result<Figure, Failure> {
    let flavor = Flavor::MYSQL_9_7;
    let set = flavor.default_character_set();
    let [before, after] = [false, true].map(|changed| schema(&script(TABLES, changed), flavor, &set));
    let (before, after) = (before?, after?);
    let mut measured = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        let plan = black_box(plan(&before, &after, &PlanOptions::new(flavor))).map_err(failed)?;
        measured.push(begun.elapsed().as_secs_f64() * 1000.0);
        let changes: usize = plan.steps.iter().map(|step| step.changes.len()).sum();
        if changes < 300 {
            return Err(Failure::failed(format!("the plan has {changes} changes, and 300 were wanted")));
        }
    }
    Ok(Figure::new("plan, 145 tables and 300 changes", "ms", Promise::AtMost(100.0), measured))
}

/// What a step costs beyond its statement, on servers that write everything to the disk.
pub(super) fn journal() -> Result<Vec<Figure>, Failure> {
    [(Flavor::MYSQL_9_7, "journal of a step, MySQL"), (Flavor::MARIADB_11_8, "journal of a step, MariaDB")]
        .into_iter()
        .map(|(flavor, name)| journal_on(flavor, name))
        .collect()
}

fn journal_on(flavor: Flavor, name: &'static str) -> Result<Figure, Failure> {
    const STEPS: usize = 40;
    let installation = find_or_fetch(flavor, &mut say).map_err(failed)?;
    let server =
        Server::start(&installation, Options { durable: true, ..Options::default() }).map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let mut measured = Vec::new();
    for run in 0..3 {
        let [bare, journalled] = ["bare", "journalled"].map(|kind| format!("{kind}{run}"));
        let mut connection = server.connect().map_err(failed)?;
        for database in [&bare, &journalled] {
            connection.execute(format!("CREATE DATABASE {database}")).map_err(failed)?;
            connection.execute(format!("USE {database}")).map_err(failed)?;
            for statement in script(STEPS, false) {
                connection.execute(&statement).map_err(failed)?;
            }
        }
        let address = Address::Tcp { host: "127.0.0.1".to_owned(), port: server.port };
        let connect = ConnectOptions { address, ..ConnectOptions::default() };
        let migrator = Migrator::new(connect, &journalled, ApplyOptions::default());
        let current = runtime.block_on(migrator.current()).map_err(failed)?;
        let wanted = schema(&script(STEPS, true), current.flavor, &current.schema.character_set)?;
        let options = PlanOptions { session: current.session.clone(), ..PlanOptions::new(current.flavor) };
        let plan = plan(&current.schema, &wanted, &options).map_err(failed)?;

        connection.execute(format!("USE {bare}")).map_err(failed)?;
        let begun = Instant::now();
        for step in &plan.steps {
            connection.execute(&step.sql).map_err(failed)?;
        }
        let alone = begun.elapsed();
        let (mut first, mut last) = (None, Instant::now());
        let mut watch = |event: Event<'_>| match event {
            Event::Begun(_) => first = first.or_else(|| Some(Instant::now())),
            Event::Done { .. } => last = Instant::now(),
            _ => {}
        };
        runtime.block_on(migrator.apply(&plan, &mut watch)).map_err(failed)?;
        let with = first.map_or_else(Default::default, |first| last.duration_since(first));
        let beyond = with.saturating_sub(alone).as_secs_f64() * 1000.0;
        measured.push(beyond / plan.steps.len() as f64);
    }
    Ok(Figure::new(name, "ms", Promise::AtMost(15.0), measured))
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::failed(error.to_string())
}
