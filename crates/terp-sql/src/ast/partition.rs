//! PARTITION BY.

use super::{Expr, Ident, Text};
use crate::Span;

/// `PARTITION BY ... [PARTITIONS n] [SUBPARTITION BY ...] [(definitions)]`
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionClause {
    /// By what.
    pub by: PartitionBy,
    /// PARTITIONS.
    pub count: Option<u64>,
    /// SUBPARTITION BY, with its own count.
    pub subpartition: Option<(PartitionBy, Option<u64>)>,
    /// The partitions, where they are listed.
    pub definitions: Option<Vec<PartitionDef>>,
    /// Where it stands.
    pub span: Span,
}

/// By what rows are told apart.
#[derive(Debug, Clone, PartialEq)]
pub enum PartitionBy {
    /// `RANGE (expression)`.
    Range(Expr),
    /// `RANGE COLUMNS (columns)`.
    RangeColumns(Vec<Ident>),
    /// `LIST (expression)`.
    List(Expr),
    /// `LIST COLUMNS (columns)`.
    ListColumns(Vec<Ident>),
    /// `[LINEAR] HASH (expression)`.
    Hash {
        /// LINEAR.
        linear: bool,
        /// The expression.
        expr: Expr,
    },
    /// `[LINEAR] KEY [ALGORITHM = n] ([columns])`.
    Key {
        /// LINEAR.
        linear: bool,
        /// ALGORITHM.
        algorithm: Option<u64>,
        /// The columns.
        columns: Vec<Ident>,
    },
    /// MariaDB's SYSTEM_TIME: the rest of the clause by its span (INTERVAL, LIMIT, STARTS, AUTO).
    SystemTime {
        /// What follows the keyword; empty for nothing.
        rest: Span,
    },
}

/// One partition's definition.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionDef {
    /// Its name.
    pub name: Ident,
    /// VALUES.
    pub values: PartitionValuesDef,
    /// Its options, in order.
    pub options: Vec<PartitionOption>,
    /// Its subpartitions: name and options.
    pub subpartitions: Vec<(Ident, Vec<PartitionOption>)>,
    /// Where it stands.
    pub span: Span,
}

/// VALUES of a partition.
#[derive(Debug, Clone, PartialEq)]
pub enum PartitionValuesDef {
    /// None was written.
    None,
    /// `VALUES LESS THAN`: one bound a column.
    LessThan(Vec<BoundDef>),
    /// `VALUES IN`: a list of tuples; a scalar is a tuple of one.
    In(Vec<Vec<BoundDef>>),
    /// MariaDB's DEFAULT.
    Default,
    /// MariaDB's HISTORY.
    History,
    /// MariaDB's CURRENT.
    Current,
}

/// One bound of a partition.
#[derive(Debug, Clone, PartialEq)]
pub enum BoundDef {
    /// MAXVALUE.
    MaxValue(Span),
    /// A value.
    Value(Expr),
}

/// One option of a partition.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PartitionOption {
    /// `[STORAGE] ENGINE`.
    Engine(Ident),
    /// COMMENT.
    Comment(Text),
    /// DATA DIRECTORY.
    DataDirectory(Text),
    /// INDEX DIRECTORY.
    IndexDirectory(Text),
    /// MAX_ROWS.
    MaxRows(u64),
    /// MIN_ROWS.
    MinRows(u64),
    /// TABLESPACE.
    Tablespace(Ident),
    /// NODEGROUP.
    Nodegroup(u64),
    /// MariaDB's engine-defined attribute: name and value.
    Attribute(Ident, String),
}
