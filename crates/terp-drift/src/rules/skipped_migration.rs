//! Migrations that the live database passes over for ever.

use super::Rule;
use crate::finding::{Finding, Place, Severity};

pub(super) const RULE: Rule = Rule {
    id: "skipped-migration",
    severity: Severity::Error,
    summary: "The live database did not run a migration, and never will.",
    rationale: "Drizzle runs the entries whose `when` is greater than that of the newest row of its table. An entry that was merged \
        late, with an older `when`, is passed over for ever and in silence.",
    bad: "\
__drizzle_migrations: the newest created_at is 1704153600000
_journal.json: 0004_late has when 1704067200000, and no row",
    good: "\
__drizzle_migrations: the newest created_at is 1704153600000
_journal.json: 0004_late has when 1704240000000: it is pending",
    fixed: false,
    check: None,
};

/// The finding about a migration that is passed over for ever.
pub fn skipped_migration(tag: &str, table: &str, places: Vec<Place>) -> Finding {
    Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!("{tag} has not run here and never will: {table} has a later one"),
        help: Some("give its journal entry a `when` after that of the last one that ran".to_owned()),
        places,
    }
}
