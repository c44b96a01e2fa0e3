//! Defaults.

use super::{Style, has_supplementary};
use crate::column::{Column, ColumnCharacterSet, ColumnType, DefaultValue};
use crate::quote;

pub(super) fn push_default(out: &mut String, column: &Column, style: Style) {
    let Some(default) = &column.default else { return };
    let mysql = style.flavor.is_mysql();
    let is_lob = matches!(column.ty, ColumnType::Text { .. } | ColumnType::Blob { .. });
    if mysql && is_lob && *default == DefaultValue::Null {
        // MySQL shows no default of a TEXT or BLOB unless it is an expression.
        return;
    }
    out.push_str(" DEFAULT ");
    match default {
        DefaultValue::Null => out.push_str("NULL"),
        DefaultValue::Literal(text) => push_literal(out, text, column, is_lob, style),
        DefaultValue::Bits(digits) => {
            out.push_str("b'");
            out.push_str(digits);
            out.push('\'');
        }
        DefaultValue::Hex(digits) => push_hex(out, digits, style),
        DefaultValue::Now => super::column::push_now(out, &column.ty, style),
        DefaultValue::Expression(expression) => {
            let parentheses = mysql || needs_parentheses(expression);
            out.push_str(if parentheses { "(" } else { "" });
            out.push_str(&style.expression(expression));
            out.push_str(if parentheses { ")" } else { "" });
        }
        DefaultValue::NextValue(text) => out.push_str(text),
    }
}

fn push_literal(out: &mut String, text: &str, column: &Column, is_lob: bool, style: Style) {
    let is_binary = matches!(column.ty, ColumnType::Binary { .. } | ColumnType::Varbinary { .. });
    if style.flavor.is_mysql() {
        if style.shown && has_supplementary(text) {
            // What utf8mb3 cannot show, MySQL shows in hexadecimal, in the column's own encoding.
            return quote::push_hex_upper(out, encoded(text, column.character_set.as_ref()));
        }
        return quote::push_shown_string(out, text);
    }
    let is_number = column.ty.is_numeric() || column.ty == ColumnType::Year;
    let looks_numeric = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if is_number && looks_numeric {
        out.push_str(text);
    } else if is_lob {
        // There it is an expression to MariaDB.
        quote::push_expression_string(out, &style.text(text));
    } else if is_binary && !text.is_empty() && shows_binary_in_hexadecimal(style) {
        quote::push_hex_lower(out, text.bytes());
    } else {
        style.push_string(out, text);
    }
}

/// MariaDB 11.8 does, 10.11 does not; where between them it began was not tested.
fn shows_binary_in_hexadecimal(style: Style) -> bool {
    style.flavor.mariadb_since(11, 8, 0)
}

fn push_hex(out: &mut String, digits: &str, style: Style) {
    let nibbles: Vec<u8> = digits.chars().filter_map(|c| c.to_digit(16)).map(|d| d as u8).collect();
    let bytes = nibbles.chunks(2).map(|pair| match *pair {
        [high, low] => (high << 4) | low,
        [high] => high << 4,
        _ => 0,
    });
    if style.flavor.is_mysql() {
        quote::push_hex_upper(out, bytes);
    } else if style.shown && !shows_binary_in_hexadecimal(style) {
        // The bytes as they are: a client that reads UTF-8 sees replacement characters.
        quote::push_shown_string(out, &String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()));
    } else {
        quote::push_hex_lower(out, bytes);
    }
}

fn encoded(text: &str, character_set: Option<&ColumnCharacterSet>) -> Vec<u8> {
    match character_set.map(|c| c.set.charset.as_str()) {
        Some("utf16") => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Some("utf16le") => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Some("utf32") => text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// Whether MariaDB puts a default's expression in parentheses: an operator, a comparison or a conversion, but not
/// a literal, a column or an ordinary function.
///
/// MariaDB decides by the kind of its tree's root; the text tells the same: is it one operand from end to end?
fn needs_parentheses(expression: &str) -> bool {
    let text = expression.trim();
    let Some(first) = text.chars().next() else { return false };
    match first {
        '\'' | '"' | '`' => !is_one_operand(text),
        '(' => !closes_at_end(text, 0),
        '0'..='9' | '.' => {
            !text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-' || b == b'+')
        }
        '-' => !text[1..].bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b)),
        _ => match text.find(|c: char| !(c.is_alphanumeric() || c == '_')) {
            None => false,
            Some(end) => match text.as_bytes()[end] {
                b'(' if closes_at_end(text, end) => {
                    let name = text[..end].to_ascii_lowercase();
                    BOOLEAN_FUNCTIONS.contains(&name.as_str()) || (name == "cast" && is_item_cast(text))
                }
                b'\'' => !is_one_operand(&text[end..]),
                _ => true,
            },
        },
    }
}

/// Functions that MariaDB treats as a comparison; seen on 10.11.18 and 11.8.9.
const BOOLEAN_FUNCTIONS: [&str; 7] = [
    "json_contains",
    "json_contains_path",
    "json_equals",
    "json_exists",
    "json_overlaps",
    "json_schema_valid",
    "json_valid",
];

/// CAST to a number or a string gets parentheses, CAST to a date, a time or one of MariaDB's own types does not.
fn is_item_cast(text: &str) -> bool {
    let Some((_, ty)) = text.trim_end_matches(')').rsplit_once(" as ") else { return true };
    let ty = ty.split(['(', ' ']).next().unwrap_or(ty);
    !["date", "time", "datetime", "inet4", "inet6", "uuid"].contains(&ty)
}

/// One string or quoted name, or several with dots between them.
fn is_one_operand(text: &str) -> bool {
    let mut rest = text;
    loop {
        let Some(end) = quoted_end(rest) else { return false };
        rest = &rest[end..];
        match rest.strip_prefix('.') {
            Some(more) => rest = more,
            None => return rest.is_empty(),
        }
    }
}

/// The length of the quoted text at the start, quotes included.
fn quoted_end(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    let (_, quote) = chars.next().filter(|(_, c)| "'\"`".contains(*c))?;
    while let Some((i, c)) = chars.next() {
        if c == '\\' && quote != '`' {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Some(i + 1);
        }
    }
    None
}

/// Whether the parenthesis at `open` closes with the text's last character.
fn closes_at_end(text: &str, open: usize) -> bool {
    let mut depth = 0usize;
    let mut i = open;
    while let Some(c) = text[i..].chars().next() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return i + 1 == text.len();
                }
            }
            '\'' | '"' | '`' => {
                let Some(length) = quoted_end(&text[i..]) else { return false };
                i += length;
                continue;
            }
            _ => {}
        }
        i += c.len_utf8();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::needs_parentheses;

    /// Each as MariaDB 10.11.18 and 11.8.9 print it.
    #[test]
    fn mariadb_puts_operators_in_parentheses() {
        let in_parentheses = [
            "1 + 2",
            "-3 + `a`",
            "case when `a` = 1 then 2 else 3 end",
            "`a` between 1 and 2",
            "`a` is null",
            "cast(`a` as char charset utf8mb4)",
            "cast(`a` as decimal(5,1))",
            "cast(`a` as signed)",
            "current_timestamp() + interval 1 day",
            "~`a`",
            "-`a`",
            "'x' collate utf8mb4_bin",
            "'x' + 'y'",
            "(`a`,`b`) = (1,2)",
            "(`a` + 1) * 2",
            "least(`a`,`b`) + 1",
            "json_valid('x')",
            "1 is not true",
            "soundex(`a`) = soundex('x')",
            "concat('(') + concat(')')",
        ];
        for text in in_parentheses {
            assert!(needs_parentheses(text), "{text}");
        }
        let bare = [
            "NULL",
            "1",
            "-1",
            "1e40",
            "0x00ff",
            "'it\\'s'",
            "'a'",
            "`a`",
            "`a``b`",
            "uuid()",
            "concat('a','\\')')",
            "if(`a`,1,2)",
            "extract(year from current_timestamp())",
            "trim(both 'x' from 'y')",
            "convert('x' using latin1)",
            "cast(current_timestamp() as date)",
            "cast(current_timestamp() as time(3))",
            "cast('::' as inet6)",
            "floor(rand() * 10)",
            "_latin1'x'",
            "TIMESTAMP'2020-01-01 00:00:00'",
            "(1 + 2)",
            "nextval(`db`.`s`)",
        ];
        for text in bare {
            assert!(!needs_parentheses(text), "{text}");
        }
        for odd in ["", " ", "(", "'", "`a", "é(", "x'", "ab é"] {
            needs_parentheses(odd);
        }
    }
}
