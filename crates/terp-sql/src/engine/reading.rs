//! What MariaDB finds wrong while it reads CREATE TABLE: before it looks whether the table exists, and before OR REPLACE drops it.

use terp_schema_model::{Column, Table};

use super::column::{self, ColumnDraft, Inline};
use super::context::Context;
use super::error::{ExecuteError, Result};
use crate::ast::{
    CheckDef, ColumnAttributeKind, ColumnDef, Expr, ExprKind, Literal, TableDefinition, TableElement,
    TypeKeyword,
};
use crate::expr::ExprPlace;

/// Refuses what the server refuses at this point; other faults are found when the table is built.
pub(super) fn check(cx: &Context<'_>, table: &Table, definition: &TableDefinition) -> Result<()> {
    let mut drafts = Vec::new();
    for element in &definition.elements {
        let TableElement::Column(def) = element else { continue };
        match column::draft(cx, def, &table.character_set, &mut Inline::default()) {
            Ok(draft) => drafts.push(draft),
            Err(error) if of_a_column(&error, def) => return Err(error),
            Err(_) => {}
        }
    }
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
    let check = |def: &CheckDef, object: &str| expression(&def.expr, ExprPlace::Check, object);
    for draft in &drafts {
        let ColumnDraft { column, default, generated, checks, .. } = draft;
        if let Some((expr, stored)) = generated {
            expression(expr, ExprPlace::Generated { stored: *stored }, &column.name)?;
        }
        if let Some(clause) = default {
            expression(&clause.expr, ExprPlace::Default, &column.name)?;
        }
        checks.iter().try_for_each(|def| check(def, &column.name))?;
    }
    definition.elements.iter().try_for_each(|element| match element {
        TableElement::Check(def) => check(def, def.constraint.as_ref().map_or("CONSTRAINT_1", |n| &n.value)),
        _ => Ok(()),
    })
}

fn of_a_column(error: &ExecuteError, def: &ColumnDef) -> bool {
    match error.errno() {
        Some(
            1059 | 1064 | 1115 | 1221 | 1253 | 1273 | 1294 | 1300 | 1302 | 1425 | 1426 | 1427 | 1439 | 1970,
        ) => true,
        // A long VARCHAR may still become a TEXT.
        Some(1074) => !matches!(def.ty.keyword, TypeKeyword::Varchar | TypeKeyword::NVarchar),
        // DEFAULT NULL of a NOT NULL column.
        Some(1067) => def.attributes.iter().any(|a| match &a.kind {
            ColumnAttributeKind::Default(clause) => {
                matches!(clause.expr.kind, ExprKind::Literal(Literal::Null))
            }
            _ => false,
        }),
        _ => false,
    }
}
