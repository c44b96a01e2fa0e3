//! From what the server shows of an object to the model. What each kind of object becomes is decided in [`build`], and nowhere else.

use std::borrow::Cow;
use std::collections::HashMap;

use terp_schema_model::{CharacterSet, Event, Flavor, Routine, Schema, Table, Trigger, View};
use terp_sql::{Catalog, ExecuteError, Span};

use super::list::Server;
use super::mend::mend;
use super::object::{Object, ObjectKind, UnknownObject, UnknownReason};
use super::pool::Answer;
use super::{program, view};

/// An object in the model, or why it is not.
pub(super) type Built = Result<Part, UnknownReason>;

/// An object in the model.
#[derive(Debug, Clone)]
pub(super) enum Part {
    Table(Box<Table>),
    View(Box<View>),
    Trigger(Box<Trigger>),
    Routine(Box<Routine>),
    Event(Box<Event>),
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
        Self::of(server.flavor, server.database.clone(), character_set.clone())
    }

    pub(super) const fn of(flavor: Flavor, database: String, character_set: CharacterSet) -> Self {
        Self { flavor, database, character_set }
    }

    pub(super) const fn character_set(&self) -> &CharacterSet {
        &self.character_set
    }

    /// An empty database. Each object gets its own, so that one that is not understood can't change what becomes of another; what it refers to
    /// is not looked at, since the server has done so.
    fn catalog(&self) -> Catalog {
        self.catalog_of(self.character_set.clone())
    }

    /// An empty database with that default.
    pub(super) fn catalog_of(&self, character_set: CharacterSet) -> Catalog {
        let mut catalog = Catalog::new(self.flavor);
        catalog.create_database(&self.database, character_set);
        catalog.use_database(&self.database);
        let session = catalog.session_mut();
        session.foreign_key_checks = false;
        session.restrict_fk_on_non_standard_key = false;
        session.innodb_strict_mode = false;
        // The text says of each TIMESTAMP what it is.
        session.explicit_defaults_for_timestamp = true;
        // The session's own, see the pool; and what the server has may have been made under a mode that forgives more.
        session.sql_mode = terp_sql::SqlMode::default();
        catalog
    }

    pub(super) const fn flavor(&self) -> Flavor {
        self.flavor
    }

    pub(super) fn database(&self) -> &str {
        &self.database
    }
}

/// Turns the server's answer to SHOW CREATE into a part of the model.
pub(super) fn build(context: &Context, object: &Object, answer: &Answer) -> Built {
    let rows = answer.as_ref().map_err(|refusal| UnknownReason::NotShown {
        errno: refusal.errno,
        message: refusal.message.clone(),
    })?;
    let row = rows.rows.first().ok_or(UnknownReason::NoText)?;
    let text = row.get(object.kind.text_column()).and_then(Option::as_ref).ok_or(UnknownReason::NoText)?;
    let text = Text::new(text)?;
    match object.kind {
        ObjectKind::Trigger | ObjectKind::Procedure | ObjectKind::Function | ObjectKind::Event => {
            match text.shown {
                Cow::Borrowed(shown) => program::program(context, object, row, shown),
                Cow::Owned(_) => Err(UnknownReason::NotUtf8),
            }
        }
        ObjectKind::View => match text.shown {
            Cow::Borrowed(shown) => {
                view::view(context, &object.name, row, shown).map(|view| Part::View(Box::new(view)))
            }
            Cow::Owned(_) => Err(UnknownReason::NotUtf8),
        },
        ObjectKind::Table => table(context, &object.name, &text).map(|table| Part::Table(Box::new(table))),
        kind => Err(UnknownReason::Kind(kind)),
    }
}

/// The server's text.
struct Text<'a> {
    /// As it is compared: bytes that are not UTF-8 are U+FFFD, as our own printing has them.
    shown: Cow<'a, str>,
    /// As it is executed: literals with such bytes are hexadecimal.
    executed: Cow<'a, str>,
}

impl<'a> Text<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, UnknownReason> {
        let shown = String::from_utf8_lossy(bytes);
        let executed = match &shown {
            Cow::Borrowed(text) => Cow::Borrowed(*text),
            Cow::Owned(_) => Cow::Owned(bytes_in_hexadecimal(bytes).ok_or(UnknownReason::NotUtf8)?),
        };
        Ok(Self { shown, executed })
    }
}

/// MariaDB before 11.8 shows the default of a binary column as the bytes that it is. Writes such literals in hexadecimal; `None` where bytes that are not
/// UTF-8 stand anywhere else.
fn bytes_in_hexadecimal(text: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'`' => {
                let end = rest.iter().position(|&b| b == b'`')? + 1;
                out.push(first);
                out.extend(&rest[..end]);
                rest = &rest[end..];
            }
            b'\'' => {
                let (value, length) = literal(rest)?;
                if std::str::from_utf8(&value).is_ok() {
                    out.push(first);
                    out.extend(&rest[..length]);
                } else {
                    out.extend(b"x'");
                    out.extend(value.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()));
                    out.push(first);
                }
                rest = &rest[length..];
            }
            other => out.push(other),
        }
    }
    String::from_utf8(out).ok()
}

/// What a literal stands for, whose first quote was read, and its length with the last quote.
fn literal(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut value = Vec::new();
    let mut at = 0;
    loop {
        match (*text.get(at)?, text.get(at + 1)) {
            (b'\'', Some(b'\'')) => {
                value.push(b'\'');
                at += 2;
            }
            (b'\'', _) => return Some((value, at + 1)),
            (b'\\', Some(&escaped)) => {
                value.push(match escaped {
                    b'0' => 0,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'Z' => 26,
                    other => other,
                });
                at += 2;
            }
            (byte, _) => {
                value.push(byte);
                at += 1;
            }
        }
    }
}

fn table(context: &Context, name: &str, text: &Text<'_>) -> Result<Table, UnknownReason> {
    let Text { shown, executed: text } = text;
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
    let mut table = table.clone();
    let ours = mend(&mut table, shown, context.flavor);
    match first_difference(shown, &ours) {
        None => Ok(table),
        Some(reason) => Err(reason),
    }
}

pub(super) fn not_executed(error: &ExecuteError, text: &str) -> UnknownReason {
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
pub(super) fn first_difference(server: &str, ours: &str) -> Option<UnknownReason> {
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

/// Puts the parts together. `triggers` are as they were listed, in the order in which they fire.
pub(super) fn assemble(
    database: &str,
    character_set: CharacterSet,
    triggers: &[[String; 4]],
    built: Vec<(Object, Built)>,
) -> (Schema, Vec<UnknownObject>) {
    let mut schema = Schema::new(character_set);
    schema.name = Some(database.to_owned());
    let mut unknown = Vec::new();
    for (Object { kind, name }, built) in built {
        match built {
            Ok(Part::Table(table)) => schema.tables.push(*table),
            Ok(Part::View(view)) => schema.views.push(*view),
            Ok(Part::Trigger(trigger)) => schema.triggers.push(*trigger),
            Ok(Part::Routine(routine)) => schema.routines.push(*routine),
            Ok(Part::Event(event)) => schema.events.push(*event),
            Err(reason) => unknown.push(UnknownObject { kind, name, reason }),
        }
    }
    schema.tables.sort_by(|a, b| a.name.cmp(&b.name));
    schema.views.sort_by(|a, b| a.name.cmp(&b.name));
    let place: HashMap<&str, usize> =
        triggers.iter().enumerate().map(|(at, [.., name])| (name.as_str(), at)).collect();
    schema.triggers.sort_by_key(|trigger| place.get(trigger.name.as_str()).copied());
    schema.routines.sort_by_cached_key(|routine| (routine.kind, routine.name.to_lowercase()));
    schema.events.sort_by_cached_key(|event| event.name.to_lowercase());
    (schema, unknown)
}
