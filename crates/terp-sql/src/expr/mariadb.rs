//! MariaDB's printing: parentheses only where precedence asks for them.

use super::compare::{Operand, agree, between, compared, in_list, mariadb_zero};
use super::mysql::{is_joined, opposite};
use super::{ExprContext, ExprError, as_literal, bare, column_text, literal, refuse};
use crate::ast::{BinaryOp, Expr, ExprKind, IsTest, Literal, QueryExpr, UnaryOp};

/// How tightly what is printed binds: the server's `enum precedence`.
pub(super) mod prec {
    pub(crate) const OR: u8 = 1;
    pub(crate) const XOR: u8 = 2;
    pub(crate) const AND: u8 = 3;
    pub(crate) const COMPARE: u8 = 4;
    pub(crate) const BETWEEN: u8 = 5;
    pub(crate) const IN: u8 = 6;
    pub(crate) const BIT_OR: u8 = 7;
    pub(crate) const BIT_AND: u8 = 8;
    pub(crate) const SHIFT: u8 = 9;
    pub(crate) const INTERVAL: u8 = 10;
    pub(crate) const ADD: u8 = 11;
    pub(crate) const MULTIPLY: u8 = 12;
    pub(crate) const BIT_XOR: u8 = 13;
    pub(crate) const NEGATE: u8 = 14;
    pub(crate) const COLLATE: u8 = 15;
    pub(crate) const HIGHEST: u8 = 16;
}

/// An expression's text.
pub(super) struct Printed {
    pub(super) text: String,
    /// How tightly its outermost operator binds.
    pub(super) precedence: u8,
    /// Whether DEFAULT shows it in parentheses.
    pub(super) operator: bool,
}

impl Printed {
    /// A function or what looks like one.
    pub(super) fn atom(text: String) -> Result<Self, ExprError> {
        Ok(Self { text, precedence: prec::HIGHEST, operator: false })
    }

    /// An operator.
    pub(super) fn operator(text: String, precedence: u8) -> Result<Self, ExprError> {
        Ok(Self { text, precedence, operator: true })
    }
}

#[derive(Clone, Copy)]
pub(super) struct Printer<'a> {
    pub(super) cx: &'a ExprContext<'a>,
}

impl Printer<'_> {
    pub(super) fn text(&self, expr: &Expr) -> Result<String, ExprError> {
        self.print(expr).map(|printed| printed.text)
    }

    /// In parentheses if it binds less tightly than that.
    pub(super) fn within(&self, expr: &Expr, precedence: u8) -> Result<String, ExprError> {
        self.operand(expr, &Operand::Plain, precedence)
    }

    pub(super) fn operand(&self, expr: &Expr, how: &Operand, precedence: u8) -> Result<String, ExprError> {
        Ok(match (how, as_literal(expr)) {
            (Operand::Charset(charset), Some(value)) => {
                literal::print(value, Some(charset), expr.span, self.cx)?
            }
            (Operand::Text(text), _) => text.clone(),
            (Operand::Convert(charset), _) => format!("convert({} using {charset})", self.text(expr)?),
            _ => wrapped(self.print(expr)?, precedence),
        })
    }

    pub(super) fn list(&self, exprs: &[Expr]) -> Result<String, ExprError> {
        Ok(exprs.iter().map(|e| self.text(e)).collect::<Result<Vec<_>, _>>()?.join(","))
    }

    pub(super) fn print(&self, expr: &Expr) -> Result<Printed, ExprError> {
        let expr = bare(expr);
        match &expr.kind {
            ExprKind::Literal(value) => Printed::atom(literal::print(value, None, expr.span, self.cx)?),
            ExprKind::Name(parts) => Printed::atom(column_text(parts, expr.span, self.cx)?),
            ExprKind::Query(query) => {
                let printed = refuse::query(self.cx, expr.span)?.query(query, false, expr.span)?;
                if printed.operator {
                    Printed::operator(printed.text, prec::IN)
                } else {
                    Printed::atom(printed.text)
                }
            }
            // `bare` has taken these off.
            ExprKind::Paren(inner) => self.print(inner),
            ExprKind::Row(items) => Printed::atom(format!("({})", self.list(items)?)),
            ExprKind::Unary { op, expr: operand } => match op {
                UnaryOp::Plus => self.print(operand),
                UnaryOp::Minus => self.minus(operand),
                UnaryOp::BitNot => {
                    Printed::operator(format!("~{}", self.within(operand, prec::NEGATE)?), prec::NEGATE)
                }
                UnaryOp::Binary => Ok(Printed {
                    text: format!("cast({} as char charset binary)", self.text(operand)?),
                    precedence: prec::HIGHEST,
                    operator: true,
                }),
                UnaryOp::Not | UnaryOp::Bang => self.negated(operand),
            },
            ExprKind::Binary { op, left, right } => self.binary(expr, *op, left, right),
            ExprKind::Is { expr, test, not } => self.is(expr, *test, *not),
            ExprKind::Between { expr, low, high, not } => self.between(expr, low, high, *not),
            ExprKind::In { expr, list, not } => self.in_list(expr, list, *not),
            ExprKind::Like { expr, pattern, escape, not } => {
                self.like(expr, pattern, escape.as_deref(), *not)
            }
            ExprKind::Regexp { expr, pattern, not } => self.regexp(expr, pattern, *not),
            ExprKind::Collate { expr: operand, collation } => {
                let name = refuse::collation(operand, collation, self.cx)?;
                let text = format!("{} collate {name}", self.within(operand, prec::COLLATE)?);
                Printed::operator(text, prec::COLLATE)
            }
            ExprKind::Case { operand, whens, otherwise } => {
                self.case(operand.as_deref(), whens, otherwise.as_deref())
            }
            ExprKind::IntervalAdd { expr, value, unit, subtract } => {
                self.interval(expr, value, unit, *subtract)
            }
            _ => self.call(expr),
        }
    }

    pub(super) fn interval(
        &self,
        date: &Expr,
        value: &Expr,
        unit: &str,
        subtract: bool,
    ) -> Result<Printed, ExprError> {
        let date = self.within(date, prec::INTERVAL)?;
        let sign = if subtract { '-' } else { '+' };
        let text = format!("{date} {sign} interval {} {}", self.text(value)?, unit.to_ascii_lowercase());
        Printed::operator(text, prec::INTERVAL)
    }

    /// A minus before a number is part of the number.
    fn minus(&self, operand: &Expr) -> Result<Printed, ExprError> {
        let printed = self.print(operand)?;
        let number = match &bare(operand).kind {
            ExprKind::Literal(Literal::Integer(_) | Literal::Decimal(_) | Literal::Float(_)) => true,
            ExprKind::Unary { op: UnaryOp::Minus, expr } => {
                matches!(
                    as_literal(expr),
                    Some(Literal::Integer(_) | Literal::Decimal(_) | Literal::Float(_))
                )
            }
            _ => false,
        };
        if !number {
            return Printed::operator(format!("-{}", wrapped(printed, prec::NEGATE)), prec::NEGATE);
        }
        let text = match printed.text.strip_prefix('-') {
            Some(positive) => return Printed::atom(positive.to_owned()),
            None if printed.text.bytes().all(|b| matches!(b, b'0' | b'.')) => printed.text,
            None => format!("-{}", printed.text),
        };
        Ok(Printed { text, precedence: prec::NEGATE, operator: false })
    }

    fn binary(&self, whole: &Expr, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Printed, ExprError> {
        let (sign, precedence) = match op {
            BinaryOp::And | BinaryOp::Or => return self.joined(whole, op == BinaryOp::Or, false),
            BinaryOp::Eq
            | BinaryOp::NullSafeEq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge => return self.comparison(op, left, right),
            BinaryOp::SoundsLike => {
                let text = format!("soundex({}) = soundex({})", self.text(left)?, self.text(right)?);
                return Printed::operator(text, prec::COMPARE);
            }
            BinaryOp::Concat => {
                let how = agree(&[left, right], self.cx)?;
                let texts = [left, right].into_iter().zip(&how).map(|(e, how)| self.operand(e, how, 0));
                return Printed::atom(format!("concat({})", texts.collect::<Result<Vec<_>, _>>()?.join(",")));
            }
            BinaryOp::MemberOf | BinaryOp::JsonExtract | BinaryOp::JsonUnquoteExtract => {
                return Err(ExprError::unsupported("an operator of MySQL", whole.span));
            }
            BinaryOp::Xor => ("xor", prec::XOR),
            BinaryOp::BitOr => ("|", prec::BIT_OR),
            BinaryOp::BitAnd => ("&", prec::BIT_AND),
            BinaryOp::BitXor => ("^", prec::BIT_XOR),
            BinaryOp::ShiftLeft => ("<<", prec::SHIFT),
            BinaryOp::ShiftRight => (">>", prec::SHIFT),
            BinaryOp::Add => ("+", prec::ADD),
            BinaryOp::Subtract => ("-", prec::ADD),
            BinaryOp::Multiply => ("*", prec::MULTIPLY),
            BinaryOp::Divide => ("/", prec::MULTIPLY),
            BinaryOp::IntDivide => ("DIV", prec::MULTIPLY),
            BinaryOp::Modulo => ("MOD", prec::MULTIPLY),
        };
        self.infix(left, sign, right, precedence)
    }

    /// An operator that groups to the left.
    pub(super) fn infix(
        &self,
        left: &Expr,
        sign: &str,
        right: &Expr,
        precedence: u8,
    ) -> Result<Printed, ExprError> {
        let text =
            format!("{} {sign} {}", self.within(left, precedence)?, self.within(right, precedence + 1)?);
        Printed::operator(text, precedence)
    }

    fn comparison(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Printed, ExprError> {
        let sign = op.comparison_sign().unwrap_or("=");
        let [how_left, how_right] = compared(left, right, self.cx)?;
        let left = self.operand(left, &how_left, prec::COMPARE)?;
        let right = self.operand(right, &how_right, prec::COMPARE + 1)?;
        Printed::operator(format!("{left} {sign} {right}"), prec::COMPARE)
    }

    /// AND and OR, nested ones of the same kind in one list.
    fn joined(&self, expr: &Expr, or: bool, negate: bool) -> Result<Printed, ExprError> {
        let precedence = if or { prec::OR } else { prec::AND };
        let mut texts = Vec::new();
        let mut waiting = vec![(expr, negate)];
        while let Some((expr, negate)) = waiting.pop() {
            match &bare(expr).kind {
                ExprKind::Unary { op: UnaryOp::Not | UnaryOp::Bang, expr: inner } if is_joined(inner) => {
                    waiting.push((inner, !negate));
                }
                ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right }
                    if ((*op == BinaryOp::Or) != negate) == or =>
                {
                    waiting.push((right, negate));
                    waiting.push((left, negate));
                }
                _ if negate => texts.push(wrapped(self.negated(expr)?, precedence)),
                _ => texts.push(wrapped(self.truth(expr)?, precedence)),
            }
        }
        Printed::operator(texts.join(if or { " or " } else { " and " }), precedence)
    }

    /// As all of a condition: 11.8 asks of a column alone whether it is true.
    pub(super) fn condition(&self, expr: &Expr) -> Result<String, ExprError> {
        let (mut inner, mut negated) = (bare(expr), false);
        while let ExprKind::Unary { op: UnaryOp::Not | UnaryOp::Bang, expr } = &inner.kind {
            (inner, negated) = (bare(expr), !negated);
        }
        let column = matches!(inner.kind, ExprKind::Name(_));
        if column && self.cx.place.in_query() && self.cx.flavor.mariadb_since(11, 0, 0) {
            if !self.cx.flavor.mariadb_since(11, 8, 0) {
                return Err(ExprError::unsupported("a column as a condition", expr.span));
            }
            return Ok(format!("{} is {}", self.text(inner)?, !negated));
        }
        Ok(self.truth(expr)?.text)
    }

    /// As a condition: a column is compared with zero.
    fn truth(&self, expr: &Expr) -> Result<Printed, ExprError> {
        let printed = self.print(expr)?;
        match bare(expr).kind {
            ExprKind::Name(_) => {
                let zero = mariadb_zero(expr, self.cx);
                Printed::operator(format!("{} <> {zero}", printed.text), prec::COMPARE)
            }
            _ => Ok(printed),
        }
    }

    /// As the opposite condition.
    fn negated(&self, expr: &Expr) -> Result<Printed, ExprError> {
        let expr = bare(expr);
        match &expr.kind {
            ExprKind::Name(_) => {
                let zero = mariadb_zero(expr, self.cx);
                return Printed::operator(format!("{} = {zero}", self.text(expr)?), prec::COMPARE);
            }
            ExprKind::Literal(Literal::Bool(value)) => return Printed::atom(u8::from(!value).to_string()),
            ExprKind::Unary { op: UnaryOp::Not | UnaryOp::Bang, expr } if refuse::is_truth(expr, self.cx) => {
                return self.print(expr);
            }
            ExprKind::Unary { op: UnaryOp::Not | UnaryOp::Bang, expr } => {
                return Printed::operator(
                    format!("{} <> 0", self.within(expr, prec::COMPARE)?),
                    prec::COMPARE,
                );
            }
            ExprKind::Binary { op, left, right } => match op {
                BinaryOp::And => return self.joined(expr, true, true),
                BinaryOp::Or => return self.joined(expr, false, true),
                BinaryOp::Xor => {
                    let left = wrapped(self.negated(left)?, prec::XOR);
                    let text = format!("{left} xor {}", self.within(right, prec::XOR + 1)?);
                    return Printed::operator(text, prec::XOR);
                }
                _ => {
                    if let Some(opposite) = opposite(*op) {
                        return self.comparison(opposite, left, right);
                    }
                }
            },
            ExprKind::Is { expr: operand, test, not } => {
                if matches!(test, IsTest::Null | IsTest::Unknown) || self.cx.flavor.mariadb_since(11, 8, 0) {
                    return self.is(operand, *test, !*not);
                }
                // 10.11 does not turn these round, 11.8 does.
                if self.cx.flavor.mariadb_since(11, 0, 0) {
                    return Err(ExprError::unsupported("NOT before IS TRUE", expr.span));
                }
            }
            ExprKind::Between { expr, low, high, not } => return self.between(expr, low, high, !*not),
            ExprKind::In { expr, list, not } => return self.in_list(expr, list, !*not),
            ExprKind::Like { expr, pattern, escape, not } => {
                return self.like(expr, pattern, escape.as_deref(), !*not);
            }
            ExprKind::Regexp { expr, pattern, not } => return self.regexp(expr, pattern, !*not),
            ExprKind::Function { name, args, .. } if name.value.eq_ignore_ascii_case("isnull") => {
                if let [arg] = args.as_slice() {
                    return self.is(arg, IsTest::Null, true);
                }
            }
            ExprKind::Query(query)
                if matches!(**query, QueryExpr::In { not: true, .. } | QueryExpr::Quantified { .. }) =>
            {
                let printed = refuse::query(self.cx, expr.span)?.query(query, true, expr.span)?;
                let precedence = if printed.operator { prec::IN } else { prec::NEGATE };
                return Printed::operator(printed.text, precedence);
            }
            _ => {}
        }
        Printed::operator(format!("!{}", self.within(expr, prec::NEGATE)?), prec::NEGATE)
    }

    pub(super) fn is(&self, expr: &Expr, test: IsTest, not: bool) -> Result<Printed, ExprError> {
        let what = match test {
            IsTest::Null | IsTest::Unknown => "null",
            IsTest::True => "true",
            IsTest::False => "false",
        };
        let not = if not { "not " } else { "" };
        Printed::operator(format!("{} is {not}{what}", self.within(expr, prec::COMPARE)?), prec::COMPARE)
    }

    fn between(&self, expr: &Expr, low: &Expr, high: &Expr, not: bool) -> Result<Printed, ExprError> {
        let [how, how_low, how_high] = between(expr, low, high, self.cx)?;
        let not = if not { "not " } else { "" };
        let expr = self.operand(expr, &how, prec::BETWEEN)?;
        let low = self.operand(low, &how_low, prec::BETWEEN)?;
        let high = self.operand(high, &how_high, prec::BETWEEN)?;
        Printed::operator(format!("{expr} {not}between {low} and {high}"), prec::BETWEEN)
    }

    fn in_list(&self, expr: &Expr, list: &[Expr], not: bool) -> Result<Printed, ExprError> {
        if let [one] = list {
            return self.comparison(if not { BinaryOp::Ne } else { BinaryOp::Eq }, expr, one);
        }
        let operands = [expr].into_iter().chain(list).collect::<Vec<_>>();
        let how = in_list(&operands, self.cx)?;
        let mut texts = Vec::with_capacity(list.len());
        for (operand, how) in list.iter().zip(how.iter().skip(1)) {
            texts.push(self.operand(operand, how, 0)?);
        }
        let expr = self.operand(expr, how.first().unwrap_or(&Operand::Plain), prec::IN)?;
        let not = if not { "not " } else { "" };
        Printed::operator(format!("{expr} {not}in ({})", texts.join(",")), prec::IN)
    }

    fn like(
        &self,
        expr: &Expr,
        pattern: &Expr,
        escape: Option<&Expr>,
        not: bool,
    ) -> Result<Printed, ExprError> {
        let [expr, pattern] = self.pair(expr, pattern, prec::IN)?;
        let escape = match escape {
            Some(escape) => format!(" escape {}", self.text(escape)?),
            None => String::new(),
        };
        // The second blank is the server's.
        let not = if not { " not " } else { "" };
        Printed::operator(format!("{expr} {not}like {pattern}{escape}"), prec::IN)
    }

    fn regexp(&self, expr: &Expr, pattern: &Expr, not: bool) -> Result<Printed, ExprError> {
        let [expr, pattern] = self.pair(expr, pattern, prec::IN)?;
        let text = format!("{expr} regexp {pattern}");
        if not {
            return Printed::operator(format!("!({text})"), prec::NEGATE);
        }
        Printed::operator(text, prec::IN)
    }

    /// Two operands that have to agree on a character set.
    fn pair(&self, left: &Expr, right: &Expr, precedence: u8) -> Result<[String; 2], ExprError> {
        let how = agree(&[left, right], self.cx)?;
        let how = |n: usize| how.get(n).unwrap_or(&Operand::Plain);
        Ok([self.operand(left, how(0), precedence)?, self.operand(right, how(1), precedence + 1)?])
    }

    fn case(
        &self,
        operand: Option<&Expr>,
        whens: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> Result<Printed, ExprError> {
        let mut text = "case".to_owned();
        let mut compared = Vec::new();
        if let Some(operand) = operand {
            let operands =
                [operand].into_iter().chain(whens.iter().map(|(when, _)| when)).collect::<Vec<_>>();
            compared = in_list(&operands, self.cx)?;
            let how = compared.remove(0);
            text.push_str(&format!(" {}", self.operand(operand, &how, prec::HIGHEST)?));
        }
        compared.resize(whens.len(), Operand::Plain);
        let results = whens.iter().map(|(_, then)| then).chain(otherwise).collect::<Vec<_>>();
        let results = agree(&results, self.cx)?;
        for (((when, then), how_when), how_then) in whens.iter().zip(&compared).zip(&results) {
            let (when, then) = (self.operand(when, how_when, 0)?, self.operand(then, how_then, 0)?);
            text.push_str(&format!(" when {when} then {then}"));
        }
        if let (Some(otherwise), Some(how)) = (otherwise, results.last()) {
            text.push_str(&format!(" else {}", self.operand(otherwise, how, 0)?));
        }
        text.push_str(" end");
        Ok(Printed { text, precedence: prec::HIGHEST, operator: true })
    }
}

/// In parentheses if it binds less tightly than that.
pub(super) fn wrapped(printed: Printed, precedence: u8) -> String {
    if printed.precedence < precedence { format!("({})", printed.text) } else { printed.text }
}
