//! A loaded project's history, as the rules want it.

use terp_drift::{History, JournalEntry, MigrationFile, Place, SnapshotMeta};
use terp_drizzle::Project;

/// The history of a project's migrations.
pub fn history(project: &Project) -> History {
    let journal_path = project.journal_path.display().to_string();
    let files = project.folder.files.iter().map(|file| MigrationFile {
        name: file.name.clone(),
        tag: file.tag().to_owned(),
        number_prefix: file.number_prefix().map(str::to_owned),
        path: project.path_of(file).display().to_string(),
        hash: None,
    });
    let entries = project.folder.journal.entries.iter().map(|entry| JournalEntry {
        idx: entry.idx,
        tag: entry.tag.clone(),
        when: entry.when,
        version: entry.version.clone(),
        breakpoints: entry.breakpoints,
        place: Place::at(&journal_path, entry.tag_at.line, entry.tag_at.column),
        when_place: Place::at(&journal_path, entry.when_at.line, entry.when_at.column),
    });
    let snapshots = project.snapshots.iter().map(|snapshot| SnapshotMeta {
        prefix: snapshot.prefix.clone(),
        id: snapshot.head.id.clone(),
        prev_id: snapshot.head.prev_id.clone(),
        path: snapshot.path.display().to_string(),
    });
    History {
        files: files.collect(),
        journal: Some(entries.collect()),
        snapshots: snapshots.collect(),
        journal_path,
        released: Vec::new(),
    }
}
