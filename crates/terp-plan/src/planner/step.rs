//! One step: tried on the engine, then described.

use std::collections::BTreeMap;

use terp_drift::ObjectKind;
use terp_schema_model::{CreationContext, Schema};
use terp_sql::ast::{Statement, StatementKind};
use terp_sql::{ExecuteError, SqlMode};

use super::Planner;
use super::method::Made;
use crate::classify::{Loss, Stage};
use crate::error::PlanError;
use crate::fingerprint::{Fingerprint, Fingerprints, ObjectKey, fingerprints, table_fingerprint};
use crate::plan::{Inverse, Reversibility, Step};
use crate::verify::without_clause;
use crate::working::Working;

/// A step before it was tried.
pub(super) struct Draft {
    pub(super) stage: Stage,
    pub(super) object: ObjectKey,
    pub(super) sql: String,
    /// The session of the program that the statement makes.
    pub(super) context: Option<CreationContext>,
    pub(super) inverse: Option<String>,
    pub(super) inverse_context: Option<CreationContext>,
    pub(super) changes: Vec<String>,
    pub(super) losses: Vec<Loss>,
    pub(super) inverse_losses: Vec<Loss>,
    /// Whether rows written since may not fit what was there before.
    pub(super) inverse_constrains: bool,
    pub(super) risks: Vec<String>,
}

impl Draft {
    pub(super) fn new(stage: Stage, object: ObjectKey, sql: String) -> Self {
        Self {
            stage,
            object,
            sql,
            context: None,
            inverse: None,
            inverse_context: None,
            changes: Vec::new(),
            losses: Vec::new(),
            inverse_losses: Vec::new(),
            inverse_constrains: false,
            risks: Vec::new(),
        }
    }

    pub(super) fn reversibility(&self) -> (Reversibility, String) {
        let list = |losses: &[Loss]| {
            let all = losses.iter().map(|loss| format!("{} ({})", loss.place, loss.what));
            all.collect::<Vec<_>>().join(", ")
        };
        if self.inverse.is_none() {
            (Reversibility::Irreversible, "no statement is known that takes it back".to_owned())
        } else if !self.losses.is_empty() {
            (Reversibility::Irreversible, format!("what is gone does not come back: {}", list(&self.losses)))
        } else if !self.inverse_losses.is_empty() {
            let because = format!("what was written since goes: {}", list(&self.inverse_losses));
            (Reversibility::LosslessForExistingRows, because)
        } else if self.inverse_constrains {
            let because =
                "rows written since may not fit what was there before; then it is refused".to_owned();
            (Reversibility::LosslessForExistingRows, because)
        } else {
            (Reversibility::Lossless, String::new())
        }
    }
}

/// The variables that a session has to have for a program's context.
fn variables(context: Option<&CreationContext>) -> BTreeMap<String, String> {
    let known = context.map(|context| context.sql_mode.clone()).filter(|mode| !mode.is_empty());
    known.map(|mode| ("sql_mode".to_owned(), mode)).into_iter().collect()
}

impl Planner<'_> {
    /// Adds a step that has to be possible.
    pub(super) fn push(&mut self, draft: Draft) -> Result<(), PlanError> {
        let (object, sql) = (draft.object.clone(), draft.sql.clone());
        self.attempt(draft).map_err(|error| refused(object, sql, error))
    }

    /// Adds a step if the server would do it.
    pub(super) fn attempt(&mut self, draft: Draft) -> Result<(), ExecuteError> {
        let statement = self.working.parse(&draft.sql)?;
        let table = self.working.table(&draft.object.name).cloned();
        let effect = self.run(&statement, draft.context.as_ref())?;
        if effect.is_empty() {
            // What no reading of the database would show is not worth a step.
            return Ok(());
        }
        let (reversibility, because) = draft.reversibility();
        let made = self.made(&statement, table.as_ref(), self.working.table(&draft.object.name));
        let mut risks = draft.risks;
        if let (Made::Unknown(what), ObjectKind::Table) = (&made, draft.object.kind) {
            risks.push(format!("how the server makes it is not known, so no ALGORITHM is asked for: {what}"));
        }
        let number = u32::try_from(self.steps.len() + 1).unwrap_or(u32::MAX);
        self.steps.push(Step {
            number,
            stage: draft.stage,
            object: draft.object,
            sql: made.sql(&draft.sql, &statement),
            session: variables(draft.context.as_ref()),
            inverse: Inverse {
                sql: draft.inverse,
                session: variables(draft.inverse_context.as_ref()),
                method: None,
                reversibility,
                because,
                losses: draft.inverse_losses,
            },
            changes: draft.changes,
            losses: draft.losses,
            risks,
            method: made.method(),
            effect,
        });
        Ok(())
    }

    /// Executes a statement and keeps the fingerprints right. Gives those that changed.
    fn run(
        &mut self,
        statement: &Statement,
        context: Option<&CreationContext>,
    ) -> Result<BTreeMap<ObjectKey, [Option<Fingerprint>; 2]>, ExecuteError> {
        let mode = context.and_then(|context| SqlMode::parse(&context.sql_mode).ok());
        let before = mode.map(|mode| self.working.set_sql_mode(mode));
        let done = self.working.execute(statement);
        if let Some(before) = before {
            self.working.set_sql_mode(before);
        }
        let effect = done?;
        if matches!(
            statement.kind,
            StatementKind::CreateTable(_)
                | StatementKind::AlterTable(_)
                | StatementKind::CreateIndex(_)
                | StatementKind::DropIndex(_)
        ) {
            let mut changes = BTreeMap::new();
            for at in &effect.tables {
                let key = ObjectKey::table(&at.name);
                let table = self.working.table(&at.name);
                let print =
                    |table| table_fingerprint(table, Some(self.working.database()), self.options.flavor);
                let after = table.map(print);
                let before = match &after {
                    Some(print) => self.prints.insert(key.clone(), print.clone()),
                    None => self.prints.remove(&key),
                };
                if before != after {
                    changes.insert(key, [before, after]);
                }
            }
            return Ok(changes);
        }
        // Other statements are few, and can change much: a table takes its triggers with it.
        let before = std::mem::replace(&mut self.prints, self.working.fingerprints());
        Ok(changed(&before, &self.prints))
    }

    /// Takes all steps back on the engine. An inverse that a server would refuse, or that does not lead back, is none.
    pub(super) fn verify_inverses(&mut self, current: &Schema) -> Result<(), PlanError> {
        for at in (0..self.steps.len()).rev() {
            let Some(step) = self.steps.get(at).cloned() else { continue };
            let because = self.try_inverse(at, &step);
            if because.is_none() {
                continue;
            }
            if let (Some(because), Some(step)) =
                (because.filter(|text| !text.is_empty()), self.steps.get_mut(at))
            {
                step.inverse.sql = None;
                step.inverse.method = None;
                step.inverse.reversibility = Reversibility::Irreversible;
                step.inverse.because = because;
            }
            // Those before it are tried from where they left the database.
            self.replay(current, at)?;
        }
        Ok(())
    }

    /// Why a step can't be taken back from here: nothing if it can, an empty text where it is known already.
    fn try_inverse(&mut self, at: usize, step: &Step) -> Option<String> {
        let Some(sql) = &step.inverse.sql else { return Some(String::new()) };
        let context = step
            .inverse
            .session
            .get("sql_mode")
            .map(|mode| CreationContext { sql_mode: mode.clone(), ..CreationContext::default() });
        let table = self.working.table(&step.object.name).cloned();
        let done = self.working.parse(sql).and_then(|statement| {
            self.run(&statement, context.as_ref())?;
            let made = self.made(&statement, table.as_ref(), self.working.table(&step.object.name));
            Ok((made.sql(sql, &statement), made.method()))
        });
        let (sql, method) = match done {
            Ok(made) => made,
            Err(error) => return Some(format!("the server would refuse what takes it back: {error}")),
        };
        if let Some(step) = self.steps.get_mut(at) {
            step.inverse.sql = Some(sql);
            step.inverse.method = method;
        }
        let leads_back = step.effect.iter().all(|(key, [before, _])| self.prints.get(key) == before.as_ref());
        (!leads_back).then(|| "what takes it back would not lead to what was there before".to_owned())
    }

    /// Goes back to the first schema, and from there through so many steps.
    fn replay(&mut self, current: &Schema, steps: usize) -> Result<(), PlanError> {
        self.working = Working::new(current, self.options.flavor, &self.options.session)?;
        self.prints = fingerprints(current, self.options.flavor);
        for step in self.steps.get(..steps).unwrap_or_default().to_vec() {
            let context = step
                .session
                .get("sql_mode")
                .map(|mode| CreationContext { sql_mode: mode.clone(), ..CreationContext::default() });
            let done = self.working.parse(&step.sql).map(without_clause);
            let done = done.and_then(|statement| self.run(&statement, context.as_ref()));
            done.map_err(|error| refused(step.object, step.sql, error))?;
        }
        Ok(())
    }
}

/// The objects whose fingerprints differ.
fn changed(before: &Fingerprints, after: &Fingerprints) -> BTreeMap<ObjectKey, [Option<Fingerprint>; 2]> {
    let keys = before.keys().chain(after.keys());
    let pairs = keys.map(|key| (key, [before.get(key), after.get(key)]));
    let differing = pairs.filter(|(_, [before, after])| before != after);
    differing.map(|(key, sides)| (key.clone(), sides.map(Option::<&Fingerprint>::cloned))).collect()
}

pub(crate) fn refused(object: ObjectKey, sql: String, error: ExecuteError) -> PlanError {
    match error {
        ExecuteError::Refused(error) => {
            PlanError::Refused { object, errno: error.errno, message: error.message, sql }
        }
        ExecuteError::Unsupported(unsupported) => {
            PlanError::Unsupported { object, construct: unsupported.construct, sql }
        }
        other => PlanError::Unsupported { object, construct: other.to_string(), sql },
    }
}
