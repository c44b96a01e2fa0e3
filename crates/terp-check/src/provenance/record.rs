//! What a statement did to the objects, as far as the syntax tree and the catalog tell.

use std::collections::HashMap;

use terp_drift::ObjectKind;
use terp_schema_model::{RoutineKind, Table};
use terp_sql::ast::{
    AlterActionKind, AlterTable, CreateTable, CreateTableBody, DropProgram, ObjectName, ProgramHead,
    Statement, StatementKind,
};
use terp_sql::{Catalog, Span};

use super::items::{Items, Made};
use super::marks::{Entry, Gone, Mark, Part, Rename, TableMarks, folded};
use super::{DatabaseMarks, Provenance, program_key};

/// How a statement went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// It was executed.
    Done,
    /// It was refused.
    Refused,
    /// What it does is not known.
    Unknown,
}

/// What has to be known of the state before a statement.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// The current database.
    database: Option<String>,
    /// The indexes that a dropped column is part of, and the sub-clause that drops it.
    indexes: Vec<(String, Span)>,
}

impl Before {
    pub(crate) fn of(catalog: &Catalog, statement: &Statement) -> Self {
        let database = catalog.session().database.clone();
        let mut indexes = Vec::new();
        if let StatementKind::AlterTable(alter) = &statement.kind {
            let table = schema_of(&alter.name, database.as_deref())
                .and_then(|schema| catalog.table(schema, &alter.name.name.value));
            for action in &alter.actions {
                if let (AlterActionKind::DropColumn { name, .. }, Some(table)) = (&action.kind, table) {
                    indexes.extend(indexes_on(table, &name.value).map(|name| (name, action.span)));
                }
            }
        }
        Self { database, indexes }
    }
}

fn indexes_on(table: &Table, column: &str) -> impl Iterator<Item = String> {
    let on = move |name: &str| folded(name) == folded(column);
    table
        .indexes
        .iter()
        .filter(move |index| index.parts.iter().any(|part| part.column_name().is_some_and(on)))
        .map(|index| index.name.clone())
}

fn schema_of<'n>(name: &'n ObjectName, current: Option<&'n str>) -> Option<&'n str> {
    name.schema.as_ref().map(|schema| schema.value.as_str()).or(current)
}

/// A statement and what is needed to record it.
#[derive(Clone, Copy)]
struct Run<'s> {
    before: &'s Before,
    catalog: &'s Catalog,
    /// The statement as a whole.
    at: Mark,
}

impl Run<'_> {
    fn mark(&self, span: Span) -> Mark {
        Mark { span, ..self.at }
    }

    fn schema<'n>(&'n self, name: &'n ObjectName) -> Option<&'n str> {
        schema_of(name, self.before.database.as_deref())
    }
}

impl Provenance {
    /// Records a statement of the newest file after it ran. `before` is from before it did.
    pub(crate) fn record(&mut self, catalog: &Catalog, statement: &Statement, before: &Before, ran: Ran) {
        let Some(at) = self.mark(statement.span) else { return };
        let run = Run { before, catalog, at };
        match (&statement.kind, ran) {
            // MariaDB drops those tables that it can, also when it refuses the others.
            (StatementKind::DropTable(drop), Ran::Done | Ran::Refused) => {
                for name in &drop.names {
                    let at = if drop.names.len() == 1 { run.at } else { run.mark(name.span()) };
                    self.drop_table(&run, name, at);
                }
            }
            (kind, Ran::Done) => self.done(&run, kind),
            // The engine may not know views and stored programs: that they are made is known all the same.
            (kind, Ran::Unknown) => self.program(&run, kind),
            (_, Ran::Refused) => {}
        }
    }

    fn done(&mut self, run: &Run<'_>, kind: &StatementKind) {
        match kind {
            StatementKind::CreateTable(create) => self.create_table(run, create),
            StatementKind::AlterTable(alter) => self.alter_table(run, alter),
            StatementKind::CreateIndex(create) => {
                let mut items = Items::default();
                items.index(&create.index, run.at.span);
                if create.or_replace
                    && let Some(name) = &create.index.name
                {
                    items.dropped.push((Part::Index, &name.value, run.at.span));
                }
                self.change_table(run, &create.table, &items);
            }
            StatementKind::DropIndex(drop) => {
                let mut items = Items::default();
                items.dropped.push((Part::Index, &drop.name.value, run.at.span));
                self.change_table(run, &drop.table, &items);
            }
            StatementKind::RenameTable(rename) => {
                for (old, new) in &rename.renames {
                    self.move_table(run, old, new, run.mark(old.span().cover(new.span())));
                }
            }
            StatementKind::AlterDatabase(alter) => {
                let name = alter.name.as_ref().map(|name| name.value.as_str());
                if let Some(name) = name.or(run.before.database.as_deref()) {
                    self.databases.entry(name.to_owned()).or_default().options = Some(run.at);
                }
            }
            StatementKind::DropDatabase(drop) => self.drop_database(run, &drop.name.value),
            StatementKind::CreateDatabase(create) if create.or_replace => {
                self.drop_database(run, &create.name.value);
            }
            _ => self.program(run, kind),
        }
    }

    fn database(&mut self, run: &Run<'_>, name: &ObjectName) -> Option<&mut DatabaseMarks> {
        Some(self.databases.entry(run.schema(name)?.to_owned()).or_default())
    }

    fn create_table(&mut self, run: &Run<'_>, create: &CreateTable) {
        let name = &create.name.name.value;
        let schema = run.schema(&create.name);
        let table = schema.and_then(|schema| run.catalog.table(schema, name));
        // The head of the statement: its body is mostly about the columns.
        let at = run.mark(Span::new(run.at.span.start, create.name.span().end));
        let Some(database) = self.database(run, &create.name) else { return };
        if create.temporary {
            database.temporary.insert(name.clone());
            return;
        }
        let is_there = database.tables.get(name).is_some_and(|table| table.own.gone.is_none());
        if is_there && create.if_not_exists {
            return;
        }
        let Some(table) = table else { return };
        let mut marks = TableMarks::new(at);
        let mut items = Items::default();
        if let CreateTableBody::Definition(definition) = &create.body {
            items.elements(&definition.elements);
        }
        reconcile(&mut marks, table, &items.made, run);
        database.tables.insert(name.clone(), marks);
    }

    fn alter_table(&mut self, run: &Run<'_>, alter: &AlterTable) {
        let mut items = Items::default();
        let mut target = None;
        for action in &alter.actions {
            items.action(action);
            if let AlterActionKind::RenameTo(name) = &action.kind {
                target = Some((name, action.span));
            }
        }
        if let Some((new, span)) = target {
            self.move_table(run, &alter.name, new, run.mark(span));
            self.change_table(run, new, &items);
        } else {
            self.change_table(run, &alter.name, &items);
        }
    }

    /// What a statement did to the table that has this name now.
    fn change_table(&mut self, run: &Run<'_>, name: &ObjectName, items: &Items<'_>) {
        let table = run.schema(name).and_then(|schema| run.catalog.table(schema, &name.name.value));
        let Some(database) = self.database(run, name) else { return };
        if database.temporary.contains(&name.name.value) {
            return;
        }
        let (Some(marks), Some(table)) = (database.tables.get_mut(&name.name.value), table) else { return };
        for &(part, name, span) in &items.dropped {
            marks.drop(part, name, run.mark(span));
        }
        // A check that MariaDB keeps with a column, and that has no name, goes with it.
        let own_check = |column: &str| table.column(column).is_some_and(|column| column.check.is_some());
        let mut renames = Vec::new();
        for &(part, old, new, span) in &items.renamed {
            let to = |part| Rename { part, old: old.to_owned(), new: new.to_owned(), at: run.mark(span) };
            renames.push(to(part));
            if part == Part::Column && own_check(new) {
                renames.push(to(Part::Check));
            }
        }
        marks.rename(&renames);
        for &(column, span) in &items.redefined {
            marks.change(Part::Column, column, run.mark(span));
            if own_check(column) {
                marks.change(Part::Check, column, run.mark(span));
            }
        }
        for &(part, name, span) in &items.changed {
            marks.change(part, name, run.mark(span));
        }
        for &(name, span) in &items.constraints_dropped {
            for part in [Part::Index, Part::ForeignKey, Part::Check] {
                if !part.names(table).iter().any(|there| folded(there) == folded(name)) {
                    marks.drop(part, name, run.mark(span));
                }
            }
        }
        for (index, span) in &run.before.indexes {
            if table.index(index).is_some() {
                marks.change(Part::Index, index, run.mark(*span));
            } else {
                marks.drop(Part::Index, index, run.mark(*span));
            }
        }
        if let Some(span) = items.converted {
            let at = run.mark(span);
            let converted = table.columns.iter().filter(|column| column.character_set.is_some());
            converted.for_each(|column| marks.change(Part::Column, &column.name, at));
        }
        if let Some(span) = items.table {
            marks.own.changed = Some(run.mark(span));
        }
        reconcile(marks, table, &items.made, run);
    }

    fn move_table(&mut self, run: &Run<'_>, old: &ObjectName, new: &ObjectName, at: Mark) {
        let (from, to) = (&old.name.value, &new.name.value);
        let (Some(from_schema), Some(to_schema)) = (run.schema(old), run.schema(new)) else { return };
        if from == to && from_schema == to_schema {
            return;
        }
        let Some(database) = self.databases.get_mut(from_schema) else { return };
        if database.temporary.remove(from) {
            database.temporary.insert(to.clone());
            return;
        }
        let Some(marks) = database.tables.get_mut(from).filter(|table| table.own.gone.is_none()) else {
            return;
        };
        let mut moved = marks.clone();
        moved.own.changed = Some(at);
        let name = if from_schema == to_schema { to.clone() } else { format!("{to_schema}.{to}") };
        marks.own.gone = Some(Gone { at, to: Some(name) });
        // Names that a server made of the table's follow it: those of checks on MySQL only.
        let checks = run.catalog.flavor().is_mysql().then_some(Part::Check);
        for part in [Part::ForeignKey].into_iter().chain(checks) {
            let renames: Vec<Rename> = moved
                .names(part)
                .filter_map(|name| {
                    let new = generated_name(name, from, to)?;
                    Some(Rename { part, old: name.to_owned(), new, at })
                })
                .collect();
            moved.rename(&renames);
        }
        self.databases.entry(to_schema.to_owned()).or_default().tables.insert(to.clone(), moved);
    }

    fn drop_table(&mut self, run: &Run<'_>, name: &ObjectName, at: Mark) {
        let Some(schema) = run.schema(name) else { return };
        let name = &name.name.value;
        let is_there = run.catalog.table(schema, name).is_some();
        let Some(database) = self.databases.get_mut(schema) else { return };
        // A temporary table is dropped first, and the one that it hid stays.
        let shown = || run.catalog.show_create_table(schema, name);
        if database.temporary.contains(name)
            && shown().is_none_or(|text| !text.starts_with("CREATE TEMPORARY"))
        {
            database.temporary.remove(name);
        }
        if !is_there
            && let Some(table) = database.tables.get_mut(name)
            && table.own.gone.is_none()
        {
            table.own.gone = Some(Gone { at, to: None });
        }
    }

    fn drop_database(&mut self, run: &Run<'_>, name: &str) {
        let Some(database) = self.databases.get_mut(name) else { return };
        let tables = database.tables.values_mut().map(|table| &mut table.own);
        for entry in tables.chain(database.programs.values_mut()).filter(|entry| entry.gone.is_none()) {
            entry.gone = Some(Gone { at: run.at, to: None });
        }
        database.temporary.clear();
    }

    /// Views and stored programs.
    fn program(&mut self, run: &Run<'_>, kind: &StatementKind) {
        let (object, name, head) = match kind {
            StatementKind::CreateView(create) => (ObjectKind::View, &create.name, &create.head),
            StatementKind::CreateTrigger(create) => (ObjectKind::Trigger, &create.name, &create.head),
            StatementKind::CreateRoutine(create) => {
                let object = match create.kind {
                    RoutineKind::Procedure => ObjectKind::Procedure,
                    RoutineKind::Function => ObjectKind::Function,
                };
                (object, &create.name, &create.head)
            }
            StatementKind::CreateEvent(create) => (ObjectKind::Event, &create.name, &create.head),
            StatementKind::DropProgram(drop) => return self.drop_programs(run, drop),
            _ => return,
        };
        let Some(database) = self.database(run, name) else { return };
        let key = program_key(object, &name.name.value);
        note_program(&mut database.programs, key, head, run.at);
    }

    fn drop_programs(&mut self, run: &Run<'_>, drop: &DropProgram) {
        let object = crate::tables::object(drop.kind);
        for name in &drop.names {
            let Some(database) = self.database(run, name) else { continue };
            let entry = database.programs.get_mut(&program_key(object, &name.name.value));
            if let Some(entry) = entry.filter(|entry| entry.gone.is_none()) {
                entry.gone = Some(Gone { at: run.at, to: None });
            }
        }
    }
}

fn note_program(
    programs: &mut HashMap<(ObjectKind, String), Entry>,
    key: (ObjectKind, String),
    head: &ProgramHead,
    at: Mark,
) {
    match programs.get_mut(&key).filter(|entry| entry.gone.is_none()) {
        Some(entry) if head.alter || head.or_replace => entry.changed = Some(at),
        Some(_) if head.if_not_exists => {}
        _ => {
            programs.insert(key, Entry::new(at));
        }
    }
}

/// The name that a server makes from a table's, after the table got another one.
fn generated_name(name: &str, from: &str, to: &str) -> Option<String> {
    let rest = name.strip_prefix(folded(from).as_ref())?;
    let number = rest.strip_prefix("_ibfk_").or_else(|| rest.strip_prefix("_chk_"))?;
    number.bytes().all(|b| b.is_ascii_digit()).then(|| format!("{to}{rest}"))
}

/// Has the marks be about what the table consists of now: what is new gets the place of what made it, and what is there no
/// more that of the statement.
fn reconcile(marks: &mut TableMarks, table: &Table, made: &[Made<'_>], run: &Run<'_>) {
    for part in Part::ALL {
        let names = part.names(table);
        let new: Vec<&str> = names.iter().copied().filter(|name| !marks.has(part, name)).collect();
        let mut unnamed: Vec<&str> = Vec::new();
        for name in new {
            let by_name = made.iter().find(|made| {
                made.part == part && made.name.is_some_and(|given| folded(given) == folded(name))
            });
            match by_name {
                Some(by_name) => marks.make(part, name, run.mark(by_name.at)),
                None => unnamed.push(name),
            }
        }
        name_by_kind(marks, table, part, &unnamed, made, run);
        // As many as there are: then none of them is there no more.
        if marks.names(part).count() > names.len() {
            let gone: Vec<String> = marks
                .names(part)
                .filter(|there| !names.iter().any(|name| folded(name) == *there))
                .map(str::to_owned)
                .collect();
            gone.iter().for_each(|name| marks.drop(part, name, run.at));
        }
    }
}

/// Finds what made the parts to which the engine gave their names.
fn name_by_kind(
    marks: &mut TableMarks,
    table: &Table,
    part: Part,
    unnamed: &[&str],
    made: &[Made<'_>],
    run: &Run<'_>,
) {
    let mut used = vec![false; made.len()];
    let mut left = Vec::new();
    for &name in unnamed {
        let fits = |at: &usize| {
            let made = &made[*at];
            !used[*at] && (made.name.is_none() || made.part != part) && made.fits(part, name, table)
        };
        // An index of its own comes before one that a foreign key makes.
        let own = (0..made.len()).filter(|&at| made[at].part == part).find(fits);
        match own.or_else(|| (0..made.len()).find(fits)) {
            Some(at) => {
                used[at] = true;
                marks.make(part, name, run.mark(made[at].at));
            }
            None => left.push(name),
        }
    }
    // Names of checks are numbered in the order in which they stand.
    if part == Part::Check {
        left.sort_by_key(|name| number(name));
    }
    let mut rest =
        (0..made.len()).filter(|&at| part == Part::Check && made[at].part == part && made[at].name.is_none());
    for name in left {
        let at = rest.find(|&at| !used[at]).map_or(run.at, |at| run.mark(made[at].at));
        marks.make(part, name, at);
    }
}

/// The number at the end of a name.
fn number(name: &str) -> u64 {
    let digits = name.bytes().rev().take_while(u8::is_ascii_digit).count();
    name.get(name.len() - digits..).and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_follow_their_table() {
        assert_eq!(generated_name("a_ibfk_12", "A", "b").as_deref(), Some("b_ibfk_12"));
        assert_eq!(generated_name("a_chk_1", "a", "B").as_deref(), Some("B_chk_1"));
        assert_eq!(generated_name("a_ibfk_x", "a", "b"), None);
        assert_eq!(generated_name("other", "a", "b"), None);
        assert_eq!((number("t_chk_10"), number("x")), (10, 0));
    }
}
