//! An engine and a server that execute the same.

use std::collections::BTreeMap;

use terp_schema_model::CharacterSet;
use terp_sql::{Catalog, ExecuteError};
use terp_testserver::{Connection, Endpoint, ServerError, TestDatabase};

use super::report::{Difference, Way};

pub(super) enum Step {
    Accepted,
    Refused,
    Unsupported(String),
    Differs(Difference),
}

/// Which tables are compared after a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    /// Those that the engine changed; what else the server changed is seen at the end.
    Changed,
    All,
}

pub(super) struct Pair {
    pub(super) engine: Catalog,
    pub(super) server: TestDatabase,
    /// A session of its own for what is shown, since sql_mode changes it.
    reader: Connection,
    compare: Compare,
    /// The tables that engine and server have shown the same.
    shown: BTreeMap<String, String>,
}

impl Pair {
    /// An empty database, of one of several character sets.
    pub(super) fn new(server: &Endpoint, seed: u64, compare: Compare) -> Result<Self, ServerError> {
        let mut character_set = server.flavor.default_character_set();
        let mut options = "CHARACTER SET utf8mb4";
        let other = match seed % 10 {
            0 => Some(("latin1", "latin1_swedish_ci")),
            1 => Some(("utf8mb4", "utf8mb4_bin")),
            _ => None,
        };
        if let Some((charset, collation)) = other {
            character_set = CharacterSet::new(charset, collation);
            options = if charset == "latin1" { "CHARACTER SET latin1" } else { "COLLATE utf8mb4_bin" };
        }
        let database = server.create_database_with(options)?;
        let mut engine = Catalog::new(server.flavor);
        engine.create_database(database.name(), character_set);
        engine.use_database(database.name());
        let reader = database.connect()?;
        Ok(Self { engine, server: database, reader, compare, shown: BTreeMap::new() })
    }

    pub(super) fn execute(&mut self, sql: &str) -> Result<Step, ServerError> {
        let ours = self.engine.execute_text(sql);
        if let Err(ExecuteError::Unsupported(what)) = &ours {
            // Nobody executes it, so both stay the same.
            return Ok(Step::Unsupported(what.construct.clone()));
        }
        let theirs = self.server.execute(sql);
        Ok(match (ours, theirs) {
            (Ok(effect), Ok(())) => {
                for table in effect.tables {
                    self.shown.remove(&table.name);
                }
                self.changed()?.map_or(Step::Accepted, Step::Differs)
            }
            (Err(ours), Err(theirs)) if ours.errno() == Some(theirs.errno) => {
                self.changed()?.map_or(Step::Refused, Step::Differs)
            }
            (Err(ours), Ok(())) => Step::Differs(Difference {
                way: Way::WronglyRefused,
                kind: format!("engine {}, server accepts", ours.errno().unwrap_or_default()),
                text: format!("the engine says {ours}"),
            }),
            (Err(ours), Err(theirs)) => Step::Differs(Difference {
                way: Way::OtherError,
                kind: format!("engine {}, server {}", ours.errno().unwrap_or_default(), theirs.errno),
                text: format!("the engine says {ours}\nthe server says {theirs}"),
            }),
            (Ok(_), Err(theirs)) => Step::Differs(Difference {
                way: Way::WronglyAccepted,
                kind: format!("engine accepts, server {}: {}", theirs.errno, plain(&theirs.message)),
                text: format!("the server says {theirs}"),
            }),
        })
    }

    fn changed(&mut self) -> Result<Option<Difference>, ServerError> {
        if self.compare == Compare::All {
            return self.all();
        }
        let schema = self.server.name().to_owned();
        let names: Vec<String> = self.engine.table_names(&schema).map(str::to_owned).collect();
        if self.shown.keys().any(|name| !names.contains(name)) {
            return self.all();
        }
        for name in names {
            let ours = self.ours(&schema, &name);
            if self.shown.get(&name) != Some(&ours)
                && let Some(difference) = self.one(&schema, name, ours)?
            {
                return Ok(Some(difference));
            }
        }
        Ok(None)
    }

    /// The first table that engine and server do not show the same.
    pub(super) fn all(&mut self) -> Result<Option<Difference>, ServerError> {
        let schema = self.server.name().to_owned();
        let names = self.reader.table_names()?;
        let ours: Vec<&str> = self.engine.table_names(&schema).collect();
        if ours != names.iter().map(String::as_str).collect::<Vec<_>>() {
            let text = format!("the engine has {ours:?}, the server {names:?}");
            return Ok(Some(Difference { way: Way::OtherText, kind: "other tables".to_owned(), text }));
        }
        self.shown.clear();
        for name in names {
            let ours = self.ours(&schema, &name);
            if let Some(difference) = self.one(&schema, name, ours)? {
                return Ok(Some(difference));
            }
        }
        Ok(None)
    }

    /// The tables that the server has.
    pub(super) fn server_tables(&mut self) -> Result<Vec<String>, ServerError> {
        self.reader.table_names()
    }

    /// What the server shows of a table.
    pub(super) fn shown_by_server(&mut self, name: &str) -> Result<String, ServerError> {
        Ok(self.reader.show_create_table(name)?.replace("`f`g`", "`f``g`"))
    }

    fn ours(&self, schema: &str, name: &str) -> String {
        without_counter(&self.engine.show_create_table(schema, name).unwrap_or_default())
    }

    fn one(&mut self, schema: &str, name: String, ours: String) -> Result<Option<Difference>, ServerError> {
        let theirs = match self.reader.show_create_table(&name) {
            // MariaDB 10.11 does not double this backtick in foreign keys, and cannot read what it shows; the engine doubles it.
            Ok(text) => without_counter(&text).replace("`f`g`", "`f``g`"),
            Err(error) => {
                let kind = format!("the server does not show it: {}", error.errno);
                let text = format!("{schema}.{name}: {error}\n{ours}");
                return Ok(Some(Difference { way: Way::OtherText, kind, text }));
            }
        };
        if ours == theirs {
            self.shown.insert(name, ours);
            return Ok(None);
        }
        let kind = line_kind(&ours, &theirs);
        let text = format!("the server shows\n{theirs}\nthe engine shows\n{ours}");
        Ok(Some(Difference { way: Way::OtherText, kind, text }))
    }
}

/// AUTO_INCREMENT of a table follows its rows, which the engine does not have.
fn without_counter(text: &str) -> String {
    let Some((before, after)) = text.split_once(" AUTO_INCREMENT=") else { return text.to_owned() };
    format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// The first line that differs, without names and numbers.
fn line_kind(ours: &str, theirs: &str) -> String {
    let differing = ours.lines().zip(theirs.lines()).find(|(a, b)| a != b);
    let (ours, theirs) = differing.unwrap_or(("fewer or more lines", ""));
    format!("text: engine {} | server {}", plain(ours).trim(), plain(theirs).trim())
}

/// A line or message without its names and numbers.
fn plain(line: &str) -> String {
    let quoted = |text: &str, quote: char| -> String {
        let outside = text.split(quote).enumerate().map(|(i, part)| if i % 2 == 0 { part } else { "x" });
        outside.collect()
    };
    let text = quoted(&quoted(line, '`'), '\'');
    text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect()
}
