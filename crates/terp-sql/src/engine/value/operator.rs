//! Operators.

use super::collation::{Strength, Text};
use super::{Form, Kind, Outcome, Typer, Value, unknown};
use crate::Span;
use crate::ast::{BinaryOp, Expr, Ident, UnaryOp};
use crate::expr::bare;

/// What an operator computes with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Integer,
    Decimal,
    Real,
}

impl Typer<'_> {
    pub(super) fn unary(&self, op: UnaryOp, inner: &Expr, span: Span) -> Outcome<Value> {
        let value = self.value(inner)?;
        match op {
            UnaryOp::Plus => Ok(value),
            UnaryOp::Not | UnaryOp::Bang => Ok(Value::truth(self.flavor, value.nullable)),
            UnaryOp::BitNot => self.bits(&[value], span),
            UnaryOp::Binary => self.to_bytes(&value, None, span),
            UnaryOp::Minus => self.negative(value, span),
        }
    }

    fn negative(&self, value: Value, span: Span) -> Outcome<Value> {
        if value.kind == Kind::Null || value.kind.is_temporal() {
            return unknown("the negative of this type", span);
        }
        let nullable = value.nullable;
        let constant = value.constant;
        let mut result = match self.class(&value, span)? {
            Class::Real if value.decimals.is_some() && value.kind.is_real() => {
                return unknown("the negative of FLOAT(n,d) or DOUBLE(n,d)", span);
            }
            Class::Real => self.real_result(&[value]).nullable(nullable),
            Class::Decimal => {
                let mut result = Value::decimal(value.precision(), value.scale(), false, Form::Function);
                result.nullable = nullable;
                // By way of a view it is longer on MariaDB.
                result.inexact = !self.mysql();
                result
            }
            Class::Integer => {
                if constant && value.form != Form::Plain {
                    return unknown("the negative of a constant expression", span);
                }
                // One digit more than a signed integer holds, and it becomes a DECIMAL.
                if constant && value.unsigned {
                    return unknown("the negative of this number", span);
                }
                let length = match self.mysql() {
                    true if value.length == 1 => 2,
                    true => value.length + u32::from(value.unsigned),
                    // The sign that is there, and one more.
                    false => value.length + 1,
                };
                Value::integer(length, self.flavor).nullable(nullable)
            }
        };
        result.constant = constant;
        Ok(result)
    }

    pub(super) fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Outcome<Value> {
        use BinaryOp::{
            Add, And, BitAnd, BitOr, BitXor, Concat, Divide, Eq, Ge, Gt, IntDivide, JsonExtract,
            JsonUnquoteExtract, Le, Lt, MemberOf, Modulo, Multiply, Ne, NullSafeEq, Or, ShiftLeft,
            ShiftRight, SoundsLike, Subtract, Xor,
        };
        match op {
            Or | Xor | And | Eq | Ne | Lt | Le | Gt | Ge | SoundsLike => self.condition(&[left, right]),
            NullSafeEq => {
                self.condition(&[left, right])?;
                Ok(Value::truth(self.flavor, false))
            }
            _ => {
                let values = [self.value(left)?, self.value(right)?];
                let constant = values.iter().all(|v| v.constant);
                let mut value = match op {
                    BitOr | BitAnd | BitXor | ShiftLeft | ShiftRight => self.bits(&values, span)?,
                    Add | Subtract | Multiply | Divide | IntDivide | Modulo => {
                        if self.evaluated
                            && matches!(op, Divide | IntDivide | Modulo)
                            && !self.is_safe_divisor(right)
                        {
                            return unknown("a division whose divisor may be zero", span);
                        }
                        self.arithmetic(op, &values, span)?
                    }
                    Concat => self.concat(&values, span)?,
                    MemberOf => Value::truth(self.flavor, true),
                    JsonExtract => return Ok(self.json(true)),
                    JsonUnquoteExtract => return self.long_json_text(span),
                    _ => return unknown("the type of this operator", span),
                };
                value.constant = constant;
                Ok(value)
            }
        }
    }

    /// Whether an operand is a literal other than zero.
    fn is_safe_divisor(&self, expr: &Expr) -> bool {
        use crate::ast::{ExprKind, Literal};
        match &bare(expr).kind {
            ExprKind::Literal(Literal::Integer(text) | Literal::Decimal(text)) => {
                text.bytes().any(|b| matches!(b, b'1'..=b'9'))
            }
            _ => false,
        }
    }

    /// What an operand is computed as.
    pub(super) fn class(&self, value: &Value, span: Span) -> Outcome<Class> {
        if value.inexact && value.kind.is_integer() {
            return unknown("a computation with this function", span);
        }
        Ok(match value.kind {
            Kind::Integer(_) | Kind::Year | Kind::Bit => Class::Integer,
            Kind::Decimal => Class::Decimal,
            Kind::Float | Kind::Double => Class::Real,
            // An ENUM is a number to MariaDB.
            Kind::Enum | Kind::Set if !self.mysql() => return unknown("an ENUM or SET as a number", span),
            Kind::Char | Kind::Varchar | Kind::Lob | Kind::Enum | Kind::Set => {
                if value.constant {
                    return unknown("a text as a number", span);
                }
                if value.text.as_ref().is_some_and(Text::is_binary) {
                    return unknown("bytes as a number", span);
                }
                if self.evaluated {
                    return unknown("a text as a number", span);
                }
                Class::Real
            }
            Kind::Date | Kind::Time | Kind::DateTime | Kind::Timestamp => {
                if value.fsp() > 0 {
                    Class::Decimal
                } else {
                    Class::Integer
                }
            }
            Kind::Null | Kind::Json | Kind::Geometry(_) => return unknown("a number of this type", span),
        })
    }

    /// Digits in all and after the point of an operand that is computed exactly.
    fn digits(value: &Value) -> (u32, u8) {
        let whole = match value.kind {
            Kind::Date => 8,
            Kind::Time => 7,
            Kind::DateTime | Kind::Timestamp => 14,
            _ => return (value.precision(), value.scale()),
        };
        (whole + u32::from(value.fsp()), value.fsp())
    }

    fn arithmetic(&self, op: BinaryOp, values: &[Value; 2], span: Span) -> Outcome<Value> {
        let [left, right] = values;
        let classes = [self.class(left, span)?, self.class(right, span)?];
        let nullable = left.nullable || right.nullable;
        let divides = matches!(op, BinaryOp::Divide | BinaryOp::IntDivide | BinaryOp::Modulo);
        let exact = !classes.contains(&Class::Real);
        let decimal = exact && (op == BinaryOp::Divide || classes != [Class::Integer; 2]);
        let unsigned = match op {
            // A DECIMAL has no sign where no operand has one.
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide if decimal => {
                left.unsigned && right.unsigned
            }
            BinaryOp::Modulo => left.unsigned,
            BinaryOp::Subtract if self.sql_mode.no_unsigned_subtraction => false,
            _ => left.unsigned || right.unsigned,
        };
        if self.mixes_temporal(values) && op != BinaryOp::Add && op != BinaryOp::Subtract {
            return unknown("a date that is multiplied or divided", span);
        }
        let ([left_all, right_all], [left_scale, right_scale]) = {
            let (left, right) = (Self::digits(left), Self::digits(right));
            ([left.0, right.0], [left.1, right.1])
        };
        let scale = left_scale.max(right_scale);
        let whole = (left_all.saturating_sub(u32::from(left_scale)))
            .max(right_all.saturating_sub(u32::from(right_scale)));
        let result = if op == BinaryOp::IntDivide {
            let plain = left.kind == Kind::Double && left.decimals.is_none() || left.kind.is_text();
            let length = match classes[0] {
                Class::Real if !plain => {
                    return unknown("a whole division of FLOAT or DOUBLE(n,d)", span);
                }
                Class::Real => 21,
                _ => left_all.saturating_sub(u32::from(left_scale)).max(1),
            };
            if self.mysql() && classes != [Class::Integer; 2] && classes[0] != Class::Real {
                return unknown("the type of this division", span);
            }
            let length = length + u32::from(self.mysql() && !unsigned);
            Value::integer(length, self.flavor).unsigned(unsigned)
        } else if classes.contains(&Class::Real) {
            match op {
                BinaryOp::Modulo if left.unsigned => {
                    return unknown("the rest of a division of UNSIGNED by DOUBLE", span);
                }
                _ if values.iter().any(|v| v.kind.is_real() && v.decimals.is_some())
                    && values.iter().any(|v| v.unsigned) =>
                {
                    return unknown("UNSIGNED beside FLOAT(n,d) or DOUBLE(n,d)", span);
                }
                BinaryOp::Add | BinaryOp::Subtract => self.real_result(values),
                _ if values.iter().all(|v| v.kind.is_real() && v.decimals.is_some() || v.scale() > 0)
                    || values.iter().any(|v| v.kind.is_real() && v.decimals.is_some()) && divides =>
                {
                    return unknown("a product or quotient of DOUBLE(n,d)", span);
                }
                _ => self.real_result(values),
            }
        } else if op == BinaryOp::Divide {
            let scale = (u32::from(left_scale) + 4).min(30);
            let precision = left_all + u32::from(right_scale) + 4;
            Value::decimal(precision, u8::try_from(scale).unwrap_or(30), unsigned, Form::Function)
        } else {
            let (precision, scale) = match op {
                BinaryOp::Multiply => (left_all + right_all, left_scale.saturating_add(right_scale)),
                // MySQL makes room for a sign that it does not have.
                BinaryOp::Modulo => {
                    let room = u32::from(unsigned && self.mysql());
                    (left_all.max(right_all) + room, scale)
                }
                _ => (whole + 1 + u32::from(scale), scale),
            };
            if classes == [Class::Integer; 2] {
                Value::integer(precision + u32::from(!unsigned), self.flavor).unsigned(unsigned)
            } else {
                if scale > 30 {
                    return unknown("a product of many digits", span);
                }
                Value::decimal(precision, scale, unsigned, Form::Function)
            }
        };
        Ok(result.nullable(nullable || divides))
    }

    fn mixes_temporal(&self, values: &[Value]) -> bool {
        values.iter().any(|v| v.kind.is_temporal())
    }

    /// A DOUBLE with as many digits after the point as the operand with the most, if all have a fixed number.
    pub(super) fn real_result(&self, values: &[Value]) -> Value {
        let fixed = |value: &Value| match value.kind {
            kind if kind.is_real() => value.decimals,
            Kind::Decimal => Some(value.scale()),
            Kind::Integer(_) | Kind::Year | Kind::Bit => Some(0),
            _ => None,
        };
        let mut decimals = Some(0);
        for value in values {
            decimals = decimals.zip(fixed(value)).map(|(a, b): (u8, u8)| a.max(b));
        }
        Value::double(self.flavor, decimals)
    }

    fn bits(&self, values: &[Value], span: Span) -> Outcome<Value> {
        let mut nullable = false;
        for value in values {
            if value.text.as_ref().is_some_and(Text::is_binary) {
                return unknown("an operator on the bits of bytes", span);
            }
            self.class(value, span)?;
            nullable |= value.nullable;
        }
        Ok(Value::integer(21, self.flavor).unsigned(true).nullable(nullable))
    }

    /// `expr COLLATE name`.
    pub(super) fn collate(&self, inner: &Expr, collation: &Ident) -> Outcome<Value> {
        let value = self.value(inner)?;
        let Some(info) = self.flavor.collation(&collation.value) else {
            return unknown("COLLATE with this collation", collation.span);
        };
        let Some(text) = value.text.clone().filter(|_| value.kind.is_text()) else {
            return unknown("COLLATE of what is no text", inner.span);
        };
        if text.set.charset != info.charset {
            return unknown("COLLATE of another character set", inner.span);
        }
        let set = terp_schema_model::CharacterSet::new(info.charset, info.name);
        let kind = if value.kind == Kind::Lob {
            return unknown("COLLATE of a long text", inner.span);
        } else {
            Kind::Varchar
        };
        let mut result = Value::text(value.length, Text::new(set, Strength::Written, text.ascii));
        result.kind = kind;
        result.constant = value.constant;
        result.nullable = true;
        Ok(result)
    }
}
