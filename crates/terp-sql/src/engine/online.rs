//! What InnoDB does without a copy of the table, as far as generated columns and full-text indexes decide it
//! (`ha_innobase::check_if_supported_inplace_alter`). Types that change and foreign keys are judged by the caller.

use terp_schema_model::{Column, Generated, IndexKind, IndexPartKind, Table};

use super::alter_requests::Requests;
use super::context::Context;
use super::error::{Result, refuse, unsupported};

/// Refuses what needs a copy.
pub(super) fn check(
    cx: &Context<'_>,
    old: &Table,
    new: &Table,
    requests: &Requests<'_>,
    algorithm: &str,
) -> Result<()> {
    let generated = |t: &Table| t.columns.iter().any(|c| c.generated.is_some());
    if !requests.columns.is_empty() && (generated(old) || generated(new)) {
        check_generated(cx, old, new, requests, algorithm)?;
    }
    let full_text = new.indexes.iter().filter(|i| i.kind == IndexKind::Fulltext).count();
    if cx.flavor.is_mariadb() && full_text > 1 && clustered(old) != clustered(new) {
        return Err(refuse(
            1846,
            format!(
                "ALGORITHM={algorithm} is not supported. Reason: InnoDB presently supports one FULLTEXT index creation at a time. Try ALGORITHM=COPY"
            ),
        ));
    }
    Ok(())
}

fn check_generated(
    cx: &Context<'_>,
    old: &Table,
    new: &Table,
    requests: &Requests<'_>,
    algorithm: &str,
) -> Result<()> {
    let unknown = || Err(unsupported(format!("ALGORITHM={algorithm} with generated columns")));
    if cx.flavor.is_mysql() || new.partitioning.is_some() {
        return unknown();
    }
    let is_stored = |c: &Column| matches!(c.generated, Some(Generated::Expression { stored: true, .. }));
    let needs_copy = || {
        Err(refuse(
            1845,
            format!("ALGORITHM={algorithm} is not supported for this operation. Try ALGORITHM=COPY"),
        ))
    };
    let mut virtual_added = false;
    let mut plain_added = false;
    for wanted in &requests.columns {
        let Some(column) = new.column(&wanted.def.name.value) else { return unknown() };
        if is_stored(column) {
            return needs_copy();
        }
        let from = wanted.replaces.and_then(|name| old.column(&name.value));
        match from {
            Some(_) if wanted.position.is_some() || column.generated.is_some() => return unknown(),
            // Whether a stored column is made from it does not matter.
            Some(from) if from.nullable != column.nullable => {
                return if old.columns.iter().any(is_stored) { needs_copy() } else { unknown() };
            }
            Some(_) => {}
            None if wanted.position.is_some() => return unknown(),
            None if column.generated.is_some() => virtual_added = true,
            None => plain_added = true,
        }
    }
    let others = !requests.drop_columns.is_empty()
        || !requests.rename_columns.is_empty()
        || !requests.alter_columns.is_empty()
        || !requests.keys.is_empty()
        || !requests.drop_keys.is_empty()
        || requests.drop_primary.is_some()
        || !requests.options.is_empty()
        || !requests.partition.is_empty()
        || requests.convert.is_some()
        || requests.system_versioning.is_some();
    match (virtual_added, plain_added) {
        (true, true) => Err(refuse(
            1846,
            format!(
                "ALGORITHM={algorithm} is not supported. Reason: INPLACE ADD or DROP of virtual columns cannot be combined with other ALTER TABLE actions. Try ALGORITHM=COPY"
            ),
        )),
        _ if others => unknown(),
        (true, false) if requests.columns.iter().any(|w| w.replaces.is_some()) => unknown(),
        _ => Ok(()),
    }
}

/// The columns of the key in whose order InnoDB keeps the rows: the primary key, or the first that is unique and without NULL.
fn clustered(table: &Table) -> Option<Vec<&IndexPartKind>> {
    let not_null = |part: &terp_schema_model::IndexPart| {
        part.length.is_none()
            && part.column_name().and_then(|name| table.column(name)).is_some_and(|c| !c.nullable)
    };
    let unique = |index: &&terp_schema_model::Index| index.is_unique() && index.parts.iter().all(not_null);
    let key = table.primary_key().or_else(|| table.indexes.iter().find(unique))?;
    Some(key.parts.iter().map(|part| &part.kind).collect())
}
