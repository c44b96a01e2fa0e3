//! ALTER TABLE, CREATE INDEX and DROP INDEX.

use std::collections::HashSet;

use terp_schema_model::{CharacterSet, Check, ForeignKey, Table, same_name};

use super::alter_columns::{self, Wanted};
use super::alter_expressions;
use super::alter_keys::{self, TableElementRef};
use super::alter_requests::{Requests, sort_actions};
use super::build::{Parts, build};
use super::catalog::{Catalog, Effect, TableRef, parent_of};
use super::context::Context;
use super::error::{ExecuteError, Result, Unsupported, messages, refuse, unsupported};
use super::merge;
use super::options::{self, CharsetChoice};
use super::{check, create, in_place, online, partition_alter, reading, table_ops, versioning};
use crate::Span;
use crate::ast::{
    AlterAction, AlterActionKind, AlterTable, CreateIndex, DropIndex, ObjectName, TableOption,
    TableOptionKind,
};
use crate::expr::types_mariadb::{assignable, number_type, special_type};

/// Executes ALTER TABLE.
pub(super) fn alter_table(catalog: &mut Catalog, alter: &AlterTable) -> Result<Effect> {
    let actions: Vec<&AlterAction> = alter.actions.iter().collect();
    run(catalog, &alter.name, alter.if_exists, &actions)
}

/// Executes CREATE INDEX, which is an ALTER TABLE.
pub(super) fn create_index(catalog: &mut Catalog, create: &CreateIndex) -> Result<Effect> {
    let add = AlterAction {
        kind: AlterActionKind::AddIndex(Box::new(create.index.clone())),
        span: create.index.span,
    };
    let drop = create.index.name.clone().map(|name| AlterAction {
        kind: AlterActionKind::DropIndex { if_exists: true, name },
        span: create.index.span,
    });
    let mut actions = Vec::new();
    if create.or_replace {
        actions.extend(drop.as_ref());
    }
    actions.push(&add);
    let online = online_actions(create.algorithm.as_ref(), create.lock.as_ref(), create.index.span);
    actions.extend(&online);
    run(catalog, &create.table, false, &actions)
}

/// Executes DROP INDEX, which is an ALTER TABLE.
pub(super) fn drop_index(catalog: &mut Catalog, drop: &DropIndex) -> Result<Effect> {
    let action = AlterAction {
        kind: AlterActionKind::DropIndex { if_exists: drop.if_exists, name: drop.name.clone() },
        span: drop.name.span,
    };
    let online = online_actions(drop.algorithm.as_ref(), drop.lock.as_ref(), drop.name.span);
    let mut actions = vec![&action];
    actions.extend(&online);
    run(catalog, &drop.table, false, &actions)
}

fn online_actions(algorithm: Option<&String>, lock: Option<&String>, span: Span) -> Vec<AlterAction> {
    let algorithm = algorithm.map(|word| AlterActionKind::Algorithm(word.clone()));
    let lock = lock.map(|word| AlterActionKind::Lock(word.clone()));
    algorithm.into_iter().chain(lock).map(|kind| AlterAction { kind, span }).collect()
}

fn run(
    catalog: &mut Catalog,
    name: &ObjectName,
    if_exists: bool,
    actions: &[&AlterAction],
) -> Result<Effect> {
    check_instant_lock(catalog, actions)?;
    let at = catalog.resolve(name)?;
    catalog.check_writable(&at).map_err(|e| e.at(name.span()))?;
    if !catalog.has_database(&at.schema) && catalog.flavor().is_mysql() {
        return Err(messages::unknown_database(&at.schema).at(name.span()));
    }
    if let Ok(cx) = catalog.context(&at.schema) {
        reading::check_alter(&cx, &Table::new(&at.name, cx.database_set.clone()), actions)?;
    }
    let Some(old) = catalog.visible(&at) else {
        if catalog.is_view(&at) {
            return Err(
                messages::wrong_object(catalog.flavor(), &at.schema, &at.name, "BASE TABLE").at(name.span())
            );
        }
        if if_exists {
            return Ok(Effect::default());
        }
        return Err(messages::no_such_table(&at.schema, &at.name).at(name.span()));
    };
    let temporary = catalog.temporary(&at).is_some();
    let cx = catalog.context(&at.schema)?;
    let requests = sort_actions(&cx, old, actions)?;
    if cx.flavor.is_mariadb() && !actions.is_empty() && requests.is_empty() {
        // All was passed over, and the table is not touched.
        return Ok(Effect::default());
    }
    let mut rename = None;
    if let Some(to) = requests.rename_to {
        let target = catalog.resolve(to)?;
        if target != at {
            check_rename(catalog, &target, to)?;
            check_encoded_name(&cx, &at, &requests)?;
            check_renamed_parent(&cx, &at, &requests)?;
            rename = Some(target);
        }
    }
    check_tablespace(&cx, old, &requests)?;
    merge::check_opens(&cx, old, temporary)?;
    check_engine_change(&cx, &at, old, &requests)?;
    let (new, children) = change(&cx, &at, old, &requests, temporary)?;
    let decided = cx.flavor.is_mysql() && in_place::check(old, &new, &requests, temporary)?;
    if !decided || !temporary {
        check_algorithm(&cx, old, &new, &requests, decided)?;
    }
    let unchecked = if decided { None } else { unpredicted(&requests) };
    if let Some(target) = &rename {
        table_ops::check_triggers_stay(catalog, &at, target)?;
    }
    let mut tables = vec![at.clone()];
    if temporary {
        catalog.put_temporary(&at.schema, new);
    } else {
        catalog.put(&at.schema, new);
        for (child_at, child) in children {
            catalog.put(&child_at.schema, child);
            tables.push(child_at);
        }
    }
    if let Some(target) = rename {
        tables.extend(table_ops::move_table(catalog, &at, &target)?);
    }
    Ok(Effect { unchecked, ..Effect::of(tables) })
}

/// MySQL sees this before it looks for the table.
fn check_instant_lock(catalog: &Catalog, actions: &[&AlterAction]) -> Result<()> {
    let instant =
        |a: &&&AlterAction| matches!(&a.kind, AlterActionKind::Algorithm(word) if word == "INSTANT");
    let lock = |a: &&&AlterAction| matches!(&a.kind, AlterActionKind::Lock(word) if word != "DEFAULT");
    if catalog.flavor().is_mysql()
        && actions.iter().any(|a| instant(&a))
        && let Some(lock) = actions.iter().find(lock)
    {
        return Err(
            refuse(1221, "Incorrect usage of ALGORITHM=INSTANT and LOCK=NONE/SHARED/EXCLUSIVE").at(lock.span)
        );
    }
    Ok(())
}

/// Only InnoDB has tablespaces.
fn check_tablespace(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let asked = requests
        .unrecorded
        .iter()
        .any(|kind| matches!(kind, AlterActionKind::DiscardTablespace | AlterActionKind::ImportTablespace));
    if asked && old.options.engine != "InnoDB" {
        return Err(refuse(
            1031,
            if cx.flavor.is_mysql() {
                format!("Table storage engine for '{}' doesn't have this option", old.name)
            } else {
                let engine = &old.options.engine;
                format!(
                    "Storage engine {engine} of the table `{}`.`{}` doesn't have this option",
                    cx.database, old.name
                )
            },
        ));
    }
    Ok(())
}

/// A table that foreign keys hold stays with its engine.
fn check_engine_change(cx: &Context<'_>, at: &TableRef, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let engines: Vec<&TableOption> = requests.options.iter().copied().filter(|o| is_engine(o)).collect();
    if engines.is_empty() {
        return Ok(());
    }
    if cx.flavor.is_mysql() && at.schema == super::system_tables::DATABASE {
        return Err(unsupported("another ENGINE for a table of the database mysql"));
    }
    let mut scratch = old.clone();
    options::apply(cx, &mut scratch, &engines, &mut CharsetChoice::default())?;
    let held = !old.foreign_keys.is_empty() || cx.catalog.children(at).next().is_some();
    if scratch.options.engine == old.options.engine || !held {
        return Ok(());
    }
    if cx.flavor.is_mysql() {
        return Err(refuse(
            3776,
            "Cannot change table's storage engine because the table participates in a foreign key constraint.",
        ));
    }
    if cx.session.foreign_key_checks {
        return Err(refuse(1217, "Cannot delete or update a parent row: a foreign key constraint fails"));
    }
    Err(unsupported("ENGINE of a table with foreign keys, without foreign_key_checks"))
}

/// MariaDB leaves the old table there beside the new one when it copies it to another name and the old name has characters that its
/// file's name has not.
fn check_encoded_name(cx: &Context<'_>, at: &TableRef, requests: &Requests<'_>) -> Result<()> {
    let plain = at.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if cx.flavor.is_mysql() || plain || requests.changes_names_only() {
        return Ok(());
    }
    Err(unsupported("RENAME TO beside other changes of a table whose name is more than letters and digits"))
}

/// MariaDB keeps the old name in a foreign key to the table itself that comes with the new name.
fn check_renamed_parent(cx: &Context<'_>, at: &TableRef, requests: &Requests<'_>) -> Result<()> {
    let to_itself = requests.keys.iter().any(|key| match key {
        TableElementRef::ForeignKey(def) => def.references.table.name.value == at.name,
        _ => false,
    });
    if cx.flavor.is_mysql() || !to_itself {
        return Ok(());
    }
    Err(unsupported("RENAME TO beside a new foreign key to the table itself"))
}

fn check_rename(catalog: &Catalog, target: &TableRef, to: &ObjectName) -> Result<()> {
    let name = &to.name;
    if name.value.chars().count() > 64 {
        return Err(messages::table_name_too_long(catalog.flavor(), &name.value).at(name.span));
    }
    if name.value.is_empty() || name.value.ends_with(' ') {
        return Err(refuse(1103, format!("Incorrect table name '{}'", name.value)).at(name.span));
    }
    if !catalog.has_database(&target.schema) {
        return Err(messages::unknown_database(&target.schema).at(to.span()));
    }
    if catalog.visible(target).is_some() || catalog.is_view(target) {
        return Err(messages::table_exists(&target.name).at(to.span()));
    }
    Ok(())
}

/// What is asked of InnoDB and not known: it changes nothing of what the table becomes.
fn unpredicted(requests: &Requests<'_>) -> Option<Unsupported> {
    let online = |word: &str| matches!(word, "INPLACE" | "INSTANT" | "NOCOPY");
    let algorithm =
        requests.algorithm.filter(|(word, _)| online(word)).map(|(word, span)| ("ALGORITHM", word, span));
    let lock = requests
        .lock
        .filter(|(word, _)| matches!(*word, "NONE" | "SHARED"))
        .map(|(word, span)| ("LOCK", word, span));
    let (clause, word, span) = algorithm.or(lock)?;
    Some(Unsupported {
        construct: format!("whether the server does this with {clause}={word}"),
        span: Some(span),
    })
}

/// ALGORITHM and LOCK, as far as they are known to be refused. Whether InnoDB can do the rest without a copy is not
/// decided here.
fn check_algorithm(
    cx: &Context<'_>,
    old: &Table,
    new: &Table,
    requests: &Requests<'_>,
    decided: bool,
) -> Result<()> {
    let dot = if cx.flavor.is_mysql() { "." } else { "" };
    if let Some((algorithm, span)) = requests.algorithm {
        let online = matches!(algorithm, "INPLACE" | "INSTANT" | "NOCOPY") && !decided;
        if online && old.options.engine != "InnoDB" {
            return Err(unsupported(format!("ALGORITHM={algorithm} on {}", old.options.engine)).at(span));
        }
        let changes_type = requests.columns.iter().any(|wanted| {
            let from = wanted.replaces.and_then(|name| old.column(&name.value));
            match (from, new.column(&wanted.def.name.value)) {
                (Some(from), Some(to)) => alter_keys::changes_storage(from, to),
                _ => false,
            }
        });
        if online && changes_type {
            let reason = match (algorithm, cx.flavor.is_mysql()) {
                ("INSTANT", true) => {
                    "Need to rebuild the table to change column type. Try ALGORITHM=COPY/INPLACE."
                }
                (_, true) => "Cannot change column type INPLACE. Try ALGORITHM=COPY.",
                (_, false) => "Cannot change column type. Try ALGORITHM=COPY",
            };
            return Err(
                refuse(1846, format!("ALGORITHM={algorithm} is not supported. Reason: {reason}")).at(span)
            );
        }
        if online {
            online::check(cx, old, new, requests, algorithm).map_err(|e| e.at(span))?;
        }
        let adds_foreign_key = requests.keys.iter().any(|k| matches!(k, TableElementRef::ForeignKey(_)));
        if online && adds_foreign_key && cx.session.foreign_key_checks {
            return Err(refuse(
                1846,
                format!(
                    "ALGORITHM={algorithm} is not supported. Reason: Adding foreign keys needs foreign_key_checks=OFF. Try ALGORITHM=COPY{dot}"
                ),
            )
            .at(span));
        }
        if algorithm == "COPY"
            && requests.lock.is_some_and(|(lock, _)| lock == "NONE")
            && !cx.flavor.mariadb_since(11, 2, 0)
        {
            return Err(refuse(
                1846,
                format!(
                    "LOCK=NONE is not supported. Reason: COPY algorithm requires a lock. Try LOCK=SHARED{dot}"
                ),
            )
            .at(span));
        }
    }
    if let Some((lock, span)) = requests.lock
        && matches!(lock, "NONE" | "SHARED")
        && old.options.engine != "InnoDB"
        && !decided
    {
        return Err(unsupported(format!("LOCK={lock} on {}", old.options.engine)).at(span));
    }
    Ok(())
}

/// The table as it is to be, and the tables whose foreign keys follow it.
fn change(
    cx: &Context<'_>,
    at: &TableRef,
    old: &Table,
    requests: &Requests<'_>,
    temporary: bool,
) -> Result<(Table, Vec<(TableRef, Table)>)> {
    let mut table = Table {
        name: old.name.clone(),
        columns: Vec::new(),
        indexes: Vec::new(),
        foreign_keys: old.foreign_keys.clone(),
        checks: old.checks.clone(),
        periods: old.periods.clone(),
        character_set: old.character_set.clone(),
        comment: old.comment.clone(),
        options: old.options.clone(),
        partitioning: old.partitioning.clone(),
    };
    if table.options.page_checksum.is_some()
        && table.options.engine != "Aria"
        && requests.renames_columns_only()
    {
        return Err(unsupported("PAGE_CHECKSUM of a table that is not Aria's and gets other names"));
    }
    options::forget_page_checksum(&mut table);
    check_row_format(cx, old, requests)?;
    let mut choice = CharsetChoice::default();
    options::apply(cx, &mut table, &requests.options, &mut choice)
        .map_err(|e| in_place_option_error(cx, old, &table, e))?;
    check_transactional(cx, &table, requests)?;
    check_aria_format(old, &table, requests)?;
    if let Some(set) = choice.resolve(cx) {
        table.character_set = set;
    }
    if let Some(set) = &requests.convert {
        check_conversion(cx, requests, set)?;
        // MariaDB converts the columns, and gives the table what its own option says.
        if cx.flavor.is_mysql() || !has_character_set(requests) {
            table.character_set = set.clone();
        }
    }
    versioning::check_alter(cx, at, old, requests, table.options.engine != old.options.engine)?;
    if let Some(versioned) = requests.system_versioning {
        if !versioned && !old.options.system_versioning {
            return Err(refuse(4124, format!("Table `{}` is not system-versioned", old.name)));
        }
        table.options.system_versioning = versioned;
    }
    let mut parts = Parts {
        table,
        columns: Vec::with_capacity(old.columns.len()),
        keys: Vec::with_capacity(old.indexes.len()),
        checks: Vec::new(),
        temporary,
        partitioned: old.partitioning.is_some() || !requests.partition.is_empty(),
        altering: true,
        carried_foreign_keys: old.foreign_keys.iter().map(|f| f.name.to_lowercase()).collect::<HashSet<_>>(),
    };
    let names = alter_columns::assemble(cx, old, requests, &mut parts)?;
    for period in &mut parts.table.periods {
        for name in [&mut period.start, &mut period.end] {
            if let Some(Some(new)) = names.get(&name.to_lowercase()) {
                name.clone_from(new);
            }
        }
    }
    for period in &requests.periods {
        create::add_period(&mut parts, period)?;
    }
    alter_keys::assemble(cx, old, requests, &mut parts, &names)?;
    let carried = alter_keys::carry_constraints(cx, old, requests, &mut parts.table, &names);
    if cx.flavor.is_mysql() && carried.as_ref().is_err_and(|e| e.errno() == Some(1828)) {
        // Expressions hold a column before foreign keys do.
        alter_expressions::follow(cx, old, &mut parts, &names)?;
        if parts.columns.is_empty() {
            return Err(alter_columns::no_columns_left());
        }
    }
    carried?;
    alter_expressions::follow(cx, old, &mut parts, &names)?;
    if parts.columns.is_empty() {
        return Err(alter_columns::no_columns_left());
    }
    alter_expressions::check_renames(cx, old, &requests.rename_columns)?;
    let mut new = build(cx, parts).map_err(|e| too_long_of_other_type(old, requests, e))?;
    alter_expressions::read_again(cx, old, &mut new, requests)?;
    check_casts(cx, old, &new, requests)?;
    check_key_order(cx, old, &new, requests)?;
    if !new.columns.iter().any(|c| c.auto_increment) {
        new.options.auto_increment = None;
    }
    check_copied_renames(cx, at, old, &new, &names)?;
    let children =
        if temporary { Vec::new() } else { alter_keys::check_foreign_keys(cx, at, old, &new, &names)? };
    if new.partitioning.is_some() && requests.options.iter().any(|o| is_engine(o)) {
        partition_alter::engine_changed(cx, &mut new)?;
    }
    for action in &requests.partition {
        partition_alter::alter(cx, &mut new, &action.kind, action.span)?;
    }
    if new.partitioning.is_some() && requests.partition.is_empty() {
        partition_alter::recheck(cx, &new)?;
    }
    if cx.flavor.is_mysql() && !requests.changes_names_only() {
        check::check_zero_dates(cx, old, &new)?;
        for (before, resolved) in old.checks.iter().zip(check::resolve(cx, old)?) {
            let kept = |c: &&Check| c.expression == before.expression && same_name(&c.name, &before.name);
            let Some(at) = new.checks.iter().position(|c| kept(&c)) else { continue };
            check::check_types(cx, old, &new, &resolved)?;
            new.checks[at].expression = resolved.expression;
        }
    }
    if cx.flavor.is_mysql() {
        options::check_row_format(cx, &new)?;
    }
    Ok((new, children))
}

fn has_character_set(requests: &Requests<'_>) -> bool {
    let of_it =
        |o: &&TableOption| matches!(o.kind, TableOptionKind::CharacterSet(_) | TableOptionKind::Collate(_));
    requests.options.iter().any(of_it)
}

/// MySQL: CONVERT TO and the options of the table have to agree on the character set.
fn check_conversion(cx: &Context<'_>, requests: &Requests<'_>, set: &CharacterSet) -> Result<()> {
    for option in requests.options.iter().filter(|_| cx.flavor.is_mysql()) {
        match &option.kind {
            TableOptionKind::CharacterSet(Some(name)) if cx.charset(name)?.name != set.charset => {
                let message = format!(
                    "Conflicting declarations: 'CHARACTER SET {}' and 'CHARACTER SET {}'",
                    name.value, set.charset
                );
                return Err(refuse(1302, message).at(option.span));
            }
            TableOptionKind::Collate(Some(name)) => {
                cx.collation(name, Some(&set.charset), &set.charset)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// MariaDB's InnoDB, which changes its table in place, has another error for options that do not go together.
fn in_place_option_error(cx: &Context<'_>, old: &Table, new: &Table, error: ExecuteError) -> ExecuteError {
    let stays = old.options.engine == "InnoDB" && new.options.engine == "InnoDB";
    if error.errno() != Some(1005) || !stays || cx.flavor.is_mysql() {
        return error;
    }
    refuse(1478, "Table storage engine 'InnoDB' does not support the create option 'KEY_BLOCK_SIZE'")
}

/// Aria keeps what was written of a row format, and shows its own.
fn check_aria_format(old: &Table, table: &Table, requests: &Requests<'_>) -> Result<()> {
    let written = requests.options.iter().any(|o| matches!(o.kind, TableOptionKind::RowFormat(_)));
    let paged = old.options.engine == "Aria" && old.options.row_format.as_deref() == Some("PAGE");
    if paged && table.options.engine != "Aria" && !written {
        return Err(unsupported("ROW_FORMAT of a table that was Aria's"));
    }
    Ok(())
}

/// Engines without transactions show TRANSACTIONAL in a comment of their own when it was there before.
fn check_transactional(cx: &Context<'_>, table: &Table, requests: &Requests<'_>) -> Result<()> {
    let kept = table.options.transactional.is_some() && requests.options.iter().any(|o| is_engine(o));
    if cx.flavor.is_mariadb() && kept && !matches!(table.options.engine.as_str(), "InnoDB" | "Aria") {
        return Err(unsupported("TRANSACTIONAL of a table that gets an engine without transactions"));
    }
    Ok(())
}

/// ALTER TABLE has its own error for a row format that InnoDB lacks.
fn check_row_format(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let fixed = requests.options.iter().any(
        |o| matches!(&o.kind, TableOptionKind::RowFormat(word) if matches!(word.as_str(), "FIXED" | "PAGE")),
    );
    let stays = old.options.engine == "InnoDB" && !requests.options.iter().any(|o| is_engine(o));
    if fixed && stays && cx.session.innodb_strict_mode {
        return Err(refuse(
            1478,
            "Table storage engine 'InnoDB' does not support the create option 'ROW_TYPE'",
        ));
    }
    Ok(())
}

/// MariaDB: values of some types do not become values of others.
fn check_casts(cx: &Context<'_>, old: &Table, new: &Table, requests: &Requests<'_>) -> Result<()> {
    if cx.flavor.is_mysql() {
        return Ok(());
    }
    for wanted in &requests.columns {
        let from = wanted.replaces.and_then(|name| old.column(&name.value));
        let (Some(from), Some(to)) = (from, new.column(&wanted.def.name.value)) else { continue };
        let generated = to.generated.is_some() || from.generated.is_some();
        if generated || assignable(&from.ty, &to.ty, cx.flavor.mariadb_since(11, 0, 0)) {
            continue;
        }
        let name = |ty| special_type(ty).or_else(|| number_type(ty)).unwrap_or_default();
        return Err(refuse(
            4078,
            format!(
                "Cannot cast '{}' as '{}' in assignment of `{}`.`{}`.`{}`",
                name(&from.ty),
                name(&to.ty),
                cx.database,
                old.name,
                to.name
            ),
        )
        .at(wanted.span));
    }
    Ok(())
}

/// MySQL: a key that gets too long has an error of its own only where the column was text before.
fn too_long_of_other_type(old: &Table, requests: &Requests<'_>, error: ExecuteError) -> ExecuteError {
    let was_text = |wanted: &Wanted<'_>| {
        let column = wanted.replaces.and_then(|name| old.column(&name.value));
        column.is_none_or(|c| c.character_set.is_some() || c.ty.is_lob())
    };
    if error.errno() == Some(3886)
        && !requests.columns.is_empty()
        && requests.convert.is_none()
        && !requests.columns.iter().any(was_text)
    {
        return refuse(1071, "Specified key was too long; max key length is 3072 bytes");
    }
    error
}

/// A table that has to be copied keeps the names of the columns that foreign keys use.
fn check_copied_renames(
    cx: &Context<'_>,
    at: &TableRef,
    old: &Table,
    new: &Table,
    names: &alter_columns::NameMap,
) -> Result<()> {
    let new_name = |name: &str| names.get(&name.to_lowercase()).and_then(Option::as_deref);
    let copied = old.columns.iter().any(|from| {
        let to = new_name(&from.name).and_then(|name| new.column(name));
        to.is_some_and(|to| alter_keys::changes_storage(from, to))
    });
    if !copied || !cx.session.foreign_key_checks {
        return Ok(());
    }
    let renamed = |name: &String| new_name(name).is_some_and(|new| !same_name(new, name));
    let own = old
        .foreign_keys
        .iter()
        .filter(|key| new.foreign_keys.iter().any(|kept| kept.name == key.name))
        .any(|key| key.columns.iter().any(renamed));
    let as_parent = cx.catalog.children(at).any(|(child_at, child)| {
        let of_this = |key: &&ForeignKey| parent_of(&child_at.schema, key) == *at;
        child.foreign_keys.iter().filter(of_this).any(|key| key.referenced_columns.iter().any(renamed))
    });
    if !own && !as_parent {
        return Ok(());
    }
    let dot = if cx.flavor.is_mysql() { "." } else { "" };
    Err(refuse(
        1846,
        format!(
            "ALGORITHM=COPY is not supported. Reason: Columns participating in a foreign key are renamed. Try ALGORITHM=INPLACE{dot}"
        ),
    ))
}

/// When a column of a unique key changes between NULL and NOT NULL, MariaDB puts the unique keys in an order of its own.
fn check_key_order(cx: &Context<'_>, old: &Table, new: &Table, requests: &Requests<'_>) -> Result<()> {
    if !cx.flavor.is_mariadb() || requests.columns.iter().all(|wanted| wanted.replaces.is_none()) {
        return Ok(());
    }
    let unique = |table: &Table, other: &Table| -> Vec<String> {
        let kept = |name: &str| other.index(name).is_some_and(terp_schema_model::Index::is_unique);
        table
            .indexes
            .iter()
            .filter(|i| i.is_unique() && kept(&i.name))
            .map(|i| i.name.to_lowercase())
            .collect()
    };
    if unique(old, new) == unique(new, old) {
        return Ok(());
    }
    Err(unsupported("the order of unique keys after a column changed between NULL and NOT NULL"))
}

const fn is_engine(option: &TableOption) -> bool {
    matches!(option.kind, TableOptionKind::Engine(_))
}
