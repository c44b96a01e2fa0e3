//! Numbers that are used twice.

use std::collections::{BTreeMap, HashSet};

use super::{Rule, count};
use crate::finding::{Finding, Place, Severity};
use crate::history::{History, MigrationFile};

pub(super) const RULE: Rule = Rule {
    id: "duplicate-prefix",
    severity: Severity::Warning,
    summary: "Several migration files start with the same number.",
    rationale: "The number is all that people and file listings order migrations by. Two files of one number come \
        from branches that were merged, or from a file written by hand beside the journal: which one runs, and \
        in which order, can't be seen any more, and they share the name of one snapshot.",
    bad: "\
0020_add_batch_notes.sql
0020_quiet_harbor.sql",
    good: "\
0020_quiet_harbor.sql
0021_add_batch_notes.sql",
    fixed: false,
    check: Some(check),
};

fn check(history: &History) -> Vec<Finding> {
    let mut by_prefix: BTreeMap<&str, Vec<&MigrationFile>> = BTreeMap::new();
    for file in &history.files {
        if let Some(prefix) = &file.number_prefix {
            by_prefix.entry(prefix).or_default().push(file);
        }
    }
    let known: Option<HashSet<&str>> =
        history.journal.as_ref().map(|journal| journal.iter().map(|entry| entry.tag.as_str()).collect());
    let runs = |file: &MigrationFile| known.as_ref().map(|known| known.contains(file.tag.as_str()));
    by_prefix
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|(prefix, mut files)| {
            files.sort_by(|a, b| a.path.cmp(&b.path));
            let running = files.iter().filter(|file| runs(file) == Some(true)).count();
            let help = if known.is_some() && running < 2 {
                "delete or renumber the files that are not in the journal"
            } else {
                "generate the younger migration again, so that it gets a number of its own"
            };
            let places = files.iter().map(|file| {
                let place = Place::file(&file.path);
                match runs(file) {
                    Some(true) => place.labelled("in the journal"),
                    Some(false) => place.labelled("not in the journal"),
                    None => place,
                }
            });
            Finding {
                rule: RULE.id,
                severity: Severity::Warning,
                message: format!("the number {prefix} is used by {}", count(files.len(), "file")),
                help: Some(help.to_owned()),
                places: places.collect(),
            }
        })
        .collect()
}
