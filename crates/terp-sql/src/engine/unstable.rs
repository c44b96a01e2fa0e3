//! MariaDB: what stored and indexed generated columns, checks and defaults must not be made from (1901).
//!
//! A stored value has to be the same whenever it is computed. So it can use no virtual column that gives another value each time or
//! depends on the session, no AUTO_INCREMENT column, since that gets its value late, and none that a foreign key changes behind it
//! (`Item_field::check_vcol_func_processor`, `Column_definition::check_vcol_for_key`).

use terp_schema_model::ReferentialAction::{self, Cascade, SetDefault, SetNull};
use terp_schema_model::{
    Column, DefaultValue, Generated, Index, IndexAlgorithm, IndexKind, Table, same_name,
};

use super::alter_expressions::{columns_of, expression_of};
use super::context::Context;
use super::error::{ExecuteError, Result, refuse};
use crate::ast::ForeignKeyDef;
use crate::expr::ExprPlace;

/// Refuses what uses a value that may change. The table's columns, keys and checks are final; `added` are its new foreign keys.
pub(super) fn check(cx: &Context<'_>, table: &Table, added: &[&ForeignKeyDef]) -> Result<()> {
    if cx.flavor.is_mysql() {
        return Ok(());
    }
    let changed = changed_by_foreign_keys(table, added);
    let automatic = table.columns.iter().any(|c| c.auto_increment);
    let generated = table.columns.iter().any(|c| matches!(c.generated, Some(Generated::Expression { .. })));
    if !generated && !automatic && changed.is_empty() {
        return Ok(());
    }
    let mut columns = Columns { cx, table, changed: &changed, virtual_columns: Vec::new() };
    for column in &table.columns {
        columns.add(column)?;
    }
    columns.check_keys()?;
    for column in &table.columns {
        if let Some(DefaultValue::Expression(text)) = &column.default
            && automatic
        {
            columns.check_automatic(text, "DEFAULT")?;
        }
        if let Some(check) = &column.check {
            columns.check_use(&check.expression, "CHECK", &column.name)?;
        }
    }
    table.checks.iter().try_for_each(|check| columns.check_use(&check.expression, "CHECK", &check.name))
}

/// The columns that foreign keys write to.
fn changed_by_foreign_keys(table: &Table, added: &[&ForeignKeyDef]) -> Vec<String> {
    let writes = |on_update: Option<ReferentialAction>, on_delete: Option<ReferentialAction>| {
        matches!(on_update, Some(Cascade | SetNull | SetDefault))
            || matches!(on_delete, Some(SetNull | SetDefault))
    };
    let carried = table
        .foreign_keys
        .iter()
        .filter(|key| writes(key.on_update, key.on_delete))
        .flat_map(|key| key.columns.iter().cloned());
    let defined = added
        .iter()
        .filter(|def| writes(def.references.on_update, def.references.on_delete))
        .flat_map(|def| def.columns.iter().map(|c| c.value.clone()));
    carried.chain(defined).collect()
}

/// A virtual column, by what its value depends on.
struct Virtual<'t> {
    column: &'t Column,
    /// The refusal of it as a stored column, were it one.
    as_stored: Option<ExecuteError>,
    /// Whether those that use it are unstable as well.
    unstable: bool,
    /// Whether a foreign key changes what it is made from.
    changed: bool,
}

struct Columns<'c, 't> {
    cx: &'c Context<'c>,
    table: &'t Table,
    changed: &'c [String],
    virtual_columns: Vec<Virtual<'t>>,
}

impl<'t> Columns<'_, 't> {
    /// Looks at a generated column; those that it names were added before.
    fn add(&mut self, column: &'t Column) -> Result<()> {
        let Some(Generated::Expression { expression, stored }) = &column.generated else { return Ok(()) };
        if *stored {
            self.check_use(expression, "GENERATED ALWAYS AS", &column.name)?;
            // The columns that it names may have got other types.
            let expr = expression_of(self.cx, expression)?;
            let place = ExprPlace::Generated { stored: true };
            let printed = self.cx.print(&expr, place, &self.table.name, &self.table.columns, &column.name);
            return match printed {
                Err(error) if error.errno() == Some(1901) => Err(error),
                _ => Ok(()),
            };
        }
        let changed = columns_of(self.cx, expression)?.iter().any(|name| self.is_changed(name));
        let expr = expression_of(self.cx, expression)?;
        let place = ExprPlace::Generated { stored: true };
        let (name, columns) = (&self.table.name, &self.table.columns);
        let through = self.check_use_of_others(expression, "GENERATED ALWAYS AS", &column.name).err();
        let alone = self.cx.print_untyped(&expr, place, name, columns, &column.name).err();
        let unstable = through.is_some() || alone.is_some();
        let as_stored =
            through.or(alone).or_else(|| self.cx.print(&expr, place, name, columns, &column.name).err());
        self.virtual_columns.push(Virtual { column, as_stored, unstable, changed });
        Ok(())
    }

    fn virtual_column(&self, name: &str) -> Option<&Virtual<'t>> {
        self.virtual_columns.iter().find(|v| same_name(&v.column.name, name))
    }

    fn is_changed(&self, name: &str) -> bool {
        self.changed.iter().any(|c| same_name(c, name))
            || self.virtual_column(name).is_some_and(|v| v.changed)
    }

    fn check_automatic(&self, text: &str, clause: &str) -> Result<()> {
        for name in columns_of(self.cx, text)? {
            if self.table.column(&name).is_some_and(|c| c.auto_increment) {
                return Err(not_allowed("AUTO_INCREMENT", clause, &name));
            }
        }
        Ok(())
    }

    /// AUTO_INCREMENT columns, and virtual columns that are unstable themselves.
    fn check_use_of_others(&self, text: &str, clause: &str, object: &str) -> Result<()> {
        self.check_automatic(text, clause)?;
        let named = columns_of(self.cx, text)?;
        let unstable = |name: &&String| self.virtual_column(name).is_some_and(|v| v.unstable);
        named.iter().find(unstable).map_or(Ok(()), |name| Err(not_allowed(name, clause, object)))
    }

    fn check_use(&self, text: &str, clause: &str, object: &str) -> Result<()> {
        self.check_use_of_others(text, clause, object)?;
        let named = columns_of(self.cx, text)?;
        let changed = named.iter().find(|name| self.is_changed(name));
        changed.map_or(Ok(()), |name| Err(not_allowed(name, clause, object)))
    }

    /// A unique key that is kept as a hash has it in a hidden column.
    fn check_hash(&self, index: &Index) -> Result<()> {
        let hash = index.kind == IndexKind::Unique && index.using == Some(IndexAlgorithm::Hash);
        if !hash || self.table.options.engine == "MEMORY" {
            return Ok(());
        }
        for name in index.parts.iter().filter_map(|part| part.column_name()) {
            if self.table.column(name).is_some_and(|column| column.auto_increment) {
                return Err(not_allowed("AUTO_INCREMENT", "USING HASH", name));
            }
        }
        Ok(())
    }

    /// An index stores what a virtual column gives.
    fn check_keys(&self) -> Result<()> {
        for index in &self.table.indexes {
            self.check_hash(index)?;
            for part in &index.parts {
                let Some(column) = part.column_name().and_then(|name| self.virtual_column(name)) else {
                    continue;
                };
                if let Some(error) = &column.as_stored {
                    return Err(error.clone());
                }
                if index.kind == IndexKind::Fulltext {
                    return Err(refuse(1907, "This is not yet supported for generated columns"));
                }
            }
        }
        Ok(())
    }
}

fn not_allowed(what: &str, clause: &str, object: &str) -> ExecuteError {
    refuse(
        1901,
        format!("Function or expression '{what}' cannot be used in the {clause} clause of `{object}`"),
    )
}
