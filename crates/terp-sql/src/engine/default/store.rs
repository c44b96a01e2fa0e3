//! A literal of a DEFAULT, as the server stores it in a column of some type.

use terp_schema_model::{CharacterSet, Column, ColumnType, DefaultValue, IntegerSize};

use super::{Constant, ConstantDefault};
use crate::engine::Context;
use crate::engine::error::{ExecuteError, Result, messages, refuse, unsupported};
use crate::engine::number::{Decimal, float_text};
use crate::engine::{temporal, types};

impl ConstantDefault {
    pub(in crate::engine) const fn is_null(&self) -> bool {
        matches!(self.0, Constant::Null)
    }

    /// The default as that column stores it; an error is the server's 1067.
    pub(in crate::engine) fn store(&self, cx: &Context<'_>, column: &Column) -> Result<DefaultValue> {
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
                let number = self.number().ok_or_else(|| self.not_decimal(cx, &column.name))?;
                // The sign is looked at before digits go.
                let negative = *unsigned && number.is_negative();
                let number = number.rounded(*scale);
                if number.whole_digits() > i32::from(precision - scale) || negative {
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
                        let value = number.to_i128().ok_or_else(invalid)?;
                        match u64::try_from(value) {
                            Ok(value) => value,
                            // MariaDB keeps the bits of a negative number, where all of them fit.
                            Err(_) if cx.flavor.is_mariadb() && *width == 64 => {
                                i64::try_from(value).map_err(|_| invalid())?.cast_unsigned()
                            }
                            Err(_) => return Err(invalid()),
                        }
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
                check_encodable(cx, &text, set, &column.name)?;
                // CHAR drops trailing blanks, so they may stand beyond its length.
                let text = text.trim_end_matches(' ').to_owned();
                if text.chars().count() > *length as usize {
                    return Err(invalid());
                }
                literal(Some(text))
            }
            ColumnType::Varchar { length } => {
                let mut text = self.text(set).ok_or_else(invalid)?;
                check_encodable(cx, &text, set, &column.name).map_err(|e| match e.errno() {
                    Some(3854) => invalid(),
                    _ => e,
                })?;
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
                check_encodable(cx, &text, set, &column.name)?;
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
                    _ => {
                        let text = self.text(set).ok_or_else(invalid)?;
                        check_encodable(cx, &text, set, &column.name)?;
                        literal(Some(text))
                    }
                }
            }
            ColumnType::Geometry { .. } if cx.flavor.is_mariadb() => {
                Err(refuse(1416, "Cannot get geometry object from data you send to the GEOMETRY field"))
            }
            ColumnType::Vector { .. } if cx.flavor.is_mariadb() => Err(invalid()),
            ColumnType::Text { .. }
            | ColumnType::Blob { .. }
            | ColumnType::Json
            | ColumnType::Geometry { .. }
            | ColumnType::Vector { .. } => Err(messages::no_default(&column.name)),
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

    /// MySQL has an error of its own for a text that begins with a number and goes on.
    fn not_decimal(&self, cx: &Context<'_>, column: &str) -> ExecuteError {
        match &self.0 {
            Constant::Text(text)
                if cx.flavor.is_mysql()
                    && text
                        .trim_start()
                        .trim_start_matches(['+', '-'])
                        .starts_with(|c: char| c.is_ascii_digit()) =>
            {
                let message = format!("Incorrect decimal value: '{text}' for column '{column}' at row 1");
                refuse(1366, message)
            }
            _ => messages::invalid_default(column),
        }
    }

    pub(in crate::engine) fn is_empty_text(&self) -> bool {
        match &self.0 {
            Constant::Text(text) => text.is_empty(),
            Constant::Bytes(bytes) => bytes.is_empty(),
            _ => false,
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

/// A text that the column's character set lacks: 1067, and 3854 where MySQL converts it for a CHAR or ENUM.
fn check_encodable(cx: &Context<'_>, text: &str, set: Option<&CharacterSet>, column: &str) -> Result<()> {
    let Some(set) = set.filter(|_| !text.is_ascii()) else { return Ok(()) };
    let lacks = match set.charset.as_str() {
        "utf8mb4" | "binary" | "filename" | "utf16" | "utf16le" | "utf32" | "gb18030" => false,
        "utf8mb3" | "ucs2" => text.chars().any(|c| u32::from(c) > 0xFFFF),
        "ascii" => true,
        // Windows-1252: what Latin-1 has, and some more.
        "latin1" if text.chars().all(|c| u32::from(c) < 0x100) => false,
        "latin1" if text.chars().any(|c| u32::from(c) > 0x2122) => true,
        other => return Err(unsupported(format!("a default beyond ASCII in the character set {other}"))),
    };
    match lacks {
        false => Ok(()),
        true if cx.flavor.is_mysql() => {
            let bytes: String = text
                .chars()
                .filter(|c| !c.is_ascii())
                .flat_map(|c| c.to_string().into_bytes())
                .map(|byte| format!("\\x{byte:02X}"))
                .collect();
            Err(refuse(3854, format!("Cannot convert string '{bytes}' from utf8mb4 to {}", set.charset)))
        }
        true => Err(messages::invalid_default(column)),
    }
}

fn bytes_to_u64(bytes: &[u8]) -> Option<u64> {
    let significant: Vec<u8> = bytes.iter().copied().skip_while(|b| *b == 0).collect();
    (significant.len() <= 8).then(|| significant.iter().fold(0u64, |n, b| n << 8 | u64::from(*b)))
}
