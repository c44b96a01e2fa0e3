//! The cases: folders of a schema each, and the copies of them that drizzle-kit is run in.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use terp_cli::Failure;

use super::recording::FILES;

/// Where the cases are, in the workspace: `GROUP/CASE` folders.
const CASES: &str = "fixtures/drizzle";
/// A whole application beside the cases, whose folder is not theirs: what drizzle-kit says of it is recorded among the cases.
const APPLICATION: &str = "fixtures/terp";
const APPLICATION_RECORDING: &str = "fixtures/drizzle/terp";

/// What a case without a configuration of its own is run with.
const DEFAULT_CONFIG: &str = r#"{ "dialect": "mysql", "schema": "./schema.ts", "out": "./drizzle" }"#;

/// A schema to ask drizzle-kit about.
pub(super) struct Case {
    /// The schema's folder, relative to the workspace.
    pub(super) name: String,
    /// Where its recording is.
    pub(super) folder: PathBuf,
    /// Where the schema is.
    source: PathBuf,
}

/// The cases whose names contain one of these texts, in order; all of them without any.
pub(super) fn find(root: &Path, names: &[String]) -> Result<Vec<Case>, Failure> {
    let mut cases = vec![application(root)];
    for group in folders(&root.join(CASES))? {
        for folder in folders(&group)? {
            let name = folder.strip_prefix(root).unwrap_or(&folder).to_string_lossy().replace('\\', "/");
            cases.push(Case { name, source: folder.clone(), folder });
        }
    }
    cases.retain(|case| names.is_empty() || names.iter().any(|name| case.name.contains(name.as_str())));
    Ok(cases)
}

/// The whole application as a case.
pub(super) fn application(root: &Path) -> Case {
    Case {
        name: APPLICATION.to_owned(),
        folder: root.join(APPLICATION_RECORDING),
        source: root.join(APPLICATION),
    }
}

fn folders(of: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(of).map_err(|error| Failure::path(of, &error))?;
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

/// A copy of a case, in which drizzle-kit may write; gone when it is dropped.
pub(super) struct Copy {
    folder: TempDir,
}

impl Case {
    /// Copies the schema and all that belongs to it, but no migration, into a new folder, where packages are looked for in the
    /// case's own `node_modules`, then in this one.
    pub(super) fn copy(&self, node_modules: &Path) -> Result<Copy, Failure> {
        let folder = tempfile::Builder::new().prefix("terp-drizzle-").tempdir();
        let folder =
            folder.map_err(|error| Failure::failed(format!("cannot make a temporary folder: {error}")))?;
        // The path without links, as Node.js prints it.
        let copy = Copy { folder };
        let project = copy.project();
        create(&project)?;
        create(&copy.temporary())?;
        copy_schema(&self.source, &project)?;
        let has_config =
            ["ts", "js", "json"].iter().any(|kind| project.join(format!("drizzle.config.{kind}")).exists());
        if !has_config {
            let config = project.join("drizzle.config.json");
            fs::write(&config, DEFAULT_CONFIG).map_err(|error| Failure::path(&config, &error))?;
        }
        link(node_modules, &copy.folder.path().join("node_modules"))?;
        Ok(copy)
    }

    /// Whether a comment opens one of its files: the schema itself, where there is one of that name.
    #[cfg(test)]
    pub(super) fn says_what_it_shows(&self) -> Result<bool, Failure> {
        let schema = self.source.join("schema.ts");
        let mut files = if schema.is_file() { vec![schema] } else { files(&self.source)? };
        files.retain(|path| {
            path.extension().is_some_and(|extension| extension != "json" && extension != "sql")
        });
        let mut says = self.source.ends_with(APPLICATION);
        for path in files {
            let text = fs::read_to_string(&path).map_err(|error| Failure::path(&path, &error))?;
            says |= text.starts_with("// ");
        }
        Ok(says)
    }
}

impl Copy {
    /// Where drizzle-kit is run.
    pub(super) fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// What it may use as the system's temporary folder.
    pub(super) fn temporary(&self) -> PathBuf {
        self.folder.path().join("tmp")
    }

    /// The snapshot that drizzle-kit wrote, wherever the configuration has it put, if it wrote one.
    pub(super) fn snapshot(&self) -> Result<Option<String>, Failure> {
        let files = files(&self.project())?;
        let found = files.iter().find(|path| path.to_string_lossy().ends_with("_snapshot.json"));
        found.map(|path| fs::read_to_string(path).map_err(|error| Failure::path(path, &error))).transpose()
    }
}

/// All files in a folder and below it, packages aside, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| Failure::path(&folder, &error))?.flatten() {
            let path = entry.path();
            if !path.is_dir() {
                files.push(path);
            } else if !path.ends_with("node_modules") {
                folders.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Copies what is in one folder into another, but neither migrations with their snapshots nor recordings.
fn copy_schema(from: &Path, to: &Path) -> Result<(), Failure> {
    for entry in fs::read_dir(from).map_err(|error| Failure::path(from, &error))?.flatten() {
        let (source, name) = (entry.path(), entry.file_name());
        let shown = name.to_string_lossy();
        let target = to.join(&name);
        if source.is_dir() {
            // npm may have been run in the application; the packages of a case are part of it.
            if shown != "meta" && (shown != "node_modules" || !from.ends_with(APPLICATION)) {
                create(&target)?;
                copy_schema(&source, &target)?;
            }
        } else if !shown.ends_with(".sql") && !FILES.contains(&shown.as_ref()) {
            fs::copy(&source, &target).map_err(|error| Failure::path(&source, &error))?;
        }
    }
    Ok(())
}

fn create(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::path(folder, &error))
}

#[cfg(unix)]
fn link(to: &Path, from: &Path) -> Result<(), Failure> {
    std::os::unix::fs::symlink(to, from).map_err(|error| Failure::path(from, &error))
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Result<(), Failure> {
    Err(Failure::usage("drizzle-kit is run on Unix only"))
}
