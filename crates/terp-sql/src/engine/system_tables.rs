//! The tables of the database `mysql`, which statements may name as any other.

use terp_schema_model::{CharacterSet, Flavor, Table};

use super::catalog::{Catalog, TableRef};
use super::error::{Result, refuse, unsupported};
use crate::ast::{CreateTableBody, ObjectName, Statement, StatementKind, TableElement};
use crate::{ParseOptions, parse};

/// What SHOW CREATE TABLE says of them on a fresh server; MariaDB 10.11.18 and 11.8.9.
const DEFINITIONS: &str = include_str!("system_tables.sql");

/// The same of MySQL 9.7.4, but for their tablespace.
const MYSQL_DEFINITIONS: &str = include_str!("system_tables_mysql.sql");

/// MySQL's tables that nobody can name.
const DICTIONARY: [&str; 32] = [
    "catalogs",
    "character_sets",
    "check_constraints",
    "collations",
    "column_statistics",
    "column_type_elements",
    "columns",
    "dd_properties",
    "events",
    "foreign_key_column_usage",
    "foreign_keys",
    "index_column_usage",
    "index_partitions",
    "index_stats",
    "indexes",
    "innodb_ddl_log",
    "innodb_dynamic_metadata",
    "parameter_type_elements",
    "parameters",
    "resource_groups",
    "routines",
    "schemata",
    "st_spatial_reference_systems",
    "table_partition_values",
    "table_partitions",
    "table_stats",
    "tables",
    "tablespace_files",
    "tablespaces",
    "triggers",
    "view_routine_usage",
    "view_table_usage",
];

/// Refuses what MySQL keeps for itself, and does not know what it does with tables that InnoDB and the server write to.
pub(super) fn check_access(flavor: Flavor, at: &TableRef) -> Result<()> {
    if flavor.is_mariadb() || at.schema != DATABASE {
        return Ok(());
    }
    match at.name.as_str() {
        name if DICTIONARY.contains(&name) => {
            let kind = if name.starts_with("innodb_") { "system" } else { "data dictionary" };
            Err(refuse(3554, format!("Access to {kind} table 'mysql.{name}' is rejected.")))
        }
        "innodb_index_stats" | "innodb_table_stats" | "general_log" | "slow_log" => {
            Err(unsupported(format!("the table `mysql`.`{}`", at.name)))
        }
        _ => Ok(()),
    }
}

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
    let mysql = flavor.mysql_since(9, 7, 0) && !flavor.mysql_since(9, 8, 0);
    if catalog.has_database(DATABASE) || !(old || new || mysql) {
        return;
    }
    let mut scratch = Catalog::new(flavor);
    let (definitions, collation) =
        if mysql { (MYSQL_DEFINITIONS, "utf8mb4_0900_ai_ci") } else { (DEFINITIONS, "utf8mb4_general_ci") };
    scratch.create_database(DATABASE, CharacterSet::new("utf8mb4", collation));
    scratch.use_database(DATABASE);
    let mut inherited = Vec::new();
    for statement in parse(definitions, &ParseOptions::new(flavor)).statements {
        inherited.extend(without_character_set(&statement));
        // Zero dates among the defaults are the server's own.
        scratch.session_mut().sql_mode = crate::SqlMode::default();
        let _ = scratch.execute(&statement);
    }
    if mysql {
        scratch.for_each_table(DATABASE, |table| settle(table, &inherited));
    }
    catalog.adopt_database(DATABASE, scratch);
}

/// What the text of a table of MySQL does not say: its tablespace, and which collations were never written.
fn settle(table: &mut Table, inherited: &[(String, String)]) {
    if table.options.engine == "InnoDB" {
        table.options.tablespace = Some(DATABASE.to_owned());
    }
    for column in &mut table.columns {
        let written = !inherited.iter().any(|(of, name)| *of == table.name && *name == column.name);
        if let Some(set) = &mut column.character_set {
            set.explicit &= written;
        }
    }
}

/// The columns of a definition that have their character set from the table: table and column.
fn without_character_set(statement: &Statement) -> Vec<(String, String)> {
    let StatementKind::CreateTable(create) = &statement.kind else { return Vec::new() };
    let CreateTableBody::Definition(definition) = &create.body else { return Vec::new() };
    let columns = definition.elements.iter().filter_map(|element| match element {
        TableElement::Column(column) if column.ty.charset.is_none() => Some(column.name.value.clone()),
        _ => None,
    });
    columns.map(|column| (create.name.name.value.clone(), column)).collect()
}
