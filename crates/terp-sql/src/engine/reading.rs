//! What the servers find wrong while they read a statement: before they look whether its table exists, and before OR REPLACE drops
//! it.

use terp_schema_model::{Column, Table};

use super::check::{self, CheckDraft};
use super::column::{self, ColumnDraft, Inline};
use super::context::Context;
use super::error::{ExecuteError, Result};
use super::index;
use super::partition;
use crate::ast::{
    AlterAction, AlterActionKind, CheckDef, ColumnAttributeKind, ColumnDef, Expr, IndexDef, TableDefinition,
    TableElement, TypeKeyword,
};
use crate::expr::ExprPlace;

/// CREATE TABLE: refuses what the server refuses at this point; other faults are found when the table is built.
pub(super) fn check_create(cx: &Context<'_>, table: &Table, definition: &TableDefinition) -> Result<()> {
    let elements: Vec<&TableElement> = definition.elements.iter().collect();
    let drafts = check_elements(cx, table, &elements)?;
    if cx.flavor.is_mysql() && definition.select.is_some() {
        // The query brings columns that are not known yet.
        return Ok(());
    }
    if cx.flavor.is_mysql() {
        return check_constraints(cx, table, drafts, &elements);
    }
    check_expressions(cx, table, &drafts, &elements)
}

/// MySQL looks at the checks of CREATE TABLE before it looks for the table.
fn check_constraints(
    cx: &Context<'_>,
    table: &Table,
    drafts: Vec<ColumnDraft<'_>>,
    elements: &[&TableElement],
) -> Result<()> {
    let columns = elements.iter().filter(|e| matches!(e, TableElement::Column(_))).count();
    if columns > drafts.len() {
        // One of the columns is wrong, and is told of when the table is made.
        return Ok(());
    }
    let mut checks = Vec::new();
    let mut scratch = table.clone();
    for draft in drafts {
        let name = draft.column.name.clone();
        checks.extend(draft.checks.iter().map(|def| CheckDraft { def, column: Some(name.clone()) }));
        scratch.columns.push(draft.column);
    }
    for element in elements {
        if let TableElement::Check(def) = element {
            checks.push(CheckDraft { def, column: None });
        }
    }
    match check::add(cx, &mut scratch, &checks, false) {
        Err(error) if error.errno().is_some_and(|errno| (3812..=3820).contains(&errno)) => Err(error),
        _ => Ok(()),
    }
}

/// ALTER TABLE: the same of its columns and keys.
pub(super) fn check_alter(cx: &Context<'_>, table: &Table, actions: &[&AlterAction]) -> Result<()> {
    for action in actions {
        match &action.kind {
            AlterActionKind::AddColumn { column, .. }
            | AlterActionKind::ModifyColumn { column, .. }
            | AlterActionKind::ChangeColumn { column, .. } => {
                check_column(cx, table, column)?;
            }
            AlterActionKind::AddElements { elements, .. } => {
                check_elements(cx, table, &elements.iter().collect::<Vec<_>>())?;
            }
            AlterActionKind::AddIndex(def) => check_key(cx, def)?,
            AlterActionKind::AddPartition { definitions, .. }
            | AlterActionKind::ReorganizePartition { into: definitions, .. }
                if cx.flavor.is_mysql() =>
            {
                partition::check_mixed_values(definitions)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The columns that are right by themselves.
fn check_elements<'a>(
    cx: &Context<'_>,
    table: &Table,
    elements: &[&'a TableElement],
) -> Result<Vec<ColumnDraft<'a>>> {
    let mut drafts = Vec::new();
    for element in elements {
        match element {
            TableElement::Column(def) => drafts.extend(check_column(cx, table, def)?),
            TableElement::Index(def) => check_key(cx, def)?,
            _ => {}
        }
    }
    Ok(drafts)
}

fn check_column<'a>(cx: &Context<'_>, table: &Table, def: &'a ColumnDef) -> Result<Option<ColumnDraft<'a>>> {
    let drafted = column::draft(cx, def, &table.character_set, &mut Inline::default());
    if let Err(error) = &drafted
        && matches!(error.errno(), Some(1115 | 1253 | 1273))
    {
        return Err(error.clone());
    }
    // A precision is looked at before the expressions, other faults of a type after them.
    if let Err(error) = &drafted
        && cx.flavor.is_mysql()
        && matches!(error.errno(), Some(1425 | 1426 | 1818))
    {
        return Err(error.clone());
    }
    check_functions(cx, def)?;
    column::check_before_type(cx, def)?;
    match drafted {
        Ok(draft) => Ok(Some(draft)),
        Err(error) if of_a_column(cx, &error, def) => Err(error),
        Err(_) => Ok(None),
    }
}

/// A column's expressions are read before its type; MySQL looks at checks later.
fn check_functions(cx: &Context<'_>, def: &ColumnDef) -> Result<()> {
    let name = &def.name.value;
    for attribute in &def.attributes {
        let (expr, place) = match &attribute.kind {
            ColumnAttributeKind::Generated { expr, stored } => {
                (expr, ExprPlace::Generated { stored: stored.unwrap_or(false) })
            }
            ColumnAttributeKind::Default(clause) => (&clause.expr, ExprPlace::Default),
            ColumnAttributeKind::Check(check) if cx.flavor.is_mariadb() => (&check.expr, ExprPlace::Check),
            _ => continue,
        };
        cx.check_functions(expr, place, name)?;
    }
    Ok(())
}

fn check_key(cx: &Context<'_>, def: &IndexDef) -> Result<()> {
    index::check_reading(cx, def)
}

/// MariaDB: what no expression may hold.
fn check_expressions(
    cx: &Context<'_>,
    table: &Table,
    drafts: &[ColumnDraft<'_>],
    elements: &[&TableElement],
) -> Result<()> {
    let columns: Vec<Column> = drafts.iter().map(|d| d.column.clone()).collect();
    let expression = |expr: &Expr, place: ExprPlace, object: &str| match cx.print_untyped(
        expr,
        place,
        &table.name,
        &columns,
        object,
    ) {
        Err(error) if matches!(error.errno(), Some(1064 | 1241 | 1901 | 1970)) => Err(error),
        _ => Ok(()),
    };
    let check_expr = |def: &CheckDef, object: &str| expression(&def.expr, ExprPlace::Check, object);
    for draft in drafts {
        let ColumnDraft { column, default, generated, checks, .. } = draft;
        if let Some((expr, stored)) = generated {
            expression(expr, ExprPlace::Generated { stored: *stored }, &column.name)?;
        }
        if let Some(clause) = default {
            expression(&clause.expr, ExprPlace::Default, &column.name)?;
        }
        checks.iter().try_for_each(|def| check_expr(def, &column.name))?;
    }
    elements.iter().try_for_each(|element| match element {
        TableElement::Check(def) => {
            check_expr(def, def.constraint.as_ref().map_or("CONSTRAINT_1", |n| &n.value))
        }
        _ => Ok(()),
    })
}

fn of_a_column(cx: &Context<'_>, error: &ExecuteError, def: &ColumnDef) -> bool {
    match error.errno() {
        Some(
            1059 | 1063 | 1064 | 1115 | 1221 | 1253 | 1273 | 1294 | 1300 | 1302 | 1425 | 1426 | 1427 | 1439
            | 1970,
        ) => true,
        Some(1818 | 3013 | 6137) => cx.flavor.is_mysql(),
        // A long VARCHAR may still become a TEXT, or not, by the table's character set.
        Some(1101) => {
            cx.flavor.is_mysql() && !matches!(def.ty.keyword, TypeKeyword::Varchar | TypeKeyword::NVarchar)
        }
        Some(1074) => !matches!(def.ty.keyword, TypeKeyword::Varchar | TypeKeyword::NVarchar),
        _ => false,
    }
}
