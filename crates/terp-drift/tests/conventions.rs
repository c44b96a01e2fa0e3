//! The project's conventions on every view of the schema.

#![expect(clippy::unwrap_used, reason = "tests fail with a panic")]

mod common;

use std::collections::BTreeSet;

use common::{MYSQL, column, int, plain, schema, told, varchar};
use terp_drift::{ConventionView, Conventions, ObjectPath, Place, check_conventions, convention_counts};
use terp_schema_model::{Column, ColumnType, DefaultValue, Schema, Table};

fn conventions(text: &str) -> Conventions {
    toml::from_str(text).unwrap()
}

fn version() -> Column {
    let mut version = column("version", int());
    version.default = Some(DefaultValue::Literal("1".to_owned()));
    version
}

fn deleted_at() -> Column {
    let mut deleted = column("deleted_at", ColumnType::Timestamp { fsp: 0 });
    deleted.nullable = true;
    deleted
}

fn table(name: &str, columns: &[Column]) -> Table {
    let mut table = plain(name);
    table.columns.extend_from_slice(columns);
    table
}

/// Places are `view:1:columns of the path`.
fn check(views: &[(&str, Schema)], unchecked: &[&str], text: &str) -> Vec<String> {
    let unchecked: BTreeSet<String> = unchecked.iter().map(|table| (*table).to_owned()).collect();
    let places: Vec<_> = views
        .iter()
        .map(|(name, _)| move |path: &ObjectPath| Some(Place::file(format!("{name}.ts#{path}"))))
        .collect();
    let views: Vec<ConventionView<'_>> = views
        .iter()
        .zip(&places)
        .map(|((name, schema), place_of)| ConventionView { name, schema, unchecked: &unchecked, place_of })
        .collect();
    told(&check_conventions(&views, &conventions(text), MYSQL))
}

fn one(tables: Vec<Table>, text: &str) -> Vec<String> {
    check(&[("declared", schema(tables))], &[], text)
}

#[test]
fn nothing_is_wanted_of_a_project_without_conventions() {
    assert_eq!(conventions(""), Conventions::default());
    assert_eq!(one(vec![plain("a")], ""), [""; 0]);
}

#[test]
fn configuration_is_read_and_typos_in_it_are_not() {
    let read = conventions(
        "required-tables = ['users']\n\
         [optimistic-locking]\ncolumn = 'rev'\ntables = ['orders']\nothers = 'must-not'\nexpected-tables = 1\n\
         [soft-delete]\nmust = ['a']\nmay = ['b']\nmust-not = ['c_*']\nothers = 'must'\nexpected-tables = 49\n",
    );
    assert_eq!(read.required_tables, ["users"]);
    assert_eq!(read.soft_delete.and_then(|soft| soft.expected_tables), Some(49));
    for text in
        ["required_tables = []", "[soft-delete]\nmustnt = []", "[optimistic-locking]\nothers = 'maybe'"]
    {
        assert!(toml::from_str::<Conventions>(text).is_err(), "{text}");
    }
}

#[test]
fn required_tables() {
    let both = || schema(vec![plain("orders"), plain("users")]);
    let text = "required-tables = ['users', 'orders', 'aud*']";
    let views =
        [("declared", both()), ("snapshot 0003", both()), ("replayed", schema(vec![plain("orders")]))];
    assert_eq!(
        check(&views, &[], text),
        [
            "error[missing-required-table] a table `aud*` is required, and there is none (in declared, snapshot 0003 \
             and replayed) @ ",
            "error[missing-required-table] the table `users` is required, and is not there (in replayed) @ "
        ]
    );
    assert_eq!(
        check(&views, &["users", "audits"], text),
        [
            "note[missing-required-table] whether the table is there is not judged for `audits`, which could not be \
             checked (in declared, snapshot 0003 and replayed) @ ",
            "note[missing-required-table] whether the table is there is not judged for `users`, which could not be \
             checked (in replayed) @ "
        ]
    );
    assert_eq!(one(vec![plain("users")], "required-tables = ['users', 'us*']"), [""; 0]);
}

#[test]
fn optimistic_locking() {
    let text = "[optimistic-locking]\ntables = ['orders', 'bat*']";
    let good = || vec![table("batches", &[version()]), table("orders", &[version()]), plain("users")];
    assert_eq!(one(good(), text), [""; 0]);
    let wrong = |edit: fn(&mut Column)| {
        let mut version = version();
        edit(&mut version);
        one(vec![table("orders", &[version])], text)
    };
    assert_eq!(wrong(|column| column.name = "Version".to_owned()), [""; 0]);
    assert_eq!(wrong(|column| column.default = Some(DefaultValue::Expression("1".to_owned()))), [""; 0]);
    let what =
        "`orders`.`version` is not what optimistic locking needs, an integer column NOT NULL with default 1";
    assert_eq!(
        wrong(|column| {
            column.nullable = true;
            column.default = Some(DefaultValue::Null);
        }),
        [format!(
            "error[optimistic-locking] {what}: it may be NULL and it has no default (in declared) \
             @ declared.ts#orders.version (declared)"
        )]
    );
    for (edit, fault) in [
        (
            (|c| c.default = Some(DefaultValue::Literal("0".to_owned()))) as fn(&mut Column),
            "its default is 0",
        ),
        (|c| c.ty = varchar(20), "its type is varchar(20)"),
        (|c| c.default = Some(DefaultValue::Expression("rand()".to_owned())), "its default is (rand())"),
        (|c| c.default = Some(DefaultValue::Bits("1".to_owned())), "its default is another"),
    ] {
        assert!(wrong(edit)[0].contains(&format!("{what}: {fault} (in declared)")), "{:?}", wrong(edit));
    }
    assert_eq!(
        one(vec![plain("orders")], text),
        [
            "error[optimistic-locking] `orders` has no column `version`, which optimistic locking needs (in declared) \
          @ declared.ts#orders (declared)"
        ]
    );
}

#[test]
fn other_tables_may_have_a_version_unless_they_must_not() {
    let tables = || vec![table("apps", &[column("version", varchar(20))]), table("orders", &[version()])];
    let text = "[optimistic-locking]\ntables = ['orders']\n";
    assert_eq!(one(tables(), text), [""; 0]);
    assert_eq!(
        one(tables(), &format!("{text}others = 'must-not'")),
        ["error[optimistic-locking] `apps` has a column `version`, and is not to have optimistic locking \
          (in declared) @ declared.ts#apps.version (declared)"]
    );
    assert!(one(tables(), &format!("{text}others = 'must'"))[0].contains("its type is varchar(20)"));
    assert_eq!(one(tables(), &format!("{text}expected-tables = 1")), [""; 0]);
    assert_eq!(
        one(tables(), &format!("{text}expected-tables = 2")),
        [
            "error[optimistic-locking] 2 tables with optimistic locking are expected, and there is 1 (in declared) @ "
        ]
    );
}

#[test]
fn soft_delete() {
    let text =
        "[soft-delete]\nmust = ['orders']\nmay = ['notes']\nmust-not = ['audit_*']\nothers = 'must-not'\n";
    let datetime = || Column { ty: ColumnType::DateTime { fsp: 3 }, ..deleted_at() };
    let good =
        || vec![table("audit_log", &[]), table("notes", &[datetime()]), table("orders", &[deleted_at()])];
    assert_eq!(one(good(), text), [""; 0]);
    assert_eq!(one(good(), &format!("{text}expected-tables = 2")), [""; 0]);
    let mut not_null = deleted_at();
    not_null.nullable = false;
    let text_column = Column { ty: varchar(30), ..not_null.clone() };
    let bad = vec![
        table("audit_log", &[deleted_at()]),
        table("notes", &[not_null]),
        table("orders", &[text_column]),
        table("others", &[Column { name: "deletedAt".to_owned(), ..deleted_at() }]),
    ];
    assert_eq!(
        one(bad, text),
        [
            "error[soft-delete] `audit_log` has a column `deleted_at`, and is not to have soft delete (in declared) \
             @ declared.ts#audit_log.deleted_at (declared)",
            "warning[soft-delete] `notes`.`deleted_at` is not what soft delete needs, a nullable TIMESTAMP or \
             DATETIME column: it is NOT NULL (in declared) @ declared.ts#notes.deleted_at (declared)",
            "error[soft-delete] `orders`.`deleted_at` is not what soft delete needs, a nullable TIMESTAMP or \
             DATETIME column: its type is varchar(30) and it is NOT NULL (in declared) \
             @ declared.ts#orders.deleted_at (declared)",
            "error[soft-delete] `others` has a column `deletedAt`, and is not to have soft delete (in declared) \
             @ declared.ts#others.deletedAt (declared)",
        ]
    );
    // A name that is given is the only one.
    let named = "[soft-delete]\ncolumn = 'removed_at'\nothers = 'must-not'";
    assert_eq!(one(good(), named), [""; 0]);
}

#[test]
fn the_same_fault_in_several_views_is_one_finding() {
    let text = "[soft-delete]\nmust = ['orders']";
    let views = [
        ("declared", schema(vec![plain("orders")])),
        ("snapshot 0003", schema(vec![table("orders", &[deleted_at()])])),
        ("replayed", schema(vec![plain("orders")])),
    ];
    assert_eq!(
        check(&views, &[], text),
        [
            "error[soft-delete] `orders` has no column `deleted_at`, which soft delete needs (in declared and replayed) \
          @ declared.ts#orders (declared); replayed.ts#orders (replayed)"
        ]
    );
    // A table that was not checked is named, and neither judged nor counted.
    assert_eq!(
        check(&views[..1], &["orders"], &format!("{text}\nexpected-tables = 7")),
        [
            "note[soft-delete] soft delete is not judged for `orders`, which could not be checked (in declared) @ ",
            "note[soft-delete] the number of tables with soft delete is not judged, since 1 table could not be \
             checked (in declared) @ "
        ]
    );
}

#[test]
fn names_in_the_lists_that_no_view_has() {
    let text = "[optimistic-locking]\ntables = ['ordres']\n[soft-delete]\nmay = ['nothing_like_it']\nmust-not = ['log_*']";
    assert_eq!(
        one(vec![plain("orders")], text),
        [
            "error[optimistic-locking] `tables` of optimistic locking names the table `ordres`, which no view of the \
             schema has (did you mean `orders`?) @ ",
            "warning[soft-delete] `may` of soft delete names the table `nothing_like_it`, which no view of the schema \
             has @ ",
        ]
    );
    // A table of one view is enough, and so is one that might be there.
    let views = [("declared", schema(vec![table("ordres", &[version()])])), ("replayed", schema(Vec::new()))];
    assert!(!check(&views, &[], text).iter().any(|line| line.contains("optimistic")));
    assert_eq!(check(&views[1..], &["ordres", "nothing_like_it"], text), [""; 0]);
    assert_eq!(check(&[], &[], text), [""; 0]);
}

#[test]
fn lists_that_contradict_each_other() {
    let text = "[soft-delete]\nmust = ['audit_x', 'both']\nmust-not = ['audit_*', 'both']";
    let tables = vec![table("audit_x", &[deleted_at()]), plain("audit_y"), plain("both")];
    assert_eq!(
        one(tables, text),
        ["error[soft-delete] `both` is in `must` and `must-not` of soft delete: it is not judged @ "]
    );
}

#[test]
fn counts_follow_the_conventions() {
    let tables = vec![
        table("a", &[version(), deleted_at()]),
        table("b", &[column("version", int())]),
        table("c", &[Column { name: "deletedAt".to_owned(), ..deleted_at() }]),
        table("d", &[Column { name: "rev".to_owned(), ..version() }]),
        table("d", &[version()]),
    ];
    let schema = schema(tables);
    let counts = |text: &str| {
        let counts = convention_counts(&schema, &conventions(text));
        (counts.version_tables, counts.soft_delete_tables)
    };
    assert_eq!(counts(""), (1, 2));
    assert_eq!(counts("[optimistic-locking]\ncolumn = 'rev'\n[soft-delete]\ncolumn = 'deleted_at'"), (1, 1));
}
