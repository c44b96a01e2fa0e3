//! The report as people read it: findings with the worst first, then what was compared, counts, and the verdict at
//! the end, where a terminal leaves the eye.

mod comparison;
mod snippet;

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use super::{Replay, Report, Verdict};
use crate::finding::{Finding, Place, Severity};
use crate::levels::TurnedOff;
use crate::rules::{count, joined};
pub(crate) use comparison::first_differences;
use snippet::Snippets;

/// The text of files that findings point into, by the path that places have. What isn't there is named, not shown.
pub type Sources = BTreeMap<String, String>;

/// How the text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextOptions {
    /// Colours, as terminals take them.
    pub color: bool,
    /// How much of a list is shown: findings of one rule, places of one finding, differences of one comparison.
    pub limit: usize,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { color: false, limit: 20 }
    }
}

impl Report {
    /// Writes the report as text.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write, sources: &Sources, options: &TextOptions) -> fmt::Result {
        Text { out, snippets: Snippets::new(sources, options.color), options: *options }.report(self)
    }

    /// The report as text.
    pub fn to_text(&self, sources: &Sources, options: &TextOptions) -> String {
        let mut out = String::new();
        // Writing to a String can't fail.
        let _ = self.write_text(&mut out, sources, options);
        out
    }
}

/// Findings alone as text, in the form that they have in a report.
pub fn findings_text(findings: &[Finding], sources: &Sources, options: &TextOptions) -> String {
    let mut out = String::new();
    // Writing to a String can't fail.
    let _ = Text { out: &mut out, snippets: Snippets::new(sources, options.color), options: *options }
        .findings(findings);
    out
}

const CUT: &str = "(use --format json for all)";

struct Text<'a> {
    out: &'a mut dyn Write,
    snippets: Snippets<'a>,
    options: TextOptions,
}

impl Text<'_> {
    fn report(&mut self, report: &Report) -> fmt::Result {
        self.findings(&report.findings)?;
        let title = format!("{} on {}", clean(&report.project), report.server);
        writeln!(self.out, "{}", self.bold(&title))?;
        if let Some(replay) = &report.replay {
            self.replay(replay, report.summary.migrations)?;
        }
        self.comparisons(&report.comparisons)?;
        self.turned_off(&report.turned_off)?;
        self.summary(report)?;
        self.verdict(report)
    }

    fn findings(&mut self, findings: &[Finding]) -> fmt::Result {
        let mut rest = findings;
        while let Some(first) = rest.first() {
            let same = |finding: &&Finding| (finding.rule, finding.severity) == (first.rule, first.severity);
            let len = rest.iter().take_while(same).count();
            let (group, after) = rest.split_at(len);
            let shown = &group[..group.len().min(self.options.limit)];
            for (at, finding) in shown.iter().enumerate() {
                // The same advice is given once, under the last finding that it is for.
                let help = finding
                    .help
                    .as_deref()
                    .filter(|help| shown.get(at + 1).is_none_or(|next| next.help.as_deref() != Some(help)));
                self.finding(finding, help)?;
            }
            let hidden = group.len() - shown.len();
            if hidden > 0 {
                writeln!(self.out, "and {hidden} more of {} {CUT}\n", first.rule)?;
            }
            rest = after;
        }
        Ok(())
    }

    fn finding(&mut self, finding: &Finding, help: Option<&str>) -> fmt::Result {
        let (snippet, listed) = self.snippets.of(finding);
        match snippet {
            Some(snippet) => writeln!(self.out, "{snippet}")?,
            None => {
                let head = format!("{}[{}]", finding.severity, finding.rule);
                let head = self.severity(finding.severity, &head);
                writeln!(self.out, "{head}{}", self.bold(&format!(": {}", clean(&finding.message))))?;
            }
        }
        for place in listed.iter().take(self.options.limit) {
            writeln!(self.out, "  {}", place_text(place))?;
        }
        if listed.len() > self.options.limit {
            writeln!(self.out, "  and {} more {CUT}", listed.len() - self.options.limit)?;
        }
        if let Some(help) = help {
            writeln!(self.out, "  {} {}", self.paint("1;36", "help:"), clean(help))?;
        }
        writeln!(self.out)
    }

    fn replay(&mut self, replay: &Replay, migrations: usize) -> fmt::Result {
        let mut text = format!("  replay      {}", count(replay.chunks, "chunk"));
        if replay.ends_before.is_none() {
            let _ = write!(text, " of {}", count(migrations, "migration"));
        }
        let _ = match (replay.failed.len(), replay.unsupported.len()) {
            (0, 0) => write!(text, ": all run"),
            (failed, 0) => write!(text, ": {failed} failed"),
            (0, unchecked) => write!(text, ": none failed, {unchecked} not checked"),
            (failed, unchecked) => write!(text, ": {failed} failed, {unchecked} not checked"),
        };
        if replay.passed_over > 0 {
            let _ = write!(text, ", {} without DDL passed over", replay.passed_over);
        }
        writeln!(self.out, "{text}; {} at the end", count(replay.tables, "table"))?;
        if let Some(tag) = &replay.ends_before {
            let text = format!(
                "it ends before {}, whose file is missing: not compared with the snapshot",
                clean(tag)
            );
            writeln!(self.out, "              {}", self.severity(Severity::Error, &text))?;
        }
        if let Some(stop) = &replay.stops_at {
            let text = format!(
                "a build from nothing stops at migration {}, {}, chunk {} of {} (from 0), with error {}",
                stop.migration,
                clean(&stop.tag),
                stop.chunk,
                stop.of_chunks,
                stop.errno
            );
            writeln!(self.out, "              {}", self.severity(Severity::Error, &text))?;
        }
        Ok(())
    }

    /// What a project turned off is left out, not forgotten.
    fn turned_off(&mut self, turned_off: &[TurnedOff]) -> fmt::Result {
        if turned_off.is_empty() {
            return Ok(());
        }
        let rules: Vec<String> =
            turned_off.iter().map(|off| format!("{} of {}", off.findings, off.rule)).collect();
        let total: usize = turned_off.iter().map(|off| off.findings).sum();
        let are = if total == 1 { "is" } else { "are" };
        let rules = joined(&rules);
        writeln!(self.out, "  turned off  {} {are} left out: {rules}", count(total, "finding"))
    }

    fn summary(&mut self, report: &Report) -> fmt::Result {
        let summary = &report.summary;
        let rows = [
            ("tables", summary.tables, "migrations", summary.migrations),
            ("columns", summary.columns, "enum columns", summary.enum_columns),
            ("primary keys", summary.primary_keys, "foreign keys", summary.foreign_keys),
            ("unique constraints", summary.unique_constraints, "indexes", summary.indexes),
            (
                "tables with version",
                summary.version_tables,
                "tables with soft delete",
                summary.soft_delete_tables,
            ),
        ];
        writeln!(self.out)?;
        for (left, left_count, right, right_count) in rows {
            writeln!(self.out, "  {left:<20} {left_count:>6}    {right:<24} {right_count:>6}")?;
        }
        writeln!(self.out)
    }

    fn verdict(&mut self, report: &Report) -> fmt::Result {
        let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
            .into_iter()
            .map(|severity| (report.count(severity), severity))
            .filter(|(number, _)| *number > 0)
            .map(|(number, severity)| count(number, severity.as_str()))
            .collect();
        let counts = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
        let (color, says) = match report.verdict() {
            Verdict::Clean => ("1;32", "clean: the migrations build what they should"),
            Verdict::Warnings if unchecked(report) => {
                ("1;33", "nothing wrong was found, but not everything could be checked")
            }
            Verdict::Warnings => ("1;33", "no error and no drift, but warnings"),
            Verdict::Drift => ("1;31", "drift: the views of the schema differ"),
            Verdict::Errors if report.replay.as_ref().is_some_and(|replay| replay.stops_at.is_some()) => {
                ("1;31", "errors: the migrations can't be run from nothing")
            }
            Verdict::Errors => ("1;31", "errors: see the findings above"),
        };
        // What was not looked at is not vouched for.
        let says = if report.verdict() == Verdict::Clean && report.comparisons.is_empty() {
            "clean: nothing was found, and nothing was compared"
        } else if report.verdict() == Verdict::Clean && report.replay.is_none() {
            "clean: no difference"
        } else {
            says
        };
        writeln!(self.out, "{} ({counts})", self.paint(color, says))
    }

    fn paint(&self, codes: &str, text: &str) -> String {
        if self.options.color { format!("\x1b[{codes}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn severity(&self, severity: Severity, text: &str) -> String {
        let codes = match severity {
            Severity::Error => "1;31",
            Severity::Warning => "1;33",
            Severity::Note => "1;32",
        };
        self.paint(codes, text)
    }
}

fn unchecked(report: &Report) -> bool {
    let not_known =
        ["unsupported-statement", "unsupported-declaration", "unsupported-object", "missing-privilege"];
    report.findings.iter().any(|finding| not_known.contains(&finding.rule))
}

fn place_text(place: &Place) -> String {
    match &place.label {
        Some(label) => format!("{} ({})", clean(&place.to_string()), clean(label)),
        None => clean(&place.to_string()),
    }
}

/// Text of others on one line, without what a terminal would obey.
fn clean(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}
