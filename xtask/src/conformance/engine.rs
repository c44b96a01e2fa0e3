//! The embedded engine as the subject of the cases.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use terp_schema_model::quote::identifier;
use terp_schema_model::{CharacterSet, Flavor, RoutineKind, Schema};
use terp_sql::ast::{FromItem, ObjectName, QueryBody, StatementKind};
use terp_sql::{Catalog, ExecuteError, ParseOptions, SqlMode, parse};

use super::case::Side;
use super::judge::{Answer, Subject};
use super::show::Texts;

/// The database of the cases, unless a case names its own; its name is in no text that is compared.
const DATABASE: &str = "conf";

/// A catalog with one database.
pub(crate) struct Engine {
    flavor: Flavor,
    defaults: CharacterSet,
    database: String,
    /// Another database that statements of the case name.
    other: Option<String>,
    catalog: Catalog,
}

impl Engine {
    /// An empty database with these defaults.
    pub(crate) fn new(flavor: Flavor, defaults: CharacterSet) -> Self {
        Self::named(flavor, defaults, DATABASE.to_owned())
    }

    fn named(flavor: Flavor, defaults: CharacterSet, database: String) -> Self {
        let catalog = Self::catalog(flavor, &defaults, &database);
        Self { flavor, defaults, database, other: None, catalog }
    }

    /// For one side of a transition: the database that its statements name, and no checks of foreign keys, since
    /// recorded schemas refer to tables of others. Where the tables of the named database are not those that are `shown`, it is
    /// another one, which the server had.
    pub(crate) fn for_side(flavor: Flavor, defaults: CharacterSet, side: &Side) -> Self {
        let named = side.statements.iter().find_map(|sql| named_database(flavor, sql));
        let own =
            named.as_ref().filter(|(_, table)| table.as_ref().is_none_or(|t| side.show.contains_key(t)));
        let database = own.map_or_else(|| DATABASE.to_owned(), |(database, _)| database.clone());
        let mut engine = Self::named(flavor, defaults.clone(), database);
        if let (None, Some((other, _))) = (own, &named) {
            engine.catalog.create_database(other, defaults);
            engine.other = Some(other.clone());
        }
        engine.catalog.session_mut().foreign_key_checks = false;
        engine
    }

    /// A database with the server's defaults.
    pub(crate) fn with_defaults_of(flavor: Flavor) -> Self {
        Self::new(flavor, flavor.default_character_set())
    }

    pub(crate) fn set_sql_mode(&mut self, mode: SqlMode) {
        self.catalog.session_mut().sql_mode = mode;
    }

    /// The database of the case.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// Every database that a case expects to be there.
    pub(crate) fn databases(&self) -> Vec<String> {
        [&self.database].into_iter().chain(&self.other).cloned().collect()
    }

    /// The character set of these databases.
    pub(crate) const fn defaults(&self) -> &CharacterSet {
        &self.defaults
    }

    /// The database of the case as a model.
    ///
    /// # Errors
    /// The message of a panic.
    pub(crate) fn schema(&self) -> Result<Option<Schema>, String> {
        caught(|| self.catalog.schema(&self.database))
    }

    fn catalog(flavor: Flavor, defaults: &CharacterSet, database: &str) -> Catalog {
        let mut catalog = Catalog::new(flavor);
        catalog.create_database(database, defaults.clone());
        catalog.use_database(database);
        catalog
    }
}

/// The database that a statement expects to be there, and its table in it.
fn named_database(flavor: Flavor, sql: &str) -> Option<(String, Option<String>)> {
    let parsed = parse(sql, &ParseOptions::new(flavor));
    let qualified = |name: ObjectName| Some((name.schema?.value, Some(name.name.value)));
    parsed.statements.into_iter().find_map(|statement| match statement.kind {
        StatementKind::AlterDatabase(alter) => alter.name.map(|name| (name.value, None)),
        StatementKind::CreateTable(create) => qualified(create.name),
        StatementKind::AlterTable(alter) => qualified(alter.name),
        StatementKind::CreateView(view) => {
            let query = view.query.as_ref().ok()?;
            first_database(&query.body).map(|name| (name, None))
        }
        _ => None,
    })
}

/// The first database that a query names.
fn first_database(body: &QueryBody) -> Option<String> {
    match body {
        QueryBody::Select(select) => select.from.iter().find_map(database_of),
        QueryBody::Paren(query) => first_database(&query.body),
        QueryBody::Set { left, right, .. } => first_database(left).or_else(|| first_database(right)),
    }
}

fn database_of(item: &FromItem) -> Option<String> {
    match item {
        FromItem::Table { name, .. } => name.schema.as_ref().map(|schema| schema.value.clone()),
        FromItem::Derived { query, .. } => first_database(&query.body),
        FromItem::Join { left, right, .. } => database_of(left).or_else(|| database_of(right)),
        FromItem::List(items) => items.iter().find_map(database_of),
    }
}

impl Subject for Engine {
    fn execute(&mut self, sql: &str) -> Answer {
        match caught(|| self.catalog.execute_text(sql)) {
            Ok(Ok(_)) => Answer::Accepted,
            Ok(Err(ExecuteError::Refused(error))) => {
                Answer::Refused { errno: error.errno, message: error.message }
            }
            Ok(Err(ExecuteError::Unsupported(what))) => Answer::Unsupported(what.construct),
            // A new outcome must not pass for one of these.
            Ok(Err(other)) => Answer::Unsupported(other.to_string()),
            Err(message) => {
                // What a panic leaves behind is not known: start afresh, in the same session.
                let session = self.catalog.session_mut().clone();
                self.catalog = Self::catalog(self.flavor, &self.defaults, &self.database);
                *self.catalog.session_mut() = session;
                Answer::Panicked(message)
            }
        }
    }

    fn texts(&mut self) -> Result<Texts, String> {
        caught(|| {
            let names = self.catalog.table_names(&self.database);
            let text =
                |name: &str| Some((name.to_owned(), self.catalog.show_create_table(&self.database, name)?));
            names.filter_map(text).collect()
        })
    }

    fn program(&mut self, name: &str) -> Result<Option<String>, String> {
        caught(|| {
            let (kind, name) = name.split_once(':')?;
            match kind {
                "trigger" => self.catalog.show_create_trigger(&self.database, name),
                "procedure" => self.catalog.show_create_routine(&self.database, RoutineKind::Procedure, name),
                "function" => self.catalog.show_create_routine(&self.database, RoutineKind::Function, name),
                "event" => self.catalog.show_create_event(&self.database, name),
                "view" => self.catalog.show_create_view(&self.database, name),
                _ => None,
            }
        })
    }

    fn restore(&mut self, tables: &[(String, Option<String>)]) -> Result<(), String> {
        let session = self.catalog.session_mut().clone();
        let during = self.catalog.session_mut();
        during.foreign_key_checks = false;
        // What the server has may have been made under a mode that forgives more; how the text reads stays.
        during.sql_mode = SqlMode {
            strict_trans_tables: false,
            strict_all_tables: false,
            no_zero_in_date: false,
            no_zero_date: false,
            ..session.sql_mode
        };
        let mut failures = Vec::new();
        for (table, _) in tables {
            let drop = format!("DROP TABLE IF EXISTS {}", identifier(table));
            failures.extend(failure(table, self.execute(&drop)));
        }
        for (table, text) in tables {
            if let Some(text) = text {
                failures.extend(failure(table, self.execute(text)));
            }
        }
        *self.catalog.session_mut() = session;
        if failures.is_empty() { Ok(()) } else { Err(failures.join("; ")) }
    }
}

fn failure(table: &str, answer: Answer) -> Option<String> {
    match answer {
        Answer::Accepted => None,
        Answer::Refused { errno, message } => Some(format!("{table}: {errno} {message}")),
        Answer::Unsupported(construct) => Some(format!("{table}: unsupported: {construct}")),
        Answer::Panicked(message) => Some(format!("{table}: panic: {message}")),
    }
}

thread_local! {
    /// Whether this thread is in [`caught`], and the panic that happened there.
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `f`; a panic becomes its message and place, and nothing is printed.
fn caught<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    // The hook is the process's, and servers are judged in threads of their own: it stays, and does nothing new elsewhere.
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let former = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !CATCHING.get() {
                return former(info);
            }
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            PANIC.set(Some(format!("{} at {place}", message(info.payload()))));
        }));
    });
    CATCHING.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    CATCHING.set(false);
    result.map_err(|payload| PANIC.take().unwrap_or_else(|| message(&*payload).to_owned()))
}

fn message(payload: &(dyn Any + Send)) -> &str {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text,
        (None, None) => "a panic without a message",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::conformance::show::same;

    #[test]
    fn engine_is_a_subject() {
        let mut engine = Engine::with_defaults_of(Flavor::MYSQL_9_7);
        assert_eq!(engine.execute("CREATE TABLE t (a INT)"), Answer::Accepted);
        let texts = engine.texts().unwrap();
        let shown = "CREATE TABLE `t` (\n  `a` int DEFAULT NULL\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci";
        assert_eq!(texts["t"], shown);
        assert!(matches!(engine.execute("CREATE TABLE t (a INT)"), Answer::Refused { errno: 1050, .. }));
    }

    #[test]
    fn restoring_ignores_keys_and_strictness_and_leaves_the_session() {
        let mut engine = Engine::with_defaults_of(Flavor::MYSQL_9_7);
        let child = "CREATE TABLE `c` (\n  `a` int DEFAULT NULL,\n  `d` date DEFAULT '0000-00-00',\n  KEY `k` (`a`),\n  \
            CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `p` (`a`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci";
        engine.restore(&[("c".to_owned(), Some(child.to_owned())), ("gone".to_owned(), None)]).unwrap();
        assert!(same(&engine.texts().unwrap()["c"], child));
        assert!(engine.catalog.session_mut().foreign_key_checks);
        assert!(engine.catalog.session_mut().sql_mode.strict());
        let reason = engine.restore(&[("x".to_owned(), Some("CREATE TABLE x (".to_owned()))]).unwrap_err();
        assert!(reason.starts_with("x: 1064"), "{reason}");
    }

    #[test]
    fn tables_of_another_database_are_not_those_that_are_shown() {
        let sql = "CREATE TABLE `other`.`t` (a INT)";
        let defaults = Flavor::MYSQL_9_7.default_character_set();
        let side = |show: &[&str]| Side {
            statements: vec![sql.to_owned()],
            show: show.iter().map(|t| ((*t).to_owned(), String::new())).collect(),
            programs: BTreeMap::new(),
        };
        for (shown, count) in [(side(&[]), 0), (side(&["t"]), 1)] {
            let mut engine = Engine::for_side(Flavor::MYSQL_9_7, defaults.clone(), &shown);
            assert_eq!(engine.execute(sql), Answer::Accepted);
            assert_eq!(engine.texts().unwrap().len(), count);
        }
    }

    #[test]
    fn panics_are_caught_with_their_place() {
        let caught = caught(|| panic!("number {}", 1)).unwrap_err();
        assert!(caught.starts_with("number 1 at ") && caught.contains("engine.rs"), "{caught}");
    }
}
