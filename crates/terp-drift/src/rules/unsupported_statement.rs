//! Statements that were not checked.

use super::Rule;
use crate::finding::{Finding, Place, Severity};
use crate::report::UnsupportedStatement;

pub(super) const RULE: Rule = Rule {
    id: "unsupported-statement",
    severity: Severity::Warning,
    summary: "A statement could not be checked.",
    rationale: "The embedded engine does not know this statement, or a form of it. It was passed over: the replayed \
        schema may lack what it does, and later findings may follow from that. What can't be checked is said.",
    bad: "CREATE TABLE `totals` AS SELECT `client`, @total AS `total` FROM `orders`;",
    good: "CREATE TABLE `totals` (`client` int, `total` decimal(32,2));",
    fixed: true,
    check: None,
};

/// The finding about something in a snapshot that could not be checked: `what` with its article.
pub fn unsupported_snapshot(what: &str, reason: &str, place: Place) -> Finding {
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!("{what} of the snapshot is not checked: {reason}"),
        help: None,
        places: vec![place.labelled("not checked")],
    }
}

/// The finding about one statement that could not be checked.
pub fn unsupported_statement(statement: &UnsupportedStatement) -> Finding {
    let place = Place::at(&statement.file, statement.line, statement.column)
        .until(statement.end_line, statement.end_column)
        .labelled("not checked");
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!("this statement is not checked: {}", statement.reason),
        help: Some("run it on a scratch server to be sure".to_owned()),
        places: vec![place],
    }
}
