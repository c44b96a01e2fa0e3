//! Views: CREATE, ALTER and DROP, and the text that SHOW CREATE VIEW prints.
//!
//! A server keeps a view's SELECT as a tree in which names are resolved, and prints that tree. `scope` and `clause`
//! resolve names, `from`, `select`, `query` and `call` print, and expressions are printed as everywhere else
//! ([`expr`](crate::expr)) with [`ExprPlace::View`](crate::expr::ExprPlace::View). What cannot be printed for certain
//! is not executed.

mod call;
mod clause;
mod from;
mod names;
mod nature;
mod query;
mod scope;
mod select;
mod typed;

use std::collections::{BTreeMap, BTreeSet};

use terp_schema_model::{CreationContext, Flavor, SqlSecurity, View, same_name};

use self::scope::Env;
use super::catalog::{Catalog, Effect, Relation, TableRef};
use super::error::{ExecuteError, Result, messages, refuse, unsupported};
use super::merge;
use super::value::Value;
use crate::ast::{CreateView, DropProgram, FromItem, Ident, ObjectName, Query, QueryBody};

/// What a query is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A view.
    View,
    /// A table in FROM, or one of WITH.
    Derived,
    /// The second and further operands of UNION in one of those.
    Later,
    /// A subquery in an expression.
    Value,
    /// EXISTS.
    Exists,
    /// CREATE TABLE ... SELECT.
    Table,
}

/// A view, with what its query reads.
#[derive(Debug, Clone)]
pub(super) struct StoredView {
    pub(super) view: View,
    /// The names of its columns.
    pub(super) columns: Vec<String>,
    /// The tables and columns that it reads; without them it is invalid.
    reads: BTreeMap<TableRef, BTreeSet<String>>,
    /// Whether rows can be changed through it, as far as that is certain.
    updatable: Option<bool>,
    /// The query as it was written, and the database that was the current one then.
    query: Box<Query>,
    current: Option<String>,
}

/// Executes CREATE VIEW and ALTER VIEW.
pub(super) fn create(catalog: &mut Catalog, create: &CreateView) -> Result<Effect> {
    let at = catalog.resolve(&create.name)?;
    catalog.check_writable(&at).map_err(|e| e.at(create.name.span()))?;
    let name = &create.name.name;
    if name.value.is_empty() || name.value.ends_with(' ') {
        return Err(refuse(1103, format!("Incorrect table name '{}'", name.value)).at(name.span));
    }
    if name.value.chars().count() > 64 {
        return Err(messages::table_name_too_long(catalog.flavor(), &name.value).at(name.span));
    }
    let stored = prepare(catalog, create, &at)?;
    match catalog.relation(&at) {
        Relation::View(_) if create.head.or_replace || create.head.alter => {}
        Relation::View(_) if create.head.if_not_exists => return Ok(Effect::default()),
        Relation::None if create.head.alter => {
            return Err(messages::no_such_table(&at.schema, &at.name).at(create.name.span()));
        }
        Relation::None => {}
        Relation::Table(_) if create.head.or_replace || create.head.alter => {
            let flavor = catalog.flavor();
            return Err(messages::wrong_object(flavor, &at.schema, &at.name, "VIEW").at(create.name.span()));
        }
        Relation::Table(_) if create.head.if_not_exists => return Ok(Effect::default()),
        _ => return Err(messages::table_exists(&at.name).at(create.name.span())),
    }
    catalog.put_view(&at.schema, stored);
    Ok(Effect::of(vec![at]))
}

fn prepare(catalog: &Catalog, create: &CreateView, at: &TableRef) -> Result<StoredView> {
    let query = match &create.query {
        Ok(query) => query,
        Err(unread) => return Err(unsupported(unread.construct.clone()).at(unread.span)),
    };
    if !catalog.has_database(&at.schema) {
        return Err(messages::unknown_database(&at.schema).at(create.name.span()));
    }
    let mut tables = Vec::new();
    tables_of(query, &mut Vec::new(), &mut tables);
    for name in tables {
        open(catalog, name, at)?;
    }
    let printed = print(catalog, create, query, at)?;
    if printed.columns.len() > 4096 {
        return Err(unsupported("a view of more than 4096 columns"));
    }
    let nature = nature::of(catalog, query);
    if create.check_option.is_some() {
        match nature.updatable {
            _ if create.algorithm.as_deref() == Some("TEMPTABLE") => {
                return Err(nature::not_updatable(catalog.flavor(), at));
            }
            Some(true) => {}
            Some(false) => return Err(nature::not_updatable(catalog.flavor(), at)),
            None => return Err(unsupported("WITH CHECK OPTION of this query").at(create.body)),
        }
    }
    let session = catalog.session();
    let mut algorithm = create.algorithm.clone().unwrap_or_default();
    if algorithm == "UNDEFINED" {
        algorithm.clear();
    }
    if algorithm == "MERGE" {
        match nature.mergeable {
            Some(true) => {}
            // With a warning.
            Some(false) => algorithm.clear(),
            None => return Err(unsupported("ALGORITHM=MERGE of this query").at(create.body)),
        }
    }
    let current = session.database.clone();
    let updatable = if algorithm == "TEMPTABLE" { Some(false) } else { nature.updatable };
    let names = create.columns.iter().map(|column| column.value.clone()).collect::<Vec<_>>();
    let context = CreationContext {
        character_set_client: session.connection.charset.clone(),
        collation_connection: session.connection.collation.clone(),
        ..CreationContext::default()
    };
    let view = View {
        name: at.name.clone(),
        definer: definer(create)?,
        security: match create.head.invoker {
            Some(true) => SqlSecurity::Invoker,
            _ => SqlSecurity::Definer,
        },
        algorithm,
        // MariaDB writes the names into the SELECT.
        columns: if catalog.flavor().is_mysql() { names } else { Vec::new() },
        body: printed.text,
        check_option: create.check_option.clone().unwrap_or_default(),
        context,
    };
    Ok(StoredView {
        view,
        columns: printed.columns,
        reads: printed.reads,
        updatable,
        query: query.clone(),
        current,
    })
}

struct PrintedView {
    text: String,
    columns: Vec<String>,
    reads: BTreeMap<TableRef, BTreeSet<String>>,
}

fn print(catalog: &Catalog, create: &CreateView, query: &Query, at: &TableRef) -> Result<PrintedView> {
    let flavor = catalog.flavor();
    check_columns(&create.columns, flavor)?;
    let rename = (!create.columns.is_empty()).then_some(create.columns.as_slice());
    let mut qualify = false;
    loop {
        let renamed = flavor.is_mysql() && rename.is_some();
        let env = Env { qualify, renamed, ..Env::new(catalog, &at.schema) };
        let own = if flavor.is_mysql() { None } else { rename };
        let printed = query::print(&env, query, None, None, Role::View, own).map_err(ExecuteError::from)?;
        if !qualify && flavor.is_mariadb() && env.foreign.get() {
            qualify = true;
            continue;
        }
        let mut columns = printed.columns;
        if let Some(rename) = rename {
            if rename.len() != columns.len() {
                let message = "View's SELECT and view's field list have different column counts";
                return Err(refuse(1353, message).at(create.name.span()));
            }
            columns = rename.iter().map(|name| name.value.clone()).collect();
        }
        return Ok(PrintedView { text: printed.text, columns, reads: env.reads.into_inner() });
    }
}

/// The names in parentheses after the view's name.
fn check_columns(columns: &[Ident], flavor: Flavor) -> Result<()> {
    for (number, column) in columns.iter().enumerate() {
        match names::check_written(&column.value, column.span) {
            // MariaDB takes names here that it takes nowhere else.
            Err(_) if flavor.is_mariadb() => {
                return Err(unsupported("a name that is not valid elsewhere").at(column.span));
            }
            result => result.map_err(ExecuteError::from)?,
        }
        if columns.iter().take(number).any(|other| same_name(&other.value, &column.value)) {
            return Err(messages::duplicate_column(&column.value).at(column.span));
        }
    }
    Ok(())
}

/// The tables that a query names, without those of WITH, in the order of the text.
fn tables_of<'q>(query: &'q Query, commons: &mut Vec<&'q str>, found: &mut Vec<&'q ObjectName>) {
    let before = commons.len();
    if let Some(with) = &query.with {
        for table in &with.tables {
            if with.recursive {
                commons.push(&table.name.value);
            }
            tables_of(&table.query, commons, found);
            if !with.recursive {
                commons.push(&table.name.value);
            }
        }
    }
    tables_of_body(&query.body, commons, found);
    commons.truncate(before);
}

fn tables_of_body<'q>(body: &'q QueryBody, commons: &mut Vec<&'q str>, found: &mut Vec<&'q ObjectName>) {
    match body {
        QueryBody::Select(select) => {
            for item in &select.from {
                tables_of_item(item, commons, found);
            }
        }
        QueryBody::Paren(query) => tables_of(query, commons, found),
        QueryBody::Set { left, right, .. } => {
            tables_of_body(left, commons, found);
            tables_of_body(right, commons, found);
        }
    }
}

fn tables_of_item<'q>(item: &'q FromItem, commons: &mut Vec<&'q str>, found: &mut Vec<&'q ObjectName>) {
    match item {
        FromItem::Table { name, .. } => {
            if name.schema.is_some() || !commons.contains(&name.name.value.as_str()) {
                found.push(name);
            }
        }
        FromItem::Derived { query, .. } => tables_of(query, commons, found),
        FromItem::List(items) => items.iter().for_each(|item| tables_of_item(item, commons, found)),
        FromItem::Join { left, right, .. } => {
            tables_of_item(left, commons, found);
            tables_of_item(right, commons, found);
        }
    }
}

/// Opens the tables of a query that is no view's.
pub(super) fn open_selected(catalog: &Catalog, query: &Query) -> Result<()> {
    let mut tables = Vec::new();
    tables_of(query, &mut Vec::new(), &mut tables);
    for name in tables {
        let at = catalog.resolve_table(name).map_err(|e| e.at(name.span()))?;
        match catalog.relation(&at) {
            _ if catalog.temporary(&at).is_some() => {}
            Relation::Table(_) => merge::check_named(catalog, &at).map_err(|e| e.at(name.span()))?,
            Relation::View(stored) => check_valid(catalog, &at, stored, 0).map_err(|e| e.at(name.span()))?,
            Relation::None => return Err(catalog.missing_relation(&at).at(name.span())),
        }
    }
    Ok(())
}

/// The columns of a query that is no view's: their names and values.
pub(super) fn selected(catalog: &Catalog, query: &Query, at: &TableRef) -> Result<Vec<(String, Value)>> {
    let env = Env { typed: true, ..Env::new(catalog, &at.schema) };
    let printed = query::print(&env, query, None, None, Role::Table, None).map_err(ExecuteError::from)?;
    if printed.columns.len() != printed.values.len() {
        return Err(unsupported("the types of this query").at(query.span));
    }
    Ok(printed.columns.into_iter().zip(printed.values).collect())
}

/// Whether an aggregate function is in an expression.
pub(super) fn has_aggregate(expr: &crate::ast::Expr) -> bool {
    select::Facts::of_expr(expr).aggregate
}

/// Looks for a table, as the server opens it.
fn open(catalog: &Catalog, name: &ObjectName, view: &TableRef) -> Result<()> {
    let at = catalog.resolve_table(name).map_err(|e| e.at(name.span()))?;
    if catalog.temporary(&at).is_some() {
        let message = format!("View's SELECT refers to a temporary table '{}'", at.name);
        return Err(refuse(1352, message).at(name.span()));
    }
    if at == *view {
        // A view cannot read itself.
        return Err(messages::no_such_table(&at.schema, &at.name).at(name.span()));
    }
    match catalog.relation(&at) {
        Relation::Table(_) => merge::check_named(catalog, &at).map_err(|e| e.at(name.span())),
        Relation::View(stored) => {
            if reads_view(catalog, stored, view, 0) {
                return Err(unsupported("a view that reads itself through others").at(name.span()));
            }
            check_valid(catalog, &at, stored, 0).map_err(|e| e.at(name.span()))
        }
        Relation::None => Err(catalog.missing_relation(&at).at(name.span())),
    }
}

fn reads_view(catalog: &Catalog, stored: &StoredView, view: &TableRef, depth: u32) -> bool {
    depth > 64
        || stored.reads.keys().any(|read| {
            read == view
                || matches!(catalog.relation(read), Relation::View(inner) if reads_view(catalog, inner, view, depth + 1))
        })
}

/// Refuses a view whose tables or columns are no longer there.
fn check_valid(catalog: &Catalog, at: &TableRef, stored: &StoredView, depth: u32) -> Result<()> {
    let invalid = || {
        let message = format!(
            "View '{}.{}' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack \
             rights to use them",
            at.schema, at.name
        );
        Err(refuse(1356, message))
    };
    if depth > 64 {
        return Err(unsupported("views on views, more than 64 deep"));
    }
    for (read, columns) in &stored.reads {
        let has = |name: &String| match catalog.relation(read) {
            Relation::Table(table) => table.column(name).is_some(),
            Relation::View(view) => view.columns.iter().any(|column| same_name(column, name)),
            Relation::None => false,
        };
        if matches!(catalog.relation(read), Relation::None) || !columns.iter().all(has) {
            return invalid();
        }
        if let Relation::View(inner) = catalog.relation(read)
            && check_valid(catalog, read, inner, depth + 1).is_err()
        {
            return invalid();
        }
    }
    Ok(())
}

/// Executes DROP VIEW. MySQL drops all or none, MariaDB those that are there.
pub(super) fn drop(catalog: &mut Catalog, drop: &DropProgram) -> Result<Effect> {
    let mysql = catalog.flavor().is_mysql();
    let mut found: Vec<TableRef> = Vec::new();
    let mut missing: Vec<TableRef> = Vec::new();
    let mut table = None;
    for name in &drop.names {
        let at = catalog.resolve(name)?;
        catalog.check_writable(&at).map_err(|e| e.at(name.span()))?;
        if found.contains(&at) || missing.contains(&at) {
            return Err(refuse(1066, format!("Not unique table/alias: '{}'", at.name)).at(name.span()));
        }
        match catalog.relation(&at) {
            Relation::View(_) => found.push(at),
            Relation::Table(_) if mysql => {
                table.get_or_insert(at);
            }
            _ => missing.push(at),
        }
    }
    let refused = match (&table, missing.is_empty()) {
        _ if drop.if_exists => None,
        (Some(at), _) => Some(messages::wrong_object(catalog.flavor(), &at.schema, &at.name, "VIEW")),
        (None, true) => None,
        (None, false) => {
            let names: Vec<String> = missing.iter().map(|at| format!("{}.{}", at.schema, at.name)).collect();
            Some(if mysql {
                refuse(1051, format!("Unknown table '{}'", names.join(",")))
            } else {
                refuse(4092, format!("Unknown VIEW: '{}'", names.join(",")))
            })
        }
    };
    if refused.is_none() || !mysql {
        for at in &found {
            catalog.remove_view(at);
        }
    }
    refused.map_or(Ok(Effect::of(found)), Err)
}

/// The user that DEFINER names, as it is shown.
fn definer(create: &CreateView) -> Result<String> {
    match &create.head.definer {
        None => Ok(super::session::USER.to_owned()),
        Some(text) if text.value.is_empty() => Err(unsupported("DEFINER of a role").at(text.span)),
        Some(text) => Ok(text.value.clone()),
    }
}
