//! Snapshots that don't follow each other.

use std::collections::HashMap;

use super::Rule;
use crate::finding::{Finding, Place, Severity};
use crate::history::{History, SnapshotMeta};

pub(super) const RULE: Rule = Rule {
    id: "broken-snapshot-chain",
    severity: Severity::Warning,
    summary: "A snapshot does not follow the one before it.",
    rationale: "Each snapshot names the id of the one before it. Where the chain is broken or forks, two branches \
        made a migration from the same state, or a file was written by hand: the next migration is generated \
        from a schema that not all migrations led to. Links to snapshots that are not there are not checked.",
    bad: "\
0001_snapshot.json: id b, prevId a
0002_snapshot.json: id c, prevId a      <- forks from 0000, like 0001",
    good: "\
0001_snapshot.json: id b, prevId a
0002_snapshot.json: id c, prevId b",
    fixed: false,
    check: Some(check),
};

/// What the first snapshot names as the one before it.
const ORIGIN: &str = "00000000-0000-0000-0000-000000000000";

fn check(history: &History) -> Vec<Finding> {
    let Some(journal) = &history.journal else { return Vec::new() };
    let by_prefix: HashMap<&str, &SnapshotMeta> =
        history.snapshots.iter().map(|snapshot| (snapshot.prefix.as_str(), snapshot)).collect();
    let by_id: HashMap<&str, &SnapshotMeta> =
        history.snapshots.iter().map(|snapshot| (snapshot.id.as_str(), snapshot)).collect();
    let chain: Vec<Option<&SnapshotMeta>> =
        journal.iter().map(|entry| by_prefix.get(entry.prefix()).copied()).collect();
    let mut findings = Vec::new();
    let first = chain.first().copied().flatten().filter(|first| first.prev_id != ORIGIN);
    if let Some(first) = first {
        findings.push(finding(first, "the first snapshot names one before it".to_owned(), Vec::new()));
    }
    for pair in chain.windows(2) {
        let [Some(before), Some(snapshot)] = pair else { continue };
        // Two entries of one number share the one snapshot that could keep the name.
        if snapshot.prev_id == before.id || std::ptr::eq(*before, *snapshot) {
            continue;
        }
        let follows = match by_id.get(snapshot.prev_id.as_str()) {
            Some(other) if std::ptr::eq(*other, *snapshot) => "itself".to_owned(),
            Some(other) => other.prefix.clone(),
            None if snapshot.prev_id == ORIGIN => "nothing, as if it were the first".to_owned(),
            None => "one that is not there".to_owned(),
        };
        let message = format!(
            "snapshot {} does not follow {}: it names {follows} as the one before it",
            snapshot.prefix, before.prefix
        );
        findings.push(finding(
            snapshot,
            message,
            vec![Place::file(&before.path).labelled(format!("id {}", before.id))],
        ));
    }
    findings
}

fn finding(snapshot: &SnapshotMeta, message: String, others: Vec<Place>) -> Finding {
    let mut places = vec![Place::file(&snapshot.path).labelled(format!("prevId {}", snapshot.prev_id))];
    places.extend(others);
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message,
        help: Some("generate the migrations from here on again, on top of the one before".to_owned()),
        places,
    }
}
