//! Parts of a live database that are not known.

use super::Rule;
use crate::change::ObjectPath;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unsupported-object",
    severity: Severity::Warning,
    summary: "Something in the live database could not be read with certainty.",
    rationale: "Each table, view and program of a database is read, printed again and compared with the server's own text. \
        What does not come out the same, or can't be read at all (a broken table, a view on what is gone), is left out \
        of comparisons and named: a difference in it would not be seen.",
    bad: "\
SHOW CREATE TABLE `totals` prints a clause that is not known.",
    good: "\
SHOW CREATE TABLE `totals` prints what is printed here, byte for byte.",
    fixed: true,
    check: None,
};

/// The finding about one table, view or program of the database that the report calls `database`.
pub fn unsupported_object(path: &ObjectPath, database: &str, reason: &str) -> Finding {
    let what = match &path.table {
        Some(table) if path.name.is_none() => format!("table {table}"),
        _ => path.to_string(),
    };
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!("{what} of {database} is not compared: {reason}"),
        help: None,
        places: Vec::new(),
    }
}
