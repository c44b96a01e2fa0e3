//! Methods of arrays.

use std::rc::Rc;

use super::{argument, first_unknown, not_evaluated, position};
use crate::typescript::interpreter::{Abort, Evaluated, Interpreter, MAX_SIZE, throw};
use crate::typescript::value::{Array, Site, Value};

pub(super) fn call<'a>(
    interpreter: &mut Interpreter<'a>,
    array: &Rc<Array<'a>>,
    name: &str,
    arguments: Vec<Value<'a>>,
    at: Site,
) -> Evaluated<'a> {
    let this = Value::Array(array.clone());
    if let Some(why) = this.why_unknown() {
        return Ok(Value::Unknown(why));
    }
    let items = || array.items.borrow().clone();
    match name {
        "map" | "filter" | "forEach" | "some" | "every" | "find" | "findIndex" | "flatMap" => {
            return with_callback(interpreter, array, name, &arguments, at);
        }
        "reduce" => return reduce(interpreter, array, &arguments, at),
        _ => {}
    }
    // A number among the arguments decides which items are meant.
    if !matches!(name, "push" | "unshift" | "concat" | "fill" | "splice")
        && let Some(unknown) = first_unknown(interpreter, &arguments, at)
    {
        return Ok(unknown);
    }
    let number = |interpreter: &Interpreter<'a>, index: usize| match arguments.get(index) {
        None | Some(Value::Undefined) => None,
        Some(value) => interpreter.number(value, at).ok(),
    };
    Ok(match name {
        "push" | "unshift" => {
            let mut items = array.items.borrow_mut();
            if items.len() + arguments.len() > MAX_SIZE {
                return Ok(Value::unknown("the array is longer than any in a schema", at));
            }
            if name == "push" {
                items.extend(arguments);
            } else {
                items.splice(0..0, arguments);
            }
            Value::Number(items.len() as f64)
        }
        "pop" => array.items.borrow_mut().pop().unwrap_or(Value::Undefined),
        "shift" => {
            let mut items = array.items.borrow_mut();
            if items.is_empty() { Value::Undefined } else { items.remove(0) }
        }
        "concat" => {
            let mut all = items();
            for argument in arguments {
                match argument.why_unknown() {
                    Some(why) => return Ok(Value::Unknown(why)),
                    None => match argument {
                        Value::Array(more) => all.extend(more.items.borrow().iter().cloned()),
                        Value::Foreign(_) => return Ok(Value::Unknown(interpreter.why(&argument, at))),
                        other => all.push(other),
                    },
                }
            }
            Value::array(all)
        }
        "slice" => {
            let all = items();
            let start = position(number(interpreter, 0), all.len(), 0);
            let end = position(number(interpreter, 1), all.len(), all.len());
            Value::array(all.get(start..end.max(start)).unwrap_or_default().to_vec())
        }
        "join" => {
            let separator = match argument(&arguments, 0) {
                Value::Undefined => ",".into(),
                value => match interpreter.text(&value, at)? {
                    Ok(text) => text,
                    Err(why) => return Ok(Value::Unknown(why)),
                },
            };
            let mut out = String::new();
            for (number, item) in items().iter().enumerate() {
                if number > 0 {
                    out.push_str(&separator);
                }
                if !item.is_nullish() {
                    match interpreter.text(item, at)? {
                        Ok(text) => out.push_str(&text),
                        Err(why) => return Ok(Value::Unknown(why)),
                    }
                }
            }
            interpreter.sized(out, at)
        }
        "includes" | "indexOf" => {
            let wanted = argument(&arguments, 0);
            let mut found = None;
            for (number, item) in items().iter().enumerate() {
                match item.strictly_equals(&wanted) {
                    Some(true) => {
                        found = Some(number);
                        break;
                    }
                    Some(false) => {}
                    None => return Ok(Value::Unknown(interpreter.why(item, at))),
                }
            }
            if name == "includes" {
                Value::Bool(found.is_some())
            } else {
                Value::Number(found.map_or(-1.0, |number| number as f64))
            }
        }
        "reverse" => {
            array.items.borrow_mut().reverse();
            this
        }
        "toReversed" => Value::array(items().into_iter().rev().collect()),
        "flat" => {
            let depth = number(interpreter, 0).unwrap_or(1.0);
            let mut out = Vec::new();
            flatten(interpreter, &items(), depth, &mut out, at)?;
            Value::array(out)
        }
        "at" => {
            let all = items();
            let index = number(interpreter, 0).unwrap_or(0.0).trunc();
            let index = if index < 0.0 { all.len() as f64 + index } else { index };
            let found = if index < 0.0 { None } else { all.get(index as usize).cloned() };
            found.unwrap_or(Value::Undefined)
        }
        "keys" => Value::array((0..items().len()).map(|index| Value::Number(index as f64)).collect()),
        "values" => Value::array(items()),
        "entries" => {
            let entry = |(index, item)| Value::array(vec![Value::Number(index as f64), item]);
            Value::array(items().into_iter().enumerate().map(entry).collect())
        }
        "sort" | "toSorted" if arguments.is_empty() => {
            let mut keyed = Vec::new();
            for item in items() {
                match interpreter.text(&item, at)? {
                    Ok(text) => keyed.push((text.encode_utf16().collect::<Vec<u16>>(), item)),
                    Err(why) => return Ok(Value::Unknown(why)),
                }
            }
            keyed.sort_by(|(left, _), (right, _)| left.cmp(right));
            let sorted: Vec<Value<'a>> = keyed.into_iter().map(|(_, item)| item).collect();
            if name == "sort" {
                *array.items.borrow_mut() = sorted;
                this
            } else {
                Value::array(sorted)
            }
        }
        "sort" | "toSorted" => {
            let compare = argument(&arguments, 0);
            let mut sorted = Vec::new();
            for item in items() {
                // Insertion keeps equal items in order, as the standard wants it.
                let mut place = sorted.len();
                while let Some(before) = place.checked_sub(1).and_then(|before| sorted.get(before)) {
                    interpreter.iteration(at)?;
                    let given = vec![Value::clone(before), item.clone()];
                    let order = interpreter.call(&compare, Value::Undefined, given, at)?;
                    match interpreter.number(&order, at) {
                        Ok(order) if order > 0.0 => place -= 1,
                        Ok(_) => break,
                        Err(why) => return Ok(Value::Unknown(why)),
                    }
                }
                sorted.insert(place, item);
            }
            if name == "sort" {
                *array.items.borrow_mut() = sorted;
                this
            } else {
                Value::array(sorted)
            }
        }
        "toString" => match interpreter.text(&this, at)? {
            Ok(text) => Value::String(text),
            Err(why) => Value::Unknown(why),
        },
        "length" => return throw("`length` is not a function", at),
        _ => {
            // It may change the array.
            let unknown = not_evaluated(name, at);
            *array.tainted.borrow_mut() = unknown.why_unknown();
            unknown
        }
    })
}

fn with_callback<'a>(
    interpreter: &mut Interpreter<'a>,
    array: &Rc<Array<'a>>,
    name: &str,
    arguments: &[Value<'a>],
    at: Site,
) -> Evaluated<'a> {
    let callback = argument(arguments, 0);
    let items = array.items.borrow().clone();
    let mut out = Vec::new();
    for (number, item) in items.into_iter().enumerate() {
        interpreter.iteration(at)?;
        let given = vec![item.clone(), Value::Number(number as f64), Value::Array(array.clone())];
        let result = interpreter.call(&callback, Value::Undefined, given, at)?;
        match name {
            "map" => out.push(result),
            "forEach" => {}
            "flatMap" => match result {
                Value::Array(more) => out.extend(more.items.borrow().iter().cloned()),
                other => out.push(other),
            },
            _ => {
                let Some(truthy) = result.truthy() else {
                    return Ok(Value::Unknown(interpreter.why(&result, at)));
                };
                match (name, truthy) {
                    ("filter", true) => out.push(item),
                    ("some", true) => return Ok(Value::Bool(true)),
                    ("every", false) => return Ok(Value::Bool(false)),
                    ("find", true) => return Ok(item),
                    ("findIndex", true) => return Ok(Value::Number(number as f64)),
                    _ => {}
                }
            }
        }
    }
    Ok(match name {
        "forEach" | "find" => Value::Undefined,
        "some" => Value::Bool(false),
        "every" => Value::Bool(true),
        "findIndex" => Value::Number(-1.0),
        _ => Value::array(out),
    })
}

fn reduce<'a>(
    interpreter: &mut Interpreter<'a>,
    array: &Rc<Array<'a>>,
    arguments: &[Value<'a>],
    at: Site,
) -> Evaluated<'a> {
    let callback = argument(arguments, 0);
    let mut items = array.items.borrow().clone().into_iter().enumerate();
    let mut result = match arguments.get(1) {
        Some(initial) => initial.clone(),
        None => match items.next() {
            Some((_, first)) => first,
            None => return throw("reduce of an empty array has no value", at),
        },
    };
    for (number, item) in items {
        interpreter.iteration(at)?;
        let given = vec![result, item, Value::Number(number as f64), Value::Array(array.clone())];
        result = interpreter.call(&callback, Value::Undefined, given, at)?;
    }
    Ok(result)
}

fn flatten<'a>(
    interpreter: &mut Interpreter<'a>,
    items: &[Value<'a>],
    depth: f64,
    out: &mut Vec<Value<'a>>,
    at: Site,
) -> Result<(), Abort> {
    for item in items {
        match item {
            Value::Array(inner) if depth >= 1.0 => {
                let inner = inner.items.borrow().clone();
                interpreter.deeper(at, |interpreter| flatten(interpreter, &inner, depth - 1.0, out, at))?;
            }
            other => out.push(other.clone()),
        }
        if out.len() > MAX_SIZE {
            return throw("the array is longer than any in a schema", at);
        }
    }
    Ok(())
}
