//! The rules, one file each, and the table of them.

mod applied_migration_edited;
mod backward_when;
mod broken_snapshot_chain;
mod custom_type;
mod declaration_error;
mod declaration_fails;
mod drift;
mod duplicate_prefix;
mod duplicate_table_name;
mod edited_after_release;
pub(crate) mod identifier_too_long;
mod migration_fails;
mod missing_migration_file;
mod missing_privilege;
pub(crate) mod missing_required_table;
mod missing_snapshot;
pub(crate) mod name_collision;
mod non_portable_default;
mod one_vendor_only;
pub(crate) mod optimistic_locking;
mod orphan_migration_file;
mod pending_migration;
mod server_differs;
mod server_setting;
mod shared_builder_leak;
mod skipped_migration;
mod snapshot_fails;
mod snapshot_mismatch;
pub(crate) mod soft_delete;
mod sql_fails;
mod unknown_migration;
mod unsupported_declaration;
mod unsupported_object;
mod unsupported_statement;

use std::fmt::Write as _;

pub use applied_migration_edited::applied_migration_edited;
pub use custom_type::custom_type;
pub use declaration_error::declaration_error;
pub use declaration_fails::declaration_fails;
pub use drift::drift;
pub use duplicate_table_name::duplicate_table_names;
pub use migration_fails::migration_fails;
pub use missing_privilege::missing_privilege;
pub use non_portable_default::non_portable_default;
pub use one_vendor_only::one_vendor_only;
pub use pending_migration::pending_migrations;
pub use server_differs::{server_differs, versions_differ};
pub use server_setting::server_setting;
pub use shared_builder_leak::shared_builder_leak;
pub use skipped_migration::skipped_migration;
pub use snapshot_fails::snapshot_fails;
pub use snapshot_mismatch::snapshot_mismatch;
pub use sql_fails::sql_fails;
pub use unknown_migration::unknown_migration;
pub use unsupported_declaration::unsupported_declaration;
pub use unsupported_object::unsupported_object;
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
    /// Whether a project may raise it and not lower it: the verdict counts what it finds in any case, or what it finds
    /// is missing from a comparison, so that a report without it would claim too much.
    pub fixed: bool,
    /// How a history is checked; `None` for rules about something else.
    pub check: Option<fn(&History) -> Vec<Finding>>,
}

/// Every rule, in the order in which reports give them: what stops everything first.
pub const RULES: &[&Rule] = &[
    &declaration_error::RULE,
    &unsupported_declaration::RULE,
    &declaration_fails::RULE,
    &identifier_too_long::RULE,
    &name_collision::RULE,
    &duplicate_table_name::RULE,
    &migration_fails::RULE,
    &snapshot_fails::RULE,
    &sql_fails::RULE,
    &drift::RULE,
    &applied_migration_edited::RULE,
    &skipped_migration::RULE,
    &missing_migration_file::RULE,
    &edited_after_release::RULE,
    &missing_snapshot::RULE,
    &missing_required_table::RULE,
    &optimistic_locking::RULE,
    &soft_delete::RULE,
    &snapshot_mismatch::RULE,
    &broken_snapshot_chain::RULE,
    &backward_when::RULE,
    &duplicate_prefix::RULE,
    &shared_builder_leak::RULE,
    &non_portable_default::RULE,
    &unknown_migration::RULE,
    &pending_migration::RULE,
    &server_differs::RULE,
    &server_setting::RULE,
    &missing_privilege::RULE,
    &unsupported_object::RULE,
    &unsupported_statement::RULE,
    &one_vendor_only::RULE,
    &custom_type::RULE,
    &orphan_migration_file::RULE,
];

/// The rule of that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id).copied()
}

/// The id of the rule whose id is most like that name, if one is like it at all.
pub fn nearest_rule(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace('_', "-");
    // Someone who writes part of an id means it; else at most a third of the letters may be wrong.
    let part = |id: &str| name.len() >= 4 && id.contains(&name);
    let (distance, id) = RULES
        .iter()
        .map(|rule| (if part(rule.id) { 0 } else { strsim::damerau_levenshtein(&name, rule.id) }, rule.id))
        .min_by_key(|(distance, _)| *distance)?;
    (distance * 3 <= id.len()).then_some(id)
}

/// What `explain` says about a rule: plain text, wrapped at 80 characters, with a line end.
pub fn explain(rule: &Rule) -> String {
    let fixed = if rule.fixed { "; it can be raised, not lowered" } else { "" };
    let indented = |text: &str| {
        let lines = text.trim_end().lines();
        lines.map(|line| format!("    {line}").trim_end().to_owned() + "\n").collect::<String>()
    };
    format!(
        "{} ({}{fixed})\n\n{}\n{}\nFires on:\n\n{}\nDoes not fire on:\n\n{}",
        rule.id,
        rule.severity,
        wrapped(rule.summary),
        wrapped(rule.rationale),
        indented(rule.bad),
        indented(rule.good)
    )
}

/// A paragraph in lines of at most 80 characters, longer words aside.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut length = 0;
    for word in text.split_ascii_whitespace() {
        let width = word.chars().count();
        if length > 0 && length + 1 + width > 80 {
            out.push('\n');
            length = 0;
        } else if length > 0 {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += width;
    }
    out.push('\n');
    out
}

/// The text of `docs/rules.md`.
pub fn rules_markdown() -> String {
    let mut out = String::from(
        "# Rules\n\nMade from the rules' own files in `crates/terp-drift/src/rules`. \
         Errors make the exit code 1, warnings do with `--strict`, notes never do.\n\n\
         A project may give a rule another level: `off`, `note`, `warning` or `error`. Those marked *fixed* can be \
         raised and not lowered: the verdict counts what they find in any case, or what they find is missing from a \
         comparison, so that a report without them would claim too much. What a level turns off is counted in the \
         report.\n\n\
         | rule | severity | finds |\n|---|---|---|\n",
    );
    // Writing to a String can't fail.
    for rule in RULES {
        let fixed = if rule.fixed { ", *fixed*" } else { "" };
        let _ = writeln!(out, "| [`{0}`](#{0}) | {1}{fixed} | {2} |", rule.id, rule.severity, rule.summary);
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

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn joined(texts: &[impl AsRef<str>]) -> String {
    joined_with(texts, "and")
}

/// The same with another word before the last.
pub(crate) fn joined_with(texts: &[impl AsRef<str>], conjunction: &str) -> String {
    let mut out = String::new();
    for (at, text) in texts.iter().enumerate() {
        if at > 0 && at + 1 == texts.len() {
            out.push(' ');
            out.push_str(conjunction);
            out.push(' ');
        } else if at > 0 {
            out.push_str(", ");
        }
        out.push_str(text.as_ref());
    }
    out
}
