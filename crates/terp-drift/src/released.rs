//! The list of migrations that were released, by which a later edit of one is noticed.

use std::collections::HashMap;
use std::fmt;

use crate::finding::Place;

/// A migration as it was when it was released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedMigration {
    /// Its file without the extension, by which the journal calls it.
    pub tag: String,
    /// SHA-256 of its file in hexadecimal, in lower case.
    pub hash: String,
    /// Its `when` in the journal, where the list has it: the rows of `__drizzle_migrations` do, a list of hashes
    /// doesn't.
    pub when: Option<i64>,
    /// Where the list says so.
    pub place: Place,
}

/// A line of the list that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleasedError {
    /// Where it is.
    pub place: Place,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ReleasedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for ReleasedError {}

/// Reads a list of released migrations in the format of `sha256sum`: one line for each, the hash of the file and its
/// name after two blanks (or a blank and `*`). Folders before the name are passed over, so that the list can be made
/// anywhere; a file `NAME/migration.sql` is the migration `NAME`. Empty lines and lines that start with `#` say
/// nothing. `file` is what places call the list.
///
/// # Errors
/// The first line that is none of these, that has a name which is not that of an `.sql` file, or that gives a
/// migration another hash than an earlier line.
pub fn parse_released(file: &str, text: &str) -> Result<Vec<ReleasedMigration>, ReleasedError> {
    let mut released: Vec<ReleasedMigration> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    // A byte order mark is none of the first line's.
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let fault = |column: usize, message: String| {
            let column = u32::try_from(column).unwrap_or(u32::MAX);
            ReleasedError { place: Place::at(file, number, column), message }
        };
        let (hash, name) = match line.split_once(' ') {
            Some((hash, name)) if is_hash(hash) && name.starts_with([' ', '*']) => (hash, &name[1..]),
            _ => {
                let message =
                    "expected a SHA-256 of 64 hexadecimal digits, two blanks and the name of a file";
                return Err(fault(1, message.to_owned()));
            }
        };
        let Some(tag) = tag_of(name) else {
            return Err(fault(67, format!("expected the name of an .sql file, found {name:?}")));
        };
        let hash = hash.to_ascii_lowercase();
        if let Some(before) = known.get(tag).and_then(|at| released.get(*at)) {
            if before.hash == hash {
                continue;
            }
            let line = before.place.line.unwrap_or_default();
            return Err(fault(1, format!("{tag} has another hash in line {line}")));
        }
        known.insert(tag.to_owned(), released.len());
        let end = u32::try_from(line.chars().count()).unwrap_or(u32::MAX).saturating_add(1);
        let place = Place::at(file, number, 1).until(number, end);
        released.push(ReleasedMigration { tag: tag.to_owned(), hash, when: None, place });
    }
    Ok(released)
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn tag_of(name: &str) -> Option<&str> {
    let mut parts = name.rsplit(['/', '\\']);
    let stem = parts.next()?.strip_suffix(".sql").filter(|stem| !stem.is_empty())?;
    match parts.next() {
        Some(folder) if stem == "migration" && !folder.is_empty() && folder != "." => Some(folder),
        _ => Some(stem),
    }
}
