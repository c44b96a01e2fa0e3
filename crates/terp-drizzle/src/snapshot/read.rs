//! From the JSON of a snapshot to its types.

use std::collections::{HashMap, HashSet};

use jsonc_parser::ast::{ObjectProp, Value};
use jsonc_parser::common::Ranged;

use super::{
    Snapshot, SnapshotCheck, SnapshotColumn, SnapshotDefault, SnapshotForeignKey, SnapshotGenerated,
    SnapshotIndex, SnapshotKeyPart, SnapshotPrimaryKey, SnapshotRenames, SnapshotTable, SnapshotUnique,
    SnapshotVersion, SnapshotView, read_v6,
};
use crate::error::{FormatError, FormatErrorKind};
use crate::json::{self, Fault, Json, Read, Record};
use crate::place::Places;

pub(super) fn snapshot(text: &str) -> Result<Snapshot, FormatError> {
    let places = Places::new(text);
    let read = || {
        let value = json::parse(text)?;
        let root = Record::open(&value, "the snapshot")?;
        match version(&root)? {
            SnapshotVersion::V5 => version_5(&root, &places),
            SnapshotVersion::V6 => read_v6::snapshot(&root, &places),
        }
    };
    read().map_err(|fault: Fault| fault.in_text(&places))
}

fn version_5(root: &Record<'_, '_>, places: &Places<'_>) -> Read<Snapshot> {
    let reader = Reader {
        places,
        expressions: marked(root, "indexes", "isExpression")?,
        default_expressions: marked(root, "tables", "isDefaultAnExpression")?,
    };
    Ok(Snapshot {
        version: SnapshotVersion::V5,
        id: root.string("id")?.to_owned(),
        prev_ids: vec![root.string("prevId")?.to_owned()],
        tables: root.required("tables").and_then(|_| reader.each(root, "tables", Reader::table))?,
        views: reader.each(root, "views", Reader::view)?,
        renamed: renamed(root)?,
        renames: Vec::new(),
    })
}

fn renamed(root: &Record<'_, '_>) -> Read<SnapshotRenames> {
    let Some(meta) = root.value("_meta") else { return Ok(SnapshotRenames::default()) };
    let meta = Record::closed(meta, "`_meta`", &["schemas", "tables", "columns"])?;
    let names = |field: &'static str| {
        let pair =
            |prop| Ok((json::key(prop).0.to_owned(), json::string(&prop.value, "the new name")?.to_owned()));
        meta.dictionary(field)?.iter().map(pair).collect::<Read<Vec<_>>>()
    };
    Ok(SnapshotRenames { schemas: names("schemas")?, tables: names("tables")?, columns: names("columns")? })
}

fn version(root: &Record<'_, '_>) -> Read<SnapshotVersion> {
    let dialect = root.string("dialect")?;
    if dialect != "mysql" {
        let message = format!("the snapshot is for {dialect}, not for mysql");
        return Err(Fault::new(FormatErrorKind::Dialect, root.offset_of("dialect"), message));
    }
    let version = root.string("version")?;
    let known = [SnapshotVersion::V5, SnapshotVersion::V6];
    known.into_iter().find(|known| known.as_str() == version).ok_or_else(|| {
        let message = format!("version {version} of the snapshot is not known here: it has to be 5 or 6");
        Fault::new(FormatErrorKind::Version, root.offset_of("version"), message)
    })
}

/// The columns of an index or a table that `internal` marks, by the index's or table's name alone: the parts of
/// indexes that are SQL text, and the defaults that are expressions.
type Marked<'v> = HashMap<&'v str, HashSet<&'v str>>;

fn marked<'v>(root: &Record<'v, '_>, list: &'static str, mark: &'static str) -> Read<Marked<'v>> {
    let mut marked = Marked::new();
    let Some(internal) = root.value("internal") else { return Ok(marked) };
    for owner in Record::open(internal, "internal")?.dictionary(list)? {
        let (name, _) = json::key(owner);
        let what = if list == "indexes" { "the index in `internal`" } else { "the table in `internal`" };
        for part in Record::open(&owner.value, what)?.dictionary("columns")? {
            if Record::open(&part.value, "the column in `internal`")?.boolean(mark, false)? {
                marked.entry(name).or_default().insert(json::key(part).0);
            }
        }
    }
    Ok(marked)
}

struct Reader<'p, 'v> {
    places: &'p Places<'p>,
    expressions: Marked<'v>,
    default_expressions: Marked<'v>,
}

impl Reader<'_, '_> {
    fn each<T>(
        &self,
        record: &Record<'_, '_>,
        field: &'static str,
        read: fn(&Self, &ObjectProp<'_>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let entries = record.dictionary(field)?;
        // Things go by the `name` in them; a key is only where that is looked up.
        let mut names = HashSet::with_capacity(entries.len());
        for prop in entries {
            let name = json::field(&prop.value, "name").and_then(Value::as_string_lit);
            if !names.insert(name.map_or(json::key(prop).0, |name| name.value.as_ref())) {
                let offset = name.map_or(json::key(prop).1, Ranged::start);
                let message = format!("two of `{field}` have this name");
                return Err(Fault::new(FormatErrorKind::DuplicateKey, offset, message));
            }
        }
        entries.iter().map(|prop| read(self, prop)).collect()
    }

    fn table(&self, prop: &ObjectProp<'_>) -> Read<SnapshotTable> {
        const FIELDS: [&str; 8] = [
            "name",
            "schema",
            "columns",
            "indexes",
            "foreignKeys",
            "compositePrimaryKeys",
            "uniqueConstraints",
            "checkConstraint",
        ];
        let (key, offset) = json::key(prop);
        let table = Record::closed(&prop.value, "the table", &FIELDS)?;
        table.required("columns")?;
        let name = table.optional_string("name")?.unwrap_or(key).to_owned();
        let mut foreign_keys: Vec<SnapshotForeignKey> =
            self.each(&table, "foreignKeys", Self::foreign_key)?;
        for foreign_key in foreign_keys.iter_mut().filter(|foreign_key| foreign_key.table.is_empty()) {
            foreign_key.table.clone_from(&name);
        }
        let mut columns: Vec<SnapshotColumn> = self.each(&table, "columns", Self::column)?;
        if let Some(marked) = self.default_expressions.get(name.as_str()) {
            for column in &mut columns {
                column.default_is_expression = marked.contains(column.name.as_str());
            }
        }
        Ok(SnapshotTable {
            name,
            at: self.places.find(offset).into(),
            columns,
            indexes: self.each(&table, "indexes", Self::index)?,
            foreign_keys,
            primary_keys: self.each(&table, "compositePrimaryKeys", Self::primary_key)?,
            unique_constraints: self.each(&table, "uniqueConstraints", Self::unique)?,
            checks: self.each(&table, "checkConstraint", Self::check)?,
        })
    }

    fn column(&self, prop: &ObjectProp<'_>) -> Read<SnapshotColumn> {
        const FIELDS: [&str; 8] =
            ["name", "type", "primaryKey", "notNull", "autoincrement", "default", "onUpdate", "generated"];
        let (key, offset) = json::key(prop);
        let column = Record::closed(&prop.value, "the column", &FIELDS)?;
        Ok(SnapshotColumn {
            name: column.optional_string("name")?.unwrap_or(key).to_owned(),
            at: self.places.find(offset).into(),
            sql_type: column.string("type")?.to_owned(),
            primary_key: column.boolean("primaryKey", false)?,
            not_null: column.boolean("notNull", false)?,
            auto_increment: column.boolean("autoincrement", false)?,
            default: column.value("default").map(default),
            on_update_now: column.boolean("onUpdate", false)?,
            generated: column.value("generated").map(generated).transpose()?,
            ..SnapshotColumn::default()
        })
    }

    fn index(&self, prop: &ObjectProp<'_>) -> Read<SnapshotIndex> {
        const FIELDS: [&str; 6] = ["name", "columns", "isUnique", "using", "algorithm", "lock"];
        let (key, offset) = json::key(prop);
        let index = Record::closed(&prop.value, "the index", &FIELDS)?;
        let name = index.optional_string("name")?.unwrap_or(key);
        Ok(SnapshotIndex {
            name: name.to_owned(),
            at: self.places.find(offset).into(),
            parts: self.key_parts(&index, name)?,
            unique: index.boolean("isUnique", false)?,
            using: owned(index.optional_string("using")?),
            algorithm: owned(index.optional_string("algorithm")?),
            lock: owned(index.optional_string("lock")?),
            name_explicit: None,
        })
    }

    fn unique(&self, prop: &ObjectProp<'_>) -> Read<SnapshotUnique> {
        let (key, offset) = json::key(prop);
        let unique = Record::closed(&prop.value, "the unique constraint", &["name", "columns"])?;
        let name = unique.optional_string("name")?.unwrap_or(key);
        Ok(SnapshotUnique {
            name: name.to_owned(),
            at: self.places.find(offset).into(),
            parts: self.key_parts(&unique, name)?,
        })
    }

    fn key_parts(&self, record: &Record<'_, '_>, index: &str) -> Read<Vec<SnapshotKeyPart>> {
        let sql = self.expressions.get(index);
        let part = |text: String| match sql.is_some_and(|sql| sql.contains(text.as_str())) {
            true => SnapshotKeyPart::Sql(text),
            false => SnapshotKeyPart::Column(text),
        };
        Ok(record.strings("columns")?.into_iter().map(part).collect())
    }

    fn primary_key(&self, prop: &ObjectProp<'_>) -> Read<SnapshotPrimaryKey> {
        let (key, offset) = json::key(prop);
        let primary_key = Record::closed(&prop.value, "the primary key", &["name", "columns"])?;
        Ok(SnapshotPrimaryKey {
            name: primary_key.optional_string("name")?.unwrap_or(key).to_owned(),
            at: self.places.find(offset).into(),
            columns: primary_key.strings("columns")?,
        })
    }

    fn foreign_key(&self, prop: &ObjectProp<'_>) -> Read<SnapshotForeignKey> {
        const FIELDS: [&str; 7] =
            ["name", "tableFrom", "tableTo", "columnsFrom", "columnsTo", "onDelete", "onUpdate"];
        let (key, offset) = json::key(prop);
        let foreign_key = Record::closed(&prop.value, "the foreign key", &FIELDS)?;
        // An empty action is how drizzle-kit itself says that there is none.
        let action = |text: Option<&str>| owned(text.filter(|text| !text.is_empty()));
        Ok(SnapshotForeignKey {
            name: foreign_key.optional_string("name")?.unwrap_or(key).to_owned(),
            at: self.places.find(offset).into(),
            table: foreign_key.optional_string("tableFrom")?.unwrap_or_default().to_owned(),
            columns: foreign_key.strings("columnsFrom")?,
            referenced_table: foreign_key.string("tableTo")?.to_owned(),
            referenced_columns: foreign_key.strings("columnsTo")?,
            on_update: action(foreign_key.optional_string("onUpdate")?),
            on_delete: action(foreign_key.optional_string("onDelete")?),
            name_explicit: None,
        })
    }

    fn check(&self, prop: &ObjectProp<'_>) -> Read<SnapshotCheck> {
        let (key, offset) = json::key(prop);
        let check = Record::closed(&prop.value, "the check", &["name", "value"])?;
        Ok(SnapshotCheck {
            name: check.optional_string("name")?.unwrap_or(key).to_owned(),
            at: self.places.find(offset).into(),
            expression: check.string("value")?.to_owned(),
        })
    }

    fn view(&self, prop: &ObjectProp<'_>) -> Read<SnapshotView> {
        const FIELDS: [&str; 7] =
            ["name", "columns", "definition", "isExisting", "algorithm", "sqlSecurity", "withCheckOption"];
        let (key, offset) = json::key(prop);
        let view = Record::closed(&prop.value, "the view", &FIELDS)?;
        let made_elsewhere = view.boolean("isExisting", false)?;
        Ok(SnapshotView {
            name: view.optional_string("name")?.unwrap_or(key).to_owned(),
            at: self.places.find(offset).into(),
            columns: self.each(&view, "columns", Self::column)?,
            definition: if made_elsewhere { None } else { Some(view.string("definition")?.to_owned()) },
            algorithm: owned(view.optional_string("algorithm")?),
            sql_security: owned(view.optional_string("sqlSecurity")?),
            check_option: owned(view.optional_string("withCheckOption")?),
        })
    }
}

fn default(value: &Value<'_>) -> SnapshotDefault {
    match value {
        Value::StringLit(text) => SnapshotDefault::Sql(text.value.as_ref().to_owned()),
        Value::Object(_) | Value::Array(_) => {
            SnapshotDefault::Other { sql: javascript_text(value), json: Json::of(value).pretty() }
        }
        _ => SnapshotDefault::Scalar(javascript_text(value)),
    }
}

/// What JavaScript makes of a value in a template string.
fn javascript_text(value: &Value<'_>) -> String {
    match value {
        Value::StringLit(text) => text.value.as_ref().to_owned(),
        Value::NumberLit(number) => number.value.to_owned(),
        Value::BooleanLit(boolean) => boolean.value.to_string(),
        Value::NullKeyword(_) => "null".to_owned(),
        Value::Object(_) => "[object Object]".to_owned(),
        Value::Array(array) => {
            let element = |element: &Value<'_>| match element {
                Value::NullKeyword(_) => String::new(),
                other => javascript_text(other),
            };
            array.elements.iter().map(element).collect::<Vec<_>>().join(",")
        }
    }
}

pub(super) fn generated(value: &Value<'_>) -> Read<SnapshotGenerated> {
    let generated = Record::closed(value, "`generated`", &["type", "as"])?;
    let stored = match generated.string("type")? {
        "stored" => true,
        "virtual" => false,
        other => {
            let message =
                format!("the `type` of a generated column has to be stored or virtual, but is {other:?}");
            return Err(Fault::new(FormatErrorKind::WrongType, generated.offset_of("type"), message));
        }
    };
    Ok(SnapshotGenerated { expression: generated.string("as")?.to_owned(), stored })
}

pub(super) fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}
