//! Where the objects of a view of the schema are from.

use std::collections::HashMap;

use terp_drift::{ObjectKind, ObjectPath, Place};
use terp_drizzle::{Location, Snapshot};

use crate::provenance::Provenance;

/// Where the objects of a view of the schema are from, as far as that is known.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum ObjectPlaces {
    /// It is not known.
    #[default]
    Unknown,
    /// Statements that were run.
    Statements(Provenance),
    /// A snapshot, or what was declared in the form of one.
    Snapshot(SnapshotPlaces),
}

impl ObjectPlaces {
    /// What is known from statements, where it is known from them.
    pub const fn provenance(&self) -> Option<&Provenance> {
        match self {
            Self::Statements(provenance) => Some(provenance),
            _ => None,
        }
    }

    /// The place to look at for an object; `None` where nothing is known of it or its table.
    pub fn place_of(&self, path: &ObjectPath) -> Option<Place> {
        match self {
            Self::Unknown => None,
            Self::Statements(provenance) => provenance.place_of(path),
            Self::Snapshot(places) => places.place_of(path),
        }
    }
}

/// Where a snapshot has each of its tables and views, and each part of a table.
#[derive(Debug, Clone, Default)]
pub struct SnapshotPlaces {
    files: Vec<String>,
    tables: HashMap<String, TablePlaces>,
    views: HashMap<String, Location>,
}

#[derive(Debug, Clone)]
struct TablePlaces {
    at: Location,
    /// By kind and lower-case name.
    parts: HashMap<(ObjectKind, String), Location>,
}

/// Finds the places of a snapshot's objects. `files` are the names of the files that its [`Location`]s count; a snapshot that
/// was read from JSON has one. Of two tables with one name the last counts, as it does for drizzle-kit.
pub fn snapshot_places(snapshot: &Snapshot, files: &[String]) -> SnapshotPlaces {
    let mut places = SnapshotPlaces { files: files.to_vec(), ..SnapshotPlaces::default() };
    for table in &snapshot.tables {
        let mut parts = HashMap::new();
        let mut add = |kind, name: &str, at| parts.insert((kind, name.to_lowercase()), at);
        // Servers make an index for a foreign key, and give it its name: such an index is where the key is.
        for key in &table.foreign_keys {
            add(ObjectKind::Index, &key.name, key.at);
            add(ObjectKind::ForeignKey, &key.name, key.at);
        }
        for column in &table.columns {
            add(ObjectKind::Column, &column.name, column.at);
            if column.primary_key {
                add(ObjectKind::Index, PRIMARY, column.at);
            }
        }
        // Of several primary keys drizzle-kit writes the first.
        if let Some(key) = table.primary_keys.first() {
            add(ObjectKind::Index, PRIMARY, key.at);
        }
        for unique in &table.unique_constraints {
            add(ObjectKind::Index, &unique.name, unique.at);
        }
        for index in &table.indexes {
            add(ObjectKind::Index, &index.name, index.at);
        }
        for check in &table.checks {
            add(ObjectKind::Check, &check.name, check.at);
        }
        places.tables.insert(table.name.clone(), TablePlaces { at: table.at, parts });
    }
    places.views.extend(snapshot.views.iter().map(|view| (view.name.clone(), view.at)));
    places
}

/// The name that servers give to a primary key, whatever a snapshot calls it.
const PRIMARY: &str = "primary";

impl SnapshotPlaces {
    /// The place of an object; of a part that the snapshot doesn't have, that of its table. `None` where it has no such table.
    pub fn place_of(&self, path: &ObjectPath) -> Option<Place> {
        let at = match (&path.table, &path.name) {
            (Some(table), name) => {
                let table = self.tables.get(table)?;
                let part =
                    name.as_ref().and_then(|name| table.parts.get(&(path.object, name.to_lowercase())));
                *part.unwrap_or(&table.at)
            }
            (None, Some(name)) if path.object == ObjectKind::View => *self.views.get(name)?,
            (None, _) => return None,
        };
        Some(Place::at(self.files.get(at.file)?, at.line, at.column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SNAPSHOT: &str = r#"{"version": "5", "dialect": "mysql", "id": "a", "prevId": "b",
"tables": {
  "users": {"name": "users",
    "columns": {
      "id": {"name": "id", "type": "int", "primaryKey": false, "notNull": true, "autoincrement": false},
      "Mail": {"name": "Mail", "type": "int", "primaryKey": false, "notNull": true, "autoincrement": false}},
    "indexes": {
      "mail_idx": {"name": "mail_idx", "columns": ["Mail"], "isUnique": false}},
    "foreignKeys": {
      "mail_fk": {"name": "mail_fk", "tableFrom": "users", "tableTo": "mails", "columnsFrom": ["Mail"], "columnsTo": ["id"]}},
    "compositePrimaryKeys": {
      "users_id": {"name": "users_id", "columns": ["id"]}},
    "uniqueConstraints": {
      "one_mail": {"name": "one_mail", "columns": ["Mail"]}},
    "checkConstraint": {
      "positive": {"name": "positive", "value": "id > 0"}}}
},
"views": {
  "mails": {"name": "mails", "definition": "select 1", "columns": {}, "isExisting": false,
    "algorithm": "undefined", "sqlSecurity": "definer"}},
"_meta": {"schemas": {}, "tables": {}, "columns": {}}, "internal": {"tables": {}, "indexes": {}}}"#;

    #[test]
    fn each_object_has_its_line() {
        let snapshot = Snapshot::parse(SNAPSHOT).expect("a good snapshot");
        let places = snapshot_places(&snapshot, &["s.json".to_owned()]);
        let part = |kind, name: &str| ObjectPath::part(kind, "users", name);
        let cases = [
            (ObjectPath::table("users"), Some(3)),
            (part(ObjectKind::Column, "id"), Some(5)),
            (part(ObjectKind::Column, "mail"), Some(6)),
            (part(ObjectKind::Index, "mail_idx"), Some(8)),
            (part(ObjectKind::ForeignKey, "mail_fk"), Some(10)),
            (part(ObjectKind::Index, "mail_fk"), Some(10)),
            (part(ObjectKind::Index, "PRIMARY"), Some(12)),
            (part(ObjectKind::Index, "one_mail"), Some(14)),
            (part(ObjectKind::Check, "positive"), Some(16)),
            (part(ObjectKind::Column, "unknown"), Some(3)),
            (ObjectPath::program(ObjectKind::View, "mails"), Some(19)),
            (ObjectPath::table("unknown"), None),
            (ObjectPath::program(ObjectKind::Event, "mails"), None),
            (ObjectPath::schema(), None),
        ];
        for (path, line) in cases {
            let place = places.place_of(&path);
            assert_eq!(place.as_ref().and_then(|place| place.line), line, "{path}: {place:?}");
            assert!(place.is_none_or(|place| place.file == "s.json" && place.column.is_some()));
        }
    }

    #[test]
    fn several_files_are_told_apart() {
        let mut snapshot = Snapshot::parse(SNAPSHOT).expect("a good snapshot");
        snapshot.tables[0].columns[1].at = Location { file: 1, line: 7, column: 3 };
        let places = snapshot_places(&snapshot, &["a.ts".to_owned(), "b.ts".to_owned()]);
        let at = |name| places.place_of(&ObjectPath::part(ObjectKind::Column, "users", name));
        assert_eq!(at("MAIL").map(|place| place.to_string()).as_deref(), Some("b.ts:7:3"));
        assert_eq!(at("id").map(|place| place.file).as_deref(), Some("a.ts"));
    }
}
