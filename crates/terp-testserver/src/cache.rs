//! The cache folder: fetched servers, prepared data directories, and the locks under which they are made.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::{Context, Error, Result};

/// `TERP_CACHE`, else `terp` in `XDG_CACHE_HOME`, else `~/.cache/terp`. It need not exist.
///
/// # Errors
/// When none of the three variables is set.
pub fn cache_folder() -> Result<PathBuf> {
    let variable = |name| env::var_os(name).filter(|value: &OsString| !value.is_empty()).map(PathBuf::from);
    variable("TERP_CACHE")
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| cache.join("terp")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/terp")))
        .map(|folder| std::path::absolute(&folder).unwrap_or(folder))
        .ok_or_else(|| Error::Environment { reason: "no cache folder: set TERP_CACHE or HOME".to_owned() })
}

/// Held while something in the cache is made; other processes wait. Let go by the system when its process dies.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn acquire(cache: &Path, name: &str) -> Result<Self> {
        create_folder(cache)?;
        let path = cache.join(format!("{name}.lock"));
        let describe = || format!("lock {}", path.display());
        let file = File::create(&path).context(describe)?;
        file.lock().context(describe)?;
        Ok(Self { _file: file })
    }
}

pub(crate) fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).context(|| format!("create {}", path.display()))
}

/// A folder that appears in its place only when it is complete: until [`Self::finish`], everything is in a temporary one beside it.
/// To be made under a [`Lock`], which says that those that are already there are of processes that were killed.
pub(crate) struct NewFolder {
    work: TempDir,
    target: PathBuf,
}

const UNFINISHED: &str = ".new-";

impl NewFolder {
    pub(crate) fn begin(target: PathBuf) -> Result<Self> {
        let parent = target.parent().unwrap_or(Path::new("."));
        create_folder(parent)?;
        for entry in fs::read_dir(parent).context(|| format!("read {}", parent.display()))?.flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
                let left = entry.path();
                fs::remove_dir_all(&left).context(|| format!("remove {}", left.display()))?;
            }
        }
        let work = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempdir_in(parent)
            .context(|| format!("create a folder in {}", parent.display()))?;
        Ok(Self { work, target })
    }

    pub(crate) fn path(&self) -> &Path {
        self.work.path()
    }

    pub(crate) fn finish(self) -> Result<PathBuf> {
        let Self { work, target } = self;
        let work = work.keep();
        fs::rename(&work, &target)
            .context(|| format!("rename {} to {}", work.display(), target.display()))?;
        Ok(target)
    }
}

/// Copies what is in one folder into another that exists.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from).context(|| format!("read {}", from.display()))? {
        let entry = entry.context(|| format!("read {}", from.display()))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let describe = || format!("copy {} to {}", source.display(), target.display());
        if entry.file_type().context(describe)?.is_dir() {
            fs::create_dir(&target).context(describe)?;
            copy_folder(&source, &target)?;
        } else {
            fs::copy(&source, &target).context(describe)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_appears_complete_or_not_at_all() {
        let cache = tempfile::tempdir().unwrap();
        let target = cache.path().join("servers/x");
        let given_up = NewFolder::begin(target.clone()).unwrap();
        fs::write(given_up.path().join("part"), "").unwrap();
        drop(given_up);
        assert_eq!(fs::read_dir(cache.path().join("servers")).unwrap().count(), 0);
        fs::create_dir_all(cache.path().join("servers/.new-killed/deep")).unwrap();
        let new = NewFolder::begin(target.clone()).unwrap();
        fs::write(new.path().join("whole"), "").unwrap();
        assert!(!target.exists());
        assert_eq!(new.finish().unwrap(), target);
        assert!(target.join("whole").is_file());
        assert_eq!(
            fs::read_dir(cache.path().join("servers")).unwrap().count(),
            1,
            "what a killed process left is gone"
        );
    }

    #[test]
    fn a_lock_is_of_one_at_a_time() {
        let cache = tempfile::tempdir().unwrap();
        let held = Lock::acquire(cache.path(), "x").unwrap();
        let other = Lock::acquire(cache.path(), "y").unwrap();
        let waiting = std::thread::spawn({
            let cache = cache.path().to_owned();
            move || Lock::acquire(&cache, "x").map(drop)
        });
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(!waiting.is_finished());
        drop((held, other));
        waiting.join().unwrap().unwrap();
    }
}
