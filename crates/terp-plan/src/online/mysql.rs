//! What MySQL's InnoDB does (`ha_innobase::check_if_supported_inplace_alter`, `innobase_support_instant`).

use terp_schema_model::{Column, IndexKind, Table, same_name};

use super::changes::{Changes, clustered, is_virtual, uses};
use super::flags::{self as flag, Flags};
use super::{Facts, Lock, Unpredicted, Way};

const IGNORED: Flags = flag::ASIDE.or(flag::NOT_EMPTY);
const COLUMNS: Flags = flag::ADD_STORED.or(flag::DROP_STORED).or(flag::STORED_ORDER);
const VIRTUAL: Flags = flag::ADD_VIRTUAL.or(flag::DROP_VIRTUAL).or(flag::VIRTUAL_ORDER);
const INSTANT: Flags = COLUMNS.or(VIRTUAL).or(flag::COLUMN_NAME);
const REBUILD: Flags = COLUMNS
    .or(flag::ADD_PRIMARY)
    .or(flag::DROP_PRIMARY)
    .or(flag::NULLABLE)
    .or(flag::NOT_NULLABLE)
    .or(flag::RECREATE)
    .or(flag::OPTIONS_REBUILD);

/// How InnoDB makes the change.
pub(super) fn way(changes: &Changes<'_>, facts: &Facts<'_>) -> Result<Way, Unpredicted> {
    let flags = changes.flags.without(IGNORED);
    if let Some(reason) = needs_copy(changes, facts) {
        return Ok(Way::copy(reason));
    }
    if flags.is_empty() {
        return Ok(Way::Instant { row_version: false });
    }
    let wants_in_place = matches!(changes.request.algorithm, Some("INPLACE"));
    let mut why_not_instant = None;
    match instant(changes, facts)? {
        Instant::Yes { row_version: true } if wants_in_place => {
            why_not_instant = Some("ALGORITHM=INPLACE is written");
        }
        Instant::Yes { row_version } => return Ok(Way::Instant { row_version }),
        Instant::No(reason) => why_not_instant = reason.or(why_not_instant),
    }
    in_place(changes, facts, why_not_instant)
}

/// What the server's own layer takes for a copy, and InnoDB in any case.
fn needs_copy(changes: &Changes<'_>, facts: &Facts<'_>) -> Option<&'static str> {
    let flags = changes.flags;
    if flags.any(flag::ADD_CHECK) {
        return Some("the rows are held against a CHECK");
    }
    if changes.before.options.encryption != changes.after.options.encryption
        && is_encrypted(changes.before) != is_encrypted(changes.after)
    {
        return Some("the table is encrypted or decrypted");
    }
    if flags.any(flag::COLUMN_TYPE) {
        return Some("values of a column are stored in another way");
    }
    if flags.any(flag::ADD_COMPUTED | flag::STORED_EXPRESSION | flag::VIRTUAL_EXPRESSION) {
        return Some("values of a column are computed row by row");
    }
    if flags.any(flag::ADD_FOREIGN_KEY) && facts.foreign_key_checks {
        return Some("foreign keys are added in place only with foreign_key_checks=0");
    }
    None
}

fn is_encrypted(table: &Table) -> bool {
    table
        .options
        .encryption
        .as_deref()
        .is_some_and(|word| !word.is_empty() && !word.eq_ignore_ascii_case("N"))
}

enum Instant {
    Yes { row_version: bool },
    No(Option<&'static str>),
}

fn instant(changes: &Changes<'_>, facts: &Facts<'_>) -> Result<Instant, Unpredicted> {
    let flags = changes.flags.without(IGNORED);
    if flags.any(!INSTANT) {
        return Ok(Instant::No(None));
    }
    let only = |allowed: Flags| !flags.any(!allowed);
    let in_order = !(flags.any(flag::ADD_VIRTUAL) && changes.virtual_order.new_before_old
        || flags.any(flag::VIRTUAL_ORDER) && changes.virtual_order.old_moved);
    if only(flag::COLUMN_NAME) {
        return Ok(if facts.flavor.mysql_since(8, 0, 28) && !renames_referenced(changes, facts) {
            Instant::Yes { row_version: false }
        } else {
            Instant::No(None)
        });
    }
    if only(flag::ADD_VIRTUAL | flag::DROP_VIRTUAL) {
        return Ok(if in_order { Instant::Yes { row_version: false } } else { Instant::No(None) });
    }
    let adds = flags.any(flag::ADD_STORED) && !flags.any(flag::DROP_VIRTUAL);
    let drops = flags.any(flag::DROP_STORED) && in_order;
    if !adds && !drops {
        return Ok(Instant::No(None));
    }
    if !facts.flavor.mysql_since(8, 0, 29) {
        let at_the_end = only(flag::ADD_STORED) && facts.flavor.mysql_since(8, 0, 12);
        if !at_the_end {
            return Ok(Instant::No(Some(
                "before 8.0.29 columns are added instantly only at the end, and not dropped",
            )));
        }
    } else if !facts.flavor.mysql_since(8, 0, 32) {
        return Ok(Instant::No(Some("8.0.29 to 8.0.31 damage data after instant changes of columns")));
    }
    let before = changes.before;
    if before.options.row_format.as_deref() == Some("COMPRESSED") || before.options.key_block_size.is_some() {
        return Ok(Instant::No(Some("columns of a compressed table are not changed instantly")));
    }
    if count(before, IndexKind::Fulltext) > 0 {
        return Ok(Instant::No(Some("columns of a table with a FULLTEXT index are not changed instantly")));
    }
    if changes.flags.any(flag::NOT_EMPTY) {
        return Ok(Instant::No(Some("a new column without a valid default is held against the rows")));
    }
    super::row_size::check(changes)?;
    // Before 9.1 the last of 64 may already be refused.
    let limit = if facts.flavor.mysql_since(9, 1, 0) { 255 } else { 63 };
    if facts.flavor.mysql_since(8, 0, 29) && facts.row_versions.is_some_and(|used| used >= limit) {
        return Ok(Instant::No(Some("the table's row versions are used up; a rebuild frees them")));
    }
    Ok(Instant::Yes { row_version: facts.flavor.mysql_since(8, 0, 29) })
}

/// Whether a column is renamed that a foreign key refers to, of this table or another.
fn renames_referenced(changes: &Changes<'_>, facts: &Facts<'_>) -> bool {
    let own = changes
        .before
        .foreign_keys
        .iter()
        .filter(|key| same_name(&key.referenced_table, &changes.before.name));
    let referenced: Vec<&String> =
        own.flat_map(|key| &key.referenced_columns).chain(facts.referenced_columns).collect();
    let mut renamed = changes.request.renamed.iter().filter(|(old, new)| old != new);
    renamed.any(|(old, _)| referenced.iter().any(|name| same_name(name, old)))
}

fn in_place(changes: &Changes<'_>, facts: &Facts<'_>, why: Option<&'static str>) -> Result<Way, Unpredicted> {
    let flags = changes.flags;
    if flags.any(flag::NOT_NULLABLE) && !facts.strict {
        return Ok(Way::copy("NULLs become other values where sql_mode is not strict"));
    }
    if flags.any(flag::DROP_PRIMARY) && !flags.any(flag::ADD_PRIMARY) {
        return Ok(Way::copy("a primary key goes and none comes"));
    }
    if flags.any(flag::NULLABLE) && clustered(changes.after).is_none() && clustered(changes.before).is_some()
    {
        return Ok(Way::copy("the column belongs to the key in whose order the rows are kept"));
    }
    let document_ids = |table: &Table| table.columns.iter().any(|c| same_name(&c.name, "FTS_DOC_ID"));
    let had_fulltext = count(changes.before, IndexKind::Fulltext) > 0;
    let has_fulltext = count(changes.after, IndexKind::Fulltext) > 0;
    if flags.any(VIRTUAL) {
        let beside = flags.without(IGNORED | VIRTUAL | flag::ADD_INDEX | flag::DROP_INDEX);
        let moved = flags.any(flag::ADD_VIRTUAL) && changes.virtual_order.new_before_old
            || flags.any(flag::VIRTUAL_ORDER) && changes.virtual_order.old_moved;
        if !beside.is_empty() || changes.after.partitioning.is_some() || moved {
            return Ok(Way::copy(
                "virtual columns that come, go or move cannot be combined with another change",
            ));
        }
        if has_fulltext && (!had_fulltext || document_ids(changes.before)) {
            return Ok(Way::copy("virtual columns and FULLTEXT indexes cannot change together"));
        }
    }
    let mut lock = Lock::None;
    let mut reason = why.map(str::to_owned);
    let new_key_column = |wanted: fn(&Column) -> bool| {
        changes.added_columns().any(|column| wanted(column) && is_key_part(changes.after, column))
    };
    if new_key_column(|column| column.auto_increment) {
        lock = Lock::Shared;
        reason = Some("values of a new AUTO_INCREMENT column are given under a lock".to_owned());
    }
    if new_key_column(is_virtual) || changes.hidden.added > 0 {
        if flags.any(flag::DROP_VIRTUAL) {
            return Ok(Way::copy("an index on a new virtual column while another virtual column goes"));
        }
        lock = Lock::Shared;
        reason = Some("an index of a new virtual column is built under a lock".to_owned());
    }
    if flags.any(flag::ADD_SPATIAL) {
        lock = Lock::Shared;
        reason = Some("a SPATIAL index is built under a lock".to_owned());
    }
    let dropped_ids = changes.dropped_indexes.iter().any(|index| same_name(&index.name, "FTS_DOC_ID_INDEX"));
    if had_fulltext
        && has_fulltext
        && (dropped_ids || document_ids(changes.before) != document_ids(changes.after))
    {
        return Ok(Way::copy("the column with the documents' ids comes or goes"));
    }
    let new_fulltext = changes.added_indexes.iter().filter(|index| index.kind == IndexKind::Fulltext).count();
    let rebuild = flags.any(REBUILD);
    let spatial = count(changes.after, IndexKind::Spatial) > 0;
    if rebuild && had_fulltext && count(changes.after, IndexKind::Fulltext) > 1 {
        return Ok(Way::copy("InnoDB builds one FULLTEXT index at a time, and the table keeps several"));
    }
    if lock == Lock::None && rebuild && (has_fulltext || spatial) {
        if had_fulltext {
            return Ok(Way::copy("a table with a FULLTEXT index is not rebuilt in place"));
        }
        lock = Lock::Shared;
        reason = Some("a table with a FULLTEXT or SPATIAL index is rebuilt under a lock".to_owned());
    } else if new_fulltext > 0 && lock == Lock::None {
        lock = Lock::Shared;
        reason = Some("a FULLTEXT index is built under a lock".to_owned());
    }
    if new_fulltext > 1 {
        return Ok(Way::copy("InnoDB builds one FULLTEXT index at a time"));
    }
    let needs_document_ids = new_fulltext > 0 && !had_fulltext && !document_ids(changes.after);
    if rebuild || needs_document_ids {
        let reason = reason.or_else(|| why_rebuild(flags, needs_document_ids));
        return Ok(Way::Rebuild { lock, reason });
    }
    let reason = reason.or_else(|| Some(why_in_place(flags).to_owned()));
    Ok(Way::InPlace { lock, reason })
}

fn why_in_place(flags: Flags) -> &'static str {
    if flags.any(flag::ADD_INDEX | flag::ADD_UNIQUE) {
        "an index is built"
    } else if flags.any(flag::OPTIONS) {
        "table options are not changed instantly"
    } else if flags.any(flag::TYPE_BY_ENGINE) {
        "types are not changed instantly"
    } else {
        "indexes and constraints are not changed instantly"
    }
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
    } else {
        "columns come, go or move together with a change that is not instant"
    };
    Some(why.to_owned())
}

fn count(table: &Table, kind: IndexKind) -> usize {
    table.indexes.iter().filter(|index| index.kind == kind).count()
}

fn is_key_part(table: &Table, column: &Column) -> bool {
    table.indexes.iter().any(|index| uses(index, &column.name))
}
