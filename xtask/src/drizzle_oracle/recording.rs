//! What drizzle-kit answered to a case, freed of all that is different on the next run, and the files that it is kept in.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use similar::TextDiff;
use terp_cli::Failure;

/// What a run of drizzle-kit printed.
pub(super) struct Said {
    pub(super) succeeded: bool,
    pub(super) out: String,
    pub(super) err: String,
}

/// The files of an answer; one that is not there is `None`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Recording {
    /// `kit.sql`: what `export` prints.
    pub(super) sql: Option<String>,
    /// `kit.json`: the snapshot that `generate` writes, with zeros for its id. There is none when there is nothing to create.
    pub(super) snapshot: Option<String>,
    /// `kit-error.txt`: why either failed. drizzle-kit's exit code does not tell, which is 0 when a schema cannot be loaded.
    pub(super) error: Option<String>,
}

/// The names of its files.
pub(super) const FILES: [&str; 3] = ["kit.sql", "kit.json", "kit-error.txt"];
const READING: &str = "Reading schema files:\n";
/// What begins a line that is not about what went wrong.
const BESIDE: [&str; 4] =
    ["No config path provided", "Reading config file", "node:internal/", "triggerUncaughtException("];
const NO_ID: &str = "00000000-0000-0000-0000-000000000000";

impl Recording {
    /// From what the two runs said, one of which wrote the snapshot, in this folder.
    pub(super) fn new(export: &Said, generate: &Said, snapshot: Option<&str>, project: &Path) -> Self {
        let errors = [("export", export.error(project)), ("generate", generate.error(project))];
        Self {
            sql: errors[0].1.is_none().then(|| after_header(&export.out).to_owned()),
            snapshot: snapshot.map(without_id),
            error: match errors {
                [(_, export), (_, generate)] if export == generate => export,
                errors => Some(
                    errors
                        .iter()
                        .filter_map(|(command, error)| Some(format!("[{command}]\n{}", error.as_ref()?)))
                        .collect(),
                ),
            },
        }
    }

    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let read = |name: &str| {
            let path = folder.join(name);
            match fs::read_to_string(&path) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(Failure::path(&path, &error)),
            }
        };
        let [sql, snapshot, error] = FILES;
        Ok(Self { sql: read(sql)?, snapshot: read(snapshot)?, error: read(error)? })
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), Failure> {
        fs::create_dir_all(folder).map_err(|error| Failure::path(folder, &error))?;
        for (name, text) in FILES.iter().zip(self.texts()) {
            let path = folder.join(name);
            let done = match text {
                Some(text) => fs::write(&path, text),
                None if path.exists() => fs::remove_file(&path),
                None => Ok(()),
            };
            done.map_err(|error| Failure::path(&path, &error))?;
        }
        Ok(())
    }

    fn texts(&self) -> [Option<&str>; 3] {
        [self.sql.as_deref(), self.snapshot.as_deref(), self.error.as_deref()]
    }
}

/// How two answers to a case differ, each with the name of who gave it, as a diff of each file; nothing when they do not.
pub(super) fn difference(
    case: &str,
    (old_name, old): (&str, &Recording),
    (new_name, new): (&str, &Recording),
) -> Option<String> {
    let mut text = String::new();
    for (name, (old, new)) in FILES.iter().zip(old.texts().into_iter().zip(new.texts())) {
        let diff = match (old, new) {
            (old, new) if old == new => continue,
            (None, Some(_)) => format!("only from {new_name}\n"),
            (Some(_), None) => format!("only from {old_name}\n"),
            (old, new) => {
                let diff = TextDiff::from_lines(old.unwrap_or_default(), new.unwrap_or_default());
                diff.unified_diff().header(old_name, new_name).to_string()
            }
        };
        let _ = write!(text, "{case}/{name}: {diff}");
    }
    (!text.is_empty()).then_some(text)
}

impl Said {
    /// Why it failed, if it did: without the trace of calls, and with paths that begin in the project.
    fn error(&self, project: &Path) -> Option<String> {
        if self.succeeded && self.err.trim().is_empty() {
            return None;
        }
        let said = if self.err.trim().is_empty() { after_header(&self.out) } else { &self.err };
        let inside = format!("{}/", project.display());
        let mut text = String::new();
        for line in said.lines().map(str::trim) {
            if line.starts_with("at ") || line == "Require stack:" {
                break;
            }
            if !line.is_empty() && line != "^" && !BESIDE.iter().any(|beside| line.starts_with(beside)) {
                text += &line.replace(&inside, "");
                text.push('\n');
            }
        }
        Some(text)
    }
}

/// What is printed after the names of the files that are read.
fn after_header(out: &str) -> &str {
    let rest = out.split_once(READING).and_then(|(_, rest)| rest.split_once("\n\n"));
    rest.map_or(out, |(_, rest)| rest)
}

/// The snapshot with zeros for its own id and the one before it.
fn without_id(snapshot: &str) -> String {
    let mut text = String::with_capacity(snapshot.len());
    for line in snapshot.split_inclusive('\n') {
        match ["  \"id\": \"", "  \"prevId\": \""].iter().find(|key| line.starts_with(*key)) {
            Some(key) => {
                let _ = writeln!(text, "{key}{NO_ID}\",");
            }
            None => text += line,
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(out: &str, err: &str) -> Said {
        Said { succeeded: true, out: out.to_owned(), err: err.to_owned() }
    }

    #[test]
    fn the_sql_is_what_follows_the_names_of_files() {
        let export =
            said("Reading schema files:\n/tmp/x/schema.ts\n/tmp/x/b.ts\n\nCREATE TABLE `a` (\n\n);\n\n", "");
        let snapshot =
            "{\n  \"id\": \"1-2\",\n  \"prevId\": \"3\",\n  \"tables\": {\n    \"id\": \"1\"\n  }\n}";
        let recording = Recording::new(&export, &said("", ""), Some(snapshot), Path::new("/tmp/x"));
        assert_eq!(recording.sql.as_deref(), Some("CREATE TABLE `a` (\n\n);\n\n"));
        let expected = format!(
            "{{\n  \"id\": \"{NO_ID}\",\n  \"prevId\": \"{NO_ID}\",\n  \"tables\": {{\n    \"id\": \"1\"\n  }}\n}}"
        );
        assert_eq!(recording.snapshot, Some(expected));
        assert_eq!(recording.error, None);
    }

    #[test]
    fn an_error_keeps_neither_calls_nor_places_of_this_machine() {
        let error = "Error: Transform failed with 1 error:\n/tmp/x/schema.ts:1:17: ERROR: Unexpected \";\"\n    at f (/a.js:1:2)\n";
        let out = "Reading schema files:\n/tmp/x/schema.ts\n\n";
        let recording = Recording::new(&said(out, error), &said(out, error), None, Path::new("/tmp/x"));
        assert_eq!((&recording.sql, &recording.snapshot), (&None, &None));
        let text = recording.error.unwrap();
        assert_eq!(text, "Error: Transform failed with 1 error:\nschema.ts:1:17: ERROR: Unexpected \";\"\n");
        let found = "\n Warning  We've found\n";
        let refused = Said { succeeded: false, out: format!("{out}{found}"), err: String::new() };
        let recording = Recording::new(&refused, &said(out, ""), None, Path::new("/tmp/x"));
        assert_eq!(recording.error.unwrap(), "[export]\nWarning  We've found\n");
    }

    #[test]
    fn a_recording_is_read_as_it_was_written_and_differs_from_another() {
        let folder = tempfile::tempdir().unwrap();
        let first = Recording { sql: Some("a\n".to_owned()), ..Recording::default() };
        let second = Recording { error: Some("no\n".to_owned()), ..Recording::default() };
        for recording in [&first, &second] {
            recording.write(folder.path()).unwrap();
            assert_eq!(Recording::read(folder.path()).unwrap(), *recording);
        }
        assert_eq!(difference("x", ("a", &first), ("b", &first)), None);
        let text = difference("x", ("a", &first), ("b", &second)).unwrap();
        assert_eq!(text, "x/kit.sql: only from a\nx/kit-error.txt: only from b\n");
        let third = Recording { sql: Some("b\n".to_owned()), ..Recording::default() };
        let text = difference("x", ("a", &first), ("b", &third)).unwrap();
        assert!(text.contains("-a\n+b\n"), "{text}");
    }
}
