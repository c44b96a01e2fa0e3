//! DEFAULT: literals as the server stores them, NOW, and expressions.

mod store;

use terp_schema_model::{Column, ColumnType};

use super::Context;
use super::error::{ExecuteError, Result, messages, refuse};
use super::number::{Decimal, float_text};
use crate::ast::{BinaryOp, DefaultClause, Expr, ExprKind, Literal, UnaryOp};

/// A constant as DEFAULT takes it.
#[derive(Debug, Clone)]
enum Constant {
    Null,
    Number(Decimal, String),
    Text(String),
    Bytes(Vec<u8>),
    /// `DATE '..'` and its like, which MySQL refuses as a default.
    Typed,
}

/// What DEFAULT says.
pub(super) enum ParsedDefault {
    /// A literal.
    Constant(ConstantDefault),
    /// `CURRENT_TIMESTAMP` and its synonyms, with the digits in parentheses.
    Now { fsp: u8 },
    /// Any other expression.
    Expression,
}

/// A literal in a DEFAULT.
pub(super) struct ConstantDefault(Constant);

/// Tells literals, NOW and expressions apart.
pub(super) fn parse(clause: &DefaultClause, cx: &Context<'_>) -> Result<ParsedDefault> {
    if cx.flavor.is_mysql() {
        check_encoding(&clause.expr)?;
    }
    Ok(sort(clause, cx))
}

/// MySQL refuses bytes behind an introducer that are no text of its character set; only UTF-8 is looked at here.
fn check_encoding(expr: &Expr) -> Result<()> {
    let (bytes, introducer) = match &expr.kind {
        ExprKind::Paren(inner) => return check_encoding(inner),
        ExprKind::Literal(Literal::Hex { bytes, introducer: Some(introducer), .. }) => {
            (bytes.clone(), introducer)
        }
        ExprKind::Literal(Literal::Bits { digits, introducer: Some(introducer) }) => {
            (bits_to_bytes(digits), introducer)
        }
        _ => return Ok(()),
    };
    let (set, longest) = match introducer.to_ascii_lowercase().as_str() {
        "utf8" | "utf8mb3" => ("utf8mb3", 3),
        "utf8mb4" => ("utf8mb4", 4),
        _ => return Ok(()),
    };
    let valid = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    };
    let end =
        valid.char_indices().find(|(_, c)| c.len_utf8() > longest).map_or(valid.len(), |(start, _)| start);
    if end == bytes.len() {
        return Ok(());
    }
    let shown: String = bytes[end..].iter().take(3).map(|byte| format!("{byte:02X}")).collect();
    Err(refuse(1300, format!("Invalid {set} character string: '{shown}'")).at(expr.span))
}

fn sort(clause: &DefaultClause, cx: &Context<'_>) -> ParsedDefault {
    let expr = &clause.expr;
    // On MySQL parentheses make an expression of anything; MariaDB looks through them.
    if clause.parenthesised && cx.flavor.is_mysql() {
        return ParsedDefault::Expression;
    }
    if cx.flavor.is_mysql() && matches!(expr.kind, ExprKind::Literal(Literal::Temporal { .. })) {
        return ParsedDefault::Constant(ConstantDefault(Constant::Typed));
    }
    if let Some(constant) = constant(expr) {
        return ParsedDefault::Constant(ConstantDefault(constant));
    }
    if let Some(fsp) = now(expr).filter(|_| !is_local_time(expr, cx)) {
        return ParsedDefault::Now { fsp };
    }
    ParsedDefault::Expression
}

/// MySQL: the types that take an expression for a default, and no constant.
pub(super) const fn takes_no_constant(ty: &ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Text { .. }
            | ColumnType::Blob { .. }
            | ColumnType::Json
            | ColumnType::Geometry { .. }
            | ColumnType::Vector { .. }
    )
}

/// MySQL: an empty text as the default of a TEXT or BLOB is passed over where the session is not strict.
pub(super) fn is_forgotten(clause: &DefaultClause, cx: &Context<'_>, ty: &ColumnType) -> Result<bool> {
    let long = matches!(ty, ColumnType::Text { .. } | ColumnType::Blob { .. } | ColumnType::Vector { .. });
    if cx.flavor.is_mariadb() || cx.session.sql_mode.strict() || !long {
        return Ok(false);
    }
    Ok(matches!(parse(clause, cx)?, ParsedDefault::Constant(constant) if constant.is_empty_text()))
}

/// Whether a constant that does not fit is refused with its column, rather than when the whole table is made.
pub(super) fn is_early(error: &ExecuteError, ty: &ColumnType) -> bool {
    matches!(error, ExecuteError::Unsupported(_))
        || error.errno() == Some(1101)
        || matches!(ty, ColumnType::Enum { .. } | ColumnType::Set { .. })
}

/// LOCALTIME and LOCALTIMESTAMP, which MariaDB 11.7 and later keep as functions of their own.
fn is_local_time(expr: &Expr, cx: &Context<'_>) -> bool {
    match &expr.kind {
        ExprKind::Paren(inner) => is_local_time(inner, cx),
        ExprKind::Function { name, .. } => {
            cx.flavor.mariadb_since(11, 7, 0) && name.value.to_ascii_lowercase().starts_with("local")
        }
        _ => false,
    }
}

/// Functions whose value is another one each time, or for each session.
const CHANGING: [&str; 24] = [
    "now",
    "sysdate",
    "curdate",
    "current_date",
    "curtime",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "unix_timestamp",
    "uuid",
    "uuid_short",
    "rand",
    "random_bytes",
    "user",
    "current_user",
    "session_user",
    "system_user",
    "database",
    "connection_id",
    "nextval",
];

/// Whether an expression names no column and gives the same each time, so that MariaDB works it out when the table is made.
pub(super) fn is_stored(expr: &Expr) -> bool {
    let mut changes = false;
    crate::expr::walk(expr, &mut |e| match &e.kind {
        ExprKind::Function { name, .. } => {
            changes |= CHANGING.iter().any(|f| name.value.eq_ignore_ascii_case(f));
        }
        ExprKind::Literal(_) | ExprKind::Paren(_) | ExprKind::Unary { .. } | ExprKind::Binary { .. } => {}
        // A column's value, a sequence's, or what is not known here.
        _ => changes = true,
    });
    !changes
}

/// Whether a column takes whatever text an expression gives, as far as its length goes.
pub(super) const fn takes_any_text(ty: &ColumnType) -> bool {
    match ty {
        ColumnType::Text { .. } | ColumnType::Blob { .. } | ColumnType::Json => true,
        ColumnType::Char { length }
        | ColumnType::Varchar { length }
        | ColumnType::Binary { length }
        | ColumnType::Varbinary { length } => *length >= 64,
        _ => false,
    }
}

/// MariaDB: the value of an expression of constants, where it is known here.
pub(super) fn value(expr: &Expr) -> Option<ConstantDefault> {
    let text = |e: &Expr| match value(e)?.0 {
        Constant::Number(_, text) | Constant::Text(text) => Some(text),
        _ => None,
    };
    let integer = |e: &Expr| match value(e)?.0 {
        Constant::Number(number, _) => number.to_i128(),
        _ => None,
    };
    let of_integer = |value: i128| {
        let text = value.to_string();
        Decimal::parse(&text).map(|number| ConstantDefault(Constant::Number(number, text)))
    };
    match &expr.kind {
        ExprKind::Paren(inner) => value(inner),
        ExprKind::Literal(Literal::Integer(_) | Literal::String { .. }) => {
            constant(expr).map(ConstantDefault)
        }
        ExprKind::Binary { op, left, right } => {
            let (left, right) = (integer(left)?, integer(right)?);
            match op {
                BinaryOp::Add => of_integer(left.checked_add(right)?),
                BinaryOp::Subtract => of_integer(left.checked_sub(right)?),
                BinaryOp::Multiply => of_integer(left.checked_mul(right)?),
                _ => None,
            }
        }
        ExprKind::Function { schema: None, name, args, .. } => {
            let joined = match (name.value.to_ascii_lowercase().as_str(), args.as_slice()) {
                ("concat", args) => args.iter().map(text).collect::<Option<String>>()?,
                ("json_array", []) => "[]".to_owned(),
                ("json_object", []) => "{}".to_owned(),
                _ => return None,
            };
            Some(ConstantDefault(Constant::Text(joined)))
        }
        _ => None,
    }
}

/// MariaDB: whether an expression of constants fits its column. `None` where that is not known.
pub(super) fn check_value(cx: &Context<'_>, expr: &Expr, column: &Column) -> Option<Result<()>> {
    let value = value(expr)?;
    if let (ColumnType::Enum { values } | ColumnType::Set { values }, Constant::Number(number, _)) =
        (&column.ty, &value.0)
    {
        let most = match column.ty {
            ColumnType::Enum { .. } => i128::try_from(values.len()).ok()?,
            _ => 1i128.checked_shl(u32::try_from(values.len()).ok()?)?.checked_sub(1)?,
        };
        let fits = number.to_i128().is_some_and(|n| (0..=most).contains(&n));
        return Some(if fits { Ok(()) } else { Err(messages::invalid_default(&column.name)) });
    }
    Some(value.store(cx, column).map(drop))
}

/// Whether an expression calls a function for which MySQL's ADD COLUMN has no value that is safe to replicate.
pub(super) fn is_unsafe(expr: &Expr) -> bool {
    let mut found = false;
    crate::expr::walk(expr, &mut |e| {
        if let ExprKind::Function { name, .. } = &e.kind {
            found |= ["uuid", "uuid_short", "rand"].iter().any(|f| name.value.eq_ignore_ascii_case(f));
        }
    });
    found
}

/// The precision of `NOW(n)` and its synonyms; `None` for other expressions.
pub(super) fn now(expr: &Expr) -> Option<u8> {
    match &expr.kind {
        ExprKind::Paren(inner) => now(inner),
        ExprKind::Function { schema: None, name, args, .. } if !name.quoted => {
            let known = ["now", "current_timestamp", "localtime", "localtimestamp"];
            if !known.iter().any(|k| name.value.eq_ignore_ascii_case(k)) {
                return None;
            }
            match args.as_slice() {
                [] => Some(0),
                [Expr { kind: ExprKind::Literal(Literal::Integer(digits)), .. }] => digits.parse().ok(),
                _ => None,
            }
        }
        _ => None,
    }
}

fn constant(expr: &Expr) -> Option<Constant> {
    match &expr.kind {
        ExprKind::Paren(inner) => constant(inner),
        ExprKind::Unary { op: UnaryOp::Minus, expr } => match constant(expr)? {
            Constant::Number(number, text) => Some(Constant::Number(number.negated(), format!("-{text}"))),
            _ => None,
        },
        ExprKind::Unary { op: UnaryOp::Plus, expr } => match constant(expr)? {
            number @ Constant::Number(..) => Some(number),
            _ => None,
        },
        ExprKind::Literal(literal) => match literal {
            Literal::Null => Some(Constant::Null),
            Literal::Bool(value) => {
                Some(Constant::Number(Decimal::from_u64(u64::from(*value)), u8::from(*value).to_string()))
            }
            Literal::Integer(text) | Literal::Decimal(text) => {
                Some(Constant::Number(Decimal::parse(text)?, text.clone()))
            }
            Literal::Float(text) => {
                let number = Decimal::parse(text)?;
                let shown = float_text(number.to_f64(), true);
                Some(Constant::Number(number, shown))
            }
            Literal::String { value, .. } => Some(Constant::Text(value.clone())),
            Literal::Hex { bytes, .. } => Some(Constant::Bytes(bytes.clone())),
            Literal::Bits { digits, .. } => Some(Constant::Bytes(bits_to_bytes(digits))),
            Literal::Temporal { value, .. } => Some(Constant::Text(value.clone())),
        },
        _ => None,
    }
}

fn bits_to_bytes(digits: &str) -> Vec<u8> {
    let padded = format!("{}{digits}", "0".repeat((8 - digits.len() % 8) % 8));
    padded
        .as_bytes()
        .chunks(8)
        .map(|chunk| chunk.iter().fold(0u8, |byte, bit| byte << 1 | u8::from(*bit == b'1')))
        .collect()
}
