//! ALTER TABLE, CREATE INDEX and DROP INDEX.

use std::collections::HashSet;

use terp_schema_model::{CharacterSet, Table, same_name};

use super::alter_columns::{self, Wanted};
use super::alter_keys::{self, TableElementRef};
use super::build::{Parts, build};
use super::catalog::{Catalog, Effect, TableRef};
use super::context::Context;
use super::error::{Result, messages, refuse, unsupported};
use super::options::{self, CharsetChoice};
use super::{create, partition_alter, table_ops};
use crate::Span;
use crate::ast::{
    AlterAction, AlterActionKind, AlterColumn, AlterTable, CreateIndex, DropIndex, Ident, ObjectName,
    PeriodDef, TableElement, TableOption,
};

/// The sub-clauses of an ALTER TABLE, sorted by what they are about.
#[derive(Default)]
pub(super) struct Requests<'a> {
    pub(super) columns: Vec<Wanted<'a>>,
    pub(super) drop_columns: Vec<&'a Ident>,
    pub(super) rename_columns: Vec<(&'a Ident, &'a Ident, Span)>,
    pub(super) alter_columns: Vec<(&'a Ident, &'a AlterColumn, Span)>,
    pub(super) keys: Vec<TableElementRef<'a>>,
    pub(super) drop_keys: Vec<&'a Ident>,
    pub(super) drop_primary: Option<Span>,
    pub(super) rename_keys: Vec<(&'a Ident, &'a Ident, Span)>,
    pub(super) alter_indexes: Vec<(&'a Ident, bool, Span)>,
    pub(super) drop_foreign_keys: Vec<&'a Ident>,
    pub(super) drop_checks: Vec<&'a Ident>,
    pub(super) alter_checks: Vec<(&'a Ident, bool)>,
    pub(super) periods: Vec<&'a PeriodDef>,
    pub(super) options: Vec<&'a TableOption>,
    pub(super) convert: Option<CharacterSet>,
    pub(super) rename_to: Option<&'a ObjectName>,
    pub(super) partition: Vec<&'a AlterAction>,
    pub(super) system_versioning: Option<bool>,
    pub(super) algorithm: Option<(&'a str, Span)>,
    pub(super) lock: Option<(&'a str, Span)>,
}

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
    let at = catalog.resolve(name)?;
    catalog.check_writable(&at).map_err(|e| e.at(name.span()))?;
    if !catalog.has_database(&at.schema) && catalog.flavor().is_mysql() {
        return Err(messages::unknown_database(&at.schema).at(name.span()));
    }
    let Some(old) = catalog.visible(&at) else {
        if if_exists {
            return Ok(Effect::default());
        }
        return Err(messages::no_such_table(&at.schema, &at.name).at(name.span()));
    };
    let temporary = catalog.temporary(&at).is_some();
    let cx = catalog.context(&at.schema)?;
    let requests = sort_actions(&cx, old, actions)?;
    let mut rename = None;
    if let Some(to) = requests.rename_to {
        let target = catalog.resolve(to)?;
        if target != at {
            check_rename(catalog, &target, to)?;
            rename = Some(target);
        }
    }
    check_engine_change(&cx, &at, old, &requests)?;
    let (new, children) = change(&cx, &at, old, &requests, temporary)?;
    check_algorithm(&cx, old, &new, &requests)?;
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
    Ok(Effect::of(tables))
}

/// A table that foreign keys hold stays with its engine.
fn check_engine_change(cx: &Context<'_>, at: &TableRef, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let engines: Vec<&TableOption> = requests.options.iter().copied().filter(|o| is_engine(o)).collect();
    if engines.is_empty() {
        return Ok(());
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
    if catalog.visible(target).is_some() {
        return Err(messages::table_exists(&target.name).at(to.span()));
    }
    Ok(())
}

/// ALGORITHM and LOCK, as far as they are known to be refused. Whether InnoDB can do the rest without a copy is not
/// decided here.
fn check_algorithm(cx: &Context<'_>, old: &Table, new: &Table, requests: &Requests<'_>) -> Result<()> {
    let dot = if cx.flavor.is_mysql() { "." } else { "" };
    if let Some((algorithm, span)) = requests.algorithm {
        let online = matches!(algorithm, "INPLACE" | "INSTANT" | "NOCOPY");
        if online && old.options.engine != "InnoDB" {
            return Err(unsupported(format!("ALGORITHM={algorithm} on {}", old.options.engine)).at(span));
        }
        let generated = |t: &Table| t.columns.iter().any(|c| c.generated.is_some());
        if online && !requests.columns.is_empty() && (generated(old) || generated(new)) {
            return Err(unsupported(format!("ALGORITHM={algorithm} with generated columns")).at(span));
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
    options::forget_page_checksum(&mut table);
    check_row_format(cx, old, requests)?;
    let mut choice = CharsetChoice::default();
    options::apply(cx, &mut table, &requests.options, &mut choice)?;
    if let Some(set) = choice.resolve(cx) {
        table.character_set = set;
    }
    if let Some(set) = &requests.convert {
        table.character_set = set.clone();
    }
    if let Some(versioned) = requests.system_versioning {
        if versioned == old.options.system_versioning {
            return Err(if versioned {
                refuse(4134, format!("Table `{}` is already system-versioned", old.name))
            } else {
                refuse(4124, format!("Table `{}` is not system-versioned", old.name))
            });
        }
        table.options.system_versioning = versioned;
    }
    let mut parts = Parts {
        table,
        columns: Vec::with_capacity(old.columns.len()),
        keys: Vec::with_capacity(old.indexes.len()),
        checks: Vec::new(),
        temporary,
        altering: true,
        carried_foreign_keys: old.foreign_keys.iter().map(|f| f.name.to_lowercase()).collect::<HashSet<_>>(),
    };
    let names = alter_columns::assemble(cx, old, requests, &mut parts)?;
    for period in &requests.periods {
        create::add_period(&mut parts, period)?;
    }
    alter_keys::assemble(cx, old, requests, &mut parts, &names)?;
    alter_keys::carry_constraints(cx, old, requests, &mut parts.table, &names)?;
    alter_columns::follow(cx, old, &mut parts, &names)?;
    let mut new = build(cx, parts)?;
    check_key_order(cx, old, &new, requests)?;
    if !new.columns.iter().any(|c| c.auto_increment) {
        new.options.auto_increment = None;
    }
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
    Ok((new, children))
}

/// ALTER TABLE has its own error for a row format that InnoDB lacks.
fn check_row_format(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let fixed = requests.options.iter().any(|o| {
        matches!(&o.kind, crate::ast::TableOptionKind::RowFormat(word) if matches!(word.as_str(), "FIXED" | "PAGE"))
    });
    let stays = old.options.engine == "InnoDB" && !requests.options.iter().any(|o| is_engine(o));
    if fixed && stays && cx.session.innodb_strict_mode {
        return Err(refuse(
            1478,
            "Table storage engine 'InnoDB' does not support the create option 'ROW_TYPE'",
        ));
    }
    Ok(())
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
    matches!(option.kind, crate::ast::TableOptionKind::Engine(_))
}

/// Sorts the sub-clauses. IF EXISTS and IF NOT EXISTS are decided here, by the table as it was.
fn sort_actions<'a>(cx: &Context<'_>, old: &Table, actions: &[&'a AlterAction]) -> Result<Requests<'a>> {
    let mut requests = Requests::default();
    for action in actions {
        sort_one(cx, old, &mut requests, action).map_err(|e| e.at(action.span))?;
    }
    Ok(requests)
}

fn sort_one<'a>(
    cx: &Context<'_>,
    old: &Table,
    requests: &mut Requests<'a>,
    action: &'a AlterAction,
) -> Result<()> {
    let span = action.span;
    let has_column = |name: &Ident| old.column(&name.value).is_some();
    match &action.kind {
        AlterActionKind::AddColumn { if_not_exists, column, position } => {
            let promised = requests.columns.iter().any(|w| same_name(&w.def.name.value, &column.name.value));
            if !(*if_not_exists && (has_column(&column.name) || promised)) {
                requests.columns.push(Wanted {
                    def: column,
                    replaces: None,
                    position: position.as_ref(),
                    span,
                });
            }
        }
        AlterActionKind::AddElements { if_not_exists, elements } => {
            for element in elements {
                match element {
                    TableElement::Column(def) => {
                        if !(*if_not_exists && has_column(&def.name)) {
                            requests.columns.push(Wanted {
                                def,
                                replaces: None,
                                position: None,
                                span: def.span,
                            });
                        }
                    }
                    TableElement::Period(period) => requests.periods.push(period),
                    other => requests.keys.extend(TableElementRef::of(other)),
                }
            }
        }
        AlterActionKind::AddIndex(def) => {
            let exists = def.name.as_ref().is_some_and(|n| old.index(&n.value).is_some());
            let dropped = def
                .name
                .as_ref()
                .is_some_and(|n| requests.drop_keys.iter().any(|d| same_name(&d.value, &n.value)));
            if !(def.if_not_exists && exists && !dropped) {
                requests.keys.push(TableElementRef::Index(def));
            }
        }
        AlterActionKind::AddForeignKey(def) => {
            let name = def.constraint.as_ref().or(def.index_name.as_ref());
            let exists = name.is_some_and(|n| old.foreign_keys.iter().any(|f| same_name(&f.name, &n.value)));
            if !(def.if_not_exists && exists) {
                requests.keys.push(TableElementRef::ForeignKey(def));
            }
        }
        AlterActionKind::AddCheck(def) => requests.keys.push(TableElementRef::Check(def)),
        AlterActionKind::AddPeriod(period) => requests.periods.push(period),
        AlterActionKind::AddSystemVersioning => requests.system_versioning = Some(true),
        AlterActionKind::DropSystemVersioning => requests.system_versioning = Some(false),
        AlterActionKind::ModifyColumn { if_exists, column, position } => {
            if !*if_exists || has_column(&column.name) {
                requests.columns.push(Wanted {
                    def: column,
                    replaces: Some(&column.name),
                    position: position.as_ref(),
                    span,
                });
            }
        }
        AlterActionKind::ChangeColumn { if_exists, old: name, column, position } => {
            if !*if_exists || has_column(name) {
                requests.columns.push(Wanted {
                    def: column,
                    replaces: Some(name),
                    position: position.as_ref(),
                    span,
                });
            }
        }
        AlterActionKind::AlterColumn { if_exists, name, change } => {
            if !*if_exists || has_column(name) {
                requests.alter_columns.push((name, change, span));
            }
        }
        AlterActionKind::DropColumn { if_exists, name } => {
            let twice = requests.drop_columns.iter().any(|n| same_name(&n.value, &name.value));
            if !(*if_exists && (!has_column(name) || twice)) {
                requests.drop_columns.push(name);
            }
        }
        AlterActionKind::DropIndex { if_exists, name } => {
            if !(*if_exists && old.index(&name.value).is_none()) {
                requests.drop_keys.push(name);
            }
        }
        AlterActionKind::DropPrimaryKey { if_exists } => {
            if !(*if_exists && old.primary_key().is_none()) {
                if requests.drop_primary.is_some() {
                    return Err(messages::cannot_drop(cx.flavor, "INDEX", "PRIMARY"));
                }
                requests.drop_primary = Some(span);
            }
        }
        AlterActionKind::DropForeignKey { if_exists, name } => {
            let exists = old.foreign_keys.iter().any(|f| same_name(&f.name, &name.value));
            if !*if_exists || exists {
                requests.drop_foreign_keys.push(name);
            }
        }
        AlterActionKind::DropCheck { name } => requests.drop_checks.push(name),
        AlterActionKind::DropConstraint { if_exists, name } => {
            drop_constraint(cx, old, requests, name, *if_exists)?;
        }
        AlterActionKind::DropPeriod { .. } => return Err(unsupported("DROP PERIOD")),
        AlterActionKind::RenameColumn { if_exists, old: from, new } => {
            if !*if_exists || has_column(from) {
                requests.rename_columns.push((from, new, span));
            }
        }
        AlterActionKind::RenameIndex { if_exists, old: from, new } => {
            if !(*if_exists && old.index(&from.value).is_none()) {
                requests.rename_keys.push((from, new, span));
            }
        }
        AlterActionKind::RenameTo(name) => requests.rename_to = Some(name),
        AlterActionKind::AlterIndex { if_exists, name, invisible } => {
            if !(*if_exists && old.index(&name.value).is_none()) {
                requests.alter_indexes.push((name, *invisible, span));
            }
        }
        AlterActionKind::AlterCheck { name, enforced } => requests.alter_checks.push((name, *enforced)),
        AlterActionKind::ConvertTo { charset, collation } => {
            let mut choice = CharsetChoice::default();
            choice.charset(cx, charset.as_ref())?;
            if let Some(collation) = collation {
                choice.collate(cx, Some(collation))?;
            }
            let set = choice.resolve(cx);
            if let (Some(before), Some(now)) = (&requests.convert, &set)
                && before.charset != now.charset
            {
                return Err(refuse(
                    1302,
                    format!(
                        "Conflicting declarations: 'CHARACTER SET {}' and 'CHARACTER SET {}'",
                        before.charset, now.charset
                    ),
                ));
            }
            requests.convert = set;
        }
        AlterActionKind::OrderBy(columns) => {
            for column in columns {
                if !has_column(column) {
                    return Err(messages::unknown_column(&column.value, "order clause").at(column.span));
                }
            }
        }
        AlterActionKind::Option(option) => requests.options.push(option),
        // These change no definition.
        AlterActionKind::Force
        | AlterActionKind::DisableKeys
        | AlterActionKind::EnableKeys
        | AlterActionKind::Validation(_)
        | AlterActionKind::Wait
        | AlterActionKind::DiscardTablespace
        | AlterActionKind::ImportTablespace => {}
        AlterActionKind::Lock(word) => requests.lock = Some((word, span)),
        AlterActionKind::Algorithm(word) => requests.algorithm = Some((word, span)),
        AlterActionKind::PartitionBy(_)
        | AlterActionKind::RemovePartitioning
        | AlterActionKind::AddPartition { .. }
        | AlterActionKind::AddPartitionCount(_)
        | AlterActionKind::DropPartition { .. }
        | AlterActionKind::CoalescePartition(_)
        | AlterActionKind::ReorganizePartition { .. }
        | AlterActionKind::TruncatePartition(_)
        | AlterActionKind::MaintainPartition { .. } => requests.partition.push(action),
        AlterActionKind::ExchangePartition { .. } => return Err(unsupported("EXCHANGE PARTITION")),
        AlterActionKind::ConvertPartitionToTable { .. } | AlterActionKind::ConvertTableToPartition { .. } => {
            return Err(unsupported("CONVERT PARTITION"));
        }
        AlterActionKind::SecondaryLoad => return Err(unsupported("SECONDARY_LOAD")),
        AlterActionKind::Unsupported(what) => return Err(unsupported(what.clone())),
    }
    Ok(())
}

/// DROP CONSTRAINT finds a primary, unique or foreign key or a check by its name.
fn drop_constraint<'a>(
    cx: &Context<'_>,
    old: &Table,
    requests: &mut Requests<'a>,
    name: &'a Ident,
    if_exists: bool,
) -> Result<()> {
    let primary = name.value.eq_ignore_ascii_case("PRIMARY") && old.primary_key().is_some();
    let unique = old.index(&name.value).is_some_and(terp_schema_model::Index::is_unique);
    let foreign = old.foreign_keys.iter().any(|f| same_name(&f.name, &name.value));
    let check = old.checks.iter().any(|c| same_name(&c.name, &name.value));
    let found = usize::from(primary || unique) + usize::from(foreign) + usize::from(check);
    if found > 1 && cx.flavor.is_mysql() {
        return Err(refuse(
            3939,
            format!("Table has multiple constraints with the name '{}'. Please use constraint specific 'DROP' clause.", name.value),
        )
        .at(name.span));
    }
    if check {
        requests.drop_checks.push(name);
    } else if primary {
        requests.drop_primary = Some(name.span);
    } else if unique {
        requests.drop_keys.push(name);
    } else if foreign {
        requests.drop_foreign_keys.push(name);
    } else if !if_exists {
        return Err(if cx.flavor.is_mysql() {
            refuse(3940, format!("Constraint '{}' does not exist.", name.value))
        } else {
            messages::cannot_drop(cx.flavor, "CONSTRAINT", &name.value)
        }
        .at(name.span));
    }
    Ok(())
}
