//! The migration folder: its `.sql` files, and which of them are migrations, in which order.
//!
//! drizzle-kit up to 0.31 keeps a journal (`meta/_journal.json`) beside files that are called after their tags.
//! drizzle-kit 1.0 has no journal: each migration is a folder `TIME_NAME` with a `migration.sql` and a
//! `snapshot.json`.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use terp_sql::span::Span;
use terp_sql::splitter::split_chunks;

use crate::journal::{Journal, JournalEntry};

/// What the SQL of a migration is called in the layout of drizzle-kit 1.0.
pub const MIGRATION_SQL: &str = "migration.sql";

/// How a migration folder is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Layout {
    /// That of drizzle-kit up to 0.31: a journal, and files beside it.
    Journal,
    /// That of drizzle-kit 1.0: a folder for each migration.
    Folders,
}

/// A `.sql` file of the folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MigrationFile {
    /// Its path within the migration folder, with `/`: `0020_x.sql`, or `20260102030405_x/migration.sql`.
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

    /// The name of the migration, by which the journal or the database knows it: `0020_x`, or `20260102030405_x`.
    pub fn tag(&self) -> &str {
        match self.name.split_once('/') {
            Some((folder, _)) => folder,
            None => self.name.strip_suffix(".sql").unwrap_or(&self.name),
        }
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

/// The files of a folder, and what says which of them are migrations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MigrationFolder {
    /// The journal; None for the layout of drizzle-kit 1.0, which has none.
    pub journal: Option<Journal>,
    /// All `.sql` files: by name, those outside the journal included; or in the order in which drizzle-orm 1.0 runs
    /// them.
    pub files: Vec<MigrationFile>,
    /// For each entry of the journal the index of its file; without a journal nothing.
    file_of_entry: Vec<Option<usize>>,
}

/// A migration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Migration<'a> {
    /// Its name: `0020_x`, or `20260102030405_x`.
    pub tag: &'a str,
    /// When it was generated, in milliseconds since 1970: as the journal says, or as its folder's name says, in
    /// whole seconds.
    pub when: i64,
    /// Its entry in the journal, where there is one.
    pub entry: Option<&'a JournalEntry>,
    /// The file, unless it is missing: then Drizzle runs nothing at all. Without a journal it is never missing.
    pub file: Option<&'a MigrationFile>,
}

impl MigrationFolder {
    /// Puts a journal and the files beside it together.
    pub fn new(journal: Journal, mut files: Vec<MigrationFile>) -> Self {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let by_tag: HashMap<&str, usize> =
            files.iter().enumerate().map(|(i, file)| (file.tag(), i)).collect();
        let file_of_entry =
            journal.entries.iter().map(|entry| by_tag.get(entry.tag.as_str()).copied()).collect();
        Self { journal: Some(journal), files, file_of_entry }
    }

    /// Puts the folders of migrations, as drizzle-kit 1.0 makes them, in the order in which drizzle-orm 1.0 runs them.
    pub fn of_folders(mut files: Vec<MigrationFile>) -> Self {
        files.sort_by(|a, b| folder_order(a.tag(), b.tag()));
        Self { journal: None, files, file_of_entry: Vec::new() }
    }

    /// How it is laid out.
    pub const fn layout(&self) -> Layout {
        if self.journal.is_some() { Layout::Journal } else { Layout::Folders }
    }

    /// How many migrations there are.
    pub fn migration_count(&self) -> usize {
        self.journal.as_ref().map_or(self.files.len(), |journal| journal.entries.len())
    }

    /// The migrations, in the order in which Drizzle runs them.
    pub fn migrations(&self) -> impl Iterator<Item = Migration<'_>> {
        let entries = self.journal.iter().flat_map(|journal| &journal.entries);
        let files = self.file_of_entry.iter().map(|&file| file.and_then(|at| self.files.get(at)));
        let journaled = entries.zip(files).map(|(entry, file)| Migration {
            tag: &entry.tag,
            when: entry.when,
            entry: Some(entry),
            file,
        });
        let in_folders = self.files.iter().filter(|_| self.journal.is_none()).map(|file| Migration {
            tag: file.tag(),
            when: folder_time(file.tag()).unwrap_or_default(),
            entry: None,
            file: Some(file),
        });
        journaled.chain(in_folders)
    }

    /// The files that are no migrations, since no entry of the journal names them: Drizzle never runs them.
    pub fn orphans(&self) -> impl Iterator<Item = &MigrationFile> {
        let known: HashSet<usize> = self.file_of_entry.iter().copied().flatten().collect();
        let files = self.files.iter().enumerate().filter(|_| self.journal.is_some());
        files.filter(move |(at, _)| !known.contains(at)).map(|(_, file)| file)
    }

    /// The entries of the journal that have no file.
    pub fn missing(&self) -> impl Iterator<Item = &JournalEntry> {
        self.migrations().filter(|migration| migration.file.is_none()).filter_map(|migration| migration.entry)
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

/// How many digits of a folder's name are a time.
const TIME_DIGITS: usize = 14;

/// The time that a migration's folder is called after, `YYYYMMDDHHMMSS` in UTC, in milliseconds since 1970; None when
/// the name doesn't begin with 14 digits, or with more.
///
/// It is what drizzle-orm 1.0 stores as `created_at`. Like JavaScript's `Date.UTC` it takes a month 13 for the first
/// one of the next year, and so on, and a year below 100 for one of the twentieth century.
///
/// ```
/// use terp_drizzle::folder::folder_time;
///
/// assert_eq!(folder_time("20261125042105_init"), Some(1_795_580_465_000));
/// assert_eq!(folder_time("0020_init"), None);
/// ```
pub fn folder_time(name: &str) -> Option<i64> {
    let (digits, rest) = name.split_at_checked(TIME_DIGITS)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) || rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|text| text.parse::<i64>().ok());
    let year = match number(0, 4)? {
        short @ 0..100 => 1900 + short,
        year => year,
    };
    let months = year * 12 + number(4, 6)? - 1;
    let days = days_before(months.div_euclid(12), months.rem_euclid(12)) + number(6, 8)? - 1;
    let seconds = (number(8, 10)? * 60 + number(10, 12)?) * 60 + number(12, 14)?;
    Some((days * 86_400 + seconds) * 1000)
}

/// The days from 1970 to the first of a month (0 to 11).
fn days_before(year: i64, month: i64) -> i64 {
    // Counted from a March, so that a leap day is a year's last.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let of_months = (month * 153 + 2).div_euclid(5);
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + of_months - 719_468
}

/// The order in which drizzle-orm 1.0 runs folders: JavaScript's `localeCompare`, which has `_` and other signs before
/// digits and digits before letters, and looks at case last. Characters outside ASCII come after all others, by their
/// code points, which is not always that order.
fn folder_order(a: &str, b: &str) -> Ordering {
    let weights = |name: &str| name.chars().map(weight).collect::<Vec<_>>();
    let lower_first = |name: &str| name.chars().map(|c| c.is_ascii_uppercase()).collect::<Vec<_>>();
    weights(a).cmp(&weights(b)).then_with(|| lower_first(a).cmp(&lower_first(b))).then_with(|| a.cmp(b))
}

/// The signs of ASCII in the order of the Unicode Collation Algorithm's default table (CLDR's root).
const SIGNS: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

fn weight(c: char) -> (u8, u32) {
    match SIGNS.find(c) {
        Some(at) => (0, at as u32),
        None if c.is_ascii_digit() => (1, c.into()),
        None if c.is_ascii_alphabetic() => (2, c.to_ascii_lowercase().into()),
        None if c.is_ascii() => (0, 0),
        None => (3, c.into()),
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
        let found: Vec<_> = folder.migrations().map(|m| m.file.map(|file| file.name.as_str())).collect();
        assert_eq!(found, [Some("0001_b.sql"), Some("0000_a.sql"), None]);
        assert_eq!(names(folder.orphans()), ["0001_c.sql"]);
        assert_eq!(folder.missing().map(|entry| entry.tag.as_str()).collect::<Vec<_>>(), ["0002_gone"]);
        let shared = folder.shared_prefixes();
        assert_eq!(shared.len(), 1);
        assert_eq!(names(shared["0001"].iter().copied()), ["0001_b.sql", "0001_c.sql"]);
    }

    /// As node 20 computes them.
    #[test]
    fn folders_have_times() {
        let cases = [
            ("20261125042105_init", Some(1_795_580_465_000)),
            ("19700101000000", Some(0)),
            ("20240229235959_x", Some(1_709_251_199_000)),
            ("20241301000000_x", Some(1_735_689_600_000)),
            ("20240132250000_x", Some(1_706_835_600_000)),
            ("20240000000000_x", Some(1_701_302_400_000)),
            ("00990101000000_x", Some(915_148_800_000)),
            ("10000101000000_x", Some(-30_610_224_000_000)),
            ("2026112504210_init", None),
            ("202611250421055_init", None),
            ("2026112504210x_init", None),
            ("init", None),
            ("", None),
            ("ääääääää", None),
        ];
        for (name, time) in cases {
            assert_eq!(folder_time(name), time, "{name}");
        }
    }

    /// As node 20 sorts them by `localeCompare`.
    #[test]
    fn folders_run_in_the_order_of_their_names() {
        let names = [
            "20240101000000",
            "20240101000000_",
            "20240101000000_a_b",
            "20240101000000_a-b",
            "20240101000000_a1",
            "20240101000000_ab",
            "20240101000000_aB",
            "20240101000000_Ab",
            "20240101000000_b",
            "20240101000001_a",
        ];
        let mut files: Vec<_> = names
            .iter()
            .rev()
            .map(|name| MigrationFile::new(format!("{name}/{MIGRATION_SQL}"), ""))
            .collect();
        files.swap(0, 5);
        let folder = MigrationFolder::of_folders(files);
        assert_eq!(folder.layout(), Layout::Folders);
        assert_eq!(folder.migrations().map(|migration| migration.tag).collect::<Vec<_>>(), names);
        assert_eq!(folder.migrations().last().map(|migration| migration.when), Some(1_704_067_201_000));
        assert_eq!(
            (folder.orphans().count(), folder.missing().count(), folder.migration_count()),
            (0, 0, 10)
        );
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
