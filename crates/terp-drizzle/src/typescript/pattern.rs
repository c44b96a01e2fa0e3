//! Names and patterns that values are bound to.

use std::rc::Rc;

use oxc_ast::ast;
use oxc_span::GetSpan as _;

use crate::typescript::interpreter::{Abort, Evaluated, Interpreter, site, throw};
use crate::typescript::scope::{Binding, Scope};
use crate::typescript::skipped::Skipped;
use crate::typescript::value::{Properties, Value};

impl<'a> Interpreter<'a> {
    /// The value, or the default that stands for `undefined`.
    pub(super) fn or_default(
        &mut self,
        value: Value<'a>,
        default: &'a ast::Expression<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Evaluated<'a> {
        match &value {
            Value::Undefined => self.expression(default, scope),
            Value::Unknown(why) => {
                self.may_have_run(Skipped::Expression(default), scope, why);
                Ok(value)
            }
            _ => Ok(value),
        }
    }

    /// Declares what a pattern names, taken from a value.
    pub(super) fn bind(
        &mut self,
        pattern: &'a ast::BindingPattern<'a>,
        value: Value<'a>,
        constant: bool,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Abort> {
        let at = site(scope, pattern.span());
        match pattern {
            ast::BindingPattern::BindingIdentifier(name) => {
                scope.declare(name.name.as_str(), Binding::Value { value, constant });
                Ok(())
            }
            ast::BindingPattern::AssignmentPattern(assignment) => {
                let value = self.or_default(value, &assignment.right, scope)?;
                self.bind(&assignment.left, value, constant, scope)
            }
            ast::BindingPattern::ArrayPattern(array) => {
                let items = match self.iterate(&value, at)? {
                    Ok(items) => items,
                    Err(why) => {
                        if let Some(rest) = &array.rest {
                            self.bind(&rest.argument, Value::Unknown(why.clone()), constant, scope)?;
                        }
                        for element in array.elements.iter().flatten() {
                            self.bind(element, Value::Unknown(why.clone()), constant, scope)?;
                        }
                        return Ok(());
                    }
                };
                for (number, element) in array.elements.iter().enumerate() {
                    if let Some(element) = element {
                        let item = items.get(number).cloned().unwrap_or(Value::Undefined);
                        self.bind(element, item, constant, scope)?;
                    }
                }
                if let Some(rest) = &array.rest {
                    let rest_items = items.into_iter().skip(array.elements.len()).collect();
                    self.bind(&rest.argument, Value::array(rest_items), constant, scope)?;
                }
                Ok(())
            }
            ast::BindingPattern::ObjectPattern(object) => {
                if value.is_nullish() {
                    return throw("undefined or null can't be taken apart", at);
                }
                let mut taken = Vec::new();
                for property in &object.properties {
                    match self.computed_key(&property.key, property.computed, scope)? {
                        Ok(key) => {
                            let member = self.property(&value, &key, at)?;
                            self.bind(&property.value, member, constant, scope)?;
                            taken.push(key);
                        }
                        Err(why) => self.bind(&property.value, Value::Unknown(why), constant, scope)?,
                    }
                }
                if let Some(rest) = &object.rest {
                    let mut properties = Properties::default();
                    let others = match self.spread(&value, &mut properties, at)? {
                        Ok(()) => {
                            taken.iter().for_each(|key| properties.remove(key));
                            Value::object(properties)
                        }
                        Err(why) => Value::Unknown(why),
                    };
                    self.bind(&rest.argument, others, constant, scope)?;
                }
                Ok(())
            }
        }
    }
}
