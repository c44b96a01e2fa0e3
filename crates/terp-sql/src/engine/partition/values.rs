//! VALUES LESS THAN and VALUES IN: the bounds as the servers print them, and their order.

use std::cmp::Ordering;
use std::collections::HashSet;

use terp_schema_model::{
    Column, ColumnType, IntegerSize, PartitionBound, PartitionMethod, PartitionValues, Partitioning, Table,
    quote,
};

use super::super::Context;
use super::super::error::{ExecuteError, Result, messages, refuse, unsupported};
use super::super::temporal;
use super::evaluate::{Value, evaluate};
use super::function::{check_allowed, reread};
use super::text::{self, Comparison};
use crate::SqlMode;
use crate::ast::{BoundDef, Expr, PartitionDef, PartitionValuesDef};
use crate::expr::referenced_columns;

fn wrong_type() -> ExecuteError {
    refuse(1654, "Partition column values of incorrect type")
}

fn no_null() -> ExecuteError {
    refuse(1566, "Not allowed to use NULL value in VALUES LESS THAN")
}

/// The values of a definition. `unsigned` is whether the expression is: then no bound may be negative.
pub(super) fn values(
    cx: &Context<'_>,
    table: &Table,
    method: &PartitionMethod,
    unsigned: bool,
    def: &PartitionDef,
) -> Result<PartitionValues> {
    let one = |bound: &BoundDef, column: Option<&String>| -> Result<PartitionBound> {
        let BoundDef::Value(expr) = bound else { return Ok(PartitionBound::MaxValue) };
        let shown = match column.and_then(|name| table.column(name)) {
            Some(column) => column_value(cx, column, expr).map_err(|e| e.at(expr.span))?.shown,
            None => integer_value(cx, unsigned, &def.name.value, expr).map_err(|e| e.at(expr.span))?,
        };
        Ok(PartitionBound::Value(shown))
    };
    let tuple = |bounds: &[BoundDef]| -> Result<Vec<PartitionBound>> {
        let columns = columns_of(method);
        bounds.iter().enumerate().map(|(at, bound)| one(bound, columns.get(at))).collect()
    };
    Ok(match &def.values {
        PartitionValuesDef::None => PartitionValues::None,
        PartitionValuesDef::Default => PartitionValues::Default,
        PartitionValuesDef::History => PartitionValues::History,
        PartitionValuesDef::Current => PartitionValues::Current,
        PartitionValuesDef::LessThan(bounds) => {
            let bounds = tuple(bounds)?;
            if bounds.contains(&null()) {
                return Err(no_null().at(def.span));
            }
            PartitionValues::LessThan(bounds)
        }
        PartitionValuesDef::In(tuples) => {
            let mut tuples = tuples.iter().map(|t| tuple(t)).collect::<Result<Vec<_>>>()?;
            if matches!(method, PartitionMethod::List { .. }) {
                // The server only remembers that NULL is in the list, and prints it first.
                tuples.sort_by_key(|t| t.first() != Some(&null()));
            }
            PartitionValues::In(tuples)
        }
    })
}

fn null() -> PartitionBound {
    PartitionBound::Value("NULL".to_owned())
}

fn columns_of(method: &PartitionMethod) -> &[String] {
    match method {
        PartitionMethod::RangeColumns { columns } | PartitionMethod::ListColumns { columns } => columns,
        _ => &[],
    }
}

fn check_constant(cx: &Context<'_>, expr: &Expr) -> Result<()> {
    check_allowed(cx, expr)?;
    if let Some(name) = referenced_columns(expr).first() {
        let place = if cx.flavor.is_mysql() { "partition function" } else { "PARTITION BY" };
        return Err(messages::unknown_column(&name.value, place).at(name.span));
    }
    Ok(())
}

/// A bound of RANGE or LIST by an expression: an integer.
fn integer_value(cx: &Context<'_>, unsigned: bool, partition: &str, expr: &Expr) -> Result<String> {
    check_constant(cx, expr)?;
    match evaluate(cx, expr)? {
        Value::Integer { value, .. } if unsigned && value < 0 => {
            Err(refuse(1563, "Partition constant is out of partition function domain"))
        }
        Value::Integer { value, .. } if !unsigned && value > i128::from(i64::MAX) => Err(beyond_bigint()),
        Value::Integer { value, .. } => Ok(value.to_string()),
        Value::Null { integer: true } => Ok("NULL".to_owned()),
        _ => Err(refuse(1697, format!("VALUES value for partition '{partition}' must have type INT"))),
    }
}

/// Servers let it wrap round to a negative number for a signed expression, but show it as written.
fn beyond_bigint() -> ExecuteError {
    unsupported("a bound beyond BIGINT of a signed expression")
}

/// A value of a column: as it is shown, and as it is compared.
struct ColumnValue {
    shown: String,
    key: Key,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Null,
    Number(i128),
    /// A date, or a date with a time, in the server's form, which sorts as text.
    Date(String),
    Text(String),
    Bytes(Vec<u8>),
}

/// A bound of RANGE COLUMNS or LIST COLUMNS: what the column would hold.
fn column_value(cx: &Context<'_>, column: &Column, expr: &Expr) -> Result<ColumnValue> {
    check_constant(cx, expr)?;
    let value = evaluate(cx, expr)?;
    if let Value::Null { .. } = value {
        return Ok(ColumnValue { shown: "NULL".to_owned(), key: Key::Null });
    }
    match &column.ty {
        ColumnType::Integer { size, unsigned, .. } => match value {
            Value::Integer { value, .. } if fits(*size, *unsigned, value) => {
                Ok(ColumnValue { shown: value.to_string(), key: Key::Number(value) })
            }
            _ => Err(wrong_type()),
        },
        ColumnType::Date | ColumnType::DateTime { .. } | ColumnType::Time { .. } => {
            clock_value(cx, column, value)
        }
        ColumnType::Char { length } | ColumnType::Varchar { length } => {
            let charset = column.character_set.as_ref().map_or("utf8mb4", |c| c.set.charset.as_str());
            let value = match value {
                Value::Text { value, introducer } => {
                    text::from_text(cx, value, introducer.as_deref(), charset)?
                }
                Value::Bytes(bytes) => text::from_bytes(cx, bytes, charset)?,
                Value::Temporal(_) => return Err(unsupported("a date as the bound of a text column")),
                _ => return Err(wrong_type()),
            };
            let length = *length as usize;
            if value.chars().count() > length && cx.flavor.is_mysql() {
                return Err(wrong_type());
            }
            let shown = text::shown(cx, &value, charset)?;
            Ok(ColumnValue { shown, key: Key::Text(value.chars().take(length).collect()) })
        }
        ColumnType::Binary { length } | ColumnType::Varbinary { length } => {
            let mut bytes = match value {
                Value::Text { value, introducer } => {
                    if introducer.is_some() && !value.is_ascii() {
                        return Err(unsupported("an introducer in a bound"));
                    }
                    value.into_bytes()
                }
                Value::Bytes(bytes) => bytes,
                Value::Temporal(_) => return Err(unsupported("a date as the bound of a binary column")),
                _ => return Err(wrong_type()),
            };
            if bytes.len() > *length as usize && cx.flavor.is_mysql() {
                return Err(wrong_type());
            }
            let shown = text::shown_bytes(cx, &bytes);
            bytes.truncate(*length as usize);
            Ok(ColumnValue { shown, key: Key::Bytes(bytes) })
        }
        ColumnType::Inet4 | ColumnType::Inet6 => {
            let Value::Text { value: text, .. } = value else { return Err(wrong_type()) };
            let wide = column.ty == ColumnType::Inet6;
            let bytes = if wide {
                text.parse().map(|a: std::net::Ipv6Addr| a.octets().to_vec())
            } else {
                text.parse().map(|a: std::net::Ipv4Addr| a.octets().to_vec())
            };
            let kind = if wide { "inet6" } else { "inet4" };
            let bytes = bytes.map_err(|_| refuse(1292, format!("Incorrect {kind} value: '{text}'")))?;
            Ok(ColumnValue { shown: quote::shown_string(&text), key: Key::Bytes(bytes) })
        }
        _ => Err(unsupported("a bound of a column of this type")),
    }
}

fn fits(size: IntegerSize, unsigned: bool, value: i128) -> bool {
    let bits = match size {
        IntegerSize::TinyInt => 8,
        IntegerSize::SmallInt => 16,
        IntegerSize::MediumInt => 24,
        IntegerSize::Int => 32,
        IntegerSize::BigInt => 64,
    };
    let (low, high): (i128, i128) =
        if unsigned { (0, (1 << bits) - 1) } else { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) };
    (low..=high).contains(&value)
}

/// Text for a date or time, which the server keeps as it was written.
fn clock_value(cx: &Context<'_>, column: &Column, value: Value) -> Result<ColumnValue> {
    let mode = SqlMode::default();
    let round = cx.flavor.is_mysql() && !cx.session.sql_mode.time_truncate_fractional
        || cx.session.sql_mode.time_round_fractional;
    let (text, literal) = match value {
        Value::Text { value, .. } => (value, false),
        Value::Temporal(value) => (value, true),
        _ => return Err(wrong_type()),
    };
    let key = match column.ty {
        ColumnType::Date => {
            let at = temporal::date_time(&text, 6, &mode, false).ok_or_else(wrong_type)?;
            let Some(date) = at.strip_suffix(" 00:00:00.000000") else { return Err(wrong_type()) };
            Key::Date(date.to_owned())
        }
        ColumnType::Time { fsp } => {
            let time = temporal::time(&text, fsp, round).ok_or_else(wrong_type)?;
            Key::Number(time_number(&time).ok_or_else(wrong_type)?)
        }
        _ => {
            let fsp = column.ty.fsp().unwrap_or(0);
            Key::Date(temporal::date_time(&text, fsp, &mode, round).ok_or_else(wrong_type)?)
        }
    };
    // A literal with a keyword is a value, and printed as one.
    let text = if literal {
        let digits = text.split_once('.').map_or(0, |(_, fraction)| fraction.len().min(6));
        let fsp = u8::try_from(digits).unwrap_or(6);
        match (&key, text.contains(':')) {
            (Key::Date(_), false) => temporal::date(&text, &mode).unwrap_or(text),
            (Key::Date(_), true) => temporal::date_time(&text, fsp, &mode, false).unwrap_or(text),
            _ => temporal::time(&text, fsp, false).unwrap_or(text),
        }
    } else {
        text
    };
    Ok(ColumnValue { shown: quote::shown_string(&text), key })
}

/// `-838:59:59.000000` as a number that sorts.
fn time_number(time: &str) -> Option<i128> {
    let (sign, time) = time.strip_prefix('-').map_or((1, time), |rest| (-1, rest));
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut number = 0;
    for part in clock.split(':') {
        number = number * 60 + part.parse::<i128>().ok()?;
    }
    Some(sign * (number * 1_000_000 + format!("{fraction:0<6}").parse::<i128>().ok()?))
}

/// Whether ranges increase and lists name nothing twice. The bounds are read from their printing, so that those
/// that were there before count like new ones.
pub(in crate::engine) fn check_order(
    cx: &Context<'_>,
    table: &Table,
    partitioning: &Partitioning,
) -> Result<()> {
    match &partitioning.method {
        PartitionMethod::Range { .. } | PartitionMethod::RangeColumns { .. } => {
            check_ranges(cx, table, partitioning)
        }
        PartitionMethod::List { .. } | PartitionMethod::ListColumns { .. } => {
            check_lists(cx, table, partitioning)
        }
        _ => Ok(()),
    }
}

fn check_ranges(cx: &Context<'_>, table: &Table, partitioning: &Partitioning) -> Result<()> {
    let by_columns = matches!(partitioning.method, PartitionMethod::RangeColumns { .. });
    let mut before: Option<Vec<Option<Key>>> = None;
    for (at, partition) in partitioning.partitions.iter().enumerate() {
        let PartitionValues::LessThan(bounds) = &partition.values else { continue };
        let is_last = at + 1 == partitioning.partitions.len();
        if !by_columns && bounds.contains(&PartitionBound::MaxValue) && !is_last {
            return Err(refuse(1481, "MAXVALUE can only be used in last partition definition"));
        }
        let keys = keys(cx, table, &partitioning.method, bounds)?;
        if let Some(before) = &before
            && compare_tuples(table, &partitioning.method, before, &keys)? != Ordering::Less
        {
            return Err(refuse(
                1493,
                "VALUES LESS THAN value must be strictly increasing for each partition",
            ));
        }
        before = Some(keys);
    }
    Ok(())
}

/// Whether bounds that were there before still fit the table's columns.
pub(super) fn check_bounds(
    cx: &Context<'_>,
    table: &Table,
    partitioning: &Partitioning,
    unsigned: bool,
) -> Result<()> {
    let columns = columns_of(&partitioning.method);
    for partition in &partitioning.partitions {
        let tuples = match &partition.values {
            PartitionValues::LessThan(bounds) => std::slice::from_ref(bounds),
            PartitionValues::In(tuples) => tuples.as_slice(),
            _ => continue,
        };
        for (at, bound) in tuples.iter().flat_map(|tuple| tuple.iter().enumerate()) {
            let PartitionBound::Value(text) = bound else { continue };
            if unsigned && text.starts_with('-') {
                return Err(refuse(1563, "Partition constant is out of partition function domain"));
            }
            if columns.is_empty() && !unsigned && text.parse().is_ok_and(|n: i128| n > i128::from(i64::MAX)) {
                return Err(beyond_bigint());
            }
            let Some(column) = columns.get(at).and_then(|name| table.column(name)) else { continue };
            if column_value(cx, column, &reread(cx, text)?)?.shown != *text {
                return Err(unsupported("a new type of a column that changes how bounds are printed"));
            }
        }
    }
    Ok(())
}

/// How the upper ends of two ranges compare.
pub(in crate::engine) fn compare_bounds(
    cx: &Context<'_>,
    table: &Table,
    method: &PartitionMethod,
    a: &PartitionValues,
    b: &PartitionValues,
) -> Result<Ordering> {
    let (PartitionValues::LessThan(a), PartitionValues::LessThan(b)) = (a, b) else {
        return Ok(Ordering::Equal);
    };
    compare_tuples(table, method, &keys(cx, table, method, a)?, &keys(cx, table, method, b)?)
}

/// The bounds as they compare; `None` is MAXVALUE.
fn keys(
    cx: &Context<'_>,
    table: &Table,
    method: &PartitionMethod,
    bounds: &[PartitionBound],
) -> Result<Vec<Option<Key>>> {
    let columns = columns_of(method);
    let key = |(at, bound): (usize, &PartitionBound)| {
        let PartitionBound::Value(text) = bound else { return Ok(None) };
        if text == "NULL" {
            return Ok(Some(Key::Null));
        }
        match columns.get(at).and_then(|name| table.column(name)) {
            Some(column) => Ok(Some(column_value(cx, column, &reread(cx, text)?)?.key)),
            None => {
                let number = text.parse().map_err(|_| unsupported(format!("the bound {text}")))?;
                Ok(Some(Key::Number(number)))
            }
        }
    };
    bounds.iter().enumerate().map(key).collect()
}

fn compare_tuples(
    table: &Table,
    method: &PartitionMethod,
    a: &[Option<Key>],
    b: &[Option<Key>],
) -> Result<Ordering> {
    for (at, pair) in a.iter().zip(b).enumerate() {
        let ordering = match pair {
            // What follows a MAXVALUE is not looked at.
            (None, None) => return Ok(Ordering::Equal),
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => match compare(table, method, at, a, b) {
                Comparison::Ordered(ordering) => ordering,
                Comparison::Different | Comparison::Unknown => {
                    return Err(unsupported("the order of these texts in their collation"));
                }
            },
        };
        if ordering != Ordering::Equal {
            return Ok(ordering);
        }
    }
    Ok(Ordering::Equal)
}

fn compare(table: &Table, method: &PartitionMethod, at: usize, a: &Key, b: &Key) -> Comparison {
    match (a, b) {
        (Key::Null, Key::Null) => Comparison::Ordered(Ordering::Equal),
        (Key::Null, _) => Comparison::Ordered(Ordering::Less),
        (_, Key::Null) => Comparison::Ordered(Ordering::Greater),
        (Key::Number(a), Key::Number(b)) => Comparison::Ordered(a.cmp(b)),
        (Key::Date(a), Key::Date(b)) => Comparison::Ordered(a.cmp(b)),
        (Key::Bytes(a), Key::Bytes(b)) => Comparison::Ordered(a.cmp(b)),
        (Key::Text(a), Key::Text(b)) => {
            let column = columns_of(method).get(at).and_then(|name| table.column(name));
            let set = column.and_then(|c| c.character_set.as_ref());
            text::compare(a, b, set.map_or("", |c| c.set.collation.as_str()))
        }
        _ => Comparison::Unknown,
    }
}

fn check_lists(cx: &Context<'_>, table: &Table, partitioning: &Partitioning) -> Result<()> {
    let twice = || refuse(1495, "Multiple definition of same constant in list partitioning");
    let mut seen: HashSet<Vec<Option<Key>>> = HashSet::new();
    // Equality of texts is their collation's, so those are compared one by one.
    let mut texts: Vec<Vec<Option<Key>>> = Vec::new();
    let mut has_default = false;
    for partition in &partitioning.partitions {
        if partition.values == PartitionValues::Default {
            if has_default {
                return Err(refuse(4030, "Only one DEFAULT partition allowed"));
            }
            has_default = true;
        }
        let PartitionValues::In(tuples) = &partition.values else { continue };
        for tuple in tuples {
            let keys = keys(cx, table, &partitioning.method, tuple)?;
            if !seen.insert(keys.clone()) {
                return Err(twice());
            }
            if !keys.iter().any(|k| matches!(k, Some(Key::Text(_)))) {
                continue;
            }
            for other in &texts {
                if same_tuple(table, &partitioning.method, other, &keys)? {
                    return Err(twice());
                }
            }
            texts.push(keys);
        }
    }
    Ok(())
}

fn same_tuple(table: &Table, method: &PartitionMethod, a: &[Option<Key>], b: &[Option<Key>]) -> Result<bool> {
    let mut unknown = false;
    for (at, pair) in a.iter().zip(b).enumerate() {
        let (Some(a), Some(b)) = pair else { continue };
        match compare(table, method, at, a, b) {
            Comparison::Ordered(Ordering::Equal) => {}
            Comparison::Ordered(_) | Comparison::Different => return Ok(false),
            Comparison::Unknown => unknown = true,
        }
    }
    if unknown { Err(unsupported("whether these texts are the same in their collation")) } else { Ok(true) }
}
