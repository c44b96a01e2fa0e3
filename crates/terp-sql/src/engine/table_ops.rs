//! DROP, RENAME and TRUNCATE.

use terp_schema_model::Table;

use super::catalog::{Catalog, Effect, TableRef, parent_of};
use super::error::{Result, messages, refuse};
use super::foreign_key;
use crate::ast::{DropTable, ObjectName, RenameTable};

/// Executes DROP TABLE.
pub(super) fn drop(catalog: &mut Catalog, drop: &DropTable) -> Result<Effect> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for name in &drop.names {
        let at = catalog.resolve(name)?;
        catalog.check_writable(&at).map_err(|e| e.at(name.span()))?;
        if found.contains(&at) || missing.contains(&at) {
            return Err(refuse(1066, format!("Not unique table/alias: '{}'", at.name)).at(name.span()));
        }
        let exists =
            if drop.temporary { catalog.temporary(&at).is_some() } else { catalog.visible(&at).is_some() };
        if exists {
            found.push(at);
        } else {
            missing.push(at);
        }
    }
    let mariadb = catalog.flavor().is_mariadb();
    let refused = (!missing.is_empty() && !drop.if_exists).then(|| {
        if let Some(view) = missing.iter().find(|at| mariadb && !drop.temporary && catalog.is_view(at)) {
            return messages::is_a_view(&view.schema, &view.name);
        }
        let list: Vec<String> = missing.iter().map(|m| format!("{}.{}", m.schema, m.name)).collect();
        refuse(1051, format!("Unknown table '{}'", list.join(",")))
    });
    if catalog.flavor().is_mysql() {
        // All or none.
        if let Some(error) = refused {
            return Err(error);
        }
        for at in &found {
            check_droppable(catalog, at, &found)?;
        }
        for at in &found {
            if catalog.remove_temporary(at).is_none() {
                catalog.drop_table(at);
            }
        }
        return Ok(Effect::of(found));
    }
    // MariaDB drops one after the other and reports at the end.
    let mut failure = None;
    for at in &found {
        if catalog.remove_temporary(at).is_some() {
            continue;
        }
        // A later one in the list does not help: each is dropped as if it were alone.
        match check_droppable(catalog, at, &[]) {
            Ok(()) => catalog.drop_table(at),
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    match refused.or(failure) {
        Some(error) => Err(error),
        None => Ok(Effect::of(found)),
    }
}

/// Whether no foreign key of a table that stays needs this one.
pub(super) fn check_droppable(catalog: &Catalog, at: &TableRef, together: &[TableRef]) -> Result<()> {
    if !catalog.session().foreign_key_checks || catalog.temporary(at).is_some() {
        return Ok(());
    }
    for (child_at, child) in catalog.children(at) {
        if child_at == at || together.contains(child_at) {
            continue;
        }
        let Some(foreign_key) = child.foreign_keys.iter().find(|f| parent_of(&child_at.schema, f) == *at)
        else {
            continue;
        };
        return Err(if catalog.flavor().is_mysql() {
            refuse(
                3730,
                format!(
                    "Cannot drop table '{}' referenced by a foreign key constraint '{}' on table '{}'.",
                    at.name, foreign_key.name, child.name
                ),
            )
        } else {
            refuse(1451, "Cannot delete or update a parent row: a foreign key constraint fails")
        });
    }
    Ok(())
}

/// Executes RENAME TABLE: one after the other, all or none.
pub(super) fn rename(catalog: &mut Catalog, rename: &RenameTable) -> Result<Effect> {
    let mut tables = Vec::new();
    let mut done: Vec<(TableRef, TableRef)> = Vec::new();
    for (old, new) in &rename.renames {
        match rename_one(catalog, old, new, rename.if_exists) {
            Ok(changed) => {
                if !changed.is_empty() {
                    done.push((catalog.resolve(old)?, catalog.resolve(new)?));
                }
                tables.extend(changed);
            }
            Err(error) => {
                // What was renamed gets its old name back, the last one first.
                for (from, to) in done.iter().rev() {
                    if catalog.is_view(to) {
                        rename_view(catalog, to, from)?;
                        continue;
                    }
                    move_table(catalog, to, from)?;
                }
                return Err(error);
            }
        }
    }
    Ok(Effect::of(tables))
}

fn rename_one(
    catalog: &mut Catalog,
    old: &ObjectName,
    new: &ObjectName,
    if_exists: bool,
) -> Result<Vec<TableRef>> {
    let from = catalog.resolve(old)?;
    let to = catalog.resolve(new)?;
    catalog.check_writable(&from).map_err(|e| e.at(old.span()))?;
    let view = catalog.temporary(&from).is_none() && catalog.is_view(&from);
    if new.name.value.chars().count() > 64 {
        return Err(messages::table_name_too_long(catalog.flavor(), &new.name.value).at(new.name.span));
    }
    if catalog.visible(&from).is_none() && !view && if_exists {
        return Ok(Vec::new());
    }
    // Each server looks in an order of its own.
    if catalog.flavor().is_mysql() {
        if !catalog.has_database(&from.schema) {
            return Err(messages::unknown_database(&from.schema).at(old.span()));
        }
        if !catalog.has_database(&to.schema) {
            if catalog.visible(&from).is_none() && !view {
                return Err(messages::no_such_table(&from.schema, &from.name).at(old.span()));
            }
            return Err(messages::unknown_database(&to.schema).at(new.span()));
        }
    } else if catalog.visible(&from).is_none() && !view {
        return Err(messages::no_such_table(&from.schema, &from.name).at(old.span()));
    }
    if catalog.visible(&to).is_some() || catalog.is_view(&to) {
        return Err(messages::table_exists(&to.name).at(new.span()));
    }
    if view {
        return rename_view(catalog, &from, &to).map_err(|e| e.at(new.span()));
    }
    if catalog.visible(&from).is_none() {
        return Err(messages::no_such_table(&from.schema, &from.name).at(old.span()));
    }
    if !catalog.has_database(&to.schema) {
        return Err(refuse(
            1025,
            format!(
                "Error on rename of './{}/{}' to './{}/{}' (errno: 168 \"Unknown (generic) error from engine\")",
                from.schema, from.name, to.schema, to.name
            ),
        )
        .at(new.span()));
    }
    check_triggers_stay(catalog, &from, &to)?;
    move_table(catalog, &from, &to)
}

/// Views over it do not follow.
fn rename_view(catalog: &mut Catalog, from: &TableRef, to: &TableRef) -> Result<Vec<TableRef>> {
    if from.schema != to.schema {
        let message = format!("Changing schema from '{}' to '{}' is not allowed.", from.schema, to.schema);
        return Err(refuse(1450, message));
    }
    catalog.rename_view(from, &to.name);
    Ok(vec![from.clone(), to.clone()])
}

/// Triggers do not go to another database.
pub(super) fn check_triggers_stay(catalog: &Catalog, from: &TableRef, to: &TableRef) -> Result<()> {
    let has_triggers = catalog.programs(&from.schema).is_some_and(|p| p.has_triggers(&from.name));
    if from.schema != to.schema && has_triggers && catalog.temporary(from).is_none() {
        return Err(refuse(1435, "Trigger in wrong schema"));
    }
    Ok(())
}

/// Gives a table another name, and follows it in the foreign keys of others and in the names that came from it.
pub(super) fn move_table(catalog: &mut Catalog, from: &TableRef, to: &TableRef) -> Result<Vec<TableRef>> {
    if let Some(mut table) = catalog.remove_temporary(from) {
        table.name.clone_from(&to.name);
        catalog.put_temporary(&to.schema, table);
        return Ok(vec![from.clone(), to.clone()]);
    }
    let children: Vec<(TableRef, Table)> =
        catalog.children(from).filter(|(at, _)| *at != from).map(|(at, t)| (at.clone(), t.clone())).collect();
    let Some(mut table) = catalog.remove(from) else {
        return Err(messages::no_such_table(&from.schema, &from.name));
    };
    rename_generated(&mut table, &from.name, &to.name, catalog.flavor().is_mysql());
    table.name.clone_from(&to.name);
    for foreign_key in &mut table.foreign_keys {
        let parent = parent_of(&from.schema, foreign_key);
        let parent = if parent == *from { to.clone() } else { parent };
        foreign_key.referenced_table = parent.name;
        foreign_key.referenced_schema = (parent.schema != to.schema).then_some(parent.schema);
    }
    foreign_key::sort(&mut table);
    catalog.put(&to.schema, table);
    if let Some(programs) = catalog.programs_mut(&from.schema) {
        programs.rename_table(&from.name, &to.name);
    }
    let mut changed = vec![from.clone(), to.clone()];
    for (at, mut child) in children {
        for foreign_key in &mut child.foreign_keys {
            if parent_of(&at.schema, foreign_key) == *from {
                foreign_key.referenced_table.clone_from(&to.name);
                foreign_key.referenced_schema = (to.schema != at.schema).then(|| to.schema.clone());
            }
        }
        catalog.put(&at.schema, child);
        changed.push(at);
    }
    Ok(changed)
}

fn rename_generated(table: &mut Table, old: &str, new: &str, checks: bool) {
    for foreign_key in &mut table.foreign_keys {
        if let Some(number) = foreign_key::generated_number(&foreign_key.name, old) {
            foreign_key.name = format!("{new}_ibfk_{number}");
        }
    }
    if checks {
        for check in &mut table.checks {
            if let Some(rest) = check.name.strip_prefix(old).and_then(|r| r.strip_prefix("_chk_"))
                && rest.bytes().all(|b| b.is_ascii_digit())
            {
                check.name = format!("{new}_chk_{rest}");
            }
        }
        table.checks.sort_by_cached_key(|c| c.name.to_lowercase());
    }
}

/// Executes TRUNCATE TABLE, which changes no definition but the next AUTO_INCREMENT value.
pub(super) fn truncate(catalog: &mut Catalog, name: &ObjectName) -> Result<Effect> {
    let at = catalog.resolve(name)?;
    catalog.check_writable(&at)?;
    let Some(table) = catalog.visible(&at) else {
        return Err(messages::no_such_table(&at.schema, &at.name).at(name.span()));
    };
    super::merge::check_named(catalog, &at).map_err(|e| e.at(name.span()))?;
    if table.options.system_versioning {
        return Err(refuse(4137, "System-versioned tables do not support TRUNCATE TABLE"));
    }
    if catalog.session().foreign_key_checks {
        for (child_at, child) in catalog.children(&at) {
            if *child_at == at {
                continue;
            }
            if let Some(foreign_key) =
                child.foreign_keys.iter().find(|f| parent_of(&child_at.schema, f) == at)
            {
                return Err(refuse(
                    1701,
                    format!(
                        "Cannot truncate a table referenced in a foreign key constraint (`{}`.`{}`, CONSTRAINT `{}`)",
                        child_at.schema, child.name, foreign_key.name
                    ),
                ));
            }
        }
    }
    Ok(Effect::of(vec![at]))
}
