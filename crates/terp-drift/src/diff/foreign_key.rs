//! Foreign keys: by name, then by content.

use std::collections::HashMap;

use terp_schema_model::{ForeignKey, Table};

use super::{Changes, text_side};
use crate::change::{ChangeClass, ChangeKind, ChangeValue, ObjectKind, ObjectPath, Side};
use crate::normalise::fold;
use crate::sql;

pub(super) fn compare(tables: [&Table; 2], normal: [&Table; 2], out: &mut Changes) {
    let shown = tables.map(|table| by_name(&table.foreign_keys));
    let by_name = normal.map(|table| by_name(&table.foreign_keys));
    let path = |key: &ForeignKey| ObjectPath::part(ObjectKind::ForeignKey, &tables[0].name, &key.name);
    let flavor = out.flavor;
    let side = |key: &ForeignKey, at: usize| {
        let shown = shown[at].get(&fold(&key.name)).copied().unwrap_or(key);
        Side { value: ChangeValue::ForeignKey(Box::new(shown.clone())), sql: sql::foreign_key(shown, flavor) }
    };
    let only = |at: usize| {
        let there = &by_name[1 - at];
        normal[at].foreign_keys.iter().filter(|key| !there.contains_key(&fold(&key.name)))
    };
    for left in &normal[0].foreign_keys {
        let Some(right) = by_name[1].get(&fold(&left.name)).copied() else { continue };
        let reference = |key: &ForeignKey| {
            let ForeignKey {
                name: _, columns, referenced_schema, referenced_table, referenced_columns, ..
            } = key.clone();
            (columns, referenced_schema, referenced_table, referenced_columns)
        };
        if left.name != right.name {
            let [before, after] = [left, right].map(|key| text_side(&key.name, sql::identifier(&key.name)));
            out.changed(ChangeKind::ForeignKeyName, ChangeClass::NameOnly, path(left), before, after);
        }
        let mut changed = |kind| {
            out.changed(kind, ChangeClass::Substance, path(left), side(left, 0), side(right, 1));
        };
        if reference(left) != reference(right) {
            changed(ChangeKind::ForeignKeyReference);
        }
        if (left.on_delete, left.on_update) != (right.on_delete, right.on_update) {
            changed(ChangeKind::ForeignKeyActions);
        }
    }
    let nameless = |key: &ForeignKey| ForeignKey { name: String::new(), ..key.clone() };
    let mut candidates: HashMap<ForeignKey, Vec<&ForeignKey>> = HashMap::new();
    let extra: Vec<&ForeignKey> = only(1).collect();
    for key in extra.iter().rev() {
        candidates.entry(nameless(key)).or_default().push(key);
    }
    for left in only(0) {
        match candidates.get_mut(&nameless(left)).and_then(Vec::pop) {
            Some(right) => {
                let [before, after] =
                    [left, right].map(|key| text_side(&key.name, sql::identifier(&key.name)));
                out.changed(ChangeKind::ForeignKeyName, ChangeClass::NameOnly, path(left), before, after);
            }
            None => out.missing(ChangeKind::MissingForeignKey, path(left), side(left, 0)),
        }
    }
    for key in extra {
        if candidates
            .get(&nameless(key))
            .is_some_and(|rest| rest.iter().any(|other| std::ptr::eq(*other, key)))
        {
            out.extra(ChangeKind::ExtraForeignKey, path(key), side(key, 1));
        }
    }
}

fn by_name(keys: &[ForeignKey]) -> HashMap<std::borrow::Cow<'_, str>, &ForeignKey> {
    let mut map = HashMap::with_capacity(keys.len());
    for key in keys {
        map.entry(fold(&key.name)).or_insert(key);
    }
    map
}
