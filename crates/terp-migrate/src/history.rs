//! What the journal tells of the past.

use terp_mysql::Connection;

use crate::error::{MigrateError, What};
use crate::journal::{self, RunKind, RunState, StepState};
use crate::session::{number, text};

/// A run of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunRecord {
    /// Its number.
    pub run: u64,
    /// What it is.
    pub kind: RunKind,
    /// The run that it takes back.
    pub of_run: Option<u64>,
    /// How it stands.
    pub state: RunState,
    /// Who made it.
    pub actor: String,
    /// Where.
    pub host: String,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// What stopped it.
    pub error: Option<String>,
    /// When it began, in the server's time zone.
    pub started_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
    /// Its steps.
    pub steps: Vec<StepRecord>,
}

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepRecord {
    /// Its number in the run.
    pub number: u32,
    /// How it stands.
    pub state: StepState,
    /// Its statement.
    pub sql: String,
    /// What stopped it.
    pub error: Option<String>,
}

/// All runs, the newest last.
pub(crate) async fn read(connection: &mut Connection) -> Result<Vec<RunRecord>, MigrateError> {
    if !journal::exists(connection).await? {
        return Ok(Vec::new());
    }
    let what = "read the journal";
    let runs = connection
        .query(
            "SELECT `id`, `kind`, `of_run`, `state`, `actor`, `host`, `reason`, `error`, `started_at`, `ended_at` FROM `__terp_run` \
             ORDER BY `id`",
        )
        .await
        .what(what)?;
    let mut out = Vec::new();
    for row in &runs.rows {
        let run = number(row, 0).unwrap_or_default();
        let wrong = |reason: &str| MigrateError::Journal { run, reason: reason.to_owned() };
        let word = |at| text(row, at).unwrap_or_default();
        out.push(RunRecord {
            run,
            kind: RunKind::of(&word(1)).ok_or_else(|| wrong("its kind is unknown"))?,
            of_run: number(row, 2),
            state: RunState::of(&word(3)).ok_or_else(|| wrong("its state is unknown"))?,
            actor: word(4),
            host: word(5),
            reason: text(row, 6),
            error: text(row, 7),
            started_at: word(8),
            ended_at: text(row, 9),
            steps: Vec::new(),
        });
    }
    let steps = connection
        .query("SELECT `run_id`, `seq`, `state`, `statement`, `error` FROM `__terp_step` ORDER BY `run_id`, `seq`")
        .await
        .what(what)?;
    for row in &steps.rows {
        let run = number(row, 0).unwrap_or_default();
        let wrong = || MigrateError::Journal { run, reason: "the state of a step is unknown".to_owned() };
        let record = StepRecord {
            number: number(row, 1).and_then(|seq| u32::try_from(seq).ok()).unwrap_or_default(),
            state: StepState::of(&text(row, 2).unwrap_or_default()).ok_or_else(wrong)?,
            sql: text(row, 3).unwrap_or_default(),
            error: text(row, 4),
        };
        if let Some(owner) = out.iter_mut().find(|record| record.run == run) {
            owner.steps.push(record);
        }
    }
    Ok(out)
}
