//! `meta/_journal.json`: which migrations there are, and in which order they run.

use std::collections::HashMap;

use terp_sql::span::LineColumn;

use jsonc_parser::ast::Value;

use crate::error::{FormatError, FormatErrorKind};
use crate::json::{self, Fault, Read, Record};
use crate::place::Places;

/// The journal's versions that have this form.
const VERSIONS: [&str; 3] = ["5", "6", "7"];

/// A journal. Drizzle runs its entries in the order in which they stand here, whatever their `idx` and `when` say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Journal {
    /// The version of the journal's format: `5`, `6` or `7`.
    pub version: String,
    /// The entries as they stand in the file.
    pub entries: Vec<JournalEntry>,
}

/// One migration in the journal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalEntry {
    /// Its number; unique in a journal.
    pub idx: u32,
    /// The version of the snapshot's format that belongs to it.
    pub version: String,
    /// When it was generated, in milliseconds since 1970. This alone decides whether a database gets it.
    pub when: i64,
    /// The file's name without `.sql`.
    pub tag: String,
    /// Whether drizzle-kit wrote breakpoints; the migrator cuts the file at them in any case.
    pub breakpoints: bool,
    /// Where the entry begins in the journal.
    pub at: LineColumn,
    /// Where its `tag` stands.
    pub tag_at: LineColumn,
    /// Where its `when` stands.
    pub when_at: LineColumn,
}

impl JournalEntry {
    /// Name of the file that it stands for.
    pub fn file_name(&self) -> String {
        format!("{}.sql", self.tag)
    }

    /// What drizzle-kit puts before the migration's name, `0020` of `0020_flimsy_makkari`; its snapshot is called
    /// after that too.
    pub fn prefix(&self) -> &str {
        self.tag.split_once('_').map_or(self.tag.as_str(), |(prefix, _)| prefix)
    }
}

impl Journal {
    /// Reads a journal.
    ///
    /// # Errors
    /// The first thing in it that is not as a journal for MySQL has to be.
    ///
    /// ```
    /// let text = r#"{ "version": "7", "dialect": "mysql", "entries": [
    ///     { "idx": 0, "version": "5", "when": 1761244633146, "tag": "0000_init", "breakpoints": true }
    /// ] }"#;
    /// let journal = terp_drizzle::Journal::parse(text)?;
    /// assert_eq!(journal.entries[0].tag, "0000_init");
    /// assert_eq!(journal.entries[0].at.line, 2);
    /// # Ok::<(), terp_drizzle::FormatError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let places = Places::new(text);
        read(text, &places).map_err(|fault| fault.in_text(&places))
    }
}

fn read(text: &str, places: &Places<'_>) -> Read<Journal> {
    let value = json::parse(text)?;
    let root = Record::open(&value, "the journal")?;
    let dialect = root.string("dialect")?;
    if dialect != "mysql" {
        let message = format!("the journal is for {dialect}, not for mysql");
        return Err(Fault::new(FormatErrorKind::Dialect, root.offset_of("dialect"), message));
    }
    let version = root.string("version")?;
    if !VERSIONS.contains(&version) {
        let message = format!("version {version} of the journal is not known here: it has to be 5, 6 or 7");
        return Err(Fault::new(FormatErrorKind::Version, root.offset_of("version"), message));
    }
    let list = root.required("entries")?;
    let Value::Array(list) = list else { return Err(json::wrong_type(list, "entries", "a list")) };

    let mut lines_by_idx = HashMap::new();
    let mut entries = Vec::with_capacity(list.elements.len());
    for element in &list.elements {
        let record = Record::open(element, "the entry")?;
        let entry = JournalEntry {
            idx: record.number("idx")?,
            version: record.optional_string("version")?.unwrap_or_default().to_owned(),
            when: record.integer("when")?,
            tag: record.string("tag")?.to_owned(),
            breakpoints: record.boolean("breakpoints", true)?,
            at: places.find(record.offset()),
            tag_at: places.find(record.offset_of("tag")),
            when_at: places.find(record.offset_of("when")),
        };
        if !is_file_name(&entry.tag) {
            let message = format!("`tag` has to be a file's name without its ending, but is {:?}", entry.tag);
            return Err(Fault::new(FormatErrorKind::WrongType, record.offset_of("tag"), message));
        }
        if let Some(line) = lines_by_idx.insert(entry.idx, entry.at.line) {
            let message = format!("the entry has the idx {} of the entry in line {line}", entry.idx);
            return Err(Fault::new(FormatErrorKind::DuplicateIndex, record.offset_of("idx"), message));
        }
        entries.push(entry);
    }
    Ok(Journal { version: version.to_owned(), entries })
}

/// A tag that leads out of the folder is no tag.
fn is_file_name(tag: &str) -> bool {
    !tag.is_empty() && !tag.contains(['/', '\\', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> (FormatErrorKind, String) {
        let error = Journal::parse(text).expect_err("it has a fault");
        (error.kind(), error.to_string())
    }

    fn journal(entries: &str) -> String {
        format!("{{\n  \"version\": \"7\",\n  \"dialect\": \"mysql\",\n  \"entries\": [{entries}]\n}}\n")
    }

    #[test]
    fn older_versions_are_read() {
        for version in VERSIONS {
            let text = format!(r#"{{"version":"{version}","dialect":"mysql","entries":[]}}"#);
            assert_eq!(Journal::parse(&text).expect("valid").version, version);
        }
    }

    #[test]
    fn entries_know_their_places() {
        let text = journal(
            "\n    {\"idx\": 0, \"when\": 5, \"tag\": \"a\"},\n    {\"idx\": 1,\n \"when\": 7, \"tag\": \"ä_b\"}",
        );
        let entries = Journal::parse(&text).expect("valid").entries;
        assert_eq!(
            (entries[0].at.to_string(), entries[0].when_at.to_string()),
            ("5:5".into(), "5:24".into())
        );
        assert_eq!(
            (entries[1].at.to_string(), entries[1].when_at.to_string()),
            ("6:5".into(), "7:10".into())
        );
        assert_eq!((entries[1].when, entries[1].breakpoints), (7, true));
        assert_eq!(entries[1].file_name(), "ä_b.sql");
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        use FormatErrorKind as Kind;
        let entry = r#"{"idx": 0, "version": "5", "when": 1, "tag": "a"}"#;
        let cases = [
            (String::new(), Kind::Truncated, "1:1: the file is empty"),
            (
                "{\"version\": \"7\",\n \"dial".into(),
                Kind::Truncated,
                "2:7: the text ends before its JSON does",
            ),
            ("{\"version\": \"7\",\n".into(), Kind::Truncated, "2:1: the text ends before its JSON does"),
            ("{\"version\": \"7\" \"x\": 1}".into(), Kind::Syntax, "1:16: invalid JSON: expected comma"),
            ("// hi\n{}".into(), Kind::Syntax, "1:1: invalid JSON: comments are not allowed"),
            ("[]".into(), Kind::WrongType, "1:1: `the journal` has to be an object, but is a list"),
            ("{}".into(), Kind::MissingField, "1:1: the journal has no `dialect`"),
            (
                "{\"dialect\":\n \"postgresql\"}".into(),
                Kind::Dialect,
                "2:2: the journal is for postgresql, not for mysql",
            ),
            (
                r#"{"dialect": "mysql", "version": "8"}"#.into(),
                Kind::Version,
                "1:33: version 8 of the journal is not known here: it has to be 5, 6 or 7",
            ),
            (journal("7"), Kind::WrongType, "4:15: `the entry` has to be an object, but is 7"),
            (journal("{\"idx\": 0}"), Kind::MissingField, "4:15: the entry has no `when`"),
            (journal("{\"idx\": -1}"), Kind::WrongType, "4:23: `idx` has to be a number from 0, but is -1"),
            (
                journal("{\"idx\": 0, \"when\": 0.5}"),
                Kind::WrongType,
                "4:34: `when` has to be an integer, but is 0.5",
            ),
            (
                journal("{\"idx\": 0, \"when\": 1, \"tag\": null}"),
                Kind::WrongType,
                "4:44: `tag` has to be a string, but is null",
            ),
            (
                journal("{\"idx\": 0, \"when\": 1, \"tag\": \"../x\"}"),
                Kind::WrongType,
                "4:44: `tag` has to be a file's name without its ending, but is \"../x\"",
            ),
            (
                journal(&format!("{entry},\n    {entry}")),
                Kind::DuplicateIndex,
                "5:13: the entry has the idx 0 of the entry in line 4",
            ),
            (journal("{\"idx\": 0, \"idx\": 1}"), Kind::DuplicateKey, "4:26: the key `idx` is there twice"),
            ("[".repeat(5000), Kind::TooDeep, "1:513: it is nested deeper than 512 levels"),
        ];
        for (text, kind, message) in cases {
            assert_eq!(complaint(&text), (kind, message.to_owned()), "{text}");
        }
    }
}
