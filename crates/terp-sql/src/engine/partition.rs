//! PARTITION BY.

use terp_schema_model::Table;

use super::Context;
use super::error::{Result, unsupported};
use crate::ast::PartitionClause;

/// Sets the table's partitioning.
pub(super) fn apply(_cx: &Context<'_>, _table: &mut Table, clause: &PartitionClause) -> Result<()> {
    Err(unsupported("PARTITION BY").at(clause.span))
}
