//! What Drizzle remembers in a database (`__drizzle_migrations`), and what it does because of that.
//!
//! Its migrator (drizzle-orm 0.45) looks at one row alone, the one with the greatest `created_at`, and runs every
//! entry of the journal whose `when` is greater. So an entry that comes late with an older `when` is never run, and a
//! file that is edited after it ran is never noticed.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::folder::MigrationFolder;
use crate::journal::JournalEntry;

/// The table's name, unless the configuration gives another.
pub const DEFAULT_NAME: &str = "__drizzle_migrations";

/// A row of the table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AppliedMigration {
    /// Hash of the file as it was when it ran; see [`file_hash`].
    pub hash: String,
    /// The `when` of its entry; the column is nullable.
    pub created_at: Option<i64>,
}

/// What a database that has certain rows makes of an entry of the journal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MigrationState {
    /// It ran, and the file, if it is still there, is the one that ran.
    Applied,
    /// It ran, and the file has changed since.
    Edited,
    /// It will run next time.
    Pending,
    /// It did not run, and never will: something newer ran before.
    Skipped,
}

/// SHA-256 of a whole `.sql` file in hexadecimal, as Drizzle stores it (and `sha256sum` prints it).
///
/// ```
/// let hash = terp_drizzle::migrations_table::file_hash("SELECT 1;\n");
/// assert_eq!(hash, "b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd");
/// ```
pub fn file_hash(text: &str) -> String {
    let mut hash = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a string can't fail.
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

/// The time up to which Drizzle believes everything to be applied; None for a database without rows.
pub fn mark(applied: &[AppliedMigration]) -> Option<i64> {
    // JavaScript makes 0 of NULL.
    applied.iter().map(|row| row.created_at).max().map(Option::unwrap_or_default)
}

/// The entries that Drizzle would run on a database with the given mark, in its order.
pub fn pending(entries: &[JournalEntry], mark: Option<i64>) -> impl Iterator<Item = &JournalEntry> {
    entries.iter().filter(move |entry| mark.is_none_or(|mark| mark < entry.when))
}

/// What a database with the given rows makes of each entry of the journal, in the journal's order.
pub fn states(folder: &MigrationFolder, applied: &[AppliedMigration]) -> Vec<MigrationState> {
    let mark = mark(applied);
    let state = |entry: &JournalEntry, hash: Option<String>| {
        let mut rows = applied.iter().filter(|row| row.created_at == Some(entry.when)).peekable();
        if rows.peek().is_none() {
            let runs = mark.is_none_or(|mark| mark < entry.when);
            return if runs { MigrationState::Pending } else { MigrationState::Skipped };
        }
        let unchanged = hash.is_none_or(|hash| rows.any(|row| row.hash == hash));
        if unchanged { MigrationState::Applied } else { MigrationState::Edited }
    };
    let with_hash = |migration: crate::folder::JournaledMigration<'_>| {
        state(migration.entry, migration.file.map(|file| file_hash(&file.text)))
    };
    folder.journaled().map(with_hash).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::MigrationFile;
    use crate::journal::Journal;

    fn folder(whens: &[i64]) -> MigrationFolder {
        let entry = |(i, when): (usize, &i64)| format!(r#"{{"idx": {i}, "when": {when}, "tag": "m{i}"}}"#);
        let entries: Vec<_> = whens.iter().enumerate().map(entry).collect();
        let journal =
            format!(r#"{{"version": "7", "dialect": "mysql", "entries": [{}]}}"#, entries.join(","));
        let file = |i: usize| MigrationFile::new(format!("m{i}.sql"), format!("SELECT {i};"));
        let files = (0..whens.len()).map(file).collect();
        MigrationFolder::new(Journal::parse(&journal).expect("a good journal"), files)
    }

    fn row(created_at: Option<i64>, text: &str) -> AppliedMigration {
        AppliedMigration { hash: file_hash(text), created_at }
    }

    fn pending_idx(folder: &MigrationFolder, mark: Option<i64>) -> Vec<u32> {
        pending(&folder.journal.entries, mark).map(|entry| entry.idx).collect()
    }

    #[test]
    fn pending_is_what_is_newer_than_the_newest_row() {
        let folder = folder(&[10, 30, 20, 40]);
        assert_eq!(pending_idx(&folder, None), [0, 1, 2, 3]);
        assert_eq!(pending_idx(&folder, Some(10)), [1, 2, 3]);
        assert_eq!(pending_idx(&folder, Some(30)), [3]);
        assert_eq!(pending_idx(&folder, Some(40)), [] as [u32; 0]);
    }

    #[test]
    fn the_mark_is_the_greatest_time() {
        assert_eq!(mark(&[]), None);
        assert_eq!(mark(&[row(Some(5), ""), row(Some(9), ""), row(None, ""), row(Some(7), "")]), Some(9));
        assert_eq!(mark(&[row(None, "")]), Some(0));
    }

    #[test]
    fn a_late_entry_is_skipped_and_an_edit_is_seen() {
        let folder = folder(&[10, 30, 20, 40]);
        let applied = [row(Some(10), "SELECT 0;"), row(Some(30), "SELECT 'other';")];
        use MigrationState::{Applied, Edited, Pending, Skipped};
        assert_eq!(states(&folder, &applied), [Applied, Edited, Skipped, Pending]);
        assert_eq!(states(&folder, &[]), [Pending; 4]);
    }
}
