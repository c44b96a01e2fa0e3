//! What ALTER TABLE refuses or does not know, before and after the new table is there.

use terp_schema_model::{CharacterSet, ForeignKey, Table, same_name};

use super::Context;
use super::alter_columns::{self, Wanted};
use super::alter_foreign_keys::changes_storage;
use super::alter_keys::TableElementRef;
use super::alter_requests::Requests;
use super::catalog::{TableRef, parent_of};
use super::error::{ExecuteError, Result, refuse, unsupported};
use super::options::{self, CharsetChoice};
use crate::ast::{AlterActionKind, TableOption, TableOptionKind};
use crate::expr::types_mariadb::{assignable, number_type, special_type};

/// Only InnoDB has tablespaces.
pub(super) fn check_tablespace(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let asked = requests
        .unrecorded
        .iter()
        .any(|kind| matches!(kind, AlterActionKind::DiscardTablespace | AlterActionKind::ImportTablespace));
    if asked && old.options.engine != "InnoDB" {
        return Err(refuse(
            1031,
            if cx.flavor.is_mysql() {
                format!("Table storage engine for '{}' doesn't have this option", old.name)
            } else {
                let engine = &old.options.engine;
                format!(
                    "Storage engine {engine} of the table `{}`.`{}` doesn't have this option",
                    cx.database, old.name
                )
            },
        ));
    }
    Ok(())
}

/// A table that foreign keys hold stays with its engine.
pub(super) fn check_engine_change(
    cx: &Context<'_>,
    at: &TableRef,
    old: &Table,
    requests: &Requests<'_>,
) -> Result<()> {
    let engines: Vec<&TableOption> = requests.options.iter().copied().filter(|o| is_engine(o)).collect();
    if engines.is_empty() {
        return Ok(());
    }
    if cx.flavor.is_mysql() && at.schema == super::system_tables::DATABASE {
        return Err(unsupported("another ENGINE for a table of the database mysql"));
    }
    let mut scratch = old.clone();
    options::apply(cx, &mut scratch, &engines, &mut CharsetChoice::default())?;
    let held = !old.foreign_keys.is_empty() || cx.catalog.children(at).next().is_some();
    if scratch.options.engine == old.options.engine || !held {
        return Ok(());
    }
    if cx.flavor.is_mysql() {
        return Err(refuse(
            3776,
            "Cannot change table's storage engine because the table participates in a foreign key constraint.",
        ));
    }
    if cx.session.foreign_key_checks {
        return Err(refuse(1217, "Cannot delete or update a parent row: a foreign key constraint fails"));
    }
    Err(unsupported("ENGINE of a table with foreign keys, without foreign_key_checks"))
}

/// MariaDB leaves the old table there beside the new one when it copies it to another name and the old name has characters that its
/// file's name has not.
pub(super) fn check_encoded_name(cx: &Context<'_>, at: &TableRef, requests: &Requests<'_>) -> Result<()> {
    let plain = at.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if cx.flavor.is_mysql() || plain || requests.changes_names_only() {
        return Ok(());
    }
    Err(unsupported("RENAME TO beside other changes of a table whose name is more than letters and digits"))
}

/// MariaDB keeps the old name in a foreign key to the table itself that comes with the new name.
pub(super) fn check_renamed_parent(cx: &Context<'_>, at: &TableRef, requests: &Requests<'_>) -> Result<()> {
    let to_itself = requests.keys.iter().any(|key| match key {
        TableElementRef::ForeignKey(def) => def.references.table.name.value == at.name,
        _ => false,
    });
    if cx.flavor.is_mysql() || !to_itself {
        return Ok(());
    }
    Err(unsupported("RENAME TO beside a new foreign key to the table itself"))
}

pub(super) fn has_character_set(requests: &Requests<'_>) -> bool {
    let of_it =
        |o: &&TableOption| matches!(o.kind, TableOptionKind::CharacterSet(_) | TableOptionKind::Collate(_));
    requests.options.iter().any(of_it)
}

/// MySQL: CONVERT TO and the options of the table have to agree on the character set.
pub(super) fn check_conversion(cx: &Context<'_>, requests: &Requests<'_>, set: &CharacterSet) -> Result<()> {
    for option in requests.options.iter().filter(|_| cx.flavor.is_mysql()) {
        match &option.kind {
            TableOptionKind::CharacterSet(Some(name)) if cx.charset(name)?.name != set.charset => {
                let message = format!(
                    "Conflicting declarations: 'CHARACTER SET {}' and 'CHARACTER SET {}'",
                    name.value, set.charset
                );
                return Err(refuse(1302, message).at(option.span));
            }
            TableOptionKind::Collate(Some(name)) => {
                cx.collation(name, Some(&set.charset), &set.charset)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// MariaDB's InnoDB, which changes its table in place, has another error for options that do not go together.
pub(super) fn in_place_option_error(
    cx: &Context<'_>,
    old: &Table,
    new: &Table,
    error: ExecuteError,
) -> ExecuteError {
    let stays = old.options.engine == "InnoDB" && new.options.engine == "InnoDB";
    if error.errno() != Some(1005) || !stays || cx.flavor.is_mysql() {
        return error;
    }
    refuse(1478, "Table storage engine 'InnoDB' does not support the create option 'KEY_BLOCK_SIZE'")
}

/// Aria keeps what was written of a row format, and shows its own.
pub(super) fn check_aria_format(old: &Table, table: &Table, requests: &Requests<'_>) -> Result<()> {
    let written = requests.options.iter().any(|o| matches!(o.kind, TableOptionKind::RowFormat(_)));
    let paged = old.options.engine == "Aria" && old.options.row_format.as_deref() == Some("PAGE");
    if paged && table.options.engine != "Aria" && !written {
        return Err(unsupported("ROW_FORMAT of a table that was Aria's"));
    }
    Ok(())
}

/// Engines without transactions show TRANSACTIONAL in a comment of their own when it was there before.
pub(super) fn check_transactional(cx: &Context<'_>, table: &Table, requests: &Requests<'_>) -> Result<()> {
    let foreign = table.options.engine != "InnoDB" && requests.options.iter().any(|o| is_engine(o));
    if let Some((name, _)) = table.options.attributes.first().filter(|_| cx.flavor.is_mariadb() && foreign) {
        return Err(unsupported(format!("{name} of a table that gets another engine")));
    }
    let kept = table.options.transactional.is_some() && requests.options.iter().any(|o| is_engine(o));
    if cx.flavor.is_mariadb() && kept && !matches!(table.options.engine.as_str(), "InnoDB" | "Aria") {
        return Err(unsupported("TRANSACTIONAL of a table that gets an engine without transactions"));
    }
    Ok(())
}

/// ALTER TABLE has its own error for a row format that InnoDB lacks.
pub(super) fn check_row_format(cx: &Context<'_>, old: &Table, requests: &Requests<'_>) -> Result<()> {
    let fixed = requests.options.iter().any(
        |o| matches!(&o.kind, TableOptionKind::RowFormat(word) if matches!(word.as_str(), "FIXED" | "PAGE")),
    );
    let stays = old.options.engine == "InnoDB" && !requests.options.iter().any(|o| is_engine(o));
    if fixed && stays && cx.session.innodb_strict_mode {
        return Err(refuse(
            1478,
            "Table storage engine 'InnoDB' does not support the create option 'ROW_TYPE'",
        ));
    }
    Ok(())
}

/// MySQL: what InnoDB says of COMPRESSION where it changes a table in place.
pub(super) fn in_place_compression_error(
    old: &Table,
    new: &Table,
    requests: &Requests<'_>,
    temporary: bool,
    error: ExecuteError,
) -> ExecuteError {
    let asked = requests.options.iter().any(|o| matches!(o.kind, TableOptionKind::Compression(_)));
    let copies = requests.algorithm.is_some_and(|(word, _)| word == "COPY")
        || old.options.engine != "InnoDB"
        || !requests.partition.is_empty()
        || requests.columns.iter().any(|wanted| {
            let from = wanted.replaces.and_then(|name| old.column(&name.value));
            let to = new.column(&wanted.def.name.value);
            matches!((from, to), (Some(from), Some(to)) if changes_storage(from, to))
        });
    if error.errno() != Some(1031) || !asked || copies || temporary {
        return error;
    }
    refuse(1478, "Table storage engine 'InnoDB' does not support the create option 'COMPRESSION'")
}

/// MariaDB: values of some types do not become values of others.
pub(super) fn check_casts(cx: &Context<'_>, old: &Table, new: &Table, requests: &Requests<'_>) -> Result<()> {
    if cx.flavor.is_mysql() || !cx.session.sql_mode.strict() {
        return Ok(());
    }
    for wanted in &requests.columns {
        let from = wanted.replaces.and_then(|name| old.column(&name.value));
        let (Some(from), Some(to)) = (from, new.column(&wanted.def.name.value)) else { continue };
        if to.generated.is_some() || assignable(&from.ty, &to.ty, cx.flavor.mariadb_since(11, 0, 0)) {
            continue;
        }
        let name = |ty| special_type(ty).or_else(|| number_type(ty)).unwrap_or_default();
        return Err(refuse(
            4078,
            format!(
                "Cannot cast '{}' as '{}' in assignment of `{}`.`{}`.`{}`",
                name(&from.ty),
                name(&to.ty),
                cx.database,
                old.name,
                to.name
            ),
        )
        .at(wanted.span));
    }
    Ok(())
}

/// MySQL: a key that gets too long has an error of its own only where the column was text before.
pub(super) fn too_long_of_other_type(
    old: &Table,
    requests: &Requests<'_>,
    error: ExecuteError,
) -> ExecuteError {
    let was_text = |wanted: &Wanted<'_>| {
        let column = wanted.replaces.and_then(|name| old.column(&name.value));
        column.is_none_or(|c| c.character_set.is_some() || c.ty.is_lob())
    };
    if error.errno() == Some(3886)
        && !requests.columns.is_empty()
        && requests.convert.is_none()
        && !requests.columns.iter().any(was_text)
    {
        return refuse(1071, "Specified key was too long; max key length is 3072 bytes");
    }
    error
}

/// A table that has to be copied keeps the names of the columns that foreign keys use.
pub(super) fn check_copied_renames(
    cx: &Context<'_>,
    at: &TableRef,
    old: &Table,
    new: &Table,
    names: &alter_columns::NameMap,
) -> Result<()> {
    let new_name = |name: &str| names.get(&name.to_lowercase()).and_then(Option::as_deref);
    let copied = old.columns.iter().any(|from| {
        let to = new_name(&from.name).and_then(|name| new.column(name));
        to.is_some_and(|to| changes_storage(from, to))
    });
    if !copied || !cx.session.foreign_key_checks {
        return Ok(());
    }
    let renamed = |name: &String| new_name(name).is_some_and(|new| !same_name(new, name));
    let own = old
        .foreign_keys
        .iter()
        .filter(|key| new.foreign_keys.iter().any(|kept| kept.name == key.name))
        .any(|key| key.columns.iter().any(renamed));
    let as_parent = cx.catalog.children(at).any(|(child_at, child)| {
        let of_this = |key: &&ForeignKey| parent_of(&child_at.schema, key) == *at;
        child.foreign_keys.iter().filter(of_this).any(|key| key.referenced_columns.iter().any(renamed))
    });
    if !own && !as_parent {
        return Ok(());
    }
    let dot = if cx.flavor.is_mysql() { "." } else { "" };
    Err(refuse(
        1846,
        format!(
            "ALGORITHM=COPY is not supported. Reason: Columns participating in a foreign key are renamed. Try ALGORITHM=INPLACE{dot}"
        ),
    ))
}

/// When a column of a unique key changes between NULL and NOT NULL, MariaDB puts the unique keys in an order of its own.
pub(super) fn check_key_order(
    cx: &Context<'_>,
    old: &Table,
    new: &Table,
    requests: &Requests<'_>,
) -> Result<()> {
    let may_differ =
        cx.flavor.is_mariadb() && requests.columns.iter().any(|wanted| wanted.replaces.is_some());
    if !may_differ || !cx.catalog.key_order_matters() {
        return Ok(());
    }
    let unique = |table: &Table, other: &Table| -> Vec<String> {
        let kept = |name: &str| other.index(name).is_some_and(terp_schema_model::Index::is_unique);
        table
            .indexes
            .iter()
            .filter(|i| i.is_unique() && kept(&i.name))
            .map(|i| i.name.to_lowercase())
            .collect()
    };
    if unique(old, new) == unique(new, old) {
        return Ok(());
    }
    Err(unsupported("the order of unique keys after a column changed between NULL and NOT NULL"))
}

pub(super) const fn is_engine(option: &TableOption) -> bool {
    matches!(option.kind, TableOptionKind::Engine(_))
}
