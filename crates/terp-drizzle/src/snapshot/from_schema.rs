//! From a schema, as the engine or a server shows it, to the snapshot that drizzle-kit 0.31 could have written for it.

mod column;

use std::collections::HashMap;

use terp_schema_model::quote::identifier;
use terp_schema_model::{
    Flavor, ForeignKey, Index, IndexAlgorithm, IndexKind, IndexPart, IndexPartKind, ReferentialAction,
    RoutineKind, Schema, SqlSecurity, Table, TableOptions, Trigger, View, render, same_name,
};

use super::{
    NotHeld, SnapshotCheck, SnapshotForeignKey, SnapshotIndex, SnapshotKeyPart, SnapshotPrimaryKey,
    SnapshotTable, SnapshotUnique, SnapshotView,
};

/// The reason for most of what is not held.
const NO_PLACE: &str = "a snapshot has no place for it";

pub(super) fn convert(
    schema: &Schema,
    flavor: Flavor,
) -> (Vec<SnapshotTable>, Vec<SnapshotView>, Vec<NotHeld>) {
    let tables = schema.tables.iter().map(|table| (table.name.as_str(), table)).collect();
    let mut converter = Converter { schema, flavor, tables, table: None, not_held: Vec::new() };
    if schema.character_set != flavor.default_character_set() {
        let set = &schema.character_set;
        let what = format!("its character set {} with {}", set.charset, set.collation);
        converter.lose("the database", what);
    }
    let tables = schema.tables.iter().map(|table| converter.table(table)).collect();
    let views = schema.views.iter().map(|view| converter.view(view)).collect();
    for trigger in &schema.triggers {
        converter.trigger(trigger);
    }
    for routine in &schema.routines {
        converter.lose(format!("the {} `{}`", routine_kind(routine.kind), routine.name), "all of it");
    }
    for event in &schema.events {
        converter.lose(format!("the event `{}`", event.name), "all of it");
    }
    (tables, views, converter.not_held)
}

const fn routine_kind(kind: RoutineKind) -> &'static str {
    match kind {
        RoutineKind::Procedure => "procedure",
        RoutineKind::Function => "function",
    }
}

struct Converter<'a> {
    schema: &'a Schema,
    flavor: Flavor,
    /// The tables by name.
    tables: HashMap<&'a str, &'a Table>,
    /// The table or view that is being converted.
    table: Option<&'a str>,
    not_held: Vec<NotHeld>,
}

impl<'a> Converter<'a> {
    /// Notes what a snapshot has no place for.
    fn lose(&mut self, object: impl Into<String>, what: impl std::fmt::Display) {
        self.lose_since(object, format!("{what}: {NO_PLACE}"));
    }

    fn lose_since(&mut self, object: impl Into<String>, reason: impl Into<String>) {
        let table = self.table.map(str::to_owned);
        self.not_held.push(NotHeld { table, object: object.into(), reason: reason.into() });
    }

    fn table(&mut self, table: &'a Table) -> SnapshotTable {
        self.table = Some(&table.name);
        let columns = table.columns.iter().map(|column| self.column(column, table)).collect();
        let mut out = SnapshotTable { name: table.name.clone(), columns, ..SnapshotTable::default() };
        for index in &table.indexes {
            self.index(index, table, &mut out);
        }
        for key in &table.foreign_keys {
            out.foreign_keys.extend(self.foreign_key(key));
        }
        for check in &table.checks {
            let name = check.name.clone();
            if check.not_enforced {
                self.lose(format!("the check `{name}`"), "NOT ENFORCED");
            }
            out.checks.push(SnapshotCheck {
                name,
                expression: check.expression.clone(),
                ..SnapshotCheck::default()
            });
        }
        self.rest_of_table(table);
        self.table = None;
        out
    }

    /// What a table has beside columns, keys and checks.
    fn rest_of_table(&mut self, table: &Table) {
        let the_table = "the table";
        for period in &table.periods {
            self.lose(the_table, format!("PERIOD FOR {}", period.name));
        }
        if table.character_set != self.schema.character_set {
            let set = &table.character_set;
            self.lose(the_table, format!("CHARSET={} COLLATE={}", set.charset, set.collation));
        }
        if !table.comment.is_empty() {
            self.lose(the_table, "COMMENT");
        }
        if table.partitioning.is_some() {
            self.lose(the_table, "PARTITION BY");
        }
        // drizzle-kit makes an ordinary index after the table, too late for the server (1075).
        let counter = table.columns.iter().find(|column| column.auto_increment);
        let leads =
            |index: &Index, name: &str| index.parts.first().and_then(|p| p.column_name()) == Some(name);
        if let Some(counter) = counter
            && !table.indexes.iter().any(|index| index.kind != IndexKind::Key && leads(index, &counter.name))
        {
            self.lose(
                format!("the column `{}`", counter.name),
                "AUTO_INCREMENT without a primary key or a UNIQUE one",
            );
        }
        // Without NULL, which drizzle-kit does not write, a counter is NOT NULL.
        if let Some(counter) = counter.filter(|column| column.nullable) {
            self.lose(
                format!("the column `{}`", counter.name),
                "AUTO_INCREMENT of a column that may be NULL",
            );
        }
        // The next AUTO_INCREMENT value moves with the data, and is none of the schema's.
        let auto_increment = table.options.auto_increment;
        let plain = TableOptions { engine: "InnoDB".to_owned(), auto_increment, ..TableOptions::default() };
        if table.options != plain {
            self.lose(the_table, other_options(table, plain, self.flavor));
        }
    }

    fn index(&mut self, index: &Index, table: &Table, out: &mut SnapshotTable) {
        let name = index.name.clone();
        let object = match index.kind {
            IndexKind::Primary => "the primary key".to_owned(),
            _ => format!("the index `{name}`"),
        };
        let kind = match index.kind {
            IndexKind::Fulltext => Some("FULLTEXT"),
            IndexKind::Spatial => Some("SPATIAL"),
            IndexKind::Vector => Some("VECTOR"),
            _ => None,
        };
        if let Some(kind) = kind {
            return self.lose(object, format!("{kind}, and so all of it"));
        }
        if self.made_by_foreign_key(index, table) {
            return;
        }
        self.index_options(index, table, &object);
        let columns: Option<Vec<&str>> = index.parts.iter().map(plain_column).collect();
        // The algorithm of InnoDB's indexes is always the same one.
        let using = index.using.filter(|_| !is_innodb(table));
        match (index.kind, columns) {
            (IndexKind::Primary, _) => {
                let key = self.primary_key(index, table);
                out.primary_keys.push(key);
            }
            (IndexKind::Unique, Some(columns)) if using.is_none() => {
                let parts =
                    columns.into_iter().map(|name| SnapshotKeyPart::Column(name.to_owned())).collect();
                out.unique_constraints.push(SnapshotUnique { name, parts, ..SnapshotUnique::default() });
            }
            _ => {
                let using = using.map(|using| self.using(using, &object));
                out.indexes.push(SnapshotIndex {
                    name,
                    parts: index.parts.iter().map(key_part).collect(),
                    unique: index.is_unique(),
                    using: using.flatten(),
                    ..SnapshotIndex::default()
                });
            }
        }
    }

    fn using(&mut self, using: IndexAlgorithm, object: &str) -> Option<String> {
        let name = match using {
            IndexAlgorithm::BTree => "btree",
            IndexAlgorithm::Hash => "hash",
            IndexAlgorithm::RTree => {
                self.lose(object, "USING RTREE");
                return None;
            }
        };
        let what = name.to_ascii_uppercase();
        self.lose_since(
            object,
            format!("USING {what}: drizzle-kit keeps it and doesn't write it into its SQL"),
        );
        Some(name.to_owned())
    }

    /// What an index has beside its parts.
    fn index_options(&mut self, index: &Index, table: &Table, object: &str) {
        // InnoDB takes the block size from the table.
        let block_size = index.key_block_size.filter(|_| !is_innodb(table));
        // On MariaDB a key that is a hash serves no foreign key, and one that is written so without need can't be told here from the others.
        let serves = |key: &ForeignKey| {
            let parts = index.parts.iter().map(|part| part.column_name());
            key.columns
                .iter()
                .zip(parts)
                .all(|(column, part)| part.is_some_and(|part| same_name(part, column)))
        };
        let hash = self.flavor.is_mariadb()
            && is_innodb(table)
            && index.is_unique()
            && index.using == Some(IndexAlgorithm::Hash)
            && table.foreign_keys.iter().any(serves);
        let others = [
            (hash, "USING HASH"),
            (block_size.is_some(), "KEY_BLOCK_SIZE"),
            (index.parser.is_some(), "WITH PARSER"),
            (index.invisible, if self.flavor.is_mysql() { "INVISIBLE" } else { "IGNORED" }),
            (!index.comment.is_empty(), "COMMENT"),
            (index.without_overlaps.is_some(), "WITHOUT OVERLAPS"),
            (index.engine_attribute.is_some(), "ENGINE_ATTRIBUTE"),
            (index.secondary_engine_attribute.is_some(), "SECONDARY_ENGINE_ATTRIBUTE"),
            (!index.attributes.is_empty(), "its engine-defined attributes"),
        ];
        for (_, what) in others.into_iter().filter(|(has, _)| *has) {
            self.lose(object, what);
        }
    }

    /// Drizzle's primary keys consist of whole columns.
    fn primary_key(&mut self, index: &Index, table: &Table) -> SnapshotPrimaryKey {
        let mut columns = Vec::with_capacity(index.parts.len());
        for part in &index.parts {
            let name = match &part.kind {
                IndexPartKind::Column(name) => name,
                IndexPartKind::Expression(expression) => {
                    self.lose("the primary key", format!("the expression {expression}"));
                    continue;
                }
            };
            if let Some(length) = part.length {
                self.lose("the primary key", format!("the length {length} of its part `{name}`"));
            }
            if part.descending {
                self.lose("the primary key", format!("DESC of its part `{name}`"));
            }
            columns.push(name.clone());
        }
        let suffix = if columns.len() == 1 { "" } else { "_pk" };
        let name = format!("{}_{}{suffix}", table.name, columns.join("_"));
        SnapshotPrimaryKey { name, columns, ..SnapshotPrimaryKey::default() }
    }

    fn foreign_key(&mut self, key: &ForeignKey) -> Option<SnapshotForeignKey> {
        if let Some(schema) = self.other_database(key) {
            let what = format!("the database {} of the parent, and so all of it", identifier(schema));
            self.lose(format!("the foreign key `{}`", key.name), what);
            return None;
        }
        self.parent(key);
        let action = |action: Option<ReferentialAction>| {
            Some(action.unwrap_or(ReferentialAction::NoAction).as_sql().to_ascii_lowercase())
        };
        Some(SnapshotForeignKey {
            name: key.name.clone(),
            table: self.table.unwrap_or_default().to_owned(),
            columns: key.columns.clone(),
            referenced_table: key.referenced_table.clone(),
            referenced_columns: key.referenced_columns.clone(),
            on_update: action(key.on_update),
            on_delete: action(key.on_delete),
            ..SnapshotForeignKey::default()
        })
    }

    /// The database of a foreign key's parent, where it is another one.
    fn other_database<'k>(&self, key: &'k ForeignKey) -> Option<&'k String> {
        key.referenced_schema.as_ref().filter(|name| Some(*name) != self.schema.name.as_ref())
    }

    /// Whether a foreign key of the snapshot brings this index with it, under this name.
    fn made_by_foreign_key(&self, index: &Index, table: &Table) -> bool {
        let held = table.foreign_keys.iter().filter(|key| self.other_database(key).is_none());
        let mut on_its_columns = held.filter(|key| {
            key.columns.len() == index.parts.len()
                && index
                    .parts
                    .iter()
                    .zip(&key.columns)
                    .all(|(part, column)| plain_column(part).is_some_and(|name| same_name(name, column)))
        });
        index.kind == IndexKind::Key
            && !index.invisible
            && index.comment.is_empty()
            && on_its_columns.next().is_some_and(|key| same_name(&key.name, &index.name))
    }

    /// drizzle-kit makes all tables with their primary keys and unique constraints first, then foreign keys, then the
    /// other indexes: the parent's key has to be there by then.
    fn parent(&mut self, key: &ForeignKey) {
        let object = format!("the foreign key `{}`", key.name);
        let columns = &key.referenced_columns;
        let covers = |index: &Index| {
            let first = index
                .parts
                .iter()
                .zip(columns)
                .all(|(part, column)| plain_column(part).is_some_and(|name| same_name(name, column)));
            first && index.parts.len() >= columns.len()
        };
        match self.tables.get(key.referenced_table.as_str()) {
            None => {
                let reason = format!("that its parent table `{}` is not there", key.referenced_table);
                self.lose_since(
                    object,
                    format!("{reason}: servers refuse the SQL that drizzle-kit makes of it"),
                );
            }
            Some(parent) if parent.indexes.iter().any(|index| index.is_unique() && covers(index)) => {}
            Some(_) => {
                let reason = "that its parent's columns have no key but an index: drizzle-kit makes indexes after foreign \
                    keys, and servers refuse that order";
                self.lose_since(object, reason);
            }
        }
    }

    fn view(&mut self, view: &'a View) -> SnapshotView {
        self.table = Some(&view.name);
        if !view.definer.is_empty() {
            self.lose("the view", format!("DEFINER={}", view.definer));
        }
        if !view.columns.is_empty() {
            self.lose("the view", "the names of its columns");
        }
        self.table = None;
        let algorithm = if view.algorithm.is_empty() { "undefined" } else { &view.algorithm };
        let security = match view.security {
            SqlSecurity::Definer => "definer",
            SqlSecurity::Invoker => "invoker",
        };
        let check_option = Some(view.check_option.to_ascii_lowercase()).filter(|option| !option.is_empty());
        SnapshotView {
            name: view.name.clone(),
            definition: Some(view.body.clone()),
            algorithm: Some(algorithm.to_ascii_lowercase()),
            sql_security: Some(security.to_owned()),
            check_option,
            ..SnapshotView::default()
        }
    }

    fn trigger(&mut self, trigger: &'a Trigger) {
        self.table = Some(&trigger.table);
        self.lose(format!("the trigger `{}`", trigger.name), "all of it");
        self.table = None;
    }
}

fn is_innodb(table: &Table) -> bool {
    table.options.engine.is_empty() || table.options.engine.eq_ignore_ascii_case("InnoDB")
}

/// The name of a part that is a whole column in ascending order.
fn plain_column(part: &IndexPart) -> Option<&str> {
    part.column_name().filter(|_| part.length.is_none() && !part.descending)
}

fn key_part(part: &IndexPart) -> SnapshotKeyPart {
    if let Some(name) = plain_column(part) {
        return SnapshotKeyPart::Column(name.to_owned());
    }
    let mut sql = match &part.kind {
        IndexPartKind::Column(name) => identifier(name),
        IndexPartKind::Expression(expression) => format!("({expression})"),
    };
    if let Some(length) = part.length {
        sql.push_str(&format!("({length})"));
    }
    if part.descending {
        sql.push_str(" desc");
    }
    SnapshotKeyPart::Sql(sql)
}

/// The options of a table that differ from those of a plain one, as SHOW CREATE TABLE prints them.
fn other_options(table: &Table, plain: TableOptions, flavor: Flavor) -> String {
    let mut shown = table.clone();
    shown.comment.clear();
    let text = render::table_options(&shown, flavor);
    shown.options = plain;
    let usual = render::table_options(&shown, flavor);
    let others: Vec<&str> =
        text.split(' ').filter(|word| !usual.split(' ').any(|other| other == *word)).collect();
    if others.is_empty() { "an option".to_owned() } else { others.join(" ") }
}
