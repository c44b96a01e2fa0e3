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
pub(crate) struct NewFolder {
    work: TempDir,
    target: PathBuf,
}

impl NewFolder {
    pub(crate) fn begin(target: PathBuf) -> Result<Self> {
        let parent = target.parent().unwrap_or(Path::new("."));
        create_folder(parent)?;
        let work = tempfile::Builder::new()
            .prefix(".new-")
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
