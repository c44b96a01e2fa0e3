//! Drizzle's table of migrations.

use terp_mysql::{Connection, MigrationRow, read_migrations_table};

use crate::support::{as_root, servers};

#[tokio::test]
async fn rows_of_both_layouts() {
    for server in servers() {
        let mut database = server.create_database().unwrap();
        let mut connection = Connection::open(&as_root(&server)).await.unwrap();
        let name = database.name().to_owned();
        let absent = read_migrations_table(&mut connection, &name, "__drizzle_migrations").await.unwrap();
        assert_eq!(absent, None);
        assert_eq!(read_migrations_table(&mut connection, "no_such_database", "x").await.unwrap(), None);

        database
            .execute("CREATE TABLE `__drizzle_migrations` (id SERIAL PRIMARY KEY, hash TEXT NOT NULL, created_at BIGINT)")
            .unwrap();
        database
            .execute("INSERT INTO `__drizzle_migrations` VALUES (2, 'bb', NULL), (1, 'aa', 1737458817404)")
            .unwrap();
        let table =
            read_migrations_table(&mut connection, &name, "__drizzle_migrations").await.unwrap().unwrap();
        assert_eq!(table.columns, ["id", "hash", "created_at"]);
        let row = |id, hash: &str, created_at| MigrationRow {
            id: Some(id),
            hash: hash.to_owned(),
            created_at,
            ..MigrationRow::default()
        };
        assert_eq!(table.rows, [row(1, "aa", Some(1_737_458_817_404)), row(2, "bb", None)]);

        database
            .execute("ALTER TABLE `__drizzle_migrations` ADD name TEXT, ADD applied_at TIMESTAMP NULL")
            .unwrap();
        database
            .execute("UPDATE `__drizzle_migrations` SET name = '0001_x', applied_at = '2026-01-02 03:04:05' WHERE id = 1")
            .unwrap();
        let table =
            read_migrations_table(&mut connection, &name, "__drizzle_migrations").await.unwrap().unwrap();
        assert_eq!(table.rows[0].name.as_deref(), Some("0001_x"));
        assert_eq!(table.rows[0].applied_at.as_deref(), Some("2026-01-02 03:04:05"));
        assert_eq!(table.rows[1].name, None);
    }
}
