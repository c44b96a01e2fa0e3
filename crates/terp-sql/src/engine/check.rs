//! CHECK constraints.

use terp_schema_model::{Check, Column, Generated, Table, same_name};

use super::Context;
use super::alter_expressions::expression_of;
use super::alter_keys::TableElementRef;
use super::alter_requests::Requests;
use super::column::ColumnDraft;
use super::error::{ExecuteError, Result, refuse, unsupported};
use crate::ast::{CheckDef, ColumnAttributeKind};
use crate::expr::{ExprPlace, referenced_columns};

/// A CHECK of a table, or of a column.
pub(super) struct CheckDraft<'a> {
    pub(super) def: &'a CheckDef,
    /// The column that it was written at.
    pub(super) column: Option<String>,
}

/// MariaDB keeps a column's CHECK at the column; several are joined as the server does.
pub(super) fn attach_to_columns(
    cx: &Context<'_>,
    table: &str,
    drafts: &mut [ColumnDraft<'_>],
    columns: &[Column],
) -> Result<()> {
    for draft in drafts {
        for def in std::mem::take(&mut draft.checks) {
            refuse_automatic(def, columns)?;
            let expression = cx.print(&def.expr, ExprPlace::Check, table, columns, &draft.column.name)?;
            draft.column.check = Some(Check { name: String::new(), expression, not_enforced: false });
        }
    }
    Ok(())
}

/// A check is made before AUTO_INCREMENT gives its value.
fn refuse_automatic(def: &CheckDef, columns: &[Column]) -> Result<()> {
    for name in referenced_columns(&def.expr) {
        if columns.iter().any(|c| c.auto_increment && same_name(&c.name, &name.value)) {
            return Err(refuse(
                1901,
                format!(
                    "Function or expression 'AUTO_INCREMENT' cannot be used in the CHECK clause of `{}`",
                    name.value
                ),
            )
            .at(name.span));
        }
    }
    Ok(())
}

/// MySQL: what no check of ALTER TABLE may hold, of which it tells before it looks at the columns.
pub(super) fn check_early(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let of_columns =
        requests.columns.iter().flat_map(|wanted| &wanted.def.attributes).filter_map(|attribute| {
            match &attribute.kind {
                ColumnAttributeKind::Check(def) => Some(def),
                _ => None,
            }
        });
    let others = requests.keys.iter().filter_map(|element| match element {
        TableElementRef::Check(def) => Some(*def),
        _ => None,
    });
    for def in of_columns.chain(others) {
        let name = def.constraint.as_ref().map_or("", |name| &name.value);
        let printed = cx.print(&def.expr, ExprPlace::Check, &old.name, &old.columns, name).map(drop);
        for outcome in [printed, cx.check_functions(&def.expr, ExprPlace::Check, name)] {
            match outcome {
                Err(error) if is_early(&error) => return Err(error.at(def.span)),
                _ => {}
            }
        }
    }
    Ok(())
}

/// What no CHECK may hold comes before the columns.
fn is_early(error: &ExecuteError) -> bool {
    matches!(error.errno(), Some(3812 | 3814..=3816))
}

/// MySQL: no check that stays may name a column that becomes AUTO_INCREMENT.
fn refuse_automatic_of_old(cx: &Context<'_>, table: &Table) -> Result<()> {
    let Some(automatic) = table.columns.iter().find(|column| column.auto_increment) else { return Ok(()) };
    for check in &table.checks {
        let expr = expression_of(cx, &check.expression)?;
        if referenced_columns(&expr).iter().any(|name| same_name(&name.value, &automatic.name)) {
            let name = &check.name;
            return Err(refuse(
                3818,
                format!("Check constraint '{name}' cannot refer to an auto-increment column."),
            ));
        }
    }
    Ok(())
}

/// Adds checks to a table whose columns are final.
pub(super) fn add(
    cx: &Context<'_>,
    table: &mut Table,
    drafts: &[CheckDraft<'_>],
    altering: bool,
) -> Result<()> {
    if cx.flavor.is_mysql() {
        refuse_automatic_of_old(cx, table)?;
    }
    let mut next =
        1 + table.checks.iter().filter_map(|c| generated_number(cx, &c.name, &table.name)).max().unwrap_or(0);
    for draft in drafts {
        let def = draft.def;
        let name = match &def.constraint {
            Some(name) => {
                cx.check_name(name)?;
                name.value.clone()
            }
            None if cx.flavor.is_mysql() => {
                let name = format!("{}_chk_{next}", table.name);
                next += 1;
                if name.chars().count() > 64 {
                    return Err(super::error::messages::name_too_long(&name).at(def.span));
                }
                name
            }
            None => {
                let mut number = 1;
                while table.checks.iter().any(|c| same_name(&c.name, &format!("CONSTRAINT_{number}"))) {
                    number += 1;
                }
                format!("CONSTRAINT_{number}")
            }
        };
        let duplicate = table.checks.iter().any(|c| same_name(&c.name, &name));
        if def.if_not_exists && duplicate {
            continue;
        }
        let taken = cx.flavor.is_mysql() && cx.check_owner(&name).is_some_and(|owner| owner != table.name);
        if duplicate || taken {
            return Err(if cx.flavor.is_mysql() {
                refuse(3822, format!("Duplicate check constraint name '{name}'."))
            } else {
                refuse(1826, format!("Duplicate CHECK constraint name '{name}'"))
            }
            .at(def.span));
        }
        if cx.flavor.is_mariadb() {
            refuse_automatic(def, &table.columns)?;
        }
        let printed = cx.print(&def.expr, ExprPlace::Check, &table.name, &table.columns, &name);
        if cx.flavor.is_mysql() {
            if let Err(error) = &printed
                && is_early(error)
            {
                return Err(error.clone());
            }
            for column in referenced_columns(&def.expr) {
                match (table.column(&column.value), &draft.column) {
                    (None, _) if altering => {
                        return Err(refuse(
                            1054,
                            format!(
                                "Unknown column '{}' in 'check constraint {name} expression'",
                                column.value
                            ),
                        )
                        .at(column.span));
                    }
                    (None, _) => {
                        return Err(refuse(
                            3820,
                            format!(
                                "Check constraint '{name}' refers to non-existing column '{}'.",
                                column.value
                            ),
                        )
                        .at(column.span));
                    }
                    (Some(found), _) if found.auto_increment => {
                        return Err(refuse(
                            3818,
                            format!("Check constraint '{name}' cannot refer to an auto-increment column."),
                        )
                        .at(column.span));
                    }
                    (Some(found), Some(own)) if !same_name(&found.name, own) => {
                        return Err(refuse(
                            3813,
                            format!("Column check constraint '{name}' references other column."),
                        )
                        .at(column.span));
                    }
                    _ => {}
                }
            }
        }
        let expression = printed?;
        if cx.flavor.is_mysql() {
            check_resolved(cx, table, def, &name)?;
        }
        table.checks.push(Check { name, expression, not_enforced: def.enforced == Some(false) });
    }
    if cx.flavor.is_mysql() {
        table.checks.sort_by_cached_key(|c| c.name.to_lowercase());
    }
    Ok(())
}

/// MySQL resolves a check to see whether it can, and keeps it as it was before.
fn check_resolved(cx: &Context<'_>, table: &Table, def: &CheckDef, name: &str) -> Result<()> {
    match cx.print_resolved(&def.expr, &table.name, &table.columns, name) {
        // How strings agree changes nothing of what is kept.
        Err(ExecuteError::Unsupported(what)) if what.construct == "strings of several character sets" => {
            Ok(())
        }
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// MySQL: checks as ALTER TABLE and LIKE read them from a table, with what their operands were converted to.
pub(super) fn resolve(cx: &Context<'_>, table: &Table) -> Result<Vec<Check>> {
    table
        .checks
        .iter()
        .map(|check| {
            let expr = expression_of(cx, &check.expression)?;
            let expression = cx.print_resolved(&expr, &table.name, &table.columns, &check.name)?;
            refuse_zero_date(cx, &expression)?;
            Ok(Check { expression, ..check.clone() })
        })
        .collect()
}

/// MySQL prints the zero date, and cannot read it again.
fn refuse_zero_date(cx: &Context<'_>, expression: &str) -> Result<()> {
    if !expression.contains("'0000-00-00") {
        return Ok(());
    }
    let mode = &cx.session.sql_mode;
    if !(mode.strict() && mode.no_zero_date) {
        return Err(unsupported("a zero date in an expression"));
    }
    Err(if expression.contains("DATE'0000-00-00'") {
        refuse(1525, "Incorrect DATE value: '0000-00-00'")
    } else {
        refuse(1292, "Incorrect datetime value: '0000-00-00 00:00:00'")
    })
}

/// MySQL reads the generated columns that stay, too.
pub(super) fn check_zero_dates(cx: &Context<'_>, old: &Table, new: &Table) -> Result<()> {
    for column in &old.columns {
        let Some(Generated::Expression { expression, .. }) = &column.generated else { continue };
        if new.columns.iter().any(|c| c.generated == column.generated) {
            refuse_zero_date(cx, expression)?;
        }
    }
    Ok(())
}

/// MySQL: whether a check that stays can be resolved with the columns' new types.
pub(super) fn check_types(cx: &Context<'_>, old: &Table, new: &Table, check: &Check) -> Result<()> {
    if old.columns == new.columns {
        return Ok(());
    }
    let expr = expression_of(cx, &check.expression)?;
    match cx.print_resolved(&expr, &new.name, &new.columns, &check.name) {
        Err(error) if matches!(error.errno(), Some(1210 | 1292 | 3064)) => Err(error),
        Err(ExecuteError::Unsupported(what)) if what.construct.starts_with("a constant that") => {
            Err(ExecuteError::Unsupported(what))
        }
        _ => Ok(()),
    }
}

/// The N of a name that MySQL made for that table.
pub(super) fn generated_number(cx: &Context<'_>, name: &str, table: &str) -> Option<u32> {
    if !cx.flavor.is_mysql() {
        return None;
    }
    name.strip_prefix(table)?.strip_prefix("_chk_")?.parse().ok()
}
