//! What changes between two tables, in the kinds that both servers tell apart (`fill_alter_inplace_info` in both). Columns are matched
//! by what the statement renames, drops and adds: a column that is dropped and added again is another column.

use terp_schema_model::{
    Column, ColumnType, DefaultValue, Flavor, Generated, Index, IndexKind, IndexPartKind, Table,
    TableOptions, same_name,
};
use terp_sql::Span;
use terp_sql::ast::{TableOptionKind, TypeKeyword};

use super::column_type::{Stored, compare, is_json};
use super::flags::{self as flag, Flags};
use super::request::{Request, place_of};

/// A column of the table after the change, and the one that it was before.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnPair<'a> {
    pub(super) from: Option<&'a Column>,
    pub(super) to: &'a Column,
}

/// What changes.
pub(super) struct Changes<'a> {
    pub(super) before: &'a Table,
    pub(super) after: &'a Table,
    pub(super) request: &'a Request<'a>,
    /// The columns of the table after the change, in order.
    pub(super) columns: Vec<ColumnPair<'a>>,
    pub(super) flags: Flags,
    pub(super) added_indexes: Vec<&'a Index>,
    pub(super) dropped_indexes: Vec<&'a Index>,
    /// The order of the virtual columns, with those that MySQL hides behind functional keys.
    pub(super) virtual_order: VirtualOrder,
    /// A virtual column that MySQL hides behind a functional key comes or goes.
    pub(super) hidden: Hidden,
    flavor: Flavor,
}

/// Functional parts of keys that come and go.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hidden {
    pub(super) added: usize,
    pub(super) dropped: usize,
}

/// Whether virtual columns keep their order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct VirtualOrder {
    /// A new virtual column stands before an old one.
    pub(super) new_before_old: bool,
    /// Two old virtual columns have changed places, or one between others has gone.
    pub(super) old_moved: bool,
}

/// Whether a column is made from others and not kept.
pub(super) const fn is_virtual(column: &Column) -> bool {
    matches!(column.generated, Some(Generated::Expression { stored: false, .. }))
}

/// Whether a column is made from others and kept.
pub(super) const fn is_stored_generated(column: &Column) -> bool {
    matches!(column.generated, Some(Generated::Expression { stored: true, .. }))
}

impl<'a> Changes<'a> {
    pub(super) fn new(before: &'a Table, after: &'a Table, request: &'a Request<'a>, flavor: Flavor) -> Self {
        let columns =
            after.columns.iter().map(|to| ColumnPair { from: origin(before, request, to), to }).collect();
        let mut changes = Self {
            before,
            after,
            request,
            columns,
            flags: Flags::NONE,
            added_indexes: Vec::new(),
            dropped_indexes: Vec::new(),
            virtual_order: VirtualOrder::default(),
            hidden: Hidden::default(),
            flavor,
        };
        changes.compare_indexes();
        changes.compare_columns();
        changes.compare_order();
        changes.compare_constraints();
        changes.compare_options();
        changes
    }

    /// The columns that are new.
    pub(super) fn added_columns(&self) -> impl Iterator<Item = &'a Column> + '_ {
        self.columns.iter().filter(|pair| pair.from.is_none()).map(|pair| pair.to)
    }

    /// Where a virtual column is put before the column with the documents' ids: MySQL 9.7, MariaDB 10.11 and 11.8 die of it.
    pub(super) fn crashes_servers(&self) -> Option<Span> {
        let ids = self.after.column_position("FTS_DOC_ID")?;
        let full_text = self.after.indexes.iter().any(|index| index.kind == IndexKind::Fulltext);
        let new = self.columns[..ids]
            .iter()
            .find(|pair| is_virtual(pair.to) && pair.from.is_none_or(|from| !is_virtual(from)))?;
        full_text.then(|| place_of(self.request, &new.to.name))
    }

    fn position_after(&self, column: &Column) -> Option<usize> {
        self.columns.iter().position(|pair| pair.from.is_some_and(|from| std::ptr::eq(from, column)))
    }

    /// The column of the table before that a name of the table after stands for.
    fn origin_name(&self, name: &str) -> Option<&'a str> {
        let pair = self.columns.iter().find(|pair| same_name(&pair.to.name, name))?;
        pair.from.map(|from| from.name.as_str())
    }

    fn compare_columns(&mut self) {
        let mysql = self.flavor.is_mysql();
        let mut flags = Flags::NONE;
        for column in self.before.columns.iter().filter(|column| self.position_after(column).is_none()) {
            flags |= if is_virtual(column) { flag::DROP_VIRTUAL } else { flag::DROP_STORED };
        }
        for pair in &self.columns {
            let to = pair.to;
            let Some(from) = pair.from else {
                if mysql && zero_is_refused(to) {
                    flags |= flag::NOT_EMPTY;
                }
                flags |= if is_virtual(to) {
                    flag::ADD_VIRTUAL
                } else if is_stored_generated(to)
                    || (mysql && matches!(to.default, Some(DefaultValue::Expression(_))))
                {
                    flag::ADD_COMPUTED
                } else {
                    flag::ADD_STORED
                };
                continue;
            };
            if from.name != to.name {
                flags |= flag::COLUMN_NAME;
            }
            let indexed = self.before.indexes.iter().any(|index| uses(index, &from.name));
            // MariaDB keeps JSON apart from a LONGTEXT with the same check, if only in a statement.
            let spelled_out = !mysql && is_json(from) && self.is_redefined_without_json(to);
            let stored = if spelled_out {
                Stored::Differently
            } else {
                compare(self.before, from, to, indexed, self.flavor)
            };
            match stored {
                Stored::Same => {}
                Stored::ByEngine => flags |= flag::TYPE_BY_ENGINE,
                Stored::Differently => flags |= flag::COLUMN_TYPE,
            }
            if !mysql || !is_virtual(to) {
                if from.nullable && !to.nullable {
                    flags |= flag::NOT_NULLABLE;
                } else if !from.nullable && to.nullable {
                    flags |= flag::NULLABLE;
                }
            }
            flags |= self.expression_change(from, to);
        }
        // MariaDB does not look from which columns a value is made that is kept: any could be one of them.
        let kept =
            |column: &Column| is_stored_generated(column) || (is_virtual(column) && self.is_indexed(column));
        if !mysql && self.before.columns.iter().any(kept) && flags.any(flag::COLUMN_TYPE | flag::NOT_NULLABLE)
        {
            flags |= flag::COLUMN_VCOL;
        }
        let request = self.request;
        if !request.modified.is_empty() || request.alters_column || request.renames_table {
            flags |= flag::ASIDE;
        }
        self.flags |= flags;
    }

    fn is_redefined_without_json(&self, column: &Column) -> bool {
        let mut redefined = self.request.modified.iter();
        redefined.any(|new| same_name(&new.name.value, &column.name) && new.ty.keyword != TypeKeyword::Json)
    }

    fn is_indexed(&self, column: &Column) -> bool {
        self.before.indexes.iter().any(|index| uses(index, &column.name))
    }

    /// What changes in how a column is generated. An expression is also printed anew where a column in it has another name.
    fn expression_change(&self, from: &Column, to: &Column) -> Flags {
        let redefined =
            self.request.modified.iter().any(|definition| same_name(&definition.name.value, &to.name));
        match (&from.generated, &to.generated) {
            (
                Some(Generated::Expression { expression: a, .. }),
                Some(Generated::Expression { expression: b, stored }),
            ) if redefined => {
                if self.flavor.is_mysql() {
                    let kind = if *stored { flag::STORED_EXPRESSION } else { flag::VIRTUAL_EXPRESSION };
                    if a == b { Flags::NONE } else { kind }
                } else if *stored || self.is_indexed(from) {
                    // MariaDB does not compare the expressions.
                    flag::STORED_EXPRESSION
                } else {
                    flag::VIRTUAL_EXPRESSION
                }
            }
            (None, Some(Generated::Expression { .. })) | (Some(Generated::Expression { .. }), None) => {
                flag::COLUMN_TYPE
            }
            _ => Flags::NONE,
        }
    }

    fn compare_order(&mut self) {
        let hidden = |table: &Table| -> Vec<String> {
            let parts = table.indexes.iter().flat_map(|index| {
                let functional = index.parts.iter().filter(|part| part.column_name().is_none());
                functional.enumerate().map(|(n, _)| format!("{}\0{n}", index.name.to_lowercase()))
            });
            parts.collect()
        };
        let hidden_before = hidden(self.before);
        let hidden_after: Vec<Option<String>> = hidden(self.after)
            .into_iter()
            .map(|name| {
                let index = name.split('\0').next().unwrap_or_default();
                let added = self.added_indexes.iter().any(|added| same_name(&added.name, index));
                let renamed = self.request.renamed_indexes.iter().find(|(_, new)| same_name(new, index));
                let old =
                    renamed.map_or(name.clone(), |(old, _)| name.replacen(index, &old.to_lowercase(), 1));
                Some(old).filter(|old| !added && hidden_before.contains(old))
            })
            .collect();
        self.hidden.added = hidden_after.iter().filter(|origin| origin.is_none()).count();
        self.hidden.dropped = hidden_before
            .iter()
            .filter(|name| !hidden_after.iter().flatten().any(|old| old == *name))
            .count();
        if self.hidden.added > 0 {
            self.flags |= flag::ADD_VIRTUAL;
        }
        if self.hidden.dropped > 0 {
            self.flags |= flag::DROP_VIRTUAL;
        }

        let mut stored_before = 0;
        let mut virtual_before = 0;
        let mut last_virtual = None;
        for (position, column) in self.before.columns.iter().enumerate() {
            let new_position = self.position_after(column);
            if is_virtual(column) {
                if let Some(new) = new_position {
                    let virtual_after = self.columns[..new].iter().filter(|pair| is_virtual(pair.to)).count();
                    // MariaDB counts all columns before it, MySQL those that are virtual too.
                    let moved = if self.flavor.is_mysql() {
                        virtual_after != virtual_before
                    } else {
                        new != position
                    };
                    if moved {
                        self.flags |= flag::VIRTUAL_ORDER;
                    }
                    self.virtual_order.old_moved |= last_virtual.is_some_and(|last| last > new);
                    last_virtual = Some(new);
                }
                virtual_before += 1;
            } else {
                if let Some(new) = new_position {
                    let stored_after = self.columns[..new].iter().filter(|pair| !is_virtual(pair.to)).count();
                    // MySQL looks at all columns for the place of the one that counts up.
                    let counts = self.flavor.is_mysql() && column.auto_increment && new != position;
                    if stored_after != stored_before || counts {
                        self.flags |= flag::STORED_ORDER;
                    }
                }
                stored_before += 1;
            }
        }
        let virtual_after = self.columns.iter().filter(|pair| is_virtual(pair.to)).count();
        let shift = virtual_before != virtual_after;
        let kept: Vec<usize> = hidden_before
            .iter()
            .enumerate()
            .filter_map(|(n, name)| {
                let new = hidden_after.iter().position(|old| old.as_ref() == Some(name))?;
                if new != n || shift {
                    self.flags |= flag::VIRTUAL_ORDER;
                }
                Some(new)
            })
            .collect();
        self.virtual_order.old_moved |= !kept.is_sorted();
        let mut new_seen = false;
        let visible = self.columns.iter().filter(|pair| is_virtual(pair.to)).map(|pair| pair.from.is_none());
        for new in visible.chain(hidden_after.iter().map(Option::is_none)) {
            self.virtual_order.new_before_old |= new_seen && !new;
            new_seen |= new;
        }
    }

    /// Whether the statement names the index as one that goes.
    fn is_dropped(&self, index: &Index) -> bool {
        let request = self.request;
        let mut names = request.dropped_indexes.iter().chain(&request.dropped_constraints);
        names.any(|name| same_name(name, &index.name))
            || (request.drops_primary && index.kind == IndexKind::Primary)
    }

    fn compare_indexes(&mut self) {
        let request = self.request;
        let mut matched = vec![false; self.after.indexes.len()];
        let mut dropped = Vec::new();
        for index in &self.before.indexes {
            let renamed = request.renamed_indexes.iter().find(|(old, _)| same_name(old, &index.name));
            let name = renamed.map_or(index.name.as_str(), |(_, new)| new);
            let found = self.after.indexes.iter().position(|to| same_name(&to.name, name));
            match found.filter(|at| self.is_same_index(index, &self.after.indexes[*at])) {
                Some(at) => {
                    matched[at] = true;
                    let to = &self.after.indexes[at];
                    if renamed.is_some() && index.name != to.name {
                        self.flags |= flag::RENAME_INDEX;
                    }
                    if index.comment != to.comment {
                        self.flags |= flag::INDEX_COMMENT;
                    }
                    if index.invisible != to.invisible && !self.is_dropped(index) {
                        self.flags |= flag::INDEX_VISIBILITY;
                    }
                }
                None => dropped.push(index),
            }
        }
        let mut added: Vec<&Index> = self
            .after
            .indexes
            .iter()
            .zip(&matched)
            .filter(|(_, matched)| !**matched)
            .map(|(index, _)| index)
            .collect();
        if self.flavor.is_mariadb() {
            // MariaDB takes an index that goes and one like it that comes for a new name.
            dropped.retain(|index| {
                let Some(at) = added.iter().position(|to| self.is_same_index(index, to)) else { return true };
                if index.comment != added[at].comment {
                    return true;
                }
                added.remove(at);
                self.flags |= flag::RENAME_INDEX;
                false
            });
        }
        self.flag_indexes(&dropped, &added);
        self.dropped_indexes = dropped;
        self.added_indexes = added;
    }

    /// Unique keys that could be the primary key count as one where there is none.
    fn flag_indexes(&mut self, dropped: &[&Index], added: &[&Index]) {
        let primary = clustered(self.before).map(|index| index.name.as_str());
        let is_clustered = |index: &Index| primary.is_some_and(|name| same_name(name, &index.name));
        let mut candidates =
            self.before.indexes.iter().filter(|i| is_clustered(i) || is_candidate(self.before, i)).count();
        for index in dropped {
            self.flags |= if is_clustered(index) {
                candidates = candidates.saturating_sub(1);
                flag::DROP_PRIMARY
            } else if index.is_unique() {
                candidates = candidates.saturating_sub(usize::from(is_candidate(self.before, index)));
                flag::DROP_UNIQUE
            } else {
                flag::DROP_INDEX
            };
        }
        let mariadb = self.flavor.is_mariadb();
        if mariadb
            && self.before.primary_key().is_none()
            && self.flags.any(flag::DROP_PRIMARY)
            && candidates > 0
            && clustered(self.after).is_some()
        {
            // Another key takes over.
            self.flags |= flag::ADD_PRIMARY;
        }
        let old_key = clustered(self.before).filter(|_| mariadb && self.before.primary_key().is_none());
        for index in added {
            self.flags |= match index.kind {
                // The rows are kept in that order as it is.
                IndexKind::Primary if old_key.is_some_and(|old| old.parts == index.parts) => flag::ADD_UNIQUE,
                IndexKind::Primary => flag::ADD_PRIMARY,
                IndexKind::Unique if is_candidate(self.after, index) && candidates == 0 => flag::ADD_PRIMARY,
                IndexKind::Unique => flag::ADD_UNIQUE,
                IndexKind::Spatial if self.flavor.is_mysql() => flag::ADD_SPATIAL,
                _ => flag::ADD_INDEX,
            };
            if matches!(index.kind, IndexKind::Primary) || is_candidate(self.after, index) {
                candidates += 1;
            }
        }
    }

    /// Whether two indexes are made of the same columns in the same way; names, comments and visibility aside.
    fn is_same_index(&self, from: &Index, to: &Index) -> bool {
        let same_parts = from.parts.len() == to.parts.len()
            && from.parts.iter().zip(&to.parts).all(|(a, b)| {
                let same_kind = match (&a.kind, &b.kind) {
                    (IndexPartKind::Column(old), IndexPartKind::Column(new)) => {
                        self.origin_name(new).is_some_and(|origin| same_name(origin, old))
                    }
                    (IndexPartKind::Expression(old), IndexPartKind::Expression(new)) => old == new,
                    _ => false,
                };
                same_kind && a.length == b.length && a.descending == b.descending
            });
        let same_form = if self.flavor.is_mysql() {
            // BTREE is what InnoDB and MyISAM do anyhow, and MySQL looks at what is done.
            from.parser == to.parser && (from.using == to.using || self.before.options.engine != "MEMORY")
        } else {
            from.using == to.using
                && (from.key_block_size == to.key_block_size || !self.is_dropped(from))
                && from.parser == to.parser
                && from.attributes == to.attributes
                && !self.is_collated_anew(from)
        };
        same_parts && same_form && from.kind == to.kind && from.without_overlaps == to.without_overlaps
    }

    /// Whether a column of the index has another collation or more bytes, for which MariaDB makes the index anew.
    fn is_collated_anew(&self, index: &Index) -> bool {
        self.columns.iter().any(|pair| {
            pair.from.is_some_and(|from| {
                let longer_binary = matches!(from.ty, ColumnType::Varbinary { .. }) && from.ty != pair.to.ty;
                uses(index, &from.name)
                    && (longer_binary || super::column_type::sorts_differently(from, pair.to))
            })
        })
    }

    fn compare_constraints(&mut self) {
        let request = self.request;
        let dropped = |name: &str| request.dropped_constraints.iter().any(|dropped| same_name(dropped, name));
        let old_keys = &self.before.foreign_keys;
        let is_new = |name: &str| dropped(name) || !old_keys.iter().any(|old| same_name(&old.name, name));
        if self.after.foreign_keys.iter().any(|key| is_new(&key.name)) {
            self.flags |= flag::ADD_FOREIGN_KEY;
        }
        if old_keys.iter().any(|key| dropped(&key.name)) {
            self.flags |= flag::DROP_FOREIGN_KEY;
        }
        if self.before.checks.iter().any(|check| dropped(&check.name)) {
            self.flags |= flag::ASIDE;
        }
        if self.flavor.is_mariadb() {
            if request.adds_table_check {
                self.flags |= flag::ADD_CHECK;
            }
            return;
        }
        let held = |check: &terp_schema_model::Check| {
            let same =
                |old: &&terp_schema_model::Check| same_name(&old.name, &check.name) && !dropped(&old.name);
            !check.not_enforced && self.before.checks.iter().find(same).is_none_or(|old| old.not_enforced)
        };
        if self.after.checks.iter().any(held) {
            self.flags |= flag::ADD_CHECK;
        }
    }

    fn compare_options(&mut self) {
        let request = self.request;
        if request.adds_versioning {
            self.flags |= flag::ADD_VERSIONING;
        }
        if request.drops_versioning {
            self.flags |= flag::DROP_VERSIONING;
        }
        if request.forces {
            self.flags |= flag::RECREATE;
        }
        if request.switches_visibility && self.flavor.is_mysql() {
            self.flags |= flag::INDEX_VISIBILITY;
        }
        for option in &request.options {
            self.flags |= match &option.kind {
                TableOptionKind::Engine(_) => flag::RECREATE,
                TableOptionKind::RowFormat(_)
                | TableOptionKind::KeyBlockSize(_)
                | TableOptionKind::Tablespace(_) => flag::OPTIONS_REBUILD,
                TableOptionKind::Attribute(_)
                    if stored_by(&self.before.options) != stored_by(&self.after.options) =>
                {
                    flag::OPTIONS_REBUILD
                }
                TableOptionKind::SystemVersioning => Flags::NONE,
                _ => flag::OPTIONS,
            };
        }
    }
}

/// The attributes of MariaDB's InnoDB that decide how pages are written; off is the same as not there.
fn stored_by(options: &TableOptions) -> Vec<(String, String)> {
    const DECIDING: [&str; 4] =
        ["page_compressed", "page_compression_level", "encrypted", "encryption_key_id"];
    let off = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "0" | "off" | "no" | "default");
    let attributes = options
        .attributes
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim_matches('\'').to_owned()));
    attributes.filter(|(name, value)| DECIDING.contains(&name.as_str()) && !off(value)).collect()
}

/// The column that one of the table after was before.
fn origin<'a>(before: &'a Table, request: &Request<'_>, to: &Column) -> Option<&'a Column> {
    let dropped = |name: &str| request.dropped.iter().any(|dropped| same_name(dropped, name));
    let added = request.added.iter().find(|added| same_name(&added.definition.name.value, &to.name));
    if let Some(added) = added {
        let existing = before.column(&to.name).filter(|_| added.if_not_exists && !dropped(&to.name));
        return existing;
    }
    if let Some((old, _)) = request.renamed.iter().find(|(_, new)| same_name(new, &to.name)) {
        return before.column(old);
    }
    before.column(&to.name)
}

/// Whether the value that a new column would have in old rows is no valid one: they must not be there, or are refused.
fn zero_is_refused(column: &Column) -> bool {
    let dated =
        matches!(column.ty, ColumnType::Date | ColumnType::DateTime { .. } | ColumnType::Geometry { .. });
    dated && !column.nullable && column.default.is_none() && column.generated.is_none()
}

/// Whether an index has that column.
pub(super) fn uses(index: &Index, column: &str) -> bool {
    index.parts.iter().filter_map(|part| part.column_name()).any(|name| same_name(name, column))
}

/// Whether the index could be the primary key: unique, whole columns, none of which may be NULL.
pub(super) fn is_candidate(table: &Table, index: &Index) -> bool {
    index.is_unique()
        && index.parts.iter().all(|part| {
            let column = part.column_name().and_then(|name| table.column(name));
            part.length.is_none() && column.is_some_and(|column| !column.nullable)
        })
}

/// The index in whose order InnoDB keeps the rows; `None` where it numbers them itself.
pub(super) fn clustered(table: &Table) -> Option<&Index> {
    table.primary_key().or_else(|| table.indexes.iter().find(|index| is_candidate(table, index)))
}
