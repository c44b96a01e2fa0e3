//! What a partitioning expression gives, and whether it gives the same in every session.

use terp_schema_model::{ColumnType, Table};

use super::super::Context;
use super::function::bare;
use crate::ast::{BinaryOp, Expr, ExprKind, Literal, UnaryOp};
use crate::expr::walk;

/// What an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer {
        unsigned: bool,
    },
    Decimal {
        whole_digits: u8,
        unsigned: bool,
    },
    Float,
    Text,
    /// A date or time.
    Clock {
        fsp: u8,
    },
}

pub(super) fn column_kind(cx: &Context<'_>, ty: &ColumnType) -> Kind {
    match ty {
        ColumnType::Integer { unsigned, .. } => Kind::Integer { unsigned: *unsigned },
        ColumnType::Bit { .. } | ColumnType::Year => Kind::Integer { unsigned: true },
        ColumnType::Decimal { precision, scale, unsigned, .. } => {
            Kind::Decimal { whole_digits: precision.saturating_sub(*scale), unsigned: *unsigned }
        }
        ColumnType::Float { .. } => Kind::Float,
        ColumnType::Date => Kind::Clock { fsp: 0 },
        ColumnType::Time { fsp } | ColumnType::DateTime { fsp } | ColumnType::Timestamp { fsp } => {
            Kind::Clock { fsp: *fsp }
        }
        // MariaDB counts with the numbers of an ENUM and a SET.
        ColumnType::Enum { .. } | ColumnType::Set { .. } if cx.flavor.is_mariadb() => {
            Kind::Integer { unsigned: true }
        }
        _ => Kind::Text,
    }
}

/// An operand of arithmetic: dates and times count as numbers, text as floating-point ones.
const fn numeric(kind: Kind) -> Kind {
    match kind {
        Kind::Text => Kind::Float,
        Kind::Clock { fsp: 0 } => Kind::Integer { unsigned: false },
        Kind::Clock { .. } => Kind::Decimal { whole_digits: 14, unsigned: false },
        other => other,
    }
}

const fn is_unsigned(kind: Kind) -> bool {
    matches!(kind, Kind::Integer { unsigned: true } | Kind::Decimal { unsigned: true, .. })
}

pub(super) fn kind(cx: &Context<'_>, table: &Table, expr: &Expr) -> Kind {
    let of = |e: &Expr| kind(cx, table, e);
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Unary { op: UnaryOp::Plus, expr: inner } => of(inner),
        ExprKind::Name(parts) => {
            let column = parts.last().and_then(|name| table.column(&name.value));
            column.map_or(Kind::Text, |column| column_kind(cx, &column.ty))
        }
        ExprKind::Literal(Literal::Integer(digits)) => match digits.parse::<u64>() {
            Ok(value) => Kind::Integer { unsigned: i64::try_from(value).is_err() },
            Err(_) => Kind::Decimal { whole_digits: u8::MAX, unsigned: false },
        },
        ExprKind::Literal(Literal::Bool(_)) => Kind::Integer { unsigned: false },
        ExprKind::Literal(Literal::Decimal(digits)) => {
            let whole = digits.split('.').next().unwrap_or_default().trim_start_matches('0').len();
            Kind::Decimal { whole_digits: u8::try_from(whole).unwrap_or(u8::MAX), unsigned: false }
        }
        ExprKind::Literal(Literal::Float(_) | Literal::Null) => Kind::Float,
        ExprKind::Unary { expr: inner, .. } => match numeric(of(inner)) {
            Kind::Integer { .. } => Kind::Integer { unsigned: false },
            Kind::Decimal { whole_digits, .. } => Kind::Decimal { whole_digits, unsigned: false },
            other => other,
        },
        ExprKind::Binary { op, left, right } => binary_kind(cx, *op, numeric(of(left)), numeric(of(right))),
        ExprKind::Extract { .. } => Kind::Integer { unsigned: false },
        ExprKind::Function { name, args, .. } => {
            let first = args.first().map_or(Kind::Text, of);
            function_kind(cx, &name.value.to_ascii_lowercase(), first, args.get(1).map(of))
        }
        _ => Kind::Text,
    }
}

fn binary_kind(cx: &Context<'_>, op: BinaryOp, left: Kind, right: Kind) -> Kind {
    let either = is_unsigned(left) || is_unsigned(right);
    match op {
        BinaryOp::IntDivide => Kind::Integer { unsigned: either },
        _ if left == Kind::Float || right == Kind::Float => Kind::Float,
        _ => match (left, right) {
            (Kind::Integer { unsigned }, Kind::Integer { .. }) => Kind::Integer {
                unsigned: match op {
                    BinaryOp::Modulo => unsigned,
                    BinaryOp::Subtract if cx.session.sql_mode.no_unsigned_subtraction => false,
                    _ => either,
                },
            },
            _ => Kind::Decimal { whole_digits: u8::MAX, unsigned: either },
        },
    }
}

fn function_kind(cx: &Context<'_>, name: &str, first: Kind, second: Option<Kind>) -> Kind {
    match name {
        "abs" => numeric(first),
        "mod" => binary_kind(cx, BinaryOp::Modulo, numeric(first), numeric(second.unwrap_or(Kind::Text))),
        "floor" | "ceiling" | "ceil" => match numeric(first) {
            Kind::Decimal { whole_digits, unsigned } if whole_digits < 20 => {
                Kind::Integer { unsigned: unsigned && cx.flavor.is_mariadb() }
            }
            other => other,
        },
        "unix_timestamp" => match first {
            Kind::Clock { fsp: 0 } => Kind::Integer { unsigned: false },
            _ => Kind::Decimal { whole_digits: 12, unsigned: false },
        },
        "from_days" => Kind::Clock { fsp: 0 },
        "year" => Kind::Integer { unsigned: cx.flavor.is_mysql() },
        _ => Kind::Integer { unsigned: false },
    }
}

/// What a function of dates must be given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    Date,
    Time,
    DateTime,
    Timestamp,
    Never,
}

fn required_clock(name: &str) -> Option<Clock> {
    Some(match name {
        "datediff" | "day" | "dayofmonth" | "dayofweek" | "dayofyear" | "month" | "quarter" | "to_days"
        | "to_seconds" | "weekday" | "year" | "yearweek" => Clock::Date,
        "hour" | "microsecond" | "minute" | "second" | "time_to_sec" => Clock::Time,
        "unix_timestamp" => Clock::Timestamp,
        _ => return None,
    })
}

fn required_by_unit(unit: &str) -> Clock {
    match unit {
        "YEAR" | "YEAR_MONTH" | "QUARTER" | "MONTH" | "DAY" => Clock::Date,
        "DAY_HOUR" | "DAY_MINUTE" | "DAY_SECOND" | "DAY_MICROSECOND" => Clock::DateTime,
        "WEEK" => Clock::Never,
        _ => Clock::Time,
    }
}

fn has_clock(table: &Table, expr: &Expr, required: Clock) -> bool {
    let expr = bare(expr);
    if let ExprKind::Function { name, .. } = &expr.kind {
        return name.value.eq_ignore_ascii_case("from_days") && required == Clock::Date;
    }
    let ExprKind::Name(parts) = &expr.kind else { return false };
    let Some(column) = parts.last().and_then(|name| table.column(&name.value)) else { return false };
    match column.ty {
        ColumnType::Date => required == Clock::Date,
        ColumnType::DateTime { .. } => matches!(required, Clock::Date | Clock::Time | Clock::DateTime),
        ColumnType::Time { .. } => required == Clock::Time,
        ColumnType::Timestamp { .. } => required == Clock::Timestamp,
        _ => false,
    }
}

/// Whether the value is the same in every session: functions get the dates that they are for, and a TIMESTAMP is
/// only seen through UNIX_TIMESTAMP.
pub(super) fn is_stable(table: &Table, expr: &Expr) -> bool {
    let mut stable = true;
    let mut timestamps = 0i32;
    walk(expr, &mut |e| match &e.kind {
        ExprKind::Extract { unit, expr: inner } => stable &= has_clock(table, inner, required_by_unit(unit)),
        ExprKind::Function { name, args, .. } => {
            let name = name.value.to_ascii_lowercase();
            if let Some(required) = required_clock(&name) {
                let count = if name == "datediff" { 2 } else { 1 };
                stable &= args.iter().take(count).all(|a| has_clock(table, a, required));
                timestamps -= i32::from(required == Clock::Timestamp);
            }
        }
        ExprKind::DefaultOf(_) => stable = false,
        ExprKind::Name(parts) => {
            let column = parts.last().and_then(|name| table.column(&name.value));
            timestamps += i32::from(column.is_some_and(|c| matches!(c.ty, ColumnType::Timestamp { .. })));
        }
        _ => {}
    });
    stable && timestamps <= 0
}
