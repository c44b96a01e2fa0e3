//! Text in the bounds of partitions: how it is converted, shown and compared.

use std::cmp::Ordering;

use terp_schema_model::quote;

use super::super::Context;
use super::super::error::{Result, refuse, unsupported};

/// Text as a column of that character set holds it.
pub(super) fn from_text(
    cx: &Context<'_>,
    text: String,
    introducer: Option<&str>,
    charset: &str,
) -> Result<String> {
    if text.is_ascii() {
        return Ok(text);
    }
    if introducer.is_some_and(|i| !matches!(i, "utf8" | "utf8mb3" | "utf8mb4")) {
        return Err(unsupported("an introducer in a bound"));
    }
    let holds = match charset {
        "utf8mb4" => true,
        "utf8mb3" => text.chars().all(|c| u32::from(c) <= 0xFFFF),
        "ascii" => false,
        // From U+0080 to U+009F the servers' latin1 is Windows' code page.
        "latin1" if text.chars().any(|c| matches!(u32::from(c), 0x80..=0x9F | 0x100..=0x2122)) => {
            return Err(unsupported("the conversion of this bound to latin1"));
        }
        "latin1" => text.chars().all(|c| u32::from(c) <= 0xFF),
        _ => return Err(unsupported(format!("the conversion of a bound to {charset}"))),
    };
    if holds {
        return Ok(text);
    }
    if cx.flavor.is_mariadb() {
        return Err(super::function::not_allowed());
    }
    let escaped: String = text
        .chars()
        .map(|c| {
            let mut bytes = [0; 4];
            let encoded = c.encode_utf8(&mut bytes);
            if c.is_ascii() {
                encoded.to_owned()
            } else {
                encoded.bytes().map(|b| format!("\\x{b:02X}")).collect()
            }
        })
        .collect();
    Err(refuse(3854, format!("Cannot convert string '{escaped}' from utf8mb4 to {charset}")))
}

/// The text that bytes are in a character set.
pub(super) fn from_bytes(cx: &Context<'_>, bytes: Vec<u8>, charset: &str) -> Result<String> {
    if bytes.is_ascii() && !matches!(charset, "ucs2" | "utf16" | "utf16le" | "utf32" | "filename") {
        return Ok(bytes.iter().map(|b| char::from(*b)).collect());
    }
    match charset {
        "latin1" if bytes.iter().all(|b| !matches!(b, 0x80..=0x9F)) => {
            Ok(bytes.iter().map(|b| char::from(*b)).collect())
        }
        "utf8mb4" | "utf8mb3" => String::from_utf8(bytes).map_err(|error| {
            if cx.flavor.is_mysql() {
                return refuse(1654, "Partition column values of incorrect type");
            }
            let hex: String = error.as_bytes().iter().map(|b| format!("{b:02X}")).collect();
            refuse(1300, format!("Invalid {charset} character string: '{hex}'"))
        }),
        "ucs2" | "utf16" if bytes.len().is_multiple_of(2) => {
            let units: Vec<u16> =
                bytes.chunks(2).map(|pair| u16::from(pair[0]) << 8 | u16::from(pair[1])).collect();
            String::from_utf16(&units)
                .map_err(|_| unsupported(format!("these bytes as a bound in {charset}")))
        }
        _ => Err(unsupported(format!("bytes as a bound in {charset}"))),
    }
}

/// Text as SHOW CREATE TABLE prints it in a bound. Only what three bytes of UTF-8 hold is printed as text.
pub(super) fn shown(cx: &Context<'_>, text: &str, charset: &str) -> Result<String> {
    if text.chars().all(|c| u32::from(c) <= 0xFFFF) {
        return Ok(quote::shown_string(text));
    }
    if charset != "utf8mb4" {
        return Err(unsupported(format!("this bound in {charset}")));
    }
    Ok(format!("_{charset} 0x{}", hex(cx, text.as_bytes())))
}

/// Bytes as SHOW CREATE TABLE prints them in a bound: MariaDB prints text where they are text.
pub(super) fn shown_bytes(cx: &Context<'_>, bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let printed = cx.flavor.is_mariadb() && text.chars().all(|c| u32::from(c) <= 0xFFFF);
        if printed || text.is_empty() {
            return quote::shown_string(text);
        }
    }
    format!("_binary 0x{}", hex(cx, bytes))
}

fn hex(cx: &Context<'_>, bytes: &[u8]) -> String {
    if cx.flavor.is_mysql() {
        bytes.iter().map(|b| format!("{b:02X}")).collect()
    } else {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// What is known about two texts without the tables of their collation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// Their order.
    Ordered(Ordering),
    /// They differ; in which order is not known.
    Different,
    /// Not even that.
    Unknown,
}

/// Compares as far as ASCII letters and digits decide it.
pub(super) fn compare(a: &str, b: &str, collation: &str) -> Comparison {
    let no_pad = collation.contains("0900") || collation.contains("nopad") || collation == "binary";
    let (a, b) = if no_pad { (a, b) } else { (a.trim_end_matches(' '), b.trim_end_matches(' ')) };
    if collation.ends_with("_bin") || collation == "binary" {
        return Comparison::Ordered(a.cmp(b));
    }
    let by_weight = ["0900", "uca1400", "unicode"].iter().any(|name| collation.contains(name));
    // Control characters but blanks have no weight.
    let stripped = |text: &str| text.chars().filter(|c| !by_weight || !is_weightless(*c)).collect::<String>();
    let (a, b) = (stripped(a), stripped(b));
    let case_sensitive = collation.contains("_cs");
    let (mut left, mut right) = (a.chars(), b.chars());
    let mut case_differs = false;
    loop {
        let (x, y) = match (left.next(), right.next()) {
            (None, None) if case_differs => return Comparison::Different,
            (None, None) => return Comparison::Ordered(Ordering::Equal),
            // A combining mark may weigh nothing.
            (None, Some(c)) | (Some(c), None) if !is_known(c) => return Comparison::Unknown,
            (None, Some(_)) => return Comparison::Ordered(Ordering::Less),
            (Some(_), None) => return Comparison::Ordered(Ordering::Greater),
            (Some(x), Some(y)) => (x, y),
        };
        if x == y {
            continue;
        }
        if !is_known(x) || !is_known(y) {
            return Comparison::Unknown;
        }
        let (x, y) = (x.to_ascii_uppercase(), y.to_ascii_uppercase());
        if x == y {
            case_differs |= case_sensitive;
            continue;
        }
        return match (x.is_ascii_alphanumeric(), y.is_ascii_alphanumeric()) {
            (true, true) => Comparison::Ordered(x.cmp(&y)),
            _ if !x.is_ascii() && !y.is_ascii() => Comparison::Different,
            (true, false) if by_weight && y.is_ascii() => Comparison::Ordered(Ordering::Greater),
            (false, true) if by_weight && x.is_ascii() => Comparison::Ordered(Ordering::Less),
            (false, false) if by_weight => Comparison::Different,
            _ => Comparison::Ordered(x.cmp(&y)),
        };
    }
}

const fn is_weightless(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t'..='\r')
}

/// Characters that are like no other one: ASCII, and the scripts of East Asia.
const fn is_known(c: char) -> bool {
    c.is_ascii() || matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_compare_as_far_as_it_is_known() {
        use Ordering as O;
        let general = |a, b| compare(a, b, "utf8mb4_general_ci");
        let weights = |a, b| compare(a, b, "utf8mb4_0900_ai_ci");
        assert_eq!(general("a", "A"), Comparison::Ordered(O::Equal));
        assert_eq!(general("a ", "a"), Comparison::Ordered(O::Equal));
        assert_eq!(weights("a ", "a"), Comparison::Ordered(O::Greater));
        assert_eq!(general("A", "_"), Comparison::Ordered(O::Less));
        assert_eq!(weights("A", "_"), Comparison::Ordered(O::Greater));
        assert_eq!(weights("-", "_"), Comparison::Different);
        assert_eq!(weights("\0", "'"), Comparison::Ordered(O::Less));
        assert_eq!(weights("\0", ""), Comparison::Ordered(O::Equal));
        assert_eq!(weights("9", "a"), Comparison::Ordered(O::Less));
        assert_eq!(weights("e", "é"), Comparison::Unknown);
        assert_eq!(weights("ab", "cé"), Comparison::Ordered(O::Less));
        assert_eq!(compare("a", "A", "utf8mb4_bin"), Comparison::Ordered(O::Greater));
        assert_eq!(compare("a", "A", "utf8mb4_0900_as_cs"), Comparison::Different);
        assert_eq!(compare("日", "本", "utf8mb4_0900_ai_ci"), Comparison::Different);
    }
}
