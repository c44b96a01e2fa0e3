//! What the packages of Drizzle export, and which other packages have nothing to do with tables.

use crate::declare::column::ColumnKind;
use crate::declare::entity::KeyKind;
use crate::declare::of_package;
use crate::typescript::builtin::Builtin;
use crate::typescript::value::{Site, Value};

/// A function of Drizzle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Native {
    Column(ColumnKind),
    CustomType,
    Table,
    TableCreator,
    Schema,
    Key(KeyKind),
    PrimaryKey,
    ForeignKey,
    Check,
    View,
    Sql,
    /// An operator of queries that makes SQL: its name.
    Operator(&'static str),
    GetTableName,
    GetTableColumns,
    /// `defineConfig` of drizzle-kit: it returns what it is given.
    DefineConfig,
}

/// The packages of Drizzle whose exports are known.
pub(crate) fn is_drizzle(package: &str) -> bool {
    matches!(package, "drizzle-orm" | "drizzle-orm/mysql-core" | "drizzle-orm/sql" | "drizzle-kit")
}

/// The operators that are evaluated.
const OPERATORS: [&str; 12] =
    ["eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "isNull", "isNotNull", "between"];

/// What a package exports under a name.
pub(crate) fn export<'a>(package: &str, name: &str, at: Site) -> Value<'a> {
    if let Some(known) = known(package, name) {
        return known;
    }
    if is_drizzle(package) {
        return Value::unknown(format!("`{name}` of {package} is not evaluated here"), at);
    }
    of_package(package, at)
}

/// What a package of Drizzle exports under a name, as far as it is known here.
pub(crate) fn known<'a>(package: &str, name: &str) -> Option<Value<'a>> {
    let native = |native| Some(Value::Builtin(Builtin::Drizzle(native)));
    match package {
        "drizzle-orm/mysql-core" => match name {
            "mysqlTable" => native(Native::Table),
            "mysqlTableCreator" => native(Native::TableCreator),
            "mysqlSchema" | "mysqlDatabase" => native(Native::Schema),
            "index" => native(Native::Key(KeyKind::Index)),
            "uniqueIndex" => native(Native::Key(KeyKind::UniqueIndex)),
            "unique" => native(Native::Key(KeyKind::Unique)),
            "primaryKey" => native(Native::PrimaryKey),
            "foreignKey" => native(Native::ForeignKey),
            "check" => native(Native::Check),
            "mysqlView" => native(Native::View),
            "customType" => native(Native::CustomType),
            _ => native(Native::Column(ColumnKind::of_name(name)?)),
        },
        "drizzle-orm" | "drizzle-orm/sql" => match name {
            "sql" => native(Native::Sql),
            "relations" | "defineRelations" | "createTableRelationsHelpers" => {
                Some(Value::Foreign("drizzle-orm, relations".into()))
            }
            "getTableName" => native(Native::GetTableName),
            "getTableColumns" => native(Native::GetTableColumns),
            _ => native(Native::Operator(OPERATORS.iter().find(|operator| **operator == name)?)),
        },
        "drizzle-kit" if name == "defineConfig" => native(Native::DefineConfig),
        _ => None,
    }
}

/// Packages that schemas use, none of whose exports makes a table.
const WITHOUT_TABLES: [&str; 26] = [
    "drizzle-zod",
    "drizzle-valibot",
    "drizzle-typebox",
    "drizzle-arktype",
    "zod",
    "valibot",
    "arktype",
    "@sinclair/typebox",
    "nanoid",
    "uuid",
    "uuidv7",
    "ulid",
    "ulidx",
    "@paralleldrive/cuid2",
    "cuid",
    "mysql2",
    "crypto",
    "dotenv",
    "path",
    "fs",
    "url",
    "os",
    "date-fns",
    "dayjs",
    "luxon",
    "bcrypt",
];

/// Whether a package is known to make no tables.
pub(crate) fn has_no_tables(package: &str) -> bool {
    let is_driver = package.strip_prefix("drizzle-orm/").is_some_and(|part| !part.ends_with("-core"));
    is_driver
        || package.starts_with("node:")
        || WITHOUT_TABLES.iter().any(|known| {
            package.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
}
