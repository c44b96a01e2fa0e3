//! Which server is meant: vendor and version, as a value that is passed in and never global.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Who makes the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// Oracle MySQL (and what calls itself so).
    MySql,
    /// MariaDB Server.
    MariaDb,
}

impl Vendor {
    /// The name that [`Flavor`] is written with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
        }
    }
}

/// A server's version. Ordered; a version written as `9.7` has patch 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Major number, as 9 in 9.7.4.
    pub major: u16,
    /// Minor number, as 7 in 9.7.4.
    pub minor: u16,
    /// Patch number, as 4 in 9.7.4.
    pub patch: u16,
}

impl Version {
    /// A version from its three numbers.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// The number that version comments compare with: 90704 for 9.7.4, 101119 for 10.11.19.
    /// A version written without its patch number (`8.0`) stands for the newest of its series.
    pub const fn id(self) -> u32 {
        let patch = if self.patch == 0 { 99 } else { self.patch };
        self.major as u32 * 10_000 + self.minor as u32 * 100 + patch as u32
    }

    const fn reaches(self, major: u16, minor: u16, patch: u16) -> bool {
        self.id() >= major as u32 * 10_000 + minor as u32 * 100 + patch as u32
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch != 0 {
            write!(f, ".{}", self.patch)?;
        }
        Ok(())
    }
}

/// A vendor and a version: everything that decides how DDL is read, executed and printed.
///
/// ```
/// use terp_schema_model::{Flavor, Vendor};
/// let flavor: Flavor = "mariadb:10.11".parse().unwrap();
/// assert_eq!(flavor.vendor, Vendor::MariaDb);
/// assert_eq!(flavor.to_string(), "mariadb:10.11");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flavor {
    /// The vendor.
    pub vendor: Vendor,
    /// The version.
    pub version: Version,
}

/// Why a text is not a [`Flavor`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a server version; write it as mysql:9.7 or mariadb:10.11 ({reason})")]
pub struct FlavorError {
    text: String,
    reason: &'static str,
}

impl Flavor {
    /// MySQL 9.7, the reference for MySQL.
    pub const MYSQL_9_7: Self = Self::mysql(9, 7, 0);
    /// MariaDB 10.11, the long-term release that Debian 12 ships.
    pub const MARIADB_10_11: Self = Self::mariadb(10, 11, 0);
    /// MariaDB 11.8, the long-term release of 2025.
    pub const MARIADB_11_8: Self = Self::mariadb(11, 8, 0);

    /// A MySQL flavor.
    pub const fn mysql(major: u16, minor: u16, patch: u16) -> Self {
        Self { vendor: Vendor::MySql, version: Version::new(major, minor, patch) }
    }

    /// A MariaDB flavor.
    pub const fn mariadb(major: u16, minor: u16, patch: u16) -> Self {
        Self { vendor: Vendor::MariaDb, version: Version::new(major, minor, patch) }
    }

    /// Whether the vendor is MySQL.
    pub const fn is_mysql(self) -> bool {
        matches!(self.vendor, Vendor::MySql)
    }

    /// Whether the vendor is MariaDB.
    pub const fn is_mariadb(self) -> bool {
        matches!(self.vendor, Vendor::MariaDb)
    }

    /// Whether this is MySQL, of that version or a later one.
    pub const fn mysql_since(self, major: u16, minor: u16, patch: u16) -> bool {
        self.is_mysql() && self.version.reaches(major, minor, patch)
    }

    /// Whether this is MariaDB, of that version or a later one.
    pub const fn mariadb_since(self, major: u16, minor: u16, patch: u16) -> bool {
        self.is_mariadb() && self.version.reaches(major, minor, patch)
    }
}

impl fmt::Display for Flavor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.vendor.as_str(), self.version)
    }
}

impl FromStr for Flavor {
    type Err = FlavorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |reason| FlavorError { text: text.to_owned(), reason };
        let (vendor, version) = text.split_once([':', '-']).ok_or(fail("there is no ':'"))?;
        let vendor = match vendor.to_ascii_lowercase().as_str() {
            "mysql" => Vendor::MySql,
            "mariadb" => Vendor::MariaDb,
            _ => return Err(fail("the vendor is neither mysql nor mariadb")),
        };
        let mut numbers = [0u16; 3];
        let mut parts = version.split('.');
        for (i, slot) in numbers.iter_mut().enumerate() {
            match parts.next() {
                Some(part) => {
                    *slot = part.parse().map_err(|_| fail("a part of the version is not a number"))?;
                }
                None if i == 0 => return Err(fail("the version is missing")),
                None => {}
            }
        }
        if parts.next().is_some() {
            return Err(fail("the version has more than three parts"));
        }
        let version = Version::new(numbers[0], numbers[1], numbers[2]);
        let oldest = match vendor {
            Vendor::MySql => Version::new(8, 0, 0),
            Vendor::MariaDb => Version::new(10, 6, 0),
        };
        if version < oldest {
            return Err(fail("older than MySQL 8.0 and MariaDB 10.6, the oldest that are known"));
        }
        Ok(Self { vendor, version })
    }
}

impl Serialize for Flavor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Flavor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
