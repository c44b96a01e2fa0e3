//! `diff`: any two schemas against each other.

use std::path::PathBuf;

use terp_check::compare_sources;
use terp_cli::config;
use terp_cli::source::{AnySource, LoadOptions, SOURCE_HELP, load_all};
use terp_cli::{ColorChoice, Exit, Failure, Format, Outcome, one_line, print};
use terp_drift::{DiffOptions, RuleLevels, TextOptions};
use terp_schema_model::Flavor;

/// Compare any two schemas: what is declared, what migrations build, a snapshot, SQL files, a saved schema, a live database
///
/// The first one is the one that is believed. The exit code is 0 when they do not differ, 1 for differences (and for what could not
/// be compared with --strict), 2 when a source cannot be read, and 3 when there is no connection to a database.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The schema that is believed
    #[arg(long_help = SOURCE_HELP)]
    left: AnySource,
    /// The schema that is compared with it
    right: AnySource,
    /// The server that is meant: mysql:VERSION or mariadb:VERSION [default: that of a database or a saved schema, else what
    /// terp.toml says, else mysql:9.7]
    #[arg(long, value_name = "SERVER")]
    server: Option<Flavor>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Let warnings make the exit code 1: also what could not be compared
    #[arg(long)]
    strict: bool,
    /// Leave out comments of tables, columns, indexes, partitions, routines and events
    #[arg(long)]
    ignore_comments: bool,
    /// Leave out the order of columns
    #[arg(long)]
    ignore_column_order: bool,
    /// Leave out who defined views and stored programs, and in which session
    #[arg(long)]
    ignore_definers: bool,
    /// The configuration [default: terp.toml in the first source's folder or above it]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    color: ColorChoice,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let config = config::load(args.config.as_deref(), args.left.path())?;
    let options = LoadOptions { server: args.server, config: config.as_ref() };
    let [left, right] = load_all([&args.left, &args.right], options)?;
    let diff = DiffOptions {
        ignore_comments: args.ignore_comments,
        ignore_column_order: args.ignore_column_order,
        ignore_definers: args.ignore_definers,
        ..DiffOptions::default()
    };
    let levels = config.map(|file| file.config.rules).unwrap_or_else(RuleLevels::default);
    let (report, texts) =
        compare_sources(left, right, &diff, &levels).map_err(|error| Failure::usage(one_line(&error)))?;
    let text = match args.format {
        Format::Text => {
            let options = TextOptions { color: args.color.on_stdout(), ..TextOptions::default() };
            report.to_text(&texts, &options)
        }
        Format::Json => {
            report.to_json().map_err(|error| Failure::failed(format!("cannot write JSON: {error}")))?
        }
    };
    print(&text)?;
    Ok(Exit::of(report.exit_code(args.strict) == 0))
}
