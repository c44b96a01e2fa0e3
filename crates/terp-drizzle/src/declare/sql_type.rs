//! The SQL types of columns, as drizzle-orm 0.45 spells them.

use std::rc::Rc;

use crate::declare::column::ColumnKind;
use crate::typescript::interpreter::{Abort, Evaluated, Interpreter, throw};
use crate::typescript::value::{Site, Unknown, Value};

/// A member of a column's configuration. `Strict` configurations have to be there.
fn member<'a>(
    interpreter: &mut Interpreter<'a>,
    config: &Value<'a>,
    key: &str,
    strict: bool,
    at: Site,
) -> Evaluated<'a> {
    match config {
        Value::Undefined | Value::Null if strict => {
            throw(format!("the column needs a second argument, an object with its `{key}`"), at)
        }
        Value::Object(_) | Value::Unknown(_) => interpreter.property(config, key, at),
        _ => Ok(Value::Undefined),
    }
}

/// The text of a type, or why it is not known.
pub(crate) type TypeText = Result<Result<String, Rc<Unknown>>, Abort>;

pub(super) fn plain_type<'a>(
    interpreter: &mut Interpreter<'a>,
    kind: ColumnKind,
    first: &Value<'a>,
    config: &Value<'a>,
    at: Site,
) -> TypeText {
    // The default of the second parameter is `{}` for some functions, and it takes effect whatever the first one is.
    let strict = match kind {
        ColumnKind::Varchar | ColumnKind::Bigint => true,
        ColumnKind::Char
        | ColumnKind::Binary
        | ColumnKind::Text
        | ColumnKind::Tinytext
        | ColumnKind::Mediumtext
        | ColumnKind::Longtext => {
            matches!(first, Value::Null)
        }
        _ => false,
    };
    let word = kind.name();
    match kind {
        ColumnKind::Bigint => {
            member(interpreter, config, "mode", strict, at)?;
            unsigned(interpreter, word.to_owned(), config, at)
        }
        ColumnKind::Int | ColumnKind::Mediumint | ColumnKind::Smallint | ColumnKind::Tinyint => {
            unsigned(interpreter, word.to_owned(), config, at)
        }
        ColumnKind::Char | ColumnKind::Varchar | ColumnKind::Binary | ColumnKind::Varbinary => {
            let length = member(interpreter, config, "length", strict, at)?;
            with_argument(interpreter, word, &length, at)
        }
        ColumnKind::Datetime | ColumnKind::Time | ColumnKind::Timestamp => {
            let fsp = member(interpreter, config, "fsp", false, at)?;
            with_argument(interpreter, word, &fsp, at)
        }
        ColumnKind::Decimal | ColumnKind::Double | ColumnKind::Float | ColumnKind::Real => {
            let text = match scaled(interpreter, kind, config, at)? {
                Ok(text) => text,
                Err(why) => return Ok(Err(why)),
            };
            if kind == ColumnKind::Real {
                return Ok(Ok(text));
            }
            unsigned(interpreter, text, config, at)
        }
        _ => Ok(Ok(word.to_owned())),
    }
}

fn unsigned<'a>(
    interpreter: &mut Interpreter<'a>,
    mut text: String,
    config: &Value<'a>,
    at: Site,
) -> TypeText {
    let unsigned = member(interpreter, config, "unsigned", false, at)?;
    match unsigned.truthy() {
        Some(true) => text.push_str(" unsigned"),
        Some(false) => {}
        None => return Ok(Err(interpreter.why(&unsigned, at))),
    }
    Ok(Ok(text))
}

fn with_argument<'a>(
    interpreter: &mut Interpreter<'a>,
    word: &str,
    argument: &Value<'a>,
    at: Site,
) -> TypeText {
    if matches!(argument, Value::Undefined) {
        return Ok(Ok(word.to_owned()));
    }
    Ok(interpreter.text(argument, at)?.map(|argument| format!("{word}({argument})")))
}

fn scaled<'a>(interpreter: &mut Interpreter<'a>, kind: ColumnKind, config: &Value<'a>, at: Site) -> TypeText {
    let precision = member(interpreter, config, "precision", false, at)?;
    let scale = member(interpreter, config, "scale", false, at)?;
    let word = kind.name();
    if matches!(precision, Value::Undefined) {
        return Ok(Ok(word.to_owned()));
    }
    let precision = match interpreter.text(&precision, at)? {
        Ok(text) => text,
        Err(why) => return Ok(Err(why)),
    };
    let text = if matches!(scale, Value::Undefined) {
        format!("{word}({precision})")
    } else {
        let blank = if kind == ColumnKind::Real { " " } else { "" };
        match interpreter.text(&scale, at)? {
            Ok(scale) => format!("{word}({precision},{blank}{scale})"),
            Err(why) => return Ok(Err(why)),
        }
    };
    // MySQL's own default.
    let is_default = matches!(text.as_str(), "decimal(10)" | "decimal(10,0)");
    Ok(Ok(if is_default { word.to_owned() } else { text }))
}

/// The list of an enum's values.
pub(super) fn enum_values<'a>(
    interpreter: &mut Interpreter<'a>,
    first: &Value<'a>,
    second: &Value<'a>,
    name: &str,
    at: Site,
) -> Result<Result<Value<'a>, Rc<Unknown>>, Abort> {
    let values = match (first, second) {
        (Value::Array(_), _) => first,
        (Value::String(_), values) => values,
        (Value::Object(_), _) => first,
        _ => return throw("an enum column takes its name, and the list of its values", at),
    };
    if let Some(why) = values.why_unknown() {
        return Ok(Err(why));
    }
    let list = match values {
        Value::Array(_) => values.clone(),
        Value::Object(_) => {
            let keys = match interpreter.own_keys(values, at)? {
                Ok(keys) => keys,
                Err(why) => return Ok(Err(why)),
            };
            let mut items = Vec::with_capacity(keys.len());
            for key in keys {
                items.push(interpreter.property(values, &key, at)?);
            }
            Value::array(items)
        }
        _ => return throw("an enum column takes its name, and the list of its values", at),
    };
    match &list {
        Value::Array(array) if array.items.borrow().is_empty() => {
            throw(format!("the enum {name:?} has no values"), at)
        }
        _ => Ok(Ok(list)),
    }
}

/// The SQL type of an enum with these values. drizzle-kit cuts the type it has from drizzle-orm at commas and at `(`, which
/// spoils values that contain them; here each value is quoted as it is.
pub(crate) fn enum_sql<'a>(interpreter: &mut Interpreter<'a>, values: &Value<'a>, at: Site) -> TypeText {
    if let Some(why) = values.why_unknown() {
        return Ok(Err(why));
    }
    let Value::Array(array) = values else { return Ok(Ok("enum()".to_owned())) };
    let items = array.items.borrow().clone();
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        match interpreter.text(&item, at)? {
            Ok(text) => texts.push(format!("'{}'", text.replace('\'', "''"))),
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(Ok(format!("enum({})", texts.join(","))))
}
