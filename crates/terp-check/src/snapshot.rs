//! A snapshot as a server would have it.

use std::collections::BTreeSet;

use terp_drift::{Finding, ObjectPath, Place, snapshot_fails, unsupported_snapshot};
use terp_drizzle::Snapshot;
use terp_drizzle::snapshot::{DdlStatement, Origin, SchemaObject};
use terp_schema_model::Schema;
use terp_sql::Span;

use crate::error::CheckError;
use crate::execute::{Database, Outcome, Unreadable};
use crate::target::Target;

/// What became of a snapshot.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SnapshotOutcome {
    /// The schema. What a server would refuse is not in it.
    pub schema: Schema,
    /// The tables that may not be right, since something about them could not be checked.
    pub unchecked: BTreeSet<String>,
    /// Whether views or stored programs could not be checked.
    pub unchecked_programs: BTreeSet<ObjectPath>,
    /// What a server would refuse, and what could not be checked.
    pub findings: Vec<Finding>,
}

/// Makes the schema that a snapshot describes, as drizzle-kit would make it in an empty database. `file` is what the
/// findings call the snapshot.
///
/// # Errors
/// A default, a check or an expression in it can't be read to its end.
pub fn build_snapshot(
    snapshot: &Snapshot,
    file: &str,
    target: impl Into<Target>,
) -> Result<SnapshotOutcome, CheckError> {
    let statements = snapshot.to_ddl();
    let built = run_ddl(&statements, &target.into(), &BTreeSet::new());
    let findings = findings(&statements, &built, file)?;
    let (unchecked, unchecked_programs) = (built.unchecked, built.unchecked_programs);
    Ok(SnapshotOutcome { schema: built.schema, unchecked, unchecked_programs, findings })
}

/// What running the statements of a snapshot or a declaration gave.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) schema: Schema,
    pub(crate) unchecked: BTreeSet<String>,
    pub(crate) unchecked_programs: BTreeSet<ObjectPath>,
    /// How those went that were not simply done, by their index.
    pub(crate) outcomes: Vec<(usize, Result<Outcome, Unreadable>)>,
}

/// Runs statements in an empty database. `doubted` are tables of which something is not known from the start.
pub(crate) fn run_ddl(statements: &[DdlStatement], target: &Target, doubted: &BTreeSet<String>) -> Built {
    let mut database = Database::new(target);
    database.doubt(doubted);
    let mut outcomes = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        match database.run(&statement.sql, Span::of(&statement.sql)) {
            Ok(Outcome::Done | Outcome::PassedOver) => {}
            other => outcomes.push((at, other)),
        }
    }
    let unchecked_programs = database.unchecked_programs().clone();
    Built { schema: database.schema(), unchecked: database.unchecked().clone(), unchecked_programs, outcomes }
}

/// What is wrong with a snapshot, or not known of it.
pub(crate) fn findings(
    statements: &[DdlStatement],
    built: &Built,
    file: &str,
) -> Result<Vec<Finding>, CheckError> {
    let mut findings = Vec::new();
    for (at, outcome) in &built.outcomes {
        let Some(statement) = statements.get(*at) else { continue };
        match outcome {
            Ok(Outcome::Done | Outcome::PassedOver) => {}
            Ok(Outcome::Refused(refusal)) => {
                let origin = origin(statement, refusal.at);
                let place = Place::at(file, origin.at.line, origin.at.column);
                let mut finding = snapshot_fails(&described(origin), refusal.errno, &refusal.message, place);
                finding.help = refusal.help.clone().or(finding.help);
                findings.push(finding);
            }
            Ok(Outcome::Unchecked(unchecked)) => {
                let origin = origin(statement, unchecked.at);
                let place = Place::at(file, origin.at.line, origin.at.column);
                findings.push(unsupported_snapshot(&described(origin), &unchecked.reason, place));
            }
            Err(fault) => {
                let origin = origin(statement, Some(fault.at));
                let at = origin.at.line_column();
                let message = format!("{}: {}", described(origin), fault.message);
                return Err(CheckError { kind: fault.kind, file: file.to_owned(), at, message });
            }
        }
    }
    Ok(findings)
}

pub(crate) fn origin(statement: &DdlStatement, at: Option<Span>) -> &Origin {
    at.map_or(&statement.origin, |at| statement.origin_at(at.start as usize))
}

pub(crate) fn described(origin: &Origin) -> String {
    let table = &origin.table;
    match &origin.object {
        SchemaObject::Table => format!("the table `{table}`"),
        SchemaObject::View => format!("the view `{table}`"),
        SchemaObject::Column(name) => format!("the column `{table}`.`{name}`"),
        SchemaObject::PrimaryKey(_) => format!("the primary key of `{table}`"),
        SchemaObject::Unique(name) => format!("the unique constraint `{name}` of `{table}`"),
        SchemaObject::Index(name) => format!("the index `{name}` of `{table}`"),
        SchemaObject::ForeignKey(name) => format!("the foreign key `{name}` of `{table}`"),
        SchemaObject::Check(name) => format!("the check `{name}` of `{table}`"),
    }
}
