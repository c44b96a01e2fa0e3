//! The catalog: databases and their tables, and what finds them fast.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use terp_schema_model::{CharacterSet, Flavor, RoutineKind, Schema, Table, render};

use super::context::Context;
use super::error::{ExecuteError, Result, Unsupported, messages, refuse, unsupported};
use super::program::{self, Programs};
use super::session::Session;
use super::view::{self, StoredView};
use super::{alter, create, merge, system_tables, table_ops};
use crate::ast::{
    AlterDatabase, CreateDatabase, DatabaseOptions, DropDatabase, Ident, ObjectName, PassedOver, ProgramKind,
    Statement, StatementKind,
};
use crate::{ParseOptions, Span};

/// A table by database and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableRef {
    /// The database.
    pub schema: String,
    /// The table.
    pub name: String,
}

impl TableRef {
    pub(super) fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }
}

/// What a statement did.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Effect {
    /// The tables that were made, changed or dropped.
    pub tables: Vec<TableRef>,
    /// Set where the statement changes no schema and was passed over.
    pub passed_over: Option<PassedOver>,
    /// What was not checked although the effect is known: whether the server would do it in the way that is asked for.
    pub unchecked: Option<Unsupported>,
}

impl Effect {
    pub(super) fn of(tables: Vec<TableRef>) -> Self {
        Self { tables, passed_over: None, unchecked: None }
    }
}

#[derive(Debug, Clone)]
struct Database {
    character_set: CharacterSet,
    /// Boxed, so that a new name moves pointers and not tables.
    tables: BTreeMap<String, Box<Table>>,
    /// They share their names with tables.
    views: BTreeMap<String, Box<StoredView>>,
    temporary: BTreeMap<String, Table>,
    programs: Programs,
    /// Lower-case name of each foreign key, and its table.
    foreign_keys: HashMap<String, String>,
    /// Lower-case name of each check, and its table.
    checks: HashMap<String, String>,
}

/// What a table's name can mean.
pub(super) enum Relation<'c> {
    None,
    Table(&'c Table),
    View(&'c StoredView),
}

/// A server's databases, and one session.
#[derive(Debug, Clone)]
pub struct Catalog {
    flavor: Flavor,
    session: Session,
    databases: BTreeMap<String, Database>,
    /// For each table that a foreign key names, the tables that have one to it.
    children: HashMap<TableRef, BTreeSet<TableRef>>,
    key_order_matters: bool,
}

/// The databases that every server has and nobody may change.
const SYSTEM_DATABASES: [&str; 4] = ["information_schema", "performance_schema", "mysql", "sys"];

impl Catalog {
    /// A server without databases, and a new session of character set utf8mb4.
    pub fn new(flavor: Flavor) -> Self {
        Self {
            flavor,
            session: Session::new(flavor),
            databases: BTreeMap::new(),
            children: HashMap::new(),
            key_order_matters: true,
        }
    }

    /// The server that is meant.
    pub const fn flavor(&self) -> Flavor {
        self.flavor
    }

    /// From now on the order in which a table's indexes are listed need not be the server's: what is not known of it is no reason to give up.
    /// SHOW CREATE TABLE may then have another order than the server's.
    pub const fn ignore_key_order(&mut self) {
        self.key_order_matters = false;
    }

    pub(super) const fn key_order_matters(&self) -> bool {
        self.key_order_matters
    }

    /// The session's variables.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// The session's variables, to be set directly.
    pub const fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    /// Makes a database; one of that name is left as it is.
    pub fn create_database(&mut self, name: &str, character_set: CharacterSet) {
        self.databases.entry(name.to_owned()).or_insert_with(|| Database {
            character_set,
            tables: BTreeMap::new(),
            views: BTreeMap::new(),
            temporary: BTreeMap::new(),
            programs: Programs::default(),
            foreign_keys: HashMap::new(),
            checks: HashMap::new(),
        });
    }

    /// Makes a database the current one.
    pub fn use_database(&mut self, name: &str) {
        self.session.database = Some(name.to_owned());
    }

    /// A table.
    pub fn table(&self, schema: &str, name: &str) -> Option<&Table> {
        self.databases.get(schema)?.tables.get(name).map(AsRef::as_ref)
    }

    /// The names of a database's tables, sorted.
    pub fn table_names(&self, schema: &str) -> impl Iterator<Item = &str> {
        self.databases.get(schema).into_iter().flat_map(|d| d.tables.keys().map(String::as_str))
    }

    /// The tables that have a foreign key to a table, itself among them if it refers to itself.
    pub fn referencing_tables(&self, schema: &str, name: &str) -> impl Iterator<Item = &TableRef> {
        self.children.get(&TableRef::new(schema, name)).into_iter().flatten()
    }

    /// What SHOW CREATE TABLE prints; a temporary table hides another of its name, as on the server. Nothing for a MERGE
    /// table that the server could not open.
    pub fn show_create_table(&self, schema: &str, name: &str) -> Option<String> {
        let database = self.databases.get(schema)?;
        if let Some(table) = database.temporary.get(name) {
            let text = render::show_create_table(table, self.flavor);
            return Some(text.replacen("CREATE TABLE", "CREATE TEMPORARY TABLE", 1));
        }
        let table = database.tables.get(name)?;
        merge::is_shown(self, schema, table).then(|| render::show_create_table(table, self.flavor))
    }

    /// What SHOW CREATE VIEW prints.
    pub fn show_create_view(&self, schema: &str, name: &str) -> Option<String> {
        let view = self.databases.get(schema)?.views.get(name)?;
        Some(render::create_view(&view.view, self.flavor))
    }

    /// The names of a database's views, sorted.
    pub fn view_names(&self, schema: &str) -> impl Iterator<Item = &str> {
        self.databases.get(schema).into_iter().flat_map(|d| d.views.keys().map(String::as_str))
    }

    /// What SHOW CREATE TRIGGER prints, in a session without ANSI_QUOTES.
    pub fn show_create_trigger(&self, schema: &str, name: &str) -> Option<String> {
        self.programs(schema)?.trigger(name, self.flavor).map(render::create_trigger)
    }

    /// What SHOW CREATE PROCEDURE or SHOW CREATE FUNCTION prints.
    pub fn show_create_routine(&self, schema: &str, kind: RoutineKind, name: &str) -> Option<String> {
        self.programs(schema)?.routine(kind, name).map(render::create_routine)
    }

    /// What SHOW CREATE EVENT prints, in a session without ANSI_QUOTES; without a STARTS that was the time of creation.
    pub fn show_create_event(&self, schema: &str, name: &str) -> Option<String> {
        self.programs(schema)?.event(name).map(render::create_event)
    }

    /// A database as a model.
    pub fn schema(&self, name: &str) -> Option<Schema> {
        let database = self.databases.get(name)?;
        let mut schema = Schema::new(database.character_set.clone());
        schema.name = Some(name.to_owned());
        schema.tables = database.tables.values().map(|table| Table::clone(table)).collect();
        schema.views = database.views.values().map(|stored| stored.view.clone()).collect();
        database.programs.list(&mut schema);
        Some(schema)
    }

    /// Reads and executes one statement with the session's sql_mode.
    ///
    /// # Errors
    /// A syntax error is the server's 1064; others as [`execute`](Self::execute).
    pub fn execute_text(&mut self, sql: &str) -> Result<Effect> {
        self.execute_span(sql, Span::of(sql))
    }

    /// Reads and executes the statement at a span of a larger text; spans of errors are those of the whole text.
    ///
    /// # Errors
    /// As [`execute_text`](Self::execute_text).
    pub fn execute_span(&mut self, src: &str, span: Span) -> Result<Effect> {
        let options = ParseOptions { flavor: self.flavor, sql_mode: self.session.sql_mode };
        let statement = crate::parse_statement(src, span, &options)?;
        self.execute(&statement)
    }

    /// Executes a statement.
    ///
    /// # Errors
    /// [`ExecuteError::Refused`] as the server would refuse it, [`ExecuteError::Unsupported`] where what the server
    /// would do is not known. Either way the catalog is as it was, but for statements of MariaDB: DROP TABLE and DROP VIEW of several
    /// drop those that exist, and CREATE OR REPLACE TABLE has dropped the old table when it finds the new one wrong.
    pub fn execute(&mut self, statement: &Statement) -> Result<Effect> {
        if system_tables::are_named(statement, self.session.database.as_deref()) {
            system_tables::load(self);
        }
        match &statement.kind {
            StatementKind::CreateTable(create) => create::create_table(self, create),
            StatementKind::AlterTable(alter) => alter::alter_table(self, alter),
            StatementKind::CreateIndex(create) => alter::create_index(self, create),
            StatementKind::DropIndex(drop) => alter::drop_index(self, drop),
            StatementKind::RenameTable(rename) => table_ops::rename(self, rename),
            StatementKind::DropTable(drop) => table_ops::drop(self, drop),
            StatementKind::TruncateTable(name) => table_ops::truncate(self, name),
            StatementKind::CreateDatabase(create) => self.create_database_statement(create),
            StatementKind::AlterDatabase(alter) => self.alter_database(alter),
            StatementKind::DropDatabase(drop) => self.drop_database(drop),
            StatementKind::Use(name) => self.use_statement(name),
            StatementKind::Set(assignments) => {
                let mut session = self.session.clone();
                for assignment in assignments {
                    session.assign(assignment, self.flavor)?;
                }
                self.session = session;
                Ok(Effect::default())
            }
            StatementKind::CreateView(create) => view::create(self, create),
            StatementKind::CreateTrigger(create) => program::trigger(self, create),
            StatementKind::CreateRoutine(create) => program::routine(self, create),
            StatementKind::CreateEvent(create) => program::event(self, create),
            StatementKind::DropProgram(drop) if drop.kind == ProgramKind::View => view::drop(self, drop),
            StatementKind::DropProgram(drop) => program::drop(self, drop),
            StatementKind::PassedOver(passed) => {
                Ok(Effect { passed_over: Some(passed.clone()), ..Effect::default() })
            }
            StatementKind::Unsupported(construct) => {
                Err(unsupported(construct.construct.clone()).at(construct.span))
            }
        }
    }

    // ---- for the statements' own files ----

    /// The database that a name means; errors as the server gives them.
    pub(super) fn resolve(&self, name: &ObjectName) -> Result<TableRef> {
        let schema = match &name.schema {
            Some(schema) => schema.value.clone(),
            None => self.session.database.clone().ok_or_else(|| refuse(1046, "No database selected"))?,
        };
        Ok(TableRef::new(schema, &name.name.value))
    }

    /// Refuses what nobody may change.
    pub(super) fn check_writable(&self, at: &TableRef) -> Result<()> {
        let schema = at.schema.to_ascii_lowercase();
        if schema == "information_schema" {
            return Err(messages::access_denied("information_schema"));
        }
        let loaded = self.databases.contains_key(&at.schema);
        let view = self.flavor.is_mariadb() && at.name == "user";
        if loaded && at.schema == system_tables::DATABASE && view {
            return Err(unsupported("the view `mysql`.`user`"));
        }
        if SYSTEM_DATABASES.contains(&schema.as_str()) && !loaded {
            return Err(unsupported(format!("tables of the database {schema}")));
        }
        system_tables::check_access(self.flavor, at)
    }

    /// The table that a query names.
    pub(super) fn resolve_table(&self, name: &ObjectName) -> Result<TableRef> {
        let at = self.resolve(name)?;
        let schema = at.schema.to_ascii_lowercase();
        // What servers that were upgraded have there need not be what a new one has.
        let known = self.flavor.is_mariadb() && self.databases.contains_key(&at.schema);
        if SYSTEM_DATABASES.contains(&schema.as_str()) && !known {
            return Err(unsupported(format!("tables of the database {schema}")));
        }
        Ok(at)
    }

    /// The table or view of that name, temporary tables aside.
    pub(super) fn relation(&self, at: &TableRef) -> Relation<'_> {
        let Some(database) = self.databases.get(&at.schema) else { return Relation::None };
        match (database.tables.get(&at.name), database.views.get(&at.name)) {
            (Some(table), _) => Relation::Table(table),
            (None, Some(view)) => Relation::View(view),
            (None, None) => Relation::None,
        }
    }

    /// What a query is told of a table that is not there.
    pub(super) fn missing_relation(&self, at: &TableRef) -> ExecuteError {
        if self.flavor.is_mysql() && !self.has_database(&at.schema) {
            return messages::unknown_database(&at.schema);
        }
        messages::no_such_table(&at.schema, &at.name)
    }

    pub(super) fn is_view(&self, at: &TableRef) -> bool {
        matches!(self.relation(at), Relation::View(_))
    }

    pub(super) fn put_view(&mut self, schema: &str, view: StoredView) {
        if let Some(database) = self.databases.get_mut(schema) {
            database.views.insert(view.view.name.clone(), Box::new(view));
        }
    }

    pub(super) fn remove_view(&mut self, at: &TableRef) -> Option<StoredView> {
        Some(*self.databases.get_mut(&at.schema)?.views.remove(&at.name)?)
    }

    pub(super) fn rename_view(&mut self, at: &TableRef, name: &str) {
        let Some(mut view) = self.remove_view(at) else { return };
        name.clone_into(&mut view.view.name);
        self.put_view(&at.schema, view);
    }

    /// Changes the tables of a database where they are.
    pub(super) fn for_each_table(&mut self, schema: &str, change: impl Fn(&mut Table)) {
        let tables = self.databases.get_mut(schema).into_iter().flat_map(|d| d.tables.values_mut());
        tables.for_each(|table| change(table));
    }

    /// Takes over a database of another catalog.
    pub(super) fn adopt_database(&mut self, name: &str, mut other: Self) {
        if let Some(database) = other.databases.remove(name) {
            self.databases.insert(name.to_owned(), database);
        }
    }

    pub(super) fn has_database(&self, name: &str) -> bool {
        self.databases.contains_key(name)
    }

    pub(super) fn context<'c>(&'c self, schema: &'c str) -> Result<Context<'c>> {
        let database = self.databases.get(schema).ok_or_else(|| messages::unknown_database(schema))?;
        Ok(Context {
            flavor: self.flavor,
            session: &self.session,
            database: schema,
            database_set: &database.character_set,
            catalog: self,
        })
    }

    pub(super) fn temporary(&self, at: &TableRef) -> Option<&Table> {
        self.databases.get(&at.schema)?.temporary.get(&at.name)
    }

    /// The table that a statement means: a temporary one first.
    pub(super) fn visible(&self, at: &TableRef) -> Option<&Table> {
        self.temporary(at).or_else(|| self.table(&at.schema, &at.name))
    }

    pub(super) fn foreign_key_owner(&self, schema: &str, name: &str) -> Option<&str> {
        self.databases.get(schema)?.foreign_keys.get(&name.to_lowercase()).map(String::as_str)
    }

    pub(super) fn check_owner(&self, schema: &str, name: &str) -> Option<&str> {
        self.databases.get(schema)?.checks.get(&name.to_lowercase()).map(String::as_str)
    }

    /// The tables with a foreign key to this one, itself included.
    pub(super) fn children(&self, at: &TableRef) -> impl Iterator<Item = (&TableRef, &Table)> {
        self.children
            .get(at)
            .into_iter()
            .flatten()
            .filter_map(|child| Some((child, self.table(&child.schema, &child.name)?)))
    }

    pub(super) fn programs(&self, schema: &str) -> Option<&Programs> {
        Some(&self.databases.get(schema)?.programs)
    }

    pub(super) fn programs_mut(&mut self, schema: &str) -> Option<&mut Programs> {
        Some(&mut self.databases.get_mut(schema)?.programs)
    }

    /// Drops a table with its triggers.
    pub(super) fn drop_table(&mut self, at: &TableRef) {
        self.remove(at);
        if let Some(programs) = self.programs_mut(&at.schema) {
            programs.drop_table(&at.name);
        }
    }

    pub(super) fn put_temporary(&mut self, schema: &str, table: Table) {
        if let Some(database) = self.databases.get_mut(schema) {
            database.temporary.insert(table.name.clone(), table);
        }
    }

    pub(super) fn remove_temporary(&mut self, at: &TableRef) -> Option<Table> {
        self.databases.get_mut(&at.schema)?.temporary.remove(&at.name)
    }

    /// Adds a table, or replaces the one of its name.
    pub(super) fn put(&mut self, schema: &str, table: Table) {
        let at = TableRef::new(schema, &table.name);
        self.remove(&at);
        for foreign_key in &table.foreign_keys {
            let parent = parent_of(schema, foreign_key);
            self.children.entry(parent).or_default().insert(at.clone());
        }
        let Some(database) = self.databases.get_mut(schema) else { return };
        for foreign_key in &table.foreign_keys {
            database.foreign_keys.insert(foreign_key.name.to_lowercase(), table.name.clone());
        }
        for check in &table.checks {
            database.checks.insert(check.name.to_lowercase(), table.name.clone());
        }
        database.tables.insert(table.name.clone(), Box::new(table));
    }

    pub(super) fn remove(&mut self, at: &TableRef) -> Option<Table> {
        let database = self.databases.get_mut(&at.schema)?;
        let table = *database.tables.remove(&at.name)?;
        for foreign_key in &table.foreign_keys {
            let key = foreign_key.name.to_lowercase();
            if database.foreign_keys.get(&key) == Some(&table.name) {
                database.foreign_keys.remove(&key);
            }
        }
        for check in &table.checks {
            let key = check.name.to_lowercase();
            if database.checks.get(&key) == Some(&table.name) {
                database.checks.remove(&key);
            }
        }
        for foreign_key in &table.foreign_keys {
            let parent = parent_of(&at.schema, foreign_key);
            if let Some(children) = self.children.get_mut(&parent) {
                children.remove(at);
                if children.is_empty() {
                    self.children.remove(&parent);
                }
            }
        }
        Some(table)
    }

    // ---- databases ----

    fn create_database_statement(&mut self, create: &CreateDatabase) -> Result<Effect> {
        let name = &create.name;
        if name.value.chars().count() > 64 {
            return Err(if self.flavor.is_mysql() {
                messages::name_too_long(&name.value)
            } else {
                refuse(1102, format!("Incorrect database name '{}'", name.value))
            }
            .at(name.span));
        }
        let lower = name.value.to_ascii_lowercase();
        let system = SYSTEM_DATABASES.contains(&lower.as_str());
        if lower == "information_schema" {
            return Err(messages::access_denied(&name.value).at(name.span));
        }
        if lower == "mysql" && self.flavor.is_mysql() {
            return Err(refuse(3552, "Access to system schema 'mysql' is rejected.").at(name.span));
        }
        if self.databases.contains_key(&name.value) || system {
            if create.or_replace && !system {
                self.drop_all(&name.value);
            } else if create.if_not_exists {
                return Ok(Effect::default());
            } else {
                return Err(refuse(1007, format!("Can't create database '{}'; database exists", name.value))
                    .at(name.span));
            }
        }
        let set = self.database_set(&create.options, self.session.server_character_set.clone())?;
        self.create_database(&name.value, set);
        Ok(Effect::default())
    }

    fn alter_database(&mut self, alter: &AlterDatabase) -> Result<Effect> {
        let name = match &alter.name {
            Some(name) => name.value.clone(),
            None => self.session.database.clone().ok_or_else(|| refuse(1046, "No database selected"))?,
        };
        if alter.options.read_only.is_some() {
            return Err(unsupported("ALTER DATABASE ... READ ONLY"));
        }
        let Some(database) = self.databases.get(&name) else {
            return Err(messages::unknown_database(&name));
        };
        let set = self.database_set(&alter.options, database.character_set.clone())?;
        if let Some(database) = self.databases.get_mut(&name) {
            database.character_set = set;
        }
        Ok(Effect::default())
    }

    fn database_set(&self, options: &DatabaseOptions, inherited: CharacterSet) -> Result<CharacterSet> {
        let scratch = CharacterSet::clone(&inherited);
        let cx = Context {
            flavor: self.flavor,
            session: &self.session,
            database: "",
            database_set: &scratch,
            catalog: self,
        };
        let mut choice = super::options::CharsetChoice::default();
        if let Some(Some(charset)) = &options.charset {
            choice.charset(&cx, Some(charset))?;
        }
        if let Some(collation) = &options.collation {
            choice.collate(&cx, collation.as_ref())?;
        }
        Ok(choice.resolve(&cx).unwrap_or(inherited))
    }

    fn drop_database(&mut self, drop: &DropDatabase) -> Result<Effect> {
        let name = &drop.name.value;
        if SYSTEM_DATABASES.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(messages::access_denied(name).at(drop.name.span));
        }
        if !self.databases.contains_key(name) {
            if drop.if_exists {
                return Ok(Effect::default());
            }
            return Err(refuse(1008, format!("Can't drop database '{name}'; database doesn't exist"))
                .at(drop.name.span));
        }
        let dropped = self.drop_all(name);
        if self.session.database.as_deref() == Some(name) {
            self.session.database = None;
        }
        Ok(Effect::of(dropped))
    }

    fn drop_all(&mut self, schema: &str) -> Vec<TableRef> {
        let names: Vec<String> = self.table_names(schema).map(str::to_owned).collect();
        let dropped: Vec<TableRef> = names.iter().map(|n| TableRef::new(schema, n)).collect();
        for at in &dropped {
            self.remove(at);
        }
        self.databases.remove(schema);
        dropped
    }

    fn use_statement(&mut self, name: &Ident) -> Result<Effect> {
        let system = SYSTEM_DATABASES.contains(&name.value.to_ascii_lowercase().as_str());
        if !self.databases.contains_key(&name.value) && !system {
            return Err(messages::unknown_database(&name.value).at(name.span));
        }
        self.session.database = Some(name.value.clone());
        Ok(Effect::default())
    }
}

pub(super) fn parent_of(schema: &str, foreign_key: &terp_schema_model::ForeignKey) -> TableRef {
    TableRef::new(foreign_key.referenced_schema.as_deref().unwrap_or(schema), &foreign_key.referenced_table)
}
