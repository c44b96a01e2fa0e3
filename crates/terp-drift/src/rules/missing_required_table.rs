//! Tables that a project needs.

use super::Rule;
use crate::conventions::{Faults, fits, has_table, not_judged};
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "missing-required-table",
    severity: Severity::Error,
    summary: "A table that the project's conventions require is not there.",
    rationale: "Some tables can't be missing, whatever the rest of the schema becomes: users, orders, the log of an \
        audit. Comparisons don't notice when a table is gone from every view at once, since then all agree. \
        Required tables are named in the conventions and looked for in each view.",
    bad: "\
required-tables = [\"users\", \"orders\"]
declared, snapshot and replayed: users",
    good: "\
required-tables = [\"users\", \"orders\"]
declared, snapshot and replayed: users, orders",
    fixed: false,
    check: None,
};

pub(crate) fn check(required: &[String], faults: &mut Faults<'_>) {
    for view in faults.views {
        for pattern in required {
            if has_table(view, pattern) {
                continue;
            }
            let unsure: Vec<&str> =
                view.unchecked.iter().map(String::as_str).filter(|table| fits(pattern, table)).collect();
            let finding = if unsure.is_empty() {
                let message = if pattern.contains('*') {
                    format!("a table `{pattern}` is required, and there is none")
                } else {
                    format!("the table `{pattern}` is required, and is not there")
                };
                Finding {
                    rule: RULE.id,
                    severity: Severity::Error,
                    message,
                    help: Some("restore the table, or take it out of `required-tables`".to_owned()),
                    places: Vec::new(),
                }
            } else {
                not_judged(RULE.id, "whether the table is there", &unsure)
            };
            faults.add(view, finding);
        }
    }
}
