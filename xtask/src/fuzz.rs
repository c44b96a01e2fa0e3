//! `fuzz`: random texts against lexer, splitter, parser, engine, and the readers of Drizzle schemas, option files and URLs.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use terp_cli::{Exit, Failure, Outcome, say};

use crate::process::{FUZZ, cargo, root, run as run_program};

/// Feed random texts to lexer, splitter, parser, engine, and the readers of Drizzle schemas, option files and URLs, which must not panic
///
/// Needs a C++ compiler. cargo-fuzz is installed when it is not there. The cases of `fixtures/ddl` and `fixtures/drizzle` are where it starts
/// from, and what it has learnt stays in `fuzz/corpus`. An input that fails is kept in `fuzz/artifacts`, and how to run it again is printed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long to run each target
    #[arg(long, default_value_t = 60, value_name = "N")]
    seconds: u32,
    /// Which targets; all without one
    targets: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Outcome {
    FUZZ.ensure()?;
    let known = targets()?;
    if let Some(unknown) = args.targets.iter().find(|target| !known.contains(target)) {
        return Err(Failure::usage(format!("no fuzz target {unknown:?}; there are {}", known.join(", "))));
    }
    let wanted = if args.targets.is_empty() { &known } else { &args.targets };
    let (sql, schemas) = (root().join("fuzz/corpus/.seeds"), root().join("fuzz/corpus/.schemas"));
    write_seeds(&sql)?;
    write_schemas(&schemas)?;
    let (options, urls) = (root().join("fuzz/corpus/.options"), root().join("fuzz/corpus/.urls"));
    write_texts(&options, &OPTION_FILES)?;
    write_texts(&urls, &URLS)?;
    for target in wanted {
        say(&format!("== {target}: {} s", args.seconds));
        let own = root().join("fuzz/corpus").join(target);
        fs::create_dir_all(&own).map_err(|error| Failure::path(&own, &error))?;
        let mut command = fuzz(&["run", target]);
        // A statement is short; one that takes longer than the timeout has found a cost that explodes. A schema may use up
        // the evaluator's limits, twice.
        let (seeds, dictionary, timeout) = match target.as_str() {
            "drizzle" => (&schemas, "-dict=typescript.dict", "-timeout=20"),
            "my-cnf" => (&options, "-dict=my-cnf.dict", "-timeout=10"),
            "url" => (&urls, "-dict=url.dict", "-timeout=10"),
            _ => (&sql, "-dict=sql.dict", "-timeout=10"),
        };
        command.arg(&own).arg(seeds);
        command.args(["--", &format!("-max_total_time={}", args.seconds)]);
        command.args([dictionary, timeout, "-rss_limit_mb=2048", "-max_len=4096", "-verbosity=0"]);
        command.args(["-print_final_stats=1"]);
        run_program(&mut command, &format!("fuzzing {target}"))?;
    }
    Ok(Exit::Clean)
}

/// `cargo fuzz`, as it works with the stable compiler: no sanitizer, which nothing here needs without unsafe code.
fn fuzz(arguments: &[&str]) -> Command {
    let (subcommand, rest) = arguments.split_at(1);
    let mut command = cargo(["fuzz"]);
    command.args(subcommand).args(["--sanitizer", "none"]).args(rest);
    command.env("RUSTC_BOOTSTRAP", "1").current_dir(root().join("fuzz"));
    command
}

fn targets() -> Result<Vec<String>, Failure> {
    let output = cargo(["fuzz", "list"]).stderr(Stdio::inherit()).output();
    let output =
        output.map_err(|error| Failure::failed(format!("cargo fuzz list cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(Failure::failed("cargo fuzz list failed"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// The DDL cases as inputs: the byte that chooses the flavor, then the text.
fn write_seeds(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::path(folder, &error))?;
    for kind in ["ok", "err"] {
        let from = root().join("fixtures/ddl").join(kind);
        for entry in fs::read_dir(&from).map_err(|error| Failure::path(&from, &error))? {
            let path = entry.map_err(|error| Failure::path(&from, &error))?.path();
            let Some(name) = path.file_name().filter(|_| path.extension().is_some_and(|e| e == "sql")) else {
                continue;
            };
            let text = fs::read(&path).map_err(|error| Failure::path(&path, &error))?;
            for (flavor, vendor) in [(0, "mysql"), (1, "mariadb")] {
                let to = folder.join(format!("{kind}-{vendor}-{}", name.to_string_lossy()));
                let seed: Vec<u8> = [flavor].into_iter().chain(text.iter().copied()).collect();
                fs::write(&to, seed).map_err(|error| Failure::path(&to, &error))?;
            }
        }
    }
    Ok(())
}

/// Option files of clients, as people write them.
const OPTION_FILES: [&str; 4] = [
    "[client]\nuser = me   # who\npassword=\"a#b\\\"c\"\nhost=db.example\nport=3307\nssl_ca = /etc/ca.pem\nssl-mode=verify_identity\n",
    "# mine\n[mysqld]\nport=1\n[client-server]\nsocket=/run/mysqld/mysqld.sock\n!includedir /etc/mysql/conf.d\n[mysql]\nprompt=x\n",
    "[client-mariadb]\nssl-verify-server-cert=0\ndatabase='my shop'\nconnect_timeout=5\nskip-ssl\n",
    "[client]\n--host = a\\sb\\t\\\\\nloose-ssl\npassword\n",
];

/// URLs of databases.
const URLS: [&str; 4] = [
    "mysql://me@db.example:3307/shop?ssl-mode=verify-identity&ssl-ca=/etc/ssl/db.pem",
    "mariadb://m%C3%A9:a%3Ab%2F@[::1]/my%20shop",
    "mysql://localhost/database?socket=/run/mysqld/mysqld.sock",
    "mysql2://root@127.0.0.1/x?ssl-cert=c&ssl-key=k",
];

/// Texts as inputs, in the same form.
fn write_texts(folder: &Path, texts: &[&str]) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::path(folder, &error))?;
    for (number, text) in texts.iter().enumerate() {
        let to = folder.join(number.to_string());
        let seed: Vec<u8> = [0].into_iter().chain(text.bytes()).collect();
        fs::write(&to, seed).map_err(|error| Failure::path(&to, &error))?;
    }
    Ok(())
}

/// The Drizzle cases as inputs, in the same form.
fn write_schemas(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::path(folder, &error))?;
    let cases = root().join("fixtures/drizzle");
    for group in fs::read_dir(&cases).map_err(|error| Failure::path(&cases, &error))?.flatten() {
        let Ok(cases) = fs::read_dir(group.path()) else { continue };
        for case in cases.flatten() {
            let Ok(text) = fs::read(case.path().join("schema.ts")) else { continue };
            let name =
                format!("{}-{}", group.file_name().to_string_lossy(), case.file_name().to_string_lossy());
            let to = folder.join(name);
            let seed: Vec<u8> = [0].into_iter().chain(text).collect();
            fs::write(&to, seed).map_err(|error| Failure::path(&to, &error))?;
        }
    }
    Ok(())
}
