//! Loads a project from files. Everything else in this crate works on text.

mod folders;
mod locate;

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::thread;

use terp_sql::span::LineColumn;

use crate::chain::SnapshotHead;
use crate::config::Config;
use crate::declare::{Casing, Declaration};
use crate::error::{FormatError, FormatErrorKind};
use crate::folder::{MigrationFile, MigrationFolder};
use crate::journal::{Journal, JournalEntry};
use crate::place::Places;
use crate::snapshot::Snapshot;
use crate::typescript::SourceTree;

/// The size in bytes above which a file is refused.
pub const MAX_FILE_SIZE: u64 = 64 * 1024 * 1024;

/// How much of an older snapshot is read first: its ids stand at its beginning.
const HEAD_SIZE: u64 = 4096;

const SNAPSHOT_ENDING: &str = "_snapshot.json";

/// What sort of fault a [`LoadError`] is about.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// There is no such file or folder.
    NotFound,
    /// It is there and can't be read.
    Unreadable,
    /// It is a folder, a device or something else that is not a file.
    NotAFile,
    /// It is larger than [`MAX_FILE_SIZE`].
    TooLarge,
    /// It is not text in UTF-8, or its name isn't.
    InvalidUtf8,
    /// The configuration doesn't say in plain words where the migrations are.
    Config,
    /// The migration folder mixes the layouts of drizzle-kit, or a migration's own folder is not as it has to be.
    Layout,
    /// The journal or a snapshot is not as it has to be.
    Format(FormatErrorKind),
}

/// Why a project can't be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub struct LoadError {
    /// What sort of fault it is.
    pub kind: LoadErrorKind,
    /// The file or folder.
    pub path: PathBuf,
    /// Where in the file, if it is about a place in it.
    pub at: Option<LineColumn>,
    /// The fault in words, without path and place.
    pub message: String,
    /// What the operating system says.
    #[source]
    pub source: Option<io::Error>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(at) = self.at {
            write!(f, ":{at}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl LoadError {
    /// What sort of fault it is.
    pub const fn kind(&self) -> LoadErrorKind {
        self.kind
    }

    fn new(kind: LoadErrorKind, path: &Path, message: impl Into<String>) -> Self {
        Self { kind, path: path.to_owned(), at: None, message: message.into(), source: None }
    }

    fn io(path: &Path, error: io::Error) -> Self {
        let (kind, message) = match error.kind() {
            io::ErrorKind::NotFound => (LoadErrorKind::NotFound, "there is no such file or folder"),
            _ => (LoadErrorKind::Unreadable, "it can't be read"),
        };
        Self { source: Some(error), ..Self::new(kind, path, message) }
    }

    fn format(path: &Path, error: FormatError) -> Self {
        let kind = LoadErrorKind::Format(error.kind);
        Self { at: Some(error.at), ..Self::new(kind, path, error.message) }
    }
}

/// A Drizzle project's migrations and what it says about them.
#[derive(Clone, Debug)]
pub struct Project {
    /// The migration folder.
    pub migrations_path: PathBuf,
    /// The journal; None for the layout of drizzle-kit 1.0, which has none.
    pub journal_path: Option<PathBuf>,
    /// The configuration that named the folder, if one did.
    pub config_path: Option<PathBuf>,
    /// The migrations: journal and files, or files alone.
    pub folder: MigrationFolder,
    /// The snapshots: by name, or in the order of the migrations where each has its own folder.
    pub snapshots: Vec<SnapshotFile>,
    /// The newest of the snapshots.
    pub newest: Option<NewestSnapshot>,
    /// The configuration, if there is one.
    pub config: Option<Config>,
    /// What the schema's files declare; None for a project that doesn't say where they are.
    pub declaration: Option<Declaration>,
}

/// A snapshot's file. Only the newest is read to its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SnapshotFile {
    /// The file.
    pub path: PathBuf,
    /// What it is called by: `0020` of `0020_snapshot.json`, or the name of its folder.
    pub prefix: String,
    /// What it says about itself.
    pub head: SnapshotHead,
}

/// The newest snapshot: that of the last migration that has one, else the last by name.
#[derive(Clone, Debug)]
pub struct NewestSnapshot {
    /// Its file.
    pub path: PathBuf,
    /// What it is called by; see [`SnapshotFile::prefix`].
    pub prefix: String,
    /// The migration that it belongs to, as an index into those of the folder; a later one has none.
    pub entry: Option<usize>,
    /// Its text.
    pub text: String,
    /// What is in it.
    pub snapshot: Snapshot,
}

impl Project {
    /// The path of a file of the folder.
    pub fn path_of(&self, file: &MigrationFile) -> PathBuf {
        self.migrations_path.join(&file.name)
    }
}

/// What is said of a project elsewhere than in its folder; it counts more than what the configuration says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProjectOptions {
    /// Another configuration file.
    pub config: Option<PathBuf>,
    /// The schema's files, folders and patterns, and the folder from which they are meant.
    pub schema: Option<(PathBuf, Vec<String>)>,
    /// The migration folder.
    pub out: Option<PathBuf>,
    /// How names are made from keys.
    pub casing: Option<Casing>,
}

/// Loads a project from its folder or from its migration folder. See [`load_project_with`].
///
/// # Errors
/// See there.
pub fn load_project(dir: &Path) -> Result<Project, LoadError> {
    load_project_with(dir, &ProjectOptions::default())
}

/// Loads a project from its folder or from its migration folder.
///
/// A folder that has a `meta/_journal.json` is the migration folder itself, and so is one that has folders of
/// migrations, as drizzle-kit 1.0 makes them. Otherwise a `drizzle.config` in it says where that is; without one, or
/// without `out` in it, it is `drizzle`. Of a migration folder, the configuration of the folder around it is taken, if
/// that leads to it. A project that has a schema and no migrations is one with none.
///
/// # Errors
/// The first file that can't be read or is not as it has to be. Older snapshots are read only as far as their ids.
/// What is wrong in the schema's own files is no error here: see [`Declaration::problems`].
pub fn load_project_with(dir: &Path, options: &ProjectOptions) -> Result<Project, LoadError> {
    let places = locate::locate(dir, options)?;
    let schema = locate::schema_files(dir, options, &places)?;
    let (declared, migrations) = thread::scope(|scope| {
        let declared = scope.spawn(|| schema.as_ref().map(locate::Schema::declare).transpose());
        let migrations = migrations_at(&places);
        (declared.join(), migrations)
    });
    let declaration = declared.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    Ok(project(places, declaration, migrations?))
}

/// Loads a project's migrations and snapshots as [`load_project_with`] does, and nothing of what it declares.
///
/// # Errors
/// As there, as far as it is about the migrations.
pub fn load_migrations(dir: &Path, options: &ProjectOptions) -> Result<Project, LoadError> {
    let places = locate::locate(dir, options)?;
    let migrations = migrations_at(&places)?;
    Ok(project(places, None, migrations))
}

fn project(places: locate::Places, declaration: Option<Declaration>, migrations: Migrations) -> Project {
    let (journal_path, folder, snapshots, newest) = migrations;
    Project {
        migrations_path: places.migrations,
        journal_path,
        config_path: places.config.as_ref().filter(|_| places.named).map(|config| config.path.clone()),
        config: places.config,
        folder,
        snapshots,
        newest,
        declaration,
    }
}

/// Reads the schema that a project declares, and nothing of its migrations. `path` is the project's folder, its configuration
/// (a file with `.config.` in its name) or a file of the schema by itself, of which no configuration is looked for. `None`
/// where the configuration names no schema, or where there is none.
///
/// # Errors
/// A configuration or a folder that can't be read. What is wrong in the schema's files is no error, see
/// [`Declaration::problems`], unless it was named here and is not there.
pub fn load_declaration(path: &Path, options: &ProjectOptions) -> Result<Option<Declaration>, LoadError> {
    if path.is_dir() {
        let schema = locate::schema_files(path, options, &locate::for_schema(path, options)?)?;
        return schema.as_ref().map(locate::Schema::declare).transpose();
    }
    // Whoever names a file means that one, whatever is said elsewhere.
    let is_config = path.file_name().is_some_and(|name| name.to_string_lossy().contains(".config."));
    if is_config {
        let options = ProjectOptions { config: Some(path.to_owned()), schema: None, ..options.clone() };
        let dir = path.parent().unwrap_or(Path::new(""));
        let schema = locate::schema_files(dir, &options, &locate::for_schema(dir, &options)?)?;
        return schema.as_ref().map(locate::Schema::declare).transpose();
    }
    read_text(path)?;
    locate::Schema::of_file(path, options.casing).declare().map(Some)
}

type Migrations = (Option<PathBuf>, MigrationFolder, Vec<SnapshotFile>, Option<NewestSnapshot>);

fn migrations_at(places: &locate::Places) -> Result<Migrations, LoadError> {
    let path = &places.migrations;
    if !places.exists {
        return Ok((None, MigrationFolder::of_folders(Vec::new()), Vec::new(), None));
    }
    if !has_journal(path) {
        let (folder, snapshots, newest) = folders::load(path)?;
        return Ok((None, folder, snapshots, newest));
    }
    folders::refuse_both(path)?;
    let journal_path = path.join("meta").join("_journal.json");
    let journal =
        Journal::parse(&read_text(&journal_path)?).map_err(|e| LoadError::format(&journal_path, e))?;

    let mut files = Vec::new();
    for (name, path) in list(path, ".sql")? {
        files.push(MigrationFile::new(name, read_text(&path)?));
    }
    let folder = MigrationFolder::new(journal, files);

    let found = list(&path.join("meta"), SNAPSHOT_ENDING)?;
    let newest = newest(&folder, &found)?;
    let mut snapshots = Vec::with_capacity(found.len());
    for (name, path) in found {
        let head = head_of(&path, newest.as_ref())?;
        let prefix = snapshot_prefix(&name).to_owned();
        snapshots.push(SnapshotFile { path, prefix, head });
    }
    Ok((Some(journal_path), folder, snapshots, newest))
}

/// The files of the computer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FileTree;

impl SourceTree for FileTree {
    fn read(&self, path: &Path) -> io::Result<Option<String>> {
        match read_text(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if matches!(error.kind, LoadErrorKind::NotFound | LoadErrorKind::NotAFile) => Ok(None),
            // A file where a folder would have to be.
            Err(LoadError { source: Some(source), .. }) if source.kind() == io::ErrorKind::NotADirectory => {
                Ok(None)
            }
            Err(error) => Err(io::Error::other(match error.at {
                Some(at) => format!("{} ({at})", error.message),
                None => error.message,
            })),
        }
    }
}

/// What a snapshot says about itself, without reading more of it than needed.
fn head_of(path: &Path, newest: Option<&NewestSnapshot>) -> Result<SnapshotHead, LoadError> {
    let head = match newest {
        Some(newest) if newest.path == path => SnapshotHead::parse(&newest.text),
        _ => match read_beginning(path)? {
            Some(head) => Ok(head),
            None => SnapshotHead::parse(&read_text(path)?),
        },
    };
    head.map_err(|error| LoadError::format(path, error))
}

fn snapshot_prefix(name: &str) -> &str {
    name.strip_suffix(SNAPSHOT_ENDING).unwrap_or_default()
}

fn has_journal(dir: &Path) -> bool {
    dir.join("meta").join("_journal.json").exists()
}

/// Reads a file as text.
///
/// # Errors
/// It isn't there, isn't a file, is too large or not UTF-8.
pub fn read_text(path: &Path) -> Result<String, LoadError> {
    let mut file = open(path)?;
    let mut bytes = Vec::new();
    file.by_ref()
        .take(MAX_FILE_SIZE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| LoadError::io(path, error))?;
    if bytes.len() as u64 > MAX_FILE_SIZE {
        return Err(too_large(path));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..valid).map(String::from_utf8_lossy).unwrap_or_default();
        let at = Some(Places::new(&before).find(valid));
        LoadError { at, ..LoadError::new(LoadErrorKind::InvalidUtf8, path, "it is not valid UTF-8") }
    })
}

fn open(path: &Path) -> Result<File, LoadError> {
    // Asked before opening: opening a pipe would wait for its other end.
    let metadata = fs::metadata(path).map_err(|error| LoadError::io(path, error))?;
    if !metadata.is_file() {
        return Err(LoadError::new(LoadErrorKind::NotAFile, path, "it is not a file"));
    }
    if metadata.len() > MAX_FILE_SIZE {
        return Err(too_large(path));
    }
    File::open(path).map_err(|error| LoadError::io(path, error))
}

fn too_large(path: &Path) -> LoadError {
    LoadError::new(LoadErrorKind::TooLarge, path, "it is larger than 64 MiB")
}

/// The files of a folder whose names end so, by name: each with its path. What is in folders within is not looked at.
///
/// # Errors
/// The folder can't be read, or a name that ends so is not UTF-8.
pub fn list(dir: &Path, ending: &str) -> Result<Vec<(String, PathBuf)>, LoadError> {
    let mut found = names(dir, ending)?;
    found.retain(|(_, path)| !path.is_dir());
    Ok(found)
}

/// What there is in a folder whose name ends so, by name.
fn names(dir: &Path, ending: &str) -> Result<Vec<(String, PathBuf)>, LoadError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| LoadError::io(dir, error))? {
        let path = entry.map_err(|error| LoadError::io(dir, error))?.path();
        let Some(name) = path.file_name() else { continue };
        if !name.as_encoded_bytes().ends_with(ending.as_bytes()) {
            continue;
        }
        let Some(name) = name.to_str().map(str::to_owned) else {
            return Err(LoadError::new(LoadErrorKind::InvalidUtf8, &path, "its name is not valid UTF-8"));
        };
        found.push((name, path));
    }
    found.sort();
    Ok(found)
}

fn newest(
    folder: &MigrationFolder,
    found: &[(String, PathBuf)],
) -> Result<Option<NewestSnapshot>, LoadError> {
    let entries = folder.journal.as_ref().map_or(&[][..], |journal| journal.entries.as_slice());
    let of_entry = |(at, entry): (usize, &JournalEntry)| {
        let found = found.iter().find(|(name, _)| name.strip_suffix(SNAPSHOT_ENDING) == Some(entry.prefix()));
        found.map(|found| (found, Some(at)))
    };
    let last_by_name = || found.last().map(|found| (found, None));
    let newest = entries.iter().enumerate().rev().find_map(of_entry).or_else(last_by_name);
    let Some(((name, path), entry)) = newest else { return Ok(None) };
    let text = read_text(path)?;
    let snapshot = Snapshot::parse(&text).map_err(|error| LoadError::format(path, error))?;
    let prefix = snapshot_prefix(name).to_owned();
    Ok(Some(NewestSnapshot { path: path.clone(), prefix, entry, text, snapshot }))
}

/// Reads a snapshot's head from its beginning. None when there is more to look at: the head stands elsewhere, or the
/// file doesn't end as JSON does.
fn read_beginning(path: &Path) -> Result<Option<SnapshotHead>, LoadError> {
    let failed = |error| LoadError::io(path, error);
    let mut file = open(path)?;
    let mut beginning = Vec::new();
    file.by_ref().take(HEAD_SIZE).read_to_end(&mut beginning).map_err(failed)?;
    let mut end = Vec::new();
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    file.seek(SeekFrom::Start(length.saturating_sub(16))).map_err(failed)?;
    file.take(16).read_to_end(&mut end).map_err(failed)?;
    if end.trim_ascii_end().last() != Some(&b'}') {
        // All of it, so that the fault is found where it is.
        let text = read_text(path)?;
        crate::json::check(&text).map_err(|error| LoadError::format(path, error))?;
        return Ok(None);
    }
    let valid = match std::str::from_utf8(&beginning) {
        Ok(text) => text,
        Err(error) => {
            let valid = beginning.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(valid).unwrap_or_default()
        }
    };
    Ok(SnapshotHead::parse_beginning(valid))
}
