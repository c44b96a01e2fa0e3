//! Snapshots: the schema as drizzle-kit believes it to be after a migration. Version 5 is that of drizzle-kit 0.31
//! (`meta/NNNN_snapshot.json`), version 6 that of drizzle-kit 1.0 (`TIME_NAME/snapshot.json`).

mod ddl;
mod from_schema;
mod not_held;
mod read;
mod read_v6;
mod write;

pub use self::ddl::{DdlPart, DdlStatement, Origin, SchemaObject};
pub use self::not_held::NotHeld;
use terp_schema_model::{Flavor, Schema};

use crate::error::FormatError;
use crate::place::Location;

/// A version of the format.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum SnapshotVersion {
    /// That of drizzle-kit 0.31: a tree of tables.
    #[default]
    V5,
    /// That of drizzle-kit 1.0: a flat list of tables, columns, keys and so on, which also has character sets.
    V6,
}

impl SnapshotVersion {
    /// As it stands in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V5 => "5",
            Self::V6 => "6",
        }
    }
}

/// A snapshot. All lists are in the order of the file. One that was read from JSON has one file, 0, in its places; one
/// that was made from a schema has no file, and all its places are the first of file 0.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Snapshot {
    /// The version of the format that it was read from. It decides how [`Snapshot::to_ddl`] writes what the two
    /// generations of drizzle-kit write differently.
    pub version: SnapshotVersion,
    /// Its own id.
    pub id: String,
    /// The id of the snapshot before it; for the first one zeros. In version 6 a snapshot that joins branches has
    /// several.
    pub prev_ids: Vec<String>,
    /// The tables.
    pub tables: Vec<SnapshotTable>,
    /// The views.
    pub views: Vec<SnapshotView>,
    /// What was renamed by the migration; version 5.
    pub renamed: SnapshotRenames,
    /// What was renamed by the migration, in version 6. drizzle-kit 1.0.0-rc.5 leaves the list empty on MySQL.
    pub renames: Vec<String>,
}

/// What a migration renamed (`_meta` of version 5): old and new name, both as they stand in the file. No SQL is made
/// from it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SnapshotRenames {
    /// Schemas; drizzle-kit has none on MySQL.
    pub schemas: Vec<(String, String)>,
    /// Tables.
    pub tables: Vec<(String, String)>,
    /// Columns.
    pub columns: Vec<(String, String)>,
}

/// A table of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SnapshotTable {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// The columns.
    pub columns: Vec<SnapshotColumn>,
    /// What was declared with `index()` and `uniqueIndex()`; in version 6 also what was declared with `unique()`.
    pub indexes: Vec<SnapshotIndex>,
    /// The foreign keys.
    pub foreign_keys: Vec<SnapshotForeignKey>,
    /// The primary keys, those of one column included. drizzle-kit writes only the first into the table.
    pub primary_keys: Vec<SnapshotPrimaryKey>,
    /// What was declared with `unique()`, on a column or on the table; version 5.
    pub unique_constraints: Vec<SnapshotUnique>,
    /// The CHECK constraints.
    pub checks: Vec<SnapshotCheck>,
}

/// A column of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SnapshotColumn {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// Its type as SQL.
    pub sql_type: String,
    /// Whether it is marked as the primary key itself; drizzle-kit lists primary keys with the table instead.
    pub primary_key: bool,
    /// NOT NULL.
    pub not_null: bool,
    /// AUTO_INCREMENT.
    pub auto_increment: bool,
    /// CHARACTER SET; version 6.
    pub character_set: Option<String>,
    /// COLLATE; version 6.
    pub collation: Option<String>,
    /// DEFAULT.
    pub default: Option<SnapshotDefault>,
    /// Whether `internal.tables` of version 5 marks the default as an expression. No SQL depends on it.
    pub default_is_expression: bool,
    /// ON UPDATE CURRENT_TIMESTAMP.
    pub on_update_now: bool,
    /// The digits of a second's fraction of ON UPDATE CURRENT_TIMESTAMP; version 6.
    pub on_update_fsp: Option<u8>,
    /// What it is computed from.
    pub generated: Option<SnapshotGenerated>,
}

impl SnapshotColumn {
    /// Whether its type is an ENUM.
    pub fn is_enum(&self) -> bool {
        self.sql_type.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("enum"))
            && self.sql_type.get(4..).is_some_and(|rest| rest.trim_start().starts_with('('))
    }
}

/// A column's default.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SnapshotDefault {
    /// A string in the file: the default as SQL text, quotes and all.
    Sql(String),
    /// A number, true, false or null in the file, as it stands there.
    Scalar(String),
    /// A list or object in the file. No server takes it as a default.
    Other {
        /// As JavaScript turns it into a string, which is how it stands in the SQL.
        sql: String,
        /// The JSON as `JSON.stringify` writes it with two blanks a level.
        json: String,
    },
}

impl SnapshotDefault {
    /// What stands after DEFAULT.
    pub fn as_sql(&self) -> &str {
        let (Self::Sql(text) | Self::Scalar(text) | Self::Other { sql: text, .. }) = self;
        text
    }
}

/// What a generated column is computed from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotGenerated {
    /// The expression as SQL.
    pub expression: String,
    /// STORED, otherwise VIRTUAL.
    pub stored: bool,
}

/// One part of an index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SnapshotKeyPart {
    /// A column, by its name.
    Column(String),
    /// SQL text that is written as it is: an expression, or a column with a length or a direction.
    Sql(String),
}

/// An index of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SnapshotIndex {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// What it consists of.
    pub parts: Vec<SnapshotKeyPart>,
    /// Whether it was declared with `uniqueIndex()`; in version 6 also with `unique()`.
    pub unique: bool,
    /// `using()`, which drizzle-kit doesn't write into its SQL.
    pub using: Option<String>,
    /// `algorithm()`, which drizzle-kit doesn't write into its SQL.
    pub algorithm: Option<String>,
    /// `lock()`, which drizzle-kit doesn't write into its SQL.
    pub lock: Option<String>,
    /// Whether the application named it rather than drizzle-kit; version 6. No SQL depends on it.
    pub name_explicit: Option<bool>,
}

/// A unique constraint of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SnapshotUnique {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// What it consists of.
    pub parts: Vec<SnapshotKeyPart>,
}

/// A primary key of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SnapshotPrimaryKey {
    /// Its name, which the server forgets.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// Its columns.
    pub columns: Vec<String>,
}

/// A foreign key of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SnapshotForeignKey {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// The table that has it.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that it points to.
    pub referenced_table: String,
    /// The columns that it points to.
    pub referenced_columns: Vec<String>,
    /// ON UPDATE, as drizzle-kit spells it (`no action`).
    pub on_update: Option<String>,
    /// ON DELETE, as drizzle-kit spells it.
    pub on_delete: Option<String>,
    /// Whether the application named it rather than drizzle-kit; version 6. No SQL depends on it.
    pub name_explicit: Option<bool>,
}

/// A CHECK constraint of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SnapshotCheck {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// The condition as SQL.
    pub expression: String,
}

/// A view of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SnapshotView {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// Its columns as the application declares them; version 5. Those of the server's view are its query's.
    pub columns: Vec<SnapshotColumn>,
    /// The query. None when the application says that the view is made elsewhere: drizzle-kit leaves it alone.
    pub definition: Option<String>,
    /// ALGORITHM.
    pub algorithm: Option<String>,
    /// SQL SECURITY.
    pub sql_security: Option<String>,
    /// WITH ... CHECK OPTION.
    pub check_option: Option<String>,
}

/// How many things of each kind a schema declares.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DeclaredCounts {
    /// Tables.
    pub tables: usize,
    /// Columns of all tables.
    pub columns: usize,
    /// Tables that have a primary key.
    pub primary_keys: usize,
    /// Constraints declared with `unique()`.
    pub unique_constraints: usize,
    /// Indexes declared with `index()` or `uniqueIndex()`.
    pub indexes: usize,
    /// Foreign keys.
    pub foreign_keys: usize,
    /// CHECK constraints.
    pub checks: usize,
    /// Columns whose type is an ENUM.
    pub enum_columns: usize,
    /// Views, those that are made elsewhere included.
    pub views: usize,
}

impl Snapshot {
    /// Reads a snapshot of version 5 or 6.
    ///
    /// # Errors
    /// The first thing in it that drizzle-kit 0.31 or 1.0 wouldn't have written.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        read::snapshot(text)
    }

    /// The SQL with which drizzle-kit would make this schema in an empty database. For version 5: the tables with
    /// their primary keys, unique constraints and checks, then foreign keys, then the other indexes, then views. For
    /// version 6: foreign keys after the indexes.
    ///
    /// For version 5 the texts are those of drizzle-kit 0.31 to the byte, with two exceptions, where it writes
    /// something else than the snapshot says: it cuts names, columns and expressions at `,` and `;`, and doesn't
    /// double a backtick in a name. For version 6 the statements build what those of drizzle-kit 1.0.0-rc.5 build, in
    /// the same spelling as for version 5; where a migration makes one single table, that kit forgets the actions of
    /// its foreign keys (ON DELETE, ON UPDATE), and this doesn't.
    pub fn to_ddl(&self) -> Vec<DdlStatement> {
        ddl::statements(self)
    }

    /// The snapshot as drizzle-kit 0.31.11 writes it (`generate`, version 5), byte for byte: two blanks a level, no
    /// line break at the end. A snapshot that was read from such a file comes out as it was.
    ///
    /// The order of keys is that of `generate`; a snapshot of `generate --custom` or `pull` has another, and comes out
    /// with the same content. What version 5 has no place for is not written: see [`Snapshot::not_in_version_5`].
    pub fn to_json(&self) -> String {
        write::version_5(self)
    }

    /// What [`Snapshot::to_json`] can't write, since version 5 has no place for it; `renames` and `nameExplicit` of
    /// version 6 aside, of which no SQL is made.
    pub fn not_in_version_5(&self) -> Vec<NotHeld> {
        write::not_in_version_5(self)
    }

    /// An id for a snapshot that has none: made from the SHA-256 of its content, ids and places aside, so that equal
    /// snapshots have equal ids. It has the form of a UUID of version 8 (RFC 9562, section 5.8).
    pub fn content_id(&self) -> String {
        write::content_id(self)
    }

    /// Makes the snapshot that drizzle-kit 0.31 could have written for a schema, as the engine or a server shows it.
    /// With it comes what a snapshot has no place for, or what the SQL that is made from it can't say. For the id of
    /// the first snapshot's predecessor see [`crate::chain::NO_SNAPSHOT`].
    ///
    /// Types are spelled as Drizzle's column builders spell them, where they have a builder; expressions are those of
    /// the server. An index that a foreign key makes by itself is left to it. The next AUTO_INCREMENT value is data, and
    /// not told of; nor are `USING` and `KEY_BLOCK_SIZE` of an index of InnoDB, where they say nothing.
    pub fn from_schema(
        schema: &Schema,
        flavor: Flavor,
        id: impl Into<String>,
        prev_id: impl Into<String>,
    ) -> (Self, Vec<NotHeld>) {
        let (tables, views, not_held) = from_schema::convert(schema, flavor);
        let snapshot =
            Self { id: id.into(), prev_ids: vec![prev_id.into()], tables, views, ..Self::default() };
        (snapshot, not_held)
    }

    /// Counts what is declared.
    pub fn declared_counts(&self) -> DeclaredCounts {
        let mut counts =
            DeclaredCounts { tables: self.tables.len(), views: self.views.len(), ..Default::default() };
        for table in &self.tables {
            let has_primary_key =
                !table.primary_keys.is_empty() || table.columns.iter().any(|c| c.primary_key);
            counts.columns += table.columns.len();
            counts.primary_keys += usize::from(has_primary_key);
            counts.unique_constraints += table.unique_constraints.len();
            counts.indexes += table.indexes.len();
            counts.foreign_keys += table.foreign_keys.len();
            counts.checks += table.checks.len();
            counts.enum_columns += table.columns.iter().filter(|column| column.is_enum()).count();
        }
        counts
    }
}
