//! What is wrong with a configuration, and where.

use std::fmt;

use crate::nearest::did_you_mean;

/// What is wrong with the text of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What may have been meant, or is possible.
    pub help: Option<String>,
}

impl ConfigError {
    /// The reader's complaint about a text.
    pub(super) fn toml(error: &toml::de::Error, text: &str) -> Self {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        let (message, help) = explained(error.message());
        Self { line, column, message, help }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

impl std::error::Error for ConfigError {}

fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count();
    (before.matches('\n').count() + 1, column + 1)
}

/// serde says ``unknown field `x`, expected one of `a`, `b` ``: the same in other words, with the nearest name.
fn explained(message: &str) -> (String, Option<String>) {
    let one_line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let kinds = [("unknown field ", "key"), ("unknown variant ", "value")];
    let known = kinds.iter().find_map(|(begins, what)| Some((one_line.strip_prefix(begins)?, what)));
    let Some((rest, what)) = known else { return (one_line, None) };
    let Some((name, expected)) = rest.split_once(", expected ") else { return (one_line, None) };
    // Every second piece stands between backticks.
    let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let help = did_you_mean(name.trim_matches('`'), names.iter().copied()).or_else(|| {
        let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match names.len() {
            0 => None,
            1 => Some(format!("the one that is known is {list}")),
            _ => Some(format!("those that are known are {list}")),
        }
    });
    (format!("unknown {what} {name}"), help)
}
