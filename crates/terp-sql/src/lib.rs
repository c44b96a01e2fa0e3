//! Lexer, parser and embedded engine for MySQL and MariaDB DDL.
