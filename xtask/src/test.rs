//! `test`: every test of the workspace, the live ones on real servers.

use std::env;
use std::ffi::OsString;
use std::process::Command;

use terp_cli::{Exit, Failure, Outcome, say};
use terp_testserver::Server;

use crate::process::{NEXTEST, cargo, run as run_program};
use crate::servers::Servers;

/// Run all tests, those against real MySQL and MariaDB servers included
///
/// Servers that are not installed are fetched into the user's cache folder (no root, no container; Debian and its relatives), and
/// started for this run. cargo-nextest is installed when it is not there. Without arguments the documentation's examples are run too.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Arguments for `cargo nextest run`: names of tests, `-p CRATE`, ...
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "NEXTEST ARGUMENTS")]
    nextest: Vec<OsString>,
}

pub(crate) fn run(args: &Args) -> Outcome {
    test(&args.nextest)?;
    Ok(Exit::Clean)
}

/// Runs the tests; all of them when no argument says which.
pub(crate) fn test(arguments: &[OsString]) -> Result<(), Failure> {
    NEXTEST.ensure()?;
    let servers =
        Servers::start(&mut |line| say(line)).map_err(|error| Failure::failed(error.to_string()))?;
    say(&format!("servers: {}", list(servers.running().iter().map(|server| server.endpoint().flavor))));
    for (flavor, error) in servers.missing() {
        say(&format!("no tests run on {flavor}, which is optional: {error}"));
    }
    let (variable, value) = servers.environment().map_err(|error| Failure::failed(error.to_string()))?;
    let with_servers = |mut command: Command| {
        command.env(variable, &value);
        command
    };
    let mut nextest = cargo(["nextest", "run", "--workspace"]);
    if env::var_os("CI").is_some_and(|value| value == "true") {
        nextest.args(["--profile", "ci"]);
    }
    nextest.args(arguments);
    let result = run_program(&mut with_servers(nextest), "cargo nextest run");
    let dead: Vec<_> = servers.running().iter().filter(|server| !answers(server)).collect();
    for server in &dead {
        say(&format!("{} died; the end of its log:\n{}", server.endpoint().flavor, server.log_tail()));
    }
    result?;
    if arguments.is_empty() {
        run_program(
            &mut with_servers(cargo(["test", "--doc", "--workspace", "--quiet"])),
            "cargo test --doc",
        )?;
    }
    Ok(())
}

fn answers(server: &Server) -> bool {
    server.endpoint().connect().is_ok()
}

fn list(names: impl Iterator<Item = impl ToString>) -> String {
    names.map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}
