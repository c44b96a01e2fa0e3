//! Servers, databases and plans of the tests.

use std::time::Duration;

use terp_migrate::{ApplyOptions, Event, Managed, Migrator};
use terp_mysql::{Address, ConnectOptions};
use terp_plan::{Plan, PlanOptions, plan};
use terp_schema_model::Schema;
use terp_sql::Catalog;
use terp_testserver::{Endpoint, SharedServer, TestDatabase};

/// The servers of this process.
pub(crate) fn servers() -> Vec<SharedServer> {
    terp_testserver::shared_all().unwrap()
}

pub(crate) fn connect(endpoint: &Endpoint) -> ConnectOptions {
    at_port(endpoint.port)
}

pub(crate) fn at_port(port: u16) -> ConnectOptions {
    ConnectOptions {
        address: Address::Tcp { host: "127.0.0.1".to_owned(), port },
        user: "root".to_owned(),
        connect_timeout: Duration::from_secs(20),
        attempts: 3,
        ..ConnectOptions::default()
    }
}

pub(crate) fn options() -> ApplyOptions {
    ApplyOptions {
        actor: "tester".to_owned(),
        host: "here".to_owned(),
        lock_wait: Duration::from_secs(1),
        lock_attempts: 2,
        ..ApplyOptions::default()
    }
}

pub(crate) fn migrator(database: &TestDatabase) -> Migrator {
    Migrator::new(connect(database.endpoint()), database.name(), options())
}

/// A database with the tables of a script.
pub(crate) fn database(server: &SharedServer, sql: &str) -> TestDatabase {
    let database = server.create_database().unwrap();
    run(&database, sql);
    database
}

pub(crate) fn run(database: &TestDatabase, sql: &str) {
    let mut connection = database.connect().unwrap();
    for statement in sql.split(";\n").filter(|text| !text.trim().is_empty()) {
        connection.execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

/// What a script makes of an empty database, in the character set of an existing one.
pub(crate) fn desired(managed: &Managed, sql: &str) -> Schema {
    let mut catalog = Catalog::new(managed.flavor);
    catalog.create_database("d", managed.schema.character_set.clone());
    catalog.use_database("d");
    for statement in sql.split(";\n").filter(|text| !text.trim().is_empty()) {
        catalog.execute_text(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    catalog.schema("d").unwrap()
}

/// The plan from a database to a script.
pub(crate) fn plan_to(managed: &Managed, sql: &str) -> Plan {
    let options = PlanOptions { session: managed.session.clone(), ..PlanOptions::new(managed.flavor) };
    plan(&managed.schema, &desired(managed, sql), &options).unwrap()
}

/// What happened, in short words.
pub(crate) fn word(event: &Event<'_>) -> String {
    match event {
        Event::Run { steps, done, .. } => format!("run {done}/{steps}"),
        Event::Orphan(_) => "orphan".to_owned(),
        Event::Begun(step) => format!("begun {}", step.number),
        Event::Waiting { step, attempt, .. } => format!("waiting {} {attempt}", step.number),
        Event::Done { step, .. } => format!("done {}", step.number),
        Event::Found(step) => format!("found {}", step.number),
        Event::Reconnecting(_) => "reconnecting".to_owned(),
        Event::Finished { .. } => "finished".to_owned(),
        other => format!("{other:?}"),
    }
}

/// The text of every table that is not the journal's, and its rows.
pub(crate) fn content(database: &TestDatabase) -> Vec<(String, String, String)> {
    let mut connection = database.connect().unwrap();
    let mut out = Vec::new();
    for name in connection.table_names().unwrap() {
        if name.starts_with("__terp_") {
            continue;
        }
        let text = connection.show_create_table(&name).unwrap();
        let rows = connection.query_rows(format!("SELECT * FROM `{name}` ORDER BY 1")).unwrap();
        out.push((name, text, format!("{rows:?}")));
    }
    out
}
