//! Queries: FROM.

use super::{PResult, Parser};
use crate::ast::{Expr, FromItem, Ident, IndexHint, JoinKind};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// A table, or several joined.
    pub(super) fn table_reference(&mut self) -> PResult<FromItem> {
        self.nested(Self::joined_tables)
    }

    /// `a JOIN b [ON ..]`: a join without a condition may take the condition that follows a later one, as in
    /// `a JOIN b JOIN c ON .. ON ..`.
    fn joined_tables(&mut self) -> PResult<FromItem> {
        let mut left = self.table_factor()?;
        let mut chained = 0;
        while let Some((kind, natural)) = self.join_word()? {
            chained += 1;
            if chained > 200 {
                return Err(self.error("at most 200 joins in a row"));
            }
            let right = if natural { self.table_factor()? } else { self.join_right()? };
            let (on, using) = if natural { (None, Vec::new()) } else { self.join_condition()? };
            if on.is_none()
                && using.is_empty()
                && !natural
                && matches!(kind, JoinKind::Left | JoinKind::Right)
            {
                return Err(self.error("ON or USING"));
            }
            left = FromItem::Join { kind, natural, left: Box::new(left), right: Box::new(right), on, using };
        }
        Ok(left)
    }

    /// The right side of a join: a table, or a join of its own where two conditions follow.
    fn join_right(&mut self) -> PResult<FromItem> {
        let mark = self.mark();
        let table = self.table_factor()?;
        if self.join_ahead() && self.nested_condition_ahead() {
            self.reset(mark);
            let mut right = self.table_factor()?;
            while let Some((kind, natural)) = self.join_word()? {
                let inner = if natural { self.table_factor()? } else { self.nested(Self::join_right)? };
                let (on, using) = if natural { (None, Vec::new()) } else { self.join_condition()? };
                right = FromItem::Join {
                    kind,
                    natural,
                    left: Box::new(right),
                    right: Box::new(inner),
                    on,
                    using,
                };
                if !self.join_ahead() || !self.nested_condition_ahead() {
                    break;
                }
            }
            return Ok(right);
        }
        Ok(table)
    }

    fn join_ahead(&self) -> bool {
        ["JOIN", "INNER", "CROSS", "LEFT", "RIGHT", "STRAIGHT_JOIN", "NATURAL"].iter().any(|k| self.at_kw(k))
    }

    /// Whether the conditions that follow before the clause ends are more than the joins that follow: then one of them
    /// is this join's.
    fn nested_condition_ahead(&self) -> bool {
        let mut depth = 0;
        let mut joins: i32 = 0;
        let mut n = 0;
        loop {
            let token = self.nth(n);
            match token.kind {
                TokenKind::LParen => depth += 1,
                TokenKind::RParen => depth -= 1,
                TokenKind::Eof => break,
                TokenKind::Comma if depth == 0 => break,
                TokenKind::Word if depth == 0 => match self.nth_upper(n).as_str() {
                    "JOIN" | "STRAIGHT_JOIN" => joins += 1,
                    "ON" | "USING" => {
                        joins -= 1;
                        if joins < 0 {
                            return true;
                        }
                    }
                    "WHERE" | "GROUP" | "HAVING" | "ORDER" | "LIMIT" | "UNION" | "WINDOW" => break,
                    _ => {}
                },
                _ => {}
            }
            if depth < 0 {
                break;
            }
            n += 1;
        }
        false
    }

    /// The words of a join, taken.
    fn join_word(&mut self) -> PResult<Option<(JoinKind, bool)>> {
        if self.eat_kw("STRAIGHT_JOIN") {
            return Ok(Some((JoinKind::Straight, false)));
        }
        let natural = self.eat_kw("NATURAL");
        let kind = match () {
            () if self.eat_kw("LEFT") => {
                self.eat_kw("OUTER");
                JoinKind::Left
            }
            () if self.eat_kw("RIGHT") => {
                self.eat_kw("OUTER");
                JoinKind::Right
            }
            () if self.eat_kw("INNER") || !natural && self.eat_kw("CROSS") => JoinKind::Inner,
            () if self.at_kw("JOIN") => JoinKind::Inner,
            () if natural => return Err(self.error("JOIN")),
            () => return Ok(None),
        };
        self.expect_kw("JOIN")?;
        Ok(Some((kind, natural)))
    }

    fn join_condition(&mut self) -> PResult<(Option<Expr>, Vec<Ident>)> {
        if self.eat_kw("ON") {
            return Ok((Some(self.expr()?), Vec::new()));
        }
        if self.eat_kw("USING") {
            return Ok((None, self.column_names()?));
        }
        Ok((None, Vec::new()))
    }

    fn table_factor(&mut self) -> PResult<FromItem> {
        let lateral = self.options.flavor.is_mysql() && self.at_kw("LATERAL");
        if lateral {
            self.bump();
        }
        if self.at(TokenKind::LParen) {
            if self.at_query() && self.derived_ahead() {
                return self.derived(lateral);
            }
            self.bump();
            let items = self.comma_list(Self::table_reference)?;
            self.expect(TokenKind::RParen, ")")?;
            return Ok(FromItem::List(items));
        }
        let name = self.object_name("a table")?;
        if self.at(TokenKind::LParen) || (self.at_kw("PARTITION") && self.nth_at(1, TokenKind::LParen)) {
            return Err(self.error("a plain table"));
        }
        if self.options.flavor.is_mariadb() && self.at_kw("FOR") && self.nth_kw(1, "SYSTEM_TIME") {
            return Err(self.error("a plain table"));
        }
        let alias = self.table_alias()?;
        let hints = self.index_hints()?;
        Ok(FromItem::Table { name, alias, hints })
    }

    /// Whether the parenthesis here, with a query somewhere at its beginning, holds that query and nothing else.
    fn derived_ahead(&self) -> bool {
        if self.nth_kw(1, "SELECT") || self.nth_kw(1, "WITH") {
            return true;
        }
        // `((SELECT ..) UNION ..) t` is one query, `((SELECT ..) t JOIN ..)` is a join.
        let mut depth = 0;
        let mut n = 1;
        loop {
            match self.nth(n).kind {
                TokenKind::LParen => depth += 1,
                TokenKind::RParen => depth -= 1,
                TokenKind::Eof => return false,
                _ => {}
            }
            n += 1;
            if depth == 0 {
                break;
            }
        }
        self.nth_at(n, TokenKind::RParen)
            || ["UNION", "EXCEPT", "INTERSECT", "ORDER", "LIMIT"].iter().any(|k| self.nth_kw(n, k))
    }

    fn derived(&mut self, lateral: bool) -> PResult<FromItem> {
        self.expect(TokenKind::LParen, "(")?;
        let query = Box::new(self.query()?);
        self.expect(TokenKind::RParen, ")")?;
        let Some(alias) = self.table_alias()? else { return Err(self.error("a name")) };
        let columns = if self.at(TokenKind::LParen) { self.column_names()? } else { Vec::new() };
        Ok(FromItem::Derived { query, alias, columns, lateral })
    }

    fn index_hints(&mut self) -> PResult<Vec<IndexHint>> {
        let mut hints = Vec::new();
        loop {
            let Some(verb) = ["USE", "FORCE", "IGNORE"].into_iter().find(|verb| self.at_kw(verb)) else {
                return Ok(hints);
            };
            if !self.nth_kw(1, "INDEX") && !self.nth_kw(1, "KEY") {
                return Ok(hints);
            }
            self.bump();
            self.bump();
            let names = self.paren_list(|p| p.any_ident("an index"))?;
            hints.push(IndexHint { verb, names });
        }
    }
}
