//! `conformance`: runs recorded cases on the engine and counts where it does as the servers did.

mod case;
mod counts;
mod engine;
mod judge;
mod report;
mod show;

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use terp_cli::{Exit, Failure, Format, Outcome, print, say};

use self::case::{Body, Case};
use self::counts::{Counts, FileCounts};
use self::engine::Engine;
use self::judge::{Kind, Verdict};

/// Run recorded cases of DDL on the embedded engine and count where it does as the servers did
///
/// A case is one JSON object a line: `kind` is `replay` (`steps` with `sql` and either `show` or `errno`) or `transition` (`from`,
/// `to`, `from_show`, `to_show`), `server` is `mysql:9.7` or the like. A transition counts as two steps, its two sides. The exit
/// code is 0 however the count comes out, and 2 when a file cannot be read.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Files of cases
    #[arg(required = true, value_name = "CASES.jsonl")]
    files: Vec<PathBuf>,
    /// How to print the counts, or what --list lists
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// List the steps that came out like this, instead of the counts
    #[arg(long, value_enum, value_name = "KIND")]
    list: Option<Kind>,
    /// Step through the cases whose id is this or, when there is none, contains this
    #[arg(long, value_name = "ID", conflicts_with_all = ["list", "format"])]
    case: Option<String>,
    /// Also write one file for each case that is not equal throughout
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A case and how its steps came out.
struct Judged {
    case: Case,
    verdicts: Vec<Verdict>,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let mut files = Vec::new();
    for path in &args.files {
        files.push((path.as_path(), case::read(path)?));
    }
    if let Some(id) = &args.case {
        return step_through(&files, id);
    }
    let judged: Vec<(&Path, Vec<Judged>)> =
        files.into_iter().map(|(path, cases)| (path, cases.into_iter().map(judged).collect())).collect();
    if let Some(folder) = &args.out {
        write_details(folder, &judged)?;
    }
    if let Some(kind) = args.list {
        print(&report::list(&judged, kind, args.format)?)?;
        return Ok(Exit::Clean);
    }
    let counts: Vec<FileCounts> = judged.iter().flat_map(|(path, cases)| count(path, cases)).collect();
    print(&counts::render(&counts, args.format)?)?;
    let out_of_step = judged.iter().flat_map(|(_, cases)| cases).flat_map(|case| &case.verdicts);
    let out_of_step = out_of_step.filter(|verdict| verdict.out_of_step.is_some()).count();
    if out_of_step > 0 {
        say(&format!(
            "after {out_of_step} steps the engine could not execute what the server shows, and what follows in those cases was \
             judged without these tables"
        ));
    }
    Ok(Exit::Clean)
}

fn judged(case: Case) -> Judged {
    let verdicts = match &case.body {
        Body::Replay(steps) => judge::replay(&mut Engine::with_defaults_of(case.server), steps),
        Body::Transition(transition) => [&transition.from, &transition.to]
            .into_iter()
            .zip(1..)
            .map(|(side, step)| {
                let mut engine = Engine::for_side(case.server, transition.defaults.clone(), side);
                engine.set_sql_mode(transition.sql_mode);
                judge::side(&mut engine, step, side)
            })
            .collect(),
    };
    Judged { case, verdicts }
}

/// The counts of a file: one entry for each kind of case in it, in the order in which they come.
fn count(path: &Path, cases: &[Judged]) -> Vec<FileCounts> {
    let mut files: Vec<FileCounts> = Vec::new();
    for Judged { case, verdicts } in cases {
        let kind = case.body.kind();
        let at = files.iter().position(|file| file.kind == kind).unwrap_or_else(|| {
            files.push(FileCounts { file: path.display().to_string(), kind, counts: Counts::default() });
            files.len() - 1
        });
        for verdict in verdicts {
            files[at].counts.add(verdict.kind);
        }
    }
    files
}

fn step_through(files: &[(&Path, Vec<Case>)], id: &str) -> Outcome {
    let all = || files.iter().flat_map(|(path, cases)| cases.iter().map(move |case| (*path, case)));
    let mut found: Vec<_> = all().filter(|(_, case)| case.id == id).collect();
    if found.is_empty() {
        found = all().filter(|(_, case)| case.id.contains(id)).collect();
    }
    if found.is_empty() {
        return Err(Failure::usage(format!("no case has the id {id:?} or one that contains it")));
    }
    for (path, case) in found {
        print(&report::case(path, &judged(case.clone()), true))?;
    }
    Ok(Exit::Clean)
}

fn write_details(folder: &Path, judged: &[(&Path, Vec<Judged>)]) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::path(folder, &error))?;
    let mut written = 0_u32;
    for (path, cases) in judged {
        for judged in cases.iter().filter(|judged| judged.verdicts.iter().any(|v| v.kind != Kind::Equal)) {
            written += 1;
            let file = folder.join(report::file_name(path, &judged.case.id));
            let text = report::case(path, judged, false);
            fs::write(&file, text).map_err(|error| Failure::path(&file, &error))?;
        }
    }
    say(&format!("{written} cases written to {}", folder.display()));
    Ok(())
}

impl Kind {
    /// As on the command line.
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}
