//! From the JSON of a snapshot of version 6 to its types: one flat list of entities, each of which names its table.

use std::collections::{HashMap, HashSet};

use jsonc_parser::ast::Value;

use super::read::{generated, owned};
use super::{
    Snapshot, SnapshotCheck, SnapshotColumn, SnapshotDefault, SnapshotForeignKey, SnapshotIndex,
    SnapshotKeyPart, SnapshotPrimaryKey, SnapshotTable, SnapshotVersion, SnapshotView,
};
use crate::error::FormatErrorKind;
use crate::json::{self, Fault, Read, Record};
use crate::place::{Location, Places};

/// What a foreign key may do.
const ACTIONS: [&str; 5] = ["NO ACTION", "RESTRICT", "SET NULL", "CASCADE", "SET DEFAULT"];

pub(super) fn snapshot(root: &Record<'_, '_>, places: &Places<'_>) -> Read<Snapshot> {
    const FIELDS: [&str; 6] = ["version", "dialect", "id", "prevIds", "ddl", "renames"];
    root.has_only(&FIELDS)?;
    let mut reader = Reader { places, tables: Vec::new(), by_name: HashMap::new(), seen: HashSet::new() };
    let mut views = Vec::new();
    let entities = root.list("ddl")?;
    // Tables first: nothing says that they stand before what belongs to them.
    for value in entities {
        match kind(value)?.1 {
            "tables" => reader.table(value)?,
            "views" => views.push(reader.view(value)?),
            _ => {}
        }
    }
    for value in entities {
        match kind(value)? {
            (_, "tables" | "views") => {}
            (_, "columns") => reader.column(value)?,
            (_, "pks") => reader.primary_key(value)?,
            (_, "fks") => reader.foreign_key(value)?,
            (_, "indexes") => reader.index(value)?,
            (_, "checks") => reader.check(value)?,
            (entity, other) => {
                let message = format!("entities of the type {other:?} are not known here");
                return Err(Fault::new(
                    FormatErrorKind::UnknownField,
                    entity.offset_of("entityType"),
                    message,
                ));
            }
        }
    }
    Ok(Snapshot {
        version: SnapshotVersion::V6,
        id: root.string("id")?.to_owned(),
        prev_ids: root.strings("prevIds")?,
        tables: reader.tables,
        views,
        renamed: super::SnapshotRenames::default(),
        renames: if root.value("renames").is_some() { root.strings("renames")? } else { Vec::new() },
    })
}

fn kind<'v, 'a>(value: &'v Value<'a>) -> Read<(Record<'v, 'a>, &'v str)> {
    let entity = Record::open(value, "the entity")?;
    Ok((entity, entity.string("entityType")?))
}

struct Reader<'p> {
    places: &'p Places<'p>,
    tables: Vec<SnapshotTable>,
    by_name: HashMap<String, usize>,
    /// What there is of each kind, by its table and its name: drizzle-kit forgets a second one in silence.
    seen: HashSet<(&'static str, String, String)>,
}

impl Reader<'_> {
    /// The name of an entity and where it stands.
    fn name(&mut self, entity: &Record<'_, '_>, kind: &'static str, table: &str) -> Read<(String, Location)> {
        let name = entity.string("name")?.to_owned();
        let offset = entity.offset_of("name");
        if !self.seen.insert((kind, table.to_owned(), name.clone())) {
            let of = if table.is_empty() { String::new() } else { format!(" of the table `{table}`") };
            let message = format!("{kind} `{name}`{of} is there twice");
            return Err(Fault::new(FormatErrorKind::DuplicateKey, offset, message));
        }
        Ok((name, self.places.find(offset).into()))
    }

    /// The name of an entity that belongs to a table, where it stands, and the table.
    fn owned_by(
        &mut self,
        entity: &Record<'_, '_>,
        kind: &'static str,
    ) -> Read<(String, Location, &mut SnapshotTable)> {
        let table = entity.string("table")?;
        let (name, at) = self.name(entity, kind, table)?;
        let found = self.by_name.get(table).and_then(|&at| self.tables.get_mut(at));
        let Some(found) = found else {
            let message =
                format!("{kind} `{name}` belongs to the table `{table}`, which is not in the snapshot");
            return Err(Fault::new(FormatErrorKind::MissingField, entity.offset_of("table"), message));
        };
        Ok((name, at, found))
    }

    fn table(&mut self, value: &Value<'_>) -> Read<()> {
        let entity = Record::closed(value, "the table", &["entityType", "name"])?;
        let (name, at) = self.name(&entity, "the table", "")?;
        self.by_name.insert(name.clone(), self.tables.len());
        self.tables.push(SnapshotTable { name, at, ..SnapshotTable::default() });
        Ok(())
    }

    fn column(&mut self, value: &Value<'_>) -> Read<()> {
        const FIELDS: [&str; 12] = [
            "entityType",
            "table",
            "name",
            "type",
            "notNull",
            "autoIncrement",
            "default",
            "onUpdateNow",
            "onUpdateNowFsp",
            "charSet",
            "collation",
            "generated",
        ];
        let entity = Record::closed(value, "the column", &FIELDS)?;
        let sql_type = entity.string("type")?.to_owned();
        // drizzle-kit 1.0 marks a serial column as auto-increment and doesn't write that: `serial` says so itself.
        let auto_increment = entity.boolean("autoIncrement", false)? && sql_type != "serial";
        let default = entity.nullable_string("default")?.map(|text| SnapshotDefault::Sql(text.to_owned()));
        let on_update_fsp = match entity.not_null("onUpdateNowFsp") {
            None => None,
            Some(digits) => Some(fsp(digits)?),
        };
        let column = SnapshotColumn {
            sql_type,
            not_null: entity.boolean("notNull", false)?,
            auto_increment,
            character_set: owned(entity.nullable_string("charSet")?),
            collation: owned(entity.nullable_string("collation")?),
            default,
            on_update_now: entity.boolean("onUpdateNow", false)?,
            on_update_fsp,
            generated: entity.not_null("generated").map(generated).transpose()?,
            ..SnapshotColumn::default()
        };
        let (name, at, table) = self.owned_by(&entity, "the column")?;
        table.columns.push(SnapshotColumn { name, at, ..column });
        Ok(())
    }

    fn primary_key(&mut self, value: &Value<'_>) -> Read<()> {
        let fields = ["entityType", "table", "name", "columns", "nameExplicit"];
        let entity = Record::closed(value, "the primary key", &fields)?;
        let columns = entity.strings("columns")?;
        let (name, at, table) = self.owned_by(&entity, "the primary key")?;
        table.primary_keys.push(SnapshotPrimaryKey { name, at, columns });
        Ok(())
    }

    fn foreign_key(&mut self, value: &Value<'_>) -> Read<()> {
        const FIELDS: [&str; 9] = [
            "entityType",
            "table",
            "name",
            "columns",
            "tableTo",
            "columnsTo",
            "onUpdate",
            "onDelete",
            "nameExplicit",
        ];
        let entity = Record::closed(value, "the foreign key", &FIELDS)?;
        let foreign_key = SnapshotForeignKey {
            table: entity.string("table")?.to_owned(),
            columns: entity.strings("columns")?,
            referenced_table: entity.string("tableTo")?.to_owned(),
            referenced_columns: entity.strings("columnsTo")?,
            on_update: choice(&entity, "onUpdate", &ACTIONS)?,
            on_delete: choice(&entity, "onDelete", &ACTIONS)?,
            name_explicit: name_explicit(&entity)?,
            ..SnapshotForeignKey::default()
        };
        let (name, at, table) = self.owned_by(&entity, "the foreign key")?;
        table.foreign_keys.push(SnapshotForeignKey { name, at, ..foreign_key });
        Ok(())
    }

    fn index(&mut self, value: &Value<'_>) -> Read<()> {
        const FIELDS: [&str; 9] = [
            "entityType",
            "table",
            "name",
            "columns",
            "isUnique",
            "using",
            "algorithm",
            "lock",
            "nameExplicit",
        ];
        let entity = Record::closed(value, "the index", &FIELDS)?;
        let index = SnapshotIndex {
            parts: entity.list("columns")?.iter().map(key_part).collect::<Read<_>>()?,
            unique: entity.boolean("isUnique", false)?,
            using: choice(&entity, "using", &["btree", "hash"])?,
            algorithm: choice(&entity, "algorithm", &["default", "inplace", "copy"])?,
            lock: choice(&entity, "lock", &["default", "none", "shared", "exclusive"])?,
            name_explicit: name_explicit(&entity)?,
            ..SnapshotIndex::default()
        };
        let (name, at, table) = self.owned_by(&entity, "the index")?;
        table.indexes.push(SnapshotIndex { name, at, ..index });
        Ok(())
    }

    fn check(&mut self, value: &Value<'_>) -> Read<()> {
        let entity = Record::closed(value, "the check", &["entityType", "table", "name", "value"])?;
        let expression = entity.string("value")?.to_owned();
        let (name, at, table) = self.owned_by(&entity, "the check")?;
        table.checks.push(SnapshotCheck { name, at, expression });
        Ok(())
    }

    fn view(&mut self, value: &Value<'_>) -> Read<SnapshotView> {
        const FIELDS: [&str; 6] =
            ["entityType", "name", "definition", "algorithm", "sqlSecurity", "withCheckOption"];
        let entity = Record::closed(value, "the view", &FIELDS)?;
        let (name, at) = self.name(&entity, "the view", "")?;
        Ok(SnapshotView {
            name,
            at,
            columns: Vec::new(),
            // A view that is made elsewhere is not in a snapshot of version 6, but `drizzle-kit up` carries it over
            // with `null`.
            definition: owned(entity.nullable_string("definition")?),
            algorithm: choice(&entity, "algorithm", &["undefined", "merge", "temptable"])?,
            sql_security: choice(&entity, "sqlSecurity", &["definer", "invoker"])?,
            check_option: choice(&entity, "withCheckOption", &["local", "cascaded"])?,
        })
    }
}

fn key_part(value: &Value<'_>) -> Read<SnapshotKeyPart> {
    let part = Record::closed(value, "the part of the index", &["value", "isExpression"])?;
    let text = part.string("value")?.to_owned();
    Ok(match part.boolean("isExpression", false)? {
        true => SnapshotKeyPart::Sql(text),
        false => SnapshotKeyPart::Column(text),
    })
}

/// A text that is one of a few; `null` is none.
fn choice(entity: &Record<'_, '_>, field: &'static str, known: &[&str]) -> Read<Option<String>> {
    let text = entity.nullable_string(field)?;
    match text.filter(|text| !known.contains(text)) {
        None => Ok(owned(text)),
        Some(other) => {
            let message = format!("`{field}` has to be one of {}, but is {other:?}", known.join(", "));
            Err(Fault::new(FormatErrorKind::WrongType, entity.offset_of(field), message))
        }
    }
}

fn name_explicit(entity: &Record<'_, '_>) -> Read<Option<bool>> {
    match entity.not_null("nameExplicit") {
        None => Ok(None),
        Some(_) => entity.boolean("nameExplicit", false).map(Some),
    }
}

/// The digits of a second's fraction. Servers refuse more than 6; that is for them to say.
fn fsp(value: &Value<'_>) -> Read<u8> {
    let digits = value.as_number_lit().and_then(|number| number.value.parse().ok());
    digits.ok_or_else(|| json::wrong_type(value, "onUpdateNowFsp", "a small number"))
}
