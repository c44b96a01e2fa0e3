//! Connections that break, and servers that don't answer.

use std::time::{Duration, Instant};

use terp_mysql::{IntrospectError, IntrospectOptions, QueryError, introspect};
use terp_testserver::{Proxy, TestDatabase, Wire};

use crate::support::{at_port, introspected, servers};

fn with_tables(server: &terp_testserver::Endpoint, count: usize) -> TestDatabase {
    let mut database = server.create_database().unwrap();
    for number in 0..count {
        database.execute(format!("CREATE TABLE t{number} (a INT, b VARCHAR(20) DEFAULT 'x')")).unwrap();
    }
    database
}

#[tokio::test]
async fn a_connection_that_breaks_once_at_any_byte_changes_nothing() {
    for server in servers() {
        let database = with_tables(&server, 6);
        let whole = introspected(&database).await;
        let options = IntrospectOptions { sessions: 1, ..IntrospectOptions::default() };
        let mut broke = 0;
        // Before byte 400 it breaks while the session is being opened, which is the business of whoever connects.
        for bytes in (400..9000).step_by(61) {
            let wire = Wire { breaks_after: Some(bytes), breaks: 1, ..Wire::default() };
            let proxy = Proxy::start(server.port, wire).unwrap();
            let found = introspect(&at_port(proxy.port(), "root"), database.name(), &options).await;
            broke += proxy.broken();
            let found = found.unwrap_or_else(|error| panic!("{} at byte {bytes}: {error}", server.flavor));
            assert_eq!(found.schema, whole.schema);
        }
        assert!(broke > 50, "{}: {broke}", server.flavor);
    }
}

#[tokio::test]
async fn a_connection_that_always_breaks_is_given_up() {
    for server in servers() {
        let database = with_tables(&server, 30);
        for bytes in [1, 80, 700, 1200] {
            let wire = Wire { breaks_after: Some(bytes), breaks: u64::MAX, ..Wire::default() };
            let proxy = Proxy::start(server.port, wire).unwrap();
            let options = IntrospectOptions::default();
            let begun = Instant::now();
            let error =
                introspect(&at_port(proxy.port(), "root"), database.name(), &options).await.unwrap_err();
            assert!(
                matches!(
                    error,
                    IntrospectError::Connect(_) | IntrospectError::Query { source: QueryError::Lost(_), .. }
                ),
                "{} at byte {bytes}: {error}",
                server.flavor
            );
            assert!(begun.elapsed() < Duration::from_secs(30));
        }
    }
}

#[tokio::test]
async fn a_slow_server_is_waited_for_and_not_for_ever() {
    let server = terp_testserver::shared(terp_schema_model::Flavor::MARIADB_11_8).unwrap();
    let database = with_tables(&server, 3);
    let slow = Proxy::start(server.port, Wire { round_trip: Duration::from_millis(300), ..Wire::default() })
        .unwrap();
    let found = introspect(&at_port(slow.port(), "root"), database.name(), &IntrospectOptions::default())
        .await
        .unwrap();
    assert_eq!(found.schema.tables.len(), 3);

    let stuck =
        Proxy::start(server.port, Wire { round_trip: Duration::from_secs(3), ..Wire::default() }).unwrap();
    let mut connect = at_port(stuck.port(), "root");
    connect.connect_timeout = Duration::from_secs(30);
    connect.read_timeout = Duration::from_millis(200);
    let options = IntrospectOptions { reconnects: 0, ..IntrospectOptions::default() };
    let error = introspect(&connect, database.name(), &options).await.unwrap_err();
    assert!(matches!(error, IntrospectError::Query { source: QueryError::TimedOut(_), .. }), "{error}");
}

#[tokio::test]
async fn fewer_sessions_than_wanted_are_enough() {
    for server in servers() {
        let database = with_tables(&server, 60);
        let mut admin = server.connect().unwrap();
        let account = format!("few{}", std::process::id());
        admin.execute(format!("CREATE USER {account}@'127.0.0.1' WITH MAX_USER_CONNECTIONS 2")).unwrap();
        admin.execute(format!("GRANT ALL ON *.* TO {account}@'127.0.0.1'")).unwrap();
        let found =
            introspect(&at_port(server.port, &account), database.name(), &IntrospectOptions::default()).await;
        admin.execute(format!("DROP USER {account}@'127.0.0.1'")).unwrap();
        let found = found.unwrap();
        assert_eq!(found.schema.tables.len(), 60);
        assert!(found.facts.sessions <= 2, "{}", server.flavor);
    }
}
