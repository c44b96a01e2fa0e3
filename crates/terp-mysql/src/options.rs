//! What is needed to connect.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A host name or IP address, and a port.
    Tcp {
        /// The host.
        host: String,
        /// The port, 3306 by default.
        port: u16,
    },
    /// A Unix socket.
    Socket(PathBuf),
}

/// What is needed to connect to a server.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// Where it listens.
    pub address: Address,
    /// The account's name.
    pub user: String,
    /// Its password, if it has one.
    pub password: Option<SecretString>,
    /// The database to be in.
    pub database: Option<String>,
    /// How long one attempt to connect may take.
    pub connect_timeout: Duration,
    /// How long the server may take to answer a query.
    pub read_timeout: Duration,
}
