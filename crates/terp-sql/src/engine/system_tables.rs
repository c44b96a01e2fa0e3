//! The tables of MariaDB's database `mysql`, which statements may name as any other.

use terp_schema_model::CharacterSet;

use super::catalog::Catalog;
use crate::ast::{CreateTableBody, ObjectName, Statement, StatementKind};
use crate::{ParseOptions, parse};

/// What SHOW CREATE TABLE says of them on a fresh server; MariaDB 10.11.18 and 11.8.9.
const DEFINITIONS: &str = include_str!("system_tables.sql");

/// The database.
pub(super) const DATABASE: &str = "mysql";

/// Whether a statement is about a table of that database.
pub(super) fn are_named(statement: &Statement, current: Option<&str>) -> bool {
    let mut names: Vec<&ObjectName> = Vec::new();
    match &statement.kind {
        StatementKind::CreateTable(create) => {
            names.push(&create.name);
            if let CreateTableBody::Like(source) = &create.body {
                names.push(source);
            }
        }
        StatementKind::AlterTable(alter) => names.push(&alter.name),
        StatementKind::CreateIndex(create) => names.push(&create.table),
        StatementKind::DropIndex(drop) => names.push(&drop.table),
        StatementKind::RenameTable(rename) => {
            names.extend(rename.renames.iter().flat_map(|(old, new)| [old, new]));
        }
        StatementKind::DropTable(drop) => names.extend(&drop.names),
        StatementKind::TruncateTable(name) => names.push(name),
        _ => {}
    }
    names.iter().any(|name| match &name.schema {
        Some(schema) => schema.value == DATABASE,
        None => current == Some(DATABASE),
    })
}

/// Makes the database with its tables in a catalog that does not have it. Of versions that were not looked at it stays unknown.
pub(super) fn load(catalog: &mut Catalog) {
    let flavor = catalog.flavor();
    let old = flavor.mariadb_since(10, 11, 0) && !flavor.mariadb_since(11, 0, 0);
    let new = flavor.mariadb_since(11, 8, 0) && !flavor.mariadb_since(11, 9, 0);
    if catalog.has_database(DATABASE) || !(old || new) {
        return;
    }
    let mut scratch = Catalog::new(flavor);
    scratch.create_database(DATABASE, CharacterSet::new("utf8mb4", "utf8mb4_general_ci"));
    scratch.use_database(DATABASE);
    for statement in parse(DEFINITIONS, &ParseOptions::new(flavor)).statements {
        // Zero dates among the defaults are the server's own.
        scratch.session_mut().sql_mode = crate::SqlMode::default();
        let _ = scratch.execute(&statement);
    }
    catalog.adopt_database(DATABASE, scratch);
}
