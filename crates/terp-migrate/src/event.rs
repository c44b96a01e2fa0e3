//! What happens in a run, as it happens.

use std::time::Duration;

use terp_plan::Step;

use crate::error::Holder;

/// What happens in a run, as it happens.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A run begins, or goes on.
    Run {
        /// Its number in the journal.
        run: u64,
        /// How many steps it has.
        steps: usize,
        /// How many of them are done.
        done: usize,
    },
    /// A statement of a runner that is gone still runs; it is waited for.
    Orphan(&'a Holder),
    /// A step begins.
    Begun(&'a Step),
    /// A step waits for others to let go of its table.
    Waiting {
        /// The step.
        step: &'a Step,
        /// Who uses the table.
        holders: &'a [Holder],
        /// How often it was tried.
        attempt: u32,
    },
    /// A step is done.
    Done {
        /// The step.
        step: &'a Step,
        /// How long its statement took.
        took: Duration,
    },
    /// A step was found done when the run was taken up again.
    Found(&'a Step),
    /// The connection was lost; a new one is made.
    Reconnecting(&'a str),
    /// A run is done, and the database is what it was to be.
    Finished {
        /// Its number in the journal.
        run: u64,
    },
}

/// Who is told.
pub type Events<'e> = &'e mut (dyn FnMut(Event<'_>) + Send);
