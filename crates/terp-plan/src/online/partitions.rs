//! Statements about partitions.

use terp_sql::ast::AlterActionKind;

use super::changes::Changes;
use super::{Facts, Lock, Unclaused, Unpredicted, Way};

/// How a statement about partitions is carried out; `None` where there is none in it.
pub(super) fn way(changes: &Changes<'_>, facts: &Facts<'_>) -> Result<Option<Way>, Unpredicted> {
    use AlterActionKind as Kind;
    let Some(action) = changes.request.partition else { return Ok(None) };
    if matches!(action.kind, Kind::PartitionBy(_) | Kind::RemovePartitioning) {
        return Ok(Some(Way::copy("the rows are spread over partitions anew")));
    }
    let mysql = facts.flavor.is_mysql();
    Ok(Some(match &action.kind {
        Kind::AddPartition { .. } | Kind::DropPartition { .. } if mysql => {
            Way::InPlace { lock: Lock::None, reason: Some("partitions come or go".to_owned()) }
        }
        Kind::AddPartitionCount(_) | Kind::CoalescePartition(_) | Kind::ReorganizePartition { .. }
            if mysql =>
        {
            rewrites()
        }
        Kind::MaintainPartition { operation, .. } if mysql && operation == "REBUILD" => rewrites(),
        // MariaDB's grammar has no clause beside these, and MySQL does not look at it beside those that follow.
        Kind::AddPartition { .. } | Kind::DropPartition { .. } => {
            Way::Unclaused(Unclaused::ChangesPartitions)
        }
        Kind::AddPartitionCount(_) | Kind::CoalescePartition(_) | Kind::ReorganizePartition { .. } => {
            Way::Unclaused(Unclaused::RewritesPartitions)
        }
        Kind::TruncatePartition(_) => Way::Unclaused(Unclaused::ChangesPartitions),
        Kind::MaintainPartition { operation, .. } if matches!(operation.as_str(), "REBUILD" | "OPTIMIZE") => {
            Way::Unclaused(Unclaused::RewritesPartitions)
        }
        Kind::MaintainPartition { operation, .. } if operation == "ANALYZE" => {
            Way::Unclaused(Unclaused::ChangesPartitions)
        }
        _ => return Err(Unpredicted::new("this statement about partitions", action.span)),
    }))
}

fn rewrites() -> Way {
    Way::Rebuild { lock: Lock::Shared, reason: Some("the rows of partitions are spread anew".to_owned()) }
}
