//! Cuts a script into statements, and a migration into its chunks.

pub(crate) mod program;

use std::fmt;

use self::program::Program;
use crate::lexer::{LexErrorKind, LexOptions, Lexer, Token, TokenKind};
use crate::span::Span;

/// Who reads the script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SplitMode {
    /// The server, as it takes several statements in one text: `;` separates, nothing else.
    Server,
    /// The command-line client: `DELIMITER` lines change what separates.
    Client,
    /// Drizzle's migrator: the text is cut at each `--> statement-breakpoint`, and each chunk goes to the server.
    Drizzle,
}

/// A statement's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RawStatement {
    /// Its text, without the delimiter and without whitespace and comments at both ends. A version comment that
    /// the flavor executes is part of it.
    pub span: Span,
    /// Index of the chunk that holds it.
    pub chunk: usize,
}

/// What a script consists of.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Split {
    /// The statements in order. What is empty (whitespace and comments alone) is not a statement.
    pub statements: Vec<RawStatement>,
    /// The chunks: what Drizzle sends as one query each; elsewhere the whole text is one.
    pub chunks: Vec<Span>,
    /// What is wrong with the script, in the order of the places.
    pub errors: Vec<SplitError>,
}

/// Why a script can't be cut well.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SplitErrorKind {
    /// The lexer's complaint.
    Lex(LexErrorKind),
    /// A block of a stored program has no `END`: the statement reaches to the end of the text.
    UnclosedBlock,
    /// `DELIMITER` without an argument, or with a backslash in it.
    InvalidDelimiter,
}

impl fmt::Display for SplitErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lex(kind) => kind.fmt(f),
            Self::UnclosedBlock => f.write_str("the block has no END"),
            Self::InvalidDelimiter => f.write_str("DELIMITER needs a delimiter, which has no backslash"),
        }
    }
}

/// An error of splitting and its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{kind}")]
pub struct SplitError {
    /// What is wrong.
    pub kind: SplitErrorKind,
    /// The text that is wrong; of something that is not closed, what opens it.
    pub span: Span,
}

/// Drizzle's mark between the chunks of a migration.
const BREAKPOINT: &str = "--> statement-breakpoint";

/// The chunks of a migration: its text between the marks `--> statement-breakpoint`, wherever they stand, even in
/// strings and comments, and even when nothing is between two of them. That is what Drizzle's migrators do.
///
/// ```
/// use terp_sql::splitter::split_chunks;
/// let src = "SELECT 1;--> statement-breakpoint\nSELECT 2;";
/// let chunks: Vec<_> = split_chunks(src).iter().map(|span| span.text(src)).collect();
/// assert_eq!(chunks, ["SELECT 1;", "\nSELECT 2;"]);
/// ```
pub fn split_chunks(src: &str) -> Vec<Span> {
    let mut start = 0;
    let mut chunks = Vec::new();
    for (at, mark) in src.match_indices(BREAKPOINT) {
        chunks.push(Span::of_range(start, at));
        start = at + mark.len();
    }
    chunks.push(Span::of_range(start, src.len()));
    chunks
}

/// Cuts a text into statements.
///
/// A stored program is one statement, whether or not `DELIMITER` protects the `;` in its body. A text over 1 GiB
/// doesn't fit into [`Span`]s; callers refuse it.
///
/// ```
/// use terp_schema_model::Flavor;
/// use terp_sql::lexer::LexOptions;
/// use terp_sql::splitter::{SplitMode, split};
/// let src = "CREATE TABLE t (a INT); CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; END; ";
/// let split = split(src, &LexOptions::new(Flavor::MYSQL_9_7), SplitMode::Server);
/// assert_eq!(split.statements.len(), 2);
/// assert_eq!(split.statements[0].span.text(src), "CREATE TABLE t (a INT)");
/// ```
pub fn split(src: &str, opts: &LexOptions, mode: SplitMode) -> Split {
    let mut splitter = Splitter { src, opts: *opts, out: Split::default() };
    match mode {
        SplitMode::Drizzle => {
            splitter.out.chunks = split_chunks(src);
            for chunk in 0..splitter.out.chunks.len() {
                splitter.statements_in(splitter.out.chunks[chunk], chunk, Reader::Server);
            }
        }
        SplitMode::Server | SplitMode::Client => {
            let whole = Span::of(src);
            splitter.out.chunks = vec![whole];
            let reader = if mode == SplitMode::Client { Reader::Client } else { Reader::Server };
            splitter.statements_in(whole, 0, reader);
        }
    }
    splitter.out.errors.sort_by_key(|error| error.span.start);
    splitter.out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Server,
    Client,
}

struct Splitter<'a> {
    src: &'a str,
    opts: LexOptions,
    out: Split,
}

/// The statement that is being read.
struct Pending {
    program: Program,
    span: Option<Span>,
    /// Whether there is more than marks of version comments.
    significant: bool,
}

impl Pending {
    fn new(opts: &LexOptions) -> Self {
        Self { program: Program::new(opts.flavor), span: None, significant: false }
    }

    fn extend(&mut self, span: Span) {
        self.span = Some(self.span.map_or(span, |so_far| so_far.cover(span)));
    }
}

impl<'a> Splitter<'a> {
    fn statements_in(&mut self, part: Span, chunk: usize, reader: Reader) {
        let mut lexer = Lexer::new(self.src, part, &self.opts);
        let mut pending = Pending::new(&self.opts);
        loop {
            let token = lexer.next_token();
            match token.kind {
                TokenKind::Eof => break,
                TokenKind::VersionOpen => pending.extend(token.span),
                TokenKind::VersionClose if pending.span.is_some() => pending.extend(token.span),
                kind if kind.is_trivia() => {}
                TokenKind::Semicolon if pending.program.semicolon() => {
                    self.finish(&mut pending, chunk);
                    // The server begins the next statement afresh, outside every version comment.
                    lexer.restart_at(token.span.end as usize);
                }
                TokenKind::Semicolon => pending.extend(token.span),
                TokenKind::Word if reader == Reader::Client && !pending.significant => {
                    match self.delimiter_command(token.span.start as usize) {
                        None => self.add(&mut pending, token),
                        Some(command) => {
                            pending = Pending::new(&self.opts);
                            lexer.restart_at(self.with_delimiter(command, part.end as usize, chunk));
                        }
                    }
                }
                _ => self.add(&mut pending, token),
            }
        }
        self.finish(&mut pending, chunk);
        let errors = lexer.into_errors().into_iter();
        self.out
            .errors
            .extend(errors.map(|e| SplitError { kind: SplitErrorKind::Lex(e.kind), span: e.span }));
    }

    fn add(&self, pending: &mut Pending, token: Token) {
        pending.extend(token.span);
        pending.significant = true;
        pending.program.token(token, self.src);
    }

    fn finish(&mut self, pending: &mut Pending, chunk: usize) {
        let finished = std::mem::replace(pending, Pending::new(&self.opts));
        let Some(span) = finished.span.filter(|_| finished.significant) else { return };
        self.out.statements.push(RawStatement { span, chunk });
        if let Some(span) = finished.program.unclosed() {
            self.out.errors.push(SplitError { kind: SplitErrorKind::UnclosedBlock, span });
        }
    }

    fn rest(&self, pos: usize) -> &'a str {
        self.src.get(pos..).unwrap_or_default()
    }

    fn line_end(&self, pos: usize) -> usize {
        self.rest(pos).find('\n').map_or(self.src.len(), |len| pos + len)
    }

    /// The `DELIMITER` command at a place between two statements, if there is one.
    fn delimiter_command(&self, pos: usize) -> Option<DelimiterCommand<'a>> {
        let name = self.rest(pos).get(..NAME.len()).filter(|name| name.eq_ignore_ascii_case(NAME))?;
        let end = self.line_end(pos);
        let line = self.src.get(pos + name.len()..end).unwrap_or_default();
        if !line.is_empty() && !line.starts_with(|c: char| c.is_ascii_whitespace()) {
            return None;
        }
        let argument = line.split_ascii_whitespace().next().unwrap_or_default();
        let argument = ['\'', '"', '`']
            .iter()
            .find_map(|&quote| argument.strip_prefix(quote)?.strip_suffix(quote))
            .unwrap_or(argument);
        let delimiter = (!argument.is_empty() && !argument.contains('\\')).then_some(argument);
        Some(DelimiterCommand { delimiter, name: Span::of_range(pos, pos + name.len()), end })
    }

    /// Reads what follows a `DELIMITER` command until the delimiter is `;` again, and returns where that is.
    fn with_delimiter(&mut self, command: DelimiterCommand<'a>, end: usize, chunk: usize) -> usize {
        let mut delimiter = ";";
        let mut next = Some(command);
        let mut pos = 0;
        loop {
            if let Some(command) = next.take() {
                match command.delimiter {
                    Some(given) => delimiter = given,
                    None => {
                        let error = SplitError { kind: SplitErrorKind::InvalidDelimiter, span: command.name };
                        self.out.errors.push(error);
                    }
                }
                pos = command.end;
            }
            if delimiter == ";" || pos >= end {
                return pos;
            }
            let (piece_end, found) = self.piece(pos, end, delimiter);
            self.statements_in(Span::of_range(pos, piece_end), chunk, Reader::Server);
            match found {
                PieceEnd::Delimiter => pos = piece_end + delimiter.len(),
                PieceEnd::Command(command) => next = Some(command),
                PieceEnd::Text => return end,
            }
        }
    }

    /// Finds where a piece ends: at a delimiter or command that is not in a string or comment. The client looks at
    /// characters, not at tokens: `END$$` holds the delimiter `$$`.
    fn piece(&self, start: usize, end: usize, delimiter: &str) -> (usize, PieceEnd<'a>) {
        let bytes = self.src.as_bytes().get(..end).unwrap_or_default();
        let mut blank = true;
        let mut at = start;
        while let Some(&byte) = bytes.get(at) {
            let rest = bytes.get(at..).unwrap_or_default();
            if rest.starts_with(delimiter.as_bytes()) {
                return (at, PieceEnd::Delimiter);
            }
            if blank && let Some(command) = self.delimiter_command(at) {
                return (at, PieceEnd::Command(command));
            }
            let skipped = self.skipped_by_client(rest);
            blank &= byte.is_ascii_whitespace() || (skipped > 0 && !is_quote(byte));
            at += skipped.max(1);
        }
        (end, PieceEnd::Text)
    }

    /// The length of the string or comment that a text begins with, 0 if it begins with neither.
    fn skipped_by_client(&self, rest: &[u8]) -> usize {
        let until = |mark: &[u8], from: usize| {
            let found = rest.get(from..).and_then(|r| r.windows(mark.len()).position(|w| w == mark));
            found.map_or(rest.len(), |len| from + len + mark.len())
        };
        match rest {
            [quote, ..] if is_quote(*quote) => {
                let escapes = *quote != b'`' && !self.opts.no_backslash_escapes;
                let mut at = 1;
                while let Some(&byte) = rest.get(at) {
                    at += 1;
                    if byte == *quote {
                        return at;
                    }
                    if byte == b'\\' && escapes {
                        at += 1;
                    }
                }
                rest.len()
            }
            [b'#', ..] | [b'-', b'-'] | [b'-', b'-', 0..=b' ' | 0x7F, ..] => until(b"\n", 1),
            // In a version comment delimiters count.
            [b'/', b'*', b'!', ..] | [b'/', b'*', b'M', b'!', ..] => 0,
            [b'/', b'*', ..] => until(b"*/", 2),
            _ => 0,
        }
    }
}

const NAME: &str = "delimiter";

/// A `DELIMITER` command of the client.
struct DelimiterCommand<'a> {
    /// The argument, if it is valid.
    delimiter: Option<&'a str>,
    name: Span,
    /// Where its line ends.
    end: usize,
}

enum PieceEnd<'a> {
    Delimiter,
    Command(DelimiterCommand<'a>),
    Text,
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'\'' | b'"' | b'`')
}
