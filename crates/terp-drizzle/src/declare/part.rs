//! What keys are made of: columns, lists of them, and names.

use std::rc::Rc;

use crate::declare::column::Column;
use crate::declare::entity::Entity;
use crate::declare::lower::{Fault, Lowering, Part};
use crate::typescript::interpreter::ProblemKind;
use crate::typescript::value::{Site, Value};

/// The columns of a list; anything else in it is a fault.
pub(super) fn column_list<'a>(
    lowering: &mut Lowering<'_, 'a>,
    list: &[Value<'a>],
    site: Site,
) -> Part<Vec<Rc<Column<'a>>>> {
    let mut columns = Vec::with_capacity(list.len());
    for value in list {
        match value {
            Value::Drizzle(Entity::Column(column)) => match &column.state.unknown {
                Some(why) => return Ok(Err(why.clone().into())),
                None => columns.push(column.clone()),
            },
            Value::Unknown(_) | Value::Foreign(_) => {
                return Ok(Err(lowering.interpreter.why(value, site).into()));
            }
            Value::Undefined => {
                let message = "a column of it is undefined: the table has none under that key".to_owned();
                return Ok(Err(Fault::Fails(ProblemKind::Exception, message, site)));
            }
            _ => {
                let message = "columns are expected here".to_owned();
                return Ok(Err(Fault::Fails(ProblemKind::Exception, message, site)));
            }
        }
    }
    Ok(Ok(columns))
}

pub(super) fn items_of<'a>(
    lowering: &mut Lowering<'_, 'a>,
    list: &Value<'a>,
    site: Site,
) -> Part<Vec<Value<'a>>> {
    if let Some(why) = list.why_unknown() {
        return Ok(Err(why.into()));
    }
    match list {
        Value::Array(array) => Ok(Ok(array.items.borrow().clone())),
        Value::Foreign(_) => Ok(Err(lowering.interpreter.why(list, site).into())),
        _ => {
            let message = "a list of columns is expected here".to_owned();
            Ok(Err(Fault::Fails(ProblemKind::Exception, message, site)))
        }
    }
}

/// A name that may be left away.
pub(super) fn optional_name<'a>(
    lowering: &mut Lowering<'_, 'a>,
    name: &Value<'a>,
    site: Site,
) -> Part<Option<String>> {
    if name.is_nullish() {
        return Ok(Ok(None));
    }
    Ok(match lowering.interpreter.text(name, site)? {
        Ok(text) => Ok(Some(text.to_string())),
        Err(why) => Err(why.into()),
    })
}

pub(super) fn required_name<'a>(
    lowering: &mut Lowering<'_, 'a>,
    name: &Value<'a>,
    site: Site,
) -> Part<String> {
    if name.is_nullish() {
        let message = "it has no name, and drizzle-kit stops there: name it".to_owned();
        return Ok(Err(Fault::Fails(ProblemKind::Refused, message, site)));
    }
    Ok(match lowering.interpreter.text(name, site)? {
        Ok(text) => Ok(text.to_string()),
        Err(why) => Err(why.into()),
    })
}

/// Unwraps a part, or leaves the function with its fault.
macro_rules! part {
    ($part:expr) => {
        match $part? {
            Ok(value) => value,
            Err(fault) => return Ok(Err(fault)),
        }
    };
}

pub(super) fn cased_names(lowering: &Lowering<'_, '_>, columns: &[Rc<Column<'_>>]) -> Vec<String> {
    columns.iter().map(|column| column.cased_name(lowering.casing).to_string()).collect()
}

/// What drizzle-kit does to the name of a key when names of columns are cased: the first occurrence of each is replaced.
pub(super) fn recase(
    lowering: &Lowering<'_, '_>,
    name: &mut String,
    columns: &[Rc<Column<'_>>],
    cased: &[String],
) {
    if lowering.casing.is_some() {
        for (column, cased) in columns.iter().zip(cased) {
            *name = replace_first(name, &column.state.name, cased);
        }
    }
}

/// JavaScript's `replace` with a text: the first occurrence, by what `$` in the replacement stands for.
pub(super) fn replace_first(text: &str, wanted: &str, replacement: &str) -> String {
    let Some((before, after)) = text.split_once(wanted) else { return text.to_owned() };
    let mut out = before.to_owned();
    let mut rest = replacement;
    while let Some((plain, pattern)) = rest.split_once('$') {
        out.push_str(plain);
        let (stands_for, length) = match pattern.chars().next() {
            Some('$') => ("$", 1),
            Some('&') => (wanted, 1),
            Some('`') => (before, 1),
            Some('\'') => (after, 1),
            _ => ("$", 0),
        };
        out.push_str(stands_for);
        rest = pattern.get(length..).unwrap_or_default();
    }
    format!("{out}{rest}{after}")
}

pub(super) use part;
