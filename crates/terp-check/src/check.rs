//! The check of a whole project.

use std::collections::{BTreeMap, BTreeSet};
use std::{panic, slice, thread};

use terp_drift::{
    ConventionView, Conventions, DiffOptions, Finding, ObjectPath, Place, ReleasedMigration, Report,
    RuleLevels, Summary, check_conventions, check_history, convention_counts, snapshot_mismatch, summarise,
};
use terp_drizzle::snapshot::{DdlStatement, DeclaredCounts};
use terp_drizzle::{FormatError, LoadError, Project, Snapshot, SnapshotFile, fs};
use terp_schema_model::Flavor;

use crate::compare::{BEYOND_DRIZZLE, Pair, View, compare_pair, compare_pairs};
use crate::declared::{DeclaredOutcome, judge};
use crate::error::{CheckError, CheckErrorKind};
use crate::history::history;
use crate::live::{self, Live, LiveView};
use crate::places::{ObjectPlaces, snapshot_places};
use crate::replay::{ReplayOutcome, replay};
use crate::snapshot::{Built as DdlBuilt, build_snapshot, findings, run_ddl};
use crate::target::Target;

/// What a check is for.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// The server and the database that are meant.
    pub target: Target,
    /// What comparisons leave out.
    pub diff: DiffOptions,
    /// What the project's tables have to be like.
    pub conventions: Conventions,
    /// How much each rule weighs.
    pub levels: RuleLevels,
    /// The migrations that were released, and how their files were then.
    pub released: Vec<ReleasedMigration>,
    /// Compare each older snapshot with what the migrations up to it build, too. Each costs about what the newest one costs.
    pub every_snapshot: bool,
}

impl CheckOptions {
    /// A check for that server, which compares everything that a migration makes, and knows of no conventions.
    pub fn new(flavor: Flavor) -> Self {
        Self {
            target: flavor.into(),
            diff: DiffOptions::default(),
            conventions: Conventions::default(),
            levels: RuleLevels::default(),
            released: Vec::new(),
            every_snapshot: false,
        }
    }
}

/// Checks a project: its history, its declared schema, its migrations from an empty database, and the declared schema, the newest
/// snapshot and what the migrations build against each other. `name` is what the report calls the project.
///
/// The snapshot is compared with the state after the migration that it belongs to, the declared schema with the state after the
/// last one. What would have to be built by a migration whose file is missing is not compared: it is not known.
///
/// # Errors
/// A migration or a snapshot has SQL that can't be read to its end, or an older snapshot can't be read: see
/// [`CheckErrorKind`].
pub fn check_project(project: &Project, name: &str, options: &CheckOptions) -> Result<Report, CheckError> {
    check(project, name, options, None)
}

/// As [`check_project`], and compares a live database with what is declared and with what the migrations that it ran build. It is
/// the database's server that counts and its default character set, not [`CheckOptions::target`].
///
/// # Errors
/// As for [`check_project`].
pub fn check_project_live(
    project: &Project,
    name: &str,
    options: &CheckOptions,
    live: &Live,
) -> Result<Report, CheckError> {
    let view = live::against(project, live, options.target.flavor);
    let options = CheckOptions { target: live.target(), ..options.clone() };
    check(project, name, &options, Some(view))
}

fn check(
    project: &Project,
    name: &str,
    options: &CheckOptions,
    mut live: Option<LiveView>,
) -> Result<Report, CheckError> {
    let flavor = options.target.flavor;
    let mut findings = check_history(&history(project, &options.released));
    let stands_at = live.as_ref().and_then(|live| live.stands_at);
    let built = build(project, options, stands_at)?;
    let Built { declared, snapshot, replayed, older } = built;

    let migrations = project.folder.migration_count();
    let summary = summary(project, declared.as_ref(), snapshot.as_ref(), &replayed, options);
    let failed = !replayed.replay.failed.is_empty();
    findings.extend(replayed.findings);
    let declared_view = declared.map(|declared| {
        let may_lack = declared.may_lack();
        findings.extend(declared.findings);
        View {
            name: "declared".to_owned(),
            schema: declared.schema,
            is_shown: false,
            columns_ordered: false,
            unchecked: declared.unchecked,
            unchecked_programs: declared.unchecked_programs,
            may_lack,
            cannot_hold: BEYOND_DRIZZLE,
            place: only_file(project),
            places: ObjectPlaces::Snapshot(declared.places),
        }
    });
    let snapshot_view = snapshot.map(|(view, of_snapshot)| {
        findings.extend(of_snapshot);
        view
    });
    let end = (migrations > 0 && replayed.replay.ends_before.is_none()).then_some(replayed.end);
    let entry = project.newest.as_ref().and_then(|newest| newest.entry);
    let is_last = entry.is_none() || entry == migrations.checked_sub(1);
    let at_snapshot = if is_last { end.as_ref() } else { entry.and_then(|entry| replayed.at.get(&entry)) };
    let (declared, snapshot) = (declared_view.as_ref(), snapshot_view.as_ref());
    let wanted = [(declared, snapshot), (declared, end.as_ref()), (snapshot, at_snapshot)];
    // What it ran is what it should be; a database that Drizzle did not migrate should be what they build in the end.
    let at_live = stands_at.filter(|at| Some(*at) != migrations.checked_sub(1));
    let of_live = live.as_ref().map(|live| {
        let built = at_live.map_or(end.as_ref(), |at| replayed.at.get(&at));
        let pair = |left| Pair { left, right: &live.view };
        [declared.map(pair), built.map(pair)]
    });
    let pairs: Vec<Pair<'_>> = wanted
        .into_iter()
        .filter_map(|(left, right)| Some(Pair { left: left?, right: right? }))
        .chain(of_live.into_iter().flatten().flatten())
        .collect();
    let (comparisons, drift) = compare_pairs(&pairs, flavor, &options.diff);
    let behind = live.as_ref().filter(|live| live.has_pending).map(|live| live.view.name.as_str());
    let drifted = comparisons.iter().filter(|comparison| comparison.has_drift());
    findings.extend(drifted.zip(drift).map(|(comparison, finding)| {
        let help = if behind == Some(comparison.right.as_str()) && comparison.left == "declared" {
            "the differences are listed below; what the pending migrations would do is among them: run them first"
        } else if failed {
            "the differences are listed below; what the failed statements would have done is among them: mend those \
             first"
        } else {
            return finding;
        };
        Finding { help: Some(help.to_owned()), ..finding }
    }));
    findings.extend(live.as_mut().map(|live| std::mem::take(&mut live.findings)).into_iter().flatten());
    findings.extend(older.iter().filter_map(|older| older.mismatch(&replayed.at, options)));
    let live_view = live.as_ref().map(|live| &live.view);
    let views: Vec<&View> = [declared, snapshot, end.as_ref(), live_view].into_iter().flatten().collect();
    findings.extend(conventions(&views, options));
    let replay = (migrations > 0).then_some(replayed.replay);
    Ok(Report::new_with_levels(name, flavor, summary, replay, comparisons, findings, &options.levels))
}

/// The schema's file, where it is one.
fn only_file(project: &Project) -> Option<Place> {
    let files = &project.declaration.as_ref()?.files;
    let mut read = files.iter().filter(|file| !file.text.is_empty());
    let first = read.next()?;
    read.next().is_none().then(|| Place::file(first.path.display().to_string()))
}

/// The views of a project, each built.
struct Built {
    declared: Option<DeclaredOutcome>,
    /// The newest snapshot, and what is wrong with it.
    snapshot: Option<(View, Vec<Finding>)>,
    replayed: ReplayOutcome,
    older: Vec<OlderSnapshot>,
}

/// Builds the views at the same time: they have nothing to do with each other.
///
/// `stands_at` is a migration after which the schema is wanted, too.
fn build(project: &Project, options: &CheckOptions, stands_at: Option<usize>) -> Result<Built, CheckError> {
    let target = &options.target;
    let older = older_entries(project, options);
    let mut entries: BTreeSet<usize> = older.iter().map(|(_, entry)| *entry).collect();
    entries.extend(stands_at);
    entries.extend(project.newest.as_ref().and_then(|newest| newest.entry));
    let others = || {
        let older: Result<Vec<OlderSnapshot>, CheckError> =
            older.iter().map(|(file, entry)| older_snapshot(project, file, *entry, target)).collect();
        let (declared, snapshot) = declared_and_snapshot(project, target);
        (declared, snapshot, older)
    };
    let (replayed, (declared, snapshot, older)) = both(|| replay(project, &entries, target), others);
    Ok(Built { declared, snapshot: snapshot?, replayed: replayed?, older: older? })
}

type SnapshotView = Result<Option<(View, Vec<Finding>)>, CheckError>;

/// The declared schema and the newest snapshot. Where both come to the same statements, these are run once.
fn declared_and_snapshot(project: &Project, target: &Target) -> (Option<DeclaredOutcome>, SnapshotView) {
    let Some(declaration) = &project.declaration else {
        return (None, newest_view(project, target, None));
    };
    let statements = declaration.snapshot.to_ddl();
    let built = run_ddl(&statements, target, &declaration.incomplete_tables);
    let shared = declaration.incomplete_tables.is_empty().then_some((&statements, &built));
    let snapshot = newest_view(project, target, shared);
    (Some(judge(declaration, &statements, &built, target.flavor)), snapshot)
}

/// The newest snapshot as a view, and what is wrong with it. `declared` are statements that have run already.
fn newest_view(
    project: &Project,
    target: &Target,
    declared: Option<(&Vec<DdlStatement>, &DdlBuilt)>,
) -> SnapshotView {
    let Some(newest) = &project.newest else { return Ok(None) };
    let place = Place::file(newest.path.display().to_string());
    let statements = newest.snapshot.to_ddl();
    let same = |other: &[DdlStatement]| {
        other.len() == statements.len()
            && other.iter().zip(&statements).all(|(other, own)| other.sql == own.sql)
    };
    let own;
    let built = match declared.filter(|(other, _)| same(other)) {
        Some((_, built)) => built,
        None => {
            own = run_ddl(&statements, target, &BTreeSet::new());
            &own
        }
    };
    let findings = findings(&statements, built, &place.file)?;
    let view = View {
        name: format!("snapshot {}", newest.prefix),
        schema: built.schema.clone(),
        is_shown: false,
        columns_ordered: false,
        unchecked: built.unchecked.clone(),
        unchecked_programs: built.unchecked_programs.clone(),
        may_lack: BTreeSet::new(),
        cannot_hold: BEYOND_DRIZZLE,
        places: ObjectPlaces::Snapshot(snapshot_places(&newest.snapshot, slice::from_ref(&place.file))),
        place: Some(place),
    };
    Ok(Some((view, findings)))
}

/// A snapshot before the newest one.
struct OlderSnapshot {
    entry: usize,
    tag: String,
    view: View,
}

impl OlderSnapshot {
    fn mismatch(&self, replayed: &BTreeMap<usize, View>, options: &CheckOptions) -> Option<Finding> {
        let right = replayed.get(&self.entry)?;
        let pair = Pair { left: &self.view, right };
        let comparison = compare_pair(&pair, options.target.flavor, &options.diff);
        snapshot_mismatch(&self.tag, &comparison, self.view.place.iter().cloned().collect())
    }
}

/// The older snapshots that are to be compared, each with the migration that it belongs to.
fn older_entries<'p>(project: &'p Project, options: &CheckOptions) -> Vec<(&'p SnapshotFile, usize)> {
    if !options.every_snapshot {
        return Vec::new();
    }
    let newest = project.newest.as_ref().map(|newest| newest.path.as_path());
    let entry_of = |prefix: &str| {
        project.folder.migrations().position(|migration| match migration.entry {
            Some(entry) => entry.prefix() == prefix,
            None => migration.tag == prefix,
        })
    };
    let older = project.snapshots.iter().filter(|snapshot| Some(snapshot.path.as_path()) != newest);
    older.filter_map(|snapshot| Some((snapshot, entry_of(&snapshot.prefix)?))).collect()
}

fn older_snapshot(
    project: &Project,
    file: &SnapshotFile,
    entry: usize,
    target: &Target,
) -> Result<OlderSnapshot, CheckError> {
    let (path, prefix) = (file.path.as_path(), file.prefix.as_str());
    let text = fs::read_text(path).map_err(|error| unreadable(&error))?;
    let snapshot = Snapshot::parse(&text).map_err(|error| misformed(path.display().to_string(), &error))?;
    // What is wrong in an older snapshot by itself was said when it was the newest.
    let place = Place::file(path.display().to_string());
    let built = build_snapshot(&snapshot, &place.file, target)?;
    let view = View {
        name: format!("snapshot {prefix}"),
        schema: built.schema,
        is_shown: false,
        columns_ordered: false,
        unchecked: built.unchecked,
        unchecked_programs: built.unchecked_programs.clone(),
        may_lack: BTreeSet::new(),
        cannot_hold: BEYOND_DRIZZLE,
        places: ObjectPlaces::Snapshot(snapshot_places(&snapshot, slice::from_ref(&place.file))),
        place: Some(place),
    };
    let tag = project.folder.migrations().nth(entry).map_or(prefix, |migration| migration.tag).to_owned();
    Ok(OlderSnapshot { entry, tag, view })
}

fn unreadable(error: &LoadError) -> CheckError {
    let at = error.at.unwrap_or(terp_drizzle::LineColumn { line: 1, column: 1 });
    let message = error.message.clone();
    CheckError { kind: CheckErrorKind::Snapshot, file: error.path.display().to_string(), at, message }
}

fn misformed(file: String, error: &FormatError) -> CheckError {
    CheckError { kind: CheckErrorKind::Snapshot, file, at: error.at, message: error.message.clone() }
}

/// Does both, at the same time where a thread can be had.
fn both<A, B: Send>(first: impl FnOnce() -> A, second: impl Fn() -> B + Sync) -> (A, B) {
    thread::scope(|scope| {
        let started = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, &second);
        let first = first();
        let second = match started.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => panic::resume_unwind(panic),
            Err(_) => second(),
        };
        (first, second)
    })
}

/// As much as a main thread has.
const STACK: usize = 8 << 20;

/// Checks the conventions on every view.
fn conventions(views: &[&View], options: &CheckOptions) -> Vec<Finding> {
    let lookups: Vec<_> = views.iter().map(|view| |path: &ObjectPath| view.places.place_of(path)).collect();
    let views: Vec<ConventionView<'_>> = views
        .iter()
        .zip(&lookups)
        .map(|(view, place_of)| ConventionView {
            name: &view.name,
            schema: &view.schema,
            unchecked: &view.unchecked,
            place_of,
        })
        .collect();
    check_conventions(&views, &options.conventions, options.target.flavor)
}

/// Counts what is declared, also what no server would make of it; conventions are about what it would. Of a project whose
/// declared schema is not read, what the newest snapshot declares; without one, what the migrations build.
fn summary(
    project: &Project,
    declared: Option<&DeclaredOutcome>,
    snapshot: Option<&(View, Vec<Finding>)>,
    replayed: &ReplayOutcome,
    options: &CheckOptions,
) -> Summary {
    let migrations = project.folder.migration_count();
    let by_declaration = project.declaration.as_ref().zip(declared);
    let by_snapshot = project.newest.as_ref().zip(snapshot);
    let (counts, schema) = match (by_declaration, by_snapshot) {
        (Some((declaration, declared)), _) => (declaration.snapshot.declared_counts(), &declared.schema),
        (None, Some((newest, (view, _)))) => (newest.snapshot.declared_counts(), &view.schema),
        (None, None) => return summarise(&replayed.end.schema, None, migrations, &options.conventions),
    };
    let followed = convention_counts(schema, &options.conventions);
    let DeclaredCounts {
        tables,
        columns,
        primary_keys,
        unique_constraints,
        indexes,
        foreign_keys,
        enum_columns,
        ..
    } = counts;
    Summary {
        tables,
        columns,
        primary_keys,
        unique_constraints,
        indexes,
        foreign_keys,
        enum_columns,
        migrations,
        version_tables: followed.version_tables,
        soft_delete_tables: followed.soft_delete_tables,
        ..Summary::default()
    }
}
