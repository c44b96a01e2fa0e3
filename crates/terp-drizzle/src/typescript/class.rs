//! Classes, as far as their static members go: they serve as constants.

use std::rc::Rc;

use oxc_ast::ast;

use crate::typescript::interpreter::{Evaluated, Interpreter, site};
use crate::typescript::scope::Scope;
use crate::typescript::skipped::Skipped;
use crate::typescript::value::{Code, Properties, Property, Value};

impl<'a> Interpreter<'a> {
    /// A class as an object of its static members. Instances of it are not made.
    pub(super) fn class(&mut self, class: &'a ast::Class<'a>, scope: &Rc<Scope<'a>>) -> Evaluated<'a> {
        if class.heritage.is_some() || !class.decorators.is_empty() {
            let unknown =
                Value::unknown("classes that extend others are not evaluated here", site(scope, class.span));
            if let Some(why) = unknown.why_unknown() {
                self.may_have_run(Skipped::Class(class), scope, &why);
            }
            return Ok(unknown);
        }
        // Objects of it are not made here; whoever makes one runs this.
        if !class.body.body.iter().all(is_static) {
            let unknown =
                Value::unknown("objects of classes are not evaluated here", site(scope, class.span));
            if let Some(why) = unknown.why_unknown() {
                self.may_have_run(Skipped::Class(class), scope, &why);
            }
        }
        let value = Value::object(Properties::default());
        let Value::Object(object) = &value else { return Ok(value) };
        // `this` is the class in its static parts, and the class has its name within itself.
        let inner = Scope::of_call(scope, Some(value.clone()));
        if let Some(id) = &class.id {
            let binding = super::scope::Binding::Value { value: value.clone(), constant: true };
            inner.declare(id.name.as_str(), binding);
        }
        for element in &class.body.body {
            let (key, member) = match element {
                ast::ClassElement::PropertyDefinition(property) if property.r#static && !property.declare => {
                    let Some(key) = self.property_key(&property.key, property.computed, &inner)? else {
                        continue;
                    };
                    let member = match &property.value {
                        Some(value) => self.expression(value, &inner)?,
                        None => Value::Undefined,
                    };
                    (key, Property::Value(member))
                }
                ast::ClassElement::MethodDefinition(method) if method.r#static => {
                    let Some(key) = self.property_key(&method.key, method.computed, &inner)? else {
                        continue;
                    };
                    let function = Self::function(Code::Function(&method.value), &inner);
                    match (method.kind, function) {
                        (ast::MethodDefinitionKind::Get, Value::Function(getter)) => {
                            (key, Property::Getter(getter))
                        }
                        (ast::MethodDefinitionKind::Method, function) => (key, Property::Value(function)),
                        _ => continue,
                    }
                }
                ast::ClassElement::StaticBlock(block) => {
                    self.block(&block.body, &inner)?;
                    continue;
                }
                _ => continue,
            };
            object.properties.borrow_mut().set(key, member);
        }
        Ok(value)
    }
}

fn is_static(element: &ast::ClassElement<'_>) -> bool {
    match element {
        ast::ClassElement::MethodDefinition(method) => method.r#static,
        ast::ClassElement::PropertyDefinition(property) => property.r#static || property.value.is_none(),
        ast::ClassElement::AccessorProperty(property) => property.r#static,
        ast::ClassElement::StaticBlock(_) | ast::ClassElement::TSIndexSignature(_) => true,
    }
}
