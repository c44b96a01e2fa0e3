//! Functions: integers, numbers, conditions and aggregates. Texts are in `text`, dates in `time`.

use super::{Form, Kind, Outcome, Typer, Value, unknown};
use crate::Span;
use crate::ast::{AggregateCall, Expr, ExprKind, Ident, Literal, UnaryOp};
use crate::expr::bare;
use terp_schema_model::IntegerSize;

/// Whether a function's result can be NULL.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    /// Where one of its arguments can.
    Arguments,
    Always,
    Never,
}

/// Functions that give integers: name, length on MySQL, length on MariaDB, whether that is INT there whatever the length.
#[rustfmt::skip]
const INTEGERS: &[(&str, u32, u32, bool, Nulls)] = &[
    ("length", 11, 10, true, Nulls::Arguments),
    ("octet_length", 11, 10, true, Nulls::Arguments),
    ("char_length", 11, 10, true, Nulls::Arguments),
    ("character_length", 11, 10, true, Nulls::Arguments),
    ("bit_length", 11, 11, false, Nulls::Arguments),
    ("ascii", 4, 3, true, Nulls::Arguments),
    ("ord", 21, 7, true, Nulls::Arguments),
    ("locate", 11, 11, true, Nulls::Arguments),
    ("instr", 11, 11, true, Nulls::Arguments),
    ("field", 11, 3, true, Nulls::Never),
    ("find_in_set", 11, 3, true, Nulls::Arguments),
    ("strcmp", 2, 2, true, Nulls::Arguments),
    ("sign", 21, 2, true, Nulls::Arguments),
    ("row_count", 21, 21, false, Nulls::Never),
    ("dayofweek", 2, 1, true, Nulls::Always),
    ("weekday", 2, 1, true, Nulls::Always),
    ("yearweek", 7, 6, true, Nulls::Always),
    ("to_seconds", 21, 12, false, Nulls::Always),
    ("datediff", 9, 8, true, Nulls::Always),
    ("json_length", 21, 10, true, Nulls::Always),
    ("json_depth", 21, 10, true, Nulls::Always),
    ("json_valid", 21, 1, true, Nulls::Always),
    ("json_contains", 21, 1, true, Nulls::Always),
    ("regexp_instr", 21, 11, true, Nulls::Arguments),
    ("regexp_like", 1, 1, true, Nulls::Arguments),
    ("interval", 2, 2, true, Nulls::Never),
    ("isnull", 1, 1, true, Nulls::Never),
    ("bit_count", 21, 2, true, Nulls::Arguments),
    ("period_add", 21, 6, true, Nulls::Arguments),
    ("period_diff", 21, 6, true, Nulls::Arguments),
    ("coercibility", 10, 10, true, Nulls::Never),
    ("is_ipv4", 1, 1, true, Nulls::Arguments),
    // The column that MariaDB makes is longer than the text.
    ("month", 3, 3, true, Nulls::Always),
    ("day", 3, 3, true, Nulls::Always),
    ("dayofmonth", 3, 3, true, Nulls::Always),
    ("dayofyear", 4, 4, true, Nulls::Always),
    ("week", 3, 3, true, Nulls::Always),
    ("weekofyear", 3, 3, true, Nulls::Always),
    ("quarter", 2, 2, true, Nulls::Always),
    ("hour", 4, 3, true, Nulls::Always),
    ("minute", 3, 3, true, Nulls::Always),
    ("second", 3, 3, true, Nulls::Always),
    ("microsecond", 21, 7, true, Nulls::Always),
    ("to_days", 8, 7, true, Nulls::Always),
];

/// Those of MariaDB whose column is longer than their text.
const LONGER: &[&str] = &[
    "month",
    "day",
    "dayofmonth",
    "dayofyear",
    "week",
    "weekofyear",
    "quarter",
    "hour",
    "minute",
    "second",
    "microsecond",
    "to_days",
];

/// Functions that give a DOUBLE, and whether that can be NULL whatever the arguments are.
const DOUBLES: &[(&str, bool)] = &[
    ("sqrt", true),
    ("pow", true),
    ("power", true),
    ("exp", true),
    ("ln", true),
    ("log", true),
    ("log2", true),
    ("log10", true),
    ("sin", true),
    ("cos", true),
    ("tan", true),
    ("asin", true),
    ("acos", true),
    ("atan", true),
    ("atan2", true),
    ("cot", true),
    ("radians", false),
    ("degrees", false),
    ("rand", false),
];

/// What one argument is.
pub(super) struct Argument<'e> {
    pub(super) expr: &'e Expr,
    pub(super) value: Value,
}

impl Argument<'_> {
    /// The integer that a literal is.
    pub(super) fn number(&self) -> Option<i64> {
        match &bare(self.expr).kind {
            ExprKind::Literal(Literal::Integer(digits)) => digits.parse().ok(),
            ExprKind::Unary { op: UnaryOp::Minus, expr } => match &bare(expr).kind {
                ExprKind::Literal(Literal::Integer(digits)) => digits.parse::<i64>().ok()?.checked_neg(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The text that a literal is.
    pub(super) fn string(&self) -> Option<&str> {
        match &bare(self.expr).kind {
            ExprKind::Literal(Literal::String { value, .. }) => Some(value),
            _ => None,
        }
    }
}

impl Typer<'_> {
    /// An integer that is INT on MariaDB, whatever its length.
    pub(super) fn long_integer(&self, length: u32, args: &[Value]) -> Value {
        let mut value = Value::integer(length, self.flavor).nullable(args.iter().any(|a| a.nullable));
        if !self.mysql() {
            value.kind = Kind::Integer(IntegerSize::Int);
        }
        value
    }

    pub(super) fn call(&self, name: &Ident, args: &[Expr], span: Span) -> Outcome<Value> {
        let name = name.value.to_ascii_lowercase();
        let mut arguments = Vec::with_capacity(args.len());
        for expr in args {
            arguments.push(Argument { expr, value: self.value(expr)? });
        }
        let mut value = self.call_of(&name, &arguments, span)?;
        value.constant = arguments.iter().all(|a| a.value.constant);
        Ok(value)
    }

    fn call_of(&self, name: &str, args: &[Argument<'_>], span: Span) -> Outcome<Value> {
        let nullable = args.iter().any(|a| a.value.nullable);
        if let Some((_, mysql, mariadb, int, nulls)) = INTEGERS.iter().find(|(known, ..)| *known == name) {
            let dates = args.iter().any(|a| a.value.kind.is_temporal());
            if name == "strcmp" && dates && args.iter().any(|a| a.value.constant) {
                return unknown("a date compared with a constant", span);
            }
            let length = if self.mysql() { *mysql } else { *mariadb };
            let mut value =
                if *int { self.long_integer(length, &[]) } else { Value::integer(length, self.flavor) };
            value.inexact = !self.mysql() && LONGER.contains(&name);
            return Ok(value.nullable(match nulls {
                Nulls::Arguments => nullable,
                Nulls::Always => true,
                Nulls::Never => false,
            }));
        }
        if let Some((_, always)) = DOUBLES.iter().find(|(known, _)| *known == name) {
            if self.evaluated && !args.iter().all(|a| a.value.kind.is_integer() || a.value.kind.is_real()) {
                return unknown("a function of numbers whose arguments are converted", span);
            }
            let mut value = Value::double(self.flavor, None).nullable(nullable || *always);
            value.inexact = true;
            return Ok(value);
        }
        match (name, args) {
            ("inet_aton", [_]) => Ok(Value::integer(21, self.flavor).unsigned(true).nullable(true)),
            ("connection_id", []) if self.mysql() => Ok(Value::integer(21, self.flavor).unsigned(true)),
            ("connection_id", []) => Ok(self.long_integer(10, &[]).unsigned(true)),
            ("crc32", [_]) => Ok(self.long_integer(10, &[]).unsigned(true).nullable(nullable)),
            ("last_insert_id", []) => Ok(Value::integer(21, self.flavor).unsigned(true)),
            ("pi", []) => {
                let mut value = Value::double(self.flavor, Some(6));
                value.length = 8;
                Ok(value)
            }
            ("mod", [left, right]) => self.binary(crate::ast::BinaryOp::Modulo, left.expr, right.expr, span),
            ("abs", [one]) => self.absolute(&one.value, span),
            ("ceil" | "ceiling" | "floor", [one]) => self.whole(&one.value, span),
            ("round", [one]) => self.rounded(one, Some(0), true, span),
            ("round", [one, digits]) => self.rounded(one, digits.number(), true, span),
            ("truncate", [one, digits]) => self.rounded(one, digits.number(), false, span),
            ("coalesce", [_, ..]) => self.coalesce(args, Form::Function, span),
            ("ifnull" | "nvl", [_, _]) if name == "ifnull" || !self.mysql() => {
                self.coalesce(args, Form::Joined, span)
            }
            ("if", [condition, yes, no]) => {
                let values = [yes.value.clone(), no.value.clone()];
                let nullable = values.iter().any(|v| v.nullable) || self.doubts(&condition.value);
                Ok(self.join(&values, self.hybrid(), span)?.nullable(nullable))
            }
            ("nullif", [one, _]) => {
                if !self.mysql() {
                    let mut value = one.value.clone();
                    if value.kind.is_text()
                        || matches!(value.form, Form::Column(..)) && value.kind == Kind::Char
                    {
                        value = self.join(&[value], Form::Joined, span)?;
                    }
                    value.form = Form::Joined;
                    return Ok(value.nullable(true));
                }
                if one.value.kind == Kind::Decimal {
                    return Ok(Value { form: Form::Function, ..one.value.clone() }.nullable(true));
                }
                Ok(self.join(std::slice::from_ref(&one.value), Form::Function, span)?.nullable(true))
            }
            ("greatest" | "least", [_, _, ..]) => {
                let texts = args.iter().filter(|a| a.value.kind.is_text()).count();
                let nulls = args.iter().filter(|a| a.value.kind == Kind::Null).count();
                let dates = args.iter().filter(|a| a.value.kind.is_temporal()).count();
                let mixed = texts != 0 && texts + nulls != args.len() || dates != 0 && dates != args.len();
                if mixed || texts == 0 && nulls != 0 {
                    return unknown("the greatest of texts and others", span);
                }
                let values: Vec<Value> = args.iter().map(|a| a.value.clone()).collect();
                Ok(self.join(&values, self.hybrid(), span)?.nullable(nullable))
            }
            _ => match self.text_call(name, args, span)? {
                Some(value) => Ok(value),
                None => self.time_call(name, args, span),
            },
        }
    }

    /// Of what has several values MySQL makes the types of functions.
    pub(super) const fn hybrid(&self) -> Form {
        if self.flavor.is_mysql() { Form::Function } else { Form::Joined }
    }

    /// MariaDB: a condition that may be unknown makes the result one that may be NULL.
    fn doubts(&self, condition: &Value) -> bool {
        !self.mysql() && condition.nullable
    }

    fn coalesce(&self, args: &[Argument<'_>], form: Form, span: Span) -> Outcome<Value> {
        let values: Vec<Value> = args.iter().map(|a| a.value.clone()).collect();
        let form = if self.mysql() { form } else { Form::Joined };
        let value = self.join(&values, form, span)?;
        let always = !self.mysql() && matches!(value.kind, Kind::Geometry(_));
        Ok(value.nullable(always || values.iter().all(|v| v.nullable)))
    }

    pub(super) fn case(
        &self,
        operand: Option<&Expr>,
        whens: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
        span: Span,
    ) -> Outcome<Value> {
        let mut doubts = false;
        if let Some(operand) = operand {
            doubts |= self.doubts(&self.value(operand)?);
        }
        let mut values = Vec::with_capacity(whens.len() + 1);
        for (when, then) in whens {
            doubts |= self.doubts(&self.value(when)?);
            values.push(self.value(then)?);
        }
        if let Some(otherwise) = otherwise {
            values.push(self.value(otherwise)?);
        }
        let nullable = otherwise.is_none() || doubts || values.iter().any(|v| v.nullable);
        Ok(self.join(&values, self.hybrid(), span)?.nullable(nullable))
    }

    fn absolute(&self, value: &Value, span: Span) -> Outcome<Value> {
        let nullable = value.nullable;
        Ok(match value.kind {
            Kind::Decimal => Value::decimal(value.precision(), value.scale(), value.unsigned, Form::Function),
            Kind::Integer(_) => Value::integer(value.length, self.flavor).unsigned(value.unsigned),
            kind if kind.is_real() && value.decimals.is_none() => Value::double(self.flavor, None),
            Kind::Char | Kind::Varchar if !self.evaluated => Value::double(self.flavor, None),
            _ => return unknown("ABS of this type", span),
        }
        .nullable(nullable))
    }

    fn whole(&self, value: &Value, span: Span) -> Outcome<Value> {
        let nullable = value.nullable;
        Ok(match value.kind {
            Kind::Integer(size) if !self.mysql() => {
                let mut own = Value::integer(value.length, self.flavor).unsigned(value.unsigned);
                own.kind = Kind::Integer(size);
                if value.constant {
                    return unknown("a whole number of a literal", span);
                }
                own.form = Form::Joined;
                own
            }
            Kind::Integer(_) => Value::integer(21, self.flavor).unsigned(value.unsigned),
            Kind::Decimal if value.unsigned => return unknown("a whole number of an UNSIGNED DECIMAL", span),
            Kind::Decimal => {
                let whole = value.precision() - u32::from(value.scale());
                if whole > 17 {
                    return unknown("a whole number of many digits", span);
                }
                let length = if self.mysql() { 21 } else { whole + 1 + u32::from(value.scale() > 0) };
                Value::integer(length, self.flavor)
            }
            Kind::Double => {
                let decimals = if self.mysql() { None } else { Some(0) };
                Value::double(self.flavor, decimals)
            }
            _ => return unknown("a whole number of this type", span),
        }
        .nullable(nullable))
    }

    fn rounded(&self, one: &Argument<'_>, digits: Option<i64>, up: bool, span: Span) -> Outcome<Value> {
        let value = &one.value;
        let nullable = value.nullable;
        Ok(match value.kind {
            Kind::Integer(_) if !value.constant => return self.whole(value, span),
            Kind::Decimal if !value.unsigned => {
                let scale = i64::from(value.scale());
                let Some(digits) = digits else {
                    return unknown("ROUND to a number of digits that is not written", span);
                };
                let digits = digits.max(0);
                if digits > scale {
                    return unknown("ROUND to more digits than there are", span);
                }
                if digits == scale {
                    let precision = value.precision();
                    return if up && digits == 0 {
                        unknown("ROUND of a whole DECIMAL", span)
                    } else {
                        Ok(Value::decimal(precision, value.scale(), false, Form::Function).nullable(nullable))
                    };
                }
                let kept = u8::try_from(digits).unwrap_or(0);
                let whole = value.precision() - u32::from(value.scale());
                let precision = (whole + u32::from(up) + u32::from(kept)).max(1);
                Value::decimal(precision, kept, false, Form::Function)
            }
            Kind::Double if value.decimals.is_none() => {
                let decimals = match digits {
                    _ if self.mysql() => None,
                    Some(digits @ 0..=15) => u8::try_from(digits).ok(),
                    _ => return unknown("ROUND to this number of digits", span),
                };
                Value::double(self.flavor, decimals)
            }
            _ => return unknown("ROUND of this type", span),
        }
        .nullable(nullable))
    }

    pub(super) fn aggregate(&self, call: &AggregateCall, span: Span) -> Outcome<Value> {
        let name = call.name.as_str();
        let window = call.over.is_some();
        if call.star || name == "count" {
            for arg in &call.args {
                self.value(arg)?;
            }
            return Ok(Value { form: Form::Plain, ..Value::integer(21, self.flavor) });
        }
        let mysql = self.mysql();
        match (name, call.args.as_slice()) {
            ("group_concat", values) => {
                for value in values {
                    if self.value(value)?.text.is_some_and(|t| t.set != *self.connection) {
                        return unknown("GROUP_CONCAT in another character set", span);
                    }
                }
                // The variable's default: 1024 bytes, and 1 MiB.
                let mut value = self.ascii(if mysql { 1024 } else { 262_144 });
                value.kind = Kind::Lob;
                value.form = Form::Plain;
                value.inexact = true;
                Ok(value)
            }
            ("row_number" | "rank" | "dense_rank" | "ntile", _) => {
                let value = Value::integer(21, self.flavor).unsigned(mysql);
                Ok(Value { form: Form::Plain, ..value })
            }
            ("bit_and" | "bit_or" | "bit_xor", [one]) => {
                let value = self.value(one)?;
                if !value.kind.is_integer() {
                    return unknown("the bits of this type", span);
                }
                let mut value = Value::integer(21, self.flavor).unsigned(true);
                value.inexact = true;
                Ok(value)
            }
            ("sum" | "avg", [one]) => self.sum(name == "avg", &self.value(one)?, span),
            (
                "std" | "stddev" | "stddev_pop" | "stddev_samp" | "variance" | "var_pop" | "var_samp",
                [one],
            ) if mysql => {
                self.value(one)?;
                let mut value = Value::double(self.flavor, None).nullable(true);
                value.inexact = true;
                Ok(value)
            }
            ("min" | "max", [one]) => self.extreme(self.value(one)?, window, span),
            ("lag" | "lead" | "first_value" | "last_value", [one]) => {
                let value = self.value(one)?;
                if value.kind == Kind::Lob
                    || !matches!(value.form, Form::Column(..))
                    || value.kind == Kind::Char
                {
                    return unknown("a window function of this type", span);
                }
                let form = if mysql { Form::Plain } else { Form::Joined };
                Ok(Value { form, constant: false, ..value.nullable(true) })
            }
            _ => unknown(format!("the type of {name}()"), span),
        }
    }

    fn sum(&self, average: bool, value: &Value, span: Span) -> Outcome<Value> {
        let mut result = match value.kind {
            Kind::Integer(_) | Kind::Decimal | Kind::Year => {
                let scale = u32::from(value.scale());
                let (precision, scale) = if average {
                    (value.precision() + 4, (scale + 4).min(30))
                } else {
                    (value.precision() + 22, scale)
                };
                Value::decimal(precision, u8::try_from(scale).unwrap_or(30), false, Form::Function)
            }
            kind if kind.is_real() && value.decimals.is_none() => Value::double(self.flavor, None),
            Kind::Char | Kind::Varchar => Value::double(self.flavor, None),
            _ => return unknown("the sum of this type", span),
        };
        result.inexact = value.kind.is_real() || value.kind.is_text();
        Ok(result.nullable(true))
    }

    /// MIN or MAX.
    fn extreme(&self, value: Value, window: bool, span: Span) -> Outcome<Value> {
        let mut value = value.nullable(true);
        value.constant = false;
        if value.kind == Kind::Null
            || value.kind == Kind::Lob && (window || !matches!(value.form, Form::Column(..)))
        {
            return unknown("MIN and MAX of this type", span);
        }
        if window {
            if !matches!(value.form, Form::Column(..)) || value.kind == Kind::Char {
                return unknown("a window function of this type", span);
            }
            value.form = if self.mysql() { Form::Plain } else { Form::Joined };
            return Ok(value);
        }
        use super::Way;
        match value.form {
            Form::Column(_, Way::Referred | Way::Kept) => {
                if value.kind == Kind::Char || value.kind.is_text() && value.kind != Kind::Varchar {
                    return unknown("MIN and MAX of a column of a view", span);
                }
                value.form = if self.mysql() { Form::Plain } else { Form::Joined };
            }
            Form::Column(column, Way::Direct | Way::Summed) => {
                // Beside it, in other expressions, it is a value like others.
                value.form = Form::Column(column, Way::Summed);
            }
            _ => {
                if let Kind::Integer(_) = value.kind {
                    value.kind = Kind::Integer(IntegerSize::BigInt);
                }
                value.form = Form::Joined;
                value.unsigned_literal = false;
            }
        }
        Ok(value)
    }
}
