//! The session variables that change what DDL means.

use terp_schema_model::{CharacterSet, Flavor};

use super::error::{Result, refuse, unsupported};
use crate::SqlMode;
use crate::ast::{Expr, ExprKind, Literal, SetAssignment, SetScope, UnaryOp};

/// The session's user, as DEFINER shows it.
pub(super) const USER: &str = "`root`@`localhost`";

/// A session: what a connection would have set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The current database.
    pub database: Option<String>,
    /// sql_mode.
    pub sql_mode: SqlMode,
    /// character_set_connection and collation_connection.
    pub connection: CharacterSet,
    /// character_set_client, which stored programs remember; empty where a script sets it to what is not known.
    pub character_set_client: String,
    /// time_zone, which events remember; `None` where a script sets it to what is not known.
    pub time_zone: Option<String>,
    /// foreign_key_checks.
    pub foreign_key_checks: bool,
    /// default_storage_engine, in the server's spelling.
    pub default_storage_engine: String,
    /// explicit_defaults_for_timestamp.
    pub explicit_defaults_for_timestamp: bool,
    /// Whether system_versioning_alter_history is KEEP; MariaDB.
    pub system_versioning_alter_history_keep: bool,
    /// innodb_strict_mode.
    pub innodb_strict_mode: bool,
    /// restrict_fk_on_non_standard_key; MySQL 8.4 and later.
    pub restrict_fk_on_non_standard_key: bool,
    /// sql_require_primary_key; MySQL.
    pub sql_require_primary_key: bool,
    /// sql_generate_invisible_primary_key; MySQL.
    pub sql_generate_invisible_primary_key: bool,
    /// character_set_server and collation_server, which a database takes that names none.
    pub server_character_set: CharacterSet,
    /// What DEFAULT gives; the flavor's defaults without it.
    pub(super) global: Option<Box<Self>>,
}

impl Session {
    /// A new connection with character set utf8mb4 and the server's defaults.
    pub fn new(flavor: Flavor) -> Self {
        Self {
            database: None,
            sql_mode: SqlMode::default_for(flavor),
            connection: flavor.default_character_set(),
            character_set_client: "utf8mb4".to_owned(),
            time_zone: Some("SYSTEM".to_owned()),
            foreign_key_checks: true,
            default_storage_engine: "InnoDB".to_owned(),
            explicit_defaults_for_timestamp: flavor.is_mysql() || flavor.mariadb_since(10, 10, 0),
            system_versioning_alter_history_keep: false,
            innodb_strict_mode: true,
            restrict_fk_on_non_standard_key: flavor.mysql_since(8, 4, 0),
            sql_require_primary_key: false,
            sql_generate_invisible_primary_key: false,
            server_character_set: flavor.default_character_set(),
            global: None,
        }
    }

    /// Executes one assignment. Variables that are known not to change what DDL means are passed over.
    pub(super) fn assign(&mut self, assignment: &SetAssignment, flavor: Flavor) -> Result<()> {
        if assignment.scope != SetScope::Session {
            return Ok(());
        }
        let value = assignment.value.as_ref();
        let defaults = self.global.as_deref().cloned().unwrap_or_else(|| Self::new(flavor));
        macro_rules! switch {
            ($field:ident) => {
                self.$field = match value {
                    None => defaults.$field,
                    Some(value) => boolean(value).ok_or_else(|| not_constant(assignment))?,
                }
            };
        }
        match assignment.name.as_str() {
            "sql_mode" => {
                self.sql_mode = match value {
                    None => defaults.sql_mode,
                    Some(value) => {
                        let text = self.mode_text(value).ok_or_else(|| not_constant(assignment))?;
                        // A number is a bit set whose meaning differs by version.
                        if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() && text != "0" {
                            return Err(unsupported("a sql_mode given as a number").at(assignment.span));
                        }
                        if text == "0" {
                            SqlMode::default()
                        } else {
                            let mut mode = SqlMode::parse(&text).map_err(|e| {
                                refuse(
                                    1231,
                                    format!("Variable 'sql_mode' can't be set to the value of '{}'", e.0),
                                )
                                .at(assignment.span)
                            })?;
                            // Of TRADITIONAL only MariaDB still has this part.
                            let is_traditional =
                                text.split(',').any(|name| name.trim().eq_ignore_ascii_case("TRADITIONAL"));
                            mode.no_auto_create_user |= is_traditional && flavor.is_mariadb();
                            mode
                        }
                    }
                };
            }
            "names" | "character set" => {
                let charset = match value {
                    None => defaults.connection.charset.clone(),
                    Some(value) => word(value).ok_or_else(|| not_constant(assignment))?,
                };
                let Some(info) = flavor.charset(&charset) else {
                    return Err(
                        refuse(1115, format!("Unknown character set: '{charset}'")).at(assignment.span)
                    );
                };
                let collation = flavor.default_collation(info.name).unwrap_or(info.default_collation);
                self.connection = CharacterSet::new(info.name, collation);
                info.name.clone_into(&mut self.character_set_client);
            }
            "character_set_client" => {
                let info = value.and_then(word).and_then(|name| flavor.charset(&name));
                self.character_set_client = info.map(|info| info.name.to_owned()).unwrap_or_default();
            }
            "collation_connection" => {
                if let Some(value) = value {
                    let name = word(value).ok_or_else(|| not_constant(assignment))?;
                    let Some(info) = flavor.collation(&name) else {
                        return Err(refuse(1273, format!("Unknown collation: '{name}'")).at(assignment.span));
                    };
                    self.connection = CharacterSet::new(info.charset, info.name);
                }
            }
            "character_set_connection" => {
                if let Some(value) = value {
                    let charset = word(value).ok_or_else(|| not_constant(assignment))?;
                    let Some(info) = flavor.charset(&charset) else {
                        return Err(
                            refuse(1115, format!("Unknown character set: '{charset}'")).at(assignment.span)
                        );
                    };
                    let collation = flavor.default_collation(info.name).unwrap_or(info.default_collation);
                    self.connection = CharacterSet::new(info.name, collation);
                }
            }
            "default_storage_engine" | "storage_engine" => {
                self.default_storage_engine = match value {
                    None => defaults.default_storage_engine,
                    Some(value) => {
                        let name = word(value).ok_or_else(|| not_constant(assignment))?;
                        let Some(engine) = super::options::known_engine(&name, flavor) else {
                            return Err(
                                refuse(1286, format!("Unknown storage engine '{name}'")).at(assignment.span)
                            );
                        };
                        engine.to_owned()
                    }
                };
            }
            "time_zone" => {
                self.time_zone = match value {
                    None => defaults.time_zone,
                    Some(value) => word(value),
                };
            }
            "foreign_key_checks" => switch!(foreign_key_checks),
            "explicit_defaults_for_timestamp" => switch!(explicit_defaults_for_timestamp),
            "innodb_strict_mode" => switch!(innodb_strict_mode),
            "restrict_fk_on_non_standard_key" => switch!(restrict_fk_on_non_standard_key),
            "sql_require_primary_key" => switch!(sql_require_primary_key),
            "sql_generate_invisible_primary_key" => switch!(sql_generate_invisible_primary_key),
            "system_versioning_alter_history" if flavor.is_mariadb() => {
                self.system_versioning_alter_history_keep = match value {
                    None => defaults.system_versioning_alter_history_keep,
                    Some(value) => {
                        let word = word(value).ok_or_else(|| not_constant(assignment))?;
                        match word.to_ascii_lowercase().as_str() {
                            "keep" | "1" => true,
                            "error" | "0" => false,
                            _ => {
                                return Err(refuse(
                                    1231,
                                    format!(
                                        "Variable 'system_versioning_alter_history' can't be set to the value of '{word}'"
                                    ),
                                )
                                .at(assignment.span));
                            }
                        }
                    }
                };
            }
            "character_set_collations" | "collation_server" | "character_set_server" => {
                return Err(unsupported(format!("SET {}", assignment.name)).at(assignment.span));
            }
            name if HARMLESS.contains(&name) => {}
            name => {
                return Err(unsupported(format!(
                    "SET {name}: whether it changes what DDL does is not known"
                ))
                .at(assignment.span));
            }
        }
        Ok(())
    }
}

impl Session {
    /// The text of a value for sql_mode: also what is put together from the mode that is on, as scripts do with
    /// `CONCAT(@@sql_mode, ',ANSI_QUOTES')` and `REPLACE(@@sql_mode, ...)`.
    fn mode_text(&self, value: &Expr) -> Option<String> {
        match &value.kind {
            ExprKind::Paren(inner) => self.mode_text(inner),
            ExprKind::Variable(name) => {
                let name = name.to_ascii_lowercase();
                let known = ["@@sql_mode", "@@session.sql_mode", "@@local.sql_mode"];
                known.contains(&name.as_str()).then(|| self.sql_mode.to_string())
            }
            ExprKind::Function { schema: None, name, args, .. }
                if name.value.eq_ignore_ascii_case("concat") =>
            {
                args.iter().map(|arg| self.mode_text(arg)).collect()
            }
            ExprKind::Function { schema: None, name, args, .. }
                if name.value.eq_ignore_ascii_case("replace") =>
            {
                let [text, from, to] = args.as_slice() else { return None };
                let from = self.mode_text(from)?;
                if from.is_empty() {
                    return self.mode_text(text);
                }
                Some(self.mode_text(text)?.replace(&from, &self.mode_text(to)?))
            }
            _ => word(value),
        }
    }
}

/// Session variables that change neither what DDL means nor what it is refused for.
const HARMLESS: &[&str] = &[
    "autocommit",
    "big_tables",
    "bulk_insert_buffer_size",
    "character_set_filesystem",
    "character_set_results",
    "collation_database",
    "character_set_database",
    "completion_type",
    "cte_max_recursion_depth",
    "default_tmp_storage_engine",
    "div_precision_increment",
    "eq_range_index_dive_limit",
    "group_concat_max_len",
    "gtid_next",
    "gtid_purged",
    "idle_transaction_timeout",
    "information_schema_stats_expiry",
    "innodb_ft_enable_stopword",
    "innodb_lock_wait_timeout",
    "insert_id",
    "interactive_timeout",
    "join_buffer_size",
    "last_insert_id",
    "lc_messages",
    "lc_time_names",
    "lock_wait_timeout",
    "long_query_time",
    "low_priority_updates",
    "max_allowed_packet",
    "max_execution_time",
    "max_heap_table_size",
    "max_join_size",
    "max_recursive_iterations",
    "max_sort_length",
    "max_statement_time",
    "min_examined_row_limit",
    "net_read_timeout",
    "net_retry_count",
    "net_write_timeout",
    "optimizer_prune_level",
    "optimizer_search_depth",
    "optimizer_switch",
    "profiling",
    "pseudo_slave_mode",
    "pseudo_replica_mode",
    "pseudo_thread_id",
    "query_cache_type",
    "rand_seed1",
    "rand_seed2",
    "read_buffer_size",
    "resultset_metadata",
    "server_id",
    "session_track_gtids",
    "skip_replication",
    "sort_buffer_size",
    "sql_auto_is_null",
    "sql_big_selects",
    "sql_buffer_result",
    "sql_log_bin",
    "sql_log_off",
    "sql_notes",
    "sql_quote_show_create",
    "sql_safe_updates",
    "sql_select_limit",
    "sql_warnings",
    "timestamp",
    "tmp_table_size",
    "transaction_isolation",
    "transaction_read_only",
    "tx_isolation",
    "tx_read_only",
    "unique_checks",
    "wait_timeout",
];

fn not_constant(assignment: &SetAssignment) -> super::ExecuteError {
    unsupported(format!("SET {} to a value that is no constant", assignment.name)).at(assignment.span)
}

/// A word, string or number, as text.
fn word(value: &Expr) -> Option<String> {
    match &value.kind {
        ExprKind::Literal(Literal::String { value, .. }) => Some(value.clone()),
        ExprKind::Literal(Literal::Integer(digits)) => Some(digits.clone()),
        ExprKind::Name(parts) if parts.len() == 1 => Some(parts[0].value.clone()),
        ExprKind::Paren(inner) => word(inner),
        // `SET NAMES binary`: a keyword that is an operator elsewhere.
        ExprKind::Unary { op: UnaryOp::Binary, .. } => None,
        _ => None,
    }
}

fn boolean(value: &Expr) -> Option<bool> {
    match &value.kind {
        ExprKind::Literal(Literal::Bool(b)) => Some(*b),
        _ => match word(value)?.to_ascii_lowercase().as_str() {
            "1" | "on" | "true" => Some(true),
            "0" | "off" | "false" => Some(false),
            _ => None,
        },
    }
}
