//! Where the options of a connection come from: several sources, the later ones winning over the earlier.
//!
//! Nothing here looks at the environment or at a file by itself: who calls hands over what may be seen.

mod environment;
pub mod option_file;
mod url;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

pub use self::environment::Environment;
pub use self::url::UrlPlace;
use crate::options::{Address, ConnectOptions, DEFAULT_PORT, Tls, TlsMode};

/// Where servers put their socket: Debian's and Red Hat's packages, and the vendors' own.
pub const LOCAL_SOCKETS: [&str; 4] = [
    "/run/mysqld/mysqld.sock",
    "/var/run/mysqld/mysqld.sock",
    "/var/lib/mysql/mysql.sock",
    "/tmp/mysql.sock",
];

/// Where a value is from, for messages: `DB_HOST`, `/home/me/.my.cnf:4:1`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin(pub String);

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value and where it is from.
pub type Set<T> = Option<(T, Origin)>;

/// A password; it is printed by nothing.
#[derive(Debug, Clone)]
pub struct Password(pub SecretString);

/// What one source says, or several together. What is `None` is not said.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The host.
    pub host: Set<String>,
    /// The port.
    pub port: Set<u16>,
    /// The Unix socket.
    pub socket: Set<PathBuf>,
    /// The account's name.
    pub user: Set<String>,
    /// Its password.
    pub password: Set<Password>,
    /// The database.
    pub database: Set<String>,
    /// How the wire is protected.
    pub tls_mode: Set<TlsMode>,
    /// The authorities' certificates.
    pub tls_ca: Set<PathBuf>,
    /// The client's certificate.
    pub tls_certificate: Set<PathBuf>,
    /// Its key.
    pub tls_key: Set<PathBuf>,
    /// How long an attempt to connect may take.
    pub connect_timeout: Set<Duration>,
}

/// What is wrong with a source: where, and what. Never has a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {message}")]
pub struct SettingsError {
    /// Where.
    pub origin: Origin,
    /// What is wrong, and what to do.
    pub message: String,
}

impl SettingsError {
    pub(crate) fn new(origin: impl Into<String>, message: impl Into<String>) -> Self {
        Self { origin: Origin(origin.into()), message: message.into() }
    }
}

impl Settings {
    /// What these say, and for the rest what the others say. A host and a socket exclude each other: who names one means it, whatever
    /// the others name.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let names_place = self.host.is_some() || self.socket.is_some();
        let (host, socket) = if names_place { (self.host, self.socket) } else { (other.host, other.socket) };
        Self {
            host,
            socket,
            port: self.port.or(other.port),
            user: self.user.or(other.user),
            password: self.password.or(other.password),
            database: self.database.or(other.database),
            tls_mode: self.tls_mode.or(other.tls_mode),
            tls_ca: self.tls_ca.or(other.tls_ca),
            tls_certificate: self.tls_certificate.or(other.tls_certificate),
            tls_key: self.tls_key.or(other.tls_key),
            connect_timeout: self.connect_timeout.or(other.connect_timeout),
        }
    }

    /// These, and the socket of a server on this machine, where `localhost` is meant by name, no port is, nothing is asked of the wire that
    /// a socket does not have, and one of the usual places ([`LOCAL_SOCKETS`]) has one. As with the mysql client, but that a port means TCP.
    #[must_use]
    pub fn or_local_socket(self, is_socket: impl Fn(&Path) -> bool) -> Self {
        let is_local = self.host.as_ref().is_some_and(|(host, _)| host.eq_ignore_ascii_case("localhost"));
        let tls = self.options().tls.mode;
        if !is_local
            || self.socket.is_some()
            || self.port.is_some()
            || !matches!(tls, TlsMode::Disabled | TlsMode::Preferred)
        {
            return self;
        }
        let found = LOCAL_SOCKETS.iter().find(|path| is_socket(Path::new(path)));
        let socket =
            found.map(|path| (PathBuf::from(path), Origin("the usual place of a socket".to_owned())));
        Self { socket, ..self }
    }

    /// The options that they come to.
    ///
    /// - `localhost` (and no host at all) means the socket where one is named, as with the mysql client, and 127.0.0.1 otherwise.
    /// - With a CA and no mode the certificate is verified (`verify-ca`).
    /// - Without a user it is `root`.
    pub fn options(&self) -> ConnectOptions {
        let defaults = ConnectOptions::default();
        let value = |set: &Set<String>| set.as_ref().map(|(value, _)| value.clone());
        let host = value(&self.host).filter(|host| !host.is_empty());
        let is_local = host.as_deref().is_none_or(|host| host.eq_ignore_ascii_case("localhost"));
        let port = self.port.as_ref().map_or(DEFAULT_PORT, |(port, _)| *port);
        let address = match (&self.socket, host) {
            (Some((socket, _)), _) if is_local => Address::Socket(socket.clone()),
            (_, Some(host)) if !is_local => Address::Tcp { host, port },
            _ => Address::Tcp { host: "127.0.0.1".to_owned(), port },
        };
        let ca = self.tls_ca.as_ref().map(|(path, _)| path.clone());
        let mode = self.tls_mode.as_ref().map(|(mode, _)| *mode);
        let implied = if ca.is_some() { TlsMode::VerifyCa } else { TlsMode::default() };
        ConnectOptions {
            address,
            user: value(&self.user).unwrap_or(defaults.user),
            password: self.password.as_ref().map(|(Password(secret), _)| secret.clone()),
            database: value(&self.database),
            tls: Tls {
                mode: mode.unwrap_or(implied),
                ca,
                certificate: self.tls_certificate.as_ref().map(|(path, _)| path.clone()),
                key: self.tls_key.as_ref().map(|(path, _)| path.clone()),
            },
            connect_timeout: self
                .connect_timeout
                .as_ref()
                .map_or(defaults.connect_timeout, |(time, _)| *time),
            ..ConnectOptions::default()
        }
    }
}

/// A port as text.
fn port(text: &str, origin: &str) -> Result<u16, SettingsError> {
    match text.trim().parse() {
        Ok(0) | Err(_) => {
            Err(SettingsError::new(origin, format!("{text:?} is no port: it is a number from 1 to 65535")))
        }
        Ok(port) => Ok(port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<T>(value: T) -> Set<T> {
        Some((value, Origin("here".to_owned())))
    }

    #[test]
    fn the_first_that_says_something_counts() {
        let first = Settings { user: set("a".to_owned()), ..Settings::default() };
        let second =
            Settings { user: set("b".to_owned()), database: set("shop".to_owned()), ..Settings::default() };
        let options = first.or(second).options();
        assert_eq!((options.user.as_str(), options.database.as_deref()), ("a", Some("shop")));
    }

    #[test]
    fn a_host_puts_aside_the_socket_of_a_lower_source() {
        let host = Settings { host: set("db.example".to_owned()), ..Settings::default() };
        let socket = Settings { socket: set("/run/s".into()), port: set(3307), ..Settings::default() };
        let tcp = Address::Tcp { host: "db.example".to_owned(), port: 3307 };
        assert_eq!(host.clone().or(socket.clone()).options().address, tcp);
        assert_eq!(socket.or(host).options().address, Address::Socket("/run/s".into()));
    }

    #[test]
    fn localhost_is_the_socket_where_there_is_one() {
        let local = |socket: Set<PathBuf>| {
            Settings { host: set("localhost".to_owned()), socket, ..Settings::default() }.options().address
        };
        assert_eq!(local(set("/run/s".into())), Address::Socket("/run/s".into()));
        assert_eq!(local(None), Address::Tcp { host: "127.0.0.1".to_owned(), port: DEFAULT_PORT });
    }

    #[test]
    fn localhost_is_a_socket_in_a_usual_place() {
        let with = |host: &str| Settings { host: set(host.to_owned()), ..Settings::default() };
        let at = |settings: Settings| {
            settings.or_local_socket(|path| path == Path::new("/tmp/mysql.sock")).options().address
        };
        let socket = Address::Socket("/tmp/mysql.sock".into());
        assert_eq!(at(with("LocalHost")), socket);
        let tcp = Address::Tcp { host: "127.0.0.1".to_owned(), port: DEFAULT_PORT };
        assert_eq!(at(with("127.0.0.1")), tcp);
        assert_eq!(at(Settings::default()), tcp);
        assert_eq!(at(Settings { tls_mode: set(TlsMode::Required), ..with("localhost") }), tcp);
        let with_port = Settings { port: set(3306), ..with("localhost") };
        assert_eq!(at(with_port), tcp);
        assert_eq!(with("localhost").or_local_socket(|_| false).options().address, tcp);
        let named = Settings { socket: set("/run/s".into()), ..with("localhost") };
        assert_eq!(at(named), Address::Socket("/run/s".into()));
    }

    #[test]
    fn an_authority_is_there_to_be_asked() {
        let with_ca = Settings { tls_ca: set("ca.pem".into()), ..Settings::default() };
        assert_eq!(with_ca.options().tls.mode, TlsMode::VerifyCa);
        let less = Settings { tls_mode: set(TlsMode::Required), ..with_ca };
        assert_eq!(less.options().tls.mode, TlsMode::Required);
        assert_eq!(Settings::default().options().tls.mode, TlsMode::Preferred);
    }
}
