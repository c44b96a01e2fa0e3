//! What a planner is told beside the two schemas.

use terp_drift::DiffOptions;
use terp_schema_model::Flavor;
use terp_sql::Session;

/// What a planner is told beside the two schemas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanOptions {
    /// The server.
    pub flavor: Flavor,
    /// The session that will run the steps: see [`apply_session`].
    pub session: Session,
    /// Whether columns are moved to where they are declared. Off where the declaration has no order that migrations could keep.
    pub column_order: bool,
    /// Whether the definers and creation contexts of programs are part of what is wanted.
    pub definers: bool,
    /// What is the same object under another name. Nothing is guessed: without it, one is dropped and another made.
    pub renames: Vec<Rename>,
}

impl PlanOptions {
    /// For a server with its own defaults.
    pub fn new(flavor: Flavor) -> Self {
        Self {
            flavor,
            session: apply_session(&Session::new(flavor)),
            column_order: true,
            definers: false,
            renames: Vec::new(),
        }
    }

    /// What counts as a difference to be planned for.
    pub(crate) const fn diff(&self) -> DiffOptions {
        DiffOptions {
            ignore_auto_increment: true,
            ignore_comments: false,
            ignore_column_order: !self.column_order,
            ignore_definers: !self.definers,
        }
    }
}

/// The session of an apply, on a server whose sessions are as given: strict, so that no value is changed in silence, with checks on, and
/// with nothing in it that makes a table other than it is written.
pub fn apply_session(server: &Session) -> Session {
    let mut session = server.clone();
    session.sql_mode = apply_sql_mode();
    session.foreign_key_checks = true;
    session.innodb_strict_mode = true;
    session.explicit_defaults_for_timestamp = true;
    session.sql_generate_invisible_primary_key = false;
    session.sql_require_primary_key = false;
    session
}

/// The sql_mode of an apply. Zero dates are let pass: a table may have them, and an ALTER that copies it would fail.
pub const APPLY_SQL_MODE: &str =
    "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO";

fn apply_sql_mode() -> terp_sql::SqlMode {
    terp_sql::SqlMode::parse(APPLY_SQL_MODE).unwrap_or_default()
}

/// One object under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rename {
    /// A table.
    Table {
        /// Its name now.
        from: String,
        /// Its name to be.
        to: String,
    },
    /// A column of a table.
    Column {
        /// The table's name to be.
        table: String,
        /// The column's name now.
        from: String,
        /// Its name to be.
        to: String,
    },
}
