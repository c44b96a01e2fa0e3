//! `sql_mode`: the part of a session that changes how DDL is read and what it refuses.

use std::fmt;

use terp_schema_model::Flavor;

macro_rules! modes {
    ($($(#[$doc:meta])* $field:ident = $name:literal,)*) => {
        /// The modes that are on.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
        pub struct SqlMode {
            $($(#[$doc])* pub $field: bool,)*
        }

        impl SqlMode {
            fn set(&mut self, name: &str) -> bool {
                $(if name.eq_ignore_ascii_case($name) { self.$field = true; return true; })*
                false
            }

            /// The names of the modes that are on, in the servers' order, combinations not put together again.
            pub fn names(&self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$field { names.push($name); })*
                names
            }
        }
    };
}

modes! {
    /// REAL is FLOAT.
    real_as_float = "REAL_AS_FLOAT",
    /// `||` joins strings.
    pipes_as_concat = "PIPES_AS_CONCAT",
    /// `"a"` is an identifier.
    ansi_quotes = "ANSI_QUOTES",
    /// A space may stand between a function's name and its parenthesis.
    ignore_space = "IGNORE_SPACE",
    /// MariaDB: unknown table options are no error.
    ignore_bad_table_options = "IGNORE_BAD_TABLE_OPTIONS",
    /// Strict GROUP BY.
    only_full_group_by = "ONLY_FULL_GROUP_BY",
    /// Subtraction of unsigned numbers gives a signed one.
    no_unsigned_subtraction = "NO_UNSIGNED_SUBTRACTION",
    /// DATA and INDEX DIRECTORY are ignored.
    no_dir_in_create = "NO_DIR_IN_CREATE",
    /// Oracle's syntax and meaning; MariaDB.
    oracle = "ORACLE",
    /// SHOW CREATE TABLE without key options; MariaDB.
    no_key_options = "NO_KEY_OPTIONS",
    /// SHOW CREATE TABLE without table options; MariaDB.
    no_table_options = "NO_TABLE_OPTIONS",
    /// SHOW CREATE TABLE without field options; MariaDB.
    no_field_options = "NO_FIELD_OPTIONS",
    /// 0 does not generate an AUTO_INCREMENT value.
    no_auto_value_on_zero = "NO_AUTO_VALUE_ON_ZERO",
    /// A backslash in a string is a backslash.
    no_backslash_escapes = "NO_BACKSLASH_ESCAPES",
    /// Strict for transactional tables.
    strict_trans_tables = "STRICT_TRANS_TABLES",
    /// Strict for all tables.
    strict_all_tables = "STRICT_ALL_TABLES",
    /// `2020-00-01` is refused.
    no_zero_in_date = "NO_ZERO_IN_DATE",
    /// `0000-00-00` is refused.
    no_zero_date = "NO_ZERO_DATE",
    /// `2020-02-30` is accepted.
    allow_invalid_dates = "ALLOW_INVALID_DATES",
    /// Division by zero is an error.
    error_for_division_by_zero = "ERROR_FOR_DIVISION_BY_ZERO",
    /// No user is made by GRANT.
    no_auto_create_user = "NO_AUTO_CREATE_USER",
    /// NOT binds tighter than comparisons.
    high_not_precedence = "HIGH_NOT_PRECEDENCE",
    /// An unknown engine is an error.
    no_engine_substitution = "NO_ENGINE_SUBSTITUTION",
    /// CHAR values keep their padding.
    pad_char_to_full_length = "PAD_CHAR_TO_FULL_LENGTH",
    /// MariaDB: NULL is the empty string.
    empty_string_is_null = "EMPTY_STRING_IS_NULL",
    /// MariaDB: assignment by simultaneous evaluation.
    simultaneous_assignment = "SIMULTANEOUS_ASSIGNMENT",
    /// MariaDB: time rounding.
    time_round_fractional = "TIME_ROUND_FRACTIONAL",
    /// Temporal values are rounded down.
    time_truncate_fractional = "TIME_TRUNCATE_FRACTIONAL",
}

/// A name in a `sql_mode` that no server knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown sql_mode {0:?}")]
pub struct UnknownSqlMode(pub String);

impl SqlMode {
    /// The server's default.
    pub fn default_for(flavor: Flavor) -> Self {
        let mut mode = Self {
            strict_trans_tables: true,
            error_for_division_by_zero: true,
            no_engine_substitution: true,
            ..Self::default()
        };
        if flavor.is_mysql() {
            mode.only_full_group_by = true;
            mode.no_zero_in_date = true;
            mode.no_zero_date = true;
        } else {
            mode.no_auto_create_user = true;
        }
        mode
    }

    /// From a list as the server writes it, combinations (`ANSI`, `TRADITIONAL`, ...) spelt out.
    pub fn parse(text: &str) -> Result<Self, UnknownSqlMode> {
        let mut mode = Self::default();
        for name in text.split(',').map(str::trim).filter(|n| !n.is_empty()) {
            let parts: &[&str] = match name.to_ascii_uppercase().as_str() {
                "ANSI" => {
                    &["REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "ONLY_FULL_GROUP_BY"]
                }
                "TRADITIONAL" => &[
                    "STRICT_TRANS_TABLES",
                    "STRICT_ALL_TABLES",
                    "NO_ZERO_IN_DATE",
                    "NO_ZERO_DATE",
                    "ERROR_FOR_DIVISION_BY_ZERO",
                    "NO_ENGINE_SUBSTITUTION",
                ],
                "DB2" | "MAXDB" | "MSSQL" | "POSTGRESQL" => &[
                    "PIPES_AS_CONCAT",
                    "ANSI_QUOTES",
                    "IGNORE_SPACE",
                    "NO_KEY_OPTIONS",
                    "NO_TABLE_OPTIONS",
                    "NO_FIELD_OPTIONS",
                ],
                "MYSQL323" | "MYSQL40" => &["NO_FIELD_OPTIONS", "HIGH_NOT_PRECEDENCE"],
                _ => {
                    if !mode.set(name) {
                        return Err(UnknownSqlMode(name.to_owned()));
                    }
                    continue;
                }
            };
            for part in parts {
                mode.set(part);
            }
        }
        Ok(mode)
    }

    /// Whether bad values are errors for an engine that is transactional, as InnoDB is.
    pub const fn strict(&self) -> bool {
        self.strict_trans_tables || self.strict_all_tables
    }
}

impl fmt::Display for SqlMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(","))
    }
}
