//! The syntax tree: what a statement says, before anyone asks whether it is possible.
//!
//! Every node carries the [`Span`] of its text, so that a report can underline it.

mod alter;
mod expr;
mod other;
mod partition;
mod query;
mod table;

pub use alter::*;
pub use expr::*;
pub use other::*;
pub use partition::*;
pub use query::*;
pub use table::*;

use crate::Span;

/// A name, unquoted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ident {
    /// The name itself.
    pub value: String,
    /// Where it stands, quotes included.
    pub span: Span,
    /// Whether it was quoted.
    pub quoted: bool,
}

/// A name that may be qualified by a database.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectName {
    /// The database, where it was written.
    pub schema: Option<Ident>,
    /// The object.
    pub name: Ident,
}

impl ObjectName {
    /// From the first to the last character of the name.
    pub fn span(&self) -> Span {
        match &self.schema {
            Some(schema) => schema.span.cover(self.name.span),
            None => self.name.span,
        }
    }
}

/// A string literal, decoded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text {
    /// Its value.
    pub value: String,
    /// Where it stands.
    pub span: Span,
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// Its text, without the delimiter.
    pub span: Span,
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StatementKind {
    /// CREATE TABLE in every form.
    CreateTable(Box<CreateTable>),
    /// ALTER TABLE.
    AlterTable(Box<AlterTable>),
    /// CREATE INDEX.
    CreateIndex(Box<CreateIndex>),
    /// DROP INDEX.
    DropIndex(Box<DropIndex>),
    /// RENAME TABLE.
    RenameTable(RenameTable),
    /// DROP TABLE.
    DropTable(DropTable),
    /// TRUNCATE TABLE.
    TruncateTable(ObjectName),
    /// CREATE DATABASE.
    CreateDatabase(CreateDatabase),
    /// ALTER DATABASE.
    AlterDatabase(AlterDatabase),
    /// DROP DATABASE.
    DropDatabase(DropDatabase),
    /// USE.
    Use(Ident),
    /// CREATE VIEW and ALTER VIEW.
    CreateView(Box<CreateView>),
    /// CREATE TRIGGER.
    CreateTrigger(Box<CreateTrigger>),
    /// CREATE PROCEDURE and CREATE FUNCTION.
    CreateRoutine(Box<CreateRoutine>),
    /// CREATE EVENT and ALTER EVENT.
    CreateEvent(Box<CreateEvent>),
    /// DROP VIEW, TRIGGER, PROCEDURE, FUNCTION or EVENT.
    DropProgram(DropProgram),
    /// SET of variables.
    Set(Vec<SetAssignment>),
    /// A statement that changes no schema: DML, queries, transactions, locks, administration.
    PassedOver(PassedOver),
    /// DDL that is recognised but not modelled.
    Unsupported(Unsupported),
}

/// A construct that is recognised but not modelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported {
    /// What it is, as a person would say it: `CREATE TABLE ... SELECT`.
    pub construct: String,
    /// Where it stands.
    pub span: Span,
}
