//! What the tests of the other crates rely on, on each server that is known. They take the servers of `cargo xtask test`, or start some.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use terp_schema_model::Flavor;
use terp_testserver::{
    Endpoint, Error, Installation, KNOWN, Options, Server, find_flavor, is_required, shared_all,
};

/// Runs a check on every server that is here.
#[expect(clippy::unwrap_used, reason = "a test without a server fails")]
fn on_each(check: impl Fn(&Endpoint)) {
    for server in shared_all().unwrap() {
        check(&server);
    }
}

/// Its installations, for tests that start their own.
#[expect(clippy::unwrap_used, reason = "a test without a server fails")]
fn installations() -> Vec<Installation> {
    let found = KNOWN.map(|flavor| (flavor, find_flavor(flavor)));
    found
        .into_iter()
        .filter(|(flavor, one)| one.is_ok() || is_required(*flavor))
        .map(|(_, one)| one.unwrap())
        .collect()
}

#[test]
fn says_what_it_is() {
    on_each(|server| {
        let mut connection = server.connect().unwrap();
        let version = connection.query_value("SELECT VERSION()").unwrap().unwrap();
        assert!(version.starts_with(&server.flavor.version.to_string()), "{version} as {}", server.flavor);
        assert_eq!(version.contains("MariaDB"), server.flavor.is_mariadb());
        assert!(connection.server_version().starts_with(&server.flavor.version.to_string()));
    });
}

#[test]
fn shows_tables_as_it_made_them() {
    on_each(|server| {
        let mut database = server.create_database().unwrap();
        database.execute("CREATE TABLE `b``t` (id INT PRIMARY KEY, n VARCHAR(10) COMMENT 'ключ')").unwrap();
        let text = database.show_create_table("b`t").unwrap();
        assert!(text.starts_with("CREATE TABLE `b``t` (\n  `id` int"), "{text}");
        assert!(text.contains("COMMENT 'ключ'") && text.contains("utf8mb4"), "{text}");
        database.execute("CREATE VIEW v AS SELECT 1").unwrap();
        assert!(database.show_create_table("v").unwrap().contains("VIEW `v`"));
        assert_eq!(database.table_names().unwrap(), ["b`t"]);
    });
}

#[test]
fn errors_have_number_state_and_message() {
    on_each(|server| {
        let mut database = server.create_database().unwrap();
        let error = database.execute("DROP TABLE absent").unwrap_err();
        assert_eq!((error.errno, error.sqlstate.as_str()), (1051, "42S02"));
        assert_eq!(error.message, format!("Unknown table '{}.absent'", database.name()));
        assert_eq!(database.query_value("SELECT 1").unwrap().as_deref(), Some("1"), "the session goes on");
        database.execute("DROP TABLE IF EXISTS absent").unwrap();
        let warnings = database.warnings().unwrap();
        assert_eq!((warnings.len(), warnings[0].level.as_str(), warnings[0].code), (1, "Note", 1051));
    });
}

#[test]
fn values_come_as_they_are() {
    on_each(|server| {
        let mut database = server.create_database().unwrap();
        let rows = database.query_rows("SELECT NULL, '', 'é🔑', 1.50 UNION ALL SELECT 1, 2, 3, 4").unwrap();
        let text = |value: &str| Some(value.to_owned());
        assert_eq!(rows[0], [None, text(""), text("é🔑"), text("1.50")]);
        assert_eq!(rows.len(), 2);
        assert_eq!(database.query_bytes("SELECT x'00ff'").unwrap(), [[Some(vec![0, 0xff])]]);
        // Longer than one packet, there and back.
        database.execute("CREATE TABLE big (b LONGBLOB)").unwrap();
        let long = "x".repeat(20_000_000);
        database.execute(format!("INSERT INTO big VALUES ('{long}')")).unwrap();
        assert_eq!(database.query_value("SELECT b FROM big").unwrap().as_deref(), Some(long.as_str()));
        database.execute("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END").unwrap();
        assert_eq!(database.query_rows("CALL p()").unwrap(), [[text("1")], [text("2")]]);
        let (client, results): (_, _) = (
            database.query_value("SELECT @@character_set_client").unwrap(),
            database.query_value("SELECT @@character_set_results").unwrap(),
        );
        assert_eq!((client, results), (text("utf8mb4"), text("utf8mb4")));
    });
}

#[test]
fn databases_are_of_one_test_and_go_with_it() {
    on_each(|server| {
        let mut first = server.create_database_with("CHARACTER SET latin1").unwrap();
        let second = server.create_database().unwrap();
        assert_ne!(first.name(), second.name());
        assert_eq!(first.query_value("SELECT @@character_set_database").unwrap().as_deref(), Some("latin1"));
        first.execute("CREATE TABLE p (id INT PRIMARY KEY) ENGINE=InnoDB").unwrap();
        first.execute("CREATE TABLE c (p INT, FOREIGN KEY (p) REFERENCES p (id)) ENGINE=InnoDB").unwrap();
        first.execute("START TRANSACTION").unwrap();
        first.query_rows("SELECT * FROM c").unwrap(); // holds a metadata lock
        let name = first.name().to_owned();
        drop(first);
        let mut connection = server.connect().unwrap();
        let left = connection.query_rows(format!("SHOW DATABASES LIKE '{name}'")).unwrap();
        assert!(left.is_empty(), "{left:?}");
    });
}

#[test]
fn tcp_works_too() {
    on_each(|server| {
        let mut connection = server.connect_tcp().unwrap();
        assert_eq!(connection.query_value("SELECT @@port").unwrap(), Some(server.port.to_string()));
    });
}

#[test]
fn survives_a_crash_and_a_shutdown() {
    for installation in installations() {
        let options = Options { durable: true, ..Options::default() };
        let mut server = Server::start(&installation, options).unwrap();
        server.connect().unwrap().execute("CREATE DATABASE d").unwrap();
        let mut session = server.connect_to("d").unwrap();
        session.execute("CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB").unwrap();
        session.execute("INSERT INTO t VALUES (1)").unwrap();
        session.execute("START TRANSACTION").unwrap();
        session.execute("INSERT INTO t VALUES (2)").unwrap();
        server.kill().unwrap();
        assert_eq!(session.execute("COMMIT").unwrap_err().errno, 2013);
        assert_eq!(server.connect().unwrap_err().errno, 2002);
        server.restart().unwrap();
        let rows = server.connect_to("d").unwrap().query_rows("SELECT id FROM t").unwrap();
        assert_eq!(rows, [[Some("1".to_owned())]], "what was committed, and nothing else");
        server.shut_down().unwrap();
        assert_eq!(server.connect().unwrap_err().errno, 2002);
        server.restart().unwrap();
        assert_eq!(
            server.connect_to("d").unwrap().query_value("SELECT id FROM t").unwrap().as_deref(),
            Some("1")
        );
        let folder = server.data_folder();
        drop(server);
        assert!(!folder.exists());
    }
}

#[test]
fn options_are_options_of_the_server() {
    for installation in installations() {
        let flavor = installation.flavor;
        let plain = Server::start(&installation, Options::default()).unwrap();
        let arguments = vec!["--lock-wait-timeout=7".to_owned()];
        let options = Options { tls: true, performance_schema: true, arguments, ..Options::default() };
        let server = Server::start(&installation, options).unwrap();
        let ask = |server: &Server, sql: &str| server.connect().unwrap().query_value(sql).unwrap().unwrap();
        assert_eq!(ask(&server, "SELECT @@lock_wait_timeout"), "7");
        assert_eq!(ask(&plain, "SELECT @@performance_schema"), "0");
        assert_eq!(ask(&server, "SELECT @@performance_schema"), "1");
        if flavor.is_mysql() {
            assert_eq!(ask(&plain, "SELECT @@tls_version"), "");
            assert!(ask(&server, "SELECT @@tls_version").contains("TLSv1.3"));
            assert!(server.data_folder().join("ca.pem").is_file());
        } else if flavor.mariadb_since(11, 4, 1) {
            assert_eq!(ask(&plain, "SELECT @@have_ssl"), "DISABLED");
            assert_eq!(ask(&server, "SELECT @@have_ssl"), "YES");
        }
    }
}

#[test]
fn a_server_that_does_not_start_shows_its_log() {
    for installation in installations() {
        let options = Options { arguments: vec!["--no-such-option".to_owned()], ..Options::default() };
        let error = Server::start(&installation, options).unwrap_err();
        let Error::Start { reason, log, .. } = &error else { panic!("{error}") };
        assert!(reason.starts_with("ended instead of starting"), "{reason}");
        assert!(log.contains("no-such-option"), "{log}");
    }
}

#[test]
fn a_server_that_is_not_there_is_an_error_that_says_how_to_get_one() {
    let error = find_flavor(Flavor::mysql(1, 2, 0)).unwrap_err();
    assert!(matches!(error, Error::NoServer { .. }));
    assert!(format!("{error:?}").contains("cargo xtask test"), "{error:?}");
}

/// This test's program, run once more as [`owner_of_a_server`], is killed while it has a server.
#[test]
fn the_server_dies_with_its_owner() {
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "owner_of_a_server", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let data = lines
        .map(Result::unwrap)
        .find_map(|line| line.split_once("data=").map(|(_, data)| data.to_owned()))
        .unwrap();
    let folder = Path::new(&data).parent().unwrap();
    let server: u32 = fs::read_to_string(folder.join("pid")).unwrap().trim().parse().unwrap();
    let running = || fs::read(format!("/proc/{server}/cmdline")).is_ok_and(|line| !line.is_empty());
    assert!(running());
    owner.kill().unwrap();
    owner.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while (running() || folder.exists()) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(10));
    }
    assert!(!running(), "the server outlived its owner");
    assert!(!folder.exists(), "its files did");
}

#[test]
#[ignore = "a part of the_server_dies_with_its_owner"]
fn owner_of_a_server() {
    let server = Server::start(&find_flavor(Flavor::MARIADB_11_8).unwrap(), Options::default()).unwrap();
    println!("data={}", server.data_folder().display());
    std::io::stdout().flush().unwrap();
    // Until killed, or until the one who would kill us is gone.
    let _ = std::io::stdin().read_line(&mut String::new());
}
