//! Expressions.

use std::rc::Rc;

use oxc_ast::ast;
use oxc_span::GetSpan as _;
use oxc_syntax::operator::LogicalOperator;

use crate::typescript::builtin;
use crate::typescript::interpreter::{Abort, Evaluated, Interpreter, site, throw};
use crate::typescript::scope::{Binding, Scope};
use crate::typescript::skipped::Skipped;
use crate::typescript::value::{Code, Properties, Property, Site, TextFault, Unknown, Value};

const LONE_SURROGATE: &str = "half of a surrogate pair has no place in a text of Unicode";

/// `010`, which is 8 in old scripts and an error in modules.
fn is_legacy_octal(number: &ast::NumericLiteral<'_>) -> bool {
    let raw = number.raw.as_ref().map_or("", |raw| raw.as_str());
    raw.len() > 1 && raw.starts_with('0') && raw.bytes().all(|b| b.is_ascii_digit())
}

impl<'a> Interpreter<'a> {
    pub(crate) fn expression(
        &mut self,
        expression: &'a ast::Expression<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Evaluated<'a> {
        let at = site(scope, expression.span());
        self.step(at)?;
        self.deeper(at, |this| this.expression_here(expression, scope, at))
    }

    fn expression_here(
        &mut self,
        expression: &'a ast::Expression<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        use ast::Expression as E;
        Ok(match expression {
            E::StringLiteral(text) if text.lone_surrogates => Value::unknown(LONE_SURROGATE, at),
            E::StringLiteral(text) => Value::string(text.value.as_str()),
            E::NumericLiteral(number) if is_legacy_octal(number) => {
                return throw("numbers that begin with 0 are no numbers of a module", at);
            }
            E::NumericLiteral(number) => Value::Number(number.value),
            E::BooleanLiteral(value) => Value::Bool(value.value),
            E::NullLiteral(_) => Value::Null,
            E::BigIntLiteral(number) => Value::BigInt(number.value.as_str().into()),
            E::TemplateLiteral(template) => return self.template(template, scope, at),
            E::Identifier(name) => return self.name(name.name.as_str(), scope, at),
            E::ThisExpression(_) => scope.this(),
            E::ArrayExpression(array) => return self.array(array, scope),
            E::ObjectExpression(object) => return self.object(object, scope),
            E::ArrowFunctionExpression(arrow) => Self::function(Code::Arrow(arrow), scope),
            E::FunctionExpression(function) => Self::function_expression(function, scope),
            E::ParenthesizedExpression(inner) => return self.expression(&inner.expression, scope),
            E::TSAsExpression(typed) => return self.expression(&typed.expression, scope),
            E::TSSatisfiesExpression(typed) => return self.expression(&typed.expression, scope),
            E::TSTypeAssertion(typed) => return self.expression(&typed.expression, scope),
            E::TSInstantiationExpression(typed) => return self.expression(&typed.expression, scope),
            E::TSNonNullExpression(_)
            | E::CallExpression(_)
            | E::StaticMemberExpression(_)
            | E::ComputedMemberExpression(_) => {
                return Ok(self.link_of_chain(expression, scope)?.unwrap_or(Value::Undefined));
            }
            E::ChainExpression(chain) => return self.chain(&chain.expression, scope),
            E::ConditionalExpression(condition) => {
                let test = self.expression(&condition.test, scope)?;
                match test.truthy() {
                    Some(true) => return self.expression(&condition.consequent, scope),
                    Some(false) => return self.expression(&condition.alternate, scope),
                    None => {
                        let why = self.why(&test, site(scope, condition.test.span()));
                        self.may_have_run(Skipped::Expression(&condition.consequent), scope, &why);
                        self.may_have_run(Skipped::Expression(&condition.alternate), scope, &why);
                        Value::Unknown(why)
                    }
                }
            }
            E::LogicalExpression(logical) => return self.logical(logical, scope),
            E::BinaryExpression(binary) => {
                let left = self.expression(&binary.left, scope)?;
                let right = self.expression(&binary.right, scope)?;
                return self.binary(binary.operator, &left, &right, at);
            }
            E::UnaryExpression(unary) => return self.unary(unary, scope, at),
            E::UpdateExpression(update) => return self.update(update, scope, at),
            E::AssignmentExpression(assignment) => return self.assignment(assignment, scope, at),
            E::SequenceExpression(sequence) => {
                let mut last = Value::Undefined;
                for expression in &sequence.expressions {
                    last = self.expression(expression, scope)?;
                }
                last
            }
            E::TaggedTemplateExpression(tagged) => return self.tagged(tagged, scope, at),
            E::NewExpression(new) => return self.new_object(new, scope, at),
            E::ClassExpression(class) => return self.class(class, scope),
            E::RegExpLiteral(_) => Value::unknown("regular expressions are not evaluated here", at),
            E::AwaitExpression(_) => {
                Value::unknown("`await` waits for what only the running program has", at)
            }
            E::ImportExpression(_) => Value::unknown("a dynamic import is not evaluated here", at),
            E::ImportMeta(_) => Value::unknown("`import.meta` is known only when the program runs", at),
            _ => Value::unknown("this kind of expression is not evaluated here", at),
        })
    }

    /// What a name stands for.
    fn name(&mut self, name: &'a str, scope: &Rc<Scope<'a>>, at: Site) -> Evaluated<'a> {
        match scope.find(name) {
            Some(binding) => self.bound(&binding, name, at),
            None if name == "undefined" => Ok(Value::Undefined),
            None => match builtin::global(name, at) {
                Some(value) => Ok(value),
                None => throw(format!("`{name}` is not declared"), at),
            },
        }
    }

    fn template(
        &mut self,
        template: &'a ast::TemplateLiteral<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        let mut out = String::new();
        let mut unknown = None;
        for (number, quasi) in template.quasis.iter().enumerate() {
            if quasi.lone_surrogates {
                unknown = Value::unknown(LONE_SURROGATE, at).why_unknown();
            }
            out.push_str(quasi.value.cooked.as_ref().map_or("", |text| text.as_str()));
            if let Some(expression) = template.expressions.get(number) {
                let value = self.expression(expression, scope)?;
                match self.text(&value, site(scope, expression.span()))? {
                    Ok(text) => out.push_str(&text),
                    // The expressions after it are evaluated all the same.
                    Err(why) => unknown = unknown.or(Some(why)),
                }
            }
        }
        Ok(match unknown {
            Some(why) => Value::Unknown(why),
            None => self.sized(out, at),
        })
    }

    /// A string, unless it is longer than any in a schema.
    pub(super) fn sized(&self, text: String, at: Site) -> Value<'a> {
        if text.len() > super::interpreter::MAX_SIZE {
            return Value::unknown("the string is longer than 1 MiB", at);
        }
        Value::String(text.into())
    }

    /// The text of a value, or why it has none that is known.
    pub(crate) fn text(
        &mut self,
        value: &Value<'a>,
        at: Site,
    ) -> Result<Result<Rc<str>, Rc<Unknown>>, Abort> {
        if let Value::Object(object) = value {
            let own = match object.properties.borrow().get("toString") {
                Some(Property::Value(method)) => Some(method.clone()),
                _ => None,
            };
            if let Some(method) = own {
                let text = self.call(&method, value.clone(), Vec::new(), at)?;
                return self.text(&text, at);
            }
        }
        Ok(match value.to_text() {
            Ok(text) => Ok(text),
            Err(TextFault::Unknown(why)) => Err(why),
            Err(TextFault::NoText) => Err(match value {
                Value::Foreign(_) => self.why(value, at),
                _ => Rc::new(Unknown {
                    reason: "this has no text that is known here".to_owned(),
                    site: at,
                    cause: None,
                    kind: super::value::UnknownKind::Any,
                }),
            }),
        })
    }

    fn array(&mut self, array: &'a ast::ArrayExpression<'a>, scope: &Rc<Scope<'a>>) -> Evaluated<'a> {
        let mut items = Vec::with_capacity(array.elements.len());
        for element in &array.elements {
            match element {
                ast::ArrayExpressionElement::SpreadElement(spread) => {
                    let value = self.expression(&spread.argument, scope)?;
                    match self.iterate(&value, site(scope, spread.span))? {
                        Ok(more) => items.extend(more),
                        Err(why) => return Ok(Value::Unknown(why)),
                    }
                }
                ast::ArrayExpressionElement::Elision(_) => items.push(Value::Undefined),
                other => {
                    if let Some(expression) = other.as_expression() {
                        items.push(self.expression(expression, scope)?);
                    }
                }
            }
        }
        Ok(Value::array(items))
    }

    fn object(&mut self, object: &'a ast::ObjectExpression<'a>, scope: &Rc<Scope<'a>>) -> Evaluated<'a> {
        let mut properties = Properties::default();
        for property in &object.properties {
            match property {
                ast::ObjectPropertyKind::SpreadProperty(spread) => {
                    let value = self.expression(&spread.argument, scope)?;
                    if let Err(why) = self.spread(&value, &mut properties, site(scope, spread.span))? {
                        return Ok(Value::Unknown(why));
                    }
                }
                ast::ObjectPropertyKind::ObjectProperty(property) => {
                    let at = site(scope, property.span);
                    let key = match self.computed_key(&property.key, property.computed, scope)? {
                        Ok(key) => key,
                        Err(why) => return Ok(Value::Unknown(why)),
                    };
                    let value = self.expression(&property.value, scope)?;
                    if &*key == "__proto__" && !property.computed && !property.shorthand {
                        return Ok(Value::unknown(
                            "objects with a `__proto__` of their own are not evaluated here",
                            at,
                        ));
                    }
                    let value = match (property.kind, value) {
                        (ast::PropertyKind::Get, Value::Function(getter)) => Property::Getter(getter),
                        (ast::PropertyKind::Set, _) => continue,
                        (_, value) => Property::Value(value),
                    };
                    properties.set_at(key, value, Some(at));
                }
            }
        }
        Ok(Value::object(properties))
    }

    /// A key as an object literal or a class has it; None for one that is not known.
    pub(super) fn property_key(
        &mut self,
        key: &'a ast::PropertyKey<'a>,
        computed: bool,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Option<Rc<str>>, Abort> {
        Ok(self.computed_key(key, computed, scope)?.ok())
    }

    pub(super) fn computed_key(
        &mut self,
        key: &'a ast::PropertyKey<'a>,
        computed: bool,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Result<Rc<str>, Rc<Unknown>>, Abort> {
        match key {
            ast::PropertyKey::StaticIdentifier(name) if !computed => Ok(Ok(name.name.as_str().into())),
            ast::PropertyKey::PrivateIdentifier(name) => Ok(Ok(format!("#{}", name.name).into())),
            other => match other.as_expression() {
                Some(expression) => {
                    let value = self.expression(expression, scope)?;
                    self.text(&value, site(scope, expression.span()))
                }
                None => Ok(Ok("".into())),
            },
        }
    }

    fn logical(&mut self, logical: &'a ast::LogicalExpression<'a>, scope: &Rc<Scope<'a>>) -> Evaluated<'a> {
        let left = self.expression(&logical.left, scope)?;
        let takes_right = match (logical.operator, &left) {
            (LogicalOperator::Coalesce, Value::Unknown(_) | Value::Foreign(_)) => None,
            (LogicalOperator::Coalesce, left) => Some(left.is_nullish()),
            (LogicalOperator::Or, left) => left.truthy().map(|truthy| !truthy),
            (LogicalOperator::And, left) => left.truthy(),
        };
        match takes_right {
            Some(true) => self.expression(&logical.right, scope),
            Some(false) => Ok(left),
            None => {
                let why = self.why(&left, site(scope, logical.left.span()));
                self.may_have_run(Skipped::Expression(&logical.right), scope, &why);
                Ok(Value::Unknown(why))
            }
        }
    }

    fn chain(&mut self, chain: &'a ast::ChainElement<'a>, scope: &Rc<Scope<'a>>) -> Evaluated<'a> {
        let value = match chain {
            ast::ChainElement::CallExpression(call) => self.call_expression(call, scope)?,
            ast::ChainElement::TSNonNullExpression(inner) => self.link_of_chain(&inner.expression, scope)?,
            ast::ChainElement::StaticMemberExpression(member) => self.static_member(member, scope)?,
            ast::ChainElement::ComputedMemberExpression(member) => self.computed_member(member, scope)?,
            ast::ChainElement::PrivateFieldExpression(member) => {
                Some(Value::unknown("private fields are not evaluated here", site(scope, member.span)))
            }
        };
        Ok(value.unwrap_or(Value::Undefined))
    }

    /// A part of a chain of members and calls; None when a `?.` in it ended the chain.
    pub(super) fn link_of_chain(
        &mut self,
        expression: &'a ast::Expression<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Option<Value<'a>>, Abort> {
        let at = site(scope, expression.span());
        self.step(at)?;
        self.deeper(at, |this| match expression {
            ast::Expression::CallExpression(call) => this.call_expression(call, scope),
            ast::Expression::StaticMemberExpression(member) => this.static_member(member, scope),
            ast::Expression::ComputedMemberExpression(member) => this.computed_member(member, scope),
            ast::Expression::TSNonNullExpression(inner) => this.link_of_chain(&inner.expression, scope),
            other => this.expression(other, scope).map(Some),
        })
    }

    fn static_member(
        &mut self,
        member: &'a ast::StaticMemberExpression<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Option<Value<'a>>, Abort> {
        let Some(object) = self.link_of_chain(&member.object, scope)? else { return Ok(None) };
        if member.optional && object.is_nullish() {
            return Ok(None);
        }
        let at = site(scope, member.span);
        self.member_of(&object, member.property.name.as_str(), &member.object, at).map(Some)
    }

    fn computed_member(
        &mut self,
        member: &'a ast::ComputedMemberExpression<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Option<Value<'a>>, Abort> {
        let Some(object) = self.link_of_chain(&member.object, scope)? else { return Ok(None) };
        if member.optional && object.is_nullish() {
            return Ok(None);
        }
        let at = site(scope, member.span);
        let key = self.expression(&member.expression, scope)?;
        match self.text(&key, site(scope, member.expression.span()))? {
            Ok(key) => self.member_of(&object, &key, &member.object, at).map(Some),
            Err(why) => Ok(Some(Value::Unknown(why))),
        }
    }

    /// A property, with the words of the source for what has none.
    fn member_of(
        &mut self,
        object: &Value<'a>,
        key: &str,
        written: &'a ast::Expression<'a>,
        at: Site,
    ) -> Evaluated<'a> {
        if object.is_nullish() {
            let shown = self.shown(written, at.file);
            let what = if matches!(object, Value::Null) { "null" } else { "undefined" };
            return throw(format!("`{shown}` is {what} and has no `{key}`"), at);
        }
        self.property(object, key, at)
    }

    /// The source of a short expression.
    pub(super) fn shown(&self, expression: &ast::Expression<'_>, file: usize) -> String {
        let text = self.modules.get(file).map_or("", |module| module.text);
        let span = expression.span();
        let text = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(60) {
            Some((end, _)) => format!("{}...", line.get(..end).unwrap_or_default()),
            None => line,
        }
    }

    /// Calls by their syntax: the arguments, and what is called.
    pub(super) fn arguments(
        &mut self,
        arguments: &'a [ast::Argument<'a>],
        scope: &Rc<Scope<'a>>,
    ) -> Result<Result<Vec<Value<'a>>, Rc<Unknown>>, Abort> {
        let mut values = Vec::with_capacity(arguments.len());
        let mut unknown = None;
        for argument in arguments {
            match argument {
                ast::Argument::SpreadElement(spread) => {
                    let value = self.expression(&spread.argument, scope)?;
                    match self.iterate(&value, site(scope, spread.span))? {
                        Ok(more) => values.extend(more),
                        Err(why) => unknown = unknown.or(Some(why)),
                    }
                }
                other => {
                    if let Some(expression) = other.as_expression() {
                        values.push(self.expression(expression, scope)?);
                    }
                }
            }
        }
        Ok(unknown.map_or(Ok(values), Err))
    }

    fn unary(
        &mut self,
        unary: &'a ast::UnaryExpression<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        use oxc_syntax::operator::UnaryOperator as Op;
        if unary.operator == Op::Delete {
            return self.delete(&unary.argument, scope, at);
        }
        // `typeof` of a name that nothing declares is no error.
        if unary.operator == Op::Typeof
            && let ast::Expression::Identifier(name) = &unary.argument
            && matches!(scope.find(name.name.as_str()), Some(Binding::Uninitialised))
        {
            return throw(format!("`{}` is used before it is initialised", name.name), at);
        }
        if unary.operator == Op::Typeof
            && let ast::Expression::Identifier(name) = &unary.argument
            && scope.find(name.name.as_str()).is_none()
            && builtin::global(name.name.as_str(), at).is_none()
        {
            return Ok(Value::string("undefined"));
        }
        let value = self.expression(&unary.argument, scope)?;
        self.unary_value(unary.operator, &value, at)
    }

    fn delete(
        &mut self,
        argument: &'a ast::Expression<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        let (object, key) = match argument {
            ast::Expression::StaticMemberExpression(member) => {
                (self.expression(&member.object, scope)?, Ok(member.property.name.as_str().into()))
            }
            ast::Expression::ComputedMemberExpression(member) => {
                let object = self.expression(&member.object, scope)?;
                let key = self.expression(&member.expression, scope)?;
                (object, self.text(&key, at)?)
            }
            _ => return Ok(Value::Bool(true)),
        };
        match (object, key) {
            (Value::Object(object), Ok(key)) => object.properties.borrow_mut().remove(&key),
            (Value::Object(object), Err(why)) => *object.tainted.borrow_mut() = Some(why),
            _ => {}
        }
        Ok(Value::Bool(true))
    }
}
