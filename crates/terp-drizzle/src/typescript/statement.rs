//! Statements, in order.

use std::rc::Rc;

use oxc_ast::ast;
use oxc_span::GetSpan as _;

use crate::typescript::interpreter::{Abort, Interpreter, ProblemKind, site, throw};
use crate::typescript::names::DEFAULT;
use crate::typescript::scope::{Binding, Scope};
use crate::typescript::value::{Code, Function, Properties, Property, Site, Value};

/// How a statement ended.
pub(super) enum Completion<'a> {
    Normal,
    Return(Value<'a>),
    Break(Option<&'a str>),
    Continue(Option<&'a str>),
}

pub(super) type Executed<'a> = Result<Completion<'a>, Abort>;

impl<'a> Interpreter<'a> {
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

    /// A function expression; its own name is known within it alone.
    pub(super) fn function_expression(function: &'a ast::Function<'a>, scope: &Rc<Scope<'a>>) -> Value<'a> {
        let Some(name) = &function.id else { return Self::function(Code::Function(function), scope) };
        let within = Scope::within(scope);
        let value = Self::function(Code::Function(function), &within);
        within.declare(name.name.as_str(), Binding::Value { value: value.clone(), constant: true });
        value
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
            S::TSImportEqualsDeclaration(import) => {
                let what = "`import = require()`";
                self.unsupported_statement(what, at);
                let value = Value::unknown(format!("{what} is not evaluated here"), at);
                scope.declare(import.id.name.as_str(), Binding::Value { value, constant: true });
            }
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

    pub(super) fn variables(
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
}
