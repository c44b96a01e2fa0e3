//! ALGORITHM and LOCK of MySQL's ALTER TABLE where the server itself decides, or an engine other than InnoDB
//! (`mysql_alter_table`, `is_inplace_alter_impossible`, `handler::check_if_supported_inplace_alter`).

use terp_schema_model::{Column, ColumnType, Generated, Index, IndexPartKind, Table, same_name};

use super::alter_requests::Requests;
use super::error::{ExecuteError, Result, refuse, unsupported};
use crate::ast::{AlterActionKind, AlterColumn, TableOptionKind};

/// How the server makes the change.
enum Way {
    /// By names alone: it holds the table for itself.
    NamesOnly,
    /// By a copy, whatever the engine.
    Copy,
    /// As the engine says: not in place.
    EngineRefuses,
    /// As the engine says: in place.
    InPlace,
}

/// Refuses what is asked and cannot be. Whether it was decided: what InnoDB does is left to the caller.
pub(super) fn check(old: &Table, new: &Table, requests: &Requests<'_>, temporary: bool) -> Result<bool> {
    let algorithm = requests.algorithm.filter(|(word, _)| matches!(*word, "INPLACE" | "INSTANT"));
    let lock = requests.lock.filter(|(word, _)| matches!(*word, "NONE" | "SHARED"));
    let Some((_, span)) = algorithm.or(lock) else { return Ok(false) };
    let Some(way) = way(old, new, requests, temporary).map_err(|e| e.at(span))? else { return Ok(false) };
    refusal(&way, algorithm.map(|a| a.0), lock.map(|l| l.0), requests, temporary)
        .map_or(Ok(true), |error| Err(error.at(span)))
}

fn refusal(
    way: &Way,
    algorithm: Option<&str>,
    lock: Option<&str>,
    requests: &Requests<'_>,
    temporary: bool,
) -> Option<ExecuteError> {
    let not_supported = |clause: String, instead: &str| {
        refuse(1845, format!("{clause} is not supported for this operation. Try {instead}."))
    };
    let copies = requests.algorithm.is_some_and(|(word, _)| word == "COPY");
    // Nobody else sees a temporary table: any LOCK will do.
    let locks_none = lock == Some("NONE") && !temporary;
    match (way, algorithm) {
        (Way::NamesOnly, _) => lock.map(|_| not_supported("LOCK=NONE/SHARED".to_owned(), "LOCK=EXCLUSIVE")),
        (Way::Copy, Some(word)) => Some(not_supported(format!("ALGORITHM={word}"), "ALGORITHM=COPY")),
        (Way::EngineRefuses, Some("INSTANT")) => {
            Some(not_supported("ALGORITHM=INSTANT".to_owned(), "ALGORITHM=COPY/INPLACE"))
        }
        (Way::EngineRefuses, Some(word)) => {
            Some(not_supported(format!("ALGORITHM={word}"), "ALGORITHM=COPY"))
        }
        (Way::Copy, None) => locks_none.then(copy_requires_lock),
        (Way::EngineRefuses, None) if !copies => {
            locks_none.then(|| not_supported("LOCK=NONE".to_owned(), "LOCK=SHARED"))
        }
        _ => None,
    }
}

fn copy_requires_lock() -> ExecuteError {
    refuse(
        1846,
        "LOCK=NONE is not supported. Reason: COPY algorithm requires a lock. Try LOCK=SHARED.".to_owned(),
    )
}

fn way(old: &Table, new: &Table, requests: &Requests<'_>, temporary: bool) -> Result<Option<Way>> {
    let copies = requests.algorithm.is_some_and(|(word, _)| word == "COPY");
    let keys_switched = requests
        .unrecorded
        .iter()
        .any(|kind| matches!(kind, AlterActionKind::EnableKeys | AlterActionKind::DisableKeys));
    if temporary || copies {
        return Ok(Some(Way::Copy));
    }
    let only_names = requests.changes_names_only();
    if only_names {
        return Ok(Some(Way::NamesOnly));
    }
    let ordered = requests.unrecorded.iter().any(|kind| matches!(kind, AlterActionKind::OrderBy(_)));
    if keys_switched || ordered || old.options.engine != new.options.engine {
        return Ok(Some(Way::Copy));
    }
    match old.options.engine.as_str() {
        "InnoDB" => Ok(None),
        "MyISAM" | "MEMORY" | "CSV" | "ARCHIVE" if !requests.partition.is_empty() => {
            Err(unsupported("ALGORITHM and LOCK with partitions"))
        }
        "MyISAM" | "MEMORY" | "CSV" | "ARCHIVE" => {
            let keeps = !rebuilds(requests)
                && options_stay(old, new, requests)?
                && columns_stay(old, new, requests)?
                && indexes_stay(old, new, requests)?
                && old.checks == new.checks;
            Ok(Some(if keeps { Way::InPlace } else { Way::EngineRefuses }))
        }
        "BLACKHOLE" | "MRG_MyISAM" => Ok(Some(Way::EngineRefuses)),
        other => Err(unsupported(format!("ALGORITHM and LOCK on {other}"))),
    }
}

/// What no engine but InnoDB does in place, whatever the table.
fn rebuilds(requests: &Requests<'_>) -> bool {
    requests.unrecorded.iter().any(|kind| matches!(kind, AlterActionKind::Force))
        || requests.convert.is_some()
        || !requests.drop_columns.is_empty()
        || !requests.drop_checks.is_empty()
        || !requests.alter_checks.is_empty()
        || requests.drop_primary.is_some()
        || requests.columns.iter().any(|wanted| wanted.replaces.is_none())
        || requests.alter_columns.iter().any(|(_, change, _)| matches!(change, AlterColumn::SetInvisible(_)))
}

fn options_stay(old: &Table, new: &Table, requests: &Requests<'_>) -> Result<bool> {
    let unknown =
        |what: &str| Err(unsupported(format!("ALGORITHM and LOCK with {what} on {}", old.options.engine)));
    let archive = old.options.engine == "ARCHIVE";
    if old.options.data_directory.is_some() || old.options.index_directory.is_some() {
        return unknown("DATA DIRECTORY");
    }
    for option in &requests.options {
        match &option.kind {
            TableOptionKind::Comment(_) if archive => return Ok(false),
            TableOptionKind::StatsPersistent(_)
            | TableOptionKind::StatsAutoRecalc(_)
            | TableOptionKind::StatsSamplePages(_) => {}
            TableOptionKind::Comment(_)
            | TableOptionKind::KeyBlockSize(_)
            | TableOptionKind::MinRows(_)
            | TableOptionKind::AvgRowLength(_)
                if !archive => {}
            TableOptionKind::RowFormat(_) if old.options.row_format == new.options.row_format => {}
            TableOptionKind::RowFormat(_)
            | TableOptionKind::AutoIncrement(_)
            | TableOptionKind::MaxRows(_)
            | TableOptionKind::Checksum(_)
            | TableOptionKind::DelayKeyWrite(_)
            | TableOptionKind::PackKeys(_)
            | TableOptionKind::CharacterSet(_)
            | TableOptionKind::Collate(_)
            | TableOptionKind::Engine(_) => return Ok(false),
            _ => return unknown("this option"),
        }
    }
    if archive && !old.comment.is_empty() {
        return unknown("a comment");
    }
    Ok(true)
}

/// The new name of a column.
fn renamed<'a>(name: &'a str, requests: &Requests<'a>) -> &'a str {
    let changed = requests
        .columns
        .iter()
        .find(|wanted| wanted.replaces.is_some_and(|from| same_name(&from.value, name)))
        .map(|wanted| wanted.def.name.value.as_str());
    let by_rename = requests
        .rename_columns
        .iter()
        .find(|(from, _, _)| same_name(&from.value, name))
        .map(|(_, to, _)| to.value.as_str());
    changed.or(by_rename).unwrap_or(name)
}

/// Whether the columns are the same in the same order but for names, defaults, comments and added members of ENUM and SET.
fn columns_stay(old: &Table, new: &Table, requests: &Requests<'_>) -> Result<bool> {
    let same_order = old.columns.len() == new.columns.len()
        && old.columns.iter().zip(&new.columns).all(|(a, b)| same_name(renamed(&a.name, requests), &b.name));
    if !same_order {
        return Ok(false);
    }
    let generated = |column: &Column| matches!(column.generated, Some(Generated::Expression { .. }));
    for (from, to) in old.columns.iter().zip(&new.columns) {
        if from == to {
            continue;
        }
        if generated(from) || generated(to) {
            return Err(unsupported("ALGORITHM and LOCK with a change of a generated column"));
        }
        if let (ColumnType::Geometry { .. }, ColumnType::Geometry { .. }) = (&from.ty, &to.ty)
            && from.ty != to.ty
        {
            return Err(unsupported("ALGORITHM and LOCK with a change of a geometry"));
        }
        let set = |column: &Column| column.character_set.as_ref().map(|c| c.set.clone());
        if !type_stays(&from.ty, &to.ty) || from.nullable != to.nullable || set(from) != set(to) {
            return Ok(false);
        }
        let mut expected = from.clone();
        expected.name.clone_from(&to.name);
        expected.ty.clone_from(&to.ty);
        expected.character_set.clone_from(&to.character_set);
        expected.default.clone_from(&to.default);
        expected.on_update_now = to.on_update_now;
        expected.comment.clone_from(&to.comment);
        expected.invisible = to.invisible;
        if expected != *to {
            return Err(unsupported("ALGORITHM and LOCK with this change of a column"));
        }
    }
    Ok(true)
}

fn type_stays(from: &ColumnType, to: &ColumnType) -> bool {
    let set_bytes = |members: usize| match members.div_ceil(8) {
        bytes @ 0..=4 => bytes,
        _ => 8,
    };
    match (from, to) {
        (ColumnType::Enum { values: a }, ColumnType::Enum { values: b }) => {
            b.starts_with(a) && (a.len() < 256) == (b.len() < 256)
        }
        (ColumnType::Set { values: a }, ColumnType::Set { values: b }) => {
            b.starts_with(a) && set_bytes(a.len()) == set_bytes(b.len())
        }
        (a, b) => a == b,
    }
}

/// Whether the indexes are the same in the same order but for names, comments and visibility.
fn indexes_stay(old: &Table, new: &Table, requests: &Requests<'_>) -> Result<bool> {
    let renamed_index = |index: &Index| {
        let to = requests.rename_keys.iter().find(|(from, _, _)| same_name(&from.value, &index.name));
        to.map_or(index.name.clone(), |(_, to, _)| to.value.clone())
    };
    let bare = |index: &Index| {
        let mut bare = index.clone();
        bare.comment.clear();
        bare.invisible = false;
        bare
    };
    let mut in_order = old.indexes.len() == new.indexes.len();
    for (n, from) in old.indexes.iter().enumerate() {
        let mut expected = bare(from);
        expected.name = renamed_index(from);
        for part in &mut expected.parts {
            if let IndexPartKind::Column(name) = &mut part.kind {
                *name = renamed(name, requests).to_owned();
            }
        }
        let Some(to) = new.index(&expected.name) else { return Ok(false) };
        // A key that is dropped and made again by another spelling of its name is another key.
        if bare(to) != expected {
            return Ok(false);
        }
        if to.invisible != from.invisible && !requests.drop_keys.is_empty() {
            return Err(unsupported("ALGORITHM and LOCK with a key made again in another visibility"));
        }
        in_order &= new.indexes.get(n).is_some_and(|index| index.name == expected.name);
    }
    if old.indexes.len() != new.indexes.len() {
        return Ok(false);
    }
    if !in_order {
        // The server keeps the old order for some of these, and damages the index file of MyISAM for others.
        return Err(unsupported("ALGORITHM and LOCK with keys made again in another order"));
    }
    Ok(true)
}
