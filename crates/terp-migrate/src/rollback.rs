//! Taking a run back.

use terp_plan::{Step, is_done};

use crate::apply::{Applied, Migrator, Work};
use crate::error::{MigrateError, What};
use crate::event::Events;
use crate::journal::{self, Run, RunKind, RunState, StepState};
use crate::probe::{self, Outcome};

/// How a run is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RollbackOptions {
    /// Takes it back although what was written since is lost, or what it destroyed does not come back: the schema only.
    pub accept_loss: bool,
}

/// What taking a run back would do.
struct Way {
    /// The steps that were done, in their order.
    steps: Vec<Step>,
    /// What speaks against it.
    losses: Vec<String>,
}

impl Migrator {
    /// Takes back a run: its steps, the last first, as a run of its own that can be resumed like any other.
    ///
    /// # Errors
    /// [`MigrateError::Irreversible`] before anything is done, where data would be lost.
    pub async fn rollback(
        &self,
        run: u64,
        options: RollbackOptions,
        events: Events<'_>,
    ) -> Result<Applied, MigrateError> {
        let mut work = self.lock(self.options.runner_wait, events).await?;
        let result = self.rollback_locked(&mut work, run, options, events).await;
        self.unlock(work).await;
        result
    }

    /// What taking back a run would run, in order; nothing is changed.
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback).
    pub async fn rollback_plan(
        &self,
        run: u64,
        options: RollbackOptions,
        events: Events<'_>,
    ) -> Result<terp_plan::Plan, MigrateError> {
        let mut work = self.lock(self.options.runner_wait, events).await?;
        let result = match find(&mut work, run).await {
            Ok(run) => self.way_back(&mut work, &run, options).await,
            Err(error) => Err(error),
        };
        self.unlock(work).await;
        result
    }

    async fn rollback_locked(
        &self,
        work: &mut Work,
        run: u64,
        options: RollbackOptions,
        events: Events<'_>,
    ) -> Result<Applied, MigrateError> {
        let run = find(work, run).await?;
        if let Some(other) = journal::unfinished(&mut work.connection).await?
            && other.id != run.id
        {
            return Err(MigrateError::Unfinished(other.id));
        }
        let plan = self.way_back(work, &run, options).await?;
        if plan.steps.is_empty() {
            journal::end(&mut work.connection, run.id, RunState::RolledBack, None).await?;
            return Ok(Applied { run: None, steps: 0, changed_meanwhile: false });
        }
        if options.accept_loss {
            journal::create(&mut work.connection).await?;
            let detail =
                format!("run {}: {}", run.id, self.options.reason.as_deref().unwrap_or("no reason given"));
            journal::audit(&mut work.connection, &self.author(), "rollback with loss", &detail).await?;
        }
        let back = self.begin(work, RunKind::Rollback, Some(run.id), plan).await?;
        self.carry_out(work, &back, events).await
    }

    async fn way_back(
        &self,
        work: &mut Work,
        run: &Run,
        options: RollbackOptions,
    ) -> Result<terp_plan::Plan, MigrateError> {
        let way = way(work, run).await?;
        let prints = &work.managed.prints;
        // What others changed since is not ours to take back, and would be lost.
        let mut standing = prints.clone();
        for step in way.steps.iter().rev() {
            if !is_done(&standing, step) {
                let differences = vec![step.object.to_string()];
                return Err(MigrateError::OtherState { differences });
            }
            terp_plan::backward(&mut standing, step);
        }
        let steps: Vec<&Step> = way.steps.iter().collect();
        let mut against: Vec<String> = if options.accept_loss { Vec::new() } else { way.losses };
        let plan = match run.plan.reversed(&steps, prints) {
            Ok(plan) => plan,
            Err(without) => {
                let because = |number: &u32| {
                    let step = run.plan.steps.iter().find(|step| step.number == *number);
                    let because = step.map_or("", |step| step.inverse.because.as_str());
                    format!("step {number}: {because}")
                };
                against.extend(without.iter().map(because));
                return Err(MigrateError::Irreversible { run: run.id, steps: against });
            }
        };
        if !against.is_empty() {
            return Err(MigrateError::Irreversible { run: run.id, steps: against });
        }
        let managed = &work.managed;
        terp_plan::verify(&plan.steps, &managed.schema, managed.flavor, &managed.session)?;
        Ok(plan)
    }
}

async fn find(work: &mut Work, id: u64) -> Result<Run, MigrateError> {
    let none = || MigrateError::NoRun(id.to_string());
    if !journal::exists(&mut work.connection).await? {
        return Err(none());
    }
    let run = journal::run(&mut work.connection, id).await?.ok_or_else(none)?;
    if matches!(run.state, RunState::RolledBack | RunState::Abandoned)
        || run.kind == RunKind::Rollback && run.state != RunState::Done
    {
        return Err(MigrateError::NoRun(format!("run {id} is {}", run.state.as_str())));
    }
    Ok(run)
}

/// The steps that were done, and what taking them back would lose.
async fn way(work: &mut Work, run: &Run) -> Result<Way, MigrateError> {
    let mut way = Way { steps: Vec::new(), losses: Vec::new() };
    for (number, state, lost) in journal::steps(&mut work.connection, run.id).await? {
        let Some(step) = run.plan.steps.iter().find(|step| step.number == number) else {
            return Err(MigrateError::Journal {
                run: run.id,
                reason: format!("step {number} is not in its plan"),
            });
        };
        let done = match state {
            StepState::Applied => true,
            StepState::Planned => false,
            StepState::Intent | StepState::Failed => {
                match probe::step(&mut work.connection, &work.managed.reader, step).await? {
                    Outcome::Done => true,
                    Outcome::NotDone => false,
                    Outcome::Neither(object) => {
                        let object = object.to_string();
                        return Err(MigrateError::Ambiguous { run: run.id, step: number, object });
                    }
                }
            }
        };
        if !done {
            continue;
        }
        // Without a note of what was there, there may have been anything.
        let destroyed = match (step.losses.is_empty(), lost.as_deref()) {
            (true, _) | (false, Some("")) => None,
            (false, Some(lost)) => Some(lost.to_owned()),
            (false, None) => Some(step.inverse.because.clone()),
        };
        way.losses.extend(destroyed.map(|lost| format!("step {number} destroyed {lost}")));
        for loss in &step.inverse.losses {
            let is_there = match &loss.probe {
                Some(sql) => {
                    let rows = work.connection.query(sql).await;
                    !rows.what("look for what would be lost")?.rows.is_empty()
                }
                None => true,
            };
            if is_there {
                way.losses.push(format!("step {number}: {} would be lost ({})", loss.what, loss.place));
            }
        }
        way.steps.push(step.clone());
    }
    Ok(way)
}
