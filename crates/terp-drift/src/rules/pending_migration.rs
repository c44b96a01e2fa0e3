//! Migrations that the live database has yet to run.

use super::Rule;
use crate::finding::{Finding, Place, Severity};

pub(super) const RULE: Rule = Rule {
    id: "pending-migration",
    severity: Severity::Warning,
    summary: "The live database has yet to run a migration.",
    rationale: "The database is behind the project. It is compared with what the migrations up to the last one that it ran build, and \
        with what is declared; the latter differs until the rest is run.",
    bad: "\
_journal.json ends with 0026_add_index, and the table's newest row is 0025's.",
    good: "\
Every entry of the journal has its row.",
    fixed: false,
    check: None,
};

/// The finding about the migrations that a database has yet to run, by their tags. `None` where there are none.
pub fn pending_migrations(
    tags: &[&str],
    table: &str,
    table_exists: bool,
    places: Vec<Place>,
) -> Option<Finding> {
    let (first, last) = (tags.first()?, tags.last()?);
    let which = match tags.len() {
        1 => format!("1 migration is pending: {first}"),
        number => format!("{number} migrations are pending: {first} to {last}"),
    };
    let help = if table_exists {
        "run them, or compare again once they have run".to_owned()
    } else {
        format!(
            "the database has no table {table}, so Drizzle would run all of them; where it was made otherwise, that fails"
        )
    };
    let message = if table_exists { which } else { format!("{which}, as there is no table {table}") };
    Some(Finding { rule: RULE.id, severity: Severity::Warning, message, help: Some(help), places })
}
