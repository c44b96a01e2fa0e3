//! Reads what Drizzle leaves beside an application: the journal of its migrations, their folder and its snapshots.
//!
//! Everything works on text that it is given and says where in that text a thing stands; only [`fs`] reads files.
//! Observed on drizzle-orm 0.45 and drizzle-kit 0.31, and on 1.0.0-rc.5 of both.

pub mod chain;
mod config;
pub mod declare;
mod error;
pub mod folder;
pub mod fs;
mod glob;
pub mod journal;
mod json;
pub mod migrations_table;
mod place;
pub mod snapshot;
mod tsconfig;
mod typescript;

pub use chain::SnapshotHead;
pub use config::{Config, Setting};
pub use declare::Declaration;
pub use error::{DeclareError, FormatError, FormatErrorKind};
pub use folder::{Layout, Migration, MigrationFile, MigrationFolder};
pub use fs::{
    FileTree, LoadError, LoadErrorKind, NewestSnapshot, Project, ProjectOptions, SnapshotFile,
    load_declaration, load_migrations, load_project, load_project_with,
};
pub use journal::{Journal, JournalEntry};
pub use place::Location;
pub use snapshot::Snapshot;
pub use terp_sql::span::LineColumn;
pub use typescript::{CompilerOptions, ProblemKind, SourceTree};
