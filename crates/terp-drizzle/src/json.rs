//! JSON with places: strict parsing, and typed access whose complaints know where they are.

mod write;

use std::collections::HashSet;

use jsonc_parser::ast::{Object, ObjectProp, ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::error::{FormatError, FormatErrorKind};
use crate::place::Places;

pub(crate) use self::write::Json;

/// A fault whose place is still an offset.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FormatErrorKind,
    pub(crate) offset: usize,
    pub(crate) message: String,
}

pub(crate) type Read<T> = Result<T, Fault>;

impl Fault {
    pub(crate) fn new(kind: FormatErrorKind, offset: usize, message: impl Into<String>) -> Self {
        Self { kind, offset, message: message.into() }
    }

    pub(crate) fn in_text(self, places: &Places<'_>) -> FormatError {
        FormatError { kind: self.kind, at: places.find(self.offset), message: self.message }
    }

    pub(crate) fn of_json(error: &ParseError) -> Self {
        match error.kind() {
            ParseErrorKind::UnterminatedArray | ParseErrorKind::UnterminatedObject => {
                Self::truncated(error.range().end)
            }
            ParseErrorKind::NestingDepthExceeded => {
                let message = "it is nested deeper than 512 levels";
                Self::new(FormatErrorKind::TooDeep, error.range().start, message)
            }
            kind => {
                let message = format!("invalid JSON: {}", lowercase_start(&kind.to_string()));
                Self::new(FormatErrorKind::Syntax, error.range().start, message)
            }
        }
    }

    pub(crate) fn truncated(offset: usize) -> Self {
        Self::new(FormatErrorKind::Truncated, offset, "the text ends before its JSON does")
    }
}

fn lowercase_start(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// Parses a text as JSON, without the liberties of its dialects: JavaScript's own reader takes none either.
pub(crate) fn parse(text: &str) -> Read<Value<'_>> {
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| {
        let fault = Fault::of_json(&error);
        // A string that the end of the file cuts off is named by where it begins; what matters is that the file ends.
        let cut_off = fault.kind == FormatErrorKind::Syntax && error.range().end >= text.trim_end().len();
        if cut_off && !text.trim_end().ends_with(['}', ']']) { Fault::truncated(text.len()) } else { fault }
    })?;
    parsed.value.ok_or_else(|| Fault::new(FormatErrorKind::Truncated, 0, "the file is empty"))
}

/// An object that stands for a record: its fields are known, and none may come twice.
#[derive(Clone, Copy)]
pub(crate) struct Record<'v, 'a> {
    object: &'v Object<'a>,
    what: &'static str,
}

impl<'v, 'a> Record<'v, 'a> {
    /// Reads a record that may have fields besides those that are asked for.
    pub(crate) fn open(value: &'v Value<'a>, what: &'static str) -> Read<Self> {
        let object = object(value, what)?;
        for (at, prop) in object.properties.iter().enumerate() {
            let earlier = object.properties.get(..at).unwrap_or_default();
            if earlier.iter().any(|other| other.name.as_str() == prop.name.as_str()) {
                return Err(duplicate(prop));
            }
            // Only hostile files have so many; the check above would take too long on them.
            if at > 1000 {
                let message = format!("{what} has more than 1000 fields");
                return Err(Fault::new(FormatErrorKind::UnknownField, prop.range.start, message));
            }
        }
        Ok(Self { object, what })
    }

    /// Reads a record all of whose fields are known, so that nothing in it is passed over in silence.
    pub(crate) fn closed(value: &'v Value<'a>, what: &'static str, fields: &[&str]) -> Read<Self> {
        let record = Self::open(value, what)?;
        record.has_only(fields)?;
        Ok(record)
    }

    /// Checks that all fields are among those.
    pub(crate) fn has_only(&self, fields: &[&str]) -> Read<()> {
        match self.object.properties.iter().find(|prop| !fields.contains(&prop.name.as_str())) {
            None => Ok(()),
            Some(prop) => {
                let name = prop.name.as_str();
                let message = format!("{} has a field that is not known here: `{name}`", self.what);
                Err(Fault::new(FormatErrorKind::UnknownField, prop.range.start, message))
            }
        }
    }

    /// The value of a field; `null` is a value too.
    pub(crate) fn value(&self, field: &str) -> Option<&'v Value<'a>> {
        self.object.properties.iter().find(|prop| prop.name.as_str() == field).map(|prop| &prop.value)
    }

    /// The value of a field, unless it is absent or `null`.
    pub(crate) fn not_null(&self, field: &str) -> Option<&'v Value<'a>> {
        self.value(field).filter(|value| !matches!(value, Value::NullKeyword(_)))
    }

    /// The text of a field, unless it is absent or `null`.
    pub(crate) fn nullable_string(&self, field: &'static str) -> Read<Option<&'v str>> {
        self.not_null(field).map(|value| string(value, field)).transpose()
    }

    /// A list; none of its elements was looked at.
    pub(crate) fn list(&self, field: &'static str) -> Read<&'v [Value<'a>]> {
        let value = self.required(field)?;
        match value {
            Value::Array(array) => Ok(array.elements.as_slice()),
            _ => Err(wrong_type(value, field, "a list")),
        }
    }

    pub(crate) fn offset(&self) -> usize {
        self.object.range.start
    }

    /// Where a field's value stands, or the record if it has no such field.
    pub(crate) fn offset_of(&self, field: &str) -> usize {
        self.value(field).map_or(self.offset(), Ranged::start)
    }

    pub(crate) fn required(&self, field: &str) -> Read<&'v Value<'a>> {
        self.value(field).ok_or_else(|| {
            let message = format!("{} has no `{field}`", self.what);
            Fault::new(FormatErrorKind::MissingField, self.offset(), message)
        })
    }

    pub(crate) fn string(&self, field: &'static str) -> Read<&'v str> {
        string(self.required(field)?, field)
    }

    pub(crate) fn optional_string(&self, field: &'static str) -> Read<Option<&'v str>> {
        self.value(field).map(|value| string(value, field)).transpose()
    }

    pub(crate) fn number(&self, field: &'static str) -> Read<u32> {
        let value = self.required(field)?;
        let number = value.as_number_lit().and_then(|number| number.value.parse().ok());
        number.ok_or_else(|| wrong_type(value, field, "a number from 0"))
    }

    pub(crate) fn integer(&self, field: &'static str) -> Read<i64> {
        let value = self.required(field)?;
        let number = value.as_number_lit().and_then(|number| number.value.parse().ok());
        number.ok_or_else(|| wrong_type(value, field, "an integer"))
    }

    pub(crate) fn boolean(&self, field: &'static str, absent: bool) -> Read<bool> {
        match self.value(field) {
            None => Ok(absent),
            Some(Value::BooleanLit(boolean)) => Ok(boolean.value),
            Some(other) => Err(wrong_type(other, field, "true or false")),
        }
    }

    pub(crate) fn strings(&self, field: &'static str) -> Read<Vec<String>> {
        let value = self.required(field)?;
        let Value::Array(array) = value else { return Err(wrong_type(value, field, "a list of strings")) };
        array.elements.iter().map(|element| string(element, field).map(str::to_owned)).collect()
    }

    /// The entries of a field that is a dictionary; none when it is absent.
    pub(crate) fn dictionary(&self, field: &'static str) -> Read<&'v [ObjectProp<'a>]> {
        let Some(value) = self.value(field) else { return Ok(&[]) };
        let entries = object(value, field)?.properties.as_slice();
        let mut seen = HashSet::with_capacity(entries.len());
        match entries.iter().find(|prop| !seen.insert(prop.name.as_str())) {
            None => Ok(entries),
            Some(prop) => Err(duplicate(prop)),
        }
    }
}

/// A field of a value that may be a record.
pub(crate) fn field<'v, 'a>(value: &'v Value<'a>, name: &str) -> Option<&'v Value<'a>> {
    let properties = &value.as_object()?.properties;
    properties.iter().find(|prop| prop.name.as_str() == name).map(|prop| &prop.value)
}

/// The name that a dictionary's entry goes by, and where it stands.
pub(crate) fn key<'v>(prop: &'v ObjectProp<'_>) -> (&'v str, usize) {
    let name = match &prop.name {
        ObjectPropName::String(name) => name.value.as_ref(),
        ObjectPropName::Word(name) => name.value,
    };
    (name, prop.range.start)
}

pub(crate) fn wrong_type(value: &Value<'_>, what: &str, wanted: &str) -> Fault {
    let found = match value {
        Value::StringLit(_) => "a string",
        Value::NumberLit(number) if number.value.len() <= 40 => {
            let message = format!("`{what}` has to be {wanted}, but is {}", number.value);
            return Fault::new(FormatErrorKind::WrongType, value.start(), message);
        }
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(_) => "true or false",
        Value::Object(_) => "an object",
        Value::Array(_) => "a list",
        Value::NullKeyword(_) => "null",
    };
    Fault::new(
        FormatErrorKind::WrongType,
        value.start(),
        format!("`{what}` has to be {wanted}, but is {found}"),
    )
}

fn object<'v, 'a>(value: &'v Value<'a>, what: &str) -> Read<&'v Object<'a>> {
    value.as_object().ok_or_else(|| wrong_type(value, what, "an object"))
}

pub(crate) fn string<'v>(value: &'v Value<'_>, what: &str) -> Read<&'v str> {
    match value {
        Value::StringLit(string) => Ok(string.value.as_ref()),
        _ => Err(wrong_type(value, what, "a string")),
    }
}

fn duplicate(prop: &ObjectProp<'_>) -> Fault {
    let message = format!("the key `{}` is there twice", prop.name.as_str());
    Fault::new(FormatErrorKind::DuplicateKey, prop.range.start, message)
}

/// Whether a text is JSON at all.
pub(crate) fn check(text: &str) -> Result<(), FormatError> {
    parse(text).map(|_| ()).map_err(|fault| fault.in_text(&Places::new(text)))
}
