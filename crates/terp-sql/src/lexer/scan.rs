//! The lexer itself: one cursor over the bytes, one token at a time.

use terp_schema_model::Flavor;

use super::{LexError, LexErrorKind, LexOptions, Token, TokenKind};
use crate::span::Span;

/// Reads tokens one after the other, for whoever doesn't want all of them at once.
///
/// ```
/// use terp_schema_model::Flavor;
/// use terp_sql::lexer::{LexOptions, Lexer, TokenKind};
/// use terp_sql::span::Span;
/// let src = "a.1b";
/// let mut lexer = Lexer::new(src, Span::of(src), &LexOptions::new(Flavor::MYSQL_9_7));
/// assert_eq!(lexer.next_token().kind, TokenKind::Word);
/// assert_eq!(lexer.next_token().kind, TokenKind::Dot);
/// assert_eq!(lexer.next_token().kind, TokenKind::Word);
/// assert_eq!(lexer.next_token().kind, TokenKind::Eof);
/// ```
#[derive(Debug)]
pub struct Lexer<'a> {
    bytes: &'a [u8],
    pos: usize,
    opts: LexOptions,
    after_dot: AfterDot,
    /// Where the executed version comment opened that the cursor is in.
    version_comment: Option<Span>,
    errors: Vec<LexError>,
}

/// `t.1a`: a dot that touches a word makes an identifier of what touches the dot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum AfterDot {
    No,
    DotComes,
    IdentComes,
}

const SPACE: u8 = 1;
const IDENT: u8 = 2;
const DIGIT: u8 = 4;
const HEX: u8 = 8;

/// What each byte can be part of. All bytes of characters beyond ASCII belong to identifiers, as on the server.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        if matches!(byte, b' ' | b'\t'..=b'\r') {
            classes[i] |= SPACE;
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80 {
            classes[i] |= IDENT;
        }
        if byte.is_ascii_digit() {
            classes[i] |= DIGIT;
        }
        if byte.is_ascii_hexdigit() {
            classes[i] |= HEX;
        }
        i += 1;
    }
    classes
};

const fn is(byte: u8, class: u8) -> bool {
    CLASSES[byte as usize] & class != 0
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl<'a> Lexer<'a> {
    /// A lexer of a part of a text. A span that doesn't fit the text is cut to it.
    pub fn new(src: &'a str, span: Span, opts: &LexOptions) -> Self {
        let end = src.floor_char_boundary(span.end as usize);
        let start = src.floor_char_boundary((span.start as usize).min(end));
        Self {
            bytes: src.as_bytes().get(..end).unwrap_or_default(),
            pos: start,
            opts: *opts,
            after_dot: AfterDot::No,
            version_comment: None,
            errors: Vec::new(),
        }
    }

    /// The next token; [`TokenKind::Eof`] at the end, again and again.
    pub fn next_token(&mut self) -> Token {
        let start = self.pos;
        let kind = self.scan();
        debug_assert!(self.pos > start || kind == TokenKind::Eof);
        self.pos = self.pos.min(self.bytes.len());
        Token { kind, span: Span::of_range(start, self.pos) }
    }

    /// Offset of the next token.
    pub fn pos(&self) -> u32 {
        crate::span::offset(self.pos)
    }

    /// Continues elsewhere, as at the start of a text: outside every version comment.
    pub(crate) fn restart_at(&mut self, pos: usize) {
        self.pos = pos.min(self.bytes.len());
        self.after_dot = AfterDot::No;
        self.version_comment = None;
    }

    /// The errors of all tokens up to here, in the order of their places.
    pub fn into_errors(mut self) -> Vec<LexError> {
        self.errors.sort_by_key(|error| error.span.start);
        self.errors
    }

    /// The byte that many bytes after the cursor; 0 after the end, as the server's buffer has it.
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn skip_class(&mut self, class: u8) {
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        self.pos += rest.iter().position(|&b| !is(b, class)).unwrap_or(rest.len());
    }

    fn error(&mut self, kind: LexErrorKind, start: usize, end: usize) {
        self.errors.push(LexError { kind, span: Span::of_range(start, end.min(self.bytes.len())) });
    }

    fn scan(&mut self) -> TokenKind {
        let Some(&first) = self.bytes.get(self.pos) else { return self.at_end() };
        match self.after_dot {
            AfterDot::No => {}
            AfterDot::DotComes => {
                self.after_dot = AfterDot::IdentComes;
                return self.take(1, TokenKind::Dot);
            }
            AfterDot::IdentComes => {
                self.after_dot = AfterDot::No;
                return self.word();
            }
        }
        match first {
            b' ' | b'\t'..=b'\r' => {
                self.skip_class(SPACE);
                TokenKind::Whitespace
            }
            b'0'..=b'9' => self.number(),
            b'n' | b'N' if self.peek(1) == b'\'' => {
                self.pos += 1;
                self.string(b'\'', TokenKind::NationalString)
            }
            b'x' | b'X' if self.peek(1) == b'\'' => {
                self.coded_string(TokenKind::HexString, LexErrorKind::InvalidHexString, |digits| {
                    digits.len() % 2 == 0 && digits.iter().all(u8::is_ascii_hexdigit)
                })
            }
            b'b' | b'B' if self.peek(1) == b'\'' => {
                self.coded_string(TokenKind::BitString, LexErrorKind::InvalidBitString, |digits| {
                    digits.iter().all(|d| matches!(d, b'0' | b'1'))
                })
            }
            b'$' => self.dollar(),
            0xEF if self.pos == 0 && self.bytes.starts_with(BYTE_ORDER_MARK) => {
                self.take(BYTE_ORDER_MARK.len(), TokenKind::Whitespace)
            }
            b if is(b, IDENT) => self.word(),
            b'\'' => self.string(b'\'', TokenKind::String),
            b'"' if self.opts.ansi_quotes => self.quoted_ident(b'"', TokenKind::QuotedIdent),
            b'"' => self.string(b'"', TokenKind::String),
            b'`' => self.quoted_ident(b'`', TokenKind::QuotedIdent),
            b'@' => self.at_sign(),
            b'#' => self.line_comment(),
            b'-' if self.peek(1) == b'-' && matches!(self.peek(2), 0..=b' ' | 0x7F) => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'*' if self.peek(1) == b'/' && self.version_comment.is_some() => {
                self.version_comment = None;
                self.take(2, TokenKind::VersionClose)
            }
            b'.' if is(self.peek(1), DIGIT) => {
                self.pos += 1;
                self.fraction()
            }
            b'.' => {
                if is(self.peek(1), IDENT) {
                    self.after_dot = AfterDot::IdentComes;
                }
                self.take(1, TokenKind::Dot)
            }
            _ => self.punctuation(first),
        }
    }

    fn at_end(&mut self) -> TokenKind {
        if let Some(open) = self.version_comment.take() {
            self.errors.push(LexError { kind: LexErrorKind::UnterminatedVersionComment, span: open });
        }
        TokenKind::Eof
    }

    fn take(&mut self, len: usize, kind: TokenKind) -> TokenKind {
        self.pos += len;
        kind
    }

    fn word(&mut self) -> TokenKind {
        self.skip_class(IDENT);
        if self.peek(0) == b'.' && is(self.peek(1), IDENT) {
            self.after_dot = AfterDot::DotComes;
        }
        TokenKind::Word
    }

    /// A number, or an identifier that begins with a digit.
    fn number(&mut self) -> TokenKind {
        let start = self.pos;
        if self.peek(0) == b'0' && matches!(self.peek(1), b'x' | b'b') {
            let hex = self.peek(1) == b'x';
            self.pos += 2;
            let digits = self.pos;
            if hex {
                self.skip_class(HEX);
            } else {
                while matches!(self.peek(0), b'0' | b'1') {
                    self.pos += 1;
                }
            }
            if self.pos > digits && !is(self.peek(0), IDENT) {
                return if hex { TokenKind::HexNumber } else { TokenKind::BitNumber };
            }
            self.pos = start;
            return self.word();
        }
        self.skip_class(DIGIT);
        match self.peek(0) {
            b'.' => {
                self.pos += 1;
                self.fraction()
            }
            b'e' | b'E' if self.exponent() => TokenKind::Float,
            b if is(b, IDENT) => self.word(),
            _ => TokenKind::Integer,
        }
    }

    /// What follows the point of a number.
    fn fraction(&mut self) -> TokenKind {
        self.skip_class(DIGIT);
        if matches!(self.peek(0), b'e' | b'E') && self.exponent() {
            TokenKind::Float
        } else {
            TokenKind::Decimal
        }
    }

    /// Takes `e5`, `e+5` or `e-5`; takes nothing when there are no digits.
    fn exponent(&mut self) -> bool {
        let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
        if !is(self.peek(1 + sign), DIGIT) {
            return false;
        }
        self.pos += 1 + sign;
        self.skip_class(DIGIT);
        true
    }

    fn string(&mut self, quote: u8, kind: TokenKind) -> TokenKind {
        let escapes = !self.opts.no_backslash_escapes;
        self.quoted(quote, escapes, LexErrorKind::UnterminatedString, kind)
    }

    fn quoted_ident(&mut self, quote: u8, kind: TokenKind) -> TokenKind {
        self.quoted(quote, false, LexErrorKind::UnterminatedIdent, kind)
    }

    /// Takes a quoted text whose opening quote is at the cursor; a doubled quote stands for itself.
    fn quoted(&mut self, quote: u8, escapes: bool, unterminated: LexErrorKind, kind: TokenKind) -> TokenKind {
        let open = self.pos;
        let mut at = open + 1;
        while let Some(&byte) = self.bytes.get(at) {
            at += 1;
            if byte == quote {
                if self.bytes.get(at) != Some(&quote) {
                    self.pos = at;
                    return kind;
                }
                at += 1;
            } else if byte == b'\\' && escapes {
                at += 1;
            }
        }
        self.pos = self.bytes.len();
        self.error(unterminated, open, open + 1);
        TokenKind::Unterminated
    }

    /// `x'..'` and `b'..'`, in which nothing escapes the closing quote.
    fn coded_string(
        &mut self,
        kind: TokenKind,
        invalid: LexErrorKind,
        is_valid: impl Fn(&[u8]) -> bool,
    ) -> TokenKind {
        let start = self.pos;
        let digits = self.bytes.get(start + 2..).unwrap_or_default();
        let Some(len) = digits.iter().position(|&b| b == b'\'') else {
            self.pos = self.bytes.len();
            self.error(LexErrorKind::UnterminatedString, start, start + 2);
            return TokenKind::Unterminated;
        };
        self.pos = start + 2 + len + 1;
        if digits.get(..len).is_some_and(is_valid) {
            return kind;
        }
        self.error(invalid, start, self.pos);
        TokenKind::Unknown
    }

    /// A dollar-quoted string where the server knows them, else an identifier that begins with a dollar.
    fn dollar(&mut self) -> TokenKind {
        let start = self.pos;
        let rest = self.bytes.get(start + 1..).unwrap_or_default();
        let tag_end = rest.iter().position(|&b| b == b'$' || !is(b, IDENT)).filter(|&at| rest[at] == b'$');
        let Some(tag_end) = tag_end.filter(|_| has_dollar_strings(self.opts.flavor)) else {
            return self.word();
        };
        let tag = self.bytes.get(start..start + tag_end + 2).unwrap_or_default();
        let content = start + tag.len();
        match find(self.bytes.get(content..).unwrap_or_default(), tag) {
            Some(len) => {
                self.pos = content + len + tag.len();
                TokenKind::DollarString
            }
            None => {
                self.pos = self.bytes.len();
                self.error(LexErrorKind::UnterminatedDollarString, start, content);
                TokenKind::Unterminated
            }
        }
    }

    fn at_sign(&mut self) -> TokenKind {
        self.pos += 1;
        match self.peek(0) {
            b'@' => self.take(1, TokenKind::AtAt),
            b'\'' => self.string(b'\'', TokenKind::UserVar),
            b'"' if self.opts.ansi_quotes => self.quoted_ident(b'"', TokenKind::UserVar),
            b'"' => self.string(b'"', TokenKind::UserVar),
            b'`' => self.quoted_ident(b'`', TokenKind::UserVar),
            _ => {
                let start = self.pos;
                while is(self.peek(0), IDENT) || self.peek(0) == b'.' {
                    self.pos += 1;
                }
                if self.pos > start { TokenKind::UserVar } else { TokenKind::At }
            }
        }
    }

    fn line_comment(&mut self) -> TokenKind {
        let rest = self.bytes.get(self.pos..).unwrap_or_default();
        self.pos += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
        TokenKind::LineComment
    }

    fn block_comment(&mut self) -> TokenKind {
        let start = self.pos;
        let maria = self.opts.flavor.is_mariadb() && self.peek(2) == b'M' && self.peek(3) == b'!';
        if !maria && self.peek(2) != b'!' {
            return self.skip_comment(start, 0);
        }
        self.pos += if maria { 4 } else { 3 };
        let digits = self.version_digits();
        let version = self.bytes.get(self.pos..self.pos + digits).unwrap_or_default();
        let version = version.iter().fold(0, |id: u32, d| id * 10 + u32::from(d - b'0'));
        if digits == 0 || executes(self.opts.flavor, version, maria) {
            self.pos += digits;
            self.version_comment = Some(Span::of_range(start, self.pos));
            return TokenKind::VersionOpen;
        }
        self.skip_comment(start, 1)
    }

    /// How many digits of a version stand at the cursor: five, six, or none at all. MySQL takes six only when a
    /// space follows them.
    fn version_digits(&self) -> usize {
        match (0..6).position(|ahead| !is(self.peek(ahead), DIGIT)) {
            None if self.opts.flavor.is_mysql() && !is(self.peek(6), SPACE) => 5,
            None => 6,
            Some(5) => 5,
            Some(_) => 0,
        }
    }

    /// Takes a comment up to its end, over comments inside it when a skipped version comment allows one level.
    fn skip_comment(&mut self, start: usize, nested: u32) -> TokenKind {
        let mut at = self.pos.max(start + 2);
        let mut depth = 0;
        while let Some(&byte) = self.bytes.get(at) {
            at += 1;
            let next = self.bytes.get(at).copied();
            if byte == b'*' && next == Some(b'/') {
                at += 1;
                if depth == 0 {
                    self.pos = at;
                    return TokenKind::BlockComment;
                }
                depth -= 1;
            } else if byte == b'/' && next == Some(b'*') && depth < nested {
                at += 1;
                depth += 1;
            }
        }
        self.pos = self.bytes.len();
        self.error(LexErrorKind::UnterminatedComment, start, start + 2);
        TokenKind::Unterminated
    }

    fn punctuation(&mut self, first: u8) -> TokenKind {
        use TokenKind::*;
        let (len, kind) = match (first, self.peek(1), self.peek(2)) {
            (b'(', ..) => (1, LParen),
            (b')', ..) => (1, RParen),
            (b',', ..) => (1, Comma),
            (b';', ..) => (1, Semicolon),
            (b'=', ..) => (1, Eq),
            (b'<', b'=', b'>') => (3, NullSafeEq),
            (b'<', b'=', _) => (2, Le),
            (b'<', b'>', _) => (2, Ne),
            (b'<', b'<', _) => (2, Shl),
            (b'<', ..) => (1, Lt),
            (b'>', b'=', _) => (2, Ge),
            (b'>', b'>', _) => (2, Shr),
            (b'>', ..) => (1, Gt),
            (b'!', b'=', _) => (2, Ne),
            (b'!', ..) => (1, Bang),
            // MariaDB has no such operators: it reads a minus there.
            (b'-', b'>', b'>') if self.opts.flavor.is_mysql() => (3, ArrowArrow),
            (b'-', b'>', _) if self.opts.flavor.is_mysql() => (2, Arrow),
            (b'-', ..) => (1, Minus),
            (b'+', ..) => (1, Plus),
            (b'*', ..) => (1, Star),
            (b'/', ..) => (1, Slash),
            (b'%', ..) => (1, Percent),
            (b'&', b'&', _) => (2, AmpAmp),
            (b'&', ..) => (1, Amp),
            (b'|', b'|', _) => (2, PipePipe),
            (b'|', ..) => (1, Pipe),
            (b'^', ..) => (1, Caret),
            (b'~', ..) => (1, Tilde),
            (b':', b'=', _) => (2, ColonEq),
            (b':', ..) => (1, Colon),
            (b'?', ..) => (1, Param),
            (b'{', ..) => (1, LBrace),
            (b'}', ..) => (1, RBrace),
            _ => {
                self.error(LexErrorKind::UnknownCharacter, self.pos, self.pos + 1);
                (1, Unknown)
            }
        };
        self.take(len, kind)
    }
}

/// Whether a server executes the content of a version comment. MariaDB passes over `/*!50700` to `/*!99999`:
/// it shares no features with the MySQL versions that these numbers mean.
fn executes(flavor: Flavor, version: u32, maria_comment: bool) -> bool {
    let for_mysql_only = (50_700..=99_999).contains(&version);
    version <= flavor.version.id() && (flavor.is_mysql() || maria_comment || !for_mysql_only)
}

fn has_dollar_strings(flavor: Flavor) -> bool {
    flavor.mysql_since(8, 1, 0)
}

/// Where a tag occurs in a text; tags are short.
fn find(text: &[u8], tag: &[u8]) -> Option<usize> {
    text.windows(tag.len()).position(|window| window == tag)
}
