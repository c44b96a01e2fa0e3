//! The parser: tokens to statements. It never panics, and goes on at the next statement after an error.

mod cursor;
mod expr;
mod expr_call;
mod expr_cast;
mod expr_primary;

use terp_schema_model::Flavor;

use crate::ast::Statement;
use crate::lexer::LexOptions;
use crate::{Span, SqlMode};

/// What changes how statements are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseOptions {
    /// The server that is meant.
    pub flavor: Flavor,
    /// The session's sql_mode.
    pub sql_mode: SqlMode,
}

impl ParseOptions {
    /// With the server's default sql_mode.
    pub fn new(flavor: Flavor) -> Self {
        Self { flavor, sql_mode: SqlMode::default_for(flavor) }
    }

    /// The lexer's share of the options.
    pub fn lex_options(&self) -> LexOptions {
        LexOptions {
            flavor: self.flavor,
            ansi_quotes: self.sql_mode.ansi_quotes,
            no_backslash_escapes: self.sql_mode.no_backslash_escapes,
        }
    }
}

/// Where a statement stops making sense: the server's error 1064.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {}", if found.is_empty() { "the end of the statement" } else { found })]
pub struct SyntaxError {
    /// The token that was not expected.
    pub span: Span,
    /// What was expected instead.
    pub expected: &'static str,
    /// The token's text, shortened; empty at the end.
    pub found: String,
}

/// The statements of a text, and what could not be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parse {
    /// What could be read, in order.
    pub statements: Vec<Statement>,
    /// What could not.
    pub errors: Vec<SyntaxError>,
}
