//! Queries: what a view selects.

use super::{BinaryOp, Expr, Ident, ObjectName};
use crate::Span;

/// A query with what belongs to all of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// WITH.
    pub with: Option<With>,
    /// What is selected.
    pub body: QueryBody,
    /// ORDER BY.
    pub order_by: Vec<OrderItem>,
    /// LIMIT.
    pub limit: Option<Limit>,
    /// FOR UPDATE or LOCK IN SHARE MODE, in lower case.
    pub lock: Option<&'static str>,
    /// Where it stands.
    pub span: Span,
}

/// What a query is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryBody {
    /// SELECT.
    Select(Box<Select>),
    /// A query in parentheses.
    Paren(Box<Query>),
    /// Two queries and an operator between them.
    Set {
        /// The operator.
        op: SetOp,
        /// ALL rather than DISTINCT.
        all: bool,
        /// The left operand.
        left: Box<QueryBody>,
        /// The right operand.
        right: Box<QueryBody>,
    },
}

/// An operator between queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the operator of that name")]
pub enum SetOp {
    Union,
    Except,
    Intersect,
}

/// WITH.
#[derive(Debug, Clone, PartialEq)]
pub struct With {
    /// RECURSIVE.
    pub recursive: bool,
    /// Its queries.
    pub tables: Vec<CommonTable>,
}

/// A query with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct CommonTable {
    /// The name.
    pub name: Ident,
    /// The names of its columns, where they were written.
    pub columns: Vec<Ident>,
    /// The query.
    pub query: Query,
}

/// SELECT.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    /// DISTINCT.
    pub distinct: bool,
    /// `STRAIGHT_JOIN`, `HIGH_PRIORITY` and the like, in lower case.
    pub options: Vec<String>,
    /// What is selected.
    pub items: Vec<SelectItem>,
    /// FROM, the tables between the commas.
    pub from: Vec<FromItem>,
    /// WHERE.
    pub condition: Option<Expr>,
    /// GROUP BY.
    pub group_by: Vec<OrderItem>,
    /// WITH ROLLUP.
    pub rollup: bool,
    /// HAVING.
    pub having: Option<Expr>,
    /// WINDOW.
    pub windows: Vec<(Ident, Window)>,
    /// Where it stands.
    pub span: Span,
}

/// One of what a SELECT selects.
#[derive(Debug, Clone, PartialEq)]
pub enum SelectItem {
    /// `*`, `t.*` or `db.t.*`.
    Wildcard {
        /// What stands before the star.
        qualifier: Vec<Ident>,
        /// Where it stands.
        span: Span,
    },
    /// An expression.
    Expr {
        /// The expression.
        expr: Box<Expr>,
        /// Its text, as far as it becomes a name; `None` where comments are in the way.
        text: Option<String>,
        /// AS.
        alias: Option<Ident>,
    },
}

/// A member of ORDER BY or GROUP BY.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderItem {
    /// The expression.
    pub expr: Expr,
    /// DESC.
    pub descending: bool,
}

/// LIMIT: digits as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// How many rows are passed over.
    pub offset: Option<String>,
    /// How many rows at most.
    pub count: String,
}

/// A table in FROM.
#[derive(Debug, Clone, PartialEq)]
pub enum FromItem {
    /// A table or view.
    Table {
        /// Its name.
        name: ObjectName,
        /// What it is called here.
        alias: Option<Ident>,
        /// `USE INDEX` and the like.
        hints: Vec<IndexHint>,
    },
    /// A query in parentheses.
    Derived {
        /// The query.
        query: Box<Query>,
        /// What it is called here.
        alias: Ident,
        /// The names of its columns, where they were written.
        columns: Vec<Ident>,
        /// LATERAL; MySQL.
        lateral: bool,
    },
    /// A join.
    Join {
        /// Its kind.
        kind: JoinKind,
        /// NATURAL.
        natural: bool,
        /// The left table.
        left: Box<FromItem>,
        /// The right table.
        right: Box<FromItem>,
        /// ON.
        on: Option<Expr>,
        /// USING.
        using: Vec<Ident>,
    },
    /// Several in parentheses.
    List(Vec<FromItem>),
}

/// The kind of a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the join of that name")]
pub enum JoinKind {
    Inner,
    Straight,
    Left,
    Right,
}

/// `{USE|FORCE|IGNORE} INDEX [FOR ..] (names)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexHint {
    /// USE, FORCE or IGNORE.
    pub verb: &'static str,
    /// The indexes.
    pub names: Vec<Ident>,
}

/// What stands between the parentheses of OVER or WINDOW.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    /// The window that it begins with.
    pub base: Option<Ident>,
    /// PARTITION BY.
    pub partition_by: Vec<Expr>,
    /// ORDER BY.
    pub order_by: Vec<OrderItem>,
    /// The frame.
    pub frame: Option<Frame>,
}

/// `{ROWS|RANGE} BETWEEN bound AND bound`; of one bound the other is the current row.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// RANGE rather than ROWS.
    pub range: bool,
    /// Where it begins.
    pub start: FrameBound,
    /// Where it ends.
    pub end: FrameBound,
}

/// Where a frame begins or ends.
#[derive(Debug, Clone, PartialEq)]
pub enum FrameBound {
    /// CURRENT ROW.
    Current,
    /// UNBOUNDED PRECEDING (false) or FOLLOWING (true).
    Unbounded(bool),
    /// That many rows before (false) or after (true), with the unit of an INTERVAL.
    Offset(Box<Expr>, Option<String>, bool),
}

/// OVER.
#[derive(Debug, Clone, PartialEq)]
pub enum Over {
    /// A window of the WINDOW clause.
    Named(Ident),
    /// A window of its own.
    Inline(Window),
}

/// An aggregate or window function.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateCall {
    /// Its name, in lower case.
    pub name: String,
    /// DISTINCT.
    pub distinct: bool,
    /// `COUNT(*)`.
    pub star: bool,
    /// The arguments.
    pub args: Vec<Expr>,
    /// ORDER BY of `GROUP_CONCAT`.
    pub order_by: Vec<OrderItem>,
    /// SEPARATOR of `GROUP_CONCAT`.
    pub separator: Option<String>,
    /// OVER.
    pub over: Option<Over>,
}

/// What expressions may hold in a query and nowhere else.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryExpr {
    /// A subquery as a value.
    Scalar(Query),
    /// `[NOT] EXISTS (query)`; the NOT is an operator of its own.
    Exists(Query),
    /// `expr [NOT] IN (query)`.
    In {
        /// The operand.
        expr: Expr,
        /// The query.
        query: Query,
        /// NOT.
        not: bool,
        /// Where a condition stands whose false and unknown are the same.
        condition: bool,
    },
    /// `expr operator {ALL|ANY} (query)`.
    Quantified {
        /// The operand.
        expr: Expr,
        /// The comparison.
        op: BinaryOp,
        /// ALL rather than ANY.
        all: bool,
        /// The query.
        query: Query,
    },
    /// An aggregate or window function.
    Aggregate(AggregateCall),
    /// `GROUPING(..)`; MySQL.
    Grouping(Vec<Expr>),
}

impl QueryExpr {
    /// Whether it is true, false or unknown.
    pub const fn is_condition(&self) -> bool {
        matches!(self, Self::Exists(_) | Self::In { .. } | Self::Quantified { .. })
    }
}
