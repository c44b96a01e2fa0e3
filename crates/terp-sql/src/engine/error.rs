//! What the server would answer instead of doing it.

use std::fmt;

use terp_schema_model::Flavor;

use crate::{Span, SyntaxError};

/// A refusal, with the server's own number and wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineError {
    /// The server's error number.
    pub errno: u16,
    /// The server's message.
    pub message: String,
    /// The part of the statement that it is about; `None` for the whole statement.
    pub span: Option<Span>,
}

impl EngineError {
    /// The SQLSTATE that goes with the number.
    pub const fn sqlstate(&self) -> &'static str {
        sqlstate(self.errno)
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ERROR {} ({}): {}", self.errno, self.sqlstate(), self.message)
    }
}

impl std::error::Error for EngineError {}

/// Why a statement was not executed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExecuteError {
    /// The server would refuse it.
    Refused(EngineError),
    /// What the server would do is not known here. Never to be taken for success, nor for a refusal.
    Unsupported(Unsupported),
}

/// What the engine does not know, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// What it is, as a person would say it.
    pub construct: String,
    /// Where it stands; `None` for the whole statement.
    pub span: Option<Span>,
}

impl ExecuteError {
    /// The part of the statement that it is about.
    pub const fn span(&self) -> Option<Span> {
        match self {
            Self::Refused(e) => e.span,
            Self::Unsupported(u) => u.span,
        }
    }

    /// The server's error number, for a refusal.
    pub const fn errno(&self) -> Option<u16> {
        match self {
            Self::Refused(e) => Some(e.errno),
            Self::Unsupported(_) => None,
        }
    }

    pub(crate) fn at(mut self, span: Span) -> Self {
        match &mut self {
            Self::Refused(e) => e.span = e.span.or(Some(span)),
            Self::Unsupported(u) => u.span = u.span.or(Some(span)),
        }
        self
    }
}

impl fmt::Display for ExecuteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(e) => e.fmt(f),
            Self::Unsupported(u) => write!(f, "unsupported: {}", u.construct),
        }
    }
}

impl std::error::Error for ExecuteError {}

impl From<SyntaxError> for ExecuteError {
    fn from(e: SyntaxError) -> Self {
        match e.errno {
            4161 => refuse(4161, format!("Unknown data type: '{}'", e.found)),
            errno => refuse(errno, format!("You have an error in your SQL syntax: {e}")),
        }
        .at(e.span)
    }
}

pub(crate) type Result<T> = std::result::Result<T, ExecuteError>;

/// A refusal with that number and message.
pub(crate) fn refuse(errno: u16, message: impl Into<String>) -> ExecuteError {
    ExecuteError::Refused(EngineError { errno, message: message.into(), span: None })
}

/// What is not known.
pub(crate) fn unsupported(construct: impl Into<String>) -> ExecuteError {
    ExecuteError::Unsupported(Unsupported { construct: construct.into(), span: None })
}

/// Messages that several places give, each vendor's in its own wording.
pub(crate) mod messages {
    use super::{ExecuteError, Flavor, refuse};

    pub(crate) fn no_such_table(schema: &str, table: &str) -> ExecuteError {
        refuse(1146, format!("Table '{schema}.{table}' doesn't exist"))
    }

    pub(crate) fn table_exists(table: &str) -> ExecuteError {
        refuse(1050, format!("Table '{table}' already exists"))
    }

    /// `kind` is `BASE TABLE` or `VIEW`.
    pub(crate) fn wrong_object(flavor: Flavor, schema: &str, name: &str, kind: &str) -> ExecuteError {
        if flavor.is_mysql() {
            refuse(1347, format!("'{schema}.{name}' is not {kind}"))
        } else {
            refuse(1347, format!("'{schema}.{name}' is not of type '{kind}'"))
        }
    }

    pub(crate) fn is_a_view(schema: &str, name: &str) -> ExecuteError {
        refuse(1965, format!("'{schema}.{name}' is a view"))
    }

    pub(crate) fn unknown_database(name: &str) -> ExecuteError {
        refuse(1049, format!("Unknown database '{name}'"))
    }

    pub(crate) fn unknown_column(column: &str, table: &str) -> ExecuteError {
        refuse(1054, format!("Unknown column '{column}' in '{table}'"))
    }

    pub(crate) fn name_too_long(name: &str) -> ExecuteError {
        refuse(1059, format!("Identifier name '{name}' is too long"))
    }

    /// A table's name is checked by a rule of its own on MariaDB.
    pub(crate) fn table_name_too_long(flavor: Flavor, name: &str) -> ExecuteError {
        if flavor.is_mysql() {
            name_too_long(name)
        } else {
            refuse(1103, format!("Incorrect table name '{name}'"))
        }
    }

    pub(crate) fn duplicate_column(name: &str) -> ExecuteError {
        refuse(1060, format!("Duplicate column name '{name}'"))
    }

    pub(crate) fn no_default(column: &str) -> ExecuteError {
        refuse(1101, format!("BLOB, TEXT, GEOMETRY or JSON column '{column}' can't have a default value"))
    }

    pub(crate) fn duplicate_key_name(name: &str) -> ExecuteError {
        refuse(1061, format!("Duplicate key name '{name}'"))
    }

    pub(crate) fn invalid_default(column: &str) -> ExecuteError {
        refuse(1067, format!("Invalid default value for '{column}'"))
    }

    pub(crate) fn key_column_missing(column: &str) -> ExecuteError {
        refuse(1072, format!("Key column '{column}' doesn't exist in table"))
    }

    /// `kind` is MariaDB's word for the object: COLUMN, INDEX, FOREIGN KEY, CONSTRAINT, PERIOD, PARTITION.
    pub(crate) fn cannot_drop(flavor: Flavor, kind: &str, name: &str) -> ExecuteError {
        if flavor.is_mysql() {
            refuse(1091, format!("Can't DROP '{name}'; check that column/key exists"))
        } else {
            refuse(1091, format!("Can't DROP {kind} `{name}`; check that it exists"))
        }
    }

    pub(crate) fn access_denied(schema: &str) -> ExecuteError {
        refuse(1044, format!("Access denied for user 'root'@'localhost' to database '{schema}'"))
    }

    pub(crate) fn foreign_key_malformed(schema: &str, table: &str) -> ExecuteError {
        refuse(
            1005,
            format!(
                "Can't create table `{schema}`.`{table}` (errno: 150 \"Foreign key constraint is incorrectly formed\")"
            ),
        )
    }
}

/// The SQLSTATE of an error number, as in the servers' message files; HY000 for all that have no own.
const fn sqlstate(errno: u16) -> &'static str {
    match errno {
        1044 | 1049 | 1055..=1059 | 1061..=1075 | 1083 | 1089..=1091 | 1101..=1103 | 1110 | 1112 | 1113 => {
            "42000"
        }
        1115 | 1118 | 1120 | 1121 | 1163 | 1164 | 1166 | 1167 | 1170..=1173 | 1177 | 1239 | 1253 | 1280 => {
            "42000"
        }
        1425..=1427 | 1439 => "42000",
        1050 => "42S01",
        1051 | 1146 => "42S02",
        1054 => "42S22",
        1060 => "42S21",
        1367 => "22007",
        1416 => "22003",
        _ => "HY000",
    }
}
