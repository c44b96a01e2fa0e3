//! Wrong calls: a message that says what to do, and the documented exit code.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::fs;
use std::process::{Command, Output};

fn terp_migrate(arguments: &[&str]) -> Output {
    let empty = tempfile::tempdir().unwrap();
    fs::write(empty.path().join("a.sql"), "CREATE TABLE a (id INT PRIMARY KEY);\n").unwrap();
    fs::write(empty.path().join("wrong.sql"), "CREATE TABLE a (id INT PRIMARY KEI);\n").unwrap();
    fs::write(empty.path().join("plan.json"), "{\"format\": \"terp-plan/9\"}").unwrap();
    fs::write(empty.path().join("cut.json"), "{\"format\": \"terp-plan/1\", \"fla").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_terp-migrate"));
    for name in ["DATABASE_URL", "DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME", "MYSQL_PWD"] {
        command.env_remove(name);
    }
    command.env("HOME", empty.path()).current_dir(empty.path()).args(arguments).output().unwrap()
}

#[test]
fn messages_and_exit_codes() {
    let nobody = "mysql://root@127.0.0.1:1/shop";
    let cases: [(&[&str], i32, &str); 10] = [
        (&["plan", "--from", "sql:a.sql", "--to", "sql:a.sql"], 0, "nothing to do"),
        (&["plan", "--from", "sql:a.sql", "--to", "sql:wrong.sql"], 2, "wrong.sql"),
        (&["plan", "--from", "sql:a.sql", "--to", "sql:none.sql"], 2, "none.sql"),
        (&["plan", "--to", "sql:a.sql"], 2, "which database is meant is not said"),
        (&["plan", "--to", "sql:a.sql", "--database", "shop"], 2, "names no database"),
        (&["plan", "--to", "sql:a.sql", "--database", "mysql://me:secret@127.0.0.1:1/x"], 2, "password"),
        (&["apply", "--plan", "plan.json", "--database", nobody, "--yes"], 2, "terp-plan/9"),
        (&["apply", "--plan", "cut.json", "--database", nobody, "--yes"], 2, "cut.json"),
        (&["apply", "--to", "sql:a.sql", "--database", nobody, "--yes"], 3, "nobody listens"),
        (&["rollback", "--to-run", "1", "--force", "--database", nobody], 2, "--reason"),
    ];
    for (arguments, code, text) in cases {
        let output = terp_migrate(arguments);
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(text), "{arguments:?}: {said}");
        assert!(!said.contains("secret"), "{said}");
    }
}
