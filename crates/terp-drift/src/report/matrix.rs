//! How many differences a comparison found of each sort.

use serde::Serialize;

use crate::change::{Change, ChangeClass, ChangeKind, ObjectKind};

/// Declares [`Matrix`] with the row of each count in one place.
macro_rules! rows {
    ($($(#[doc = $doc:literal])+ $name:ident = $row:literal,)+) => {
        /// How many differences there are of each sort: one column of the matrix that several comparisons make. Each
        /// difference is counted once. As in the lists of a [`Comparison`](super::Comparison), primary keys are apart
        /// from indexes, unique indexes are indexes, and the columns and keys of a missing table are not counted.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
        #[non_exhaustive]
        pub struct Matrix {
            $($(#[doc = $doc])+ pub $name: usize,)+
        }

        impl Matrix {
            /// Each count with what people call it, in a fixed order.
            pub fn rows(&self) -> impl Iterator<Item = (&'static str, usize)> {
                [$(($row, self.$name)),+].into_iter()
            }

            /// The names of the fields, in the order of [`rows`](Self::rows).
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($name)),+];
        }
    };
}

rows! {
    /// Tables that only the left side has.
    missing_tables = "missing tables",
    /// Tables that only the right side has.
    extra_tables = "extra tables",
    /// Columns that only the left side has, of tables that both have; so with what follows.
    missing_columns = "missing columns",
    /// Columns that only the right side has.
    extra_columns = "extra columns",
    /// Primary keys that only the left side has.
    missing_primary_keys = "missing primary keys",
    /// Primary keys that only the right side has.
    extra_primary_keys = "extra primary keys",
    /// Indexes that only the left side has.
    missing_indexes = "missing indexes",
    /// Indexes that only the right side has.
    extra_indexes = "extra indexes",
    /// Foreign keys that only the left side has.
    missing_foreign_keys = "missing foreign keys",
    /// Foreign keys that only the right side has.
    extra_foreign_keys = "extra foreign keys",
    /// CHECK constraints that only the left side has.
    missing_checks = "missing checks",
    /// CHECK constraints that only the right side has.
    extra_checks = "extra checks",
    /// Views, triggers, procedures, functions and events that only the left side has.
    missing_programs = "missing programs",
    /// Views, triggers, procedures, functions and events that only the right side has.
    extra_programs = "extra programs",
    /// Column types.
    types = "types",
    /// NULL or NOT NULL.
    nullability = "nullability",
    /// Defaults; ON UPDATE is among `other`.
    defaults = "defaults",
    /// Columns that stand elsewhere, where both sides mean their order.
    column_order = "column order",
    /// Character sets and collations of the database, of tables and of columns.
    character_sets = "character sets",
    /// Whatever else differs in substance.
    other = "other",
    /// Differences of names only.
    names_only = "names only",
    /// Columns that stand elsewhere, where one side's order says nothing: no drift.
    cosmetic_column_order = "column order, cosmetic",
    /// Other cosmetic differences: no drift.
    cosmetic = "other cosmetic",
}

impl Matrix {
    /// How many differences there are in all.
    pub fn total(&self) -> usize {
        self.rows().map(|(_, number)| number).sum()
    }

    pub(super) fn add(&mut self, change: &Change) {
        let lone = change.before.is_none() != change.after.is_none();
        let count = match change.class {
            ChangeClass::Substance if lone => self.lone(change),
            ChangeClass::Substance => self.changed(change.kind),
            ChangeClass::NameOnly => &mut self.names_only,
            ChangeClass::Cosmetic if change.kind == ChangeKind::ColumnOrder => {
                &mut self.cosmetic_column_order
            }
            ChangeClass::Cosmetic => &mut self.cosmetic,
        };
        *count += 1;
    }

    fn lone(&mut self, change: &Change) -> &mut usize {
        let primary = matches!(change.kind, ChangeKind::MissingPrimaryKey | ChangeKind::ExtraPrimaryKey);
        match (change.path.object, change.before.is_some()) {
            (ObjectKind::Table, true) => &mut self.missing_tables,
            (ObjectKind::Table, false) => &mut self.extra_tables,
            (ObjectKind::Column, true) => &mut self.missing_columns,
            (ObjectKind::Column, false) => &mut self.extra_columns,
            (ObjectKind::Index, true) if primary => &mut self.missing_primary_keys,
            (ObjectKind::Index, false) if primary => &mut self.extra_primary_keys,
            (ObjectKind::Index, true) => &mut self.missing_indexes,
            (ObjectKind::Index, false) => &mut self.extra_indexes,
            (ObjectKind::ForeignKey, true) => &mut self.missing_foreign_keys,
            (ObjectKind::ForeignKey, false) => &mut self.extra_foreign_keys,
            (ObjectKind::Check, true) => &mut self.missing_checks,
            (ObjectKind::Check, false) => &mut self.extra_checks,
            (_, true) => &mut self.missing_programs,
            (_, false) => &mut self.extra_programs,
        }
    }

    const fn changed(&mut self, kind: ChangeKind) -> &mut usize {
        match kind {
            ChangeKind::ColumnType => &mut self.types,
            ChangeKind::ColumnNullability => &mut self.nullability,
            ChangeKind::ColumnDefault => &mut self.defaults,
            ChangeKind::ColumnOrder => &mut self.column_order,
            ChangeKind::SchemaCharacterSet
            | ChangeKind::TableCharacterSet
            | ChangeKind::TableCollation
            | ChangeKind::ColumnCharacterSet
            | ChangeKind::ColumnCollation => &mut self.character_sets,
            _ => &mut self.other,
        }
    }
}
