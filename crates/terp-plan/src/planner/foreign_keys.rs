//! Foreign keys: steps of their own, since none may go and come under one name in one statement.

use std::collections::BTreeMap;

use terp_drift::{Change, ChangeKind, ObjectKind};
use terp_schema_model::{ForeignKey, Table, quote, render, same_name};

use super::Planner;
use super::step::{Draft, refused};
use crate::classify::Stage;
use crate::clauses::{Alteration, add_foreign_keys, alter_table, drop_foreign_keys, foreign_keys};
use crate::error::PlanError;
use crate::fingerprint::ObjectKey;

impl Planner<'_> {
    /// Those that are another by now go in the second stage, to come back at its end; those that are not wanted in the third.
    pub(super) fn drop_foreign_keys(&mut self, at: Stage) -> Result<(), PlanError> {
        let now = self.working.schema();
        for (name, changes) in self.foreign_key_changes(&now) {
            let (Some(from), Some(to)) = (now.table(&name), self.desired.table(&name)) else { continue };
            let due: Vec<&Change> = changes
                .iter()
                .filter(|change| at == Stage::Contract || change.kind != ChangeKind::ExtraForeignKey)
                .collect();
            let keys = foreign_keys(Alteration { from, to, flavor: self.options.flavor }, &due);
            if !keys.drop.is_empty() {
                self.drop_keys(at, from, &keys.drop)?;
            }
        }
        Ok(())
    }

    /// Adds what is missing and belongs here: in the first stage only what was there before, or belongs to a new table.
    pub(super) fn add_foreign_keys(&mut self, at: Stage) -> Result<(), PlanError> {
        let now = self.working.schema();
        for (name, changes) in self.foreign_key_changes(&now) {
            let (Some(from), Some(to)) = (now.table(&name), self.desired.table(&name)) else { continue };
            let mut missing: Vec<&ForeignKey> = to
                .foreign_keys
                .iter()
                .filter(|key| {
                    changes.iter().any(|change| {
                        change.kind == ChangeKind::MissingForeignKey
                            && change.path.name.as_deref().is_some_and(|wanted| same_name(wanted, &key.name))
                    })
                })
                .collect();
            if at == Stage::Expand {
                missing.retain(|key| {
                    let known = (name.clone(), key.name.clone());
                    self.pending.contains(&known) || self.lifted.contains(&known)
                });
            }
            if missing.is_empty() {
                continue;
            }
            let definitions: Vec<String> =
                missing.iter().map(|key| render::foreign_key_definition(key, self.options.flavor)).collect();
            let sql = alter_table(&name, &add_foreign_keys(&definitions));
            let mut draft = Draft::new(at, ObjectKey::table(&name), sql.clone());
            draft.changes = missing
                .iter()
                .map(|key| format!("{name}, foreign key {} (missing-foreign-key)", key.name))
                .collect();
            draft.risks = missing
                .iter()
                .map(|key| {
                    format!(
                        "{name}, foreign key {}: fails with error 1452 where a row has no parent",
                        key.name
                    )
                })
                .collect();
            match self.attempt_altering(draft, from) {
                Ok(()) => {}
                Err(_) if at != Stage::Contract => {}
                Err(error) => return Err(refused(ObjectKey::table(&name), sql, error)),
            }
        }
        Ok(())
    }

    fn foreign_key_changes(&self, now: &terp_schema_model::Schema) -> BTreeMap<String, Vec<Change>> {
        let mut by_table: BTreeMap<String, Vec<Change>> = BTreeMap::new();
        for change in self.differences(now) {
            if change.path.object == ObjectKind::ForeignKey
                && let Some(table) = change.path.table.clone()
            {
                by_table.entry(table).or_default().push(change);
            }
        }
        by_table
    }

    /// Drops the foreign keys that stand in the way of a change: those whose columns, here or in their parent, take another form. Gives their number.
    pub(super) fn lift_foreign_keys(
        &mut self,
        at: Stage,
        table: &Table,
        changes: &[&Change],
    ) -> Result<usize, PlanError> {
        // A column that changes, or whose index does.
        let touches = |change: &&Change| -> Vec<String> {
            let Some(name) = change.path.name.as_deref() else { return Vec::new() };
            let index = table.index(name).filter(|_| change.path.object == ObjectKind::Index);
            match (change.path.object, index) {
                (ObjectKind::Column, _) => vec![name.to_owned()],
                (_, Some(index)) => {
                    index.parts.iter().filter_map(|part| part.column_name().map(str::to_owned)).collect()
                }
                _ => Vec::new(),
            }
        };
        let touched: Vec<String> = changes.iter().flat_map(touches).collect();
        let is_touched = |column: &String| touched.iter().any(|name| same_name(name, column));
        let mut children = self.working.children(&table.name);
        children.insert(table.name.clone());
        let mut lifted = 0;
        for child in children {
            let Some(from) = self.working.table(&child).cloned() else { continue };
            let stands = |key: &&ForeignKey| {
                let own = child == table.name && key.columns.iter().any(is_touched);
                own || self.working.refers(key, &table.name) && key.referenced_columns.iter().any(is_touched)
            };
            let names: Vec<String> =
                from.foreign_keys.iter().filter(stands).map(|key| key.name.clone()).collect();
            if names.is_empty() {
                continue;
            }
            self.drop_keys(at, &from, &names)?;
            lifted += names.len();
            self.lifted.extend(names.into_iter().map(|name| (child.clone(), name)));
        }
        Ok(lifted)
    }

    /// Drops every foreign key of a table.
    pub(super) fn drop_all_foreign_keys(&mut self, at: Stage, table: &Table) -> Result<(), PlanError> {
        let Some(from) = self.working.table(&table.name).cloned() else { return Ok(()) };
        let names: Vec<String> = from.foreign_keys.iter().map(|key| key.name.clone()).collect();
        if names.is_empty() { Ok(()) } else { self.drop_keys(at, &from, &names) }
    }

    fn drop_keys(&mut self, at: Stage, from: &Table, names: &[String]) -> Result<(), PlanError> {
        let sql = alter_table(&from.name, &drop_foreign_keys(names));
        let mut draft = Draft::new(at, ObjectKey::table(&from.name), sql.clone());
        draft.changes =
            names.iter().map(|name| format!("{}, foreign key {name} (dropped)", from.name)).collect();
        draft.risks = names
            .iter()
            .map(|name| {
                format!(
                    "{}: rows without a parent are let in once {} is gone",
                    from.name,
                    quote::identifier(name)
                )
            })
            .collect();
        let object = ObjectKey::table(&from.name);
        self.attempt_altering(draft, from).map_err(|error| refused(object, sql, error))
    }
}
