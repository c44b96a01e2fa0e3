//! `--live`, `diff` and `show` on real servers.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use terp_testserver::TestDatabase;

fn terp() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/terp"))
}

/// Exit code and both outputs, in an environment that knows no server.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terp-drift"));
    for name in ["DATABASE_URL", "DB_HOST", "DB_USER", "DB_NAME", "DB_PASSWORD", "MYSQL_PWD", "MYSQL_HOST"] {
        command.env_remove(name);
    }
    let output = command.env("HOME", "/none").args(arguments).output().expect("it can be run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

/// What Drizzle's migrator does with a project.
fn migrate(database: &mut TestDatabase, project: &Path) {
    let project = terp_drizzle::load_project(project).expect("it can be read");
    let table =
        "CREATE TABLE __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)";
    database.execute(table).expect("it can be made");
    for migration in project.folder.migrations() {
        let file = migration.file.expect("it has its file");
        for chunk in 0..file.chunks.len() {
            database.execute(file.chunk_text(chunk)).expect(migration.tag);
        }
        let hash = terp_drizzle::migrations_table::file_hash(&file.text);
        let row = format!(
            "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('{hash}', {})",
            migration.when
        );
        database.execute(&row).expect("it can be added");
    }
}

#[test]
fn a_migrated_database_has_no_drift_until_somebody_changes_it() {
    let path = terp();
    let project = path.to_str().expect("a plain path");
    for server in terp_testserver::shared_all().expect("there are servers") {
        let mut database = server.create_database().expect("it can be made");
        migrate(&mut database, &path);
        let url = format!("mysql://root@127.0.0.1:{}/{}", server.port, database.name());
        let live = format!("--live={url}");
        let flavor = server.flavor.to_string();
        let check = ["check", "--project", project, "--server", &flavor, &live];
        let (code, text) = run(&check);
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("declared -> live") && text.contains("replayed -> live"), "{text}");
        assert!(!text.contains("pending-migration") && !text.contains("not compared"), "{text}");

        let (code, text) = run(&["diff", &format!("migrations:{project}"), &url]);
        // The migrator's own table is all that is too many.
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("1 difference (1 of substance)"), "{text}");
        assert!(text.contains("__drizzle_migrations"), "{text}");
        database.execute("ALTER TABLE users DROP COLUMN updated_at").expect("it is there");
        let (code, text) = run(&check);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("updated_at"), "{text}");

        let (code, saved) = run(&["show", &url, "--format", "json"]);
        assert_eq!(code, Some(0), "{saved}");
        let dir = tempfile::tempdir().expect("a folder can be made");
        let model = dir.path().join("schema.json");
        fs::write(&model, saved).expect("it can be written");
        for kind in ["model", "checkpoint"] {
            let place = if kind == "model" { model.as_path() } else { dir.path() };
            let (code, text) = run(&["diff", &format!("{kind}:{}", place.display()), &url]);
            assert_eq!(code, Some(0), "{text}");
            assert!(text.contains("clean: no difference"), "{text}");
        }
    }
}

#[test]
fn without_a_connection_the_exit_code_is_3() {
    let (code, text) = run(&["show", "mysql://root@127.0.0.1:1/shop"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("cannot connect to root@127.0.0.1:1: nobody listens there"), "{text}");
    let (code, text) = run(&["show", "mysql://root:hunter2@127.0.0.1:1/shop"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("can be read by every user") && !text.contains("hunter2"), "{text}");
    let (code, text) = run(&["show", "database:"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("which database is meant is not said"), "{text}");
}
