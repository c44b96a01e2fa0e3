//! What can be wrong with the text of a journal or a snapshot.

use terp_sql::span::LineColumn;

/// What sort of fault a [`FormatError`] is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum FormatErrorKind {
    /// It isn't JSON.
    Syntax,
    /// The text ends before its JSON does.
    Truncated,
    /// Braces and brackets are nested deeper than any such file needs.
    TooDeep,
    /// A value has another JSON type, or is outside its range.
    WrongType,
    /// A field that has to be there is not.
    MissingField,
    /// A field that drizzle-kit 0.31 doesn't know either.
    UnknownField,
    /// An object has a key twice: JSON's own rule would lose one of them in silence.
    DuplicateKey,
    /// Two entries of a journal have one `idx`.
    DuplicateIndex,
    /// The format's version is not one that is read here.
    Version,
    /// It was written for another database.
    Dialect,
}

/// Why a text can't be read, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{at}: {message}")]
#[non_exhaustive]
pub struct FormatError {
    /// What sort of fault it is.
    pub kind: FormatErrorKind,
    /// Where in the text.
    pub at: LineColumn,
    /// The fault in words, without the place.
    pub message: String,
}

impl FormatError {
    /// What sort of fault it is.
    pub const fn kind(&self) -> FormatErrorKind {
        self.kind
    }
}

/// Why a declaration can't be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeclareError {
    /// No thread could be started.
    #[error("no thread could be started for reading the schema")]
    Thread(#[source] std::io::Error),
}
