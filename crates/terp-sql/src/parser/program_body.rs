//! The bodies of stored programs: kept as text, and looked at for what no program may do.

use super::{PResult, Parser};
use crate::Span;
use crate::ast::{BodyStatement, ProgramBody, RowColumn};
use crate::lexer::{Token, TokenKind};
use crate::splitter::program::Program;

/// How many words tell what a statement is: `CREATE OR REPLACE VIEW`.
const WORDS: usize = 4;

impl Parser<'_> {
    /// A piece of the statement as a stored program keeps it.
    pub(super) fn kept(&self, span: Span) -> String {
        let mut out = String::with_capacity(span.len() as usize);
        let mut at = span.start;
        for mark in self.marks.iter().filter(|mark| mark.start >= span.start && mark.end <= span.end) {
            out.push_str(Span::new(at, mark.start).text(self.src));
            at = mark.end;
        }
        out.push_str(Span::new(at, span.end).text(self.src));
        out
    }

    /// What a program does: the rest of the statement, with the comments from `start` on.
    pub(super) fn body(&mut self, start: u32) -> PResult<ProgramBody> {
        self.expect_more("the body")?;
        let (tokens, taken) = self.all_tokens();
        let (head, own) = tokens.split_at(taken);
        let mut program = Program::new(self.options.flavor);
        for &token in head {
            program.token(token, self.src);
        }
        let mut body = ProgramBody::default();
        let mut after_statement = true;
        let mut statement: Option<BodyStatement> = None;
        let mut in_words = false;
        for (at, &token) in own.iter().enumerate() {
            if token.kind == TokenKind::Semicolon {
                if program.semicolon() {
                    return Err(match own.get(at + 1) {
                        Some(next) => self.error_at(next.span, "the end of the statement"),
                        None => self.error_at(token.span, "the end of the statement"),
                    });
                }
                body.statements.extend(statement.take());
                after_statement = true;
                continue;
            }
            if program.at_statement() || (at == 0 && after_statement) {
                body.statements.extend(statement.take());
                statement = Some(BodyStatement { words: Vec::new(), into: false, span: token.span });
                in_words = true;
            }
            after_statement = false;
            self.look_at(token, own, at, &mut body);
            if let Some(statement) = &mut statement {
                let word = self.word(token);
                in_words &= !word.is_empty() && statement.words.len() < WORDS;
                statement.into |= word == "INTO";
                if in_words {
                    statement.words.push(word);
                }
            }
            program.token(token, self.src);
        }
        body.statements.extend(statement);
        self.skip_rest();
        if program.unclosed().is_some() {
            return Err(self.error("END"));
        }
        body.span = Span::new(start, self.body_end(own));
        self.kept(body.span).trim_matches(|c: char| c.is_ascii_whitespace()).clone_into(&mut body.text);
        Ok(body)
    }

    /// An unquoted word in upper case; empty for anything else.
    fn word(&self, token: Token) -> String {
        if token.kind == TokenKind::Word { self.text(token).to_ascii_uppercase() } else { String::new() }
    }

    /// Notes RETURN, NEW and OLD.
    fn look_at(&self, token: Token, own: &[Token], at: usize, body: &mut ProgramBody) {
        let before = |n: usize| at.checked_sub(n).and_then(|index| own.get(index)).copied();
        if !token.kind.is_ident() || before(1).is_some_and(|t| t.kind == TokenKind::Dot) {
            return;
        }
        if self.word(token) == "RETURN" {
            body.returns = body.returns.or(Some(token.span));
            return;
        }
        let name = crate::lexer::unquote_ident(self.text(token));
        let new = name.eq_ignore_ascii_case("NEW");
        if !new && !name.eq_ignore_ascii_case("OLD") {
            return;
        }
        let [Some(dot), Some(column)] = [own.get(at + 1), own.get(at + 2)] else { return };
        // `new.t.c` would be a column of a table in a database of that name.
        let longer = own.get(at + 3).is_some_and(|next| next.kind == TokenKind::Dot);
        if dot.kind != TokenKind::Dot || !column.kind.is_ident() || longer {
            return;
        }
        let text = self.text(*column);
        let quoted = column.kind == TokenKind::QuotedIdent;
        let value = if quoted { crate::lexer::unquote_ident(text).into_owned() } else { text.to_owned() };
        let assigned = own.get(at + 3).is_some_and(|t| matches!(t.kind, TokenKind::Eq | TokenKind::ColonEq))
            && before(1).is_some_and(|t| t.kind == TokenKind::Comma || self.word(t) == "SET")
            && body_statement_is_set(self, own, at);
        body.rows.push(RowColumn {
            new,
            column: crate::ast::Ident { value, span: column.span, quoted },
            assigned,
        });
    }

    /// Where the body's text ends. MySQL's grammar needs no token after the END of a block without a label, so it
    /// doesn't see the comments that follow.
    fn body_end(&self, own: &[Token]) -> u32 {
        let word = |token: Option<&Token>| token.map_or_else(String::new, |token| self.word(*token));
        let last = own.last().map_or(self.text_end, |token| token.span.end);
        let opens =
            matches!(word(own.first()).as_str(), "BEGIN" | "IF" | "CASE" | "LOOP" | "WHILE" | "REPEAT");
        let ends = match word(own.last()).as_str() {
            "END" => true,
            "IF" | "CASE" | "LOOP" | "WHILE" | "REPEAT" => {
                word(own.len().checked_sub(2).and_then(|at| own.get(at))) == "END"
            }
            _ => false,
        };
        if self.options.flavor.is_mysql() && opens && ends { last } else { self.text_end.max(last) }
    }
}

/// Whether the statement around that token is a SET of its own, and no UPDATE's clause.
fn body_statement_is_set(parser: &Parser<'_>, own: &[Token], at: usize) -> bool {
    let before = own.get(..at).unwrap_or_default();
    let Some(set) = before.iter().rposition(|t| parser.word(*t) == "SET") else { return false };
    if before.get(set..).is_some_and(|rest| rest.iter().any(|t| t.kind == TokenKind::Semicolon)) {
        return false;
    }
    let Some(previous) = set.checked_sub(1).and_then(|index| own.get(index)) else { return true };
    matches!(previous.kind, TokenKind::Semicolon | TokenKind::Colon)
        || matches!(parser.word(*previous).as_str(), "BEGIN" | "THEN" | "ELSE" | "DO" | "LOOP" | "REPEAT")
}
