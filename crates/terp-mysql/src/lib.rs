//! Connections to MySQL and MariaDB, and what a database there is made of.
//!
//! The only crate that opens a connection to a user's server. It prints nothing, reads no environment variable (the caller hands over
//! what it may see) and never panics.

mod connection;
mod error;
mod introspect;
mod options;
mod settings;
mod tls;

pub use connection::{Connection, Row, Rows};
pub use error::{ConnectError, ConnectErrorKind, QueryError};
pub use introspect::{
    Facts, IntrospectError, IntrospectOptions, Introspection, MigrationRow, MigrationsTable,
    MissingPrivilege, ObjectKind, Single, SingleReader, UnknownObject, UnknownReason, introspect,
    read_migrations_table,
};
pub use options::{Address, ConnectOptions, DEFAULT_PORT, Tls, TlsMode, TlsModeError};
pub use settings::option_file;
pub use settings::{Environment, LOCAL_SOCKETS, Origin, Password, Set, Settings, SettingsError, UrlPlace};
