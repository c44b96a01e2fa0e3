//! Checks a Drizzle project without a database: runs its migrations in the embedded engine, and compares what they
//! build with what the newest snapshot says.
//!
//! Nothing is printed, and the only files that are read are those that [`terp_drizzle::fs`] reads.

mod compare;
mod error;
mod execute;
mod history;
mod load;
mod places;
mod provenance;
mod replay;
mod script;
mod snapshot;
mod source;
mod sources;
mod tables;

use std::{panic, slice, thread};

use terp_drift::{
    ConventionCounts, Conventions, DiffOptions, Place, Report, Summary, check_history, convention_counts,
    summarise,
};
use terp_drizzle::{NewestSnapshot, Project};
use terp_schema_model::Flavor;

pub use compare::{View, compare};
pub use error::{CheckError, CheckErrorKind};
pub use history::history;
pub use load::{LoadedSource, SourceError, load_source};
pub use places::{ObjectPlaces, SnapshotPlaces, snapshot_places};
pub use provenance::Provenance;
pub use replay::{ReplayOutcome, replay};
pub use snapshot::{SnapshotOutcome, build_snapshot};
pub use source::{ParseSourceError, Source};
pub use sources::sources;

/// What a check is for.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// The server that is meant.
    pub flavor: Flavor,
    /// What comparisons leave out.
    pub diff: DiffOptions,
}

impl CheckOptions {
    /// A check for that server, which compares everything that a migration makes.
    pub fn new(flavor: Flavor) -> Self {
        Self { flavor, diff: DiffOptions::default() }
    }
}

/// Checks a project: its history, its migrations from an empty database, and the newest snapshot against what they
/// build. `name` is what the report calls it.
///
/// The snapshot is compared with the state after the migration that it belongs to. Nothing is compared when the file
/// of that migration or of an earlier one is missing: what they would have built is not known.
///
/// # Errors
/// A migration or the snapshot has SQL that can't be read to its end: see [`CheckErrorKind`].
pub fn check_project(project: &Project, name: &str, options: &CheckOptions) -> Result<Report, CheckError> {
    let flavor = options.flavor;
    let mut findings = check_history(&history(project));
    let newest = project.newest.as_ref();

    let place = newest.map(|newest| Place::file(newest.path.display().to_string()));
    let build = || match (newest, &place) {
        (Some(newest), Some(place)) => build_snapshot(&newest.snapshot, &place.file, flavor).map(Some),
        _ => Ok(None),
    };
    let (replayed, built) = both(|| replay(project, newest.and_then(|newest| newest.entry), flavor), build);
    let (replayed, built) = (replayed?, built?);
    findings.extend(replayed.findings);
    let conventions = Conventions::default();
    let followed = built.as_ref().map(|built| convention_counts(&built.schema, &conventions));
    let mut views = Vec::new();
    if let (Some(newest), Some(built)) = (newest, built) {
        findings.extend(built.findings);
        let places =
            place.as_ref().map(|place| snapshot_places(&newest.snapshot, slice::from_ref(&place.file)));
        views.push(View {
            name: format!("snapshot {}", newest.prefix),
            schema: built.schema,
            columns_ordered: false,
            unchecked: built.unchecked,
            places: places.map(ObjectPlaces::Snapshot).unwrap_or_default(),
            place,
        });
        views.extend(replayed.at_snapshot);
    }
    let migrations = project.folder.migration_count();
    let summary = match newest {
        Some(newest) => declared_summary(newest, migrations, followed.unwrap_or_default()),
        None => summarise(&replayed.schema, None, migrations, &conventions),
    };
    let (comparisons, drift) = compare(&views, flavor, &options.diff);
    let failed = !replayed.replay.failed.is_empty();
    findings.extend(drift.into_iter().map(|mut finding| {
        if failed {
            let help = "the differences are listed below; what the failed statements would have done is among them: \
                mend those first";
            finding.help = Some(help.to_owned());
        }
        finding
    }));
    Ok(Report::new(name, flavor, summary, Some(replayed.replay), comparisons, findings))
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

/// Counts what the snapshot declares, also what no server would make of it; conventions are about what it would.
fn declared_summary(newest: &NewestSnapshot, migrations: usize, followed: ConventionCounts) -> Summary {
    let counts = newest.snapshot.declared_counts();
    Summary {
        tables: counts.tables,
        columns: counts.columns,
        primary_keys: counts.primary_keys,
        unique_constraints: counts.unique_constraints,
        indexes: counts.indexes,
        foreign_keys: counts.foreign_keys,
        enum_columns: counts.enum_columns,
        migrations,
        version_tables: followed.version_tables,
        soft_delete_tables: followed.soft_delete_tables,
        ..Summary::default()
    }
}
