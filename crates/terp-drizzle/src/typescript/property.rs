//! Properties of values: reading them, listing them, spreading them.

use std::rc::Rc;

use crate::declare;
use crate::typescript::builtin;
use crate::typescript::interpreter::{Abort, Evaluated, Interpreter, throw};
use crate::typescript::value::{Properties, Property, Site, Unknown, UnknownKind, Value, array_index};

impl<'a> Interpreter<'a> {
    /// A property of a value.
    pub(crate) fn property(&mut self, object: &Value<'a>, key: &str, at: Site) -> Evaluated<'a> {
        if let Some(why) = object.why_unknown() {
            self.relied_on_unknown = Some(why.clone());
            return Ok(Value::Unknown(why));
        }
        let method = || Value::Method(Rc::new((object.clone(), key.into())));
        Ok(match object {
            Value::Undefined | Value::Null => return throw(format!("undefined or null has no `{key}`"), at),
            Value::Object(shared) => {
                let found = shared.properties.borrow().get(key).cloned();
                match found {
                    Some(Property::Value(value)) => value,
                    Some(Property::Getter(getter)) => {
                        return self.call(&Value::Function(getter), object.clone(), Vec::new(), at);
                    }
                    None if matches!(key, "hasOwnProperty" | "toString") => method(),
                    None => Value::Undefined,
                }
            }
            Value::Array(array) => match (key, array_index(key)) {
                ("length", _) => Value::Number(array.items.borrow().len() as f64),
                (_, Some(index)) => {
                    array.items.borrow().get(index as usize).cloned().unwrap_or(Value::Undefined)
                }
                _ => method(),
            },
            Value::String(text) => match (key, array_index(key)) {
                ("length", _) => Value::Number(text.encode_utf16().count() as f64),
                (_, Some(index)) => {
                    builtin::string::char_at(text, f64::from(index)).map_or(Value::Undefined, Value::string)
                }
                _ => method(),
            },
            Value::Namespace(module) => {
                return Ok(self.export(*module, key, at)?.unwrap_or(Value::Undefined));
            }
            Value::Function(function) => {
                let found = function.properties.borrow().get(key).cloned();
                match found {
                    Some(Property::Value(value)) => value,
                    _ if matches!(key, "call" | "apply" | "bind") => method(),
                    _ => Value::Undefined,
                }
            }
            Value::Builtin(builtin) => builtin::property(*builtin, key, at).unwrap_or_else(method),
            Value::Drizzle(entity) => match declare::property(entity, key) {
                declare::Member::Value(value) => value,
                declare::Member::Method => method(),
                declare::Member::Unknown(reason) => Value::unknown(reason, at),
                declare::Member::Absent => Value::Undefined,
            },
            Value::Foreign(_) => object.clone(),
            Value::Unknown(why) => Value::Unknown(why.clone()),
            Value::Bool(_) | Value::Number(_) | Value::BigInt(_) | Value::Date(_) | Value::Method(_) => {
                method()
            }
        })
    }

    /// The items that a loop over a value or a spread of it would give.
    pub(crate) fn iterate(
        &mut self,
        value: &Value<'a>,
        at: Site,
    ) -> Result<Result<Vec<Value<'a>>, Rc<Unknown>>, Abort> {
        if let Some(why) = value.why_unknown() {
            return Ok(Err(why));
        }
        match value {
            Value::Array(array) => Ok(Ok(array.items.borrow().clone())),
            Value::String(text) => Ok(Ok(text.chars().map(|c| Value::string(c.to_string())).collect())),
            Value::Foreign(_) => Ok(Err(self.why(value, at))),
            _ => throw("it is not iterable", at),
        }
    }

    /// The keys of a value's own properties, in JavaScript's order.
    pub(crate) fn own_keys(
        &mut self,
        value: &Value<'a>,
        at: Site,
    ) -> Result<Result<Vec<Rc<str>>, Rc<Unknown>>, Abort> {
        if let Some(why) = value.why_unknown() {
            return Ok(Err(why));
        }
        Ok(Ok(match value {
            Value::Object(object) => object.properties.borrow().keys(),
            Value::Array(array) => {
                (0..array.items.borrow().len()).map(|index| index.to_string().into()).collect()
            }
            Value::String(text) => {
                (0..text.encode_utf16().count()).map(|index| index.to_string().into()).collect()
            }
            Value::Namespace(module) => {
                let mut names = self.export_names(*module);
                names.sort();
                names.into_iter().map(Into::into).collect()
            }
            Value::Function(function) => function.properties.borrow().keys(),
            Value::Drizzle(entity) => match declare::own_properties(entity) {
                Some(properties) => properties.into_iter().map(|(key, _)| key).collect(),
                None => return Ok(Err(self.why(value, at))),
            },
            Value::Foreign(_) => return Ok(Err(self.why(value, at))),
            Value::Undefined | Value::Null => return throw("undefined or null has no properties", at),
            _ => Vec::new(),
        }))
    }

    /// Copies the properties of a value, as `{...value}` does.
    pub(super) fn spread(
        &mut self,
        value: &Value<'a>,
        into: &mut Properties<'a>,
        at: Site,
    ) -> Result<Result<(), Rc<Unknown>>, Abort> {
        if value.is_nullish() || matches!(value, Value::Bool(_) | Value::Number(_)) {
            return Ok(Ok(()));
        }
        if let Value::Drizzle(entity) = value {
            // A spread table has its columns, under their keys.
            return Ok(match declare::own_properties(entity) {
                Some(properties) => {
                    properties
                        .into_iter()
                        .for_each(|(key, value)| into.set_at(key, Property::Value(value), Some(at)));
                    Ok(())
                }
                None => Err(Rc::new(Unknown {
                    reason: "the parts of this are not known here".to_owned(),
                    site: at,
                    cause: None,
                    kind: UnknownKind::Any,
                })),
            });
        }
        let keys = match self.own_keys(value, at)? {
            Ok(keys) => keys,
            Err(why) => return Ok(Err(why)),
        };
        for key in keys {
            let written = match value {
                Value::Object(object) => object.properties.borrow().site(&key),
                _ => None,
            };
            let member = self.property(value, &key, at)?;
            into.set_at(key, Property::Value(member), written);
        }
        Ok(Ok(()))
    }
}
