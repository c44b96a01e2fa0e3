//! Accounts that may not see everything are told what they lack.

use terp_mysql::{IntrospectError, IntrospectOptions, Introspection, ObjectKind, introspect};
use terp_testserver::{Connection, Endpoint, TestDatabase};

use crate::support::{at_port, servers};

/// An account of one test.
struct Account {
    admin: Connection,
    name: String,
    port: u16,
}

impl Account {
    fn new(server: &Endpoint, purpose: &str) -> Self {
        let name = format!("{purpose}{}", std::process::id());
        let mut admin = server.connect().unwrap();
        admin.execute(format!("CREATE USER {name}@'127.0.0.1'")).unwrap();
        Self { admin, name, port: server.port }
    }

    fn grant(&mut self, what: &str) {
        self.admin.execute(format!("GRANT {what} TO {}@'127.0.0.1'", self.name)).unwrap();
    }

    async fn read(&self, database: &TestDatabase) -> Result<Introspection, IntrospectError> {
        introspect(&at_port(self.port, &self.name), database.name(), &IntrospectOptions::default()).await
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = self.admin.execute(format!("DROP USER {}@'127.0.0.1'", self.name));
    }
}

fn with_objects(server: &Endpoint) -> TestDatabase {
    let mut database = server.create_database().unwrap();
    for statement in [
        "CREATE TABLE t (a INT)",
        "CREATE TABLE secret (a INT)",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
        "CREATE PROCEDURE p() SELECT 1",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
    ] {
        database.execute(statement).unwrap();
    }
    database
}

fn kinds(found: &Introspection, kind: ObjectKind) -> usize {
    found.unknown.iter().filter(|one| one.kind == kind).count()
}

/// Follows the advice until nothing is missing: each statement that is given has to help.
#[tokio::test]
async fn the_grants_that_are_asked_for_are_those_that_help() {
    for server in servers() {
        let database = with_objects(&server);
        let mut account = Account::new(&server, "advice");
        let advice = account.read(&database).await.unwrap_err();
        assert!(matches!(advice, IntrospectError::UnknownDatabase { .. }), "{advice}");

        account.grant(&format!("SELECT ON {}.t", database.name()));
        let mut found = account.read(&database).await.unwrap();
        assert_eq!(found.schema.tables.len(), 1);
        assert!(found.missing_privileges.len() >= 4, "{:?}", found.missing_privileges);
        for _ in 0..3 {
            for missing in &found.missing_privileges {
                account
                    .admin
                    .execute(&missing.sql)
                    .unwrap_or_else(|error| panic!("{error}: {}", missing.sql));
            }
            found = account.read(&database).await.unwrap();
            if found.missing_privileges.is_empty() {
                break;
            }
        }
        assert_eq!(found.missing_privileges, [], "{}", server.flavor);
        assert_eq!(found.schema.tables.len(), 2);
        let all = crate::support::introspected(&database).await;
        assert_eq!(all.missing_privileges, []);
        assert_eq!((&found.schema, &found.unknown), (&all.schema, &all.unknown), "{}", server.flavor);
    }
}

#[tokio::test]
async fn tables_without_a_privilege_are_said_to_be_invisible() {
    for server in servers() {
        let database = with_objects(&server);
        let mut account = Account::new(&server, "onlyt");
        account.grant(&format!("INSERT (a) ON {}.t", database.name()));
        let found = account.read(&database).await.unwrap();
        assert!(!found.is_complete());
        assert!(
            found.missing_privileges.iter().any(|missing| missing.sql.starts_with("GRANT SELECT ON")),
            "{:?}",
            found.missing_privileges
        );
        assert!(found.schema.table("secret").is_none());
    }
}

#[tokio::test]
async fn only_what_is_missing_is_asked_for() {
    for server in servers() {
        let database = with_objects(&server);
        let mut account = Account::new(&server, "most");
        let escaped = database.name().replace('_', "\\_");
        account.grant(&format!("SELECT, SHOW VIEW, EVENT, EXECUTE ON `{escaped}`.*"));
        let found = account.read(&database).await.unwrap();
        let missing: Vec<&str> =
            found.missing_privileges.iter().map(|missing| missing.sql.as_str()).collect();
        let [trigger, routines] = missing.as_slice() else { panic!("{missing:?}") };
        assert!(
            trigger.starts_with(&format!("GRANT TRIGGER ON `{escaped}`.* TO '{}'@'127.0.0.1'", account.name)),
            "{trigger}"
        );
        assert!(routines.contains("ROUTINE") || routines.contains("`mysql`.`proc`"), "{routines}");
        assert_eq!(kinds(&found, ObjectKind::Trigger), 0);
        assert_eq!(kinds(&found, ObjectKind::Procedure), 1);
    }
}

#[tokio::test]
async fn a_role_counts_where_it_is_active() {
    for server in servers() {
        let database = with_objects(&server);
        let mut account = Account::new(&server, "roles");
        let role = format!("reader{}", std::process::id());
        account.admin.execute(format!("CREATE ROLE {role}")).unwrap();
        account.admin.execute(format!("GRANT ALL ON *.* TO {role}")).unwrap();
        account.grant(&role);
        let name = account.name.clone();
        if server.flavor.is_mysql() {
            account.admin.execute(format!("SET DEFAULT ROLE {role} TO {name}@'127.0.0.1'")).unwrap();
        } else {
            account.admin.execute(format!("SET DEFAULT ROLE {role} FOR {name}@'127.0.0.1'")).unwrap();
        }
        let found = account.read(&database).await;
        account.admin.execute(format!("DROP ROLE {role}")).unwrap();
        let found = found.unwrap();
        assert_eq!(found.missing_privileges, [], "{}", server.flavor);
        assert_eq!(found.schema.tables.len(), 2);
    }
}
