//! Foreign keys, checks and periods.

use super::Style;
use crate::quote;
use crate::table::{Check, ForeignKey, Period, ReferentialAction};

/// MySQL shows foreign keys by name, cases folded; MariaDB by the bytes of their names.
pub(super) fn foreign_keys_as_shown(keys: &[ForeignKey], style: Style) -> Vec<&ForeignKey> {
    let mut sorted: Vec<&ForeignKey> = keys.iter().collect();
    if style.flavor.is_mysql() {
        sorted.sort_by_cached_key(|key| key.name.to_lowercase());
    } else {
        sorted.sort_by(|a, b| a.name.cmp(&b.name));
    }
    sorted
}

/// MySQL shows checks by name, cases folded; MariaDB as they were made.
pub(super) fn checks_as_shown(checks: &[Check], style: Style) -> Vec<&Check> {
    let mut sorted: Vec<&Check> = checks.iter().collect();
    if style.flavor.is_mysql() {
        sorted.sort_by_cached_key(|check| check.name.to_lowercase());
    }
    sorted
}

pub(super) fn push_foreign_key(out: &mut String, key: &ForeignKey, style: Style) {
    out.push_str("CONSTRAINT ");
    style.push_identifier(out, &key.name);
    out.push_str(" FOREIGN KEY (");
    quote::push_identifiers(out, key.columns.iter().map(String::as_str), ", ");
    out.push_str(") REFERENCES ");
    if let Some(schema) = &key.referenced_schema {
        style.push_identifier(out, schema);
        out.push('.');
    }
    style.push_identifier(out, &key.referenced_table);
    out.push_str(" (");
    quote::push_identifiers(out, key.referenced_columns.iter().map(String::as_str), ", ");
    out.push(')');
    push_action(out, " ON DELETE ", key.on_delete, style);
    push_action(out, " ON UPDATE ", key.on_update, style);
}

/// Of the two names for the default action, MySQL hides NO ACTION and MariaDB hides RESTRICT.
fn push_action(out: &mut String, head: &str, action: Option<ReferentialAction>, style: Style) {
    let hidden =
        if style.flavor.is_mysql() { ReferentialAction::NoAction } else { ReferentialAction::Restrict };
    if let Some(action) = action.filter(|action| *action != hidden) {
        out.push_str(head);
        out.push_str(action.as_sql());
    }
}

pub(super) fn push_check(out: &mut String, check: &Check, style: Style) {
    if !check.name.is_empty() {
        out.push_str("CONSTRAINT ");
        style.push_identifier(out, &check.name);
        out.push(' ');
    }
    push_check_clause(out, check, style);
}

/// A check without its name.
pub(super) fn push_check_clause(out: &mut String, check: &Check, style: Style) {
    out.push_str("CHECK (");
    out.push_str(&style.expression(&check.expression));
    out.push(')');
    if check.not_enforced && style.flavor.is_mysql() {
        out.push_str(" /*!80016 NOT ENFORCED */");
    }
}

pub(super) fn is_system_period(period: &Period) -> bool {
    period.name.eq_ignore_ascii_case("SYSTEM_TIME")
}

pub(super) fn push_period(out: &mut String, period: &Period, style: Style) {
    out.push_str("PERIOD FOR ");
    if is_system_period(period) {
        out.push_str("SYSTEM_TIME");
    } else {
        style.push_identifier(out, &period.name);
    }
    out.push_str(" (");
    quote::push_identifiers(out, [period.start.as_str(), period.end.as_str()], ", ");
    out.push(')');
}
