//! PARTITION BY.

mod definition;
mod evaluate;
mod function;
mod kind;
mod text;
mod values;

use terp_schema_model::{
    ColumnType, IndexKind, Partition, PartitionListing, PartitionMethod, PartitionOptions, PartitionValues,
    Partitioning, Subpartitioning, Table,
};

pub(super) use definition::{
    check_definitions, check_mixed_values, check_names, default_name, engine, name_subpartitions, partition,
    value_columns,
};
pub(super) use values::{check_order, compare_bounds};

use super::Context;
use super::error::{Result, refuse, unsupported};
use super::options::traits;
use crate::Span;
use crate::ast::{Expr, PartitionBy, PartitionClause, PartitionDef, PartitionValuesDef};
use crate::expr::ExprPlace;

/// The most partitions that a table has, subpartitions counted where there are any.
const MAX_PARTITIONS: u64 = 8192;

/// Sets the table's partitioning. `engine_written` is whether the table has an ENGINE of its own: an ALTER TABLE's
/// always has, a CREATE TABLE's where it says so.
pub(super) fn apply(
    cx: &Context<'_>,
    table: &mut Table,
    clause: &PartitionClause,
    engine_written: bool,
) -> Result<()> {
    let partitioning = partitioning(cx, table, clause, engine_written).map_err(|e| e.at(clause.span))?;
    if let Some(first) = partitioning.partitions.first() {
        let leaf = first.subpartitions.first().map_or(&first.options, |s| &s.options);
        table.options.engine.clone_from(&leaf.engine);
    }
    hide_page_checksum(table);
    table.partitioning = Some(partitioning);
    Ok(())
}

/// A partitioned Aria table does not show the PAGE_CHECKSUM that all others show.
pub(super) fn hide_page_checksum(table: &mut Table) {
    if table.options.engine == "Aria" && table.options.page_checksum == Some(true) {
        table.options.page_checksum = None;
    }
}

fn partitioning(
    cx: &Context<'_>,
    table: &Table,
    clause: &PartitionClause,
    engine_written: bool,
) -> Result<Partitioning> {
    let definitions = clause.definitions.as_deref().unwrap_or_default();
    let sub = clause.subpartition.as_ref();
    check_definitions(cx, word(&clause.by), column_count(&clause.by), definitions)?;
    if clause.count == Some(0) {
        return Err(refuse(1504, "Number of partitions = 0 is not an allowed value"));
    }
    if sub.is_some_and(|(_, count)| *count == Some(0)) {
        return Err(refuse(1504, "Number of subpartitions = 0 is not an allowed value"));
    }
    for by in std::iter::once(&clause.by).chain(sub.map(|(by, _)| by)) {
        if let Some(expr) = expression(by) {
            function::check_allowed(cx, expr)?;
        }
    }
    check_subpartitioning(clause, definitions)?;
    if let Some(word) = values_word(&clause.by).filter(|_| definitions.is_empty()) {
        return Err(refuse(1492, format!("For {word} partitions each partition must be defined")));
    }
    let by_time = matches!(clause.by, PartitionBy::SystemTime { .. });
    let default_count = if by_time { 2 } else { 1 };
    let count =
        if definitions.is_empty() { clause.count.unwrap_or(default_count) } else { definitions.len() as u64 };
    let listed_subs = definitions.first().map_or(0, |d| d.subpartitions.len() as u64);
    let sub_count = sub.map(|(_, count)| if listed_subs > 0 { listed_subs } else { count.unwrap_or(1) });
    check_count(count, sub_count)?;
    let engine = engine(cx, &table.options.engine, definitions, engine_written)?;
    check_engine(cx, table, &engine)?;
    check_duplicate_columns(clause)?;
    if by_time {
        check_system_time(table, clause, definitions)?;
    }
    let subpartitioning = match (sub, sub_count) {
        (Some((by, count)), Some(number)) => Some(Subpartitioning {
            method: method(cx, table, by)?,
            count: u32::try_from(number).unwrap_or(u32::MAX),
            listing: match count {
                _ if listed_subs > 0 => PartitionListing::Listed,
                Some(_) => PartitionListing::Counted,
                None => PartitionListing::Implied,
            },
        }),
        _ => None,
    };
    // Bounds come before the columns that the function is made of.
    let (method, unknown) = match method(cx, table, &clause.by) {
        Ok(method) => (method, None),
        Err(error) if error.errno() == Some(1054) && cx.flavor.is_mysql() => {
            (without_columns(&clause.by, error.clone())?, Some(error))
        }
        Err(error) => return Err(error),
    };
    let mut partitioning = Partitioning {
        method,
        partitions: Vec::new(),
        listing: if !definitions.is_empty() {
            PartitionListing::Listed
        } else if clause.count.is_some() || by_time {
            PartitionListing::Counted
        } else {
            PartitionListing::Implied
        },
        subpartitioning,
    };
    let names_unknown = unknown.is_some();
    let needs = match unknown {
        Some(error) => Err(error),
        None => function::check_methods(cx, table, &partitioning),
    };
    let by_columns = matches!(clause.by, PartitionBy::RangeColumns(_) | PartitionBy::ListColumns(_));
    let needs = if by_columns { Ok(needs?) } else { needs };
    let unsigned = needs.as_ref().is_ok_and(|needs| needs.unsigned);
    let mut partitions = Vec::new();
    for def in definitions {
        match partition(cx, table, &partitioning, unsigned, def, &engine) {
            Ok(made) => partitions.push(made),
            Err(super::ExecuteError::Unsupported(_)) if needs.is_err() => break,
            Err(error) => return Err(error),
        }
    }
    if definitions.is_empty() {
        for number in 0..count {
            let mut made = default_partition(default_name(number), &engine);
            if by_time {
                made.values =
                    if number + 1 == count { PartitionValues::Current } else { PartitionValues::History };
                if number + 1 == count {
                    "pn".clone_into(&mut made.name);
                }
            }
            partitions.push(made);
        }
    }
    partitioning.partitions = partitions;
    let needs = if names_unknown { Ok(needs?) } else { needs };
    check_names(&partitioning)?;
    check_order(cx, table, &partitioning)?;
    let needs = needs?;
    function::check_keys(cx, table, &partitioning, &needs)?;
    Ok(partitioning)
}

/// A HASH or KEY partition that nothing was said about.
pub(super) fn default_partition(name: String, engine: &str) -> Partition {
    let options = PartitionOptions { engine: engine.to_owned(), ..PartitionOptions::default() };
    Partition { name, values: PartitionValues::None, options, subpartitions: Vec::new() }
}

/// The number of partitions, or of subpartitions where there are any; error 1499 over the limit.
pub(super) fn check_count(partitions: u64, sub_count: Option<u64>) -> Result<()> {
    if partitions.saturating_mul(sub_count.unwrap_or(1)) > MAX_PARTITIONS {
        return Err(refuse(1499, "Too many partitions (including subpartitions) were defined"));
    }
    Ok(())
}

fn check_subpartitioning(clause: &PartitionClause, definitions: &[PartitionDef]) -> Result<()> {
    let has_subpartitions = clause.subpartition.is_some();
    let fits = matches!(
        clause.by,
        PartitionBy::Range(_)
            | PartitionBy::RangeColumns(_)
            | PartitionBy::List(_)
            | PartitionBy::ListColumns(_)
    );
    let listed = definitions.iter().any(|d| !d.subpartitions.is_empty());
    if has_subpartitions && !fits && !matches!(clause.by, PartitionBy::SystemTime { .. })
        || listed && !has_subpartitions
    {
        return Err(refuse(
            1500,
            "It is only possible to mix RANGE/LIST partitioning with HASH/KEY partitioning for subpartitioning",
        ));
    }
    Ok(())
}

fn check_duplicate_columns(clause: &PartitionClause) -> Result<()> {
    let sub = clause.subpartition.as_ref().map(|(by, _)| by);
    for by in std::iter::once(&clause.by).chain(sub) {
        if let PartitionBy::RangeColumns(columns)
        | PartitionBy::ListColumns(columns)
        | PartitionBy::Key { columns, .. } = by
        {
            function::check_duplicates(columns)?;
        }
    }
    Ok(())
}

/// Whether tables of an engine, and with this table's keys and columns, can be partitioned.
pub(super) fn check_engine(cx: &Context<'_>, table: &Table, engine: &str) -> Result<()> {
    if matches!(engine, "CSV" | "MRG_MyISAM")
        || cx.flavor.is_mariadb() && !traits(engine, cx.flavor).partitions
    {
        return Err(refuse(1572, "Engine cannot be used in partitioned tables"));
    }
    if !traits(engine, cx.flavor).partitions {
        return Err(refuse(1178, "The storage engine for the table doesn't support native partitioning"));
    }
    if cx.flavor.is_mysql() && table.indexes.iter().any(|i| i.kind == IndexKind::Fulltext) {
        return Err(refuse(1214, "The used table type doesn't support FULLTEXT indexes"));
    }
    let geometry = table.columns.iter().any(|c| matches!(c.ty, ColumnType::Geometry { .. }));
    if geometry && !cx.flavor.mariadb_since(11, 0, 0) {
        return Err(refuse(1178, "The storage engine for the table doesn't support GEOMETRY"));
    }
    Ok(())
}

/// MariaDB's SYSTEM_TIME, in its simple form.
fn check_system_time(table: &Table, clause: &PartitionClause, definitions: &[PartitionDef]) -> Result<()> {
    if !table.options.system_versioning {
        return Err(refuse(4124, format!("Table `{}` is not system-versioned", table.name)));
    }
    if let PartitionBy::SystemTime { rest } = &clause.by
        && *rest != Span::at(rest.start)
    {
        return Err(unsupported("INTERVAL, LIMIT and AUTO of SYSTEM_TIME").at(*rest));
    }
    let (Some((last, history)), false) = (definitions.split_last(), clause.subpartition.is_some()) else {
        return if definitions.is_empty() && clause.subpartition.is_none() && clause.count != Some(1) {
            Ok(())
        } else {
            Err(unsupported("these partitions of SYSTEM_TIME"))
        };
    };
    let usual = last.values == PartitionValuesDef::Current
        && !history.is_empty()
        && history.iter().all(|d| d.values == PartitionValuesDef::History);
    if usual { Ok(()) } else { Err(unsupported("these partitions of SYSTEM_TIME")) }
}

fn expression(by: &PartitionBy) -> Option<&Expr> {
    match by {
        PartitionBy::Range(expr) | PartitionBy::List(expr) | PartitionBy::Hash { expr, .. } => Some(expr),
        _ => None,
    }
}

fn column_count(by: &PartitionBy) -> Option<usize> {
    match by {
        PartitionBy::RangeColumns(columns) | PartitionBy::ListColumns(columns) => Some(columns.len()),
        _ => None,
    }
}

fn values_word(by: &PartitionBy) -> Option<&'static str> {
    match by {
        PartitionBy::Range(_) | PartitionBy::RangeColumns(_) => Some("RANGE"),
        PartitionBy::List(_) | PartitionBy::ListColumns(_) => Some("LIST"),
        _ => None,
    }
}

fn word(by: &PartitionBy) -> &'static str {
    match by {
        PartitionBy::Hash { .. } | PartitionBy::Key { .. } => "HASH",
        PartitionBy::SystemTime { .. } => "SYSTEM_TIME",
        _ => values_word(by).unwrap_or_default(),
    }
}

/// The same word of a method that is set.
pub(super) const fn method_word(method: &PartitionMethod) -> &'static str {
    match method {
        PartitionMethod::Range { .. } | PartitionMethod::RangeColumns { .. } => "RANGE",
        PartitionMethod::List { .. } | PartitionMethod::ListColumns { .. } => "LIST",
        PartitionMethod::Hash { .. } | PartitionMethod::Key { .. } => "HASH",
        PartitionMethod::SystemTime { .. } => "SYSTEM_TIME",
    }
}

fn method(cx: &Context<'_>, table: &Table, by: &PartitionBy) -> Result<PartitionMethod> {
    let print = |expr| cx.print(expr, ExprPlace::Partition, &table.name, &table.columns, "");
    let names = |columns: &[crate::ast::Ident]| columns.iter().map(|c| c.value.clone()).collect();
    Ok(match by {
        PartitionBy::Range(expr) => PartitionMethod::Range { expression: print(expr)? },
        PartitionBy::List(expr) => PartitionMethod::List { expression: print(expr)? },
        PartitionBy::Hash { linear, expr } => {
            PartitionMethod::Hash { expression: print(expr)?, linear: *linear }
        }
        PartitionBy::RangeColumns(columns) => PartitionMethod::RangeColumns { columns: names(columns) },
        PartitionBy::ListColumns(columns) => PartitionMethod::ListColumns { columns: names(columns) },
        PartitionBy::Key { linear, algorithm, columns } => PartitionMethod::Key {
            columns: names(columns),
            linear: *linear,
            algorithm: algorithm.and_then(|a| u8::try_from(a).ok()).filter(|a| *a == 1),
        },
        PartitionBy::SystemTime { .. } => PartitionMethod::SystemTime { rest: String::new() },
    })
}

/// A method whose function names an unknown column, as far as its bounds are concerned.
fn without_columns(by: &PartitionBy, error: super::ExecuteError) -> Result<PartitionMethod> {
    match by {
        PartitionBy::Range(_) => Ok(PartitionMethod::Range { expression: String::new() }),
        PartitionBy::List(_) => Ok(PartitionMethod::List { expression: String::new() }),
        _ => Err(error),
    }
}

/// Checks a partitioned table whose columns or keys changed.
pub(super) fn recheck(cx: &Context<'_>, table: &Table) -> Result<()> {
    let Some(partitioning) = &table.partitioning else { return Ok(()) };
    check_engine(cx, table, &table.options.engine)?;
    let needs = function::check_methods(cx, table, partitioning)?;
    values::check_bounds(cx, table, partitioning, needs.unsigned)?;
    check_order(cx, table, partitioning)?;
    function::check_keys(cx, table, partitioning, &needs)
}

/// Whether bounds are unsigned, as the expression is.
pub(super) fn is_unsigned(cx: &Context<'_>, table: &Table, partitioning: &Partitioning) -> Result<bool> {
    Ok(function::check_methods(cx, table, partitioning)?.unsigned)
}
