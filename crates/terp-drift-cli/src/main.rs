//! `terp-drift`: checks and shows the views of a schema.

mod args;
mod diff;
mod explain;
mod show;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Check { project, options } => {
            terp_cli::check::check(project.as_deref().unwrap_or(Path::new(".")), &options)
        }
        Command::Diff(args) => diff::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Show(args) => show::run(&args),
    };
    terp_cli::end(outcome)
}
