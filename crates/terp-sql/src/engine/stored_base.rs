//! Foreign keys that would change what a stored generated column is computed from.

use terp_schema_model::{Generated, ReferentialAction, Table, same_name};

use super::Context;
use super::alter_expressions::columns_of;
use super::error::{Result, refuse};

/// MySQL: a foreign key must not change a column that a stored one is computed from, be it through virtual columns (manual, "FOREIGN KEY
/// Constraints", conditions; observed on 9.7.4: ON DELETE CASCADE counts too, and so it is without foreign_key_checks).
pub(super) fn check(cx: &Context<'_>, table: &Table) -> Result<()> {
    if !cx.flavor.is_mysql() {
        return Ok(());
    }
    let acts = |action: Option<ReferentialAction>| {
        matches!(action, Some(ReferentialAction::Cascade | ReferentialAction::SetNull))
    };
    let acting = || table.foreign_keys.iter().filter(|key| acts(key.on_delete) || acts(key.on_update));
    if acting().next().is_none() {
        return Ok(());
    }
    for column in &table.columns {
        let Some(Generated::Expression { stored: true, expression, .. }) = &column.generated else {
            continue;
        };
        let mut bases = columns_of(cx, expression)?;
        // What virtual columns among them are computed from comes behind them in the list.
        let mut next = 0;
        while let Some(base) = bases.get(next).cloned() {
            next += 1;
            if acting().any(|key| key.columns.iter().any(|name| same_name(name, &base))) {
                return Err(refuse(1215, "Cannot add foreign key constraint"));
            }
            let further = table.column(&base).and_then(|column| column.generated.as_ref());
            if let Some(Generated::Expression { expression, .. }) = further {
                for name in columns_of(cx, expression)? {
                    if !bases.iter().any(|known| same_name(known, &name)) {
                        bases.push(name);
                    }
                }
            }
        }
    }
    Ok(())
}
