//! Keys, foreign keys, and CREATE and DROP INDEX.

use terp_schema_model::{IndexAlgorithm, IndexKind, ReferentialAction};

use super::{PResult, Parser};
use crate::Span;
use crate::ast::{
    CheckDef, CreateIndex, DropIndex, ForeignKeyDef, Ident, IndexDef, IndexOption, IndexOptionKind,
    IndexPartDef, IndexPartDefKind, References, TableElement,
};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// Whether a key, a constraint or a period begins here rather than a column.
    pub(super) fn at_constraint(&self) -> bool {
        match self.upper().as_str() {
            "KEY" | "INDEX" | "FULLTEXT" | "SPATIAL" | "UNIQUE" | "PRIMARY" | "CONSTRAINT" | "FOREIGN"
            | "CHECK" => !self.nth_is_ident(0),
            "VECTOR" => self.at_vector_key(),
            _ => false,
        }
    }

    fn at_vector_key(&self) -> bool {
        self.options.flavor.mariadb_since(11, 7, 0)
            && (self.nth_kw(1, "KEY") || self.nth_kw(1, "INDEX") || self.nth_at(1, TokenKind::LParen))
    }

    /// A key or constraint as it stands in CREATE TABLE and after ADD.
    pub(super) fn table_constraint(&mut self) -> PResult<TableElement> {
        let mark = self.mark();
        let named = self.at_kw("CONSTRAINT");
        let if_not_exists = named && self.altering && self.mariadb_if_not_exists_after(1);
        let constraint = if if_not_exists {
            self.bump();
            self.if_not_exists()?;
            let name = self.ident("a constraint's name")?;
            if !self.at_kw("CHECK") {
                return Err(self.error("CHECK"));
            }
            Some(name)
        } else {
            self.constraint_name()?
        };
        let kind = match self.upper().as_str() {
            "PRIMARY" => {
                self.bump();
                self.expect_kw("KEY")?;
                IndexKind::Primary
            }
            "UNIQUE" => {
                self.bump();
                self.eat_key_or_index();
                IndexKind::Unique
            }
            "FOREIGN" => {
                return self.foreign_key(mark, constraint).map(TableElement::ForeignKey);
            }
            "CHECK" => return self.table_check(mark, constraint, if_not_exists).map(TableElement::Check),
            "KEY" | "INDEX" if !named => {
                self.bump();
                IndexKind::Key
            }
            "FULLTEXT" if !named => {
                self.bump();
                self.eat_key_or_index();
                IndexKind::Fulltext
            }
            "SPATIAL" if !named => {
                self.bump();
                self.eat_key_or_index();
                IndexKind::Spatial
            }
            "VECTOR" if !named => {
                self.bump();
                self.eat_key_or_index();
                IndexKind::Vector
            }
            _ => return Err(self.error("PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK")),
        };
        let mut index = self.index_definition(mark, kind)?;
        index.constraint = constraint;
        Ok(TableElement::Index(index))
    }

    fn eat_key_or_index(&mut self) {
        if !self.eat_kw("KEY") {
            self.eat_kw("INDEX");
        }
    }

    /// `[IF NOT EXISTS] [name] [USING type] (parts) options`
    fn index_definition(&mut self, mark: usize, kind: IndexKind) -> PResult<IndexDef> {
        let if_not_exists = self.altering && self.mariadb_if_not_exists()?;
        let name = self.optional_index_name();
        let mut options = Vec::new();
        self.index_type(kind, &mut options)?;
        let mut index = IndexDef {
            kind,
            constraint: None,
            name,
            if_not_exists,
            parts: Vec::new(),
            without_overlaps: None,
            options,
            span: Span::default(),
        };
        self.index_parts(&mut index)?;
        self.index_options(&mut index)?;
        index.span = self.span_from(mark);
        Ok(index)
    }

    fn optional_index_name(&mut self) -> Option<Ident> {
        self.nth_is_ident(0).then(|| self.take_ident())
    }

    /// `USING type` or `TYPE type` before the parts.
    fn index_type(&mut self, kind: IndexKind, options: &mut Vec<IndexOption>) -> PResult<()> {
        let typed = !matches!(kind, IndexKind::Fulltext | IndexKind::Spatial);
        if typed && (self.at_kw("USING") || self.at_kw("TYPE")) {
            let mark = self.mark();
            self.bump();
            let kind = IndexOptionKind::Using(self.index_algorithm()?);
            options.push(IndexOption { kind, span: self.span_from(mark) });
        }
        Ok(())
    }

    fn index_algorithm(&mut self) -> PResult<IndexAlgorithm> {
        let algorithm = match self.upper().as_str() {
            "BTREE" => IndexAlgorithm::BTree,
            "HASH" => IndexAlgorithm::Hash,
            "RTREE" => IndexAlgorithm::RTree,
            _ => return Err(self.error("BTREE, HASH or RTREE")),
        };
        self.bump();
        Ok(algorithm)
    }

    fn index_parts(&mut self, index: &mut IndexDef) -> PResult<()> {
        self.expect(TokenKind::LParen, "(")?;
        if index.kind == IndexKind::Spatial && self.options.flavor.mariadb_since(11, 7, 0) {
            // With vector keys came a grammar in which these two take one column and nothing else.
            let name = self.ident("a column")?;
            let span = name.span;
            let kind = IndexPartDefKind::Column { name, length: None };
            index.parts.push(IndexPartDef { kind, descending: false, ordered: false, span });
            self.expect(TokenKind::RParen, ")")?;
            return Ok(());
        }
        loop {
            let unique = matches!(index.kind, IndexKind::Primary | IndexKind::Unique);
            if unique && !index.parts.is_empty() && self.nth_kw(1, "WITHOUT") && self.nth_kw(2, "OVERLAPS") {
                index.without_overlaps = Some(self.ident("a period")?);
                self.bump();
                self.bump();
                break;
            }
            index.parts.push(self.index_part()?);
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        self.expect(TokenKind::RParen, "a comma or )")?;
        Ok(())
    }

    fn index_part(&mut self) -> PResult<IndexPartDef> {
        let mark = self.mark();
        let kind = if self.options.flavor.is_mysql() && self.at(TokenKind::LParen) {
            IndexPartDefKind::Expression(self.paren_expr()?)
        } else {
            let (name, length) = self.prefixed_column()?;
            IndexPartDefKind::Column { name, length }
        };
        let descending = self.eat_kw("DESC");
        let ordered = descending || self.eat_kw("ASC");
        Ok(IndexPartDef { kind, descending, ordered, span: self.span_from(mark) })
    }

    fn prefixed_column(&mut self) -> PResult<(Ident, Option<u64>)> {
        let name = self.ident("a column")?;
        let mut length = None;
        if self.eat(TokenKind::LParen) {
            length = Some(self.integer("a prefix length")?);
            self.expect(TokenKind::RParen, ")")?;
        }
        Ok((name, length))
    }

    /// ASC or DESC, where it is written.
    fn eat_direction(&mut self) {
        if !self.eat_kw("DESC") {
            self.eat_kw("ASC");
        }
    }

    fn index_options(&mut self, index: &mut IndexDef) -> PResult<()> {
        loop {
            let mark = self.mark();
            let Some(kind) = self.index_option(index.kind)? else { return Ok(()) };
            index.options.push(IndexOption { kind, span: self.span_from(mark) });
        }
    }

    fn index_option(&mut self, index: IndexKind) -> PResult<Option<IndexOptionKind>> {
        let mysql = self.options.flavor.is_mysql();
        let typed = !matches!(index, IndexKind::Fulltext | IndexKind::Spatial);
        let kind = match self.upper().as_str() {
            "USING" | "TYPE" if typed => {
                self.bump();
                IndexOptionKind::Using(self.index_algorithm()?)
            }
            "KEY_BLOCK_SIZE" => {
                self.bump();
                self.eat_equals();
                IndexOptionKind::KeyBlockSize(self.number("a number")?)
            }
            "COMMENT" => {
                self.bump();
                IndexOptionKind::Comment(self.text_string("a comment in quotes")?)
            }
            "WITH" if index == IndexKind::Fulltext => {
                self.bump();
                self.expect_kw("PARSER")?;
                IndexOptionKind::Parser(self.ident("a parser's name")?)
            }
            "ENGINE_ATTRIBUTE" if mysql => {
                self.bump();
                self.eat_equals();
                IndexOptionKind::EngineAttribute(self.text_string("an attribute in quotes")?)
            }
            "SECONDARY_ENGINE_ATTRIBUTE" if mysql => {
                self.bump();
                self.eat_equals();
                IndexOptionKind::SecondaryEngineAttribute(self.text_string("an attribute in quotes")?)
            }
            "VISIBLE" => self.bumped(IndexOptionKind::Invisible(false)),
            "CLUSTERING" if !mysql && self.nth_at(1, TokenKind::Eq) => {
                self.bump();
                self.bump();
                IndexOptionKind::Clustering(self.yes_or_no()?)
            }
            _ => {
                if let Some(invisible) = self.index_visibility()? {
                    return Ok(Some(IndexOptionKind::Invisible(invisible)));
                }
                return Ok(self.engine_attribute()?.map(IndexOptionKind::Attribute));
            }
        };
        Ok(Some(kind))
    }

    fn yes_or_no(&mut self) -> PResult<bool> {
        if self.at(TokenKind::Integer) {
            return Ok(self.integer("YES or NO")? != 0);
        }
        Ok(self.one_of(&["YES", "NO"], "YES or NO")? == "YES")
    }

    /// VISIBLE and INVISIBLE of MySQL, `[NOT] IGNORED` of MariaDB.
    pub(super) fn index_visibility(&mut self) -> PResult<Option<bool>> {
        if self.options.flavor.is_mysql() {
            if self.eat_kw("INVISIBLE") {
                return Ok(Some(true));
            }
            return Ok(self.eat_kw("VISIBLE").then_some(false));
        }
        if self.eat_kw("IGNORED") {
            return Ok(Some(true));
        }
        if self.eat_kw("NOT") {
            self.expect_kw("IGNORED")?;
            return Ok(Some(false));
        }
        Ok(None)
    }

    /// `FOREIGN KEY [IF NOT EXISTS] [name] (columns) REFERENCES ...`
    fn foreign_key(&mut self, mark: usize, constraint: Option<Ident>) -> PResult<ForeignKeyDef> {
        self.bump();
        self.expect_kw("KEY")?;
        let if_not_exists = self.altering && self.mariadb_if_not_exists()?;
        let index_name = self.optional_index_name();
        // The grammar takes parts of a key here, whose lengths and directions then count for nothing.
        let columns = self.paren_list(|p| {
            let (name, _) = p.prefixed_column()?;
            p.eat_direction();
            Ok(name)
        })?;
        let references = self.references(None)?;
        Ok(ForeignKeyDef {
            constraint,
            index_name,
            if_not_exists,
            columns,
            references,
            span: self.span_from(mark),
        })
    }

    /// `REFERENCES table [(columns)] [MATCH ...] [ON DELETE ...] [ON UPDATE ...]`
    pub(super) fn references(&mut self, constraint: Option<Ident>) -> PResult<References> {
        let mark = self.mark();
        self.expect_kw("REFERENCES")?;
        let table = self.object_name("a table")?;
        let columns =
            if self.at(TokenKind::LParen) { self.paren_list(|p| p.ident("a column"))? } else { Vec::new() };
        let mut match_kind = None;
        if self.eat_kw("MATCH") {
            match_kind = Some(self.one_of(&["FULL", "PARTIAL", "SIMPLE"], "FULL, PARTIAL or SIMPLE")?);
        }
        let (mut on_delete, mut on_update) = (None, None);
        while self.at_kw("ON") {
            let slot = if self.nth_kw(1, "DELETE") && on_delete.is_none() {
                &mut on_delete
            } else if self.nth_kw(1, "UPDATE") && on_update.is_none() {
                &mut on_update
            } else {
                self.bump();
                return Err(self.error("DELETE or UPDATE, each once"));
            };
            self.bump();
            self.bump();
            *slot = Some(self.referential_action()?);
        }
        Ok(References {
            constraint,
            table,
            columns,
            match_kind,
            on_delete,
            on_update,
            span: self.span_from(mark),
        })
    }

    fn referential_action(&mut self) -> PResult<ReferentialAction> {
        const EXPECTED: &str = "RESTRICT, CASCADE, SET NULL, NO ACTION or SET DEFAULT";
        let action = match (self.upper().as_str(), self.nth_upper(1).as_str()) {
            ("RESTRICT", _) => ReferentialAction::Restrict,
            ("CASCADE", _) => ReferentialAction::Cascade,
            ("SET", "NULL") => self.bumped(ReferentialAction::SetNull),
            ("SET", "DEFAULT") => self.bumped(ReferentialAction::SetDefault),
            ("NO", "ACTION") => self.bumped(ReferentialAction::NoAction),
            _ => return Err(self.error(EXPECTED)),
        };
        self.bump();
        Ok(action)
    }

    fn table_check(&mut self, mark: usize, constraint: Option<Ident>, exists: bool) -> PResult<CheckDef> {
        let mut check = self.check(mark, constraint)?;
        check.if_not_exists = exists;
        if self.options.flavor.is_mysql() {
            if self.eat_kws(&["NOT", "ENFORCED"]) {
                check.enforced = Some(false);
            } else if self.eat_kw("ENFORCED") {
                check.enforced = Some(true);
            }
        }
        check.span = self.span_from(mark);
        Ok(check)
    }

    // ---- statements ----

    /// At `[UNIQUE|FULLTEXT|SPATIAL|VECTOR] INDEX`, after CREATE.
    pub(super) fn create_index(&mut self, mark: usize, or_replace: bool) -> PResult<CreateIndex> {
        let kind = match self.upper().as_str() {
            "UNIQUE" => self.bumped(IndexKind::Unique),
            "FULLTEXT" => self.bumped(IndexKind::Fulltext),
            "SPATIAL" => self.bumped(IndexKind::Spatial),
            "VECTOR" => self.bumped(IndexKind::Vector),
            _ => IndexKind::Key,
        };
        self.expect_kw("INDEX")?;
        let if_not_exists = self.mariadb_if_not_exists()?;
        let name = Some(self.ident("an index name")?);
        let mut options = Vec::new();
        self.index_type(kind, &mut options)?;
        self.expect_kw("ON")?;
        let table = self.object_name("a table")?;
        let mut index = IndexDef {
            kind,
            constraint: None,
            name,
            if_not_exists,
            parts: Vec::new(),
            without_overlaps: None,
            options,
            span: Span::default(),
        };
        self.index_parts(&mut index)?;
        self.index_options(&mut index)?;
        index.span = self.span_from(mark);
        self.wait_clause()?;
        let (algorithm, lock) = self.algorithm_and_lock()?;
        Ok(CreateIndex { or_replace, index, table, algorithm, lock })
    }

    /// After `DROP INDEX`.
    pub(super) fn drop_index(&mut self) -> PResult<DropIndex> {
        let if_exists = self.mariadb_if_exists()?;
        // `PRIMARY` is a reserved word, and must be quoted here too.
        let name = self.ident("an index name")?;
        self.expect_kw("ON")?;
        let table = self.object_name("a table")?;
        self.wait_clause()?;
        let mysql = self.options.flavor.is_mysql();
        let (algorithm, lock) = if mysql { self.algorithm_and_lock()? } else { (None, None) };
        Ok(DropIndex { if_exists, name, table, algorithm, lock })
    }

    fn algorithm_and_lock(&mut self) -> PResult<(Option<String>, Option<String>)> {
        let (mut algorithm, mut lock) = (None, None);
        loop {
            if algorithm.is_none() && self.eat_kw("ALGORITHM") {
                self.eat_equals();
                algorithm = Some(self.upper_word("an algorithm")?);
            } else if lock.is_none() && self.eat_kw("LOCK") {
                self.eat_equals();
                lock = Some(self.upper_word("a lock mode")?);
            } else {
                return Ok((algorithm, lock));
            }
        }
    }
}
