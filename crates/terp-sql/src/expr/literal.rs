//! Literals as the servers print them.

use super::{ExprContext, ExprError};
use crate::Span;
use crate::ast::Literal;

/// A literal's text. `charset` is what a string is converted to; without it, it keeps its own.
pub(super) fn print(
    literal: &Literal,
    charset: Option<&str>,
    span: Span,
    cx: &ExprContext<'_>,
) -> Result<String, ExprError> {
    let mysql = cx.flavor.is_mysql();
    Ok(match literal {
        Literal::Null => "NULL".into(),
        Literal::Bool(value) if mysql => value.to_string(),
        Literal::Bool(value) => u8::from(*value).to_string(),
        Literal::Integer(digits) => integer(digits).to_owned(),
        Literal::Decimal(text) => decimal(text),
        Literal::Float(text) => text.clone(),
        Literal::String { value, introducer } if cx.place.in_query() => {
            view_string(value, introducer.as_deref(), span, cx)?
        }
        Literal::String { value, introducer } if mysql => {
            let own = introducer.as_deref().unwrap_or(&cx.connection.charset);
            if cx.sql_mode.no_backslash_escapes && value.chars().any(|c| escape(c).is_some()) {
                // The server escapes these twice, or fails to read them again.
                return Err(ExprError::unsupported("a string with escapes under NO_BACKSLASH_ESCAPES", span));
            }
            mysql_string(value, own, charset.unwrap_or(own), span)?
        }
        Literal::String { value, introducer } => {
            mariadb_string(value, introducer.as_deref(), charset, span, cx)?
        }
        Literal::Hex { bytes, introducer: Some(introducer), .. } => {
            let value = str::from_utf8(bytes).ok().filter(|text| text.is_ascii());
            let Some(value) = value else {
                return Err(ExprError::unsupported("a hexadecimal literal with an introducer", span));
            };
            format!("_{introducer}{}", quoted(value, span, cx)?)
        }
        Literal::Hex { bytes, .. } if bytes.is_empty() => "X''".into(),
        Literal::Hex { bytes, number, .. } if mysql || *number => format!("0x{}", hex(bytes)),
        Literal::Hex { bytes, .. } => format!("X'{}'", hex(bytes)),
        Literal::Bits { introducer: Some(_), .. } => {
            return Err(ExprError::unsupported("a bit literal with an introducer", span));
        }
        Literal::Bits { digits, .. } => {
            let bytes = bytes_of_bits(digits);
            if bytes.is_empty() {
                return Err(ExprError::unsupported("an empty bit literal", span));
            }
            format!("0x{}", hex(&bytes))
        }
        Literal::Temporal { keyword, value } => {
            let exact = match *keyword {
                "DATE" => is_date(value),
                "TIME" => is_time(value),
                _ => value.split_once(' ').is_some_and(|(date, time)| is_date(date) && is_time(time)),
            };
            if !exact {
                return Err(ExprError::unsupported("a temporal literal in a free form", span));
            }
            format!("{keyword}'{value}'")
        }
    })
}

/// In a view a string keeps its introducer, if it has one, and nothing is converted.
fn view_string(
    value: &str,
    introducer: Option<&str>,
    span: Span,
    cx: &ExprContext<'_>,
) -> Result<String, ExprError> {
    let own = introducer.unwrap_or(&cx.connection.charset);
    if !value.is_ascii() && !matches!(own, "utf8mb4" | "utf8mb3") {
        return Err(ExprError::unsupported(format!("a string of {own} beyond ASCII"), span));
    }
    if cx.sql_mode.no_backslash_escapes && value.chars().any(|c| escape(c).is_some()) {
        return Err(ExprError::unsupported("a string with escapes under NO_BACKSLASH_ESCAPES", span));
    }
    let text = quoted(value, span, cx)?;
    Ok(match introducer {
        Some(introducer) => format!("_{introducer}{text}"),
        None => text,
    })
}

fn mysql_string(value: &str, own: &str, target: &str, span: Span) -> Result<String, ExprError> {
    let unicode = |charset: &str| matches!(charset, "utf8mb4" | "utf8mb3");
    if !(value.is_ascii() || unicode(own) && unicode(target)) {
        return Err(ExprError::unsupported(format!("a string of {own} beyond ASCII as {target}"), span));
    }
    let wide = |charset: &str| matches!(charset, "ucs2" | "utf16" | "utf16le" | "utf32");
    if wide(own) || wide(target) {
        return Err(ExprError::unsupported(format!("a string of {target}"), span));
    }
    let mut text = format!("_{target}'");
    for c in value.chars() {
        match escape(c) {
            Some(escaped) => text.push_str(escaped),
            // The text goes through utf8mb3, which has no characters of four bytes.
            None if c.len_utf8() == 4 => text.push_str("????"),
            None => text.push(c),
        }
    }
    text.push('\'');
    Ok(text)
}

fn mariadb_string(
    value: &str,
    introducer: Option<&str>,
    target: Option<&str>,
    span: Span,
    cx: &ExprContext<'_>,
) -> Result<String, ExprError> {
    let own = introducer.unwrap_or(&cx.connection.charset);
    let unicode = |charset: &str| matches!(charset, "utf8mb4" | "utf8mb3");
    if !(value.is_ascii() || unicode(own) && target.is_none_or(unicode)) {
        return Err(ExprError::unsupported(format!("a string of {own} beyond ASCII"), span));
    }
    let text = quoted(value, span, cx)?;
    // A string that was converted has lost its introducer.
    Ok(match introducer {
        Some(introducer) if target.is_none_or(|target| target == introducer) => {
            format!("_{introducer}{text}")
        }
        _ => text,
    })
}

/// In single quotes, escaped.
pub(super) fn quoted(value: &str, span: Span, cx: &ExprContext<'_>) -> Result<String, ExprError> {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('\'');
    for c in value.chars() {
        match escape(c) {
            Some(escaped) => text.push_str(escaped),
            None if c == '\t' && cx.flavor.mariadb_since(11, 8, 0) => text.push_str("\\t"),
            None if c == '\t' && cx.flavor.mariadb_since(11, 0, 0) => {
                return Err(ExprError::unsupported("a tabulator in a string", span));
            }
            None => text.push(c),
        }
    }
    text.push('\'');
    Ok(text)
}

fn escape(c: char) -> Option<&'static str> {
    Some(match c {
        '\\' => "\\\\",
        '\'' => "\\'",
        '\0' => "\\0",
        '\n' => "\\n",
        '\r' => "\\r",
        '\u{1A}' => "\\Z",
        _ => return None,
    })
}

fn integer(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    }
}

fn decimal(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.is_empty() { integer(whole).to_owned() } else { format!("{}.{fraction}", integer(whole)) }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn bytes_of_bits(digits: &str) -> Vec<u8> {
    let bits = digits.bytes().map(|b| b & 1).collect::<Vec<_>>();
    bits.rchunks(8).rev().map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | bit)).collect()
}

/// `YYYY-MM-DD`, a date that exists.
pub(super) fn is_date(text: &str) -> bool {
    let Some([year, month, day]) = numbers(text, '-', [4, 2, 2]) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=days).contains(&day)
}

/// `HH:MM:SS`, with or without up to six digits of a fraction.
pub(super) fn is_time(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').map_or((text, None), |(clock, f)| (clock, Some(f)));
    let fraction_fits = |f: &str| (1..=6).contains(&f.len()) && f.bytes().all(|b| b.is_ascii_digit());
    let clock = numbers(clock, ':', [2, 2, 2]);
    fraction.is_none_or(fraction_fits) && clock.is_some_and(|[h, m, s]| h < 24 && m < 60 && s < 60)
}

fn numbers(text: &str, separator: char, lengths: [usize; 3]) -> Option<[u32; 3]> {
    let mut numbers = [0; 3];
    let mut parts = text.split(separator);
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next().filter(|p| p.len() == length && p.bytes().all(|b| b.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}
