//! The project that is checked by default, and what else a replay has to get right.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

mod common;

use common::Folder;
use terp_check::{CheckErrorKind, CheckOptions, check_project, sources};
use terp_drift::{Severity, TextOptions, Verdict};
use terp_drizzle::load_project;
use terp_schema_model::Flavor;

const FLAVORS: [Flavor; 3] = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11];

#[test]
fn terp_has_ten_warnings_and_nothing_worse() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/terp");
    let project = load_project(dir.as_ref()).expect("it can be read");
    for flavor in FLAVORS {
        let report =
            check_project(&project, "fixtures/terp", &CheckOptions::new(flavor)).expect("it can be checked");
        assert_eq!(report.count(Severity::Error), 0, "{flavor}");
        let warnings: Vec<_> =
            report.findings.iter().filter(|finding| finding.severity == Severity::Warning).collect();
        assert_eq!(warnings.len(), 10, "{flavor}");
        assert!(warnings.iter().all(|finding| finding.rule == "duplicate-prefix"), "{flavor}");
        let replay = report.replay.as_ref().expect("it was replayed");
        assert_eq!((replay.chunks, replay.tables), (579, 145), "{flavor}");
        assert!(replay.failed.is_empty() && replay.unsupported.is_empty(), "{flavor}");
        let pairs: Vec<_> = report.comparisons.iter().map(|c| (c.left.as_str(), c.right.as_str())).collect();
        let wanted = [("declared", "snapshot 0026"), ("declared", "replayed"), ("snapshot 0026", "replayed")];
        assert_eq!(pairs, wanted, "{flavor}");
        for comparison in &report.comparisons {
            assert_eq!((comparison.counts.substance, comparison.counts.name_only), (0, 0), "{flavor}");
            assert!(comparison.unchecked_tables.is_empty(), "{flavor}");
        }
        let s = &report.summary;
        assert_eq!((s.tables, s.columns, s.primary_keys, s.unique_constraints), (145, 1169, 145, 65));
        assert_eq!((s.indexes, s.foreign_keys, s.enum_columns, s.migrations), (105, 262, 54, 27));
        assert_eq!((s.version_tables, s.soft_delete_tables), (4, 49));
        assert_eq!((report.exit_code(false), report.exit_code(true)), (0, 1));
    }
}

/// As MySQL 9.7, MariaDB 11.8 and MariaDB 10.11 answered mysql2, which is what Drizzle sends them through.
#[test]
fn a_chunk_is_one_query() {
    let chunks = [
        ("CREATE TABLE a (x int); CREATE TABLE b (x int);", Some(1064)),
        ("\nCREATE TABLE c (x int);;\n;", None),
        ("\n-- nothing\n", None),
        ("", Some(1065)),
        ("\n", Some(1065)),
        (";", Some(1065)),
        ("/* why */ CREATE TABLE d (x int) -- so", None),
        ("CREATE TABLE e (x int); -- so", None),
        ("CREATE TABLE f (x int); -- so;", None),
        ("CREATE TABLE g (x int); ; -- c", Some(1064)),
        (";CREATE TABLE h (x int)", Some(1064)),
        ("/*!99999 SELECT 1 */", None),
        ("CREATE TABLE i (x int); # z\n;", None),
    ];
    let text: Vec<&str> = chunks.iter().map(|(text, _)| *text).collect();
    let folder = Folder::new(&[("0000_a", &text.join("--> statement-breakpoint"))]);
    for flavor in FLAVORS {
        let report = folder.check(flavor);
        let replay = report.replay.as_ref().expect("it was replayed");
        let errno =
            |at: usize| replay.failed.iter().find(|failed| failed.chunk == at).map(|failed| failed.errno);
        let errnos: Vec<_> = (0..chunks.len()).map(errno).collect();
        assert_eq!(errnos, chunks.map(|(_, errno)| errno), "{flavor}");
        // The first query made neither of its tables: c, d, e, f and i are there.
        assert_eq!((replay.chunks, replay.tables), (13, 5), "{flavor}");
        let stop = replay.stops_at.as_ref().expect("it stops");
        assert_eq!((stop.migration, stop.chunk, stop.of_chunks, stop.errno), (1, 0, 13, 1064));
        let finding = &report.findings[0];
        assert_eq!(finding.rule, "migration-fails");
        assert_eq!((finding.places[0].line, finding.places[0].column), (Some(1), Some(25)));
        assert!(
            finding.help.as_ref().is_some_and(|help| help.contains("statement-breakpoint")),
            "{finding:?}"
        );
        assert_eq!((replay.failed[0].line, replay.failed[0].column, replay.failed[0].end_column), (1, 1, 47));
    }
}

#[test]
fn an_algorithm_that_is_asked_for_is_not_taken_for_granted() {
    let folder = Folder::new(&[(
        "0000_a",
        "CREATE TABLE a (x int);--> statement-breakpoint\n\
         ALTER TABLE a ADD y int, ALGORITHM=INSTANT;",
    )]);
    let report = folder.check(Flavor::MYSQL_9_7);
    let replay = report.replay.as_ref().expect("it was replayed");
    assert!(replay.failed.is_empty(), "{:?}", replay.failed);
    let unchecked: Vec<_> = replay.unsupported.iter().map(|u| (u.chunk, u.line)).collect();
    assert_eq!(unchecked, [(1, 2)]);
    assert!(
        report.findings.iter().any(|finding| finding.message.contains("ALGORITHM=INSTANT")),
        "{report:?}"
    );
    assert_ne!(report.verdict(), Verdict::Clean);
}

#[test]
fn what_is_not_checked_is_never_clean() {
    let folder = Folder::new(&[(
        "0000_a",
        "CREATE TABLE a (x int);--> statement-breakpoint\n\
         CREATE TABLE b AS SELECT @n FROM a;--> statement-breakpoint\n\
         ALTER TABLE b ADD y int;--> statement-breakpoint\n\
         INSERT INTO a VALUES (1);--> statement-breakpoint\n\
         CALL tidy();",
    )])
    .with_snapshot("0000", &["a", "b"]);
    let report = folder.check(Flavor::MYSQL_9_7);
    let replay = report.replay.as_ref().expect("it was replayed");
    assert!(replay.failed.is_empty(), "{:?}", replay.failed);
    let unchecked: Vec<_> = replay.unsupported.iter().map(|u| (u.chunk, u.line)).collect();
    assert_eq!(unchecked, [(1, 2), (2, 3), (4, 5)]);
    assert_eq!(replay.passed_over, 1);
    // The table that only the snapshot has is no difference: whether the migrations make it is not known.
    let comparison = &report.comparisons[0];
    assert!(!comparison.has_drift(), "{comparison:?}");
    assert_eq!(comparison.unchecked_tables, ["b"]);
    assert_eq!(report.verdict(), Verdict::Warnings);
    let text = report.to_text(&sources(&folder.load(), &report), &TextOptions::default());
    assert!(text.contains("no difference in what was checked"), "{text}");
    assert!(text.contains("not everything could be checked"), "{text}");
}

#[test]
fn text_without_an_end_is_an_error_with_its_place() {
    let nested = format!("CREATE TABLE a (x int DEFAULT {}1{})", "(".repeat(100_000), ")".repeat(100_000));
    let cases = [
        ("CREATE TABLE a (x int);\n-- fine\nSELECT 'it', 'is", CheckErrorKind::Unterminated, 3, "the string"),
        ("CREATE TABLE a (\n  x int /* why", CheckErrorKind::Unterminated, 2, "the comment"),
        ("CREATE TABLE `a (x int)", CheckErrorKind::Unterminated, 1, "the quoted name"),
        ("/*!50100 CREATE TABLE a (x int)", CheckErrorKind::Unterminated, 1, "the comment"),
        (nested.as_str(), CheckErrorKind::TooDeep, 1, "256 levels"),
    ];
    for (sql, kind, line, words) in cases {
        let folder = Folder::new(&[("0000_fine", "CREATE TABLE z (x int);"), ("0001_a", sql)]);
        let error =
            check_project(&folder.load(), "x", &CheckOptions::new(Flavor::MYSQL_9_7)).expect_err(words);
        assert_eq!((error.kind(), error.at.line), (kind, line), "{error}");
        assert!(error.file.ends_with("0001_a.sql") && error.message.contains(words), "{error}");
    }
}

#[test]
fn a_snapshot_that_no_server_takes_is_said_at_its_place() {
    let name = "x".repeat(65);
    let folder = Folder::new(&[("0000_a", "CREATE TABLE a (x int);")]).with_snapshot("0000", &["a", &name]);
    let report = folder.check(Flavor::MARIADB_10_11);
    let rules: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["snapshot-fails"]);
    assert!(report.findings[0].message.contains("65 characters"), "{:?}", report.findings[0]);
    assert!(report.findings[0].places[0].line.is_some_and(|line| line > 1));
}

#[test]
fn an_empty_project_is_not_vouched_for() {
    let folder = Folder::new(&[]);
    let report = folder.check(Flavor::MYSQL_9_7);
    assert!(report.comparisons.is_empty());
    let text = report.to_text(&sources(&folder.load(), &report), &TextOptions::default());
    assert!(text.contains("nothing was compared"), "{text}");
}
