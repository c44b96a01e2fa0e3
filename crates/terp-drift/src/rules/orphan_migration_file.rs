//! Files that the journal doesn't name.

use std::collections::HashSet;

use super::{Rule, count};
use crate::finding::{Finding, Place, Severity};
use crate::history::History;

pub(super) const RULE: Rule = Rule {
    id: "orphan-migration-file",
    severity: Severity::Note,
    summary: "Files of the migration folder are not in the journal.",
    rationale: "Drizzle runs what the journal lists and nothing else. A file beside it is never run by \
        `drizzle-kit migrate`: either someone ran it by hand on some databases, or its change is in none. \
        It is one note for all files, since an orphan whose number is used twice is a warning of its own.",
    bad: "\
meta/_journal.json: 0000_init, 0001_orders
0000_init.sql
0001_orders.sql
0001_orders_fixed.sql      <- never runs",
    good: "\
meta/_journal.json: 0000_init, 0001_orders
0000_init.sql
0001_orders.sql",
    fixed: false,
    check: Some(check),
};

fn check(history: &History) -> Vec<Finding> {
    let Some(journal) = &history.journal else { return Vec::new() };
    let known: HashSet<&str> = journal.iter().map(|entry| entry.tag.as_str()).collect();
    let mut places: Vec<Place> = history
        .files
        .iter()
        .filter(|file| !known.contains(file.tag.as_str()))
        .map(|file| Place::file(&file.path))
        .collect();
    if places.is_empty() {
        return Vec::new();
    }
    places.sort_by(|a, b| a.file.cmp(&b.file));
    let (verb, them) = if places.len() == 1 {
        ("is not in the journal and never runs", "it")
    } else {
        ("are not in the journal and never run", "them")
    };
    vec![Finding {
        rule: RULE.id,
        severity: Severity::Note,
        message: format!("{} {verb}", count(places.len(), "file")),
        help: Some(format!("delete {them}, or move what is still needed into a new migration")),
        places,
    }]
}
