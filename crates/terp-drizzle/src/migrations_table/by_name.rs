//! The table of drizzle-orm 1.0: it knows migrations by name.

use std::collections::{HashMap, HashSet};

use super::{AppliedMigration, MigrationState, file_hash};
use crate::folder::{Migration, MigrationFolder};

/// A row of the table of drizzle-orm 1.0. Its other columns, `id` and `applied_at`, decide nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedMigration {
    /// Hash of the file as it was when it ran; see [`file_hash`]. Nothing looks at it.
    pub hash: String,
    /// The time in the name of its folder, in milliseconds since 1970. Nothing looks at it.
    pub created_at: Option<i64>,
    /// The name of its folder. A row without one, which an older migrator may have added to a table that was already
    /// upgraded, counts for nothing.
    pub name: Option<String>,
}

/// Whether a table with these columns is that of drizzle-orm 1.0. One that isn't, its migrator upgrades first.
pub fn has_names<'a>(columns: impl IntoIterator<Item = &'a str>) -> bool {
    columns.into_iter().any(|column| column == "name")
}

/// The migrations that drizzle-orm 1.0 would run on a database with the given rows, in its order: those whose name no
/// row has, however old they are. So none is skipped for ever; but one that comes late runs after younger ones.
pub fn pending_by_name<'a>(
    folder: &'a MigrationFolder,
    applied: &[NamedMigration],
) -> impl Iterator<Item = Migration<'a>> {
    let names: HashSet<String> = applied.iter().filter_map(|row| row.name.clone()).collect();
    folder.migrations().filter(move |migration| !names.contains(migration.tag))
}

/// What a database with the given rows makes of each migration, in the order in which drizzle-orm 1.0 runs them. None
/// is ever [`MigrationState::Skipped`].
pub fn states_by_name(folder: &MigrationFolder, applied: &[NamedMigration]) -> Vec<MigrationState> {
    let mut hashes: HashMap<&str, Vec<&str>> = HashMap::new();
    for row in applied {
        if let Some(name) = &row.name {
            hashes.entry(name).or_default().push(&row.hash);
        }
    }
    let state = |migration: Migration<'_>| {
        let Some(hashes) = hashes.get(migration.tag) else { return MigrationState::Pending };
        let unchanged = migration.file.is_none_or(|file| hashes.contains(&file_hash(&file.text).as_str()));
        if unchanged { MigrationState::Applied } else { MigrationState::Edited }
    };
    folder.migrations().map(state).collect()
}

/// Rows that belong to no migration of the folder.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{} of the migrations table belong to no migration of the folder, so drizzle-orm 1.0 refuses to upgrade it",
    count(.rows.len()))]
pub struct UnmatchedRows {
    /// The rows, as indexes.
    pub rows: Vec<usize>,
}

fn count(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

/// The name that drizzle-orm 1.0 gives to each row of a table of drizzle-orm 0.x when it upgrades it. `applied` has to
/// be in the order of `id`.
///
/// A row belongs to the one migration of its second; where there are several of one second, to the one with its hash;
/// where there is none, to the one with its hash, whatever its time. What was [`MigrationState::Skipped`] gets no row,
/// so the next run of the migrator will run it.
///
/// # Errors
/// There are rows without a migration: then nothing is changed, and nothing runs.
pub fn upgrade<'a>(
    folder: &'a MigrationFolder,
    applied: &[AppliedMigration],
) -> Result<Vec<&'a str>, UnmatchedRows> {
    let mut by_second: HashMap<i64, Vec<(&str, String)>> = HashMap::new();
    let mut by_hash: HashMap<String, (i64, usize, &str)> = HashMap::new();
    for (at, migration) in folder.migrations().enumerate() {
        let hash = migration.file.map(|file| file_hash(&file.text)).unwrap_or_default();
        by_second.entry(migration.when).or_default().push((migration.tag, hash.clone()));
        // Of several with one hash the youngest counts.
        let found = (migration.when, at, migration.tag);
        by_hash.entry(hash).and_modify(|other| *other = found.max(*other)).or_insert(found);
    }
    let mut names = Vec::with_capacity(applied.len());
    let mut unmatched = Vec::new();
    for (at, row) in applied.iter().enumerate() {
        // It cuts three digits off: towards zero.
        let second = row.created_at.map(|time| time / 1000 * 1000);
        let name = match second.and_then(|second| by_second.get(&second)).map(Vec::as_slice) {
            None => by_hash.get(&row.hash).map(|(_, _, name)| *name),
            Some([(name, _)]) => Some(*name),
            Some(several) => several.iter().find(|(_, hash)| *hash == row.hash).map(|(name, _)| *name),
        };
        match name {
            Some(name) => names.push(name),
            None => unmatched.push(at),
        }
    }
    if unmatched.is_empty() { Ok(names) } else { Err(UnmatchedRows { rows: unmatched }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::{MIGRATION_SQL, MigrationFile};
    use crate::migrations_table::MigrationState::{Applied, Edited, Pending};

    const SECOND: i64 = 1_704_067_200_000;

    /// Migrations of 2024-01-01, each with its second and its text.
    fn folder(migrations: &[(&str, &str)]) -> MigrationFolder {
        let file = |(name, text): &(&str, &str)| {
            MigrationFile::new(format!("202401010000{name}/{MIGRATION_SQL}"), *text)
        };
        MigrationFolder::of_folders(migrations.iter().map(file).collect())
    }

    fn named(name: Option<&str>, text: &str) -> NamedMigration {
        let name = name.map(|name| format!("202401010000{name}"));
        NamedMigration { hash: file_hash(text), created_at: None, name }
    }

    fn old(milliseconds: Option<i64>, text: &str) -> AppliedMigration {
        AppliedMigration { hash: file_hash(text), created_at: milliseconds.map(|ms| SECOND + ms) }
    }

    #[test]
    fn pending_is_what_no_row_names() {
        let folder = folder(&[("10_a", "A"), ("20_late", "L"), ("30_c", "C")]);
        let rows = [
            named(Some("30_c"), "C"),
            named(Some("10_a"), "other"),
            named(None, "L"),
            named(Some("99_x"), ""),
        ];
        let pending: Vec<_> = pending_by_name(&folder, &rows).map(|migration| migration.tag).collect();
        assert_eq!(pending, ["20240101000020_late"]);
        assert_eq!(states_by_name(&folder, &rows), [Edited, Pending, Applied]);
        assert_eq!(states_by_name(&folder, &[]), [Pending; 3]);
        assert!(has_names(["id", "hash", "created_at", "name", "applied_at"]));
        assert!(!has_names(["id", "hash", "created_at"]));
    }

    #[test]
    fn rows_get_names_by_second_and_by_hash() {
        let folder = folder(&[("10_a", "A"), ("10_b", "B"), ("20_c", "C"), ("30_d", "D"), ("40_e", "D")]);
        let names = |rows: &[AppliedMigration]| {
            upgrade(&folder, rows)
                .map(|names| names.iter().map(|name| name[12..].to_owned()).collect::<Vec<_>>())
        };
        // The only one of its second, whatever its hash; of several the one with the hash; else by hash alone.
        let rows =
            [old(Some(20_999), "edited"), old(Some(10_500), "B"), old(Some(77_000), "A"), old(None, "D")];
        assert_eq!(names(&rows).expect("all belong to one"), ["20_c", "10_b", "10_a", "40_e"]);
        let rows = [old(Some(10_000), "C"), old(Some(30_000), "x"), old(Some(50_000), "x")];
        let error = names(&rows).expect_err("two belong to none");
        assert_eq!(error.rows, [0, 2]);
        assert!(
            error.to_string().starts_with("2 rows of the migrations table belong to no migration"),
            "{error}"
        );
    }
}
