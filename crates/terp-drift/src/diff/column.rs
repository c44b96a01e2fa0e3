//! Columns: what each one is, and where it stands.

use std::borrow::Cow;
use std::collections::HashMap;

use terp_schema_model::{Column, ColumnType, DefaultValue, Table};

use super::order::moved;
use super::table::{Setting, pairs, settings_differ};
use super::{Changes, text_side};
use crate::change::{ChangeClass, ChangeKind, ChangeValue, ColumnPosition, ObjectKind, ObjectPath, Side};
use crate::normalise::fold;
use crate::options::DiffOptions;
use crate::sql;

type Positions<'a> = HashMap<Cow<'a, str>, usize>;

pub(super) fn compare(tables: [&Table; 2], normal: [&Table; 2], options: &DiffOptions, out: &mut Changes) {
    let shown = tables.map(positions);
    let compared = normal.map(positions);
    let flavor = out.flavor;
    let table = tables[0].name.as_str();
    let side = |column: &Column, table: &Table| Side {
        value: ChangeValue::Column(Box::new(column.clone())),
        sql: sql::column(column, table, flavor),
    };
    for column in &tables[0].columns {
        let name = fold(&column.name);
        let path = || ObjectPath::part(ObjectKind::Column, table, &column.name);
        let Some(other) = shown[1].get(&name).map(|at| &tables[1].columns[*at]) else {
            out.missing(ChangeKind::MissingColumn, path(), side(column, tables[0]));
            continue;
        };
        if let (Some(left), Some(right)) = (compared[0].get(&name), compared[1].get(&name)) {
            let [left, right] = [&normal[0].columns[*left], &normal[1].columns[*right]];
            if left != right {
                attributes(tables, [column, other], [left, right], &path, out);
            }
        }
    }
    for column in &tables[1].columns {
        if !shown[0].contains_key(&fold(&column.name)) {
            let path = ObjectPath::part(ObjectKind::Column, table, &column.name);
            out.extra(ChangeKind::ExtraColumn, path, side(column, tables[1]));
        }
    }
    if !options.ignore_column_order {
        order(tables, &shown, out);
    }
}

fn positions(table: &Table) -> Positions<'_> {
    let mut positions = HashMap::with_capacity(table.columns.len());
    for (at, column) in table.columns.iter().enumerate() {
        positions.entry(fold(&column.name)).or_insert(at);
    }
    positions
}

/// Of the columns that both tables have, the fewest that have to move.
fn order(tables: [&Table; 2], shown: &[Positions<'_>; 2], out: &mut Changes) {
    let (columns, there): (Vec<&Column>, Vec<usize>) = tables[0]
        .columns
        .iter()
        .filter_map(|column| Some((column, *shown[1].get(&fold(&column.name))?)))
        .unzip();
    let position = |table: &Table, at: usize| match at.checked_sub(1).and_then(|at| table.columns.get(at)) {
        Some(before) => ColumnPosition::After(before.name.clone()),
        None => ColumnPosition::First,
    };
    for ((column, there), moves) in columns.iter().zip(&there).zip(moved(&there)) {
        let Some(here) = shown[0].get(&fold(&column.name)).filter(|_| moves) else { continue };
        let [before, after] = [(tables[0], *here), (tables[1], *there)].map(|(table, at)| {
            let position = position(table, at);
            let sql = match &position {
                ColumnPosition::First => "FIRST".to_owned(),
                ColumnPosition::After(name) => format!("AFTER {}", sql::identifier(name)),
            };
            Side { value: ChangeValue::Position(position), sql }
        });
        let path = ObjectPath::part(ObjectKind::Column, &tables[0].name, &column.name);
        out.changed(ChangeKind::ColumnOrder, ChangeClass::Substance, path, before, after);
    }
}

/// Everything that one column can differ in. `columns` is what is shown, `normal` what is compared.
fn attributes(
    tables: [&Table; 2],
    columns: [&Column; 2],
    normal: [&Column; 2],
    path: &dyn Fn() -> ObjectPath,
    out: &mut Changes,
) {
    use ChangeClass::Substance;
    let flavor = out.flavor;
    let [left, right] = normal;
    if left.name != right.name {
        let [before, after] = columns.map(|column| text_side(&column.name, sql::identifier(&column.name)));
        out.changed(ChangeKind::ColumnName, ChangeClass::NameOnly, path(), before, after);
    }
    if left.ty != right.ty {
        let [before, after] = columns.map(|column| Side {
            value: ChangeValue::ColumnType(column.ty.clone()),
            sql: sql::column_type(column, flavor),
        });
        out.changed(ChangeKind::ColumnType, type_class(columns, normal), path(), before, after);
    }
    if left.nullable != right.nullable {
        let [before, after] = columns
            .map(|column| flag_side(column.nullable, if column.nullable { "NULL" } else { "NOT NULL" }));
        out.changed(ChangeKind::ColumnNullability, Substance, path(), before, after);
    }
    // A nullable column has DEFAULT NULL of itself: said once, with its nullability.
    let follows = left.nullable != right.nullable
        && columns.iter().all(|column| matches!(column.default, None | Some(DefaultValue::Null)));
    if left.default != right.default && !follows {
        let [before, after] = columns.map(|column| Side {
            value: ChangeValue::Default(column.default.clone()),
            sql: sql::default(column, flavor),
        });
        out.changed(ChangeKind::ColumnDefault, default_class(normal), path(), before, after);
    }
    let flags = [
        (
            ChangeKind::ColumnOnUpdate,
            columns.map(|column| column.on_update_now),
            "ON UPDATE CURRENT_TIMESTAMP",
        ),
        (ChangeKind::ColumnAutoIncrement, columns.map(|column| column.auto_increment), "AUTO_INCREMENT"),
        (ChangeKind::ColumnVisibility, columns.map(|column| column.invisible), "INVISIBLE"),
    ];
    for (kind, [before, after], keyword) in flags {
        if before != after {
            let [before, after] = [before, after]
                .map(|on| if on { flag_side(on, keyword) } else { flag_side(on, &format!("no {keyword}")) });
            out.changed(kind, Substance, path(), before, after);
        }
    }
    if left.generated != right.generated {
        let [before, after] = columns.map(|column| Side {
            value: ChangeValue::Generated(column.generated.clone()),
            sql: sql::generated(column),
        });
        out.changed(ChangeKind::ColumnGenerated, Substance, path(), before, after);
    }
    character_set(tables, columns, normal, path, out);
    if left.comment != right.comment {
        let [before, after] = columns.map(|column| text_side(&column.comment, sql::comment(&column.comment)));
        out.changed(ChangeKind::ColumnComment, Substance, path(), before, after);
    }
    for (before, after) in settings(left).into_iter().zip(settings(right)) {
        settings_differ(ChangeKind::ColumnOption, path, before, after, out);
    }
}

fn character_set(
    tables: [&Table; 2],
    columns: [&Column; 2],
    normal: [&Column; 2],
    path: &dyn Fn() -> ObjectPath,
    out: &mut Changes,
) {
    // A type that gains or loses its character set has said so already.
    let [Some(left), Some(right)] = normal.map(|column| column.character_set.as_ref()) else { return };
    if left == right {
        return;
    }
    let kind = if left.set.charset == right.set.charset {
        ChangeKind::ColumnCollation
    } else {
        ChangeKind::ColumnCharacterSet
    };
    let [before, after] = [(columns[0], tables[0]), (columns[1], tables[1])].map(|(column, table)| {
        let set = column.character_set.as_ref().map_or(&table.character_set, |set| &set.set);
        Side { value: ChangeValue::CharacterSet(Some(set.clone())), sql: sql::character_set(set) }
    });
    out.changed(kind, ChangeClass::Substance, path(), before, after);
}

fn flag_side(on: bool, sql: &str) -> Side {
    Side { value: ChangeValue::Flag(on), sql: sql.to_owned() }
}

/// A display width that one side doesn't show is cosmetic, two different ones are not.
fn type_class(columns: [&Column; 2], normal: [&Column; 2]) -> ChangeClass {
    let width = |column: &Column| match &column.ty {
        ColumnType::Integer { width, .. } => Some(*width),
        _ => None,
    };
    let bare = |column: &Column| {
        let mut ty = column.ty.clone();
        if let ColumnType::Integer { width, .. } = &mut ty {
            *width = None;
        }
        ty
    };
    let one_sided = matches!(columns.map(width), [Some(None), Some(Some(_))] | [Some(Some(_)), Some(None)]);
    if one_sided && bare(normal[0]) == bare(normal[1]) {
        ChangeClass::Cosmetic
    } else {
        ChangeClass::Substance
    }
}

/// `DEFAULT (now())` does what `DEFAULT CURRENT_TIMESTAMP` does.
fn default_class(normal: [&Column; 2]) -> ChangeClass {
    let is_now = |column: &Column| match &column.default {
        Some(DefaultValue::Now) => column.ty.fsp().unwrap_or(0) == 0,
        Some(DefaultValue::Expression(text)) => {
            matches!(
                text.to_ascii_lowercase().as_str(),
                "now()" | "current_timestamp()" | "current_timestamp"
            )
        }
        _ => false,
    };
    if normal.map(is_now) == [true, true] { ChangeClass::Cosmetic } else { ChangeClass::Substance }
}

/// The attributes that have no kind of their own. Taken apart by name, so that a new attribute can't be forgotten.
fn settings(column: &Column) -> Vec<Setting> {
    let Column {
        name: _,
        ty: _,
        character_set: _,
        nullable: _,
        default: _,
        on_update_now: _,
        auto_increment: _,
        generated: _,
        invisible: _,
        comment: _,
        // Compared with the table's checks.
        check: _,
        compressed,
        column_format,
        storage,
        engine_attribute,
        secondary_engine_attribute,
        not_secondary,
        system_versioning,
        attributes,
    } = column;
    let quoted = |value: &Option<String>| value.as_deref().map(sql::string);
    let compressed =
        compressed.as_ref().map(|method| if method.is_empty() { "zlib" } else { method }.to_owned());
    vec![
        ("COMPRESSED", compressed),
        ("COLUMN_FORMAT", column_format.clone()),
        ("STORAGE", storage.clone()),
        ("ENGINE_ATTRIBUTE", quoted(engine_attribute)),
        ("SECONDARY_ENGINE_ATTRIBUTE", quoted(secondary_engine_attribute)),
        ("NOT SECONDARY", not_secondary.then(|| "1".to_owned())),
        ("SYSTEM VERSIONING", system_versioning.map(|on| u8::from(on).to_string())),
        ("engine-defined attributes", pairs(attributes)),
    ]
}
