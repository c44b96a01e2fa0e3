//! Each case of `fixtures/drizzle` against what the real drizzle-kit said of it.
//!
//! What it said is recorded beside the case (`kit.sql`: `export`, `kit.json`: the snapshot of `generate`, `kit-error.txt`: why it
//! failed). A case is equal when the SQL and the snapshot are, byte for byte. Where something is not known without
//! running code, that has to be said, and what is known has to be equal. Where drizzle-kit fails, a fault has to be found.
//! What is different on purpose is in `fixtures/drizzle/differences.toml`, with the reason.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use terp_drizzle::declare::{Casing, DeclarationOptions, declare};
use terp_drizzle::{Declaration, FileTree, Project, ProjectOptions, load_project_with};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/drizzle");

struct Case {
    /// `columns/int`.
    name: String,
    folder: PathBuf,
    sql: Option<String>,
    snapshot: Option<String>,
    error: Option<String>,
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).expect("it can be listed").flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn last(path: &Path) -> String {
    path.file_name().expect("a name").to_str().expect("plain").to_owned()
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    // Without links and `..`, as places have it.
    let root = fs::canonicalize(ROOT).expect("it is there");
    for group in folders(&root) {
        for folder in folders(&group) {
            let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
            let (sql, snapshot, error) = (read("kit.sql"), read("kit.json"), read("kit-error.txt"));
            cases.push(Case {
                name: format!("{}/{}", last(&group), last(&folder)),
                folder,
                sql,
                snapshot,
                error,
            });
        }
    }
    cases
}

/// The project of a case: one without a configuration has its schema in `schema.ts`.
fn load(folder: &Path) -> Result<Project, String> {
    let has_config =
        ["ts", "js", "json"].iter().any(|end| folder.join(format!("drizzle.config.{end}")).exists());
    let schema = (!has_config).then(|| (folder.to_owned(), vec!["./schema.ts".to_owned()]));
    load_project_with(folder, &ProjectOptions { schema, ..ProjectOptions::default() })
        .map_err(|error| error.to_string().replace(&format!("{}/", folder.display()), ""))
}

fn sql(declaration: &Declaration) -> String {
    let statements = declaration.snapshot.to_ddl();
    statements.iter().map(|statement| format!("{}\n", statement.sql)).collect()
}

/// The text without blank lines: `export` separates its statements by different numbers of them.
fn packed(text: &str) -> String {
    text.lines().filter(|line| !line.trim().is_empty()).fold(String::new(), |all, line| all + line + "\n")
}

/// What of the case is not as drizzle-kit has it.
fn differences(case: &Case, declaration: &Declaration, exported: &Declaration) -> Vec<&'static str> {
    let mut found = Vec::new();
    if case.sql.as_ref().is_some_and(|kit| packed(kit) != packed(&sql(exported))) {
        found.push("its SQL");
    }
    let mut snapshot = declaration.snapshot.clone();
    snapshot.id = "00000000-0000-0000-0000-000000000000".to_owned();
    snapshot.prev_ids = vec![snapshot.id.clone()];
    if case.snapshot.as_ref().is_some_and(|kit| kit.trim_end() != snapshot.to_json()) {
        found.push("its snapshot");
    }
    found
}

/// `export` ignores the casing that `generate` honours.
fn without_casing(project: &Project) -> Declaration {
    let config = project.config.as_ref();
    let cased: Option<&Casing> = config.and_then(|config| config.casing.value());
    let declaration = project.declaration.clone().expect("a case has a schema");
    if cased.is_none() {
        return declaration;
    }
    let files: Vec<PathBuf> = declaration.files.first().map(|file| file.path.clone()).into_iter().collect();
    declare(&FileTree, &files, &DeclarationOptions::default()).expect("a thread")
}

fn problems(declaration: &Declaration, folder: &Path) -> String {
    let mut out = String::new();
    for problem in &declaration.problems {
        let file = declaration.files.get(problem.at.file).map_or("?".to_owned(), |file| {
            file.path.strip_prefix(folder).unwrap_or(&file.path).display().to_string()
        });
        let what = problem.what.as_ref().map_or(String::new(), |what| format!("{what}: "));
        let message = problem.message.replace(&format!("{}/", folder.display()), "");
        let cause = problem.cause.map_or(String::new(), |cause| format!(" (because of {cause})"));
        writeln!(out, "  {file}:{} {:?}: {what}{message}{cause}", problem.at, problem.kind)
            .expect("a string");
    }
    for leak in &declaration.leaks {
        let (from, to) =
            (format!("{}.{}", leak.from_table, leak.from_key), format!("{}.{}", leak.to_table, leak.to_key));
        writeln!(out, "  leak {from} ({}) -> {to} ({}): {}", leak.from, leak.to, leak.what.join(", "))
            .expect("a string");
    }
    for table in &declaration.duplicate_tables {
        let places: Vec<String> = table.places.iter().map(|at| format!("{}:{at}", at.file)).collect();
        writeln!(out, "  twice {}: {}", table.name, places.join(", ")).expect("a string");
    }
    for column in &declaration.custom_columns {
        writeln!(out, "  custom {}.{} ({}): {}", column.table, column.column, column.at, column.sql_type)
            .expect("a string");
    }
    out
}

/// Every complete table that drizzle-kit made as well has to be equal.
fn known_part_is_equal(case: &Case, declaration: &Declaration) -> bool {
    let Some(kit) = &case.sql else { return true };
    let kit = packed(kit);
    declaration.snapshot.to_ddl().iter().all(|statement| {
        let table = &statement.origin.table;
        declaration.incomplete_tables.contains(table)
            || statement.parts.is_empty()
            || kit.contains(&packed(&statement.sql))
    })
}

#[test]
fn everything_is_as_drizzle_kit_has_it() {
    let listed: BTreeMap<String, String> =
        toml::from_str(&fs::read_to_string(Path::new(ROOT).join("differences.toml")).expect("it is there"))
            .expect("TOML");
    let mut unused: BTreeSet<&String> = listed.keys().collect();
    let cases = cases();
    assert!(cases.len() >= 170, "only {} cases", cases.len());
    let mut by_group: BTreeMap<String, String> = BTreeMap::new();
    let mut faults = Vec::new();
    for case in &cases {
        let (outcome, details) = match load(&case.folder) {
            Err(message) if case.error.is_some() => {
                ("drizzle-kit fails, and so does this".to_owned(), format!("  {message}\n"))
            }
            Err(message) => (format!("FAILS: {message}"), String::new()),
            Ok(project) => {
                let declaration = project.declaration.clone().expect("a case has a schema");
                let exported = without_casing(&project);
                let differences = differences(case, &declaration, &exported);
                let is_fault = declaration.problems.iter().any(|problem| problem.kind.is_fault());
                let is_known = declaration.is_complete();
                let outcome = match (&case.error, differences.as_slice()) {
                    (Some(_), _) if is_fault => "drizzle-kit fails, and so does this".to_owned(),
                    (Some(_), _) if case.sql.is_none() && !is_known => {
                        "drizzle-kit fails; not known here".to_owned()
                    }
                    (Some(_), _) if case.sql.is_none() => {
                        "DIFFERS: drizzle-kit fails, and this does not".to_owned()
                    }
                    (_, []) if is_known => "equal".to_owned(),
                    (_, []) => "equal, though not all is known".to_owned(),
                    (..) if !is_known && known_part_is_equal(case, &exported) => {
                        "not all is known".to_owned()
                    }
                    (_, which) => format!("DIFFERS in {}", which.join(" and ")),
                };
                (outcome, problems(&declaration, &case.folder))
            }
        };
        let is_different = outcome.starts_with("DIFFERS") || outcome.starts_with("FAILS");
        let outcome = match listed.get(&case.name) {
            Some(reason) => {
                unused.remove(&case.name);
                if !is_different {
                    faults.push(format!("{}: listed as different, and is not: {outcome}", case.name));
                }
                format!("different on purpose: {reason}")
            }
            None => {
                if is_different {
                    faults.push(format!("{}: {outcome}", case.name));
                }
                outcome
            }
        };
        let (group, name) = case.name.split_once('/').expect("GROUP/CASE");
        let text = by_group.entry(group.to_owned()).or_default();
        write!(text, "{name}: {outcome}\n{details}").expect("a string");
    }
    assert!(unused.is_empty(), "no such cases: {unused:?}");
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
    for (group, text) in by_group {
        insta::assert_snapshot!(group.as_str(), text);
    }
}

#[test]
fn the_application_is_as_drizzle_kit_has_it() {
    let root = Path::new(ROOT);
    let project =
        load_project_with(&root.join("../terp"), &ProjectOptions::default()).expect("it can be read");
    let declaration = project.declaration.expect("it has a schema");
    assert!(declaration.is_complete(), "{:?}", declaration.problems);
    let read = |name: &str| fs::read_to_string(root.join("terp").join(name)).ok();
    let case = Case {
        name: "terp".to_owned(),
        folder: root.join("terp"),
        sql: read("kit.sql"),
        snapshot: read("kit.json"),
        error: None,
    };
    assert!(case.sql.is_some() && case.snapshot.is_some());
    assert_eq!(differences(&case, &declaration, &declaration), Vec::<&str>::new());
}
