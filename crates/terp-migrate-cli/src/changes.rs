//! `apply`, `resume` and `rollback`.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, IsTerminal as _};

use terp_cli::config::{self, ConfigFile};
use terp_cli::live::connect_options;
use terp_cli::{Exit, Failure, Format, Outcome, one_line, print, say};
use terp_migrate::{
    Applied, ApplyOptions, Managed, MigrateError, MigrateErrorKind, Migrator, RollbackOptions, RunKind,
    RunRecord, RunState,
};
use terp_plan::{Plan, Stage};
use tokio::runtime::Runtime;

use crate::args::{AbandonArgs, ApplyArgs, ResumeArgs, RollbackArgs, RunArgs, Target};
use crate::plan::to_declared;
use crate::progress::tell;

/// A database, and what runs what is asked of it.
pub(crate) struct Session {
    migrator: Migrator,
    runtime: Runtime,
    pub(crate) config: Option<ConfigFile>,
}

impl Session {
    pub(crate) fn open(target: &Target, run: Option<(&RunArgs, Option<Stage>)>) -> Result<Self, Failure> {
        let config = config::load(target.config.as_deref(), std::path::Path::new("."))?;
        let connect = connect_options(&target.database, config.as_ref())?;
        let Some(database) = connect.database.clone() else {
            return Err(Failure::usage(
                "which database is meant is not said: name it (--database database:NAME, or at the end of the URL), or in terp.toml, \
                 DB_NAME or DATABASE_URL",
            ));
        };
        let mut options = ApplyOptions { actor: actor(), host: host(), ..ApplyOptions::default() };
        options.left_out.extend(target.left_out.iter().cloned());
        if let Some((run, up_to)) = run {
            options.reason.clone_from(&run.reason);
            options.lock_wait = run.lock_wait;
            options.lock_attempts = run.lock_attempts.max(1);
            options.runner_wait = run.wait;
            options.up_to = up_to;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::failed(format!("cannot start: {error}")))?;
        Ok(Self { migrator: Migrator::new(connect, database, options), runtime, config })
    }

    pub(crate) fn current(&self) -> Result<Managed, Failure> {
        self.runtime.block_on(self.migrator.current()).map_err(|error| failure(&error))
    }

    pub(crate) fn history(&self) -> Result<Vec<RunRecord>, Failure> {
        self.runtime.block_on(self.migrator.history()).map_err(|error| failure(&error))
    }
}

/// Who it is, as far as the machine tells.
fn actor() -> String {
    ["TERP_ACTOR", "USER", "LOGNAME"].iter().find_map(|name| env::var(name).ok()).unwrap_or_default()
}

fn host() -> String {
    let named = fs::read_to_string("/etc/hostname").map(|name| name.trim().to_owned());
    named.ok().or_else(|| env::var("HOSTNAME").ok()).unwrap_or_default()
}

/// How an error ends the command, and what to do about it.
fn failure(error: &MigrateError) -> Failure {
    let exit = match error.kind() {
        MigrateErrorKind::Connection => Exit::Connection,
        MigrateErrorKind::Refused => Exit::Refused,
        MigrateErrorKind::Stopped => Exit::Stopped,
        _ => Exit::Findings,
    };
    let mut text = error.to_string();
    let source = std::error::Error::source(error).map(one_line);
    if let Some(source) = source.filter(|source| !text.contains(source.as_str())) {
        text = format!("{text}: {source}");
    }
    if let Some(run) =
        error.run().filter(|_| exit == Exit::Stopped || matches!(error, MigrateError::Unfinished(_)))
    {
        text += &format!(
            "\n  to go on:        terp-migrate resume --yes\n  to take it back: terp-migrate rollback --to-run {run} --yes"
        );
        if matches!(error, MigrateError::Ambiguous { .. }) {
            text += &format!(
                "\n  both once the object is as it was, or as it was to be; to leave all as it is: terp-migrate abandon --run {run} --reason TEXT --yes"
            );
        }
    }
    Failure::new(exit, text)
}

/// Asks a person; without one nothing is done unless it was said beforehand.
fn confirm(yes: bool, what: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        let text = format!("{what} is not done without a terminal to ask at, or --yes");
        return Err(Failure::new(Exit::Refused, text));
    }
    say(&format!("{what}? Type yes to go on:"));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Failure::failed(format!("cannot read the answer: {error}")))?;
    if answer.trim() == "yes" { Ok(()) } else { Err(Failure::new(Exit::Refused, "nothing was done")) }
}

pub(crate) fn apply(args: &ApplyArgs) -> Outcome {
    let session = Session::open(&args.target, Some((&args.run, args.stage)))?;
    let plan = match (&args.plan, &args.to) {
        (Some(path), _) => {
            let text = fs::read_to_string(path).map_err(|error| Failure::path(path, &error))?;
            Plan::from_json(&text).map_err(|error| Failure::path(path, &error))?
        }
        (None, Some(source)) => {
            let own = config::load(args.target.config.as_deref(), source.path())?;
            let config = own.as_ref().or(session.config.as_ref());
            to_declared(&session.current()?, source, &[], false, config)?
        }
        (None, None) => return Err(Failure::usage("neither --plan nor --to is given")),
    };
    let up_to = args.stage.unwrap_or(Stage::Contract);
    if args.dry_run {
        let current = session.current()?;
        let Some(done) = plan.position(&current.prints) else {
            return Err(Failure::new(Exit::Refused, "the plan was made for another state of this database"));
        };
        let mut left = plan.clone();
        left.steps = plan.steps.into_iter().skip(done).take_while(|step| step.stage <= up_to).collect();
        return show(&left, args.output.format);
    }
    let steps = plan.steps.iter().filter(|step| step.stage <= up_to).count();
    if steps == 0 {
        return end(args.output.format, "nothing to do");
    }
    if !args.run.yes && io::stdin().is_terminal() {
        // Nobody can agree to what is not shown.
        say(&plan.to_text());
    }
    confirm(args.run.yes, &format!("applying {steps} steps"))?;
    let format = args.output.format;
    let mut events = |event: terp_migrate::Event<'_>| tell(format, &event);
    let applied = session.runtime.block_on(session.migrator.apply(&plan, &mut events));
    let error = match applied {
        Ok(applied) => return done(format, &applied),
        Err(error) => error,
    };
    let first = failure(&error);
    match error.run().filter(|_| args.rollback_on_error && error.kind() == MigrateErrorKind::Stopped) {
        Some(run) => {
            say(&format!("error: {first}"));
            say(&format!("run {run}: taking it back"));
            let back = session.migrator.rollback(run, RollbackOptions::default(), &mut events);
            session.runtime.block_on(back).map_err(|error| failure(&error))?;
            Err(Failure::failed(format!("run {run} failed and was taken back; nothing of it is left")))
        }
        None => Err(first),
    }
}

pub(crate) fn resume(args: &ResumeArgs) -> Outcome {
    let session = Session::open(&args.target, Some((&args.run, None)))?;
    confirm(args.run.yes, "going on with the run that stopped")?;
    let format = args.output.format;
    let mut events = |event: terp_migrate::Event<'_>| tell(format, &event);
    let applied = session.runtime.block_on(session.migrator.resume(&mut events));
    done(format, &applied.map_err(|error| failure(&error))?)
}

pub(crate) fn rollback(args: &RollbackArgs) -> Outcome {
    let session = Session::open(&args.target, Some((&args.run, None)))?;
    let history = session.history()?;
    let open = |run: &&RunRecord| {
        run.kind == RunKind::Apply && !matches!(run.state, RunState::RolledBack | RunState::Abandoned)
    };
    let Some(wanted) = args.to_run else {
        let lines: Vec<String> = history.iter().filter(open).map(crate::history::line).collect();
        if lines.is_empty() {
            return end(args.output.format, "there is no run that could be taken back");
        }
        print(&lines.concat())?;
        return Ok(Exit::Clean);
    };
    if !history.iter().filter(open).any(|run| run.run == wanted) {
        return Err(Failure::usage(format!(
            "there is no run {wanted} that could be taken back; see rollback --list"
        )));
    }
    let mut runs: Vec<u64> =
        history.iter().filter(open).map(|run| run.run).filter(|run| *run >= wanted).collect();
    runs.reverse();
    let options = RollbackOptions { accept_loss: args.force };
    let format = args.output.format;
    let mut events = |event: terp_migrate::Event<'_>| tell(format, &event);
    if args.dry_run {
        // Only the newest can be looked at as it would be run: the others begin where it ends.
        let newest = runs.first().copied().unwrap_or(wanted);
        let plan = session.migrator.rollback_plan(newest, options, &mut events);
        let plan = session.runtime.block_on(plan).map_err(|error| failure(&error))?;
        if runs.len() > 1 {
            say(&format!("{} runs would be taken back; this is the newest, run {newest}", runs.len()));
        }
        return show(&plan, format);
    }
    let list = runs.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
    confirm(args.run.yes, &format!("taking back run {list}"))?;
    for run in runs {
        let back = session.migrator.rollback(run, options, &mut events);
        let applied = session.runtime.block_on(back).map_err(|error| failure(&error))?;
        done(format, &applied)?;
    }
    Ok(Exit::Clean)
}

pub(crate) fn abandon(args: &AbandonArgs) -> Outcome {
    let mut session = Session::open(&args.target, None)?;
    confirm(args.yes, &format!("giving up run {}", args.run))?;
    session.migrator = session.migrator.because(&args.reason);
    let given_up = session.runtime.block_on(session.migrator.abandon(args.run, &mut |_| {}));
    given_up.map_err(|error| failure(&error))?;
    end(Format::Text, &format!("run {} is given up; what it did stays", args.run))
}

fn show(plan: &Plan, format: Format) -> Outcome {
    match format {
        Format::Text => print(&plan.to_text())?,
        Format::Json => print(&plan.to_json())?,
    }
    Ok(Exit::Clean)
}

fn done(format: Format, applied: &Applied) -> Outcome {
    if applied.changed_meanwhile {
        say("warning: somebody else changed something in the database meanwhile");
    }
    match applied.run {
        Some(run) => end(format, &format!("run {run}: {} steps done", applied.steps)),
        None => end(format, "nothing to do"),
    }
}

fn end(format: Format, text: &str) -> Outcome {
    if format == Format::Text {
        print(&format!("{text}\n"))?;
    }
    Ok(Exit::Clean)
}
