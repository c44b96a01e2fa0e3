//! Partitioning.

use serde::{Deserialize, Serialize};

use crate::table::is_default;

/// By what rows are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum PartitionMethod {
    /// `RANGE (expression)`.
    Range {
        /// In the flavor's printing.
        expression: String,
    },
    /// `RANGE COLUMNS (columns)`.
    RangeColumns {
        /// The columns.
        columns: Vec<String>,
    },
    /// `LIST (expression)`.
    List {
        /// In the flavor's printing.
        expression: String,
    },
    /// `LIST COLUMNS (columns)`.
    ListColumns {
        /// The columns.
        columns: Vec<String>,
    },
    /// `[LINEAR] HASH (expression)`.
    Hash {
        /// In the flavor's printing.
        expression: String,
        /// LINEAR.
        #[serde(default, skip_serializing_if = "is_default")]
        linear: bool,
    },
    /// `[LINEAR] KEY [ALGORITHM = n] (columns)`.
    Key {
        /// The columns; empty for the primary key.
        columns: Vec<String>,
        /// LINEAR.
        #[serde(default, skip_serializing_if = "is_default")]
        linear: bool,
        /// ALGORITHM, where it was written and is shown.
        #[serde(default, skip_serializing_if = "is_default")]
        algorithm: Option<u8>,
    },
    /// MariaDB's `SYSTEM_TIME`, with the rest of the clause (INTERVAL, LIMIT, STARTS, AUTO) as printed.
    SystemTime {
        /// The rest of the clause; empty for none.
        #[serde(default, skip_serializing_if = "is_default")]
        rest: String,
    },
}

/// How SHOW CREATE TABLE tells of the partitions: it follows how they were made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartitionListing {
    /// Each partition with its name.
    #[default]
    Listed,
    /// `PARTITIONS n`.
    Counted,
    /// Nothing: a single partition by default.
    Implied,
}

/// One bound of a partition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartitionBound {
    /// MAXVALUE.
    MaxValue,
    /// A value in the flavor's printing (`10`, `'a'`, `NULL`).
    Value(String),
}

/// Which rows a partition holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartitionValues {
    /// HASH and KEY: nothing is written.
    #[default]
    None,
    /// `VALUES LESS THAN`: one bound a column.
    LessThan(Vec<PartitionBound>),
    /// `VALUES IN`: a list of tuples.
    In(Vec<Vec<PartitionBound>>),
    /// MariaDB's `DEFAULT` of a LIST.
    Default,
    /// MariaDB's `HISTORY`.
    History,
    /// MariaDB's `CURRENT`.
    Current,
}

/// Options of a partition or subpartition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct PartitionOptions {
    /// Storage engine, as the server spells it.
    #[serde(skip_serializing_if = "is_default")]
    pub engine: String,
    /// COMMENT; empty for none.
    #[serde(skip_serializing_if = "is_default")]
    pub comment: String,
    /// DATA DIRECTORY.
    #[serde(skip_serializing_if = "is_default")]
    pub data_directory: Option<String>,
    /// INDEX DIRECTORY.
    #[serde(skip_serializing_if = "is_default")]
    pub index_directory: Option<String>,
    /// MAX_ROWS.
    #[serde(skip_serializing_if = "is_default", with = "crate::format::big")]
    pub max_rows: Option<u64>,
    /// MIN_ROWS.
    #[serde(skip_serializing_if = "is_default", with = "crate::format::big")]
    pub min_rows: Option<u64>,
    /// TABLESPACE.
    #[serde(skip_serializing_if = "is_default")]
    pub tablespace: Option<String>,
    /// NODEGROUP.
    #[serde(skip_serializing_if = "is_default", with = "crate::format::big")]
    pub nodegroup: Option<u64>,
}

/// One partition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Partition {
    /// Its name.
    pub name: String,
    /// Which rows it holds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub values: PartitionValues,
    /// Its options.
    #[serde(flatten)]
    pub options: PartitionOptions,
    /// Its subpartitions.
    #[serde(default, skip_serializing_if = "is_default")]
    pub subpartitions: Vec<Subpartition>,
}

/// One subpartition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subpartition {
    /// Its name.
    pub name: String,
    /// Its options.
    #[serde(flatten)]
    pub options: PartitionOptions,
}

/// How partitions are cut again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subpartitioning {
    /// HASH or KEY.
    #[serde(flatten)]
    pub method: PartitionMethod,
    /// How many for each partition.
    pub count: u32,
    /// How they are shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub listing: PartitionListing,
}

/// How a table is partitioned.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Partitioning {
    /// By what.
    #[serde(flatten)]
    pub method: PartitionMethod,
    /// Into what: always the whole list, also where only a count is shown.
    pub partitions: Vec<Partition>,
    /// How the list is shown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub listing: PartitionListing,
    /// And again into what.
    #[serde(default, skip_serializing_if = "is_default")]
    pub subpartitioning: Option<Subpartitioning>,
}
