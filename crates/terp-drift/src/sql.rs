//! The short SQL that a change shows for each side: one line, quoted and printed by the model's renderer.

use terp_schema_model::{
    CharacterSet, Check, Column, DefaultValue, Event, Flavor, ForeignKey, Generated, Index, IndexAlgorithm,
    Period, Routine, Table, Trigger, View, quote, render,
};

pub(crate) fn identifier(name: &str) -> String {
    quote::identifier(name)
}

pub(crate) fn identifiers(names: &[String]) -> String {
    names.iter().map(|name| quote::identifier(name)).collect::<Vec<_>>().join(", ")
}

pub(crate) fn string(text: &str) -> String {
    quote::shown_string(text)
}

pub(crate) fn comment(text: &str) -> String {
    if text.is_empty() { "no COMMENT".to_owned() } else { format!("COMMENT {}", quote::shown_string(text)) }
}

pub(crate) fn character_set(set: &CharacterSet) -> String {
    format!("CHARACTER SET {} COLLATE {}", set.charset, set.collation)
}

/// What the table holds, in numbers: its whole text is the caller's to render from the value.
pub(crate) fn table(table: &Table, flavor: Flavor) -> String {
    let columns = table.columns.len();
    let noun = if columns == 1 { "column" } else { "columns" };
    format!("TABLE {} ({columns} {noun}){}", identifier(&table.name), render::table_options(table, flavor))
}

pub(crate) fn column(column: &Column, table: &Table, flavor: Flavor) -> String {
    one_line(&render::column_definition(column, table, flavor))
}

pub(crate) fn column_type(column: &Column, flavor: Flavor) -> String {
    render::column_type(&column.ty, flavor)
}

pub(crate) fn default(column: &Column, flavor: Flavor) -> String {
    let value = match &column.default {
        None => return "no DEFAULT".to_owned(),
        Some(DefaultValue::Null) => "NULL".to_owned(),
        Some(DefaultValue::Literal(text)) if column.ty.is_numeric() && flavor.is_mariadb() => text.clone(),
        Some(DefaultValue::Literal(text)) => quote::shown_string(text),
        Some(DefaultValue::Bits(digits)) => format!("b'{digits}'"),
        Some(DefaultValue::Hex(digits)) => format!("0x{digits}"),
        Some(DefaultValue::Now) => match column.ty.fsp() {
            Some(fsp) if fsp > 0 => format!("CURRENT_TIMESTAMP({fsp})"),
            _ => "CURRENT_TIMESTAMP".to_owned(),
        },
        Some(DefaultValue::Expression(text)) => format!("({text})"),
        Some(DefaultValue::NextValue(text)) => text.clone(),
    };
    format!("DEFAULT {value}")
}

pub(crate) fn generated(column: &Column) -> String {
    match &column.generated {
        None => "not generated".to_owned(),
        Some(Generated::Expression { expression, stored }) => {
            let kind = if *stored { "STORED" } else { "VIRTUAL" };
            format!("GENERATED ALWAYS AS ({expression}) {kind}")
        }
        Some(Generated::RowStart) => "GENERATED ALWAYS AS ROW START".to_owned(),
        Some(Generated::RowEnd) => "GENERATED ALWAYS AS ROW END".to_owned(),
    }
}

pub(crate) fn index(index: &Index, flavor: Flavor) -> String {
    render::index_definition(index, flavor)
}

pub(crate) const fn algorithm(algorithm: IndexAlgorithm) -> &'static str {
    match algorithm {
        IndexAlgorithm::BTree => "BTREE",
        IndexAlgorithm::Hash => "HASH",
        IndexAlgorithm::RTree => "RTREE",
    }
}

pub(crate) fn foreign_key(key: &ForeignKey, flavor: Flavor) -> String {
    render::foreign_key_definition(key, flavor)
}

pub(crate) fn check(check: &Check, flavor: Flavor) -> String {
    one_line(&render::check_definition(check, flavor))
}

pub(crate) fn partitioning(table: &Table, flavor: Flavor) -> String {
    match &table.partitioning {
        None => "not partitioned".to_owned(),
        Some(partitioning) => one_line(&render::partition_clause(partitioning, flavor)),
    }
}

pub(crate) fn periods(periods: &[Period]) -> String {
    if periods.is_empty() {
        return "no PERIOD".to_owned();
    }
    let period = |period: &Period| {
        format!("PERIOD FOR {} ({}, {})", period.name, identifier(&period.start), identifier(&period.end))
    };
    periods.iter().map(period).collect::<Vec<_>>().join(", ")
}

pub(crate) fn view(view: &View, flavor: Flavor) -> String {
    one_line(&render::create_view(view, flavor))
}

pub(crate) fn trigger(trigger: &Trigger) -> String {
    one_line(&render::create_trigger(trigger))
}

pub(crate) fn routine(routine: &Routine) -> String {
    one_line(&render::create_routine(routine))
}

pub(crate) fn event(event: &Event) -> String {
    let text = one_line(&render::create_event(event));
    if event.time_zone.is_empty() { text } else { format!("{text} (time_zone {})", event.time_zone) }
}

/// A text with line ends and indentation as single blanks. For people only: a text between quotes changes too.
pub(crate) fn one_line(text: &str) -> String {
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}
