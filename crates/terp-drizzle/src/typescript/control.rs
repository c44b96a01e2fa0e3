//! Statements that decide what runs next.

use std::rc::Rc;

use oxc_ast::ast;
use oxc_span::GetSpan as _;

use crate::typescript::interpreter::{Abort, Interpreter, ProblemKind, site};
use crate::typescript::names::pattern_names;
use crate::typescript::scope::Scope;
use crate::typescript::skipped::Skipped;
use crate::typescript::statement::{Completion, Executed};
use crate::typescript::value::{Properties, Property, Site, Unknown, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn branch(&mut self, branch: &'a ast::IfStatement<'a>, scope: &Rc<Scope<'a>>) -> Executed<'a> {
        let test = self.expression(&branch.test, scope)?;
        match test.truthy() {
            Some(true) => self.statement(&branch.consequent, scope),
            Some(false) => match &branch.alternate {
                Some(alternate) => self.statement(alternate, scope),
                None => Ok(Completion::Normal),
            },
            None => {
                let at = site(scope, branch.test.span());
                let why = self.why(&test, at);
                // What only ends the program changes nothing in a program that goes on.
                // Within `try` the program may go on all the same.
                let is_caught = self.attempts > 0;
                if !is_caught
                    && only_complains(&branch.consequent)
                    && branch.alternate.as_ref().is_none_or(only_complains)
                {
                    return Ok(Completion::Normal);
                }
                for skipped in [Some(&branch.consequent), branch.alternate.as_ref()].into_iter().flatten() {
                    self.may_have_run(Skipped::Statement(skipped), scope, &why);
                }
                Ok(self.undecided(why, at))
            }
        }
    }

    /// What runs next is not known: a function's value isn't either, and of a module it is reported.
    ///
    /// What the code that it may run could have changed has been seen to; what follows it in the function, or in
    /// the statement of a module, is seen to when that ends.
    fn undecided(&mut self, why: Rc<Unknown>, at: Site) -> Completion<'a> {
        self.left_early = Some(why.clone());
        if self.in_call() {
            return Completion::Return(Value::Unknown(why));
        }
        let message = format!("what runs here is not known: {}", why.reason);
        self.problem(ProblemKind::Unsupported, message, at);
        Completion::Normal
    }

    pub(super) fn for_of(
        &mut self,
        statement: &'a ast::ForOfStatement<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Executed<'a> {
        let over = self.expression(&statement.right, scope)?;
        let items = match self.iterate(&over, at)? {
            Ok(items) => items,
            Err(why) => {
                self.may_have_run(Skipped::Statement(&statement.body), scope, &why);
                self.forget_loop_variable(&statement.left, scope, &why);
                return Ok(self.undecided(why, at));
            }
        };
        self.each(&statement.left, items, &statement.body, scope, at)
    }

    pub(super) fn for_in(
        &mut self,
        statement: &'a ast::ForInStatement<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Executed<'a> {
        let over = self.expression(&statement.right, scope)?;
        let keys = match self.own_keys(&over, at)? {
            Ok(keys) => keys.into_iter().map(Value::String).collect(),
            Err(why) => {
                self.may_have_run(Skipped::Statement(&statement.body), scope, &why);
                self.forget_loop_variable(&statement.left, scope, &why);
                return Ok(self.undecided(why, at));
            }
        };
        self.each(&statement.left, keys, &statement.body, scope, at)
    }

    /// A loop may have given its variable other values.
    fn forget_loop_variable(
        &mut self,
        left: &'a ast::ForStatementLeft<'a>,
        scope: &Rc<Scope<'a>>,
        why: &Rc<Unknown>,
    ) {
        match left {
            ast::ForStatementLeft::VariableDeclaration(variables) if variables.kind.is_var() => {
                let mut names = Vec::new();
                variables.declarations.iter().for_each(|v| pattern_names(&v.id, &mut names));
                for name in names {
                    scope.assign(name, Value::Unknown(why.clone()));
                }
            }
            ast::ForStatementLeft::AssignmentTargetIdentifier(name) => {
                scope.assign(name.name.as_str(), Value::Unknown(why.clone()));
            }
            _ => {}
        }
    }

    fn each(
        &mut self,
        left: &'a ast::ForStatementLeft<'a>,
        items: Vec<Value<'a>>,
        body: &'a ast::Statement<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Executed<'a> {
        for item in items {
            self.iteration(at)?;
            let inner = Scope::within(scope);
            match left {
                ast::ForStatementLeft::VariableDeclaration(variables) => {
                    if let Some(variable) = variables.declarations.first() {
                        // A `var` is the function's, so that there is one of it for all turns.
                        match &variable.id {
                            ast::BindingPattern::BindingIdentifier(name) if variables.kind.is_var() => {
                                scope.assign(name.name.as_str(), item);
                            }
                            pattern => self.bind(pattern, item, variables.kind.is_const(), &inner)?,
                        }
                    }
                }
                other => {
                    if let Some(target) = other.as_assignment_target() {
                        self.assign_to(target, item, scope)?;
                    }
                }
            }
            match self.statement(body, &inner)? {
                Completion::Normal | Completion::Continue(None) => {}
                Completion::Break(None) => break,
                other => return Ok(other),
            }
        }
        Ok(Completion::Normal)
    }

    pub(super) fn for_loop(
        &mut self,
        statement: &'a ast::ForStatement<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Executed<'a> {
        let mut inner = Scope::within(scope);
        let mut names = Vec::new();
        match &statement.init {
            Some(ast::ForStatementInit::VariableDeclaration(variables)) => {
                self.variables(variables, &inner)?;
                if !variables.kind.is_var() {
                    variables.declarations.iter().for_each(|v| pattern_names(&v.id, &mut names));
                }
            }
            Some(init) => {
                if let Some(expression) = init.as_expression() {
                    self.expression(expression, &inner)?;
                }
            }
            None => {}
        }
        loop {
            self.iteration(at)?;
            if let Some(test) = &statement.test {
                let value = self.expression(test, &inner)?;
                match value.truthy() {
                    Some(true) => {}
                    Some(false) => break,
                    None => {
                        let why = self.why(&value, at);
                        self.may_have_run(Skipped::Statement(&statement.body), &inner, &why);
                        for skipped in statement.update.iter().chain([test]) {
                            self.may_have_run(Skipped::Expression(skipped), &inner, &why);
                        }
                        return Ok(self.undecided(why, at));
                    }
                }
            }
            match self.statement(&statement.body, &inner)? {
                Completion::Normal | Completion::Continue(None) => {}
                Completion::Break(None) => break,
                other => return Ok(other),
            }
            // Each turn has variables of its own: functions made in it keep them.
            let next = Scope::within(scope);
            for name in &names {
                if let Some(binding) = inner.own(name) {
                    next.declare(name, binding);
                }
            }
            inner = next;
            if let Some(update) = &statement.update {
                self.expression(update, &inner)?;
            }
        }
        Ok(Completion::Normal)
    }

    pub(super) fn while_loop(
        &mut self,
        test: &'a ast::Expression<'a>,
        body: &'a ast::Statement<'a>,
        body_first: bool,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Executed<'a> {
        let mut skip_test = body_first;
        loop {
            self.iteration(at)?;
            if !std::mem::take(&mut skip_test) {
                let value = self.expression(test, scope)?;
                match value.truthy() {
                    Some(true) => {}
                    Some(false) => return Ok(Completion::Normal),
                    None => {
                        let why = self.why(&value, at);
                        self.may_have_run(Skipped::Statement(body), scope, &why);
                        self.may_have_run(Skipped::Expression(test), scope, &why);
                        return Ok(self.undecided(why, at));
                    }
                }
            }
            match self.statement(body, scope)? {
                Completion::Normal | Completion::Continue(None) => {}
                Completion::Break(None) => return Ok(Completion::Normal),
                other => return Ok(other),
            }
        }
    }

    pub(super) fn switch(
        &mut self,
        statement: &'a ast::SwitchStatement<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Executed<'a> {
        let value = self.expression(&statement.discriminant, scope)?;
        let inner = Scope::within(scope);
        statement.cases.iter().for_each(|case| self.hoist(&case.consequent, &inner));
        let mut chosen = None;
        for (number, case) in statement.cases.iter().enumerate() {
            let Some(test) = &case.test else { continue };
            let test = self.expression(test, &inner)?;
            match value.strictly_equals(&test) {
                Some(true) => {
                    chosen = Some(number);
                    break;
                }
                Some(false) => {}
                None => {
                    let unknown = if value.truthy().is_none() { &value } else { &test };
                    let why = self.why(unknown, at);
                    self.may_have_run(Skipped::Switch(statement), &inner, &why);
                    return Ok(self.undecided(why, at));
                }
            }
        }
        let Some(from) = chosen.or_else(|| statement.cases.iter().position(|case| case.test.is_none()))
        else {
            return Ok(Completion::Normal);
        };
        for case in statement.cases.iter().skip(from) {
            match self.statements(&case.consequent, &inner)? {
                Completion::Normal => {}
                Completion::Break(None) => return Ok(Completion::Normal),
                other => return Ok(other),
            }
        }
        Ok(Completion::Normal)
    }

    pub(super) fn attempt(
        &mut self,
        statement: &'a ast::TryStatement<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Executed<'a> {
        let before = self.relied_on_unknown.take();
        self.attempts += 1;
        let mut result = self.block(&statement.block.body, scope);
        self.attempts -= 1;
        if let Some(why) = self.relied_on_unknown.clone() {
            // It may have been left anywhere, and the handler may have run.
            self.may_have_run(Skipped::Block(&statement.block), scope, &why);
            if let Some(handler) = &statement.handler {
                self.may_have_run(Skipped::Block(&handler.body), scope, &why);
            }
        }
        self.relied_on_unknown = self.relied_on_unknown.take().or(before);
        if let (Err(Abort::Throw(exception)), Some(handler)) = (&result, &statement.handler) {
            let inner = Scope::within(scope);
            if let Some(param) = &handler.param {
                let mut properties = Properties::default();
                properties.set("message".into(), Property::Value(Value::string(exception.message.as_str())));
                let error = Value::object(properties);
                self.bind(&param.pattern, error, false, &inner)?;
            }
            result = self.block(&handler.body.body, &inner);
        }
        if let Some(finalizer) = &statement.finalizer {
            match self.block(&finalizer.body, scope)? {
                Completion::Normal => {}
                other => return Ok(other),
            }
        }
        result
    }

    /// What a thrown value says.
    pub(super) fn thrown(&self, value: &Value<'a>) -> String {
        let message = match value {
            Value::Object(object) => match object.properties.borrow().get("message") {
                Some(Property::Value(message)) => message.clone(),
                _ => value.clone(),
            },
            other => other.clone(),
        };
        match message.to_text() {
            Ok(text) => format!("{text:?}"),
            Err(_) => "an error".to_owned(),
        }
    }
}

/// Whether a statement does nothing but end the program or write to its output.
fn only_complains(statement: &ast::Statement<'_>) -> bool {
    match statement {
        ast::Statement::ThrowStatement(_) | ast::Statement::EmptyStatement(_) => true,
        ast::Statement::BlockStatement(block) => block.body.iter().all(only_complains),
        ast::Statement::ExpressionStatement(statement) => match &statement.expression {
            ast::Expression::CallExpression(call) => match &call.callee {
                ast::Expression::StaticMemberExpression(member) => {
                    let object = match &member.object {
                        ast::Expression::Identifier(id) => id.name.as_str(),
                        _ => "",
                    };
                    object == "console" || object == "process" && member.property.name == "exit"
                }
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}
