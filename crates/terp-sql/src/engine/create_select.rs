//! CREATE TABLE ... SELECT: the columns that the query adds to those that are defined.

use terp_schema_model::{ColumnType, DefaultValue, IntegerSize, Table, same_name};

use super::build::Parts;
use super::catalog::{Catalog, TableRef};
use super::column::ColumnDraft;
use super::error::{Result, refuse, unsupported};
use super::value::{Value, column_of};
use super::{Context, view};
use crate::ast::{
    CreateSelect, Expr, ExprKind, Literal, Query, QueryBody, Select, SelectItem, TableDefinition,
    TableElement,
};
use crate::expr::bare;

/// What the query of CREATE TABLE ... SELECT gives.
pub(super) struct Selected {
    pub(super) columns: Vec<(String, Value)>,
    rows: Rows,
}

/// The rows that a query gives, where all tables are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    None,
    One,
    Some,
}

/// Opens the tables of the query, as the server does before it looks at anything else.
pub(super) fn open(catalog: &Catalog, select: &CreateSelect) -> Result<()> {
    match &select.query {
        Ok(query) => view::open_selected(catalog, query),
        Err(unread) => Err(unsupported(unread.construct.clone()).at(unread.span)),
    }
}

/// Resolves the query.
pub(super) fn resolve(catalog: &Catalog, select: &CreateSelect, at: &TableRef) -> Result<Selected> {
    match &select.query {
        Ok(query) => Ok(Selected { columns: view::selected(catalog, query, at)?, rows: rows(query) }),
        Err(unread) => Err(unsupported(unread.construct.clone()).at(unread.span)),
    }
}

fn rows(query: &Query) -> Rows {
    match &query.body {
        QueryBody::Select(select) => rows_of(select, query),
        QueryBody::Paren(inner) => rows(inner),
        QueryBody::Set { left, right, .. } => match (rows_of_body(left), rows_of_body(right)) {
            (Rows::None, Rows::None) => Rows::None,
            _ => Rows::Some,
        },
    }
}

fn rows_of_body(body: &QueryBody) -> Rows {
    match body {
        QueryBody::Select(select) if select.from.is_empty() => Rows::One,
        QueryBody::Select(select) if select.group_by.is_empty() => Rows::Some,
        QueryBody::Select(_) => Rows::None,
        QueryBody::Paren(query) => rows(query),
        QueryBody::Set { left, right, .. } => match (rows_of_body(left), rows_of_body(right)) {
            (Rows::None, Rows::None) => Rows::None,
            _ => Rows::Some,
        },
    }
}

fn rows_of(select: &Select, query: &Query) -> Rows {
    if query.limit.as_ref().is_some_and(|limit| limit.count.bytes().all(|b| b == b'0')) {
        return Rows::None;
    }
    if !select.from.is_empty() {
        // An aggregate function gives a row for no rows, and a derived table may be made of constants.
        let plain = select.from.iter().all(|item| matches!(item, crate::ast::FromItem::Table { .. }));
        let aggregate = select.group_by.is_empty()
            && select
                .items
                .iter()
                .any(|item| matches!(item, SelectItem::Expr { expr, .. } if view::has_aggregate(expr)));
        return if aggregate || !plain { Rows::Some } else { Rows::None };
    }
    if select.condition.is_some() || select.having.is_some() || query.limit.is_some() {
        return Rows::Some;
    }
    Rows::One
}

/// Adds the query's columns: first those that only the definition has, then the query's, in its order.
pub(super) fn merge(
    cx: &Context<'_>,
    parts: &mut Parts<'_>,
    definition: &TableDefinition,
    select: &CreateSelect,
    selected: Selected,
) -> Result<()> {
    let strict = cx.session.sql_mode.strict();
    let mut drafts = std::mem::take(&mut parts.columns);
    let mut ordered = Vec::with_capacity(selected.columns.len());
    let rows = selected.rows;
    let unfilled = |drafts: &[ColumnDraft<'_>]| {
        drafts.iter().any(|draft| {
            !draft.column.nullable
                && draft.column.default.is_none()
                && draft.default.is_none()
                && !draft.column.auto_increment
                && draft.generated.is_none()
        })
    };
    for (position, (name, value)) in selected.columns.into_iter().enumerate() {
        let Some(defined) = drafts.iter().position(|draft| same_name(&draft.column.name, &name)) else {
            let column = column_of(&name, &value, cx.flavor, strict, select.span)?;
            let mut draft = ColumnDraft::existing(&column);
            draft.old_name = None;
            draft.span = Some(select.span);
            ordered.push(draft);
            continue;
        };
        let mut draft = drafts.remove(defined);
        if draft.generated.is_some() {
            if cx.flavor.is_mysql() {
                let message = format!(
                    "The value specified for generated column '{name}' in table '{}' is not allowed.",
                    parts.table.name
                );
                return Err(refuse(3105, message).at(select.span));
            }
            if rows != Rows::None {
                return Err(unsupported("a row with a value for a generated column").at(select.span));
            }
        }
        if rows != Rows::None && !fits(&draft.column.ty, select, position) {
            return Err(unsupported("a row whose value may not fit its column").at(select.span));
        }
        draft.column.name = name;
        ordered.push(draft);
    }
    if rows != Rows::None {
        if cx.session.sql_mode.strict() && unfilled(&drafts) {
            return Err(unsupported("a row without a value for a column that needs one").at(select.span));
        }
        let unique = |element: &&TableElement| {
            matches!(element, TableElement::Index(def)
                if !matches!(def.kind, terp_schema_model::IndexKind::Key))
        };
        let constrained = definition
            .elements
            .iter()
            .any(|e| !matches!(e, TableElement::Column(_) | TableElement::Index(_)))
            || definition.partitioning.is_some()
            || !parts.checks.is_empty();
        let inline = parts.keys.len()
            > definition.elements.iter().filter(|e| matches!(e, TableElement::Index(_))).count();
        let keys = definition.elements.iter().any(|e| unique(&e)) || inline;
        if constrained || keys && rows == Rows::Some && !select.duplicates {
            return Err(unsupported("rows that a constraint may refuse").at(select.span));
        }
        if drafts.iter().chain(&ordered).any(|d| d.column.auto_increment) {
            return Err(unsupported("rows of a table with AUTO_INCREMENT").at(select.span));
        }
    }
    drafts.append(&mut ordered);
    parts.columns = drafts;
    Ok(())
}

/// Whether the value that the query has for a defined column certainly fits.
fn fits(ty: &ColumnType, select: &CreateSelect, position: usize) -> bool {
    let Ok(query) = &select.query else { return false };
    let whole = matches!(ty, ColumnType::Integer { size: IntegerSize::Int | IntegerSize::BigInt, .. });
    let text = |length: usize| match ty {
        ColumnType::Varchar { length: own } | ColumnType::Char { length: own } => length <= *own as usize,
        ColumnType::Text { .. } => length < 64,
        _ => false,
    };
    let fits = |expr: &Expr| match &bare(expr).kind {
        ExprKind::Literal(Literal::Integer(digits)) => whole && digits.len() < 10 || text(digits.len()),
        ExprKind::Literal(Literal::String { value, introducer: None }) => {
            value.is_ascii() && text(value.len())
        }
        _ => false,
    };
    all_selects(&query.body, &mut |select| match select.items.get(position) {
        Some(SelectItem::Expr { expr, .. }) => fits(expr),
        _ => false,
    })
}

fn all_selects(body: &QueryBody, test: &mut dyn FnMut(&Select) -> bool) -> bool {
    match body {
        QueryBody::Select(select) => test(select),
        QueryBody::Paren(query) => all_selects(&query.body, test),
        QueryBody::Set { left, right, .. } => all_selects(left, test) && all_selects(right, test),
    }
}

/// What a query's columns make of a table with these is not known.
pub(super) fn check(table: &Table) -> Result<()> {
    let sequence =
        |column: &terp_schema_model::Column| matches!(column.default, Some(DefaultValue::NextValue(_)));
    if table.columns.iter().any(sequence) || table.options.system_versioning {
        return Err(unsupported("a query for a table with sequences or system versioning"));
    }
    Ok(())
}
