//! The journal: what was planned, what was about to be done, what was done. It lives in the database that it is about.

use terp_mysql::Connection;
use terp_plan::{Fingerprint, Plan};

use crate::error::{MigrateError, What};
use crate::session::{literal, literal_or_null, number, text};

/// The tables of the journal.
pub const JOURNAL_TABLES: [&str; 3] = ["__terp_run", "__terp_step", "__terp_audit"];

/// Whether a table is one of terp's own.
pub(crate) fn is_ours(table: &str) -> bool {
    table.starts_with("__terp_")
}

const CREATE: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS `__terp_run` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `kind` varchar(16) NOT NULL,
  `of_run` bigint unsigned DEFAULT NULL,
  `state` varchar(16) NOT NULL,
  `plan_hash` char(64) NOT NULL,
  `plan` longtext NOT NULL,
  `before_fingerprint` char(64) NOT NULL,
  `after_fingerprint` char(64) NOT NULL,
  `server` varchar(64) NOT NULL,
  `tool` varchar(64) NOT NULL,
  `actor` varchar(255) NOT NULL,
  `host` varchar(255) NOT NULL,
  `reason` text,
  `error` text,
  `started_at` datetime(6) NOT NULL,
  `ended_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE TABLE IF NOT EXISTS `__terp_step` (
  `run_id` bigint unsigned NOT NULL,
  `seq` int unsigned NOT NULL,
  `state` varchar(16) NOT NULL,
  `statement` longtext NOT NULL,
  `connection_id` bigint unsigned DEFAULT NULL,
  `lost` text,
  `error` text,
  `started_at` datetime(6) DEFAULT NULL,
  `ended_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`run_id`,`seq`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
    "CREATE TABLE IF NOT EXISTS `__terp_audit` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `at` datetime(6) NOT NULL,
  `actor` varchar(255) NOT NULL,
  `host` varchar(255) NOT NULL,
  `action` varchar(64) NOT NULL,
  `detail` longtext NOT NULL,
  `previous` char(64) NOT NULL,
  `hash` char(64) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
];

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl $name {
            /// As the journal has it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            pub(crate) fn of(word: &str) -> Option<Self> {
                [$(Self::$variant,)+].into_iter().find(|known| known.as_str() == word)
            }
        }
    };
}

words! {
    /// What a run is.
    RunKind {
        /// The steps of a plan.
        Apply = "apply",
        /// The steps that take another run back.
        Rollback = "rollback",
    }
}

words! {
    /// How a run stands.
    RunState {
        /// It is at work, or its runner is gone.
        Running = "running",
        /// A step was refused, or what was found is not what it should be.
        Stopped = "stopped",
        /// All its steps are done, and the database is what it was to be.
        Done = "done",
        /// A run that was done, or not quite, and was taken back.
        RolledBack = "rolled back",
        /// It could neither go on nor back, and somebody said so.
        Abandoned = "abandoned",
    }
}

words! {
    /// How a step stands.
    StepState {
        /// Nothing was sent yet.
        Planned = "planned",
        /// The statement was about to be sent; whether it was done is for the schema to say.
        Intent = "intent",
        /// The schema says that it was done.
        Applied = "applied",
        /// The server refused it, and the schema says that it was not done.
        Failed = "failed",
    }
}

/// Who makes a run, for the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) actor: String,
    pub(crate) host: String,
    pub(crate) tool: String,
}

/// Makes the journal's tables where they are not there.
pub(crate) async fn create(connection: &mut Connection) -> Result<(), MigrateError> {
    for sql in CREATE {
        connection.query(sql).await.what("make the journal")?;
    }
    Ok(())
}

/// Whether there is a journal.
pub(crate) async fn exists(connection: &mut Connection) -> Result<bool, MigrateError> {
    let rows = connection.query("SHOW TABLES LIKE '\\_\\_terp\\_run'").await.what("look for the journal")?;
    Ok(!rows.rows.is_empty())
}

/// A run as the journal has it.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) id: u64,
    pub(crate) kind: RunKind,
    pub(crate) of_run: Option<u64>,
    pub(crate) state: RunState,
    pub(crate) plan: Plan,
}

/// Writes down a new run and all its steps, or nothing of it.
pub(crate) async fn begin(
    connection: &mut Connection,
    kind: RunKind,
    of_run: Option<u64>,
    plan: &Plan,
    server: &str,
    author: &Author,
    reason: Option<&str>,
) -> Result<u64, MigrateError> {
    let what = "write a run into the journal";
    connection.query("START TRANSACTION").await.what(what)?;
    let of = of_run.map_or_else(|| "NULL".to_owned(), |run| run.to_string());
    let sql = format!(
        "INSERT INTO `__terp_run` (`kind`, `of_run`, `state`, `plan_hash`, `plan`, `before_fingerprint`, `after_fingerprint`, `server`, \
         `tool`, `actor`, `host`, `reason`, `started_at`) VALUES ({}, {of}, 'running', '{}', {}, '{}', '{}', {}, {}, {}, {}, {}, NOW(6))",
        literal(kind.as_str()),
        plan.hash(),
        literal(&plan.to_json()),
        plan.before,
        plan.after,
        literal(server),
        literal(&author.tool),
        literal(&author.actor),
        literal(&author.host),
        literal_or_null(reason),
    );
    connection.query(&sql).await.what(what)?;
    let rows = connection.query("SELECT LAST_INSERT_ID()").await.what(what)?;
    let run = rows.rows.first().and_then(|row| number(row, 0)).unwrap_or_default();
    for steps in plan.steps.chunks(50) {
        let values: Vec<String> = steps
            .iter()
            .map(|step| format!("({run}, {}, 'planned', {})", step.number, literal(&step.sql)))
            .collect();
        let sql = format!(
            "INSERT INTO `__terp_step` (`run_id`, `seq`, `state`, `statement`) VALUES {}",
            values.join(", ")
        );
        connection.query(&sql).await.what(what)?;
    }
    connection.query("COMMIT").await.what(what)?;
    Ok(run)
}

/// Writes down how a step stands.
pub(crate) async fn step(
    connection: &mut Connection,
    run: u64,
    seq: u32,
    state: StepState,
    error: Option<&str>,
) -> Result<(), MigrateError> {
    let times = match state {
        StepState::Intent => "`started_at` = NOW(6), `ended_at` = NULL, `connection_id` = CONNECTION_ID()",
        _ => "`ended_at` = NOW(6)",
    };
    let sql = format!(
        "UPDATE `__terp_step` SET `state` = '{}', `error` = {}, {times} WHERE `run_id` = {run} AND `seq` = {seq}",
        state.as_str(),
        literal_or_null(error)
    );
    connection.query(&sql).await.what("write a step into the journal")?;
    Ok(())
}

/// Writes down what a step destroys, or that there was nothing to destroy.
pub(crate) async fn lost(
    connection: &mut Connection,
    run: u64,
    seq: u32,
    lost: &str,
) -> Result<(), MigrateError> {
    let sql = format!(
        "UPDATE `__terp_step` SET `lost` = {} WHERE `run_id` = {run} AND `seq` = {seq}",
        literal(lost)
    );
    connection.query(&sql).await.what("write a step into the journal")?;
    Ok(())
}

/// Writes down how a run stands.
pub(crate) async fn end(
    connection: &mut Connection,
    run: u64,
    state: RunState,
    error: Option<&str>,
) -> Result<(), MigrateError> {
    let sql = format!(
        "UPDATE `__terp_run` SET `state` = '{}', `error` = {}, `ended_at` = NOW(6) WHERE `id` = {run}",
        state.as_str(),
        literal_or_null(error)
    );
    connection.query(&sql).await.what("write the end of a run into the journal")?;
    Ok(())
}

const RUN: &str = "SELECT `id`, `kind`, `of_run`, `state`, `plan`, `plan_hash` FROM `__terp_run`";

/// A run by its number.
pub(crate) async fn run(connection: &mut Connection, id: u64) -> Result<Option<Run>, MigrateError> {
    let rows = connection.query(&format!("{RUN} WHERE `id` = {id}")).await.what("read the journal")?;
    rows.rows.first().map(read_run).transpose()
}

/// The run that is neither done nor taken back, if there is one.
pub(crate) async fn unfinished(connection: &mut Connection) -> Result<Option<Run>, MigrateError> {
    let sql = format!("{RUN} WHERE `state` IN ('running', 'stopped') ORDER BY `id` DESC LIMIT 1");
    let rows = connection.query(&sql).await.what("read the journal")?;
    rows.rows.first().map(read_run).transpose()
}

fn read_run(row: &terp_mysql::Row) -> Result<Run, MigrateError> {
    let id = number(row, 0).unwrap_or_default();
    let wrong = |reason: &str| MigrateError::Journal { run: id, reason: reason.to_owned() };
    let word = |at| text(row, at).unwrap_or_default();
    let plan = Plan::from_json(&word(4)).map_err(|error| wrong(&error.to_string()))?;
    if Fingerprint::parse(&word(5)).ok() != Some(plan.hash()) {
        return Err(wrong("its plan is not the one that was written"));
    }
    Ok(Run {
        id,
        kind: RunKind::of(&word(1)).ok_or_else(|| wrong("its kind is unknown"))?,
        of_run: number(row, 2),
        state: RunState::of(&word(3)).ok_or_else(|| wrong("its state is unknown"))?,
        plan,
    })
}

/// How the steps of a run stand: number, state, and what they destroyed.
pub(crate) async fn steps(
    connection: &mut Connection,
    run: u64,
) -> Result<Vec<(u32, StepState, Option<String>)>, MigrateError> {
    let sql =
        format!("SELECT `seq`, `state`, `lost` FROM `__terp_step` WHERE `run_id` = {run} ORDER BY `seq`");
    let rows = connection.query(&sql).await.what("read the journal")?;
    let wrong = || MigrateError::Journal { run, reason: "the state of a step is unknown".to_owned() };
    let read = |row: &terp_mysql::Row| {
        let seq = number(row, 0).and_then(|seq| u32::try_from(seq).ok()).ok_or_else(wrong)?;
        let state = StepState::of(&text(row, 1).unwrap_or_default()).ok_or_else(wrong)?;
        Ok((seq, state, text(row, 2)))
    };
    rows.rows.iter().map(read).collect()
}

/// Adds to the chain of what was done by force: each entry has the hash of the one before in its own.
pub(crate) async fn audit(
    connection: &mut Connection,
    author: &Author,
    action: &str,
    detail: &str,
) -> Result<(), MigrateError> {
    let what = "write the audit entry";
    connection.query("START TRANSACTION").await.what(what)?;
    let sql = "SELECT `hash` FROM `__terp_audit` ORDER BY `id` DESC LIMIT 1 FOR UPDATE";
    let rows = connection.query(sql).await.what(what)?;
    let previous = rows.rows.first().and_then(|row| text(row, 0)).unwrap_or_else(|| "0".repeat(64));
    let rows = connection.query("SELECT NOW(6)").await.what(what)?;
    let at = rows.rows.first().and_then(|row| text(row, 0)).unwrap_or_default();
    let chained = [&previous, &at, &author.actor, &author.host, action, detail]
        .map(|part| part.replace('\\', "\\\\").replace('\n', "\\n"))
        .join("\n");
    let sql = format!(
        "INSERT INTO `__terp_audit` (`at`, `actor`, `host`, `action`, `detail`, `previous`, `hash`) VALUES ({}, {}, {}, {}, {}, {}, '{}')",
        literal(&at),
        literal(&author.actor),
        literal(&author.host),
        literal(action),
        literal(detail),
        literal(&previous),
        Fingerprint::of_text(&chained)
    );
    connection.query(&sql).await.what(what)?;
    connection.query("COMMIT").await.what(what)?;
    Ok(())
}
