//! Expressions: literals, names, parentheses and what else stands without an operator.

use crate::ast::{BinaryOp, Expr, ExprKind, Ident, Literal, UnaryOp};
use crate::lexer::{TokenKind, decode_hex, unescape_string};
use crate::parser::cursor::{PResult, Parser};

impl Parser<'_> {
    /// A literal with or without a sign, where nothing else is allowed: NULL, TRUE, numbers, strings, and so on.
    pub(crate) fn literal_value(&mut self) -> PResult<Expr> {
        let mark = self.mark();
        let op = match self.peek().kind {
            TokenKind::Minus => Some(UnaryOp::Minus),
            TokenKind::Plus => Some(UnaryOp::Plus),
            _ => None,
        };
        if op.is_some() {
            self.bump();
            if !matches!(self.peek().kind, TokenKind::Integer | TokenKind::Decimal | TokenKind::Float) {
                return Err(self.error("a number"));
            }
        }
        let operand = self.mark();
        let Some(literal) = self.literal()? else { return Err(self.error("a literal")) };
        let expr = Expr { kind: ExprKind::Literal(literal), span: self.span_from(operand) };
        Ok(match op {
            Some(op) => {
                Expr { kind: ExprKind::Unary { op, expr: Box::new(expr) }, span: self.span_from(mark) }
            }
            None => expr,
        })
    }

    /// An operand without operators, not even COLLATE: what MariaDB takes after DEFAULT without parentheses.
    pub(crate) fn primary_expr(&mut self) -> PResult<Expr> {
        let seen = self.expr_height;
        let expr = if matches!(self.peek().kind, TokenKind::Minus | TokenKind::Plus) {
            self.literal_value()?
        } else {
            self.nested(Self::primary)?
        };
        self.expr_height = self.expr_height.max(seen);
        Ok(expr)
    }

    /// An operand without operators. Leaves its height.
    pub(super) fn primary(&mut self) -> PResult<Expr> {
        let mark = self.mark();
        self.expr_height = 0;
        if let Some(literal) = self.literal()? {
            return Ok(Expr { kind: ExprKind::Literal(literal), span: self.span_from(mark) });
        }
        let token = self.peek();
        let kind = match token.kind {
            TokenKind::LParen => self.parenthesised()?,
            TokenKind::LBrace => self.odbc_escape()?,
            TokenKind::UserVar => {
                self.bump();
                let text = self.text(token).to_owned();
                if self.eat(TokenKind::ColonEq) {
                    self.expr()?;
                    ExprKind::Unsupported("an assignment to a variable".into())
                } else {
                    ExprKind::Variable(text)
                }
            }
            TokenKind::AtAt => self.system_variable()?,
            TokenKind::Param => {
                self.bump();
                ExprKind::Unsupported("a parameter marker".into())
            }
            TokenKind::QuotedIdent | TokenKind::Dot => self.name_or_call()?,
            TokenKind::Word => match self.keyword_operand()? {
                Some(kind) => kind,
                None => self.name_or_call()?,
            },
            _ => return Err(self.error("an expression")),
        };
        self.grow()?;
        let mut expr = Expr { kind, span: self.span_from(mark) };
        if self.options.flavor.is_mysql() && matches!(expr.kind, ExprKind::Name(_)) {
            expr = self.json_arrow(expr, mark)?;
        }
        Ok(expr)
    }

    /// `column->'path'` and `column->>'path'`: only a column may stand before the arrow.
    fn json_arrow(&mut self, column: Expr, mark: usize) -> PResult<Expr> {
        let op = match self.peek().kind {
            TokenKind::Arrow => BinaryOp::JsonExtract,
            TokenKind::ArrowArrow => BinaryOp::JsonUnquoteExtract,
            _ => return Ok(column),
        };
        self.bump();
        let path = self.string("a JSON path in quotes")?;
        let path = Expr {
            kind: ExprKind::Literal(Literal::String { value: path.value, introducer: None }),
            span: path.span,
        };
        self.grow()?;
        let kind = ExprKind::Binary { op, left: Box::new(column), right: Box::new(path) };
        Ok(Expr { kind, span: self.span_from(mark) })
    }

    /// A literal, if one stands here.
    fn literal(&mut self) -> PResult<Option<Literal>> {
        let token = self.peek();
        let text = self.text(token);
        Ok(Some(match token.kind {
            TokenKind::Integer => {
                self.bump();
                Literal::Integer(text.to_owned())
            }
            TokenKind::Decimal => {
                self.bump();
                Literal::Decimal(text.to_owned())
            }
            TokenKind::Float => {
                self.bump();
                Literal::Float(text.to_owned())
            }
            TokenKind::String => Literal::String { value: self.string("a string")?.value, introducer: None },
            TokenKind::NationalString => {
                self.bump();
                let mut value = unescape_string(text, &self.lex_options()).into_owned();
                if self.at(TokenKind::String) {
                    value.push_str(&self.string("a string")?.value);
                }
                // MariaDB forgets how it was written, and so does MySQL in a view.
                let introducer =
                    (self.options.flavor.is_mysql() && !self.querying).then(|| "utf8mb3".to_owned());
                Literal::String { value, introducer }
            }
            TokenKind::HexString | TokenKind::HexNumber => self.hex(None)?,
            TokenKind::BitString | TokenKind::BitNumber => self.bits(None)?,
            TokenKind::Word => return self.word_literal(text),
            _ => return Ok(None),
        }))
    }

    fn word_literal(&mut self, text: &str) -> PResult<Option<Literal>> {
        if let Some(charset) = text.strip_prefix('_')
            && let Some(literal) = self.introduced(charset)?
        {
            return Ok(Some(literal));
        }
        for keyword in ["DATE", "TIME", "TIMESTAMP"] {
            if text.eq_ignore_ascii_case(keyword) && self.nth_at(1, TokenKind::String) {
                self.bump();
                return Ok(Some(Literal::Temporal { keyword, value: self.string("a string")?.value }));
            }
        }
        let literal = match () {
            () if text.eq_ignore_ascii_case("NULL") => Literal::Null,
            () if text.eq_ignore_ascii_case("TRUE") => Literal::Bool(true),
            () if text.eq_ignore_ascii_case("FALSE") => Literal::Bool(false),
            () => return Ok(None),
        };
        self.bump();
        Ok(Some(literal))
    }

    /// `_charset` and the literal after it.
    fn introduced(&mut self, charset: &str) -> PResult<Option<Literal>> {
        let Some(charset) = self.options.flavor.charset(charset) else { return Ok(None) };
        let introducer = Some(charset.name.to_owned());
        Ok(match self.nth(1).kind {
            TokenKind::String => {
                self.bump();
                Some(Literal::String { value: self.string("a string")?.value, introducer })
            }
            TokenKind::HexString | TokenKind::HexNumber => {
                self.bump();
                Some(self.hex(introducer)?)
            }
            TokenKind::BitString | TokenKind::BitNumber => {
                self.bump();
                Some(self.bits(introducer)?)
            }
            _ => None,
        })
    }

    fn hex(&mut self, introducer: Option<String>) -> PResult<Literal> {
        let Ok(bytes) = decode_hex(self.text(self.peek())) else {
            return Err(self.error("hexadecimal digits"));
        };
        let number = self.bump().kind == TokenKind::HexNumber;
        Ok(Literal::Hex { bytes, number, introducer })
    }

    fn bits(&mut self, introducer: Option<String>) -> PResult<Literal> {
        let token = self.bump();
        let digits = self.text(token).chars().skip(1).filter(char::is_ascii_digit).collect::<String>();
        // The 0 of `0b` is skipped as the first character; b and quotes are no digits.
        Ok(Literal::Bits { digits, introducer })
    }

    fn parenthesised(&mut self) -> PResult<ExprKind> {
        if self.querying {
            if self.at_subquery() && self.subquery_alone() {
                return self.scalar();
            }
        } else if self.at_subquery() {
            self.skip_parens()?;
            return Ok(ExprKind::Subquery);
        }
        self.bump();
        let first = self.expr()?;
        if self.at(TokenKind::Comma) {
            let mut items = vec![first];
            while self.eat(TokenKind::Comma) {
                items.push(self.expr()?);
            }
            self.expect(TokenKind::RParen, ")")?;
            return Ok(ExprKind::Row(items));
        }
        self.expect(TokenKind::RParen, ")")?;
        Ok(ExprKind::Paren(Box::new(first)))
    }

    /// `{d '2020-01-01'}`: an expression with a word before it, which means something with three of them.
    fn odbc_escape(&mut self) -> PResult<ExprKind> {
        self.bump();
        let word = self.any_ident("a name")?;
        let expr = self.expr()?;
        self.expect(TokenKind::RBrace, "}")?;
        let keyword = match word.value.to_ascii_lowercase().as_str() {
            "d" => "DATE",
            "t" => "TIME",
            "ts" => "TIMESTAMP",
            _ => return Ok(ExprKind::Paren(Box::new(expr))),
        };
        Ok(match expr.kind {
            ExprKind::Literal(Literal::String { value, .. }) => {
                ExprKind::Literal(Literal::Temporal { keyword, value })
            }
            _ => ExprKind::Paren(Box::new(expr)),
        })
    }

    fn system_variable(&mut self) -> PResult<ExprKind> {
        let mark = self.mark();
        self.bump();
        self.any_ident("the name of a system variable")?;
        while self.eat(TokenKind::Dot) {
            self.any_ident("the name of a system variable")?;
        }
        Ok(ExprKind::Variable(self.span_from(mark).text(self.src).to_owned()))
    }

    /// `a`, `t.a`, `db.t.a`, or a function's call.
    fn name_or_call(&mut self) -> PResult<ExprKind> {
        // As for a table, a name may begin with a dot.
        let leading_dot = self.eat(TokenKind::Dot);
        let qualified = leading_dot || self.nth_at(1, TokenKind::Dot);
        let callable = !leading_dot && self.nth_at(1, TokenKind::LParen);
        let first =
            if qualified || callable { self.any_ident("a name")? } else { self.ident("an expression")? };
        if callable {
            return self.call(None, first);
        }
        let mut parts = vec![first];
        while parts.len() < 3 && self.eat(TokenKind::Dot) {
            parts.push(self.any_ident("a name")?);
        }
        if self.at(TokenKind::LParen) && parts.len() == 2 {
            let name = parts.pop();
            if let (Some(name), schema) = (name, parts.pop()) {
                return self.call(schema, name);
            }
        }
        Ok(ExprKind::Name(parts))
    }

    /// The name of a collation, also in quotes.
    pub(super) fn collation_name(&mut self) -> PResult<Ident> {
        if self.at(TokenKind::String) {
            let text = self.string("a collation")?;
            return Ok(Ident { value: text.value, span: text.span, quoted: true });
        }
        self.any_ident("a collation")
    }

    /// Whether a parenthesis opens a subquery.
    pub(super) fn at_subquery(&self) -> bool {
        let mut n = 0;
        while self.nth_at(n, TokenKind::LParen) {
            n += 1;
        }
        n > 0 && (self.nth_kw(n, "SELECT") || self.nth_kw(n, "WITH"))
    }

    /// Whether the parenthesis here, which has a query somewhere at its beginning, holds one query and nothing else:
    /// unlike `((SELECT 1) + 1)` and `((SELECT 1), 2)`.
    pub(super) fn subquery_alone(&self) -> bool {
        if !self.nth_at(1, TokenKind::LParen) {
            return true;
        }
        let mut open = 0;
        let mut n = 1;
        loop {
            match self.nth(n).kind {
                TokenKind::LParen => open += 1,
                TokenKind::RParen => open -= 1,
                TokenKind::Eof => return false,
                _ => {}
            }
            n += 1;
            if open == 0 {
                break;
            }
        }
        ["UNION", "EXCEPT", "INTERSECT", "ORDER", "LIMIT"].iter().any(|k| self.nth_kw(n, k))
    }

    /// Takes parentheses with all that is in them.
    pub(super) fn skip_parens(&mut self) -> PResult<()> {
        self.expect(TokenKind::LParen, "(")?;
        let mut open = 1;
        while open > 0 {
            match self.bump().kind {
                TokenKind::LParen => open += 1,
                TokenKind::RParen => open -= 1,
                TokenKind::Eof => return Err(self.error(")")),
                _ => {}
            }
        }
        Ok(())
    }
}
