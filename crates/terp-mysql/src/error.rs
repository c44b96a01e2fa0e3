//! What can go wrong.

use std::time::Duration;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The server did not answer in time.
    #[error("no answer within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// Anything else that the client reports.
    #[error(transparent)]
    Client(#[from] mysql_async::Error),
}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The server refused it.
    #[error("error {errno} ({state}): {message}")]
    Server {
        /// The server's error number.
        errno: u16,
        /// SQLSTATE.
        state: String,
        /// The server's message.
        message: String,
    },
    /// The server did not answer in time; the connection can't be used any more.
    #[error("no answer within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// The connection is gone, or the server said what can't be understood.
    #[error("the connection is lost: {0}")]
    Lost(#[source] mysql_async::Error),
}

impl From<mysql_async::Error> for QueryError {
    fn from(error: mysql_async::Error) -> Self {
        match error {
            mysql_async::Error::Server(server) => {
                Self::Server { errno: server.code, state: server.state, message: server.message }
            }
            other => Self::Lost(other),
        }
    }
}
