//! TLS: what is encrypted, and who is believed.

use terp_mysql::{Address, ConnectErrorKind, Tls, TlsMode};
use terp_testserver::{Options, Server};

use crate::support::{Certificates, at_port, installations, is_encrypted};

#[tokio::test]
async fn each_mode_believes_whom_it_says() {
    let certificates = Certificates::new();
    let file = |name: &str| Some(certificates.path(name));
    for installation in installations() {
        let server = certificates.start(&installation, &[]);
        let cases = [
            (TlsMode::Disabled, None, "127.0.0.1", Ok(false)),
            (TlsMode::Preferred, None, "127.0.0.1", Ok(true)),
            (TlsMode::Required, None, "127.0.0.1", Ok(true)),
            (TlsMode::Required, file("other.pem"), "127.0.0.1", Ok(true)),
            // The certificate is for localhost alone.
            (TlsMode::VerifyCa, file("ca.pem"), "127.0.0.1", Ok(true)),
            (TlsMode::VerifyCa, file("both.pem"), "127.0.0.1", Ok(true)),
            (TlsMode::VerifyCa, file("other.pem"), "127.0.0.1", Err("is from no authority that is trusted")),
            (TlsMode::VerifyCa, None, "127.0.0.1", Err("is from no authority that is trusted")),
            (TlsMode::VerifyIdentity, file("ca.pem"), "localhost", Ok(true)),
            (TlsMode::VerifyIdentity, file("ca.pem"), "127.0.0.1", Err("is for another name")),
            (
                TlsMode::VerifyIdentity,
                file("other.pem"),
                "localhost",
                Err("is from no authority that is trusted"),
            ),
        ];
        for (mode, ca, host, expected) in cases {
            let mut options = at_port(server.port, "root");
            options.address = Address::Tcp { host: host.to_owned(), port: server.port };
            options.tls = Tls { mode, ca: ca.clone(), ..Tls::default() };
            let outcome = is_encrypted(&options).await;
            let what = format!("{} {mode} {ca:?} {host}", server.flavor);
            match expected {
                Ok(encrypted) => {
                    assert_eq!(
                        outcome.map_err(|error| error.to_string()),
                        Ok::<bool, String>(encrypted),
                        "{what}"
                    );
                }
                Err(says) => {
                    let error = outcome.expect_err(&what);
                    assert_eq!(error.kind(), ConnectErrorKind::Tls, "{what}: {error}");
                    assert!(error.to_string().contains(says), "{what}: {error}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_is_enough_only_where_it_is_preferred() {
    for installation in installations() {
        let server = Server::start(&installation, Options::default()).unwrap();
        let mut options = at_port(server.port, "root");
        assert!(!is_encrypted(&options).await.unwrap());
        options.tls.mode = TlsMode::Required;
        let error = is_encrypted(&options).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::Tls, "{error}");
        assert!(error.to_string().contains("the server has none"), "{error}");
    }
}

#[tokio::test]
async fn a_server_may_want_tls_and_a_certificate_of_the_client() {
    let certificates = Certificates::new();
    for installation in installations() {
        let server = certificates.start(&installation, &["--require-secure-transport=ON"]);
        let mut root = server.connect().unwrap();
        root.execute("CREATE USER c@'%' REQUIRE X509").unwrap();

        let mut options = at_port(server.port, "root");
        options.tls.mode = TlsMode::Disabled;
        let error = is_encrypted(&options).await.unwrap_err();
        // Before 11 MariaDB says no more than that it refuses.
        let known = server.flavor.is_mysql() || server.flavor.mariadb_since(11, 0, 0);
        let kind = if known { ConnectErrorKind::Tls } else { ConnectErrorKind::AccessDenied };
        assert_eq!(error.kind(), kind, "{}: {error}", server.flavor);

        let mut options = at_port(server.port, "c");
        let error = is_encrypted(&options).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::AccessDenied, "{}: {error}", server.flavor);
        options.tls = Tls {
            mode: TlsMode::VerifyCa,
            ca: Some(certificates.path("ca.pem")),
            certificate: Some(certificates.path("client.pem")),
            key: Some(certificates.path("client.key")),
        };
        assert!(is_encrypted(&options).await.unwrap(), "{}", server.flavor);

        options.tls.key = Some(certificates.path("ca.pem"));
        let error = is_encrypted(&options).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::File, "{error}");
        options.tls.ca = Some(certificates.path("none.pem"));
        let error = is_encrypted(&options).await.unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::File, "{error}");
    }
}
