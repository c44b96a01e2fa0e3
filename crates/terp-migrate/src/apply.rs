//! Applying a plan, and taking up a run again.

mod steps;

use std::time::Duration;

use terp_mysql::{ConnectOptions, Connection, IntrospectOptions, introspect};
use terp_plan::{Fingerprints, ObjectKey, Plan, Stage, Step, fingerprint_of_all, forward};

use crate::database::{Managed, managed};
use crate::error::MigrateError;
use crate::event::{Event, Events};
use crate::history::{self, RunRecord};
use crate::journal::{self, Author, Run, RunKind, RunState, StepState};
use crate::probe::{self, Outcome};
use crate::{lock, session};

/// How a run is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplyOptions {
    /// Who makes it.
    pub actor: String,
    /// On which machine.
    pub host: String,
    /// Why, where somebody says.
    pub reason: Option<String>,
    /// Up to which stage; all where none is named.
    pub up_to: Option<Stage>,
    /// Tables that other tools keep in the database for themselves: no part of its schema.
    pub left_out: Vec<String>,
    /// How long a statement waits for its table before it lets those go by who wait behind it. Default: 3 s.
    pub lock_wait: Duration,
    /// How often a statement is tried while its table is in use. Default: 10.
    pub lock_attempts: u32,
    /// How long another runner's end is waited for. Default: not at all.
    pub runner_wait: Duration,
    /// How often a lost connection is made again in one run. Default: 5.
    pub reconnects: u32,
}

impl Default for ApplyOptions {
    fn default() -> Self {
        Self {
            actor: String::new(),
            host: String::new(),
            reason: None,
            up_to: None,
            left_out: vec!["__drizzle_migrations".to_owned()],
            lock_wait: Duration::from_secs(3),
            lock_attempts: 10,
            runner_wait: Duration::ZERO,
            reconnects: 5,
        }
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// The run's number in the journal; `None` where there was nothing to do.
    pub run: Option<u64>,
    /// How many steps it had.
    pub steps: usize,
    /// Whether others changed something beside it meanwhile.
    pub changed_meanwhile: bool,
}

/// A database whose schema is changed.
#[derive(Debug, Clone)]
pub struct Migrator {
    pub(crate) connect: ConnectOptions,
    pub(crate) database: String,
    pub(crate) options: ApplyOptions,
}

/// A session that holds the lock, and what the database is.
pub(crate) struct Work {
    pub(crate) connection: Connection,
    pub(crate) managed: Managed,
}

impl Migrator {
    /// For a database of a server.
    pub fn new(connect: ConnectOptions, database: impl Into<String>, options: ApplyOptions) -> Self {
        Self { connect, database: database.into(), options }
    }

    /// The same, with a reason for the journal.
    #[must_use]
    pub fn because(&self, reason: &str) -> Self {
        let options = ApplyOptions { reason: Some(reason.to_owned()), ..self.options.clone() };
        Self { options, ..self.clone() }
    }

    /// Reads the database, without what tools keep there for themselves.
    ///
    /// # Errors
    /// It can't be read, or not everything in it is understood.
    pub async fn current(&self) -> Result<Managed, MigrateError> {
        let introspection = introspect(&self.connect, &self.database, &IntrospectOptions::default()).await?;
        managed(&introspection, &self.options.left_out)
    }

    /// What the journal tells, the newest run last.
    ///
    /// # Errors
    /// It can't be read, or was written by a later version.
    pub async fn history(&self) -> Result<Vec<RunRecord>, MigrateError> {
        let mut connection = session::open(&self.connect, &self.database, self.options.lock_wait).await?;
        let history = history::read(&mut connection).await;
        // Nothing hangs on how the session ends.
        let _ = connection.close().await;
        history
    }

    /// Applies what is left of a plan. One that is applied already is nothing to do.
    ///
    /// # Errors
    /// [`MigrateError`]; its kind says whether something was changed.
    pub async fn apply(&self, plan: &Plan, events: Events<'_>) -> Result<Applied, MigrateError> {
        let mut work = self.lock(self.options.runner_wait, events).await?;
        let result = self.apply_locked(&mut work, plan, events).await;
        self.unlock(work).await;
        result
    }

    /// Takes up the run that is not finished, if there is one, and brings it to its end.
    ///
    /// # Errors
    /// [`MigrateError`].
    pub async fn resume(&self, events: Events<'_>) -> Result<Applied, MigrateError> {
        // The statement of a runner that is gone goes on, and with it its lock.
        let wait = self.options.runner_wait.max(Duration::from_secs(3600));
        let mut work = self.lock(wait, events).await?;
        let result = self.resume_locked(&mut work, events).await;
        self.unlock(work).await;
        result
    }

    /// Gives a run up that can neither be resumed nor taken back, because somebody else changed what it works on. Its steps stay as they are, and the next plan
    /// begins there; the audit table has an entry.
    ///
    /// # Errors
    /// [`MigrateError::NoRun`], if there is no unfinished run of that number.
    pub async fn abandon(&self, run: u64, events: Events<'_>) -> Result<(), MigrateError> {
        let mut work = self.lock(self.options.runner_wait, events).await?;
        let result = self.abandon_locked(&mut work, run).await;
        self.unlock(work).await;
        result
    }

    async fn abandon_locked(&self, work: &mut Work, run: u64) -> Result<(), MigrateError> {
        let connection = &mut work.connection;
        let none = || MigrateError::NoRun(run.to_string());
        if !journal::exists(connection).await? {
            return Err(none());
        }
        let found = journal::run(connection, run).await?.ok_or_else(none)?;
        if !matches!(found.state, RunState::Running | RunState::Stopped) {
            return Err(MigrateError::NoRun(format!("run {run} is {}", found.state.as_str())));
        }
        let detail = format!("run {run}: {}", self.options.reason.as_deref().unwrap_or("no reason given"));
        journal::audit(connection, &self.author(), "run abandoned", &detail).await?;
        journal::end(connection, run, RunState::Abandoned, Some("abandoned")).await
    }

    /// Connects, takes the lock, and reads the database.
    pub(crate) async fn lock(&self, wait: Duration, events: Events<'_>) -> Result<Work, MigrateError> {
        let mut connection = session::open(&self.connect, &self.database, self.options.lock_wait).await?;
        let mut waited = Duration::ZERO;
        let turn = Duration::from_secs(1);
        loop {
            match lock::take(&mut connection, &self.database, turn.min(wait.saturating_sub(waited))).await {
                Ok(()) => break,
                Err(MigrateError::Locked(holders)) if waited < wait => {
                    holders.iter().for_each(|holder| events(Event::Orphan(holder)));
                    waited += turn;
                }
                Err(error) => return Err(error),
            }
        }
        let managed = self.current().await?;
        session::collate(&mut connection, &managed.session).await?;
        session::check_writable(&mut connection).await?;
        Ok(Work { connection, managed })
    }

    pub(crate) async fn unlock(&self, mut work: Work) {
        lock::release(&mut work.connection, &self.database).await;
        let _ = work.connection.close().await;
    }

    async fn apply_locked(
        &self,
        work: &mut Work,
        plan: &Plan,
        events: Events<'_>,
    ) -> Result<Applied, MigrateError> {
        let flavor = work.managed.flavor;
        let same = plan.flavor.vendor == flavor.vendor
            && (plan.flavor.version.major, plan.flavor.version.minor)
                == (flavor.version.major, flavor.version.minor);
        if !same {
            return Err(MigrateError::OtherServer {
                plan: plan.flavor.to_string(),
                server: flavor.to_string(),
            });
        }
        if journal::exists(&mut work.connection).await?
            && let Some(run) = journal::unfinished(&mut work.connection).await?
        {
            return Err(MigrateError::Unfinished(run.id));
        }
        let prints = work.managed.prints.clone();
        let Some(done) = plan.position(&prints) else {
            return Err(MigrateError::OtherState { differences: differences(plan, &prints) });
        };
        let up_to = self.options.up_to.unwrap_or(Stage::Contract);
        let left = plan.steps.iter().skip(done);
        let steps: Vec<Step> = left.take_while(|step| step.stage <= up_to).cloned().collect();
        if steps.is_empty() {
            return Ok(Applied { run: None, steps: 0, changed_meanwhile: false });
        }
        let managed = &work.managed;
        terp_plan::verify(&steps, &managed.schema, managed.flavor, &managed.session)?;
        let mut after = prints.clone();
        steps.iter().for_each(|step| forward(&mut after, step));
        let part = Plan {
            before: fingerprint_of_all(&prints),
            after: fingerprint_of_all(&after),
            steps,
            ..plan.clone()
        };
        let run = self.begin(work, RunKind::Apply, None, part).await?;
        self.carry_out(work, &run, events).await
    }

    /// Writes a run down before anything is done.
    pub(crate) async fn begin(
        &self,
        work: &mut Work,
        kind: RunKind,
        of_run: Option<u64>,
        plan: Plan,
    ) -> Result<Run, MigrateError> {
        journal::create(&mut work.connection).await?;
        let server = work.managed.flavor.to_string();
        let reason = self.options.reason.as_deref();
        let id = journal::begin(&mut work.connection, kind, of_run, &plan, &server, &self.author(), reason)
            .await?;
        Ok(Run { id, kind, of_run, state: RunState::Running, plan })
    }

    pub(crate) fn author(&self) -> Author {
        Author {
            actor: self.options.actor.clone(),
            host: self.options.host.clone(),
            tool: format!("terp {}", env!("CARGO_PKG_VERSION")),
        }
    }

    async fn resume_locked(&self, work: &mut Work, events: Events<'_>) -> Result<Applied, MigrateError> {
        let nothing = Applied { run: None, steps: 0, changed_meanwhile: false };
        if !journal::exists(&mut work.connection).await? {
            return Ok(nothing);
        }
        match journal::unfinished(&mut work.connection).await? {
            Some(run) => self.carry_out(work, &run, events).await,
            None => Ok(nothing),
        }
    }

    /// Brings a run to its end, on a new connection where one is lost.
    pub(crate) async fn carry_out(
        &self,
        work: &mut Work,
        run: &Run,
        events: Events<'_>,
    ) -> Result<Applied, MigrateError> {
        let mut reconnects = self.options.reconnects;
        loop {
            let error = match self.attempt(work, run, events).await {
                Ok(applied) => return Ok(applied),
                Err(error) => error,
            };
            if !error.is_lost() {
                // The journal says so even if this can't be written: its steps do.
                let _ =
                    journal::end(&mut work.connection, run.id, RunState::Stopped, Some(&error.to_string()))
                        .await;
                return Err(error);
            }
            if reconnects == 0 {
                return Err(MigrateError::Lost { run: run.id, source: Box::new(error) });
            }
            reconnects -= 1;
            events(Event::Reconnecting(&error.to_string()));
            tokio::time::sleep(Duration::from_millis(200)).await;
            match self.lock(Duration::from_secs(3600), events).await {
                Ok(again) => *work = again,
                Err(MigrateError::Connect(_)) if reconnects > 0 => {}
                Err(error) => return Err(MigrateError::Lost { run: run.id, source: Box::new(error) }),
            }
        }
    }

    async fn attempt(&self, work: &mut Work, run: &Run, events: Events<'_>) -> Result<Applied, MigrateError> {
        let states = journal::steps(&mut work.connection, run.id).await?;
        let state = |number: u32| states.iter().find(|(seq, ..)| *seq == number).map(|(_, state, _)| *state);
        let done = states.iter().filter(|(_, state, _)| *state == StepState::Applied).count();
        events(Event::Run { run: run.id, steps: run.plan.steps.len(), done });
        let mut is_known = done == 0 && states.iter().all(|(_, state, _)| *state == StepState::Planned);
        for step in &run.plan.steps {
            if state(step.number) == Some(StepState::Applied) {
                continue;
            }
            // Of the first step after a stop only the schema can say whether it was done.
            if !is_known {
                match probe::step(&mut work.connection, &work.managed.reader, step).await? {
                    Outcome::Done => {
                        journal::step(&mut work.connection, run.id, step.number, StepState::Applied, None)
                            .await?;
                        events(Event::Found(step));
                        is_known = true;
                        continue;
                    }
                    Outcome::NotDone => is_known = true,
                    Outcome::Neither(object) => {
                        let object = object.to_string();
                        return Err(MigrateError::Ambiguous { run: run.id, step: step.number, object });
                    }
                }
            }
            self.step(work, run.id, step, events).await?;
        }
        let applied = self.finish(work, run).await?;
        events(Event::Finished { run: run.id });
        Ok(applied)
    }

    /// Looks at the whole database once all steps are done.
    async fn finish(&self, work: &mut Work, run: &Run) -> Result<Applied, MigrateError> {
        let now = self.current().await?.prints;
        let mut last: Fingerprints = now.clone();
        run.plan.steps.iter().for_each(|step| forward(&mut last, step));
        let keys = run.plan.steps.iter().flat_map(|step| step.effect.keys());
        let mut differing: Vec<&ObjectKey> = keys.filter(|key| now.get(*key) != last.get(*key)).collect();
        differing.sort_unstable();
        differing.dedup();
        if !differing.is_empty() {
            let differences = differing.iter().map(ToString::to_string).collect();
            return Err(MigrateError::NotReached { run: run.id, differences });
        }
        if let Some(taken_back) = run.of_run {
            journal::end(&mut work.connection, taken_back, RunState::RolledBack, None).await?;
        }
        journal::end(&mut work.connection, run.id, RunState::Done, None).await?;
        let changed_meanwhile = fingerprint_of_all(&now) != run.plan.after;
        Ok(Applied { run: Some(run.id), steps: run.plan.steps.len(), changed_meanwhile })
    }
}

/// What is known to differ from where a plan begins: what its steps change first.
fn differences(plan: &Plan, prints: &Fingerprints) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let mut out = Vec::new();
    for step in &plan.steps {
        for (key, [before, _]) in &step.effect {
            if seen.insert(key) && prints.get(key) != before.as_ref() {
                out.push(key.to_string());
            }
        }
    }
    if out.is_empty() {
        out.push("objects that the plan does not change".to_owned());
    }
    out
}
