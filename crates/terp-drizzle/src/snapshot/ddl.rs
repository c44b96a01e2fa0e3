//! The SQL that drizzle-kit writes for a snapshot.

use std::ops::Range;

use terp_schema_model::quote::{identifier, push_identifiers};

use super::{
    Snapshot, SnapshotColumn, SnapshotForeignKey, SnapshotIndex, SnapshotKeyPart, SnapshotTable,
    SnapshotVersion, SnapshotView,
};
use crate::place::Location;

/// A statement and where in the snapshot it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DdlStatement {
    /// The statement as drizzle-kit writes it, with `;` and the line break that it puts after a table.
    pub sql: String,
    /// What it makes.
    pub origin: Origin,
    /// The pieces of a CREATE TABLE, in order; of other statements none.
    pub parts: Vec<DdlPart>,
}

impl DdlStatement {
    /// What the byte at an offset of the statement comes from.
    pub fn origin_at(&self, offset: usize) -> &Origin {
        let part = self.parts.iter().find(|part| part.range.contains(&offset));
        part.map_or(&self.origin, |part| &part.origin)
    }
}

/// A piece of a statement: a column, a key or a check.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DdlPart {
    /// Its bytes in the statement.
    pub range: Range<usize>,
    /// What it makes.
    pub origin: Origin,
}

/// What a piece of SQL makes, and where the snapshot says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The table; of a view its own name.
    pub table: String,
    /// What in the table.
    pub object: SchemaObject,
    /// Where the snapshot has it.
    pub at: Location,
}

/// Something of a schema, by its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SchemaObject {
    /// The table itself.
    Table,
    /// A column.
    Column(String),
    /// The primary key.
    PrimaryKey(String),
    /// A unique constraint.
    Unique(String),
    /// An index, unique or not.
    Index(String),
    /// A foreign key.
    ForeignKey(String),
    /// A CHECK constraint.
    Check(String),
    /// A view.
    View,
}

pub(super) fn statements(snapshot: &Snapshot) -> Vec<DdlStatement> {
    let tables = &snapshot.tables;
    let foreign_keys = tables.iter().flat_map(|table| {
        table
            .foreign_keys
            .iter()
            .map(move |foreign_key| add_foreign_key(table, foreign_key, snapshot.version))
    });
    let indexes = tables.iter().flat_map(|table| {
        let indexes = table.indexes.iter().filter(|index| !index.unique);
        indexes.map(move |index| create_index(table, index))
    });
    let mut statements: Vec<_> = tables.iter().map(|table| create_table(table, snapshot.version)).collect();
    match snapshot.version {
        SnapshotVersion::V5 => statements.extend(foreign_keys.chain(indexes)),
        SnapshotVersion::V6 => statements.extend(indexes.chain(foreign_keys)),
    }
    statements.extend(snapshot.views.iter().filter_map(create_view));
    statements
}

fn create_table(table: &SnapshotTable, version: SnapshotVersion) -> DdlStatement {
    let mut items: Vec<(String, Origin)> = Vec::new();
    let mut item =
        |sql: String, object: SchemaObject, at: Location| items.push((sql, origin(table, object, at)));

    // drizzle-kit 1.0 writes a primary key of one column with the column: on MariaDB a `serial` has a second key else.
    let inline = |column: &SnapshotColumn| {
        let primary_key = table.primary_keys.first().filter(|_| version == SnapshotVersion::V6);
        primary_key.is_some_and(|key| key.columns == [column.name.as_str()])
    };
    for column in &table.columns {
        let sql = column_definition(column, inline(column));
        item(sql, SchemaObject::Column(column.name.clone()), column.at);
    }
    // Of several primary keys drizzle-kit writes the first.
    if let Some(key) = table.primary_keys.first().filter(|_| !table.columns.iter().any(inline)) {
        // In version 6 a primary key has the server's name for it, which is not for anybody to give.
        let name = if key.name == "PRIMARY" { String::new() } else { format!("{} ", identifier(&key.name)) };
        let sql = format!("CONSTRAINT {name}PRIMARY KEY({})", list(&key.columns));
        item(sql, SchemaObject::PrimaryKey(key.name.clone()), key.at);
    }
    for unique in &table.unique_constraints {
        let sql = unique_constraint(&unique.name, &unique.parts);
        item(sql, SchemaObject::Unique(unique.name.clone()), unique.at);
    }
    // A unique index becomes a constraint of the table, after those that were declared as such.
    for index in table.indexes.iter().filter(|index| index.unique) {
        let sql = unique_constraint(&index.name, &index.parts);
        item(sql, SchemaObject::Index(index.name.clone()), index.at);
    }
    for check in &table.checks {
        let sql = format!("CONSTRAINT {} CHECK({})", identifier(&check.name), check.expression);
        item(sql, SchemaObject::Check(check.name.clone()), check.at);
    }

    let mut sql = format!("CREATE TABLE {} (\n", identifier(&table.name));
    let mut parts = Vec::with_capacity(items.len());
    for (i, (text, origin)) in items.into_iter().enumerate() {
        sql.push_str(if i == 0 { "\t" } else { ",\n\t" });
        let start = sql.len();
        sql.push_str(&text);
        parts.push(DdlPart { range: start..sql.len(), origin });
    }
    sql.push_str("\n);\n");
    DdlStatement { sql, origin: origin(table, SchemaObject::Table, table.at), parts }
}

fn column_definition(column: &SnapshotColumn, is_primary_key: bool) -> String {
    let mut sql = format!("{} {}", identifier(&column.name), column.sql_type);
    if let Some(character_set) = &column.character_set {
        sql.push_str(&format!(" CHARACTER SET {character_set}"));
    }
    if let Some(collation) = &column.collation {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    if column.auto_increment {
        sql.push_str(" AUTO_INCREMENT");
    }
    if column.primary_key || is_primary_key {
        sql.push_str(" PRIMARY KEY");
    }
    if let Some(generated) = &column.generated {
        let storage = if generated.stored { "STORED" } else { "VIRTUAL" };
        sql.push_str(&format!(" GENERATED ALWAYS AS ({}) {storage}", generated.expression));
    }
    if column.not_null && !is_primary_key {
        sql.push_str(" NOT NULL");
    }
    if let Some(default) = &column.default {
        sql.push_str(" DEFAULT ");
        sql.push_str(default.as_sql());
    }
    if column.on_update_now {
        sql.push_str(" ON UPDATE CURRENT_TIMESTAMP");
        if let Some(fsp) = column.on_update_fsp.filter(|&fsp| fsp > 0) {
            sql.push_str(&format!("({fsp})"));
        }
    }
    sql
}

fn unique_constraint(name: &str, parts: &[SnapshotKeyPart]) -> String {
    format!("CONSTRAINT {} UNIQUE({})", identifier(name), key_parts(parts))
}

fn add_foreign_key(
    table: &SnapshotTable,
    key: &SnapshotForeignKey,
    version: SnapshotVersion,
) -> DdlStatement {
    let mut sql = format!(
        "ALTER TABLE {} ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {}({})",
        identifier(&key.table),
        identifier(&key.name),
        list(&key.columns),
        identifier(&key.referenced_table),
        list(&key.referenced_columns),
    );
    for (event, action) in [("DELETE", &key.on_delete), ("UPDATE", &key.on_update)] {
        // drizzle-kit 1.0 doesn't write what is the default; servers show the difference.
        let written =
            action.as_ref().filter(|action| version == SnapshotVersion::V5 || *action != "NO ACTION");
        if let Some(action) = written {
            sql.push_str(&format!(" ON {event} {action}"));
        }
    }
    sql.push(';');
    DdlStatement {
        sql,
        origin: origin(table, SchemaObject::ForeignKey(key.name.clone()), key.at),
        parts: Vec::new(),
    }
}

fn create_index(table: &SnapshotTable, index: &SnapshotIndex) -> DdlStatement {
    let parts = key_parts(&index.parts);
    DdlStatement {
        sql: format!("CREATE INDEX {} ON {} ({parts});", identifier(&index.name), identifier(&table.name)),
        origin: origin(table, SchemaObject::Index(index.name.clone()), index.at),
        parts: Vec::new(),
    }
}

fn create_view(view: &SnapshotView) -> Option<DdlStatement> {
    let definition = view.definition.as_ref()?;
    let mut sql = "CREATE ".to_owned();
    if let Some(algorithm) = &view.algorithm {
        sql.push_str(&format!("ALGORITHM = {algorithm}\n"));
    }
    if let Some(security) = &view.sql_security {
        sql.push_str(&format!("SQL SECURITY {security}\n"));
    }
    sql.push_str(&format!("VIEW {} AS ({definition})", identifier(&view.name)));
    if let Some(option) = &view.check_option {
        sql.push_str(&format!("\nWITH {option} CHECK OPTION"));
    }
    sql.push(';');
    let origin = Origin { table: view.name.clone(), object: SchemaObject::View, at: view.at };
    Some(DdlStatement { sql, origin, parts: Vec::new() })
}

fn origin(table: &SnapshotTable, object: SchemaObject, at: Location) -> Origin {
    Origin { table: table.name.clone(), object, at }
}

fn key_parts(parts: &[SnapshotKeyPart]) -> String {
    let part = |part: &SnapshotKeyPart| match part {
        SnapshotKeyPart::Column(name) => identifier(name),
        SnapshotKeyPart::Sql(sql) => sql.clone(),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(",")
}

fn list(names: &[String]) -> String {
    let mut out = String::new();
    push_identifiers(&mut out, names.iter().map(String::as_str), ",");
    out
}
