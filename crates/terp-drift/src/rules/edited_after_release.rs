//! Migrations that are no longer what was released.

use std::collections::HashMap;

use super::Rule;
use crate::finding::{Finding, Place, Severity};
use crate::history::{History, JournalEntry, MigrationFile};
use crate::released::ReleasedMigration;

pub(super) const RULE: Rule = Rule {
    id: "edited-after-release",
    severity: Severity::Error,
    summary: "A released migration was edited, moved in time or removed.",
    rationale: "A database that ran a migration never looks at it again: Drizzle keeps its hash and compares it with \
        nothing. What is edited afterwards is in new databases and in none of the old ones. A released entry whose \
        `when` changes can run a second time, or keep later ones from running. The project says what was released \
        in a list of hashes, as `sha256sum` prints it. A file whose hash is not known is a warning.",
    bad: "\
released.sha256: 1f0c...  0003_batches.sql
0003_batches.sql has the hash 9b44...",
    good: "\
released.sha256: 1f0c...  0003_batches.sql
0003_batches.sql has the hash 1f0c..., and what is new is in 0004_more_batches.sql",
    fixed: false,
    check: Some(check),
};

fn check(history: &History) -> Vec<Finding> {
    if history.released.is_empty() {
        return Vec::new();
    }
    let files: HashMap<&str, &MigrationFile> =
        history.files.iter().map(|file| (file.tag.as_str(), file)).collect();
    let journal: Option<HashMap<&str, &JournalEntry>> = history
        .journal
        .as_ref()
        .map(|journal| journal.iter().map(|entry| (entry.tag.as_str(), entry)).collect());
    let mut findings = Vec::new();
    for released in &history.released {
        let file = files.get(released.tag.as_str()).copied();
        let entry = journal.as_ref().map(|journal| journal.get(released.tag.as_str()).copied());
        findings.extend(gone(released, file, entry, &history.journal_path));
        if let Some(file) = file {
            findings.extend(edited(released, file));
        }
        if let Some(Some(entry)) = entry {
            findings.extend(moved(released, entry));
        }
    }
    findings
}

/// `entry` is `None` where there is no journal, and `Some(None)` where the journal lacks the migration.
fn gone(
    released: &ReleasedMigration,
    file: Option<&MigrationFile>,
    entry: Option<Option<&JournalEntry>>,
    journal_path: &str,
) -> Option<Finding> {
    let tag = &released.tag;
    let mut places = vec![released.place.clone().labelled("released")];
    let (what, help) = match (file, entry) {
        (Some(_), None | Some(Some(_))) => return None,
        (None, Some(None)) => (
            "its file and its journal entry are gone".to_owned(),
            format!("restore {tag}.sql and its entry from version control"),
        ),
        (None, _) => (
            "its file is gone".to_owned(),
            format!("restore {tag}.sql from version control, exactly as it was run"),
        ),
        (Some(file), Some(None)) => {
            places.insert(0, Place::file(&file.path).labelled("never runs"));
            (
                "its journal entry is gone".to_owned(),
                "restore the entry from version control, with its `when`".to_owned(),
            )
        }
    };
    if let (Some(Some(entry)), None) = (entry, file) {
        places.insert(0, entry.place.clone());
    } else if entry.is_some() {
        places.push(Place::file(journal_path));
    }
    Some(finding(Severity::Error, format!("{tag} was released, and {what}"), help, places))
}

fn edited(released: &ReleasedMigration, file: &MigrationFile) -> Option<Finding> {
    let released_as = |hash: &str| released.place.clone().labelled(format!("released as {}", short(hash)));
    match &file.hash {
        Some(hash) if hash.eq_ignore_ascii_case(&released.hash) => None,
        Some(hash) => Some(finding(
            Severity::Error,
            format!("{} was edited after it was released", file.name),
            "restore it from version control, and put what is new into a migration of its own".to_owned(),
            vec![
                Place::file(&file.path).labelled(format!("hash {}", short(hash))),
                released_as(&released.hash),
            ],
        )),
        None => Some(finding(
            Severity::Warning,
            format!("{} is not compared with what was released: its hash is not known", file.name),
            "check it with sha256sum".to_owned(),
            vec![Place::file(&file.path), released_as(&released.hash)],
        )),
    }
}

fn moved(released: &ReleasedMigration, entry: &JournalEntry) -> Option<Finding> {
    let when = released.when.filter(|when| *when != entry.when)?;
    Some(finding(
        Severity::Error,
        format!("the `when` of {} is {}, and it was released with {when}", entry.tag, entry.when),
        format!("give it {when} again: databases know it under this one"),
        vec![
            entry.when_place.clone().labelled(format!("when {}", entry.when)),
            released.place.clone().labelled(format!("released with when {when}")),
        ],
    ))
}

fn finding(severity: Severity, message: String, help: String, places: Vec<Place>) -> Finding {
    Finding { rule: RULE.id, severity, message, help: Some(help), places }
}

/// As much of a hash as people compare.
fn short(hash: &str) -> String {
    let start: String = hash.chars().take(12).collect();
    if start.len() < hash.len() { format!("{start}...") } else { start }
}
