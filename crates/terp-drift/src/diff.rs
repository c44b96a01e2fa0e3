//! The comparison of two schemas.

mod check;
mod column;
mod foreign_key;
mod index;
mod order;
mod program;
mod table;

use std::collections::HashMap;

use terp_schema_model::{Flavor, Schema, Table};

use crate::change::{Change, ChangeClass, ChangeKind, ChangeValue, ObjectPath, Side};
use crate::normalise::{normalise_character_set, normalise_table};
use crate::options::DiffOptions;
use crate::sql;

/// What differs between two schemas of one flavor, in a fixed order: the database, its tables by name, views,
/// triggers, routines, events.
///
/// The left schema is the one that is believed: "missing" is what the right one lacks, "extra" what it has beyond.
/// Tables are compared by their exact names, everything within a table as servers do: without regard to case.
pub fn diff(left: &Schema, right: &Schema, flavor: Flavor, options: &DiffOptions) -> Vec<Change> {
    let mut out = Changes { flavor, list: Vec::new() };
    let sets = [&left.character_set, &right.character_set].map(normalise_character_set);
    if sets[0] != sets[1] {
        let [before, after] = [&left.character_set, &right.character_set].map(|set| Side {
            value: ChangeValue::CharacterSet(Some(set.clone())),
            sql: sql::character_set(set),
        });
        out.changed(
            ChangeKind::SchemaCharacterSet,
            ChangeClass::Substance,
            ObjectPath::schema(),
            before,
            after,
        );
    }
    tables(left, right, options, &mut out);
    program::views(left, right, options, &mut out);
    program::triggers(left, right, options, &mut out);
    program::routines(left, right, options, &mut out);
    program::events(left, right, options, &mut out);
    out.list
}

fn tables(left: &Schema, right: &Schema, options: &DiffOptions, out: &mut Changes) {
    let flavor = out.flavor;
    for (left_table, right_table) in paired(&left.tables, &right.tables, |table: &Table| table.name.as_str())
    {
        let side = |table: &Table| Side {
            value: ChangeValue::Table(Box::new(table.clone())),
            sql: sql::table(table, flavor),
        };
        match (left_table, right_table) {
            (Some(table), None) => {
                out.missing(ChangeKind::MissingTable, ObjectPath::table(&table.name), side(table));
            }
            (None, Some(table)) => {
                out.extra(ChangeKind::ExtraTable, ObjectPath::table(&table.name), side(table));
            }
            (Some(before), Some(after)) if before != after => {
                let normal = [(before, left), (after, right)]
                    .map(|(table, schema)| normalise_table(table, schema.name.as_deref(), flavor, options));
                if normal[0] != normal[1] {
                    table::compare([before, after], [&normal[0], &normal[1]], options, out);
                }
            }
            _ => {}
        }
    }
}

/// The changes so far.
struct Changes {
    flavor: Flavor,
    list: Vec<Change>,
}

impl Changes {
    fn missing(&mut self, kind: ChangeKind, path: ObjectPath, before: Side) {
        let class = ChangeClass::Substance;
        self.list.push(Change { kind, class, path, before: Some(before), after: None });
    }

    fn extra(&mut self, kind: ChangeKind, path: ObjectPath, after: Side) {
        let class = ChangeClass::Substance;
        self.list.push(Change { kind, class, path, before: None, after: Some(after) });
    }

    fn changed(&mut self, kind: ChangeKind, class: ChangeClass, path: ObjectPath, before: Side, after: Side) {
        self.list.push(Change { kind, class, path, before: Some(before), after: Some(after) });
    }
}

/// Both sides' objects of each name, in the order of names. Of two objects of one name the first counts.
fn paired<'a, T>(left: &'a [T], right: &'a [T], name: fn(&T) -> &str) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let mut pairs: HashMap<&str, (Option<&T>, Option<&T>)> = HashMap::with_capacity(left.len());
    for object in left {
        pairs.entry(name(object)).or_default().0.get_or_insert(object);
    }
    for object in right {
        pairs.entry(name(object)).or_default().1.get_or_insert(object);
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_unstable_by_key(|(name, _)| *name);
    pairs.into_iter().map(|(_, pair)| pair).collect()
}

/// A name, a comment, an engine.
fn text_side(text: &str, sql: String) -> Side {
    Side { value: ChangeValue::Text(text.to_owned()), sql }
}
