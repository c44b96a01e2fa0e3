//! TypeScript's namespaces: objects with what they export.

use std::rc::Rc;

use oxc_ast::ast;

use crate::typescript::interpreter::{Abort, Interpreter};
use crate::typescript::names::declaration_names;
use crate::typescript::scope::{Binding, Scope};
use crate::typescript::value::{Properties, Property, Value};

impl<'a> Interpreter<'a> {
    pub(super) fn namespace_declaration(
        &mut self,
        namespace: &'a ast::TSNamespaceDeclaration<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Abort> {
        if namespace.declare {
            return Ok(());
        }
        let name = namespace.id.name.as_str();
        let value = match scope.own(name) {
            // Several declarations of one namespace add up.
            Some(Binding::Value { value: value @ Value::Object(_), .. }) => value,
            _ => Value::object(Properties::default()),
        };
        scope.declare(name, Binding::Value { value: value.clone(), constant: false });
        let Value::Object(object) = value else { return Ok(()) };
        let inner = Scope::within(scope);
        let body = match &namespace.body {
            ast::TSNamespaceDeclarationBody::TSModuleBlock(block) => &block.body,
            // `namespace a.b {}`
            ast::TSNamespaceDeclarationBody::TSNamespaceDeclaration(nested) => {
                self.namespace_declaration(nested, &inner)?;
                let name = nested.id.name.as_str();
                if let Some(Binding::Value { value, .. }) = inner.own(name) {
                    object.properties.borrow_mut().set(name.into(), Property::Value(value));
                }
                return Ok(());
            }
        };
        self.hoist_variables(body, &inner);
        self.hoist(body, &inner);
        for statement in body {
            self.statement(statement, &inner)?;
            if let ast::Statement::ExportDeclaration(export) = statement {
                let mut names = Vec::new();
                declaration_names(&export.declaration, &mut names);
                for name in names {
                    if let Some(Binding::Value { value, .. }) = inner.own(name) {
                        object.properties.borrow_mut().set(name.into(), Property::Value(value));
                    }
                }
            }
        }
        Ok(())
    }
}
