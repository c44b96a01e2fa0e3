//! PARTITION BY and the definitions of partitions.

use super::{PResult, Parser};
use crate::ast::{
    BoundDef, Expr, Ident, PartitionBy, PartitionClause, PartitionDef, PartitionOption, PartitionValuesDef,
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
            Some((self.subpartition_by()?, self.partition_count("SUBPARTITIONS")?))
        } else {
            None
        };
        let columns = value_columns(&by);
        let definitions = if self.at(TokenKind::LParen) {
            Some(self.paren_list(|p| p.partition_def(columns))?)
        } else {
            None
        };
        let clause = PartitionClause { by, count, subpartition, definitions, span: self.span_from(mark) };
        self.check_counts(&clause)?;
        Ok(clause)
    }

    fn subpartition_by(&mut self) -> PResult<PartitionBy> {
        if !self.at_kw("HASH") && !self.at_kw("KEY") && !self.at_kw("LINEAR") {
            return Err(self.error("HASH or KEY"));
        }
        let by = self.partition_by()?;
        match &by {
            PartitionBy::Key { columns, .. } if columns.is_empty() => {
                Err(self.error_at(self.last_taken(), "a column, as SUBPARTITION BY KEY needs one"))
            }
            _ => Ok(by),
        }
    }

    /// What the server's parser refuses when it has read the whole clause.
    fn check_counts(&self, clause: &PartitionClause) -> PResult<()> {
        let Some(definitions) = &clause.definitions else { return Ok(()) };
        if clause.count.is_some_and(|count| count != definitions.len() as u64) {
            return Err(self.error_at(clause.span, "as many partitions as PARTITIONS says"));
        }
        let sub_count = clause.subpartition.as_ref().and_then(|(_, count)| *count);
        let subs = |def: &PartitionDef| def.subpartitions.len() as u64;
        let expected = sub_count.or(definitions.first().map(subs)).unwrap_or_default();
        if definitions.iter().any(|def| subs(def) > 0)
            && let Some(odd) = definitions.iter().find(|def| subs(def) != expected)
        {
            return Err(self.error_at(odd.span, "the same number of subpartitions everywhere"));
        }
        let requires_values = match clause.by {
            PartitionBy::Range(_) | PartitionBy::RangeColumns(_) => "VALUES LESS THAN for each partition",
            PartitionBy::List(_) | PartitionBy::ListColumns(_) => "VALUES IN for each partition",
            _ => return Ok(()),
        };
        if self.options.flavor.is_mysql()
            && let Some(bare) = definitions.iter().find(|d| d.values == PartitionValuesDef::None)
        {
            return Err(self.error_at(bare.span, requires_values));
        }
        Ok(())
    }

    fn partition_count(&mut self, keyword: &str) -> PResult<Option<u64>> {
        if self.eat_kw(keyword) { self.integer_or_hex().map(Some) } else { Ok(None) }
    }

    fn partition_by(&mut self) -> PResult<PartitionBy> {
        let linear = self.eat_kw("LINEAR");
        match self.upper().as_str() {
            "HASH" => {
                self.bump();
                Ok(PartitionBy::Hash { linear, expr: self.paren_bit_expr()? })
            }
            "KEY" => {
                self.bump();
                let algorithm = if self.eat_kw("ALGORITHM") {
                    self.expect(TokenKind::Eq, "=")?;
                    Some(self.key_algorithm()?)
                } else {
                    None
                };
                Ok(PartitionBy::Key { linear, algorithm, columns: self.column_names_or_none()? })
            }
            "RANGE" if !linear => {
                self.bump();
                if self.eat_kw("COLUMNS") {
                    return Ok(PartitionBy::RangeColumns(self.value_column_names()?));
                }
                Ok(PartitionBy::Range(self.paren_bit_expr()?))
            }
            "LIST" if !linear => {
                self.bump();
                if self.eat_kw("COLUMNS") {
                    return Ok(PartitionBy::ListColumns(self.value_column_names()?));
                }
                Ok(PartitionBy::List(self.paren_bit_expr()?))
            }
            "SYSTEM_TIME" if !linear && self.options.flavor.is_mariadb() => {
                self.bump();
                self.system_time()
            }
            _ => Err(self.error("RANGE, LIST, HASH or KEY")),
        }
    }

    fn paren_bit_expr(&mut self) -> PResult<Expr> {
        self.expect(TokenKind::LParen, "(")?;
        let expr = self.bit_expr()?;
        self.expect(TokenKind::RParen, ")")?;
        Ok(expr)
    }

    fn key_algorithm(&mut self) -> PResult<u64> {
        let mark = self.mark();
        let algorithm = self.integer("1 or 2")?;
        if matches!(algorithm, 1 | 2) {
            return Ok(algorithm);
        }
        self.reset(mark);
        Err(self.error("1 or 2"))
    }

    /// `[INTERVAL n unit [STARTS time] | LIMIT n] [AUTO]`
    fn system_time(&mut self) -> PResult<PartitionBy> {
        let mark = self.mark();
        let limited = if self.eat_kw("INTERVAL") {
            self.bit_expr()?;
            self.upper_word("a unit of time")?;
            if self.eat_kw("STARTS") {
                self.literal_value()?;
            }
            true
        } else if self.eat_kw("LIMIT") {
            self.number("a number of rows")?;
            true
        } else {
            false
        };
        if limited {
            self.eat_kw("AUTO");
        }
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

    /// The columns of RANGE COLUMNS and LIST COLUMNS, which MariaDB's grammar lets be none.
    fn value_column_names(&mut self) -> PResult<Vec<Ident>> {
        if self.options.flavor.is_mysql() { self.column_names() } else { self.column_names_or_none() }
    }

    /// Definitions in parentheses, after ALTER TABLE's ADD and REORGANIZE.
    pub(super) fn partition_defs(&mut self) -> PResult<Vec<PartitionDef>> {
        self.paren_list(|p| p.partition_def(ValueColumns::default()))
    }

    /// `PARTITION name [VALUES ...] options [(subpartitions)]`. Takes how many columns the values are for, where
    /// that is known.
    pub(super) fn partition_def(&mut self, columns: ValueColumns) -> PResult<PartitionDef> {
        let mark = self.mark();
        let optional = self.options.flavor.is_mariadb();
        if !self.eat_kw("PARTITION") && !optional {
            return Err(self.error("PARTITION"));
        }
        let name = self.ident("a partition's name")?;
        let values = self.partition_values(columns)?;
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

    fn partition_values(&mut self, columns: ValueColumns) -> PResult<PartitionValuesDef> {
        if self.eat_kw("VALUES") {
            if self.eat_kws(&["LESS", "THAN"]) {
                let bounds = if self.at_kw("MAXVALUE") {
                    vec![BoundDef::MaxValue(self.bump().span)]
                } else {
                    self.paren_list(Self::bound)?
                };
                self.check_tuple(bounds.len(), columns.less_than)?;
                return Ok(PartitionValuesDef::LessThan(bounds));
            }
            if self.eat_kw("IN") {
                return self.values_in(columns.listed);
            }
            return self.word_values().ok_or_else(|| self.error("LESS THAN or IN"));
        }
        Ok(self.word_values().unwrap_or(PartitionValuesDef::None))
    }

    /// MariaDB's words for what a partition holds, with or without VALUES before them.
    fn word_values(&mut self) -> Option<PartitionValuesDef> {
        let values = match self.upper().as_str() {
            _ if self.options.flavor.is_mysql() => return None,
            "DEFAULT" => PartitionValuesDef::Default,
            "HISTORY" => PartitionValuesDef::History,
            "CURRENT" => PartitionValuesDef::Current,
            _ => return None,
        };
        self.bump();
        Some(values)
    }

    /// `(1, 2)` or `((1, 2), (3, 4))`.
    fn values_in(&mut self, columns: Option<usize>) -> PResult<PartitionValuesDef> {
        // What begins with two parentheses is tuples for the server too, also where `((1 + 1), 2)` is meant.
        if !self.at(TokenKind::LParen) || !self.nth_at(1, TokenKind::LParen) {
            let values = self.paren_list(Self::listed_value)?;
            self.check_tuple(1, columns)?;
            return Ok(PartitionValuesDef::In(values.into_iter().map(|value| vec![value]).collect()));
        }
        let tuples = self.paren_list(|p| {
            let tuple = p.paren_list(Self::listed_value)?;
            if tuple.len() < 2 || columns.is_some_and(|columns| columns < 2) {
                return Err(p.error_at(p.last_taken(), "a value; tuples are for several columns"));
            }
            p.check_tuple(tuple.len(), columns)?;
            Ok(tuple)
        })?;
        Ok(PartitionValuesDef::In(tuples))
    }

    /// Too few values are an error of syntax. Too many are found later.
    fn check_tuple(&self, len: usize, columns: Option<usize>) -> PResult<()> {
        if columns.is_some_and(|columns| len < columns) {
            return Err(self.error_at(self.last_taken(), "a value for each column"));
        }
        Ok(())
    }

    fn listed_value(&mut self) -> PResult<BoundDef> {
        if self.at_kw("MAXVALUE") { Err(self.error("a value other than MAXVALUE")) } else { self.bound() }
    }

    fn bound(&mut self) -> PResult<BoundDef> {
        if self.at_kw("MAXVALUE") {
            return Ok(BoundDef::MaxValue(self.bump().span));
        }
        Ok(BoundDef::Value(self.bit_expr()?))
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
            "COMMENT" => O::Comment(self.after_equals(|p| p.text_string("a comment in quotes"))?),
            "DATA" => {
                self.bump();
                O::DataDirectory(self.after_equals(|p| p.text_string("a directory in quotes"))?)
            }
            "INDEX" => {
                self.bump();
                O::IndexDirectory(self.after_equals(|p| p.text_string("a directory in quotes"))?)
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
        self.eat_equals();
        read(self)
    }
}

/// How many values a partition's bound has, where the columns are known.
#[derive(Clone, Copy, Default)]
pub(super) struct ValueColumns {
    less_than: Option<usize>,
    listed: Option<usize>,
}

fn value_columns(by: &PartitionBy) -> ValueColumns {
    let (less_than, listed) = match by {
        PartitionBy::RangeColumns(columns) => (Some(columns.len()), None),
        PartitionBy::ListColumns(columns) => (None, Some(columns.len())),
        PartitionBy::Range(_) => (Some(1), None),
        PartitionBy::List(_) => (None, Some(1)),
        _ => (None, None),
    };
    ValueColumns { less_than, listed }
}
