//! What a server can do with a view: put its query in its place, change rows through it.

use terp_schema_model::Flavor;

use super::{Relation, TableRef};
use crate::ast::{Expr, ExprKind, FromItem, JoinKind, Query, QueryBody, QueryExpr, Select, SelectItem};
use crate::engine::Catalog;
use crate::engine::error::{ExecuteError, refuse};
use crate::expr::{bare, walk};

/// What a view's query is; `None` for what is not certain.
pub(super) struct Nature {
    pub(super) mergeable: Option<bool>,
    pub(super) updatable: Option<bool>,
}

pub(super) fn not_updatable(flavor: Flavor, at: &TableRef) -> ExecuteError {
    let quote = if flavor.is_mysql() { '\'' } else { '`' };
    let name = if flavor.is_mysql() {
        format!("{quote}{}.{}{quote}", at.schema, at.name)
    } else {
        format!("`{}`.`{}`", at.schema, at.name)
    };
    refuse(1368, format!("CHECK OPTION on non-updatable view {name}"))
}

pub(super) fn of(catalog: &Catalog, query: &Query) -> Nature {
    let QueryBody::Select(select) = &query.body else {
        let set = matches!(query.body, QueryBody::Set { .. });
        let known = set.then_some(false);
        return Nature { mergeable: known, updatable: known };
    };
    let found = Found::of(select);
    let grouped = select.distinct
        || !select.group_by.is_empty()
        || select.having.is_some()
        || query.limit.is_some()
        || select.from.is_empty()
        || found.aggregate;
    let mergeable = match () {
        () if grouped => Some(false),
        // Functions that are not the same for every row stand against it on MariaDB.
        () if found.function && catalog.flavor().is_mariadb() => None,
        () => Some(true),
    };
    let updatable = match () {
        () if grouped => Some(false),
        () if query.with.is_some() || found.subquery => None,
        () => updatable(catalog, select),
    };
    Nature { mergeable, updatable }
}

fn updatable(catalog: &Catalog, select: &Select) -> Option<bool> {
    for item in &select.from {
        if !tables(catalog, item)? {
            return Some(false);
        }
    }
    let plain = |item: &SelectItem| match item {
        SelectItem::Wildcard { .. } => true,
        SelectItem::Expr { expr, .. } => matches!(bare(expr).kind, ExprKind::Name(_)),
    };
    // MySQL asks for a column that can be changed.
    Some(catalog.flavor().is_mariadb() || select.items.iter().any(plain))
}

/// Whether all tables can be changed.
fn tables(catalog: &Catalog, item: &FromItem) -> Option<bool> {
    match item {
        FromItem::Table { name, .. } => match catalog.relation(&catalog.resolve(name).ok()?) {
            Relation::Table(_) => Some(true),
            Relation::View(view) => view.updatable,
            Relation::None => None,
        },
        FromItem::Derived { .. } => None,
        FromItem::List(items) => {
            for item in items {
                if !tables(catalog, item)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        FromItem::Join { kind: JoinKind::Inner | JoinKind::Straight, left, right, .. } => {
            Some(tables(catalog, left)? && tables(catalog, right)?)
        }
        FromItem::Join { .. } => None,
    }
}

#[derive(Default)]
struct Found {
    aggregate: bool,
    subquery: bool,
    function: bool,
}

impl Found {
    fn of(select: &Select) -> Self {
        let mut found = Self::default();
        let mut look = |expr: &Expr, selected: bool| {
            walk(expr, &mut |e| match &e.kind {
                ExprKind::Query(query) => match **query {
                    QueryExpr::Aggregate(_) | QueryExpr::Grouping(_) => found.aggregate |= selected,
                    _ => found.subquery = true,
                },
                ExprKind::Function { .. } => found.function |= selected,
                _ => {}
            });
        };
        for item in &select.items {
            if let SelectItem::Expr { expr, .. } = item {
                look(expr, true);
            }
        }
        if let Some(condition) = &select.condition {
            look(condition, false);
        }
        found
    }
}
