//! Table options, system versioning and partitions.

use terp_drift::{Change, ChangeKind, ChangeValue};
use terp_schema_model::{Partition, PartitionMethod, Partitioning, Table, quote, render};

use super::{Alteration, Clause, NoClause, Rank};

pub(super) fn clauses(
    alteration: Alteration<'_>,
    changes: &[&Change],
    out: &mut Vec<Clause>,
) -> Result<(), NoClause> {
    let Alteration { to, .. } = alteration;
    for change in changes {
        let option = |sql: String| Clause::new(Rank::Option, sql);
        match change.kind {
            ChangeKind::TableEngine => out.push(option(format!("ENGINE={}", to.options.engine))),
            ChangeKind::TableCharacterSet | ChangeKind::TableCollation => {
                let set = &to.character_set;
                out.push(option(format!("DEFAULT CHARACTER SET={} COLLATE={}", set.charset, set.collation)));
            }
            ChangeKind::TableRowFormat => {
                let format = to.options.row_format.as_deref().unwrap_or("DEFAULT");
                out.push(option(format!("ROW_FORMAT={format}")));
            }
            ChangeKind::TableComment => out.push(option(format!("COMMENT={}", text(&to.comment)))),
            ChangeKind::TableOption => {
                let setting = match change.before.as_ref().map(|side| &side.value) {
                    Some(ChangeValue::Setting(name, value)) => Some((*name, value.as_deref())),
                    _ => None,
                };
                let Some((name, value)) = setting else { continue };
                out.push(option(table_option(name, value, change)?));
            }
            ChangeKind::TablePeriod => return Err(NoClause("a period".to_owned())),
            ChangeKind::Partitioning => out.push(partitions(alteration)?),
            _ => {}
        }
    }
    Ok(())
}

fn text(value: &str) -> String {
    quote::string_literal(value, false)
}

/// An option with its new value, or with the word that takes it away.
fn table_option(name: &str, value: Option<&str>, change: &Change) -> Result<String, NoClause> {
    let unset = match name {
        "SYSTEM VERSIONING" => {
            let verb = if value.is_some() { "ADD" } else { "DROP" };
            return Ok(format!("{verb} SYSTEM VERSIONING"));
        }
        "KEY_BLOCK_SIZE" | "MIN_ROWS" | "MAX_ROWS" | "AVG_ROW_LENGTH" | "CHECKSUM" | "DELAY_KEY_WRITE" => "0",
        "PACK_KEYS" | "STATS_PERSISTENT" | "STATS_AUTO_RECALC" | "STATS_SAMPLE_PAGES" | "TRANSACTIONAL"
        | "PAGE_CHECKSUM" => "DEFAULT",
        "COMPRESSION" | "CONNECTION" | "ENGINE_ATTRIBUTE" | "SECONDARY_ENGINE_ATTRIBUTE" => "''",
        "ENCRYPTION" => "'N'",
        "INSERT_METHOD" => "NO",
        "SECONDARY_ENGINE" => "NULL",
        "AUTOEXTEND_SIZE" => "0",
        "UNION" => return Ok(format!("UNION=({})", value.unwrap_or_default())),
        _ => {
            let [from, to] =
                [&change.after, &change.before].map(|side| side.as_ref().map_or("", |side| &side.sql));
            return Err(NoClause(format!("{from} to {to}")));
        }
    };
    Ok(format!("{name}={}", value.unwrap_or(unset)))
}

/// Partitions that only come at the end are added; anything else is the whole clause, which writes the table anew.
fn partitions(alteration: Alteration<'_>) -> Result<Clause, NoClause> {
    let Alteration { from, to, flavor } = alteration;
    let Some(wanted) = &to.partitioning else {
        return Ok(Clause::new(Rank::Partition, "REMOVE PARTITIONING"));
    };
    if let Some(added) = appended(from, wanted) {
        let definitions: Vec<String> =
            added.iter().map(|partition| render::partition_definition(partition, wanted, flavor)).collect();
        return Ok(Clause::new(Rank::Partition, format!("ADD PARTITION ({})", definitions.join(", "))));
    }
    Ok(Clause::new(Rank::Partition, bare(&render::partition_clause(wanted, flavor))))
}

/// The partitions beyond those that a table by RANGE or LIST has, where nothing else differs.
fn appended<'a>(from: &Table, wanted: &'a Partitioning) -> Option<&'a [Partition]> {
    let present = from.partitioning.as_ref()?;
    let by_value = matches!(
        wanted.method,
        PartitionMethod::Range { .. }
            | PartitionMethod::RangeColumns { .. }
            | PartitionMethod::List { .. }
            | PartitionMethod::ListColumns { .. }
    );
    let same =
        by_value && present.method == wanted.method && present.subpartitioning == wanted.subpartitioning;
    let added = wanted.partitions.strip_prefix(present.partitions.as_slice())?;
    (same && !added.is_empty()).then_some(added)
}

/// A partition clause without the version comment in which MySQL shows it: a statement may be written with another behind it.
fn bare(clause: &str) -> String {
    let text = clause.trim();
    let inner = text.strip_prefix("/*!").and_then(|rest| rest.strip_suffix("*/"));
    inner.map_or(text, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit())).trim().to_owned()
}
