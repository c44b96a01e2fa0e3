//! Columns: every type, and attributes that mostly fit it.

use super::Generator;

/// What a type allows, roughly.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Integer,
    Number,
    Bit,
    Text,
    Lob,
    Bytes,
    Member,
    Date,
    Clock,
    Json,
    Geometry,
    Other,
}

impl Generator<'_> {
    pub(super) fn column(&mut self, name: &str) -> String {
        let (ty, class) = self.column_type();
        let mut text = format!("{name} {ty}");
        if self.rng.percent(10) {
            text += &self.generated(class);
            return text;
        }
        if ty == "SERIAL" {
            return text;
        }
        let null = self.rng.below(10);
        if null < 4 {
            text += " NOT NULL";
        } else if null == 4 {
            text += " NULL";
        }
        if self.rng.percent(40) {
            text += &self.default(class);
        }
        if class == Class::Clock && self.rng.percent(25) {
            text += self.rng.pick(&[
                " ON UPDATE CURRENT_TIMESTAMP",
                " ON UPDATE CURRENT_TIMESTAMP(3)",
                " ON UPDATE NOW()",
            ]);
        }
        if class == Class::Integer && self.rng.percent(8) {
            text += self.rng.pick(&[
                " AUTO_INCREMENT PRIMARY KEY",
                " AUTO_INCREMENT UNIQUE",
                " AUTO_INCREMENT",
                " PRIMARY KEY AUTO_INCREMENT",
            ]);
            return text;
        }
        if self.rng.percent(12) {
            text += self.rng.pick(&[" UNIQUE", " PRIMARY KEY", " KEY", " UNIQUE KEY", " PRIMARY KEY"]);
        }
        if self.rng.percent(6) {
            text += self.rng.pick(&[" COMMENT 'it''s'", " COMMENT ''", " COMMENT 'line\\nbreak \\\\ ü'"]);
        }
        if self.rng.percent(4) {
            text += " INVISIBLE";
        }
        if self.rng.percent(5) {
            let expression = self.condition_on(name);
            text += &format!(" CHECK ({expression})");
            if self.mysql() && self.rng.percent(20) {
                text += " NOT ENFORCED";
            }
        }
        if self.rng.percent(4) {
            let parent = self.table_name();
            let columns = self.columns_of(&parent);
            let column = self.column_name(&columns);
            text += &format!(" REFERENCES {parent} ({column})");
            text += &self.foreign_key_actions();
        }
        if self.mysql() && self.rng.percent(3) {
            text += self.rng.pick(&[
                " COLUMN_FORMAT FIXED",
                " COLUMN_FORMAT DYNAMIC",
                " STORAGE DISK",
                " COLUMN_FORMAT DEFAULT",
            ]);
        }
        text
    }

    fn generated(&mut self, class: Class) -> String {
        let expression = self.expression();
        let mut text = format!(" {}AS ({expression})", self.rng.pick(&["", "GENERATED ALWAYS "]));
        text += self.rng.pick(&["", " VIRTUAL", " STORED", " STORED"]);
        if (self.mysql() || class == Class::Other) && self.rng.percent(20) {
            text += " NOT NULL";
        }
        text += self.rng.pick(&["", "", "", " UNIQUE", " COMMENT 'g'", " INVISIBLE"]);
        text
    }

    fn default(&mut self, class: Class) -> String {
        if self.rng.percent(12) {
            let text = self.rng.pick(&[
                "(1 + 2)",
                "(uuid())",
                "(json_array())",
                "(now())",
                "(concat('a', 'b'))",
                "('x')",
                "(curdate())",
                "(NULL)",
            ]);
            return format!(" DEFAULT {text}");
        }
        let class = if self.rng.percent(6) { Class::Other } else { class };
        let value = match class {
            Class::Integer => self
                .rng
                .pick(&["0", "1", "-1", "'7'", "NULL", "127", "1.5", "300", "TRUE", "0x10", "b'11'", "''"]),
            Class::Number => self.rng.pick(&[
                "0",
                "1.5",
                "'2.50'",
                "NULL",
                "-0.001",
                "1e3",
                "99999999999",
                "1.005",
                "'abc'",
            ]),
            Class::Bit => self.rng.pick(&["b'0'", "b'101'", "1", "0", "NULL", "0x0F", "TRUE", "'1'"]),
            Class::Text => self.rng.pick(&[
                "''",
                "'x'",
                "'it''s'",
                "'longer than a few'",
                "NULL",
                "5",
                "'trail  '",
                "0x41",
                "'ü'",
                "'a\\nb'",
            ]),
            Class::Bytes => self.rng.pick(&["''", "'x'", "0x00", "x'4142'", "NULL", "1"]),
            Class::Lob => self.rng.pick(&["'x'", "NULL", "('x')", "NULL", "''"]),
            Class::Member => self.rng.pick(&["'a'", "'b'", "'A'", "NULL", "'zz'", "''", "1", "'a,b'"]),
            Class::Date => self.rng.pick(&[
                "'2024-01-31'",
                "'0000-00-00'",
                "NULL",
                "20240131",
                "'2024-02-30'",
                "CURRENT_DATE",
                "'24-1-2'",
            ]),
            Class::Clock => self.rng.pick(&[
                "CURRENT_TIMESTAMP",
                "NOW()",
                "CURRENT_TIMESTAMP(3)",
                "NULL",
                "'2024-01-31 12:30:00'",
                "'0000-00-00 00:00:00'",
                "0",
                "'2024-01-31 12:30:00.5678'",
                "'2024-01-31'",
                "CURRENT_TIMESTAMP(6)",
            ]),
            Class::Json | Class::Geometry => self.rng.pick(&["NULL", "('{}')", "'{}'", "(json_object())"]),
            Class::Other => self.rng.pick(&[
                "NULL",
                "0",
                "''",
                "'x'",
                "CURRENT_TIMESTAMP",
                "'12:00:00'",
                "2024",
                "'::1'",
                "'10.0.0.1'",
            ]),
        };
        format!(" DEFAULT {value}")
    }

    fn column_type(&mut self) -> (String, Class) {
        match self.rng.below(100) {
            0..30 => (self.integer(), Class::Integer),
            30..40 => {
                let base = self.rng.pick(&[
                    "DECIMAL",
                    "DECIMAL(10,2)",
                    "DECIMAL(5)",
                    "NUMERIC(65,30)",
                    "FLOAT",
                    "DOUBLE",
                    "FLOAT(7,3)",
                    "DOUBLE(10,4)",
                    "FLOAT(30)",
                    "FLOAT(10)",
                    "REAL",
                    "DECIMAL(4,5)",
                    "FIXED(3,1)",
                    "DECIMAL(66,0)",
                ]);
                (format!("{base}{}", self.rng.pick(&["", "", "", " UNSIGNED", " ZEROFILL"])), Class::Number)
            }
            40..43 => {
                (self.rng.pick(&["BIT", "BIT(1)", "BIT(8)", "BIT(64)", "BIT(65)"]).to_owned(), Class::Bit)
            }
            43..62 => {
                let base = self.rng.pick(&[
                    "VARCHAR(10)",
                    "VARCHAR(50)",
                    "VARCHAR(255)",
                    "CHAR(3)",
                    "CHAR",
                    "CHAR(36)",
                    "VARCHAR(1000)",
                    "VARCHAR(191)",
                    "NATIONAL VARCHAR(20)",
                    "NCHAR(4)",
                    "VARCHAR(0)",
                    "CHAR(256)",
                    "VARCHAR(16384)",
                    "VARCHAR(768)",
                    "VARCHAR(3000)",
                ]);
                (base.to_owned() + &self.character_set(base.starts_with('N')), Class::Text)
            }
            62..69 => {
                let base = self.rng.pick(&[
                    "TEXT",
                    "TINYTEXT",
                    "MEDIUMTEXT",
                    "LONGTEXT",
                    "TEXT(100)",
                    "TEXT(70000)",
                ]);
                (base.to_owned() + &self.character_set(false), Class::Lob)
            }
            69..72 => (
                self.rng.pick(&["BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "BLOB(300)"]).to_owned(),
                Class::Lob,
            ),
            72..76 => (
                self.rng
                    .pick(&["BINARY(4)", "BINARY", "VARBINARY(16)", "VARBINARY(500)", "BINARY(300)"])
                    .to_owned(),
                Class::Bytes,
            ),
            76..81 => {
                let base = self.rng.pick(&[
                    "ENUM('a','b','c')",
                    "SET('a','b','c')",
                    "ENUM('a ','b')",
                    "ENUM('a','a')",
                    "SET('a','b,c')",
                    "ENUM('it''s')",
                ]);
                (base.to_owned() + &self.character_set(false), Class::Member)
            }
            81..84 => ("DATE".to_owned(), Class::Date),
            84..92 => (
                self.rng
                    .pick(&[
                        "DATETIME",
                        "TIMESTAMP",
                        "DATETIME(3)",
                        "TIMESTAMP(6)",
                        "TIMESTAMP(3)",
                        "DATETIME(7)",
                    ])
                    .to_owned(),
                Class::Clock,
            ),
            92..94 => (self.rng.pick(&["TIME", "TIME(2)", "YEAR", "YEAR(4)"]).to_owned(), Class::Other),
            94..96 => ("JSON".to_owned(), Class::Json),
            96..98 => {
                let base = self.rng.pick(&["GEOMETRY", "POINT", "POLYGON", "LINESTRING"]);
                let srid = if self.mysql() && self.rng.percent(30) { " SRID 4326" } else { "" };
                (format!("{base}{srid}"), Class::Geometry)
            }
            _ if self.mysql() => (self.rng.pick(&["VECTOR(3)", "VECTOR"]).to_owned(), Class::Geometry),
            _ => {
                let wide = self.rng.pick(&["INET6", "UUID", "INET4", "VECTOR(3)"]);
                (
                    if wide == "VECTOR(3)" && !self.mariadb_11() { "INET6" } else { wide }.to_owned(),
                    Class::Other,
                )
            }
        }
    }

    fn integer(&mut self) -> String {
        let base = self.rng.pick(&[
            "INT",
            "INT",
            "BIGINT",
            "INT",
            "SMALLINT",
            "TINYINT",
            "MEDIUMINT",
            "TINYINT(1)",
            "INT(11)",
            "BIGINT(20)",
            "BOOLEAN",
            "INTEGER",
            "SERIAL",
            "INT(0)",
            "INT(5)",
        ]);
        if base == "BOOLEAN" || base == "SERIAL" {
            return base.to_owned();
        }
        format!(
            "{base}{}",
            self.rng.pick(&["", "", "", "", " UNSIGNED", " UNSIGNED", " UNSIGNED ZEROFILL", " ZEROFILL"])
        )
    }

    fn character_set(&mut self, national: bool) -> String {
        if self.rng.percent(80) {
            return String::new();
        }
        let set = self.rng.pick(&[
            " CHARACTER SET latin1",
            " CHARACTER SET utf8mb4",
            " CHARACTER SET utf8mb3",
            " CHARACTER SET ascii",
            " CHARACTER SET binary",
            " COLLATE utf8mb4_bin",
            " COLLATE utf8mb4_general_ci",
            " COLLATE latin1_bin",
            " CHARACTER SET latin1 COLLATE latin1_general_ci",
            " CHARACTER SET latin1 COLLATE utf8mb4_bin",
            " CHARACTER SET ucs2",
            " BINARY",
            " COLLATE utf8mb4_nosuch_ci",
        ]);
        if national && set.starts_with(" CHARACTER") { String::new() } else { set.to_owned() }
    }
}
