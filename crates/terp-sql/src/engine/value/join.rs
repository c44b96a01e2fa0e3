//! The type that several values have together: of COALESCE, CASE, IF and the like, and of UNION.

use terp_schema_model::{Flavor, GeometryKind, IntegerSize};

use super::collation::{Strength, Text, together, width};
use super::{Form, Kind, Outcome, Typer, Value, unknown};
use crate::Span;

/// Longer texts become TEXT where a function gives them.
pub(super) const LONGEST_VARCHAR: u32 = 512;

/// The columns of two operands of UNION.
pub(in crate::engine) fn union(
    typer: &Typer<'_>,
    left: &[Value],
    right: &[Value],
    span: Span,
) -> Outcome<Vec<Value>> {
    let pairs = left.iter().zip(right);
    pairs
        .map(|(left, right)| {
            let nullable = left.nullable || right.nullable;
            let joined = typer.join(&[left.clone(), right.clone()], Form::Union, span)?;
            let nullable = nullable || joined.nullable && matches!(joined.kind, Kind::Geometry(_));
            Ok(joined.nullable(nullable))
        })
        .collect()
}

impl Typer<'_> {
    /// The type in which all fit; whether it can be NULL is the caller's to say.
    pub(super) fn join(&self, all: &[Value], form: Form, span: Span) -> Outcome<Value> {
        let values: Vec<&Value> = all.iter().filter(|v| v.kind != Kind::Null).collect();
        let Some(first) = values.first() else {
            return match all.first() {
                Some(null) => Ok(Value { form, ..null.clone() }),
                None => unknown("a type without values", span),
            };
        };
        if values.iter().any(|v| v.inexact)
            && !values.iter().all(|v| v.kind.is_real() || v.kind == Kind::Decimal)
        {
            return unknown("a type for the value of this function", span);
        }
        let differ = values.iter().any(|v| v.kind != first.kind || v.unsigned != first.unsigned);
        let listed = matches!(first.kind, Kind::Enum | Kind::Set);
        if values.len() < all.len() && listed {
            return unknown("a type for NULL beside ENUM or SET", span);
        }
        let doubtful = differ || !self.mysql() && values.len() > 1;
        if doubtful && values.len() < all.len() && values.iter().all(|v| v.kind.is_integer()) {
            return unknown("a type for NULL beside different integers", span);
        }
        let every = |test: fn(Kind) -> bool| values.iter().all(|v| test(v.kind));
        let any = |test: fn(Kind) -> bool| values.iter().any(|v| test(v.kind));
        let same = values.iter().all(|v| v.kind == first.kind);
        let mut value = if same && matches!(first.kind, Kind::Year | Kind::Json) {
            Value { form, ..(*first).clone() }
        } else if any(|k| k == Kind::Bit) {
            return self.bits_together(&values, form, span);
        } else if every(Kind::is_integer) {
            self.integers(&values, form, span)?
        } else if every(|k| k.is_integer() || k == Kind::Decimal) {
            let unsigned = !self.mysql() && all.iter().all(|v| v.unsigned);
            decimals(&values, form).unsigned_decimal(unsigned)
        } else if every(|k| k.is_integer() || k == Kind::Decimal || k.is_real()) {
            self.reals(&values, form, span)?
        } else if every(Kind::is_temporal) {
            temporals(&values, form)
        } else if every(|k| matches!(k, Kind::Geometry(_))) {
            return Ok(self.geometries(all, &values, form));
        } else if any(|k| matches!(k, Kind::Json | Kind::Geometry(_))) {
            return unknown("a type for JSON or geometries beside others", span);
        } else {
            self.texts(&values, form, span)?
        };
        value.constant = false;
        value.unsigned_literal = false;
        value.inexact |= values.len() < all.len() && value.kind.is_integer();
        Ok(value)
    }

    fn integers(&self, values: &[&Value], form: Form, span: Span) -> Outcome<Value> {
        let unsigned = values.iter().all(|v| v.unsigned);
        let mixed = !unsigned && values.iter().any(|v| v.unsigned);
        let digits = values.iter().map(|v| v.precision()).max().unwrap_or(1);
        let size = |value: &Value| match value.kind {
            Kind::Integer(size) => size,
            // MySQL has room for it in TINYINT UNSIGNED.
            _ => IntegerSize::TinyInt,
        };
        let largest = values.iter().map(|v| size(v)).max().unwrap_or(IntegerSize::Int);
        let huge = values.iter().any(|v| v.unsigned && v.kind == Kind::Integer(IntegerSize::BigInt));
        if mixed && (huge || !self.mysql()) {
            return Ok(Value::decimal(digits, 0, false, form));
        }
        let size = match mixed.then(|| above(values, size)) {
            Some(Some(size)) => size,
            Some(None) => return unknown("a type for MEDIUMINT beside UNSIGNED", span),
            None => largest,
        };
        let length = digits + u32::from(!unsigned);
        let kind = Kind::Integer(size);
        let mut value = Value::new(kind, length, form).unsigned(unsigned);
        // Its length is another for what is made of it.
        value.inexact = mixed;
        Ok(value)
    }

    fn bits_together(&self, values: &[&Value], form: Form, span: Span) -> Outcome<Value> {
        let same =
            values.windows(2).all(|pair| pair[0].kind == pair[1].kind && pair[0].length == pair[1].length);
        match values.first() {
            Some(bits) if same && (!self.mysql() || form != Form::Function) => {
                Ok(Value { form, constant: false, ..(*bits).clone() })
            }
            _ => unknown("a type for BIT", span),
        }
    }

    fn reals(&self, values: &[&Value], form: Form, span: Span) -> Outcome<Value> {
        let floats = values.iter().all(|v| v.kind == Kind::Float);
        let small = |v: &&Value| {
            matches!(v.kind, Kind::Integer(size) if size < IntegerSize::Int) || v.kind == Kind::Year
        };
        if !self.mysql() && values.iter().any(|v| v.kind == Kind::Float) && values.iter().any(small) {
            return unknown("a type for FLOAT beside small integers", span);
        }
        let float_and_integers =
            self.mysql() && values.iter().all(|v| v.kind == Kind::Float || v.kind.is_integer());
        let literals = values.iter().all(|v| v.kind == Kind::Float || v.constant);
        if float_and_integers && !floats && (form == Form::Union || !literals) {
            return unknown("a type for FLOAT beside integers", span);
        }
        let kind = if floats || float_and_integers { Kind::Float } else { Kind::Double };
        let fixed: Vec<&&Value> =
            values.iter().filter(|v| v.kind.is_real() && v.decimals.is_some()).collect();
        let mut value = Value::double(self.flavor, None);
        value.length = if kind == Kind::Float { 12 } else { 22 };
        if let Some(first) = fixed.first() {
            let same = values
                .iter()
                .all(|v| v.kind == first.kind && v.length == first.length && v.decimals == first.decimals);
            if !same || form == Form::Function {
                return unknown("a type for FLOAT(n,d) or DOUBLE(n,d)", span);
            }
            value.length = first.length;
            value.decimals = first.decimals;
        }
        if values.iter().any(|v| v.kind.is_real() && v.unsigned) {
            return unknown("a type for UNSIGNED FLOAT or DOUBLE", span);
        }
        value.kind = kind;
        value.form = form;
        Ok(value)
    }

    fn geometries(&self, all: &[Value], values: &[&Value], form: Form) -> Value {
        let kinds: Vec<Kind> = values.iter().map(|v| v.kind).collect();
        let same = kinds.windows(2).all(|pair| pair[0] == pair[1]);
        let kept = same && (!self.mysql() || form == Form::Union);
        let kind = match kinds.first() {
            Some(kind) if kept => *kind,
            _ => Kind::Geometry(GeometryKind::Geometry),
        };
        let nullable = !self.mysql() || all.iter().all(|v| v.nullable);
        Value::new(kind, u32::MAX, form).nullable(nullable)
    }

    fn texts(&self, values: &[&Value], form: Form, span: Span) -> Outcome<Value> {
        let lob = values.iter().any(|v| v.kind == Kind::Lob);
        if lob && !values.iter().all(|v| v.kind.is_text()) {
            return unknown("a type for a long text beside what is no text", span);
        }
        let mut texts = Vec::with_capacity(values.len());
        for value in values {
            texts.push(self.as_text(value, span)?);
        }
        let Some(text) = together(&texts, self.flavor, span)? else {
            return unknown("a type without texts", span);
        };
        let numbers = values.iter().any(|v| !v.kind.is_text());
        if text.is_binary() && numbers {
            return unknown("a type for bytes beside numbers", span);
        }
        let length = |(value, own): (&&Value, &Text)| {
            // MariaDB knows that a TEXT's length is one of bytes.
            let counted = value.kind == Kind::Lob && !self.mysql();
            if text.is_binary() && !own.is_binary() && !counted {
                value.length.saturating_mul(width(self.flavor, &own.set.charset))
            } else {
                value.length
            }
        };
        let longest = values.iter().zip(&texts).map(length).max().unwrap_or(0);
        let fixed = values.iter().any(|v| v.kind == Kind::Char)
            && !values.iter().any(|v| matches!(v.kind, Kind::Varchar | Kind::Lob));
        if fixed && form == Form::Union && values.iter().any(|v| v.kind.is_temporal()) {
            return unknown("a type for CHAR beside dates", span);
        }
        let kind = if fixed && form == Form::Union {
            Kind::Char
        } else if lob {
            Kind::Lob
        } else {
            Kind::Varchar
        };
        if kind == Kind::Varchar && longest > LONGEST_VARCHAR && form != Form::Function {
            return unknown("a type for long VARCHAR", span);
        }
        let mut value = Value::text(longest, text);
        value.kind = kind;
        value.form = form;
        Ok(value)
    }

    /// The text that a value is, or that is made of it.
    pub(super) fn as_text(&self, value: &Value, span: Span) -> Outcome<Text> {
        match (&value.text, value.kind) {
            (_, Kind::Bit | Kind::Geometry(_)) => unknown("a text of BIT or a geometry", span),
            (Some(text), _) => Ok(text.clone()),
            (None, _) => Ok(Text::new(self.connection.clone(), Strength::Number, true)),
        }
    }
}

/// MySQL: the size above the unsigned ones, where a signed one is among them.
fn above(values: &[&Value], size: impl Fn(&Value) -> IntegerSize) -> Option<IntegerSize> {
    use IntegerSize::{BigInt, Int, MediumInt, SmallInt, TinyInt};
    let largest = |unsigned: bool| values.iter().filter(|v| v.unsigned == unsigned).map(|v| size(v)).max();
    let (Some(unsigned), Some(signed)) = (largest(true), largest(false)) else { return Some(BigInt) };
    let next = match unsigned {
        TinyInt => SmallInt,
        SmallInt => MediumInt,
        MediumInt => Int,
        Int | BigInt => BigInt,
    };
    (signed != MediumInt || unsigned >= signed).then(|| next.max(signed))
}

fn decimals(values: &[&Value], form: Form) -> Value {
    let scale = values.iter().map(|v| v.scale()).max().unwrap_or(0);
    let whole = values.iter().map(|v| v.precision().saturating_sub(u32::from(v.scale()))).max().unwrap_or(0);
    Value::decimal(whole + u32::from(scale), scale, false, form)
}

fn temporals(values: &[&Value], form: Form) -> Value {
    let fsp = values.iter().map(|v| v.fsp()).max().unwrap_or(0);
    let same = values.windows(2).all(|pair| pair[0].kind == pair[1].kind);
    let kind = match values.first() {
        Some(first) if same => first.kind,
        _ => Kind::DateTime,
    };
    Value::temporal(kind, fsp, form)
}

/// What a UNION does not change: the character set's width, for those who ask outside.
pub(super) fn bytes(value: &Value, flavor: Flavor) -> u64 {
    let width = value.text.as_ref().map_or(1, |text| width(flavor, &text.set.charset));
    u64::from(value.length) * u64::from(width)
}
