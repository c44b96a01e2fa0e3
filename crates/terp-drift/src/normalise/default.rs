//! Defaults compared by value: numbers as numbers, strings exactly.

use terp_schema_model::{ColumnType, DefaultValue};

use super::text::without_introducers;

/// A default in the form that is compared.
pub(super) fn normalise_default(default: DefaultValue, ty: &ColumnType) -> DefaultValue {
    match default {
        DefaultValue::Literal(text) => literal(text, ty),
        DefaultValue::Bits(digits) => match ty {
            ColumnType::Bit { .. } => DefaultValue::Bits(trimmed_bits(&digits)),
            _ if ty.is_numeric() => match u128::from_str_radix(&digits, 2) {
                Ok(value) => DefaultValue::Literal(value.to_string()),
                Err(_) => DefaultValue::Bits(digits),
            },
            _ => DefaultValue::Bits(digits),
        },
        DefaultValue::Hex(digits) => hex(digits, ty),
        DefaultValue::Expression(text) => DefaultValue::Expression(without_introducers(&text).into_owned()),
        other => other,
    }
}

fn literal(text: String, ty: &ColumnType) -> DefaultValue {
    if ty.is_numeric() {
        return DefaultValue::Literal(canonical_number(&text).unwrap_or(text));
    }
    match ty {
        ColumnType::Bit { .. } => match text.parse::<u64>() {
            Ok(value) => DefaultValue::Bits(format!("{value:b}")),
            Err(_) => DefaultValue::Literal(text),
        },
        ColumnType::DateTime { .. } | ColumnType::Timestamp { .. } | ColumnType::Time { .. } => {
            DefaultValue::Literal(canonical_time(&text, matches!(ty, ColumnType::Time { .. })))
        }
        _ => DefaultValue::Literal(text),
    }
}

/// Hexadecimal digits are a number in a number's default, and text wherever they are valid text.
fn hex(digits: String, ty: &ColumnType) -> DefaultValue {
    if ty.is_numeric() {
        return match u128::from_str_radix(&digits, 16) {
            Ok(value) => DefaultValue::Literal(value.to_string()),
            Err(_) => DefaultValue::Hex(digits),
        };
    }
    let bytes: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    match bytes.filter(|_| digits.len().is_multiple_of(2)).map(String::from_utf8) {
        Some(Ok(text)) => DefaultValue::Literal(text),
        _ => DefaultValue::Hex(digits.to_ascii_lowercase()),
    }
}

fn trimmed_bits(digits: &str) -> String {
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() { "0".to_owned() } else { trimmed.to_owned() }
}

/// A decimal number in one spelling: `-1.50`, `-1.5e0` and `-15e-1` become `-15e-1`; `None` for what is no number.
fn canonical_number(text: &str) -> Option<String> {
    let text = text.trim();
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = [whole, fraction].concat();
    if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let significant = all.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    let dropped = all.len() - all.trim_end_matches('0').len();
    let exponent = exponent
        .checked_sub(i64::try_from(fraction.len()).ok()?)?
        .checked_add(i64::try_from(dropped).ok()?)?;
    let sign = if negative { "-" } else { "" };
    Some(if exponent == 0 {
        format!("{sign}{significant}")
    } else {
        format!("{sign}{significant}e{exponent}")
    })
}

/// Midnight and zero fractions of a second are shown or not after the column's precision: they say nothing.
fn canonical_time(text: &str, time_only: bool) -> String {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|b| b == b'0') => whole,
        Some((whole, fraction)) if fraction.bytes().all(|b| b.is_ascii_digit()) => {
            return format!("{whole}.{}", fraction.trim_end_matches('0'));
        }
        _ => text,
    };
    if !time_only && whole.len() == 10 && !whole.contains(' ') {
        return format!("{whole} 00:00:00");
    }
    whole.to_owned()
}

#[cfg(test)]
mod tests {
    use terp_schema_model::{ColumnType, DefaultValue};

    use super::normalise_default;

    fn same(ty: &ColumnType, a: DefaultValue, b: DefaultValue) -> bool {
        normalise_default(a, ty) == normalise_default(b, ty)
    }

    fn text(text: &str) -> DefaultValue {
        DefaultValue::Literal(text.to_owned())
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let ty = ColumnType::Decimal { precision: 20, scale: 2, unsigned: false, zerofill: false };
        for (a, b) in
            [("0", "0.00"), ("1.50", "+1.5"), ("100", "1e2"), ("-0", "0"), ("-15e-1", "-1.5"), (".5", "0.5")]
        {
            assert!(same(&ty, text(a), text(b)), "{a} {b}");
        }
        for (a, b) in [
            ("1", "10"),
            ("1", "-1"),
            ("1.05", "1.5"),
            ("", "0"),
            ("1e", "1"),
            ("99999999999999999999", "99999999999999999998"),
        ] {
            assert!(!same(&ty, text(a), text(b)), "{a} {b}");
        }
        assert!(same(&ty, DefaultValue::Bits("0101".to_owned()), text("5")));
        assert!(same(&ty, DefaultValue::Hex("ff".to_owned()), text("255")));
    }

    #[test]
    fn strings_are_compared_exactly() {
        let ty = ColumnType::Varchar { length: 10 };
        assert!(!same(&ty, text("1.0"), text("1.00")));
        assert!(same(&ty, DefaultValue::Hex("4142".to_owned()), text("AB")));
        assert!(!same(&ty, DefaultValue::Hex("ff".to_owned()), text("ff")));
    }

    #[test]
    fn bits_and_times() {
        let bit = ColumnType::Bit { width: 4 };
        assert!(same(&bit, DefaultValue::Bits("0101".to_owned()), text("5")));
        let datetime = ColumnType::DateTime { fsp: 3 };
        assert!(same(&datetime, text("2020-01-01"), text("2020-01-01 00:00:00.000")));
        assert!(!same(&datetime, text("2020-01-01 00:00:00.100"), text("2020-01-01 00:00:00.000")));
        assert!(same(&datetime, text("2020-01-01 00:00:00.100"), text("2020-01-01 00:00:00.1")));
    }
}
