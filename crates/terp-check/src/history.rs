//! A loaded project's history, as the rules want it.

use terp_drift::{History, JournalEntry, MigrationFile, Place, ReleasedMigration, SnapshotMeta};
use terp_drizzle::Project;
use terp_drizzle::migrations_table::file_hash;

/// The history of a project's migrations. `released` are those that were released, and how their files were then.
pub fn history(project: &Project, released: &[ReleasedMigration]) -> History {
    let journal_path =
        project.journal_path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let journal = project.folder.journal.as_ref();
    let files = project.folder.files.iter().map(|file| MigrationFile {
        name: file.name.clone(),
        tag: file.tag().to_owned(),
        // In a folder's name the number is a time: nobody counts on it that it is used once.
        number_prefix: journal.and_then(|_| file.number_prefix()).map(str::to_owned),
        path: project.path_of(file).display().to_string(),
        // Asked for only where there is something to compare it with.
        hash: (!released.is_empty()).then(|| file_hash(&file.text)),
    });
    let entry = |entry: &terp_drizzle::JournalEntry| JournalEntry {
        idx: entry.idx,
        tag: entry.tag.clone(),
        when: entry.when,
        version: entry.version.clone(),
        breakpoints: entry.breakpoints,
        place: Place::at(&journal_path, entry.tag_at.line, entry.tag_at.column),
        when_place: Place::at(&journal_path, entry.when_at.line, entry.when_at.column),
    };
    let snapshots = project.snapshots.iter().map(|snapshot| SnapshotMeta {
        prefix: snapshot.prefix.clone(),
        id: snapshot.head.id.clone(),
        prev_ids: snapshot.head.prev_ids.clone(),
        path: snapshot.path.display().to_string(),
    });
    History {
        files: files.collect(),
        journal: journal.map(|journal| journal.entries.iter().map(entry).collect()),
        snapshots: snapshots.collect(),
        journal_path,
        released: released.to_vec(),
    }
}
