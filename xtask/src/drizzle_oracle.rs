//! `drizzle-oracle`: the real drizzle-kit over the cases of `fixtures/drizzle`, and what of its answers is recorded beside them.

mod case;
mod kit;
mod recording;

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use terp_cli::{Exit, Failure, Outcome, print, say};

use self::case::Case;
use self::kit::Kit;
use self::recording::Recording;
use crate::process::{NEXTEST, cargo, root, run as run_program};

/// Run the real drizzle-kit over the cases of fixtures/drizzle, and compare with its answers what is recorded and what terp says
///
/// Needs Node.js and npm; the first run installs drizzle-kit and drizzle-orm into the cache folder, in the versions that the project
/// is pinned to. When all recordings are what drizzle-kit says now, the test is run that holds terp's own reading of every case
/// against them. The exit code is 1 when anything differs that is not listed in fixtures/drizzle/differences.toml, and 2 when
/// drizzle-kit cannot be asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write drizzle-kit's answers beside the cases, instead of comparing them
    #[arg(long)]
    record: bool,
    /// Only cases whose path contains one of these; all without one
    names: Vec<String>,
}

/// How many drizzle-kits run at once. Each takes a core for most of a second and about 150 MB.
const AT_ONCE: usize = 2;

pub(crate) fn run(args: &Args) -> Outcome {
    let cases = case::find(&root(), &args.names)?;
    if cases.is_empty() {
        return Err(Failure::usage(format!("no case's path contains {}", args.names.join(" or "))));
    }
    let kit = Kit::find_or_install()?;
    let differences = in_turns(&cases, |case| {
        let answer = kit.ask(case)?;
        if args.record { record(case, &answer) } else { judge(case, &answer) }
    })?;
    let differing = differences.iter().filter(|difference| difference.is_some()).count();
    for difference in differences.into_iter().flatten() {
        print(&difference)?;
    }
    let what = if args.record { "recorded anew" } else { "not what drizzle-kit says" };
    say(&format!("{} cases, {differing} {what}", cases.len()));
    if args.record {
        return Ok(Exit::Clean);
    }
    if differing > 0 {
        return Ok(Exit::Findings);
    }
    compare_with_ours()?;
    Ok(Exit::Clean)
}

/// Holds terp's reading of all cases against the recordings, which are now known to be what drizzle-kit says.
fn compare_with_ours() -> Result<(), Failure> {
    NEXTEST.ensure()?;
    let test = ["nextest", "run", "--package", "terp-drizzle", "--test", "kit"];
    run_program(&mut cargo(test), "comparing terp with the recordings")
}

/// The application of fixtures/terp, copied to where the real drizzle-kit can be run on it.
pub(crate) struct Application {
    kit: Kit,
    copy: case::Copy,
}

impl Application {
    /// Installs drizzle-kit when it is not there.
    pub(crate) fn copy() -> Result<Self, Failure> {
        let kit = Kit::find_or_install()?;
        let case = case::application(&root());
        let copy = kit.copy(&case)?;
        Ok(Self { kit, copy })
    }

    /// `drizzle-kit export`, to be run.
    pub(crate) fn export(&self) -> Command {
        self.kit.command(&self.copy, "export")
    }
}

/// What of a case's recording drizzle-kit does not say now; nothing when all is the same.
fn judge(case: &Case, answer: &Recording) -> Result<Option<String>, Failure> {
    let recorded = Recording::read(&case.folder)?;
    Ok(recording::difference(&case.name, ("recorded", &recorded), ("drizzle-kit", answer)))
}

/// Writes what drizzle-kit said; says so when it was not there yet.
fn record(case: &Case, answer: &Recording) -> Result<Option<String>, Failure> {
    if Recording::read(&case.folder)? == *answer {
        return Ok(None);
    }
    answer.write(&case.folder)?;
    Ok(Some(format!("{}\n", case.name)))
}

/// Does the same to each, a few at once. The results come in the order of the input; the first failure ends it all.
fn in_turns<T: Sync, R: Send>(
    input: &[T],
    work: impl Fn(&T) -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = input.get(at) else { return Ok(done) };
            match work(one) {
                Ok(result) => done.push((at, result)),
                Err(failure) => {
                    next.store(input.len(), Ordering::Relaxed);
                    return Err(failure);
                }
            }
        }
    };
    let done: Vec<Result<Vec<(usize, R)>, Failure>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut results: Vec<(usize, R)> =
        done.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    results.sort_by_key(|(at, _)| *at);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_input() {
        let input: Vec<u32> = (0..50).collect();
        let squares = in_turns(&input, |number| Ok(number * number)).unwrap();
        assert_eq!(squares, input.iter().map(|number| number * number).collect::<Vec<_>>());
        let failed =
            in_turns(&input, |number| if *number == 7 { Err(Failure::failed("seven")) } else { Ok(()) });
        assert_eq!(failed.unwrap_err().to_string(), "seven");
    }

    #[test]
    fn every_case_says_what_it_shows_and_is_recorded() {
        let cases = case::find(&root(), &[]).unwrap();
        assert!(cases.len() > 170, "{}", cases.len());
        for case in cases {
            let recorded = Recording::read(&case.folder).unwrap();
            assert!(recorded != Recording::default(), "{}: not recorded", case.name);
            assert!(case.says_what_it_shows().unwrap(), "{}: no comment opens its first file", case.name);
        }
    }
}
