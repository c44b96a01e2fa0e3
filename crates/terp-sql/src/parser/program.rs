//! Views, triggers, routines and events: their heads are read, their bodies kept by their place.

use terp_schema_model::{RoutineKind, quote};

use super::{PResult, Parser};
use crate::Span;
use crate::ast::{
    CreateEvent, CreateRoutine, CreateTrigger, CreateView, DropProgram, ObjectName, ProgramHead, ProgramKind,
    StatementKind, Text,
};
use crate::lexer::{TokenKind, unescape_string, unquote_ident};

impl Parser<'_> {
    /// After `CREATE [OR REPLACE]` or ALTER, at a view, trigger, routine or event.
    pub(super) fn program(&mut self, mark: usize, mut head: ProgramHead) -> PResult<StatementKind> {
        let algorithm = if self.at_kw("ALGORITHM") {
            self.bump();
            self.expect(TokenKind::Eq, "=")?;
            Some(self.one_of(&["UNDEFINED", "MERGE", "TEMPTABLE"], "UNDEFINED, MERGE or TEMPTABLE")?)
        } else {
            None
        };
        let view_only = algorithm.is_some() || (head.or_replace && self.options.flavor.is_mysql());
        head.definer = self.definer()?;
        if self.at_kws(&["SQL", "SECURITY"]) {
            head.invoker = Some(self.sql_security()?);
            return self.view(head, algorithm);
        }
        let alter = head.alter;
        match self.upper().as_str() {
            "VIEW" => self.view(head, algorithm),
            "TRIGGER" if !view_only && !alter => self.trigger(head),
            "EVENT" if !view_only => self.event(head),
            "PROCEDURE" if !view_only && !alter => {
                self.bump();
                self.routine(mark, head, RoutineKind::Procedure)
            }
            "FUNCTION" if !view_only && !alter => {
                self.bump();
                self.routine(mark, head, RoutineKind::Function)
            }
            "AGGREGATE" if !view_only && !alter && self.nth_kw(1, "FUNCTION") => {
                Ok(self.unsupported(mark, "CREATE AGGREGATE FUNCTION"))
            }
            "PACKAGE" if self.options.flavor.is_mariadb() && !alter => {
                Ok(self.unsupported(mark, "CREATE PACKAGE"))
            }
            _ => Err(self.error(if view_only {
                "VIEW"
            } else {
                "TABLE, INDEX, DATABASE, VIEW or another object"
            })),
        }
    }

    /// `DEFINER = user`, where it is written.
    fn definer(&mut self) -> PResult<Option<Text>> {
        if !self.at_kw("DEFINER") {
            return Ok(None);
        }
        self.bump();
        self.expect(TokenKind::Eq, "=")?;
        let mark = self.mark();
        let role = self.options.flavor.is_mariadb() && self.at_kw("CURRENT_ROLE");
        if role || self.at_kw("CURRENT_USER") {
            self.bump();
            if self.eat(TokenKind::LParen) {
                self.expect(TokenKind::RParen, ")")?;
            }
            return Ok(role.then(|| Text { value: String::new(), span: self.span_from(mark) }));
        }
        let user = self.ident_or_string("a user")?.value;
        let host = self.peek();
        let host = if self.eat(TokenKind::UserVar) {
            let name = self.text(host).trim_start_matches('@');
            match name.as_bytes().first() {
                Some(b'`') => unquote_ident(name).into_owned(),
                Some(b'\'' | b'"') => unescape_string(name, &self.lex_options()).into_owned(),
                _ => name.to_owned(),
            }
        } else {
            "%".to_owned()
        };
        let value = format!("{}@{}", quote::identifier(&user), quote::identifier(&host));
        Ok(Some(Text { value, span: self.span_from(mark) }))
    }

    /// At SQL SECURITY: whether INVOKER follows.
    fn sql_security(&mut self) -> PResult<bool> {
        self.bump();
        self.bump();
        Ok(self.one_of(&["DEFINER", "INVOKER"], "DEFINER or INVOKER")? == "INVOKER")
    }

    /// At VIEW.
    fn view(&mut self, mut head: ProgramHead, algorithm: Option<String>) -> PResult<StatementKind> {
        self.expect_kw("VIEW")?;
        let conditional = !head.alter && (!head.or_replace || self.options.flavor.is_mariadb());
        if conditional {
            head.if_not_exists = self.if_not_exists()?;
        }
        let name = self.object_name("a view")?;
        let columns = if self.at(TokenKind::LParen) { self.column_names()? } else { Vec::new() };
        self.expect_kw("AS")?;
        if !self.at_query() {
            return Err(self.error("a query"));
        }
        let check_option = self.trailing_check_option();
        let query = self.view_query(self.check_option_length());
        let body = self.skip_to_last(self.check_option_length());
        self.skip_rest();
        Ok(StatementKind::CreateView(Box::new(CreateView {
            head,
            algorithm,
            name,
            columns,
            body,
            query,
            check_option,
        })))
    }

    /// `WITH [CASCADED|LOCAL] CHECK OPTION` at the statement's end: CASCADED or LOCAL.
    fn trailing_check_option(&self) -> Option<String> {
        match self.check_option_length() {
            0 => None,
            3 => Some("CASCADED".to_owned()),
            _ => Some(if self.last_kw(2, "LOCAL") { "LOCAL" } else { "CASCADED" }.to_owned()),
        }
    }

    fn check_option_length(&self) -> usize {
        if !self.last_kw(0, "OPTION") || !self.last_kw(1, "CHECK") {
            0
        } else if self.last_kw(2, "WITH") {
            3
        } else if (self.last_kw(2, "LOCAL") || self.last_kw(2, "CASCADED")) && self.last_kw(3, "WITH") {
            4
        } else {
            0
        }
    }

    /// At TRIGGER.
    fn trigger(&mut self, mut head: ProgramHead) -> PResult<StatementKind> {
        self.bump();
        head.if_not_exists = self.if_not_exists()?;
        let name = self.object_name("a trigger")?;
        let timing = self.one_of(&["BEFORE", "AFTER"], "BEFORE or AFTER")?;
        let event = self.one_of(&["INSERT", "UPDATE", "DELETE"], "INSERT, UPDATE or DELETE")?;
        self.expect_kw("ON")?;
        let table = self.object_name("a table")?;
        self.expect_kw("FOR")?;
        self.expect_kw("EACH")?;
        self.expect_kw("ROW")?;
        let mut order = None;
        if matches!(self.upper().as_str(), "FOLLOWS" | "PRECEDES") && self.nth(1).kind.is_ident() {
            let follows = self.at_kw("FOLLOWS");
            self.bump();
            order = Some((follows, self.ident("a trigger")?));
        }
        let body = self.body()?;
        let trigger = CreateTrigger { head, name, timing, event, table, order, body };
        Ok(StatementKind::CreateTrigger(Box::new(trigger)))
    }

    /// What a program does: the rest of the statement.
    fn body(&mut self) -> PResult<Span> {
        self.expect_more("the body")?;
        Ok(self.skip_rest())
    }

    /// After PROCEDURE or FUNCTION.
    fn routine(&mut self, mark: usize, mut head: ProgramHead, kind: RoutineKind) -> PResult<StatementKind> {
        head.if_not_exists = self.if_not_exists()?;
        let name = self.object_name("a routine")?;
        if kind == RoutineKind::Function && self.at_kw("RETURNS") && self.nth_kw(2, "SONAME") {
            return Ok(self.unsupported(mark, "CREATE FUNCTION ... SONAME"));
        }
        let parameters = self.parameters()?;
        let mut returns = None;
        if kind == RoutineKind::Function {
            self.expect_kw("RETURNS")?;
            let mark = self.mark();
            self.type_name()?;
            if self.eat_kw("COLLATE") {
                self.collation_or_binary()?;
            }
            returns = Some(self.span_from(mark));
        }
        let mut routine = empty_routine(head, kind, name, parameters, self.peek().span.start);
        routine.returns = returns;
        while self.characteristic(&mut routine)? {}
        routine.body = self.body()?;
        Ok(StatementKind::CreateRoutine(Box::new(routine)))
    }

    /// After `ALTER PROCEDURE` or `ALTER FUNCTION`.
    pub(super) fn alter_routine(&mut self, kind: RoutineKind) -> PResult<StatementKind> {
        let name = self.object_name("a routine")?;
        let at = self.peek().span.start;
        let head = ProgramHead { alter: true, ..ProgramHead::default() };
        let mut routine = empty_routine(head, kind, name, Span::at(at), at);
        while self.characteristic(&mut routine)? {}
        Ok(StatementKind::CreateRoutine(Box::new(routine)))
    }

    /// `(parameters)`: what is between the parentheses.
    fn parameters(&mut self) -> PResult<Span> {
        let open = self.peek().span;
        self.skip_parens()?;
        let close = self.last_taken();
        Ok(Span::new(open.end, close.start))
    }

    fn characteristic(&mut self, routine: &mut CreateRoutine) -> PResult<bool> {
        let second = self.nth_upper(1);
        match (self.upper().as_str(), second.as_str()) {
            ("COMMENT", _) => {
                self.bump();
                routine.comment = Some(self.text_string("a comment in quotes")?);
            }
            ("LANGUAGE", _) => {
                self.bump();
                if !self.eat_kw("SQL") {
                    self.ident("a language")?;
                }
            }
            ("DETERMINISTIC", _) if !routine.head.alter => {
                self.bump();
                routine.deterministic = Some(true);
            }
            ("NOT", "DETERMINISTIC") if !routine.head.alter => {
                self.bump();
                self.bump();
                routine.deterministic = Some(false);
            }
            ("SQL", "SECURITY") => routine.head.invoker = Some(self.sql_security()?),
            ("NO" | "CONTAINS", "SQL") | ("READS" | "MODIFIES", "SQL") => {
                let first = self.upper_word("NO SQL")?;
                self.bump();
                let data = matches!(first.as_str(), "READS" | "MODIFIES");
                if data {
                    self.expect_kw("DATA")?;
                }
                routine.data_access = Some(format!("{first} SQL{}", if data { " DATA" } else { "" }));
            }
            ("USING", _) if self.options.flavor.is_mysql() && self.nth_at(1, TokenKind::LParen) => {
                self.bump();
                self.skip_parens()?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// At EVENT.
    fn event(&mut self, mut head: ProgramHead) -> PResult<StatementKind> {
        self.bump();
        if !head.alter {
            head.if_not_exists = self.if_not_exists()?;
        }
        let alter = head.alter;
        let name = self.object_name("an event")?;
        self.expect_more("what to change of the event")?;
        let mut event = CreateEvent {
            head,
            name,
            schedule: None,
            preserve: None,
            status: None,
            rename_to: None,
            comment: None,
            body: None,
        };
        if !alter || self.at_kws(&["ON", "SCHEDULE"]) {
            self.expect_kw("ON")?;
            self.expect_kw("SCHEDULE")?;
            event.schedule = Some(self.schedule()?);
        }
        if self.eat_kws(&["ON", "COMPLETION"]) {
            event.preserve = Some(!self.eat_kw("NOT"));
            self.expect_kw("PRESERVE")?;
        }
        if alter && self.eat_kws(&["RENAME", "TO"]) {
            event.rename_to = Some(self.object_name("an event")?);
        }
        event.status = self.event_status()?;
        if self.eat_kw("COMMENT") {
            event.comment = Some(self.text_string("a comment in quotes")?);
        }
        if !alter || self.at_kw("DO") {
            self.expect_kw("DO")?;
            event.body = Some(self.body()?);
        }
        Ok(StatementKind::CreateEvent(Box::new(event)))
    }

    /// `AT time` or `EVERY interval [STARTS time] [ENDS time]`.
    fn schedule(&mut self) -> PResult<Span> {
        let mark = self.mark();
        if self.eat_kw("EVERY") {
            self.expr()?;
            if self.unit().is_none() {
                return Err(self.error("a unit of time"));
            }
            if self.eat_kw("STARTS") {
                self.expr()?;
            }
            if self.eat_kw("ENDS") {
                self.expr()?;
            }
        } else if self.eat_kw("AT") {
            self.expr()?;
        } else {
            return Err(self.error("AT or EVERY"));
        }
        Ok(self.span_from(mark))
    }

    fn event_status(&mut self) -> PResult<Option<String>> {
        if self.eat_kw("ENABLE") {
            return Ok(Some("ENABLE".to_owned()));
        }
        if !self.eat_kw("DISABLE") {
            return Ok(None);
        }
        if !self.eat_kw("ON") {
            return Ok(Some("DISABLE".to_owned()));
        }
        let word = self.one_of(&["SLAVE", "REPLICA"], "SLAVE or REPLICA")?;
        Ok(Some(format!("DISABLE ON {word}")))
    }

    /// After DROP and the kind.
    pub(super) fn drop_program(&mut self, kind: ProgramKind) -> PResult<StatementKind> {
        let if_exists = self.if_exists()?;
        let names = if kind == ProgramKind::View {
            let names = self.comma_list(|p| p.object_name("a view"))?;
            self.eat_restrict_or_cascade();
            names
        } else {
            vec![self.object_name("a name")?]
        };
        Ok(StatementKind::DropProgram(DropProgram { kind, if_exists, names }))
    }
}

fn empty_routine(
    head: ProgramHead,
    kind: RoutineKind,
    name: ObjectName,
    parameters: Span,
    at: u32,
) -> CreateRoutine {
    CreateRoutine {
        head,
        kind,
        name,
        parameters,
        returns: None,
        deterministic: None,
        data_access: None,
        comment: None,
        body: Span::at(at),
    }
}
