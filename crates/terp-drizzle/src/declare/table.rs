//! Tables: how they are made from columns.

use std::cell::RefCell;
use std::rc::Rc;

use crate::declare::column::{Build, Builder, Column, ColumnKind, SqlType, TableId};
use crate::declare::entity::{Entity, View, ViewBuilder};
use crate::declare::leak::{self, Leak};
use crate::declare::natives::Native;
use crate::typescript::builtin::Builtin;
use crate::typescript::interpreter::{Abort, Evaluated, Interpreter, throw};
use crate::typescript::value::{Properties, Property, Site, Unknown, UnknownKind, Value};

/// What columns know of their table.
pub(crate) struct TableCore<'a> {
    pub(crate) name: Value<'a>,
    /// The name of the `mysqlSchema` that it belongs to.
    pub(crate) schema: Option<Rc<Value<'a>>>,
}

impl TableCore<'_> {
    /// Its name. An Err for one that is not known.
    pub(crate) fn name_text(&self) -> Result<Rc<str>, Rc<Unknown>> {
        text_of(&self.name)
    }

    pub(crate) fn schema_name(&self) -> Result<Option<Rc<str>>, Rc<Unknown>> {
        self.schema.as_deref().map(text_of).transpose()
    }
}

fn text_of(value: &Value<'_>) -> Result<Rc<str>, Rc<Unknown>> {
    match value.to_text() {
        Ok(text) => Ok(text),
        Err(_) => Err(value.why_unknown().unwrap_or_else(|| {
            Rc::new(Unknown {
                reason: "the name is no text".to_owned(),
                site: Site::default(),
                cause: None,
                kind: UnknownKind::Any,
            })
        })),
    }
}

/// What of a table's columns is not known: the key, if that is known, where it stands, and why.
pub(crate) type UnknownColumns = Vec<(Option<Rc<str>>, Site, Rc<Unknown>)>;

/// A table.
pub(crate) struct Table<'a> {
    pub(crate) core: Rc<TableCore<'a>>,
    /// The call that made it, in the module's own statements.
    pub(crate) site: Site,
    pub(crate) columns: Vec<(Rc<str>, Rc<Column<'a>>)>,
    /// What of its columns is not known, by their keys where those are known.
    pub(crate) unknown: RefCell<UnknownColumns>,
    /// Third argument of `mysqlTable`.
    pub(crate) extra: Value<'a>,
    pub(crate) leaks: Vec<Leak>,
    /// Columns whose type `customType`'s own function gave.
    pub(crate) custom_types: Vec<(Rc<str>, Rc<str>, Site)>,
}

impl<'a> Table<'a> {
    /// A table that stands for a view while its columns are written.
    pub(crate) fn of_view(core: Rc<TableCore<'a>>, site: Site) -> Self {
        Self {
            core,
            site,
            columns: Vec::new(),
            unknown: RefCell::default(),
            extra: Value::Undefined,
            leaks: Vec::new(),
            custom_types: Vec::new(),
        }
    }

    pub(crate) fn column(&self, key: &str) -> Option<&Rc<Column<'a>>> {
        self.columns.iter().find(|(known, _)| &**known == key).map(|(_, column)| column)
    }
}

/// `mysqlTable(name, columns, extra)` and its relatives.
pub(crate) fn create<'a>(
    interpreter: &mut Interpreter<'a>,
    schema: Option<Rc<Value<'a>>>,
    arguments: &[Value<'a>],
    at: Site,
) -> Evaluated<'a> {
    let argument = |index: usize| arguments.get(index).cloned().unwrap_or(Value::Undefined);
    let name = argument(0);
    if matches!(name, Value::Unknown(_) | Value::Foreign(_)) {
        let why = interpreter.why(&name, at);
        let reason = format!("the table's name is not known: {}", why.reason);
        let (site, cause) = (interpreter.outermost(at), Some(why.site));
        return Ok(Value::Unknown(Rc::new(Unknown { reason, site, cause, kind: UnknownKind::Table })));
    }
    if !matches!(name, Value::String(_)) {
        return throw("a table's name has to be a string", at);
    }
    let core = Rc::new(TableCore { name, schema });
    let call = interpreter.outermost(at);
    let table_id = Rc::new(TableId { name: core.name_text().unwrap_or_else(|_| "?".into()), call: at });
    let (columns, unknown, leaks, custom_types) =
        build_columns(interpreter, &core, &table_id, argument(1), at)?;
    let table = Table {
        core,
        site: call,
        columns,
        unknown: RefCell::new(unknown),
        extra: argument(2),
        leaks,
        custom_types,
    };
    Ok(Value::Drizzle(Entity::Table(Rc::new(table))))
}

type Built<'a> = (Vec<(Rc<str>, Rc<Column<'a>>)>, UnknownColumns, Vec<Leak>, Vec<(Rc<str>, Rc<str>, Site)>);

/// Makes the columns of a table or a view, in the order of their keys.
fn build_columns<'a>(
    interpreter: &mut Interpreter<'a>,
    core: &Rc<TableCore<'a>>,
    table: &Rc<TableId>,
    given: Value<'a>,
    at: Site,
) -> Result<Built<'a>, Abort> {
    let given = match &given {
        Value::Function(_) => interpreter.call(&given, Value::Undefined, vec![builders()], at)?,
        _ => given,
    };
    let (mut columns, mut unknown, mut leaks, mut custom) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let keys = match interpreter.own_keys(&given, at)? {
        Ok(keys) => keys,
        Err(why) => {
            unknown.push((None, at, why));
            return Ok((columns, unknown, leaks, custom));
        }
    };
    for key in keys {
        let site = match &given {
            Value::Object(object) => object.properties.borrow().site(&key).unwrap_or(at),
            _ => at,
        };
        let value = interpreter.property(&given, &key, site)?;
        let builder = match &value {
            Value::Drizzle(Entity::Builder(builder)) => builder.clone(),
            Value::Unknown(_) | Value::Foreign(_) => {
                unknown.push((Some(key), site, interpreter.why(&value, site)));
                continue;
            }
            Value::Undefined | Value::Null => {
                return throw(format!("the column `{key}` of `{}` is undefined", table.name), site);
            }
            _ => return throw(format!("`{key}` of `{}` is no column", table.name), site),
        };
        leaks.extend(leak::found(&builder, table, &key, site));
        let column = build_column(interpreter, core, table, &builder, &key, site)?;
        if let Some(why) = &column.state.unknown {
            unknown.push((Some(key.clone()), site, why.clone()));
        }
        if let (ColumnKind::Custom, SqlType::Known(text)) = (column.kind, &column.state.sql_type) {
            custom.push((column.state.name.clone(), text.clone(), site));
        }
        columns.push((key, Rc::new(column)));
    }
    Ok((columns, unknown, leaks, custom))
}

fn build_column<'a>(
    interpreter: &mut Interpreter<'a>,
    core: &Rc<TableCore<'a>>,
    table: &Rc<TableId>,
    builder: &Rc<Builder<'a>>,
    key: &Rc<str>,
    site: Site,
) -> Result<Column<'a>, Abort> {
    let custom = {
        let mut state = builder.state.borrow_mut();
        if state.name.is_empty() {
            state.name = key.clone();
        }
        // Kept in the builder, for the tables after this one too.
        if state.unique_name.is_none() {
            state.unique_name = Some(format!("{}_{}_unique", table.name, state.name).into());
        }
        match &state.sql_type {
            SqlType::Custom { parameters, config } => Some((parameters.clone(), config.clone())),
            SqlType::Known(_) | SqlType::Enum(_) => None,
        }
    };
    let mut state = builder.state.borrow().clone();
    if let Some((parameters, config)) = custom {
        let data_type = interpreter.property(&parameters, "dataType", site)?;
        let result = interpreter.call(&data_type, parameters, vec![config], site)?;
        match result {
            Value::String(text) => state.sql_type = SqlType::Known(text),
            other => {
                let why = Value::unknown("`dataType` of this customType gives no text", site);
                let not_known = matches!(other, Value::Unknown(_) | Value::Foreign(_));
                let why = interpreter.why(if not_known { &other } else { &why }, site);
                let reason = format!("the type that customType gives is not known: {}", why.reason);
                state.unknown = Some(Rc::new(Unknown { reason, ..(*why).clone() }));
            }
        }
    }
    let build = Build { table: table.clone(), key: key.clone(), site, tick: interpreter.tick() };
    builder.state.borrow_mut().builds.push(build);
    Ok(Column { table: core.clone(), kind: builder.kind, site, state })
}

/// What a callback that gives columns is called with.
fn builders<'a>() -> Value<'a> {
    let mut properties = Properties::default();
    let mut add = |name: &str, native: Native| {
        properties.set(name.into(), Property::Value(Value::Builtin(Builtin::Drizzle(native))));
    };
    for (name, kind) in ColumnKind::all() {
        add(name, Native::Column(*kind));
    }
    add("customType", Native::CustomType);
    Value::object(properties)
}

/// `.existing()` and `.as(sql)` of a view.
pub(crate) fn create_view<'a>(
    interpreter: &mut Interpreter<'a>,
    builder: &Rc<ViewBuilder<'a>>,
    query: Option<Value<'a>>,
    at: Site,
) -> Evaluated<'a> {
    let Some(columns) = &builder.columns else {
        let name = builder.name.to_text().unwrap_or_else(|_| "?".into());
        let reason = format!("the view `{name}` is made by the query builder, which is not evaluated here");
        return Ok(Value::Unknown(Rc::new(Unknown {
            reason,
            site: at,
            cause: None,
            kind: UnknownKind::View,
        })));
    };
    if matches!(builder.name, Value::Unknown(_) | Value::Foreign(_)) {
        let why = interpreter.why(&builder.name, at);
        let reason = format!("the view's name is not known: {}", why.reason);
        return Ok(Value::Unknown(Rc::new(Unknown {
            reason,
            site: at,
            cause: None,
            kind: UnknownKind::View,
        })));
    }
    let core = Rc::new(TableCore { name: builder.name.clone(), schema: builder.schema.clone() });
    let id = Rc::new(TableId { name: core.name_text().unwrap_or_else(|_| "?".into()), call: at });
    let (columns, unknown, _, _) = build_columns(interpreter, &core, &id, columns.clone(), at)?;
    if let Some((_, _, why)) = unknown.first() {
        let reason = format!("a column of the view `{}` is not known: {}", id.name, why.reason);
        return Ok(Value::Unknown(Rc::new(Unknown {
            reason,
            site: at,
            cause: Some(why.site),
            kind: UnknownKind::View,
        })));
    }
    Ok(Value::Drizzle(Entity::View(Rc::new(View { builder: builder.clone(), columns, core, query }))))
}
