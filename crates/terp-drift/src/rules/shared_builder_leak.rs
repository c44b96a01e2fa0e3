//! Column builders that carry something from one table into another.

use super::{Rule, joined};
use crate::declared::Leak;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "shared-builder-leak",
    severity: Severity::Warning,
    summary: "A column gets what was said of another one, through a builder that both share.",
    rationale: "Drizzle's column builders are objects that change: `.notNull()`, `.default()`, `.unique()` and \
        `.references()` write into the builder and return it. A builder kept in a constant and used in two tables \
        has in the second all that the first one said. Nothing warns of it: snapshot and migration have it as well.",
    bad: "\
const status = mysqlEnum(\"status\", [\"new\", \"done\"]);
export const tasks = mysqlTable(\"tasks\", { status: status.notNull().default(\"new\") });
export const reminders = mysqlTable(\"reminders\", { status });      <- NOT NULL DEFAULT 'new' as well",
    good: "\
const status = () => mysqlEnum(\"status\", [\"new\", \"done\"]);
export const tasks = mysqlTable(\"tasks\", { status: status().notNull().default(\"new\") });
export const reminders = mysqlTable(\"reminders\", { status: status() });",
    fixed: false,
    check: None,
};

/// The finding about one builder that two columns share.
pub fn shared_builder_leak(leak: &Leak) -> Finding {
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!(
            "`{}` shares its builder with `{}`, and gets from it: {}",
            leak.second_column,
            leak.first_column,
            joined(&leak.what)
        ),
        help: Some(
            "make the shared builder a function that returns a new one, and call it in each table".to_owned(),
        ),
        places: vec![
            leak.second.clone().labelled(format!("`{}` gets more than is written here", leak.second_column)),
            leak.first.clone().labelled(format!("it comes from `{}`", leak.first_column)),
            leak.builder.clone().labelled("the builder that both share"),
        ],
    }
}
