//! Indexes: by name, then by content.

use std::collections::HashMap;

use terp_schema_model::{Index, IndexKind, Table, same_name};

use super::table::{Setting, pairs, settings_differ};
use super::{Changes, text_side};
use crate::change::{ChangeClass, ChangeKind, ChangeValue, ObjectKind, ObjectPath, Side};
use crate::normalise::{covers, fold, is_implied};
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
        let pair = [left, &normal[1].indexes[other]];
        if renamed_with_foreign_key(tables, normal, pair) {
            return false;
        }
        let [before, after] = pair.map(|index| name_side(&index.name));
        let path = ObjectPath::part(ObjectKind::Index, &tables[0].name, &left.name);
        out.changed(ChangeKind::IndexName, ChangeClass::NameOnly, path, before, after);
        false
    });
}

/// An index of one side only. One that a foreign key made goes with the foreign key, or with a wider index: those are
/// what differs.
fn lone(tables: [&Table; 2], normal: [&Table; 2], here: usize, index: &Index, out: &mut Changes) {
    let there = normal[1 - here];
    let columns: Vec<String> =
        index.parts.iter().filter_map(|part| part.column_name().map(str::to_owned)).collect();
    let follows = is_implied(index, normal[here], tables[here])
        && (there.foreign_keys.iter().all(|key| key.columns != columns)
            || there.indexes.iter().any(|other| covers(other, &columns)));
    if follows {
        return;
    }
    let path = ObjectPath::part(ObjectKind::Index, &tables[0].name, &index.name);
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

/// Whether two indexes of the same content have other names only because their foreign keys have.
fn renamed_with_foreign_key(tables: [&Table; 2], normal: [&Table; 2], pair: [&Index; 2]) -> bool {
    let has_key =
        |at: usize, name: &str| normal[at].foreign_keys.iter().any(|key| same_name(&key.name, name));
    (0..2).all(|at| {
        let index = pair[at];
        is_implied(index, normal[at], tables[at]) && has_key(at, &index.name) && !has_key(1 - at, &index.name)
    })
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
