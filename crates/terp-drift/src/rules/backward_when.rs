//! Journal entries that databases skip.

use super::Rule;
use crate::finding::{Finding, Severity};
use crate::history::{History, JournalEntry};

pub(super) const RULE: Rule = Rule {
    id: "backward-when",
    severity: Severity::Warning,
    summary: "The journal's `when` goes backwards.",
    rationale: "A database remembers the `when` of the newest migration that it ran, and `drizzle-kit migrate` runs \
        the entries whose `when` is greater. An entry with an older or equal one (a branch that was merged late) is \
        skipped for ever, and in silence, by every database that had already run a younger entry. \
        A build from nothing is not affected, so tests don't show it.",
    bad: "\
{ \"idx\": 21, \"when\": 1763000000000, \"tag\": \"0021_orders\" }
{ \"idx\": 22, \"when\": 1762000000000, \"tag\": \"0022_late_merge\" }",
    good: "\
{ \"idx\": 21, \"when\": 1763000000000, \"tag\": \"0021_orders\" }
{ \"idx\": 22, \"when\": 1763000000001, \"tag\": \"0022_late_merge\" }",
    check: Some(check),
};

/// One finding for each run of entries that lie behind the same younger one.
fn check(history: &History) -> Vec<Finding> {
    let Some(journal) = &history.journal else { return Vec::new() };
    let mut findings = Vec::new();
    let mut youngest: Option<&JournalEntry> = None;
    let mut skipped: Vec<&JournalEntry> = Vec::new();
    for entry in journal {
        match youngest {
            Some(young) if entry.when <= young.when => skipped.push(entry),
            _ => {
                findings.extend(youngest.and_then(|young| finding(young, &skipped)));
                skipped.clear();
                youngest = Some(entry);
            }
        }
    }
    findings.extend(youngest.and_then(|young| finding(young, &skipped)));
    findings
}

fn finding(young: &JournalEntry, skipped: &[&JournalEntry]) -> Option<Finding> {
    let (first, rest) = skipped.split_first()?;
    let which = match rest.last() {
        Some(last) => format!("entries {} to {}", first.idx, last.idx),
        None => format!("entry {}", first.idx),
    };
    let mut places = vec![first.when_place.clone().labelled(format!("when {} ({})", first.when, first.tag))];
    places.push(
        young.when_place.clone().labelled(format!("when {} ({}), run before it", young.when, young.tag)),
    );
    places.extend(rest.iter().map(|entry| {
        entry.when_place.clone().labelled(format!("when {} ({}), skipped as well", entry.when, entry.tag))
    }));
    Some(Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!(
            "`when` goes backwards at idx {}: a database that has run {} ({}) skips {which} for ever",
            first.idx, young.idx, young.tag
        ),
        help: Some(format!(
            "give it a `when` above {}, unless a database has run it already under this one; \
             then look at each database for what it lacks",
            young.when
        )),
        places,
    })
}
