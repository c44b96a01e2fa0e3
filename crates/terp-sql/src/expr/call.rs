//! Functions: what both vendors' printers ask of them.

use super::functions::{Function, Lookup, lookup};
use super::{ExprContext, ExprError, as_literal, refuse};
use crate::Span;
use crate::ast::{CastTarget, Expr, Ident, Literal, TypeKeyword};
use terp_schema_model::GeometryKind;

/// The native function that a call means, or the server's refusal.
pub(super) fn native(
    schema: Option<&Ident>,
    name: &Ident,
    stored: bool,
    count: usize,
    span: Span,
    cx: &ExprContext<'_>,
) -> Result<&'static Function, ExprError> {
    let lower = name.value.to_ascii_lowercase();
    if schema.is_some() || stored {
        return Err(refuse::stored_function(schema, name, span, cx));
    }
    match lookup(cx.flavor, &lower, count) {
        Lookup::Native(function) => {
            if !function.takes(count) {
                let message =
                    format!("Incorrect parameter count in the call to native function '{}'", name.value);
                return Err(ExprError::refused(1582, message, span));
            }
            refuse::function(function, &lower, span, cx)?;
            Ok(function)
        }
        Lookup::Unknown => Err(refuse::stored_function(None, name, span, cx)),
        Lookup::Unsure => Err(ExprError::unsupported(format!("the function {lower} of this version"), span)),
    }
}

/// Which arguments of a function have to agree on a character set.
pub(super) fn agreeing(name: &str, count: usize) -> Vec<usize> {
    match name {
        "concat" | "concat_ws" | "coalesce" | "ifnull" | "nvl" | "least" | "greatest" | "strcmp"
        | "find_in_set" | "replace" | "field" => (0..count).collect(),
        "locate" | "instr" | "regexp_like" | "regexp_instr" | "regexp_substr" | "nullif" => vec![0, 1],
        "regexp_replace" => vec![0, 1, 2],
        "if" | "nvl2" => vec![1, 2],
        "lpad" | "rpad" if count == 3 => vec![0, 2],
        "insert" => vec![0, 3],
        "elt" | "make_set" => (1..count).collect(),
        "export_set" => (1..count.min(4)).collect(),
        _ => Vec::new(),
    }
}

/// Functions whose argument, where they have one, is a precision: nothing but digits may stand there.
pub(super) fn has_precision(name: &str) -> bool {
    [
        "now",
        "current_timestamp",
        "localtime",
        "localtimestamp",
        "curtime",
        "current_time",
        "sysdate",
        "utc_time",
        "utc_timestamp",
    ]
    .contains(&name)
}

/// The precision in parentheses after such a function.
pub(super) fn precision(args: &[Expr], span: Span) -> Result<String, ExprError> {
    match args {
        [] => Ok("()".into()),
        [arg] => match as_literal(arg) {
            Some(Literal::Integer(digits)) => match digits.parse::<u64>() {
                Ok(0) => Ok("()".into()),
                Ok(fsp @ 1..=6) => Ok(format!("({fsp})")),
                fsp => {
                    let fsp = fsp.unwrap_or(u64::MAX);
                    Err(ExprError::refused(
                        1426,
                        format!("Too-big precision {fsp} specified for 'now'. Maximum is 6."),
                        span,
                    ))
                }
            },
            _ => Err(ExprError::unsupported("a precision that is no number", span)),
        },
        _ => Err(ExprError::unsupported("a precision of several numbers", span)),
    }
}

/// The type as CAST prints it.
pub(super) fn cast_type(target: &CastTarget, span: Span, cx: &ExprContext<'_>) -> Result<String, ExprError> {
    let ty = match target {
        CastTarget::Signed => return Ok("signed".into()),
        CastTarget::Unsigned => return Ok("unsigned".into()),
        CastTarget::Type(ty) => ty,
    };
    let length = || ty.args.first().map(|n| format!("({n})")).unwrap_or_default();
    let mysql = cx.flavor.is_mysql();
    Ok(match ty.keyword {
        TypeKeyword::Binary => format!("char{} charset binary", length()),
        TypeKeyword::NChar => format!("char{} charset utf8mb3", length()),
        TypeKeyword::Char | TypeKeyword::Varchar => {
            let charset = match &ty.charset {
                Some(charset) => refuse::charset(charset, cx)?,
                None => &cx.connection.charset,
            };
            let binary = if ty.binary && !mysql { " binary" } else { "" };
            format!("char{} charset {charset}{binary}", length())
        }
        TypeKeyword::Date => "date".into(),
        TypeKeyword::Time => format!("time{}", fsp(&ty.args)),
        TypeKeyword::DateTime => format!("datetime{}", fsp(&ty.args)),
        TypeKeyword::Year => "year".into(),
        TypeKeyword::Decimal => {
            let precision = ty.args.first().copied().filter(|&p| p > 0).unwrap_or(10);
            format!("decimal({precision},{})", ty.args.get(1).copied().unwrap_or(0))
        }
        TypeKeyword::Float if mysql && ty.args.first().is_some_and(|&p| p > 24) => "double".into(),
        TypeKeyword::Float => "float".into(),
        TypeKeyword::Double => match ty.args.as_slice() {
            [m, d] => format!("double({m},{d})"),
            _ => "double".into(),
        },
        TypeKeyword::Real if cx.sql_mode.real_as_float => "float".into(),
        TypeKeyword::Real => "double".into(),
        TypeKeyword::Int => "signed".into(),
        TypeKeyword::Json => "json".into(),
        TypeKeyword::Inet4 => "inet4".into(),
        TypeKeyword::Inet6 => "inet6".into(),
        TypeKeyword::Uuid => "uuid".into(),
        TypeKeyword::Geometry(kind) => match kind {
            GeometryKind::Point => "point",
            GeometryKind::LineString => "linestring",
            GeometryKind::Polygon => "polygon",
            GeometryKind::MultiPoint => "multipoint",
            GeometryKind::MultiLineString => "multilinestring",
            GeometryKind::MultiPolygon => "multipolygon",
            GeometryKind::GeometryCollection => "geometrycollection",
            GeometryKind::Geometry => return Err(ExprError::unsupported("a cast to GEOMETRY", span)),
        }
        .into(),
        _ => return Err(ExprError::unsupported("a cast to this type", span)),
    })
}

/// The type as RETURNING of JSON_VALUE prints it: unlike CAST, it names a character set only where it was written.
pub(super) fn returning_type(
    target: &CastTarget,
    span: Span,
    cx: &ExprContext<'_>,
) -> Result<String, ExprError> {
    let CastTarget::Type(ty) = target else { return cast_type(target, span, cx) };
    Ok(match (ty.keyword, ty.args.as_slice()) {
        (TypeKeyword::Char, [length]) => {
            let charset = match &ty.charset {
                Some(charset) => format!(" character set {}", refuse::charset(charset, cx)?),
                None => String::new(),
            };
            format!("char({length}){charset}")
        }
        (TypeKeyword::Decimal, [precision, scale]) => format!("decimal({precision}, {scale})"),
        (TypeKeyword::Date | TypeKeyword::Time | TypeKeyword::DateTime | TypeKeyword::Year, _)
        | (TypeKeyword::Json | TypeKeyword::Double, _) => cast_type(target, span, cx)?,
        _ => return Err(ExprError::unsupported("this type after RETURNING", span)),
    })
}

fn fsp(args: &[u64]) -> String {
    args.first().filter(|&&n| n > 0).map(|n| format!("({n})")).unwrap_or_default()
}
