//! ALTER TABLE's keys and constraints: what is dropped, what is renamed, and what follows its columns.

use std::borrow::Cow;

use terp_schema_model::{Column, ColumnType, Index, IndexKind, LobSize, Table, same_name};

use super::Context;
use super::alter_columns::NameMap;
use super::alter_foreign_keys;
use super::alter_requests::Requests;
use super::build::{KeySource, Parts};
use super::check::CheckDraft;
use super::error::{Result, messages, refuse, unsupported};
use super::foreign_key;
use crate::ast::{Ident, TableElement};
use crate::expr::ExprPlace;

/// Carries the keys that stay into the parts, and adds the statement's.
pub(super) fn assemble<'a>(
    cx: &Context<'_>,
    old: &Table,
    requests: &Requests<'a>,
    parts: &mut Parts<'a>,
    names: &NameMap,
) -> Result<()> {
    check_key_drops(cx, old, requests)?;
    let brought = std::mem::take(&mut parts.keys);
    for index in &old.indexes {
        let dropped = if index.kind == IndexKind::Primary {
            requests.drop_primary.is_some()
                || requests.drop_keys.iter().any(|n| same_name(&n.value, "PRIMARY"))
        } else {
            requests.drop_keys.iter().any(|n| same_name(&n.value, &index.name))
        };
        if dropped {
            continue;
        }
        let mut index = index.clone();
        if !follow_columns(cx, old, parts, &mut index, names)? {
            let altered = requests.alter_indexes.iter().map(|(name, ..)| *name);
            let mysql = cx.flavor.is_mysql();
            let renamed = requests.rename_keys.iter().map(|(name, ..)| *name).filter(|_| mysql);
            let named = altered.chain(renamed).find(|name| same_name(&name.value, &index.name));
            if let Some(name) = named {
                return Err(key_missing(name, old));
            }
            continue;
        }
        for (name, invisible, span) in &requests.alter_indexes {
            if same_name(&name.value, &index.name) {
                if index.kind == IndexKind::Primary
                    || super::primary_key::stands_for_primary(cx, old, &index.name)
                {
                    return Err(super::primary_key::invisible_primary(cx).at(*span));
                }
                index.invisible = *invisible;
            }
        }
        for (from, to, _) in &requests.rename_keys {
            if same_name(&from.value, &index.name) {
                index.name.clone_from(&to.value);
                index.generated = false;
            }
        }
        parts.keys.push(KeySource::Existing(index));
    }
    // Those that columns bring and those that stand by themselves come in the statement's order.
    let mut defined = brought;
    for element in &requests.keys {
        match element {
            TableElementRef::Index(def) => defined.push(KeySource::Defined(Cow::Borrowed(def))),
            TableElementRef::ForeignKey(def) => defined.push(KeySource::ForeignKey(Cow::Borrowed(def))),
            TableElementRef::Check(def) => parts.checks.push(CheckDraft { def, column: None }),
        }
    }
    for def in &requests.keys_of_passed_over {
        defined.push(KeySource::Defined(Cow::Owned(def.clone())));
    }
    defined.sort_by_key(KeySource::start);
    parts.keys.extend(defined);
    // MySQL looks for what no CHECK may hold before it looks at columns and keys.
    for CheckDraft { def, .. } in parts.checks.iter().filter(|_| cx.flavor.is_mysql()) {
        let generated = format!("{}_chk_1", old.name);
        let name = def.constraint.as_ref().map_or(generated.as_str(), |name| &name.value);
        cx.check_functions(&def.expr, ExprPlace::Check, name)?;
    }
    Ok(())
}

/// A key or constraint of the statement.
pub(super) enum TableElementRef<'a> {
    Index(&'a crate::ast::IndexDef),
    ForeignKey(&'a crate::ast::ForeignKeyDef),
    Check(&'a crate::ast::CheckDef),
}

impl<'a> TableElementRef<'a> {
    pub(super) fn of(element: &'a TableElement) -> Option<Self> {
        match element {
            TableElement::Index(def) => Some(Self::Index(def)),
            TableElement::ForeignKey(def) => Some(Self::ForeignKey(def)),
            TableElement::Check(def) => Some(Self::Check(def)),
            TableElement::Column(_) | TableElement::Period(_) => None,
        }
    }
}

fn key_missing(name: &Ident, table: &Table) -> super::ExecuteError {
    refuse(1176, format!("Key '{}' doesn't exist in table '{}'", name.value, table.name)).at(name.span)
}

fn check_key_drops(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    if let Some(span) = requests.drop_primary
        && old.primary_key().is_none()
    {
        return Err(messages::cannot_drop(cx.flavor, "INDEX", "PRIMARY").at(span));
    }
    let mut seen: Vec<&str> = requests.drop_primary.iter().map(|_| "PRIMARY").collect();
    for name in &requests.drop_keys {
        let twice = seen.iter().any(|s| same_name(s, &name.value));
        if twice || old.index(&name.value).is_none() {
            return Err(messages::cannot_drop(cx.flavor, "INDEX", &name.value).at(name.span));
        }
        seen.push(&name.value);
    }
    let missing = |name: &Ident| key_missing(name, old);
    for (name, _, _) in &requests.alter_indexes {
        let dropped = requests.drop_keys.iter().any(|n| same_name(&n.value, &name.value))
            || requests.drop_primary.is_some() && name.value.eq_ignore_ascii_case("PRIMARY");
        let renamed = requests.rename_keys.iter().any(|(from, _, _)| same_name(&from.value, &name.value));
        if old.index(&name.value).is_none() || dropped || renamed {
            return Err(missing(name));
        }
    }
    for (at, (from, to, span)) in requests.rename_keys.iter().enumerate() {
        let dropped = requests.drop_keys.iter().any(|n| same_name(&n.value, &from.value));
        if old.index(&from.value).is_none() || dropped {
            return Err(missing(from));
        }
        cx.check_name(to)?;
        if to.value.is_empty() || to.value.ends_with(' ') || to.value.eq_ignore_ascii_case("PRIMARY") {
            return Err(refuse(1280, format!("Incorrect index name '{}'", to.value)).at(*span));
        }
        if from.value.eq_ignore_ascii_case("PRIMARY") {
            return Err(refuse(1280, format!("Incorrect index name '{}'", from.value)).at(*span));
        }
        // One that another rename renames is not there any more.
        if requests.rename_keys[..at].iter().any(|(f, _, _)| same_name(&f.value, &from.value)) {
            return Err(missing(from));
        }
    }
    Ok(())
}

/// Follows renamed, dropped and changed columns into a key; `false` when nothing of it is left.
fn follow_columns(
    cx: &Context<'_>,
    old: &Table,
    parts: &Parts<'_>,
    index: &mut Index,
    names: &NameMap,
) -> Result<bool> {
    let count = index.parts.len();
    let mut kept = Vec::with_capacity(count);
    for mut part in std::mem::take(&mut index.parts) {
        let Some(name) = part.column_name().map(str::to_owned) else {
            kept.push(part);
            continue;
        };
        let Some(Some(new_name)) = names.get(&name.to_lowercase()) else {
            // MariaDB does not narrow a unique key.
            if cx.flavor.is_mariadb() && index.is_unique() && count > 1 {
                return Err(messages::key_column_missing(&name));
            }
            continue;
        };
        let before = old.column(&name);
        let after = parts
            .columns
            .iter()
            .find(|c| c.old_name.as_deref().is_some_and(|o| same_name(o, &name)))
            .map(|c| &c.column);
        if let (Some(before), Some(after)) = (before, after) {
            let members = matches!(before.ty, ColumnType::Enum { .. } | ColumnType::Set { .. });
            let text = matches!(after.ty, ColumnType::Char { .. } | ColumnType::Varchar { .. });
            if cx.flavor.is_mysql() && members && text {
                return Err(unsupported("a key whose column changes from ENUM or SET to a string"));
            }
            part.length = kept_length(before, after, part.length, index.kind);
        }
        part.kind = terp_schema_model::IndexPartKind::Column(new_name.clone());
        kept.push(part);
    }
    index.parts = kept;
    if index.using == Some(terp_schema_model::IndexAlgorithm::Hash)
        && cx.flavor.is_mariadb()
        && is_hash_unique(old, index)
    {
        // Whether a unique key has to be a hash is seen anew.
        index.using = None;
    }
    Ok(!index.parts.is_empty())
}

/// Whether MariaDB made a hash of a unique key because it was too long, rather than being told to.
fn is_hash_unique(old: &Table, index: &Index) -> bool {
    index.kind == IndexKind::Unique && old.options.engine != "MEMORY"
}

/// The prefix length of a part whose column changes.
fn kept_length(before: &Column, after: &Column, length: Option<u32>, kind: IndexKind) -> Option<u32> {
    let length = length?;
    if kind == IndexKind::Spatial || !takes_prefix(&before.ty) || !takes_prefix(&after.ty) {
        return None;
    }
    let own = match &after.ty {
        ColumnType::Char { length }
        | ColumnType::Varchar { length }
        | ColumnType::Binary { length }
        | ColumnType::Varbinary { length } => *length,
        ColumnType::Text { size } | ColumnType::Blob { size } => match size {
            LobSize::Tiny => 255,
            _ => u32::MAX,
        },
        _ => u32::MAX,
    };
    (own > length || after.ty.is_lob()).then_some(length)
}

const fn takes_prefix(ty: &ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Char { .. }
            | ColumnType::Varchar { .. }
            | ColumnType::Binary { .. }
            | ColumnType::Varbinary { .. }
            | ColumnType::Text { .. }
            | ColumnType::Blob { .. }
            | ColumnType::Geometry { .. }
    )
}

/// Takes dropped foreign keys and checks out of the table, and follows renamed columns in the rest.
pub(super) fn carry_constraints(
    cx: &Context<'_>,
    old: &Table,
    requests: &Requests<'_>,
    table: &mut Table,
    names: &NameMap,
) -> Result<()> {
    let has_foreign_keys = super::options::traits(&table.options.engine, cx.flavor).foreign_keys;
    if cx.flavor.is_mariadb() && old.partitioning.is_some() && !requests.drop_foreign_keys.is_empty() {
        return Err(refuse(1506, "Partitioned tables do not support FOREIGN KEY"));
    }
    for name in &requests.drop_foreign_keys {
        // An engine without foreign keys has none to miss.
        if !has_foreign_keys && cx.flavor.is_mysql() {
            continue;
        }
        let before = table.foreign_keys.len();
        table.foreign_keys.retain(|f| !same_name(&f.name, &name.value));
        if table.foreign_keys.len() == before {
            return Err(messages::cannot_drop(cx.flavor, "FOREIGN KEY", &name.value).at(name.span));
        }
    }
    for name in &requests.drop_checks {
        let before = table.checks.len();
        table.checks.retain(|c| !same_name(&c.name, &name.value));
        if table.checks.len() == before {
            return Err(refuse(
                3821,
                format!("Check constraint '{}' is not found in the table.", name.value),
            )
            .at(name.span));
        }
    }
    for (name, enforced) in &requests.alter_checks {
        match table.checks.iter_mut().find(|c| same_name(&c.name, &name.value)) {
            Some(check) => check.not_enforced = !enforced,
            None => {
                return Err(refuse(
                    3821,
                    format!("Check constraint '{}' is not found in the table.", name.value),
                )
                .at(name.span));
            }
        }
    }
    let own_name = table.name.clone();
    for foreign_key in &mut table.foreign_keys {
        if foreign_key.referenced_schema.is_none() && foreign_key.referenced_table == own_name {
            let gone = foreign_key
                .referenced_columns
                .iter()
                .find(|column| matches!(names.get(&column.to_lowercase()), Some(None)));
            // With the key that rows are kept by the table is copied, and another check comes first.
            let copied = gone.is_some_and(|column| {
                let of_it = |part: &terp_schema_model::IndexPart| {
                    part.column_name().is_some_and(|name| same_name(name, column))
                };
                alter_foreign_keys::clustered(cx, old).is_some_and(|index| index.parts.iter().any(of_it))
            });
            if let Some(column) =
                gone.filter(|_| copied && cx.flavor.is_mariadb() && cx.session.foreign_key_checks)
            {
                return Err(refuse(
                    1829,
                    format!(
                        "Cannot drop column '{column}': needed in a foreign key constraint '{}' of table `{}`.`{own_name}`",
                        foreign_key.name, cx.database
                    ),
                ));
            }
            for column in &mut foreign_key.referenced_columns {
                if let Some(Some(new)) = names.get(&column.to_lowercase()) {
                    column.clone_from(new);
                }
            }
        }
        for column in &mut foreign_key.columns {
            match names.get(&column.to_lowercase()) {
                Some(Some(new)) => column.clone_from(new),
                _ => {
                    // MariaDB sees first that the key goes that the foreign key needs.
                    let gone = old.indexes.iter().find(|index| {
                        foreign_key::starts_with(index, std::slice::from_ref(column))
                            && index.parts.iter().all(|part| {
                                let name = part.column_name().map(str::to_lowercase);
                                name.is_some_and(|name| matches!(names.get(&name), Some(None)))
                            })
                    });
                    if let Some(index) =
                        gone.filter(|_| cx.flavor.is_mariadb() && cx.session.foreign_key_checks)
                    {
                        return Err(refuse(
                            1553,
                            format!("Cannot drop index '{}': needed in a foreign key constraint", index.name),
                        ));
                    }
                    return Err(refuse(
                        1828,
                        format!(
                            "Cannot drop column '{column}': needed in a foreign key constraint '{}'",
                            foreign_key.name
                        ),
                    ));
                }
            }
        }
    }
    Ok(())
}
