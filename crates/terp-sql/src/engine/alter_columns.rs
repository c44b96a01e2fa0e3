//! ALTER TABLE's columns: which stay, which change, which come, and in what order
//! (`mysql_prepare_alter_table` in the servers' `sql_table.cc`).

use std::collections::HashMap;

use terp_schema_model::{
    CharacterSet, Column, ColumnType, DefaultValue, Generated, IndexPartKind, LobSize, PartitionMethod,
    Table, quote, same_name,
};

use super::Context;
use super::alter::Requests;
use super::build::Parts;
use super::column::{self, ColumnDraft, Inline};
use super::create::push_column;
use super::default::{self, ParsedDefault};
use super::error::{Result, messages, refuse, unsupported};
use crate::ast::{AlterColumn, ColumnDef, ColumnPosition, DefaultClause, Ident};
use crate::expr::referenced_columns;
use crate::{ParseOptions, Span, parse_expression};

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

fn check_drops(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let mut seen: Vec<&str> = Vec::new();
    for name in &requests.drop_columns {
        let twice = seen.iter().any(|s| same_name(s, &name.value));
        if twice || old.column(&name.value).is_none() {
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
    if column.generated.is_some() || column.auto_increment {
        return Err(messages::invalid_default(&column.name));
    }
    // MariaDB keeps DEFAULT NOW and ON UPDATE NOW together, and gives up both for another DEFAULT.
    column.on_update_now &= cx.flavor.is_mysql() || column.default != Some(DefaultValue::Now);
    match default::parse(clause, cx) {
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

/// What the expressions of a table that name its columns are called in errors.
enum Dependency<'t> {
    Generated,
    Default,
    FunctionalIndex,
    Partition,
    Check(&'t str),
}

/// Follows the names of columns through the expressions that stay. MySQL refuses to drop or rename what they need;
/// MariaDB rewrites them.
pub(super) fn follow(cx: &Context<'_>, old: &Table, parts: &mut Parts<'_>, names: &NameMap) -> Result<()> {
    let touched: Vec<(&str, Option<&str>)> = old
        .columns
        .iter()
        .filter_map(|column| {
            let new = names.get(&column.name.to_lowercase())?.as_deref();
            (new != Some(column.name.as_str())).then_some((column.name.as_str(), new))
        })
        .collect();
    if touched.is_empty() {
        return Ok(());
    }
    for draft in parts.columns.iter_mut().filter(|d| !d.defined) {
        let own = draft.old_name.clone().unwrap_or_default();
        if let Some(Generated::Expression { expression, .. }) = &mut draft.column.generated {
            follow_one(cx, &old.name, expression, &touched, &own, &Dependency::Generated)?;
        }
        if let Some(DefaultValue::Expression(expression)) = &mut draft.column.default {
            follow_one(cx, &old.name, expression, &touched, &own, &Dependency::Default)?;
        }
        if let Some(check) = &mut draft.column.check {
            follow_one(cx, &old.name, &mut check.expression, &touched, "", &Dependency::Check(""))?;
        }
    }
    for key in &mut parts.keys {
        let super::build::KeySource::Existing(index) = key else { continue };
        for part in &mut index.parts {
            if let IndexPartKind::Expression(expression) = &mut part.kind {
                follow_one(cx, &old.name, expression, &touched, "", &Dependency::FunctionalIndex)?;
            }
        }
    }
    follow_checks(cx, old, parts, &touched)?;
    if let Some(partitioning) = &mut parts.table.partitioning {
        let subpartition = partitioning.subpartitioning.as_mut().map(|s| &mut s.method);
        for method in std::iter::once(&mut partitioning.method).chain(subpartition) {
            follow_partition(cx, &old.name, method, &touched)?;
        }
    }
    Ok(())
}

fn follow_checks(
    cx: &Context<'_>,
    old: &Table,
    parts: &mut Parts<'_>,
    touched: &[(&str, Option<&str>)],
) -> Result<()> {
    let mut kept = Vec::with_capacity(parts.table.checks.len());
    for mut check in std::mem::take(&mut parts.table.checks) {
        let columns = columns_of(cx, &check.expression)?;
        // A check of nothing but a dropped column goes with it.
        let alone = columns.len() == 1
            && touched.iter().any(|(name, new)| new.is_none() && same_name(name, &columns[0]));
        if alone {
            continue;
        }
        let name = check.name.clone();
        follow_one(cx, &old.name, &mut check.expression, touched, "", &Dependency::Check(&name))?;
        kept.push(check);
    }
    parts.table.checks = kept;
    Ok(())
}

fn follow_partition(
    cx: &Context<'_>,
    table: &str,
    method: &mut PartitionMethod,
    touched: &[(&str, Option<&str>)],
) -> Result<()> {
    match method {
        PartitionMethod::Range { expression }
        | PartitionMethod::List { expression }
        | PartitionMethod::Hash { expression, .. } => {
            follow_one(cx, table, expression, touched, "", &Dependency::Partition)
        }
        PartitionMethod::RangeColumns { columns }
        | PartitionMethod::ListColumns { columns }
        | PartitionMethod::Key { columns, .. } => {
            for column in columns {
                for (name, new) in touched {
                    if same_name(name, column) {
                        match new {
                            Some(new) if cx.flavor.is_mariadb() => (*new).clone_into(column),
                            _ => return Err(dependency_error(cx, table, name, &Dependency::Partition)),
                        }
                        break;
                    }
                }
            }
            Ok(())
        }
        PartitionMethod::SystemTime { .. } => Ok(()),
    }
}

/// The columns that a printed expression names, each once.
pub(super) fn columns_of(cx: &Context<'_>, text: &str) -> Result<Vec<String>> {
    let options = ParseOptions { flavor: cx.flavor, sql_mode: crate::SqlMode::default() };
    let expr = parse_expression(text, &options)
        .map_err(|e| unsupported(format!("reading the expression {text} again: {e}")))?;
    let mut columns: Vec<String> = Vec::new();
    for name in referenced_columns(&expr) {
        if !columns.iter().any(|c| same_name(c, &name.value)) {
            columns.push(name.value.clone());
        }
    }
    Ok(columns)
}

fn follow_one(
    cx: &Context<'_>,
    table: &str,
    text: &mut String,
    touched: &[(&str, Option<&str>)],
    own: &str,
    dependency: &Dependency<'_>,
) -> Result<()> {
    let options = ParseOptions { flavor: cx.flavor, sql_mode: crate::SqlMode::default() };
    let expr = parse_expression(text, &options)
        .map_err(|e| unsupported(format!("reading the expression {text} again: {e}")))?;
    let mut edits: Vec<(Span, String)> = Vec::new();
    for name in referenced_columns(&expr) {
        let Some((old, new)) = touched.iter().find(|(old, _)| same_name(old, &name.value)) else { continue };
        // An expression may name its own column.
        if cx.flavor.is_mysql() && same_name(own, old) && new.is_some() {
            continue;
        }
        match new {
            Some(new) if cx.flavor.is_mariadb() => edits.push((name.span, quote::identifier(new))),
            _ => return Err(dependency_error(cx, table, old, dependency)),
        }
    }
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    for (span, new) in edits {
        text.replace_range(span.start as usize..span.end as usize, &new);
    }
    Ok(())
}

fn dependency_error(
    cx: &Context<'_>,
    table: &str,
    column: &str,
    dependency: &Dependency<'_>,
) -> super::ExecuteError {
    if cx.flavor.is_mariadb() {
        let clause = match dependency {
            Dependency::Generated => "GENERATED ALWAYS AS",
            Dependency::Default => "DEFAULT",
            Dependency::Check(_) => "CHECK",
            Dependency::Partition => "partition function",
            Dependency::FunctionalIndex => "INDEX",
        };
        return refuse(1054, format!("Unknown column '{column}' in '{clause}'"));
    }
    match dependency {
        Dependency::Generated => {
            refuse(3108, format!("Column '{column}' has a generated column dependency."))
        }
        Dependency::Default => refuse(
            3766,
            format!(
                "Column '{column}' of table '{table}' has a default value expression dependency and cannot be dropped or renamed."
            ),
        ),
        Dependency::FunctionalIndex => refuse(
            3837,
            format!("Column '{column}' has a functional index dependency and cannot be dropped or renamed."),
        ),
        Dependency::Partition => refuse(
            3855,
            format!(
                "Column '{column}' has a partitioning function dependency and cannot be dropped or renamed."
            ),
        ),
        Dependency::Check(name) => refuse(
            3959,
            format!(
                "Check constraint '{name}' uses column '{column}', hence column cannot be dropped or renamed."
            ),
        ),
    }
}
