//! Declarations that can't be read as JavaScript.

use super::Rule;
use crate::finding::{Finding, Place, Severity};

pub(super) const RULE: Rule = Rule {
    id: "declaration-error",
    severity: Severity::Error,
    summary: "The declared schema can't be loaded: drizzle-kit fails on it as well.",
    rationale: "A syntax error, an import of something that is not there, or an exception while the module runs (a \
        column that does not exist in `index().on(t.nmae)`). What stands elsewhere is still read and checked, but \
        nobody can generate a migration until this is mended.",
    bad: "\
export const orders = mysqlTable(\"orders\", { id: int(\"id\") }, (t) => [index(\"i\").on(t.nmae)]);      <- undefined",
    good: "\
export const orders = mysqlTable(\"orders\", { id: int(\"id\") }, (t) => [index(\"i\").on(t.id)]);",
    fixed: true,
    check: None,
};

/// The finding about a declaration that fails where JavaScript would run it. `message` is what is wrong, in one
/// sentence; `help` what to do, where that is known.
pub fn declaration_error(message: impl Into<String>, help: Option<String>, place: Place) -> Finding {
    Finding { rule: RULE.id, severity: Severity::Error, message: message.into(), help, places: vec![place] }
}
