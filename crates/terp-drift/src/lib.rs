//! Compares schemas, checks a migration history, and reports what it found.
//!
//! Everything here is a function from values to values: no file, no connection, no clock, nothing is printed.

mod change;
mod diff;
mod finding;
mod history;
mod normalise;
mod options;
mod report;
mod rules;
mod sql;

pub use change::{
    Change, ChangeClass, ChangeKind, ChangeValue, ColumnPosition, ObjectKind, ObjectPath, Side,
};
pub use diff::diff;
pub use finding::{Finding, Place, Severity};
pub use history::{History, JournalEntry, MigrationFile, SnapshotMeta, check_history};
pub use normalise::normalise;
pub use options::DiffOptions;
pub use report::{
    ChangeCounts, Changed, Comparison, DeclaredCounts, FORMAT_VERSION, Named, Renamed, Replay, ReplayFailure,
    Report, Sources, StopsAt, Summary, TextOptions, UnsupportedStatement, Verdict, findings_text, summarise,
};
pub use rules::{
    RULES, Rule, drift, migration_fails, one_vendor_only, rule, rules_markdown, snapshot_fails, sql_fails,
    unsupported_snapshot, unsupported_statement,
};
