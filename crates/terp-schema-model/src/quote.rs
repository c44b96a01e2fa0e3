//! Quoting and escaping: the one place that turns names and values into SQL.
//!
//! Two purposes need two kinds of string literal. What a server *shows* (`shown_...`) is escaped as its sources do
//! it, which was checked on MySQL 9.7.4, MariaDB 10.11.18 and 11.8.9. What is *sent* ([`string_literal`]) has to
//! survive whatever sql_mode the session has.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::flavor::Flavor;

/// A name between backticks, backticks in it doubled.
///
/// ```
/// assert_eq!(terp_schema_model::quote::identifier("a`b"), "`a``b`");
/// ```
pub fn identifier(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    push_identifier(&mut out, name);
    out
}

/// An identifier in double quotes, for a session with ANSI_QUOTES.
pub fn ansi_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Appends a name between backticks.
pub fn push_identifier(out: &mut String, name: &str) {
    out.push('`');
    for c in name.chars() {
        if c == '`' {
            out.push('`');
        }
        out.push(c);
    }
    out.push('`');
}

/// Appends names between backticks, with a separator between them.
pub fn push_identifiers<'a>(out: &mut String, names: impl IntoIterator<Item = &'a str>, separator: &str) {
    for (i, name) in names.into_iter().enumerate() {
        if i > 0 {
            out.push_str(separator);
        }
        push_identifier(out, name);
    }
}

/// A string literal to send to a server.
///
/// With `no_backslash_escapes`, for a session whose sql_mode has NO_BACKSLASH_ESCAPES: there a backslash is an
/// ordinary character and only the quote is doubled. Otherwise backslash, NUL, newline, carriage return and Control-Z
/// are written with a backslash, and the quote is doubled.
pub fn string_literal(text: &str, no_backslash_escapes: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("''"),
            _ if no_backslash_escapes => out.push(c),
            '\x1a' => out.push_str("\\Z"),
            _ => push_shown_char(&mut out, c),
        }
    }
    out.push('\'');
    out
}

/// Appends a string literal as SHOW CREATE prints those of enum members, defaults, comments and options.
pub fn push_shown_string(out: &mut String, text: &str) {
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("''"),
            _ => push_shown_char(out, c),
        }
    }
    out.push('\'');
}

/// A string literal as SHOW CREATE prints those of enum members, defaults, comments and options.
pub fn shown_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_shown_string(&mut out, text);
    out
}

/// A string literal as servers print it within an expression: the quote gets a backslash.
pub fn expression_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_expression_string(&mut out, text);
    out
}

/// Appends a string literal as servers print it within an expression.
pub fn push_expression_string(out: &mut String, text: &str) {
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\x1a' => out.push_str("\\Z"),
            _ => push_shown_char(out, c),
        }
    }
    out.push('\'');
}

fn push_shown_char(out: &mut String, c: char) {
    match c {
        '\0' => out.push_str("\\0"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\\' => out.push_str("\\\\"),
        _ => out.push(c),
    }
}

/// Appends a partition's comment or directory as SHOW CREATE prints it: as in an expression, but MySQL leaves line
/// ends as they are.
pub fn push_partition_string(out: &mut String, text: &str, flavor: Flavor) {
    if flavor.is_mariadb() {
        return push_expression_string(out, text);
    }
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\x1a' => out.push_str("\\Z"),
            '\n' | '\r' => out.push(c),
            _ => push_shown_char(out, c),
        }
    }
    out.push('\'');
}

/// Appends the name of a partition, or of a column in a list of them, as SHOW CREATE prints it there: MySQL leaves
/// out the backticks where it can.
pub fn push_partition_identifier(out: &mut String, name: &str, flavor: Flavor) {
    if flavor.is_mariadb()
        || needs_quotes(name)
        || MYSQL_KEYWORDS.contains(name.to_ascii_lowercase().as_str())
    {
        push_identifier(out, name);
    } else {
        out.push_str(name);
    }
}

/// Seen on MySQL 9.7.4: anything but ASCII letters, digits, `_` and `$`, and names of digits only.
fn needs_quotes(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    !name.chars().all(plain) || name.chars().all(|c| c.is_ascii_digit())
}

static MYSQL_KEYWORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let text = include_str!("quote/mysql-keywords.txt");
    text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_ascii_whitespace).collect()
});

/// Appends bytes as MySQL shows them: `0xFF01`.
pub(crate) fn push_hex_upper(out: &mut String, bytes: impl IntoIterator<Item = u8>) {
    out.push_str("0x");
    for byte in bytes {
        push_byte(out, byte, b"0123456789ABCDEF");
    }
}

/// Appends bytes as MariaDB shows them: `x'ff01'`.
pub(crate) fn push_hex_lower(out: &mut String, bytes: impl IntoIterator<Item = u8>) {
    out.push_str("x'");
    for byte in bytes {
        push_byte(out, byte, b"0123456789abcdef");
    }
    out.push('\'');
}

fn push_byte(out: &mut String, byte: u8, digits: &[u8; 16]) {
    for nibble in [byte >> 4, byte & 15] {
        out.push(char::from(digits[usize::from(nibble)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = "a'b\"c\\d\0e\nf\rg\th\x1ai%_é";

    #[test]
    fn literals_by_purpose() {
        assert_eq!(shown_string(ALL), "'a''b\"c\\\\d\\0e\\nf\\rg\th\x1ai%_é'");
        assert_eq!(expression_string(ALL), "'a\\'b\"c\\\\d\\0e\\nf\\rg\th\\Zi%_é'");
        assert_eq!(string_literal(ALL, false), "'a''b\"c\\\\d\\0e\\nf\\rg\th\\Zi%_é'");
        assert_eq!(string_literal(ALL, true), "'a''b\"c\\d\0e\nf\rg\th\x1ai%_é'");
        let mut partition = String::new();
        push_partition_string(&mut partition, "it's\n\\\r\x1a", Flavor::MYSQL_9_7);
        push_partition_string(&mut partition, "it's\n\\\r\x1a", Flavor::MARIADB_11_8);
        assert_eq!(partition, "'it\\'s\n\\\\\r\\Z''it\\'s\\n\\\\\\r\\Z'");
    }

    /// Seen on MySQL 9.7.4.
    #[test]
    fn mysql_quotes_partition_names_only_where_it_must() {
        let shown = |name: &str| {
            let mut out = String::new();
            push_partition_identifier(&mut out, name, Flavor::MYSQL_9_7);
            out
        };
        for bare in ["p0", "a$", "1a", "end1", "substr", "now", "no_merge"] {
            assert_eq!(shown(bare), bare);
        }
        for quoted in ["12", "é", "é1a", "a b", "S3", "END", "hash", "p-1", ""] {
            assert_eq!(shown(quoted), format!("`{quoted}`"));
        }
        assert_eq!(shown("p`1"), "`p``1`");
        let mut out = String::new();
        push_partition_identifier(&mut out, "p0", Flavor::MARIADB_10_11);
        assert_eq!(out, "`p0`");
    }

    #[test]
    fn keywords_are_all_read() {
        assert_eq!(MYSQL_KEYWORDS.len(), 760);
    }
}
