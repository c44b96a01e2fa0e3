//! Live databases: which one is meant, and what is read of it.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use terp_check::{AppliedMigrations, AppliedRows, Live, Unseen};
use terp_drift::{ObjectKind, ObjectPath};
use terp_drizzle::migrations_table::{AppliedMigration, NamedMigration, has_names};
use terp_mysql::{
    ConnectOptions, Connection, Environment, IntrospectError, IntrospectOptions, Introspection, MigrationRow,
    MigrationsTable, Settings, SettingsError, UnknownObject, UrlPlace, introspect, option_file,
    read_migrations_table,
};

use crate::config::ConfigFile;
use crate::exit::{Exit, Failure};
use crate::output::{one_line, say};

/// A live database, as a command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseSource {
    /// `database:` or `database:NAME`: the server that `terp.toml`, `.my.cnf` and the environment tell of, and there the database of
    /// that name or else the one that they tell of.
    Configured(Option<String>),
    /// `mysql://USER@HOST:PORT/NAME` or `mariadb://...`.
    Url(String),
}

impl DatabaseSource {
    /// The database that a text names, if it names one and no files.
    pub fn of(text: &str) -> Option<Self> {
        let is_url = ["mysql://", "mariadb://"].iter().any(|scheme| text.starts_with(scheme));
        if is_url {
            return Some(Self::Url(text.to_owned()));
        }
        let name = text.strip_prefix("database:")?;
        Some(Self::Configured((!name.is_empty()).then(|| name.to_owned())))
    }
}

impl fmt::Display for DatabaseSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configured(name) => write!(f, "database:{}", name.as_deref().unwrap_or_default()),
            Self::Url(url) => f.write_str(url),
        }
    }
}

/// How to connect: what the source says itself, then `terp.toml`, then the environment, then the clients' option file.
///
/// # Errors
/// One of these is not as it has to be (exit code 2).
pub fn connect_options(
    source: &DatabaseSource,
    config: Option<&ConfigFile>,
) -> Result<ConnectOptions, Failure> {
    let usage = |error: SettingsError| Failure::usage(error.to_string());
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let own = match source {
        DatabaseSource::Url(url) => Settings::from_url(url, UrlPlace::Argument).map_err(usage)?,
        DatabaseSource::Configured(None) => Settings::default(),
        DatabaseSource::Configured(Some(name)) => Settings {
            database: Some((name.clone(), terp_mysql::Origin("the command line".to_owned()))),
            ..Settings::default()
        },
    };
    let project = config.map(|file| file.config.database.settings(file, &variable)).transpose()?;
    let variables =
        Environment::names().iter().filter_map(|name| Some(((*name).to_owned(), variable(name)?)));
    let environment = Environment::new(variables).settings().map_err(usage)?;
    let named = config.and_then(|file| Some(file.resolve(file.config.database.option_file.as_ref()?)));
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".my.cnf"));
    let file = named.or_else(home).map(|path| option_file::read(&path)).transpose().map_err(usage)?;
    let file = file.unwrap_or_default();
    for warning in &file.warnings {
        say(&format!("warning: {warning}"));
    }
    Ok(own
        .or(project.unwrap_or_default())
        .or(environment)
        .or(file.settings)
        .or_local_socket(is_socket)
        .options())
}

/// Whether a socket is there.
fn is_socket(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket())
}

/// Reads a live database. `migrations_table` is the table in which Drizzle keeps what it ran.
///
/// # Errors
/// The settings are not as they have to be (exit code 2), there is no connection (3), or the database can't be read.
pub fn read(
    source: &DatabaseSource,
    config: Option<&ConfigFile>,
    migrations_table: Option<&str>,
) -> Result<Live, Failure> {
    let options = connect_options(source, config)?;
    let Some(database) = options.database.clone() else {
        return Err(Failure::usage(
            "which database is meant is not said: name it (database:NAME, or at the end of the URL), or in terp.toml, DB_NAME or \
             DATABASE_URL",
        ));
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
    runtime.block_on(async {
        let introspection = introspect(&options, &database, &IntrospectOptions::default())
            .await
            .map_err(|error| unreadable(&error))?;
        let migrations = match migrations_table {
            Some(table) => migrations(&options, &database, table).await?,
            None => AppliedMigrations::NotRead,
        };
        Ok(live(introspection, migrations, format!("live {database}")))
    })
}

async fn migrations(
    options: &ConnectOptions,
    database: &str,
    table: &str,
) -> Result<AppliedMigrations, Failure> {
    let mut connection = Connection::open(options).await.map_err(|error| unreadable(&error.into()))?;
    let rows = read_migrations_table(&mut connection, database, table).await;
    // Nothing hangs on how the session ends.
    let _ = connection.close().await;
    Ok(match rows {
        Ok(None) => AppliedMigrations::NoTable,
        Ok(Some(table)) => AppliedMigrations::Rows(applied(table)),
        Err(error) => AppliedMigrations::Unreadable(format!("the table {table}: {}", one_line(&error))),
    })
}

fn unreadable(error: &IntrospectError) -> Failure {
    let text = one_line(error);
    match error {
        IntrospectError::Connect(_) => Failure::new(Exit::Connection, text),
        IntrospectError::UnknownDatabase { .. } => Failure::new(Exit::Connection, text),
        IntrospectError::SystemDatabase(_) | IntrospectError::UnknownServer { .. } => Failure::usage(text),
        _ => Failure::failed(text),
    }
}

fn path(object: &UnknownObject) -> ObjectPath {
    use terp_mysql::ObjectKind as Kind;
    let program = |kind| ObjectPath::program(kind, &object.name);
    match object.kind {
        Kind::View => program(ObjectKind::View),
        Kind::Trigger => program(ObjectKind::Trigger),
        Kind::Procedure => program(ObjectKind::Procedure),
        Kind::Function => program(ObjectKind::Function),
        Kind::Event => program(ObjectKind::Event),
        Kind::Sequence => program(ObjectKind::Sequence),
        Kind::Package => program(ObjectKind::Package),
        Kind::PackageBody => program(ObjectKind::PackageBody),
        // What it is is not known: neither a table nor a view of that name is.
        _ => ObjectPath::table(&object.name),
    }
}

fn live(introspection: Introspection, migrations: AppliedMigrations, name: String) -> Live {
    let unknown: BTreeMap<ObjectPath, String> =
        introspection.unknown.iter().map(|object| (path(object), object.reason.to_string())).collect();
    let unseen = introspection.missing_privileges.iter().map(|missing| Unseen {
        what: missing.reason.clone(),
        grant: Some(missing.sql.clone()),
        hides: missing.hides.iter().filter_map(|kind| hidden(*kind)).collect::<BTreeSet<ObjectKind>>(),
    });
    Live {
        name,
        flavor: introspection.flavor,
        unseen: unseen.collect(),
        unknown,
        variables: introspection.facts.variables,
        schema: introspection.schema,
        migrations,
    }
}

/// As comparisons name it; the kinds that they don't know are no part of them.
const fn hidden(kind: terp_mysql::ObjectKind) -> Option<ObjectKind> {
    use terp_mysql::ObjectKind as Kind;
    Some(match kind {
        Kind::Table => ObjectKind::Table,
        Kind::View => ObjectKind::View,
        Kind::Trigger => ObjectKind::Trigger,
        Kind::Procedure => ObjectKind::Procedure,
        Kind::Function => ObjectKind::Function,
        Kind::Event => ObjectKind::Event,
        Kind::Sequence => ObjectKind::Sequence,
        Kind::Package => ObjectKind::Package,
        Kind::PackageBody => ObjectKind::PackageBody,
        _ => return None,
    })
}

fn applied(table: MigrationsTable) -> AppliedRows {
    let rows = table.rows.into_iter();
    if has_names(table.columns.iter().map(String::as_str)) {
        let named =
            |row: MigrationRow| NamedMigration { hash: row.hash, created_at: row.created_at, name: row.name };
        AppliedRows::ByName(rows.map(named).collect())
    } else {
        let by_time = |row: MigrationRow| AppliedMigration { hash: row.hash, created_at: row.created_at };
        AppliedRows::ByTime(rows.map(by_time).collect())
    }
}
