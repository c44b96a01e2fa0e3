//! MySQL: constants beside a column of a type that they are converted to, as they are printed then, or refused.

use terp_schema_model::{ColumnType, IntegerSize};

use super::compare::{Operand, column_of, has_fraction, is_datetime, is_plain_integer, is_year, unsure};
use super::literal::{is_date, is_time};
use super::{ColumnRef, ExprContext, ExprError, as_literal, bare};
use crate::ast::{Expr, ExprKind, Literal, UnaryOp};

/// How a constant is printed beside that column in a comparison; `None` where it is not converted.
pub(super) fn constant(
    column: &ColumnRef<'_>,
    constant: &Expr,
    cx: &ExprContext<'_>,
) -> Result<Option<Operand>, ExprError> {
    let literal = as_literal(constant);
    Ok(match column.ty {
        ColumnType::Integer { size: IntegerSize::BigInt, .. } => Some(big_integer(literal, constant)?),
        ColumnType::Year => Some(year(literal, constant)?),
        ColumnType::Time { fsp } => Some(time(column, *fsp, literal, constant)?),
        ColumnType::Date | ColumnType::DateTime { .. } | ColumnType::Timestamp { .. } => {
            Some(date(column, literal, constant, cx)?)
        }
        _ => None,
    })
}

/// A list of values is converted one by one when it is looked through; only some are refused before.
pub(super) fn in_list(column: &ColumnRef<'_>, values: &[&Expr]) -> Result<(), ExprError> {
    if !matches!(column.ty, ColumnType::DateTime { .. } | ColumnType::Timestamp { .. }) {
        return Ok(());
    }
    for value in values {
        match as_literal(value) {
            Some(Literal::Integer(digits)) if is_no_date(digits) && digits != "0" => {
                let message = format!("Incorrect datetime value: '{digits}'");
                return Err(ExprError::refused(1292, message, value.span));
            }
            Some(Literal::Integer(_)) => return Err(unsure(value)),
            _ => {}
        }
    }
    Ok(())
}

/// The zero that a column is compared with where it stands for a condition.
pub(super) fn zero(column: &ColumnRef<'_>) -> Option<String> {
    match column.ty {
        ColumnType::Time { fsp } => Some(time_text(0, 0, 0, 0, *fsp)),
        ColumnType::Date => Some("DATE'0000-00-00'".to_owned()),
        ColumnType::DateTime { fsp } | ColumnType::Timestamp { fsp } => {
            Some(format!("'0000-00-00 00:00:00{}'", fraction(0, *fsp)))
        }
        _ => None,
    }
}

/// Operators that take no geometries and no vectors (1210).
pub(super) fn check_operands(
    operator: &str,
    operands: &[&Expr],
    cx: &ExprContext<'_>,
) -> Result<(), ExprError> {
    let refused = operands.iter().any(|e| match column_of(e, cx).map(|column| column.ty) {
        Some(ColumnType::Vector { .. }) => operator != "<>",
        Some(ColumnType::Geometry { .. }) => !matches!(operator, "=" | "<>" | "<=>"),
        _ => false,
    });
    match operands.first() {
        Some(first) if refused && (cx.resolved || cx.place != super::ExprPlace::Check) => {
            Err(ExprError::refused(1210, format!("Incorrect arguments to {operator}"), first.span))
        }
        _ => Ok(()),
    }
}

/// No CHECK takes a vector (3064).
pub(super) fn check_vectors(expr: &Expr, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    let mut refused = None;
    super::walk(expr, &mut |e| {
        let vector = column_of(e, cx).is_some_and(|column| matches!(column.ty, ColumnType::Vector { .. }));
        if vector && refused.is_none() {
            refused = Some(e);
        }
    });
    let Some(found) = refused.filter(|_| cx.place != super::ExprPlace::View) else { return Ok(()) };
    if cx.place != super::ExprPlace::Check {
        return Err(ExprError::unsupported("a VECTOR column in an expression", found.span));
    }
    let message = "Incorrect type for argument in function CHECK CONSTRAINT.";
    Err(ExprError::refused(3064, message, found.span))
}

fn big_integer(literal: Option<&Literal>, constant: &Expr) -> Result<Operand, ExprError> {
    match literal {
        Some(Literal::Integer(_) | Literal::Bool(_)) => Ok(Operand::Plain),
        Some(Literal::String { value, .. }) if is_plain_integer(value) => Ok(Operand::Text(value.clone())),
        Some(Literal::String { value, .. }) if value.is_empty() => Ok(Operand::Text("0".to_owned())),
        Some(Literal::String { value, .. }) if value.trim().parse::<f64>().is_err() => {
            let message = format!("Truncated incorrect DOUBLE value: '{value}'");
            Err(ExprError::refused(1292, message, constant.span))
        }
        Some(Literal::Decimal(text)) if has_fraction(text) => Ok(Operand::Plain),
        None if is_negative(constant) => {
            negative_integer(constant).map(Operand::Text).ok_or_else(|| unsure(constant))
        }
        _ => Err(unsure(constant)),
    }
}

fn year(literal: Option<&Literal>, constant: &Expr) -> Result<Operand, ExprError> {
    let number = |value: u64| match value {
        1..70 => Operand::Text((2000 + value).to_string()),
        70..100 => Operand::Text((1900 + value).to_string()),
        _ => Operand::Plain,
    };
    match literal {
        Some(Literal::Integer(digits)) => digits.parse().map(number).map_err(|_| unsure(constant)),
        Some(Literal::Bool(value)) => Ok(number(u64::from(*value))),
        Some(Literal::String { value, .. }) => {
            let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
            if is_year(&digits) {
                return Ok(Operand::Text(digits));
            }
            match digits.parse::<u64>() {
                Ok(value @ 1..100) => Ok(number(value)),
                Err(_) => Ok(Operand::Plain),
                Ok(_) => Err(unsure(constant)),
            }
        }
        _ => Err(unsure(constant)),
    }
}

fn time(
    column: &ColumnRef<'_>,
    fsp: u8,
    literal: Option<&Literal>,
    constant: &Expr,
) -> Result<Operand, ExprError> {
    match literal {
        Some(Literal::Temporal { keyword: "TIME", .. }) => Ok(Operand::Plain),
        Some(Literal::String { value, .. }) if value.is_empty() => Ok(Operand::Plain),
        Some(Literal::Integer(digits)) => clock(digits, column, fsp, constant),
        Some(Literal::Bool(value)) => clock(if *value { "1" } else { "0" }, column, fsp, constant),
        Some(Literal::String { value, .. }) => {
            let full = [value.clone(), format!("{value}:00")];
            if let Some(text) = full.iter().find(|text| is_time(text) && !text.contains('.')) {
                return Ok(Operand::Text(format!("TIME'{text}{}'", fraction(0, fsp))));
            }
            if value.bytes().all(|b| b.is_ascii_digit()) {
                return clock(value, column, fsp, constant);
            }
            if is_date(value) || !value.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == ' ') {
                return Err(wrong_value("time", value, column, constant));
            }
            Err(unsure(constant))
        }
        _ => Err(unsure(constant)),
    }
}

/// The time that a number of the form HHMMSS is.
fn clock(digits: &str, column: &ColumnRef<'_>, fsp: u8, constant: &Expr) -> Result<Operand, ExprError> {
    let value: u64 = digits.parse().map_err(|_| unsure(constant))?;
    let (hours, minutes, seconds) = (value / 10_000, value / 100 % 100, value % 100);
    if hours > 838 || minutes > 59 || seconds > 59 {
        return Err(wrong_value("time", digits, column, constant));
    }
    Ok(Operand::Text(time_text(hours, minutes, seconds, 0, fsp)))
}

fn time_text(hours: u64, minutes: u64, seconds: u64, micros: u32, fsp: u8) -> String {
    format!("TIME'{hours:02}:{minutes:02}:{seconds:02}{}'", fraction(micros, fsp))
}

fn fraction(micros: u32, fsp: u8) -> String {
    if fsp == 0 {
        return String::new();
    }
    let digits = format!("{micros:06}");
    format!(".{}", digits.get(..usize::from(fsp)).unwrap_or(&digits))
}

fn date(
    column: &ColumnRef<'_>,
    literal: Option<&Literal>,
    constant: &Expr,
    cx: &ExprContext<'_>,
) -> Result<Operand, ExprError> {
    let what = if *column.ty == ColumnType::Date { "date" } else { "datetime" };
    match literal {
        Some(Literal::String { value, .. }) if is_date(value) || is_datetime(value) => Ok(Operand::Plain),
        Some(Literal::String { value, .. })
            if value.len() < 6 || !value.starts_with(|c: char| c.is_ascii_digit() || c == ' ') =>
        {
            Err(wrong_value(what, value, column, constant))
        }
        Some(Literal::Temporal { .. }) => Ok(Operand::Plain),
        Some(Literal::Integer(digits)) if digits == "0" => {
            zero(column).map(Operand::Text).ok_or_else(|| unsure(constant))
        }
        Some(Literal::Integer(digits)) if is_no_date(digits) => {
            Err(wrong_value(what, digits, column, constant))
        }
        Some(Literal::Bool(true)) => Err(wrong_value(what, "1", column, constant)),
        Some(Literal::Decimal(text)) if text.parse::<f64>().is_ok_and(|n| (1.0..101.0).contains(&n)) => {
            Err(wrong_value(what, text, column, constant))
        }
        Some(Literal::Integer(digits)) => match date_of_number(digits) {
            Some(date) if *column.ty == ColumnType::Date => Ok(Operand::Text(format!("DATE'{date}'"))),
            Some(date) => {
                let fsp = column.ty.fsp().unwrap_or(0);
                Ok(Operand::Text(format!("'{date} 00:00:00{}'", fraction(0, fsp))))
            }
            None => Err(unsure(constant)),
        },
        Some(_) => Err(unsure(constant)),
        None if is_number(constant) => Err(unsure(constant)),
        None if cx.place == super::ExprPlace::Check => Err(unsure(constant)),
        None => Ok(Operand::Plain),
    }
}

/// Numbers below 101 are no date, the first that has a month and a day.
fn is_no_date(digits: &str) -> bool {
    digits.parse::<u64>().is_ok_and(|n| n < 101)
}

fn wrong_value(what: &str, value: &str, column: &ColumnRef<'_>, constant: &Expr) -> ExprError {
    let message = format!("Incorrect {what} value: '{value}' for column '{}' at row 1", column.name);
    ExprError::refused(1292, message, constant.span)
}

/// The date that 20200131 is.
fn date_of_number(digits: &str) -> Option<String> {
    if digits.len() != 8 {
        return None;
    }
    let date = format!("{}-{}-{}", digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?);
    is_date(&date).then_some(date)
}

fn negative_integer(expr: &Expr) -> Option<String> {
    match &bare(expr).kind {
        ExprKind::Unary { expr, .. } => match as_literal(expr)? {
            Literal::Integer(digits) if is_plain_integer(digits) && digits != "0" => {
                Some(format!("-{digits}"))
            }
            _ => None,
        },
        _ => None,
    }
}

fn is_negative(expr: &Expr) -> bool {
    matches!(&bare(expr).kind, ExprKind::Unary { op: UnaryOp::Minus, expr } if as_literal(expr).is_some())
}

fn is_number(expr: &Expr) -> bool {
    matches!(bare(expr).kind, ExprKind::Binary { .. } | ExprKind::Unary { .. })
}
