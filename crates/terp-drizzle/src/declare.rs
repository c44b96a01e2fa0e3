//! The schema that an application declares in TypeScript, read without running it.
//!
//! The modules are evaluated as far as schemas need it (`typescript`), and Drizzle's own functions are known here:
//! what they make, change and name. The result is what drizzle-kit 0.31 would put into a snapshot, with the place of
//! everything; what would need running code is named instead.

mod casing;
pub(crate) mod column;
mod default;
mod dictionary;
pub(crate) mod entity;
mod foreign_key;
mod key;
mod leak;
mod lower;
mod name;
pub(crate) mod natives;
mod part;
mod schema;
pub(crate) mod sql;
mod sql_type;
pub(crate) mod table;
mod view;

use std::cell::RefCell;
use std::rc::Rc;

pub use self::casing::Casing;
pub(crate) use self::entity::{Entity, described};
pub use self::name::KitGeneration;
pub use self::schema::{
    CustomColumn, Declaration, DeclarationFile, DeclarationOptions, DeclarationProblem, DeclaredLeak,
    DuplicateTable, declare,
};
pub(crate) use self::schema::{SitePlaces, on_large_stack};
use crate::declare::column::ColumnKind;
use crate::declare::entity::{Key, KeyDefinition, KeyOn, ViewBuilder};
use crate::declare::natives::Native;
use crate::declare::sql::{Chunk, Sql};
use crate::typescript::interpreter::{Evaluated, Interpreter, throw};
use crate::typescript::value::{Properties, Property, Site, Unknown, Value};

/// A member of something of Drizzle.
pub(crate) enum Member<'a> {
    Value(Value<'a>),
    Method,
    Absent,
    Unknown(String),
}

/// What a package that is not read exports, any of it.
pub(crate) fn of_package<'a>(package: &str, at: Site) -> Value<'a> {
    if natives::has_no_tables(package) {
        return Value::Foreign(package.into());
    }
    Value::unknown(format!("it comes from the package `{package}`, which is not read"), at)
}

pub(crate) fn property<'a>(entity: &Entity<'a>, key: &str) -> Member<'a> {
    match entity {
        Entity::Builder(builder) => match column::method(builder, key) {
            Some(_) => Member::Method,
            None if matches!(key, "config" | "_") => {
                Member::Unknown("the inside of a column is not evaluated here".into())
            }
            None => Member::Absent,
        },
        Entity::Column(column) => match key {
            "name" => Member::Value(Value::String(column.state.name.clone())),
            "notNull" => Member::Value(Value::Bool(column.state.not_null)),
            "primary" => Member::Value(Value::Bool(column.state.primary)),
            _ => Member::Unknown(format!("`{key}` of a column is not evaluated here")),
        },
        Entity::Table(table) => match table.column(key) {
            Some(column) => Member::Value(Value::Drizzle(Entity::Column(column.clone()))),
            None => {
                let unknown = table.unknown.borrow();
                let why =
                    unknown.iter().find(|(known, _, _)| known.as_deref().is_none_or(|known| known == key));
                match why {
                    Some((_, _, why)) => Member::Value(Value::Unknown(why.clone())),
                    None if matches!(key, "getSQL" | "_" | "$inferSelect" | "$inferInsert") => {
                        Member::Unknown("the inside of a table is not evaluated here".to_owned())
                    }
                    None => Member::Absent,
                }
            }
        },
        Entity::View(view) => match view.columns.iter().find(|(known, _)| &**known == key) {
            Some((_, column)) => Member::Value(Value::Drizzle(Entity::Column(column.clone()))),
            None => Member::Absent,
        },
        Entity::Sql(_) if matches!(key, "append" | "as" | "mapWith" | "inlineParams" | "if" | "getSQL") => {
            Member::Method
        }
        Entity::KeyOn(_) if key == "on" => Member::Method,
        Entity::Key(found) => {
            let methods: &[&str] = match &found.definition {
                KeyDefinition::On { kind: entity::KeyKind::Unique, .. } => &[],
                KeyDefinition::On { .. } => &["using", "algorithm", "lock"],
                KeyDefinition::ForeignKey(_) => &["onDelete", "onUpdate"],
                _ => &[],
            };
            if methods.contains(&key) { Member::Method } else { Member::Absent }
        }
        Entity::Schema(_) if matches!(key, "table" | "view") => Member::Method,
        Entity::Schema(name) if key == "schemaName" => Member::Value((**name).clone()),
        Entity::ViewBuilder(_)
            if matches!(key, "as" | "existing" | "algorithm" | "sqlSecurity" | "withCheckOption") =>
        {
            Member::Method
        }
        Entity::Other(_) => Member::Unknown("parts of queries are not evaluated here".to_owned()),
        _ => Member::Absent,
    }
}

/// The columns of a table under their keys, as a spread of it gives them.
pub(crate) fn own_properties<'a>(entity: &Entity<'a>) -> Option<Vec<(Rc<str>, Value<'a>)>> {
    match entity {
        Entity::Table(table) if table.unknown.borrow().is_empty() => {
            let column = |(key, column): &(Rc<str>, Rc<column::Column<'a>>)| {
                (key.clone(), Value::Drizzle(Entity::Column(column.clone())))
            };
            Some(table.columns.iter().map(column).collect())
        }
        _ => None,
    }
}

/// Code that is not known may have changed it.
pub(crate) fn taint(entity: &Entity<'_>, why: &Rc<Unknown>) {
    match entity {
        Entity::Builder(builder) => builder.state.borrow_mut().unknown = Some(why.clone()),
        Entity::Table(_) | Entity::Column(_) => {}
        Entity::Sql(sql) => *sql.tainted.borrow_mut() = Some(why.clone()),
        Entity::Key(key) => *key.tainted.borrow_mut() = Some(why.clone()),
        _ => {}
    }
}

/// Calls something of Drizzle as a function.
pub(crate) fn call<'a>(
    interpreter: &mut Interpreter<'a>,
    entity: &Entity<'a>,
    mut arguments: Vec<Value<'a>>,
    at: Site,
) -> Evaluated<'a> {
    match entity {
        Entity::TableCreator(name) => {
            let given = arguments.first().cloned().unwrap_or(Value::Undefined);
            let name = interpreter.call(name, Value::Undefined, vec![given], at)?;
            if let Some(first) = arguments.first_mut() {
                *first = name;
            }
            table::create(interpreter, None, &arguments, at)
        }
        Entity::CustomType(parameters) => {
            column::create(interpreter, ColumnKind::Custom, &arguments, Some((**parameters).clone()), at)
        }
        other => throw(format!("{} is not a function", described(other)), at),
    }
}

pub(crate) fn call_native<'a>(
    interpreter: &mut Interpreter<'a>,
    native: Native,
    arguments: Vec<Value<'a>>,
    at: Site,
) -> Evaluated<'a> {
    let first = arguments.first().cloned().unwrap_or(Value::Undefined);
    let key = |definition| {
        let options = RefCell::new(Vec::new());
        Ok(Value::Drizzle(Entity::Key(Rc::new(Key {
            definition,
            site: at,
            options,
            tainted: RefCell::new(None),
        }))))
    };
    match native {
        Native::Column(kind) => column::create(interpreter, kind, &arguments, None, at),
        Native::CustomType => Ok(Value::Drizzle(Entity::CustomType(Rc::new(first)))),
        Native::Table => table::create(interpreter, None, &arguments, at),
        Native::TableCreator => Ok(Value::Drizzle(Entity::TableCreator(Rc::new(first)))),
        Native::Schema => Ok(Value::Drizzle(Entity::Schema(Rc::new(first)))),
        Native::Key(kind) => {
            Ok(Value::Drizzle(Entity::KeyOn(Rc::new(KeyOn { kind, name: first, site: at }))))
        }
        Native::PrimaryKey => match &first {
            Value::Drizzle(Entity::Column(_)) => {
                key(KeyDefinition::PrimaryKey { name: Value::Undefined, columns: Value::array(arguments) })
            }
            Value::Undefined | Value::Null => throw("a primary key takes its columns", at),
            config => {
                let columns = interpreter.property(config, "columns", at)?;
                let name = interpreter.property(config, "name", at)?;
                key(KeyDefinition::PrimaryKey { name, columns })
            }
        },
        Native::ForeignKey => key(KeyDefinition::ForeignKey(first)),
        Native::Check => {
            let value = arguments.get(1).cloned().unwrap_or(Value::Undefined);
            key(KeyDefinition::Check { name: first, value })
        }
        Native::View => view_builder(first, arguments.get(1), None, at),
        Native::Sql => match &first {
            Value::Array(strings) => {
                let strings = strings.items.borrow().clone();
                Ok(Sql::template(&strings, arguments.get(1..).unwrap_or_default()))
            }
            _ => Ok(Value::unknown("`sql` is used on a template", at)),
        },
        Native::Operator(name) => {
            Ok(sql::operator(name, &arguments).unwrap_or_else(|| builtin_unknown(name, at)))
        }
        Native::GetTableName => match &first {
            Value::Drizzle(Entity::Table(table)) => match table.core.name_text() {
                Ok(name) => Ok(Value::String(name)),
                Err(why) => Ok(Value::Unknown(why)),
            },
            _ => Ok(builtin_unknown("getTableName", at)),
        },
        Native::GetTableColumns => match &first {
            Value::Drizzle(entity @ Entity::Table(_)) => match own_properties(entity) {
                Some(columns) => {
                    let mut properties = Properties::default();
                    columns
                        .into_iter()
                        .for_each(|(key, column)| properties.set(key, Property::Value(column)));
                    Ok(Value::object(properties))
                }
                None => Ok(builtin_unknown("getTableColumns", at)),
            },
            _ => Ok(builtin_unknown("getTableColumns", at)),
        },
        Native::DefineConfig => Ok(first),
    }
}

fn builtin_unknown<'a>(name: &str, at: Site) -> Value<'a> {
    Value::unknown(format!("what `{name}` gives here is not known"), at)
}

fn view_builder<'a>(
    name: Value<'a>,
    columns: Option<&Value<'a>>,
    schema: Option<Rc<Value<'a>>>,
    at: Site,
) -> Evaluated<'a> {
    let columns = columns.filter(|columns| !columns.is_nullish()).cloned();
    let options = RefCell::new(Vec::new());
    Ok(Value::Drizzle(Entity::ViewBuilder(Rc::new(ViewBuilder { name, columns, schema, site: at, options }))))
}

/// A template with one of Drizzle's functions as its tag.
pub(crate) fn sql_template<'a>(
    native: Native,
    strings: &[Value<'a>],
    values: &[Value<'a>],
) -> Option<Value<'a>> {
    (native == Native::Sql).then(|| Sql::template(strings, values))
}

/// A property of a function of Drizzle; None for its methods.
pub(crate) fn property_of_native<'a>(native: Native, key: &str, _: Site) -> Option<Value<'a>> {
    let methods = ["raw", "identifier", "join", "empty", "fromList", "param", "placeholder", "call", "apply"];
    if native == Native::Sql && methods.contains(&key) { None } else { Some(Value::Undefined) }
}

/// `sql.raw` and its like.
pub(crate) fn call_method_of_native<'a>(
    interpreter: &mut Interpreter<'a>,
    native: Native,
    name: &str,
    arguments: &[Value<'a>],
    at: Site,
) -> Evaluated<'a> {
    if native != Native::Sql {
        return throw(format!("`{name}` is not a function"), at);
    }
    let first = arguments.first().cloned().unwrap_or(Value::Undefined);
    Ok(match name {
        "raw" => match interpreter.text(&first, at)? {
            Ok(text) => Sql::text(text),
            Err(_) => Sql::of(vec![Chunk::Value(first)]),
        },
        "identifier" => match interpreter.text(&first, at)? {
            Ok(text) => Sql::of(vec![Chunk::Name(text)]),
            Err(why) => Value::Unknown(why),
        },
        "empty" => Sql::of(Vec::new()),
        "fromList" | "join" => match interpreter.iterate(&first, at)? {
            Ok(items) => {
                let separator =
                    arguments.get(1).filter(|value| name == "join" && !matches!(value, Value::Undefined));
                let mut chunks = Vec::new();
                for (number, item) in items.into_iter().enumerate() {
                    if let Some(separator) = separator.filter(|_| number > 0) {
                        chunks.push(Chunk::Value(separator.clone()));
                    }
                    chunks.push(Chunk::Value(item));
                }
                Sql::of(chunks)
            }
            Err(why) => Value::Unknown(why),
        },
        "param" => Sql::of(vec![Chunk::Value(first)]),
        _ => Value::unknown(format!("`sql.{name}` is not evaluated here"), at),
    })
}

/// Calls a method of something of Drizzle.
pub(crate) fn call_method<'a>(
    interpreter: &mut Interpreter<'a>,
    entity: &Entity<'a>,
    name: &str,
    arguments: Vec<Value<'a>>,
    at: Site,
) -> Evaluated<'a> {
    let first = arguments.first().cloned().unwrap_or(Value::Undefined);
    let this = Value::Drizzle(entity.clone());
    match entity {
        Entity::Builder(builder) => column::call_method(interpreter, builder, name, &arguments, at),
        Entity::KeyOn(on) => {
            let definition = KeyDefinition::On { kind: on.kind, name: on.name.clone(), columns: arguments };
            let key = Key {
                definition,
                site: on.site,
                options: RefCell::new(Vec::new()),
                tainted: RefCell::new(None),
            };
            Ok(Value::Drizzle(Entity::Key(Rc::new(key))))
        }
        Entity::Key(key) => {
            let option = ["using", "algorithm", "lock", "onDelete", "onUpdate"]
                .into_iter()
                .find(|known| *known == name);
            if let Some(option) = option {
                key.options.borrow_mut().push((option, first));
            }
            Ok(this)
        }
        Entity::Sql(sql) => match name {
            "append" => {
                if let Value::Drizzle(Entity::Sql(other)) = &first {
                    let more = other.chunks.borrow().clone();
                    sql.chunks.borrow_mut().extend(more);
                } else {
                    sql.chunks.borrow_mut().push(Chunk::Value(first));
                }
                Ok(this)
            }
            "inlineParams" => {
                *sql.inline.borrow_mut() = true;
                Ok(this)
            }
            "mapWith" | "getSQL" => Ok(this),
            "if" => Ok(match first.truthy() {
                Some(true) => this,
                Some(false) => Value::Undefined,
                None => Value::Unknown(interpreter.why(&first, at)),
            }),
            "as" => Ok(Value::Drizzle(Entity::Other("an alias"))),
            _ => throw(format!("SQL has no method `{name}`"), at),
        },
        Entity::Schema(schema) => match name {
            "table" => table::create(interpreter, Some(schema.clone()), &arguments, at),
            _ => view_builder(first, arguments.get(1), Some(schema.clone()), at),
        },
        Entity::ViewBuilder(builder) => match name {
            "existing" => table::create_view(interpreter, builder, None, at),
            "as" => table::create_view(interpreter, builder, Some(first), at),
            "withCheckOption" => {
                let option = if first.is_nullish() { Value::string("cascaded") } else { first };
                builder.options.borrow_mut().push(("withCheckOption", option));
                Ok(this)
            }
            _ => {
                let option = if name == "algorithm" { "algorithm" } else { "sqlSecurity" };
                builder.options.borrow_mut().push((option, first));
                Ok(this)
            }
        },
        other => throw(format!("{} has no method `{name}`", described(other)), at),
    }
}
