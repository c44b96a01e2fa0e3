//! Lexer, parser and embedded engine for MySQL and MariaDB DDL.

pub mod ast;
mod engine;
pub mod expr;
pub mod keyword;
pub mod lexer;
mod parser;
pub mod span;
pub mod splitter;
mod sql_mode;

pub use engine::{Catalog, Effect, EngineError, ExecuteError, Session, TableRef, Unsupported};
pub use keyword::is_reserved;
pub use parser::{Parse, ParseOptions, SyntaxError, parse, parse_expression, parse_statement, parse_type};
pub use span::Span;
pub use sql_mode::{SqlMode, UnknownSqlMode};
