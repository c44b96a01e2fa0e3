//! The check of a Drizzle project, which `terp-drift check` and `cargo xtask schema-check` are.

use std::path::{Path, PathBuf};

use terp_check::{CheckOptions, check_project, check_project_live, migrations_table, sources};
use terp_drift::TextOptions;
use terp_drizzle::load_project_with;
use terp_schema_model::Flavor;

use crate::config::{self, ConfigFile};
use crate::exit::{Exit, Failure, Outcome};
use crate::live::{self, DatabaseSource};
use crate::output::{ColorChoice, Format, one_line, print};

/// The options of a check, but for the project.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct CheckArgs {
    /// The server that is meant: mysql:VERSION or mariadb:VERSION [default: what terp.toml says, else mysql:9.7]
    #[arg(long, value_name = "SERVER")]
    pub server: Option<Flavor>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Let warnings make the exit code 1
    #[arg(long)]
    pub strict: bool,
    /// Compare each older snapshot, too, with what the migrations up to it build
    #[arg(long)]
    pub every_snapshot: bool,
    /// Also compare the live database with what is declared and with what the migrations that it ran build: the one that terp.toml,
    /// the environment and .my.cnf tell of, or another: NAME, mysql://USER@HOST/NAME or mariadb://USER@HOST/NAME
    #[arg(
        long,
        value_name = "DATABASE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "database:",
        value_parser = database
    )]
    pub live: Option<DatabaseSource>,
    /// The configuration [default: terp.toml in the project's folder or above it]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub color: ColorChoice,
}

/// Which live database is meant by `--live` and its value.
fn database(text: &str) -> Result<DatabaseSource, String> {
    match DatabaseSource::of(text) {
        Some(database) => Ok(database),
        None if text.contains(':') => {
            Err("it is database:, database:NAME, mysql://USER@HOST/NAME or mariadb://USER@HOST/NAME"
                .to_owned())
        }
        None => Ok(DatabaseSource::Configured(Some(text.to_owned()))),
    }
}

/// Checks the project in a folder and prints the report.
///
/// # Errors
/// The configuration or the project can't be read, or the report can't be written: exit code 2.
pub fn check(project: &Path, args: &CheckArgs) -> Outcome {
    let config = config::load(args.config.as_deref(), project)?;
    let server = config::server(args.server, config.as_ref());
    let project_options = config.as_ref().map(ConfigFile::project_options).unwrap_or_default();
    let mut options = match &config {
        Some(file) => file.check_options(server)?,
        None => CheckOptions::new(server),
    };
    options.every_snapshot = args.every_snapshot;
    let usage = |error: &dyn std::error::Error| Failure::usage(one_line(error));
    let loaded = load_project_with(project, &project_options).map_err(|error| usage(&error))?;
    let report = match &args.live {
        None => check_project(&loaded, &name(project), &options),
        Some(source) => {
            let live = live::read(source, config.as_ref(), Some(migrations_table(&loaded)))?;
            check_project_live(&loaded, &name(project), &options, &live)
        }
    };
    let report = report.map_err(|error| usage(&error))?;
    let text = match args.format {
        Format::Text => {
            let options = TextOptions { color: args.color.on_stdout(), ..TextOptions::default() };
            report.to_text(&sources(&loaded, &report), &options)
        }
        Format::Json => {
            report.to_json().map_err(|error| Failure::failed(format!("cannot write JSON: {error}")))?
        }
    };
    print(&text)?;
    Ok(Exit::of(report.exit_code(args.strict) == 0))
}

/// What a report calls a project: its path, and the current folder by its name.
fn name(project: &Path) -> String {
    let is_here = project == Path::new(".") || project.as_os_str().is_empty();
    let here = is_here.then(|| project.canonicalize().ok()).flatten();
    let name = here.as_ref().and_then(|here| here.file_name());
    name.map_or_else(|| project.display().to_string(), |name| name.to_string_lossy().into_owned())
}
