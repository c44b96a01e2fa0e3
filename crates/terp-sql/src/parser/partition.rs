//! PARTITION BY and the definitions of partitions.

use super::{PResult, Parser};
use crate::ast::{
    BoundDef, Ident, PartitionBy, PartitionClause, PartitionDef, PartitionOption, PartitionValuesDef,
};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// At `PARTITION BY`.
    pub(super) fn partition_clause(&mut self) -> PResult<PartitionClause> {
        let mark = self.mark();
        self.expect_kw("PARTITION")?;
        self.expect_kw("BY")?;
        let by = self.partition_by()?;
        let count = self.partition_count("PARTITIONS")?;
        let subpartition = if self.eat_kw("SUBPARTITION") {
            self.expect_kw("BY")?;
            if !self.at_kw("HASH") && !self.at_kw("KEY") && !self.at_kw("LINEAR") {
                return Err(self.error("HASH or KEY"));
            }
            Some((self.partition_by()?, self.partition_count("SUBPARTITIONS")?))
        } else {
            None
        };
        let definitions = if self.at(TokenKind::LParen) && !self.at_query() {
            Some(self.paren_list(Self::partition_def)?)
        } else {
            None
        };
        Ok(PartitionClause { by, count, subpartition, definitions, span: self.span_from(mark) })
    }

    fn partition_count(&mut self, keyword: &str) -> PResult<Option<u64>> {
        if self.eat_kw(keyword) { self.integer("a number").map(Some) } else { Ok(None) }
    }

    fn partition_by(&mut self) -> PResult<PartitionBy> {
        let linear = self.eat_kw("LINEAR");
        match self.upper().as_str() {
            "HASH" => {
                self.bump();
                Ok(PartitionBy::Hash { linear, expr: self.paren_expr()? })
            }
            "KEY" => {
                self.bump();
                let algorithm = if self.eat_kw("ALGORITHM") {
                    self.expect(TokenKind::Eq, "=")?;
                    Some(self.integer("1 or 2")?)
                } else {
                    None
                };
                Ok(PartitionBy::Key { linear, algorithm, columns: self.column_names_or_none()? })
            }
            "RANGE" if !linear => {
                self.bump();
                if self.eat_kw("COLUMNS") {
                    return Ok(PartitionBy::RangeColumns(self.column_names()?));
                }
                Ok(PartitionBy::Range(self.paren_expr()?))
            }
            "LIST" if !linear => {
                self.bump();
                if self.eat_kw("COLUMNS") {
                    return Ok(PartitionBy::ListColumns(self.column_names()?));
                }
                Ok(PartitionBy::List(self.paren_expr()?))
            }
            "SYSTEM_TIME" if !linear && self.options.flavor.is_mariadb() => {
                self.bump();
                self.system_time()
            }
            _ => Err(self.error("RANGE, LIST, HASH or KEY")),
        }
    }

    /// `[INTERVAL n unit [STARTS time]] [LIMIT n] [AUTO]`
    fn system_time(&mut self) -> PResult<PartitionBy> {
        let mark = self.mark();
        if self.eat_kw("INTERVAL") {
            self.primary_expr()?;
            self.upper_word("a unit of time")?;
            if self.eat_kw("STARTS") {
                self.primary_expr()?;
            }
        } else if self.eat_kw("LIMIT") {
            self.number("a number of rows")?;
        }
        self.eat_kw("AUTO");
        let rest =
            if self.mark() == mark { crate::Span::at(self.peek().span.start) } else { self.span_from(mark) };
        Ok(PartitionBy::SystemTime { rest })
    }

    pub(super) fn column_names(&mut self) -> PResult<Vec<Ident>> {
        self.paren_list(|p| p.ident("a column"))
    }

    fn column_names_or_none(&mut self) -> PResult<Vec<Ident>> {
        if self.at(TokenKind::LParen) && self.nth_at(1, TokenKind::RParen) {
            self.bump();
            self.bump();
            return Ok(Vec::new());
        }
        self.column_names()
    }

    /// `PARTITION name [VALUES ...] options [(subpartitions)]`
    pub(super) fn partition_def(&mut self) -> PResult<PartitionDef> {
        let mark = self.mark();
        self.expect_kw("PARTITION")?;
        let name = self.ident("a partition's name")?;
        let values = self.partition_values()?;
        let options = self.partition_options()?;
        let subpartitions =
            if self.at(TokenKind::LParen) { self.paren_list(Self::subpartition)? } else { Vec::new() };
        Ok(PartitionDef { name, values, options, subpartitions, span: self.span_from(mark) })
    }

    fn subpartition(&mut self) -> PResult<(Ident, Vec<PartitionOption>)> {
        self.expect_kw("SUBPARTITION")?;
        let name = self.ident_or_string("a subpartition's name")?;
        Ok((name, self.partition_options()?))
    }

    fn partition_values(&mut self) -> PResult<PartitionValuesDef> {
        let mariadb = self.options.flavor.is_mariadb();
        if self.eat_kw("VALUES") {
            if self.eat_kws(&["LESS", "THAN"]) {
                if self.at_kw("MAXVALUE") {
                    return Ok(PartitionValuesDef::LessThan(vec![BoundDef::MaxValue(self.bump().span)]));
                }
                return Ok(PartitionValuesDef::LessThan(self.paren_list(Self::bound)?));
            }
            if mariadb && self.eat_kw("DEFAULT") {
                return Ok(PartitionValuesDef::Default);
            }
            if !self.eat_kw("IN") {
                return Err(self.error("LESS THAN or IN"));
            }
            return self.values_in();
        }
        if mariadb {
            let values = match self.upper().as_str() {
                "DEFAULT" => PartitionValuesDef::Default,
                "HISTORY" => PartitionValuesDef::History,
                "CURRENT" => PartitionValuesDef::Current,
                _ => return Ok(PartitionValuesDef::None),
            };
            self.bump();
            return Ok(values);
        }
        Ok(PartitionValuesDef::None)
    }

    /// `(1, 2)` or `((1, 2), (3, 4))`.
    fn values_in(&mut self) -> PResult<PartitionValuesDef> {
        let mark = self.mark();
        if self.at(TokenKind::LParen) && self.nth_at(1, TokenKind::LParen) {
            // `((1), (2))` are tuples, `((1 + 1))` is an expression in parentheses: the server's grammar takes
            // tuples first too.
            if let Ok(tuples) = self.paren_list(|p| p.paren_list(Self::bound)) {
                return Ok(PartitionValuesDef::In(tuples));
            }
            self.reset(mark);
        }
        let values = self.paren_list(Self::bound)?;
        Ok(PartitionValuesDef::In(values.into_iter().map(|value| vec![value]).collect()))
    }

    fn bound(&mut self) -> PResult<BoundDef> {
        if self.at_kw("MAXVALUE") {
            Ok(BoundDef::MaxValue(self.bump().span))
        } else {
            Ok(BoundDef::Value(self.expr()?))
        }
    }

    fn partition_options(&mut self) -> PResult<Vec<PartitionOption>> {
        let mut options = Vec::new();
        while let Some(option) = self.partition_option()? {
            options.push(option);
        }
        Ok(options)
    }

    fn partition_option(&mut self) -> PResult<Option<PartitionOption>> {
        use PartitionOption as O;
        if self.at_kws(&["STORAGE", "ENGINE"]) {
            self.bump();
        }
        let word = self.upper();
        let two_words = matches!(word.as_str(), "DATA" | "INDEX");
        if two_words && !self.nth_kw(1, "DIRECTORY") {
            return Ok(None);
        }
        let option = match word.as_str() {
            "ENGINE" => O::Engine(self.after_equals(|p| p.ident_or_string("a storage engine"))?),
            "COMMENT" => O::Comment(self.after_equals(|p| p.string("a comment in quotes"))?),
            "DATA" => {
                self.bump();
                O::DataDirectory(self.after_equals(|p| p.string("a directory in quotes"))?)
            }
            "INDEX" => {
                self.bump();
                O::IndexDirectory(self.after_equals(|p| p.string("a directory in quotes"))?)
            }
            "MAX_ROWS" => O::MaxRows(self.after_equals(|p| p.integer("a number"))?),
            "MIN_ROWS" => O::MinRows(self.after_equals(|p| p.integer("a number"))?),
            "TABLESPACE" => O::Tablespace(self.after_equals(|p| p.ident_or_string("a tablespace"))?),
            "NODEGROUP" => O::Nodegroup(self.after_equals(|p| p.integer("a number"))?),
            _ => return Ok(self.engine_attribute()?.map(|a| O::Attribute(a.name, a.value))),
        };
        Ok(Some(option))
    }

    /// Takes the word here and an optional `=`, then what the function reads.
    pub(super) fn after_equals<T>(&mut self, read: impl FnOnce(&mut Self) -> PResult<T>) -> PResult<T> {
        self.bump();
        self.eat(TokenKind::Eq);
        read(self)
    }
}
