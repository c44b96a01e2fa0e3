//! From a schema to a snapshot, from there to SQL, and from there to a schema: the same one, but for what the snapshot
//! says that it doesn't hold.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use terp_check::{build_snapshot, replay};
use terp_drift::{DiffOptions, Finding, diff};
use terp_drizzle::chain::NO_SNAPSHOT;
use terp_drizzle::{Snapshot, load_project};
use terp_schema_model::render::show_create_table;
use terp_schema_model::{Flavor, Schema};
use terp_sql::Catalog;
use terp_sql::lexer::LexOptions;
use terp_sql::splitter::{SplitMode, split};

const FLAVORS: [Flavor; 3] = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11];

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(path)
}

/// What the engine makes of a snapshot's SQL, and what it says about it.
fn rebuilt(snapshot: &Snapshot, flavor: Flavor) -> (Schema, Vec<Finding>) {
    let outcome = build_snapshot(snapshot, "snapshot.json", flavor).expect("it can be read to its end");
    (outcome.schema, outcome.findings)
}

/// In which order indexes and foreign keys stand follows from the migrations; a snapshot has them as drizzle-kit makes
/// them at once.
fn without_order_of_keys(mut schema: Schema) -> Schema {
    for table in &mut schema.tables {
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
    }
    schema
}

#[test]
fn the_schema_of_terp_survives_its_snapshot() {
    let project = load_project(&fixture("terp")).expect("it can be read");
    for flavor in FLAVORS {
        let schema = replay(&project, &BTreeSet::new(), flavor).expect("it can be run").end.schema;
        let (mut snapshot, not_held) = Snapshot::from_schema(&schema, flavor, NO_SNAPSHOT, NO_SNAPSHOT);
        assert_eq!(not_held, [], "{flavor}");
        let (again, findings) = rebuilt(&snapshot, flavor);
        assert_eq!(findings, [], "{flavor}");
        assert_eq!(again.tables.len(), 145, "{flavor}");
        assert_eq!(diff(&schema, &again, flavor, &DiffOptions::default()), [], "{flavor}");
        let (before, after) = (without_order_of_keys(schema), without_order_of_keys(again));
        for (before, after) in before.tables.iter().zip(&after.tables) {
            assert_eq!(show_create_table(before, flavor), show_create_table(after, flavor), "{flavor}");
        }
        assert_eq!(before, after, "{flavor}");

        // By way of JSON nothing changes, and the id is that of the content.
        snapshot.id = snapshot.content_id();
        let read = Snapshot::parse(&snapshot.to_json()).expect("it was written here");
        assert_eq!(
            (read.content_id(), read.prev_ids.concat()),
            (snapshot.id.clone(), NO_SNAPSHOT.to_owned())
        );
        assert_eq!(without_order_of_keys(rebuilt(&read, flavor).0), before, "{flavor}");
    }
}

/// Each of the DDL cases as far as the engine knows it, on each vendor.
#[test]
fn what_is_lost_is_named() {
    let mut compared = 0;
    let mut complaints = Vec::new();
    for entry in fs::read_dir(fixture("ddl/ok")).expect("it is there") {
        let path = entry.expect("it can be listed").path();
        // Its defaults need another sql_mode than a connection begins with.
        if path.ends_with("zero-dates.sql") {
            continue;
        }
        let source = fs::read_to_string(&path).expect("it is text");
        for flavor in FLAVORS {
            let mut schema = executed(&source, flavor);
            // Of views a snapshot keeps less (SHORTCOMINGS.md).
            schema.views.clear();
            compared += schema.tables.len();
            let told = lost_in_silence(&schema, flavor);
            complaints.extend(told.into_iter().map(|told| format!("{} on {flavor}: {told}", path.display())));
        }
    }
    assert!(compared > 500, "{compared}");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn executed(source: &str, flavor: Flavor) -> Schema {
    let mut catalog = Catalog::new(flavor);
    catalog.create_database("x", flavor.default_character_set());
    catalog.use_database("x");
    let options = LexOptions::new(flavor);
    for statement in split(source, &options, SplitMode::Server).statements {
        // What this vendor refuses, or what is not known, is not there then.
        let _ = catalog.execute_span(source, statement.span);
    }
    catalog.schema("x").expect("it was made")
}

/// Differences of tables of which the snapshot doesn't say that it lost something.
fn lost_in_silence(schema: &Schema, flavor: Flavor) -> Vec<String> {
    let (snapshot, not_held) = Snapshot::from_schema(schema, flavor, NO_SNAPSHOT, NO_SNAPSHOT);
    let lossy: BTreeSet<Option<&str>> = not_held.iter().map(|lost| lost.table.as_deref()).collect();
    let (again, findings) = rebuilt(&snapshot, flavor);
    let mut told: Vec<String> = diff(schema, &again, flavor, &DiffOptions::default())
        .iter()
        .filter(|change| !lossy.contains(&change.path.table.as_deref()))
        .map(|change| format!("{change:?}"))
        .collect();
    if !told.is_empty() {
        told.extend(findings.iter().map(|finding| finding.message.clone()));
        told.extend(snapshot.to_ddl().into_iter().map(|statement| statement.sql));
    }
    let read = Snapshot::parse(&snapshot.to_json()).expect("it was written here");
    if snapshot.not_in_version_5().is_empty() && rebuilt(&read, flavor).0 != again {
        told.push("the JSON builds something else".to_owned());
    }
    told
}
