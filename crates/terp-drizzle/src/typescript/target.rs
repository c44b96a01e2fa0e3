//! Assignments, and what they assign to.

use std::rc::Rc;

use oxc_ast::ast;
use oxc_span::GetSpan as _;
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator, LogicalOperator, UpdateOperator};

use crate::declare;
use crate::typescript::interpreter::{Abort, Evaluated, Interpreter, MAX_SIZE, site, throw};
use crate::typescript::scope::Scope;
use crate::typescript::skipped::Skipped;
use crate::typescript::value::{Property, Site, Value, array_index};

impl<'a> Interpreter<'a> {
    pub(super) fn assignment(
        &mut self,
        assignment: &'a ast::AssignmentExpression<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        let operator = assignment.operator;
        if operator == AssignmentOperator::Assign {
            let value = self.expression(&assignment.right, scope)?;
            self.assign_to(&assignment.left, value.clone(), scope)?;
            return Ok(value);
        }
        let Some(target) = assignment.left.as_simple_assignment_target() else { return Ok(Value::Undefined) };
        let old = self.read(target, scope)?;
        if let Some(logical) = operator.to_logical_operator() {
            let takes_right = match (logical, &old) {
                (LogicalOperator::Coalesce, Value::Unknown(_) | Value::Foreign(_)) => None,
                (LogicalOperator::Coalesce, old) => Some(old.is_nullish()),
                (LogicalOperator::Or, old) => old.truthy().map(|truthy| !truthy),
                (LogicalOperator::And, old) => old.truthy(),
            };
            let value = match takes_right {
                Some(false) => return Ok(old),
                Some(true) => self.expression(&assignment.right, scope)?,
                None => {
                    let why = self.why(&old, at);
                    self.may_have_run(Skipped::Expression(&assignment.right), scope, &why);
                    Value::Unknown(why)
                }
            };
            self.write(target, value.clone(), scope)?;
            return Ok(value);
        }
        let right = self.expression(&assignment.right, scope)?;
        let operator = operator.to_binary_operator().unwrap_or(BinaryOperator::Addition);
        let value = self.binary(operator, &old, &right, at)?;
        self.write(target, value.clone(), scope)?;
        Ok(value)
    }

    pub(super) fn update(
        &mut self,
        update: &'a ast::UpdateExpression<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        let old = self.read(&update.argument, scope)?;
        let (old, new) = match self.number(&old, at) {
            Ok(number) => {
                let step = if update.operator == UpdateOperator::Increment { 1.0 } else { -1.0 };
                (Value::Number(number), Value::Number(number + step))
            }
            Err(why) => (Value::Unknown(why.clone()), Value::Unknown(why)),
        };
        self.write(&update.argument, new.clone(), scope)?;
        Ok(if update.prefix { new } else { old })
    }

    pub(super) fn assign_to(
        &mut self,
        target: &'a ast::AssignmentTarget<'a>,
        value: Value<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Abort> {
        if let Some(simple) = target.as_simple_assignment_target() {
            return self.write(simple, value, scope);
        }
        let at = site(scope, target.span());
        match target.as_assignment_target_pattern() {
            Some(ast::AssignmentTargetPattern::ArrayAssignmentTarget(array)) => {
                let items = match self.iterate(&value, at)? {
                    Ok(items) => items,
                    Err(why) => vec![Value::Unknown(why); array.elements.len()],
                };
                for (number, element) in array.elements.iter().enumerate() {
                    let Some(element) = element else { continue };
                    let item = items.get(number).cloned().unwrap_or(Value::Undefined);
                    self.assign_with_default(element, item, scope)?;
                }
                if let Some(rest) = &array.rest {
                    let rest_items = items.into_iter().skip(array.elements.len()).collect();
                    self.assign_to(&rest.target, Value::array(rest_items), scope)?;
                }
                Ok(())
            }
            Some(ast::AssignmentTargetPattern::ObjectAssignmentTarget(object)) => {
                for property in &object.properties {
                    match property {
                        ast::AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(property) => {
                            let name = property.binding.name.as_str();
                            let mut member = self.property(&value, name, at)?;
                            if let Some(init) = &property.init {
                                member = self.or_default(member, init, scope)?;
                            }
                            self.write_name(name, member, scope, at)?;
                        }
                        ast::AssignmentTargetProperty::AssignmentTargetPropertyProperty(property) => {
                            let Some(key) = self.property_key(&property.name, property.computed, scope)?
                            else {
                                continue;
                            };
                            let member = self.property(&value, &key, at)?;
                            self.assign_with_default(&property.binding, member, scope)?;
                        }
                    }
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn assign_with_default(
        &mut self,
        target: &'a ast::AssignmentTargetMaybeDefault<'a>,
        value: Value<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Abort> {
        match target {
            ast::AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(with_default) => {
                let value = self.or_default(value, &with_default.init, scope)?;
                self.assign_to(&with_default.binding, value, scope)
            }
            other => match other.as_assignment_target() {
                Some(target) => self.assign_to(target, value, scope),
                None => Ok(()),
            },
        }
    }

    fn read(&mut self, target: &'a ast::SimpleAssignmentTarget<'a>, scope: &Rc<Scope<'a>>) -> Evaluated<'a> {
        let at = site(scope, target.span());
        match target {
            ast::SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => {
                match scope.find(name.name.as_str()) {
                    Some(binding) => self.bound(&binding, name.name.as_str(), at),
                    None => throw(format!("`{}` is not defined", name.name), at),
                }
            }
            ast::SimpleAssignmentTarget::StaticMemberExpression(member) => {
                let object = self.expression(&member.object, scope)?;
                self.property(&object, member.property.name.as_str(), at)
            }
            ast::SimpleAssignmentTarget::ComputedMemberExpression(member) => {
                let object = self.expression(&member.object, scope)?;
                let key = self.expression(&member.expression, scope)?;
                match self.text(&key, at)? {
                    Ok(key) => self.property(&object, &key, at),
                    Err(why) => Ok(Value::Unknown(why)),
                }
            }
            other => match other.get_expression() {
                Some(expression) => self.expression(expression, scope),
                None => Ok(Value::unknown("this kind of target is not evaluated here", at)),
            },
        }
    }

    fn write(
        &mut self,
        target: &'a ast::SimpleAssignmentTarget<'a>,
        value: Value<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Abort> {
        let at = site(scope, target.span());
        match target {
            ast::SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => {
                self.write_name(name.name.as_str(), value, scope, at)
            }
            ast::SimpleAssignmentTarget::StaticMemberExpression(member) => {
                let object = self.expression(&member.object, scope)?;
                self.set_property(&object, member.property.name.as_str().into(), value, at)
            }
            ast::SimpleAssignmentTarget::ComputedMemberExpression(member) => {
                let object = self.expression(&member.object, scope)?;
                let key = self.expression(&member.expression, scope)?;
                match self.text(&key, at)? {
                    Ok(key) => self.set_property(&object, key, value, at),
                    Err(why) => {
                        self.taint(&object, &why);
                        Ok(())
                    }
                }
            }
            other => match other.get_expression() {
                Some(ast::Expression::Identifier(name)) => {
                    self.write_name(name.name.as_str(), value, scope, at)
                }
                _ => {
                    self.problem(
                        super::interpreter::ProblemKind::Unsupported,
                        "this kind of assignment is not evaluated here",
                        at,
                    );
                    Ok(())
                }
            },
        }
    }

    fn write_name(
        &mut self,
        name: &str,
        value: Value<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Result<(), Abort> {
        match scope.assign(name, value) {
            Some(true) => Ok(()),
            Some(false) => throw(format!("`{name}` is not defined"), at),
            None => throw(format!("`{name}` is a constant, or is not yet initialised"), at),
        }
    }

    pub(super) fn set_property(
        &mut self,
        object: &Value<'a>,
        key: Rc<str>,
        value: Value<'a>,
        at: Site,
    ) -> Result<(), Abort> {
        let is_frozen = match object {
            Value::Object(object) => object.frozen.get(),
            Value::Array(array) => array.frozen.get(),
            _ => false,
        };
        if is_frozen {
            return if self.compiler.strict {
                throw(format!("`{key}` is of a frozen object"), at)
            } else {
                Ok(())
            };
        }
        match object {
            Value::Object(object) => {
                object.properties.borrow_mut().set_at(key, Property::Value(value), Some(at));
            }
            Value::Array(array) if &*key == "length" => {
                let length = self.number(&value, at).unwrap_or(f64::NAN);
                let mut items = array.items.borrow_mut();
                if length >= 0.0 && length <= items.len() as f64 {
                    items.truncate(length as usize);
                } else {
                    *array.tainted.borrow_mut() = Value::unknown("its length was set", at).why_unknown();
                }
            }
            Value::Array(array) => {
                let Some(index) =
                    array_index(&key).map(|index| index as usize).filter(|&index| index < MAX_SIZE)
                else {
                    let why = Value::unknown("what was assigned to this array is not known here", at);
                    *array.tainted.borrow_mut() = why.why_unknown();
                    return Ok(());
                };
                let mut items = array.items.borrow_mut();
                if items.len() <= index {
                    items.resize_with(index + 1, || Value::Undefined);
                }
                if let Some(item) = items.get_mut(index) {
                    *item = value;
                }
            }
            Value::Function(function) => function.properties.borrow_mut().set(key, Property::Value(value)),
            Value::Undefined | Value::Null => {
                return throw(format!("undefined or null can't have `{key}` set"), at);
            }
            Value::Drizzle(entity) => {
                let why =
                    Value::unknown(format!("`{key}` was assigned to it, which is not evaluated here"), at);
                if let Some(why) = why.why_unknown() {
                    declare::taint(entity, &why);
                }
            }
            _ => {}
        }
        Ok(())
    }
}
