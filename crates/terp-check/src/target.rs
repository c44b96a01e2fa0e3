//! The server and the database that a schema is meant for.

use terp_schema_model::{CharacterSet, Flavor};

/// The server and the database that a schema is meant for: what statements leave open is decided by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The server.
    pub flavor: Flavor,
    /// The database's default character set, which tables take that name none.
    pub character_set: CharacterSet,
}

impl From<Flavor> for Target {
    /// A database with the server's own default.
    fn from(flavor: Flavor) -> Self {
        Self { flavor, character_set: flavor.default_character_set() }
    }
}

impl From<&Self> for Target {
    fn from(target: &Self) -> Self {
        target.clone()
    }
}
