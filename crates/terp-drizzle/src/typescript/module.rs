//! Modules: loading, running in order, and what they export.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use indexmap::IndexMap;
use oxc_ast::ast;
use oxc_span::{GetSpan as _, SourceType};

use crate::declare::{self, natives};
use crate::json;
use crate::typescript::builtin::json::value_of;
use crate::typescript::interpreter::{Abort, Evaluated, Interpreter, ProblemKind, after_fault, site, throw};
use crate::typescript::names::{DEFAULT, adds_up, declared_names, export_name, own_exports};
use crate::typescript::parse::{Parsed, parse};
use crate::typescript::resolve::{is_path, normalised, resolve};
use crate::typescript::scope::{Binding, Scope};
use crate::typescript::skipped::Skipped;
use crate::typescript::uses::used_values;
use crate::typescript::value::{Object, Properties, Property, Site, Value, array_index};

/// A module by its number.
pub(crate) type ModuleId = usize;

/// A module of a package that is nowhere read, or of a file.
pub(crate) struct Module<'a> {
    /// The file, or the package's name.
    pub(crate) path: PathBuf,
    pub(crate) text: &'a str,
    /// The package's name, for one that is no file.
    pub(crate) package: Option<Rc<str>>,
    pub(crate) scope: Rc<Scope<'a>>,
    pub(crate) exports: RefCell<IndexMap<&'a str, Export<'a>>>,
    stars: RefCell<Vec<ModuleId>>,
    /// Whether it is a CommonJS module, whose exports are the properties of an object in their own order.
    common: Cell<bool>,
}

/// What an exported name stands for.
#[derive(Clone, Copy)]
pub(crate) enum Export<'a> {
    /// A name in the module's own scope.
    Local(&'a str),
    /// What another module exports under a name.
    From(ModuleId, &'a str),
    /// Another module as a whole.
    Namespace(ModuleId),
}

impl<'a> Interpreter<'a> {
    /// Runs the file and what it imports, unless it ran before.
    pub(crate) fn run_file(&mut self, path: &Path, importer: Option<Site>) -> Option<ModuleId> {
        let path = normalised(path);
        if let Some(&id) = self.by_path.get(&path) {
            return Some(id);
        }
        match self.tree.read(&path) {
            Ok(Some(text)) => Some(self.run_text(&path, &text)),
            Ok(None) => {
                self.missing(&path, "there is no such file", importer);
                None
            }
            Err(error) => {
                self.missing(&path, &format!("it can't be read: {error}"), importer);
                None
            }
        }
    }

    fn missing(&mut self, path: &Path, why: &str, importer: Option<Site>) {
        let message = format!("{}: {why}", path.display());
        self.problem(ProblemKind::Import, message, importer.unwrap_or_default());
    }

    fn run_text(&mut self, path: &Path, text: &str) -> ModuleId {
        let id = self.modules.len();
        let text: &'a str = self.allocator.alloc_str(text);
        let module = Rc::new(Module {
            path: path.to_owned(),
            text,
            package: None,
            scope: Scope::of_file(id),
            exports: RefCell::default(),
            stars: RefCell::default(),
            common: Cell::new(false),
        });
        self.modules.push(module.clone());
        // Before it runs: modules that import each other get what is there so far.
        self.by_path.insert(path.to_owned(), id);
        if path.extension().is_some_and(|ending| ending == "json") {
            self.run_json(&module, text);
            return id;
        }
        // Files that TypeScript doesn't know by their ending are read as TypeScript.
        let source_type = SourceType::from_path(path).unwrap_or_else(|_| SourceType::ts());
        let Parsed { program, broken } = parse(self.allocator, text, source_type);
        for fault in broken {
            let (start, end) = fault.at;
            let site = Site { file: id, start, end };
            self.problem(ProblemKind::Syntax, fault.message, site);
            for (name, exported) in fault.names {
                let value = after_fault(&format!("`{name}`"), site);
                module.scope.declare(name, Binding::Value { value, constant: true });
                if exported {
                    module.exports.borrow_mut().insert(name, Export::Local(name));
                }
            }
        }
        self.declared_twice(program, &module.scope);
        let common = is_common(program).then(|| common_module(&module));
        // Before the imports run: a module that imports this one finds its functions, and the rest not yet initialised.
        self.hoist_variables(&program.body, &module.scope);
        self.hoist(&program.body, &module.scope);
        self.link(&module, program);
        for statement in &program.body {
            if self.is_stopped() {
                break;
            }
            self.top_level(statement, &module.scope);
        }
        if let Some(common) = common {
            self.common_exports(&module, &common);
        }
        id
    }

    /// Enters what `module.exports` has at the end.
    fn common_exports(&self, module: &Module<'a>, common: &Value<'a>) {
        module.common.set(true);
        let Value::Object(common) = common else { return };
        let Some(Property::Value(exports)) = common.properties.borrow().get("exports").cloned() else {
            return;
        };
        if let Value::Object(object) = &exports {
            self.export_members(module, object);
        }
        module.scope.declare(DEFAULT, Binding::Value { value: exports, constant: true });
        module.exports.borrow_mut().entry("default").or_insert(Export::Local(DEFAULT));
    }

    /// Exports the properties of an object under their keys.
    fn export_members(&self, module: &Module<'a>, object: &Object<'a>) {
        for key in object.properties.borrow().keys() {
            let name: &'a str = self.allocator.alloc_str(&key);
            let Some(Property::Value(value)) = object.properties.borrow().get(name).cloned() else {
                continue;
            };
            let binding = Binding::Value { value, constant: true };
            // Not under its own name, which the module may use otherwise.
            let hidden: &'a str = self.allocator.alloc_str(&format!("exports.{name}"));
            module.scope.declare(hidden, binding);
            module.exports.borrow_mut().insert(name, Export::Local(hidden));
        }
    }

    /// Reports names that a module declares or exports twice: compilers refuse it.
    fn declared_twice(&mut self, program: &'a ast::Program<'a>, scope: &Scope<'a>) {
        let (mut declared, mut exported) =
            (std::collections::HashSet::new(), std::collections::HashSet::new());
        for statement in &program.body {
            let at = site(scope, statement.span());
            let is_var = matches!(statement, ast::Statement::VariableDeclaration(v) if v.kind.is_var());
            let mut names = Vec::new();
            declared_names(statement, &mut names);
            // Declarations of one enum or namespace add up.
            if !is_var && !adds_up(statement) {
                for name in names.iter().filter(|name| !declared.insert(**name)) {
                    self.problem(ProblemKind::Syntax, format!("`{name}` is declared twice"), at);
                }
            }
            let mut own = IndexMap::new();
            own_exports(statement, &mut own);
            if !adds_up(statement) {
                for name in own.keys().filter(|name| !exported.insert(**name)) {
                    self.problem(ProblemKind::Syntax, format!("`{name}` is exported twice"), at);
                }
            }
        }
    }

    /// A statement of a module. JavaScript would end at an exception; here what the statement declares is not known, and the
    /// rest of the module is read.
    fn top_level(&mut self, statement: &'a ast::Statement<'a>, scope: &Rc<Scope<'a>>) {
        let before = self.left_early.take();
        let result = self.statement(statement, scope);
        if let Some(why) = std::mem::replace(&mut self.left_early, before) {
            self.may_have_run(Skipped::Statement(statement), scope, &why);
        }
        match result {
            Ok(_) => {}
            Err(Abort::Limit) => self.poison(statement, scope, Site::default()),
            Err(Abort::Throw(exception)) => {
                self.poison(statement, scope, exception.site);
                self.problem(ProblemKind::Exception, exception.message, exception.site);
            }
        }
    }

    /// Declares what a statement would have declared, as not known.
    fn poison(&self, statement: &'a ast::Statement<'a>, scope: &Rc<Scope<'a>>, at: Site) {
        let mut names = Vec::new();
        declared_names(statement, &mut names);
        for name in names {
            if matches!(scope.own(name), None | Some(Binding::Uninitialised)) {
                let shown =
                    if name == DEFAULT { "the default export".to_owned() } else { format!("`{name}`") };
                scope.declare(name, Binding::Value { value: after_fault(&shown, at), constant: false });
            }
        }
    }

    fn run_json(&mut self, module: &Module<'a>, text: &'a str) {
        let site = Site { file: module.scope.file, ..Site::default() };
        let value = match json::parse(text) {
            Ok(value) => value_of(&value),
            Err(fault) => {
                let offset = u32::try_from(fault.offset).unwrap_or(u32::MAX);
                let site = Site { start: offset, end: offset, ..site };
                self.problem(ProblemKind::Syntax, fault.message, site);
                after_fault("the file", site)
            }
        };
        if let Value::Object(object) = &value {
            self.export_members(module, object);
        }
        module.scope.declare(DEFAULT, Binding::Value { value, constant: true });
        module.exports.borrow_mut().insert("default", Export::Local(DEFAULT));
    }

    /// Runs what a module imports, in order, and enters the imported and the exported names.
    fn link(&mut self, module: &Rc<Module<'a>>, program: &'a ast::Program<'a>) {
        // A compiler's output: exports are there before anything runs.
        for statement in &program.body {
            own_exports(statement, &mut module.exports.borrow_mut());
        }
        let used = used_values(program);
        for statement in &program.body {
            match statement {
                ast::Statement::ImportDeclaration(import) if !import.import_kind.is_type() => {
                    self.import(module, import, &used);
                }
                ast::Statement::ExportFromDeclaration(export) if !export.export_kind.is_type() => {
                    self.export_from(module, export);
                }
                ast::Statement::ExportAllDeclaration(export) if !export.export_kind.is_type() => {
                    let at = site(&module.scope, export.source.span);
                    let Some(id) = self.request(module, export.source.value.as_str(), at) else { continue };
                    match &export.exported {
                        None => self.star(module, id, at),
                        Some(name) => {
                            module.exports.borrow_mut().insert(export_name(name), Export::Namespace(id));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn star(&mut self, module: &Module<'a>, id: ModuleId, at: Site) {
        let package = self.modules.get(id).and_then(|module| module.package.clone());
        match package {
            None => module.stars.borrow_mut().push(id),
            // None of its exports is a table.
            Some(package) if natives::is_drizzle(&package) => module.stars.borrow_mut().push(id),
            Some(package) if natives::has_no_tables(&package) => {}
            Some(package) => {
                let message =
                    format!("whether the package `{package}` exports tables is not known: it is not read");
                self.problem(ProblemKind::MaybeTable, message, at);
            }
        }
    }

    fn import(
        &mut self,
        module: &Rc<Module<'a>>,
        import: &'a ast::ImportDeclaration<'a>,
        used: &std::collections::HashSet<&'a str>,
    ) {
        let specifier = import.source.value.as_str();
        let at = site(&module.scope, import.source.span);
        let Some(names) = &import.specifiers else {
            // For what it does alone.
            self.request(module, specifier, at);
            return;
        };
        let mut bindings: Vec<(&'a str, Option<&'a str>)> = Vec::new();
        for name in names {
            match name {
                ast::ImportDeclarationSpecifier::ImportSpecifier(name) if !name.import_kind.is_type() => {
                    bindings.push((name.local.name.as_str(), Some(export_name(&name.imported))));
                }
                ast::ImportDeclarationSpecifier::ImportSpecifier(_) => {}
                ast::ImportDeclarationSpecifier::ImportDefaultSpecifier(name) => {
                    bindings.push((name.local.name.as_str(), Some("default")));
                }
                ast::ImportDeclarationSpecifier::ImportNamespaceSpecifier(name) => {
                    bindings.push((name.local.name.as_str(), None));
                }
            }
        }
        bindings.retain(|(local, _)| used.contains(local));
        if bindings.is_empty() && !self.compiler.keep_unused_imports {
            return;
        }
        match self.request(module, specifier, at) {
            Some(id) => {
                for (local, imported) in bindings {
                    let binding =
                        imported.map_or(Binding::Namespace(id), |name| Binding::Import { module: id, name });
                    module.scope.declare(local, binding);
                }
            }
            None => {
                for (local, _) in bindings {
                    let value = after_fault(&format!("the import of `{local}`"), at);
                    module.scope.declare(local, Binding::Value { value, constant: true });
                }
            }
        }
    }

    fn export_from(&mut self, module: &Rc<Module<'a>>, export: &'a ast::ExportFromDeclaration<'a>) {
        let at = site(&module.scope, export.source.span);
        let found = self.request(module, export.source.value.as_str(), at);
        for name in export.specifiers.iter().filter(|name| !name.export_kind.is_type()) {
            let exported = export_name(&name.exported);
            let target = match found {
                Some(id) => Export::From(id, export_name(&name.local)),
                None => {
                    let value = after_fault(&format!("the import of `{exported}`"), at);
                    module.scope.declare(exported, Binding::Value { value, constant: true });
                    Export::Local(exported)
                }
            };
            module.exports.borrow_mut().insert(exported, target);
        }
    }

    /// The module that an import means. None when there is none, which is reported.
    fn request(&mut self, importer: &Module<'a>, specifier: &str, at: Site) -> Option<ModuleId> {
        match resolve(self.tree, self.compiler, &importer.path, specifier) {
            Ok(Some((path, text))) => {
                let path = normalised(&path);
                Some(match self.by_path.get(&path) {
                    Some(&id) => id,
                    None => self.run_text(&path, &text),
                })
            }
            Ok(None) if is_path(specifier) => {
                let message = format!("cannot find the module `{specifier}`");
                self.problem(ProblemKind::Import, message, at);
                None
            }
            Ok(None) => Some(self.package(specifier)),
            Err((path, error)) => {
                let message = format!("{} can't be read: {error}", path.display());
                self.problem(ProblemKind::Import, message, at);
                None
            }
        }
    }

    /// `require(specifier)`.
    pub(super) fn require(&mut self, specifier: &Value<'a>, at: Site) -> Value<'a> {
        let Value::String(specifier) = specifier else {
            return Value::unknown("which module is required is not known", at);
        };
        let Some(importer) = self.modules.get(at.file).cloned() else {
            return Value::unknown("which module is required is not known", at);
        };
        match self.request(&importer, specifier, at) {
            Some(id) => self.namespace(id, at),
            None => after_fault(&format!("the module `{specifier}`"), at),
        }
    }

    fn package(&mut self, specifier: &str) -> ModuleId {
        let path = PathBuf::from(specifier);
        if let Some(&id) = self.by_path.get(&path) {
            return id;
        }
        let id = self.modules.len();
        self.modules.push(Rc::new(Module {
            path: path.clone(),
            text: "",
            package: Some(specifier.into()),
            scope: Scope::of_file(id),
            exports: RefCell::default(),
            stars: RefCell::default(),
            common: Cell::new(false),
        }));
        self.by_path.insert(path, id);
        id
    }

    /// What a module exports under a name; None when it has no such export.
    pub(crate) fn export(&mut self, id: ModuleId, name: &str, at: Site) -> Result<Option<Value<'a>>, Abort> {
        let Some(module) = self.modules.get(id).cloned() else { return Ok(None) };
        if let Some(package) = &module.package {
            return Ok(Some(natives::export(package, name, at)));
        }
        let own = module.exports.borrow().get(name).copied();
        match own {
            Some(Export::Local(local)) => match module.scope.own(local) {
                Some(Binding::Uninitialised) => {
                    let shown = if local == DEFAULT { name } else { local };
                    throw(format!("`{shown}` is used before it is initialised"), at)
                }
                Some(binding) => self.bound(&binding, name, at).map(Some),
                None => Ok(None),
            },
            Some(Export::From(other, name)) => self.deeper(at, |this| this.export(other, name, at)),
            Some(Export::Namespace(other)) => Ok(Some(Value::Namespace(other))),
            None if name == "default" => Ok(None),
            None => {
                let stars = module.stars.borrow().clone();
                for star in stars {
                    let package = self.modules.get(star).and_then(|module| module.package.clone());
                    if let Some(package) = package {
                        match natives::known(&package, name) {
                            Some(native) => return Ok(Some(native)),
                            None => continue,
                        }
                    }
                    if let Some(value) = self.deeper(at, |this| this.export(star, name, at))? {
                        return Ok(Some(value));
                    }
                }
                Ok(None)
            }
        }
    }

    /// The names that a module exports, as `Object.values` of what a bundler makes of it would go through them: its own in
    /// alphabetical order, then those of each `export *` likewise. (Observed with esbuild 0.25, which drizzle-kit 0.31 uses.)
    pub(crate) fn export_names(&self, id: ModuleId) -> Vec<String> {
        let mut names = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut visited = std::collections::HashSet::new();
        self.collect_exports(id, true, &mut names, &mut seen, &mut visited);
        // Objects have array indexes first.
        let mut indexes: Vec<(u32, String)> =
            names.iter().filter_map(|name| Some((array_index(name)?, name.clone()))).collect();
        indexes.sort_unstable();
        let others = names.into_iter().filter(|name| array_index(name).is_none());
        indexes.into_iter().map(|(_, name)| name).chain(others).collect()
    }

    fn collect_exports(
        &self,
        id: ModuleId,
        with_default: bool,
        names: &mut Vec<String>,
        seen: &mut std::collections::HashSet<String>,
        visited: &mut std::collections::HashSet<ModuleId>,
    ) {
        let Some(module) = self.modules.get(id) else { return };
        if !visited.insert(id) {
            return;
        }
        let mut own: Vec<&str> = module.exports.borrow().keys().copied().collect();
        if module.common.get() {
            own.retain(|name| *name != "default");
        } else {
            own.sort_unstable();
        }
        for name in own {
            if (with_default || name != "default") && seen.insert(name.to_owned()) {
                names.push(name.to_owned());
            }
        }
        for &star in module.stars.borrow().iter() {
            self.collect_exports(star, false, names, seen, visited);
        }
    }

    /// What a binding stands for.
    pub(crate) fn bound(&mut self, binding: &Binding<'a>, name: &str, at: Site) -> Evaluated<'a> {
        match binding {
            Binding::Uninitialised => throw(format!("`{name}` is used before it is initialised"), at),
            Binding::Value { value, .. } => Ok(value.clone()),
            Binding::Namespace(module) => Ok(self.namespace(*module, at)),
            Binding::Import { module, name } => {
                Ok(self.deeper(at, |this| this.export(*module, name, at))?.unwrap_or(Value::Undefined))
            }
        }
    }

    /// A module as a value. A package of which nothing is known is no more known as a whole.
    pub(crate) fn namespace(&self, module: ModuleId, at: Site) -> Value<'a> {
        let package = self.modules.get(module).and_then(|module| module.package.clone());
        match package {
            Some(package) if !natives::is_drizzle(&package) => declare::of_package(&package, at),
            _ => Value::Namespace(module),
        }
    }
}

/// Whether a file is a CommonJS module: it neither imports nor exports.
fn is_common(program: &ast::Program<'_>) -> bool {
    !program.body.iter().any(ast::Statement::is_module_declaration)
}

/// Declares `module` and `exports`.
fn common_module<'a>(module: &Module<'a>) -> Value<'a> {
    let exports = Value::object(Properties::default());
    let mut properties = Properties::default();
    properties.set("exports".into(), Property::Value(exports.clone()));
    let common = Value::object(properties);
    for (name, value) in [("module", common.clone()), ("exports", exports)] {
        module.scope.declare(name, Binding::Value { value, constant: false });
    }
    common
}
