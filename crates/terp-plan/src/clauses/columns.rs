//! ADD, MODIFY, CHANGE and DROP COLUMN.

use std::collections::{HashMap, HashSet};

use terp_drift::{Change, ChangeKind, ChangeValue};
use terp_schema_model::{
    Column, ColumnType, Flavor, Generated, Index, LobSize, Table, quote, render, same_name,
};

use super::{Alteration, Clause, Rank};

/// A name as columns are looked up.
fn fold(name: &str) -> String {
    name.to_lowercase()
}

pub(super) fn clauses(alteration: Alteration<'_>, changes: &[&Change], out: &mut Vec<Clause>) {
    let Alteration { from, to, flavor } = alteration;
    let mut added = HashSet::new();
    let mut changed = HashSet::new();
    let mut moved = HashSet::new();
    for change in changes {
        let Some(name) = change.path.name.as_deref().map(fold) else { continue };
        match change.kind {
            ChangeKind::MissingColumn => {
                added.insert(name);
            }
            ChangeKind::ExtraColumn => {
                let sql = format!(
                    "DROP COLUMN {}",
                    quote::identifier(change.path.name.as_deref().unwrap_or_default())
                );
                out.push(Clause::new(Rank::DropColumn, sql));
            }
            ChangeKind::ColumnOrder => {
                moved.insert(name);
            }
            kind if is_of_column(kind) => {
                changed.insert(name);
            }
            _ => changed.extend(owner_of_check(change).map(|column| fold(&column))),
        }
    }
    // No server changes a virtual column to another kind or back: it goes and comes.
    let anew: HashSet<String> = changed.iter().filter(|name| is_made_anew(from, to, name)).cloned().collect();
    for name in &anew {
        if let Some(column) = from.column(name) {
            out.push(Clause::new(
                Rank::DropColumn,
                format!("DROP COLUMN {}", quote::identifier(&column.name)),
            ));
        }
        remake_indexes(alteration, name, out);
    }
    // MySQL writes such an index in a way that is not known.
    if flavor.is_mysql() {
        for name in changed.iter().filter(|name| !anew.contains(*name) && is_list_to_text(from, to, name)) {
            remake_indexes(alteration, name, out);
        }
    }
    // Where this statement also sets the table's character set, columns without one of their own take that.
    let sets_character_set =
        |change: &&Change| matches!(change.kind, ChangeKind::TableCharacterSet | ChangeKind::TableCollation);
    let beside = if changes.iter().any(sets_character_set) { to } else { from };
    let here: HashMap<String, &Column> =
        from.columns.iter().map(|column| (fold(&column.name), column)).collect();
    // The names that stand in the table once the clauses so far are done, for AFTER.
    let stands = |column: &Column| {
        let name = fold(&column.name);
        here.contains_key(&name) || added.contains(&name)
    };
    let mut before: Option<&Column> = None;
    for column in &to.columns {
        let name = fold(&column.name);
        let definition = || definition_of(column, beside, flavor);
        let is_new = added.contains(&name) || anew.contains(&name);
        if is_new || moved.contains(&name) || changed.contains(&name) {
            let mut sql = match here.get(&name) {
                _ if is_new => format!("ADD COLUMN {}", definition()),
                Some(old) if old.name != column.name => {
                    format!("CHANGE COLUMN {} {}", quote::identifier(&old.name), definition())
                }
                Some(old) if !changed.contains(&name) => {
                    // It only moves: as it is, which need not be as it is to be in the end.
                    format!("MODIFY COLUMN {}", definition_of(old, beside, flavor))
                }
                _ => format!("MODIFY COLUMN {}", definition()),
            };
            if is_new && !is_last(to, column, &stands)
                || moved.contains(&name)
                || is_new && !ends_table(from, before)
            {
                sql.push_str(&position(before));
            }
            out.push(Clause::new(Rank::Column, sql));
        }
        if stands(column) {
            before = Some(column);
        }
    }
}

/// A column's definition. MariaDB's JSON is written as such: spelled out as the LONGTEXT that it is, it would count as another type, and the table be copied.
fn definition_of(column: &Column, beside: &Table, flavor: Flavor) -> String {
    let longtext = ColumnType::Text { size: LobSize::Long };
    let is_json = flavor.is_mariadb()
        && column.ty == longtext
        && column.character_set.as_ref().is_some_and(|set| set.set.collation == "utf8mb4_bin")
        && column.check.as_ref().is_some_and(|check| {
            check.name.is_empty()
                && check.expression == format!("json_valid({})", quote::identifier(&column.name))
        });
    if !is_json {
        return render::column_definition(column, beside, flavor);
    }
    let json = Column { ty: ColumnType::Json, character_set: None, check: None, ..column.clone() };
    render::column_definition(&json, beside, flavor)
}

/// Whether a column can't be changed where it is.
pub(crate) fn is_made_anew(from: &Table, to: &Table, name: &str) -> bool {
    let kind = |table: &Table| match table.column(name)?.generated {
        Some(Generated::Expression { stored, .. }) => Some(Some(stored)),
        _ => Some(None),
    };
    match (kind(from), kind(to)) {
        (Some(before), Some(after)) => before != after && (before == Some(false) || after == Some(false)),
        _ => false,
    }
}

/// Whether a column changes from ENUM or SET to a text.
fn is_list_to_text(from: &Table, to: &Table, name: &str) -> bool {
    let ty = |table: &Table| table.column(name).map(|column| column.ty.clone());
    matches!(ty(from), Some(ColumnType::Enum { .. } | ColumnType::Set { .. }))
        && !matches!(ty(to), Some(ColumnType::Enum { .. } | ColumnType::Set { .. }))
}

/// An index loses a column that goes, and does not get it back.
fn remake_indexes(alteration: Alteration<'_>, column: &str, out: &mut Vec<Clause>) {
    let Alteration { from, to, flavor } = alteration;
    let has = |index: &&Index| {
        index.parts.iter().any(|part| part.column_name().is_some_and(|name| same_name(name, column)))
    };
    for index in from.indexes.iter().filter(has) {
        let drop = format!("DROP INDEX {}", quote::identifier(&index.name));
        out.push(Clause::new(Rank::DropIndex, drop));
        if let Some(wanted) = to.index(&index.name) {
            out.push(Clause::new(
                Rank::AddIndex,
                format!("ADD {}", render::index_definition(wanted, flavor)),
            ));
        }
    }
}

/// Whether the column before a new one is the table's last, so that the new one needs no place.
fn ends_table(from: &Table, before: Option<&Column>) -> bool {
    match (from.columns.last(), before) {
        (Some(last), Some(before)) => {
            fold(&last.name) == fold(&before.name)
                || !from.columns.iter().any(|c| fold(&c.name) == fold(&before.name))
        }
        _ => false,
    }
}

/// Whether no column that stands comes after it.
fn is_last(to: &Table, column: &Column, stands: &dyn Fn(&Column) -> bool) -> bool {
    !to.columns.iter().skip_while(|other| other.name != column.name).skip(1).any(stands)
}

fn position(before: Option<&Column>) -> String {
    match before {
        None => " FIRST".to_owned(),
        Some(column) => format!(" AFTER {}", quote::identifier(&column.name)),
    }
}

/// Whether a change is of a column's definition.
pub(crate) const fn is_of_column(kind: ChangeKind) -> bool {
    matches!(
        kind,
        ChangeKind::ColumnName
            | ChangeKind::ColumnType
            | ChangeKind::ColumnNullability
            | ChangeKind::ColumnDefault
            | ChangeKind::ColumnOnUpdate
            | ChangeKind::ColumnAutoIncrement
            | ChangeKind::ColumnGenerated
            | ChangeKind::ColumnCharacterSet
            | ChangeKind::ColumnCollation
            | ChangeKind::ColumnComment
            | ChangeKind::ColumnVisibility
            | ChangeKind::ColumnOption
    )
}

/// The column of a check that is its own (MariaDB).
pub(crate) fn owner_of_check(change: &Change) -> Option<String> {
    let sides = [change.before.as_ref(), change.after.as_ref()];
    sides.into_iter().flatten().find_map(|side| match &side.value {
        ChangeValue::Check(_, column) => column.clone(),
        _ => None,
    })
}
