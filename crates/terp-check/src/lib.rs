//! Checks a Drizzle project without a database: runs its migrations in the embedded engine, and compares what they
//! build with what the application declares and with what the newest snapshot says.
//!
//! Nothing is printed, and the only files that are read are those that [`terp_drizzle::fs`] reads.

mod check;
mod compare;
mod declared;
mod error;
mod execute;
mod history;
mod live;
mod load;
mod pair;
mod places;
mod provenance;
mod replay;
mod script;
mod snapshot;
mod source;
mod sources;
mod tables;
mod target;

pub use check::{CheckOptions, check_project, check_project_live};
pub use compare::{Pair, View, compare, compare_pairs};
pub use declared::{DeclaredOutcome, build_declared};
pub use error::{CheckError, CheckErrorKind};
pub use history::history;
pub use live::{AppliedMigrations, AppliedRows, Live, Unseen, migrations_table};
pub use load::{LoadedSource, SourceError, load_source};
pub use pair::{PairError, compare_sources};
pub use places::{ObjectPlaces, SnapshotPlaces, snapshot_places};
pub use provenance::Provenance;
pub use replay::{ReplayOutcome, replay};
pub use snapshot::{SnapshotOutcome, build_snapshot};
pub use source::{ParseSourceError, Source};
pub use sources::sources;
pub use target::Target;
