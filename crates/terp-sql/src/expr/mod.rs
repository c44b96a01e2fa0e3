//! Expressions as the servers print them in SHOW CREATE TABLE.
//!
//! The server keeps an expression as a tree of items and prints that tree, not the text that was written: names in
//! the table's own case, functions by their native names, `NOT (a = b)` turned into `a <> b`, literals converted to
//! the character set they are compared in. MySQL puts parentheses around every operator, MariaDB only where
//! precedence asks for them. [`canonical`] does the same from the syntax tree.
//!
//! **Outer parentheses.** The text is what stands inside the parentheses that SHOW CREATE TABLE itself adds. Where
//! MySQL shows `GENERATED ALWAYS AS ((`a` + 1))`, `DEFAULT ((`a` + 1))`, `CHECK ((`a` > 0))`, a key part
//! `((`a` + 1))` or `PARTITION BY HASH ((`a` + 1))`, the text is `` (`a` + 1) ``. MariaDB adds none around a
//! default, so there the text of [`ExprPlace::Default`] carries its own where the server prints them.
//!
//! What can't be printed for certain is [`ExprError::Unsupported`], never guessed. What the server is known to
//! refuse is [`ExprError::Refused`], with its errno and wording. The checks that need more than the expression (the
//! order of columns, AUTO_INCREMENT, the type of a partitioning function) belong to the caller.

mod call;
mod call_mariadb;
mod call_mysql;
mod compare;
mod compare_mysql;
mod functions;
mod literal;
mod mariadb;
mod mysql;
mod refuse;
mod session;
mod text_kind;
pub(crate) mod types_mariadb;
mod walk;

use terp_schema_model::quote::identifier as quote;
use terp_schema_model::{CharacterSet, ColumnType, Flavor};

use crate::ast::{Expr, ExprKind, Ident, Literal, QueryExpr, UnaryOp};
use crate::{Span, SqlMode};

pub(crate) use walk::can_be_null;
pub use walk::{referenced_columns, walk};

/// What an expression may refer to and what it is printed for.
#[derive(Clone, Copy)]
pub struct ExprContext<'a> {
    /// The server that is meant.
    pub flavor: Flavor,
    /// The session's sql_mode.
    pub sql_mode: SqlMode,
    /// Character set and collation of the session's connection: what a plain string literal has.
    pub connection: &'a CharacterSet,
    /// What the expression is for.
    pub place: ExprPlace,
    /// The columns that it may name.
    pub columns: &'a dyn ColumnResolver,
    /// The database of the table.
    pub schema: &'a str,
    /// The table.
    pub table: &'a str,
    /// The column, constraint or index that the expression belongs to: error messages name it.
    pub object: &'a str,
    /// The query around it, if there is one.
    pub query: Option<&'a dyn QueryScope>,
    /// MySQL: a CHECK as it is printed once its operands have been resolved. CREATE TABLE keeps it as it was before; ALTER TABLE and
    /// LIKE read it from the table.
    pub resolved: bool,
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExprPlace {
    /// DEFAULT.
    Default,
    /// GENERATED ALWAYS AS.
    Generated {
        /// STORED rather than VIRTUAL.
        stored: bool,
    },
    /// CHECK.
    Check,
    /// A part of an index; MySQL.
    IndexPart,
    /// PARTITION BY.
    Partition,
    /// VALUES of a partition.
    PartitionBound,
    /// In the query of a view: it is printed before anything is converted.
    View,
    /// In any other query: as in a view's, but for what only views may not have.
    Query,
}

impl ExprPlace {
    /// Whether it is a query.
    pub(crate) const fn in_query(self) -> bool {
        matches!(self, Self::View | Self::Query)
    }
}

/// A column that an expression refers to.
#[derive(Debug, Clone, Copy)]
pub struct ColumnRef<'a> {
    /// Its name, in the case it was created with.
    pub name: &'a str,
    /// Its type.
    pub ty: &'a ColumnType,
    /// Its character set, for the types that have one.
    pub character_set: Option<&'a CharacterSet>,
    /// Whether it accepts NULL.
    pub nullable: bool,
}

/// The columns of the table that an expression belongs to.
pub trait ColumnResolver {
    /// The column of that name, whatever its case.
    fn resolve(&self, name: &str) -> Option<ColumnRef<'_>>;
}

/// The text of an expression in a view's query.
pub(crate) fn view_value(expr: &Expr, cx: &ExprContext<'_>) -> Result<String, ExprError> {
    if cx.flavor.is_mysql() { mysql::Printer { cx }.text(expr) } else { mariadb::Printer { cx }.text(expr) }
}

/// The text of the left operand of a subquery's operator.
pub(crate) fn view_operand(expr: &Expr, cx: &ExprContext<'_>) -> Result<String, ExprError> {
    if cx.flavor.is_mysql() {
        return mysql::Printer { cx }.text(expr);
    }
    mariadb::Printer { cx }.within(expr, mariadb::prec::IN)
}

/// The text of a condition in a view's query: of WHERE, HAVING or ON.
pub(crate) fn view_condition(expr: &Expr, cx: &ExprContext<'_>) -> Result<String, ExprError> {
    if cx.flavor.is_mysql() {
        mysql::Printer { cx }.truth(expr)
    } else {
        mariadb::Printer { cx }.condition(expr)
    }
}

/// A column's name, qualified in a query and bare elsewhere.
fn column_text(parts: &[Ident], span: Span, cx: &ExprContext<'_>) -> Result<String, ExprError> {
    match cx.query {
        Some(query) => query.column(parts, span),
        None => Ok(quote(column(parts, span, cx)?.name)),
    }
}

/// What only the query around an expression can say.
pub trait QueryScope {
    /// A column's name as it is printed: qualified.
    fn column(&self, parts: &[Ident], span: Span) -> Result<String, ExprError>;
    /// A subquery or an aggregate function, or its opposite.
    fn query(&self, query: &QueryExpr, negated: bool, span: Span) -> Result<QueryText, ExprError>;
}

/// The text of what only a query may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryText {
    /// The text.
    pub text: String,
    /// Whether it is a truth value.
    pub truth: bool,
    /// Whether it is printed as an operator between operands.
    pub operator: bool,
}

/// Why there is no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExprError {
    /// The server refuses the expression.
    #[error("{message}")]
    Refused {
        /// The server's error number.
        errno: u16,
        /// The server's message.
        message: String,
        /// The part of the expression that it is about.
        span: Span,
    },
    /// How the server prints this is not known.
    #[error("not supported: {construct}")]
    Unsupported {
        /// What it is.
        construct: String,
        /// Where it stands.
        span: Span,
    },
}

impl ExprError {
    pub(crate) fn unsupported(construct: impl Into<String>, span: Span) -> Self {
        Self::Unsupported { construct: construct.into(), span }
    }

    pub(crate) fn refused(errno: u16, message: impl Into<String>, span: Span) -> Self {
        Self::Refused { errno, message: message.into(), span }
    }
}

/// The expression as SHOW CREATE TABLE prints it, without the parentheses that SHOW CREATE TABLE adds.
pub fn canonical(expr: &Expr, cx: &ExprContext<'_>) -> Result<String, ExprError> {
    if cx.flavor.is_mysql() {
        refuse::partition(expr, cx)?;
        let disallowed = refuse::disallowed_functions(expr, cx);
        if disallowed.is_err() {
            refuse::check_is_boolean(expr, disallowed, cx)?;
        }
        let printed = refuse::check_is_boolean(expr, mysql::Printer { cx }.print(expr), cx)?;
        refuse::result_of_index_part(expr, cx)?;
        refuse::row_result(expr, cx)?;
        if cx.resolved || cx.place != ExprPlace::Check {
            compare_mysql::check_vectors(expr, cx)?;
        }
        return Ok(printed.text);
    }
    let text = untyped(expr, cx)?;
    types_mariadb::check(expr, cx)?;
    types_mariadb::check_assignment(expr, cx)?;
    session::dependent(expr, &text, cx)?;
    Ok(text)
}

/// What stands in an expression and is no function of its place, whatever columns there are.
pub(crate) fn functions_allowed(expr: &Expr, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    refuse::disallowed_functions(expr, cx)
}

/// MariaDB: the text as in [`canonical`], without asking whether it depends on the session by the types of columns.
pub(crate) fn untyped(expr: &Expr, cx: &ExprContext<'_>) -> Result<String, ExprError> {
    refuse::partition(expr, cx)?;
    refuse::row_result(expr, cx)?;
    let printed = mariadb::Printer { cx }.print(expr)?;
    let parenthesise = cx.place == ExprPlace::Default && printed.operator;
    Ok(if parenthesise { format!("({})", printed.text) } else { printed.text })
}

/// The expression inside any number of parentheses.
pub(crate) fn bare(mut expr: &Expr) -> &Expr {
    loop {
        match &expr.kind {
            ExprKind::Paren(inner) | ExprKind::Unary { op: UnaryOp::Plus, expr: inner } => expr = inner,
            _ => return expr,
        }
    }
}

/// The literal that an expression is, if it is one.
pub(crate) fn as_literal(expr: &Expr) -> Option<&Literal> {
    match &bare(expr).kind {
        ExprKind::Literal(literal) => Some(literal),
        _ => None,
    }
}

/// The column that a name means, or the server's refusal.
fn column<'a>(parts: &[Ident], span: Span, cx: &ExprContext<'a>) -> Result<ColumnRef<'a>, ExprError> {
    let Some((name, qualifiers)) = parts.split_last() else {
        return Err(ExprError::unsupported("an empty name", span));
    };
    let mut from_right = qualifiers.iter().rev();
    let table_matches = from_right.next().is_none_or(|table| table.value.eq_ignore_ascii_case(cx.table));
    let schema_matches = from_right.next().is_none_or(|schema| schema.value.eq_ignore_ascii_case(cx.schema));
    // MySQL looks at the last part only, but not where it partitions.
    let qualified =
        table_matches && schema_matches || cx.flavor.is_mysql() && cx.place != ExprPlace::Partition;
    if !qualified {
        let written = parts.iter().map(|p| p.value.as_str()).collect::<Vec<_>>().join(".");
        return Err(if cx.place == ExprPlace::Partition {
            refuse::unknown_column(&written, span, cx)
        } else {
            refuse::mariadb_expression(&written, span, cx)
        });
    }
    cx.columns.resolve(&name.value).ok_or_else(|| refuse::unknown_column(&name.value, span, cx))
}
