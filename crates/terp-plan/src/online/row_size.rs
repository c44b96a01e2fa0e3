//! How large a row may become: close to InnoDB's limit it depends on details that no definition tells (columns that were added or
//! dropped before, page size) whether columns can come, go or move instantly.

use terp_schema_model::{Column, ColumnType, IntegerSize};

use super::Unpredicted;
use super::changes::{Changes, is_virtual};

/// Half a page of 16 KiB is the limit; below this no row comes near it.
const SAFE: u64 = 7000;

/// More columns than that come close to the limit on their number.
const SAFE_COLUMNS: usize = 900;

/// Refuses to predict near the limit.
pub(super) fn check(changes: &Changes<'_>) -> Result<(), Unpredicted> {
    // COMPACT and REDUNDANT keep the first 768 bytes of a long value within the row, the others its address alone.
    let old_format = matches!(changes.before.options.row_format.as_deref(), Some("COMPACT" | "REDUNDANT"));
    let at_most = if old_format { 788 } else { 42 };
    let stored = changes.after.columns.iter().filter(|column| !is_virtual(column));
    let size: u64 = stored.map(|column| bytes(column, at_most)).sum();
    if size > SAFE || changes.after.columns.len() > SAFE_COLUMNS {
        return Err(Unpredicted::new(
            "columns that come, go or move in rows close to the size limit",
            changes.request.span,
        ));
    }
    Ok(())
}

/// What a column takes within the row, in bytes, at most: of long values no more than `at_most`.
fn bytes(column: &Column, at_most: u64) -> u64 {
    match &column.ty {
        ColumnType::Integer { size, .. } => match size {
            IntegerSize::TinyInt => 1,
            IntegerSize::SmallInt => 2,
            IntegerSize::MediumInt => 3,
            IntegerSize::Int => 4,
            IntegerSize::BigInt => 8,
        },
        ColumnType::Char { length } => (u64::from(*length) * 4).min(255).max(u64::from(*length)),
        ColumnType::Binary { length } => u64::from(*length),
        ColumnType::Varchar { length } => (u64::from(*length) * 4 + 2).min(at_most),
        ColumnType::Varbinary { length } => (u64::from(*length) + 2).min(at_most),
        _ if column.ty.is_lob() => at_most,
        ColumnType::Decimal { precision, .. } => u64::from(*precision) / 2 + 2,
        _ => 16,
    }
}
