//! Other programs, and where the workspace is.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Failure, say};

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    // Cargo sets the variable when it runs this; a binary that was started by hand knows where it was built.
    let folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).filter(|dir| dir.ends_with("xtask"));
    let folder = folder.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    folder.parent().map_or_else(|| folder.clone(), Path::to_path_buf)
}

/// The cargo that runs this, started in the workspace's folder.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// Runs a program to its end; `what` names it in the error.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<(), Failure> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::failed(format!("{what} failed ({status})"))),
        Err(error) => Err(Failure::failed(format!("{what} cannot be run: {error}"))),
    }
}

/// Installs one of cargo's subcommands from crates.io, unless it is there.
pub(crate) fn ensure_subcommand(name: &str) -> Result<(), Failure> {
    let package = format!("cargo-{name}");
    let mut version = cargo([name, "--version"]);
    let found = version.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    say(&format!("{package} is not installed: `cargo install {package}` (once, takes a few minutes)"));
    // Not optimised: that builds in a fraction of the time and is fast enough for what it does here.
    run(
        cargo(["install", &package, "--locked", "--debug"]).env_remove("CARGO_TARGET_DIR"),
        &format!("installing {package}"),
    )
}
