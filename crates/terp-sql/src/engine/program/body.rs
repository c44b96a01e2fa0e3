//! What a program's body is refused for while it is read. A server reads all of it; here only what is certain is looked at.

use terp_schema_model::RoutineKind;

use crate::ast::{BodyStatement, ProgramBody};
use crate::engine::error::{Result, refuse};

/// Where a body stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Trigger,
    Routine(RoutineKind),
    Event,
}

/// Refuses statements that this kind of program may not have.
pub(super) fn check(body: &ProgramBody, place: Place) -> Result<()> {
    let function = place == Place::Routine(RoutineKind::Function);
    if let Some(span) = body.returns.filter(|_| !function) {
        return Err(refuse(1313, "RETURN is only allowed in a FUNCTION").at(span));
    }
    for statement in &body.statements {
        check_statement(statement, place).map_err(|error| error.at(statement.span))?;
    }
    Ok(())
}

fn check_statement(statement: &BodyStatement, place: Place) -> Result<()> {
    let words: Vec<&str> = statement.words.iter().map(String::as_str).collect();
    let not_allowed = |what: &str| Err(refuse(1314, format!("{what} is not allowed in stored procedures")));
    match words.as_slice() {
        ["USE", ..] => return not_allowed("USE"),
        ["LOCK" | "UNLOCK", "TABLE" | "TABLES", ..] => return not_allowed("LOCK"),
        ["LOAD", "DATA", ..] => return not_allowed("LOAD DATA"),
        ["ALTER", "VIEW", ..] => return not_allowed("ALTER VIEW"),
        ["CREATE", kind @ ("PROCEDURE" | "FUNCTION" | "TRIGGER"), ..] => {
            return Err(refuse(1303, format!("Can't create a {kind} from within another stored routine")));
        }
        _ => {}
    }
    // What ends a transaction, or gives rows to a caller that can't take them.
    if matches!(place, Place::Trigger | Place::Routine(RoutineKind::Function)) {
        let kind = if place == Place::Trigger { "trigger" } else { "function" };
        match words.as_slice() {
            ["COMMIT", ..]
            | ["ROLLBACK"]
            | ["START", "TRANSACTION", ..]
            | ["CREATE" | "DROP" | "ALTER" | "TRUNCATE" | "RENAME", "TABLE", ..]
            | ["CREATE" | "DROP" | "ALTER", "DATABASE" | "SCHEMA", ..] => {
                let message = "Explicit or implicit commit is not allowed in stored function or trigger.";
                return Err(refuse(1422, message));
            }
            ["PREPARE" | "EXECUTE" | "DEALLOCATE", ..] => {
                return Err(refuse(1336, "Dynamic SQL is not allowed in stored function or trigger"));
            }
            ["SELECT", ..] if !statement.into => {
                return Err(refuse(1415, format!("Not allowed to return a result set from a {kind}")));
            }
            _ => {}
        }
    }
    Ok(())
}
