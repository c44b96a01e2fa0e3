//! Columns that carry something from one table into another.
//!
//! A builder is a mutable object. Where one is shared, what was called on it for the first table holds for the second one too,
//! and so do the name and the unique constraint's name that the first table gave it. drizzle-kit says nothing of it.

use std::rc::Rc;

use crate::declare::column::{Builder, TableId};
use crate::typescript::value::Site;

/// What a column has from another table.
#[derive(Clone)]
pub(crate) struct Leak {
    /// The call that made the shared builder.
    pub(crate) builder: Site,
    /// The table and the key from which it comes, and where.
    pub(crate) from: (Rc<str>, Rc<str>, Site),
    /// The key that it went to, and where.
    pub(crate) to: (Rc<str>, Site),
    /// In words: `NOT NULL`, `the unique constraint's name a_b_unique`.
    pub(crate) what: Vec<String>,
}

/// What a builder brings along that a table is about to take.
pub(crate) fn found(builder: &Builder<'_>, table: &TableId, key: &Rc<str>, site: Site) -> Option<Leak> {
    let state = builder.state.borrow();
    let last = state.builds.last()?;
    let mut what: Vec<String> = Vec::new();
    let mut from = None;
    for change in &state.changes {
        let is_earlier = change.tick < last.tick && change.later && !table.call.contains(change.site);
        let again =
            |method: &str| state.changes.iter().any(|other| other.tick > last.tick && other.method == method);
        let from_the_start = state.changes.iter().any(|other| !other.later && other.method == change.method);
        let accumulates = change.method == "references";
        if !is_earlier
            || !accumulates && (again(change.method) || from_the_start && change.method != "default")
        {
            continue;
        }
        let described = match change.method {
            "notNull" => "NOT NULL".to_owned(),
            "primaryKey" => "the primary key".to_owned(),
            "autoincrement" => "AUTO_INCREMENT".to_owned(),
            "default" | "defaultNow" => "its default".to_owned(),
            "onUpdateNow" => "ON UPDATE CURRENT_TIMESTAMP".to_owned(),
            "unique" => "the unique constraint".to_owned(),
            "references" => "a foreign key".to_owned(),
            "generatedAlwaysAs" => "the generation expression".to_owned(),
            other => other.to_owned(),
        };
        if !what.contains(&described) {
            what.push(described);
        }
        // The table that took it first after the change.
        from = from.or_else(|| state.builds.iter().find(|build| build.tick > change.tick));
    }
    let first = state.builds.first()?;
    let own_unique_name = state.changes.iter().rev().find(|change| change.method == "unique");
    let made = format!("{}_{}_unique", first.table.name, state.name);
    let renamed_since = own_unique_name.is_some_and(|change| change.tick > last.tick);
    if state.unique
        && !renamed_since
        && state.unique_name.as_deref() == Some(&*made)
        && first.table.name != table.name
    {
        what.push(format!("the unique constraint's name `{made}`"));
        from = from.or(Some(first));
    }
    if state.key_as_name && state.name == first.key && *key != first.key {
        what.push(format!("the name `{}`", state.name));
        from = from.or(Some(first));
    }
    let from = from?;
    Some(Leak {
        builder: builder.created,
        from: (from.table.name.clone(), from.key.clone(), from.site),
        to: (key.clone(), site),
        what,
    })
}
