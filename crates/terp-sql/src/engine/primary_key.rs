//! Primary keys: what may be one, what takes the place of one, and what it does to its columns.

use terp_schema_model::{Column, Generated, Index, IndexKind, IndexPart, Table, same_name};

use super::Context;
use super::error::{ExecuteError, Result, refuse};
use super::index::KeyDraft;
use super::key_part::needs_hash;

/// Without a primary key the first unique one over NOT NULL columns takes its place, and has to be visible.
pub(super) fn check_ignored_primary(cx: &Context<'_>, table: &Table, keys: &[KeyDraft]) -> Result<()> {
    let Some(first) = keys.first() else { return Ok(()) };
    if first.index.invisible && !first.nullable && could_be_primary(cx, table, &first.index) {
        return Err(invisible_primary(cx));
    }
    Ok(())
}

fn could_be_primary(cx: &Context<'_>, table: &Table, index: &Index) -> bool {
    let fits = |p: &IndexPart| cx.flavor.is_mysql() || p.column_name().is_some() && p.length.is_none();
    index.kind == IndexKind::Unique && index.parts.iter().all(fits) && !needs_hash(cx, table, index)
}

/// Whether a key of a table takes the place of the primary key that the table does not have.
pub(super) fn stands_for_primary(cx: &Context<'_>, table: &Table, name: &str) -> bool {
    let Some(first) = table.indexes.first() else { return false };
    let not_null = |p: &IndexPart| {
        p.length.is_none() && p.column_name().and_then(|n| table.column(n)).is_some_and(|c| !c.nullable)
    };
    same_name(&first.name, name) && could_be_primary(cx, table, first) && first.parts.iter().all(not_null)
}

pub(super) fn invisible_primary(cx: &Context<'_>) -> ExecuteError {
    if cx.flavor.is_mysql() {
        refuse(3522, "A primary key index cannot be invisible")
    } else {
        refuse(4174, "A primary key cannot be marked as IGNORE")
    }
}

/// MariaDB: no primary key is made of what is computed.
pub(super) fn check_primary_column(column: &Column) -> Result<()> {
    match column.generated {
        Some(Generated::Expression { .. }) => {
            Err(refuse(1903, "Primary key cannot be defined upon a generated column"))
        }
        _ => Ok(()),
    }
}

pub(super) fn null_in_primary() -> ExecuteError {
    refuse(1171, "All parts of a PRIMARY KEY must be NOT NULL; if you need NULL in a key, use UNIQUE instead")
}

pub(super) fn promote(cx: &Context<'_>, column: &mut Column, explicit_null: bool) -> Result<()> {
    if explicit_null && cx.flavor.is_mysql() {
        return Err(null_in_primary());
    }
    if column.nullable {
        column.nullable = false;
        if column.default == Some(terp_schema_model::DefaultValue::Null) {
            column.default =
                (column.on_update_now && cx.flavor.is_mariadb()).then(|| super::column::zero_time(column));
        }
        if column.invisible && column.default.is_none() && cx.flavor.is_mariadb() {
            return Err(refuse(
                4108,
                format!("Invisible column `{}` must have a default value", column.name),
            ));
        }
    }
    Ok(())
}
