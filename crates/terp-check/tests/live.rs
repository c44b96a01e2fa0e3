//! A live database against a project. No server is needed: what was read of one is a value.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use terp_check::{
    AppliedMigrations, AppliedRows, CheckOptions, Live, LoadedSource, Unseen, check_project_live,
    compare_sources, replay,
};
use terp_drift::{ObjectKind, ObjectPath, Report, RuleLevels, Verdict};
use terp_drizzle::migrations_table::{AppliedMigration, file_hash};
use terp_drizzle::{Project, load_project};
use terp_schema_model::{CharacterSet, Flavor, Table};
use terp_sql::SqlMode;

const FLAVOR: Flavor = Flavor::MYSQL_9_7;

fn project() -> Project {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/terp"));
    load_project(&path).expect("it can be read")
}

/// The rows that Drizzle's migrator leaves after the first so many migrations.
fn rows(project: &Project, number: usize) -> Vec<AppliedMigration> {
    let row = |migration: terp_drizzle::Migration<'_>| AppliedMigration {
        hash: file_hash(&migration.file.expect("it has a file").text),
        created_at: Some(migration.when),
    };
    project.folder.migrations().take(number).map(row).collect()
}

/// The database of somebody who ran the first so many migrations.
fn live(project: &Project, number: usize) -> Live {
    let at = number - 1;
    let replayed = replay(project, &BTreeSet::from([at]), FLAVOR).expect("it can be run");
    let view = replayed.at.get(&at).unwrap_or(&replayed.end);
    let mut schema = view.schema.clone();
    let any = schema.tables.first().cloned().expect("there are tables");
    schema.tables.push(Table { name: "__drizzle_migrations".to_owned(), ..any });
    Live {
        name: "live shop".to_owned(),
        flavor: FLAVOR,
        variables: BTreeMap::from([("sql_mode".to_owned(), SqlMode::default_for(FLAVOR).to_string())]),
        schema,
        unknown: BTreeMap::new(),
        unseen: Vec::new(),
        migrations: AppliedMigrations::Rows(AppliedRows::ByTime(rows(project, number))),
    }
}

fn check(project: &Project, live: &Live) -> Report {
    check_project_live(project, "terp", &CheckOptions::new(FLAVOR), live).expect("it can be checked")
}

/// Severity, rule and message of what is about the live database.
fn told(report: &Report) -> Vec<String> {
    let offline = ["one-vendor-only", "duplicate-prefix", "orphan-migration-file", "backward-when"];
    let findings = report.findings.iter().filter(|finding| !offline.contains(&finding.rule));
    findings.map(|f| format!("{}[{}] {}", f.severity, f.rule, f.message)).collect()
}

fn compared(report: &Report) -> Vec<(String, usize)> {
    let of_live = report.comparisons.iter().filter(|comparison| comparison.right == "live shop");
    of_live.map(|c| (c.left.clone(), c.counts.substance + c.counts.name_only)).collect()
}

#[test]
fn a_database_that_ran_everything_has_no_drift() {
    let project = project();
    let all = project.folder.migration_count();
    let report = check(&project, &live(&project, all));
    assert_eq!(told(&report), [] as [&str; 0]);
    assert_eq!(compared(&report), [("declared".to_owned(), 0), ("replayed".to_owned(), 0)]);
}

#[test]
fn a_database_that_is_behind_is_compared_with_what_it_ran() {
    let project = project();
    let all = project.folder.migration_count();
    let report = check(&project, &live(&project, all - 2));
    let pending = format!(
        "warning[pending-migration] 2 migrations are pending: {} to {}",
        tag(&project, all - 2),
        tag(&project, all - 1)
    );
    let told = told(&report);
    assert!(told.contains(&pending), "{told:#?}");
    let stands_at = format!("replayed up to {}", tag(&project, all - 3));
    let compared = compared(&report);
    assert!(compared.contains(&(stands_at, 0)), "{compared:?}");
    assert!(compared.iter().any(|(left, differences)| left == "declared" && *differences > 0));
    let drift = report
        .findings
        .iter()
        .find(|finding| finding.rule == "drift")
        .expect("it differs from what is declared");
    assert!(drift.help.as_deref().is_some_and(|help| help.contains("pending migrations")), "{drift:?}");
}

fn tag(project: &Project, at: usize) -> String {
    project.folder.migrations().nth(at).expect("it is there").tag.to_owned()
}

#[test]
fn what_differs_is_found() {
    let project = project();
    let mut live = live(&project, project.folder.migration_count());
    let table = live.schema.tables.iter_mut().find(|table| table.name == "users").expect("it is there");
    table.columns.pop();
    let report = check(&project, &live);
    assert_eq!(report.verdict(), Verdict::Drift);
    assert!(compared(&report).iter().all(|(_, differences)| *differences == 1), "{:?}", compared(&report));
}

#[test]
fn what_is_not_known_is_named_and_not_compared() {
    let project = project();
    let mut live = live(&project, project.folder.migration_count());
    live.schema.tables.retain(|table| table.name != "users");
    live.unknown.insert(ObjectPath::table("users"), "the server prints it otherwise".to_owned());
    live.unknown.insert(ObjectPath::program(ObjectKind::View, "totals"), "it is broken".to_owned());
    let report = check(&project, &live);
    assert_eq!(
        told(&report),
        [
            "warning[unsupported-object] table users of live shop is not compared: the server prints it otherwise",
            "warning[unsupported-object] view totals of live shop is not compared: it is broken",
        ]
    );
    for comparison in report.comparisons.iter().filter(|comparison| comparison.right == "live shop") {
        assert_eq!(comparison.unchecked_tables, ["users"]);
        assert_eq!(comparison.unchecked_program_names, ["view totals"]);
        assert!(!comparison.has_drift());
    }
}

#[test]
fn what_can_not_be_seen_is_not_missing() {
    let project = project();
    let mut live = live(&project, project.folder.migration_count());
    live.schema.tables.retain(|table| table.name != "users");
    let what = "tables without any privilege are not shown".to_owned();
    live.unseen = vec![Unseen {
        what,
        grant: Some("GRANT SELECT ON `shop`.* TO `x`@`%`".to_owned()),
        hides: BTreeSet::from([ObjectKind::Table]),
    }];
    let report = check(&project, &live);
    assert_eq!(told(&report), ["warning[missing-privilege] tables without any privilege are not shown"]);
    assert!(compared(&report).iter().all(|(_, differences)| *differences == 0));
    assert!(report.comparisons.iter().any(|comparison| comparison.unchecked_tables == ["users"]));
}

#[test]
fn the_table_of_migrations_is_held_against_the_journal() {
    let project = project();
    let all = project.folder.migration_count();
    let mut live = live(&project, all);
    let mut applied = rows(&project, all);
    applied[3].hash = file_hash("something else");
    let skipped = applied.remove(5);
    applied.push(AppliedMigration { hash: "ab".repeat(32), created_at: Some(1) });
    live.migrations = AppliedMigrations::Rows(AppliedRows::ByTime(applied));
    let table = "__drizzle_migrations";
    assert!(skipped.created_at.is_some());
    assert_eq!(
        told(&check(&project, &live)),
        [
            format!(
                "error[applied-migration-edited] {} was edited after this database ran it: its hash is not the one in {table}",
                tag(&project, 3)
            ),
            format!(
                "error[skipped-migration] {} has not run here and never will: {table} has a later one",
                tag(&project, 5)
            ),
            format!(
                "warning[unknown-migration] {table} has a row that no migration of the project has: created_at 1, hash abababababab..."
            ),
        ]
    );
    live.migrations = AppliedMigrations::NoTable;
    let told = told(&check(&project, &live));
    assert!(told[0].ends_with(", as there is no table __drizzle_migrations"), "{told:?}");
}

/// Nothing is said of migrations that nobody could read.
#[test]
fn an_unreadable_table_of_migrations_is_not_an_absent_one() {
    let project = project();
    let mut live = live(&project, project.folder.migration_count());
    live.migrations = AppliedMigrations::Unreadable("SELECT command denied".to_owned());
    let told = told(&check(&project, &live));
    let says =
        "warning[missing-privilege] which migrations live shop has run is not known: SELECT command denied";
    assert_eq!(told, [says]);
}

/// What the project leaves open is decided by the database, so it is no difference.
#[test]
fn the_databases_character_set_and_server_count() {
    let project = project();
    let set = CharacterSet { charset: "utf8mb4".to_owned(), collation: "utf8mb4_unicode_ci".to_owned() };
    let all = project.folder.migration_count();
    let mut live = live(&project, all);
    live.schema.character_set = set;
    // Its tables were made under another default, so they differ from what would be made now.
    assert_eq!(check(&project, &live).verdict(), Verdict::Drift);
    let target = live.target();
    live.schema = replay(&project, &BTreeSet::new(), target).expect("it can be run").end.schema;
    assert_eq!(told(&check(&project, &live)), [] as [&str; 0]);
    live.flavor = Flavor::MARIADB_11_8;
    live.schema = replay(&project, &BTreeSet::new(), live.target()).expect("it can be run").end.schema;
    let told = told(&check(&project, &live));
    assert_eq!(
        told,
        [
            "warning[server-differs] live shop is on mariadb:11.8, and the project is for mysql:9.7: this check is for mariadb:11.8"
        ]
    );
}

#[test]
fn triggers_of_a_table_that_can_not_be_opened_are_not_missing() {
    let trigger = |name: &str, table: &str| terp_schema_model::Trigger {
        name: name.to_owned(),
        table: table.to_owned(),
        ..terp_schema_model::Trigger::default()
    };
    let mut schema = terp_schema_model::Schema::new(FLAVOR.default_character_set());
    schema.tables.push(Table::new("broken", FLAVOR.default_character_set()));
    schema.triggers = vec![trigger("hidden", "broken"), trigger("gone", "other")];
    let declared = LoadedSource::new("declared", FLAVOR, schema);
    let empty = terp_schema_model::Schema::new(FLAVOR.default_character_set());
    let live = |unknown: ObjectPath| Live {
        name: "live shop".to_owned(),
        flavor: FLAVOR,
        variables: BTreeMap::new(),
        schema: empty.clone(),
        unknown: BTreeMap::from([(unknown, "it can't be opened".to_owned())]),
        unseen: Vec::new(),
        migrations: AppliedMigrations::NotRead,
    };
    let missing = |live: Live| {
        let options = terp_drift::DiffOptions::default();
        let (report, _) =
            compare_sources(declared.clone(), live.into_source(), &options, &RuleLevels::default())
                .expect("they are of one vendor");
        let missing = report.comparisons[0].missing_programs.iter();
        missing.map(|named| named.path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(missing(live(ObjectPath::table("broken"))), ["other, trigger gone"]);
    // One that has lost its name may be any.
    assert_eq!(missing(live(ObjectPath::program(ObjectKind::Trigger, ""))), [] as [&str; 0]);
}

#[test]
fn two_versions_are_compared_with_a_note() {
    let told = |left: Flavor, right: Flavor| {
        let source = |name: &str, flavor: Flavor| {
            LoadedSource::new(
                name,
                flavor,
                terp_schema_model::Schema::new(Flavor::MYSQL_9_7.default_character_set()),
            )
        };
        let options = terp_drift::DiffOptions::default();
        let compared =
            compare_sources(source("a", left), source("b", right), &options, &RuleLevels::default());
        let (report, _) = compared.expect("they are of one vendor");
        assert_eq!(report.exit_code(true), 0, "{:?}", report.findings);
        report.findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(told(Flavor::mysql(9, 7, 4), Flavor::MYSQL_9_7), [] as [&str; 0]);
    let told = told(Flavor::MYSQL_9_7, Flavor::mysql(8, 4, 3));
    assert!(told.len() == 1 && told[0].starts_with("a is of mysql:9.7 and b of mysql:8.4.3: "), "{told:?}");
}
