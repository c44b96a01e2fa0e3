//! The views of `fixtures/views`, made by the engine and by every server: both must show the same text, or refuse with
//! the same error number. What the engine does not know it must say, and that must be rare.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::fmt::Write as _;

use terp_sql::{Catalog, ExecuteError};
use terp_testserver::{SharedServer, TestDatabase};

const SCHEMA: &str = include_str!("../../../fixtures/views/schema.sql");
const SELECTS: &str = include_str!("../../../fixtures/views/selects.sql");

#[test]
fn views_are_shown_as_servers_show_them() {
    let servers = terp_testserver::shared_all().unwrap();
    let mut complaints = String::new();
    for server in &servers {
        complaints += &compare(server);
    }
    assert!(complaints.is_empty(), "{complaints}");
}

/// Makes every view on one server and in the engine; says what differs.
fn compare(server: &SharedServer) -> String {
    let flavor = server.flavor;
    let mut live = server.create_database_with("CHARACTER SET utf8mb4").unwrap();
    let other = server.create_database_with("CHARACTER SET utf8mb4").unwrap();
    let mut engine = Catalog::new(flavor);
    engine.create_database(live.name(), flavor.default_character_set());
    engine.create_database(other.name(), flavor.default_character_set());
    engine.use_database(live.name());
    let own = live.name().to_owned();
    let named = |text: &str| text.replace("{db}", &own).replace("{other}", other.name());
    for statement in SCHEMA.split(";\n").map(str::trim).filter(|s| !s.is_empty()) {
        let statement = named(statement);
        live.execute(&statement).unwrap();
        engine.execute_text(&statement).unwrap();
    }
    let mut complaints = String::new();
    let (mut shown, mut unknown) = (0, 0);
    for select in SELECTS.lines() {
        let sql = format!("create view v as {}", named(select));
        let theirs = server_text(&mut live, &sql);
        let ours = match engine.execute_text(&sql) {
            Ok(_) => engine.show_create_view(&own, "v").ok_or(0),
            Err(ExecuteError::Refused(error)) => Err(error.errno),
            Err(_) => {
                shown += u32::from(theirs.is_ok());
                unknown += u32::from(theirs.is_ok());
                continue;
            }
        };
        shown += u32::from(theirs.is_ok());
        if ours.is_ok() {
            engine.execute_text("drop view v").unwrap();
        }
        if ours != theirs {
            let _ =
                writeln!(complaints, "{flavor}: {select}\n  the server: {theirs:?}\n  the engine: {ours:?}");
        }
    }
    // What is not known is said, and is less than one in ten.
    if unknown * 10 >= shown || shown < 300 {
        let _ = writeln!(complaints, "{flavor}: {unknown} of {shown} views are not known");
    }
    complaints
}

/// What SHOW CREATE VIEW shows, or the number of the error.
fn server_text(live: &mut TestDatabase, sql: &str) -> Result<String, u16> {
    live.execute(sql).map_err(|error| error.errno)?;
    let rows = live.query_rows("show create view v").map_err(|error| error.errno);
    live.execute("drop view v").unwrap();
    let row = rows?.into_iter().next().unwrap_or_default();
    Ok(row.into_iter().nth(1).flatten().unwrap_or_default())
}
