//! The column that CREATE TABLE ... SELECT makes of a value.

use terp_schema_model::{Column, ColumnCharacterSet, ColumnType, DefaultValue, Flavor, IntegerSize, LobSize};

use super::collation::width;
use super::join::{LONGEST_VARCHAR, bytes};
use super::{Form, Kind, Outcome, Value, unknown};
use crate::Span;

/// How a column of a table was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Way {
    /// The table itself was read.
    Direct,
    /// By way of a view or derived table whose query takes its place.
    Referred,
    /// From the result of a query that was kept: a view or derived table with GROUP BY, LIMIT and the like.
    Kept,
    /// By MIN or MAX.
    Summed,
}

/// The bytes that a TEXT or BLOB of that size holds.
pub(super) const fn lob_bytes(size: LobSize) -> u32 {
    match size {
        LobSize::Tiny => 255,
        LobSize::Regular => 65_535,
        LobSize::Medium => 16_777_215,
        LobSize::Long => u32::MAX,
    }
}

fn lob_for(bytes: u64) -> LobSize {
    match bytes {
        0..=255 => LobSize::Tiny,
        256..=65_535 => LobSize::Regular,
        65_536..=16_777_215 => LobSize::Medium,
        _ => LobSize::Long,
    }
}

/// The column of a value. `strict` is whether zero dates are refused.
pub(in crate::engine) fn column_of(
    name: &str,
    value: &Value,
    flavor: Flavor,
    strict: bool,
    span: Span,
) -> Outcome<Column> {
    if let Form::Column(column, way) = &value.form {
        return copy(name, value, column, *way, flavor, span);
    }
    let ty = type_of(value, flavor, span)?;
    let mut column = Column::new(name, ty);
    column.nullable = value.nullable;
    if column.ty.has_character_set()
        && let Some(text) = &value.text
    {
        column.character_set = Some(ColumnCharacterSet { set: text.set.clone(), explicit: false });
    }
    let dated = matches!(value.kind, Kind::Date | Kind::DateTime | Kind::Timestamp);
    column.default = if value.nullable {
        null_default(&column.ty, flavor)
    } else if flavor.is_mysql() {
        if dated && !strict {
            return unknown("the zero date as a default", span);
        }
        if dated { None } else { zero(&column.ty, flavor) }
    } else if value.form == Form::Union {
        zero(&column.ty, flavor)
    } else {
        None
    };
    Ok(column)
}

fn null_default(ty: &ColumnType, flavor: Flavor) -> Option<DefaultValue> {
    let hidden = flavor.is_mysql() && matches!(ty, ColumnType::Text { .. } | ColumnType::Blob { .. });
    (!hidden).then_some(DefaultValue::Null)
}

/// The value that stands for none where NULL cannot.
fn zero(ty: &ColumnType, flavor: Flavor) -> Option<DefaultValue> {
    let fraction = |digits: u8| {
        if digits == 0 { String::new() } else { format!(".{}", "0".repeat(usize::from(digits))) }
    };
    let text = match ty {
        ColumnType::Integer { .. } => "0".to_owned(),
        ColumnType::Decimal { scale, .. } => format!("0{}", fraction(*scale)),
        ColumnType::Float { digits, .. } => format!("0{}", fraction(digits.map_or(0, |(_, scale)| scale))),
        ColumnType::Year => "0000".to_owned(),
        ColumnType::Bit { .. } => return Some(DefaultValue::Bits("0".to_owned())),
        ColumnType::Char { .. }
        | ColumnType::Varchar { .. }
        | ColumnType::Binary { .. }
        | ColumnType::Varbinary { .. }
        | ColumnType::Set { .. } => String::new(),
        ColumnType::Enum { values } => values.first()?.clone(),
        ColumnType::Time { fsp } => format!("00:00:00{}", fraction(*fsp)),
        ColumnType::Date if flavor.is_mariadb() => "0000-00-00".to_owned(),
        ColumnType::DateTime { fsp } | ColumnType::Timestamp { fsp } if flavor.is_mariadb() => {
            format!("0000-00-00 00:00:00{}", fraction(*fsp))
        }
        _ => return None,
    };
    Some(DefaultValue::Literal(text))
}

fn type_of(value: &Value, flavor: Flavor, span: Span) -> Outcome<ColumnType> {
    let mysql = flavor.is_mysql();
    Ok(match value.kind {
        Kind::Null if mysql => ColumnType::Varbinary { length: 0 },
        Kind::Null => ColumnType::Binary { length: 0 },
        Kind::Integer(own) => {
            // MySQL's own types are kept only where several values are joined.
            let size = match value.form {
                Form::Joined | Form::Union => own,
                _ if !mysql => own,
                Form::Function if value.length <= 11 => IntegerSize::Int,
                Form::Plain if value.length < 10 => IntegerSize::Int,
                _ => IntegerSize::BigInt,
            };
            let width = u16::try_from(value.length).unwrap_or(u16::MAX);
            ColumnType::Integer {
                size,
                width: (!mysql).then_some(width),
                unsigned: value.unsigned,
                zerofill: false,
            }
        }
        Kind::Year => ColumnType::Year,
        Kind::Bit => ColumnType::Bit { width: u8::try_from(value.length).unwrap_or(64) },
        Kind::Decimal => {
            let precision = u8::try_from(value.precision()).unwrap_or(65);
            ColumnType::Decimal { precision, scale: value.scale(), unsigned: value.unsigned, zerofill: false }
        }
        Kind::Float | Kind::Double => {
            let length = u8::try_from(value.length).unwrap_or(u8::MAX);
            let digits = value.decimals.map(|decimals| (length, decimals));
            let unsigned = value.unsigned;
            ColumnType::Float { double: value.kind == Kind::Double, digits, unsigned, zerofill: false }
        }
        Kind::Char | Kind::Varchar | Kind::Lob | Kind::Enum | Kind::Set => {
            return text_type(value, flavor, span);
        }
        Kind::Date => ColumnType::Date,
        Kind::Time => ColumnType::Time { fsp: value.fsp() },
        Kind::DateTime => ColumnType::DateTime { fsp: value.fsp() },
        Kind::Timestamp => ColumnType::Timestamp { fsp: value.fsp() },
        Kind::Json => ColumnType::Json,
        Kind::Geometry(kind) => ColumnType::Geometry { kind, srid: None },
    })
}

fn text_type(value: &Value, flavor: Flavor, span: Span) -> Outcome<ColumnType> {
    let Some(text) = &value.text else { return unknown("a text without a character set", span) };
    let binary = text.is_binary();
    let length = value.length;
    // Of empty texts MariaDB makes CHAR(0).
    let empty = length == 0 && !flavor.is_mysql() && value.form != Form::Union;
    if value.kind == Kind::Char && value.form == Form::Union || empty {
        return Ok(if binary { ColumnType::Binary { length } } else { ColumnType::Char { length } });
    }
    if value.kind != Kind::Lob && length <= LONGEST_VARCHAR {
        return Ok(if binary { ColumnType::Varbinary { length } } else { ColumnType::Varchar { length } });
    }
    let size = lob_for(bytes(value, flavor));
    let size = match value.form {
        // What a function gives beyond TEXT is LONGTEXT to MySQL, as is all that it makes of a TEXT.
        Form::Function | Form::Joined
            if flavor.is_mysql() && (value.kind == Kind::Lob || size > LobSize::Regular) =>
        {
            LobSize::Long
        }
        _ => size,
    };
    debug_assert!(width(flavor, &text.set.charset) > 0, "a character has bytes");
    Ok(if binary { ColumnType::Blob { size } } else { ColumnType::Text { size } })
}

/// A column of another table: its type, comment and, depending on the way to it, its default.
fn copy(name: &str, value: &Value, source: &Column, way: Way, flavor: Flavor, span: Span) -> Outcome<Column> {
    let mysql = flavor.is_mysql();
    if source.compressed.is_some()
        || source.column_format.is_some()
        || source.storage.is_some()
        || source.engine_attribute.is_some()
        || source.secondary_engine_attribute.is_some()
        || !source.attributes.is_empty()
        || source.not_secondary
        || matches!(source.ty, ColumnType::Geometry { srid: Some(_), .. })
    {
        return unknown("a copy of a column with options of its storage", span);
    }
    let mut column = Column::new(name, source.ty.clone());
    column.comment.clone_from(&source.comment);
    column.character_set.clone_from(&source.character_set);
    if let Some(set) = &mut column.character_set {
        set.explicit &= way == Way::Direct;
    }
    column.nullable = value.nullable || way == Way::Summed;
    let old = match source_default(source, mysql) {
        Some(DefaultValue::Bits(_)) if mysql && column.nullable => Some(DefaultValue::Null),
        other => other,
    };
    column.default = match (old, way) {
        (Some(DefaultValue::Expression(text)), _) => {
            // MariaDB keeps some, in some places. One that names columns may find none here.
            if !mysql || text.contains('`') {
                return unknown("a copy of a column whose default is an expression", span);
            }
            Some(DefaultValue::Expression(text))
        }
        (Some(DefaultValue::NextValue(_)), _) => {
            return unknown("a copy of a column whose default is a sequence", span);
        }
        (Some(DefaultValue::Now), Way::Kept) if mysql => {
            return unknown("CURRENT_TIMESTAMP of a column that was kept", span);
        }
        (None, _) if source.generated.is_some() && source.nullable => null_default(&column.ty, flavor),
        (None, Way::Summed) if source.generated.is_some() => {
            return unknown("MIN and MAX of a generated column", span);
        }
        (None, _) => None,
        (Some(DefaultValue::Null), _) => null_default(&column.ty, flavor),
        (Some(_), Way::Summed) => null_default(&column.ty, flavor),
        (Some(default), Way::Direct | Way::Kept) => Some(default),
        (Some(DefaultValue::Now), Way::Referred) if mysql && source.nullable => {
            return unknown("CURRENT_TIMESTAMP of a column that was referred to", span);
        }
        (Some(DefaultValue::Now), Way::Referred) => None,
        (Some(_), Way::Referred) if column.nullable => null_default(&column.ty, flavor),
        (Some(_), Way::Referred) if mysql => {
            if matches!(
                column.ty,
                ColumnType::Date | ColumnType::DateTime { .. } | ColumnType::Timestamp { .. }
            ) {
                return unknown("the default of a date that was referred to", span);
            }
            zero(&column.ty, flavor)
        }
        (Some(_), Way::Referred) => None,
    };
    column.on_update_now = source.on_update_now && way == Way::Direct;
    Ok(column)
}

/// The default of a column as it is copied.
fn source_default(source: &Column, mysql: bool) -> Option<DefaultValue> {
    if source.auto_increment {
        return Some(DefaultValue::Literal("0".to_owned()));
    }
    match &source.default {
        // MySQL loses the bits.
        Some(DefaultValue::Bits(_)) if mysql => {
            Some(if source.nullable { DefaultValue::Null } else { DefaultValue::Bits("0".to_owned()) })
        }
        other => other.clone(),
    }
}
