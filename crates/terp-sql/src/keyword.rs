//! Reserved words: those that need quotes to be a name.
//!
//! The lexer knows no keywords: what a word means depends on its place. A word that touches a dot is never a
//! keyword, and neither is one after a dot.
//!
//! The lists were compared with MySQL 9.7.4, MariaDB 10.11.18 and MariaDB 11.8.9 by creating a table with a column
//! of each name (`information_schema.keywords` is wrong about some). In which version a word became reserved or free
//! was not tested.

use terp_schema_model::{Flavor, Vendor, Version};

/// Whether a word is reserved, so that it is a column's name only in quotes. Case doesn't matter.
///
/// ```
/// use terp_schema_model::Flavor;
/// use terp_sql::keyword::is_reserved;
/// assert!(is_reserved("Select", Flavor::MYSQL_9_7));
/// assert!(is_reserved("rank", Flavor::MYSQL_9_7));
/// assert!(!is_reserved("rank", Flavor::MARIADB_11_8));
/// ```
pub fn is_reserved(word: &str, flavor: Flavor) -> bool {
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let Ok(lower) = str::from_utf8(lower) else { return false };
    COMMON.binary_search(&lower).is_ok() || reserved_by_vendor(lower, flavor)
}

fn reserved_by_vendor(lower: &str, flavor: Flavor) -> bool {
    let words = match flavor.vendor {
        Vendor::MySql => MYSQL,
        Vendor::MariaDb => MARIADB,
    };
    let found = words.binary_search_by_key(&lower, |entry| entry.word);
    found.ok().and_then(|at| words.get(at)).is_some_and(|entry| {
        let id = flavor.version.id();
        entry.since.is_none_or(|since| id >= first_id(since))
            && entry.until.is_none_or(|until| id < first_id(until))
    })
}

/// The number of a version whose patch number 0 means 0, and not the newest of its series.
const fn first_id(version: Version) -> u32 {
    version.major as u32 * 10_000 + version.minor as u32 * 100 + version.patch as u32
}

/// Length of the longest reserved word.
const LONGEST: usize = 29;

/// A word that one vendor reserves, in some versions.
struct Reserved {
    word: &'static str,
    since: Option<Version>,
    until: Option<Version>,
}

const fn always(word: &'static str) -> Reserved {
    Reserved { word, since: None, until: None }
}

const fn since(word: &'static str, since: Version) -> Reserved {
    Reserved { word, since: Some(since), until: None }
}

/// Reserved before that version, which is the first that doesn't.
const fn until(word: &'static str, until: Version) -> Reserved {
    Reserved { word, since: None, until: Some(until) }
}

const fn between(word: &'static str, since: Version, until: Version) -> Reserved {
    Reserved { word, since: Some(since), until: Some(until) }
}

/// Reserved by both vendors in every known version. Sorted.
const COMMON: &[&str] = &[
    "accessible",
    "add",
    "all",
    "alter",
    "analyze",
    "and",
    "as",
    "asc",
    "asensitive",
    "before",
    "between",
    "bigint",
    "binary",
    "blob",
    "both",
    "by",
    "call",
    "cascade",
    "case",
    "change",
    "char",
    "character",
    "check",
    "collate",
    "column",
    "condition",
    "constraint",
    "continue",
    "convert",
    "create",
    "cross",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "cursor",
    "databases",
    "day_hour",
    "day_microsecond",
    "day_minute",
    "day_second",
    "dec",
    "decimal",
    "declare",
    "default",
    "delayed",
    "delete",
    "desc",
    "describe",
    "deterministic",
    "distinct",
    "distinctrow",
    "div",
    "double",
    "drop",
    "dual",
    "each",
    "else",
    "elseif",
    "enclosed",
    "escaped",
    "except",
    "exists",
    "exit",
    "explain",
    "false",
    "fetch",
    "float",
    "float4",
    "float8",
    "for",
    "force",
    "foreign",
    "from",
    "fulltext",
    "grant",
    "group",
    "having",
    "high_priority",
    "hour_microsecond",
    "hour_minute",
    "hour_second",
    "if",
    "ignore",
    "in",
    "index",
    "infile",
    "inner",
    "inout",
    "insensitive",
    "insert",
    "int",
    "int1",
    "int2",
    "int3",
    "int4",
    "int8",
    "integer",
    "interval",
    "into",
    "is",
    "iterate",
    "join",
    "key",
    "keys",
    "kill",
    "leading",
    "leave",
    "left",
    "like",
    "limit",
    "linear",
    "lines",
    "load",
    "localtime",
    "localtimestamp",
    "lock",
    "long",
    "longblob",
    "longtext",
    "loop",
    "low_priority",
    "match",
    "maxvalue",
    "mediumblob",
    "mediumint",
    "mediumtext",
    "middleint",
    "minute_microsecond",
    "minute_second",
    "mod",
    "modifies",
    "natural",
    "no_write_to_binlog",
    "not",
    "null",
    "numeric",
    "on",
    "optimize",
    "optionally",
    "or",
    "order",
    "out",
    "outer",
    "outfile",
    "over",
    "partition",
    "precision",
    "primary",
    "procedure",
    "purge",
    "range",
    "read",
    "read_write",
    "reads",
    "real",
    "recursive",
    "references",
    "regexp",
    "release",
    "rename",
    "repeat",
    "replace",
    "require",
    "resignal",
    "restrict",
    "return",
    "revoke",
    "right",
    "rlike",
    "row_number",
    "rows",
    "schemas",
    "second_microsecond",
    "select",
    "sensitive",
    "separator",
    "set",
    "show",
    "signal",
    "smallint",
    "spatial",
    "specific",
    "sql",
    "sql_big_result",
    "sql_calc_found_rows",
    "sql_small_result",
    "sqlexception",
    "sqlstate",
    "sqlwarning",
    "ssl",
    "starting",
    "straight_join",
    "table",
    "terminated",
    "then",
    "tinyblob",
    "tinyint",
    "tinytext",
    "to",
    "trailing",
    "trigger",
    "true",
    "undo",
    "union",
    "unique",
    "unlock",
    "unsigned",
    "update",
    "usage",
    "use",
    "using",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "values",
    "varbinary",
    "varchar",
    "varcharacter",
    "varying",
    "when",
    "where",
    "while",
    "with",
    "write",
    "xor",
    "year_month",
    "zerofill",
];

/// Reserved by MySQL. Sorted.
const MYSQL: &[Reserved] = &[
    always("cube"),
    always("cume_dist"),
    always("database"),
    always("dense_rank"),
    always("empty"),
    since("external", Version::new(9, 4, 0)),
    always("first_value"),
    always("function"),
    always("generated"),
    always("get"),
    always("grouping"),
    always("groups"),
    since("intersect", Version::new(8, 0, 31)),
    always("io_after_gtids"),
    always("io_before_gtids"),
    always("json_table"),
    always("lag"),
    always("last_value"),
    always("lateral"),
    always("lead"),
    since("library", Version::new(9, 2, 0)),
    between("manual", Version::new(8, 4, 0), Version::new(9, 7, 0)),
    until("master_bind", Version::new(8, 4, 0)),
    until("master_ssl_verify_server_cert", Version::new(8, 4, 0)),
    always("nth_value"),
    always("ntile"),
    always("of"),
    always("optimizer_costs"),
    always("option"),
    between("parallel", Version::new(8, 4, 0), Version::new(9, 7, 0)),
    always("percent_rank"),
    since("qualify", Version::new(8, 4, 0)),
    always("rank"),
    always("row"),
    always("schema"),
    between("sets", Version::new(9, 6, 0), Version::new(9, 7, 0)),
    always("stored"),
    always("system"),
    since("tablesample", Version::new(8, 4, 0)),
    always("virtual"),
    always("window"),
];

/// Reserved by MariaDB. Sorted.
const MARIADB: &[Reserved] = &[
    always("current_role"),
    always("delete_domain_id"),
    always("do_domain_ids"),
    always("ignore_domain_ids"),
    always("intersect"),
    since("master_demote_to_replica", Version::new(10, 10, 0)),
    since("master_demote_to_slave", Version::new(10, 10, 0)),
    until("master_ssl_verify_server_cert", Version::new(11, 3, 0)),
    always("offset"),
    always("page_checksum"),
    always("parse_vcol_expr"),
    always("portion"),
    always("ref_system_id"),
    always("returning"),
    since("sql_after_gtids", Version::new(11, 3, 0)),
    since("sql_before_gtids", Version::new(11, 3, 0)),
    always("stats_auto_recalc"),
    always("stats_persistent"),
    always("stats_sample_pages"),
    since("vector", Version::new(11, 7, 0)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_disjoint() {
        assert!(COMMON.is_sorted_by(|a, b| a < b));
        for list in [MYSQL, MARIADB] {
            assert!(list.is_sorted_by(|a, b| a.word < b.word));
            assert!(list.iter().all(|entry| COMMON.binary_search(&entry.word).is_err()));
        }
        let all = COMMON.iter().copied().chain(MYSQL.iter().chain(MARIADB).map(|entry| entry.word));
        assert_eq!(all.map(str::len).max(), Some(LONGEST));
    }

    #[test]
    fn versions_count() {
        assert!(!is_reserved("intersect", Flavor::mysql(8, 0, 30)));
        assert!(is_reserved("INTERSECT", Flavor::mysql(8, 0, 31)));
        assert!(is_reserved("master_bind", Flavor::mysql(8, 0, 0)));
        assert!(!is_reserved("master_bind", Flavor::mysql(8, 4, 0)));
        assert!(is_reserved("qualify", Flavor::MYSQL_9_7));
        assert!(is_reserved("sets", Flavor::mysql(9, 6, 0)));
        assert!(!is_reserved("sets", Flavor::MYSQL_9_7));
        assert!(!is_reserved("vector", Flavor::MARIADB_10_11));
        assert!(is_reserved("vector", Flavor::MARIADB_11_8));
        assert!(!is_reserved("database", Flavor::MARIADB_11_8));
        assert!(!is_reserved("qualify", Flavor::MARIADB_11_8));
        assert!(is_reserved("offset", Flavor::MARIADB_10_11));
        assert!(!is_reserved("offset", Flavor::MYSQL_9_7));
    }

    #[test]
    fn other_words_are_free() {
        for word in [
            "",
            "name",
            "status",
            "sel\u{e9}ct",
            "begin",
            "end",
            "a_word_that_is_longer_than_any_reserved_one",
        ] {
            assert!(!is_reserved(word, Flavor::MYSQL_9_7), "{word}");
            assert!(!is_reserved(word, Flavor::MARIADB_11_8), "{word}");
        }
    }
}
