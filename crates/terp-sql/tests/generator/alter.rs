//! ALTER TABLE.

use terp_schema_model::{Column, Table};

use super::table::Verdict;
use super::{Generator, quoted};

impl Generator<'_> {
    pub(super) fn alter_table(&mut self) -> String {
        let name = self.table_name();
        self.current = Some(name.clone());
        let count = if self.rng.percent(15) { 5 } else { self.rng.below(3) };
        let columns = self.columns_of(&name);
        let partitioned = self.table(&name).is_some_and(|t| t.partitioning.is_some());
        if self.rng.percent(if partitioned { 25 } else { 2 }) {
            return format!("ALTER TABLE {name} {}", self.alter_partitions(&columns));
        }
        let mut sql = String::new();
        for _ in 0..=count {
            let action = self.action(&name, &columns);
            let longer = if sql.is_empty() {
                format!("ALTER TABLE {name} {action}")
            } else {
                format!("{sql}, {action}")
            };
            match self.judge(&longer) {
                Verdict::Fits => sql = longer,
                Verdict::Fault => return longer,
                Verdict::Leave if sql.is_empty() => return longer,
                Verdict::Leave => {}
            }
        }
        sql
    }

    fn action(&mut self, table: &str, columns: &[Column]) -> String {
        match self.rng.below(100) {
            0..18 => {
                let name = self.new_column_name();
                let exists = if !self.mysql() && self.rng.percent(10) { "IF NOT EXISTS " } else { "" };
                format!("ADD COLUMN {exists}{}{}", self.column(&name), self.position(columns))
            }
            18..28 => {
                let exists = if !self.mysql() && self.rng.percent(10) { "IF EXISTS " } else { "" };
                format!("DROP COLUMN {exists}{}", self.column_name(columns))
            }
            28..38 => {
                let name = self.column_name(columns);
                format!("MODIFY COLUMN {}{}", self.changed_column(&name), self.position(columns))
            }
            38..44 => {
                let old = self.column_name(columns);
                let new = if self.rng.percent(40) { old.clone() } else { self.new_column_name() };
                format!("CHANGE COLUMN {old} {}{}", self.changed_column(&new), self.position(columns))
            }
            44..49 => format!("RENAME COLUMN {} TO {}", self.column_name(columns), self.new_column_name()),
            49..53 => {
                let value =
                    self.rng.pick(&["1", "'x'", "NULL", "''", "'2024-01-01 00:00:00'", "(1 + 1)", "-5"]);
                let what = if self.rng.percent(70) {
                    format!("SET DEFAULT {value}")
                } else {
                    "DROP DEFAULT".to_owned()
                };
                format!("ALTER COLUMN {} {what}", self.column_name(columns))
            }
            53..63 => format!("ADD {}", self.key(columns)),
            63..70 => {
                let exists = self.if_exists();
                format!("DROP {} {exists}{}", self.rng.pick(&["INDEX", "KEY"]), self.index_name_of(table))
            }
            70..73 => "DROP PRIMARY KEY".to_owned(),
            73..76 => {
                let old = self.index_name_of(table);
                format!("RENAME INDEX {old} TO {}", self.new_index_name())
            }
            76..84 => format!("ADD {}", self.foreign_key(columns)),
            84..87 => {
                let name =
                    self.constraint(table, |t| t.foreign_keys.iter().map(|f| f.name.clone()).collect());
                format!("DROP FOREIGN KEY {name}")
            }
            87..89 => format!("ADD {}", self.check()),
            89..91 => {
                let name = self.constraint(table, |t| t.checks.iter().map(|c| c.name.clone()).collect());
                format!("DROP CONSTRAINT {name}")
            }
            91..93 => {
                let set = self.rng.pick(&["latin1", "utf8mb4", "utf8mb4 COLLATE utf8mb4_bin", "utf8mb3"]);
                format!("CONVERT TO CHARACTER SET {set}")
            }
            93..94 => format!("RENAME TO {}", self.any_table_name()),
            94..96 => {
                let (on, off) =
                    if self.mysql() { ("VISIBLE", "INVISIBLE") } else { ("NOT IGNORED", "IGNORED") };
                let index = self.index_name_of(table);
                format!("ALTER INDEX {index} {}", self.rng.pick(&[on, off]))
            }
            _ => self.table_option(),
        }
    }

    /// Only a new column takes REFERENCES; elsewhere it is a mistake of syntax.
    fn changed_column(&mut self, name: &str) -> String {
        let text = self.column(name);
        match text.split_once(" REFERENCES ") {
            Some((before, _)) => before.to_owned(),
            None => text,
        }
    }

    fn position(&mut self, columns: &[Column]) -> String {
        match self.rng.below(10) {
            0 => " FIRST".to_owned(),
            1 if self.rng.percent(30) => format!(" AFTER {}", self.new_column_name()),
            1 => format!(" AFTER {}", self.column_name(columns)),
            _ => String::new(),
        }
    }

    fn constraint(&mut self, table: &str, names: impl Fn(&Table) -> Vec<String>) -> String {
        let names = self.table(table).map(names).unwrap_or_default();
        if names.is_empty() {
            return format!("`{}{}`", self.rng.pick(&["fk", "c", "u"]), self.rng.below(3));
        }
        let at = self.rng.below(names.len());
        quoted(&names[at])
    }
}
