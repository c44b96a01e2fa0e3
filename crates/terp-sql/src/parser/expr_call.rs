//! Expressions: functions, and operands that begin with a keyword.

use crate::ast::{CastTarget, Expr, ExprKind, Ident, JsonOn, Literal};
use crate::is_reserved;
use crate::lexer::TokenKind;
use crate::parser::cursor::{PResult, Parser};
use crate::parser::expr_words::{
    AGGREGATES, NO_SPACE, RESERVED_FUNCTIONS, UNITS, WINDOW_FUNCTIONS, WITHOUT_PARENTHESES,
};

fn among(word: &str, words: &[&str]) -> bool {
    words.iter().any(|w| w.eq_ignore_ascii_case(word))
}

impl Parser<'_> {
    /// An operand that begins with a keyword, if one stands here.
    pub(super) fn keyword_operand(&mut self) -> PResult<Option<ExprKind>> {
        let token = self.peek();
        let word = self.text(token);
        // A word before a dot is a name, whatever it is.
        if self.nth_at(1, TokenKind::Dot) {
            return Ok(None);
        }
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        let call = self.nth_at(1, TokenKind::LParen);
        if is("CASE") {
            return self.case().map(Some);
        }
        if is("INTERVAL") {
            return self.leading_interval().map(Some);
        }
        if is("EXISTS") && call {
            self.bump();
            if self.querying {
                return self.exists().map(Some);
            }
            self.skip_parens()?;
            return Ok(Some(ExprKind::Subquery));
        }
        if is("ROW") && call {
            self.bump();
            return Ok(Some(ExprKind::Row(self.paren_list(Self::expr)?)));
        }
        if is("MATCH") {
            return self.match_against().map(Some);
        }
        if self.options.flavor.is_mariadb()
            && (self.at_kws(&["NEXT", "VALUE", "FOR"]) || self.at_kws(&["PREVIOUS", "VALUE", "FOR"]))
        {
            return self.sequence_value().map(Some);
        }
        if !call && among(word, WITHOUT_PARENTHESES) {
            let name = self.take_ident();
            return Ok(Some(ExprKind::Function {
                schema: None,
                name,
                args: vec![],
                parens: false,
                stored: false,
            }));
        }
        if is_reserved(word, self.options.flavor)
            && !(call && (among(word, RESERVED_FUNCTIONS) || among(word, WINDOW_FUNCTIONS)))
        {
            return Err(self.error("an expression"));
        }
        Ok(None)
    }

    /// What follows a function's name, which has been taken.
    pub(super) fn call(&mut self, schema: Option<Ident>, name: Ident) -> PResult<ExprKind> {
        let upper = name.value.to_ascii_uppercase();
        let apart = self.peek().span.start > name.span.end;
        if schema.is_some() || name.quoted {
            let args = self.arguments()?;
            let stored = schema.is_none() && among(&upper, NO_SPACE);
            return Ok(ExprKind::Function { schema, name, args, parens: true, stored });
        }
        if apart && !self.options.sql_mode.ignore_space && among(&upper, NO_SPACE) {
            let args = self.arguments()?;
            return Ok(ExprKind::Function { schema, name, args, parens: true, stored: true });
        }
        let collect = upper == "ST_COLLECT" && self.options.flavor.is_mysql();
        if collect || among(&upper, AGGREGATES) || among(&upper, WINDOW_FUNCTIONS) {
            if self.querying && !collect {
                return self.query_aggregate(name, &upper);
            }
            return self.aggregate(name, &upper);
        }
        match upper.as_str() {
            "CAST" => self.cast(),
            "CONVERT" => self.convert(),
            "EXTRACT" => self.extract(),
            "TRIM" => self.trim(),
            "POSITION" => self.position(),
            "CHAR" => self.char_function(),
            "DATE_ADD" | "DATE_SUB" | "ADDDATE" | "SUBDATE" => self.date_arithmetic(&upper),
            "TIMESTAMPADD" | "TIMESTAMPDIFF" | "GET_FORMAT" => self.keyword_function(name, &upper),
            "SUBSTRING" | "SUBSTR" | "MID" => self.substring(name),
            "DEFAULT" => self.default_of(),
            "NEXTVAL" if self.options.flavor.is_mariadb() => {
                self.expect(TokenKind::LParen, "(")?;
                let sequence = self.sequence_name()?;
                self.expect(TokenKind::RParen, ")")?;
                Ok(ExprKind::NextValue(sequence))
            }
            "JSON_VALUE" if self.options.flavor.is_mysql() => self.json_value(name),
            "GROUPING" if self.querying && self.options.flavor.is_mysql() => self.grouping(),
            "COLUMN_DELETE" | "VALUES" | "VALUE" | "WEIGHT_STRING" | "COLUMN_GET" | "COLUMN_CREATE"
            | "COLUMN_ADD" | "LASTVAL" | "SETVAL" | "GROUPING" => {
                self.skip_parens()?;
                Ok(ExprKind::Unsupported(format!("{upper}()")))
            }
            _ => {
                let args = self.arguments()?;
                Ok(ExprKind::Function { schema, name, args, parens: true, stored: false })
            }
        }
    }

    fn arguments(&mut self) -> PResult<Vec<Expr>> {
        self.expect(TokenKind::LParen, "(")?;
        if self.eat(TokenKind::RParen) {
            return Ok(Vec::new());
        }
        let args = self.comma_list(Self::expr)?;
        self.expect(TokenKind::RParen, ")")?;
        Ok(args)
    }

    fn aggregate(&mut self, name: Ident, upper: &str) -> PResult<ExprKind> {
        let mark = self.mark();
        self.skip_parens()?;
        // MariaDB's WITHIN GROUP, MySQL's FROM FIRST and IGNORE NULLS stand before OVER.
        if self.at_kws(&["WITHIN", "GROUP"]) {
            self.bump();
            self.bump();
            self.skip_parens()?;
        }
        if self.at_kw("FROM") && (self.nth_kw(1, "FIRST") || self.nth_kw(1, "LAST")) {
            self.bump();
            self.bump();
        }
        if (self.at_kw("RESPECT") || self.at_kw("IGNORE")) && self.nth_kw(1, "NULLS") {
            self.bump();
            self.bump();
        }
        let lower = upper.to_ascii_lowercase();
        if !self.eat_kw("OVER") {
            if upper == "LAST_VALUE" && self.options.flavor.is_mariadb() {
                self.reset(mark);
                let args = self.arguments()?;
                return Ok(ExprKind::Function { schema: None, name, args, parens: true, stored: false });
            }
            if among(upper, WINDOW_FUNCTIONS) {
                return Err(self.error("OVER"));
            }
            return Ok(ExprKind::Aggregate(lower));
        }
        if self.at(TokenKind::LParen) {
            self.skip_parens()?;
        } else {
            self.any_ident("a window")?;
        }
        Ok(ExprKind::Window(lower))
    }

    fn match_against(&mut self) -> PResult<ExprKind> {
        self.bump();
        if self.at(TokenKind::LParen) {
            self.skip_parens()?;
        } else {
            self.comma_list(|p| p.object_name("a column"))?;
        }
        self.expect_kw("AGAINST")?;
        self.skip_parens()?;
        Ok(ExprKind::Unsupported("MATCH".into()))
    }

    fn case(&mut self) -> PResult<ExprKind> {
        self.bump();
        let operand = if self.at_kw("WHEN") { None } else { Some(Box::new(self.expr()?)) };
        let mut whens = Vec::new();
        while self.eat_kw("WHEN") {
            let when = self.expr()?;
            self.expect_kw("THEN")?;
            whens.push((when, self.expr()?));
        }
        if whens.is_empty() {
            return Err(self.error("WHEN"));
        }
        let otherwise = if self.eat_kw("ELSE") { Some(Box::new(self.expr()?)) } else { None };
        self.expect_kw("END")?;
        Ok(ExprKind::Case { operand, whens, otherwise })
    }

    /// `INTERVAL value unit`, if it stands here; `INTERVAL(a, b)` is a function and left alone.
    pub(super) fn interval(&mut self) -> PResult<Option<(Expr, String)>> {
        if !self.at_kw("INTERVAL") || self.at_interval_function() {
            return Ok(None);
        }
        self.bump();
        let value = self.expr()?;
        match self.unit() {
            Some(unit) => Ok(Some((value, unit))),
            None => Err(self.error("a unit of time")),
        }
    }

    /// Whether the parentheses after INTERVAL hold a list. This looks ahead and doesn't parse twice, which nested
    /// intervals would make exponential.
    fn at_interval_function(&self) -> bool {
        let mut open = 0;
        let mut n = 1;
        loop {
            match self.nth(n).kind {
                TokenKind::LParen => open += 1,
                TokenKind::RParen => open -= 1,
                TokenKind::Comma if open == 1 => return true,
                TokenKind::Eof => return false,
                _ => {}
            }
            if open == 0 {
                return false;
            }
            n += 1;
        }
    }

    /// `INTERVAL value unit + expr`, or the function INTERVAL.
    fn leading_interval(&mut self) -> PResult<ExprKind> {
        if let Some((value, unit)) = self.interval()? {
            self.expect(TokenKind::Plus, "+")?;
            let expr = Box::new(self.bit_expr()?);
            return Ok(ExprKind::IntervalAdd { expr, value: Box::new(value), unit, subtract: false });
        }
        let name = self.take_ident();
        let args = self.arguments()?;
        Ok(ExprKind::Function { schema: None, name, args, parens: true, stored: false })
    }

    pub(super) fn unit(&mut self) -> Option<String> {
        let token = self.peek();
        let upper = self.text(token).to_ascii_uppercase();
        let found = token.kind == TokenKind::Word && UNITS.contains(&upper.as_str());
        found.then(|| {
            self.bump();
            upper
        })
    }

    fn date_arithmetic(&mut self, name: &str) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let expr = Box::new(self.expr()?);
        self.expect(TokenKind::Comma, ",")?;
        let (value, unit) = match self.interval()? {
            Some(found) => found,
            None if name.starts_with("DATE_") => return Err(self.error("INTERVAL")),
            None => (self.expr()?, "DAY".to_owned()),
        };
        self.expect(TokenKind::RParen, ")")?;
        let subtract = matches!(name, "DATE_SUB" | "SUBDATE");
        Ok(ExprKind::IntervalAdd { expr, value: Box::new(value), unit, subtract })
    }

    fn extract(&mut self) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let Some(unit) = self.unit() else { return Err(self.error("a unit of time")) };
        self.expect_kw("FROM")?;
        let expr = Box::new(self.expr()?);
        self.expect(TokenKind::RParen, ")")?;
        Ok(ExprKind::Extract { unit, expr })
    }

    fn trim(&mut self) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let side = ["BOTH", "LEADING", "TRAILING"].into_iter().find(|side| self.eat_kw(side));
        let first = if side.is_some() && self.at_kw("FROM") { None } else { Some(Box::new(self.expr()?)) };
        let (remove, expr) = if self.eat_kw("FROM") {
            (first, Box::new(self.expr()?))
        } else {
            match first {
                Some(expr) if side.is_none() => (None, expr),
                _ => return Err(self.error("FROM")),
            }
        };
        self.expect(TokenKind::RParen, ")")?;
        Ok(ExprKind::Trim { side, remove, expr })
    }

    fn position(&mut self) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let needle = Box::new(self.bit_expr()?);
        self.expect_kw("IN")?;
        let haystack = Box::new(self.expr()?);
        self.expect(TokenKind::RParen, ")")?;
        Ok(ExprKind::Position { needle, haystack })
    }

    fn char_function(&mut self) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let args = self.comma_list(Self::expr)?;
        let charset = if self.eat_kw("USING") { Some(self.charset_word()?) } else { None };
        self.expect(TokenKind::RParen, ")")?;
        Ok(ExprKind::CharFunction { args, charset })
    }

    fn keyword_function(&mut self, name: Ident, upper: &str) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let mut keyword = self.upper_word("a unit of time")?;
        if let Some(unit) = keyword.strip_prefix("SQL_TSI_") {
            keyword = unit.to_owned();
        }
        let allowed: &[&str] =
            if upper == "GET_FORMAT" { &["DATE", "TIME", "DATETIME", "TIMESTAMP"] } else { UNITS };
        if !allowed.contains(&keyword.as_str()) {
            return Err(self.error("a unit of time"));
        }
        self.expect(TokenKind::Comma, ",")?;
        let args = self.comma_list(Self::expr)?;
        self.expect(TokenKind::RParen, ")")?;
        Ok(ExprKind::KeywordFunction { name, keyword, args })
    }

    fn substring(&mut self, name: Ident) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let mut args = vec![self.expr()?];
        if self.eat_kw("FROM") {
            args.push(self.expr()?);
            if self.eat_kw("FOR") {
                args.push(self.expr()?);
            }
        } else {
            while self.eat(TokenKind::Comma) {
                args.push(self.expr()?);
            }
        }
        self.expect(TokenKind::RParen, ")")?;
        Ok(ExprKind::Function { schema: None, name, args, parens: true, stored: false })
    }

    fn default_of(&mut self) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let mut column = self.any_ident("a column")?;
        while self.eat(TokenKind::Dot) {
            column = self.any_ident("a column")?;
        }
        self.expect(TokenKind::RParen, ")")?;
        Ok(ExprKind::DefaultOf(column))
    }

    fn sequence_value(&mut self) -> PResult<ExprKind> {
        let next = self.at_kw("NEXT");
        self.bump();
        self.bump();
        self.bump();
        let name = self.sequence_name()?;
        Ok(if next { ExprKind::NextValue(name) } else { ExprKind::Unsupported("PREVIOUS VALUE FOR".into()) })
    }

    fn sequence_name(&mut self) -> PResult<Vec<Ident>> {
        let name = self.object_name("a sequence")?;
        Ok(name.schema.into_iter().chain([name.name]).collect())
    }

    fn cast(&mut self) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let expr = Box::new(self.expr()?);
        if self.at_kws(&["AT", "TIME", "ZONE"]) || self.at_kws(&["AT", "LOCAL"]) {
            while !self.at(TokenKind::RParen) && !self.at_end() {
                self.bump();
            }
            self.expect(TokenKind::RParen, ")")?;
            return Ok(ExprKind::Unsupported("CAST .. AT TIME ZONE".into()));
        }
        self.expect_kw("AS")?;
        let target = self.cast_target()?;
        let array = self.options.flavor.is_mysql() && self.eat_kw("ARRAY");
        self.expect(TokenKind::RParen, ")")?;
        Ok(ExprKind::Cast { expr, target, array })
    }

    fn convert(&mut self) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let expr = Box::new(self.expr()?);
        let kind = if self.eat_kw("USING") {
            ExprKind::ConvertUsing { expr, charset: self.charset_word()? }
        } else {
            self.expect(TokenKind::Comma, "USING")?;
            ExprKind::Cast { expr, target: self.cast_target()?, array: false }
        };
        self.expect(TokenKind::RParen, ")")?;
        Ok(kind)
    }

    fn json_value(&mut self, name: Ident) -> PResult<ExprKind> {
        self.expect(TokenKind::LParen, "(")?;
        let doc = self.expr()?;
        self.expect(TokenKind::Comma, ",")?;
        let path = self.literal_value()?;
        if !matches!(path.kind, ExprKind::Literal(Literal::String { .. })) {
            return Err(self.error("a JSON path in quotes"));
        }
        let returning = if self.eat_kw("RETURNING") { Some(self.cast_target()?) } else { None };
        let mut on_empty = None;
        let mut on_error = None;
        while !self.at(TokenKind::RParen) {
            let on = if self.eat_kw("NULL") {
                JsonOn::Null
            } else if self.eat_kw("ERROR") {
                JsonOn::Error
            } else {
                self.expect_kw("DEFAULT")?;
                JsonOn::Default(Box::new(self.literal_value()?))
            };
            self.expect_kw("ON")?;
            if on_empty.is_none() && on_error.is_none() && self.eat_kw("EMPTY") {
                on_empty = Some(on);
            } else {
                if on_error.is_some() {
                    return Err(self.error(")"));
                }
                self.expect_kw("ERROR")?;
                on_error = Some(on);
            }
        }
        self.expect(TokenKind::RParen, ")")?;
        if returning.is_none() && on_empty.is_none() && on_error.is_none() {
            let args = vec![doc, path];
            return Ok(ExprKind::Function { schema: None, name, args, parens: true, stored: false });
        }
        Ok(ExprKind::JsonValue { doc: Box::new(doc), path: Box::new(path), returning, on_empty, on_error })
    }

    /// The name of a character set: also the keyword BINARY, and in quotes.
    pub(super) fn charset_word(&mut self) -> PResult<Ident> {
        if self.at(TokenKind::String) {
            let text = self.string("a character set")?;
            return Ok(Ident { value: text.value, span: text.span, quoted: true });
        }
        self.any_ident("a character set")
    }

    fn cast_target(&mut self) -> PResult<CastTarget> {
        let signed = self.at_kw("SIGNED");
        if self.eat_kw("SIGNED") || self.eat_kw("UNSIGNED") {
            if !self.eat_kw("INTEGER") {
                self.eat_kw("INT");
            }
            return Ok(if signed { CastTarget::Signed } else { CastTarget::Unsigned });
        }
        self.cast_type().map(CastTarget::Type)
    }
}
