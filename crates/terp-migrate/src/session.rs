//! The session that locks, writes the journal and changes the schema: one connection for all three, so that what holds the lock is what works.

use std::time::Duration;

use terp_mysql::{ConnectOptions, Connection, QueryError, Row};
use terp_plan::APPLY_SQL_MODE;
use terp_schema_model::quote::{identifier, string_literal};
use terp_sql::Session;

use crate::error::{MigrateError, What};

/// How long a statement may take: an ALTER of a large table takes hours, and only the server knows that it goes on.
const STATEMENT_LIMIT: Duration = Duration::from_secs(30 * 24 * 3600);

/// Opens a session for a run.
pub(crate) async fn open(
    connect: &ConnectOptions,
    database: &str,
    lock_wait: Duration,
) -> Result<Connection, MigrateError> {
    let options = ConnectOptions { database: None, read_timeout: STATEMENT_LIMIT, ..connect.clone() };
    let mut connection = Connection::open(&options).await?;
    connection.query(&format!("USE {}", identifier(database))).await.what("use the database")?;
    let seconds = lock_wait.as_secs().max(1);
    let sql = format!(
        "SET SESSION sql_mode = '{APPLY_SQL_MODE}', SESSION autocommit = 1, SESSION foreign_key_checks = 1, \
         SESSION unique_checks = 1, SESSION sql_quote_show_create = 1, SESSION sql_select_limit = 18446744073709551615, \
         SESSION lock_wait_timeout = {seconds}"
    );
    connection.query("SET NAMES utf8mb4").await.what("set up the session")?;
    connection.query(&sql).await.what("set up the session")?;
    // What a server does not have, or an account may not set, is as it was introspected.
    for sql in [
        "SET SESSION innodb_strict_mode = 1",
        "SET SESSION explicit_defaults_for_timestamp = 1",
        "SET SESSION max_statement_time = 0",
        "SET SESSION show_create_table_verbosity = 0",
        "SET SESSION show_create_table_skip_secondary_engine = 0",
        "SET SESSION show_gipk_in_create_table_and_information_schema = 1",
        "SET SESSION sql_generate_invisible_primary_key = 0",
        "SET SESSION sql_require_primary_key = 0",
    ] {
        match connection.query(sql).await {
            Ok(_) | Err(QueryError::Server { .. }) => {}
            Err(source) => return Err(MigrateError::Query { what: "set up the session", source }),
        }
    }
    Ok(connection)
}

/// Gives the session the collation with which the engine works, since stored programs remember it.
pub(crate) async fn collate(connection: &mut Connection, engine: &Session) -> Result<(), MigrateError> {
    let sql = format!("SET NAMES utf8mb4 COLLATE {}", engine.connection.collation);
    connection.query(&sql).await.what("set up the session")?;
    Ok(())
}

/// Whether the server refuses changes.
pub(crate) async fn check_writable(connection: &mut Connection) -> Result<(), MigrateError> {
    let rows = connection
        .query("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'super_read_only')")
        .await;
    for row in rows.what("ask whether the server is read-only")?.rows {
        let on = text(&row, 1).is_some_and(|value| value != "OFF" && value != "0" && value != "NO_LOCK");
        if on {
            let name =
                if text(&row, 0).as_deref() == Some("read_only") { "read_only" } else { "super_read_only" };
            return Err(MigrateError::ReadOnly(name));
        }
    }
    Ok(())
}

/// A field as text.
pub(crate) fn text(row: &Row, at: usize) -> Option<String> {
    row.get(at)?.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

/// A field as a number.
pub(crate) fn number(row: &Row, at: usize) -> Option<u64> {
    text(row, at)?.parse().ok()
}

/// A literal of the session's sql_mode, which has backslash escapes.
pub(crate) fn literal(text: &str) -> String {
    string_literal(text, false)
}

/// A literal, or NULL.
pub(crate) fn literal_or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), literal)
}
