//! Places in a source text: byte spans, and the lines and columns that people read.

use std::fmt;

/// A range of byte offsets, start included and end excluded.
///
/// Offsets are 32 bits wide, so that a token stays small: a source text may be up to 4 GiB in principle, and
/// callers refuse texts over 1 GiB before they come here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// A span from two offsets; an `end` before `start` gives an empty span at `start`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end: if end < start { start } else { end } }
    }

    /// The empty span at an offset.
    pub const fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// The span of a whole text.
    pub const fn of(src: &str) -> Self {
        Self { start: 0, end: offset(src.len()) }
    }

    pub(crate) const fn of_range(start: usize, end: usize) -> Self {
        Self::new(offset(start), offset(end))
    }

    /// The smallest span that holds both.
    pub const fn cover(self, other: Self) -> Self {
        let start = if other.start < self.start { other.start } else { self.start };
        let end = if other.end > self.end { other.end } else { self.end };
        Self { start, end }
    }

    /// Its text in the source that it was made from; empty when the span doesn't fit that source.
    pub fn text(self, src: &str) -> &str {
        src.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// How many bytes it has.
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// Whether it has no bytes.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether the other span lies inside this one.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// An offset that saturates instead of wrapping.
pub(crate) const fn offset(at: usize) -> u32 {
    if at > u32::MAX as usize { u32::MAX } else { at as u32 }
}

/// A place as an editor shows it: line and column count from 1, the column in characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (not bytes), from 1.
    pub column: u32,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Where the lines of a text begin. Built once for a text; a lookup is a binary search.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of a text. A line ends with `\n`; a `\r` before it belongs to the line.
    pub fn new(src: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(src.bytes().enumerate().filter(|&(_, b)| b == b'\n').map(|(i, _)| offset(i + 1)));
        Self { starts }
    }

    /// The line that holds an offset, from 1.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset).try_into().unwrap_or(u32::MAX)
    }

    /// Line and column of an offset in the text that the index was made from. An offset inside a character
    /// counts as that character's; one past the end counts as the end.
    pub fn line_column(&self, src: &str, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.line_start(line) as usize;
        let end = (offset as usize).clamp(start.min(src.len()), src.len());
        let before = src.as_bytes().get(start..end).unwrap_or_default();
        let starts = before.iter().filter(|&&b| is_char_start(b)).count();
        let inside = src.as_bytes().get(end).is_some_and(|&b| !is_char_start(b));
        let column = if inside { starts } else { starts + 1 };
        LineColumn { line, column: self::offset(column.max(1)) }
    }

    /// Offset of the first byte of a line (from 1); of the last line when there is no such line.
    pub fn line_start(&self, line: u32) -> u32 {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        self.starts.get(index).copied().unwrap_or_default()
    }

    /// A line's text without its line break; empty when there is no such line.
    pub fn line_text<'a>(&self, src: &'a str, line: u32) -> &'a str {
        let Some(index) = (line as usize).checked_sub(1).filter(|&i| i < self.starts.len()) else {
            return "";
        };
        let end = self.starts.get(index + 1).map_or(src.len(), |&next| next as usize);
        let text = src.get(self.line_start(line) as usize..end).unwrap_or_default();
        text.trim_end_matches(['\n', '\r'])
    }

    /// How many lines there are; an empty text has one.
    pub fn line_count(&self) -> u32 {
        offset(self.starts.len())
    }
}

const fn is_char_start(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}
