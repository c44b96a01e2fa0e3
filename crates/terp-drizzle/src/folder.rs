//! The migration folder: its `.sql` files, and which of them the journal knows.

use std::collections::{BTreeMap, HashMap, HashSet};

use terp_sql::span::Span;
use terp_sql::splitter::split_chunks;

use crate::journal::{Journal, JournalEntry};

/// A `.sql` file of the folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MigrationFile {
    /// Its name with `.sql`.
    pub name: String,
    /// Its text, at most 1 GiB.
    pub text: String,
    /// What Drizzle's migrator sends, each as one query, exactly as it stands here: untrimmed, and even when nothing
    /// but whitespace is left (which servers refuse with 1065). Several statements in one chunk are refused too, with
    /// 1064, unless the connection allows them.
    pub chunks: Vec<Span>,
}

impl MigrationFile {
    /// Cuts a file at its breakpoints.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { name: name.into(), chunks: split_chunks(&text), text }
    }

    /// The name by which the journal knows it.
    pub fn tag(&self) -> &str {
        self.name.strip_suffix(".sql").unwrap_or(&self.name)
    }

    /// The number that its name begins with, as written: a count (`0020`) or a time (`20240105093000`).
    pub fn number_prefix(&self) -> Option<&str> {
        let tag = self.tag();
        let digits = tag.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = tag.split_at_checked(digits)?;
        let ends = rest.chars().next().is_none_or(|c| !c.is_alphanumeric());
        (digits > 0 && ends).then_some(number)
    }

    /// The text of a chunk, counted from 0; empty when there is no such chunk.
    pub fn chunk_text(&self, index: usize) -> &str {
        self.chunks.get(index).map_or("", |span| span.text(&self.text))
    }
}

/// The journal and the files of the folder that it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MigrationFolder {
    /// The journal.
    pub journal: Journal,
    /// All `.sql` files by name, those outside the journal included.
    pub files: Vec<MigrationFile>,
    /// For each entry of the journal the index of its file.
    file_of_entry: Vec<Option<usize>>,
}

/// An entry of the journal and its file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JournaledMigration<'a> {
    /// The entry.
    pub entry: &'a JournalEntry,
    /// The file, unless it is missing: then Drizzle runs nothing at all.
    pub file: Option<&'a MigrationFile>,
}

impl MigrationFolder {
    /// Puts the journal and the files together.
    pub fn new(journal: Journal, mut files: Vec<MigrationFile>) -> Self {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let by_tag: HashMap<&str, usize> =
            files.iter().enumerate().map(|(i, file)| (file.tag(), i)).collect();
        let file_of_entry =
            journal.entries.iter().map(|entry| by_tag.get(entry.tag.as_str()).copied()).collect();
        Self { journal, files, file_of_entry }
    }

    /// The migrations of the journal, in the order in which Drizzle runs them.
    pub fn journaled(&self) -> impl Iterator<Item = JournaledMigration<'_>> {
        let files = self.file_of_entry.iter().map(|&file| file.and_then(|at| self.files.get(at)));
        self.journal.entries.iter().zip(files).map(|(entry, file)| JournaledMigration { entry, file })
    }

    /// The files that are in no entry: Drizzle never runs them.
    pub fn orphans(&self) -> impl Iterator<Item = &MigrationFile> {
        let known: HashSet<usize> = self.file_of_entry.iter().copied().flatten().collect();
        self.files.iter().enumerate().filter(move |(at, _)| !known.contains(at)).map(|(_, file)| file)
    }

    /// The entries that have no file.
    pub fn missing(&self) -> impl Iterator<Item = &JournalEntry> {
        self.journaled().filter(|migration| migration.file.is_none()).map(|migration| migration.entry)
    }

    /// The number prefixes that several files have, with these files.
    pub fn shared_prefixes(&self) -> BTreeMap<&str, Vec<&MigrationFile>> {
        let mut by_prefix: BTreeMap<&str, Vec<&MigrationFile>> = BTreeMap::new();
        for file in &self.files {
            if let Some(prefix) = file.number_prefix() {
                by_prefix.entry(prefix).or_default().push(file);
            }
        }
        by_prefix.retain(|_, files| files.len() > 1);
        by_prefix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(tags: &[&str], files: &[&str]) -> MigrationFolder {
        let entry = |(i, tag): (usize, &&str)| format!(r#"{{"idx": {i}, "when": {i}, "tag": "{tag}"}}"#);
        let entries: Vec<_> = tags.iter().enumerate().map(entry).collect();
        let journal =
            format!(r#"{{"version": "7", "dialect": "mysql", "entries": [{}]}}"#, entries.join(","));
        let files = files.iter().map(|name| MigrationFile::new(*name, format!("-- {name}"))).collect();
        MigrationFolder::new(Journal::parse(&journal).expect("a good journal"), files)
    }

    fn names<'a>(files: impl IntoIterator<Item = &'a MigrationFile>) -> Vec<&'a str> {
        files.into_iter().map(|file| file.name.as_str()).collect()
    }

    #[test]
    fn entries_find_their_files_in_the_order_of_the_journal() {
        let folder = folder(&["0001_b", "0000_a", "0002_gone"], &["0001_c.sql", "0000_a.sql", "0001_b.sql"]);
        let found: Vec<_> = folder.journaled().map(|m| m.file.map(|file| file.name.as_str())).collect();
        assert_eq!(found, [Some("0001_b.sql"), Some("0000_a.sql"), None]);
        assert_eq!(names(folder.orphans()), ["0001_c.sql"]);
        assert_eq!(folder.missing().map(|entry| entry.tag.as_str()).collect::<Vec<_>>(), ["0002_gone"]);
        let shared = folder.shared_prefixes();
        assert_eq!(shared.len(), 1);
        assert_eq!(names(shared["0001"].iter().copied()), ["0001_b.sql", "0001_c.sql"]);
    }

    #[test]
    fn number_prefixes() {
        let prefix = |name: &str| MigrationFile::new(name, "").number_prefix().map(str::to_owned);
        assert_eq!(prefix("0020_x.sql").as_deref(), Some("0020"));
        assert_eq!(prefix("20240105093000_x.sql").as_deref(), Some("20240105093000"));
        assert_eq!(prefix("12-x.sql").as_deref(), Some("12"));
        assert_eq!(prefix("7.sql").as_deref(), Some("7"));
        for none in ["_x.sql", "init.sql", "2fa_tables.sql", ".sql", "3ö.sql"] {
            assert_eq!(prefix(none), None, "{none}");
        }
    }

    #[test]
    fn chunks_are_what_the_migrator_sends() {
        let text = "CREATE TABLE `a` (`x--> statement-breakpoint` int);\n--> statement-breakpoint\n";
        let file = MigrationFile::new("0_a.sql", text);
        assert_eq!(file.chunk_text(0), "CREATE TABLE `a` (`x");
        assert_eq!(file.chunk_text(1), "` int);\n");
        assert_eq!(file.chunk_text(2), "\n");
        assert_eq!((file.chunks.len(), file.chunk_text(3)), (3, ""));
    }
}
