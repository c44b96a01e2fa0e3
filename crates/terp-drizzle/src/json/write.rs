//! JSON as JavaScript's `JSON.stringify(value, null, 2)` writes it.

use jsonc_parser::ast::Value;

use super::key;

/// A value to write.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Json {
    /// A number, true, false or null, as it is written; or a list or an object, as [`Json::pretty`] writes it.
    Raw(String),
    String(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Json {
    pub(crate) fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    pub(crate) fn boolean(value: bool) -> Self {
        Self::Raw(value.to_string())
    }

    pub(crate) fn strings(texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::List(texts.into_iter().map(Self::string).collect())
    }

    /// An object whose keys are fields, in this order; those without a value are left out, as JavaScript leaves out
    /// what is undefined.
    pub(crate) fn record<const N: usize>(fields: [(&str, Option<Self>); N]) -> Self {
        let present = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Self::Object(present.collect())
    }

    /// An object whose keys are names that somebody chose. JavaScript puts those that are indexes of a list (`0`,
    /// `42`) first, by number, and keeps the order of the others.
    pub(crate) fn dictionary(entries: impl IntoIterator<Item = (String, Self)>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by_key(|(name, _)| list_index(name).map_or(u64::MAX, u64::from));
        Self::Object(entries)
    }

    /// The value of a text that was read.
    pub(crate) fn of(value: &Value<'_>) -> Self {
        match value {
            Value::StringLit(text) => Self::string(text.value.as_ref()),
            Value::NumberLit(number) => Self::Raw(number.value.to_owned()),
            Value::BooleanLit(boolean) => Self::boolean(boolean.value),
            Value::NullKeyword(_) => Self::Raw("null".to_owned()),
            Value::Array(list) => Self::List(list.elements.iter().map(Self::of).collect()),
            Value::Object(object) => {
                let entry = |prop| (key(prop).0.to_owned(), Self::of(&prop.value));
                Self::dictionary(object.properties.iter().map(entry))
            }
        }
    }

    /// The text, with two blanks a level.
    pub(crate) fn pretty(&self) -> String {
        let mut out = String::new();
        self.push(&mut out, 0);
        out
    }

    fn push(&self, out: &mut String, level: usize) {
        match self {
            // Strings have no line breaks in JSON, so each one is between two values.
            Self::Raw(text) => out.push_str(&text.replace('\n', &line_break(level))),
            Self::String(text) => push_string(out, text),
            Self::List(items) if items.is_empty() => out.push_str("[]"),
            Self::Object(entries) if entries.is_empty() => out.push_str("{}"),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    separate(out, at, level);
                    item.push(out, level + 1);
                }
                out.push_str(&line_break(level));
                out.push(']');
            }
            Self::Object(entries) => {
                out.push('{');
                for (at, (name, value)) in entries.iter().enumerate() {
                    separate(out, at, level);
                    push_string(out, name);
                    out.push_str(": ");
                    value.push(out, level + 1);
                }
                out.push_str(&line_break(level));
                out.push('}');
            }
        }
    }
}

fn separate(out: &mut String, at: usize, level: usize) {
    if at > 0 {
        out.push(',');
    }
    out.push_str(&line_break(level + 1));
}

fn line_break(level: usize) -> String {
    format!("\n{}", "  ".repeat(level))
}

/// The number of a key that JavaScript treats as an index of a list: digits without a leading zero, up to 2^32 - 2.
fn list_index(name: &str) -> Option<u32> {
    let canonical = name == "0" || !name.starts_with('0') && name.bytes().all(|b| b.is_ascii_digit());
    name.parse().ok().filter(|&number| canonical && number != u32::MAX)
}

/// A string as `JSON.stringify` quotes it: only what JSON can't hold is escaped.
fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            _ if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As node 20 writes `JSON.stringify(value, null, 2)`.
    #[test]
    fn texts_are_those_of_javascript() {
        let controls: String = (0..=0x20)
            .chain([0x22, 0x5c, 0x7f, 0x80, 0x2028, 0xfeff, 0x1f600])
            .filter_map(char::from_u32)
            .collect();
        let value = Json::record([
            ("empty", Some(Json::List(Vec::new()))),
            ("none", None),
            ("controls", Some(Json::string(controls))),
            ("nested", Some(Json::strings(["a", "b"]))),
            ("raw", Some(Json::Raw(Json::strings(["\n"]).pretty()))),
            ("object", Some(Json::dictionary([]))),
        ]);
        let expected = "{\n  \"empty\": [],\n  \"controls\": \"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\
            \\t\\n\\u000b\\f\\r\\u000e\\u000f\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\
            \\u001b\\u001c\\u001d\\u001e\\u001f \\\"\\\\\u{7f}\u{80}\u{2028}\u{feff}\u{1f600}\",\n  \"nested\": [\n    \"a\",\n    \
            \"b\"\n  ],\n  \"raw\": [\n    \"\\n\"\n  ],\n  \"object\": {}\n}";
        assert_eq!(value.pretty(), expected);
    }

    /// As node 20 orders them.
    #[test]
    fn keys_that_are_numbers_come_first() {
        let names = ["b", "10", "01", "9", "-1", "4294967295", "4294967294", "0", "a", "1e3", "+5", ""];
        let dictionary = Json::dictionary(names.map(|name| (name.to_owned(), Json::Raw("1".to_owned()))));
        let Json::Object(entries) = dictionary else { panic!("it is one") };
        let order: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            order,
            ["0", "9", "10", "4294967294", "b", "01", "-1", "4294967295", "a", "1e3", "+5", ""]
        );
    }
}
