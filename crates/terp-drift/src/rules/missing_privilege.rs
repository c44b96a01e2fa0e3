//! Parts of a live database that the account may not see.

use super::Rule;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "missing-privilege",
    severity: Severity::Warning,
    summary: "The account may not see all of the live database.",
    rationale: "A server hides what an account has no privilege for: tables are simply absent from its lists. What the account \
        can't see is not compared, and the report would claim too much if it did not say so.",
    bad: "\
GRANT SELECT ON `shop`.`orders` TO `checker`@`%`;",
    good: "\
GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `shop`.* TO `checker`@`%`;",
    fixed: true,
    check: None,
};

/// The finding about something that can't be seen: what, and the statement that would help, where one is known.
pub fn missing_privilege(what: &str, grant: Option<&str>) -> Finding {
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: what.to_owned(),
        help: grant.map(|grant| format!("have an administrator run: {grant}")),
        places: Vec::new(),
    }
}
