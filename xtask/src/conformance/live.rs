//! Cases run on real servers: what they answer today in place of what was recorded, and whether that which is read back from
//! them is what the engine made.

use std::collections::{BTreeMap, BTreeSet};

use terp_cli::{Failure, say};
use terp_drift::{Change, DiffOptions, ObjectKind, diff};
use terp_mysql::{Address, ConnectOptions, IntrospectOptions, Introspection, introspect};
use terp_schema_model::quote::identifier;
use terp_schema_model::{CharacterSet, Flavor, Schema};
use terp_sql::as_shown;
use terp_testserver::{Connection, Options, Server, ServerError, find_or_fetch};
use tokio::runtime::Runtime;

use super::Judged;
use super::case::{Body, Case, Step};
use super::engine::Engine;
use super::judge::{Kind, Replay, Subject as _, Verdict};
use super::show::{Texts, same_or_absent};

/// The client's error number for a connection that is gone.
const LOST: u16 = 2013;

/// A throwaway server that cases run on, one after another.
pub(crate) struct LiveServer {
    server: Server,
    runtime: Runtime,
}

impl LiveServer {
    /// Starts a known server.
    pub(crate) fn start(flavor: Flavor) -> Result<Self, Failure> {
        let installation = find_or_fetch(flavor, &mut say).map_err(failed)?;
        let server = Server::start(&installation, Options::default()).map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        Ok(Self { server, runtime })
    }

    pub(crate) fn flavor(&self) -> Flavor {
        self.server.flavor
    }

    /// Runs a case on the server and on the engine, and judges the engine by what the server answers. Each statement is a step.
    pub(crate) fn judge(&self, case: &Case) -> Result<Judged, Failure> {
        let flavor = self.flavor();
        let mut judged = Judged::new(Case { server: flavor, ..case.clone() });
        let mut play = |engine: Engine, before: &[String], statements: &mut dyn Iterator<Item = &str>| {
            self.play(engine, before, statements, &mut judged)
                .map_err(|error| Failure::failed(format!("{flavor}: {}: {error}", case.id)))
        };
        match &case.body {
            Body::Replay(steps) => {
                let engine = Engine::with_defaults_of(flavor);
                play(engine, &[], &mut steps.iter().map(|step| step.sql.as_str()))?;
            }
            Body::Transition(transition) => {
                let (defaults, sql_mode) = transition.settings_on(case.server, flavor);
                for side in [&transition.from, &transition.to] {
                    let mut engine = Engine::for_side(flavor, defaults.clone(), side);
                    engine.set_sql_mode(sql_mode);
                    let before =
                        ["SET foreign_key_checks = 0".to_owned(), format!("SET sql_mode = '{sql_mode}'")];
                    play(engine, &before, &mut side.statements.iter().map(String::as_str))?;
                }
            }
        }
        Ok(judged)
    }

    /// Runs statements on an empty database. After each that the server accepted, the database is read back.
    fn play(
        &self,
        mut engine: Engine,
        before: &[String],
        statements: &mut dyn Iterator<Item = &str>,
        judged: &mut Judged,
    ) -> Result<(), ServerError> {
        let mut connection = self.server.connect()?;
        forget_everything(&mut connection)?;
        for name in engine.databases() {
            let CharacterSet { charset, collation } = engine.defaults();
            connection.execute(format!(
                "CREATE DATABASE {} CHARACTER SET {charset} COLLATE {collation}",
                identifier(&name)
            ))?;
        }
        connection.execute(format!("USE {}", identifier(engine.database())))?;
        for sql in before {
            connection.execute(sql)?;
        }
        let mut replay = Replay::default();
        let mut shown = Texts::new();
        let mut in_step = true;
        for sql in statements {
            let step = answer(&mut connection, engine.database(), sql, &mut shown)?;
            let verdict = replay.judge(&mut engine, &step);
            in_step &= verdict.kind == Kind::Equal;
            if step.errno.is_none() {
                judged.read_back.push(self.read_back(&mut engine, &verdict, &shown, in_step));
            }
            judged.verdicts.push(verdict);
        }
        Ok(())
    }

    /// Reads the database and compares it with what the engine has. `shown` is what the server shows of tables. `in_step`: every step
    /// so far came out equal; otherwise only tables were made the same again.
    fn read_back(&self, engine: &mut Engine, verdict: &Verdict, shown: &Texts, in_step: bool) -> Verdict {
        let outcome = |kind: Kind, reason: String| Verdict {
            step: verdict.step,
            kind,
            sql: verdict.sql.clone(),
            reason,
            details: String::new(),
            out_of_step: None,
        };
        let connect = ConnectOptions {
            address: Address::Tcp { host: "127.0.0.1".to_owned(), port: self.server.port },
            ..ConnectOptions::default()
        };
        let options = IntrospectOptions::default();
        let found = match self.runtime.block_on(introspect(&connect, engine.database(), &options)) {
            Ok(found) => found,
            Err(error) => return outcome(Kind::Different, format!("not read: {error}")),
        };
        let (ours, texts) = match (engine.schema(), engine.texts()) {
            (Ok(Some(ours)), Ok(texts)) => (ours, texts),
            (Ok(None), _) => return outcome(Kind::Different, "the engine has no such database".to_owned()),
            (Err(panic), _) | (_, Err(panic)) => return outcome(Kind::Panic, panic),
        };
        // The engine could not be brought to have these as the server has them. That was judged with the statement.
        let out_of_step = |table: &str| {
            !same_or_absent(shown.get(table).map(String::as_str), texts.get(table).map(String::as_str))
        };
        let change = differences(&ours, &found, in_step)
            .into_iter()
            .find(|change| !change.path.table.as_deref().is_some_and(out_of_step));
        if let Some(change) = change {
            let side =
                |side: Option<terp_drift::Side>| side.map_or_else(|| "absent".to_owned(), |side| side.sql);
            let (ours, theirs) = (side(change.before), side(change.after));
            return outcome(Kind::Different, format!("{}: read: {theirs} | ours: {ours}", change.path));
        }
        let not_compared = shown.keys().chain(texts.keys()).find(|table| out_of_step(table));
        match (found.unknown.first(), not_compared) {
            (Some(unknown), _) => outcome(Kind::Unsupported, unknown.to_string()),
            (None, Some(table)) => outcome(Kind::Unsupported, format!("{table}: the engine is not in step")),
            (None, None) => outcome(Kind::Equal, String::new()),
        }
    }
}

/// Drops what earlier cases left.
fn forget_everything(connection: &mut Connection) -> Result<(), ServerError> {
    const OWN: [&str; 4] = ["information_schema", "mysql", "performance_schema", "sys"];
    connection.execute("SET foreign_key_checks = 0")?;
    for name in first_column(connection.query_rows("SHOW DATABASES")?) {
        if !OWN.contains(&name.as_str()) {
            connection.execute(format!("DROP DATABASE {}", identifier(&name)))?;
        }
    }
    // DEFAULT would turn them off on MySQL.
    connection.execute("SET foreign_key_checks = 1")
}

/// What the engine has and what was read, where both are known.
fn differences(ours: &Schema, found: &Introspection, in_step: bool) -> Vec<Change> {
    let unknown: BTreeSet<&str> = found.unknown.iter().map(|object| object.name.as_str()).collect();
    let ours = as_shown(ours, found.flavor);
    let mut changes = diff(&ours, &found.schema, found.flavor, &DiffOptions::default());
    changes.retain(|change| {
        let name = change.path.table.as_deref().or(change.path.name.as_deref()).unwrap_or_default();
        let of_table = !matches!(
            change.path.object,
            ObjectKind::View
                | ObjectKind::Trigger
                | ObjectKind::Procedure
                | ObjectKind::Function
                | ObjectKind::Event
        );
        !unknown.contains(name) && (in_step || of_table)
    });
    changes
}

/// Executes a statement, and records what the server answers as cases have it. `shown` is what it showed before.
fn answer(
    connection: &mut Connection,
    database: &str,
    sql: &str,
    shown: &mut Texts,
) -> Result<Step, ServerError> {
    let (errno, error) = match connection.execute(sql) {
        Ok(()) => (None, String::new()),
        // Nothing more can be asked of a server that is gone.
        Err(error) if error.errno == LOST => return Err(error),
        Err(error) => (Some(error.errno), error.message),
    };
    let mut now = Texts::new();
    let tables = format!("SHOW FULL TABLES FROM {} WHERE Table_type <> 'VIEW'", identifier(database));
    // A database that the statement dropped has no tables.
    for name in first_column(connection.query_rows(tables).unwrap_or_default()) {
        let show = format!("SHOW CREATE TABLE {}.{}", identifier(database), identifier(&name));
        let Ok(rows) = connection.query_rows(show) else { continue };
        if let Some(text) = rows.into_iter().next().and_then(|row| row.into_iter().nth(1)).flatten() {
            now.insert(name, text);
        }
    }
    let changed = now.iter().filter(|(name, text)| shown.get(*name) != Some(*text));
    let mut show: BTreeMap<String, Option<String>> =
        changed.map(|(name, text)| (name.clone(), Some(text.clone()))).collect();
    show.extend(shown.keys().filter(|name| !now.contains_key(*name)).map(|name| (name.clone(), None)));
    *shown = now;
    Ok(Step { sql: sql.to_owned(), errno, error, show })
}

fn first_column(rows: Vec<Vec<Option<String>>>) -> Vec<String> {
    rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replay(statements: &[&str]) -> Case {
        let step = |sql: &&str| Step {
            sql: (*sql).to_owned(),
            errno: None,
            error: String::new(),
            show: BTreeMap::new(),
        };
        let steps = statements.iter().map(step).collect();
        Case { id: "a".to_owned(), server: Flavor::MARIADB_11_8, body: Body::Replay(steps) }
    }

    #[test]
    fn server_decides_and_is_read_back() {
        let server = LiveServer::start(Flavor::MARIADB_11_8).unwrap();
        let case = replay(&[
            "CREATE TABLE t (a INT COMMENT '🐬', s ENUM('🐬'))",
            "CREATE TABLE t (b INT)",
            "CREATE VIEW v AS SELECT a FROM t",
            "DROP TABLE t",
        ]);
        let judged = server.judge(&case).unwrap();
        let kinds = |verdicts: &[Verdict]| verdicts.iter().map(|v| (v.step, v.kind)).collect::<Vec<_>>();
        assert_eq!(kinds(&judged.verdicts), [1, 2, 3, 4].map(|step| (step, Kind::Equal)));
        assert_eq!(kinds(&judged.read_back)[..2], [1, 3].map(|step| (step, Kind::Equal)));

        // What an earlier case made is gone, and what the engine has otherwise is found.
        let mut engine = Engine::with_defaults_of(server.flavor());
        let mut connection = server.server.connect().unwrap();
        forget_everything(&mut connection).unwrap();
        connection.execute("CREATE DATABASE conf CHARACTER SET utf8mb4").unwrap();
        connection.execute("CREATE TABLE conf.t (a INT)").unwrap();
        engine.execute("CREATE TABLE t (a INT)");
        let verdict = judged.verdicts[0].clone();
        let read_back = |engine: &mut Engine| {
            let shown = engine.texts().unwrap();
            server.read_back(engine, &verdict, &shown, true)
        };
        assert_eq!(read_back(&mut engine).kind, Kind::Equal);
        engine.execute("ALTER TABLE t MODIFY a BIGINT");
        let verdict = read_back(&mut engine);
        assert_eq!(
            (verdict.kind, verdict.reason.as_str()),
            (Kind::Different, "t.a: read: int(11) | ours: bigint(20)")
        );
        engine.execute("DROP TABLE t");
        assert_eq!(read_back(&mut engine).kind, Kind::Different);
    }
}
