//! Indexes.

use super::{Style, options};
use crate::index::{Index, IndexAlgorithm, IndexKind, IndexPartKind};
use crate::quote;

pub(super) fn push_definition(out: &mut String, index: &Index, style: Style) {
    match index.kind {
        IndexKind::Primary => out.push_str("PRIMARY KEY"),
        IndexKind::Unique => out.push_str("UNIQUE KEY "),
        IndexKind::Key => out.push_str("KEY "),
        IndexKind::Fulltext => out.push_str("FULLTEXT KEY "),
        IndexKind::Spatial => out.push_str("SPATIAL KEY "),
        IndexKind::Vector => out.push_str("VECTOR KEY "),
    }
    if index.kind != IndexKind::Primary {
        style.push_identifier(out, &index.name);
    }
    out.push_str(" (");
    push_parts(out, index, style);
    out.push(')');
    push_options(out, index, style);
}

fn push_parts(out: &mut String, index: &Index, style: Style) {
    for (i, part) in index.parts.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        match &part.kind {
            IndexPartKind::Column(name) => style.push_identifier(out, name),
            IndexPartKind::Expression(expression) => {
                out.push('(');
                out.push_str(&style.expression(expression));
                out.push(')');
            }
        }
        if let Some(length) = part.length {
            out.push_str(&format!("({length})"));
        }
        if part.descending {
            out.push_str(" DESC");
        }
    }
    if let Some(period) = &index.without_overlaps {
        if !index.parts.is_empty() {
            out.push(',');
        }
        style.push_identifier(out, period);
        out.push_str(" WITHOUT OVERLAPS");
    }
}

fn push_options(out: &mut String, index: &Index, style: Style) {
    let mysql = style.flavor.is_mysql();
    if let Some(algorithm) = index.using {
        out.push_str(match algorithm {
            IndexAlgorithm::BTree => " USING BTREE",
            IndexAlgorithm::Hash => " USING HASH",
            IndexAlgorithm::RTree => " USING RTREE",
        });
    }
    if let Some(size) = index.key_block_size {
        out.push_str(&format!(" KEY_BLOCK_SIZE={size}"));
    }
    if !index.comment.is_empty() {
        out.push_str(" COMMENT ");
        style.push_string(out, &index.comment);
    }
    if index.invisible {
        out.push_str(if mysql { " /*!80000 INVISIBLE */" } else { " IGNORED" });
    }
    let engine_attribute = index.engine_attribute.as_deref();
    push_engine_attributes(out, engine_attribute, index.secondary_engine_attribute.as_deref(), style);
    if let Some(parser) = &index.parser {
        // The blank after the comment is the servers' own.
        let (head, tail) = if style.flavor.mariadb_since(11, 7, 0) {
            (" WITH PARSER ", "")
        } else {
            (" /*!50100 WITH PARSER ", " */ ")
        };
        out.push_str(head);
        quote::push_identifier(out, parser);
        out.push_str(tail);
    }
    options::push_attributes(out, &index.attributes, style);
}

/// MySQL's JSON attributes of a column or an index.
pub(super) fn push_engine_attributes(
    out: &mut String,
    engine: Option<&str>,
    secondary: Option<&str>,
    style: Style,
) {
    if !style.flavor.is_mysql() {
        return;
    }
    for (name, value) in [("ENGINE_ATTRIBUTE", engine), ("SECONDARY_ENGINE_ATTRIBUTE", secondary)] {
        if let Some(value) = value {
            out.push_str(&format!(" /*!80021 {name} "));
            style.push_string(out, value);
            out.push_str(" */");
        }
    }
}
