//! A live database of 500 tables: how long it takes to read, near and far, and beside a peer's comparison of the same tables.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use terp_cli::{Failure, say};
use terp_mysql::{Address, ConnectOptions, IntrospectOptions, Introspection, introspect};
use terp_schema_model::Flavor;
use terp_testserver::{Options, Proxy, Server, Wire, fetch_program, find_or_fetch};

use super::{Figure, Promise};
use crate::process::{cargo, run as run_program};

const RUNS: usize = 5;
/// The peer takes long.
const PEER_RUNS: usize = 3;
const TABLES: usize = 500;
const DATABASE: &str = "bench";

/// What the network adds to each round trip, for the figures of a server that is far away.
const ROUND_TRIP: Duration = Duration::from_millis(80);

/// The figures of both vendors.
pub(super) fn all() -> Result<Vec<Figure>, Failure> {
    let mysql = Bench {
        flavor: Flavor::MYSQL_9_7,
        near: ("500 tables of MySQL, loopback", 1.5),
        far: "500 tables of MySQL, 80 ms a round trip",
        peer: "skeema diff to terp, 500 tables of MySQL",
    };
    let mariadb = Bench {
        flavor: Flavor::MARIADB_11_8,
        near: ("500 tables of MariaDB, loopback", 0.5),
        far: "500 tables of MariaDB, 80 ms a round trip",
        peer: "skeema diff to terp, 500 tables of MariaDB",
    };
    let peer = match fetch_program("skeema", &mut say) {
        Ok(command) => Some(command),
        Err(error) => {
            say(&format!("skeema is not measured: {error}"));
            None
        }
    };
    say("building terp-drift for release");
    let build = ["build", "--release", "--quiet", "--package", "terp-drift-cli"];
    run_program(&mut cargo(build), "cargo build --release")?;
    let mut figures = Vec::new();
    for bench in [mysql, mariadb] {
        bench.run(peer.as_deref(), &mut figures)?;
    }
    Ok(figures)
}

/// One vendor's figures.
struct Bench {
    flavor: Flavor,
    /// Its name, and what is promised, in seconds.
    near: (&'static str, f64),
    far: &'static str,
    peer: &'static str,
}

impl Bench {
    fn run(&self, peer: Option<&[OsString]>, figures: &mut Vec<Figure>) -> Result<(), Failure> {
        let installation = find_or_fetch(self.flavor, &mut say).map_err(failed)?;
        let server = Server::start(&installation, Options::default()).map_err(failed)?;
        let statements = statements();
        let mut connection = server.connect().map_err(failed)?;
        for statement in &statements {
            connection.execute(statement).map_err(failed)?;
        }

        let (name, limit) = self.near;
        let near = measure(RUNS, || read(server.port).map(drop))?;
        figures.push(Figure::new(name, "s", Promise::AtMost(limit), near));
        let wire = Wire { round_trip: ROUND_TRIP, ..Wire::default() };
        let proxy = Proxy::start(server.port, wire).map_err(failed)?;
        let far = measure(RUNS, || read(proxy.port()).map(drop))?;
        figures.push(Figure::new(self.far, "s", Promise::AtMost(8.0), far));

        let Some(peer) = peer else { return Ok(()) };
        let folder = tempfile::tempdir().map_err(failed)?;
        let init = format!("init -h 127.0.0.1 -P {} -u root --schema {DATABASE} -d files", server.port);
        skeema(peer, folder.path(), &init)?;
        let theirs =
            measure(PEER_RUNS, || skeema(peer, &folder.path().join("files"), "diff --safe-below-size=1"))?;
        let script = folder.path().join("bench.sql");
        fs::write(&script, statements.join(";\n")).map_err(failed)?;
        let ours = measure(PEER_RUNS, || terp_drift(&script, server.port))?;
        // Best by best, and so on: a disturbed run in one list must not make the other look good.
        let ratios = theirs.iter().zip(&ours).map(|(theirs, ours)| theirs / ours).collect();
        figures.push(Figure::new(self.peer, "times as long", Promise::AtLeast(10.0), ratios));
        Ok(())
    }
}

/// Seconds of each run, sorted.
fn measure(runs: usize, mut run: impl FnMut() -> Result<(), Failure>) -> Result<Vec<f64>, Failure> {
    let mut seconds = Vec::new();
    for _ in 0..runs {
        let begun = Instant::now();
        run()?;
        seconds.push(begun.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds)
}

/// Reads the database through a port.
fn read(port: u16) -> Result<Introspection, Failure> {
    let address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
    let connect = ConnectOptions { address, ..ConnectOptions::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let found =
        runtime.block_on(introspect(&connect, DATABASE, &IntrospectOptions::default())).map_err(failed)?;
    if !found.is_complete() || found.schema.tables.len() != TABLES {
        return Err(Failure::failed(format!("{} tables are read, of {TABLES}", found.schema.tables.len())));
    }
    Ok(found)
}

/// `skeema diff` of files that `skeema init` wrote.
fn skeema(command: &[OsString], folder: &Path, arguments: &str) -> Result<(), Failure> {
    let [program, words @ ..] = command else { return Err(Failure::failed("no command")) };
    let mut command = Command::new(program);
    command.args(words).args(arguments.split_whitespace());
    finds_nothing(command, folder)
}

/// `terp-drift diff` of the statements and the live database, as a whole process.
fn terp_drift(statements: &Path, port: u16) -> Result<(), Failure> {
    let own = env::current_exe().map_err(failed)?;
    let mut command = Command::new(own.with_file_name(format!("terp-drift{}", env::consts::EXE_SUFFIX)));
    command.args(["diff", "--strict"]).arg(format!("sql:{}", statements.display()));
    command.arg(format!("mysql://root@127.0.0.1:{port}/{DATABASE}"));
    finds_nothing(command, statements.parent().unwrap_or(statements))
}

/// Runs a comparison that has to find no difference.
fn finds_nothing(mut command: Command, folder: &Path) -> Result<(), Failure> {
    // What the user has configured must not count.
    command.current_dir(folder).env("HOME", "/nonexistent").stdin(Stdio::null());
    let output = command.output().map_err(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    let first: Vec<&str> = said.lines().take(5).collect();
    Err(Failure::failed(format!("{command:?}: {}: {}", output.status, first.join(" | "))))
}

/// Tables of 16 columns of many types with keys, a check and a foreign key to the one before.
fn statements() -> Vec<String> {
    let mut statements =
        vec![format!("CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4"), format!("USE {DATABASE}")];
    for number in 0..TABLES {
        let mut columns = String::new();
        for column in 0..14 {
            let definition = match column % 7 {
                0 => "VARCHAR(120) NOT NULL DEFAULT 'none'",
                1 => "INT NOT NULL DEFAULT 0",
                2 => "DECIMAL(12,2)",
                3 => "DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
                4 => "ENUM('a','b','c') NOT NULL DEFAULT 'a'",
                5 => "TEXT",
                _ => "JSON",
            };
            columns += &format!("c{column} {definition}, ");
        }
        let parent = match number.checked_sub(1) {
            Some(before) => {
                format!(
                    ", CONSTRAINT f{number} FOREIGN KEY (parent_id) REFERENCES t{before} (id) ON DELETE CASCADE"
                )
            }
            None => String::new(),
        };
        statements.push(format!(
            "CREATE TABLE t{number} (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, parent_id BIGINT UNSIGNED, {columns}\
             PRIMARY KEY (id), UNIQUE KEY uk (c0), KEY k1 (c1, c3), KEY k2 (parent_id), CONSTRAINT ck{number} CHECK (c1 >= 0){parent}) \
             COMMENT 'table {number}'"
        ));
    }
    statements
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use terp_sql::Catalog;

    use super::*;

    #[test]
    fn statements_are_accepted() {
        for flavor in [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8] {
            let mut catalog = Catalog::new(flavor);
            for statement in statements() {
                catalog.execute_text(&statement).unwrap();
            }
            assert_eq!(catalog.table_names(DATABASE).count(), TABLES);
        }
    }
}
