//! Views, triggers, routines and events: their heads are read, their bodies kept by their place.

use terp_schema_model::{RoutineKind, quote};

use super::{PResult, Parser};
use crate::Span;
use crate::ast::{
    CreateEvent, CreateRoutine, CreateTrigger, CreateView, DropProgram, ObjectName, Parameter, ProgramBody,
    ProgramHead, ProgramKind, Returns, Schedule, StatementKind, Text,
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
                Some(b'"') if self.options.sql_mode.ansi_quotes => unquote_ident(name).into_owned(),
                Some(b'\'' | b'"') => unescape_string(name, &self.lex_options()).into_owned(),
                _ => name.to_owned(),
            }
        } else {
            "%".to_owned()
        };
        // Hosts are kept in lower case.
        let host = host.to_lowercase();
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
        let start = self.bump().span.start;
        head.if_not_exists = self.if_not_exists()?;
        let name = self.object_name("a trigger")?;
        let timing = self.one_of(&["BEFORE", "AFTER"], "BEFORE or AFTER")?;
        let event = self.one_of(&["INSERT", "UPDATE", "DELETE"], "INSERT, UPDATE or DELETE")?;
        self.expect_kw("ON")?;
        let table = self.object_name("a table")?;
        self.expect_kw("FOR")?;
        self.expect_kw("EACH")?;
        self.expect_kw("ROW")?;
        let mut written = self.kept(Span::new(start, self.last_taken().end));
        let mut order = None;
        if matches!(self.upper().as_str(), "FOLLOWS" | "PRECEDES") && self.nth(1).kind.is_ident() {
            let follows = self.at_kw("FOLLOWS");
            self.bump();
            order = Some((follows, self.ident("a trigger")?));
        }
        let body_start = self.last_taken().end;
        let body = self.body(body_start)?;
        let kept = self.kept(body.span);
        written
            .push_str(&kept[..kept.len() - kept.trim_start_matches(|c: char| c.is_ascii_whitespace()).len()]);
        let trigger = CreateTrigger { head, name, timing, event, table, order, written, body };
        Ok(StatementKind::CreateTrigger(Box::new(trigger)))
    }

    /// After PROCEDURE or FUNCTION.
    fn routine(&mut self, mark: usize, mut head: ProgramHead, kind: RoutineKind) -> PResult<StatementKind> {
        head.if_not_exists = self.if_not_exists()?;
        let name = self.object_name("a routine")?;
        if kind == RoutineKind::Function && self.at_kw("RETURNS") && self.nth_kw(2, "SONAME") {
            return Ok(self.unsupported(mark, "CREATE FUNCTION ... SONAME"));
        }
        let (parameter_text, parameters) = self.parameters()?;
        let mut returns = None;
        if kind == RoutineKind::Function {
            self.expect_kw("RETURNS")?;
            let (ty, collate) = self.parameter_type()?;
            returns = Some(Returns { ty, collate });
        }
        let mut routine = empty_routine(head, kind, name);
        routine.parameter_text = parameter_text;
        routine.parameters = parameters;
        routine.returns = returns;
        while self.characteristic(&mut routine)? {}
        let body_start = self.peek().span.start;
        routine.body = self.body(body_start)?;
        Ok(StatementKind::CreateRoutine(Box::new(routine)))
    }

    /// After `ALTER PROCEDURE` or `ALTER FUNCTION`.
    pub(super) fn alter_routine(&mut self, kind: RoutineKind) -> PResult<StatementKind> {
        let name = self.object_name("a routine")?;
        let head = ProgramHead { alter: true, ..ProgramHead::default() };
        let mut routine = empty_routine(head, kind, name);
        while self.characteristic(&mut routine)? {}
        Ok(StatementKind::CreateRoutine(Box::new(routine)))
    }

    /// `(parameters)`: what is between the parentheses, as kept and one by one.
    fn parameters(&mut self) -> PResult<(Text, Vec<Parameter>)> {
        let open = self.expect(TokenKind::LParen, "(")?.span;
        let mut parameters = Vec::new();
        if !self.at(TokenKind::RParen) {
            parameters = self.comma_list(Self::parameter)?;
        }
        let close = self.expect(TokenKind::RParen, "a comma or )")?.span;
        let span = Span::new(open.end, close.start);
        Ok((Text { value: self.kept(span), span }, parameters))
    }

    fn parameter(&mut self) -> PResult<Parameter> {
        // Reserved words all three; MySQL's functions have none, which the engine says.
        if ["IN", "OUT", "INOUT"].iter().any(|word| self.at_kw(word)) {
            self.bump();
        }
        let name = self.ident("a parameter")?;
        let mariadb = self.options.flavor.is_mariadb();
        if mariadb
            && (self.at_kws(&["TYPE", "OF"]) || (self.at_kw("ROW") && self.nth_at(1, TokenKind::LParen)))
        {
            return self.typed_otherwise(name);
        }
        let (ty, collate) = self.parameter_type()?;
        Ok(Parameter { name, ty: Some(ty), collate })
    }

    /// At `TYPE OF` or `ROW (..)`.
    fn typed_otherwise(&mut self, name: crate::ast::Ident) -> PResult<Parameter> {
        while !self.at_end() && !self.at(TokenKind::Comma) && !self.at(TokenKind::RParen) {
            if self.at(TokenKind::LParen) {
                self.skip_parens()?;
            } else {
                self.bump();
            }
        }
        Ok(Parameter { name, ty: None, collate: None })
    }

    fn parameter_type(&mut self) -> PResult<(crate::ast::TypeName, Option<crate::ast::Ident>)> {
        let ty = self.type_name()?;
        let collate = if self.eat_kw("COLLATE") { Some(self.collation_or_binary()?) } else { None };
        Ok((ty, collate))
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
                    routine.foreign = Some(self.ident("a language")?.span);
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
                routine.foreign = Some(self.bump().span);
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
            let body_start = self.last_taken().end;
            event.body = Some(self.body(body_start)?);
        }
        Ok(StatementKind::CreateEvent(Box::new(event)))
    }

    /// `AT time` or `EVERY interval [STARTS time] [ENDS time]`.
    fn schedule(&mut self) -> PResult<Schedule> {
        if self.eat_kw("AT") {
            return Ok(Schedule::At(self.expr()?));
        }
        if !self.eat_kw("EVERY") {
            return Err(self.error("AT or EVERY"));
        }
        let interval = self.expr()?;
        let Some(unit) = self.unit() else { return Err(self.error("a unit of time")) };
        let starts = if self.eat_kw("STARTS") { Some(self.expr()?) } else { None };
        let ends = if self.eat_kw("ENDS") { Some(self.expr()?) } else { None };
        Ok(Schedule::Every { interval, unit, starts, ends })
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

fn empty_routine(head: ProgramHead, kind: RoutineKind, name: ObjectName) -> CreateRoutine {
    CreateRoutine {
        head,
        kind,
        name,
        parameter_text: Text { value: String::new(), span: Span::at(0) },
        parameters: Vec::new(),
        returns: None,
        deterministic: None,
        data_access: None,
        comment: None,
        foreign: None,
        body: ProgramBody::default(),
    }
}
