//! The views of a schema against each other.

use std::borrow::Cow;
use std::collections::BTreeSet;

use terp_drift::{
    Change, ChangeClass, ChangeKind, Comparison, DiffOptions, Finding, ObjectKind, ObjectPath, Place, diff,
    drift,
};
use terp_schema_model::{Flavor, RoutineKind, Schema};
use terp_sql::as_shown;

use crate::places::ObjectPlaces;

/// One view of a schema.
#[derive(Debug, Clone)]
pub struct View {
    /// What the report calls it: `snapshot 0026`, `replayed`.
    pub name: String,
    /// The schema.
    pub schema: Schema,
    /// Whether it is what SHOW CREATE tells of a database, which loses characters beyond U+FFFF.
    pub is_shown: bool,
    /// Whether its order of columns is meant. That of a Drizzle snapshot isn't: the kit puts new columns at a table's
    /// end and leaves them there, wherever the schema has them.
    pub columns_ordered: bool,
    /// Tables of which this view is not sure, since a statement on them could not be checked.
    pub unchecked: BTreeSet<String>,
    /// Views and stored programs of which this view is not sure.
    pub unchecked_programs: BTreeSet<ObjectPath>,
    /// The kinds of which there may be some that nobody knows of: those that only another view has are then named as not compared,
    /// and not as missing.
    pub may_lack: BTreeSet<ObjectKind>,
    /// The kinds that such a view can't hold: those that only another view has are no difference, and are named.
    pub cannot_hold: &'static [ObjectKind],
    /// Where it is from, if it is one file.
    pub place: Option<Place>,
    /// Where its objects are from.
    pub places: ObjectPlaces,
}

/// What Drizzle has no word for. Migrations may make them all the same, by SQL that was written by hand.
pub(crate) const BEYOND_DRIZZLE: &[ObjectKind] =
    &[ObjectKind::Trigger, ObjectKind::Procedure, ObjectKind::Function, ObjectKind::Event];

/// Two views to be compared.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// The one that is believed.
    pub left: &'a View,
    /// The other one.
    pub right: &'a View,
}

/// Compares every view with every later one; the earlier one is the one that is believed. Tables of which either is
/// not sure are left out and named instead.
pub fn compare(views: &[View], flavor: Flavor, options: &DiffOptions) -> (Vec<Comparison>, Vec<Finding>) {
    let mut pairs = Vec::new();
    for (at, left) in views.iter().enumerate() {
        pairs.extend(views.iter().skip(at + 1).map(|right| Pair { left, right }));
    }
    compare_pairs(&pairs, flavor, options)
}

/// Compares pairs of views. Tables of which either is not sure are left out and named instead.
pub fn compare_pairs(
    pairs: &[Pair<'_>],
    flavor: Flavor,
    options: &DiffOptions,
) -> (Vec<Comparison>, Vec<Finding>) {
    let mut comparisons = Vec::new();
    let mut findings = Vec::new();
    for pair in pairs {
        let comparison = compare_pair(pair, flavor, options);
        let places = [pair.left, pair.right].into_iter().filter_map(|view| view.place.clone()).collect();
        findings.extend(drift(&comparison, places));
        comparisons.push(comparison);
    }
    (comparisons, findings)
}

/// Compares two views.
pub(crate) fn compare_pair(pair: &Pair<'_>, flavor: Flavor, options: &DiffOptions) -> Comparison {
    let Pair { left, right } = *pair;
    let (left_schema, right_schema) = (as_compared(left, right, flavor), as_compared(right, left, flavor));
    let mut changes = diff(&left_schema, &right_schema, flavor, options);
    let beyond = beyond(left, right, &mut changes);
    let mut unchecked: BTreeSet<&str> = left.unchecked.union(&right.unchecked).map(String::as_str).collect();
    for (one, other) in [(left, right), (right, left)] {
        if one.may_lack.contains(&ObjectKind::Table) {
            let known: BTreeSet<&str> = one.schema.tables.iter().map(|table| table.name.as_str()).collect();
            let names = other.schema.tables.iter().map(|table| table.name.as_str());
            unchecked.extend(names.filter(|name| !known.contains(name)));
        }
    }
    let mut programs: BTreeSet<ObjectPath> =
        left.unchecked_programs.union(&right.unchecked_programs).cloned().collect();
    let lone = changes.iter().filter(|change| {
        let may_lack = |view: &View| view.may_lack.contains(&change.path.object);
        change.before.is_none() && may_lack(left) || change.after.is_none() && may_lack(right)
    });
    programs.extend(lone.filter_map(|change| program(&change.path)));
    let is_unchecked = |path: &ObjectPath| {
        let is_name = |name: &Option<String>| name.as_deref().is_some_and(|name| unchecked.contains(name));
        // A table and a view share their names: whatever stands under one that is in doubt is in doubt.
        is_name(&path.table)
            || path.object == ObjectKind::View && is_name(&path.name)
            || program(path).is_some_and(|path| programs.contains(&path))
    };
    changes.retain(|change| !is_unchecked(&change.path));
    for change in &mut changes {
        if change.kind == ChangeKind::ColumnOrder && !(left.columns_ordered && right.columns_ordered) {
            change.class = ChangeClass::Cosmetic;
        }
    }
    let mut comparison = Comparison::with_places(
        &left.name,
        &right.name,
        &changes,
        &|path| left.places.place_of(path),
        &|path| right.places.place_of(path),
    );
    let may_lack_programs = |view: &View| view.may_lack.iter().any(|kind| !matches!(kind, ObjectKind::Table));
    comparison.unchecked_programs =
        may_lack_programs(left) || may_lack_programs(right) || !programs.is_empty();
    comparison.beyond = beyond;
    let both = [(left, &left_schema), (right, &right_schema)];
    comparison.as_shown = both.iter().flat_map(|(view, compared)| lossy(view, compared)).collect();
    comparison.unchecked_program_names = programs.iter().map(ToString::to_string).collect();
    comparison.unchecked_tables = unchecked.into_iter().map(str::to_owned).collect();
    comparison
}

/// The schema of a view as it is compared with another one: where that is a server's own text, in the form that this text has.
fn as_compared<'a>(view: &'a View, other: &View, flavor: Flavor) -> Cow<'a, Schema> {
    if other.is_shown && !view.is_shown {
        Cow::Owned(as_shown(&view.schema, flavor))
    } else {
        Cow::Borrowed(&view.schema)
    }
}

/// What of a view is compared in another form than its own.
fn lossy(view: &View, compared: &Schema) -> Vec<String> {
    let schema = &view.schema;
    if std::ptr::eq(schema, compared) {
        return Vec::new();
    }
    let tables = schema.tables.iter().zip(&compared.tables);
    let tables = tables.filter(|(own, shown)| own != shown).map(|(own, _)| own.name.clone());
    let routines = schema.routines.iter().zip(&compared.routines);
    let routines = routines.filter(|(own, shown)| own != shown).map(|(own, _)| {
        let object = match own.kind {
            RoutineKind::Procedure => ObjectKind::Procedure,
            RoutineKind::Function => ObjectKind::Function,
        };
        ObjectPath::program(object, &own.name).to_string()
    });
    let events = schema.events.iter().zip(&compared.events);
    let events = events
        .filter(|(own, shown)| own != shown)
        .map(|(own, _)| ObjectPath::program(ObjectKind::Event, &own.name).to_string());
    tables.chain(routines).chain(events).collect()
}

/// Takes out what one view has and the other can't hold, and names it.
fn beyond(left: &View, right: &View, changes: &mut Vec<Change>) -> Vec<String> {
    let is_beyond = |change: &Change| {
        let object = change.path.object;
        change.before.is_none() && left.cannot_hold.contains(&object)
            || change.after.is_none() && right.cannot_hold.contains(&object)
    };
    let names = changes.iter().filter(|change| is_beyond(change)).filter_map(|change| program(&change.path));
    let names = names.map(|path| path.to_string()).collect();
    changes.retain(|change| !is_beyond(change));
    names
}

/// A view, a trigger, a procedure, a function or an event by its kind and name alone, which is how a view of the schema names
/// those that it is not sure of.
fn program(path: &ObjectPath) -> Option<ObjectPath> {
    let is_program = matches!(
        path.object,
        ObjectKind::View
            | ObjectKind::Trigger
            | ObjectKind::Procedure
            | ObjectKind::Function
            | ObjectKind::Event
            | ObjectKind::Sequence
            | ObjectKind::Package
            | ObjectKind::PackageBody
    );
    let name = path.name.as_deref().filter(|_| is_program)?;
    Some(ObjectPath::program(path.object, name))
}
