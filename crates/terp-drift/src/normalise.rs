//! The form of a schema that is compared: what servers treat as the same does not differ in it.
//!
//! It is no schema to be shown or executed: references are in lower case, numbers are in scientific notation.

mod default;
mod program;
mod table;
mod text;

use terp_schema_model::{CharacterSet, Flavor, Schema};

pub(crate) use program::{
    normalise_event, normalise_routine, normalise_trigger, normalise_view, without_starts,
};
pub(crate) use table::{covers, fold, is_implied, normalise_table};

use crate::options::DiffOptions;

/// The form of a schema that is compared.
///
/// Two schemas whose forms are equal have no difference. The reverse holds but for what is unknown on one side only
/// (a definer, the session that created a program, when an event starts), which is compared where both sides know it.
pub fn normalise(schema: &Schema, flavor: Flavor, options: &DiffOptions) -> Schema {
    let name = schema.name.as_deref();
    let mut tables: Vec<_> =
        schema.tables.iter().map(|table| normalise_table(table, name, flavor, options)).collect();
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    let mut views: Vec<_> = schema.views.iter().map(|view| normalise_view(view, options)).collect();
    views.sort_by(|a, b| a.name.cmp(&b.name));
    let mut triggers: Vec<_> =
        schema.triggers.iter().map(|trigger| normalise_trigger(trigger, options)).collect();
    // Stable: what fires first stays first.
    triggers.sort_by(|a, b| (&a.table, &a.timing, &a.event).cmp(&(&b.table, &b.timing, &b.event)));
    let mut routines: Vec<_> =
        schema.routines.iter().map(|routine| normalise_routine(routine, options)).collect();
    routines.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    let mut events: Vec<_> = schema.events.iter().map(|event| normalise_event(event, options)).collect();
    events.sort_by(|a, b| a.name.cmp(&b.name));
    Schema {
        name: None,
        character_set: normalise_character_set(&schema.character_set),
        tables,
        views,
        triggers,
        routines,
        events,
    }
}

/// `utf8` is `utf8mb3`, in the names of collations too.
pub(crate) fn normalise_character_set(set: &CharacterSet) -> CharacterSet {
    let charset = set.charset.to_ascii_lowercase();
    let collation = set.collation.to_ascii_lowercase();
    CharacterSet {
        charset: if charset == "utf8" { "utf8mb3".to_owned() } else { charset },
        collation: match collation.strip_prefix("utf8_") {
            Some(rest) => format!("utf8mb3_{rest}"),
            None => collation,
        },
    }
}
