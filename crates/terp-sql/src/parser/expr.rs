//! Expressions: operators and their precedence.
//!
//! `sql/sql_yacc.yy` of both vendors, as precedence climbing. Two limits keep every later walk over the tree off the
//! end of the stack: how deep the text nests ([`Parser::nested`]), and how high the tree grows, which long chains
//! such as `a + a + a` do without nesting ([`MAX_HEIGHT`]).

use crate::ast::{BinaryOp, Expr, ExprKind, IsTest, UnaryOp};
use crate::lexer::TokenKind;
use crate::parser::cursor::{PResult, Parser};

/// How high an expression's tree may grow. The server, with its default stack, stops (1436) some thousands higher.
const MAX_HEIGHT: u32 = 1000;

/// How tightly operators bind, loosest first.
mod prec {
    pub(super) const OR: u8 = 1;
    pub(super) const XOR: u8 = 2;
    pub(super) const AND: u8 = 3;
    pub(super) const NOT: u8 = 4;
    pub(super) const COMPARE: u8 = 5;
    pub(super) const PREDICATE: u8 = 6;
    pub(super) const BIT_OR: u8 = 7;
    pub(super) const BIT_AND: u8 = 8;
    pub(super) const SHIFT: u8 = 9;
    pub(super) const ADD: u8 = 10;
    pub(super) const MULTIPLY: u8 = 11;
    pub(super) const BIT_XOR: u8 = 12;
    pub(super) const CONCAT: u8 = 13;
    pub(super) const UNARY: u8 = 14;
}

/// An operator that follows an operand.
#[derive(Clone, Copy)]
enum Infix {
    Binary(BinaryOp),
    Is,
    Between,
    In,
    Like,
    Regexp,
    Sounds,
    MemberOf,
}

impl Parser<'_> {
    /// An expression.
    pub(crate) fn expr(&mut self) -> PResult<Expr> {
        let seen = self.expr_height;
        let expr = self.nested(|p| p.operation(prec::OR))?;
        self.expr_height = self.expr_height.max(seen);
        Ok(expr)
    }

    /// `bit_expr` of the grammar: no comparison, no predicate, no logic.
    pub(super) fn bit_expr(&mut self) -> PResult<Expr> {
        let seen = self.expr_height;
        let expr = self.nested(|p| p.operation(prec::BIT_OR))?;
        self.expr_height = self.expr_height.max(seen);
        Ok(expr)
    }

    /// Says that the node just built stands on the highest of its operands.
    pub(super) fn grow(&mut self) -> PResult<()> {
        self.expr_height += 1;
        if self.expr_height > MAX_HEIGHT {
            return Err(self.error("an expression whose operators chain at most 1000 levels high"));
        }
        Ok(())
    }

    /// Operands joined by operators that bind at least that tightly. Leaves the height of the result.
    fn operation(&mut self, min: u8) -> PResult<Expr> {
        let mark = self.mark();
        let mut left = if min <= prec::NOT && self.at_not() { self.logical_not()? } else { self.unary()? };
        let mut tightest = u8::MAX;
        while let Some((infix, precedence, not)) = self.infix() {
            // A predicate is no operand of what binds tighter: `a IN (1) + 1` is an error.
            if precedence < min || precedence > tightest {
                break;
            }
            if !matches!(infix, Infix::Binary(_)) {
                tightest = precedence;
            }
            let height = self.expr_height;
            self.expr_height = 0;
            let kind = self.nested(|p| p.infix_operand(left, infix, precedence, not))?;
            self.expr_height = self.expr_height.max(height);
            self.grow()?;
            left = Expr { kind, span: self.span_from(mark) };
        }
        Ok(left)
    }

    fn at_not(&self) -> bool {
        self.at_kw("NOT") && !self.options.sql_mode.high_not_precedence
    }

    fn logical_not(&mut self) -> PResult<Expr> {
        let mark = self.mark();
        self.bump();
        let expr = self.nested(|p| p.operation(prec::NOT))?;
        self.grow()?;
        let kind = ExprKind::Unary { op: UnaryOp::Not, expr: Box::new(expr) };
        Ok(Expr { kind, span: self.span_from(mark) })
    }

    /// The operator at this place, with its precedence and whether NOT stands before it; it is not taken.
    fn infix(&self) -> Option<(Infix, u8, bool)> {
        use BinaryOp::*;
        let token = self.peek();
        let (op, precedence) = match token.kind {
            TokenKind::Word => return self.word_infix(),
            TokenKind::PipePipe if self.options.sql_mode.pipes_as_concat => {
                let oracle = self.options.flavor.is_mariadb() && self.options.sql_mode.oracle;
                (Concat, if oracle { prec::ADD } else { prec::CONCAT })
            }
            TokenKind::PipePipe => (Or, prec::OR),
            TokenKind::AmpAmp => (And, prec::AND),
            TokenKind::Eq => (Eq, prec::COMPARE),
            TokenKind::NullSafeEq => (NullSafeEq, prec::COMPARE),
            TokenKind::Ne => (Ne, prec::COMPARE),
            TokenKind::Lt => (Lt, prec::COMPARE),
            TokenKind::Le => (Le, prec::COMPARE),
            TokenKind::Gt => (Gt, prec::COMPARE),
            TokenKind::Ge => (Ge, prec::COMPARE),
            TokenKind::Pipe => (BitOr, prec::BIT_OR),
            TokenKind::Amp => (BitAnd, prec::BIT_AND),
            TokenKind::Shl => (ShiftLeft, prec::SHIFT),
            TokenKind::Shr => (ShiftRight, prec::SHIFT),
            TokenKind::Plus => (Add, prec::ADD),
            TokenKind::Minus => (Subtract, prec::ADD),
            TokenKind::Star => (Multiply, prec::MULTIPLY),
            TokenKind::Slash => (Divide, prec::MULTIPLY),
            TokenKind::Percent => (Modulo, prec::MULTIPLY),
            TokenKind::Caret => (BitXor, prec::BIT_XOR),
            _ => return None,
        };
        Some((Infix::Binary(op), precedence, false))
    }

    fn word_infix(&self) -> Option<(Infix, u8, bool)> {
        let not = self.at_kw("NOT");
        let word = self.text(self.nth(usize::from(not)));
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        // The longest operator has seven letters: most words that end an expression are told apart at once.
        if word.len() > 7 {
            return None;
        }
        let predicate = |infix| Some((infix, prec::PREDICATE, not));
        if is("IN") {
            return predicate(Infix::In);
        } else if is("BETWEEN") {
            return predicate(Infix::Between);
        } else if is("LIKE") {
            return predicate(Infix::Like);
        } else if is("REGEXP") || is("RLIKE") {
            return predicate(Infix::Regexp);
        } else if not {
            return None;
        }
        let binary = |op, precedence| Some((Infix::Binary(op), precedence, false));
        if is("AND") {
            binary(BinaryOp::And, prec::AND)
        } else if is("OR") {
            binary(BinaryOp::Or, prec::OR)
        } else if is("XOR") {
            binary(BinaryOp::Xor, prec::XOR)
        } else if is("DIV") {
            binary(BinaryOp::IntDivide, prec::MULTIPLY)
        } else if is("MOD") {
            binary(BinaryOp::Modulo, prec::MULTIPLY)
        } else if is("IS") {
            Some((Infix::Is, prec::COMPARE, false))
        } else if is("SOUNDS") && self.nth_kw(1, "LIKE") {
            predicate(Infix::Sounds)
        } else if is("MEMBER") && self.options.flavor.is_mysql() && self.nth_kw(1, "OF") {
            predicate(Infix::MemberOf)
        } else {
            None
        }
    }

    /// Takes an operator and what stands to its right.
    fn infix_operand(&mut self, left: Expr, infix: Infix, precedence: u8, not: bool) -> PResult<ExprKind> {
        if not {
            self.bump();
        }
        self.bump();
        let left = Box::new(left);
        Ok(match infix {
            Infix::Binary(op) => return self.right_operand(left, op, precedence),
            Infix::Is => {
                let not = self.eat_kw("NOT");
                let test = match () {
                    () if self.eat_kw("NULL") => IsTest::Null,
                    () if self.eat_kw("TRUE") => IsTest::True,
                    () if self.eat_kw("FALSE") => IsTest::False,
                    () if self.eat_kw("UNKNOWN") => IsTest::Unknown,
                    () => return Err(self.error("NULL, TRUE, FALSE or UNKNOWN")),
                };
                ExprKind::Is { expr: left, test, not }
            }
            Infix::Between => {
                let low = Box::new(self.operation(prec::BIT_OR)?);
                let height = self.expr_height;
                self.expect_kw("AND")?;
                let high = Box::new(self.operation(prec::PREDICATE)?);
                self.expr_height = self.expr_height.max(height);
                ExprKind::Between { expr: left, low, high, not }
            }
            Infix::In => {
                if self.at_subquery() {
                    if self.querying && self.subquery_alone() {
                        return self.in_subquery(*left, not);
                    }
                    if !self.querying {
                        self.skip_parens()?;
                        return Ok(ExprKind::Subquery);
                    }
                }
                ExprKind::In { expr: left, list: self.paren_list(Self::expr)?, not }
            }
            Infix::Like => {
                let pattern = Box::new(self.operation(prec::CONCAT)?);
                let escape = if self.eat_kw("ESCAPE") {
                    let height = self.expr_height;
                    let escape = Box::new(self.operation(prec::CONCAT)?);
                    self.expr_height = self.expr_height.max(height);
                    Some(escape)
                } else {
                    None
                };
                ExprKind::Like { expr: left, pattern, escape, not }
            }
            Infix::Regexp => {
                let pattern = Box::new(self.operation(prec::BIT_OR)?);
                ExprKind::Regexp { expr: left, pattern, not }
            }
            Infix::Sounds => {
                self.bump();
                let right = Box::new(self.operation(prec::BIT_OR)?);
                ExprKind::Binary { op: BinaryOp::SoundsLike, left, right }
            }
            Infix::MemberOf => {
                self.bump();
                self.expect(TokenKind::LParen, "(")?;
                let right = Box::new(self.expr()?);
                self.expect(TokenKind::RParen, ")")?;
                ExprKind::Binary { op: BinaryOp::MemberOf, left, right }
            }
        })
    }

    fn right_operand(&mut self, left: Box<Expr>, op: BinaryOp, precedence: u8) -> PResult<ExprKind> {
        if precedence == prec::COMPARE
            && ["ALL", "ANY", "SOME"].iter().any(|k| self.at_kw(k))
            && self.nth_at(1, TokenKind::LParen)
        {
            if self.querying {
                return self.quantified(*left, op);
            }
            self.bump();
            self.skip_parens()?;
            return Ok(ExprKind::Subquery);
        }
        if matches!(op, BinaryOp::Add | BinaryOp::Subtract)
            && let Some((value, unit)) = self.interval()?
        {
            let subtract = op == BinaryOp::Subtract;
            return Ok(ExprKind::IntervalAdd { expr: left, value: Box::new(value), unit, subtract });
        }
        let right = Box::new(self.operation(precedence + 1)?);
        Ok(ExprKind::Binary { op, left, right })
    }

    /// An operand with what stands before it. Leaves its height.
    pub(super) fn unary(&mut self) -> PResult<Expr> {
        let mark = self.mark();
        let op = match self.peek().kind {
            TokenKind::Minus => UnaryOp::Minus,
            TokenKind::Plus => UnaryOp::Plus,
            TokenKind::Tilde => UnaryOp::BitNot,
            TokenKind::Bang => UnaryOp::Bang,
            TokenKind::Word if self.at_kw("BINARY") => UnaryOp::Binary,
            TokenKind::Word if self.at_kw("NOT") && self.options.sql_mode.high_not_precedence => UnaryOp::Not,
            _ => return self.collated(),
        };
        self.bump();
        let expr = Box::new(self.nested(|p| p.operation(prec::UNARY))?);
        self.grow()?;
        Ok(Expr { kind: ExprKind::Unary { op, expr }, span: self.span_from(mark) })
    }

    /// An operand with what stands after it: COLLATE. Leaves its height.
    fn collated(&mut self) -> PResult<Expr> {
        let mark = self.mark();
        let mut expr = self.primary()?;
        while self.at_kw("COLLATE") {
            self.bump();
            let collation = self.collation_name()?;
            self.grow()?;
            let kind = ExprKind::Collate { expr: Box::new(expr), collation };
            expr = Expr { kind, span: self.span_from(mark) };
        }
        Ok(expr)
    }
}

#[cfg(test)]
#[path = "expr_tests.rs"]
mod tests;
