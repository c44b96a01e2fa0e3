//! What a snapshot has no place for.

use std::fmt;

/// Something of a schema that a snapshot has no place for, or that is lost on the way from it to SQL.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NotHeld {
    /// The table or view that it belongs to; None for what belongs to none: the database, a routine, an event.
    pub table: Option<String>,
    /// The thing in words: "the column `a`", "the trigger `t`"; for the table or view itself "the table" or "the view".
    pub object: String,
    /// What of it is not held, and why: "COMMENT: a snapshot has no place for it".
    pub reason: String,
}

impl fmt::Display for NotHeld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, object, reason } = self;
        match table {
            None => write!(f, "{object}: {reason}"),
            Some(table) if matches!(object.as_str(), "the table" | "the view") => {
                write!(f, "{object} `{table}`: {reason}")
            }
            Some(table) => write!(f, "{object} of `{table}`: {reason}"),
        }
    }
}
