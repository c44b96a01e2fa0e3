//! A typed model of a MySQL or MariaDB schema.
//!
//! Plain data with public fields, no IO, no async. What the model cannot hold is never dropped in silence:
//! whoever builds a model says so beside it.

mod flavor;

pub use flavor::{Flavor, FlavorError, Vendor, Version};
