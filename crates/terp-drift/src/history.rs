//! The history of a project's migrations, as plain data: whoever reads the files fills it in.

use crate::finding::{Finding, Place};
use crate::released::ReleasedMigration;
use crate::rules::RULES;

/// One `.sql` file of the migration folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationFile {
    /// Its name: `0020_quiet_harbor.sql`.
    pub name: String,
    /// Its name without the extension, by which the journal calls it.
    pub tag: String,
    /// The number that its name starts with, as written: `0020`.
    pub number_prefix: Option<String>,
    /// Its path, as the report should show it.
    pub path: String,
    /// SHA-256 of the whole file in hexadecimal; `None` where the caller did not compute it.
    pub hash: Option<String>,
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its number, from 0.
    pub idx: u32,
    /// The migration's file without its extension.
    pub tag: String,
    /// When the migration was made, in milliseconds since 1970. Databases keep it as the mark of what they ran.
    pub when: i64,
    /// The version of the snapshot's format.
    pub version: String,
    /// Whether statements are parted by breakpoints.
    pub breakpoints: bool,
    /// Where its tag stands in the journal.
    pub place: Place,
    /// Where its `when` stands.
    pub when_place: Place,
}

impl JournalEntry {
    /// What the names of the migration's file and of its snapshot start with: `0020`.
    pub fn prefix(&self) -> &str {
        self.tag.split_once('_').map_or(self.tag.as_str(), |(prefix, _)| prefix)
    }
}

/// What a snapshot says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotMeta {
    /// What it is called by: `0020` of `0020_snapshot.json`, or the name of its migration's folder.
    pub prefix: String,
    /// Its id.
    pub id: String,
    /// The id of the snapshot before it; of one that joins branches, several.
    pub prev_ids: Vec<String>,
    /// Its path, as the report should show it.
    pub path: String,
}

/// The history of a project's migrations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The files of the migration folder.
    pub files: Vec<MigrationFile>,
    /// The journal in its own order; `None` for a project that has none, on which no rule about it fires.
    pub journal: Option<Vec<JournalEntry>>,
    /// The path of the journal, as the report should show it.
    pub journal_path: String,
    /// The snapshots that are there; without a journal, in the order in which their migrations run.
    pub snapshots: Vec<SnapshotMeta>,
    /// The migrations that were released, as they were then. Empty for a project that keeps no list of them.
    pub released: Vec<ReleasedMigration>,
}

/// What the rules find in a history, in the order of the rules.
pub fn check_history(history: &History) -> Vec<Finding> {
    RULES.iter().filter_map(|rule| rule.check).flat_map(|check| check(history)).collect()
}
