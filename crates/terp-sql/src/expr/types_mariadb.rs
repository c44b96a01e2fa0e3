//! MariaDB: the types that have nothing in common with numbers and times (4078, 4079).
//!
//! Geometries, addresses, UUIDs and vectors are compared and joined with strings and with themselves.

use terp_schema_model::{ColumnType, GeometryKind, IntegerSize};

use super::text_kind::{TextKind, text_kind};
use super::{ExprContext, ExprError, ExprPlace, as_literal, bare, walk};
use crate::ast::{BinaryOp, Expr, ExprKind, Literal, UnaryOp};

/// Functions whose operands have to agree on a type.
const AGREEING: [&str; 6] = ["coalesce", "greatest", "ifnull", "least", "nullif", "nvl"];

/// Functions of one number.
const OF_NUMBERS: [&str; 6] = ["abs", "ceil", "ceiling", "floor", "round", "truncate"];

/// Refuses operands whose types do not go together. `NOT a` is `a = 0`, and a condition of a value is `a <> 0`.
pub(super) fn check(expr: &Expr, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    if !matches!(cx.place, ExprPlace::Check | ExprPlace::Default | ExprPlace::Generated { .. }) {
        return Ok(());
    }
    let mut refused = Ok(());
    walk(expr, &mut |e| {
        if let Err(error) = check_one(e, cx) {
            // The innermost is resolved first.
            refused = Err(error);
        }
    });
    refused
}

fn check_one(expr: &Expr, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    match &expr.kind {
        ExprKind::Unary { op: UnaryOp::Not | UnaryOp::Bang, expr: operand } => {
            against_integer(operand, "=", cx)
        }
        ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or | BinaryOp::Xor, left, right } => {
            against_integer(left, "<>", cx)?;
            against_integer(right, "<>", cx)
        }
        ExprKind::Binary { op, left, right } => match sign(*op) {
            Some(sign) => pair(left, right, sign, cx),
            None => Ok(()),
        },
        ExprKind::Between { expr, low, high, .. } => {
            pair(expr, low, "between", cx)?;
            pair(expr, high, "between", cx)
        }
        ExprKind::In { expr, list, .. } => {
            let word = if list.len() == 1 { "=" } else { "in" };
            list.iter().try_for_each(|value| pair(expr, value, word, cx))
        }
        ExprKind::Function { schema: None, name, args, .. } => {
            let lower = name.value.to_ascii_lowercase();
            if let Some(word) = AGREEING.iter().find(|known| **known == lower) {
                let word = if *word == "nvl" { "ifnull" } else { word };
                return args.windows(2).try_for_each(|two| pair(&two[0], &two[1], word, cx));
            }
            match (OF_NUMBERS.iter().find(|known| **known == lower), args.first()) {
                (Some(word), Some(arg)) if special(arg, cx).is_some() => {
                    let what = special(arg, cx).unwrap_or_default();
                    let message = format!("Illegal parameter data type {what} for operation '{word}'");
                    Err(ExprError::refused(4079, message, expr.span))
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn pair(left: &Expr, right: &Expr, operation: &str, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    let types = match (special(left, cx), special(right, cx)) {
        (Some(a), None) => number(right, cx).map(|b| (a, b)),
        (None, Some(b)) => number(left, cx).map(|a| (a, b)),
        _ => None,
    };
    match types {
        Some((a, b)) => Err(mismatch(a, b, operation, left)),
        None => Ok(()),
    }
}

fn against_integer(operand: &Expr, operation: &str, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    match special(operand, cx) {
        Some(what) => Err(mismatch(what, "int", operation, operand)),
        None => Ok(()),
    }
}

fn mismatch(a: &str, b: &str, operation: &str, at: &Expr) -> ExprError {
    let message = format!("Illegal parameter data types {a} and {b} for operation '{operation}'");
    ExprError::refused(4078, message, at.span)
}

fn sign(op: BinaryOp) -> Option<&'static str> {
    Some(match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        _ => return op.comparison_sign(),
    })
}

fn special<'a>(expr: &Expr, cx: &ExprContext<'a>) -> Option<&'a str> {
    match &bare(expr).kind {
        ExprKind::Name(parts) => special_type(cx.columns.resolve(&parts.last()?.value)?.ty),
        _ => None,
    }
}

/// The name of a type that numbers and times do not become.
pub(crate) fn special_type(ty: &ColumnType) -> Option<&'static str> {
    Some(match ty {
        ColumnType::Inet4 => "inet4",
        ColumnType::Inet6 => "inet6",
        ColumnType::Uuid => "uuid",
        ColumnType::Vector { .. } => "vector",
        ColumnType::Geometry { kind, .. } => match kind {
            GeometryKind::Point => "point",
            GeometryKind::LineString => "linestring",
            GeometryKind::Polygon => "polygon",
            _ => "geometry",
        },
        _ => return None,
    })
}

/// The server's word for the type of a number or a time; `None` for strings, NULL and special types.
fn number(expr: &Expr, cx: &ExprContext<'_>) -> Option<&'static str> {
    match as_literal(expr) {
        Some(Literal::Null | Literal::String { .. } | Literal::Hex { .. } | Literal::Bits { .. }) => {
            return None;
        }
        Some(Literal::Decimal(_)) => return Some("decimal"),
        Some(Literal::Float(_)) => return Some("double"),
        Some(_) => return Some("int"),
        None => {}
    }
    if let ExprKind::Name(parts) = &bare(expr).kind {
        return number_type(cx.columns.resolve(&parts.last()?.value)?.ty);
    }
    if let ExprKind::Function { schema: None, name, .. } = &bare(expr).kind
        && ["now", "current_timestamp", "localtime", "localtimestamp", "sysdate"]
            .iter()
            .any(|known| name.value.eq_ignore_ascii_case(known))
    {
        return Some("timestamp");
    }
    (text_kind(expr, cx) == TextKind::NoText).then_some("int")
}

/// The name of a type that special types do not become.
pub(crate) fn number_type(ty: &ColumnType) -> Option<&'static str> {
    Some(match ty {
        ColumnType::Integer { size, .. } => match size {
            IntegerSize::TinyInt => "tinyint",
            IntegerSize::SmallInt => "smallint",
            IntegerSize::MediumInt => "mediumint",
            IntegerSize::Int => "int",
            IntegerSize::BigInt => "bigint",
        },
        ColumnType::Decimal { .. } => "decimal",
        ColumnType::Float { double: true, .. } => "double",
        ColumnType::Float { .. } => "float",
        ColumnType::Bit { .. } => "bit",
        ColumnType::Date => "date",
        ColumnType::Time { .. } => "time",
        ColumnType::DateTime { .. } => "datetime",
        ColumnType::Timestamp { .. } => "timestamp",
        ColumnType::Year => "year",
        _ => return None,
    })
}

/// Whether an expression of that type cannot be assigned to a column: a number or a time to a special type or the other way, or
/// one special type to another. From 11.7 on this is asked of generated columns too.
pub(super) fn check_assignment(expr: &Expr, cx: &ExprContext<'_>) -> Result<(), ExprError> {
    let asked = cx.flavor.mariadb_since(11, 0, 0) && matches!(cx.place, ExprPlace::Generated { .. });
    let Some(target) = cx.columns.resolve(cx.object).filter(|_| asked) else { return Ok(()) };
    let refused = match (special(expr, cx), special_type(target.ty)) {
        (Some(from), _) => match &bare(expr).kind {
            ExprKind::Name(parts) => match parts.last().and_then(|p| cx.columns.resolve(&p.value)) {
                Some(source) if !assignable(source.ty, target.ty, true) => Some(from),
                _ => None,
            },
            _ => None,
        },
        (None, Some(_)) => number(expr, cx),
        (None, None) => None,
    };
    match refused {
        Some(from) => {
            let to = special_type(target.ty).or_else(|| number_type(target.ty)).unwrap_or_default();
            let message = format!(
                "Cannot cast '{from}' as '{to}' in assignment of `{}`.`{}`.`{}`",
                cx.schema, cx.table, cx.object
            );
            Err(ExprError::refused(4078, message, expr.span))
        }
        None => Ok(()),
    }
}

/// Whether values of one type become values of the other. `addresses` is whether INET4 and INET6 do.
pub(crate) fn assignable(from: &ColumnType, to: &ColumnType, addresses: bool) -> bool {
    let geometry = |ty: &ColumnType| matches!(ty, ColumnType::Geometry { .. });
    let address = |ty: &ColumnType| matches!(ty, ColumnType::Inet4 | ColumnType::Inet6);
    match (special_type(from), special_type(to)) {
        (Some(a), Some(b)) => {
            a == b || geometry(from) && geometry(to) || addresses && address(from) && address(to)
        }
        (Some(_), None) => number_type(to).is_none(),
        (None, Some(_)) => number_type(from).is_none(),
        (None, None) => true,
    }
}
