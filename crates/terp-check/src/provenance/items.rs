//! What the items of a statement make, change and drop.

use terp_schema_model::{IndexKind, IndexPartKind, Table, same_name};
use terp_sql::Span;
use terp_sql::ast::{
    AlterAction, AlterActionKind as A, CheckDef, ColumnAttributeKind, ColumnDef, ForeignKeyDef, IndexDef,
    IndexPartDefKind, TableElement, TypeKeyword,
};

use super::marks::Part;

/// The name that a primary key has.
const PRIMARY: &str = "PRIMARY";

/// Something that an item may make. Whether it did, and under which name, the table tells afterwards.
#[derive(Debug)]
pub(super) struct Made<'s> {
    pub(super) part: Part,
    /// The name, where the statement gives one.
    pub(super) name: Option<&'s str>,
    /// What it is on, by which one without a name is known again: `None` is an expression.
    columns: Vec<Option<&'s str>>,
    /// The column that it is an attribute of.
    of_column: Option<&'s str>,
    pub(super) at: Span,
}

impl Made<'_> {
    fn is_on(&self, columns: &[Option<&str>]) -> bool {
        let same = |(a, b): (&Option<&str>, &Option<&str>)| match (a, b) {
            (Some(a), Some(b)) => same_name(a, b),
            (None, None) => true,
            _ => false,
        };
        self.columns.len() == columns.len() && self.columns.iter().zip(columns).all(same)
    }

    /// Whether this may have made that part of the table, which it doesn't name.
    pub(super) fn fits(&self, part: Part, name: &str, table: &Table) -> bool {
        match part {
            Part::Column => false,
            Part::Index => table.index(name).is_some_and(|index| {
                let columns: Vec<Option<&str>> = index
                    .parts
                    .iter()
                    .map(|part| match &part.kind {
                        IndexPartKind::Column(name) => Some(name.as_str()),
                        IndexPartKind::Expression(_) => None,
                    })
                    .collect();
                // A foreign key makes the index that it needs.
                let made_by = self.part == Part::Index && !index.generated
                    || self.part == Part::ForeignKey && index.kind == IndexKind::Key;
                made_by && self.is_on(&columns)
            }),
            Part::ForeignKey => {
                self.part == part
                    && table.foreign_keys.iter().any(|key| {
                        let columns: Vec<_> = key.columns.iter().map(|name| Some(name.as_str())).collect();
                        same_name(&key.name, name) && self.is_on(&columns)
                    })
            }
            Part::Check => self.part == part && self.of_column.is_some_and(|column| same_name(column, name)),
        }
    }
}

/// What one statement does to a table.
#[derive(Debug, Default)]
pub(super) struct Items<'s> {
    pub(super) made: Vec<Made<'s>>,
    pub(super) changed: Vec<(Part, &'s str, Span)>,
    /// Columns that are defined anew.
    pub(super) redefined: Vec<(&'s str, Span)>,
    pub(super) dropped: Vec<(Part, &'s str, Span)>,
    pub(super) renamed: Vec<(Part, &'s str, &'s str, Span)>,
    /// DROP CONSTRAINT doesn't say of which kind it is.
    pub(super) constraints_dropped: Vec<(&'s str, Span)>,
    /// What is the table's own.
    pub(super) table: Option<Span>,
    /// CONVERT TO changes each column that has a character set.
    pub(super) converted: Option<Span>,
}

impl<'s> Items<'s> {
    /// The elements between the parentheses of CREATE TABLE or of ADD.
    pub(super) fn elements(&mut self, elements: &'s [TableElement]) {
        for element in elements {
            match element {
                TableElement::Column(column) => self.column(column, column.span),
                TableElement::Index(index) => self.index(index, index.span),
                TableElement::ForeignKey(key) => self.foreign_key(key, key.span),
                TableElement::Check(check) => self.check(check, None, check.span),
                TableElement::Period(period) => self.table = Some(period.span),
            }
        }
    }

    fn make(&mut self, part: Part, name: Option<&'s str>, columns: Vec<Option<&'s str>>, at: Span) {
        self.made.push(Made { part, name, columns, of_column: None, at });
    }

    pub(super) fn column(&mut self, column: &'s ColumnDef, at: Span) {
        self.make(Part::Column, Some(&column.name.value), Vec::new(), at);
        self.attributes(column);
    }

    /// The keys and constraints that a column's attributes make.
    fn attributes(&mut self, column: &'s ColumnDef) {
        let on = || vec![Some(column.name.value.as_str())];
        if column.ty.keyword == TypeKeyword::Serial {
            self.make(Part::Index, None, on(), column.ty.span);
        }
        for attribute in &column.attributes {
            match &attribute.kind {
                ColumnAttributeKind::PrimaryKey => {
                    self.make(Part::Index, Some(PRIMARY), on(), attribute.span);
                }
                ColumnAttributeKind::Unique | ColumnAttributeKind::SerialDefaultValue => {
                    self.make(Part::Index, None, on(), attribute.span);
                }
                ColumnAttributeKind::Check(check) => {
                    self.check(check, Some(&column.name.value), attribute.span);
                }
                ColumnAttributeKind::References(references) => {
                    let name = references.constraint.as_ref().map(|name| name.value.as_str());
                    self.make(Part::ForeignKey, name, on(), attribute.span);
                }
                _ => {}
            }
        }
    }

    pub(super) fn index(&mut self, index: &'s IndexDef, at: Span) {
        let columns = index.parts.iter().map(|part| match &part.kind {
            IndexPartDefKind::Column { name, .. } => Some(name.value.as_str()),
            IndexPartDefKind::Expression(_) => None,
        });
        let name = match index.kind {
            IndexKind::Primary => Some(PRIMARY),
            _ => index.name.as_ref().or(index.constraint.as_ref()).map(|name| name.value.as_str()),
        };
        self.make(Part::Index, name, columns.collect(), at);
    }

    fn foreign_key(&mut self, key: &'s ForeignKeyDef, at: Span) {
        let columns = key.columns.iter().map(|name| Some(name.value.as_str())).collect();
        let name = key.constraint.as_ref().map(|name| name.value.as_str());
        self.make(Part::ForeignKey, name, columns, at);
    }

    fn check(&mut self, check: &'s CheckDef, of_column: Option<&'s str>, at: Span) {
        let name = check.constraint.as_ref().map(|name| name.value.as_str());
        self.made.push(Made { part: Part::Check, name, columns: Vec::new(), of_column, at });
    }

    /// One sub-clause of ALTER TABLE; RENAME TO is for whoever moves the table.
    pub(super) fn action(&mut self, action: &'s AlterAction) {
        let at = action.span;
        match &action.kind {
            A::AddColumn { column, .. } => self.column(column, at),
            A::AddElements { elements, .. } => self.elements(elements),
            A::AddIndex(index) => self.index(index, at),
            A::AddForeignKey(key) => self.foreign_key(key, at),
            A::AddCheck(check) => self.check(check, None, at),
            A::ModifyColumn { column, .. } => {
                self.redefined.push((&column.name.value, at));
                self.attributes(column);
            }
            A::ChangeColumn { old, column, .. } => {
                let new = &column.name.value;
                if same_name(&old.value, new) {
                    self.redefined.push((new, at));
                } else {
                    self.renamed.push((Part::Column, &old.value, new, at));
                }
                self.attributes(column);
            }
            A::AlterColumn { name, .. } => self.changed.push((Part::Column, &name.value, at)),
            A::DropColumn { name, .. } => self.dropped.push((Part::Column, &name.value, at)),
            A::DropIndex { name, .. } => self.dropped.push((Part::Index, &name.value, at)),
            A::DropPrimaryKey { .. } => self.dropped.push((Part::Index, PRIMARY, at)),
            A::DropForeignKey { name, .. } => self.dropped.push((Part::ForeignKey, &name.value, at)),
            A::DropCheck { name } => self.dropped.push((Part::Check, &name.value, at)),
            A::DropConstraint { name, .. } => self.constraints_dropped.push((&name.value, at)),
            A::RenameColumn { old, new, .. } => {
                self.renamed.push((Part::Column, &old.value, &new.value, at));
            }
            A::RenameIndex { old, new, .. } => {
                self.renamed.push((Part::Index, &old.value, &new.value, at));
            }
            A::AlterIndex { name, .. } => self.changed.push((Part::Index, &name.value, at)),
            A::AlterCheck { name, .. } => self.changed.push((Part::Check, &name.value, at)),
            A::ConvertTo { .. } => {
                self.table = Some(at);
                self.converted = Some(at);
            }
            A::RenameTo(_)
            | A::OrderBy(_)
            | A::Force
            | A::DisableKeys
            | A::EnableKeys
            | A::DiscardTablespace
            | A::ImportTablespace
            | A::Algorithm(_)
            | A::Lock(_)
            | A::Validation(_)
            | A::Wait
            | A::TruncatePartition(_)
            | A::MaintainPartition { .. }
            | A::SecondaryLoad => {}
            _ => self.table = Some(at),
        }
    }
}
