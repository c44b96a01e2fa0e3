//! The parser: tokens to statements. It never panics, and goes on at the next statement after an error.

mod alter;
mod alter_partition;
mod column;
mod create_table;
mod cursor;
mod database;
mod expr;
mod expr_call;
mod expr_cast;
mod expr_primary;
mod expr_words;
mod index;
mod options;
mod partition;
mod passed_over;
mod program;
mod program_body;
mod query;
mod query_call;
mod query_from;
mod session;
mod statement;
mod types;

use terp_schema_model::Flavor;

use self::cursor::{PResult, Parser};
use crate::ast::{Expr, Statement, TypeName};
use crate::lexer::{LexErrorKind, LexOptions, Lexed, Token, TokenKind, lex_span};
use crate::splitter::{SplitMode, split};
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

/// Where a statement stops making sense to the server's parser.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {}", if found.is_empty() { "the end of the statement" } else { found })]
pub struct SyntaxError {
    /// The server's error number: 1064, or 4161 for a type that MariaDB doesn't know.
    pub errno: u16,
    /// The token that was not expected.
    pub span: Span,
    /// What was expected instead.
    pub expected: &'static str,
    /// The token's text, shortened; empty at the end.
    pub found: String,
}

impl SyntaxError {
    /// The error number of nearly every one.
    pub(crate) const PARSE_ERROR: u16 = 1064;
    /// MariaDB: "Unknown data type".
    pub(crate) const UNKNOWN_DATA_TYPE: u16 = 4161;
}

/// The statements of a text, and what could not be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parse {
    /// What could be read, in order.
    pub statements: Vec<Statement>,
    /// What could not.
    pub errors: Vec<SyntaxError>,
}

/// Reads a text of several statements, as the server does (no DELIMITER).
///
/// A statement with an error is left out and costs one error; reading goes on at the next one. A `SET sql_mode` in
/// the text changes nothing here: who executes a script reads it statement by statement with [`parse_statement`].
///
/// ```
/// use terp_schema_model::Flavor;
/// use terp_sql::{ParseOptions, parse};
/// let parse = parse("CREATE TABLE t (a INT); DROP TALBE t; DROP TABLE t", &ParseOptions::new(Flavor::MYSQL_9_7));
/// assert_eq!(parse.statements.len(), 2);
/// assert_eq!(parse.errors[0].found, "TALBE");
/// ```
pub fn parse(src: &str, options: &ParseOptions) -> Parse {
    let mut parse = Parse::default();
    for raw in split(src, &options.lex_options(), SplitMode::Server).statements {
        match parse_statement(src, raw.span, options) {
            Ok(statement) => parse.statements.push(statement),
            Err(error) => parse.errors.push(error),
        }
    }
    parse
}

/// Reads the one statement that stands in that part of a text. All spans are offsets in the whole text.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method is for one lifetime only")]
pub fn parse_statement(src: &str, span: Span, options: &ParseOptions) -> Result<Statement, SyntaxError> {
    parse_all(src, span, options, |parser| parser.statement())
}

/// Reads a text that is one expression.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method is for one lifetime only")]
pub fn parse_expression(src: &str, options: &ParseOptions) -> Result<Expr, SyntaxError> {
    parse_all(src, Span::of(src), options, |parser| parser.expr())
}

/// Reads a text that is one data type, such as `varchar(255)` or `int unsigned`.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method is for one lifetime only")]
pub fn parse_type(src: &str, options: &ParseOptions) -> Result<TypeName, SyntaxError> {
    parse_all(src, Span::of(src), options, |parser| parser.type_name())
}

/// Reads all of a part of a text.
fn parse_all<T>(
    src: &str,
    span: Span,
    options: &ParseOptions,
    read: impl FnOnce(&mut Parser<'_>) -> PResult<T>,
) -> Result<T, SyntaxError> {
    let mut lexed = lex_span(src, span, &options.lex_options());
    let marks: Vec<Span> = lexed.tokens.iter().filter(|t| is_mark(t, src)).map(|t| t.span).collect();
    lexed.tokens.retain(|token| !token.kind.is_trivia() && token.kind != TokenKind::Eof);
    let semicolon = lexed.tokens.pop_if(|last| last.kind == TokenKind::Semicolon);
    let mut parser = Parser::new(src, &lexed.tokens, *options);
    parser.marks = &marks;
    parser.text_end = semicolon.map_or(span.end, |semicolon| semicolon.span.start);
    let result = read(&mut parser).and_then(|value| {
        if parser.at_end() { Ok(value) } else { Err(parser.error("the end of the statement")) }
    });
    match (lex_error(src, &lexed), result) {
        (Some(lexical), Err(error)) if error.span.start < lexical.span.start => Err(*error),
        (Some(lexical), _) => Err(lexical),
        (None, result) => result.map_err(|error| *error),
    }
}

/// Whether a stored program loses that piece: the marks of a version comment, or one that is skipped.
fn is_mark(token: &Token, src: &str) -> bool {
    match token.kind {
        TokenKind::VersionOpen | TokenKind::VersionClose => true,
        TokenKind::BlockComment => token.text(src).starts_with("/*!") || token.text(src).starts_with("/*M!"),
        _ => false,
    }
}

/// What is wrong with the text itself: also where the grammar doesn't look, as in a trigger's body.
fn lex_error(src: &str, lexed: &Lexed) -> Option<SyntaxError> {
    let error = lexed.errors.first()?;
    let expected = match error.kind {
        LexErrorKind::UnterminatedString => "a closing quote for the string",
        LexErrorKind::UnterminatedIdent => "a closing quote for the name",
        LexErrorKind::UnterminatedComment | LexErrorKind::UnterminatedVersionComment => "*/ for the comment",
        LexErrorKind::UnterminatedDollarString => "a closing tag for the string",
        LexErrorKind::InvalidHexString => "an even number of hexadecimal digits",
        LexErrorKind::InvalidBitString => "a bit literal of 0 and 1",
        LexErrorKind::UnknownCharacter => "SQL",
    };
    let found = cursor::shorten(error.span.text(src));
    Some(SyntaxError { errno: SyntaxError::PARSE_ERROR, span: error.span, expected, found })
}
