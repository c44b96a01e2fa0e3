//! What terp's command lines share: how they end, how they print, what `terp.toml` says, and the commands that several of them
//! have.
//!
//! Unlike the libraries below it, this one writes to stdout and stderr and looks at the terminal and at `NO_COLOR`.

pub mod check;
pub mod config;
mod exit;
pub mod live;
mod nearest;
mod output;
pub mod source;

pub use exit::{Exit, Failure, Outcome, end};
pub use nearest::{did_you_mean, nearest};
pub use output::{ColorChoice, Format, from_here, json, one_line, one_line_of, print, say};
