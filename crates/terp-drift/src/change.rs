//! What a comparison finds: one typed change per difference.

use std::fmt;

use serde::{Serialize, Serializer};
use terp_schema_model::{
    CharacterSet, Check, Column, ColumnType, DefaultValue, Event, ForeignKey, Generated, Index, Partitioning,
    Period, Routine, Table, Trigger, View,
};

/// Declares [`ChangeKind`] with the id and the meaning of each kind in one place.
macro_rules! change_kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal,)+) => {
        /// What differs. "Missing" is in the left schema and not in the right one, "extra" is the reverse.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum ChangeKind {
            $($(#[doc = $doc])+ $name,)+
        }

        impl ChangeKind {
            /// Every kind, in the order in which they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The id that JSON and text use, in kebab-case.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }

            /// One sentence on what differs.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii_start(),)+ }
            }
        }
    };
}

change_kinds! {
    /// The database's default character set or collation.
    SchemaCharacterSet = "schema-character-set",
    /// A table of the left schema does not exist in the right one.
    MissingTable = "missing-table",
    /// A table of the right schema does not exist in the left one.
    ExtraTable = "extra-table",
    /// The storage engine.
    TableEngine = "table-engine",
    /// The table's default character set, which new columns take.
    TableCharacterSet = "table-character-set",
    /// The table's default collation, its character set being the same.
    TableCollation = "table-collation",
    /// ROW_FORMAT.
    TableRowFormat = "table-row-format",
    /// The table's comment.
    TableComment = "table-comment",
    /// The next AUTO_INCREMENT value; left out unless asked for.
    TableAutoIncrement = "table-auto-increment",
    /// Another table option; it is named.
    TableOption = "table-option",
    /// A MariaDB period.
    TablePeriod = "table-period",
    /// A column is missing.
    MissingColumn = "missing-column",
    /// A column too many.
    ExtraColumn = "extra-column",
    /// The column's name differs in case only.
    ColumnName = "column-name",
    /// The column's type.
    ColumnType = "column-type",
    /// NULL or NOT NULL.
    ColumnNullability = "column-nullability",
    /// The column's default.
    ColumnDefault = "column-default",
    /// ON UPDATE CURRENT_TIMESTAMP.
    ColumnOnUpdate = "column-on-update",
    /// AUTO_INCREMENT of a column.
    ColumnAutoIncrement = "column-auto-increment",
    /// The expression of a generated column, or whether it is one.
    ColumnGenerated = "column-generated",
    /// The column's character set.
    ColumnCharacterSet = "column-character-set",
    /// The column's collation, its character set being the same.
    ColumnCollation = "column-collation",
    /// The column's comment.
    ColumnComment = "column-comment",
    /// Whether the column is invisible.
    ColumnVisibility = "column-visibility",
    /// Another column attribute; it is named.
    ColumnOption = "column-option",
    /// The column stands elsewhere; the fewest moves are reported.
    ColumnOrder = "column-order",
    /// The primary key is missing.
    MissingPrimaryKey = "missing-primary-key",
    /// A primary key where there should be none.
    ExtraPrimaryKey = "extra-primary-key",
    /// The parts or options of the primary key.
    PrimaryKey = "primary-key",
    /// An index is missing.
    MissingIndex = "missing-index",
    /// An index too many.
    ExtraIndex = "extra-index",
    /// The same index under another name.
    IndexName = "index-name",
    /// The index's kind: unique, fulltext, ...
    IndexKind = "index-kind",
    /// The index's parts: columns, expressions, prefix lengths, directions.
    IndexParts = "index-parts",
    /// Whether the optimizer may use the index.
    IndexVisibility = "index-visibility",
    /// The index's comment.
    IndexComment = "index-comment",
    /// Another index option; it is named.
    IndexOption = "index-option",
    /// A foreign key is missing.
    MissingForeignKey = "missing-foreign-key",
    /// A foreign key too many.
    ExtraForeignKey = "extra-foreign-key",
    /// The same foreign key under another name.
    ForeignKeyName = "foreign-key-name",
    /// The columns of a foreign key, or what it references.
    ForeignKeyReference = "foreign-key-reference",
    /// What a foreign key does ON DELETE or ON UPDATE.
    ForeignKeyActions = "foreign-key-actions",
    /// A CHECK constraint is missing.
    MissingCheck = "missing-check",
    /// A CHECK constraint too many.
    ExtraCheck = "extra-check",
    /// The same CHECK under another name, or on its column instead of the table.
    CheckName = "check-name",
    /// The expression of a CHECK.
    CheckExpression = "check-expression",
    /// Whether a CHECK is enforced.
    CheckEnforcement = "check-enforcement",
    /// How the table is partitioned.
    Partitioning = "partitioning",
    /// A view is missing.
    MissingView = "missing-view",
    /// A view too many.
    ExtraView = "extra-view",
    /// A view's definition.
    ViewDefinition = "view-definition",
    /// A trigger is missing.
    MissingTrigger = "missing-trigger",
    /// A trigger too many.
    ExtraTrigger = "extra-trigger",
    /// A trigger's definition.
    TriggerDefinition = "trigger-definition",
    /// The order in which triggers of one table, time and event fire.
    TriggerOrder = "trigger-order",
    /// A procedure or function is missing.
    MissingRoutine = "missing-routine",
    /// A procedure or function too many.
    ExtraRoutine = "extra-routine",
    /// A procedure's or function's definition.
    RoutineDefinition = "routine-definition",
    /// An event is missing.
    MissingEvent = "missing-event",
    /// An event too many.
    ExtraEvent = "extra-event",
    /// An event's definition.
    EventDefinition = "event-definition",
}

impl Serialize for ChangeKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// How much a change weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeClass {
    /// Data, or what the server does with it, can differ.
    Substance,
    /// The same object under another name: queries don't notice, a later `DROP INDEX old_name` does.
    NameOnly,
    /// Two ways to show the same thing. Reported, and no drift.
    Cosmetic,
}

/// The kind of object that a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ObjectKind {
    /// The database itself.
    Schema,
    /// A table.
    Table,
    /// A column.
    Column,
    /// An index, the primary key included.
    Index,
    /// A foreign key.
    ForeignKey,
    /// A CHECK constraint.
    Check,
    /// A view.
    View,
    /// A trigger.
    Trigger,
    /// A procedure.
    Procedure,
    /// A function.
    Function,
    /// An event.
    Event,
    /// A sequence of MariaDB.
    Sequence,
    /// A package of MariaDB.
    Package,
    /// The body of a package of MariaDB.
    PackageBody,
}

impl ObjectKind {
    /// As people call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Table => "table",
            Self::Column => "column",
            Self::Index => "index",
            Self::ForeignKey => "foreign key",
            Self::Check => "check",
            Self::View => "view",
            Self::Trigger => "trigger",
            Self::Procedure => "procedure",
            Self::Function => "function",
            Self::Event => "event",
            Self::Sequence => "sequence",
            Self::Package => "package",
            Self::PackageBody => "package body",
        }
    }
}

/// Where a change is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ObjectPath {
    /// What kind of object.
    pub object: ObjectKind,
    /// The table that it is, or that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Its own name, where it isn't the table or the database itself. A column's check without a name has the column's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl ObjectPath {
    /// The database itself.
    pub const fn schema() -> Self {
        Self { object: ObjectKind::Schema, table: None, name: None }
    }

    /// A table itself.
    pub fn table(table: &str) -> Self {
        Self { object: ObjectKind::Table, table: Some(table.to_owned()), name: None }
    }

    /// A part of a table.
    pub fn part(object: ObjectKind, table: &str, name: &str) -> Self {
        Self { object, table: Some(table.to_owned()), name: Some(name.to_owned()) }
    }

    /// An object of the database that is no table.
    pub fn program(object: ObjectKind, name: &str) -> Self {
        Self { object, table: None, name: Some(name.to_owned()) }
    }
}

impl fmt::Display for ObjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.table, &self.name) {
            (None, None) => f.write_str("database"),
            (Some(table), None) => f.write_str(table),
            (None, Some(name)) => write!(f, "{} {name}", self.object.as_str()),
            (Some(table), Some(name)) if self.object == ObjectKind::Column => write!(f, "{table}.{name}"),
            (Some(table), Some(name)) => write!(f, "{table}, {} {name}", self.object.as_str()),
        }
    }
}

/// Where a column stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ColumnPosition {
    /// FIRST.
    First,
    /// AFTER that column.
    After(String),
}

/// One side of a change, as the model holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeValue {
    /// A whole table.
    Table(Box<Table>),
    /// A whole column.
    Column(Box<Column>),
    /// A column's type.
    ColumnType(ColumnType),
    /// A default; `None` when there is none.
    Default(Option<DefaultValue>),
    /// How a column is generated; `None` when it isn't.
    Generated(Option<Generated>),
    /// A character set and collation; `None` for a type that has none.
    CharacterSet(Option<CharacterSet>),
    /// Where a column stands.
    Position(ColumnPosition),
    /// An index.
    Index(Box<Index>),
    /// A foreign key.
    ForeignKey(Box<ForeignKey>),
    /// A CHECK constraint, and the column that it belongs to.
    Check(Box<Check>, Option<String>),
    /// Partitioning; `None` for a table that isn't partitioned.
    Partitioning(Option<Box<Partitioning>>),
    /// MariaDB's periods.
    Periods(Vec<Period>),
    /// A view.
    View(Box<View>),
    /// A trigger.
    Trigger(Box<Trigger>),
    /// A procedure or function.
    Routine(Box<Routine>),
    /// An event.
    Event(Box<Event>),
    /// Yes or no.
    Flag(bool),
    /// A text: a comment, an engine, a name.
    Text(String),
    /// Names in order: triggers as they fire.
    Names(Vec<String>),
    /// An option by name; `None` when it isn't set.
    Setting(&'static str, Option<String>),
}

/// One side of a change: the value, and a short text of it in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// As the model holds it.
    pub value: ChangeValue,
    /// As people read it: SQL in the flavor's printing, one line.
    pub sql: String,
}

/// One difference between two schemas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What differs.
    pub kind: ChangeKind,
    /// How much it weighs.
    pub class: ChangeClass,
    /// Where. What exists on one side only has that side's name; all else has the left side's.
    pub path: ObjectPath,
    /// The left side; `None` where the object does not exist there.
    pub before: Option<Side>,
    /// The right side; `None` where the object does not exist there.
    pub after: Option<Side>,
}
