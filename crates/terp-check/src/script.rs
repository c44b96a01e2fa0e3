//! A text of SQL, and how a report names places in it.

use terp_drift::{Finding, Place};
use terp_drizzle::LineColumn;
use terp_sql::Span;
use terp_sql::span::LineIndex;

use crate::error::CheckError;
use crate::execute::Unreadable;

/// How much of a statement the report quotes, in characters.
const QUOTED: usize = 400;

/// A text of SQL and its path as reports name it.
pub(crate) struct Script<'a> {
    pub(crate) path: String,
    pub(crate) text: &'a str,
}

impl<'a> Script<'a> {
    pub(crate) const fn new(path: String, text: &'a str) -> Self {
        Self { path, text }
    }

    /// Start and end of a span. Failures are few: the index of lines is not kept.
    pub(crate) fn lines(&self, span: Span) -> (LineColumn, LineColumn) {
        let index = LineIndex::new(self.text);
        (index.line_column(self.text, span.start), index.line_column(self.text, span.end))
    }

    /// The place of a span.
    pub(crate) fn place(&self, span: Span) -> Place {
        let (start, end) = self.lines(span);
        Place::at(&self.path, start.line, start.column).until(end.line, end.column)
    }

    /// Moves a finding from its whole statement to the part that it is about.
    pub(crate) fn point(&self, finding: &mut Finding, at: Option<Span>) {
        let (Some(at), Some(place)) = (at.filter(|at| !at.is_empty()), finding.places.first_mut()) else {
            return;
        };
        let label = place.label.take();
        *place = self.place(at);
        place.label = label;
    }

    pub(crate) fn quote(&self, span: Span) -> String {
        let text = span.text(self.text);
        text.char_indices().nth(QUOTED).map_or(text, |(end, _)| text.get(..end).unwrap_or(text)).to_owned()
    }

    pub(crate) fn unreadable(&self, fault: Unreadable) -> CheckError {
        let (at, _) = self.lines(fault.at);
        CheckError { kind: fault.kind, file: self.path.clone(), at, message: fault.message }
    }
}
