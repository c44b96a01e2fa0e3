//! ALTER TABLE.

use super::{PResult, Parser};
use crate::ast::{
    AlterAction, AlterActionKind as A, AlterColumn, AlterTable, ColumnAttribute, ColumnAttributeKind,
    ColumnDef, ColumnPosition, Ident, ObjectName, TableElement,
};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// After `ALTER [ONLINE] [IGNORE] TABLE`.
    pub(super) fn alter_table(&mut self, ignore: bool) -> PResult<AlterTable> {
        self.altering = true;
        let if_exists = self.mariadb_if_exists()?;
        let name = self.object_name("a table")?;
        let mut actions = Vec::new();
        let mark = self.mark();
        if self.wait_clause()? {
            actions.push(AlterAction { kind: A::Wait, span: self.span_from(mark) });
        }
        self.alter_actions(&mut actions)?;
        Ok(AlterTable { ignore, if_exists, name, actions })
    }

    fn alter_actions(&mut self, actions: &mut Vec<AlterAction>) -> PResult<()> {
        if self.at_end() {
            return Ok(());
        }
        if self.partitioning_action(actions)? {
            return Ok(());
        }
        loop {
            let mark = self.mark();
            let alone = self.alter_action(actions)?;
            let modifiers = self.options.flavor.is_mysql();
            if alone && !actions.iter().rev().skip(1).all(|a| is_modifier(&a.kind, modifiers)) {
                self.reset(mark);
                return Err(self.error("this sub-clause alone, without others"));
            }
            if alone || self.partitioning_action(actions)? {
                return Ok(());
            }
            if !self.eat(TokenKind::Comma) {
                return Ok(());
            }
        }
    }

    /// PARTITION BY and REMOVE PARTITIONING, which stand at the end without a comma before them.
    fn partitioning_action(&mut self, actions: &mut Vec<AlterAction>) -> PResult<bool> {
        let mark = self.mark();
        let kind = if self.at_kws(&["PARTITION", "BY"]) {
            A::PartitionBy(Box::new(self.partition_clause()?))
        } else if self.eat_kws(&["REMOVE", "PARTITIONING"]) {
            A::RemovePartitioning
        } else {
            return Ok(false);
        };
        actions.push(AlterAction { kind, span: self.span_from(mark) });
        Ok(true)
    }

    /// Takes one sub-clause, or several table options. Says whether it must stand alone.
    fn alter_action(&mut self, actions: &mut Vec<AlterAction>) -> PResult<bool> {
        let mark = self.mark();
        if let Some(kind) = self.partition_maintenance()? {
            actions.push(AlterAction { kind, span: self.span_from(mark) });
            return Ok(true);
        }
        let word = self.upper();
        let kind = match word.as_str() {
            "ADD" => self.alter_add()?,
            "DROP" => self.alter_drop()?,
            "MODIFY" => self.alter_modify()?,
            "CHANGE" => self.alter_change()?,
            "ALTER" => self.alter_alter()?,
            "RENAME" => self.alter_rename()?,
            "CONVERT" => self.alter_convert()?,
            "FORCE" => self.bumped(A::Force),
            "DISABLE" => {
                self.bump();
                self.expect_kw("KEYS")?;
                A::DisableKeys
            }
            "ENABLE" => {
                self.bump();
                self.expect_kw("KEYS")?;
                A::EnableKeys
            }
            "ORDER" => {
                self.bump();
                self.expect_kw("BY")?;
                A::OrderBy(self.comma_list(Self::order_column)?)
            }
            "ALGORITHM" => A::Algorithm(self.after_equals(|p| p.word_or_default("an algorithm"))?),
            "LOCK" => A::Lock(self.after_equals(|p| p.word_or_default("a lock mode"))?),
            with @ ("WITH" | "WITHOUT") if self.nth_kw(1, "VALIDATION") && self.options.flavor.is_mysql() => {
                let with = with == "WITH";
                self.bump();
                self.bumped(A::Validation(with))
            }
            _ => return self.alter_options(actions),
        };
        let alone = matches!(
            kind,
            A::AddPartition { .. }
                | A::AddPartitionCount(_)
                | A::DropPartition { .. }
                | A::ConvertTableToPartition { .. }
                | A::ConvertPartitionToTable { .. }
        );
        actions.push(AlterAction { kind, span: self.span_from(mark) });
        Ok(alone)
    }

    /// Table options, which need no comma between them.
    fn alter_options(&mut self, actions: &mut Vec<AlterAction>) -> PResult<bool> {
        let mut any = false;
        while let Some(option) = self.table_option()? {
            let span = option.span;
            actions.push(AlterAction { kind: A::Option(option), span });
            any = true;
        }
        if any { Ok(false) } else { Err(self.error("a sub-clause of ALTER TABLE")) }
    }

    /// A name that the server looks up itself: an unknown one is no error of syntax.
    fn word_or_default(&mut self, expected: &'static str) -> PResult<String> {
        if self.at_kw("DEFAULT") {
            return self.upper_word(expected);
        }
        Ok(self.ident(expected)?.value.to_ascii_uppercase())
    }

    /// `[table.]column [ASC|DESC]`
    fn order_column(&mut self) -> PResult<Ident> {
        let name = self.column_name("a column")?;
        if !self.eat_kw("ASC") {
            self.eat_kw("DESC");
        }
        Ok(name)
    }

    fn alter_add(&mut self) -> PResult<A> {
        self.bump();
        if self.at_kw("PARTITION") && !self.nth_is_ident(0) {
            return self.add_partition();
        }
        if self.at_constraint() {
            return Ok(match self.table_constraint()? {
                TableElement::Index(index) => A::AddIndex(Box::new(index)),
                TableElement::ForeignKey(key) => A::AddForeignKey(Box::new(key)),
                TableElement::Check(check) => A::AddCheck(Box::new(check)),
                TableElement::Period(period) => A::AddPeriod(period),
                TableElement::Column(column) => {
                    A::AddColumn { if_not_exists: false, column: Box::new(column), position: None }
                }
            });
        }
        if self.at_period() {
            return Ok(A::AddPeriod(self.period()?));
        }
        if self.options.flavor.is_mariadb() && self.eat_kws(&["SYSTEM", "VERSIONING"]) {
            return Ok(A::AddSystemVersioning);
        }
        self.eat_kw("COLUMN");
        let if_not_exists = self.mariadb_if_not_exists()?;
        if self.at(TokenKind::LParen) {
            let elements = self.paren_list(Self::table_element)?;
            return Ok(A::AddElements { if_not_exists, elements });
        }
        let column = Box::new(self.column_def()?);
        Ok(A::AddColumn { if_not_exists, column, position: self.column_position()? })
    }

    fn column_position(&mut self) -> PResult<Option<ColumnPosition>> {
        if self.eat_kw("FIRST") {
            return Ok(Some(ColumnPosition::First));
        }
        if self.eat_kw("AFTER") {
            return Ok(Some(ColumnPosition::After(self.ident("a column")?)));
        }
        Ok(None)
    }

    fn alter_drop(&mut self) -> PResult<A> {
        self.bump();
        let mariadb = self.options.flavor.is_mariadb();
        match self.upper().as_str() {
            "PRIMARY" => {
                self.bump();
                self.expect_kw("KEY")?;
                return Ok(A::DropPrimaryKey { if_exists: false });
            }
            "FOREIGN" => {
                self.bump();
                self.expect_kw("KEY")?;
                let if_exists = self.mariadb_if_exists()?;
                let name = self.ident("a foreign key's name")?;
                return Ok(A::DropForeignKey { if_exists, name });
            }
            "INDEX" | "KEY" => {
                self.bump();
                let if_exists = self.mariadb_if_exists()?;
                let name = self.ident("an index name")?;
                return Ok(A::DropIndex { if_exists, name });
            }
            "CHECK" if !mariadb => {
                self.bump();
                return Ok(A::DropCheck { name: self.ident("a constraint's name")? });
            }
            "CONSTRAINT" => {
                self.bump();
                let if_exists = self.mariadb_if_exists()?;
                if mariadb && self.eat_kws(&["PRIMARY", "KEY"]) {
                    return Ok(A::DropPrimaryKey { if_exists });
                }
                let name = self.ident("a constraint's name")?;
                return Ok(A::DropConstraint { if_exists, name });
            }
            "PARTITION" if !self.nth_is_ident(0) => {
                self.bump();
                let if_exists = self.mariadb_if_exists()?;
                return Ok(A::DropPartition { if_exists, names: self.partition_name_list()? });
            }
            "PERIOD" if mariadb => {
                self.bump();
                let if_exists = self.if_exists()?;
                self.expect_kw("FOR")?;
                return Ok(A::DropPeriod { if_exists, name: self.ident("a period's name")? });
            }
            "SYSTEM" if mariadb => {
                self.bump();
                self.expect_kw("VERSIONING")?;
                return Ok(A::DropSystemVersioning);
            }
            _ => {}
        }
        self.eat_kw("COLUMN");
        let if_exists = self.mariadb_if_exists()?;
        let name = if mariadb { self.column_name("a column")? } else { self.ident("a column")? };
        self.eat_restrict_or_cascade();
        Ok(A::DropColumn { if_exists, name })
    }

    fn alter_modify(&mut self) -> PResult<A> {
        self.bump();
        self.eat_kw("COLUMN");
        let if_exists = self.mariadb_if_exists()?;
        let column = Box::new(self.changed_column()?);
        Ok(A::ModifyColumn { if_exists, column, position: self.column_position()? })
    }

    /// A column's definition where REFERENCES can't be said.
    fn changed_column(&mut self) -> PResult<ColumnDef> {
        let column = self.column_def()?;
        match column.attributes.last() {
            Some(ColumnAttribute { kind: ColumnAttributeKind::References(_), span }) => {
                Err(self.error_at(*span, "a column without REFERENCES"))
            }
            _ => Ok(column),
        }
    }

    fn alter_change(&mut self) -> PResult<A> {
        self.bump();
        self.eat_kw("COLUMN");
        let if_exists = self.mariadb_if_exists()?;
        let old = self.ident("a column")?;
        let column = Box::new(self.changed_column()?);
        Ok(A::ChangeColumn { if_exists, old, column, position: self.column_position()? })
    }

    fn alter_alter(&mut self) -> PResult<A> {
        self.bump();
        let mysql = self.options.flavor.is_mysql();
        match self.upper().as_str() {
            "INDEX" | "KEY" if !mysql || self.at_kw("INDEX") => {
                self.bump();
                let if_exists = self.mariadb_if_exists()?;
                let name = self.ident("an index name")?;
                let Some(invisible) = self.index_visibility()? else {
                    return Err(self.error(if mysql {
                        "VISIBLE or INVISIBLE"
                    } else {
                        "IGNORED or NOT IGNORED"
                    }));
                };
                return Ok(A::AlterIndex { if_exists, name, invisible });
            }
            "CHECK" | "CONSTRAINT" if mysql => {
                self.bump();
                let name = self.ident("a constraint's name")?;
                let enforced = !self.eat_kw("NOT");
                self.expect_kw("ENFORCED")?;
                return Ok(A::AlterCheck { name, enforced });
            }
            _ => {}
        }
        self.eat_kw("COLUMN");
        let if_exists = self.mariadb_if_exists()?;
        let name = self.ident("a column")?;
        let change = self.alter_column()?;
        Ok(A::AlterColumn { if_exists, name, change })
    }

    fn alter_column(&mut self) -> PResult<AlterColumn> {
        if self.eat_kws(&["DROP", "DEFAULT"]) {
            return Ok(AlterColumn::DropDefault);
        }
        let mysql = self.options.flavor.is_mysql();
        if !self.eat_kw("SET") {
            return Err(self.error("SET or DROP DEFAULT"));
        }
        if mysql && self.eat_kw("VISIBLE") {
            return Ok(AlterColumn::SetInvisible(false));
        }
        if mysql && self.eat_kw("INVISIBLE") {
            return Ok(AlterColumn::SetInvisible(true));
        }
        self.expect_kw("DEFAULT")?;
        if mysql && !self.at(TokenKind::LParen) {
            return Ok(AlterColumn::SetDefault(self.literal_default()?));
        }
        Ok(AlterColumn::SetDefault(self.default_clause()?))
    }

    fn alter_rename(&mut self) -> PResult<A> {
        self.bump();
        if self.at_kw("COLUMN") && !self.nth_is_ident(0) {
            self.bump();
            let if_exists = self.mariadb_if_exists()?;
            let old = self.ident("a column")?;
            self.expect_kw("TO")?;
            return Ok(A::RenameColumn { if_exists, old, new: self.ident("a column")? });
        }
        if self.eat_kw("INDEX") || self.eat_kw("KEY") {
            let if_exists = self.mariadb_if_exists()?;
            let old = self.ident("an index name")?;
            self.expect_kw("TO")?;
            return Ok(A::RenameIndex { if_exists, old, new: self.ident("an index name")? });
        }
        if !self.eat_kw("TO") && !self.eat_kw("AS") {
            self.eat(TokenKind::Eq);
        }
        Ok(A::RenameTo(self.object_name("a table")?))
    }

    fn alter_convert(&mut self) -> PResult<A> {
        self.bump();
        if self.options.flavor.is_mariadb() {
            if self.at_kw("PARTITION") {
                return self.convert_partition();
            }
            if self.at_kw("TABLE") {
                return self.convert_table();
            }
        }
        self.expect_kw("TO")?;
        if !self.eat_character_set() {
            return Err(self.error("CHARACTER SET"));
        }
        let charset = if self.eat_kw("DEFAULT") { None } else { Some(self.charset_name()?) };
        let mut collation = None;
        if self.eat_kw("COLLATE") {
            let default = self.options.flavor.is_mariadb() && self.eat_kw("DEFAULT");
            collation = if default { None } else { Some(self.collation_or_binary()?) };
        }
        Ok(A::ConvertTo { charset, collation })
    }

    pub(super) fn table_name_after(&mut self, keyword: &'static str) -> PResult<ObjectName> {
        self.expect_kw(keyword)?;
        self.object_name("a table")
    }
}

/// Sub-clauses that may stand before one that otherwise stands alone.
fn is_modifier(kind: &A, mysql: bool) -> bool {
    match kind {
        A::Wait => true,
        A::Algorithm(_) | A::Lock(_) | A::Validation(_) => mysql,
        _ => false,
    }
}
