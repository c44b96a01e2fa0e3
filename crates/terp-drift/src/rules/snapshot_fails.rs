//! What a snapshot describes and no server takes.

use super::{Rule, migration_fails};
use crate::finding::{Finding, Place, Severity};

pub(super) const RULE: Rule = Rule {
    id: "snapshot-fails",
    severity: Severity::Error,
    summary: "The newest snapshot describes something that the server refuses.",
    rationale: "The snapshot is what drizzle-kit believes the database to be, and the next migration is made from it. \
        What no server can have is in no database: whoever relies on it (a foreign key, an index) is wrong. The error \
        number is that of the server for the statement that drizzle-kit would write.",
    bad: "\
foreign key `order_batch_allocations_warehouse_location_id_warehouse_locations_id_fk`      <- 1059, above 64 characters",
    good: "\
foreign key `allocations_location_fk`",
    fixed: true,
    check: None,
};

/// The finding about one thing in the snapshot, `what` with its article, that the server refuses.
pub fn snapshot_fails(what: &str, errno: u16, message: &str, place: Place) -> Finding {
    let length = migration_fails::length(errno, message);
    Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!(
            "the snapshot has {what}, which the server refuses: {message}{length} (error {errno})"
        ),
        help: match errno {
            1059 => migration_fails::help(errno).map(str::to_owned),
            _ => None,
        },
        places: vec![place.labelled(format!("error {errno}"))],
    }
}
