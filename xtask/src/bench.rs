//! `bench`: the figures that the project promises, measured.

mod drizzle;
mod engine;
mod introspect;
mod migrate;
mod process;

use serde::Serialize;
use terp_cli::{Exit, Failure, Format, Outcome, json, print, say};

use crate::process::{cargo, run as run_program};

/// Measure the figures that the project promises; fails when one is missed
///
/// What is measured is a release build, which is made first. The median decides. Compare only what one invocation printed:
/// machines differ, and a busy one misses what a quiet one keeps.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to measure; all but `build` without a name, and `export` only where Node.js is
    #[arg(value_enum)]
    names: Vec<Name>,
    /// How to print the figures
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Name {
    /// Simple DDL statements a second
    Engine,
    /// What twice the tables cost
    Linearity,
    /// The declared schema of fixtures/terp, read and lowered
    Declared,
    /// Ten thousand declared tables, and what twice the tables cost
    DeclaredScale,
    /// `schema-check` on fixtures/terp, as a whole process: time and memory
    SchemaCheck,
    /// `terp-drift show` of what fixtures/terp declares beside `drizzle-kit export`; needs Node.js and npm
    Export,
    /// 500 tables of a live database: on each vendor, over a long wire, and beside `skeema diff`, which is fetched from Debian
    Introspect,
    /// A plan of 300 changes, and what the journal adds to each step of a run
    Migrate,
    /// `cargo build` of the workspace from nothing; takes minutes
    Build,
}

/// One figure: what was measured, and what is promised.
#[derive(Debug, Clone, Serialize)]
struct Figure {
    name: &'static str,
    unit: &'static str,
    /// How often it was measured.
    runs: usize,
    /// What decides: the run that was least disturbed.
    best: f64,
    median: f64,
    #[serde(flatten)]
    promise: Promise,
}

/// The bound that the figure must keep.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Promise {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    fn new(name: &'static str, unit: &'static str, promise: Promise, mut measured: Vec<f64>) -> Self {
        match promise {
            Promise::AtMost(_) => measured.sort_by(f64::total_cmp),
            Promise::AtLeast(_) => measured.sort_by(|left, right| right.total_cmp(left)),
        }
        let at = |index: usize| measured.get(index).copied().unwrap_or(f64::NAN);
        let (half, odd) = (measured.len() / 2, measured.len() % 2 == 1);
        let median = if odd { at(half) } else { f64::midpoint(at(half.wrapping_sub(1)), at(half)) };
        Self { name, unit, runs: measured.len(), best: at(0), median, promise }
    }

    /// The median decides. What was not measured is not kept either.
    fn is_kept(&self) -> bool {
        match self.promise {
            Promise::AtMost(limit) => self.median <= limit,
            Promise::AtLeast(limit) => self.median >= limit,
        }
    }
}

pub(crate) fn run(args: &Args) -> Outcome {
    if cfg!(debug_assertions) {
        return in_release(args);
    }
    let all = [
        Name::Engine,
        Name::Linearity,
        Name::Declared,
        Name::DeclaredScale,
        Name::SchemaCheck,
        Name::Export,
        Name::Introspect,
        Name::Migrate,
    ];
    let names = if args.names.is_empty() { &all[..] } else { &args.names };
    let mut figures = Vec::new();
    for name in names {
        match name {
            Name::Engine => figures.push(engine::throughput()?),
            Name::Linearity => figures.push(engine::linearity()?),
            Name::Declared => figures.push(drizzle::application()?),
            Name::DeclaredScale => figures.extend(drizzle::scale()?),
            Name::SchemaCheck => figures.extend(process::schema_check()?),
            Name::Export => match process::export() {
                Ok(measured) => figures.extend(measured),
                // Asked for by name, it has to be there.
                Err(reason) if args.names.is_empty() => say(&format!("`export` is not measured: {reason}")),
                Err(reason) => return Err(reason),
            },
            Name::Introspect => figures.extend(introspect::all()?),
            Name::Migrate => {
                figures.push(migrate::planning()?);
                figures.extend(migrate::journal()?);
            }
            Name::Build => figures.push(process::build()?),
        }
    }
    print(&match args.format {
        Format::Text => table(&figures),
        Format::Json => {
            #[derive(Serialize)]
            struct Document<'a> {
                figures: &'a [Figure],
            }
            json(&Document { figures: &figures })?
        }
    })?;
    Ok(Exit::of(figures.iter().all(Figure::is_kept)))
}

/// The same in a release build.
fn in_release(args: &Args) -> Outcome {
    say("building for release");
    run_program(
        &mut cargo(["build", "--release", "--quiet", "--package", "xtask"]),
        "cargo build --release",
    )?;
    let mut command = cargo(["run", "--release", "--quiet", "--package", "xtask", "--", "bench"]);
    for name in args.names.iter().filter_map(clap::ValueEnum::to_possible_value) {
        command.arg(name.get_name());
    }
    if args.format == Format::Json {
        command.args(["--format", "json"]);
    }
    let status =
        command.status().map_err(|error| Failure::failed(format!("cargo run cannot be run: {error}")))?;
    Ok(match status.code() {
        Some(0) => Exit::Clean,
        Some(2) => Exit::Usage,
        _ => Exit::Findings,
    })
}

fn table(figures: &[Figure]) -> String {
    let mut out =
        format!("{:44} {:>4} {:>12} {:>12} {:>14}\n", "figure", "runs", "best", "median", "promised");
    for figure in figures {
        let Figure { name, unit, runs, best, median, promise } = figure;
        let promised = match promise {
            Promise::AtMost(limit) => format!("<= {}", number(*limit)),
            Promise::AtLeast(limit) => format!(">= {}", number(*limit)),
        };
        let verdict = if figure.is_kept() { "" } else { "  MISSED" };
        let what = if unit.is_empty() { (*name).to_owned() } else { format!("{name} ({unit})") };
        out += &format!(
            "{what:44} {runs:>4} {:>12} {:>12} {promised:>14}{verdict}\n",
            number(*best),
            number(*median)
        );
    }
    out
}

fn number(value: f64) -> String {
    if value.abs() >= 1000.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_decides() {
        let most = |measured: &[f64]| Figure::new("x", "ms", Promise::AtMost(2.0), measured.to_vec());
        let least = |measured: &[f64]| Figure::new("x", "", Promise::AtLeast(3.0), measured.to_vec());
        assert_eq!((most(&[9.0, 1.0, 3.0]).best, most(&[9.0, 1.0, 3.0]).median), (1.0, 3.0));
        assert_eq!(least(&[9.0, 1.0, 3.0, 4.0]).best, 9.0);
        assert_eq!(least(&[9.0, 1.0, 3.0, 4.0]).median, 3.5);
        assert!(
            most(&[9.0, 2.0, 1.0]).is_kept() && !most(&[9.0, 2.1, 1.0]).is_kept() && !most(&[]).is_kept()
        );
        assert!(
            least(&[1.0, 3.0, 4.0]).is_kept() && !least(&[1.0, 2.9, 4.0]).is_kept() && !least(&[]).is_kept()
        );
    }

    #[test]
    fn table_names_what_is_missed() {
        let figures = [Figure::new("speed", "statements/s", Promise::AtLeast(100_000.0), vec![5000.0])];
        let table = table(&figures);
        assert!(table.contains("speed (statements/s)") && table.contains("MISSED"), "{table}");
    }
}
