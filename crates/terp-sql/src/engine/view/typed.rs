//! The values of a query's columns, for CREATE TABLE ... SELECT.

use std::ops::Range;

use terp_schema_model::{Table, quote::identifier as quote};

use super::clause::{ClauseScope, Item};
use super::scope::{Env, Outcome, Place, Scope, SourceColumn, unsupported};
use super::{Role, StoredView, TableRef, nature, query};
use crate::Span;
use crate::ast::{Expr, ExprKind, Ident, Query, QueryBody, QueryExpr, Select, SelectItem};
use crate::engine::value::{Form, Kind, Typer, Value, ValueScope, Way, column_of, union as union_of};
use crate::expr::{bare, walk};

impl ValueScope for ClauseScope<'_> {
    fn column(&self, parts: &[Ident], span: Span) -> Outcome<Value> {
        let mut level = Some(self.scope);
        while let Some(scope) = level {
            if let [place, ..] = scope.candidates(parts).as_slice() {
                return value_at(scope, *place, span);
            }
            level = scope.parent;
        }
        unsupported("the type of this name", span)
    }

    fn subquery(&self, span: Span) -> Outcome<Vec<Value>> {
        match self.env.subqueries.borrow().get(&span) {
            Some(values) => Ok(values.clone()),
            None => unsupported("the type of this subquery", span),
        }
    }
}

fn value_at(scope: &Scope<'_>, place: Place, span: Span) -> Outcome<Value> {
    match scope.column(place).and_then(|(_, column)| column.value.clone()) {
        Some(value) => Ok(value),
        None => unsupported("a column of this type", span),
    }
}

fn typer<'a>(env: &'a Env<'_>, scope: &'a dyn ValueScope, evaluated: bool) -> Typer<'a> {
    let session = env.catalog.session();
    Typer {
        flavor: env.flavor,
        sql_mode: session.sql_mode,
        connection: &session.connection,
        scope,
        evaluated,
    }
}

/// Finds the values of what a SELECT selects.
pub(super) fn items(
    at: &ClauseScope<'_>,
    select: &Select,
    aggregate: bool,
    items: &mut [Item],
) -> Outcome<()> {
    if select.rollup {
        return unsupported("WITH ROLLUP in CREATE TABLE ... SELECT", select.span);
    }
    let typer = typer(at.env, at, select.from.is_empty());
    // A group of no rows has no values of columns on MariaDB.
    let no_rows = aggregate && select.group_by.is_empty() && !at.env.mysql();
    let mut written = select.items.iter();
    let mut left = 0;
    let mut current: Option<&SelectItem> = None;
    for item in items {
        if left == 0 {
            current = written.next();
            left = match current {
                Some(SelectItem::Wildcard { qualifier, .. }) => {
                    super::select::wildcard(at.scope, qualifier).len()
                }
                _ => 1,
            };
        }
        left = left.saturating_sub(1);
        let span = match current {
            Some(SelectItem::Expr { expr, .. }) => expr.span,
            _ => select.span,
        };
        let mut value = match (current, item.column) {
            (Some(SelectItem::Expr { expr, .. }), _) if item.column.is_none() => typer.value(expr)?,
            (_, Some(place)) => value_at(at.scope, place, span)?,
            // What EXISTS selects does not matter.
            _ => Value::truth(at.env.flavor, false),
        };
        if no_rows {
            match current {
                Some(SelectItem::Expr { expr, .. }) if item.column.is_none() && names_outside(expr) => {
                    return unsupported("a column beside an aggregate function", span);
                }
                _ => value.nullable |= item.column.is_some(),
            }
        }
        item.typed = Some(value);
    }
    Ok(())
}

/// Whether an expression names columns outside of aggregate functions.
fn names_outside(expr: &Expr) -> bool {
    let mut inside = Vec::new();
    walk(expr, &mut |e| {
        if let ExprKind::Query(query) = &e.kind
            && let QueryExpr::Aggregate(call) = &**query
        {
            inside.push(e.span);
            inside.extend(call.args.iter().map(|arg| arg.span));
        }
    });
    let mut outside = false;
    walk(expr, &mut |e| {
        let within = |span: &Span| span.start <= e.span.start && e.span.end <= span.end;
        outside |= matches!(e.kind, ExprKind::Name(_)) && !inside.iter().any(within);
    });
    outside
}

/// MySQL refuses columns beside groups that do not determine them; which do is not followed.
pub(super) fn check_grouped(
    env: &Env<'_>,
    select: &Select,
    aggregate: bool,
    groups: &[Place],
    group_texts: &[String],
    items: &[Item],
) -> Outcome<()> {
    let grouped = aggregate || !select.group_by.is_empty();
    if !grouped || !env.catalog.session().sql_mode.only_full_group_by {
        return Ok(());
    }
    let mut written = select.items.iter();
    for item in items {
        let fits = match item.column {
            Some(place) => groups.contains(&place),
            None => {
                let outside = |i: &SelectItem| match i {
                    SelectItem::Expr { expr, .. } if !matches!(bare(expr).kind, ExprKind::Name(_)) => {
                        names_outside(expr)
                    }
                    _ => false,
                };
                group_texts.contains(&item.value) || !written.by_ref().any(outside)
            }
        };
        if !fits {
            return unsupported("columns that the groups may not determine", select.span);
        }
    }
    if let Some(having) = &select.having
        && names_outside(having)
    {
        return unsupported("HAVING in CREATE TABLE ... SELECT", having.span);
    }
    Ok(())
}

/// The columns of two operands of UNION.
pub(super) fn union(env: &Env<'_>, left: &[Value], right: &[Value], span: Span) -> Outcome<Vec<Value>> {
    struct Nothing;
    impl ValueScope for Nothing {
        fn column(&self, _: &[Ident], span: Span) -> Outcome<Value> {
            unsupported("the type of this name", span)
        }
        fn subquery(&self, span: Span) -> Outcome<Vec<Value>> {
            unsupported("the type of this subquery", span)
        }
    }
    union_of(&typer(env, &Nothing, false), left, right, span)
}

/// The columns of a table.
pub(super) fn table_columns(env: &Env<'_>, table: &Table) -> Vec<SourceColumn> {
    let columns = table.columns.iter().map(|c| SourceColumn {
        name: c.name.clone(),
        visible: !c.invisible,
        value: if env.typed { Value::of_column(c, env.flavor, Way::Direct) } else { None },
    });
    columns.collect()
}

/// What an outer join may leave without a row has NULL in all columns.
pub(super) fn may_be_missing(scope: &mut Scope<'_>, sources: Range<usize>) {
    for source in scope.sources.get_mut(sources).unwrap_or_default() {
        for column in &mut source.columns {
            if let Some(value) = &mut column.value {
                value.nullable = true;
            }
        }
    }
}

/// The values of a view's columns, as the query around it sees them.
pub(super) fn from_view(env: &Env<'_>, view: &StoredView, at: &TableRef, span: Span) -> Outcome<Vec<Value>> {
    if !env.typed {
        return Ok(Vec::new());
    }
    if env.depth > 16 {
        return unsupported("views on views, more than 16 deep", span);
    }
    let inner = Env {
        renamed: true,
        typed: true,
        depth: env.depth + 1,
        current: view.current.as_deref(),
        ..Env::new(env.catalog, &at.schema)
    };
    let printed = query::print(&inner, &view.query, None, None, Role::Later, None)?;
    if printed.values.len() != view.columns.len() {
        return unsupported("a view whose tables have changed", span);
    }
    if view.view.algorithm == "TEMPTABLE" {
        return keep(env, printed.values, span);
    }
    from_query(env, &view.query, printed.values, span)
}

/// The values of a query's columns, as the query around it sees them.
pub(super) fn from_query(
    env: &Env<'_>,
    query: &Query,
    values: Vec<Value>,
    span: Span,
) -> Outcome<Vec<Value>> {
    if !env.typed {
        return Ok(Vec::new());
    }
    match merges(env, query) {
        Some(true) => values.into_iter().map(|value| refer(env, value, span)).collect(),
        Some(false) => keep(env, values, span),
        None => unsupported("a derived table or view that may be merged or not", span),
    }
}

/// Whether a server puts a query in the place of the table that it makes.
fn merges(env: &Env<'_>, query: &Query) -> Option<bool> {
    let QueryBody::Select(select) = &query.body else {
        let set = matches!(query.body, QueryBody::Set { .. });
        return set.then_some(false);
    };
    if query.with.is_some() {
        return None;
    }
    let mut windows = !select.windows.is_empty();
    let mut subqueries = false;
    for item in &select.items {
        if let SelectItem::Expr { expr, .. } = item {
            walk(expr, &mut |e| {
                if let ExprKind::Query(query) = &e.kind {
                    match &**query {
                        QueryExpr::Aggregate(call) => windows |= call.over.is_some(),
                        _ => subqueries = true,
                    }
                }
            });
        }
    }
    if nature::of(env.catalog, query).mergeable == Some(false) || windows {
        return Some(false);
    }
    (!subqueries).then_some(true)
}

/// A column that takes the place of a view's.
fn refer(env: &Env<'_>, mut value: Value, span: Span) -> Outcome<Value> {
    if value.kind == Kind::Decimal && value.inexact {
        return unsupported("the negative of a DECIMAL in a view or derived table", span);
    }
    value.form = match value.form {
        Form::Column(column, _) => Form::Column(column, Way::Referred),
        Form::Joined if !env.mysql() && value.kind.is_integer() => {
            return unsupported("one of several integers in a view or derived table", span);
        }
        Form::Function | Form::Joined if env.mysql() => return as_plain(value, span),
        form => form,
    };
    // How long a literal is, is counted otherwise then.
    value.inexact |= value.constant && value.kind.is_integer();
    value.constant = false;
    value.unsigned_literal = false;
    Ok(value)
}

/// MySQL: what a function gives, by way of a view: no longer a function's.
fn as_plain(value: Value, span: Span) -> Outcome<Value> {
    let long = value.kind == Kind::Lob || value.kind == Kind::Varchar && value.length > 512;
    let fixed = value.kind.is_real() && value.decimals.is_some();
    if long || fixed || value.kind == Kind::Year {
        return unsupported("a value of this type in a view or derived table", span);
    }
    Ok(Value { form: Form::Plain, constant: false, ..value })
}

/// The columns of a result that is kept.
fn keep(env: &Env<'_>, values: Vec<Value>, span: Span) -> Outcome<Vec<Value>> {
    let strict = env.catalog.session().sql_mode.strict();
    let mut kept = Vec::with_capacity(values.len());
    for mut value in values {
        let computed = !matches!(value.form, Form::Column(..));
        let dated = matches!(value.kind, Kind::Date | Kind::DateTime | Kind::Timestamp);
        if computed && dated && !value.nullable && env.mysql() {
            return unsupported("a date that is kept without a default", span);
        }
        if value.kind == Kind::Null {
            return unsupported("a NULL that is kept", span);
        }
        if computed && !env.mysql() {
            if value.length == 0 || value.kind == Kind::Decimal && value.inexact {
                return unsupported("an empty text that is kept", span);
            }
            value.form = Form::Union;
        }
        if matches!(value.form, Form::Function | Form::Joined) {
            value = as_plain(value, span)?;
        }
        let column = column_of(&quote("x"), &value, env.flavor, strict, span)?;
        match Value::of_column(&column, env.flavor, Way::Kept) {
            Some(value) => kept.push(value),
            None => return unsupported("a column of this type", span),
        }
    }
    Ok(kept)
}
