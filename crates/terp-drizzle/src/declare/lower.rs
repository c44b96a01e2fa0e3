//! From evaluated tables to a snapshot, as drizzle-kit 0.31's `generate` makes one (its function generateMySqlSnapshot).

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::declare::column::{Column, SqlType};
use crate::declare::dictionary::Dictionary;
use crate::declare::entity::{Entity, View};
use crate::declare::name::KitGeneration;
use crate::declare::schema::{CustomColumn, DeclaredLeak, DuplicateTable, SitePlaces};
use crate::declare::sql::{self, SqlFault, SqlUse};
use crate::declare::sql_type::enum_sql;
use crate::declare::table::Table;
use crate::declare::{Casing, DeclarationOptions, default, key, view};
use crate::place::Location;
use crate::snapshot::{Snapshot, SnapshotColumn, SnapshotGenerated, SnapshotTable};
use crate::typescript::interpreter::{Abort, Interpreter, Problem, ProblemKind};
use crate::typescript::module::ModuleId;
use crate::typescript::value::{Site, Unknown, UnknownKind, Value};

/// What an evaluation came to.
pub(crate) struct Lowered<'a> {
    pub(crate) snapshot: Snapshot,
    pub(crate) incomplete: BTreeSet<String>,
    pub(crate) leaks: Vec<DeclaredLeak>,
    pub(crate) duplicates: Vec<DuplicateTable>,
    pub(crate) custom_columns: Vec<CustomColumn>,
    pub(crate) derived_names: BTreeSet<(String, String)>,
    pub(crate) places: SitePlaces<'a>,
}

/// Why a part of a table is left out.
pub(super) enum Fault {
    Unknown(Rc<Unknown>),
    /// JavaScript or drizzle-kit fails.
    Fails(ProblemKind, String, Site),
}

pub(super) type Part<T> = Result<Result<T, Fault>, Abort>;

impl From<Rc<Unknown>> for Fault {
    fn from(why: Rc<Unknown>) -> Self {
        Self::Unknown(why)
    }
}

impl Fault {
    pub(super) fn of_sql(fault: SqlFault, site: Site) -> Self {
        match fault {
            SqlFault::Unknown(why) => Self::Unknown(why),
            SqlFault::Refused(message) => Self::Fails(ProblemKind::Refused, message, site),
        }
    }
}

/// One table on its way into the snapshot.
pub(super) struct Lowering<'l, 'a> {
    pub(super) interpreter: &'l mut Interpreter<'a>,
    pub(super) places: &'l SitePlaces<'a>,
    pub(super) casing: Option<Casing>,
    pub(super) kit: KitGeneration,
    pub(super) table: Rc<Table<'a>>,
    pub(super) name: Rc<str>,
    pub(super) derived_names: &'l mut BTreeSet<(String, String)>,
    pub(super) incomplete: bool,
}

pub(crate) fn schema<'a>(
    interpreter: &mut Interpreter<'a>,
    entries: &[ModuleId],
    options: &DeclarationOptions,
) -> Lowered<'a> {
    let DeclarationOptions { casing, kit, .. } = *options;
    let (tables, views) = exported(interpreter, entries);
    let places = SitePlaces::new(interpreter);
    let mut lowered = Lowered {
        snapshot: Snapshot::default(),
        incomplete: BTreeSet::new(),
        leaks: Vec::new(),
        duplicates: Vec::new(),
        custom_columns: Vec::new(),
        derived_names: BTreeSet::new(),
        places: SitePlaces::new(interpreter),
    };
    let mut dictionary: Dictionary<SnapshotTable> = Dictionary::new();
    let mut sites: HashMap<Rc<str>, Vec<Location>> = HashMap::new();
    for table in tables {
        let Ok(name) = table.core.name_text() else { continue };
        if table.core.schema.is_some() {
            let message = format!(
                "drizzle-kit passes over the table `{name}`, since it is of a mysqlSchema: no migration makes it"
            );
            interpreter.problems.push(Problem {
                kind: ProblemKind::PassedOver,
                what: None,
                message,
                site: table.site,
                cause: None,
                table: Some(name.to_string()),
            });
            continue;
        }
        let at = places.locate(table.site, false);
        sites.entry(name.clone()).or_default().push(at);
        notes(&table, &name, &places, &mut lowered);
        let mut lowering = Lowering {
            interpreter: &mut *interpreter,
            places: &places,
            casing,
            kit,
            table: table.clone(),
            name: name.clone(),
            derived_names: &mut lowered.derived_names,
            incomplete: false,
        };
        let made = lowering.table(at);
        let incomplete = lowering.incomplete;
        if incomplete {
            lowered.incomplete.insert(name.to_string());
        } else {
            lowered.incomplete.remove(&*name);
        }
        dictionary.set(&name, made);
    }
    let mut duplicates: Vec<DuplicateTable> = sites
        .into_iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(name, places)| DuplicateTable { name: name.to_string(), places })
        .collect();
    duplicates.sort_by(|left, right| left.name.cmp(&right.name));
    lowered.duplicates = duplicates;
    lowered.snapshot.tables = dictionary.into_values();
    lowered.snapshot.views = view::views(interpreter, &places, casing, views);
    lowered
}

/// The tables and views that the entry modules export, in drizzle-kit's order.
fn exported<'a>(
    interpreter: &mut Interpreter<'a>,
    entries: &[ModuleId],
) -> (Vec<Rc<Table<'a>>>, Vec<Rc<View<'a>>>) {
    let (mut tables, mut views): (Vec<Rc<Table<'a>>>, Vec<Rc<View<'a>>>) = (Vec::new(), Vec::new());
    let mut reported: Vec<Rc<Unknown>> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for &entry in entries {
        for name in interpreter.export_names(entry) {
            let at = Site { file: entry, ..Site::default() };
            let value = match interpreter.export(entry, &name, at) {
                Ok(value) => value.unwrap_or(Value::Undefined),
                Err(Abort::Throw(exception)) => {
                    interpreter.problem(ProblemKind::Exception, exception.message, exception.site);
                    continue;
                }
                Err(Abort::Limit) => continue,
            };
            match value {
                // One that is exported twice counts once.
                Value::Drizzle(Entity::Table(table)) if seen.insert(Rc::as_ptr(&table).cast::<()>()) => {
                    tables.push(table);
                }
                Value::Drizzle(Entity::View(view)) => views.push(view),
                Value::Unknown(why) if !reported.contains(&why) => {
                    let (kind, what) = match why.kind {
                        UnknownKind::Table => (ProblemKind::Unsupported, "a table".to_owned()),
                        UnknownKind::View => (ProblemKind::Unsupported, "a view".to_owned()),
                        UnknownKind::Any => {
                            (ProblemKind::MaybeTable, format!("whether the export `{name}` is a table"))
                        }
                        // Reported where it happened.
                        UnknownKind::Fault => continue,
                    };
                    let message = why.reason.clone();
                    interpreter.problems.push(Problem {
                        kind,
                        what: Some(what),
                        message,
                        site: why.site,
                        cause: why.cause,
                        table: None,
                    });
                    reported.push(why);
                }
                _ => {}
            }
        }
    }
    (tables, views)
}

/// What is worth saying about a table besides what it is.
fn notes(table: &Table<'_>, name: &str, places: &SitePlaces<'_>, lowered: &mut Lowered<'_>) {
    for leak in &table.leaks {
        let (from_table, from_key, from) = &leak.from;
        let (to_key, to) = &leak.to;
        lowered.leaks.push(DeclaredLeak {
            builder: places.locate(leak.builder, false),
            from_table: from_table.to_string(),
            from_key: from_key.to_string(),
            from: places.locate(*from, false),
            to_table: name.to_owned(),
            to_key: to_key.to_string(),
            to: places.locate(*to, false),
            what: leak.what.clone(),
        });
    }
    for (column, sql_type, site) in &table.custom_types {
        lowered.custom_columns.push(CustomColumn {
            table: name.to_owned(),
            column: column.to_string(),
            sql_type: sql_type.to_string(),
            at: places.locate(*site, false),
        });
    }
}

impl<'a> Lowering<'_, 'a> {
    pub(super) fn at(&self, site: Site) -> Location {
        self.places.locate(site, false)
    }

    /// Reports that a part is left out. `what` is the part, which stands at `here`: "the column `a`".
    pub(super) fn left_out(&mut self, what: &str, here: Site, fault: Fault) {
        self.incomplete = true;
        let (kind, message, site, cause) = match fault {
            Fault::Unknown(why) => {
                let cause = (!here.contains(why.site) || here != why.site).then_some(why.site);
                (ProblemKind::Unsupported, why.reason.clone(), here, cause)
            }
            Fault::Fails(kind, message, site) => (kind, message, site, None),
        };
        let what = format!("{what} of the table `{}`", self.name);
        let table = Some(self.name.to_string());
        self.interpreter.problems.push(Problem { kind, what: Some(what), message, site, cause, table });
    }

    /// Takes a part, or reports why there is none.
    pub(super) fn take<T>(&mut self, what: &str, here: Site, part: Part<T>) -> Option<T> {
        match part {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(fault)) => self.left_out(what, here, fault),
            Err(Abort::Throw(exception)) => {
                let fault = Fault::Fails(ProblemKind::Exception, exception.message, exception.site);
                self.left_out(what, here, fault);
            }
            Err(Abort::Limit) => self.incomplete = true,
        }
        None
    }

    fn table(&mut self, at: Location) -> SnapshotTable {
        let table = self.table.clone();
        for (key, here, why) in table.unknown.borrow().iter() {
            let what = match key {
                Some(key) => format!("the column `{key}`"),
                None => "what columns are".to_owned(),
            };
            self.left_out(&what, *here, why.clone().into());
        }
        let mut parts = key::Parts::new();
        let mut columns: Dictionary<SnapshotColumn> = Dictionary::new();
        for (_, column) in table.columns.iter().filter(|(_, column)| column.state.unknown.is_none()) {
            let what = format!("the column `{}`", column.state.name);
            let made = self.column(column);
            let Some(made) = self.take(&what, column.site, made) else { continue };
            key::of_column(self, column, &made.name, &mut parts);
            let name = made.name.clone();
            columns.set(&name, made);
        }
        key::of_table(self, &table, &mut columns, &mut parts);
        parts.into_table(self.name.to_string(), at, columns.into_values())
    }

    pub(super) fn column(&mut self, column: &Rc<Column<'a>>) -> Part<SnapshotColumn> {
        let state = &column.state;
        let sql_type: Rc<str> = match &state.sql_type {
            SqlType::Known(text) => text.clone(),
            SqlType::Enum(values) => match enum_sql(self.interpreter, values, column.site)? {
                Ok(text) => text.into(),
                Err(why) => return Ok(Err(why.into())),
            },
            SqlType::Custom { .. } => {
                let message = "its type is not known".to_owned();
                return Ok(Err(Fault::Fails(ProblemKind::Unsupported, message, column.site)));
            }
        };
        let generated = match &state.generated {
            None => None,
            Some(generated) => {
                let expression = match self.generated(&generated.expression, column.site)? {
                    Ok(text) => text,
                    Err(fault) => return Ok(Err(fault)),
                };
                Some(SnapshotGenerated { expression, stored: generated.stored })
            }
        };
        let default = match default::of(self, column, &sql_type)? {
            Ok(default) => default,
            Err(fault) => return Ok(Err(fault)),
        };
        Ok(Ok(SnapshotColumn {
            name: column.cased_name(self.casing).to_string(),
            at: self.at(column.site),
            sql_type: sql_type.to_string(),
            primary_key: false,
            not_null: state.not_null,
            auto_increment: state.auto_increment,
            default,
            on_update_now: state.on_update_now,
            generated,
            ..SnapshotColumn::default()
        }))
    }

    fn generated(&mut self, expression: &Value<'a>, site: Site) -> Part<String> {
        let expression = match expression {
            Value::Function(_) => self.interpreter.call(expression, Value::Undefined, Vec::new(), site)?,
            Value::String(text) => return Ok(Ok(text.to_string())),
            other => other.clone(),
        };
        self.sql_text(&expression, SqlUse::Query, site)
    }

    /// The text of something that has to be SQL.
    pub(super) fn sql_text(&mut self, value: &Value<'a>, used: SqlUse, site: Site) -> Part<String> {
        match value {
            Value::Drizzle(Entity::Sql(text)) => {
                let text = sql::to_text(self.interpreter, text, used, self.casing, site)?;
                Ok(text.map_err(|fault| Fault::of_sql(fault, site)))
            }
            Value::Unknown(_) | Value::Foreign(_) => Ok(Err(self.interpreter.why(value, site).into())),
            _ => Ok(Err(Fault::Fails(ProblemKind::Exception, "SQL is expected here".to_owned(), site))),
        }
    }
}
