//! Whether a plan does what it says, on the database that it is about to be applied to.

use std::collections::BTreeSet;

use terp_drift::ObjectKind;
use terp_schema_model::{Flavor, Schema, Table};
use terp_sql::ast::{AlterActionKind, Statement, StatementKind};
use terp_sql::lexer::LexOptions;
use terp_sql::splitter::{SplitMode, split};
use terp_sql::{Session, SqlMode};

use crate::classify::losses_between;
use crate::error::PlanError;
use crate::fingerprint::ObjectKey;
use crate::plan::Step;
use crate::position::forward;
use crate::working::Working;

/// Executes steps on the engine, from the schema that the database has, and looks at what becomes of it: a file that was changed by hand, or was written for
/// another database, shows here and not half-way.
///
/// # Errors
/// [`PlanError::Refused`] and [`PlanError::Unsupported`] as the engine says, [`PlanError::OtherEffect`] where a statement does something else.
pub fn verify(steps: &[Step], current: &Schema, flavor: Flavor, session: &Session) -> Result<(), PlanError> {
    let mut working = Working::new(current, flavor, session)?;
    let mut expected = working.fingerprints();
    for step in steps {
        only_what_planners_write(step, flavor)?;
        let (object, sql) = (step.object.clone(), step.sql.clone());
        let table = working.table(&step.object.name).cloned();
        let mut renames = false;
        let done = working.parse(&step.sql).and_then(|statement| {
            renames = is_rename(&statement);
            let mode = step.session.get("sql_mode").and_then(|mode| SqlMode::parse(mode).ok());
            let before = mode.map(|mode| working.set_sql_mode(mode));
            let done = working.execute(&without_clause(statement));
            if let Some(before) = before {
                working.set_sql_mode(before);
            }
            done
        });
        let effect = done.map_err(|error| crate::planner::refused(object, sql, error))?;
        if effect.passed_over.is_some() {
            return Err(PlanError::Changed { step: step.number, what: "a statement" });
        }
        forward(&mut expected, step);
        if step.object.kind == ObjectKind::Table && !renames {
            names_losses(step, table.as_ref(), working.table(&step.object.name), flavor)?;
        }
        // What the statement touches, whether the step speaks of it or not.
        let mut keys: BTreeSet<ObjectKey> = step.effect.keys().cloned().collect();
        keys.extend(effect.tables.iter().map(|table| ObjectKey::table(&table.name)));
        let now = working.fingerprints_of(&keys);
        let of_tables = keys.iter().all(|key| key.kind == ObjectKind::Table);
        let other = if of_tables {
            keys.into_iter().find(|key| now.get(key) != expected.get(key))
        } else {
            now.keys().chain(expected.keys()).find(|key| now.get(key) != expected.get(key)).cloned()
        };
        if let Some(object) = other {
            return Err(PlanError::OtherEffect { step: step.number, object });
        }
    }
    let now = working.fingerprints();
    let other = now.keys().chain(expected.keys()).find(|key| now.get(key) != expected.get(key));
    match (other, steps.last()) {
        (Some(object), Some(step)) => {
            Err(PlanError::OtherEffect { step: step.number, object: object.clone() })
        }
        _ => Ok(()),
    }
}

/// A plan file is read from wherever it was kept: what it makes a session run beside its statements is looked at too.
fn only_what_planners_write(step: &Step, flavor: Flavor) -> Result<(), PlanError> {
    let changed = |what| Err(PlanError::Changed { step: step.number, what });
    if step.effect.is_empty() {
        return changed("no effect");
    }
    let mut variables = step.session.keys().chain(step.inverse.session.keys());
    if variables.any(|name| name != "sql_mode") {
        return changed("a variable");
    }
    let is_probe = |sql: &String| {
        let statements = split(sql, &LexOptions::new(flavor), SplitMode::Server).statements.len();
        statements == 1 && sql.starts_with("SELECT 1 FROM `") && sql.ends_with(" LIMIT 1")
    };
    let mut probes = step.losses.iter().chain(&step.inverse.losses).filter_map(|loss| loss.probe.as_ref());
    if probes.all(is_probe) { Ok(()) } else { changed("a query") }
}

/// A rename takes everything along, though by names alone it would look as if one thing went and another came.
fn is_rename(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::RenameTable(_) => true,
        StatementKind::AlterTable(alter) => {
            alter.actions.iter().any(|action| matches!(action.kind, AlterActionKind::RenameColumn { .. }))
        }
        _ => false,
    }
}

/// A step has to name what it destroys, and what taking it back does: on that it depends whether a rollback is refused.
fn names_losses(
    step: &Step,
    before: Option<&Table>,
    after: Option<&Table>,
    flavor: Flavor,
) -> Result<(), PlanError> {
    let named = [
        (losses_between(before, after, flavor), &step.losses),
        (losses_between(after, before, flavor), &step.inverse.losses),
    ];
    let all = named.iter().all(|(found, named)| found.iter().all(|loss| named.contains(loss)));
    if all { Ok(()) } else { Err(PlanError::Changed { step: step.number, what: "a list of losses" }) }
}

/// Without ALGORITHM and LOCK: whether the server does it in that way it says itself.
pub(crate) fn without_clause(mut statement: Statement) -> Statement {
    if let StatementKind::AlterTable(alter) = &mut statement.kind {
        alter.actions.retain(|action| {
            !matches!(action.kind, AlterActionKind::Algorithm(_) | AlterActionKind::Lock(_))
        });
    }
    statement
}
