//! Scopes and what names stand for in them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::typescript::module::ModuleId;
use crate::typescript::value::Value;

/// What a name stands for.
#[derive(Clone)]
pub(crate) enum Binding<'a> {
    /// Declared, and not reached yet: reading it is an error in JavaScript.
    Uninitialised,
    Value {
        value: Value<'a>,
        constant: bool,
    },
    /// What a module exports under a name.
    Import {
        module: ModuleId,
        name: &'a str,
    },
    /// A module as a whole.
    Namespace(ModuleId),
}

/// A scope, within its parents.
pub(crate) struct Scope<'a> {
    pub(crate) file: usize,
    parent: Option<Rc<Self>>,
    names: RefCell<HashMap<&'a str, Binding<'a>>>,
    /// What `this` is, in the body of a function that has its own.
    this: Option<Value<'a>>,
}

impl<'a> Scope<'a> {
    pub(crate) fn of_file(file: usize) -> Rc<Self> {
        Rc::new(Self { file, parent: None, names: RefCell::default(), this: None })
    }

    pub(crate) fn within(parent: &Rc<Self>) -> Rc<Self> {
        Rc::new(Self {
            file: parent.file,
            parent: Some(parent.clone()),
            names: RefCell::default(),
            this: None,
        })
    }

    pub(crate) fn of_call(parent: &Rc<Self>, this: Option<Value<'a>>) -> Rc<Self> {
        Rc::new(Self { file: parent.file, parent: Some(parent.clone()), names: RefCell::default(), this })
    }

    pub(crate) fn declare(&self, name: &'a str, binding: Binding<'a>) {
        self.names.borrow_mut().insert(name, binding);
    }

    /// What a name stands for here or in a scope around.
    pub(crate) fn find(&self, name: &str) -> Option<Binding<'a>> {
        let mut scope = self;
        loop {
            if let Some(binding) = scope.names.borrow().get(name) {
                return Some(binding.clone());
            }
            scope = scope.parent.as_deref()?;
        }
    }

    /// What the name is in this very scope.
    pub(crate) fn own(&self, name: &str) -> Option<Binding<'a>> {
        self.names.borrow().get(name).cloned()
    }

    /// Gives a variable a new value. False when there is none of that name, None when it may not change.
    pub(crate) fn assign(&self, name: &str, value: Value<'a>) -> Option<bool> {
        let mut scope = self;
        loop {
            if let Some(binding) = scope.names.borrow_mut().get_mut(name) {
                match binding {
                    Binding::Value { constant: false, value: old } => *old = value,
                    _ => return None,
                }
                return Some(true);
            }
            match scope.parent.as_deref() {
                Some(parent) => scope = parent,
                None => return Some(false),
            }
        }
    }

    pub(crate) fn this(&self) -> Value<'a> {
        let mut scope = self;
        loop {
            if let Some(this) = &scope.this {
                return this.clone();
            }
            match scope.parent.as_deref() {
                Some(parent) => scope = parent,
                None => return Value::Undefined,
            }
        }
    }
}
