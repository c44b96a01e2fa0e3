//! CREATE TABLE and table options.

use terp_schema_model::Column;
use terp_sql::Catalog;

use super::{COLUMNS, Generator, quoted};

impl Generator<'_> {
    pub(super) fn create_table(&mut self) -> String {
        let name = self.any_table_name();
        self.current = Some(name.clone());
        if self.table(&name).is_some() && self.rng.percent(70) {
            return format!("CREATE TABLE {name} (`id` INT)");
        }
        let exists = match self.rng.below(20) {
            0 => "IF NOT EXISTS ",
            _ => "",
        };
        let replace = if !self.mysql() && self.rng.percent(5) { "OR REPLACE " } else { "" };
        let head = format!("CREATE {replace}TABLE {exists}{name}");
        let mut definition = Definition { elements: Vec::new(), tail: String::new() };
        let count = if self.rng.percent(25) { 1 } else { 2 + self.rng.below(5) };
        for name in COLUMNS.iter().take(count) {
            let column = self.column(&quoted(name));
            if self.add_element(&head, &mut definition, column) {
                return definition.text(&head);
            }
        }
        let columns = self.read_columns(&definition.elements);
        if self.rng.percent(50) && !definition.elements.iter().any(|e| e.contains("PRIMARY")) {
            let key = format!("PRIMARY KEY ({})", quoted(COLUMNS[0]));
            self.add_element(&head, &mut definition, key);
        }
        for _ in 0..self.rng.below(5) {
            let element = match self.rng.below(10) {
                0..5 => self.key(&columns),
                5..8 => self.foreign_key(&columns),
                8 => self.check(),
                _ => {
                    let name = self.new_column_name();
                    self.column(&name)
                }
            };
            if self.add_element(&head, &mut definition, element) {
                return definition.text(&head);
            }
        }
        for _ in 0..self.rng.below(5).saturating_sub(2) {
            let option = format!(" {}", self.table_option());
            if self.add_tail(&head, &mut definition, &option) {
                return definition.text(&head);
            }
        }
        if self.rng.percent(15) {
            let partitions = self.partitioning(&columns);
            self.add_tail(&head, &mut definition, &partitions);
        }
        definition.text(&head)
    }

    /// Adds an element that fits, and at times one that does not: then the definition is to stay as it is, since of two
    /// faults a server names whichever it sees first.
    fn add_element(&mut self, head: &str, definition: &mut Definition, element: String) -> bool {
        definition.elements.push(element);
        match self.judge(&definition.text(head)) {
            Verdict::Fits => false,
            Verdict::Fault => true,
            Verdict::Leave => {
                definition.elements.pop();
                false
            }
        }
    }

    fn add_tail(&mut self, head: &str, definition: &mut Definition, tail: &str) -> bool {
        let length = definition.tail.len();
        definition.tail += tail;
        match self.judge(&definition.text(head)) {
            Verdict::Fits => false,
            Verdict::Fault => true,
            Verdict::Leave => {
                definition.tail.truncate(length);
                false
            }
        }
    }

    pub(super) fn judge(&mut self, sql: &str) -> Verdict {
        if self.catalog.clone().execute_text(sql).is_ok() {
            Verdict::Fits
        } else if self.rng.percent(8) {
            Verdict::Fault
        } else {
            Verdict::Leave
        }
    }

    /// The columns as the engine reads them, each for itself, so that keys and foreign keys can be made to fit.
    fn read_columns(&self, definitions: &[String]) -> Vec<Column> {
        let mut catalog = Catalog::new(self.flavor);
        catalog.create_database("x", self.flavor.default_character_set());
        catalog.use_database("x");
        let sql = format!("CREATE TABLE x ({})", definitions.join(", "));
        let _ = catalog.execute_text(&sql);
        catalog.table("x", "x").map(|t| t.columns.clone()).unwrap_or_default()
    }

    pub(super) fn table_option(&mut self) -> String {
        let mysql = [
            "COMPRESSION = 'zlib'",
            "STATS_SAMPLE_PAGES = DEFAULT",
            "AUTOEXTEND_SIZE = 4M",
            "COMPRESSION = 'nosuch'",
            "ENGINE = ARCHIVE",
            "ENGINE = BLACKHOLE",
        ];
        let mariadb = [
            "PAGE_CHECKSUM = 1",
            "TRANSACTIONAL = 1",
            "PAGE_COMPRESSED = 1",
            "ENGINE = Aria",
            "WITH SYSTEM VERSIONING",
        ];
        if self.rng.percent(15) {
            return self.rng.pick(if self.mysql() { &mysql } else { &mariadb }).to_owned();
        }
        self.rng
            .pick(&[
                "ENGINE = InnoDB",
                "ENGINE = MyISAM",
                "ENGINE = MEMORY",
                "ENGINE = InnoDB",
                "ENGINE = nosuch",
                "ENGINE = CSV",
                "KEY_BLOCK_SIZE = 4",
                "ROW_FORMAT = REDUNDANT",
                "COLLATE = utf8mb4_general_ci",
                "AUTO_INCREMENT = 7",
                "DEFAULT CHARSET = latin1",
                "CHARSET = utf8mb4",
                "COLLATE = utf8mb4_bin",
                "CHARSET = latin1 COLLATE = latin1_bin",
                "COLLATE latin1_swedish_ci",
                "COMMENT = 'a table''s'",
                "COMMENT = ''",
                "ROW_FORMAT = DYNAMIC",
                "ROW_FORMAT = COMPRESSED",
                "ROW_FORMAT = COMPACT",
                "ROW_FORMAT = FIXED",
                "ROW_FORMAT = DEFAULT",
                "KEY_BLOCK_SIZE = 8",
                "KEY_BLOCK_SIZE = 0",
                "STATS_PERSISTENT = 1",
                "STATS_AUTO_RECALC = 0",
                "STATS_SAMPLE_PAGES = 20",
                "CHECKSUM = 1",
                "DELAY_KEY_WRITE = 1",
                "MIN_ROWS = 5",
                "MAX_ROWS = 1000",
                "AVG_ROW_LENGTH = 100",
                "PACK_KEYS = 1",
                "PACK_KEYS = DEFAULT",
                "CHARSET = utf8mb3",
                "CHARSET = nosuch",
            ])
            .to_owned()
    }
}

/// What to do with what was added to a statement.
pub(super) enum Verdict {
    Fits,
    Fault,
    Leave,
}

struct Definition {
    elements: Vec<String>,
    tail: String,
}

impl Definition {
    fn text(&self, head: &str) -> String {
        let elements =
            if self.elements.is_empty() { "`id` INT".to_owned() } else { self.elements.join(", ") };
        format!("{head} ({elements}){}", self.tail)
    }
}
