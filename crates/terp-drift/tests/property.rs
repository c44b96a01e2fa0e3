//! What holds for any two schemas.

mod common;

use common::*;
use proptest::prelude::*;
use terp_drift::{Change, DiffOptions, diff, normalise};
use terp_schema_model::{
    CharacterSet, Check, Column, ColumnCharacterSet, ColumnType, DefaultValue, Flavor, ForeignKey, Index,
    IndexKind, IndexPart, LobSize, ReferentialAction, Schema, Table,
};

const NAMES: [&str; 5] = ["a", "b", "B", "c", "t_fk"];

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(&NAMES[..]).prop_map(str::to_owned)
}

fn ty() -> impl Strategy<Value = ColumnType> {
    prop_oneof![
        Just(int()),
        Just(int_width(5)),
        Just(int_width(11)),
        Just(decimal()),
        Just(varchar(10)),
        Just(ColumnType::Text { size: LobSize::Long }),
        Just(ColumnType::Json),
    ]
}

fn default_value() -> impl Strategy<Value = Option<DefaultValue>> {
    prop_oneof![
        Just(None),
        Just(Some(DefaultValue::Null)),
        prop::sample::select(&["0", "0.00", "1", "x"][..])
            .prop_map(|text| Some(DefaultValue::Literal(text.to_owned()))),
        prop::sample::select(&["concat(_utf8mb4'a')", "concat(_utf8mb3'a')", "now()"][..])
            .prop_map(|text| Some(DefaultValue::Expression(text.to_owned()))),
    ]
}

fn character_set() -> impl Strategy<Value = CharacterSet> {
    prop_oneof![
        Just(utf8mb4()),
        Just(CharacterSet::new("utf8", "utf8_bin")),
        Just(CharacterSet::new("utf8mb3", "utf8mb3_bin")),
    ]
}

fn any_check() -> impl Strategy<Value = Check> {
    (
        prop::sample::select(&["", "a", "chk"][..]),
        prop::sample::select(&["(`a` > 0)", "(`b` > 0)"][..]),
        any::<bool>(),
    )
        .prop_map(|(name, expression, not_enforced)| Check { not_enforced, ..check(name, expression) })
}

fn any_column() -> impl Strategy<Value = Column> {
    let sets = prop::option::of((character_set(), any::<bool>()));
    (name(), ty(), any::<bool>(), default_value(), sets, prop::option::weighted(0.1, any_check())).prop_map(
        |(name, ty, nullable, default, set, check)| {
            let mut column = Column::new(name, ty);
            column.nullable = nullable;
            column.default = default;
            column.check = check;
            column.character_set = set.map(|(set, explicit)| ColumnCharacterSet { set, explicit });
            column
        },
    )
}

fn any_index() -> impl Strategy<Value = Index> {
    let kind =
        prop::sample::select(&[IndexKind::Primary, IndexKind::Unique, IndexKind::Key, IndexKind::Key][..]);
    let parts = prop::collection::vec((name(), prop::option::weighted(0.1, Just(3))), 1..3);
    (name(), kind, parts, any::<bool>()).prop_map(|(name, kind, parts, generated)| {
        let parts = parts.into_iter().map(|(name, length)| IndexPart { length, ..IndexPart::column(name) });
        let name = if kind == IndexKind::Primary { "PRIMARY".to_owned() } else { name };
        Index { generated, ..Index::new(name, kind, parts.collect()) }
    })
}

fn any_foreign_key() -> impl Strategy<Value = ForeignKey> {
    let action = prop::sample::select(
        &[
            None,
            Some(ReferentialAction::Restrict),
            Some(ReferentialAction::Cascade),
            Some(ReferentialAction::NoAction),
        ][..],
    );
    (name(), name(), action)
        .prop_map(|(name, column, on_delete)| ForeignKey { on_delete, ..foreign_key(&name, &column, "p") })
}

/// A server has no two columns, indexes or foreign keys of one name in a table.
fn distinct<T>(list: Vec<T>, name: fn(&T) -> &str) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    list.into_iter().filter(|item| name(item).is_empty() || seen.insert(name(item).to_lowercase())).collect()
}

fn any_table() -> impl Strategy<Value = Table> {
    (
        prop::sample::select(&["t", "u", "T"][..]),
        character_set(),
        prop::collection::vec(any_column(), 0..4),
        prop::collection::vec(any_index(), 0..3),
        prop::collection::vec(any_foreign_key(), 0..3),
        prop::collection::vec(any_check(), 0..2),
    )
        .prop_map(|(name, set, columns, indexes, foreign_keys, checks)| {
            let mut table = Table::new(name, set);
            table.columns = distinct(columns, |column| &column.name);
            table.indexes = distinct(indexes, |index| &index.name);
            table.foreign_keys = distinct(foreign_keys, |key| &key.name);
            table.checks = distinct(checks, |check| &check.name);
            table
        })
}

fn any_schema() -> impl Strategy<Value = Schema> {
    (character_set(), prop::collection::vec(any_table(), 0..3)).prop_map(|(set, tables)| {
        let mut seen = std::collections::HashSet::new();
        let tables = tables.into_iter().filter(|table| seen.insert(table.name.clone())).collect();
        Schema { tables, ..Schema::new(set) }
    })
}

/// A small step away, or none at all: half of these change nothing that a server sees.
fn step(table: &mut Table, which: usize, other: Table) {
    let make_index = |key: &ForeignKey| Index {
        generated: true,
        ..Index::new(key.name.clone(), IndexKind::Key, key.columns.iter().map(IndexPart::column).collect())
    };
    match which {
        0 => table.columns = other.columns,
        1 => table.indexes = other.indexes,
        2 => table.foreign_keys = other.foreign_keys,
        3 => table.checks = other.checks,
        4 => table.columns.reverse(),
        5 => table.indexes.reverse(),
        6 => drop(table.indexes.pop()),
        7 => table.indexes.iter_mut().for_each(|index| index.generated = !index.generated),
        8 => {
            let made: Vec<Index> = table.foreign_keys.iter().map(make_index).collect();
            for index in made {
                if table.index(&index.name).is_none() {
                    table.indexes.push(index);
                }
            }
        }
        9 => table.foreign_keys.iter_mut().for_each(|key| key.on_update = Some(ReferentialAction::NoAction)),
        10 => table.columns.iter_mut().for_each(|column| {
            if let Some(set) = &mut column.character_set {
                set.explicit = !set.explicit;
            }
        }),
        11 => table.indexes.iter_mut().for_each(|index| {
            if index.kind != IndexKind::Primary {
                index.name.push('x');
            }
        }),
        12 => table.columns.iter_mut().for_each(|column| {
            if column.ty == int() {
                column.ty = int_width(11);
            }
        }),
        13 => table.checks.extend(table.columns.iter_mut().filter_map(|column| column.check.take())),
        14 => table.foreign_keys.iter_mut().for_each(|key| key.columns[0].make_ascii_uppercase()),
        _ => *table = Table { name: table.name.clone(), ..other },
    }
}

fn near() -> impl Strategy<Value = (Schema, Schema)> {
    (any_schema(), any_table(), 0..16usize).prop_map(|(left, table, which)| {
        let mut right = left.clone();
        match right.tables.first_mut() {
            Some(first) => step(first, which, table),
            None => right.tables.push(table),
        }
        (left, right)
    })
}

fn flavor() -> impl Strategy<Value = Flavor> {
    prop_oneof![Just(MYSQL), Just(MARIADB)]
}

fn compare(left: &Schema, right: &Schema, flavor: Flavor) -> Vec<Change> {
    diff(left, right, flavor, &DiffOptions::default())
}

/// The kinds and places of changes, with "missing" and "extra" exchanged.
fn mirrored(changes: &[Change]) -> Vec<String> {
    let mut list: Vec<String> = changes
        .iter()
        .map(|change| {
            let id = change.kind.id();
            match id.split_once('-') {
                Some(("missing", rest)) => format!("extra-{rest} {}", change.path),
                Some(("extra", rest)) => format!("missing-{rest} {}", change.path),
                // Renamed things have the left side's name, and which column moves is free.
                _ => format!("{id} {:?}", change.path.table),
            }
        })
        .collect();
    list.sort();
    list
}

fn told(changes: &[Change]) -> Vec<String> {
    let mut list: Vec<String> = changes
        .iter()
        .map(|change| match change.kind.id().split_once('-') {
            Some(("missing" | "extra", _)) => format!("{} {}", change.kind, change.path),
            _ => format!("{} {:?}", change.kind, change.path.table),
        })
        .collect();
    list.sort();
    list
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_differs_from_itself(schema in any_schema(), flavor in flavor()) {
        prop_assert_eq!(lines(&compare(&schema, &schema, flavor)), Vec::<String>::new());
    }

    #[test]
    fn empty_if_and_only_if_the_normal_forms_are_equal((left, right) in near(), flavor in flavor()) {
        let options = DiffOptions::default();
        let equal = normalise(&left, flavor, &options) == normalise(&right, flavor, &options);
        let changes = compare(&left, &right, flavor);
        prop_assert_eq!(changes.is_empty(), equal, "{:#?}", lines(&changes));
    }

    #[test]
    fn the_mirror_exchanges_missing_and_extra((left, right) in near(), flavor in flavor()) {
        prop_assert_eq!(told(&compare(&left, &right, flavor)), mirrored(&compare(&right, &left, flavor)));
    }

    #[test]
    fn normal_forms_are_normal(schema in any_schema(), flavor in flavor()) {
        let options = DiffOptions::default();
        let normal = normalise(&schema, flavor, &options);
        prop_assert_eq!(&normalise(&normal, flavor, &options), &normal);
    }
}
