//! Texts compared by what they say: expressions without introducers, program bodies by token.

use std::borrow::Cow;

/// Takes the introducers (`_utf8mb4'x'`) out of an expression. MySQL writes them after the character set of the
/// connection that happened to run the DDL. `_binary` stays: it changes what the literal is.
pub(super) fn without_introducers(expression: &str) -> Cow<'_, str> {
    if !expression.contains('_') || !expression.contains('\'') {
        return Cow::Borrowed(expression);
    }
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression;
    let mut after_word = false;
    while let Some(c) = rest.chars().next() {
        if matches!(c, '\'' | '"' | '`') {
            let (quoted, tail) = rest.split_at(quoted_len(rest, c));
            out.push_str(quoted);
            rest = tail;
            after_word = true;
            continue;
        }
        if c == '_' && !after_word {
            let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            let tail = rest[word..].trim_start();
            if tail.starts_with('\'') && !rest[..word].eq_ignore_ascii_case("_binary") {
                rest = tail;
                continue;
            }
        }
        out.push(c);
        after_word = is_word(c);
        rest = &rest[c.len_utf8()..];
    }
    if out == expression { Cow::Borrowed(expression) } else { Cow::Owned(out) }
}

/// A program's body with every gap between tokens written in one way. Quoted texts and comments stay as they are.
pub(super) fn by_token(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body.trim().trim_end_matches(';').trim_end();
    let mut gap = false;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_whitespace() {
            gap = true;
            rest = &rest[1..];
            continue;
        }
        let len = token_len(rest, c);
        let joins_words = is_word(c) && out.chars().next_back().is_some_and(is_word);
        if gap && joins_words {
            out.push(' ');
        }
        gap = false;
        out.push_str(&rest[..len]);
        rest = &rest[len..];
    }
    out
}

/// The length of what starts here and has to stay as it is; of one character otherwise.
fn token_len(rest: &str, c: char) -> usize {
    let line_comment = c == '#' || (rest.starts_with("--") && !rest[2..].starts_with(|c: char| c > ' '));
    if matches!(c, '\'' | '"' | '`') {
        quoted_len(rest, c)
    } else if line_comment {
        rest.find('\n').map_or(rest.len(), |end| end + 1)
    } else if rest.starts_with("/*") {
        rest.find("*/").map_or(rest.len(), |end| end + 2)
    } else {
        c.len_utf8()
    }
}

/// The length of a quoted text, its quotes included; to the end when it isn't closed.
fn quoted_len(text: &str, quote: char) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] == b'\\' && quote != '`' {
            at += 2;
        } else if bytes[at] == quote as u8 {
            if bytes.get(at + 1) != Some(&(quote as u8)) {
                return at + 1;
            }
            at += 2;
        } else {
            at += 1;
        }
    }
    text.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '@') || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::{by_token, without_introducers};

    #[test]
    fn introducers() {
        for (from, to) in [
            ("concat(`a`,_utf8mb4'x',_utf8mb3 'y')", "concat(`a`,'x','y')"),
            ("`_utf8mb4` = '_utf8mb4''x'", "`_utf8mb4` = '_utf8mb4''x'"),
            ("_binary'x'", "_binary'x'"),
            ("my_utf8'x'", "my_utf8'x'"),
            ("_latin1'\\'_utf8\\''", "'\\'_utf8\\''"),
            ("_utf8mb4'open", "'open"),
        ] {
            assert_eq!(without_introducers(from), to, "{from}");
        }
    }

    #[test]
    fn tokens() {
        for (a, b) in [
            ("SELECT  a ,b\n FROM t;", "SELECT a,b FROM t"),
            ("a = 'x  y'", "a='x  y'"),
            ("BEGIN\r\n  SET x = 1;\nEND", "BEGIN SET x=1;END"),
        ] {
            assert_eq!(by_token(a), by_token(b), "{a}");
        }
        for (a, b) in [("a b", "ab"), ("'x  y'", "'x y'"), ("-- c\n x", "-- c x"), ("SELECT a", "select a")] {
            assert_ne!(by_token(a), by_token(b), "{a}");
        }
    }

    #[test]
    fn any_text_is_taken() {
        for text in ["'", "\\", "'\\", "--", "/*", "`é", "_", "é'é", "'é\\é"] {
            let _ = (by_token(text), without_introducers(text));
        }
    }
}
