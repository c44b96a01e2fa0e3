//! Statements that one vendor's server can't read.

use terp_schema_model::Flavor;

use super::Rule;
use crate::finding::{Finding, Place, Severity};

pub(super) const RULE: Rule = Rule {
    id: "one-vendor-only",
    severity: Severity::Warning,
    summary: "A statement runs on the server that is meant, and is no SQL for the other vendor.",
    rationale: "Drizzle has one dialect for MySQL and MariaDB, and writes SQL that both take. A statement that was \
        changed by hand to what one of them has alone stops every build on the other: the laptop with MySQL, the \
        managed database of another provider.",
    bad: "ALTER TABLE `orders` ADD COLUMN IF NOT EXISTS `shipped_at` datetime;      <- MariaDB; 1064 on MySQL",
    good: "ALTER TABLE `orders` ADD COLUMN `shipped_at` datetime;",
    fixed: false,
    check: None,
};

/// The finding about a statement that the other vendor's server can't read from `place` on.
pub fn one_vendor_only(other: Flavor, errno: u16, place: Place) -> Finding {
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!("this statement fails on {other}, with error {errno}"),
        help: Some(
            "write it so that both vendors take it, if the project is ever to run on the other".to_owned(),
        ),
        places: vec![place.labelled(format!("error {errno} on {other}"))],
    }
}
