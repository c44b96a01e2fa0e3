//! Character sets and collations, per vendor and version.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::column::CharacterSet;
use crate::flavor::{Flavor, Vendor, Version};

/// A character set that a server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CharsetInfo {
    /// Its name, in lower case: `utf8mb3`, never `utf8`.
    pub name: &'static str,
    /// The collation that the server was compiled with as its default. [`Flavor::default_collation`] is what a
    /// server really takes, which differs on MariaDB 11.5 and later.
    pub default_collation: &'static str,
    /// The most bytes that a character takes.
    pub max_bytes: u8,
    /// The fewest bytes that a character takes.
    pub min_bytes: u8,
}

/// A collation that a server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollationInfo {
    /// Its full name, in lower case.
    pub name: &'static str,
    /// The character set that it belongs to.
    pub charset: &'static str,
    /// Whether it is the compiled-in default of its character set: what the servers' sources call primary.
    pub is_default: bool,
    /// Whether it compares by code: `binary` itself and every `..._bin`.
    pub is_binary: bool,
    /// The first version that has it, where it is younger than the oldest that are known.
    since: Option<Version>,
}

struct Tables {
    charsets: HashMap<&'static str, CharsetInfo>,
    collations: HashMap<&'static str, CollationInfo>,
}

static MYSQL: LazyLock<Tables> = LazyLock::new(|| Tables::read(include_str!("charset/mysql.txt")));
static MARIADB: LazyLock<Tables> = LazyLock::new(|| Tables::read(include_str!("charset/mariadb.txt")));

impl Tables {
    fn of(vendor: Vendor) -> &'static Self {
        match vendor {
            Vendor::MySql => &MYSQL,
            Vendor::MariaDb => &MARIADB,
        }
    }

    /// The files are part of the program and their form is under test: a line of another form is left out.
    fn read(text: &'static str) -> Self {
        let mut tables = Self { charsets: HashMap::new(), collations: HashMap::new() };
        let mut current: Option<(&'static str, u8, u8)> = None;
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let mut words = line.split_ascii_whitespace();
            let Some(name) = words.next() else { continue };
            if !line.starts_with(' ') {
                let mut number = || words.next().and_then(|word| word.parse::<u8>().ok());
                current = number().zip(number()).map(|(max, min)| (name, max, min));
                continue;
            }
            let Some((charset, max_bytes, min_bytes)) = current else { continue };
            let is_default = !tables.charsets.contains_key(charset);
            if is_default {
                let info = CharsetInfo { name: charset, default_collation: name, max_bytes, min_bytes };
                tables.charsets.insert(charset, info);
            }
            let is_binary = name == "binary" || name.ends_with("_bin");
            let since = words.nth(1).and_then(version);
            tables.collations.insert(name, CollationInfo { name, charset, is_default, is_binary, since });
        }
        tables
    }
}

fn version(text: &str) -> Option<Version> {
    let mut parts = text.split('.').map(|part| part.parse::<u16>().ok());
    Some(Version::new(parts.next()??, parts.next()??, parts.next()??))
}

impl Flavor {
    /// The character set of that name, whatever its case. `utf8` is `utf8mb3`, as on every server so far.
    pub fn charset(self, name: &str) -> Option<&'static CharsetInfo> {
        let name = name.to_ascii_lowercase();
        let name = if name == "utf8" { "utf8mb3" } else { &name };
        Tables::of(self.vendor).charsets.get(name)
    }

    /// The collation of that full name, whatever its case, if this version has it. `utf8_...` is `utf8mb3_...`.
    pub fn collation(self, name: &str) -> Option<&'static CollationInfo> {
        let mut name = name.to_ascii_lowercase();
        if let Some(rest) = name.strip_prefix("utf8_") {
            name = format!("utf8mb3_{rest}");
        }
        let info = Tables::of(self.vendor).collations.get(name.as_str())?;
        info.since.is_none_or(|since| self.version.id() >= since.id()).then_some(info)
    }

    /// The collation that a character set gets when none is named. `None` for an unknown character set.
    ///
    /// From MariaDB 11.5 on, the default of `character_set_collations` makes `uca1400_ai_ci` that of the Unicode
    /// character sets (but not of `utf16le`).
    pub fn default_collation(self, charset: &str) -> Option<&'static str> {
        let info = self.charset(charset)?;
        if self.mariadb_since(11, 5, 0)
            && let Some(uca) = self.collation(&format!("{}_uca1400_ai_ci", info.name))
        {
            return Some(uca.name);
        }
        Some(info.default_collation)
    }

    /// The collation that a name means beside a character set: a full name, or MariaDB's short form without the
    /// character set (`uca1400_ai_ci`, from 10.10 on). `None` when there is no such collation or it belongs to
    /// another character set.
    pub fn resolve_collation(self, charset: &str, name: &str) -> Option<&'static CollationInfo> {
        let charset = self.charset(charset)?;
        if let Some(info) = self.collation(name) {
            return (info.charset == charset.name).then_some(info);
        }
        if !self.is_short_collation(name) {
            return None;
        }
        self.collation(&format!("{}_{name}", charset.name))
    }

    /// Whether a name is a MariaDB collation without its character set, which is completed by the context.
    pub fn is_short_collation(self, name: &str) -> bool {
        self.mariadb_since(10, 10, 1)
            && name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("uca1400"))
            && self.collation(&format!("utf8mb4_{name}")).is_some()
    }

    /// What a new database gets on a server with its default settings, and with `utf8mb4` as its character set:
    /// MariaDB before 11.6 is compiled with latin1, but distributions configure utf8mb4.
    pub fn default_character_set(self) -> CharacterSet {
        CharacterSet::new("utf8mb4", self.default_collation("utf8mb4").unwrap_or("utf8mb4_general_ci"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_read() {
        for (vendor, text) in [
            (Vendor::MySql, include_str!("charset/mysql.txt")),
            (Vendor::MariaDb, include_str!("charset/mariadb.txt")),
        ] {
            let lines = |indented: bool| {
                let is_data = |l: &&str| !l.is_empty() && !l.starts_with('#');
                text.lines().filter(is_data).filter(|l| l.starts_with(' ') == indented).count()
            };
            let tables = Tables::of(vendor);
            assert_eq!(tables.charsets.len(), lines(false));
            assert_eq!(tables.collations.len(), lines(true));
            assert_eq!(
                tables.collations.values().filter(|c| c.since.is_some()).count(),
                text.matches(" >= ").count()
            );
            for charset in tables.charsets.values() {
                assert!(tables.collations[charset.default_collation].is_default);
                assert!(charset.min_bytes >= 1 && charset.min_bytes <= charset.max_bytes);
            }
            for collation in tables.collations.values() {
                assert!(collation.name == "binary" || collation.name.starts_with(collation.charset));
            }
        }
        // As many as the servers' information_schema shows.
        assert_eq!(MYSQL.charsets.len(), 41);
        assert_eq!(MYSQL.collations.len(), 286);
        // It does not show MariaDB's `filename`.
        assert_eq!(MARIADB.charsets.len(), 40 + 1);
        assert_eq!(MARIADB.collations.len(), 1288 + 1);
    }

    #[test]
    fn names_fold_and_have_aliases() {
        let flavor = Flavor::MYSQL_9_7;
        assert_eq!(flavor.charset("UTF8").map(|c| (c.name, c.max_bytes)), Some(("utf8mb3", 3)));
        assert_eq!(flavor.collation("utf8_General_ci").map(|c| c.name), Some("utf8mb3_general_ci"));
        assert_eq!(flavor.charset("utf9"), None);
        assert_eq!(flavor.collation(""), None);
        assert_eq!(flavor.charset("ucs2").map(|c| c.min_bytes), Some(2));
        assert!(flavor.collation("utf8mb4_0900_bin").is_some_and(|c| c.is_binary && !c.is_default));
        assert!(flavor.collation("utf8mb4_0900_ai_ci").is_some_and(|c| c.is_default));
    }

    #[test]
    fn versions_differ() {
        assert_eq!(Flavor::MARIADB_11_8.default_collation("utf8"), Some("utf8mb3_uca1400_ai_ci"));
        assert_eq!(Flavor::MARIADB_11_8.default_collation("utf16le"), Some("utf16le_general_ci"));
        assert_eq!(Flavor::MARIADB_11_8.default_collation("latin1"), Some("latin1_swedish_ci"));
        assert_eq!(Flavor::MARIADB_10_11.default_collation("utf8mb4"), Some("utf8mb4_general_ci"));
        assert_eq!(Flavor::MYSQL_9_7.default_character_set().collation, "utf8mb4_0900_ai_ci");
        assert_eq!(Flavor::MARIADB_11_8.default_character_set().collation, "utf8mb4_uca1400_ai_ci");
        assert!(Flavor::MARIADB_11_8.collation("utf8mb4_0900_ai_ci").is_some());
        assert!(Flavor::MARIADB_10_11.collation("utf8mb4_0900_ai_ci").is_none());
        assert!(Flavor::mariadb(10, 6, 0).collation("utf8mb4_uca1400_ai_ci").is_none());
        assert!(Flavor::mysql(8, 0, 29).collation("utf8mb4_nb_0900_ai_ci").is_none());
        assert!(Flavor::mysql(8, 0, 0).collation("utf8mb4_nb_0900_ai_ci").is_some());
        assert!(Flavor::MYSQL_9_7.collation("utf8mb4_uca1400_ai_ci").is_none());
    }

    #[test]
    fn short_collations_take_the_character_set_beside_them() {
        let resolve = |flavor: Flavor, charset, name| flavor.resolve_collation(charset, name).map(|c| c.name);
        assert_eq!(resolve(Flavor::MARIADB_11_8, "utf8mb3", "uca1400_as_ci"), Some("utf8mb3_uca1400_as_ci"));
        assert_eq!(resolve(Flavor::MARIADB_11_8, "latin1", "uca1400_as_ci"), None);
        assert_eq!(resolve(Flavor::MARIADB_11_8, "latin1", "utf8mb4_bin"), None);
        assert_eq!(resolve(Flavor::MARIADB_11_8, "latin1", "latin1_bin"), Some("latin1_bin"));
        assert_eq!(resolve(Flavor::MARIADB_11_8, "latin1", "bin"), None);
        assert_eq!(resolve(Flavor::MYSQL_9_7, "utf8mb4", "uca1400_as_ci"), None);
        assert!(!Flavor::MARIADB_11_8.is_short_collation("uca1400_xx"));
        assert!(!Flavor::MARIADB_11_8.is_short_collation("é1400_x€"));
    }
}
