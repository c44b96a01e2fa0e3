//! CREATE, ALTER and DROP DATABASE.

use super::{PResult, Parser};
use crate::ast::{AlterDatabase, CreateDatabase, DatabaseOptions, DropDatabase};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// After `CREATE [OR REPLACE] DATABASE`.
    pub(super) fn create_database(&mut self, or_replace: bool) -> PResult<CreateDatabase> {
        let if_not_exists = self.if_not_exists()?;
        let name = self.ident("a database")?;
        let mut options = DatabaseOptions::default();
        while self.database_option(&mut options, false)? {}
        Ok(CreateDatabase { or_replace, if_not_exists, name, options })
    }

    /// After `ALTER DATABASE`.
    pub(super) fn alter_database(&mut self) -> PResult<AlterDatabase> {
        let at_option = matches!(self.upper().as_str(), "DEFAULT" | "COLLATE" | "CHARACTER" | "CHAR")
            || (self.nth_at(1, TokenKind::Eq) && !self.at(TokenKind::QuotedIdent))
            || (self.at_kws(&["READ", "ONLY"]))
            || (self.nth_at(1, TokenKind::String));
        let name = if at_option { None } else { Some(self.ident("a database")?) };
        let mut options = DatabaseOptions::default();
        let mut any = false;
        while self.database_option(&mut options, true)? {
            any = true;
        }
        if any { Ok(AlterDatabase { name, options }) } else { Err(self.error("a database option")) }
    }

    /// After `DROP DATABASE`.
    pub(super) fn drop_database(&mut self) -> PResult<DropDatabase> {
        let if_exists = self.if_exists()?;
        Ok(DropDatabase { if_exists, name: self.ident("a database")? })
    }

    fn database_option(&mut self, options: &mut DatabaseOptions, alter: bool) -> PResult<bool> {
        let mysql = self.options.flavor.is_mysql();
        let default = self.eat_kw("DEFAULT");
        if self.eat_character_set() {
            self.eat_equals();
            let word_default = !mysql && self.eat_kw("DEFAULT");
            options.charset = Some(if word_default { None } else { Some(self.charset_name()?) });
        } else if self.eat_kw("COLLATE") {
            self.eat_equals();
            let word_default = !mysql && self.eat_kw("DEFAULT");
            options.collation = Some(if word_default { None } else { Some(self.collation_or_binary()?) });
        } else if mysql && self.eat_kw("ENCRYPTION") {
            self.eat_equals();
            options.encryption = Some(self.text_string("'Y' or 'N'")?);
        } else if default {
            return Err(self.error("CHARACTER SET or COLLATE"));
        } else if mysql && alter && self.eat_kws(&["READ", "ONLY"]) {
            self.eat_equals();
            options.read_only = self.ternary()?;
        } else if !mysql && self.eat_kw("COMMENT") {
            self.eat_equals();
            options.comment = Some(self.text_string("a comment in quotes")?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}
