//! `--live`, `diff` and `show` on real servers.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use terp_schema_model::Flavor;
use terp_testserver::{Options, Server, TestDatabase};

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

/// A server of its own with such options, for which what others have is nothing.
fn start(flavor: Flavor, arguments: &[&str]) -> Server {
    let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let installation = terp_testserver::find_flavor(flavor).expect("it is there");
    Server::start(&installation, Options { arguments, ..Options::default() }).expect("it starts")
}

fn flavors() -> impl Iterator<Item = Flavor> {
    let here = |flavor: &Flavor| {
        terp_testserver::is_required(*flavor) || terp_testserver::find_flavor(*flavor).is_ok()
    };
    terp_testserver::KNOWN.into_iter().filter(here)
}

/// Runs a script on a server, statement by statement, and writes it into a file.
fn made(server: &Server, folder: &Path, script: &[&str]) -> (String, String) {
    let mut database = server.create_database().expect("it can be made");
    for statement in script {
        database.execute(statement).expect(statement);
    }
    let file = folder.join(format!("{}.sql", server.flavor.vendor.as_str()));
    fs::write(&file, script.join(";\n")).expect("it can be written");
    let url = format!("mysql://root@127.0.0.1:{}/{}", server.port, database.name());
    // The server goes with the test, and the database with it.
    std::mem::forget(database);
    (format!("sql:{}", file.display()), url)
}

#[test]
fn what_is_declared_is_made_with_the_servers_settings() {
    let dir = tempfile::tempdir().expect("a folder can be made");
    for flavor in flavors() {
        let mut arguments = vec![
            "--sql-mode=ANSI_QUOTES,REAL_AS_FLOAT,NO_ENGINE_SUBSTITUTION",
            "--default-storage-engine=MyISAM",
            "--innodb-strict-mode=OFF",
            "--collation-server=utf8mb4_german2_ci",
        ];
        if flavor.is_mysql() {
            arguments.push("--sql-generate-invisible-primary-key=ON");
        }
        let server = start(flavor, &arguments);
        // No option of the server's command line on MySQL.
        let mut root = server.connect().expect("it answers");
        root.execute("SET GLOBAL foreign_key_checks = OFF").expect("it can be set");
        // MySQL changes what does not fit, and the engine does not follow it there.
        let loose = if flavor.is_mysql() {
            "CREATE TABLE loose (a INT PRIMARY KEY) ENGINE=InnoDB"
        } else {
            "CREATE TABLE loose (a INT) ENGINE=InnoDB ROW_FORMAT=FIXED"
        };
        let long = format!("CREATE TABLE cut (a INT) COMMENT='{}'", "x".repeat(3000));
        let script = [
            r#"CREATE TABLE "plain" (a REAL DEFAULT '0')"#,
            loose,
            "CREATE TABLE orphan (a INT PRIMARY KEY, FOREIGN KEY (a) REFERENCES nothing (b)) ENGINE=InnoDB",
            "CREATE TABLE zero (a DATE NOT NULL DEFAULT '0000-00-00')",
            &long,
        ];
        let (file, url) = made(&server, dir.path(), &script);
        let (code, text) = run(&["diff", &file, &url]);
        assert_eq!(code, Some(0), "{flavor}: {text}");
        assert!(!text.contains("server-setting"), "{flavor}: {text}");
        let (_, saved) = run(&["show", &url, "--format", "json"]);
        assert!(saved.contains("MyISAM") && saved.contains("utf8mb4_german2_ci"), "{saved}");
        if flavor.is_mysql() {
            let (file, url) = made(&server, dir.path(), &["CREATE TABLE t (a INT) ENGINE=InnoDB"]);
            let (code, text) = run(&["diff", "--strict", &file, &url]);
            assert_eq!(code, Some(1), "{text}");
            assert!(text.contains("sql_generate_invisible_primary_key"), "{text}");
        }
    }
}

#[test]
fn settings_that_are_not_followed_are_named() {
    let dir = tempfile::tempdir().expect("a folder can be made");
    for flavor in flavors() {
        let mut arguments = vec!["--innodb-default-row-format=compact", "--init-connect=SET @a=1"];
        let mut named = vec!["innodb_default_row_format = compact", "init_connect = SET @a=1"];
        if flavor.is_mysql() {
            arguments.push("--disabled-storage-engines=ARCHIVE");
            named.push("disabled_storage_engines = ARCHIVE");
        } else {
            arguments.extend(["--lower-case-table-names=1", "--old-mode="]);
            named.extend(["lower_case_table_names = 1, and this check assumes 0", "old_mode = ''"]);
        }
        if flavor.mariadb_since(11, 5, 0) {
            arguments.push("--character-set-collations=utf8mb4=utf8mb4_bin");
            named.push("character_set_collations = utf8mb4=utf8mb4_bin");
        }
        let server = start(flavor, &arguments);
        let (file, url) = made(&server, dir.path(), &["CREATE TABLE t (a INT)"]);
        let (_, text) = run(&["diff", &file, &url]);
        for name in &named {
            assert!(text.contains(name), "{flavor}: {name} is not in {text}");
        }
        assert_eq!(text.matches("[server-setting]").count(), named.len(), "{flavor}: {text}");
        // Where nothing is made for that server, they are of no matter.
        let (code, text) = run(&["diff", &url, &url]);
        assert_eq!(code, Some(0), "{flavor}: {text}");
        assert!(!text.contains("server-setting"), "{flavor}: {text}");
        let project = terp();
        let live = format!("--live={url}");
        let project = project.to_str().expect("a plain path");
        let (_, text) = run(&["check", "--project", project, &live]);
        assert!(text.contains("[server-setting]"), "{flavor}: {text}");
    }
}

#[test]
fn characters_that_show_create_loses_are_no_difference() {
    let dir = tempfile::tempdir().expect("a folder can be made");
    for flavor in flavors() {
        let server = start(flavor, &[]);
        let mut script = vec![
            "CREATE TABLE lossy (e ENUM('😀','b'), d VARCHAR(9) DEFAULT '😀' COMMENT 'c 😀', KEY k (d) COMMENT 'k 😀') COMMENT 'x 😀'",
            "CREATE TABLE whole (a INT COMMENT 'é')",
            "CREATE VIEW v AS SELECT '😀' AS a",
            "CREATE PROCEDURE p() COMMENT 'c 😀' SELECT '😀'",
            "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'c 😀' DO SELECT '😀'",
        ];
        if flavor.is_mysql() {
            script.extend(["CREATE TABLE `n😀` (a INT)", "CREATE TABLE c (`c😀` INT, KEY `k😀` (`c😀`))"]);
        }
        let (file, url) = made(&server, dir.path(), &script);
        for [left, right] in [[&file, &url], [&url, &file]] {
            let (code, text) = run(&["diff", left, right]);
            assert_eq!(code, Some(0), "{flavor}: {text}");
            let told = "compared as SHOW CREATE shows them, with ? for each character beyond U+FFFF: lossy";
            assert!(text.contains(told), "{flavor}: {text}");
            assert!(text.contains("procedure p, event ev"), "{flavor}: {text}");
            assert!(!text.contains("whole"), "{flavor}: {text}");
        }
        // What is shown otherwise differs.
        let other = fs::read_to_string(file.trim_start_matches("sql:")).expect("it is there");
        let path = dir.path().join("other.sql");
        fs::write(&path, other.replace("x 😀", "y 😀")).expect("it can be written");
        let (code, text) = run(&["diff", &format!("sql:{}", path.display()), &url]);
        assert_eq!(code, Some(1), "{flavor}: {text}");
        assert!(text.contains("x ?") && text.contains("y ?"), "{flavor}: {text}");
    }
}

#[test]
fn sequences_and_packages_are_named_as_what_they_are() {
    let dir = tempfile::tempdir().expect("a folder can be made");
    for flavor in flavors().filter(|flavor| flavor.is_mariadb()) {
        let server = start(flavor, &[]);
        let (file, url) = made(&server, dir.path(), &["CREATE TABLE t (a INT)"]);
        let (_, database) = url.rsplit_once('/').expect("it names a database");
        let mut session = server.connect_to(database).expect("it is there");
        session.execute("CREATE SEQUENCE numbers").expect("it can be made");
        session.execute("SET sql_mode = ORACLE").expect("it can be set");
        session.execute("CREATE PACKAGE pack AS FUNCTION f RETURN INT; END").expect("it can be made");
        session
            .execute("CREATE PACKAGE BODY pack AS FUNCTION f RETURN INT AS BEGIN RETURN 1; END; END")
            .expect("it can be made");
        let (code, text) = run(&["diff", &file, &url]);
        assert_eq!(code, Some(0), "{flavor}: {text}");
        for told in [
            "sequence numbers of",
            "is not compared: sequences are not read yet",
            "package pack of",
            "package body pack of",
            "not compared, since something about them is not checked: sequence numbers, package pack, package body pack",
        ] {
            assert!(text.contains(told), "{flavor}: {told} is not in {text}");
        }
    }
}

#[test]
fn an_event_has_its_time_zone() {
    let dir = tempfile::tempdir().expect("a folder can be made");
    for flavor in flavors() {
        let server = start(flavor, &[]);
        let create = "CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO SELECT 1";
        let (file, url) = made(&server, dir.path(), &["SET time_zone = '+02:00'", create]);
        let (code, text) = run(&["diff", &file, &url]);
        assert_eq!(code, Some(0), "{flavor}: {text}");
        let (code, saved) = run(&["show", &url, "--format", "json"]);
        assert_eq!(code, Some(0), "{saved}");
        assert!(saved.contains("+02:00"), "{flavor}: {saved}");
        let (_, in_system_zone) = made(&server, dir.path(), &[create]);
        let (code, text) = run(&["diff", &url, &in_system_zone]);
        assert_eq!(code, Some(1), "{flavor}: {text}");
        assert!(text.contains("+02:00"), "{flavor}: {text}");
    }
}
