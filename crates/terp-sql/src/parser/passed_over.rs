//! Statements that change no schema, told apart by their first words.

use super::{PResult, Parser};
use crate::ast::{PassedOverKind, StatementKind};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// A statement that begins with none of the words of DDL.
    pub(super) fn passed_over(&mut self) -> PResult<StatementKind> {
        let mark = self.mark();
        if self.at(TokenKind::LParen) && self.at_query() {
            self.skip_rest();
            return Ok(self.pass(mark, PassedOverKind::Query));
        }
        let word = self.upper();
        if let Some(construct) = self.unmodelled_statement(word.as_str()) {
            return Ok(self.unsupported(mark, construct));
        }
        let Some(kind) = self.passed_over_kind(word.as_str()) else {
            return Err(self.error("a statement"));
        };
        if !stands_alone(word.as_str()) {
            self.bump();
            self.expect_more("the rest of the statement")?;
        }
        Ok(self.pass(mark, kind))
    }

    /// What may change a schema in a way that is not modelled.
    fn unmodelled_statement(&self, word: &str) -> Option<&'static str> {
        let mysql = self.options.flavor.is_mysql();
        Some(match word {
            "IMPORT" if mysql && self.nth_kw(1, "TABLE") => "IMPORT TABLE",
            "BEGIN" if !mysql && self.nth_kw(1, "NOT") => "BEGIN NOT ATOMIC",
            "IF" if !mysql => "IF outside a stored program",
            "CASE" if !mysql => "CASE outside a stored program",
            "LOOP" if !mysql => "LOOP outside a stored program",
            "WHILE" if !mysql => "WHILE outside a stored program",
            "REPEAT" if !mysql => "REPEAT outside a stored program",
            "FOR" if !mysql => "FOR outside a stored program",
            _ => return None,
        })
    }

    fn passed_over_kind(&self, word: &str) -> Option<PassedOverKind> {
        use PassedOverKind as K;
        let mysql = self.options.flavor.is_mysql();
        Some(match word {
            "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "CALL" | "DO" | "HANDLER" => K::Dml,
            "LOAD" if self.nth_kw(1, "INDEX") => K::Administration,
            "LOAD" => K::Dml,
            "SELECT" | "SHOW" | "EXPLAIN" | "DESCRIBE" | "DESC" | "WITH" | "HELP" => K::Query,
            "VALUES" if self.at_query() => K::Query,
            "TABLE" if mysql => K::Query,
            "START" if self.nth_kw(1, "TRANSACTION") => K::Transaction,
            "START" | "STOP" => K::Administration,
            "BEGIN" if self.nth_at(1, TokenKind::Word) && !self.nth_kw(1, "WORK") => return None,
            "BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" | "XA" => K::Transaction,
            "LOCK" | "UNLOCK" => K::Lock,
            "GRANT" | "REVOKE" => K::Account,
            "ANALYZE" | "CHECK" | "CHECKSUM" | "OPTIMIZE" | "REPAIR" | "FLUSH" | "RESET" | "PURGE"
            | "CHANGE" | "KILL" | "CACHE" | "INSTALL" | "UNINSTALL" | "BINLOG" | "SHUTDOWN" | "PREPARE"
            | "EXECUTE" | "DEALLOCATE" | "SIGNAL" | "RESIGNAL" | "GET" => K::Administration,
            "CLONE" | "RESTART" if mysql => K::Administration,
            "BACKUP" if !mysql => K::Administration,
            _ => return None,
        })
    }
}

/// Whether the word alone is a statement.
fn stands_alone(word: &str) -> bool {
    matches!(word, "BEGIN" | "COMMIT" | "ROLLBACK" | "SHUTDOWN" | "RESTART" | "RESIGNAL")
}
