//! What is declared before a block's statements run.

use std::rc::Rc;

use oxc_ast::ast;

use crate::typescript::interpreter::Interpreter;
use crate::typescript::names::{DEFAULT, declared_names, pattern_names};
use crate::typescript::scope::{Binding, Scope};
use crate::typescript::value::{Code, Value};

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
}

/// The names of the `var`s in statements, blocks and loops included, functions not.
fn var_names<'a>(statements: &'a [ast::Statement<'a>], names: &mut Vec<&'a str>) {
    // No deeper than the parser was let.
    let variables = |variables: &'a ast::VariableDeclaration<'a>, names: &mut Vec<&'a str>| {
        if variables.kind.is_var() && !variables.declare {
            variables.declarations.iter().for_each(|v| pattern_names(&v.id, names));
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
