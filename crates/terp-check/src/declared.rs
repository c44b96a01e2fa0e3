//! The schema that an application declares, as a server would have it.

use std::collections::BTreeSet;

use terp_drift::{
    DeclaredName, DeclaredTable, Finding, Leak, NameKind, NonPortableDefault, ObjectKind, ObjectPath, Place,
    Severity, UnsupportedDeclaration, check_names, custom_type, declaration_error, declaration_fails,
    duplicate_table_names, is_name_fault, non_portable_default, shared_builder_leak, unsupported_declaration,
};
use terp_drizzle::declare::{DeclarationProblem, DeclaredLeak};
use terp_drizzle::snapshot::{DdlStatement, SchemaObject, SnapshotColumn, SnapshotDefault};
use terp_drizzle::{Declaration, Location, ProblemKind};
use terp_schema_model::{Flavor, Schema};
use terp_sql::Span;

use crate::execute::{Database, Outcome};
use crate::places::{SnapshotPlaces, snapshot_places};
use crate::snapshot::{Built, described, origin, run_ddl};
use crate::target::Target;

/// What became of a declaration.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeclaredOutcome {
    /// The schema. What a server would refuse, and what is not known, is not in it.
    pub schema: Schema,
    /// The tables that may not be right, since something about them is not known.
    pub unchecked: BTreeSet<String>,
    /// Whether there are views that could not be checked, or are not known.
    pub unchecked_programs: BTreeSet<ObjectPath>,
    /// Whether there may be tables that are not known at all. Then nothing can be said to be missing or too many.
    pub may_lack_tables: bool,
    /// Where its objects are declared.
    pub places: SnapshotPlaces,
    /// What is wrong with it, and what is not known.
    pub findings: Vec<Finding>,
}

impl DeclaredOutcome {
    /// The kinds of which there may be some that are not known, see [`View::may_lack`](crate::View::may_lack).
    pub fn may_lack(&self) -> BTreeSet<ObjectKind> {
        if self.may_lack_tables { [ObjectKind::Table, ObjectKind::View].into() } else { BTreeSet::new() }
    }
}

/// Makes the schema that an application declares, as drizzle-kit would make it in an empty database, and says what is wrong
/// with the declaration itself: what can't be read, what a server would refuse, what one vendor's alone would, what leaks from one
/// table into another, which names are too long or taken.
pub fn build_declared(declaration: &Declaration, target: impl Into<Target>) -> DeclaredOutcome {
    let target = target.into();
    let statements = declaration.snapshot.to_ddl();
    let built = run_ddl(&statements, &target, &declaration.incomplete_tables);
    judge(declaration, &statements, &built, target.flavor)
}

/// The outcome of a declaration whose statements have run.
pub(crate) fn judge(
    declaration: &Declaration,
    statements: &[DdlStatement],
    built: &Built,
    flavor: Flavor,
) -> DeclaredOutcome {
    let files: Vec<String> = declaration.files.iter().map(|file| file.path.display().to_string()).collect();
    let mut builder = Builder { declaration, files: &files, flavor, findings: Vec::new() };
    builder.problems();
    builder.leaks();
    builder.tables();
    builder.findings.extend(check_names(&builder.names(), flavor));
    let unchecked = builder.build(statements, built);
    builder.custom_types();
    let may_lack_tables = declaration
        .problems
        .iter()
        .any(|problem| problem.table.is_none() && problem.kind != ProblemKind::PassedOver);
    DeclaredOutcome {
        schema: built.schema.clone(),
        unchecked,
        unchecked_programs: built.unchecked_programs.clone(),
        may_lack_tables,
        places: snapshot_places(&declaration.snapshot, &files),
        findings: builder.findings,
    }
}

struct Builder<'a> {
    declaration: &'a Declaration,
    files: &'a [String],
    flavor: Flavor,
    findings: Vec<Finding>,
}

impl Builder<'_> {
    fn place(&self, at: Location) -> Place {
        Place::at(self.files.get(at.file).map_or("", String::as_str), at.line, at.column)
    }

    fn problems(&mut self) {
        for problem in &self.declaration.problems {
            let finding = self.problem(problem);
            self.findings.push(finding);
        }
    }

    fn problem(&self, problem: &DeclarationProblem) -> Finding {
        let mut place = self.place(problem.at);
        // A place that goes over lines is shown by its beginning.
        if problem.at.line == problem.end.line && problem.at.column < problem.end.column {
            place = place.until(problem.end.line, problem.end.column);
        }
        let message = problem.message.clone();
        if problem.kind.is_fault() {
            let help = match problem.kind {
                ProblemKind::Import => "drizzle-kit fails here too: mend the import, or remove it",
                ProblemKind::Syntax => "drizzle-kit fails here too; the rest of the file was read",
                ProblemKind::Refused => "drizzle-kit refuses it",
                _ => "drizzle-kit fails here too: it throws when it is run",
            };
            let message = match &problem.what {
                Some(what) => format!("{what}: {message}"),
                None => message,
            };
            return declaration_error(message, Some(help.to_owned()), place);
        }
        let mut finding = unsupported_declaration(&UnsupportedDeclaration {
            what: problem.what.clone().unwrap_or_else(|| "this".to_owned()),
            reason: message,
            place,
            tables: problem.table.iter().cloned().collect(),
        });
        if let Some(cause) = problem.cause.filter(|cause| *cause != problem.at) {
            finding.places.push(self.place(cause).labelled("because of this"));
        }
        if matches!(problem.kind, ProblemKind::MaybeTable | ProblemKind::PassedOver) {
            // It may be of no matter to the schema.
            finding.severity = Severity::Warning;
        }
        finding
    }

    fn leaks(&mut self) {
        for leak in &self.declaration.leaks {
            let DeclaredLeak { builder, from_table, from_key, from, to_table, to_key, to, what } = leak;
            self.findings.push(shared_builder_leak(&Leak {
                builder: self.place(*builder),
                first: self.place(*from),
                second: self.place(*to),
                first_column: format!("{from_table}.{from_key}"),
                second_column: format!("{to_table}.{to_key}"),
                what: what.clone(),
            }));
        }
    }

    /// Tables of one name.
    fn tables(&mut self) {
        let duplicates = &self.declaration.duplicate_tables;
        let mut tables = Vec::new();
        for table in &self.declaration.snapshot.tables {
            let places = duplicates.iter().find(|duplicate| duplicate.name == table.name);
            let places =
                places.map_or(std::slice::from_ref(&table.at), |duplicate| duplicate.places.as_slice());
            let declared = |at: &Location| DeclaredTable {
                name: table.name.clone(),
                export: None,
                place: self.place(*at),
            };
            tables.extend(places.iter().map(declared));
        }
        self.findings.extend(duplicate_table_names(&tables));
    }

    fn names(&self) -> Vec<DeclaredName> {
        let mut names = Vec::new();
        let derived = &self.declaration.derived_names;
        for table in &self.declaration.snapshot.tables {
            let mut add = |kind, name: &str, at: Location| {
                let key = (table.name.clone(), name.to_owned());
                let can_be = matches!(kind, NameKind::PrimaryKey | NameKind::Unique | NameKind::ForeignKey);
                names.push(DeclaredName {
                    kind,
                    table: table.name.clone(),
                    name: name.to_owned(),
                    derived: can_be && derived.contains(&key),
                    place: self.place(at),
                });
            };
            add(NameKind::Table, &table.name, table.at);
            table.columns.iter().for_each(|column| add(NameKind::Column, &column.name, column.at));
            table.primary_keys.iter().for_each(|key| add(NameKind::PrimaryKey, &key.name, key.at));
            table.unique_constraints.iter().for_each(|key| add(NameKind::Unique, &key.name, key.at));
            table.indexes.iter().for_each(|index| add(NameKind::Index, &index.name, index.at));
            table.foreign_keys.iter().for_each(|key| add(NameKind::ForeignKey, &key.name, key.at));
            table.checks.iter().for_each(|check| add(NameKind::Check, &check.name, check.at));
        }
        names
    }

    /// What the server that is meant refuses, and what of the tables by themselves the other vendor's does. Gives the tables of which
    /// something is not known.
    fn build(&mut self, statements: &[DdlStatement], built: &Built) -> BTreeSet<String> {
        let mut doubted = built.unchecked.clone();
        for (at, outcome) in &built.outcomes {
            let Some(statement) = statements.get(*at) else { continue };
            match outcome {
                Ok(Outcome::Done | Outcome::PassedOver) => {}
                Ok(Outcome::Refused(refusal)) if is_name_fault(refusal.errno, &refusal.message) => {}
                // What is not known of the table may be what is missing.
                Ok(Outcome::Refused(_))
                    if self.declaration.incomplete_tables.contains(&statement.origin.table) => {}
                Ok(Outcome::Refused(refusal)) => {
                    let origin = origin(statement, refusal.at);
                    let place = self.place(origin.at);
                    let mut finding =
                        declaration_fails(&described(origin), refusal.errno, &refusal.message, place);
                    finding.help = refusal.help.clone().or(finding.help);
                    self.findings.push(finding);
                }
                Ok(Outcome::Unchecked(unchecked)) => {
                    let origin = origin(statement, unchecked.at);
                    let is_view = origin.object == SchemaObject::View;
                    let mut finding = unsupported_declaration(&UnsupportedDeclaration {
                        what: described(origin),
                        reason: unchecked.reason.clone(),
                        place: self.place(origin.at),
                        tables: if is_view { Vec::new() } else { vec![origin.table.clone()] },
                    });
                    // What is declared is known; what a server makes of it is not.
                    finding.severity = Severity::Warning;
                    finding.help = None;
                    self.findings.push(finding);
                }
                Err(fault) => {
                    // A quote that is not closed in the text of a default or a check: no server can read it either.
                    let origin = origin(statement, Some(fault.at));
                    let place = self.place(origin.at);
                    self.findings.push(declaration_fails(&described(origin), 1064, &fault.message, place));
                    doubted.insert(statement.origin.table.clone());
                }
            }
        }
        let failed: BTreeSet<usize> = built.outcomes.iter().map(|(at, _)| *at).collect();
        let mut other = Database::new(
            &if self.flavor.is_mysql() { Flavor::MARIADB_11_8 } else { Flavor::MYSQL_9_7 }.into(),
        );
        // The statements that make tables come first, in the order of the tables.
        let tables = &self.declaration.snapshot.tables;
        for (at, (table, statement)) in tables.iter().zip(statements).enumerate() {
            if !failed.contains(&at) && table.columns.iter().any(may_divide_vendors) {
                self.other_vendor(&mut other, statement);
            }
        }
        doubted
    }

    fn other_vendor(&mut self, other: &mut Database, statement: &DdlStatement) {
        let taken_by = self.flavor;
        let Ok(Outcome::Refused(refusal)) = other.run(&statement.sql, Span::of(&statement.sql)) else {
            return;
        };
        // What one vendor alone takes of columns and their defaults; other refusals depend on what was made before.
        if !matches!(refusal.errno, 1064 | 1067 | 1101 | 1294) {
            return;
        }
        let origin = origin(statement, refusal.at);
        let SchemaObject::Column(column) = &origin.object else { return };
        let sql = statement
            .parts
            .iter()
            .find(|part| part.origin == *origin)
            .and_then(|part| statement.sql.get(part.range.clone()));
        let definition = sql.and_then(|sql| sql.split_once(' ')).map_or("", |(_, definition)| definition);
        self.findings.push(non_portable_default(&NonPortableDefault {
            table: origin.table.clone(),
            column: column.clone(),
            sql: definition.to_owned(),
            taken_by,
            refused_by: other.options().flavor,
            errno: refusal.errno,
            message: refusal.message,
            place: self.place(origin.at),
        }));
    }

    fn custom_types(&mut self) {
        for column in &self.declaration.custom_columns {
            let place = self.place(column.at);
            self.findings.push(custom_type(&column.table, &column.column, &column.sql_type, place));
        }
    }
}

/// Whether it is worth asking the other vendor's server about a column. Types and defaults that both are known to take alike
/// make up most of a schema.
fn may_divide_vendors(column: &SnapshotColumn) -> bool {
    let sql_type = column.sql_type.as_str();
    let word = sql_type.split([' ', '(']).next().unwrap_or_default();
    let is_number = matches!(
        word,
        "int" | "bigint" | "smallint" | "mediumint" | "tinyint" | "boolean" | "decimal" | "double" | "float"
    );
    let is_short_text = matches!(word, "varchar" | "char" | "enum");
    let is_time = matches!(word, "timestamp" | "datetime");
    let is_plain = match &column.default {
        None => {
            is_number
                || is_short_text
                || is_time
                || matches!(word, "text" | "json" | "date" | "time" | "binary" | "varbinary")
        }
        Some(SnapshotDefault::Scalar(_)) => is_number,
        Some(SnapshotDefault::Sql(text)) => {
            let inside = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            let is_word = inside.is_some_and(|inside| !inside.contains(['\'', '\\']));
            is_short_text && is_word || is_time && text == "(now())"
        }
        Some(SnapshotDefault::Other { .. }) => false,
    };
    !is_plain || column.generated.is_some() || column.on_update_now && sql_type.contains('(')
}
