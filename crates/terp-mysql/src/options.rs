//! What is needed to connect.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

/// The port of MySQL and MariaDB, where none is named.
pub const DEFAULT_PORT: u16 = 3306;

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A host name or IP address, and a port.
    Tcp {
        /// The host.
        host: String,
        /// The port, [`DEFAULT_PORT`] by default.
        port: u16,
    },
    /// A Unix socket.
    Socket(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Socket(path) => write!(f, "{}", path.display()),
        }
    }
}

/// What is needed to connect to a server.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// Where it listens.
    pub address: Address,
    /// The account's name.
    pub user: String,
    /// Its password, if it has one.
    pub password: Option<SecretString>,
    /// The database to be in.
    pub database: Option<String>,
    /// How the wire is protected.
    pub tls: Tls,
    /// How long one attempt to connect may take. Default: 10 seconds.
    pub connect_timeout: Duration,
    /// How long the server may take to answer a query. Default: 60 seconds.
    pub read_timeout: Duration,
    /// How often it is tried to connect, when what went wrong may pass: the server is starting, has too many sessions, or the wire
    /// broke. At least 1. Default: 3.
    pub attempts: u32,
    /// How long it is waited before the second attempt; twice as long before each further one, and at most 5 seconds. Default: 200
    /// milliseconds.
    pub backoff: Duration,
}

impl Default for ConnectOptions {
    /// `root` without a password at 127.0.0.1.
    fn default() -> Self {
        Self {
            address: Address::Tcp { host: "127.0.0.1".to_owned(), port: DEFAULT_PORT },
            user: "root".to_owned(),
            password: None,
            database: None,
            tls: Tls::default(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(60),
            attempts: 3,
            backoff: Duration::from_millis(200),
        }
    }
}

/// How the wire is protected. A Unix socket never is: what goes over it stays on the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// What is asked for.
    pub mode: TlsMode,
    /// Certificates of the authorities that the server's certificate may be from, as PEM; only these count then. Without it those of the web
    /// do (Mozilla's list).
    pub ca: Option<PathBuf>,
    /// The client's own certificate, as PEM, where the account wants one.
    pub certificate: Option<PathBuf>,
    /// Its private key, as PEM.
    pub key: Option<PathBuf>,
}

/// What is asked of the wire, in the words of the mysql client's `--ssl-mode`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TlsMode {
    /// No TLS.
    Disabled,
    /// TLS where the server has it, whatever its certificate is; otherwise none.
    #[default]
    Preferred,
    /// TLS, whatever the server's certificate is.
    Required,
    /// TLS, and the certificate has to be from a known authority.
    VerifyCa,
    /// As `VerifyCa`, and the certificate has to be for the host's name.
    VerifyIdentity,
}

impl TlsMode {
    /// Every mode, from the least to the most.
    pub const ALL: [Self; 5] =
        [Self::Disabled, Self::Preferred, Self::Required, Self::VerifyCa, Self::VerifyIdentity];

    /// Its name, as `--ssl-mode` has it, in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Preferred => "preferred",
            Self::Required => "required",
            Self::VerifyCa => "verify-ca",
            Self::VerifyIdentity => "verify-identity",
        }
    }
}

impl fmt::Display for TlsMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no [`TlsMode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no TLS mode: it is one of disabled, preferred, required, verify-ca, verify-identity")]
pub struct TlsModeError(String);

impl FromStr for TlsMode {
    type Err = TlsModeError;

    /// In any case, and with `_` for `-`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.to_ascii_lowercase().replace('_', "-");
        Self::ALL.into_iter().find(|mode| mode.as_str() == name).ok_or_else(|| TlsModeError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_as_they_are_written() {
        for mode in TlsMode::ALL {
            assert_eq!(mode.to_string().parse(), Ok(mode));
            assert_eq!(mode.as_str().to_uppercase().replace('-', "_").parse(), Ok(mode));
        }
        let error = "on".parse::<TlsMode>().expect_err("it is none").to_string();
        assert!(error.starts_with("\"on\" is no TLS mode"), "{error}");
    }

    #[test]
    fn addresses_are_as_people_write_them() {
        let tcp = |host: &str| Address::Tcp { host: host.to_owned(), port: 3307 }.to_string();
        assert_eq!(tcp("db.example"), "db.example:3307");
        assert_eq!(tcp("::1"), "[::1]:3307");
    }

    #[test]
    fn the_password_is_in_no_debug_text() {
        let options = ConnectOptions { password: Some("hunter2".into()), ..ConnectOptions::default() };
        assert!(!format!("{options:?}").contains("hunter2"));
    }
}
