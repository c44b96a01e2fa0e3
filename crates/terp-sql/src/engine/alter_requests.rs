//! The sub-clauses of ALTER TABLE, sorted by what they are about. IF EXISTS and IF NOT EXISTS are decided here.

use terp_schema_model::{CharacterSet, IndexKind, Table, same_name};

use super::alter_columns::Wanted;
use super::alter_keys::TableElementRef;
use super::column;
use super::context::Context;
use super::error::{Result, messages, refuse, unsupported};
use super::options::CharsetChoice;
use crate::Span;
use crate::ast::{
    AlterAction, AlterActionKind, AlterColumn, ColumnAttributeKind, ColumnDef, Ident, IndexDef, ObjectName,
    PeriodDef, TableElement, TableOption, TableOptionKind,
};

/// The sub-clauses of an ALTER TABLE, sorted by what they are about.
#[derive(Default)]
pub(super) struct Requests<'a> {
    pub(super) columns: Vec<Wanted<'a>>,
    pub(super) drop_columns: Vec<&'a Ident>,
    pub(super) rename_columns: Vec<(&'a Ident, &'a Ident, Span)>,
    pub(super) alter_columns: Vec<(&'a Ident, &'a AlterColumn, Span)>,
    pub(super) keys: Vec<TableElementRef<'a>>,
    /// MariaDB: the keys of columns that ADD COLUMN IF NOT EXISTS passes over, which are made all the same.
    pub(super) keys_of_passed_over: Vec<IndexDef>,
    /// MariaDB: keys that ADD COLUMN IF NOT EXISTS passes over, of columns that it adds, by their places and kinds.
    pub(super) passed_over_keys: Vec<(Span, IndexKind)>,
    pub(super) drop_keys: Vec<&'a Ident>,
    pub(super) drop_primary: Option<Span>,
    pub(super) rename_keys: Vec<(&'a Ident, &'a Ident, Span)>,
    pub(super) alter_indexes: Vec<(&'a Ident, bool, Span)>,
    pub(super) drop_foreign_keys: Vec<&'a Ident>,
    pub(super) drop_checks: Vec<&'a Ident>,
    pub(super) alter_checks: Vec<(&'a Ident, bool)>,
    pub(super) periods: Vec<&'a PeriodDef>,
    pub(super) options: Vec<&'a TableOption>,
    pub(super) convert: Option<CharacterSet>,
    converts: CharsetChoice,
    pub(super) rename_to: Option<&'a ObjectName>,
    pub(super) partition: Vec<&'a AlterAction>,
    pub(super) system_versioning: Option<bool>,
    /// Whether a column is added, changed or dropped, be it passed over.
    pub(super) names_columns: bool,
    pub(super) algorithm: Option<(&'a str, Span)>,
    pub(super) lock: Option<(&'a str, Span)>,
    /// What changes no definition: FORCE, ORDER BY, ENABLE KEYS and the like.
    pub(super) unrecorded: Vec<&'a AlterActionKind>,
}

impl Requests<'_> {
    /// Whether nothing but names of columns and keys changes.
    pub(super) fn renames_columns_only(&self) -> bool {
        let renames = !self.rename_columns.is_empty() || !self.rename_keys.is_empty();
        renames
            && self.columns.is_empty()
            && self.drop_columns.is_empty()
            && self.keys.is_empty()
            && self.drop_keys.is_empty()
            && self.options.is_empty()
    }

    /// Whether nothing is asked at all.
    pub(super) fn is_empty(&self) -> bool {
        self.changes_names_only()
            && self.rename_to.is_none()
            && self.unrecorded.is_empty()
            && self.algorithm.is_none()
            && self.lock.is_none()
    }

    /// Whether nothing is asked but another name of the table and ENABLE or DISABLE KEYS.
    pub(super) fn changes_names_only(&self) -> bool {
        let keys = |kind: &&AlterActionKind| {
            matches!(kind, AlterActionKind::EnableKeys | AlterActionKind::DisableKeys)
        };
        self.unrecorded.iter().all(keys)
            && self.columns.is_empty()
            && self.drop_columns.is_empty()
            && self.rename_columns.is_empty()
            && self.alter_columns.is_empty()
            && self.keys.is_empty()
            && self.keys_of_passed_over.is_empty()
            && self.drop_keys.is_empty()
            && self.drop_primary.is_none()
            && self.rename_keys.is_empty()
            && self.alter_indexes.is_empty()
            && self.drop_foreign_keys.is_empty()
            && self.drop_checks.is_empty()
            && self.alter_checks.is_empty()
            && self.periods.is_empty()
            && self.options.is_empty()
            && self.convert.is_none()
            && self.partition.is_empty()
            && self.system_versioning.is_none()
    }
}

/// Sorts the sub-clauses. IF EXISTS and IF NOT EXISTS are decided here, by the table as it was.
pub(super) fn sort_actions<'a>(
    cx: &Context<'_>,
    old: &Table,
    actions: &[&'a AlterAction],
) -> Result<Requests<'a>> {
    let mut requests = Requests::default();
    for action in actions {
        sort_one(cx, old, &mut requests, action).map_err(|e| e.at(action.span))?;
    }
    Ok(requests)
}

fn sort_one<'a>(
    cx: &Context<'_>,
    old: &Table,
    requests: &mut Requests<'a>,
    action: &'a AlterAction,
) -> Result<()> {
    let span = action.span;
    let has_column = |name: &Ident| old.column(&name.value).is_some();
    requests.names_columns |= match &action.kind {
        AlterActionKind::AddColumn { .. }
        | AlterActionKind::ModifyColumn { .. }
        | AlterActionKind::ChangeColumn { .. }
        | AlterActionKind::DropColumn { .. } => true,
        AlterActionKind::AddElements { elements, .. } => {
            elements.iter().any(|element| matches!(element, TableElement::Column(_)))
        }
        _ => false,
    };
    match &action.kind {
        AlterActionKind::AddColumn { if_not_exists, column, position } => {
            let promised = requests.columns.iter().any(|w| same_name(&w.def.name.value, &column.name.value));
            if *if_not_exists && (has_column(&column.name) || promised) {
                pass_over(old, requests, column)?;
            } else {
                if *if_not_exists {
                    requests.passed_over_keys.extend(keys_there(old, column));
                }
                requests.columns.push(Wanted {
                    def: column,
                    replaces: None,
                    position: position.as_ref(),
                    span,
                });
            }
        }
        AlterActionKind::AddElements { if_not_exists, elements } => {
            for element in elements {
                match element {
                    TableElement::Column(def) => {
                        if *if_not_exists && has_column(&def.name) {
                            pass_over(old, requests, def)?;
                        } else {
                            if *if_not_exists {
                                requests.passed_over_keys.extend(keys_there(old, def));
                            }
                            requests.columns.push(Wanted {
                                def,
                                replaces: None,
                                position: None,
                                span: def.span,
                            });
                        }
                    }
                    TableElement::Period(period) => requests.periods.push(period),
                    other => requests.keys.extend(TableElementRef::of(other)),
                }
            }
        }
        AlterActionKind::AddIndex(def) => {
            let exists = def.name.as_ref().is_some_and(|n| old.index(&n.value).is_some());
            let dropped = def
                .name
                .as_ref()
                .is_some_and(|n| requests.drop_keys.iter().any(|d| same_name(&d.value, &n.value)));
            if !(def.if_not_exists && exists && !dropped) {
                requests.keys.push(TableElementRef::Index(def));
            }
        }
        AlterActionKind::AddForeignKey(def) => {
            let name = def.constraint.as_ref().or(def.index_name.as_ref());
            let exists = name.is_some_and(|n| old.foreign_keys.iter().any(|f| same_name(&f.name, &n.value)));
            if !(def.if_not_exists && exists) {
                requests.keys.push(TableElementRef::ForeignKey(def));
            }
        }
        AlterActionKind::AddCheck(def) => requests.keys.push(TableElementRef::Check(def)),
        AlterActionKind::AddPeriod(period) => requests.periods.push(period),
        AlterActionKind::AddSystemVersioning => requests.system_versioning = Some(true),
        AlterActionKind::DropSystemVersioning => requests.system_versioning = Some(false),
        AlterActionKind::ModifyColumn { if_exists, column, position } => {
            if !*if_exists || has_column(&column.name) {
                requests.columns.push(Wanted {
                    def: column,
                    replaces: Some(&column.name),
                    position: position.as_ref(),
                    span,
                });
            }
        }
        AlterActionKind::ChangeColumn { if_exists, old: name, column, position } => {
            if !*if_exists || has_column(name) {
                requests.columns.push(Wanted {
                    def: column,
                    replaces: Some(name),
                    position: position.as_ref(),
                    span,
                });
            }
        }
        AlterActionKind::AlterColumn { if_exists, name, change } => {
            if !*if_exists || has_column(name) {
                requests.alter_columns.push((name, change, span));
            }
        }
        AlterActionKind::DropColumn { if_exists, name } => {
            let twice = requests.drop_columns.iter().any(|n| same_name(&n.value, &name.value));
            if !(*if_exists && (!has_column(name) || twice)) {
                requests.drop_columns.push(name);
            }
        }
        AlterActionKind::DropIndex { if_exists, name } => {
            if !(*if_exists && old.index(&name.value).is_none()) {
                requests.drop_keys.push(name);
            }
        }
        AlterActionKind::DropPrimaryKey { if_exists } => {
            if !(*if_exists && old.primary_key().is_none()) {
                if requests.drop_primary.is_some() {
                    return Err(messages::cannot_drop(cx.flavor, "INDEX", "PRIMARY"));
                }
                requests.drop_primary = Some(span);
            }
        }
        AlterActionKind::DropForeignKey { if_exists, name } => {
            let exists = old.foreign_keys.iter().any(|f| same_name(&f.name, &name.value));
            if !*if_exists || exists {
                requests.drop_foreign_keys.push(name);
            }
        }
        AlterActionKind::DropCheck { name } => requests.drop_checks.push(name),
        AlterActionKind::DropConstraint { if_exists, name } => {
            drop_constraint(cx, old, requests, name, *if_exists)?;
        }
        AlterActionKind::DropPeriod { .. } => return Err(unsupported("DROP PERIOD")),
        AlterActionKind::RenameColumn { if_exists, old: from, new } => {
            if !*if_exists || has_column(from) {
                requests.rename_columns.push((from, new, span));
            }
        }
        AlterActionKind::RenameIndex { if_exists, old: from, new } => {
            if !(*if_exists && old.index(&from.value).is_none()) {
                requests.rename_keys.push((from, new, span));
            }
        }
        AlterActionKind::RenameTo(name) => requests.rename_to = Some(name),
        AlterActionKind::AlterIndex { if_exists, name, invisible } => {
            if !(*if_exists && old.index(&name.value).is_none()) {
                requests.alter_indexes.push((name, *invisible, span));
            }
        }
        AlterActionKind::AlterCheck { name, enforced } => requests.alter_checks.push((name, *enforced)),
        AlterActionKind::ConvertTo { charset, collation } => {
            // MariaDB puts together what several of them say.
            let mut choice = std::mem::take(&mut requests.converts);
            if cx.flavor.is_mysql() {
                choice = CharsetChoice::default();
            }
            choice.charset(cx, charset.as_ref())?;
            if let Some(collation) = collation {
                choice.collate(cx, Some(collation))?;
            }
            let set = choice.clone().resolve(cx);
            requests.converts = choice;
            if let (Some(before), Some(now)) = (&requests.convert, &set)
                && before.charset != now.charset
            {
                return Err(refuse(
                    1302,
                    format!(
                        "Conflicting declarations: 'CHARACTER SET {}' and 'CHARACTER SET {}'",
                        before.charset, now.charset
                    ),
                ));
            }
            requests.convert = set;
        }
        AlterActionKind::OrderBy(columns) => {
            for column in columns {
                if !has_column(column) {
                    return Err(messages::unknown_column(&column.value, "order clause").at(column.span));
                }
            }
            requests.unrecorded.push(&action.kind);
        }
        AlterActionKind::Option(option) => {
            if matches!(option.kind, TableOptionKind::SystemVersioning) {
                requests.system_versioning = Some(true);
            }
            requests.options.push(option);
        }
        AlterActionKind::Force
        | AlterActionKind::DisableKeys
        | AlterActionKind::EnableKeys
        | AlterActionKind::Validation(_)
        | AlterActionKind::Wait
        | AlterActionKind::DiscardTablespace
        | AlterActionKind::ImportTablespace => requests.unrecorded.push(&action.kind),
        AlterActionKind::Lock(word) => requests.lock = Some((word, span)),
        AlterActionKind::Algorithm(word) => requests.algorithm = Some((word, span)),
        AlterActionKind::PartitionBy(_)
        | AlterActionKind::RemovePartitioning
        | AlterActionKind::AddPartition { .. }
        | AlterActionKind::AddPartitionCount(_)
        | AlterActionKind::DropPartition { .. }
        | AlterActionKind::CoalescePartition(_)
        | AlterActionKind::ReorganizePartition { .. }
        | AlterActionKind::TruncatePartition(_)
        | AlterActionKind::MaintainPartition { .. } => requests.partition.push(action),
        AlterActionKind::ExchangePartition { .. } => return Err(unsupported("EXCHANGE PARTITION")),
        AlterActionKind::ConvertPartitionToTable { .. } | AlterActionKind::ConvertTableToPartition { .. } => {
            return Err(unsupported("CONVERT PARTITION"));
        }
        AlterActionKind::SecondaryLoad => return Err(unsupported("SECONDARY_LOAD")),
        AlterActionKind::Unsupported(what) => return Err(unsupported(what.clone())),
    }
    Ok(())
}

/// A column that is there already: the server forgets its definition, and not the keys in it.
fn pass_over(old: &Table, requests: &mut Requests<'_>, def: &ColumnDef) -> Result<()> {
    let there = keys_there(old, def);
    let passed_over = |kind: IndexKind| there.contains(&(def.name.span, kind));
    for attribute in &def.attributes {
        match &attribute.kind {
            ColumnAttributeKind::PrimaryKey if passed_over(IndexKind::Primary) => {}
            ColumnAttributeKind::Unique if passed_over(IndexKind::Unique) => {}
            ColumnAttributeKind::PrimaryKey => {
                requests.keys_of_passed_over.push(column::key(IndexKind::Primary, &def.name));
            }
            ColumnAttributeKind::Unique => {
                requests.keys_of_passed_over.push(column::key(IndexKind::Unique, &def.name));
            }
            ColumnAttributeKind::References(_) => {
                return Err(unsupported("REFERENCES of a column that IF NOT EXISTS passes over"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// IF NOT EXISTS of a column is for its keys too: a primary key, and unique keys of the column's name, that the table has.
fn keys_there(old: &Table, def: &ColumnDef) -> Vec<(Span, IndexKind)> {
    let primary = old.primary_key().map(|_| (def.name.span, IndexKind::Primary));
    let unique = old.index(&def.name.value).map(|_| (def.name.span, IndexKind::Unique));
    primary.into_iter().chain(unique).collect()
}

/// DROP CONSTRAINT finds a primary, unique or foreign key or a check by its name.
fn drop_constraint<'a>(
    cx: &Context<'_>,
    old: &Table,
    requests: &mut Requests<'a>,
    name: &'a Ident,
    if_exists: bool,
) -> Result<()> {
    let primary = name.value.eq_ignore_ascii_case("PRIMARY") && old.primary_key().is_some();
    let unique = old.index(&name.value).is_some_and(terp_schema_model::Index::is_unique);
    let foreign = old.foreign_keys.iter().any(|f| same_name(&f.name, &name.value));
    let check = old.checks.iter().any(|c| same_name(&c.name, &name.value));
    let found = usize::from(primary || unique) + usize::from(foreign) + usize::from(check);
    if found > 1 && cx.flavor.is_mysql() {
        return Err(refuse(
            3939,
            format!("Table has multiple constraints with the name '{}'. Please use constraint specific 'DROP' clause.", name.value),
        )
        .at(name.span));
    }
    if check {
        requests.drop_checks.push(name);
    } else if primary {
        requests.drop_primary = Some(name.span);
    } else if unique {
        requests.drop_keys.push(name);
    } else if foreign {
        requests.drop_foreign_keys.push(name);
    } else if !if_exists {
        return Err(if cx.flavor.is_mysql() {
            refuse(3940, format!("Constraint '{}' does not exist.", name.value))
        } else {
            messages::cannot_drop(cx.flavor, "CONSTRAINT", &name.value)
        }
        .at(name.span));
    }
    Ok(())
}
