//! Projects in temporary folders.

use std::fs;

use tempfile::TempDir;
use terp_check::{CheckOptions, check_project};
use terp_drift::Report;
use terp_drizzle::{Project, load_project};
use terp_schema_model::Flavor;

/// A migration folder.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// With a journal of these migrations, and their files.
    pub(crate) fn new(migrations: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a folder can be made");
        fs::create_dir(dir.path().join("meta")).expect("a folder can be made");
        let entries: Vec<String> = migrations
            .iter()
            .enumerate()
            .map(|(at, (tag, _))| {
                format!(
                    r#"{{"idx": {at}, "version": "5", "when": {at}, "tag": "{tag}", "breakpoints": true}}"#
                )
            })
            .collect();
        let journal =
            format!(r#"{{"version": "7", "dialect": "mysql", "entries": [{}]}}"#, entries.join(",\n"));
        let folder = Self(dir);
        folder.write("meta/_journal.json", &journal);
        for (tag, sql) in migrations {
            folder.write(&format!("{tag}.sql"), sql);
        }
        folder
    }

    /// With a snapshot of tables that have one column `x`.
    pub(crate) fn with_snapshot(self, prefix: &str, tables: &[&str]) -> Self {
        let table = |name: &&str| {
            format!(
                r#""{name}": {{"name": "{name}", "columns": {{"x": {{"name": "x", "type": "int", "primaryKey": false,
                "notNull": false, "autoincrement": false}}}}, "indexes": {{}}, "foreignKeys": {{}},
                "compositePrimaryKeys": {{}}, "uniqueConstraints": {{}}, "checkConstraint": {{}}}}"#
            )
        };
        let tables: Vec<String> = tables.iter().map(table).collect();
        let text = format!(
            r#"{{"version": "5", "dialect": "mysql", "id": "{prefix}",
            "prevId": "00000000-0000-0000-0000-000000000000", "tables": {{{}}}, "views": {{}},
            "_meta": {{"schemas": {{}}, "tables": {{}}, "columns": {{}}}}, "internal": {{"tables": {{}}, "indexes": {{}}}}}}"#,
            tables.join(",\n")
        );
        self.write(&format!("meta/{prefix}_snapshot.json"), &text);
        self
    }

    pub(crate) fn load(&self) -> Project {
        load_project(self.0.path()).expect("it can be read")
    }

    pub(crate) fn check(&self, flavor: Flavor) -> Report {
        check_project(&self.load(), "x", &CheckOptions::new(flavor)).expect("it can be checked")
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).expect("a file can be written");
    }
}
