//! `terp-drift` as it is called: what it prints and how it exits.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

struct Output {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run_in(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terp-drift"));
    command.current_dir(dir).env_remove("NO_COLOR").args(arguments);
    let output = command.output().expect("it can be run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it is UTF-8");
    Output { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn run(arguments: &[&str]) -> Output {
    run_in(root(), arguments)
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in files {
        fs::write(dir.path().join(name), text).expect("it can be written");
    }
    dir
}

#[test]
fn explain() {
    let ran = run(&["explain", "duplicate-prefix"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(ran.out);
    let ran = run(&["explain"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.out.lines().count(), terp_drift::RULES.len());
    for (rule, line) in terp_drift::RULES.iter().zip(ran.out.lines()) {
        assert!(line.starts_with(rule.id) && line.ends_with(rule.summary), "{line}");
    }
    let ran = run(&["explain", "drift", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert_eq!((&json["id"], &json["severity"]), (&"drift".into(), &"error".into()));
    let ran = run(&["explain", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(terp_drift::RULES.len()));
}

#[test]
fn unknown_rules_are_a_wrong_call() {
    let ran = run(&["explain", "duplicate-prefixes"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert_eq!(ran.err, "error: there is no rule \"duplicate-prefixes\"; did you mean `duplicate-prefix`?\n");
    let ran = run(&["explain", "x"]);
    assert_eq!(ran.err, "error: there is no rule \"x\"; `terp-drift explain` lists all\n");
}

#[test]
fn check_is_schema_check() {
    let ran = run(&["check", "--project", "fixtures/terp"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("\nfixtures/terp on mysql:9.7\n"), "{}", ran.out);
    assert!(!ran.out.contains('\x1b'));
    let ran = run(&["check", "--project", "fixtures/terp", "--strict", "--color", "always"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains('\x1b'));
    // Without a project it is the current folder, and is called by its name.
    let ran = run_in(&root().join("fixtures/drift/extra-column"), &["check"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("\nextra-column on mysql:9.7\n"), "{}", ran.out);
    let ran = run(&["check", "--project", "fixtures"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.starts_with("error: fixtures: there is no migration journal"), "{}", ran.err);
}

#[test]
fn configuration_is_found_and_its_faults_are_told() {
    let terp = fs::canonicalize(root().join("fixtures/terp/drizzle")).expect("it is there");
    let good = format!("server = \"mariadb:11.8\"\n[drizzle]\nout = {terp:?}\n");
    let dir = folder(&[
        ("terp.toml", &good),
        ("other.toml", "\nserver = 1"),
        ("bad.toml", "[drizzle]\nuot = \"x\""),
    ]);
    let ran = run_in(dir.path(), &["check"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains(" on mariadb:11.8\n") && ran.out.contains("145"), "{}", ran.out);
    let ran = run_in(dir.path(), &["check", "--server", "mysql:8.4", "--format", "json"]);
    assert!(ran.out.contains("\"server\": \"mysql:8.4\""), "{}", ran.out);
    for (file, says) in [
        ("other.toml", "error: other.toml:2:10: invalid type: integer `1`, expected a string\n"),
        ("bad.toml", "error: bad.toml:2:1: unknown key `uot`; did you mean `out`?\n"),
        (
            "none.toml",
            "error: none.toml: there is no such file or folder: No such file or directory (os error 2)\n",
        ),
    ] {
        let ran = run_in(dir.path(), &["check", "--config", file]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(2), "", says));
    }
}

const SQL: &str = "CREATE TABLE b (id int PRIMARY KEY, a int, FOREIGN KEY (a) REFERENCES c (id));
SET foreign_key_checks = 0;
CREATE TABLE a (id int PRIMARY KEY, b int, FOREIGN KEY (b) REFERENCES b (id));
CREATE TABLE b (id int PRIMARY KEY, name varchar(40) NOT NULL DEFAULT 'it''s');
CREATE TABLE sums AS SELECT @n FROM a;
";

#[test]
fn show_gives_what_is_known_and_says_what_is_not() {
    let dir = folder(&[("a.sql", SQL)]);
    let ran = run_in(dir.path(), &["show", "sql:a.sql"]);
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!(format!("---- stdout ----\n{}---- stderr ----\n{}", ran.out, ran.err));
}

#[test]
fn show_and_read_again() {
    let shown = |arguments: &[&str]| {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
        ran.out
    };
    let first = shown(&["show", "migrations:fixtures/terp"]);
    let json = shown(&["show", "migrations:fixtures/terp", "--format", "json"]);
    let toml = shown(&["show", "migrations:fixtures/terp", "--format", "toml"]);
    let dir = folder(&[("a.sql", &first), ("a.json", &json), ("a.toml", &toml)]);
    for source in ["sql:a.sql", "model:a.json", "model:a.toml"] {
        let ran = run_in(dir.path(), &["show", source, "--format", "sql"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{source}");
        assert_eq!(ran.out, first, "{source}");
    }
    assert_eq!(run_in(dir.path(), &["show", "model:a.toml", "--format", "json"]).out, json);
    // A saved schema is for one server.
    let ran = run_in(dir.path(), &["show", "model:a.json", "--server", "mariadb:11.8"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert_eq!(
        ran.err,
        "error: model:a.json is a schema for mysql:9.7, and can't be shown for mariadb:11.8\n"
    );
}

#[test]
fn show_of_a_snapshot_is_what_drizzle_kit_writes() {
    let ran = run(&["show", "snapshot:fixtures/terp"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out.starts_with("CREATE TABLE `"), "{}", &ran.out[..80]);
    assert_eq!(ran.out.matches("CREATE TABLE").count(), 145);
    assert!(ran.out.contains("\n);\n\nCREATE TABLE `"), "an empty line after each table");
}

#[test]
fn show_of_what_is_declared() {
    let declared = run(&["show", "drizzle:fixtures/terp"]);
    assert_eq!((declared.code, declared.err.as_str()), (Some(0), ""));
    // The newest snapshot was made of it, so drizzle-kit writes the same for both.
    assert_eq!(declared.out, run(&["show", "snapshot:fixtures/terp"]).out);
    let json = run(&["show", "drizzle:fixtures/terp", "--format", "json"]);
    assert_eq!((json.code, json.err.as_str()), (Some(0), ""));
    assert!(json.out.contains("\"name\": \"orders\""), "{}", &json.out[..200]);
}

#[test]
fn show_as_a_snapshot() {
    let newest = fs::read_dir(root().join("fixtures/terp/drizzle/meta")).expect("it is there");
    let newest = newest.map(|entry| entry.expect("it can be read").path());
    let newest = newest.filter(|path| path.to_string_lossy().ends_with("_snapshot.json")).max();
    let newest = newest.expect("there are some");
    let text = fs::read_to_string(&newest).expect("it can be read");
    let ran = run(&["show", &format!("snapshot:{}", newest.display()), "--format", "drizzle-snapshot"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert!(ran.out == text, "a snapshot comes out as drizzle-kit wrote it");
    // What is declared, and what the migrations build, is the same but for the order of columns and the ids.
    let declared = run(&["show", "drizzle:fixtures/terp", "--format", "drizzle-snapshot"]);
    let dir = folder(&[("declared_snapshot.json", &declared.out)]);
    let again = run_in(dir.path(), &["show", "snapshot:declared_snapshot.json"]);
    assert_eq!(again.out, run(&["show", "drizzle:fixtures/terp"]).out);
    // A comment has no place there.
    let dir = folder(&[("a.sql", "CREATE TABLE t (a int COMMENT 'why');")]);
    let ran = run_in(dir.path(), &["show", "sql:a.sql", "--format", "drizzle-snapshot"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.err.starts_with("\nwarning: the snapshot is without the column `a` of `t`: COMMENT"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("\"version\": \"5\"") && !ran.out.contains("\"id\": \"\""), "{}", ran.out);
}

#[test]
fn rules_conventions_and_releases_are_followed() {
    let terp = fs::canonicalize(root().join("fixtures/terp")).expect("it is there");
    let base = format!("[drizzle]\nconfig = {:?}\n", terp.join("drizzle.config.ts"));
    let base = format!("{base}out = {:?}\n", terp.join("drizzle"));
    let cases: [(&str, i32, &str); 4] = [
        ("[rules]\nduplicate-prefix = \"error\"\n", 1, "error[duplicate-prefix]"),
        ("[conventions]\nrequired-tables = [\"no_such_table\"]\n", 1, "no_such_table"),
        ("[migrations]\nreleased = \"released\"\n", 1, "edited-after-release"),
        ("", 0, "no error and no drift"),
    ];
    for (text, code, says) in cases {
        let hash = "0".repeat(64);
        let released = format!("{hash}  0000_identity_and_settings.sql\n");
        let dir = folder(&[("terp.toml", &format!("{base}{text}")), ("released", &released)]);
        let ran = run_in(dir.path(), &["check"]);
        assert_eq!(ran.code, Some(code), "{text}: {}{}", ran.err, ran.out);
        assert!(ran.out.contains(says), "{text}: {}", ran.out);
    }
    let dir = folder(&[
        ("terp.toml", &format!("{base}[migrations]\nreleased = \"released\"\n")),
        ("released", "\nx y"),
    ]);
    let ran = run_in(dir.path(), &["check"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.starts_with("error: released:2:1: expected a SHA-256"), "{}", ran.err);
}

#[test]
fn wrong_sources_are_a_wrong_call() {
    for (source, says) in [
        ("schema.sql", "it does not say what is to be read"),
        ("live:x", "\"live\" is no kind of source; a source is KIND:PATH"),
        ("sql:none.sql", "none.sql: there is no such file or folder"),
        ("model:Cargo.toml", "Cargo.toml:"),
        ("snapshot:Cargo.toml", "Cargo.toml:1:2: "),
    ] {
        let ran = run(&["show", source]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{source}");
        assert!(ran.err.contains(says), "{source}: {}", ran.err);
    }
}

#[test]
#[cfg(unix)]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terp-drift"));
    command.current_dir(root()).args(["show", "migrations:fixtures/terp"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it can be run");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), [].as_slice()));
}
