//! `tidy`: the rules of the workspace that no compiler knows.

mod dependencies;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

use terp_cli::{Exit, Failure, Outcome, say};

use crate::process::{cargo, root};

/// Check the workspace's own rules: who may depend on whom, the length of files, what must not be in them
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args) -> Outcome {
    check()?;
    say("tidy");
    Ok(Exit::Clean)
}

/// Says everything that is wrong, and fails when anything is.
pub(crate) fn check() -> Result<(), Failure> {
    let mut complaints = dependencies::check(&metadata()?)?;
    let root = root();
    let shortcomings = fs::read_to_string(root.join("SHORTCOMINGS.md")).unwrap_or_default();
    for path in files(&root)? {
        let text = fs::read_to_string(&path).map_err(|error| Failure::path(&path, &error))?;
        let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let findings = if name.ends_with("Cargo.toml") {
            sources::manifest(&text).map_or_else(Vec::new, |complaint| vec![complaint])
        } else {
            if let Some(warning) = sources::warning(&name, &text) {
                say(&format!("warning: {name}: {warning}"));
            }
            sources::source(&name, &text, &shortcomings)
        };
        complaints.extend(findings.into_iter().map(|complaint| format!("{name}{complaint}")));
    }
    if complaints.is_empty() {
        return Ok(());
    }
    Err(Failure::failed(format!("not tidy:\n  {}", complaints.join("\n  "))))
}

fn metadata() -> Result<dependencies::Metadata, Failure> {
    // One platform, so that the crates of the others need not be downloaded.
    let arguments =
        ["metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"];
    let output = cargo(arguments).output();
    let output = output.map_err(|error| Failure::failed(format!("cargo metadata cannot be run: {error}")))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Failure::failed(format!("cargo metadata failed: {}", reason.trim())));
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| Failure::failed(format!("cargo metadata cannot be read: {error}")))
}

/// The Rust files and manifests of the members, in order.
fn files(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![root.join("crates"), root.join("xtask")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| Failure::path(&folder, &error))? {
            let path = entry.map_err(|error| Failure::path(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                || path.ends_with("Cargo.toml")
            {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
