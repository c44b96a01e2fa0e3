//! What Drizzle remembers in a database.

use terp_schema_model::quote::{identifier, string_literal};

use super::list::text;
use crate::connection::{Connection, Row};
use crate::error::QueryError;

/// Drizzle's table of migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationsTable {
    /// The names of its columns, in its order; a column `name` makes it that of drizzle-orm 1.0.
    pub columns: Vec<String>,
    /// Its rows, by `id`.
    pub rows: Vec<MigrationRow>,
}

/// A row of Drizzle's table. What a table has no column for is `None`, as is NULL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MigrationRow {
    /// `id`.
    pub id: Option<u64>,
    /// `hash`: SHA-256 of the file, in hexadecimal.
    pub hash: String,
    /// `created_at`: the journal's `when`, in milliseconds since 1970.
    pub created_at: Option<i64>,
    /// `name`, of drizzle-orm 1.0: the name of the migration's folder.
    pub name: Option<String>,
    /// `applied_at`, of drizzle-orm 1.0, as the server prints it.
    pub applied_at: Option<String>,
}

/// Reads Drizzle's table of migrations; `None` when there is no such table.
///
/// # Errors
/// [`QueryError`], among others when the account may not read it.
pub async fn read_migrations_table(
    connection: &mut Connection,
    database: &str,
    table: &str,
) -> Result<Option<MigrationsTable>, QueryError> {
    let sql = format!("SELECT * FROM {}.{}", identifier(database), identifier(table));
    let answer = match connection.query(&sql).await {
        Ok(answer) => answer,
        // No such table, or no such database.
        Err(QueryError::Server { errno: 1146 | 1049, .. }) => return Ok(None),
        Err(QueryError::Server { errno, state, message }) if errno == 1142 => {
            // To an account without any privilege on it, a table that is not there is refused in the same way.
            return if is_listed(connection, database, table).await? {
                Err(QueryError::Server { errno, state, message })
            } else {
                Err(QueryError::Server {
                    errno,
                    state,
                    message: format!("{message}; whether there is such a table is not known"),
                })
            };
        }
        Err(error) => return Err(error),
    };
    let place = |name: &str| answer.columns.iter().position(|column| column.eq_ignore_ascii_case(name));
    let [id, hash, created_at, name, applied_at] =
        ["id", "hash", "created_at", "name", "applied_at"].map(place);
    let field = |row: &Row, place: Option<usize>| text(row, place?);
    let mut rows: Vec<MigrationRow> = answer
        .rows
        .iter()
        .map(|row| MigrationRow {
            id: field(row, id).and_then(|id| id.parse().ok()),
            hash: field(row, hash).unwrap_or_default(),
            created_at: field(row, created_at).and_then(|time| time.parse().ok()),
            name: field(row, name),
            applied_at: field(row, applied_at),
        })
        .collect();
    rows.sort_by_key(|row| row.id);
    Ok(Some(MigrationsTable { columns: answer.columns, rows }))
}

async fn is_listed(connection: &mut Connection, database: &str, table: &str) -> Result<bool, QueryError> {
    let sql = format!(
        "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {}",
        string_literal(database, false),
        string_literal(table, false)
    );
    Ok(!connection.query(&sql).await?.rows.is_empty())
}
