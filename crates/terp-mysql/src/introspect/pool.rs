//! A few sessions that ask the same server. What they ask changes nothing, so what was lost with a connection is asked again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use terp_schema_model::quote::identifier;
use tokio::task::JoinSet;

use super::list::{self, Server};
use super::object::Object;
use super::{IntrospectError, IntrospectOptions};
use crate::connection::{Batch, Connection, Rows};
use crate::error::{ConnectError, QueryError};
use crate::options::ConnectOptions;

/// Below this many statements it is not worth another session.
const FEW: usize = 8;

/// A refusal of one statement, after which the session is as good as before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) errno: u16,
    pub(super) state: String,
    pub(super) message: String,
}

impl From<Refusal> for QueryError {
    fn from(Refusal { errno, state, message }: Refusal) -> Self {
        Self::Server { errno, state, message }
    }
}

/// The answer to one statement.
pub(super) type Answer = Result<Rows, Refusal>;

/// A database's sessions.
pub(super) struct Pool {
    plan: Arc<Plan>,
    sessions: Vec<Session>,
    wanted: usize,
}

/// What every session needs to be opened.
#[derive(Clone)]
struct Plan {
    connect: ConnectOptions,
    /// Statements for a new session; those that a server does not know are passed over.
    setup: Vec<String>,
    reconnects: u32,
    per_packet: usize,
}

/// One session, which opens itself again when it is lost.
pub(super) struct Session {
    plan: Arc<Plan>,
    connection: Option<Connection>,
    reconnects: u32,
    /// Whether each statement has to be sent on its own.
    one_by_one: bool,
}

impl Pool {
    /// Opens the first session and asks the server who it is.
    pub(super) async fn open(
        connect: &ConnectOptions,
        database: &str,
        options: &IntrospectOptions,
    ) -> Result<(Self, Server), IntrospectError> {
        let mut connect = connect.clone();
        // An account may connect and still not use the database, and then the reason is to be said.
        connect.database = None;
        let mut plan = Plan {
            setup: setup(&connect),
            connect,
            reconnects: options.reconnects,
            per_packet: options.statements_per_packet.max(1),
        };
        let mut session = Session::open(Arc::new(plan.clone())).await?;
        let server = list::server(&mut session, database).await?;
        // From here on, sessions are in the database: whether names in the text of a view are qualified depends on it.
        let use_database = format!("USE {}", identifier(&server.database));
        session.ask(std::slice::from_ref(&use_database)).await?;
        plan.setup.push(use_database);
        let plan = Arc::new(plan);
        session.plan = Arc::clone(&plan);
        let wanted = options.sessions.max(1);
        Ok((Self { plan, sessions: vec![session], wanted }, server))
    }

    /// A session, one that is open where there is one.
    pub(super) fn any(&mut self) -> &mut Session {
        let session = self.sessions.pop().unwrap_or_else(|| Session::closed(Arc::clone(&self.plan)));
        self.sessions.push_mut(session)
    }

    /// Shows objects, each with the answer at its place.
    pub(super) async fn show(
        &mut self,
        database: &str,
        objects: &[Object],
    ) -> Result<Vec<Answer>, IntrospectError> {
        let size =
            objects.len().div_ceil(self.wanted).clamp(FEW.min(self.plan.per_packet), self.plan.per_packet);
        let mut chunks = VecDeque::new();
        for (number, chunk) in objects.chunks(size).enumerate() {
            let statements: Vec<String> = chunk.iter().map(|object| object.show_create(database)).collect();
            chunks.push_back((number * size, statements));
        }
        let workers = self.wanted.min(chunks.len());
        let queue = Arc::new(Mutex::new(chunks));
        let mut tasks = JoinSet::new();
        for number in 0..workers {
            let session = self.sessions.pop().unwrap_or_else(|| Session::closed(Arc::clone(&self.plan)));
            tasks.spawn(work(session, Arc::clone(&queue), number == 0));
        }

        let mut answers: Vec<Option<Answer>> = vec![None; objects.len()];
        let mut failure = None;
        while let Some(done) = tasks.join_next().await {
            let (session, shown, outcome) = done?;
            self.sessions.push(session);
            for (start, chunk) in shown {
                for (slot, answer) in answers.iter_mut().skip(start).zip(chunk) {
                    *slot = Some(answer);
                }
            }
            if let Err(error) = outcome {
                failure = Some(error);
            }
        }
        // Those that the server did not grant are not asked for again.
        self.sessions.retain(|session| session.connection.is_some());
        self.wanted = self.wanted.min(self.sessions.len().max(1));
        let all: Option<Vec<Answer>> = answers.into_iter().collect();
        all.ok_or_else(|| {
            failure.unwrap_or_else(|| IntrospectError::Answer { what: "show the objects".to_owned() })
        })
    }

    /// Closes all sessions, and says how many there were.
    pub(super) async fn close(self) -> usize {
        let mut count = 0;
        let mut tasks = JoinSet::new();
        for connection in self.sessions.into_iter().filter_map(|session| session.connection) {
            count += 1;
            tasks.spawn(connection.close());
        }
        // Everything is known by now: a server that does not answer the farewell changes nothing.
        while tasks.join_next().await.is_some() {}
        count
    }
}

/// The chunks that nobody has taken yet: the place of the first statement, and the statements.
type Queue = Mutex<VecDeque<(usize, Vec<String>)>>;
/// Chunks of answers by the place of the first.
type Shown = Vec<(usize, Vec<Answer>)>;

/// Takes chunks until there are none. A session that can't be opened beside the first one leaves its chunk to the others.
async fn work(
    mut session: Session,
    queue: Arc<Queue>,
    is_first: bool,
) -> (Session, Shown, Result<(), IntrospectError>) {
    let mut shown = Vec::new();
    loop {
        let taken = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((start, statements)) = taken else { return (session, shown, Ok(())) };
        if session.connection.is_none() && !is_first && session.reopen(1).await.is_err() {
            queue.lock().unwrap_or_else(PoisonError::into_inner).push_back((start, statements));
            return (session, shown, Ok(()));
        }
        match session.ask(&statements).await {
            Ok(answers) => shown.push((start, answers)),
            Err(error) => return (session, shown, Err(error)),
        }
    }
}

impl Session {
    fn closed(plan: Arc<Plan>) -> Self {
        let reconnects = plan.reconnects;
        Self { one_by_one: plan.per_packet == 1, plan, connection: None, reconnects }
    }

    async fn open(plan: Arc<Plan>) -> Result<Self, IntrospectError> {
        let mut session = Self::closed(plan);
        let mut attempts = session.reconnects;
        loop {
            match session.reopen(session.plan.connect.attempts).await {
                Ok(()) => return Ok(session),
                Err(OpenError::Connect(error)) => return Err(error.into()),
                Err(OpenError::Lost(source)) if attempts == 0 => {
                    return Err(IntrospectError::Query { what: "set up a session".to_owned(), source });
                }
                Err(OpenError::Lost(_)) => attempts -= 1,
            }
        }
    }

    /// Opens the connection and sets it up.
    async fn reopen(&mut self, attempts: u32) -> Result<(), OpenError> {
        self.connection = None;
        let connect = ConnectOptions { attempts, ..self.plan.connect.clone() };
        let mut connection = Connection::open(&connect).await.map_err(OpenError::Connect)?;
        let mut rest = self.plan.setup.as_slice();
        while !rest.is_empty() {
            let sent = if self.one_by_one { &rest[..1] } else { rest };
            let Batch { answers, error } = connection.query_batch(&sent.join(";")).await;
            let done = match error {
                // What a server does not know or does not let this account set is passed over.
                Some(QueryError::Server { errno: 1064, .. }) if sent.len() > 1 && answers.is_empty() => {
                    self.one_by_one = true;
                    0
                }
                Some(QueryError::Server { .. }) => answers.len() + 1,
                Some(error) => return Err(OpenError::Lost(error)),
                None => sent.len(),
            };
            rest = rest.get(done..).unwrap_or_default();
        }
        self.connection = Some(connection);
        Ok(())
    }

    /// Asks several things, and gives the answer to each.
    pub(super) async fn ask(&mut self, statements: &[String]) -> Result<Vec<Answer>, IntrospectError> {
        let mut answers: Vec<Answer> = Vec::with_capacity(statements.len());
        while answers.len() < statements.len() {
            let rest = &statements[answers.len()..];
            let sent = if self.one_by_one { &rest[..1] } else { rest };
            let Some(connection) = &mut self.connection else {
                self.open_again(rest, None).await?;
                continue;
            };
            let Batch { answers: got, error } = connection.query_batch(&sent.join(";")).await;
            let before = answers.len();
            answers.extend(got.into_iter().take(sent.len()).map(Ok));
            match error {
                None if answers.len() == before => {
                    return Err(IntrospectError::Answer { what: sent[0].clone() });
                }
                None => {}
                // Either this statement is none, or something on the way takes one statement a packet.
                Some(QueryError::Server { errno: 1064, .. }) if sent.len() > 1 && answers.len() == before => {
                    self.one_by_one = true;
                }
                Some(QueryError::Server { errno, state, message }) if !ends_session(errno) => {
                    answers.push(Err(Refusal { errno, state, message }));
                }
                Some(error) => {
                    self.connection = None;
                    let rest = &statements[answers.len()..];
                    self.open_again(rest, Some(error)).await?;
                }
            }
        }
        Ok(answers)
    }

    /// Opens a lost session again, while it may.
    async fn open_again(
        &mut self,
        waiting: &[String],
        mut reason: Option<QueryError>,
    ) -> Result<(), IntrospectError> {
        let what = || waiting.first().cloned().unwrap_or_default();
        loop {
            if self.reconnects == 0
                && let Some(source) = reason
            {
                return Err(IntrospectError::Query { what: what(), source });
            }
            self.reconnects = self.reconnects.saturating_sub(1);
            match self.reopen(self.plan.connect.attempts).await {
                Ok(()) => return Ok(()),
                Err(OpenError::Lost(error)) => reason = Some(error),
                Err(OpenError::Connect(error)) if self.reconnects == 0 => return Err(error.into()),
                Err(OpenError::Connect(_)) => {}
            }
        }
    }
}

/// Why a session did not come to be.
enum OpenError {
    Connect(ConnectError),
    Lost(QueryError),
}

/// Errors after which the server closes the connection: it goes down, the session was killed, it was idle too long.
pub(super) const fn ends_session(errno: u16) -> bool {
    matches!(errno, 1053 | 1317 | 1927 | 3169 | 4031)
}

/// What makes SHOW CREATE print its canonical text, and the lists be whole.
fn setup(connect: &ConnectOptions) -> Vec<String> {
    let lock_wait = connect.read_timeout.as_secs().clamp(1, 10);
    vec![
        "SET NAMES utf8mb4".to_owned(),
        "SET SESSION sql_mode = '', SESSION autocommit = 1, SESSION sql_quote_show_create = 1, \
         SESSION sql_select_limit = 18446744073709551615, SESSION sql_big_selects = 1"
            .to_owned(),
        // A statement that changes a table may hold its lock for long; then that table is named, and the rest is read.
        format!("SET SESSION lock_wait_timeout = {lock_wait}"),
        // MySQL's alone.
        "SET SESSION show_create_table_verbosity = 0".to_owned(),
        "SET SESSION show_create_table_skip_secondary_engine = 0".to_owned(),
        "SET SESSION show_gipk_in_create_table_and_information_schema = 1".to_owned(),
    ]
}
