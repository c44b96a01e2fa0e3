//! Others change the database while it is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use terp_mysql::{IntrospectError, IntrospectOptions, introspect};
use terp_schema_model::Schema;

use crate::support::{as_root, servers};

/// Runs statements over and over in a session of its own, until it is told to stop.
struct Writer {
    stop: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<u64>>,
}

impl Writer {
    fn start(
        mut connection: terp_testserver::Connection,
        statements: &'static [&'static str],
        pause: Duration,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut rounds = 0;
            while !stopped.load(Ordering::Relaxed) {
                for statement in statements {
                    connection.execute(statement).unwrap();
                }
                rounds += 1;
                thread::sleep(pause);
            }
            rounds
        });
        Self { stop, thread: Some(thread) }
    }

    fn stop(mut self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

/// A round moves a column from one table to another, first adding it there: at each moment one of them has it, or both.
const MOVES: &[&str] = &[
    "ALTER TABLE z_last ADD COLUMN moving INT",
    "ALTER TABLE a_first DROP COLUMN moving",
    "ALTER TABLE a_first ADD COLUMN moving INT",
    "ALTER TABLE z_last DROP COLUMN moving",
];

fn has_moving(schema: &Schema, table: &str) -> bool {
    schema.table(table).unwrap().columns.iter().any(|column| column.name == "moving")
}

#[tokio::test]
async fn what_is_found_was_there_at_one_moment() {
    for server in servers() {
        let mut database = server.create_database().unwrap();
        database.execute("CREATE TABLE a_first (a INT, moving INT)").unwrap();
        database.execute("CREATE TABLE z_last (a INT)").unwrap();
        for number in 0..40 {
            database.execute(format!("CREATE TABLE m{number} (a INT)")).unwrap();
        }
        let writer = Writer::start(database.connect().unwrap(), MOVES, Duration::from_millis(30));
        let (mut found, mut changing) = (0, 0);
        for _ in 0..15 {
            match introspect(&as_root(&server), database.name(), &IntrospectOptions::default()).await {
                Ok(seen) => {
                    found += 1;
                    assert_eq!(seen.unknown, []);
                    assert!(
                        has_moving(&seen.schema, "a_first") || has_moving(&seen.schema, "z_last"),
                        "{}: a state that never was",
                        server.flavor
                    );
                }
                Err(IntrospectError::Changing { objects, .. }) => {
                    changing += 1;
                    assert!(
                        objects.iter().all(|name| name.contains("a_first") || name.contains("z_last")),
                        "{objects:?}"
                    );
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert!(writer.stop() > 3);
        assert!(found > 0, "{}: {changing} times nothing was found", server.flavor);
    }
}

/// The next AUTO_INCREMENT value is no part of the schema.
#[tokio::test]
async fn rows_that_are_inserted_meanwhile_change_nothing() {
    const INSERTS: &[&str] = &["INSERT INTO t VALUES ()", "INSERT INTO t VALUES ()"];
    for server in servers() {
        let mut database = server.create_database().unwrap();
        database.execute("CREATE TABLE t (a INT AUTO_INCREMENT PRIMARY KEY)").unwrap();
        let writer = Writer::start(database.connect().unwrap(), INSERTS, Duration::ZERO);
        let options = IntrospectOptions { attempts: 2, ..IntrospectOptions::default() };
        for _ in 0..20 {
            introspect(&as_root(&server), database.name(), &options).await.unwrap();
        }
        assert!(writer.stop() > 20, "{}", server.flavor);
    }
}

#[tokio::test]
async fn tables_that_come_and_go_are_no_error() {
    const SCRATCH: &[&str] = &["CREATE TABLE scratch (a INT)", "DROP TABLE scratch"];
    for server in servers() {
        let mut database = server.create_database().unwrap();
        for number in 0..20 {
            database.execute(format!("CREATE TABLE m{number} (a INT)")).unwrap();
        }
        let writer = Writer::start(database.connect().unwrap(), SCRATCH, Duration::from_millis(20));
        for _ in 0..10 {
            match introspect(&as_root(&server), database.name(), &IntrospectOptions::default()).await {
                Ok(seen) => {
                    // It may be listed and gone again each time, though that is rare.
                    assert!(seen.unknown.iter().all(|one| one.name == "scratch"), "{:?}", seen.unknown);
                    assert!(matches!(seen.schema.tables.len(), 20 | 21));
                }
                Err(IntrospectError::Changing { .. }) => {}
                Err(other) => panic!("{other}"),
            }
        }
        assert!(writer.stop() > 3);
    }
}

#[tokio::test]
async fn what_never_rests_is_an_error_that_names_it() {
    const RESTLESS: &[&str] = &["ALTER TABLE t ADD COLUMN b INT", "ALTER TABLE t DROP COLUMN b"];
    for server in servers() {
        let mut database = server.create_database().unwrap();
        database.execute("CREATE TABLE t (a INT)").unwrap();
        for number in 0..200 {
            database.execute(format!("CREATE TABLE m{number} (a INT)")).unwrap();
        }
        let writer = Writer::start(database.connect().unwrap(), RESTLESS, Duration::ZERO);
        let options = IntrospectOptions {
            attempts: 2,
            sessions: 1,
            statements_per_packet: 1,
            ..IntrospectOptions::default()
        };
        let mut named = 0;
        for _ in 0..10 {
            match introspect(&as_root(&server), database.name(), &options).await {
                Ok(_) => {}
                Err(error @ IntrospectError::Changing { .. }) => {
                    assert!(error.to_string().contains("table `t`"), "{error}");
                    named += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        writer.stop();
        assert!(named > 0, "{}", server.flavor);
    }
}
