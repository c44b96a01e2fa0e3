//! `show`: a view of the schema in any form.

use std::path::PathBuf;

use terp_check::{LoadedSource, Source, load_source};
use terp_cli::{ColorChoice, Exit, Failure, Outcome, config, one_line, print, say};
use terp_drift::{TextOptions, findings_text};
use terp_schema_model::{Flavor, SchemaFile, Syntax, render};

/// Show a schema: what migrations build, what a snapshot says, what is in SQL files or in a saved schema
///
/// The schema goes to stdout. What a server would refuse and what could not be checked goes to stderr, and then the exit code is
/// 1; what is known is shown all the same. The exit code is 2 when the source cannot be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to read: snapshot:PATH (a snapshot, or a project's newest), migrations:PATH (a project or its migration folder),
    /// sql:PATH (a file of SQL or a folder of them) or model:PATH (a saved schema)
    source: Source,
    /// How to show it
    #[arg(long, value_enum, default_value_t)]
    format: ShowFormat,
    /// The server that is meant: mysql:VERSION or mariadb:VERSION [default: what terp.toml says, else mysql:9.7; of a saved
    /// schema its own]
    #[arg(long, value_name = "SERVER")]
    server: Option<Flavor>,
    /// The configuration [default: terp.toml in the source's folder or above it]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// When to use colours on stderr
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    color: ColorChoice,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum ShowFormat {
    /// Statements that make it in an empty database; of a snapshot those that drizzle-kit writes
    #[default]
    Sql,
    /// The schema as JSON, which model: reads
    Json,
    /// The schema as TOML, which model: reads
    Toml,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let config = config::load(args.config.as_deref(), args.source.path())?;
    let server = config::server(args.server, config.as_ref());
    let loaded = load_source(&args.source, server).map_err(|error| Failure::usage(one_line(&error)))?;
    if let Some(asked) = args.server.filter(|asked| *asked != loaded.flavor) {
        let own = loaded.flavor;
        let message = format!("{} is a schema for {own}, and can't be shown for {asked}", args.source);
        return Err(Failure::usage(message));
    }
    print(&text(&loaded, args.format)?)?;
    let options = TextOptions { color: args.color.on_stderr(), ..TextOptions::default() };
    let findings = findings_text(&loaded.findings, &loaded.texts, &options);
    if !findings.is_empty() {
        say(findings.trim_end());
    }
    if !loaded.unchecked.is_empty() {
        let shown = |table: &String| loaded.schema.table(table).is_some();
        let name = |table: &String| if shown(table) { table.clone() } else { format!("{table} (not shown)") };
        let tables: Vec<String> = loaded.unchecked.iter().map(name).collect();
        say(&format!(
            "\nwarning: not certain, since statements on them could not be checked: {}",
            tables.join(", ")
        ));
    }
    Ok(Exit::of(loaded.findings.is_empty() && loaded.unchecked.is_empty()))
}

fn text(loaded: &LoadedSource, format: ShowFormat) -> Result<String, Failure> {
    let syntax = match (format, &loaded.snapshot) {
        (ShowFormat::Sql, Some(snapshot)) => {
            // As drizzle-kit's `export` prints them.
            return Ok(snapshot.to_ddl().iter().map(|statement| format!("{}\n", statement.sql)).collect());
        }
        (ShowFormat::Sql, None) => return Ok(render::create_schema(&loaded.schema, loaded.flavor)),
        (ShowFormat::Json, _) => Syntax::Json,
        (ShowFormat::Toml, _) => Syntax::Toml,
    };
    SchemaFile::new(loaded.flavor, loaded.schema.clone())
        .to_text(syntax)
        .map_err(|error| Failure::usage(error.to_string()))
}
