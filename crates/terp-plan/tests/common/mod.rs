//! Random schemas: made by the engine of random statements, so that each is one that a server accepts.

use terp_schema_model::{Flavor, Schema};
use terp_sql::Catalog;

/// A small generator of random numbers (SplitMix64), the same on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        // The first numbers of near seeds must not be near.
        Self(seed.wrapping_mul(0xD1B5_4A32_D192_ED03) ^ seed.rotate_left(32))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const TYPES: [&str; 22] = [
    "int",
    "int unsigned",
    "bigint",
    "smallint",
    "tinyint(1)",
    "decimal(10,2)",
    "decimal(12,4)",
    "varchar(20)",
    "varchar(300)",
    "char(5)",
    "text",
    "longtext",
    "date",
    "datetime",
    "datetime(3)",
    "timestamp NULL",
    "enum('a','b')",
    "enum('a','b','c')",
    "set('x','y')",
    "json",
    "double",
    "varbinary(16)",
];

fn column(random: &mut Random, name: &str, flavor: Flavor) -> String {
    let ty = random.pick(&TYPES);
    let mut out = format!("`{name}` {ty}");
    let text = ty.contains("char") || ty.contains("text") || ty.starts_with("enum") || ty.starts_with("set");
    if text && random.chance(20) {
        out += random.pick(&[
            " CHARACTER SET latin1",
            " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            " COLLATE utf8mb4_general_ci",
        ]);
    }
    if !ty.contains("NULL") && random.chance(50) {
        out += " NOT NULL";
    }
    if random.chance(30) {
        let value = match ty {
            "date" => "'2020-01-01'",
            "varchar(20)" | "varchar(300)" | "char(5)" => "'x'",
            "datetime" => "CURRENT_TIMESTAMP",
            _ if ty.contains("int") => "7",
            _ if ty.starts_with("dec") => "1.5",
            _ if ty.starts_with("enum") => "'a'",
            _ => "",
        };
        if !value.is_empty() {
            out += &format!(" DEFAULT {value}");
            if ty == "datetime" && random.chance(50) {
                out += " ON UPDATE CURRENT_TIMESTAMP";
            }
        }
    }
    if random.chance(8) {
        out += " INVISIBLE";
    }
    if random.chance(15) {
        out += random.pick(&[" COMMENT 'one'", " COMMENT 'two''s'"]);
    }
    if flavor.is_mariadb() && random.chance(5) {
        out += &format!(" CHECK (`{name}` <> 3)");
    }
    out
}

const COLUMNS: [&str; 8] = ["a", "b", "c", "d", "e", "F", "g h", "i"];
const TABLES: [&str; 5] = ["one", "two", "three", "four", "five"];

fn table(random: &mut Random, name: &str, flavor: Flavor) -> String {
    let mut parts = Vec::new();
    let key = random.pick(&["int", "int", "int", "bigint"]);
    let auto = if random.chance(60) { " AUTO_INCREMENT" } else { "" };
    parts.push(format!("`id` {key} NOT NULL{auto}"));
    let mut names = Vec::new();
    for name in COLUMNS {
        if random.chance(55) {
            names.push(name);
            parts.push(column(random, name, flavor));
        }
    }
    // Another order in another schema.
    if random.chance(30) && parts.len() > 3 {
        let last = parts.len() - 1;
        parts.swap(1, last);
    }
    if !names.is_empty() && random.chance(20) {
        let base = random.pick(&names);
        let kind = random.pick(&["VIRTUAL", "STORED"]);
        parts.push(format!("`gen` varchar(50) GENERATED ALWAYS AS (concat(`{base}`, 'x')) {kind}"));
    }
    parts.push("PRIMARY KEY (`id`)".to_owned());
    for n in 0..3 {
        if !names.is_empty() && random.chance(40) {
            let kind = random.pick(&["KEY", "KEY", "UNIQUE KEY"]);
            let mut list: Vec<&str> = vec![random.pick(&names)];
            let other = random.pick(&names);
            if random.chance(40) && other != list[0] {
                list.push(other);
            }
            let list: Vec<String> = list.iter().map(|name| format!("`{name}`")).collect();
            parts.push(format!(
                "{kind} `{}` ({})",
                random.pick(&["k0", "k1", "k2", "k3"]).to_owned() + &n.to_string(),
                list.join(",")
            ));
        }
    }
    if random.chance(25) {
        let limit = random.below(3);
        parts.push(format!("CONSTRAINT `chk_{name}{}` CHECK (`id` > {limit})", random.below(2)));
    }
    let mut out = format!("CREATE TABLE `{name}` ({})", parts.join(", "));
    if random.chance(20) {
        out += random.pick(&[
            " COMMENT='t'",
            " ROW_FORMAT=COMPACT",
            " DEFAULT CHARSET=latin1",
            " STATS_PERSISTENT=1",
        ]);
    }
    out
}

/// A schema that the engine accepts. Statements that it refuses are left out: some columns can't be indexed, some foreign keys not made.
pub(crate) fn random_schema(random: &mut Random, flavor: Flavor) -> Schema {
    let mut catalog = Catalog::new(flavor);
    catalog.create_database("d", flavor.default_character_set());
    catalog.use_database("d");
    let mut made = Vec::new();
    for name in TABLES {
        if random.chance(75) {
            for _ in 0..10 {
                if catalog.execute_text(&table(random, name, flavor)).is_ok() {
                    made.push(name);
                    break;
                }
            }
        }
    }
    for (n, child) in made.iter().enumerate() {
        if random.chance(50) {
            let parent = made[random.below(made.len())];
            let column = random.pick(&["id", "a", "b", "c", "d"]);
            let action = random.pick(&["", " ON DELETE CASCADE", " ON UPDATE CASCADE"]);
            let name = format!("fk_{n}_{}", random.below(2));
            let sql = format!(
                "ALTER TABLE `{child}` ADD CONSTRAINT `{name}` FOREIGN KEY (`{column}`) REFERENCES `{parent}` (`id`){action}"
            );
            let _ = catalog.execute_text(&sql);
        }
    }
    catalog.schema("d").unwrap()
}
