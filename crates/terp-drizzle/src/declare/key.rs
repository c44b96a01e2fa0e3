//! Keys and checks of a table: those of its columns, then those of its third argument.

use std::rc::Rc;

use crate::declare::column::Column;
use crate::declare::dictionary::Dictionary;
use crate::declare::entity::{Entity, Key, KeyDefinition, KeyKind};
use crate::declare::foreign_key::foreign_keys;
use crate::declare::lower::{Fault, Lowering, Part};
use crate::declare::name::KitGeneration;
use crate::declare::part::{cased_names, column_list, items_of, optional_name, part, recase, required_name};
use crate::declare::sql::SqlUse;
use crate::declare::table::Table;
use crate::place::Location;
use crate::snapshot::{
    SnapshotCheck, SnapshotColumn, SnapshotForeignKey, SnapshotIndex, SnapshotKeyPart, SnapshotPrimaryKey,
    SnapshotTable, SnapshotUnique,
};
use crate::typescript::interpreter::ProblemKind;
use crate::typescript::value::{Site, Value};

/// What a table has besides its columns, by name.
pub(super) struct Parts {
    primary_keys: Dictionary<SnapshotPrimaryKey>,
    uniques: Dictionary<SnapshotUnique>,
    pub(super) foreign_keys: Dictionary<SnapshotForeignKey>,
    indexes: Dictionary<SnapshotIndex>,
    checks: Dictionary<SnapshotCheck>,
}

impl Parts {
    pub(super) fn new() -> Self {
        Self {
            primary_keys: Dictionary::new(),
            uniques: Dictionary::new(),
            foreign_keys: Dictionary::new(),
            indexes: Dictionary::new(),
            checks: Dictionary::new(),
        }
    }

    pub(super) fn into_table(
        self,
        name: String,
        at: Location,
        columns: Vec<SnapshotColumn>,
    ) -> SnapshotTable {
        SnapshotTable {
            name,
            at,
            columns,
            indexes: self.indexes.into_values(),
            foreign_keys: self.foreign_keys.into_values(),
            primary_keys: self.primary_keys.into_values(),
            unique_constraints: self.uniques.into_values(),
            checks: self.checks.into_values(),
        }
    }
}

/// The primary key and the unique constraint that a column itself declares.
pub(super) fn of_column<'a>(
    lowering: &mut Lowering<'_, 'a>,
    column: &Rc<Column<'a>>,
    column_name: &str,
    parts: &mut Parts,
) {
    let at = lowering.at(column.site);
    let table = lowering.name.to_string();
    if column.state.primary {
        let name = format!("{table}_{column_name}");
        lowering.derived_names.insert((table.clone(), name.clone()));
        let key = SnapshotPrimaryKey { name: name.clone(), at, columns: vec![column_name.to_owned()] };
        parts.primary_keys.set(&name, key);
    }
    if column.state.unique {
        let derived = lowering.kit.unique(&table, &[&*column.state.name]);
        let own = column.state.unique_name.as_deref().unwrap_or_default();
        // The name that drizzle-orm 0.45 gives to every column, asked for or not; that of 1.0 doesn't.
        let is_derived = own == KitGeneration::V0.unique(&table, &[&*column.state.name]);
        let name = if is_derived { derived } else { own.to_owned() };
        if is_derived {
            lowering.derived_names.insert((table.clone(), name.clone()));
        }
        let columns = vec![SnapshotKeyPart::Column(column_name.to_owned())];
        if parts.uniques.get(&name).is_some() {
            refused(
                lowering,
                "the unique constraint",
                &name,
                "has a name that another one of the table has",
                column.site,
            );
        }
        parts.uniques.set(&name, SnapshotUnique { name: name.clone(), at, parts: columns });
    }
}

fn refused(lowering: &mut Lowering<'_, '_>, what: &str, name: &str, why: &str, site: Site) {
    let message = format!("it {why}, and drizzle-kit stops there: give it another name");
    lowering.left_out(&format!("{what} `{name}`"), site, Fault::Fails(ProblemKind::Refused, message, site));
}

/// The keys and checks of the third argument, and all foreign keys.
pub(super) fn of_table<'a>(
    lowering: &mut Lowering<'_, 'a>,
    table: &Rc<Table<'a>>,
    columns: &mut Dictionary<SnapshotColumn>,
    parts: &mut Parts,
) {
    let extra = extra_values(lowering, table);
    let extra = lowering.take("what keys are", table.site, extra).unwrap_or_default();
    let mut keys: Vec<Rc<Key<'a>>> = Vec::new();
    for value in extra {
        match &value {
            Value::Drizzle(Entity::Key(key)) => match key.tainted.borrow().clone() {
                Some(why) => lowering.left_out("a key", key.site, why.into()),
                None => keys.push(key.clone()),
            },
            Value::Unknown(_) | Value::Foreign(_) => {
                let why = lowering.interpreter.why(&value, table.site);
                lowering.left_out("a key", table.site, why.into());
            }
            // drizzle-kit passes over everything else.
            _ => {}
        }
    }
    for key in &keys {
        if let KeyDefinition::PrimaryKey { name, columns: of } = &key.definition {
            let made = primary_key(lowering, name, of, key.site);
            let Some(made) = lowering.take("the primary key", key.site, made) else { continue };
            for column in &made.columns {
                if let Some(column) = columns.get_mut(column) {
                    column.not_null = true;
                }
            }
            parts.primary_keys.set(&made.name.clone(), made);
        }
    }
    for key in &keys {
        if let KeyDefinition::On { kind: KeyKind::Unique, name, columns } = &key.definition {
            let made = unique(lowering, name, columns, key.site);
            let Some(made) = lowering.take("a unique constraint", key.site, made) else { continue };
            if parts.uniques.get(&made.name).is_some() {
                let why = "has a name that another one of the table has";
                refused(lowering, "the unique constraint", &made.name, why, key.site);
            }
            parts.uniques.set(&made.name.clone(), made);
        }
    }
    foreign_keys(lowering, table, &keys, parts);
    for key in &keys {
        if let KeyDefinition::On { kind, name, columns } = &key.definition
            && *kind != KeyKind::Unique
        {
            let made = index(lowering, key, *kind, name, columns);
            let Some(made) = lowering.take("an index", key.site, made) else { continue };
            if made.unique && parts.uniques.get(&made.name).is_some() {
                let why = "has the name of a unique constraint of the table";
                refused(lowering, "the unique index", &made.name, why, key.site);
            }
            if !made.unique && parts.foreign_keys.get(&made.name).is_some() {
                let why = "has the name of a foreign key of the table";
                refused(lowering, "the index", &made.name, why, key.site);
            }
            parts.indexes.set(&made.name.clone(), made);
        }
    }
    for key in &keys {
        if let KeyDefinition::Check { name, value } = &key.definition {
            let made = check(lowering, name, value, key.site);
            let Some(made) = lowering.take("a check", key.site, made) else { continue };
            if parts.checks.get(&made.name).is_some() {
                refused(
                    lowering,
                    "the check",
                    &made.name,
                    "has a name that another one of the table has",
                    key.site,
                );
            }
            parts.checks.set(&made.name.clone(), made);
        }
    }
}

/// What the third argument gives.
fn extra_values<'a>(lowering: &mut Lowering<'_, 'a>, table: &Rc<Table<'a>>) -> Part<Vec<Value<'a>>> {
    let site = table.site;
    match table.extra.truthy() {
        Some(false) => return Ok(Ok(Vec::new())),
        Some(true) => {}
        None => return Ok(Err(lowering.interpreter.why(&table.extra, site).into())),
    }
    let this = Value::Drizzle(Entity::Table(table.clone()));
    let given = lowering.interpreter.call(&table.extra, Value::Undefined, vec![this], site)?;
    if let Some(why) = given.why_unknown() {
        return Ok(Err(why.into()));
    }
    match &given {
        Value::Array(array) => {
            let mut flat = Vec::new();
            for item in array.items.borrow().iter() {
                match item {
                    Value::Array(inner) => flat.extend(inner.items.borrow().iter().cloned()),
                    other => flat.push(other.clone()),
                }
            }
            Ok(Ok(flat))
        }
        Value::Undefined | Value::Null => {
            let message = "the third argument of the table gives undefined or null".to_owned();
            Ok(Err(Fault::Fails(ProblemKind::Exception, message, site)))
        }
        other => {
            let keys = match lowering.interpreter.own_keys(other, site)? {
                Ok(keys) => keys,
                Err(why) => return Ok(Err(why.into())),
            };
            let mut values = Vec::with_capacity(keys.len());
            for key in keys {
                values.push(lowering.interpreter.property(other, &key, site)?);
            }
            Ok(Ok(values))
        }
    }
}

fn primary_key<'a>(
    lowering: &mut Lowering<'_, 'a>,
    name: &Value<'a>,
    of: &Value<'a>,
    site: Site,
) -> Part<SnapshotPrimaryKey> {
    let list = part!(items_of(lowering, of, site));
    let columns = part!(column_list(lowering, &list, site));
    let given = part!(optional_name(lowering, name, site));
    let plain: Vec<&str> = columns.iter().map(|column| &*column.state.name).collect();
    let is_derived = given.is_none();
    let mut name = given.unwrap_or_else(|| format!("{}_{}_pk", lowering.name, plain.join("_")));
    let cased = cased_names(lowering, &columns);
    recase(lowering, &mut name, &columns, &cased);
    if is_derived {
        lowering.derived_names.insert((lowering.name.to_string(), name.clone()));
    }
    Ok(Ok(SnapshotPrimaryKey { name, at: lowering.at(site), columns: cased }))
}

fn unique<'a>(
    lowering: &mut Lowering<'_, 'a>,
    name: &Value<'a>,
    columns: &[Value<'a>],
    site: Site,
) -> Part<SnapshotUnique> {
    let columns = part!(column_list(lowering, columns, site));
    let given = part!(optional_name(lowering, name, site));
    let plain: Vec<&str> = columns.iter().map(|column| &*column.state.name).collect();
    let derived = lowering.kit.unique(&lowering.name, &plain);
    if given.is_none() {
        lowering.derived_names.insert((lowering.name.to_string(), derived.clone()));
    }
    let parts = cased_names(lowering, &columns).into_iter().map(SnapshotKeyPart::Column).collect();
    Ok(Ok(SnapshotUnique { name: given.unwrap_or(derived), at: lowering.at(site), parts }))
}

fn index<'a>(
    lowering: &mut Lowering<'_, 'a>,
    key: &Key<'a>,
    kind: KeyKind,
    name: &Value<'a>,
    columns: &[Value<'a>],
) -> Part<SnapshotIndex> {
    let site = key.site;
    let name = part!(required_name(lowering, name, site));
    let mut parts = Vec::with_capacity(columns.len());
    for column in columns {
        match column {
            Value::Drizzle(Entity::Sql(_)) => {
                parts.push(SnapshotKeyPart::Sql(part!(lowering.sql_text(column, SqlUse::Index, site))));
            }
            other => {
                let columns = part!(column_list(lowering, std::slice::from_ref(other), site));
                parts.extend(cased_names(lowering, &columns).into_iter().map(SnapshotKeyPart::Column));
            }
        }
    }
    let mut option = |name: &str| -> Part<Option<String>> {
        let value = key.option(name).unwrap_or(Value::Undefined);
        optional_name(lowering, &value, site)
    };
    let using = part!(option("using"));
    let algorithm = part!(option("algorithm"));
    let lock = part!(option("lock"));
    let at = lowering.at(site);
    Ok(Ok(SnapshotIndex {
        name,
        at,
        parts,
        unique: kind == KeyKind::UniqueIndex,
        using,
        algorithm,
        lock,
        name_explicit: None,
    }))
}

fn check<'a>(
    lowering: &mut Lowering<'_, 'a>,
    name: &Value<'a>,
    value: &Value<'a>,
    site: Site,
) -> Part<SnapshotCheck> {
    let name = part!(required_name(lowering, name, site));
    let expression = part!(lowering.sql_text(value, SqlUse::Query, site));
    Ok(Ok(SnapshotCheck { name, at: lowering.at(site), expression }))
}
