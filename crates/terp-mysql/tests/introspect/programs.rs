//! Triggers, routines and events: read back as they are, and their real changes told.

use terp_drift::{ChangeKind, DiffOptions, diff};
use terp_schema_model::Schema;
use terp_testserver::TestDatabase;

use crate::support::{introspected, servers};

const TABLE: &str = "CREATE TABLE t (id INT, a INT)";

/// Statements that make programs, others that make them otherwise, and how the difference is told.
const CHANGES: [(&str, &str, ChangeKind); 9] = [
    (
        "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
        "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 2",
        ChangeKind::TriggerDefinition,
    ),
    (
        "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
        "CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = 1",
        ChangeKind::TriggerDefinition,
    ),
    (
        "CREATE FUNCTION f(a INT) RETURNS INT NO SQL RETURN a",
        "CREATE FUNCTION f(a INT) RETURNS BIGINT NO SQL RETURN a",
        ChangeKind::RoutineDefinition,
    ),
    (
        "CREATE PROCEDURE p(a INT) SELECT a",
        "CREATE PROCEDURE p(a INT) SQL SECURITY INVOKER SELECT a",
        ChangeKind::RoutineDefinition,
    ),
    (
        "CREATE PROCEDURE p(a INT) SELECT a",
        "CREATE DEFINER = other@'%' PROCEDURE p(a INT) SELECT a",
        ChangeKind::RoutineDefinition,
    ),
    (
        "CREATE PROCEDURE p(a INT) SELECT a",
        "CREATE PROCEDURE p(a BIGINT) SELECT a",
        ChangeKind::RoutineDefinition,
    ),
    (
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t",
        "CREATE EVENT e ON SCHEDULE EVERY 2 DAY DO DELETE FROM t",
        ChangeKind::EventDefinition,
    ),
    (
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM t",
        ChangeKind::EventDefinition,
    ),
    (
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2035-01-01' DO DELETE FROM t",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2036-01-01' DO DELETE FROM t",
        ChangeKind::EventDefinition,
    ),
];

async fn read(database: &TestDatabase) -> Schema {
    let found = introspected(database).await;
    assert_eq!(found.unknown, []);
    found.schema
}

#[tokio::test]
async fn real_changes_are_differences() {
    for server in servers() {
        for (before, after, kind) in CHANGES {
            let mut schemas = Vec::new();
            for sql in [before, after] {
                let mut database = server.create_database().unwrap();
                database.execute(TABLE).unwrap();
                database.execute(sql).unwrap();
                schemas.push(read(&database).await);
            }
            let kinds: Vec<_> = diff(&schemas[0], &schemas[1], server.flavor, &DiffOptions::default())
                .into_iter()
                .map(|change| change.kind)
                .collect();
            assert_eq!(kinds, [kind], "{}: {after}", server.flavor);
            assert_eq!(diff(&schemas[1], &schemas[1], server.flavor, &DiffOptions::default()), []);
        }
    }
}

#[tokio::test]
async fn triggers_are_listed_in_the_order_in_which_they_fire() {
    for server in servers() {
        let mut database = server.create_database().unwrap();
        database.execute(TABLE).unwrap();
        for (name, order) in [("a", ""), ("b", "PRECEDES a"), ("c", "FOLLOWS b")] {
            let sql = format!("CREATE TRIGGER {name} BEFORE INSERT ON t FOR EACH ROW {order} SET NEW.a = 1");
            database.execute(sql).unwrap();
        }
        let names: Vec<_> = read(&database).await.triggers.into_iter().map(|trigger| trigger.name).collect();
        assert_eq!(names, ["b", "c", "a"], "{}", server.flavor);
    }
}

#[tokio::test]
async fn a_program_remembers_its_session() {
    for server in servers() {
        let mut database = server.create_database_with("CHARACTER SET latin1 COLLATE latin1_bin").unwrap();
        database.execute("SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'").unwrap();
        database.execute("SET NAMES utf8mb4 COLLATE utf8mb4_bin").unwrap();
        database.execute(r#"CREATE PROCEDURE "p`q"(IN "a" INT) SELECT "a", '\'"#).unwrap();
        let schema = read(&database).await;
        let context = &schema.routines[0].context;
        assert_eq!(schema.routines[0].name, "p`q");
        assert_eq!(context.sql_mode, "ANSI_QUOTES,NO_BACKSLASH_ESCAPES");
        assert_eq!(context.character_set_client, "utf8mb4");
        assert_eq!(context.collation_connection, "utf8mb4_bin");
        assert_eq!(context.database_collation, "latin1_bin");
    }
}
