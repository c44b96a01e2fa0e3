//! Snapshots (`meta/NNNN_snapshot.json`, version 5): the schema as drizzle-kit believes it to be after a migration.

mod ddl;
mod read;

pub use self::ddl::{DdlPart, DdlStatement, Origin, SchemaObject};
use crate::error::FormatError;
use crate::place::Location;

/// The version of the format that is read here.
pub const VERSION: &str = "5";

/// A snapshot. All lists are in the order of the file. One that was read from JSON has one file, 0, in its places.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Snapshot {
    /// Its own id.
    pub id: String,
    /// The id of the snapshot before it; for the first one zeros.
    pub prev_id: String,
    /// The tables.
    pub tables: Vec<SnapshotTable>,
    /// The views.
    pub views: Vec<SnapshotView>,
}

/// A table of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotTable {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// The columns.
    pub columns: Vec<SnapshotColumn>,
    /// What was declared with `index()` and `uniqueIndex()`.
    pub indexes: Vec<SnapshotIndex>,
    /// The foreign keys.
    pub foreign_keys: Vec<SnapshotForeignKey>,
    /// The primary keys, those of one column included. drizzle-kit writes only the first into the table.
    pub primary_keys: Vec<SnapshotPrimaryKey>,
    /// What was declared with `unique()`, on a column or on the table.
    pub unique_constraints: Vec<SnapshotUnique>,
    /// The CHECK constraints.
    pub checks: Vec<SnapshotCheck>,
}

/// A column of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
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
    /// DEFAULT.
    pub default: Option<SnapshotDefault>,
    /// ON UPDATE CURRENT_TIMESTAMP.
    pub on_update_now: bool,
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
    /// A list or object in the file, as JavaScript turns it into a string. No server takes it as a default.
    Other(String),
}

impl SnapshotDefault {
    /// What stands after DEFAULT.
    pub fn as_sql(&self) -> &str {
        let (Self::Sql(text) | Self::Scalar(text) | Self::Other(text)) = self;
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
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotIndex {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// What it consists of.
    pub parts: Vec<SnapshotKeyPart>,
    /// Whether it was declared with `uniqueIndex()`.
    pub unique: bool,
    /// `using()`, which drizzle-kit doesn't write into its SQL.
    pub using: Option<String>,
    /// `algorithm()`, which drizzle-kit doesn't write into its SQL.
    pub algorithm: Option<String>,
    /// `lock()`, which drizzle-kit doesn't write into its SQL.
    pub lock: Option<String>,
}

/// A unique constraint of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotUnique {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// What it consists of.
    pub parts: Vec<SnapshotKeyPart>,
}

/// A primary key of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotPrimaryKey {
    /// Its name, which the server forgets.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// Its columns.
    pub columns: Vec<String>,
}

/// A foreign key of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
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
}

/// A CHECK constraint of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotCheck {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
    /// The condition as SQL.
    pub expression: String,
}

/// A view of a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotView {
    /// Its name.
    pub name: String,
    /// Where it begins in the file.
    pub at: Location,
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
    /// Reads a snapshot of version 5.
    ///
    /// # Errors
    /// The first thing in it that drizzle-kit 0.31 wouldn't have written.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        read::snapshot(text)
    }

    /// The SQL with which drizzle-kit 0.31 would make this schema in an empty database: the tables with their
    /// primary keys, unique constraints and checks, then foreign keys, then the other indexes, then views.
    ///
    /// The texts are drizzle-kit's to the byte, with two exceptions, where it writes something else than the
    /// snapshot says: it cuts names, columns and expressions at `,` and `;`, and doesn't double a backtick in a name.
    pub fn to_ddl(&self) -> Vec<DdlStatement> {
        ddl::statements(self)
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
