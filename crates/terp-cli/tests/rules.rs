//! Which project of `fixtures/drift` breaks which rule, with the `terp.toml` that it has.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use terp_check::{CheckOptions, check_project};
use terp_cli::config;
use terp_drift::RULES;
use terp_drizzle::{ProjectOptions, load_project_with};
use terp_schema_model::Flavor;

/// Rules that no project of this kind can break: what a source of SQL has refused is told by `terp-drift show`, and the others are
/// about live databases. A statement that is not known is in a test of terp-check (`kit_1`): what is not known changes.
const ELSEWHERE: [&str; 10] = [
    "sql-fails",
    "unsupported-statement",
    "applied-migration-edited",
    "skipped-migration",
    "unknown-migration",
    "pending-migration",
    "server-differs",
    "server-setting",
    "missing-privilege",
    "unsupported-object",
];

fn projects() -> Vec<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/drift");
    let entries = fs::read_dir(root).expect("it is there").flatten().map(|entry| entry.path());
    let mut projects: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    projects.sort();
    projects
}

#[test]
fn every_rule_has_a_project_that_breaks_it_and_one_that_does_not() {
    let mut broken_by: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for path in projects() {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
        let file = config::load(None, &path).expect("its configuration can be read");
        for flavor in [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8] {
            let (project_options, mut options) = match &file {
                Some(file) => (file.project_options(), file.check_options(flavor).expect("it is right")),
                None => (ProjectOptions::default(), CheckOptions::new(flavor)),
            };
            options.every_snapshot = true;
            let project = load_project_with(&path, &project_options).expect("it can be read");
            let report = check_project(&project, &name, &options).expect("it can be checked");
            for finding in &report.findings {
                broken_by.entry(finding.rule).or_default().insert(name.clone());
            }
            if name == "clean" {
                assert!(report.findings.is_empty(), "{:?}", report.findings);
            }
        }
    }
    let mut table = "`clean` breaks no rule\n\n".to_owned();
    let mut unbroken = Vec::new();
    for rule in RULES {
        let projects = broken_by.remove(rule.id).unwrap_or_default();
        if projects.is_empty() && !ELSEWHERE.contains(&rule.id) {
            unbroken.push(rule.id);
        }
        let projects: Vec<String> = projects.into_iter().collect();
        writeln!(table, "{}: {}", rule.id, projects.join(", ")).expect("a string");
    }
    assert!(unbroken.is_empty(), "no project breaks {unbroken:?}");
    assert!(broken_by.is_empty(), "rules that are in no table: {broken_by:?}");
    insta::assert_snapshot!("rules", table);
}
