//! One session of a server.

use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, SslOpts, Value};
use secrecy::ExposeSecret;

use crate::error::{ConnectError, ConnectErrorKind, QueryError};
use crate::options::{Address, ConnectOptions};
use crate::tls;

/// One row of an answer: the text of each column, `None` for NULL.
pub type Row = Vec<Option<Vec<u8>>>;

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// The longest time between two attempts to connect.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// Ends a task that nobody waits for any more.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn opts(options: &ConnectOptions, ssl: Option<SslOpts>) -> OptsBuilder {
    let builder = OptsBuilder::default()
        .user(Some(&options.user))
        .pass(options.password.as_ref().map(ExposeSecret::expose_secret))
        .db_name(options.database.as_deref())
        .prefer_socket(Some(false))
        .ssl_opts(ssl);
    match &options.address {
        Address::Tcp { host, port } => builder.ip_or_hostname(host.clone()).tcp_port(*port),
        Address::Socket(path) => builder.socket(Some(path.to_string_lossy())),
    }
}

/// One session of a server.
#[derive(Debug)]
pub struct Connection {
    conn: Conn,
    read_timeout: Duration,
}

impl Connection {
    /// Opens a session, and tries again where what went wrong may pass.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn open(options: &ConnectOptions) -> Result<Self, ConnectError> {
        let mut wait = options.backoff;
        let mut attempt = 1;
        loop {
            match Self::open_once(options).await {
                Ok(connection) => return Ok(connection),
                Err(error) if error.may_pass() && attempt < options.attempts => {
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(MAX_BACKOFF);
                    attempt += 1;
                }
                Err(error) => return Err(error.after(attempt)),
            }
        }
    }

    async fn open_once(options: &ConnectOptions) -> Result<Self, ConnectError> {
        let target = format!("{}@{}", options.user, options.address);
        let limit = options.connect_timeout;
        let until = tokio::time::Instant::now() + limit;
        let mut last = Err(ConnectError::timed_out(target.clone(), limit));
        for ssl in tls::ways(options, &target)? {
            let opts = opts(options, ssl);
            // A task of its own: whatever a broken server makes of the client, it ends there.
            let task = tokio::spawn(async move { Conn::new(opts).await });
            let aborts = AbortOnDrop(task.abort_handle());
            last = match tokio::time::timeout_at(until, task).await {
                Ok(Ok(Ok(conn))) => return Ok(Self { conn, read_timeout: options.read_timeout }),
                Ok(Ok(Err(error))) => Err(ConnectError::of(error, target.clone())),
                Ok(Err(_)) => {
                    let message = "what the server answers is not understood";
                    Err(ConnectError::new(ConnectErrorKind::Protocol, target.clone(), message))
                }
                Err(_) => return Err(ConnectError::timed_out(target, limit)),
            };
            drop(aborts);
            // Only a server without TLS is asked again without it; any other fault stays one.
            if !last.as_ref().is_err_and(ConnectError::is_server_without_tls) {
                return last;
            }
        }
        last
    }

    /// The version that the server gives when a session begins, as a number of three parts. MariaDB's can be hidden behind `5.5.5-`; ask
    /// `SELECT VERSION()` to be sure.
    pub fn version(&self) -> (u16, u16, u16) {
        self.conn.server_version()
    }

    /// Sends one statement in the text protocol and gives its first answer.
    ///
    /// # Errors
    /// [`QueryError`].
    pub async fn query(&mut self, sql: &str) -> Result<Rows, QueryError> {
        let wait = self.read_timeout;
        let answer = async {
            let mut result = self.conn.query_iter(sql).await?;
            let columns = result
                .columns()
                .map(|columns| columns.iter().map(|c| c.name_str().into_owned()).collect())
                .unwrap_or_default();
            let rows: Vec<mysql_async::Row> = result.collect().await?;
            result.drop_result().await?;
            Ok(Rows { columns, rows: rows.into_iter().map(fields).collect() })
        };
        tokio::time::timeout(wait, answer).await.map_err(|_| QueryError::TimedOut(wait))?
    }

    /// Sends several statements, separated by semicolons, in one packet.
    pub(crate) async fn query_batch(&mut self, sql: &str) -> Batch {
        let wait = self.read_timeout;
        let mut answers = Vec::new();
        let mut result = match in_time(wait, self.conn.query_iter(sql)).await {
            Ok(result) => result,
            Err(error) => return Batch { answers, error: Some(error) },
        };
        loop {
            let columns = result.columns_ref().iter().map(|column| column.name_str().into_owned()).collect();
            let mut rows = Vec::new();
            loop {
                match in_time(wait, result.next()).await {
                    Ok(Some(row)) => rows.push(fields(row)),
                    Ok(None) => break,
                    Err(error) => return Batch { answers, error: Some(error) },
                }
            }
            answers.push(Rows { columns, rows });
            if result.is_empty() {
                // A refusal of the next statement has been read by now, and waits to be asked for.
                let error = in_time(wait, result.next()).await.err();
                return Batch { answers, error };
            }
        }
    }

    /// Ends the session as the protocol wants it.
    ///
    /// # Errors
    /// [`QueryError`].
    pub async fn close(self) -> Result<(), QueryError> {
        in_time(self.read_timeout, self.conn.disconnect()).await
    }
}

/// What came back for several statements.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The answers up to the first error. The last may be missing where it has no columns.
    pub(crate) answers: Vec<Rows>,
    /// What ended it: the refusal of the statement after the last answer, or the loss of the connection. What follows was not executed.
    pub(crate) error: Option<QueryError>,
}

async fn in_time<T>(
    wait: Duration,
    future: impl Future<Output = Result<T, mysql_async::Error>>,
) -> Result<T, QueryError> {
    let answer = tokio::time::timeout(wait, future).await.map_err(|_| QueryError::TimedOut(wait))?;
    Ok(answer?)
}

/// The fields of a row that has just come, so that none was taken out of it yet.
fn fields(row: mysql_async::Row) -> Row {
    row.unwrap_raw().into_iter().map(|value| value.and_then(text)).collect()
}

/// The text protocol gives text for everything but NULL.
fn text(value: Value) -> Option<Vec<u8>> {
    match value {
        Value::Bytes(bytes) => Some(bytes),
        Value::NULL => None,
        other => Some(other.as_sql(true).into_bytes()),
    }
}
