//! Runs one query as a server does that takes one statement a query, which is what Drizzle's connection asks for.

use std::collections::BTreeSet;

use terp_drift::{ObjectKind, ObjectPath};
use terp_schema_model::Schema;
use terp_sql::ast::{Statement, StatementKind};
use terp_sql::lexer::{LexErrorKind, TokenKind, lex_span};
use terp_sql::splitter::{SplitMode, split};
use terp_sql::{
    Catalog, EngineError, ExecuteError, ParseOptions, Span, SyntaxError, Unsupported, parse_statement,
};

use crate::error::CheckErrorKind;
use crate::provenance::{Before, Provenance, Ran};
use crate::tables;
use crate::target::Target;

/// The database that everything runs in; both sides of a comparison have to use one name.
const DATABASE: &str = "scratch";

/// How a query went.
#[derive(Debug)]
pub(crate) enum Outcome {
    Done,
    /// A statement that changes no schema. It was read, not executed.
    PassedOver,
    Refused(Refusal),
    Unchecked(Unchecked),
}

/// The server's refusal.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) errno: u16,
    pub(crate) sqlstate: &'static str,
    pub(crate) message: String,
    pub(crate) statement: Span,
    /// The part of the statement that it is about, where that is known.
    pub(crate) at: Option<Span>,
    /// What helps, where the database's state or the whole query tells more than the error number.
    pub(crate) help: Option<String>,
}

/// A statement of which nobody knows here what it does.
#[derive(Debug)]
pub(crate) struct Unchecked {
    pub(crate) reason: String,
    pub(crate) statement: Span,
    pub(crate) at: Option<Span>,
}

/// A query that can't be read to its end.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) kind: CheckErrorKind,
    pub(crate) message: String,
    pub(crate) at: Span,
}

/// A database in the embedded engine.
pub(crate) struct Database {
    catalog: Catalog,
    /// The tables that a statement may have made, changed or dropped which could not be checked.
    unchecked: BTreeSet<String>,
    /// The views and stored programs that a statement may have made, changed or dropped which could not be checked.
    unchecked_programs: BTreeSet<ObjectPath>,
    /// Where everything comes from, if that is recorded.
    provenance: Option<Provenance>,
    /// The databases in which a statement made or changed a table.
    databases: BTreeSet<String>,
}

impl Database {
    /// An empty database.
    pub(crate) fn new(target: &Target) -> Self {
        let mut catalog = Catalog::new(target.flavor);
        *catalog.session_mut() = target.session.clone();
        catalog.create_database(DATABASE, target.character_set.clone());
        catalog.use_database(DATABASE);
        Self {
            catalog,
            unchecked: BTreeSet::new(),
            unchecked_programs: BTreeSet::new(),
            provenance: None,
            databases: BTreeSet::new(),
        }
    }

    /// An empty database that remembers where everything in it comes from.
    pub(crate) fn recording(target: &Target) -> Self {
        Self { provenance: Some(Provenance::new(DATABASE)), ..Self::new(target) }
    }

    /// Names the file that the statements come from which run next.
    pub(crate) fn reads(&mut self, file: &str, text: &str) {
        if let Some(provenance) = &mut self.provenance {
            provenance.add_file(file, text);
        }
    }

    /// What is known by now of where everything comes from.
    pub(crate) fn provenance(&self) -> Provenance {
        self.provenance.clone().unwrap_or_default()
    }

    /// The database that is current now, as a script leaves it: its name and what is in it.
    pub(crate) fn current(&self) -> (String, Schema) {
        let name = self.catalog.session().database.as_deref().unwrap_or(DATABASE);
        match self.catalog.schema(name) {
            Some(schema) => (name.to_owned(), schema),
            None => (DATABASE.to_owned(), self.schema()),
        }
    }

    /// The databases other than that one which have tables.
    pub(crate) fn others(&self, current: &str) -> Vec<&str> {
        let has_tables = |name: &&str| self.catalog.table_names(name).next().is_some();
        self.databases.iter().map(String::as_str).filter(|name| *name != current).filter(has_tables).collect()
    }

    /// The database as it is now; one that was dropped is empty.
    pub(crate) fn schema(&self) -> Schema {
        let schema = self.catalog.schema(DATABASE);
        schema.unwrap_or_else(|| Schema::new(self.catalog.flavor().default_character_set()))
    }

    pub(crate) fn table_count(&self) -> usize {
        self.catalog.table_names(DATABASE).count()
    }

    /// Has some tables count as not sure from the start.
    pub(crate) fn doubt(&mut self, tables: &BTreeSet<String>) {
        self.unchecked.extend(tables.iter().cloned());
    }

    /// The views and stored programs of which a statement could not be checked.
    pub(crate) const fn unchecked_programs(&self) -> &BTreeSet<ObjectPath> {
        &self.unchecked_programs
    }

    pub(crate) const fn unchecked(&self) -> &BTreeSet<String> {
        &self.unchecked
    }

    /// Runs the query that stands at `query` in `src`.
    pub(crate) fn run(&mut self, src: &str, query: Span) -> Result<Outcome, Unreadable> {
        let query = without_garbage(src, query);
        let options = self.options();
        let statement = match parse_statement(src, query, &options) {
            Ok(statement) => statement,
            Err(error) => return syntax_error(src, query, error, &options),
        };
        if runs_others(&statement) {
            let reason = "it runs statements that are not known here".to_owned();
            return Ok(Outcome::Unchecked(Unchecked { reason, statement: statement.span, at: None }));
        }
        let before = self.provenance.as_ref().map(|_| Before::of(&self.catalog, &statement));
        let executed = self.catalog.execute(&statement);
        if let (Some(provenance), Some(before)) = (&mut self.provenance, before) {
            let ran = match &executed {
                Ok(_) => Ran::Done,
                Err(ExecuteError::Refused(_)) => Ran::Refused,
                Err(_) => Ran::Unknown,
            };
            provenance.record(&self.catalog, &statement, &before, ran);
        }
        for table in executed.iter().flat_map(|effect| &effect.tables) {
            if !self.databases.contains(&table.schema) {
                self.databases.insert(table.schema.clone());
            }
        }
        match executed {
            Ok(effect) if effect.passed_over.is_some() => Ok(Outcome::PassedOver),
            Ok(effect) => Ok(match effect.unchecked {
                None => Outcome::Done,
                // What the tables become is known all the same, so they stay in the comparison.
                Some(Unsupported { construct, span: at }) => {
                    Outcome::Unchecked(Unchecked { reason: construct, statement: statement.span, at })
                }
            }),
            Err(error) => Ok(self.failed(&statement, error)),
        }
    }

    pub(crate) fn options(&self) -> ParseOptions {
        ParseOptions { flavor: self.catalog.flavor(), sql_mode: self.catalog.session().sql_mode }
    }

    /// Says who has the name of a foreign key that is refused: the servers' messages don't.
    fn name_is_taken(&self, statement: &Statement, refused: &EngineError) -> Option<String> {
        let says_so =
            refused.errno == 1826 || refused.errno == 1005 && refused.message.contains("errno: 121");
        if !says_so {
            return None;
        }
        let names = tables::foreign_keys(statement);
        self.catalog.table_names(DATABASE).find_map(|owner| {
            let taken = self.catalog.table(DATABASE, owner)?.foreign_keys.iter().find(|foreign_key| {
                names.iter().any(|(_, name)| name.to_lowercase() == foreign_key.name.to_lowercase())
            })?;
            let (table, _) = names.iter().find(|(_, name)| name.to_lowercase() == taken.name.to_lowercase())?;
            Some(format!(
                "`{owner}` has a foreign key `{}` already, and such names are unique in a database: name that of \
                 `{table}` otherwise",
                taken.name
            ))
        })
    }

    /// What a statement is about and of which not all is known, so that the engine may be wrong to refuse the statement.
    fn in_doubt(&self, statement: &Statement, touched: &tables::Touched) -> Option<String> {
        let is_view = |path: &&ObjectPath| path.object == ObjectKind::View;
        let table = touched.all().find(|table| self.unchecked.contains(*table));
        let named_view = || {
            let views = self.unchecked_programs.iter().filter(is_view);
            views.filter_map(|view| view.name.as_deref()).find(|view| touched.all().any(|name| name == *view))
        };
        let program =
            || tables::programs(statement).into_iter().find(|path| self.unchecked_programs.contains(path));
        // What a query reads is not listed, so anything in doubt may be in it.
        let any = || {
            let reads = matches!(statement.kind, StatementKind::CreateView(_));
            let table = self.unchecked.first().map(|table| format!("the table {table}"));
            let view = self.unchecked_programs.iter().find(is_view).map(ToString::to_string);
            table.or(view).filter(|_| reads)
        };
        table
            .map(|table| format!("the table {table}"))
            .or_else(|| Some(format!("the view {}", named_view()?)))
            .or_else(|| Some(format!("the {}", program()?)))
            .or_else(any)
    }

    fn failed(&mut self, statement: &Statement, error: ExecuteError) -> Outcome {
        let at = error.span();
        let span = statement.span;
        let touched = tables::touched(statement);
        match error {
            ExecuteError::Refused(refused) => {
                let Some(table) = self.in_doubt(statement, &touched) else {
                    let help = self.name_is_taken(statement, &refused);
                    let (errno, sqlstate) = (refused.errno, refused.sqlstate());
                    let message = refused.message;
                    return Outcome::Refused(Refusal { errno, sqlstate, message, statement: span, at, help });
                };
                // What the engine has of that table may be wrong, and its refusal with it.
                let reason = format!(
                    "not all is known of {table}; as far as it is, this fails with error {}: {}",
                    refused.errno, refused.message
                );
                self.unchecked.extend(touched.changed.iter().cloned());
                self.unchecked_programs.extend(tables::programs(statement));
                Outcome::Unchecked(Unchecked { reason, statement: span, at: None })
            }
            ExecuteError::Unsupported(unsupported) => {
                self.unchecked_programs.extend(tables::programs(statement));
                self.unchecked.extend(touched.changed.iter().cloned());
                Outcome::Unchecked(Unchecked { reason: unsupported.construct, statement: span, at })
            }
            other => {
                self.unchecked.extend(touched.changed.iter().cloned());
                Outcome::Unchecked(Unchecked { reason: other.to_string(), statement: span, at })
            }
        }
    }
}

/// Whether it runs statements that don't stand in it: a procedure's, or a prepared one.
fn runs_others(statement: &Statement) -> bool {
    let StatementKind::PassedOver(passed) = &statement.kind else { return false };
    matches!(passed.keyword.as_str(), "CALL" | "EXECUTE")
}

/// Servers cut white space off both ends of a query before they read it, and semicolons off its end.
fn without_garbage(src: &str, query: Span) -> Span {
    let garbage = |c: char| c.is_ascii_whitespace();
    let text = query.text(src);
    let kept = text.trim_end_matches(|c: char| c == ';' || garbage(c));
    let start = query.start + (kept.len() - kept.trim_start_matches(garbage).len()) as u32;
    Span::new(start, query.start + kept.len() as u32)
}

fn syntax_error(
    src: &str,
    query: Span,
    error: SyntaxError,
    options: &ParseOptions,
) -> Result<Outcome, Unreadable> {
    let lexed = lex_span(src, query, &options.lex_options());
    if let Some((what, at)) = lexed.errors.iter().find_map(|e| Some((unclosed(e.kind)?, e.span))) {
        let message = format!("{what} that begins here is never closed");
        return Err(Unreadable { kind: CheckErrorKind::Unterminated, message, at });
    }
    if error.expected.contains(" at most ") {
        let message = format!("the statement is too complex to be read: expected {}", error.expected);
        return Err(Unreadable { kind: CheckErrorKind::TooDeep, message, at: error.span });
    }
    let says_nothing = lexed.tokens.iter().all(|token| {
        token.kind.is_trivia()
            || matches!(token.kind, TokenKind::Eof | TokenKind::VersionOpen | TokenKind::VersionClose)
    });
    if says_nothing && lexed.tokens.iter().any(|token| is_comment(token.kind)) {
        return Ok(Outcome::PassedOver);
    }
    if says_nothing {
        return Ok(Outcome::Refused(Refusal {
            errno: 1065,
            sqlstate: "42000",
            message: "Query was empty".to_owned(),
            statement: query,
            at: None,
            help: None,
        }));
    }
    let text = query.text(src);
    let found = split(text, &options.lex_options(), SplitMode::Server).statements;
    let within = found.iter().map(|statement| statement.span).reduce(Span::cover);
    let statement = within.map_or(query, |span| Span::new(query.start + span.start, query.start + span.end));
    // The servers' grammar reads one statement to its end before it complains about the next.
    let in_query = |span: Span| Span::new(query.start + span.start, query.start + span.end);
    if let [first, second, ..] = found.as_slice()
        && error.span.start >= in_query(first.span).end
    {
        let help = "the migrator sends this as one query, and a server takes one statement a query: put \
            `--> statement-breakpoint` between the statements";
        return Ok(Outcome::Refused(Refusal {
            errno: 1064,
            sqlstate: "42000",
            message: "You have an error in your SQL syntax: a second statement in one query".to_owned(),
            statement,
            at: Some(in_query(second.span)),
            help: Some(help.to_owned()),
        }));
    }
    let at = Some(error.span);
    let (errno, message) = match ExecuteError::from(error) {
        ExecuteError::Refused(refused) => (refused.errno, refused.message),
        other => (1064, other.to_string()),
    };
    Ok(Outcome::Refused(Refusal { errno, sqlstate: "42000", message, statement, at, help: None }))
}

/// A query of comments alone is none that servers complain about (tried: MySQL 9.7, MariaDB 10.11 and 11.8).
const fn is_comment(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::LineComment | TokenKind::BlockComment | TokenKind::VersionOpen | TokenKind::VersionClose
    )
}

/// What is not closed, as a person would call it.
pub(crate) const fn unclosed(kind: LexErrorKind) -> Option<&'static str> {
    Some(match kind {
        LexErrorKind::UnterminatedString | LexErrorKind::UnterminatedDollarString => "the string",
        LexErrorKind::UnterminatedIdent => "the quoted name",
        LexErrorKind::UnterminatedComment | LexErrorKind::UnterminatedVersionComment => "the comment",
        _ => return None,
    })
}
