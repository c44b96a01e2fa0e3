//! The schema: one database's objects.

use serde::{Deserialize, Serialize};

use crate::column::CharacterSet;
use crate::program::{Event, Routine, Trigger, View};
use crate::table::{Table, is_default};

/// One database, as plain data. Lists are sorted by name, as the server lists them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Schema {
    /// The database's name, where it is known.
    #[serde(default, skip_serializing_if = "is_default")]
    pub name: Option<String>,
    /// The database's default character set.
    pub character_set: CharacterSet,
    /// Its tables.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tables: Vec<Table>,
    /// Its views.
    #[serde(default, skip_serializing_if = "is_default")]
    pub views: Vec<View>,
    /// Its triggers, by table and in the order in which they fire.
    #[serde(default, skip_serializing_if = "is_default")]
    pub triggers: Vec<Trigger>,
    /// Its procedures and functions.
    #[serde(default, skip_serializing_if = "is_default")]
    pub routines: Vec<Routine>,
    /// Its events.
    #[serde(default, skip_serializing_if = "is_default")]
    pub events: Vec<Event>,
}

impl Schema {
    /// An empty database.
    pub const fn new(character_set: CharacterSet) -> Self {
        Self {
            name: None,
            character_set,
            tables: Vec::new(),
            views: Vec::new(),
            triggers: Vec::new(),
            routines: Vec::new(),
            events: Vec::new(),
        }
    }

    /// The table of exactly that name. Linear: build a map for many look-ups.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.name == name)
    }
}
