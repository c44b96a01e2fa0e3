//! From what the server shows of an object to the model. What each kind of object becomes is decided in [`build`], and nowhere else.

use terp_schema_model::{CharacterSet, Flavor, Schema, Table, render};
use terp_sql::{Catalog, ExecuteError, Span};

use super::list::Server;
use super::object::{Object, ObjectKind, UnknownObject, UnknownReason};
use super::pool::Answer;

/// An object in the model, or why it is not.
pub(super) type Built = Result<Part, UnknownReason>;

/// An object in the model.
#[derive(Debug, Clone)]
pub(super) enum Part {
    Table(Box<Table>),
}

/// What the engine has to know beside the text.
#[derive(Debug, Clone)]
pub(super) struct Context {
    flavor: Flavor,
    database: String,
    character_set: CharacterSet,
}

impl Context {
    pub(super) fn new(server: &Server, character_set: &CharacterSet) -> Self {
        Self {
            flavor: server.flavor,
            database: server.database.clone(),
            character_set: character_set.clone(),
        }
    }

    /// An empty database. Each object gets its own, so that one that is not understood can't change what becomes of another; what it refers to
    /// is not looked at, since the server has done so.
    fn catalog(&self) -> Catalog {
        let mut catalog = Catalog::new(self.flavor);
        catalog.create_database(&self.database, self.character_set.clone());
        catalog.use_database(&self.database);
        let session = catalog.session_mut();
        session.foreign_key_checks = false;
        session.restrict_fk_on_non_standard_key = false;
        session.innodb_strict_mode = false;
        // The session's own, see the pool; and what the server has may have been made under a mode that forgives more.
        session.sql_mode = terp_sql::SqlMode::default();
        catalog
    }
}

/// Turns the server's answer to SHOW CREATE into a part of the model.
pub(super) fn build(context: &Context, object: &Object, answer: &Answer) -> Built {
    let rows = answer.as_ref().map_err(|refusal| UnknownReason::NotShown {
        errno: refusal.errno,
        message: refusal.message.clone(),
    })?;
    let text = rows.rows.first().and_then(|row| row.get(object.kind.text_column()));
    let text = text.and_then(Option::as_ref).ok_or(UnknownReason::NoText)?;
    let text = std::str::from_utf8(text).map_err(|_| UnknownReason::NotUtf8)?;
    match object.kind {
        ObjectKind::Table => table(context, &object.name, text).map(|table| Part::Table(Box::new(table))),
        kind => Err(UnknownReason::Kind(kind)),
    }
}

fn table(context: &Context, name: &str, text: &str) -> Result<Table, UnknownReason> {
    let mut catalog = context.catalog();
    let effect = catalog.execute_text(text).map_err(|error| not_executed(&error, text))?;
    if let Some(unchecked) = effect.unchecked {
        return Err(UnknownReason::Unsupported {
            line: line_at(text, unchecked.span),
            construct: unchecked.construct,
        });
    }
    let Some(table) = catalog.table(&context.database, name) else {
        let ours = catalog.table_names(&context.database).next().unwrap_or_default().to_owned();
        return Err(UnknownReason::Differs { line: 1, server: name.to_owned(), ours });
    };
    let ours = render::show_create_table(table, context.flavor);
    match first_difference(text, &ours) {
        None => Ok(table.clone()),
        Some(reason) => Err(reason),
    }
}

fn not_executed(error: &ExecuteError, text: &str) -> UnknownReason {
    match error {
        ExecuteError::Refused(refused) => {
            UnknownReason::Refused { errno: refused.errno, message: refused.message.clone() }
        }
        ExecuteError::Unsupported(unsupported) => UnknownReason::Unsupported {
            construct: unsupported.construct.clone(),
            line: line_at(text, unsupported.span),
        },
        other => UnknownReason::Unsupported { construct: other.to_string(), line: None },
    }
}

/// The line of a text at which a span begins.
fn line_at(text: &str, span: Option<Span>) -> Option<String> {
    let start = span?.start as usize;
    let (before, after) = text.split_at_checked(start)?;
    let head = before.rsplit('\n').next().unwrap_or_default();
    let tail = after.split('\n').next().unwrap_or_default();
    Some(format!("{head}{tail}").trim().to_owned())
}

/// Where two texts differ, if they do.
fn first_difference(server: &str, ours: &str) -> Option<UnknownReason> {
    if server == ours {
        return None;
    }
    let (mut theirs, mut our_lines) = (server.split('\n'), ours.split('\n'));
    let mut line = 0;
    loop {
        line += 1;
        match (theirs.next(), our_lines.next()) {
            (Some(a), Some(b)) if a == b => {}
            (None, None) => return None,
            (a, b) => {
                return Some(UnknownReason::Differs {
                    line,
                    server: a.unwrap_or_default().to_owned(),
                    ours: b.unwrap_or_default().to_owned(),
                });
            }
        }
    }
}

/// Puts the parts together.
pub(super) fn assemble(
    database: &str,
    character_set: CharacterSet,
    built: Vec<(Object, Built)>,
) -> (Schema, Vec<UnknownObject>) {
    let mut schema = Schema::new(character_set);
    schema.name = Some(database.to_owned());
    let mut unknown = Vec::new();
    for (Object { kind, name }, built) in built {
        match built {
            Ok(Part::Table(table)) => schema.tables.push(*table),
            Err(reason) => unknown.push(UnknownObject { kind, name, reason }),
        }
    }
    schema.tables.sort_by(|a, b| a.name.cmp(&b.name));
    (schema, unknown)
}
