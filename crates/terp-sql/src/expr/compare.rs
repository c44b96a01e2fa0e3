//! How literals are printed beside what they are compared or joined with.
//!
//! Resolving an operator, the server converts string constants to the character set that the operands agree on, and
//! constants beside a column of some types to that column's type. SHOW CREATE TABLE shows the constants as converted.

use terp_schema_model::{ColumnType, IntegerSize};

use super::literal::{is_date, is_time};
use super::text_kind::{TextKind, text_kind};
use super::{ColumnRef, ExprContext, ExprError, ExprPlace, as_literal, bare, compare_mysql};
use crate::ast::{Expr, ExprKind, Literal};

/// How an operand is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operand {
    /// As it would be anywhere.
    Plain,
    /// A literal, as a string of that character set.
    Charset(String),
    /// MariaDB: in `convert(.. using charset)`.
    Convert(String),
    /// As this text: a constant of the type of the column beside it.
    Text(String),
}

/// How operands that have to agree on a character set are printed.
pub(super) fn agree(operands: &[&Expr], cx: &ExprContext<'_>) -> Result<Vec<Operand>, ExprError> {
    if unresolved(cx) {
        return Ok(vec![Operand::Plain; operands.len()]);
    }
    let kinds = operands.iter().map(|e| text_kind(e, cx)).collect::<Vec<_>>();
    let plain = || vec![Operand::Plain; operands.len()];
    let literal = |kind: &TextKind| matches!(kind, TextKind::Literal(_));
    let mariadb = cx.flavor.is_mariadb();
    let text = kinds.iter().any(|k| matches!(k, TextKind::Text(_) | TextKind::Literal(_) | TextKind::Unsure));
    let gives_way = |(e, kind): (&&Expr, &TextKind)| *kind == TextKind::Soft && (mariadb || is_constant(e));
    let soft = operands.iter().zip(&kinds).any(gives_way);
    if !text || !mariadb && !soft && !kinds.iter().any(literal) {
        return Ok(plain());
    }
    let mut charsets = kinds
        .iter()
        .filter_map(|k| match k {
            TextKind::Text(charset) => Some(charset.as_str()),
            _ => None,
        })
        .collect::<Vec<_>>();
    charsets.sort_unstable();
    charsets.dedup();
    let unsure = |span| ExprError::unsupported("strings of several character sets", span);
    let span = operands.first().map(|e| e.span).unwrap_or_default();
    if kinds.contains(&TextKind::Unsure) {
        // MariaDB prints plain literals as they are, and hexadecimal ones only beside numbers.
        let harmless = mariadb && charsets.is_empty() && !kinds.iter().any(literal);
        return if harmless { Ok(plain()) } else { Err(unsure(span)) };
    }
    let target = match charsets.as_slice() {
        [] => {
            let mut introducers = kinds.iter().filter_map(|k| match k {
                TextKind::Literal(introducer) => {
                    Some(introducer.as_deref().unwrap_or(&cx.connection.charset))
                }
                TextKind::Soft => Some(cx.connection.charset.as_str()),
                _ => None,
            });
            let first = introducers.next();
            return if introducers.all(|i| Some(i) == first) { Ok(plain()) } else { Err(unsure(span)) };
        }
        [one] => (*one).to_owned(),
        [narrow, wide @ ("utf8mb3" | "utf8mb4")] if mariadb && *narrow != "binary" => (*wide).to_owned(),
        _ => return Err(unsure(span)),
    };
    let own = |charset: &str| charset == cx.connection.charset;
    if !own(&target) && soft {
        return Err(unsure(span));
    }
    Ok(kinds
        .iter()
        .map(|kind| match kind {
            TextKind::Literal(_) => Operand::Charset(target.clone()),
            TextKind::Text(charset) if mariadb && *charset != target => Operand::Convert(target.clone()),
            _ => Operand::Plain,
        })
        .collect())
}

/// MySQL stores a CHECK, and both servers a view, before they convert anything.
fn unresolved(cx: &ExprContext<'_>) -> bool {
    cx.place.in_query() || cx.flavor.is_mysql() && cx.place == ExprPlace::Check && !cx.resolved
}

/// How the operands of a comparison are printed.
pub(super) fn compared(left: &Expr, right: &Expr, cx: &ExprContext<'_>) -> Result<[Operand; 2], ExprError> {
    if unresolved(cx) {
        return Ok([Operand::Plain, Operand::Plain]);
    }
    if let Some(column) = column_of(left, cx)
        && let Some(text) = constant_beside(&column, right, cx)?
    {
        return Ok([Operand::Plain, text]);
    }
    if let Some(column) = column_of(right, cx)
        && let Some(text) = constant_beside(&column, left, cx)?
    {
        return Ok([text, Operand::Plain]);
    }
    // A string beside a number or a date is converted when the comparison runs, not when it is printed.
    if [left, right].iter().any(|e| is_no_text(e, cx)) {
        return Ok([Operand::Plain, Operand::Plain]);
    }
    let mut operands = agree(&[left, right], cx)?.into_iter();
    Ok([operands.next().unwrap_or(Operand::Plain), operands.next().unwrap_or(Operand::Plain)])
}

/// How the operands of BETWEEN are printed.
pub(super) fn between(
    expr: &Expr,
    low: &Expr,
    high: &Expr,
    cx: &ExprContext<'_>,
) -> Result<[Operand; 3], ExprError> {
    if unresolved(cx) {
        return Ok([Operand::Plain, Operand::Plain, Operand::Plain]);
    }
    let string = |e: &Expr| matches!(as_literal(e), Some(Literal::String { .. }));
    if let Some(column) = column_of(expr, cx)
        && is_constant(low)
        && is_constant(high)
        && let Some(low) = constant_beside(&column, low, cx)?
        && let Some(high) = constant_beside(&column, high, cx)?
    {
        let dates =
            cx.flavor.is_mysql() && !matches!(column.ty, ColumnType::Year | ColumnType::Integer { .. });
        let timestamps = cx.flavor.is_mariadb() && matches!(column.ty, ColumnType::Timestamp { .. });
        if !(timestamps || dates && low == Operand::Plain) {
            return Ok([Operand::Plain, low, high]);
        }
    }
    if !is_no_text(expr, cx) && [low, high].iter().all(|e| !is_no_text(e, cx)) {
        let mut operands = agree(&[expr, low, high], cx)?.into_iter();
        let mut next = || operands.next().unwrap_or(Operand::Plain);
        return Ok([next(), next(), next()]);
    }
    // Two strings beside a number or a date agree on the character set of numbers.
    let numbers = Operand::Charset("latin1".into());
    if cx.flavor.is_mysql() && string(low) && string(high) {
        return Ok([Operand::Plain, numbers.clone(), numbers]);
    }
    Ok([Operand::Plain, Operand::Plain, Operand::Plain])
}

/// How the values of `IN (a, b, ...)` are printed, the operand first.
pub(super) fn in_list(operands: &[&Expr], cx: &ExprContext<'_>) -> Result<Vec<Operand>, ExprError> {
    let Some((expr, values)) = operands.split_first() else { return Ok(Vec::new()) };
    if cx.place.in_query() {
        return Ok(vec![Operand::Plain; operands.len()]);
    }
    if cx.flavor.is_mariadb()
        && let Some(column) = column_of(expr, cx)
        && matches!(column.ty, ColumnType::Year)
    {
        let mut printed = vec![Operand::Plain];
        for value in values {
            printed.push(constant_beside(&column, value, cx)?.unwrap_or(Operand::Plain));
        }
        return Ok(printed);
    }
    if cx.flavor.is_mysql()
        && !unresolved(cx)
        && let Some(column) = column_of(expr, cx)
    {
        compare_mysql::in_list(&column, values)?;
    }
    if operands.iter().any(|e| is_no_text(e, cx)) {
        return Ok(vec![Operand::Plain; operands.len()]);
    }
    agree(operands, cx)
}

/// Whether it is compared as a number or a date is. BIT is one of them, though it is joined with strings as bytes.
fn is_no_text(expr: &Expr, cx: &ExprContext<'_>) -> bool {
    let bits = || column_of(expr, cx).is_some_and(|column| matches!(column.ty, ColumnType::Bit { .. }));
    text_kind(expr, cx) == TextKind::NoText || bits()
}

pub(super) fn column_of<'a>(expr: &Expr, cx: &ExprContext<'a>) -> Option<ColumnRef<'a>> {
    match &bare(expr).kind {
        ExprKind::Name(parts) => cx.columns.resolve(&parts.last()?.value),
        _ => None,
    }
}

/// Without columns and variables.
pub(super) fn is_constant(expr: &Expr) -> bool {
    let mut constant = true;
    super::walk(expr, &mut |e| {
        constant &= !matches!(
            e.kind,
            ExprKind::Name(_) | ExprKind::DefaultOf(_) | ExprKind::Variable(_) | ExprKind::NextValue(_)
        );
    });
    constant
}

/// How a constant is printed beside a column whose type it is converted to, if that is one of those types.
fn constant_beside(
    column: &ColumnRef<'_>,
    constant: &Expr,
    cx: &ExprContext<'_>,
) -> Result<Option<Operand>, ExprError> {
    if !is_constant(constant) {
        return Ok(None);
    }
    let literal = as_literal(constant);
    if matches!(literal, Some(Literal::Null)) {
        return Ok(Some(Operand::Plain));
    }
    if cx.flavor.is_mysql() {
        return compare_mysql::constant(column, constant, cx);
    }
    let unsure = || unsure(constant);
    Ok(match column.ty {
        ColumnType::Integer { size: IntegerSize::BigInt, .. } => Some(match literal {
            Some(Literal::Integer(_) | Literal::Bool(_)) => Operand::Plain,
            Some(Literal::String { value, .. }) if is_plain_integer(value) => Operand::Text(value.clone()),
            Some(Literal::String { value, .. }) if !value.contains(|c: char| c.is_ascii_digit()) => {
                Operand::Text("0".to_owned())
            }
            Some(Literal::Decimal(text)) if has_fraction(text) => Operand::Plain,
            // Items that are no literal are converted on MySQL only.
            None => Operand::Plain,
            _ => return Err(unsure()),
        }),
        ColumnType::Year => Some(match literal {
            Some(Literal::Integer(digits)) => match digits.parse::<u64>() {
                Ok(value @ 1..70) => Operand::Text((2000 + value).to_string()),
                Ok(value @ 70..100) => Operand::Text((1900 + value).to_string()),
                Ok(0 | 100) => Operand::Plain,
                _ if is_year(digits) => Operand::Plain,
                _ => return Err(unsure()),
            },
            Some(Literal::String { value, .. }) if is_year(value) => Operand::Text(value.clone()),
            Some(Literal::String { value, .. }) if !value.contains(|c: char| c.is_ascii_digit()) => {
                Operand::Plain
            }
            _ => return Err(unsure()),
        }),
        ColumnType::Timestamp { .. } if cx.flavor.mariadb_since(11, 0, 0) => {
            if !cx.flavor.mariadb_since(11, 8, 0) {
                return Err(unsure());
            }
            Some(match literal {
                Some(Literal::Temporal { keyword: "TIMESTAMP", value })
                    if is_datetime(value) || value == ZERO_TIME =>
                {
                    timestamp(value)
                }
                Some(Literal::String { value, .. }) if is_date(value) => {
                    timestamp(&format!("{value} 00:00:00"))
                }
                Some(Literal::String { value, .. }) if is_datetime(value) && !value.contains('.') => {
                    timestamp(value)
                }
                Some(Literal::String { value, .. }) if !value.contains(|c: char| c.is_ascii_digit()) => {
                    Operand::Plain
                }
                Some(Literal::Integer(digits)) if digits == "0" => timestamp(ZERO_TIME),
                // No date, and compared as a number.
                Some(Literal::Integer(digits)) if digits.parse::<u64>().is_ok_and(|n| n < 101) => {
                    Operand::Plain
                }
                _ => return Err(unsure()),
            })
        }
        _ => None,
    })
}

const ZERO_TIME: &str = "0000-00-00 00:00:00";

fn timestamp(value: &str) -> Operand {
    Operand::Text(format!("TIMESTAMP/*WITH LOCAL TIME ZONE*/'{value}'"))
}

/// MariaDB: the zero that a column is compared with where it stands for a condition.
pub(super) fn mariadb_zero(expr: &Expr, cx: &ExprContext<'_>) -> String {
    let timestamp = column_of(expr, cx).is_some_and(|c| matches!(c.ty, ColumnType::Timestamp { .. }));
    if timestamp && cx.flavor.mariadb_since(11, 8, 0) && !unresolved(cx) {
        return format!("TIMESTAMP/*WITH LOCAL TIME ZONE*/'{ZERO_TIME}'");
    }
    "0".to_owned()
}

pub(super) fn unsure(constant: &Expr) -> ExprError {
    ExprError::unsupported("a constant that is converted to a column's type", constant.span)
}

pub(super) fn is_plain_integer(text: &str) -> bool {
    let canonical = text == "0" || !text.starts_with('0');
    canonical && (1..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn has_fraction(decimal: &str) -> bool {
    decimal.split_once('.').is_some_and(|(_, fraction)| fraction.bytes().any(|b| b != b'0'))
}

pub(super) fn is_year(text: &str) -> bool {
    text.len() == 4 && text.parse::<u16>().is_ok_and(|year| (1901..=2155).contains(&year))
}

pub(super) fn is_datetime(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(date, time)| is_date(date) && is_time(time))
}
