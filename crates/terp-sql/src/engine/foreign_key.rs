//! Foreign keys: their names, the indexes that they need, and what they forbid.

use std::collections::HashSet;

use terp_schema_model::{
    Column, ForeignKey, Generated, Index, IndexKind, IndexPart, IndexPartKind, ReferentialAction, Table,
    same_name,
};

use super::Context;
use super::error::{ExecuteError, Result, messages, refuse, unsupported};
use super::foreign_key_type::compatible;
use super::index::KeyDraft;
use super::options::traits;
use crate::ast::ForeignKeyDef;

/// The key that a foreign key brings along: named after the constraint, or the name behind FOREIGN KEY.
pub(super) fn generated_key(cx: &Context<'_>, def: &ForeignKeyDef) -> Result<KeyDraft> {
    let name = def.constraint.as_ref().or(def.index_name.as_ref());
    if let Some(name) = name {
        cx.check_name(name)?;
        if name.value.is_empty() || name.value.ends_with(' ') || name.value.eq_ignore_ascii_case("PRIMARY") {
            return Err(refuse(1280, format!("Incorrect index name '{}'", name.value)).at(name.span));
        }
    }
    let parts = def.columns.iter().map(|c| IndexPart::column(&c.value)).collect();
    let mut index = Index::new(name.map_or("", |n| &n.value), IndexKind::Key, parts);
    index.generated = true;
    Ok(KeyDraft { ordered: true, ..KeyDraft::defined(index, def.span) })
}

/// Adds new foreign keys to a table whose columns and indexes are final. `carried` are those that it has already.
pub(super) fn add(
    cx: &Context<'_>,
    table: &mut Table,
    defs: &[&ForeignKeyDef],
    temporary: bool,
    carried_names: &HashSet<String>,
    altering: bool,
) -> Result<()> {
    if defs.is_empty() {
        return Ok(());
    }
    if table.partitioning.is_some() && cx.flavor.is_mariadb() {
        return Err(refuse(1506, "Partitioned tables do not support FOREIGN KEY"));
    }
    // Other engines read foreign keys and forget them; the keys stay.
    if !traits(&table.options.engine, cx.flavor).foreign_keys {
        return Ok(());
    }
    if temporary {
        return Err(if cx.flavor.is_mysql() {
            refuse(1215, "Cannot add foreign key constraint")
        } else {
            messages::foreign_key_malformed(cx.database, &table.name)
        });
    }
    let mut next = max_generated_number(table) + 1;
    for def in defs {
        let foreign_key = resolve(cx, table, def, &mut next, altering).map_err(|e| e.at(def.span))?;
        let duplicate = table.foreign_keys.iter().any(|f| same_name(&f.name, &foreign_key.name));
        let taken = !carried_names.contains(&foreign_key.name.to_lowercase())
            && cx.foreign_key_owner(&foreign_key.name).is_some_and(|owner| owner != table.name);
        if duplicate || taken {
            return Err(if cx.flavor.is_mysql() {
                refuse(1826, format!("Duplicate foreign key constraint name '{}'", foreign_key.name))
            } else {
                refuse(
                    1005,
                    format!(
                        "Can't create table `{}`.`{}` (errno: 121 \"Duplicate key on write or update\")",
                        cx.database, table.name
                    ),
                )
            }
            .at(def.span));
        }
        table.foreign_keys.push(foreign_key);
    }
    sort(table);
    Ok(())
}

/// A foreign key must not change columns behind the back of a check; MySQL, MariaDB has seen it before.
fn check_checks(cx: &Context<'_>, table: &Table, def: &ForeignKeyDef, name: &str) -> Result<()> {
    let references = &def.references;
    let columns: Vec<&str> = def.columns.iter().map(|c| c.value.as_str()).collect();
    behind_checks(cx, table, &columns, [references.on_delete, references.on_update], name)
}

/// Whether a new check is on a column that a foreign key of the table changes by itself; MySQL.
pub(super) fn check_carried(cx: &Context<'_>, table: &Table) -> Result<()> {
    for key in &table.foreign_keys {
        let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
        behind_checks(cx, table, &columns, [key.on_delete, key.on_update], &key.name)?;
    }
    Ok(())
}

fn behind_checks(
    cx: &Context<'_>,
    table: &Table,
    columns: &[&str],
    [on_delete, on_update]: [Option<ReferentialAction>; 2],
    name: &str,
) -> Result<()> {
    use ReferentialAction::{Cascade, SetDefault, SetNull};
    let changes = matches!(on_delete, Some(SetNull | SetDefault))
        || matches!(on_update, Some(Cascade | SetNull | SetDefault));
    if !changes || cx.flavor.is_mariadb() {
        return Ok(());
    }
    for check in &table.checks {
        let named = super::alter_expressions::columns_of(cx, &check.expression)?;
        if let Some(column) = columns.iter().find(|c| named.iter().any(|n| same_name(n, c))) {
            return Err(refuse(
                3823,
                format!(
                    "Column '{column}' cannot be used in a check constraint '{}': needed in a foreign key constraint '{name}' referential action.",
                    check.name
                ),
            ));
        }
    }
    Ok(())
}

/// Both servers list foreign keys by name.
pub(super) fn sort(table: &mut Table) {
    table.foreign_keys.sort_by_cached_key(|f| f.name.to_lowercase());
}

fn resolve(
    cx: &Context<'_>,
    table: &Table,
    def: &ForeignKeyDef,
    next: &mut u32,
    altering: bool,
) -> Result<ForeignKey> {
    let references = &def.references;
    let named = def.constraint.as_ref().or_else(|| {
        // MariaDB takes the name behind FOREIGN KEY for the constraint too.
        def.index_name.as_ref().filter(|_| cx.flavor.is_mariadb())
    });
    let name = match named {
        Some(name) => {
            cx.check_name(name)?;
            name.value.clone()
        }
        None => {
            let name = format!("{}_ibfk_{next}", table.name);
            *next += 1;
            if name.chars().count() > 64 && cx.flavor.is_mysql() {
                return Err(messages::name_too_long(&name));
            }
            name
        }
    };
    let malformed = || messages::foreign_key_malformed(cx.database, &table.name);
    if !references.columns.is_empty() && references.columns.len() != def.columns.len() {
        let shown = named.map_or("foreign key without name", |n| &n.value);
        return Err(refuse(
            1239,
            format!(
                "Incorrect foreign key definition for '{shown}': Key reference and table reference don't match"
            ),
        ));
    }
    for action in [references.on_delete, references.on_update] {
        if action == Some(ReferentialAction::SetDefault) && cx.flavor.is_mariadb() {
            // Read, and not kept.
            continue;
        }
    }
    // ALTER TABLE on MariaDB makes a new table, and what that refers to is still the old one.
    let to_old = altering && cx.flavor.is_mariadb();
    let in_place = to_old && !cx.session.foreign_key_checks && stays_in_place(cx, table);
    let kept = |action: Option<ReferentialAction>| match action {
        // In place InnoDB has no RESTRICT.
        Some(ReferentialAction::Restrict | ReferentialAction::SetDefault) if in_place => {
            Some(ReferentialAction::NoAction)
        }
        Some(ReferentialAction::SetDefault) if cx.flavor.is_mariadb() => None,
        action => action,
    };
    let mut columns = Vec::with_capacity(def.columns.len());
    for column in &def.columns {
        let Some(own) = table.column(&column.value) else {
            return Err(messages::key_column_missing(&column.value).at(column.span));
        };
        if columns.iter().any(|c: &String| same_name(c, &own.name)) {
            return Err(messages::duplicate_column(&column.value).at(column.span));
        }
        check_own_column(cx, table, own, &name, references.on_delete, references.on_update)?;
        columns.push(own.name.clone());
    }
    check_checks(cx, table, def, &name)?;
    if table.partitioning.is_some() {
        return Err(refuse(1506, "Foreign keys are not yet supported in conjunction with partitioning"));
    }
    let parent_schema = references.table.schema.as_ref().map_or(cx.database, |s| s.value.as_str());
    let parent_name = &references.table.name.value;
    let mut foreign_key = ForeignKey {
        name,
        columns,
        referenced_schema: (parent_schema != cx.database).then(|| parent_schema.to_owned()),
        referenced_table: parent_name.clone(),
        referenced_columns: references.columns.iter().map(|c| c.value.clone()).collect(),
        on_delete: kept(references.on_delete),
        on_update: kept(references.on_update),
    };
    let to_itself = parent_schema == cx.database && *parent_name == table.name;
    let parent = if to_itself && !to_old { Some(table) } else { cx.lookup(parent_schema, parent_name) };
    // Without foreign_key_checks MySQL takes a parent of an engine without foreign keys for one that is missing.
    let unfit = |parent: &&Table| !traits(&parent.options.engine, cx.flavor).foreign_keys;
    let no_parent_yet = cx.flavor.is_mysql()
        && !cx.session.foreign_key_checks
        && !foreign_key.referenced_columns.is_empty()
        && parent.as_ref().is_some_and(unfit);
    let parent = parent.filter(|_| !no_parent_yet);
    let Some(parent) = parent else {
        if !cx.session.foreign_key_checks {
            if foreign_key.referenced_columns.is_empty() {
                return Err(unsupported("REFERENCES without columns to a table that does not exist"));
            }
            if cx.flavor.is_mariadb() && !has_child_key(&foreign_key, table) {
                return Err(malformed());
            }
            return Ok(foreign_key);
        }
        return Err(if cx.flavor.is_mysql() {
            refuse(1824, format!("Failed to open the referenced table '{parent_name}'"))
                .at(references.table.span())
        } else {
            malformed().at(references.table.span())
        });
    };
    if foreign_key.referenced_columns.is_empty() {
        // REFERENCES without columns means the parent's primary key.
        match parent.primary_key() {
            Some(key) if cx.flavor.mysql_since(9, 0, 0) && key.parts.len() == foreign_key.columns.len() => {
                foreign_key.referenced_columns =
                    key.parts.iter().filter_map(|p| p.column_name().map(str::to_owned)).collect();
            }
            _ => {
                return Err(refuse(
                    1239,
                    "Incorrect foreign key definition for 'foreign key without name': Key reference and table reference don't match",
                ));
            }
        }
    }
    // A key over the first bytes of a column is of no use to MariaDB's InnoDB.
    if cx.flavor.is_mariadb() && !has_child_key(&foreign_key, table) {
        return Err(malformed());
    }
    let staying;
    let parent = if to_itself && to_old && !cx.session.foreign_key_checks {
        staying = without_dropped_keys(parent, table);
        &staying
    } else {
        parent
    };
    match check_against_parent(cx, table, &mut foreign_key, parent) {
        // In place, which ALTER TABLE is without foreign_key_checks, InnoDB says more of what is missing.
        Err(error) if to_old && !cx.session.foreign_key_checks && error.errno() == Some(1005) => {
            Err(in_place_error(cx, &foreign_key, table, parent))
        }
        Err(error) => Err(error),
        // The copy, under its new name, refers to itself.
        Ok(())
            if to_itself
                && to_old
                && check_against_parent(cx, table, &mut foreign_key.clone(), table).is_err() =>
        {
            Err(super::alter_foreign_keys::copy_refused(cx, parent))
        }
        Ok(()) => Ok(foreign_key),
    }
}

/// Whether InnoDB changes the table without a copy of it, as far as its columns and its primary key tell.
fn stays_in_place(cx: &Context<'_>, new: &Table) -> bool {
    use super::alter_foreign_keys::{changes_storage, primary_goes};
    let Some(old) = cx.lookup(cx.database, &new.name) else { return false };
    let copied = |column: &Column| new.column(&column.name).is_some_and(|to| changes_storage(column, to));
    !primary_goes(cx, old, new) && !old.columns.iter().any(copied)
}

/// What a table in place has of its keys for a foreign key to itself: those that stay, and those that only get another name.
fn without_dropped_keys(old: &Table, new: &Table) -> Table {
    let stays = |index: &Index| {
        new.indexes.iter().any(|other| {
            let renamed = same_name(&index.name, &other.name) || !other.generated;
            renamed && index.kind == other.kind && index.parts == other.parts
        })
    };
    Table { indexes: old.indexes.iter().filter(|i| stays(i)).cloned().collect(), ..old.clone() }
}

fn in_place_error(cx: &Context<'_>, foreign_key: &ForeignKey, table: &Table, parent: &Table) -> ExecuteError {
    // Types are compared by the keys: the child's has to be there already.
    let own_key = cx.lookup(cx.database, &table.name).is_some_and(|old| has_child_key(foreign_key, old));
    let other_type = foreign_key.columns.iter().zip(&foreign_key.referenced_columns).any(|(own, theirs)| {
        let (Some(own), Some(theirs)) = (table.column(own), parent.column(theirs)) else { return false };
        !compatible(&own.ty, own, &theirs.ty, theirs)
    });
    let keyed = parent.indexes.iter().filter(|index| !index.invisible).any(|index| {
        starts_with(index, &foreign_key.referenced_columns)
            || extended_by_primary(parent, index, &foreign_key.referenced_columns)
    });
    if keyed && !(own_key && other_type) {
        return refuse(
            1825,
            format!(
                "Failed to add the foreign key constraint on table '{}'. Incorrect options in FOREIGN KEY constraint '{}'",
                table.name, foreign_key.name
            ),
        );
    }
    refuse(
        1822,
        format!(
            "Failed to add the foreign key constraint. Missing index for constraint '' in the referenced table '{}'",
            parent.name
        ),
    )
}

fn check_own_column(
    cx: &Context<'_>,
    table: &Table,
    column: &Column,
    name: &str,
    on_delete: Option<ReferentialAction>,
    on_update: Option<ReferentialAction>,
) -> Result<()> {
    let sets_null = [on_delete, on_update].contains(&Some(ReferentialAction::SetNull));
    if let Some(Generated::Expression { stored, .. }) = &column.generated {
        let clause = match (on_delete, on_update) {
            (Some(ReferentialAction::SetNull), _) => Some("ON DELETE SET NULL"),
            (Some(ReferentialAction::SetDefault), _) => Some("ON DELETE SET DEFAULT"),
            (_, Some(ReferentialAction::SetNull)) => Some("ON UPDATE SET NULL"),
            (_, Some(ReferentialAction::SetDefault)) => Some("ON UPDATE SET DEFAULT"),
            (_, Some(ReferentialAction::Cascade)) => Some("ON UPDATE CASCADE"),
            _ => None,
        };
        if let Some(clause) = clause {
            let (errno, dot) = if cx.flavor.is_mysql() { (3104, ".") } else { (1905, "") };
            return Err(refuse(
                errno,
                format!("Cannot define foreign key with {clause} clause on a generated column{dot}"),
            ));
        }
        if !stored && cx.flavor.is_mysql() {
            return Err(refuse(
                3733,
                format!("Foreign key '{name}' uses virtual column '{}' which is not supported.", column.name),
            ));
        }
    }
    if sets_null && !column.nullable {
        return Err(if cx.flavor.is_mysql() {
            refuse(
                1830,
                format!(
                    "Column '{}' cannot be NOT NULL: needed in a foreign key constraint '{name}' SET NULL",
                    column.name
                ),
            )
        } else {
            messages::foreign_key_malformed(cx.database, &table.name)
        });
    }
    Ok(())
}

/// The parent's columns, their types, and a key that finds them. Spells the parent's columns as the parent does.
pub(super) fn check_against_parent(
    cx: &Context<'_>,
    child: &Table,
    foreign_key: &mut ForeignKey,
    parent: &Table,
) -> Result<()> {
    let malformed = || messages::foreign_key_malformed(cx.database, &child.name);
    if !traits(&parent.options.engine, cx.flavor).foreign_keys {
        return Err(if cx.flavor.is_mysql() {
            refuse(1824, format!("Failed to open the referenced table '{}'", parent.name))
        } else {
            malformed()
        });
    }
    if parent.partitioning.is_some() {
        if cx.flavor.is_mariadb() {
            return Err(malformed());
        }
        return Err(refuse(1506, "Foreign keys are not yet supported in conjunction with partitioning"));
    }
    for at in 0..foreign_key.columns.len() {
        let Some(own) = child.column(&foreign_key.columns[at]) else { continue };
        let Some(theirs) = parent.column(&foreign_key.referenced_columns[at]) else {
            return Err(if cx.flavor.is_mysql() {
                refuse(
                    3734,
                    format!(
                        "Failed to add the foreign key constraint. Missing column '{}' for constraint '{}' in the referenced table '{}'",
                        foreign_key.referenced_columns[at], foreign_key.name, parent.name
                    ),
                )
            } else {
                malformed()
            });
        };
        if matches!(theirs.generated, Some(Generated::Expression { stored: false, .. }))
            && cx.flavor.is_mysql()
        {
            return Err(refuse(
                3733,
                format!(
                    "Foreign key '{}' uses virtual column '{}' which is not supported.",
                    foreign_key.name, theirs.name
                ),
            ));
        }
        if !compatible(&own.ty, own, &theirs.ty, theirs) {
            return Err(incompatible(cx, child, foreign_key, at));
        }
        if carries_null(cx, foreign_key, own, theirs) {
            return Err(malformed());
        }
        foreign_key.referenced_columns[at].clone_from(&theirs.name);
    }
    check_parent_key(cx, child, foreign_key, parent)
}

/// MariaDB in strict mode: whether an UPDATE of the parent could bring NULL into a child's column that takes none (observed on
/// 10.11.18 and 11.8.9).
pub(super) fn carries_null(
    cx: &Context<'_>,
    foreign_key: &ForeignKey,
    own: &Column,
    theirs: &Column,
) -> bool {
    cx.flavor.is_mariadb()
        && cx.session.sql_mode.strict()
        && foreign_key.on_update == Some(ReferentialAction::Cascade)
        && !own.nullable
        && theirs.nullable
}

pub(super) fn incompatible(
    cx: &Context<'_>,
    child: &Table,
    foreign_key: &ForeignKey,
    at: usize,
) -> ExecuteError {
    if cx.flavor.is_mysql() {
        refuse(
            3780,
            format!(
                "Referencing column '{}' and referenced column '{}' in foreign key constraint '{}' are incompatible.",
                foreign_key.columns[at], foreign_key.referenced_columns[at], foreign_key.name
            ),
        )
    } else {
        messages::foreign_key_malformed(cx.database, &child.name)
    }
}

fn check_parent_key(cx: &Context<'_>, child: &Table, foreign_key: &ForeignKey, parent: &Table) -> Result<()> {
    let to_itself = foreign_key.referenced_schema.is_none() && child.name == parent.name;
    let held = if to_itself && cx.flavor.is_mysql() {
        holds_itself(cx, foreign_key, parent)
    } else {
        has_parent_key(cx, foreign_key, parent)
    };
    if held {
        return Ok(());
    }
    if cx.flavor.is_mariadb() {
        return Err(messages::foreign_key_malformed(cx.database, &child.name));
    }
    let (errno, what) =
        if cx.session.restrict_fk_on_non_standard_key { (6125, "unique key") } else { (1822, "index") };
    Err(refuse(
        errno,
        format!(
            "Failed to add the foreign key constraint. Missing {what} for constraint '{}' in the referenced table '{}'",
            foreign_key.name, parent.name
        ),
    ))
}

/// InnoDB of MySQL wants two keys for a foreign key to its own table: one for the child's rows, another for the parent's.
pub(super) fn holds_itself(cx: &Context<'_>, foreign_key: &ForeignKey, table: &Table) -> bool {
    let Some(supporting) = table.indexes.iter().position(|i| starts_with(i, &foreign_key.columns)) else {
        return has_parent_key(cx, foreign_key, table);
    };
    let mut others = table.clone();
    others.indexes.remove(supporting);
    has_parent_key(cx, foreign_key, &others)
}

/// Whether the parent has a key that finds its rows for a foreign key.
pub(super) fn has_parent_key(cx: &Context<'_>, foreign_key: &ForeignKey, parent: &Table) -> bool {
    let columns = &foreign_key.referenced_columns;
    parent.indexes.iter().any(|index| {
        if cx.session.restrict_fk_on_non_standard_key {
            index.is_unique() && index.parts.len() == columns.len() && starts_with(index, columns)
        } else {
            starts_with(index, columns) || extended_by_primary(parent, index, columns)
        }
    })
}

/// MariaDB: whether InnoDB found in the parent what the foreign key needs. Without foreign_key_checks it may not be there, and the
/// foreign key then guards nothing.
pub(super) fn is_linked(cx: &Context<'_>, child: &Table, foreign_key: &ForeignKey, parent: &Table) -> bool {
    let same = |(own, theirs): (&String, &String)| match (child.column(own), parent.column(theirs)) {
        (Some(own), Some(theirs)) => compatible(&own.ty, own, &theirs.ty, theirs),
        _ => false,
    };
    has_parent_key(cx, foreign_key, parent)
        && foreign_key.columns.iter().zip(&foreign_key.referenced_columns).all(same)
}

/// InnoDB adds the primary key's columns to every other key.
fn extended_by_primary(table: &Table, index: &Index, columns: &[String]) -> bool {
    let Some(primary) = table.primary_key() else { return false };
    if index.kind != IndexKind::Key && index.kind != IndexKind::Unique {
        return false;
    }
    let mut extended = index.clone();
    for part in &primary.parts {
        let present = extended.parts.iter().any(|p| match (p.column_name(), part.column_name()) {
            (Some(a), Some(b)) => same_name(a, b),
            _ => false,
        });
        if !present {
            extended.parts.push(part.clone());
        }
    }
    starts_with(&extended, columns)
}

/// Whether an index has exactly these columns first, whole and in this order.
pub(super) fn starts_with(index: &Index, columns: &[String]) -> bool {
    let hash =
        index.using == Some(terp_schema_model::IndexAlgorithm::Hash) && index.kind == IndexKind::Unique;
    !(hash || matches!(index.kind, IndexKind::Fulltext | IndexKind::Spatial | IndexKind::Vector))
        && index.parts.len() >= columns.len()
        && index.parts.iter().zip(columns).all(|(part, column)| match &part.kind {
            IndexPartKind::Column(name) => part.length.is_none() && same_name(name, column),
            IndexPartKind::Expression(_) => false,
        })
}

/// Whether a table keeps a key for its own foreign key.
pub(super) fn has_child_key(foreign_key: &ForeignKey, table: &Table) -> bool {
    table.indexes.iter().any(|index| {
        starts_with(index, &foreign_key.columns) || extended_by_primary(table, index, &foreign_key.columns)
    })
}

/// The highest N among names of the form `table_ibfk_N`.
fn max_generated_number(table: &Table) -> u32 {
    table.foreign_keys.iter().filter_map(|f| generated_number(&f.name, &table.name)).max().unwrap_or(0)
}

/// The N of a name that the server made for that table.
pub(super) fn generated_number(name: &str, table: &str) -> Option<u32> {
    let digits = name.strip_prefix(table)?.strip_prefix("_ibfk_")?;
    (!digits.starts_with('0')).then(|| digits.parse().ok()).flatten()
}
