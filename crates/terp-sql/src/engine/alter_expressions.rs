//! ALTER TABLE and the expressions that name columns: MySQL refuses to drop or rename what they need, MariaDB rewrites
//! them.

use terp_schema_model::{
    Column, DefaultValue, Generated, IndexPartKind, PartitionMethod, Partitioning, Table, quote, same_name,
};

use super::alter_columns::NameMap;
use super::alter_requests::Requests;
use super::build::{KeySource, Parts};
use super::context::Context;
use super::error::{ExecuteError, Result, refuse, unsupported};
use crate::ast::{Expr, Ident};
use crate::expr::{ExprPlace, referenced_columns};
use crate::{ParseOptions, Span, parse_expression};

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
        let KeySource::Existing(index) = key else { continue };
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

/// MySQL: generated columns and functional indexes forbid RENAME COLUMN of what they need even to the name that it has.
pub(super) fn check_renames(cx: &Context<'_>, old: &Table, renames: &[(&Ident, &Ident, Span)]) -> Result<()> {
    let same = renames.iter().filter(|(from, to, _)| cx.flavor.is_mysql() && from.value == to.value);
    for (name, _, _) in same {
        let touched = [(name.value.as_str(), None)];
        for column in &old.columns {
            if let Some(Generated::Expression { expression, .. }) = &column.generated {
                follow_one(cx, &old.name, &mut expression.clone(), &touched, "", &Dependency::Generated)?;
            }
        }
        for part in old.indexes.iter().flat_map(|index| &index.parts) {
            if let IndexPartKind::Expression(expression) = &part.kind {
                let dependency = Dependency::FunctionalIndex;
                follow_one(cx, &old.name, &mut expression.clone(), &touched, "", &dependency)?;
            }
        }
    }
    Ok(())
}

/// Generated columns, and on MariaDB checks, are read again when a column that they name gets another type or character set.
pub(super) fn read_again(
    cx: &Context<'_>,
    old: &Table,
    new: &mut Table,
    requests: &Requests<'_>,
) -> Result<()> {
    let changes = |column: &Column| {
        let wanted = requests.columns.iter().find(|wanted| same_name(&wanted.def.name.value, &column.name));
        let before = match wanted {
            Some(wanted) => wanted.replaces.and_then(|name| old.column(&name.value)),
            None => old.column(&column.name),
        };
        before.is_some_and(|b| b.ty != column.ty || b.character_set != column.character_set)
    };
    let changed: Vec<String> =
        new.columns.iter().filter(|column| changes(column)).map(|column| column.name.clone()).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let columns = new.columns.clone();
    let (table, mut texts) = (new.name.clone(), Vec::new());
    if cx.flavor.is_mariadb() {
        let check = ExprPlace::Check;
        texts.extend(new.checks.iter_mut().map(|c| (c.name.clone(), check, &mut c.expression)));
    }
    for column in &mut new.columns {
        let defined = requests.columns.iter().any(|w| same_name(&w.def.name.value, &column.name));
        let name = column.name.clone();
        if let Some(Generated::Expression { expression, stored }) = &mut column.generated
            && !defined
        {
            texts.push((name.clone(), ExprPlace::Generated { stored: *stored }, expression));
        }
        let check = column.check.as_mut().filter(|_| cx.flavor.is_mariadb() && !defined);
        texts.extend(check.map(|c| (name, ExprPlace::Check, &mut c.expression)));
    }
    for (name, place, text) in texts {
        if columns_of(cx, text)?.iter().any(|c| changed.iter().any(|changed| same_name(c, changed))) {
            *text = cx.print(&expression_of(cx, text)?, place, &table, &columns, &name)?;
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

/// MySQL: no column gets another name that a check names which stays. It sees this before it looks at the columns.
pub(super) fn check_renames_of_checked(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let renames = requests.rename_columns.iter().map(|(from, to, _)| (*from, *to));
    let changes = requests.columns.iter().filter_map(|wanted| Some((wanted.replaces?, &wanted.def.name)));
    let touched: Vec<(&str, Option<&str>)> = renames
        .chain(changes)
        .filter(|(from, to)| !same_name(&from.value, &to.value))
        .map(|(from, to)| (from.value.as_str(), Some(to.value.as_str())))
        .collect();
    for check in &old.checks {
        if requests.drop_checks.iter().any(|name| same_name(&name.value, &check.name)) {
            continue;
        }
        let dependency = Dependency::Check(&check.name);
        follow_one(cx, &old.name, &mut check.expression.clone(), &touched, "", &dependency)?;
    }
    Ok(())
}

/// MySQL: error 3855 where partitions need a column that goes or gets another name.
pub(super) fn check_partition_needs(
    cx: &Context<'_>,
    table: &str,
    partitioning: &Partitioning,
    column: &str,
) -> Result<()> {
    let touched = [(column, None)];
    let mut methods = vec![partitioning.method.clone()];
    methods.extend(partitioning.subpartitioning.as_ref().map(|s| s.method.clone()));
    methods.iter_mut().try_for_each(|method| follow_partition(cx, table, method, &touched))
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

/// A printed expression, read again.
pub(super) fn expression_of(cx: &Context<'_>, text: &str) -> Result<Expr> {
    let options = ParseOptions { flavor: cx.flavor, sql_mode: crate::SqlMode::default() };
    parse_expression(text, &options)
        .map_err(|e| unsupported(format!("reading the expression {text} again: {e}")))
}

/// The columns that a printed expression names, each once.
pub(super) fn columns_of(cx: &Context<'_>, text: &str) -> Result<Vec<String>> {
    let expr = expression_of(cx, text)?;
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
    let expr = expression_of(cx, text)?;
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
) -> ExecuteError {
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
