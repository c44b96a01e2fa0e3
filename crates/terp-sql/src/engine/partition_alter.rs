//! ALTER TABLE ... PARTITION.

use std::cmp::Ordering;

use terp_schema_model::{
    Partition, PartitionBound, PartitionListing, PartitionMethod, PartitionValues, Partitioning, Table,
    same_name,
};

use super::Context;
use super::catalog::TableRef;
use super::error::{ExecuteError, Result, refuse, unsupported};
use super::partition;
use crate::Span;
use crate::ast::{AlterActionKind, Ident, PartitionDef, PartitionNames};

/// Executes one sub-clause about partitions.
pub(super) fn alter(cx: &Context<'_>, table: &mut Table, action: &AlterActionKind, span: Span) -> Result<()> {
    use AlterActionKind as A;
    let done = match action {
        A::PartitionBy(clause) => {
            check_foreign_keys(cx, table)?;
            // Only a table made with partitions hides what it was not told.
            let page_checksum = table.options.page_checksum;
            let done = partition::apply(cx, table, clause, true);
            table.options.page_checksum = page_checksum;
            done
        }
        A::ExchangePartition { .. }
        | A::ConvertPartitionToTable { .. }
        | A::ConvertTableToPartition { .. } => Err(unsupported("EXCHANGE PARTITION and CONVERT PARTITION")),
        // MySQL answers these with a report on the table.
        A::MaintainPartition { operation, .. }
            if table.partitioning.is_none() && cx.flavor.is_mysql() && only_reports(operation) =>
        {
            Ok(())
        }
        _ => match table.partitioning.take() {
            None => Err(refuse(1505, "Partition management on a not partitioned table is not possible")),
            Some(mut partitioning) => {
                let removes = matches!(action, A::RemovePartitioning);
                let done = change(cx, table, &mut partitioning, action);
                if removes && table.options.engine == "Aria" && table.options.page_checksum.is_none() {
                    table.options.page_checksum = Some(true);
                }
                table.partitioning = if removes { None } else { Some(partitioning) };
                done
            }
        },
    };
    done.map_err(|e| e.at(span))
}

fn only_reports(operation: &str) -> bool {
    matches!(operation, "ANALYZE" | "CHECK" | "OPTIMIZE" | "REPAIR")
}

/// Neither a table with foreign keys nor one that others point at is partitioned.
fn check_foreign_keys(cx: &Context<'_>, table: &Table) -> Result<()> {
    let at = TableRef::new(cx.database, &table.name);
    if table.foreign_keys.is_empty() && cx.catalog.children(&at).next().is_none() {
        return Ok(());
    }
    Err(if cx.flavor.is_mysql() {
        refuse(1506, "Foreign keys are not yet supported in conjunction with partitioning")
    } else {
        refuse(1217, "Cannot delete or update a parent row: a foreign key constraint fails")
    })
}

fn change(
    cx: &Context<'_>,
    table: &Table,
    partitioning: &mut Partitioning,
    action: &AlterActionKind,
) -> Result<()> {
    use AlterActionKind as A;
    match action {
        A::RemovePartitioning => Ok(()),
        A::AddPartition { if_not_exists, definitions } => {
            add(cx, table, partitioning, definitions, *if_not_exists)
        }
        A::AddPartitionCount(count) => add_count(table, partitioning, *count),
        A::DropPartition { if_exists, names } => drop_partitions(cx, partitioning, names, *if_exists),
        A::CoalescePartition(count) => coalesce(partitioning, *count),
        A::ReorganizePartition { names, .. } if names.is_empty() => respread(partitioning),
        A::ReorganizePartition { names, into } => reorganize(cx, table, partitioning, names, into),
        A::TruncatePartition(names) => check_truncated(cx, table, partitioning, names),
        A::MaintainPartition { operation, names } => match operation.as_str() {
            operation if only_reports(operation) => Ok(()),
            "REBUILD" => match names {
                PartitionNames::All => Ok(()),
                PartitionNames::Named(names) => positions(cx, partitioning, names, "REBUILD").map(|_| ()),
            },
            _ => check_truncated(cx, table, partitioning, names),
        },
        _ => Err(unsupported("this ALTER TABLE ... PARTITION")),
    }
}

fn word(partitioning: &Partitioning) -> &'static str {
    partition::method_word(&partitioning.method)
}

/// RANGE and LIST: what can be dropped and is not counted.
fn by_values(partitioning: &Partitioning) -> bool {
    matches!(word(partitioning), "RANGE" | "LIST")
}

fn refuse_system_time(partitioning: &Partitioning) -> Result<()> {
    if let PartitionMethod::SystemTime { .. } = partitioning.method {
        return Err(unsupported("changing partitions of SYSTEM_TIME"));
    }
    Ok(())
}

fn find(partitioning: &Partitioning, name: &str) -> Option<usize> {
    partitioning.partitions.iter().position(|p| same_name(&p.name, name))
}

fn wrong_list(cx: &Context<'_>, operation: &str) -> ExecuteError {
    if cx.flavor.is_mysql() {
        refuse(1507, format!("Error in list of partitions to {operation}"))
    } else {
        refuse(1507, "Wrong partition name or partition list")
    }
}

/// Where the named partitions stand, in their own order; error 1507 for a name that is none or stands twice.
fn positions(
    cx: &Context<'_>,
    partitioning: &Partitioning,
    names: &[Ident],
    operation: &str,
) -> Result<Vec<usize>> {
    let mut positions = Vec::with_capacity(names.len());
    for name in names {
        match find(partitioning, &name.value) {
            Some(at) if !positions.contains(&at) => positions.push(at),
            _ => return Err(wrong_list(cx, operation).at(name.span)),
        }
    }
    positions.sort_unstable();
    Ok(positions)
}

fn check_truncated(
    cx: &Context<'_>,
    table: &Table,
    partitioning: &Partitioning,
    names: &PartitionNames,
) -> Result<()> {
    let PartitionNames::Named(names) = names else { return Ok(()) };
    for name in names {
        if find(partitioning, &name.value).is_some() {
            continue;
        }
        if !has_subpartition(partitioning, &name.value) {
            let message = format!("Unknown partition '{}' in table '{}'", name.value, table.name);
            return Err(refuse(1735, message).at(name.span));
        }
        if cx.flavor.is_mariadb() {
            return Err(refuse(1567, "Incorrect partition name").at(name.span));
        }
    }
    Ok(())
}

fn has_subpartition(partitioning: &Partitioning, name: &str) -> bool {
    let made = partitioning.subpartitioning.as_ref().map_or(0, |s| s.count);
    partitioning.partitions.iter().any(|p| {
        if p.subpartitions.is_empty() {
            (0..made).any(|n| same_name(&format!("{}sp{n}", p.name), name))
        } else {
            p.subpartitions.iter().any(|s| same_name(&s.name, name))
        }
    })
}

fn sub_count(partitioning: &Partitioning) -> Option<u64> {
    partitioning.subpartitioning.as_ref().map(|s| u64::from(s.count))
}

/// The new partitions of ADD and REORGANIZE.
fn define(
    cx: &Context<'_>,
    table: &Table,
    partitioning: &mut Partitioning,
    definitions: &[PartitionDef],
) -> Result<Vec<Partition>> {
    let engine = partition::engine(cx, &table.options.engine, definitions, true)?;
    let unsigned = partition::is_unsigned(cx, table, partitioning)?;
    let listed = definitions.iter().any(|d| !d.subpartitions.is_empty());
    if let Some(sub) = &mut partitioning.subpartitioning
        && listed
        && sub.listing != PartitionListing::Listed
    {
        // One list of subpartitions makes the server list all.
        sub.listing = PartitionListing::Listed;
        let count = sub.count;
        for before in &mut partitioning.partitions {
            partition::name_subpartitions(before, count);
        }
    }
    definitions
        .iter()
        .map(|def| partition::partition(cx, table, partitioning, unsigned, def, &engine))
        .collect()
}

fn check_subpartition_counts(partitioning: &Partitioning, definitions: &[PartitionDef]) -> Result<()> {
    let count = sub_count(partitioning);
    for def in definitions {
        let own = def.subpartitions.len() as u64;
        if own > 0 && Some(own) != count {
            let message = "Trying to Add partition(s) with wrong number of subpartitions";
            return Err(refuse(1513, message).at(def.span));
        }
    }
    Ok(())
}

fn check_definitions(
    cx: &Context<'_>,
    partitioning: &Partitioning,
    definitions: &[PartitionDef],
) -> Result<()> {
    let columns = partition::value_columns(&partitioning.method);
    partition::check_definitions(cx, word(partitioning), columns, definitions)
}

fn add(
    cx: &Context<'_>,
    table: &Table,
    partitioning: &mut Partitioning,
    definitions: &[PartitionDef],
    if_not_exists: bool,
) -> Result<()> {
    refuse_system_time(partitioning)?;
    check_definitions(cx, partitioning, definitions)?;
    if if_not_exists && definitions.iter().any(|d| find(partitioning, &d.name.value).is_some()) {
        return Ok(());
    }
    let ends = partitioning.partitions.last().is_some_and(|p| {
        matches!(&p.values, PartitionValues::LessThan(bounds) if bounds.as_slice() == [PartitionBound::MaxValue])
    });
    if ends && matches!(partitioning.method, PartitionMethod::Range { .. }) {
        return Err(refuse(1481, "MAXVALUE can only be used in last partition definition"));
    }
    check_subpartition_counts(partitioning, definitions)?;
    let count = (partitioning.partitions.len() + definitions.len()) as u64;
    partition::check_count(count, sub_count(partitioning))?;
    let added = define(cx, table, partitioning, definitions)?;
    partitioning.partitions.extend(added);
    partitioning.listing = PartitionListing::Listed;
    partition::check_names(partitioning)?;
    partition::check_order(cx, table, partitioning)
}

fn add_count(table: &Table, partitioning: &mut Partitioning, count: u64) -> Result<()> {
    refuse_system_time(partitioning)?;
    if by_values(partitioning) {
        return Err(refuse(
            1492,
            format!("For {} partitions each partition must be defined", word(partitioning)),
        ));
    }
    if count == 0 {
        return Err(refuse(1514, "At least one partition must be added"));
    }
    let before = partitioning.partitions.len() as u64;
    partition::check_count(before.saturating_add(count), sub_count(partitioning))?;
    for number in before..before + count {
        let name = partition::default_name(number);
        partitioning.partitions.push(partition::default_partition(name, &table.options.engine));
    }
    if partitioning.listing == PartitionListing::Implied {
        partitioning.listing = PartitionListing::Counted;
    }
    partition::check_names(partitioning)
}

fn drop_partitions(
    cx: &Context<'_>,
    partitioning: &mut Partitioning,
    names: &[Ident],
    if_exists: bool,
) -> Result<()> {
    refuse_system_time(partitioning)?;
    if !by_values(partitioning) {
        return Err(refuse(1512, "DROP PARTITION can only be used on RANGE/LIST partitions"));
    }
    let known: Vec<Ident> = names
        .iter()
        .filter(|name| !if_exists || find(partitioning, &name.value).is_some())
        .cloned()
        .collect();
    if known.len() >= partitioning.partitions.len() {
        return Err(refuse(1508, "Cannot remove all partitions, use DROP TABLE instead"));
    }
    let mut at = 0;
    let dropped = positions(cx, partitioning, &known, "DROP")?;
    partitioning.partitions.retain(|_| {
        at += 1;
        !dropped.contains(&(at - 1))
    });
    Ok(())
}

fn coalesce(partitioning: &mut Partitioning, count: u64) -> Result<()> {
    if word(partitioning) != "HASH" {
        return Err(refuse(1509, "COALESCE PARTITION can only be used on HASH/KEY partitions"));
    }
    if count == 0 {
        return Err(refuse(1515, "At least one partition must be coalesced"));
    }
    let left = usize::try_from(count).ok().and_then(|count| partitioning.partitions.len().checked_sub(count));
    let Some(left) = left.filter(|left| *left > 0) else {
        return Err(refuse(1508, "Cannot remove all partitions, use DROP TABLE instead"));
    };
    partitioning.partitions.truncate(left);
    Ok(())
}

/// REORGANIZE PARTITION without names: as many partitions as the engine would make, which is one.
fn respread(partitioning: &mut Partitioning) -> Result<()> {
    if word(partitioning) != "HASH" || partitioning.listing == PartitionListing::Implied {
        return Err(refuse(
            1511,
            "REORGANIZE PARTITION without parameters can only be used on auto-partitioned tables using HASH PARTITIONs",
        ));
    }
    partitioning.partitions.truncate(1);
    Ok(())
}

fn reorganize(
    cx: &Context<'_>,
    table: &Table,
    partitioning: &mut Partitioning,
    names: &[Ident],
    into: &[PartitionDef],
) -> Result<()> {
    refuse_system_time(partitioning)?;
    check_definitions(cx, partitioning, into)?;
    let before = partitioning.partitions.len();
    if names.len() > before {
        return Err(refuse(1516, "More partitions to reorganize than there are partitions"));
    }
    if word(partitioning) == "HASH" && names.len() != into.len() {
        return Err(refuse(
            1510,
            "REORGANIZE PARTITION can only be used to reorganize partitions not to change their numbers",
        ));
    }
    partition::check_count((before - names.len() + into.len()) as u64, sub_count(partitioning))?;
    let replaced = positions(cx, partitioning, names, "REORGANIZE")?;
    let (Some(first), Some(last)) = (replaced.first().copied(), replaced.last().copied()) else {
        return Ok(());
    };
    if by_values(partitioning) && last - first + 1 != replaced.len() {
        return Err(refuse(1519, "When reorganizing a set of partitions they must be in consecutive order"));
    }
    check_subpartition_counts(partitioning, into)?;
    let upper = partitioning.partitions[last].values.clone();
    let new = define(cx, table, partitioning, into)?;
    let new_upper = new.last().map(|p| p.values.clone());
    replace(partitioning, &replaced, new);
    partitioning.listing = PartitionListing::Listed;
    partition::check_names(partitioning)?;
    partition::check_order(cx, table, partitioning)?;
    if let (Some(new_upper), "RANGE") = (new_upper, word(partitioning)) {
        let ordering = partition::compare_bounds(cx, table, &partitioning.method, &new_upper, &upper)?;
        let extends = ordering == Ordering::Greater && last + 1 == before;
        if ordering != Ordering::Equal && !extends {
            return Err(refuse(
                1520,
                "Reorganize of range partitions cannot change total ranges except for last partition where it can extend the range",
            ));
        }
    }
    Ok(())
}

/// New partitions stand where the first of the old ones stood; of HASH each stands in its predecessor's place.
fn replace(partitioning: &mut Partitioning, replaced: &[usize], new: Vec<Partition>) {
    let one_by_one = word(partitioning) == "HASH";
    let mut new = new.into_iter();
    let mut partitions = Vec::with_capacity(partitioning.partitions.len());
    for (at, before) in std::mem::take(&mut partitioning.partitions).into_iter().enumerate() {
        if !replaced.contains(&at) {
            partitions.push(before);
        } else if one_by_one {
            partitions.extend(new.next());
        } else {
            partitions.extend(new.by_ref());
        }
    }
    partitioning.partitions = partitions;
}

/// Checks a partitioned table whose columns or keys changed.
pub(super) fn recheck(cx: &Context<'_>, table: &Table) -> Result<()> {
    partition::recheck(cx, table)
}

/// Follows a changed engine.
pub(super) fn engine_changed(cx: &Context<'_>, table: &mut Table) -> Result<()> {
    let engine = table.options.engine.clone();
    partition::check_engine(cx, table, &engine)?;
    partition::hide_page_checksum(table);
    let Some(partitioning) = &mut table.partitioning else { return Ok(()) };
    for partition in &mut partitioning.partitions {
        partition.options.engine.clone_from(&engine);
        for sub in &mut partition.subpartitions {
            sub.options.engine.clone_from(&engine);
        }
    }
    Ok(())
}
