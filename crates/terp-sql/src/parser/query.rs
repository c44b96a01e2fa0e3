//! Queries: what a view selects, as a tree. Data statements are passed over and never come here.

use super::{PResult, Parser};
use crate::ast::{
    CommonTable, Ident, Limit, OrderItem, Query, QueryBody, Select, SelectItem, SetOp, Unsupported, With,
};
use crate::is_reserved;
use crate::lexer::TokenKind;

/// Options of SELECT other than DISTINCT and ALL.
const OPTIONS: [&str; 7] = [
    "STRAIGHT_JOIN",
    "HIGH_PRIORITY",
    "SQL_SMALL_RESULT",
    "SQL_BIG_RESULT",
    "SQL_BUFFER_RESULT",
    "SQL_CALC_FOUND_ROWS",
    "SQL_NO_CACHE",
];

impl Parser<'_> {
    /// The query that a view is made of: all up to the last `tail` tokens of the statement. What is not read here is
    /// kept with its place, since it need not be a mistake.
    pub(super) fn view_query(&self, tail: usize) -> Result<Box<Query>, Unsupported> {
        let mut parser = self.part(tail);
        let result = parser.query().and_then(|query| {
            if parser.at_end() { Ok(query) } else { Err(parser.error("the end of the query")) }
        });
        result.map(Box::new).map_err(|error| Unsupported {
            construct: format!("a query that is not read here: {error}"),
            span: error.span,
        })
    }

    /// A query with WITH, ORDER BY and LIMIT.
    pub(super) fn query(&mut self) -> PResult<Query> {
        let seen = self.expr_height;
        let query = self.nested(Self::query_here)?;
        self.expr_height = seen;
        Ok(query)
    }

    fn query_here(&mut self) -> PResult<Query> {
        let mark = self.mark();
        let with = if self.eat_kw("WITH") { Some(self.with()?) } else { None };
        let body = self.query_body()?;
        let order_by =
            if self.eat_kws(&["ORDER", "BY"]) { self.comma_list(Self::order_item)? } else { Vec::new() };
        let limit = if self.eat_kw("LIMIT") { Some(self.limit()?) } else { None };
        let lock = match () {
            () if self.eat_kws(&["FOR", "UPDATE"]) => Some("for update"),
            () if self.eat_kws(&["LOCK", "IN", "SHARE", "MODE"]) => Some("lock in share mode"),
            () if self.options.flavor.is_mysql() && self.eat_kws(&["FOR", "SHARE"]) => {
                Some("lock in share mode")
            }
            () => None,
        };
        Ok(Query { with, body, order_by, limit, lock, span: self.span_from(mark) })
    }

    fn with(&mut self) -> PResult<With> {
        let recursive = self.eat_kw("RECURSIVE");
        let tables = self.comma_list(|p| {
            let name = p.ident("the name of a query")?;
            let columns = if p.at(TokenKind::LParen) { p.column_names()? } else { Vec::new() };
            p.expect_kw("AS")?;
            p.expect(TokenKind::LParen, "(")?;
            let query = p.query()?;
            p.expect(TokenKind::RParen, ")")?;
            Ok(CommonTable { name, columns, query })
        })?;
        Ok(With { recursive, tables })
    }

    /// Operands of UNION and EXCEPT; INTERSECT binds tighter.
    fn query_body(&mut self) -> PResult<QueryBody> {
        let mut left = self.intersection()?;
        let mut chained = 0;
        loop {
            let op = match () {
                () if self.eat_kw("UNION") => SetOp::Union,
                () if self.eat_kw("EXCEPT") => SetOp::Except,
                () => return Ok(left),
            };
            chained += 1;
            if chained > 200 {
                return Err(self.error("at most 200 queries in one"));
            }
            let all = self.all_or_distinct();
            let right = Box::new(self.intersection()?);
            left = QueryBody::Set { op, all, left: Box::new(left), right };
        }
    }

    fn intersection(&mut self) -> PResult<QueryBody> {
        let mut left = self.query_operand()?;
        let mut chained = 0;
        while self.eat_kw("INTERSECT") {
            chained += 1;
            if chained > 200 {
                return Err(self.error("at most 200 queries in one"));
            }
            let all = self.all_or_distinct();
            let right = Box::new(self.query_operand()?);
            left = QueryBody::Set { op: SetOp::Intersect, all, left: Box::new(left), right };
        }
        Ok(left)
    }

    fn all_or_distinct(&mut self) -> bool {
        let all = self.eat_kw("ALL");
        if !all {
            self.eat_kw("DISTINCT");
        }
        all
    }

    fn query_operand(&mut self) -> PResult<QueryBody> {
        if self.eat(TokenKind::LParen) {
            let query = self.query()?;
            self.expect(TokenKind::RParen, ")")?;
            return Ok(QueryBody::Paren(Box::new(query)));
        }
        if self.at_kw("SELECT") {
            return Ok(QueryBody::Select(Box::new(self.select()?)));
        }
        Err(self.error("SELECT"))
    }

    fn select(&mut self) -> PResult<Select> {
        let mark = self.mark();
        self.expect_kw("SELECT")?;
        let mut distinct = false;
        let mut options = Vec::new();
        loop {
            if self.eat_kw("DISTINCT") || self.eat_kw("DISTINCTROW") {
                distinct = true;
            } else if self.eat_kw("ALL") {
            } else if let Some(option) = OPTIONS.iter().find(|option| self.at_kw(option)) {
                self.bump();
                options.push(option.to_ascii_lowercase());
            } else {
                break;
            }
        }
        let items = self.comma_list(Self::select_item)?;
        let from = match () {
            () if !self.eat_kw("FROM") => Vec::new(),
            () if self.eat_kw("DUAL") => Vec::new(),
            () => self.comma_list(Self::table_reference)?,
        };
        let condition = if self.eat_kw("WHERE") { Some(self.expr()?) } else { None };
        let group_by =
            if self.eat_kws(&["GROUP", "BY"]) { self.comma_list(Self::group_item)? } else { Vec::new() };
        let rollup = !group_by.is_empty() && self.eat_kws(&["WITH", "ROLLUP"]);
        let having = if self.eat_kw("HAVING") { Some(self.expr()?) } else { None };
        let windows = if self.eat_kw("WINDOW") {
            self.comma_list(|p| {
                let name = p.ident("the name of a window")?;
                p.expect_kw("AS")?;
                Ok((name, p.window()?))
            })?
        } else {
            Vec::new()
        };
        let span = self.span_from(mark);
        Ok(Select { distinct, options, items, from, condition, group_by, rollup, having, windows, span })
    }

    fn select_item(&mut self) -> PResult<SelectItem> {
        let mark = self.mark();
        let before = self.last_taken().end;
        if self.eat(TokenKind::Star) {
            return Ok(SelectItem::Wildcard { qualifier: Vec::new(), span: self.span_from(mark) });
        }
        if let Some(parts) = self.wildcard_parts() {
            let mut qualifier = Vec::new();
            for _ in 0..parts {
                qualifier.push(self.any_ident("a table")?);
                self.expect(TokenKind::Dot, ".")?;
            }
            self.expect(TokenKind::Star, "*")?;
            return Ok(SelectItem::Wildcard { qualifier, span: self.span_from(mark) });
        }
        let expr = self.expr()?;
        let text = self.name_text(before, mark);
        let alias = if self.eat_kw("AS") {
            Some(if self.at(TokenKind::String) {
                self.ident_or_string("a name")?
            } else {
                self.ident("a name")?
            })
        } else if self.at(TokenKind::String) {
            Some(self.ident_or_string("a name")?)
        } else if self.nth_is_ident(0) && !self.at_clause() {
            Some(self.ident("a name")?)
        } else {
            None
        };
        Ok(SelectItem::Expr { expr: Box::new(expr), text, alias })
    }

    /// The text of what was read since the mark, as it becomes a name. Comments change it in ways of their own.
    fn name_text(&self, before: u32, mark: usize) -> Option<String> {
        let span = self.span_from(mark);
        let text = span.text(self.src);
        let gap = self.src.get(before as usize..span.start as usize)?;
        // A comment inside stays, one before it stays on MariaDB.
        let before = gap.trim().is_empty() || self.options.flavor.is_mysql();
        let version = text.contains("/*!") || text.contains("/*M!");
        (before && !version).then(|| text.to_owned())
    }

    /// How many names stand before `.*`, if that is what stands here.
    fn wildcard_parts(&self) -> Option<usize> {
        let name = |n| matches!(self.nth(n).kind, TokenKind::Word | TokenKind::QuotedIdent);
        (1..=2).find(|parts| {
            (0..*parts).all(|n| name(2 * n) && self.nth_at(2 * n + 1, TokenKind::Dot))
                && self.nth_at(2 * parts, TokenKind::Star)
        })
    }

    /// Whether a word that could be a name begins the next clause.
    fn at_clause(&self) -> bool {
        let word = self.text(self.peek());
        self.at(TokenKind::Word)
            && (is_reserved(word, self.options.flavor)
                || ["EXCEPT", "INTERSECT", "OFFSET", "WINDOW"].iter().any(|w| w.eq_ignore_ascii_case(word)))
    }

    /// An alias of a table, with or without AS.
    pub(super) fn table_alias(&mut self) -> PResult<Option<Ident>> {
        if self.eat_kw("AS") {
            return self.ident("a name").map(Some);
        }
        if self.nth_is_ident(0) && !self.at_clause() {
            return Ok(Some(self.take_ident()));
        }
        Ok(None)
    }

    pub(super) fn order_item(&mut self) -> PResult<OrderItem> {
        let expr = self.expr()?;
        let descending = self.eat_kw("DESC");
        if !descending {
            self.eat_kw("ASC");
        }
        Ok(OrderItem { expr, descending })
    }

    /// MariaDB takes ASC and DESC in GROUP BY.
    fn group_item(&mut self) -> PResult<OrderItem> {
        if self.options.flavor.is_mariadb() {
            return self.order_item();
        }
        Ok(OrderItem { expr: self.expr()?, descending: false })
    }

    fn limit(&mut self) -> PResult<Limit> {
        let first = self.limit_number()?;
        if self.eat(TokenKind::Comma) {
            return Ok(Limit { offset: Some(first), count: self.limit_number()? });
        }
        let offset = if self.eat_kw("OFFSET") { Some(self.limit_number()?) } else { None };
        Ok(Limit { offset, count: first })
    }

    fn limit_number(&mut self) -> PResult<String> {
        let token = self.expect(TokenKind::Integer, "a number")?;
        Ok(self.text(token).to_owned())
    }
}
