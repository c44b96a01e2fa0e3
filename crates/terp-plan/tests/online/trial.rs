//! One statement on the engine and on a server.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::fs::MetadataExt;

use terp_plan::online::{Algorithm, Lock, Outlook, referenced_columns, with_clause};
use terp_schema_model::{Flavor, Table};
use terp_sql::ast::Statement;
use terp_sql::{Catalog, ParseOptions, Span, parse_statement};
use terp_testserver::{ServerError, SharedServer, TestDatabase};

use crate::cases::{Case, Shape};

const STRICT: &str = "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION";

/// A statement, and its table before and after.
pub(crate) struct Run {
    pub(crate) statement: Statement,
    pub(crate) before: Table,
    pub(crate) after: Option<Table>,
    /// The columns to which other tables refer.
    pub(crate) referenced: Vec<String>,
}

/// Runs a case on the engine; `None` where it cannot, or the statement is refused.
pub(crate) fn on_the_engine(flavor: Flavor, case: &Case) -> Option<Run> {
    let strict = format!("SET sql_mode = '{STRICT}'");
    let (statements, settings) = (case.shape.statements(), settings(case));
    let setup: Vec<&str> =
        [&strict].into_iter().chain(&statements).chain(&settings).map(String::as_str).collect();
    on_a_new_engine(flavor, &setup, &case.sql())
}

/// Runs statements on an engine of its own, the last one with what it needs to be predicted.
pub(crate) fn on_a_new_engine(flavor: Flavor, setup: &[&str], sql: &str) -> Option<Run> {
    let mut engine = Catalog::new(flavor);
    engine.create_database("d", flavor.default_character_set());
    engine.use_database("d");
    for statement in setup {
        engine.execute_text(statement).ok()?;
    }
    let schema = engine.schema("d")?;
    let before = schema.table("t")?.clone();
    let referenced = referenced_columns(&schema.tables, &before);
    let statement = parse_statement(sql, Span::of(sql), &ParseOptions::new(flavor)).ok()?;
    engine.execute_text(sql).ok()?;
    let after = engine.table("d", "t").or_else(|| engine.table("d", "t2")).cloned();
    Some(Run { statement, before, after, referenced })
}

fn settings(case: &Case) -> [String; 2] {
    [
        format!("SET SESSION sql_mode = '{}'", if case.strict() { STRICT } else { "" }),
        format!("SET SESSION foreign_key_checks = {}", u8::from(case.foreign_key_checks())),
    ]
}

/// The way in which a statement is carried out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Observed {
    /// `None` for no clause at all; the lock is `None` where the server takes none beside the algorithm.
    pub(crate) way: Option<(Algorithm, Option<Lock>)>,
    /// Whether the rows are written anew; `None` where that cannot be seen.
    pub(crate) rewritten: Option<bool>,
}

impl Observed {
    /// What a prediction says.
    pub(crate) fn of(outlook: &Outlook) -> Self {
        match outlook {
            Outlook::Alters(prediction) => {
                let lock = prediction.clause().contains("LOCK").then_some(prediction.lock);
                Self { way: Some((prediction.algorithm, lock)), rewritten: Some(prediction.rebuilds) }
            }
            Outlook::Unclaused(_) => Self { way: None, rewritten: None },
        }
    }
}

impl fmt::Display for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.way {
            None => f.write_str("without a clause")?,
            Some((algorithm, lock)) => f.write_str(&clause(algorithm, lock))?,
        }
        match self.rewritten {
            Some(true) => f.write_str(", written anew"),
            Some(false) => f.write_str(", not written anew"),
            None => Ok(()),
        }
    }
}

fn clause(algorithm: Algorithm, lock: Option<Lock>) -> String {
    let lock = lock.map(|lock| format!(", LOCK={}", lock.as_sql())).unwrap_or_default();
    format!("ALGORITHM={}{lock}", algorithm.as_sql())
}

/// A session in which statements are tried.
pub(crate) struct Trial {
    database: TestDatabase,
    flavor: Flavor,
    folder: String,
}

impl Trial {
    pub(crate) fn new(server: &SharedServer) -> Self {
        let mut database = server.create_database_with("CHARACTER SET utf8mb4").unwrap();
        let data = database.query_value("SELECT @@datadir").unwrap().unwrap();
        let folder = format!("{}/{}", data.trim_end_matches('/'), database.name());
        Self { database, flavor: server.flavor, folder }
    }

    /// The best way in which the server carries the statement out; `None` where it refuses it anyhow.
    pub(crate) fn observe(&mut self, case: &Case, statement: &Statement) -> Option<Observed> {
        let sql = case.sql();
        self.set_up(case);
        let before = self.pieces();
        let mut asked_plainly = false;
        let ways = self.ways();
        let mut n = 0;
        while let Some((algorithm, lock)) = ways.get(n).copied() {
            n += 1;
            match self.database.execute(with_clause(&sql, statement, &clause(algorithm, lock))) {
                Ok(()) => {
                    let rewritten = self.rewritten(&before);
                    let instant = matches!(algorithm, Algorithm::Instant | Algorithm::Nocopy);
                    let exclusive = lock == Some(Lock::Exclusive);
                    if instant
                        && self.flavor.is_mariadb()
                        && !exclusive
                        && !self.is_honest(case, statement, rewritten)
                    {
                        // MariaDB accepts the word and copies the table.
                        n = ways.iter().position(|(algorithm, _)| *algorithm == Algorithm::Copy)?;
                        self.set_up(case);
                        continue;
                    }
                    if self.flavor.is_mysql()
                        && algorithm == Algorithm::Instant
                        && case.operation.contains(" PARTITION")
                    {
                        self.set_up(case);
                        let anything = with_clause(&sql, statement, "ALGORITHM=COPY, LOCK=NONE");
                        if self.database.execute(anything).is_ok() {
                            // MySQL does not look at the clause.
                            return Some(Observed { way: None, rewritten });
                        }
                    }
                    return Some(Observed { way: Some((algorithm, lock)), rewritten });
                }
                Err(error) if !is_about_the_way(&error) && !asked_plainly => {
                    asked_plainly = true;
                    self.database.execute(&sql).ok()?;
                    self.set_up(case);
                }
                Err(_) => {}
            }
        }
        self.set_up(case);
        let before = self.pieces();
        self.database.execute(&sql).ok()?;
        Some(Observed { way: None, rewritten: self.rewritten(&before) })
    }

    /// All ways, best first.
    fn ways(&self) -> Vec<(Algorithm, Option<Lock>)> {
        use Algorithm::{Copy, Inplace, Instant, Nocopy};
        let locked =
            |algorithm| [Lock::None, Lock::Shared, Lock::Exclusive].map(move |lock| (algorithm, Some(lock)));
        if self.flavor.is_mysql() {
            let mut ways = vec![(Instant, None)];
            ways.extend([Inplace, Copy].into_iter().flat_map(locked));
            ways
        } else {
            [Instant, Nocopy, Inplace, Copy].into_iter().flat_map(locked).collect()
        }
    }

    /// Whether what MariaDB has just accepted as INSTANT or NOCOPY was that: it is then possible in place as well.
    fn is_honest(&mut self, case: &Case, statement: &Statement, rewritten: Option<bool>) -> bool {
        if rewritten == Some(true) {
            return false;
        }
        self.set_up(case);
        self.database.execute(with_clause(&case.sql(), statement, "ALGORITHM=INPLACE")).is_ok()
    }

    fn set_up(&mut self, case: &Case) {
        let execute = |database: &mut TestDatabase, sql: &str| {
            if let Err(error) = database.execute(sql) {
                panic!("{}: {error}\n    {sql}", case.shape.name);
            }
        };
        execute(&mut self.database, "SET SESSION foreign_key_checks = 0");
        execute(&mut self.database, "DROP TABLE IF EXISTS child, t, t2, par");
        execute(&mut self.database, &format!("SET SESSION foreign_key_checks = 1, sql_mode = '{STRICT}'"));
        for statement in Shape::statements(case.shape) {
            execute(&mut self.database, &statement);
        }
        for setting in settings(case) {
            execute(&mut self.database, &setting);
        }
    }

    /// The table, or its partitions, by name, with what changes when the rows are written to another place.
    fn pieces(&mut self) -> BTreeMap<String, String> {
        let tables = if self.flavor.is_mysql() { "INNODB_TABLES" } else { "INNODB_SYS_TABLES" };
        let query = format!(
            "SELECT NAME, TABLE_ID FROM information_schema.{tables} WHERE NAME LIKE '{}/t%'",
            self.database.name()
        );
        let mut pieces = BTreeMap::new();
        for row in self.database.query_rows(query).unwrap() {
            if let [Some(name), Some(id)] = row.as_slice() {
                let name = name.rsplit('/').next().unwrap_or_default().replacen("t2", "t", 1);
                pieces.insert(name.to_lowercase(), id.clone());
            }
        }
        for file in ["MYD", "MAD"] {
            for table in ["t", "t2"] {
                if let Ok(data) = std::fs::metadata(format!("{}/{table}.{file}", self.folder)) {
                    pieces.insert(format!("t.{file}"), data.ino().to_string());
                }
            }
        }
        pieces
    }

    /// Whether a piece that is still there has been written to another place; `None` where there is nothing to see.
    fn rewritten(&mut self, before: &BTreeMap<String, String>) -> Option<bool> {
        let after = self.pieces();
        if before.is_empty() && after.is_empty() {
            return None;
        }
        let kept = before.iter().filter_map(|(name, place)| Some((place, after.get(name)?)));
        let mut any = false;
        for (old, new) in kept {
            any = true;
            if old != new {
                return Some(true);
            }
        }
        Some(!any)
    }
}

/// Whether a server refuses the way and not the change.
const fn is_about_the_way(error: &ServerError) -> bool {
    matches!(error.errno, 1845 | 1846)
}
