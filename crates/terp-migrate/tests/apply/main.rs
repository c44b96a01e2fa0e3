//! Plans on real servers: applied, resumed, taken back.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[path = "../../../terp-plan/tests/common/mod.rs"]
mod common;
mod conversions;
mod crash;
mod plain;
mod random;
mod support;
