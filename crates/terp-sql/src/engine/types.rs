//! From a type as written to the type that the server keeps.

use terp_schema_model::{
    CharacterSet, ColumnCharacterSet, ColumnType, Flavor, IntegerSize, LobSize, same_name,
};

use super::Context;
use super::error::{ExecuteError, Result, refuse, unsupported};
use crate::ast::{Ident, TypeKeyword, TypeName};

/// A resolved type and what it brings with it.
pub(super) struct ResolvedType {
    pub(super) ty: ColumnType,
    pub(super) character_set: Option<ColumnCharacterSet>,
    /// SERIAL: NOT NULL, AUTO_INCREMENT and UNIQUE.
    pub(super) serial: bool,
    /// MariaDB's JSON: a check on the column.
    pub(super) json_alias: bool,
    /// The refusal of an ENUM or SET with a member twice, which comes after that of its default.
    pub(super) twice: Option<ExecuteError>,
}

/// The widest VARCHAR and VARBINARY, in bytes (the row's own limit, "Limits on Table Column Count and Row Size").
pub(super) const fn max_varchar_bytes(flavor: Flavor) -> u64 {
    // MariaDB takes off what the length and the null bit need (observed on 10.11.18 and 11.8.9).
    if flavor.is_mariadb() { 65_532 } else { 65_535 }
}

/// Resolves a column's type. `inherited` is the table's character set.
pub(super) fn resolve(
    cx: &Context<'_>,
    column: &str,
    ty: &TypeName,
    collate: Option<&Ident>,
    inherited: &CharacterSet,
) -> Result<ResolvedType> {
    let mut resolved = ResolvedType {
        ty: ColumnType::Year,
        character_set: None,
        serial: false,
        json_alias: false,
        twice: None,
    };
    let plain = |resolved: ResolvedType, ty| Ok(ResolvedType { ty, ..resolved });
    match ty.keyword {
        TypeKeyword::TinyInt => plain(resolved, integer(cx, column, ty, IntegerSize::TinyInt)?),
        TypeKeyword::SmallInt => plain(resolved, integer(cx, column, ty, IntegerSize::SmallInt)?),
        TypeKeyword::MediumInt => plain(resolved, integer(cx, column, ty, IntegerSize::MediumInt)?),
        TypeKeyword::Int => plain(resolved, integer(cx, column, ty, IntegerSize::Int)?),
        TypeKeyword::BigInt => plain(resolved, integer(cx, column, ty, IntegerSize::BigInt)?),
        TypeKeyword::Bool => plain(
            resolved,
            ColumnType::Integer {
                size: IntegerSize::TinyInt,
                width: Some(1),
                unsigned: false,
                zerofill: false,
            },
        ),
        TypeKeyword::Serial => {
            resolved.serial = true;
            let width = cx.flavor.is_mariadb().then_some(20);
            plain(
                resolved,
                ColumnType::Integer { size: IntegerSize::BigInt, width, unsigned: true, zerofill: false },
            )
        }
        TypeKeyword::Decimal => plain(resolved, decimal(cx, column, ty)?),
        TypeKeyword::Float => plain(resolved, float(cx, column, ty, false)?),
        TypeKeyword::Double => plain(resolved, float(cx, column, ty, true)?),
        TypeKeyword::Real => plain(resolved, float(cx, column, ty, !cx.session.sql_mode.real_as_float)?),
        TypeKeyword::Bit => {
            let width = ty.args.first().copied().unwrap_or(1);
            if width == 0 && cx.flavor.is_mysql() {
                return Err(refuse(3013, format!("Invalid size for column '{column}'.")).at(ty.span));
            }
            if width > 64 {
                return Err(display_width(cx, column, 64).at(ty.span));
            }
            plain(resolved, ColumnType::Bit { width: width.max(1) as u8 })
        }
        TypeKeyword::Char | TypeKeyword::NChar => {
            let length = ty.args.first().copied().unwrap_or(1);
            let set = character_set(cx, ty, collate, inherited)?;
            if length > 255 {
                return Err(too_long(column, 255).at(ty.span));
            }
            if set.set.charset == "binary" {
                return plain(resolved, ColumnType::Binary { length: length as u32 });
            }
            resolved.character_set = Some(set);
            plain(resolved, ColumnType::Char { length: length as u32 })
        }
        TypeKeyword::Varchar | TypeKeyword::NVarchar => {
            let length = ty.args.first().copied().unwrap_or(1);
            let set = character_set(cx, ty, collate, inherited)?;
            let max_bytes = u64::from(cx.max_bytes(&set.set.charset));
            let binary = set.set.charset == "binary";
            if length.saturating_mul(max_bytes) > max_varchar_bytes(cx.flavor) {
                let size = lob_for_long_varchar(cx, column, length, max_bytes).map_err(|e| e.at(ty.span))?;
                if binary {
                    return plain(resolved, ColumnType::Blob { size });
                }
                resolved.character_set = Some(set);
                return plain(resolved, ColumnType::Text { size });
            }
            if binary {
                return plain(resolved, ColumnType::Varbinary { length: length as u32 });
            }
            resolved.character_set = Some(set);
            plain(resolved, ColumnType::Varchar { length: length as u32 })
        }
        TypeKeyword::Binary => {
            let length = ty.args.first().copied().unwrap_or(1);
            if length > 255 {
                return Err(too_long(column, 255).at(ty.span));
            }
            plain(resolved, ColumnType::Binary { length: length as u32 })
        }
        TypeKeyword::Varbinary => {
            let length = ty.args.first().copied().unwrap_or(1);
            if length > max_varchar_bytes(cx.flavor) {
                let size = lob_for_long_varchar(cx, column, length, 1).map_err(|e| e.at(ty.span))?;
                return plain(resolved, ColumnType::Blob { size });
            }
            plain(resolved, ColumnType::Varbinary { length: length as u32 })
        }
        TypeKeyword::TinyText => text(cx, resolved, ty, collate, inherited, LobSize::Tiny),
        TypeKeyword::Text => text(cx, resolved, ty, collate, inherited, LobSize::Regular),
        TypeKeyword::MediumText => text(cx, resolved, ty, collate, inherited, LobSize::Medium),
        TypeKeyword::LongText => text(cx, resolved, ty, collate, inherited, LobSize::Long),
        TypeKeyword::TinyBlob => plain(resolved, ColumnType::Blob { size: LobSize::Tiny }),
        TypeKeyword::Blob => {
            let size = match ty.args.first().copied() {
                None | Some(0) => LobSize::Regular,
                Some(length) => lob_for(column, length, 1).map_err(|e| e.at(ty.span))?,
            };
            plain(resolved, ColumnType::Blob { size })
        }
        TypeKeyword::MediumBlob => plain(resolved, ColumnType::Blob { size: LobSize::Medium }),
        TypeKeyword::LongBlob => plain(resolved, ColumnType::Blob { size: LobSize::Long }),
        TypeKeyword::Enum | TypeKeyword::Set => {
            let set = character_set(cx, ty, collate, inherited)?;
            let values = members(cx, column, ty, &set.set)?;
            resolved.twice = twice(cx, column, ty, &values, &set.set);
            resolved.character_set = Some(set);
            let ty = if ty.keyword == TypeKeyword::Enum {
                ColumnType::Enum { values }
            } else {
                ColumnType::Set { values }
            };
            plain(resolved, ty)
        }
        TypeKeyword::Date => plain(resolved, ColumnType::Date),
        TypeKeyword::Time => {
            let fsp = fsp(cx, column, ty)?;
            plain(resolved, ColumnType::Time { fsp })
        }
        TypeKeyword::DateTime => {
            let fsp = fsp(cx, column, ty)?;
            plain(resolved, ColumnType::DateTime { fsp })
        }
        TypeKeyword::Timestamp => {
            let fsp = fsp(cx, column, ty)?;
            plain(resolved, ColumnType::Timestamp { fsp })
        }
        TypeKeyword::Year => match ty.args.first().copied() {
            None | Some(4) => plain(resolved, ColumnType::Year),
            Some(_) if cx.flavor.is_mysql() => {
                Err(refuse(1818, "Invalid display width. Use YEAR instead.").at(ty.span))
            }
            Some(2) => Err(unsupported("YEAR(2)").at(ty.span)),
            Some(_) => plain(resolved, ColumnType::Year),
        },
        TypeKeyword::Json if cx.flavor.is_mysql() => plain(resolved, ColumnType::Json),
        TypeKeyword::Json => {
            resolved.json_alias = true;
            let set = match collate {
                Some(_) => character_set(cx, ty, collate, inherited)?,
                None => {
                    ColumnCharacterSet { set: CharacterSet::new("utf8mb4", "utf8mb4_bin"), explicit: true }
                }
            };
            resolved.character_set = Some(set);
            plain(resolved, ColumnType::Text { size: LobSize::Long })
        }
        TypeKeyword::Geometry(kind) => plain(resolved, ColumnType::Geometry { kind, srid: None }),
        TypeKeyword::Vector => {
            let dimensions = ty.args.first().copied().unwrap_or(2048);
            let max = 16_383;
            if dimensions == 0 || dimensions > max {
                return Err(if cx.flavor.is_mysql() {
                    refuse(
                        6137,
                        format!(
                            "Data size ({} Bytes, {dimensions} dimensions) exceeds VECTOR max ({} Bytes, {max} dimensions) for column: '{column}'",
                            dimensions.saturating_mul(4),
                            max * 4
                        ),
                    )
                } else {
                    too_long(column, max)
                }
                .at(ty.span));
            }
            plain(resolved, ColumnType::Vector { dimensions: dimensions as u32 })
        }
        TypeKeyword::Inet4 => plain(resolved, ColumnType::Inet4),
        TypeKeyword::Inet6 => plain(resolved, ColumnType::Inet6),
        TypeKeyword::Uuid => plain(resolved, ColumnType::Uuid),
    }
}

fn text(
    cx: &Context<'_>,
    mut resolved: ResolvedType,
    ty: &TypeName,
    collate: Option<&Ident>,
    inherited: &CharacterSet,
    size: LobSize,
) -> Result<ResolvedType> {
    let set = character_set(cx, ty, collate, inherited)?;
    let size = match ty.args.first().copied() {
        Some(length) if length > 0 && size == LobSize::Regular => {
            lob_for("", length, u64::from(cx.max_bytes(&set.set.charset))).map_err(|e| e.at(ty.span))?
        }
        _ => size,
    };
    if set.set.charset == "binary" {
        resolved.ty = ColumnType::Blob { size };
        return Ok(resolved);
    }
    resolved.character_set = Some(set);
    resolved.ty = ColumnType::Text { size };
    Ok(resolved)
}

fn integer(cx: &Context<'_>, column: &str, ty: &TypeName, size: IntegerSize) -> Result<ColumnType> {
    let width = ty.args.first().copied().unwrap_or(0);
    if width > 255 {
        return Err(display_width(cx, column, 255).at(ty.span));
    }
    let unsigned = ty.unsigned || ty.zerofill;
    let default_width = size.default_width(unsigned);
    let effective = if width == 0 { default_width } else { width as u16 };
    // MySQL 8.0.19 and later show a width only with ZEROFILL and for a signed tinyint(1).
    let shown = if cx.flavor.is_mariadb() || !cx.flavor.mysql_since(8, 0, 19) {
        true
    } else {
        ty.zerofill || (size == IntegerSize::TinyInt && effective == 1 && !unsigned)
    };
    Ok(ColumnType::Integer { size, width: shown.then_some(effective), unsigned, zerofill: ty.zerofill })
}

fn decimal(cx: &Context<'_>, column: &str, ty: &TypeName) -> Result<ColumnType> {
    let mut precision = ty.args.first().copied().unwrap_or(0);
    let scale = ty.args.get(1).copied().unwrap_or(0);
    let max_scale = if cx.flavor.is_mysql() { 30 } else { 38 };
    if scale > max_scale {
        return Err(too_big_scale(cx, column, scale, max_scale).at(ty.span));
    }
    if precision == 0 {
        precision = if ty.args.len() > 1 && scale > 10 { scale } else { 10 };
    }
    if precision > 65 {
        return Err(too_big_precision(cx, column, precision, 65).at(ty.span));
    }
    if precision < scale {
        return Err(scale_above_precision(column).at(ty.span));
    }
    Ok(ColumnType::Decimal {
        precision: precision as u8,
        scale: scale as u8,
        unsigned: ty.unsigned || ty.zerofill,
        zerofill: ty.zerofill,
    })
}

fn float(cx: &Context<'_>, column: &str, ty: &TypeName, double: bool) -> Result<ColumnType> {
    let unsigned = ty.unsigned || ty.zerofill;
    let zerofill = ty.zerofill;
    match ty.args.as_slice() {
        [] => Ok(ColumnType::Float { double, digits: None, unsigned, zerofill }),
        // FLOAT(p): the precision in bits only chooses between the two.
        [bits] => {
            if *bits > 53 {
                return Err(
                    refuse(1063, format!("Incorrect column specifier for column '{column}'")).at(ty.span)
                );
            }
            Ok(ColumnType::Float { double: double || *bits > 24, digits: None, unsigned, zerofill })
        }
        [precision, scale, ..] => {
            let max_scale = 30;
            if precision < scale && *precision < max_scale && cx.flavor.is_mariadb() {
                return Err(scale_above_precision(column).at(ty.span));
            }
            if *scale > max_scale {
                return Err(too_big_scale(cx, column, *scale, max_scale).at(ty.span));
            }
            if *precision > 255 {
                return Err(display_width(cx, column, 255).at(ty.span));
            }
            if precision < scale {
                return Err(scale_above_precision(column).at(ty.span));
            }
            Ok(ColumnType::Float {
                double,
                digits: Some((*precision as u8, *scale as u8)),
                unsigned,
                zerofill,
            })
        }
    }
}

fn fsp(cx: &Context<'_>, column: &str, ty: &TypeName) -> Result<u8> {
    match ty.args.first().copied() {
        None => Ok(0),
        Some(fsp) if fsp <= 6 => Ok(fsp as u8),
        Some(fsp) => Err(too_big_precision(cx, column, fsp, 6).at(ty.span)),
    }
}

fn members(cx: &Context<'_>, column: &str, ty: &TypeName, set: &CharacterSet) -> Result<Vec<String>> {
    let is_set = ty.keyword == TypeKeyword::Set;
    let binary = set.charset == "binary";
    let mut values: Vec<String> = Vec::with_capacity(ty.values.len());
    for text in &ty.values {
        // Trailing spaces go, but from binary members.
        let value = if binary { text.value.as_str() } else { text.value.trim_end_matches(' ') };
        if is_set && value.contains(',') {
            return Err(
                refuse(1367, format!("Illegal set '{value}' value found during parsing")).at(text.span)
            );
        }
        if value.chars().count() > 255 && cx.flavor.is_mysql() {
            return Err(
                refuse(3505, format!("Too long enumeration/set value for column {column}.")).at(text.span)
            );
        }
        values.push(value.to_owned());
    }
    if is_set && values.len() > 64 {
        return Err(refuse(1097, format!("Too many strings for column {column} and SET")).at(ty.span));
    }
    if !is_set && values.len() > 65_535 {
        return Err(refuse(1097, format!("Too many strings for column {column} and ENUM")).at(ty.span));
    }
    Ok(values)
}

/// A member that is there twice; without strict mode this is a warning on every server.
fn twice(
    cx: &Context<'_>,
    column: &str,
    ty: &TypeName,
    values: &[String],
    set: &CharacterSet,
) -> Option<ExecuteError> {
    let value = duplicate_member(values, set).filter(|_| cx.session.sql_mode.strict())?;
    let kind = if ty.keyword == TypeKeyword::Set { "SET" } else { "ENUM" };
    let message = format!("Column '{column}' has duplicated value '{value}' in {kind}");
    Some(refuse(1291, message).at(ty.span))
}

/// A member that the collation takes for an earlier one: equal, or equal but for case where the collation folds it.
fn duplicate_member<'v>(values: &'v [String], set: &CharacterSet) -> Option<&'v str> {
    let exact = set.collation.ends_with("_bin") || set.collation.ends_with("_cs") || set.charset == "binary";
    let mut seen = std::collections::HashSet::with_capacity(values.len());
    values.iter().map(String::as_str).find(|value| {
        let key = if exact || set.collation.contains("_as_cs") {
            (*value).to_owned()
        } else {
            value.to_lowercase()
        };
        !seen.insert(key)
    })
}

/// The character set of a string column: its own, or its collation's, or the table's.
pub(super) fn character_set(
    cx: &Context<'_>,
    ty: &TypeName,
    collate: Option<&Ident>,
    inherited: &CharacterSet,
) -> Result<ColumnCharacterSet> {
    let national = matches!(ty.keyword, TypeKeyword::NChar | TypeKeyword::NVarchar);
    let charset = match &ty.charset {
        Some(name) => Some(cx.charset(name)?),
        None if national => cx.flavor.charset("utf8mb3"),
        None => None,
    };
    let mut set = match charset {
        Some(info) => {
            let collation = cx.flavor.default_collation(info.name).unwrap_or(info.default_collation);
            CharacterSet::new(info.name, collation)
        }
        None => inherited.clone(),
    };
    let mut explicit = charset.is_some();
    if let Some(name) = collate {
        set = cx.collation(name, charset.map(|_| set.charset.as_str()), &set.charset)?;
        explicit = true;
    }
    if ty.binary && set.charset != "binary" {
        let bin = format!("{}_bin", set.charset);
        match cx.flavor.collation(&bin) {
            // `BINARY` wins over COLLATE.
            Some(info) => set.collation = info.name.to_owned(),
            None => return Err(unsupported(format!("BINARY with character set {}", set.charset)).at(ty.span)),
        }
    }
    Ok(ColumnCharacterSet { set, explicit })
}

fn lob_for_long_varchar(cx: &Context<'_>, column: &str, length: u64, max_bytes: u64) -> Result<LobSize> {
    if cx.session.sql_mode.strict() {
        return Err(too_long(column, max_varchar_bytes(cx.flavor) / max_bytes));
    }
    lob_for(column, length, max_bytes)
}

/// The smallest TEXT or BLOB that holds so many characters.
fn lob_for(column: &str, length: u64, max_bytes: u64) -> Result<LobSize> {
    match length.saturating_mul(max_bytes) {
        0..=255 => Ok(LobSize::Tiny),
        256..=65_535 => Ok(LobSize::Regular),
        65_536..=16_777_215 => Ok(LobSize::Medium),
        _ if length <= u64::from(u32::MAX) => Ok(LobSize::Long),
        _ => {
            Err(refuse(1439, format!("Display width out of range for column '{column}' (max = 4294967295)")))
        }
    }
}

fn too_long(column: &str, max: u64) -> ExecuteError {
    refuse(
        1074,
        format!("Column length too big for column '{column}' (max = {max}); use BLOB or TEXT instead"),
    )
}

fn display_width(cx: &Context<'_>, column: &str, max: u64) -> ExecuteError {
    let word = if cx.flavor.is_mysql() { "column " } else { "" };
    refuse(1439, format!("Display width out of range for {word}'{column}' (max = {max})"))
}

fn too_big_precision(cx: &Context<'_>, column: &str, precision: u64, max: u64) -> ExecuteError {
    if cx.flavor.is_mysql() {
        refuse(1426, format!("Too-big precision {precision} specified for '{column}'. Maximum is {max}."))
    } else {
        refuse(1426, format!("Too big precision specified for '{column}'. Maximum is {max}"))
    }
}

fn too_big_scale(cx: &Context<'_>, column: &str, scale: u64, max: u64) -> ExecuteError {
    if cx.flavor.is_mysql() {
        refuse(1425, format!("Too big scale {scale} specified for column '{column}'. Maximum is {max}."))
    } else {
        refuse(1425, format!("Too big scale specified for '{column}'. Maximum is {max}"))
    }
}

fn scale_above_precision(column: &str) -> ExecuteError {
    refuse(1427, format!("For float(M,D), double(M,D) or decimal(M,D), M must be >= D (column '{column}')."))
}

/// Whether a member of an ENUM or SET is that text, as the collation compares.
pub(super) fn same_member(member: &str, text: &str, set: Option<&CharacterSet>) -> bool {
    match set {
        Some(set) if set.collation.ends_with("_bin") || set.charset == "binary" => member == text,
        _ => same_name(member, text),
    }
}
