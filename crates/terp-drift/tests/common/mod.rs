//! Small schemas to compare.

#![allow(dead_code, unreachable_pub, reason = "each test file takes what it needs")]

use terp_drift::{Change, DiffOptions, Finding, diff};
use terp_schema_model::{
    CharacterSet, Check, Column, ColumnCharacterSet, ColumnType, DefaultValue, Flavor, ForeignKey, Index,
    IndexKind, IndexPart, IntegerSize, Schema, Table,
};

pub const MYSQL: Flavor = Flavor::MYSQL_9_7;
pub const MARIADB: Flavor = Flavor::MARIADB_11_8;

pub fn utf8mb4() -> CharacterSet {
    CharacterSet::new("utf8mb4", "utf8mb4_0900_ai_ci")
}

pub fn int() -> ColumnType {
    ColumnType::Integer { size: IntegerSize::Int, width: None, unsigned: false, zerofill: false }
}

pub fn int_width(width: u16) -> ColumnType {
    ColumnType::Integer { size: IntegerSize::Int, width: Some(width), unsigned: false, zerofill: false }
}

pub fn decimal() -> ColumnType {
    ColumnType::Decimal { precision: 12, scale: 2, unsigned: false, zerofill: false }
}

pub fn varchar(length: u32) -> ColumnType {
    ColumnType::Varchar { length }
}

pub fn column(name: &str, ty: ColumnType) -> Column {
    let mut column = Column::new(name, ty);
    column.nullable = false;
    column.character_set =
        column.ty.has_character_set().then(|| ColumnCharacterSet { set: utf8mb4(), explicit: false });
    column
}

pub fn index(name: &str, kind: IndexKind, columns: &[&str]) -> Index {
    Index::new(name, kind, columns.iter().map(|column| IndexPart::column(*column)).collect())
}

pub fn key(name: &str, columns: &[&str]) -> Index {
    index(name, IndexKind::Key, columns)
}

pub fn foreign_key(name: &str, column: &str, table: &str) -> ForeignKey {
    ForeignKey {
        name: name.to_owned(),
        columns: vec![column.to_owned()],
        referenced_schema: None,
        referenced_table: table.to_owned(),
        referenced_columns: vec!["id".to_owned()],
        on_delete: None,
        on_update: None,
    }
}

pub fn check(name: &str, expression: &str) -> Check {
    Check { name: name.to_owned(), expression: expression.to_owned(), not_enforced: false }
}

/// `orders(id, client_id, email, total)` with a primary key, an index and a foreign key.
pub fn orders() -> Table {
    let mut table = Table::new("orders", utf8mb4());
    let mut total = column("total", decimal());
    total.default = Some(DefaultValue::Literal("0.00".to_owned()));
    table.columns =
        vec![column("id", int()), column("client_id", int()), column("email", varchar(255)), total];
    table.indexes = vec![
        index("PRIMARY", IndexKind::Primary, &["id"]),
        index("email_unique", IndexKind::Unique, &["email"]),
        key("client_idx", &["client_id", "total"]),
    ];
    table.foreign_keys = vec![foreign_key("orders_client_fk", "client_id", "clients")];
    table.checks = vec![check("total_positive", "(`total` >= 0)")];
    table
}

/// A table with nothing but an id.
pub fn plain(name: &str) -> Table {
    let mut table = Table::new(name, utf8mb4());
    table.columns = vec![column("id", int())];
    table
}

pub fn schema(tables: Vec<Table>) -> Schema {
    Schema { tables, ..Schema::new(utf8mb4()) }
}

pub fn diff_tables(left: Table, right: Table, flavor: Flavor) -> Vec<Change> {
    diff(&schema(vec![left]), &schema(vec![right]), flavor, &DiffOptions::default())
}

/// The changes that an edit of `orders` makes.
pub fn edited(edit: impl FnOnce(&mut Table)) -> Vec<Change> {
    let mut right = orders();
    edit(&mut right);
    diff_tables(orders(), right, MYSQL)
}

/// `kind class path: before -> after`, one line for each.
pub fn lines(changes: &[Change]) -> Vec<String> {
    let sql =
        |side: &Option<terp_drift::Side>| side.as_ref().map_or("-", |side| side.sql.as_str()).to_owned();
    changes
        .iter()
        .map(|change| {
            let (before, after) = (sql(&change.before), sql(&change.after));
            format!("{} {:?} {}: {before} => {after}", change.kind, change.class, change.path)
        })
        .collect()
}

/// `severity[rule] message @ places`, one line for each.
pub fn told(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| {
            let places: Vec<String> = finding
                .places
                .iter()
                .map(|place| match &place.label {
                    Some(label) => format!("{place} ({label})"),
                    None => place.to_string(),
                })
                .collect();
            format!("{}[{}] {} @ {}", finding.severity, finding.rule, finding.message, places.join("; "))
        })
        .collect()
}
