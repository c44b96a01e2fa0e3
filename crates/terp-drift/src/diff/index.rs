//! Indexes: by name, then by content.

use std::collections::HashMap;

use terp_schema_model::{Index, IndexKind, Table};

use super::table::{Setting, pairs, settings_differ};
use super::{Changes, text_side};
use crate::change::{ChangeClass, ChangeKind, ChangeValue, ObjectKind, ObjectPath, Side};
use crate::normalise::{covers, fold, is_plain_index_on};
use crate::sql;

pub(super) fn compare(tables: [&Table; 2], normal: [&Table; 2], out: &mut Changes) {
    let by_name = normal.map(|table| {
        let mut map = HashMap::with_capacity(table.indexes.len());
        for index in &table.indexes {
            map.entry(fold(&index.name)).or_insert(index);
        }
        map
    });
    let only = |from: &Table, there: usize| -> Vec<usize> {
        let known = &by_name[there];
        (0..from.indexes.len()).filter(|at| !known.contains_key(&fold(&from.indexes[*at].name))).collect()
    };
    for index in &normal[0].indexes {
        if let Some(other) = by_name[1].get(&fold(&index.name))
            && index != *other
        {
            changed(tables, [index, other], out);
        }
    }
    let mut missing = only(normal[0], 1);
    let mut extra = only(normal[1], 0);
    renamed(tables, normal, &mut missing, &mut extra, out);
    for at in missing {
        lone(tables, normal, 0, &normal[0].indexes[at], out);
    }
    for at in extra {
        lone(tables, normal, 1, &normal[1].indexes[at], out);
    }
}

/// Takes the pairs out of both lists that differ in nothing but their names.
fn renamed(
    tables: [&Table; 2],
    normal: [&Table; 2],
    missing: &mut Vec<usize>,
    extra: &mut Vec<usize>,
    out: &mut Changes,
) {
    let nameless = |index: &Index| Index { name: String::new(), ..index.clone() };
    let mut candidates: HashMap<Index, Vec<usize>> = HashMap::new();
    // Reversed, so that the first by name is taken first.
    for at in extra.iter().rev() {
        candidates.entry(nameless(&normal[1].indexes[*at])).or_default().push(*at);
    }
    missing.retain(|at| {
        let left = &normal[0].indexes[*at];
        let Some(other) = candidates.get_mut(&nameless(left)).and_then(Vec::pop) else { return true };
        extra.retain(|at| *at != other);
        let [before, after] = [left, &normal[1].indexes[other]].map(|index| name_side(&index.name));
        let path = ObjectPath::part(ObjectKind::Index, &tables[0].name, &left.name);
        out.changed(ChangeKind::IndexName, ChangeClass::NameOnly, path, before, after);
        false
    });
}

/// An index of one side only. If the other side's foreign key makes the same one by itself, only its name differs.
fn lone(tables: [&Table; 2], normal: [&Table; 2], here: usize, index: &Index, out: &mut Changes) {
    let there = 1 - here;
    let table = tables[0].name.as_str();
    let path = ObjectPath::part(ObjectKind::Index, table, &index.name);
    if let Some(implied) = implied_name(tables[there], normal[there], index) {
        let mine = name_side(&index.name);
        let theirs = Side { sql: sql::identifier(&implied), value: ChangeValue::ImpliedIndex(implied) };
        let (before, after) = if here == 0 { (mine, theirs) } else { (theirs, mine) };
        out.changed(ChangeKind::IndexName, ChangeClass::NameOnly, path, before, after);
        return;
    }
    let flavor = out.flavor;
    let shown = tables[here].index(&index.name).unwrap_or(index);
    let side = Side { value: ChangeValue::Index(Box::new(shown.clone())), sql: sql::index(shown, flavor) };
    let (missing, extra) = if index.kind == IndexKind::Primary {
        (ChangeKind::MissingPrimaryKey, ChangeKind::ExtraPrimaryKey)
    } else {
        (ChangeKind::MissingIndex, ChangeKind::ExtraIndex)
    };
    if here == 0 { out.missing(missing, path, side) } else { out.extra(extra, path, side) }
}

/// The name of the index that a foreign key of the table makes by itself, if it is the same as this one.
fn implied_name(table: &Table, normal: &Table, index: &Index) -> Option<String> {
    let key = normal.foreign_keys.iter().find(|key| is_plain_index_on(index, &key.columns))?;
    if normal.indexes.iter().any(|other| covers(other, &key.columns)) {
        return None;
    }
    let made = table.indexes.iter().find(|other| is_plain_index_on(other, &key.columns));
    Some(made.map_or_else(|| key.name.clone(), |made| made.name.clone()))
}

fn name_side(name: &str) -> Side {
    text_side(name, sql::identifier(name))
}

/// Everything that two indexes of one name can differ in.
fn changed(tables: [&Table; 2], normal: [&Index; 2], out: &mut Changes) {
    use ChangeClass::Substance;
    let flavor = out.flavor;
    let [left, right] = normal;
    let path = || ObjectPath::part(ObjectKind::Index, &tables[0].name, &left.name);
    if left.name != right.name {
        let [before, after] = normal.map(|index| name_side(&index.name));
        out.changed(ChangeKind::IndexName, ChangeClass::NameOnly, path(), before, after);
    }
    let primary = left.kind == IndexKind::Primary;
    let whole = || {
        [(tables[0], left), (tables[1], right)].map(|(table, index)| {
            let shown = table.index(&index.name).unwrap_or(index);
            Side { value: ChangeValue::Index(Box::new(shown.clone())), sql: sql::index(shown, flavor) }
        })
    };
    let mut whole_if = |differs: bool, kind: ChangeKind| {
        if differs {
            let [before, after] = whole();
            out.changed(
                if primary { ChangeKind::PrimaryKey } else { kind },
                Substance,
                path(),
                before,
                after,
            );
        }
    };
    whole_if(left.kind != right.kind, ChangeKind::IndexKind);
    whole_if(
        (&left.parts, &left.without_overlaps) != (&right.parts, &right.without_overlaps),
        ChangeKind::IndexParts,
    );
    whole_if(left.invisible != right.invisible, ChangeKind::IndexVisibility);
    if left.comment != right.comment {
        let [before, after] = normal.map(|index| text_side(&index.comment, sql::comment(&index.comment)));
        out.changed(ChangeKind::IndexComment, Substance, path(), before, after);
    }
    for (before, after) in settings(left).into_iter().zip(settings(right)) {
        settings_differ(ChangeKind::IndexOption, &path, before, after, out);
    }
}

/// The options that have no kind of their own. Taken apart by name, so that a new option can't be forgotten.
fn settings(index: &Index) -> Vec<Setting> {
    let Index {
        name: _,
        kind: _,
        parts: _,
        using,
        key_block_size,
        parser,
        invisible: _,
        comment: _,
        // Not a property of the schema: see the normal form.
        generated: _,
        // Compared with the parts.
        without_overlaps: _,
        engine_attribute,
        secondary_engine_attribute,
        attributes,
    } = index;
    vec![
        ("USING", using.map(|using| sql::algorithm(using).to_owned())),
        ("KEY_BLOCK_SIZE", key_block_size.map(|size| size.to_string())),
        ("PARSER", parser.as_deref().map(sql::identifier)),
        ("ENGINE_ATTRIBUTE", engine_attribute.as_deref().map(sql::string)),
        ("SECONDARY_ENGINE_ATTRIBUTE", secondary_engine_attribute.as_deref().map(sql::string)),
        ("engine-defined options", pairs(attributes)),
    ]
}
