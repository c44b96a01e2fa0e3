//! One partition: what its definition says, its names and its options.

use std::collections::HashSet;

use terp_schema_model::{
    Partition, PartitionListing, PartitionMethod, PartitionOptions, Partitioning, Subpartition, Table,
};

use super::super::Context;
use super::super::error::{ExecuteError, Result, messages, refuse, unsupported};
use super::super::options::known_engine;
use super::values::values;
use crate::ast::{Ident, PartitionDef, PartitionOption, PartitionValuesDef};

/// Whether definitions have the values that their method asks for. `columns` is the number of columns of RANGE
/// COLUMNS and LIST COLUMNS.
pub(in crate::engine) fn check_definitions(
    cx: &Context<'_>,
    method: &str,
    columns: Option<usize>,
    definitions: &[PartitionDef],
) -> Result<()> {
    for def in definitions {
        check_values(method, columns, def).map_err(|e| e.at(def.span))?;
    }
    let missing = definitions.iter().find(|d| d.values == PartitionValuesDef::None);
    let wanted = match method {
        "RANGE" => "VALUES LESS THAN",
        "LIST" => "VALUES IN",
        _ => return Ok(()),
    };
    let Some(missing) = missing else { return Ok(()) };
    let message =
        format!("Syntax error: {method} PARTITIONING requires definition of {wanted} for each partition");
    // MySQL's grammar sees the difference between definitions.
    let mixed = definitions.iter().any(|d| d.values != PartitionValuesDef::None);
    let errno = if cx.flavor.is_mysql() && mixed { 1064 } else { 1479 };
    Err(refuse(errno, message).at(missing.span))
}

/// MySQL: the first of several definitions says whether they are those of RANGE or of LIST, before the table is known.
pub(in crate::engine) fn check_mixed_values(definitions: &[PartitionDef]) -> Result<()> {
    let method = definitions.iter().find_map(|def| match &def.values {
        PartitionValuesDef::LessThan(_) => Some("RANGE"),
        PartitionValuesDef::In(_) => Some("LIST"),
        _ => None,
    });
    let Some(method) = method else { return Ok(()) };
    let other = definitions.iter().find_map(|def| match &def.values {
        PartitionValuesDef::LessThan(_) if method == "LIST" => Some((def, "RANGE", "LESS THAN")),
        PartitionValuesDef::In(_) if method == "RANGE" => Some((def, "LIST", "IN")),
        _ => None,
    });
    other.map_or(Ok(()), |(def, needed, values)| {
        let message = format!("Only {needed} PARTITIONING can use VALUES {values} in partition definition");
        Err(refuse(1480, message).at(def.span))
    })
}

fn check_values(method: &str, columns: Option<usize>, def: &PartitionDef) -> Result<()> {
    let only = |needed: &str, values: &str| {
        refuse(1480, format!("Only {needed} PARTITIONING can use VALUES {values} in partition definition"))
    };
    let inconsistent = || refuse(1653, "Inconsistency in usage of column lists for partitioning");
    let several =
        || refuse(1657, format!("Cannot have more than one value for this type of {method} partitioning"));
    match &def.values {
        PartitionValuesDef::None => Ok(()),
        PartitionValuesDef::LessThan(_) if method != "RANGE" => Err(only("RANGE", "LESS THAN")),
        PartitionValuesDef::In(_) if method != "LIST" => Err(only("LIST", "IN")),
        PartitionValuesDef::Default if method != "LIST" => Err(only("LIST", "DEFAULT")),
        PartitionValuesDef::History if method != "SYSTEM_TIME" => Err(only("SYSTEM_TIME", "HISTORY")),
        PartitionValuesDef::Current if method != "SYSTEM_TIME" => Err(only("SYSTEM_TIME", "CURRENT")),
        PartitionValuesDef::LessThan(bounds) => match columns {
            Some(columns) if bounds.len() != columns => Err(inconsistent()),
            None if bounds.len() > 1 => Err(several()),
            _ => Ok(()),
        },
        PartitionValuesDef::In(tuples) => match columns {
            Some(columns) if tuples.iter().any(|t| t.len() != columns) => Err(inconsistent()),
            None if tuples.iter().any(|t| t.len() > 1) => Err(several()),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The name of a partition that was given none.
pub(in crate::engine) fn default_name(number: u64) -> String {
    format!("p{number}")
}

fn check_name(name: &Ident) -> Result<()> {
    if name.value.chars().count() > 64 {
        return Err(messages::name_too_long(&name.value).at(name.span));
    }
    if name.value.is_empty() || name.value.ends_with(' ') {
        return Err(refuse(1567, "Incorrect partition name").at(name.span));
    }
    Ok(())
}

/// Whether no partition or subpartition has another's name.
pub(in crate::engine) fn check_names(partitioning: &Partitioning) -> Result<()> {
    let mut seen = HashSet::new();
    for partition in &partitioning.partitions {
        let subs = partition.subpartitions.iter().map(|s| &s.name);
        for name in std::iter::once(&partition.name).chain(subs) {
            if !seen.insert(name.to_lowercase()) {
                return Err(refuse(1517, format!("Duplicate partition name {name}")));
            }
        }
    }
    Ok(())
}

/// The engine that all partitions have. Where the table has none of its own, either all or none must name one.
pub(in crate::engine) fn engine(
    cx: &Context<'_>,
    table_engine: &str,
    definitions: &[PartitionDef],
    written: bool,
) -> Result<String> {
    let mut found: Option<&'static str> = None;
    let mut missing = false;
    let mut mixed = false;
    for def in definitions {
        let own = written_engine(cx, &def.options)?;
        let mut leaves = Vec::new();
        for (_, options) in &def.subpartitions {
            leaves.push(written_engine(cx, options)?.or(own));
        }
        if leaves.is_empty() {
            leaves.push(own);
        }
        for leaf in leaves {
            match (leaf, found) {
                (None, _) => missing = true,
                (Some(engine), Some(before)) => mixed |= engine != before,
                (Some(engine), None) => found = Some(engine),
            }
        }
    }
    let Some(found) = found else { return Ok(table_engine.to_owned()) };
    if mixed || if written { found != table_engine } else { missing } {
        let server = if cx.flavor.is_mysql() { "MySQL" } else { "MariaDB" };
        return Err(refuse(
            1497,
            format!("The mix of handlers in the partitions is not allowed in this version of {server}"),
        ));
    }
    Ok(found.to_owned())
}

fn written_engine(cx: &Context<'_>, options: &[PartitionOption]) -> Result<Option<&'static str>> {
    let written = options
        .iter()
        .rev()
        .find_map(|o| if let PartitionOption::Engine(name) = o { Some(name) } else { None });
    let Some(name) = written else { return Ok(None) };
    match known_engine(&name.value, cx.flavor) {
        Some(engine) => Ok(Some(engine)),
        None if cx.session.sql_mode.no_engine_substitution => {
            Err(refuse(1286, format!("Unknown storage engine '{}'", name.value)).at(name.span))
        }
        None => Ok(known_engine(&cx.session.default_storage_engine, cx.flavor)),
    }
}

/// A partition as defined. `partitioning` gives method and subpartitions, `engine` the engine of all.
pub(in crate::engine) fn partition(
    cx: &Context<'_>,
    table: &Table,
    partitioning: &Partitioning,
    unsigned: bool,
    def: &PartitionDef,
    engine: &str,
) -> Result<Partition> {
    check_name(&def.name)?;
    let base = PartitionOptions { engine: engine.to_owned(), ..PartitionOptions::default() };
    let mut partition = Partition {
        name: def.name.value.clone(),
        values: values(cx, table, &partitioning.method, unsigned, def)?,
        options: options(cx, table, &def.name, base, &def.options)?,
        subpartitions: Vec::new(),
    };
    for (name, written) in &def.subpartitions {
        check_name(name)?;
        let options = options(cx, table, name, partition.options.clone(), written)?;
        partition.subpartitions.push(Subpartition { name: name.value.clone(), options });
    }
    if let Some(sub) = &partitioning.subpartitioning
        && partition.subpartitions.is_empty()
        && sub.listing == PartitionListing::Listed
    {
        name_subpartitions(&mut partition, sub.count);
    }
    Ok(partition)
}

/// Gives a partition the subpartitions that the server made by itself, now that they are listed.
pub(in crate::engine) fn name_subpartitions(partition: &mut Partition, count: u32) {
    partition.subpartitions = (0..count)
        .map(|n| Subpartition {
            name: format!("{}sp{n}", partition.name),
            options: partition.options.clone(),
        })
        .collect();
}

fn options(
    cx: &Context<'_>,
    table: &Table,
    name: &Ident,
    inherited: PartitionOptions,
    written: &[PartitionOption],
) -> Result<PartitionOptions> {
    let mut to = inherited;
    let nonzero = |n: u64| (n != 0).then_some(n);
    for option in written {
        match option {
            PartitionOption::Engine(_) => {}
            PartitionOption::Comment(text) => {
                if text.value.chars().count() > 1024 {
                    return Err(refuse(
                        1793,
                        format!("Comment for table partition '{}' is too long (max = 1024)", name.value),
                    )
                    .at(text.span));
                }
                if text.value.is_empty() && cx.flavor.is_mariadb() {
                    return Err(unsupported("an empty COMMENT of a partition").at(text.span));
                }
                to.comment.clone_from(&text.value);
            }
            PartitionOption::MaxRows(n) => to.max_rows = nonzero(*n),
            PartitionOption::MinRows(n) => to.min_rows = nonzero(*n),
            PartitionOption::Nodegroup(n) => to.nodegroup = Some(*n),
            PartitionOption::Tablespace(tablespace) => {
                if cx.flavor.is_mysql() {
                    check_tablespace(tablespace)?;
                    to.tablespace = Some(tablespace.value.clone());
                }
            }
            PartitionOption::DataDirectory(_) | PartitionOption::IndexDirectory(_)
                if cx.session.sql_mode.no_dir_in_create => {}
            PartitionOption::DataDirectory(text) => {
                to.data_directory = data_directory(cx, &text.value).map_err(|e| e.at(text.span))?;
            }
            PartitionOption::IndexDirectory(text) => {
                return Err(index_directory(cx, table, &to.engine).at(text.span));
            }
            PartitionOption::Attribute(attribute, _) => {
                return Err(unsupported(format!("{} of a partition", attribute.value)).at(attribute.span));
            }
        }
    }
    Ok(to)
}

fn check_tablespace(name: &Ident) -> Result<()> {
    match name.value.as_str() {
        "innodb_file_per_table" => Ok(()),
        "innodb_system" | "innodb_temporary" | "mysql" => {
            Err(refuse(1478, "InnoDB : A partitioned table is not allowed in a shared tablespace.")
                .at(name.span))
        }
        other => Err(refuse(3510, format!("Tablespace {other} doesn't exist.")).at(name.span)),
    }
}

fn data_directory(cx: &Context<'_>, path: &str) -> Result<Option<String>> {
    match (path.starts_with('/'), cx.flavor.is_mysql()) {
        (true, true) => Err(refuse(3121, "The DATA DIRECTORY location must be in a known directory.")),
        (false, true) => Err(unsupported("a relative DATA DIRECTORY of a partition")),
        (true, false) => Ok(Some(path.to_owned())),
        (false, false) => Err(refuse(1210, "Incorrect arguments to DATA DIRECTORY")),
    }
}

fn index_directory(cx: &Context<'_>, table: &Table, engine: &str) -> ExecuteError {
    if cx.flavor.is_mysql() && engine == "InnoDB" {
        return refuse(1031, format!("Table storage engine for '{}' doesn't have this option", table.name));
    }
    unsupported("INDEX DIRECTORY of a partition")
}

/// How many columns the values of a method are for; `None` where they are of an expression.
pub(in crate::engine) const fn value_columns(method: &PartitionMethod) -> Option<usize> {
    match method {
        PartitionMethod::RangeColumns { columns } | PartitionMethod::ListColumns { columns } => {
            Some(columns.len())
        }
        _ => None,
    }
}
