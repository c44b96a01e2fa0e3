//! The migrations, run in an empty database.

use std::collections::{BTreeMap, BTreeSet};

use terp_drift::{
    Finding, Place, Replay, ReplayFailure, UnsupportedStatement, migration_fails, one_vendor_only,
    unsupported_statement,
};
use terp_drizzle::{MigrationFile, Project};
use terp_schema_model::Flavor;
use terp_sql::{ParseOptions, Span, parse_statement};

use crate::compare::View;
use crate::error::CheckError;
use crate::execute::{Database, Outcome, Refusal, Unchecked};
use crate::places::ObjectPlaces;
use crate::script::Script;
use crate::target::Target;

/// What running a project's migrations gave.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReplayOutcome {
    /// What ran, failed and could not be checked.
    pub replay: Replay,
    /// What there is at the end. Where a file is missing, that is before its migration.
    pub end: View,
    /// What there was after the migrations that were asked for, by their index, as far as they were run. The last one is
    /// not among them: see [`Self::end`].
    pub at: BTreeMap<usize, View>,
    /// A finding for each statement that failed or could not be checked.
    pub findings: Vec<Finding>,
}

/// Runs the migrations in Drizzle's order, each chunk as one query, and goes on after each that fails. It ends before
/// the first one whose file is missing.
///
/// `entries` are the migrations, as indexes, after which the schema is wanted too.
///
/// # Errors
/// A chunk has SQL that can't be read to its end.
pub fn replay(
    project: &Project,
    entries: &BTreeSet<usize>,
    target: impl Into<Target>,
) -> Result<ReplayOutcome, CheckError> {
    let mut runner = Runner::new(project, &target.into());
    let last = project.folder.migration_count().checked_sub(1);
    let mut views = BTreeMap::new();
    let mut ends_before = None;
    for (at, migration) in project.folder.migrations().enumerate() {
        let Some(file) = migration.file else {
            ends_before = Some(migration.tag.to_owned());
            break;
        };
        runner.migration(at + 1, migration.tag, file)?;
        if entries.contains(&at) && Some(at) != last {
            views.insert(at, runner.view(format!("replayed up to {}", migration.tag)));
        }
    }
    let end = runner.view("replayed".to_owned());
    let Runner { database, chunks, passed_over, failed, unsupported, findings, .. } = runner;
    let mut replay = Replay::new(chunks, failed, unsupported, database.table_count());
    replay.passed_over = passed_over;
    replay.ends_before = ends_before;
    Ok(ReplayOutcome { replay, end, at: views, findings })
}

struct Runner<'a> {
    project: &'a Project,
    database: Database,
    /// The other vendor's server, as far as reading a statement goes.
    other: Flavor,
    chunks: usize,
    passed_over: usize,
    failed: Vec<ReplayFailure>,
    unsupported: Vec<UnsupportedStatement>,
    findings: Vec<Finding>,
}

impl<'a> Runner<'a> {
    fn new(project: &'a Project, target: &Target) -> Self {
        Self {
            project,
            database: Database::recording(target),
            other: if target.flavor.is_mysql() { Flavor::MARIADB_10_11 } else { Flavor::MYSQL_9_7 },
            chunks: 0,
            passed_over: 0,
            failed: Vec::new(),
            unsupported: Vec::new(),
            findings: Vec::new(),
        }
    }

    fn view(&self, name: String) -> View {
        View {
            name,
            schema: self.database.schema(),
            is_shown: false,
            columns_ordered: true,
            unchecked: self.database.unchecked().clone(),
            unchecked_programs: self.database.unchecked_programs().clone(),
            may_lack: BTreeSet::new(),
            cannot_hold: &[],
            place: None,
            places: ObjectPlaces::Statements(self.database.provenance()),
        }
    }

    fn migration(&mut self, number: usize, tag: &str, file: &MigrationFile) -> Result<(), CheckError> {
        let path = self.project.path_of(file).display().to_string();
        self.database.reads(&path, &file.text);
        let source = Script::new(path, &file.text);
        for (at, &chunk) in file.chunks.iter().enumerate() {
            self.chunks += 1;
            let options = self.database.options();
            match self.database.run(&file.text, chunk).map_err(|fault| source.unreadable(fault))? {
                Outcome::Done => self.other_vendor(&source, chunk, &options),
                Outcome::PassedOver => self.passed_over += 1,
                Outcome::Refused(refusal) => {
                    self.refused(number, tag, (at, file.chunks.len()), &source, refusal);
                }
                Outcome::Unchecked(unchecked) => self.unchecked(tag, at, &source, unchecked),
            }
        }
        Ok(())
    }

    fn refused(
        &mut self,
        migration: usize,
        tag: &str,
        (chunk, of_chunks): (usize, usize),
        source: &Script<'_>,
        refusal: Refusal,
    ) {
        let (start, end) = source.lines(refusal.statement);
        let failure = ReplayFailure {
            file: source.path.clone(),
            tag: tag.to_owned(),
            migration,
            chunk,
            of_chunks,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            errno: refusal.errno,
            sqlstate: Some(refusal.sqlstate.to_owned()),
            message: refusal.message,
            sql: source.quote(refusal.statement),
            stops_build: self.failed.is_empty(),
        };
        let mut finding = migration_fails(&failure);
        let help = refusal.help.or_else(|| self.read_by_the_other(&failure, source, refusal.statement));
        finding.help = help.or(finding.help);
        source.point(&mut finding, refusal.at);
        self.findings.push(finding);
        self.failed.push(failure);
    }

    /// Whether a statement that this server can't read is SQL of the other vendor.
    fn read_by_the_other(
        &self,
        failure: &ReplayFailure,
        source: &Script<'_>,
        statement: Span,
    ) -> Option<String> {
        if failure.errno != 1064 {
            return None;
        }
        let options = ParseOptions { flavor: self.other, sql_mode: self.database.options().sql_mode };
        parse_statement(source.text, statement, &options).ok()?;
        Some(format!("{} takes this form: write it so that both vendors do", self.other))
    }

    fn unchecked(&mut self, tag: &str, chunk: usize, source: &Script<'_>, unchecked: Unchecked) {
        let (start, end) = source.lines(unchecked.statement);
        let statement = UnsupportedStatement {
            file: source.path.clone(),
            tag: tag.to_owned(),
            chunk,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            reason: unchecked.reason,
            sql: source.quote(unchecked.statement),
        };
        let mut finding = unsupported_statement(&statement);
        source.point(&mut finding, unchecked.at);
        self.findings.push(finding);
        self.unsupported.push(statement);
    }

    /// What runs here may be no SQL at all for the other vendor.
    fn other_vendor(&mut self, source: &Script<'_>, chunk: Span, options: &ParseOptions) {
        let options = ParseOptions { flavor: self.other, sql_mode: options.sql_mode };
        let Err(error) = parse_statement(source.text, chunk, &options) else { return };
        let (start, end) = source.lines(error.span);
        let place = Place::at(&source.path, start.line, start.column).until(end.line, end.column);
        self.findings.push(one_vendor_only(self.other, error.errno, place));
    }
}
