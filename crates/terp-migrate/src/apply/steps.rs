//! One step: written down, sent, looked at, written down.

use std::time::{Duration, Instant};

use terp_drift::ObjectKind;
use terp_mysql::QueryError;
use terp_plan::{APPLY_SQL_MODE, Step};

use super::{Migrator, Work};
use crate::error::{MigrateError, What};
use crate::event::{Event, Events};
use crate::journal::{self, StepState};
use crate::lock;
use crate::probe::{self, Outcome};
use crate::session::literal;

/// The longest pause before a step is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The error of a statement that waited for its table in vain.
const LOCK_WAIT_TIMEOUT: u16 = 1205;

impl Migrator {
    pub(super) async fn step(
        &self,
        work: &mut Work,
        run: u64,
        step: &Step,
        events: Events<'_>,
    ) -> Result<(), MigrateError> {
        events(Event::Begun(step));
        self.note_losses(work, run, step).await?;
        journal::step(&mut work.connection, run, step.number, StepState::Intent, None).await?;
        let begun = Instant::now();
        let sent = self.send(work, run, step, events).await;
        match sent {
            Ok(()) => {}
            Err(error) if error.is_lost() => return Err(error),
            Err(error) => return self.refused(work, run, step, error).await,
        }
        match probe::step(&mut work.connection, &work.managed.reader, step).await? {
            Outcome::Done => {}
            Outcome::NotDone => {
                let object = step.object.to_string();
                return Err(MigrateError::NotReached { run, differences: vec![object] });
            }
            Outcome::Neither(object) => {
                return Err(MigrateError::Ambiguous { run, step: step.number, object: object.to_string() });
            }
        }
        journal::step(&mut work.connection, run, step.number, StepState::Applied, None).await?;
        events(Event::Done { step, took: begun.elapsed() });
        Ok(())
    }

    /// A refused statement did nothing, and the schema is asked whether that is so.
    async fn refused(
        &self,
        work: &mut Work,
        run: u64,
        step: &Step,
        error: MigrateError,
    ) -> Result<(), MigrateError> {
        match probe::step(&mut work.connection, &work.managed.reader, step).await? {
            Outcome::NotDone => {
                let text = error.to_string();
                journal::step(&mut work.connection, run, step.number, StepState::Failed, Some(&text)).await?;
                Err(error)
            }
            Outcome::Done => {
                journal::step(&mut work.connection, run, step.number, StepState::Applied, None).await
            }
            Outcome::Neither(object) => {
                Err(MigrateError::Ambiguous { run, step: step.number, object: object.to_string() })
            }
        }
    }

    /// Writes down whether there is something that the step destroys: rolling back needs to know.
    async fn note_losses(&self, work: &mut Work, run: u64, step: &Step) -> Result<(), MigrateError> {
        if step.losses.is_empty() {
            return Ok(());
        }
        let mut lost = Vec::new();
        for loss in &step.losses {
            let is_there = match &loss.probe {
                Some(sql) => {
                    !work.connection.query(sql).await.what("look for what a step destroys")?.rows.is_empty()
                }
                None => true,
            };
            if is_there {
                lost.push(format!("{}: {}", loss.place, loss.what));
            }
        }
        journal::lost(&mut work.connection, run, step.number, &lost.join("; ")).await
    }

    /// Sends the statement, again and again while others use its table.
    async fn send(
        &self,
        work: &mut Work,
        run: u64,
        step: &Step,
        events: Events<'_>,
    ) -> Result<(), MigrateError> {
        for (name, value) in &step.session {
            let sql = format!("SET SESSION {name} = {}", literal(value));
            work.connection.query(&sql).await.what("set up the session for a step")?;
        }
        let result = self.send_patiently(work, run, step, events).await;
        if !step.session.is_empty() && !result.as_ref().is_err_and(MigrateError::is_lost) {
            let sql = format!("SET SESSION sql_mode = '{APPLY_SQL_MODE}'");
            work.connection.query(&sql).await.what("set the session back")?;
        }
        result
    }

    async fn send_patiently(
        &self,
        work: &mut Work,
        run: u64,
        step: &Step,
        events: Events<'_>,
    ) -> Result<(), MigrateError> {
        // The comment stays in the process list, where a statement without its runner is known by it.
        let sql = format!("/* terp run={run} step={} */ {}", step.number, step.sql);
        let mut pause = Duration::from_millis(250);
        let mut attempt = 1;
        loop {
            let source = match work.connection.query(&sql).await {
                Ok(_) => return Ok(()),
                Err(source) => source,
            };
            if !matches!(source, QueryError::Server { errno: LOCK_WAIT_TIMEOUT, .. }) {
                return Err(MigrateError::Step { run, step: step.number, sql: step.sql.clone(), source });
            }
            let holders = match step.object.kind {
                ObjectKind::Table | ObjectKind::View => {
                    let Work { connection, managed } = &mut *work;
                    lock::users_of(connection, managed.flavor, &self.database, &step.object.name).await?
                }
                _ => Vec::new(),
            };
            if attempt >= self.options.lock_attempts {
                return Err(MigrateError::Blocked { run, step: step.number, holders });
            }
            events(Event::Waiting { step, holders: &holders, attempt });
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            attempt += 1;
        }
    }
}
