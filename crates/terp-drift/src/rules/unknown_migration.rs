//! Migrations that only the live database knows.

use super::Rule;
use crate::finding::{Finding, Place, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unknown-migration",
    severity: Severity::Warning,
    summary: "The live database has run a migration that the project does not know.",
    rationale: "A row of Drizzle's table belongs to no entry of the journal: it was run from another branch, or the entry was removed or \
        moved in time. What it did is in the database and in none that is built anew.",
    bad: "\
__drizzle_migrations: created_at 1704067200000, and no entry of the journal has that when",
    good: "\
Each row has an entry in the journal.",
    fixed: false,
    check: None,
};

/// The finding about a row that belongs to no migration: what identifies it, as people can look it up.
pub fn unknown_migration(row: &str, table: &str, places: Vec<Place>) -> Finding {
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!("{table} has a row that no migration of the project has: {row}"),
        help: Some("look for it in other branches; what it did is in this database alone".to_owned()),
        places,
    }
}
