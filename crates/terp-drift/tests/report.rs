//! The report as JSON and as text.

mod common;

use common::*;
use terp_drift::{
    ChangeClass, ChangeKind, Comparison, Conventions, DeclaredCounts, DiffOptions, Finding, Matrix,
    ObjectKind, ObjectPath, Place, Replay, ReplayFailure, Report, Severity, Sources, Summary, TextOptions,
    UnsupportedStatement, Verdict, diff, drift, migration_fails, summarise, unsupported_statement,
};
use terp_schema_model::{ColumnType, DefaultValue, IndexKind, Schema, Table};

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
    let mut version = column("version", int());
    version.default = Some(DefaultValue::Literal("1".to_owned()));
    let mut deleted_at = column("deleted_at", ColumnType::Timestamp { fsp: 0 });
    deleted_at.nullable = true;
    left.columns.extend([version, deleted_at]);
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
        summarise(&left, Some(declared), 4, &Conventions::default()),
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
    let summary = summarise(&schemas().0, None, 4, &Conventions::default());
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

/// Declared schema, snapshot and replayed schema: the declaration is ahead of both, and the replay lost something of
/// its own.
fn three_views() -> [(&'static str, Schema); 3] {
    let (_, mut snapshot) = schemas();
    let mut declared = snapshot.clone();
    declared.tables[0].columns.push(column("note", varchar(20)));
    declared.tables[0].columns[2].ty = varchar(200);
    declared.tables.push(clients());
    snapshot.tables[0].indexes[1].name = "email_unique".to_owned();
    let mut replayed = snapshot.clone();
    replayed.tables[0].indexes.pop();
    replayed.tables[0].columns.swap(0, 1);
    [("declared", declared), ("snapshot 0003", snapshot), ("replayed", replayed)]
}

/// A table with something of every kind, so that one can see that it is named once.
fn clients() -> Table {
    let mut clients = orders();
    clients.name = "clients".to_owned();
    clients.foreign_keys[0].name = "clients_fk".to_owned();
    clients
}

/// Each view with places for what it has; the replay knows where a table went.
fn place_in<'a>(view: &'a str, schema: &'a Schema) -> impl Fn(&ObjectPath) -> Option<Place> + 'a {
    move |path| {
        let name = path.table.as_deref()?;
        let Some(table) = schema.table(name) else {
            let gone = Place::at("drizzle/0002_tidy.sql", 4, 1).labelled("dropped here");
            return (view == "replayed").then_some(gone);
        };
        let column = path.name.as_deref().and_then(|name| table.column_position(name));
        let index = path.name.as_deref().and_then(|name| table.indexes.iter().position(|i| i.name == name));
        let line = match (path.object, column, index) {
            (ObjectKind::Column, Some(at), _) => 10 + at,
            (ObjectKind::Index, _, Some(at)) => 50 + at,
            (ObjectKind::Table, ..) => 1,
            _ => return None,
        };
        let file = match view {
            "declared" => "drizzle/schema.ts",
            "replayed" => "drizzle/0001_orders.sql",
            _ => "drizzle/meta/0003_snapshot.json",
        };
        Some(Place::at(file, u32::try_from(line).ok()?, 5))
    }
}

fn three_comparisons() -> Vec<Comparison> {
    let views = three_views();
    let mut comparisons = Vec::new();
    for (left, right) in [(0, 1), (0, 2), (1, 2)] {
        let [(left, before), (right, after)] = [&views[left], &views[right]];
        let changes = diff(before, after, MYSQL, &DiffOptions::default());
        let (of_left, of_right) = (place_in(left, before), place_in(right, after));
        comparisons.push(Comparison::with_places(*left, *right, &changes, &of_left, &of_right));
    }
    comparisons
}

#[test]
fn text_of_three_views() {
    let report = Report::new("p", MYSQL, Summary::default(), None, three_comparisons(), Vec::new());
    insta::assert_snapshot!(report.to_text(&Sources::new(), &TextOptions::default()));
}

#[test]
fn text_of_three_views_that_are_one() {
    let none = |left: &str, right: &str| Comparison::new(left, right, &[]);
    let comparisons = vec![
        none("declared", "snapshot 0003"),
        none("declared", "replayed"),
        none("snapshot 0003", "replayed"),
    ];
    let report = Report::new("p", MYSQL, Summary::default(), None, comparisons, Vec::new());
    insta::assert_snapshot!(report.to_text(&Sources::new(), &TextOptions::default()));
}

#[test]
fn a_missing_table_is_named_once() {
    let changes = diff(&schema(vec![clients()]), &schema(Vec::new()), MYSQL, &DiffOptions::default());
    let comparison = Comparison::new("declared", "replayed", &changes);
    assert_eq!(
        (comparison.missing_tables.as_slice(), comparison.matrix.total()),
        (&["clients".to_owned()][..], 1)
    );
    assert_eq!(comparison.counts.substance, 1);
}

#[test]
fn the_matrix_counts_every_difference_once() {
    for comparison in three_comparisons() {
        let counts = comparison.counts;
        assert_eq!(comparison.matrix.total(), counts.substance + counts.name_only + counts.cosmetic);
        let lists = [
            (comparison.matrix.missing_tables, comparison.missing_tables.len()),
            (comparison.matrix.missing_columns, comparison.missing_columns.len()),
            (comparison.matrix.missing_indexes, comparison.missing_indexes.len()),
            (comparison.matrix.names_only, comparison.renamed.len()),
        ];
        assert!(lists.iter().all(|(number, length)| number == length), "{comparison:?}");
    }
    let mut changes = diff(&three_views()[1].1, &three_views()[2].1, MYSQL, &DiffOptions::default());
    let order = |changes: &[terp_drift::Change]| {
        let matrix = Comparison::new("a", "b", changes).matrix;
        (matrix.column_order, matrix.cosmetic_column_order)
    };
    assert_eq!(order(&changes), (1, 0));
    for change in &mut changes {
        if change.kind == ChangeKind::ColumnOrder {
            change.class = ChangeClass::Cosmetic;
        }
    }
    assert_eq!(order(&changes), (0, 1));
}

#[test]
fn places_are_those_of_each_side_under_its_own_name() {
    let (left, right) = schemas();
    let changes = diff(&left, &right, MYSQL, &DiffOptions::default());
    let seen = |side: &'static str| move |path: &ObjectPath| Some(Place::file(format!("{side}: {path}")));
    let comparison = Comparison::with_places("a", "b", &changes, &seen("left"), &seen("right"));
    let renamed = &comparison.renamed[0];
    let file = |place: &Option<Place>| place.as_ref().map(|place| place.file.clone()).unwrap_or_default();
    assert_eq!(file(&renamed.left_place), "left: orders, index email_unique");
    assert_eq!(file(&renamed.right_place), "right: orders, index old_name");
    let json: serde_json::Value = serde_json::from_str(&serde_json::to_string(&comparison).unwrap()).unwrap();
    assert_eq!(json["changed"][0]["left_place"]["file"], "left: orders.email");
    assert_eq!(json["missing_columns"][0]["right_place"]["file"], "right: orders.state");
    assert_eq!(json["table_places"][0]["table"], "clients");
    let without = serde_json::to_string(&Comparison::new("a", "b", &changes)).unwrap();
    assert!(!without.contains("_place"), "{without}");
}

#[test]
fn fields_of_the_matrix_are_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats.md");
    let text = std::fs::read_to_string(path).unwrap();
    for field in Matrix::FIELDS {
        assert!(text.contains(&format!("`{field}`")), "docs/formats.md does not tell what {field} is");
    }
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
    let summary = summarise(&schema, None, 3, &Conventions::default());
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
        summarise(&schema, Some(declared), 3, &Conventions::default()),
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
