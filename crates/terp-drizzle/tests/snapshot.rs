//! Snapshots against the SQL that drizzle-kit wrote together with them.

#![expect(clippy::expect_used, reason = "a test may fail in its helpers too")]

use terp_drizzle::snapshot::{DdlStatement, DeclaredCounts, SchemaObject, Snapshot};
use terp_drizzle::{FormatErrorKind, LineColumn, Location};

const KIT: &str = include_str!("fixtures/kit/0000_snapshot.json");
const KIT_SQL: &str = include_str!("fixtures/kit/0000.sql");

/// Joins statements as drizzle-kit does in a migration.
fn migration(statements: &[DdlStatement]) -> String {
    let texts: Vec<_> = statements.iter().map(|statement| statement.sql.as_str()).collect();
    texts.join("--> statement-breakpoint\n")
}

/// A snapshot with the given tables, and the given expressions in its indexes.
fn with_tables(tables: &str, internal: &str) -> String {
    format!(
        r#"{{"version": "5", "dialect": "mysql", "id": "1", "prevId": "0", "tables": {{{tables}}},
            "views": {{}}, "_meta": {{"tables": {{}}, "columns": {{}}}},
            "internal": {{"tables": {{}}, "indexes": {{{internal}}}}}}}"#
    )
}

fn ddl(tables: &str, internal: &str) -> String {
    migration(&Snapshot::parse(&with_tables(tables, internal)).expect("a good snapshot").to_ddl())
}

#[test]
fn the_sql_is_what_drizzle_kit_wrote() {
    let snapshot = Snapshot::parse(KIT).expect("drizzle-kit wrote it");
    assert_eq!(migration(&snapshot.to_ddl()), KIT_SQL);
}

#[test]
fn counts_of_what_is_declared() {
    let counts = Snapshot::parse(KIT).expect("drizzle-kit wrote it").declared_counts();
    let expected = DeclaredCounts {
        tables: 3,
        columns: 31,
        primary_keys: 3,
        unique_constraints: 3,
        indexes: 4,
        foreign_keys: 3,
        checks: 2,
        enum_columns: 1,
        views: 3,
    };
    assert_eq!(counts, expected);
}

#[test]
fn everything_knows_its_line() {
    let snapshot = Snapshot::parse(KIT).expect("drizzle-kit wrote it");
    let lines: Vec<_> = KIT.lines().collect();
    let starts_at = |name: &str, at: Location| {
        let text: String = lines[at.line as usize - 1].chars().skip(at.column as usize - 1).collect();
        assert_eq!(text, format!("\"{name}\": {{"));
    };
    for table in &snapshot.tables {
        starts_at(&table.name, table.at);
        table.columns.iter().for_each(|column| starts_at(&column.name, column.at));
        table.indexes.iter().for_each(|index| starts_at(&index.name, index.at));
        table.unique_constraints.iter().for_each(|unique| starts_at(&unique.name, unique.at));
        table.foreign_keys.iter().for_each(|foreign_key| starts_at(&foreign_key.name, foreign_key.at));
        table.primary_keys.iter().for_each(|primary_key| starts_at(&primary_key.name, primary_key.at));
        table.checks.iter().for_each(|check| starts_at(&check.name, check.at));
    }
    snapshot.views.iter().for_each(|view| starts_at(&view.name, view.at));
}

#[test]
fn a_place_in_a_statement_leads_to_its_origin() {
    let statements = Snapshot::parse(KIT).expect("drizzle-kit wrote it").to_ddl();
    let apple = &statements[0];
    let origin_of = |text: &str| apple.origin_at(apple.sql.find(text).expect("it is there"));
    assert_eq!(origin_of("CREATE").object, SchemaObject::Table);
    assert_eq!(origin_of("`b` int").object, SchemaObject::Column("b".into()));
    assert_eq!(origin_of("PRIMARY KEY").object, SchemaObject::PrimaryKey("apple_a_b_pk".into()));
    let unique_index = statements
        .iter()
        .flat_map(|s| &s.parts)
        .find(|part| part.origin.object == SchemaObject::Index("zebra_nk".into()));
    let origin = &unique_index.expect("the unique index is part of its table").origin;
    assert_eq!(KIT.lines().nth(origin.at.line as usize - 1).map(str::trim), Some("\"zebra_nk\": {"));
    let foreign_key = statements.iter().find(|s| s.sql.starts_with("ALTER")).expect("there is one");
    assert_eq!(foreign_key.origin.object, SchemaObject::ForeignKey("apple_zebra_id_zebra_id_fk".into()));
    assert_eq!(foreign_key.origin_at(20), &foreign_key.origin);
}

#[test]
fn separators_of_drizzle_kit_cut_nothing() {
    let sql = ddl(
        r#""a;b": {"name": "a;b",
            "columns": {"x,y": {"name": "x,y", "type": "enum('a,b','c(d')", "primaryKey": false, "notNull": false}},
            "indexes": {"i": {"name": "i", "columns": ["(coalesce(`x,y`, 'a;b'))", "x,y"], "isUnique": false},
                        "u": {"name": "u", "columns": ["(lower(`x,y`))"], "isUnique": true}},
            "foreignKeys": {}, "compositePrimaryKeys": {"p": {"name": "p", "columns": ["x,y"]}},
            "uniqueConstraints": {}, "checkConstraint": {"c": {"name": "c", "value": "`x,y` <> ';'"}}}"#,
        r#""i": {"columns": {"(coalesce(`x,y`, 'a;b'))": {"isExpression": true}}},
           "u": {"columns": {"(lower(`x,y`))": {"isExpression": true}}}"#,
    );
    insta::assert_snapshot!(sql);
}

#[test]
fn odd_values_come_out_as_javascript_prints_them() {
    let columns = [
        r#""a": {"name": "a", "type": "int", "primaryKey": true, "notNull": true, "default": null}"#,
        r#""b": {"name": "b", "type": "double", "primaryKey": false, "notNull": false, "default": -1e-7}"#,
        r#""c": {"name": "c", "type": "point", "primaryKey": false, "notNull": false, "default": {"x": 1}}"#,
        r#""d": {"name": "d", "type": "json", "primaryKey": false, "notNull": false, "default": [1, null, "z"]}"#,
        r#""`": {"name": "`", "type": "text", "primaryKey": false, "notNull": false, "default": "('\u00e9\n')"}"#,
    ];
    let sql = ddl(&format!(r#""t": {{"name": "t", "columns": {{{}}}}}"#, columns.join(", ")), "");
    insta::assert_snapshot!(sql);
}

#[test]
fn each_fault_is_named_with_its_place() {
    use FormatErrorKind as Kind;
    let table = |fields: &str| with_tables(&format!("\n\"t\": {{{fields}}}"), "");
    let column = |fields: &str| table(&format!("\"columns\": {{\n\"c\": {{{fields}}}}}"));
    let cases = [
        ("{}".into(), Kind::MissingField, "1:1: the snapshot has no `dialect`"),
        (
            "{\"dialect\": \"sqlite\"}".into(),
            Kind::Dialect,
            "1:13: the snapshot is for sqlite, not for mysql",
        ),
        (
            "{\"dialect\": \"mysql\", \"version\": \"7\"}".into(),
            Kind::Version,
            "1:33: version 7 of the snapshot is not known here: it has to be 5 or 6",
        ),
        (table("\"name\": \"t\""), Kind::MissingField, "2:6: the table has no `columns`"),
        (
            table("\"columns\": {}, \"comment\": \"x\""),
            Kind::UnknownField,
            "2:22: the table has a field that is not known here: `comment`",
        ),
        (column("\"type\": 7"), Kind::WrongType, "3:15: `type` has to be a string, but is 7"),
        (
            column("\"type\": \"int\", \"notNull\": \"yes\""),
            Kind::WrongType,
            "3:33: `notNull` has to be true or false, but is a string",
        ),
        (
            column("\"type\": \"int\", \"generated\": {\"as\": \"1\", \"type\": \"persistent\"}"),
            Kind::WrongType,
            "3:55: the `type` of a generated column has to be stored or virtual, but is \"persistent\"",
        ),
        (
            table("\"columns\": {\"c\": {\"type\": \"int\"},\n\"c\": {\"type\": \"int\"}}"),
            Kind::DuplicateKey,
            "3:1: the key `c` is there twice",
        ),
        (
            table("\"columns\": {\"c\": {\"type\": \"int\"},\n\"d\": {\"type\": \"int\", \"name\": \"c\"}}"),
            Kind::DuplicateKey,
            "3:30: two of `columns` have this name",
        ),
    ];
    for (text, kind, message) in cases {
        let error = Snapshot::parse(&text).expect_err("it has a fault");
        assert_eq!((error.kind(), error.to_string()), (kind, message.to_owned()), "{text}");
    }
}

#[test]
fn a_truncated_snapshot_is_named_as_such_wherever_it_is_cut() {
    for cut in (1..KIT.trim_end().len()).step_by(7) {
        let text = &KIT[..cut];
        let error = Snapshot::parse(text).expect_err("it has no end");
        let end = LineColumn {
            line: text.split('\n').count() as u32,
            column: text.rsplit('\n').next().map_or(0, str::len) as u32 + 1,
        };
        assert_eq!((error.kind(), error.at), (FormatErrorKind::Truncated, end), "{error} in {text}");
    }
}

#[test]
fn a_minified_snapshot_is_read_as_fast() {
    let column = |i: usize| {
        format!(r#""c{i}": {{"name": "c{i}", "type": "int", "primaryKey": false, "notNull": false}}"#)
    };
    let columns: Vec<_> = (0..50_000).map(column).collect();
    let text = with_tables(&format!(r#""t": {{"name": "t", "columns": {{{}}}}}"#, columns.join(",")), "");
    let snapshot = Snapshot::parse(&text).expect("a good snapshot");
    let last = snapshot.tables[0].columns.last().expect("there are columns");
    let found = text.find("\"c49999\"").expect("it is there");
    assert_eq!((last.at.line, last.at.column as usize), (1, found + 1));
}
