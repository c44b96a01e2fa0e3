//! From the text of a module to its syntax tree, also when a statement of it is broken.

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

/// How deep brackets may nest. The parser calls itself for each level, and its stack is bounded.
const MAX_BRACKETS: u32 = 500;

/// How many operators that nest without brackets may follow each other (`!!!x`, `a = b = c`, `a ? b : c ? d : e`).
const MAX_OPERATORS: u32 = 4_000;

/// How many broken statements are cut out before the rest of a file is given up.
const MAX_BROKEN: usize = 50;

/// A module's tree, and the statements that had to be cut out of it.
pub(super) struct Parsed<'a> {
    pub(super) program: &'a Program<'a>,
    pub(super) broken: Vec<Broken<'a>>,
}

/// A statement that can't be parsed.
pub(super) struct Broken<'a> {
    pub(super) message: String,
    /// Where the parser gave up.
    pub(super) at: (u32, u32),
    /// The names that it seems to declare, and whether it exports them.
    pub(super) names: Vec<(&'a str, bool)>,
}

pub(super) fn parse<'a>(allocator: &'a Allocator, text: &'a str, source_type: SourceType) -> Parsed<'a> {
    let mut broken = Vec::new();
    let mut current = text;
    if let Some((at, message)) = too_deep(text) {
        broken.push(Broken { message: message.to_owned(), at: (at, at), names: names(allocator, text) });
        current = "";
    }
    loop {
        let options = ParseOptions { preserve_parens: false, ..ParseOptions::default() };
        let parsed = Parser::new(allocator, current, source_type).with_options(options).parse();
        let error =
            parsed.diagnostics.iter().find(|error| error.severity == oxc_diagnostics::Severity::Error);
        let Some(error) = error else {
            return Parsed { program: allocator.alloc(parsed.program), broken };
        };
        let label = error.labels.as_ref().first();
        let end_of_text = u32::try_from(current.len()).unwrap_or(u32::MAX);
        let (start, end) = label.map_or((end_of_text, end_of_text), |label| {
            let start = label.offset();
            (start, start.saturating_add(label.len()))
        });
        let statement = enclosing_statement(current, start as usize);
        let cut = current.get(statement.clone()).unwrap_or_default();
        broken.push(Broken {
            message: lowercase_start(&error.message),
            at: (start, end),
            names: names(allocator, cut),
        });
        if broken.len() > MAX_BROKEN || cut.trim().is_empty() {
            // Nothing of the file is believed.
            let rest = names(allocator, current);
            if let Some(last) = broken.last_mut() {
                last.names.extend(rest);
            }
            current = "";
        } else {
            current = allocator.alloc_str(&blanked(current, statement));
        }
    }
}

fn lowercase_start(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

const STARTS: [&str; 14] = [
    "export ",
    "const ",
    "let ",
    "var ",
    "import ",
    "function ",
    "async ",
    "class ",
    "type ",
    "interface ",
    "enum ",
    "declare ",
    "namespace ",
    "abstract ",
];

/// The lines that seem to be the statement around an offset: from a line that begins as statements of a module do to the
/// next such line.
fn enclosing_statement(text: &str, at: usize) -> std::ops::Range<usize> {
    let mut start = 0;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let begins = STARTS.iter().any(|word| line.starts_with(word));
        if begins && offset > at {
            return start..offset;
        }
        if begins {
            start = offset;
        }
        offset += line.len();
    }
    start..text.len()
}

/// The text with spaces in place of a piece of it, so that offsets stay.
fn blanked(text: &str, piece: std::ops::Range<usize>) -> String {
    let blank = |c: char| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) };
    let (before, rest) = text.split_at_checked(piece.start).unwrap_or((text, ""));
    let (inside, after) = rest.split_at_checked(piece.len()).unwrap_or((rest, ""));
    let mut out = String::with_capacity(text.len());
    out.push_str(before);
    inside.chars().for_each(|c| out.push_str(&blank(c)));
    out.push_str(after);
    out
}

/// The names that statements at the beginning of lines seem to declare.
fn names<'a>(allocator: &'a Allocator, text: &str) -> Vec<(&'a str, bool)> {
    let mut found = Vec::new();
    for line in text.lines() {
        let (exported, rest) = line.strip_prefix("export ").map_or((false, line), |rest| (true, rest));
        let declared = ["const ", "let ", "var ", "function ", "class ", "enum "];
        let Some(rest) = declared.iter().find_map(|word| rest.strip_prefix(word)) else { continue };
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        if !name.is_empty() {
            found.push((allocator.alloc_str(name), exported));
        }
    }
    found
}

/// Where a text nests deeper than the parser is to follow. An estimate from its characters, on the safe side.
fn too_deep(text: &str) -> Option<(u32, &'static str)> {
    let bytes = text.as_bytes();
    // The operators since the last separator, for each open bracket.
    let mut open: Vec<u32> = vec![0];
    let mut total = 0_u32;
    let mut at = 0;
    let mut before = b';';
    while let Some(&byte) = bytes.get(at) {
        let offset = u32::try_from(at).unwrap_or(u32::MAX);
        match byte {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = text.get(at..).and_then(|rest| rest.find('\n')).map_or(bytes.len(), |len| at + len);
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = text
                    .get(at + 2..)
                    .and_then(|rest| rest.find("*/"))
                    .map_or(bytes.len(), |len| at + len + 4);
                continue;
            }
            // A regular expression: where an operand has to be.
            b'/' if b"(,=:[!&|?{};\n".contains(&before) => {
                at = end_of_line_or(bytes, at + 1, b'/');
                before = b'/';
                continue;
            }
            b'"' | b'\'' => {
                at = end_of_line_or(bytes, at + 1, byte);
                before = byte;
                continue;
            }
            b'(' | b'[' | b'{' => {
                open.push(0);
                if open.len() > MAX_BRACKETS as usize {
                    return Some((offset, "brackets nest deeper than any schema's do"));
                }
            }
            b')' | b']' | b'}' if open.len() > 1 => {
                total -= open.pop().unwrap_or(0);
            }
            b',' | b';' => {
                if let Some(count) = open.last_mut() {
                    total -= std::mem::take(count);
                }
            }
            b'\n' if open.len() == 1 && starts_statement(text, at + 1) => {
                if let Some(count) = open.last_mut() {
                    total -= std::mem::take(count);
                }
            }
            b'!' | b'~' | b'+' | b'-' | b'*' | b'=' | b'?' | b':' | b'<' | b'.' | b'|' | b'&' => {
                if let Some(count) = open.last_mut() {
                    *count += 1;
                    total += 1;
                }
            }
            b' ' if is_nesting_word(bytes, at) => {
                if let Some(count) = open.last_mut() {
                    *count += 1;
                    total += 1;
                }
            }
            _ => {}
        }
        if total > MAX_OPERATORS {
            return Some((offset, "operators follow each other more often than in any schema"));
        }
        if !byte.is_ascii_whitespace() || byte == b'\n' && b"(,=:[!&|?{};".contains(&before) {
            before = if byte == b'\n' { before } else { byte };
        }
        at += 1;
    }
    None
}

fn starts_statement(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| STARTS.iter().any(|word| rest.starts_with(word)))
}

/// Whether a blank ends a word after which the parser goes one level deeper.
fn is_nesting_word(bytes: &[u8], blank: usize) -> bool {
    const WORDS: [&[u8]; 12] = [
        b"typeof",
        b"void",
        b"delete",
        b"await",
        b"yield",
        b"new",
        b"else",
        b"keyof",
        b"readonly",
        b"unique",
        b"infer",
        b"extends",
    ];
    bytes.get(..blank).is_some_and(|before| WORDS.iter().any(|word| before.ends_with(word)))
}

/// The offset after a closing character, or the end of the line.
fn end_of_line_or(bytes: &[u8], mut at: usize, close: u8) -> usize {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            _ if byte == close => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}
