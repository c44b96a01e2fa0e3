//! Installed servers: where they are and how they are run.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use terp_schema_model::{Flavor, Vendor};

use crate::cache::cache_folder;
use crate::error::{Error, Result};

/// How a server was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Named by `TERP_MYSQLD` or `TERP_MARIADBD`.
    Environment,
    /// A program of `PATH`, or of the system folders for servers, which are not in every user's `PATH`.
    Path,
    /// Fetched into the cache.
    Cache,
}

/// A server that can be started.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Vendor and version, with its patch number.
    pub flavor: Flavor,
    /// What `--version` says, as `9.7.4-2` or `11.8.9-MariaDB-4`.
    pub version: String,
    /// How it was found.
    pub origin: Origin,
    /// The server's command, to which options are appended.
    pub command: Vec<OsString>,
    /// The options that let it find its messages, character sets and plugins.
    pub share_options: Vec<OsString>,
    /// The folder of the SQL files of which MariaDB's system tables are made.
    pub system_sql: Option<PathBuf>,
    /// The command of the client that belongs to it.
    pub client: Option<Vec<OsString>>,
}

/// All servers of this machine, the preferred first: those of `TERP_MYSQLD` and `TERP_MARIADBD`, of `PATH`, and of the cache.
///
/// # Errors
/// When a command that the environment names is not a server's. What is found elsewhere and does not run is passed over.
pub fn find() -> Result<Vec<Installation>> {
    let mut found: Vec<Installation> = Vec::new();
    for (variable, vendor) in [("TERP_MYSQLD", Vendor::MySql), ("TERP_MARIADBD", Vendor::MariaDb)] {
        let Ok(line) = env::var(variable) else { continue };
        let words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        if words.is_empty() {
            continue;
        }
        let installation = Installation::of_command(words, Origin::Environment)?;
        if installation.flavor.vendor != vendor {
            let reason = format!("{variable} names a {} server", installation.flavor);
            return Err(Error::Command { command: line, reason });
        }
        found.push(installation);
    }
    // Debian's MariaDB brings a `mysqld` too: a link, so the same file, and `--version` tells whose it is.
    let mut seen = Vec::new();
    for program in programs_of_path(["mysqld", "mariadbd"]) {
        let Ok(file) = program.canonicalize() else { continue };
        if !seen.contains(&file) {
            found.extend(Installation::of_command(vec![program.into()], Origin::Path).ok());
            seen.push(file);
        }
    }
    let servers = cache_folder()?.join("servers");
    let mut prefixes: Vec<PathBuf> =
        fs::read_dir(servers).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    prefixes.sort();
    for prefix in prefixes {
        if !prefix.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
            found.extend(Installation::of_prefix(&prefix).ok());
        }
    }
    Ok(found)
}

/// The preferred server of a flavor, for which any patch number will do when it names none.
///
/// # Errors
/// [`Error::NoServer`], and as for [`find`].
pub fn find_flavor(wanted: Flavor) -> Result<Installation> {
    let all = find()?;
    let found = match all.iter().map(|one| one.flavor.to_string()).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        others => format!(" (found: {})", others.join(", ")),
    };
    all.into_iter().find(|one| serves(one.flavor, wanted)).ok_or(Error::NoServer { wanted, found })
}

/// Whether a server of one flavor is what was asked for with the other.
pub(crate) fn serves(has: Flavor, wanted: Flavor) -> bool {
    has.vendor == wanted.vendor
        && (has.version.major, has.version.minor) == (wanted.version.major, wanted.version.minor)
        && (wanted.version.patch == 0 || wanted.version.patch == has.version.patch)
}

fn programs_of_path<const N: usize>(names: [&str; N]) -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders =
        env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin", "/usr/libexec"].map(PathBuf::from));
    folders
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .filter(|program| program.is_file())
        .collect()
}

impl Installation {
    /// Asks the server of a command line what it is.
    fn of_command(command: Vec<OsString>, origin: Origin) -> Result<Self> {
        let fail = |reason: String| Error::Command { command: shown(&command), reason };
        let [program, arguments @ ..] = command.as_slice() else { return Err(fail("no command".to_owned())) };
        let output = Command::new(program)
            .args(arguments)
            .args(["--no-defaults", "--version"])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| fail(error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            return Err(fail(format!("{}: {}", output.status, message.trim())));
        }
        let (flavor, version) =
            parse_version(&text).ok_or_else(|| fail(format!("unknown version {:?}", text.trim())))?;
        // The program is the last word: what may stand before it is a dynamic linker with its options.
        let program = command.last().map(PathBuf::from).unwrap_or_default();
        let share = Share::beside(&program);
        let client_name = if flavor.is_mariadb() { "mariadb" } else { "mysql" };
        let client = program
            .parent()
            .and_then(Path::parent)
            .map(|root| root.join("bin").join(client_name))
            .filter(|client| client.is_file())
            .map(|client| {
                let mut words = command[..command.len() - 1].to_vec();
                words.push(client.into());
                words
            });
        Ok(Self {
            flavor,
            version,
            origin,
            share_options: share.options,
            system_sql: share.sql,
            client,
            command,
        })
    }

    /// The server of a folder into which packages were unpacked. It is run by their own dynamic linker, with their own libraries.
    pub(crate) fn of_prefix(prefix: &Path) -> Result<Self> {
        let missing = |what: &str| Error::Command {
            command: prefix.display().to_string(),
            reason: format!("no {what} in it"),
        };
        let linker = dynamic_linker(prefix).ok_or_else(|| missing("dynamic linker"))?;
        let architecture = linker.parent().and_then(Path::file_name).unwrap_or_default().to_owned();
        let libraries =
            env::join_paths(["usr/lib", "lib"].map(|folder| prefix.join(folder).join(&architecture)))
                .map_err(|_| missing("usable path (it contains a colon)"))?;
        let server = ["usr/sbin/mariadbd", "usr/sbin/mysqld"]
            .map(|name| prefix.join(name))
            .into_iter()
            .find(|server| server.is_file())
            .ok_or_else(|| missing("server"))?;
        let command = vec![linker.into(), "--library-path".into(), libraries, server.into()];
        Self::of_command(command, Origin::Cache)
    }

    /// The server's command, ready for more options.
    pub(crate) fn server_words(&self) -> impl Iterator<Item = &OsStr> {
        let no_defaults = std::iter::once(OsStr::new("--no-defaults"));
        self.command
            .iter()
            .map(OsString::as_os_str)
            .chain(no_defaults)
            .chain(self.share_options.iter().map(OsString::as_os_str))
    }

    /// A name for files that belong to exactly this server.
    pub(crate) fn file_name(&self) -> String {
        let clean = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
        format!("{}-{}", self.flavor.vendor.as_str(), self.version.chars().map(clean).collect::<String>())
    }
}

/// A command line for people to read.
pub(crate) fn shown(words: &[OsString]) -> String {
    words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// What lies beside a server's program, in `share` and `lib` of the folder that its `bin` or `sbin` is in.
struct Share {
    options: Vec<OsString>,
    sql: Option<PathBuf>,
}

impl Share {
    fn beside(program: &Path) -> Self {
        let mut found = Self { options: Vec::new(), sql: None };
        let Some(root) = program.parent().and_then(Path::parent) else { return found };
        let option = |name: &str, value: &Path| {
            let mut word = OsString::from(name);
            word.push(value);
            word
        };
        let folders = ["share/mysql", "share/mariadb", "share"].map(|name| root.join(name));
        if let Some(folder) = folders.iter().find(|folder| folder.join("charsets/Index.xml").is_file()) {
            found.options.push(option("--basedir=", root));
            found.options.push(option("--lc-messages-dir=", folder));
            found.options.push(option("--character-sets-dir=", &folder.join("charsets")));
        }
        let plugins = root.join("lib/mysql/plugin");
        if !found.options.is_empty() && plugins.is_dir() {
            found.options.push(option("--plugin-dir=", &plugins));
        }
        found.sql = folders.into_iter().find(|folder| {
            ["mariadb", "mysql"].iter().any(|name| folder.join(format!("{name}_system_tables.sql")).is_file())
        });
        found
    }
}

pub(crate) fn dynamic_linker(prefix: &Path) -> Option<PathBuf> {
    let folders = ["usr/lib", "lib"].map(|folder| prefix.join(folder));
    let architectures =
        folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let files = architectures.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let mut linkers: Vec<PathBuf> = files
        .filter(|file| {
            let name = file.file_name();
            let name = name.to_string_lossy();
            (name.starts_with("ld-linux") || name.starts_with("ld64")) && name.contains(".so.")
        })
        .map(|file| file.path())
        .collect();
    linkers.sort();
    linkers.into_iter().next()
}

/// Reads `mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))`.
fn parse_version(text: &str) -> Option<(Flavor, String)> {
    let version = text.split("Ver ").nth(1)?.split_whitespace().next()?;
    let vendor = if text.to_ascii_lowercase().contains("mariadb") { Vendor::MariaDb } else { Vendor::MySql };
    let numbers: String = version.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let flavor = format!("{}:{}", vendor.as_str(), numbers.trim_end_matches('.')).parse().ok()?;
    Some((flavor, version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_texts() {
        let read = |text| parse_version(text).map(|(flavor, version)| format!("{flavor} {version}"));
        let mysql = "/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))";
        assert_eq!(read(mysql).as_deref(), Some("mysql:9.7.4 9.7.4-2"));
        let mariadb = "mysqld  Ver 10.11.18-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)";
        assert_eq!(read(mariadb).as_deref(), Some("mariadb:10.11.18 10.11.18-MariaDB-0+deb12u1"));
        assert_eq!(read("mysqld: unknown option"), None);
    }

    #[test]
    fn a_wish_without_patch_number_takes_any() {
        let has = "mysql:9.7.4".parse().unwrap();
        assert!(serves(has, "mysql:9.7".parse().unwrap()));
        assert!(serves(has, "mysql:9.7.4".parse().unwrap()));
        assert!(!serves(has, "mysql:9.7.5".parse().unwrap()));
        assert!(!serves(has, "mysql:9.6".parse().unwrap()));
        assert!(!serves(has, Flavor::mariadb(9, 7, 0)));
    }
}
