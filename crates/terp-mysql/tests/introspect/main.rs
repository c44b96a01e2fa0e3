//! Introspection of real servers.

mod fixtures;
mod support;
