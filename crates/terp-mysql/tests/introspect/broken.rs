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
