//! Row-size limits ("Limits on Table Column Count and Row Size").

use terp_schema_model::{Column, ColumnType, Generated, LobSize, Table};

use super::Context;
use super::error::{Result, refuse};
use super::key_part::fixed_bytes;

/// A row's bytes in the server's own format, BLOBs counted as their pointers.
const MAX_ROW: u64 = 65_535;

/// What fits on half an InnoDB page of 16 KiB.
const MAX_INNODB_ROW: u64 = 8_126;

pub(super) fn check_row_size(cx: &Context<'_>, table: &Table) -> Result<()> {
    let mut bytes = 0u64;
    let mut nullable = 0u64;
    for column in &table.columns {
        bytes += record_bytes(cx, column);
        nullable += u64::from(column.nullable);
    }
    bytes += nullable.div_ceil(8);
    if bytes > MAX_ROW {
        return Err(too_large(cx, MAX_ROW));
    }
    if table.options.engine == "InnoDB"
        && cx.session.innodb_strict_mode
        && innodb_bytes(cx, table) >= MAX_INNODB_ROW
    {
        return Err(too_large(cx, MAX_INNODB_ROW));
    }
    Ok(())
}

fn too_large(cx: &Context<'_>, limit: u64) -> super::ExecuteError {
    if limit == MAX_INNODB_ROW && cx.flavor.is_mariadb() {
        return refuse(
            1118,
            "Row size too large (> 8126). Changing some columns to TEXT or BLOB or using ROW_FORMAT=DYNAMIC or ROW_FORMAT=COMPRESSED may help. In current row format, BLOB prefix of 0 bytes is stored inline.",
        );
    }
    if limit == MAX_INNODB_ROW {
        return refuse(
            1118,
            "Row size too large (> 8126). Changing some columns to TEXT or BLOB may help. In current row format, BLOB prefix of 0 bytes is stored inline.",
        );
    }
    refuse(
        1118,
        format!(
            "Row size too large. The maximum row size for the used table type, not counting BLOBs, is {limit}. This includes storage overhead, check the manual. You have to change some columns to TEXT or BLOBs"
        ),
    )
}

fn char_bytes(cx: &Context<'_>, column: &Column) -> u64 {
    column.character_set.as_ref().map_or(1, |c| u64::from(cx.max_bytes(&c.set.charset)))
}

/// A column's bytes in the server's record.
fn record_bytes(cx: &Context<'_>, column: &Column) -> u64 {
    let with_length = |bytes: u64| bytes + if bytes < 256 { 1 } else { 2 };
    match &column.ty {
        ColumnType::Char { length } => u64::from(*length) * char_bytes(cx, column),
        ColumnType::Varchar { length } => with_length(u64::from(*length) * char_bytes(cx, column)),
        ColumnType::Binary { length } => u64::from(*length),
        ColumnType::Varbinary { length } => with_length(u64::from(*length)),
        ColumnType::Text { size } | ColumnType::Blob { size } => match size {
            LobSize::Tiny => 9,
            LobSize::Regular => 10,
            LobSize::Medium => 11,
            LobSize::Long => 12,
        },
        ColumnType::Json | ColumnType::Geometry { .. } | ColumnType::Vector { .. } => 12,
        ty => u64::from(fixed_bytes(ty)),
    }
}

/// A row's bytes on an InnoDB page, with every long column moved off it (`dict_index_too_big_for_tree`).
fn innodb_bytes(cx: &Context<'_>, table: &Table) -> u64 {
    let old_format = matches!(table.options.row_format.as_deref(), Some("COMPACT" | "REDUNDANT"));
    // What stays on the page of a column that is stored elsewhere.
    let local = if old_format { 788 } else { 40 };
    let mut bytes = 5 + 6 + 7;
    if table.primary_key().is_none() {
        bytes += 6;
    }
    let mut nullable = 0u64;
    for column in &table.columns {
        if matches!(column.generated, Some(Generated::Expression { stored: false, .. })) {
            continue;
        }
        nullable += u64::from(column.nullable);
        let full = match &column.ty {
            ColumnType::Text { size } | ColumnType::Blob { size } => match size {
                LobSize::Tiny => Some(255),
                _ => Some(u64::from(u16::MAX)),
            },
            ColumnType::Json | ColumnType::Geometry { .. } | ColumnType::Vector { .. } => {
                Some(u64::from(u16::MAX))
            }
            ColumnType::Varchar { length } => Some(u64::from(*length) * char_bytes(cx, column)),
            ColumnType::Varbinary { length } => Some(u64::from(*length)),
            ColumnType::Char { length } if char_bytes(cx, column) > 1 => {
                Some(u64::from(*length) * char_bytes(cx, column))
            }
            _ => None,
        };
        bytes += match full {
            Some(full) => full.min(local) + if full < 256 { 1 } else { 2 },
            None => record_bytes(cx, column),
        };
    }
    bytes + nullable.div_ceil(8)
}
