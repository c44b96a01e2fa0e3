//! What environment variables say.

use std::collections::BTreeMap;

use super::{Origin, Password, Set, Settings, SettingsError, UrlPlace, port};

/// Environment variables, as the caller lets them be seen.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

/// Those that are looked at.
pub(crate) const VARIABLES: [&str; 10] = [
    "DATABASE_URL",
    "DB_HOST",
    "DB_PORT",
    "DB_USER",
    "DB_PASSWORD",
    "DB_NAME",
    "MYSQL_PWD",
    "MYSQL_HOST",
    "MYSQL_TCP_PORT",
    "MYSQL_UNIX_PORT",
];

impl Environment {
    /// The variables that matter here, of those that are given; empty ones are as none.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let matters =
            |(name, value): &(String, String)| VARIABLES.contains(&name.as_str()) && !value.is_empty();
        Self(variables.into_iter().filter(matters).collect())
    }

    /// The names of the variables that matter here.
    pub const fn names() -> &'static [&'static str] {
        &VARIABLES
    }

    fn get(&self, name: &str) -> Set<String> {
        Some((self.0.get(name)?.clone(), Origin(name.to_owned())))
    }

    /// What they say: `DB_HOST`, `DB_PORT`, `DB_USER`, `DB_PASSWORD` and `DB_NAME` first, then `DATABASE_URL`, then those of the mysql client
    /// (`MYSQL_PWD`, `MYSQL_HOST`, `MYSQL_TCP_PORT`, `MYSQL_UNIX_PORT`). A `DATABASE_URL` for another kind of database is passed over.
    ///
    /// # Errors
    /// A port is no number, or `DATABASE_URL` is no URL of a database.
    pub fn settings(&self) -> Result<Settings, SettingsError> {
        let number = |name: &str| -> Result<Set<u16>, SettingsError> {
            self.get(name).map(|(text, origin)| Ok((port(&text, name)?, origin))).transpose()
        };
        let password = |name: &str| self.get(name).map(|(text, origin)| (Password(text.into()), origin));
        let single = Settings {
            host: self.get("DB_HOST"),
            port: number("DB_PORT")?,
            user: self.get("DB_USER"),
            password: password("DB_PASSWORD"),
            database: self.get("DB_NAME"),
            ..Settings::default()
        };
        let url = match self.get("DATABASE_URL") {
            Some((url, _)) if is_ours(&url) => {
                Settings::from_url(&url, UrlPlace::Environment("DATABASE_URL"))?
            }
            _ => Settings::default(),
        };
        let client = Settings {
            host: self.get("MYSQL_HOST"),
            port: number("MYSQL_TCP_PORT")?,
            socket: self.get("MYSQL_UNIX_PORT").map(|(path, origin)| (path.into(), origin)),
            password: password("MYSQL_PWD"),
            ..Settings::default()
        };
        Ok(single.or(url).or(client))
    }
}

/// Whether it is a URL for MySQL or MariaDB, or none for anything else: then its fault is to be told.
fn is_ours(url: &str) -> bool {
    match url.split_once("://") {
        Some((scheme, _)) => matches!(scheme.to_ascii_lowercase().as_str(), "mysql" | "mariadb" | "mysql2"),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::options::Address;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::new(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn single_variables_win_over_the_url() {
        let options = environment(&[
            ("DATABASE_URL", "mysql://app:p%40ss@db.example:3307/shop"),
            ("DB_USER", "me"),
            ("MYSQL_PWD", "other"),
            ("PATH", "/bin"),
        ])
        .settings()
        .expect("it is good")
        .options();
        assert_eq!(options.user, "me");
        assert_eq!(options.password.expect("there is one").expose_secret(), "p@ss");
        assert_eq!(options.database.as_deref(), Some("shop"));
        assert_eq!(options.address, Address::Tcp { host: "db.example".to_owned(), port: 3307 });
    }

    #[test]
    fn faults_name_the_variable_and_no_secret() {
        let error = environment(&[("DB_PORT", "x")]).settings().expect_err("it is no port").to_string();
        assert_eq!(error, "DB_PORT: \"x\" is no port: it is a number from 1 to 65535");
        let error =
            environment(&[("DATABASE_URL", "hunter2@db")]).settings().expect_err("it is none").to_string();
        assert!(error.starts_with("DATABASE_URL: ") && !error.contains("hunter2"), "{error}");
        assert!(
            environment(&[("DATABASE_URL", "postgres://a:b@c/d")])
                .settings()
                .expect("not ours")
                .host
                .is_none()
        );
    }
}
