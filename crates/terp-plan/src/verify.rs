//! Whether a plan does what it says, on the database that it is about to be applied to.

use terp_schema_model::{Flavor, Schema};
use terp_sql::ast::{AlterActionKind, Statement, StatementKind};
use terp_sql::lexer::LexOptions;
use terp_sql::splitter::{SplitMode, split};
use terp_sql::{Session, SqlMode};

use crate::error::PlanError;
use crate::fingerprint::Fingerprints;
use crate::plan::Step;
use crate::position::{forward, is_done};
use crate::working::Working;

/// Executes steps on the engine, from the schema that the database has, and looks at what becomes of it: a file that was changed by hand, or was written for
/// another database, shows here and not half-way.
///
/// # Errors
/// [`PlanError::Refused`] and [`PlanError::Unsupported`] as the engine says, [`PlanError::OtherEffect`] where a statement does something else.
pub fn verify(steps: &[Step], current: &Schema, flavor: Flavor, session: &Session) -> Result<(), PlanError> {
    let mut working = Working::new(current, flavor, session)?;
    let mut expected: Fingerprints = working.fingerprints();
    for step in steps {
        only_what_planners_write(step, flavor)?;
        let (object, sql) = (step.object.clone(), step.sql.clone());
        let done = working.parse(&step.sql).and_then(|statement| {
            let mode = step.session.get("sql_mode").and_then(|mode| SqlMode::parse(mode).ok());
            let before = mode.map(|mode| working.set_sql_mode(mode));
            let done = working.execute(&without_clause(statement));
            if let Some(before) = before {
                working.set_sql_mode(before);
            }
            done
        });
        done.map_err(|error| crate::planner::refused(object, sql, error))?;
        forward(&mut expected, step);
        if !is_done(&working.fingerprints_of(step.effect.keys()), step) {
            return Err(PlanError::OtherEffect { step: step.number, object: step.object.clone() });
        }
    }
    let other = working.fingerprints().into_iter().find(|(key, print)| expected.get(key) != Some(print));
    match (other, steps.last()) {
        (Some((key, _)), Some(step)) => Err(PlanError::OtherEffect { step: step.number, object: key }),
        _ => Ok(()),
    }
}

/// A plan file is read from wherever it was kept: what it makes a session run beside its statements is looked at too.
fn only_what_planners_write(step: &Step, flavor: Flavor) -> Result<(), PlanError> {
    let changed = |what| Err(PlanError::Changed { step: step.number, what });
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

/// Without ALGORITHM and LOCK: whether the server does it in that way it says itself.
fn without_clause(mut statement: Statement) -> Statement {
    if let StatementKind::AlterTable(alter) = &mut statement.kind {
        alter.actions.retain(|action| {
            !matches!(action.kind, AlterActionKind::Algorithm(_) | AlterActionKind::Lock(_))
        });
    }
    statement
}
