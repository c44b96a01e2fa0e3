//! The counts over one schema.

use std::collections::HashSet;

use serde::Serialize;
use terp_schema_model::{Column, ColumnType, Index, IndexKind, Schema};

use super::Verdict;

/// What only the declaration tells apart: a server has one kind of unique index, Drizzle declares it in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeclaredCounts {
    /// Those declared as a unique constraint: `.unique()`, `unique()`.
    pub unique_constraints: usize,
    /// Those declared as an index, unique ones included: `index()`, `uniqueIndex()`.
    pub indexes: usize,
}

/// The summary of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Distinct table names.
    pub tables: usize,
    /// Columns of all tables.
    pub columns: usize,
    /// Tables with a primary key.
    pub primary_keys: usize,
    /// Unique constraints.
    pub unique_constraints: usize,
    /// Indexes that are neither a primary key nor a unique constraint.
    pub indexes: usize,
    /// Foreign keys.
    pub foreign_keys: usize,
    /// ENUM columns.
    pub enum_columns: usize,
    /// Migrations of the journal.
    pub migrations: usize,
    /// Tables with an integer column `version`, as optimistic locking needs it.
    pub version_tables: usize,
    /// Tables with a column `deleted_at` or `deletedAt`.
    pub soft_delete_tables: usize,
    /// What the report comes to.
    pub verdict: Verdict,
}

/// Counts a schema. `declared` replaces the two counts that a model can't tell apart; without it, every UNIQUE KEY is a
/// unique constraint, and an index that a foreign key made by itself is not counted.
pub fn summarise(schema: &Schema, declared: Option<DeclaredCounts>, migrations: usize) -> Summary {
    let mut summary = Summary { migrations, ..Summary::default() };
    let mut seen = HashSet::with_capacity(schema.tables.len());
    for table in &schema.tables {
        if !seen.insert(table.name.as_str()) {
            continue;
        }
        let has = |test: fn(&Column) -> bool| usize::from(table.columns.iter().any(test));
        let indexes = |test: fn(&Index) -> bool| table.indexes.iter().filter(|index| test(index)).count();
        summary.tables += 1;
        summary.columns += table.columns.len();
        summary.primary_keys += usize::from(table.primary_key().is_some());
        summary.unique_constraints += indexes(|index| index.kind == IndexKind::Unique);
        summary.indexes += indexes(|index| !index.is_unique() && !index.generated);
        summary.foreign_keys += table.foreign_keys.len();
        summary.enum_columns +=
            table.columns.iter().filter(|column| matches!(column.ty, ColumnType::Enum { .. })).count();
        summary.version_tables += has(|column| {
            column.name.eq_ignore_ascii_case("version") && matches!(column.ty, ColumnType::Integer { .. })
        });
        summary.soft_delete_tables += has(|column| {
            column.name.eq_ignore_ascii_case("deleted_at") || column.name.eq_ignore_ascii_case("deletedat")
        });
    }
    if let Some(declared) = declared {
        summary.unique_constraints = declared.unique_constraints;
        summary.indexes = declared.indexes;
    }
    summary
}
