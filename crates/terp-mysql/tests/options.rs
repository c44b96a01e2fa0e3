//! What holds for any options: what is written is read, and what counts for more wins.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on fails")]

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use secrecy::{ExposeSecret as _, SecretString};
use terp_mysql::{Address, Environment, Origin, Password, Set, Settings, TlsMode, UrlPlace, option_file};

/// What a source may say, as plain values.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Plain {
    host: Option<String>,
    port: Option<u16>,
    socket: Option<String>,
    user: Option<String>,
    password: Option<String>,
    database: Option<String>,
    mode: Option<TlsMode>,
    ca: Option<String>,
}

impl Plain {
    fn of(settings: &Settings) -> Self {
        let path = |set: &Set<std::path::PathBuf>| {
            set.as_ref().map(|(path, _)| path.to_str().expect("it is UTF-8").to_owned())
        };
        let text = |set: &Set<String>| set.as_ref().map(|(text, _)| text.clone());
        Self {
            host: text(&settings.host),
            port: settings.port.as_ref().map(|(port, _)| *port),
            socket: path(&settings.socket),
            user: text(&settings.user),
            password: settings.password.as_ref().map(|(Password(text), _)| text.expose_secret().to_owned()),
            database: text(&settings.database),
            mode: settings.tls_mode.as_ref().map(|(mode, _)| *mode),
            ca: path(&settings.tls_ca),
        }
    }

    fn settings(&self, from: &str) -> Settings {
        let origin = || Origin(from.to_owned());
        let text = |text: &Option<String>| text.clone().map(|text| (text, origin()));
        let path = |text: &Option<String>| text.clone().map(|text| (text.into(), origin()));
        Settings {
            host: text(&self.host),
            port: self.port.map(|port| (port, origin())),
            socket: path(&self.socket),
            user: text(&self.user),
            password: self.password.clone().map(|text| (Password(SecretString::from(text)), origin())),
            database: text(&self.database),
            tls_mode: self.mode.map(|mode| (mode, origin())),
            tls_ca: path(&self.ca),
            ..Settings::default()
        }
    }

    /// As a URL, in which a password needs a user before it and a port a host.
    fn url(&self) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let optional = |text: &Option<String>| text.as_deref().map(encoded).unwrap_or_default();
        let mut url = format!("mysql://{}", optional(&self.user));
        if let Some(password) = &self.password {
            url += &format!(":{}", encoded(password));
        }
        if self.user.is_some() || self.password.is_some() {
            url.push('@');
        }
        url += &optional(&self.host);
        if let Some(port) = self.port {
            url += &format!(":{port}");
        }
        url += &format!("/{}", optional(&self.database));
        let parameters = [
            self.mode.map(|mode| format!("ssl-mode={mode}")),
            self.ca.as_deref().map(|path| format!("ssl-ca={}", encoded(path))),
            self.socket.as_deref().map(|path| format!("socket={}", encoded(path))),
        ];
        let parameters: Vec<String> = parameters.into_iter().flatten().collect();
        if !parameters.is_empty() {
            url += &format!("?{}", parameters.join("&"));
        }
        url
    }

    /// As an option file, each value in quotes.
    fn option_file(&self) -> String {
        let mut text = "[client]\n".to_owned();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                let mut quoted = String::new();
                for c in value.chars() {
                    match c {
                        '\u{8}' => quoted += "\\b",
                        '\t' => quoted += "\\t",
                        '\n' => quoted += "\\n",
                        '\r' => quoted += "\\r",
                        '\\' | '"' => quoted.extend(['\\', c]),
                        other => quoted.push(other),
                    }
                }
                text += &format!("{name} = \"{quoted}\" # a comment\n");
            }
        };
        add("host", self.host.clone());
        add("port", self.port.map(|port| port.to_string()));
        add("socket", self.socket.clone());
        add("user", self.user.clone());
        add("password", self.password.clone());
        add("database", self.database.clone());
        add("ssl-mode", self.mode.map(|mode| mode.to_string()));
        add("ssl_ca", self.ca.clone());
        text
    }

    fn environment(&self) -> Environment {
        let pairs = [
            ("DB_HOST", self.host.clone()),
            ("DB_PORT", self.port.map(|port| port.to_string())),
            ("DB_USER", self.user.clone()),
            ("DB_PASSWORD", self.password.clone()),
            ("DB_NAME", self.database.clone()),
        ];
        Environment::new(pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))))
    }
}

/// Any text, with what has a meaning somewhere in it more often; U+0000 aside, which nothing here can hold.
fn text() -> impl Strategy<Value = String> {
    let special = prop_oneof![
        Just(' '),
        Just('#'),
        Just('\\'),
        Just('"'),
        Just('\''),
        Just('%'),
        Just('@'),
        Just(':'),
        Just('/'),
        Just('?'),
        Just('&'),
        Just('='),
        Just('+'),
        Just(';'),
        Just('\n'),
        Just('\t'),
        Just('😀'),
        Just('é'),
        Just('.'),
        any::<char>().prop_filter("no zero", |c| *c != '\0'),
    ];
    proptest::collection::vec(special, 1..12).prop_map(String::from_iter)
}

fn plain() -> impl Strategy<Value = Plain> {
    let some = || proptest::option::of(text());
    let host = proptest::option::of("[a-z0-9]{1,8}(\\.[a-z]{1,5})?");
    let mode = proptest::option::of(proptest::sample::select(&TlsMode::ALL[..]));
    let port = proptest::option::of(1u16..);
    (host, port, some(), some(), some(), some(), mode, some()).prop_map(
        |(host, port, socket, user, password, database, mode, ca)| Plain {
            host,
            port,
            socket,
            user,
            password,
            database,
            mode,
            ca,
        },
    )
}

proptest! {
    #[test]
    fn a_url_that_is_written_is_read(mut plain in plain()) {
        // A port stands behind a host, and a name in the path is no step of a path.
        plain.port = plain.port.filter(|_| plain.host.is_some());
        plain.password = plain.password.filter(|_| plain.user.is_some() && plain.host.is_some());
        plain.user = plain.user.filter(|_| plain.host.is_some());
        let url = plain.url();
        let read = Settings::from_url(&url, UrlPlace::Environment("X")).map_err(|error| {
            TestCaseError::fail(format!("{url}: {error}"))
        })?;
        prop_assert_eq!(Plain::of(&read), plain, "{}", url);
    }

    #[test]
    fn an_option_file_that_is_written_is_read(plain in plain()) {
        let file = plain.option_file();
        let read = option_file::from_text(&file, "x").map_err(|error| {
            TestCaseError::fail(format!("{file}: {error}"))
        })?;
        prop_assert_eq!(Plain::of(&read), plain, "{}", file);
    }

    #[test]
    fn the_environment_is_read(mut plain in plain()) {
        (plain.socket, plain.mode, plain.ca) = (None, None, None);
        let read = plain.environment().settings().unwrap();
        prop_assert_eq!(Plain::of(&read), plain);
    }

    /// Each value is from the first source that has it; a host and a socket are from one source.
    #[test]
    fn what_counts_for_more_wins(first in plain(), second in plain()) {
        let both = Plain::of(&first.settings("first").or(second.settings("second")));
        let place = if first.host.is_some() || first.socket.is_some() { &first } else { &second };
        let expected = Plain {
            host: place.host.clone(),
            socket: place.socket.clone(),
            port: first.port.or(second.port),
            user: first.user.or(second.user),
            password: first.password.or(second.password),
            database: first.database.or(second.database),
            mode: first.mode.or(second.mode),
            ca: first.ca.or(second.ca),
        };
        prop_assert_eq!(both, expected);
    }

    #[test]
    fn any_text_is_read_or_refused_and_no_password_is_repeated(text in ".{0,80}", secret in "[a-z]{12}") {
        let url = format!("mysql://me:{secret}@{text}");
        if let Err(error) = Settings::from_url(&url, UrlPlace::Environment("X")) {
            prop_assert!(!error.to_string().contains(&secret), "{}", error);
        }
        let _ = Settings::from_url(&text, UrlPlace::Argument);
        let _ = option_file::from_text(&format!("[client]\n{text}"), "x").map(|settings| settings.options());
        if let Ok(settings) = Settings::from_url(&url, UrlPlace::Environment("X")) {
            let shown = format!("{settings:?}");
            prop_assert!(!shown.contains(&secret));
            let options = settings.options();
            if let Address::Tcp { port, .. } = options.address {
                prop_assert!(port != 0 || url.contains(":0"), "{}", url);
            }
        }
    }
}
