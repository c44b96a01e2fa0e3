//! MariaDB: system-versioned tables.

use terp_schema_model::{
    Column, ColumnType, Generated, IndexKind, IndexPart, IntegerSize, Period, Table, same_name,
};

use super::alter_keys::TableElementRef;
use super::alter_requests::Requests;
use super::catalog::TableRef;
use super::context::Context;
use super::error::{ExecuteError, Result, refuse, unsupported};
use super::key_part::{key_bytes, key_too_long};
use super::options::traits;

/// WITH SYSTEM VERSIONING of single columns makes CREATE TABLE's table versioned, without its other columns.
pub(super) fn spread_from_columns(table: &mut Table, columns: &mut [&mut Column]) {
    let of_a_column = columns.iter().any(|c| c.system_versioning == Some(false));
    let spreads = of_a_column && !table.options.system_versioning;
    table.options.system_versioning |= of_a_column;
    for column in columns.iter_mut() {
        match column.system_versioning {
            Some(false) => column.system_versioning = None,
            None if spreads && !is_row_time(column) => column.system_versioning = Some(true),
            _ => {}
        }
    }
}

const fn is_row_time(column: &Column) -> bool {
    matches!(column.generated, Some(Generated::RowStart | Generated::RowEnd))
}

fn system_period(table: &Table) -> Option<&Period> {
    table.periods.iter().find(|p| p.name.eq_ignore_ascii_case("system_time"))
}

fn wrong(table: &Table, missing: &str) -> ExecuteError {
    refuse(4125, format!("Wrong parameters for `{}`: missing '{missing}'", table.name))
}

/// Checks a table whose columns and keys are final, and adds the end of the row's time to its unique keys.
pub(super) fn finish(cx: &Context<'_>, table: &mut Table, temporary: bool) -> Result<()> {
    if cx.flavor.is_mysql() {
        return Ok(());
    }
    let of = |kind: Generated| table.columns.iter().filter(move |c| c.generated.as_ref() == Some(&kind));
    for (kind, name) in [(Generated::RowStart, "START"), (Generated::RowEnd, "END")] {
        if let Some(second) = of(kind).nth(1) {
            return Err(refuse(4134, format!("Duplicate ROW {name} column `{}`", second.name)));
        }
    }
    let (start, end) = (of(Generated::RowStart).next(), of(Generated::RowEnd).next());
    let period = system_period(table);
    if !table.options.system_versioning {
        return match (period, start.or(end)) {
            (None, None) => Ok(()),
            _ => Err(wrong(table, "WITH SYSTEM VERSIONING")),
        };
    }
    if temporary {
        return Err(refuse(4137, "System-versioned tables do not support CREATE TEMPORARY TABLE"));
    }
    match (period, start, end) {
        (None, None, None) => {
            let taken = |c: &&Column| same_name(&c.name, "row_start") || same_name(&c.name, "row_end");
            if let Some(column) = table.columns.iter().find(taken) {
                return Err(refuse(1060, format!("Duplicate column name '{}'", column.name)));
            }
        }
        (None, ..) => return Err(wrong(table, "PERIOD FOR SYSTEM_TIME")),
        (Some(_), None, _) => return Err(wrong(table, "AS ROW START")),
        (Some(_), Some(_), None) => {
            return Err(unsupported("PERIOD FOR SYSTEM_TIME without a ROW END column"));
        }
        (Some(period), Some(start), Some(end)) => {
            if !same_name(&period.start, &start.name) || !same_name(&period.end, &end.name) {
                return Err(refuse(
                    4126,
                    format!("PERIOD FOR SYSTEM_TIME must use columns `{}` and `{}`", start.name, end.name),
                ));
            }
            check_types(table, start, end)?;
        }
    }
    let versioned = |c: &Column| !is_row_time(c) && c.system_versioning != Some(true);
    if !table.columns.iter().any(versioned) {
        return Err(refuse(4123, format!("Table `{}` must have at least one versioned column", table.name)));
    }
    if let Some(end) = end.map(|c| c.name.clone()) {
        let has_end = |parts: &[IndexPart]| {
            parts.iter().any(|p| p.column_name().is_some_and(|name| same_name(name, &end)))
        };
        for index in &mut table.indexes {
            let unique = matches!(index.kind, IndexKind::Primary | IndexKind::Unique);
            if unique && !has_end(&index.parts) {
                index.parts.push(IndexPart::column(&end));
            }
        }
    }
    check_lengths(cx, table, end.is_none())
}

/// The end of the row's time makes primary keys longer, also where it is not shown.
fn check_lengths(cx: &Context<'_>, table: &Table, hidden: bool) -> Result<()> {
    const END_BYTES: u32 = 7;
    let Some(primary) = table.primary_key() else { return Ok(()) };
    let limit = traits(&table.options.engine, cx.flavor).max_key_bytes;
    let bytes = key_bytes(cx, table, primary);
    if bytes.is_some_and(|bytes| bytes + if hidden { END_BYTES } else { 0 } > limit) {
        return Err(key_too_long(limit));
    }
    Ok(())
}

/// Both are TIMESTAMP(6), or numbers of InnoDB's transactions.
fn check_types(table: &Table, start: &Column, end: &Column) -> Result<()> {
    let timestamp = |c: &Column| matches!(c.ty, ColumnType::Timestamp { fsp: 6 });
    let number =
        |c: &Column| matches!(c.ty, ColumnType::Integer { size: IntegerSize::BigInt, unsigned: true, .. });
    let innodb = table.options.engine == "InnoDB";
    let both = [start, end];
    if both.into_iter().all(timestamp) || innodb && both.into_iter().all(number) {
        return Ok(());
    }
    let column = both.into_iter().find(|c| !timestamp(c)).unwrap_or(start);
    Err(refuse(
        4110,
        format!("`{}` must be of type TIMESTAMP(6) for system-versioned table `{}`", column.name, table.name),
    ))
}

/// Whether ALTER TABLE may do that to a table with a history.
pub(super) fn check_alter(
    cx: &Context<'_>,
    at: &TableRef,
    old: &Table,
    requests: &Requests<'_>,
    engine_changes: bool,
) -> Result<()> {
    if !old.options.system_versioning {
        let without = |wanted: &super::alter_columns::Wanted<'_>| {
            wanted.def.attributes.iter().find_map(|a| match a.kind {
                crate::ast::ColumnAttributeKind::SystemVersioning(with) => Some(with),
                _ => None,
            })
        };
        if requests.system_versioning != Some(true)
            && let Some(with) = requests.columns.iter().find_map(without)
        {
            return Err(if with {
                unsupported("WITH SYSTEM VERSIONING on a column")
            } else {
                refuse(4124, format!("Table `{}` is not system-versioned", old.name))
            });
        }
        return Ok(());
    }
    let name = format!("`{}`.`{}`", at.schema, at.name);
    if engine_changes {
        return Err(refuse(
            4120,
            format!(
                "Not allowed for system-versioned {name}. Change to/from native system versioning engine is not supported."
            ),
        ));
    }
    let unique = requests.keys.iter().any(|key| match key {
        TableElementRef::Index(def) => matches!(def.kind, IndexKind::Primary | IndexKind::Unique),
        _ => false,
    });
    let changes = requests.names_columns || unique;
    if changes && !cx.session.system_versioning_alter_history_keep {
        return Err(refuse(
            4119,
            format!(
                "Not allowed for system-versioned {name}. Change @@system_versioning_alter_history to proceed with ALTER."
            ),
        ));
    }
    let row_time = |name: &crate::ast::Ident| old.column(&name.value).is_some_and(is_row_time);
    if requests.drop_columns.iter().any(|name| row_time(name))
        || requests.columns.iter().any(|w| w.replaces.is_some_and(row_time))
    {
        return Err(unsupported("a change of the columns of PERIOD FOR SYSTEM_TIME"));
    }
    if requests.system_versioning == Some(false)
        && let Some(period) = system_period(old)
    {
        return Err(wrong(old, &format!("DROP COLUMN `{}`", period.start)));
    }
    if requests.system_versioning == Some(true) || requests.periods.iter().any(|p| is_system_time(p)) {
        return Err(refuse(4135, format!("Table `{}` is already system-versioned", old.name)));
    }
    Ok(())
}

fn is_system_time(period: &crate::ast::PeriodDef) -> bool {
    period.name.value.eq_ignore_ascii_case("system_time")
}
