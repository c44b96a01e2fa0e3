//! Databases, views, stored programs, SET, and what is passed over.

use terp_schema_model::RoutineKind;

use super::{Expr, Ident, ObjectName, Query, Text, TypeName, Unsupported};
use crate::Span;

/// Options of CREATE and ALTER DATABASE.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DatabaseOptions {
    /// CHARACTER SET; `Some(None)` for the word DEFAULT.
    pub charset: Option<Option<Ident>>,
    /// COLLATE; `Some(None)` for the word DEFAULT.
    pub collation: Option<Option<Ident>>,
    /// COMMENT; MariaDB.
    pub comment: Option<Text>,
    /// ENCRYPTION; MySQL.
    pub encryption: Option<Text>,
    /// READ ONLY; MySQL.
    pub read_only: Option<bool>,
}

/// CREATE DATABASE.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateDatabase {
    /// OR REPLACE; MariaDB.
    pub or_replace: bool,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// The database.
    pub name: Ident,
    /// Its options.
    pub options: DatabaseOptions,
}

/// ALTER DATABASE.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterDatabase {
    /// The database; `None` for the current one.
    pub name: Option<Ident>,
    /// Its new options.
    pub options: DatabaseOptions,
}

/// DROP DATABASE.
#[derive(Debug, Clone, PartialEq)]
pub struct DropDatabase {
    /// IF EXISTS.
    pub if_exists: bool,
    /// The database.
    pub name: Ident,
}

/// What CREATE VIEW, TRIGGER, PROCEDURE, FUNCTION and EVENT begin with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProgramHead {
    /// OR REPLACE.
    pub or_replace: bool,
    /// ALTER rather than CREATE.
    pub alter: bool,
    /// IF NOT EXISTS.
    pub if_not_exists: bool,
    /// DEFINER, as it is shown: `` `user`@`host` ``. `None` for the current user, empty for a role.
    pub definer: Option<Text>,
    /// SQL SECURITY INVOKER rather than DEFINER, where written.
    pub invoker: Option<bool>,
}

/// CREATE VIEW and ALTER VIEW.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateView {
    /// How it begins.
    pub head: ProgramHead,
    /// ALGORITHM, its word in upper case.
    pub algorithm: Option<String>,
    /// The view.
    pub name: ObjectName,
    /// The names of its columns.
    pub columns: Vec<Ident>,
    /// Its query, as written.
    pub body: Span,
    /// Its query, where it could be read.
    pub query: Result<Box<Query>, Unsupported>,
    /// WITH CHECK OPTION: CASCADED or LOCAL.
    pub check_option: Option<String>,
}

/// What a stored program does.
///
/// Servers keep it as written, but for version comments: those that are executed lose their marks, the others go.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProgramBody {
    /// As the server keeps it.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// How its statements begin, those in blocks included.
    pub statements: Vec<BodyStatement>,
    /// The columns of NEW and OLD that it names.
    pub rows: Vec<RowColumn>,
    /// The first RETURN.
    pub returns: Option<Span>,
}

/// A statement in a program, as far as it tells what no program may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyStatement {
    /// Its first words, four at most, in upper case; a token that is no word ends them.
    pub words: Vec<String>,
    /// Whether the word INTO stands in it.
    pub into: bool,
    /// Where it begins.
    pub span: Span,
}

/// `NEW.column` or `OLD.column`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowColumn {
    /// NEW rather than OLD.
    pub new: bool,
    /// The column.
    pub column: Ident,
    /// SET assigns to it.
    pub assigned: bool,
}

/// CREATE TRIGGER.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTrigger {
    /// How it begins.
    pub head: ProgramHead,
    /// The trigger.
    pub name: ObjectName,
    /// BEFORE or AFTER.
    pub timing: String,
    /// INSERT, UPDATE or DELETE.
    pub event: String,
    /// Its table.
    pub table: ObjectName,
    /// FOLLOWS (true) or PRECEDES (false) another trigger.
    pub order: Option<(bool, Ident)>,
    /// From TRIGGER to ROW as written, as MariaDB keeps it, with what stands between it and the body.
    pub written: String,
    /// What it does.
    pub body: ProgramBody,
}

/// A parameter of a routine.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Ident,
    /// Its type; `None` for those of MariaDB that are no column's, such as ROW.
    pub ty: Option<TypeName>,
    /// COLLATE.
    pub collate: Option<Ident>,
}

/// RETURNS of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Returns {
    /// The type.
    pub ty: TypeName,
    /// COLLATE.
    pub collate: Option<Ident>,
}

/// CREATE PROCEDURE and CREATE FUNCTION; ALTER of one has an empty body.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateRoutine {
    /// How it begins.
    pub head: ProgramHead,
    /// Which of the two.
    pub kind: RoutineKind,
    /// The routine.
    pub name: ObjectName,
    /// Between the parentheses, as the server keeps it.
    pub parameter_text: Text,
    /// The parameters one by one.
    pub parameters: Vec<Parameter>,
    /// After RETURNS.
    pub returns: Option<Returns>,
    /// DETERMINISTIC (true) or NOT DETERMINISTIC (false).
    pub deterministic: Option<bool>,
    /// `CONTAINS SQL` and its like, in upper case.
    pub data_access: Option<String>,
    /// COMMENT.
    pub comment: Option<Text>,
    /// LANGUAGE of another language than SQL, or USING a library.
    pub foreign: Option<Span>,
    /// What it does.
    pub body: ProgramBody,
}

/// ON SCHEDULE of an event.
#[expect(clippy::large_enum_variant, reason = "there is one for an event, and none in a list")]
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// AT.
    At(Expr),
    /// EVERY.
    Every {
        /// How many units.
        interval: Expr,
        /// The unit, in upper case.
        unit: String,
        /// STARTS.
        starts: Option<Expr>,
        /// ENDS.
        ends: Option<Expr>,
    },
}

/// CREATE EVENT and ALTER EVENT.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateEvent {
    /// How it begins.
    pub head: ProgramHead,
    /// The event.
    pub name: ObjectName,
    /// ON SCHEDULE.
    pub schedule: Option<Schedule>,
    /// `ON COMPLETION [NOT] PRESERVE`.
    pub preserve: Option<bool>,
    /// `ENABLE`, `DISABLE`, `DISABLE ON SLAVE`.
    pub status: Option<String>,
    /// RENAME TO.
    pub rename_to: Option<ObjectName>,
    /// COMMENT.
    pub comment: Option<Text>,
    /// After DO.
    pub body: Option<ProgramBody>,
}

/// Which kind of program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgramKind {
    /// VIEW.
    View,
    /// TRIGGER.
    Trigger,
    /// PROCEDURE.
    Procedure,
    /// FUNCTION.
    Function,
    /// EVENT.
    Event,
}

/// DROP of a view or program.
#[derive(Debug, Clone, PartialEq)]
pub struct DropProgram {
    /// Which kind.
    pub kind: ProgramKind,
    /// IF EXISTS.
    pub if_exists: bool,
    /// The objects: one, or several views.
    pub names: Vec<ObjectName>,
}

/// What a SET assigns to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetScope {
    /// The session, also where nothing was written.
    Session,
    /// GLOBAL, PERSIST or PERSIST_ONLY: does not change this session.
    Global,
    /// A user variable.
    User,
}

/// One assignment of a SET. `SET NAMES x COLLATE y` is `names` with the character set, then `collation_connection`.
#[derive(Debug, Clone, PartialEq)]
pub struct SetAssignment {
    /// What kind of variable.
    pub scope: SetScope,
    /// Its name, in lower case, without `@@` and scope.
    pub name: String,
    /// Its value; `None` for DEFAULT. A bare word is a column reference.
    pub value: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// Why a statement is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PassedOverKind {
    /// INSERT, UPDATE, DELETE, REPLACE, LOAD DATA, CALL, DO.
    Dml,
    /// SELECT, SHOW, EXPLAIN, DESCRIBE, WITH, VALUES, TABLE.
    Query,
    /// START TRANSACTION, COMMIT, ROLLBACK, SAVEPOINT, XA.
    Transaction,
    /// LOCK TABLES, UNLOCK TABLES.
    Lock,
    /// GRANT, REVOKE, CREATE USER and the like.
    Account,
    /// ANALYZE, CHECK, OPTIMIZE, REPAIR, FLUSH, PREPARE, EXECUTE and the like.
    Administration,
}

/// A statement that changes no schema. PREPARE and CALL may run others; that is for the reader to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Why.
    pub kind: PassedOverKind,
    /// Its first word, in upper case.
    pub keyword: String,
}
