//! Snapshots of version 6, as drizzle-kit 1.0.0-rc.5 writes them.

use terp_drizzle::snapshot::{DdlStatement, Snapshot, SnapshotVersion};
use terp_drizzle::{FormatErrorKind, Location};

const FIRST: &str = include_str!("fixtures/kit1/drizzle/20261125043320_init/snapshot.json");
const CUSTOM: &str = include_str!("fixtures/kit1/drizzle/20261125043322_seed/snapshot.json");

/// A snapshot of version 6 with the given entities.
fn with(entities: &str) -> String {
    format!(
        "{{\"version\": \"6\", \"dialect\": \"mysql\", \"id\": \"1\", \"prevIds\": [\"0\"], \"renames\": [],\n\
         \"ddl\": [{{\"entityType\": \"tables\", \"name\": \"t\"}},\n{entities}]}}"
    )
}

/// The field that says of which table and of what kind something is.
fn of(kind: &str) -> String {
    format!("\"entityType\": \"{kind}\", \"table\": \"t\"")
}

fn sql(statements: &[DdlStatement]) -> String {
    let texts: Vec<_> = statements.iter().map(|statement| statement.sql.as_str()).collect();
    texts.join("\n")
}

#[test]
fn what_drizzle_kit_1_wrote_becomes_sql() {
    let snapshot = Snapshot::parse(FIRST).expect("drizzle-kit wrote it");
    assert_eq!(snapshot.version, SnapshotVersion::V6);
    insta::assert_snapshot!(sql(&snapshot.to_ddl()));
    // `generate --custom` repeats what was before, with its keys in another order.
    let custom = Snapshot::parse(CUSTOM).expect("drizzle-kit wrote it");
    assert_eq!(custom.prev_ids, [snapshot.id.as_str()]);
    assert_eq!(sql(&custom.to_ddl()), sql(&snapshot.to_ddl()));
}

#[test]
fn everything_knows_where_its_name_stands() {
    let snapshot = Snapshot::parse(FIRST).expect("drizzle-kit wrote it");
    let lines: Vec<_> = FIRST.lines().collect();
    let stands_at = |name: &str, at: Location| {
        let text: String = lines[at.line as usize - 1].chars().skip(at.column as usize - 1).collect();
        assert_eq!(text.trim_end_matches(','), format!("\"{name}\""));
    };
    for table in &snapshot.tables {
        stands_at(&table.name, table.at);
        table.columns.iter().for_each(|column| stands_at(&column.name, column.at));
        table.indexes.iter().for_each(|index| stands_at(&index.name, index.at));
        table.foreign_keys.iter().for_each(|foreign_key| stands_at(&foreign_key.name, foreign_key.at));
        table.primary_keys.iter().for_each(|primary_key| stands_at(&primary_key.name, primary_key.at));
        table.checks.iter().for_each(|check| stands_at(&check.name, check.at));
    }
    snapshot.views.iter().for_each(|view| stands_at(&view.name, view.at));
}

#[test]
fn what_version_5_has_no_place_for_is_told() {
    let snapshot = Snapshot::parse(FIRST).expect("drizzle-kit wrote it");
    let lost: Vec<_> = snapshot.not_in_version_5().iter().map(ToString::to_string).collect();
    assert_eq!(
        lost,
        [
            "the column `folded` of `zebra`: CHARACTER SET latin1: version 5 of a snapshot has no place for it",
            "the column `folded` of `zebra`: COLLATE latin1_general_cs: version 5 of a snapshot has no place for it",
            "the column `updated_at` of `zebra`: the digits of ON UPDATE CURRENT_TIMESTAMP(3): version 5 of a snapshot \
             has no place for it",
        ]
    );
    let mut joins = Snapshot::parse(&with("")[..].replace(",\n]", "]").replace("[\"0\"]", "[\"a\", \"b\"]"))
        .expect("a good snapshot");
    assert_eq!(joins.prev_ids, ["a", "b"]);
    assert_eq!(
        joins.not_in_version_5()[0].to_string(),
        "the snapshot: `prevIds`: version 5 names one snapshot before it, not 2"
    );
    joins.prev_ids.truncate(1);
    assert_eq!(joins.not_in_version_5(), []);
}

/// Snapshots that `drizzle-kit up` made of version 5 have `null` where there was nothing, and things of a table may
/// stand before it.
#[test]
fn entities_may_stand_in_any_order_and_have_nulls() {
    let entities = [
        r#"{"entityType": "fks", "table": "u", "name": "f", "columns": ["a"], "tableTo": "t", "columnsTo": ["a"],
            "onUpdate": null, "onDelete": null, "nameExplicit": false}"#,
        r#"{"entityType": "columns", "table": "u", "name": "a", "type": "int", "notNull": true, "autoIncrement": false,
            "default": null, "onUpdateNow": false, "onUpdateNowFsp": null, "charSet": null, "collation": null,
            "generated": null}"#,
        r#"{"entityType": "views", "name": "v", "definition": null, "algorithm": null, "sqlSecurity": null,
            "withCheckOption": null}"#,
        r#"{"entityType": "tables", "name": "u"}"#,
    ];
    let snapshot = Snapshot::parse(&with(&entities.join(",\n"))).expect("a good snapshot");
    assert_eq!(snapshot.tables[1].foreign_keys[0].name_explicit, Some(false));
    assert_eq!(snapshot.views[0].definition, None);
    assert_eq!(
        sql(&snapshot.to_ddl()[1..]),
        "CREATE TABLE `u` (\n\t`a` int NOT NULL\n);\n\n\
         ALTER TABLE `u` ADD CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `t`(`a`);"
    );
}

#[test]
fn each_fault_is_named_with_its_place() {
    use FormatErrorKind as Kind;
    let column = |fields: &str| with(&format!("{{{}, \"name\": \"c\", {fields}}}", of("columns")));
    let index = |fields: &str| with(&format!("{{{}, \"name\": \"i\", {fields}}}", of("indexes")));
    let cases = [
        (
            r#"{"version": "6", "dialect": "mysql", "id": "1", "prevIds": []}"#.into(),
            Kind::MissingField,
            "1:1: the snapshot has no `ddl`",
        ),
        (
            r#"{"version": "6", "dialect": "mysql", "id": "1", "prevId": "0", "ddl": []}"#.into(),
            Kind::UnknownField,
            "1:49: the snapshot has a field that is not known here: `prevId`",
        ),
        (
            r#"{"version": "6", "dialect": "mysql", "id": "1", "prevIds": [7], "ddl": []}"#.into(),
            Kind::WrongType,
            "1:61: `prevIds` has to be a string, but is 7",
        ),
        (
            r#"{"version": "6", "dialect": "mysql", "id": "1", "prevIds": [], "ddl": {}}"#.into(),
            Kind::WrongType,
            "1:71: `ddl` has to be a list, but is an object",
        ),
        (with("7"), Kind::WrongType, "3:1: `the entity` has to be an object, but is 7"),
        (with("{\"name\": \"x\"}"), Kind::MissingField, "3:1: the entity has no `entityType`"),
        (
            with("{\"entityType\": \"roles\"}"),
            Kind::UnknownField,
            "3:16: entities of the type \"roles\" are not known here",
        ),
        (
            with("{\"entityType\": \"tables\", \"name\": \"x\", \"comment\": \"\"}"),
            Kind::UnknownField,
            "3:39: the table has a field that is not known here: `comment`",
        ),
        (
            with("{\"entityType\": \"tables\", \"name\": \"t\"}"),
            Kind::DuplicateKey,
            "3:34: the table `t` is there twice",
        ),
        (
            with(&[column_entity("t"), column_entity("t")].join(",\n")),
            Kind::DuplicateKey,
            "4:49: the column `c` of the table `t` is there twice",
        ),
        (
            with(&column_entity("gone")),
            Kind::MissingField,
            "3:36: the column `c` belongs to the table `gone`, which is not in the snapshot",
        ),
        (column("\"type\": 7"), Kind::WrongType, "3:62: `type` has to be a string, but is 7"),
        (column("\"notNull\": true"), Kind::MissingField, "3:1: the column has no `type`"),
        (
            column("\"type\": \"int\", \"default\": 7"),
            Kind::WrongType,
            "3:80: `default` has to be a string, but is 7",
        ),
        (
            column("\"type\": \"int\", \"onUpdateNowFsp\": \"3\""),
            Kind::WrongType,
            "3:87: `onUpdateNowFsp` has to be a small number, but is a string",
        ),
        (
            column("\"type\": \"int\", \"generated\": {\"type\": \"x\", \"as\": \"1\"}"),
            Kind::WrongType,
            "3:91: the `type` of a generated column has to be stored or virtual, but is \"x\"",
        ),
        (
            index("\"columns\": [\"a\"]"),
            Kind::WrongType,
            "3:66: `the part of the index` has to be an object, but is a string",
        ),
        (
            index("\"columns\": [{\"value\": \"a\", \"asc\": true}]"),
            Kind::UnknownField,
            "3:81: the part of the index has a field that is not known here: `asc`",
        ),
        (
            index("\"columns\": [], \"using\": \"gin\""),
            Kind::WrongType,
            "3:78: `using` has to be one of btree, hash, but is \"gin\"",
        ),
        (
            with(&format!(
                "{{{}, \"name\": \"f\", \"columns\": [], \"tableTo\": \"t\", \"columnsTo\": [], \
                \"onDelete\": \"cascade\"}}",
                of("fks")
            )),
            Kind::WrongType,
            "3:110: `onDelete` has to be one of NO ACTION, RESTRICT, SET NULL, CASCADE, SET DEFAULT, but is \"cascade\"",
        ),
    ];
    for (text, kind, message) in cases {
        let error = Snapshot::parse(&text).expect_err("it has a fault");
        assert_eq!((error.kind(), error.to_string()), (kind, message.to_owned()), "{text}");
    }
}

fn column_entity(table: &str) -> String {
    format!("{{\"entityType\": \"columns\", \"table\": \"{table}\", \"name\": \"c\", \"type\": \"int\"}}")
}
