//! Triggers, procedures and functions. Their bodies are kept, and not executed.

mod body;
mod event;
mod routine;
mod trigger;

use std::collections::BTreeMap;

use terp_schema_model::{CreationContext, Event, Flavor, Routine, RoutineKind, Schema, Trigger};

use super::catalog::{Catalog, Effect, TableRef};
use super::error::{Result, messages, refuse, unsupported};
use super::session::USER;
use crate::ast::{DropProgram, Ident, ObjectName, ProgramHead, ProgramKind};

pub(super) use event::create_or_alter as event;
pub(super) use routine::create_or_alter as routine;
pub(super) use trigger::create as trigger;

/// The stored programs of a database.
#[derive(Debug, Clone, Default)]
pub(super) struct Programs {
    /// Those of one table, time and event in the order in which they fire.
    triggers: Vec<Trigger>,
    /// By kind and lower-case name.
    routines: BTreeMap<(RoutineKind, String), Routine>,
    /// By lower-case name.
    events: BTreeMap<String, Event>,
}

impl Programs {
    /// Puts them into a schema, in the order in which a schema lists them.
    pub(super) fn list(&self, schema: &mut Schema) {
        schema.triggers.clone_from(&self.triggers);
        // Stable: what fires first stays first.
        schema.triggers.sort_by(|a, b| (&a.table, &a.timing, &a.event).cmp(&(&b.table, &b.timing, &b.event)));
        schema.routines = self.routines.values().cloned().collect();
        schema.events = self.events.values().cloned().collect();
    }

    pub(super) fn trigger(&self, name: &str, flavor: Flavor) -> Option<&Trigger> {
        self.triggers.iter().find(|trigger| same_trigger(&trigger.name, name, flavor))
    }

    pub(super) fn routine(&self, kind: RoutineKind, name: &str) -> Option<&Routine> {
        self.routines.get(&(kind, name.to_lowercase()))
    }

    pub(super) fn event(&self, name: &str) -> Option<&Event> {
        self.events.get(&name.to_lowercase())
    }

    /// A table is gone, and its triggers with it.
    pub(super) fn drop_table(&mut self, table: &str) {
        self.triggers.retain(|trigger| trigger.table != table);
    }

    /// A table has another name in the same database.
    pub(super) fn rename_table(&mut self, from: &str, to: &str) {
        for trigger in self.triggers.iter_mut().filter(|trigger| trigger.table == from) {
            trigger::follow(trigger, to);
        }
    }

    pub(super) fn has_triggers(&self, table: &str) -> bool {
        self.triggers.iter().any(|trigger| trigger.table == table)
    }
}

/// MySQL ignores the case of a trigger's name; MariaDB has a file for each.
fn same_trigger(a: &str, b: &str, flavor: Flavor) -> bool {
    if flavor.is_mysql() { a.to_lowercase() == b.to_lowercase() } else { a == b }
}

/// Executes DROP TRIGGER, PROCEDURE, FUNCTION and EVENT.
pub(super) fn drop(catalog: &mut Catalog, drop: &DropProgram) -> Result<Effect> {
    for name in &drop.names {
        let at = catalog.resolve(name)?;
        drop_one(catalog, drop, &at).map_err(|error| error.at(name.span()))?;
    }
    Ok(Effect::default())
}

fn drop_one(catalog: &mut Catalog, drop: &DropProgram, at: &TableRef) -> Result<()> {
    let flavor = catalog.flavor();
    let known = catalog.has_database(&at.schema);
    let found = catalog.programs_mut(&at.schema).is_some_and(|programs| match drop.kind {
        ProgramKind::Trigger => {
            let before = programs.triggers.len();
            programs.triggers.retain(|trigger| !same_trigger(&trigger.name, &at.name, flavor));
            programs.triggers.len() < before
        }
        ProgramKind::Procedure => remove_routine(programs, RoutineKind::Procedure, &at.name),
        ProgramKind::Function => remove_routine(programs, RoutineKind::Function, &at.name),
        ProgramKind::Event => programs.events.remove(&at.name.to_lowercase()).is_some(),
        ProgramKind::View => false,
    });
    if found || drop.if_exists {
        return Ok(());
    }
    Err(match drop.kind {
        ProgramKind::Trigger if !known && flavor.is_mysql() => messages::unknown_database(&at.schema),
        ProgramKind::Trigger => refuse(1360, "Trigger does not exist"),
        ProgramKind::Procedure => no_routine(RoutineKind::Procedure, at),
        // A loadable function of that name may be meant, which is not known here.
        ProgramKind::Function => no_routine(RoutineKind::Function, at),
        ProgramKind::Event => no_event(&at.name),
        ProgramKind::View => unsupported("DROP VIEW"),
    })
}

fn remove_routine(programs: &mut Programs, kind: RoutineKind, name: &str) -> bool {
    programs.routines.remove(&(kind, name.to_lowercase())).is_some()
}

fn no_routine(kind: RoutineKind, at: &TableRef) -> super::ExecuteError {
    refuse(1305, format!("{} {}.{} does not exist", kind_name(kind), at.schema, at.name))
}

fn no_event(name: &str) -> super::ExecuteError {
    refuse(1539, format!("Unknown event '{name}'"))
}

const fn kind_name(kind: RoutineKind) -> &'static str {
    match kind {
        RoutineKind::Procedure => "PROCEDURE",
        RoutineKind::Function => "FUNCTION",
    }
}

/// What all programs are refused for before anything else is looked at.
fn check_head(catalog: &Catalog, head: &ProgramHead) -> Result<()> {
    if catalog.session().sql_mode.oracle {
        return Err(unsupported("stored programs under sql_mode ORACLE"));
    }
    if head.or_replace && catalog.flavor().is_mysql() {
        return Err(refuse(1064, "You have an error in your SQL syntax: expected VIEW"));
    }
    if head.or_replace && head.if_not_exists {
        return Err(refuse(1221, "Incorrect usage of OR REPLACE and IF NOT EXISTS"));
    }
    Ok(())
}

/// A program's name: one that is not empty and has no blank at its end, of 64 characters at most.
fn check_name(catalog: &Catalog, name: &ObjectName) -> Result<()> {
    let Ident { value, span, .. } = &name.name;
    if value.is_empty() || value.ends_with(' ') {
        return Err(refuse(1458, format!("Incorrect routine name '{value}'")).at(*span));
    }
    if value.chars().count() > 64 {
        return Err(messages::name_too_long(value).at(*span));
    }
    if value.chars().any(|c| u32::from(c) > 0xFFFF) {
        return Err(unsupported("a program's name with characters beyond U+FFFF").at(*span));
    }
    if catalog.session().database.is_none() && name.schema.is_none() {
        return Err(refuse(1046, "No database selected"));
    }
    Ok(())
}

/// `` `user`@`host` ``
fn definer(head: &ProgramHead) -> Result<String> {
    match &head.definer {
        None => Ok(USER.to_owned()),
        Some(role) if role.value.is_empty() => Err(unsupported("DEFINER=CURRENT_ROLE").at(role.span)),
        Some(user) => Ok(user.value.clone()),
    }
}

fn creation_context(catalog: &Catalog, schema: &str) -> Result<CreationContext> {
    let session = catalog.session();
    Ok(CreationContext {
        sql_mode: session.sql_mode.to_string(),
        character_set_client: session.character_set_client.clone(),
        collation_connection: session.connection.collation.clone(),
        database_collation: catalog.context(schema)?.database_set.collation.clone(),
    })
}
