//! Keys: from what is written, or carried over, to the indexes in the order in which the server shows them.

use std::collections::HashSet;

use terp_schema_model::{
    CharacterSet, Column, ColumnType, Generated, Index, IndexAlgorithm, IndexKind, IndexPart, IndexPartKind,
    Table, same_name,
};

use super::Context;
use super::error::{ExecuteError, Result, messages, refuse, unsupported};
use super::key_order::{drop_covered, free_name, sort};
use super::key_part::{
    PartBytes, check_hash, check_prefix, check_virtual_part, exceeds_old_format, forget_whole_prefix,
    key_too_long, never_in_keys, no_virtual_keys, part_bytes, spatial_part,
};
use super::options::{EngineTraits, traits};
use super::primary_key::{
    check_ignored_primary, check_primary_column, invisible_primary, null_in_primary, promote,
};
use crate::Span;
use crate::ast::{Ident, IndexDef, IndexOptionKind, IndexPartDefKind};
use crate::expr::ExprPlace;

/// A key on its way: its name may still be empty.
pub(super) struct KeyDraft {
    pub(super) index: Index,
    /// Carried over from the table as it was.
    pub(super) existing: bool,
    pub(super) span: Option<Span>,
    /// Whether a part can be NULL as far as the keys before it tell: a primary key makes its columns NOT NULL only when
    /// its turn comes.
    pub(super) nullable: bool,
    /// Whether one of its expressions can give NULL.
    pub(super) nullable_expression: bool,
    /// ASC or DESC was written at a part.
    pub(super) ordered: bool,
    /// MariaDB: a part is longer than InnoDB's old row formats take, which InnoDB sees when the server is content.
    pub(super) too_long_for_format: bool,
}

impl KeyDraft {
    pub(super) fn existing(index: Index) -> Self {
        Self {
            index,
            existing: true,
            span: None,
            nullable: false,
            nullable_expression: false,
            ordered: false,
            too_long_for_format: false,
        }
    }

    pub(super) const fn defined(index: Index, span: Span) -> Self {
        Self {
            index,
            existing: false,
            span: Some(span),
            nullable: false,
            nullable_expression: false,
            ordered: false,
            too_long_for_format: false,
        }
    }
}

/// What is refused of a key before its table is looked for.
pub(super) fn check_reading(cx: &Context<'_>, def: &IndexDef) -> Result<()> {
    for part in &def.parts {
        if let IndexPartDefKind::Column { name, length: Some(0) } = &part.kind {
            return Err(refuse(1391, format!("Key part '{}' length cannot be 0", name.value)).at(part.span));
        }
    }
    let invisible = |kind: &IndexOptionKind| matches!(kind, IndexOptionKind::Invisible(true));
    if cx.flavor.is_mysql()
        && def.kind == IndexKind::Primary
        && let Some(option) = def.options.iter().find(|option| invisible(&option.kind))
    {
        return Err(invisible_primary(cx).at(option.span));
    }
    let hash = def.options.iter().rev().find_map(|option| match &option.kind {
        IndexOptionKind::Using(algorithm) => Some(*algorithm == IndexAlgorithm::Hash),
        _ => None,
    });
    let unordered = hash == Some(true) || matches!(def.kind, IndexKind::Fulltext | IndexKind::Spatial);
    if cx.flavor.is_mysql() && unordered && def.parts.iter().any(|p| p.ordered) {
        return Err(wrong_order(def.span));
    }
    Ok(())
}

fn wrong_order(span: Span) -> ExecuteError {
    refuse(1221, "Incorrect usage of spatial/fulltext/hash index and explicit index order").at(span)
}

/// Reads a definition into a draft; expressions are printed with the final columns.
pub(super) fn draft(cx: &Context<'_>, def: &IndexDef, table: &str, columns: &[Column]) -> Result<KeyDraft> {
    check_reading(cx, def)?;
    let name = def.name.as_ref().or(def.constraint.as_ref());
    // The name of a primary key is read and forgotten.
    let name = name.filter(|_| def.kind != IndexKind::Primary);
    if let Some(name) = name {
        check_name(cx, name)?;
    }
    let mut parts = Vec::with_capacity(def.parts.len());
    for part in &def.parts {
        let (kind, length) = match &part.kind {
            IndexPartDefKind::Column { name, length } => {
                let length = length.map(|l| u32::try_from(l).unwrap_or(u32::MAX));
                (IndexPartKind::Column(name.value.clone()), length)
            }
            IndexPartDefKind::Expression(expr) => {
                if def.kind == IndexKind::Primary {
                    return Err(refuse(3756, "The primary key cannot be a functional index").at(part.span));
                }
                if let crate::ast::ExprKind::Name(_) = &expr.kind {
                    return Err(refuse(
                        3762,
                        "Functional index on a column is not supported. Consider using a regular index instead.",
                    )
                    .at(part.span));
                }
                (
                    IndexPartKind::Expression(cx.print(
                        expr,
                        ExprPlace::IndexPart,
                        table,
                        columns,
                        name.map_or("functional_index", |n| &n.value),
                    )?),
                    None,
                )
            }
        };
        parts.push(IndexPart { kind, length, descending: part.descending });
    }
    let mut index = Index::new(name.map_or("", |n| &n.value), def.kind, parts);
    for option in &def.options {
        match &option.kind {
            IndexOptionKind::Using(algorithm) => index.using = Some(*algorithm),
            IndexOptionKind::KeyBlockSize(n) => index.key_block_size = (*n != 0).then_some(*n),
            IndexOptionKind::Comment(text) => {
                if text.value.chars().count() > 1024 && cx.session.sql_mode.strict() {
                    let name = name.map_or("", |n| &n.value);
                    return Err(refuse(1688, format!("Comment for index '{name}' is too long (max = 1024)"))
                        .at(option.span));
                }
                index.comment = text.value.chars().take(1024).collect();
            }
            IndexOptionKind::Parser(parser) => {
                if !parser.value.eq_ignore_ascii_case("ngram") || cx.flavor.is_mariadb() {
                    return Err(
                        refuse(1128, format!("Function '{}' is not defined", parser.value)).at(option.span)
                    );
                }
                index.parser = Some(parser.value.to_ascii_lowercase());
            }
            IndexOptionKind::Invisible(invisible) => {
                index.invisible = *invisible;
            }
            IndexOptionKind::EngineAttribute(text) => {
                if !text.value.is_empty() {
                    return Err(refuse(3981, "Storage engine 'InnoDB' does not support ENGINE_ATTRIBUTE.")
                        .at(option.span));
                }
            }
            IndexOptionKind::SecondaryEngineAttribute(text) => {
                index.secondary_engine_attribute = (!text.value.is_empty()).then(|| text.value.clone());
            }
            IndexOptionKind::Clustering(_) => {
                return Err(unsupported("CLUSTERING keys").at(option.span));
            }
            IndexOptionKind::Attribute(attribute) => {
                if def.kind == IndexKind::Vector {
                    return Err(unsupported("options of a VECTOR index").at(option.span));
                }
                return Err(
                    refuse(1911, format!("Unknown option '{}'", attribute.name.value)).at(option.span)
                );
            }
        }
    }
    if let Some(period) = &def.without_overlaps {
        index.without_overlaps = Some(period.value.clone());
    }
    if def.kind == IndexKind::Vector {
        return Err(unsupported("VECTOR indexes").at(def.span));
    }
    let ordered = def.parts.iter().any(|p| p.ordered);
    Ok(KeyDraft { ordered, ..KeyDraft::defined(index, def.span) })
}

fn check_name(cx: &Context<'_>, name: &Ident) -> Result<()> {
    cx.check_name(name)?;
    let reserved = name.value.eq_ignore_ascii_case("PRIMARY");
    if name.value.is_empty() || name.value.ends_with(' ') || reserved {
        return Err(refuse(1280, format!("Incorrect index name '{}'", name.value)).at(name.span));
    }
    Ok(())
}

/// Drops keys that foreign keys would make but others cover, names the nameless, checks every part, promotes the
/// primary key's columns to NOT NULL, and puts all in the server's order.
pub(super) fn finish(
    cx: &Context<'_>,
    table: &mut Table,
    mut keys: Vec<KeyDraft>,
    explicit_null: &HashSet<String>,
    partitioned: bool,
) -> Result<()> {
    let engine = traits(&table.options.engine, cx.flavor);
    if cx.flavor.is_mariadb() {
        for part in keys.iter_mut().flat_map(|key| &mut key.index.parts) {
            forget_whole_prefix(table, part);
        }
    }
    drop_covered(cx, table, &mut keys);
    let too_many = || refuse(1069, format!("Too many keys specified; max {} keys allowed", engine.max_keys));
    if cx.flavor.is_mysql() && table.options.engine != "InnoDB" {
        let descending = keys.iter().find(|k| k.index.parts.iter().any(|p| p.descending));
        if let Some(key) = descending {
            let error = refuse(1178, "The storage engine for the table doesn't support descending indexes");
            return Err(error.at(key.span.unwrap_or_default()));
        }
    }
    if cx.flavor.is_mysql() && keys.len() > engine.max_keys {
        return Err(too_many());
    }
    if cx.flavor.is_mysql() {
        // Expressions get their types before any key is looked at.
        for key in &mut keys {
            key.nullable_expression = key.index.parts.iter().any(|part| match &part.kind {
                IndexPartKind::Expression(text) => can_be_null(cx, table, text),
                IndexPartKind::Column(_) => false,
            });
        }
    }
    let mut names: HashSet<String> = HashSet::with_capacity(keys.len());
    for key in &mut keys {
        let span = key.span;
        if cx.flavor.is_mysql() && partitioned && key.index.kind == IndexKind::Fulltext {
            return Err(refuse(1214, "The used table type doesn't support FULLTEXT indexes")
                .at(span.unwrap_or_default()));
        }
        prepare(cx, table, key, &engine, explicit_null, &mut names).map_err(|e| match span {
            Some(span) => e.at(span),
            None => e,
        })?;
        // InnoDB of MySQL forgets a key's own block size, but not where the table is partitioned.
        let innodb = table.options.engine == "InnoDB"
            && table.options.key_block_size.is_none()
            && table.options.row_format.as_deref() != Some("COMPRESSED");
        if cx.flavor.is_mysql() && innodb && !partitioned {
            key.index.key_block_size = None;
        }
    }
    if keys.len() > engine.max_keys {
        return Err(too_many());
    }
    sort(cx, table, &mut keys);
    check_ignored_primary(cx, table, &keys)?;
    if keys.iter().any(|key| key.too_long_for_format) {
        return Err(refuse(1709, "Index column size too large. The maximum column size is 767 bytes"));
    }
    table.indexes = keys.into_iter().map(|k| k.index).collect();
    Ok(())
}

/// Whether an expression gives NULL at times, as far as its form tells.
fn can_be_null(cx: &Context<'_>, table: &Table, text: &str) -> bool {
    let Ok(expr) = super::alter_expressions::expression_of(cx, text) else { return true };
    let nullable = |name: &str| table.column(name).is_none_or(|c| c.nullable);
    crate::expr::can_be_null(&expr, &nullable, cx.session.sql_mode.strict())
}

fn prepare(
    cx: &Context<'_>,
    table: &mut Table,
    key: &mut KeyDraft,
    engine: &EngineTraits,
    explicit_null: &HashSet<String>,
    names: &mut HashSet<String>,
) -> Result<()> {
    let max_parts = if cx.flavor.is_mysql() { 16 } else { 32 };
    if key.index.parts.len() > max_parts {
        return Err(refuse(1070, format!("Too many key parts specified; max {max_parts} parts allowed")));
    }
    let index = &mut key.index;
    let kind = index.kind;
    if cx.flavor.is_mysql() && kind == IndexKind::Spatial && index.parts.len() > 1 {
        return Err(refuse(1070, "Too many key parts specified; max 1 parts allowed"));
    }
    let second_primary = || refuse(1068, "Multiple primary key defined");
    if cx.flavor.is_mysql() {
        if kind == IndexKind::Primary && names.contains("primary") {
            return Err(second_primary());
        }
        if !index.name.is_empty() && names.contains(&index.name.to_lowercase()) {
            return Err(messages::duplicate_key_name(&index.name));
        }
    }
    let part_nullable =
        |p: &IndexPart| p.column_name().and_then(|name| table.column(name)).is_some_and(|c| c.nullable);
    key.nullable = key.nullable_expression || index.parts.iter().any(part_nullable);
    if cx.flavor.is_mysql() && kind == IndexKind::Fulltext {
        check_engine_kind(cx, kind, engine)?;
    }
    let functional = index.parts.iter().any(|p| p.column_name().is_none());
    if functional && table.options.engine != "InnoDB" {
        return Err(no_virtual_keys(table));
    }
    if cx.flavor.is_mysql() {
        check_engine_kind(cx, kind, engine)?;
    }
    if let Some(period) = &index.without_overlaps
        && !table.periods.iter().any(|p| same_name(&p.name, period))
    {
        return Err(refuse(4156, format!("Period `{period}` is not found in table")));
    }
    let mut seen: HashSet<String> = HashSet::new();
    // MariaDB looks at all parts before it tells of one that is there twice.
    let mut twice: Option<ExecuteError> = None;
    let mut total = 0u32;
    let mut hash = false;
    let mut words: Option<CharacterSet> = None;
    for at in 0..index.parts.len() {
        let IndexPartKind::Column(name) = &index.parts[at].kind else {
            check_functional_kind(index)?;
            continue;
        };
        let Some(position) = table.column_position(name) else {
            return Err(messages::key_column_missing(name));
        };
        let column = &table.columns[position];
        if cx.flavor.is_mariadb() && index.kind == IndexKind::Primary {
            check_primary_column(column)?;
        }
        if !seen.insert(column.name.to_lowercase()) {
            let twice_here = messages::duplicate_column(name);
            if cx.flavor.is_mysql() {
                return Err(twice_here);
            }
            twice.get_or_insert(twice_here);
        }
        if cx.flavor.is_mysql() {
            check_virtual_part(table, column, index)?;
        }
        let column_name = column.name.clone();
        let column_nullable = column.nullable;
        let computed = matches!(column.generated, Some(Generated::Expression { stored: false, .. }));
        if computed && table.options.engine == "Aria" {
            return Err(refuse(1904, "Key/Index cannot be defined on a virtual generated column"));
        }
        if cx.flavor.is_mysql() && index.is_unique() && matches!(column.ty, ColumnType::Geometry { .. }) {
            if index.parts.len() > 1 {
                return Err(refuse(1070, "Too many key parts specified; max 1 parts allowed"));
            }
            return Err(refuse(3728, "Spatial indexes can't be primary or unique indexes."));
        }
        if cx.flavor.is_mysql()
            && index.using == Some(IndexAlgorithm::RTree)
            && !matches!(column.ty, ColumnType::Geometry { .. })
        {
            return Err(refuse(1687, "A SPATIAL index may only contain a geometrical type column"));
        }
        // An index on a lone geometry column is a spatial one, whatever was written.
        if matches!(column.ty, ColumnType::Geometry { .. })
            && index.kind == IndexKind::Key
            && cx.flavor.mysql_since(9, 0, 0)
            && index.parts[at].length.is_none()
        {
            if index.parts.len() > 1 {
                return Err(refuse(1070, "Too many key parts specified; max 1 parts allowed"));
            }
            // A foreign key's own key counts as ordered.
            if key.ordered && !(index.generated && column.nullable) {
                return Err(wrong_order(key.span.unwrap_or_default()));
            }
            index.kind = IndexKind::Spatial;
        }
        if cx.flavor.is_mysql() && matches!(index.kind, IndexKind::Fulltext | IndexKind::Spatial) {
            never_in_keys(column)?;
            if index.kind == IndexKind::Spatial {
                check_prefix(index.parts[at].length)?;
            }
        }
        let bytes = match index.kind {
            IndexKind::Fulltext => {
                let is_text = matches!(
                    column.ty,
                    ColumnType::Char { .. } | ColumnType::Varchar { .. } | ColumnType::Text { .. }
                );
                // Words are looked for byte by byte, so UCS-2 and its like can't be in one.
                let charset =
                    column.character_set.as_ref().and_then(|own| cx.flavor.charset(&own.set.charset));
                // All are of the first one's collation.
                let own = column.character_set.as_ref().map(|own| own.set.clone());
                let other = words.is_some() && own != words;
                if !is_text || other || charset.is_some_and(|charset| charset.min_bytes > 1) {
                    return Err(refuse(1283, format!("Column '{name}' cannot be part of FULLTEXT index")));
                }
                words = own;
                index.parts[at].length = None;
                0
            }
            IndexKind::Spatial => {
                spatial_part(cx, index, column, at)?;
                0
            }
            _ => {
                let part = part_bytes(cx, table, column, index, at, engine, key.existing)?;
                index.parts[at].length = part.length;
                hash |= part.hash;
                key.too_long_for_format |= exceeds_old_format(cx, table, &part);
                part.bytes
            }
        };
        if cx.flavor.is_mysql()
            && index.kind == IndexKind::Primary
            && explicit_null.contains(&column_name.to_lowercase())
        {
            return Err(null_in_primary());
        }
        // MariaDB takes a column that holds nothing but NULL.
        let takes_null = cx.flavor.is_mariadb() && column_nullable;
        if is_empty(&column.ty) && !takes_null {
            return Err(if cx.flavor.is_mysql() {
                refuse(1167, format!("The used storage engine can't index column '{column_name}'"))
            } else {
                refuse(
                    1167,
                    format!("The storage engine {} can't index column `{column_name}`", table.options.engine),
                )
            });
        }
        index.parts[at].kind = IndexPartKind::Column(column_name.clone());
        total = total.saturating_add(bytes);
        if index.kind == IndexKind::Primary && !names.contains("primary") {
            promote(cx, &mut table.columns[position], explicit_null.contains(&column_name.to_lowercase()))?;
        }
    }
    if cx.flavor.is_mariadb() {
        check_engine_kind(cx, index.kind, engine)?;
    }
    if cx.flavor.is_mariadb() && index.using == Some(IndexAlgorithm::RTree) {
        return Err(rtree_refused(cx, table, index, engine));
    }
    if functional {
        // A value takes a byte at least.
        total = total.saturating_add(1);
    }
    if total > engine.max_key_bytes && !hash {
        let ordered = index.using == Some(IndexAlgorithm::BTree);
        if cx.flavor.is_mariadb() && index.kind == IndexKind::Unique && !ordered {
            check_hash(table, engine, PartBytes { bytes: total, length: None, hash: true })?;
            hash = true;
        } else {
            return Err(key_too_long(engine.max_key_bytes));
        }
    }
    if index.kind == IndexKind::Primary && names.contains("primary") {
        return Err(second_primary());
    }
    if index.kind != IndexKind::Primary && names.contains(&index.name.to_lowercase()) {
        return Err(messages::duplicate_key_name(&index.name));
    }
    if let Some(twice) = twice {
        return Err(twice);
    }
    if index.kind == IndexKind::Primary && index.invisible {
        return Err(invisible_primary(cx));
    }
    if hash {
        index.using = Some(IndexAlgorithm::Hash);
    }
    if index.using == Some(IndexAlgorithm::Hash) && index.kind == IndexKind::Unique && cx.flavor.is_mariadb()
    {
        let written_hash = PartBytes { bytes: total, length: None, hash: true };
        if table.options.engine != "MEMORY" {
            check_hash(table, engine, written_hash)?;
        }
    }
    normalise_using(cx, table, index);
    index.key_block_size = engine_block_size(table, index, total)?;
    if index.kind == IndexKind::Primary {
        index.name = "PRIMARY".to_owned();
    } else if index.name.is_empty() {
        index.name = free_name(index, names);
    }
    names.insert(index.name.to_lowercase());
    Ok(())
}

/// Not every engine has full-text and spatial keys.
fn check_engine_kind(cx: &Context<'_>, kind: IndexKind, engine: &EngineTraits) -> Result<()> {
    match kind {
        IndexKind::Fulltext if !engine.fulltext && cx.flavor.is_mysql() => {
            Err(refuse(1214, "The used table type doesn't support FULLTEXT indexes"))
        }
        IndexKind::Fulltext if !engine.fulltext => {
            Err(refuse(1214, "The storage engine doesn't support FULLTEXT indexes"))
        }
        IndexKind::Spatial if !engine.spatial => {
            Err(refuse(1464, "The used table type doesn't support SPATIAL indexes"))
        }
        _ => Ok(()),
    }
}

/// MariaDB takes USING RTREE for no key (observed on 10.11.18 and 11.8.9).
fn rtree_refused(cx: &Context<'_>, table: &Table, index: &Index, engine: &EngineTraits) -> ExecuteError {
    let recent = cx.flavor.mariadb_since(11, 8, 0);
    if recent && !engine.spatial {
        let name = &table.options.engine;
        return refuse(1464, format!("The storage engine {name} doesn't support SPATIAL indexes"));
    }
    if !recent && index.parts.len() > 1 {
        return refuse(1235, "This version of MariaDB doesn't yet support 'RTREE INDEX'");
    }
    refuse(1210, "Incorrect arguments to RTREE INDEX")
}

/// Full-text and spatial keys have no expressions.
fn check_functional_kind(index: &Index) -> Result<()> {
    match index.kind {
        IndexKind::Spatial if index.parts.len() > 1 => {
            Err(refuse(1070, "Too many key parts specified; max 1 parts allowed"))
        }
        IndexKind::Spatial => Err(refuse(3760, "Spatial functional index is not supported.")),
        IndexKind::Fulltext => Err(refuse(3759, "Fulltext functional index is not supported.")),
        _ => Ok(()),
    }
}

/// Whether values have no length at all, so that nothing could be in a key.
const fn is_empty(ty: &ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Char { length: 0 }
            | ColumnType::Varchar { length: 0 }
            | ColumnType::Binary { length: 0 }
            | ColumnType::Varbinary { length: 0 }
    )
}

/// USING as the server keeps it: on InnoDB MySQL forgets HASH, and spatial and fulltext keys keep none.
fn normalise_using(cx: &Context<'_>, table: &Table, index: &mut Index) {
    if matches!(index.kind, IndexKind::Fulltext | IndexKind::Spatial) {
        index.using = None;
        for part in &mut index.parts {
            part.descending = false;
        }
        return;
    }
    let hashed = match index.using {
        None => table.options.engine == "MEMORY",
        Some(using) => using == IndexAlgorithm::Hash,
    };
    if hashed && index.parts.iter().any(|p| p.descending) {
        // A hash has no order: MariaDB forgets it.
        for part in &mut index.parts {
            part.descending = false;
        }
    }
    if cx.flavor.is_mysql() && index.using == Some(IndexAlgorithm::Hash) && table.options.engine != "MEMORY" {
        index.using = None;
    }
    // A key's own block size is shown where it differs from the table's.
    if index.key_block_size == table.options.key_block_size {
        index.key_block_size = None;
    }
}

/// MyISAM and Aria show the size that the key's blocks got, where the key or its table asked for one.
fn engine_block_size(table: &Table, index: &Index, bytes: u32) -> Result<Option<u64>> {
    let own = index.key_block_size;
    let Some(asked) = own.or(table.options.key_block_size) else { return Ok(own) };
    match table.options.engine.as_str() {
        "Aria" => Ok(Some(8192)),
        // The blocks of longer keys are larger.
        "MyISAM" if asked <= 1024 && bytes <= 200 && index.kind != IndexKind::Fulltext => Ok(Some(1024)),
        "MyISAM" => Err(unsupported("KEY_BLOCK_SIZE of a key of MyISAM")),
        _ => Ok(own),
    }
}
