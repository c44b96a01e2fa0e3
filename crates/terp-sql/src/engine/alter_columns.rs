//! ALTER TABLE's columns: which stay, which change, which come, and in what order
//! (`mysql_prepare_alter_table` in the servers' `sql_table.cc`).

use std::collections::HashMap;

use terp_schema_model::{
    CharacterSet, Column, ColumnType, DefaultValue, Generated, IndexPartKind, LobSize, Table, same_name,
};

use super::Context;
use super::alter_expressions;
use super::alter_requests::Requests;
use super::build::Parts;
use super::column::{self, ColumnDraft, Inline};
use super::create::push_column;
use super::default::{self, ParsedDefault};
use super::error::{ExecuteError, Result, messages, refuse, unsupported};
use super::types;
use crate::Span;
use crate::ast::{AlterColumn, ColumnAttributeKind, ColumnDef, ColumnPosition, DefaultClause, Ident};

/// A column of the statement: new, or in the place of an old one.
pub(super) struct Wanted<'a> {
    pub(super) def: &'a ColumnDef,
    /// The name of the column that it replaces.
    pub(super) replaces: Option<&'a Ident>,
    pub(super) position: Option<&'a ColumnPosition>,
    pub(super) span: Span,
}

/// Old name, in lower case, to new name; dropped columns have none.
pub(super) type NameMap = HashMap<String, Option<String>>;

/// Puts the columns together, and tells what became of the old ones.
pub(super) fn assemble<'a>(
    cx: &Context<'_>,
    old: &Table,
    requests: &Requests<'a>,
    parts: &mut Parts<'a>,
) -> Result<NameMap> {
    let mut names: NameMap = NameMap::new();
    check_drops(cx, old, requests)?;
    check_names(cx, old, requests)?;
    let inherited = parts.table.character_set.clone();
    let mut used = vec![false; requests.columns.len()];
    let mut defaults_used = vec![false; requests.alter_columns.len()];
    let mut renames_used = vec![false; requests.rename_columns.len()];
    let mut keys_of_changed: Vec<(usize, Inline)> = Vec::new();
    for column in &old.columns {
        let key = column.name.to_lowercase();
        if requests.drop_columns.iter().any(|n| same_name(&n.value, &column.name)) {
            names.insert(key, None);
            continue;
        }
        let wanted = requests.columns.iter().enumerate().find(|(_, w)| replaces(w, &column.name));
        if let Some((at, wanted)) = wanted {
            used[at] = true;
            let mut inline = Inline::default();
            let mut draft = column::draft(cx, wanted.def, &inherited, &mut inline)?;
            draft.old_name = Some(column.name.clone());
            convert_defined(cx, &mut draft.column, requests)?;
            names.insert(key, Some(draft.column.name.clone()));
            if wanted.position.is_none() {
                push_column(cx, parts, draft, Inline::default(), None);
                keys_of_changed.push((at, inline));
            } else {
                keys_of_changed.push((at, inline));
                used[at] = false;
            }
            continue;
        }
        let mut draft = ColumnDraft::existing(column);
        if let Some(set) = &requests.convert {
            convert(cx, &mut draft.column, set)?;
        }
        let mut altered = false;
        for (at, (old_name, new_name, span)) in requests.rename_columns.iter().enumerate() {
            if same_name(&old_name.value, &column.name) && !altered {
                cx.check_name(new_name)?;
                if new_name.value.is_empty() || new_name.value.ends_with(' ') {
                    return Err(refuse(1166, format!("Incorrect column name '{}'", new_name.value)).at(*span));
                }
                draft.column.name.clone_from(&new_name.value);
                renames_used[at] = true;
                altered = true;
            }
        }
        for (at, (name, change, span)) in requests.alter_columns.iter().enumerate() {
            // Once for a column, and not when it is renamed.
            if same_name(&name.value, &column.name) && !std::mem::replace(&mut altered, true) {
                alter_one(cx, &mut draft, change).map_err(|e| e.at(*span))?;
                defaults_used[at] = true;
            }
        }
        names.insert(key, Some(draft.column.name.clone()));
        push_column(cx, parts, draft, Inline::default(), None);
    }
    place_wanted(cx, requests, parts, &used, &mut keys_of_changed, &inherited)?;
    if let Some((unknown, at)) = requests
        .alter_columns
        .iter()
        .zip(&defaults_used)
        .filter(|(_, used)| !**used)
        .map(|((name, _, span), _)| (name, *span))
        .chain(
            requests
                .rename_columns
                .iter()
                .zip(&renames_used)
                .filter(|(_, used)| !**used)
                .map(|((name, _, span), _)| (name, *span)),
        )
        .next()
    {
        return Err(messages::unknown_column(&unknown.value, &old.name).at(at));
    }
    if parts.columns.is_empty() && cx.flavor.is_mariadb() {
        return Err(no_columns_left());
    }
    Ok(names)
}

pub(super) fn no_columns_left() -> ExecuteError {
    refuse(1090, "You can't delete all columns with ALTER TABLE; use DROP TABLE instead")
}

/// Whether the columns that are named are there, in the order in which they are put together. No column's definition is looked at
/// before.
fn check_names(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let mut names: Vec<&str> = Vec::new();
    for column in &old.columns {
        if requests.drop_columns.iter().any(|n| same_name(&n.value, &column.name)) {
            check_partition_needs(cx, old, column)?;
            continue;
        }
        let replaced = requests.columns.iter().find(|w| replaces(w, &column.name));
        let renamed = requests.rename_columns.iter().find(|(name, ..)| same_name(&name.value, &column.name));
        if let Some(wanted) = replaced {
            if !same_name(&wanted.def.name.value, &column.name) {
                check_partition_needs(cx, old, column)?;
            }
            check_stored_status(cx, column, wanted.def).map_err(|e| e.at(wanted.span))?;
        }
        match (replaced, renamed) {
            (Some(Wanted { position: Some(_), .. }), _) => {}
            (Some(wanted), _) => names.push(&wanted.def.name.value),
            (None, Some((_, new, _))) => names.push(&new.value),
            (None, None) => names.push(&column.name),
        }
    }
    let unknown = |name: &Ident| Err(messages::unknown_column(&name.value, &old.name).at(name.span));
    for (at, wanted) in requests.columns.iter().enumerate() {
        if let Some(name) = wanted.replaces {
            let gone = requests.drop_columns.iter().any(|n| same_name(&n.value, &name.value));
            let before = requests.columns[..at].iter().any(|w| replaces(w, &name.value));
            if old.column(&name.value).is_none() || gone || before {
                return unknown(name);
            }
            if wanted.position.is_none() {
                continue;
            }
        }
        let position = match wanted.position {
            None => names.len(),
            Some(ColumnPosition::First) => 0,
            Some(ColumnPosition::After(name)) => match names.iter().position(|n| same_name(n, &name.value)) {
                Some(found) => found + 1,
                None => return unknown(name),
            },
        };
        names.insert(position, &wanted.def.name.value);
    }
    Ok(())
}

/// MySQL: whether the table is not partitioned by the column.
fn check_partition_needs(cx: &Context<'_>, old: &Table, column: &Column) -> Result<()> {
    match &old.partitioning {
        Some(partitioning) if cx.flavor.is_mysql() => {
            alter_expressions::check_partition_needs(cx, &old.name, partitioning, &column.name)
        }
        _ => Ok(()),
    }
}

fn replaces(wanted: &Wanted<'_>, column: &str) -> bool {
    wanted.replaces.is_some_and(|name| same_name(&name.value, column))
}

/// New columns, and changed ones that move, in the order of the statement.
fn place_wanted<'a>(
    cx: &Context<'_>,
    requests: &Requests<'a>,
    parts: &mut Parts<'a>,
    used: &[bool],
    keys_of_changed: &mut Vec<(usize, Inline)>,
    inherited: &CharacterSet,
) -> Result<()> {
    for (at, wanted) in requests.columns.iter().enumerate() {
        let known =
            keys_of_changed.iter().position(|(w, _)| *w == at).map(|i| keys_of_changed.swap_remove(i).1);
        if used[at] {
            // In its old place already; the keys that it brings come in the statement's order.
            if let Some(inline) = known {
                push_keys(parts, inline);
            }
            continue;
        }
        let mut inline = Inline::default();
        let mut draft = column::draft(cx, wanted.def, inherited, &mut inline)?;
        if wanted.replaces.is_none()
            && cx.flavor.is_mysql()
            && draft.default.is_some_and(|d| default::is_unsafe(&d.expr))
        {
            return Err(refuse(
                1674,
                "Statement is unsafe because it uses a system function that may return a different value on the replica.",
            )
            .at(wanted.span));
        }
        inline.keys.retain(|key| !requests.passed_over_keys.contains(&(key.span, key.kind)));
        draft.old_name = wanted.replaces.map(|r| r.value.clone());
        convert_defined(cx, &mut draft.column, requests)?;
        let position = match wanted.position {
            None => None,
            Some(ColumnPosition::First) => Some(0),
            Some(ColumnPosition::After(name)) => {
                let found = parts.columns.iter().position(|c| same_name(&c.column.name, &name.value));
                found.map(|found| found + 1)
            }
        };
        push_column(cx, parts, draft, inline, position);
    }
    Ok(())
}

fn push_keys(parts: &mut Parts<'_>, inline: Inline) {
    use std::borrow::Cow;

    use super::build::KeySource;
    parts.keys.extend(inline.keys.into_iter().map(|def| KeySource::Defined(Cow::Owned(def))));
    parts.keys.extend(inline.foreign_keys.into_iter().map(|def| KeySource::ForeignKey(Cow::Owned(def))));
}

/// MySQL: whether it is the column that an expression in an index makes: `!hidden!index!part!number`.
fn is_hidden(cx: &Context<'_>, table: &Table, name: &str) -> bool {
    let mut hidden = table.indexes.iter().flat_map(|index| {
        let parts = index.parts.iter().enumerate();
        let expressions = parts.filter(|(_, part)| matches!(part.kind, IndexPartKind::Expression(_)));
        expressions.map(|(number, _)| format!("!hidden!{}!{number}!0", index.name))
    });
    cx.flavor.is_mysql() && hidden.any(|column| same_name(&column, name))
}

fn check_drops(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let mut seen: Vec<&str> = Vec::new();
    for name in &requests.drop_columns {
        let twice = seen.iter().any(|s| same_name(s, &name.value));
        if twice || old.column(&name.value).is_none() {
            if is_hidden(cx, old, &name.value) {
                let message = format!(
                    "Cannot drop column '{}' because it is used by a functional index. In order to drop the column, you must remove the functional index.",
                    name.value
                );
                return Err(refuse(3755, message).at(name.span));
            }
            return Err(messages::cannot_drop(cx.flavor, "COLUMN", &name.value).at(name.span));
        }
        seen.push(&name.value);
    }
    for name in &requests.drop_columns {
        let anew = requests
            .columns
            .iter()
            .any(|w| w.replaces.is_none() && same_name(&w.def.name.value, &name.value));
        let keyed = old.indexes.iter().any(|index| {
            index.parts.iter().any(|part| part.column_name().is_some_and(|n| same_name(n, &name.value)))
        });
        // The servers then find the key's old part in the new column, by its length in bytes.
        if anew && keyed {
            return Err(unsupported(format!("`{}` dropped and added anew while a key has it", name.value))
                .at(name.span));
        }
    }
    Ok(())
}

/// A generated column stays virtual or stored; only a stored one can become an ordinary one, and the other way.
fn check_stored_status(cx: &Context<'_>, old: &Column, new: &ColumnDef) -> Result<()> {
    let before = match &old.generated {
        Some(Generated::Expression { stored, .. }) => Some(*stored),
        Some(_) => return Ok(()),
        None => None,
    };
    let after = new.attributes.iter().rev().find_map(|attribute| match &attribute.kind {
        ColumnAttributeKind::Generated { stored, .. } => Some(stored.unwrap_or(false)),
        _ => None,
    });
    let is_virtual = |state: Option<bool>| state == Some(false);
    if is_virtual(before) == is_virtual(after) {
        return Ok(());
    }
    Err(if cx.flavor.is_mysql() {
        refuse(3106, "'Changing the STORED status' is not supported for generated columns.")
    } else {
        refuse(1907, "This is not yet supported for generated columns")
    })
}

fn alter_one<'a>(cx: &Context<'_>, draft: &mut ColumnDraft<'a>, change: &'a AlterColumn) -> Result<()> {
    match change {
        AlterColumn::SetDefault(clause) => set_default(cx, draft, clause),
        AlterColumn::DropDefault => {
            // MariaDB keeps DEFAULT NOW and ON UPDATE NOW together.
            draft.column.on_update_now &=
                cx.flavor.is_mysql() || draft.column.default != Some(DefaultValue::Now);
            // It shows DEFAULT NULL all the same.
            draft.column.default =
                if cx.flavor.is_mariadb() && draft.column.nullable { Some(DefaultValue::Null) } else { None };
            draft.has_default = false;
            Ok(())
        }
        AlterColumn::SetInvisible(invisible) => {
            draft.column.invisible = *invisible;
            Ok(())
        }
    }
}

fn set_default<'a>(cx: &Context<'_>, draft: &mut ColumnDraft<'a>, clause: &'a DefaultClause) -> Result<()> {
    let column = &mut draft.column;
    if column.generated.is_some() && cx.flavor.is_mariadb() {
        // It has to fit, and is forgotten.
        if let ParsedDefault::Constant(constant) = default::parse(clause, cx)?
            && !constant.is_null()
        {
            draft.late = constant.store(cx, column).err();
        }
        return Ok(());
    }
    if column.generated.is_some() {
        return Err(refuse(1221, "Incorrect usage of DEFAULT and generated column"));
    }
    if column.auto_increment {
        return match default::parse(clause, cx)? {
            ParsedDefault::Constant(constant) if !constant.is_null() => {
                // It has to fit, and is forgotten.
                constant.store(cx, column).map(drop)
            }
            ParsedDefault::Expression if cx.flavor.is_mariadb() => {
                Err(unsupported("SET DEFAULT to an expression on an AUTO_INCREMENT column"))
            }
            _ => Err(messages::invalid_default(&column.name)),
        };
    }
    // MariaDB keeps DEFAULT NOW and ON UPDATE NOW together, and gives up both for another DEFAULT.
    column.on_update_now &= cx.flavor.is_mysql() || column.default != Some(DefaultValue::Now);
    match default::parse(clause, cx)? {
        ParsedDefault::Constant(constant) if constant.is_null() => {
            if cx.flavor.is_mysql() && default::takes_no_constant(&column.ty) {
                return Err(messages::no_default(&column.name));
            }
            if !column.nullable {
                return Err(messages::invalid_default(&column.name));
            }
            column.default = column::implied_null(cx, column);
        }
        ParsedDefault::Constant(constant) => match constant.store(cx, column) {
            Ok(value) => column.default = Some(value),
            Err(error) if default::is_early(&error, &column.ty) => return Err(error),
            Err(error) => draft.late = Some(error),
        },
        ParsedDefault::Now { fsp } => {
            let own = column.ty.fsp().filter(|_| !matches!(column.ty, ColumnType::Time { .. }));
            if own != Some(fsp) && cx.flavor.is_mysql() {
                return Err(messages::invalid_default(&column.name));
            }
            if own.is_none() {
                draft.default = Some(clause);
            } else {
                column.default = Some(DefaultValue::Now);
            }
        }
        ParsedDefault::Expression if cx.flavor.is_mysql() && !column.nullable => {
            return Err(unsupported("SET DEFAULT to an expression on a NOT NULL column"));
        }
        ParsedDefault::Expression => draft.default = Some(clause),
    }
    draft.has_default = true;
    Ok(())
}

/// CONVERT TO CHARACTER SET is for the statement's own columns too, whatever character set they have.
fn convert_defined(cx: &Context<'_>, column: &mut Column, requests: &Requests<'_>) -> Result<()> {
    let Some(set) = &requests.convert else { return Ok(()) };
    if column.check.as_ref().is_some_and(|check| check.expression.starts_with("json_valid("))
        || matches!(column.ty, ColumnType::Text { .. })
    {
        return Err(unsupported("CONVERT TO CHARACTER SET with a new TEXT column"));
    }
    convert(cx, column, set)
}

/// CONVERT TO CHARACTER SET: text columns change, and grow where the same text may need more bytes.
fn convert(cx: &Context<'_>, column: &mut Column, to: &CharacterSet) -> Result<()> {
    let Some(own) = &mut column.character_set else { return Ok(()) };
    // Members in bytes stay so, as any bytes do.
    if own.set.charset == "binary" {
        return Ok(());
    }
    let before = u64::from(cx.max_bytes(&own.set.charset));
    let after = u64::from(cx.max_bytes(&to.charset));
    // Whether it was written stays known: MySQL goes on showing it.
    own.set = to.clone();
    if to.charset == "binary" {
        return Err(unsupported("CONVERT TO CHARACTER SET binary"));
    }
    match &mut column.ty {
        ColumnType::Varchar { length } => {
            let max = types::max_varchar_bytes(cx.flavor) / after;
            if u64::from(*length) > max {
                return Err(refuse(
                    1074,
                    format!(
                        "Column length too big for column '{}' (max = {max}); use BLOB or TEXT instead",
                        column.name
                    ),
                ));
            }
        }
        ColumnType::Text { size } if after > before => {
            *size = match size {
                LobSize::Tiny => LobSize::Regular,
                LobSize::Regular => LobSize::Medium,
                LobSize::Medium | LobSize::Long => LobSize::Long,
            };
        }
        _ => {}
    }
    Ok(())
}
