//! Literals.

use terp_schema_model::{CharacterSet, IntegerSize};

use super::collation::{Strength, Text};
use super::{Form, Kind, Outcome, Typer, Value, unknown};
use crate::Span;
use crate::ast::Literal;

impl Typer<'_> {
    pub(super) fn literal(&self, literal: &Literal, span: Span) -> Outcome<Value> {
        let mut value = match literal {
            Literal::Null => {
                let mut value = Value::new(Kind::Null, 0, Form::Plain).nullable(true);
                value.text = Some(Text::binary(Strength::Null));
                value
            }
            Literal::Bool(truth) => {
                // MariaDB's own words are longer than their digit.
                let words = self.flavor.mariadb_since(11, 0, 0);
                let mut value = match (words, truth) {
                    (true, true) => self.integer_literal(1, 5),
                    (true, false) => return unknown("the length of FALSE", span),
                    (false, _) => {
                        let mut value = self.integer_literal(1, 1);
                        value.length = 1;
                        value
                    }
                };
                // Beside others it counts as a number without a sign there.
                value.inexact = self.flavor.is_mariadb();
                value
            }
            Literal::Integer(digits) => self.integer(digits),
            Literal::Decimal(text) => {
                let (before, after) = text.split_once('.').unwrap_or((text, ""));
                let scale = u8::try_from(after.len()).unwrap_or(u8::MAX);
                let significant =
                    before.trim_start_matches('0').len().max(usize::from(before.starts_with('0')));
                let precision = u32::try_from(significant + after.len()).unwrap_or(u32::MAX);
                if before.is_empty() || before.len() > 1 && before.starts_with('0') {
                    return unknown("the precision of a number that begins with zeros or a point", span);
                }
                if precision > 65 || scale > 30 {
                    return unknown("a number of many digits", span);
                }
                Value::decimal(precision.max(1), scale, false, Form::Plain)
            }
            Literal::Float(text) => {
                let mut value = Value::double(self.flavor, None);
                value.form = Form::Plain;
                if !self.mysql() {
                    value.length = u32::try_from(text.len()).unwrap_or(u32::MAX);
                }
                value
            }
            Literal::String { value, introducer } => self.string(value, introducer.as_deref(), span)?,
            Literal::Hex { bytes, introducer: None, .. } => self.bytes(bytes.len()),
            Literal::Bits { digits, introducer: None } if !digits.is_empty() => {
                self.bytes(digits.len().div_ceil(8))
            }
            Literal::Hex { .. } | Literal::Bits { .. } => {
                return unknown("a binary literal of this form", span);
            }
            Literal::Temporal { keyword, value } => {
                let fsp = value.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end().len());
                let fsp = u8::try_from(fsp).unwrap_or(u8::MAX);
                let kind = match *keyword {
                    "DATE" => Kind::Date,
                    "TIME" => Kind::Time,
                    _ => Kind::DateTime,
                };
                if fsp > 6 || value.len() < 8 {
                    return unknown("a temporal literal in a free form", span);
                }
                Value::temporal(kind, fsp, Form::Plain)
            }
        };
        value.constant = true;
        Ok(value)
    }

    fn integer(&self, digits: &str) -> Value {
        let significant = digits.trim_start_matches('0');
        let length = u32::try_from(digits.len()).unwrap_or(u32::MAX);
        match significant.parse::<u64>() {
            Err(_) if !significant.is_empty() => {
                let precision = u32::try_from(significant.len()).unwrap_or(u32::MAX);
                Value::decimal(precision, 0, false, Form::Plain)
            }
            Ok(number) if number > i64::MAX as u64 => {
                let mut value = self.integer_literal(length, length);
                value.unsigned = true;
                value.length = length;
                value
            }
            _ => self.integer_literal(length, length),
        }
    }

    /// MySQL has room for a sign before every literal.
    fn integer_literal(&self, digits: u32, length: u32) -> Value {
        if self.mysql() {
            return Value::new(Kind::Integer(IntegerSize::BigInt), digits + 1, Form::Plain);
        }
        let size = if length >= 10 { IntegerSize::BigInt } else { IntegerSize::Int };
        let mut value = Value::new(Kind::Integer(size), length, Form::Plain);
        value.unsigned_literal = true;
        value
    }

    fn string(&self, text: &str, introducer: Option<&str>, span: Span) -> Outcome<Value> {
        let set = match introducer {
            None => self.connection.clone(),
            Some(charset) => {
                let Some(info) = self.flavor.charset(charset) else {
                    return unknown("a string of an unknown character set", span);
                };
                // An introducer has the character set's own collation, whatever is the session's for it.
                CharacterSet::new(info.name, info.default_collation)
            }
        };
        let ascii = text.is_ascii();
        if introducer.is_some() && !ascii {
            return unknown("a string beyond ASCII with an introducer", span);
        }
        if introducer.is_some() && matches!(set.charset.as_str(), "ucs2" | "utf16" | "utf16le" | "utf32") {
            return unknown("a string of a wide character set", span);
        }
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let mut value = Value::new(Kind::Varchar, length, Form::Plain);
        value.text = Some(Text::new(set, Strength::Literal, ascii));
        Ok(value)
    }

    fn bytes(&self, length: usize) -> Value {
        let mut value = Value::new(Kind::Varchar, u32::try_from(length).unwrap_or(u32::MAX), Form::Plain);
        value.text = Some(Text::binary(Strength::Literal));
        value
    }
}
