//! What code could have changed that may run or not.
//!
//! Where a condition is not known, neither branch is evaluated. What either could have assigned, or changed in place, is no
//! longer known from there on: every variable that it assigns, and every object that it could reach by a name, unless it does
//! nothing but look.

use std::collections::HashSet;
use std::rc::Rc;

use oxc_ast::ast;
use oxc_ast_visit::{Visit, walk};
use oxc_syntax::operator::UnaryOperator;
use oxc_syntax::scope::ScopeFlags;

use crate::declare;
use crate::typescript::interpreter::Interpreter;
use crate::typescript::scope::{Binding, Scope};
use crate::typescript::value::{Code, Function, Property, Unknown, Value};

/// A piece of code that was not evaluated.
#[derive(Clone, Copy)]
pub(super) enum Skipped<'a> {
    Statement(&'a ast::Statement<'a>),
    Block(&'a ast::BlockStatement<'a>),
    Switch(&'a ast::SwitchStatement<'a>),
    Expression(&'a ast::Expression<'a>),
    Class(&'a ast::Class<'a>),
    Call(&'a ast::CallExpression<'a>),
    New(&'a ast::NewExpression<'a>),
    Function(Code<'a>),
}

/// What a piece of code names and does.
#[derive(Default)]
struct Effects<'a> {
    names: HashSet<&'a str>,
    assigned: HashSet<&'a str>,
    uses_this: bool,
    /// Whether it does anything but look at values.
    acts: bool,
}

impl<'a> Effects<'a> {
    fn of(code: Skipped<'a>) -> Self {
        let mut effects = Self::default();
        match code {
            Skipped::Statement(statement) => effects.visit_statement(statement),
            Skipped::Block(block) => effects.visit_block_statement(block),
            Skipped::Switch(switch) => effects.visit_switch_statement(switch),
            Skipped::Expression(expression) => effects.visit_expression(expression),
            Skipped::Class(class) => effects.visit_class(class),
            Skipped::Call(call) => effects.visit_call_expression(call),
            Skipped::New(new) => effects.visit_new_expression(new),
            Skipped::Function(Code::Arrow(arrow)) => effects.visit_arrow_function_expression(arrow),
            Skipped::Function(Code::Function(function)) => {
                effects.visit_function(function, ScopeFlags::Function);
            }
        }
        effects
    }
}

impl<'a> Visit<'a> for Effects<'a> {
    fn visit_identifier_reference(&mut self, name: &ast::IdentifierReference<'a>) {
        self.names.insert(name.name.as_str());
    }

    fn visit_this_expression(&mut self, _: &ast::ThisExpression) {
        self.uses_this = true;
    }

    fn visit_simple_assignment_target(&mut self, target: &ast::SimpleAssignmentTarget<'a>) {
        self.acts = true;
        let name = match target {
            ast::SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => Some(name),
            other => match other.get_expression() {
                Some(ast::Expression::Identifier(name)) => Some(name),
                _ => None,
            },
        };
        if let Some(name) = name {
            self.assigned.insert(name.name.as_str());
        }
        walk::walk_simple_assignment_target(self, target);
    }

    fn visit_assignment_target_property_identifier(
        &mut self,
        property: &ast::AssignmentTargetPropertyIdentifier<'a>,
    ) {
        self.acts = true;
        self.assigned.insert(property.binding.name.as_str());
        walk::walk_assignment_target_property_identifier(self, property);
    }

    fn visit_unary_expression(&mut self, unary: &ast::UnaryExpression<'a>) {
        self.acts |= unary.operator == UnaryOperator::Delete;
        walk::walk_unary_expression(self, unary);
    }

    fn visit_call_expression(&mut self, call: &ast::CallExpression<'a>) {
        self.acts = true;
        walk::walk_call_expression(self, call);
    }

    fn visit_new_expression(&mut self, new: &ast::NewExpression<'a>) {
        self.acts = true;
        walk::walk_new_expression(self, new);
    }

    fn visit_tagged_template_expression(&mut self, tagged: &ast::TaggedTemplateExpression<'a>) {
        self.acts = true;
        walk::walk_tagged_template_expression(self, tagged);
    }

    // Types.
    fn visit_ts_type(&mut self, _: &ast::TSType<'a>) {}
    fn visit_ts_type_annotation(&mut self, _: &ast::TSTypeAnnotation<'a>) {}
    fn visit_ts_type_parameter_instantiation(&mut self, _: &ast::TSTypeParameterInstantiation<'a>) {}
    fn visit_ts_type_parameter_declaration(&mut self, _: &ast::TSTypeParameterDeclaration<'a>) {}
}

/// What was seen to already, by its address.
type Seen = HashSet<*const ()>;

impl<'a> Interpreter<'a> {
    /// The code may have run: what it could have changed is not known any more.
    pub(super) fn may_have_run(&mut self, code: Skipped<'a>, scope: &Rc<Scope<'a>>, why: &Rc<Unknown>) {
        self.forget_effects(code, scope, why, &mut Seen::new());
    }

    /// Code that is not known may have changed a value.
    pub(crate) fn taint(&mut self, value: &Value<'a>, why: &Rc<Unknown>) {
        self.forget(value, why, &mut Seen::new());
    }

    fn forget_effects(
        &mut self,
        code: Skipped<'a>,
        scope: &Rc<Scope<'a>>,
        why: &Rc<Unknown>,
        seen: &mut Seen,
    ) {
        let effects = Effects::of(code);
        if !effects.acts {
            return;
        }
        if effects.uses_this {
            let this = scope.this();
            self.forget(&this, why, seen);
        }
        for name in effects.names {
            let Some(binding) = scope.find(name) else { continue };
            // What the name stood for before may have been changed, too.
            match &binding {
                Binding::Value { value, .. } => self.forget(value, why, seen),
                Binding::Import { .. } => {
                    if let Ok(value) = self.bound(&binding, name, why.site) {
                        self.forget(&value, why, seen);
                    }
                }
                Binding::Namespace(module) => {
                    let namespace = Value::Namespace(*module);
                    let Ok(Ok(names)) = self.own_keys(&namespace, why.site) else { continue };
                    for name in names {
                        if let Ok(Some(value)) = self.export(*module, &name, why.site) {
                            self.forget(&value, why, seen);
                        }
                    }
                }
                Binding::Uninitialised => {}
            }
            if effects.assigned.contains(name) {
                // A constant stays what it is.
                scope.assign(name, Value::Unknown(why.clone()));
            }
        }
    }

    /// Forgets what a value is, and all that can be reached from it.
    fn forget(&mut self, value: &Value<'a>, why: &Rc<Unknown>, seen: &mut Seen) {
        // Where there is no end to it, that was reported.
        if self.step(why.site).is_err() {
            return;
        }
        let forgotten = self.deeper(why.site, |this| {
            match value {
                Value::Object(object) if seen.insert(Rc::as_ptr(object).cast()) => {
                    let properties: Vec<Property<'a>> = {
                        let all = object.properties.borrow();
                        all.keys().iter().filter_map(|key| all.get(key).cloned()).collect()
                    };
                    for property in &properties {
                        match property {
                            Property::Value(value) => this.forget(value, why, seen),
                            Property::Getter(getter) => this.forget_function(getter, why, seen),
                        }
                    }
                    *object.tainted.borrow_mut() = Some(why.clone());
                }
                Value::Array(array) if seen.insert(Rc::as_ptr(array).cast()) => {
                    let items = array.items.borrow().clone();
                    items.iter().for_each(|item| this.forget(item, why, seen));
                    *array.tainted.borrow_mut() = Some(why.clone());
                }
                Value::Function(function) => this.forget_function(function, why, seen),
                Value::Method(method) => this.forget(&method.0, why, seen),
                Value::Drizzle(entity) => declare::taint(entity, why),
                _ => {}
            }
            Ok(())
        });
        // Nothing is deeper than what was evaluated, or it was reported.
        drop(forgotten);
    }

    /// A function may have been called.
    fn forget_function(&mut self, function: &Rc<Function<'a>>, why: &Rc<Unknown>, seen: &mut Seen) {
        if seen.insert(Rc::as_ptr(function).cast()) {
            self.forget_effects(Skipped::Function(function.code), &function.scope, why, seen);
        }
    }
}
