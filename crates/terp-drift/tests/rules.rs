//! Each rule fires where it should, and nowhere else.

mod common;

use common::told;
use terp_drift::{
    Comparison, DiffOptions, Finding, History, JournalEntry, MigrationFile, Place, RULES, ReleasedMigration,
    Severity, SnapshotMeta, check_history, diff, explain, nearest_rule, parse_released, rule, rules_markdown,
    snapshot_mismatch,
};

const ORIGIN: &str = "00000000-0000-0000-0000-000000000000";

fn file(tag: &str) -> MigrationFile {
    MigrationFile {
        name: format!("{tag}.sql"),
        tag: tag.to_owned(),
        number_prefix: tag.split_once('_').map(|(prefix, _)| prefix.to_owned()),
        path: format!("drizzle/{tag}.sql"),
        hash: Some(hash(tag)),
    }
}

/// Some hash of its own for each migration.
fn hash(tag: &str) -> String {
    let digits: String = tag.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("{digits:0<64}").chars().take(64).collect()
}

fn released(tag: &str) -> ReleasedMigration {
    let line = tag.as_bytes().get(3).map_or(0, |digit| u32::from(digit - b'0'));
    ReleasedMigration {
        tag: tag.to_owned(),
        hash: hash(tag),
        when: None,
        place: Place::at("released.sha256", line + 1, 1),
    }
}

fn snapshot(prefix: &str, id: &str, prev_id: &str) -> SnapshotMeta {
    SnapshotMeta {
        prefix: prefix.to_owned(),
        id: id.to_owned(),
        prev_ids: vec![prev_id.to_owned()],
        path: format!("drizzle/meta/{prefix}_snapshot.json"),
    }
}

fn entry(idx: u32, tag: &str, when: i64) -> JournalEntry {
    JournalEntry {
        idx,
        tag: tag.to_owned(),
        when,
        version: "5".to_owned(),
        breakpoints: true,
        place: Place::at("drizzle/meta/_journal.json", 9 + 7 * idx, 14),
        when_place: Place::at("drizzle/meta/_journal.json", 8 + 7 * idx, 15),
    }
}

/// Four migrations without a fault.
fn clean() -> History {
    let tags = ["0000_init", "0001_orders", "0002_clients", "0003_batches"];
    History {
        files: tags.iter().map(|tag| file(tag)).collect(),
        journal: Some((0..).zip(tags).map(|(idx, tag)| entry(idx, tag, 1000 + i64::from(idx))).collect()),
        journal_path: "drizzle/meta/_journal.json".to_owned(),
        snapshots: vec![
            snapshot("0000", "a", ORIGIN),
            snapshot("0001", "b", "a"),
            snapshot("0002", "c", "b"),
            snapshot("0003", "d", "c"),
        ],
        released: tags.iter().map(|tag| released(tag)).collect(),
    }
}

fn found(edit: impl FnOnce(&mut History)) -> Vec<Finding> {
    let mut history = clean();
    edit(&mut history);
    check_history(&history)
}

fn journal(history: &mut History) -> &mut Vec<JournalEntry> {
    history.journal.get_or_insert_default()
}

#[test]
fn a_clean_history_has_no_findings() {
    assert_eq!(told(&check_history(&clean())), [""; 0]);
    assert_eq!(told(&check_history(&History::default())), [""; 0]);
}

#[test]
fn orphan_files_are_one_note() {
    let findings = found(|history| history.files.extend([file("0009_lost"), file("0008_by_hand")]));
    assert_eq!(
        told(&findings),
        ["note[orphan-migration-file] 2 files are not in the journal and never run \
             @ drizzle/0008_by_hand.sql; drizzle/0009_lost.sql"]
    );
    let without_journal = found(|history| {
        history.journal = None;
        history.files.push(file("0009_lost"));
    });
    assert_eq!(told(&without_journal), [""; 0]);
}

#[test]
fn a_missing_file_is_an_error() {
    let findings = found(|history| {
        history.files.remove(1);
        history.released.clear();
    });
    assert_eq!(
        told(&findings),
        ["error[missing-migration-file] journal entry 1 names 0001_orders.sql, which is not there \
             @ drizzle/meta/_journal.json:16:14"]
    );
}

#[test]
fn one_warning_for_each_number_used_twice() {
    let findings = found(|history| {
        history.files.extend([file("0001_orders_fixed"), file("0001_a"), file("0002_x")]);
    });
    assert_eq!(
        told(&findings),
        [
            "warning[duplicate-prefix] the number 0001 is used by 3 files \
             @ drizzle/0001_a.sql (not in the journal); drizzle/0001_orders.sql (in the journal); \
             drizzle/0001_orders_fixed.sql (not in the journal)",
            "warning[duplicate-prefix] the number 0002 is used by 2 files \
             @ drizzle/0002_clients.sql (in the journal); drizzle/0002_x.sql (not in the journal)",
            "note[orphan-migration-file] 3 files are not in the journal and never run \
             @ drizzle/0001_a.sql; drizzle/0001_orders_fixed.sql; drizzle/0002_x.sql"
        ]
    );
}

#[test]
fn when_going_backwards_names_what_is_skipped() {
    let findings = found(|history| {
        journal(history)[1].when = 5000;
        journal(history)[3].when = 5000;
    });
    assert_eq!(
        told(&findings),
        [
            "warning[backward-when] `when` goes backwards at idx 2: a database at 0001 skips 0002 and 0003 for ever, \
             one at 0002 skips 0003 @ drizzle/meta/_journal.json:22:15 (when 1002 (0002_clients)); \
             drizzle/meta/_journal.json:15:15 (when 5000 (0001_orders), run before it); \
             drizzle/meta/_journal.json:29:15 (when 5000 (0003_batches), skipped as well)"
        ]
    );
    let twice = found(|history| {
        journal(history)[0].when = 1002;
        journal(history)[2].when = 1005;
    });
    assert_eq!(
        twice.iter().map(|finding| finding.rule).collect::<Vec<_>>(),
        ["backward-when", "backward-when"]
    );
}

#[test]
fn when_going_backwards_says_who_skips_what() {
    let message = |whens: &[i64]| {
        let findings = found(|history| {
            history.snapshots.clear();
            history.released.clear();
            let journal = journal(history);
            journal.clear();
            for (idx, when) in (0..).zip(whens) {
                journal.push(entry(idx, &format!("{idx:04}_x"), *when));
            }
        });
        let findings = findings.into_iter().filter(|finding| finding.rule == "backward-when");
        findings.map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert_eq!(message(&[1, 2, 3]), [""; 0]);
    // An equal one is skipped too.
    assert_eq!(message(&[1, 2, 2]), ["`when` stands still at idx 2: a database at 0001 skips 0002 for ever"]);
    // Two points of the journal, one of them between: both have a greater mark.
    assert_eq!(
        message(&[30, 60, 20]),
        ["`when` goes backwards at idx 2: a database at 0000 or 0001 skips 0002 for ever"]
    );
    // Each finding is about its own entries, for every database that skips them.
    assert_eq!(
        message(&[50, 20, 60, 40]),
        [
            "`when` goes backwards at idx 1: a database at 0000 skips 0001 for ever",
            "`when` goes backwards at idx 3: a database at 0000 to 0002 skips 0003 for ever"
        ]
    );
    // A database that was built at 0002 ran that one, and skips the next.
    assert_eq!(
        message(&[10, 50, 20, 30, 60]),
        [
            "`when` goes backwards at idx 2: a database at 0001 skips 0002 and 0003 for ever, one at 0002 skips 0003"
        ]
    );
    assert_eq!(
        message(&[90, 1, 2, 3, 4, 5, 6, 7, 8, 91]),
        ["`when` goes backwards at idx 1: a database at 0000 skips 0001 to 0008 for ever, \
          one at 0001 skips 0002 to 0008, one at 0002 skips 0003 to 0008, one at 0003 skips 0004 to 0008, \
          and so on to one at 0007, which skips 0008"]
    );
}

#[test]
fn entries_of_one_number_are_called_by_their_whole_tag() {
    let findings = found(|history| {
        journal(history)[2] = entry(2, "0001_late", 1001);
        history.released.clear();
    });
    let backward = findings.iter().find(|finding| finding.rule == "backward-when").unwrap();
    assert_eq!(
        backward.message,
        "`when` stands still at idx 2: a database at 0001_orders skips 0001_late for ever"
    );
}

#[test]
fn what_was_released_stays_as_it_was() {
    let edited = found(|history| history.files[1].hash = Some("ab".repeat(32)));
    assert_eq!(
        told(&edited),
        ["error[edited-after-release] 0001_orders.sql was edited after it was released \
          @ drizzle/0001_orders.sql (hash abababababab...); released.sha256:2:1 (released as 303030315f6f...)"]
    );
    let upper = found(|history| history.files[1].hash = Some(hash("0001_orders").to_uppercase()));
    assert_eq!(told(&upper), [""; 0]);
    let unknown = found(|history| history.files[1].hash = None);
    assert_eq!(
        told(&unknown),
        [
            "warning[edited-after-release] 0001_orders.sql is not compared with what was released: its hash is not \
          known @ drizzle/0001_orders.sql; released.sha256:2:1 (released as 303030315f6f...)"
        ]
    );
    let moved = found(|history| {
        history.released[2].when = Some(1002);
        history.released[3].when = Some(7);
    });
    assert_eq!(
        told(&moved),
        ["error[edited-after-release] the `when` of 0003_batches is 1003, and it was released with 7 \
          @ drizzle/meta/_journal.json:29:15 (when 1003); released.sha256:4:1 (released with when 7)"]
    );
}

#[test]
fn what_was_released_does_not_go_away() {
    let told_of = |edit: fn(&mut History)| {
        let findings = found(edit);
        told(&findings).into_iter().filter(|line| line.contains("edited-after")).collect::<Vec<_>>()
    };
    assert_eq!(
        told_of(|history| drop(history.files.remove(1))),
        ["error[edited-after-release] 0001_orders was released, and its file is gone \
          @ drizzle/meta/_journal.json:16:14; released.sha256:2:1 (released)"]
    );
    assert_eq!(
        told_of(|history| drop(journal(history).remove(1))),
        ["error[edited-after-release] 0001_orders was released, and its journal entry is gone \
          @ drizzle/0001_orders.sql (never runs); released.sha256:2:1 (released); drizzle/meta/_journal.json"]
    );
    assert_eq!(
        told_of(|history| {
            journal(history).remove(1);
            history.files.remove(1);
        }),
        [
            "error[edited-after-release] 0001_orders was released, and its file and its journal entry are gone \
          @ released.sha256:2:1 (released); drizzle/meta/_journal.json"
        ]
    );
    // Without a journal there are no entries that could go.
    assert_eq!(told_of(|history| history.journal = None), [""; 0]);
    // What is not in the list was not released.
    assert_eq!(
        told_of(|history| {
            history.released.remove(1);
            history.files[1].hash = Some("00".repeat(32));
        }),
        [""; 0]
    );
}

#[test]
fn lists_of_hashes_are_read() {
    let (a, b) = ("a".repeat(64), "B".repeat(64));
    let text = format!(
        "\u{feff}# released 2.0\n{a}  0000_init.sql\r\n\n{b} *drizzle/0001_orders.sql\n{a}  ./20240101_x/migration.sql\n\
         {a}  migration.sql\n{a}  ./0000_init.sql\n"
    );
    let released = parse_released("released.sha256", &text).unwrap();
    let read: Vec<_> =
        released.iter().map(|r| (r.tag.as_str(), r.hash.as_str(), r.when, r.place.to_string())).collect();
    let lower = b.to_lowercase();
    assert_eq!(
        read,
        [
            ("0000_init", a.as_str(), None, "released.sha256:2:1".to_owned()),
            ("0001_orders", lower.as_str(), None, "released.sha256:4:1".to_owned()),
            ("20240101_x", a.as_str(), None, "released.sha256:5:1".to_owned()),
            ("migration", a.as_str(), None, "released.sha256:6:1".to_owned()),
        ]
    );
    assert_eq!(parse_released("r", ""), Ok(Vec::new()));
    let fault = |text: &str| parse_released("r", text).unwrap_err().to_string();
    let expected = "expected a SHA-256 of 64 hexadecimal digits, two blanks and the name of a file";
    assert_eq!(fault("\n12ab  0000_init.sql"), format!("r:2:1: {expected}"));
    assert_eq!(fault(&format!("{a} 0000_init.sql")), format!("r:1:1: {expected}"));
    assert_eq!(fault(&"é".repeat(32)), format!("r:1:1: {expected}"));
    assert_eq!(
        fault(&format!("{a}  0000_init.txt")),
        "r:1:67: expected the name of an .sql file, found \"0000_init.txt\""
    );
    assert_eq!(fault(&format!("{a}  .sql")), "r:1:67: expected the name of an .sql file, found \".sql\"");
    assert_eq!(fault(&format!("{a}  x.sql\n{b}  old/x.sql")), "r:2:1: x has another hash in line 1");
}

#[test]
fn an_older_snapshot_that_is_not_what_the_migrations_build() {
    let left = common::schema(vec![common::orders(), common::plain("notes"), common::plain("tags")]);
    let right = common::schema(vec![common::orders()]);
    let comparison = |left, right| {
        let changes = diff(left, right, common::MYSQL, &DiffOptions::default());
        Comparison::new("snapshot 0001", "replayed up to 0001", &changes)
    };
    let places = || vec![Place::file("drizzle/meta/0001_snapshot.json")];
    let finding = snapshot_mismatch("0001_orders", &comparison(&left, &right), places());
    assert_eq!(
        told(&Vec::from_iter(finding)),
        [
            "warning[snapshot-mismatch] the snapshot of 0001_orders is not what the journal builds up to there: \
          2 differences (- table notes; - table tags) @ drizzle/meta/0001_snapshot.json"
        ]
    );
    assert_eq!(snapshot_mismatch("0001_orders", &comparison(&left, &left), places()), None);
    let mut wide = left.clone();
    for name in ["a", "b", "c"] {
        wide.tables.push(common::plain(name));
    }
    let many = snapshot_mismatch("x", &comparison(&right, &wide), Vec::new()).unwrap();
    assert!(
        many.message.ends_with("5 differences (+ table a; + table b; + table c; and 2 more)"),
        "{many:?}"
    );
    // Where the comparison knows the places, the finding has them.
    let changes = diff(&left, &right, common::MYSQL, &DiffOptions::default());
    let there = |path: &terp_drift::ObjectPath| {
        Some(Place::at("0001_snapshot.json", 7, 5).labelled(path.to_string()))
    };
    let placed = Comparison::with_places("snapshot 0001", "replayed", &changes, &there, &|_| None);
    let finding = snapshot_mismatch("0001_orders", &placed, places()).unwrap();
    assert_eq!(
        finding.places.iter().map(|place| format!("{place} {:?}", place.label)).collect::<Vec<_>>(),
        [
            "0001_snapshot.json:7:5 Some(\"snapshot 0001: notes\")",
            "0001_snapshot.json:7:5 Some(\"snapshot 0001: tags\")",
            "drizzle/meta/0001_snapshot.json None"
        ]
    );
    // What is only shown differently is no mismatch.
    let mut shown = right.clone();
    shown.tables[0].columns[0].ty = common::int_width(5);
    assert_eq!(comparison(&right, &shown).counts.cosmetic, 1);
    assert_eq!(snapshot_mismatch("x", &comparison(&right, &shown), Vec::new()), None);
}

#[test]
fn rules_are_found_and_explained() {
    assert_eq!(rule("drift").map(|rule| rule.id), Some("drift"));
    assert!(rule("Drift").is_none());
    for (name, nearest) in [
        ("drfit", Some("drift")),
        ("orphan", Some("orphan-migration-file")),
        ("backwards-when", Some("backward-when")),
        ("Duplicate_Prefix", Some("duplicate-prefix")),
        ("identifier-to-long", Some("identifier-too-long")),
        ("xyz", None),
        ("", None),
    ] {
        assert_eq!(nearest_rule(name), nearest, "{name}");
    }
    for rule in RULES {
        let text = explain(rule);
        assert!(text.starts_with(rule.id) && text.ends_with('\n') && !text.contains("\n\n\n"), "{text}");
        let examples = text.find("Fires on:").unwrap();
        assert!(text[..examples].lines().all(|line| line.chars().count() <= 80), "{text}");
    }
    insta::assert_snapshot!(explain(rule("drift").unwrap()));
}

#[test]
fn a_chain_that_forks_breaks_or_starts_late() {
    let first_line = |edit: fn(&mut History)| told(&found(edit)).first().cloned().unwrap_or_default();
    assert_eq!(
        first_line(|history| history.snapshots[2].prev_ids = vec!["a".to_owned()]),
        "warning[broken-snapshot-chain] snapshot 0002 does not follow 0001: it names 0000 as the one before it \
         @ drizzle/meta/0002_snapshot.json (prevId a); drizzle/meta/0001_snapshot.json (id b)"
    );
    assert!(
        first_line(|history| history.snapshots[2].prev_ids = vec!["zz".to_owned()])
            .contains("one that is not there")
    );
    assert!(
        first_line(|history| history.snapshots[2].prev_ids = vec!["c".to_owned()])
            .contains("it names itself")
    );
    assert!(
        first_line(|history| history.snapshots[2].prev_ids = vec![ORIGIN.to_owned()])
            .contains("names nothing")
    );
    assert!(
        first_line(|history| history.snapshots[0].prev_ids = vec!["z".to_owned()])
            .contains("the first snapshot names one before it")
    );
}

/// Without a journal, as drizzle-kit 1.0 has none: branches may fork and be joined.
#[test]
fn a_chain_of_folders_may_fork_and_be_joined() {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let found = |edit: &dyn Fn(&mut History)| {
        told(&found(|history| {
            history.journal = None;
            edit(history);
        }))
    };
    let joined = |history: &mut History| {
        history.snapshots[2].prev_ids = ids(&["a"]);
        history.snapshots[3].prev_ids = ids(&["b", "c"]);
    };
    assert_eq!(found(&joined), [""; 0]);
    let message = |edit: &dyn Fn(&mut History)| {
        let messages = found(edit);
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages[0].clone()
    };
    assert_eq!(
        message(&|history| history.snapshots[2].prev_ids = ids(&["a"])),
        "warning[broken-snapshot-chain] nothing follows snapshot 0001, and 0003 does not either: neither has what the \
         other's branch did @ drizzle/meta/0001_snapshot.json (prevId a); drizzle/meta/0003_snapshot.json (id d)"
    );
    assert!(
        message(&|history| history.snapshots[2].prev_ids = ids(&["b", "zz"]))
            .contains("one that is not there")
    );
    assert!(message(&|history| history.snapshots[2].prev_ids = ids(&["b", "c"])).contains("names itself"));
    assert!(
        message(&|history| history.snapshots[2].prev_ids = ids(&["b", "d"]))
            .contains("0003, which runs after it,")
    );
    assert!(message(&|history| history.snapshots[3].id = "c".to_owned()).contains("0003 has the id of 0002"));
    let twice_first = found(&|history| history.snapshots[2].prev_ids = Vec::new());
    assert!(
        twice_first[0].contains("0002 names nothing before it, as if it were the first"),
        "{twice_first:?}"
    );
}

#[test]
fn a_missing_snapshot_is_an_error_if_it_is_the_newest() {
    let findings = found(|history| history.snapshots.truncate(1));
    assert_eq!(
        told(&findings),
        [
            "error[missing-snapshot] the newest migration 0003_batches has no snapshot \
             @ drizzle/meta/_journal.json:30:14",
            "warning[missing-snapshot] 2 migrations of entries 1 to 2 have no snapshot \
             @ drizzle/meta/_journal.json:16:14; drizzle/meta/_journal.json:23:14"
        ]
    );
    let older = found(|history| drop(history.snapshots.remove(0)));
    assert_eq!(older.len(), 1);
    assert_eq!(older[0].severity, Severity::Warning);
}

#[test]
fn rules_are_complete_and_have_their_own_ids() {
    let mut ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), RULES.len());
    for rule in RULES {
        let texts = [rule.summary, rule.rationale, rule.bad, rule.good];
        assert!(texts.iter().all(|text| !text.is_empty()), "{}", rule.id);
        assert!(rule.summary.ends_with('.') && !rule.rationale.contains("  "), "{}", rule.id);
    }
}

#[test]
fn docs_rules_md_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rules.md");
    if std::env::var_os("TERP_WRITE_DOCS").is_some() {
        std::fs::write(path, rules_markdown()).expect("docs/rules.md can be written");
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        text == rules_markdown(),
        "run the tests once with TERP_WRITE_DOCS=1 to write docs/rules.md anew"
    );
}
