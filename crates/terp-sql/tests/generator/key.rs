//! Keys, foreign keys and checks.

use terp_schema_model::{Column, ColumnType, IndexPartKind};

use super::Generator;

impl Generator<'_> {
    /// A key over some columns, without `ADD`.
    pub(super) fn key(&mut self, columns: &[Column]) -> String {
        let kind = self.rng.below(100);
        let named =
            |g: &mut Self| if g.rng.percent(50) { format!(" {}", g.new_index_name()) } else { String::new() };
        let mut text = match kind {
            0..15 => format!("PRIMARY KEY ({})", self.key_parts(columns, false)),
            15..40 => {
                let constraint = self.rng.pick(&["", "", "", "CONSTRAINT `u1` ", "CONSTRAINT "]);
                format!(
                    "{constraint}UNIQUE{}{} ({})",
                    self.rng.pick(&[" KEY", "", " INDEX"]),
                    named(self),
                    self.key_parts(columns, true)
                )
            }
            40..45 => format!("FULLTEXT KEY{} ({})", named(self), self.key_parts(columns, false)),
            45..48 => format!("SPATIAL KEY{} ({})", named(self), self.key_parts(columns, false)),
            _ => format!(
                "{}{} ({})",
                self.rng.pick(&["KEY", "INDEX"]),
                named(self),
                self.key_parts(columns, true)
            ),
        };
        text += &self.key_options();
        text
    }

    pub(super) fn key_options(&mut self) -> String {
        if self.rng.percent(80) {
            return String::new();
        }
        let common =
            [" USING BTREE", " USING HASH", " COMMENT 'k'", " KEY_BLOCK_SIZE = 4", " KEY_BLOCK_SIZE = 8"];
        if self.rng.percent(30) {
            return if self.mysql() { " INVISIBLE" } else { " IGNORED" }.to_owned();
        }
        self.rng.pick(&common).to_owned()
    }

    pub(super) fn key_parts(&mut self, columns: &[Column], expressions: bool) -> String {
        let count = 1 + self.rng.below(3).min(self.rng.below(3));
        let parts: Vec<String> = (0..count).map(|_| self.key_part(columns, expressions)).collect();
        parts.join(", ")
    }

    fn key_part(&mut self, columns: &[Column], expressions: bool) -> String {
        if expressions && self.mysql() && self.rng.percent(6) {
            return format!("({})", self.expression());
        }
        let name = self.column_name(columns);
        let ty = columns.iter().find(|c| super::quoted(&c.name) == name).map(|c| &c.ty);
        let long = matches!(ty, Some(ColumnType::Text { .. } | ColumnType::Blob { .. }));
        let text = matches!(
            ty,
            Some(ColumnType::Varchar { .. } | ColumnType::Char { .. } | ColumnType::Varbinary { .. })
        );
        let prefix = if self.rng.percent(if long {
            90
        } else if text {
            20
        } else {
            2
        }) {
            self.rng.pick(&["(10)", "(3)", "(100)", "(768)", "(1)", "(0)", "(255)"])
        } else {
            ""
        };
        format!("{name}{prefix}{}", self.rng.pick(&["", "", "", "", "", " ASC", " DESC"]))
    }

    /// A foreign key, to a column of the same type where there is one.
    pub(super) fn foreign_key(&mut self, columns: &[Column]) -> String {
        let own = self.current.clone().filter(|_| self.rng.percent(15));
        let parent = own.unwrap_or_else(|| self.table_name());
        let theirs = self.columns_of(&parent);
        let indexed: Vec<Vec<String>> = self
            .table(&parent)
            .map(|t| {
                t.indexes
                    .iter()
                    .map(|i| i.parts.iter().filter_map(|p| column_of(&p.kind)).collect())
                    .collect()
            })
            .unwrap_or_default();
        let constraint = match self.rng.below(10) {
            0..3 => format!("CONSTRAINT `fk{}` ", self.rng.below(4)),
            3 => "CONSTRAINT ".to_owned(),
            _ => String::new(),
        };
        let name = if self.rng.percent(15) { format!("{} ", self.new_index_name()) } else { String::new() };
        let (mut from, mut to) = (Vec::new(), Vec::new());
        if !indexed.is_empty() && self.rng.percent(85) {
            let at = self.rng.below(indexed.len());
            let count = if self.rng.percent(70) { 1 } else { indexed[at].len().min(3) };
            for column in indexed[at].iter().take(count) {
                let ty = theirs.iter().find(|c| c.name == *column).map(|c| &c.ty);
                let fitting: Vec<&Column> = columns.iter().filter(|c| Some(&c.ty) == ty).collect();
                to.push(super::quoted(column));
                let at = self.rng.below(fitting.len());
                from.push(match fitting.get(at) {
                    Some(column) if self.rng.percent(95) => super::quoted(&column.name),
                    _ => self.column_name(columns),
                });
            }
        }
        if from.is_empty() {
            from.push(self.column_name(columns));
            to.push(self.column_name(&theirs));
        }
        let actions = self.foreign_key_actions();
        format!(
            "{constraint}FOREIGN KEY {name}({}) REFERENCES {parent} ({}){actions}",
            from.join(", "),
            to.join(", ")
        )
    }

    pub(super) fn foreign_key_actions(&mut self) -> String {
        let action = |g: &mut Self, what: &str| {
            if g.rng.percent(70) {
                return String::new();
            }
            format!(
                " ON {what} {}",
                g.rng.pick(&["CASCADE", "SET NULL", "RESTRICT", "NO ACTION", "SET DEFAULT", "CASCADE"])
            )
        };
        action(self, "DELETE") + &action(self, "UPDATE")
    }

    pub(super) fn check(&mut self) -> String {
        let constraint = match self.rng.below(10) {
            0..4 => format!("CONSTRAINT `c{}` ", self.rng.below(3)),
            4 => "CONSTRAINT ".to_owned(),
            _ => String::new(),
        };
        let enforced = if self.mysql() && self.rng.percent(15) { " NOT ENFORCED" } else { "" };
        format!("{constraint}CHECK ({}){enforced}", self.condition())
    }

    pub(super) fn create_index(&mut self) -> String {
        let table = self.table_name();
        let columns = self.columns_of(&table);
        let kind = self.rng.pick(&["", "", "", "UNIQUE ", "UNIQUE ", "FULLTEXT ", "SPATIAL "]);
        let name = self.new_index_name();
        let exists = if !self.mysql() && self.rng.percent(10) { "IF NOT EXISTS " } else { "" };
        let parts = self.key_parts(&columns, true);
        format!("CREATE {kind}INDEX {exists}{name} ON {table} ({parts}){}", self.key_options())
    }
}

fn column_of(part: &IndexPartKind) -> Option<String> {
    match part {
        IndexPartKind::Column(name) => Some(name.clone()),
        IndexPartKind::Expression(_) => None,
    }
}
