//! Snapshots that don't follow each other.

use std::collections::{HashMap, HashSet};

use super::Rule;
use crate::finding::{Finding, Place, Severity};
use crate::history::{History, JournalEntry, SnapshotMeta};

pub(super) const RULE: Rule = Rule {
    id: "broken-snapshot-chain",
    severity: Severity::Warning,
    summary: "A snapshot does not follow the one before it.",
    rationale: "Each snapshot names the id of the one before it. Where the chain is broken or forks, two branches \
        made a migration from the same state, or a file was written by hand: the next migration is generated \
        from a schema that not all migrations led to. Links to snapshots that are not there are not checked. \
        drizzle-kit 1.0 lets branches fork and joins them with the next migration, which names both ends: until then \
        the newest snapshot lacks what the other branch did.",
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
    match &history.journal {
        Some(journal) => by_journal(history, journal),
        None => by_folders(&history.snapshots),
    }
}

/// Each snapshot follows that of the entry before it.
fn by_journal(history: &History, journal: &[JournalEntry]) -> Vec<Finding> {
    let by_prefix: HashMap<&str, &SnapshotMeta> =
        history.snapshots.iter().map(|snapshot| (snapshot.prefix.as_str(), snapshot)).collect();
    let by_id: HashMap<&str, &SnapshotMeta> =
        history.snapshots.iter().map(|snapshot| (snapshot.id.as_str(), snapshot)).collect();
    let chain: Vec<Option<&SnapshotMeta>> =
        journal.iter().map(|entry| by_prefix.get(entry.prefix()).copied()).collect();
    let mut findings = Vec::new();
    let first = chain.first().copied().flatten().filter(|first| !is_first(first));
    if let Some(first) = first {
        findings.push(finding(first, "the first snapshot names one before it".to_owned(), Vec::new()));
    }
    for pair in chain.windows(2) {
        let [Some(before), Some(snapshot)] = pair else { continue };
        // Two entries of one number share the one snapshot that could keep the name.
        if snapshot.prev_ids.contains(&before.id) || std::ptr::eq(*before, *snapshot) {
            continue;
        }
        let prev = snapshot.prev_ids.first().map_or(ORIGIN, String::as_str);
        let follows = match by_id.get(prev) {
            Some(other) if std::ptr::eq(*other, *snapshot) => "itself".to_owned(),
            Some(other) => other.prefix.clone(),
            None if prev == ORIGIN => "nothing, as if it were the first".to_owned(),
            None => "one that is not there".to_owned(),
        };
        let message = format!(
            "snapshot {} does not follow {}: it names {follows} as the one before it",
            snapshot.prefix, before.prefix
        );
        findings.push(finding(snapshot, message, vec![with_id(before)]));
    }
    findings
}

/// Each snapshot follows one or more of those before it, and one alone is followed by none.
fn by_folders(snapshots: &[SnapshotMeta]) -> Vec<Finding> {
    let mut by_id: HashMap<&str, (usize, &SnapshotMeta)> = HashMap::new();
    let mut followed: HashSet<&str> = HashSet::new();
    let mut findings = Vec::new();
    let mut distinct: Vec<&SnapshotMeta> = Vec::new();
    for (at, snapshot) in snapshots.iter().enumerate() {
        if let Some((_, other)) = by_id.get(snapshot.id.as_str()) {
            let message = format!("snapshot {} has the id of {}", snapshot.prefix, other.prefix);
            findings.push(finding(snapshot, message, vec![with_id(other)]));
            continue;
        }
        by_id.insert(&snapshot.id, (at, snapshot));
        distinct.push(snapshot);
        followed.extend(snapshot.prev_ids.iter().filter(|id| **id != snapshot.id).map(String::as_str));
    }
    for snapshot in &distinct {
        let at = by_id.get(snapshot.id.as_str()).map_or(0, |(at, _)| *at);
        if at > 0 && is_first(snapshot) {
            let message =
                format!("snapshot {} names nothing before it, as if it were the first", snapshot.prefix);
            findings.push(finding(snapshot, message, Vec::new()));
            continue;
        }
        for prev in snapshot.prev_ids.iter().filter(|id| *id != ORIGIN) {
            let (follows, places) = match by_id.get(prev.as_str()) {
                Some((_, other)) if other.id == snapshot.id => ("itself".to_owned(), Vec::new()),
                Some((before, _)) if *before < at => continue,
                Some((_, other)) => (format!("{}, which runs after it,", other.prefix), vec![with_id(other)]),
                None => ("one that is not there".to_owned(), Vec::new()),
            };
            let message = format!("snapshot {} names {follows} as the one before it", snapshot.prefix);
            findings.push(finding(snapshot, message, places));
        }
    }
    let mut ends = distinct.into_iter().filter(|snapshot| !followed.contains(snapshot.id.as_str()));
    // The newest migration's state is what is believed.
    if let Some(newest) = ends.next_back() {
        for other in ends {
            let message = format!(
                "nothing follows snapshot {}, and {} does not either: neither has what the other's branch did",
                other.prefix, newest.prefix
            );
            findings.push(Finding {
                help: Some("generate a migration with drizzle-kit, which joins the branches".to_owned()),
                ..finding(other, message, vec![with_id(newest)])
            });
        }
    }
    findings
}

fn is_first(snapshot: &SnapshotMeta) -> bool {
    snapshot.prev_ids.iter().all(|id| id == ORIGIN)
}

fn with_id(snapshot: &SnapshotMeta) -> Place {
    Place::file(&snapshot.path).labelled(format!("id {}", snapshot.id))
}

fn finding(snapshot: &SnapshotMeta, message: String, others: Vec<Place>) -> Finding {
    let label = format!("prevId {}", snapshot.prev_ids.join(", "));
    let mut places = vec![Place::file(&snapshot.path).labelled(label)];
    places.extend(others);
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message,
        help: Some("generate the migrations from here on again, on top of the one before".to_owned()),
        places,
    }
}
