//! The chain that snapshots form: each names the one before it.

use jsonc_parser::tokens::Token;
use jsonc_parser::{Scanner, ScannerOptions};
use terp_sql::span::LineColumn;

use crate::error::{FormatError, FormatErrorKind};
use crate::json::{Fault, Read};
use crate::place::Places;

/// What the first snapshot names as the one before it.
pub const NO_SNAPSHOT: &str = "00000000-0000-0000-0000-000000000000";

/// What a snapshot says about itself, read without the rest of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotHead {
    /// The version of its format.
    pub version: String,
    /// Its own id.
    pub id: String,
    /// The id of the snapshot before it; of the first one [`NO_SNAPSHOT`].
    pub prev_id: String,
    /// Where its id stands.
    pub id_at: LineColumn,
    /// Where the id of the snapshot before it stands.
    pub prev_id_at: LineColumn,
}

impl SnapshotHead {
    /// Reads a snapshot as far as needed: to its id and to that of the snapshot before it. What follows is not looked
    /// at.
    ///
    /// # Errors
    /// The text is not JSON as far as it is read, or has no such fields.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let places = Places::new(text);
        scan(text, &places).map_err(|fault| fault.in_text(&places))
    }

    /// Reads the head from the beginning of a snapshot, if that is long enough: drizzle-kit puts it first.
    pub(crate) fn parse_beginning(text: &str) -> Option<Self> {
        scan(text, &Places::new(text)).ok()
    }
}

fn scan(text: &str, places: &Places<'_>) -> Read<SnapshotHead> {
    let mut tokens = Tokens { scanner: Scanner::new(text, &strict()), len: text.len() };
    tokens.expect(&Token::OpenBrace, "an object")?;
    let (mut version, mut id, mut prev_id) = (None, None, None);
    let mut token = tokens.next()?;
    while let Token::String(key) = &token {
        tokens.expect(&Token::Colon, "a colon")?;
        let value = tokens.next()?;
        let at = tokens.scanner.token_start();
        let field = match key.as_ref() {
            "version" => Some(&mut version),
            "id" => Some(&mut id),
            "prevId" => Some(&mut prev_id),
            _ => None,
        };
        match (field, value) {
            (Some(field), Token::String(text)) => *field = Some((text.into_owned(), places.find(at))),
            (Some(_), _) => {
                let message = format!("`{key}` has to be a string");
                return Err(Fault::new(FormatErrorKind::WrongType, at, message));
            }
            (None, value) => tokens.skip_value(&value)?,
        }
        if let (Some((version, _)), Some((id, id_at)), Some((prev_id, prev_id_at))) =
            (&version, &id, &prev_id)
        {
            return Ok(SnapshotHead {
                version: version.clone(),
                id: id.clone(),
                prev_id: prev_id.clone(),
                id_at: *id_at,
                prev_id_at: *prev_id_at,
            });
        }
        match tokens.next()? {
            Token::Comma => token = tokens.next()?,
            other => token = other,
        }
    }
    if token != Token::CloseBrace {
        return Err(tokens.unexpected("a field's name"));
    }
    let missing = [("version", version.is_none()), ("id", id.is_none()), ("prevId", prev_id.is_none())];
    let name = missing.iter().find(|(_, is_missing)| *is_missing).map_or("", |(name, _)| name);
    Err(Fault::new(FormatErrorKind::MissingField, 0, format!("the snapshot has no `{name}`")))
}

const fn strict() -> ScannerOptions {
    ScannerOptions {
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

struct Tokens<'a> {
    scanner: Scanner<'a>,
    len: usize,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Read<Token<'a>> {
        let token = self.scanner.scan().map_err(|error| Fault::of_json(&error))?;
        token.ok_or_else(|| Fault::truncated(self.len))
    }

    fn expect(&mut self, wanted: &Token<'_>, name: &str) -> Read<()> {
        if self.next()? == *wanted { Ok(()) } else { Err(self.unexpected(name)) }
    }

    /// Passes over a value whose first token was read.
    fn skip_value(&mut self, first: &Token<'_>) -> Read<()> {
        let change = |token: &Token<'_>| match token {
            Token::OpenBrace | Token::OpenBracket => 1,
            Token::CloseBrace | Token::CloseBracket => -1,
            _ => 0,
        };
        let mut depth: i64 = change(first);
        if depth < 0 {
            return Err(self.unexpected("a value"));
        }
        while depth > 0 {
            depth += change(&self.next()?);
        }
        Ok(())
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        let message = format!("invalid JSON: expected {wanted}");
        Fault::new(FormatErrorKind::Syntax, self.scanner.token_start(), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_found_wherever_it_stands() {
        let first = "{\"version\": \"5\",\n\"id\": \"b\", \"prevId\": \"a\", \"tables\": {\"cut off";
        let head = SnapshotHead::parse(first).expect("it has its head");
        assert_eq!((head.version.as_str(), head.id.as_str(), head.prev_id.as_str()), ("5", "b", "a"));
        assert_eq!((head.id_at.to_string(), head.prev_id_at.to_string()), ("2:7".into(), "2:22".into()));
        let last =
            r#"{"tables": {"id": [{}, {"prevId": "x"}]}, "n": 1, "prevId": "a", "id": "b", "version": "5"}"#;
        let head = SnapshotHead::parse(last).expect("it has its head");
        assert_eq!((head.id.as_str(), head.prev_id.as_str()), ("b", "a"));
    }

    #[test]
    fn faults_are_named_with_their_places() {
        let cases = [
            ("", "1:1: the text ends before its JSON does"),
            ("{\"version\": \"5\", \"tables\": {\"a\"", "1:32: the text ends before its JSON does"),
            ("[1]", "1:1: invalid JSON: expected an object"),
            ("{\"version\": 5}", "1:13: `version` has to be a string"),
            ("{\"version\": \"5\", \"id\": \"x\"}", "1:1: the snapshot has no `prevId`"),
            ("{\"version\" 7}", "1:12: invalid JSON: expected a colon"),
            ("{\"x\": }", "1:7: invalid JSON: expected a value"),
            ("{\"x\": 1, 2}", "1:10: invalid JSON: expected a field's name"),
        ];
        for (text, message) in cases {
            assert_eq!(SnapshotHead::parse(text).expect_err("it has a fault").to_string(), message, "{text}");
        }
    }
}
