//! Indexes.

use serde::{Deserialize, Serialize};

use crate::table::is_default;

/// What an index is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndexKind {
    /// PRIMARY KEY.
    Primary,
    /// UNIQUE KEY.
    Unique,
    /// KEY.
    Key,
    /// FULLTEXT KEY.
    Fulltext,
    /// SPATIAL KEY.
    Spatial,
    /// MariaDB's VECTOR KEY.
    Vector,
}

/// What `USING` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndexAlgorithm {
    /// BTREE.
    BTree,
    /// HASH.
    Hash,
    /// RTREE.
    RTree,
}

/// What one part of an index is made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndexPartKind {
    /// A column, by name.
    Column(String),
    /// An expression in the flavor's printing, without the outer parentheses; MySQL 8.0.13 and later.
    Expression(String),
}

/// One part of an index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct IndexPart {
    /// Column or expression.
    #[serde(flatten)]
    pub kind: IndexPartKind,
    /// Prefix length where the server shows one: characters for text, bytes for binary types.
    #[serde(default, skip_serializing_if = "is_default")]
    pub length: Option<u32>,
    /// DESC.
    #[serde(default, skip_serializing_if = "is_default")]
    pub descending: bool,
}

impl IndexPart {
    /// A whole column, ascending.
    pub fn column(name: impl Into<String>) -> Self {
        Self { kind: IndexPartKind::Column(name.into()), length: None, descending: false }
    }

    /// The column's name, unless the part is an expression.
    pub fn column_name(&self) -> Option<&str> {
        match &self.kind {
            IndexPartKind::Column(name) => Some(name),
            IndexPartKind::Expression(_) => None,
        }
    }
}

/// One index.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Index {
    /// Its name; `PRIMARY` for the primary key.
    pub name: String,
    /// Its kind.
    pub kind: IndexKind,
    /// Its parts, in order.
    pub parts: Vec<IndexPart>,
    /// `USING`, where it was written and the engine keeps it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub using: Option<IndexAlgorithm>,
    /// `KEY_BLOCK_SIZE`, where it differs from the table's.
    #[serde(default, skip_serializing_if = "is_default", with = "crate::format::big")]
    pub key_block_size: Option<u64>,
    /// `WITH PARSER` of a FULLTEXT index.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parser: Option<String>,
    /// INVISIBLE (MySQL) or IGNORED (MariaDB).
    #[serde(default, skip_serializing_if = "is_default")]
    pub invisible: bool,
    /// Its comment; empty for none.
    #[serde(default, skip_serializing_if = "is_default")]
    pub comment: String,
    /// Whether a foreign key made it by itself: such an index goes away when an explicit one covers it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub generated: bool,
    /// MariaDB's `WITHOUT OVERLAPS`: the name of the period that is the last part.
    #[serde(default, skip_serializing_if = "is_default")]
    pub without_overlaps: Option<String>,
    /// `ENGINE_ATTRIBUTE`; MySQL.
    #[serde(default, skip_serializing_if = "is_default")]
    pub engine_attribute: Option<String>,
    /// `SECONDARY_ENGINE_ATTRIBUTE`; MySQL.
    #[serde(default, skip_serializing_if = "is_default")]
    pub secondary_engine_attribute: Option<String>,
    /// MariaDB's engine-defined attributes, name and value as printed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attributes: Vec<(String, String)>,
}

impl Index {
    /// An index with no option.
    pub fn new(name: impl Into<String>, kind: IndexKind, parts: Vec<IndexPart>) -> Self {
        Self {
            name: name.into(),
            kind,
            parts,
            using: None,
            key_block_size: None,
            parser: None,
            invisible: false,
            comment: String::new(),
            generated: false,
            without_overlaps: None,
            engine_attribute: None,
            secondary_engine_attribute: None,
            attributes: Vec::new(),
        }
    }

    /// PRIMARY KEY or UNIQUE.
    pub const fn is_unique(&self) -> bool {
        matches!(self.kind, IndexKind::Primary | IndexKind::Unique)
    }
}
