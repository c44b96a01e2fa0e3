//! Constants of partition bounds: the server prints their value, not what was written.

use super::bare;
use super::literal::is_date;
use crate::ast::{BinaryOp, Expr, ExprKind, Literal, UnaryOp};

/// The value of a constant expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constant {
    /// NULL.
    Null,
    /// An integer.
    Integer(i128),
    /// A string.
    Text(String),
}

/// The value of a constant expression, as far as partition bounds take them: integers with `+ - * DIV %` and a
/// sign, strings, NULL, and TO_DAYS, YEAR and TO_SECONDS of a date. `None` for anything else.
pub fn constant_value(expr: &Expr) -> Option<Constant> {
    match &bare(expr).kind {
        ExprKind::Literal(literal) => match literal {
            Literal::Null => Some(Constant::Null),
            Literal::Bool(value) => Some(Constant::Integer(i128::from(*value))),
            Literal::Integer(digits) => digits.parse().ok().map(Constant::Integer),
            Literal::String { value, .. } => Some(Constant::Text(value.clone())),
            Literal::Temporal { value, .. } => Some(Constant::Text(value.clone())),
            Literal::Hex { bytes, .. } if bytes.len() <= 8 => {
                Some(Constant::Integer(bytes.iter().fold(0, |n, b| n << 8 | i128::from(*b))))
            }
            _ => None,
        },
        ExprKind::Unary { op: UnaryOp::Minus, expr } => {
            Some(Constant::Integer(integer(expr)?.checked_neg()?))
        }
        ExprKind::Binary { op, left, right } => {
            let (left, right) = (integer(left)?, integer(right)?);
            Some(Constant::Integer(match op {
                BinaryOp::Add => left.checked_add(right)?,
                BinaryOp::Subtract => left.checked_sub(right)?,
                BinaryOp::Multiply => left.checked_mul(right)?,
                BinaryOp::IntDivide => left.checked_div(right)?,
                BinaryOp::Modulo => left.checked_rem(right)?,
                _ => return None,
            }))
        }
        ExprKind::Function { schema: None, name, args, .. } => {
            let [arg] = args.as_slice() else { return None };
            let Some(Constant::Text(text)) = constant_value(arg) else { return None };
            let date = text.split_once(' ').map_or(text.as_str(), |(date, _)| date);
            if !is_date(date) {
                return None;
            }
            let days = days(date)?;
            Some(Constant::Integer(match name.value.to_ascii_lowercase().as_str() {
                "to_days" => days,
                "year" => text.get(..4)?.parse().ok()?,
                "to_seconds" => days.checked_mul(86_400)?.checked_add(seconds(&text)?)?,
                _ => return None,
            }))
        }
        _ => None,
    }
}

fn integer(expr: &Expr) -> Option<i128> {
    match constant_value(expr)? {
        Constant::Integer(value) => Some(value),
        _ => None,
    }
}

/// TO_DAYS of a date that exists: days since the year 0 of the proleptic Gregorian calendar.
fn days(date: &str) -> Option<i128> {
    let mut parts = date.split('-').map(|part| part.parse::<i128>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    // As calc_daynr of the server does it.
    let mut days = 365 * year + 31 * (month - 1) + day;
    let leap_years = if month <= 2 {
        year - 1
    } else {
        days -= (month * 4 + 23) / 10;
        year
    };
    Some(days + leap_years / 4 - ((leap_years / 100 + 1) * 3) / 4)
}

fn seconds(text: &str) -> Option<i128> {
    let Some((_, time)) = text.split_once(' ') else { return Some(0) };
    if !super::literal::is_time(time) {
        return None;
    }
    let clock = time.split_once('.').map_or(time, |(clock, _)| clock);
    clock.split(':').try_fold(0, |sum: i128, part| Some(sum * 60 + part.parse::<i128>().ok()?))
}
