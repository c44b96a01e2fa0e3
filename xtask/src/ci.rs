//! `ci`: what decides whether a change is fit to merge.

use std::time::Instant;

use terp_cli::{Exit, Failure, Outcome, say};

use crate::process::{DENY, cargo, run as run_program};
use crate::{test, tidy};

/// Check everything that a change has to pass: format, tidiness, lints, documentation, dependencies, tests
///
/// It stops at the first step that fails. Tools that are not there are installed from crates.io.
#[derive(clap::Args)]
pub(crate) struct Args {}

/// A step: its name and what it does.
type Step = (&'static str, fn() -> Result<(), Failure>);

/// The quick ones first.
const STEPS: [Step; 6] = [
    ("format", format),
    ("tidy", tidy::check),
    ("lints", lints),
    ("documentation", documentation),
    ("dependencies", dependencies),
    ("tests", tests),
];

pub(crate) fn run(_: &Args) -> Outcome {
    let begun = Instant::now();
    for (number, (name, step)) in (1..).zip(STEPS) {
        say(&format!("== {number}/{}: {name}", STEPS.len()));
        let step_begun = Instant::now();
        step().map_err(|failure| Failure::failed(format!("step {number}, {name}: {failure}")))?;
        say(&format!("== {name}: passed in {} s", step_begun.elapsed().as_secs()));
    }
    say(&format!("all {} steps passed in {} s", STEPS.len(), begun.elapsed().as_secs()));
    Ok(Exit::Clean)
}

fn format() -> Result<(), Failure> {
    run_program(&mut cargo(["fmt", "--all", "--check"]), "cargo fmt (`cargo fmt --all` puts it right)")
}

fn lints() -> Result<(), Failure> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--quiet", "--", "-D", "warnings"];
    run_program(&mut cargo(arguments), "cargo clippy")
}

fn documentation() -> Result<(), Failure> {
    let mut command = cargo(["doc", "--workspace", "--no-deps", "--locked", "--quiet"]);
    run_program(command.env("RUSTDOCFLAGS", "-D warnings"), "cargo doc")
}

fn dependencies() -> Result<(), Failure> {
    DENY.ensure()?;
    // Advisories are left out: their database cannot be fetched everywhere.
    let arguments = ["deny", "--log-level", "error", "check", "bans", "licenses", "sources"];
    run_program(&mut cargo(arguments), "cargo deny")
}

fn tests() -> Result<(), Failure> {
    test::test(&[])
}
