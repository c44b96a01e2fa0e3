//! What a project wants of its tables beyond what servers and Drizzle want: which tables there are, which have
//! optimistic locking, which have soft delete.

mod column;

use std::collections::BTreeSet;

use serde::Deserialize;
use terp_schema_model::{Flavor, Schema};

use crate::change::ObjectPath;
use crate::finding::{Finding, Place, Severity};
use crate::rules::{joined, missing_required_table, optimistic_locking, soft_delete};

pub(crate) use column::{ColumnConvention, Lists};

/// A project's conventions, as `[conventions]` of its configuration gives them. What is not given is not checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Conventions {
    /// Tables that every view of the schema must have; with `*`, at least one table that fits.
    pub required_tables: Vec<String>,
    /// Which tables have optimistic locking.
    pub optimistic_locking: Option<OptimisticLocking>,
    /// Which tables have soft delete.
    pub soft_delete: Option<SoftDelete>,
}

/// Optimistic locking: an integer column, NOT NULL with default 1, that every update counts up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct OptimisticLocking {
    /// The column's name, in any case; `version` where it is not given.
    pub column: Option<String>,
    /// The tables that must have it: names, or patterns with `*`.
    pub tables: Vec<String>,
    /// What holds for the other tables.
    pub others: Requirement,
    /// How many tables have it, exactly.
    pub expected_tables: Option<usize>,
}

impl OptimisticLocking {
    /// The names that the column may have.
    pub(crate) fn columns(&self) -> Vec<&str> {
        vec![self.column.as_deref().unwrap_or("version")]
    }
}

/// Soft delete: a nullable TIMESTAMP or DATETIME column that tells when a row was deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SoftDelete {
    /// The column's name, in any case; `deleted_at` or `deletedAt` where it is not given.
    pub column: Option<String>,
    /// The tables that must have it: names, or patterns with `*`.
    pub must: Vec<String>,
    /// Those that may.
    pub may: Vec<String>,
    /// Those that must not.
    pub must_not: Vec<String>,
    /// What holds for tables in none of the lists.
    pub others: Requirement,
    /// How many tables have it, exactly.
    pub expected_tables: Option<usize>,
}

impl SoftDelete {
    /// The names that the column may have.
    pub(crate) fn columns(&self) -> Vec<&str> {
        self.column.as_deref().map_or_else(|| vec!["deleted_at", "deletedAt"], |column| vec![column])
    }
}

/// Whether a table has a column that a convention is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// It must have it.
    Must,
    /// It may.
    #[default]
    May,
    /// It must not.
    MustNot,
}

impl Requirement {
    /// As the configuration has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::May => "may",
            Self::MustNot => "must-not",
        }
    }
}

/// One view of a schema to check.
#[derive(Clone, Copy)]
pub struct ConventionView<'a> {
    /// What the report calls it: `declared`, `snapshot 0026`, `replayed`.
    pub name: &'a str,
    /// The schema.
    pub schema: &'a Schema,
    /// Tables of which this view is not sure: they are named, and not judged.
    pub unchecked: &'a BTreeSet<String>,
    /// Where something of it is declared, for tables and columns.
    pub place_of: &'a dyn Fn(&ObjectPath) -> Option<Place>,
}

/// Checks the conventions on every view. What is wrong in several views in the same way is one finding, which names
/// them and has the places of all.
pub fn check_conventions(
    views: &[ConventionView<'_>],
    conventions: &Conventions,
    flavor: Flavor,
) -> Vec<Finding> {
    let mut faults = Faults { views, list: Vec::new() };
    missing_required_table::check(&conventions.required_tables, &mut faults);
    if let Some(locking) = &conventions.optimistic_locking {
        optimistic_locking::convention(locking).check(flavor, &mut faults);
    }
    if let Some(deletion) = &conventions.soft_delete {
        soft_delete::convention(deletion).check(flavor, &mut faults);
    }
    faults.into_findings()
}

/// How many tables follow each convention, by its definition (and default names where it is not configured): an
/// integer NOT NULL `version` with default 1, a nullable TIMESTAMP or DATETIME `deleted_at` or `deletedAt`.
pub(crate) fn counts(schema: &Schema, conventions: &Conventions) -> (usize, usize) {
    let (no_locking, no_deletion) = (OptimisticLocking::default(), SoftDelete::default());
    let locking = conventions.optimistic_locking.as_ref().unwrap_or(&no_locking);
    let deletion = conventions.soft_delete.as_ref().unwrap_or(&no_deletion);
    let count = |convention: &ColumnConvention<'_>| {
        let mut seen = BTreeSet::new();
        let tables = schema.tables.iter().filter(|table| seen.insert(table.name.as_str()));
        tables.filter(|table| convention.is_followed(table)).count()
    };
    (count(&optimistic_locking::convention(locking)), count(&soft_delete::convention(deletion)))
}

/// What was found in the views so far.
pub(crate) struct Faults<'a> {
    pub(crate) views: &'a [ConventionView<'a>],
    list: Vec<Fault>,
}

struct Fault {
    finding: Finding,
    views: Vec<String>,
}

impl<'a> Faults<'a> {
    /// Adds what is wrong in that view, to the same fault of other views if there is one.
    pub(crate) fn add(&mut self, view: &ConventionView<'_>, finding: Finding) {
        let mut places: Vec<Place> = finding.places;
        for place in &mut places {
            place.label.get_or_insert_with(|| view.name.to_owned());
        }
        let same = self.list.iter_mut().find(|fault| {
            (fault.finding.rule, fault.finding.severity, &fault.finding.message)
                == (finding.rule, finding.severity, &finding.message)
        });
        match same {
            Some(fault) => {
                fault.views.push(view.name.to_owned());
                fault.finding.places.extend(places);
            }
            None => self
                .list
                .push(Fault { finding: Finding { places, ..finding }, views: vec![view.name.to_owned()] }),
        }
    }

    /// Adds what is wrong with the conventions themselves.
    pub(crate) fn add_general(&mut self, finding: Finding) {
        self.list.push(Fault { finding, views: Vec::new() });
    }

    /// Whether any view has a table of that name, or might.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.views.iter().any(|view| has_table(view, name) || view.unchecked.contains(name))
    }

    /// ` (did you mean orders?)`: the table that is most like a name that none has.
    pub(crate) fn suggestion(&self, name: &str) -> String {
        let tables = self.views.iter().flat_map(|view| &view.schema.tables);
        let near = tables
            .map(|table| (strsim::damerau_levenshtein(name, &table.name), table.name.as_str()))
            .min()
            .filter(|(distance, _)| distance * 3 <= name.chars().count());
        near.map(|(_, table)| format!(" (did you mean `{table}`?)")).unwrap_or_default()
    }

    fn into_findings(self) -> Vec<Finding> {
        let told = self.list.into_iter().map(|fault| {
            let mut finding = fault.finding;
            if !fault.views.is_empty() {
                finding.message = format!("{} (in {})", finding.message, joined(&fault.views));
            }
            finding
        });
        told.collect()
    }
}

/// Whether the view has a table that fits. Names are compared exactly, as a server with lower_case_table_names=0 does.
pub(crate) fn has_table(view: &ConventionView<'_>, pattern: &str) -> bool {
    view.schema.tables.iter().any(|table| fits(pattern, &table.name))
}

/// The note about tables that one view is not sure of.
pub(crate) fn not_judged(rule: &'static str, about: &str, tables: &[&str]) -> Finding {
    let names: Vec<String> = tables.iter().map(|table| format!("`{table}`")).collect();
    Finding {
        rule,
        severity: Severity::Note,
        message: format!("{about} is not judged for {}, which could not be checked", joined(&names)),
        help: None,
        places: Vec::new(),
    }
}

/// Whether a name fits a pattern, in which `*` stands for any text, also none.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    // What follows the last star has to stand at the end; the others are taken where they come first.
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match name.find(part) {
            Some(at) => name = &name[at + part.len()..],
            None => return false,
        }
    }
    name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("orders", "orders", true),
            ("orders", "Orders", false),
            ("*", "", true),
            ("audit_*", "audit_log", true),
            ("audit_*", "audit_", true),
            ("audit_*", "my_audit_log", false),
            ("*_log", "audit_log", true),
            ("*_log", "audit_log_old", false),
            ("a*b*a", "abba", true),
            ("a*b*a", "aba", true),
            ("a*a", "a", false),
            ("*log*", "my_log_x", true),
            ("a**b", "axb", true),
            ("é*", "éa", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
