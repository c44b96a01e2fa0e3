//! Lines and columns for many offsets of one text, and places in one of several files.

use std::fmt;

use terp_sql::span::LineColumn;

/// A place in one of the files that something was read from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Location {
    /// Which file: an index into the list of files that comes with it. What was read from one file has 0 here.
    pub file: usize,
    /// The line, from 1.
    pub line: u32,
    /// The column, in characters from 1.
    pub column: u32,
}

impl Location {
    /// The line and column without the file.
    pub const fn line_column(self) -> LineColumn {
        LineColumn { line: self.line, column: self.column }
    }
}

impl Default for Location {
    /// The first place of the first file.
    fn default() -> Self {
        Self { file: 0, line: 1, column: 1 }
    }
}

impl From<LineColumn> for Location {
    /// A place in the only file.
    fn from(at: LineColumn) -> Self {
        Self { file: 0, line: at.line, column: at.column }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line_column().fmt(f)
    }
}

/// How far apart the known places are: a lookup counts the characters of at most one block.
const BLOCK: usize = 512;

/// Finds lines and columns. Unlike an index of lines alone it costs the same when a text is one long line, as a
/// minified file is.
pub(crate) struct Places<'a> {
    src: &'a str,
    /// The place of the byte at each multiple of [`BLOCK`].
    blocks: Vec<LineColumn>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(src: &'a str) -> Self {
        let mut at = LineColumn { line: 1, column: 1 };
        let mut blocks = Vec::with_capacity(src.len() / BLOCK + 1);
        for block in src.as_bytes().chunks(BLOCK) {
            blocks.push(at);
            at = advance(at, block);
        }
        Self { src, blocks }
    }

    /// The place of a byte; past the end, the place of the end.
    pub(crate) fn find(&self, offset: usize) -> LineColumn {
        let offset = offset.min(self.src.len());
        let last = self.blocks.len().saturating_sub(1);
        let block = (offset / BLOCK).min(last);
        let Some(&from) = self.blocks.get(block) else { return LineColumn { line: 1, column: 1 } };
        advance(from, self.src.as_bytes().get(block * BLOCK..offset).unwrap_or_default())
    }
}

/// Moves a place over some bytes; only the first byte of a character counts as a column.
fn advance(from: LineColumn, bytes: &[u8]) -> LineColumn {
    let starts = |bytes: &[u8]| bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count() as u32;
    match bytes.iter().rposition(|&b| b == b'\n') {
        None => LineColumn { line: from.line, column: from.column.saturating_add(starts(bytes)) },
        Some(last) => {
            let lines = bytes.iter().filter(|&&b| b == b'\n').count() as u32;
            let rest = bytes.get(last + 1..).unwrap_or_default();
            LineColumn { line: from.line.saturating_add(lines), column: starts(rest) + 1 }
        }
    }
}

#[cfg(test)]
mod tests {
    use terp_sql::span::LineIndex;

    use super::*;

    #[test]
    fn agrees_with_the_index_of_lines() {
        let long = format!("{}é\n{}\n\nx", "ä".repeat(700), "yz".repeat(900));
        for text in ["", "a", "\n", "a\nb\n", long.as_str()] {
            let places = Places::new(text);
            let lines = LineIndex::new(text);
            for offset in (0..=text.len()).filter(|&o| text.is_char_boundary(o)) {
                assert_eq!(
                    places.find(offset),
                    lines.line_column(text, offset as u32),
                    "{offset} of {text:?}"
                );
            }
        }
    }

    #[test]
    fn past_the_end_is_the_end() {
        assert_eq!(Places::new("a\nbc").find(99), LineColumn { line: 2, column: 3 });
    }
}
