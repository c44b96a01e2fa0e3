//! One object at a time, in a session that is open already.

use terp_schema_model::{CharacterSet, Flavor, Schema};

use super::build::{Context, assemble, build};
use super::object::{Object, ObjectKind, UnknownReason};
use super::pool::Refusal;
use super::{Introspection, list};
use crate::connection::Connection;
use crate::error::QueryError;

/// What one object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Single {
    /// There is none of that kind and name.
    Absent,
    /// It, and nothing else, in a schema.
    Known(Box<Schema>),
    /// It is there, and not understood.
    Unknown(UnknownReason),
}

/// Reads single objects of one database.
///
/// The session's `sql_mode` must be without ANSI_QUOTES and the like: the server's text has to be its canonical one.
#[derive(Debug, Clone)]
pub struct SingleReader {
    context: Context,
}

impl SingleReader {
    /// For the database that was read.
    pub fn new(introspection: &Introspection) -> Self {
        let database = introspection.schema.name.clone().unwrap_or_default();
        Self {
            context: Context::of(introspection.flavor, database, introspection.schema.character_set.clone()),
        }
    }

    /// The server.
    pub const fn flavor(&self) -> Flavor {
        self.context.flavor()
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        self.context.database()
    }

    /// Reads one object.
    ///
    /// # Errors
    /// The server does not answer, or refuses for another reason than that the object is not there.
    pub async fn read(
        &self,
        connection: &mut Connection,
        kind: ObjectKind,
        name: &str,
    ) -> Result<Single, QueryError> {
        let object = Object { kind, name: name.to_owned() };
        let rows = match connection.query(&object.show_create(self.context.database())).await {
            Ok(rows) => rows,
            Err(QueryError::Server { errno, .. }) if is_absent(kind, errno) => return Ok(Single::Absent),
            Err(QueryError::Server { errno, state, message }) if !super::pool::ends_session(errno) => {
                let refusal = Refusal { errno, state, message };
                let reason = build(&self.context, &object, &Err(refusal)).err();
                return Ok(Single::Unknown(reason.unwrap_or(UnknownReason::NoText)));
            }
            Err(error) => return Err(error),
        };
        Ok(match build(&self.context, &object, &Ok(rows)) {
            Err(reason) => Single::Unknown(reason),
            Ok(part) => {
                let set = self.context.character_set().clone();
                let (schema, _) = assemble(self.context.database(), set, &[], vec![(object, Ok(part))]);
                Single::Known(Box::new(schema))
            }
        })
    }

    /// The database's default character set now.
    ///
    /// # Errors
    /// The server does not answer, or the database is gone (error 1049).
    pub async fn character_set(&self, connection: &mut Connection) -> Result<CharacterSet, QueryError> {
        let rows = connection.query(&list::schemata(self.context.database())).await?;
        let found = rows.rows.first().and_then(list::character_set);
        found.ok_or_else(|| QueryError::Server {
            errno: 1049,
            state: "42000".to_owned(),
            message: format!("Unknown database '{}'", self.context.database()),
        })
    }
}

/// Whether an error number says that there is no such object. A view that is asked for as a table, or the other way round, is not.
const fn is_absent(kind: ObjectKind, errno: u16) -> bool {
    match kind {
        ObjectKind::Table => matches!(errno, 1146 | 1051),
        ObjectKind::View => matches!(errno, 1146 | 1347 | 1051 | 4092),
        ObjectKind::Trigger => errno == 1360,
        ObjectKind::Procedure | ObjectKind::Function => errno == 1305,
        ObjectKind::Event => errno == 1539,
        _ => false,
    }
}
