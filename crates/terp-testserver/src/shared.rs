//! Servers that several tests use, each in a database of its own.

use std::env;
use std::fmt::Write as _;
use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use terp_schema_model::quote::identifier;

use terp_schema_model::Flavor;

use crate::connection::{Connection, ServerError};
use crate::error::{Error, Result};
use crate::fetch::{KNOWN, is_required};
use crate::installation::{find_flavor, serves};
use crate::server::{Options, Server};

/// The environment variable by which `cargo xtask test` tells tests of the servers that it has started:
/// `mysql:9.7.4=/tmp/terp-a/sock;40001,mariadb:11.8.9=/tmp/terp-b/sock;40002`. Tests of one process could share a value,
/// but nextest gives each test its own process.
pub const SERVERS_VARIABLE: &str = "TERP_TEST_SERVERS";

/// Where a server can be reached, as `root` without a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Vendor and version, with its patch number.
    pub flavor: Flavor,
    /// Its Unix socket.
    pub socket: PathBuf,
    /// Its port of 127.0.0.1.
    pub port: u16,
}

impl Endpoint {
    /// Opens a session through the socket, in no database.
    ///
    /// # Errors
    /// 2002 when the server is gone.
    pub fn connect(&self) -> Result<Connection, ServerError> {
        Connection::unix(&self.socket, None)
    }

    /// Opens a session through the socket, in a database.
    ///
    /// # Errors
    /// 2002 when the server is gone, 1049 when there is no such database.
    pub fn connect_to(&self, database: &str) -> Result<Connection, ServerError> {
        Connection::unix(&self.socket, Some(database))
    }

    /// Opens a session through TCP, in no database.
    ///
    /// # Errors
    /// 2002 when the server is gone.
    pub fn connect_tcp(&self) -> Result<Connection, ServerError> {
        Connection::tcp(self.port, None)
    }

    /// Makes a database that no other test has, with the server's default character set, and a session in it.
    ///
    /// # Errors
    /// What the server answers.
    pub fn create_database(&self) -> Result<TestDatabase, ServerError> {
        self.create_database_with("")
    }

    /// Makes a database with options, for example `CHARACTER SET latin1`, and a session in it.
    ///
    /// # Errors
    /// What the server answers.
    pub fn create_database_with(&self, options: &str) -> Result<TestDatabase, ServerError> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        // A process number comes back one day, and a shared server may still have the database of a killed test.
        let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() % 100_000_000;
        let name = format!("t{}_{time}_{count}", process::id());
        self.connect()?.execute(format!("CREATE DATABASE {} {options}", identifier(&name)))?;
        let connection = self.connect_to(&name)?;
        Ok(TestDatabase { endpoint: self.clone(), name, connection })
    }
}

/// A database of one test, with a session in it. Dropped, it is removed from the server.
#[derive(Debug)]
pub struct TestDatabase {
    endpoint: Endpoint,
    name: String,
    connection: Connection,
}

impl TestDatabase {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The server that it is on.
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Another session in it.
    ///
    /// # Errors
    /// As for [`Endpoint::connect_to`].
    pub fn connect(&self) -> Result<Connection, ServerError> {
        self.endpoint.connect_to(&self.name)
    }
}

impl Deref for TestDatabase {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for TestDatabase {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // The test's own session may hold locks, which end with it a moment later. A server that is gone needs no tidying.
        self.connection.close();
        if let Ok(mut connection) = self.endpoint.connect() {
            let _ = connection.execute("SET SESSION foreign_key_checks = 0, SESSION lock_wait_timeout = 5");
            let _ = connection.execute(format!("DROP DATABASE IF EXISTS {}", identifier(&self.name)));
        }
    }
}

/// A server for a test: shared with others, or its own.
#[derive(Debug)]
pub struct SharedServer {
    endpoint: Endpoint,
    own: Option<Server>,
}

impl SharedServer {
    /// Whether other tests use it too, so that nothing outside the test's own databases may be changed.
    pub const fn is_shared(&self) -> bool {
        self.own.is_none()
    }
}

impl Deref for SharedServer {
    type Target = Endpoint;

    fn deref(&self) -> &Endpoint {
        &self.endpoint
    }
}

/// A server of the wanted flavor: the one that [`SERVERS_VARIABLE`] names, or, without that variable, one started for this call.
///
/// # Errors
/// [`Error::Unavailable`] when the variable lacks it, [`Error::NoServer`] when none is installed (both say what to do), and as for [`Server::start`].
pub fn shared(wanted: Flavor) -> Result<SharedServer> {
    if let Some(text) = env::var_os(SERVERS_VARIABLE) {
        let text = text
            .into_string()
            .map_err(|_| Error::Environment { reason: format!("{SERVERS_VARIABLE} is not UTF-8") })?;
        let endpoints = parse_servers(&text)?;
        let endpoint = endpoints
            .into_iter()
            .find(|endpoint| serves(endpoint.flavor, wanted))
            .ok_or(Error::Unavailable { wanted, servers: text })?;
        return Ok(SharedServer { endpoint, own: None });
    }
    let server = Server::start(&find_flavor(wanted)?, Options::default())?;
    Ok(SharedServer { endpoint: server.endpoint().clone(), own: Some(server) })
}

/// A server of each flavor that tests run on: all of [`KNOWN`], of which those that are not [`is_required`] may be absent.
///
/// # Errors
/// As for [`shared`], for the first that is required.
pub fn shared_all() -> Result<Vec<SharedServer>> {
    let mut servers = Vec::new();
    for flavor in KNOWN {
        match shared(flavor) {
            Ok(server) => servers.push(server),
            Err(Error::NoServer { .. } | Error::Unavailable { .. }) if !is_required(flavor) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(servers)
}

/// The value of [`SERVERS_VARIABLE`] for running servers.
///
/// # Errors
/// When the path of a socket has a comma or a semicolon in it.
pub fn servers_variable<'a>(endpoints: impl IntoIterator<Item = &'a Endpoint>) -> Result<String> {
    let mut value = String::new();
    for Endpoint { flavor, socket, port } in endpoints {
        let socket =
            socket.to_str().filter(|path| !path.contains([',', ';'])).ok_or_else(|| Error::Environment {
                reason: format!(
                    "{SERVERS_VARIABLE} cannot hold {}; set TMPDIR to a plain path",
                    socket.display()
                ),
            })?;
        let separator = if value.is_empty() { "" } else { "," };
        let _ = write!(value, "{separator}{flavor}={socket};{port}");
    }
    Ok(value)
}

fn parse_servers(text: &str) -> Result<Vec<Endpoint>> {
    let entries = text.split(',').filter(|entry| !entry.trim().is_empty());
    let parse = |entry: &str| {
        let (flavor, place) = entry.trim().split_once('=')?;
        let (socket, port) = place.split_once(';')?;
        Some(Endpoint { flavor: flavor.parse().ok()?, socket: socket.into(), port: port.parse().ok()? })
    };
    entries
        .map(|entry| {
            parse(entry).ok_or_else(|| Error::Environment {
                reason: format!("{SERVERS_VARIABLE}: {entry:?} is not FLAVOR=SOCKET;PORT"),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_is_read_as_written() {
        let endpoints = [("mysql:9.7.4", "/tmp/a/sock", 1), ("mariadb:10.11.18", "/tmp/b=c/sock", 65535)]
            .map(|(flavor, socket, port)| Endpoint {
                flavor: flavor.parse().unwrap(),
                socket: socket.into(),
                port,
            });
        let text = servers_variable(&endpoints).unwrap();
        assert_eq!(text, "mysql:9.7.4=/tmp/a/sock;1,mariadb:10.11.18=/tmp/b=c/sock;65535");
        assert_eq!(parse_servers(&text).unwrap(), endpoints);
        assert_eq!(parse_servers("").unwrap(), []);
    }

    #[test]
    fn nonsense_is_an_error() {
        for text in ["mysql:9.7", "mysql:9.7=/a", "mysql:9.7=/a;x", "=/a;1", "oracle:1=/a;1"] {
            assert!(matches!(parse_servers(text), Err(Error::Environment { .. })), "{text}");
        }
        let comma = Endpoint { flavor: Flavor::MYSQL_9_7, socket: "/a,b".into(), port: 1 };
        assert!(servers_variable([&comma]).is_err());
    }
}
