//! Calls.

use std::rc::Rc;

use oxc_ast::ast;
use oxc_span::GetSpan as _;

use crate::declare;
use crate::typescript::builtin;
use crate::typescript::interpreter::{Abort, Evaluated, Interpreter, site, throw};
use crate::typescript::scope::{Binding, Scope};
use crate::typescript::skipped::Skipped;
use crate::typescript::statement::Completion;
use crate::typescript::value::{Code, Function, Site, Value};

impl<'a> Interpreter<'a> {
    /// A call; None when a `?.` before it ended the chain.
    pub(super) fn call_expression(
        &mut self,
        call: &'a ast::CallExpression<'a>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<Option<Value<'a>>, Abort> {
        let at = site(scope, call.span);
        let (this, callee, method) = match without_types(&call.callee) {
            ast::Expression::StaticMemberExpression(member) => {
                let Some(object) = self.link_of_chain(&member.object, scope)? else { return Ok(None) };
                if member.optional && object.is_nullish() {
                    return Ok(None);
                }
                if object.is_nullish() {
                    let shown = self.shown(&member.object, at.file);
                    let what = if matches!(object, Value::Null) { "null" } else { "undefined" };
                    return throw(format!("`{shown}` is {what} and has no `{}`", member.property.name), at);
                }
                let name = member.property.name.as_str();
                let callee = self.property(&object, name, at)?;
                (object, callee, Some(name))
            }
            ast::Expression::ComputedMemberExpression(member) => {
                let Some(object) = self.link_of_chain(&member.object, scope)? else { return Ok(None) };
                if member.optional && object.is_nullish() {
                    return Ok(None);
                }
                let key = self.expression(&member.expression, scope)?;
                let callee = match self.text(&key, at)? {
                    Ok(key) => self.property(&object, &key, at)?,
                    Err(why) => Value::Unknown(why),
                };
                (object, callee, None)
            }
            other => {
                let Some(callee) = self.link_of_chain(other, scope)? else { return Ok(None) };
                (Value::Undefined, callee, None)
            }
        };
        if call.optional && callee.is_nullish() {
            return Ok(None);
        }
        if let Value::Unknown(why) = &callee
            && (call.optional || may_end_early(&call.callee))
        {
            // Whether anything is called, and the arguments are evaluated, is not known.
            self.taint(&this, why);
            self.may_have_run(Skipped::Call(call), scope, why);
            return Ok(Some(callee));
        }
        let arguments = match self.arguments(&call.arguments, scope)? {
            Ok(arguments) => arguments,
            Err(why) => {
                self.taint(&callee, &why);
                self.taint(&this, &why);
                self.may_have_run(Skipped::Call(call), scope, &why);
                return Ok(Some(Value::Unknown(why)));
            }
        };
        let callable = matches!(
            callee,
            Value::Function(_)
                | Value::Method(_)
                | Value::Builtin(_)
                | Value::Unknown(_)
                | Value::Foreign(_)
                | Value::Drizzle(_)
        );
        if let (false, true, Value::Drizzle(entity), Some(name)) =
            (callable, self.newer_drizzle, &this, method)
        {
            let reason = format!(
                "`{name}` of {} is not of drizzle-orm 0.45, and not evaluated here",
                declare::described(entity)
            );
            let unknown = Value::unknown(reason, at);
            if let Some(why) = unknown.why_unknown() {
                declare::taint(entity, &why);
            }
            return Ok(Some(unknown));
        }
        if !callable {
            let shown = match method {
                Some(name) => {
                    let of = self.described(&this);
                    format!("`{name}` is no method of {of}")
                }
                None => self.no_function(&call.callee, scope, at),
            };
            return throw(shown, at);
        }
        self.call(&callee, this, arguments, at).map(Some)
    }

    /// Why something that is called is no function.
    fn no_function(&self, callee: &'a ast::Expression<'a>, scope: &Rc<Scope<'a>>, at: Site) -> String {
        if let ast::Expression::Identifier(local) = without_types(callee)
            && let Some(Binding::Import { module, name }) = scope.find(local.name.as_str())
            && let Some(module) = self.modules.get(module)
            && !module.exports.borrow().contains_key(name)
        {
            return format!("{} exports no `{name}`", module.path.display());
        }
        format!("`{}` is not a function", self.shown(callee, at.file))
    }

    /// What a value is, for a message.
    fn described(&self, value: &Value<'a>) -> String {
        match value {
            Value::Drizzle(entity) => declare::described(entity),
            other => match other.type_of() {
                Some(name) => format!("this {name}"),
                None => "this".to_owned(),
            },
        }
    }

    /// Calls a value.
    pub(crate) fn call(
        &mut self,
        callee: &Value<'a>,
        this: Value<'a>,
        arguments: Vec<Value<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        self.step(at)?;
        match callee {
            Value::Function(function) => self.call_function(function, this, arguments, at),
            Value::Method(method) => {
                let (object, name) = &**method;
                self.call_method(object, name, arguments, at)
            }
            Value::Builtin(builtin) => builtin::call(self, *builtin, arguments, at),
            Value::Drizzle(entity) => declare::call(self, entity, arguments, at),
            // What a package's function gives is the package's.
            Value::Foreign(_) => Ok(callee.clone()),
            Value::Unknown(why) => {
                self.relied_on_unknown = Some(why.clone());
                self.taint(&this, why);
                arguments.iter().for_each(|argument| self.taint(argument, why));
                Ok(Value::Unknown(why.clone()))
            }
            _ => throw("it is not a function", at),
        }
    }

    fn call_method(
        &mut self,
        object: &Value<'a>,
        name: &str,
        mut arguments: Vec<Value<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        match object {
            Value::Drizzle(entity) => declare::call_method(self, entity, name, arguments, at),
            Value::Function(_) => {
                let this = if arguments.is_empty() { Value::Undefined } else { arguments.remove(0) };
                match name {
                    "call" => self.call(object, this, arguments, at),
                    "apply" => match arguments.first() {
                        None | Some(Value::Undefined | Value::Null) => {
                            self.call(object, this, Vec::new(), at)
                        }
                        Some(list) => {
                            let list = list.clone();
                            match self.iterate(&list, at)? {
                                Ok(list) => self.call(object, this, list, at),
                                Err(why) => Ok(Value::Unknown(why)),
                            }
                        }
                    },
                    _ => Ok(Value::unknown(format!("`{name}` of a function is not evaluated here"), at)),
                }
            }
            _ => builtin::call_method(self, object, name, arguments, at),
        }
    }

    fn call_function(
        &mut self,
        function: &Rc<Function<'a>>,
        this: Value<'a>,
        arguments: Vec<Value<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        let this = match (&function.this, this) {
            (Some(own), _) => own.clone(),
            // What is not strict has the global object there.
            (None, Value::Undefined | Value::Null) if !self.compiler.strict => {
                Value::unknown("`this` is the global object where a function is called on nothing", at)
            }
            (None, this) => this,
        };
        let scope = Scope::of_call(&function.scope, Some(this));
        self.calls.push(at);
        let before = self.left_early.take();
        let attempts = self.attempts;
        let result =
            self.deeper(at, |interpreter| interpreter.run_function(function.code, arguments, &scope));
        self.calls.pop();
        self.attempts = attempts;
        if let Some(why) = std::mem::replace(&mut self.left_early, before) {
            self.may_have_run(Skipped::Function(function.code), &scope, &why);
        }
        result
    }

    /// What a function gives that is not evaluated. It may do whatever it says.
    fn not_called(&mut self, code: Code<'a>, reason: &str, scope: &Rc<Scope<'a>>, at: Site) -> Value<'a> {
        let value = Value::unknown(reason, at);
        if let Some(why) = value.why_unknown() {
            self.may_have_run(Skipped::Function(code), scope, &why);
        }
        value
    }

    fn run_function(
        &mut self,
        code: Code<'a>,
        arguments: Vec<Value<'a>>,
        scope: &Rc<Scope<'a>>,
    ) -> Evaluated<'a> {
        match code {
            Code::Arrow(arrow) => {
                self.bind_arguments(&arrow.params, arguments, scope)?;
                if arrow.r#async {
                    let at = site(scope, arrow.span);
                    return Ok(self.not_called(code, "an async function is not evaluated here", scope, at));
                }
                match &arrow.body {
                    ast::ArrowFunctionBody::FunctionBody(body) => self.body(&body.statements, scope),
                    other => match other.as_expression() {
                        Some(expression) => self.expression(expression, scope),
                        None => Ok(Value::Undefined),
                    },
                }
            }
            Code::Function(function) => {
                let all = Value::array(arguments.clone());
                scope.declare("arguments", Binding::Value { value: all, constant: false });
                self.bind_arguments(&function.params, arguments, scope)?;
                if function.r#async || function.generator {
                    let (what, at) =
                        ("async functions and generators are not evaluated here", site(scope, function.span));
                    return Ok(self.not_called(code, what, scope, at));
                }
                match &function.body {
                    Some(body) => self.body(&body.statements, scope),
                    None => Ok(Value::Undefined),
                }
            }
        }
    }

    fn body(&mut self, statements: &'a [ast::Statement<'a>], scope: &Rc<Scope<'a>>) -> Evaluated<'a> {
        self.hoist_variables(statements, scope);
        self.hoist(statements, scope);
        match self.statements(statements, scope)? {
            Completion::Return(value) => Ok(value),
            _ => Ok(Value::Undefined),
        }
    }

    fn bind_arguments(
        &mut self,
        params: &'a ast::FormalParameters<'a>,
        arguments: Vec<Value<'a>>,
        scope: &Rc<Scope<'a>>,
    ) -> Result<(), Abort> {
        let mut arguments = arguments.into_iter();
        for param in &params.items {
            let mut value = arguments.next().unwrap_or(Value::Undefined);
            if let Some(initializer) = &param.initializer {
                value = self.or_default(value, initializer, scope)?;
            }
            self.bind(&param.pattern, value, false, scope)?;
        }
        if let Some(rest) = &params.rest {
            self.bind(&rest.rest.argument, Value::array(arguments.collect()), false, scope)?;
        }
        Ok(())
    }

    /// A tagged template: `sql` and its like.
    pub(super) fn tagged(
        &mut self,
        tagged: &'a ast::TaggedTemplateExpression<'a>,
        scope: &Rc<Scope<'a>>,
        at: Site,
    ) -> Evaluated<'a> {
        let tag = self.expression(&tagged.tag, scope)?;
        let mut values = Vec::with_capacity(tagged.quasi.expressions.len());
        for expression in &tagged.quasi.expressions {
            values.push(self.expression(expression, scope)?);
        }
        let strings: Vec<Value<'a>> = tagged
            .quasi
            .quasis
            .iter()
            .map(|quasi| match &quasi.value.cooked {
                Some(text) => Value::string(text.as_str()),
                None => Value::Undefined,
            })
            .collect();
        if let Value::Builtin(builtin::Builtin::Drizzle(native)) = &tag
            && let Some(sql) = declare::sql_template(*native, &strings, &values)
        {
            return Ok(sql);
        }
        if let Value::Method(method) = &tag
            && matches!((&method.0, &*method.1), (Value::Builtin(builtin::Builtin::Global("String")), "raw"))
        {
            return self.raw_text(&tagged.quasi, &values, at);
        }
        let mut arguments = vec![Value::array(strings)];
        arguments.extend(values);
        if matches!(tag, Value::Undefined | Value::Null) {
            return throw(
                format!("`{}` is not a function", self.shown(&tagged.tag, at.file)),
                site(scope, tagged.tag.span()),
            );
        }
        self.call(&tag, Value::Undefined, arguments, at)
    }
}

impl<'a> Interpreter<'a> {
    /// `String.raw`.
    fn raw_text(
        &mut self,
        quasi: &'a ast::TemplateLiteral<'a>,
        values: &[Value<'a>],
        at: Site,
    ) -> Evaluated<'a> {
        let mut out = String::new();
        for (number, part) in quasi.quasis.iter().enumerate() {
            out.push_str(part.value.raw.as_str());
            if let Some(value) = values.get(number) {
                match self.text(value, at)? {
                    Ok(text) => out.push_str(&text),
                    Err(why) => return Ok(Value::Unknown(why)),
                }
            }
        }
        Ok(self.sized(out, at))
    }
}

/// The expression under `as`, `satisfies`, `!` and parentheses.
fn without_types<'a>(expression: &'a ast::Expression<'a>) -> &'a ast::Expression<'a> {
    let mut inner = expression;
    loop {
        inner = match inner {
            ast::Expression::ParenthesizedExpression(other) => &other.expression,
            ast::Expression::TSNonNullExpression(other) => &other.expression,
            ast::Expression::TSInstantiationExpression(other) => &other.expression,
            _ => return inner,
        };
    }
}

/// Whether a chain of members has a link that is followed only where there is something.
fn may_end_early(callee: &ast::Expression<'_>) -> bool {
    let mut link = without_types(callee);
    loop {
        let (optional, next) = match link {
            ast::Expression::StaticMemberExpression(member) => (member.optional, &member.object),
            ast::Expression::ComputedMemberExpression(member) => (member.optional, &member.object),
            ast::Expression::CallExpression(call) => (call.optional, &call.callee),
            _ => return false,
        };
        if optional {
            return true;
        }
        link = without_types(next);
    }
}
