//! The project's own commands: `cargo xtask help` lists them.

mod conformance;
mod failure;

use std::process::ExitCode;

use clap::Parser;
use serde::Serialize;

use crate::failure::{Failure, say};

/// The project's own commands
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Conformance(conformance::Args),
}

/// What reads the result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A person
    #[default]
    Text,
    /// A program
    Json,
}

/// A result as JSON, with the line break at its end.
fn json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n").map_err(|error| Failure::failed(format!("cannot write JSON: {error}")))
}

fn main() -> ExitCode {
    let outcome = match &Cli::parse().command {
        Command::Conformance(args) => conformance::run(args),
    };
    outcome.unwrap_or_else(|failure| {
        say(&format!("error: {failure}"));
        failure.exit_code()
    })
}
