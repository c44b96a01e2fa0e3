//! `show`: a view of the schema in any form.

use std::path::PathBuf;

use terp_check::LoadedSource;
use terp_cli::config;
use terp_cli::source::{AnySource, LoadOptions, SOURCE_HELP, load_all};
use terp_cli::{ColorChoice, Exit, Failure, Outcome, print, say};
use terp_drift::{TextOptions, findings_text};
use terp_drizzle::Snapshot;
use terp_drizzle::chain::NO_SNAPSHOT;
use terp_schema_model::{Flavor, SchemaFile, Syntax, render};

/// Show a schema: what is declared, what migrations build, what a snapshot says, what is in SQL files, in a saved schema or in a live
/// database
///
/// The schema goes to stdout. What a server would refuse, what could not be checked and what the format can't hold goes to stderr,
/// and then the exit code is 1; what is known is shown all the same. The exit code is 2 when the source cannot be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[arg(help = SOURCE_HELP)]
    source: AnySource,
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
    /// Statements that make it in an empty database; of a snapshot or a declared schema those that drizzle-kit writes
    #[default]
    Sql,
    /// The schema as JSON, which model: reads
    Json,
    /// The schema as TOML, which model: reads
    Toml,
    /// A snapshot of drizzle-kit 0.31 (version 5), as the first of a chain
    DrizzleSnapshot,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let config = config::load(args.config.as_deref(), args.source.path())?;
    let options = LoadOptions { server: args.server, config: config.as_ref() };
    let [loaded] = load_all([&args.source], options)?;
    if let Some(asked) = args.server.filter(|asked| *asked != loaded.flavor) {
        let own = loaded.flavor;
        let message = format!("{} is a schema for {own}, and can't be shown for {asked}", args.source);
        return Err(Failure::usage(message));
    }
    let shown = shown(&loaded, args.format)?;
    print(&shown.text)?;
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
    if !loaded.may_lack.is_empty() {
        let kinds: Vec<String> = loaded.may_lack.iter().map(|kind| format!("{}s", kind.as_str())).collect();
        say(&format!("\nwarning: there may be more {} than are shown", kinds.join(", ")));
    }
    if !shown.not_held.is_empty() {
        say(&format!("\nwarning: the snapshot is without {}", shown.not_held.join("\n  and without ")));
    }
    let all = loaded.findings.is_empty() && loaded.unchecked.is_empty() && loaded.may_lack.is_empty();
    Ok(Exit::of(all && shown.not_held.is_empty()))
}

/// What is printed, and what the format has no place for.
struct Shown {
    text: String,
    not_held: Vec<String>,
}

fn shown(loaded: &LoadedSource, format: ShowFormat) -> Result<Shown, Failure> {
    let model = |syntax| {
        let file = SchemaFile::new(loaded.flavor, loaded.schema.clone());
        file.to_text(syntax).map_err(|error| Failure::usage(error.to_string()))
    };
    let text = match (format, &loaded.snapshot) {
        (ShowFormat::Sql, Some(snapshot)) => {
            // As drizzle-kit's `export` prints them.
            snapshot.to_ddl().iter().map(|statement| format!("{}\n", statement.sql)).collect()
        }
        (ShowFormat::Sql, None) => render::create_schema(&loaded.schema, loaded.flavor),
        (ShowFormat::Json, _) => model(Syntax::Json)?,
        (ShowFormat::Toml, _) => model(Syntax::Toml)?,
        (ShowFormat::DrizzleSnapshot, snapshot) => return Ok(drizzle_snapshot(loaded, snapshot.as_ref())),
    };
    Ok(Shown { text, not_held: Vec::new() })
}

fn drizzle_snapshot(loaded: &LoadedSource, snapshot: Option<&Snapshot>) -> Shown {
    let (mut snapshot, not_held) = match snapshot {
        Some(snapshot) => (snapshot.clone(), snapshot.not_in_version_5()),
        None => Snapshot::from_schema(&loaded.schema, loaded.flavor, "", NO_SNAPSHOT),
    };
    // One that was read keeps its place in its chain.
    if snapshot.id.is_empty() {
        snapshot.id = snapshot.content_id();
        snapshot.prev_ids = vec![NO_SNAPSHOT.to_owned()];
    }
    Shown { text: snapshot.to_json(), not_held: not_held.iter().map(ToString::to_string).collect() }
}
