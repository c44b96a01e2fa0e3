//! Rendering: a model as the server's SHOW CREATE prints it, byte for byte, and as SQL to send.
//!
//! The two differ in a few places only, where what a server shows is not what it holds. SHOW CREATE's text is
//! utf8mb3: a character beyond the Basic Multilingual Plane shows as `?` (in an expression on MySQL, as four).
//! [`show_create_table`] prints that; everything else here keeps the character. And MySQL shows an inherited
//! collation that, sent, would count as the column's own.

mod column;
mod constraint;
mod default;
mod index;
mod options;
mod partition;
mod program;
mod script;

use std::borrow::Cow;

use crate::column::{Column, ColumnType};
use crate::flavor::Flavor;
use crate::index::Index;
use crate::partition::{Partition, Partitioning, Subpartition};
use crate::quote;
use crate::table::{Check, ForeignKey, Table};

pub use program::{create_event, create_routine, create_trigger, create_view};
pub use script::create_schema;

/// For whom a text is made.
#[derive(Debug, Clone, Copy)]
struct Style {
    flavor: Flavor,
    /// As SHOW CREATE shows it, losses included, rather than to be sent.
    shown: bool,
}

impl Style {
    const fn send(flavor: Flavor) -> Self {
        Self { flavor, shown: false }
    }

    /// Text outside expressions, which SHOW CREATE converts to utf8mb3.
    fn text(self, text: &str) -> Cow<'_, str> {
        self.converted(text, "?")
    }

    /// An expression's text, which MySQL converts byte by byte and MariaDB not at all.
    fn expression(self, text: &str) -> Cow<'_, str> {
        if self.flavor.is_mysql() { self.converted(text, "????") } else { Cow::Borrowed(text) }
    }

    fn converted<'a>(self, text: &'a str, replacement: &str) -> Cow<'a, str> {
        if !self.shown || !has_supplementary(text) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if u32::from(c) > 0xFFFF { out.push_str(replacement) } else { out.push(c) }
        }
        Cow::Owned(out)
    }

    fn push_identifier(self, out: &mut String, name: &str) {
        quote::push_identifier(out, &self.text(name));
    }

    fn push_string(self, out: &mut String, text: &str) {
        quote::push_shown_string(out, &self.text(text));
    }
}

/// Whether a text has characters that utf8mb3 lacks.
fn has_supplementary(text: &str) -> bool {
    text.chars().any(|c| u32::from(c) > 0xFFFF)
}

/// What `SHOW CREATE TABLE` prints for a table, byte for byte.
///
/// Which columns, indexes, names and defaults there are is the model's to say: nothing is added here. Columns and
/// indexes come in the model's order; foreign keys by name, as both vendors show them, and on MySQL checks too.
pub fn show_create_table(table: &Table, flavor: Flavor) -> String {
    table_text(table, Style { flavor, shown: true })
}

/// A CREATE TABLE statement that makes exactly this table. The same as [`show_create_table`] but for characters and
/// bytes that the latter cannot show.
pub fn create_table(table: &Table, flavor: Flavor) -> String {
    table_text(table, Style::send(flavor))
}

fn table_text(table: &Table, style: Style) -> String {
    let mut out = String::with_capacity(128 + 64 * table.columns.len());
    out.push_str("CREATE TABLE ");
    style.push_identifier(&mut out, &table.name);
    out.push_str(" (\n  ");
    let mut items = Items { out: &mut out, first: true };
    for column in &table.columns {
        column::push_definition(items.next(), column, table, style);
    }
    let (system, application): (Vec<_>, Vec<_>) =
        table.periods.iter().partition(|period| constraint::is_system_period(period));
    for period in application {
        constraint::push_period(items.next(), period, style);
    }
    for index in &table.indexes {
        index::push_definition(items.next(), index, style);
    }
    for period in system {
        constraint::push_period(items.next(), period, style);
    }
    for key in constraint::foreign_keys_as_shown(&table.foreign_keys, style) {
        constraint::push_foreign_key(items.next(), key, style);
    }
    for check in constraint::checks_as_shown(&table.checks, style) {
        constraint::push_check(items.next(), check, style);
    }
    out.push_str("\n)");
    options::push_options(&mut out, table, style);
    if let Some(partitioning) = &table.partitioning {
        out.push('\n');
        partition::push_clause(&mut out, partitioning, style);
    }
    out
}

/// The lines between the parentheses.
struct Items<'a> {
    out: &'a mut String,
    first: bool,
}

impl Items<'_> {
    /// Where the next one goes.
    fn next(&mut self) -> &mut String {
        if !self.first {
            self.out.push_str(",\n  ");
        }
        self.first = false;
        self.out
    }
}

fn send(flavor: Flavor, push: impl FnOnce(&mut String, Style)) -> String {
    let mut out = String::new();
    push(&mut out, Style::send(flavor));
    out
}

/// A column's type alone: `int(10) unsigned`, `enum('a','b')`.
pub fn column_type(ty: &ColumnType, flavor: Flavor) -> String {
    send(flavor, |out, style| column::push_type(out, ty, style))
}

/// A column's definition with its name, as CREATE TABLE and ADD, MODIFY or CHANGE COLUMN take it. The table is needed
/// because its character set decides whether the column's is written.
pub fn column_definition(column: &Column, table: &Table, flavor: Flavor) -> String {
    send(flavor, |out, style| column::push_definition(out, column, table, style))
}

/// An index's definition, as CREATE TABLE and ADD take it.
pub fn index_definition(index: &Index, flavor: Flavor) -> String {
    send(flavor, |out, style| index::push_definition(out, index, style))
}

/// A foreign key's definition, as CREATE TABLE and ADD take it.
pub fn foreign_key_definition(key: &ForeignKey, flavor: Flavor) -> String {
    send(flavor, |out, style| constraint::push_foreign_key(out, key, style))
}

/// A table's CHECK constraint, as CREATE TABLE and ADD take it.
pub fn check_definition(check: &Check, flavor: Flavor) -> String {
    send(flavor, |out, style| constraint::push_check(out, check, style))
}

/// All that follows the closing parenthesis, partitions excepted: ` ENGINE=InnoDB DEFAULT CHARSET=...`, with its
/// leading blank.
pub fn table_options(table: &Table, flavor: Flavor) -> String {
    send(flavor, |out, style| options::push_options(out, table, style))
}

/// The PARTITION BY clause, within its version comment on MySQL.
pub fn partition_clause(partitioning: &Partitioning, flavor: Flavor) -> String {
    send(flavor, |out, style| partition::push_clause(out, partitioning, style))
}

/// One partition's definition, as ADD and REORGANIZE PARTITION take it.
pub fn partition_definition(partition: &Partition, partitioning: &Partitioning, flavor: Flavor) -> String {
    send(flavor, |out, style| partition::push_partition(out, partition, partitioning, style))
}

/// One subpartition's definition.
pub fn subpartition_definition(subpartition: &Subpartition, flavor: Flavor) -> String {
    send(flavor, |out, style| partition::push_subpartition(out, subpartition, style))
}
