//! Finding and reading `terp.toml`.

use std::path::{Path, PathBuf};

use terp_check::CheckOptions;
use terp_drift::{ReleasedError, parse_released};
use terp_drizzle::fs::read_text;
use terp_drizzle::{LoadError, ProjectOptions};
use terp_schema_model::Flavor;

use super::{Config, ConfigError, DrizzleConfig};
use crate::exit::Failure;
use crate::output::{from_here, one_line};

/// The name of the configuration.
pub const FILE_NAME: &str = "terp.toml";

/// A configuration and the file that it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigFile {
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub config: Config,
}

impl ConfigFile {
    /// A path of the configuration, which is relative to its folder.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        // Put together anew, `./drizzle` loses its dot.
        folder.join(path).components().collect()
    }

    /// What it says of a Drizzle project.
    pub fn project_options(&self) -> ProjectOptions {
        let DrizzleConfig { config, schema, out, casing } = &self.config.drizzle;
        let folder = self.path.parent().unwrap_or(Path::new(""));
        ProjectOptions {
            config: config.as_ref().map(|path| self.resolve(path)),
            schema: schema.as_ref().map(|patterns| (folder.to_owned(), patterns.clone())),
            out: out.as_ref().map(|path| self.resolve(path)),
            casing: *casing,
        }
    }

    /// What it says of a check on that server. The list of released migrations is read.
    ///
    /// # Errors
    /// That list can't be read, or is none.
    pub fn check_options(&self, server: Flavor) -> Result<CheckOptions, ConfigFileError> {
        let mut options = CheckOptions::new(server);
        options.conventions = self.config.conventions.clone();
        options.levels = self.config.rules.clone();
        if let Some(path) = &self.config.migrations.released {
            let path = self.resolve(path);
            options.released = parse_released(&path.display().to_string(), &read_text(&path)?)?;
        }
        Ok(options)
    }
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigFileError {
    /// The file can't be read.
    #[error(transparent)]
    Read(#[from] LoadError),
    /// The list of released migrations is none.
    #[error(transparent)]
    Released(#[from] ReleasedError),
    /// What is in it is wrong.
    #[error("{path}:{error}", path = path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: ConfigError,
    },
}

impl From<ConfigFileError> for Failure {
    fn from(error: ConfigFileError) -> Self {
        Self::usage(one_line(&error))
    }
}

/// Reads the configuration that was named, else the one that [`find`] finds.
///
/// # Errors
/// It can't be read, or something in it is wrong. That there is none is no error, unless one was named.
pub fn load(named: Option<&Path>, project: &Path) -> Result<Option<ConfigFile>, ConfigFileError> {
    let Some(path) = named.map(Path::to_path_buf).or_else(|| find(project)) else { return Ok(None) };
    let text = read_text(&path)?;
    match Config::parse(&text) {
        Ok(config) => Ok(Some(ConfigFile { path, config })),
        Err(error) => Err(ConfigFileError::Content { path, error }),
    }
}

/// The `terp.toml` of a project: in its folder or the nearest one above it, up to the first that has a `.git`. `project` may be a
/// file, and need not exist.
pub fn find(project: &Path) -> Option<PathBuf> {
    // Links are followed, so that the folders above are those that the project is really in.
    let project = project.canonicalize().or_else(|_| std::path::absolute(project)).ok()?;
    for folder in project.ancestors() {
        let path = folder.join(FILE_NAME);
        if path.exists() {
            return Some(from_here(&path));
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// The server that is meant: the one that the command line names, else the configuration's, else MySQL 9.7.
pub fn server(named: Option<Flavor>, config: Option<&ConfigFile>) -> Flavor {
    named.or_else(|| config?.config.server).unwrap_or(Flavor::MYSQL_9_7)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a folder can be made");
        fs::create_dir_all(dir.path().join("repo/app/drizzle")).expect("folders can be made");
        fs::create_dir(dir.path().join("repo/.git")).expect("folders can be made");
        dir
    }

    fn write(path: &Path, text: impl AsRef<[u8]>) {
        fs::write(path, text).expect("it can be written");
    }

    #[test]
    fn the_nearest_one_counts_and_the_search_ends_at_the_repository() {
        let dir = folder();
        let at = |path: &str| dir.path().join(path);
        let drizzle = at("repo/app/drizzle");
        write(&at("terp.toml"), "server = \"mysql:8.0\"");
        assert_eq!(find(&drizzle), None);
        write(&at("repo/terp.toml"), "server = \"mysql:8.4\"");
        let found = load(None, &drizzle).expect("it is good").expect("it is there");
        assert_eq!(server(None, Some(&found)), Flavor::mysql(8, 4, 0));
        assert_eq!(server(Some(Flavor::MARIADB_11_8), Some(&found)), Flavor::MARIADB_11_8);
        assert_eq!(server(None, None), Flavor::MYSQL_9_7);
        let real = dir.path().canonicalize().expect("it is there");
        assert_eq!(found.resolve(Path::new("./x/y")), real.join("repo/x/y"));
        assert_eq!(found.resolve(Path::new("/x")), Path::new("/x"));
        write(&at("repo/app/terp.toml"), "");
        write(&at("repo/app/drizzle/schema.ts"), "");
        let found = load(None, &at("repo/app/drizzle/schema.ts")).expect("it is good").expect("it is there");
        assert_eq!(found.config, Config::default());
        let named = load(Some(&at("terp.toml")), &drizzle).expect("it is good").expect("it is there");
        assert_eq!(named.config.server, Some(Flavor::mysql(8, 0, 0)));
    }

    #[test]
    fn what_can_not_be_read_is_named_with_its_place() {
        type Spoil = fn(&Path);
        let cases: [(Spoil, &str); 4] = [
            (|path| fs::create_dir(path).expect("it can be made"), "terp.toml: it is not a file"),
            (|path| write(path, b"# \xC3\xA9\n# \xFF"), "terp.toml:2:3: it is not valid UTF-8"),
            (|path| write(path, "\nsever = 1"), "terp.toml:2:1: unknown key `sever`; did you mean `server`?"),
            (|path| write(path, "[drizzle\n"), "terp.toml:1:9: "),
        ];
        for (spoil, says) in cases {
            let dir = folder();
            spoil(&dir.path().join("repo/app/terp.toml"));
            let failure: Failure = load(None, &dir.path().join("repo/app")).expect_err(says).into();
            assert_eq!(failure.exit(), crate::Exit::Usage);
            assert!(failure.to_string().contains(says), "{failure}");
        }
        let missing = load(Some(Path::new("/none/terp.toml")), Path::new(".")).expect_err("it isn't there");
        assert!(missing.to_string().starts_with("/none/terp.toml: there is no such file"), "{missing}");
    }
}
