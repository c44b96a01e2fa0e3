//! The values that an evaluation works with.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use indexmap::IndexMap;
use oxc_ast::ast;

use crate::declare::Entity;
use crate::typescript::builtin::Builtin;
use crate::typescript::module::ModuleId;
use crate::typescript::number;
use crate::typescript::scope::Scope;

/// A piece of a source file: which file of the evaluation, and the bytes in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Site {
    pub(crate) file: usize,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Site {
    /// Whether another piece lies within this one.
    pub(crate) const fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// Why a value is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Unknown {
    /// In words, as the end of "it is not known, since ...".
    pub(crate) reason: String,
    /// What in the source could not be evaluated.
    pub(crate) site: Site,
    /// Where the reason is, of a table or a view that is not known as a whole.
    pub(crate) cause: Option<Site>,
    pub(crate) kind: UnknownKind,
}

/// What an unknown value may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum UnknownKind {
    /// Anything.
    Any,
    /// A table, certainly.
    Table,
    /// A view, certainly.
    View,
    /// What a fault kept from being made. The fault itself was reported where it happened.
    Fault,
}

/// A value.
#[derive(Clone)]
pub(crate) enum Value<'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    /// By its decimal digits.
    BigInt(Rc<str>),
    String(Rc<str>),
    Array(Rc<Array<'a>>),
    Object(Rc<Object<'a>>),
    Function(Rc<Function<'a>>),
    /// A method that was read off its object without being called.
    Method(Rc<(Value<'a>, Rc<str>)>),
    Builtin(Builtin),
    /// What `import * as` gives.
    Namespace(ModuleId),
    /// A point in time, in milliseconds since 1970 UTC; NaN for an invalid one.
    Date(f64),
    /// Something of Drizzle.
    Drizzle(Entity<'a>),
    /// What comes from a package that has nothing to do with tables, by that package's name.
    Foreign(Rc<str>),
    Unknown(Rc<Unknown>),
}

/// An array. It may be changed while it is shared, as in JavaScript.
pub(crate) struct Array<'a> {
    pub(crate) items: RefCell<Vec<Value<'a>>>,
    /// Set when code that is not known may have changed it.
    pub(crate) tainted: RefCell<Option<Rc<Unknown>>>,
    pub(crate) frozen: Cell<bool>,
}

/// A plain object.
pub(crate) struct Object<'a> {
    pub(crate) properties: RefCell<Properties<'a>>,
    pub(crate) tainted: RefCell<Option<Rc<Unknown>>>,
    pub(crate) frozen: Cell<bool>,
}

/// What a property holds.
#[derive(Clone)]
pub(crate) enum Property<'a> {
    Value(Value<'a>),
    Getter(Rc<Function<'a>>),
}

/// Properties as they were added. JavaScript lists keys that are array indexes first, see [`Properties::keys`].
#[derive(Default)]
pub(crate) struct Properties<'a> {
    entries: IndexMap<Rc<str>, (Property<'a>, Option<Site>)>,
    has_index: bool,
}

impl<'a> Properties<'a> {
    pub(crate) fn get(&self, key: &str) -> Option<&Property<'a>> {
        self.entries.get(key).map(|(property, _)| property)
    }

    /// Where the property was written, as far as that is known.
    pub(crate) fn site(&self, key: &str) -> Option<Site> {
        self.entries.get(key).and_then(|(_, site)| *site)
    }

    pub(crate) fn set(&mut self, key: Rc<str>, value: Property<'a>) {
        self.set_at(key, value, None);
    }

    pub(crate) fn set_at(&mut self, key: Rc<str>, value: Property<'a>, site: Option<Site>) {
        self.has_index |= array_index(&key).is_some();
        self.entries.insert(key, (value, site));
    }

    pub(crate) fn remove(&mut self, key: &str) {
        self.entries.shift_remove(key);
    }

    /// The keys in JavaScript's order: array indexes by number, then the others as they were added.
    pub(crate) fn keys(&self) -> Vec<Rc<str>> {
        if !self.has_index {
            return self.entries.keys().cloned().collect();
        }
        let mut indexes: Vec<(u32, &Rc<str>)> =
            self.entries.keys().filter_map(|key| Some((array_index(key)?, key))).collect();
        indexes.sort_by_key(|(index, _)| *index);
        let names = self.entries.keys().filter(|key| array_index(key).is_none());
        indexes.into_iter().map(|(_, key)| key).chain(names).cloned().collect()
    }
}

/// The number of a key that JavaScript treats as an array index.
pub(crate) fn array_index(key: &str) -> Option<u32> {
    let plain = key.len() <= 10 && !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit());
    let number: u32 = key.parse().ok().filter(|_| plain && (key == "0" || !key.starts_with('0')))?;
    (number < u32::MAX).then_some(number)
}

/// Code of a function, and the scope that it closes over.
pub(crate) struct Function<'a> {
    pub(crate) code: Code<'a>,
    pub(crate) scope: Rc<Scope<'a>>,
    /// What `this` is, for functions that keep the one of their surroundings.
    pub(crate) this: Option<Value<'a>>,
    /// What was assigned to the function as to an object.
    pub(crate) properties: RefCell<Properties<'a>>,
}

#[derive(Clone, Copy)]
pub(crate) enum Code<'a> {
    Arrow(&'a ast::ArrowFunctionExpression<'a>),
    Function(&'a ast::Function<'a>),
}

impl<'a> Value<'a> {
    pub(crate) fn string(text: impl Into<Rc<str>>) -> Self {
        Self::String(text.into())
    }

    pub(crate) fn array(items: Vec<Self>) -> Self {
        let (tainted, frozen) = (RefCell::new(None), Cell::new(false));
        Self::Array(Rc::new(Array { items: RefCell::new(items), tainted, frozen }))
    }

    pub(crate) fn object(properties: Properties<'a>) -> Self {
        let (tainted, frozen) = (RefCell::new(None), Cell::new(false));
        Self::Object(Rc::new(Object { properties: RefCell::new(properties), tainted, frozen }))
    }

    pub(crate) fn unknown(reason: impl Into<String>, site: Site) -> Self {
        Self::Unknown(Rc::new(Unknown { reason: reason.into(), site, cause: None, kind: UnknownKind::Any }))
    }

    /// Why this value, seen as a whole, is not known.
    pub(crate) fn why_unknown(&self) -> Option<Rc<Unknown>> {
        match self {
            Self::Unknown(why) => Some(why.clone()),
            Self::Array(array) => array.tainted.borrow().clone(),
            Self::Object(object) => object.tainted.borrow().clone(),
            _ => None,
        }
    }

    pub(crate) const fn is_nullish(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    /// What `if` makes of it; None when that is not known.
    pub(crate) fn truthy(&self) -> Option<bool> {
        Some(match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(value) => *value != 0.0 && !value.is_nan(),
            Self::BigInt(digits) => &**digits != "0",
            Self::String(text) => !text.is_empty(),
            Self::Unknown(_) | Self::Foreign(_) => return None,
            _ => true,
        })
    }

    /// What `typeof` says; None when that is not known.
    pub(crate) const fn type_of(&self) -> Option<&'static str> {
        Some(match self {
            Self::Undefined => "undefined",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::BigInt(_) => "bigint",
            Self::String(_) => "string",
            Self::Function(_) | Self::Method(_) | Self::Builtin(_) => "function",
            Self::Drizzle(entity) => entity.type_of(),
            Self::Null | Self::Array(_) | Self::Object(_) | Self::Namespace(_) | Self::Date(_) => "object",
            Self::Unknown(_) | Self::Foreign(_) => return None,
        })
    }

    /// `===`; None when that is not known.
    pub(crate) fn strictly_equals(&self, other: &Self) -> Option<bool> {
        Some(match (self, other) {
            (Self::Unknown(_) | Self::Foreign(_), _) | (_, Self::Unknown(_) | Self::Foreign(_)) => {
                return None;
            }
            (Self::Undefined, Self::Undefined) | (Self::Null, Self::Null) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Number(left), Self::Number(right)) => left == right,
            (Self::BigInt(left), Self::BigInt(right)) | (Self::String(left), Self::String(right)) => {
                left == right
            }
            (Self::Array(left), Self::Array(right)) => Rc::ptr_eq(left, right),
            (Self::Object(left), Self::Object(right)) => Rc::ptr_eq(left, right),
            (Self::Function(left), Self::Function(right)) => Rc::ptr_eq(left, right),
            (Self::Drizzle(left), Self::Drizzle(right)) => left.is_same(right),
            (Self::Builtin(left), Self::Builtin(right)) => left == right,
            _ => false,
        })
    }

    /// What a template string makes of it. Objects that have their own way of saying it are an Err.
    pub(crate) fn to_text(&self) -> Result<Rc<str>, TextFault> {
        Ok(match self {
            Self::String(text) => text.clone(),
            Self::Undefined => "undefined".into(),
            Self::Null => "null".into(),
            Self::Bool(value) => if *value { "true" } else { "false" }.into(),
            Self::Number(value) => number::to_text(*value).into(),
            Self::BigInt(digits) => digits.clone(),
            Self::Array(array) => {
                if let Some(why) = self.why_unknown() {
                    return Err(TextFault::Unknown(why));
                }
                // An array may contain itself.
                thread_local!(static DEPTH: Cell<u32> = const { Cell::new(0) });
                if DEPTH.get() > 50 {
                    return Err(TextFault::NoText);
                }
                DEPTH.set(DEPTH.get() + 1);
                let texts: Result<Vec<Rc<str>>, TextFault> = array
                    .items
                    .borrow()
                    .iter()
                    .map(|item| if item.is_nullish() { Ok("".into()) } else { item.to_text() })
                    .collect();
                DEPTH.set(DEPTH.get() - 1);
                texts?.join(",").into()
            }
            Self::Object(object) => match self.why_unknown() {
                Some(why) => return Err(TextFault::Unknown(why)),
                None if object.properties.borrow().get("toString").is_some() => {
                    return Err(TextFault::NoText);
                }
                None => "[object Object]".into(),
            },
            Self::Unknown(why) => return Err(TextFault::Unknown(why.clone())),
            _ => return Err(TextFault::NoText),
        })
    }
}

/// Why a value has no text that is known here.
pub(crate) enum TextFault {
    Unknown(Rc<Unknown>),
    /// It is a function, a class or another thing whose text nobody means to use.
    NoText,
}
