//! Where the objects of a database come from: the place in the SQL that made each of them, and the one that changed it last.
//!
//! A place is kept as a file and a span. Lines and columns are made when somebody asks for one: most are never asked for.

mod items;
mod marks;
mod record;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use terp_drift::{ObjectKind, ObjectPath, Place};
use terp_sql::Span;
use terp_sql::span::LineIndex;

use marks::{Entry, Gone, Mark, TableMarks, folded};
pub(crate) use record::{Before, Ran};

/// A text that statements come from, and what the places in it are called after.
#[derive(Debug, Clone)]
struct File {
    name: String,
    text: Arc<str>,
    lines: Arc<OnceLock<LineIndex>>,
}

/// What is known of one database's objects.
#[derive(Debug, Clone, Default)]
struct DatabaseMarks {
    /// The last ALTER DATABASE.
    options: Option<Mark>,
    tables: HashMap<String, TableMarks>,
    programs: HashMap<(ObjectKind, String), Entry>,
    /// Temporary tables hide others of their name; they are in no schema.
    temporary: HashSet<String>,
}

/// For each object that the statements of some files made, the place of the item that made it and of the one that changed it
/// last. What was dropped or renamed is remembered as such.
///
/// The item is what a reader would look for: the column's definition within CREATE TABLE, the sub-clause of ALTER TABLE, the
/// CREATE INDEX. An index or constraint without a name of its own is known by the name that the engine gave it. What no item
/// tells (the columns that `CREATE TABLE ... LIKE` copies, an index that goes with its last column) has the place of the
/// statement.
#[derive(Debug, Clone, Default)]
pub struct Provenance {
    files: Vec<File>,
    databases: HashMap<String, DatabaseMarks>,
    /// The database that paths are about.
    database: String,
}

impl Provenance {
    /// Nothing is known yet; paths are about the objects of that database.
    pub(crate) fn new(database: &str) -> Self {
        Self { database: database.to_owned(), ..Self::default() }
    }

    /// Has paths be about another database.
    pub(crate) fn set_database(&mut self, database: &str) {
        database.clone_into(&mut self.database);
    }

    /// Adds a file whose statements are to be recorded.
    pub(crate) fn add_file(&mut self, name: &str, text: &str) {
        self.files.push(File { name: name.to_owned(), text: text.into(), lines: Arc::default() });
    }

    /// The place in the newest file; `None` before there is one.
    fn mark(&self, span: Span) -> Option<Mark> {
        let file = self.files.len().checked_sub(1)?;
        Some(Mark { file: u32::try_from(file).unwrap_or(u32::MAX), span })
    }

    /// The place to look at for an object: where it was changed last, or made, or dropped or renamed, which the place's label
    /// then says. What is not known by itself has the place of its table. `None` where nothing is known of the table either.
    pub fn place_of(&self, path: &ObjectPath) -> Option<Place> {
        if path.object == ObjectKind::Schema {
            return self.databases.get(&self.database)?.options.map(|mark| self.place(mark));
        }
        let entry = self.entry(path).or_else(|| self.own(path.table.as_deref()?))?;
        // What went with its table has the table's place.
        let entry = match path.table.as_deref().and_then(|table| self.own(table)) {
            Some(own) if own.gone.is_some() => own,
            _ => entry,
        };
        Some(match &entry.gone {
            None => self.place(entry.last()),
            Some(Gone { at, to: None }) => self.place(*at).labelled("dropped here"),
            Some(Gone { at, to: Some(name) }) => self.place(*at).labelled(format!("renamed to {name} here")),
        })
    }

    /// The place of the item that made an object that is there; `None` where that is not known, or where it is gone.
    pub fn made_at(&self, path: &ObjectPath) -> Option<Place> {
        if self.own(path.table.as_deref().unwrap_or_default()).is_some_and(|own| own.gone.is_some()) {
            return None;
        }
        self.entry(path).filter(|entry| entry.gone.is_none()).map(|entry| self.place(entry.made))
    }

    fn own(&self, table: &str) -> Option<&Entry> {
        self.databases.get(&self.database)?.tables.get(table).map(|table| &table.own)
    }

    fn entry(&self, path: &ObjectPath) -> Option<&Entry> {
        let database = self.databases.get(&self.database)?;
        match path.object {
            ObjectKind::Table => self.own(path.table.as_deref()?),
            ObjectKind::Column | ObjectKind::Index | ObjectKind::ForeignKey | ObjectKind::Check => {
                let part = marks::Part::of(path.object)?;
                let table = database.tables.get(path.table.as_deref()?)?;
                table.parts(part).get(folded(path.name.as_deref()?).as_ref())
            }
            kind => database.programs.get(&program_key(kind, path.name.as_deref()?)),
        }
    }

    fn place(&self, mark: Mark) -> Place {
        let Some(file) = self.files.get(mark.file as usize) else { return Place::default() };
        let lines = file.lines.get_or_init(|| LineIndex::new(&file.text));
        let start = lines.line_column(&file.text, mark.span.start);
        let end = lines.line_column(&file.text, mark.span.end);
        Place::at(&file.name, start.line, start.column).until(end.line, end.column)
    }
}

/// Views and triggers are compared exactly, as tables are; routines and events without case.
fn program_key(kind: ObjectKind, name: &str) -> (ObjectKind, String) {
    match kind {
        ObjectKind::View | ObjectKind::Trigger => (kind, name.to_owned()),
        _ => (kind, folded(name).into_owned()),
    }
}
