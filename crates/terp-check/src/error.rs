//! Input that can't be checked at all.

use terp_drizzle::LineColumn;

/// What sort of fault a [`CheckError`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CheckErrorKind {
    /// A string, a quoted name or a comment is not closed: where its statement ends is not known.
    Unterminated,
    /// An expression nests deeper than is read here.
    TooDeep,
    /// An older snapshot can't be read, or is not as it has to be.
    Snapshot,
}

/// Why a project can't be checked: not a fault of its schema, but a text that can't be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{at}: {message}")]
#[non_exhaustive]
pub struct CheckError {
    /// What sort of fault it is.
    pub kind: CheckErrorKind,
    /// The file.
    pub file: String,
    /// Where in it.
    pub at: LineColumn,
    /// The fault in words, without the place.
    pub message: String,
}

impl CheckError {
    /// What sort of fault it is.
    pub const fn kind(&self) -> CheckErrorKind {
        self.kind
    }
}
