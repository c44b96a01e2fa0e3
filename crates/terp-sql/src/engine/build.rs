//! The one way to a table: CREATE TABLE and ALTER TABLE both say what it is to be made of, and it is checked and
//! completed here as the servers do in `mysql_prepare_create_table`.

use std::borrow::Cow;
use std::collections::HashSet;

use terp_schema_model::{
    Column, ColumnType, DefaultValue, Generated, Index, IndexPartKind, Table, same_name,
};

use super::Context;
use super::check::{self, CheckDraft};
use super::column::ColumnDraft;
use super::error::{Result, messages, refuse, unsupported};
use super::foreign_key;
use super::index::{self, KeyDraft};
use super::limits;
use super::options::{EngineTraits, traits};
use crate::ast::{ForeignKeyDef, IndexDef};

/// Where a key comes from.
pub(super) enum KeySource<'a> {
    /// It was there.
    Existing(Index),
    /// It is defined by the statement.
    Defined(Cow<'a, IndexDef>),
    /// A foreign key of the statement brings it.
    ForeignKey(Cow<'a, ForeignKeyDef>),
}

impl KeySource<'_> {
    /// Where a key of the statement stands in it.
    pub(super) fn start(&self) -> u32 {
        match self {
            Self::Existing(_) => 0,
            Self::Defined(def) => def.span.start,
            Self::ForeignKey(def) => def.span.start,
        }
    }
}

/// What a table is to be made of.
pub(super) struct Parts<'a> {
    /// Name, options, character set, and the constraints that are carried over; no columns or keys.
    pub(super) table: Table,
    pub(super) columns: Vec<ColumnDraft<'a>>,
    pub(super) keys: Vec<KeySource<'a>>,
    pub(super) checks: Vec<CheckDraft<'a>>,
    pub(super) temporary: bool,
    /// Whether it is, or is to be, partitioned.
    pub(super) partitioned: bool,
    /// ALTER TABLE rather than CREATE TABLE.
    pub(super) altering: bool,
    /// Names, in lower case, of the foreign keys that the table had before the statement.
    pub(super) carried_foreign_keys: HashSet<String>,
}

/// Checks and completes the parts.
pub(super) fn build(cx: &Context<'_>, parts: Parts<'_>) -> Result<Table> {
    let Parts {
        mut table,
        mut columns,
        keys,
        checks,
        temporary,
        partitioned,
        altering,
        carried_foreign_keys,
    } = parts;
    check_columns(cx, &table, &columns)?;
    let expressions = ExpressionColumns::of(&columns);
    // Expressions are resolved when the table is opened: what is wrong with columns and keys comes before.
    let mut printed = super::column_expressions::print_expressions(cx, &mut columns, &table.name)
        .and_then(|()| check_automatic(cx, &columns));
    if printed.is_ok() && cx.flavor.is_mariadb() && columns.iter().any(|c| !c.checks.is_empty()) {
        let known: Vec<Column> = columns.iter().map(|c| c.column.clone()).collect();
        printed = check::attach_to_columns(cx, &table.name, &mut columns, &known);
    }
    let invisible = invisible_without_value(cx, &columns);
    let late = columns.iter_mut().find_map(|c| c.late.take());
    let explicit_null: HashSet<String> =
        columns.iter().filter(|c| c.explicit_null).map(|c| c.column.name.to_lowercase()).collect();
    table.columns = columns.into_iter().map(|c| c.column).collect();
    let mut drafts = Vec::with_capacity(keys.len());
    let mut foreign: Vec<Cow<'_, ForeignKeyDef>> = Vec::new();
    for key in keys {
        match key {
            KeySource::Existing(index) => drafts.push(KeyDraft::existing(index)),
            KeySource::Defined(def) => drafts.push(index::draft(cx, &def, &table.name, &table.columns)?),
            KeySource::ForeignKey(def) => {
                drafts.push(foreign_key::generated_key(cx, &def)?);
                foreign.push(def);
            }
        }
    }
    // A foreign key's key over TEXT is refused by MariaDB as part of the foreign key.
    index::finish(cx, &mut table, drafts, &explicit_null, partitioned)?;
    check_functional_keys(cx, &table)?;
    invisible?;
    // A constant that does not fit its column comes before them.
    expressions.check(cx, &table).map_err(|error| late.clone().unwrap_or(error))?;
    let nullable = !traits(&table.options.engine, cx.flavor).nullable_columns
        && table.columns.iter().any(|c| c.nullable);
    if nullable && cx.flavor.is_mysql() {
        return Err(no_nullable_columns());
    }
    check_archive(cx, &table)?;
    check_auto_increment(cx, &table)?;
    super::versioning::finish(cx, &mut table, temporary)?;
    if cx.session.sql_generate_invisible_primary_key
        && cx.flavor.is_mysql()
        && table.options.engine == "InnoDB"
        && table.primary_key().is_none()
    {
        return Err(unsupported("a table without a primary key under sql_generate_invisible_primary_key"));
    }
    if cx.session.sql_require_primary_key && table.primary_key().is_none() && !temporary {
        return Err(refuse(
            3750,
            "Unable to create or change a table without a primary key, when the system variable 'sql_require_primary_key' is set. Add a primary key to the table or unset this variable to avoid this message. Note that tables without a primary key can cause performance problems in row-based replication, so please consult your DBA before changing this setting.",
        ));
    }
    // MariaDB fills the row of defaults before it opens the table, MySQL when all else is right.
    let mut late = late.map_or(Ok(()), Err);
    if cx.flavor.is_mariadb() {
        std::mem::replace(&mut late, Ok(()))?;
        std::mem::replace(&mut printed, Ok(()))?;
    }
    check::add(cx, &mut table, &checks, altering)?;
    if !checks.is_empty() {
        foreign_key::check_carried(cx, &table)?;
    }
    check_visible(cx, &table)?;
    printed?;
    let foreign: Vec<&ForeignKeyDef> = foreign.iter().map(AsRef::as_ref).collect();
    super::unstable::check(cx, &table, &foreign)?;
    foreign_key::add(cx, &mut table, &foreign, temporary, &carried_foreign_keys, altering)?;
    super::stored_base::check(cx, &table)?;
    if nullable {
        return Err(no_nullable_columns());
    }
    limits::check_row_size(cx, &table)?;
    late.map(|()| table)
}

/// MySQL: no expression in a key is made of the AUTO_INCREMENT column.
fn check_functional_keys(cx: &Context<'_>, table: &Table) -> Result<()> {
    let automatic = table.columns.iter().find(|column| column.auto_increment);
    let Some(column) = automatic.filter(|_| cx.flavor.is_mysql()) else { return Ok(()) };
    for index in &table.indexes {
        for part in &index.parts {
            let IndexPartKind::Expression(text) = &part.kind else { continue };
            let named = super::alter_expressions::columns_of(cx, text)?;
            if named.iter().any(|name| same_name(name, &column.name)) {
                let message =
                    format!("Functional index '{}' cannot refer to an auto-increment column.", index.name);
                return Err(refuse(3754, message));
            }
        }
    }
    Ok(())
}

/// ARCHIVE has a key of its AUTO_INCREMENT column, and no other.
fn check_archive(cx: &Context<'_>, table: &Table) -> Result<()> {
    let automatic = |index: &Index| {
        let first = index.parts.first().and_then(|part| part.column_name());
        first.and_then(|name| table.column(name)).is_some_and(|column| column.auto_increment)
    };
    if cx.flavor.is_mysql() && table.options.engine == "ARCHIVE" && !table.indexes.iter().all(automatic) {
        return Err(refuse(1030, "Got error -1 - 'Unknown error -1' from storage engine"));
    }
    Ok(())
}

/// MySQL: columns that an engine lacks, of which it tells before it looks at keys.
fn check_column_kinds(table: &Table, columns: &[ColumnDraft<'_>], engine: &EngineTraits) -> Result<()> {
    if !engine.auto_increment && columns.iter().any(|c| c.column.auto_increment) {
        return Err(refuse(1164, "The used table type doesn't support AUTO_INCREMENT columns"));
    }
    if !engine.blobs && columns.iter().any(|c| c.column.ty.is_lob()) {
        return Err(refuse(1163, "The used table type doesn't support BLOB/TEXT columns"));
    }
    let geographic = |ty: &ColumnType| matches!(ty, ColumnType::Geometry { srid: Some(4326), .. });
    if table.options.engine != "InnoDB" && columns.iter().any(|c| geographic(&c.column.ty)) {
        return Err(refuse(
            1178,
            "The storage engine for the table doesn't support geographic spatial reference systems",
        ));
    }
    Ok(())
}

/// Which expressions columns have.
struct ExpressionColumns {
    generated: bool,
    defaults: bool,
}

impl ExpressionColumns {
    fn of(columns: &[ColumnDraft<'_>]) -> Self {
        let generated = |draft: &ColumnDraft<'_>| {
            draft.generated.is_some() || matches!(draft.column.generated, Some(Generated::Expression { .. }))
        };
        let default = |draft: &ColumnDraft<'_>| {
            draft.default.is_some() || matches!(draft.column.default, Some(DefaultValue::Expression(_)))
        };
        Self { generated: columns.iter().any(generated), defaults: columns.iter().any(default) }
    }

    /// MySQL: what an engine does not work out, of which it tells after its keys.
    fn check(&self, cx: &Context<'_>, table: &Table) -> Result<()> {
        if cx.flavor.is_mariadb() {
            return Ok(());
        }
        let engine = table.options.engine.as_str();
        if self.generated && !traits(engine, cx.flavor).virtual_columns {
            return Err(refuse(3106, "'Specified storage engine' is not supported for generated columns."));
        }
        if self.defaults && !matches!(engine, "InnoDB" | "MyISAM" | "MRG_MyISAM") {
            return Err(refuse(
                3774,
                "'Specified storage engine' is not supported for default value expressions.",
            ));
        }
        Ok(())
    }
}

fn no_nullable_columns() -> super::ExecuteError {
    refuse(1178, "The storage engine for the table doesn't support nullable columns")
}

fn check_columns(cx: &Context<'_>, table: &Table, columns: &[ColumnDraft<'_>]) -> Result<()> {
    if columns.is_empty() && cx.flavor.is_mariadb() {
        return Err(refuse(1113, "A table must have at least 1 column"));
    }
    let max = if table.options.engine == "InnoDB" { 1017 } else { 4096 };
    if columns.len() > max {
        return Err(if cx.flavor.is_mariadb() && max == 1017 {
            refuse(
                1005,
                format!(
                    "Can't create table `{}`.`{}` (errno: 185 \"Too many columns\")",
                    cx.database, table.name
                ),
            )
        } else {
            refuse(1117, "Too many columns")
        });
    }
    let engine = traits(&table.options.engine, cx.flavor);
    let mut seen = HashSet::with_capacity(columns.len());
    for draft in columns {
        let column = &draft.column;
        let at = |error: super::ExecuteError| match draft.span {
            Some(span) => error.at(span),
            None => error,
        };
        if !seen.insert(column.name.to_lowercase()) {
            return Err(at(messages::duplicate_column(&column.name)));
        }
        if !engine.geometry && matches!(column.ty, ColumnType::Geometry { .. }) {
            return Err(at(refuse(1178, "The storage engine for the table doesn't support GEOMETRY")));
        }
        if !engine.blobs && column.ty.is_lob() && cx.flavor.is_mariadb() {
            return Err(at(refuse(1163, "The used table type doesn't support BLOB/TEXT columns")));
        }
        let generated = matches!(column.generated, Some(Generated::Expression { .. }));
        if !engine.virtual_columns && (generated || draft.generated.is_some()) && cx.flavor.is_mariadb() {
            return Err(at(refuse(
                1910,
                format!("{} storage engine does not support computed columns", table.options.engine),
            )));
        }
    }
    if columns.iter().filter(|c| c.column.auto_increment).count() > 1 {
        return Err(wrong_auto_key());
    }
    if cx.flavor.is_mariadb() && !engine.auto_increment && columns.iter().any(|c| c.column.auto_increment) {
        return Err(no_auto_increment());
    }
    if cx.flavor.is_mysql() {
        check_column_kinds(table, columns, &engine)?;
    }
    if let Some(twice) = columns.iter().find_map(|c| c.twice.clone()) {
        return Err(twice);
    }
    if columns.iter().all(|c| c.column.invisible) && cx.flavor.is_mariadb() {
        return Err(refuse(1113, "A table must have at least 1 column"));
    }
    Ok(())
}

/// MariaDB: a column that is not seen has to get its value from somewhere.
fn invisible_without_value(cx: &Context<'_>, columns: &[ColumnDraft<'_>]) -> Result<()> {
    for draft in columns.iter().filter(|d| d.defined && cx.flavor.is_mariadb()) {
        let column = &draft.column;
        let needs = column.invisible && !column.nullable && !column.auto_increment;
        if needs && !draft.has_default && draft.generated.is_none() && column.generated.is_none() {
            return Err(refuse(
                4108,
                format!("Invisible column `{}` must have a default value", column.name),
            ));
        }
    }
    Ok(())
}

/// MySQL: a column that becomes AUTO_INCREMENT is of no use to generated columns that are there.
fn check_automatic(cx: &Context<'_>, columns: &[ColumnDraft<'_>]) -> Result<()> {
    let automatic = |d: &&ColumnDraft<'_>| d.defined && d.column.auto_increment;
    let Some(new) = columns.iter().find(automatic) else { return Ok(()) };
    if cx.flavor.is_mariadb() {
        return Ok(());
    }
    for draft in columns.iter().filter(|d| !d.defined) {
        let Some(Generated::Expression { expression, .. }) = &draft.column.generated else { continue };
        let named = super::alter_expressions::columns_of(cx, expression)?;
        if !named.iter().any(|n| same_name(n, &new.column.name)) {
            continue;
        }
        let name = &draft.column.name;
        return Err(refuse(
            3109,
            format!("Generated column '{name}' cannot refer to auto-increment column."),
        ));
    }
    Ok(())
}

/// MySQL looks at this when all else is right.
fn check_visible(cx: &Context<'_>, table: &Table) -> Result<()> {
    if cx.flavor.is_mysql() && table.columns.iter().all(|c| c.invisible) {
        return Err(refuse(4028, "A table must have at least one visible column."));
    }
    Ok(())
}

fn wrong_auto_key() -> super::ExecuteError {
    refuse(
        1075,
        "Incorrect table definition; there can be only one auto column and it must be defined as a key",
    )
}

fn no_auto_increment() -> super::ExecuteError {
    refuse(1164, "The used table type doesn't support AUTO_INCREMENT columns")
}

fn check_auto_increment(cx: &Context<'_>, table: &Table) -> Result<()> {
    let Some(column) = table.columns.iter().find(|c| c.auto_increment) else { return Ok(()) };
    let engine = traits(&table.options.engine, cx.flavor);
    if !engine.auto_increment {
        return Err(no_auto_increment());
    }
    let keyed = table.indexes.iter().any(|index| {
        index.parts.iter().enumerate().any(|(at, part)| {
            (at == 0 || engine.auto_part) && part.column_name().is_some_and(|n| same_name(n, &column.name))
        })
    });
    if !keyed {
        return Err(wrong_auto_key());
    }
    Ok(())
}
