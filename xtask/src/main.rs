//! The project's own commands: `cargo xtask help` lists them.

mod bench;
mod ci;
mod conformance;
mod demo;
mod drizzle_oracle;
mod fuzz;
mod online;
mod process;
mod schema_check;
mod servers;
mod test;
mod tidy;

use std::fs;
use std::process::ExitCode;

use clap::Parser;
use terp_cli::say;

/// The project's own commands
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_version_flag = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Say on stderr how much memory the command had at most (Linux)
    #[arg(long, hide = true)]
    report_memory: bool,
}

/// The option of [`Cli::report_memory`], for those that measure.
const MEMORY_OPTION: &str = "--report-memory";
/// What the line begins with that it adds; KiB follow.
const MEMORY_REPORT: &str = "most memory in KiB: ";

#[derive(clap::Subcommand)]
enum Command {
    SchemaCheck(schema_check::Args),
    Test(test::Args),
    Ci(ci::Args),
    Tidy(tidy::Args),
    Conformance(conformance::Args),
    Demo(demo::Args),
    Online(online::Args),
    Bench(bench::Args),
    Fuzz(fuzz::Args),
    DrizzleOracle(drizzle_oracle::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match &cli.command {
        Command::SchemaCheck(args) => schema_check::run(args),
        Command::Test(args) => test::run(args),
        Command::Ci(args) => ci::run(args),
        Command::Tidy(args) => tidy::run(args),
        Command::Conformance(args) => conformance::run(args),
        Command::Demo(args) => demo::run(args),
        Command::Online(args) => online::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Fuzz(args) => fuzz::run(args),
        Command::DrizzleOracle(args) => drizzle_oracle::run(args),
    };
    if cli.report_memory
        && let Some(kibibytes) = most_memory()
    {
        say(&format!("{MEMORY_REPORT}{kibibytes}"));
    }
    terp_cli::end(outcome)
}

/// The most memory that this process had so far, in KiB, where the system tells.
fn most_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim_end().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
        assert!(MEMORY_OPTION.strip_prefix("--").is_some_and(|name| {
            Cli::command().get_arguments().any(|argument| argument.get_long() == Some(name))
        }));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn memory_is_known_on_linux() {
        assert!(most_memory().is_some_and(|kibibytes| kibibytes > 100));
    }
}
