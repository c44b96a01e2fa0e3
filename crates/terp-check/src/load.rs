//! Reads a schema from wherever it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::slice;

use terp_drift::{
    Finding, ObjectKind, ObjectPath, Place, Severity, Sources, UnsupportedStatement, check_history,
    sql_fails, unsupported_statement,
};
use terp_drizzle::fs::{list, load_migrations as load_history, read_text};
use terp_drizzle::{FormatError, LoadError, Project, ProjectOptions, Snapshot, load_declaration};
use terp_schema_model::{Flavor, Schema, SchemaFile, Syntax};
use terp_sql::Span;
use terp_sql::splitter::{SplitErrorKind, SplitMode, split};

use crate::compare::{BEYOND_DRIZZLE, View};
use crate::declared::build_declared;
use crate::error::{CheckError, CheckErrorKind};
use crate::execute::{Database, Outcome, Unreadable, unclosed};
use crate::history::history;
use crate::places::{ObjectPlaces, snapshot_places};
use crate::replay::replay;
use crate::script::Script;
use crate::snapshot::build_snapshot;
use crate::source::Source;
use crate::target::Target;

/// The file of a checkpoint that holds its schema.
const CHECKPOINT_SCHEMA: &str = "schema.json";

/// A schema and what is known of it beside.
#[derive(Debug, Clone)]
pub struct LoadedSource {
    /// What reports call it.
    pub name: String,
    /// The server that the schema is for: the one that was asked for, or a saved schema's own.
    pub flavor: Flavor,
    /// The schema.
    pub schema: Schema,
    /// The snapshot that it was made from, if it was.
    pub snapshot: Option<Snapshot>,
    /// Whether it is from a live database, see [`View::is_shown`].
    pub is_shown: bool,
    /// Whether its order of columns is meant, see [`View::columns_ordered`].
    pub columns_ordered: bool,
    /// The tables that may not be right, since something about them could not be checked.
    pub unchecked: BTreeSet<String>,
    /// The views and stored programs that may not be right, since something about them could not be checked.
    pub unchecked_programs: BTreeSet<ObjectPath>,
    /// The kinds of which there may be some that are not known at all, see [`View::may_lack`].
    pub may_lack: BTreeSet<ObjectKind>,
    /// What a server would refuse, what could not be checked and what is missing. The schema is without it.
    pub findings: Vec<Finding>,
    /// What others have to know that are made for [`Self::target`]: what of it is not followed.
    pub assumptions: Vec<Finding>,
    /// The server and the database that it is from or was made for.
    pub target: Target,
    /// Where its objects are from.
    pub places: ObjectPlaces,
    /// The texts that findings point into.
    pub texts: Sources,
}

impl LoadedSource {
    /// A schema of which nothing else is known, and nothing is doubted.
    pub fn new(name: impl Into<String>, flavor: Flavor, schema: Schema) -> Self {
        let target = Target { character_set: schema.character_set.clone(), ..Target::from(flavor) };
        Self {
            name: name.into(),
            flavor,
            schema,
            snapshot: None,
            is_shown: false,
            columns_ordered: true,
            unchecked: BTreeSet::new(),
            unchecked_programs: BTreeSet::new(),
            may_lack: BTreeSet::new(),
            findings: Vec::new(),
            assumptions: Vec::new(),
            target,
            places: ObjectPlaces::Unknown,
            texts: Sources::new(),
        }
    }

    /// As one side of a comparison.
    pub fn into_view(self) -> View {
        View {
            name: self.name,
            schema: self.schema,
            is_shown: self.is_shown,
            columns_ordered: self.columns_ordered,
            unchecked: self.unchecked,
            unchecked_programs: self.unchecked_programs,
            may_lack: self.may_lack,
            cannot_hold: if self.snapshot.is_some() { BEYOND_DRIZZLE } else { &[] },
            place: None,
            places: self.places,
        }
    }
}

/// Why a source can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A file or folder.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// SQL that can't be read to its end.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// A file is not as it has to be.
    #[error("{path}:{error}", path = path.display())]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: FormatError,
    },
    /// A file is no saved schema.
    #[error("{place}: {message}")]
    Model {
        /// The file, and where in it, as far as that is known.
        place: Place,
        /// What is wrong.
        message: String,
    },
    /// There is nothing of the kind that is asked for.
    #[error("{path}: {what}", path = path.display())]
    Nothing {
        /// The folder.
        path: PathBuf,
        /// What it has none of.
        what: &'static str,
    },
}

/// Reads a schema as that server would have it. A saved schema keeps its own server, which [`LoadedSource::flavor`] tells.
/// `options` is what is said of a Drizzle project elsewhere than in its folder; to other sources it is nothing.
///
/// # Errors
/// A file can't be read or is not as it has to be, or SQL can't be read to its end. What a server would refuse is no error but
/// a finding.
pub fn load_source(
    source: &Source,
    target: impl Into<Target>,
    options: &ProjectOptions,
) -> Result<LoadedSource, SourceError> {
    let target = &target.into();
    let mut loaded = match source {
        Source::Drizzle(path) => load_drizzle(path, target, options),
        Source::Snapshot(path) => load_snapshot(path, target, options),
        Source::Migrations(path) => load_migrations(path, target, options),
        Source::Sql(path) => load_sql(path, target),
        Source::Model(path) => load_model(path),
        Source::Checkpoint(path) => load_model(&path.join(CHECKPOINT_SCHEMA)),
    }?;
    loaded.name = source.to_string();
    // The engine's own database has a name that says nothing.
    if !source.is_saved() {
        loaded.schema.name = None;
    }
    Ok(loaded)
}

fn load_drizzle(path: &Path, target: &Target, options: &ProjectOptions) -> Result<LoadedSource, SourceError> {
    let declaration = load_declaration(path, options)?;
    let what = "there is no configuration of drizzle-kit that names a schema";
    let declaration = declaration.ok_or_else(|| SourceError::Nothing { path: path.to_owned(), what })?;
    let built = build_declared(&declaration, target);
    let may_lack = built.may_lack();
    // What is shown is without something, or in doubt; what is wrong otherwise is for a check to say.
    let matters =
        |finding: &Finding| finding.severity == Severity::Error || finding.rule == "unsupported-declaration";
    let findings: Vec<Finding> = built.findings.into_iter().filter(matters).collect();
    let text = |path: &str| {
        let file = declaration.files.iter().find(|file| file.path == Path::new(path))?;
        Some(file.text.to_string())
    };
    let texts = texts(&findings, text);
    Ok(LoadedSource {
        snapshot: Some(declaration.snapshot),
        columns_ordered: false,
        may_lack,
        unchecked: built.unchecked,
        unchecked_programs: built.unchecked_programs,
        findings,
        places: ObjectPlaces::Snapshot(built.places),
        texts,
        ..LoadedSource::new("", target.flavor, built.schema)
    })
}

/// A project by the folder that was named. What is said elsewhere of its migration folder is of no matter where that is named.
fn project(path: &Path, options: &ProjectOptions) -> Result<Project, SourceError> {
    let named = load_history(path, &ProjectOptions { out: None, ..options.clone() });
    match &options.out {
        Some(_) if !named.as_ref().is_ok_and(|named| named.migrations_path == path) => {
            Ok(load_history(path, options)?)
        }
        _ => Ok(named?),
    }
}

fn load_snapshot(
    path: &Path,
    target: &Target,
    options: &ProjectOptions,
) -> Result<LoadedSource, SourceError> {
    let (path, text, snapshot) = if path.is_dir() {
        let newest = project(path, options)?
            .newest
            .ok_or_else(|| SourceError::Nothing { path: path.to_owned(), what: "it has no snapshot" })?;
        (newest.path, newest.text, newest.snapshot)
    } else {
        let text = read_text(path)?;
        let snapshot =
            Snapshot::parse(&text).map_err(|error| SourceError::Snapshot { path: path.to_owned(), error })?;
        (path.to_owned(), text, snapshot)
    };
    let file = path.display().to_string();
    let built = build_snapshot(&snapshot, &file, target)?;
    let places = ObjectPlaces::Snapshot(snapshot_places(&snapshot, slice::from_ref(&file)));
    Ok(LoadedSource {
        snapshot: Some(snapshot),
        columns_ordered: false,
        unchecked: built.unchecked,
        unchecked_programs: built.unchecked_programs,
        findings: built.findings,
        places,
        texts: BTreeMap::from([(file, text)]),
        ..LoadedSource::new("", target.flavor, built.schema)
    })
}

fn load_migrations(
    path: &Path,
    target: &Target,
    options: &ProjectOptions,
) -> Result<LoadedSource, SourceError> {
    let project = project(path, options)?;
    let replayed = replay(&project, &BTreeSet::new(), target)?;
    // Of the history only what decides how far the replay goes; what the other vendor takes is of no matter here.
    let mut findings = check_history(&history(&project, &[]));
    findings.retain(|finding| finding.rule == "missing-migration-file");
    findings.extend(replayed.findings.into_iter().filter(|finding| finding.rule != "one-vendor-only"));
    let text = |file: &str| {
        if let Some(journal) = project.journal_path.as_deref().filter(|journal| *journal == Path::new(file)) {
            return read_text(journal).ok();
        }
        let file = project.folder.files.iter().find(|known| project.path_of(known) == Path::new(file))?;
        Some(file.text.clone())
    };
    let texts = texts(&findings, text);
    Ok(LoadedSource {
        unchecked: replayed.end.unchecked,
        unchecked_programs: replayed.end.unchecked_programs,
        findings,
        places: replayed.end.places,
        texts,
        ..LoadedSource::new("", target.flavor, replayed.end.schema)
    })
}

fn load_model(path: &Path) -> Result<LoadedSource, SourceError> {
    let text = read_text(path)?;
    let is = |ending: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending));
    // JSON is an object here, and no TOML begins with a brace.
    let json = is("json") || !is("toml") && text.trim_start().starts_with('{');
    let syntax = if json { Syntax::Json } else { Syntax::Toml };
    let file = SchemaFile::from_text(&text, syntax).map_err(|error| {
        let name = path.display().to_string();
        let number = |number: Option<usize>| number.and_then(|number| u32::try_from(number).ok());
        let place = match (number(error.line()), number(error.column())) {
            (Some(line), Some(column)) => Place::at(name, line, column),
            _ => Place::file(name),
        };
        let message = error.to_string();
        let head = format!(
            "line {}, column {}: ",
            error.line().unwrap_or_default(),
            error.column().unwrap_or_default()
        );
        SourceError::Model { place, message: message.strip_prefix(&head).unwrap_or(&message).to_owned() }
    })?;
    Ok(LoadedSource::new("", file.flavor, file.schema))
}

fn load_sql(path: &Path, target: &Target) -> Result<LoadedSource, SourceError> {
    let files: Vec<PathBuf> = if path.is_dir() {
        list(path, ".sql")?.into_iter().map(|(_, path)| path).collect()
    } else {
        vec![path.to_owned()]
    };
    if files.is_empty() {
        return Err(SourceError::Nothing { path: path.to_owned(), what: "there is no .sql file in it" });
    }
    let mut read = Vec::with_capacity(files.len());
    for file in files {
        read.push((file.display().to_string(), read_text(&file)?));
    }
    run_sql(&read, target).map_err(SourceError::Check)
}

/// Runs scripts as a command-line client would in one session, but goes on after each refusal. What is current at the end is the
/// schema.
fn run_sql(files: &[(String, String)], target: &Target) -> Result<LoadedSource, CheckError> {
    let mut database = Database::recording(target);
    let mut findings = Vec::new();
    for (path, text) in files {
        let script = Script::new(path.clone(), text);
        let split = split(text, &database.options().lex_options(), SplitMode::Client);
        if let Some(fault) = split.errors.iter().find_map(|error| unreadable(error.kind, error.span)) {
            return Err(script.unreadable(fault));
        }
        database.reads(path, text);
        for statement in &split.statements {
            let ran = database.run(text, statement.span).map_err(|fault| script.unreadable(fault))?;
            findings.extend(finding(&script, ran));
        }
    }
    let (name, schema) = database.current();
    let mut provenance = database.provenance();
    provenance.set_database(&name);
    for other in database.others(&name) {
        let place = files.last().map(|(path, _)| Place::file(path));
        findings.push(elsewhere(other, place.unwrap_or_default()));
    }
    let text = |file: &str| files.iter().find(|(path, _)| path == file).map(|(_, text)| text.clone());
    Ok(LoadedSource {
        unchecked: database.unchecked().clone(),
        unchecked_programs: database.unchecked_programs().clone(),
        texts: texts(&findings, text),
        findings,
        places: ObjectPlaces::Statements(provenance),
        ..LoadedSource::new("", target.flavor, schema)
    })
}

/// What keeps a script from being cut into statements.
fn unreadable(kind: SplitErrorKind, at: Span) -> Option<Unreadable> {
    let message = match kind {
        SplitErrorKind::Lex(kind) => format!("{} that begins here is never closed", unclosed(kind)?),
        other => other.to_string(),
    };
    Some(Unreadable { kind: CheckErrorKind::Unterminated, message, at })
}

fn finding(script: &Script<'_>, ran: Outcome) -> Option<Finding> {
    match ran {
        Outcome::Done | Outcome::PassedOver => None,
        Outcome::Refused(refusal) => {
            let mut finding = sql_fails(refusal.errno, &refusal.message, script.place(refusal.statement));
            finding.help = refusal.help;
            if refusal.statement.text(script.text).contains("--> statement-breakpoint") {
                let help = "this is a migration of Drizzle, which is cut at its breakpoints: \
                    `migrations:` with its folder reads it";
                finding.help = Some(help.to_owned());
            }
            script.point(&mut finding, refusal.at);
            Some(finding)
        }
        Outcome::Unchecked(unchecked) => {
            let (start, end) = script.lines(unchecked.statement);
            let mut finding = unsupported_statement(&UnsupportedStatement {
                file: script.path.clone(),
                tag: String::new(),
                chunk: 0,
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
                reason: unchecked.reason,
                sql: script.quote(unchecked.statement),
            });
            script.point(&mut finding, unchecked.at);
            Some(finding)
        }
    }
}

/// The finding about tables that a script makes in another database than the one that it leaves current.
fn elsewhere(database: &str, place: Place) -> Finding {
    Finding {
        rule: "unsupported-statement",
        severity: Severity::Warning,
        message: format!(
            "the tables of the database {database} are left out: a schema is that of one database"
        ),
        help: Some("what counts is the database that is current at the end: say which with USE".to_owned()),
        places: vec![place],
    }
}

/// The texts of the files of which the findings name a line.
fn texts(findings: &[Finding], text: impl Fn(&str) -> Option<String>) -> Sources {
    let places = findings.iter().flat_map(|finding| &finding.places);
    let files: BTreeSet<&str> =
        places.filter(|place| place.line.is_some()).map(|place| place.file.as_str()).collect();
    files.into_iter().filter_map(|file| Some((file.to_owned(), text(file)?))).collect()
}
