//! The state of an evaluation, and how it ends early.

use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;

use oxc_allocator::Allocator;
use oxc_span::Span;

use crate::typescript::module::{Module, ModuleId};
use crate::typescript::resolve::{CompilerOptions, SourceTree};
use crate::typescript::scope::Scope;
use crate::typescript::value::{Site, Unknown, UnknownKind, Value};

/// How many steps an evaluation may take. A schema of ten thousand tables takes about two million.
const MAX_STEPS: u64 = 50_000_000;

/// How often the bodies of loops, and functions given to methods of arrays, may run.
const MAX_ITERATIONS: u32 = 500_000;

/// How deep calls and expressions may nest.
const MAX_DEPTH: u32 = 1_500;

/// The length in bytes above which a string, and in items above which an array, is not built.
pub(crate) const MAX_SIZE: usize = 1 << 20;

/// Why an expression has no value.
pub(crate) enum Abort {
    /// JavaScript throws here.
    Throw(Exception),
    /// The evaluation goes no further. It was reported already.
    Limit,
}

/// What JavaScript throws.
#[derive(Clone)]
pub(crate) struct Exception {
    /// In words, lower case at the start.
    pub(crate) message: String,
    pub(crate) site: Site,
}

pub(crate) type Evaluated<'a> = Result<Value<'a>, Abort>;

/// What sort of problem keeps a part of a schema from being known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A file is not TypeScript.
    Syntax,
    /// A module that is needed is not there or can't be read.
    Import,
    /// JavaScript would throw.
    Exception,
    /// drizzle-kit itself would refuse it.
    Refused,
    /// A table or a part of one is not known without running code.
    Unsupported,
    /// An exported value that may be a table or nothing of the kind is not known without running code.
    MaybeTable,
    /// A table that drizzle-kit passes over without a word.
    PassedOver,
}

impl ProblemKind {
    /// Whether drizzle-kit fails on it too.
    pub const fn is_fault(self) -> bool {
        matches!(self, Self::Syntax | Self::Import | Self::Exception | Self::Refused)
    }
}

/// Something that keeps the schema from being known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Problem {
    pub(crate) kind: ProblemKind,
    /// What is not known, with its article, where that is a part of the schema.
    pub(crate) what: Option<String>,
    pub(crate) message: String,
    pub(crate) site: Site,
    /// Where the reason is, if it is elsewhere.
    pub(crate) cause: Option<Site>,
    pub(crate) table: Option<String>,
}

/// An evaluation: the modules so far, and what went wrong in them.
pub(crate) struct Interpreter<'a> {
    pub(crate) allocator: &'a Allocator,
    pub(crate) tree: &'a dyn SourceTree,
    pub(crate) compiler: &'a CompilerOptions,
    pub(crate) modules: Vec<Rc<Module<'a>>>,
    pub(crate) by_path: HashMap<PathBuf, ModuleId>,
    pub(crate) problems: Vec<Problem>,
    /// Whether Drizzle may have methods that are not known here: those of a later version than 0.45.
    pub(crate) newer_drizzle: bool,
    /// How often a builder was changed so far: puts such changes and the making of tables in order.
    pub(crate) ticks: u64,
    steps: u64,
    iterations: u32,
    depth: u32,
    /// The calls of functions that are being evaluated, the outermost first.
    pub(super) calls: Vec<Site>,
    /// Why the function that is evaluated was left before its end, not knowing what it does next.
    pub(super) left_early: Option<Rc<Unknown>>,
    /// Why something of which a member was read, or that was called, is not known: JavaScript may have thrown there.
    pub(super) relied_on_unknown: Option<Rc<Unknown>>,
    /// How many `try` blocks are being evaluated.
    pub(super) attempts: u32,
    stopped: bool,
}

impl<'a> Interpreter<'a> {
    pub(crate) fn new(
        allocator: &'a Allocator,
        tree: &'a dyn SourceTree,
        compiler: &'a CompilerOptions,
    ) -> Self {
        Self {
            allocator,
            tree,
            compiler,
            modules: Vec::new(),
            by_path: HashMap::new(),
            problems: Vec::new(),
            newer_drizzle: false,
            ticks: 0,
            left_early: None,
            relied_on_unknown: None,
            attempts: 0,
            steps: 0,
            iterations: 0,
            depth: 0,
            calls: Vec::new(),
            stopped: false,
        }
    }

    pub(crate) fn problem(&mut self, kind: ProblemKind, message: impl Into<String>, site: Site) {
        let problem = Problem { kind, what: None, message: message.into(), site, cause: None, table: None };
        // A loop comes back to the same place.
        if self.problems.last() != Some(&problem) {
            self.problems.push(problem);
        }
    }

    pub(crate) const fn tick(&mut self) -> u64 {
        self.ticks += 1;
        self.ticks
    }

    /// Counts a step, and stops an evaluation that takes too many.
    pub(crate) fn step(&mut self, site: Site) -> Result<(), Abort> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            Err(self.stop("it takes more steps than any schema needs", site))
        } else {
            Ok(())
        }
    }

    pub(crate) fn iteration(&mut self, site: Site) -> Result<(), Abort> {
        self.iterations += 1;
        if self.iterations > MAX_ITERATIONS {
            Err(self.stop("its loops run more often than any schema needs", site))
        } else {
            Ok(())
        }
    }

    /// Runs something one level deeper.
    pub(crate) fn deeper<T>(
        &mut self,
        site: Site,
        run: impl FnOnce(&mut Self) -> Result<T, Abort>,
    ) -> Result<T, Abort> {
        self.depth += 1;
        let result = if self.depth > MAX_DEPTH {
            Err(self.stop("it nests deeper than any schema does", site))
        } else {
            run(self)
        };
        self.depth -= 1;
        result
    }

    pub(super) const fn in_call(&self) -> bool {
        !self.calls.is_empty()
    }

    /// The place in a module's own statements from which something is done, however deep in functions it happens.
    pub(crate) fn outermost(&self, at: Site) -> Site {
        self.calls.first().copied().unwrap_or(at)
    }

    /// Why a value is not known; to be asked of one that isn't.
    pub(crate) fn why(&self, value: &Value<'a>, at: Site) -> Rc<Unknown> {
        if let Some(why) = value.why_unknown() {
            return why;
        }
        let reason = match value {
            Value::Foreign(package) => format!("it comes from the package `{package}`, which is not read"),
            _ => "its value is not known without running the program".to_owned(),
        };
        Rc::new(Unknown { reason, site: at, cause: None, kind: UnknownKind::Any })
    }

    pub(crate) const fn is_stopped(&self) -> bool {
        self.stopped
    }

    fn stop(&mut self, reason: &str, site: Site) -> Abort {
        if !self.stopped {
            self.stopped = true;
            let message = format!("the evaluation stops here: {reason}");
            self.problem(ProblemKind::Unsupported, message, site);
        }
        Abort::Limit
    }
}

pub(crate) fn site(scope: &Scope<'_>, span: Span) -> Site {
    Site { file: scope.file, start: span.start, end: span.end }
}

/// JavaScript throws.
pub(crate) fn throw<T>(message: impl Into<String>, site: Site) -> Result<T, Abort> {
    Err(Abort::Throw(Exception { message: message.into(), site }))
}

/// The value that stands for what a fault kept from being made.
pub(crate) fn after_fault<'a>(what: &str, site: Site) -> Value<'a> {
    let reason = format!("{what} could not be evaluated");
    Value::Unknown(Rc::new(Unknown { reason, site, cause: None, kind: UnknownKind::Fault }))
}
