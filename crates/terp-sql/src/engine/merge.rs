//! MERGE tables: their members must be MyISAM tables of the same columns, which is seen only when they are opened. One
//! whose members do not fit is there, can be dropped and renamed, and is not shown.

use terp_schema_model::Table;

use super::Context;
use super::catalog::{Catalog, TableRef};
use super::error::{ExecuteError, Result, refuse, unsupported};

/// A member for which a MERGE table cannot be opened.
struct Misfit<'a> {
    member: &'a str,
    /// Whether no server would take it: it is missing, of another engine, or of another number of columns.
    certain: bool,
}

impl Misfit<'_> {
    fn unsupported(&self) -> ExecuteError {
        unsupported(format!(
            "a MERGE table over `{}`, which is no MyISAM table of the same columns",
            self.member
        ))
    }
}

/// The member that does not fit, a certain one first.
fn misfit<'a>(cx: &Context<'_>, table: &'a Table) -> Option<Misfit<'a>> {
    let misfits = table.options.union.iter().filter_map(|member| {
        let Some(found) = cx.lookup(cx.database, member) else {
            return Some(Misfit { member, certain: true });
        };
        let engine = found.options.engine.as_str();
        let width = found.columns.len() == table.columns.len();
        if !matches!(engine, "MyISAM" | "MRG_MyISAM") || !width {
            return Some(Misfit { member, certain: true });
        }
        let same = found.columns.iter().zip(&table.columns).all(|(a, b)| a.ty == b.ty);
        (engine != "MyISAM" || !same).then_some(Misfit { member, certain: false })
    });
    misfits.max_by_key(|misfit| misfit.certain)
}

/// A table that was just made: members that do not fit are no reason to refuse it.
pub(super) fn check_made(cx: &Context<'_>, table: &Table, temporary: bool) -> Result<()> {
    match misfit(cx, table) {
        Some(misfit) if temporary || !misfit.certain => Err(misfit.unsupported()),
        _ => Ok(()),
    }
}

/// Opens a table, as most statements do.
pub(super) fn check_opens(cx: &Context<'_>, table: &Table, temporary: bool) -> Result<()> {
    match misfit(cx, table) {
        Some(misfit) if temporary || !misfit.certain => Err(misfit.unsupported()),
        Some(_) => Err(refuse(
            1168,
            "Unable to open underlying table which is differently defined or of non-MyISAM type or doesn't exist",
        )),
        None => Ok(()),
    }
}

/// Opens the table of that name, if there is one.
pub(super) fn check_named(catalog: &Catalog, at: &TableRef) -> Result<()> {
    match catalog.visible(at) {
        Some(table) if !table.options.union.is_empty() => {
            check_opens(&catalog.context(&at.schema)?, table, catalog.temporary(at).is_some())
        }
        _ => Ok(()),
    }
}

/// Whether SHOW CREATE TABLE shows it.
pub(super) fn is_shown(catalog: &Catalog, schema: &str, table: &Table) -> bool {
    table.options.union.is_empty()
        || catalog.context(schema).is_ok_and(|cx| !misfit(&cx, table).is_some_and(|misfit| misfit.certain))
}
