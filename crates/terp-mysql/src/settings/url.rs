//! `mysql://user@host:port/database?ssl-mode=...`

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::{Origin, Password, Set, Settings, SettingsError};

/// Where a URL stands, which decides whether it may have a password in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlPlace<'a> {
    /// On a command line, which every user of the machine can read: a password there is refused.
    Argument,
    /// In an environment variable of that name.
    Environment(&'a str),
}

impl UrlPlace<'_> {
    fn origin(self) -> Origin {
        match self {
            Self::Argument => Origin("the database's URL".to_owned()),
            Self::Environment(name) => Origin(name.to_owned()),
        }
    }
}

const PARAMETERS: [&str; 5] = ["ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", "socket"];

impl Settings {
    /// What a URL says: `mysql://USER[:PASSWORD]@HOST[:PORT]/DATABASE`, or `mariadb://`, with `ssl-mode`, `ssl-ca`, `ssl-cert`, `ssl-key` and
    /// `socket` after a question mark. Special characters are written as `%40`.
    ///
    /// # Errors
    /// It is no such URL, a parameter is not known, or it has a password where it may not.
    pub fn from_url(text: &str, place: UrlPlace<'_>) -> Result<Self, SettingsError> {
        let origin = place.origin();
        let fail = |message: String| SettingsError { origin: origin.clone(), message };
        let url = Url::parse(text).map_err(|error| {
            fail(format!(
                "it is no URL ({error}): write mysql://USER@HOST:PORT/DATABASE, special characters as %40"
            ))
        })?;
        if !matches!(url.scheme(), "mysql" | "mariadb" | "mysql2") {
            return Err(fail(format!(
                "a URL begins with mysql:// or mariadb://, not with {}://",
                url.scheme()
            )));
        }
        if url.fragment().is_some() {
            return Err(fail("a # in a URL is written as %23".to_owned()));
        }
        if url.password().is_some() && place == UrlPlace::Argument {
            return Err(fail(
                "a password on a command line can be read by every user of the machine: put it into MYSQL_PWD, DATABASE_URL or the \
                 [client] section of ~/.my.cnf"
                    .to_owned(),
            ));
        }
        let decoded = |text: &str, what: &str| {
            let text = percent_decode_str(text).decode_utf8();
            text.map(std::borrow::Cow::into_owned).map_err(|_| fail(format!("the {what} is not UTF-8")))
        };
        let set = |text: String| -> Set<String> { (!text.is_empty()).then(|| (text, origin.clone())) };
        let host = match url.host() {
            None => None,
            Some(Host::Domain(name)) => Some(decoded(name, "host")?),
            Some(Host::Ipv4(address)) => Some(address.to_string()),
            Some(Host::Ipv6(address)) => Some(address.to_string()),
        };
        let password = url.password().map(|text| decoded(text, "password")).transpose()?;
        let mut settings = Self {
            host: host.and_then(set),
            port: url.port().map(|port| (port, origin.clone())),
            user: set(decoded(url.username(), "user")?),
            password: password.map(|text| (Password(text.into()), origin.clone())),
            database: set(decoded(path(text), "database")?),
            ..Self::default()
        };
        for (name, value) in url.query_pairs() {
            let path = || -> Set<PathBuf> { Some((PathBuf::from(value.as_ref()), origin.clone())) };
            match name.to_ascii_lowercase().replace('_', "-").as_str() {
                "ssl-mode" => {
                    let mode = value.parse().map_err(|error: crate::TlsModeError| fail(error.to_string()))?;
                    settings.tls_mode = Some((mode, origin.clone()));
                }
                "ssl-ca" => settings.tls_ca = path(),
                "ssl-cert" => settings.tls_certificate = path(),
                "ssl-key" => settings.tls_key = path(),
                "socket" => settings.socket = path(),
                _ => {
                    let known = PARAMETERS.join(", ");
                    return Err(fail(format!(
                        "the parameter {name:?} is not known; those that are: {known}"
                    )));
                }
            }
        }
        Ok(settings)
    }
}

/// What stands between the host and the parameters, as it is written: to a reader of URLs `..` would be a step upwards.
fn path(url: &str) -> &str {
    let after = url.split_once("://").map_or("", |(_, rest)| rest);
    let before_parameters = after.split(['?', '#']).next().unwrap_or_default();
    before_parameters.split_once('/').map_or("", |(_, path)| path).trim_start_matches('/')
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::options::{Address, TlsMode};

    fn read(text: &str) -> Settings {
        Settings::from_url(text, UrlPlace::Environment("DATABASE_URL")).expect(text)
    }

    #[test]
    fn everything_at_once() {
        let text = "mysql://m%C3%A9:a%3Ab%2F@[::1]:3307/my%20shop?ssl-mode=VERIFY_IDENTITY&ssl-ca=/etc/ca.pem&ssl-cert=c&ssl-key=k";
        let options = read(text).options();
        assert_eq!(options.user, "mé");
        assert_eq!(options.password.expect("there is one").expose_secret(), "a:b/");
        assert_eq!(options.database.as_deref(), Some("my shop"));
        assert_eq!(options.address, Address::Tcp { host: "::1".to_owned(), port: 3307 });
        assert_eq!(options.tls.mode, TlsMode::VerifyIdentity);
        assert_eq!(options.tls.ca.as_deref(), Some("/etc/ca.pem".as_ref()));
        assert_eq!(options.tls.key.as_deref(), Some("k".as_ref()));
    }

    #[test]
    fn what_is_not_said_is_left_open() {
        let settings = read("mariadb://db");
        assert!(settings.user.is_none() && settings.database.is_none() && settings.password.is_none());
        assert_eq!(
            read("mysql://localhost/x?socket=/run/s").options().address,
            Address::Socket("/run/s".into())
        );
    }

    #[test]
    fn a_password_on_the_command_line_is_refused_and_never_repeated() {
        let refused = |text: &str| {
            let error = Settings::from_url(text, UrlPlace::Argument).expect_err(text).to_string();
            assert!(!error.contains("hunter2"), "{error}");
            error
        };
        assert!(refused("mysql://me:hunter2@db/shop").contains("can be read by every user"));
        assert!(Settings::from_url("mysql://me@db/shop", UrlPlace::Argument).is_ok());
        assert!(refused("mysql://me:hunter2@db:99999/shop").contains("it is no URL"));
        assert!(refused("mysql://me@db/a#b").contains("%23"));
        assert!(refused("http://me@db").contains("begins with mysql:// or mariadb://"));
        assert!(refused("mysql://db/x?sslmode=required").contains("\"sslmode\" is not known"));
        assert!(refused("mysql://db/x?ssl-mode=on").contains("no TLS mode"));
        assert!(refused("mysql://%ff@db/x").contains("not UTF-8"));
    }
}
