//! Reads what Drizzle leaves beside an application: the journal of its migrations, their folder and its snapshots.
//!
//! Everything works on text that it is given and says where in that text a thing stands.
//! Observed on drizzle-orm 0.45 and drizzle-kit 0.31.

mod error;
pub mod journal;
mod json;
mod place;
pub mod snapshot;

pub use error::{FormatError, FormatErrorKind};
pub use journal::{Journal, JournalEntry};
pub use snapshot::Snapshot;
pub use terp_sql::span::LineColumn;
