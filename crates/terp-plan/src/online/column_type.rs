//! Whether the values of a column are stored in the same way under another type (`Field::is_equal` and its kin in both servers).

use terp_schema_model::{Column, ColumnType, Flavor, GeometryKind, Table, same_name};

use super::changes::{clustered, is_virtual};

/// How a column's values are stored after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// In the same way, as the server itself knows.
    Same,
    /// In the same way, as the storage engine knows.
    ByEngine,
    /// In another way.
    Differently,
}

/// Compares two definitions of one column.
pub(super) fn compare(table: &Table, from: &Column, to: &Column, indexed: bool, flavor: Flavor) -> Stored {
    if from.auto_increment != to.auto_increment && (flavor.is_mysql() || to.auto_increment) {
        return Stored::Differently;
    }
    if is_json(from) != is_json(to)
        || is_virtual(from) != is_virtual(to)
        || from.compressed.is_some() != to.compressed.is_some()
    {
        return Stored::Differently;
    }
    if flavor.is_mysql() { mysql(from, to, indexed, flavor) } else { mariadb(table, from, to, flavor) }
}

/// Whether it is MariaDB's JSON: a LONGTEXT whose check says so.
pub(super) fn is_json(column: &Column) -> bool {
    let longtext = matches!(column.ty, ColumnType::Text { size: terp_schema_model::LobSize::Long });
    longtext && column.check.as_ref().is_some_and(|check| check.expression.starts_with("json_valid("))
}

/// Types that both servers compare without character sets.
fn fixed(from: &ColumnType, to: &ColumnType) -> bool {
    use ColumnType as T;
    match (from, to) {
        (
            T::Integer { size: a, unsigned: ua, zerofill: za, .. },
            T::Integer { size: b, unsigned: ub, zerofill: zb, .. },
        ) => a == b && ua == ub && za == zb,
        (
            T::Float { double: a, unsigned: ua, zerofill: za, .. },
            T::Float { double: b, unsigned: ub, zerofill: zb, .. },
        ) => a == b && ua == ub && za == zb,
        (a, b) => a == b,
    }
}

/// How many bytes a SET of so many members takes.
const fn set_bytes(members: usize) -> usize {
    match members.div_ceil(8) {
        bytes @ 0..=4 => bytes,
        _ => 8,
    }
}

/// Whether members were only added to an ENUM or SET, within the bytes that it takes.
fn members_stay(from: &ColumnType, to: &ColumnType) -> bool {
    match (from, to) {
        (ColumnType::Enum { values: a }, ColumnType::Enum { values: b }) => {
            b.starts_with(a) && (a.len() < 256) == (b.len() < 256)
        }
        (ColumnType::Set { values: a }, ColumnType::Set { values: b }) => {
            b.starts_with(a) && set_bytes(a.len()) == set_bytes(b.len())
        }
        _ => false,
    }
}

/// A string type: its kind, its length in bytes and its character set. Binary types have the character set `binary`.
struct StringType<'a> {
    kind: Kind,
    characters: u32,
    bytes: u64,
    charset: &'a str,
    collation: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fixed,
    Variable,
    Lob(terp_schema_model::LobSize),
}

fn string_type(column: &Column, flavor: Flavor) -> Option<StringType<'_>> {
    let (kind, characters) = match &column.ty {
        ColumnType::Char { length } | ColumnType::Binary { length } => (Kind::Fixed, *length),
        ColumnType::Varchar { length } | ColumnType::Varbinary { length } => (Kind::Variable, *length),
        ColumnType::Text { size } | ColumnType::Blob { size } => (Kind::Lob(*size), 0),
        _ => return None,
    };
    let (charset, collation) = match &column.character_set {
        Some(set) => (set.set.charset.as_str(), set.set.collation.as_str()),
        None => ("binary", "binary"),
    };
    let width = flavor.charset(charset).map_or(4, |info| u64::from(info.max_bytes));
    Some(StringType { kind, characters, bytes: u64::from(characters) * width, charset, collation })
}

fn mysql(from: &Column, to: &Column, indexed: bool, flavor: Flavor) -> Stored {
    if members_stay(&from.ty, &to.ty) {
        return Stored::Same;
    }
    let (Some(a), Some(b)) = (string_type(from, flavor), string_type(to, flavor)) else {
        return if fixed(&from.ty, &to.ty) { Stored::Same } else { Stored::Differently };
    };
    if a.kind != b.kind {
        return Stored::Differently;
    }
    let same_set = a.charset == b.charset && a.collation == b.collation;
    if !same_set && (indexed || !mysql_reads_as(a.charset, b.charset)) {
        return Stored::Differently;
    }
    let long = |bytes: u64| bytes > 255;
    match a.kind {
        Kind::Variable if b.bytes < a.bytes || long(a.bytes) != long(b.bytes) => Stored::Differently,
        Kind::Fixed if a.characters != b.characters || b.bytes < a.bytes => Stored::Differently,
        _ if same_set && a.bytes == b.bytes => Stored::Same,
        _ => Stored::ByEngine,
    }
}

/// Whether MySQL reads text of one character set as text of another.
fn mysql_reads_as(from: &str, to: &str) -> bool {
    from == to || to == "binary" || (from == "utf8mb3" && to == "utf8mb4")
}

fn mariadb(table: &Table, from: &Column, to: &Column, flavor: Flavor) -> Stored {
    let same_set = from.character_set.as_ref().map(|c| &c.set) == to.character_set.as_ref().map(|c| &c.set);
    if members_stay(&from.ty, &to.ty) {
        return if same_set { Stored::Same } else { Stored::Differently };
    }
    let (Some(a), Some(b)) = (string_type(from, flavor), string_type(to, flavor)) else {
        return if fixed(&from.ty, &to.ty) || is_wider_geometry(&from.ty, &to.ty) {
            Stored::Same
        } else {
            Stored::Differently
        };
    };
    if a.kind != b.kind || (a.charset == "binary") != (b.charset == "binary") {
        return Stored::Differently;
    }
    let redundant = table.options.row_format.as_deref() == Some("REDUNDANT");
    let same_length = a.characters == b.characters && a.bytes == b.bytes;
    if same_set && same_length {
        return Stored::Same;
    }
    if !same_set && !mariadb_reads_as(a.charset, b.charset) {
        return Stored::Differently;
    }
    if a.charset != b.charset && in_key_prefix(table, from) {
        return Stored::Differently;
    }
    let indexed = table.indexes.iter().any(|index| super::changes::uses(index, &from.name));
    let lob = matches!(a.kind, Kind::Lob(_));
    if sorts_differently(from, to) && (in_primary_key(table, from) || (lob && indexed)) {
        return Stored::Differently;
    }
    match a.kind {
        Kind::Fixed if a.characters != b.characters => Stored::Differently,
        Kind::Variable if b.bytes < a.bytes || b.characters < a.characters => Stored::Differently,
        Kind::Variable if (128..=255).contains(&a.bytes) && b.bytes > 255 && !redundant => {
            Stored::Differently
        }
        _ => Stored::ByEngine,
    }
}

/// Whether a column of one kind of geometry may then hold all.
const fn is_wider_geometry(from: &ColumnType, to: &ColumnType) -> bool {
    matches!(
        (from, to),
        (ColumnType::Geometry { .. }, ColumnType::Geometry { kind: GeometryKind::Geometry, .. })
    )
}

/// Whether MariaDB reads text of one character set as text of another.
fn mariadb_reads_as(from: &str, to: &str) -> bool {
    from == to || (from == "utf8mb3" && to == "utf8mb4")
}

/// Whether text is sorted in another order: the collations' names, without those of the character sets, differ.
pub(super) fn sorts_differently(from: &Column, to: &Column) -> bool {
    let name = |column: &Column| {
        let set = column.character_set.as_ref().map(|c| (c.set.charset.clone(), c.set.collation.clone()))?;
        Some(set.1.strip_prefix(&set.0).map_or(set.1.clone(), str::to_owned))
    };
    name(from) != name(to)
}

fn in_primary_key(table: &Table, column: &Column) -> bool {
    clustered(table).is_some_and(|index| super::changes::uses(index, &column.name))
}

fn in_key_prefix(table: &Table, column: &Column) -> bool {
    let mut parts = table.indexes.iter().flat_map(|index| &index.parts);
    parts.any(|part| {
        part.length.is_some() && part.column_name().is_some_and(|name| same_name(name, &column.name))
    })
}
