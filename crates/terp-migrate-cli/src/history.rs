//! `history`: what ran when.

use serde::Serialize;
use terp_cli::{Exit, Format, Outcome, json, print};
use terp_migrate::RunRecord;

use crate::args::HistoryArgs;
use crate::changes::Session;

#[derive(Serialize)]
struct Run<'a> {
    run: u64,
    kind: &'static str,
    of_run: Option<u64>,
    state: &'static str,
    actor: &'a str,
    host: &'a str,
    reason: Option<&'a str>,
    error: Option<&'a str>,
    started_at: &'a str,
    ended_at: Option<&'a str>,
    steps: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    number: u32,
    state: &'static str,
    sql: &'a str,
    error: Option<&'a str>,
}

pub(crate) fn run(args: &HistoryArgs) -> Outcome {
    let session = Session::open(&args.target, None)?;
    let runs = session.history()?;
    match args.output.format {
        Format::Json => print(&json(&runs.iter().map(record).collect::<Vec<_>>())?)?,
        Format::Text if runs.is_empty() => print("nothing ran yet\n")?,
        Format::Text => {
            let mut out = String::new();
            for run in &runs {
                out += &line(run);
                for step in run.steps.iter().filter(|_| args.steps) {
                    out += &format!(
                        "    {} {}: {}\n",
                        step.number,
                        step.state.as_str(),
                        terp_cli::one_line_of(&step.sql)
                    );
                }
            }
            print(&out)?;
        }
    }
    Ok(Exit::Clean)
}

fn record(run: &RunRecord) -> Run<'_> {
    Run {
        run: run.run,
        kind: run.kind.as_str(),
        of_run: run.of_run,
        state: run.state.as_str(),
        actor: &run.actor,
        host: &run.host,
        reason: run.reason.as_deref(),
        error: run.error.as_deref(),
        started_at: &run.started_at,
        ended_at: run.ended_at.as_deref(),
        steps: run
            .steps
            .iter()
            .map(|step| Step {
                number: step.number,
                state: step.state.as_str(),
                sql: &step.sql,
                error: step.error.as_deref(),
            })
            .collect(),
    }
}

/// A run on one line.
pub(crate) fn line(run: &RunRecord) -> String {
    let of = run.of_run.map_or(String::new(), |of| format!(" of run {of}"));
    let who = if run.actor.is_empty() { String::new() } else { format!(", by {}", run.actor) };
    let why = run.reason.as_ref().map_or(String::new(), |reason| format!(", because {reason}"));
    let what =
        run.error.as_ref().map_or(String::new(), |error| format!(": {}", terp_cli::one_line_of(error)));
    format!(
        "run {}, {}{of}, {} steps, {}, {}{who}{why}{what}\n",
        run.run,
        run.kind.as_str(),
        run.steps.len(),
        run.state.as_str(),
        run.started_at
    )
}
