//! Which file an import means.

use std::io;
use std::path::{Component, Path, PathBuf};

use crate::typescript::package;

/// Where source files come from. Nothing else is ever read.
pub trait SourceTree {
    /// The text of a file; None when there is no such file.
    ///
    /// # Errors
    /// It is there and can't be read.
    fn read(&self, path: &Path) -> io::Result<Option<String>>;
}

/// What a `tsconfig.json` says that changes which modules are read and how they run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CompilerOptions {
    /// `strict` or `alwaysStrict`: an assignment to what is frozen is an error, not passed over.
    pub strict: bool,
    /// `verbatimModuleSyntax`: imports that no value is used of are run all the same.
    pub keep_unused_imports: bool,
    /// The folder that plain names are looked up in.
    pub base_url: Option<PathBuf>,
    /// Patterns with at most one `*`, each with the paths that it stands for.
    pub paths: Vec<(String, Vec<PathBuf>)>,
}

/// The endings that are tried on a path without one, and the files of a folder likewise.
const ENDINGS: [&str; 9] = ["ts", "tsx", "js", "jsx", "mts", "mjs", "cts", "cjs", "json"];

/// What an ending in an import can be a compiled form of.
const SOURCES: [(&str, &[&str]); 4] = [
    ("js", &["ts", "tsx", "js", "jsx"]),
    ("jsx", &["tsx", "jsx"]),
    ("mjs", &["mts", "mjs"]),
    ("cjs", &["cts", "cjs"]),
];

/// A file that an import may mean, with its text.
pub(crate) type Found = (PathBuf, String);

/// Looks an import up that is no package's. None when no such file is there.
pub(crate) fn resolve(
    tree: &dyn SourceTree,
    aliases: &CompilerOptions,
    importer: &Path,
    specifier: &str,
) -> Result<Option<Found>, (PathBuf, io::Error)> {
    let only_folder = specifier.ends_with('/') || matches!(specifier, "." | "..");
    for base in candidates(aliases, importer, specifier) {
        if let Some(found) = first_file(tree, files(&base, only_folder))? {
            return Ok(Some(found));
        }
    }
    if is_path(specifier) { Ok(None) } else { package::resolve(tree, importer, specifier) }
}

/// The first of some files that is there.
pub(super) fn first_file(
    tree: &dyn SourceTree,
    paths: impl IntoIterator<Item = PathBuf>,
) -> Result<Option<Found>, (PathBuf, io::Error)> {
    for path in paths {
        match tree.read(&path) {
            Ok(Some(text)) => return Ok(Some((path, text))),
            Ok(None) => {}
            Err(error) => return Err((path, error)),
        }
    }
    Ok(None)
}

/// Whether an import names a file by its path.
pub(crate) fn is_path(specifier: &str) -> bool {
    specifier.starts_with("./")
        || specifier.starts_with("../")
        || specifier.starts_with('/')
        || matches!(specifier, "." | "..")
}

fn candidates(aliases: &CompilerOptions, importer: &Path, specifier: &str) -> Vec<PathBuf> {
    if is_path(specifier) {
        let folder = importer.parent().unwrap_or(Path::new(""));
        return vec![normalised(&folder.join(specifier))];
    }
    let mut found = Vec::new();
    for (pattern, targets) in &aliases.paths {
        let matched = match pattern.split_once('*') {
            None => (pattern == specifier).then_some(""),
            Some((before, after)) => specifier.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)),
        };
        let Some(matched) = matched else { continue };
        found.extend(
            targets
                .iter()
                .map(|target| normalised(Path::new(&target.to_string_lossy().replacen('*', matched, 1)))),
        );
    }
    found.extend(aliases.base_url.as_ref().map(|base| normalised(&base.join(specifier))));
    found
}

/// The files that a path may mean, the likeliest first.
pub(super) fn files(base: &Path, only_folder: bool) -> Vec<PathBuf> {
    let ending = base.extension().and_then(|ending| ending.to_str());
    let mut files = Vec::new();
    let of_folder = ENDINGS.iter().map(|ending| base.join(format!("index.{ending}")));
    if only_folder {
        return of_folder.collect();
    }
    if let Some((_, sources)) = SOURCES.iter().find(|(compiled, _)| Some(*compiled) == ending) {
        files.extend(sources.iter().map(|source| base.with_extension(source)));
    } else if ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
        files.push(base.to_owned());
    }
    let appended = |ending: &str| {
        let mut path = base.as_os_str().to_owned();
        path.push(".");
        path.push(ending);
        PathBuf::from(path)
    };
    files.extend(ENDINGS.iter().map(|ending| appended(ending)));
    files.extend(of_folder);
    files
}

/// A path without `.` and `..`, as far as its text tells.
pub(crate) fn normalised(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
