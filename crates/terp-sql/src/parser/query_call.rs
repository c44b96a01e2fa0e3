//! Queries: aggregate and window functions, and subqueries in expressions.

use super::expr_words::WINDOW_FUNCTIONS;
use super::{PResult, Parser};
use crate::ast::{
    AggregateCall, BinaryOp, Expr, ExprKind, Frame, FrameBound, Ident, Over, Query, QueryExpr, Window,
};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// `(query)`.
    pub(super) fn subquery(&mut self) -> PResult<Query> {
        self.expect(TokenKind::LParen, "(")?;
        let query = self.query()?;
        self.expect(TokenKind::RParen, ")")?;
        Ok(query)
    }

    /// What an expression is that holds a query.
    pub(super) fn scalar(&mut self) -> PResult<ExprKind> {
        Ok(query_kind(QueryExpr::Scalar(self.subquery()?)))
    }

    /// After EXISTS.
    pub(super) fn exists(&mut self) -> PResult<ExprKind> {
        Ok(query_kind(QueryExpr::Exists(self.subquery()?)))
    }

    /// After `[NOT] IN`.
    pub(super) fn in_subquery(&mut self, expr: Expr, not: bool) -> PResult<ExprKind> {
        let query = self.subquery()?;
        Ok(query_kind(QueryExpr::In { expr, query, not, condition: false }))
    }

    /// At ALL, ANY or SOME after a comparison.
    pub(super) fn quantified(&mut self, expr: Expr, op: BinaryOp) -> PResult<ExprKind> {
        let all = self.at_kw("ALL");
        self.bump();
        let query = self.subquery()?;
        Ok(query_kind(QueryExpr::Quantified { expr, op, all, query }))
    }

    /// After the name of an aggregate or window function.
    pub(super) fn query_aggregate(&mut self, name: Ident, upper: &str) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let mut call = AggregateCall {
            name: upper.to_ascii_lowercase(),
            distinct: false,
            star: false,
            args: Vec::new(),
            order_by: Vec::new(),
            separator: None,
            over: None,
        };
        if self.eat_kw("DISTINCT") {
            call.distinct = true;
        } else {
            self.eat_kw("ALL");
        }
        if upper == "COUNT" && self.eat(TokenKind::Star) {
            call.star = true;
        } else if !self.at(TokenKind::RParen) {
            call.args = self.comma_list(Self::expr)?;
        }
        if upper == "GROUP_CONCAT" {
            if self.eat_kws(&["ORDER", "BY"]) {
                call.order_by = self.comma_list(Self::order_item)?;
            }
            if self.eat_kw("SEPARATOR") {
                call.separator = Some(self.text_string("a string")?.value);
            }
        }
        self.expect(TokenKind::RParen, ")")?;
        if self.options.flavor.is_mysql() {
            // These are the defaults, and not shown.
            self.eat_kws(&["FROM", "FIRST"]);
            self.eat_kws(&["RESPECT", "NULLS"]);
        }
        if self.eat_kw("OVER") {
            call.over = Some(if self.at(TokenKind::LParen) {
                Over::Inline(self.window()?)
            } else {
                Over::Named(self.ident("a window")?)
            });
        } else if upper == "LAST_VALUE" && self.options.flavor.is_mariadb() {
            let args = call.args;
            return Ok(ExprKind::Function { schema: None, name, args, parens: true, stored: false });
        } else if WINDOW_FUNCTIONS.contains(&upper) {
            return Err(self.error("OVER"));
        }
        Ok(query_kind(QueryExpr::Aggregate(call)))
    }

    /// After GROUPING; MySQL.
    pub(super) fn grouping(&mut self) -> PResult<ExprKind> {
        Ok(query_kind(QueryExpr::Grouping(self.paren_list(Self::expr)?)))
    }

    /// `([name] [PARTITION BY ..] [ORDER BY ..] [frame])`.
    pub(super) fn window(&mut self) -> PResult<Window> {
        self.expect(TokenKind::LParen, "(")?;
        let mut window = Window::default();
        let clause = ["PARTITION", "ORDER", "ROWS", "RANGE"].iter().any(|k| self.at_kw(k));
        if !clause && self.nth_is_ident(0) {
            window.base = Some(self.take_ident());
        }
        if self.eat_kws(&["PARTITION", "BY"]) {
            window.partition_by = self.comma_list(Self::expr)?;
        }
        if self.eat_kws(&["ORDER", "BY"]) {
            window.order_by = self.comma_list(Self::order_item)?;
        }
        let range = self.at_kw("RANGE");
        if self.eat_kw("ROWS") || self.eat_kw("RANGE") {
            let (start, end) = if self.eat_kw("BETWEEN") {
                let start = self.frame_bound()?;
                self.expect_kw("AND")?;
                (start, self.frame_bound()?)
            } else {
                (self.frame_bound()?, FrameBound::Current)
            };
            window.frame = Some(Frame { range, start, end });
        }
        self.expect(TokenKind::RParen, ")")?;
        Ok(window)
    }

    fn frame_bound(&mut self) -> PResult<FrameBound> {
        if self.eat_kws(&["CURRENT", "ROW"]) {
            return Ok(FrameBound::Current);
        }
        if self.eat_kw("UNBOUNDED") {
            return Ok(FrameBound::Unbounded(self.following()?));
        }
        let (value, unit) = match self.interval()? {
            Some((value, unit)) => (value, Some(unit)),
            None => (self.expr()?, None),
        };
        Ok(FrameBound::Offset(Box::new(value), unit, self.following()?))
    }

    fn following(&mut self) -> PResult<bool> {
        if self.eat_kw("FOLLOWING") {
            return Ok(true);
        }
        self.expect_kw("PRECEDING")?;
        Ok(false)
    }
}

fn query_kind(query: QueryExpr) -> ExprKind {
    ExprKind::Query(Box::new(query))
}
