//! The report of a check: data that is printed as JSON or as text.

mod comparison;
mod matrix;
mod summary;
mod text;

use serde::Serialize;
use terp_schema_model::Flavor;

pub use comparison::{ChangeCounts, Changed, Comparison, Named, PlaceOf, Renamed, TablePlaces};
pub use matrix::Matrix;
pub use summary::{ConventionCounts, DeclaredCounts, Summary, convention_counts, summarise};
pub(crate) use text::first_differences;
pub use text::{Sources, TextOptions, findings_text};

use crate::finding::{Finding, Severity};
use crate::levels::{RuleLevels, TurnedOff};
use crate::rules::RULES;

/// The version of the JSON. It grows when a field goes away or changes its meaning, not when one is added.
pub const FORMAT_VERSION: u32 = 1;

/// What a report comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing but notes.
    #[default]
    Clean,
    /// Warnings.
    Warnings,
    /// Two views of the schema differ, and that is the only error.
    Drift,
    /// Errors other than drift.
    Errors,
}

impl Verdict {
    /// As JSON has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Warnings => "warnings",
            Self::Drift => "drift",
            Self::Errors => "errors",
        }
    }
}

/// A statement that failed in the replay. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplayFailure {
    /// The migration's file.
    pub file: String,
    /// The migration's tag.
    pub tag: String,
    /// Its number in the journal's order, from 1.
    pub migration: usize,
    /// The chunk within the file, from 0.
    pub chunk: usize,
    /// How many chunks the file has.
    pub of_chunks: usize,
    /// Where the statement starts.
    pub line: u32,
    /// Where the statement starts.
    pub column: u32,
    /// Where it ends.
    pub end_line: u32,
    /// The position just after its last character.
    pub end_column: u32,
    /// The server's error number.
    pub errno: u16,
    /// The SQLSTATE, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    /// The server's message.
    pub message: String,
    /// The statement, or the start of a long one.
    pub sql: String,
    /// Whether it is the first failure: a build from nothing ends here.
    pub stops_build: bool,
}

/// A statement of the replay that could not be checked. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnsupportedStatement {
    /// The migration's file.
    pub file: String,
    /// The migration's tag.
    pub tag: String,
    /// The chunk within the file, from 0.
    pub chunk: usize,
    /// Where the statement starts.
    pub line: u32,
    /// Where the statement starts.
    pub column: u32,
    /// Where it ends.
    pub end_line: u32,
    /// The position just after its last character.
    pub end_column: u32,
    /// What isn't known about it.
    pub reason: String,
    /// The statement, or the start of a long one.
    pub sql: String,
}

/// Where a build from nothing ends too early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StopsAt {
    /// The migration's number in the journal's order, from 1.
    pub migration: usize,
    /// Its tag.
    pub tag: String,
    /// The chunk within its file, from 0.
    pub chunk: usize,
    /// How many chunks the file has.
    pub of_chunks: usize,
    /// The server's error number.
    pub errno: u16,
}

/// What running the migrations gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// How many chunks were run.
    pub chunks: usize,
    /// Those that failed; the replay went on after each.
    pub failed: Vec<ReplayFailure>,
    /// Those that could not be checked.
    pub unsupported: Vec<UnsupportedStatement>,
    /// How many change no schema (data, queries): they were read, and not executed.
    pub passed_over: usize,
    /// How many tables there are at the end.
    pub tables: usize,
    /// Where a build from nothing stops; `None` when it runs to the end.
    pub stops_at: Option<StopsAt>,
    /// The tag of the first journal entry whose file is missing: neither it nor what follows was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_before: Option<String>,
}

impl Replay {
    /// A replay's outcome. `stops_at` follows from the failures.
    pub fn new(
        chunks: usize,
        failed: Vec<ReplayFailure>,
        unsupported: Vec<UnsupportedStatement>,
        tables: usize,
    ) -> Self {
        let stops_at = failed.iter().find(|failure| failure.stops_build).map(|failure| StopsAt {
            migration: failure.migration,
            tag: failure.tag.clone(),
            chunk: failure.chunk,
            of_chunks: failure.of_chunks,
            errno: failure.errno,
        });
        Self { chunks, failed, unsupported, passed_over: 0, tables, stops_at, ends_before: None }
    }
}

/// The report of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The project, as the user named it.
    pub project: String,
    /// Which server is meant: `mysql:9.7`.
    pub server: Flavor,
    /// Counts and the verdict.
    pub summary: Summary,
    /// What running the migrations gave; `None` when there are none to run.
    pub replay: Option<Replay>,
    /// The comparisons of the schema's views.
    pub comparisons: Vec<Comparison>,
    /// The findings, errors first.
    pub findings: Vec<Finding>,
    /// Findings that are left out, since the project turned their rule off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turned_off: Vec<TurnedOff>,
}

impl Report {
    /// A report. The findings are put in order (errors first, then by rule), and the summary gets its verdict.
    pub fn new(
        project: impl Into<String>,
        server: Flavor,
        summary: Summary,
        replay: Option<Replay>,
        comparisons: Vec<Comparison>,
        findings: Vec<Finding>,
    ) -> Self {
        let levels = RuleLevels::default();
        Self::new_with_levels(project, server, summary, replay, comparisons, findings, &levels)
    }

    /// A report in which rules have the levels that the project gave them. Failures and drift make the verdict in any
    /// case, and what a level turns off is counted in the report.
    pub fn new_with_levels(
        project: impl Into<String>,
        server: Flavor,
        mut summary: Summary,
        replay: Option<Replay>,
        comparisons: Vec<Comparison>,
        findings: Vec<Finding>,
        levels: &RuleLevels,
    ) -> Self {
        let (mut findings, turned_off) = levels.apply(findings);
        // Stable: a rule's findings stay in their order.
        let rank = |finding: &Finding| RULES.iter().position(|rule| rule.id == finding.rule);
        findings.sort_by_key(|finding| (finding.severity, rank(finding)));
        summary.verdict = verdict(&findings, &comparisons, replay.as_ref());
        Self {
            format_version: FORMAT_VERSION,
            project: project.into(),
            server,
            summary,
            replay,
            comparisons,
            findings,
            turned_off,
        }
    }

    /// What it comes to.
    pub const fn verdict(&self) -> Verdict {
        self.summary.verdict
    }

    /// 1 for errors and drift, and for warnings too with `strict`; 0 otherwise.
    pub const fn exit_code(&self, strict: bool) -> u8 {
        match self.summary.verdict {
            Verdict::Clean => 0,
            Verdict::Warnings => strict as u8,
            Verdict::Drift | Verdict::Errors => 1,
        }
    }

    /// As indented JSON, with a line end. The format is in `docs/formats.md`.
    ///
    /// # Errors
    /// None is known: no value in a report is one that JSON can't hold.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }

    /// How many findings have that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// Failures and drift count even where nobody made a finding of them.
fn verdict(findings: &[Finding], comparisons: &[Comparison], replay: Option<&Replay>) -> Verdict {
    let errors = |finding: &Finding| finding.severity == Severity::Error && finding.rule != "drift";
    let stops = |replay: &Replay| !replay.failed.is_empty() || replay.ends_before.is_some();
    if findings.iter().any(errors) || replay.is_some_and(stops) {
        Verdict::Errors
    } else if comparisons.iter().any(Comparison::has_drift)
        || findings.iter().any(|finding| finding.severity == Severity::Error)
    {
        Verdict::Drift
    } else if findings.iter().any(|finding| finding.severity == Severity::Warning)
        || replay.is_some_and(|replay| !replay.unsupported.is_empty())
    {
        Verdict::Warnings
    } else {
        Verdict::Clean
    }
}
