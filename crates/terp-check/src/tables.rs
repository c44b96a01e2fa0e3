//! Which tables a statement is about.

use terp_drift::{ObjectKind, ObjectPath};
use terp_schema_model::RoutineKind;
use terp_sql::ast::{
    AlterActionKind, ColumnAttributeKind, ColumnDef, CreateTableBody, ObjectName, ProgramKind, Statement,
    StatementKind, TableElement,
};

/// The tables that a statement names, without their database.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Those that it makes, changes or drops.
    pub(crate) changed: Vec<String>,
    /// Those that it needs beside them.
    needed: Vec<String>,
}

impl Touched {
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.changed.iter().chain(&self.needed).map(String::as_str)
    }

    fn change(&mut self, name: &ObjectName) {
        self.changed.push(name.name.value.clone());
    }

    fn need(&mut self, name: &ObjectName) {
        self.needed.push(name.name.value.clone());
    }

    fn elements(&mut self, elements: &[TableElement]) {
        for element in elements {
            match element {
                TableElement::Column(column) => self.column(column),
                TableElement::ForeignKey(key) => self.need(&key.references.table),
                _ => {}
            }
        }
    }

    fn column(&mut self, column: &ColumnDef) {
        for attribute in &column.attributes {
            if let ColumnAttributeKind::References(references) = &attribute.kind {
                self.need(&references.table);
            }
        }
    }
}

/// The views and stored programs that a statement makes, changes or drops.
pub(crate) fn programs(statement: &Statement) -> Vec<ObjectPath> {
    let path = |object, name: &ObjectName| ObjectPath::program(object, &name.name.value);
    match &statement.kind {
        StatementKind::CreateView(create) => vec![path(ObjectKind::View, &create.name)],
        StatementKind::CreateTrigger(create) => vec![path(ObjectKind::Trigger, &create.name)],
        StatementKind::CreateRoutine(create) => vec![path(routine(create.kind), &create.name)],
        StatementKind::CreateEvent(create) => {
            let names = [Some(&create.name), create.rename_to.as_ref()];
            names.into_iter().flatten().map(|name| path(ObjectKind::Event, name)).collect()
        }
        StatementKind::DropProgram(drop) => {
            let object = object(drop.kind);
            drop.names.iter().map(|name| path(object, name)).collect()
        }
        _ => Vec::new(),
    }
}

/// What comparisons call a kind of program.
pub(crate) const fn object(kind: ProgramKind) -> ObjectKind {
    match kind {
        ProgramKind::View => ObjectKind::View,
        ProgramKind::Trigger => ObjectKind::Trigger,
        ProgramKind::Procedure => ObjectKind::Procedure,
        ProgramKind::Function => ObjectKind::Function,
        ProgramKind::Event => ObjectKind::Event,
    }
}

const fn routine(kind: RoutineKind) -> ObjectKind {
    match kind {
        RoutineKind::Procedure => ObjectKind::Procedure,
        RoutineKind::Function => ObjectKind::Function,
    }
}

pub(crate) fn touched(statement: &Statement) -> Touched {
    let mut out = Touched::default();
    match &statement.kind {
        StatementKind::CreateTable(create) => {
            out.change(&create.name);
            match &create.body {
                CreateTableBody::Like(other) => out.need(other),
                CreateTableBody::Definition(definition) => out.elements(&definition.elements),
            }
        }
        StatementKind::AlterTable(alter) => {
            out.change(&alter.name);
            for action in &alter.actions {
                match &action.kind {
                    AlterActionKind::AddColumn { column, .. } => out.column(column),
                    AlterActionKind::AddElements { elements, .. } => out.elements(elements),
                    AlterActionKind::AddForeignKey(key) => out.need(&key.references.table),
                    AlterActionKind::RenameTo(name) => out.change(name),
                    _ => {}
                }
            }
        }
        StatementKind::CreateIndex(create) => out.change(&create.table),
        StatementKind::DropIndex(drop) => out.change(&drop.table),
        StatementKind::RenameTable(rename) => {
            for (old, new) in &rename.renames {
                out.change(old);
                out.change(new);
            }
        }
        StatementKind::DropTable(drop) => drop.names.iter().for_each(|name| out.change(name)),
        StatementKind::TruncateTable(name) => out.need(name),
        StatementKind::CreateTrigger(create) => out.need(&create.table),
        _ => {}
    }
    out
}

/// The names that a statement gives to foreign keys, each with the table that it is for.
pub(crate) fn foreign_keys(statement: &Statement) -> Vec<(&str, &str)> {
    let mut out = Vec::new();
    match &statement.kind {
        StatementKind::CreateTable(create) => {
            if let CreateTableBody::Definition(definition) = &create.body {
                named(&create.name, &definition.elements, &mut out);
            }
        }
        StatementKind::AlterTable(alter) => {
            for action in &alter.actions {
                match &action.kind {
                    AlterActionKind::AddElements { elements, .. } => named(&alter.name, elements, &mut out),
                    AlterActionKind::AddForeignKey(key) => {
                        let name = key.constraint.as_ref();
                        out.extend(name.map(|name| (alter.name.name.value.as_str(), name.value.as_str())));
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    out
}

fn named<'s>(table: &'s ObjectName, elements: &'s [TableElement], out: &mut Vec<(&'s str, &'s str)>) {
    for element in elements {
        if let TableElement::ForeignKey(key) = element
            && let Some(name) = &key.constraint
        {
            out.push((&table.name.value, &name.value));
        }
    }
}
