//! The parser: trees and errors pinned by snapshots, verdicts of real servers, and texts that nobody would write.

#![expect(clippy::unwrap_used, reason = "a test may fail so")]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use terp_schema_model::Flavor;
use terp_sql::splitter::{SplitMode, split};
use terp_sql::{ParseOptions, Span, SqlMode, parse, parse_expression, parse_statement, parse_type};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parser").join(name)
}

fn files(name: &str) -> Vec<(String, String)> {
    let mut files: Vec<_> = fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "sql" || e == "txt"))
        .map(|path| {
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{name} is empty");
    files
}

/// `-- flavor: mariadb:11.8` and `-- sql_mode: ANSI` in a file's first lines.
fn options(text: &str) -> ParseOptions {
    let directive = |name: &str| text.lines().find_map(|line| line.strip_prefix(&format!("-- {name}: ")));
    let flavor = directive("flavor").map_or(Flavor::MYSQL_9_7, |flavor| flavor.parse().unwrap());
    let mut options = ParseOptions::new(flavor);
    if let Some(mode) = directive("sql_mode") {
        options.sql_mode = SqlMode::parse(mode).unwrap();
    }
    options
}

fn statements(text: &str, options: &ParseOptions) -> Vec<Span> {
    split(text, &options.lex_options(), SplitMode::Server).statements.iter().map(|s| s.span).collect()
}

/// The tree without what says nothing: absent parts, and spans but for their offsets.
fn tree(debug: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let lines: Vec<&str> = debug.lines().collect();
    let mut i = 0;
    while i < lines.len() {
        let line = lines[i];
        if line.ends_with(": None,") || line.ends_with(": false,") || line.ends_with(": [],") {
            i += 1;
            continue;
        }
        if line.ends_with("Span {") {
            let number = |at: usize| lines[at].trim().trim_end_matches(',').rsplit(' ').next().unwrap();
            let head = line.strip_suffix("Span {").unwrap();
            out.push(format!("{head}{}..{},", number(i + 1), number(i + 2)));
            i += 4;
            continue;
        }
        // A name or text: its value and place on one line.
        if line.trim_start() == "}," || line.trim() == "}" {
            let quoted = usize::from(out.last().is_some_and(|l| l.trim() == "quoted: true,"));
            let n = out.len().saturating_sub(quoted);
            let is = |back: usize, what: &str| n >= back && out[n - back].trim_start().starts_with(what);
            if is(1, "span: ") && is(2, "value: \"") && n >= 3 && out[n - 3].ends_with('{') {
                let value =
                    out[n - 2].trim_start().strip_prefix("value: ").unwrap().trim_end_matches(',').to_owned();
                let span =
                    out[n - 1].trim_start().strip_prefix("span: ").unwrap().trim_end_matches(',').to_owned();
                let head = out[n - 3].strip_suffix(" {").unwrap().to_owned();
                out.truncate(n - 3);
                let mark = if quoted == 1 { " quoted" } else { "" };
                out.push(format!("{head} {value} {span}{mark},"));
                i += 1;
                continue;
            }
        }
        out.push(line.to_owned());
        i += 1;
    }
    let narrow = |line: &String| {
        let text = line.trim_start();
        format!("{}{text}", " ".repeat((line.len() - text.len()) / 4))
    };
    out.iter().map(narrow).collect::<Vec<_>>().join("\n")
}

#[test]
fn trees() {
    for (name, text) in files("ok") {
        let options = options(&text);
        let parse = parse(&text, &options);
        assert_eq!(parse.errors, [], "{name}");
        let trees: Vec<String> = parse
            .statements
            .iter()
            .map(|s| format!("{}\n{}", s.span.text(&text), tree(&format!("{:#?}", s.kind))))
            .collect();
        insta::with_settings!({snapshot_path => "parser/ok", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name, trees.join("\n\n"));
        });
    }
}

#[test]
fn errors() {
    for (name, text) in files("err") {
        let options = options(&text);
        let mut report = Vec::new();
        for span in statements(&text, &options) {
            let error = parse_statement(&text, span, &options).expect_err(span.text(&text));
            assert!(span.contains(error.span), "{name}: {error}");
            let at = text[span.start as usize..error.span.start as usize].chars().count();
            let width = error.span.text(&text).chars().count().max(1);
            let line = span.text(&text).trim_end();
            assert!(!line.contains('\n'), "{name}: one line each");
            report.push(format!("{line}\n{}{} {} {error}", " ".repeat(at), "^".repeat(width), error.errno));
        }
        insta::with_settings!({snapshot_path => "parser/err", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(name, report.join("\n"));
        });
    }
}

/// Each line: what MySQL 9.7, MariaDB 11.8 and MariaDB 10.11 said to a statement (`-` is error 1064), then it.
#[test]
fn verdicts_of_servers() {
    let flavors = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11];
    for (name, text) in files("verdicts") {
        for line in text.lines() {
            let (verdicts, sql) = line.split_once(' ').unwrap();
            assert_eq!(verdicts.len(), flavors.len(), "{name}: {line}");
            for (flavor, verdict) in flavors.into_iter().zip(verdicts.chars()) {
                let result = parse_statement(sql, Span::of(sql), &ParseOptions::new(flavor));
                let refused = matches!(&result, Err(error) if error.errno == 1064);
                assert_eq!(refused, verdict == '-', "{flavor}: {sql}\n{result:?}");
            }
        }
    }
}

#[test]
fn goes_on_after_an_error() {
    let options = ParseOptions::new(Flavor::MYSQL_9_7);
    let parse = parse("CREATE TABLE a (; DROP TABLE b; CREATE TABLE c (x INT) 'open", &options);
    assert_eq!(parse.statements.len(), 1);
    let messages: Vec<String> = parse.errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "expected a column or key definition, found the end of the statement",
            "expected a closing quote for the string, found '",
        ]
    );
}

#[test]
fn types_and_expressions_alone() {
    let options = ParseOptions::new(Flavor::MYSQL_9_7);
    assert_eq!(parse_type("varchar(255)", &options).unwrap().args, [255]);
    assert!(parse_type("int unsigned", &options).unwrap().unsigned);
    assert!(parse_type("int unsigned not null", &options).is_err());
    assert!(parse_type("", &options).is_err());
    assert!(parse_expression("a + 1", &options).is_ok());
    assert!(parse_expression("a + ", &options).is_err());
}

#[test]
fn an_open_string_in_a_body_is_an_error() {
    let options = ParseOptions::new(Flavor::MYSQL_9_7);
    let sql = "CREATE VIEW v AS SELECT 'a";
    let error = parse_statement(sql, Span::of(sql), &options).unwrap_err();
    assert_eq!(error.to_string(), "expected a closing quote for the string, found '");
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    let options = ParseOptions::new(Flavor::MARIADB_11_8);
    for (open, close) in [("(", ")"), ("not ", ""), ("-", ""), ("case when ", " then 1 end"), ("abs(", ")")] {
        let sql =
            format!("CREATE TABLE t (a INT CHECK ({}1{}))", open.repeat(100_000), close.repeat(100_000));
        assert!(parse_statement(&sql, Span::of(&sql), &options).is_err(), "{open}");
    }
    let sql = format!("{}SELECT 1{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(parse_statement(&sql, Span::of(&sql), &options).is_ok());
}

/// Statements to mutate.
fn corpus() -> Vec<String> {
    let lists = files("verdicts").into_iter().flat_map(|(_, text)| {
        text.lines().filter_map(|line| Some(line.split_once(' ')?.1.to_owned())).collect::<Vec<_>>()
    });
    let ok = files("ok").into_iter().map(|(_, text)| text);
    lists.chain(ok).collect()
}

fn parse_for_all(text: &str) {
    for flavor in [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8] {
        for ansi in [false, true] {
            let mut options = ParseOptions::new(flavor);
            options.sql_mode.ansi_quotes = ansi;
            options.sql_mode.no_backslash_escapes = ansi;
            let parse = parse(text, &options);
            for statement in &parse.statements {
                assert!(text.get(statement.span.start as usize..statement.span.end as usize).is_some());
            }
            for error in &parse.errors {
                assert!(text.get(error.span.start as usize..error.span.end as usize).is_some(), "{error:?}");
            }
            let _ = parse_expression(text, &options);
            let _ = parse_type(text, &options);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        parse_for_all(&text);
    }

    #[test]
    fn words_in_any_order_never_panic(words in prop::collection::vec(prop::sample::select(vec![
        "CREATE", "TABLE", "ALTER", "ADD", "COLUMN", "t", "a", "(", ")", ",", "INT", "PARTITION", "BY", "HASH", "KEY",
        "VALUES", "IN", "LESS", "THAN", "DEFAULT", "1", "'x'", "=", "CHECK", "CONSTRAINT", "REFERENCES", "ON", "DELETE",
        "SET", "NULL", "NOT", "AS", "GENERATED", "ALWAYS", "VIEW", "TRIGGER", "EVENT", "PROCEDURE", "DO", "BEGIN", "END",
        ".", "@", "@@", "`q`", "INDEX", "UNIQUE", "DROP", "RENAME", "TO", "CHANGE", "CHARSET", "COLLATE", "COMMENT", ";",
    ]), 0..40)) {
        parse_for_all(&words.join(" "));
    }

    #[test]
    fn mutated_ddl_never_panics(
        pick in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        len in 0usize..12,
        insert in "[ -~]{0,3}|[(),.'`\"é\\x00]",
    ) {
        let corpus = corpus();
        let text = pick.get(&corpus);
        let chars: Vec<char> = text.chars().collect();
        let at = cut.index(chars.len() + 1);
        let tail: String = if len == 11 {
            other.get(&corpus).chars().skip(at).collect()
        } else {
            chars.iter().skip(at + len).collect()
        };
        let mutated = format!("{}{insert}{tail}", chars[..at].iter().collect::<String>());
        parse_for_all(&mutated);
    }
}
