//! What follows a table's closing parenthesis.

use std::fmt::Write;

use super::Style;
use crate::column::CharacterSet;
use crate::flavor::Flavor;
use crate::quote;
use crate::table::{Table, TableOptions};

/// Whether a collation is the one that its character set was compiled with as its default.
pub(super) fn is_primary(collation: &str, flavor: Flavor) -> bool {
    flavor.collation(collation).is_some_and(|info| info.is_default)
}

pub(super) fn push_options(out: &mut String, table: &Table, style: Style) {
    let options = &table.options;
    let mysql = style.flavor.is_mysql();
    if mysql {
        push_mysql_storage(out, options, style);
    }
    push_raw(out, "ENGINE", Some(&options.engine));
    push_raw(out, "AUTO_INCREMENT", options.auto_increment.as_ref());
    if options.sequence && !mysql {
        out.push_str(" SEQUENCE=1");
    } else {
        push_character_set(out, &table.character_set, style);
    }
    push_raw(out, "MIN_ROWS", options.min_rows.as_ref());
    push_raw(out, "MAX_ROWS", options.max_rows.as_ref());
    push_raw(out, "AVG_ROW_LENGTH", options.avg_row_length.as_ref());
    push_flag(out, "PACK_KEYS", options.pack_keys);
    push_flag(out, "STATS_PERSISTENT", options.stats_persistent);
    push_flag(out, "STATS_AUTO_RECALC", options.stats_auto_recalc);
    push_raw(out, "STATS_SAMPLE_PAGES", options.stats_sample_pages.as_ref());
    push_flag(out, "CHECKSUM", options.checksum.then_some(true));
    if !mysql {
        push_flag(out, "PAGE_CHECKSUM", options.page_checksum);
    }
    push_flag(out, "DELAY_KEY_WRITE", options.delay_key_write.then_some(true));
    push_raw(out, "ROW_FORMAT", options.row_format.as_ref());
    if !mysql {
        push_flag(out, "TRANSACTIONAL", options.transactional);
    }
    push_raw(out, "KEY_BLOCK_SIZE", options.key_block_size.as_ref());
    if mysql {
        push_string(out, "COMPRESSION", options.compression.as_deref(), style);
        push_encryption(out, options, style);
    }
    push_merge(out, options, style);
    push_string(out, "COMMENT", Some(table.comment.as_str()).filter(|c| !c.is_empty()), style);
    push_string(out, "CONNECTION", options.connection.as_deref(), style);
    if mysql {
        push_raw(out, "SECONDARY_ENGINE", options.secondary_engine.as_ref());
        push_versioned_string(out, "ENGINE_ATTRIBUTE", options.engine_attribute.as_deref(), style);
        let secondary = options.secondary_engine_attribute.as_deref();
        push_versioned_string(out, "SECONDARY_ENGINE_ATTRIBUTE", secondary, style);
    }
    push_string(out, "DATA DIRECTORY", options.data_directory.as_deref(), style);
    push_string(out, "INDEX DIRECTORY", options.index_directory.as_deref(), style);
    if !mysql {
        push_attributes(out, &options.attributes, style);
        if options.system_versioning {
            out.push_str(" WITH SYSTEM VERSIONING");
        }
    }
}

fn push_mysql_storage(out: &mut String, options: &TableOptions, style: Style) {
    if options.tablespace.is_some() || options.storage.is_some() {
        out.push_str(" /*!50100");
        if let Some(tablespace) = &options.tablespace {
            out.push_str(" TABLESPACE ");
            style.push_identifier(out, tablespace);
        }
        if let Some(storage) = &options.storage {
            out.push_str(" STORAGE ");
            out.push_str(storage);
        }
        out.push_str(" */");
    }
    if let Some(size) = options.autoextend_size {
        push(out, format_args!(" /*!80023 AUTOEXTEND_SIZE={size} */"));
    }
}

fn push_character_set(out: &mut String, set: &CharacterSet, style: Style) {
    out.push_str(" DEFAULT CHARSET=");
    out.push_str(&set.charset);
    if style.flavor.is_mariadb() {
        push_mariadb_collation(out, " COLLATE=", set, style);
    } else if set.collation == "utf8mb4_0900_ai_ci" || !is_primary(&set.collation, style.flavor) {
        out.push_str(" COLLATE=");
        out.push_str(&set.collation);
    }
}

/// MariaDB names the collation of every character set but `binary`; before the patch releases of November 2022
/// (MDEV-29446), only where it is not the first of its character set.
pub(super) fn push_mariadb_collation(out: &mut String, head: &str, set: &CharacterSet, style: Style) {
    let flavor = style.flavor;
    let version = flavor.version;
    let always = match (version.major, version.minor) {
        (10, 6) => flavor.mariadb_since(10, 6, 11),
        (10, 7) => flavor.mariadb_since(10, 7, 7),
        (10, 8) => flavor.mariadb_since(10, 8, 6),
        (10, 9) => flavor.mariadb_since(10, 9, 4),
        (10, 10) => flavor.mariadb_since(10, 10, 2),
        _ => true,
    };
    if set.charset != "binary" && (always || !is_primary(&set.collation, flavor)) {
        out.push_str(head);
        out.push_str(&set.collation);
    }
}

/// MySQL puts ENCRYPTION in a version comment beside a general tablespace only.
fn push_encryption(out: &mut String, options: &TableOptions, style: Style) {
    let Some(encryption) = &options.encryption else { return };
    let general = options.tablespace.as_deref().is_some_and(|name| name != "innodb_file_per_table");
    out.push_str(if general { " /*!80016 ENCRYPTION=" } else { " ENCRYPTION=" });
    style.push_string(out, encryption);
    out.push_str(if general { " */" } else { "" });
}

fn push_merge(out: &mut String, options: &TableOptions, style: Style) {
    push_raw(out, "INSERT_METHOD", options.insert_method.as_ref());
    if options.union.is_empty() {
        return;
    }
    out.push_str(" UNION=(");
    for (i, name) in options.union.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        style.push_identifier(out, name);
    }
    out.push(')');
}

/// MariaDB's engine-defined attributes. From 11.7 on every value is quoted; before, as it was written.
pub(super) fn push_attributes(out: &mut String, attributes: &[(String, String)], style: Style) {
    if style.flavor.is_mysql() {
        return;
    }
    for (name, value) in attributes {
        out.push(' ');
        quote::push_identifier(out, name);
        out.push('=');
        if style.flavor.mariadb_since(11, 7, 0) && !value.starts_with('\'') {
            style.push_string(out, value);
        } else {
            out.push_str(value);
        }
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}

fn push_raw<T: std::fmt::Display>(out: &mut String, name: &str, value: Option<&T>) {
    if let Some(value) = value {
        push(out, format_args!(" {name}={value}"));
    }
}

fn push_flag(out: &mut String, name: &str, value: Option<bool>) {
    push_raw(out, name, value.map(u8::from).as_ref());
}

fn push_string(out: &mut String, name: &str, value: Option<&str>, style: Style) {
    if let Some(value) = value {
        push(out, format_args!(" {name}="));
        style.push_string(out, value);
    }
}

fn push_versioned_string(out: &mut String, name: &str, value: Option<&str>, style: Style) {
    if let Some(value) = value {
        push(out, format_args!(" /*!80021 {name}="));
        style.push_string(out, value);
        out.push_str(" */");
    }
}
