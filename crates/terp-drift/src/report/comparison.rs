//! The changes between two views of a schema, sorted into lists that can be counted.

use serde::Serialize;

use crate::change::{Change, ChangeClass, ChangeKind, ObjectKind, ObjectPath};

/// Something that one side has and the other has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Where it is.
    #[serde(flatten)]
    pub path: ObjectPath,
    /// Its definition, in short.
    pub sql: String,
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
}

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
    /// How many differences there are.
    pub counts: ChangeCounts,
    /// Names of tables.
    pub missing_tables: Vec<String>,
    /// Names of tables.
    pub extra_tables: Vec<String>,
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
        let mut out = Self { left: left.into(), right: right.into(), ..Self::default() };
        for change in changes {
            out.add(change);
        }
        out
    }

    /// Whether the views differ by more than how they are shown.
    pub const fn has_drift(&self) -> bool {
        self.counts.substance + self.counts.name_only > 0
    }

    fn add(&mut self, change: &Change) {
        match change.class {
            ChangeClass::Substance => self.counts.substance += 1,
            ChangeClass::NameOnly => self.counts.name_only += 1,
            ChangeClass::Cosmetic => self.counts.cosmetic += 1,
        }
        let path = change.path.clone();
        match (&change.before, &change.after) {
            (Some(before), Some(after)) => {
                let (kind, before, after) = (change.kind, before.sql.clone(), after.sql.clone());
                match change.class {
                    ChangeClass::Substance => self.changed.push(Changed { kind, path, before, after }),
                    ChangeClass::NameOnly => self.renamed.push(Renamed { kind, path, before, after }),
                    ChangeClass::Cosmetic => self.cosmetic.push(Changed { kind, path, before, after }),
                }
            }
            (Some(side), None) | (None, Some(side)) => {
                self.lone(change.kind, path, side.sql.clone(), change.before.is_some());
            }
            (None, None) => {}
        }
    }

    fn lone(&mut self, kind: ChangeKind, path: ObjectPath, sql: String, missing: bool) {
        let list = match (path.object, missing) {
            (ObjectKind::Table, true) => return self.missing_tables.extend(path.table),
            (ObjectKind::Table, false) => return self.extra_tables.extend(path.table),
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
        list.push(Named { path, sql });
    }
}
