//! Functions of dates and times.

use super::call::Argument;
use super::text::is_time;
use super::{Form, Kind, Outcome, Typer, Value, unknown};
use crate::Span;
use crate::ast::{Expr, ExprKind, Ident, Literal};
use crate::expr::bare;

/// EXTRACT: the unit, its length on MySQL, on MariaDB, and whether its text is as long there.
#[rustfmt::skip]
const UNITS: &[(&str, u32, u32, bool)] = &[
    ("YEAR", 5, 5, false),
    ("MONTH", 3, 3, false),
    ("DAY", 3, 3, true),
    ("HOUR", 4, 3, true),
    ("MINUTE", 3, 3, true),
    ("SECOND", 3, 3, true),
    ("MICROSECOND", 7, 7, true),
    ("QUARTER", 2, 2, false),
    ("WEEK", 3, 3, false),
    ("YEAR_MONTH", 7, 7, false),
    ("DAY_HOUR", 9, 5, true),
    ("DAY_MINUTE", 11, 7, true),
    ("DAY_SECOND", 13, 9, true),
    ("HOUR_MINUTE", 6, 5, true),
    ("HOUR_SECOND", 8, 7, true),
    ("MINUTE_SECOND", 5, 5, true),
    ("DAY_MICROSECOND", 20, 15, true),
    ("HOUR_MICROSECOND", 14, 13, true),
    ("MINUTE_MICROSECOND", 11, 11, true),
    ("SECOND_MICROSECOND", 9, 9, true),
];

impl Typer<'_> {
    /// What NOW gives: TIMESTAMP on later versions of MariaDB.
    fn now(&self, fsp: u8) -> Value {
        let kind = if self.flavor.mariadb_since(11, 0, 0) { Kind::Timestamp } else { Kind::DateTime };
        Value::temporal(kind, fsp, Form::Function)
    }

    pub(super) fn time_call(&self, name: &str, args: &[Argument<'_>], span: Span) -> Outcome<Value> {
        let digits = |arg: Option<&Argument<'_>>| match arg {
            None => Ok(0),
            Some(arg) => match arg.number().and_then(|n| u8::try_from(n).ok()) {
                Some(fsp @ 0..=6) => Ok(fsp),
                _ => unknown("a precision that is not written", span),
            },
        };
        let temporal = |kind, fsp: u8| Value::temporal(kind, fsp, Form::Function);
        // What a row of the query would make of texts is not looked at.
        let written = |a: &Argument<'_>| {
            let is = |kind| a.string().is_some_and(|text| is_time(text, kind));
            is(Kind::DateTime) || is(Kind::Time)
        };
        let texts = args.iter().any(|a| !a.value.kind.is_temporal() && !written(a));
        // Of a literal MySQL counts the digits that are there.
        let digits_of = |a: &Argument<'_>| a.string().map_or(a.value.fsp(), fraction);
        let fsp = args.iter().map(digits_of).max().unwrap_or(0);
        let known = |a: &Argument<'_>| a.value.kind.is_temporal() || self.mysql() && written(a);
        Ok(match (name, args) {
            ("now" | "current_timestamp" | "sysdate", [] | [_]) => self.now(digits(args.first())?),
            ("localtimestamp", [] | [_]) if self.mysql() => temporal(Kind::DateTime, digits(args.first())?),
            ("utc_timestamp", [] | [_]) => temporal(Kind::DateTime, digits(args.first())?),
            ("curdate" | "current_date" | "utc_date", []) => temporal(Kind::Date, 0),
            ("curtime" | "current_time" | "utc_time", [] | [_]) => {
                temporal(Kind::Time, digits(args.first())?)
            }
            ("year", [_]) if self.mysql() => {
                Value::new(Kind::Year, 4, Form::Function).unsigned(true).nullable(true)
            }
            ("year", [_]) => {
                let mut value = self.long_integer(5, &[]).nullable(true);
                value.inexact = true;
                value
            }
            ("time_to_sec", [one]) if one.value.kind == Kind::Time && one.value.fsp() == 0 => {
                let length = if self.mysql() { 10 } else { 17 };
                Value::integer(length, self.flavor).nullable(true)
            }
            ("dayname" | "monthname", [_]) => self.ascii(9),
            ("date_format", [_, format]) => {
                let Some(format) = format.string() else {
                    return unknown("a format that is not written", span);
                };
                Value { nullable: true, ..self.ascii(format_length(format)) }
            }
            ("time_format", [_, format]) if format.string().is_some() => {
                self.ascii(format_length(format.string().unwrap_or_default()))
            }
            _ if self.evaluated
                && texts
                && !matches!(
                    name,
                    "makedate"
                        | "maketime"
                        | "addtime"
                        | "from_unixtime"
                        | "unix_timestamp"
                        | "from_days"
                        | "sec_to_time"
                ) =>
            {
                return unknown(format!("the type of {name}()"), span);
            }
            ("date" | "last_day", [_]) => temporal(Kind::Date, 0).nullable(true),
            ("from_days", [_]) | ("makedate", [_, _]) => temporal(Kind::Date, 0).nullable(true),
            ("maketime", [_, _, seconds]) => match seconds.value.kind {
                Kind::Integer(_) => temporal(Kind::Time, 0).nullable(true),
                _ => return unknown("MAKETIME with fractions of a second", span),
            },
            ("sec_to_time", [one]) => match one.value.kind {
                Kind::Integer(_) => temporal(Kind::Time, 0).nullable(true),
                Kind::Decimal => temporal(Kind::Time, one.value.scale().min(6)).nullable(true),
                _ => return unknown("SEC_TO_TIME of this type", span),
            },
            ("time", [one]) if known(one) => temporal(Kind::Time, fsp).nullable(true),
            ("timestamp", [one]) if one.value.kind.is_temporal() => {
                temporal(Kind::DateTime, one.value.fsp()).nullable(true)
            }
            ("timestamp", [one, two]) if one.value.kind.is_temporal() && known(two) => {
                temporal(Kind::DateTime, fsp).nullable(true)
            }
            ("timediff", [one, two]) if known(one) && known(two) => temporal(Kind::Time, fsp).nullable(true),
            ("addtime" | "subtime", [one, two]) => {
                let kind = match one.value.kind {
                    Kind::DateTime | Kind::Timestamp => Kind::DateTime,
                    Kind::Time => Kind::Time,
                    _ => return unknown("ADDTIME of this type", span),
                };
                let more = match (two.string(), two.value.kind) {
                    (Some(text), _) => fraction(text),
                    (None, kind) if kind.is_temporal() => two.value.fsp(),
                    _ => return unknown("ADDTIME of a time of this type", span),
                };
                temporal(kind, one.value.fsp().max(more)).nullable(true)
            }
            ("str_to_date", [_, format]) => {
                let Some(format) = format.string() else {
                    return unknown("a format that is not written", span);
                };
                let kind = match parts(format) {
                    Some((true, false)) => Kind::Date,
                    Some((true, true)) => Kind::DateTime,
                    Some((false, true)) => Kind::Time,
                    _ => return unknown("STR_TO_DATE with this format", span),
                };
                temporal(kind, 0).nullable(true)
            }
            ("from_unixtime", [one]) => {
                let fsp = match one.value.kind {
                    Kind::Integer(_) => 0,
                    Kind::Decimal => one.value.scale().min(6),
                    _ => return unknown("FROM_UNIXTIME of this type", span),
                };
                self.now(fsp).nullable(true)
            }
            ("unix_timestamp", []) => {
                let length = if self.mysql() { 21 } else { 17 };
                Value::integer(length, self.flavor).nullable(!self.mysql())
            }
            ("unix_timestamp", [one]) if one.value.kind.is_temporal() && one.value.fsp() == 0 => {
                let length = if self.mysql() { 21 } else { 17 };
                Value::integer(length, self.flavor).nullable(!self.mysql() || one.value.nullable)
            }
            ("adddate" | "subdate", [one, days])
                if one.value.kind == Kind::Date && days.value.kind.is_integer() =>
            {
                temporal(Kind::Date, 0).nullable(true)
            }
            _ => return unknown(format!("the type of {name}()"), span),
        })
    }

    pub(super) fn extract(&self, unit: &str, inner: &Expr, span: Span) -> Outcome<Value> {
        let value = self.value(inner)?;
        if self.evaluated && !value.kind.is_temporal() {
            return unknown("EXTRACT from this type", span);
        }
        let Some((_, mysql, mariadb, exact)) = UNITS.iter().find(|(known, ..)| *known == unit) else {
            return unknown("EXTRACT of this unit", span);
        };
        let length = if self.mysql() { *mysql } else { *mariadb };
        let mut result = Value::integer(length, self.flavor).nullable(true);
        result.inexact = !self.mysql() && !exact;
        Ok(result)
    }

    pub(super) fn interval(&self, inner: &Expr, amount: &Expr, unit: &str, span: Span) -> Outcome<Value> {
        let value = self.value(inner)?;
        let days = matches!(unit, "DAY" | "WEEK" | "MONTH" | "QUARTER" | "YEAR" | "YEAR_MONTH");
        let more = match unit {
            _ if unit.ends_with("MICROSECOND") => 6,
            "SECOND" => match &bare(amount).kind {
                ExprKind::Literal(Literal::Integer(_)) => 0,
                _ => return unknown("an interval of seconds that is no integer", span),
            },
            _ => 0,
        };
        let (kind, fsp) = match value.kind {
            Kind::Date if days => (Kind::Date, 0),
            Kind::Date | Kind::DateTime | Kind::Timestamp => (Kind::DateTime, value.fsp().max(more)),
            Kind::Time if !days && !unit.starts_with("DAY") => (Kind::Time, value.fsp().max(more)),
            _ => return unknown("an interval added to this type", span),
        };
        self.value(amount)?;
        Ok(Value::temporal(kind, fsp, Form::Function).nullable(true))
    }

    pub(super) fn keyword_call(
        &self,
        name: &Ident,
        keyword: &str,
        args: &[Expr],
        span: Span,
    ) -> Outcome<Value> {
        let name = name.value.to_ascii_lowercase();
        for arg in args {
            let value = self.value(arg)?;
            if self.evaluated && !value.kind.is_temporal() {
                return unknown(format!("the type of {name}()"), span);
            }
        }
        match name.as_str() {
            "timestampadd" if args.len() == 2 => match args {
                [amount, date] => self.interval(date, amount, &keyword.to_ascii_uppercase(), span),
                _ => unknown("TIMESTAMPADD", span),
            },
            "timestampdiff" => Ok(Value::integer(21, self.flavor).nullable(true)),
            "get_format" => Ok(self.ascii(17)),
            _ => unknown(format!("the type of {name}()"), span),
        }
    }
}

/// The most characters that a format of DATE_FORMAT gives.
fn format_length(format: &str) -> u32 {
    let mut length = 0_u32;
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        length += match c {
            '%' => match chars.next() {
                Some('M' | 'W') => 64,
                Some('a' | 'b') => 32,
                Some('D' | 'Y' | 'x' | 'X') => 4,
                Some('j') => 3,
                Some('k' | 'H') => 7,
                Some('r') => 11,
                Some('T') => 8,
                Some('f') => 6,
                Some(
                    'u' | 'U' | 'v' | 'V' | 'y' | 'm' | 'd' | 'h' | 'i' | 'I' | 'l' | 'p' | 'S' | 's' | 'c'
                    | 'e',
                ) => 2,
                _ => 1,
            },
            _ => 1,
        };
    }
    length
}

/// The digits after the point of a time.
fn fraction(text: &str) -> u8 {
    let digits = text.split_once('.').map_or(0, |(_, fraction)| fraction.len().min(6));
    u8::try_from(digits).unwrap_or(6)
}

/// Whether a format of STR_TO_DATE has parts of a date and of a time; `None` for fractions of a second and what is rare.
fn parts(format: &str) -> Option<(bool, bool)> {
    let (mut date, mut time) = (false, false);
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            continue;
        }
        match chars.next()? {
            'Y' | 'y' | 'm' | 'c' | 'd' | 'e' | 'M' | 'b' | 'D' | 'j' | 'a' | 'W' | 'w' => date = true,
            'H' | 'k' | 'h' | 'I' | 'l' | 'i' | 's' | 'S' | 'p' | 'r' | 'T' => time = true,
            _ => return None,
        }
    }
    Some((date, time))
}
