//! What a database is made of, as a model.
//!
//! The model comes from the server's own SHOW CREATE text, executed by the embedded engine, and never from a second reading of
//! information_schema. Every object is printed again and compared with that text byte for byte; one that does not come out the same
//! is an [`UnknownObject`], named with the reason, and is not in the schema.
//!
//! Everything is read twice, and again until two readings in a row are the same: then there was a moment, between the two, at which
//! the database was as it is described, whatever others did to it meanwhile.

mod build;
mod list;
mod mend;
mod migrations_table;
mod object;
mod pool;
mod privileges;
mod program;
mod read;
mod single;
mod view;

use std::collections::BTreeMap;
use std::time::Duration;

use terp_schema_model::{Flavor, Schema};

pub use self::migrations_table::{MigrationRow, MigrationsTable, read_migrations_table};
pub use self::object::{ObjectKind, UnknownObject, UnknownReason};
pub use self::privileges::MissingPrivilege;
pub use self::single::{Single, SingleReader};
use crate::error::{ConnectError, QueryError};
use crate::options::ConnectOptions;

/// How a database is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntrospectOptions {
    /// How many sessions are used at most. Where the server grants fewer, fewer are used. Default: 6.
    pub sessions: usize,
    /// How often everything is read at most, while others change it. At least 2. Default: 20.
    pub attempts: u32,
    /// How often each session is opened again at most, after its connection was lost. Default: 3.
    pub reconnects: u32,
    /// How many statements are sent in one packet, to save round trips. 1 sends each on its own, as some proxies want it. Default: 32.
    pub statements_per_packet: usize,
    /// How long it may take altogether. Default: 10 minutes.
    pub time_limit: Duration,
    /// Whether the server's own databases (mysql, sys) may be read. Default: no.
    pub system_databases: bool,
}

impl Default for IntrospectOptions {
    fn default() -> Self {
        Self {
            sessions: 6,
            attempts: 20,
            reconnects: 3,
            statements_per_packet: 32,
            time_limit: Duration::from_secs(600),
            system_databases: false,
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Introspection {
    /// The server's vendor and version.
    pub flavor: Flavor,
    /// What `SELECT VERSION()` answers, as `11.8.9-MariaDB-4`.
    pub version: String,
    /// What is known of the database. Its lists are sorted by name.
    pub schema: Schema,
    /// What is there and not in the schema. Nothing may be said of these objects but that they are there.
    pub unknown: Vec<UnknownObject>,
    /// What the account may not see, and the statement that would help. Where this is not empty there may be objects that are neither in
    /// the schema nor in [`Self::unknown`].
    pub missing_privileges: Vec<MissingPrivilege>,
    /// Other facts about the server and the reading.
    pub facts: Facts,
}

impl Introspection {
    /// Whether the schema is the whole database: nothing unknown, and nothing that the account could not see.
    pub fn is_complete(&self) -> bool {
        self.unknown.is_empty() && self.missing_privileges.is_empty()
    }
}

/// Facts about the server and the reading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Facts {
    /// The account as the server names it, `user@host`.
    pub account: String,
    /// lower_case_table_names: 0, 1 or 2.
    pub lower_case_table_names: u8,
    /// The global variables that change what DDL means, as far as the server tells them: see `terp_sql::Session::on_server`.
    pub variables: BTreeMap<String, String>,
    /// How often everything was read.
    pub readings: u32,
    /// How many sessions were used.
    pub sessions: usize,
}

/// Why a database can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntrospectError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A query failed that nothing can be said without.
    #[error("{what}: {source}")]
    Query {
        /// What was asked for.
        what: String,
        /// Why there is no answer.
        #[source]
        source: QueryError,
    },
    /// The server answers something that is not understood.
    #[error("{what}: the answer is not understood")]
    Answer {
        /// What was asked for.
        what: String,
    },
    /// There is no such database, or the account may not know of it.
    #[error(
        "there is no database `{database}`, or {account} has no privilege on it: GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON {grant} TO {account}"
    )]
    UnknownDatabase {
        /// Its name.
        database: String,
        /// The account, quoted for SQL.
        account: String,
        /// The database as GRANT takes it.
        grant: String,
    },
    /// One of the server's own databases.
    #[error("`{0}` is a database of the server's own")]
    SystemDatabase(String),
    /// A server, or a version of one, that is not known here.
    #[error("the server calls itself {version:?}: {reason}")]
    UnknownServer {
        /// What `SELECT VERSION()` answers.
        version: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Others changed the database each time it was read.
    #[error("the schema is changing: {} of `{database}` differed each time in {readings} readings", list_names(.objects))]
    Changing {
        /// The database.
        database: String,
        /// How often everything was read.
        readings: u32,
        /// What differed between the last two readings, as `table x`.
        objects: Vec<String>,
    },
    /// It took longer than it may, though each answer came in time.
    #[error("the database was not read within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// A task of the runtime did not come to its end.
    #[error("a task was ended from outside: {0}")]
    Task(#[from] tokio::task::JoinError),
}

fn list_names(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text += &format!(" and {} more", names.len() - SHOWN);
    }
    text
}

/// Reads a database into the model. It changes nothing on the server.
///
/// `connect` says how to reach the server; its own database does not matter. Sessions of its pool are set up so that SHOW CREATE prints
/// its canonical text, whatever the server's defaults are.
///
/// # Errors
/// [`IntrospectError`]; what is wrong with single objects is no error, but named in [`Introspection::unknown`].
pub async fn introspect(
    connect: &ConnectOptions,
    database: &str,
    options: &IntrospectOptions,
) -> Result<Introspection, IntrospectError> {
    let limit = options.time_limit;
    let reading = read(connect, database, options);
    tokio::time::timeout(limit, reading).await.map_err(|_| IntrospectError::TimedOut(limit))?
}

async fn read(
    connect: &ConnectOptions,
    database: &str,
    options: &IntrospectOptions,
) -> Result<Introspection, IntrospectError> {
    list::refuse_system_database(database, options)?;
    let (mut pool, server) = pool::Pool::open(connect, database, options).await?;
    let reading = read::read_until_stable(&mut pool, &server, options).await?;
    let sessions = pool.close().await;

    let missing_privileges = privileges::missing(&server, &reading.built);
    let read::Reading { character_set, built, triggers, readings } = reading;
    let (schema, unknown) = build::assemble(&server.database, character_set, &triggers, built);
    Ok(Introspection {
        flavor: server.flavor,
        version: server.version,
        schema,
        unknown,
        missing_privileges,
        facts: Facts {
            account: server.account,
            lower_case_table_names: server.lower_case_table_names,
            variables: server.variables,
            readings,
            sessions,
        },
    })
}
