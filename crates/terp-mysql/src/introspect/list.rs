//! What is there, by name: set queries on information_schema, each on one table of it and for one database.
//!
//! A database that is meant by name is looked for without its case by some servers, so every answer names its database again, and rows
//! of others are left out here.

use std::collections::BTreeMap;

use terp_schema_model::quote::string_literal;
use terp_schema_model::{CharacterSet, Flavor, Vendor, Version};
use terp_sql::Session;

use super::object::{Object, ObjectKind};
use super::pool::{self, Answer};
use super::privileges::{self, GRANTS_ARE_OFF};
use super::{IntrospectError, IntrospectOptions};
use crate::connection::{Row, Rows};

/// The databases whose tables are no tables.
const VIRTUAL: [&str; 2] = ["information_schema", "performance_schema"];
/// The databases of the server that have tables.
const SYSTEM: [&str; 2] = ["mysql", "sys"];

/// Refuses the server's own databases.
pub(super) fn refuse_system_database(
    database: &str,
    options: &IntrospectOptions,
) -> Result<(), IntrospectError> {
    let is_in = |names: [&str; 2]| names.iter().any(|name| database.eq_ignore_ascii_case(name));
    if is_in(VIRTUAL) || !options.system_databases && is_in(SYSTEM) {
        return Err(IntrospectError::SystemDatabase(database.to_owned()));
    }
    Ok(())
}

/// The server, as it describes itself to the account.
#[derive(Debug, Clone)]
pub(super) struct Server {
    pub(super) flavor: Flavor,
    pub(super) version: String,
    pub(super) account: String,
    pub(super) lower_case_table_names: u8,
    /// The database's name in the server's spelling.
    pub(super) database: String,
    /// What SHOW GRANTS shows; nothing where it is refused.
    pub(super) grants: Vec<String>,
    /// Its global variables, as far as they matter to DDL.
    pub(super) variables: BTreeMap<String, String>,
}

/// The names in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) character_set: CharacterSet,
    /// Sorted by kind and name.
    pub(super) objects: Vec<Object>,
    /// Of each trigger, in the order in which they fire: table, timing, event and name.
    pub(super) triggers: Vec<[String; 4]>,
}

/// Asks the server who it is and what the account may do.
pub(super) async fn server(session: &mut pool::Session, database: &str) -> Result<Server, IntrospectError> {
    let statements = [
        "SELECT VERSION(), @@lower_case_table_names, CURRENT_USER()".to_owned(),
        schemata(database),
        "SHOW GRANTS".to_owned(),
        variables(),
    ];
    let mut answers = session.ask(&statements).await?.into_iter();
    let mut next = || answers.next().unwrap_or_else(|| Ok(Rows::default()));

    let what = "ask for the version";
    let rows = needed(next(), what)?;
    let row = rows.rows.first().ok_or_else(|| not_understood(what))?;
    let version = text(row, 0).ok_or_else(|| not_understood(what))?;
    let account = text(row, 2).unwrap_or_default();
    let lower_case_table_names = text(row, 1).and_then(|n| n.parse().ok()).unwrap_or_default();
    let flavor = flavor_of(&version)?;

    let what = "ask for the database";
    let names: Vec<String> = needed(next(), what)?.rows.iter().filter_map(|row| text(row, 0)).collect();
    let exact = names.iter().find(|name| *name == database);
    let folded = || names.iter().find(|name| lower_case_table_names != 0 && same_folded(name, database));
    let Some(found) = exact.or_else(folded) else {
        return Err(unknown_database(database, &account));
    };

    let grants = match next() {
        Ok(rows) => rows.rows.iter().filter_map(|row| text(row, 0)).collect(),
        Err(refusal) if refusal.message.contains(GRANTS_ARE_OFF) => vec![GRANTS_ARE_OFF.to_owned()],
        Err(_) => Vec::new(),
    };
    // Nothing is read otherwise for want of them: who compares has to say so.
    let variables = next().map(|rows| rows.rows.iter().filter_map(variable).collect()).unwrap_or_default();
    Ok(Server {
        flavor,
        account,
        lower_case_table_names,
        database: found.clone(),
        grants,
        variables,
        version,
    })
}

/// Asks for the variables that a new session takes over: global ones, since our own sessions have theirs set.
fn variables() -> String {
    let names: Vec<String> = Session::server_variables().map(|name| string_literal(name, false)).collect();
    format!("SHOW GLOBAL VARIABLES WHERE Variable_name IN ({})", names.join(", "))
}

fn variable(row: &Row) -> Option<(String, String)> {
    Some((text(row, 0)?.to_lowercase(), text(row, 1)?))
}

/// Lists a database.
pub(super) async fn list(session: &mut pool::Session, server: &Server) -> Result<Listing, IntrospectError> {
    let database = &server.database;
    let name = string_literal(database, false);
    let statements = [
        schemata(database),
        format!(
            "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = {name}"
        ),
        format!(
            "SELECT TRIGGER_SCHEMA, TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER \
             FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = {name}"
        ),
        format!(
            "SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = {name}"
        ),
        format!("SELECT EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = {name}"),
    ];
    let mut answers = session.ask(&statements).await?.into_iter();
    let mut rows_of = |what: &str| -> Result<Vec<Row>, IntrospectError> {
        let answer = answers.next().ok_or_else(|| not_understood(what))?;
        let mut rows = needed(answer, what)?.rows;
        rows.retain(|row| text(row, 0).is_some_and(|name| same_name(&name, server)));
        Ok(rows)
    };

    let schemata = rows_of("ask for the database")?;
    let Some(row) = schemata.first() else { return Err(unknown_database(database, &server.account)) };
    let character_set = character_set(row).ok_or_else(|| not_understood("ask for the database"))?;

    let mut objects = Vec::new();
    let mut add = |kind, row: &Row| {
        if let Some(name) = text(row, 1) {
            objects.push(Object { kind, name });
        }
    };
    for row in rows_of("list tables")? {
        match text(&row, 2).as_deref() {
            Some("BASE TABLE" | "SYSTEM VERSIONED") => add(ObjectKind::Table, &row),
            Some("VIEW" | "SYSTEM VIEW") => add(ObjectKind::View, &row),
            Some("SEQUENCE") => add(ObjectKind::Sequence, &row),
            // Those of the session itself; it has none.
            Some(kind) if kind.contains("TEMPORARY") => {}
            _ => add(ObjectKind::Unclear, &row),
        }
    }
    let mut triggers = Vec::new();
    for row in rows_of("list triggers")? {
        add(ObjectKind::Trigger, &row);
        let field = |i| text(&row, i).unwrap_or_default();
        let order: u64 = field(5).parse().unwrap_or_default();
        triggers.push((order, [field(2), field(3), field(4), field(1)]));
    }
    for row in rows_of("list routines")? {
        match text(&row, 2).as_deref() {
            Some("PROCEDURE") => add(ObjectKind::Procedure, &row),
            Some("FUNCTION") => add(ObjectKind::Function, &row),
            Some("PACKAGE") => add(ObjectKind::Package, &row),
            Some("PACKAGE BODY") => add(ObjectKind::PackageBody, &row),
            _ => {}
        }
    }
    for row in rows_of("list events")? {
        add(ObjectKind::Event, &row);
    }
    objects.sort_unstable();
    triggers.sort_unstable_by(|(a_order, a), (b_order, b)| (&a[..3], a_order).cmp(&(&b[..3], b_order)));
    Ok(Listing { character_set, objects, triggers: triggers.into_iter().map(|(_, names)| names).collect() })
}

pub(super) fn schemata(database: &str) -> String {
    format!(
        "SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA \
         WHERE SCHEMA_NAME = {}",
        string_literal(database, false)
    )
}

pub(super) fn character_set(row: &Row) -> Option<CharacterSet> {
    Some(CharacterSet::new(text(row, 1)?, text(row, 2)?))
}

fn same_folded(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

fn same_name(name: &str, server: &Server) -> bool {
    name == server.database || server.lower_case_table_names != 0 && same_folded(name, &server.database)
}

/// A field as text.
pub(super) fn text(row: &Row, column: usize) -> Option<String> {
    row.get(column)?.as_ref().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

fn needed(answer: Answer, what: &str) -> Result<Rows, IntrospectError> {
    answer.map_err(|refusal| IntrospectError::Query { what: what.to_owned(), source: refusal.into() })
}

fn not_understood(what: &str) -> IntrospectError {
    IntrospectError::Answer { what: what.to_owned() }
}

pub(super) fn unknown_database(database: &str, account: &str) -> IntrospectError {
    IntrospectError::UnknownDatabase {
        database: database.to_owned(),
        account: privileges::quote_account(account),
        grant: privileges::grant_target(database),
    }
}

/// Reads `9.7.4-2`, `8.0.36-28.1` or `11.8.9-MariaDB-4 from Debian`, also behind `5.5.5-`.
fn flavor_of(version: &str) -> Result<Flavor, IntrospectError> {
    let unknown = |reason: String| IntrospectError::UnknownServer { version: version.to_owned(), reason };
    let is_mariadb = version.to_ascii_lowercase().contains("mariadb");
    let vendor = if is_mariadb { Vendor::MariaDb } else { Vendor::MySql };
    let text = version.strip_prefix("5.5.5-").filter(|_| is_mariadb).unwrap_or(version);
    let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    let mut parts = numbers.split('.').map(str::parse::<u16>);
    let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next()) else {
        return Err(unknown("it is not known what server that is".to_owned()));
    };
    let patch = parts.next().and_then(Result::ok).unwrap_or_default();
    let flavor = Flavor { vendor, version: Version::new(major, minor, patch) };
    flavor.to_string().parse().map_err(|error: terp_schema_model::FlavorError| unknown(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_servers_give_them() {
        let flavor = |text: &str| flavor_of(text).map(|flavor| flavor.to_string());
        assert_eq!(flavor("9.7.4-2").unwrap(), "mysql:9.7.4");
        assert_eq!(flavor("8.0.36-28.1").unwrap(), "mysql:8.0.36");
        assert_eq!(flavor("8.0.mysql_aurora.3.04.0").unwrap(), "mysql:8.0");
        assert_eq!(flavor("11.8.9-MariaDB-4 from Debian").unwrap(), "mariadb:11.8.9");
        assert_eq!(flavor("5.5.5-10.11.18-MariaDB-log").unwrap(), "mariadb:10.11.18");
        for text in ["", "x", "5.7.44", "10.5.2-MariaDB", "99999999.1.1", "9"] {
            assert!(matches!(flavor_of(text), Err(IntrospectError::UnknownServer { .. })), "{text}");
        }
    }
}
