//! The cases of `fixtures/ddl`, executed by the engine and by every server: both must show the same tables and views, or refuse
//! the last statement with the same error number. One test for each file.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use terp_schema_model::{Flavor, RoutineKind, Vendor, quote::identifier, render};
use terp_sql::lexer::LexOptions;
use terp_sql::splitter::{SplitMode, split};
use terp_sql::{Catalog, ExecuteError};
use terp_testserver::{SharedServer, TestDatabase};

datatest_stable::harness! {
    { test = accepted, root = "../../fixtures/ddl/ok", pattern = r"\.sql$" },
    { test = refused, root = "../../fixtures/ddl/err", pattern = r"\.sql$" },
}

type TestResult = datatest_stable::Result<()>;

/// Every statement is accepted.
#[expect(clippy::needless_pass_by_value, reason = "the harness hands over what it read")]
fn accepted(path: &Path, source: String) -> TestResult {
    on_every_server(path, &source, |directives, flavor| match directives.errno(flavor.vendor) {
        None => Ok(None),
        Some(_) => Err("a case in ok/ has no errno"),
    })
}

/// The last statement is refused, with the error number that the case names.
#[expect(clippy::needless_pass_by_value, reason = "the harness hands over what it read")]
fn refused(path: &Path, source: String) -> TestResult {
    on_every_server(path, &source, |directives, flavor| match directives.errno(flavor.vendor) {
        None => Err("the case names no errno for this server"),
        errno => Ok(errno),
    })
}

/// The servers of this process. Under `cargo xtask test` they are those that it has started for all tests.
static SERVERS: LazyLock<terp_testserver::Result<Vec<SharedServer>>> =
    LazyLock::new(terp_testserver::shared_all);

fn on_every_server(
    path: &Path,
    source: &str,
    expected_errno: impl Fn(&Directives, Flavor) -> Result<Option<u16>, &'static str>,
) -> TestResult {
    let directives = Directives::read(source)?;
    let servers = SERVERS.as_ref().map_err(ToString::to_string)?;
    let mut complaints = String::new();
    let mut ran = 0;
    for server in servers.iter().filter(|server| directives.includes(server.flavor.vendor)) {
        ran += 1;
        let outcome = expected_errno(&directives, server.flavor).map_err(str::to_owned).and_then(|errno| {
            let database = server.create_database_with("CHARACTER SET utf8mb4").map_err(|e| e.to_string())?;
            run(database, source, errno, directives.is_unsupported(server.flavor.vendor))
        });
        if let Err(complaint) = outcome {
            let _ = writeln!(complaints, "{}: {}", server.flavor, complaint.trim_end());
        }
    }
    if ran == 0 {
        return Err(format!("{}: none of the servers here runs this case", path.display()).into());
    }
    if complaints.is_empty() { Ok(()) } else { Err(Complaints(complaints).into()) }
}

/// What differs. The harness shows errors by `Debug`, which would write line breaks as `\n`.
struct Complaints(String);

impl fmt::Debug for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Complaints {}

/// Runs a case on one server and on the engine; says what differs.
fn run(mut server: TestDatabase, source: &str, errno: Option<u16>, unsupported: bool) -> Result<(), String> {
    let flavor = server.endpoint().flavor;
    let mut engine = Catalog::new(flavor);
    engine.create_database(server.name(), flavor.default_character_set());
    engine.use_database(server.name());

    // Each statement is cut off with the sql_mode that the ones before it left.
    let mut rest = source;
    let mut ran = 0;
    while let Some((sql, after)) = first_statement(rest, &engine) {
        rest = after;
        ran += 1;
        let errno = errno.filter(|_| first_statement(rest, &engine).is_none());
        let answer = server.execute(sql);
        let answer_errno = answer.as_ref().err().map(|error| error.errno);
        if answer_errno != errno {
            return Err(match answer {
                Ok(()) => format!("the server accepts what the case says it refuses\n    {sql}"),
                Err(error) => {
                    format!("the case expects another answer than the server's: {error}\n    {sql}")
                }
            });
        }
        match (engine.execute_text(sql), answer) {
            (Ok(_), Ok(())) => {}
            (Err(ExecuteError::Refused(ours)), Err(theirs)) if ours.errno == theirs.errno => {}
            (Err(ExecuteError::Unsupported(_)), _) if unsupported => return Ok(()),
            (Err(ours), Ok(())) => return Err(format!("the engine says {ours}\n    {sql}")),
            (Err(ours), Err(theirs)) => {
                return Err(format!("the engine says {ours}, the server {theirs}\n    {sql}"));
            }
            (Ok(_), Err(theirs)) => {
                return Err(format!("the engine accepts; the server says {theirs}\n    {sql}"));
            }
        }
    }
    if ran == 0 {
        return Err("the case has no statement".to_owned());
    }
    if unsupported {
        return Err("the engine executes this case, so its engine directive has to go".to_owned());
    }
    compare_tables(&mut server, &engine)?;
    compare_views(&mut server, &engine)?;
    compare_programs(&mut server, &engine)
}

/// Both must show the same triggers, routines and events; a STARTS that the engine leaves out is the time of creation.
fn compare_programs(server: &mut TestDatabase, engine: &Catalog) -> Result<(), String> {
    let schema = engine.schema(server.name()).ok_or("the database is gone")?;
    let mut ours: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut add =
        |kind: &str, name: &str, text: String| ours.insert((kind.to_owned(), name.to_owned()), text);
    for trigger in &schema.triggers {
        add("TRIGGER", &trigger.name, render::create_trigger(trigger));
    }
    for routine in &schema.routines {
        let kind = if routine.kind == RoutineKind::Procedure { "PROCEDURE" } else { "FUNCTION" };
        add(kind, &routine.name, render::create_routine(routine));
    }
    for event in &schema.events {
        add("EVENT", &event.name, render::create_event(event));
    }
    let names = server
        .query_rows(
            "SELECT 'TRIGGER', TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() \
             UNION ALL SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() \
             UNION ALL SELECT 'EVENT', EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()",
        )
        .map_err(|error| error.to_string())?;
    server.execute("SET sql_mode = ''").map_err(|error| error.to_string())?;
    let mut complaints = String::new();
    for row in names {
        let [kind, name] = [0, 1].map(|at| row.get(at).cloned().flatten().unwrap_or_default());
        let show = format!("SHOW CREATE {kind} {}", identifier(&name));
        let shown = server.query_rows(&show).map_err(|error| error.to_string())?;
        let column = if kind == "EVENT" { 3 } else { 2 };
        let mut theirs = shown.first().and_then(|row| row.get(column)).cloned().flatten().unwrap_or_default();
        let our_text = ours.remove(&(kind.clone(), name.clone())).unwrap_or_default();
        if kind == "EVENT" && !our_text.contains(" STARTS '") {
            theirs = without_starts(&theirs);
        }
        if theirs != our_text {
            let _ = writeln!(
                complaints,
                "{kind} {name}\nthe server shows\n{theirs}\nthe engine shows\n{our_text}"
            );
        }
    }
    for (kind, name) in ours.keys() {
        let _ = writeln!(complaints, "{kind} {name} is not on the server");
    }
    if complaints.is_empty() { Ok(()) } else { Err(complaints) }
}

fn without_starts(text: &str) -> String {
    let Some(at) = text.find(" STARTS '") else { return text.to_owned() };
    let end = at + " STARTS '2000-01-01 00:00:00'".len();
    format!("{}{}", &text[..at], text.get(end..).unwrap_or_default())
}

/// The first statement of a text, and what follows it.
fn first_statement<'a>(text: &'a str, engine: &Catalog) -> Option<(&'a str, &'a str)> {
    let mode = engine.session().sql_mode;
    let options = LexOptions {
        flavor: engine.flavor(),
        ansi_quotes: mode.ansi_quotes,
        no_backslash_escapes: mode.no_backslash_escapes,
    };
    let first = *split(text, &options, SplitMode::Server).statements.first()?;
    Some((first.span.text(text), &text[first.span.end as usize..]))
}

fn compare_tables(server: &mut TestDatabase, engine: &Catalog) -> Result<(), String> {
    let mut theirs = BTreeMap::new();
    for name in server.table_names().map_err(|error| error.to_string())? {
        let text = match server.show_create_table(&name) {
            // A MERGE table that does not open is there and not shown.
            Err(error) if error.errno == 1168 => String::new(),
            shown => shown.map_err(|error| error.to_string())?,
        };
        theirs.insert(name, text);
    }
    let schema = server.name();
    let text = |name: &str| (name.to_owned(), engine.show_create_table(schema, name).unwrap_or_default());
    compare("table", &theirs, &engine.table_names(schema).map(text).collect())
}

fn compare_views(server: &mut TestDatabase, engine: &Catalog) -> Result<(), String> {
    let mut theirs = BTreeMap::new();
    let rows = server.query_rows("SHOW FULL TABLES WHERE Table_type = 'VIEW'").map_err(|e| e.to_string())?;
    for name in rows.into_iter().filter_map(|row| row.into_iter().next().flatten()) {
        let sql = format!("SHOW CREATE VIEW {}", identifier(&name));
        let rows = server.query_rows(sql).map_err(|error| error.to_string())?;
        let text = rows.into_iter().next().and_then(|row| row.into_iter().nth(1)).flatten();
        theirs.insert(name, text.unwrap_or_default());
    }
    let schema = server.name();
    let text = |name: &str| (name.to_owned(), engine.show_create_view(schema, name).unwrap_or_default());
    compare("view", &theirs, &engine.view_names(schema).map(text).collect())
}

fn compare(
    kind: &str,
    theirs: &BTreeMap<String, String>,
    ours: &BTreeMap<String, String>,
) -> Result<(), String> {
    let mut complaints = String::new();
    for (name, theirs) in theirs {
        match ours.get(name) {
            Some(ours) if ours == theirs => {}
            Some(ours) => {
                let _ = writeln!(
                    complaints,
                    "{kind} {name}\nthe server shows\n{theirs}\nthe engine shows\n{ours}"
                );
            }
            None => complaints += &format!("{kind} {name} is not in the engine\n"),
        }
    }
    for name in ours.keys().filter(|name| !theirs.contains_key(*name)) {
        complaints += &format!("{kind} {name} is not on the server\n");
    }
    if complaints.is_empty() { Ok(()) } else { Err(complaints) }
}

/// What the first lines of a case say; `fixtures/ddl/README.md` describes them.
#[derive(Default)]
struct Directives {
    only: Option<Vendor>,
    errno: Option<u16>,
    mysql_errno: Option<u16>,
    mariadb_errno: Option<u16>,
    unsupported: Vec<Vendor>,
}

impl Directives {
    fn read(source: &str) -> Result<Self, String> {
        let mut directives = Self::default();
        for line in source.lines().map_while(|line| line.strip_prefix("-- ")) {
            let Some((name, value)) = line.split_once(": ") else { continue };
            let number = || value.trim().parse().map_err(|_| format!("not an error number: {line}"));
            match name {
                "servers" => {
                    directives.only = Some(match value.trim() {
                        "mysql" => Vendor::MySql,
                        "mariadb" => Vendor::MariaDb,
                        _ => return Err(format!("not a vendor: {line}")),
                    });
                }
                "errno" => directives.errno = Some(number()?),
                "errno mysql" => directives.mysql_errno = Some(number()?),
                "errno mariadb" => directives.mariadb_errno = Some(number()?),
                "engine" | "engine mysql" | "engine mariadb" => {
                    if !value.starts_with("unsupported ") {
                        return Err(format!("the engine can only be `unsupported REASON`: {line}"));
                    }
                    let vendors = [Vendor::MySql, Vendor::MariaDb];
                    directives
                        .unsupported
                        .extend(vendors.iter().filter(|v| !name.contains(' ') || name.ends_with(v.as_str())));
                }
                _ => {}
            }
        }
        Ok(directives)
    }

    fn includes(&self, vendor: Vendor) -> bool {
        self.only.is_none_or(|only| only == vendor)
    }

    fn is_unsupported(&self, vendor: Vendor) -> bool {
        self.unsupported.contains(&vendor)
    }

    fn errno(&self, vendor: Vendor) -> Option<u16> {
        let own = match vendor {
            Vendor::MySql => self.mysql_errno,
            Vendor::MariaDb => self.mariadb_errno,
        };
        own.or(self.errno)
    }
}
