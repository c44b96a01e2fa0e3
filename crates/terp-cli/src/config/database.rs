//! `[database]`: the live database.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use terp_mysql::{Origin, Password, Set, Settings, TlsMode, UrlPlace};

use super::file::ConfigFile;
use super::{not_empty, path};
use crate::exit::Failure;

/// `[database]`: where the live database is, and who asks. A password never stands here, only where it is to be found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DatabaseConfig {
    /// The host.
    #[serde(deserialize_with = "text")]
    pub host: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The Unix socket.
    #[serde(deserialize_with = "path")]
    pub socket: Option<PathBuf>,
    /// The account's name.
    #[serde(deserialize_with = "text")]
    pub user: Option<String>,
    /// The database's name.
    #[serde(deserialize_with = "text")]
    pub name: Option<String>,
    /// The environment variable that has a URL. What else stands here counts for more.
    #[serde(deserialize_with = "text")]
    pub url_env: Option<String>,
    /// The environment variable that has the password.
    #[serde(deserialize_with = "text")]
    pub password_env: Option<String>,
    /// The file whose first line is the password.
    #[serde(deserialize_with = "path")]
    pub password_file: Option<PathBuf>,
    /// How the wire is protected.
    #[serde(deserialize_with = "tls_mode")]
    pub ssl_mode: Option<TlsMode>,
    /// The authorities' certificates.
    #[serde(deserialize_with = "path")]
    pub ssl_ca: Option<PathBuf>,
    /// The client's certificate.
    #[serde(deserialize_with = "path")]
    pub ssl_cert: Option<PathBuf>,
    /// Its key.
    #[serde(deserialize_with = "path")]
    pub ssl_key: Option<PathBuf>,
    /// How many seconds an attempt to connect may take.
    pub connect_timeout: Option<u16>,
    /// The clients' option file, instead of `~/.my.cnf`.
    #[serde(deserialize_with = "path")]
    pub option_file: Option<PathBuf>,
    /// A password here is refused, with what to do instead.
    #[serde(deserialize_with = "no_password")]
    pub password: (),
}

impl DatabaseConfig {
    /// What it says of a connection. `file` is the configuration that it is part of; `variable` looks at the environment.
    ///
    /// # Errors
    /// The password or the URL is not where it is said to be, or the URL is none.
    pub fn settings(
        &self,
        file: &ConfigFile,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Settings, Failure> {
        let of = |key: &str| Origin(format!("{}: [database] {key}", file.path.display()));
        let text = |value: &Option<String>, key: &str| -> Set<String> { Some((value.clone()?, of(key))) };
        let resolved = |value: &Option<PathBuf>, key: &str| -> Set<PathBuf> {
            Some((file.resolve(value.as_ref()?), of(key)))
        };
        let own = Settings {
            host: text(&self.host, "host"),
            port: self.port.map(|port| (port, of("port"))),
            socket: resolved(&self.socket, "socket"),
            user: text(&self.user, "user"),
            password: self.password(file, variable)?,
            database: text(&self.name, "name"),
            tls_mode: self.ssl_mode.map(|mode| (mode, of("ssl-mode"))),
            tls_ca: resolved(&self.ssl_ca, "ssl-ca"),
            tls_certificate: resolved(&self.ssl_cert, "ssl-cert"),
            tls_key: resolved(&self.ssl_key, "ssl-key"),
            connect_timeout: self
                .connect_timeout
                .map(|seconds| (Duration::from_secs(u64::from(seconds.max(1))), of("connect-timeout"))),
        };
        Ok(own.or(self.url(file, variable)?))
    }

    fn url(&self, file: &ConfigFile, variable: &dyn Fn(&str) -> Option<String>) -> Result<Settings, Failure> {
        let Some(name) = &self.url_env else { return Ok(Settings::default()) };
        let url = variable(name).ok_or_else(|| {
            let place = file.path.display();
            Failure::usage(format!("{place}: url-env names {name}, and there is no such variable"))
        })?;
        Settings::from_url(&url, UrlPlace::Environment(name))
            .map_err(|error| Failure::usage(error.to_string()))
    }

    fn password(
        &self,
        file: &ConfigFile,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Set<Password>, Failure> {
        if let Some(name) = &self.password_env {
            let text = variable(name).ok_or_else(|| {
                let place = file.path.display();
                Failure::usage(format!("{place}: password-env names {name}, and there is no such variable"))
            })?;
            return Ok(Some((Password(text.into()), Origin(name.clone()))));
        }
        let Some(path) = self.password_file.as_ref().map(|path| file.resolve(path)) else { return Ok(None) };
        let text = fs::read_to_string(&path).map_err(|error| Failure::path(&path, &error))?;
        let line = text.lines().next().unwrap_or_default().to_owned();
        Ok(Some((Password(line.into()), Origin(path.display().to_string()))))
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    not_empty(&String::deserialize(deserializer)?, "the value").map(Some)
}

fn tls_mode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<TlsMode>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(serde::de::Error::custom)
}

/// Whatever it is, it is not repeated.
fn no_password<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    struct Secret;

    impl<'de> serde::de::Visitor<'de> for Secret {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("no password")
        }

        fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
            Err(E::custom(
                "a password does not stand in a file that is shared: use password-env or password-file",
            ))
        }
    }

    deserializer.deserialize_str(Secret)
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        Config::parse(text).map_err(|error| error.to_string())
    }

    #[test]
    fn it_is_read_with_its_paths() {
        let text = "[database]\nhost = \"db\"\nport = 3307\nuser = \"me\"\nname = \"shop\"\npassword-env = \"PW\"\nssl-ca = \"ca.pem\"";
        let config = read(text).expect("it is good");
        let file = ConfigFile { path: PathBuf::from("/app/terp.toml"), config };
        let database = &file.config.database;
        let variable = |name: &str| (name == "PW").then(|| "secret".to_owned());
        let options = database.settings(&file, &variable).expect("it is complete").options();
        assert_eq!((options.user.as_str(), options.database.as_deref()), ("me", Some("shop")));
        assert_eq!(options.tls.ca.as_deref(), Some("/app/ca.pem".as_ref()));
        assert!(options.password.is_some());
        let failure = database.settings(&file, &|_| None).expect_err("there is no such variable");
        assert!(failure.to_string().contains("no such variable"), "{failure}");
    }

    #[test]
    fn a_url_of_the_environment_counts_for_less_than_what_stands_here() {
        let config = read("[database]\nurl-env = \"SHOP_URL\"\nname = \"other\"").expect("it is good");
        let file = ConfigFile { path: PathBuf::from("/app/terp.toml"), config };
        let with = |url: &'static str| {
            let variable = move |name: &str| (name == "SHOP_URL").then(|| url.to_owned());
            file.config.database.settings(&file, &variable)
        };
        let options = with("mysql://me:pw@db.example:3307/shop").expect("it is complete").options();
        assert_eq!((options.user.as_str(), options.database.as_deref()), ("me", Some("other")));
        assert!(options.password.is_some());
        assert_eq!(options.address.to_string(), "db.example:3307");
        let failure = with("hunter2").expect_err("it is no URL").to_string();
        assert!(failure.contains("SHOP_URL: it is no URL") && !failure.contains("hunter2"), "{failure}");
        let failure = file.config.database.settings(&file, &|_| None).expect_err("there is no such variable");
        assert!(failure.to_string().contains("url-env names SHOP_URL"), "{failure}");
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        let error = read("[database]\npassword = \"hunter2\"").expect_err("it is refused");
        assert!(error.starts_with("2:12: a password does not stand in a file"), "{error}");
        assert!(!error.contains("hunter2"));
        let error = read("[database]\nssl-mode = \"maybe\"").expect_err("it is none");
        assert!(error.contains("is no TLS mode"), "{error}");
        let error = read("[database]\nport = 99999").expect_err("it is too large");
        assert!(error.starts_with("2:8: "), "{error}");
    }
}
