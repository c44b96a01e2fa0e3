//! The tables of the database `mysql` are the server's own.

use std::fmt::Write as _;

use terp_sql::Catalog;

#[test]
fn mysql_tables_are_shown_as_the_server_shows_them() {
    let servers = terp_testserver::shared_all().unwrap();
    let mut complaints = String::new();
    for server in servers.iter().filter(|server| server.flavor.is_mysql()) {
        let mut live = server.connect_to("mysql").unwrap();
        let mut engine = Catalog::new(server.flavor);
        // Naming one brings them all.
        assert!(engine.execute_text("ALTER TABLE mysql.no_such_table ADD a INT").is_err());
        // What InnoDB and the logs write to is not known.
        let unknown = ["innodb_index_stats", "innodb_table_stats", "general_log", "slow_log"];
        let names = live.table_names().unwrap();
        assert!(names.len() > 30, "{names:?}");
        for name in names.iter().filter(|name| !unknown.contains(&name.as_str())) {
            let theirs = live.show_create_table(name).unwrap();
            let ours = engine.show_create_table("mysql", name).unwrap_or_default();
            if ours != theirs {
                let _ = writeln!(complaints, "{name}\n  the server: {theirs}\n  the engine: {ours}");
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints}");
}
