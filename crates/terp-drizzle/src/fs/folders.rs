//! The layout of drizzle-kit 1.0: a folder for each migration.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{LoadError, LoadErrorKind, NewestSnapshot, SnapshotFile, head_of, names, read_text};
use crate::folder::{MIGRATION_SQL, MigrationFile, MigrationFolder, folder_time};
use crate::snapshot::{Snapshot, SnapshotVersion};

const SNAPSHOT_JSON: &str = "snapshot.json";

/// A folder that has at least one of the two files.
struct Found {
    name: String,
    path: PathBuf,
    has_sql: bool,
    has_snapshot: bool,
}

/// Whether a folder has folders of migrations in it; with `named`, only those whose names begin with a time count.
pub(super) fn has_folders(dir: &Path, named: bool) -> bool {
    let Ok(entries) = fs::read_dir(dir) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        let fits = !named || entry.file_name().to_str().and_then(folder_time).is_some();
        fits && (path.join(MIGRATION_SQL).exists() || path.join(SNAPSHOT_JSON).exists())
    })
}

/// Whether a folder that has a journal also has migrations of the other layout.
pub(super) fn refuse_both(dir: &Path) -> Result<(), LoadError> {
    if !has_folders(dir, true) {
        return Ok(());
    }
    let message = "it has both a journal (meta/_journal.json), as drizzle-kit had until 1.0, and folders of migrations, \
                   as drizzle-kit 1.0 makes them, and neither kit would run all of it: run `drizzle-kit up` of 1.0 on a \
                   folder that has the journal alone, or remove one of the two";
    Err(LoadError::new(LoadErrorKind::Layout, dir, message))
}

/// Reads the folders of migrations in a folder.
pub(super) fn load(
    dir: &Path,
) -> Result<(MigrationFolder, Vec<SnapshotFile>, Option<NewestSnapshot>), LoadError> {
    let mut files = Vec::new();
    let mut snapshots = Vec::new();
    for found in find(dir)? {
        check(&found)?;
        files.push(MigrationFile::new(
            format!("{}/{MIGRATION_SQL}", found.name),
            read_text(&found.path.join(MIGRATION_SQL))?,
        ));
        snapshots.push((found.name, found.path.join(SNAPSHOT_JSON)));
    }
    let folder = MigrationFolder::of_folders(files);
    let order: HashMap<&str, usize> =
        folder.migrations().enumerate().map(|(at, migration)| (migration.tag, at)).collect();
    snapshots.sort_by_key(|(name, _)| order.get(name.as_str()).copied());

    let mut newest = None;
    if let (Some((prefix, path)), Some(entry)) = (snapshots.last(), folder.migration_count().checked_sub(1)) {
        let text = read_text(path)?;
        let snapshot = Snapshot::parse(&text).map_err(|error| LoadError::format(path, error))?;
        let (prefix, path) = (prefix.clone(), path.clone());
        newest = Some(NewestSnapshot { path, prefix, entry: Some(entry), text, snapshot });
    }
    let mut heads = Vec::with_capacity(snapshots.len());
    for (prefix, path) in snapshots {
        let head = head_of(&path, newest.as_ref())?;
        if head.version != SnapshotVersion::V6.as_str() {
            let message = format!(
                "the snapshot has version {}, which drizzle-kit 1.0 refuses: run `drizzle-kit up`",
                head.version
            );
            return Err(LoadError::new(LoadErrorKind::Layout, &path, message));
        }
        heads.push(SnapshotFile { path, prefix, head });
    }
    Ok((folder, heads, newest))
}

fn find(dir: &Path) -> Result<Vec<Found>, LoadError> {
    let mut found = Vec::new();
    for (name, path) in names(dir, "")? {
        let (has_sql, has_snapshot) = (path.join(MIGRATION_SQL).exists(), path.join(SNAPSHOT_JSON).exists());
        // Other folders are none of drizzle-kit's business.
        if has_sql || has_snapshot {
            found.push(Found { name, path, has_sql, has_snapshot });
        }
    }
    Ok(found)
}

fn check(found: &Found) -> Result<(), LoadError> {
    let message = if folder_time(&found.name).is_none() {
        "the name of a migration's folder has to begin with the time of its making, 14 digits (YYYYMMDDHHMMSS): \
         drizzle-orm orders migrations by it and stores it"
    } else if !found.has_sql {
        "there is no migration.sql in it, so drizzle-orm passes it over in silence, while drizzle-kit goes on from its \
         snapshot.json: restore the one or remove the other"
    } else if !found.has_snapshot {
        "there is no snapshot.json in it, so drizzle-kit generates the next migration as if this one did not exist: \
         restore it, or make the migration again with `drizzle-kit generate --custom`"
    } else {
        return Ok(());
    };
    Err(LoadError::new(LoadErrorKind::Layout, &found.path, message))
}
