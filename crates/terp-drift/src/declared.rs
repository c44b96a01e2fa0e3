//! What the rules want to know about a declared schema, as plain data: whoever evaluates the declaration fills it in.

use terp_schema_model::Flavor;

use crate::finding::{Finding, Place};
use crate::rules::{identifier_too_long, name_collision};

/// What a declared name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameKind {
    /// A table.
    Table,
    /// A column.
    Column,
    /// A primary key: servers drop its name, however long, so it is never judged.
    PrimaryKey,
    /// A unique constraint. Its name is that of an index.
    Unique,
    /// An index, unique ones included.
    Index,
    /// A foreign key.
    ForeignKey,
    /// A CHECK constraint.
    Check,
}

impl NameKind {
    /// As people call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Column => "column",
            Self::PrimaryKey => "primary key",
            Self::Unique => "unique constraint",
            Self::Index => "index",
            Self::ForeignKey => "foreign key",
            Self::Check => "check",
        }
    }
}

/// One name of a declared schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredName {
    /// What it names.
    pub kind: NameKind,
    /// The table that it is, or that it belongs to.
    pub table: String,
    /// The name as the server would get it.
    pub name: String,
    /// Whether nobody wrote it: drizzle-kit makes it of the names of tables and columns.
    pub derived: bool,
    /// Where the thing that it names is declared.
    pub place: Place,
}

/// One declared table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredTable {
    /// Its name as the server would get it.
    pub name: String,
    /// What tells it from another of the same name: the name by which its module exports it.
    pub export: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

/// A builder that two columns share, so that what was said of the first holds for the second as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Where the builder is made.
    pub builder: Place,
    /// Where the first column uses it.
    pub first: Place,
    /// Where the second one does, and gets more than is written there.
    pub second: Place,
    /// The first column, with its table: `tasks.status`.
    pub first_column: String,
    /// The second column, with its table.
    pub second_column: String,
    /// What the second column gets from the first, each as a report shows it: `NOT NULL`, `DEFAULT 'new'`,
    /// `the unique name tasks_code_unique`.
    pub what: Vec<String>,
}

/// A table, a column or a construct of a declaration that can't be evaluated without running code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsupportedDeclaration {
    /// What it is, with its article where it has one: `the column orders.total`, `a spread`.
    pub what: String,
    /// Why it can't be evaluated.
    pub reason: String,
    /// Where it stands.
    pub place: Place,
    /// The tables that are left out of the declared schema, or not compared, because of it. Empty where their names are
    /// not known either.
    pub tables: Vec<String>,
}

/// A default that one vendor's server takes and the other's refuses, or both take and read otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonPortableDefault {
    /// The column's table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The default, or the whole definition where the fault is not in the default alone, as drizzle-kit writes it.
    pub sql: String,
    /// The server that takes it.
    pub taken_by: Flavor,
    /// The server that refuses it.
    pub refused_by: Flavor,
    /// The error number of the refusal.
    pub errno: u16,
    /// The server's message.
    pub message: String,
    /// Where the column is declared.
    pub place: Place,
}

/// What is wrong with the names of a declared schema on that server, before any migration is written: names that are
/// too long (`identifier-too-long`), then names that are taken (`name-collision`).
///
/// The server refuses the same things when the declared schema is executed. Of the two findings about one fault, these
/// are the better ones: they know whether somebody wrote the name, and both places of a collision. See
/// [`is_name_fault`].
pub fn check_names(names: &[DeclaredName], flavor: Flavor) -> Vec<Finding> {
    let mut findings = identifier_too_long::check(names, flavor);
    findings.extend(name_collision::check(names, flavor));
    findings
}

/// Whether a refusal of the declared schema is one that [`check_names`] finds as well, so that a
/// [`declaration_fails`](crate::declaration_fails) about it would say the same again.
pub fn is_name_fault(errno: u16, message: &str) -> bool {
    match errno {
        1059..=1061 | 1103 | 1826 | 3822 => true,
        // MariaDB's InnoDB on a foreign key whose name is taken.
        1005 => message.contains("errno: 121"),
        _ => false,
    }
}
