//! What a snapshot has no place for.

use std::fmt;

/// Something of a schema that a snapshot has no place for, or that is lost on the way from it to SQL.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NotHeld {
    /// The table or view that it belongs to; None for what belongs to none: the database, a routine, an event.
    pub table: Option<String>,
    /// The thing in words: "the column `a`", "the trigger `t`", "the table".
    pub object: String,
    /// What of it is not held, and why: "COMMENT: a snapshot has no place for it".
    pub reason: String,
}

impl fmt::Display for NotHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.object)?;
        if let Some(table) = &self.table {
            write!(f, " of `{table}`")?;
        }
        write!(f, ": {}", self.reason)
    }
}
