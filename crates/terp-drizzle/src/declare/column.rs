//! Columns: how they are described, and what becomes of them in a table.

use std::cell::RefCell;
use std::rc::Rc;

use crate::declare::Casing;
use crate::declare::entity::Entity;
use crate::declare::sql::Sql;
use crate::declare::sql_type::{enum_values, plain_type};
use crate::declare::table::TableCore;
use crate::typescript::interpreter::{Evaluated, Interpreter, throw};
use crate::typescript::value::{Site, Unknown, Value};

/// A kind of column of mysql-core.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ColumnKind {
    Bigint,
    Binary,
    Boolean,
    Char,
    Custom,
    Date,
    Datetime,
    Decimal,
    Double,
    Enum,
    Float,
    Int,
    Json,
    Longtext,
    Mediumint,
    Mediumtext,
    Real,
    Serial,
    Smallint,
    Text,
    Time,
    Timestamp,
    Tinyint,
    Tinytext,
    Varbinary,
    Varchar,
    Year,
}

/// Every kind that has a function of its own, by that function's name. `customType` makes such functions.
const KINDS: [(&str, ColumnKind); 26] = [
    ("bigint", ColumnKind::Bigint),
    ("binary", ColumnKind::Binary),
    ("boolean", ColumnKind::Boolean),
    ("char", ColumnKind::Char),
    ("date", ColumnKind::Date),
    ("datetime", ColumnKind::Datetime),
    ("decimal", ColumnKind::Decimal),
    ("double", ColumnKind::Double),
    ("mysqlEnum", ColumnKind::Enum),
    ("float", ColumnKind::Float),
    ("int", ColumnKind::Int),
    ("json", ColumnKind::Json),
    ("longtext", ColumnKind::Longtext),
    ("mediumint", ColumnKind::Mediumint),
    ("mediumtext", ColumnKind::Mediumtext),
    ("real", ColumnKind::Real),
    ("serial", ColumnKind::Serial),
    ("smallint", ColumnKind::Smallint),
    ("text", ColumnKind::Text),
    ("time", ColumnKind::Time),
    ("timestamp", ColumnKind::Timestamp),
    ("tinyint", ColumnKind::Tinyint),
    ("tinytext", ColumnKind::Tinytext),
    ("varbinary", ColumnKind::Varbinary),
    ("varchar", ColumnKind::Varchar),
    ("year", ColumnKind::Year),
];

impl ColumnKind {
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// Every kind and the name of its function: what a table's callback is given.
    pub(crate) const fn all() -> &'static [(&'static str, Self)] {
        &KINDS
    }

    /// The name of the function that makes it.
    pub(crate) fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("customType", |(name, _)| name)
    }

    /// `an int column`.
    pub(crate) fn described(self) -> String {
        let name = self.name();
        let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("{article} {name} column")
    }

    const fn has_auto_increment(self) -> bool {
        matches!(
            self,
            Self::Bigint
                | Self::Decimal
                | Self::Double
                | Self::Float
                | Self::Int
                | Self::Mediumint
                | Self::Real
                | Self::Serial
                | Self::Smallint
                | Self::Tinyint
        )
    }
}

/// The SQL type of a column.
#[derive(Clone)]
pub(crate) enum SqlType<'a> {
    Known(Rc<str>),
    /// An enum, by the list of its values, which may still change until the schema is written.
    Enum(Value<'a>),
    /// Made by `customType`'s own function from the column's configuration when the table is made.
    Custom {
        parameters: Value<'a>,
        config: Value<'a>,
    },
}

/// A column that is still being described. Every method changes it and returns it, so one that is shared by two tables carries
/// from one to the other what was called on it.
pub(crate) struct Builder<'a> {
    pub(crate) kind: ColumnKind,
    /// The call that made it.
    pub(crate) created: Site,
    pub(crate) state: RefCell<State<'a>>,
}

/// What a column is so far.
#[derive(Clone)]
pub(crate) struct State<'a> {
    pub(crate) name: Rc<str>,
    pub(crate) key_as_name: bool,
    pub(crate) sql_type: SqlType<'a>,
    pub(crate) not_null: bool,
    pub(crate) default: Option<Value<'a>>,
    pub(crate) primary: bool,
    pub(crate) unique: bool,
    pub(crate) unique_name: Option<Rc<str>>,
    pub(crate) auto_increment: bool,
    pub(crate) on_update_now: bool,
    pub(crate) generated: Option<Generated<'a>>,
    pub(crate) references: Vec<Reference<'a>>,
    /// Why something about it is not known.
    pub(crate) unknown: Option<Rc<Unknown>>,
    pub(crate) changes: Vec<Change>,
    pub(crate) builds: Vec<Build>,
}

#[derive(Clone)]
pub(crate) struct Generated<'a> {
    pub(crate) expression: Value<'a>,
    pub(crate) stored: bool,
}

/// A foreign key of one column, as `.references()` has it.
#[derive(Clone)]
pub(crate) struct Reference<'a> {
    pub(crate) target: Value<'a>,
    pub(crate) on_update: Value<'a>,
    pub(crate) on_delete: Value<'a>,
    pub(crate) site: Site,
}

/// A method that was called on a builder.
#[derive(Clone)]
pub(crate) struct Change {
    pub(crate) method: &'static str,
    pub(crate) site: Site,
    pub(crate) tick: u64,
    /// Whether it was called elsewhere than where the builder was made.
    pub(crate) later: bool,
}

/// A table that took the column.
#[derive(Clone)]
pub(crate) struct Build {
    pub(crate) table: Rc<TableId>,
    pub(crate) key: Rc<str>,
    pub(crate) site: Site,
    pub(crate) tick: u64,
}

/// How a table is called in messages, and the call that made it.
pub(crate) struct TableId {
    pub(crate) name: Rc<str>,
    pub(crate) call: Site,
}

/// A column of a table.
pub(crate) struct Column<'a> {
    pub(crate) table: Rc<TableCore<'a>>,
    pub(crate) kind: ColumnKind,
    pub(crate) site: Site,
    /// What it was when the table was made.
    pub(crate) state: State<'a>,
}

impl Column<'_> {
    /// Its name in SQL.
    pub(crate) fn cased_name(&self, casing: Option<Casing>) -> Rc<str> {
        match casing {
            Some(casing) if self.state.key_as_name => casing.apply(&self.state.name).into(),
            _ => self.state.name.clone(),
        }
    }
}

/// Calls a function that makes a column.
pub(crate) fn create<'a>(
    interpreter: &mut Interpreter<'a>,
    kind: ColumnKind,
    arguments: &[Value<'a>],
    custom: Option<Value<'a>>,
    at: Site,
) -> Evaluated<'a> {
    let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Undefined);
    let (first, second) = (argument(0), argument(1));
    let mut unknown = None;
    for value in [&first, &second] {
        if matches!(value, Value::Unknown(_) | Value::Foreign(_)) {
            unknown = unknown.or(Some(interpreter.why(value, at)));
        }
    }
    let name = match &first {
        Value::String(name) if !name.is_empty() => name.clone(),
        _ => "".into(),
    };
    let first_is_object = matches!(first, Value::Object(_) | Value::Array(_) | Value::Null);
    let config = if first_is_object { first.clone() } else { second.clone() };
    let sql_type = match (unknown.is_some(), kind, custom) {
        (true, ..) => SqlType::Known("".into()),
        (_, ColumnKind::Custom, Some(parameters)) => SqlType::Custom { parameters, config },
        (_, ColumnKind::Enum, _) => match enum_values(interpreter, &first, &second, &name, at)? {
            Ok(values) => SqlType::Enum(values),
            Err(why) => {
                unknown = Some(why);
                SqlType::Known("".into())
            }
        },
        _ => match plain_type(interpreter, kind, &first, &config, at)? {
            Ok(text) => SqlType::Known(text.into()),
            Err(why) => {
                unknown = Some(why);
                SqlType::Known("".into())
            }
        },
    };
    let state = State {
        key_as_name: name.is_empty(),
        name,
        sql_type,
        not_null: false,
        default: None,
        primary: false,
        unique: false,
        unique_name: None,
        auto_increment: kind == ColumnKind::Serial,
        on_update_now: false,
        generated: None,
        references: Vec::new(),
        unknown,
        changes: Vec::new(),
        builds: Vec::new(),
    };
    Ok(Value::Drizzle(Entity::Builder(Rc::new(Builder { kind, created: at, state: RefCell::new(state) }))))
}

/// The methods of a builder.
pub(crate) fn method(builder: &Builder<'_>, name: &str) -> Option<&'static str> {
    const ALL: [&str; 12] = [
        "notNull",
        "default",
        "primaryKey",
        "unique",
        "references",
        "generatedAlwaysAs",
        "$type",
        "$default",
        "$defaultFn",
        "$onUpdate",
        "$onUpdateFn",
        "getSQL",
    ];
    if name == "autoincrement" && builder.kind.has_auto_increment() {
        return Some("autoincrement");
    }
    if builder.kind == ColumnKind::Timestamp
        && let Some(name) = ["defaultNow", "onUpdateNow"].iter().find(|known| **known == name)
    {
        return Some(name);
    }
    ALL.iter().take(11).find(|known| **known == name).copied()
}

/// Calls a method of a builder.
pub(crate) fn call_method<'a>(
    interpreter: &mut Interpreter<'a>,
    builder: &Rc<Builder<'a>>,
    name: &str,
    arguments: &[Value<'a>],
    at: Site,
) -> Evaluated<'a> {
    let this = Value::Drizzle(Entity::Builder(builder.clone()));
    let Some(method) = method(builder, name) else {
        return throw(format!("{} has no method `{name}`", builder.kind.described()), at);
    };
    // These change nothing in the database.
    if method.starts_with('$') {
        return Ok(this);
    }
    let first = arguments.first().cloned().unwrap_or(Value::Undefined);
    let second = arguments.get(1).cloned().unwrap_or(Value::Undefined);
    let mut state = builder.state.borrow().clone();
    match method {
        "notNull" => state.not_null = true,
        "primaryKey" => {
            state.primary = true;
            state.not_null = true;
        }
        "autoincrement" => state.auto_increment = true,
        "default" => {
            if let Value::Foreign(_) | Value::Unknown(_) = &first {
                state.unknown = Some(interpreter.why(&first, at));
            }
            state.default = Some(first);
        }
        "defaultNow" => state.default = Some(Sql::text("(now())")),
        "onUpdateNow" => state.on_update_now = true,
        "unique" => {
            state.unique = true;
            state.unique_name = match &first {
                Value::Undefined | Value::Null => None,
                Value::String(name) if name.is_empty() => None,
                other => match interpreter.text(other, at)? {
                    Ok(name) => Some(name),
                    Err(why) => {
                        state.unknown = Some(why);
                        None
                    }
                },
            };
        }
        "references" => {
            let actions = second;
            let (on_update, on_delete) = match &actions {
                Value::Undefined => (Value::Undefined, Value::Undefined),
                actions => (
                    interpreter.property(actions, "onUpdate", at)?,
                    interpreter.property(actions, "onDelete", at)?,
                ),
            };
            state.references.push(Reference { target: first, on_update, on_delete, site: at });
        }
        "generatedAlwaysAs" => {
            let mode = match &second {
                Value::Undefined | Value::Null => Value::Undefined,
                config => interpreter.property(config, "mode", at)?,
            };
            let stored = match &mode {
                Value::Undefined | Value::Null => false,
                Value::String(mode) if &**mode == "stored" => true,
                Value::String(mode) if &**mode == "virtual" => false,
                other => {
                    let why = Value::unknown("a generated column is `virtual` or `stored`", at);
                    let known = matches!(other, Value::Unknown(_) | Value::Foreign(_));
                    state.unknown = Some(interpreter.why(if known { other } else { &why }, at));
                    false
                }
            };
            state.generated = Some(Generated { expression: first, stored });
        }
        _ => {}
    }
    let later = !at.contains(builder.created);
    state.changes.push(Change { method, site: at, tick: interpreter.tick(), later });
    *builder.state.borrow_mut() = state;
    Ok(this)
}
