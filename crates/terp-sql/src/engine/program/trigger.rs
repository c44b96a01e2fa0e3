//! CREATE TRIGGER.

use terp_schema_model::{Trigger, quote, same_name};

use super::body::{self, Place};
use super::{check_head, check_name, creation_context, definer, same_trigger};
use crate::ast::CreateTrigger;
use crate::engine::catalog::{Catalog, Effect, TableRef};
use crate::engine::error::{Result, messages, refuse, unsupported};
use crate::engine::merge;
use crate::lexer::{LexOptions, TokenKind, lex};

/// Executes CREATE TRIGGER.
pub(in crate::engine) fn create(catalog: &mut Catalog, create: &CreateTrigger) -> Result<Effect> {
    let flavor = catalog.flavor();
    check_head(catalog, &create.head)?;
    check_rows(create)?;
    body::check(&create.body, Place::Trigger)?;
    check_name(catalog, &create.name)?;
    let at = catalog.resolve(&create.name)?;
    let mut on = catalog.resolve(&create.table).or_else(|error| match create.name.schema {
        Some(_) => Ok(TableRef::new(&at.schema, &create.table.name.value)),
        None => Err(error),
    })?;
    // A table without a database is looked for in the trigger's.
    if create.table.schema.is_none() {
        on.schema.clone_from(&at.schema);
    }
    let table_span = create.table.span();
    catalog.check_writable(&on).map_err(|error| error.at(table_span))?;
    if on.schema != at.schema {
        return Err(refuse(1435, "Trigger in wrong schema").at(create.name.span()));
    }
    if flavor.is_mysql() && !catalog.has_database(&at.schema) {
        return Err(messages::unknown_database(&at.schema).at(create.name.span()));
    }
    if catalog.temporary(&on).is_some() {
        let what =
            if flavor.is_mysql() { "view or temporary table" } else { "a view, temporary table or sequence" };
        return Err(refuse(1361, format!("Trigger's '{}' is {what}", on.name)).at(table_span));
    }
    if catalog.is_view(&on) {
        return Err(messages::wrong_object(flavor, &on.schema, &on.name, "BASE TABLE").at(table_span));
    }
    merge::check_named(catalog, &on).map_err(|error| error.at(table_span))?;
    let Some(table) = catalog.table(&on.schema, &on.name) else {
        return Err(messages::no_such_table(&on.schema, &on.name).at(table_span));
    };
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let columns_known = check_columns(create, &columns);
    let existing = catalog.programs(&at.schema).and_then(|programs| programs.trigger(&at.name, flavor));
    // MySQL looks for the trigger first, MariaDB for the columns.
    if flavor.is_mariadb() {
        columns_known.clone()?;
    }
    let mut replaced = None;
    match existing {
        Some(_) if create.head.if_not_exists => return Ok(Effect::default()),
        Some(other) if create.head.or_replace && other.table == on.name => {
            replaced = Some(other.name.clone());
        }
        Some(_) if create.head.or_replace => {
            return Err(unsupported("OR REPLACE of another table's trigger"));
        }
        Some(other) => {
            let message = if flavor.is_mysql() {
                "Trigger already exists".to_owned()
            } else {
                format!("Trigger '{}.{}' already exists", at.schema, other.name)
            };
            return Err(refuse(1359, message).at(create.name.span()));
        }
        None => {}
    }
    columns_known?;
    let trigger = Trigger {
        name: at.name.clone(),
        table: on.name.clone(),
        timing: create.timing.clone(),
        event: create.event.clone(),
        definer: definer(&create.head)?,
        written: if flavor.is_mariadb() { create.written.clone() } else { String::new() },
        body: create.body.text.clone(),
        context: creation_context(catalog, &at.schema)?,
    };
    let Some(programs) = catalog.programs_mut(&at.schema) else {
        return Err(messages::unknown_database(&at.schema));
    };
    let mut triggers = programs.triggers.clone();
    triggers.retain(|other| replaced.as_ref() != Some(&other.name));
    let place = match &create.order {
        None => triggers.len(),
        Some((follows, other)) => {
            let found = triggers.iter().position(|t| {
                same_trigger(&t.name, &other.value, flavor)
                    && (&t.table, &t.timing, &t.event) == (&trigger.table, &trigger.timing, &trigger.event)
            });
            let Some(found) = found else {
                let message = format!(
                    "Referenced trigger '{}' for the given action time and event type does not exist",
                    other.value
                );
                return Err(refuse(if flavor.is_mysql() { 3011 } else { 4031 }, message).at(other.span));
            };
            found + usize::from(*follows)
        }
    };
    triggers.insert(place, trigger);
    programs.triggers = triggers;
    Ok(Effect::default())
}

/// NEW and OLD: there is no new row in DELETE, no old one in INSERT, and only the new one can change, before it is stored.
fn check_rows(create: &CreateTrigger) -> Result<()> {
    for row in &create.body.rows {
        let (name, missing_in) = if row.new { ("NEW", "DELETE") } else { ("OLD", "INSERT") };
        if row.assigned && !row.new {
            return Err(refuse(1362, "Updating of OLD row is not allowed in trigger").at(row.column.span));
        }
        if create.event == missing_in {
            let message = format!("There is no {name} row in on {missing_in} trigger");
            return Err(refuse(1363, message).at(row.column.span));
        }
        if row.assigned && create.timing == "AFTER" {
            return Err(
                refuse(1362, "Updating of NEW row is not allowed in after trigger").at(row.column.span)
            );
        }
    }
    Ok(())
}

fn check_columns(create: &CreateTrigger, columns: &[&str]) -> Result<()> {
    for row in &create.body.rows {
        if !columns.iter().any(|column| same_name(column, &row.column.value)) {
            let row_name = if row.new { "NEW" } else { "OLD" };
            return Err(messages::unknown_column(&row.column.value, row_name).at(row.column.span));
        }
    }
    Ok(())
}

/// Gives a trigger its table's new name. MariaDB writes it into the text.
pub(super) fn follow(trigger: &mut Trigger, table: &str) {
    table.clone_into(&mut trigger.table);
    let options = LexOptions {
        flavor: terp_schema_model::Flavor::MARIADB_11_8,
        ansi_quotes: trigger.context.sql_mode.split(',').any(|mode| mode == "ANSI_QUOTES"),
        no_backslash_escapes: false,
    };
    let lexed = lex(&trigger.written, &options);
    let tokens: Vec<_> =
        lexed.tokens.iter().filter(|token| !token.kind.is_trivia() && token.kind != TokenKind::Eof).collect();
    // .. ON [database .] table FOR EACH ROW
    let Some(last) = tokens.len().checked_sub(4) else { return };
    let qualified = last >= 2 && tokens[last - 1].kind == TokenKind::Dot;
    let Some(on) = last.checked_sub(if qualified { 3 } else { 1 }) else { return };
    let (start, end) = (tokens[on].span.start as usize, tokens[last].span.end as usize);
    trigger.written.replace_range(start..end, &format!("ON {}", quote::identifier(table)));
}
