//! `terp-migrate`: plans a schema change, applies it, resumes it, takes it back.

mod args;
mod changes;
mod history;
mod plan;
mod progress;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Plan(args) => plan::run(&args),
        Command::Apply(args) => changes::apply(&args),
        Command::Resume(args) => changes::resume(&args),
        Command::Rollback(args) => changes::rollback(&args),
        Command::Abandon(args) => changes::abandon(&args),
        Command::History(args) => history::run(&args),
    };
    terp_cli::end(outcome)
}
