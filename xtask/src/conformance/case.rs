//! The cases: one JSON object a line, recorded on real servers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use terp_cli::Failure;
use terp_schema_model::{CharacterSet, Flavor};
use terp_sql::SqlMode;

/// One recorded case.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) server: Flavor,
    pub(crate) body: Body,
}

/// What a case holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// Statements that ran in order in one database.
    Replay(Vec<Step>),
    /// Two schemas, each built from nothing.
    Transition(Box<Transition>),
}

impl Body {
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Replay(_) => "replay",
            Self::Transition(_) => "transition",
        }
    }
}

/// A statement and what the server made of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Step {
    pub(crate) sql: String,
    /// The server refused the statement with this.
    pub(crate) errno: Option<u16>,
    #[serde(default)]
    pub(crate) error: String,
    /// SHOW CREATE TABLE of each table whose text changed, `None` where the table is gone.
    #[serde(default)]
    pub(crate) show: BTreeMap<String, Option<String>>,
}

/// Two schemas as the statements that build them, with what the server then showed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transition {
    pub(crate) defaults: CharacterSet,
    pub(crate) sql_mode: SqlMode,
    pub(crate) from: Side,
    pub(crate) to: Side,
}

impl Transition {
    /// The database's character set and the sql_mode on another server than the one that it was recorded on, whose defaults
    /// become those of this one.
    pub(crate) fn settings_on(&self, recorded: Flavor, flavor: Flavor) -> (CharacterSet, SqlMode) {
        let defaults = if self.defaults == recorded.default_character_set() {
            flavor.default_character_set()
        } else {
            self.defaults.clone()
        };
        let sql_mode = if self.sql_mode == SqlMode::default_for(recorded) {
            SqlMode::default_for(flavor)
        } else {
            self.sql_mode
        };
        (defaults, sql_mode)
    }
}

/// One of the two schemas.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Side {
    pub(crate) statements: Vec<String>,
    pub(crate) show: BTreeMap<String, String>,
    /// What the server showed of views, triggers, routines and events, by `trigger:NAME` and the like, where it was recorded.
    pub(crate) programs: BTreeMap<String, String>,
}

/// Reads a file of cases; those of a kind that is not known here are passed over.
pub(crate) fn read(path: &Path) -> Result<Vec<Case>, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::path(path, &error))?;
    let mut cases = Vec::new();
    for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let place = |reason: String| Failure::usage(format!("{}:{}: {reason}", path.display(), number + 1));
        let line = std::str::from_utf8(line).map_err(|error| place(format!("not UTF-8: {error}")))?;
        if !line.trim().is_empty() {
            cases.extend(parse(line).map_err(place)?);
        }
    }
    Ok(cases)
}

#[derive(Deserialize)]
struct Head {
    id: String,
    server: Flavor,
    kind: String,
}

#[derive(Deserialize)]
struct ReplayLine {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct TransitionLine {
    database_collation: Option<String>,
    sql_mode: Option<String>,
    from: Vec<String>,
    to: Vec<String>,
    from_show: BTreeMap<String, String>,
    to_show: BTreeMap<String, String>,
    #[serde(default)]
    to_other: BTreeMap<String, String>,
}

fn parse(line: &str) -> Result<Option<Case>, String> {
    let text = |error: serde_json::Error| format!("not a case: {error}");
    let Head { id, server, kind } = serde_json::from_str(line).map_err(text)?;
    let body = match kind.as_str() {
        "replay" => Body::Replay(serde_json::from_str::<ReplayLine>(line).map_err(text)?.steps),
        "transition" => {
            Body::Transition(Box::new(transition(serde_json::from_str(line).map_err(text)?, server)?))
        }
        _ => return Ok(None),
    };
    Ok(Some(Case { id, server, body }))
}

fn transition(line: TransitionLine, server: Flavor) -> Result<Transition, String> {
    let defaults = match line.database_collation {
        None => server.default_character_set(),
        Some(text) => match text.split_once('/') {
            Some((charset, collation)) => CharacterSet::new(charset, collation),
            None => return Err(format!("database_collation {text:?} is not CHARSET/COLLATION")),
        },
    };
    let sql_mode = match line.sql_mode {
        None => SqlMode::default_for(server),
        Some(text) => SqlMode::parse(&text).map_err(|error| error.to_string())?,
    };
    let programs = line.to_other;
    Ok(Transition {
        defaults,
        sql_mode,
        from: Side { statements: line.from, show: line.from_show, programs: BTreeMap::new() },
        to: Side { statements: line.to, show: line.to_show, programs },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replay_is_read_and_unknown_fields_are_passed_over() {
        let line = r#"{"id":"a","server":"mysql:9.7","kind":"replay","new":1,"steps":[
            {"sql":"CREATE TABLE t (a INT)","show":{"t":"x","u":null},"rows":3},
            {"sql":"DROP TABLE v","errno":1051,"error":"Unknown table"}]}"#;
        let case = parse(line).unwrap().unwrap();
        assert_eq!((case.id.as_str(), case.server), ("a", Flavor::MYSQL_9_7));
        let Body::Replay(steps) = case.body else { panic!("a transition") };
        assert_eq!(steps[0].show["t"].as_deref(), Some("x"));
        assert_eq!(steps[0].show["u"], None);
        assert_eq!((steps[1].errno, steps[1].error.as_str()), (Some(1051), "Unknown table"));
    }

    #[test]
    fn transition_has_its_own_defaults() {
        let line = r#"{"id":"a","server":"mariadb:10.11","kind":"transition","database_collation":"utf8mb3/utf8mb3_swedish_ci",
            "sql_mode":"ANSI_QUOTES","from":[],"to":["x"],"from_show":{},"to_show":{"t":"y"}}"#;
        let Body::Transition(transition) = parse(line).unwrap().unwrap().body else { panic!("a replay") };
        assert_eq!(transition.defaults, CharacterSet::new("utf8mb3", "utf8mb3_swedish_ci"));
        assert!(transition.sql_mode.ansi_quotes && !transition.sql_mode.strict());
        assert_eq!(transition.to.show["t"], "y");
    }

    #[test]
    fn unknown_kind_is_passed_over_and_nonsense_is_an_error() {
        assert_eq!(parse(r#"{"id":"a","server":"mysql:9.7","kind":"weather"}"#), Ok(None));
        for line in [
            "{",
            r#"{"id":"a","kind":"replay","steps":[]}"#,
            r#"{"id":"a","server":"oracle:9.7","kind":"replay","steps":[]}"#,
            r#"{"id":"a","server":"mysql:9.7","kind":"replay"}"#,
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
