//! What quoted and coded literals mean: from a token's text to its value.

use std::borrow::Cow;

use super::LexOptions;

/// A literal's text doesn't have the form that was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a well-formed literal of this kind")]
pub struct LiteralError;

/// The name that an identifier token stands for: without its quotes, doubled quotes single. A user variable's `@`
/// is not part of it; an unquoted name is returned as it is.
///
/// ```
/// use terp_sql::lexer::unquote_ident;
/// assert_eq!(unquote_ident("`a``b`"), "a`b");
/// assert_eq!(unquote_ident("plain"), "plain");
/// ```
pub fn unquote_ident(text: &str) -> Cow<'_, str> {
    for quote in ['`', '"'] {
        if let Some(inner) = text.strip_prefix(quote) {
            return undouble(inner.strip_suffix(quote).unwrap_or(inner), quote);
        }
    }
    Cow::Borrowed(text)
}

fn undouble(inner: &str, quote: char) -> Cow<'_, str> {
    if !inner.contains(quote) {
        return Cow::Borrowed(inner);
    }
    let doubled = [quote, quote].iter().collect::<String>();
    Cow::Owned(inner.replace(&doubled, quote.encode_utf8(&mut [0; 4])))
}

/// The value of a `'..'`, `".."` or `N'..'` token: quotes removed, doubled quotes single, and backslash escapes
/// resolved unless `sql_mode` has NO_BACKSLASH_ESCAPES. `\%` and `\_` keep their backslash, as on the server.
///
/// ```
/// use terp_schema_model::Flavor;
/// use terp_sql::lexer::{LexOptions, unescape_string};
/// let opts = LexOptions::new(Flavor::MYSQL_9_7);
/// assert_eq!(unescape_string(r"'it''s\n\%'", &opts), "it's\n\\%");
/// ```
pub fn unescape_string<'a>(text: &'a str, opts: &LexOptions) -> Cow<'a, str> {
    let text = text.strip_prefix(['N', 'n']).unwrap_or(text);
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
        return Cow::Borrowed(text);
    };
    let inner = text.get(1..).unwrap_or_default();
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    if opts.no_backslash_escapes || !inner.contains('\\') {
        return undouble(inner, quote);
    }
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c == quote {
            // Inside the quotes a quote comes only doubled.
            chars.next();
            value.push(quote);
        } else if c == '\\' {
            match chars.next() {
                Some('0') => value.push('\0'),
                Some('b') => value.push('\u{8}'),
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('t') => value.push('\t'),
                Some('Z') => value.push('\u{1A}'),
                Some(kept @ ('%' | '_')) => value.extend(['\\', kept]),
                Some(other) => value.push(other),
                None => value.push('\\'),
            }
        } else {
            value.push(c);
        }
    }
    Cow::Owned(value)
}

/// The bytes of `x'4D79'` or `0x4D79`; `0xF` is one byte, as if it began with a zero.
pub fn decode_hex(text: &str) -> Result<Vec<u8>, LiteralError> {
    let digits = digits(text, "0x", ['x', 'X'])?;
    let values = digits.chars().map(|c| c.to_digit(16)).collect::<Option<Vec<_>>>().ok_or(LiteralError)?;
    if values.len() % 2 == 1 && !text.starts_with("0x") {
        return Err(LiteralError);
    }
    Ok(values.rchunks(2).rev().map(|pair| pair.iter().fold(0, |byte, &d| byte << 4 | d as u8)).collect())
}

/// The bytes of `b'101'` or `0b101`, most significant first, padded with zero bits in front.
pub fn decode_bits(text: &str) -> Result<Vec<u8>, LiteralError> {
    let digits = digits(text, "0b", ['b', 'B'])?;
    let bits = digits.bytes().map(|b| matches!(b, b'0' | b'1').then(|| b - b'0'));
    let bits = bits.collect::<Option<Vec<_>>>().ok_or(LiteralError)?;
    Ok(bits.rchunks(8).rev().map(|byte| byte.iter().fold(0, |byte, &bit| byte << 1 | bit)).collect())
}

fn digits<'a>(text: &'a str, number: &str, string: [char; 2]) -> Result<&'a str, LiteralError> {
    let in_string = || text.strip_prefix(string)?.strip_prefix('\'')?.strip_suffix('\'');
    text.strip_prefix(number).filter(|d| !d.is_empty()).or_else(in_string).ok_or(LiteralError)
}
