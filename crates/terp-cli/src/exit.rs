//! How a command ends.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use crate::output::say;

/// The exit codes, the same in every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// 0: all is well.
    Clean = 0,
    /// 1: there are findings or there is drift, or something that was run failed.
    Findings = 1,
    /// 2: the command was called or configured wrongly, or can't read what it was given or write its result.
    Usage = 2,
    /// 3: there was no connection to a server.
    Connection = 3,
    /// 4: a safety rule refused it, and nothing was done.
    Refused = 4,
    /// 5: it stopped half-way and can be resumed.
    Stopped = 5,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The exit of a command that says whether all is well.
    pub const fn of(all_is_well: bool) -> Self {
        if all_is_well { Self::Clean } else { Self::Findings }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// What a command returns: `Ok` even when it has findings, which its exit code tells.
pub type Outcome = Result<Exit, Failure>;

/// Why a command could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    message: String,
    exit: Exit,
}

impl Failure {
    /// A failure that ends the command so.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { message: message.into(), exit }
    }

    /// Something that was run or checked failed: exit code 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Findings, message)
    }

    /// The command was given what it cannot work on: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A file or folder that cannot be used: exit code 2.
    pub fn path(path: &Path, error: &dyn fmt::Display) -> Self {
        Self::usage(format!("{}: {error}", path.display()))
    }

    /// How the command ends.
    pub const fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// The end of `main`: says on stderr why the command failed, if it did.
pub fn end(outcome: Outcome) -> ExitCode {
    let exit = outcome.unwrap_or_else(|failure| {
        say(&format!("error: {failure}"));
        failure.exit()
    });
    exit.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_documented_ones() {
        let exits =
            [Exit::Clean, Exit::Findings, Exit::Usage, Exit::Connection, Exit::Refused, Exit::Stopped];
        assert_eq!(exits.map(Exit::code), [0, 1, 2, 3, 4, 5]);
        assert_eq!((Exit::of(true), Exit::of(false)), (Exit::Clean, Exit::Findings));
        assert_eq!(Failure::path(Path::new("a"), &"gone").to_string(), "a: gone");
        assert_eq!((Failure::usage("").exit(), Failure::failed("").exit()), (Exit::Usage, Exit::Findings));
    }
}
