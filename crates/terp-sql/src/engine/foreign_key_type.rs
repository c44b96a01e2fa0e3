//! Which columns a foreign key can join.

use terp_schema_model::{Column, ColumnType};

use super::key_part::fixed_bytes;

/// What InnoDB compares of two columns that a foreign key joins: its own type, and for text the collation.
#[derive(Debug, PartialEq, Eq)]
enum StorageClass<'a> {
    Integer {
        bytes: u32,
        unsigned: bool,
    },
    Float,
    Double,
    Text(&'a str),
    /// Bytes, which DECIMAL, DATETIME, TIMESTAMP, TIME, BIT, addresses and UUIDs are too; their lengths are not compared.
    Bytes,
    Geometry,
}

fn storage_class<'a>(ty: &'a ColumnType, column: &'a Column) -> StorageClass<'a> {
    match ty {
        ColumnType::Integer { unsigned, .. } => {
            StorageClass::Integer { bytes: fixed_bytes(ty), unsigned: *unsigned }
        }
        ColumnType::Enum { .. } | ColumnType::Set { .. } | ColumnType::Year => {
            StorageClass::Integer { bytes: fixed_bytes(ty), unsigned: true }
        }
        ColumnType::Date => StorageClass::Integer { bytes: 3, unsigned: true },
        ColumnType::Float { double: true, .. } => StorageClass::Double,
        ColumnType::Float { .. } => StorageClass::Float,
        ColumnType::Char { .. } | ColumnType::Varchar { .. } | ColumnType::Text { .. } => {
            StorageClass::Text(column.character_set.as_ref().map_or("", |c| &c.set.collation))
        }
        ColumnType::Decimal { .. }
        | ColumnType::DateTime { .. }
        | ColumnType::Timestamp { .. }
        | ColumnType::Time { .. }
        | ColumnType::Bit { .. }
        | ColumnType::Inet4
        | ColumnType::Inet6
        | ColumnType::Uuid
        | ColumnType::Vector { .. }
        | ColumnType::Binary { .. }
        | ColumnType::Varbinary { .. }
        | ColumnType::Blob { .. }
        | ColumnType::Json => StorageClass::Bytes,
        ColumnType::Geometry { .. } => StorageClass::Geometry,
    }
}

/// Whether a foreign key may join the two columns.
pub(super) fn compatible(a: &ColumnType, own: &Column, b: &ColumnType, theirs: &Column) -> bool {
    storage_class(a, own) == storage_class(b, theirs)
}
