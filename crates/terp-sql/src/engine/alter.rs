//! ALTER TABLE, CREATE INDEX and DROP INDEX.

use std::collections::HashSet;

use terp_schema_model::{Check, Table, same_name};

use super::alter_columns;
use super::alter_keys::{self, TableElementRef};
use super::alter_requests::{Requests, sort_actions};
use super::build::{Parts, build};
use super::catalog::{Catalog, Effect, TableRef};
use super::context::Context;
use super::error::{Result, Unsupported, messages, refuse, unsupported};
use super::merge;
use super::options::{self, CharsetChoice};
use super::{alter_checks, alter_expressions, alter_foreign_keys};
use super::{check, create, in_place, online, partition_alter, reading, table_ops, versioning};
use crate::Span;
use crate::ast::{AlterAction, AlterActionKind, AlterTable, CreateIndex, DropIndex, ObjectName};

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
    let refused = old.options.system_versioning && requests.names_columns;
    if cx.flavor.is_mariadb() && !actions.is_empty() && requests.is_empty() && !refused {
        // All was passed over, and the table is not touched.
        return Ok(Effect::default());
    }
    let mut rename = None;
    if let Some(to) = requests.rename_to {
        let target = catalog.resolve(to)?;
        if target != at {
            check_rename(catalog, &target, to)?;
            alter_checks::check_encoded_name(&cx, &at, &requests)?;
            alter_checks::check_renamed_parent(&cx, &at, &requests)?;
            rename = Some(target);
        }
    }
    alter_checks::check_tablespace(&cx, old, &requests)?;
    merge::check_opens(&cx, old, temporary)?;
    alter_checks::check_engine_change(&cx, &at, old, &requests)?;
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
                (Some(from), Some(to)) => alter_foreign_keys::changes_storage(from, to),
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
    if cx.flavor.is_mysql() {
        alter_expressions::check_renames_of_checked(cx, old, requests)?;
        check::check_early(cx, old, requests)?;
    }
    alter_checks::check_row_format(cx, old, requests)?;
    let mut choice = CharsetChoice::default();
    options::apply(cx, &mut table, &requests.options, &mut choice)
        .map_err(|e| alter_checks::in_place_option_error(cx, old, &table, e))?;
    alter_checks::check_transactional(cx, &table, requests)?;
    alter_checks::check_aria_format(old, &table, requests)?;
    if let Some(set) = choice.resolve(cx) {
        table.character_set = set;
    }
    if let Some(set) = &requests.convert {
        alter_checks::check_conversion(cx, requests, set)?;
        // MariaDB converts the columns, and gives the table what its own option says.
        if cx.flavor.is_mysql() || !alter_checks::has_character_set(requests) {
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
    let mut new = build(cx, parts).map_err(|e| alter_checks::too_long_of_other_type(old, requests, e))?;
    alter_expressions::read_again(cx, old, &mut new, requests)?;
    alter_checks::check_casts(cx, old, &new, requests)?;
    alter_checks::check_key_order(cx, old, &new, requests)?;
    if !new.columns.iter().any(|c| c.auto_increment) {
        new.options.auto_increment = None;
    }
    alter_checks::check_copied_renames(cx, at, old, &new, &names)?;
    alter_foreign_keys::check_copy(cx, old, &new)?;
    let children = if temporary {
        Vec::new()
    } else {
        alter_foreign_keys::check_foreign_keys(cx, at, old, &new, &names)?
    };
    if new.partitioning.is_some() && requests.options.iter().any(|o| alter_checks::is_engine(o)) {
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
        options::check_row_format(cx, &new)
            .map_err(|e| alter_checks::in_place_compression_error(old, &new, requests, temporary, e))?;
    }
    Ok((new, children))
}
