//! What Drizzle remembers in a database (`__drizzle_migrations`), and what it does because of that.
//!
//! The migrator of drizzle-orm 0.45 looks at one row alone, the one with the greatest `created_at`, and runs every
//! entry of the journal whose `when` is greater. So an entry that comes late with an older `when` is never run, and
//! nor is one whose `when` is equal to that of one that ran before it was added; and a file that is edited after it ran
//! is never noticed. It looks once, before it runs anything: entries of one run don't hide each other.
//!
//! That of drizzle-orm 1.0 goes by the names of folders: see [`NamedMigration`].

mod by_name;

use std::collections::HashMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};

pub use self::by_name::{NamedMigration, UnmatchedRows, has_names, pending_by_name, states_by_name, upgrade};
use crate::folder::{Migration, MigrationFolder};
use crate::journal::JournalEntry;

/// The table's name, unless the configuration gives another.
pub const DEFAULT_NAME: &str = "__drizzle_migrations";

/// A row of the table of drizzle-orm 0.x.
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

/// What a database with the given rows makes of each entry of the journal, in the journal's order. A folder without a
/// journal is taken as if it had one; for what drizzle-orm 1.0 makes of it see [`states_by_name`].
pub fn states(folder: &MigrationFolder, applied: &[AppliedMigration]) -> Vec<MigrationState> {
    let mark = mark(applied);
    let mut rows: HashMap<i64, Vec<&str>> = HashMap::new();
    for row in applied {
        if let Some(created_at) = row.created_at {
            rows.entry(created_at).or_default().push(&row.hash);
        }
    }
    let migrations: Vec<(Migration<'_>, Option<String>)> = folder
        .migrations()
        .map(|migration| (migration, migration.file.map(|file| file_hash(&file.text))))
        .collect();
    // Entries may share their `when`: first each takes the row that is its own beyond doubt.
    let mut states: Vec<Option<MigrationState>> = migrations
        .iter()
        .map(|(migration, hash)| {
            let of_time = rows.get_mut(&migration.when)?;
            let at = of_time.iter().position(|row| Some(*row) == hash.as_deref())?;
            of_time.swap_remove(at);
            Some(MigrationState::Applied)
        })
        .collect();
    for (state, (migration, hash)) in states.iter_mut().zip(&migrations).filter(|(state, _)| state.is_none())
    {
        let row = rows.get_mut(&migration.when).and_then(Vec::pop);
        *state = Some(match (row, hash) {
            (Some(_), Some(_)) => MigrationState::Edited,
            (Some(_), None) => MigrationState::Applied,
            (None, _) if mark.is_none_or(|mark| mark < migration.when) => MigrationState::Pending,
            (None, _) => MigrationState::Skipped,
        });
    }
    states.into_iter().flatten().collect()
}

/// An entry of the journal that some databases skip for ever.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SkippedEntry {
    /// The entry, as an index.
    pub entry: usize,
    /// The first of the entries, as an index, at which a database may stand and skip it. A database that stands at any
    /// other from there to the one before [`SkippedEntry::entry`] skips it too.
    pub from: usize,
}

/// The entries that a database skips for ever when it stands at an earlier entry, that is, when it has run that one
/// and all before it and nothing more. A build from nothing in one go skips none.
pub fn skipped_at(entries: &[JournalEntry]) -> Vec<SkippedEntry> {
    // The mark of a database that stands at each entry: it never falls.
    let mut marks = Vec::with_capacity(entries.len());
    for entry in entries {
        let mark = marks.last().map_or(entry.when, |&mark: &i64| mark.max(entry.when));
        marks.push(mark);
    }
    let skipped = |(at, entry): (usize, &JournalEntry)| {
        let from = marks.partition_point(|&mark| mark < entry.when);
        (from < at).then_some(SkippedEntry { entry: at, from })
    };
    entries.iter().enumerate().filter_map(skipped).collect()
}

/// The entries, as indexes, that a database skips for ever when it stands at the given one: see [`skipped_at`].
pub fn skipped_by(entries: &[JournalEntry], stands_at: usize) -> Vec<usize> {
    let skipped = skipped_at(entries).into_iter();
    skipped.filter(|s| s.from <= stands_at && stands_at < s.entry).map(|s| s.entry).collect()
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

    fn entries(folder: &MigrationFolder) -> &[JournalEntry] {
        &folder.journal.as_ref().expect("it has one").entries
    }

    fn row(created_at: Option<i64>, text: &str) -> AppliedMigration {
        AppliedMigration { hash: file_hash(text), created_at }
    }

    fn pending_idx(folder: &MigrationFolder, mark: Option<i64>) -> Vec<u32> {
        pending(entries(folder), mark).map(|entry| entry.idx).collect()
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

    /// What the migrator of drizzle-orm 0.45.4 does with two entries of one `when`: on an empty database it runs both,
    /// and it runs none of them where one has run.
    #[test]
    fn entries_of_one_time() {
        let folder = folder(&[10, 10, 10]);
        use MigrationState::{Applied, Edited, Pending, Skipped};
        assert_eq!(pending_idx(&folder, None), [0, 1, 2]);
        assert_eq!(pending_idx(&folder, Some(10)), [] as [u32; 0]);
        assert_eq!(states(&folder, &[]), [Pending; 3]);
        assert_eq!(states(&folder, &[row(Some(10), "SELECT 1;")]), [Skipped, Applied, Skipped]);
        let two = [row(Some(10), "SELECT 1;"), row(Some(10), "SELECT 'other';")];
        assert_eq!(states(&folder, &two), [Edited, Applied, Skipped]);
    }

    #[test]
    fn who_skips_what() {
        let folder = folder(&[10, 30, 20, 40, 30, 50, 50]);
        let entries = entries(&folder);
        let skipped = |entry, from| SkippedEntry { entry, from };
        assert_eq!(skipped_at(entries), [skipped(2, 1), skipped(4, 1), skipped(6, 5)]);
        let by: Vec<_> = (0..entries.len()).map(|at| skipped_by(entries, at)).collect();
        assert_eq!(by, [vec![], vec![2, 4], vec![4], vec![4], vec![], vec![6], vec![]]);
        // The same, by what is pending.
        for (at, by) in by.iter().enumerate() {
            let mark = entries[..=at].iter().map(|entry| entry.when).max();
            let pending = pending_idx(&folder, mark);
            let runs = |index: &usize| pending.contains(&(*index as u32));
            let skipped: Vec<_> = (at + 1..entries.len()).filter(|index| !runs(index)).collect();
            assert_eq!(*by, skipped, "{at}");
        }
        assert_eq!(skipped_at(&[]), []);
    }
}
