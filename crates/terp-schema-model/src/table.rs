//! Tables: constraints, options, and the table itself.

use serde::{Deserialize, Serialize};

use crate::column::{CharacterSet, Column};
use crate::index::{Index, IndexKind};
use crate::partition::Partitioning;

/// Whether a value is its type's default: such values are left out of JSON and TOML.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a foreign key does when the parent row goes or changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferentialAction {
    /// RESTRICT.
    Restrict,
    /// CASCADE.
    Cascade,
    /// SET NULL.
    SetNull,
    /// NO ACTION.
    NoAction,
    /// SET DEFAULT, which InnoDB parses and refuses or ignores.
    SetDefault,
}

impl ReferentialAction {
    /// As written in SQL.
    pub const fn as_sql(self) -> &'static str {
        match self {
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::NoAction => "NO ACTION",
            Self::SetDefault => "SET DEFAULT",
        }
    }

    /// What InnoDB does: an absent action, RESTRICT and NO ACTION are the same thing.
    pub fn effective(action: Option<Self>) -> Self {
        match action {
            None | Some(Self::Restrict | Self::NoAction) => Self::Restrict,
            Some(other) => other,
        }
    }
}

/// One foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: String,
    /// The columns of this table.
    pub columns: Vec<String>,
    /// The parent's database, where it is another one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub referenced_schema: Option<String>,
    /// The parent table.
    pub referenced_table: String,
    /// The parent's columns.
    pub referenced_columns: Vec<String>,
    /// ON DELETE, as written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_delete: Option<ReferentialAction>,
    /// ON UPDATE, as written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_update: Option<ReferentialAction>,
}

/// One CHECK constraint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Check {
    /// The constraint's name; on MariaDB a column's own check is named after the column and this is empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub name: String,
    /// In the flavor's printing, without the outer parentheses.
    pub expression: String,
    /// `NOT ENFORCED`; MySQL.
    #[serde(default, skip_serializing_if = "is_default")]
    pub not_enforced: bool,
}

/// Options of a table other than its character set and comment. `None` is what the server does not show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct TableOptions {
    /// Storage engine in the server's own spelling: `InnoDB`, `MyISAM`, `MEMORY`.
    pub engine: String,
    /// The next AUTO_INCREMENT value, where above 1.
    #[serde(skip_serializing_if = "is_default", with = "crate::format::big")]
    pub auto_increment: Option<u64>,
    /// ROW_FORMAT, in upper case.
    #[serde(skip_serializing_if = "is_default")]
    pub row_format: Option<String>,
    /// KEY_BLOCK_SIZE, in KiB.
    #[serde(skip_serializing_if = "is_default", with = "crate::format::big")]
    pub key_block_size: Option<u64>,
    /// MIN_ROWS.
    #[serde(skip_serializing_if = "is_default", with = "crate::format::big")]
    pub min_rows: Option<u64>,
    /// MAX_ROWS.
    #[serde(skip_serializing_if = "is_default", with = "crate::format::big")]
    pub max_rows: Option<u64>,
    /// AVG_ROW_LENGTH, in bytes.
    #[serde(skip_serializing_if = "is_default", with = "crate::format::big")]
    pub avg_row_length: Option<u64>,
    /// PACK_KEYS.
    #[serde(skip_serializing_if = "is_default")]
    pub pack_keys: Option<bool>,
    /// STATS_PERSISTENT.
    #[serde(skip_serializing_if = "is_default")]
    pub stats_persistent: Option<bool>,
    /// STATS_AUTO_RECALC.
    #[serde(skip_serializing_if = "is_default")]
    pub stats_auto_recalc: Option<bool>,
    /// STATS_SAMPLE_PAGES.
    #[serde(skip_serializing_if = "is_default", with = "crate::format::big")]
    pub stats_sample_pages: Option<u64>,
    /// CHECKSUM=1.
    #[serde(skip_serializing_if = "is_default")]
    pub checksum: bool,
    /// DELAY_KEY_WRITE=1.
    #[serde(skip_serializing_if = "is_default")]
    pub delay_key_write: bool,
    /// COMPRESSION; MySQL.
    #[serde(skip_serializing_if = "is_default")]
    pub compression: Option<String>,
    /// ENCRYPTION; MySQL.
    #[serde(skip_serializing_if = "is_default")]
    pub encryption: Option<String>,
    /// TABLESPACE; MySQL.
    #[serde(skip_serializing_if = "is_default")]
    pub tablespace: Option<String>,
    /// STORAGE DISK or MEMORY of the table, in upper case; MySQL.
    #[serde(skip_serializing_if = "is_default")]
    pub storage: Option<String>,
    /// AUTOEXTEND_SIZE in bytes; MySQL.
    #[serde(skip_serializing_if = "is_default", with = "crate::format::big")]
    pub autoextend_size: Option<u64>,
    /// ENGINE_ATTRIBUTE; MySQL.
    #[serde(skip_serializing_if = "is_default")]
    pub engine_attribute: Option<String>,
    /// SECONDARY_ENGINE_ATTRIBUTE; MySQL.
    #[serde(skip_serializing_if = "is_default")]
    pub secondary_engine_attribute: Option<String>,
    /// SECONDARY_ENGINE; MySQL.
    #[serde(skip_serializing_if = "is_default")]
    pub secondary_engine: Option<String>,
    /// DATA DIRECTORY.
    #[serde(skip_serializing_if = "is_default")]
    pub data_directory: Option<String>,
    /// INDEX DIRECTORY.
    #[serde(skip_serializing_if = "is_default")]
    pub index_directory: Option<String>,
    /// INSERT_METHOD of a MERGE table, in upper case.
    #[serde(skip_serializing_if = "is_default")]
    pub insert_method: Option<String>,
    /// UNION of a MERGE table.
    #[serde(skip_serializing_if = "is_default")]
    pub union: Vec<String>,
    /// CONNECTION of a FEDERATED table.
    #[serde(skip_serializing_if = "is_default")]
    pub connection: Option<String>,
    /// TRANSACTIONAL; MariaDB.
    #[serde(skip_serializing_if = "is_default")]
    pub transactional: Option<bool>,
    /// PAGE_CHECKSUM; MariaDB.
    #[serde(skip_serializing_if = "is_default")]
    pub page_checksum: Option<bool>,
    /// SEQUENCE=1; MariaDB.
    #[serde(skip_serializing_if = "is_default")]
    pub sequence: bool,
    /// WITH SYSTEM VERSIONING; MariaDB.
    #[serde(skip_serializing_if = "is_default")]
    pub system_versioning: bool,
    /// MariaDB's engine-defined options, name and value as printed.
    #[serde(skip_serializing_if = "is_default")]
    pub attributes: Vec<(String, String)>,
}

/// A MariaDB period: `PERIOD FOR name (start, end)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// `SYSTEM_TIME` or the application's own name.
    pub name: String,
    /// The column that starts it.
    pub start: String,
    /// The column that ends it.
    pub end: String,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Table {
    /// Its name, unquoted.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its indexes, in the order in which SHOW CREATE TABLE prints them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub indexes: Vec<Index>,
    /// Its foreign keys, in the order in which they were made.
    #[serde(default, skip_serializing_if = "is_default")]
    pub foreign_keys: Vec<ForeignKey>,
    /// Its CHECK constraints that belong to the table.
    #[serde(default, skip_serializing_if = "is_default")]
    pub checks: Vec<Check>,
    /// MariaDB's periods.
    #[serde(default, skip_serializing_if = "is_default")]
    pub periods: Vec<Period>,
    /// Its default character set.
    pub character_set: CharacterSet,
    /// Its comment; empty for none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub comment: String,
    /// Its other options.
    pub options: TableOptions,
    /// How it is partitioned, if it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub partitioning: Option<Partitioning>,
}

impl Table {
    /// An InnoDB table without columns.
    pub fn new(name: impl Into<String>, character_set: CharacterSet) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            periods: Vec::new(),
            character_set,
            comment: String::new(),
            options: TableOptions { engine: "InnoDB".to_owned(), ..TableOptions::default() },
            partitioning: None,
        }
    }

    /// The column of that name, whatever its case: column names are case-insensitive on every server.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| same_name(&c.name, name))
    }

    /// The position of the column of that name.
    pub fn column_position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| same_name(&c.name, name))
    }

    /// The index of that name, whatever its case.
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|i| same_name(&i.name, name))
    }

    /// The primary key.
    pub fn primary_key(&self) -> Option<&Index> {
        self.indexes.iter().find(|i| i.kind == IndexKind::Primary)
    }
}

/// Whether two column, index or constraint names are the same to the server, which folds their case.
pub fn same_name(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a == b || a.to_lowercase() == b.to_lowercase()
}
