//! Connecting to real servers: TLS, ways to prove who one is, and what can go wrong on the way.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on fails")]

mod auth;
mod broken;
mod support;
mod tls;
