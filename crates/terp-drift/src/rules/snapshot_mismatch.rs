//! Older snapshots that say something else than the migrations.

use super::{Rule, count};
use crate::finding::{Finding, Place, Severity};
use crate::report::{Comparison, first_differences};

pub(super) const RULE: Rule = Rule {
    id: "snapshot-mismatch",
    severity: Severity::Warning,
    summary: "The snapshot of an older migration is not what the journal builds up to that migration.",
    rationale: "A snapshot is made with its migration. Where the two differ, one of them was edited by hand or lost \
        in a merge: a migration that was made from this snapshot does what nobody meant, and whoever looks up what \
        the schema was at that point reads something that never was. The newest snapshot is compared too; where it \
        differs, that is drift.",
    bad: "\
0001_orders.sql: ALTER TABLE `orders` ADD `note` varchar(20);
meta/0001_snapshot.json: `note` varchar(200)",
    good: "\
0001_orders.sql: ALTER TABLE `orders` ADD `note` varchar(20);
meta/0001_snapshot.json: `note` varchar(20)",
    fixed: false,
    check: None,
};

/// How many differences the message names.
const SHOWN: usize = 3;

/// The finding about the snapshot of the migration `tag`: `comparison` is that of the snapshot (left) with what the
/// journal builds up to and with that migration (right). `None` where they differ by nothing but how they are shown.
/// The finding has the places of the differences that it names, where the comparison knows them, and then `places`.
pub fn snapshot_mismatch(tag: &str, comparison: &Comparison, places: Vec<Place>) -> Option<Finding> {
    if !comparison.has_drift() {
        return None;
    }
    let number = comparison.counts.substance + comparison.counts.name_only;
    let (texts, at): (Vec<String>, Vec<Vec<Place>>) =
        first_differences(comparison, SHOWN).into_iter().unzip();
    let more =
        if number > texts.len() { format!("; and {} more", number - texts.len()) } else { String::new() };
    Some(Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!(
            "the snapshot of {tag} is not what the journal builds up to there: {} ({}{more})",
            count(number, "difference"),
            texts.join("; ")
        ),
        help: Some(
            "- is what only the snapshot has, + what only the migrations build; restore the one that was edited from \
             version control"
                .to_owned(),
        ),
        places: at.into_iter().flatten().chain(places).collect(),
    })
}
