//! `schema-check` as it is called: what it prints and how it exits.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn schema_check(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir(root()).env_remove("NO_COLOR").arg("schema-check").args(arguments);
    command.output().expect("it can be run")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it is in the workspace")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it is UTF-8")
}

/// A project with one migration.
fn project() -> TempDir {
    let dir = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(dir.path().join("meta")).expect("a folder can be made");
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("it can be written");
    write(
        "meta/_journal.json",
        r#"{"version": "7", "dialect": "mysql", "entries": [{"idx": 0, "version": "5", "when": 1, "tag": "0000_a"}]}"#,
    );
    write(
        "meta/0000_snapshot.json",
        r#"{"version": "5", "dialect": "mysql", "id": "a", "prevId": "00000000-0000-0000-0000-000000000000", "tables": {}}"#,
    );
    write("0000_a.sql", "-- nothing yet\nSELECT 1;");
    dir
}

#[test]
fn terp_is_the_default_and_has_warnings_only() {
    let output = schema_check(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let out = text(&output.stdout);
    assert!(out.contains("\nfixtures/terp on mysql:9.7\n") && out.contains("(10 warnings, 1 note)"), "{out}");
    assert!(out.contains("\n  fixtures/terp/drizzle/0020_vip_portal.sql"), "{out}");
    assert!(!out.contains('\x1b'), "no colours without a terminal");
    assert_eq!(schema_check(&["--strict"]).status.code(), Some(1));
}

#[test]
fn json_is_what_programs_read() {
    let output = schema_check(&["--server", "mariadb:10.11", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(json["server"], "mariadb:10.11");
    assert_eq!(json["summary"]["tables"], 145);
    assert_eq!(json["replay"]["chunks"], 579);
    assert!(json["replay"]["stops_at"].is_null());
}

#[test]
fn drift_and_errors_give_1() {
    for project in ["extra-column", "drop-of-missing-column", "missing-file", "newest-snapshot-missing"] {
        let output = schema_check(&["--project", &format!("fixtures/drift/{project}")]);
        assert_eq!(output.status.code(), Some(1), "{project}: {}", text(&output.stderr));
        assert!(output.stderr.is_empty(), "{project}");
    }
}

#[test]
fn what_cannot_be_read_gives_2_and_one_line_with_its_place() {
    type Spoil = fn(&Path);
    let cases: [(Spoil, &str); 10] = [
        (|dir| fs::remove_dir_all(dir).expect("it can be removed"), "there is no such file or folder"),
        (
            |dir| fs::remove_file(dir.join("meta/_journal.json")).expect("it is there"),
            "there is no migration journal",
        ),
        (
            |dir| {
                fs::write(dir.join("meta/_journal.json"), "{\"version\": \"7\",\n \"dial")
                    .expect("it can be written");
            },
            "_journal.json:2:7: the text ends before its JSON does",
        ),
        (
            |dir| {
                fs::write(dir.join("meta/0000_snapshot.json"), "{\"version\": \"5\",")
                    .expect("it can be written");
            },
            "0000_snapshot.json:1:17: the text ends before its JSON does",
        ),
        (
            |dir| {
                fs::write(dir.join("meta/0000_snapshot.json"), "[".repeat(100_000))
                    .expect("it can be written");
            },
            "it is nested deeper than 512 levels",
        ),
        (
            |dir| {
                let file = File::create(dir.join("meta/0000_snapshot.json")).expect("it can be written");
                file.set_len(100 << 20).expect("it can grow");
            },
            "0000_snapshot.json: it is larger than 64 MiB",
        ),
        (
            |dir| {
                let file = File::create(dir.join("0000_a.sql")).expect("it can be written");
                file.set_len(100 << 20).expect("it can grow");
            },
            "0000_a.sql: it is larger than 64 MiB",
        ),
        (
            |dir| fs::write(dir.join("0000_a.sql"), b"SELECT 1;\n-- \xFF").expect("it can be written"),
            "0000_a.sql:2:4: it is not valid UTF-8",
        ),
        (
            |dir| fs::write(dir.join("0000_a.sql"), "SELECT 1,\n  'two").expect("it can be written"),
            "0000_a.sql:2:3: the string that begins here is never closed",
        ),
        (
            |dir| {
                let sql =
                    format!("CREATE TABLE a (b int CHECK ({}1{}))", "(".repeat(50_000), ")".repeat(50_000));
                fs::write(dir.join("0000_a.sql"), sql).expect("it can be written");
            },
            "nests at most 256 levels deep",
        ),
    ];
    for (spoil, words) in cases {
        let dir = project();
        spoil(dir.path());
        let output = schema_check(&["--project", &dir.path().display().to_string()]);
        let says = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words}: {says}");
        assert!(
            says.starts_with("error: ") && says.lines().count() == 1 && says.contains(words),
            "{words}: {says}"
        );
        assert!(output.stdout.is_empty(), "{words}");
    }
}

#[test]
fn unknown_servers_are_named() {
    let output = schema_check(&["--server", "postgres:17"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("postgres:17"), "{}", text(&output.stderr));
}
