//! What is remembered of one table.

use std::borrow::Cow;
use std::collections::HashMap;

use terp_drift::ObjectKind;
use terp_schema_model::Table;
use terp_sql::Span;

/// A place: a file by its number, and where in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) file: u32,
    pub(super) span: Span,
}

/// How an object ceased to be there under its name.
#[derive(Debug, Clone)]
pub(super) struct Gone {
    pub(super) at: Mark,
    /// Its new name, where it was renamed.
    pub(super) to: Option<String>,
}

/// One object.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) made: Mark,
    pub(super) changed: Option<Mark>,
    pub(super) gone: Option<Gone>,
}

impl Entry {
    pub(super) const fn new(made: Mark) -> Self {
        Self { made, changed: None, gone: None }
    }

    /// Where it was changed last, or made.
    pub(super) fn last(&self) -> Mark {
        self.changed.unwrap_or(self.made)
    }

    fn is_there(&self) -> bool {
        self.gone.is_none()
    }
}

/// What a table consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Column,
    Index,
    ForeignKey,
    Check,
}

impl Part {
    pub(super) const ALL: [Self; 4] = [Self::Column, Self::Index, Self::ForeignKey, Self::Check];

    pub(super) const fn of(kind: ObjectKind) -> Option<Self> {
        Some(match kind {
            ObjectKind::Column => Self::Column,
            ObjectKind::Index => Self::Index,
            ObjectKind::ForeignKey => Self::ForeignKey,
            ObjectKind::Check => Self::Check,
            _ => return None,
        })
    }

    /// The names that a table has of it.
    pub(super) fn names(self, table: &Table) -> Vec<&str> {
        match self {
            Self::Column => table.columns.iter().map(|column| column.name.as_str()).collect(),
            Self::Index => table.indexes.iter().map(|index| index.name.as_str()).collect(),
            Self::ForeignKey => table.foreign_keys.iter().map(|key| key.name.as_str()).collect(),
            Self::Check => {
                // A column's own check without a name goes by the column's.
                let own = table.columns.iter().filter_map(|column| {
                    let check = column.check.as_ref()?;
                    Some(if check.name.is_empty() { column.name.as_str() } else { check.name.as_str() })
                });
                table.checks.iter().map(|check| check.name.as_str()).chain(own).collect()
            }
        }
    }
}

/// The form in which servers compare names of columns, indexes and constraints.
pub(super) fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.to_lowercase())
    }
}

/// A table and its parts, by folded name.
#[derive(Debug, Clone)]
pub(super) struct TableMarks {
    pub(super) own: Entry,
    parts: [HashMap<String, Entry>; 4],
}

impl TableMarks {
    pub(super) fn new(made: Mark) -> Self {
        Self { own: Entry::new(made), parts: Default::default() }
    }

    pub(super) const fn parts(&self, part: Part) -> &HashMap<String, Entry> {
        let [columns, indexes, foreign_keys, checks] = &self.parts;
        match part {
            Part::Column => columns,
            Part::Index => indexes,
            Part::ForeignKey => foreign_keys,
            Part::Check => checks,
        }
    }

    const fn parts_mut(&mut self, part: Part) -> &mut HashMap<String, Entry> {
        let [columns, indexes, foreign_keys, checks] = &mut self.parts;
        match part {
            Part::Column => columns,
            Part::Index => indexes,
            Part::ForeignKey => foreign_keys,
            Part::Check => checks,
        }
    }

    pub(super) fn has(&self, part: Part, name: &str) -> bool {
        self.parts(part).get(folded(name).as_ref()).is_some_and(Entry::is_there)
    }

    pub(super) fn make(&mut self, part: Part, name: &str, at: Mark) {
        self.parts_mut(part).insert(folded(name).into_owned(), Entry::new(at));
    }

    pub(super) fn change(&mut self, part: Part, name: &str, at: Mark) {
        let entry = self.parts_mut(part).get_mut(folded(name).as_ref());
        if let Some(entry) = entry.filter(|entry| entry.is_there()) {
            entry.changed = Some(at);
        }
    }

    pub(super) fn drop(&mut self, part: Part, name: &str, at: Mark) {
        let entry = self.parts_mut(part).get_mut(folded(name).as_ref());
        if let Some(entry) = entry.filter(|entry| entry.is_there()) {
            entry.gone = Some(Gone { at, to: None });
        }
    }

    /// Gives parts new names, all at once, so that two can swap theirs.
    pub(super) fn rename(&mut self, renames: &[Rename]) {
        let mut moved = Vec::with_capacity(renames.len());
        for rename in renames {
            let entry = self.parts_mut(rename.part).get_mut(folded(&rename.old).as_ref());
            let Some(entry) = entry.filter(|entry| entry.is_there()) else { continue };
            let mut there = entry.clone();
            there.changed = Some(rename.at);
            entry.gone = Some(Gone { at: rename.at, to: Some(rename.new.clone()) });
            moved.push((rename, there));
        }
        for (rename, entry) in moved {
            self.parts_mut(rename.part).insert(folded(&rename.new).into_owned(), entry);
        }
    }

    /// The names of a kind of part that are there.
    pub(super) fn names(&self, part: Part) -> impl Iterator<Item = &str> {
        self.parts(part).iter().filter(|(_, entry)| entry.is_there()).map(|(name, _)| name.as_str())
    }
}

/// A part that gets another name.
#[derive(Debug)]
pub(super) struct Rename {
    pub(super) part: Part,
    pub(super) old: String,
    pub(super) new: String,
    pub(super) at: Mark,
}
