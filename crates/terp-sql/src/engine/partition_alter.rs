//! ALTER TABLE ... PARTITION.

use terp_schema_model::Table;

use super::Context;
use super::error::{Result, unsupported};
use crate::Span;
use crate::ast::AlterActionKind;

/// Executes one sub-clause about partitions.
pub(super) fn alter(_cx: &Context<'_>, _table: &mut Table, _action: &AlterActionKind, span: Span) -> Result<()> {
    Err(unsupported("ALTER TABLE ... PARTITION").at(span))
}

/// Checks a partitioned table whose columns or keys changed.
pub(super) fn recheck(_cx: &Context<'_>, _table: &Table) -> Result<()> {
    Err(unsupported("ALTER of a partitioned table"))
}

/// Follows a changed engine.
pub(super) fn engine_changed(_cx: &Context<'_>, _table: &mut Table) -> Result<()> {
    Err(unsupported("ENGINE of a partitioned table"))
}
