//! MySQL's printing: every operator in parentheses.

use super::compare::{Operand, agree, between, column_of, compared, in_list};
use super::compare_mysql::check_operands;
use super::{
    ExprContext, ExprError, ExprPlace, as_literal, bare, column_text, compare_mysql, literal, refuse,
};
use crate::ast::{BinaryOp, Expr, ExprKind, IsTest, UnaryOp};

/// An expression's text.
pub(super) struct Printed {
    pub(super) text: String,
    /// Whether it is a truth value, so that logic takes it without `0 <>` before it.
    pub(super) boolean: bool,
}

impl Printed {
    pub(super) fn value(text: String) -> Result<Self, ExprError> {
        Ok(Self { text, boolean: false })
    }

    pub(super) fn truth(text: String) -> Result<Self, ExprError> {
        Ok(Self { text, boolean: true })
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

    pub(super) fn list(&self, exprs: &[Expr]) -> Result<String, ExprError> {
        Ok(exprs.iter().map(|e| self.text(e)).collect::<Result<Vec<_>, _>>()?.join(","))
    }

    pub(super) fn operand(&self, expr: &Expr, how: &Operand) -> Result<String, ExprError> {
        match (how, as_literal(expr)) {
            (Operand::Charset(charset), Some(value)) => {
                literal::print(value, Some(charset), expr.span, self.cx)
            }
            (Operand::Text(text), _) => Ok(text.clone()),
            _ => self.text(expr),
        }
    }

    pub(super) fn print(&self, expr: &Expr) -> Result<Printed, ExprError> {
        let expr = bare(expr);
        match &expr.kind {
            ExprKind::Literal(value) => {
                let text = literal::print(value, None, expr.span, self.cx)?;
                let boolean = matches!(value, crate::ast::Literal::Bool(_));
                Ok(Printed { text, boolean })
            }
            ExprKind::Name(parts) => Printed::value(column_text(parts, expr.span, self.cx)?),
            ExprKind::Query(query) => {
                let printed = refuse::query(self.cx, expr.span)?.query(query, false, expr.span)?;
                Ok(Printed { text: printed.text, boolean: printed.truth })
            }
            // `bare` has taken these off.
            ExprKind::Paren(inner) => self.print(inner),
            ExprKind::Row(items) => Printed::value(format!("({})", self.list(items)?)),
            ExprKind::Unary { op, expr: operand } => match op {
                UnaryOp::Plus => self.print(operand),
                UnaryOp::Minus => Printed::value(format!("-({})", self.text(operand)?)),
                UnaryOp::BitNot => Printed::value(format!("~({})", self.text(operand)?)),
                UnaryOp::Binary => {
                    Printed::value(format!("cast({} as char charset binary)", self.text(operand)?))
                }
                UnaryOp::Not | UnaryOp::Bang => Printed::truth(self.negated(operand)?),
            },
            ExprKind::Binary { op, left, right } => self.binary(expr, *op, left, right),
            ExprKind::Is { expr: operand, test, .. }
                if *test != IsTest::Null && matches!(bare(operand).kind, ExprKind::Query(_)) =>
            {
                Err(ExprError::unsupported("IS TRUE of a subquery", expr.span))
            }
            ExprKind::Is { expr, test, not } => Printed::truth(self.is(expr, *test, *not)?),
            ExprKind::Between { expr, low, high, not } => {
                Printed::truth(self.between(expr, low, high, *not)?)
            }
            ExprKind::In { expr, list, not } => Printed::truth(self.in_list(expr, list, *not)?),
            ExprKind::Like { not: true, .. } | ExprKind::Regexp { not: true, .. } => {
                Printed::truth(format!("(not({}))", self.matching(expr)?))
            }
            ExprKind::Like { .. } | ExprKind::Regexp { .. } => Printed::truth(self.matching(expr)?),
            ExprKind::Collate { expr: operand, collation } => {
                let name = refuse::collation(operand, collation, self.cx)?;
                Printed::value(format!("({} collate {name})", self.text(operand)?))
            }
            ExprKind::Case { operand, whens, otherwise } => {
                self.case(operand.as_deref(), whens, otherwise.as_deref())
            }
            ExprKind::IntervalAdd { expr, value, unit, subtract } => Printed::value(format!(
                "({} {} interval {} {})",
                self.text(expr)?,
                if *subtract { '-' } else { '+' },
                self.text(value)?,
                unit.to_ascii_lowercase()
            )),
            _ => self.call(expr),
        }
    }

    fn binary(&self, whole: &Expr, op: BinaryOp, left: &Expr, right: &Expr) -> Result<Printed, ExprError> {
        let sign = match op {
            BinaryOp::And | BinaryOp::Or => {
                return Printed::truth(self.joined(whole, op == BinaryOp::Or, false)?);
            }
            BinaryOp::Xor => {
                return Printed::truth(format!("({} xor {})", self.truth(left)?, self.truth(right)?));
            }
            BinaryOp::Eq
            | BinaryOp::NullSafeEq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge => return Printed::truth(self.comparison(op, left, right)?),
            BinaryOp::SoundsLike => {
                return Printed::truth(format!(
                    "(soundex({}) = soundex({}))",
                    self.text(left)?,
                    self.text(right)?
                ));
            }
            BinaryOp::MemberOf => {
                return Printed::truth(format!("{} member of ({})", self.text(left)?, self.text(right)?));
            }
            BinaryOp::JsonExtract => {
                return Printed::value(format!("json_extract({},{})", self.text(left)?, self.text(right)?));
            }
            BinaryOp::JsonUnquoteExtract => {
                let extract = format!("json_extract({},{})", self.text(left)?, self.text(right)?);
                return Printed::value(format!("json_unquote({extract})"));
            }
            BinaryOp::Concat => {
                let how = agree(&[left, right], self.cx)?;
                let texts = [left, right].into_iter().zip(&how).map(|(e, how)| self.operand(e, how));
                return Printed::value(format!(
                    "concat({})",
                    texts.collect::<Result<Vec<_>, _>>()?.join(",")
                ));
            }
            BinaryOp::BitOr => "|",
            BinaryOp::BitAnd => "&",
            BinaryOp::BitXor => "^",
            BinaryOp::ShiftLeft => "<<",
            BinaryOp::ShiftRight => ">>",
            BinaryOp::Add => "+",
            BinaryOp::Subtract => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::IntDivide => "DIV",
            BinaryOp::Modulo => "%",
        };
        check_operands(sign, &[left, right], self.cx)?;
        Printed::value(format!("({} {sign} {})", self.text(left)?, self.text(right)?))
    }

    fn comparison(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<String, ExprError> {
        if let Some((pairs, word)) = self.rows(op, left, right)? {
            return Ok(format!("({})", pairs.join(word)));
        }
        let sign = op.comparison_sign().unwrap_or("=");
        check_operands(sign, &[left, right], self.cx)?;
        let [how_left, how_right] = compared(left, right, self.cx)?;
        let (left, right) = (self.operand(left, &how_left)?, self.operand(right, &how_right)?);
        Ok(format!("({left} {sign} {right})"))
    }

    /// A comparison of rows, as comparisons of their values and the word between them.
    fn rows(
        &self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
    ) -> Result<Option<(Vec<String>, &'static str)>, ExprError> {
        let (ExprKind::Row(lefts), ExprKind::Row(rights)) = (&bare(left).kind, &bare(right).kind) else {
            return Ok(None);
        };
        let word = match op {
            BinaryOp::Eq => " and ",
            BinaryOp::NullSafeEq if self.cx.place.in_query() => " and ",
            BinaryOp::Ne if self.cx.place.in_query() => " or ",
            _ => return Err(ExprError::unsupported("a comparison of rows", left.span)),
        };
        if lefts.len() != rights.len() {
            return Err(ExprError::unsupported("a comparison of rows", left.span));
        }
        let pairs = lefts.iter().zip(rights).map(|(l, r)| self.comparison(op, l, r));
        Ok(Some((pairs.collect::<Result<_, _>>()?, word)))
    }

    /// AND and OR, nested ones of the same kind in one list.
    fn joined(&self, expr: &Expr, or: bool, negate: bool) -> Result<String, ExprError> {
        let mut texts = Vec::new();
        let mut waiting = vec![(expr, negate)];
        while let Some((expr, negate)) = waiting.pop() {
            match &bare(expr).kind {
                // CHECK keeps its conditions as they were before they are resolved.
                ExprKind::Unary { op: UnaryOp::Not | UnaryOp::Bang, expr: inner }
                    if self.cx.place != ExprPlace::Check && is_joined(inner) =>
                {
                    waiting.push((inner, !negate));
                }
                ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right }
                    if ((*op == BinaryOp::Or) != negate) == or =>
                {
                    waiting.push((right, negate));
                    waiting.push((left, negate));
                }
                ExprKind::Binary { op, left, right } if self.cx.place.in_query() => {
                    let Some(op) = (if negate { opposite(*op) } else { Some(*op) }) else {
                        texts.push(self.negated(expr)?);
                        continue;
                    };
                    // A comparison of rows is several of values, which join the list.
                    match self.rows(op, left, right)? {
                        Some((pairs, word)) if (word == " or ") == or => texts.extend(pairs),
                        _ if negate => texts.push(self.negated(expr)?),
                        _ => texts.push(self.truth(expr)?),
                    }
                }
                _ if negate => texts.push(self.negated(expr)?),
                _ => texts.push(self.truth(expr)?),
            }
        }
        Ok(format!("({})", texts.join(if or { " or " } else { " and " })))
    }

    /// As a condition: what is no truth value is compared with zero.
    pub(super) fn truth(&self, expr: &Expr) -> Result<String, ExprError> {
        let printed = self.print(expr)?;
        if printed.boolean {
            return Ok(printed.text);
        }
        check_operands("<>", &[expr], self.cx)?;
        Ok(format!("({} <> {})", self.zero(expr), printed.text))
    }

    /// As the opposite condition.
    pub(super) fn negated(&self, expr: &Expr) -> Result<String, ExprError> {
        let expr = bare(expr);
        match &expr.kind {
            ExprKind::Unary { op: UnaryOp::Not | UnaryOp::Bang, expr } => return self.truth(expr),
            ExprKind::Binary { op, left, right } => match op {
                BinaryOp::And => return self.joined(expr, true, true),
                BinaryOp::Or => return self.joined(expr, false, true),
                BinaryOp::Xor => return Ok(format!("({} xor {})", self.negated(left)?, self.truth(right)?)),
                _ => {
                    if let Some(opposite) = opposite(*op) {
                        return self.comparison(opposite, left, right);
                    }
                }
            },
            ExprKind::Is { expr, test, not } => return self.is(expr, *test, !*not),
            ExprKind::Between { expr, low, high, not } => return self.between(expr, low, high, !*not),
            ExprKind::In { expr, list, not } => return self.in_list(expr, list, !*not),
            ExprKind::Like { not: true, .. } | ExprKind::Regexp { not: true, .. } => {
                return self.matching(expr);
            }
            ExprKind::Function { name, args, .. } if name.value.eq_ignore_ascii_case("isnull") => {
                if let [arg] = args.as_slice() {
                    return self.is(arg, IsTest::Null, true);
                }
            }
            ExprKind::Query(query) if query.is_condition() => {
                return Ok(refuse::query(self.cx, expr.span)?.query(query, true, expr.span)?.text);
            }
            _ => {}
        }
        let printed = self.print(expr)?;
        if !printed.boolean {
            check_operands("=", &[expr], self.cx)?;
        }
        Ok(if printed.boolean {
            format!("(not({}))", printed.text)
        } else {
            format!("({} = {})", self.zero(expr), printed.text)
        })
    }

    /// What a value is compared with to make a condition of it.
    fn zero(&self, expr: &Expr) -> String {
        let resolved = self.cx.resolved || self.cx.place != ExprPlace::Check;
        column_of(expr, self.cx)
            .filter(|_| resolved && self.cx.place != ExprPlace::View)
            .and_then(|column| compare_mysql::zero(&column))
            .unwrap_or_else(|| "0".to_owned())
    }

    pub(super) fn is(&self, expr: &Expr, test: IsTest, not: bool) -> Result<String, ExprError> {
        let not = if not { "not " } else { "" };
        Ok(match test {
            IsTest::Null | IsTest::Unknown => format!("({} is {not}null)", self.text(expr)?),
            IsTest::True => format!("({} is {not}true)", self.truth(expr)?),
            IsTest::False => format!("({} is {not}false)", self.truth(expr)?),
        })
    }

    fn between(&self, expr: &Expr, low: &Expr, high: &Expr, not: bool) -> Result<String, ExprError> {
        check_operands("between", &[expr, low, high], self.cx)?;
        let [how, how_low, how_high] = between(expr, low, high, self.cx)?;
        Ok(format!(
            "({} {}between {} and {})",
            self.operand(expr, &how)?,
            if not { "not " } else { "" },
            self.operand(low, &how_low)?,
            self.operand(high, &how_high)?
        ))
    }

    fn in_list(&self, expr: &Expr, list: &[Expr], not: bool) -> Result<String, ExprError> {
        if let [one] = list {
            return self.comparison(if not { BinaryOp::Ne } else { BinaryOp::Eq }, expr, one);
        }
        let operands = [expr].into_iter().chain(list).collect::<Vec<_>>();
        let how = in_list(&operands, self.cx)?;
        let mut texts = Vec::with_capacity(operands.len());
        for (operand, how) in operands.iter().zip(&how) {
            texts.push(self.operand(operand, how)?);
        }
        let Some((first, values)) = texts.split_first() else {
            return Err(ExprError::unsupported("an empty list", expr.span));
        };
        Ok(format!("({first} {}in ({}))", if not { "not " } else { "" }, values.join(",")))
    }

    /// LIKE and REGEXP without their NOT.
    fn matching(&self, expr: &Expr) -> Result<String, ExprError> {
        let (left, pattern, escape) = match &expr.kind {
            ExprKind::Like { expr, pattern, escape, .. } => (expr, pattern, escape.as_deref()),
            ExprKind::Regexp { expr, pattern, .. } => {
                let how = agree(&[expr, pattern], self.cx)?;
                let texts = [expr, pattern].into_iter().zip(&how).map(|(e, how)| self.operand(e, how));
                return Ok(format!("regexp_like({})", texts.collect::<Result<Vec<_>, _>>()?.join(",")));
            }
            _ => return self.text(expr),
        };
        check_operands("like", &[left, pattern], self.cx)?;
        let how = agree(&[left, pattern], self.cx)?;
        let mut texts = [left, pattern].into_iter().zip(&how).map(|(e, how)| self.operand(e, how));
        let (Some(left), Some(pattern)) = (texts.next().transpose()?, texts.next().transpose()?) else {
            return Err(ExprError::unsupported("this expression", expr.span));
        };
        let escape = match escape {
            Some(escape) => format!(" escape {}", self.text(escape)?),
            None => String::new(),
        };
        Ok(format!("({left} like {pattern}{escape})"))
    }

    fn case(
        &self,
        operand: Option<&Expr>,
        whens: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> Result<Printed, ExprError> {
        let mut text = "(case".to_owned();
        let mut compared = Vec::new();
        if let Some(operand) = operand {
            let operands =
                [operand].into_iter().chain(whens.iter().map(|(when, _)| when)).collect::<Vec<_>>();
            compared = in_list(&operands, self.cx)?;
            let how = compared.remove(0);
            text.push_str(&format!(" {}", self.operand(operand, &how)?));
        }
        compared.resize(whens.len(), Operand::Plain);
        let results = whens.iter().map(|(_, then)| then).chain(otherwise).collect::<Vec<_>>();
        let results = agree(&results, self.cx)?;
        for (((when, then), how_when), how_then) in whens.iter().zip(&compared).zip(&results) {
            let (when, then) = (self.operand(when, how_when)?, self.operand(then, how_then)?);
            text.push_str(&format!(" when {when} then {then}"));
        }
        if let (Some(otherwise), Some(how)) = (otherwise, results.last()) {
            text.push_str(&format!(" else {}", self.operand(otherwise, how)?));
        }
        text.push_str(" end)");
        Printed::value(text)
    }
}

/// Whether it is AND or OR, once its NOTs are resolved.
pub(super) fn is_joined(expr: &Expr) -> bool {
    match &bare(expr).kind {
        ExprKind::Unary { op: UnaryOp::Not | UnaryOp::Bang, expr } => is_joined(expr),
        ExprKind::Binary { op, .. } => matches!(op, BinaryOp::And | BinaryOp::Or),
        _ => false,
    }
}

/// The comparison that is true where this one is false.
pub(super) fn opposite(op: BinaryOp) -> Option<BinaryOp> {
    Some(match op {
        BinaryOp::Eq => BinaryOp::Ne,
        BinaryOp::Ne => BinaryOp::Eq,
        BinaryOp::Lt => BinaryOp::Ge,
        BinaryOp::Le => BinaryOp::Gt,
        BinaryOp::Gt => BinaryOp::Le,
        BinaryOp::Ge => BinaryOp::Lt,
        _ => return None,
    })
}
