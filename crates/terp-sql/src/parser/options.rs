//! Table options.

use super::{PResult, Parser};
use crate::ast::{TableOption, TableOptionKind, Text};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// Options with or without commas between them, as CREATE TABLE takes them.
    pub(super) fn table_options(&mut self, options: &mut Vec<TableOption>) -> PResult<()> {
        let mut comma = false;
        loop {
            match self.table_option()? {
                Some(option) => options.push(option),
                None if comma => return Err(self.error("a table option")),
                None => return Ok(()),
            }
            comma = self.eat(TokenKind::Comma);
        }
    }

    /// One option, if there is one.
    pub(super) fn table_option(&mut self) -> PResult<Option<TableOption>> {
        let mark = self.mark();
        let kind = self.table_option_kind()?;
        Ok(kind.map(|kind| TableOption { kind, span: self.span_from(mark) }))
    }

    fn table_option_kind(&mut self) -> PResult<Option<TableOptionKind>> {
        use TableOptionKind as O;
        let mark = self.mark();
        let word = self.upper();
        let word = word.as_str();
        let takes_words = matches!(
            word,
            "DEFAULT"
                | "CHARSET"
                | "CHARACTER"
                | "CHAR"
                | "COLLATE"
                | "DATA"
                | "INDEX"
                | "UNION"
                | "START"
                | "WITH"
        );
        if takes_words {
            return self.wordy_option();
        }
        self.bump();
        let mysql = self.options.flavor.is_mysql();
        let equals = self.eat_equals();
        let kind = match word {
            "ENGINE" => O::Engine(self.ident_or_string("a storage engine")?),
            "AUTO_INCREMENT" => O::AutoIncrement(self.long_number()?),
            "COMMENT" => O::Comment(self.option_text()?),
            "ROW_FORMAT" => O::RowFormat(self.row_format()?),
            "KEY_BLOCK_SIZE" => O::KeyBlockSize(self.number("a number")?),
            "MIN_ROWS" => O::MinRows(self.long_number()?),
            "MAX_ROWS" => O::MaxRows(self.long_number()?),
            "AVG_ROW_LENGTH" => O::AvgRowLength(self.number("a number")?),
            "PACK_KEYS" => O::PackKeys(self.ternary()?),
            "STATS_PERSISTENT" => O::StatsPersistent(self.ternary()?),
            "STATS_AUTO_RECALC" => O::StatsAutoRecalc(self.ternary()?),
            "STATS_SAMPLE_PAGES" => O::StatsSamplePages(self.sample_pages()?),
            "CHECKSUM" | "TABLE_CHECKSUM" => O::Checksum(self.number("0 or 1")? != 0),
            "DELAY_KEY_WRITE" => O::DelayKeyWrite(self.number("0 or 1")? != 0),
            "INSERT_METHOD" => O::InsertMethod(self.one_of(&["NO", "FIRST", "LAST"], "NO, FIRST or LAST")?),
            "CONNECTION" => O::Connection(self.option_text()?),
            "PASSWORD" => O::Password(self.option_text()?),
            "TABLESPACE" if mysql || !equals => O::Tablespace(self.ident("a tablespace")?),
            "STORAGE" if !equals => O::Storage(self.one_of(&["DISK", "MEMORY"], "DISK or MEMORY")?),
            word => {
                let kind = if self.options.flavor.is_mysql() {
                    self.mysql_option(word)?
                } else {
                    self.mariadb_option(word)?
                };
                if kind.is_none() {
                    self.reset(mark);
                    return Ok(self.engine_attribute()?.map(O::Attribute));
                }
                return Ok(kind);
            }
        };
        Ok(Some(kind))
    }

    fn mysql_option(&mut self, word: &str) -> PResult<Option<TableOptionKind>> {
        use TableOptionKind as O;
        Ok(Some(match word {
            "COMPRESSION" => O::Compression(self.option_text()?),
            "ENCRYPTION" => O::Encryption(self.option_text()?),
            "AUTOEXTEND_SIZE" => O::AutoextendSize(self.size()?),
            "ENGINE_ATTRIBUTE" => O::EngineAttribute(self.option_text()?),
            "SECONDARY_ENGINE_ATTRIBUTE" => O::SecondaryEngineAttribute(self.option_text()?),
            "SECONDARY_ENGINE" if self.eat_kw("NULL") => O::SecondaryEngine(None),
            "SECONDARY_ENGINE" => O::SecondaryEngine(Some(self.ident_or_string("a storage engine")?)),
            _ => return Ok(None),
        }))
    }

    fn mariadb_option(&mut self, word: &str) -> PResult<Option<TableOptionKind>> {
        use TableOptionKind as O;
        Ok(Some(match word {
            "TRANSACTIONAL" if self.eat_kw("DEFAULT") => O::Transactional(None),
            "TRANSACTIONAL" => O::Transactional(Some(self.number("0, 1 or DEFAULT")? != 0)),
            "PAGE_CHECKSUM" => O::PageChecksum(self.number("0 or 1")? != 0),
            "SEQUENCE" => O::Sequence(self.number("0 or 1")? != 0),
            _ => return Ok(None),
        }))
    }

    /// The options that begin with one word and go on with another.
    fn wordy_option(&mut self) -> PResult<Option<TableOptionKind>> {
        use TableOptionKind as O;
        let mark = self.mark();
        let mariadb = self.options.flavor.is_mariadb();
        self.eat_kw("DEFAULT");
        if self.eat_character_set() {
            self.eat_equals();
            if mariadb && self.eat_kw("DEFAULT") {
                return Ok(Some(O::CharacterSet(None)));
            }
            return Ok(Some(O::CharacterSet(Some(self.charset_name()?))));
        }
        if self.eat_kw("COLLATE") {
            self.eat_equals();
            if mariadb && self.eat_kw("DEFAULT") {
                return Ok(Some(O::Collate(None)));
            }
            return Ok(Some(O::Collate(Some(self.collation_or_binary()?))));
        }
        if self.mark() != mark {
            return Err(self.error("CHARACTER SET or COLLATE"));
        }
        if self.eat_kws(&["DATA", "DIRECTORY"]) {
            self.eat_equals();
            return Ok(Some(O::DataDirectory(self.option_text()?)));
        }
        if self.eat_kws(&["INDEX", "DIRECTORY"]) {
            self.eat_equals();
            return Ok(Some(O::IndexDirectory(self.option_text()?)));
        }
        if self.eat_kw("UNION") {
            return self.union_option().map(Some);
        }
        if !mariadb && self.eat_kws(&["START", "TRANSACTION"]) {
            return Ok(Some(O::StartTransaction));
        }
        if mariadb && self.eat_kws(&["WITH", "SYSTEM", "VERSIONING"]) {
            return Ok(Some(O::SystemVersioning));
        }
        Ok(self.engine_attribute()?.map(O::Attribute))
    }

    fn union_option(&mut self) -> PResult<TableOptionKind> {
        self.eat_equals();
        if self.at(TokenKind::LParen) && self.nth_at(1, TokenKind::RParen) {
            self.bump();
            self.bump();
            return Ok(TableOptionKind::Union(Vec::new()));
        }
        Ok(TableOptionKind::Union(self.paren_list(|p| p.object_name("a table"))?))
    }

    fn option_text(&mut self) -> PResult<Text> {
        self.text_string("a text in quotes")
    }

    fn row_format(&mut self) -> PResult<String> {
        const FORMATS: [&str; 6] = ["DEFAULT", "DYNAMIC", "FIXED", "COMPRESSED", "REDUNDANT", "COMPACT"];
        if self.options.flavor.is_mariadb() && self.eat_kw("PAGE") {
            return Ok("PAGE".to_owned());
        }
        self.one_of(&FORMATS, "a row format")
    }

    /// 0, 1 or DEFAULT.
    pub(super) fn ternary(&mut self) -> PResult<Option<bool>> {
        const EXPECTED: &str = "0, 1 or DEFAULT";
        if self.eat_kw("DEFAULT") {
            return Ok(None);
        }
        let mark = self.mark();
        match self.number(EXPECTED)? {
            0 => Ok(Some(false)),
            1 => Ok(Some(true)),
            _ => {
                self.reset(mark);
                Err(self.error(EXPECTED))
            }
        }
    }

    fn sample_pages(&mut self) -> PResult<Option<u64>> {
        const EXPECTED: &str = "a number from 1 to 65535, or DEFAULT";
        if self.eat_kw("DEFAULT") {
            return Ok(None);
        }
        let pages = self.number(EXPECTED)?;
        if (1..=65535).contains(&pages) {
            Ok(Some(pages))
        } else {
            Err(self.error_at(self.last_taken(), EXPECTED))
        }
    }

    /// A number of bytes, with K, M, G or T after it.
    fn size(&mut self) -> PResult<u64> {
        const EXPECTED: &str = "a size";
        if self.at(TokenKind::Integer) {
            return self.integer(EXPECTED);
        }
        let word = self.upper();
        let Some((digits, unit)) = word.as_str().split_at_checked(word.as_str().len().saturating_sub(1))
        else {
            return Err(self.error(EXPECTED));
        };
        let shift = match unit {
            "K" => 10,
            "M" => 20,
            "G" => 30,
            "T" => 40,
            _ => return Err(self.error(EXPECTED)),
        };
        let Ok(number) = digits.parse::<u64>() else { return Err(self.error(EXPECTED)) };
        self.bump();
        Ok(number.saturating_mul(1 << shift))
    }
}
