//! What a statement sees while it is executed: the session, the current database, and the other tables.

use terp_schema_model::{CharacterSet, CharsetInfo, Column, Flavor, Table};

use super::error::{ExecuteError, Result, messages, refuse};
use super::{Catalog, Session};
use crate::ast::{Expr, Ident};
use crate::expr::{self, ColumnRef, ColumnResolver, ExprContext, ExprError, ExprPlace};

/// What a statement sees.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) flavor: Flavor,
    pub(super) session: &'c Session,
    /// The database of the table that is worked on.
    pub(super) database: &'c str,
    pub(super) database_set: &'c CharacterSet,
    pub(super) catalog: &'c Catalog,
}

impl Context<'_> {
    /// A character set by name; error 1115 where there is none.
    pub(super) fn charset(&self, name: &Ident) -> Result<&'static CharsetInfo> {
        self.flavor
            .charset(&name.value)
            .ok_or_else(|| refuse(1115, format!("Unknown character set: '{}'", name.value)).at(name.span))
    }

    pub(super) fn default_collation(&self, charset: &str) -> String {
        self.flavor.default_collation(charset).unwrap_or_default().to_owned()
    }

    pub(super) fn max_bytes(&self, charset: &str) -> u8 {
        self.flavor.charset(charset).map_or(4, |c| c.max_bytes)
    }

    /// A collation by name. `required` is the character set that was written beside it, `inherited` the one that
    /// completes MariaDB's short names.
    pub(super) fn collation(
        &self,
        name: &Ident,
        required: Option<&str>,
        inherited: &str,
    ) -> Result<CharacterSet> {
        let unknown = || refuse(1273, format!("Unknown collation: '{}'", name.value)).at(name.span);
        if self.flavor.is_short_collation(&name.value) {
            let charset = required.unwrap_or(inherited);
            let info = self.flavor.resolve_collation(charset, &name.value).ok_or_else(unknown)?;
            return Ok(CharacterSet::new(info.charset, info.name));
        }
        let info = self.flavor.collation(&name.value).ok_or_else(unknown)?;
        if let Some(required) = required
            && info.charset != required
        {
            return Err(super::options::not_valid_for(info.name, required).at(name.span));
        }
        Ok(CharacterSet::new(info.charset, info.name))
    }

    /// A name's length, 64 characters at most, and on MariaDB its characters: none beyond U+FFFF.
    pub(super) fn check_name(&self, name: &Ident) -> Result<()> {
        if let Some(wide) = name.value.chars().find(|c| u32::from(*c) > 0xFFFF) {
            let mut bytes = [0; 4];
            let shown: String = wide.encode_utf8(&mut bytes).bytes().map(|b| format!("\\x{b:02X}")).collect();
            return Err(refuse(1300, format!("Invalid utf8mb4 character string: '{shown}'")).at(name.span));
        }
        if name.value.chars().count() > 64 {
            return Err(messages::name_too_long(&name.value).at(name.span));
        }
        Ok(())
    }

    /// A table of any database, temporary ones aside.
    pub(super) fn lookup(&self, schema: &str, table: &str) -> Option<&Table> {
        self.catalog.table(schema, table)
    }

    /// The table whose foreign key has that name in this database.
    pub(super) fn foreign_key_owner(&self, name: &str) -> Option<&str> {
        self.catalog.foreign_key_owner(self.database, name)
    }

    /// The table whose check has that name in this database; MySQL.
    pub(super) fn check_owner(&self, name: &str) -> Option<&str> {
        self.catalog.check_owner(self.database, name)
    }

    /// An expression in the server's printing. `object` is the column, constraint or index that errors name.
    pub(super) fn print(
        &self,
        expr: &Expr,
        place: ExprPlace,
        table: &str,
        columns: &[Column],
        object: &str,
    ) -> Result<String> {
        let resolver = Resolver(columns);
        expr::canonical(expr, &self.expression(place, table, &resolver, object)).map_err(ExecuteError::from)
    }

    /// As [`print`](Self::print), without what the server checks only when the types of all columns are known.
    pub(super) fn print_untyped(
        &self,
        expr: &Expr,
        place: ExprPlace,
        table: &str,
        columns: &[Column],
        object: &str,
    ) -> Result<String> {
        let resolver = Resolver(columns);
        expr::untyped(expr, &self.expression(place, table, &resolver, object)).map_err(ExecuteError::from)
    }

    /// Whether the place takes all functions of an expression, whatever columns there are.
    pub(super) fn check_functions(&self, expr: &Expr, place: ExprPlace, object: &str) -> Result<()> {
        let context = self.expression(place, "", &Resolver(&[]), object);
        expr::functions_allowed(expr, &context).map_err(ExecuteError::from)
    }

    /// MySQL: a CHECK as it is printed once its operands have been resolved.
    pub(super) fn print_resolved(
        &self,
        expr: &Expr,
        table: &str,
        columns: &[Column],
        object: &str,
    ) -> Result<String> {
        let resolver = Resolver(columns);
        let context =
            ExprContext { resolved: true, ..self.expression(ExprPlace::Check, table, &resolver, object) };
        expr::canonical(expr, &context).map_err(ExecuteError::from)
    }

    fn expression<'a>(
        &'a self,
        place: ExprPlace,
        table: &'a str,
        columns: &'a Resolver<'a>,
        object: &'a str,
    ) -> ExprContext<'a> {
        ExprContext {
            flavor: self.flavor,
            sql_mode: self.session.sql_mode,
            connection: &self.session.connection,
            place,
            columns,
            schema: self.database,
            table,
            object,
            query: None,
            resolved: false,
        }
    }
}

struct Resolver<'c>(&'c [Column]);

impl ColumnResolver for Resolver<'_> {
    fn resolve(&self, name: &str) -> Option<ColumnRef<'_>> {
        let column = self.0.iter().find(|c| terp_schema_model::same_name(&c.name, name))?;
        Some(ColumnRef {
            name: &column.name,
            ty: &column.ty,
            character_set: column.character_set.as_ref().map(|c| &c.set),
            nullable: column.nullable,
        })
    }
}

impl From<ExprError> for ExecuteError {
    fn from(error: ExprError) -> Self {
        match error {
            ExprError::Refused { errno, message, span } => refuse(errno, message).at(span),
            ExprError::Unsupported { construct, span } => super::error::unsupported(construct).at(span),
        }
    }
}
