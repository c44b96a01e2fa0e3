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
    /// The id of the snapshot before it; of the first one [`NO_SNAPSHOT`]. In version 6 of the format a snapshot that
    /// joins branches has several.
    pub prev_ids: Vec<String>,
    /// Where its id stands.
    pub id_at: LineColumn,
    /// Where the id of the snapshot before it stands, or the list of them begins.
    pub prev_ids_at: LineColumn,
}

impl SnapshotHead {
    /// Reads a snapshot as far as needed: to its version, its id and that of the snapshot before it (`prevId` or
    /// `prevIds`). What follows is not looked at.
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
    let (mut version, mut id, mut prev_ids) = (None, None, None);
    let mut token = tokens.next()?;
    while let Token::String(key) = &token {
        tokens.expect(&Token::Colon, "a colon")?;
        let value = tokens.next()?;
        let at = tokens.scanner.token_start();
        let place = places.find(at);
        match (key.as_ref(), value) {
            ("version", Token::String(text)) => version = Some(text.into_owned()),
            ("id", Token::String(text)) => id = Some((text.into_owned(), place)),
            ("prevId", Token::String(text)) => prev_ids = Some((vec![text.into_owned()], place)),
            ("prevIds", Token::OpenBracket) => prev_ids = Some((tokens.strings("prevIds")?, place)),
            (key @ ("version" | "id" | "prevId"), _) => {
                let message = format!("`{key}` has to be a string");
                return Err(Fault::new(FormatErrorKind::WrongType, at, message));
            }
            ("prevIds", _) => {
                let message = "`prevIds` has to be a list of strings";
                return Err(Fault::new(FormatErrorKind::WrongType, at, message));
            }
            (_, value) => tokens.skip_value(&value)?,
        }
        if let (Some(version), Some((id, id_at)), Some((prev_ids, prev_ids_at))) = (&version, &id, &prev_ids)
        {
            return Ok(SnapshotHead {
                version: version.clone(),
                id: id.clone(),
                prev_ids: prev_ids.clone(),
                id_at: *id_at,
                prev_ids_at: *prev_ids_at,
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
    let prev = if version.as_deref() == Some("6") { "prevIds" } else { "prevId" };
    let missing = [("version", version.is_none()), ("id", id.is_none()), (prev, prev_ids.is_none())];
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

    /// The strings of a list whose bracket was read.
    fn strings(&mut self, field: &str) -> Read<Vec<String>> {
        let mut strings = Vec::new();
        let mut token = self.next()?;
        while token != Token::CloseBracket {
            let Token::String(text) = token else {
                let message = format!("`{field}` has to be a list of strings");
                return Err(Fault::new(FormatErrorKind::WrongType, self.scanner.token_start(), message));
            };
            strings.push(text.into_owned());
            token = match self.next()? {
                Token::Comma => self.next()?,
                Token::CloseBracket => break,
                _ => return Err(self.unexpected("a comma or the end of the list")),
            };
        }
        Ok(strings)
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
        assert_eq!((head.version.as_str(), head.id.as_str()), ("5", "b"));
        assert_eq!(head.prev_ids, ["a"]);
        assert_eq!((head.id_at.to_string(), head.prev_ids_at.to_string()), ("2:7".into(), "2:22".into()));
        let last =
            r#"{"tables": {"id": [{}, {"prevId": "x"}]}, "n": 1, "prevId": "a", "id": "b", "version": "5"}"#;
        let head = SnapshotHead::parse(last).expect("it has its head");
        assert_eq!((head.id.as_str(), head.prev_ids), ("b", vec!["a".to_owned()]));
        let several = "{\"version\": \"6\", \"prevIds\": [\n\"a\", \"c\"], \"id\": \"b\", \"ddl\": [";
        let head = SnapshotHead::parse(several).expect("it has its head");
        assert_eq!(head.prev_ids, ["a", "c"]);
        assert_eq!(head.prev_ids_at.to_string(), "1:29");
        let none =
            SnapshotHead::parse(r#"{"version": "6", "id": "b", "prevIds": []}"#).expect("it has its head");
        assert_eq!(none.prev_ids, [""; 0]);
    }

    #[test]
    fn faults_are_named_with_their_places() {
        let cases = [
            ("", "1:1: the text ends before its JSON does"),
            ("{\"version\": \"5\", \"tables\": {\"a\"", "1:32: the text ends before its JSON does"),
            ("[1]", "1:1: invalid JSON: expected an object"),
            ("{\"version\": 5}", "1:13: `version` has to be a string"),
            ("{\"version\": \"5\", \"id\": \"x\"}", "1:1: the snapshot has no `prevId`"),
            ("{\"version\": \"6\", \"id\": \"x\"}", "1:1: the snapshot has no `prevIds`"),
            ("{\"prevIds\": \"x\"}", "1:13: `prevIds` has to be a list of strings"),
            ("{\"prevIds\": [7]}", "1:14: `prevIds` has to be a list of strings"),
            ("{\"prevIds\": [\"a\" \"b\"]}", "1:18: invalid JSON: expected a comma or the end of the list"),
            ("{\"prevIds\": [\"a\",", "1:18: the text ends before its JSON does"),
            ("{\"version\" 7}", "1:12: invalid JSON: expected a colon"),
            ("{\"x\": }", "1:7: invalid JSON: expected a value"),
            ("{\"x\": 1, 2}", "1:10: invalid JSON: expected a field's name"),
        ];
        for (text, message) in cases {
            assert_eq!(SnapshotHead::parse(text).expect_err("it has a fault").to_string(), message, "{text}");
        }
    }
}
