//! Servers, sessions and databases of the tests.

use std::time::Duration;

use terp_mysql::{Address, ConnectOptions, IntrospectOptions, Introspection, introspect};
use terp_testserver::{Endpoint, SharedServer, TestDatabase};

/// The servers of this process.
pub(crate) fn servers() -> Vec<SharedServer> {
    terp_testserver::shared_all().unwrap()
}

/// How to reach a server as root.
pub(crate) fn as_root(endpoint: &Endpoint) -> ConnectOptions {
    at_port(endpoint.port, "root")
}

/// How to reach a port of this machine.
pub(crate) fn at_port(port: u16, user: &str) -> ConnectOptions {
    ConnectOptions {
        address: Address::Tcp { host: "127.0.0.1".to_owned(), port },
        user: user.to_owned(),
        connect_timeout: Duration::from_secs(20),
        // What is broken on purpose stays so, and the tests count how often it is tried.
        attempts: 1,
        ..ConnectOptions::default()
    }
}

/// What a test's database is made of, as root sees it.
pub(crate) async fn introspected(database: &TestDatabase) -> Introspection {
    let options = IntrospectOptions::default();
    introspect(&as_root(database.endpoint()), database.name(), &options).await.unwrap()
}
