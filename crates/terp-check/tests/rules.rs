//! The rules on projects that need more than a migration folder: a list of what was released, conventions, older
//! snapshots. Each fires on the project that was made for it, and not on the one without that fault.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use terp_check::{CheckOptions, check_project, history, replay};
use terp_drift::{ConventionView, Conventions, Finding, check_conventions, check_history, parse_released};
use terp_drizzle::{Project, load_project};
use terp_schema_model::Flavor;

const FLAVORS: [Flavor; 3] = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11];

fn folder(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures")).join(name)
}

fn project(name: &str) -> Project {
    load_project(&folder(name)).expect("it can be read")
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|f| format!("{}[{}] {}", f.severity, f.rule, f.message)).collect()
}

fn of_history(name: &str) -> Vec<Finding> {
    let project = project(name);
    let list = std::fs::read_to_string(folder(name).join("drizzle/released.sha256")).expect("it is there");
    let released = parse_released("released.sha256", &list).expect("it can be read");
    check_history(&history(&project, &released))
}

#[test]
fn edited_after_release() {
    let findings = of_history("drift/edited-after-release");
    assert_eq!(
        told(&findings),
        ["error[edited-after-release] 0001_lines_and_notes.sql was edited after it was released"]
    );
    let [edited, list] = findings[0].places.as_slice() else { panic!("two places") };
    assert!(edited.file.ends_with("drizzle/0001_lines_and_notes.sql"), "{edited}");
    assert_eq!(
        (list.to_string().as_str(), list.label.as_deref()),
        ("released.sha256:2:1", Some("released as 628707623536..."))
    );
    assert_eq!(told(&of_history("drift/released-unchanged")), [""; 0]);
}

/// The older snapshots against what the journal builds up to them.
fn older_snapshots(name: &str, flavor: Flavor) -> Vec<Finding> {
    let options = CheckOptions { every_snapshot: true, ..CheckOptions::new(flavor) };
    let report = check_project(&project(name), name, &options).expect("it can be checked");
    report.findings.into_iter().filter(|finding| finding.rule == "snapshot-mismatch").collect()
}

#[test]
fn snapshots_that_do_not_match_their_migration() {
    for flavor in FLAVORS {
        let findings = older_snapshots("drift/snapshot-mismatch", flavor);
        assert_eq!(
            told(&findings),
            [
                "warning[snapshot-mismatch] the snapshot of 0001_lines_and_notes is not what the journal builds up to \
              there: 1 difference (~ notes.title, column-type: varchar(200) -> varchar(120))"
            ]
        );
        assert_eq!(told(&older_snapshots("drift/clean", flavor)), [""; 0]);
    }
}

fn of_conventions(name: &str, conventions: &Conventions, flavor: Flavor) -> Vec<Finding> {
    let view = replay(&project(name), &BTreeSet::new(), flavor).expect("it can be run").end;
    let view = ConventionView {
        name: &view.name,
        schema: &view.schema,
        unchecked: &view.unchecked,
        place_of: &|_| None,
    };
    check_conventions(&[view], conventions, flavor)
}

#[test]
fn conventions() {
    #[derive(serde::Deserialize)]
    struct File {
        conventions: Conventions,
    }
    let name = "drift/conventions-not-followed";
    let text = std::fs::read_to_string(folder(name).join("terp.toml")).expect("it is there");
    let broken: File = toml::from_str(&text).expect("it can be read");
    // What the 145 tables of the large project follow.
    let followed: Conventions = toml::from_str(
        "required-tables = ['users']\n\
         [optimistic-locking]\ntables = ['batches', 'clients', 'invoices', 'orders']\nothers = 'must-not'\n\
         expected-tables = 4\n\
         [soft-delete]\nexpected-tables = 49\n",
    )
    .expect("it can be read");
    for flavor in FLAVORS {
        assert_eq!(
            told(&of_conventions(name, &broken.conventions, flavor)),
            [
                "error[missing-required-table] the table `users` is required, and is not there (in replayed)",
                "error[optimistic-locking] `orders` has no column `version`, which optimistic locking needs \
                 (in replayed)",
                "error[soft-delete] `order_lines` has no column `deleted_at`, which soft delete needs (in replayed)",
            ]
        );
        assert_eq!(told(&of_conventions("terp", &followed, flavor)), [""; 0], "{flavor}");
    }
}
