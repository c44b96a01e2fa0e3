//! Which column a name in a query means.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use terp_schema_model::quote::identifier as quote;
use terp_schema_model::{Flavor, same_name};

use crate::Span;
use crate::ast::Ident;
use crate::engine::Catalog;
use crate::engine::catalog::{Relation, TableRef};
use crate::engine::value::Value;
use crate::expr::ExprError;

pub(super) type Outcome<T> = Result<T, ExprError>;

pub(super) fn unsupported<T>(what: &str, span: Span) -> Outcome<T> {
    Err(ExprError::Unsupported { construct: what.to_owned(), span })
}

pub(super) fn refused<T>(errno: u16, message: impl Into<String>, span: Span) -> Outcome<T> {
    Err(ExprError::Refused { errno, message: message.into(), span })
}

/// What all parts of one view share.
pub(super) struct Env<'c> {
    pub(super) catalog: &'c Catalog,
    pub(super) flavor: Flavor,
    /// The database of the view.
    pub(super) home: &'c str,
    /// MariaDB names the database of every table where one of them is another's.
    pub(super) qualify: bool,
    /// MySQL: whether the view has names in front of its query.
    pub(super) renamed: bool,
    /// Whether a table of another database was met.
    pub(super) foreign: Cell<bool>,
    /// The tables that are read, and which of their columns.
    pub(super) reads: RefCell<BTreeMap<TableRef, BTreeSet<String>>>,
    /// The queries of WITH that were referred to, by number.
    pub(super) used: RefCell<Vec<usize>>,
    pub(super) next_common: Cell<usize>,
    /// Whether the types of all values are to be found: for CREATE TABLE ... SELECT, which also sees temporary tables.
    pub(super) typed: bool,
    /// The values of the columns of subqueries, by place.
    pub(super) subqueries: RefCell<HashMap<Span, Vec<Value>>>,
    /// How many views are looked into.
    pub(super) depth: u32,
    /// The database of names without one, in a view that is looked into.
    pub(super) current: Option<&'c str>,
}

impl<'c> Env<'c> {
    /// For a query in a database: nothing met yet, nothing printed in a way of its own.
    pub(super) fn new(catalog: &'c Catalog, home: &'c str) -> Self {
        Self {
            catalog,
            flavor: catalog.flavor(),
            home,
            qualify: false,
            renamed: false,
            foreign: Cell::new(false),
            reads: RefCell::default(),
            used: RefCell::default(),
            next_common: Cell::new(0),
            typed: false,
            subqueries: RefCell::default(),
            depth: 0,
            current: None,
        }
    }

    pub(super) fn mysql(&self) -> bool {
        self.flavor.is_mysql()
    }

    /// The table or view of that name.
    pub(super) fn relation(&self, at: &TableRef) -> Relation<'_> {
        match self.catalog.temporary(at) {
            Some(table) if self.typed => Relation::Table(table),
            _ => self.catalog.relation(at),
        }
    }

    pub(super) fn read(&self, at: &TableRef, column: Option<&str>) {
        let mut reads = self.reads.borrow_mut();
        let columns = reads.entry(at.clone()).or_default();
        columns.extend(column.map(str::to_owned));
    }
}

/// A query of WITH.
#[derive(Debug, Clone)]
pub(super) struct Common {
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// Their values, where they are asked for.
    pub(super) values: Vec<Value>,
}

/// The queries of WITH that can be seen somewhere.
#[derive(Clone, Copy)]
pub(super) struct Commons<'p> {
    pub(super) parent: Option<&'p Commons<'p>>,
    pub(super) tables: &'p [Common],
}

impl Commons<'_> {
    pub(super) fn find(&self, name: &str) -> Option<&Common> {
        let mut level = Some(self);
        while let Some(commons) = level {
            if let Some(found) = commons.tables.iter().rev().find(|c| c.name == name) {
                return Some(found);
            }
            level = commons.parent;
        }
        None
    }
}

/// A table in FROM.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// What it is called.
    pub(super) alias: String,
    /// Its database, for a table or view.
    pub(super) table: Option<TableRef>,
    /// What stands before its columns' names; empty for nothing.
    pub(super) printed: String,
    pub(super) columns: Vec<SourceColumn>,
}

#[derive(Debug, Clone)]
pub(super) struct SourceColumn {
    pub(super) name: String,
    /// Whether `*` shows it.
    pub(super) visible: bool,
    /// Its value, where it is asked for and known.
    pub(super) value: Option<Value>,
}

impl SourceColumn {
    /// The columns of a query, with their values where those were asked for.
    pub(super) fn of(names: Vec<String>, values: Vec<Value>) -> Vec<Self> {
        let mut values = values.into_iter();
        names.into_iter().map(|name| Self { name, visible: true, value: values.next() }).collect()
    }
}

/// A column by source and position.
pub(super) type Place = (usize, usize);

/// The tables of one SELECT, inside those of the queries around it.
pub(super) struct Scope<'p> {
    pub(super) sources: Vec<Source>,
    /// What an unqualified name can mean: columns that a NATURAL JOIN or USING made one are there once.
    pub(super) columns: Vec<Place>,
    pub(super) parent: Option<&'p Scope<'p>>,
    /// The names that the SELECT gives, which subqueries of some clauses can see.
    pub(super) aliases: Vec<String>,
}

impl<'p> Scope<'p> {
    pub(super) fn new(parent: Option<&'p Scope<'p>>) -> Self {
        Self { sources: Vec::new(), columns: Vec::new(), parent, aliases: Vec::new() }
    }

    pub(super) fn column(&self, place: Place) -> Option<(&Source, &SourceColumn)> {
        let source = self.sources.get(place.0)?;
        Some((source, source.columns.get(place.1)?))
    }

    /// The column's text.
    pub(super) fn text(&self, place: Place, env: &Env<'_>) -> String {
        let Some((source, column)) = self.column(place) else { return String::new() };
        if let Some(table) = &source.table {
            env.read(table, Some(&column.name));
        }
        if source.printed.is_empty() {
            return quote(&column.name);
        }
        format!("{}.{}", source.printed, quote(&column.name))
    }

    /// The columns of this SELECT's own tables that a name can mean.
    pub(super) fn candidates(&self, parts: &[Ident]) -> Vec<Place> {
        let Some((name, qualifiers)) = parts.split_last() else { return Vec::new() };
        let Some((table, schema)) = qualifiers.split_last() else {
            let matches = |place: &&Place| {
                self.column(**place).is_some_and(|(_, column)| same_name(&column.name, &name.value))
            };
            return self.columns.iter().filter(matches).copied().collect();
        };
        let mut found = Vec::new();
        for (number, source) in self.sources.iter().enumerate() {
            let schema_fits = schema
                .last()
                .is_none_or(|schema| source.table.as_ref().is_some_and(|table| table.schema == schema.value));
            if source.alias != table.value || !schema_fits {
                continue;
            }
            let position = source.columns.iter().position(|c| same_name(&c.name, &name.value));
            found.extend(position.map(|position| (number, position)));
        }
        found
    }
}
