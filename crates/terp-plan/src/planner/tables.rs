//! Tables: made, altered, dropped.

use std::collections::BTreeMap;

use terp_drift::{Change, ChangeKind, ChangeValue, ObjectKind};
use terp_schema_model::{Flavor, Table, quote, render};
use terp_sql::ExecuteError;

use super::Planner;
use super::step::{Draft, refused};
use crate::classify::{Stage, losses, rows_of, stage};
use crate::clauses::{self, Alteration, NoClause, Rank, alter_table};
use crate::error::PlanError;
use crate::fingerprint::ObjectKey;

impl Planner<'_> {
    /// New tables, parents first. A foreign key that can't be made yet comes when its parent has what it needs.
    pub(super) fn create_tables(&mut self) -> Result<(), PlanError> {
        let is_new =
            |table: &&Table| self.working.table(&table.name).is_none() && !self.is_renamed(&table.name);
        let mut left: Vec<&Table> = self.desired.tables.iter().filter(is_new).collect();
        while !left.is_empty() {
            let waits = |table: &Table, left: &[&Table]| {
                let parents = table.foreign_keys.iter().filter(|key| key.referenced_table != table.name);
                parents.into_iter().any(|key| left.iter().any(|other| self.working.refers(key, &other.name)))
            };
            let ready: Vec<&Table> = left.iter().copied().filter(|table| !waits(table, &left)).collect();
            // In a circle the first has to do without.
            let next = if ready.is_empty() { left.iter().copied().take(1).collect() } else { ready };
            left.retain(|table| !next.iter().any(|made| made.name == table.name));
            for table in next {
                self.create_table(table)?;
            }
        }
        Ok(())
    }

    fn create_table(&mut self, table: &Table) -> Result<(), PlanError> {
        let mut table = table.clone();
        table.options.auto_increment = None;
        let flavor = self.options.flavor;
        table.indexes =
            table.indexes.iter().map(|index| clauses::without_derived_hash(index, &table, flavor)).collect();
        let Err(error) = self.attempt(self.creation(&table)) else { return Ok(()) };
        if table.foreign_keys.is_empty() {
            return Err(refused(ObjectKey::table(&table.name), self.creation(&table).sql, error));
        }
        let keys = std::mem::take(&mut table.foreign_keys);
        self.pending.extend(keys.into_iter().map(|key| (table.name.clone(), key.name)));
        self.push(self.creation(&table))
    }

    fn creation(&self, table: &Table) -> Draft {
        let name = quote::identifier(&table.name);
        let sql = render::create_table(table, self.options.flavor);
        let mut draft = Draft::new(Stage::Expand, ObjectKey::table(&table.name), sql);
        draft.inverse = Some(format!("DROP TABLE {name}"));
        draft.inverse_losses = vec![rows_of(&table.name)];
        draft.changes = vec![format!("{} (missing-table)", table.name)];
        draft
    }

    /// What belongs to a stage, and what could not be done in the one before.
    pub(super) fn alter_tables(&mut self, at: Stage) -> Result<(), PlanError> {
        let now = self.working.schema();
        let mut by_table: BTreeMap<String, Vec<Change>> = BTreeMap::new();
        for change in self.differences(&now) {
            if let Some(table) = change.path.table.clone().filter(|_| is_alteration(&change)) {
                by_table.entry(table).or_default().push(change);
            }
        }
        for (name, changes) in by_table {
            let (Some(from), Some(to)) = (now.table(&name), self.desired.table(&name)) else { continue };
            let due: Vec<&Change> =
                changes.iter().filter(|change| stage(change, from, to, self.options.flavor) <= at).collect();
            if due.is_empty() || at == Stage::Expand && self.is_renamed(&name) {
                continue;
            }
            // Between changes of one stage there may be one that only a later one makes possible.
            match self.alter(at, from, to, &due) {
                Ok(()) => {}
                Err(Failure::Server(..)) if at != Stage::Contract => {}
                Err(Failure::Server(draft, error)) => {
                    return Err(refused(ObjectKey::table(&name), draft, error));
                }
                Err(Failure::Plan(error)) => return Err(error),
                Err(Failure::NoClause(what)) => {
                    return Err(PlanError::NoStatement { object: ObjectKey::table(&name), what });
                }
            }
        }
        Ok(())
    }

    fn alter(&mut self, at: Stage, from: &Table, to: &Table, changes: &[&Change]) -> Result<(), Failure> {
        match self.alter_once(at, from, to, changes) {
            Err(Failure::Server(sql, error)) => {
                let lifted = self.lift_foreign_keys(at, from, changes).map_err(Failure::Plan)?;
                if lifted == 0 {
                    return Err(Failure::Server(sql, error));
                }
                let Some(now) = self.working.table(&from.name).cloned() else {
                    return Err(Failure::Server(sql, error));
                };
                // A part of it may be done by now.
                let left = self.table_differences(to, &now);
                let flavor = self.options.flavor;
                let is_due =
                    |change: &&Change| is_alteration(change) && stage(change, &now, to, flavor) <= at;
                let due: Vec<&Change> = left.iter().filter(is_due).collect();
                self.alter_once(at, &now, to, &due)
            }
            other => other,
        }
    }

    fn alter_once(
        &mut self,
        at: Stage,
        from: &Table,
        to: &Table,
        changes: &[&Change],
    ) -> Result<(), Failure> {
        let flavor = self.options.flavor;
        let all = clauses::clauses(Alteration { from, to, flavor }, changes)?;
        // Partitions are a statement of their own: not every server takes them with others.
        let (partitions, plain): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|clause| clause.rank == Rank::Partition);
        let mut groups = self.grouped(from, plain);
        groups.push(partitions);
        for clauses in groups.into_iter().filter(|group| !group.is_empty()) {
            let Some(from) = self.working.table(&from.name).cloned() else { continue };
            let sql = alter_table(&from.name, &clauses);
            if self.copy_offends_foreign_key(&from, &clauses) {
                return Err(Failure::Server(sql, foreign_key_in_copy()));
            }
            let draft = Draft::new(at, ObjectKey::table(&from.name), sql.clone());
            self.attempt_altering(draft, &from).map_err(|error| Failure::Server(sql, error))?;
        }
        Ok(())
    }

    /// Adds a step that alters a table, with the ALTER that takes it back.
    pub(super) fn attempt_altering(&mut self, draft: Draft, from: &Table) -> Result<(), ExecuteError> {
        let flavor = self.options.flavor;
        let has_stage = draft.stage;
        let count = self.steps.len();
        self.attempt(draft)?;
        if self.steps.len() == count {
            return Ok(());
        }
        let Some(now) = self.working.table(&from.name).cloned() else { return Ok(()) };
        self.describe_last(from, &now);
        let back = self.all_differences(from, &now);
        let changes: Vec<&Change> = back.iter().collect();
        let sql = inverse_sql(Alteration { from: &now, to: from, flavor }, &changes).ok();
        let constrains =
            changes.iter().any(|change| stage(change, &now, from, flavor) != Stage::Expand && !drops(change))
                || has_stage == Stage::Contract
                    && changes.iter().any(|change| !drops(change) && is_constraint(change));
        let inverse_losses = losses(&changes, &now, from, flavor);
        if let Some(step) = self.steps.last_mut() {
            let mut draft = Draft::new(step.stage, step.object.clone(), String::new());
            draft.inverse.clone_from(&sql);
            draft.losses.clone_from(&step.losses);
            draft.inverse_losses.clone_from(&inverse_losses);
            draft.inverse_constrains = constrains;
            (step.inverse.reversibility, step.inverse.because) = draft.reversibility();
            step.inverse.sql = sql;
            step.inverse.losses = inverse_losses;
        }
        Ok(())
    }

    /// Says of the last step what it changed in the table, what that destroys, and what can go wrong.
    fn describe_last(&mut self, from: &Table, now: &Table) {
        let flavor = self.options.flavor;
        let changes = self.all_differences(now, from);
        let list: Vec<&Change> = changes.iter().collect();
        let Some(step) = self.steps.last_mut() else { return };
        if step.changes.is_empty() {
            step.changes =
                changes.iter().map(|change| format!("{} ({})", change.path, change.kind)).collect();
        }
        step.losses = losses(&list, from, now, flavor);
        for risk in list.iter().filter_map(|change| risk(change, from, now, flavor)) {
            if !step.risks.contains(&risk) {
                step.risks.push(risk);
            }
        }
    }

    /// What differs between two forms of one table, the order of columns included.
    fn all_differences(&self, wanted: &Table, now: &Table) -> Vec<Change> {
        let mut changes = self.table_differences(wanted, now);
        if self.options.diff().ignore_column_order {
            let all = terp_drift::DiffOptions { ignore_column_order: false, ..self.options.diff() };
            let alone = |table: &Table| {
                let mut schema = terp_schema_model::Schema::new(table.character_set.clone());
                schema.tables.push(table.clone());
                schema
            };
            let full = terp_drift::diff(&alone(wanted), &alone(now), self.options.flavor, &all);
            changes.extend(full.into_iter().filter(|change| change.kind == ChangeKind::ColumnOrder));
        }
        changes
    }

    /// Tables that are no longer wanted, children first.
    pub(super) fn drop_tables(&mut self) -> Result<(), PlanError> {
        let now = self.working.schema();
        let mut left: Vec<&Table> =
            now.tables.iter().filter(|table| self.desired.table(&table.name).is_none()).collect();
        while !left.is_empty() {
            let is_parent = |table: &Table, left: &[&Table]| {
                left.iter().any(|other| {
                    let mut keys = other.foreign_keys.iter();
                    other.name != table.name && keys.any(|key| self.working.refers(key, &table.name))
                })
            };
            let ready: Vec<&Table> = left.iter().copied().filter(|table| !is_parent(table, &left)).collect();
            if ready.is_empty() {
                // A circle: one foreign key of it has to go first.
                let Some(table) = left.first() else { break };
                self.drop_all_foreign_keys(Stage::Contract, table)?;
                let cut = left.remove(0);
                left.retain(|other| other.name != cut.name);
                self.drop_table_after(cut, &left)?;
                continue;
            }
            left.retain(|table| !ready.iter().any(|gone| gone.name == table.name));
            for table in ready {
                self.drop_table(table)?;
            }
        }
        Ok(())
    }

    /// Drops the others of a circle that can go now, then this one.
    fn drop_table_after(&mut self, table: &Table, left: &[&Table]) -> Result<(), PlanError> {
        let names: Vec<&str> = left.iter().map(|other| other.name.as_str()).collect();
        for child in self.working.children(&table.name) {
            if names.contains(&child.as_str())
                && let Some(child) = self.working.table(&child).cloned()
            {
                self.drop_all_foreign_keys(Stage::Contract, &child)?;
            }
        }
        self.drop_table(table)
    }

    fn drop_table(&mut self, table: &Table) -> Result<(), PlanError> {
        let mut back = self.working.table(&table.name).unwrap_or(table).clone();
        back.options.auto_increment = None;
        let flavor = self.options.flavor;
        back.indexes =
            back.indexes.iter().map(|index| clauses::without_derived_hash(index, &back, flavor)).collect();
        let sql = format!("DROP TABLE {}", quote::identifier(&table.name));
        let mut draft = Draft::new(Stage::Contract, ObjectKey::table(&table.name), sql);
        draft.inverse = Some(render::create_table(&back, self.options.flavor));
        draft.losses = vec![rows_of(&table.name)];
        draft.changes = vec![format!("{} (extra-table)", table.name)];
        self.push(draft)
    }
}

/// Why a table was not altered.
pub(super) enum Failure {
    Plan(PlanError),
    NoClause(String),
    Server(String, ExecuteError),
}

impl From<NoClause> for Failure {
    fn from(NoClause(what): NoClause) -> Self {
        Self::NoClause(what)
    }
}

/// What MySQL says of it.
fn foreign_key_in_copy() -> ExecuteError {
    ExecuteError::Refused(terp_sql::EngineError {
        errno: 1832,
        message: "Cannot change a column that a foreign key needs while the table is copied".to_owned(),
        span: None,
    })
}

/// Whether a change is one that ALTER TABLE makes in a table that is on both sides. Foreign keys have steps of their own.
fn is_alteration(change: &Change) -> bool {
    let of_table = matches!(
        change.path.object,
        ObjectKind::Table | ObjectKind::Column | ObjectKind::Index | ObjectKind::Check
    );
    of_table && !matches!(change.kind, ChangeKind::MissingTable | ChangeKind::ExtraTable)
}

fn drops(change: &Change) -> bool {
    change.before.is_none()
}

/// Whether it is one that rows can offend against.
fn is_constraint(change: &Change) -> bool {
    if let Some(ChangeValue::Index(index)) = change.before.as_ref().map(|side| &side.value) {
        return index.is_unique();
    }
    matches!(
        change.kind,
        ChangeKind::MissingPrimaryKey
            | ChangeKind::MissingCheck
            | ChangeKind::MissingForeignKey
            | ChangeKind::ColumnNullability
    )
}

/// The ALTER that makes one form of a table of another, foreign keys included.
fn inverse_sql(alteration: Alteration<'_>, changes: &[&Change]) -> Result<String, NoClause> {
    let keys = clauses::foreign_keys(alteration, changes);
    let mut all = clauses::drop_foreign_keys(&keys.drop);
    all.extend(clauses::clauses(alteration, changes)?);
    // An index that came with a foreign key goes with it, though nobody compares it.
    let Alteration { from, to, .. } = alteration;
    let came = from.indexes.iter().filter(|index| index.generated && to.index(&index.name).is_none());
    for index in came {
        let sql = format!("DROP INDEX {}", quote::identifier(&index.name));
        if !all.iter().any(|clause| clause.sql == sql) && !keys.drop.is_empty() {
            all.push(clauses::drop_index_clause(sql));
        }
    }
    all.extend(clauses::add_foreign_keys(&keys.add));
    if all.is_empty() {
        return Err(NoClause("nothing that a statement could change back".to_owned()));
    }
    all.sort_by_key(|clause| clause.rank);
    Ok(alter_table(&from.name, &all))
}

/// What can go wrong where the rows, or those who write them, are not as the change needs them.
fn risk(change: &Change, from: &Table, to: &Table, flavor: Flavor) -> Option<String> {
    let place = &change.path;
    let text = match change.kind {
        ChangeKind::MissingIndex => {
            let unique = matches!(
                change.before.as_ref().map(|side| &side.value),
                Some(ChangeValue::Index(index)) if index.is_unique()
            );
            if !unique {
                return None;
            }
            "fails with error 1062 where rows repeat"
        }
        ChangeKind::MissingPrimaryKey | ChangeKind::PrimaryKey => {
            "fails with error 1062 where rows repeat, with 1138 or 1265 where there are NULLs"
        }
        ChangeKind::ColumnNullability if to.column(change.path.name.as_deref()?)?.nullable => return None,
        ChangeKind::ColumnNullability => "fails with error 1138 or 1265 where there are NULLs",
        ChangeKind::MissingCheck | ChangeKind::CheckExpression => {
            "fails with error 3819 or 4025 where a row offends against it"
        }
        ChangeKind::ColumnType if stage(change, from, to, flavor) != Stage::Contract => return None,
        ChangeKind::ColumnType => "fails where a value does not fit the new type",
        ChangeKind::ColumnCharacterSet | ChangeKind::ColumnCollation => {
            "fails with error 1366 where a character has no place, with 1062 where values become equal"
        }
        ChangeKind::ColumnGenerated
            if to.column(change.path.name.as_deref()?)?.generated.is_none()
                && clauses::is_made_anew(from, to, change.path.name.as_deref()?) =>
        {
            "starts without values: no server keeps those that were computed"
        }
        ChangeKind::ExtraColumn => "what still names the column fails from then on",
        _ => return None,
    };
    Some(format!("{place}: {text}"))
}
