//! An answer that ends at any byte, or comes byte by byte, is never taken for a smaller schema.

use std::time::{Duration, Instant};

use terp_mysql::{
    ConnectErrorKind, ConnectOptions, IntrospectError, IntrospectOptions, Introspection, QueryError,
    introspect,
};
use terp_testserver::{Endpoint, Proxy, TestDatabase, Wire};

use crate::support::{at_port, introspected, servers};

/// One of each kind that is shown in a way of its own, and little of it.
fn small(server: &Endpoint) -> TestDatabase {
    let mut database = server.create_database().unwrap();
    database.execute("CREATE TABLE t (a INT)").unwrap();
    database.execute("CREATE VIEW v AS SELECT 1 AS a").unwrap();
    database
}

/// One session, and nothing is tried again.
fn once() -> IntrospectOptions {
    IntrospectOptions { sessions: 1, reconnects: 0, ..IntrospectOptions::default() }
}

fn says_that_it_is_lost(error: &IntrospectError) -> bool {
    match error {
        IntrospectError::Connect(error) => error.kind() == ConnectErrorKind::Dropped,
        IntrospectError::Query { source, .. } => matches!(source, QueryError::Lost(_)),
        _ => false,
    }
}

/// What is known of a database; how it was read aside.
fn assert_whole(found: &Introspection, whole: &Introspection, what: &str) {
    assert_eq!(found.schema, whole.schema, "{what}");
    assert!(found.is_complete(), "{what}: {:?}", found.unknown);
}

/// Cuts the answers at some bytes, and says how many there were.
async fn cut(server: &Endpoint, database: &TestDatabase, first: u64, step: u64) -> u64 {
    let whole = introspected(database).await;
    let mut bytes = first;
    loop {
        let wire = Wire { breaks_after: Some(bytes), breaks: 1, ..Wire::default() };
        let proxy = Proxy::start(server.port, wire).unwrap();
        let options =
            ConnectOptions { read_timeout: Duration::from_secs(60), ..at_port(proxy.port(), "root") };
        let found = introspect(&options, database.name(), &once()).await;
        let what = format!("{} cut at byte {bytes}", server.flavor);
        // Whoever waited for more would run into the time-out, which is another error.
        match found {
            Ok(found) => {
                assert_whole(&found, &whole, &what);
                if proxy.broken() == 0 {
                    return bytes;
                }
            }
            Err(error) => assert!(says_that_it_is_lost(&error), "{what}: {error}"),
        }
        bytes += step;
    }
}

#[tokio::test]
async fn an_answer_may_end_at_any_byte() {
    for server in servers() {
        if server.flavor.is_mariadb() && !server.flavor.mariadb_since(11, 8, 0) {
            let database = small(&server);
            assert!(cut(&server, &database, 0, 23).await > 2000);
            continue;
        }
        // Four at a time, each with every fourth byte.
        let database = small(&server);
        let every_fourth = |first| cut(&server, &database, first, 4);
        let ends = tokio::join!(every_fourth(0), every_fourth(1), every_fourth(2), every_fourth(3));
        assert!([ends.0, ends.1, ends.2, ends.3].into_iter().all(|end| end > 2000), "{}", server.flavor);
    }
}

#[tokio::test]
async fn a_slow_answer_is_waited_for_and_not_for_ever() {
    for server in servers() {
        let database = small(&server);
        let whole = introspected(&database).await;
        let slow = |byte_time| Proxy::start(server.port, Wire { byte_time, ..Wire::default() }).unwrap();

        let proxy = slow(Duration::from_micros(300));
        let found = introspect(&at_port(proxy.port(), "root"), database.name(), &once()).await.unwrap();
        assert_whole(&found, &whole, "slow");

        let mut options = at_port(proxy.port(), "root");
        options.read_timeout = Duration::from_millis(40);
        let error = introspect(&options, database.name(), &once()).await.unwrap_err();
        let timed_out = matches!(&error, IntrospectError::Query { source: QueryError::TimedOut(_), .. });
        assert!(timed_out, "{}: {error}", server.flavor);

        // Each answer comes in time, and all of them don't.
        let options = IntrospectOptions { time_limit: Duration::from_millis(400), ..once() };
        let begun = Instant::now();
        let error = introspect(&at_port(proxy.port(), "root"), database.name(), &options).await.unwrap_err();
        assert!(matches!(error, IntrospectError::TimedOut(_)), "{}: {error}", server.flavor);
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}
