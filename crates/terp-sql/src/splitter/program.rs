//! Follows a statement far enough to know which `;` end it: those in a stored program's blocks don't.

use terp_schema_model::Flavor;

use crate::lexer::{Token, TokenKind};
use crate::span::Span;

/// The words that open, divide and close blocks, and those that lead to a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Aggregate,
    Alter,
    As,
    Atomic,
    Begin,
    Case,
    Create,
    Declare,
    Definer,
    Do,
    Each,
    Else,
    End,
    Event,
    Follows,
    For,
    Function,
    Handler,
    If,
    Is,
    Loop,
    Not,
    Or,
    Package,
    Precedes,
    Procedure,
    Repeat,
    Replace,
    Return,
    Returns,
    Row,
    Sqlstate,
    Then,
    Trigger,
    Until,
    Value,
    While,
    /// A word of a routine's characteristics.
    Characteristic,
    Other,
}

impl Word {
    fn of(text: &str) -> Self {
        let mut lower = [0; 16];
        let Some(lower) = lower.get_mut(..text.len()) else { return Self::Other };
        lower.copy_from_slice(text.as_bytes());
        lower.make_ascii_lowercase();
        match &*lower {
            b"aggregate" => Self::Aggregate,
            b"alter" => Self::Alter,
            b"as" => Self::As,
            b"atomic" => Self::Atomic,
            b"begin" => Self::Begin,
            b"case" => Self::Case,
            b"create" => Self::Create,
            b"declare" => Self::Declare,
            b"definer" => Self::Definer,
            b"do" => Self::Do,
            b"each" => Self::Each,
            b"else" => Self::Else,
            b"end" => Self::End,
            b"event" => Self::Event,
            b"follows" => Self::Follows,
            b"for" => Self::For,
            b"function" => Self::Function,
            b"handler" => Self::Handler,
            b"if" => Self::If,
            b"is" => Self::Is,
            b"loop" => Self::Loop,
            b"not" => Self::Not,
            b"or" => Self::Or,
            b"package" => Self::Package,
            b"precedes" => Self::Precedes,
            b"procedure" => Self::Procedure,
            b"repeat" => Self::Repeat,
            b"replace" => Self::Replace,
            b"return" => Self::Return,
            b"returns" => Self::Returns,
            b"row" => Self::Row,
            b"sqlstate" => Self::Sqlstate,
            b"then" => Self::Then,
            b"trigger" => Self::Trigger,
            b"until" => Self::Until,
            b"value" => Self::Value,
            b"while" => Self::While,
            b"comment" | b"language" | b"sql" | b"deterministic" | b"contains" | b"no" | b"reads"
            | b"modifies" | b"data" | b"security" | b"invoker" | b"javascript" | b"using" => {
                Self::Characteristic
            }
            _ => Self::Other,
        }
    }

    const fn opens_block(self) -> bool {
        matches!(
            self,
            Self::Begin | Self::If | Self::Case | Self::Loop | Self::Repeat | Self::While | Self::For
        )
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first word.
    Start,
    /// After CREATE (or ALTER), before the word that says what.
    Prefix { alter: bool, after_eq: bool },
    /// After a BEGIN that opens a block only if NOT ATOMIC follows.
    Begin(Span),
    /// Not a stored program: every `;` ends it.
    Plain,
    /// A routine's name.
    Name,
    /// A routine's parameters, with the depth of parentheses.
    Parameters(u32),
    /// A routine's characteristics, and a function's result type.
    Characteristics { returns: bool },
    /// A trigger's header; the body follows EACH ROW.
    Trigger { each: bool },
    /// An event's header; the body follows DO.
    Event,
    /// The statements of the program.
    Body,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Begin,
    /// What precedes the BEGIN that shares its END, in `sql_mode=ORACLE`; a routine in it has its own BEGIN.
    Declarations {
        routine: bool,
    },
    If,
    CaseStatement,
    CaseExpression,
    /// LOOP, or WHILE and FOR after their DO.
    Loop,
    /// WHILE or FOR before its DO.
    Condition,
    Repeat {
        until: bool,
    },
}

/// `DECLARE .. HANDLER FOR condition, .. statement`
#[derive(Clone, Copy, PartialEq, Eq)]
enum Handler {
    No,
    Declare,
    Named,
    Condition,
    AfterCondition,
}

/// A statement of a script, as far as it has been read.
pub(crate) struct Program {
    flavor: Flavor,
    state: State,
    blocks: Vec<(Block, Span)>,
    handler: Handler,
    /// A statement of the body can begin here.
    at_start: bool,
    /// The last token can be a label: a `:` after it begins the statement.
    label: bool,
    after_end: bool,
    after_dot: bool,
    /// The next word is a name.
    name_next: bool,
    /// The statement is the head of a routine in a package.
    member: bool,
}

impl Program {
    pub(crate) fn new(flavor: Flavor) -> Self {
        Self {
            flavor,
            state: State::Start,
            blocks: Vec::new(),
            handler: Handler::No,
            at_start: false,
            label: false,
            after_end: false,
            after_dot: false,
            name_next: false,
            member: false,
        }
    }

    /// Whether a `;` that comes now ends the statement.
    pub(crate) fn semicolon(&mut self) -> bool {
        while self.top() == Some(Block::CaseExpression) {
            self.blocks.pop();
        }
        if self.blocks.is_empty() {
            return true;
        }
        self.at_start = true;
        self.handler = Handler::No;
        self.label = false;
        self.after_end = false;
        self.after_dot = false;
        self.member = false;
        false
    }

    /// The opening of the outermost block that is open.
    pub(crate) fn unclosed(&self) -> Option<Span> {
        self.blocks.first().map(|&(_, span)| span)
    }

    /// Whether the token that comes next begins a statement of the program.
    pub(crate) fn at_statement(&self) -> bool {
        self.state == State::Body && self.at_start
    }

    /// Takes a significant token that is not a `;`.
    pub(crate) fn token(&mut self, token: Token, src: &str) {
        if self.state == State::Plain {
            return;
        }
        let word = match token.kind {
            TokenKind::Word if !self.after_dot => Some(Word::of(token.text(src))),
            _ => None,
        };
        self.after_dot = token.kind == TokenKind::Dot;
        match self.state {
            State::Plain => {}
            State::Start => self.start(word, token),
            State::Prefix { alter, after_eq } => self.prefix(word, token.kind, alter, after_eq),
            State::Begin(span) => {
                self.state = State::Plain;
                if word == Some(Word::Not) {
                    self.open_body();
                    self.blocks.push((Block::Begin, span));
                }
            }
            State::Name => match word {
                Some(Word::As | Word::Is) if self.flavor.is_mariadb() => self.declarations(token.span),
                Some(Word::Returns) => self.state = State::Characteristics { returns: true },
                _ if token.kind == TokenKind::LParen => self.state = State::Parameters(1),
                _ => {}
            },
            State::Parameters(depth) => match token.kind {
                TokenKind::LParen => self.state = State::Parameters(depth.saturating_add(1)),
                TokenKind::RParen if depth <= 1 => self.state = State::Characteristics { returns: false },
                TokenKind::RParen => self.state = State::Parameters(depth - 1),
                _ => {}
            },
            State::Characteristics { returns } => self.characteristics(word, token, returns),
            State::Trigger { each } => match word {
                Some(Word::Row) if each => self.open_body(),
                _ => self.state = State::Trigger { each: word == Some(Word::Each) },
            },
            State::Event => {
                if word == Some(Word::Do) {
                    self.open_body();
                }
            }
            State::Body => self.body(word, token),
        }
    }

    fn start(&mut self, word: Option<Word>, token: Token) {
        self.state = match word {
            Some(Word::Create) => State::Prefix { alter: false, after_eq: false },
            Some(Word::Alter) => State::Prefix { alter: true, after_eq: false },
            Some(Word::Begin) => State::Begin(token.span),
            // MariaDB takes compound statements outside stored programs, too.
            Some(word) if word.opens_block() && self.flavor.is_mariadb() => {
                self.open_body();
                return self.body(Some(word), token);
            }
            _ => State::Plain,
        };
    }

    fn prefix(&mut self, word: Option<Word>, kind: TokenKind, alter: bool, after_eq: bool) {
        // DEFINER = 'user'@host; the token after `=` can be any word.
        let here = State::Prefix { alter, after_eq: kind == TokenKind::Eq };
        self.state = match word {
            _ if after_eq => here,
            None if !matches!(kind, TokenKind::Word | TokenKind::QuotedIdent) => here,
            Some(Word::Or | Word::Replace | Word::Definer | Word::Aggregate) => here,
            Some(Word::Event) => State::Event,
            Some(Word::Procedure | Word::Function | Word::Package) if !alter => State::Name,
            Some(Word::Trigger) if !alter => State::Trigger { each: false },
            _ => State::Plain,
        };
    }

    fn characteristics(&mut self, word: Option<Word>, token: Token, returns: bool) {
        match word {
            Some(Word::Returns) => self.state = State::Characteristics { returns: true },
            Some(Word::As | Word::Is) if self.flavor.is_mariadb() => self.declarations(token.span),
            Some(word) if word.opens_block() => {
                self.open_body();
                self.body(Some(word), token);
            }
            Some(Word::Return) => self.state = State::Body,
            // A result type can be of many words, so it takes RETURN or a block to end it.
            Some(Word::Not | Word::Characteristic | Word::Definer | Word::As) => {}
            Some(_) if returns => self.label = true,
            Some(_) => {
                self.state = State::Body;
                self.label = true;
            }
            None if token.kind == TokenKind::QuotedIdent => self.label = true,
            None if token.kind == TokenKind::Colon && self.label => self.open_body(),
            None => {}
        }
    }

    fn open_body(&mut self) {
        self.state = State::Body;
        self.at_start = true;
    }

    fn declarations(&mut self, span: Span) {
        self.open_body();
        self.blocks.push((Block::Declarations { routine: false }, span));
    }

    fn top(&self) -> Option<Block> {
        self.blocks.last().map(|&(block, _)| block)
    }

    fn set_top(&mut self, block: Block) {
        if let Some((top, _)) = self.blocks.last_mut() {
            *top = block;
        }
    }

    fn push(&mut self, block: Block, span: Span) {
        self.blocks.push((block, span));
    }

    fn body(&mut self, word: Option<Word>, token: Token) {
        self.conditions(word, token.kind);
        let start = std::mem::take(&mut self.at_start);
        let label = std::mem::take(&mut self.label);
        let after_end = std::mem::take(&mut self.after_end);
        let name = std::mem::take(&mut self.name_next);
        match token.kind {
            TokenKind::Colon => self.at_start = label,
            // <<label>> in sql_mode=ORACLE
            TokenKind::Shl if start => self.at_start = true,
            TokenKind::Shr => self.at_start = label,
            TokenKind::QuotedIdent if name => self.at_start = true,
            TokenKind::QuotedIdent => self.label = start,
            _ => {
                let Some(word) = word else { return };
                if name {
                    self.at_start = true;
                } else if after_end {
                    // END IF, END LOOP, END label
                } else if start {
                    self.word_at_start(word, token.span);
                } else {
                    self.word_inside(word, token.span);
                }
            }
        }
    }

    fn word_at_start(&mut self, word: Word, span: Span) {
        let top = self.top();
        match word {
            Word::Begin => {
                match top {
                    Some(Block::Declarations { routine: true }) => {
                        self.set_top(Block::Declarations { routine: false });
                        self.push(Block::Begin, span);
                    }
                    Some(Block::Declarations { routine: false }) => self.set_top(Block::Begin),
                    _ => self.push(Block::Begin, span),
                }
                self.at_start = true;
            }
            Word::If => self.push(Block::If, span),
            Word::Case => self.push(Block::CaseStatement, span),
            Word::While | Word::For => self.push(Block::Condition, span),
            Word::Loop => {
                self.push(Block::Loop, span);
                self.at_start = true;
            }
            Word::Repeat => {
                self.push(Block::Repeat { until: false }, span);
                self.at_start = true;
            }
            Word::End => self.end(),
            Word::Else => self.at_start = true,
            Word::Until => {
                if matches!(top, Some(Block::Repeat { .. })) {
                    self.set_top(Block::Repeat { until: true });
                }
            }
            Word::Declare => self.handler = Handler::Declare,
            Word::Procedure | Word::Function => self.member = matches!(top, Some(Block::Declarations { .. })),
            // BEGIN NOT ATOMIC
            Word::Not | Word::Atomic => self.at_start = true,
            Word::Follows | Word::Precedes if top.is_none() => self.name_next = true,
            _ => self.label = true,
        }
    }

    fn word_inside(&mut self, word: Word, span: Span) {
        let top = self.top();
        match word {
            Word::Case => self.push(Block::CaseExpression, span),
            Word::End => match top {
                // A CASE that began a statement but holds no statements is an expression all the same.
                Some(Block::CaseExpression | Block::CaseStatement) => {
                    self.blocks.pop();
                }
                Some(Block::Repeat { until: true }) => self.end(),
                _ => {}
            },
            Word::Then | Word::Else => self.at_start = top != Some(Block::CaseExpression),
            Word::Do | Word::Loop if top == Some(Block::Condition) => {
                self.set_top(Block::Loop);
                self.at_start = true;
            }
            Word::As | Word::Is if self.member => {
                self.set_top(Block::Declarations { routine: true });
                self.at_start = true;
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        self.blocks.pop();
        self.after_end = true;
    }

    /// Follows a handler's conditions: the statement after them can open a block.
    fn conditions(&mut self, word: Option<Word>, kind: TokenKind) {
        self.handler = match (self.handler, word) {
            (Handler::No, _) => return,
            (Handler::Declare, Some(Word::Handler)) => Handler::Named,
            (Handler::Named, Some(Word::For)) => Handler::Condition,
            (Handler::Condition, Some(Word::Sqlstate | Word::Value | Word::Not)) => Handler::Condition,
            (Handler::Condition, _) => Handler::AfterCondition,
            (Handler::AfterCondition, _) if kind == TokenKind::Comma => Handler::Condition,
            (Handler::AfterCondition, _) => {
                self.at_start = true;
                Handler::No
            }
            (unchanged, _) => unchanged,
        };
    }
}
