//! Each rule fires where it should, and nowhere else.

use terp_drift::{
    Finding, History, JournalEntry, MigrationFile, Place, RULES, Severity, SnapshotMeta, check_history,
    rules_markdown,
};

const ORIGIN: &str = "00000000-0000-0000-0000-000000000000";

fn file(tag: &str) -> MigrationFile {
    MigrationFile {
        name: format!("{tag}.sql"),
        tag: tag.to_owned(),
        number_prefix: tag.split_once('_').map(|(prefix, _)| prefix.to_owned()),
        path: format!("drizzle/{tag}.sql"),
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

fn told(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| {
            let places: Vec<String> = finding
                .places
                .iter()
                .map(|place| match &place.label {
                    Some(label) => format!("{place} ({label})"),
                    None => place.to_string(),
                })
                .collect();
            format!("{}[{}] {} @ {}", finding.severity, finding.rule, finding.message, places.join("; "))
        })
        .collect()
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
    let findings = found(|history| drop(history.files.remove(1)));
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
            "warning[backward-when] `when` goes backwards at idx 2: a database that has run 1 (0001_orders) skips \
             entries 2 to 3 for ever @ drizzle/meta/_journal.json:22:15 (when 1002 (0002_clients)); \
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
