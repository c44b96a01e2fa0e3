//! The counts over one schema.

use std::collections::HashSet;

use serde::Serialize;
use terp_schema_model::{ColumnType, Index, IndexKind, Schema};

use super::Verdict;
use crate::conventions::{self, Conventions};

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
    /// Tables with the column that optimistic locking needs: see [`ConventionCounts`].
    pub version_tables: usize,
    /// Tables with the column that soft delete needs.
    pub soft_delete_tables: usize,
    /// What the report comes to.
    pub verdict: Verdict,
}

/// How many tables follow each convention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ConventionCounts {
    /// Tables with optimistic locking: an integer column NOT NULL with default 1, of the name that the conventions
    /// give, or `version`.
    pub version_tables: usize,
    /// Tables with soft delete: a nullable TIMESTAMP or DATETIME column of the name that the conventions give, or
    /// `deleted_at` or `deletedAt`.
    pub soft_delete_tables: usize,
}

/// Counts the tables of a schema that follow the conventions, whether they have to or not. Of several tables of one
/// name the first counts.
pub fn convention_counts(schema: &Schema, conventions: &Conventions) -> ConventionCounts {
    let (version_tables, soft_delete_tables) = conventions::counts(schema, conventions);
    ConventionCounts { version_tables, soft_delete_tables }
}

/// Counts a schema. `declared` replaces the two counts that a model can't tell apart; without it, every UNIQUE KEY is a
/// unique constraint, and an index that a foreign key made by itself is not counted.
pub fn summarise(
    schema: &Schema,
    declared: Option<DeclaredCounts>,
    migrations: usize,
    conventions: &Conventions,
) -> Summary {
    let ConventionCounts { version_tables, soft_delete_tables } = convention_counts(schema, conventions);
    let mut summary = Summary { migrations, version_tables, soft_delete_tables, ..Summary::default() };
    let mut seen = HashSet::with_capacity(schema.tables.len());
    for table in &schema.tables {
        if !seen.insert(table.name.as_str()) {
            continue;
        }
        let indexes = |test: fn(&Index) -> bool| table.indexes.iter().filter(|index| test(index)).count();
        summary.tables += 1;
        summary.columns += table.columns.len();
        summary.primary_keys += usize::from(table.primary_key().is_some());
        summary.unique_constraints += indexes(|index| index.kind == IndexKind::Unique);
        summary.indexes += indexes(|index| !index.is_unique() && !index.generated);
        summary.foreign_keys += table.foreign_keys.len();
        summary.enum_columns +=
            table.columns.iter().filter(|column| matches!(column.ty, ColumnType::Enum { .. })).count();
    }
    if let Some(declared) = declared {
        summary.unique_constraints = declared.unique_constraints;
        summary.indexes = declared.indexes;
    }
    summary
}
