//! Commands as whole processes.

use std::env;
use std::process::{Command, Stdio};
use std::time::Instant;

use terp_cli::{Failure, say};

use super::{Figure, Promise};
use crate::drizzle_oracle::Application;
use crate::process::{cargo, root, run as run_program};
use crate::{MEMORY_OPTION, MEMORY_REPORT};

const RUNS: usize = 15;

/// `schema-check` on fixtures/terp: its time and memory, and its time through cargo.
pub(super) fn schema_check() -> Result<Vec<Figure>, Failure> {
    let own = env::current_exe().map_err(|error| Failure::failed(format!("this program's path: {error}")))?;
    let direct = |arguments: &[&str]| {
        let mut command = Command::new(&own);
        command.current_dir(root()).args(arguments).arg("schema-check");
        command
    };
    let through_cargo = || cargo(["xtask", "schema-check"]);
    say("building what `cargo xtask` runs");
    milliseconds(through_cargo())?;
    let mut measured: [Vec<f64>; 3] = Default::default();
    for _ in 0..RUNS {
        measured[0].push(milliseconds(direct(&[]))?);
        measured[1].push(megabytes(direct(&[MEMORY_OPTION]))?);
        measured[2].push(milliseconds(through_cargo())?);
    }
    let [time, memory, cargo_time] = measured;
    Ok(vec![
        Figure::new("schema-check, whole process", "ms", Promise::AtMost(60.0), time),
        Figure::new("schema-check, most memory", "MB", Promise::AtMost(80.0), memory),
        Figure::new("cargo xtask schema-check, when built", "ms", Promise::AtMost(500.0), cargo_time),
    ])
}

/// `drizzle-kit export` of fixtures/terp, and how much longer it takes than ours, in turns.
pub(super) fn export() -> Result<Vec<Figure>, Failure> {
    let application = Application::copy()?;
    say("building terp-drift for release");
    let build = ["build", "--release", "--quiet", "--package", "terp-drift-cli"];
    run_program(&mut cargo(build), "cargo build --release")?;
    let own = env::current_exe().map_err(|error| Failure::failed(format!("this program's path: {error}")))?;
    let ours = own.with_file_name(format!("terp-drift{}", env::consts::EXE_SUFFIX));
    let show = || {
        let mut command = Command::new(&ours);
        command.current_dir(root()).args(["show", "drizzle:fixtures/terp", "--format", "sql"]);
        command
    };
    let (mut times, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        times.push(milliseconds(show())?);
        theirs.push(milliseconds(application.export())?);
    }
    let ratios = times.iter().zip(&theirs).map(|(ours, theirs)| theirs / ours).collect();
    Ok(vec![
        Figure::new("terp-drift show --format sql", "ms", Promise::AtMost(60.0), times),
        Figure::new("drizzle-kit export, to that", "times as long", Promise::AtLeast(10.0), ratios),
    ])
}

/// `cargo build` of the workspace in a folder of its own.
pub(super) fn build() -> Result<Figure, Failure> {
    let folder =
        tempfile::tempdir().map_err(|error| Failure::failed(format!("a temporary folder: {error}")))?;
    say("building the workspace from nothing");
    let mut command = cargo(["build", "--workspace", "--locked", "--quiet"]);
    command.env("CARGO_TARGET_DIR", folder.path());
    let minutes = milliseconds(command)? / 60_000.0;
    Ok(Figure::new("cargo build from nothing", "minutes", Promise::AtMost(4.0), vec![minutes]))
}

/// The time from start to end of a process that succeeds.
fn milliseconds(mut command: Command) -> Result<f64, Failure> {
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).output();
    let time = begun.elapsed();
    succeeded(&command, output)?;
    Ok(time.as_secs_f64() * 1000.0)
}

/// The most memory that one of our processes had, as it says itself.
fn megabytes(mut command: Command) -> Result<f64, Failure> {
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).output();
    let said = succeeded(&command, output)?;
    reported(&said)
        .ok_or_else(|| Failure::failed("the most memory of a process is known on Linux only".to_owned()))
}

/// The report in what a process said, in megabytes of a million bytes.
fn reported(said: &str) -> Option<f64> {
    let kibibytes: f64 =
        said.lines().find_map(|line| line.strip_prefix(MEMORY_REPORT))?.trim().parse().ok()?;
    Some(kibibytes * 1024.0 / 1_000_000.0)
}

fn succeeded(command: &Command, output: std::io::Result<std::process::Output>) -> Result<String, Failure> {
    let name = command.get_program().to_string_lossy();
    let output = output.map_err(|error| Failure::failed(format!("{name} cannot be run: {error}")))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        Ok(said)
    } else {
        Err(Failure::failed(format!("{name} failed ({}):\n{}", output.status, said.trim_end())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_is_found_among_other_lines() {
        assert_eq!(reported(&format!("warning\n{MEMORY_REPORT}1000\n")), Some(1.024));
        assert_eq!(reported("nothing"), None);
    }
}
