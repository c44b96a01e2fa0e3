//! Schemas in TypeScript, read in this process.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use terp_cli::Failure;
use terp_drizzle::declare::{DeclarationOptions, declare};
use terp_drizzle::{FileTree, SourceTree, load_project};

use super::{Figure, Promise};
use crate::process::root;

const RUNS: usize = 9;

/// The declared schema of fixtures/terp, from its files to a snapshot.
pub(super) fn application() -> Result<Figure, Failure> {
    let project =
        load_project(&root().join("fixtures/terp")).map_err(|error| Failure::failed(error.to_string()))?;
    let declaration =
        project.declaration.ok_or_else(|| Failure::failed("fixtures/terp declares no schema"))?;
    let files: Vec<PathBuf> =
        declaration.files.iter().filter(|file| !file.text.is_empty()).map(|file| file.path.clone()).collect();
    let mut measured = Vec::new();
    for _ in 0..RUNS {
        measured.push(milliseconds(&FileTree, &files, 145)?);
    }
    Ok(Figure::new("declared schema of fixtures/terp", "ms", Promise::AtMost(15.0), measured))
}

/// Ten thousand tables in 200 files, and how much longer they take than half as many.
pub(super) fn scale() -> Result<Vec<Figure>, Failure> {
    let (half, whole) = (Application::new(100), Application::new(200));
    let (mut once, mut twice) = (Vec::new(), Vec::new());
    // In turns, so that what else the machine does falls on both.
    for _ in 0..RUNS {
        once.push(milliseconds(&half, &half.entries(), 5_000)?);
        twice.push(milliseconds(&whole, &whole.entries(), 10_000)?);
    }
    let seconds = twice.iter().map(|time| time / 1000.0).collect();
    once.sort_by(f64::total_cmp);
    twice.sort_by(f64::total_cmp);
    let ratios: Vec<f64> = once.iter().zip(&twice).map(|(once, twice)| twice / once).collect();
    Ok(vec![
        Figure::new("10,000 declared tables in 200 files", "s", Promise::AtMost(2.0), seconds),
        Figure::new("10,000 declared tables to 5,000", "times as long", Promise::AtMost(2.3), ratios),
    ])
}

/// Files of fifty tables each, that import each other.
struct Application {
    files: BTreeMap<PathBuf, String>,
}

const TABLES: usize = 50;

impl Application {
    fn new(files: usize) -> Self {
        let file = |number: usize| {
            let mut text =
                "import { index, int, mysqlTable, timestamp, varchar } from \"drizzle-orm/mysql-core\";\n"
                    .to_owned();
            if let Some(before) = number.checked_sub(1) {
                let _ = writeln!(text, "import {{ t{before}x0 }} from \"./f{before}\";");
            }
            for table in 0..TABLES {
                let parent = match number.checked_sub(1) {
                    Some(before) if table == 0 => format!("t{before}x0"),
                    _ => format!("t{number}x{}", table.saturating_sub(1)),
                };
                // Writing to a string can't fail.
                let _ = writeln!(
                    text,
                    "export const t{number}x{table} = mysqlTable(\"t{number}x{table}\", {{\n  \
                     id: int().primaryKey().autoincrement(),\n  \
                     name: varchar({{ length: 100 }}).notNull().default(\"none\"),\n  \
                     parentId: int(\"parent_id\").references(() => {parent}.id, {{ onDelete: \"cascade\" }}),\n  \
                     createdAt: timestamp(\"created_at\").notNull().defaultNow(),\n\
                     }}, (t) => [index(\"t{number}x{table}_name\").on(t.name)]);"
                );
            }
            (PathBuf::from(format!("f{number}.ts")), text)
        };
        Self { files: (0..files).map(file).collect() }
    }

    fn entries(&self) -> Vec<PathBuf> {
        self.files.keys().cloned().collect()
    }
}

impl SourceTree for Application {
    fn read(&self, path: &Path) -> io::Result<Option<String>> {
        Ok(self.files.get(path).cloned())
    }
}

fn milliseconds(tree: &(dyn SourceTree + Sync), files: &[PathBuf], tables: usize) -> Result<f64, Failure> {
    let begun = Instant::now();
    let declared = declare(tree, files, &DeclarationOptions::default());
    let time = begun.elapsed().as_secs_f64() * 1000.0;
    let declared = black_box(declared).map_err(|error| Failure::failed(error.to_string()))?;
    if !declared.is_complete() || declared.snapshot.tables.len() != tables {
        return Err(Failure::failed(format!(
            "{} tables instead of {tables}",
            declared.snapshot.tables.len()
        )));
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_made_application_is_complete() {
        let application = Application::new(3);
        milliseconds(&application, &application.entries(), 3 * TABLES).unwrap();
        assert!(milliseconds(&application, &application.entries(), 1).is_err());
    }
}
