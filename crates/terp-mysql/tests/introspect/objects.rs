//! Names of all kinds, objects of all kinds, and databases that are not to be read.

use terp_drift::{DiffOptions, diff};
use terp_mysql::{IntrospectError, IntrospectOptions, ObjectKind, introspect};
use terp_schema_model::Flavor;
use terp_sql::{Catalog, as_shown};
use terp_testserver::{Options, Server, find_flavor};

use crate::support::{as_root, introspected, servers};

#[tokio::test]
async fn names_are_never_taken_for_sql() {
    let longest = "n".repeat(64);
    let names =
        ["we`ird.name \"q\" 'x'", ";drop table x; --", "%_?\\", "ééé", " leading", &longest, "select"];
    for server in servers() {
        let mut database = server.create_database().unwrap();
        for name in names {
            let quoted = name.replace('`', "``");
            database
                .execute(format!(
                    "CREATE TABLE `{quoted}` (`{quoted}` INT NOT NULL, KEY `{quoted}` (`{quoted}`))"
                ))
                .unwrap();
        }
        let found = introspected(&database).await;
        assert_eq!(found.unknown, []);
        let mut expected = names.map(str::to_owned);
        expected.sort();
        let tables: Vec<_> = found.schema.tables.iter().map(|table| table.name.clone()).collect();
        assert_eq!(tables, expected, "{}", server.flavor);
        assert!(found.schema.tables.iter().all(|table| table.columns[0].name == table.name));
    }
}

#[tokio::test]
async fn databases_have_names_too() {
    for server in servers() {
        let name = format!("d`b.'{}%", std::process::id());
        let quoted = name.replace('`', "``");
        let mut connection = server.connect().unwrap();
        connection.execute(format!("CREATE DATABASE `{quoted}` CHARACTER SET latin1")).unwrap();
        connection.execute(format!("CREATE TABLE `{quoted}`.t (a INT, b TEXT)")).unwrap();
        let found = introspect(&as_root(&server), &name, &IntrospectOptions::default()).await;
        connection.execute(format!("DROP DATABASE `{quoted}`")).unwrap();
        let found = found.unwrap();
        assert!(found.is_complete());
        assert_eq!(found.schema.name.as_deref(), Some(name.as_str()));
        assert_eq!(found.schema.character_set.charset, "latin1");
        assert_eq!(found.schema.tables.len(), 1);
    }
}

/// What a server can't show is lost on both sides.
#[tokio::test]
async fn characters_beyond_utf8mb3() {
    for server in servers() {
        let mut database = server.create_database_with("CHARACTER SET utf8mb4").unwrap();
        let mut engine = Catalog::new(server.flavor);
        engine.create_database(database.name(), server.flavor.default_character_set());
        engine.use_database(database.name());
        for sql in [
            "CREATE TABLE t (e ENUM('😀','b') COMMENT '😀 c', g VARCHAR(20) AS (CONCAT('😀','x')), KEY k (e) COMMENT '😀') COMMENT '😀é'",
            "CREATE TABLE d (a VARCHAR(10) DEFAULT '😀')",
        ] {
            // Some servers refuse a comparison or a default with such characters.
            if database.execute(sql).is_ok() {
                engine.execute_text(sql).unwrap();
            }
        }
        let found = introspected(&database).await;
        assert!(found.is_complete() && !found.schema.tables.is_empty());
        let ours = as_shown(&engine.schema(database.name()).unwrap(), server.flavor);
        assert_eq!(diff(&ours, &found.schema, server.flavor, &DiffOptions::default()), []);
    }
}

/// With lower_case_table_names=1, names are found in whatever case they are asked for.
#[tokio::test]
async fn names_in_lower_case() {
    let installation = find_flavor(Flavor::MARIADB_11_8).unwrap();
    let arguments = vec!["--lower-case-table-names=1".to_owned()];
    let server = Server::start(&installation, Options { arguments, ..Options::default() }).unwrap();
    let mut connection = server.connect().unwrap();
    connection.execute("CREATE DATABASE Shop CHARACTER SET utf8mb4").unwrap();
    connection.execute("CREATE TABLE Shop.Parents (Id INT PRIMARY KEY)").unwrap();
    connection.execute("CREATE TABLE Shop.Kids (P INT, FOREIGN KEY (P) REFERENCES Parents (Id))").unwrap();
    let found = introspect(&as_root(&server), "SHOP", &IntrospectOptions::default()).await.unwrap();
    assert!(found.is_complete());
    assert_eq!(found.facts.lower_case_table_names, 1);
    assert_eq!(found.schema.name.as_deref(), Some("shop"));
    let names: Vec<_> = found.schema.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["kids", "parents"]);
}

#[tokio::test]
async fn temporary_tables_of_others_do_not_count() {
    for server in servers() {
        let mut database = server.create_database().unwrap();
        database.execute("CREATE TABLE t (a INT)").unwrap();
        database.execute("CREATE TEMPORARY TABLE t2 (a INT)").unwrap();
        database.execute("CREATE TEMPORARY TABLE t (b INT)").unwrap();
        let found = introspected(&database).await;
        assert!(found.is_complete());
        assert_eq!(found.schema.tables.len(), 1);
        assert_eq!(found.schema.tables[0].columns[0].name, "a");
    }
}

#[tokio::test]
async fn sequences_are_named_and_versioned_tables_are_read() {
    for server in servers().into_iter().filter(|server| server.flavor.is_mariadb()) {
        let mut database = server.create_database().unwrap();
        database.execute("CREATE SEQUENCE s").unwrap();
        database.execute("CREATE TABLE v (a INT) WITH SYSTEM VERSIONING").unwrap();
        let found = introspected(&database).await;
        let unknown: Vec<_> = found.unknown.iter().map(|one| (one.kind, one.name.as_str())).collect();
        assert_eq!(unknown, [(ObjectKind::Sequence, "s")]);
        assert_eq!(found.schema.tables.len(), 1);
    }
}

#[tokio::test]
async fn a_session_that_prints_otherwise_is_set_right() {
    for server in servers() {
        if server.is_shared() {
            continue; // what every new session starts with is the whole server's
        }
        let mut database = server.create_database().unwrap();
        database
            .execute("CREATE TABLE `t` (`a` varchar(20) DEFAULT 'it''s\\\\', `é` int, CHECK (`a` <> 'é'))")
            .unwrap();
        let plain = introspected(&database).await;
        assert!(plain.is_complete());
        for setting in [
            "GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'",
            "GLOBAL sql_quote_show_create = 0",
            "GLOBAL sql_select_limit = 1",
            "GLOBAL init_connect = 'SET NAMES latin1'",
        ] {
            database.execute(format!("SET {setting}")).unwrap();
        }
        assert_eq!(introspected(&database).await.schema, plain.schema, "{}", server.flavor);
    }
}

#[tokio::test]
async fn databases_that_are_not_there_or_not_to_be_read() {
    for server in servers() {
        let read = async |name: &'static str, options: IntrospectOptions| {
            introspect(&as_root(&server), name, &options).await
        };
        let error = read("no_such_database", IntrospectOptions::default()).await.unwrap_err();
        assert!(matches!(error, IntrospectError::UnknownDatabase { .. }), "{error}");
        for name in ["mysql", "SYS", "information_schema", "performance_schema"] {
            let error = read(name, IntrospectOptions::default()).await.unwrap_err();
            assert!(matches!(error, IntrospectError::SystemDatabase(_)), "{error}");
        }
        let allowed = IntrospectOptions { system_databases: true, ..IntrospectOptions::default() };
        assert!(matches!(
            read("information_schema", allowed.clone()).await,
            Err(IntrospectError::SystemDatabase(_))
        ));
        let found = read("mysql", allowed).await.unwrap();
        assert!(found.schema.tables.len() + found.unknown.len() > 20);
    }
}

#[tokio::test]
async fn ten_thousand_tables() {
    let server = terp_testserver::shared(Flavor::MARIADB_11_8).unwrap();
    let mut database = server.create_database().unwrap();
    // Without a file of its own for each table, which is what takes the time.
    for number in 0..10_000 {
        database
            .execute(format!("CREATE TABLE t{number} (a INT, b VARCHAR(20) NOT NULL, KEY (a)) ENGINE=MEMORY"))
            .unwrap();
    }
    let found = introspected(&database).await;
    assert!(found.is_complete());
    assert_eq!(found.schema.tables.len(), 10_000);
}

#[tokio::test]
async fn one_statement_a_packet_gives_the_same() {
    for server in servers() {
        let mut database = server.create_database().unwrap();
        for number in 0..20 {
            database.execute(format!("CREATE TABLE t{number} (a INT)")).unwrap();
        }
        let many = introspected(&database).await;
        let options =
            IntrospectOptions { statements_per_packet: 1, sessions: 1, ..IntrospectOptions::default() };
        let one = introspect(&as_root(&server), database.name(), &options).await.unwrap();
        assert_eq!(one.schema, many.schema);
        assert_eq!(one.facts.sessions, 1);
    }
}
