//! Declarations that were not evaluated.

use super::{Rule, joined};
use crate::declared::UnsupportedDeclaration;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "unsupported-declaration",
    severity: Severity::Error,
    summary: "Part of the declared schema can't be known without running its code.",
    rationale: "The declaration is evaluated, never run. A call into a package, a name that is read from the \
        environment, a loop over data: what comes out of it is not known here, so nothing may be claimed about the \
        tables that it touches, and they are left out of the comparison. It is an error and can't be lowered, since \
        a check that says `clean` while it has not seen a table is worse than none.",
    bad: "\
export const orders = mysqlTable(process.env.ORDERS_TABLE ?? \"orders\", { id: int(\"id\") });",
    good: "\
export const orders = mysqlTable(\"orders\", { id: int(\"id\") });",
    fixed: true,
    check: None,
};

/// The finding about one construct that was not evaluated.
pub fn unsupported_declaration(unsupported: &UnsupportedDeclaration) -> Finding {
    let UnsupportedDeclaration { what, reason, place, tables } = unsupported;
    let tables: Vec<String> = tables.iter().map(|table| format!("`{table}`")).collect();
    let left_out = match tables.as_slice() {
        [] => String::new(),
        [table] => format!("; the table {table} is not compared"),
        _ => format!("; the tables {} are not compared", joined(&tables)),
    };
    Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!("{what} is not evaluated: {reason}{left_out}"),
        help: Some("write it so that it can be read without running code".to_owned()),
        places: vec![place.clone().labelled("not evaluated")],
    }
}
