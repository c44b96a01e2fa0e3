//! `plan`: the way from one schema to another, printed and written into a file.

use std::fs;

use terp_cli::config::{self, ConfigFile};
use terp_cli::source::{AnySource, LoadOptions, load_all};
use terp_cli::{Exit, Failure, Format, Outcome, print, say};
use terp_migrate::Managed;
use terp_plan::{Plan, PlanOptions, Rename, apply_session};
use terp_schema_model::Schema;

use crate::args::PlanArgs;
use crate::changes::Session;

pub(crate) fn run(args: &PlanArgs) -> Outcome {
    let config = config::load(args.target.config.as_deref(), args.to.path())?;
    let plan = match &args.from {
        Some(from) => between(args, from, config.as_ref())?,
        None => {
            let session = Session::open(&args.target, None)?;
            let current = session.current()?;
            to_declared(&current, &args.to, &args.renames, args.column_order, config.as_ref())?
        }
    };
    if let Some(path) = &args.out {
        fs::write(path, plan.to_json()).map_err(|error| Failure::path(path, &error))?;
        say(&format!("{} steps written to {}", plan.steps.len(), path.display()));
    }
    match args.output.format {
        Format::Json => print(&plan.to_json())?,
        Format::Text => print(&plan.to_text())?,
    }
    Ok(Exit::of(plan.is_empty()))
}

/// Without a database: between any two schemas.
fn between(args: &PlanArgs, from: &AnySource, config: Option<&ConfigFile>) -> Result<Plan, Failure> {
    let options = LoadOptions { server: args.server, config };
    let [from, to] = load_all([from, &args.to], options)?;
    let mut plan_options = PlanOptions {
        session: apply_session(&to.target.session),
        column_order: args.column_order || (from.columns_ordered && to.columns_ordered),
        renames: args.renames.clone(),
        ..PlanOptions::new(from.flavor)
    };
    plan_options.flavor = from.flavor;
    known(&from)?;
    known(&to)?;
    make(&from.schema, &to.schema, &plan_options)
}

/// From a database to what is declared, for its own server.
pub(crate) fn to_declared(
    current: &Managed,
    source: &AnySource,
    renames: &[Rename],
    column_order: bool,
    config: Option<&ConfigFile>,
) -> Result<Plan, Failure> {
    let target = terp_check::Target {
        flavor: current.flavor,
        character_set: current.schema.character_set.clone(),
        session: current.session.clone(),
    };
    let declared = terp_cli::source::load(source, &target, LoadOptions { server: None, config })?;
    known(&declared)?;
    let mut desired = declared.schema.clone();
    // What a declaration does not speak of is the database's own.
    desired.character_set = current.schema.character_set.clone();
    let options = PlanOptions {
        session: current.session.clone(),
        column_order: column_order || declared.columns_ordered,
        renames: renames.to_vec(),
        ..PlanOptions::new(current.flavor)
    };
    if !says_programs(source) {
        // What the source can't declare stays as it is; a trigger as long as its table does.
        desired.triggers = current.schema.triggers.clone();
        desired.triggers.retain(|trigger| desired.tables.iter().any(|table| table.name == trigger.table));
        desired.routines = current.schema.routines.clone();
        desired.events = current.schema.events.clone();
    }
    make(&current.schema, &desired, &options)
}

/// Whether a kind of source can declare stored programs at all; Drizzle can't.
fn says_programs(source: &AnySource) -> bool {
    use terp_check::Source;
    !matches!(source, AnySource::Files(Source::Drizzle(_) | Source::Snapshot(_)))
}

/// What is only half known is no end and no beginning of a plan.
fn known(source: &terp_check::LoadedSource) -> Result<(), Failure> {
    let errors: Vec<String> = source
        .findings
        .iter()
        .filter(|finding| finding.severity == terp_drift::Severity::Error)
        .map(|finding| finding.message.clone())
        .chain(source.unchecked.iter().map(|table| format!("the table {table} is not wholly known")))
        .chain(source.unchecked_programs.iter().map(|path| format!("{path} is not wholly known")))
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!("{} can't be planned with:\n  {}", source.name, errors.join("\n  "))))
}

fn make(current: &Schema, desired: &Schema, options: &PlanOptions) -> Result<Plan, Failure> {
    terp_plan::plan(current, desired, options)
        .map_err(|error| Failure::new(Exit::Refused, format!("there is no plan: {error}")))
}
