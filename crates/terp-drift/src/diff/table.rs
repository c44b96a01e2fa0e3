//! One table against another of the same name.

use terp_schema_model::{Table, TableOptions};

use super::{Changes, check, column, foreign_key, index, text_side};
use crate::change::{ChangeClass, ChangeKind, ChangeValue, ObjectPath, Side};
use crate::options::DiffOptions;
use crate::sql;

/// Compares two tables: `normal` decides what differs, `tables` is what is shown.
pub(super) fn compare(tables: [&Table; 2], normal: [&Table; 2], options: &DiffOptions, out: &mut Changes) {
    table_options(tables, normal, out);
    column::compare(tables, normal, options, out);
    index::compare(tables, normal, out);
    foreign_key::compare(tables, normal, out);
    check::compare(tables, normal, out);
    if normal[0].partitioning != normal[1].partitioning {
        let [before, after] = tables.map(|table| Side {
            value: ChangeValue::Partitioning(table.partitioning.clone().map(Box::new)),
            sql: sql::partitioning(table, out.flavor),
        });
        let path = ObjectPath::table(&tables[0].name);
        out.changed(ChangeKind::Partitioning, ChangeClass::Substance, path, before, after);
    }
}

fn table_options(tables: [&Table; 2], normal: [&Table; 2], out: &mut Changes) {
    let path = || ObjectPath::table(&tables[0].name);
    let [left, right] = normal;
    if left.options.engine != right.options.engine {
        let [before, after] = tables.map(|table| {
            let engine = if table.options.engine.is_empty() { "InnoDB" } else { &table.options.engine };
            text_side(engine, format!("ENGINE={engine}"))
        });
        out.changed(ChangeKind::TableEngine, ChangeClass::Substance, path(), before, after);
    }
    if left.character_set != right.character_set {
        let kind = if left.character_set.charset == right.character_set.charset {
            ChangeKind::TableCollation
        } else {
            ChangeKind::TableCharacterSet
        };
        let [before, after] = tables.map(|table| Side {
            value: ChangeValue::CharacterSet(Some(table.character_set.clone())),
            sql: sql::character_set(&table.character_set),
        });
        out.changed(kind, ChangeClass::Substance, path(), before, after);
    }
    if left.options.row_format != right.options.row_format {
        let [before, after] =
            normal.map(|table| setting_side("ROW_FORMAT", table.options.row_format.clone()));
        // DYNAMIC is what InnoDB does when nothing is written.
        let dynamic =
            |table: &Table| table.options.row_format.as_deref().is_none_or(|format| format == "DYNAMIC");
        let cosmetic = left.options.engine == "innodb" && dynamic(left) && dynamic(right);
        let class = if cosmetic { ChangeClass::Cosmetic } else { ChangeClass::Substance };
        out.changed(ChangeKind::TableRowFormat, class, path(), before, after);
    }
    if left.comment != right.comment {
        let [before, after] = tables.map(|table| text_side(&table.comment, sql::comment(&table.comment)));
        out.changed(ChangeKind::TableComment, ChangeClass::Substance, path(), before, after);
    }
    if left.options.auto_increment != right.options.auto_increment {
        let [before, after] = normal.map(|table| {
            setting_side("AUTO_INCREMENT", table.options.auto_increment.map(|value| value.to_string()))
        });
        out.changed(ChangeKind::TableAutoIncrement, ChangeClass::Substance, path(), before, after);
    }
    for (before, after) in settings(&left.options).into_iter().zip(settings(&right.options)) {
        settings_differ(ChangeKind::TableOption, &path, before, after, out);
    }
    if left.periods != right.periods {
        let [before, after] = tables.map(|table| Side {
            value: ChangeValue::Periods(table.periods.clone()),
            sql: sql::periods(&table.periods),
        });
        out.changed(ChangeKind::TablePeriod, ChangeClass::Substance, path(), before, after);
    }
}

/// An option and its value; `None` when it isn't set.
pub(super) type Setting = (&'static str, Option<String>);

/// Reports one option if it differs.
pub(super) fn settings_differ(
    kind: ChangeKind,
    path: &dyn Fn() -> ObjectPath,
    before: Setting,
    after: Setting,
    out: &mut Changes,
) {
    if before != after {
        let [before, after] = [before, after].map(|(name, value)| setting_side(name, value));
        out.changed(kind, ChangeClass::Substance, path(), before, after);
    }
}

fn setting_side(name: &'static str, value: Option<String>) -> Side {
    let sql = match &value {
        Some(value) => format!("{name}={value}"),
        None => format!("no {name}"),
    };
    Side { value: ChangeValue::Setting(name, value), sql }
}

/// The options that have no kind of their own. Taken apart by name, so that a new option can't be forgotten.
fn settings(options: &TableOptions) -> Vec<Setting> {
    let TableOptions {
        engine: _,
        auto_increment: _,
        row_format: _,
        key_block_size,
        min_rows,
        max_rows,
        avg_row_length,
        pack_keys,
        stats_persistent,
        stats_auto_recalc,
        stats_sample_pages,
        checksum,
        delay_key_write,
        compression,
        encryption,
        tablespace,
        storage,
        autoextend_size,
        engine_attribute,
        secondary_engine_attribute,
        secondary_engine,
        data_directory,
        index_directory,
        insert_method,
        union,
        connection,
        transactional,
        page_checksum,
        sequence,
        system_versioning,
        attributes,
    } = options;
    let number = |value: &Option<u64>| value.map(|value| value.to_string());
    let switch = |value: &Option<bool>| value.map(|on| u8::from(on).to_string());
    let quoted = |value: &Option<String>| value.as_deref().map(sql::string);
    let flag = |on: bool| on.then(|| "1".to_owned());
    vec![
        ("KEY_BLOCK_SIZE", number(key_block_size)),
        ("MIN_ROWS", number(min_rows)),
        ("MAX_ROWS", number(max_rows)),
        ("AVG_ROW_LENGTH", number(avg_row_length)),
        ("PACK_KEYS", switch(pack_keys)),
        ("STATS_PERSISTENT", switch(stats_persistent)),
        ("STATS_AUTO_RECALC", switch(stats_auto_recalc)),
        ("STATS_SAMPLE_PAGES", number(stats_sample_pages)),
        ("CHECKSUM", flag(*checksum)),
        ("DELAY_KEY_WRITE", flag(*delay_key_write)),
        ("COMPRESSION", quoted(compression)),
        ("ENCRYPTION", quoted(encryption)),
        ("TABLESPACE", tablespace.as_deref().map(sql::identifier)),
        ("STORAGE", storage.clone()),
        ("AUTOEXTEND_SIZE", number(autoextend_size)),
        ("ENGINE_ATTRIBUTE", quoted(engine_attribute)),
        ("SECONDARY_ENGINE_ATTRIBUTE", quoted(secondary_engine_attribute)),
        ("SECONDARY_ENGINE", secondary_engine.clone()),
        ("DATA DIRECTORY", quoted(data_directory)),
        ("INDEX DIRECTORY", quoted(index_directory)),
        ("INSERT_METHOD", insert_method.clone()),
        ("UNION", (!union.is_empty()).then(|| sql::identifiers(union))),
        ("CONNECTION", quoted(connection)),
        ("TRANSACTIONAL", switch(transactional)),
        ("PAGE_CHECKSUM", switch(page_checksum)),
        ("SEQUENCE", flag(*sequence)),
        ("SYSTEM VERSIONING", flag(*system_versioning)),
        ("engine-defined options", pairs(attributes)),
    ]
}

/// MariaDB's engine-defined options.
pub(super) fn pairs(attributes: &[(String, String)]) -> Option<String> {
    let list: Vec<String> = attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    (!list.is_empty()).then(|| list.join(" "))
}
