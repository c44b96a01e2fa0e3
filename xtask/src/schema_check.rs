//! `schema-check`: whether a Drizzle project's migrations build the schema that it claims.

use std::env;
use std::error::Error;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use terp_check::{CheckOptions, check_project, sources};
use terp_drift::TextOptions;
use terp_drizzle::load_project;
use terp_schema_model::Flavor;

use crate::Format;
use crate::failure::{Failure, Outcome, print};
use crate::process::root;

/// Check, without a database, whether a Drizzle project's migrations build what its newest snapshot says
///
/// The exit code is 0 when all is well, also with warnings unless --strict is given; 1 for errors and for drift; 2 when the
/// project cannot be read.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The project's folder, or its migration folder [default: fixtures/terp of this workspace]
    #[arg(long, value_name = "DIR")]
    project: Option<PathBuf>,
    /// The server that is meant: mysql:VERSION or mariadb:VERSION
    #[arg(long, value_name = "SERVER", default_value_t = Flavor::MYSQL_9_7)]
    server: Flavor,
    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Let warnings make the exit code 1
    #[arg(long)]
    strict: bool,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let dir = args.project.clone().unwrap_or_else(|| from_here(&root().join("fixtures/terp")));
    let name = dir.display().to_string();
    let project = load_project(&dir).map_err(|error| Failure::usage(with_source(&error)))?;
    let report = check_project(&project, &name, &CheckOptions::new(args.server))
        .map_err(|error| Failure::usage(with_source(&error)))?;
    let text = match args.format {
        Format::Text => {
            let options = TextOptions { color: color(), ..TextOptions::default() };
            report.to_text(&sources(&project, &report), &options)
        }
        Format::Json => {
            report.to_json().map_err(|error| Failure::failed(format!("cannot write JSON: {error}")))?
        }
    };
    print(&text)?;
    Ok(ExitCode::from(report.exit_code(args.strict)))
}

/// The path as it is shortest from the current folder, where it lies below that.
fn from_here(path: &Path) -> PathBuf {
    let here = env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    below.filter(|below| !below.as_os_str().is_empty()).unwrap_or_else(|| path.to_owned())
}

/// The error with what caused it, on one line.
fn with_source(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Colours are for terminals, unless <https://no-color.org> is asked for.
fn color() -> bool {
    io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
