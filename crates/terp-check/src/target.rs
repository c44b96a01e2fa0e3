//! The server and the database that a schema is meant for.

use terp_schema_model::{CharacterSet, Flavor};
use terp_sql::Session;

/// The server and the database that a schema is meant for: what statements leave open is decided by them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The server.
    pub flavor: Flavor,
    /// The database's default character set, which tables take that name none.
    pub character_set: CharacterSet,
    /// A new session there.
    pub session: Session,
}

impl From<Flavor> for Target {
    /// A database and a session with the server's own defaults.
    fn from(flavor: Flavor) -> Self {
        Self { flavor, character_set: flavor.default_character_set(), session: Session::new(flavor) }
    }
}

impl From<&Self> for Target {
    fn from(target: &Self) -> Self {
        target.clone()
    }
}
