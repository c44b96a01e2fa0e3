//! ADD, DROP, RENAME and ALTER INDEX.

use std::collections::BTreeMap;

use terp_drift::{Change, ChangeKind, ChangeValue, Side};
use terp_schema_model::{Flavor, Index, IndexAlgorithm, IndexKind, Table, quote, render, same_name};

use super::{Alteration, Clause, Rank};

/// What becomes of one index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Visibility,
    Renamed,
    Replaced,
}

pub(super) fn clauses(alteration: Alteration<'_>, changes: &[&Change], out: &mut Vec<Clause>) {
    let Alteration { from, to, flavor } = alteration;
    let mut fates: BTreeMap<String, (Fate, String)> = BTreeMap::new();
    for change in changes {
        let name = || change.path.name.clone().unwrap_or_default();
        match change.kind {
            ChangeKind::MissingIndex | ChangeKind::MissingPrimaryKey => {
                if let Some(index) = find(to, &name(), change.before.as_ref()) {
                    out.push(add(&index, to, flavor));
                }
            }
            ChangeKind::ExtraIndex | ChangeKind::ExtraPrimaryKey => {
                if let Some(index) = find(from, &name(), change.after.as_ref()) {
                    out.push(drop(&index));
                }
            }
            ChangeKind::IndexName => fate(&mut fates, change, Fate::Renamed),
            ChangeKind::IndexVisibility => fate(&mut fates, change, Fate::Visibility),
            ChangeKind::IndexKind
            | ChangeKind::IndexParts
            | ChangeKind::IndexComment
            | ChangeKind::IndexOption
            | ChangeKind::PrimaryKey => fate(&mut fates, change, Fate::Replaced),
            _ => {}
        }
    }
    for (new, (fate, old)) in fates {
        let (Some(wanted), Some(present)) = (to.index(&new), from.index(&old)) else { continue };
        match fate {
            Fate::Visibility => {
                let state = match (flavor.is_mysql(), wanted.invisible) {
                    (true, true) => "INVISIBLE",
                    (true, false) => "VISIBLE",
                    (false, true) => "IGNORED",
                    (false, false) => "NOT IGNORED",
                };
                let sql = format!("ALTER INDEX {} {state}", quote::identifier(&present.name));
                out.push(Clause::new(Rank::AlterIndex, sql));
            }
            Fate::Renamed => {
                let [old, new] = [&present.name, &wanted.name].map(|name| quote::identifier(name));
                out.push(Clause::new(Rank::RenameIndex, format!("RENAME INDEX {old} TO {new}")));
            }
            Fate::Replaced => {
                out.push(drop(present));
                out.push(add(wanted, to, flavor));
            }
        }
    }
}

/// Keeps the gravest fate of each index: one that is made anew has the new name and visibility by that.
fn fate(fates: &mut BTreeMap<String, (Fate, String)>, change: &Change, fate: Fate) {
    let text = |side: Option<&Side>| match side.map(|side| &side.value) {
        Some(ChangeValue::Text(name)) if change.kind == ChangeKind::IndexName => Some(name.clone()),
        _ => None,
    };
    let Some(new) = text(change.before.as_ref()).or_else(|| change.path.name.clone()) else { return };
    let old = text(change.after.as_ref()).unwrap_or_else(|| new.clone());
    let entry = fates.entry(new).or_insert_with(|| (fate, old));
    entry.0 = entry.0.max(fate);
}

/// An index as it is listed, or as the comparison has it where a foreign key implies it.
fn find(table: &Table, name: &str, side: Option<&Side>) -> Option<Index> {
    let listed = table.indexes.iter().find(|index| same_name(&index.name, name)).cloned();
    listed.or_else(|| match side.map(|side| &side.value) {
        Some(ChangeValue::Index(index)) => Some(Index::clone(index)),
        _ => None,
    })
}

fn add(index: &Index, table: &Table, flavor: Flavor) -> Clause {
    let index = &without_derived_hash(index, table, flavor);
    Clause::new(Rank::AddIndex, format!("ADD {}", render::index_definition(index, flavor)))
}

fn drop(index: &Index) -> Clause {
    let sql = if index.kind == IndexKind::Primary {
        "DROP PRIMARY KEY".to_owned()
    } else {
        format!("DROP INDEX {}", quote::identifier(&index.name))
    };
    Clause::new(Rank::DropIndex, sql)
}

/// MariaDB keeps a unique key that is too long for a tree as a hash, and shows that. Written out, it would stay a hash when its columns get shorter.
pub(crate) fn without_derived_hash(index: &Index, table: &Table, flavor: Flavor) -> Index {
    let derived = flavor.is_mariadb()
        && table.options.engine == "InnoDB"
        && index.is_unique()
        && index.using == Some(IndexAlgorithm::Hash);
    Index { using: index.using.filter(|_| !derived), ..index.clone() }
}
