//! Tables, columns, indexes, constraints and partitions in the form that is compared.

use std::borrow::Cow;

use terp_schema_model::{
    CharacterSet, Check, Column, ColumnCharacterSet, ColumnType, DefaultValue, Flavor, ForeignKey, Generated,
    Index, IndexKind, IndexPart, IndexPartKind, LobSize, Partition, PartitionBound, PartitionListing,
    PartitionMethod, PartitionOptions, PartitionValues, Partitioning, ReferentialAction, Table, quote,
    same_name,
};

use super::default::normalise_default;
use super::normalise_character_set;
use super::text::without_introducers;
use crate::options::DiffOptions;

/// A name as the server folds it when it looks up a column, an index or a constraint.
pub(crate) fn fold(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.to_lowercase())
    }
}

/// A table in the form that is compared. `schema` is its database's name.
pub(crate) fn normalise_table(
    table: &Table,
    schema: Option<&str>,
    flavor: Flavor,
    options: &DiffOptions,
) -> Table {
    let mut out = table.clone();
    out.character_set = normalise_character_set(&table.character_set);
    for column in &mut out.columns {
        normalise_column(column, &table.character_set, flavor, options);
        // MySQL moves a column's check to the table.
        if flavor.is_mysql() {
            out.checks.extend(column.check.take());
        }
    }
    if options.ignore_column_order {
        out.columns.sort_by(|a, b| fold(&a.name).cmp(&fold(&b.name)));
    }
    out.foreign_keys.iter_mut().for_each(|key| normalise_foreign_key(key, schema));
    // Those without a name of their own stay in the order of their text.
    out.foreign_keys.sort_by_cached_key(|key| (fold(&key.name).into_owned(), key.columns.clone()));
    for check in &mut out.checks {
        normalise_check(check);
    }
    out.checks.sort_by_cached_key(|check| (fold(&check.name).into_owned(), check.expression.clone()));

    normalise_options(&mut out, options);
    let engine = out.options.engine.clone();
    add_implied_indexes(&mut out);
    for index in &mut out.indexes {
        normalise_index(index, &engine, options);
    }
    out.indexes.sort_by(|a, b| fold(&a.name).cmp(&fold(&b.name)));
    if let Some(partitioning) = &mut out.partitioning {
        normalise_partitioning(partitioning, &engine, options);
    }
    for period in &mut out.periods {
        period.start = fold(&period.start).into_owned();
        period.end = fold(&period.end).into_owned();
    }
    out
}

/// Adds the indexes that foreign keys make by themselves where none is listed that serves.
fn add_implied_indexes(table: &mut Table) {
    for key in &table.foreign_keys {
        if table.indexes.iter().any(|index| covers(index, &key.columns)) {
            continue;
        }
        let parts = key.columns.iter().map(IndexPart::column).collect();
        table.indexes.push(Index::new(implied_name(key, table), IndexKind::Key, parts));
    }
}

/// The constraint's name, or the first column's if the server named the constraint; with a number if it is taken.
fn implied_name(key: &ForeignKey, table: &Table) -> String {
    let numbered = key.name.rsplit_once("_ibfk_").is_some_and(|(_, number)| number.parse::<u64>().is_ok());
    let base = match key.columns.first() {
        Some(column) if numbered || key.name.is_empty() => column,
        _ => &key.name,
    };
    let mut name = base.clone();
    let mut number = 2;
    while table.indexes.iter().any(|index| same_name(&index.name, &name)) {
        name = format!("{base}_{number}");
        number += 1;
    }
    name
}

/// Whether a foreign key made this index by itself: `index` is of the table's normal form, `table` is the table.
/// It would go away with an index that covers it, and come back without.
pub(crate) fn is_implied(index: &Index, normal: &Table, table: &Table) -> bool {
    let listed = table.index(&index.name);
    let made_by = |key: &ForeignKey| {
        listed.is_none_or(|listed| listed.generated || same_name(&index.name, &key.name))
            && is_plain_index_on(index, &key.columns)
    };
    let needed = |key: &ForeignKey| {
        let others = normal.indexes.iter().filter(|other| !same_name(&other.name, &index.name));
        !others.into_iter().any(|other| covers(other, &key.columns))
    };
    normal.foreign_keys.iter().any(|key| made_by(key) && needed(key))
}

/// Whether an index is what a foreign key on those columns would make.
fn is_plain_index_on(index: &Index, columns: &[String]) -> bool {
    index.kind == IndexKind::Key
        && index.parts.len() == columns.len()
        && covers(index, columns)
        && !index.invisible
        && index.comment.is_empty()
        && index.parts.iter().all(|part| !part.descending)
}

/// Whether a foreign key on those columns can use the index: they are its first parts, whole.
pub(crate) fn covers(index: &Index, columns: &[String]) -> bool {
    matches!(index.kind, IndexKind::Primary | IndexKind::Unique | IndexKind::Key)
        && index.parts.len() >= columns.len()
        && index.parts.iter().zip(columns).all(|(part, column)| {
            part.length.is_none() && part.column_name().is_some_and(|name| same_name(name, column))
        })
}

fn normalise_column(column: &mut Column, table: &CharacterSet, flavor: Flavor, options: &DiffOptions) {
    // MariaDB's JSON is another name for this.
    if column.ty == ColumnType::Json && flavor.is_mariadb() {
        column.ty = ColumnType::Text { size: LobSize::Long };
        column.character_set =
            Some(ColumnCharacterSet { set: CharacterSet::new("utf8mb4", "utf8mb4_bin"), explicit: true });
        if column.check.is_none() {
            let expression = format!("json_valid({})", quote::identifier(&column.name));
            column.check = Some(Check { name: String::new(), expression, not_enforced: false });
        }
    }
    if let ColumnType::Integer { size, width, unsigned, .. } = &mut column.ty
        && width.is_none()
    {
        *width = Some(size.default_width(*unsigned));
    }
    column.character_set = column.ty.has_character_set().then(|| {
        let set = column.character_set.as_ref().map_or(table, |set| &set.set);
        ColumnCharacterSet { set: normalise_character_set(set), explicit: false }
    });
    column.default = column.default.take().map(|default| normalise_default(default, &column.ty));
    // On MySQL a nullable column without a default (DROP DEFAULT) is not one with DEFAULT NULL: an INSERT that leaves it
    // out fails. It never shows which of the two a TEXT or BLOB has. On MariaDB they are the same.
    let null_is_implied = flavor.is_mariadb() || column.ty.is_lob();
    if null_is_implied && column.nullable && column.default.is_none() && column.generated.is_none() {
        column.default = Some(DefaultValue::Null);
    }
    if let Some(Generated::Expression { expression, .. }) = &mut column.generated {
        strip(expression);
    }
    if let Some(check) = &mut column.check {
        normalise_check(check);
    }
    for keyword in [&mut column.column_format, &mut column.storage] {
        if keyword.as_deref() == Some("DEFAULT") {
            *keyword = None;
        }
    }
    if options.ignore_comments {
        column.comment.clear();
    }
}

fn normalise_foreign_key(key: &mut ForeignKey, schema: Option<&str>) {
    fold_all(&mut key.columns);
    fold_all(&mut key.referenced_columns);
    if key.referenced_schema.as_deref() == schema {
        key.referenced_schema = None;
    }
    for action in [&mut key.on_delete, &mut key.on_update] {
        let effective = ReferentialAction::effective(*action);
        *action = (effective != ReferentialAction::Restrict).then_some(effective);
    }
}

fn normalise_check(check: &mut Check) {
    strip(&mut check.expression);
}

fn normalise_options(table: &mut Table, options: &DiffOptions) {
    let out = &mut table.options;
    if out.engine.is_empty() {
        out.engine.push_str("InnoDB");
    }
    out.engine.make_ascii_lowercase();
    if options.ignore_auto_increment || out.auto_increment == Some(1) {
        out.auto_increment = None;
    }
    for keyword in [&mut out.row_format, &mut out.storage] {
        if let Some(text) = keyword {
            text.make_ascii_uppercase();
        }
        if keyword.as_deref() == Some("DEFAULT") {
            *keyword = None;
        }
    }
    if out.key_block_size == Some(0) {
        out.key_block_size = None;
    }
    if options.ignore_comments {
        table.comment.clear();
    }
}

fn normalise_index(index: &mut Index, engine: &str, options: &DiffOptions) {
    if index.kind == IndexKind::Primary {
        "PRIMARY".clone_into(&mut index.name);
    }
    for part in &mut index.parts {
        match &mut part.kind {
            IndexPartKind::Column(name) => *name = fold(name).into_owned(),
            IndexPartKind::Expression(text) => strip(text),
        }
    }
    // InnoDB has B-trees only, and takes the block size from the table.
    if engine == "innodb" {
        index.using = None;
        index.key_block_size = None;
    }
    index.generated = false;
    if options.ignore_comments {
        index.comment.clear();
    }
}

fn normalise_partitioning(partitioning: &mut Partitioning, engine: &str, options: &DiffOptions) {
    normalise_method(&mut partitioning.method);
    partitioning.listing = PartitionListing::Listed;
    if let Some(sub) = &mut partitioning.subpartitioning {
        normalise_method(&mut sub.method);
        sub.listing = PartitionListing::Listed;
    }
    for Partition { values, options: own, subpartitions, .. } in &mut partitioning.partitions {
        normalise_partition_options(own, engine, options);
        for sub in subpartitions {
            normalise_partition_options(&mut sub.options, engine, options);
        }
        let bounds: &mut dyn Iterator<Item = &mut PartitionBound> = match values {
            PartitionValues::LessThan(bounds) => &mut bounds.iter_mut(),
            PartitionValues::In(rows) => &mut rows.iter_mut().flatten(),
            _ => continue,
        };
        for bound in bounds {
            if let PartitionBound::Value(text) = bound {
                strip(text);
            }
        }
    }
}

fn normalise_method(method: &mut PartitionMethod) {
    match method {
        PartitionMethod::Range { expression }
        | PartitionMethod::List { expression }
        | PartitionMethod::Hash { expression, .. } => strip(expression),
        PartitionMethod::RangeColumns { columns } | PartitionMethod::ListColumns { columns } => {
            fold_all(columns);
        }
        PartitionMethod::Key { columns, algorithm, .. } => {
            fold_all(columns);
            // 2 is what a server takes when none is written.
            if *algorithm == Some(2) {
                *algorithm = None;
            }
        }
        PartitionMethod::SystemTime { .. } => {}
    }
}

fn normalise_partition_options(own: &mut PartitionOptions, engine: &str, options: &DiffOptions) {
    if own.engine.is_empty() {
        engine.clone_into(&mut own.engine);
    }
    own.engine.make_ascii_lowercase();
    if options.ignore_comments {
        own.comment.clear();
    }
}

fn fold_all(names: &mut [String]) {
    for name in names {
        if let Cow::Owned(folded) = fold(name) {
            *name = folded;
        }
    }
}

fn strip(expression: &mut String) {
    if let Cow::Owned(stripped) = without_introducers(expression) {
        *expression = stripped;
    }
}
