//! Statements, in order.

use std::rc::Rc;

use oxc_ast::ast;
use oxc_span::GetSpan as _;

use crate::typescript::interpreter::{Abort, Interpreter, ProblemKind, site, throw};
use crate::typescript::module::{DEFAULT, declared_names};
use crate::typescript::scope::{Binding, Scope};
use crate::typescript::value::{Code, Function, Properties, Property, Site, Unknown, Value};

/// How a statement ended.
pub(super) enum Completion<'a> {
    Normal,
    Return(Value<'a>),
    Break(Option<&'a str>),
    Continue(Option<&'a str>),
}

pub(super) type Executed<'a> = Result<Completion<'a>, Abort>;

impl<'a> Interpreter<'a> {
    /// Declares what the statements of a block declare: functions at once, the others as not yet initialised.
    pub(super) fn hoist(&mut self, statements: &'a [ast::Statement<'a>], scope: &Rc<Scope<'a>>) {
        for statement in statements {
            let mut names = Vec::new();
            declared_names(statement, &mut names);
            let is_var = matches!(statement, ast::Statement::VariableDeclaration(v) if v.kind.is_var());
            for name in names {
                // What a fault left there stays.
                if scope.own(name).is_none() {
                    let unset = Binding::Value { value: Value::Undefined, constant: false };
                    scope.declare(name, if is_var { unset } else { Binding::Uninitialised });
                }
            }
            let function = match statement {
                ast::Statement::FunctionDeclaration(function) => Some((&**function, None)),
                ast::Statement::ExportDeclaration(export) => match &export.declaration {
                    ast::Declaration::FunctionDeclaration(function) => Some((&**function, None)),
                    _ => None,
                },
                ast::Statement::ExportDefaultDeclaration(export) => match &export.declaration {
                    ast::ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                        Some((&**function, Some(DEFAULT)))
                    }
                    _ => None,
                },
                _ => None,
            };
            if let Some((function, other_name)) = function.filter(|(function, _)| function.body.is_some()) {
                let value = Self::function(Code::Function(function), scope);
                let own = function.id.as_ref().map(|id| id.name.as_str());
                for name in own.into_iter().chain(other_name) {
                    scope.declare(name, Binding::Value { value: value.clone(), constant: false });
                }
            }
        }
    }

    /// The value of a function's code in a scope.
    pub(super) fn function(code: Code<'a>, scope: &Rc<Scope<'a>>) -> Value<'a> {
        let this = match code {
            Code::Arrow(_) => Some(scope.this()),
            Code::Function(_) => None,
        };
        Value::Function(Rc::new(Function {
            code,
            scope: scope.clone(),
            this,
            properties: std::cell::RefCell::new(Properties::default()),
        }))
    }

    /// Runs statements in a scope of their own.
    pub(super) fn block(
        &mut self,
        statements: &'a [ast::Statement<'a>],
        scope: &Rc<Scope<'a>>,
    ) -> Executed<'a> {
        let inner = Scope::within(scope);
        self.hoist(statements, &inner);
        self.statements(statements, &inner)
    }

    pub(super) fn statements(
        &mut self,
        statements: &'a [ast::Statement<'a>],
        scope: &Rc<Scope<'a>>,
    ) -> Executed<'a> {
        for statement in statements {
            match self.statement(statement, scope)? {
                Completion::Normal => {}
                other => return Ok(other),
            }
        }
        Ok(Completion::Normal)
    }

    pub(super) fn statement(
        &mut self,
        statement: &'a ast::Statement<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Executed<'a> {
        let at = site(scope, statement.span());
        self.step(at)?;
        self.deeper(at, |this| this.statement_here(statement, scope, at))
    }

    fn statement_here(
        &mut self,
        statement: &'a ast::Statement<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Executed<'a> {
        use ast::Statement as S;
        match statement {
            S::ExpressionStatement(statement) => {
                self.expression(&statement.expression, scope)?;
            }
            S::VariableDeclaration(variables) => self.variables(variables, scope)?,
            S::ExportDeclaration(export) => self.declaration(&export.declaration, scope)?,
            S::ExportDefaultDeclaration(export) => self.default_export(export, scope)?,
            S::ClassDeclaration(class) => self.class_declaration(class, scope)?,
            S::TSEnumDeclaration(members) => self.enumeration(members, scope)?,
            S::BlockStatement(block) => return self.block(&block.body, scope),
            S::IfStatement(branch) => return self.branch(branch, scope),
            S::ReturnStatement(statement) => {
                let value = match &statement.argument {
                    Some(argument) => self.expression(argument, scope)?,
                    None => Value::Undefined,
                };
                return Ok(Completion::Return(value));
            }
            S::ThrowStatement(statement) => {
                let value = self.expression(&statement.argument, scope)?;
                return throw(format!("it throws {}", self.thrown(&value)), at);
            }
            S::ForOfStatement(statement) => return self.for_of(statement, scope, at),
            S::ForInStatement(statement) => return self.for_in(statement, scope, at),
            S::ForStatement(statement) => return self.for_loop(statement, scope, at),
            S::WhileStatement(statement) => {
                return self.while_loop(&statement.test, &statement.body, false, scope, at);
            }
            S::DoWhileStatement(statement) => {
                return self.while_loop(&statement.test, &statement.body, true, scope, at);
            }
            S::SwitchStatement(statement) => return self.switch(statement, scope, at),
            S::TryStatement(statement) => return self.attempt(statement, scope),
            S::BreakStatement(statement) => {
                return Ok(Completion::Break(statement.label.as_ref().map(|label| label.name.as_str())));
            }
            S::ContinueStatement(statement) => {
                return Ok(Completion::Continue(statement.label.as_ref().map(|label| label.name.as_str())));
            }
            S::LabeledStatement(labelled) => {
                let label = labelled.label.name.as_str();
                return Ok(match self.statement(&labelled.body, scope)? {
                    Completion::Break(Some(name)) if name == label => Completion::Normal,
                    other => other,
                });
            }
            S::TSNamespaceDeclaration(namespace) => self.namespace_declaration(namespace, scope)?,
            S::TSImportEqualsDeclaration(_) => self.unsupported_statement("`import = require()`", at),
            S::TSExportAssignment(_) => self.unsupported_statement("`export =`", at),
            S::WithStatement(_) => self.unsupported_statement("`with`", at),
            // Done when the module was linked, hoisted, or of types alone.
            _ => {}
        }
        Ok(Completion::Normal)
    }

    fn unsupported_statement(&mut self, what: &str, at: Site) {
        self.problem(ProblemKind::Unsupported, format!("{what} is not evaluated here"), at);
    }

    fn declaration(
        &mut self,
        declaration: &'a ast::Declaration<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Abort> {
        match declaration {
            ast::Declaration::VariableDeclaration(variables) => self.variables(variables, scope),
            ast::Declaration::ClassDeclaration(class) => self.class_declaration(class, scope),
            ast::Declaration::TSEnumDeclaration(members) => self.enumeration(members, scope),
            ast::Declaration::TSNamespaceDeclaration(namespace) => {
                self.namespace_declaration(namespace, scope)
            }
            _ => Ok(()),
        }
    }

    fn default_export(
        &mut self,
        export: &'a ast::ExportDefaultDeclaration<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Abort> {
        let value = match &export.declaration {
            ast::ExportDefaultDeclarationKind::FunctionDeclaration(_)
            | ast::ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => return Ok(()),
            ast::ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                let value = self.class(class, scope)?;
                if let Some(id) = &class.id {
                    scope.declare(id.name.as_str(), Binding::Value { value: value.clone(), constant: false });
                }
                value
            }
            other => match other.as_expression() {
                Some(expression) => self.expression(expression, scope)?,
                None => return Ok(()),
            },
        };
        scope.declare(DEFAULT, Binding::Value { value, constant: true });
        Ok(())
    }

    fn class_declaration(&mut self, class: &'a ast::Class<'a>, scope: &Rc<Scope<'a>>) -> Result<(), Abort> {
        if class.declare {
            return Ok(());
        }
        let value = self.class(class, scope)?;
        if let Some(id) = &class.id {
            scope.declare(id.name.as_str(), Binding::Value { value, constant: false });
        }
        Ok(())
    }

    fn variables(
        &mut self,
        variables: &'a ast::VariableDeclaration<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Abort> {
        if variables.declare {
            return Ok(());
        }
        let constant = variables.kind.is_const();
        for variable in &variables.declarations {
            let value = match &variable.init {
                Some(init) => self.expression(init, scope)?,
                None if variables.kind.is_var() => continue,
                None => Value::Undefined,
            };
            if variables.kind.is_var()
                && let ast::BindingPattern::BindingIdentifier(name) = &variable.id
                && scope.assign(name.name.as_str(), value.clone()) == Some(true)
            {
                continue;
            }
            self.bind(&variable.id, value, constant, scope)?;
        }
        Ok(())
    }

    /// Declares the `var`s of a function or module, wherever in it they stand.
    pub(super) fn hoist_variables(&self, statements: &'a [ast::Statement<'a>], scope: &Rc<Scope<'a>>) {
        let mut names = Vec::new();
        var_names(statements, &mut names);
        for name in names {
            if scope.own(name).is_none() {
                scope.declare(name, Binding::Value { value: Value::Undefined, constant: false });
            }
        }
    }

    /// An enum, as the object that TypeScript's compilers make of it.
    fn enumeration(
        &mut self,
        members: &'a ast::TSEnumDeclaration<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Abort> {
        if members.declare {
            return Ok(());
        }
        let mut properties = Properties::default();
        // Initialisers may name the members before them.
        let inner = Scope::within(scope);
        let mut next = Some(0.0);
        for member in &members.body.members {
            let at = site(scope, member.span);
            let name: &'a str = match &member.id {
                ast::TSEnumMemberName::Identifier(id) => id.name.as_str(),
                ast::TSEnumMemberName::String(text) | ast::TSEnumMemberName::ComputedString(text) => {
                    text.value.as_str()
                }
                ast::TSEnumMemberName::ComputedTemplateString(template) => template
                    .quasis
                    .first()
                    .and_then(|quasi| quasi.value.cooked.as_ref())
                    .map_or("", |text| text.as_str()),
            };
            let value = match (&member.initializer, next) {
                (Some(initializer), _) => self.expression(initializer, &inner)?,
                (None, Some(number)) => Value::Number(number),
                (None, None) => {
                    Value::unknown("an enum member after one that is not constant has no value", at)
                }
            };
            next = match &value {
                Value::Number(number) => Some(number + 1.0),
                _ => None,
            };
            inner.declare(name, Binding::Value { value: value.clone(), constant: true });
            properties.set(name.into(), Property::Value(value.clone()));
            if let Value::Number(_) = &value
                && let Ok(key) = value.to_text()
            {
                properties.set(key, Property::Value(Value::string(name)));
            }
        }
        let name = members.id.name.as_str();
        // Declarations of one enum add up.
        let earlier = match scope.own(name) {
            Some(Binding::Value { value: Value::Object(object), .. }) => Some(object),
            _ => None,
        };
        let value = match earlier {
            Some(object) => {
                for key in properties.keys() {
                    if let Some(property) = properties.get(&key) {
                        object.properties.borrow_mut().set(key, property.clone());
                    }
                }
                Value::Object(object)
            }
            None => Value::object(properties),
        };
        scope.declare(name, Binding::Value { value, constant: false });
        Ok(())
    }

    fn branch(&mut self, branch: &'a ast::IfStatement<'a>, scope: &Rc<Scope<'a>>) -> Executed<'a> {
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
                if only_complains(&branch.consequent) && branch.alternate.as_ref().is_none_or(only_complains)
                {
                    return Ok(Completion::Normal);
                }
                self.undecided(why, at)
            }
        }
    }

    /// What runs next is not known: a function's value isn't either, and of a module it is reported.
    fn undecided(&mut self, why: Rc<Unknown>, at: Site) -> Executed<'a> {
        if self.in_call() {
            return Ok(Completion::Return(Value::Unknown(why)));
        }
        let message = format!("what runs here is not known: {}", why.reason);
        self.problem(ProblemKind::Unsupported, message, at);
        Ok(Completion::Normal)
    }

    fn for_of(
        &mut self,
        statement: &'a ast::ForOfStatement<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Executed<'a> {
        let over = self.expression(&statement.right, scope)?;
        let items = match self.iterate(&over, at)? {
            Ok(items) => items,
            Err(why) => return self.undecided(why, at),
        };
        self.each(&statement.left, items, &statement.body, scope, at)
    }

    fn for_in(
        &mut self,
        statement: &'a ast::ForInStatement<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Executed<'a> {
        let over = self.expression(&statement.right, scope)?;
        let keys = match self.own_keys(&over, at)? {
            Ok(keys) => keys.into_iter().map(Value::String).collect(),
            Err(why) => return self.undecided(why, at),
        };
        self.each(&statement.left, keys, &statement.body, scope, at)
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

    fn for_loop(
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
                    variables
                        .declarations
                        .iter()
                        .for_each(|v| super::module::pattern_names(&v.id, &mut names));
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
                        return self.undecided(why, at);
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

    fn while_loop(
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
                        return self.undecided(why, at);
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

    fn switch(
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
                    return self.undecided(why, at);
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

    fn attempt(&mut self, statement: &'a ast::TryStatement<'a>, scope: &Rc<Scope<'a>>) -> Executed<'a> {
        let mut result = self.block(&statement.block.body, scope);
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
    fn thrown(&self, value: &Value<'a>) -> String {
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

/// The names of the `var`s in statements, blocks and loops included, functions not.
fn var_names<'a>(statements: &'a [ast::Statement<'a>], names: &mut Vec<&'a str>) {
    // No deeper than the parser was let.
    let variables = |variables: &'a ast::VariableDeclaration<'a>, names: &mut Vec<&'a str>| {
        if variables.kind.is_var() && !variables.declare {
            variables.declarations.iter().for_each(|v| super::module::pattern_names(&v.id, names));
        }
    };
    for statement in statements {
        use ast::Statement as S;
        let one = std::slice::from_ref::<ast::Statement<'a>>;
        match statement {
            S::VariableDeclaration(declared) => variables(declared, names),
            S::BlockStatement(block) => var_names(&block.body, names),
            S::IfStatement(branch) => {
                var_names(one(&branch.consequent), names);
                branch.alternate.iter().for_each(|alternate| var_names(one(alternate), names));
            }
            S::ForStatement(looped) => {
                if let Some(ast::ForStatementInit::VariableDeclaration(declared)) = &looped.init {
                    variables(declared, names);
                }
                var_names(one(&looped.body), names);
            }
            S::ForOfStatement(looped) => {
                if let ast::ForStatementLeft::VariableDeclaration(declared) = &looped.left {
                    variables(declared, names);
                }
                var_names(one(&looped.body), names);
            }
            S::ForInStatement(looped) => {
                if let ast::ForStatementLeft::VariableDeclaration(declared) = &looped.left {
                    variables(declared, names);
                }
                var_names(one(&looped.body), names);
            }
            S::WhileStatement(looped) => var_names(one(&looped.body), names),
            S::DoWhileStatement(looped) => var_names(one(&looped.body), names),
            S::LabeledStatement(labelled) => var_names(one(&labelled.body), names),
            S::TryStatement(attempt) => {
                var_names(&attempt.block.body, names);
                attempt.handler.iter().for_each(|handler| var_names(&handler.body.body, names));
                attempt.finalizer.iter().for_each(|finalizer| var_names(&finalizer.body, names));
            }
            S::SwitchStatement(switch) => {
                switch.cases.iter().for_each(|case| var_names(&case.consequent, names));
            }
            _ => {}
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
