//! Servers of the tests, with certificates of an authority of their own.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use terp_mysql::{Address, ConnectError, ConnectOptions, Connection};
use terp_testserver::{Installation, KNOWN, Options, Server, find_or_fetch, is_required};

/// The installations of this machine, with their plugins.
pub(crate) fn installations() -> Vec<Installation> {
    let found = KNOWN.map(|flavor| (flavor, find_or_fetch(flavor, &mut |_| {})));
    let here = found.into_iter().filter(|(flavor, one)| one.is_ok() || is_required(*flavor));
    here.map(|(_, one)| one.unwrap()).collect()
}

/// An authority and what it has signed, as files.
pub(crate) struct Certificates {
    folder: tempfile::TempDir,
}

impl Certificates {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// An authority `ca`, a `server` certificate of it for localhost, a `client` one, and another authority `other`.
    pub(crate) fn new() -> Self {
        let certificates = Self { folder: tempfile::tempdir().unwrap() };
        let authority = |name: &str| {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.distinguished_name.push(rcgen::DnType::CommonName, name);
            CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
        };
        let (ca, other) = (authority("terp test"), authority("another"));
        fs::write(certificates.path("ca.pem"), ca.pem()).unwrap();
        fs::write(certificates.path("other.pem"), other.pem()).unwrap();
        // Several in one file, of which not the first is the right one.
        fs::write(certificates.path("both.pem"), other.pem() + &ca.pem()).unwrap();
        for (name, host) in [("server", Some("localhost")), ("client", None)] {
            let key = KeyPair::generate().unwrap();
            let mut params =
                CertificateParams::new(host.map(str::to_owned).into_iter().collect::<Vec<_>>()).unwrap();
            params.distinguished_name.push(rcgen::DnType::CommonName, format!("terp {name}"));
            let signed = params.signed_by(&key, &ca).unwrap();
            fs::write(certificates.path(&format!("{name}.pem")), signed.pem()).unwrap();
            fs::write(certificates.path(&format!("{name}.key")), key.serialize_pem()).unwrap();
        }
        certificates
    }

    /// Starts a server that has the certificate.
    pub(crate) fn start(&self, installation: &Installation, more: &[&str]) -> Server {
        let file = |option: &str, name: &str| format!("--{option}={}", self.path(name).display());
        let mut arguments =
            vec![file("ssl-ca", "ca.pem"), file("ssl-cert", "server.pem"), file("ssl-key", "server.key")];
        arguments.extend(more.iter().map(|&word| word.to_owned()));
        Server::start(installation, Options { tls: true, arguments, ..Options::default() }).unwrap()
    }
}

/// How to reach a port of this machine, in one attempt.
pub(crate) fn at_port(port: u16, user: &str) -> ConnectOptions {
    let address = Address::Tcp { host: "127.0.0.1".to_owned(), port };
    let connect_timeout = Duration::from_secs(30);
    ConnectOptions {
        address,
        user: user.to_owned(),
        connect_timeout,
        attempts: 1,
        ..ConnectOptions::default()
    }
}

/// Opens a session and asks whether it is encrypted.
pub(crate) async fn is_encrypted(options: &ConnectOptions) -> Result<bool, ConnectError> {
    let mut connection = Connection::open(options).await?;
    let rows = connection.query("SHOW STATUS LIKE 'Ssl_cipher'").await.unwrap();
    let cipher = rows.rows[0][1].clone().unwrap_or_default();
    connection.close().await.unwrap();
    Ok(!cipher.is_empty())
}
