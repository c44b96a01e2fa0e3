//! Plans a schema change: ordered steps with their inverses, what each costs and locks, and what it loses.
//!
//! Everything here is a function from values to values: no file, no connection, no clock, nothing is printed.

pub mod online;
