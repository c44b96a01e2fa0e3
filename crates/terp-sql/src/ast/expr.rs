//! Expressions.

use super::{Ident, QueryExpr, TypeName};
use crate::Span;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// A literal value.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// NULL.
    Null,
    /// TRUE or FALSE.
    Bool(bool),
    /// An integer, digits as written.
    Integer(String),
    /// A decimal number, as written.
    Decimal(String),
    /// A number with an exponent, as written.
    Float(String),
    /// A string with its introducer (`_utf8mb4`, without the underscore), N'..' having `utf8mb3` on MySQL.
    String {
        /// The decoded value; adjacent literals are joined.
        value: String,
        /// The character set before it.
        introducer: Option<String>,
    },
    /// `x'..'` or `0x..`: its bytes.
    Hex {
        /// The bytes.
        bytes: Vec<u8>,
        /// Whether it was written `0x..`.
        number: bool,
        /// The character set before it.
        introducer: Option<String>,
    },
    /// `b'..'` or `0b..`: its digits, as written.
    Bits {
        /// The digits.
        digits: String,
        /// The character set before it.
        introducer: Option<String>,
    },
    /// `DATE '..'`, `TIME '..'`, `TIMESTAMP '..'`: the keyword in upper case and the text.
    Temporal {
        /// DATE, TIME or TIMESTAMP.
        keyword: &'static str,
        /// The text.
        value: String,
    },
}

/// An operator before its operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Minus,
    /// `+`
    Plus,
    /// `~`
    BitNot,
    /// `!`
    Bang,
    /// NOT
    Not,
    /// BINARY
    Binary,
}

/// An operator between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the operator of that name")]
pub enum BinaryOp {
    Or,
    Xor,
    And,
    Eq,
    NullSafeEq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    BitOr,
    BitAnd,
    BitXor,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    IntDivide,
    Modulo,
    /// `||`, where it does not mean OR (PIPES_AS_CONCAT).
    Concat,
    /// `->`
    JsonExtract,
    /// `->>`
    JsonUnquoteExtract,
    /// SOUNDS LIKE
    SoundsLike,
    /// MEMBER OF
    MemberOf,
}

impl BinaryOp {
    /// The sign of a comparison as servers print it; `None` for other operators.
    pub const fn comparison_sign(self) -> Option<&'static str> {
        Some(match self {
            Self::Eq => "=",
            Self::NullSafeEq => "<=>",
            Self::Ne => "<>",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            _ => return None,
        })
    }
}

/// What IS asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the keyword of that name")]
pub enum IsTest {
    Null,
    True,
    False,
    Unknown,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ExprKind {
    /// A literal.
    Literal(Literal),
    /// A column or other name: one to three parts.
    Name(Vec<Ident>),
    /// In parentheses.
    Paren(Box<Expr>),
    /// `(a, b)` or `ROW(a, b)`.
    Row(Vec<Expr>),
    /// An operator before its operand.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        expr: Box<Expr>,
    },
    /// An operator between two operands.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `expr IS [NOT] test`.
    Is {
        /// The operand.
        expr: Box<Expr>,
        /// What is asked.
        test: IsTest,
        /// NOT.
        not: bool,
    },
    /// `expr [NOT] BETWEEN low AND high`.
    Between {
        /// The operand.
        expr: Box<Expr>,
        /// The lower bound.
        low: Box<Expr>,
        /// The upper bound.
        high: Box<Expr>,
        /// NOT.
        not: bool,
    },
    /// `expr [NOT] IN (list)`.
    In {
        /// The operand.
        expr: Box<Expr>,
        /// The values.
        list: Vec<Expr>,
        /// NOT.
        not: bool,
    },
    /// `expr [NOT] LIKE pattern [ESCAPE c]`.
    Like {
        /// The operand.
        expr: Box<Expr>,
        /// The pattern.
        pattern: Box<Expr>,
        /// ESCAPE.
        escape: Option<Box<Expr>>,
        /// NOT.
        not: bool,
    },
    /// `expr [NOT] {REGEXP|RLIKE} pattern`.
    Regexp {
        /// The operand.
        expr: Box<Expr>,
        /// The pattern.
        pattern: Box<Expr>,
        /// NOT.
        not: bool,
    },
    /// `expr COLLATE name`.
    Collate {
        /// The operand.
        expr: Box<Expr>,
        /// The collation.
        collation: Ident,
    },
    /// `name(args)`, also for functions with a keyword for a name and for NOW without parentheses.
    Function {
        /// The database, for a stored function.
        schema: Option<Ident>,
        /// The name.
        name: Ident,
        /// The arguments.
        args: Vec<Expr>,
        /// Whether parentheses were written (`CURRENT_TIMESTAMP` needs none).
        parens: bool,
        /// Whether only a stored function can be meant: one of the built-in functions whose parenthesis must
        /// follow at once, with a space before it and without IGNORE_SPACE.
        stored: bool,
    },
    /// `CAST(expr AS type [ARRAY])` and `CONVERT(expr, type)`.
    Cast {
        /// The operand.
        expr: Box<Expr>,
        /// The target.
        target: CastTarget,
        /// ARRAY; MySQL.
        array: bool,
    },
    /// `CONVERT(expr USING charset)`.
    ConvertUsing {
        /// The operand.
        expr: Box<Expr>,
        /// The character set.
        charset: Ident,
    },
    /// CASE.
    Case {
        /// The operand, if any.
        operand: Option<Box<Expr>>,
        /// WHEN and THEN.
        whens: Vec<(Expr, Expr)>,
        /// ELSE.
        otherwise: Option<Box<Expr>>,
    },
    /// `EXTRACT(unit FROM expr)`.
    Extract {
        /// The unit, in upper case.
        unit: String,
        /// The operand.
        expr: Box<Expr>,
    },
    /// `expr + INTERVAL value unit`, and DATE_ADD, DATE_SUB, ADDDATE and SUBDATE with INTERVAL.
    IntervalAdd {
        /// The date.
        expr: Box<Expr>,
        /// The amount.
        value: Box<Expr>,
        /// The unit, in upper case.
        unit: String,
        /// Minus rather than plus.
        subtract: bool,
    },
    /// `TRIM([{BOTH|LEADING|TRAILING}] [remove] FROM expr)`.
    Trim {
        /// BOTH, LEADING or TRAILING, where written.
        side: Option<&'static str>,
        /// What is removed.
        remove: Option<Box<Expr>>,
        /// The operand.
        expr: Box<Expr>,
    },
    /// `POSITION(a IN b)`.
    Position {
        /// What is sought.
        needle: Box<Expr>,
        /// Where.
        haystack: Box<Expr>,
    },
    /// `CHAR(args USING charset)`.
    CharFunction {
        /// The codes.
        args: Vec<Expr>,
        /// USING.
        charset: Option<Ident>,
    },
    /// `TIMESTAMPADD(unit, ..)`, `TIMESTAMPDIFF(unit, ..)`, `GET_FORMAT(kind, ..)`: a keyword as first argument.
    KeywordFunction {
        /// The function.
        name: Ident,
        /// The keyword, in upper case.
        keyword: String,
        /// The other arguments.
        args: Vec<Expr>,
    },
    /// `JSON_VALUE(doc, path [RETURNING type] [.. ON EMPTY] [.. ON ERROR])`; MySQL, where it has a clause.
    JsonValue {
        /// The document.
        doc: Box<Expr>,
        /// The path.
        path: Box<Expr>,
        /// RETURNING.
        returning: Option<CastTarget>,
        /// ON EMPTY.
        on_empty: Option<JsonOn>,
        /// ON ERROR.
        on_error: Option<JsonOn>,
    },
    /// `DEFAULT(column)`.
    DefaultOf(Ident),
    /// `NEXT VALUE FOR sequence` (also NEXTVAL), MariaDB.
    NextValue(Vec<Ident>),
    /// `@a` or `@@a`: its text.
    Variable(String),
    /// A subquery, EXISTS included: no definition of a table may hold one.
    Subquery,
    /// An aggregate function, its name in lower case: no definition of a table may hold one.
    Aggregate(String),
    /// A window function, its name in lower case: no definition of a table may hold one.
    Window(String),
    /// A subquery, an aggregate or a window function, inside a query.
    Query(Box<QueryExpr>),
    /// What is recognised but not modelled, such as MATCH.
    Unsupported(String),
}

/// What JSON_VALUE gives instead of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonOn {
    /// NULL.
    Null,
    /// ERROR.
    Error,
    /// DEFAULT.
    Default(Box<Expr>),
}

/// What a CAST casts to.
#[derive(Debug, Clone, PartialEq)]
pub enum CastTarget {
    /// `SIGNED [INTEGER]`.
    Signed,
    /// `UNSIGNED [INTEGER]`.
    Unsigned,
    /// Any other type, as written.
    Type(TypeName),
}
