//! `JSON.stringify` without a space.

use std::fmt::Write as _;
use std::rc::Rc;

use super::date;
use crate::typescript::interpreter::{Abort, Evaluated, Interpreter, throw};
use crate::typescript::number;
use crate::typescript::value::{Properties, Property, Site, Unknown, Value};

pub(super) fn stringify_value<'a>(
    interpreter: &mut Interpreter<'a>,
    value: &Value<'a>,
    at: Site,
) -> Evaluated<'a> {
    Ok(match stringify(interpreter, value, at)? {
        Ok(Some(text)) => interpreter.sized(text, at),
        Ok(None) => Value::Undefined,
        Err(why) => Value::Unknown(why),
    })
}

pub(super) fn parse_value<'a>(
    interpreter: &mut Interpreter<'a>,
    value: &Value<'a>,
    at: Site,
) -> Evaluated<'a> {
    Ok(match interpreter.text(value, at)? {
        Ok(text) => match crate::json::parse(&text) {
            Ok(value) => value_of(&value),
            Err(fault) => return throw(format!("JSON.parse: {}", fault.message), at),
        },
        Err(why) => Value::Unknown(why),
    })
}

/// The JSON of a value; None for what JSON leaves out.
pub(crate) fn stringify<'a>(
    interpreter: &mut Interpreter<'a>,
    value: &Value<'a>,
    at: Site,
) -> Result<Result<Option<String>, Rc<Unknown>>, Abort> {
    if let Some(why) = value.why_unknown() {
        return Ok(Err(why));
    }
    interpreter.step(at)?;
    interpreter.deeper(at, |interpreter| {
        Ok(Ok(Some(match value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(value) if value.is_finite() => number::to_text(*value),
            Value::Number(_) => "null".to_owned(),
            Value::String(text) => quoted(text),
            Value::Date(time) => match date::to_iso(*time) {
                Some(text) => quoted(&text),
                None => "null".to_owned(),
            },
            Value::Array(array) => {
                let mut out = "[".to_owned();
                for (number, item) in array.items.borrow().clone().iter().enumerate() {
                    if number > 0 {
                        out.push(',');
                    }
                    match stringify(interpreter, item, at)? {
                        Ok(text) => out.push_str(text.as_deref().unwrap_or("null")),
                        Err(why) => return Ok(Err(why)),
                    }
                }
                out.push(']');
                out
            }
            Value::Object(object) => {
                if object.properties.borrow().get("toJSON").is_some() {
                    return Ok(Err(
                        interpreter.why(&Value::unknown("`toJSON` is not evaluated here", at), at)
                    ));
                }
                let mut out = "{".to_owned();
                let keys = object.properties.borrow().keys();
                for key in keys {
                    let member = interpreter.property(value, &key, at)?;
                    match stringify(interpreter, &member, at)? {
                        Ok(Some(text)) => {
                            if out.len() > 1 {
                                out.push(',');
                            }
                            out.push_str(&quoted(&key));
                            out.push(':');
                            out.push_str(&text);
                        }
                        Ok(None) => {}
                        Err(why) => return Ok(Err(why)),
                    }
                }
                out.push('}');
                out
            }
            Value::Undefined | Value::Function(_) | Value::Method(_) | Value::Builtin(_) => {
                return Ok(Ok(None));
            }
            other => {
                let why = Value::unknown("the JSON of this is not known here", at);
                let foreign = matches!(other, Value::Foreign(_));
                return Ok(Err(interpreter.why(if foreign { other } else { &why }, at)));
            }
        })))
    })
}

/// A string in JSON, as JavaScript writes it.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        // Writing to a string can't fail.
        let _ = match c {
            '"' => out.write_str("\\\""),
            '\\' => out.write_str("\\\\"),
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            '\u{8}' => out.write_str("\\b"),
            '\u{C}' => out.write_str("\\f"),
            c if c < ' ' => write!(out, "\\u{:04x}", u32::from(c)),
            c => out.write_char(c),
        };
    }
    out.push('"');
    out
}

/// A value of JSON as one of JavaScript.
pub(crate) fn value_of<'a>(value: &jsonc_parser::ast::Value<'_>) -> Value<'a> {
    use jsonc_parser::ast::Value as Json;
    match value {
        Json::StringLit(text) => Value::string(text.value.as_ref()),
        Json::NumberLit(number) => Value::Number(number.value.parse().unwrap_or(f64::NAN)),
        Json::BooleanLit(value) => Value::Bool(value.value),
        Json::NullKeyword(_) => Value::Null,
        Json::Array(array) => Value::array(array.elements.iter().map(value_of).collect()),
        Json::Object(object) => {
            let mut properties = Properties::default();
            for property in &object.properties {
                properties.set(property.name.as_str().into(), Property::Value(value_of(&property.value)));
            }
            Value::object(properties)
        }
    }
}
