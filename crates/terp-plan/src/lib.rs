//! Plans a schema change: ordered steps with their inverses, what each costs and locks, and what it loses.
//!
//! Everything here is a function from values to values: no file, no connection, no clock, nothing is printed.
//!
//! Each step is executed by the embedded engine on the database as the steps before it left it, so a plan that the server would refuse is
//! an error here, and what is there after each step is known beforehand.

mod classify;
mod clauses;
mod error;
mod fingerprint;
pub mod online;
mod options;
mod plan;
mod planner;
mod position;
mod text;
mod verify;
mod working;

pub use classify::{Loss, Stage};
pub use error::PlanError;
pub use fingerprint::{
    Fingerprint, Fingerprints, ObjectKey, fingerprint_of_all, fingerprints, table_fingerprint,
};
pub use options::{APPLY_SQL_MODE, PlanOptions, Rename, apply_session};
pub use plan::{Inverse, Method, PLAN_FORMAT, Plan, PlanFileError, Reversibility, Step};
pub use planner::plan;
pub use position::{backward, forward, is_done};
pub use verify::verify;
