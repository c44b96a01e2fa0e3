//! SET.

use super::{PResult, Parser};
use crate::Span;
use crate::ast::{Expr, ExprKind, Literal, PassedOverKind, SetAssignment, SetScope, StatementKind};
use crate::lexer::{TokenKind, unquote_ident};

impl Parser<'_> {
    /// A statement that begins with SET.
    pub(super) fn set_statement(&mut self) -> PResult<StatementKind> {
        let mark = self.mark();
        self.bump();
        let mariadb = self.options.flavor.is_mariadb();
        let scoped = matches!(self.upper().as_str(), "GLOBAL" | "SESSION" | "LOCAL");
        if self.nth_kw(usize::from(scoped), "TRANSACTION") {
            let what = self.nth_upper(usize::from(scoped) + 1);
            if !matches!(what.as_str(), "ISOLATION" | "READ") {
                self.bump();
                return Err(self.error("ISOLATION LEVEL or READ"));
            }
            return Ok(self.pass(mark, PassedOverKind::Transaction));
        }
        let assigns = matches!(self.nth(1).kind, TokenKind::Eq | TokenKind::ColonEq);
        match self.upper().as_str() {
            "PASSWORD" => return Ok(self.pass(mark, PassedOverKind::Account)),
            "ROLE" if !assigns => return Ok(self.pass(mark, PassedOverKind::Account)),
            "DEFAULT" if self.nth_kw(1, "ROLE") => return Ok(self.pass(mark, PassedOverKind::Account)),
            "RESOURCE" if self.nth_kw(1, "GROUP") => {
                return Ok(self.pass(mark, PassedOverKind::Administration));
            }
            "STATEMENT" if mariadb && !assigns => return Ok(self.unsupported(mark, "SET STATEMENT")),
            _ => {}
        }
        let mut assignments = Vec::new();
        loop {
            self.set_item(&mut assignments)?;
            if !self.eat(TokenKind::Comma) {
                return Ok(StatementKind::Set(assignments));
            }
        }
    }

    fn set_item(&mut self, assignments: &mut Vec<SetAssignment>) -> PResult<()> {
        let mark = self.mark();
        let assigns = matches!(self.nth(1).kind, TokenKind::Eq | TokenKind::ColonEq);
        let mysql = self.options.flavor.is_mysql();
        if self.at_kw("NAMES") && (mysql || !assigns) {
            return self.set_names(assignments);
        }
        if !assigns && self.eat_character_set() {
            let value = self.charset_value()?;
            self.assign(assignments, mark, "character set", value);
            return Ok(());
        }
        if self.at(TokenKind::UserVar) {
            let token = self.bump();
            let text = self.text(token);
            let name = unquote_ident(text.strip_prefix('@').unwrap_or(text)).to_lowercase();
            self.expect_assignment()?;
            let value = Some(self.expr()?);
            assignments.push(SetAssignment {
                scope: SetScope::User,
                name,
                value,
                span: self.span_from(mark),
            });
            return Ok(());
        }
        let scope = self.variable_scope()?;
        let name = self.variable_name()?;
        self.expect_assignment()?;
        let value = self.variable_value()?;
        assignments.push(SetAssignment { scope, name, value, span: self.span_from(mark) });
        Ok(())
    }

    fn set_names(&mut self, assignments: &mut Vec<SetAssignment>) -> PResult<()> {
        let mark = self.mark();
        let mysql = self.options.flavor.is_mysql();
        self.bump();
        let value = self.charset_value()?;
        let collation_may_follow = value.is_some() || !mysql;
        self.assign(assignments, mark, "names", value);
        let mark = self.mark();
        if collation_may_follow && self.eat_kw("COLLATE") {
            if mysql && self.at_kw("DEFAULT") {
                return Err(self.error("a collation"));
            }
            let collation = self.charset_value()?;
            self.assign(assignments, mark, "collation_connection", collation);
        }
        Ok(())
    }

    fn assign(&self, assignments: &mut Vec<SetAssignment>, mark: usize, name: &str, value: Option<Expr>) {
        let span = self.span_from(mark);
        assignments.push(SetAssignment { scope: SetScope::Session, name: name.to_owned(), value, span });
    }

    fn expect_assignment(&mut self) -> PResult<()> {
        if self.eat(TokenKind::Eq) || self.eat(TokenKind::ColonEq) { Ok(()) } else { Err(self.error("=")) }
    }

    /// `GLOBAL`, `@@session.` and the like, where they are written.
    fn variable_scope(&mut self) -> PResult<SetScope> {
        let system = self.eat(TokenKind::AtAt);
        let scope = match self.upper().as_str() {
            "GLOBAL" | "PERSIST" | "PERSIST_ONLY" => SetScope::Global,
            "SESSION" | "LOCAL" => SetScope::Session,
            _ => return Ok(SetScope::Session),
        };
        if system && self.nth_at(1, TokenKind::Dot) {
            self.bump();
            self.bump();
        } else if !system && !matches!(self.nth(1).kind, TokenKind::Eq | TokenKind::ColonEq) {
            self.bump();
        } else {
            return Ok(SetScope::Session);
        }
        Ok(scope)
    }

    /// A variable's name, or `component.name`, in lower case.
    fn variable_name(&mut self) -> PResult<String> {
        let mut name = self.ident("a variable")?.value;
        while self.eat(TokenKind::Dot) {
            name.push('.');
            name.push_str(&self.any_ident("a variable")?.value);
        }
        name.make_ascii_lowercase();
        Ok(name)
    }

    /// An expression, or one of the words that are values here though they are reserved.
    fn variable_value(&mut self) -> PResult<Option<Expr>> {
        let ends = matches!(self.nth(1).kind, TokenKind::Eof | TokenKind::Comma);
        if ends {
            match self.upper().as_str() {
                "DEFAULT" => {
                    self.bump();
                    return Ok(None);
                }
                "ON" | "ALL" | "BINARY" | "ROW" | "SYSTEM" => return Ok(Some(self.word_value())),
                _ => {}
            }
        }
        self.expr().map(Some)
    }

    /// A character set's or collation's name, or DEFAULT.
    fn charset_value(&mut self) -> PResult<Option<Expr>> {
        if self.eat_kw("DEFAULT") {
            return Ok(None);
        }
        if self.at(TokenKind::String) {
            let text = self.string("a character set")?;
            return Ok(Some(literal(text.value, text.span)));
        }
        if !self.at_kw("BINARY") && !self.nth_is_ident(0) {
            return Err(self.error("a character set"));
        }
        Ok(Some(self.word_value()))
    }

    fn word_value(&mut self) -> Expr {
        let ident = self.take_ident();
        let span = ident.span;
        Expr { kind: ExprKind::Name(vec![ident]), span }
    }
}

fn literal(value: String, span: Span) -> Expr {
    Expr { kind: ExprKind::Literal(Literal::String { value, introducer: None }), span }
}
