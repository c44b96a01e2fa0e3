//! Methods of strings. Positions count UTF-16 units, as JavaScript's do.

use std::rc::Rc;

use super::{argument, first_unknown, not_evaluated, position};
use crate::typescript::interpreter::{Evaluated, Interpreter, MAX_SIZE};
use crate::typescript::number::is_white;
use crate::typescript::value::{Site, Value};

/// The unit at a position; None past the end.
pub(crate) fn char_at(text: &str, index: f64) -> Option<String> {
    if index < 0.0 {
        return None;
    }
    let unit = text.encode_utf16().nth(index as usize)?;
    Some(String::from_utf16_lossy(&[unit]))
}

pub(super) fn call<'a>(
    interpreter: &mut Interpreter<'a>,
    text: &Rc<str>,
    name: &str,
    arguments: &[Value<'a>],
    at: Site,
) -> Evaluated<'a> {
    if let Some(unknown) = first_unknown(interpreter, arguments, at) {
        return Ok(unknown);
    }
    let number = |index: usize| match arguments.get(index) {
        None | Some(Value::Undefined) => None,
        Some(value) => interpreter.number(value, at).ok(),
    };
    let units = || text.encode_utf16().collect::<Vec<u16>>();
    let piece = |start: usize, end: usize| {
        let units = units();
        Value::string(String::from_utf16_lossy(units.get(start..end.max(start)).unwrap_or_default()))
    };
    let length = || text.encode_utf16().count();
    let first = || match arguments.first() {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    Ok(match name {
        "toString" | "valueOf" => Value::String(text.clone()),
        "toLowerCase" | "toLocaleLowerCase" => Value::string(text.to_lowercase()),
        "toUpperCase" | "toLocaleUpperCase" => Value::string(text.to_uppercase()),
        "trim" => Value::string(text.trim_matches(is_white)),
        "trimStart" => Value::string(text.trim_start_matches(is_white)),
        "trimEnd" => Value::string(text.trim_end_matches(is_white)),
        "concat" => {
            let mut out = text.to_string();
            for argument in arguments {
                match interpreter.text(argument, at)? {
                    Ok(more) => out.push_str(&more),
                    Err(why) => return Ok(Value::Unknown(why)),
                }
            }
            interpreter.sized(out, at)
        }
        "slice" => {
            let length = length();
            piece(position(number(0), length, 0), position(number(1), length, length))
        }
        "substring" => {
            let length = length();
            let bound = |value: Option<f64>, absent: usize| match value {
                None => absent,
                Some(value) if value.is_nan() => 0,
                Some(value) => value.clamp(0.0, length as f64) as usize,
            };
            let (start, end) = (bound(number(0), 0), bound(number(1), length));
            piece(start.min(end), start.max(end))
        }
        "charAt" => Value::string(char_at(text, number(0).unwrap_or(0.0)).unwrap_or_default()),
        "at" => {
            let index = number(0).unwrap_or(0.0).trunc();
            let index = if index < 0.0 { length() as f64 + index } else { index };
            char_at(text, index).map_or(Value::Undefined, Value::string)
        }
        "repeat" => {
            let times = number(0).unwrap_or(0.0);
            if !(0.0..=MAX_SIZE as f64).contains(&times)
                || text.len().saturating_mul(times as usize) > MAX_SIZE
            {
                Value::unknown("the string is longer than 1 MiB", at)
            } else {
                Value::string(text.repeat(times as usize))
            }
        }
        "includes" | "startsWith" | "endsWith" if arguments.len() == 1 => match first() {
            Some(part) => Value::Bool(match name {
                "includes" => text.contains(&*part),
                "startsWith" => text.starts_with(&*part),
                _ => text.ends_with(&*part),
            }),
            None => not_evaluated(name, at),
        },
        "indexOf" if arguments.len() == 1 => match first() {
            Some(part) => {
                let found = text
                    .find(&*part)
                    .and_then(|at| text.get(..at))
                    .map(|before| before.encode_utf16().count());
                Value::Number(found.map_or(-1.0, |index| index as f64))
            }
            None => not_evaluated(name, at),
        },
        "split" if arguments.len() <= 1 => match argument(arguments, 0) {
            Value::Undefined => Value::array(vec![Value::String(text.clone())]),
            Value::String(separator) if separator.is_empty() => Value::array(
                units().into_iter().map(|unit| Value::string(String::from_utf16_lossy(&[unit]))).collect(),
            ),
            Value::String(separator) => Value::array(text.split(&*separator).map(Value::string).collect()),
            _ => not_evaluated(name, at),
        },
        "replace" | "replaceAll" => match (arguments.first(), arguments.get(1)) {
            // `$` in a replacement has a meaning of its own.
            (Some(Value::String(from)), Some(Value::String(to))) if !to.contains('$') => {
                let count = if name == "replace" { 1 } else { usize::MAX };
                interpreter.sized(text.replacen(&**from, to, count), at)
            }
            _ => not_evaluated(name, at),
        },
        "padStart" | "padEnd" => {
            let wanted = number(0).unwrap_or(0.0);
            let filler = match argument(arguments, 1) {
                Value::Undefined => " ".into(),
                Value::String(filler) => filler,
                _ => return Ok(not_evaluated(name, at)),
            };
            let missing = (wanted as usize).saturating_sub(length());
            if missing > MAX_SIZE || filler.is_empty() || !filler.is_ascii() {
                if missing == 0 || filler.is_empty() {
                    Value::String(text.clone())
                } else {
                    not_evaluated(name, at)
                }
            } else {
                let padding: String = filler.chars().cycle().take(missing).collect();
                Value::string(if name == "padStart" {
                    format!("{padding}{text}")
                } else {
                    format!("{text}{padding}")
                })
            }
        }
        _ => not_evaluated(name, at),
    })
}
