//! Table options.

use terp_schema_model::{CharacterSet, Flavor, Table};

use super::Context;
use super::error::{Result, refuse, unsupported};
use crate::ast::{Ident, TableOption, TableOptionKind};

/// The server's spelling of an engine that Debian's servers have; `None` is error 1286.
pub(super) fn known_engine(name: &str, flavor: Flavor) -> Option<&'static str> {
    let engines: &[(&str, &str)] = if flavor.is_mysql() {
        &[
            ("innodb", "InnoDB"),
            ("innobase", "InnoDB"),
            ("myisam", "MyISAM"),
            ("memory", "MEMORY"),
            ("heap", "MEMORY"),
            ("csv", "CSV"),
            ("merge", "MRG_MyISAM"),
            ("mrg_myisam", "MRG_MyISAM"),
            ("blackhole", "BLACKHOLE"),
            ("archive", "ARCHIVE"),
        ]
    } else {
        &[
            ("innodb", "InnoDB"),
            ("innobase", "InnoDB"),
            ("myisam", "MyISAM"),
            ("memory", "MEMORY"),
            ("heap", "MEMORY"),
            ("csv", "CSV"),
            ("merge", "MRG_MyISAM"),
            ("mrg_myisam", "MRG_MyISAM"),
            ("aria", "Aria"),
            ("maria", "Aria"),
        ]
    };
    engines.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, spelling)| *spelling)
}

/// What an engine can do, as far as definitions show it.
#[derive(Debug, Clone, Copy)]
pub(super) struct EngineTraits {
    pub(super) max_keys: usize,
    pub(super) max_key_bytes: u32,
    pub(super) max_part_bytes: u32,
    pub(super) foreign_keys: bool,
    pub(super) blob_keys: bool,
    pub(super) null_keys: bool,
    pub(super) fulltext: bool,
    pub(super) spatial: bool,
    pub(super) blobs: bool,
    pub(super) geometry: bool,
    pub(super) auto_increment: bool,
    /// AUTO_INCREMENT may be a later part of a key.
    pub(super) auto_part: bool,
    pub(super) partitions: bool,
    pub(super) nullable_columns: bool,
    pub(super) virtual_columns: bool,
    /// MariaDB: a UNIQUE key that is too long becomes a hash.
    pub(super) unique_hash: bool,
}

/// The traits of an engine by its server spelling.
pub(super) fn traits(engine: &str, flavor: Flavor) -> EngineTraits {
    let base = EngineTraits {
        max_keys: 64,
        max_key_bytes: 3072,
        max_part_bytes: 3072,
        foreign_keys: false,
        blob_keys: true,
        null_keys: true,
        fulltext: false,
        spatial: false,
        blobs: true,
        geometry: !matches!(engine, "MEMORY" | "CSV" | "MRG_MyISAM"),
        auto_increment: true,
        auto_part: false,
        partitions: flavor.is_mariadb(),
        nullable_columns: true,
        virtual_columns: true,
        unique_hash: false,
    };
    match engine {
        "InnoDB" => EngineTraits {
            foreign_keys: true,
            fulltext: true,
            spatial: true,
            partitions: true,
            unique_hash: flavor.is_mariadb(),
            ..base
        },
        "MyISAM" | "MRG_MyISAM" => EngineTraits {
            max_key_bytes: 1000,
            max_part_bytes: 1000,
            fulltext: true,
            spatial: engine == "MyISAM",
            auto_part: true,
            partitions: flavor.is_mariadb() && engine == "MyISAM",
            virtual_columns: engine == "MyISAM" || flavor.is_mysql(),
            unique_hash: flavor.is_mariadb() && engine == "MyISAM",
            ..base
        },
        "Aria" => EngineTraits {
            max_key_bytes: 2300,
            max_part_bytes: 2300,
            fulltext: true,
            spatial: true,
            auto_part: true,
            ..base
        },
        "MEMORY" => {
            EngineTraits { blob_keys: false, blobs: false, auto_part: true, virtual_columns: false, ..base }
        }
        "CSV" => EngineTraits {
            max_keys: 0,
            blob_keys: false,
            auto_increment: false,
            nullable_columns: false,
            partitions: false,
            virtual_columns: false,
            ..base
        },
        "ARCHIVE" => EngineTraits {
            max_keys: 1,
            max_key_bytes: 8,
            max_part_bytes: 8,
            null_keys: false,
            virtual_columns: false,
            ..base
        },
        "BLACKHOLE" => EngineTraits {
            max_key_bytes: 1000,
            max_part_bytes: 1000,
            fulltext: true,
            spatial: flavor.is_mariadb(),
            auto_part: true,
            virtual_columns: false,
            ..base
        },
        _ => base,
    }
}

/// CHARACTER SET and COLLATE as several options may give them.
#[derive(Debug, Default, Clone)]
pub(super) struct CharsetChoice {
    charset: Option<String>,
    collation: Option<CharacterSet>,
}

impl CharsetChoice {
    /// `CHARACTER SET name`, or DEFAULT: the database's.
    pub(super) fn charset(&mut self, cx: &Context<'_>, name: Option<&Ident>) -> Result<()> {
        let chosen = match name {
            Some(name) => cx.charset(name)?.name.to_owned(),
            None => cx.database_set.charset.clone(),
        };
        if let Some(before) = &self.charset
            && *before != chosen
        {
            return Err(refuse(
                1302,
                format!("Conflicting declarations: 'CHARACTER SET {before}' and 'CHARACTER SET {chosen}'"),
            ));
        }
        if let Some(collation) = &self.collation
            && collation.charset != chosen
        {
            return Err(not_valid_for(&collation.collation, &chosen));
        }
        self.charset = Some(chosen);
        Ok(())
    }

    /// `COLLATE name`, or DEFAULT.
    pub(super) fn collate(&mut self, cx: &Context<'_>, name: Option<&Ident>) -> Result<()> {
        let Some(name) = name else {
            // DEFAULT: the character set's own collation.
            if let (Some(before), true) = (&self.collation, cx.flavor.is_mariadb()) {
                return Err(conflicting_collations(&before.collation, "DEFAULT"));
            }
            self.collation = None;
            return Ok(());
        };
        let inherited = self.charset.as_deref().unwrap_or(&cx.database_set.charset);
        let chosen = cx.collation(name, self.charset.as_deref(), inherited)?;
        if let (Some(before), true) = (&self.collation, cx.flavor.is_mariadb())
            && *before != chosen
        {
            return Err(conflicting_collations(&before.collation, &chosen.collation));
        }
        if let Some(before) = &self.collation
            && before.charset != chosen.charset
        {
            return Err(not_valid_for(&chosen.collation, &before.charset));
        }
        self.collation = Some(chosen);
        Ok(())
    }

    /// What was chosen; `None` when neither was written.
    pub(super) fn resolve(self, cx: &Context<'_>) -> Option<CharacterSet> {
        match (self.charset, self.collation) {
            (_, Some(collation)) => Some(collation),
            (Some(charset), None) => {
                let collation = cx.default_collation(&charset);
                Some(CharacterSet::new(charset, collation))
            }
            (None, None) => None,
        }
    }
}

fn conflicting_collations(before: &str, chosen: &str) -> super::ExecuteError {
    refuse(1302, format!("Conflicting declarations: 'COLLATE {before}' and 'COLLATE {chosen}'"))
}

pub(super) fn not_valid_for(collation: &str, charset: &str) -> super::ExecuteError {
    refuse(1253, format!("COLLATION '{collation}' is not valid for CHARACTER SET '{charset}'"))
}

/// Applies options to a table, in order; the character set is returned for the caller, who knows what it means.
pub(super) fn apply(
    cx: &Context<'_>,
    table: &mut Table,
    options: &[&TableOption],
    charset: &mut CharsetChoice,
) -> Result<()> {
    // The engine decides about other options, wherever it stands.
    let mut chosen = None;
    for option in options {
        if let TableOptionKind::Engine(name) = &option.kind {
            match known_engine(&name.value, cx.flavor) {
                Some(engine) => chosen = Some(engine),
                None if cx.session.sql_mode.no_engine_substitution => {
                    return Err(
                        refuse(1286, format!("Unknown storage engine '{}'", name.value)).at(option.span)
                    );
                }
                None => chosen = Some(&cx.session.default_storage_engine),
            }
        }
    }
    if let Some(engine) = chosen {
        set_engine(cx, table, engine);
    }
    for option in options {
        apply_one(cx, table, option, charset).map_err(|e| e.at(option.span))?;
    }
    // MySQL's InnoDB looks at it when all else is known.
    if cx.flavor.is_mysql() { Ok(()) } else { check_row_format(cx, table) }
}

fn set_engine(cx: &Context<'_>, table: &mut Table, engine: &str) {
    if table.options.engine != engine {
        table.options.engine = engine.to_owned();
        if engine == "Aria" && table.options.page_checksum.is_none() {
            table.options.page_checksum = Some(true);
        }
    }
    if cx.flavor.is_mysql() && engine != "InnoDB" {
        table.options.encryption = None;
    }
}

fn apply_one(
    cx: &Context<'_>,
    table: &mut Table,
    option: &TableOption,
    charset: &mut CharsetChoice,
) -> Result<()> {
    let name = table.name.clone();
    let to = &mut table.options;
    let innodb = to.engine == "InnoDB";
    let nonzero = |n: u64| (n != 0).then_some(n);
    match &option.kind {
        TableOptionKind::Engine(_) | TableOptionKind::Password(_) => {}
        TableOptionKind::AutoIncrement(n) => to.auto_increment = (*n > 1).then_some(*n),
        TableOptionKind::CharacterSet(name) => charset.charset(cx, name.as_ref())?,
        TableOptionKind::Collate(name) => charset.collate(cx, name.as_ref())?,
        TableOptionKind::Comment(text) => {
            if text.value.chars().count() > 2048 && cx.session.sql_mode.strict() {
                return Err(refuse(1628, format!("Comment for table '{name}' is too long (max = 2048)")));
            }
            table.comment = text.value.chars().take(2048).collect();
        }
        TableOptionKind::RowFormat(word) => {
            let kept = match word.as_str() {
                // Aria has none of InnoDB's formats and takes its own.
                "COMPACT" | "COMPRESSED" | "REDUNDANT" if to.engine == "Aria" => "PAGE",
                word => word,
            };
            to.row_format = (word != "DEFAULT").then(|| kept.to_owned());
        }
        TableOptionKind::KeyBlockSize(n) => to.key_block_size = nonzero(*n),
        TableOptionKind::MinRows(n) => to.min_rows = nonzero(*n),
        TableOptionKind::MaxRows(n) => {
            to.max_rows = nonzero(if cx.flavor.is_mysql() { (*n).min(u64::from(u32::MAX)) } else { *n });
        }
        TableOptionKind::AvgRowLength(n) => to.avg_row_length = nonzero(*n),
        TableOptionKind::PackKeys(v) => to.pack_keys = *v,
        TableOptionKind::StatsPersistent(v) => to.stats_persistent = *v,
        TableOptionKind::StatsAutoRecalc(v) => to.stats_auto_recalc = *v,
        TableOptionKind::StatsSamplePages(v) => {
            if *v == Some(0) || v.is_some_and(|n| n > 65_535) {
                return Err(refuse(1064, "The number of stats_sample_pages must be between 1 and 65535."));
            }
            to.stats_sample_pages = *v;
        }
        TableOptionKind::Checksum(v) => to.checksum = *v,
        TableOptionKind::DelayKeyWrite(v) => to.delay_key_write = *v,
        TableOptionKind::Compression(text) => {
            to.compression = (!text.value.is_empty()).then(|| text.value.clone());
        }
        TableOptionKind::Encryption(text) => match text.value.to_ascii_uppercase().as_str() {
            "N" => to.encryption = None,
            "Y" if innodb => {
                return Err(refuse(
                    3185,
                    "Can't find master key from keyring, please check in the server log if a keyring is loaded and initialized successfully.",
                ));
            }
            "Y" => {
                return Err(refuse(
                    1031,
                    format!("Table storage engine for '{name}' doesn't have this option"),
                ));
            }
            _ => return Err(refuse(3184, "Invalid encryption option.")),
        },
        // MariaDB reads it and keeps nothing of it.
        TableOptionKind::Tablespace(_) if cx.flavor.is_mariadb() => {}
        TableOptionKind::Tablespace(tablespace) => {
            let known = ["innodb_file_per_table", "innodb_system", "innodb_temporary"];
            if innodb && !known.contains(&tablespace.value.as_str()) {
                if tablespace.value == "mysql" {
                    return Err(refuse(3119, "Incorrect tablespace name `mysql`"));
                }
                return Err(refuse(3510, format!("Tablespace {} doesn't exist.", tablespace.value)));
            }
            to.tablespace = Some(tablespace.value.clone());
        }
        TableOptionKind::Storage(word) => to.storage = (word != "DEFAULT").then(|| word.clone()),
        TableOptionKind::AutoextendSize(n) => to.autoextend_size = nonzero(*n).filter(|_| innodb),
        TableOptionKind::EngineAttribute(_) => {
            return Err(refuse(
                3981,
                format!("Storage engine '{}' does not support ENGINE_ATTRIBUTE.", to.engine),
            ));
        }
        TableOptionKind::SecondaryEngineAttribute(text) => {
            to.secondary_engine_attribute = (!text.value.is_empty()).then(|| text.value.clone());
        }
        TableOptionKind::SecondaryEngine(engine) => {
            to.secondary_engine = engine.as_ref().map(|e| e.value.clone());
        }
        TableOptionKind::DataDirectory(text) => {
            if innodb && cx.flavor.is_mysql() && !cx.session.sql_mode.no_dir_in_create {
                return Err(refuse(3121, "The DATA DIRECTORY location must be in a known directory."));
            }
            if !cx.session.sql_mode.no_dir_in_create {
                to.data_directory = Some(text.value.clone());
            }
        }
        TableOptionKind::IndexDirectory(text) => {
            if innodb && cx.flavor.is_mysql() && !cx.session.sql_mode.no_dir_in_create {
                return Err(refuse(
                    1031,
                    format!("Table storage engine for '{name}' doesn't have this option"),
                ));
            }
            // MariaDB 11.8 forgets it. Where between the two that changed is not known.
            if innodb
                && cx.flavor.is_mariadb()
                && cx.session.innodb_strict_mode
                && !cx.flavor.mariadb_since(11, 8, 0)
            {
                if cx.flavor.mariadb_since(10, 12, 0) {
                    return Err(unsupported("INDEX DIRECTORY of InnoDB on this version").at(text.span));
                }
                return Err(refuse(
                    1005,
                    format!(
                        "Can't create table `{}`.`{name}` (errno: 140 \"Wrong create options\")",
                        cx.database
                    ),
                ));
            }
            if !innodb && !cx.session.sql_mode.no_dir_in_create {
                to.index_directory = Some(text.value.clone());
            }
        }
        TableOptionKind::InsertMethod(word) => {
            if to.engine == "MRG_MyISAM" {
                to.insert_method = (word != "NO").then(|| word.clone());
            }
        }
        TableOptionKind::Union(tables) => {
            if to.engine == "MRG_MyISAM" {
                to.union = tables.iter().map(|t| t.name.value.clone()).collect();
            }
        }
        TableOptionKind::Connection(text) => {
            to.connection = (!text.value.is_empty()).then(|| text.value.clone());
        }
        TableOptionKind::Transactional(Some(_)) if !matches!(to.engine.as_str(), "InnoDB" | "Aria") => {
            return Err(refuse(1911, "Unknown option 'transactional'"));
        }
        TableOptionKind::Transactional(v) => to.transactional = *v,
        TableOptionKind::PageChecksum(v) => to.page_checksum = Some(*v),
        TableOptionKind::Sequence(_) => return Err(unsupported("SEQUENCE tables")),
        TableOptionKind::SystemVersioning => to.system_versioning = true,
        TableOptionKind::StartTransaction => return Err(unsupported("START TRANSACTION in CREATE TABLE")),
        TableOptionKind::Attribute(attribute) => {
            let key = attribute.name.value.to_ascii_lowercase();
            let known = ["page_compressed", "page_compression_level", "encrypted", "encryption_key_id"];
            if !known.contains(&key.as_str()) {
                if cx.session.sql_mode.ignore_bad_table_options {
                    return Err(unsupported(format!("table option {}", attribute.name.value)));
                }
                return Err(refuse(1911, format!("Unknown option '{}'", attribute.name.value)));
            }
            if key.starts_with("page_compress") && !innodb {
                return Err(refuse(1911, format!("Unknown option '{}'", attribute.name.value)));
            }
            if key.starts_with("encrypt") {
                return Err(unsupported(format!("table option {}", attribute.name.value)));
            }
            // Before 11.7 a value is shown as it was written, quotes or none.
            let value = if attribute.quoted && !cx.flavor.mariadb_since(11, 7, 0) {
                terp_schema_model::quote::shown_string(&attribute.value)
            } else {
                attribute.value.clone()
            };
            let entry = (attribute.name.value.clone(), value);
            to.attributes.retain(|(known, _)| !known.eq_ignore_ascii_case(&entry.0));
            to.attributes.push(entry);
        }
    }
    Ok(())
}

/// Only Aria tells of its PAGE_CHECKSUM when a table is made from one that is there.
pub(super) fn forget_page_checksum(table: &mut Table) {
    if table.options.engine != "Aria" {
        table.options.page_checksum = None;
    }
}

/// InnoDB's ROW_FORMAT and KEY_BLOCK_SIZE under innodb_strict_mode.
pub(super) fn check_row_format(cx: &Context<'_>, table: &Table) -> Result<()> {
    let strict = cx.session.innodb_strict_mode;
    if table.options.engine != "InnoDB" || !strict && cx.flavor.is_mariadb() {
        return Ok(());
    }
    let wrong = |what: &str| {
        if !strict {
            // MySQL puts another value in its place.
            unsupported(format!("{what} that InnoDB changes without innodb_strict_mode"))
        } else if cx.flavor.is_mysql() {
            refuse(1031, format!("Table storage engine for '{}' doesn't have this option", table.name))
        } else {
            refuse(
                1005,
                format!(
                    "Can't create table `{}`.`{}` (errno: 140 \"Wrong create options\"): {what}",
                    cx.database, table.name
                ),
            )
        }
    };
    let format = table.options.row_format.as_deref();
    if let Some(compression) = &table.options.compression {
        // Pages are compressed as they are, or as their format has it.
        let known = ["zlib", "lz4", "none"].iter().any(|k| k.eq_ignore_ascii_case(compression));
        let compressed = format == Some("COMPRESSED") || table.options.key_block_size.is_some();
        if !known || compressed && !compression.eq_ignore_ascii_case("none") {
            return Err(wrong("COMPRESSION"));
        }
    }
    let page_compressed =
        table.options.attributes.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("page_compressed") && value.trim_matches('\'') != "0"
        });
    let own_format = matches!(format, Some("COMPRESSED" | "REDUNDANT"));
    if page_compressed && (own_format || table.options.key_block_size.is_some()) {
        return Err(wrong("PAGE_COMPRESSED"));
    }
    if matches!(format, Some("FIXED" | "PAGE")) {
        return Err(wrong("ROW_FORMAT"));
    }
    if let Some(size) = table.options.key_block_size {
        let fits = matches!(size, 1 | 2 | 4 | 8 | 16);
        let compressed = matches!(format, None | Some("COMPRESSED"));
        if !fits || !compressed {
            return Err(wrong("KEY_BLOCK_SIZE"));
        }
    }
    Ok(())
}
