//! The views of a schema against each other.

use std::collections::BTreeSet;

use terp_drift::{ChangeClass, ChangeKind, Comparison, DiffOptions, Finding, Place, diff, drift};
use terp_schema_model::{Flavor, Schema};

use crate::places::ObjectPlaces;

/// One view of a schema.
#[derive(Debug, Clone)]
pub struct View {
    /// What the report calls it: `snapshot 0026`, `replayed`.
    pub name: String,
    /// The schema.
    pub schema: Schema,
    /// Whether its order of columns is meant. That of a Drizzle snapshot isn't: the kit puts new columns at a table's
    /// end and leaves them there, wherever the schema has them.
    pub columns_ordered: bool,
    /// Tables of which this view is not sure, since a statement on them could not be checked.
    pub unchecked: BTreeSet<String>,
    /// Where it is from, if it is one file.
    pub place: Option<Place>,
    /// Where its objects are from.
    pub places: ObjectPlaces,
}

/// Compares every view with every later one; the earlier one is the one that is believed. Tables of which either is
/// not sure are left out and named instead.
pub fn compare(views: &[View], flavor: Flavor, options: &DiffOptions) -> (Vec<Comparison>, Vec<Finding>) {
    let mut comparisons = Vec::new();
    let mut findings = Vec::new();
    for (at, left) in views.iter().enumerate() {
        for right in views.iter().skip(at + 1) {
            let mut changes = diff(&left.schema, &right.schema, flavor, options);
            let unchecked: BTreeSet<&String> = left.unchecked.union(&right.unchecked).collect();
            changes
                .retain(|change| change.path.table.as_ref().is_none_or(|table| !unchecked.contains(table)));
            for change in &mut changes {
                if change.kind == ChangeKind::ColumnOrder && !(left.columns_ordered && right.columns_ordered)
                {
                    change.class = ChangeClass::Cosmetic;
                }
            }
            let mut comparison = Comparison::new(&left.name, &right.name, &changes);
            comparison.unchecked_tables = unchecked.into_iter().cloned().collect();
            let places = [left, right].into_iter().filter_map(|view| view.place.clone()).collect();
            findings.extend(drift(&comparison, places));
            comparisons.push(comparison);
        }
    }
    (comparisons, findings)
}
