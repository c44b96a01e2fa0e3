//! The objects of a database, known and unknown.

use std::fmt;

use terp_schema_model::quote::identifier;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A table.
    Table,
    /// A view.
    View,
    /// A sequence of MariaDB.
    Sequence,
    /// A trigger.
    Trigger,
    /// A stored procedure.
    Procedure,
    /// A stored function.
    Function,
    /// A package of MariaDB.
    Package,
    /// The body of a package of MariaDB.
    PackageBody,
    /// An event.
    Event,
    /// A table or view, of which the server can't say what it is.
    Unclear,
}

impl ObjectKind {
    /// As people call it, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Sequence => "sequence",
            Self::Trigger => "trigger",
            Self::Procedure => "procedure",
            Self::Function => "function",
            Self::Package => "package",
            Self::PackageBody => "package body",
            Self::Event => "event",
            Self::Unclear => "table or view",
        }
    }

    /// Several of them, as people call them.
    const fn plural(self) -> &'static str {
        match self {
            Self::Table => "tables",
            Self::View => "views",
            Self::Sequence => "sequences",
            Self::Trigger => "triggers",
            Self::Procedure => "procedures",
            Self::Function => "functions",
            Self::Package => "packages",
            Self::PackageBody => "bodies of packages",
            Self::Event => "events",
            Self::Unclear => "tables or views",
        }
    }

    /// What SHOW CREATE calls it.
    const fn as_sql(self) -> &'static str {
        match self {
            Self::Table | Self::Unclear => "TABLE",
            Self::View => "VIEW",
            Self::Sequence => "SEQUENCE",
            Self::Trigger => "TRIGGER",
            Self::Procedure => "PROCEDURE",
            Self::Function => "FUNCTION",
            Self::Package => "PACKAGE",
            Self::PackageBody => "PACKAGE BODY",
            Self::Event => "EVENT",
        }
    }

    /// The column of SHOW CREATE's answer that has the text.
    pub(crate) const fn text_column(self) -> usize {
        match self {
            Self::Table | Self::View | Self::Sequence | Self::Unclear => 1,
            Self::Trigger | Self::Procedure | Self::Function | Self::Package | Self::PackageBody => 2,
            Self::Event => 3,
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One object by kind and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Object {
    pub(crate) kind: ObjectKind,
    pub(crate) name: String,
}

impl Object {
    /// The statement that shows it.
    pub(crate) fn show_create(&self, database: &str) -> String {
        format!("SHOW CREATE {} {}.{}", self.kind.as_sql(), identifier(database), identifier(&self.name))
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, identifier(&self.name))
    }
}

/// What is there and of which nothing else is known for sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownObject {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
    /// Why nothing is known.
    pub reason: UnknownReason,
}

impl fmt::Display for UnknownObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.kind, identifier(&self.name), self.reason)
    }
}

/// Why nothing is known of an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownReason {
    /// The server does not show it: it is broken there, or the account may not see it.
    #[error("the server does not show it: error {errno}: {message}")]
    NotShown {
        /// The server's error number.
        errno: u16,
        /// Its message.
        message: String,
    },
    /// The account may know that it is there, and no more.
    #[error("the server shows it without its text, for lack of a privilege")]
    NoText,
    /// Objects of this kind are not read yet.
    #[error("{} are not read yet", .0.plural())]
    Kind(ObjectKind),
    /// The engine does not know what a part of the server's text means.
    #[error("not known here: {construct}")]
    Unsupported {
        /// The part, as a person would say it.
        construct: String,
        /// The line of the server's text where it stands.
        line: Option<String>,
    },
    /// The engine refuses the server's own text.
    #[error("what the server shows is refused here with error {errno}: {message}")]
    Refused {
        /// The error number.
        errno: u16,
        /// The message.
        message: String,
    },
    /// Printed again, it does not come out the same.
    #[error("line {line} of what the server shows is {server:?}, and comes out here as {ours:?}")]
    Differs {
        /// The number of the first line that differs, from 1.
        line: usize,
        /// The server's line.
        server: String,
        /// Ours.
        ours: String,
    },
    /// A view of MariaDB whose definer or whose tables are gone: its text is not the one that it would have otherwise.
    #[error(
        "the view can't be used, since its definer or something that it reads is gone, and the server prints it otherwise"
    )]
    BrokenView,
    /// The server's text has bytes that are not UTF-8.
    #[error("what the server shows is not UTF-8")]
    NotUtf8,
}
