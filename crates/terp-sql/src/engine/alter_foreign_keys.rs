//! What foreign keys, own and of children, say to a changed table.

use terp_schema_model::{Column, ColumnType, ForeignKey, Index, IndexKind, Table, same_name};

use super::Context;
use super::alter_columns::NameMap;
use super::catalog::{TableRef, parent_of};
use super::error::{Result, refuse, unsupported};
use super::foreign_key;

/// Whether the foreign keys that stay, the table's own and those of others to it, still have what they need.
/// Returns the other tables, with this table's renamed columns followed.
pub(super) fn check_foreign_keys(
    cx: &Context<'_>,
    at: &TableRef,
    old: &Table,
    new: &Table,
    names: &NameMap,
) -> Result<Vec<(TableRef, Table)>> {
    // What takes no key away and changes no column cannot break a foreign key.
    let keys_stay = old.indexes.iter().all(|index| new.indexes.contains(index));
    if keys_stay && old.columns == new.columns {
        return Ok(Vec::new());
    }
    let check_all_own = || -> Result<()> {
        for foreign_key in &mut new.foreign_keys.clone() {
            let Some(before) = old.foreign_keys.iter().find(|f| same_name(&f.name, &foreign_key.name)) else {
                continue;
            };
            check_own(cx, at, old, new, foreign_key, before)?;
        }
        Ok(())
    };
    // MariaDB looks at what refers to the table first, the table itself too.
    if cx.flavor.is_mysql() {
        check_all_own()?;
    } else {
        for before in &old.foreign_keys {
            let stays = new.foreign_keys.iter().any(|f| same_name(&f.name, &before.name));
            if stays && parent_of(&at.schema, before) == *at {
                check_parent(cx, at, old, &mut before.clone(), old, new, names)?;
            }
        }
    }
    let mut changed = Vec::new();
    for (child_at, child) in cx.catalog.children(at) {
        if child_at == at {
            continue;
        }
        let mut foreign_keys = child.foreign_keys.clone();
        for foreign_key in &mut foreign_keys {
            if parent_of(&child_at.schema, foreign_key) != *at {
                continue;
            }
            check_parent(cx, child_at, child, foreign_key, old, new, names)?;
        }
        if foreign_keys != child.foreign_keys {
            changed.push((child_at.clone(), Table { foreign_keys, ..child.clone() }));
        }
    }
    if cx.flavor.is_mariadb() {
        check_all_own()?;
    }
    Ok(changed)
}

pub(super) fn check_own(
    cx: &Context<'_>,
    at: &TableRef,
    old: &Table,
    new: &Table,
    foreign_key: &mut ForeignKey,
    before: &ForeignKey,
) -> Result<()> {
    let unguarded = cx.flavor.is_mariadb() && !cx.session.foreign_key_checks;
    if foreign_key::has_child_key(before, old) && !foreign_key::has_child_key(foreign_key, new) && !unguarded
    {
        if primary_goes(cx, old, new) {
            return Err(copy_refused(cx, old));
        }
        check_clustered(cx, old, new)?;
        return Err(index_needed(old, new, &before.columns));
    }
    let to_itself = parent_of(&at.schema, before) == *at;
    if to_itself && cx.flavor.is_mysql() {
        let held = |key: &ForeignKey, table: &Table| foreign_key::holds_itself(cx, key, table);
        if held(before, old) && !held(foreign_key, new) {
            return Err(index_needed(old, new, &before.columns));
        }
    }
    for position in 0..before.columns.len() {
        let (Some(from), Some(to)) =
            (old.column(&before.columns[position]), new.column(&foreign_key.columns[position]))
        else {
            continue;
        };
        let sets_null = [foreign_key.on_delete, foreign_key.on_update]
            .contains(&Some(terp_schema_model::ReferentialAction::SetNull));
        let parent = parent_of(&at.schema, before);
        let parent = if to_itself { Some(new) } else { cx.lookup(&parent.schema, &parent.name) };
        let theirs = parent.and_then(|p| p.column(&foreign_key.referenced_columns[position]));
        let carries_null =
            theirs.is_some_and(|theirs| foreign_key::carries_null(cx, foreign_key, to, theirs));
        if (sets_null || carries_null) && from.nullable && !to.nullable {
            return Err(refuse(
                1830,
                format!(
                    "Column '{}' cannot be NOT NULL: needed in a foreign key constraint '{}' SET NULL",
                    to.name, foreign_key.name
                ),
            ));
        }
        // A table that refers to itself may change at both ends.
        let other_end = &before.referenced_columns[position];
        let moved = match (old.column(other_end), theirs) {
            (Some(was), Some(is)) if to_itself => Some((was, is)),
            _ => None,
        };
        let other_end_changes = moved.is_some_and(|(was, is)| changes_for_foreign_key(cx, was, is));
        let moved = moved.is_some_and(|(was, is)| changes_storage(was, is));
        if cx.flavor.is_mysql()
            && (moved || changes_storage(from, to))
            && theirs
                .is_some_and(|theirs| !super::foreign_key_type::compatible(&to.ty, to, &theirs.ty, theirs))
        {
            return Err(foreign_key::incompatible(cx, new, foreign_key, position));
        }
        if cx.flavor.is_mysql() && other_end_changes {
            return Err(refuse(
                1833,
                format!(
                    "Cannot change column '{other_end}': used in a foreign key constraint '{}' of table '{}.{}'",
                    foreign_key.name, at.schema, at.name
                ),
            ));
        }
        if !changes_for_foreign_key(cx, from, to) {
            continue;
        }
        return Err(refuse(
            1832,
            format!(
                "Cannot change column '{}': used in a foreign key constraint '{}'",
                from.name, foreign_key.name
            ),
        ));
    }
    Ok(())
}

pub(super) fn check_parent(
    cx: &Context<'_>,
    child_at: &TableRef,
    child: &Table,
    foreign_key: &mut ForeignKey,
    old: &Table,
    new: &Table,
    names: &NameMap,
) -> Result<()> {
    let child_name = if cx.flavor.is_mysql() {
        format!("'{}'", child.name)
    } else {
        format!("`{}`.`{}`", child_at.schema, child.name)
    };
    let before = foreign_key.clone();
    if cx.flavor.is_mariadb() && !foreign_key::is_linked(cx, child, &before, old) {
        let stays = |name: &String| {
            let new_name = names.get(&name.to_lowercase()).and_then(Option::as_ref);
            match (old.column(name), new_name.and_then(|n| new.column(n))) {
                (Some(from), Some(to)) => from.name == to.name && !changes_for_foreign_key(cx, from, to),
                (from, _) => from.is_none(),
            }
        };
        if before.referenced_columns.iter().all(stays) {
            return Ok(());
        }
        // InnoDB may have the foreign key in its cache as it was before.
        return Err(unsupported(format!(
            "a change of what the foreign key `{}` names, which lacks its key",
            before.name
        )));
    }
    for position in 0..before.referenced_columns.len() {
        let name = &before.referenced_columns[position];
        let Some(from) = old.column(name) else { continue };
        match names.get(&name.to_lowercase()) {
            Some(Some(new_name)) => foreign_key.referenced_columns[position].clone_from(new_name),
            _ => {
                return Err(refuse(
                    1829,
                    format!(
                        "Cannot drop column '{name}': needed in a foreign key constraint '{}' of table {child_name}",
                        before.name
                    ),
                ));
            }
        }
        let Some(to) = new.column(&foreign_key.referenced_columns[position]) else { continue };
        let own = child.column(&before.columns[position]);
        let carries_null =
            !from.nullable && own.is_some_and(|own| foreign_key::carries_null(cx, foreign_key, own, to));
        if cx.flavor.is_mysql()
            && changes_storage(from, to)
            && own.is_some_and(|own| !super::foreign_key_type::compatible(&own.ty, own, &to.ty, to))
        {
            return Err(foreign_key::incompatible(cx, child, foreign_key, position));
        }
        if carries_null || changes_for_foreign_key(cx, from, to) {
            let table = if cx.flavor.is_mysql() {
                format!("'{}'", child.name)
            } else {
                format!("'{}.{}'", child_at.schema, child.name)
            };
            return Err(refuse(
                1833,
                format!(
                    "Cannot change column '{name}': used in a foreign key constraint '{}' of table {table}",
                    before.name
                ),
            ));
        }
    }
    let unguarded = cx.flavor.is_mariadb() && !cx.session.foreign_key_checks;
    if foreign_key::has_parent_key(cx, &before, old)
        && !foreign_key::has_parent_key(cx, foreign_key, new)
        && !unguarded
    {
        if primary_goes(cx, old, new) {
            return Err(copy_refused(cx, old));
        }
        check_clustered(cx, old, new)?;
        return Err(index_needed(old, new, &before.referenced_columns));
    }
    Ok(())
}

/// Without foreign_key_checks MariaDB's copy of a table does not show the foreign keys for which it has no key, and may show them
/// again after another ALTER TABLE.
pub(super) fn check_copy(cx: &Context<'_>, old: &Table, new: &Table) -> Result<()> {
    if cx.session.foreign_key_checks || !primary_goes(cx, old, new) {
        return Ok(());
    }
    let hidden = new.foreign_keys.iter().find(|foreign_key| !foreign_key::has_child_key(foreign_key, new));
    hidden.map_or(Ok(()), |foreign_key| {
        Err(unsupported(format!(
            "dropping the primary key, which the foreign key `{}` needs",
            foreign_key.name
        )))
    })
}

/// MariaDB copies a table to take its primary key away, and finds late what is wrong.
pub(super) fn primary_goes(cx: &Context<'_>, old: &Table, new: &Table) -> bool {
    cx.flavor.is_mariadb() && clustered(cx, old).is_some() && clustered(cx, new).is_none()
}

/// The key that rows are kept by: the primary one, or the first that can take its place.
pub(super) fn clustered<'t>(cx: &Context<'_>, table: &'t Table) -> Option<&'t Index> {
    let stands = |i: &&Index| {
        i.kind == IndexKind::Primary || super::primary_key::stands_for_primary(cx, table, &i.name)
    };
    table.indexes.first().filter(stands)
}

/// With another key to keep rows by, MariaDB lets the one go that a foreign key needs; what becomes of the foreign key is not known.
pub(super) fn check_clustered(cx: &Context<'_>, old: &Table, new: &Table) -> Result<()> {
    let changes = match (clustered(cx, old), clustered(cx, new)) {
        (Some(before), Some(after)) => !same_name(&before.name, &after.name),
        _ => false,
    };
    if cx.flavor.is_mariadb() && changes {
        return Err(unsupported("dropping the first unique key, which a foreign key needs, before another"));
    }
    Ok(())
}

pub(super) fn copy_refused(cx: &Context<'_>, old: &Table) -> super::ExecuteError {
    refuse(
        1025,
        format!(
            "Error on rename of './{}/#sql-alter' to './{}/{}' (errno: 150 \"Foreign key constraint is incorrectly formed\")",
            cx.database, cx.database, old.name
        ),
    )
}

/// Error 1553, naming the key that went and was needed.
pub(super) fn index_needed(old: &Table, new: &Table, columns: &[String]) -> super::ExecuteError {
    let name = old
        .indexes
        .iter()
        .find(|i| foreign_key::starts_with(i, columns) && new.index(&i.name).is_none())
        .or_else(|| old.indexes.iter().find(|i| new.index(&i.name).is_none()))
        .map_or("", |i| &i.name);
    refuse(1553, format!("Cannot drop index '{name}': needed in a foreign key constraint"))
}

/// Whether a column that a foreign key needs changes too much: on MariaDB any other length, with foreign_key_checks or without.
pub(super) fn changes_for_foreign_key(cx: &Context<'_>, from: &Column, to: &Column) -> bool {
    if cx.flavor.is_mysql() {
        // AUTO_INCREMENT counts as another kind of column (`Field_num::is_equal`).
        let differs = changes_storage(from, to) || from.auto_increment != to.auto_increment;
        return differs && cx.session.foreign_key_checks;
    }
    let length = |column: &Column| match column.ty {
        ColumnType::Varchar { length } | ColumnType::Varbinary { length } => Some(length),
        _ => None,
    };
    changes_storage(from, to) || length(from) != length(to)
}

/// Whether a column's values are stored in another way: longer VARCHARs and added ENUM members are not.
pub(super) fn changes_storage(from: &Column, to: &Column) -> bool {
    if from.character_set.as_ref().map(|c| &c.set) != to.character_set.as_ref().map(|c| &c.set) {
        return true;
    }
    match (&from.ty, &to.ty) {
        (ColumnType::Varchar { length: a }, ColumnType::Varchar { length: b })
        | (ColumnType::Varbinary { length: a }, ColumnType::Varbinary { length: b }) => b < a,
        (ColumnType::Enum { values: a }, ColumnType::Enum { values: b })
        | (ColumnType::Set { values: a }, ColumnType::Set { values: b }) => !b.starts_with(a),
        (
            ColumnType::Integer { size: a, unsigned: u, .. },
            ColumnType::Integer { size: b, unsigned: v, .. },
        ) => a != b || u != v,
        (a, b) => a != b,
    }
}
