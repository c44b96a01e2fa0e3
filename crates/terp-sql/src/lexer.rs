//! A lossless lexer: every byte of the source belongs to exactly one token.
//!
//! It reads as the server's own lexer does (MySQL's `sql/sql_lex.cc` and MariaDB's heir of it), including its
//! corners: identifiers that begin with a digit, `--` that needs a space after it, version comments resolved for
//! the flavor that is meant. It never fails: what the server would refuse becomes an [`TokenKind::Unterminated`]
//! or [`TokenKind::Unknown`] token, with a [`LexError`] beside the tokens.

mod literal;
mod scan;

use std::fmt;

use terp_schema_model::Flavor;

use crate::span::Span;

pub use literal::{LiteralError, decode_bits, decode_hex, unescape_string, unquote_ident};
pub use scan::Lexer;

/// What changes how a text is cut into tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LexOptions {
    /// The server that is meant: it decides which version comments are executed.
    pub flavor: Flavor,
    /// `sql_mode` has ANSI_QUOTES: `"a"` is an identifier.
    pub ansi_quotes: bool,
    /// `sql_mode` has NO_BACKSLASH_ESCAPES: a backslash in a string is a backslash.
    pub no_backslash_escapes: bool,
}

impl LexOptions {
    /// Options for a flavor with the server's default `sql_mode`.
    pub const fn new(flavor: Flavor) -> Self {
        Self { flavor, ansi_quotes: false, no_backslash_escapes: false }
    }
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum TokenKind {
    /// Spaces, tabs and line breaks; also a byte order mark at the start of the text.
    Whitespace,
    /// `-- ...` or `# ...`, without its line break.
    LineComment,
    /// `/* ... */`, also a version comment that this flavor skips, as one token.
    BlockComment,
    /// `/*!`, `/*!50100` or `/*M!100100` of a version comment whose content this flavor executes.
    VersionOpen,
    /// The `*/` that closes an executed version comment.
    VersionClose,

    /// An unquoted identifier or keyword: also with `$`, with letters beyond ASCII, or with a digit first (`1a`).
    Word,
    /// `` `..` ``, or `".."` under ANSI_QUOTES.
    QuotedIdent,
    /// `'..'` or `".."`; literals side by side are separate tokens.
    String,
    /// `N'..'`.
    NationalString,
    /// `x'1F'`.
    HexString,
    /// `b'01'`.
    BitString,
    /// `$$..$$` or `$tag$..$tag$`, of MySQL 9.
    DollarString,
    /// `0x1F`.
    HexNumber,
    /// `0b01`.
    BitNumber,
    /// `12`.
    Integer,
    /// `1.2`, `1.`, `.5`.
    Decimal,
    /// `1e5`, `1.5e-3`.
    Float,
    /// `@a`, `` @`a` ``, `@'a'`; also the host of an account: `root@localhost` is a word and this.
    UserVar,
    /// `?`.
    Param,

    /// `(`
    LParen,
    /// `)`
    RParen,
    /// `{`
    LBrace,
    /// `}`
    RBrace,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `.`
    Dot,
    /// `:`
    Colon,
    /// `:=`
    ColonEq,
    /// `=`
    Eq,
    /// `<=>`
    NullSafeEq,
    /// `<>` or `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `->` of MySQL
    Arrow,
    /// `->>` of MySQL
    ArrowArrow,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `&`
    Amp,
    /// `&&`
    AmpAmp,
    /// `|`
    Pipe,
    /// `||`
    PipePipe,
    /// `^`
    Caret,
    /// `~`
    Tilde,
    /// `!`
    Bang,
    /// `@` before nothing that it could name.
    At,
    /// `@@`, before the name of a system variable.
    AtAt,

    /// A string, quoted identifier or comment that the text's end cut off; it reaches to that end.
    Unterminated,
    /// Something that no token begins with, or a malformed literal such as `x'4'`.
    Unknown,
    /// The end, of zero length.
    Eof,
}

impl TokenKind {
    /// Whether the grammar doesn't see it: whitespace, comments and the marks of executed version comments.
    pub const fn is_trivia(self) -> bool {
        (self as u8) <= Self::VersionClose as u8
    }

    /// Whether it is a literal whose text stands between single or double quotes without a prefix, or with `N`.
    pub const fn is_string(self) -> bool {
        matches!(self, Self::String | Self::NationalString)
    }

    /// Whether it can be an identifier: a word (a reserved one too: see [`crate::keyword`]) or a quoted one.
    pub const fn is_ident(self) -> bool {
        matches!(self, Self::Word | Self::QuotedIdent)
    }
}

/// A piece of the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub span: Span,
}

impl Token {
    /// Its text in the source that it was lexed from.
    pub fn text(self, src: &str) -> &str {
        self.span.text(src)
    }
}

/// Why a piece of the text is not a token of SQL.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LexErrorKind {
    /// A `'..'` or `".."` string has no closing quote.
    UnterminatedString,
    /// A quoted identifier has no closing quote.
    UnterminatedIdent,
    /// A comment has no `*/`.
    UnterminatedComment,
    /// An executed version comment has no `*/`.
    UnterminatedVersionComment,
    /// A `$$` string has no closing `$$`.
    UnterminatedDollarString,
    /// `x'..'` with something else than hexadecimal digits, or with an odd number of them.
    InvalidHexString,
    /// `b'..'` with something else than 0 and 1.
    InvalidBitString,
    /// A character that no token begins with.
    UnknownCharacter,
}

impl fmt::Display for LexErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnterminatedString => "the string has no closing quote",
            Self::UnterminatedIdent => "the quoted identifier has no closing quote",
            Self::UnterminatedComment => "the comment has no closing */",
            Self::UnterminatedVersionComment => "the version comment has no closing */",
            Self::UnterminatedDollarString => "the dollar-quoted string has no closing tag",
            Self::InvalidHexString => "a hexadecimal literal needs an even number of hexadecimal digits",
            Self::InvalidBitString => "a bit literal holds 0 and 1 only",
            Self::UnknownCharacter => "no SQL token begins with this character",
        })
    }
}

/// A lexical error and its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{kind}")]
pub struct LexError {
    /// What is wrong.
    pub kind: LexErrorKind,
    /// The text that is wrong; of something unterminated, only the mark that opens it.
    pub span: Span,
}

/// All tokens of a text, and what was wrong with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lexed {
    /// The tokens; their spans concatenate to the source, and the last one is [`TokenKind::Eof`].
    pub tokens: Vec<Token>,
    /// The errors, in the order of their places.
    pub errors: Vec<LexError>,
}

/// Cuts a text into tokens.
///
/// ```
/// use terp_schema_model::Flavor;
/// use terp_sql::lexer::{LexOptions, TokenKind, lex};
/// let src = "DROP /*!50100 TABLE */ t";
/// let kinds = |flavor| {
///     let lexed = lex(src, &LexOptions::new(flavor));
///     lexed.tokens.iter().filter(|t| !t.kind.is_trivia()).map(|t| t.text(src).to_owned()).collect::<Vec<_>>()
/// };
/// assert_eq!(kinds(Flavor::MYSQL_9_7), ["DROP", "TABLE", "t", ""]);
/// ```
pub fn lex(src: &str, opts: &LexOptions) -> Lexed {
    lex_span(src, Span::of(src), opts)
}

/// Cuts a part of a text into tokens, whose spans are offsets in the whole text.
pub fn lex_span(src: &str, span: Span, opts: &LexOptions) -> Lexed {
    let mut lexer = Lexer::new(src, span, opts);
    // Real DDL has about four bytes a token; a wrong guess costs a reallocation.
    let mut tokens = Vec::with_capacity(span.len() as usize / 4 + 1);
    loop {
        let token = lexer.next_token();
        tokens.push(token);
        if token.kind == TokenKind::Eof {
            break;
        }
    }
    Lexed { tokens, errors: lexer.into_errors() }
}
