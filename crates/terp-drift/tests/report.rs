//! The report as JSON and as text.

mod common;

use common::*;
use terp_drift::{
    ChangeKind, Comparison, DeclaredCounts, DiffOptions, Finding, Place, Replay, ReplayFailure, Report,
    Severity, Sources, Summary, TextOptions, UnsupportedStatement, Verdict, diff, drift, migration_fails,
    summarise, unsupported_statement,
};
use terp_schema_model::{ColumnType, IndexKind, Schema, Table};

const FILE: &str = "drizzle/0003_batches.sql";

/// A migration whose second chunk fails, whose third one does too, and whose last one is not checked.
const SQL: &str = "\
ALTER TABLE `orders` ADD COLUMN `note` text;
--> statement-breakpoint
DROP INDEX `client_idx` ON `orders`;
--> statement-breakpoint
ALTER TABLE `orders`
  ADD COLUMN `id` int,
  ADD COLUMN `größe` int;
--> statement-breakpoint
CREATE TABLE `totals` AS SELECT `client_id` FROM `orders`;
";

fn failures() -> Vec<ReplayFailure> {
    let failure = |chunk, line, end_line, end_column, errno, message: &str, sql: &str| ReplayFailure {
        file: FILE.to_owned(),
        tag: "0003_batches".to_owned(),
        migration: 4,
        chunk,
        of_chunks: 4,
        line,
        column: 1,
        end_line,
        end_column,
        errno,
        sqlstate: Some("HY000".to_owned()),
        message: message.to_owned(),
        sql: sql.to_owned(),
        stops_build: chunk == 1,
    };
    vec![
        failure(
            1,
            3,
            3,
            36,
            1553,
            "Cannot drop index 'client_idx': needed in a foreign key constraint",
            "DROP INDEX `client_idx` ON `orders`",
        ),
        failure(
            2,
            5,
            7,
            25,
            1060,
            "Duplicate column name 'id'",
            "ALTER TABLE `orders`\n  ADD COLUMN `id` int,",
        ),
    ]
}

fn unsupported() -> UnsupportedStatement {
    UnsupportedStatement {
        file: FILE.to_owned(),
        tag: "0003_batches".to_owned(),
        chunk: 3,
        line: 9,
        column: 1,
        end_line: 9,
        end_column: 58,
        reason: "CREATE TABLE ... SELECT".to_owned(),
        sql: "CREATE TABLE `totals` AS SELECT `client_id` FROM `orders`".to_owned(),
    }
}

/// Snapshot and replayed schema, with something of every class.
fn schemas() -> (Schema, Schema) {
    let mut left = orders();
    left.columns.push(column("version", int()));
    left.columns.push(column("deleted_at", ColumnType::Timestamp { fsp: 0 }));
    left.columns.push(column("state", ColumnType::Enum { values: vec!["new".to_owned()] }));
    let mut right = left.clone();
    right.columns[2].ty = varchar(100);
    right.columns[0].ty = int_width(5);
    right.columns.remove(6);
    right.indexes[1].name = "old_name".to_owned();
    right.indexes.push(key("left_behind", &["total"]));
    (schema(vec![left, Table::new("clients", utf8mb4())]), schema(vec![right]))
}

fn failing() -> Report {
    let (left, right) = schemas();
    let changes = diff(&left, &right, MYSQL, &DiffOptions::default());
    let comparison = Comparison::new("snapshot 0003", "replayed", &changes);
    let replay = Replay::new(20, failures(), vec![unsupported()], 1);
    let declared = DeclaredCounts { unique_constraints: 1, indexes: 1 };
    let mut findings: Vec<Finding> = replay.unsupported.iter().map(unsupported_statement).collect();
    findings.extend(replay.failed.iter().map(migration_fails));
    findings.extend(drift(&comparison, vec![Place::file("drizzle/meta/0003_snapshot.json")]));
    findings.extend(duplicates(2));
    Report::new(
        "fixtures/drift/everything",
        MYSQL,
        summarise(&left, Some(declared), 4),
        Some(replay),
        vec![comparison],
        findings,
    )
}

fn duplicates(number: usize) -> Vec<Finding> {
    let finding = |at: usize| Finding {
        rule: "duplicate-prefix",
        severity: Severity::Warning,
        message: format!("the number {at:04} is used by 2 files"),
        help: Some("delete or renumber the files that are not in the journal".to_owned()),
        places: vec![
            Place::file(format!("drizzle/{at:04}_a.sql")).labelled("in the journal"),
            Place::file(format!("drizzle/{at:04}_b.sql")).labelled("not in the journal"),
        ],
    };
    (0..number).map(finding).collect()
}

fn report(findings: Vec<Finding>) -> Report {
    let summary = summarise(&schemas().0, None, 4);
    let comparison = Comparison::new("snapshot 0003", "replayed", &[]);
    let replay = Replay::new(20, Vec::new(), Vec::new(), 2);
    Report::new("fixtures/terp", MYSQL, summary, Some(replay), vec![comparison], findings)
}

fn sources() -> Sources {
    Sources::from([(FILE.to_owned(), SQL.to_owned())])
}

#[test]
fn json_of_a_failing_project() {
    insta::assert_snapshot!(failing().to_json().unwrap());
}

#[test]
fn text_of_a_failing_project() {
    insta::assert_snapshot!(failing().to_text(&sources(), &TextOptions::default()));
}

#[test]
fn text_of_a_clean_project() {
    insta::assert_snapshot!(report(Vec::new()).to_text(&Sources::new(), &TextOptions::default()));
}

#[test]
fn text_of_long_lists_is_cut() {
    let options = TextOptions { limit: 3, ..TextOptions::default() };
    insta::assert_snapshot!(report(duplicates(5)).to_text(&Sources::new(), &options));
}

#[test]
fn text_of_several_places_in_one_file() {
    let journal: String =
        (0..8).map(|idx| format!("    {{ \"idx\": {idx}, \"when\": {} }},\n", 90 - idx)).collect();
    let sources = Sources::from([("meta/_journal.json".to_owned(), journal)]);
    let place = |idx: u32| Place::at("meta/_journal.json", idx + 1, 5).until(idx + 1, 28);
    let finding = Finding {
        rule: "backward-when",
        severity: Severity::Warning,
        message: "`when` goes backwards at idx 6".to_owned(),
        help: Some("look".to_owned()),
        places: vec![
            place(6).labelled("when 84"),
            place(0).labelled("when 90, run before it"),
            place(7).labelled("skipped as well"),
            Place::file("elsewhere.sql"),
            Place::at("meta/_journal.json", 3, 5),
            Place::at("meta/_journal.json", 4, 5).labelled("the fifth here is listed"),
        ],
    };
    insta::assert_snapshot!(report(vec![finding]).to_text(&sources, &TextOptions::default()));
}

#[test]
fn colours_only_where_asked_for() {
    let text = |color| failing().to_text(&sources(), &TextOptions { color, ..TextOptions::default() });
    assert!(!text(false).contains('\x1b'));
    let colored = text(true);
    assert!(colored.contains("\x1b[1;31m"));
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    assert_eq!(plain, text(false));
}

#[test]
fn exit_codes() {
    let codes = |report: &Report| (report.verdict(), report.exit_code(false), report.exit_code(true));
    let note = Finding {
        rule: "orphan-migration-file",
        severity: Severity::Note,
        message: "1 file".to_owned(),
        help: None,
        places: Vec::new(),
    };
    assert_eq!(codes(&report(vec![note])), (Verdict::Clean, 0, 0));
    assert_eq!(codes(&report(duplicates(1))), (Verdict::Warnings, 0, 1));
    assert_eq!(codes(&failing()), (Verdict::Errors, 1, 1));
    let (left, right) = schemas();
    let changes = diff(&left, &right, MYSQL, &DiffOptions::default());
    let with = |changes: &[terp_drift::Change]| {
        let comparison = Comparison::new("a", "b", changes);
        Report::new("p", MYSQL, Summary::default(), None, vec![comparison], Vec::new())
    };
    assert_eq!(codes(&with(&changes)), (Verdict::Drift, 1, 1));
    // Also without a finding about it; a cosmetic difference is none.
    let cosmetic: Vec<_> =
        changes.into_iter().filter(|change| change.kind == ChangeKind::ColumnType).collect();
    assert_eq!(cosmetic.len(), 2);
    assert_eq!(codes(&with(&cosmetic[..1])), (Verdict::Clean, 0, 0));
    assert_eq!(codes(&with(&cosmetic)), (Verdict::Drift, 1, 1));
}

#[test]
fn counts_of_a_schema() {
    let (mut schema, _) = schemas();
    let mut made = key("made", &["client_id"]);
    made.generated = true;
    schema.tables[0].indexes.push(made);
    schema.tables.push(schema.tables[0].clone());
    let summary = summarise(&schema, None, 3);
    let expected = Summary {
        tables: 2,
        columns: 7,
        primary_keys: 1,
        unique_constraints: 1,
        indexes: 1,
        foreign_keys: 1,
        enum_columns: 1,
        migrations: 3,
        version_tables: 1,
        soft_delete_tables: 1,
        verdict: Verdict::Clean,
    };
    assert_eq!(summary, expected);
    let declared = DeclaredCounts { unique_constraints: 0, indexes: 2 };
    assert_eq!(
        summarise(&schema, Some(declared), 3),
        Summary { unique_constraints: 0, indexes: 2, ..expected }
    );
    assert_eq!(schema.tables[0].indexes[1].kind, IndexKind::Unique);
}

#[test]
fn any_place_in_any_source_is_taken() {
    let numbers = [0, 1, 2, 3, 99, u32::MAX];
    for source in ["", "\n", "é", "a\r\nb\r\n", "\x1b[31m\n\n\tx"] {
        let sources = Sources::from([("f".to_owned(), source.to_owned())]);
        for line in numbers {
            for column in numbers {
                for (end_line, end_column) in [(line, column), (0, 0), (2, 1), (u32::MAX, u32::MAX)] {
                    let place =
                        Place::at("f", line, column).until(end_line, end_column).labelled("here\n\x1b[2J");
                    let finding = Finding {
                        rule: "drift",
                        severity: Severity::Note,
                        message: "\x1b[2J\nx".to_owned(),
                        help: Some("\x07".to_owned()),
                        places: vec![place, Place::at("f", 1, 1)],
                    };
                    let text = report(vec![finding]).to_text(&sources, &TextOptions::default());
                    assert!(!text.contains('\x1b') && !text.contains('\x07'), "{text:?}");
                }
            }
        }
    }
}

#[test]
fn every_kind_of_change_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats.md");
    let text = std::fs::read_to_string(path).unwrap();
    for kind in ChangeKind::ALL {
        let row = format!("| `{}` | {} |", kind.id(), kind.summary());
        assert!(text.contains(&row), "docs/formats.md lacks the row {row}");
    }
}
