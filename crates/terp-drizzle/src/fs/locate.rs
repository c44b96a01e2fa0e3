//! Where a project has its migrations and its schema.

use std::fs;
use std::path::{Path, PathBuf};

use terp_sql::span::LineColumn;

use super::{FileTree, LoadError, LoadErrorKind, ProjectOptions, folders, has_journal};
use crate::config::{self, Config, Setting};
use crate::declare::{
    Casing, Declaration, DeclarationFile, DeclarationOptions, DeclarationProblem, KitGeneration, declare,
};
use crate::error::DeclareError;
use crate::glob;
use crate::place::Location;
use crate::tsconfig::compiler_options;
use crate::typescript::ProblemKind;
use crate::typescript::resolve::normalised;

/// The names that a configuration has, in the order in which they are tried.
const CONFIG_NAMES: [&str; 6] = [
    "drizzle.config.ts",
    "drizzle.config.js",
    "drizzle.config.json",
    "drizzle.config.mts",
    "drizzle.config.mjs",
    "drizzle.config.cjs",
];

/// Where the migrations are, and who says so.
pub(super) struct Places {
    pub(super) migrations: PathBuf,
    /// Whether there are any.
    pub(super) exists: bool,
    pub(super) config: Option<Config>,
    /// Whether the configuration names the migration folder.
    pub(super) named: bool,
}

/// The configuration of a project's folder or migration folder, and whether it is the latter.
fn configuration(dir: &Path, options: &ProjectOptions) -> Result<(Option<Config>, bool), LoadError> {
    // Anything may lie in an application's own folder, so names count there.
    let is_migrations = options.out.is_none() && (has_journal(dir) || folders::has_folders(dir, true));
    let config = match &options.config {
        Some(path) => Some(read_config(path)?),
        None if is_migrations => config_around(dir),
        None => find_config(dir).map(|path| read_config(&path)).transpose()?,
    };
    Ok((config, is_migrations))
}

/// Finds the configuration, and the migration folder as far as the schema's names depend on its layout: that it is not known or not
/// there is no error.
pub(super) fn for_schema(dir: &Path, options: &ProjectOptions) -> Result<Places, LoadError> {
    let (config, is_migrations) = configuration(dir, options)?;
    let named = config.as_ref().and_then(|config| config.out.value());
    let migrations = match &options.out {
        _ if is_migrations => dir.to_owned(),
        Some(out) => out.clone(),
        None => dir.join(named.map_or("drizzle", String::as_str)).components().collect(),
    };
    let exists = has_journal(&migrations) || folders::has_folders(&migrations, false);
    Ok(Places { migrations, exists, named: named.is_some(), config })
}

/// Finds the migration folder and the configuration.
pub(super) fn locate(dir: &Path, options: &ProjectOptions) -> Result<Places, LoadError> {
    let (config, is_migrations) = configuration(dir, options)?;
    if is_migrations {
        return Ok(Places { migrations: dir.to_owned(), exists: true, config, named: false });
    }
    let named =
        config.as_ref().and_then(|config| config.out.value()).filter(|_| options.out.is_none()).cloned();
    let migrations = match (&options.out, &config) {
        (Some(out), _) => out.clone(),
        (None, Some(Config { path, out: Setting::Unknown { at, reason }, .. })) => {
            let message = format!(
                "`out` is not known without running this file: {reason}. Name the migration folder itself, or set \
                 `out` under [drizzle] in terp.toml"
            );
            return Err(LoadError {
                at: Some(at.line_column()),
                ..LoadError::new(LoadErrorKind::Config, path, message)
            });
        }
        // Put together anew, `./drizzle` loses its dot.
        _ => dir.join(named.as_deref().unwrap_or("drizzle")).components().collect(),
    };
    if has_journal(&migrations) || folders::has_folders(&migrations, false) {
        return Ok(Places { migrations, exists: true, named: named.is_some(), config });
    }
    // The folder is looked at last, so that a mistyped path is named as such.
    fs::metadata(dir).map_err(|error| LoadError::io(dir, error))?;
    let has_schema =
        options.schema.is_some() || config.as_ref().is_some_and(|config| config.schema != Setting::Absent);
    if has_schema && options.out.is_none() {
        return Ok(Places { migrations, exists: false, named: named.is_some(), config });
    }
    let nothing = "there is no meta/_journal.json in it and no folder with a migration.sql";
    let message = match &config {
        _ if options.out.is_some() => nothing.to_owned(),
        Some(config) if named.is_some() => format!("{nothing}, and {} names it", config.path.display()),
        _ => "there is no migration journal: neither meta/_journal.json nor drizzle/meta/_journal.json; nor are \
             there folders of migrations, as drizzle-kit 1.0 makes them"
            .to_owned(),
    };
    let path = if named.is_some() || options.out.is_some() { &migrations } else { dir };
    Err(LoadError::new(LoadErrorKind::NotFound, path, message))
}

fn find_config(dir: &Path) -> Option<PathBuf> {
    CONFIG_NAMES.iter().map(|name| dir.join(name)).find(|path| path.exists())
}

/// The configuration of a folder around a migration folder, if it leads there. One that can't be read leads nowhere.
fn config_around(migrations: &Path) -> Option<Config> {
    let absolute = fs::canonicalize(migrations).ok()?;
    let parents: Vec<PathBuf> = match migrations.is_absolute() {
        true => migrations.ancestors().skip(1).take(3).map(Path::to_path_buf).collect(),
        false => {
            let above = (1..=3).map(|level| vec![".."; level].join("/"));
            let named = migrations.ancestors().skip(1).map(Path::to_path_buf);
            named.chain(above.map(|up| normalised(&migrations.join(up)))).take(4).collect()
        }
    };
    parents.iter().find_map(|parent| {
        let config = read_config(&find_config(parent)?).ok()?;
        let out = config.out.value().map_or("drizzle", String::as_str);
        let leads_here = fs::canonicalize(parent.join(out)).is_ok_and(|out| out == absolute);
        leads_here.then_some(config)
    })
}

fn read_config(path: &Path) -> Result<Config, LoadError> {
    // Asked for as a file first, so that what is wrong with it is said as of any other.
    super::read_text(path)?;
    let config = config::read(&FileTree, path).map_err(|error| thread_error(path, error))?;
    let config = config.map_err(|fault| {
        let file = fault.files.get(fault.at.file).map_or(path, PathBuf::as_path);
        let at = Some(fault.at.line_column());
        LoadError { at, ..LoadError::new(LoadErrorKind::Config, file, fault.message) }
    })?;
    match config.dialect.value() {
        Some(dialect) if dialect != "mysql" => {
            let message = format!("the configuration is for {dialect}, not for mysql");
            Err(LoadError::new(LoadErrorKind::Config, path, message))
        }
        _ => Ok(config),
    }
}

fn thread_error(path: &Path, error: DeclareError) -> LoadError {
    let DeclareError::Thread(source) = error;
    let message = "no thread could be started for reading it";
    LoadError { source: Some(source), ..LoadError::new(LoadErrorKind::Unreadable, path, message) }
}

/// The schema's files and how they are read.
pub(super) struct Schema {
    files: Vec<PathBuf>,
    /// The patterns that no file fits.
    missing: Vec<String>,
    /// Where the patterns are written.
    named_at: Option<(PathBuf, LineColumn)>,
    options: DeclarationOptions,
}

impl Schema {
    /// One file by itself.
    pub(super) fn of_file(path: &Path, casing: Option<Casing>) -> Self {
        let folder = path.parent().unwrap_or(Path::new(""));
        let compiler = compiler_options(&FileTree, folder);
        Self {
            files: vec![path.to_owned()],
            missing: Vec::new(),
            named_at: None,
            options: DeclarationOptions { casing, compiler, ..DeclarationOptions::default() },
        }
    }

    pub(super) fn declare(&self) -> Result<Declaration, LoadError> {
        let first = self.files.first().map_or(Path::new(""), PathBuf::as_path);
        let declared = declare(&FileTree, &self.files, &self.options);
        let mut declaration = declared.map_err(|error| thread_error(first, error))?;
        self.name_missing(&mut declaration);
        Ok(declaration)
    }

    /// drizzle-kit passes over a pattern that nothing fits, as long as others have files.
    fn name_missing(&self, declaration: &mut Declaration) {
        if self.missing.is_empty() {
            return;
        }
        let mut at = Location { file: declaration.files.len(), line: 1, column: 1 };
        match &self.named_at {
            Some((path, place)) => {
                at = Location { line: place.line, column: place.column, ..at };
                let text = super::read_text(path).unwrap_or_default();
                declaration.files.push(DeclarationFile { path: path.clone(), text: text.into() });
            }
            None => at.file = 0,
        }
        let problem = |pattern: &String| DeclarationProblem {
            kind: ProblemKind::PassedOver,
            what: Some(format!("what {pattern:?} was to declare")),
            message: "no file fits it, and drizzle-kit passes over that".to_owned(),
            at,
            end: at,
            cause: None,
            table: None,
        };
        declaration.problems.extend(self.missing.iter().map(problem));
    }
}

/// The schema's files, in the order in which drizzle-kit reads them; None for a project that doesn't name them.
pub(super) fn schema_files(
    dir: &Path,
    options: &ProjectOptions,
    places: &Places,
) -> Result<Option<Schema>, LoadError> {
    let config = places.config.as_ref();
    let is_journal = !places.exists || has_journal(&places.migrations);
    let kit = if is_journal { KitGeneration::V0 } else { KitGeneration::V1 };
    let (named_by, folder, patterns) = match (&options.schema, config) {
        (Some((folder, patterns)), _) => (folder.as_path(), folder.as_path(), patterns),
        (None, Some(config)) => {
            let folder = config.path.parent().unwrap_or(Path::new(""));
            match &config.schema {
                Setting::Absent => return Ok(None),
                Setting::Set(patterns) => (config.path.as_path(), folder, patterns),
                Setting::Unknown { at, reason } => {
                    let message = format!(
                        "`schema` is not known without running this file: {reason}. Set `schema` under [drizzle] in \
                         terp.toml"
                    );
                    let error = LoadError::new(LoadErrorKind::Config, &config.path, message);
                    return Err(LoadError { at: Some(at.line_column()), ..error });
                }
            }
        }
        (None, None) => return Ok(None),
    };
    let mut files: Vec<PathBuf> = Vec::new();
    let mut missing = Vec::new();
    for pattern in patterns {
        let found =
            glob::files(folder, pattern).map_err(|error| LoadError::io(&folder.join(pattern), error))?;
        if found.is_empty() {
            missing.push(pattern.clone());
        }
        for file in found.into_iter().map(|file| normalised(&file)) {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    // A folder may have JSON beside its modules, which declares nothing.
    let ending = |file: &Path| file.extension().and_then(|ending| ending.to_str()).map(str::to_owned);
    files.retain(|file| ending(file).as_deref() != Some("json"));
    if files.is_empty() {
        let message = format!("no file fits the schema that it names: {}", missing.join(", "));
        return Err(LoadError::new(LoadErrorKind::NotFound, named_by, message));
    }
    let endings = ["ts", "js", "cjs", "mjs", "mts", "cts"];
    let is_module = |file: &Path| ending(file).is_some_and(|ending| endings.contains(&ending.as_str()));
    if let Some(other) = files.iter().find(|file| !is_module(file)) {
        let message = "it is named as a schema, and is no module of TypeScript or JavaScript by its ending";
        return Err(LoadError::new(LoadErrorKind::Config, other, message));
    }
    let casing = match (options.casing, config.map(|config| (&config.path, &config.casing))) {
        (Some(casing), _) => Some(casing),
        (None, Some((_, Setting::Set(casing)))) => Some(*casing),
        (None, Some((path, Setting::Unknown { at, reason }))) => {
            let message =
                format!("`casing` is not known: {reason}. Set `casing` under [drizzle] in terp.toml");
            let error = LoadError::new(LoadErrorKind::Config, path, message);
            return Err(LoadError { at: Some(at.line_column()), ..error });
        }
        _ => None,
    };
    let compiler = compiler_options(&FileTree, if folder == Path::new("") { dir } else { folder });
    let named_at = match (&options.schema, config) {
        (None, Some(config)) => Some((config.path.clone(), config.schema_at)),
        _ => None,
    };
    Ok(Some(Schema { files, missing, named_at, options: DeclarationOptions { casing, kit, compiler } }))
}
