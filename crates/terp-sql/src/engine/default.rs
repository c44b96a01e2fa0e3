//! DEFAULT: literals as the server stores them, NOW, and expressions.

use terp_schema_model::{CharacterSet, Column, ColumnType, DefaultValue, IntegerSize};

use super::Context;
use super::error::{Result, messages, refuse};
use super::number::{Decimal, float_text};
use super::{temporal, types};
use crate::ast::{DefaultClause, Expr, ExprKind, Literal, UnaryOp};

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

/// Whether MariaDB stores an expression's value when the table is made, and that value may not fit: an expression of
/// constants, more than arithmetic, for a column that is no string.
pub(super) fn is_stored(expr: &Expr, ty: &ColumnType) -> bool {
    let string = matches!(
        ty,
        ColumnType::Char { .. }
            | ColumnType::Varchar { .. }
            | ColumnType::Text { .. }
            | ColumnType::Binary { .. }
            | ColumnType::Varbinary { .. }
            | ColumnType::Blob { .. }
            | ColumnType::Json
    );
    let numeric = matches!(
        ty,
        ColumnType::Integer { .. }
            | ColumnType::Decimal { .. }
            | ColumnType::Float { .. }
            | ColumnType::Bit { .. }
    );
    let (mut changes, mut arithmetic) = (false, true);
    crate::expr::walk(expr, &mut |e| match &e.kind {
        ExprKind::Function { name, .. } => {
            changes |= CHANGING.iter().any(|f| name.value.eq_ignore_ascii_case(f));
            arithmetic = false;
        }
        ExprKind::Literal(
            Literal::Integer(_) | Literal::Decimal(_) | Literal::Float(_) | Literal::Bool(_),
        )
        | ExprKind::Paren(_)
        | ExprKind::Unary { .. }
        | ExprKind::Binary { .. } => {}
        ExprKind::Literal(_) => arithmetic = false,
        // A column's value, a sequence's, or what is not known here.
        _ => changes = true,
    });
    !(string || changes || numeric && arithmetic)
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

fn bytes_to_u64(bytes: &[u8]) -> Option<u64> {
    let significant: Vec<u8> = bytes.iter().copied().skip_while(|b| *b == 0).collect();
    (significant.len() <= 8).then(|| significant.iter().fold(0u64, |n, b| n << 8 | u64::from(*b)))
}

impl ConstantDefault {
    pub(super) const fn is_null(&self) -> bool {
        matches!(self.0, Constant::Null)
    }

    /// The default as that column stores it; an error is the server's 1067.
    pub(super) fn store(&self, cx: &Context<'_>, column: &Column) -> Result<DefaultValue> {
        let invalid = || messages::invalid_default(&column.name);
        let set = column.character_set.as_ref().map(|c| &c.set);
        let mode = &cx.session.sql_mode;
        let round = cx.flavor.is_mysql() && !mode.time_truncate_fractional || mode.time_round_fractional;
        let literal = |text: Option<String>| text.map(DefaultValue::Literal).ok_or_else(invalid);
        if self.is_null() {
            return if column.nullable { Ok(DefaultValue::Null) } else { Err(invalid()) };
        }
        if matches!(self.0, Constant::Typed) {
            return Err(invalid());
        }
        match &column.ty {
            ColumnType::Integer { size, width, unsigned, zerofill } => {
                let number = self.number().ok_or_else(invalid)?;
                let value = number.to_i128().ok_or_else(invalid)?;
                let (low, high) = integer_range(*size, *unsigned);
                if value < low || value > high {
                    return Err(invalid());
                }
                let mut text = value.to_string();
                if *zerofill {
                    let width = usize::from(width.unwrap_or_else(|| size.default_width(true)));
                    text = format!("{}{text}", "0".repeat(width.saturating_sub(text.len())));
                }
                literal(Some(text))
            }
            ColumnType::Decimal { precision, scale, unsigned, zerofill } => {
                let number = self.number().ok_or_else(invalid)?.rounded(*scale);
                if number.whole_digits() > i32::from(precision - scale) || *unsigned && number.is_negative() {
                    return Err(invalid());
                }
                let mut text = number.to_text();
                if *zerofill {
                    let width = usize::from(*precision) + usize::from(*scale > 0);
                    text = format!("{}{text}", "0".repeat(width.saturating_sub(text.len())));
                }
                literal(Some(text))
            }
            ColumnType::Float { double, digits, unsigned, zerofill } => {
                let number = self.number().ok_or_else(invalid)?;
                if *unsigned && number.is_negative() {
                    return Err(invalid());
                }
                let mut text = match digits {
                    Some((precision, scale)) => {
                        let number = number.rounded(*scale);
                        if number.whole_digits() > i32::from(precision.saturating_sub(*scale)) {
                            return Err(invalid());
                        }
                        number.to_text()
                    }
                    None => float_text(number.to_f64(), *double),
                };
                if *zerofill {
                    let width = digits.map_or(if *double { 22 } else { 12 }, |(m, _)| usize::from(m));
                    text = format!("{}{text}", "0".repeat(width.saturating_sub(text.len())));
                }
                literal(Some(text))
            }
            ColumnType::Bit { width } => {
                let value = match &self.0 {
                    Constant::Number(number, _) => {
                        number.to_i128().and_then(|n| u64::try_from(n).ok()).ok_or_else(invalid)?
                    }
                    Constant::Text(text) => bytes_to_u64(text.as_bytes()).ok_or_else(invalid)?,
                    Constant::Bytes(bytes) => bytes_to_u64(bytes).ok_or_else(invalid)?,
                    Constant::Null | Constant::Typed => return Err(invalid()),
                };
                if *width < 64 && value >> width != 0 {
                    return Err(invalid());
                }
                Ok(DefaultValue::Bits(format!("{value:b}")))
            }
            ColumnType::Char { length } => {
                let text = self.text(set).ok_or_else(invalid)?;
                // CHAR drops trailing blanks, so they may stand beyond its length.
                let text = text.trim_end_matches(' ').to_owned();
                if text.chars().count() > *length as usize {
                    return Err(invalid());
                }
                literal(Some(text))
            }
            ColumnType::Varchar { length } => {
                let mut text = self.text(set).ok_or_else(invalid)?;
                let length = *length as usize;
                if text.chars().count() > length {
                    let cut: String = text.chars().take(length).collect();
                    let only_blanks = text.chars().skip(length).all(|c| c == ' ');
                    if !only_blanks || cx.flavor.is_mariadb() {
                        return Err(invalid());
                    }
                    text = cut;
                }
                literal(Some(text))
            }
            ColumnType::Binary { length } => {
                let mut bytes = self.bytes().ok_or_else(invalid)?;
                if bytes.len() > *length as usize {
                    return Err(invalid());
                }
                bytes.resize(*length as usize, 0);
                Ok(binary_default(cx, bytes))
            }
            ColumnType::Varbinary { length } => {
                let bytes = self.bytes().ok_or_else(invalid)?;
                if bytes.len() > *length as usize {
                    return Err(invalid());
                }
                Ok(binary_default(cx, bytes))
            }
            ColumnType::Enum { values } => {
                let text = self.member_text().ok_or_else(invalid)?;
                let text = text.trim_end_matches(' ');
                let found = values.iter().find(|v| types::same_member(v, text, set));
                literal(Some(found.ok_or_else(invalid)?.clone()))
            }
            ColumnType::Set { values } => {
                let text = self.member_text().ok_or_else(invalid)?;
                let mut chosen = vec![false; values.len()];
                for part in text.split(',').filter(|_| !text.is_empty()) {
                    let part = part.trim_end_matches(' ');
                    let at =
                        values.iter().position(|v| types::same_member(v, part, set)).ok_or_else(invalid)?;
                    chosen[at] = true;
                }
                let members: Vec<&str> =
                    values.iter().zip(&chosen).filter(|(_, on)| **on).map(|(v, _)| v.as_str()).collect();
                literal(Some(members.join(",")))
            }
            ColumnType::Date => literal(self.clock_text().and_then(|t| temporal::date(&t, mode))),
            ColumnType::Time { fsp } => {
                literal(self.clock_text().and_then(|t| temporal::time(&t, *fsp, round)))
            }
            ColumnType::DateTime { fsp } => {
                literal(self.clock_text().and_then(|t| temporal::date_time(&t, *fsp, mode, round)))
            }
            ColumnType::Timestamp { fsp } => {
                let wide = cx.flavor.mariadb_since(11, 5, 0);
                literal(self.clock_text().and_then(|t| temporal::timestamp(&t, *fsp, mode, round, wide)))
            }
            ColumnType::Year => {
                let is_string = matches!(self.0, Constant::Text(_));
                literal(self.clock_text().and_then(|t| temporal::year(&t, is_string)))
            }
            ColumnType::Text { .. } | ColumnType::Blob { .. } if cx.flavor.is_mariadb() => {
                // They keep the literal as an expression.
                match &self.0 {
                    Constant::Number(_, text) => Ok(DefaultValue::Expression(text.clone())),
                    Constant::Bytes(bytes) if matches!(column.ty, ColumnType::Blob { .. }) => {
                        Ok(DefaultValue::Expression(format!("0x{}", hex(bytes))))
                    }
                    _ => literal(self.text(set)),
                }
            }
            ColumnType::Geometry { .. } if cx.flavor.is_mariadb() => {
                Err(refuse(1416, "Cannot get geometry object from data you send to the GEOMETRY field"))
            }
            ColumnType::Text { .. }
            | ColumnType::Blob { .. }
            | ColumnType::Json
            | ColumnType::Geometry { .. }
            | ColumnType::Vector { .. } => Err(refuse(
                1101,
                format!("BLOB, TEXT, GEOMETRY or JSON column '{}' can't have a default value", column.name),
            )),
            ColumnType::Inet4 => {
                let text = self.text(None).ok_or_else(invalid)?;
                let address: std::net::Ipv4Addr = text.trim().parse().map_err(|_| invalid())?;
                literal(Some(address.to_string()))
            }
            ColumnType::Inet6 => {
                let text = self.text(None).ok_or_else(invalid)?;
                let address: std::net::Ipv6Addr = text.trim().parse().map_err(|_| invalid())?;
                literal(Some(address.to_string()))
            }
            ColumnType::Uuid => {
                let text = self.text(None).ok_or_else(invalid)?;
                let digits: String = text.chars().filter(|c| *c != '-').collect::<String>().to_lowercase();
                if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return Err(invalid());
                }
                let (a, b, c, d, e) =
                    (&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]);
                literal(Some(format!("{a}-{b}-{c}-{d}-{e}")))
            }
        }
    }

    fn number(&self) -> Option<Decimal> {
        match &self.0 {
            Constant::Number(number, _) => Some(number.clone()),
            Constant::Text(text) => Decimal::parse(text.trim()),
            Constant::Bytes(bytes) => bytes_to_u64(bytes).map(Decimal::from_u64),
            Constant::Null | Constant::Typed => None,
        }
    }

    fn text(&self, set: Option<&CharacterSet>) -> Option<String> {
        match &self.0 {
            Constant::Number(_, text) | Constant::Text(text) => Some(text.clone()),
            Constant::Bytes(bytes) => match set.map(|s| s.charset.as_str()) {
                Some("ucs2" | "utf16" | "utf16le" | "utf32" | "filename") => None,
                Some("latin1") => Some(bytes.iter().map(|b| char::from(*b)).collect()),
                _ => String::from_utf8(bytes.clone()).ok(),
            },
            Constant::Null | Constant::Typed => None,
        }
    }

    /// ENUM and SET take no bare number as default.
    fn member_text(&self) -> Option<String> {
        match &self.0 {
            Constant::Text(text) => Some(text.clone()),
            Constant::Bytes(bytes) => String::from_utf8(bytes.clone()).ok(),
            Constant::Number(..) | Constant::Null | Constant::Typed => None,
        }
    }

    fn clock_text(&self) -> Option<String> {
        match &self.0 {
            Constant::Number(_, text) | Constant::Text(text) => Some(text.clone()),
            Constant::Bytes(bytes) => bytes_to_u64(bytes).map(|n| n.to_string()),
            Constant::Null | Constant::Typed => None,
        }
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        match &self.0 {
            Constant::Number(_, text) | Constant::Text(text) => Some(text.clone().into_bytes()),
            Constant::Bytes(bytes) => Some(bytes.clone()),
            Constant::Null | Constant::Typed => None,
        }
    }
}

/// MySQL shows text where the bytes are valid text, and hexadecimal digits otherwise; MariaDB always shows the digits.
fn binary_default(cx: &Context<'_>, bytes: Vec<u8>) -> DefaultValue {
    if cx.flavor.is_mysql() || bytes.is_empty() {
        match String::from_utf8(bytes) {
            Ok(text) => DefaultValue::Literal(text),
            Err(error) => DefaultValue::Hex(hex(error.as_bytes())),
        }
    } else {
        DefaultValue::Hex(hex(&bytes))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

const fn integer_range(size: IntegerSize, unsigned: bool) -> (i128, i128) {
    let bits = match size {
        IntegerSize::TinyInt => 8,
        IntegerSize::SmallInt => 16,
        IntegerSize::MediumInt => 24,
        IntegerSize::Int => 32,
        IntegerSize::BigInt => 64,
    };
    if unsigned { (0, (1 << bits) - 1) } else { (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) }
}
