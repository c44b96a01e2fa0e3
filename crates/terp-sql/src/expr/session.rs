//! MariaDB: a stored column can't depend on what a session may set.
//!
//! The server refuses (1901) a STORED column whose value would change with `sql_mode`: subtraction of unsigned integers
//! (NO_UNSIGNED_SUBTRACTION), the padding of CHAR (PAD_CHAR_TO_FULL_LENGTH), and fractions of a second that are cut
//! or rounded (TIME_ROUND_FRACTIONAL).

use terp_schema_model::ColumnType;

use super::text_kind::{TextKind, text_kind};
use super::{ColumnRef, ExprContext, ExprError, ExprPlace, as_literal, bare, refuse, walk};
use crate::ast::{BinaryOp, CastTarget, Expr, ExprKind, Literal, TypeKeyword, UnaryOp};

/// Refuses a stored column's expression that depends on sql_mode. `printed` is its text.
pub(super) fn dependent(expr: &Expr, printed: &str, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    if cx.place != (ExprPlace::Generated { stored: true }) {
        return Ok(());
    }
    let target = cx.columns.resolve(cx.object);
    let mut depends = target.is_some_and(|target| rounds(expr, target.ty, cx)) || pads(expr, target, cx);
    walk(expr, &mut |e| {
        depends |= match &e.kind {
            ExprKind::Binary { op: BinaryOp::Subtract, left, right } => {
                matches!(
                    (number(left, cx), number(right, cx)),
                    (Number::Unsigned, Number::Unsigned | Number::Signed)
                        | (Number::Signed, Number::Unsigned)
                )
            }
            ExprKind::Cast { expr, target: CastTarget::Type(ty), .. }
                if matches!(ty.keyword, TypeKeyword::Time | TypeKeyword::DateTime) =>
            {
                let fsp = ty.args.first().copied().unwrap_or(0);
                has_text(expr, cx) || decimals(expr, cx) > fsp
            }
            ExprKind::Function { name, args, .. } => match args.as_slice() {
                [arg] if is_one_of(&name.value, &["time", "timestamp"]) => {
                    has_text(arg, cx) || decimals(arg, cx) > 0
                }
                _ => false,
            },
            _ => false,
        };
    });
    if depends { Err(refuse::mariadb_expression(printed, expr.span, cx)) } else { Ok(()) }
}

#[derive(PartialEq, Eq)]
enum Number {
    Unsigned,
    Signed,
    /// Decimals, floating-point numbers, and what is no number.
    NoInteger,
}

fn number(expr: &Expr, cx: &ExprContext<'_>) -> Number {
    let unsigned_if = |unsigned: bool| if unsigned { Number::Unsigned } else { Number::Signed };
    match &bare(expr).kind {
        ExprKind::Literal(Literal::Integer(digits)) => match digits.parse::<u64>() {
            Ok(value) => unsigned_if(i64::try_from(value).is_err()),
            Err(_) => Number::NoInteger,
        },
        ExprKind::Literal(Literal::Bool(_)) => Number::Signed,
        ExprKind::Literal(_) => Number::NoInteger,
        ExprKind::Name(_) => match column(expr, cx).map(|column| column.ty) {
            Some(ColumnType::Integer { unsigned, .. }) => unsigned_if(*unsigned),
            Some(ColumnType::Bit { .. } | ColumnType::Year) => Number::Unsigned,
            _ => Number::NoInteger,
        },
        ExprKind::Cast { target: CastTarget::Unsigned, .. } => Number::Unsigned,
        ExprKind::Cast { target: CastTarget::Signed, .. } => Number::Signed,
        ExprKind::Unary { op: UnaryOp::BitNot, .. } => Number::Unsigned,
        ExprKind::Unary { .. } => Number::Signed,
        ExprKind::Binary { op, left, right } => {
            use BinaryOp::*;
            let (left, right) = (number(left, cx), number(right, cx));
            match op {
                BitOr | BitAnd | BitXor | ShiftLeft | ShiftRight => Number::Unsigned,
                Add | Subtract | Multiply if left == Number::NoInteger || right == Number::NoInteger => {
                    Number::NoInteger
                }
                Add | Subtract | Multiply | IntDivide => {
                    unsigned_if(left == Number::Unsigned || right == Number::Unsigned)
                }
                Modulo => left,
                Divide => Number::NoInteger,
                _ => Number::Signed,
            }
        }
        ExprKind::Function { name, args, .. } => match args.first() {
            Some(first)
                if is_one_of(
                    &name.value,
                    &["abs", "ceil", "ceiling", "floor", "mod", "nullif", "round", "truncate"],
                ) =>
            {
                number(first, cx)
            }
            Some(_) if is_one_of(&name.value, &["crc32", "crc32c", "inet_aton"]) => Number::Unsigned,
            _ => Number::Signed,
        },
        _ => Number::Signed,
    }
}

/// Whether the padding of a CHAR column reaches the result.
fn pads(expr: &Expr, target: Option<ColumnRef<'_>>, cx: &ExprContext<'_>) -> bool {
    if is_char(expr, cx) {
        return target
            .is_some_and(|target| matches!(target.ty, ColumnType::Varchar { .. } | ColumnType::Text { .. }));
    }
    let mut found = false;
    let mut waiting = vec![(expr, false)];
    while let Some((e, in_condition)) = waiting.pop() {
        let e = bare(e);
        // Against a number the column is one itself, but for a part of a condition.
        let constant = |e: &Expr| super::compare::is_constant(e) && (in_condition || !is_number(e));
        let hidden = match &e.kind {
            ExprKind::Binary { op, left, right } => match op {
                // As a condition a column is compared with zero.
                BinaryOp::And | BinaryOp::Or => {
                    let parts = [left, right].into_iter().map(|e| &**e).filter(|e| !is_char(e, cx));
                    waiting.extend(parts.map(|part| (part, true)));
                    true
                }
                _ => {
                    refuse::is_comparison(*op)
                        && (is_char(left, cx) && constant(right) || is_char(right, cx) && constant(left))
                }
            },
            ExprKind::In { expr, list, .. } => {
                matches!(list.as_slice(), [one] if is_char(expr, cx) && constant(one))
            }
            // The blanks at the end don't matter where anything may follow.
            ExprKind::Like { expr, pattern, .. } => {
                let open = matches!(as_literal(pattern), Some(Literal::String { value, .. }) if value.ends_with('%'));
                is_char(expr, cx) && open
            }
            ExprKind::Function { name, args, .. } => {
                is_one_of(&name.value, &["rtrim"]) && args.first().is_some_and(|arg| is_char(arg, cx))
            }
            ExprKind::Trim { side, remove, expr } => {
                let blanks = match remove.as_deref() {
                    None => *side != Some("LEADING"),
                    Some(remove) => {
                        let blank =
                            matches!(as_literal(remove), Some(Literal::String { value, .. }) if value == " ");
                        blank && *side != Some("LEADING")
                    }
                };
                is_char(expr, cx) && blanks
            }
            _ => false,
        };
        if hidden {
            continue;
        }
        if is_char(e, cx) {
            found = true;
            break;
        }
        walk::children(e, &mut |child| waiting.push((child, false)));
    }
    found
}

fn is_number(expr: &Expr) -> bool {
    match &bare(expr).kind {
        ExprKind::Literal(literal) => matches!(
            literal,
            Literal::Integer(_) | Literal::Decimal(_) | Literal::Float(_) | Literal::Bool(_)
        ),
        ExprKind::Unary { op: UnaryOp::Minus, expr } => is_number(expr),
        _ => false,
    }
}

/// Whether fractions of a second are lost in a column of that type.
fn rounds(expr: &Expr, target: &ColumnType, cx: &ExprContext<'_>) -> bool {
    let Some(fsp) = target.fsp() else { return false };
    if as_literal(expr).is_some_and(|literal| matches!(literal, Literal::String { .. })) {
        return false;
    }
    fsp < 6 && (has_text(expr, cx) || decimals(expr, cx) > u64::from(fsp))
}

fn has_text(expr: &Expr, cx: &ExprContext<'_>) -> bool {
    as_literal(expr).is_none() && text_kind(expr, cx) != TextKind::NoText
}

/// How many digits a number or a time has after the point.
fn decimals(expr: &Expr, cx: &ExprContext<'_>) -> u64 {
    match &bare(expr).kind {
        ExprKind::Literal(Literal::Decimal(text)) => {
            text.split_once('.').map_or(0, |(_, fraction)| fraction.len() as u64)
        }
        ExprKind::Literal(Literal::Float(_)) => 31,
        ExprKind::Name(_) => match column(expr, cx).map(|column| column.ty) {
            Some(ColumnType::Decimal { scale, .. }) => u64::from(*scale),
            Some(
                ColumnType::Float { .. }
                | ColumnType::Char { .. }
                | ColumnType::Varchar { .. }
                | ColumnType::Text { .. },
            ) => 31,
            Some(ty) => u64::from(ty.fsp().unwrap_or(0)),
            None => 0,
        },
        ExprKind::IntervalAdd { expr, .. } => decimals(expr, cx),
        ExprKind::Unary { op: UnaryOp::Minus, expr } => decimals(expr, cx),
        ExprKind::Binary { op, left, right } => {
            let (left, right) = (decimals(left, cx), decimals(right, cx));
            match op {
                BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Modulo => left.max(right),
                BinaryOp::Multiply => left + right,
                // div_precision_increment
                BinaryOp::Divide => left + 4,
                _ => 0,
            }
        }
        ExprKind::Function { name, args, .. } => {
            let results = match name.value.to_ascii_lowercase().as_str() {
                "abs" | "ifnull" | "coalesce" => args.as_slice(),
                "if" => args.get(1..).unwrap_or_default(),
                _ => &[],
            };
            results.iter().map(|arg| decimals(arg, cx)).max().unwrap_or(0)
        }
        ExprKind::Cast { target: CastTarget::Type(ty), .. } => match (ty.keyword, ty.args.as_slice()) {
            (TypeKeyword::Decimal, [_, scale]) => *scale,
            (TypeKeyword::Time | TypeKeyword::DateTime, [fsp]) => *fsp,
            _ => 0,
        },
        _ => 0,
    }
}

fn is_char(expr: &Expr, cx: &ExprContext<'_>) -> bool {
    column(expr, cx).is_some_and(|column| matches!(column.ty, ColumnType::Char { .. }))
}

fn column<'a>(expr: &Expr, cx: &ExprContext<'a>) -> Option<ColumnRef<'a>> {
    match &bare(expr).kind {
        ExprKind::Name(parts) => cx.columns.resolve(&parts.last()?.value),
        _ => None,
    }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|n| n.eq_ignore_ascii_case(name))
}
