//! Columns and their attributes.

use super::{PResult, Parser};
use crate::Span;
use crate::ast::{
    Attribute, CheckDef, ColumnAttribute, ColumnAttributeKind, ColumnDef, DefaultClause, Expr, ExprKind,
    Ident, Literal, TypeKeyword,
};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// `name type attributes`
    pub(super) fn column_def(&mut self) -> PResult<ColumnDef> {
        let mark = self.mark();
        const EXPECTED: &str = "a column or key definition";
        let mysql = self.options.flavor.is_mysql();
        let name = if mysql { self.ident(EXPECTED)? } else { self.column_name(EXPECTED)? };
        let ty = self.type_name()?;
        let mut column = ColumnDef { name, ty, attributes: Vec::new(), span: Span::default() };
        while self.column_attribute(&mut column)? {}
        column.span = self.span_from(mark);
        Ok(column)
    }

    /// A column's name that may be written as `table.column` or `database.table.column`.
    pub(super) fn column_name(&mut self, expected: &'static str) -> PResult<Ident> {
        self.eat(TokenKind::Dot);
        let mut name = self.ident(expected)?;
        while self.eat(TokenKind::Dot) {
            name = self.any_ident(expected)?;
        }
        Ok(name)
    }

    /// Takes one attribute, if there is one.
    fn column_attribute(&mut self, column: &mut ColumnDef) -> PResult<bool> {
        if !self.may_follow(column) {
            return Ok(false);
        }
        let mark = self.mark();
        let word = self.upper();
        let kind = match word.as_str() {
            "NULL" => self.bumped(ColumnAttributeKind::Null),
            "NOT" => return self.not_attribute(column),
            "DEFAULT" => {
                self.bump();
                ColumnAttributeKind::Default(self.default_clause()?)
            }
            "ON" => self.on_update_now()?,
            "AUTO_INCREMENT" => self.bumped(ColumnAttributeKind::AutoIncrement),
            "SERIAL" => {
                self.bump();
                self.expect_kw("DEFAULT")?;
                self.expect_kw("VALUE")?;
                ColumnAttributeKind::SerialDefaultValue
            }
            "PRIMARY" => {
                self.bump();
                self.expect_kw("KEY")?;
                ColumnAttributeKind::PrimaryKey
            }
            "KEY" => self.bumped(ColumnAttributeKind::PrimaryKey),
            "UNIQUE" => {
                self.bump();
                self.eat_kw("KEY");
                ColumnAttributeKind::Unique
            }
            "COMMENT" => {
                self.bump();
                ColumnAttributeKind::Comment(self.text_string("a comment in quotes")?)
            }
            "COLLATE" => {
                self.bump();
                let default = self.options.flavor.is_mariadb() && self.at_kw("DEFAULT");
                ColumnAttributeKind::Collate(if default {
                    self.take_ident()
                } else {
                    self.collation_or_binary()?
                })
            }
            "GENERATED" | "AS" => self.generated()?,
            "CONSTRAINT" | "CHECK" => return self.column_constraint(column),
            "ENFORCED" => return self.enforcement(column),
            "REFERENCES" => ColumnAttributeKind::References(self.references(None)?),
            "INVISIBLE" => self.bumped(ColumnAttributeKind::Invisible(true)),
            _ => match self.vendor_attribute(column)? {
                Some(kind) => kind,
                None => return Ok(self.mark() != mark),
            },
        };
        column.attributes.push(ColumnAttribute { kind, span: self.span_from(mark) });
        Ok(true)
    }

    /// Whether the attribute here can stand after those that the column has.
    fn may_follow(&self, column: &ColumnDef) -> bool {
        let mariadb = self.options.flavor.is_mariadb();
        let word = self.upper();
        match (column.attributes.last().map(|last| &last.kind), word.as_str()) {
            (Some(ColumnAttributeKind::References(_)), _) => false,
            (Some(ColumnAttributeKind::Check(_)), word) if mariadb => {
                matches!(word, "CONSTRAINT" | "REFERENCES")
            }
            (_, "AS" | "GENERATED" | "AUTO_INCREMENT" | "DEFAULT" | "NULL" | "COLLATE" | "ON")
                if mariadb && column.ty.keyword == TypeKeyword::Serial =>
            {
                false
            }
            // An expression stands right after the type and its collation.
            (_, "AS" | "GENERATED") => {
                column.attributes.iter().all(|a| matches!(a.kind, ColumnAttributeKind::Collate(_)))
            }
            (_, "COLLATE") if !mariadb => {
                !column.attributes.iter().any(|a| matches!(a.kind, ColumnAttributeKind::Collate(_)))
            }
            (_, word) if mariadb => {
                let attribute = !matches!(
                    word,
                    "NULL"
                        | "NOT"
                        | "DEFAULT"
                        | "ON"
                        | "AUTO_INCREMENT"
                        | "SERIAL"
                        | "PRIMARY"
                        | "KEY"
                        | "COLLATE"
                        | "CONSTRAINT"
                        | "REFERENCES"
                );
                attribute
                    || !column
                        .attributes
                        .iter()
                        .any(|a| matches!(a.kind, ColumnAttributeKind::Generated { .. }))
            }
            _ => true,
        }
    }

    fn vendor_attribute(&mut self, column: &mut ColumnDef) -> PResult<Option<ColumnAttributeKind>> {
        if self.options.flavor.is_mysql() { self.mysql_attribute() } else { self.mariadb_attribute(column) }
    }

    fn mysql_attribute(&mut self) -> PResult<Option<ColumnAttributeKind>> {
        let kind = match self.upper().as_str() {
            "VISIBLE" => self.bumped(ColumnAttributeKind::Invisible(false)),
            "SRID" => {
                self.bump();
                ColumnAttributeKind::Srid(self.number("an SRID")?)
            }
            "COLUMN_FORMAT" => {
                self.bump();
                ColumnAttributeKind::ColumnFormat(
                    self.one_of(&["FIXED", "DYNAMIC", "DEFAULT"], "a column format")?,
                )
            }
            "STORAGE" => {
                self.bump();
                ColumnAttributeKind::Storage(self.one_of(&["DISK", "MEMORY", "DEFAULT"], "DISK or MEMORY")?)
            }
            "ENGINE_ATTRIBUTE" => {
                self.bump();
                self.eat_equals();
                ColumnAttributeKind::EngineAttribute(self.text_string("an attribute in quotes")?)
            }
            "SECONDARY_ENGINE_ATTRIBUTE" => {
                self.bump();
                self.eat_equals();
                ColumnAttributeKind::SecondaryEngineAttribute(self.text_string("an attribute in quotes")?)
            }
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    fn mariadb_attribute(&mut self, column: &mut ColumnDef) -> PResult<Option<ColumnAttributeKind>> {
        let kind = match self.upper().as_str() {
            "REF_SYSTEM_ID" if column.attributes.is_empty() => {
                self.bump();
                self.expect(TokenKind::Eq, "=")?;
                ColumnAttributeKind::Srid(self.number("an SRID")?)
            }
            "COMPRESSED" if self.late_compressed(column) => {
                self.compressed_suffix(&mut column.ty)?;
                return Ok(None);
            }
            with @ ("WITH" | "WITHOUT") => {
                let with = with == "WITH";
                self.bump();
                self.expect_kw("SYSTEM")?;
                self.expect_kw("VERSIONING")?;
                ColumnAttributeKind::SystemVersioning(with)
            }
            _ => return Ok(self.engine_attribute()?.map(ColumnAttributeKind::Attribute)),
        };
        Ok(Some(kind))
    }

    /// Whether COMPRESSED may stand here, among the attributes, where older servers took it.
    fn late_compressed(&self, column: &ColumnDef) -> bool {
        use TypeKeyword as K;
        let compressible = matches!(
            column.ty.keyword,
            K::Varchar
                | K::Varbinary
                | K::TinyText
                | K::Text
                | K::MediumText
                | K::LongText
                | K::TinyBlob
                | K::Blob
                | K::MediumBlob
                | K::LongBlob
        );
        compressible && column.ty.compressed.is_none() && !self.options.flavor.mariadb_since(11, 0, 0)
    }

    /// MariaDB's `name = value`, where the tokens are that.
    pub(super) fn engine_attribute(&mut self) -> PResult<Option<Attribute>> {
        // The server wants an identifier that is no keyword at all, not only none that is reserved.
        const KEYWORDS: [&str; 16] = [
            "ALGORITHM",
            "AUTOEXTEND_SIZE",
            "COMMENT",
            "DATA",
            "ENGINE",
            "FORMAT",
            "LOCK",
            "NAME",
            "PARTITION",
            "STATUS",
            "STORAGE",
            "SYSTEM",
            "TABLESPACE",
            "TYPE",
            "VALUE",
            "VERSIONING",
        ];
        let is_attribute = self.options.flavor.is_mariadb()
            && self.nth_is_ident(0)
            && matches!(self.nth(1).kind, TokenKind::Eq | TokenKind::ColonEq);
        if !is_attribute || KEYWORDS.contains(&self.upper().as_str()) {
            return Ok(None);
        }
        let name = self.take_ident();
        self.bump();
        let token = self.peek();
        let (value, quoted) = match token.kind {
            TokenKind::String => (self.text_string("a value")?.value, true),
            TokenKind::Integer | TokenKind::HexNumber => {
                self.bump();
                (self.text(token).to_owned(), false)
            }
            _ if self.at_kw("DEFAULT") => (self.take_ident().value, false),
            _ => (self.ident("a value")?.value, false),
        };
        Ok(Some(Attribute { name, value, quoted }))
    }

    fn not_attribute(&mut self, column: &mut ColumnDef) -> PResult<bool> {
        let mark = self.mark();
        self.bump();
        let kind = match self.upper().as_str() {
            "NULL" => ColumnAttributeKind::NotNull,
            "SECONDARY" if self.options.flavor.is_mysql() => ColumnAttributeKind::NotSecondary,
            "ENFORCED" if self.options.flavor.is_mysql() => {
                self.reset(mark);
                return self.enforcement(column);
            }
            _ => return Err(self.error("NULL")),
        };
        self.bump();
        column.attributes.push(ColumnAttribute { kind, span: self.span_from(mark) });
        Ok(true)
    }

    /// `[NOT] ENFORCED`, which must follow a CHECK.
    fn enforcement(&mut self, column: &mut ColumnDef) -> PResult<bool> {
        if let Some(ColumnAttribute { kind: ColumnAttributeKind::Check(check), span }) =
            column.attributes.last_mut()
            && self.options.flavor.is_mysql()
        {
            let mark = self.mark();
            check.enforced = Some(!self.eat_kw("NOT"));
            self.expect_kw("ENFORCED")?;
            *span = span.cover(self.span_from(mark));
            check.span = *span;
            return Ok(true);
        }
        Err(self.error("a column attribute, a comma or )"))
    }

    fn column_constraint(&mut self, column: &mut ColumnDef) -> PResult<bool> {
        let mark = self.mark();
        let constraint = self.constraint_name()?;
        let named = self.mark() != mark;
        let references = named && self.options.flavor.is_mariadb();
        let kind = if references {
            ColumnAttributeKind::References(self.references(constraint)?)
        } else {
            ColumnAttributeKind::Check(self.check(mark, constraint)?)
        };
        column.attributes.push(ColumnAttribute { kind, span: self.span_from(mark) });
        Ok(true)
    }

    /// `CONSTRAINT [name]`, where it is written.
    pub(super) fn constraint_name(&mut self) -> PResult<Option<Ident>> {
        if !self.eat_kw("CONSTRAINT") || !self.nth_is_ident(0) {
            return Ok(None);
        }
        Ok(Some(self.take_ident()))
    }

    /// `CHECK (expression)`
    pub(super) fn check(&mut self, mark: usize, constraint: Option<Ident>) -> PResult<CheckDef> {
        self.expect_kw("CHECK")?;
        let expr = self.paren_expr()?;
        Ok(CheckDef { constraint, if_not_exists: false, expr, enforced: None, span: self.span_from(mark) })
    }

    /// `(expression)`, without its parentheses.
    pub(super) fn paren_expr(&mut self) -> PResult<Expr> {
        self.expect(TokenKind::LParen, "(")?;
        let expr = self.expr()?;
        self.expect(TokenKind::RParen, ")")?;
        Ok(expr)
    }

    /// `[GENERATED ALWAYS] AS (expression) [VIRTUAL|STORED|PERSISTENT]`, and MariaDB's `AS ROW START`.
    fn generated(&mut self) -> PResult<ColumnAttributeKind> {
        if self.eat_kw("GENERATED") {
            self.expect_kw("ALWAYS")?;
        }
        self.expect_kw("AS")?;
        let mariadb = self.options.flavor.is_mariadb();
        if mariadb && self.eat_kw("ROW") {
            if self.eat_kw("START") {
                return Ok(ColumnAttributeKind::RowStart);
            }
            self.expect_kw("END")?;
            return Ok(ColumnAttributeKind::RowEnd);
        }
        let expr = if mariadb && self.at_subquery() { self.primary_expr()? } else { self.paren_expr()? };
        let stored = if self.eat_kw("VIRTUAL") {
            Some(false)
        } else if self.eat_kw("STORED") || (mariadb && self.eat_kw("PERSISTENT")) {
            Some(true)
        } else {
            None
        };
        Ok(ColumnAttributeKind::Generated { expr, stored })
    }

    fn on_update_now(&mut self) -> PResult<ColumnAttributeKind> {
        self.bump();
        self.expect_kw("UPDATE")?;
        let local = matches!(self.upper().as_str(), "LOCALTIME" | "LOCALTIMESTAMP");
        let now = if local && self.options.flavor.mariadb_since(11, 7, 0) { None } else { self.now_call()? };
        let Some(now) = now else { return Err(self.error("CURRENT_TIMESTAMP")) };
        let fsp = match now.kind {
            ExprKind::Function { args, .. } => args.first().and_then(integer_value),
            _ => None,
        };
        Ok(ColumnAttributeKind::OnUpdateNow { fsp })
    }

    /// What follows DEFAULT.
    pub(super) fn default_clause(&mut self) -> PResult<DefaultClause> {
        if self.at(TokenKind::LParen) && !(self.options.flavor.is_mariadb() && self.at_subquery()) {
            return Ok(DefaultClause { expr: self.paren_expr()?, parenthesised: true });
        }
        if let Some(expr) = self.now_call()? {
            return Ok(DefaultClause { expr, parenthesised: false });
        }
        self.literal_default()
    }

    /// What follows SET DEFAULT on MySQL, where NOW is no choice, and DEFAULT but for NOW.
    pub(super) fn literal_default(&mut self) -> PResult<DefaultClause> {
        let expr = if self.options.flavor.is_mysql() { self.literal_value()? } else { self.primary_expr()? };
        Ok(DefaultClause { expr, parenthesised: false })
    }

    /// CURRENT_TIMESTAMP and its synonyms, with their parentheses and digits.
    fn now_call(&mut self) -> PResult<Option<Expr>> {
        let mark = self.mark();
        let is_now = match self.upper().as_str() {
            "CURRENT_TIMESTAMP" | "LOCALTIME" | "LOCALTIMESTAMP" => true,
            "NOW" => self.nth_at(1, TokenKind::LParen) && self.call_may_be_here(),
            _ => false,
        };
        if !is_now {
            return Ok(None);
        }
        let name = self.take_ident();
        let mut args = Vec::new();
        let parens = self.eat(TokenKind::LParen);
        if parens && !self.eat(TokenKind::RParen) {
            let digits = self.expect(TokenKind::Integer, "a number of digits, or )")?;
            args.push(Expr {
                kind: ExprKind::Literal(Literal::Integer(self.text(digits).to_owned())),
                span: digits.span,
            });
            self.expect(TokenKind::RParen, ")")?;
        }
        let kind = ExprKind::Function { schema: None, name, args, parens, stored: false };
        Ok(Some(Expr { kind, span: self.span_from(mark) }))
    }

    /// Whether the parenthesis after the name is where MySQL wants it for a built-in function.
    fn call_may_be_here(&self) -> bool {
        let touches = self.peek().span.end == self.nth(1).span.start;
        touches || self.options.sql_mode.ignore_space || self.options.flavor.is_mariadb()
    }

    /// One of these words, in upper case.
    pub(super) fn one_of(&mut self, words: &[&str], expected: &'static str) -> PResult<String> {
        let word = self.upper();
        if !words.contains(&word.as_str()) {
            return Err(self.error(expected));
        }
        self.bump();
        Ok(word.as_str().to_owned())
    }
}

fn integer_value(expr: &Expr) -> Option<u64> {
    match &expr.kind {
        ExprKind::Literal(Literal::Integer(digits)) => Some(digits.parse().unwrap_or(u64::MAX)),
        _ => None,
    }
}
