//! From a snapshot to the JSON of version 5, as drizzle-kit 0.31.11 writes it.

use std::collections::HashMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{
    NotHeld, Snapshot, SnapshotColumn, SnapshotDefault, SnapshotForeignKey, SnapshotIndex, SnapshotKeyPart,
    SnapshotTable, SnapshotVersion, SnapshotView,
};
use crate::chain::NO_SNAPSHOT;
use crate::json::Json;

pub(super) fn version_5(snapshot: &Snapshot) -> String {
    root(snapshot, &snapshot.id, first(&snapshot.prev_ids)).pretty()
}

pub(super) fn content_id(snapshot: &Snapshot) -> String {
    let text = root(snapshot, NO_SNAPSHOT, NO_SNAPSHOT).pretty();
    let lost: Vec<String> = not_in_version_5(snapshot).iter().map(ToString::to_string).collect();
    let digest = Sha256::digest(format!("{text}\n{}", lost.join("\n")));
    let mut hex = String::with_capacity(36);
    for (at, byte) in digest.iter().take(16).enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            hex.push('-');
        }
        // The two places that say which sort of UUID it is.
        let byte = match at {
            6 => 0x80 | byte & 0x0F,
            8 => 0x80 | byte & 0x3F,
            _ => *byte,
        };
        // Writing to a string can't fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Version 5 has room for one. A snapshot without any is a first one.
fn first(prev_ids: &[String]) -> &str {
    prev_ids.first().map_or(NO_SNAPSHOT, String::as_str)
}

fn root(snapshot: &Snapshot, id: &str, prev_id: &str) -> Json {
    let names = |pairs: &[(String, String)]| {
        Json::dictionary(pairs.iter().map(|(old, new)| (old.clone(), Json::string(new))))
    };
    let renamed = &snapshot.renamed;
    let meta = Json::record([
        ("schemas", Some(names(&renamed.schemas))),
        ("tables", Some(names(&renamed.tables))),
        ("columns", Some(names(&renamed.columns))),
    ]);
    let tables =
        snapshot.tables.iter().map(|table| (table.name.clone(), table_json(table, snapshot.version)));
    let views = snapshot.views.iter().map(|view| (view.name.clone(), view_json(view)));
    Json::record([
        ("version", Some(Json::string("5"))),
        ("dialect", Some(Json::string("mysql"))),
        ("id", Some(Json::string(id))),
        ("prevId", Some(Json::string(prev_id))),
        ("tables", Some(Json::dictionary(tables))),
        ("views", Some(Json::dictionary(views))),
        ("_meta", Some(meta)),
        ("internal", Some(internal(snapshot))),
    ])
}

fn table_json(table: &SnapshotTable, version: SnapshotVersion) -> Json {
    let named = |name: &str, fields: Json| (name.to_owned(), fields);
    let columns = table.columns.iter().map(|column| named(&column.name, column_json(column)));
    let indexes = table.indexes.iter().map(|index| named(&index.name, index_json(index)));
    let foreign_keys = table.foreign_keys.iter().map(|key| named(&key.name, foreign_key_json(key, version)));
    let primary_keys = table
        .primary_keys
        .iter()
        .map(|key| named(&key.name, key_json(&key.name, Json::strings(&key.columns))));
    let uniques =
        table.unique_constraints.iter().map(|key| named(&key.name, key_json(&key.name, parts(&key.parts))));
    let checks = table.checks.iter().map(|check| {
        let fields =
            [("name", Some(Json::string(&check.name))), ("value", Some(Json::string(&check.expression)))];
        named(&check.name, Json::record(fields))
    });
    Json::record([
        ("name", Some(Json::string(&table.name))),
        ("columns", Some(Json::dictionary(columns))),
        ("indexes", Some(Json::dictionary(indexes))),
        ("foreignKeys", Some(Json::dictionary(foreign_keys))),
        ("compositePrimaryKeys", Some(Json::dictionary(primary_keys))),
        ("uniqueConstraints", Some(Json::dictionary(uniques))),
        ("checkConstraint", Some(Json::dictionary(checks))),
    ])
}

fn column_json(column: &SnapshotColumn) -> Json {
    let generated = column.generated.as_ref().map(|generated| {
        let kind = if generated.stored { "stored" } else { "virtual" };
        Json::record([("as", Some(Json::string(&generated.expression))), ("type", Some(Json::string(kind)))])
    });
    let default = column.default.as_ref().map(|default| match default {
        SnapshotDefault::Sql(text) => Json::string(text),
        SnapshotDefault::Scalar(json) | SnapshotDefault::Other { json, .. } => Json::Raw(json.clone()),
    });
    Json::record([
        ("name", Some(Json::string(&column.name))),
        ("type", Some(Json::string(&column.sql_type))),
        ("primaryKey", Some(Json::boolean(column.primary_key))),
        ("notNull", Some(Json::boolean(column.not_null))),
        ("autoincrement", Some(Json::boolean(column.auto_increment))),
        // A column that has no ON UPDATE has no field for it.
        ("onUpdate", column.on_update_now.then(|| Json::boolean(true))),
        ("generated", generated),
        ("default", default),
    ])
}

fn key_json(name: &str, columns: Json) -> Json {
    Json::record([("name", Some(Json::string(name))), ("columns", Some(columns))])
}

fn parts(parts: &[SnapshotKeyPart]) -> Json {
    Json::strings(parts.iter().map(|part| {
        let (SnapshotKeyPart::Column(text) | SnapshotKeyPart::Sql(text)) = part;
        text
    }))
}

fn index_json(index: &SnapshotIndex) -> Json {
    let text = |text: &Option<String>| text.as_ref().map(Json::string);
    Json::record([
        ("name", Some(Json::string(&index.name))),
        ("columns", Some(parts(&index.parts))),
        ("isUnique", Some(Json::boolean(index.unique))),
        ("using", text(&index.using)),
        ("algorithm", text(&index.algorithm)),
        ("lock", text(&index.lock)),
    ])
}

fn foreign_key_json(key: &SnapshotForeignKey, version: SnapshotVersion) -> Json {
    let action = |action: &Option<String>| {
        action.as_ref().map(|action| match version {
            SnapshotVersion::V5 => Json::string(action),
            // drizzle-kit 1.0 writes them in upper case, 0.31 as the application does.
            SnapshotVersion::V6 => Json::string(action.to_ascii_lowercase()),
        })
    };
    Json::record([
        ("name", Some(Json::string(&key.name))),
        ("tableFrom", Some(Json::string(&key.table))),
        ("tableTo", Some(Json::string(&key.referenced_table))),
        ("columnsFrom", Some(Json::strings(&key.columns))),
        ("columnsTo", Some(Json::strings(&key.referenced_columns))),
        ("onDelete", action(&key.on_delete)),
        ("onUpdate", action(&key.on_update)),
    ])
}

fn view_json(view: &SnapshotView) -> Json {
    let text = |text: &Option<String>| text.as_ref().map(Json::string);
    let columns = view.columns.iter().map(|column| (column.name.clone(), column_json(column)));
    Json::record([
        ("columns", Some(Json::dictionary(columns))),
        ("name", Some(Json::string(&view.name))),
        ("isExisting", Some(Json::boolean(view.definition.is_none()))),
        ("definition", text(&view.definition)),
        ("withCheckOption", text(&view.check_option)),
        ("algorithm", text(&view.algorithm)),
        ("sqlSecurity", text(&view.sql_security)),
    ])
}

/// What is marked, by the name of a table or an index: columns or parts. Indexes of one name share an entry, whatever
/// their tables.
#[derive(Default)]
struct Marks<'a> {
    marked: Vec<(&'a str, Vec<&'a str>)>,
    by_owner: HashMap<&'a str, usize>,
}

impl<'a> Marks<'a> {
    fn add(&mut self, owner: &'a str, column: &'a str) {
        let at = *self.by_owner.entry(owner).or_insert_with(|| {
            self.marked.push((owner, Vec::new()));
            self.marked.len() - 1
        });
        if let Some((_, columns)) = self.marked.get_mut(at)
            && !columns.contains(&column)
        {
            columns.push(column);
        }
    }

    fn to_json(&self, mark: &str) -> Json {
        Json::dictionary(self.marked.iter().map(|(owner, columns)| {
            let column =
                |column: &&str| ((*column).to_owned(), Json::record([(mark, Some(Json::boolean(true)))]));
            let columns = Json::dictionary(columns.iter().map(column));
            ((*owner).to_owned(), Json::record([("columns", Some(columns))]))
        }))
    }
}

fn internal(snapshot: &Snapshot) -> Json {
    let (mut tables, mut indexes) = (Marks::default(), Marks::default());
    for table in &snapshot.tables {
        for column in table.columns.iter().filter(|column| column.default_is_expression) {
            tables.add(&table.name, &column.name);
        }
        let of_indexes = table.indexes.iter().map(|index| (&index.name, &index.parts));
        let of_uniques = table.unique_constraints.iter().map(|unique| (&unique.name, &unique.parts));
        for (name, parts) in of_indexes.chain(of_uniques) {
            for part in parts {
                if let SnapshotKeyPart::Sql(text) = part {
                    indexes.add(name, text);
                }
            }
        }
    }
    Json::record([
        ("tables", Some(tables.to_json("isDefaultAnExpression"))),
        ("indexes", Some(indexes.to_json("isExpression"))),
    ])
}

/// What is in a snapshot and not in its JSON of version 5.
pub(super) fn not_in_version_5(snapshot: &Snapshot) -> Vec<NotHeld> {
    let mut lost = Vec::new();
    let mut push = |table: Option<&str>, object: String, reason: String| {
        lost.push(NotHeld { table: table.map(str::to_owned), object, reason });
    };
    if let [_, others @ ..] = snapshot.prev_ids.as_slice()
        && !others.is_empty()
    {
        let reason = format!("`prevIds`: version 5 names one snapshot before it, not {}", others.len() + 1);
        push(None, "the snapshot".to_owned(), reason);
    }
    for table in &snapshot.tables {
        for column in &table.columns {
            let fsp = column.on_update_fsp.filter(|&fsp| column.on_update_now && fsp > 0);
            let lost = [
                column.character_set.as_ref().map(|name| format!("CHARACTER SET {name}")),
                column.collation.as_ref().map(|name| format!("COLLATE {name}")),
                fsp.map(|fsp| format!("the digits of ON UPDATE CURRENT_TIMESTAMP({fsp})")),
            ];
            for what in lost.into_iter().flatten() {
                let reason = format!("{what}: version 5 of a snapshot has no place for it");
                push(Some(&table.name), format!("the column `{}`", column.name), reason);
            }
        }
    }
    lost
}
