//! Where a schema comes from, on a command line: files, or a live database.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use terp_check::{LoadedSource, ParseSourceError, Source, Target, load_source};
use terp_schema_model::Flavor;

use crate::config::{self, ConfigFile};
use crate::exit::Failure;
use crate::live::{self, DatabaseSource};
use crate::output::one_line;

/// Where a schema comes from: what [`Source`] reads from files, or a live database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnySource {
    /// Files.
    Files(Source),
    /// A live database.
    Database(DatabaseSource),
}

/// What `--help` says of a source.
pub const SOURCE_HELP: &str = "drizzle:PATH (a project, its configuration of drizzle-kit, or a file of its schema), \
    snapshot:PATH (a snapshot, or a project's newest), migrations:PATH (a project or its migration folder), sql:PATH (a file of \
    SQL or a folder of them), model:PATH (a saved schema), checkpoint:PATH (a checkpoint's folder), database: or database:NAME \
    (the one that terp.toml, .my.cnf and the environment tell of), mysql://USER@HOST/NAME or mariadb://USER@HOST/NAME";

impl AnySource {
    /// The folder or file by which its `terp.toml` is found; the current folder for a database.
    pub fn path(&self) -> &Path {
        match self {
            Self::Files(source) => source.path(),
            Self::Database(_) => Path::new("."),
        }
    }

    /// Whether it is a saved schema.
    const fn is_saved(&self) -> bool {
        matches!(self, Self::Files(source) if source.is_saved())
    }

    /// Whether it says itself what server and what default character set it is for.
    const fn knows_its_server(&self) -> bool {
        match self {
            Self::Files(source) => source.is_saved(),
            Self::Database(_) => true,
        }
    }
}

impl fmt::Display for AnySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(source) => source.fmt(f),
            Self::Database(database) => database.fmt(f),
        }
    }
}

impl FromStr for AnySource {
    type Err = ParseSourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match DatabaseSource::of(text) {
            Some(database) => Ok(Self::Database(database)),
            None => text.parse().map(Self::Files),
        }
    }
}

/// What decides how sources are read, beside themselves.
#[derive(Debug, Clone, Copy)]
pub struct LoadOptions<'a> {
    /// The server that the command line names.
    pub server: Option<Flavor>,
    /// The configuration, if there is one.
    pub config: Option<&'a ConfigFile>,
}

/// Reads sources that are to be compared or shown together. Those that say themselves what server they are for are read first, and
/// what the others leave open is then as in the first of them: the server, and the default character set of the database.
///
/// # Errors
/// One can't be read (exit code 2, or 3 where there is no connection), or is for another server than the command line names.
pub fn load_all<const N: usize>(
    sources: [&AnySource; N],
    options: LoadOptions<'_>,
) -> Result<[LoadedSource; N], Failure> {
    let mut loaded: [Option<LoadedSource>; N] = [const { None }; N];
    let mut target: Option<Target> = None;
    let mut assumptions = Vec::new();
    for (source, slot) in sources.iter().zip(&mut loaded).filter(|(source, _)| source.knows_its_server()) {
        let read = load(source, &Target::from(config::server(options.server, options.config)), options)?;
        if let Some(asked) = options.server.filter(|asked| {
            *asked != read.flavor && (source.is_saved() || asked.vendor != read.flavor.vendor)
        }) {
            let own = read.flavor;
            return Err(Failure::usage(format!(
                "{source} is a schema for {own}, and can't be shown for {asked}"
            )));
        }
        target.get_or_insert_with(|| {
            assumptions.clone_from(&read.assumptions);
            Target { flavor: options.server.unwrap_or(read.flavor), ..read.target.clone() }
        });
        *slot = Some(read);
    }
    let target = target.unwrap_or_else(|| config::server(options.server, options.config).into());
    for (source, slot) in sources.iter().zip(&mut loaded).filter(|(_, slot)| slot.is_none()) {
        let mut made = load(source, &target, options)?;
        made.findings.extend(assumptions.iter().cloned());
        *slot = Some(made);
    }
    let all: Vec<LoadedSource> = loaded.into_iter().flatten().collect();
    all.try_into().map_err(|_| Failure::failed("a source was not read"))
}

/// Reads one source for a target that is known.
///
/// # Errors
/// It can't be read (exit code 2, or 3 where there is no connection).
pub fn load(source: &AnySource, target: &Target, options: LoadOptions<'_>) -> Result<LoadedSource, Failure> {
    match source {
        AnySource::Files(files) => {
            let project = options.config.map(ConfigFile::project_options).unwrap_or_default();
            load_source(files, target, &project).map_err(|error| Failure::usage(one_line(&error)))
        }
        AnySource::Database(database) => Ok(live::read(database, options.config, None)?.into_source()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_and_files_are_told_apart() {
        for text in
            ["sql:a", "database:", "database:shop", "mysql://me@db.example:3307/shop", "mariadb://x/y"]
        {
            let source: AnySource = text.parse().expect(text);
            assert_eq!(source.to_string(), text);
            assert_eq!(matches!(source, AnySource::Files(_)), text == "sql:a", "{text}");
        }
        let error = "postgres://x/y".parse::<AnySource>().expect_err("it is no kind").to_string();
        assert!(error.starts_with("\"postgres\" is no kind of source"), "{error}");
    }
}
