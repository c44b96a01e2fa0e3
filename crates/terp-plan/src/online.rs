//! How a server will make a change: by which algorithm, under which lock, and whether it writes the table anew.
//!
//! [`predict`] works from the same facts as the servers: what kinds of change a statement asks for (`changes`), which of them the
//! server's own layer takes for a copy, and what InnoDB says of the rest (`mysql`, `mariadb`). What is not known is
//! [`Unpredicted`]; nothing is guessed. `tests/online.rs` holds it against real servers.

mod changes;
mod clause;
mod column_type;
mod constant;
mod flags;
mod mariadb;
mod mysql;
mod other_engines;
mod partitions;
mod request;
mod row_size;

use std::fmt;

use terp_schema_model::{Flavor, ForeignKey, IndexAlgorithm, Table};
use terp_sql::Span;
use terp_sql::ast::{Statement, StatementKind};

use changes::Changes;
pub use clause::with_clause;
use request::Request;

/// By what algorithm a table is altered, cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Algorithm {
    /// Only the definition is written.
    Instant,
    /// In place, without writing the rows again: MariaDB's word for it.
    Nocopy,
    /// In place, by the storage engine; on MySQL with or without writing the rows again, on MariaDB always with.
    Inplace,
    /// Row by row into a new table.
    Copy,
}

impl Algorithm {
    /// The word in an ALGORITHM clause.
    pub const fn as_sql(self) -> &'static str {
        match self {
            Self::Instant => "INSTANT",
            Self::Nocopy => "NOCOPY",
            Self::Inplace => "INPLACE",
            Self::Copy => "COPY",
        }
    }
}

/// What others can do with the table meanwhile, least disturbing first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Lock {
    /// Read and write.
    None,
    /// Read.
    Shared,
    /// Nothing.
    Exclusive,
}

impl Lock {
    /// The word in a LOCK clause.
    pub const fn as_sql(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Shared => "SHARED",
            Self::Exclusive => "EXCLUSIVE",
        }
    }
}

/// The best way in which the server accepts a change: lowest cost first, then the weakest lock.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Prediction {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The lock.
    pub lock: Lock,
    /// Whether the rows are written anew, of the table or of the partitions that the statement is about.
    pub rebuilds: bool,
    /// Whether it uses up one of the row versions that MySQL can tell apart in one table.
    pub uses_row_version: bool,
    /// Why there is no better way, for a person.
    pub reason: Option<String>,
    /// Whether the clause names the lock: MySQL refuses LOCK beside INSTANT (1221).
    names_lock: bool,
}

impl Prediction {
    /// The clause itself: `ALGORITHM=INPLACE, LOCK=NONE`. [`Prediction::apply`] puts it into a statement.
    pub fn clause(&self) -> String {
        let algorithm = self.algorithm.as_sql();
        if self.names_lock {
            format!("ALGORITHM={algorithm}, LOCK={}", self.lock.as_sql())
        } else {
            format!("ALGORITHM={algorithm}")
        }
    }

    /// The text of `statement` with the clause in its place. An ALGORITHM or LOCK that is already written stays as it is.
    pub fn apply(&self, source: &str, statement: &Statement) -> String {
        with_clause(source, statement, &self.clause())
    }
}

/// What a server does for one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// It alters a table, in a way that can be asked for.
    Alters(Prediction),
    /// The statement takes no ALGORITHM and no LOCK.
    Unclaused(Unclaused),
}

/// What a statement without ALGORITHM and LOCK does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unclaused {
    /// CREATE TABLE: there is nothing to disturb.
    CreatesTable,
    /// DROP TABLE and TRUNCATE TABLE hold the table for themselves for a moment.
    DropsTable,
    /// RENAME TABLE holds the tables for itself for a moment.
    RenamesTable,
    /// A statement about partitions that writes no row again. MariaDB takes no clause beside it, and MySQL ignores it.
    ChangesPartitions,
    /// Such a statement that writes rows again, of the partitions it names or of all.
    RewritesPartitions,
}

/// What decides beside the statement and the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The server, with its patch version.
    pub flavor: Flavor,
    /// `foreign_key_checks`: foreign keys are added in place only without.
    pub foreign_key_checks: bool,
    /// Whether `sql_mode` is strict for every table.
    pub strict: bool,
    /// How many row versions of the table MySQL has used up (`information_schema.INNODB_TABLES.TOTAL_ROW_VERSIONS`), where known.
    pub row_versions: Option<u32>,
    /// The columns of the table that foreign keys of other tables refer to ([`referenced_columns`]).
    pub referenced_columns: &'a [String],
}

impl Facts<'_> {
    /// Foreign keys checked, strict `sql_mode`, no row version used up, no other table refers to this one.
    pub const fn new(flavor: Flavor) -> Self {
        Self { flavor, foreign_key_checks: true, strict: true, row_versions: None, referenced_columns: &[] }
    }
}

/// The columns of a table that foreign keys of other tables of its database refer to.
pub fn referenced_columns(tables: &[Table], table: &Table) -> Vec<String> {
    let refers = |key: &&ForeignKey| key.referenced_schema.is_none() && key.referenced_table == table.name;
    let others = tables.iter().filter(|other| other.name != table.name);
    others
        .flat_map(|other| &other.foreign_keys)
        .filter(refers)
        .flat_map(|key| key.referenced_columns.clone())
        .collect()
}

/// What cannot be predicted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("how the server makes this change is not known: {construct}")]
pub struct Unpredicted {
    /// What it is, as a person would say it.
    pub construct: String,
    /// Where it stands.
    pub span: Span,
}

impl Unpredicted {
    fn new(construct: impl Into<String>, span: Span) -> Self {
        Self { construct: construct.into(), span }
    }
}

/// How the server makes a change, before it is said in the words of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// Names alone change, or the keys of a table are switched: it holds the table for itself.
    NamesOnly,
    /// Only the definition is written.
    Instant { row_version: bool },
    /// In place without writing the rows again.
    InPlace { lock: Lock, reason: Option<String> },
    /// In place, writing the rows again.
    Rebuild { lock: Lock, reason: Option<String> },
    /// A copy.
    Copy { lock: Lock, reason: Option<String> },
    /// Without any clause.
    Unclaused(Unclaused),
}

impl Way {
    fn copy(reason: impl fmt::Display) -> Self {
        Self::Copy { lock: Lock::Shared, reason: Some(reason.to_string()) }
    }
}

/// How the server makes the change of one statement. `before` is the table as it is, `after` as the statement leaves it (under its new
/// name where it is renamed): run the statement on a [`terp_sql::Catalog`] to get it. Both are `None` for statements that alter no table.
///
/// # Errors
/// [`Unpredicted`] with what is not known and its place.
pub fn predict(
    statement: &Statement,
    before: Option<&Table>,
    after: Option<&Table>,
    facts: &Facts<'_>,
) -> Result<Outlook, Unpredicted> {
    let unclaused = |what| Ok(Outlook::Unclaused(what));
    let request = match &statement.kind {
        StatementKind::CreateTable(_) => return unclaused(Unclaused::CreatesTable),
        StatementKind::DropTable(_) | StatementKind::TruncateTable(_) => {
            return unclaused(Unclaused::DropsTable);
        }
        StatementKind::RenameTable(_) => return unclaused(Unclaused::RenamesTable),
        StatementKind::AlterTable(alter) => Request::of_alter(alter, statement.span),
        StatementKind::CreateIndex(create) => Request::of_create_index(create, statement.span),
        StatementKind::DropIndex(drop) => Request::of_drop_index(drop, statement.span),
        _ => return Err(Unpredicted::new("a statement that alters no table", statement.span)),
    };
    let (Some(before), Some(after)) = (before, after) else {
        return Err(Unpredicted::new("a statement on a table that is not given", statement.span));
    };
    if let Some((construct, span)) = &request.unknown {
        return Err(Unpredicted::new(construct.clone(), *span));
    }
    // It is a hidden virtual column, with which InnoDB does little in place (seen on 10.11.18 and 11.8.9), and what it does is not worked out.
    let is_hash =
        |table: &Table| table.indexes.iter().any(|i| i.is_unique() && i.using == Some(IndexAlgorithm::Hash));
    if facts.flavor.is_mariadb() && before.options.engine == "InnoDB" && (is_hash(before) || is_hash(after)) {
        return Err(Unpredicted::new("a unique key of a table that is kept as a hash", statement.span));
    }
    let changes = Changes::new(before, after, &request, facts.flavor);
    if let Some(span) = changes.crashes_servers() {
        return Err(Unpredicted::new("a new virtual column before FTS_DOC_ID, of which servers die", span));
    }
    let way = way(&changes, facts)?;
    Ok(outlook(way, &request, facts))
}

/// What the server decides: first its own layer, then the storage engine.
fn way(changes: &Changes<'_>, facts: &Facts<'_>) -> Result<Way, Unpredicted> {
    let request = changes.request;
    if request.algorithm == Some("COPY") && !request.is_partition_maintenance() {
        let reason = "ALGORITHM=COPY is written".to_owned();
        return Ok(Way::Copy { lock: copy_lock(changes, facts)?, reason: Some(reason) });
    }
    if request.changes_names_only() {
        return Ok(Way::NamesOnly);
    }
    let partitioned = partitions::way(changes, facts)?;
    let copies = if request.order_by {
        Some("ORDER BY writes the rows in another order")
    } else if request.switches_keys {
        Some("ENABLE or DISABLE KEYS beside another change")
    } else if changes.before.options.engine != changes.after.options.engine {
        Some("the storage engine changes")
    } else {
        None
    };
    let way = if let Some(way) = partitioned {
        way
    } else if let Some(reason) = copies {
        Way::copy(reason)
    } else if changes.before.options.engine != "InnoDB" {
        other_engines::way(changes, facts)?
    } else if facts.flavor.is_mysql() {
        mysql::way(changes, facts)?
    } else {
        mariadb::way(changes, facts)?
    };
    match way {
        Way::Copy { reason, .. } => Ok(Way::Copy { lock: copy_lock(changes, facts)?, reason }),
        way => Ok(way),
    }
}

/// The lock under which a table is copied.
fn copy_lock(changes: &Changes<'_>, facts: &Facts<'_>) -> Result<Lock, Unpredicted> {
    if facts.flavor.is_mysql() { Ok(Lock::Shared) } else { mariadb::copy_lock(changes, facts.flavor) }
}

fn outlook(way: Way, request: &Request<'_>, facts: &Facts<'_>) -> Outlook {
    let mysql = facts.flavor.is_mysql();
    let in_place = if mysql { Algorithm::Inplace } else { Algorithm::Nocopy };
    let (algorithm, lock, rebuilds, row_version, reason) = match way {
        Way::Unclaused(unclaused) => return Outlook::Unclaused(unclaused),
        Way::NamesOnly => (Algorithm::Instant, Lock::Exclusive, false, false, None),
        Way::Instant { row_version } => (Algorithm::Instant, Lock::None, false, row_version, None),
        Way::InPlace { lock, reason } => (in_place, lock, false, false, reason),
        Way::Rebuild { lock, reason } => (Algorithm::Inplace, lock, true, false, reason),
        Way::Copy { lock, reason } => (Algorithm::Copy, lock, true, false, reason),
    };
    // What the statement itself asks for is stronger than what would do.
    let asked = request.lock.and_then(|word| match word {
        "SHARED" => Some(Lock::Shared),
        "EXCLUSIVE" => Some(Lock::Exclusive),
        _ => None,
    });
    let lock = asked.map_or(lock, |asked| lock.max(asked));
    let names_lock = !(mysql && algorithm == Algorithm::Instant);
    Outlook::Alters(Prediction {
        algorithm,
        lock,
        rebuilds,
        uses_row_version: row_version,
        reason,
        names_lock,
    })
}
