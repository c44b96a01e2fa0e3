//! Schemas from each kind of source.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

#[allow(dead_code, reason = "other tests need more of it")]
mod common;

use std::fs;
use std::path::Path;

use common::Folder;
use tempfile::TempDir;
use terp_check::{LoadedSource, Source, load_source};
use terp_drift::{ObjectKind, ObjectPath};
use terp_drizzle::ProjectOptions;
use terp_drizzle::declare::Casing;
use terp_schema_model::{Flavor, SchemaFile, Syntax, render};

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in files {
        fs::write(dir.path().join(name), text).expect("it can be written");
    }
    dir
}

fn load(source: &Source) -> LoadedSource {
    load_source(source, Flavor::MYSQL_9_7, &ProjectOptions::default()).expect("it can be read")
}

fn sql(text: &str) -> LoadedSource {
    load(&Source::Sql(folder(&[("a.sql", text)]).path().join("a.sql")))
}

fn tables(loaded: &LoadedSource) -> Vec<&str> {
    loaded.schema.tables.iter().map(|table| table.name.as_str()).collect()
}

/// Rule, place and message of each finding; the folder left out.
fn findings(loaded: &LoadedSource) -> Vec<String> {
    let show = |finding: &terp_drift::Finding| {
        let place = finding.places[0].to_string();
        let file = place.rsplit('/').next().unwrap_or_default();
        format!("{} {file}: {}", finding.rule, finding.message)
    };
    loaded.findings.iter().map(show).collect()
}

#[test]
fn sql_is_run_as_a_client_runs_it() {
    let loaded = sql(
        "-- first\nCREATE TABLE t (a int);\nDELIMITER //\nCREATE TABLE u (a int)//\nDELIMITER ;\nINSERT INTO t VALUES (1);\n",
    );
    assert_eq!((tables(&loaded), findings(&loaded)), (vec!["t", "u"], vec![]));
    assert_eq!(loaded.schema.name, None);
    let place = loaded.places.place_of(&ObjectPath::part(ObjectKind::Column, "u", "a")).expect("it is known");
    assert!(place.to_string().ends_with("a.sql:4:17"), "{place}");
}

#[test]
fn a_folder_is_one_session_in_the_order_of_names() {
    let dir = folder(&[
        ("20_child.sql", "CREATE TABLE child (p int, FOREIGN KEY (p) REFERENCES parent (id));"),
        ("10_parent.sql", "CREATE TABLE parent (id int PRIMARY KEY);"),
        ("notes.txt", "no SQL"),
    ]);
    let loaded = load(&Source::Sql(dir.path().to_owned()));
    assert_eq!((tables(&loaded), findings(&loaded)), (vec!["child", "parent"], vec![]));
    let place = loaded.places.place_of(&ObjectPath::table("child")).expect("it is known");
    assert!(place.to_string().ends_with("20_child.sql:1:1"), "{place}");
    let none = load_source(
        &Source::Sql(folder(&[]).path().to_owned()),
        Flavor::MYSQL_9_7,
        &ProjectOptions::default(),
    );
    assert!(none.expect_err("there is nothing").to_string().ends_with(": there is no .sql file in it"));
}

#[test]
fn what_is_refused_and_what_is_not_known_is_said() {
    let loaded = sql(
        "CREATE TABLE t (a int);\nALTER TABLE t\n  DROP COLUMN b;\nCREATE TABLE u AS SELECT @n;\n\
                      CREATE VIEW v AS SELECT 1;\nSELEC 1;\n--> statement-breakpoint\nCREATE TABLE w (a int);",
    );
    assert_eq!(tables(&loaded), ["t"]);
    assert_eq!(loaded.unchecked.iter().collect::<Vec<_>>(), ["u"]);
    let found = findings(&loaded);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[0].starts_with("sql-fails a.sql:3:15: Can't DROP 'b'"), "{}", found[0]);
    assert!(found[1].starts_with("unsupported-statement a.sql:4:"), "{}", found[1]);
    assert!(found[2].starts_with("sql-fails a.sql:6:1: "), "{}", found[2]);
    assert!(found[3].starts_with("sql-fails a.sql:7:"), "{}", found[3]);
    assert_eq!(loaded.schema.views.len(), 1);
    let help = loaded.findings[3].help.as_deref().unwrap_or_default();
    assert!(help.contains("`migrations:`"), "{help}");
    assert_eq!(loaded.texts.len(), 1);
}

#[test]
fn the_database_that_is_current_at_the_end_is_the_schema() {
    let loaded =
        sql("CREATE TABLE lost (a int);\nCREATE DATABASE shop;\nUSE shop;\nCREATE TABLE kept (a int);");
    assert_eq!(tables(&loaded), ["kept"]);
    assert!(loaded.places.place_of(&ObjectPath::table("kept")).is_some());
    let found = findings(&loaded);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("the tables of the database scratch are left out"), "{}", found[0]);
}

#[test]
fn text_without_an_end_is_an_error_with_its_place() {
    for (text, says) in [
        ("CREATE TABLE t (a int);\n /* why", "a.sql:2:2: the comment that begins here is never closed"),
        ("SELECT 'a", "a.sql:1:8: the string that begins here is never closed"),
        ("CREATE PROCEDURE p()\nBEGIN SELECT 1; ", "a.sql:2:1: the block has no END"),
        ("DELIMITER\nSELECT 1;", "a.sql:1:"),
    ] {
        let dir = folder(&[("a.sql", text)]);
        let error = load_source(
            &Source::Sql(dir.path().join("a.sql")),
            Flavor::MYSQL_9_7,
            &ProjectOptions::default(),
        )
        .expect_err(text);
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn snapshots_by_file_and_by_project() {
    let project = Folder::new(&[("0000_a", "CREATE TABLE t (x int);")]).with_snapshot("0000", &["t", "u"]);
    let dir = project.load().migrations_path;
    let newest = load(&Source::Snapshot(dir.clone()));
    let file = load(&Source::Snapshot(dir.join("meta/0000_snapshot.json")));
    for loaded in [&newest, &file] {
        assert_eq!(tables(loaded), ["t", "u"]);
        assert_eq!(loaded.snapshot.as_ref().map(|snapshot| snapshot.tables.len()), Some(2));
        assert!(!loaded.columns_ordered);
        let place = loaded.places.place_of(&ObjectPath::table("u")).expect("it is known");
        assert!(place.file.ends_with("0000_snapshot.json") && place.line.is_some(), "{place}");
    }
    fs::write(dir.join("meta/0000_snapshot.json"), "{\n\"version\": 5}").expect("it can be written");
    let error = load_source(
        &Source::Snapshot(dir.join("meta/0000_snapshot.json")),
        Flavor::MYSQL_9_7,
        &ProjectOptions::default(),
    );
    let says = error.expect_err("it is bad").to_string();
    assert!(says.contains("0000_snapshot.json:2:") || says.contains("0000_snapshot.json:1:1"), "{says}");
    let none = Folder::new(&[]).load().migrations_path;
    assert!(load_source(&Source::Snapshot(none), Flavor::MYSQL_9_7, &ProjectOptions::default()).is_err());
}

const SCHEMA: &str = "import { int, mysqlTable, varchar } from 'drizzle-orm/mysql-core';
export const orders = mysqlTable('orders', {
  orderId: int().primaryKey(),
  note: varchar('note', { length: Number(process.env.N) }),
});
export const lines = mysqlTable('lines', { id: int('id') });
";

#[test]
fn declared_schemas_by_project_by_configuration_and_by_file() {
    let config = "export default { dialect: 'mysql', schema: './schema.ts', out: process.env.OUT, casing: 'snake_case' };";
    let dir =
        folder(&[("schema.ts", SCHEMA), ("drizzle.config.prod.ts", config), ("drizzle.config.ts", config)]);
    let by = |path: &Path, options: &ProjectOptions| {
        let source = Source::Drizzle(path.to_owned());
        load_source(&source, Flavor::MYSQL_9_7, options).expect("it can be read")
    };
    let none = ProjectOptions::default();
    let cased = ProjectOptions { casing: Casing::of_name("snake_case"), ..none.clone() };
    let schema = dir.path().join("schema.ts");
    let loaded =
        [by(dir.path(), &none), by(&dir.path().join("drizzle.config.prod.ts"), &none), by(&schema, &cased)];
    for loaded in &loaded {
        assert_eq!(tables(loaded), ["lines", "orders"]);
        assert_eq!(loaded.unchecked.iter().collect::<Vec<_>>(), ["orders"]);
        let found = findings(loaded);
        assert!(
            found.len() == 1 && found[0].starts_with("unsupported-declaration schema.ts:4:"),
            "{found:?}"
        );
        assert!(loaded.may_lack.is_empty() && loaded.snapshot.is_some());
        let path = ObjectPath::part(ObjectKind::Column, "orders", "order_id");
        let place = loaded.places.place_of(&path).expect("it is known").to_string();
        assert!(place.ends_with("schema.ts:3:3"), "{place}");
        assert_eq!(loaded.texts.len(), 1);
    }
    // By itself a file is read without a configuration.
    assert!(by(&schema, &none).schema.tables[1].column("orderId").is_some());
    let error = |path: &Path| {
        let source = Source::Drizzle(path.to_owned());
        load_source(&source, Flavor::MYSQL_9_7, &none).expect_err("there is none").to_string()
    };
    assert!(
        error(folder(&[]).path()).ends_with("there is no configuration of drizzle-kit that names a schema")
    );
    assert!(error(&dir.path().join("none.ts")).contains("none.ts: there is no such file"));
}

#[test]
fn a_migration_folder_that_is_named_is_the_one_that_is_read() {
    let (named, other) = (
        Folder::new(&[("0000_a", "CREATE TABLE named (x int);")]),
        Folder::new(&[("0000_a", "CREATE TABLE other (x int);")]),
    );
    let options = ProjectOptions { out: Some(other.load().migrations_path), ..ProjectOptions::default() };
    let read = |path: &Path| {
        let source = Source::Migrations(path.to_owned());
        load_source(&source, Flavor::MYSQL_9_7, &options).expect("it can be read")
    };
    assert_eq!(tables(&read(&named.load().migrations_path)), ["named"]);
    assert_eq!(tables(&read(folder(&[]).path())), ["other"]);
}

#[test]
fn migrations_say_where_they_end() {
    let project =
        Folder::new(&[("0000_a", "CREATE TABLE t (x int);"), ("0001_b", "ALTER TABLE t ADD z int;")]);
    let dir = project.load().migrations_path;
    assert_eq!(findings(&load(&Source::Migrations(dir.clone()))), [] as [&str; 0]);
    fs::remove_file(dir.join("0001_b.sql")).expect("it is there");
    let loaded = load(&Source::Migrations(dir));
    assert_eq!(tables(&loaded), ["t"]);
    let found = findings(&loaded);
    assert!(found.len() == 1 && found[0].starts_with("missing-migration-file _journal.json:"), "{found:?}");
}

#[test]
fn models_keep_their_server() {
    let schema = sql("CREATE TABLE t (a int);").schema;
    let flavor = Flavor::MYSQL_9_7;
    let file = SchemaFile::new(flavor, schema.clone());
    let text = |syntax| file.to_text(syntax).expect("it can be written");
    let (json, toml) = (text(Syntax::Json), text(Syntax::Toml));
    let dir =
        folder(&[("a.json", &json), ("a.TOML", &toml), ("json", &json), ("toml", &toml), ("bad.toml", "x")]);
    for name in ["a.json", "a.TOML", "json", "toml"] {
        let source = Source::Model(dir.path().join(name));
        let loaded = load_source(&source, Flavor::MARIADB_11_8, &ProjectOptions::default()).expect(name);
        assert_eq!((loaded.flavor, &loaded.schema), (flavor, &schema), "{name}");
        assert_eq!(loaded.name, source.to_string());
    }
    let error = load_source(&Source::Model(dir.path().join("bad.toml")), flavor, &ProjectOptions::default())
        .expect_err("it is bad");
    assert!(error.to_string().contains("bad.toml:1:2: "), "{error}");
}

/// The script that is written of a schema makes the same schema.
#[test]
fn a_schema_as_sql_runs() {
    let terp = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/terp"));
    for flavor in [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8] {
        let first = load_source(&Source::Migrations(terp.to_owned()), flavor, &ProjectOptions::default())
            .expect("it can be read");
        let script = render::create_schema(&first.schema, flavor);
        let dir = folder(&[("a.sql", &script)]);
        let again = load_source(&Source::Sql(dir.path().join("a.sql")), flavor, &ProjectOptions::default())
            .expect("it can be read");
        assert_eq!(findings(&again), [] as [&str; 0]);
        assert_eq!(again.schema.tables.len(), 145);
        for (table, same) in first.schema.tables.iter().zip(&again.schema.tables) {
            let show = |table| render::show_create_table(table, flavor);
            assert_eq!(show(table), show(same));
        }
    }
}
