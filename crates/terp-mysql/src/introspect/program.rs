//! Triggers, routines and events: the server's own text, executed by the engine in the session that made the program.

use terp_schema_model::quote::identifier;
use terp_schema_model::{CharacterSet, RoutineKind, render};
use terp_sql::ast::StatementKind;
use terp_sql::{Catalog, ParseOptions, SqlMode, parse_statement};

use super::build::{Context, Part, first_difference, not_executed};
use super::list::text as field;
use super::object::{Object, ObjectKind, UnknownReason};
use crate::connection::Row;

/// The column of SHOW CREATE EVENT that has the time zone.
const EVENT_ZONE: usize = 2;

/// Turns a program's text into a part of the model.
pub(super) fn program(
    context: &Context,
    object: &Object,
    row: &Row,
    shown: &str,
) -> Result<Part, UnknownReason> {
    let mut catalog = context.catalog_of(database_set(context, object.kind, row)?);
    if object.kind == ObjectKind::Trigger {
        make_table(&mut catalog, mode(row)?, shown)?;
    }
    enter_session(&mut catalog, object.kind, row)?;
    // What the effect leaves unchecked is whether the time of an event has passed, which the server knows.
    catalog.execute_text(shown).map_err(|error| not_executed(&error, shown))?;
    let schema = catalog.schema(context.database()).ok_or_else(|| unknown("this database"))?;
    let made =
        match object.kind {
            ObjectKind::Trigger => schema.triggers.into_iter().next().map(|trigger| {
                (render::create_trigger(&trigger), trigger.name.clone(), Part::Trigger(Box::new(trigger)))
            }),
            ObjectKind::Event => schema.events.into_iter().next().map(|event| {
                (render::create_event(&event), event.name.clone(), Part::Event(Box::new(event)))
            }),
            kind => {
                let kind =
                    if kind == ObjectKind::Function { RoutineKind::Function } else { RoutineKind::Procedure };
                schema.routines.into_iter().find(|routine| routine.kind == kind).map(|routine| {
                    (render::create_routine(&routine), routine.name.clone(), Part::Routine(Box::new(routine)))
                })
            }
        };
    let (ours, name, part) = made.ok_or_else(|| unknown("this program"))?;
    if name != object.name {
        return Err(UnknownReason::Differs { line: 1, server: object.name.clone(), ours: name });
    }
    match first_difference(shown, &ours) {
        None => Ok(part),
        Some(reason) => Err(reason),
    }
}

/// Makes the table that a trigger belongs to, with the columns that it names: that they are there, the server has seen to.
fn make_table(catalog: &mut Catalog, sql_mode: SqlMode, text: &str) -> Result<(), UnknownReason> {
    let options = ParseOptions { flavor: catalog.flavor(), sql_mode };
    let statement = parse_statement(text, terp_sql::Span::of(text), &options)
        .map_err(|error| not_executed(&error.into(), text))?;
    let StatementKind::CreateTrigger(trigger) = statement.kind else {
        return Err(unknown("this text of a trigger"));
    };
    let mut columns: Vec<&str> = Vec::new();
    for row in &trigger.body.rows {
        if !columns.iter().any(|column| terp_schema_model::same_name(column, &row.column.value)) {
            columns.push(&row.column.value);
        }
    }
    if columns.is_empty() {
        columns.push("c");
    }
    let columns: Vec<String> = columns.into_iter().map(|name| format!("{} int", identifier(name))).collect();
    let create = format!("CREATE TABLE {} ({})", identifier(&trigger.table.name.value), columns.join(", "));
    catalog.execute_text(&create).map_err(|error| not_executed(&error, &create))?;
    Ok(())
}

/// Sets the variables that a program remembers.
fn enter_session(catalog: &mut Catalog, kind: ObjectKind, row: &Row) -> Result<(), UnknownReason> {
    let sql_mode = mode(row)?;
    let [client, connection] =
        [1, 2].map(|after| field(row, kind.text_column() + after).filter(|text| !text.is_empty()));
    let (Some(client), Some(connection)) = (client, connection) else {
        return Err(unknown("a program without its session's character sets"));
    };
    let Some(info) = catalog.flavor().collation(&connection) else {
        return Err(unknown(&format!("the collation {connection}")));
    };
    let zone = if kind == ObjectKind::Event { field(row, EVENT_ZONE) } else { None };
    let session = catalog.session_mut();
    if let Some(zone) = zone {
        session.time_zone = Some(zone);
    }
    session.sql_mode = sql_mode;
    session.character_set_client = client;
    session.connection = CharacterSet::new(info.charset, info.name);
    Ok(())
}

/// The sql_mode that stands beside every program's text.
fn mode(row: &Row) -> Result<SqlMode, UnknownReason> {
    SqlMode::parse(&field(row, 1).unwrap_or_default()).map_err(|error| unknown(&error.to_string()))
}

/// What the database's default was when the program was made.
fn database_set(context: &Context, kind: ObjectKind, row: &Row) -> Result<CharacterSet, UnknownReason> {
    let name = field(row, kind.text_column() + 3).unwrap_or_default();
    match context.flavor().collation(&name) {
        Some(info) => Ok(CharacterSet::new(info.charset, info.name)),
        None => Err(unknown(&format!("the collation {name}"))),
    }
}

fn unknown(construct: &str) -> UnknownReason {
    UnknownReason::Unsupported { construct: construct.to_owned(), line: None }
}
