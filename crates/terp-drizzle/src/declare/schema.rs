//! What a declared schema is to those who asked for it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use oxc_allocator::Allocator;
use terp_sql::span::LineIndex;

use crate::declare::lower::{self, Lowered};
use crate::declare::{Casing, KitGeneration};
use crate::error::DeclareError;
use crate::place::Location;
use crate::snapshot::Snapshot;
use crate::typescript::value::Site;
use crate::typescript::{CompilerOptions, Interpreter, ProblemKind, SourceTree};

/// The stack in bytes that an evaluation has: the parser and the evaluator follow nested code by calling themselves, up to the
/// depths that they refuse. The system provides what is used of it.
const STACK: usize = 256 << 20;

/// How a schema is read.
#[derive(Clone, Debug, Default)]
pub struct DeclarationOptions {
    /// `casing` of drizzle-kit's configuration. `drizzle-kit generate` and the running application honour it, and it is
    /// followed here; `drizzle-kit export` ignores it, and so prints names that no database gets.
    pub casing: Option<Casing>,
    /// Which drizzle-kit names what the schema doesn't. All else follows 0.31.
    pub kit: KitGeneration,
    /// What `tsconfig.json` says about imports.
    pub compiler: CompilerOptions,
}

/// A schema as TypeScript declares it.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The files that were read, in the order in which they began to run. [`Location::file`] counts in this list.
    pub files: Vec<DeclarationFile>,
    /// The tables and views as drizzle-kit 0.31 would put them into a snapshot, its ids being empty. Of the
    /// [incomplete](Self::incomplete_tables) tables it has what is known.
    pub snapshot: Snapshot,
    /// The tables of the snapshot of which something is not known.
    pub incomplete_tables: BTreeSet<String>,
    /// What keeps parts of the schema, or all of it, from being known.
    pub problems: Vec<DeclarationProblem>,
    /// Builders that carry something from one table into another.
    pub leaks: Vec<DeclaredLeak>,
    /// Tables that are declared more than once under one name.
    pub duplicate_tables: Vec<DuplicateTable>,
    /// Columns of a `customType` whose type was evaluated.
    pub custom_columns: Vec<CustomColumn>,
    /// The places of names that drizzle-kit made up, since the schema gives none: those of primary keys, unique constraints and
    /// foreign keys, by table and name.
    pub derived_names: BTreeSet<(String, String)>,
}

impl Declaration {
    /// Whether all that is declared is known, and drizzle-kit itself could read it.
    pub fn is_complete(&self) -> bool {
        self.problems.is_empty() && self.incomplete_tables.is_empty()
    }
}

/// A file of a declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeclarationFile {
    /// Its path, as the importing file or the configuration leads to it; of a package its name.
    pub path: PathBuf,
    /// Its text, at most 64 MiB. Empty for a package.
    pub text: Arc<str>,
}

/// What keeps a part of a schema from being known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeclarationProblem {
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// The part of the schema that it is about, with its article: "the column `a` of the table `t`".
    pub what: Option<String>,
    /// What is wrong or why it is not known, in words.
    pub message: String,
    /// Where it begins.
    pub at: Location,
    /// Where it ends.
    pub end: Location,
    /// Where the reason is, if it is elsewhere: what could not be evaluated.
    pub cause: Option<Location>,
    /// The table that it is about, where that is known.
    pub table: Option<String>,
}

/// Something that a shared column builder carries from one table into another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeclaredLeak {
    /// Where the shared builder is made.
    pub builder: Location,
    /// The table from which it comes.
    pub from_table: String,
    /// The key of the column there.
    pub from_key: String,
    /// Where that column is.
    pub from: Location,
    /// The table into which it goes.
    pub to_table: String,
    /// The key of the column there.
    pub to_key: String,
    /// Where that column is.
    pub to: Location,
    /// What is carried over, in words: `NOT NULL`.
    pub what: Vec<String>,
}

/// A name that several tables have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DuplicateTable {
    /// The name.
    pub name: String,
    /// Where the tables are, in the order of the configuration. drizzle-kit keeps the last one.
    pub places: Vec<Location>,
}

/// A column whose SQL type a `customType` gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CustomColumn {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The type that its `dataType` gave.
    pub sql_type: String,
    /// Where the column is.
    pub at: Location,
}

/// Reads the schema that the given files declare, in their order, with all that they import.
///
/// What can't be read does not end it: it is among the [problems](Declaration::problems), and the rest is read. A
/// file that is not there is such a problem too.
///
/// # Errors
/// No thread could be started.
///
/// ```
/// # use std::{collections::BTreeMap, io, path::{Path, PathBuf}};
/// use terp_drizzle::declare::{DeclarationOptions, declare};
/// struct Files(BTreeMap<PathBuf, &'static str>);
/// impl terp_drizzle::SourceTree for Files {
///     fn read(&self, path: &Path) -> io::Result<Option<String>> {
///         Ok(self.0.get(path).map(|text| (*text).to_owned()))
///     }
/// }
/// let schema = r#"
///     import { int, mysqlTable } from "drizzle-orm/mysql-core";
///     export const users = mysqlTable("users", { id: int().primaryKey() });
/// "#;
/// let files = Files(BTreeMap::from([(PathBuf::from("schema.ts"), schema)]));
/// let declared = declare(&files, &[PathBuf::from("schema.ts")], &DeclarationOptions::default())?;
/// assert!(declared.is_complete());
/// let users = &declared.snapshot.tables[0];
/// assert_eq!((users.name.as_str(), users.columns[0].at.line), ("users", 3));
/// # Ok::<(), terp_drizzle::DeclareError>(())
/// ```
pub fn declare(
    tree: &(dyn SourceTree + Sync),
    files: &[PathBuf],
    options: &DeclarationOptions,
) -> Result<Declaration, DeclareError> {
    on_large_stack(|| {
        let allocator = Allocator::default();
        let mut interpreter = Interpreter::new(&allocator, tree, &options.compiler);
        interpreter.newer_drizzle = options.kit == KitGeneration::V1;
        let mut entries = Vec::new();
        for file in files {
            if !interpreter.is_stopped() {
                entries.extend(interpreter.run_file(file, None));
            }
        }
        let lowered = lower::schema(&mut interpreter, &entries, options);
        placed(&interpreter, lowered)
    })
}

/// Runs an evaluation where nested code finds room.
pub(crate) fn on_large_stack<T: Send>(run: impl FnOnce() -> T + Send) -> Result<T, DeclareError> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("evaluation".to_owned()).stack_size(STACK);
        let handle = thread.spawn_scoped(scope, run).map_err(DeclareError::Thread)?;
        // A panic would be a fault of this crate: it goes on in the caller.
        Ok(handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Turns offsets into lines and columns.
fn placed(interpreter: &Interpreter<'_>, lowered: Lowered) -> Declaration {
    let indexes = lowered.places;
    let locate = |site: Site, end: bool| indexes.locate(site, end);
    let files = interpreter
        .modules
        .iter()
        .map(|module| DeclarationFile { path: module.path.clone(), text: module.text.into() });
    let problems = interpreter.problems.iter().map(|problem| DeclarationProblem {
        kind: problem.kind,
        what: problem.what.clone(),
        message: problem.message.clone(),
        at: locate(problem.site, false),
        end: locate(problem.site, true),
        cause: problem.cause.map(|site| locate(site, false)),
        table: problem.table.clone(),
    });
    Declaration {
        files: files.collect(),
        snapshot: lowered.snapshot,
        incomplete_tables: lowered.incomplete,
        problems: problems.collect(),
        leaks: lowered.leaks,
        duplicate_tables: lowered.duplicates,
        custom_columns: lowered.custom_columns,
        derived_names: lowered.derived_names,
    }
}

/// Lines and columns of the files of an evaluation.
pub(crate) struct SitePlaces<'a> {
    files: Vec<(&'a str, LineIndex)>,
}

impl<'a> SitePlaces<'a> {
    pub(crate) fn new(interpreter: &Interpreter<'a>) -> Self {
        let files = interpreter.modules.iter().map(|module| (module.text, LineIndex::new(module.text)));
        Self { files: files.collect() }
    }

    pub(crate) fn locate(&self, site: Site, end: bool) -> Location {
        let Some((text, index)) = self.files.get(site.file) else {
            return Location { file: site.file, line: 1, column: 1 };
        };
        let at = index.line_column(text, if end { site.end } else { site.start });
        Location { file: site.file, line: at.line, column: at.column }
    }
}
