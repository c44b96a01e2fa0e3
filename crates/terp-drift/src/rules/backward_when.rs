//! Journal entries that databases skip.

use std::collections::HashMap;

use super::{Rule, joined_with};
use crate::finding::{Finding, Severity};
use crate::history::{History, JournalEntry};

pub(super) const RULE: Rule = Rule {
    id: "backward-when",
    severity: Severity::Warning,
    summary: "The journal's `when` goes backwards, or stands still.",
    rationale: "A database remembers the `when` of the newest migration that it ran, and `drizzle-kit migrate` runs \
        the entries whose `when` is greater. An entry with an older or equal one (a branch that was merged late) is \
        skipped for ever, and in silence, by every database that had already run a younger entry. Which entries \
        those are depends on where a database stands, so the finding says it for each point of the journal. \
        A build from nothing is not affected, so tests don't show it.",
    bad: "\
{ \"idx\": 21, \"when\": 1763000000000, \"tag\": \"0021_orders\" }
{ \"idx\": 22, \"when\": 1762000000000, \"tag\": \"0022_late_merge\" }      <- a database at 0021 skips 0022",
    good: "\
{ \"idx\": 21, \"when\": 1763000000000, \"tag\": \"0021_orders\" }
{ \"idx\": 22, \"when\": 1763000000001, \"tag\": \"0022_late_merge\" }",
    fixed: false,
    check: Some(check),
};

/// How many groups of databases a message names.
const GROUPS: usize = 4;

/// One finding for each run of entries that lie behind the same younger one.
fn check(history: &History) -> Vec<Finding> {
    let Some(journal) = &history.journal else { return Vec::new() };
    let names = names(journal);
    let mut findings = Vec::new();
    let mut youngest: Option<usize> = None;
    let mut skipped: Vec<usize> = Vec::new();
    let when = |at: usize| journal.get(at).map(|entry| entry.when);
    for at in 0..journal.len() {
        match youngest {
            Some(young) if when(at) <= when(young) => skipped.push(at),
            _ => {
                findings.extend(youngest.and_then(|young| finding(journal, &names, young, &skipped)));
                skipped.clear();
                youngest = Some(at);
            }
        }
    }
    findings.extend(youngest.and_then(|young| finding(journal, &names, young, &skipped)));
    findings
}

fn finding(journal: &[JournalEntry], names: &[&str], young: usize, skipped: &[usize]) -> Option<Finding> {
    let entries: Vec<&JournalEntry> = skipped.iter().filter_map(|at| journal.get(*at)).collect();
    let (first, rest) = entries.split_first()?;
    let young = journal.get(young)?;
    let mut places = vec![first.when_place.clone().labelled(format!("when {} ({})", first.when, first.tag))];
    places.push(
        young.when_place.clone().labelled(format!("when {} ({}), run before it", young.when, young.tag)),
    );
    places.extend(rest.iter().map(|entry| {
        entry.when_place.clone().labelled(format!("when {} ({}), skipped as well", entry.when, entry.tag))
    }));
    let how = if first.when == young.when { "stands still" } else { "goes backwards" };
    Some(Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!("`when` {how} at idx {}: {}", first.idx, skips(journal, names, skipped)),
        help: Some(format!(
            "give {} a `when` above {}, unless a database has run {} already under this one; \
             then look at each database for what it lacks",
            if rest.is_empty() { "it" } else { "each" },
            young.when,
            if rest.is_empty() { "it" } else { "them" },
        )),
        places,
    })
}

/// `a database at 0021 skips 0022 and 0023 for ever, one at 0022 skips 0023`.
///
/// A database stands at an entry when that one is the last of the journal that it was migrated with. Its mark is the
/// greatest `when` up to there, whether it ran all of them or skipped some, since a skipped one is never greater.
fn skips(journal: &[JournalEntry], names: &[&str], skipped: &[usize]) -> String {
    // Points of the journal, and which of the entries a database skips that stands there.
    let mut groups: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    let mut mark = i64::MIN;
    for (at, entry) in journal.iter().enumerate() {
        mark = mark.max(entry.when);
        let behind = skipped
            .iter()
            .copied()
            .filter(|later| *later > at && journal.get(*later).is_some_and(|later| later.when <= mark));
        let behind: Vec<usize> = behind.collect();
        match groups.last_mut() {
            _ if behind.is_empty() => {}
            Some((points, same)) if *same == behind => points.push(at),
            _ => groups.push((vec![at], behind)),
        }
    }
    let shown = groups.iter().take(GROUPS).enumerate().map(|(at, (points, behind))| {
        let (who, ever) = if at == 0 { ("a database", " for ever") } else { ("one", "") };
        format!("{who} at {} skips {}{ever}", ranges(points, names, "or"), ranges(behind, names, "and"))
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if let Some((points, behind)) = groups.last().filter(|_| groups.len() > GROUPS) {
        text.push_str(&format!(
            ", and so on to one at {}, which skips {}",
            ranges(points, names, "or"),
            ranges(behind, names, "and")
        ));
    }
    text
}

/// Positions by name, three or more in a row as a range: `0022 to 0025 and 0027`.
fn ranges(positions: &[usize], names: &[&str], conjunction: &str) -> String {
    let name = |at: usize| names.get(at).copied().unwrap_or_default();
    let mut texts: Vec<String> = Vec::new();
    for run in positions.chunk_by(|a, b| a + 1 == *b) {
        match run {
            [first, _, .., last] => texts.push(format!("{} to {}", name(*first), name(*last))),
            _ => texts.extend(run.iter().map(|at| name(*at).to_owned())),
        }
    }
    joined_with(&texts, conjunction)
}

/// What the entries are called: by their number, where it is the entry's own.
fn names(journal: &[JournalEntry]) -> Vec<&str> {
    let mut uses: HashMap<&str, usize> = HashMap::with_capacity(journal.len());
    for entry in journal {
        *uses.entry(entry.prefix()).or_default() += 1;
    }
    let name = |entry: &'_ JournalEntry| uses.get(entry.prefix()) == Some(&1) && is_number(entry.prefix());
    journal.iter().map(|entry| if name(entry) { entry.prefix() } else { entry.tag.as_str() }).collect()
}

fn is_number(prefix: &str) -> bool {
    !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit())
}
