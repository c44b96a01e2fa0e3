//! Keys among each other: which one makes another needless, the names of the nameless, and their order.

use std::collections::HashSet;

use terp_schema_model::{
    ColumnType, Generated, Index, IndexAlgorithm, IndexKind, IndexPart, IndexPartKind, LobSize, Table,
    same_name,
};

use super::context::Context;
use super::index::KeyDraft;
use super::key_part::needs_hash;

/// A key that a foreign key brings goes when another has the same first columns in the same order
/// (`foreign_key_prefix` in the servers' `sql_table.cc`).
pub(super) fn drop_covered(cx: &Context<'_>, table: &Table, keys: &mut Vec<KeyDraft>) {
    let mut at = 0;
    while at < keys.len() {
        if !keys[at].index.generated {
            at += 1;
            continue;
        }
        let covered = keys.iter().enumerate().any(|(other_at, other)| {
            if other_at == at {
                return false;
            }
            let (own, theirs) = (&keys[at].index, &other.index);
            if !covers(theirs, own, cx.flavor.is_mariadb()) || needs_hash(cx, table, theirs) {
                return false;
            }
            // Of two that foreign keys bring, the longer stays, and of equals the last.
            !theirs.generated || theirs.parts.len() > own.parts.len() || other_at > at
        });
        if covered {
            keys.remove(at);
        } else {
            at += 1;
        }
    }
}

/// MySQL takes no descending part for an ascending one.
fn covers(longer: &Index, shorter: &Index, mariadb: bool) -> bool {
    if matches!(longer.kind, IndexKind::Fulltext | IndexKind::Spatial | IndexKind::Vector)
        || mariadb && longer.using == Some(IndexAlgorithm::Hash)
    {
        return false;
    }
    longer.parts.len() >= shorter.parts.len()
        && longer.parts.iter().zip(&shorter.parts).all(|(a, b)| match (&a.kind, &b.kind) {
            (IndexPartKind::Column(x), IndexPartKind::Column(y)) => {
                same_name(x, y) && a.length == b.length && (mariadb || a.descending == b.descending)
            }
            _ => false,
        })
}

/// The first column's name, or that with `_2`, `_3`, ... (`make_unique_key_name`).
pub(super) fn free_name(index: &Index, names: &HashSet<String>) -> String {
    let functional = index.parts.iter().any(|p| p.column_name().is_none());
    let base = match index.parts.first().and_then(|p| p.column_name()) {
        Some(name) if !functional => name,
        _ => "functional_index",
    };
    if !names.contains(&base.to_lowercase()) && !base.eq_ignore_ascii_case("PRIMARY") {
        return base.to_owned();
    }
    // The server cuts the name so that the suffix fits.
    let short: String = base.chars().take(60).collect();
    (2..100)
        .map(|n| format!("{short}_{n}"))
        .find(|name| !names.contains(&name.to_lowercase()))
        .unwrap_or_else(|| "not_specified".to_owned())
}

/// MariaDB's LIKE puts the keys in order by the columns as they have become.
pub(super) fn sort_again(cx: &Context<'_>, table: &mut Table) {
    let mut keys: Vec<KeyDraft> =
        std::mem::take(&mut table.indexes).into_iter().map(KeyDraft::existing).collect();
    for key in &mut keys {
        let can_be_null =
            |p: &IndexPart| p.column_name().and_then(|n| table.column(n)).is_none_or(|c| c.nullable);
        key.nullable = key.index.parts.iter().any(can_be_null);
    }
    sort(cx, table, &mut keys);
    table.indexes = keys.into_iter().map(|key| key.index).collect();
}

/// A prefix as long as the longest value: of the tiny ones 255 bytes.
fn is_whole(table: &Table, part: &IndexPart) -> bool {
    let column = part.column_name().and_then(|name| table.column(name));
    column.is_some_and(|column| match column.ty {
        ColumnType::Blob { size: LobSize::Tiny } => part.length == Some(255),
        _ => false,
    })
}

/// PRIMARY, UNIQUE without NULLs, UNIQUE with, the others, FULLTEXT last; otherwise as they came
/// (`sort_keys` in the servers' `sql_table.cc`).
pub(super) fn sort(cx: &Context<'_>, table: &Table, keys: &mut [KeyDraft]) {
    let rank = |key: &KeyDraft| {
        let (index, nullable) = (&key.index, key.nullable);
        let partial = index.parts.iter().any(|p| p.length.is_some() && !is_whole(table, p));
        let virtual_part = index.parts.iter().any(|p| match p.column_name() {
            None => true,
            Some(name) => table
                .column(name)
                .is_some_and(|c| matches!(c.generated, Some(Generated::Expression { stored: false, .. }))),
        });
        match index.kind {
            IndexKind::Primary => (0, false, false, false, false),
            // MariaDB puts hashes behind the others.
            IndexKind::Unique => {
                let hash = cx.flavor.is_mariadb() && index.using == Some(IndexAlgorithm::Hash);
                (1, hash, nullable, partial, virtual_part && cx.flavor.is_mysql())
            }
            // MySQL puts keys over virtual columns, functional ones among them, behind the others.
            IndexKind::Key | IndexKind::Spatial => {
                (2, virtual_part && cx.flavor.is_mysql(), false, false, false)
            }
            IndexKind::Fulltext => (3, false, false, false, false),
            IndexKind::Vector => (4, false, false, false, false),
        }
    };
    keys.sort_by_key(rank);
}
