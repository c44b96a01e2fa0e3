//! Each project of `fixtures/drift` has one planted fault, which its README tells: the report has to find that fault and to
//! claim nothing else. The snapshots have been read against the READMEs.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::fmt::Write as _;
use std::path::Path;

use terp_check::{CheckOptions, check_project, sources};
use terp_drift::{Report, TextOptions};
use terp_drizzle::load_project;
use terp_schema_model::Flavor;

const FLAVORS: [Flavor; 3] = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11];

/// The test runner gives a path to the README: each folder has one.
fn project(readme: &Path) -> datatest_stable::Result<()> {
    let dir = readme.parent().expect("a file has a folder");
    let name = dir.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
    if !dir.join("drizzle").exists() {
        return Ok(());
    }
    let project = load_project(dir)?;
    // Servers that come to the same are shown once.
    let mut by_text: Vec<(String, Vec<Flavor>)> = Vec::new();
    for flavor in FLAVORS {
        let report = check_project(&project, &name, &CheckOptions::new(flavor))?;
        let mut text = report.to_text(&sources(&project, &report), &TextOptions::default());
        writeln!(text, "exit code {}\n{}", report.exit_code(false), short(&report))?;
        // The title names the server.
        let text = text.replace(&format!("{name} on {flavor}"), &name);
        let text = text.replace(&format!("{}/", dir.display()), "");
        match by_text.iter_mut().find(|(other, _)| *other == text) {
            Some((_, flavors)) => flavors.push(flavor),
            None => by_text.push((text, vec![flavor])),
        }
    }
    let mut text = String::new();
    for (report, flavors) in by_text {
        let flavors: Vec<String> = flavors.iter().map(ToString::to_string).collect();
        writeln!(text, "---- {} ----\n{report}", flavors.join(", "))?;
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("drift__{name}"), text));
    Ok(())
}

/// What programs read of it: rules and places of the findings, and the differences, without their texts.
fn short(report: &Report) -> String {
    let json: serde_json::Value =
        serde_json::from_str(&report.to_json().expect("a report is JSON")).expect("JSON is JSON");
    let mut out = String::new();
    let mut line = |text: String| out.push_str(&format!("  {text}\n"));
    for finding in &report.findings {
        let places: Vec<String> = finding.places.iter().map(ToString::to_string).collect();
        line(format!("{} {}: {}", finding.severity, finding.rule, places.join(", ")));
    }
    for comparison in json["comparisons"].as_array().expect("a list") {
        for (key, value) in comparison.as_object().expect("an object") {
            if value.as_array().is_some_and(|list| !list.is_empty()) {
                line(format!("{key}: {value}"));
            }
        }
    }
    line(format!("verdict {}", json["summary"]["verdict"]));
    out
}

datatest_stable::harness! {
    { test = project, root = "../../fixtures/drift", pattern = r".*/README\.md$" },
}
