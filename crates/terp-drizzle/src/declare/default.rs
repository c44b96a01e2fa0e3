//! Defaults, as drizzle-kit 0.31 writes them.

use std::rc::Rc;

use crate::declare::column::Column;
use crate::declare::entity::Entity;
use crate::declare::lower::{Fault, Lowering, Part};
use crate::declare::sql::SqlUse;
use crate::json::Json;
use crate::snapshot::SnapshotDefault;
use crate::typescript::builtin::{date, json};
use crate::typescript::interpreter::ProblemKind;
use crate::typescript::value::Value;

/// What stands after DEFAULT.
pub(super) fn of<'a>(
    lowering: &mut Lowering<'_, 'a>,
    column: &Rc<Column<'a>>,
    sql_type: &str,
) -> Part<Option<SnapshotDefault>> {
    let site = column.site;
    let value = match &column.state.default {
        None | Some(Value::Undefined) => return Ok(Ok(None)),
        Some(value) => value,
    };
    if let Value::Drizzle(Entity::Sql(_)) = value {
        return Ok(lowering
            .sql_text(value, SqlUse::Default, site)?
            .map(|text| Some(SnapshotDefault::Sql(text))));
    }
    let kind = sql_type.to_lowercase();
    let default = match value {
        Value::String(text) => Some(SnapshotDefault::Sql(format!("'{}'", text.replace('\'', "''")))),
        Value::BigInt(_) if kind != "json" => {
            let message =
                "drizzle-kit can't write a bigint value as a default: write it as sql`...` or as a string";
            return Ok(Err(Fault::Fails(ProblemKind::Refused, message.to_owned(), site)));
        }
        value if kind == "json" => match json::stringify(lowering.interpreter, value, site)? {
            Ok(text) => Some(SnapshotDefault::Sql(format!("'{}'", text.as_deref().unwrap_or("undefined")))),
            Err(why) => return Ok(Err(why.into())),
        },
        Value::Date(time) => {
            let Some(text) = date::to_iso(*time) else {
                let message = "the date is invalid, or its year has not four digits".to_owned();
                return Ok(Err(Fault::Fails(ProblemKind::Exception, message, site)));
            };
            if kind == "date" {
                Some(SnapshotDefault::Sql(format!("'{}'", text.split('T').next().unwrap_or_default())))
            } else if kind.starts_with("datetime") || kind.starts_with("timestamp") {
                let text = text.replacen('T', " ", 1);
                Some(SnapshotDefault::Sql(format!("'{}'", text.get(..23).unwrap_or(&text))))
            } else {
                // drizzle-kit sets nothing here.
                None
            }
        }
        Value::Number(number) if !number.is_finite() => Some(SnapshotDefault::Scalar("null".to_owned())),
        Value::Number(_) | Value::Bool(_) | Value::Null => match lowering.interpreter.text(value, site)? {
            Ok(text) => Some(SnapshotDefault::Scalar(text.to_string())),
            Err(why) => return Ok(Err(why.into())),
        },
        Value::Array(_) | Value::Object(_) => match lowering.interpreter.text(value, site)? {
            Ok(text) => {
                let json = match json::stringify(lowering.interpreter, value, site)? {
                    Ok(json) => json.unwrap_or_default(),
                    Err(why) => return Ok(Err(why.into())),
                };
                let json = crate::json::parse(&json).map(|json| Json::of(&json).pretty()).unwrap_or(json);
                Some(SnapshotDefault::Other { sql: text.to_string(), json })
            }
            Err(why) => return Ok(Err(why.into())),
        },
        Value::Unknown(_) | Value::Foreign(_) => {
            return Ok(Err(lowering.interpreter.why(value, site).into()));
        }
        _ => {
            let message = "its default is nothing that SQL can hold".to_owned();
            return Ok(Err(Fault::Fails(ProblemKind::Refused, message, site)));
        }
    };
    // The type as it is written: those of other lengths are left alone, though MySQL refuses their literals likewise (1101).
    if matches!(sql_type, "blob" | "text" | "json") {
        let inner = default.as_ref().map_or("undefined", SnapshotDefault::as_sql);
        return Ok(Ok(Some(SnapshotDefault::Sql(format!("({inner})")))));
    }
    Ok(Ok(default))
}
