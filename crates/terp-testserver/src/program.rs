//! Programs of Debian's archive that benches compare with, fetched as the servers are.

use std::env;
use std::ffi::OsString;
use std::fs;

use crate::apt::{Apt, machine_mirror};
use crate::cache::{Lock, NewFolder, cache_folder};
use crate::error::{Context, Error, Result};
use crate::fetch::unpack;
use crate::installation::dynamic_linker;

/// The suites in which to look, in this order.
const SUITES: [&str; 3] = ["sid", "trixie", "bookworm"];

/// The command of a program that has its package's name: downloaded into the cache folder with the libraries that it needs, unless it is
/// there. Needs what [`fetch`](crate::fetch()) needs.
///
/// # Errors
/// [`Error::Package`] when it cannot be had here.
pub fn fetch_program(package: &str, progress: &mut dyn FnMut(&str)) -> Result<Vec<OsString>> {
    let fail = |reason: String| Error::Package { package: package.to_owned(), reason };
    let cache = cache_folder()?;
    let prefix = cache.join("programs").join(package);
    let _lock = Lock::acquire(&cache, "fetch")?;
    if !prefix.is_dir() {
        let mirror = machine_mirror().map_err(fail)?;
        let mut reasons = Vec::new();
        let mut fetched = None;
        for suite in SUITES {
            progress(&format!("{package}: reading the package lists of Debian {suite}"));
            let found = match Apt::prepare(&cache.join("apt").join(suite), &mirror, suite)? {
                Ok(apt) => apt
                    .download(&[package], &mut |line| progress(&format!("{package}: {line}")))?
                    .map(|files| (apt, files)),
                Err(reason) => Err(reason),
            };
            match found {
                Ok(found) => {
                    fetched = Some(found);
                    break;
                }
                Err(reason) => reasons.push(format!("Debian {suite}: {reason}")),
            }
        }
        let (apt, files) = fetched.ok_or_else(|| fail(reasons.join("; ")))?;
        let new = NewFolder::begin(prefix.clone())?;
        for file in &files {
            unpack(file, new.path()).map_err(fail)?;
        }
        for folder in ["usr/share", "var"].map(|folder| new.path().join(folder)) {
            if folder.is_dir() {
                fs::remove_dir_all(&folder).context(|| format!("remove {}", folder.display()))?;
            }
        }
        apt.clean()?;
        new.finish()?;
    }
    let program = prefix.join("usr/bin").join(package);
    if !program.is_file() {
        return Err(fail("no program of that name in it".to_owned()));
    }
    let Some(linker) = dynamic_linker(&prefix) else { return Ok(vec![program.into()]) };
    let architecture = linker.parent().and_then(std::path::Path::file_name).unwrap_or_default().to_owned();
    let folders = ["usr/lib", "lib"].map(|folder| prefix.join(folder).join(&architecture));
    let libraries =
        env::join_paths(folders).map_err(|_| fail("the cache folder's path has a colon".to_owned()))?;
    Ok(vec![linker.into(), "--library-path".into(), libraries, program.into()])
}
