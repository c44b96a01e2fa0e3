//! Simple views and triggers, which share names and columns with tables.

use super::Generator;

impl Generator<'_> {
    pub(super) fn view_or_trigger(&mut self) -> String {
        let table = self.table_name();
        let columns = self.columns_of(&table);
        let name = self.rng.pick(&["`v0`", "`v1`"]);
        match self.rng.below(6) {
            0..2 => {
                let replace = if self.rng.percent(40) { "OR REPLACE " } else { "" };
                let column = self.column_name(&columns);
                format!("CREATE {replace}VIEW {name} AS SELECT {column} FROM {table}")
            }
            2 => format!("DROP VIEW {name}"),
            3..5 => {
                let column = self.column_name(&columns);
                let trigger = self.rng.pick(&["`r0`", "`r1`"]);
                let event = self.rng.pick(&["INSERT", "UPDATE"]);
                format!(
                    "CREATE TRIGGER {trigger} BEFORE {event} ON {table} FOR EACH ROW SET @x = NEW.{column}"
                )
            }
            _ => format!("DROP TRIGGER {}", self.rng.pick(&["`r0`", "`r1`"])),
        }
    }
}
