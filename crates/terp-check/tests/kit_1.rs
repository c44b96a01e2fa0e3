//! A project that drizzle-kit 1.0.0-rc.5 made.

use std::collections::BTreeSet;

use std::fs;
use std::path::{Path, PathBuf};

use terp_check::{CheckOptions, build_snapshot, check_project, replay, sources};
use terp_drift::{Severity, TextOptions};
use terp_drizzle::{Snapshot, load_project};
use terp_schema_model::Flavor;
use terp_schema_model::render::show_create_table;

const FLAVORS: [Flavor; 3] = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11];

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../terp-drizzle/tests/fixtures/kit1")
}

/// The SQL that is made of a snapshot builds what the kit's own builds, on whatever server.
#[test]
fn its_first_snapshot_builds_what_its_migration_builds() {
    let project = load_project(&project()).expect("it can be read");
    let first = project.snapshots.first().expect("there are some");
    let text = fs::read_to_string(&first.path).expect("it is there");
    let snapshot = Snapshot::parse(&text).expect("drizzle-kit wrote it");
    for flavor in FLAVORS {
        let replayed = replay(&project, &BTreeSet::from([0]), flavor).expect("it can be run");
        let migration = &replayed.at.get(&0).expect("no file is missing").schema;
        let built =
            build_snapshot(&snapshot, "snapshot.json", flavor).expect("it can be read to its end").schema;
        for (migration, built) in migration.tables.iter().zip(&built.tables) {
            assert_eq!(show_create_table(migration, flavor), show_create_table(built, flavor), "{flavor}");
        }
        assert_eq!(migration, &built, "{flavor}");
    }
}

/// Of a table that a migration makes alone, drizzle-kit 1.0.0-rc.5 forgets the actions of its foreign keys: its snapshot
/// has them, its SQL has not.
#[test]
fn what_the_kit_forgets_is_found() {
    let project = load_project(&project()).expect("it can be read");
    let report =
        check_project(&project, "kit1", &CheckOptions::new(Flavor::MYSQL_9_7)).expect("it can be checked");
    let text = report.to_text(&sources(&project, &report), &TextOptions::default());
    let dir = format!("{}/", project.migrations_path.display());
    insta::assert_snapshot!(text.replace(&dir, ""));
    assert_eq!(report.summary.migrations, 3);
    assert_eq!(report.count(Severity::Error), 1);
}
