//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use terp_cli::live::DatabaseSource;
use terp_cli::source::{AnySource, SOURCE_HELP};
use terp_cli::{ColorChoice, Format};
use terp_schema_model::Flavor;

/// Changes the schema of a MySQL or MariaDB database so that every crash can be survived and every change be taken back
///
/// The exit code is 0 when all is well, 1 when there is something to do that was not asked for (plan) or something failed before
/// anything was changed, 2 when the command is called wrongly, 3 when there is no connection, 4 when a safety rule refuses it and
/// nothing was changed, 5 when a run stopped half-way: `terp-migrate resume` goes on, `terp-migrate rollback` takes it back.
#[derive(Debug, Parser)]
#[command(name = "terp-migrate", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Plan(PlanArgs),
    Apply(ApplyArgs),
    Resume(ResumeArgs),
    Rollback(RollbackArgs),
    Abandon(AbandonArgs),
    History(HistoryArgs),
}

/// Which database, and who asks.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// The database: database:, database:NAME or mysql://USER@HOST:PORT/NAME; a password comes from the environment or .my.cnf
    #[arg(long, value_name = "DATABASE", default_value = "database:", value_parser = database)]
    pub(crate) database: DatabaseSource,
    /// The configuration [default: terp.toml in the current folder or above it]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A table that another tool keeps there for itself, besides __drizzle_migrations; may be given more than once
    #[arg(long = "leave-out", value_name = "TABLE")]
    pub(crate) left_out: Vec<String>,
}

/// Who answers, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// How to print: text, or JSON (events as lines while a run goes on)
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub(crate) color: ColorChoice,
}

/// How a run is made.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// Do it without asking; without a terminal nothing is done otherwise
    #[arg(long)]
    pub(crate) yes: bool,
    /// Why, for the journal
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// How long a statement waits for its table before it steps back, as 3s or 500ms (rounded up to seconds)
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = duration)]
    pub(crate) lock_wait: Duration,
    /// How often a statement is tried while its table is in use
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) lock_attempts: u32,
    /// How long another run's end is waited for
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    pub(crate) wait: Duration,
}

/// Plan the way from a database, or from any other schema, to what is declared
///
/// Nothing is changed. The exit code is 0 when there is nothing to do, and 1 when there is.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanArgs {
    /// What the schema is to be
    #[arg(long, value_name = "SOURCE", long_help = SOURCE_HELP)]
    pub(crate) to: AnySource,
    /// What it is, where that is not the database
    #[arg(long, value_name = "SOURCE", conflicts_with = "database")]
    pub(crate) from: Option<AnySource>,
    /// Write the plan into a file, to be applied later
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The same object under another name: OLD=NEW for a table, TABLE.OLD=NEW for a column; may be given more than once
    #[arg(long = "rename", value_name = "OLD=NEW", value_parser = rename)]
    pub(crate) renames: Vec<terp_plan::Rename>,
    /// Move columns to where they are declared, also where the declaration has no order that migrations could keep
    #[arg(long)]
    pub(crate) column_order: bool,
    /// The server that is meant, where no database is read: mysql:VERSION or mariadb:VERSION
    #[arg(long, value_name = "SERVER")]
    pub(crate) server: Option<Flavor>,
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Apply a plan, or plan and apply what is declared
///
/// Each statement is written into a journal in the database before it is sent, and what it changed is looked at afterwards.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct ApplyArgs {
    /// The plan file
    #[arg(long, value_name = "FILE", group = "what")]
    pub(crate) plan: Option<PathBuf>,
    /// What the schema is to be: it is planned now
    #[arg(long, value_name = "SOURCE", group = "what", long_help = SOURCE_HELP)]
    pub(crate) to: Option<AnySource>,
    /// Print what would be run, in order, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Go no further than that stage: 1 adds, 2 constrains, 3 takes away
    #[arg(long, value_name = "N", value_parser = stage)]
    pub(crate) stage: Option<terp_plan::Stage>,
    /// Take everything back when a step fails
    #[arg(long, overrides_with = "no_rollback_on_error")]
    pub(crate) rollback_on_error: bool,
    /// Stop where a step fails, to be resumed (the default)
    #[arg(long, overrides_with = "rollback_on_error")]
    pub(crate) no_rollback_on_error: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Take up the run that stopped or whose runner is gone, and bring it to its end
#[derive(Debug, clap::Args)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Take a run back: its steps, the last first
///
/// Where data would be lost it is refused (exit code 4) and what would be lost is named.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("which").required(true))]
pub(crate) struct RollbackArgs {
    /// List the runs that can be taken back
    #[arg(long, group = "which")]
    pub(crate) list: bool,
    /// Take this run back, and all that came after it, the newest first
    #[arg(long, value_name = "RUN", group = "which")]
    pub(crate) to_run: Option<u64>,
    /// Print what would be run, in order, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take it back although data is lost; needs --reason, and is written into the audit table
    #[arg(long, requires = "reason")]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Give a run up that can neither go on nor be taken back, because somebody else changed what it works on
///
/// What it did stays. The next plan begins with the database as it is; the audit table gets an entry.
#[derive(Debug, clap::Args)]
pub(crate) struct AbandonArgs {
    /// The run
    #[arg(long, value_name = "RUN")]
    pub(crate) run: u64,
    /// Why, for the audit table
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Do it without asking; without a terminal nothing is done otherwise
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// Show what ran when, as the journal in the database has it
#[derive(Debug, clap::Args)]
pub(crate) struct HistoryArgs {
    /// Show the steps of each run
    #[arg(long)]
    pub(crate) steps: bool,
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) output: Output,
}

fn database(text: &str) -> Result<DatabaseSource, String> {
    DatabaseSource::of(text).ok_or_else(|| {
        format!("{text:?} names no database: write database:, database:NAME or mysql://USER@HOST/NAME")
    })
}

fn stage(text: &str) -> Result<terp_plan::Stage, String> {
    let stage = text.parse().ok().and_then(terp_plan::Stage::from_number);
    stage.ok_or_else(|| "a stage is 1, 2 or 3".to_owned())
}

fn rename(text: &str) -> Result<terp_plan::Rename, String> {
    let (from, to) = text.split_once('=').ok_or("a rename is OLD=NEW or TABLE.OLD=NEW")?;
    if from.is_empty() || to.is_empty() {
        return Err("a name is missing".to_owned());
    }
    Ok(match from.split_once('.') {
        Some((table, column)) => {
            terp_plan::Rename::Column { table: table.to_owned(), from: column.to_owned(), to: to.to_owned() }
        }
        None => terp_plan::Rename::Table { from: from.to_owned(), to: to.to_owned() },
    })
}

/// Reads `3s`, `500ms`, `2m` or a number of seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| "a time is a number with s, ms, m or h: 3s".to_owned())?;
    match text.get(digits.len()..).unwrap_or_default() {
        "ms" => Ok(Duration::from_millis(number)),
        "" | "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        "h" => Ok(Duration::from_secs(number.saturating_mul(3600))),
        unit => Err(format!("{unit:?} is no unit of time: s, ms, m or h")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn times_and_renames() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert!(duration("x").is_err() && duration("3d").is_err() && duration("").is_err());
        assert!(matches!(rename("a=b"), Ok(terp_plan::Rename::Table { .. })));
        assert!(matches!(rename("t.a=b"), Ok(terp_plan::Rename::Column { .. })));
        assert!(rename("a").is_err() && rename("=b").is_err());
    }
}
