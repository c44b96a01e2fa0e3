//! Tables that the server itself can't open: each is named, and the rest is read.

use std::fs;

use terp_mysql::{ObjectKind, UnknownReason};
use terp_schema_model::Flavor;
use terp_testserver::{Options, Server, find_flavor};

use crate::support::introspected;

/// Does away with files of tables, and says what is found then.
#[tokio::test]
async fn broken_tables_are_named_and_the_rest_is_read() {
    for flavor in [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8] {
        let mut server = Server::start(&find_flavor(flavor).unwrap(), Options::default()).unwrap();
        let mut database = server.create_database().unwrap();
        for table in ["t1", "t2", "t3"] {
            database.execute(format!("CREATE TABLE {table} (a INT)")).unwrap();
        }
        database.execute("CREATE TABLE index_lost (a INT, KEY (a)) ENGINE=MyISAM").unwrap();
        database.execute("INSERT INTO index_lost VALUES (1)").unwrap();
        let folder = server.data_folder().join(database.name());
        server.shut_down().unwrap();

        let mut broken = vec!["index_lost"];
        fs::write(folder.join("index_lost.MYI"), [0; 100]).unwrap();
        if flavor.is_mariadb() {
            fs::remove_file(folder.join("t2.ibd")).unwrap();
            fs::write(folder.join("trash.frm"), "garbage").unwrap();
            fs::write(folder.join("view.frm"), "TYPE=VIEW\nquery=sel").unwrap();
            broken.extend(["t2", "trash", "view"]);
        }
        server.restart().unwrap();

        let options = terp_mysql::IntrospectOptions::default();
        let found = terp_mysql::introspect(&crate::support::as_root(&server), database.name(), &options)
            .await
            .unwrap();
        let mut named: Vec<_> = found.unknown.iter().map(|one| one.name.as_str()).collect();
        named.sort_unstable();
        broken.sort_unstable();
        assert_eq!(named, broken, "{flavor}");
        assert!(found.unknown.iter().all(|one| matches!(one.reason, UnknownReason::NotShown { .. })));
        let whole = if flavor.is_mariadb() { 2 } else { 3 };
        assert_eq!(found.schema.tables.len(), whole);
        assert!(!found.is_complete());
    }
}

#[tokio::test]
async fn views_on_what_is_gone_do_not_stop_the_rest() {
    for server in crate::support::servers() {
        let mut database = server.create_database().unwrap();
        database.execute("CREATE TABLE t (a INT)").unwrap();
        database.execute("CREATE TABLE gone (a INT)").unwrap();
        database.execute("CREATE VIEW broken AS SELECT a FROM gone").unwrap();
        database.execute("CREATE VIEW on_broken AS SELECT a FROM broken").unwrap();
        database
            .execute("CREATE DEFINER=nobody@nowhere SQL SECURITY DEFINER VIEW orphan AS SELECT a FROM t")
            .unwrap();
        database.execute("DROP TABLE gone").unwrap();
        let found = introspected(&database).await;
        assert_eq!(found.schema.tables.len(), 1);
        let views = found.unknown.iter().filter(|one| one.kind == ObjectKind::View).count();
        assert_eq!(views + found.schema.views.len(), 3, "{}", server.flavor);
    }
}

/// What is named of a database, each with its reason.
async fn named(server: &Server, database: &str) -> (Vec<String>, Vec<String>) {
    let options = terp_mysql::IntrospectOptions::default();
    let found = terp_mysql::introspect(&crate::support::as_root(server), database, &options).await.unwrap();
    let whole = found.schema.tables.iter().map(|table| table.name.clone());
    let whole = whole.chain(found.schema.views.iter().map(|view| view.name.clone()));
    (found.unknown.iter().map(ToString::to_string).collect(), whole.collect())
}

/// A server that goes with its databases.
fn kept(server: &Server) -> String {
    let database = server.create_database().unwrap();
    let name = database.name().to_owned();
    std::mem::forget(database);
    name
}

fn assert_named(named: &[String], expected: &[(&str, &str)], what: &str) {
    assert_eq!(named.len(), expected.len(), "{what}: {named:#?}");
    for (object, reason) in expected {
        let is_it = |line: &&String| line.starts_with(&format!("{object}: ")) && line.contains(reason);
        assert!(named.iter().any(|line| is_it(&line)), "{what}: {object}, {reason}: {named:#?}");
    }
}

#[tokio::test]
async fn tables_whose_engine_is_gone_are_named() {
    for flavor in terp_testserver::KNOWN {
        let installation = terp_testserver::find_or_fetch(flavor, &mut |_| {});
        if installation.is_err() && !terp_testserver::is_required(flavor) {
            continue;
        }
        let mut server = Server::start(&installation.unwrap(), Options::default()).unwrap();
        let name = kept(&server);
        let mut session = server.connect_to(&name).unwrap();
        if flavor.is_mariadb() {
            session.execute("INSTALL SONAME 'ha_blackhole'").unwrap();
            session.execute("CREATE TABLE parts (a INT) ENGINE=BLACKHOLE PARTITION BY HASH (a)").unwrap();
        } else {
            session.execute("CREATE TABLE archive (a INT) ENGINE=ARCHIVE").unwrap();
        }
        session.execute("CREATE TABLE hole (a INT) ENGINE=BLACKHOLE").unwrap();
        session.execute("CREATE TABLE lost (a INT)").unwrap();
        session.execute("CREATE TABLE whole (a INT)").unwrap();
        session.execute("CREATE VIEW reads_hole AS SELECT a FROM hole").unwrap();
        let ibd = server.data_folder().join(&name).join("lost.ibd");
        if flavor.is_mariadb() {
            session.execute("FLUSH TABLES").unwrap();
            session.execute("UNINSTALL SONAME 'ha_blackhole'").unwrap();
            server.shut_down().unwrap();
            fs::remove_file(ibd).unwrap();
            server.restart().unwrap();
        } else {
            server.shut_down().unwrap();
            fs::remove_file(ibd).unwrap();
            server.restart_with(&["--archive=OFF", "--blackhole=OFF"]).unwrap();
        }
        let (named, whole) = named(&server, &name).await;
        let mut expected = vec![("table `hole`", "error 1286: Unknown storage engine 'BLACKHOLE'")];
        if flavor.is_mariadb() {
            expected.push(("table `parts`", "error 1033: Incorrect information in file"));
            expected.push(("table `lost`", "the server does not show it: error "));
            expected.push(("view `reads_hole`", "error 1356"));
            assert_eq!(whole, ["whole"], "{flavor}");
        } else {
            expected.push(("table `archive`", "error 1286"));
            expected.push(("table `lost`", "error 1812: Tablespace is missing"));
            assert_eq!(whole, ["whole"], "{flavor}: {named:#?}");
            expected.push(("view `reads_hole`", "error 1286"));
        }
        assert_named(&named, &expected, &flavor.to_string());
    }
}

#[tokio::test]
async fn views_and_triggers_that_are_broken_are_named() {
    for flavor in [Flavor::MARIADB_11_8, Flavor::MARIADB_10_11] {
        let Ok(installation) = find_flavor(flavor) else {
            assert!(!terp_testserver::is_required(flavor));
            continue;
        };
        let mut server = Server::start(&installation, Options::default()).unwrap();
        let name = kept(&server);
        let mut session = server.connect_to(&name).unwrap();
        for table in ["whole", "cut", "trash", "odd"] {
            session.execute(format!("CREATE TABLE {table} (a INT)")).unwrap();
            session
                .execute(format!(
                    "CREATE TRIGGER of_{table} BEFORE INSERT ON {table} FOR EACH ROW SET @a = 1"
                ))
                .unwrap();
        }
        session.execute("CREATE USER leaves@localhost").unwrap();
        session.execute("CREATE DEFINER=leaves@localhost VIEW orphan AS SELECT a FROM whole").unwrap();
        session.execute("DROP USER leaves@localhost").unwrap();
        session.execute("CREATE VIEW fine AS SELECT a FROM whole").unwrap();
        session.execute("CREATE VIEW torn AS SELECT a FROM whole").unwrap();
        let folder = server.data_folder().join(&name);
        server.shut_down().unwrap();
        let change = |file: &str, from: &str, to: &str| {
            let text = fs::read_to_string(folder.join(file)).unwrap();
            assert!(text.contains(from), "{text}");
            fs::write(folder.join(file), text.replace(from, to)).unwrap();
        };
        change("cut.TRG", "triggers='", "triggers=\n'");
        fs::write(folder.join("trash.TRG"), "trash").unwrap();
        change("odd.TRG", "FOR EACH ROW", "FOR ONE ROW");
        change("torn.frm", "select ", "sel");
        server.restart().unwrap();
        let (named, whole) = named(&server, &name).await;
        assert_eq!(whole, ["odd", "whole", "fine"], "{flavor}: {named:#?}");
        let expected = [
            ("table `cut`", "error 1343: Error while parsing parameter 'triggers'"),
            ("table `trash`", "error 1341: Malformed file type header"),
            ("view `orphan`", "its definer or something that it reads is gone"),
            ("view `torn`", "error 1064"),
            // Its name can't be read out of it any more.
            ("trigger ``", "error 1458"),
        ];
        assert_named(&named, &expected, &flavor.to_string());
    }
}
