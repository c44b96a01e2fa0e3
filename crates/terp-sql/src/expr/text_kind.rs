//! What character set an expression has, as far as it changes how the literals beside it are printed.

use terp_schema_model::ColumnType;

use super::{ExprContext, as_literal, bare};
use crate::ast::{CastTarget, Expr, ExprKind, Literal, TypeKeyword, UnaryOp};

/// The character set of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TextKind {
    /// A string literal, which is converted to the character set of what stands beside it.
    Literal(Option<String>),
    /// Text of that character set; `binary` for bytes.
    Text(String),
    /// Numbers, dates, NULL: no string.
    NoText,
    /// A string of the connection's character set that gives way as a literal does, such as CONCAT of numbers.
    Soft,
    /// Not known.
    Unsure,
}

/// Functions whose result has the character set of their arguments.
const PASSING: &[&str] = &[
    "coalesce",
    "concat",
    "concat_ws",
    "elt",
    "greatest",
    "if",
    "ifnull",
    "insert",
    "lcase",
    "least",
    "left",
    "lower",
    "lpad",
    "ltrim",
    "mid",
    "nullif",
    "nvl",
    "nvl2",
    "quote",
    "repeat",
    "replace",
    "reverse",
    "right",
    "rpad",
    "rtrim",
    "substr",
    "substring",
    "substring_index",
    "trim",
    "ucase",
    "upper",
];

/// Functions whose result is a number, whatever they are given.
const NUMERIC: &[&str] = &[
    "abs",
    "ascii",
    "bit_length",
    "ceil",
    "ceiling",
    "char_length",
    "character_length",
    "crc32",
    "datediff",
    "day",
    "dayofmonth",
    "dayofweek",
    "dayofyear",
    "field",
    "find_in_set",
    "floor",
    "hour",
    "instr",
    "isnull",
    "json_contains",
    "json_depth",
    "json_length",
    "json_overlaps",
    "json_valid",
    "length",
    "locate",
    "minute",
    "mod",
    "month",
    "octet_length",
    "ord",
    "quarter",
    "regexp_instr",
    "regexp_like",
    "round",
    "second",
    "sign",
    "strcmp",
    "to_days",
    "truncate",
    "unix_timestamp",
    "week",
    "weekday",
    "year",
    "yearweek",
];

/// Functions whose result has the connection's character set, whatever they are given.
const SOFT: &[&str] = &[
    "bin",
    "conv",
    "date_format",
    "dayname",
    "format",
    "hex",
    "inet6_ntoa",
    "inet_ntoa",
    "md5",
    "monthname",
    "oct",
    "sec_to_time",
    "sha",
    "sha1",
    "sha2",
    "time_format",
    "to_base64",
    "uuid",
];

pub(super) fn text_kind(expr: &Expr, cx: &ExprContext<'_>) -> TextKind {
    let expr = bare(expr);
    match &expr.kind {
        ExprKind::Literal(Literal::String { introducer: Some(charset), .. }) if charset == "binary" => {
            TextKind::Unsure
        }
        ExprKind::Literal(Literal::String { introducer, .. }) => TextKind::Literal(introducer.clone()),
        ExprKind::Literal(Literal::Hex { introducer: None, .. } | Literal::Bits { introducer: None, .. }) => {
            if cx.flavor.is_mysql() {
                TextKind::NoText
            } else {
                TextKind::Unsure
            }
        }
        ExprKind::Literal(Literal::Hex { .. } | Literal::Bits { .. }) => TextKind::Unsure,
        ExprKind::Literal(_)
        | ExprKind::Is { .. }
        | ExprKind::Between { .. }
        | ExprKind::In { .. }
        | ExprKind::Like { .. }
        | ExprKind::Regexp { .. }
        | ExprKind::Extract { .. }
        | ExprKind::Position { .. }
        | ExprKind::NextValue(_) => TextKind::NoText,
        ExprKind::Name(parts) => parts.last().map_or(TextKind::Unsure, |name| column_kind(&name.value, cx)),
        ExprKind::DefaultOf(name) => column_kind(&name.value, cx),
        ExprKind::Unary { op: UnaryOp::Binary, .. } => TextKind::Text("binary".into()),
        ExprKind::Unary { .. } => TextKind::NoText,
        ExprKind::Binary { op, .. } => {
            use crate::ast::BinaryOp::{Concat, JsonExtract, JsonUnquoteExtract};
            match op {
                JsonExtract | JsonUnquoteExtract => TextKind::Text("utf8mb4".into()),
                Concat => by_columns(expr, cx),
                _ => TextKind::NoText,
            }
        }
        ExprKind::Collate { expr, .. } => match text_kind(expr, cx) {
            TextKind::Literal(introducer) => {
                TextKind::Text(introducer.unwrap_or_else(|| cx.connection.charset.clone()))
            }
            kind => kind,
        },
        ExprKind::ConvertUsing { charset, .. } => {
            cx.flavor.charset(&charset.value).map_or(TextKind::Unsure, |c| TextKind::Text(c.name.into()))
        }
        ExprKind::Cast { target: CastTarget::Type(ty), .. } => match ty.keyword {
            TypeKeyword::Binary => TextKind::Text("binary".into()),
            TypeKeyword::NChar => TextKind::Text("utf8mb3".into()),
            TypeKeyword::Char | TypeKeyword::Varchar => match &ty.charset {
                Some(name) => {
                    cx.flavor.charset(&name.value).map_or(TextKind::Unsure, |c| TextKind::Text(c.name.into()))
                }
                None => TextKind::Soft,
            },
            _ => TextKind::NoText,
        },
        ExprKind::Cast { .. } => TextKind::NoText,
        ExprKind::Function { schema: None, name, args, .. } => {
            let lower = name.value.to_ascii_lowercase();
            if NUMERIC.contains(&lower.as_str()) {
                TextKind::NoText
            } else if SOFT.contains(&lower.as_str()) {
                TextKind::Soft
            } else if lower.starts_with("json_") {
                TextKind::Text("utf8mb4".into())
            } else if PASSING.contains(&lower.as_str()) && args.iter().any(|a| as_literal(a).is_none()) {
                by_columns(expr, cx)
            } else if mentions_foreign_text(expr, cx) {
                TextKind::Unsure
            } else {
                TextKind::Soft
            }
        }
        ExprKind::Case { .. } | ExprKind::Trim { .. } => by_columns(expr, cx),
        ExprKind::IntervalAdd { .. } | ExprKind::KeywordFunction { .. } => TextKind::NoText,
        _ => {
            if mentions_foreign_text(expr, cx) {
                TextKind::Unsure
            } else {
                TextKind::Soft
            }
        }
    }
}

fn column_kind(name: &str, cx: &ExprContext<'_>) -> TextKind {
    let Some(column) = cx.columns.resolve(name) else { return TextKind::Unsure };
    match column.ty {
        ColumnType::Binary { .. } | ColumnType::Varbinary { .. } | ColumnType::Blob { .. } => {
            TextKind::Text("binary".into())
        }
        ColumnType::Bit { .. } | ColumnType::Geometry { .. } if cx.flavor.is_mysql() => {
            TextKind::Text("binary".into())
        }
        ColumnType::Json => TextKind::Text("utf8mb4".into()),
        _ => column.character_set.map_or(TextKind::NoText, |set| TextKind::Text(set.charset.clone())),
    }
}

/// Of an expression that passes on what its columns have: their character set, if it is one.
fn by_columns(expr: &Expr, cx: &ExprContext<'_>) -> TextKind {
    let mut charsets = Vec::new();
    let mut unsure = false;
    super::walk(expr, &mut |e| match &e.kind {
        ExprKind::Name(_) => match text_kind(e, cx) {
            TextKind::Text(charset) => charsets.push(charset),
            TextKind::Unsure => unsure = true,
            _ => {}
        },
        ExprKind::ConvertUsing { .. }
        | ExprKind::Cast { .. }
        | ExprKind::Unary { op: UnaryOp::Binary, .. }
        | ExprKind::Literal(Literal::Hex { .. } | Literal::Bits { .. }) => unsure = true,
        _ => {}
    });
    charsets.sort();
    charsets.dedup();
    match charsets.as_slice() {
        _ if unsure => TextKind::Unsure,
        [] => TextKind::Soft,
        [one] => TextKind::Text(one.clone()),
        _ => TextKind::Unsure,
    }
}

/// Whether a string of another character set than the connection's is in there anywhere.
fn mentions_foreign_text(expr: &Expr, cx: &ExprContext<'_>) -> bool {
    let mut foreign = false;
    super::walk(expr, &mut |e| {
        let kind = match &e.kind {
            ExprKind::Name(_) | ExprKind::ConvertUsing { .. } | ExprKind::Cast { .. } => text_kind(e, cx),
            ExprKind::Literal(Literal::String { introducer: Some(charset), .. }) => {
                TextKind::Text(charset.clone())
            }
            ExprKind::Literal(Literal::Hex { .. } | Literal::Bits { .. }) => TextKind::Unsure,
            _ => TextKind::NoText,
        };
        foreign |= match kind {
            TextKind::Text(charset) => charset != cx.connection.charset,
            TextKind::Unsure => true,
            _ => false,
        };
    });
    foreign
}
