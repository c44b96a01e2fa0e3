//! What a change means for the data and for those who use it: in which stage it belongs, and whether it can lose something.

mod column_type;

use serde::{Deserialize, Serialize};
use terp_drift::{Change, ChangeKind, ChangeValue, DiffOptions, ObjectKind, diff};
use terp_schema_model::quote::identifier;
use terp_schema_model::{Column, Flavor, Generated, Schema, Table};

pub(crate) use column_type::{Conversion, conversion};

/// When a step runs. An application can be released between two stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// 1: adds what the application before the change does not notice.
    Expand,
    /// 2: what existing rows or writers can offend against: constraints, conversions, programs.
    Constrain,
    /// 3: takes away what the application after the change does not need.
    Contract,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Self; 3] = [Self::Expand, Self::Constrain, Self::Contract];

    /// 1, 2 or 3.
    pub const fn number(self) -> u8 {
        match self {
            Self::Expand => 1,
            Self::Constrain => 2,
            Self::Contract => 3,
        }
    }

    /// From 1, 2 or 3.
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Expand),
            2 => Some(Self::Constrain),
            3 => Some(Self::Contract),
            _ => None,
        }
    }

    /// What it does, in a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Constrain => "constrain",
            Self::Contract => "contract",
        }
    }
}

/// The stage of one change of a table that exists on both sides.
pub(crate) fn stage(change: &Change, from: &Table, to: &Table, flavor: Flavor) -> Stage {
    use ChangeKind as Kind;
    let name = change.path.name.as_deref().unwrap_or_default();
    match change.kind {
        Kind::MissingColumn => column_stage(name, from, to, flavor).unwrap_or(Stage::Constrain),
        Kind::MissingCheck | Kind::CheckExpression => match change.before.as_ref().map(|side| &side.value) {
            Some(ChangeValue::Check(check, _)) => bases(&check.expression, from, to, flavor)
                .map_or(Stage::Constrain, |stage| stage.max(Stage::Constrain)),
            _ => Stage::Constrain,
        },
        Kind::ColumnOrder => Stage::Expand,
        Kind::TableComment | Kind::TableCharacterSet | Kind::TableCollation => Stage::Expand,
        Kind::IndexName | Kind::IndexVisibility | Kind::IndexComment => Stage::Expand,
        Kind::MissingIndex => match &change.before.as_ref().map(|side| &side.value) {
            Some(ChangeValue::Index(index)) if index.is_unique() => Stage::Constrain,
            Some(ChangeValue::Index(index)) => index
                .parts
                .iter()
                .filter_map(|part| part.column_name())
                .filter_map(|column| column_stage(column, from, to, flavor))
                .max()
                .unwrap_or(Stage::Expand),
            _ => Stage::Constrain,
        },
        Kind::ExtraCheck => match change.after.as_ref().map(|side| &side.value) {
            // With the first of its columns that changes: it need not hold for what that becomes.
            Some(ChangeValue::Check(check, _)) => from
                .columns
                .iter()
                .filter(|column| check.expression.contains(&identifier(&column.name)))
                .filter_map(|column| column_stage(&column.name, from, to, flavor))
                .min()
                .unwrap_or(Stage::Contract),
            _ => Stage::Contract,
        },
        Kind::ExtraColumn | Kind::ExtraIndex | Kind::ExtraForeignKey | Kind::ExtraPrimaryKey => {
            Stage::Contract
        }
        _ if change.path.object == ObjectKind::Column => {
            column_stage(name, from, to, flavor).unwrap_or(Stage::Constrain)
        }
        _ => Stage::Constrain,
    }
}

/// A new column that rows and writers who do not name it can do without.
fn added_column(column: &Column) -> Stage {
    let filled = column.nullable || column.default.is_some() || column.generated.is_some();
    if filled && !column.auto_increment && column.check.is_none() { Stage::Expand } else { Stage::Constrain }
}

/// The stage in which a column takes its new form; `None` where it does not change.
fn column_stage(name: &str, from: &Table, to: &Table, flavor: Flavor) -> Option<Stage> {
    let own = own_stage(name, from, to, flavor)?;
    // What is computed is computed of what its columns are to be: how it is written depends on them.
    let computed = to.column(name).and_then(|column| match &column.generated {
        Some(Generated::Expression { expression, .. }) => bases(expression, from, to, flavor),
        _ => None,
    });
    Some(computed.map_or(own, |stage| stage.max(own)))
}

/// The last stage in which a column of an expression takes its new form.
fn bases(expression: &str, from: &Table, to: &Table, flavor: Flavor) -> Option<Stage> {
    let named = to.columns.iter().filter(|column| expression.contains(&identifier(&column.name)));
    named.filter_map(|column| own_stage(&column.name, from, to, flavor)).max()
}

fn own_stage(name: &str, from: &Table, to: &Table, flavor: Flavor) -> Option<Stage> {
    match (from.column(name), to.column(name)) {
        (None, Some(column)) => Some(added_column(column)),
        (Some(before), Some(after)) if before != after => {
            Some(changed_column(before, after, from, to, flavor))
        }
        _ => None,
    }
}

fn changed_column(before: &Column, after: &Column, from: &Table, to: &Table, flavor: Flavor) -> Stage {
    let mut stage = match conversion((before, from), (after, to), flavor) {
        Conversion::Same | Conversion::Widens => Stage::Expand,
        Conversion::Reshapes => Stage::Constrain,
        Conversion::Refuses(_) | Conversion::Loses(..) => Stage::Contract,
    };
    if before.nullable && !after.nullable || before.auto_increment != after.auto_increment {
        stage = stage.max(Stage::Constrain);
    }
    let expression = |column: &Column| column.generated.clone();
    if expression(before) != expression(after) || before.check != after.check {
        stage = stage.max(Stage::Constrain);
    }
    // Values that someone wrote make room for computed ones.
    if before.generated.is_none() && after.generated.is_some() {
        stage = Stage::Contract;
    }
    stage
}

/// What a step can destroy, and the query that says whether there is any of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct Loss {
    /// Where: `table` or `table.column`.
    pub place: String,
    /// What would be gone, in words.
    pub what: String,
    /// Gives a row if there is something to lose, and none if not. `None` where no query can tell.
    pub probe: Option<String>,
}

/// The condition for a value that a new column of that definition would not have by itself.
fn written(column: &Column) -> String {
    use terp_schema_model::{ColumnType, DefaultValue};
    let name = identifier(&column.name);
    let differs = |literal: &str| format!("NOT ({name} <=> {literal})");
    match (&column.default, column.nullable, &column.ty) {
        (Some(DefaultValue::Literal(_)), ..) => differs(&format!("DEFAULT({name})")),
        (None, false, ty) if ty.is_numeric() => differs("0"),
        (None, false, ColumnType::Char { .. } | ColumnType::Varchar { .. } | ColumnType::Text { .. }) => {
            differs("''")
        }
        _ => format!("{name} IS NOT NULL"),
    }
}

/// What goes with a table.
pub(crate) fn rows_of(table: &str) -> Loss {
    Loss {
        place: table.to_owned(),
        what: "the rows of the table".to_owned(),
        probe: Some(format!("SELECT 1 FROM {} LIMIT 1", identifier(table))),
    }
}

/// What becomes lost on the way from one form of a table to another, or to none.
pub(crate) fn losses_between(before: Option<&Table>, after: Option<&Table>, flavor: Flavor) -> Vec<Loss> {
    match (before, after) {
        (Some(before), None) => vec![rows_of(&before.name)],
        (Some(before), Some(after)) => {
            let alone = |table: &Table| {
                let mut schema = Schema::new(table.character_set.clone());
                schema.tables.push(table.clone());
                schema
            };
            let changes = diff(&alone(after), &alone(before), flavor, &DiffOptions::default());
            losses(&changes.iter().collect::<Vec<_>>(), before, after, flavor)
        }
        (None, _) => Vec::new(),
    }
}

/// What the changes of one table can destroy.
pub(crate) fn losses(changes: &[&Change], from: &Table, to: &Table, flavor: Flavor) -> Vec<Loss> {
    let table = identifier(&from.name);
    let mut out: Vec<Loss> = Vec::new();
    for change in changes {
        let Some(name) = change.path.name.as_deref() else { continue };
        let place = format!("{}.{name}", from.name);
        let (Some(before), after) = (from.column(name), to.column(name)) else { continue };
        if change.path.object != ObjectKind::Column || out.iter().any(|loss| loss.place == place) {
            continue;
        }
        // What is computed can be computed again.
        if matches!(before.generated, Some(Generated::Expression { .. })) {
            continue;
        }
        let column = identifier(&before.name);
        match (change.kind, after) {
            (ChangeKind::ExtraColumn, _) => {
                let condition = written(before);
                out.push(Loss {
                    place,
                    what: "the values of the column".to_owned(),
                    probe: Some(format!("SELECT 1 FROM {table} WHERE {condition} LIMIT 1")),
                });
            }
            (_, Some(after)) if after.generated.is_some() => out.push(Loss {
                place,
                what: "the values that were written, for computed ones".to_owned(),
                probe: Some(format!("SELECT 1 FROM {table} WHERE {column} IS NOT NULL LIMIT 1")),
            }),
            (_, Some(after)) => {
                if let Conversion::Loses(what, condition) = conversion((before, from), (after, to), flavor) {
                    let condition = condition
                        .map_or_else(|| format!("{column} IS NOT NULL"), |text| text.replace('@', &column));
                    let probe = Some(format!("SELECT 1 FROM {table} WHERE {condition} LIMIT 1"));
                    out.push(Loss { place, what: what.to_owned(), probe });
                }
            }
            _ => {}
        }
    }
    out
}
