//! What MyISAM, Aria and MEMORY do (`handler::check_if_supported_inplace_alter`, `check_if_incompatible_data`): names, defaults, comments
//! and members added to ENUM and SET need no copy, all else does.

use terp_schema_model::TableOptions;
use terp_sql::ast::TableOptionKind;

use super::changes::Changes;
use super::flags::{self as flag, Flags};
use super::{Facts, Unpredicted, Way};

const DEFINITION_ONLY: Flags = flag::COLUMN_NAME
    .or(flag::RENAME_INDEX)
    .or(flag::INDEX_COMMENT)
    .or(flag::INDEX_VISIBILITY)
    .or(flag::ASIDE)
    .or(flag::OPTIONS)
    .or(flag::OPTIONS_REBUILD);

/// What a key may differ in that is dropped and added again.
const RENAMED_KEYS: Flags = flag::RENAME_INDEX.or(flag::INDEX_COMMENT);

/// How the table's engine makes the change.
pub(super) fn way(changes: &Changes<'_>, facts: &Facts<'_>) -> Result<Way, Unpredicted> {
    let engine = changes.before.options.engine.as_str();
    let request = changes.request;
    if !matches!(engine, "MyISAM" | "Aria" | "MEMORY") || changes.before.partitioning.is_some() {
        let what = format!(
            "a change of a {engine} table{}",
            if changes.before.partitioning.is_some() { " with partitions" } else { "" }
        );
        return Err(Unpredicted::new(what, request.span));
    }
    if changes.flags.any(flag::VIRTUAL_EXPRESSION | flag::ADD_VERSIONING | flag::DROP_VERSIONING) {
        return Err(Unpredicted::new(
            format!("a change of a {engine} table with generated or versioned columns"),
            request.span,
        ));
    }
    let mysql = facts.flavor.is_mysql();
    let copies = changes.flags.any(!DEFINITION_ONLY)
        || request.converts
        || request.sets_invisible
        || request.adds_foreign_key
        || (mysql && !request.dropped_constraints.is_empty())
        || (mysql && changes.after.checks != changes.before.checks)
        || stored_elsewhere(changes)
        || (!mysql && touches_keys(changes) && (engine != "MEMORY" || changes.flags.any(RENAMED_KEYS)))
        || !request.options.iter().all(|option| stays(&option.kind, changes, mysql));
    Ok(if copies {
        Way::copy(format!("{engine} changes only names, defaults, comments and the like without a copy"))
    } else {
        Way::Instant { row_version: false }
    })
}

/// Whether a column has another COLUMN_FORMAT or STORAGE.
fn stored_elsewhere(changes: &Changes<'_>) -> bool {
    changes.columns.iter().any(|pair| {
        pair.from.is_some_and(|from| {
            from.column_format != pair.to.column_format || from.storage != pair.to.storage
        })
    })
}

/// Whether the statement drops or adds keys, be they the same again.
fn touches_keys(changes: &Changes<'_>) -> bool {
    let request = changes.request;
    let drops = request.dropped_indexes.iter().any(|name| changes.before.index(name).is_some());
    drops || request.drops_primary || request.adds_key
}

/// Whether an option is of no concern to the files of the table.
fn stays(option: &TableOptionKind, changes: &Changes<'_>, mysql: bool) -> bool {
    let engine = changes.before.options.engine.as_str();
    let row_format = |options: &TableOptions| options.row_format.clone();
    match option {
        TableOptionKind::StatsPersistent(_)
        | TableOptionKind::StatsAutoRecalc(_)
        | TableOptionKind::StatsSamplePages(_)
        | TableOptionKind::Comment(_)
        | TableOptionKind::MinRows(_)
        | TableOptionKind::AvgRowLength(_)
        | TableOptionKind::AutoextendSize(_)
        | TableOptionKind::Compression(_)
        | TableOptionKind::Encryption(_)
        | TableOptionKind::Tablespace(_) => true,
        TableOptionKind::KeyBlockSize(_) => mysql || engine != "MEMORY",
        TableOptionKind::PageChecksum(on) => *on,
        TableOptionKind::RowFormat(_) => {
            row_format(&changes.before.options) == row_format(&changes.after.options)
        }
        TableOptionKind::DelayKeyWrite(_) => engine == "MEMORY" || (!mysql && engine == "MyISAM"),
        TableOptionKind::Checksum(_) => mysql && engine == "MEMORY",
        _ => false,
    }
}
