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
    let size: u64 = changes.after.columns.iter().filter(|column| !is_virtual(column)).map(bytes).sum();
    if size > SAFE || changes.after.columns.len() > SAFE_COLUMNS {
        return Err(Unpredicted::new(
            "columns that come, go or move in rows close to the size limit",
            changes.request.span,
        ));
    }
    Ok(())
}

/// What a column takes within the row, in bytes, at most: long values are kept elsewhere.
fn bytes(column: &Column) -> u64 {
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
        ColumnType::Varchar { .. } | ColumnType::Varbinary { .. } => 42,
        _ if column.ty.is_lob() => 42,
        ColumnType::Decimal { precision, .. } => u64::from(*precision) / 2 + 2,
        _ => 16,
    }
}
