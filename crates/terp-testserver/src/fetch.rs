//! Fetches servers from Debian's archive into the cache folder, as an ordinary user.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use terp_schema_model::Flavor;

use crate::apt::{Apt, machine_mirror};
use crate::cache::{Lock, NewFolder, cache_folder};
use crate::error::{Context, Error, Result};
use crate::installation::{Installation, Origin, find_flavor, serves};

/// The servers that tests run on, each of which [`fetch`] can get.
pub const KNOWN: [Flavor; 3] = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11];

/// Whether tests fail without a server of this flavor. One of each vendor must be there; MariaDB 10.11 depends on what an old release keeps.
pub fn is_required(flavor: Flavor) -> bool {
    flavor != Flavor::MARIADB_10_11
}

/// The suites in which to look for a flavor, in this order. Only `sid` has MySQL; it moves on one day, stable releases do not.
fn suites(flavor: Flavor) -> &'static [&'static str] {
    match flavor {
        Flavor::MYSQL_9_7 => &["sid"],
        Flavor::MARIADB_11_8 => &["sid", "trixie"],
        Flavor::MARIADB_10_11 => &["bookworm"],
        _ => &[],
    }
}

/// The package with those plugins of MariaDB that are not built in (ed25519, ARCHIVE, BLACKHOLE, ...), and the folder of it that is kept.
const PLUGINS: (&str, &str) = ("mariadb-server", "usr/lib/mysql/plugin");

/// What comes with the servers and is of no use to them; half of what is unpacked.
const UNUSED: [&str; 7] = [
    "usr/share/doc",
    "usr/share/man",
    "usr/share/perl",
    "usr/share/locale",
    "usr/share/lintian",
    "usr/share/bug",
    "var",
];

/// Downloads a server of [`KNOWN`] with all the libraries that it needs into the cache folder, or returns the one that is there.
///
/// Needs a Debian system with `apt-get` and `dpkg-deb`, but no root: nothing is installed, and nothing outside the cache folder is
/// written. `progress` is told each step in a short line. One process at a time fetches; others wait for it.
///
/// # Errors
/// [`Error::Fetch`] when the flavor is not known, the system is another, the archive cannot be reached, or it has moved on to
/// another version; [`Error::Command`] when what was fetched does not run here.
pub fn fetch(wanted: Flavor, progress: &mut dyn FnMut(&str)) -> Result<Installation> {
    let fail = |reason: String| Error::Fetch { wanted, reason };
    let cache = cache_folder()?;
    let prefix = cache.join("servers").join(format!(
        "{}-{}.{}",
        wanted.vendor.as_str(),
        wanted.version.major,
        wanted.version.minor
    ));
    let _lock = Lock::acquire(&cache, "fetch")?;
    let there = if prefix.is_dir() { Some(Installation::of_prefix(&prefix)?) } else { None };
    if let Some(there) = there.as_ref().filter(|there| !lacks_plugins(there)) {
        return Ok(there.clone());
    }
    let [server_package, client_package] =
        ["server", "client"].map(|kind| format!("{}-{kind}-core", wanted.vendor.as_str()));
    let mirror = machine_mirror().map_err(fail)?;
    let mut reasons = vec![format!("it is not one of {}", KNOWN.map(|flavor| flavor.to_string()).join(", "))];
    for (index, suite) in suites(wanted).iter().enumerate() {
        if index == 0 {
            reasons.clear();
        }
        progress(&format!("{wanted}: reading the package lists of Debian {suite}"));
        let apt = match Apt::prepare(&cache.join("apt").join(suite), &mirror, suite)? {
            Ok(apt) => apt,
            Err(reason) => {
                reasons.push(format!("Debian {suite}: {reason}"));
                continue;
            }
        };
        let version = apt.candidate(&server_package)?.unwrap_or_default();
        if !is_version_of(&version, wanted) {
            let has = if version.is_empty() { "no such package" } else { version.as_str() };
            reasons.push(format!("Debian {suite} has {has} for {server_package}"));
            continue;
        }
        if let Some(there) = &there {
            if !is_same_release(&version, there) {
                reasons.push(format!("Debian {suite} has {version}, and what is there is {}", there.version));
                continue;
            }
            add_plugins(&apt, &prefix, progress)?.map_err(fail)?;
            return Installation::of_prefix(&prefix);
        }
        let packages = [server_package.as_str(), client_package.as_str()];
        let files =
            apt.download(&packages, &mut |line| progress(&format!("{wanted}: {line}")))?.map_err(fail)?;
        progress(&format!("{wanted}: unpacking {} packages", files.len()));
        let new = NewFolder::begin(prefix)?;
        for file in &files {
            unpack(file, new.path()).map_err(fail)?;
        }
        for folder in UNUSED.map(|folder| new.path().join(folder)) {
            if folder.is_dir() {
                fs::remove_dir_all(&folder).context(|| format!("remove {}", folder.display()))?;
            }
        }
        // What does not run here must not get its place in the cache.
        let tried = Installation::of_prefix(new.path())?;
        if !serves(tried.flavor, wanted) {
            return Err(fail(format!("the fetched server says that it is {}", tried.flavor)));
        }
        if wanted.is_mariadb() {
            add_plugins(&apt, new.path(), progress)?.map_err(fail)?;
        }
        apt.clean()?;
        let installation = Installation::of_prefix(&new.finish()?)?;
        progress(&format!("{wanted}: fetched {}", installation.version));
        return Ok(installation);
    }
    Err(fail(reasons.join("; ")))
}

/// Whether a fetched MariaDB is without the plugins of [`PLUGINS`], which older versions of this crate did not fetch.
fn lacks_plugins(installation: &Installation) -> bool {
    let names_folder = |option: &OsString| option.as_encoded_bytes().starts_with(b"--plugin-dir=");
    installation.flavor.is_mariadb()
        && installation.origin == Origin::Cache
        && !installation.share_options.iter().any(names_folder)
}

/// Puts MariaDB's plugins into a prefix. The rest of their package, and what that depends on, is of no use here.
fn add_plugins(apt: &Apt, prefix: &Path, progress: &mut dyn FnMut(&str)) -> Result<Result<(), String>> {
    let (package, folder) = PLUGINS;
    progress(&format!("{package}: fetching its plugins"));
    let file = match apt.download_alone(package)? {
        Ok(file) => file,
        Err(reason) => return Ok(Err(reason)),
    };
    let target = prefix.join(folder);
    let new = NewFolder::begin(target.clone())?;
    let unpacked = new.path().join(".package");
    if let Err(reason) = unpack(&file, &unpacked) {
        return Ok(Err(reason));
    }
    let from = unpacked.join(folder);
    for entry in fs::read_dir(&from).context(|| format!("read {}", from.display()))?.flatten() {
        let to = new.path().join(entry.file_name());
        fs::rename(entry.path(), &to).context(|| format!("create {}", to.display()))?;
    }
    fs::remove_dir_all(&unpacked).context(|| format!("remove {}", unpacked.display()))?;
    new.finish()?;
    Ok(Ok(()))
}

/// The installed server of a flavor, fetched when there is none. One that was fetched without its plugins gets them, where they can be
/// had; otherwise it is what it is, and that is told to `progress`.
///
/// # Errors
/// As for [`find_flavor`], but for [`Error::NoServer`], and as for [`fetch`].
pub fn find_or_fetch(wanted: Flavor, progress: &mut dyn FnMut(&str)) -> Result<Installation> {
    match find_flavor(wanted) {
        Err(Error::NoServer { .. }) => fetch(wanted, progress),
        Ok(found) if lacks_plugins(&found) => fetch(wanted, progress).or_else(|error| {
            progress(&format!("{wanted}: without plugins: {error}"));
            Ok(found)
        }),
        found => found,
    }
}

/// Whether a package's version is that of a server which was fetched before, so that its plugins fit.
fn is_same_release(version: &str, installation: &Installation) -> bool {
    let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
    let numbers =
        |text: &str| text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect::<String>();
    numbers(upstream) == numbers(&installation.version)
}

/// Whether a package's version, as `1:11.8.9+ds-4`, is of a flavor.
fn is_version_of(version: &str, wanted: Flavor) -> bool {
    let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
    let numbers: Vec<&str> = upstream.split(|c: char| !c.is_ascii_digit()).take(2).collect();
    numbers == [wanted.version.major.to_string(), wanted.version.minor.to_string()]
}

pub(crate) fn unpack(package: &Path, target: &Path) -> Result<(), String> {
    let output = Command::new("dpkg-deb").arg("-x").args([package, target]).stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "dpkg-deb -x {}: {}",
            package.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        )),
        Err(error) => Err(format!("dpkg-deb: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_versions() {
        assert!(is_version_of("9.7.4-2", Flavor::MYSQL_9_7));
        assert!(is_version_of("1:11.8.9+ds-4", Flavor::MARIADB_11_8));
        assert!(is_version_of("1:10.11.18-0+deb12u1", Flavor::MARIADB_10_11));
        for other in ["", "9.70.1-1", "9.8.0-1", "1:9", "19.7.1"] {
            assert!(!is_version_of(other, Flavor::MYSQL_9_7), "{other}");
        }
    }

    #[test]
    fn every_known_server_has_a_suite() {
        assert!(KNOWN.iter().all(|flavor| !suites(*flavor).is_empty()));
        assert!(suites(Flavor::mysql(8, 0, 0)).is_empty());
    }
}
