//! SQL text with what is put into it.

use std::cell::RefCell;
use std::rc::Rc;

use terp_schema_model::quote::identifier;

use crate::declare::column::Column;
use crate::declare::entity::Entity;
use crate::declare::{Casing, entity};
use crate::typescript::interpreter::{Abort, Interpreter};
use crate::typescript::value::{Site, Unknown, Value};

/// What `sql` makes.
pub(crate) struct Sql<'a> {
    pub(crate) chunks: RefCell<Vec<Chunk<'a>>>,
    /// Whether values stand in the text instead of a `?`.
    pub(crate) inline: RefCell<bool>,
    pub(crate) tainted: RefCell<Option<Rc<Unknown>>>,
}

#[derive(Clone)]
pub(crate) enum Chunk<'a> {
    Text(Rc<str>),
    /// `sql.identifier`.
    Name(Rc<str>),
    Value(Value<'a>),
}

/// Where SQL text is used, which decides how parts of it are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SqlUse {
    /// A column's default: neither values nor names may be put into it.
    Default,
    /// A part of an index: columns stand without their table.
    Index,
    /// Anything else.
    Query,
}

/// Why SQL has no text.
pub(crate) enum SqlFault {
    Unknown(Rc<Unknown>),
    /// drizzle-kit throws.
    Refused(String),
}

impl<'a> Sql<'a> {
    pub(crate) fn of(chunks: Vec<Chunk<'a>>) -> Value<'a> {
        let sql =
            Sql { chunks: RefCell::new(chunks), inline: RefCell::new(false), tainted: RefCell::new(None) };
        Value::Drizzle(Entity::Sql(Rc::new(sql)))
    }

    pub(crate) fn text(text: impl Into<Rc<str>>) -> Value<'a> {
        Self::of(vec![Chunk::Text(text.into())])
    }

    /// What a template makes. A value that is not known stays one until the text is asked for.
    pub(crate) fn template(strings: &[Value<'a>], values: &[Value<'a>]) -> Value<'a> {
        let text = |index: usize| match strings.get(index) {
            Some(Value::String(text)) => text.clone(),
            _ => "".into(),
        };
        let mut chunks = vec![Chunk::Text(text(0))];
        for (index, value) in values.iter().enumerate() {
            chunks.push(Chunk::Value(value.clone()));
            chunks.push(Chunk::Text(text(index + 1)));
        }
        Self::of(chunks)
    }
}

/// The text that drizzle-orm's MySQL dialect makes of SQL.
pub(crate) fn to_text<'a>(
    interpreter: &mut Interpreter<'a>,
    sql: &Sql<'a>,
    used: SqlUse,
    casing: Option<Casing>,
    at: Site,
) -> Result<Result<String, SqlFault>, Abort> {
    let mut out = String::new();
    let mut writer = Writer { out: &mut out, used, casing, at };
    Ok(writer.sql(interpreter, sql, false)?.map(|()| out))
}

struct Writer<'o> {
    out: &'o mut String,
    used: SqlUse,
    casing: Option<Casing>,
    at: Site,
}

type Written = Result<Result<(), SqlFault>, Abort>;

impl Writer<'_> {
    fn sql<'a>(&mut self, interpreter: &mut Interpreter<'a>, sql: &Sql<'a>, inline: bool) -> Written {
        if let Some(why) = &*sql.tainted.borrow() {
            return Ok(Err(SqlFault::Unknown(why.clone())));
        }
        let inline = inline || *sql.inline.borrow();
        let chunks = sql.chunks.borrow().clone();
        for chunk in &chunks {
            let written = match chunk {
                Chunk::Text(text) => {
                    self.out.push_str(text);
                    Ok(())
                }
                Chunk::Name(name) => self.name(name),
                Chunk::Value(value) => self.value(interpreter, value, inline)?,
            };
            if written.is_err() {
                return Ok(written);
            }
        }
        Ok(Ok(()))
    }

    fn value<'a>(&mut self, interpreter: &mut Interpreter<'a>, value: &Value<'a>, inline: bool) -> Written {
        let at = self.at;
        interpreter.step(at)?;
        if let Some(why) = value.why_unknown() {
            return Ok(Err(SqlFault::Unknown(why)));
        }
        Ok(match value {
            Value::Undefined => Ok(()),
            Value::Array(array) => {
                self.out.push('(');
                let items = array.items.borrow().clone();
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        self.out.push_str(", ");
                    }
                    let written = interpreter.deeper(at, |interpreter| self.value(interpreter, item, inline))?;
                    if written.is_err() {
                        return Ok(written);
                    }
                }
                self.out.push(')');
                Ok(())
            }
            Value::Drizzle(entity) => match entity {
                Entity::Sql(sql) => {
                    return interpreter.deeper(at, |interpreter| self.sql(interpreter, sql, inline));
                }
                Entity::Column(column) => self.column(column),
                Entity::Table(table) => self.qualified(&table.core.schema_name(), table.core.name_text()),
                Entity::View(view) => self.qualified(&view.core.schema_name(), view.core.name_text()),
                other => Err(SqlFault::Refused(format!("{} can't be put into SQL", entity::described(other)))),
            },
            Value::Foreign(_) => Err(SqlFault::Unknown(interpreter.why(value, at))),
            Value::Function(_) | Value::Method(_) | Value::Builtin(_) | Value::Namespace(_) => {
                Err(SqlFault::Refused("a function can't be put into SQL".to_owned()))
            }
            _ if self.used == SqlUse::Default => Err(SqlFault::Refused(
                "drizzle-kit takes no values in the `sql` of a default: write them into its text, or use sql.raw()"
                    .to_owned(),
            )),
            other if inline => return self.inline(interpreter, other),
            _ => {
                self.out.push('?');
                Ok(())
            }
        })
    }

    /// A value as it stands in the text of a query.
    fn inline<'a>(&mut self, interpreter: &mut Interpreter<'a>, value: &Value<'a>) -> Written {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Number(_) | Value::Bool(_) | Value::String(_) => match interpreter.text(value, self.at)? {
                Ok(text) if matches!(value, Value::String(_)) => {
                    self.out.push_str(&format!("'{}'", text.replace('\'', "''")));
                }
                Ok(text) => self.out.push_str(&text),
                Err(why) => return Ok(Err(SqlFault::Unknown(why))),
            },
            _ => {
                let why = Value::unknown("how this value stands in SQL is not known here", self.at);
                return Ok(Err(SqlFault::Unknown(interpreter.why(&why, self.at))));
            }
        }
        Ok(Ok(()))
    }

    fn name(&mut self, name: &str) -> Result<(), SqlFault> {
        if self.used == SqlUse::Default {
            return Err(SqlFault::Refused(
                "drizzle-kit takes no names in the `sql` of a default: write them into its text".to_owned(),
            ));
        }
        self.out.push_str(&identifier(name));
        Ok(())
    }

    fn column(&mut self, column: &Column<'_>) -> Result<(), SqlFault> {
        let name = column.cased_name(self.casing);
        if self.used != SqlUse::Index {
            let table = column.table.name_text();
            self.qualified(&column.table.schema_name(), table)?;
            self.out.push('.');
        }
        self.name(&name)
    }

    fn qualified(
        &mut self,
        schema: &Result<Option<Rc<str>>, Rc<Unknown>>,
        name: Result<Rc<str>, Rc<Unknown>>,
    ) -> Result<(), SqlFault> {
        match schema {
            Err(why) => return Err(SqlFault::Unknown(why.clone())),
            Ok(Some(schema)) => {
                self.name(schema)?;
                self.out.push('.');
            }
            Ok(None) => {}
        }
        self.name(&name.map_err(SqlFault::Unknown)?)
    }
}

/// An operator of queries as SQL. None for one that is not evaluated.
pub(crate) fn operator<'a>(name: &str, arguments: &[Value<'a>]) -> Option<Value<'a>> {
    let text = |text: &str| Chunk::Text(text.into());
    let value = |index: usize| Chunk::Value(arguments.get(index).cloned().unwrap_or(Value::Undefined));
    let binary = |sign: &str| Some(Sql::of(vec![value(0), text(sign), value(1)]));
    match name {
        "eq" => binary(" = "),
        "ne" => binary(" <> "),
        "gt" => binary(" > "),
        "gte" => binary(" >= "),
        "lt" => binary(" < "),
        "lte" => binary(" <= "),
        "not" => Some(Sql::of(vec![text("not "), value(0)])),
        "isNull" => Some(Sql::of(vec![value(0), text(" is null")])),
        "isNotNull" => Some(Sql::of(vec![value(0), text(" is not null")])),
        "between" => Some(Sql::of(vec![value(0), text(" between "), value(1), text(" and "), value(2)])),
        "and" | "or" => {
            let given: Vec<&Value<'a>> =
                arguments.iter().filter(|value| !matches!(value, Value::Undefined)).collect();
            match given.as_slice() {
                [] => Some(Value::Undefined),
                [one] => Some(Sql::of(vec![Chunk::Value((*one).clone())])),
                several => {
                    let mut chunks = vec![text("(")];
                    for (number, value) in several.iter().enumerate() {
                        if number > 0 {
                            chunks.push(text(if name == "and" { " and " } else { " or " }));
                        }
                        chunks.push(Chunk::Value((*value).clone()));
                    }
                    chunks.push(text(")"));
                    Some(Sql::of(chunks))
                }
            }
        }
        _ => None,
    }
}
