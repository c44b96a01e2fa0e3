//! What keeps a change from being made, or made whole.

use std::fmt;

use terp_mysql::{ConnectError, IntrospectError, QueryError};

/// Who holds what is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its connection's number.
    pub connection: u64,
    /// Its account, `user@host`.
    pub account: String,
    /// What it does: its statement, or its state.
    pub doing: String,
    /// For how long, in seconds.
    pub seconds: u64,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connection, account, doing, seconds } = self;
        write!(f, "connection {connection} of {account}, for {seconds} s: {doing}")
    }
}

fn list(holders: &[Holder]) -> String {
    if holders.is_empty() {
        return "who holds it can't be seen".to_owned();
    }
    holders.iter().map(Holder::to_string).collect::<Vec<_>>().join("; ")
}

/// What a caller does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MigrateErrorKind {
    /// There is no connection.
    Connection,
    /// A safety rule says no; nothing was changed.
    Refused,
    /// A run stopped half-way. It can be resumed, or taken back.
    Stopped,
    /// Something failed before anything was changed.
    Failed,
}

/// What keeps a change from being made, or made whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The database can't be read.
    #[error(transparent)]
    Introspect(#[from] IntrospectError),
    /// A query of the journal or about the server failed.
    #[error("{what}: {source}")]
    Query {
        /// What was asked for.
        what: &'static str,
        /// Why there is no answer.
        #[source]
        source: QueryError,
    },
    /// Another runner works on this database.
    #[error("another run holds the lock of this database: {}", list(.0))]
    Locked(Vec<Holder>),
    /// Objects of the database are not understood, so nothing can be said of a change.
    #[error("not everything in the database is known: {}", .0.join("; "))]
    NotUnderstood(Vec<String>),
    /// The plan is for another database, or the database changed since.
    #[error("the plan was made for another state of this database (or for another database): {}", .differences.join(", "))]
    OtherState {
        /// What is known to differ.
        differences: Vec<String>,
    },
    /// The plan is for another server.
    #[error("the plan is for {plan}, the server is {server}")]
    OtherServer {
        /// The plan's.
        plan: String,
        /// The server's.
        server: String,
    },
    /// The plan does not do what it says.
    #[error("the plan can't be applied: {0}")]
    Plan(#[from] terp_plan::PlanError),
    /// A run that is not finished is in the way.
    #[error("run {0} is not finished: resume it, or roll it back")]
    Unfinished(u64),
    /// There is no run to resume or to roll back.
    #[error("there is no such run: {0}")]
    NoRun(String),
    /// The journal holds what this version does not understand.
    #[error("run {run} of the journal is not understood: {reason}")]
    Journal {
        /// The run.
        run: u64,
        /// Why.
        reason: String,
    },
    /// The server does not take changes now.
    #[error("the server is read-only ({0})")]
    ReadOnly(&'static str),
    /// Steps that can't be taken back without a loss.
    #[error("taking run {run} back would lose data, or is not possible: {}", .steps.join("; "))]
    Irreversible {
        /// The run.
        run: u64,
        /// The steps, and what would be lost.
        steps: Vec<String>,
    },
    /// The server refused a step. What was done before it stays, and is in the journal.
    #[error("run {run} stopped at step {step}: {source}\n  {sql}")]
    Step {
        /// The run.
        run: u64,
        /// The step.
        step: u32,
        /// Its statement.
        sql: String,
        /// What the server said.
        #[source]
        source: QueryError,
    },
    /// A step waited for a lock of a table for too long.
    #[error("run {run} stopped at step {step}: the table is in use; {}", list(.holders))]
    Blocked {
        /// The run.
        run: u64,
        /// The step.
        step: u32,
        /// Who uses it.
        holders: Vec<Holder>,
    },
    /// After a step an object is neither what it was nor what it was to be.
    #[error(
        "run {run} stopped at step {step}: {object} is neither what it was before the step nor what it was to be after it; somebody else changed it"
    )]
    Ambiguous {
        /// The run.
        run: u64,
        /// The step.
        step: u32,
        /// The object.
        object: String,
    },
    /// All steps are done, and the database is not what the plan said.
    #[error("run {run}: all steps are done, and the database is not what the plan says: {}", .differences.join(", "))]
    NotReached {
        /// The run.
        run: u64,
        /// What differs.
        differences: Vec<String>,
    },
    /// The connection was lost in a run, and could not be made again.
    #[error("run {run}: {source}; what was done is in the journal")]
    Lost {
        /// The run.
        run: u64,
        /// Why.
        #[source]
        source: Box<MigrateError>,
    },
}

impl MigrateError {
    /// What a caller does about it.
    pub const fn kind(&self) -> MigrateErrorKind {
        match self {
            Self::Connect(_) | Self::Introspect(IntrospectError::Connect(_)) => MigrateErrorKind::Connection,
            Self::Locked(_)
            | Self::NotUnderstood(_)
            | Self::OtherState { .. }
            | Self::OtherServer { .. }
            | Self::Plan(_)
            | Self::Unfinished(_)
            | Self::Irreversible { .. }
            | Self::ReadOnly(_) => MigrateErrorKind::Refused,
            Self::Step { .. }
            | Self::Blocked { .. }
            | Self::Ambiguous { .. }
            | Self::NotReached { .. }
            | Self::Lost { .. } => MigrateErrorKind::Stopped,
            Self::Introspect(_) | Self::Query { .. } | Self::NoRun(_) | Self::Journal { .. } => {
                MigrateErrorKind::Failed
            }
        }
    }

    /// The run that it is about.
    pub const fn run(&self) -> Option<u64> {
        match self {
            Self::Unfinished(run) => Some(*run),
            Self::Journal { run, .. }
            | Self::Irreversible { run, .. }
            | Self::Step { run, .. }
            | Self::Blocked { run, .. }
            | Self::Ambiguous { run, .. }
            | Self::NotReached { run, .. }
            | Self::Lost { run, .. } => Some(*run),
            _ => None,
        }
    }

    /// Whether the connection went away, so that a new one may know more.
    pub(crate) const fn is_lost(&self) -> bool {
        matches!(
            self,
            Self::Query { source: QueryError::Lost(_) | QueryError::TimedOut(_), .. }
                | Self::Step { source: QueryError::Lost(_) | QueryError::TimedOut(_), .. }
        )
    }
}

/// Names what was asked for.
pub(crate) trait What<T> {
    fn what(self, what: &'static str) -> Result<T, MigrateError>;
}

impl<T> What<T> for Result<T, QueryError> {
    fn what(self, what: &'static str) -> Result<T, MigrateError> {
        self.map_err(|source| MigrateError::Query { what, source })
    }
}
