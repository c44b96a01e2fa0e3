//! Functions that are there from the start.

use super::{argument, date, first_unknown, json, not_evaluated, object};
use crate::typescript::interpreter::{Evaluated, Interpreter};
use crate::typescript::number;
use crate::typescript::value::{Properties, Property, Site, Value};

pub(super) fn call<'a>(
    interpreter: &mut Interpreter<'a>,
    name: &str,
    arguments: &[Value<'a>],
    at: Site,
) -> Evaluated<'a> {
    let first = argument(arguments, 0);
    if let Some(unknown) = first_unknown(interpreter, arguments, at) {
        return Ok(unknown);
    }
    Ok(match name {
        "String" if arguments.is_empty() => Value::string(""),
        "String" => match interpreter.text(&first, at)? {
            Ok(text) => Value::String(text),
            Err(why) => Value::Unknown(why),
        },
        "Number" if arguments.is_empty() => Value::Number(0.0),
        "Number" => match interpreter.number(&first, at) {
            Ok(number) => Value::Number(number),
            Err(why) => Value::Unknown(why),
        },
        "Boolean" => Value::Bool(first.truthy().unwrap_or(false)),
        "BigInt" => match &first {
            Value::Number(value) if value.fract() == 0.0 && value.abs() < 1e15 => {
                Value::BigInt(number::to_text(*value).into())
            }
            Value::String(text) if is_integer(text) => Value::BigInt(text.clone()),
            Value::BigInt(_) => first,
            _ => not_evaluated("BigInt", at),
        },
        "parseInt" if matches!(arguments.get(1), None | Some(Value::Undefined | Value::Number(10.0))) => {
            match interpreter.text(&first, at)? {
                Ok(text) => Value::Number(leading_integer(&text)),
                Err(why) => Value::Unknown(why),
            }
        }
        "parseInt" | "parseFloat" => match interpreter.text(&first, at)? {
            // The forms on which these agree with Number.
            Ok(text) if is_integer(&text) && arguments.len() == 1 => Value::Number(number::of_text(&text)),
            Ok(text) if name == "parseFloat" && !number::of_text(&text).is_nan() => {
                Value::Number(number::of_text(&text))
            }
            Ok(_) => not_evaluated(name, at),
            Err(why) => Value::Unknown(why),
        },
        "isNaN" => match interpreter.number(&first, at) {
            Ok(number) => Value::Bool(number.is_nan()),
            Err(why) => Value::Unknown(why),
        },
        "Error" | "TypeError" => {
            let mut properties = Properties::default();
            properties.set("message".into(), Property::Value(first));
            Value::object(properties)
        }
        "Array" => construct_array(arguments, at),
        "Object" => first,
        "Date" => Value::unknown("`Date()` gives another value at each run", at),
        _ => Value::unknown(format!("`{name}` is not evaluated here"), at),
    })
}

/// `parseInt(text, 10)`. A hexadecimal number, which only a missing radix allows, is not read as one.
fn leading_integer(text: &str) -> f64 {
    let text = text.trim_start_matches(number::is_white);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let value = unsigned.get(..digits).filter(|digits| !digits.is_empty()).map_or(f64::NAN, number::of_text);
    if text.starts_with('-') { -value } else { value }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.len() < 30
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

fn construct_array<'a>(arguments: &[Value<'a>], at: Site) -> Value<'a> {
    match arguments {
        [Value::Number(length)] if (0.0..=100_000.0).contains(length) && length.fract() == 0.0 => {
            Value::array(vec![Value::Undefined; *length as usize])
        }
        [Value::Number(_)] => Value::unknown("the array is longer than any in a schema", at),
        [unknown @ (Value::Unknown(_) | Value::Foreign(_))] => {
            let why = unknown.why_unknown();
            why.map_or_else(|| Value::unknown("the array's length is not known", at), Value::Unknown)
        }
        items => Value::array(items.to_vec()),
    }
}

/// `Global.name(...)`.
pub(super) fn call_method<'a>(
    interpreter: &mut Interpreter<'a>,
    global: &str,
    name: &str,
    arguments: Vec<Value<'a>>,
    at: Site,
) -> Evaluated<'a> {
    let first = argument(&arguments, 0);
    match (global, name) {
        ("Object", _) => object::function(interpreter, name, &arguments, at),
        ("console", _) => Ok(Value::Undefined),
        ("Array", "isArray") => Ok(match &first {
            Value::Unknown(_) | Value::Foreign(_) => Value::Unknown(interpreter.why(&first, at)),
            other => Value::Bool(matches!(other, Value::Array(_))),
        }),
        ("Array", "of") => Ok(Value::array(arguments)),
        ("Array", "from") => from(interpreter, &arguments, at),
        ("JSON", "parse") if arguments.len() == 1 => json::parse_value(interpreter, &first, at),
        ("JSON", "stringify") if arguments.len() == 1 => json::stringify_value(interpreter, &first, at),
        ("Date", "UTC") => Ok(date::utc(&arguments, at)),
        ("Number", "isInteger") => Ok(match &first {
            Value::Unknown(_) | Value::Foreign(_) => Value::Unknown(interpreter.why(&first, at)),
            Value::Number(number) => Value::Bool(number.fract() == 0.0 && number.is_finite()),
            _ => Value::Bool(false),
        }),
        ("Math", _) => Ok(math(interpreter, name, &arguments, at)),
        _ => Ok(not_evaluated(&format!("{global}.{name}"), at)),
    }
}

fn from<'a>(interpreter: &mut Interpreter<'a>, arguments: &[Value<'a>], at: Site) -> Evaluated<'a> {
    let first = argument(arguments, 0);
    let items = match &first {
        Value::Object(_) => {
            let length = interpreter.property(&first, "length", at)?;
            match construct_array(&[length], at) {
                Value::Array(items) => items.items.borrow().clone(),
                other => return Ok(other),
            }
        }
        other => match interpreter.iterate(other, at)? {
            Ok(items) => items,
            Err(why) => return Ok(Value::Unknown(why)),
        },
    };
    let Some(callback) = arguments.get(1) else { return Ok(Value::array(items)) };
    let mut out = Vec::with_capacity(items.len());
    for (number, item) in items.into_iter().enumerate() {
        interpreter.iteration(at)?;
        out.push(interpreter.call(
            callback,
            Value::Undefined,
            vec![item, Value::Number(number as f64)],
            at,
        )?);
    }
    Ok(Value::array(out))
}

fn math<'a>(interpreter: &Interpreter<'a>, name: &str, arguments: &[Value<'a>], at: Site) -> Value<'a> {
    let mut numbers = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match interpreter.number(argument, at) {
            Ok(number) => numbers.push(number),
            Err(why) => return Value::Unknown(why),
        }
    }
    let first = numbers.first().copied().unwrap_or(f64::NAN);
    let any_nan = numbers.iter().any(|number| number.is_nan());
    Value::Number(match name {
        "floor" => first.floor(),
        "ceil" => first.ceil(),
        "round" => (first + 0.5).floor(),
        "trunc" => first.trunc(),
        "abs" => first.abs(),
        "sqrt" => first.sqrt(),
        "pow" => first.powf(numbers.get(1).copied().unwrap_or(f64::NAN)),
        "max" | "min" if any_nan => f64::NAN,
        "max" => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        "min" => numbers.iter().copied().fold(f64::INFINITY, f64::min),
        _ => return not_evaluated(&format!("Math.{name}"), at),
    })
}
