//! Expressions as real servers printed or refused them: `tests/expr/{mysql,mariadb}.txt`.

use terp_schema_model::{CharacterSet, ColumnType, Flavor, IntegerSize, LobSize};
use terp_sql::expr::{ColumnRef, ColumnResolver, ExprContext, ExprError, ExprPlace, canonical};
use terp_sql::{ParseOptions, SqlMode, parse_expression};

/// The columns of the table that the cases were observed on.
struct Columns(Vec<(&'static str, ColumnType, Option<CharacterSet>)>);

impl Columns {
    fn new(flavor: Flavor) -> Self {
        let integer = |size, unsigned, width| ColumnType::Integer { size, unsigned, width, zerofill: false };
        let int = || integer(IntegerSize::Int, false, None);
        let values = || vec!["a".to_owned(), "b".to_owned()];
        let text = flavor.default_character_set();
        let latin1 = CharacterSet::new("latin1", "latin1_swedish_ci");
        let float = |double| ColumnType::Float { double, digits: None, unsigned: false, zerofill: false };
        Self(vec![
            ("id", int(), None),
            ("i", int(), None),
            ("u", integer(IntegerSize::Int, true, None), None),
            ("bi", integer(IntegerSize::BigInt, false, None), None),
            ("ti", integer(IntegerSize::TinyInt, false, None), None),
            ("n", ColumnType::Decimal { precision: 10, scale: 2, unsigned: false, zerofill: false }, None),
            ("f", float(false), None),
            ("db", float(true), None),
            ("s", ColumnType::Varchar { length: 50 }, Some(text.clone())),
            ("s2", ColumnType::Varchar { length: 50 }, Some(text.clone())),
            ("c", ColumnType::Char { length: 10 }, Some(latin1)),
            ("tx", ColumnType::Text { size: LobSize::Regular }, Some(text.clone())),
            ("bn", ColumnType::Varbinary { length: 20 }, None),
            ("bl", ColumnType::Blob { size: LobSize::Regular }, None),
            ("d", ColumnType::Date, None),
            ("dt", ColumnType::DateTime { fsp: 0 }, None),
            ("dt6", ColumnType::DateTime { fsp: 6 }, None),
            ("ts", ColumnType::Timestamp { fsp: 0 }, None),
            ("t", ColumnType::Time { fsp: 0 }, None),
            ("y", ColumnType::Year, None),
            ("e", ColumnType::Enum { values: values() }, Some(text.clone())),
            ("st", ColumnType::Set { values: values() }, Some(text)),
            ("j", json(flavor), (!flavor.is_mysql()).then(|| CharacterSet::new("utf8mb4", "utf8mb4_bin"))),
            ("b", ColumnType::Bit { width: 8 }, None),
            ("tb", integer(IntegerSize::TinyInt, false, Some(1)), None),
            // The column that is made of the expression.
            ("gg", ColumnType::Varchar { length: 100 }, Some(flavor.default_character_set())),
        ])
    }
}

fn json(flavor: Flavor) -> ColumnType {
    if flavor.is_mysql() { ColumnType::Json } else { ColumnType::Text { size: LobSize::Long } }
}

impl ColumnResolver for Columns {
    fn resolve(&self, name: &str) -> Option<ColumnRef<'_>> {
        let (name, ty, set) = self.0.iter().find(|c| c.0.eq_ignore_ascii_case(name))?;
        Some(ColumnRef { name, ty, character_set: set.as_ref(), nullable: true })
    }
}

fn print(expr: &str, place: ExprPlace, flavor: Flavor) -> Result<String, String> {
    print_for(expr, place, flavor, SqlMode::default_for(flavor), &flavor.default_character_set())
}

fn print_for(
    expr: &str,
    place: ExprPlace,
    flavor: Flavor,
    sql_mode: SqlMode,
    connection: &CharacterSet,
) -> Result<String, String> {
    let mut options = ParseOptions::new(flavor);
    options.sql_mode = sql_mode;
    let expr = parse_expression(expr, &options).map_err(|_| "!1064".to_owned())?;
    let cx = ExprContext {
        query: None,
        resolved: false,
        flavor,
        sql_mode,
        connection,
        place,
        columns: &Columns::new(flavor),
        schema: "expr_x",
        table: "tt",
        object: if place == ExprPlace::Check { "ck" } else { "gg" },
    };
    canonical(&expr, &cx).map_err(|error| match error {
        ExprError::Refused { errno, .. } => format!("!{errno}"),
        ExprError::Unsupported { .. } => "?".to_owned(),
    })
}

fn place(name: &str) -> ExprPlace {
    match name {
        "virtual" => ExprPlace::Generated { stored: false },
        "stored" => ExprPlace::Generated { stored: true },
        "check" => ExprPlace::Check,
        "default" => ExprPlace::Default,
        "index" => ExprPlace::IndexPart,
        "partition" => ExprPlace::Partition,
        other => panic!("{other}"),
    }
}

/// A line is `place`, `expression` and `what the server shows`, with tabulators between them; what it shows is `!` and
/// an errno where it refuses. A `~` before the place says that we call it unsupported.
fn run(cases: &str, flavor: Flavor) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in cases.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut parts = line.split('\t');
        let (Some(where_to), Some(expr), Some(shown), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            panic!("{line:?}")
        };
        count += 1;
        let unsupported = where_to.starts_with('~');
        let place = place(where_to.trim_start_matches('~'));
        let expected = if unsupported { "?" } else { shown };
        let printed = print(expr, place, flavor).unwrap_or_else(|e| e);
        if printed != expected {
            wrong.push(format!("{where_to}\t{expr}\n    server: {shown}\n    ours:   {printed}"));
        } else if !expected.starts_with(['!', '?']) && place != ExprPlace::Default {
            // What the server prints means the same to it when it is read again.
            let again = print(&printed, place, flavor).unwrap_or_else(|e| e);
            if again != printed && again != "?" && !reads_differently(&printed, flavor) {
                wrong.push(format!("{where_to}\t{expr}\n    ours:   {printed}\n    again:  {again}"));
            }
        }
    }
    assert!(count > 100, "only {count} cases were read");
    assert!(wrong.is_empty(), "{} of {count} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the servers themselves read differently from what they mean by it: MySQL's DATETIME that was a number and is
/// shown as a string without an introducer, conditions in a CHECK that only NOT kept apart, and MariaDB's BETWEEN
/// within BETWEEN without parentheses.
fn reads_differently(printed: &str, flavor: Flavor) -> bool {
    if flavor.is_mysql() {
        return printed.contains(" '") || printed.contains("and ((");
    }
    printed.matches("between").count() > 1
}

#[test]
fn mysql_prints_so() {
    run(include_str!("expr/mysql.txt"), Flavor::MYSQL_9_7);
}

#[test]
fn mariadb_11_8_prints_so() {
    run(&for_version(include_str!("expr/mariadb.txt"), "11.8"), Flavor::MARIADB_11_8);
}

#[test]
fn mariadb_10_11_prints_so() {
    run(&for_version(include_str!("expr/mariadb.txt"), "10.11"), Flavor::MARIADB_10_11);
}

/// The cases of MariaDB have a fourth part where the versions differ: the one that it is for.
fn for_version(cases: &str, version: &str) -> String {
    let mut kept = String::new();
    for line in cases.lines() {
        match line.rsplit_once('\t') {
            Some((case, only @ ("10.11" | "11.8"))) => {
                if only == version {
                    kept.push_str(case);
                }
            }
            _ => kept.push_str(line),
        }
        kept.push('\n');
    }
    kept
}

/// Observed on MySQL 9.7.4 after SET NAMES latin1 and SET NAMES utf8mb3.
#[test]
fn literals_follow_the_connection() {
    let latin1 = CharacterSet::new("latin1", "latin1_swedish_ci");
    let utf8mb3 = CharacterSet::new("utf8mb3", "utf8mb3_general_ci");
    for (connection, expr, shown) in [
        (&latin1, "'a'", "_latin1'a'"),
        (&latin1, "s='a'", "(`s` = _utf8mb4'a')"),
        (&latin1, "c='a'", "(`c` = _latin1'a')"),
        (&latin1, "concat(s,'a')", "concat(`s`,_utf8mb4'a')"),
        (&latin1, "concat('a','b')", "concat(_latin1'a',_latin1'b')"),
        (&latin1, "cast(i as char)", "cast(`i` as char charset latin1)"),
        (&latin1, "N'a'", "_utf8mb3'a'"),
        (&latin1, "j='a'", "(`j` = _utf8mb4'a')"),
        (&latin1, "json_extract(j,'$.a')", "json_extract(`j`,_latin1'$.a')"),
        (&utf8mb3, "s='a'", "(`s` = _utf8mb4'a')"),
        (&utf8mb3, "c='a'", "(`c` = _latin1'a')"),
        (&utf8mb3, "concat(i,'a')", "concat(`i`,_utf8mb3'a')"),
        (&utf8mb3, "e in ('a','b')", "(`e` in (_utf8mb4'a',_utf8mb4'b'))"),
        (&utf8mb3, "d='2020-01-01'", "(`d` = _utf8mb3'2020-01-01')"),
        (&utf8mb3, "if(i,'a','b')", "if(`i`,_utf8mb3'a',_utf8mb3'b')"),
    ] {
        let flavor = Flavor::MYSQL_9_7;
        let place = ExprPlace::Generated { stored: false };
        let printed = print_for(expr, place, flavor, SqlMode::default_for(flavor), connection);
        assert_eq!(printed.as_deref(), Ok(shown), "{} {expr}", connection.charset);
    }
}

#[test]
fn sql_mode_decides_what_is_read() {
    let virtual_column = ExprPlace::Generated { stored: false };
    for (flavor, mode, expr, shown) in [
        (Flavor::MYSQL_9_7, "PIPES_AS_CONCAT", "s||'a'||i", "concat(concat(`s`,_utf8mb4'a'),`i`)"),
        (Flavor::MARIADB_11_8, "PIPES_AS_CONCAT", "s||'a'||i", "concat(concat(`s`,'a'),`i`)"),
        (Flavor::MYSQL_9_7, "HIGH_NOT_PRECEDENCE", "not i between 1 and 2", "((0 = `i`) between 1 and 2)"),
        (Flavor::MARIADB_11_8, "HIGH_NOT_PRECEDENCE", "not i between 1 and 2", "(`i` = 0) between 1 and 2"),
        (Flavor::MYSQL_9_7, "ANSI_QUOTES", "\"i\" + 1", "(`i` + 1)"),
        (Flavor::MARIADB_11_8, "NO_BACKSLASH_ESCAPES", r"'a\nb'", r"'a\\nb'"),
        (Flavor::MARIADB_11_8, "NO_BACKSLASH_ESCAPES", "'a''b'", r"'a\'b'"),
    ] {
        let mode = SqlMode::parse(mode).unwrap();
        let printed = print_for(expr, virtual_column, flavor, mode, &flavor.default_character_set());
        assert_eq!(printed.as_deref(), Ok(shown), "{flavor} {expr}");
    }
}

/// A parsed tree is printed within the stack of a thread, however high the parser let it grow.
#[test]
fn high_trees_are_printed() {
    for flavor in [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8] {
        let chain = |op: &str| format!("i{}", format!(" {op} i").repeat(900));
        let deep = |open: &str, close: &str, n: usize| format!("{}i{}", open.repeat(n), close.repeat(n));
        for text in
            [chain("+"), chain("or"), chain("xor"), chain("="), deep("abs(", ")", 120), deep("- ", "", 250)]
        {
            let printed = print(&text, ExprPlace::Generated { stored: true }, flavor);
            assert!(
                printed.as_ref().is_ok_and(|p| p.len() >= 900 || text.len() < 900),
                "{flavor}: {printed:?}"
            );
        }
    }
}
