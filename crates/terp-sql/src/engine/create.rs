//! CREATE TABLE.

use std::borrow::Cow;
use std::collections::HashSet;

use terp_schema_model::{IndexAlgorithm, IndexKind, Table, same_name};

use super::build::{KeySource, Parts, build};
use super::catalog::{Catalog, Effect, TableRef};
use super::check::{self, CheckDraft};
use super::column::{self, ColumnDraft, Inline};
use super::context::Context;
use super::create_select::{self, Selected};
use super::error::{Result, messages, refuse, unsupported};
use super::options::{self, CharsetChoice};
use super::{foreign_key, key_order, key_part, merge, partition, reading, table_ops, versioning};
use crate::ast::{CreateTable, CreateTableBody, PeriodDef, TableDefinition, TableElement, TableOption};

/// Executes CREATE TABLE.
pub(super) fn create_table(catalog: &mut Catalog, create: &CreateTable) -> Result<Effect> {
    let at = catalog.resolve(&create.name)?;
    catalog.check_writable(&at)?;
    if create.or_replace && create.if_not_exists {
        return Err(refuse(1221, "Incorrect usage of OR REPLACE and IF NOT EXISTS"));
    }
    if let CreateTableBody::Definition(definition) = &create.body {
        check_options_first(catalog, &at, definition)?;
        if let Ok(cx) = catalog.context(&at.schema) {
            reading::check_create(&cx, &Table::new(&at.name, cx.database_set.clone()), definition)?;
        }
    }
    if !catalog.has_database(&at.schema) {
        return Err(messages::unknown_database(&at.schema).at(create.name.span()));
    }
    let name = &create.name.name;
    if name.value.chars().count() > 64 {
        return Err(messages::table_name_too_long(catalog.flavor(), &name.value).at(name.span));
    }
    catalog.context(&at.schema)?.check_name(name)?;
    if name.value.is_empty() || name.value.ends_with(' ') {
        return Err(refuse(1103, format!("Incorrect table name '{}'", name.value)).at(name.span));
    }
    let exists = if create.temporary {
        catalog.temporary(&at).is_some()
    } else {
        catalog.table(&at.schema, &at.name).is_some() || catalog.is_view(&at)
    };
    if let CreateTableBody::Like(source) = &create.body
        && !create.temporary
        && catalog.resolve(source)? == at
        && (exists || catalog.flavor().is_mysql() && catalog.has_database(&at.schema))
    {
        return Err(refuse(1066, format!("Not unique table/alias: '{}'", at.name)).at(source.span()));
    }
    if let (CreateTableBody::Like(source), true) = (&create.body, catalog.flavor().is_mysql()) {
        // The table to be copied is opened first.
        let from = catalog.resolve(source)?;
        if catalog.has_database(&from.schema) && catalog.visible(&from).is_none() && !catalog.is_view(&from) {
            return Err(messages::no_such_table(&from.schema, &from.name).at(source.span()));
        }
    }
    if let CreateTableBody::Definition(TableDefinition { select: Some(select), .. }) = &create.body
        && exists
        && catalog.flavor().is_mysql()
    {
        create_select::open(catalog, select)?;
    }
    if exists && !create.or_replace {
        if catalog.flavor().is_mysql() && !create.temporary {
            merge::check_named(catalog, &at).map_err(|e| e.at(name.span))?;
        }
        if create.if_not_exists {
            return Ok(Effect::default());
        }
        return Err(messages::table_exists(&at.name).at(name.span));
    }
    if !create.temporary && catalog.is_view(&at) {
        return Err(messages::is_a_view(&at.schema, &at.name).at(name.span));
    }
    let mut tables = vec![at.clone()];
    let table = match &create.body {
        CreateTableBody::Like(source) => {
            let from = catalog.resolve(source)?;
            if from == at && !create.temporary {
                return Err(refuse(1066, format!("Not unique table/alias: '{}'", at.name)).at(source.span()));
            }
            super::system_tables::check_access(catalog.flavor(), &from).map_err(|e| e.at(source.span()))?;
            let cx = catalog.context(&at.schema)?;
            if !catalog.has_database(&from.schema) {
                return Err(messages::unknown_database(&from.schema).at(source.span()));
            }
            let Some(table) = catalog.visible(&from) else {
                if catalog.is_view(&from) {
                    return Err(messages::wrong_object(cx.flavor, &from.schema, &from.name, "BASE TABLE")
                        .at(source.span()));
                }
                return Err(messages::no_such_table(&from.schema, &from.name).at(source.span()));
            };
            merge::check_opens(&cx, table, catalog.temporary(&from).is_some())?;
            if table.options.tablespace.as_deref() == Some("mysql")
                && at.schema != super::system_tables::DATABASE
            {
                let message =
                    format!("The table '{}' may not be created in the reserved tablespace 'mysql'.", at.name);
                return Err(refuse(3723, message).at(source.span()));
            }
            like(&cx, table, &at, create.temporary)?
        }
        CreateTableBody::Definition(definition) => {
            let selected = match &definition.select {
                Some(select) => {
                    if exists {
                        return Err(unsupported("OR REPLACE with a query").at(select.span));
                    }
                    create_select::open(catalog, select)?;
                    Some(create_select::resolve(catalog, select, &at)?)
                }
                None => None,
            };
            let cx = catalog.context(&at.schema)?;
            if exists && !create.temporary {
                // OR REPLACE drops first, and cannot where others depend on the table.
                table_ops::check_droppable(catalog, &at, &[])?;
            }
            match define(&cx, &at, definition, selected, create.temporary) {
                Ok(table) => table,
                Err(error) => {
                    if exists && error.errno().is_some() {
                        replaced_by_nothing(catalog, &at, create.temporary);
                    }
                    return Err(error);
                }
            }
        }
    };
    if create.temporary {
        if create.or_replace {
            catalog.remove_temporary(&at);
        }
        catalog.put_temporary(&at.schema, table);
        return Ok(Effect::of(tables));
    }
    if exists {
        table_ops::check_droppable(catalog, &at, &[])?;
        catalog.drop_table(&at);
    }
    match adopt(catalog, &at, &table) {
        Ok(respelt) => tables.extend(respelt),
        Err(error) => {
            if exists && error.errno().is_some() {
                replaced_by_nothing(catalog, &at, false);
            }
            return Err(error);
        }
    }
    catalog.put(&at.schema, table);
    Ok(Effect::of(tables))
}

/// OR REPLACE has dropped the old table when the new one turns out to be wrong.
fn replaced_by_nothing(catalog: &mut Catalog, at: &TableRef, temporary: bool) {
    if temporary {
        catalog.remove_temporary(at);
    } else {
        catalog.remove(at);
    }
}

/// The servers look at the options before they look for the table.
fn check_options_first(catalog: &Catalog, at: &TableRef, definition: &TableDefinition) -> Result<()> {
    let set = catalog.flavor().default_character_set();
    let cx = Context {
        flavor: catalog.flavor(),
        session: catalog.session(),
        database: &at.schema,
        database_set: &set,
        catalog,
    };
    let mut scratch = Table::new(&at.name, set.clone());
    let all: Vec<&TableOption> = definition.options.iter().collect();
    match options::apply(&cx, &mut scratch, &all, &mut CharsetChoice::default()) {
        // The tablespace is looked for after the tables of the query.
        Err(error) if error.errno() == Some(3510) && definition.select.is_some() => Ok(()),
        // What an engine makes of its options is found when the table is made.
        Err(error)
            if error.errno() == Some(1911)
                || catalog.flavor().is_mariadb() && matches!(error.errno(), Some(1005 | 1628)) =>
        {
            Ok(())
        }
        other => other,
    }
}

/// Foreign keys that were made while the parent was missing must fit it now.
fn adopt(catalog: &mut Catalog, at: &TableRef, table: &Table) -> Result<Vec<TableRef>> {
    let mut respelt = Vec::new();
    {
        let cx = catalog.context(&at.schema)?;
        for (child_at, child) in catalog.children(at) {
            if child_at == at {
                continue;
            }
            let mut changed = child.clone();
            for foreign_key in &mut changed.foreign_keys {
                if super::catalog::parent_of(&child_at.schema, foreign_key) == *at {
                    let mut checked = foreign_key.clone();
                    match foreign_key::check_against_parent(&cx, child, &mut checked, table) {
                        Ok(()) => *foreign_key = checked,
                        // MariaDB leaves the foreign key with nothing to refer to.
                        Err(_) if cx.flavor.is_mariadb() && !cx.session.foreign_key_checks => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            if changed != *child {
                respelt.push((child_at.schema.clone(), changed));
            }
        }
    }
    let mut tables = Vec::new();
    for (schema, child) in respelt {
        tables.push(TableRef::new(&schema, &child.name));
        catalog.put(&schema, child);
    }
    Ok(tables)
}

fn define(
    cx: &Context<'_>,
    at: &TableRef,
    definition: &TableDefinition,
    selected: Option<Selected>,
    temporary: bool,
) -> Result<Table> {
    let mut table = Table::new(&at.name, cx.database_set.clone());
    table.options.engine.clone_from(&cx.session.default_storage_engine);
    if table.options.engine == "Aria" {
        table.options.page_checksum = Some(true);
    }
    let mut choice = CharsetChoice::default();
    let all: Vec<&TableOption> = definition.options.iter().collect();
    options::apply(cx, &mut table, &all, &mut choice)?;
    if let Some(set) = choice.resolve(cx) {
        table.character_set = set;
    }
    let mut parts = Parts {
        table,
        columns: Vec::new(),
        keys: Vec::new(),
        checks: Vec::new(),
        temporary,
        partitioned: definition.partitioning.is_some(),
        altering: false,
        carried_foreign_keys: HashSet::new(),
    };
    let elements: Vec<&TableElement> = definition.elements.iter().collect();
    collect(cx, &mut parts, &elements)?;
    if let (Some(selected), Some(select)) = (selected, &definition.select) {
        create_select::merge(cx, &mut parts, definition, select, selected)?;
        create_select::check(&parts.table)?;
    }
    let mut columns: Vec<_> = parts.columns.iter_mut().map(|draft| &mut draft.column).collect();
    versioning::spread_from_columns(&mut parts.table, &mut columns);
    let mut table = build(cx, parts)?;
    merge::check_made(cx, &table, temporary)?;
    if !table.columns.iter().any(|c| c.auto_increment) {
        table.options.auto_increment = None;
    }
    if let Some(clause) = &definition.partitioning {
        if temporary {
            return Err(no_temporary_partitions(cx).at(clause.span));
        }
        // Engines without foreign keys have forgotten them; MariaDB has not.
        let written = cx.flavor.is_mariadb() && definition.elements.iter().any(has_foreign_key);
        if written || !table.foreign_keys.is_empty() {
            return Err(refuse(1506, "Foreign keys are not yet supported in conjunction with partitioning")
                .at(clause.span));
        }
        let written = |o: &TableOption| matches!(o.kind, crate::ast::TableOptionKind::Engine(_));
        partition::apply(cx, &mut table, clause, definition.options.iter().any(written))?;
        // What was written is shown, a partitioned Aria's own is not.
        for option in &definition.options {
            if let crate::ast::TableOptionKind::PageChecksum(value) = &option.kind {
                table.options.page_checksum = Some(*value);
            }
        }
    }
    if cx.flavor.is_mysql() {
        options::check_row_format(cx, &table)?;
    }
    Ok(table)
}

fn has_foreign_key(element: &TableElement) -> bool {
    match element {
        TableElement::ForeignKey(_) => true,
        TableElement::Column(def) => {
            def.attributes.iter().any(|a| matches!(a.kind, crate::ast::ColumnAttributeKind::References(_)))
        }
        _ => false,
    }
}

/// Sorts elements into the parts: columns with what they bring, keys, constraints.
pub(super) fn collect<'a>(
    cx: &Context<'_>,
    parts: &mut Parts<'a>,
    elements: &[&'a TableElement],
) -> Result<()> {
    for element in elements {
        match element {
            TableElement::Column(def) => {
                let mut inline = Inline::default();
                let draft = column::draft(cx, def, &parts.table.character_set, &mut inline)?;
                push_column(cx, parts, draft, inline, None);
            }
            TableElement::Index(def) => parts.keys.push(KeySource::Defined(Cow::Borrowed(def))),
            TableElement::ForeignKey(def) => parts.keys.push(KeySource::ForeignKey(Cow::Borrowed(def))),
            TableElement::Check(def) => parts.checks.push(CheckDraft { def, column: None }),
            TableElement::Period(period) => add_period(parts, period)?,
        }
    }
    Ok(())
}

/// Adds a column, and the keys and checks that it brings, at a position or at the end.
pub(super) fn push_column<'a>(
    cx: &Context<'_>,
    parts: &mut Parts<'a>,
    mut draft: ColumnDraft<'a>,
    inline: Inline,
    position: Option<usize>,
) {
    parts.keys.extend(inline.keys.into_iter().map(|def| KeySource::Defined(Cow::Owned(def))));
    parts.keys.extend(inline.foreign_keys.into_iter().map(|def| KeySource::ForeignKey(Cow::Owned(def))));
    if cx.flavor.is_mysql() {
        // MySQL makes a table's check of a column's.
        for def in std::mem::take(&mut draft.checks) {
            parts.checks.push(CheckDraft { def, column: Some(draft.column.name.clone()) });
        }
    }
    match position {
        Some(at) if at <= parts.columns.len() => parts.columns.insert(at, draft),
        _ => parts.columns.push(draft),
    }
}

pub(super) fn add_period(parts: &mut Parts<'_>, period: &PeriodDef) -> Result<()> {
    if period.name.value.eq_ignore_ascii_case("system_time") {
        parts.table.periods.push(terp_schema_model::Period {
            name: "SYSTEM_TIME".to_owned(),
            start: period.start.value.clone(),
            end: period.end.value.clone(),
        });
        return Ok(());
    }
    for name in [&period.start, &period.end] {
        let Some(draft) = parts.columns.iter_mut().find(|c| same_name(&c.column.name, &name.value)) else {
            return Err(messages::unknown_column(&name.value, &parts.table.name).at(name.span));
        };
        if draft.column.nullable {
            draft.column.nullable = false;
            if draft.column.default == Some(terp_schema_model::DefaultValue::Null) {
                draft.column.default = None;
            }
        }
    }
    parts.table.periods.push(terp_schema_model::Period {
        name: period.name.value.clone(),
        start: period.start.value.clone(),
        end: period.end.value.clone(),
    });
    Ok(())
}

fn no_temporary_partitions(cx: &Context<'_>) -> super::ExecuteError {
    if cx.flavor.is_mysql() {
        refuse(1562, "Cannot create temporary table with partitions")
    } else {
        refuse(1506, "Partitioned tables do not support CREATE TEMPORARY TABLE")
    }
}

/// A unique key that was told to be a hash, and need not be one, is none in the copy.
fn forget_written_hash(cx: &Context<'_>, table: &mut Table) {
    let needed: Vec<bool> = table.indexes.iter().map(|i| key_part::needs_hash(cx, table, i)).collect();
    for (index, needed) in table.indexes.iter_mut().zip(needed) {
        let hash = index.kind == IndexKind::Unique && index.using == Some(IndexAlgorithm::Hash);
        if hash && !needed && table.options.engine != "MEMORY" {
            index.using = None;
        }
    }
}

/// CREATE TABLE ... LIKE: everything but foreign keys, and MySQL's names of checks made anew.
fn like(cx: &Context<'_>, source: &Table, at: &TableRef, temporary: bool) -> Result<Table> {
    let mut table = source.clone();
    table.name.clone_from(&at.name);
    table.foreign_keys.clear();
    table.options.auto_increment = None;
    table.options.data_directory = None;
    table.options.index_directory = None;
    options::forget_page_checksum(&mut table);
    // MariaDB remembers that a foreign key made a key, and drops it for a better one.
    for index in table.indexes.iter_mut().filter(|_| cx.flavor.is_mysql()) {
        index.generated = false;
    }
    if cx.flavor.is_mysql() {
        table.checks = check::resolve(cx, source)?;
        for (n, check) in table.checks.iter_mut().enumerate() {
            check.name = format!("{}_chk_{}", at.name, n + 1);
        }
        table.checks.sort_by_cached_key(|c| c.name.to_lowercase());
    }
    if cx.flavor.is_mariadb() {
        forget_written_hash(cx, &mut table);
        key_order::sort_again(cx, &mut table);
    }
    if temporary && table.partitioning.is_some() {
        return Err(no_temporary_partitions(cx));
    }
    Ok(table)
}
