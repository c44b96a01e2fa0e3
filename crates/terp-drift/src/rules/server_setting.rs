//! A setting of a live server that the check does not follow.

use super::Rule;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "server-setting",
    severity: Severity::Warning,
    summary: "The live server has a setting that the check does not follow.",
    rationale: "Some variables of a server change what DDL makes or what is refused. A check of a live database takes most of them over \
        for what is declared and what the migrations build (sql_mode, default_storage_engine and others); of those that it does not know \
        how to follow it goes by the usual value, so what it says of this server may be wrong where they matter.",
    bad: "\
SET GLOBAL innodb_default_row_format = COMPACT;",
    good: "\
SET GLOBAL innodb_default_row_format = DYNAMIC;",
    fixed: true,
    check: None,
};

/// The finding about a variable: its value, where the server tells it, and what is assumed instead.
pub fn server_setting(database: &str, name: &str, value: Option<&str>, assumed: &str) -> Finding {
    let shown = |value: &str| if value.is_empty() { "''".to_owned() } else { value.to_owned() };
    let has = match value {
        Some(value) => format!("the server of {database} has {name} = {}", shown(value)),
        None => format!("the server of {database} does not tell its {name}"),
    };
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!("{has}, and this check assumes {}", shown(assumed)),
        help: Some(
            "where a difference depends on it, the server is right and this check may be wrong".to_owned(),
        ),
        places: Vec::new(),
    }
}
