//! The splitter: separators, DELIMITER, breakpoints, and the bodies of stored programs.

use proptest::prelude::*;
use terp_schema_model::Flavor;
use terp_sql::lexer::{LexErrorKind, LexOptions, TokenKind, lex};
use terp_sql::splitter::{Split, SplitErrorKind, SplitMode, split, split_chunks};

fn options(flavor: Flavor) -> LexOptions {
    LexOptions::new(flavor)
}

fn texts<'a>(src: &'a str, split: &Split) -> Vec<&'a str> {
    split.statements.iter().map(|s| s.span.text(src)).collect()
}

fn statements(src: &str, flavor: Flavor, mode: SplitMode) -> Vec<&str> {
    let split = split(src, &options(flavor), mode);
    assert_eq!(split.errors, [], "{src}");
    texts(src, &split)
}

fn server(src: &str) -> Vec<&str> {
    statements(src, Flavor::MYSQL_9_7, SplitMode::Server)
}

fn client(src: &str) -> Vec<&str> {
    statements(src, Flavor::MYSQL_9_7, SplitMode::Client)
}

fn mariadb(src: &str) -> Vec<&str> {
    statements(src, Flavor::MARIADB_11_8, SplitMode::Server)
}

/// Asserts that a text is one statement, and that another one after it is a second.
#[track_caller]
fn is_one(program: &str, flavor: Flavor) {
    let src = format!("{program}; SELECT 'next'; -- end");
    assert_eq!(statements(&src, flavor, SplitMode::Server), [program, "SELECT 'next'"]);
}

#[test]
fn separators() {
    assert_eq!(server("SELECT 1; SELECT 2"), ["SELECT 1", "SELECT 2"]);
    assert_eq!(server(";; SELECT 1 ;;\n-- x\n; /* y */ # z"), ["SELECT 1"]);
    assert_eq!(
        server("SELECT ';', \"a;b\", `;` /* ; */ -- ;\n, 1; SELECT 2"),
        ["SELECT ';', \"a;b\", `;` /* ; */ -- ;\n, 1", "SELECT 2"]
    );
    assert_eq!(server("-- head\nSELECT /* in */ 1 -- tail\n; "), ["SELECT /* in */ 1"]);
    assert_eq!(server(""), Vec::<&str>::new());
}

#[test]
fn version_comments_belong_to_their_statement() {
    let src =
        "/*!40101 SET NAMES utf8 */;\n/*!99999 SET a */;\nCREATE TABLE t (a INT) /*!50100 ENGINE=InnoDB */;";
    assert_eq!(
        server(src),
        ["/*!40101 SET NAMES utf8 */", "CREATE TABLE t (a INT) /*!50100 ENGINE=InnoDB */"]
    );
    assert_eq!(server("/*!50100 */; SELECT 1"), ["SELECT 1"]);
}

#[test]
fn delimiter_lines() {
    assert_eq!(
        client(
            "SELECT 1;\nDELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nSELECT 2//\ndelimiter ;\nSELECT 3;"
        ),
        ["SELECT 1", "CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2", "SELECT 3"]
    );
    // The client finds the delimiter in the middle of what the server would read as a word.
    assert_eq!(client("DELIMITER $$\nSELECT 1 AS END$$\nSELECT 2$$"), ["SELECT 1 AS END", "SELECT 2"]);
    assert_eq!(client("DELIMITER ;;\nSELECT 1;;\nDELIMITER ;\nSELECT 2;"), ["SELECT 1", "SELECT 2"]);
    // The server still separates at `;` in what the client sends.
    assert_eq!(client("DELIMITER //\nSELECT 1; SELECT 2; //"), ["SELECT 1", "SELECT 2"]);
    assert_eq!(client("DELIMITER \"//\"\nSELECT 1//"), ["SELECT 1"]);
    assert_eq!(client("DELIMITER // rest\nSELECT 1//"), ["SELECT 1"]);
    assert_eq!(client("/* x */ DELIMITER //\nSELECT 1//"), ["SELECT 1"]);
    assert_eq!(
        client("DELIMITER //\nSELECT '//' /* // */ -- //\n, `//`//SELECT 2"),
        ["SELECT '//' /* // */ -- //\n, `//`", "SELECT 2"]
    );
    assert_eq!(client("DELIMITER é\nSELECT 1é SELECT 2é"), ["SELECT 1", "SELECT 2"]);
    assert_eq!(client("DELIMITER //\nSELECT 1 -- end"), ["SELECT 1"]);
}

#[test]
fn delimiter_is_a_command_only_between_statements_and_for_the_client() {
    assert_eq!(
        client("CREATE TABLE t (\n delimiter INT\n); SELECT 1;"),
        ["CREATE TABLE t (\n delimiter INT\n)", "SELECT 1"]
    );
    assert_eq!(client("SELECT 9\nDELIMITER //\nSELECT 2//"), ["SELECT 9\nDELIMITER //\nSELECT 2//"]);
    assert_eq!(server("DELIMITER //\nSELECT 1;"), ["DELIMITER //\nSELECT 1"]);
}

#[test]
fn bad_delimiter_lines() {
    for src in ["DELIMITER\nSELECT 1;", "DELIMITER \\\\\nSELECT 1;"] {
        let split = split(src, &options(Flavor::MYSQL_9_7), SplitMode::Client);
        assert_eq!(texts(src, &split), ["SELECT 1"]);
        assert_eq!(split.errors.len(), 1);
        assert_eq!(split.errors[0].kind, SplitErrorKind::InvalidDelimiter);
        assert_eq!(split.errors[0].span.text(src), "DELIMITER");
    }
}

#[test]
fn a_dump_with_triggers() {
    let src = "/*!50003 SET sql_mode = '' */ ;\nDELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ \
               /*!50003 TRIGGER `x` BEFORE INSERT ON `t` FOR EACH ROW BEGIN\n  SET NEW.a = 1;\nEND */;;\nDELIMITER ;\n\
               /*!50003 SET sql_mode = @saved */ ;\n";
    let found = client(src);
    assert_eq!(found.len(), 3);
    assert!(found[1].starts_with("/*!50003 CREATE*/") && found[1].ends_with("END */"), "{}", found[1]);
}

#[test]
fn breakpoints() {
    let src = "CREATE TABLE a (x INT);--> statement-breakpoint\nCREATE TABLE b (x INT);\nCREATE TABLE c (x INT);\n\
               --> statement-breakpoint\n--> statement-breakpoint\nSELECT 'd'";
    let split = split(src, &options(Flavor::MYSQL_9_7), SplitMode::Drizzle);
    assert_eq!(split.errors, []);
    let found: Vec<_> = split.statements.iter().map(|s| (s.chunk, s.span.text(src))).collect();
    assert_eq!(
        found,
        [
            (0, "CREATE TABLE a (x INT)"),
            (1, "CREATE TABLE b (x INT)"),
            (1, "CREATE TABLE c (x INT)"),
            (3, "SELECT 'd'"),
        ]
    );
    let chunks: Vec<_> = split.chunks.iter().map(|c| c.text(src)).collect();
    assert_eq!(chunks, src.split("--> statement-breakpoint").collect::<Vec<_>>());
}

#[test]
fn a_breakpoint_cuts_even_a_string() {
    let src = "SELECT 'a--> statement-breakpointb'";
    assert_eq!(split_chunks(src).len(), 2);
    let split = split(src, &options(Flavor::MYSQL_9_7), SplitMode::Drizzle);
    assert_eq!(texts(src, &split), ["SELECT 'a", "b'"]);
    assert_eq!(split.errors.len(), 2);
    assert_eq!(split.errors[0].kind, SplitErrorKind::Lex(LexErrorKind::UnterminatedString));
}

#[test]
fn bodies() {
    for program in [
        "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END",
        "create procedure if not exists d.p(a int, out b decimal(10,2)) comment 'x' begin select 1; end",
        "CREATE DEFINER=`root`@`localhost` PROCEDURE p() SQL SECURITY INVOKER BEGIN END",
        "CREATE DEFINER = begin@localhost PROCEDURE p() BEGIN SELECT 1; END",
        "CREATE DEFINER=CURRENT_USER() FUNCTION f(a INT) RETURNS INT DETERMINISTIC BEGIN RETURN a; END",
        "CREATE FUNCTION f() RETURNS VARCHAR(10) CHARSET utf8mb4 NO SQL RETURN CASE WHEN 1 THEN 'a' ELSE 'b' END",
        "CREATE PROCEDURE p() outer_l: BEGIN l: LOOP LEAVE l; END LOOP l; END outer_l",
        "CREATE PROCEDURE p() `l`: BEGIN SELECT 1; END `l`",
        "CREATE PROCEDURE p() SELECT CASE a WHEN 1 THEN 2 END FROM t",
        "CREATE PROCEDURE p() CASE a WHEN 1 THEN SELECT 1; ELSE BEGIN SELECT 2; END; END CASE",
        "CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; ELSEIF b THEN SELECT IF(c, 1, 2); ELSE SELECT 3; END IF; END",
        "CREATE PROCEDURE p() IF (a > 1) THEN SELECT 1; END IF",
        "CREATE PROCEDURE p() BEGIN WHILE a < 1 DO SET a = a + 1; END WHILE; REPEAT SET a = REPEAT('x', 2); UNTIL \
         CASE WHEN a THEN 1 END END REPEAT; END",
        "CREATE PROCEDURE p() BEGIN DO SLEEP(1); SET x = CASE WHEN a THEN 1 ELSE 2 END; SELECT 1; END",
        "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLSTATE VALUE '42000', NOT FOUND, 1051 BEGIN ROLLBACK; \
         END; DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET d = IF(a, 1, 2); DECLARE c CURSOR FOR SELECT 1; END",
        "CREATE PROCEDURE p() BEGIN CREATE TABLE t (begin INT, `end` INT); DROP TABLE IF EXISTS t; SELECT t.case, \
         begin FROM t; END",
        "CREATE TRIGGER x AFTER UPDATE ON t FOR EACH ROW BEGIN IF NEW.a THEN SET @a = 1; END IF; END",
        "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW PRECEDES `y` BEGIN SET @a = 1; SET @b = 2; END",
        "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW FOLLOWS y IF NEW.a THEN SET @a = 1; END IF",
        "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY COMMENT 'x' DO BEGIN DELETE FROM t; DELETE FROM u; END",
        "ALTER EVENT e ON SCHEDULE AT NOW() + INTERVAL 1 DAY DO BEGIN SELECT 1; END",
        "ALTER EVENT e RENAME TO f",
        "CREATE FUNCTION f RETURNS STRING SONAME 'udf.so'",
        "ALTER PROCEDURE p COMMENT 'x'",
    ] {
        is_one(program, Flavor::MYSQL_9_7);
        is_one(program, Flavor::MARIADB_11_8);
    }
}

#[test]
fn mysql_bodies_in_other_languages() {
    is_one(
        "CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS $$ let a = 1; return a; $$",
        Flavor::MYSQL_9_7,
    );
    is_one("CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS 'return 1;'", Flavor::MYSQL_9_7);
}

#[test]
fn mariadb_bodies() {
    for program in [
        "CREATE OR REPLACE PROCEDURE p() BEGIN FOR i IN 1..3 DO SELECT i; END FOR; SELECT 1; END",
        "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END",
        "CREATE PROCEDURE p() BEGIN NOT ATOMIC SELECT 1; END",
        "IF 1 THEN SELECT 1; END IF",
        "CREATE OR REPLACE AGGREGATE FUNCTION f(x INT) RETURNS INT BEGIN LOOP FETCH GROUP NEXT ROW; END LOOP; END",
        "CREATE PROCEDURE p AS a INT; BEGIN SELECT 1; END",
        "CREATE FUNCTION f RETURN INT IS BEGIN RETURN 1; END",
        "CREATE PACKAGE p AS PROCEDURE a(); FUNCTION b RETURN INT; END",
        "CREATE PACKAGE BODY p AS v INT; PROCEDURE a AS w INT; BEGIN <<l>> LOOP EXIT l; END LOOP; EXCEPTION WHEN OTHERS \
         THEN NULL; END; BEGIN SET v = 1; END",
        "CREATE PACKAGE BODY p AS PROCEDURE a AS BEGIN SELECT 1; END; END",
    ] {
        is_one(program, Flavor::MARIADB_11_8);
    }
}

#[test]
fn begin_is_a_transaction_outside_programs() {
    assert_eq!(
        server("BEGIN; INSERT INTO t VALUES (1); COMMIT"),
        ["BEGIN", "INSERT INTO t VALUES (1)", "COMMIT"]
    );
    assert_eq!(mariadb("BEGIN WORK; SELECT 1; COMMIT"), ["BEGIN WORK", "SELECT 1", "COMMIT"]);
    assert_eq!(server("CREATE TABLE begin (a INT); SELECT 1"), ["CREATE TABLE begin (a INT)", "SELECT 1"]);
    assert_eq!(server("SELECT CASE WHEN 1 THEN 2; SELECT 1"), ["SELECT CASE WHEN 1 THEN 2", "SELECT 1"]);
    assert_eq!(server("CREATE VIEW v AS SELECT 1; SELECT 2"), ["CREATE VIEW v AS SELECT 1", "SELECT 2"]);
    assert_eq!(server("DROP PROCEDURE p; SELECT 2"), ["DROP PROCEDURE p", "SELECT 2"]);
}

#[test]
fn a_block_without_end() {
    let src = "CREATE PROCEDURE p() BEGIN SELECT 1; IF a THEN SELECT 2; END";
    let split = split(src, &options(Flavor::MYSQL_9_7), SplitMode::Server);
    assert_eq!(texts(src, &split), [src]);
    assert_eq!(split.errors.len(), 1);
    assert_eq!(split.errors[0].kind, SplitErrorKind::UnclosedBlock);
    assert_eq!(split.errors[0].span.text(src), "BEGIN");
}

/// Texts in which separators, blocks, quotes and commands meet.
fn script() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(";"),
        Just("; "),
        Just("\n"),
        Just(" "),
        Just("CREATE PROCEDURE p() "),
        Just("CREATE TRIGGER "),
        Just("FOR EACH ROW "),
        Just("BEGIN "),
        Just("END "),
        Just("END IF "),
        Just("IF "),
        Just("THEN "),
        Just("CASE "),
        Just("LOOP "),
        Just("REPEAT "),
        Just("UNTIL "),
        Just("DECLARE x HANDLER FOR "),
        Just("l: "),
        Just("AS "),
        Just("CREATE PACKAGE BODY p AS "),
        Just("PROCEDURE "),
        Just("DELIMITER //\n"),
        Just("DELIMITER ;\n"),
        Just("//"),
        Just("delimiter é"),
        Just("é"),
        Just("'"),
        Just("\""),
        Just("`"),
        Just("\\"),
        Just("/*!50100 "),
        Just("/*"),
        Just("*/"),
        Just("-- "),
        Just("SELECT 1"),
        Just("a.b"),
        Just("--> statement-breakpoint"),
        Just("/*!999999 "),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn spans_are_in_order_and_in_their_chunks(src in prop_oneof![any::<String>(), script()], maria in any::<bool>()) {
        let flavor = if maria { Flavor::MARIADB_10_11 } else { Flavor::MYSQL_9_7 };
        for mode in [SplitMode::Server, SplitMode::Client, SplitMode::Drizzle] {
            let split = split(&src, &options(flavor), mode);
            let mut end = 0;
            for statement in &split.statements {
                prop_assert!(statement.span.start >= end);
                prop_assert!(!statement.span.is_empty());
                prop_assert!(!statement.span.text(&src).is_empty());
                prop_assert!(split.chunks[statement.chunk].contains(statement.span));
                end = statement.span.end;
            }
            prop_assert!(split.errors.is_sorted_by_key(|e| e.span.start));
        }
    }

    #[test]
    fn every_significant_token_is_in_a_statement(src in prop_oneof![any::<String>(), script()]) {
        let opts = options(Flavor::MYSQL_9_7);
        let split = split(&src, &opts, SplitMode::Server);
        // Between the statements nothing is left but separators; each piece is read as the server reads it.
        let mut rest = String::new();
        let mut end = 0;
        for statement in &split.statements {
            rest.push_str(&src[end..statement.span.start as usize]);
            end = statement.span.end as usize;
            prop_assert!(lex(&rest, &opts).tokens.iter().all(|t| separates(t.kind)), "{:?} in {:?}", rest, src);
            rest.clear();
        }
        rest.push_str(&src[end..]);
        prop_assert!(lex(&rest, &opts).tokens.iter().all(|t| separates(t.kind)), "{:?} in {:?}", rest, src);
    }
}

fn separates(kind: TokenKind) -> bool {
    kind.is_trivia() || matches!(kind, TokenKind::Semicolon | TokenKind::Eof)
}
