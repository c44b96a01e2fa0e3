//! The levels that a project gives to rules.

mod common;

use std::collections::BTreeMap;

use common::{MYSQL, told};
use terp_drift::{
    Finding, Level, Replay, Report, RuleLevels, Severity, Sources, Summary, TextOptions, Verdict,
};

fn levels(text: &str) -> Result<RuleLevels, String> {
    toml::from_str::<BTreeMap<String, Level>>(text)
        .map_err(|error| error.to_string())
        .and_then(|levels| RuleLevels::new(levels).map_err(|error| error.to_string()))
}

fn finding(rule: &'static str, severity: Severity) -> Finding {
    Finding { rule, severity, message: "x".to_owned(), help: None, places: Vec::new() }
}

fn report(findings: Vec<Finding>, levels: &RuleLevels) -> Report {
    Report::new_with_levels("p", MYSQL, Summary::default(), None, Vec::new(), findings, levels)
}

#[test]
fn levels_change_severities_order_and_verdict() {
    let findings = || {
        vec![
            finding("orphan-migration-file", Severity::Note),
            finding("duplicate-prefix", Severity::Warning),
            finding("missing-snapshot", Severity::Error),
            finding("missing-snapshot", Severity::Warning),
        ]
    };
    let as_they_are = report(findings(), &RuleLevels::default());
    assert_eq!(as_they_are.verdict(), Verdict::Errors);
    let levels = levels(
        "orphan-migration-file = 'error'\nduplicate-prefix = 'off'\nmissing-snapshot = 'note'\nsoft-delete = 'off'",
    )
    .unwrap();
    let report = report(findings(), &levels);
    assert_eq!(
        told(&report.findings),
        ["error[orphan-migration-file] x @ ", "note[missing-snapshot] x @ ", "note[missing-snapshot] x @ "]
    );
    assert_eq!((report.verdict(), report.turned_off.len()), (Verdict::Errors, 1));
    let text = report.to_text(&Sources::new(), &TextOptions::default());
    assert!(text.contains("\n  turned off  1 finding is left out: 1 of duplicate-prefix\n"), "{text}");
    assert!(report.to_json().unwrap().contains("\"turned_off\": ["));
    assert!(!as_they_are.to_json().unwrap().contains("turned_off"));
}

#[test]
fn what_the_verdict_counts_is_not_lowered() {
    for (text, message) in [
        ("drift = 'off'", "the rule `drift` can't be set to off: "),
        ("migration-fails = 'warning'", "the rule `migration-fails` can't be set to warning: "),
        ("declaration-error = 'note'", "the rule `declaration-error` can't be set to note: "),
        ("unsupported-statement = 'off'", "so it stays at warning at least"),
        ("drfit = 'off'", "there is no rule `drfit`; did you mean `drift`?"),
        ("nonsense = 'off'", "there is no rule `nonsense`"),
        ("drift = 'loud'", "unknown variant `loud`"),
    ] {
        let error = levels(text).unwrap_err();
        assert!(error.contains(message), "{error}");
    }
    let raised = levels("unsupported-statement = 'error'\ndrift = 'error'").unwrap();
    assert_eq!(raised.level("unsupported-statement"), Some(Level::Error));
    assert_eq!(raised.level("soft-delete"), None);
    let report = report(vec![finding("unsupported-statement", Severity::Warning)], &raised);
    assert_eq!(report.verdict(), Verdict::Errors);
}

#[test]
fn a_configuration_reads_levels_and_refuses_wrong_ones() {
    #[derive(Debug, serde::Deserialize)]
    struct File {
        rules: RuleLevels,
    }
    let file: File = toml::from_str("[rules]\nduplicate-prefix = \"off\"\n").unwrap();
    assert_eq!(file.rules.level("duplicate-prefix"), Some(Level::Off));
    let error = toml::from_str::<File>("[rules]\ndrift = \"off\"\n").unwrap_err().to_string();
    assert!(error.contains("can't be set to off"), "{error}");
}

#[test]
fn a_replay_that_ends_early_is_no_clean_one() {
    let mut replay = Replay::new(1, Vec::new(), Vec::new(), 0);
    replay.ends_before = Some("0001_orders".to_owned());
    let report = Report::new("p", MYSQL, Summary::default(), Some(replay), Vec::new(), Vec::new());
    assert_eq!(report.verdict(), Verdict::Errors);
}
