//! What kind of statement it is, by its first words.

use terp_schema_model::RoutineKind;

use super::{PResult, Parser};
use crate::ast::{
    PassedOver, PassedOverKind, ProgramHead, ProgramKind, Statement, StatementKind, Unsupported,
};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// One statement.
    pub(super) fn statement(&mut self) -> PResult<Statement> {
        let mark = self.mark();
        let kind = self.statement_kind()?;
        Ok(Statement { kind, span: self.span_from(mark) })
    }

    fn statement_kind(&mut self) -> PResult<StatementKind> {
        match self.upper().as_str() {
            "CREATE" => self.create(),
            "ALTER" => self.alter(),
            "DROP" => self.drop(),
            "RENAME" => self.rename(),
            "TRUNCATE" => {
                self.bump();
                self.truncate_table().map(StatementKind::TruncateTable)
            }
            "USE" => {
                self.bump();
                self.ident("a database").map(StatementKind::Use)
            }
            "SET" => self.set_statement(),
            _ => self.passed_over(),
        }
    }

    /// The rest of the statement is DDL that is recognised but not modelled.
    pub(super) fn unsupported(&mut self, mark: usize, construct: &str) -> StatementKind {
        self.skip_rest();
        let span = self.span_from(mark);
        StatementKind::Unsupported(Unsupported { construct: construct.to_owned(), span })
    }

    /// The rest of the statement changes no schema.
    pub(super) fn pass(&mut self, mark: usize, kind: PassedOverKind) -> StatementKind {
        self.reset(mark);
        while self.eat(TokenKind::LParen) {}
        let keyword = self.upper().as_str().to_owned();
        self.skip_rest();
        StatementKind::PassedOver(PassedOver { kind, keyword })
    }

    fn create(&mut self) -> PResult<StatementKind> {
        let mark = self.mark();
        self.bump();
        let mariadb = self.options.flavor.is_mariadb();
        let or_replace = self.or_replace()?;
        let anywhere = mariadb || !or_replace;
        match self.upper().as_str() {
            "TEMPORARY" if anywhere && self.nth_kw(1, "TABLE") => {
                self.bump();
                self.bump();
                return self
                    .create_table(or_replace, true)
                    .map(|table| StatementKind::CreateTable(Box::new(table)));
            }
            "TABLE" if anywhere => {
                self.bump();
                return self
                    .create_table(or_replace, false)
                    .map(|table| StatementKind::CreateTable(Box::new(table)));
            }
            "UNIQUE" | "FULLTEXT" | "INDEX" if anywhere => {
                return self
                    .create_index(mark, or_replace)
                    .map(|index| StatementKind::CreateIndex(Box::new(index)));
            }
            "SPATIAL" if anywhere && self.nth_kw(1, "INDEX") => {
                return self
                    .create_index(mark, or_replace)
                    .map(|index| StatementKind::CreateIndex(Box::new(index)));
            }
            "VECTOR" if self.options.flavor.mariadb_since(11, 7, 0) => {
                return self
                    .create_index(mark, or_replace)
                    .map(|index| StatementKind::CreateIndex(Box::new(index)));
            }
            "DATABASE" | "SCHEMA" if anywhere => {
                self.bump();
                return self.create_database(or_replace).map(StatementKind::CreateDatabase);
            }
            "USER" if anywhere => return Ok(self.pass(mark, PassedOverKind::Account)),
            "ROLE" if anywhere => return Ok(self.pass(mark, PassedOverKind::Account)),
            _ => {}
        }
        if let Some(construct) = self.unmodelled_object() {
            self.bump();
            self.expect_more("a name")?;
            return Ok(self.unsupported(mark, &format!("CREATE {construct}")));
        }
        let head = ProgramHead { or_replace, ..ProgramHead::default() };
        self.program(mark, head)
    }

    fn or_replace(&mut self) -> PResult<bool> {
        if !self.eat_kw("OR") {
            return Ok(false);
        }
        self.expect_kw("REPLACE")?;
        Ok(true)
    }

    /// The objects whose DDL is recognised but not modelled, at their first word.
    fn unmodelled_object(&self) -> Option<&'static str> {
        let mysql = self.options.flavor.is_mysql();
        let second = self.nth_upper(1);
        Some(match (self.upper().as_str(), second.as_str()) {
            ("SERVER", _) => "SERVER",
            ("TABLESPACE", _) if mysql => "TABLESPACE",
            ("UNDO", "TABLESPACE") if mysql => "UNDO TABLESPACE",
            ("LOGFILE", "GROUP") if mysql => "LOGFILE GROUP",
            ("SPATIAL", "REFERENCE") if mysql => "SPATIAL REFERENCE SYSTEM",
            ("RESOURCE", "GROUP") if mysql => "RESOURCE GROUP",
            ("LIBRARY", _) if self.options.flavor.mysql_since(9, 2, 0) => "LIBRARY",
            ("JSON", _) if mysql => "JSON DUALITY VIEW",
            ("MATERIALIZED", _) if mysql => "MATERIALIZED VIEW",
            ("EXTERNAL", "TABLE") if mysql => "EXTERNAL TABLE",
            ("SEQUENCE", _) if !mysql => "SEQUENCE",
            ("TEMPORARY", "SEQUENCE") if !mysql => "TEMPORARY SEQUENCE",
            ("PACKAGE", _) if !mysql => "PACKAGE",
            ("CATALOG", _) if !mysql => "CATALOG",
            _ => return None,
        })
    }

    fn alter(&mut self) -> PResult<StatementKind> {
        let mark = self.mark();
        self.bump();
        let mariadb = self.options.flavor.is_mariadb();
        let mut ignore = false;
        while mariadb && (self.at_kw("ONLINE") || self.at_kw("IGNORE")) {
            ignore |= self.at_kw("IGNORE");
            self.bump();
        }
        match self.upper().as_str() {
            "TABLE" => {
                self.bump();
                return self.alter_table(ignore).map(|table| StatementKind::AlterTable(Box::new(table)));
            }
            "DATABASE" | "SCHEMA" => {
                self.bump();
                return self.alter_database().map(StatementKind::AlterDatabase);
            }
            "USER" => return Ok(self.pass(mark, PassedOverKind::Account)),
            "INSTANCE" if !mariadb => return Ok(self.pass(mark, PassedOverKind::Administration)),
            "PROCEDURE" => {
                self.bump();
                return self.alter_routine(RoutineKind::Procedure);
            }
            "FUNCTION" => {
                self.bump();
                return self.alter_routine(RoutineKind::Function);
            }
            _ => {}
        }
        if let Some(construct) = self.unmodelled_object() {
            return Ok(self.unsupported(mark, &format!("ALTER {construct}")));
        }
        self.program(mark, ProgramHead { alter: true, ..ProgramHead::default() })
    }

    fn drop(&mut self) -> PResult<StatementKind> {
        let mark = self.mark();
        self.bump();
        match self.upper().as_str() {
            "TEMPORARY" if self.nth_kw(1, "TABLE") || self.nth_kw(1, "TABLES") => {
                self.bump();
                self.bump();
                return self.drop_table(true).map(StatementKind::DropTable);
            }
            "TABLE" | "TABLES" => {
                self.bump();
                return self.drop_table(false).map(StatementKind::DropTable);
            }
            "INDEX" => {
                self.bump();
                return self.drop_index().map(|index| StatementKind::DropIndex(Box::new(index)));
            }
            "DATABASE" | "SCHEMA" => {
                self.bump();
                return self.drop_database().map(StatementKind::DropDatabase);
            }
            "VIEW" => {
                self.bump();
                return self.drop_program(ProgramKind::View);
            }
            "TRIGGER" => {
                self.bump();
                return self.drop_program(ProgramKind::Trigger);
            }
            "PROCEDURE" => {
                self.bump();
                return self.drop_program(ProgramKind::Procedure);
            }
            "FUNCTION" => {
                self.bump();
                return self.drop_program(ProgramKind::Function);
            }
            "EVENT" => {
                self.bump();
                return self.drop_program(ProgramKind::Event);
            }
            "USER" | "ROLE" => return Ok(self.pass(mark, PassedOverKind::Account)),
            "PREPARE" => return Ok(self.pass(mark, PassedOverKind::Administration)),
            _ => {}
        }
        match self.unmodelled_object() {
            Some(construct) => Ok(self.unsupported(mark, &format!("DROP {construct}"))),
            None => Err(self.error("TABLE, INDEX, DATABASE, VIEW or another object")),
        }
    }

    fn rename(&mut self) -> PResult<StatementKind> {
        let mark = self.mark();
        self.bump();
        if self.at_kw("USER") {
            return Ok(self.pass(mark, PassedOverKind::Account));
        }
        if !self.eat_kw("TABLE") && !self.eat_kw("TABLES") {
            return Err(self.error("TABLE or USER"));
        }
        self.rename_table().map(StatementKind::RenameTable)
    }

    /// Whether the statement goes on.
    pub(super) fn expect_more(&self, expected: &'static str) -> PResult<()> {
        if self.at_end() { Err(self.error(expected)) } else { Ok(()) }
    }
}
