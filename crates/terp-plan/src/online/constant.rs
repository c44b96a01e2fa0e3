//! Whether a default has the same value for every row, so that it need not be computed row by row.

use terp_sql::ast::{Expr, ExprKind};

/// Functions whose value is the same throughout a statement.
const CONSTANT: &[&str] = &[
    "abs",
    "ascii",
    "ceil",
    "ceiling",
    "char_length",
    "coalesce",
    "concat",
    "concat_ws",
    "connection_id",
    "crc32",
    "curdate",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "curtime",
    "database",
    "date",
    "date_add",
    "date_format",
    "date_sub",
    "floor",
    "from_unixtime",
    "greatest",
    "hex",
    "if",
    "ifnull",
    "json_array",
    "json_object",
    "lcase",
    "least",
    "left",
    "length",
    "localtime",
    "localtimestamp",
    "lower",
    "lpad",
    "md5",
    "mod",
    "now",
    "nullif",
    "point",
    "pow",
    "power",
    "quote",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "rpad",
    "schema",
    "session_user",
    "sha1",
    "sha2",
    "sign",
    "space",
    "str_to_date",
    "substr",
    "substring",
    "sysdate",
    "system_user",
    "truncate",
    "ucase",
    "unhex",
    "unix_timestamp",
    "upper",
    "user",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "year",
];

/// Functions that have another value for every row.
const CHANGING: &[&str] =
    &["rand", "uuid", "uuid_short", "sys_guid", "random_bytes", "nextval", "lastval", "sleep"];

/// Whether the expression has one value for all rows; `None` where that is not known.
pub(super) fn is_constant(expr: &Expr) -> Option<bool> {
    let all = |parts: &[&Expr]| {
        let mut all = Some(true);
        for part in parts {
            match is_constant(part) {
                Some(false) => return Some(false),
                None => all = None,
                Some(true) => {}
            }
        }
        all
    };
    match &expr.kind {
        ExprKind::Literal(_) => Some(true),
        ExprKind::Name(_) | ExprKind::DefaultOf(_) | ExprKind::NextValue(_) => Some(false),
        ExprKind::Paren(inner)
        | ExprKind::Unary { expr: inner, .. }
        | ExprKind::Is { expr: inner, .. }
        | ExprKind::Collate { expr: inner, .. }
        | ExprKind::ConvertUsing { expr: inner, .. }
        | ExprKind::Extract { expr: inner, .. }
        | ExprKind::Cast { expr: inner, .. } => is_constant(inner),
        ExprKind::Binary { left, right, .. } => all(&[left, right]),
        ExprKind::IntervalAdd { expr, value, .. } => all(&[expr, value]),
        ExprKind::Function { name, args, schema: None, stored: false, .. } => {
            let name = name.value.to_ascii_lowercase();
            if CHANGING.contains(&name.as_str()) {
                Some(false)
            } else if CONSTANT.contains(&name.as_str()) {
                all(&args.iter().collect::<Vec<_>>())
            } else {
                None
            }
        }
        _ => None,
    }
}
