//! Columns: MySQL's store_create_info() and MariaDB's show_create_table_ex(), each in its own order.

use super::{Style, constraint, default, index, options};
use crate::column::{Column, ColumnCharacterSet, ColumnType, Generated, GeometryKind, IntegerSize, LobSize};
use crate::table::Table;

pub(super) fn push_type(out: &mut String, ty: &ColumnType, style: Style) {
    let flavor = style.flavor;
    match ty {
        ColumnType::Integer { size, width, unsigned, zerofill } => {
            out.push_str(match size {
                IntegerSize::TinyInt => "tinyint",
                IntegerSize::SmallInt => "smallint",
                IntegerSize::MediumInt => "mediumint",
                IntegerSize::Int => "int",
                IntegerSize::BigInt => "bigint",
            });
            if let Some(width) = width {
                push_arguments(out, &[u32::from(*width)]);
            }
            push_sign(out, *unsigned, *zerofill);
        }
        ColumnType::Decimal { precision, scale, unsigned, zerofill } => {
            out.push_str("decimal");
            push_arguments(out, &[u32::from(*precision), u32::from(*scale)]);
            push_sign(out, *unsigned, *zerofill);
        }
        ColumnType::Float { double, digits, unsigned, zerofill } => {
            out.push_str(if *double { "double" } else { "float" });
            if let Some((precision, scale)) = digits {
                push_arguments(out, &[u32::from(*precision), u32::from(*scale)]);
            }
            push_sign(out, *unsigned, *zerofill);
        }
        ColumnType::Bit { width } => push_sized(out, "bit", u32::from(*width)),
        ColumnType::Char { length } => push_sized(out, "char", *length),
        ColumnType::Varchar { length } => push_sized(out, "varchar", *length),
        ColumnType::Binary { length } => push_sized(out, "binary", *length),
        ColumnType::Varbinary { length } => push_sized(out, "varbinary", *length),
        ColumnType::Text { size } => {
            out.push_str(lob_prefix(*size));
            out.push_str("text");
        }
        ColumnType::Blob { size } => {
            out.push_str(lob_prefix(*size));
            out.push_str("blob");
        }
        ColumnType::Enum { values } => push_members(out, "enum(", values, style),
        ColumnType::Set { values } => push_members(out, "set(", values, style),
        ColumnType::Date => out.push_str("date"),
        ColumnType::Time { fsp } => push_fsp(out, "time", *fsp),
        ColumnType::DateTime { fsp } => push_fsp(out, "datetime", *fsp),
        ColumnType::Timestamp { fsp } => push_fsp(out, "timestamp", *fsp),
        ColumnType::Year => out.push_str(if flavor.is_mysql() { "year" } else { "year(4)" }),
        ColumnType::Json => out.push_str("json"),
        ColumnType::Geometry { kind, .. } => out.push_str(match kind {
            GeometryKind::Geometry => "geometry",
            GeometryKind::Point => "point",
            GeometryKind::LineString => "linestring",
            GeometryKind::Polygon => "polygon",
            GeometryKind::MultiPoint => "multipoint",
            GeometryKind::MultiLineString => "multilinestring",
            GeometryKind::MultiPolygon => "multipolygon",
            GeometryKind::GeometryCollection if flavor.is_mysql() => "geomcollection",
            GeometryKind::GeometryCollection => "geometrycollection",
        }),
        ColumnType::Vector { dimensions } => push_sized(out, "vector", *dimensions),
        ColumnType::Inet4 => out.push_str("inet4"),
        ColumnType::Inet6 => out.push_str("inet6"),
        ColumnType::Uuid => out.push_str("uuid"),
    }
}

const fn lob_prefix(size: LobSize) -> &'static str {
    match size {
        LobSize::Tiny => "tiny",
        LobSize::Regular => "",
        LobSize::Medium => "medium",
        LobSize::Long => "long",
    }
}

fn push_arguments(out: &mut String, arguments: &[u32]) {
    let list: Vec<String> = arguments.iter().map(u32::to_string).collect();
    out.push('(');
    out.push_str(&list.join(","));
    out.push(')');
}

fn push_sized(out: &mut String, name: &str, size: u32) {
    out.push_str(name);
    push_arguments(out, &[size]);
}

fn push_fsp(out: &mut String, name: &str, fsp: u8) {
    out.push_str(name);
    if fsp > 0 {
        push_arguments(out, &[u32::from(fsp)]);
    }
}

fn push_sign(out: &mut String, unsigned: bool, zerofill: bool) {
    if unsigned || zerofill {
        out.push_str(" unsigned");
    }
    if zerofill {
        out.push_str(" zerofill");
    }
}

fn push_members(out: &mut String, head: &str, values: &[String], style: Style) {
    out.push_str(head);
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        style.push_string(out, value);
    }
    out.push(')');
}

pub(super) fn push_definition(out: &mut String, column: &Column, table: &Table, style: Style) {
    style.push_identifier(out, &column.name);
    out.push(' ');
    push_type(out, &column.ty, style);
    if style.flavor.is_mysql() {
        push_mysql_attributes(out, column, table, style);
    } else {
        push_mariadb_attributes(out, column, table, style);
    }
}

fn push_mysql_attributes(out: &mut String, column: &Column, table: &Table, style: Style) {
    if let Some(character_set) = &column.character_set {
        push_mysql_character_set(out, character_set, table, style);
    }
    if let Some(Generated::Expression { expression, stored }) = &column.generated {
        push_generated(out, expression, *stored, style);
    }
    push_nullability(out, column);
    if column.not_secondary {
        out.push_str(" NOT SECONDARY");
    }
    if let ColumnType::Geometry { srid: Some(srid), .. } = &column.ty {
        out.push_str(&format!(" /*!80003 SRID {srid} */"));
    }
    if let Some(storage) = &column.storage {
        out.push_str(&format!(" /*!50606 STORAGE {storage} */"));
    }
    if let Some(format) = &column.column_format {
        out.push_str(&format!(" /*!50606 COLUMN_FORMAT {format} */"));
    }
    default::push_default(out, column, style);
    push_on_update(out, column, style);
    if column.auto_increment {
        out.push_str(" AUTO_INCREMENT");
    }
    if column.invisible {
        out.push_str(" /*!80023 INVISIBLE */");
    }
    push_comment(out, &column.comment, style);
    index::push_engine_attributes(
        out,
        column.engine_attribute.as_deref(),
        column.secondary_engine_attribute.as_deref(),
        style,
    );
}

/// MySQL shows the character set where it is not the table's, collation included, or was written; the collation
/// where it was written, is not the character set's first, or is `utf8mb4_0900_ai_ci` against another of the table.
fn push_mysql_character_set(out: &mut String, column: &ColumnCharacterSet, table: &Table, style: Style) {
    let set = &column.set;
    if !style.shown && !column.explicit && *set == table.character_set {
        // Written, it would count as explicit from then on.
        return;
    }
    if column.explicit || set.collation != table.character_set.collation {
        out.push_str(" CHARACTER SET ");
        out.push_str(&set.charset);
    }
    let new_default = set.collation == "utf8mb4_0900_ai_ci";
    let old_neighbour = new_default && table.character_set.collation != "utf8mb4_0900_ai_ci";
    if column.explicit || !options::is_primary(&set.collation, style.flavor) || old_neighbour {
        out.push_str(" COLLATE ");
        out.push_str(&set.collation);
    }
}

fn push_mariadb_attributes(out: &mut String, column: &Column, table: &Table, style: Style) {
    if let Some(method) = &column.compressed {
        out.push_str(" /*M!100301 COMPRESSED");
        if !method.is_empty() {
            out.push('=');
            out.push_str(method);
        }
        out.push_str("*/");
    }
    if let Some(character_set) = &column.character_set
        && character_set.set != table.character_set
    {
        out.push_str(" CHARACTER SET ");
        out.push_str(&character_set.set.charset);
        options::push_mariadb_collation(out, " COLLATE ", &character_set.set, style);
    }
    // MariaDB 11.7 moved INVISIBLE behind the default.
    let late_invisible = style.flavor.mariadb_since(11, 7, 0);
    let invisible = if column.invisible { " INVISIBLE" } else { "" };
    if let Some(generated) = &column.generated {
        match generated {
            Generated::Expression { expression, stored } => push_generated(out, expression, *stored, style),
            Generated::RowStart => out.push_str(" GENERATED ALWAYS AS ROW START"),
            Generated::RowEnd => out.push_str(" GENERATED ALWAYS AS ROW END"),
        }
        out.push_str(invisible);
    } else {
        push_nullability(out, column);
        if !late_invisible {
            out.push_str(invisible);
        }
        default::push_default(out, column, style);
        match column.system_versioning {
            Some(true) => out.push_str(" WITHOUT SYSTEM VERSIONING"),
            Some(false) => out.push_str(" WITH SYSTEM VERSIONING"),
            None => {}
        }
        push_on_update(out, column, style);
        if column.auto_increment {
            out.push_str(" AUTO_INCREMENT");
        }
        if late_invisible {
            out.push_str(invisible);
        }
    }
    push_comment(out, &column.comment, style);
    options::push_attributes(out, &column.attributes, style);
    if let Some(check) = &column.check {
        out.push(' ');
        constraint::push_check_clause(out, check, style);
    }
}

fn push_generated(out: &mut String, expression: &str, stored: bool, style: Style) {
    out.push_str(" GENERATED ALWAYS AS (");
    out.push_str(&style.expression(expression));
    out.push_str(if stored { ") STORED" } else { ") VIRTUAL" });
}

fn push_nullability(out: &mut String, column: &Column) {
    if !column.nullable {
        out.push_str(" NOT NULL");
    } else if matches!(column.ty, ColumnType::Timestamp { .. }) {
        out.push_str(" NULL");
    }
}

fn push_comment(out: &mut String, comment: &str, style: Style) {
    if !comment.is_empty() {
        out.push_str(" COMMENT ");
        style.push_string(out, comment);
    }
}

pub(super) fn push_now(out: &mut String, ty: &ColumnType, style: Style) {
    let fsp = ty.fsp().unwrap_or(0);
    if style.flavor.is_mysql() {
        push_fsp(out, "CURRENT_TIMESTAMP", fsp);
    } else if fsp > 0 {
        push_fsp(out, "current_timestamp", fsp);
    } else {
        out.push_str("current_timestamp()");
    }
}

fn push_on_update(out: &mut String, column: &Column, style: Style) {
    if column.on_update_now {
        out.push_str(" ON UPDATE ");
        push_now(out, &column.ty, style);
    }
}
