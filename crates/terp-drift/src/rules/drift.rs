//! Views of the schema that differ.

use super::{Rule, count};
use crate::finding::{Finding, Place, Severity};
use crate::report::Comparison;

pub(super) const RULE: Rule = Rule {
    id: "drift",
    severity: Severity::Error,
    summary: "Two views of the schema differ.",
    rationale: "What the code expects, what the newest snapshot says and what the migrations build are meant to be \
        one schema. Where they differ, a new database is not like the old ones. Differences of names alone count: \
        a later migration drops an index or a foreign key by its name. Cosmetic ones (an integer's display width) \
        are listed, and are no drift.",
    bad: "\
snapshot: `email` varchar(255) NOT NULL
replayed: `email` varchar(100)",
    good: "\
snapshot: `email` varchar(255) NOT NULL
replayed: `email` varchar(255) NOT NULL",
    fixed: true,
    check: None,
};

/// The finding about a comparison, if it found drift. `places` are the files of the two sides, where there are any.
pub fn drift(comparison: &Comparison, places: Vec<Place>) -> Option<Finding> {
    if !comparison.has_drift() {
        return None;
    }
    let counts = comparison.counts;
    let mut parts = Vec::new();
    if counts.substance > 0 {
        parts.push(format!("{} of substance", count(counts.substance, "difference")));
    }
    if counts.name_only > 0 {
        parts.push(format!("{} of names only", count(counts.name_only, "difference")));
    }
    Some(Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!("{} and {} differ: {}", comparison.left, comparison.right, parts.join(", ")),
        help: Some(format!(
            "the differences are listed below: where {} is right, write a migration; where it is wrong, correct the \
             schema and generate again",
            comparison.left
        )),
        places,
    })
}
