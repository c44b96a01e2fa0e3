//! One part of a key: how many bytes it takes, how much of a long value it can hold, and what is refused.

use terp_schema_model::{
    Column, ColumnType, Generated, GeometryKind, Index, IndexAlgorithm, IndexKind, IndexPart, IntegerSize,
    LobSize, Table,
};

use super::Context;
use super::error::{ExecuteError, Result, refuse, unsupported};
use super::options::{EngineTraits, traits};

pub(super) fn spatial_part(cx: &Context<'_>, index: &mut Index, column: &Column, at: usize) -> Result<()> {
    if !matches!(column.ty, ColumnType::Geometry { .. }) || index.parts.len() > 1 {
        if cx.flavor.is_mariadb() {
            return Err(refuse(1210, "Incorrect arguments to SPATIAL INDEX"));
        }
        if index.parts.len() > 1 {
            return Err(refuse(1070, "Too many key parts specified; max 1 parts allowed"));
        }
        return Err(refuse(1687, "A SPATIAL index may only contain a geometrical type column"));
    }
    if column.nullable {
        return Err(refuse(1252, "All parts of a SPATIAL index must be NOT NULL"));
    }
    if index.parts[at].length.is_some() {
        return Err(wrong_prefix());
    }
    Ok(())
}

/// What a part takes: its bytes in the key, the prefix length that is shown, and whether it makes a hash of the key.
pub(super) struct PartBytes {
    pub(super) bytes: u32,
    pub(super) length: Option<u32>,
    pub(super) hash: bool,
}

pub(super) fn part_bytes(
    cx: &Context<'_>,
    table: &Table,
    column: &Column,
    index: &Index,
    at: usize,
    engine: &EngineTraits,
    existing: bool,
) -> Result<PartBytes> {
    let part = &index.parts[at];
    let char_bytes = column.character_set.as_ref().map_or(1, |c| u32::from(cx.max_bytes(&c.set.charset)));
    if !engine.null_keys && column.nullable && index.kind != IndexKind::Primary {
        return Err(refuse(
            1121,
            format!(
                "Table handler doesn't support NULL in given index. Please change column '{}' to be NOT NULL or use another handler",
                column.name
            ),
        ));
    }
    let limit = max_part_bytes(cx, table, engine);
    let is_unique = index.is_unique();
    // MariaDB keeps a unique key that is too long as a hash.
    let ordered = index.using == Some(IndexAlgorithm::BTree);
    let can_hash = cx.flavor.is_mariadb() && index.kind == IndexKind::Unique && !ordered;
    let hashed = |part: PartBytes| if part.hash { check_hash(table, engine, part) } else { Ok(part) };
    let bytes = match &column.ty {
        ColumnType::Json => never_in_keys(column).map(|()| PartBytes { bytes: 0, length: None, hash: false }),
        ColumnType::Vector { .. } if cx.flavor.is_mysql() => {
            never_in_keys(column).map(|()| PartBytes { bytes: 0, length: None, hash: false })
        }
        // MariaDB: a string of bytes.
        ColumnType::Vector { dimensions } => {
            let own = dimensions.saturating_mul(4);
            string_part(cx, part.length, own, 1, limit, is_unique, can_hash, existing)
        }
        ColumnType::Text { .. } | ColumnType::Blob { .. } | ColumnType::Geometry { .. } => {
            if !engine.blob_keys {
                return Err(refuse(
                    1073,
                    format!(
                        "BLOB column '{}' can't be used in key specification with the used table type",
                        column.name
                    ),
                ));
            }
            if matches!(column.ty, ColumnType::Geometry { .. })
                && cx.flavor.is_mysql()
                && part.length.is_some()
            {
                return Err(wrong_prefix());
            }
            // MariaDB keeps a point in a key by its 25 bytes of WKB, whatever was written.
            if matches!(column.ty, ColumnType::Geometry { kind: GeometryKind::Point, .. })
                && cx.flavor.is_mariadb()
            {
                return Ok(PartBytes { bytes: 25, length: Some(25), hash: false });
            }
            if matches!(column.ty, ColumnType::Geometry { .. }) && can_hash && part.length.is_none() {
                return Err(unsupported("a UNIQUE key over a geometry that is no POINT"));
            }
            match part.length {
                None if can_hash && index.without_overlaps.is_none() => {
                    Ok(PartBytes { bytes: 0, length: None, hash: true })
                }
                None if cx.flavor.is_mariadb() && index.kind == IndexKind::Key => {
                    // A tiny one is taken whole, by its bytes; of the others the longest possible prefix.
                    if matches!(
                        column.ty,
                        ColumnType::Text { size: LobSize::Tiny } | ColumnType::Blob { size: LobSize::Tiny }
                    ) {
                        return Ok(PartBytes { bytes: 255, length: Some(255), hash: false });
                    }
                    Ok(PartBytes { bytes: limit, length: Some(limit / char_bytes), hash: false })
                }
                None if cx.flavor.is_mariadb()
                    && index.kind == IndexKind::Unique
                    && index.without_overlaps.is_none() =>
                {
                    Err(key_too_long(limit))
                }
                None => Err(refuse(
                    1170,
                    format!(
                        "BLOB/TEXT column '{}' used in key specification without a key length",
                        column.name
                    ),
                )),
                Some(length) => {
                    let bytes = length.saturating_mul(char_bytes);
                    // The longest prefix by the column's own size.
                    let own = match column.ty {
                        ColumnType::Text { size: LobSize::Tiny }
                        | ColumnType::Blob { size: LobSize::Tiny } => 255,
                        _ => u32::MAX,
                    };
                    if length > own && !existing && can_hash {
                        return Err(unsupported("a prefix longer than a TINYTEXT of a UNIQUE key"));
                    }
                    if length > own && !existing && cx.flavor.is_mariadb() {
                        return Err(wrong_prefix());
                    }
                    if bytes > own && cx.flavor.is_mysql() {
                        return Err(key_too_long(own));
                    }
                    long_part(cx, bytes, limit, length, char_bytes, is_unique, can_hash)
                }
            }
        }
        ColumnType::Char { length: own } | ColumnType::Varchar { length: own } => {
            string_part(cx, part.length, *own, char_bytes, limit, is_unique, can_hash, existing)
                .map_err(|e| too_long_by_change(cx, e, table, column, index, existing))
        }
        ColumnType::Binary { length: own } | ColumnType::Varbinary { length: own } => {
            string_part(cx, part.length, *own, 1, limit, is_unique, can_hash, existing)
                .map_err(|e| too_long_by_change(cx, e, table, column, index, existing))
        }
        ty => {
            if part.length.is_some() {
                return Err(wrong_prefix());
            }
            Ok(PartBytes { bytes: fixed_bytes(ty), length: None, hash: false })
        }
    };
    bytes.and_then(hashed)
}

/// Only some engines keep a unique key as a hash.
pub(super) fn check_hash(table: &Table, engine: &EngineTraits, part: PartBytes) -> Result<PartBytes> {
    if engine.unique_hash {
        return Ok(part);
    }
    if table.options.engine == "MEMORY" {
        return Err(refuse(1910, "MEMORY storage engine does not support generated columns"));
    }
    Err(key_too_long(engine.max_key_bytes))
}

/// MySQL: what no key may do with a virtual column, and which engines have no such keys.
pub(super) fn check_virtual_part(table: &Table, column: &Column, index: &Index) -> Result<()> {
    if !matches!(column.generated, Some(Generated::Expression { stored: false, .. })) {
        return Ok(());
    }
    let what = match index.kind {
        IndexKind::Fulltext => "Fulltext index on virtual generated column",
        IndexKind::Spatial => "Spatial index on virtual generated column",
        _ if matches!(column.ty, ColumnType::Geometry { .. }) => "Spatial index on virtual generated column",
        IndexKind::Primary => "Defining a virtual generated column as primary key",
        _ if table.options.engine != "InnoDB" => return Err(no_virtual_keys(table)),
        _ => return Ok(()),
    };
    Err(refuse(3106, format!("'{what}' is not supported for generated columns.")))
}

pub(super) fn no_virtual_keys(table: &Table) -> ExecuteError {
    refuse(
        1478,
        format!(
            "Table storage engine '{}' does not support the create option 'Index on virtual generated column'",
            table.options.engine
        ),
    )
}

/// MySQL: types that no key takes.
pub(super) fn never_in_keys(column: &Column) -> Result<()> {
    match column.ty {
        ColumnType::Json => Err(refuse(
            3152,
            format!(
                "JSON column '{}' supports indexing only via generated columns on a specified JSON path.",
                column.name
            ),
        )),
        ColumnType::Vector { .. } => Err(refuse(
            6134,
            format!("Non-scalar (e.g., vector) column '{}' cannot be used as key.", column.name),
        )),
        _ => Ok(()),
    }
}

/// No part of a spatial key has a prefix.
pub(super) fn check_prefix(length: Option<u32>) -> Result<()> {
    if length.is_some() { Err(wrong_prefix()) } else { Ok(()) }
}

#[expect(clippy::too_many_arguments, reason = "the limits of one part, each from another place")]
fn string_part(
    cx: &Context<'_>,
    written: Option<u32>,
    own: u32,
    char_bytes: u32,
    limit: u32,
    is_unique: bool,
    can_hash: bool,
    existing: bool,
) -> Result<PartBytes> {
    let length = match written {
        Some(length) if length > own => {
            if !existing {
                return Err(wrong_prefix());
            }
            own
        }
        Some(length) => length,
        None => own,
    };
    let bytes = length.saturating_mul(char_bytes);
    let mut part = long_part(cx, bytes, limit, length, char_bytes, is_unique, can_hash)?;
    if part.hash {
        part.length = written.filter(|l| *l < own);
    } else if part.length == Some(own) {
        part.length = None;
    }
    Ok(part)
}

/// MySQL says so in other words where a key that was there grows with its column.
fn too_long_by_change(
    cx: &Context<'_>,
    error: ExecuteError,
    table: &Table,
    column: &Column,
    index: &Index,
    existing: bool,
) -> ExecuteError {
    if !existing || cx.flavor.is_mariadb() || index.kind == IndexKind::Primary || error.errno() != Some(1071)
    {
        return error;
    }
    refuse(
        3886,
        format!(
            "Could not change column '{}' of table '{}'. The resulting size of index '{}' would exceed the max key length of 3072 bytes.",
            column.name, table.name, index.name
        ),
    )
}

/// MariaDB leaves the limit of InnoDB's old row formats to InnoDB.
pub(super) fn exceeds_old_format(cx: &Context<'_>, table: &Table, part: &PartBytes) -> bool {
    cx.flavor.is_mariadb() && is_old_format(table) && part.bytes > 767
}

/// Whether MariaDB has to make a hash of a unique key, because a value or all of them are too long for a tree.
pub(super) fn needs_hash(cx: &Context<'_>, table: &Table, index: &Index) -> bool {
    if index.kind != IndexKind::Unique || table.options.engine == "MEMORY" || cx.flavor.is_mysql() {
        return false;
    }
    let limit = traits(&table.options.engine, cx.flavor).max_key_bytes;
    key_bytes(cx, table, index).is_none_or(|bytes| bytes > limit)
}

/// How many bytes a key's values take; `None` where one of them is longer than a tree takes.
pub(super) fn key_bytes(cx: &Context<'_>, table: &Table, index: &Index) -> Option<u32> {
    let engine = traits(&table.options.engine, cx.flavor);
    let bytes = |part: &IndexPart| -> Option<u32> {
        let column = part.column_name().and_then(|name| table.column(name))?;
        let char_bytes = column.character_set.as_ref().map_or(1, |c| u32::from(cx.max_bytes(&c.set.charset)));
        let length = |own: u32| part.length.unwrap_or(own).saturating_mul(char_bytes);
        let bytes = match column.ty {
            ColumnType::Geometry { kind: GeometryKind::Point, .. } => 25,
            ColumnType::Text { .. } | ColumnType::Blob { .. } | ColumnType::Json => length(u32::MAX),
            ColumnType::Char { length: own }
            | ColumnType::Varchar { length: own }
            | ColumnType::Binary { length: own }
            | ColumnType::Varbinary { length: own } => length(own),
            ref ty => fixed_bytes(ty),
        };
        (bytes <= engine.max_part_bytes).then_some(bytes)
    };
    index.parts.iter().try_fold(0u32, |total, part| Some(total.saturating_add(bytes(part)?)))
}

fn is_old_format(table: &Table) -> bool {
    table.options.engine == "InnoDB"
        && matches!(table.options.row_format.as_deref(), Some("COMPACT" | "REDUNDANT"))
}

/// A part beyond the limit: cut for a plain key where the server warns, refused elsewhere.
fn long_part(
    cx: &Context<'_>,
    bytes: u32,
    limit: u32,
    length: u32,
    char_bytes: u32,
    is_unique: bool,
    can_hash: bool,
) -> Result<PartBytes> {
    if bytes <= limit {
        return Ok(PartBytes { bytes, length: Some(length), hash: false });
    }
    if can_hash {
        return Ok(PartBytes { bytes: 0, length: Some(length), hash: true });
    }
    let may_cut = !is_unique && (cx.flavor.is_mariadb() || !cx.session.sql_mode.strict());
    if !may_cut {
        return Err(key_too_long(limit));
    }
    let cut = limit / char_bytes;
    Ok(PartBytes { bytes: cut * char_bytes, length: Some(cut), hash: false })
}

/// InnoDB's 767 bytes for the old row formats, 3072 otherwise; MariaDB's server itself knows only the latter.
fn max_part_bytes(cx: &Context<'_>, table: &Table, engine: &EngineTraits) -> u32 {
    if is_old_format(table) && cx.flavor.is_mysql() { 767 } else { engine.max_part_bytes }
}

pub(super) fn key_too_long(limit: u32) -> ExecuteError {
    refuse(1071, format!("Specified key was too long; max key length is {limit} bytes"))
}

fn wrong_prefix() -> ExecuteError {
    refuse(
        1089,
        "Incorrect prefix key; the used key part isn't a string, the used length is longer than the key part, or the storage engine doesn't support unique prefix keys",
    )
}

/// The bytes that a value of a fixed-size type takes in a key ("Data Type Storage Requirements").
pub(super) fn fixed_bytes(ty: &ColumnType) -> u32 {
    let fraction = |fsp: u8| u32::from(fsp.div_ceil(2));
    match ty {
        ColumnType::Integer { size, .. } => match size {
            IntegerSize::TinyInt => 1,
            IntegerSize::SmallInt => 2,
            IntegerSize::MediumInt => 3,
            IntegerSize::Int => 4,
            IntegerSize::BigInt => 8,
        },
        ColumnType::Decimal { precision, scale, .. } => {
            let bytes = |digits: u8| {
                let rest = [0u32, 1, 1, 2, 2, 3, 3, 4, 4][usize::from(digits % 9)];
                u32::from(digits / 9) * 4 + rest
            };
            bytes(precision.saturating_sub(*scale)) + bytes(*scale)
        }
        ColumnType::Float { double, .. } => {
            if *double {
                8
            } else {
                4
            }
        }
        ColumnType::Bit { width } => u32::from(width.div_ceil(8)),
        ColumnType::Enum { values } => {
            if values.len() > 255 {
                2
            } else {
                1
            }
        }
        ColumnType::Set { values } => match values.len() {
            0..=8 => 1,
            9..=16 => 2,
            17..=24 => 3,
            25..=32 => 4,
            _ => 8,
        },
        ColumnType::Date => 3,
        ColumnType::Time { fsp } => 3 + fraction(*fsp),
        ColumnType::DateTime { fsp } => 5 + fraction(*fsp),
        ColumnType::Timestamp { fsp } => 4 + fraction(*fsp),
        ColumnType::Year => 1,
        ColumnType::Inet4 => 4,
        ColumnType::Inet6 | ColumnType::Uuid => 16,
        _ => 0,
    }
}

/// A prefix as long as its column is none.
pub(super) fn forget_whole_prefix(table: &Table, part: &mut IndexPart) {
    let column = part.column_name().and_then(|name| table.column(name));
    if let Some(
        ColumnType::Char { length }
        | ColumnType::Varchar { length }
        | ColumnType::Binary { length }
        | ColumnType::Varbinary { length },
    ) = column.map(|column| &column.ty)
        && part.length == Some(*length)
    {
        part.length = None;
    }
}
