//! The rules, one file each, and the table of them.

mod backward_when;
mod broken_snapshot_chain;
mod drift;
mod duplicate_prefix;
mod migration_fails;
mod missing_migration_file;
mod missing_snapshot;
mod one_vendor_only;
mod orphan_migration_file;
mod snapshot_fails;
mod sql_fails;
mod unsupported_statement;

use std::fmt::Write as _;

pub use drift::drift;
pub use migration_fails::migration_fails;
pub use one_vendor_only::one_vendor_only;
pub use snapshot_fails::snapshot_fails;
pub use sql_fails::sql_fails;
pub use unsupported_statement::{unsupported_snapshot, unsupported_statement};

use crate::finding::{Finding, Severity};
use crate::history::History;

/// One rule: what `explain` and `docs/rules.md` say, and how it is checked.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Rule {
    /// Its id, in kebab-case.
    pub id: &'static str,
    /// The worst severity that its findings have.
    pub severity: Severity,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Why that matters.
    pub rationale: &'static str,
    /// An example on which it fires.
    pub bad: &'static str,
    /// An example on which it does not.
    pub good: &'static str,
    /// How a history is checked; `None` for rules about a replay or a comparison.
    pub check: Option<fn(&History) -> Vec<Finding>>,
}

/// Every rule, in the order in which reports give them.
pub const RULES: &[&Rule] = &[
    &migration_fails::RULE,
    &snapshot_fails::RULE,
    &sql_fails::RULE,
    &drift::RULE,
    &missing_migration_file::RULE,
    &missing_snapshot::RULE,
    &broken_snapshot_chain::RULE,
    &backward_when::RULE,
    &duplicate_prefix::RULE,
    &unsupported_statement::RULE,
    &one_vendor_only::RULE,
    &orphan_migration_file::RULE,
];

/// The rule of that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id).copied()
}

/// The text of `docs/rules.md`.
pub fn rules_markdown() -> String {
    let mut out = String::from(
        "# Rules\n\nMade from the rules' own files in `crates/terp-drift/src/rules`. \
         Errors make the exit code 1, warnings do with `--strict`, notes never do.\n\n\
         | rule | severity | finds |\n|---|---|---|\n",
    );
    // Writing to a String can't fail.
    for rule in RULES {
        let _ = writeln!(out, "| [`{0}`](#{0}) | {1} | {2} |", rule.id, rule.severity, rule.summary);
    }
    for rule in RULES {
        let _ = write!(
            out,
            "\n## {}\n\n{}\n\n{}\n\nFires on:\n\n```text\n{}\n```\n\nDoes not fire on:\n\n```text\n{}\n```\n",
            rule.id,
            rule.summary,
            rule.rationale,
            rule.bad.trim_end(),
            rule.good.trim_end()
        );
    }
    out
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
