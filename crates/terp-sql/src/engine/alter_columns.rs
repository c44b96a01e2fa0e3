//! ALTER TABLE's columns: which stay, which change, which come, and in what order
//! (`mysql_prepare_alter_table` in the servers' `sql_table.cc`).

use std::collections::HashMap;

use terp_schema_model::{
    CharacterSet, Column, ColumnType, DefaultValue, Generated, IndexPartKind, LobSize, Table, same_name,
};

use super::Context;
use super::alter_requests::Requests;
use super::build::Parts;
use super::column::{self, ColumnDraft, Inline};
use super::create::push_column;
use super::default::{self, ParsedDefault};
use super::error::{Result, messages, refuse, unsupported};
use crate::Span;
use crate::ast::{AlterColumn, ColumnDef, ColumnPosition, DefaultClause, Ident};

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
        let wanted = requests
            .columns
            .iter()
            .enumerate()
            .find(|(_, w)| w.replaces.is_some_and(|r| same_name(&r.value, &column.name)));
        if let Some((at, wanted)) = wanted {
            used[at] = true;
            let mut inline = Inline::default();
            let mut draft = column::draft(cx, wanted.def, &inherited, &mut inline)?;
            draft.old_name = Some(column.name.clone());
            check_stored_status(cx, column, &draft).map_err(|e| e.at(wanted.span))?;
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
        for (at, (old_name, new_name, span)) in requests.rename_columns.iter().enumerate() {
            if same_name(&old_name.value, &column.name) && draft.column.name == column.name {
                cx.check_name(new_name)?;
                if new_name.value.is_empty() || new_name.value.ends_with(' ') {
                    return Err(refuse(1166, format!("Incorrect column name '{}'", new_name.value)).at(*span));
                }
                draft.column.name.clone_from(&new_name.value);
                renames_used[at] = true;
            }
        }
        let mut altered = draft.column.name != column.name;
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
    place_wanted(cx, old, requests, parts, &used, &mut keys_of_changed, &inherited)?;
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
    if parts.columns.is_empty() {
        return Err(refuse(1090, "You can't delete all columns with ALTER TABLE; use DROP TABLE instead"));
    }
    Ok(names)
}

/// New columns, and changed ones that move, in the order of the statement.
fn place_wanted<'a>(
    cx: &Context<'_>,
    old: &Table,
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
        if let Some(replaces) = wanted.replaces {
            let exists = old.column(&replaces.value).is_some();
            let dropped = requests.drop_columns.iter().any(|n| same_name(&n.value, &replaces.value));
            if !exists || dropped || known.is_none() {
                return Err(messages::unknown_column(&replaces.value, &old.name).at(replaces.span));
            }
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
        draft.old_name = wanted.replaces.map(|r| r.value.clone());
        let position = match wanted.position {
            None => None,
            Some(ColumnPosition::First) => Some(0),
            Some(ColumnPosition::After(name)) => {
                let found = parts.columns.iter().position(|c| same_name(&c.column.name, &name.value));
                let Some(found) = found else {
                    return Err(messages::unknown_column(&name.value, &old.name).at(name.span));
                };
                Some(found + 1)
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
fn check_stored_status(cx: &Context<'_>, old: &Column, new: &ColumnDraft<'_>) -> Result<()> {
    let before = match &old.generated {
        Some(Generated::Expression { stored, .. }) => Some(*stored),
        Some(_) => return Ok(()),
        None => None,
    };
    let after = new.generated.map(|(_, stored)| stored);
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
            // MariaDB shows DEFAULT NULL all the same.
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
        // It is read and forgotten.
        return Ok(());
    }
    if column.generated.is_some() || column.auto_increment {
        return Err(messages::invalid_default(&column.name));
    }
    // MariaDB keeps DEFAULT NOW and ON UPDATE NOW together, and gives up both for another DEFAULT.
    column.on_update_now &= cx.flavor.is_mysql() || column.default != Some(DefaultValue::Now);
    match default::parse(clause, cx)? {
        ParsedDefault::Constant(constant) if constant.is_null() => {
            if !column.nullable {
                return Err(messages::invalid_default(&column.name));
            }
            column.default = column::implied_null(cx, column);
        }
        ParsedDefault::Constant(constant) => column.default = Some(constant.store(cx, column)?),
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

/// CONVERT TO CHARACTER SET: text columns change, and grow where the same text may need more bytes.
fn convert(cx: &Context<'_>, column: &mut Column, to: &CharacterSet) -> Result<()> {
    let Some(own) = &mut column.character_set else { return Ok(()) };
    let before = u64::from(cx.max_bytes(&own.set.charset));
    let after = u64::from(cx.max_bytes(&to.charset));
    // Whether it was written stays known: MySQL goes on showing it.
    own.set = to.clone();
    if to.charset == "binary" {
        return Err(unsupported("CONVERT TO CHARACTER SET binary"));
    }
    match &mut column.ty {
        ColumnType::Varchar { length } => {
            let max = 65_535 / after;
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
