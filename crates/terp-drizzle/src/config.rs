//! `drizzle.config.ts` and its relatives, read without running them.
//!
//! The file is a program, and real ones throw when an environment variable is missing. It is evaluated like a schema: what
//! depends on the environment is not known, and that matters only where it is asked for.

use std::path::{Path, PathBuf};

use oxc_allocator::Allocator;

use terp_sql::span::LineColumn;

use crate::declare::{Casing, SitePlaces, on_large_stack};
use crate::error::DeclareError;
use crate::place::Location;
use crate::typescript::resolve::CompilerOptions;
use crate::typescript::value::{Site, Value};
use crate::typescript::{Interpreter, SourceTree};

/// What a configuration says.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Its file.
    pub path: PathBuf,
    /// `dialect`.
    pub dialect: Setting<String>,
    /// `schema`: files, folders and patterns, from the folder that drizzle-kit is started in.
    pub schema: Setting<Vec<String>>,
    /// Where `schema` is set, in the configuration's file.
    pub schema_at: LineColumn,
    /// `out`: the migration folder; drizzle-kit's own choice is `drizzle`.
    pub out: Setting<String>,
    /// `casing`.
    pub casing: Setting<Casing>,
    /// `migrations.table`: where a database's migrations are remembered; drizzle-kit's own choice is `__drizzle_migrations`.
    pub migrations_table: Setting<String>,
}

/// A setting of a configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Setting<T> {
    /// It is not set.
    Absent,
    /// It is set to this.
    Set(T),
    /// It is set, and to what is not known without running the file.
    Unknown {
        /// Where it is set.
        at: Location,
        /// Why it is not known.
        reason: String,
    },
}

impl<T> Setting<T> {
    /// The value, if it is set and known.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Absent | Self::Unknown { .. } => None,
        }
    }
}

/// Why a configuration can't be read.
#[derive(Debug)]
pub(crate) struct ConfigFault {
    pub(crate) at: Location,
    /// The files that places are in.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) message: String,
}

/// Evaluates a configuration.
pub(crate) fn read(
    tree: &(dyn SourceTree + Sync),
    path: &Path,
) -> Result<Result<Config, ConfigFault>, DeclareError> {
    on_large_stack(|| {
        let allocator = Allocator::default();
        let compiler = CompilerOptions::default();
        let mut interpreter = Interpreter::new(&allocator, tree, &compiler);
        let entry = interpreter.run_file(path, None);
        let places = SitePlaces::new(&interpreter);
        let fault = |interpreter: &Interpreter<'_>, site: Site, message: String| ConfigFault {
            at: places.locate(site, false),
            files: interpreter.modules.iter().map(|module| module.path.clone()).collect(),
            message,
        };
        // An exception or a missing module keeps drizzle-kit from reading it as well.
        if let Some(problem) = interpreter.problems.iter().find(|problem| problem.kind.is_fault()) {
            return Err(fault(&interpreter, problem.site, problem.message.clone()));
        }
        let at = Site { file: entry.unwrap_or_default(), ..Site::default() };
        let exported = entry.and_then(|entry| interpreter.export(entry, "default", at).ok().flatten());
        match exported {
            Some(exported @ (Value::Object(_) | Value::Unknown(_) | Value::Foreign(_))) => {
                Ok(settings(&mut interpreter, &places, path, &exported, at))
            }
            _ => Err(fault(&interpreter, at, "the file exports no configuration as its default".to_owned())),
        }
    })
}

fn settings<'a>(
    interpreter: &mut Interpreter<'a>,
    places: &SitePlaces<'a>,
    path: &Path,
    exported: &Value<'a>,
    at: Site,
) -> Config {
    let mut reader = Reader { interpreter, places, at };
    let migrations = match exported {
        Value::Object(_) => reader.member(exported, "migrations"),
        other => other.clone(),
    };
    Config {
        path: path.to_owned(),
        dialect: reader.setting(exported, "dialect", text),
        schema: reader.setting(exported, "schema", texts),
        schema_at: reader.written(exported, "schema"),
        out: reader.setting(exported, "out", text),
        casing: reader.setting(exported, "casing", |value| Casing::of_name(&text(value)?)),
        migrations_table: match &migrations {
            Value::Undefined | Value::Null => Setting::Absent,
            migrations => reader.setting(migrations, "table", text),
        },
    }
}

struct Reader<'r, 'a> {
    interpreter: &'r mut Interpreter<'a>,
    places: &'r SitePlaces<'a>,
    at: Site,
}

impl<'a> Reader<'_, 'a> {
    fn member(&mut self, of: &Value<'a>, key: &str) -> Value<'a> {
        let missing = || Value::unknown("reading it throws", self.at);
        match self.interpreter.property(of, key, self.at) {
            Ok(value) => value,
            Err(_) => missing(),
        }
    }

    /// Where a setting is written; the beginning of the file where that is not known.
    fn written(&self, of: &Value<'a>, key: &str) -> LineColumn {
        let site = match of {
            Value::Object(object) => object.properties.borrow().site(key),
            _ => None,
        };
        site.map_or(LineColumn { line: 1, column: 1 }, |site| self.places.locate(site, false).line_column())
    }

    fn setting<T>(&mut self, of: &Value<'a>, key: &str, read: fn(&Value<'a>) -> Option<T>) -> Setting<T> {
        let value = self.member(of, key);
        if value.is_nullish() {
            return Setting::Absent;
        }
        if let Some(value) = read(&value) {
            return Setting::Set(value);
        }
        let written = match of {
            Value::Object(object) => object.properties.borrow().site(key),
            _ => None,
        };
        let at = written.unwrap_or(self.at);
        let is_unknown =
            matches!(value, Value::Unknown(_) | Value::Foreign(_)) || value.why_unknown().is_some();
        let inner = match &value {
            Value::Array(array) => array.items.borrow().iter().find_map(Value::why_unknown),
            _ => None,
        };
        let reason = match inner {
            Some(why) => why.reason.clone(),
            None if is_unknown => self.interpreter.why(&value, at).reason.clone(),
            None => "it is nothing that drizzle-kit takes".to_owned(),
        };
        Setting::Unknown { at: self.places.locate(at, false), reason }
    }
}

fn text(value: &Value<'_>) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        _ => None,
    }
}

fn texts(value: &Value<'_>) -> Option<Vec<String>> {
    match value {
        Value::Array(array) => array.items.borrow().iter().map(text).collect(),
        other => text(other).map(|text| vec![text]),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    struct One(&'static str);

    impl SourceTree for One {
        fn read(&self, path: &Path) -> io::Result<Option<String>> {
            Ok((path.extension().is_some_and(|ending| ending == "ts")).then(|| self.0.to_owned()))
        }
    }

    fn out(text: &'static str) -> Setting<String> {
        read(&One(text), Path::new("drizzle.config.ts")).expect("a thread").expect("a configuration").out
    }

    #[test]
    fn out_is_found() {
        let cases = [
            (
                "export default defineConfig({ dialect: 'mysql', out: './x', });import { defineConfig } from 'drizzle-kit'",
                Some("./x"),
            ),
            ("export default {\n  out: `z` // out: 'no'\n}", Some("z")),
            ("export default { schema: 's', /* out: 'no', */ dbCredentials: { url: 'a?out:1' } }", None),
            ("const base = 'db'; export default { out: `${base}/y` } satisfies object", Some("db/y")),
            ("module.exports = { out: 'old' }", Some("old")),
            (
                "import 'dotenv/config'; if (!process.env.URL) throw new Error('no'); export default { out: 'a', url: process.env.URL! }",
                Some("a"),
            ),
        ];
        for (text, wanted) in cases {
            assert_eq!(out(text).value().map(String::as_str), wanted, "{text}");
        }
    }

    #[test]
    fn what_needs_running_is_not_known() {
        for text in [
            "export default { out: process.env.OUT }",
            "import { join } from 'path'; export default { out: join('a', 'b') }",
            "export default { out: 'a' + process.argv[2] }",
            "export default await load()",
        ] {
            assert!(matches!(out(text), Setting::Unknown { .. }), "{text}: {:?}", out(text));
        }
    }

    #[test]
    fn what_is_broken_is_a_fault_with_its_place() {
        for (text, at, message) in [
            ("export default {\n  out: }", "2:8", "unexpected token"),
            ("import './gone';\nexport default { out: 'a' }", "1:8", "cannot find the module `./gone`"),
            ("export const x = 1;", "1:1", "the file exports no configuration as its default"),
        ] {
            let fault = read(&One(text), Path::new("drizzle.config.json5.ts")).expect("a thread");
            // The tree has every file that ends in .ts, so that one import is found.
            if let Err(fault) = fault {
                assert_eq!((fault.at.to_string().as_str(), fault.message.as_str()), (at, message), "{text}");
            }
        }
    }
}
