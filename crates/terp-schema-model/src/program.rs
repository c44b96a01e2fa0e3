//! Views and stored programs. Bodies are kept as written; sql_mode, character set, collation and definer belong to them.

use serde::{Deserialize, Serialize};

use crate::table::is_default;

/// The session in which a stored program or view was created, which decides what its text means.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct CreationContext {
    /// sql_mode, as the server lists it.
    #[serde(skip_serializing_if = "is_default")]
    pub sql_mode: String,
    /// character_set_client.
    #[serde(skip_serializing_if = "is_default")]
    pub character_set_client: String,
    /// collation_connection.
    #[serde(skip_serializing_if = "is_default")]
    pub collation_connection: String,
    /// The database's collation.
    #[serde(skip_serializing_if = "is_default")]
    pub database_collation: String,
}

/// With whose rights a view or routine runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SqlSecurity {
    /// Those of its definer.
    #[default]
    Definer,
    /// Those of its caller.
    Invoker,
}

/// One view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// Its name.
    pub name: String,
    /// `user@host`, each quoted as printed; empty when unknown.
    #[serde(skip_serializing_if = "is_default")]
    pub definer: String,
    /// SQL SECURITY.
    #[serde(skip_serializing_if = "is_default")]
    pub security: SqlSecurity,
    /// ALGORITHM, in upper case; empty for UNDEFINED.
    #[serde(skip_serializing_if = "is_default")]
    pub algorithm: String,
    /// The names of its columns, where they were written.
    #[serde(skip_serializing_if = "is_default")]
    pub columns: Vec<String>,
    /// Its SELECT.
    pub body: String,
    /// `CASCADED` or `LOCAL` of WITH CHECK OPTION; empty for none.
    #[serde(skip_serializing_if = "is_default")]
    pub check_option: String,
    /// The session that created it.
    #[serde(skip_serializing_if = "is_default")]
    pub context: CreationContext,
}

/// One trigger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The table that it belongs to.
    pub table: String,
    /// BEFORE or AFTER.
    pub timing: String,
    /// INSERT, UPDATE or DELETE.
    pub event: String,
    /// `user@host`, each quoted as printed; empty when unknown.
    #[serde(skip_serializing_if = "is_default")]
    pub definer: String,
    /// What was written from TRIGGER up to the body, the order aside, which MariaDB shows. Where it is empty, and on
    /// MySQL, it is put together from the rest.
    #[serde(skip_serializing_if = "is_default")]
    pub written: String,
    /// What it does.
    pub body: String,
    /// The session that created it.
    #[serde(skip_serializing_if = "is_default")]
    pub context: CreationContext,
}

/// Procedure or function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoutineKind {
    /// PROCEDURE.
    #[default]
    Procedure,
    /// FUNCTION.
    Function,
}

/// One stored procedure or function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Routine {
    /// Its name.
    pub name: String,
    /// Procedure or function.
    pub kind: RoutineKind,
    /// `user@host`, each quoted as printed; empty when unknown.
    #[serde(skip_serializing_if = "is_default")]
    pub definer: String,
    /// Its parameters, as written between the parentheses.
    #[serde(skip_serializing_if = "is_default")]
    pub parameters: String,
    /// What a function returns, as written.
    #[serde(skip_serializing_if = "is_default")]
    pub returns: String,
    /// DETERMINISTIC.
    #[serde(skip_serializing_if = "is_default")]
    pub deterministic: bool,
    /// `CONTAINS SQL`, `NO SQL`, `READS SQL DATA` or `MODIFIES SQL DATA`; empty for the default.
    #[serde(skip_serializing_if = "is_default")]
    pub data_access: String,
    /// SQL SECURITY.
    #[serde(skip_serializing_if = "is_default")]
    pub security: SqlSecurity,
    /// Its comment; empty for none.
    #[serde(skip_serializing_if = "is_default")]
    pub comment: String,
    /// What it does.
    pub body: String,
    /// The session that created it.
    #[serde(skip_serializing_if = "is_default")]
    pub context: CreationContext,
}

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// `user@host`, each quoted as printed; empty when unknown.
    #[serde(skip_serializing_if = "is_default")]
    pub definer: String,
    /// What follows ON SCHEDULE, as printed.
    pub schedule: String,
    /// The time zone that the schedule is in, which SHOW CREATE EVENT gives beside the text; empty for `SYSTEM`.
    #[serde(skip_serializing_if = "is_default")]
    pub time_zone: String,
    /// ON COMPLETION PRESERVE.
    #[serde(skip_serializing_if = "is_default")]
    pub preserve: bool,
    /// `ENABLE`, `DISABLE` or `DISABLE ON SLAVE`; empty for ENABLE.
    #[serde(skip_serializing_if = "is_default")]
    pub status: String,
    /// Its comment; empty for none.
    #[serde(skip_serializing_if = "is_default")]
    pub comment: String,
    /// What it does.
    pub body: String,
    /// The session that created it.
    #[serde(skip_serializing_if = "is_default")]
    pub context: CreationContext,
}
