//! `schema-check`: whether a Drizzle project's migrations build the schema that it claims.

use std::path::PathBuf;

use terp_cli::check::{CheckArgs, check};
use terp_cli::{Outcome, from_here};

use crate::process::root;

/// Check, without a database, whether a Drizzle project's migrations build what it declares and what its newest snapshot says
///
/// The exit code is 0 when all is well, also with warnings unless --strict is given; 1 for errors and for drift; 2 when the
/// project cannot be read.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The project's folder, or its migration folder [default: fixtures/terp of this workspace]
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    #[command(flatten)]
    options: CheckArgs,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let project = args.project.clone().unwrap_or_else(|| from_here(&root().join("fixtures/terp")));
    check(&project, &args.options)
}
