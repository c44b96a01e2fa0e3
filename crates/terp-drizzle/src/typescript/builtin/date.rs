//! Dates. Only those in UTC have a value that is the same everywhere.

use super::not_evaluated;
use crate::typescript::value::{Site, Value};

const DAY: i64 = 86_400_000;

/// The greatest time in milliseconds that a Date holds.
const MAX_TIME: f64 = 8.64e15;

const LOCAL: &str = "a date without a time zone depends on where the program runs";

/// `new Date(...)`.
pub(super) fn construct<'a>(arguments: &[Value<'a>], at: Site) -> Value<'a> {
    match arguments {
        [] => Value::unknown("`new Date()` gives another value at each run", at),
        [Value::Number(time)] => Value::Date(clip(*time)),
        [Value::Date(time)] => Value::Date(*time),
        [Value::String(text)] => match parse(text) {
            Parsed::Time(time) => Value::Date(clip(time)),
            Parsed::Local => Value::unknown(LOCAL, at),
            Parsed::Other => Value::unknown("this form of a date is not read here", at),
        },
        [Value::Unknown(why)] => Value::Unknown(why.clone()),
        _ => Value::unknown(LOCAL, at),
    }
}

/// `Date.UTC(...)`.
pub(super) fn utc<'a>(arguments: &[Value<'a>], at: Site) -> Value<'a> {
    let mut parts = [f64::NAN, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
    for (part, argument) in parts.iter_mut().zip(arguments) {
        match argument {
            Value::Number(number) => *part = number.trunc(),
            _ => return not_evaluated("Date.UTC", at),
        }
    }
    let [year, month, day, hour, minute, second, millisecond] = parts;
    if !parts.iter().all(|part| part.abs() < 1e9) {
        return Value::Number(f64::NAN);
    }
    let year = if (0.0..=99.0).contains(&year) { 1900.0 + year } else { year };
    let months = year as i64 * 12 + month as i64;
    let days = days_from_civil(months.div_euclid(12), months.rem_euclid(12) + 1, 1) + day as i64 - 1;
    let time = (hour * 3_600_000.0) + (minute * 60_000.0) + (second * 1000.0) + millisecond;
    Value::Number(clip(days as f64 * DAY as f64 + time))
}

pub(super) fn call<'a>(time: f64, name: &str, at: Site) -> Value<'a> {
    match name {
        "getTime" | "valueOf" => Value::Number(time),
        "toISOString" | "toJSON" => match to_iso(time) {
            Some(text) => Value::string(text),
            None => Value::unknown("the date is invalid", at),
        },
        _ => not_evaluated(name, at),
    }
}

fn clip(time: f64) -> f64 {
    if time.is_nan() || time.abs() > MAX_TIME { f64::NAN } else { time.trunc() }
}

/// `2024-02-29T12:30:00.000Z`; None for an invalid date and for years that have another form.
pub(crate) fn to_iso(time: f64) -> Option<String> {
    if !time.is_finite() {
        return None;
    }
    let time = time as i64;
    let (year, month, day) = civil_from_days(time.div_euclid(DAY));
    let rest = time.rem_euclid(DAY);
    let (hour, minute, second, millisecond) =
        (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000);
    (0..=9999)
        .contains(&year)
        .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z"))
}

enum Parsed {
    Time(f64),
    Local,
    Other,
}

/// The forms that ECMAScript defines: a date alone is in UTC, a date with a time is local unless it says otherwise.
fn parse(text: &str) -> Parsed {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut numbers = date.split('-').map(|part| digits(part, if part.len() == 4 { 4 } else { 2 }));
    let (Some(Some(year)), month, day) = (numbers.next(), numbers.next(), numbers.next()) else {
        return Parsed::Other;
    };
    let (month, day) = match (month, day) {
        (None, _) => (1, 1),
        (Some(Some(month)), None) => (month, 1),
        (Some(Some(month)), Some(Some(day))) => (month, day),
        _ => return Parsed::Other,
    };
    let is_date = date.len() == 4 || date.len() == 7 || date.len() == 10;
    if numbers.next().is_some() || !is_date || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Parsed::Other;
    }
    // Days that a month does not have: JavaScript's engines differ from the standard here.
    let days = days_from_civil(year, month, day);
    if civil_from_days(days) != (year, month, day) {
        return Parsed::Other;
    }
    let base = days * DAY;
    let Some(time) = time else { return Parsed::Time(base as f64) };
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at_checked(at).unwrap_or((time, "")),
        None => return if clock(time).is_some() { Parsed::Local } else { Parsed::Other },
    };
    let offset = match zone {
        "Z" => Some(0),
        _ => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let minutes = zone
                .get(1..)
                .and_then(|rest| rest.split_once(':'))
                .and_then(|(hours, minutes)| Some(digits(hours, 2)? * 60 + digits(minutes, 2)?));
            minutes.map(|minutes| sign * minutes * 60_000)
        }
    };
    match (self::clock(clock), offset) {
        (Some(time), Some(offset)) => Parsed::Time((base + time - offset) as f64),
        _ => Parsed::Other,
    }
}

/// Milliseconds of `HH:MM[:SS[.mmm]]`.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let (second, millisecond) = match parts.next() {
        None => (0, 0),
        Some(second) => match second.split_once('.') {
            None => (digits(second, 2)?, 0),
            Some((second, fraction)) => {
                if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit())
                {
                    return None;
                }
                let padded: String = fraction.chars().chain("00".chars()).take(3).collect();
                (digits(second, 2)?, padded.parse().ok()?)
            }
        },
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond)
}

fn digits(text: &str, length: usize) -> Option<i64> {
    if text.len() != length || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Days since 1970-01-01 of a date in the Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as i64;
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> Option<String> {
        match parse(text) {
            Parsed::Time(time) => to_iso(clip(time)),
            Parsed::Local => Some("local".to_owned()),
            Parsed::Other => None,
        }
    }

    #[test]
    fn dates_are_read_as_javascript_does() {
        let cases = [
            ("2024-02-29", Some("2024-02-29T00:00:00.000Z")),
            ("2024", Some("2024-01-01T00:00:00.000Z")),
            ("2024-05", Some("2024-05-01T00:00:00.000Z")),
            ("1969-12-31T23:59:59.999Z", Some("1969-12-31T23:59:59.999Z")),
            ("2024-01-01T00:30:00+02:00", Some("2023-12-31T22:30:00.000Z")),
            ("2024-01-01T00:30-00:30", Some("2024-01-01T01:00:00.000Z")),
            ("2024-01-01T00:00:00.5Z", Some("2024-01-01T00:00:00.500Z")),
            ("2024-01-01T00:00:00", Some("local")),
            ("2023-02-29", None),
            ("2024-1-1", None),
            ("01/02/2024", None),
            ("2024-01-01 00:00:00", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(iso(text).as_deref(), wanted, "{text}");
        }
    }
}
