//! Views whose query is SQL text.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::declare::Casing;
use crate::declare::dictionary::Dictionary;
use crate::declare::entity::{Entity, View};
use crate::declare::lower::{Fault, Lowering};
use crate::declare::name::KitGeneration;
use crate::declare::schema::SitePlaces;
use crate::declare::sql::{self, SqlFault, SqlUse};
use crate::declare::table::Table;
use crate::snapshot::{SnapshotColumn, SnapshotDefault, SnapshotView};
use crate::typescript::interpreter::{Abort, Interpreter, Problem, ProblemKind};
use crate::typescript::value::{Site, Value};

/// The views of a schema. Those that are not known are reported and left out.
pub(super) fn views<'a>(
    interpreter: &mut Interpreter<'a>,
    places: &SitePlaces<'a>,
    casing: Option<Casing>,
    views: Vec<Rc<View<'a>>>,
) -> Vec<SnapshotView> {
    let mut made: Dictionary<SnapshotView> = Dictionary::new();
    for view in views {
        let Ok(name) = view.core.name_text() else { continue };
        let site = view.builder.site;
        let what = format!("the view `{name}`");
        let problem = |kind, message: String, site: Site| Problem {
            kind,
            what: Some(what.clone()),
            message,
            site,
            cause: None,
            table: Some(name.to_string()),
        };
        if made.get(&name).is_some() {
            let message = format!("two views are called `{name}`, and drizzle-kit stops there: rename one");
            interpreter.problems.push(problem(ProblemKind::Refused, message, site));
            continue;
        }
        match lower(interpreter, places, casing, &view, &name) {
            Ok(Ok(view)) => {
                made.set(&name, view);
            }
            Ok(Err(fault)) => {
                let (kind, message, site) = match fault {
                    SqlFault::Unknown(why) => (ProblemKind::Unsupported, why.reason.clone(), why.site),
                    SqlFault::Refused(message) => (ProblemKind::Refused, message, site),
                };
                interpreter.problems.push(problem(kind, message, site));
            }
            Err(Abort::Throw(exception)) => {
                interpreter.problems.push(problem(ProblemKind::Exception, exception.message, exception.site));
            }
            Err(Abort::Limit) => {}
        }
    }
    made.into_values()
}

fn lower<'a>(
    interpreter: &mut Interpreter<'a>,
    places: &SitePlaces<'a>,
    casing: Option<Casing>,
    view: &View<'a>,
    name: &str,
) -> Result<Result<SnapshotView, SqlFault>, Abort> {
    let site = view.builder.site;
    let definition = match &view.query {
        None => None,
        Some(Value::Drizzle(Entity::Sql(query))) => {
            *query.inline.borrow_mut() = true;
            match sql::to_text(interpreter, query, SqlUse::Query, casing, site)? {
                Ok(text) => Some(text),
                Err(fault) => return Ok(Err(fault)),
            }
        }
        Some(other) => {
            let fallback =
                Value::unknown("the query of a view is evaluated only where it is `sql` text", site);
            let known = matches!(other, Value::Unknown(_) | Value::Foreign(_));
            return Ok(Err(SqlFault::Unknown(interpreter.why(if known { other } else { &fallback }, site))));
        }
    };
    let mut option = |name: &str| -> Result<Result<Option<String>, SqlFault>, Abort> {
        let options = view.builder.options.borrow();
        let value = options.iter().rev().find(|(option, _)| *option == name).map(|(_, value)| value);
        match value.filter(|value| !value.is_nullish()) {
            None => Ok(Ok(None)),
            Some(value) => {
                let text = interpreter.text(value, site)?;
                Ok(text.map(|text| Some(text.to_string())).map_err(SqlFault::Unknown))
            }
        }
    };
    let (algorithm, security, check) =
        match (option("algorithm")?, option("sqlSecurity")?, option("withCheckOption")?) {
            (Ok(algorithm), Ok(security), Ok(check)) => (algorithm, security, check),
            (Err(fault), ..) | (_, Err(fault), _) | (.., Err(fault)) => return Ok(Err(fault)),
        };
    let columns = match columns(interpreter, places, casing, view, name)? {
        Ok(columns) => columns,
        Err(fault) => return Ok(Err(fault)),
    };
    let is_existing = definition.is_none();
    // A view that is made elsewhere has no options.
    let or_default = |option: Option<String>, default: &str| {
        option.filter(|_| !is_existing).unwrap_or_else(|| default.to_owned())
    };
    Ok(Ok(SnapshotView {
        name: name.to_owned(),
        at: places.locate(site, false),
        columns,
        definition,
        algorithm: Some(or_default(algorithm, "undefined")),
        sql_security: Some(or_default(security, "definer")),
        check_option: check.filter(|_| !is_existing),
    }))
}

/// The columns of a view as they stand in a snapshot: under their names without casing, and with quotes in their defaults as
/// they are. No SQL is made from them.
fn columns<'a>(
    interpreter: &mut Interpreter<'a>,
    places: &SitePlaces<'a>,
    casing: Option<Casing>,
    view: &View<'a>,
    name: &str,
) -> Result<Result<Vec<SnapshotColumn>, SqlFault>, Abort> {
    let mut derived_names = BTreeSet::new();
    let mut made: Dictionary<SnapshotColumn> = Dictionary::new();
    for (_, column) in &view.columns {
        let mut lowering = Lowering {
            interpreter: &mut *interpreter,
            places,
            casing,
            kit: KitGeneration::default(),
            table: Rc::new(Table::of_view(view.core.clone(), view.builder.site)),
            name: name.into(),
            derived_names: &mut derived_names,
            incomplete: false,
        };
        let lowered = match lowering.column(column)? {
            Ok(lowered) => lowered,
            Err(Fault::Unknown(why)) => return Ok(Err(SqlFault::Unknown(why))),
            Err(Fault::Fails(_, message, _)) => return Ok(Err(SqlFault::Refused(message))),
        };
        let default = match &column.state.default {
            Some(Value::String(text)) if !matches!(&*lowered.sql_type, "blob" | "text" | "json") => {
                Some(SnapshotDefault::Sql(format!("'{text}'")))
            }
            Some(Value::String(text)) => Some(SnapshotDefault::Sql(format!("('{text}')"))),
            _ => lowered.default.clone(),
        };
        let name = column.state.name.to_string();
        made.set(&name, SnapshotColumn { name: name.clone(), default, ..lowered });
    }
    Ok(Ok(made.into_values()))
}
