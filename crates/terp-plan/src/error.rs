//! Why there is no plan.

use crate::fingerprint::ObjectKey;

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// An object that is there can't be followed, so nothing could be said of a change.
    #[error("{object} is not understood: {reason}")]
    NotUnderstood {
        /// The object.
        object: ObjectKey,
        /// Why.
        reason: String,
    },
    /// A difference for which there is no statement, or none that is known here.
    #[error("{object}: no statement is known that changes {what}")]
    NoStatement {
        /// The object.
        object: ObjectKey,
        /// What would have to change.
        what: String,
    },
    /// The server would refuse a step.
    #[error("{object}: the server would refuse a step with error {errno}: {message}\n  {sql}")]
    Refused {
        /// The object.
        object: ObjectKey,
        /// The server's error number.
        errno: u16,
        /// Its message.
        message: String,
        /// The step.
        sql: String,
    },
    /// What a server makes of a step is not known.
    #[error("{object}: what a server makes of a step is not known: {construct}\n  {sql}")]
    Unsupported {
        /// The object.
        object: ObjectKey,
        /// What is not known.
        construct: String,
        /// The step.
        sql: String,
    },
    /// The steps would not lead to what is wanted.
    #[error("the steps would not lead to what is wanted; left to change: {}", .left.join(", "))]
    NotReached {
        /// What would still differ.
        left: Vec<String>,
    },
    /// A step of a plan does something else than the plan says.
    #[error(
        "step {step} does not do to {object} what the plan says: the plan was changed, or is for another database"
    )]
    OtherEffect {
        /// The step.
        step: u32,
        /// The object.
        object: ObjectKey,
    },
    /// A step of a plan has something in it that no planner writes.
    #[error("step {step} has {what} that no planner writes: the plan was changed")]
    Changed {
        /// The step.
        step: u32,
        /// What it has.
        what: &'static str,
    },
    /// A rename that was asked for is of something that is not there, or to something that is.
    #[error("rename of {from} to {to}: {reason}")]
    Rename {
        /// The old name.
        from: String,
        /// The new name.
        to: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}
