//! Functions that give texts, and casts.

use terp_schema_model::{CharacterSet, GeometryKind, IntegerSize};

use super::call::Argument;
use super::collation::{Strength, Text, together, width};
use super::{Form, Kind, Outcome, Typer, Value, unknown};
use crate::Span;
use crate::ast::{CastTarget, Expr, Ident, TypeKeyword, TypeName};

/// The length of a text whose length is not known before.
const UNBOUNDED: u32 = u32::MAX;

/// Functions whose text is of the session: name, length on MySQL, length on MariaDB.
const SYSTEM: &[(&str, u32, u32)] = &[
    ("database", 64, 64),
    ("schema", 64, 64),
    ("user", 288, 384),
    ("current_user", 288, 384),
    ("session_user", 288, 384),
    ("system_user", 288, 384),
    ("charset", 64, 64),
    ("collation", 64, 64),
];

impl Typer<'_> {
    /// A text of the connection's character set that is ASCII.
    pub(super) fn ascii(&self, length: u32) -> Value {
        Value::text(length, Text::new(self.connection.clone(), Strength::Literal, true))
    }

    pub(super) fn json(&self, nullable: bool) -> Value {
        let set = CharacterSet::new("utf8mb4", "utf8mb4_bin");
        let mut value = Value::text(UNBOUNDED, Text::new(set, Strength::Column, false)).nullable(nullable);
        value.kind = Kind::Json;
        value
    }

    pub(super) fn long_json_text(&self, span: Span) -> Outcome<Value> {
        if !self.mysql() {
            return unknown("a text of JSON", span);
        }
        Ok(Value { kind: Kind::Lob, ..self.json(true) })
    }

    /// The value of a function that gives a text; `None` where it does not.
    pub(super) fn text_call(&self, name: &str, args: &[Argument<'_>], span: Span) -> Outcome<Option<Value>> {
        if let Some((_, mysql, mariadb)) = SYSTEM.iter().find(|(known, ..)| *known == name) {
            let set = CharacterSet::new("utf8mb3", "utf8mb3_general_ci");
            let length = if self.mysql() { *mysql } else { *mariadb };
            return Ok(Some(Value::text(length, Text::new(set, Strength::System, true))));
        }
        let mysql = self.mysql();
        Ok(Some(match (name, args) {
            ("concat", [_, ..]) => {
                let values: Vec<Value> = args.iter().map(|a| a.value.clone()).collect();
                self.concat(&values, span)?
            }
            ("concat_ws", [separator, values @ ..]) if !values.is_empty() => {
                let all: Vec<Value> = args.iter().map(|a| a.value.clone()).collect();
                let joined = self.concat(&all, span)?;
                let gaps = u32::try_from(values.len()).unwrap_or(0).saturating_sub(2);
                let length = if values.len() == 1 {
                    joined.length - separator.value.length
                } else {
                    joined.length.saturating_add(separator.value.length.saturating_mul(gaps))
                };
                Value { length, ..joined }
            }
            ("upper" | "ucase" | "lower" | "lcase", [one]) => {
                let value = self.resized(one, one.value.length, span)?;
                // Some collations of MariaDB have letters of two characters.
                let set = value.text.as_ref().map(|t| t.set.collation.as_str()).unwrap_or_default();
                match set {
                    _ if mysql || !self.flavor.mariadb_since(11, 0, 0) => value,
                    set if set.starts_with("utf8mb4_uca1400") => {
                        Value { length: value.length.saturating_mul(2), ..value }
                    }
                    _ => return unknown("UPPER and LOWER in this collation", span),
                }
            }
            ("reverse" | "ltrim" | "rtrim" | "trim", [one]) => self.resized(one, one.value.length, span)?,
            ("substring_index", [one, delimiter, _]) => {
                let text = self.texts_of(&[one, delimiter], span)?;
                self.of_text(one.value.length, text, &one.value)
            }
            ("left" | "right", [one, count]) => {
                let length = one.value.length;
                let length = match count.number() {
                    Some(count) => length.min(u32::try_from(count.max(0)).unwrap_or(u32::MAX)),
                    None => length,
                };
                self.resized(one, length, span)?
            }
            ("substr" | "substring" | "mid", [one, rest @ ..]) => {
                let length = self.substring(one, rest, span)?;
                self.resized(one, length, span)?
            }
            ("repeat", [one, count]) => match count.number() {
                Some(count) => {
                    let count = u32::try_from(count.max(0)).unwrap_or(u32::MAX);
                    self.resized(one, one.value.length.saturating_mul(count), span)?
                }
                None => self.unbounded(one, span)?,
            },
            ("space", [count]) => match count.number() {
                Some(count) => self.ascii(u32::try_from(count.max(0)).unwrap_or(u32::MAX)),
                None => return unknown("SPACE of a number that is not written", span),
            },
            ("lpad" | "rpad", [one, count, pad]) => {
                let Some(count) = count.number() else {
                    return unknown("a text that is filled up to a length that is not written", span);
                };
                let text = self.texts_of(&[one, pad], span)?;
                self.of_text(u32::try_from(count.max(0)).unwrap_or(u32::MAX), text, &one.value)
            }
            ("replace", [one, from, to]) => {
                let text = self.texts_of(&[one, from, to], span)?;
                let (old, new) = (from.value.length, to.value.length);
                let length = one.value.length;
                let length = match new.checked_sub(old) {
                    None | Some(0) => length,
                    Some(_) if mysql || old == 0 => return unknown("REPLACE by a longer text", span),
                    Some(more) => length.saturating_add((length / old).saturating_mul(more)),
                };
                self.of_text(length, text, &one.value)
            }
            ("insert", [one, _, _, new]) => {
                let text = self.texts_of(&[one, new], span)?;
                self.of_text(one.value.length.saturating_add(new.value.length), text, &one.value)
            }
            ("elt", [_, values @ ..]) if !values.is_empty() => {
                let values: Vec<Value> = values.iter().map(|a| a.value.clone()).collect();
                let all: Vec<Text> =
                    values.iter().map(|v| self.as_text(v, span)).collect::<Outcome<Vec<_>>>()?;
                self.check_exact(&values, span)?;
                let text = self.not_mixed(&all, span)?;
                Value::text(values.iter().map(|v| v.length).max().unwrap_or(0), text)
            }
            ("hex", [one]) => match one.value.kind {
                Kind::Integer(_) if mysql || one.value.length >= 8 || one.value.constant => self.ascii(16),
                Kind::Char | Kind::Varchar => self.ascii(self.bytes_of(&one.value).saturating_mul(2)),
                _ => return unknown("HEX of this type", span),
            },
            ("unhex", [one]) if matches!(one.value.kind, Kind::Char | Kind::Varchar) => {
                Value::text(self.bytes_of(&one.value).div_ceil(2), Text::binary(Strength::Column))
            }
            ("bin" | "oct", [_]) | ("conv", [_, _, _]) => self.ascii(65),
            ("md5", [_]) if !mysql => self.ascii(32),
            ("sha1" | "sha", [_]) if !mysql => self.ascii(40),
            ("sha2", [_, bits]) if matches!(bits.number(), Some(224 | 256 | 384 | 512 | 0)) => {
                let bits = bits.number().filter(|bits| *bits != 0).unwrap_or(256);
                self.ascii(u32::try_from(bits / 4).unwrap_or(64))
            }
            ("quote", [one]) if one.value.kind.is_text() => {
                let length = one.value.length.saturating_mul(2).saturating_add(2);
                self.resized(one, length, span)?
            }
            ("soundex", [one]) => self.resized(one, one.value.length.max(4), span)?,
            ("to_base64", [one]) if matches!(one.value.kind, Kind::Char | Kind::Varchar) => {
                let length = self.bytes_of(&one.value).div_ceil(3).saturating_mul(4);
                self.ascii(length.saturating_add(length.saturating_sub(1) / 76))
            }
            ("inet_ntoa", [_]) => self.ascii(31),
            ("uuid", []) if mysql => {
                let set = CharacterSet::new("utf8mb3", "utf8mb3_general_ci");
                Value::text(36, Text::new(set, Strength::Literal, true))
            }
            ("char", [_, ..]) => {
                let count = u32::try_from(args.len()).unwrap_or(u32::MAX);
                Value::text(count.saturating_mul(4), Text::binary(Strength::Literal))
            }
            ("regexp_substr", [one, _]) => self.resized(one, one.value.length, span)?,
            ("regexp_replace", [one, _, _]) if mysql => {
                let binary = one.value.text.as_ref().is_some_and(Text::is_binary);
                let value = self.unbounded(one, span)?;
                let nullable = !binary || args.iter().any(|a| a.value.nullable);
                value.nullable(nullable)
            }
            ("regexp_replace", [one, _, _]) => self.unbounded(one, span)?,
            ("st_aswkb" | "st_asbinary", [one]) if matches!(one.value.kind, Kind::Geometry(_)) => {
                Value { kind: Kind::Lob, ..Value::text(UNBOUNDED, Text::binary(Strength::Column)) }
            }
            ("st_astext" | "st_aswkt", [one]) if matches!(one.value.kind, Kind::Geometry(_)) => {
                Value { kind: Kind::Lob, ..self.ascii(UNBOUNDED) }
            }
            ("st_geomfromtext" | "st_geometryfromtext", [one])
                if !self.evaluated || one.string().is_some_and(is_point) =>
            {
                Value::new(Kind::Geometry(GeometryKind::Geometry), UNBOUNDED, Form::Function).nullable(true)
            }
            ("st_geomfromwkb" | "st_geometryfromwkb", [one])
                if !self.evaluated || matches!(one.value.kind, Kind::Geometry(_)) =>
            {
                Value::new(Kind::Geometry(GeometryKind::Geometry), UNBOUNDED, Form::Function).nullable(true)
            }
            ("point", [x, y]) if x.value.kind.is_integer() && y.value.kind.is_integer() => {
                Value::new(Kind::Geometry(GeometryKind::Point), UNBOUNDED, Form::Function).nullable(true)
            }
            ("json_extract" | "json_object" | "json_array", _) if mysql => self.json(true),
            ("json_unquote", [one]) if mysql && one.value.kind == Kind::Json => self.long_json_text(span)?,
            _ => return Ok(None),
        }))
    }

    /// The text of an argument with another length.
    fn resized(&self, one: &Argument<'_>, length: u32, span: Span) -> Outcome<Value> {
        self.check_exact(std::slice::from_ref(&one.value), span)?;
        let text = self.as_text(&one.value, span)?;
        Ok(self.of_text(length, text, &one.value))
    }

    fn of_text(&self, length: u32, text: Text, like: &Value) -> Value {
        let mut value = Value::text(length, text);
        if like.kind == Kind::Lob {
            value.kind = Kind::Lob;
        }
        value
    }

    fn unbounded(&self, one: &Argument<'_>, span: Span) -> Outcome<Value> {
        let text = self.as_text(&one.value, span)?;
        let mut value = Value::text(UNBOUNDED, text);
        value.kind = Kind::Lob;
        Ok(value)
    }

    pub(super) fn same_text(&self, expr: &Expr, span: Span) -> Outcome<Value> {
        let one = Argument { expr, value: self.value(expr)? };
        self.resized(&one, one.value.length, span)
    }

    fn texts_of(&self, args: &[&Argument<'_>], span: Span) -> Outcome<Text> {
        let mut texts = Vec::with_capacity(args.len());
        for arg in args {
            self.check_exact(std::slice::from_ref(&arg.value), span)?;
            texts.push(self.as_text(&arg.value, span)?);
        }
        self.not_mixed(&texts, span)
    }

    /// What several texts have together, where bytes are not among characters.
    fn not_mixed(&self, texts: &[Text], span: Span) -> Outcome<Text> {
        let real = || texts.iter().filter(|text| text.strength != Strength::Null);
        if real().any(Text::is_binary) && !real().all(Text::is_binary) {
            return unknown("bytes among texts", span);
        }
        if texts.iter().any(|t| t.strength == Strength::Null) && real().next().is_none() {
            return unknown("a text of nothing but NULL", span);
        }
        match together(real(), self.flavor, span)? {
            Some(text) => Ok(text),
            None => unknown("a text of nothing", span),
        }
    }

    /// The length of a number whose length is not known would become that of a text.
    fn check_exact(&self, values: &[Value], span: Span) -> Outcome<()> {
        if values.iter().any(|v| v.inexact) {
            return unknown("a text of this number", span);
        }
        Ok(())
    }

    pub(super) fn concat(&self, values: &[Value], span: Span) -> Outcome<Value> {
        self.check_exact(values, span)?;
        let mut texts = Vec::with_capacity(values.len());
        let mut length = 0_u32;
        let mut lob = false;
        for value in values {
            if value.kind == Kind::Lob && value.length == UNBOUNDED {
                return unknown("a text that begins with a LONGTEXT", span);
            }
            if value.kind == Kind::Json {
                return unknown("a text of JSON", span);
            }
            texts.push(self.as_text(value, span)?);
            length = length.saturating_add(value.length);
            lob |= value.kind == Kind::Lob;
        }
        let mut value = Value::text(length, self.not_mixed(&texts, span)?);
        if lob {
            value.kind = Kind::Lob;
        }
        Ok(value)
    }

    fn substring(&self, one: &Argument<'_>, rest: &[Argument<'_>], span: Span) -> Outcome<u32> {
        let width = one.value.text.as_ref().map_or(1, |t| width(self.flavor, &t.set.charset));
        // MariaDB counts bytes here.
        let whole = one.value.length.saturating_mul(if self.mysql() { 1 } else { width });
        let [start, count @ ..] = rest else { return unknown("SUBSTR of one argument", span) };
        let mut length = match start.number() {
            Some(start @ 1..) => whole.saturating_sub(u32::try_from(start - 1).unwrap_or(u32::MAX)),
            Some(0) => return unknown("SUBSTR from 0", span),
            Some(start) => whole.min(u32::try_from(start.unsigned_abs()).unwrap_or(u32::MAX)),
            None => whole,
        };
        if let [count] = count {
            match count.number() {
                Some(count) => length = length.min(u32::try_from(count.max(0)).unwrap_or(u32::MAX)),
                None => return unknown("SUBSTR of a length that is not written", span),
            }
        }
        Ok(length)
    }

    fn bytes_of(&self, value: &Value) -> u32 {
        let width = value.text.as_ref().map_or(1, |t| width(self.flavor, &t.set.charset));
        value.length.saturating_mul(width)
    }

    /// A value as bytes: BINARY, or a cast to it.
    pub(super) fn to_bytes(&self, value: &Value, length: Option<u64>, span: Span) -> Outcome<Value> {
        if value.kind == Kind::Lob || value.kind == Kind::Null || value.text.is_none() && length.is_none() {
            return unknown("bytes of this type", span);
        }
        self.check_exact(std::slice::from_ref(value), span)?;
        let length = match length {
            Some(length) => u32::try_from(length).unwrap_or(u32::MAX),
            None => self.bytes_of(value),
        };
        Ok(Value::text(length, Text::binary(Strength::Column)))
    }

    /// `CONVERT(expr USING charset)`.
    pub(super) fn convert(&self, inner: &Expr, charset: &Ident, span: Span) -> Outcome<Value> {
        let value = self.value(inner)?;
        let Some(info) = self.flavor.charset(&charset.value) else {
            return unknown("CONVERT to this character set", span);
        };
        let text = self.as_text(&value, span)?;
        self.check_exact(std::slice::from_ref(&value), span)?;
        if text.is_binary() || info.name == "binary" || value.kind == Kind::Lob {
            return unknown("CONVERT of bytes and long texts", span);
        }
        let set = if info.name == self.connection.charset {
            self.connection.clone()
        } else {
            CharacterSet::new(info.name, self.flavor.default_collation(info.name).unwrap_or_default())
        };
        if info.name == "utf8mb4" && set != self.flavor.default_character_set() {
            return unknown("CONVERT with another collation of the connection", span);
        }
        Ok(Value::text(value.length, Text::new(set, Strength::Column, text.ascii)))
    }

    pub(super) fn cast(&self, inner: &Expr, target: &CastTarget, span: Span) -> Outcome<Value> {
        let value = self.value(inner)?;
        let nullable = value.nullable;
        let one = Argument { expr: inner, value };
        let value = &one.value;
        match target {
            CastTarget::Signed | CastTarget::Unsigned => {
                let unsigned = matches!(target, CastTarget::Unsigned);
                if value.kind == Kind::Null {
                    return unknown("a cast of NULL to an integer", span);
                }
                if self.evaluated && !value.kind.is_integer() {
                    return unknown("a cast of this type to an integer", span);
                }
                if self.mysql() {
                    return Ok(Value::integer(21, self.flavor).unsigned(unsigned).nullable(nullable));
                }
                if let (Kind::Char | Kind::Varchar, false) = (value.kind, unsigned) {
                    return Ok(Value::integer(value.length.min(21), self.flavor).nullable(nullable));
                }
                let Kind::Integer(_) = value.kind else {
                    return unknown("a cast of this type to an integer", span);
                };
                match (unsigned, value.constant || value.unsigned) {
                    (false, false) => {
                        let size = if value.length >= 10 { IntegerSize::BigInt } else { IntegerSize::Int };
                        let mut own = Value::integer(value.length, self.flavor).nullable(nullable);
                        own.kind = Kind::Integer(size);
                        Ok(own)
                    }
                    (true, true) if value.constant && value.unsigned_literal => {
                        Ok(Value::integer(value.length, self.flavor).unsigned(true))
                    }
                    (false, true) if value.unsigned_literal => {
                        Ok(Value::integer(value.length + 1, self.flavor))
                    }
                    (true, false) if value.length >= 10 => {
                        Ok(Value::integer(20, self.flavor).unsigned(true).nullable(nullable))
                    }
                    _ => unknown("a cast of this integer", span),
                }
            }
            CastTarget::Type(ty) => self.cast_to(&one, ty, span),
        }
    }

    fn cast_to(&self, one: &Argument<'_>, ty: &TypeName, span: Span) -> Outcome<Value> {
        let value = &one.value;
        let nullable = value.nullable;
        let fsp = ty.args.first().and_then(|n| u8::try_from(*n).ok()).unwrap_or(0);
        match ty.keyword {
            TypeKeyword::Char | TypeKeyword::Varchar if !ty.binary => {
                let set = match &ty.charset {
                    None => self.connection.clone(),
                    Some(name) => match self.flavor.charset(&name.value) {
                        Some(info) if info.name == self.connection.charset => self.connection.clone(),
                        Some(info) if info.name != "binary" => {
                            let collation = self.flavor.default_collation(info.name).unwrap_or_default();
                            CharacterSet::new(info.name, collation)
                        }
                        _ => return unknown("a cast to this character set", span),
                    },
                };
                let text = self.as_text(value, span)?;
                if text.is_binary() || value.kind == Kind::Lob && ty.args.is_empty() {
                    return unknown("a cast of bytes or a long text to CHAR", span);
                }
                if ty.args.is_empty() {
                    self.check_exact(std::slice::from_ref(value), span)?;
                }
                let length = ty.args.first().map_or(value.length, |n| u32::try_from(*n).unwrap_or(u32::MAX));
                Ok(Value::text(length, Text::new(set, Strength::Column, text.ascii)))
            }
            TypeKeyword::Binary => self.to_bytes(value, ty.args.first().copied(), span),
            TypeKeyword::Decimal => {
                if self.evaluated && !value.kind.is_integer() && value.kind != Kind::Decimal {
                    return unknown("a cast of this type to DECIMAL", span);
                }
                let precision = ty.args.first().copied().filter(|n| *n > 0).unwrap_or(10);
                let scale = ty.args.get(1).copied().unwrap_or(0);
                let (Ok(precision), Ok(scale)) = (u32::try_from(precision), u8::try_from(scale)) else {
                    return unknown("a cast to this DECIMAL", span);
                };
                if value.kind == Kind::Null {
                    return unknown("a cast of NULL to DECIMAL", span);
                }
                Ok(Value::decimal(precision, scale, false, Form::Function).nullable(nullable))
            }
            TypeKeyword::Date | TypeKeyword::Time | TypeKeyword::DateTime => {
                let kind = match ty.keyword {
                    TypeKeyword::Date => Kind::Date,
                    TypeKeyword::Time => Kind::Time,
                    _ => Kind::DateTime,
                };
                if self.evaluated
                    && !value.kind.is_temporal()
                    && !one.string().is_some_and(|t| is_time(t, kind))
                {
                    return unknown("a cast of this value to a date or time", span);
                }
                Ok(Value::temporal(kind, fsp, Form::Function).nullable(true))
            }
            TypeKeyword::Double if !self.evaluated || value.kind.is_integer() => {
                let mut result = Value::double(self.flavor, None).nullable(nullable || !self.mysql());
                result.inexact = true;
                Ok(result)
            }
            TypeKeyword::Json if self.mysql() && !self.evaluated => Ok(self.json(true)),
            _ => unknown("a cast to this type", span),
        }
    }
}

/// Whether a text is certainly a point: `point(1 2)`.
fn is_point(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let inside = lower.strip_prefix("point(").and_then(|rest| rest.strip_suffix(')'));
    inside.and_then(|inside| inside.split_once(' ')).is_some_and(|(x, y)| {
        [x, y].iter().all(|n| !n.is_empty() && n.len() < 10 && n.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// Whether a text is certainly a date or time: `2000-01-02`, `03:04:05`, both with a blank between them.
pub(super) fn is_time(text: &str, kind: Kind) -> bool {
    let number = |text: &str, digits: usize, range: std::ops::RangeInclusive<u32>| {
        text.len() == digits
            && text.bytes().all(|b| b.is_ascii_digit())
            && text.parse().is_ok_and(|n| range.contains(&n))
    };
    let is_date = |text: &str| {
        let parts: Vec<&str> = text.split('-').collect();
        matches!(parts.as_slice(), [y, m, d]
            if number(y, 4, 1000..=9999) && number(m, 2, 1..=12) && number(d, 2, 1..=28)
                || number(y, 4, 1000..=9999) && number(d, 2, 29..=31) && matches!(*m, "01" | "03" | "05" | "07" | "08" | "10" | "12"))
    };
    let is_clock = |text: &str| {
        let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let parts: Vec<&str> = clock.split(':').collect();
        matches!(parts.as_slice(), [h, m, s]
            if number(h, 2, 0..=23) && number(m, 2, 0..=59) && number(s, 2, 0..=59))
            && (1..=6).contains(&fraction.len())
            && fraction.bytes().all(|b| b.is_ascii_digit())
    };
    match (text.split_once(' '), kind) {
        (Some((date, clock)), Kind::DateTime) => is_date(date) && is_clock(clock),
        (None, Kind::Time) => is_clock(text),
        (None, Kind::Date | Kind::DateTime) => is_date(text),
        _ => false,
    }
}
