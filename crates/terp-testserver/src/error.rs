//! What can go wrong between looking for a server and talking to it.

use std::fmt;
use std::io;

use terp_schema_model::Flavor;

use crate::connection::ServerError;

/// The result of everything here but statements, which fail with a [`ServerError`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why there is no server.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing installed serves the wanted flavor.
    #[error(
        "no {wanted} server here{found}; `cargo xtask test` fetches one, \
         or let TERP_MYSQLD or TERP_MARIADBD name the command of an installed one"
    )]
    NoServer {
        /// What was asked for.
        wanted: Flavor,
        /// What is there instead, as the end of the sentence.
        found: String,
    },
    /// A server's program does not run, or says something unexpected of itself.
    #[error("`{command}`: {reason}")]
    Command {
        /// The command line.
        command: String,
        /// What happened.
        reason: String,
    },
    /// A server did not come up, or its data directory could not be made.
    #[error("{flavor} {reason}; the end of its log:\n{log}")]
    Start {
        /// The server's flavor.
        flavor: Flavor,
        /// What happened.
        reason: String,
        /// The last lines that it wrote.
        log: String,
    },
    /// A server could not be downloaded.
    #[error("cannot fetch {wanted}: {reason}")]
    Fetch {
        /// What was to be fetched.
        wanted: Flavor,
        /// What is missing, or what apt said.
        reason: String,
    },
    /// A program other than a server could not be downloaded.
    #[error("cannot fetch {package}: {reason}")]
    Package {
        /// The package.
        package: String,
        /// What is missing, or what apt said.
        reason: String,
    },
    /// The wanted server is not among those of [`crate::SERVERS_VARIABLE`].
    #[error(
        "no {wanted} in {}={servers:?}; `cargo xtask test` starts one, if it can be fetched here",
        crate::SERVERS_VARIABLE
    )]
    Unavailable {
        /// What was asked for.
        wanted: Flavor,
        /// The variable's value.
        servers: String,
    },
    /// An environment variable cannot be understood, or must be set.
    #[error("the environment: {reason}")]
    Environment {
        /// What is wrong with it.
        reason: String,
    },
    /// The server answered with an error where none is expected.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The file system did.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, with the path.
        what: String,
        /// The cause.
        source: io::Error,
    },
}

/// As for `Display`: a test shows the errors that it unwraps through `Debug`, and the hint is in the text.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Says of an I/O error what was being done.
pub(crate) trait Context<T> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::Io { what: what(), source })
    }
}
