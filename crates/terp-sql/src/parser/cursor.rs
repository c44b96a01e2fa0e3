//! The parser's hold on the tokens: looking ahead, taking, and saying what was expected.

use std::borrow::Cow;

use crate::ast::{Ident, ObjectName, Text};
use crate::lexer::{LexOptions, Token, TokenKind, unescape_string, unquote_ident};
use crate::parser::{ParseOptions, SyntaxError};
use crate::{Span, is_reserved};

/// How deep expressions and parentheses may nest. The server stops at its own stack limit (1436).
pub(crate) const MAX_DEPTH: u32 = 256;

/// What every parsing function returns. The error is boxed: it is rare, and results stay small.
pub(crate) type PResult<T> = Result<T, Box<SyntaxError>>;

/// A word in upper case, on the stack, so that `match` can take it. Longer words than any keyword are empty.
pub(crate) struct Upper {
    bytes: [u8; Upper::LONGEST],
    len: usize,
}

impl Upper {
    const LONGEST: usize = 32;

    fn new(word: &str) -> Self {
        let mut bytes = [0; Self::LONGEST];
        let len = match bytes.get_mut(..word.len()) {
            Some(room) => {
                room.copy_from_slice(word.as_bytes());
                room.make_ascii_uppercase();
                word.len()
            }
            None => 0,
        };
        Self { bytes, len }
    }

    pub(crate) fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

/// A position among the significant tokens of one statement.
pub(crate) struct Parser<'a> {
    pub(crate) src: &'a str,
    pub(crate) options: ParseOptions,
    /// Inside ALTER TABLE, where MariaDB takes IF NOT EXISTS for keys.
    pub(super) altering: bool,
    /// Inside a query that is read as a tree: subqueries and aggregate functions are kept.
    pub(super) querying: bool,
    /// What stored programs don't keep of the text: the marks of version comments, and those that are skipped.
    pub(super) marks: &'a [Span],
    /// Where the statement's text ends, comments after its last token included.
    pub(super) text_end: u32,
    tokens: &'a [Token],
    pos: usize,
    depth: u32,
    /// Height of the expression that was read last: see `parser/expr.rs`.
    pub(super) expr_height: u32,
    end: Span,
}

impl<'a> Parser<'a> {
    /// Over the tokens of one statement, trivia and delimiter already left out.
    pub(crate) fn new(src: &'a str, tokens: &'a [Token], options: ParseOptions) -> Self {
        let end = Span::at(tokens.last().map_or(0, |t| t.span.end));
        Self {
            src,
            options,
            altering: false,
            querying: false,
            marks: &[],
            text_end: end.end,
            tokens,
            pos: 0,
            depth: 0,
            expr_height: 0,
            end,
        }
    }

    /// A parser of the rest of the statement without its last `tail` tokens, for a query.
    pub(super) fn part(&self, tail: usize) -> Parser<'a> {
        let end = self.tokens.len().saturating_sub(tail).max(self.pos);
        let tokens = self.tokens.get(..end).unwrap_or_default();
        let end = Span::at(tokens.last().map_or(0, |t| t.span.end));
        Parser { tokens, end, querying: true, depth: 0, expr_height: 0, ..*self }
    }

    pub(crate) fn lex_options(&self) -> LexOptions {
        self.options.lex_options()
    }

    // ---- looking ----

    pub(crate) fn nth(&self, n: usize) -> Token {
        self.tokens.get(self.pos + n).copied().unwrap_or(Token { kind: TokenKind::Eof, span: self.end })
    }

    pub(crate) fn peek(&self) -> Token {
        self.nth(0)
    }

    pub(crate) fn at_end(&self) -> bool {
        self.pos >= self.tokens.len()
    }

    pub(crate) fn at(&self, kind: TokenKind) -> bool {
        self.peek().kind == kind
    }

    pub(crate) fn nth_at(&self, n: usize, kind: TokenKind) -> bool {
        self.nth(n).kind == kind
    }

    pub(crate) fn text(&self, token: Token) -> &'a str {
        token.span.text(self.src)
    }

    /// Whether the n-th token from here is that keyword, unquoted, in any case.
    pub(crate) fn nth_kw(&self, n: usize, keyword: &str) -> bool {
        let token = self.nth(n);
        token.kind == TokenKind::Word && self.text(token).eq_ignore_ascii_case(keyword)
    }

    pub(crate) fn at_kw(&self, keyword: &str) -> bool {
        self.nth_kw(0, keyword)
    }

    /// Whether the next tokens are these keywords, in this order.
    pub(crate) fn at_kws(&self, keywords: &[&str]) -> bool {
        keywords.iter().enumerate().all(|(n, k)| self.nth_kw(n, k))
    }

    /// The n-th token from here in upper case, where it is an unquoted word; else empty.
    pub(crate) fn nth_upper(&self, n: usize) -> Upper {
        let token = self.nth(n);
        Upper::new(if token.kind == TokenKind::Word { self.text(token) } else { "" })
    }

    pub(crate) fn upper(&self) -> Upper {
        self.nth_upper(0)
    }

    /// Whether the n-th token from here can be an identifier as it stands there.
    pub(crate) fn nth_is_ident(&self, n: usize) -> bool {
        let token = self.nth(n);
        match token.kind {
            TokenKind::QuotedIdent => true,
            // The lexer of the server takes a word that touches a dot for a name, whatever it is.
            TokenKind::Word => {
                !is_reserved(self.text(token), self.options.flavor)
                    || (self.nth_at(n + 1, TokenKind::Dot) && self.nth(n + 1).span.start == token.span.end)
            }
            _ => false,
        }
    }

    // ---- taking ----

    pub(crate) fn bump(&mut self) -> Token {
        let token = self.peek();
        if self.pos < self.tokens.len() {
            self.pos += 1;
        }
        token
    }

    /// Takes the token, and gives the value.
    pub(crate) fn bumped<T>(&mut self, value: T) -> T {
        self.bump();
        value
    }

    pub(crate) fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.pos += 1;
        }
        found
    }

    /// `=` or `:=`, which the grammar holds for the same.
    pub(crate) fn eat_equals(&mut self) -> bool {
        self.eat(TokenKind::Eq) || self.eat(TokenKind::ColonEq)
    }

    pub(crate) fn eat_kw(&mut self, keyword: &str) -> bool {
        let found = self.at_kw(keyword);
        if found {
            self.pos += 1;
        }
        found
    }

    /// Takes all of these keywords, or none.
    pub(crate) fn eat_kws(&mut self, keywords: &[&str]) -> bool {
        let found = self.at_kws(keywords);
        if found {
            self.pos += keywords.len();
        }
        found
    }

    pub(crate) fn expect(&mut self, kind: TokenKind, expected: &'static str) -> PResult<Token> {
        if self.at(kind) { Ok(self.bump()) } else { Err(self.error(expected)) }
    }

    pub(crate) fn expect_kw(&mut self, keyword: &'static str) -> PResult<()> {
        if self.eat_kw(keyword) { Ok(()) } else { Err(self.error(keyword)) }
    }

    /// A place to come back to with [`reset`](Self::reset).
    pub(crate) fn mark(&self) -> usize {
        self.pos
    }

    pub(crate) fn reset(&mut self, mark: usize) {
        self.pos = mark;
    }

    /// From the start of the token at that mark to the end of the last token taken.
    pub(crate) fn span_from(&self, mark: usize) -> Span {
        let start = self.tokens.get(mark).map_or(self.end, |t| t.span);
        match self.pos.checked_sub(1).and_then(|last| self.tokens.get(last)) {
            Some(last) if last.span.end >= start.start => start.cover(last.span),
            _ => Span::at(start.start),
        }
    }

    /// From here to the end of the statement.
    pub(crate) fn rest(&self) -> Span {
        Span::new(self.peek().span.start, self.end.end)
    }

    /// Goes to the end of the statement.
    pub(crate) fn skip_rest(&mut self) -> Span {
        let rest = self.rest();
        self.pos = self.tokens.len();
        rest
    }

    /// All tokens of the statement, and how many of them were taken.
    pub(crate) fn all_tokens(&self) -> (&'a [Token], usize) {
        (self.tokens, self.pos)
    }

    /// Whether the n-th token from the end of the statement, not yet taken, is that keyword.
    pub(crate) fn last_kw(&self, n: usize, keyword: &str) -> bool {
        match self.index_from_end(n).and_then(|index| self.tokens.get(index)) {
            Some(token) => token.kind == TokenKind::Word && self.text(*token).eq_ignore_ascii_case(keyword),
            None => false,
        }
    }

    fn index_from_end(&self, n: usize) -> Option<usize> {
        self.tokens.len().checked_sub(n + 1).filter(|&index| index >= self.pos)
    }

    /// Goes to the last `n` tokens of the statement, and says what it passed.
    pub(crate) fn skip_to_last(&mut self, n: usize) -> Span {
        let mark = self.pos;
        self.pos = self.tokens.len().saturating_sub(n).max(mark);
        self.span_from(mark)
    }

    /// The last token taken.
    pub(crate) fn last_taken(&self) -> Span {
        self.pos.checked_sub(1).and_then(|last| self.tokens.get(last)).map_or(self.end, |token| token.span)
    }

    // ---- names and literals ----

    /// An identifier: quoted, or a word that is not reserved.
    pub(crate) fn ident(&mut self, expected: &'static str) -> PResult<Ident> {
        if self.nth_is_ident(0) { Ok(self.take_ident()) } else { Err(self.error(expected)) }
    }

    /// An identifier, or a string that stands for one (an engine's or a character set's name).
    pub(crate) fn ident_or_string(&mut self, expected: &'static str) -> PResult<Ident> {
        if self.at(TokenKind::String) {
            let text = self.text_string(expected)?;
            return Ok(Ident { value: text.value, span: text.span, quoted: true });
        }
        self.ident(expected)
    }

    /// Any word or quoted name: after a dot, reserved words are names too.
    pub(crate) fn any_ident(&mut self, expected: &'static str) -> PResult<Ident> {
        match self.peek().kind {
            TokenKind::QuotedIdent | TokenKind::Word => Ok(self.take_ident()),
            _ => Err(self.error(expected)),
        }
    }

    /// Takes the token as an identifier, whatever it is.
    pub(crate) fn take_ident(&mut self) -> Ident {
        let token = self.bump();
        let quoted = token.kind != TokenKind::Word;
        let text = self.text(token);
        let value = if quoted { unquote_ident(text) } else { Cow::Borrowed(text) };
        let mut value = value.into_owned();
        // MySQL keeps names in utf8mb3: what lies beyond becomes a question mark.
        if self.options.flavor.is_mysql() && value.chars().any(|c| u32::from(c) > 0xFFFF) {
            value = value.chars().map(|c| if u32::from(c) > 0xFFFF { '?' } else { c }).collect();
        }
        Ident { value, span: token.span, quoted }
    }

    /// `[schema.]name`
    pub(crate) fn object_name(&mut self, expected: &'static str) -> PResult<ObjectName> {
        // MariaDB takes `.name`, with nothing before the dot, for the current database's.
        if self.at(TokenKind::Dot) && self.options.flavor.is_mariadb() {
            self.bump();
            return Ok(ObjectName { schema: None, name: self.any_ident(expected)? });
        }
        let first = self.ident(expected)?;
        if self.eat(TokenKind::Dot) {
            let name = self.any_ident(expected)?;
            return Ok(ObjectName { schema: Some(first), name });
        }
        Ok(ObjectName { schema: None, name: first })
    }

    /// One string in quotes, where literals side by side are not joined.
    pub(crate) fn text_string(&mut self, expected: &'static str) -> PResult<Text> {
        let token = self.expect(TokenKind::String, expected)?;
        let value = unescape_string(self.text(token), &self.lex_options()).into_owned();
        Ok(Text { value, span: token.span })
    }

    /// A string literal; literals side by side are one.
    pub(crate) fn string(&mut self, expected: &'static str) -> PResult<Text> {
        if !self.at(TokenKind::String) {
            return Err(self.error(expected));
        }
        let first = self.bump();
        let options = self.lex_options();
        let mut value = unescape_string(self.text(first), &options).into_owned();
        let mut span = first.span;
        while self.at(TokenKind::String) {
            let next = self.bump();
            value.push_str(&unescape_string(self.text(next), &options));
            span = span.cover(next.span);
        }
        Ok(Text { value, span })
    }

    /// An unsigned integer; one too large for 64 bits is `u64::MAX`.
    pub(crate) fn integer(&mut self, expected: &'static str) -> PResult<u64> {
        if !self.at(TokenKind::Integer) {
            return Err(self.error(expected));
        }
        let token = self.bump();
        Ok(self.text(token).parse().unwrap_or(u64::MAX))
    }

    /// A number of any kind but hexadecimal.
    pub(crate) fn long_number(&mut self) -> PResult<u64> {
        const EXPECTED: &str = "a number";
        if self.at(TokenKind::HexNumber) { Err(self.error(EXPECTED)) } else { self.number(EXPECTED) }
    }

    /// An unsigned integer, decimal or hexadecimal.
    pub(crate) fn integer_or_hex(&mut self) -> PResult<u64> {
        const EXPECTED: &str = "an integer";
        if self.at(TokenKind::HexNumber) { self.number(EXPECTED) } else { self.integer(EXPECTED) }
    }

    /// A number where the server's grammar takes any kind of it and keeps the integer: `10`, `0x0A`, `10.5`.
    pub(crate) fn number(&mut self, expected: &'static str) -> PResult<u64> {
        let token = self.peek();
        let text = self.text(token);
        let value = match token.kind {
            TokenKind::Integer => text.parse().unwrap_or(u64::MAX),
            TokenKind::HexNumber => {
                u64::from_str_radix(text.get(2..).unwrap_or_default(), 16).unwrap_or(u64::MAX)
            }
            TokenKind::Decimal | TokenKind::Float => {
                let digits = text.find(|c: char| !c.is_ascii_digit()).map_or(text, |end| &text[..end]);
                if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u64::MAX) }
            }
            _ => return Err(self.error(expected)),
        };
        self.bump();
        Ok(value)
    }

    /// A keyword-like word in upper case, quoted or not, such as the value of ROW_FORMAT.
    pub(crate) fn upper_word(&mut self, expected: &'static str) -> PResult<String> {
        if self.at(TokenKind::Word) {
            let token = self.bump();
            return Ok(self.text(token).to_ascii_uppercase());
        }
        Err(self.error(expected))
    }

    /// `a, b, c` of whatever the function reads.
    pub(crate) fn comma_list<T>(&mut self, mut item: impl FnMut(&mut Self) -> PResult<T>) -> PResult<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eat(TokenKind::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `(a, b, c)` of whatever the function reads.
    pub(crate) fn paren_list<T>(&mut self, item: impl FnMut(&mut Self) -> PResult<T>) -> PResult<Vec<T>> {
        self.expect(TokenKind::LParen, "(")?;
        let items = self.comma_list(item)?;
        self.expect(TokenKind::RParen, "a comma or )")?;
        Ok(items)
    }

    // ---- errors ----

    /// "expected X" at the next token.
    pub(crate) fn error(&self, expected: &'static str) -> Box<SyntaxError> {
        let token = self.peek();
        Box::new(SyntaxError {
            errno: SyntaxError::PARSE_ERROR,
            span: token.span,
            expected,
            found: if token.kind == TokenKind::Eof { String::new() } else { shorten(self.text(token)) },
        })
    }

    /// "expected X" at a place that was already read.
    pub(crate) fn error_at(&self, span: Span, expected: &'static str) -> Box<SyntaxError> {
        Box::new(SyntaxError {
            errno: SyntaxError::PARSE_ERROR,
            span,
            expected,
            found: shorten(span.text(self.src)),
        })
    }

    /// Runs a function one level deeper, and refuses what nests too deep for any stack.
    pub(crate) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.error("an expression that nests at most 256 levels deep"));
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        result
    }
}

pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
}
