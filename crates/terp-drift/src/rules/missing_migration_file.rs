//! Journal entries without a file.

use std::collections::HashSet;

use super::Rule;
use crate::finding::{Finding, Severity};
use crate::history::History;

pub(super) const RULE: Rule = Rule {
    id: "missing-migration-file",
    severity: Severity::Error,
    summary: "The journal names a migration whose file is not there.",
    rationale: "`drizzle-kit migrate` reads every file of the journal before it runs the first one, so it fails on \
        every database, also on those that ran this migration long ago.",
    bad: "\
meta/_journal.json: 0000_init, 0001_orders
0000_init.sql",
    good: "\
meta/_journal.json: 0000_init, 0001_orders
0000_init.sql
0001_orders.sql",
    fixed: true,
    check: Some(check),
};

fn check(history: &History) -> Vec<Finding> {
    let Some(journal) = &history.journal else { return Vec::new() };
    let files: HashSet<&str> = history.files.iter().map(|file| file.tag.as_str()).collect();
    journal
        .iter()
        .filter(|entry| !files.contains(entry.tag.as_str()))
        .map(|entry| Finding {
            rule: RULE.id,
            severity: Severity::Error,
            message: format!("journal entry {} names {}.sql, which is not there", entry.idx, entry.tag),
            help: Some(format!("restore {}.sql from version control, exactly as it was run", entry.tag)),
            places: vec![entry.place.clone()],
        })
        .collect()
}
