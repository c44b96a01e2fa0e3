//! A finding over the lines that it is about, underlined.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::{Sources, clean};
use crate::finding::{Finding, Place, Severity};

/// A statement of more lines than this is underlined in its first ones.
const LINES: u32 = 12;

/// How far another place may be away to be shown with the first.
const APART: u32 = 200;

/// How many places are shown in one excerpt; the others are listed.
const PLACES: usize = 4;

pub(super) struct Snippets<'a> {
    sources: &'a Sources,
    renderer: Renderer,
}

impl<'a> Snippets<'a> {
    pub(super) const fn new(sources: &'a Sources, color: bool) -> Self {
        Self { sources, renderer: if color { Renderer::styled() } else { Renderer::plain() } }
    }

    /// The finding's title over an excerpt, if the first place's text is known, and the places that it does not show.
    pub(super) fn of<'f>(&self, finding: &'f Finding) -> (Option<String>, Vec<&'f Place>) {
        let everything = || finding.places.iter().collect();
        let Some(first) = finding.places.first() else { return (None, Vec::new()) };
        let Some(source) = self.sources.get(&first.file) else { return (None, everything()) };
        let Some(line) = first.line else { return (None, everything()) };
        let near = |place: &Place| {
            place.file == first.file && place.line.is_some_and(|other| other.abs_diff(line) <= APART)
        };
        let (mut shown, mut listed) = (Vec::new(), Vec::new());
        for place in &finding.places {
            let list = if shown.len() < PLACES && near(place) { &mut shown } else { &mut listed };
            list.push(place);
        }
        let top = shown.iter().filter_map(|place| place.line).min().unwrap_or(line);
        let bottom = shown.iter().filter_map(|place| last_line(place)).max().unwrap_or(line);
        let excerpt = Excerpt::new(source, top, bottom);
        let mut snippet =
            Snippet::source(excerpt.text).line_start(top as usize).path(clean(&first.file)).fold(true);
        for (at, place) in shown.iter().enumerate() {
            let Some(span) = excerpt.span(place) else { return (None, everything()) };
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(span);
            snippet = snippet.annotation(match &place.label {
                Some(label) => annotation.label(clean(label)),
                None => annotation,
            });
        }
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let group = level.primary_title(clean(&finding.message)).id(finding.rule).element(snippet);
        (Some(self.renderer.render(&[group])), listed)
    }
}

fn last_line(place: &Place) -> Option<u32> {
    let line = place.line?;
    Some(place.end_line.unwrap_or(line).clamp(line, line.saturating_add(LINES)))
}

/// Some lines of a source.
struct Excerpt<'a> {
    text: &'a str,
    /// The number of its first line.
    first: u32,
}

impl<'a> Excerpt<'a> {
    fn new(source: &'a str, first: u32, last: u32) -> Self {
        let start = line_start(source, first.saturating_sub(1));
        let len = line_start(&source[start..], (last.max(first) - first).saturating_add(1));
        Self { text: source[start..start + len].trim_end_matches(['\n', '\r']), first }
    }

    /// Where a place is in the excerpt, in bytes; `None` for a place that is not in it, or that spans nothing.
    fn span(&self, place: &Place) -> Option<Range<usize>> {
        let line = place.line?;
        let start = self.offset(line, place.column.unwrap_or(1))?;
        let end = match (place.end_line, place.end_column) {
            (Some(end), Some(column)) if Some(end) == last_line(place) => self.offset(end, column)?,
            _ => self.line_end(last_line(place)?)?,
        };
        // A position is shown as one character.
        let next = self.text[start..].chars().next().map_or(0, char::len_utf8);
        let span = start..end.max(start + next);
        (!span.is_empty()).then_some(span)
    }

    fn offset(&self, line: u32, column: u32) -> Option<usize> {
        let start = line_start(self.text, line.checked_sub(self.first)?);
        let end = self.line_end(line)?;
        let text = self.text.get(start..end)?;
        let column = column.saturating_sub(1) as usize;
        Some(start + text.char_indices().nth(column).map_or(text.len(), |(at, _)| at))
    }

    fn line_end(&self, line: u32) -> Option<usize> {
        let start = line_start(self.text, line.checked_sub(self.first)?);
        let line = self.text[start..].split('\n').next()?;
        Some(start + line.trim_end_matches('\r').len())
    }
}

/// The offset after that many line ends; the text's length when it has fewer.
fn line_start(text: &str, lines: u32) -> usize {
    if lines == 0 {
        return 0;
    }
    text.match_indices('\n').nth(lines as usize - 1).map_or(text.len(), |(at, _)| at + 1)
}
