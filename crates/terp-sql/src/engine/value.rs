//! What the values of a query are: type, length, character set, whether they can be NULL; and the column that
//! CREATE TABLE ... SELECT makes of each.
//!
//! The rules are those of the servers' expressions (`resolve_type` of MySQL's items, the type handlers of MariaDB), as
//! far as they were compared with servers. What was not is [`ExprError::Unsupported`].

mod call;
mod collation;
mod column;
mod join;
mod literal;
mod operator;
mod text;
mod time;

use terp_schema_model::{CharacterSet, Column, ColumnType, Flavor, GeometryKind, IntegerSize};

use crate::ast::{Expr, ExprKind, Ident, QueryExpr, UnaryOp};
use crate::expr::ExprError;
use crate::{Span, SqlMode};

pub(super) use collation::Text;
pub(super) use column::{Way, column_of};
pub(super) use join::union;

pub(super) type Outcome<T> = Result<T, ExprError>;

/// The most digits of a DECIMAL.
const MAX_PRECISION: u32 = 65;

pub(super) fn unknown<T>(what: impl Into<String>, span: Span) -> Outcome<T> {
    Err(ExprError::unsupported(what, span))
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    /// On MySQL BIGINT for all that is computed.
    Integer(IntegerSize),
    Year,
    Bit,
    Decimal,
    Float,
    Double,
    Char,
    Varchar,
    /// A TEXT or BLOB.
    Lob,
    Enum,
    Set,
    Date,
    Time,
    DateTime,
    Timestamp,
    Json,
    Geometry(GeometryKind),
}

impl Kind {
    pub(super) const fn is_temporal(self) -> bool {
        matches!(self, Self::Date | Self::Time | Self::DateTime | Self::Timestamp)
    }

    pub(super) const fn is_text(self) -> bool {
        matches!(self, Self::Char | Self::Varchar | Self::Lob | Self::Enum | Self::Set)
    }

    pub(super) const fn is_integer(self) -> bool {
        matches!(self, Self::Integer(_) | Self::Year | Self::Bit)
    }

    pub(super) const fn is_real(self) -> bool {
        matches!(self, Self::Float | Self::Double)
    }
}

/// How a value came to be, as far as the column made of it depends on that.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    /// A literal, a subquery, an aggregate function.
    Plain,
    Function,
    /// One of several values, of the type that all fit in.
    Joined,
    /// A column of a UNION.
    Union,
    /// A column and how it was reached.
    Column(Box<Column>, Way),
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub(super) kind: Kind,
    /// In characters, signs and points included.
    pub(super) length: u32,
    /// Digits after the point or of a second; `None` where their number is not fixed.
    pub(super) decimals: Option<u8>,
    pub(super) unsigned: bool,
    pub(super) nullable: bool,
    /// Of texts and bytes.
    pub(super) text: Option<Text>,
    pub(super) form: Form,
    /// Whether it is the same for every row.
    pub(super) constant: bool,
    /// Whether its length has no room for a sign, although it is not unsigned: MariaDB's literals.
    pub(super) unsigned_literal: bool,
    /// Whether a text made of it has another length.
    pub(super) inexact: bool,
}

impl Value {
    pub(super) const fn new(kind: Kind, length: u32, form: Form) -> Self {
        Self {
            kind,
            length,
            decimals: Some(0),
            unsigned: false,
            nullable: false,
            text: None,
            form,
            constant: false,
            unsigned_literal: false,
            inexact: false,
        }
    }

    /// An integer that a function gives.
    pub(super) fn integer(length: u32, flavor: Flavor) -> Self {
        let long = flavor.is_mysql() || length >= 10;
        let size = if long { IntegerSize::BigInt } else { IntegerSize::Int };
        Self::new(Kind::Integer(size), length, Form::Function)
    }

    /// A truth value.
    pub(super) fn truth(flavor: Flavor, nullable: bool) -> Self {
        Self::integer(1, flavor).nullable(nullable)
    }

    pub(super) const fn nullable(mut self, nullable: bool) -> Self {
        self.nullable = nullable;
        self
    }

    pub(super) const fn unsigned(mut self, unsigned: bool) -> Self {
        self.unsigned = unsigned;
        self
    }

    /// A DECIMAL of so many digits.
    pub(super) fn decimal(precision: u32, scale: u8, unsigned: bool, form: Form) -> Self {
        let precision = precision.min(MAX_PRECISION);
        let length = precision + u32::from(scale > 0) + u32::from(!unsigned);
        let mut value = Self::new(Kind::Decimal, length, form).unsigned(unsigned);
        value.decimals = Some(scale);
        value
    }

    /// The DECIMAL without a sign, if it has none.
    fn unsigned_decimal(self, unsigned: bool) -> Self {
        match unsigned {
            true => Self::decimal(self.precision(), self.scale(), true, self.form),
            false => self,
        }
    }

    /// A DOUBLE that a function gives.
    pub(super) const fn double(flavor: Flavor, decimals: Option<u8>) -> Self {
        let length = match (flavor.is_mysql(), decimals) {
            (true, None) => 22,
            (false, None) => 23,
            (true, Some(_)) => 22,
            (false, Some(decimals)) => 17 + decimals as u32,
        };
        let mut value = Self::new(Kind::Double, length, Form::Function);
        value.decimals = decimals;
        value
    }

    /// A DATE, TIME, DATETIME or TIMESTAMP.
    pub(super) fn temporal(kind: Kind, fsp: u8, form: Form) -> Self {
        let base = match kind {
            Kind::Date => 10,
            Kind::Time => 10,
            _ => 19,
        };
        let length = base + if fsp > 0 { u32::from(fsp) + 1 } else { 0 };
        let mut value = Self::new(kind, length, form);
        value.decimals = Some(fsp);
        value
    }

    /// A text that a function gives.
    pub(super) fn text(length: u32, text: Text) -> Self {
        let mut value = Self::new(Kind::Varchar, length, Form::Function).nullable(true);
        value.decimals = None;
        value.text = Some(text);
        value
    }

    /// All digits of an integer or DECIMAL.
    pub(super) fn precision(&self) -> u32 {
        let sign = u32::from(!self.unsigned);
        match self.kind {
            // A literal of MySQL has room for a sign that nobody wrote.
            Kind::Decimal => {
                let point = u32::from(self.decimals.is_some_and(|d| d > 0));
                self.length.saturating_sub(point + sign).max(1)
            }
            Kind::Year | Kind::Bit => self.length.max(1),
            // One that nobody negated has none on MariaDB.
            _ if self.unsigned_literal => self.length.max(1),
            _ => self.length.saturating_sub(sign).max(1),
        }
    }

    /// Digits after the point, where the number is one.
    pub(super) fn scale(&self) -> u8 {
        if self.kind == Kind::Decimal { self.decimals.unwrap_or(0) } else { 0 }
    }

    /// Digits of a second.
    pub(super) fn fsp(&self) -> u8 {
        if self.kind.is_temporal() { self.decimals.unwrap_or(0) } else { 0 }
    }

    /// The value of a table's column.
    pub(super) fn of_column(column: &Column, flavor: Flavor, way: Way) -> Option<Self> {
        let form = Form::Column(Box::new(column.clone()), way);
        let mut value = Self::of_type(&column.ty, flavor, form)?;
        value.nullable = column.nullable;
        let set = match &column.character_set {
            Some(set) => set.set.clone(),
            None => CharacterSet::new("binary", "binary"),
        };
        if value.kind.is_text() {
            value.text = Some(Text::new(set, collation::Strength::Column, false));
        } else if value.kind == Kind::Bit || matches!(value.kind, Kind::Geometry(_)) {
            value.text = None;
        } else if value.kind == Kind::Json {
            let set = CharacterSet::new("utf8mb4", "utf8mb4_bin");
            value.text = Some(Text::new(set, collation::Strength::Column, false));
        }
        Some(value)
    }

    fn of_type(ty: &ColumnType, flavor: Flavor, form: Form) -> Option<Self> {
        let plain = |kind, length| Value::new(kind, length, Form::Plain);
        let mut value = match ty {
            ColumnType::Integer { size, width, unsigned, .. } => {
                // MySQL counts what the type can hold, MariaDB what was written.
                let own = size.default_width(*unsigned);
                let length = width.filter(|_| flavor.is_mariadb()).unwrap_or(own).max(own);
                plain(Kind::Integer(*size), u32::from(length)).unsigned(*unsigned)
            }
            ColumnType::Decimal { precision, scale, unsigned, .. } => {
                Value::decimal(u32::from(*precision), *scale, *unsigned, Form::Plain)
            }
            ColumnType::Float { double, digits, unsigned, .. } => {
                let kind = if *double { Kind::Double } else { Kind::Float };
                let length = match digits {
                    Some((length, _)) => u32::from(*length),
                    None => {
                        if *double {
                            22
                        } else {
                            12
                        }
                    }
                };
                let mut value = plain(kind, length).unsigned(*unsigned);
                value.decimals = digits.map(|(_, decimals)| decimals);
                value.inexact = flavor.is_mysql() && *double && digits.is_some();
                value
            }
            ColumnType::Bit { width } => plain(Kind::Bit, u32::from(*width)).unsigned(true),
            ColumnType::Year => plain(Kind::Year, 4).unsigned(true),
            ColumnType::Char { length } | ColumnType::Binary { length } => plain(Kind::Char, *length),
            ColumnType::Varchar { length } | ColumnType::Varbinary { length } => {
                plain(Kind::Varchar, *length)
            }
            ColumnType::Text { size } | ColumnType::Blob { size } => {
                plain(Kind::Lob, column::lob_bytes(*size))
            }
            ColumnType::Enum { values } => {
                let longest = values.iter().map(|v| v.chars().count()).max().unwrap_or(0);
                plain(Kind::Enum, u32::try_from(longest).ok()?)
            }
            ColumnType::Set { values } => {
                let all: usize = values.iter().map(|v| v.chars().count()).sum();
                plain(Kind::Set, u32::try_from(all + values.len().saturating_sub(1)).ok()?)
            }
            ColumnType::Date => Value::temporal(Kind::Date, 0, Form::Plain),
            ColumnType::Time { fsp } => Value::temporal(Kind::Time, *fsp, Form::Plain),
            ColumnType::DateTime { fsp } => Value::temporal(Kind::DateTime, *fsp, Form::Plain),
            ColumnType::Timestamp { fsp } => Value::temporal(Kind::Timestamp, *fsp, Form::Plain),
            ColumnType::Json => plain(Kind::Json, u32::MAX / 4),
            ColumnType::Geometry { kind, .. } => plain(Kind::Geometry(*kind), u32::MAX),
            ColumnType::Vector { .. } | ColumnType::Inet4 | ColumnType::Inet6 | ColumnType::Uuid => {
                return None;
            }
        };
        value.form = form;
        Some(value)
    }
}

/// What a query knows of the names and subqueries in its expressions.
pub(super) trait ValueScope {
    /// The value of a column.
    fn column(&self, parts: &[Ident], span: Span) -> Outcome<Value>;
    /// The columns of a subquery.
    fn subquery(&self, span: Span) -> Outcome<Vec<Value>>;
}

/// Finds the values of expressions.
pub(super) struct Typer<'a> {
    pub(super) flavor: Flavor,
    pub(super) sql_mode: SqlMode,
    /// Character set and collation of the connection.
    pub(super) connection: &'a CharacterSet,
    pub(super) scope: &'a dyn ValueScope,
    /// Whether the query gives a row, so that what cannot be converted is an error.
    pub(super) evaluated: bool,
}

impl Typer<'_> {
    pub(super) fn mysql(&self) -> bool {
        self.flavor.is_mysql()
    }

    /// Whether the rules for expressions were compared with this version.
    fn is_known(&self) -> bool {
        let f = self.flavor;
        match f.is_mysql() {
            true => f.mysql_since(9, 0, 0) && !f.mysql_since(10, 0, 0),
            false => {
                f.mariadb_since(10, 11, 0) && !f.mariadb_since(11, 0, 0)
                    || f.mariadb_since(11, 8, 0) && !f.mariadb_since(11, 9, 0)
            }
        }
    }

    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr) -> Outcome<Value> {
        match &expr.kind {
            ExprKind::Name(parts) => return self.scope.column(parts, expr.span),
            ExprKind::Paren(inner) | ExprKind::Unary { op: UnaryOp::Plus, expr: inner } => {
                return self.value(inner);
            }
            _ => {}
        }
        if !self.is_known() {
            return unknown("the type of an expression of this version", expr.span);
        }
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal, expr.span),
            ExprKind::Unary { op, expr: inner } => self.unary(*op, inner, expr.span),
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, expr.span),
            ExprKind::Is { expr: inner, .. } => {
                self.value(inner)?;
                Ok(Value::truth(self.flavor, false))
            }
            ExprKind::Between { expr: inner, low, high, .. } => self.condition(&[inner, low, high]),
            ExprKind::In { expr: inner, list, .. } => {
                let all: Vec<&Expr> = std::iter::once(&**inner).chain(list).collect();
                self.condition(&all)
            }
            ExprKind::Like { expr: inner, pattern, .. } | ExprKind::Regexp { expr: inner, pattern, .. } => {
                self.condition(&[inner, pattern])
            }
            ExprKind::Collate { expr: inner, collation } => self.collate(inner, collation),
            ExprKind::Function { schema: None, name, args, stored: false, .. } => {
                self.call(name, args, expr.span)
            }
            ExprKind::Cast { expr: inner, target, array: false } => self.cast(inner, target, expr.span),
            ExprKind::ConvertUsing { expr: inner, charset } => self.convert(inner, charset, expr.span),
            ExprKind::Case { operand, whens, otherwise } => {
                self.case(operand.as_deref(), whens, otherwise.as_deref(), expr.span)
            }
            ExprKind::Extract { unit, expr: inner } => self.extract(unit, inner, expr.span),
            ExprKind::IntervalAdd { expr: inner, value, unit, .. } => {
                self.interval(inner, value, unit, expr.span)
            }
            ExprKind::Trim { expr: inner, .. } => self.same_text(inner, expr.span),
            ExprKind::Position { needle, haystack } => {
                let args = [self.value(needle)?, self.value(haystack)?];
                Ok(self.long_integer(11, &args))
            }
            ExprKind::KeywordFunction { name, keyword, args } => {
                self.keyword_call(name, keyword, args, expr.span)
            }
            ExprKind::CharFunction { args, charset: None } => {
                let count = u32::try_from(args.len()).unwrap_or(u32::MAX);
                Ok(Value::text(count.saturating_mul(4), Text::binary(collation::Strength::Literal)))
            }
            ExprKind::Query(query) => self.query(query, expr.span),
            _ => unknown("the type of this expression", expr.span),
        }
    }

    /// A condition over several operands.
    fn condition(&self, operands: &[&Expr]) -> Outcome<Value> {
        let mut nullable = false;
        let (mut temporal, mut text) = (false, false);
        for operand in operands {
            if let ExprKind::Row(items) = &operand.kind {
                for item in items {
                    nullable |= self.value(item)?.nullable;
                }
                continue;
            }
            let value = self.value(operand)?;
            nullable |= value.nullable;
            temporal |= value.kind.is_temporal();
            text |= value.constant && (value.kind.is_text() || value.kind.is_integer());
        }
        // A constant is read as a date, and refused where it is none.
        if temporal && text {
            return unknown(
                "a date compared with a constant",
                operands.first().map_or(Span::default(), |e| e.span),
            );
        }
        Ok(Value::truth(self.flavor, nullable))
    }

    fn query(&self, query: &QueryExpr, span: Span) -> Outcome<Value> {
        match query {
            QueryExpr::Scalar(query) => {
                let columns = self.scope.subquery(query.span)?;
                let [value] = columns.as_slice() else {
                    return unknown("a subquery of several columns", span);
                };
                self.scalar(query, value, span)
            }
            QueryExpr::Exists(_) => Ok(Value::truth(self.flavor, false)),
            QueryExpr::In { expr, query, .. } | QueryExpr::Quantified { expr, query, .. } => {
                let mut nullable = self.condition(&[expr])?.nullable;
                for column in self.scope.subquery(query.span)? {
                    nullable |= column.nullable;
                }
                if matches!(query.body, crate::ast::QueryBody::Select(ref s) if s.from.is_empty()) {
                    return Ok(Value::truth(self.flavor, nullable));
                }
                unknown("whether a comparison with a subquery can be NULL", span)
            }
            QueryExpr::Aggregate(call) => self.aggregate(call, span),
            QueryExpr::Grouping(_) => unknown("GROUPING", span),
        }
    }

    /// A subquery as a value.
    fn scalar(&self, query: &crate::ast::Query, value: &Value, span: Span) -> Outcome<Value> {
        let crate::ast::QueryBody::Select(select) = &query.body else {
            return unknown("the type of a subquery of several SELECTs", span);
        };
        let one_row = select.from.is_empty() && select.condition.is_none() && query.limit.is_none();
        if one_row && select.having.is_none() {
            // It is replaced by what it selects.
            return Ok(value.clone());
        }
        if value.kind == Kind::Lob || value.kind == Kind::Json {
            return unknown("a long text that a subquery gives", span);
        }
        let mut value = value.clone();
        if self.mysql() && value.kind == Kind::Char || value.kind == Kind::Enum || value.kind == Kind::Set {
            return unknown("the type of a subquery of this type", span);
        }
        value.form = if self.mysql() { Form::Plain } else { Form::Joined };
        value.nullable = true;
        value.constant = false;
        Ok(value)
    }
}
