//! What MariaDB's InnoDB does (`ha_innobase::check_if_supported_inplace_alter`, `instant_alter_column_possible`), and under which lock
//! MariaDB copies a table.

use terp_schema_model::{
    Column, ColumnType, DefaultValue, Flavor, IndexKind, PartitionMethod, ReferentialAction, Table, same_name,
};

use super::changes::{Changes, clustered, is_virtual, uses};
use super::flags::{self as flag, Flags};
use super::request::{default_of, place_of};
use super::{Facts, Lock, Unpredicted, Way, constant};

const IGNORED: Flags =
    flag::VIRTUAL_EXPRESSION.or(flag::INDEX_COMMENT).or(flag::INDEX_VISIBILITY).or(flag::ASIDE);
const ONLINE_CREATE: Flags = flag::ADD_INDEX.or(flag::ADD_UNIQUE);
const NO_REBUILD: Flags = ONLINE_CREATE.or(flag::DROP_INDEX).or(flag::DROP_UNIQUE);
const COLUMNS: Flags = flag::ADD_STORED.or(flag::DROP_STORED).or(flag::STORED_ORDER);
const REBUILD: Flags = COLUMNS
    .or(flag::ADD_PRIMARY)
    .or(flag::DROP_PRIMARY)
    .or(flag::NULLABLE)
    .or(flag::NOT_NULLABLE)
    .or(flag::RECREATE)
    .or(flag::OPTIONS_REBUILD)
    .or(flag::ADD_VERSIONING)
    .or(flag::DROP_VERSIONING);
const VIRTUAL: Flags = flag::ADD_VIRTUAL.or(flag::DROP_VIRTUAL).or(flag::VIRTUAL_ORDER);

/// How InnoDB makes the change.
pub(super) fn way(changes: &Changes<'_>, facts: &Facts<'_>) -> Result<Way, Unpredicted> {
    let flags = changes.flags;
    if let Some(reason) = needs_copy(changes, facts)? {
        return Ok(Way::copy(reason));
    }
    let what_counts = flags.without(IGNORED | flag::OPTIONS);
    if what_counts.is_empty() {
        return Ok(Way::Instant { row_version: false });
    }
    let fulltext = count(changes.after, IndexKind::Fulltext);
    let instant = can_be_instant(changes)?;
    if flags.any(VIRTUAL) {
        let mut beside =
            flags.without(VIRTUAL | flag::VIRTUAL_EXPRESSION | flag::ADD_INDEX | flag::DROP_INDEX);
        if instant {
            beside = beside.without(flag::DROP_STORED | flag::STORED_ORDER);
        }
        let moved = flags.any(flag::ADD_VIRTUAL) && changes.virtual_order.new_before_old
            || flags.any(flag::VIRTUAL_ORDER) && changes.virtual_order.old_moved;
        if !beside.is_empty() || changes.after.partitioning.is_some() || moved {
            return Ok(Way::copy(
                "virtual columns that come, go or move cannot be combined with another change",
            ));
        }
    }
    if instant && !flags.any(NO_REBUILD) {
        return Ok(Way::Instant { row_version: false });
    }
    let mut lock = Lock::None;
    let mut reason = None;
    let mut lock_for = |why: &str| {
        lock = Lock::Shared;
        reason.get_or_insert_with(|| why.to_owned());
    };
    let new_columns: Vec<&Column> = changes.added_columns().collect();
    let new_key_column = |wanted: fn(&Column) -> bool| {
        new_columns.iter().any(|column| wanted(column) && is_key_part(changes.after, column))
    };
    let mut rebuild = flags.any(REBUILD);
    if new_key_column(|column| column.auto_increment) {
        lock_for("values of a new AUTO_INCREMENT column are given under a lock");
        rebuild = true;
    }
    if new_key_column(is_virtual) {
        lock_for("an index of a new virtual column is built under a lock");
    }
    let indexed_virtual =
        changes.after.columns.iter().any(|column| is_virtual(column) && is_key_part(changes.after, column));
    let spatial = count(changes.after, IndexKind::Spatial);
    if rebuild && (fulltext > 0 || spatial > 0 || indexed_virtual) {
        if fulltext > 1 {
            return Ok(Way::copy("InnoDB builds one FULLTEXT index at a time, and the table keeps several"));
        }
        lock_for(if fulltext > 0 {
            "a table with a FULLTEXT index is rebuilt under a lock"
        } else if spatial > 0 {
            "a table with a SPATIAL index is rebuilt under a lock"
        } else {
            "a table with an index on a virtual column is rebuilt under a lock"
        });
    }
    let mut needs_document_ids = false;
    let added = |kind| changes.added_indexes.iter().filter(|index| index.kind == kind).count();
    if added(IndexKind::Fulltext) > 1 {
        return Ok(Way::copy("InnoDB builds one FULLTEXT index at a time"));
    }
    if added(IndexKind::Fulltext) == 1 {
        lock_for("a FULLTEXT index is built under a lock");
        needs_document_ids = count(changes.before, IndexKind::Fulltext) == 0
            && !changes.after.columns.iter().any(|column| same_name(&column.name, "FTS_DOC_ID"));
    }
    if added(IndexKind::Spatial) > 0 {
        lock_for("a SPATIAL index is built under a lock");
    }
    if flags.any(flag::ADD_VERSIONING | flag::DROP_VERSIONING) {
        lock_for("system versioning comes and goes under a lock");
    }
    if (rebuild && !instant) || needs_document_ids {
        let reason = reason.or_else(|| why_rebuild(flags, needs_document_ids));
        return Ok(Way::Rebuild { lock, reason });
    }
    let reason = reason.or_else(|| {
        Some(if flags.any(ONLINE_CREATE) { "an index is built" } else { "an index goes" }.to_owned())
    });
    Ok(Way::InPlace { lock, reason })
}

fn why_rebuild(flags: Flags, needs_document_ids: bool) -> Option<String> {
    let why = if needs_document_ids {
        "the first FULLTEXT index adds a hidden column"
    } else if flags.any(flag::ADD_PRIMARY | flag::DROP_PRIMARY) {
        "the rows are kept in the order of another key"
    } else if flags.any(flag::NULLABLE | flag::NOT_NULLABLE) {
        "a column begins or ceases to accept NULL"
    } else if flags.any(flag::RECREATE) {
        "the statement asks for the table to be rebuilt"
    } else if flags.any(flag::OPTIONS_REBUILD) {
        "a table option decides how rows are stored"
    } else if flags.any(COLUMNS) {
        "columns come, go or move, which is not instant for this table or together with the rest of the statement"
    } else {
        return None;
    };
    Some(why.to_owned())
}

/// Why InnoDB cannot do it in place.
fn needs_copy(changes: &Changes<'_>, facts: &Facts<'_>) -> Result<Option<&'static str>, Unpredicted> {
    let flags = changes.flags;
    if let Some(partitioning) = &changes.before.partitioning {
        let by_expression = matches!(
            partitioning.method,
            PartitionMethod::Range { .. } | PartitionMethod::List { .. } | PartitionMethod::Hash { .. }
        );
        let names_primary = changes.request.drops_primary || flags.any(flag::ADD_PRIMARY);
        if by_expression && names_primary {
            return Ok(Some("the primary key of a partitioned table changes"));
        }
    }
    let versioning = flags.any(flag::ADD_VERSIONING | flag::DROP_VERSIONING);
    if versioning && changes.after.options.system_versioning {
        return Ok(Some("system versioning by time is added by a copy"));
    }
    if flags.any(flag::COLUMN_TYPE) {
        return Ok(Some("values of a column are stored in another way"));
    }
    if flags.any(flag::ADD_COMPUTED | flag::STORED_EXPRESSION) {
        return Ok(Some("values of a generated column are computed row by row"));
    }
    if flags.any(flag::ADD_CHECK) {
        return Ok(Some("the rows are held against a new CHECK"));
    }
    if flags.any(flag::COLUMN_VCOL) {
        return Ok(Some("a generated column may be made from the column that changes"));
    }
    if flags.any(flag::ADD_FOREIGN_KEY) && facts.foreign_key_checks {
        return Ok(Some("foreign keys are added in place only with foreign_key_checks=0"));
    }
    if flags.without(IGNORED | flag::OPTIONS).is_empty() {
        return Ok(None);
    }
    if changes.request.ignore && flags.any(flag::ADD_PRIMARY | flag::ADD_UNIQUE) {
        return Ok(Some("ALTER IGNORE TABLE leaves rows out"));
    }
    if flags.any(flag::DROP_PRIMARY) && !flags.any(flag::ADD_PRIMARY) {
        return Ok(Some("a primary key goes and none comes"));
    }
    let after_primary = clustered(changes.after);
    if flags.any(flag::NULLABLE) && after_primary.is_none() && clustered(changes.before).is_some() {
        return Ok(Some("the column belongs to the key in whose order the rows are kept"));
    }
    let fulltext = count(changes.after, IndexKind::Fulltext) > 0;
    let document_ids = |table: &Table| table.columns.iter().any(|c| same_name(&c.name, "FTS_DOC_ID"));
    let hidden_document_ids = count(changes.before, IndexKind::Fulltext) > 0 && !document_ids(changes.before);
    if flags.any(VIRTUAL) && fulltext && !hidden_document_ids {
        return Ok(Some("virtual columns and FULLTEXT indexes cannot change together"));
    }
    let new_block_size = changes.before.options.key_block_size != changes.after.options.key_block_size;
    let dropped_ids = changes.dropped_indexes.iter().any(|index| same_name(&index.name, "FTS_DOC_ID_INDEX"))
        || (new_block_size && changes.before.index("FTS_DOC_ID_INDEX").is_some());
    if fulltext && count(changes.before, IndexKind::Fulltext) > 0 && dropped_ids {
        return Ok(Some("the index of the documents' ids is made anew"));
    }
    let first_fulltext = fulltext && count(changes.before, IndexKind::Fulltext) == 0;
    if first_fulltext && changes.before.options.system_versioning && !document_ids(changes.after) {
        return Ok(Some("the first FULLTEXT index of a system-versioned table"));
    }
    if fulltext
        && count(changes.before, IndexKind::Fulltext) > 0
        && document_ids(changes.before) != document_ids(changes.after)
    {
        return Ok(Some("the column with the documents' ids comes or goes"));
    }
    let new_virtual_key =
        changes.added_columns().any(|column| is_virtual(column) && is_key_part(changes.after, column));
    if new_virtual_key && flags.any(flag::DROP_VIRTUAL) {
        return Ok(Some("an index on a new virtual column while another virtual column goes"));
    }
    for pair in &changes.columns {
        let to = pair.to;
        match pair.from {
            Some(from) => {
                let timestamp = matches!(to.ty, ColumnType::Timestamp { .. });
                if from.nullable && !to.nullable && timestamp && to.default.is_some() {
                    return Ok(Some("NULL becomes another value in a TIMESTAMP column"));
                }
            }
            None if matches!(to.default, Some(DefaultValue::Expression(_))) => {
                match default_of(changes.request, &to.name).and_then(constant::is_constant) {
                    Some(true) => {}
                    Some(false) => return Ok(Some("a default is computed row by row")),
                    None => {
                        let place = place_of(changes.request, &to.name);
                        return Err(Unpredicted::new("a default that may differ from row to row", place));
                    }
                }
            }
            None if matches!(to.default, Some(DefaultValue::NextValue(_))) => {
                return Ok(Some("a default is computed row by row"));
            }
            None => {}
        }
    }
    Ok(None)
}

/// Whether it can be done by writing the definition alone, as far as columns decide it.
fn can_be_instant(changes: &Changes<'_>) -> Result<bool, Unpredicted> {
    let flags = changes.flags;
    let redundant = changes.before.options.row_format.as_deref() == Some("REDUNDANT");
    if flags.any(COLUMNS) {
        let fulltext = |table| count(table, IndexKind::Fulltext) > 0;
        let indexed_virtual = changes
            .before
            .columns
            .iter()
            .any(|column| is_virtual(column) && is_key_part(changes.before, column));
        if fulltext(changes.before) || fulltext(changes.after) || indexed_virtual {
            return Ok(false);
        }
        super::row_size::check(changes)?;
    }
    if flags.any(flag::ADD_VERSIONING) {
        return Ok(false);
    }
    let compressed = changes.before.options.row_format.as_deref() == Some("COMPRESSED")
        || changes.before.options.key_block_size.is_some_and(|size| size > 0);
    if flags.any(COLUMNS | flag::NULLABLE) && compressed {
        return Ok(false);
    }
    if flags.any((REBUILD | ONLINE_CREATE).without(COLUMNS | flag::NULLABLE)) {
        return Ok(false);
    }
    if flags.any(flag::OPTIONS) && !flags.any(COLUMNS | flag::NULLABLE) {
        return Ok(false);
    }
    if flags.any(flag::NULLABLE) {
        if !redundant {
            return Ok(false);
        }
        let key = clustered(changes.before);
        let in_key = changes.columns.iter().any(|pair| {
            pair.from.is_some_and(|from| {
                !from.nullable && pair.to.nullable && key.is_some_and(|key| uses(key, &from.name))
            })
        });
        if in_key {
            return Ok(false);
        }
    }
    Ok(true)
}

fn count(table: &Table, kind: IndexKind) -> usize {
    table.indexes.iter().filter(|index| index.kind == kind).count()
}

fn is_key_part(table: &Table, column: &Column) -> bool {
    table.indexes.iter().any(|index| uses(index, &column.name))
}

/// The lock of a copy: from 11.2 on others may write meanwhile, but for some changes and tables (`online_alter_check_supported`).
#[expect(clippy::unnecessary_wraps, reason = "the caller asks both vendors in one way")]
pub(super) fn copy_lock(changes: &Changes<'_>, flavor: Flavor) -> Result<Lock, Unpredicted> {
    if !flavor.mariadb_since(11, 2, 0) || changes.request.ignore {
        return Ok(Lock::Shared);
    }
    let changes_child = |action: Option<ReferentialAction>| {
        ReferentialAction::effective(action) != ReferentialAction::Restrict
    };
    // ORDER BY alone changes no column that a child could have.
    let cascades = !changes.request.only_orders()
        && changes
            .before
            .foreign_keys
            .iter()
            .any(|key| changes_child(key.on_delete) || changes_child(key.on_update));
    let numbers = changes
        .columns
        .iter()
        .any(|pair| pair.to.auto_increment && pair.from.is_none_or(|from| !from.auto_increment));
    let versioning = changes.flags.any(flag::DROP_VERSIONING);
    Ok(if cascades || numbers || versioning { Lock::Shared } else { Lock::None })
}
