//! Foreign keys.

use std::rc::Rc;

use crate::declare::column::{Column, Reference};
use crate::declare::entity::{Key, KeyDefinition};
use crate::declare::key::Parts;
use crate::declare::lower::{Fault, Lowering, Part};
use crate::declare::name::slices;
use crate::declare::part::{cased_names, column_list, items_of, optional_name, part, recase};
use crate::declare::table::Table;
use crate::snapshot::SnapshotForeignKey;
use crate::typescript::interpreter::{Abort, ProblemKind};
use crate::typescript::value::{Site, Value};

/// The foreign keys: those of the columns first.
pub(super) fn foreign_keys<'a>(
    lowering: &mut Lowering<'_, 'a>,
    table: &Rc<Table<'a>>,
    keys: &[Rc<Key<'a>>],
    parts: &mut Parts,
) {
    for (_, column) in &table.columns {
        if column.state.unknown.is_some() {
            continue;
        }
        for reference in &column.state.references {
            let made = inline_foreign_key(lowering, column, reference);
            let what = format!("the foreign key of the column `{}`", column.state.name);
            if let Some(made) = lowering.take(&what, reference.site, made) {
                parts.foreign_keys.set(&made.name.clone(), made);
            }
        }
    }
    for key in keys {
        if let KeyDefinition::ForeignKey(config) = &key.definition {
            let made = foreign_key(lowering, key, config);
            if let Some(made) = lowering.take("a foreign key", key.site, made) {
                parts.foreign_keys.set(&made.name.clone(), made);
            }
        }
    }
}

fn inline_foreign_key<'a>(
    lowering: &mut Lowering<'_, 'a>,
    column: &Rc<Column<'a>>,
    reference: &Reference<'a>,
) -> Part<SnapshotForeignKey> {
    let site = reference.site;
    let target = lowering.interpreter.call(&reference.target, Value::Undefined, Vec::new(), site)?;
    let foreign = part!(column_list(lowering, std::slice::from_ref(&target), site));
    // An empty text is no action here, unlike in foreignKey().
    let action =
        |value: &Value<'a>| if value.truthy() == Some(false) { Value::Undefined } else { value.clone() };
    let actions = (action(&reference.on_update), action(&reference.on_delete));
    build_foreign_key(lowering, None, std::slice::from_ref(column), &foreign, actions, column.site, site)
}

fn foreign_key<'a>(
    lowering: &mut Lowering<'_, 'a>,
    key: &Key<'a>,
    config: &Value<'a>,
) -> Part<SnapshotForeignKey> {
    let site = key.site;
    let config = match config {
        Value::Function(_) => lowering.interpreter.call(config, Value::Undefined, Vec::new(), site)?,
        other => other.clone(),
    };
    let mut member =
        |name: &str| -> Result<Value<'a>, Abort> { lowering.interpreter.property(&config, name, site) };
    let (name, columns, foreign) = (member("name")?, member("columns")?, member("foreignColumns")?);
    let name = part!(optional_name(lowering, &name, site));
    let columns = part!(items_of(lowering, &columns, site));
    let columns = part!(column_list(lowering, &columns, site));
    let foreign = part!(items_of(lowering, &foreign, site));
    let foreign = part!(column_list(lowering, &foreign, site));
    let option = |name: &str| key.option(name).unwrap_or(Value::Undefined);
    build_foreign_key(
        lowering,
        name,
        &columns,
        &foreign,
        (option("onUpdate"), option("onDelete")),
        site,
        site,
    )
}

fn build_foreign_key<'a>(
    lowering: &mut Lowering<'_, 'a>,
    name: Option<String>,
    columns: &[Rc<Column<'a>>],
    foreign: &[Rc<Column<'a>>],
    (on_update, on_delete): (Value<'a>, Value<'a>),
    shown: Site,
    site: Site,
) -> Part<SnapshotForeignKey> {
    let Some(first) = foreign.first() else {
        let message = "it has no foreign columns".to_owned();
        return Ok(Err(Fault::Fails(ProblemKind::Exception, message, site)));
    };
    let referenced_table = match first.table.name_text() {
        Ok(name) => name.to_string(),
        Err(why) => return Ok(Err(why.into())),
    };
    let is_derived = name.is_none();
    let mut name = name.unwrap_or_else(|| {
        let plain =
            |columns: &[Rc<Column<'a>>]| columns.iter().map(|column| column.state.name.clone()).collect();
        let (from, to): (Vec<Rc<str>>, Vec<Rc<str>>) = (plain(columns), plain(foreign));
        lowering.kit.foreign_key(&lowering.name, &slices(&from), &referenced_table, &slices(&to))
    });
    let (from, to) = (cased_names(lowering, columns), cased_names(lowering, foreign));
    recase(lowering, &mut name, columns, &from);
    recase(lowering, &mut name, foreign, &to);
    if is_derived {
        lowering.derived_names.insert((lowering.name.to_string(), name.clone()));
    }
    let mut action = |value: &Value<'a>| -> Part<Option<String>> {
        Ok(optional_name(lowering, value, site)?.map(|action| {
            // An empty action is none, as drizzle-kit writes it.
            let action = action.unwrap_or_else(|| "no action".to_owned());
            Some(action).filter(|action| !action.is_empty())
        }))
    };
    let on_update = part!(action(&on_update));
    let on_delete = part!(action(&on_delete));
    Ok(Ok(SnapshotForeignKey {
        name,
        at: lowering.at(shown),
        table: lowering.name.to_string(),
        columns: from,
        referenced_table,
        referenced_columns: to,
        on_update,
        on_delete,
        name_explicit: None,
    }))
}
