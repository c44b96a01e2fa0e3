//! No text makes the readers panic, and what they say about it points into it.

#![expect(clippy::expect_used, reason = "a test may fail in its helpers too")]

use proptest::prelude::*;
use terp_drizzle::folder::folder_time;
use terp_drizzle::{FormatError, Journal, MigrationFile, MigrationFolder, Snapshot, SnapshotHead};

const KIT: &str = include_str!("fixtures/kit/0000_snapshot.json");
const KIT_1: &str = include_str!("fixtures/kit1/drizzle/20261125043320_init/snapshot.json");

/// JSON of any shape, with the names that the readers look for.
fn json() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "version",
        "dialect",
        "id",
        "prevId",
        "prevIds",
        "ddl",
        "renames",
        "entityType",
        "table",
        "value",
        "onUpdateNowFsp",
        "tables",
        "views",
        "internal",
        "indexes",
        "columns",
        "name",
        "type",
        "default",
        "generated",
        "isExpression",
        "entries",
        "idx",
        "when",
        "tag",
        "é",
        "",
    ]);
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f32>()
            .prop_filter("JSON has no such numbers", |f| f.is_finite())
            .prop_map(|f| format!("{f:?}")),
        Just(r#""mysql""#.to_owned()),
        Just(r#""5""#.to_owned()),
        Just(r#""6""#.to_owned()),
        "\"[a-z`;, é]{0,8}\"",
    ];
    leaf.prop_recursive(6, 60, 8, move |inner| {
        let field = (name.clone(), inner.clone()).prop_map(|(name, value)| format!("\"{name}\":{value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(field, 0..8).prop_map(|fields| format!("{{\n{}\n}}", fields.join(",\n"))),
        ]
    })
}

fn read_all(text: &str) -> Vec<FormatError> {
    let results = [
        Journal::parse(text).map(|_| ()),
        SnapshotHead::parse(text).map(|_| ()),
        Snapshot::parse(text).map(|snapshot| {
            snapshot.to_ddl();
            snapshot.declared_counts();
            let again = Snapshot::parse(&snapshot.to_json()).expect("what was written here can be read");
            assert_eq!(again.to_json(), snapshot.to_json());
            snapshot.not_in_version_5();
            snapshot.content_id();
        }),
    ];
    results.into_iter().filter_map(Result::err).collect()
}

/// A snapshot of version 6 with entities of any sort: some of their fields are those that they have to have.
fn version_6() -> impl Strategy<Value = String> {
    let kind =
        prop::sample::select(vec!["tables", "columns", "pks", "fks", "indexes", "checks", "views", "roles"]);
    let name = prop::sample::select(vec!["t", "u", "é", ""]);
    let field = prop::sample::select(vec![
        r#""type": "int""#,
        r#""columns": ["a"]"#,
        r#""columns": [{"value": "a", "isExpression": true}]"#,
        r#""columnsTo": []"#,
        r#""tableTo": "t""#,
        r#""value": "1""#,
        r#""definition": null"#,
        r#""default": "1""#,
        r#""onUpdateNowFsp": 300"#,
        r#""generated": {"type": "stored", "as": ""}"#,
        r#""nameExplicit": null"#,
    ]);
    let entity = (kind, name.clone(), name, prop::collection::vec(field, 0..5)).prop_map(
        |(kind, table, name, fields)| {
            let table = if matches!(kind, "tables" | "views") {
                String::new()
            } else {
                format!(", \"table\": \"{table}\"")
            };
            let fields: String = fields.iter().map(|field| format!(", {field}")).collect();
            format!("{{\"entityType\": \"{kind}\", \"name\": \"{name}\"{table}{fields}}}")
        },
    );
    (prop::collection::vec(entity, 0..6), json()).prop_map(|(entities, other)| {
        let tables = r#"{"entityType": "tables", "name": "a"}"#;
        let entities: String = entities.iter().map(|entity| format!(",\n{entity}")).collect();
        format!(
            "{{\"version\": \"6\", \"dialect\": \"mysql\", \"id\": \"\", \"prevIds\": [], \"ddl\": [{tables}{entities}], \
             \"renames\": {other}}}"
        )
    })
}

fn points_into(text: &str, error: &FormatError) -> bool {
    let lines: Vec<_> = text.split('\n').collect();
    let line = lines.get(error.at.line as usize - 1);
    line.is_some_and(|line| (error.at.column as usize) <= line.chars().count() + 1)
}

proptest! {
    #[test]
    fn any_json(text in json()) {
        for error in read_all(&text) {
            prop_assert!(points_into(&text, &error), "{error}");
        }
    }

    #[test]
    fn any_snapshot_of_version_6(text in version_6()) {
        for error in read_all(&text) {
            prop_assert!(points_into(&text, &error), "{error}");
        }
    }

    #[test]
    fn any_text(text in any::<String>()) {
        for error in read_all(&text) {
            prop_assert!(points_into(&text, &error), "{error}");
        }
        let file = MigrationFile::new(text.as_str(), text.as_str());
        prop_assert_eq!(file.chunks.len(), text.matches("--> statement-breakpoint").count() + 1);
        file.number_prefix();
        folder_time(&text);
        MigrationFolder::of_folders(vec![file.clone(), file]);
    }

    /// A piece of a good snapshot is replaced by something else.
    #[test]
    fn damaged_snapshots(at in 0..KIT.len(), len in 0..40_usize, by in "[\\[\\]{}\",:0-9a-z\\\\\u{e9}]{0,3}") {
        let end = (at + len).min(KIT.len());
        let text = format!("{}{by}{}", &KIT[..at], &KIT[end..]);
        for error in read_all(&text) {
            prop_assert!(points_into(&text, &error), "{error}");
        }
    }

    #[test]
    fn damaged_snapshots_of_version_6(
        at in 0..KIT_1.len(), len in 0..40_usize, by in "[\\[\\]{}\",:0-9a-z\\\\\u{e9}]{0,3}"
    ) {
        let end = (at + len).min(KIT_1.len());
        let text = format!("{}{by}{}", &KIT_1[..at], &KIT_1[end..]);
        for error in read_all(&text) {
            prop_assert!(points_into(&text, &error), "{error}");
        }
    }

    /// What is in a snapshot comes out in the SQL: each name once per place where it stands.
    #[test]
    fn small_schemas_round_trip(
        tables in prop::collection::btree_map(
            "[a-z]{1,4}", prop::collection::btree_map("[a-z ,;`]{1,5}", any::<(bool, bool)>(), 1..4), 1..4)
    ) {
        let mut expected = Vec::new();
        let mut json = Vec::new();
        for (table, columns) in &tables {
            let mut lines = Vec::new();
            let mut fields = Vec::new();
            for (column, (not_null, default)) in columns {
                let quoted = column.replace('`', "``");
                let null = if *not_null { " NOT NULL" } else { "" };
                let value = if *default { " DEFAULT 0" } else { "" };
                lines.push(format!("\t`{quoted}` int{null}{value}"));
                let value = if *default { r#", "default": 0"# } else { "" };
                fields.push(format!(
                    r#""{column}": {{"name": "{column}", "type": "int", "primaryKey": false, "notNull": {not_null}{value}}}"#
                ));
            }
            expected.push(format!("CREATE TABLE `{table}` (\n{}\n);\n", lines.join(",\n")));
            json.push(format!(r#""{table}": {{"name": "{table}", "columns": {{{}}}}}"#, fields.join(",")));
        }
        let text = format!(
            r#"{{"version": "5", "dialect": "mysql", "id": "1", "prevId": "0", "tables": {{{}}}}}"#,
            json.join(",")
        );
        let snapshot = Snapshot::parse(&text).expect("a good snapshot");
        let sql: Vec<_> = snapshot.to_ddl().into_iter().map(|statement| statement.sql).collect();
        prop_assert_eq!(sql, expected);
    }
}
