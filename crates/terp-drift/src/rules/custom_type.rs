//! Types that the application defines itself.

use super::Rule;
use crate::finding::{Finding, Place, Severity};

pub(super) const RULE: Rule = Rule {
    id: "custom-type",
    severity: Severity::Note,
    summary: "The SQL type of a column comes from code of the application, which was evaluated.",
    rationale: "`customType` asks a function of the application for the SQL type. Where that function is simple, it \
        is evaluated, and the type is told, so that a person can see that it is the right one. Where it is not, the \
        column is an unsupported-declaration.",
    bad: "\
const money = customType<{ data: string }>({ dataType: () => \"decimal(19,4)\" });
total: money(\"total\"),      <- decimal(19,4)",
    good: "\
total: decimal(\"total\", { precision: 19, scale: 4 }),",
    fixed: false,
    check: None,
};

/// The finding about one column of a type that the application defines; `sql_type` is what its code gave.
pub fn custom_type(table: &str, column: &str, sql_type: &str, place: Place) -> Finding {
    Finding {
        rule: RULE.id,
        severity: Severity::Note,
        message: format!("`{table}`.`{column}` has a type of the application's own, evaluated to {sql_type}"),
        help: None,
        places: vec![place.labelled(sql_type)],
    }
}
