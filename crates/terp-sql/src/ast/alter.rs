//! ALTER TABLE.

use super::{
    CheckDef, ColumnDef, DefaultClause, ForeignKeyDef, Ident, IndexDef, ObjectName, PartitionClause,
    PartitionDef, PeriodDef, TableElement, TableOption,
};
use crate::Span;

/// `ALTER [IGNORE] TABLE [IF EXISTS] name ...`
#[derive(Debug, Clone, PartialEq)]
pub struct AlterTable {
    /// IGNORE; MariaDB.
    pub ignore: bool,
    /// IF EXISTS; MariaDB.
    pub if_exists: bool,
    /// The table.
    pub name: ObjectName,
    /// What is done to it, in order.
    pub actions: Vec<AlterAction>,
}

/// One sub-clause of ALTER TABLE.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterAction {
    /// What it does.
    pub kind: AlterActionKind,
    /// Where it stands.
    pub span: Span,
}

/// Where a column goes.
#[derive(Debug, Clone, PartialEq)]
pub enum ColumnPosition {
    /// FIRST.
    First,
    /// AFTER.
    After(Ident),
}

/// What `ALTER [COLUMN] name` does.
#[derive(Debug, Clone, PartialEq)]
pub enum AlterColumn {
    /// SET DEFAULT.
    SetDefault(DefaultClause),
    /// DROP DEFAULT.
    DropDefault,
    /// SET VISIBLE (false) or SET INVISIBLE (true); MySQL.
    SetInvisible(bool),
}

/// Which partitions an operation is for.
#[derive(Debug, Clone, PartialEq)]
pub enum PartitionNames {
    /// ALL.
    All,
    /// By name.
    Named(Vec<Ident>),
}

/// What a sub-clause of ALTER TABLE does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AlterActionKind {
    /// `ADD [COLUMN] definition [FIRST|AFTER]`.
    AddColumn {
        /// MariaDB's IF NOT EXISTS.
        if_not_exists: bool,
        /// The column.
        column: Box<ColumnDef>,
        /// Where it goes.
        position: Option<ColumnPosition>,
    },
    /// `ADD [COLUMN] (element, ...)`.
    AddElements {
        /// MariaDB's IF NOT EXISTS.
        if_not_exists: bool,
        /// The elements.
        elements: Vec<TableElement>,
    },
    /// ADD a key.
    AddIndex(Box<IndexDef>),
    /// ADD a foreign key.
    AddForeignKey(Box<ForeignKeyDef>),
    /// ADD a CHECK.
    AddCheck(Box<CheckDef>),
    /// ADD PERIOD FOR; MariaDB.
    AddPeriod(PeriodDef),
    /// ADD SYSTEM VERSIONING; MariaDB.
    AddSystemVersioning,
    /// MODIFY.
    ModifyColumn {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The column as it is to be.
        column: Box<ColumnDef>,
        /// Where it goes.
        position: Option<ColumnPosition>,
    },
    /// CHANGE.
    ChangeColumn {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The column's name until now.
        old: Ident,
        /// The column as it is to be.
        column: Box<ColumnDef>,
        /// Where it goes.
        position: Option<ColumnPosition>,
    },
    /// `ALTER [COLUMN] name ...`.
    AlterColumn {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The column.
        name: Ident,
        /// What is done.
        change: AlterColumn,
    },
    /// `DROP [COLUMN]`.
    DropColumn {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The column.
        name: Ident,
    },
    /// DROP {INDEX|KEY}.
    DropIndex {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The index.
        name: Ident,
    },
    /// DROP PRIMARY KEY.
    DropPrimaryKey {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
    },
    /// DROP FOREIGN KEY.
    DropForeignKey {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The constraint.
        name: Ident,
    },
    /// DROP CHECK; MySQL.
    DropCheck {
        /// The constraint.
        name: Ident,
    },
    /// DROP CONSTRAINT.
    DropConstraint {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The constraint.
        name: Ident,
    },
    /// DROP PERIOD FOR; MariaDB.
    DropPeriod {
        /// IF EXISTS.
        if_exists: bool,
        /// The period.
        name: Ident,
    },
    /// DROP SYSTEM VERSIONING; MariaDB.
    DropSystemVersioning,
    /// RENAME COLUMN.
    RenameColumn {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The old name.
        old: Ident,
        /// The new name.
        new: Ident,
    },
    /// RENAME {INDEX|KEY}.
    RenameIndex {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The old name.
        old: Ident,
        /// The new name.
        new: Ident,
    },
    /// RENAME [TO|AS|=].
    RenameTo(ObjectName),
    /// `ALTER INDEX name {VISIBLE|INVISIBLE|IGNORED|NOT IGNORED}`.
    AlterIndex {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The index.
        name: Ident,
        /// INVISIBLE or IGNORED.
        invisible: bool,
    },
    /// `ALTER {CHECK|CONSTRAINT} name [NOT] ENFORCED`; MySQL.
    AlterCheck {
        /// The constraint.
        name: Ident,
        /// ENFORCED.
        enforced: bool,
    },
    /// ORDER BY, which changes no definition: the columns named.
    OrderBy(Vec<Ident>),
    /// CONVERT TO CHARACTER SET; `charset` is `None` for the word DEFAULT.
    ConvertTo {
        /// The character set.
        charset: Option<Ident>,
        /// COLLATE.
        collation: Option<Ident>,
    },
    /// A table option.
    Option(TableOption),
    /// FORCE.
    Force,
    /// DISABLE KEYS.
    DisableKeys,
    /// ENABLE KEYS.
    EnableKeys,
    /// DISCARD TABLESPACE.
    DiscardTablespace,
    /// IMPORT TABLESPACE.
    ImportTablespace,
    /// ALGORITHM, its word in upper case.
    Algorithm(String),
    /// LOCK, its word in upper case.
    Lock(String),
    /// WITH (true) or WITHOUT (false) VALIDATION.
    Validation(bool),
    /// MariaDB's WAIT n and NOWAIT.
    Wait,
    /// PARTITION BY.
    PartitionBy(Box<PartitionClause>),
    /// REMOVE PARTITIONING.
    RemovePartitioning,
    /// ADD PARTITION (definitions).
    AddPartition {
        /// MariaDB's IF NOT EXISTS.
        if_not_exists: bool,
        /// The partitions.
        definitions: Vec<PartitionDef>,
    },
    /// ADD PARTITION PARTITIONS n.
    AddPartitionCount(u64),
    /// DROP PARTITION.
    DropPartition {
        /// MariaDB's IF EXISTS.
        if_exists: bool,
        /// The partitions.
        names: Vec<Ident>,
    },
    /// COALESCE PARTITION n.
    CoalescePartition(u64),
    /// REORGANIZE PARTITION; without names it spreads HASH or KEY partitions anew.
    ReorganizePartition {
        /// The partitions to replace.
        names: Vec<Ident>,
        /// What replaces them.
        into: Vec<PartitionDef>,
    },
    /// EXCHANGE PARTITION.
    ExchangePartition {
        /// The partition.
        name: Ident,
        /// The table.
        table: ObjectName,
    },
    /// MariaDB's `CONVERT PARTITION name TO TABLE table`.
    ConvertPartitionToTable {
        /// The partition.
        name: Ident,
        /// The new table.
        table: ObjectName,
    },
    /// MariaDB's `CONVERT TABLE table TO PARTITION definition`.
    ConvertTableToPartition {
        /// The table.
        table: ObjectName,
        /// The new partition.
        definition: Box<PartitionDef>,
    },
    /// TRUNCATE PARTITION.
    TruncatePartition(PartitionNames),
    /// ANALYZE, CHECK, OPTIMIZE, REBUILD, REPAIR, DISCARD or IMPORT of partitions: nothing of the definition changes.
    MaintainPartition {
        /// The first word, in upper case.
        operation: String,
        /// The partitions.
        names: PartitionNames,
    },
    /// SECONDARY_LOAD and SECONDARY_UNLOAD.
    SecondaryLoad,
    /// A sub-clause that is recognised but not modelled.
    Unsupported(String),
}
