//! The statements of `fixtures/create_select`, run by the engine and by every server: both must show the same table, or
//! refuse with the same error number. What the engine does not know it must say, and that must be rare.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::fmt::Write as _;

use terp_sql::{Catalog, ExecuteError};
use terp_testserver::{SharedServer, TestDatabase};

const SCHEMA: &str = include_str!("../../../fixtures/create_select/schema.sql");
const STATEMENTS: &str = include_str!("../../../fixtures/create_select/statements.sql");

#[test]
fn tables_of_queries_are_those_of_servers() {
    let servers = terp_testserver::shared_all().unwrap();
    let mut complaints = String::new();
    for server in &servers {
        complaints += &compare(server);
    }
    assert!(complaints.is_empty(), "{complaints}");
}

/// Runs every statement on one server and in the engine; says what differs.
fn compare(server: &SharedServer) -> String {
    let flavor = server.flavor;
    let mut live = server.create_database_with("CHARACTER SET utf8mb4").unwrap();
    let mut engine = Catalog::new(flavor);
    engine.create_database(live.name(), flavor.default_character_set());
    engine.use_database(live.name());
    let own = live.name().to_owned();
    for statement in SCHEMA.split(";\n").map(str::trim).filter(|s| !s.is_empty()) {
        live.execute(statement).unwrap();
        engine.execute_text(statement).unwrap();
    }
    let mut complaints = String::new();
    let mut reasons = String::new();
    let (mut made, mut unknown) = (0, 0);
    for sql in STATEMENTS.lines() {
        let theirs = server_text(&mut live, sql);
        let ours = match engine.execute_text(sql) {
            Ok(_) => engine.show_create_table(&own, "z").ok_or(1146),
            Err(ExecuteError::Refused(error)) => Err(error.errno),
            Err(error) => {
                made += u32::from(theirs.is_ok());
                unknown += u32::from(theirs.is_ok());
                if theirs.is_ok() {
                    let _ = writeln!(reasons, "{flavor}: {sql}: {error}");
                }
                continue;
            }
        };
        made += u32::from(theirs.is_ok());
        if ours.is_ok() {
            engine.execute_text("drop table z").unwrap();
        }
        if ours != theirs {
            let _ = writeln!(complaints, "{flavor}: {sql}\n  the server: {theirs:?}\n  the engine: {ours:?}");
        }
    }
    // What is not known is said, and is less than one in ten.
    if unknown * 10 >= made || made < 600 {
        let _ = writeln!(complaints, "{reasons}{flavor}: {unknown} of {made} tables are not known");
    }
    complaints
}

/// What SHOW CREATE TABLE shows, or the number of the error.
fn server_text(live: &mut TestDatabase, sql: &str) -> Result<String, u16> {
    let done = live.execute(sql).map_err(|error| error.errno);
    let shown = live.show_create_table("z");
    let _ = live.execute("drop table z");
    done?;
    shown.map_err(|error| error.errno)
}
