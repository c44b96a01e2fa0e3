//! `conformance`: runs recorded cases on the engine and counts where it does as the servers did.

mod case;
mod counts;
mod engine;
mod judge;
mod live;
mod report;
mod show;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use clap::ValueEnum as _;
use terp_cli::{Exit, Failure, Format, Outcome, print, say};
use terp_schema_model::Flavor;
use terp_testserver::KNOWN;

use self::case::{Body, Case};
use self::counts::{Counts, FileCounts};
use self::engine::Engine;
use self::judge::{Kind, Verdict};
use self::live::LiveServer;

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
    /// Ask throwaway servers instead of the file: those of each case's vendor, or all known ones. Each statement is then a step, and
    /// after each that a server accepts the database is read back and compared with what the engine made
    #[arg(long, value_enum, value_name = "SERVERS", num_args = 0..=1, require_equals = true, default_missing_value = "own")]
    live: Option<On>,
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

/// On which servers cases run live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum On {
    /// Those of the vendor that the case was recorded on.
    Own,
    /// Every one.
    All,
}

/// A case and how its steps came out.
struct Judged {
    case: Case,
    verdicts: Vec<Verdict>,
    /// What was read back from a live server, after each step that it accepted.
    read_back: Vec<Verdict>,
}

impl Judged {
    const fn new(case: Case) -> Self {
        Self { case, verdicts: Vec::new(), read_back: Vec::new() }
    }
}

/// A file of cases, judged.
struct JudgedFile {
    /// Its path, and of a live run the server.
    name: String,
    cases: Vec<Judged>,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let mut files = Vec::new();
    for path in &args.files {
        files.push((path.as_path(), case::read(path)?));
    }
    if let Some(id) = &args.case {
        files = only(files, id)?;
    }
    let files = match args.live {
        Some(on) => live_files(&files, on)?,
        None => files.into_iter().map(recorded).collect(),
    };
    if args.case.is_some() {
        for file in &files {
            for judged in &file.cases {
                print(&report::case(&file.name, judged, true))?;
            }
        }
        return Ok(Exit::Clean);
    }
    if let Some(folder) = &args.out {
        write_details(folder, &files)?;
    }
    if let Some(kind) = args.list {
        print(&report::list(&files, kind, args.format)?)?;
        return Ok(Exit::Clean);
    }
    let counts: Vec<FileCounts> = files.iter().flat_map(count).collect();
    print(&counts::render(&counts, args.format)?)?;
    let out_of_step = files.iter().flat_map(|file| &file.cases).flat_map(|case| &case.verdicts);
    let out_of_step = out_of_step.filter(|verdict| verdict.out_of_step.is_some()).count();
    if out_of_step > 0 {
        say(&format!(
            "after {out_of_step} steps the engine could not execute what the server shows, and what follows in those cases was \
             judged without these tables"
        ));
    }
    Ok(Exit::Clean)
}

/// The cases with this id or, when there is none, those whose id contains it.
fn only<'a>(files: Vec<(&'a Path, Vec<Case>)>, id: &str) -> Result<Vec<(&'a Path, Vec<Case>)>, Failure> {
    let exact = files.iter().any(|(_, cases)| cases.iter().any(|case| case.id == id));
    let wanted = |case: &Case| if exact { case.id == id } else { case.id.contains(id) };
    let mut found = files;
    for (_, cases) in &mut found {
        cases.retain(wanted);
    }
    found.retain(|(_, cases)| !cases.is_empty());
    if found.is_empty() {
        return Err(Failure::usage(format!("no case has the id {id:?} or one that contains it")));
    }
    Ok(found)
}

fn recorded((path, cases): (&Path, Vec<Case>)) -> JudgedFile {
    JudgedFile { name: path.display().to_string(), cases: cases.into_iter().map(judged).collect() }
}

/// Runs the cases on servers, each server in a thread of its own.
fn live_files(files: &[(&Path, Vec<Case>)], on: On) -> Result<Vec<JudgedFile>, Failure> {
    let runs_on = |case: &Case, server: Flavor| on == On::All || case.server.vendor == server.vendor;
    let all = || files.iter().flat_map(|(_, cases)| cases);
    let mut servers = Vec::new();
    for flavor in KNOWN.into_iter().filter(|flavor| all().any(|case| runs_on(case, *flavor))) {
        servers.push(LiveServer::start(flavor)?);
    }
    let run = |server: &LiveServer| {
        let mut judged = Vec::new();
        for (path, cases) in files {
            let name = format!("{} on {}", path.display(), server.flavor());
            let cases = cases.iter().filter(|case| runs_on(case, server.flavor()));
            let cases = cases.map(|case| server.judge(case)).collect::<Result<Vec<_>, _>>()?;
            if !cases.is_empty() {
                judged.push(JudgedFile { name, cases });
            }
        }
        Ok(judged)
    };
    let judged: Vec<Result<Vec<JudgedFile>, Failure>> = thread::scope(|scope| {
        let threads: Vec<_> = servers.iter().map(|server| scope.spawn(|| run(server))).collect();
        let ended = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|_| Err(Failure::failed("a thread of a live run broke down")))
        };
        threads.into_iter().map(ended).collect()
    });
    let mut all = Vec::new();
    for files in judged {
        all.extend(files?);
    }
    Ok(all)
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
    Judged { verdicts, ..Judged::new(case) }
}

/// The counts of a file: one entry for each kind of case in it, in the order in which they come, and one for what was read back.
fn count(file: &JudgedFile) -> Vec<FileCounts> {
    let mut counts: Vec<FileCounts> = Vec::new();
    let mut add = |kind: &'static str, verdicts: &[Verdict]| {
        if verdicts.is_empty() {
            return;
        }
        let at = counts.iter().position(|counts| counts.kind == kind).unwrap_or_else(|| {
            counts.push(FileCounts { file: file.name.clone(), kind, counts: Counts::default() });
            counts.len() - 1
        });
        for verdict in verdicts {
            counts[at].counts.add(verdict.kind);
        }
    };
    for Judged { case, verdicts, .. } in &file.cases {
        add(case.body.kind(), verdicts);
    }
    for Judged { read_back, .. } in &file.cases {
        add(counts::READ_BACK, read_back);
    }
    counts
}

fn write_details(folder: &Path, files: &[JudgedFile]) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::path(folder, &error))?;
    let mut written = 0_u32;
    for file in files {
        let unequal = |judged: &&Judged| {
            judged.verdicts.iter().chain(&judged.read_back).any(|verdict| verdict.kind != Kind::Equal)
        };
        for judged in file.cases.iter().filter(unequal) {
            written += 1;
            let path = folder.join(report::file_name(&file.name, &judged.case.id));
            let text = report::case(&file.name, judged, false);
            fs::write(&path, text).map_err(|error| Failure::path(&path, &error))?;
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
