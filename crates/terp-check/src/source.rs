//! Where a view of a schema is read from, as people name it.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a schema is read from: `kind:path`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// `drizzle:` what a project declares: its folder, its configuration of drizzle-kit, or a file of its schema by itself.
    Drizzle(PathBuf),
    /// `snapshot:` a Drizzle snapshot, or a project: then its newest.
    Snapshot(PathBuf),
    /// `migrations:` a Drizzle project or its migration folder: what the journal builds from nothing.
    Migrations(PathBuf),
    /// `sql:` a file of SQL, or a folder of them, as a command-line client would run it.
    Sql(PathBuf),
    /// `model:` a saved schema (`docs/formats.md`), as JSON or TOML.
    Model(PathBuf),
    /// `checkpoint:` a checkpoint's folder, which has a saved schema in `schema.json`.
    Checkpoint(PathBuf),
}

/// A kind of source: its word, and what makes one of a path.
type Kind = (&'static str, fn(PathBuf) -> Source);

const KINDS: [Kind; 6] = [
    ("drizzle", Source::Drizzle),
    ("snapshot", Source::Snapshot),
    ("migrations", Source::Migrations),
    ("sql", Source::Sql),
    ("model", Source::Model),
    ("checkpoint", Source::Checkpoint),
];

impl Source {
    /// Whether it is a saved schema, which says itself what server it is for.
    pub const fn is_saved(&self) -> bool {
        matches!(self, Self::Model(_) | Self::Checkpoint(_))
    }

    /// The word before the colon, and the path after it.
    const fn parts(&self) -> (&'static str, &PathBuf) {
        match self {
            Self::Drizzle(path) => ("drizzle", path),
            Self::Snapshot(path) => ("snapshot", path),
            Self::Migrations(path) => ("migrations", path),
            Self::Sql(path) => ("sql", path),
            Self::Model(path) => ("model", path),
            Self::Checkpoint(path) => ("checkpoint", path),
        }
    }

    /// The file or folder.
    pub const fn path(&self) -> &PathBuf {
        self.parts().1
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, path) = self.parts();
        write!(f, "{word}:{}", path.display())
    }
}

/// Why a text names no [`Source`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; a source is KIND:PATH, and KIND one of {}", words())]
pub struct ParseSourceError {
    reason: String,
}

fn words() -> String {
    KINDS.map(|(word, _)| word).join(", ")
}

impl FromStr for Source {
    type Err = ParseSourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |reason: String| ParseSourceError { reason };
        let (word, path) =
            text.split_once(':').ok_or_else(|| fail("it does not say what is to be read".to_owned()))?;
        let (_, make) = KINDS
            .iter()
            .find(|(kind, _)| *kind == word)
            .ok_or_else(|| fail(format!("{word:?} is no kind of source")))?;
        if path.is_empty() {
            return Err(fail(format!("there is no path after `{word}:`")));
        }
        Ok(make(PathBuf::from(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_written_as_they_are_read() {
        for text in [
            "drizzle:.",
            "snapshot:a",
            "migrations:./a b",
            "sql:a:b.sql",
            "model:/x/y.toml",
            "checkpoint:c/1",
        ] {
            let source: Source = text.parse().expect(text);
            assert_eq!(source.to_string(), text);
        }
        assert_eq!("sql:a:b".parse(), Ok(Source::Sql("a:b".into())));
    }

    #[test]
    fn what_is_no_source_says_why() {
        let says = |text: &str| text.parse::<Source>().expect_err(text).to_string();
        let tail =
            "; a source is KIND:PATH, and KIND one of drizzle, snapshot, migrations, sql, model, checkpoint";
        assert_eq!(says("schema.sql"), format!("it does not say what is to be read{tail}"));
        assert_eq!(says("sqll:x"), format!("\"sqll\" is no kind of source{tail}"));
        assert_eq!(says("sql:"), format!("there is no path after `sql:`{tail}"));
    }
}
