//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use terp_cli::check::CheckArgs;

use crate::{diff, explain, show};

/// Compares the views of one schema: what is declared, what the migrations build, what the snapshots say, what a live database has
///
/// The exit code is 0 when all is well, 1 for findings and drift, 2 when the command is called wrongly or can't read what it was
/// given, 3 when there is no connection to a database.
#[derive(Debug, Parser)]
#[command(name = "terp-drift", version)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check, without a database, whether a Drizzle project's migrations build what it declares and what its newest snapshot says
    ///
    /// The exit code is 0 when all is well, also with warnings unless --strict is given; 1 for errors and for drift; 2 when the
    /// project cannot be read.
    Check {
        /// The project's folder, or its migration folder [default: the current one]
        #[arg(long, value_name = "DIR")]
        project: Option<PathBuf>,
        #[command(flatten)]
        options: CheckArgs,
    },
    Diff(diff::Args),
    Explain(explain::Args),
    Show(show::Args),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
