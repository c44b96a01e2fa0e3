//! Applies a plan to a database so that every crash can be survived.
//!
//! DDL on MySQL and MariaDB is not transactional: what a crash leaves behind is the schema before a statement, or after it. A journal in the
//! database itself says which statement was about to be sent; the fingerprints of the objects that it changes say whether it was done. Nothing
//! else is ever believed, so there is no "dirty" flag that a person would have to clear.
//!
//! Nothing is printed, no environment variable is read, and the clock is the server's.

mod apply;
mod database;
mod error;
mod event;
mod history;
mod journal;
mod lock;
mod probe;
mod rollback;
mod session;

pub use apply::{Applied, ApplyOptions, Migrator};
pub use database::{Managed, managed};
pub use error::{Holder, MigrateError, MigrateErrorKind};
pub use event::{Event, Events};
pub use history::{RunRecord, StepRecord};
pub use journal::{JOURNAL_TABLES, RunKind, RunState, StepState};
pub use rollback::RollbackOptions;
