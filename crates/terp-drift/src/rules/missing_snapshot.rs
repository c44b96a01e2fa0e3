//! Migrations without a snapshot.

use std::collections::HashSet;

use super::{Rule, count};
use crate::finding::{Finding, Severity};
use crate::history::{History, JournalEntry};

pub(super) const RULE: Rule = Rule {
    id: "missing-snapshot",
    severity: Severity::Error,
    summary: "A migration has no snapshot: an error for the newest one, a warning for older ones.",
    rationale: "`drizzle-kit generate` makes the next migration from the newest snapshot. If the last migration has \
        none (it was written by hand, or its snapshot was lost in a merge), the next one repeats or undoes its \
        changes. Without an older one nothing can be checked at that point, which hurts less.",
    bad: "\
meta/_journal.json: 0000_init, 0001_orders
meta/0000_snapshot.json",
    good: "\
meta/_journal.json: 0000_init, 0001_orders
meta/0000_snapshot.json
meta/0001_snapshot.json",
    fixed: false,
    check: Some(check),
};

fn check(history: &History) -> Vec<Finding> {
    let known: HashSet<&str> = history.snapshots.iter().map(|snapshot| snapshot.prefix.as_str()).collect();
    let Some((newest, older)) = history.journal.as_ref().and_then(|journal| journal.split_last()) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    if !known.contains(newest.prefix()) {
        findings.push(Finding {
            rule: RULE.id,
            severity: Severity::Error,
            message: format!("the newest migration {} has no snapshot", newest.tag),
            help: Some(format!(
                "restore meta/{}_snapshot.json, or generate the migration again with drizzle-kit",
                newest.prefix()
            )),
            places: vec![newest.place.clone()],
        });
    }
    let without: Vec<&JournalEntry> = older.iter().filter(|entry| !known.contains(entry.prefix())).collect();
    if let (Some(first), Some(last)) = (without.first(), without.last()) {
        let (message, them, they_are) = if without.len() == 1 {
            (format!("the migration of entry {}, {}, has no snapshot", first.idx, first.tag), "it", "it is")
        } else {
            let range = format!("of entries {} to {}", first.idx, last.idx);
            (format!("{} {range} have no snapshot", count(without.len(), "migration")), "them", "they are")
        };
        findings.push(Finding {
            rule: RULE.id,
            severity: Severity::Warning,
            message,
            help: Some(format!(
                "restore {them} from version control: {they_are} what the schema at that point is compared with"
            )),
            places: without.iter().map(|entry| entry.place.clone()).collect(),
        });
    }
    findings
}
