//! The changes between two views of a schema, sorted into lists that can be counted.

use serde::Serialize;

use super::Matrix;
use crate::change::{Change, ChangeClass, ChangeKind, ChangeValue, ObjectKind, ObjectPath};
use crate::finding::Place;

/// Something that one side has and the other has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Where it is.
    #[serde(flatten)]
    pub path: ObjectPath,
    /// Its definition, in short.
    pub sql: String,
    /// Where it is on the left side, or where it went there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_place: Option<Place>,
    /// Where it is on the right side, or where it went there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_place: Option<Place>,
}

/// The same thing under two names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// What differs.
    pub kind: ChangeKind,
    /// Where it is.
    #[serde(flatten)]
    pub path: ObjectPath,
    /// Its name on the left side.
    pub before: String,
    /// Its name on the right side.
    pub after: String,
    /// Where the left side says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_place: Option<Place>,
    /// Where the right side says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_place: Option<Place>,
}

/// Something that both sides have, and that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What differs.
    pub kind: ChangeKind,
    /// Where it is.
    #[serde(flatten)]
    pub path: ObjectPath,
    /// The left side, in short.
    pub before: String,
    /// The right side, in short.
    pub after: String,
    /// Where the left side says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_place: Option<Place>,
    /// Where the right side says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_place: Option<Place>,
}

/// Where a table is that one side has and the other has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TablePlaces {
    /// The table.
    pub table: String,
    /// Where it is on the left side, or where it went there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_place: Option<Place>,
    /// Where it is on the right side, or where it went there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_place: Option<Place>,
}

/// Finds where a view has something, or where it lost it. It gets the name that the view itself has for it, where it
/// has it at all; upper and lower case of columns, indexes and constraints may be those of the other view.
pub type PlaceOf<'a> = dyn Fn(&ObjectPath) -> Option<Place> + 'a;

/// How many differences there are of each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
pub struct ChangeCounts {
    /// Of substance.
    pub substance: usize,
    /// Of names only.
    pub name_only: usize,
    /// Cosmetic: reported, and no drift.
    pub cosmetic: usize,
}

/// Two views of a schema and how they differ. "Missing" is what the right one lacks, "extra" what it has beyond.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The view that is believed: `snapshot 0026`.
    pub left: String,
    /// The other one: `replayed`.
    pub right: String,
    /// Tables that are left out, since a statement on them could not be checked.
    pub unchecked_tables: Vec<String>,
    /// Whether views, triggers, procedures, functions or events are left out, since a statement on them could not be
    /// checked.
    pub unchecked_programs: bool,
    /// Which, as far as their names are known: `view totals`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unchecked_program_names: Vec<String>,
    /// What one side has and the other has no way to hold, as a Drizzle schema has none for triggers: no difference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<String>,
    /// Tables, routines and events that are compared as SHOW CREATE shows them, since the other side is known from there alone:
    /// characters beyond U+FFFF are `?` there, and one of them can't be told from another or from a question mark.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub as_shown: Vec<String>,
    /// How many differences there are.
    pub counts: ChangeCounts,
    /// How many there are of each sort.
    pub matrix: Matrix,
    /// Names of tables. Their columns, indexes, foreign keys and checks are in no other list.
    pub missing_tables: Vec<String>,
    /// Names of tables. Their columns, indexes, foreign keys and checks are in no other list.
    pub extra_tables: Vec<String>,
    /// Where the missing and the extra tables are, as far as that is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub table_places: Vec<TablePlaces>,
    /// Columns of tables that both have.
    pub missing_columns: Vec<Named>,
    /// Columns of tables that both have.
    pub extra_columns: Vec<Named>,
    /// Primary keys.
    pub missing_primary_keys: Vec<Named>,
    /// Primary keys.
    pub extra_primary_keys: Vec<Named>,
    /// Indexes, unique ones included.
    pub missing_indexes: Vec<Named>,
    /// Indexes, unique ones included.
    pub extra_indexes: Vec<Named>,
    /// Foreign keys.
    pub missing_foreign_keys: Vec<Named>,
    /// Foreign keys.
    pub extra_foreign_keys: Vec<Named>,
    /// CHECK constraints.
    pub missing_checks: Vec<Named>,
    /// CHECK constraints.
    pub extra_checks: Vec<Named>,
    /// Views, triggers, procedures, functions and events.
    pub missing_programs: Vec<Named>,
    /// Views, triggers, procedures, functions and events.
    pub extra_programs: Vec<Named>,
    /// What differs in substance and exists on both sides.
    pub changed: Vec<Changed>,
    /// What differs in its name only.
    pub renamed: Vec<Renamed>,
    /// What is only shown differently.
    pub cosmetic: Vec<Changed>,
}

impl Comparison {
    /// The comparison of two views that differ in those changes.
    pub fn new(left: impl Into<String>, right: impl Into<String>, changes: &[Change]) -> Self {
        Self::with_places(left, right, changes, &|_| None, &|_| None)
    }

    /// The same with the places of each difference: where the left and where the right view has it. Of what a view
    /// lacks, its function may give the place where it went, such as the migration that dropped it.
    pub fn with_places(
        left: impl Into<String>,
        right: impl Into<String>,
        changes: &[Change],
        left_places: &PlaceOf<'_>,
        right_places: &PlaceOf<'_>,
    ) -> Self {
        let mut out = Self { left: left.into(), right: right.into(), ..Self::default() };
        for change in changes {
            let there = other_path(change);
            out.add(change, left_places(&change.path), right_places(there.as_ref().unwrap_or(&change.path)));
        }
        out
    }

    /// Whether the views differ by more than how they are shown.
    pub const fn has_drift(&self) -> bool {
        self.counts.substance + self.counts.name_only > 0
    }

    /// Where the missing or extra table of that name is, on the left and on the right side.
    pub fn places_of_table(&self, table: &str) -> (Option<&Place>, Option<&Place>) {
        let places = self.table_places.iter().find(|places| places.table == table);
        places.map_or((None, None), |places| (places.left_place.as_ref(), places.right_place.as_ref()))
    }

    fn add(&mut self, change: &Change, left_place: Option<Place>, right_place: Option<Place>) {
        match change.class {
            ChangeClass::Substance => self.counts.substance += 1,
            ChangeClass::NameOnly => self.counts.name_only += 1,
            ChangeClass::Cosmetic => self.counts.cosmetic += 1,
        }
        self.matrix.add(change);
        let path = change.path.clone();
        match (&change.before, &change.after) {
            (Some(before), Some(after)) => {
                let (kind, before, after) = (change.kind, before.sql.clone(), after.sql.clone());
                let list = match change.class {
                    ChangeClass::Substance => &mut self.changed,
                    ChangeClass::Cosmetic => &mut self.cosmetic,
                    ChangeClass::NameOnly => {
                        self.renamed.push(Renamed { kind, path, before, after, left_place, right_place });
                        return;
                    }
                };
                list.push(Changed { kind, path, before, after, left_place, right_place });
            }
            (Some(side), None) | (None, Some(side)) => {
                let named = Named { path, sql: side.sql.clone(), left_place, right_place };
                self.lone(change.kind, named, change.before.is_some());
            }
            (None, None) => {}
        }
    }

    fn lone(&mut self, kind: ChangeKind, named: Named, missing: bool) {
        let list = match (named.path.object, missing) {
            (ObjectKind::Table, _) => return self.lone_table(named, missing),
            (ObjectKind::Column, true) => &mut self.missing_columns,
            (ObjectKind::Column, false) => &mut self.extra_columns,
            (ObjectKind::Index, true) if kind == ChangeKind::MissingPrimaryKey => {
                &mut self.missing_primary_keys
            }
            (ObjectKind::Index, false) if kind == ChangeKind::ExtraPrimaryKey => &mut self.extra_primary_keys,
            (ObjectKind::Index, true) => &mut self.missing_indexes,
            (ObjectKind::Index, false) => &mut self.extra_indexes,
            (ObjectKind::ForeignKey, true) => &mut self.missing_foreign_keys,
            (ObjectKind::ForeignKey, false) => &mut self.extra_foreign_keys,
            (ObjectKind::Check, true) => &mut self.missing_checks,
            (ObjectKind::Check, false) => &mut self.extra_checks,
            (_, true) => &mut self.missing_programs,
            (_, false) => &mut self.extra_programs,
        };
        list.push(named);
    }

    fn lone_table(&mut self, named: Named, missing: bool) {
        let Named { path, left_place, right_place, .. } = named;
        let Some(table) = path.table else { return };
        if left_place.is_some() || right_place.is_some() {
            self.table_places.push(TablePlaces { table: table.clone(), left_place, right_place });
        }
        let list = if missing { &mut self.missing_tables } else { &mut self.extra_tables };
        list.push(table);
    }
}

/// What the right side calls it, where it has another name for it.
fn other_path(change: &Change) -> Option<ObjectPath> {
    let named = matches!(
        change.kind,
        ChangeKind::ColumnName | ChangeKind::IndexName | ChangeKind::ForeignKeyName | ChangeKind::CheckName
    );
    let name = match &change.after.as_ref()?.value {
        ChangeValue::Text(name) if named => name.clone(),
        ChangeValue::Column(column) => column.name.clone(),
        ChangeValue::Index(index) => index.name.clone(),
        ChangeValue::ForeignKey(key) => key.name.clone(),
        _ => return None,
    };
    let differs = !name.is_empty() && change.path.name.as_ref() != Some(&name);
    differs.then(|| ObjectPath { name: Some(name), ..change.path.clone() })
}
