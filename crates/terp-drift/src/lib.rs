//! Compares schemas, checks a migration history, and reports what it found.
//!
//! Everything here is a function from values to values: no file, no connection, no clock, nothing is printed.

mod change;
mod conventions;
mod declared;
mod diff;
mod finding;
mod history;
mod levels;
mod normalise;
mod options;
mod released;
mod report;
mod rules;
mod sql;

pub use change::{
    Change, ChangeClass, ChangeKind, ChangeValue, ColumnPosition, ObjectKind, ObjectPath, Side,
};
pub use conventions::{
    ConventionView, Conventions, OptimisticLocking, Requirement, SoftDelete, check_conventions,
};
pub use declared::{
    DeclaredName, DeclaredTable, Leak, NameKind, NonPortableDefault, UnsupportedDeclaration, check_names,
    is_name_fault,
};
pub use diff::diff;
pub use finding::{Finding, Place, Severity};
pub use history::{History, JournalEntry, MigrationFile, SnapshotMeta, check_history};
pub use levels::{Level, LevelError, RuleLevels, TurnedOff};
pub use normalise::normalise;
pub use options::DiffOptions;
pub use released::{ReleasedError, ReleasedMigration, parse_released};
pub use report::{
    ChangeCounts, Changed, Comparison, ConventionCounts, DeclaredCounts, FORMAT_VERSION, Matrix, Named,
    PlaceOf, Renamed, Replay, ReplayFailure, Report, Sources, StopsAt, Summary, TablePlaces, TextOptions,
    UnsupportedStatement, Verdict, convention_counts, findings_text, summarise,
};
pub use rules::{
    RULES, Rule, applied_migration_edited, custom_type, declaration_error, declaration_fails, drift,
    duplicate_table_names, explain, migration_fails, missing_privilege, nearest_rule, non_portable_default,
    one_vendor_only, pending_migrations, rule, rules_markdown, server_differs, server_setting,
    shared_builder_leak, skipped_migration, snapshot_fails, snapshot_mismatch, sql_fails, unknown_migration,
    unsupported_declaration, unsupported_object, unsupported_snapshot, unsupported_statement,
    versions_differ,
};
