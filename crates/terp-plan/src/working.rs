//! The database as it is after each step: the embedded engine, which accepts and refuses what the server would.

use std::collections::BTreeSet;

use terp_drift::ObjectKind;
use terp_schema_model::{Flavor, RoutineKind, Schema, Table, View, render};
use terp_sql::ast::Statement;
use terp_sql::{Catalog, Effect, ExecuteError, ParseOptions, Session, Span, SqlMode, parse_statement};

use crate::error::PlanError;
use crate::fingerprint::{Fingerprints, ObjectKey, fingerprints, table_fingerprint};

/// The database's name here, where the schema has none.
const NAMELESS: &str = "terp";

/// A database that steps are tried on.
#[derive(Debug, Clone)]
pub(crate) struct Working {
    catalog: Catalog,
    database: String,
}

impl Working {
    /// A database with that schema, in a session as given.
    pub(crate) fn new(schema: &Schema, flavor: Flavor, session: &Session) -> Result<Self, PlanError> {
        let working = Self::filled(schema, flavor, session)?;
        working.same_as(schema)?;
        Ok(working)
    }

    fn filled(schema: &Schema, flavor: Flavor, session: &Session) -> Result<Self, PlanError> {
        let database = schema.name.clone().unwrap_or_else(|| NAMELESS.to_owned());
        let mut catalog = Catalog::new(flavor);
        catalog.create_database(&database, schema.character_set.clone());
        catalog.ignore_key_order();
        let mut working = Self { catalog, database };
        let mut own = session.clone();
        own.database = Some(working.database.clone());
        // What is there was accepted once, perhaps under settings that forgive more.
        let mut forgiving = own.clone();
        forgiving.foreign_key_checks = false;
        forgiving.restrict_fk_on_non_standard_key = false;
        forgiving.innodb_strict_mode = false;
        forgiving.explicit_defaults_for_timestamp = true;
        forgiving.sql_require_primary_key = false;
        forgiving.sql_generate_invisible_primary_key = false;
        forgiving.sql_mode = SqlMode::default();
        *working.catalog.session_mut() = forgiving;
        working.fill(schema)?;
        *working.catalog.session_mut() = own;
        Ok(working)
    }

    /// A database with one table; what it refers to is not there.
    pub(crate) fn of_table(table: &Table, flavor: Flavor, session: &Session) -> Result<Self, PlanError> {
        let mut schema = Schema::new(table.character_set.clone());
        schema.tables.push(table.clone());
        let mut working = Self::filled(&schema, flavor, session)?;
        working.catalog.session_mut().foreign_key_checks = false;
        Ok(working)
    }

    fn fill(&mut self, schema: &Schema) -> Result<(), PlanError> {
        let flavor = self.flavor();
        for routine in &schema.routines {
            let kind = routine_kind(routine.kind);
            self.adopt(
                ObjectKey::new(kind, &routine.name),
                &routine.context.sql_mode,
                &render::create_routine(routine),
            )?;
        }
        for table in &schema.tables {
            self.adopt(ObjectKey::table(&table.name), "", &render::create_table(table, flavor))?;
        }
        self.views(&schema.views)?;
        for trigger in &schema.triggers {
            let key = ObjectKey::new(ObjectKind::Trigger, &trigger.name);
            self.adopt(key, &trigger.context.sql_mode, &render::create_trigger(trigger))?;
        }
        for event in &schema.events {
            let key = ObjectKey::new(ObjectKind::Event, &event.name);
            self.adopt(key, &event.context.sql_mode, &render::create_event(event))?;
        }
        Ok(())
    }

    /// Makes one object that is there already.
    fn adopt(&mut self, key: ObjectKey, sql_mode: &str, sql: &str) -> Result<(), PlanError> {
        let mode = SqlMode::parse(sql_mode).unwrap_or_default();
        self.catalog.session_mut().sql_mode = mode;
        let done = self.catalog.execute_text(sql);
        self.catalog.session_mut().sql_mode = SqlMode::default();
        done.map(drop).map_err(|error| PlanError::NotUnderstood { object: key, reason: error.to_string() })
    }

    /// Views in an order in which each finds what it names.
    fn views(&mut self, views: &[View]) -> Result<(), PlanError> {
        let flavor = self.flavor();
        let mut left: Vec<&View> = views.iter().collect();
        while !left.is_empty() {
            let mut waiting = Vec::new();
            let mut first = None;
            for view in &left {
                let key = ObjectKey::new(ObjectKind::View, &view.name);
                if let Err(error) =
                    self.adopt(key, &view.context.sql_mode, &render::create_view(view, flavor))
                {
                    first.get_or_insert(error);
                    waiting.push(*view);
                }
            }
            if let Some(error) = first.filter(|_| waiting.len() == left.len()) {
                return Err(error);
            }
            left = waiting;
        }
        Ok(())
    }

    /// What was made must be what was given, or every later answer would be about another database.
    fn same_as(&self, schema: &Schema) -> Result<(), PlanError> {
        let mut wanted = schema.clone();
        wanted.name = Some(self.database.clone());
        let (wanted, made) = (fingerprints(&wanted, self.flavor()), self.fingerprints());
        match wanted.iter().find(|(key, print)| made.get(*key) != Some(*print)) {
            None => Ok(()),
            Some((key, _)) => Err(PlanError::NotUnderstood {
                object: key.clone(),
                reason: "made again from its definition, it is not the same".to_owned(),
            }),
        }
    }

    pub(crate) fn flavor(&self) -> Flavor {
        self.catalog.flavor()
    }

    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.catalog.table(&self.database, name)
    }

    pub(crate) fn schema(&self) -> Schema {
        let schema = self.catalog.schema(&self.database);
        schema.unwrap_or_else(|| Schema::new(self.flavor().default_character_set()))
    }

    /// Reads one statement as the session does.
    pub(crate) fn parse(&self, sql: &str) -> Result<Statement, ExecuteError> {
        let options = ParseOptions { flavor: self.flavor(), sql_mode: self.catalog.session().sql_mode };
        Ok(parse_statement(sql, Span::of(sql), &options)?)
    }

    /// Executes a statement; a refused one changes nothing that a plan may use.
    pub(crate) fn execute(&mut self, statement: &Statement) -> Result<Effect, ExecuteError> {
        self.catalog.execute(statement)
    }

    /// Sets the sql_mode for the next statements, and gives the one before.
    pub(crate) fn set_sql_mode(&mut self, mode: SqlMode) -> SqlMode {
        std::mem::replace(&mut self.catalog.session_mut().sql_mode, mode)
    }

    pub(crate) fn fingerprints(&self) -> Fingerprints {
        fingerprints(&self.schema(), self.flavor())
    }

    /// The fingerprints of some objects; of tables alone without a look at the others.
    pub(crate) fn fingerprints_of(&self, keys: &BTreeSet<ObjectKey>) -> Fingerprints {
        if keys.iter().any(|key| key.kind != ObjectKind::Table) {
            return self.fingerprints();
        }
        let print = |key: &ObjectKey| {
            let table = self.table(&key.name)?;
            Some((key.clone(), table_fingerprint(table, Some(&self.database), self.flavor())))
        };
        keys.iter().filter_map(print).collect()
    }

    /// The tables of this database that have a foreign key to a table.
    pub(crate) fn children(&self, parent: &str) -> BTreeSet<String> {
        let here =
            self.catalog.referencing_tables(&self.database, parent).filter(|at| at.schema == self.database);
        here.map(|at| at.name.clone()).collect()
    }

    /// Whether a foreign key is to that table of this database.
    pub(crate) fn refers(&self, key: &terp_schema_model::ForeignKey, parent: &str) -> bool {
        key.referenced_table == parent
            && key.referenced_schema.as_deref().is_none_or(|schema| schema == self.database)
    }
}

/// The kind of object that a routine is.
pub(crate) const fn routine_kind(kind: RoutineKind) -> ObjectKind {
    match kind {
        RoutineKind::Procedure => ObjectKind::Procedure,
        RoutineKind::Function => ObjectKind::Function,
    }
}
