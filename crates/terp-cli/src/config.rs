//! `terp.toml`: what a project says about itself (`docs/configuration.md`).

mod database;
mod error;
mod file;

use std::path::PathBuf;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use terp_drift::{Conventions, RuleLevels};
use terp_drizzle::declare::Casing;
use terp_schema_model::Flavor;

pub use database::DatabaseConfig;
pub use error::ConfigError;
pub use file::{ConfigFile, ConfigFileError, FILE_NAME, find, load, server};

/// What `terp.toml` says. Paths are relative to its folder, see [`ConfigFile::resolve`].
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The server that is meant where a command line names none.
    pub server: Option<Flavor>,
    /// Where Drizzle's things are, where `drizzle.config` doesn't say so or should not be followed.
    pub drizzle: DrizzleConfig,
    /// The live database.
    pub database: DatabaseConfig,
    /// About the migrations.
    pub migrations: MigrationsConfig,
    /// How bad the findings of a rule are, by its id.
    pub rules: RuleLevels,
    /// What the tables have to be like.
    pub conventions: Conventions,
}

/// `[drizzle]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DrizzleConfig {
    /// The configuration of drizzle-kit.
    #[serde(deserialize_with = "path")]
    pub config: Option<PathBuf>,
    /// The files that declare the schema: paths, globs, folders.
    #[serde(deserialize_with = "one_or_more")]
    pub schema: Option<Vec<String>>,
    /// The migration folder.
    #[serde(deserialize_with = "path")]
    pub out: Option<PathBuf>,
    /// How names are made of the keys of columns.
    #[serde(deserialize_with = "casing")]
    pub casing: Option<Casing>,
}

/// `[migrations]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct MigrationsConfig {
    /// A list of the released migrations with their hashes, as `sha256sum` writes it.
    #[serde(deserialize_with = "path")]
    pub released: Option<PathBuf>,
}

impl Config {
    /// Reads the text of a `terp.toml`.
    ///
    /// # Errors
    /// It is no TOML, or something in it is unknown or has the wrong type: one such fault, with its place.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        // Windows editors put a mark there; its place is not counted by editors either.
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        toml::from_str(text).map_err(|error| ConfigError::toml(&error, text))
    }
}

fn not_empty<E: serde::de::Error>(text: &str, what: &str) -> Result<String, E> {
    if text.is_empty() { Err(E::custom(format!("{what} is empty"))) } else { Ok(text.to_owned()) }
}

fn casing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Casing>, D::Error> {
    const NAMES: [&str; 2] = ["snake_case", "camelCase"];
    let text = String::deserialize(deserializer)?;
    Casing::of_name(&text).map(Some).ok_or_else(|| D::Error::unknown_variant(&text, &NAMES))
}

fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    not_empty(&text, "the path").map(|path| Some(path.into()))
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<String>>, D::Error> {
    struct OneOrMore;

    impl<'de> Visitor<'de> for OneOrMore {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a string or a list of strings")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            not_empty(text, "the path").map(|text| vec![text])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut out = Vec::new();
            while let Some(text) = list.next_element::<String>()? {
                out.push(not_empty(&text, "the path")?);
            }
            if out.is_empty() { Err(A::Error::custom("the list is empty")) } else { Ok(out) }
        }
    }

    deserializer.deserialize_any(OneOrMore).map(Some)
}

#[cfg(test)]
mod tests {
    use terp_drift::Level;

    use super::*;

    #[test]
    fn everything_at_once() {
        let text = r#"
server = "mariadb:11.8"
[drizzle]
config = "drizzle.config.ts"
schema = ["./drizzle/schema.ts", "./more/*.ts"]
out = "./drizzle"
casing = "snake_case"
[migrations]
released = "released.sha256"
[rules]
backward-when = "error"
[conventions]
required-tables = ["users"]
[conventions.soft-delete]
must = ["orders"]
"#;
        let config = Config::parse(text).expect("it is good");
        assert_eq!(config.server, Some(Flavor::MARIADB_11_8));
        assert_eq!(config.drizzle.config.as_deref(), Some("drizzle.config.ts".as_ref()));
        assert_eq!(config.drizzle.schema.as_deref().map(<[String]>::len), Some(2));
        assert_eq!(config.drizzle.casing, Some(Casing::Snake));
        assert_eq!(config.migrations.released.as_deref(), Some("released.sha256".as_ref()));
        assert_eq!(config.rules.level("backward-when"), Some(Level::Error));
        assert_eq!(config.conventions.required_tables, ["users"]);
        assert_eq!(config.conventions.soft_delete.expect("it is given").must, ["orders"]);
    }

    #[test]
    fn the_documented_example_is_good() {
        let docs = include_str!("../../../docs/configuration.md");
        let example =
            docs.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).expect("it is there");
        let config = Config::parse(example).expect("it is good");
        assert!(config.conventions.soft_delete.is_some() && config.migrations.released.is_some());
    }

    #[test]
    fn nothing_is_needed() {
        assert_eq!(Config::parse(""), Ok(Config::default()));
        assert_eq!(Config::parse("\u{FEFF}[drizzle]\n"), Ok(Config::default()));
        let one =
            Config::parse("drizzle.schema = \"a.ts\"\ndrizzle.casing = \"camelCase\"").expect("it is good");
        assert_eq!(one.drizzle.schema, Some(vec!["a.ts".to_owned()]));
        assert_eq!(one.drizzle.casing, Some(Casing::Camel));
    }

    #[test]
    fn faults_have_a_place_and_a_way_out() {
        let cases = [
            ("sever = \"mysql:9.7\"", "1:1: unknown key `sever`; did you mean `server`?"),
            (
                "[drizzle]\nout = \"x\"\n[drizle]\nout = \"x\"",
                "3:2: unknown key `drizle`; did you mean `drizzle`?",
            ),
            ("[drizzle]\n  shema = \"x\"", "2:3: unknown key `shema`; did you mean `schema`?"),
            ("[migrations]\nfrozen = 1", "2:1: unknown key `frozen`; the one that is known is `released`"),
            (
                "[drizzle]\n\"ö\" = 1",
                "2:1: unknown key `ö`; those that are known are `config`, `schema`, `out`, `casing`",
            ),
            (
                "[drizzle]\ncasing = \"snake-case\"",
                "2:10: unknown value `snake-case`; did you mean `snake_case`?",
            ),
            ("server = 9", "1:10: invalid type: integer `9`, expected a string"),
            (
                "server = \"postgres:17\"",
                "1:10: \"postgres:17\" is not a server version; write it as mysql:9.7 or mariadb:10.11 (the vendor \
                 is neither mysql nor mariadb)",
            ),
            ("drizzle = \"x\"", "1:11: invalid type: string \"x\", expected struct DrizzleConfig"),
            (
                "[drizzle]\nschema = { a = 1 }",
                "2:10: invalid type: map, expected a string or a list of strings",
            ),
            ("[drizzle]\nschema = [\"a\", 1]", "2:16: invalid type: integer `1`, expected a string"),
            ("[drizzle]\nschema = []", "2:10: the list is empty"),
            ("[drizzle]\nout = \"\"", "2:7: the path is empty"),
            (
                "[rules]\nbackward-wen = \"off\"",
                "1:1: there is no rule `backward-wen`; did you mean `backward-when`?",
            ),
            ("[rules]\ndrift = \"of\"", "2:9: unknown value `of`; did you mean `off`?"),
            ("[conventions.soft-delete]\nmus = []", "2:1: unknown key `mus`; did you mean `must`?"),
            ("a = [1,\nb", "2:2: "),
            ("server = \"mysql:9.7\"\nserver = \"mysql:9.7\"", "2:1: duplicate key"),
            ("[drizzle\n", "1:9: "),
        ];
        for (text, says) in cases {
            let error = Config::parse(text).expect_err(text);
            let shown = error.to_string();
            let exact = !says.ends_with(": ");
            assert!(if exact { shown == says } else { shown.starts_with(says) }, "{text}\n{shown}\n{says}");
            assert!(!shown.contains('\n'), "{shown:?}");
        }
    }
}
