//! The value of a constant expression in VALUES LESS THAN and VALUES IN.

use terp_schema_model::Flavor;

use super::super::Context;
use super::super::error::{Result, refuse, unsupported};
use super::super::number::Decimal;
use super::super::temporal;
use super::function::not_allowed;
use crate::SqlMode;
use crate::ast::{BinaryOp, Expr, ExprKind, Literal, UnaryOp};
use crate::expr::ExprPlace;

/// A constant's value, as far as a partition's bound can need it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// NULL; whether the expression is one of integers.
    Null { integer: bool },
    /// An integer of 64 bits.
    Integer { value: i128, unsigned: bool },
    /// A decimal number; its value where it was written so.
    Decimal(Option<Decimal>),
    /// A floating-point number.
    Float,
    /// Text, with its character set where an introducer names one.
    Text { value: String, introducer: Option<String> },
    /// `x'..'`, `0x..` and bits.
    Bytes(Vec<u8>),
    /// `DATE '..'` and its like.
    Temporal(String),
}

impl Value {
    const fn integer(value: i128) -> Self {
        Self::Integer { value, unsigned: false }
    }

    /// What a function of dates reads.
    fn clock_text(&self) -> Option<String> {
        match self {
            Self::Integer { value, .. } => Some(value.to_string()),
            Self::Decimal(Some(number)) => Some(number.to_text()),
            Self::Text { value, .. } | Self::Temporal(value) => Some(value.clone()),
            _ => None,
        }
    }

    fn number(&self) -> Option<Decimal> {
        match self {
            Self::Integer { value, .. } => Decimal::parse(&value.to_string()),
            Self::Decimal(number) => number.clone(),
            Self::Text { value, .. } => Decimal::parse(value.trim()),
            _ => None,
        }
    }
}

/// The value of an expression whose functions are known to be allowed.
pub(super) fn evaluate(cx: &Context<'_>, expr: &Expr) -> Result<Value> {
    match &expr.kind {
        ExprKind::Paren(inner) | ExprKind::Unary { op: UnaryOp::Plus, expr: inner } => evaluate(cx, inner),
        ExprKind::Literal(literal) => Ok(of_literal(literal)),
        ExprKind::Unary { op: UnaryOp::Minus, expr: inner } => {
            let written = matches!(super::function::bare(inner).kind, ExprKind::Literal(_));
            negate(cx, expr, evaluate(cx, inner)?, written)
        }
        ExprKind::Binary { op, left, right } => {
            binary(cx, expr, *op, &evaluate(cx, left)?, &evaluate(cx, right)?)
        }
        ExprKind::Function { name, args, .. } => {
            let args = args.iter().map(|a| evaluate(cx, a)).collect::<Result<Vec<_>>>()?;
            function(cx, expr, &name.value.to_ascii_lowercase(), &args)
        }
        ExprKind::Extract { unit, expr: inner } => extract(expr, unit, &evaluate(cx, inner)?),
        _ => Err(not_allowed().at(expr.span)),
    }
}

fn of_literal(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null { integer: true },
        Literal::Bool(value) => Value::integer(i128::from(*value)),
        Literal::Integer(digits) => match digits.parse::<i128>() {
            Ok(value) if value <= i128::from(u64::MAX) => {
                Value::Integer { value, unsigned: value > i128::from(i64::MAX) }
            }
            _ => Value::Decimal(Decimal::parse(digits)),
        },
        Literal::Decimal(digits) => Value::Decimal(Decimal::parse(digits)),
        Literal::Float(_) => Value::Float,
        Literal::String { value, introducer } => {
            Value::Text { value: value.clone(), introducer: introducer.clone() }
        }
        Literal::Hex { bytes, .. } => Value::Bytes(bytes.clone()),
        Literal::Bits { digits, .. } => Value::Bytes(bits_to_bytes(digits)),
        Literal::Temporal { value, .. } => Value::Temporal(value.clone()),
    }
}

fn bits_to_bytes(digits: &str) -> Vec<u8> {
    let padded = format!("{}{digits}", "0".repeat((8 - digits.len() % 8) % 8));
    padded
        .as_bytes()
        .chunks(8)
        .map(|chunk| chunk.iter().fold(0u8, |byte, bit| byte << 1 | u8::from(*bit == b'1')))
        .collect()
}

fn unknown(expr: &Expr) -> super::super::ExecuteError {
    unsupported("the value of this constant expression").at(expr.span)
}

fn out_of_range(cx: &Context<'_>, expr: &Expr, unsigned: bool) -> super::super::ExecuteError {
    let kind = if unsigned { "BIGINT UNSIGNED" } else { "BIGINT" };
    match cx.print(expr, ExprPlace::PartitionBound, "", &[], "") {
        Ok(text) => refuse(1690, format!("{kind} value is out of range in '{text}'")).at(expr.span),
        Err(error) => error,
    }
}

fn fitting(cx: &Context<'_>, expr: &Expr, value: Option<i128>, unsigned: bool) -> Result<Value> {
    let (low, high) =
        if unsigned { (0, i128::from(u64::MAX)) } else { (i128::from(i64::MIN), i128::from(i64::MAX)) };
    match value {
        Some(value) if (low..=high).contains(&value) => Ok(Value::Integer { value, unsigned }),
        _ => Err(out_of_range(cx, expr, unsigned)),
    }
}

fn negate(cx: &Context<'_>, expr: &Expr, value: Value, literal: bool) -> Result<Value> {
    Ok(match value {
        Value::Integer { value, .. } => {
            let negated = -value;
            // To MySQL the negative of a negative constant is a decimal.
            if cx.flavor.is_mysql() && !literal && value < 0 {
                return Ok(Value::Decimal(Decimal::parse(&negated.to_string())));
            }
            if negated < i128::from(i64::MIN) {
                return Ok(Value::Decimal(Decimal::parse(&negated.to_string())));
            }
            Value::integer(negated)
        }
        Value::Decimal(number) => Value::Decimal(number.map(Decimal::negated)),
        Value::Null { .. } => Value::Null { integer: false },
        Value::Float | Value::Text { .. } => Value::Float,
        Value::Bytes(_) | Value::Temporal(_) => return Err(unknown(expr)),
    })
}

fn binary(cx: &Context<'_>, expr: &Expr, op: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
    use BinaryOp as O;
    if matches!(left, Value::Bytes(_) | Value::Temporal(_))
        || matches!(right, Value::Bytes(_) | Value::Temporal(_))
    {
        return Err(unknown(expr));
    }
    let whole_division = op == O::IntDivide;
    if matches!(left, Value::Null { .. }) || matches!(right, Value::Null { .. }) {
        return Ok(Value::Null { integer: whole_division });
    }
    if let (Value::Integer { value: a, unsigned: ua }, Value::Integer { value: b, unsigned: ub }) =
        (left, right)
    {
        let (a, b) = (*a, *b);
        let unsigned = *ua || *ub;
        return match op {
            O::Add => fitting(cx, expr, a.checked_add(b), unsigned),
            O::Subtract => fitting(cx, expr, a.checked_sub(b), unsigned),
            O::Multiply => fitting(cx, expr, a.checked_mul(b), unsigned),
            O::IntDivide | O::Modulo if b == 0 => Ok(Value::Null { integer: true }),
            O::IntDivide => fitting(cx, expr, Some(a / b), unsigned),
            O::Modulo => fitting(cx, expr, Some(a % b), *ua),
            _ => Err(not_allowed().at(expr.span)),
        };
    }
    if whole_division {
        let (Some(a), Some(b)) = (left.number(), right.number()) else { return Err(unknown(expr)) };
        if b.is_zero() {
            return Ok(Value::Null { integer: true });
        }
        // Scaled to whole numbers, the quotient is cut.
        let (Some(a), Some(b)) = (scaled(&a), scaled(&b)) else { return Err(unknown(expr)) };
        return fitting(cx, expr, Some(a / b), false);
    }
    if matches!(left, Value::Float | Value::Text { .. }) || matches!(right, Value::Float | Value::Text { .. })
    {
        return Ok(Value::Float);
    }
    Ok(Value::Decimal(None))
}

/// A decimal times a million, where nothing is lost.
fn scaled(number: &Decimal) -> Option<i128> {
    let text = number.rounded(6).to_text();
    let same = Decimal::parse(&text)?.rounded(12) == number.rounded(12);
    if same { text.replace('.', "").parse().ok() } else { None }
}

fn function(cx: &Context<'_>, expr: &Expr, name: &str, args: &[Value]) -> Result<Value> {
    if let ("mod", [left, right]) = (name, args) {
        return binary(cx, expr, BinaryOp::Modulo, left, right);
    }
    let Some(first) = args.first() else { return Err(unknown(expr)) };
    match name {
        "abs" => match first {
            Value::Integer { value, unsigned } => fitting(cx, expr, Some(value.abs()), *unsigned),
            Value::Decimal(_) => Ok(Value::Decimal(None)),
            Value::Float | Value::Text { .. } => Ok(Value::Float),
            _ => Err(unknown(expr)),
        },
        "floor" | "ceiling" | "ceil" => match first {
            Value::Integer { .. } => Ok(first.clone()),
            Value::Decimal(Some(number)) if number.whole_digits() < 18 => {
                round_to(number, name == "floor").ok_or_else(|| unknown(expr))
            }
            Value::Float | Value::Text { .. } => Ok(Value::Float),
            _ => Err(unknown(expr)),
        },
        "from_days" => Ok(Value::Float),
        "datediff" => {
            let Some(second) = args.get(1) else { return Err(unknown(expr)) };
            let days = |value: &Value| moment(expr, value).map(|m| m.and_then(|m| m.days()));
            match (days(first)?, days(second)?) {
                (Some(a), Some(b)) => Ok(Value::integer(a - b)),
                _ => Ok(Value::Null { integer: true }),
            }
        }
        "unix_timestamp" => unix_timestamp(cx.flavor, expr, first),
        "to_days" => Ok(integer_or_null(moment(expr, first)?.and_then(|m| m.days()))),
        "to_seconds" => Ok(integer_or_null(
            moment(expr, first)?.and_then(|m| m.days().map(|days| days * 86_400 + m.seconds())),
        )),
        "weekday" => Ok(integer_or_null(moment(expr, first)?.and_then(|m| m.days()).map(|d| (d + 5) % 7))),
        "dayofweek" => {
            Ok(integer_or_null(moment(expr, first)?.and_then(|m| m.days()).map(|d| (d + 6) % 7 + 1)))
        }
        "dayofyear" => Ok(integer_or_null(
            moment(expr, first)?.and_then(|m| m.days().map(|days| days - days_to(m.year, 1, 1) + 1)),
        )),
        "year" => extract(expr, "YEAR", first),
        "month" => extract(expr, "MONTH", first),
        "quarter" => extract(expr, "QUARTER", first),
        "day" | "dayofmonth" => extract(expr, "DAY", first),
        "hour" => extract(expr, "HOUR", first),
        "minute" => extract(expr, "MINUTE", first),
        "second" => extract(expr, "SECOND", first),
        "microsecond" => extract(expr, "MICROSECOND", first),
        "time_to_sec" => Ok(integer_or_null(clock(expr, first)?.map(|(h, m, s, _)| h * 3600 + m * 60 + s))),
        _ => Err(unknown(expr)),
    }
}

/// `None` beyond what an integer holds.
fn round_to(number: &Decimal, floor: bool) -> Option<Value> {
    let text = number.rounded(30).to_text();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole: i128 = whole.parse().ok()?;
    let exact = fraction.bytes().all(|b| b == b'0');
    Some(Value::integer(match (exact, floor, number.is_negative()) {
        (true, _, _) | (false, true, false) | (false, false, true) => whole,
        (false, true, true) => whole - 1,
        (false, false, false) => whole + 1,
    }))
}

fn integer_or_null(value: Option<i128>) -> Value {
    value.map_or(Value::Null { integer: true }, Value::integer)
}

fn extract(expr: &Expr, unit: &str, value: &Value) -> Result<Value> {
    Ok(integer_or_null(match unit {
        "HOUR" => clock(expr, value)?.map(|t| t.0),
        "MINUTE" => clock(expr, value)?.map(|t| t.1),
        "SECOND" => clock(expr, value)?.map(|t| t.2),
        "MICROSECOND" => clock(expr, value)?.map(|t| t.3),
        "YEAR" => moment(expr, value)?.map(|m| m.year),
        "MONTH" => moment(expr, value)?.map(|m| m.month),
        "DAY" => moment(expr, value)?.map(|m| m.day),
        "QUARTER" => moment(expr, value)?.map(|m| (m.month + 2) / 3),
        "YEAR_MONTH" => moment(expr, value)?.map(|m| m.year * 100 + m.month),
        _ => return Err(unknown(expr)),
    }))
}

fn unix_timestamp(flavor: Flavor, expr: &Expr, value: &Value) -> Result<Value> {
    // MySQL gives 0 where MariaDB gives NULL.
    let outside = if flavor.is_mysql() { Value::integer(0) } else { Value::Null { integer: true } };
    let Some(moment) = moment(expr, value)? else { return Ok(outside) };
    if moment.micros != 0 {
        return Ok(Value::Decimal(None));
    }
    let last = if flavor.mysql_since(8, 0, 28) {
        32_536_771_199
    } else if flavor.mariadb_since(11, 5, 0) {
        i128::from(u32::MAX)
    } else {
        i128::from(i32::MAX)
    };
    Ok(match moment.days().map(|days| (days - days_to(1970, 1, 1)) * 86_400 + moment.seconds()) {
        Some(seconds) if (0..=last).contains(&seconds) => Value::integer(seconds),
        _ => outside,
    })
}

/// A date with a time.
struct Moment {
    year: i128,
    month: i128,
    day: i128,
    hour: i128,
    minute: i128,
    second: i128,
    micros: i128,
}

impl Moment {
    /// TO_DAYS; `None` for a date with a zero in it.
    const fn days(&self) -> Option<i128> {
        if self.month == 0 || self.day == 0 { None } else { Some(days_to(self.year, self.month, self.day)) }
    }

    const fn seconds(&self) -> i128 {
        self.hour * 3600 + self.minute * 60 + self.second
    }
}

/// The number of days from year 0 to a date (`calc_daynr` in the servers' `my_time.cc`).
const fn days_to(year: i128, month: i128, day: i128) -> i128 {
    if year == 0 && month == 0 {
        return 0;
    }
    let mut days = 365 * year + 31 * (month - 1) + day;
    let mut year = year;
    if month <= 2 {
        year -= 1;
    } else {
        days -= (month * 4 + 23) / 10;
    }
    let centuries = (year / 100 + 1) * 3 / 4;
    days + year / 4 - centuries
}

/// Reads a date; `None` is the server's NULL.
fn moment(expr: &Expr, value: &Value) -> Result<Option<Moment>> {
    if matches!(value, Value::Null { .. }) {
        return Ok(None);
    }
    let Some(text) = value.clock_text() else { return Err(unknown(expr)) };
    let lax = SqlMode::default();
    let Some(shown) = temporal::date_time(&text, 6, &lax, false) else {
        // A date that does not exist is NULL; other text may still hold a date for the server.
        let date_only = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        return if date_only { Ok(None) } else { Err(unknown(expr)) };
    };
    let numbers: Vec<i128> = shown.split(['-', ' ', ':', '.']).filter_map(|n| n.parse().ok()).collect();
    let [year, month, day, hour, minute, second, micros] = numbers[..] else { return Err(unknown(expr)) };
    Ok(Some(Moment { year, month, day, hour, minute, second, micros }))
}

/// Reads a time: hours, minutes, seconds, microseconds.
fn clock(expr: &Expr, value: &Value) -> Result<Option<(i128, i128, i128, i128)>> {
    if matches!(value, Value::Null { .. }) {
        return Ok(None);
    }
    let text = value.clock_text().filter(|text| text.contains(':') && !text.starts_with('-'));
    let Some(shown) = text.and_then(|text| temporal::time(&text, 6, false)) else {
        return Err(unknown(expr));
    };
    let numbers: Vec<i128> = shown.split([':', '.']).filter_map(|n| n.parse().ok()).collect();
    let [hour, minute, second, micros] = numbers[..] else { return Err(unknown(expr)) };
    Ok(Some((hour, minute, second, micros)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_the_servers_count_them() {
        assert_eq!(days_to(1970, 1, 1), 719_528);
        assert_eq!(days_to(2020, 1, 1), 737_790);
        assert_eq!(days_to(2020, 2, 21), 737_841);
        assert_eq!(days_to(0, 1, 1), 1);
    }

    #[test]
    fn decimals_are_cut_to_integers() {
        let of = |text, floor| Decimal::parse(text).and_then(|number| round_to(&number, floor));
        assert_eq!(of("1.5", true), Some(Value::integer(1)));
        assert_eq!(of("-1.5", true), Some(Value::integer(-2)));
        assert_eq!(of("1.2", false), Some(Value::integer(2)));
        assert_eq!(of("-1.2", false), Some(Value::integer(-1)));
        assert_eq!(of("3", false), Some(Value::integer(3)));
        assert_eq!(of("-0.5", false), Some(Value::integer(0)));
    }
}
