//! Random DDL for tests of the engine: mostly what a server accepts, and a good part of what it refuses. A statement
//! is made for the tables as they are at that moment, from a number alone, so that a failure can be had again.

mod alter;
mod column;
mod expression;
mod key;
mod partition;
mod program;
mod session;
mod table;

use terp_schema_model::{Column, Flavor, Table};
use terp_sql::Catalog;

/// The database in which all happens offline.
#[allow(dead_code, reason = "the live test has databases of its own")]
pub(crate) const SCHEMA: &str = "d";

const TABLES: [&str; 4] = ["t0", "t1", "t2", "Tab 3"];
const COLUMNS: [&str; 8] = ["id", "a", "b", "c", "D", "e", "f`g", "h i"];

/// SplitMix64: small, and the same everywhere.
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n.max(1)
    }

    fn percent(&mut self, p: usize) -> bool {
        self.below(100) < p
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// What statements are made from.
pub(crate) struct Generator<'c> {
    rng: Rng,
    catalog: &'c Catalog,
    schema: &'c str,
    flavor: Flavor,
    /// The table that is made or altered, quoted.
    current: Option<String>,
}

/// One statement for the tables of that database as they are.
pub(crate) fn statement(seed: u64, catalog: &Catalog, schema: &str) -> String {
    let mut generator =
        Generator { rng: Rng::new(seed), catalog, schema, flavor: catalog.flavor(), current: None };
    generator.statement()
}

impl Generator<'_> {
    fn statement(&mut self) -> String {
        let tables = self.catalog.table_names(self.schema).count();
        if tables == 0 || tables < 3 && self.rng.percent(50) {
            return self.create_table();
        }
        match self.rng.below(200) {
            0..40 => self.create_table(),
            40..48 => {
                let exists = if self.rng.percent(10) { "IF NOT EXISTS " } else { "" };
                format!("CREATE TABLE {exists}{} LIKE {}", self.any_table_name(), self.table_name())
            }
            48..64 => self.create_index(),
            64..72 => {
                let table = self.table_name();
                let index = self.index_name_of(&table);
                format!("DROP INDEX {}{index} ON {table}", self.if_exists())
            }
            72..78 => self.rename_tables(),
            78..84 => self.drop_tables(),
            84..90 => self.set_variable(),
            90..94 => self.view_or_trigger(),
            94 => format!("TRUNCATE TABLE {}", self.table_name()),
            _ => self.alter_table(),
        }
    }

    /// MariaDB's IF EXISTS, which MySQL has in few places.
    fn if_exists(&mut self) -> &'static str {
        if !self.mysql() && self.rng.percent(10) { "IF EXISTS " } else { "" }
    }

    /// One, a chain, or two that change places.
    fn rename_tables(&mut self) -> String {
        let (one, two) = (self.table_name(), self.table_name());
        match self.rng.below(5) {
            0 => format!("RENAME TABLE {one} TO `tmp`, {two} TO {one}, `tmp` TO {two}"),
            1 => {
                format!("RENAME TABLE {one} TO {}, {two} TO {}", self.any_table_name(), self.any_table_name())
            }
            _ => format!("RENAME TABLE {one} TO {}", self.any_table_name()),
        }
    }

    fn drop_tables(&mut self) -> String {
        let exists = if self.rng.percent(20) { "IF EXISTS " } else { "" };
        let names: Vec<String> =
            (0..1 + self.rng.below(5).saturating_sub(3)).map(|_| self.table_name()).collect();
        format!("DROP TABLE {exists}{}", names.join(", "))
    }

    const fn mysql(&self) -> bool {
        self.flavor.is_mysql()
    }

    fn mariadb_11(&self) -> bool {
        self.flavor.mariadb_since(11, 0, 0)
    }

    /// A table that exists, most often.
    fn table_name(&mut self) -> String {
        let names: Vec<&str> = self.catalog.table_names(self.schema).collect();
        if names.is_empty() || self.rng.percent(3) {
            return self.any_table_name();
        }
        quoted(self.rng.pick(&names))
    }

    fn any_table_name(&mut self) -> String {
        quoted(self.rng.pick(&TABLES))
    }

    fn table(&self, quoted_name: &str) -> Option<&Table> {
        self.catalog.table(self.schema, &quoted_name.trim_matches('`').replace("``", "`"))
    }

    /// A column that the table has, most often.
    fn column_name(&mut self, columns: &[Column]) -> String {
        if columns.is_empty() || self.rng.percent(3) {
            return quoted(self.rng.pick(&COLUMNS));
        }
        let at = self.rng.below(columns.len());
        let name = &columns[at].name;
        quoted(&if self.rng.percent(3) { name.to_uppercase() } else { name.clone() })
    }

    fn new_column_name(&mut self) -> String {
        quoted(self.rng.pick(&COLUMNS))
    }

    fn columns_of(&self, quoted_table: &str) -> Vec<Column> {
        self.table(quoted_table).map(|t| t.columns.clone()).unwrap_or_default()
    }

    fn index_name_of(&mut self, quoted_table: &str) -> String {
        let names: Vec<String> = self
            .table(quoted_table)
            .map(|t| t.indexes.iter().map(|i| i.name.clone()).collect())
            .unwrap_or_default();
        if names.is_empty() || self.rng.percent(5) {
            return self.new_index_name();
        }
        let at = self.rng.below(names.len());
        quoted(&names[at])
    }

    fn new_index_name(&mut self) -> String {
        quoted(self.rng.pick(&["k1", "k2", "a", "b_2", "Key 3"]))
    }
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
