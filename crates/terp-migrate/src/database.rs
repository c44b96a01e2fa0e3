//! The database as a run sees it.

use terp_drift::ObjectKind;
use terp_mysql::{Introspection, SingleReader};
use terp_plan::{Fingerprints, apply_session, fingerprints};
use terp_schema_model::{Flavor, Schema};
use terp_sql::Session;

use crate::error::MigrateError;
use crate::journal::is_ours;

/// A database without what tools keep there for themselves.
#[derive(Debug, Clone)]
pub struct Managed {
    /// The server.
    pub flavor: Flavor,
    /// What the database is.
    pub schema: Schema,
    /// A session of an apply there, as the engine needs it.
    pub session: Session,
    /// Of each object.
    pub prints: Fingerprints,
    pub(crate) reader: SingleReader,
}

/// Takes what tools keep for themselves out of what was read: the journal, and the tables of those names.
///
/// # Errors
/// [`MigrateError::NotUnderstood`], where something is there of which nothing is known, or which can't be seen.
pub fn managed(introspection: &Introspection, left_out: &[String]) -> Result<Managed, MigrateError> {
    let mut problems: Vec<String> = introspection.unknown.iter().map(ToString::to_string).collect();
    problems.extend(
        introspection
            .missing_privileges
            .iter()
            .map(|missing| format!("{} ({})", missing.reason, missing.sql)),
    );
    if !problems.is_empty() {
        return Err(MigrateError::NotUnderstood(problems));
    }
    let mut schema = introspection.schema.clone();
    schema.tables.retain(|table| !is_ours(&table.name) && !left_out.contains(&table.name));
    let flavor = introspection.flavor;
    let (server, _) = Session::on_server(flavor, &introspection.facts.variables);
    Ok(Managed {
        flavor,
        session: apply_session(&server),
        prints: fingerprints(&schema, flavor),
        schema,
        reader: SingleReader::new(introspection),
    })
}

/// How a kind of object is called when it is read.
pub(crate) const fn kind_to_read(kind: ObjectKind) -> Option<terp_mysql::ObjectKind> {
    use terp_mysql::ObjectKind as Kind;
    Some(match kind {
        ObjectKind::Table => Kind::Table,
        ObjectKind::View => Kind::View,
        ObjectKind::Trigger => Kind::Trigger,
        ObjectKind::Procedure => Kind::Procedure,
        ObjectKind::Function => Kind::Function,
        ObjectKind::Event => Kind::Event,
        _ => return None,
    })
}
