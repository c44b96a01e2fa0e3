//! What a real server's global variables make of a new session, and what of them the engine can't follow.

use std::collections::BTreeMap;

use terp_schema_model::{CharacterSet, Flavor};

use super::options::known_engine;
use super::session::Session;
use crate::SqlMode;

/// A server variable that has another value than the one that the engine goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedSetting {
    /// The variable.
    pub name: String,
    /// What the server has; `None` where it did not tell.
    pub value: Option<String>,
    /// What the engine goes by.
    pub assumed: String,
}

/// The variables that a session takes over.
const TAKEN: [&str; 13] = [
    "time_zone",
    "sql_mode",
    "foreign_key_checks",
    "default_storage_engine",
    "explicit_defaults_for_timestamp",
    "system_versioning_alter_history",
    "innodb_strict_mode",
    "restrict_fk_on_non_standard_key",
    "sql_require_primary_key",
    "sql_generate_invisible_primary_key",
    "character_set_server",
    "collation_server",
    "character_set_collations",
];

/// Variables that change what DDL means or whether it is refused, and the values for which the engine does as the server does. One
/// that a server does not have changes nothing.
const ASSUMED: &[(&str, &[&str])] = &[
    ("lower_case_table_names", &["0"]),
    ("default_collation_for_utf8mb4", &["utf8mb4_0900_ai_ci"]),
    ("innodb_page_size", &["16384"]),
    ("innodb_default_row_format", &["dynamic"]),
    ("innodb_file_per_table", &["ON", "1"]),
    ("innodb_force_primary_key", &["OFF", "0"]),
    ("innodb_compression_default", &["OFF", "0"]),
    ("innodb_encrypt_tables", &["OFF", "ON", "0", "1"]),
    ("default_table_encryption", &["OFF", "0"]),
    ("enforce_storage_engine", &[""]),
    ("disabled_storage_engines", &[""]),
    ("init_connect", &[""]),
    ("old", &["OFF", "0"]),
    ("old_mode", &["UTF8_IS_UTF8MB3"]),
    ("alter_algorithm", &["DEFAULT"]),
    ("old_alter_table", &["OFF", "0", "DEFAULT"]),
];

impl Session {
    /// The names of the global variables that [`Self::on_server`] wants to know.
    pub fn server_variables() -> impl Iterator<Item = &'static str> {
        TAKEN.into_iter().chain(ASSUMED.iter().map(|(name, _)| *name))
    }

    /// A new session of a server that has these global variables, as `SHOW GLOBAL VARIABLES` tells them, names in lower case; and what it
    /// does not follow. A variable that is not among them has its default, but for sql_mode, which every server has; where there is none
    /// at all, the server tells nothing, and all of them are assumed.
    pub fn on_server(flavor: Flavor, globals: &BTreeMap<String, String>) -> (Self, Vec<AssumedSetting>) {
        let mut session = Self::new(flavor);
        let mut assumed = Vec::new();
        let get = |name: &str| globals.get(name).map(String::as_str);
        let mut assume = |name: &str, assumption: String| {
            assumed.push(AssumedSetting {
                name: name.to_owned(),
                value: get(name).map(str::to_owned),
                assumed: assumption,
            });
        };

        if globals.is_empty() {
            for name in Self::server_variables().filter(|name| *name != "sql_mode") {
                assume(name, "the default".to_owned());
            }
        }
        if let Some(zone) = get("time_zone") {
            session.time_zone = Some(zone.to_owned());
        }
        match get("sql_mode").map(SqlMode::parse) {
            Some(Ok(mode)) => session.sql_mode = mode,
            _ => assume("sql_mode", session.sql_mode.to_string()),
        }
        match get("default_storage_engine").map(|name| known_engine(name, flavor)) {
            Some(Some(engine)) => engine.clone_into(&mut session.default_storage_engine),
            Some(None) => assume("default_storage_engine", session.default_storage_engine.clone()),
            None => {}
        }
        match get("collation_server").map(|name| flavor.collation(name)) {
            Some(Some(info)) => session.server_character_set = CharacterSet::new(info.charset, info.name),
            Some(None) => assume("collation_server", session.server_character_set.collation.clone()),
            None => {}
        }
        let switches = [
            ("foreign_key_checks", &mut session.foreign_key_checks),
            ("explicit_defaults_for_timestamp", &mut session.explicit_defaults_for_timestamp),
            ("innodb_strict_mode", &mut session.innodb_strict_mode),
            ("restrict_fk_on_non_standard_key", &mut session.restrict_fk_on_non_standard_key),
            ("sql_require_primary_key", &mut session.sql_require_primary_key),
            ("sql_generate_invisible_primary_key", &mut session.sql_generate_invisible_primary_key),
        ];
        for (name, switch) in switches {
            match get(name).map(str::to_ascii_uppercase).as_deref() {
                Some("ON" | "1") => *switch = true,
                Some("OFF" | "0") => *switch = false,
                Some(_) => assume(name, if *switch { "ON" } else { "OFF" }.to_owned()),
                None => {}
            }
        }
        match get("system_versioning_alter_history").map(str::to_ascii_uppercase).as_deref() {
            Some("KEEP") => session.system_versioning_alter_history_keep = true,
            Some("ERROR") | None => {}
            Some(_) => assume("system_versioning_alter_history", "ERROR".to_owned()),
        }
        if let Some(value) = get("character_set_collations")
            && !are_defaults(value, flavor)
        {
            assume("character_set_collations", default_collations(flavor));
        }
        for (name, accepted) in ASSUMED {
            if let Some(value) = get(name)
                && !accepted.iter().any(|accepted| accepted.eq_ignore_ascii_case(value))
            {
                assume(name, accepted.first().copied().unwrap_or_default().to_owned());
            }
        }
        session.global = Some(Box::new(session.clone()));
        (session, assumed)
    }
}

/// Whether MariaDB's list of default collations is the one that the model has.
fn are_defaults(list: &str, flavor: Flavor) -> bool {
    let mut pairs: Vec<&str> = list.split(',').map(str::trim).filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    let defaults = default_collations(flavor);
    let mut expected: Vec<&str> = defaults.split(',').filter(|pair| !pair.is_empty()).collect();
    expected.sort_unstable();
    pairs == expected
}

/// What MariaDB has by default (tried: 11.8). Before 11.5 nothing.
fn default_collations(flavor: Flavor) -> String {
    if flavor.default_collation("utf8mb4") != Some("utf8mb4_uca1400_ai_ci") {
        return String::new();
    }
    let sets = ["utf8mb3", "ucs2", "utf8mb4", "utf16", "utf32"];
    sets.map(|set| format!("{set}={set}_uca1400_ai_ci")).join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(flavor: Flavor, globals: &[(&str, &str)]) -> (Session, Vec<String>) {
        let globals = globals.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (session, assumed) = Session::on_server(flavor, &globals);
        (session, assumed.into_iter().map(|one| one.name).collect())
    }

    #[test]
    fn what_a_session_has_is_taken_over() {
        let globals = [
            ("sql_mode", "NO_ENGINE_SUBSTITUTION"),
            ("default_storage_engine", "MyISAM"),
            ("sql_require_primary_key", "ON"),
            ("explicit_defaults_for_timestamp", "OFF"),
            ("collation_server", "latin1_swedish_ci"),
            ("lower_case_table_names", "0"),
        ];
        let (session, assumed) = on(Flavor::MYSQL_9_7, &globals);
        assert_eq!(assumed, [] as [&str; 0]);
        assert!(!session.sql_mode.strict());
        assert_eq!(session.default_storage_engine, "MyISAM");
        assert!(session.sql_require_primary_key && !session.explicit_defaults_for_timestamp);
        assert_eq!(session.server_character_set.charset, "latin1");
    }

    #[test]
    fn what_is_not_followed_is_named() {
        let globals = [
            ("sql_mode", "STRICT_TRANS_TABLES,NEW_MODE"),
            ("default_storage_engine", "RocksDB"),
            ("lower_case_table_names", "1"),
            ("character_set_collations", "utf8mb4=utf8mb4_bin"),
            ("innodb_page_size", "16384"),
        ];
        let (session, assumed) = on(Flavor::MARIADB_11_8, &globals);
        let expected =
            ["sql_mode", "default_storage_engine", "character_set_collations", "lower_case_table_names"];
        assert_eq!(assumed, expected);
        assert_eq!(session.sql_mode, SqlMode::default_for(Flavor::MARIADB_11_8));
        assert_eq!(on(Flavor::MARIADB_11_8, &[("old_mode", "UTF8_IS_UTF8MB3")]).1, ["sql_mode"]);
        // Who is told nothing knows of none.
        assert_eq!(on(Flavor::MARIADB_11_8, &[]).1.len(), Session::server_variables().count());
    }

    #[test]
    fn a_variable_that_is_set_to_its_default_gets_the_servers() {
        let globals = BTreeMap::from([("sql_mode".to_owned(), "ANSI_QUOTES".to_owned())]);
        let mut catalog = crate::Catalog::new(Flavor::MYSQL_9_7);
        *catalog.session_mut() = Session::on_server(Flavor::MYSQL_9_7, &globals).0;
        for mode in ["''", "DEFAULT"] {
            catalog.execute_text(&format!("SET sql_mode = {mode}")).unwrap();
        }
        assert!(catalog.session().sql_mode.ansi_quotes);
    }
}
