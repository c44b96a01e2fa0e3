//! The clients' option file, `.my.cnf`: the groups that every client reads, in the syntax of both vendors (MySQL manual, "Using Option
//! Files").
//!
//! `~/.mylogin.cnf` is not read: it is obfuscated, and so no better than a plain file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Origin, Password, Settings, SettingsError, port};
use crate::options::TlsMode;

/// The groups that are read. `[client-server]` and `[client-mariadb]` are MariaDB's.
const GROUPS: [&str; 3] = ["client", "client-server", "client-mariadb"];

/// How deep files may include each other.
const MAX_DEPTH: usize = 10;

/// The largest file that is read.
const MAX_SIZE: u64 = 1 << 20;

/// What an option file says.
#[derive(Debug, Clone, Default)]
pub struct OptionFile {
    /// What it says; of two that say the same the later one counts.
    pub settings: Settings,
    /// What is not as it should be, and was not followed or should be mended: one line each.
    pub warnings: Vec<String>,
}

/// Reads an option file and those that it includes. One that does not exist says nothing.
///
/// A file that everybody may write is not followed, as by the servers' clients; one that has a password and that others may read is followed,
/// with a warning.
///
/// # Errors
/// It can't be read, or something in a group that is read is not as it has to be.
pub fn read(path: &Path) -> Result<OptionFile, SettingsError> {
    let mut file = OptionFile::default();
    follow(path, 0, false, &mut file)?;
    Ok(file)
}

/// What the text of an option file says by itself; files that it includes are not looked at. `place` is what messages call it.
///
/// # Errors
/// Something in a group that is read is not as it has to be.
pub fn from_text(text: &str, place: &str) -> Result<Settings, SettingsError> {
    let mut settings = Settings::default();
    for line in parse(text, place)? {
        if let Line::Set(name, value, origin) = line {
            apply(&mut settings, &name, value, origin)?;
        }
    }
    Ok(settings)
}

fn follow(path: &Path, depth: usize, must_exist: bool, file: &mut OptionFile) -> Result<(), SettingsError> {
    let place = path.display().to_string();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => return Ok(()),
        Err(error) => return Err(SettingsError::new(place, error.to_string())),
    };
    if metadata.len() > MAX_SIZE || !metadata.is_file() {
        return Err(SettingsError::new(place, "it is no file of options"));
    }
    let others = mode_of_others(&metadata);
    if others & 0o2 != 0 {
        file.warnings.push(format!("{place} is not followed: everybody may write it"));
        return Ok(());
    }
    let bytes = fs::read(path).map_err(|error| SettingsError::new(place.clone(), error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| SettingsError::new(place.clone(), "it is not UTF-8"))?;
    let had_password = file.settings.password.is_some();
    for line in parse(&text, &place)? {
        match line {
            Line::Set(name, value, origin) => apply(&mut file.settings, &name, value, origin)?,
            Line::Include(..) | Line::IncludeFolder(..) if depth >= MAX_DEPTH => {
                return Err(SettingsError::new(place, "files include each other too deeply"));
            }
            Line::Include(included) => follow(&beside(path, &included), depth + 1, true, file)?,
            Line::IncludeFolder(folder) => {
                for included in files_of(&beside(path, &folder))? {
                    follow(&included, depth + 1, true, file)?;
                }
            }
        }
    }
    if others & 0o4 != 0 && !had_password && file.settings.password.is_some() {
        file.warnings.push(format!("{place} has a password, and everybody may read it: chmod 600 {place}"));
    }
    Ok(())
}

/// What those may do who are neither the owner nor of the group.
fn mode_of_others(metadata: &fs::Metadata) -> u32 {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        metadata.permissions().mode() & 0o7
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        0
    }
}

fn beside(file: &Path, other: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(other)
}

/// The `.cnf` files of a folder, by name.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, SettingsError> {
    let fail = |error: io::Error| SettingsError::new(folder.display().to_string(), error.to_string());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|extension| extension == "cnf") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// A line that matters.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// An option, its name in one spelling, and its value.
    Set(String, Option<String>, Origin),
    Include(String),
    IncludeFolder(String),
}

/// The lines of a file that matter: those of the groups that are read, and what is included.
fn parse(text: &str, path: &str) -> Result<Vec<Line>, SettingsError> {
    let mut lines = Vec::new();
    let mut in_group = false;
    let mut any_group = false;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    for (number, line) in text.lines().enumerate() {
        let column = line.len() - line.trim_start().len() + 1;
        let origin = || format!("{path}:{}:{column}", number + 1);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix("!includedir") {
            lines.push(Line::IncludeFolder(rest.trim().to_owned()));
        } else if let Some(rest) = line.strip_prefix("!include") {
            lines.push(Line::Include(rest.trim().to_owned()));
        } else if let Some(rest) = line.strip_prefix('[') {
            let group = rest.split_once(']').map(|(group, _)| group.trim());
            let group =
                group.ok_or_else(|| SettingsError::new(origin(), "the name of a group ends with `]`"))?;
            in_group = GROUPS.contains(&group);
            any_group = true;
        } else if !any_group {
            return Err(SettingsError::new(origin(), "an option stands in a group: put [client] before it"));
        } else if in_group {
            let (name, value) = match line.split_once('=') {
                Some((name, value)) => (name, Some(unquoted(value))),
                None => (without_comment(line), None),
            };
            let name = name.trim().trim_start_matches("--").to_ascii_lowercase().replace('_', "-");
            let name = name.strip_prefix("loose-").unwrap_or(&name).to_owned();
            lines.push(Line::Set(name, value, Origin(origin())));
        }
    }
    Ok(lines)
}

/// Cuts off what follows a `#` that is not in quotes.
fn without_comment(text: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (_, '\\') => escaped = true,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            (None, '#') => return &text[..at],
            _ => {}
        }
    }
    text
}

/// The value that is meant: white space, a comment and one pair of quotes around it are not part of it, and
/// `\b \t \n \r \\ \s \" \'` stand for a character each.
fn unquoted(text: &str) -> String {
    let text = without_comment(text).trim();
    let inner = ['"', '\''].iter().find_map(|&quote| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (text.len() >= 2).then_some(inner)
    });
    let mut value = String::with_capacity(text.len());
    let mut chars = inner.unwrap_or(text).chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            value.push(c);
            continue;
        }
        match chars.next() {
            Some('b') => value.push('\u{8}'),
            Some('t') => value.push('\t'),
            Some('n') => value.push('\n'),
            Some('r') => value.push('\r'),
            Some('s') => value.push(' '),
            Some(c @ ('\\' | '"' | '\'')) => value.push(c),
            // Any other backslash is itself.
            Some(c) => value.extend(['\\', c]),
            None => value.push('\\'),
        }
    }
    value
}

/// Takes over one option; those that have nothing to do with connecting are the clients' own.
fn apply(
    settings: &mut Settings,
    name: &str,
    value: Option<String>,
    origin: Origin,
) -> Result<(), SettingsError> {
    let needs = |value: Option<String>| {
        value.ok_or_else(|| SettingsError::new(origin.0.clone(), format!("{name} needs a value")))
    };
    let is_on = |value: &Option<String>| match value.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("1" | "on" | "true" | "yes") => true,
        Some(_) => false,
    };
    match name {
        "host" => settings.host = Some((needs(value)?, origin)),
        "port" => settings.port = Some((port(&needs(value)?, &origin.0)?, origin)),
        "socket" => settings.socket = Some((needs(value)?.into(), origin)),
        "user" => settings.user = Some((needs(value)?, origin)),
        // A bare `password` has the clients ask for it, which is nothing for programs.
        "password" | "password1" => {
            settings.password = value.map(|text| (Password(text.into()), origin));
        }
        "database" => settings.database = Some((needs(value)?, origin)),
        "ssl-ca" => settings.tls_ca = Some((needs(value)?.into(), origin)),
        "ssl-cert" => settings.tls_certificate = Some((needs(value)?.into(), origin)),
        "ssl-key" => settings.tls_key = Some((needs(value)?.into(), origin)),
        // To pass over these would trust others than were meant.
        "ssl-capath" | "ssl-crl" | "ssl-crlpath" => {
            let message =
                format!("{name} is not followed here: name the authorities' certificates with ssl-ca");
            return Err(SettingsError::new(origin.0, message));
        }
        "ssl-mode" => {
            let text = needs(value)?;
            let mode = text.parse().map_err(|error: crate::TlsModeError| {
                SettingsError::new(origin.0.clone(), error.to_string())
            })?;
            settings.tls_mode = Some((mode, origin));
        }
        // MariaDB's words: `ssl` asks for TLS, and `ssl-verify-server-cert` for a certificate of that host.
        "ssl-verify-server-cert" if is_on(&value) => {
            settings.tls_mode = Some((TlsMode::VerifyIdentity, origin));
        }
        "disable-ssl-verify-server-cert" | "skip-ssl-verify-server-cert" | "ssl-verify-server-cert" => {
            let verifies = |mode: &TlsMode| matches!(mode, TlsMode::VerifyCa | TlsMode::VerifyIdentity);
            if settings.tls_mode.as_ref().is_none_or(|(mode, _)| verifies(mode)) {
                settings.tls_mode = Some((TlsMode::Preferred, origin));
            }
        }
        "ssl" if is_on(&value) => {
            settings.tls_mode.get_or_insert((TlsMode::Required, origin));
        }
        "ssl" | "skip-ssl" | "disable-ssl" => settings.tls_mode = Some((TlsMode::Disabled, origin)),
        "connect-timeout" => {
            let text = needs(value)?;
            let seconds = text.parse::<u32>().ok().filter(|seconds| *seconds > 0);
            let seconds = seconds.ok_or_else(|| {
                SettingsError::new(origin.0.clone(), format!("{text:?} is no time in seconds"))
            })?;
            settings.connect_timeout = Some((Duration::from_secs(u64::from(seconds)), origin));
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::options::Address;

    fn read_text(text: &str) -> Result<Settings, SettingsError> {
        from_text(text, "my.cnf")
    }

    #[test]
    fn the_groups_of_clients_are_read() {
        let text = "# mine\n[mysqld]\nport=1\n[client]\nuser = me   # who\npassword=\"a#b\\\"c\"\nhost=db.example\n\
            port=3307\nssl_ca = /etc/ca.pem\nssl-mode=verify_identity\nprompt=x\n[client-mariadb]\ndatabase='my shop'\n[mysql]\nuser=no\n";
        let options = read_text(text).expect("it is good").options();
        assert_eq!((options.user.as_str(), options.database.as_deref()), ("me", Some("my shop")));
        assert_eq!(options.password.expect("there is one").expose_secret(), "a#b\"c");
        assert_eq!(options.address, Address::Tcp { host: "db.example".to_owned(), port: 3307 });
        assert_eq!(options.tls.mode, TlsMode::VerifyIdentity);
    }

    #[test]
    fn values_are_unquoted_as_the_clients_do() {
        for (text, value) in [
            (" a b ", "a b"),
            ("'a # b'", "a # b"),
            ("a\\sb\\t\\\\", "a b\t\\"),
            ("\"\"", ""),
            ("\"", "\""),
            ("a\\xb\\", "a\\xb\\"),
            ("it's", "it's"),
        ] {
            assert_eq!(unquoted(text), value, "{text}");
        }
    }

    #[test]
    fn mariadbs_words_are_known() {
        let mode = |text: &str| read_text(&format!("[client]\n{text}\n")).expect(text).options().tls.mode;
        assert_eq!(mode("ssl"), TlsMode::Required);
        assert_eq!(mode("ssl=0"), TlsMode::Disabled);
        assert_eq!(mode("skip-ssl"), TlsMode::Disabled);
        assert_eq!(mode("ssl-verify-server-cert\nssl"), TlsMode::VerifyIdentity);
        assert_eq!(mode("ssl-verify-server-cert=0"), TlsMode::Preferred);
    }

    #[test]
    fn faults_have_their_place() {
        for (text, says) in [
            ("user=x\n", "my.cnf:1:1: an option stands in a group"),
            ("[client]\n  port=x\n", "my.cnf:2:3: \"x\" is no port"),
            ("[client\n", "my.cnf:1:1: the name of a group ends with `]`"),
            ("[client]\nhost\n", "my.cnf:2:1: host needs a value"),
            ("[client]\nssl-mode=maybe\n", "my.cnf:2:1: \"maybe\" is no TLS mode"),
            ("[client]\nssl_capath=/etc/ssl\n", "my.cnf:2:1: ssl-capath is not followed here"),
            ("[client]\nconnect-timeout=0\n", "my.cnf:2:1: \"0\" is no time in seconds"),
        ] {
            let error = read_text(text).expect_err(text).to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }

    #[test]
    fn files_are_included_and_their_modes_looked_at() {
        let dir = tempfile::tempdir().expect("a folder can be made");
        let write = |name: &str, text: &str, mode: u32| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            fs::write(&path, text).expect("it can be written");
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it can be set");
            }
            path
        };
        let main = write("my.cnf", "[client]\nuser=a\n!include more.cnf\n!includedir d\n", 0o600);
        write("more.cnf", "[client]\nuser=b\npassword=p\n", 0o644);
        write("d/1.cnf", "[client]\ndatabase=shop\n", 0o600);
        write("d/2.txt", "[client]\ndatabase=no\n", 0o600);
        write("d/3.cnf", "[client]\nhost=evil\n", 0o666);
        let OptionFile { settings, warnings } = read(&main).expect("it is good");
        let options = settings.options();
        assert_eq!((options.user.as_str(), options.database.as_deref()), ("b", Some("shop")));
        assert_eq!(options.address, Address::Tcp { host: "127.0.0.1".to_owned(), port: 3306 });
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(
            warnings[0].contains("everybody may read it") && warnings[1].contains("everybody may write it")
        );
        assert!(read(&dir.path().join("none.cnf")).expect("none is no error").warnings.is_empty());
        let itself = write("loop.cnf", "!include loop.cnf\n", 0o600);
        assert!(read(&itself).expect_err("it has no end").to_string().contains("too deeply"));
    }
}
