//! Plans on real servers: applied, resumed, taken back.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod crash;
mod plain;
mod support;
