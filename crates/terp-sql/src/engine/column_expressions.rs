//! A column's expressions, printed when all columns are known: GENERATED and DEFAULT, and what they may refer to.

use terp_schema_model::{Column, DefaultValue, Generated, same_name};

use super::column::ColumnDraft;
use super::context::Context;
use super::default;
use super::error::{Result, refuse, unsupported};
use crate::ast::{Expr, ExprKind};
use crate::expr::{ExprPlace, referenced_columns};

/// Prints the expressions that were left open, now that all columns are known.
pub(super) fn print_expressions(cx: &Context<'_>, drafts: &mut [ColumnDraft<'_>], table: &str) -> Result<()> {
    if drafts.iter().all(|d| d.default.is_none() && d.generated.is_none()) {
        return Ok(());
    }
    let columns: Vec<Column> = drafts.iter().map(|d| d.column.clone()).collect();
    let generated: Vec<bool> =
        drafts.iter().map(|d| d.generated.is_some() || d.column.generated.is_some()).collect();
    let defaulted: Vec<bool> = drafts
        .iter()
        .map(|d| match (d.default, &d.column.default) {
            // On MariaDB what names no column is there from the start.
            (Some(clause), _) => cx.flavor.is_mysql() || !referenced_columns(&clause.expr).is_empty(),
            (None, default) => matches!(default, Some(DefaultValue::Expression(_))),
        })
        .collect();
    for (at, draft) in drafts.iter_mut().enumerate() {
        if let Some((expr, stored)) = draft.generated {
            let place = ExprPlace::Generated { stored };
            // Whatever is wrong with it, the column is a computed one.
            draft.column.generated = Some(Generated::Expression { expression: String::new(), stored });
            let expression = cx.print(expr, place, table, &columns, &draft.column.name)?;
            let refers_later = referenced_columns(expr).into_iter().any(|name| {
                (at..columns.len()).any(|c| generated[c] && same_name(&columns[c].name, &name.value))
            });
            let automatic = referenced_columns(expr)
                .into_iter()
                .any(|name| columns.iter().any(|c| c.auto_increment && same_name(&c.name, &name.value)));
            if automatic && cx.flavor.is_mysql() {
                return Err(refuse(
                    3109,
                    format!(
                        "Generated column '{}' cannot refer to auto-increment column.",
                        draft.column.name
                    ),
                )
                .at(expr.span));
            }
            if cx.flavor.is_mariadb() {
                check_initialised(expr, at, &columns, &generated, &defaulted)?;
            }
            if refers_later && cx.flavor.is_mysql() {
                return Err(refuse(
                    3107,
                    "Generated column can refer only to generated columns defined prior to it.",
                )
                .at(expr.span));
            }
            draft.column.generated = Some(Generated::Expression { expression, stored });
            draft.column.default = None;
        }
        if let Some(clause) = draft.default {
            if cx.flavor.is_mariadb() {
                check_initialised(&clause.expr, at, &columns, &generated, &defaulted)?;
            }
            let expression =
                cx.print(&clause.expr, ExprPlace::Default, table, &columns, &draft.column.name)?;
            if cx.flavor.is_mariadb() && default::is_stored(&clause.expr) {
                // MariaDB works it out at once, and refuses what does not fit the column.
                match default::check_value(cx, &clause.expr, &draft.column) {
                    Some(Ok(())) => {}
                    Some(Err(error)) => draft.late = Some(error.at(clause.expr.span)),
                    None if default::takes_any_text(&draft.column.ty) => {}
                    None => {
                        return Err(unsupported("the value of an expression without columns as DEFAULT")
                            .at(clause.expr.span));
                    }
                }
            }
            if cx.flavor.is_mysql() {
                check_default_order(&clause.expr, at, &columns, &generated, &defaulted)?;
            }
            draft.column.default = Some(if matches!(strip(&clause.expr).kind, ExprKind::NextValue(_)) {
                DefaultValue::NextValue(expression)
            } else {
                DefaultValue::Expression(expression)
            });
        }
    }
    Ok(())
}

/// MariaDB fills plain columns first, then defaults, then generated columns, each kind in order; an expression may name
/// only what is filled by then (`Item_field::check_field_expression_processor`).
fn check_initialised(
    expr: &Expr,
    at: usize,
    columns: &[Column],
    generated: &[bool],
    defaulted: &[bool],
) -> Result<()> {
    for name in referenced_columns(expr) {
        let Some(other) = columns.iter().position(|c| same_name(&c.name, &name.value)) else { continue };
        let filled_by_expression = generated[other] || defaulted[other];
        let late = other == at
            || generated[other] && !generated[at]
            || generated[other] == generated[at] && other >= at;
        if filled_by_expression && late {
            return Err(refuse(
                4029,
                format!(
                    "Expression for field `{}` is referring to uninitialized field `{}`",
                    columns[at].name, columns[other].name
                ),
            )
            .at(expr.span));
        }
    }
    Ok(())
}

/// MySQL: a default may use later columns, unless they are generated or have an expression default themselves.
fn check_default_order(
    expr: &Expr,
    at: usize,
    columns: &[Column],
    generated: &[bool],
    defaulted: &[bool],
) -> Result<()> {
    for name in referenced_columns(expr) {
        let later = (at + 1..columns.len())
            .any(|c| same_name(&columns[c].name, &name.value) && (generated[c] || defaulted[c]));
        if later {
            return Err(refuse(
                3767,
                format!(
                    "Default value expression of column '{}' cannot refer to a column defined after it if that column is a generated column or has an expression as default value.",
                    columns[at].name
                ),
            )
            .at(name.span));
        }
    }
    Ok(())
}

fn strip(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(inner) => strip(inner),
        _ => expr,
    }
}
