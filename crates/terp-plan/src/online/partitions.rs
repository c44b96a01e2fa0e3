//! Statements about partitions.

use terp_sql::ast::{AlterAction, AlterActionKind};

use super::changes::Changes;
use super::{Facts, Unclaused, Unpredicted, Way};

/// How a statement about partitions is carried out; `None` where there is none in it.
pub(super) fn way(changes: &Changes<'_>, facts: &Facts) -> Result<Option<Way>, Unpredicted> {
    use AlterActionKind as Kind;
    let Some(action) = changes.request.partition else { return Ok(None) };
    if matches!(action.kind, Kind::PartitionBy(_) | Kind::RemovePartitioning) {
        return Ok(Some(Way::copy("the rows are spread over partitions anew")));
    }
    if facts.flavor.is_mysql() {
        return mysql(changes, action).map(Some);
    }
    // MariaDB's grammar has no ALGORITHM beside these.
    Ok(Some(Way::Unclaused(match &action.kind {
        Kind::AddPartition { .. }
        | Kind::DropPartition { .. }
        | Kind::TruncatePartition(_)
        | Kind::ExchangePartition { .. }
        | Kind::ConvertPartitionToTable { .. }
        | Kind::ConvertTableToPartition { .. } => Unclaused::ChangesPartitions,
        Kind::AddPartitionCount(_) | Kind::CoalescePartition(_) | Kind::ReorganizePartition { .. } => {
            Unclaused::RewritesPartitions
        }
        Kind::MaintainPartition { operation, .. } if matches!(operation.as_str(), "REBUILD" | "OPTIMIZE") => {
            Unclaused::RewritesPartitions
        }
        Kind::MaintainPartition { operation, .. } if operation == "ANALYZE" => Unclaused::ChangesPartitions,
        _ => return Err(Unpredicted::new("a statement about partitions", action.span)),
    })))
}

fn mysql(_changes: &Changes<'_>, action: &AlterAction) -> Result<Way, Unpredicted> {
    Err(Unpredicted::new("a statement about partitions", action.span))
}
