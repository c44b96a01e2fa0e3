//! A schema as a file: JSON or TOML, with a format version.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::flavor::Flavor;
use crate::schema::Schema;

/// A file's two ways of being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// JSON.
    Json,
    /// TOML.
    Toml,
}

/// A schema with the server that it is meant for.
///
/// ```
/// use terp_schema_model::{Flavor, Schema, SchemaFile, Syntax};
/// let flavor = Flavor::MARIADB_11_8;
/// let file = SchemaFile::new(flavor, Schema::new(flavor.default_character_set()));
/// let text = file.to_text(Syntax::Toml).unwrap();
/// assert!(text.starts_with("format = \"terp-schema/1\"\nflavor = \"mariadb:11.8\"\n"));
/// assert_eq!(SchemaFile::from_text(&text, Syntax::Toml), Ok(file));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaFile {
    /// Always [`SchemaFile::FORMAT`]: reading refuses anything else.
    pub format: String,
    /// The server.
    pub flavor: Flavor,
    /// The schema.
    pub schema: Schema,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FormatErrorKind {
    /// It is not UTF-8.
    Encoding,
    /// It is not JSON or TOML.
    Syntax,
    /// Its `format` names another format, or another version of this one.
    UnknownFormat,
    /// It is JSON or TOML, but not a schema: a field is missing, unknown or of the wrong type.
    Data,
    /// A schema cannot be written in this syntax.
    Unwritable,
}

/// Why a file is not a schema, with the place where that is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct FormatError {
    kind: FormatErrorKind,
    place: Option<(usize, usize)>,
    message: String,
}

impl FormatError {
    fn new(kind: FormatErrorKind, place: Option<(usize, usize)>, message: impl fmt::Display) -> Self {
        Self { kind, place, message: message.to_string() }
    }

    /// What is wrong, as a class.
    pub const fn kind(&self) -> FormatErrorKind {
        self.kind
    }

    /// The line, from 1.
    pub fn line(&self) -> Option<usize> {
        self.place.map(|(line, _)| line)
    }

    /// The column, from 1: counted in characters in TOML, in bytes in JSON.
    pub fn column(&self) -> Option<usize> {
        self.place.map(|(_, column)| column)
    }

    fn json(error: &serde_json::Error) -> Self {
        let kind = match error.classify() {
            serde_json::error::Category::Data => FormatErrorKind::Data,
            _ => FormatErrorKind::Syntax,
        };
        let message = error.to_string();
        let tail = format!(" at line {} column {}", error.line(), error.column());
        let place = (error.line() > 0).then(|| (error.line(), error.column().max(1)));
        Self::new(kind, place, message.strip_suffix(&tail).unwrap_or(&message))
    }

    fn toml(error: &toml::de::Error, text: &str) -> Self {
        // A file that reads as a table at least has no fault in its syntax.
        let reads = toml::from_str::<toml::Table>(text).is_ok();
        let kind = if reads { FormatErrorKind::Data } else { FormatErrorKind::Syntax };
        let place = error.span().map(|span| place_of(text, span.start));
        Self::new(kind, place, error.message())
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.message)
    }
}

fn place_of(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// The paths (JSON pointers) of fields that stand in `given` and not in `known`.
fn collect_absent(given: &Value, known: &Value, path: &str, absent: &mut Vec<String>) {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => {
            for (name, value) in given {
                let path = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
                match known.get(name) {
                    Some(known) => collect_absent(value, known, &path, absent),
                    None => absent.push(path),
                }
            }
        }
        (Value::Array(given), Value::Array(known)) => {
            for (at, (given, known)) in given.iter().zip(known).enumerate() {
                collect_absent(given, known, &format!("{path}/{at}"), absent);
            }
        }
        _ => {}
    }
}

/// Just enough of a file to see what it claims to be.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
}

impl SchemaFile {
    /// The format that is written, and the only one that is read.
    pub const FORMAT: &'static str = "terp-schema/1";

    /// A file of the current format.
    pub fn new(flavor: Flavor, schema: Schema) -> Self {
        Self { format: Self::FORMAT.to_owned(), flavor, schema }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`FormatError`], where the bytes are not UTF-8, not of that syntax, of another format, or not a schema.
    pub fn from_bytes(bytes: &[u8], syntax: Syntax) -> Result<Self, FormatError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::from_text(text, syntax),
            Err(error) => {
                let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let place = place_of(&valid, valid.len());
                Err(FormatError::new(FormatErrorKind::Encoding, Some(place), "this is not UTF-8"))
            }
        }
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// [`FormatError`], where the text is not of that syntax, of another format, or not a schema.
    pub fn from_text(text: &str, syntax: Syntax) -> Result<Self, FormatError> {
        match syntax {
            Syntax::Json => {
                let head: Head = serde_json::from_str(text).map_err(|e| FormatError::json(&e))?;
                Self::check_format(&head, text)?;
                let file = serde_json::from_str(text).map_err(|e| FormatError::json(&e))?;
                let given = serde_json::from_str(text).map_err(|e| FormatError::json(&e))?;
                Self::check_fields(file, &given)
            }
            Syntax::Toml => {
                let head: Head = toml::from_str(text).map_err(|e| FormatError::toml(&e, text))?;
                Self::check_format(&head, text)?;
                let file = toml::from_str(text).map_err(|e| FormatError::toml(&e, text))?;
                let given = toml::from_str(text).map_err(|e| FormatError::toml(&e, text))?;
                Self::check_fields(file, &given)
            }
        }
    }

    /// Refuses fields that nobody knows. Types that are flattened into others cannot refuse them by themselves, and a
    /// misspelt field that is dropped in silence is another schema.
    fn check_fields(file: Self, given: &Value) -> Result<Self, FormatError> {
        let known = serde_json::to_value(&file)
            .map_err(|error| FormatError::new(FormatErrorKind::Data, None, error))?;
        let mut suspects = Vec::new();
        collect_absent(given, &known, "", &mut suspects);
        for path in suspects {
            // A field that is not written back has its default value, or is not known: a known one refuses this value.
            let mut probe = given.clone();
            let Some(value) = probe.pointer_mut(&path) else { continue };
            *value = Value::from(-0.5);
            if serde_json::from_value::<Self>(probe).is_ok() {
                let message = format!("unknown field `{}`", path.trim_start_matches('/').replace('/', "."));
                return Err(FormatError::new(FormatErrorKind::Data, None, message));
            }
        }
        Ok(file)
    }

    /// A file without `format` is left to the reading of all fields, which says that it is missing.
    fn check_format(head: &Head, text: &str) -> Result<(), FormatError> {
        let Some(format) = head.format.as_deref().filter(|format| *format != Self::FORMAT) else {
            return Ok(());
        };
        let message = match format.strip_prefix("terp-schema/") {
            Some(version) => format!("schema format version {version:?} is not known; this is version 1"),
            None => format!("format {format:?} is not a schema's; expected {:?}", Self::FORMAT),
        };
        let place = text.find("format").map(|offset| place_of(text, offset));
        Err(FormatError::new(FormatErrorKind::UnknownFormat, place, message))
    }

    /// Writes a file's text, JSON with an indent of two, ending in a newline.
    ///
    /// # Errors
    /// [`FormatError`] of kind [`FormatErrorKind::Unwritable`], where the syntax cannot hold a value.
    pub fn to_text(&self, syntax: Syntax) -> Result<String, FormatError> {
        let unwritable = |message: String| FormatError::new(FormatErrorKind::Unwritable, None, message);
        match syntax {
            Syntax::Json => {
                let mut text = serde_json::to_string_pretty(self).map_err(|e| unwritable(e.to_string()))?;
                text.push('\n');
                Ok(text)
            }
            Syntax::Toml => toml::to_string_pretty(self).map_err(|e| unwritable(e.to_string())),
        }
    }
}

/// 64-bit numbers that TOML cannot hold, whose integers have a sign: those are written as text.
pub(crate) mod big {
    use std::fmt;

    use serde::de::{Error, Unexpected, Visitor};
    use serde::{Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(value: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            None => serializer.serialize_none(),
            Some(number) if i64::try_from(*number).is_ok() => serializer.serialize_u64(*number),
            Some(number) => serializer.collect_str(number),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        deserializer.deserialize_any(Number)
    }

    struct Number;

    impl Visitor<'_> for Number {
        type Value = Option<u64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number from 0 to 18446744073709551615, or the same as text")
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number))
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
            u64::try_from(number).map(Some).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            text.parse().map(Some).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(text: &str, syntax: Syntax) -> (FormatErrorKind, String) {
        let error = SchemaFile::from_text(text, syntax).expect_err(text);
        (error.kind(), error.to_string())
    }

    #[test]
    fn bad_input_says_where() {
        let head = "{\n  \"format\": \"terp-schema/1\",\n  \"flavor\": \"mysql:9.7\",\n";
        let (kind, text) = fails(&format!("{head}  \"schema\": }}"), Syntax::Json);
        assert_eq!((kind, text.as_str()), (FormatErrorKind::Syntax, "line 4, column 13: expected value"));
        let (kind, text) = fails(head, Syntax::Json);
        assert_eq!(kind, FormatErrorKind::Syntax);
        assert!(text.contains("EOF"), "{text}");
        let (kind, text) = fails("", Syntax::Json);
        assert_eq!(kind, FormatErrorKind::Syntax, "{text}");
        let (kind, text) = fails("{}", Syntax::Json);
        assert_eq!(
            (kind, text.as_str()),
            (FormatErrorKind::Data, "line 1, column 2: missing field `format`")
        );
        let (kind, text) =
            fails("format = \"terp-schema/1\"\nflavor = \"mysql:9.7\"\nschema = 3\n", Syntax::Toml);
        assert_eq!(kind, FormatErrorKind::Data);
        assert!(text.starts_with("line 3, column 10: invalid type"), "{text}");
        let (kind, text) = fails("format = \n", Syntax::Toml);
        assert_eq!(kind, FormatErrorKind::Syntax);
        assert!(text.starts_with("line 1, column 10: "), "{text}");
        let (kind, text) =
            fails("format = \"terp-schema/1\"\nflavor = \"oracle:9\"\n[schema]\n", Syntax::Toml);
        assert_eq!(kind, FormatErrorKind::Data);
        assert!(text.starts_with("line 2, column 10: \"oracle:9\" is not a server version"), "{text}");
    }

    #[test]
    fn unknown_versions_are_refused_before_anything_else() {
        let (kind, text) = fails("{\"new\": 1,\n\"format\": \"terp-schema/2\"}", Syntax::Json);
        assert_eq!(kind, FormatErrorKind::UnknownFormat);
        assert_eq!(text, "line 2, column 2: schema format version \"2\" is not known; this is version 1");
        let (kind, text) = fails("new = 1\nformat = \"other\"", Syntax::Toml);
        assert_eq!(kind, FormatErrorKind::UnknownFormat);
        assert_eq!(text, "line 2, column 1: format \"other\" is not a schema's; expected \"terp-schema/1\"");
    }

    #[test]
    fn misspelt_fields_are_errors_however_deep() {
        let head = "format = \"terp-schema/1\"\nflavor = \"mysql:9.7\"\n[schema.character_set]\ncharset = \"latin1\"\ncollation = \"latin1_bin\"\n[[schema.tables]]\nname = \"t\"\ncharacter_set = { charset = \"latin1\", collation = \"latin1_bin\" }\noptions = { engine = \"InnoDB\" }\n[[schema.tables.columns]]\nname = \"a\"\ntype = \"date\"\n";
        let read = |tail: &str| SchemaFile::from_text(&format!("{head}{tail}"), Syntax::Toml);
        // Fields that are known and have their default value are not written back, and are fine.
        assert!(read("nullable = false\ncomment = \"\"\ninvisible = false\n").is_ok());
        assert!(read("nullable = true\n").is_ok());
        let error = read("nulable = true\n").expect_err("misspelt");
        assert_eq!(error.kind(), FormatErrorKind::Data);
        assert_eq!(error.to_string(), "unknown field `schema.tables.0.columns.0.nulable`");
        assert!(read("nulable = false\n").is_err());
        assert!(read("length = 5\n").is_err());
    }

    #[test]
    fn unknown_fields_and_bytes_are_errors() {
        let set = "\"schema\":{\"character_set\":{\"charset\":\"latin1\",\"collation\":\"latin1_bin\"}}";
        let good = format!("{{\"format\":\"terp-schema/1\",\"flavor\":\"mysql:9.7\",{set}}}");
        assert!(SchemaFile::from_text(&good, Syntax::Json).is_ok());
        let (kind, text) = fails(&good.replace("\"schema\":", "\"more\":1,\"schema\":"), Syntax::Json);
        assert_eq!(kind, FormatErrorKind::Data);
        assert!(text.contains("unknown field `more`"), "{text}");
        let error =
            SchemaFile::from_bytes(b"format = \"\n\xC3\xA9\xFF", Syntax::Toml).expect_err("not UTF-8");
        assert_eq!(
            (error.kind(), error.line(), error.column()),
            (FormatErrorKind::Encoding, Some(2), Some(2))
        );
        let deep = "[".repeat(100_000);
        assert_eq!(fails(&format!("{{\"a\": {deep}"), Syntax::Json).0, FormatErrorKind::Syntax);
        assert_eq!(fails(&format!("a = {deep}"), Syntax::Toml).0, FormatErrorKind::Syntax);
    }
}
