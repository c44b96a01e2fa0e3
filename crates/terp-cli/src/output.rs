//! Printing.

use std::env;
use std::error::Error;
use std::ffi::OsStr;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::exit::Failure;

/// What reads a result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// A person
    #[default]
    Text,
    /// A program
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl ColorChoice {
    /// Whether stdout gets colours. Looks at the terminal and at `NO_COLOR` (<https://no-color.org>).
    pub fn on_stdout(self) -> bool {
        self.decide(io::stdout().is_terminal(), env::var_os("NO_COLOR").as_deref())
    }

    /// Whether stderr gets colours. Looks at the terminal and at `NO_COLOR`.
    pub fn on_stderr(self) -> bool {
        self.decide(io::stderr().is_terminal(), env::var_os("NO_COLOR").as_deref())
    }

    fn decide(self, terminal: bool, no_color: Option<&OsStr>) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            // An empty value is as none.
            Self::Auto => terminal && no_color.is_none_or(OsStr::is_empty),
        }
    }
}

/// Writes a command's result to stdout. A reader that has seen enough (`| head`) is no error.
///
/// # Errors
/// It can't be written.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::usage(format!("cannot write the result: {error}")))
        }
        _ => Ok(()),
    }
}

/// Says what is going on, beside the result: a line on stderr. There is nobody to tell when that fails.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A result as JSON, with the line break at its end.
///
/// # Errors
/// JSON can't hold it.
pub fn json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n").map_err(|error| Failure::failed(format!("cannot write JSON: {error}")))
}

/// An error with what caused it, on one line. A cause that the error tells already is not said again.
pub fn one_line(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let says = cause.to_string();
        if !text.ends_with(&says) {
            text = format!("{text}: {says}");
        }
        source = cause.source();
    }
    one_line_of(&text)
}

/// A text without its line breaks.
pub fn one_line_of(text: &str) -> String {
    if !text.contains(['\n', '\r']) {
        return text.to_owned();
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A path as it is shortest from the current folder, where it lies below that.
pub fn from_here(path: &Path) -> PathBuf {
    let here = env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_path_buf));
    below.filter(|below| !below.as_os_str().is_empty()).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_unless_somebody_says_otherwise() {
        let no = |text: &'static str| Some(OsStr::new(text));
        assert!(ColorChoice::Auto.decide(true, None));
        assert!(ColorChoice::Auto.decide(true, no("")));
        assert!(!ColorChoice::Auto.decide(true, no("1")));
        assert!(!ColorChoice::Auto.decide(false, None));
        assert!(ColorChoice::Always.decide(false, no("1")));
        assert!(!ColorChoice::Never.decide(true, None));
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Chain {
        text: &'static str,
        #[source]
        cause: Option<Box<Chain>>,
    }

    #[test]
    fn a_chain_of_errors_is_one_line() {
        let cause = Box::new(Chain { text: "disk full\n  really", cause: None });
        let middle = Box::new(Chain { text: "cannot write", cause: Some(cause) });
        let error = Chain { text: "no backup: cannot write", cause: Some(middle) };
        assert_eq!(one_line(&error), "no backup: cannot write: disk full really");
    }
}
