//! Numbers as JavaScript writes and reads them.

use std::fmt::Write as _;

/// Number::toString: the shortest digits that give the number back, with an exponent from 1e21 and below 1e-6.
pub(crate) fn to_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    // Rust's own form has the same digits: d.ddde-7.
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let mut out = if value < 0.0 { "-".to_owned() } else { String::new() };
    let cut =
        |at: i32| digits.split_at_checked(usize::try_from(at).unwrap_or_default()).unwrap_or((&digits, ""));
    // Writing to a string can't fail.
    let _ = match exponent {
        0..=20 if count <= exponent + 1 => write!(out, "{digits}{}", zeros(exponent + 1 - count)),
        0..=20 => {
            let (whole, fraction) = cut(exponent + 1);
            write!(out, "{whole}.{fraction}")
        }
        -6..=-1 => write!(out, "0.{}{digits}", zeros(-exponent - 1)),
        _ => {
            let (first, rest) = cut(1);
            let dot = if rest.is_empty() { "" } else { "." };
            let sign = if exponent < 0 { "-" } else { "+" };
            write!(out, "{first}{dot}{rest}e{sign}{}", exponent.abs())
        }
    };
    out
}

/// What `Number(text)` makes of a text.
pub(crate) fn of_text(text: &str) -> f64 {
    let text = text.trim_matches(is_white);
    let radix = |prefixes: [&str; 2]| prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    for (prefixes, base) in [(["0x", "0X"], 16), (["0o", "0O"], 8), (["0b", "0B"], 2)] {
        if let Some(digits) = radix(prefixes) {
            let value = u64::from_str_radix(digits, base);
            return value.map_or(f64::NAN, |value| value as f64);
        }
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        "" if text.is_empty() => 0.0,
        "Infinity" => {
            if text.starts_with('-') {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            }
        }
        // Rust reads more words than JavaScript does.
        _ if unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

pub(crate) fn is_white(c: char) -> bool {
    c.is_whitespace() || c == '\u{FEFF}'
}

/// ToInt32, as the bitwise operators use it.
pub(crate) fn to_int32(value: f64) -> i32 {
    if !value.is_finite() {
        return 0;
    }
    let modulus = 4_294_967_296.0_f64;
    let wrapped = value.trunc().rem_euclid(modulus);
    // Below 2^32 by construction.
    (wrapped as u32).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_javascript_does() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1, "0.1"),
            (123456789.0, "123456789"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e21, "1.5e+21"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (1.25e-7, "1.25e-7"),
            (0.000_012_3, "0.0000123"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (100.0, "100"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
        ];
        for (value, text) in cases {
            assert_eq!(to_text(value), text);
        }
    }

    #[test]
    fn texts_are_read_as_javascript_does() {
        let cases = [
            ("", 0.0),
            (" 12 ", 12.0),
            ("0x1F", 31.0),
            ("1e3", 1000.0),
            ("-5", -5.0),
            (".5", 0.5),
            ("+7", 7.0),
        ];
        for (text, value) in cases {
            assert_eq!(of_text(text), value, "{text}");
        }
        for text in ["1a", "inf", "nan", "--1", "0xg"] {
            assert!(of_text(text).is_nan(), "{text}");
        }
        assert_eq!((to_int32(4294967297.0), to_int32(-1.0), to_int32(2147483648.0)), (1, -1, -2147483648));
    }
}
