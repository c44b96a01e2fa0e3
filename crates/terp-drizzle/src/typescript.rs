//! Evaluates modules in TypeScript, as far as schemas need it, without running anything outside them.
//!
//! Statements run in their order on mutable values, as JavaScript has it, since Drizzle's builders are such values. What
//! depends on the world outside (environment, packages, files, the clock) is an unknown value that carries its reason
//! and its place through whatever it is used in. Nothing here reads a file; a [`SourceTree`] gives the texts.

pub(crate) mod builtin;
mod call;
mod class;
mod control;
mod expression;
mod hoist;
pub(crate) mod interpreter;
pub(crate) mod module;
mod names;
mod namespace;
pub(crate) mod number;
mod operator;
mod package;
mod parse;
mod pattern;
mod property;
pub(crate) mod resolve;
pub(crate) mod scope;
mod skipped;
mod statement;
mod target;
mod uses;
pub(crate) mod value;

pub(crate) use interpreter::Interpreter;
pub use interpreter::ProblemKind;
pub use resolve::{CompilerOptions, SourceTree};
