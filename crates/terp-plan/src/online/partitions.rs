//! Statements about partitions.

use terp_sql::ast::AlterActionKind;

use super::changes::Changes;
use super::{Facts, Unpredicted, Way};

/// How a statement about partitions is carried out; `None` where there is none in it.
pub(super) fn way(changes: &Changes<'_>, _facts: &Facts) -> Result<Option<Way>, Unpredicted> {
    let Some(action) = changes.request.partition else { return Ok(None) };
    match &action.kind {
        AlterActionKind::PartitionBy(_) | AlterActionKind::RemovePartitioning => {
            Ok(Some(Way::copy("the rows are spread over partitions anew")))
        }
        _ => Err(Unpredicted::new("a statement about partitions", action.span)),
    }
}
