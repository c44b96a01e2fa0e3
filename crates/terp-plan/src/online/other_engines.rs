//! What engines other than InnoDB do.

use super::changes::Changes;
use super::{Facts, Unpredicted, Way};

/// How the table's engine makes the change.
pub(super) fn way(changes: &Changes<'_>, _facts: &Facts) -> Result<Way, Unpredicted> {
    Err(Unpredicted::new(format!("a change of a {} table", changes.before.options.engine), changes.request.span))
}
