//! Ways to prove who one is.

use secrecy::SecretString;
use terp_mysql::{Address, ConnectErrorKind, ConnectOptions, Connection, TlsMode};
use terp_testserver::Server;

use crate::support::{Certificates, at_port, installations};

/// The accounts: what follows CREATE USER, and the password.
fn accounts(server: &Server) -> Vec<(&'static str, &'static str, &'static str)> {
    if server.flavor.is_mysql() {
        vec![
            ("sha2", "IDENTIFIED WITH caching_sha2_password BY 'p@ss wörd'", "p@ss wörd"),
            ("nopass", "IDENTIFIED WITH caching_sha2_password BY ''", ""),
        ]
    } else {
        vec![
            ("native", "IDENTIFIED VIA mysql_native_password USING PASSWORD('p@ss wörd')", "p@ss wörd"),
            ("ed", "IDENTIFIED VIA ed25519 USING PASSWORD('p@ss wörd')", "p@ss wörd"),
            ("nopass", "", ""),
        ]
    }
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
        // Debian has the plugin in a package of its own with more plugins, which may not be there.
        let has_ed25519 = root.execute("INSTALL SONAME 'auth_ed25519'").is_ok();
        for (user, identified, password) in accounts(&server) {
            if user == "ed" && !has_ed25519 {
                continue;
            }
            root.execute(format!("CREATE USER {user}@'%' {identified}")).unwrap();
            for way in ["plain", "tls", "socket"] {
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
