//! What JavaScript itself brings, as far as schemas use it.

mod array;
pub(crate) mod date;
mod global;
pub(crate) mod json;
mod object;
pub(crate) mod string;

use std::rc::Rc;

use crate::declare::{self, natives::Native};
use crate::typescript::interpreter::{Evaluated, Interpreter};
use crate::typescript::number;
use crate::typescript::value::{Site, Value};

/// A function or an object that is there from the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Builtin {
    /// JavaScript's, by its name.
    Global(&'static str),
    /// Drizzle's.
    Drizzle(Native),
}

/// The globals that are evaluated. What they are not asked for here is unknown.
const GLOBALS: [&str; 17] = [
    "require",
    "Object",
    "Array",
    "String",
    "Number",
    "Boolean",
    "BigInt",
    "Math",
    "Date",
    "JSON",
    "console",
    "parseInt",
    "parseFloat",
    "isNaN",
    "Error",
    "TypeError",
    "Symbol",
];

/// Those that a program finds where it runs, and that are not evaluated.
const AT_RUN_TIME: [&str; 62] = [
    "process",
    "globalThis",
    "global",
    "window",
    "self",
    "document",
    "navigator",
    "Buffer",
    "module",
    "exports",
    "__dirname",
    "__filename",
    "crypto",
    "performance",
    "fetch",
    "URL",
    "URLSearchParams",
    "TextEncoder",
    "TextDecoder",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "clearTimeout",
    "clearInterval",
    "queueMicrotask",
    "structuredClone",
    "atob",
    "btoa",
    "eval",
    "Function",
    "Map",
    "Set",
    "WeakMap",
    "WeakSet",
    "WeakRef",
    "Promise",
    "Proxy",
    "Reflect",
    "RegExp",
    "Intl",
    "Atomics",
    "ArrayBuffer",
    "SharedArrayBuffer",
    "DataView",
    "Uint8Array",
    "Int8Array",
    "Uint16Array",
    "Int16Array",
    "Uint32Array",
    "Int32Array",
    "Float32Array",
    "Float64Array",
    "isFinite",
    "encodeURIComponent",
    "decodeURIComponent",
    "encodeURI",
    "decodeURI",
    "escape",
    "unescape",
    "RangeError",
    "SyntaxError",
    "ReferenceError",
];

/// What a name stands for that the program doesn't declare; None for one that nobody declares.
pub(crate) fn global<'a>(name: &str, at: Site) -> Option<Value<'a>> {
    match name {
        "NaN" => Some(Value::Number(f64::NAN)),
        "Infinity" => Some(Value::Number(f64::INFINITY)),
        _ if AT_RUN_TIME.contains(&name) => {
            Some(Value::unknown(format!("`{name}` is known only when the program runs"), at))
        }
        _ => GLOBALS
            .iter()
            .find(|global| **global == name)
            .map(|global| Value::Builtin(Builtin::Global(global))),
    }
}

/// A property of a builtin; None for its methods.
pub(crate) fn property<'a>(builtin: Builtin, key: &str, at: Site) -> Option<Value<'a>> {
    match builtin {
        Builtin::Global("Number") => match key {
            "MAX_SAFE_INTEGER" => Some(Value::Number(9_007_199_254_740_991.0)),
            "MIN_SAFE_INTEGER" => Some(Value::Number(-9_007_199_254_740_991.0)),
            "MAX_VALUE" => Some(Value::Number(f64::MAX)),
            "EPSILON" => Some(Value::Number(f64::EPSILON)),
            _ => None,
        },
        Builtin::Global("Math") => match key {
            "PI" => Some(Value::Number(std::f64::consts::PI)),
            "E" => Some(Value::Number(std::f64::consts::E)),
            "random" => Some(Value::unknown("`Math.random` gives another value at each run", at)),
            _ => None,
        },
        Builtin::Global("Date") if key == "now" => {
            Some(Value::unknown("`Date.now` gives another value at each run", at))
        }
        Builtin::Global(_) => None,
        Builtin::Drizzle(native) => declare::property_of_native(native, key, at),
    }
}

/// Calls a builtin as a function.
pub(crate) fn call<'a>(
    interpreter: &mut Interpreter<'a>,
    builtin: Builtin,
    arguments: Vec<Value<'a>>,
    at: Site,
) -> Evaluated<'a> {
    match builtin {
        Builtin::Drizzle(native) => declare::call_native(interpreter, native, arguments, at),
        Builtin::Global("require") => Ok(interpreter.require(&argument(&arguments, 0), at)),
        Builtin::Global(name) => global::call(interpreter, name, &arguments, at),
    }
}

/// `new` of a builtin.
pub(crate) fn construct<'a>(
    interpreter: &mut Interpreter<'a>,
    builtin: Builtin,
    arguments: &[Value<'a>],
    at: Site,
) -> Evaluated<'a> {
    match builtin {
        Builtin::Global("Date") => Ok(date::construct(arguments, at)),
        Builtin::Global("Error" | "TypeError") => global::call(interpreter, "Error", arguments, at),
        _ => Ok(Value::unknown("this kind of object is not made here", at)),
    }
}

/// Those of an array that leave it as it is.
const ARRAY_UNCHANGED: [&str; 20] = [
    "map",
    "filter",
    "forEach",
    "some",
    "every",
    "find",
    "findIndex",
    "flatMap",
    "reduce",
    "concat",
    "slice",
    "join",
    "includes",
    "indexOf",
    "at",
    "flat",
    "keys",
    "values",
    "entries",
    "toString",
];

/// Calls a method of a value that is not Drizzle's.
pub(crate) fn call_method<'a>(
    interpreter: &mut Interpreter<'a>,
    object: &Value<'a>,
    name: &str,
    arguments: Vec<Value<'a>>,
    at: Site,
) -> Evaluated<'a> {
    let functions: Vec<Value<'a>> =
        arguments.iter().filter(|argument| matches!(argument, Value::Function(_))).cloned().collect();
    let given = method(interpreter, object, name, arguments, at)?;
    if let Value::Unknown(why) = &given {
        // It was not evaluated to its end: the functions may be called again, the array may have been changed.
        functions.iter().for_each(|function| interpreter.taint(function, why));
        if matches!(object, Value::Array(_)) && !ARRAY_UNCHANGED.contains(&name) {
            interpreter.taint(object, why);
        }
    }
    Ok(given)
}

fn method<'a>(
    interpreter: &mut Interpreter<'a>,
    object: &Value<'a>,
    name: &str,
    arguments: Vec<Value<'a>>,
    at: Site,
) -> Evaluated<'a> {
    match object {
        Value::Array(array) => array::call(interpreter, array, name, arguments, at),
        Value::String(text) => string::call(interpreter, text, name, &arguments, at),
        Value::Object(_) => object::call(interpreter, object, name, &arguments, at),
        Value::Date(time) => Ok(date::call(*time, name, at)),
        Value::Builtin(Builtin::Global(global)) => {
            global::call_method(interpreter, global, name, arguments, at)
        }
        Value::Builtin(Builtin::Drizzle(native)) => {
            declare::call_method_of_native(interpreter, *native, name, &arguments, at)
        }
        Value::Number(value) => Ok(match (name, arguments.first()) {
            ("toString", None | Some(Value::Undefined)) => Value::string(number::to_text(*value)),
            ("toFixed", digits) => to_fixed(*value, digits, at),
            ("valueOf", _) => Value::Number(*value),
            _ => not_evaluated(name, at),
        }),
        Value::Bool(_) | Value::BigInt(_) if name == "toString" => match object.to_text() {
            Ok(text) => Ok(Value::String(text)),
            Err(_) => Ok(not_evaluated(name, at)),
        },
        _ => Ok(not_evaluated(name, at)),
    }
}

fn to_fixed<'a>(value: f64, digits: Option<&Value<'a>>, at: Site) -> Value<'a> {
    let digits = match digits {
        None | Some(Value::Undefined) => 0.0,
        Some(Value::Number(digits)) => *digits,
        Some(_) => return not_evaluated("toFixed", at),
    };
    // Rust rounds the exact binary value, as JavaScript does, but a tie to even where JavaScript rounds up.
    let is_tie = (value.abs() * 10_f64.powf(digits)).fract() == 0.5;
    if !(0.0..=20.0).contains(&digits) || digits.fract() != 0.0 || value.abs() >= 1e21 || is_tie {
        return not_evaluated("toFixed", at);
    }
    Value::string(format!("{value:.*}", digits as usize))
}

pub(super) fn not_evaluated<'a>(name: &str, at: Site) -> Value<'a> {
    Value::unknown(format!("the method `{name}` is not evaluated here"), at)
}

/// An argument, or undefined.
pub(super) fn argument<'a>(arguments: &[Value<'a>], index: usize) -> Value<'a> {
    arguments.get(index).cloned().unwrap_or(Value::Undefined)
}

/// An argument that is a position from the start, or from the end if it is negative.
pub(super) fn position(value: Option<f64>, length: usize, absent: usize) -> usize {
    let Some(value) = value else { return absent };
    let value = if value.is_nan() { 0.0 } else { value.trunc() };
    let length_number = length as f64;
    let from_start = if value < 0.0 { (length_number + value).max(0.0) } else { value.min(length_number) };
    from_start as usize
}

/// The first argument that is not known.
pub(super) fn first_unknown<'a>(
    interpreter: &Interpreter<'a>,
    arguments: &[Value<'a>],
    at: Site,
) -> Option<Value<'a>> {
    let unknown =
        arguments.iter().find(|argument| matches!(argument, Value::Unknown(_) | Value::Foreign(_)))?;
    let why: Rc<_> = interpreter.why(unknown, at);
    Some(Value::Unknown(why))
}
