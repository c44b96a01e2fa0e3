//! CREATE TABLE, and the statements that name whole tables.

use super::{PResult, Parser};
use crate::ast::{
    CreateSelect, CreateTable, CreateTableBody, DropTable, ObjectName, PeriodDef, RenameTable,
    TableDefinition, TableElement, Unsupported,
};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// After `CREATE [OR REPLACE] [TEMPORARY] TABLE`.
    pub(super) fn create_table(&mut self, or_replace: bool, temporary: bool) -> PResult<CreateTable> {
        let if_not_exists = self.if_not_exists()?;
        let name = self.object_name("a table")?;
        let body = self.create_table_body()?;
        Ok(CreateTable { or_replace, temporary, if_not_exists, name, body })
    }

    fn create_table_body(&mut self) -> PResult<CreateTableBody> {
        if self.eat_kw("LIKE") {
            return Ok(CreateTableBody::Like(self.object_name("a table")?));
        }
        if self.at(TokenKind::LParen) && self.nth_kw(1, "LIKE") {
            self.bump();
            self.bump();
            let other = self.object_name("a table")?;
            self.expect(TokenKind::RParen, ")")?;
            return Ok(CreateTableBody::Like(other));
        }
        let mut definition =
            TableDefinition { elements: Vec::new(), options: Vec::new(), partitioning: None, select: None };
        if self.at(TokenKind::LParen) && !self.at_query() {
            definition.elements = self.paren_list(Self::table_element)?;
        }
        self.table_options(&mut definition.options)?;
        if self.at_kws(&["PARTITION", "BY"]) {
            definition.partitioning = Some(self.partition_clause()?);
        }
        definition.select = self.create_select()?;
        Ok(CreateTableBody::Definition(definition))
    }

    /// `[IGNORE|REPLACE] [AS] query`, where it is written.
    fn create_select(&mut self) -> PResult<Option<CreateSelect>> {
        let duplicates = self.eat_kw("IGNORE") || self.eat_kw("REPLACE");
        let explicit = self.eat_kw("AS");
        if self.at_query() {
            self.refuse_type_for_query()?;
            let query = match self.national_string() {
                // In a view it is not told from others, but its column has a character set of its own.
                Some(span) => Err(Unsupported { construct: "N'...' in a query".to_owned(), span }),
                None => self.view_query(0),
            };
            return Ok(Some(CreateSelect { duplicates, query, span: self.skip_rest() }));
        }
        if duplicates || explicit {
            return Err(self.error("a query"));
        }
        Ok(None)
    }

    /// Where the first N'...' from here on stands.
    fn national_string(&self) -> Option<crate::Span> {
        let (tokens, taken) = self.all_tokens();
        let rest = tokens.get(taken..).unwrap_or_default();
        rest.iter().find(|token| token.kind == TokenKind::NationalString).map(|token| token.span)
    }

    /// `(select INT)` is no query, but a column whose name lacks its quotes.
    fn refuse_type_for_query(&mut self) -> PResult<()> {
        const TYPES: [&str; 13] = [
            "BIGINT",
            "BLOB",
            "DECIMAL",
            "DOUBLE",
            "FLOAT",
            "INT",
            "INTEGER",
            "MEDIUMINT",
            "NUMERIC",
            "SMALLINT",
            "TINYINT",
            "VARBINARY",
            "VARCHAR",
        ];
        let mark = self.mark();
        if self.eat(TokenKind::LParen) && self.eat_kw("SELECT") && TYPES.contains(&self.upper().as_str()) {
            return Err(self.error("an expression"));
        }
        self.reset(mark);
        Ok(())
    }

    /// Whether a query begins here, in any number of parentheses.
    pub(super) fn at_query(&self) -> bool {
        let mut n = 0;
        while self.nth_at(n, TokenKind::LParen) {
            n += 1;
        }
        match self.nth_upper(n).as_str() {
            "SELECT" => true,
            "WITH" => !self.nth_kw(n + 1, "SYSTEM") || self.nth_kw(n + 2, "AS"),
            "VALUES" if self.options.flavor.is_mysql() => self.nth_kw(n + 1, "ROW"),
            "VALUES" => self.nth_at(n + 1, TokenKind::LParen),
            "TABLE" => self.options.flavor.is_mysql(),
            _ => false,
        }
    }

    /// One element between the parentheses.
    pub(super) fn table_element(&mut self) -> PResult<TableElement> {
        if self.at_constraint() {
            return self.table_constraint();
        }
        if self.at_period() {
            return self.period().map(TableElement::Period);
        }
        self.column_def().map(TableElement::Column)
    }

    pub(super) fn at_period(&self) -> bool {
        let conditional = self.altering && self.nth_kw(1, "IF") && self.nth_kw(2, "NOT");
        self.options.flavor.is_mariadb() && self.at_kw("PERIOD") && (self.nth_kw(1, "FOR") || conditional)
    }

    /// `PERIOD [IF NOT EXISTS] FOR name (start, end)`
    pub(super) fn period(&mut self) -> PResult<PeriodDef> {
        let mark = self.mark();
        self.bump();
        let if_not_exists = self.if_not_exists()?;
        self.expect_kw("FOR")?;
        let name = self.ident("a period's name")?;
        self.expect(TokenKind::LParen, "(")?;
        let start = self.ident("a column")?;
        self.expect(TokenKind::Comma, ",")?;
        let end = self.ident("a column")?;
        self.expect(TokenKind::RParen, ")")?;
        Ok(PeriodDef { name, if_not_exists, start, end, span: self.span_from(mark) })
    }

    // ---- whole tables ----

    /// After `DROP [TEMPORARY] TABLE`.
    pub(super) fn drop_table(&mut self, temporary: bool) -> PResult<DropTable> {
        let if_exists = self.if_exists()?;
        let names = self.comma_list(|p| p.object_name("a table"))?;
        self.wait_clause()?;
        self.eat_restrict_or_cascade();
        Ok(DropTable { temporary, if_exists, names })
    }

    /// After `RENAME TABLE`.
    pub(super) fn rename_table(&mut self) -> PResult<RenameTable> {
        let if_exists = self.mariadb_if_exists()?;
        let renames = self.comma_list(|p| {
            let old = p.object_name("a table")?;
            p.wait_clause()?;
            p.expect_kw("TO")?;
            Ok((old, p.object_name("a table")?))
        })?;
        Ok(RenameTable { if_exists, renames })
    }

    /// After TRUNCATE.
    pub(super) fn truncate_table(&mut self) -> PResult<ObjectName> {
        self.eat_kw("TABLE");
        let name = self.object_name("a table")?;
        self.wait_clause()?;
        Ok(name)
    }

    pub(super) fn eat_restrict_or_cascade(&mut self) -> bool {
        self.eat_kw("RESTRICT") || self.eat_kw("CASCADE")
    }

    // ---- clauses that many statements have ----

    pub(super) fn if_exists(&mut self) -> PResult<bool> {
        if !self.at_kw("IF") || self.nth_is_ident(0) {
            return Ok(false);
        }
        self.bump();
        self.expect_kw("EXISTS")?;
        Ok(true)
    }

    pub(super) fn if_not_exists(&mut self) -> PResult<bool> {
        if !self.at_kw("IF") || self.nth_is_ident(0) {
            return Ok(false);
        }
        self.bump();
        self.expect_kw("NOT")?;
        self.expect_kw("EXISTS")?;
        Ok(true)
    }

    /// IF EXISTS where only MariaDB knows it.
    pub(super) fn mariadb_if_exists(&mut self) -> PResult<bool> {
        if self.options.flavor.is_mysql() { Ok(false) } else { self.if_exists() }
    }

    /// IF NOT EXISTS where only MariaDB knows it.
    pub(super) fn mariadb_if_not_exists(&mut self) -> PResult<bool> {
        if self.options.flavor.is_mysql() { Ok(false) } else { self.if_not_exists() }
    }

    pub(super) fn mariadb_if_not_exists_after(&self, n: usize) -> bool {
        self.options.flavor.is_mariadb() && self.nth_kw(n, "IF") && self.nth_kw(n + 1, "NOT")
    }

    /// MariaDB's `WAIT n` and NOWAIT.
    pub(super) fn wait_clause(&mut self) -> PResult<bool> {
        if self.options.flavor.is_mysql() {
            return Ok(false);
        }
        if self.eat_kw("WAIT") {
            self.number("a number of seconds")?;
            return Ok(true);
        }
        Ok(self.eat_kw("NOWAIT"))
    }
}
