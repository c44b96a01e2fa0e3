//! A snapshot as a server would have it.

use std::collections::BTreeSet;

use terp_drift::{Finding, Place, snapshot_fails, unsupported_snapshot};
use terp_drizzle::Snapshot;
use terp_drizzle::snapshot::{DdlStatement, Origin, SchemaObject};
use terp_schema_model::{Flavor, Schema};
use terp_sql::Span;

use crate::error::CheckError;
use crate::execute::{Database, Outcome};

/// What became of a snapshot.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SnapshotOutcome {
    /// The schema. What a server would refuse is not in it.
    pub schema: Schema,
    /// The tables that may not be right, since something about them could not be checked.
    pub unchecked: BTreeSet<String>,
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
    flavor: Flavor,
) -> Result<SnapshotOutcome, CheckError> {
    let mut database = Database::new(flavor);
    let mut findings = Vec::new();
    for statement in snapshot.to_ddl() {
        let outcome = database.run(&statement.sql, Span::of(&statement.sql)).map_err(|fault| {
            let origin = origin(&statement, Some(fault.at));
            let at = origin.at.line_column();
            let message = format!("{}: {}", described(origin), fault.message);
            CheckError { kind: fault.kind, file: file.to_owned(), at, message }
        })?;
        match outcome {
            Outcome::Done | Outcome::PassedOver => {}
            Outcome::Refused(refusal) => {
                let origin = origin(&statement, refusal.at);
                let place = Place::at(file, origin.at.line, origin.at.column);
                let mut finding = snapshot_fails(&described(origin), refusal.errno, &refusal.message, place);
                finding.help = refusal.help.or(finding.help);
                findings.push(finding);
            }
            Outcome::Unchecked(unchecked) => {
                let origin = origin(&statement, unchecked.at);
                let place = Place::at(file, origin.at.line, origin.at.column);
                findings.push(unsupported_snapshot(&described(origin), &unchecked.reason, place));
            }
        }
    }
    Ok(SnapshotOutcome { schema: database.schema(), unchecked: database.unchecked().clone(), findings })
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
