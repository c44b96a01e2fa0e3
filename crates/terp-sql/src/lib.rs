//! Lexer, parser and embedded engine for MySQL and MariaDB DDL.
//!
//! ```
//! use terp_schema_model::Flavor;
//! use terp_sql::Catalog;
//!
//! let flavor = Flavor::MYSQL_9_7;
//! let mut catalog = Catalog::new(flavor);
//! catalog.create_database("shop", flavor.default_character_set());
//! catalog.use_database("shop");
//! catalog.execute_text("CREATE TABLE clients (id SERIAL, name VARCHAR(80) NOT NULL)")?;
//! let refused = catalog.execute_text("ALTER TABLE clients DROP COLUMN nmae").unwrap_err();
//! assert_eq!(refused.errno(), Some(1091));
//! assert!(catalog.show_create_table("shop", "clients").unwrap().contains("bigint unsigned NOT NULL AUTO_INCREMENT"));
//! # Ok::<(), terp_sql::ExecuteError>(())
//! ```
//!
//! The way is text, tokens ([`lexer`]), statements of a script ([`splitter`]), syntax tree ([`ast`], [`parse`]), and what the
//! tree does to a [`Catalog`]. Nothing here reads a file, opens a connection, prints or panics, and what is not known to
//! be done as a server does it is [`ExecuteError::Unsupported`], with its place.

pub mod ast;
mod engine;
pub mod expr;
pub mod keyword;
pub mod lexer;
mod parser;
mod shown;
pub mod span;
pub mod splitter;
mod sql_mode;

pub use engine::{
    AssumedSetting, Catalog, Effect, EngineError, ExecuteError, Session, TableRef, Unsupported,
};
pub use keyword::is_reserved;
pub use parser::{Parse, ParseOptions, SyntaxError, parse, parse_expression, parse_statement, parse_type};
pub use shown::as_shown;
pub use span::Span;
pub use sql_mode::{SqlMode, UnknownSqlMode};
