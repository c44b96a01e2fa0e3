//! Other programs, and where the workspace is.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use terp_cli::{Failure, say};

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

/// One of cargo's subcommands that is a program of its own, in a version that this toolchain builds.
#[derive(Clone, Copy)]
pub(crate) struct Subcommand {
    name: &'static str,
    version: &'static str,
}

pub(crate) const NEXTEST: Subcommand = Subcommand { name: "nextest", version: "0.9.143" };
pub(crate) const DENY: Subcommand = Subcommand { name: "deny", version: "0.20.2" };
pub(crate) const FUZZ: Subcommand = Subcommand { name: "fuzz", version: "0.13.2" };

impl Subcommand {
    /// Installs it from crates.io, unless it is there in any version.
    pub(crate) fn ensure(self) -> Result<(), Failure> {
        let Self { name, version } = self;
        let mut asked = cargo([name, "--version"]);
        let answer = asked.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if answer.is_ok_and(|status| status.success()) {
            return Ok(());
        }
        let package = format!("cargo-{name}");
        say(&format!(
            "{package} is not installed: `cargo install {package}@{version}` (once, takes a few minutes)"
        ));
        // Not optimised: that builds in a fraction of the time and is fast enough for what it does here.
        let mut install = cargo(["install", &format!("{package}@{version}"), "--locked", "--debug"]);
        run(install.env_remove("CARGO_TARGET_DIR"), &format!("installing {package}"))
    }
}
