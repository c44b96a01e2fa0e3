//! Methods of plain objects, and the functions of `Object`.

use std::rc::Rc;

use super::{argument, not_evaluated};
use crate::typescript::interpreter::{Evaluated, Interpreter, throw};
use crate::typescript::value::{Properties, Property, Site, Value};

/// A method that every object has. Those that an object has of its own never come here.
pub(super) fn call<'a>(
    interpreter: &mut Interpreter<'a>,
    object: &Value<'a>,
    name: &str,
    arguments: &[Value<'a>],
    at: Site,
) -> Evaluated<'a> {
    let Value::Object(shared) = object else { return Ok(not_evaluated(name, at)) };
    match name {
        "hasOwnProperty" => Ok(match interpreter.text(&argument(arguments, 0), at)? {
            Ok(key) => Value::Bool(shared.properties.borrow().get(&key).is_some()),
            Err(why) => Value::Unknown(why),
        }),
        "toString" => Ok(Value::string("[object Object]")),
        _ => throw(format!("`{name}` is not a function"), at),
    }
}

/// `Object.name(...)`.
pub(super) fn function<'a>(
    interpreter: &mut Interpreter<'a>,
    name: &str,
    arguments: &[Value<'a>],
    at: Site,
) -> Evaluated<'a> {
    let first = argument(arguments, 0);
    Ok(match name {
        "keys" | "values" | "entries" => {
            let keys = match interpreter.own_keys(&first, at)? {
                Ok(keys) => keys,
                Err(why) => return Ok(Value::Unknown(why)),
            };
            let mut out = Vec::with_capacity(keys.len());
            for key in keys {
                out.push(match name {
                    "keys" => Value::String(key),
                    "values" => interpreter.property(&first, &key, at)?,
                    _ => {
                        let value = interpreter.property(&first, &key, at)?;
                        Value::array(vec![Value::String(key), value])
                    }
                });
            }
            Value::array(out)
        }
        "fromEntries" => {
            let entries = match interpreter.iterate(&first, at)? {
                Ok(entries) => entries,
                Err(why) => return Ok(Value::Unknown(why)),
            };
            let mut properties = Properties::default();
            for entry in entries {
                let pair = match interpreter.iterate(&entry, at)? {
                    Ok(pair) => pair,
                    Err(why) => return Ok(Value::Unknown(why)),
                };
                match interpreter.text(&argument(&pair, 0), at)? {
                    Ok(key) => properties.set(key, Property::Value(argument(&pair, 1))),
                    Err(why) => return Ok(Value::Unknown(why)),
                }
            }
            Value::object(properties)
        }
        "assign" => {
            let Value::Object(target) = &first else { return Ok(not_evaluated("Object.assign", at)) };
            for source in arguments.iter().skip(1) {
                let mut copied = Properties::default();
                match interpreter.spread(source, &mut copied, at)? {
                    Ok(()) => {
                        for key in copied.keys() {
                            let property = copied.get(&key).cloned();
                            let site = copied.site(&key);
                            if let Some(property) = property {
                                target.properties.borrow_mut().set_at(key, property, site);
                            }
                        }
                    }
                    Err(why) => *target.tainted.borrow_mut() = Some(why),
                }
            }
            first
        }
        "freeze" => {
            match &first {
                Value::Object(object) => object.frozen.set(true),
                Value::Array(array) => array.frozen.set(true),
                _ => {}
            }
            first
        }
        "seal" | "preventExtensions" => first,
        "hasOwn" => match (&first, interpreter.text(&argument(arguments, 1), at)?) {
            (Value::Object(object), Ok(key)) => Value::Bool(object.properties.borrow().get(&key).is_some()),
            (_, Err(why)) => Value::Unknown(why),
            _ => not_evaluated("Object.hasOwn", at),
        },
        _ => {
            let unknown = not_evaluated(&format!("Object.{name}"), at);
            if let Some(why) = unknown.why_unknown() {
                let why: Rc<_> = why;
                arguments.iter().for_each(|argument| interpreter.taint(argument, &why));
            }
            unknown
        }
    })
}
