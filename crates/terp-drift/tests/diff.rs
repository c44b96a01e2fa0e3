//! What differs, and what must not.

mod common;

use common::*;
use terp_drift::{ChangeClass, ChangeKind, DiffOptions, diff};
use terp_schema_model::{
    CharacterSet, ColumnCharacterSet, ColumnType, DefaultValue, Event, Generated, IndexAlgorithm, IndexKind,
    LobSize, Partition, PartitionBound, PartitionListing, PartitionMethod, PartitionOptions, PartitionValues,
    Partitioning, ReferentialAction, Routine, Schema, Table, Trigger, View,
};

fn numeric_default(text: &str) -> Option<DefaultValue> {
    Some(DefaultValue::Literal(text.to_owned()))
}

#[test]
fn every_kind_of_change() {
    let mut out = String::new();
    let mut case = |name: &str, edit: fn(&mut Table)| {
        out.push_str(&format!("# {name}\n"));
        let changes = lines(&edited(edit));
        assert!(!changes.is_empty(), "{name} makes no change");
        out.push_str(&(changes.join("\n") + "\n"));
    };
    case("engine", |t| t.options.engine = "MyISAM".to_owned());
    case("charset", |t| t.character_set = CharacterSet::new("latin1", "latin1_swedish_ci"));
    case("collation", |t| t.character_set.collation = "utf8mb4_bin".to_owned());
    case("row format", |t| t.options.row_format = Some("COMPRESSED".to_owned()));
    case("default row format", |t| t.options.row_format = Some("DYNAMIC".to_owned()));
    case("table comment", |t| t.comment = "it's".to_owned());
    case("option", |t| t.options.stats_persistent = Some(false));
    case("missing column", |t| drop(t.columns.remove(3)));
    case("extra column", |t| t.columns.push(column("note", ColumnType::Text { size: LobSize::Regular })));
    case("column case", |t| t.columns[2].name = "Email".to_owned());
    case("type", |t| t.columns[2].ty = varchar(100));
    case("unsigned", |t| {
        t.columns[0].ty = ColumnType::Integer {
            size: terp_schema_model::IntegerSize::Int,
            width: None,
            unsigned: true,
            zerofill: false,
        };
    });
    case("one-sided width", |t| t.columns[0].ty = int_width(5));
    case("nullability", |t| t.columns[2].nullable = true);
    case("default", |t| t.columns[3].default = numeric_default("1"));
    case("no default", |t| t.columns[3].default = None);
    case("on update", |t| t.columns[0].on_update_now = true);
    case("auto increment", |t| t.columns[0].auto_increment = true);
    case("generated", |t| {
        t.columns[3].generated =
            Some(Generated::Expression { expression: "(`id` * 2)".to_owned(), stored: true });
    });
    case("column charset", |t| {
        t.columns[2].character_set =
            Some(ColumnCharacterSet { set: CharacterSet::new("latin1", "latin1_bin"), explicit: true });
    });
    case("column collation", |t| {
        t.columns[2].character_set =
            Some(ColumnCharacterSet { set: CharacterSet::new("utf8mb4", "utf8mb4_bin"), explicit: true });
    });
    case("column comment", |t| t.columns[1].comment = "who".to_owned());
    case("invisible", |t| t.columns[1].invisible = true);
    case("column option", |t| t.columns[1].column_format = Some("FIXED".to_owned()));
    case("order", |t| t.columns.rotate_left(1));
    case("missing primary key", |t| drop(t.indexes.remove(0)));
    case("primary key", |t| t.indexes[0] = index("PRIMARY", IndexKind::Primary, &["id", "email"]));
    case("missing index", |t| drop(t.indexes.remove(1)));
    case("extra index", |t| t.indexes.push(key("extra", &["total"])));
    case("index name", |t| t.indexes[1].name = "orders_email_unique".to_owned());
    case("index case", |t| t.indexes[1].name = "EMAIL_unique".to_owned());
    case("index kind", |t| t.indexes[1].kind = IndexKind::Key);
    case("index parts", |t| t.indexes[1].parts[0].length = Some(10));
    case("index visibility", |t| t.indexes[1].invisible = true);
    case("index comment", |t| t.indexes[1].comment = "x".to_owned());
    case("index option", |t| t.indexes[1].engine_attribute = Some("{}".to_owned()));
    case("missing foreign key", |t| drop(t.foreign_keys.remove(0)));
    case("foreign key name", |t| t.foreign_keys[0].name = "fk".to_owned());
    case("foreign key reference", |t| t.foreign_keys[0].referenced_table = "people".to_owned());
    case("foreign key actions", |t| t.foreign_keys[0].on_delete = Some(ReferentialAction::Cascade));
    case("missing check", |t| drop(t.checks.remove(0)));
    case("check name", |t| t.checks[0].name = "orders_chk_1".to_owned());
    case("check without a name", |t| t.checks[0].name.clear());
    case("check expression", |t| t.checks[0].expression = "(`total` > 0)".to_owned());
    case("check enforcement", |t| t.checks[0].not_enforced = true);
    case("partitioning", |t| t.partitioning = Some(hash_partitions(PartitionListing::Counted)));
    insta::assert_snapshot!(out);
}

fn hash_partitions(listing: PartitionListing) -> Partitioning {
    let partition = |name: &str| Partition {
        name: name.to_owned(),
        values: PartitionValues::None,
        options: PartitionOptions::default(),
        subpartitions: Vec::new(),
    };
    Partitioning {
        method: PartitionMethod::Hash { expression: "`id`".to_owned(), linear: false },
        partitions: vec![partition("p0"), partition("p1")],
        listing,
        subpartitioning: None,
    }
}

#[track_caller]
fn same(edit: impl FnOnce(&mut Table)) {
    let changes = edited(edit);
    assert!(changes.is_empty(), "{:#?}", lines(&changes));
}

#[test]
fn what_servers_treat_as_the_same_does_not_differ() {
    same(|t| t.columns[0].ty = int_width(11));
    same(|t| t.columns[3].default = numeric_default("0"));
    same(|t| t.columns[2].character_set = None);
    same(|t| t.columns[2].character_set = Some(ColumnCharacterSet { set: utf8mb4(), explicit: true }));
    same(|t| t.options.engine = String::new());
    same(|t| t.options.engine = "INNODB".to_owned());
    same(|t| t.options.auto_increment = Some(77));
    same(|t| t.indexes[2].using = Some(IndexAlgorithm::Hash));
    same(|t| t.indexes.reverse());
    same(|t| t.indexes[2].parts[0] = terp_schema_model::IndexPart::column("Client_ID"));
    same(|t| {
        t.foreign_keys[0].on_delete = Some(ReferentialAction::Restrict);
        t.foreign_keys[0].on_update = Some(ReferentialAction::NoAction);
    });
    // The column's check goes to the table on MySQL.
    same(|t| t.columns[3].check = t.checks.pop());
}

#[test]
fn null_is_implied_where_servers_say_so() {
    let with = |ty: ColumnType, default| {
        let mut column = column("c", ty);
        column.nullable = true;
        column.default = default;
        Table { columns: vec![column], ..Table::new("t", utf8mb4()) }
    };
    let differ = |ty: fn() -> ColumnType, flavor| {
        !diff_tables(with(ty(), None), with(ty(), Some(DefaultValue::Null)), flavor).is_empty()
    };
    let text = || ColumnType::Text { size: LobSize::Regular };
    assert_eq!((differ(int, MYSQL), differ(text, MYSQL)), (true, false));
    assert_eq!((differ(int, MARIADB), differ(text, MARIADB)), (false, false));
}

#[test]
fn introducers_are_ignored() {
    let with = |text: &str| {
        let mut table = orders();
        table.checks[0].expression = text.to_owned();
        table
    };
    let changes = diff_tables(with("(`email` <> _utf8mb4'x')"), with("(`email` <> _utf8mb3'x')"), MYSQL);
    assert!(changes.is_empty(), "{:#?}", lines(&changes));
}

#[test]
fn utf8_is_utf8mb3() {
    let with = |charset: &str, collation: &str| Table::new("t", CharacterSet::new(charset, collation));
    let changes = diff_tables(with("utf8", "utf8_bin"), with("utf8mb3", "utf8mb3_bin"), MYSQL);
    assert!(changes.is_empty(), "{:#?}", lines(&changes));
}

#[test]
fn widths_that_both_sides_show_are_of_substance() {
    let with = |width| {
        let mut table = orders();
        table.columns[0].ty = int_width(width);
        table
    };
    let changes = diff_tables(with(5), with(6), MARIADB);
    assert_eq!(lines(&changes), ["column-type Substance orders.id: int(5) => int(6)"]);
}

#[test]
fn json_on_mariadb_is_a_checked_longtext() {
    let with = |ty: ColumnType, check: bool| {
        let mut table = Table::new("t", utf8mb4());
        let mut column = column("doc", ty);
        if check {
            column.character_set =
                Some(ColumnCharacterSet { set: CharacterSet::new("utf8mb4", "utf8mb4_bin"), explicit: true });
            column.check = Some(common::check("", "json_valid(`doc`)"));
        }
        table.columns.push(column);
        table
    };
    let longtext = || ColumnType::Text { size: LobSize::Long };
    assert!(diff_tables(with(ColumnType::Json, false), with(longtext(), true), MARIADB).is_empty());
    assert!(!diff_tables(with(ColumnType::Json, false), with(longtext(), false), MARIADB).is_empty());
}

#[test]
fn partition_listing_is_not_compared() {
    let with = |listing| {
        let mut table = orders();
        table.partitioning = Some(hash_partitions(listing));
        table
    };
    assert!(diff_tables(with(PartitionListing::Counted), with(PartitionListing::Listed), MYSQL).is_empty());
    let mut changed = with(PartitionListing::Listed);
    if let Some(partitioning) = &mut changed.partitioning {
        partitioning.partitions[1].values = PartitionValues::LessThan(vec![PartitionBound::MaxValue]);
    }
    assert_eq!(diff_tables(with(PartitionListing::Listed), changed, MYSQL).len(), 1);
}

/// `t(a)` with a foreign key on `a`, and those indexes.
fn child(indexes: Vec<terp_schema_model::Index>) -> Table {
    let mut table = Table::new("t", utf8mb4());
    table.columns = vec![column("a", int()), column("b", int())];
    table.foreign_keys = vec![foreign_key("t_a_fk", "a", "p")];
    table.indexes = indexes;
    table
}

#[test]
fn an_index_that_a_foreign_key_makes_is_no_difference() {
    let made = || {
        let mut made = key("t_a_fk", &["a"]);
        made.generated = true;
        made
    };
    assert!(diff_tables(child(vec![]), child(vec![made()]), MYSQL).is_empty());
    assert!(diff_tables(child(vec![key("t_a_fk", &["a"])]), child(vec![made()]), MYSQL).is_empty());
    // Covered by a wider one: only that one is extra.
    let changes = diff_tables(child(vec![made()]), child(vec![key("wide", &["a", "b"])]), MYSQL);
    assert_eq!(lines(&changes), ["extra-index Substance t, index wide: - => KEY `wide` (`a`,`b`)"]);
    // The same under a name of its own: a later DROP INDEX notices.
    for left in [child(vec![]), child(vec![made()])] {
        let changes = diff_tables(left, child(vec![key("a_idx", &["a"])]), MYSQL);
        assert_eq!(lines(&changes), ["index-name NameOnly t, index t_a_fk: `t_a_fk` => `a_idx`"]);
    }
    let changes = diff_tables(child(vec![key("a_idx", &["a"])]), child(vec![]), MYSQL);
    assert_eq!(lines(&changes), ["index-name NameOnly t, index a_idx: `a_idx` => `t_a_fk`"]);
    // A unique one is more than what the foreign key needs.
    let changes = diff_tables(child(vec![]), child(vec![index("u", IndexKind::Unique, &["a"])]), MYSQL);
    assert_eq!(lines(&changes), ["extra-index Substance t, index u: - => UNIQUE KEY `u` (`a`)"]);
    // Two of the same: one of them is not the foreign key's.
    let two = child(vec![key("a_idx", &["a"]), key("b_idx", &["a"])]);
    let changes = diff_tables(child(vec![key("a_idx", &["a"])]), two, MYSQL);
    assert_eq!(lines(&changes), ["extra-index Substance t, index b_idx: - => KEY `b_idx` (`a`)"]);
}

#[test]
fn an_index_that_a_foreign_key_made_goes_with_it() {
    let without = |indexes| Table { foreign_keys: Vec::new(), ..child(indexes) };
    let gone = "missing-foreign-key Substance t, foreign key t_a_fk: CONSTRAINT `t_a_fk` FOREIGN KEY (`a`) \
                REFERENCES `p` (`id`) => -";
    let made = || vec![key("t_a_fk", &["a"])];
    assert_eq!(lines(&diff_tables(child(made()), without(vec![]), MYSQL)), [gone]);
    // DROP FOREIGN KEY leaves its index behind.
    assert_eq!(lines(&diff_tables(child(made()), without(made()), MYSQL)), [gone]);
    assert_eq!(lines(&diff_tables(child(vec![]), without(made()), MYSQL)), [gone]);
    let changes = diff_tables(child(vec![key("mine", &["a"])]), without(vec![]), MYSQL);
    assert_eq!(lines(&changes), ["missing-index Substance t, index mine: KEY `mine` (`a`) => -", gone]);
}

#[test]
fn an_index_of_a_foreign_key_without_a_name_has_the_columns() {
    let unnamed = |indexes| {
        let mut table = child(indexes);
        table.foreign_keys[0].name = "t_ibfk_1".to_owned();
        table
    };
    assert!(diff_tables(unnamed(vec![]), unnamed(vec![key("a", &["a"])]), MYSQL).is_empty());
    let mut made = key("idx", &["a"]);
    made.generated = true;
    assert!(diff_tables(unnamed(vec![made]), unnamed(vec![key("idx", &["a"])]), MYSQL).is_empty());
}

#[test]
fn a_renamed_foreign_key_does_not_rename_its_index() {
    let mut right = child(vec![key("other_fk", &["a"])]);
    right.foreign_keys[0].name = "other_fk".to_owned();
    let changes = diff_tables(child(vec![key("t_a_fk", &["a"])]), right, MYSQL);
    assert_eq!(lines(&changes), ["foreign-key-name NameOnly t, foreign key t_a_fk: `t_a_fk` => `other_fk`"]);
}

#[test]
fn a_missing_table_is_one_change() {
    let changes = diff(&schema(vec![orders()]), &schema(vec![]), MYSQL, &DiffOptions::default());
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].kind, changes[0].class), (ChangeKind::MissingTable, ChangeClass::Substance));
}

#[test]
fn the_fewest_columns_move() {
    let with = |names: &[&str]| {
        let mut table = Table::new("t", utf8mb4());
        table.columns = names.iter().map(|name| column(name, int())).collect();
        table
    };
    let changes = diff_tables(with(&["a", "b", "c", "d", "e"]), with(&["a", "e", "b", "x", "c", "d"]), MYSQL);
    assert_eq!(
        lines(&changes),
        [
            "extra-column Substance t.x: - => `x` int NOT NULL",
            "column-order Substance t.e: AFTER `d` => AFTER `a`"
        ]
    );
}

#[test]
fn options_leave_out() {
    let mut right = orders();
    right.columns.swap(1, 2);
    right.comment = "c".to_owned();
    right.columns[0].comment = "c".to_owned();
    right.options.auto_increment = Some(9);
    let compare = |options: &DiffOptions| {
        diff(&schema(vec![orders()]), &schema(vec![right.clone()]), MYSQL, options).len()
    };
    assert_eq!(compare(&DiffOptions::default()), 3);
    let none = DiffOptions { ignore_comments: true, ignore_column_order: true, ..DiffOptions::default() };
    assert_eq!(compare(&none), 0);
    assert_eq!(compare(&DiffOptions { ignore_auto_increment: false, ..none }), 1);
}

#[test]
fn programs() {
    let view = |body: &str| View { name: "v".to_owned(), body: body.to_owned(), ..View::default() };
    let trigger = |name: &str| Trigger {
        name: name.to_owned(),
        table: "orders".to_owned(),
        timing: "BEFORE".to_owned(),
        event: "INSERT".to_owned(),
        body: "SET NEW.total = 0".to_owned(),
        ..Trigger::default()
    };
    let routine = |body: &str| Routine { name: "p".to_owned(), body: body.to_owned(), ..Routine::default() };
    let event = |schedule: &str, definer: &str| Event {
        name: "e".to_owned(),
        schedule: schedule.to_owned(),
        definer: definer.to_owned(),
        body: "DO 1".to_owned(),
        ..Event::default()
    };
    let left = Schema {
        views: vec![view("select  1")],
        triggers: vec![trigger("t1"), trigger("t2")],
        routines: vec![routine("SELECT 1"), routine("never seen: the first of two counts")],
        events: vec![event("EVERY 1 DAY STARTS '2026-01-01 00:00:00'", "`a`@`b`")],
        ..schema(vec![])
    };
    let same =
        Schema { views: vec![view("select 1")], events: vec![event("EVERY 1 DAY", "")], ..left.clone() };
    assert!(diff(&left, &same, MYSQL, &DiffOptions::default()).is_empty());
    let right = Schema {
        views: vec![view("select 2")],
        triggers: vec![trigger("t2"), trigger("t1"), trigger("t3")],
        routines: vec![],
        events: vec![event("EVERY 2 DAY", "`a`@`c`")],
        ..schema(vec![])
    };
    insta::assert_snapshot!(lines(&diff(&left, &right, MYSQL, &DiffOptions::default())).join("\n"));
}

#[test]
fn many_tables_take_linear_time() {
    let many = |number: usize, prefix: &str| {
        let tables = (0..number).map(|at| Table { name: format!("{prefix}{at}"), ..orders() });
        schema(tables.collect())
    };
    let start = std::time::Instant::now();
    let changes = diff(&many(20_000, "t"), &many(20_000, "u"), MYSQL, &DiffOptions::default());
    assert_eq!(changes.len(), 40_000);
    // Generous: quadratic time would take minutes.
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
