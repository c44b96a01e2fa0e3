//! Introspection of real servers.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod broken;
mod changing;
mod cut;
mod fixtures;
mod migrations_table;
mod objects;
mod privileges;
mod programs;
mod support;
mod wire;
