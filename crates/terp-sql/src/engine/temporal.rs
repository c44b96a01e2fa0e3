//! Dates and times in defaults: read as loosely as the server reads them, kept as it stores them.

use super::number::Decimal;
use crate::SqlMode;

/// A date, or a date with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct DateTime {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    micros: u32,
}

/// The DATE that a text or number becomes; `None` where the server refuses it.
pub(super) fn date(text: &str, mode: &SqlMode) -> Option<String> {
    let at = parse_date_time(text)?;
    check(&at, mode).then(|| format!("{:04}-{:02}-{:02}", at.year, at.month, at.day))
}

/// The DATETIME with `fsp` digits that a text or number becomes. `round` is MySQL's way; MariaDB cuts.
pub(super) fn date_time(text: &str, fsp: u8, mode: &SqlMode, round: bool) -> Option<String> {
    let at = fit(parse_date_time(text)?, fsp, round)?;
    check(&at, mode).then(|| show_date_time(&at, fsp))
}

/// The TIMESTAMP likewise: from 1970-01-01 00:00:01 to 2038-01-19 03:14:07 in a session whose time zone is UTC.
/// `wide` is MariaDB 11.5's range, which ends in 2106.
pub(super) fn timestamp(text: &str, fsp: u8, mode: &SqlMode, round: bool, wide: bool) -> Option<String> {
    let at = fit(parse_date_time(text)?, fsp, round)?;
    if at.year == 0 && at.month == 0 && at.day == 0 {
        return check(&at, mode).then(|| show_date_time(&at, fsp));
    }
    let shown = show_date_time(&at, fsp);
    let last = if wide { "2106-02-07 06:28:15.999999" } else { "2038-01-19 03:14:07.999999" };
    let valid = at.month > 0 && at.day > 0 && check(&at, mode);
    (valid && shown.as_str() >= "1970-01-01 00:00:01" && shown.as_str() <= last).then_some(shown)
}

/// The TIME with `fsp` digits that a text or number becomes.
pub(super) fn time(text: &str, fsp: u8, round: bool) -> Option<String> {
    let text = text.trim();
    let (negative, body) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (days, body) = match body.split_once(' ') {
        Some((days, rest)) if days.len() <= 2 && days.bytes().all(|b| b.is_ascii_digit()) => {
            (days.parse::<u32>().ok()?, rest)
        }
        Some(_) => {
            // A whole date and time: its time counts.
            let at = fit(parse_date_time(text)?, fsp, round)?;
            return Some(show_time(false, at.hour, at.minute, at.second, at.micros, fsp));
        }
        None => (0, body),
    };
    let (clock, fraction) = body.split_once('.').unwrap_or((body, ""));
    let micros = micros(fraction)?;
    let (hour, minute, second) = if clock.contains(':') {
        let parts: Vec<u32> = clock.split(':').map(|p| p.parse().ok()).collect::<Option<_>>()?;
        match parts.as_slice() {
            [h, m] => (*h, *m, 0),
            [h, m, s] => (*h, *m, *s),
            _ => return None,
        }
    } else {
        let number: u32 = clock.parse().ok()?;
        (number / 10_000, number / 100 % 100, number % 100)
    };
    let hour = hour.checked_add(days.checked_mul(24)?)?;
    if minute > 59 || second > 59 || hour > 838 {
        return None;
    }
    let keep = 10u32.pow(6 - u32::from(fsp));
    let mut total = u64::from(hour * 3600 + minute * 60 + second) * 1_000_000 + u64::from(micros);
    if round {
        total += u64::from(keep) / 2;
    }
    let total = total / u64::from(keep) * u64::from(keep);
    let (seconds, micros) = (total / 1_000_000, (total % 1_000_000) as u32);
    if seconds > 838 * 3600 + 59 * 60 + 59 {
        return None;
    }
    let seconds = seconds as u32;
    Some(show_time(negative, seconds / 3600, seconds / 60 % 60, seconds % 60, micros, fsp))
}

/// The YEAR that a text or number becomes.
pub(super) fn year(text: &str, is_string: bool) -> Option<String> {
    let number = Decimal::parse(text.trim())?.to_i128()?;
    let year = match number {
        0 if is_string && text.trim().len() < 4 => 2000,
        0 => 0,
        1..=69 => 2000 + number,
        70..=99 => 1900 + number,
        1901..=2155 => number,
        _ => return None,
    };
    Some(format!("{year:04}"))
}

fn show_time(negative: bool, hour: u32, minute: u32, second: u32, micros: u32, fsp: u8) -> String {
    let sign = if negative { "-" } else { "" };
    format!("{sign}{hour:02}:{minute:02}:{second:02}{}", show_fraction(micros, fsp))
}

fn show_date_time(at: &DateTime, fsp: u8) -> String {
    let fraction = show_fraction(at.micros, fsp);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}{fraction}",
        at.year, at.month, at.day, at.hour, at.minute, at.second
    )
}

fn show_fraction(micros: u32, fsp: u8) -> String {
    if fsp == 0 {
        return String::new();
    }
    let digits = format!("{micros:06}");
    format!(".{}", &digits[..usize::from(fsp.min(6))])
}

fn micros(fraction: &str) -> Option<u32> {
    if fraction.is_empty() {
        return Some(0);
    }
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let six: String = fraction.chars().chain("000000".chars()).take(6).collect();
    six.parse().ok()
}

/// Digits beyond the column's are rounded or cut.
fn fit(mut at: DateTime, fsp: u8, round: bool) -> Option<DateTime> {
    let keep = 10u32.pow(6 - u32::from(fsp.min(6)));
    let mut micros = at.micros;
    if round {
        micros += keep / 2;
    }
    at.micros = micros / keep * keep;
    if at.micros >= 1_000_000 {
        at.micros -= 1_000_000;
        at.second += 1;
        // Over the minute it would carry on; that a default stands so near it is not worth a calendar.
        if at.second > 59 {
            return None;
        }
    }
    Some(at)
}

fn check(at: &DateTime, mode: &SqlMode) -> bool {
    if at.hour > 23 || at.minute > 59 || at.second > 59 || at.month > 12 || at.day > 31 {
        return false;
    }
    if at.year == 0 && at.month == 0 && at.day == 0 {
        return !(mode.no_zero_date && mode.strict());
    }
    if at.month == 0 || at.day == 0 {
        return !(mode.no_zero_in_date && mode.strict());
    }
    mode.allow_invalid_dates || at.day <= days_in_month(at.year, at.month)
}

const fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// `YYYY-MM-DD[ hh:mm:ss[.ffffff]]` with any punctuation, or the same digits without, two-digit years included.
fn parse_date_time(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let zero = DateTime { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, micros: 0 };
    let first_run = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest_is_fraction = text[first_run..].is_empty() || text[first_run..].starts_with('.');
    if rest_is_fraction && first_run != 4 && first_run > 2 || text == "0" {
        if text.bytes().all(|b| b == b'0') && text.len() < 5 {
            return Some(zero);
        }
        let micros = micros(text[first_run..].strip_prefix('.').unwrap_or(""))?;
        let digits = &text[..first_run];
        // A number loses its leading zeros: pad to a form that has them.
        let padded = match digits.len() {
            5 => format!("0{digits}"),
            7 | 11 | 13 => format!("0{digits}"),
            _ => digits.to_owned(),
        };
        let part = |from: usize, len: usize| padded.get(from..from + len).and_then(|p| p.parse::<u32>().ok());
        let (year_len, has_time) = match padded.len() {
            6 => (2, false),
            8 => (4, false),
            12 => (2, true),
            14 => (4, true),
            _ => return None,
        };
        let year = part(0, year_len)?;
        let mut at = DateTime {
            year: if year_len == 2 { two_digit_year(year) } else { year },
            month: part(year_len, 2)?,
            day: part(year_len + 2, 2)?,
            micros,
            ..zero
        };
        if has_time {
            at.hour = part(year_len + 4, 2)?;
            at.minute = part(year_len + 6, 2)?;
            at.second = part(year_len + 8, 2)?;
        }
        return Some(at);
    }
    // Groups of digits, told apart by punctuation, a blank or a T.
    let mut groups: Vec<&str> = Vec::new();
    let mut rest = text;
    let mut fraction = "";
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        groups.push(&rest[..digits]);
        rest = &rest[digits..];
        if groups.len() == 6 {
            if let Some(after) = rest.strip_prefix('.') {
                fraction = after;
                rest = "";
            }
            break;
        }
        let Some(separator) = rest.chars().next() else { break };
        let allowed = if groups.len() == 3 {
            separator == ' ' || separator == 'T' || separator.is_ascii_punctuation()
        } else {
            separator.is_ascii_punctuation()
        };
        if !allowed {
            return None;
        }
        rest = rest[separator.len_utf8()..].trim_start_matches(' ');
        if rest.is_empty() {
            return None;
        }
    }
    if !rest.is_empty() || groups.len() < 3 {
        return None;
    }
    let number = |at: usize| groups.get(at).map_or(Some(0), |g| g.parse::<u32>().ok());
    let year = number(0)?;
    Some(DateTime {
        year: if groups[0].len() <= 2 { two_digit_year(year) } else { year },
        month: number(1)?,
        day: number(2)?,
        hour: number(3)?,
        minute: number(4)?,
        second: number(5)?,
        micros: micros(fraction)?,
    })
}

const fn two_digit_year(year: u32) -> u32 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lax() -> SqlMode {
        SqlMode::default()
    }

    #[test]
    fn dates_are_read_loosely() {
        assert_eq!(date("2020-1-1", &lax()).as_deref(), Some("2020-01-01"));
        assert_eq!(date("20200101", &lax()).as_deref(), Some("2020-01-01"));
        assert_eq!(date("200101", &lax()).as_deref(), Some("2020-01-01"));
        assert_eq!(date("2020-02-30", &lax()), None);
        assert_eq!(date("0000-00-00", &lax()).as_deref(), Some("0000-00-00"));
        let strict = SqlMode { strict_trans_tables: true, no_zero_date: true, ..lax() };
        assert_eq!(date("0000-00-00", &strict), None);
    }

    #[test]
    fn times_fit_their_precision() {
        assert_eq!(
            date_time("2020-01-01 10:00:00.5", 0, &lax(), true).as_deref(),
            Some("2020-01-01 10:00:01")
        );
        assert_eq!(
            date_time("2020-01-01 10:00:00.5", 0, &lax(), false).as_deref(),
            Some("2020-01-01 10:00:00")
        );
        assert_eq!(date_time("2020-01-01", 3, &lax(), true).as_deref(), Some("2020-01-01 00:00:00.000"));
        assert_eq!(date_time("2020-01-01T10:00:00Z", 0, &lax(), true), None);
        assert_eq!(time("10:00", 0, true).as_deref(), Some("10:00:00"));
        assert_eq!(time("100000", 2, true).as_deref(), Some("10:00:00.00"));
        assert_eq!(timestamp("1960-01-01 10:00:00", 0, &lax(), true, false), None);
    }
}
