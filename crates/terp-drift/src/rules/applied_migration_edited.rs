//! Migrations that were edited after the live database ran them.

use super::Rule;
use crate::finding::{Finding, Place, Severity};

pub(super) const RULE: Rule = Rule {
    id: "applied-migration-edited",
    severity: Severity::Error,
    summary: "A migration was edited after the live database ran it.",
    rationale: "Drizzle keeps the hash of each file that it ran and compares it with nothing. The database has what the file said \
        then; a new database gets what it says now.",
    bad: "\
__drizzle_migrations: hash 1f0c..., created_at 1704067200000
0003_batches.sql (when 1704067200000) has the hash 9b44...",
    good: "\
__drizzle_migrations: hash 1f0c..., created_at 1704067200000
0003_batches.sql (when 1704067200000) has the hash 1f0c...",
    fixed: false,
    check: None,
};

/// The finding about a migration that was edited after it ran.
pub fn applied_migration_edited(tag: &str, table: &str, places: Vec<Place>) -> Finding {
    Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!("{tag} was edited after this database ran it: its hash is not the one in {table}"),
        help: Some(
            "restore it from version control, and put what is new into a migration of its own".to_owned(),
        ),
        places,
    }
}
