//! What can go wrong.

use std::fmt;
use std::io;
use std::time::Duration;

use mysql_async::{DriverError, IoError};

/// What kept a connection from being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// The host's name has no address.
    HostUnknown,
    /// Nobody listens there.
    Refused,
    /// The server, or what is between, did not answer in time.
    TimedOut,
    /// The connection broke before it was made.
    Dropped,
    /// TLS: the certificate is not to be trusted, the server has no TLS, a file is no certificate.
    Tls,
    /// The account, its password or its host is not accepted.
    AccessDenied,
    /// There is no such database.
    UnknownDatabase,
    /// The server has as many sessions as it takes.
    TooManyConnections,
    /// The server starts, ends or is offline.
    Unavailable,
    /// The server does not take connections from this host.
    HostBlocked,
    /// The account is authenticated in a way that is not known here.
    UnknownAuthentication,
    /// The server refuses the connection for another reason.
    Server,
    /// What answers is no MySQL or MariaDB server, or a broken one.
    Protocol,
    /// A file that is needed can't be read.
    File,
}

/// Why there is no connection: what is wrong, where, and what to do. Never has a password in it.
#[derive(Debug)]
pub struct ConnectError {
    kind: ConnectErrorKind,
    /// `me@db.example:3306`.
    target: String,
    message: String,
    attempts: u32,
    source: Option<Box<mysql_async::Error>>,
}

impl ConnectError {
    pub(crate) fn new(kind: ConnectErrorKind, target: String, message: impl Into<String>) -> Self {
        Self { kind, target, message: message.into(), attempts: 1, source: None }
    }

    pub(crate) fn timed_out(target: String, after: Duration) -> Self {
        let message = format!("no answer within {} s", after.as_secs_f64());
        Self::new(ConnectErrorKind::TimedOut, target, message)
    }

    pub(crate) fn of(error: mysql_async::Error, target: String) -> Self {
        let (kind, message) = judge(&error);
        Self { source: Some(Box::new(error)), ..Self::new(kind, target, message) }
    }

    pub(crate) fn after(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// What kept the connection from being made.
    pub const fn kind(&self) -> ConnectErrorKind {
        self.kind
    }

    /// The server's error number, where it was the server that refused.
    pub fn errno(&self) -> Option<u16> {
        match self.source.as_deref() {
            Some(mysql_async::Error::Server(server)) => Some(server.code),
            _ => None,
        }
    }

    /// Whether it may be otherwise a moment later.
    pub const fn may_pass(&self) -> bool {
        use ConnectErrorKind::{Dropped, Refused, TimedOut, TooManyConnections, Unavailable};
        matches!(self.kind, Refused | TimedOut | Dropped | TooManyConnections | Unavailable)
    }

    pub(crate) fn is_server_without_tls(&self) -> bool {
        let no_tls = |error: &mysql_async::Error| {
            matches!(error, mysql_async::Error::Driver(DriverError::NoClientSslFlagFromServer))
        };
        self.source.as_deref().is_some_and(no_tls)
    }

    /// What helps, as far as that is known.
    pub const fn help(&self) -> Option<&'static str> {
        Some(match self.kind {
            ConnectErrorKind::HostUnknown => "look at the host's name, and at the resolver of this machine",
            ConnectErrorKind::Refused => "look whether the server runs, and at the port or the socket",
            ConnectErrorKind::TimedOut => "look at firewalls between, and whether the server is overloaded",
            ConnectErrorKind::Dropped => {
                "look at the server's log, and at what is between (a proxy, a tunnel)"
            }
            ConnectErrorKind::Tls => {
                "name the authority's certificates with ssl-ca, or ask for less with ssl-mode, knowing what that means"
            }
            ConnectErrorKind::AccessDenied => {
                "look at the user, its password, and the host that the account is for"
            }
            ConnectErrorKind::UnknownDatabase => "look at the database's name, or create it first",
            ConnectErrorKind::TooManyConnections => "wait, or raise max_connections",
            ConnectErrorKind::Unavailable => "wait until the server is up, or look at its log",
            ConnectErrorKind::HostBlocked => {
                "on the server: TRUNCATE TABLE performance_schema.host_cache (MySQL) or FLUSH HOSTS (MariaDB), or an account for this host"
            }
            ConnectErrorKind::UnknownAuthentication => {
                "give the account one of caching_sha2_password, mysql_native_password or ed25519"
            }
            ConnectErrorKind::Server | ConnectErrorKind::Protocol | ConnectErrorKind::File => return None,
        })
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot connect to {}: {}", self.target, self.message)?;
        if self.attempts > 1 {
            write!(f, " (tried {} times)", self.attempts)?;
        }
        match self.help() {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // What it says is in the message.
        self.source.as_deref().and_then(std::error::Error::source)
    }
}

fn judge(error: &mysql_async::Error) -> (ConnectErrorKind, String) {
    use ConnectErrorKind as Kind;
    match error {
        mysql_async::Error::Server(server) => {
            let kind = match server.code {
                1044 | 1045 | 1698 | 3118 | 3955 | 1820 | 1862 | 4151 => Kind::AccessDenied,
                1049 => Kind::UnknownDatabase,
                1040 | 1203 | 1226 => Kind::TooManyConnections,
                1129 | 1130 => Kind::HostBlocked,
                // Shutdown in progress; normal and forced shutdown; offline_mode; MySQL's own of a killed session.
                1053 | 1077 | 1079 | 3032 => Kind::Unavailable,
                1251 | 2059 | 1524 => Kind::UnknownAuthentication,
                3159 => Kind::Tls,
                _ => Kind::Server,
            };
            (kind, format!("error {}: {}", server.code, server.message))
        }
        mysql_async::Error::Io(IoError::Io(error)) => judge_io(error),
        mysql_async::Error::Io(IoError::Tls(error)) => (Kind::Tls, of_tls(&error.to_string())),
        mysql_async::Error::Driver(DriverError::NoKeyFound) => {
            (Kind::File, "there is no private key in the file of ssl-key".to_owned())
        }
        mysql_async::Error::Driver(DriverError::ConnectionClosed) => {
            (Kind::Dropped, "the server closed the connection before it was made".to_owned())
        }
        mysql_async::Error::Driver(DriverError::NoClientSslFlagFromServer) => {
            (Kind::Tls, "TLS is asked for, and the server has none".to_owned())
        }
        mysql_async::Error::Driver(DriverError::UnknownAuthPlugin { name }) => (
            Kind::UnknownAuthentication,
            format!("the account is authenticated by {name}, which is not known here"),
        ),
        mysql_async::Error::Driver(
            DriverError::MysqlOldPasswordDisabled | DriverError::CleartextPluginDisabled,
        ) => (
            Kind::UnknownAuthentication,
            "the server asks for the password in a way that is not safe".to_owned(),
        ),
        other => (Kind::Protocol, format!("what answers is not understood: {other}")),
    }
}

fn judge_io(error: &io::Error) -> (ConnectErrorKind, String) {
    use ConnectErrorKind as Kind;
    let text = error.to_string();
    match error.kind() {
        io::ErrorKind::ConnectionRefused => (Kind::Refused, "nobody listens there".to_owned()),
        io::ErrorKind::NotFound => {
            (Kind::Refused, "there is no such socket, or a file is missing".to_owned())
        }
        io::ErrorKind::PermissionDenied => (Kind::Refused, "the socket may not be opened".to_owned()),
        io::ErrorKind::TimedOut => (Kind::TimedOut, text),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => {
            (Kind::Dropped, "the connection broke before it was made".to_owned())
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            (Kind::Refused, "the host can't be reached".to_owned())
        }
        // The client's codec says so of a packet that ends in its middle.
        _ if text.contains("bytes remaining on stream") => {
            (Kind::Dropped, "the connection broke before it was made".to_owned())
        }
        // Errors of TLS come as such, wrapped; those of the resolver have no kind of their own.
        _ if error.get_ref().is_some_and(is_tls) => (Kind::Tls, of_tls(&text)),
        _ if text.contains("lookup") || text.contains("resolve") => {
            (Kind::HostUnknown, "the host's name has no address".to_owned())
        }
        _ => (Kind::Protocol, text),
    }
}

/// What is wrong with a certificate, in other words than the library's.
fn of_tls(text: &str) -> String {
    let words = if text.contains("UnknownIssuer") || text.contains("NoRootAnchors") {
        "the server's certificate is from no authority that is trusted"
    } else if text.contains("not valid for name") || text.contains("NotValidForName") {
        "the server's certificate is for another name"
    } else if text.contains("Expired") || text.contains("expired") {
        "the server's certificate has expired"
    } else {
        return text.to_owned();
    };
    words.to_owned()
}

fn is_tls(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    // rustls is below the client; its errors are told by what they say first.
    let text = error.to_string();
    ["certificate", "peer", "received fatal alert", "invalid", "corrupt message", "received corrupt"]
        .iter()
        .any(|words| text.contains(words))
}

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The server refused it.
    #[error("error {errno} ({state}): {message}")]
    Server {
        /// The server's error number.
        errno: u16,
        /// SQLSTATE.
        state: String,
        /// The server's message.
        message: String,
    },
    /// The server did not answer in time; the connection can't be used any more.
    #[error("no answer within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// The connection is gone, or the server said what can't be understood.
    #[error("the connection is lost: {0}")]
    Lost(#[source] mysql_async::Error),
}

impl From<mysql_async::Error> for QueryError {
    fn from(error: mysql_async::Error) -> Self {
        match error {
            mysql_async::Error::Server(server) => {
                Self::Server { errno: server.code, state: server.state, message: server.message }
            }
            other => Self::Lost(other),
        }
    }
}
