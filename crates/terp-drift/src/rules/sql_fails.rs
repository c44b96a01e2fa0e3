//! Statements of a schema in plain SQL that the server would refuse.

use super::{Rule, migration_fails};
use crate::finding::{Finding, Place, Severity};

pub(super) const RULE: Rule = Rule {
    id: "sql-fails",
    severity: Severity::Error,
    summary: "A statement of a schema in plain SQL fails when the files are run from nothing.",
    rationale: "What the statement would make is not part of the schema that the files describe, and nobody can set up \
        a database from them. The error number is that of the server. The statements after it were run all the same.",
    bad: "\
CREATE TABLE `orders` (`id` int PRIMARY KEY, `client` int REFERENCES `clients` (`id`));      <- 1824, no such table
CREATE TABLE `clients` (`id` int PRIMARY KEY);",
    good: "\
CREATE TABLE `clients` (`id` int PRIMARY KEY);
CREATE TABLE `orders` (`id` int PRIMARY KEY, `client` int REFERENCES `clients` (`id`));",
    fixed: true,
    check: None,
};

/// The finding about one statement at that place which the server refuses.
pub fn sql_fails(errno: u16, message: &str, place: Place) -> Finding {
    Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!("{message}{} (error {errno})", migration_fails::length(errno, message)),
        help: None,
        places: vec![place.labelled(format!("error {errno}"))],
    }
}
