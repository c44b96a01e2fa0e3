//! A convention about one column: which tables have it, and what it has to be.

use terp_schema_model::{Column, Flavor, Table, same_name};

use super::{ConventionView, Faults, Requirement, fits, not_judged};
use crate::change::{ObjectKind, ObjectPath};
use crate::finding::{Finding, Place, Severity};
use crate::rules::{count, joined};

/// What is wrong with a column, if anything: each in words that follow `and`.
type Wrong = fn(&Column, Option<Flavor>) -> Vec<String>;

/// The lists of a convention.
pub(crate) struct Lists<'a> {
    pub(crate) must: &'a [String],
    pub(crate) may: &'a [String],
    pub(crate) must_not: &'a [String],
    pub(crate) others: Requirement,
    /// What the configuration calls the list of those that must.
    pub(crate) must_key: &'static str,
}

/// A convention about one column.
pub(crate) struct ColumnConvention<'a> {
    pub(crate) rule: &'static str,
    /// What the column is for: `optimistic locking`.
    pub(crate) purpose: &'static str,
    /// The names that it may have; the first is the one to give.
    pub(crate) columns: Vec<&'a str>,
    pub(crate) lists: Lists<'a>,
    pub(crate) expected: Option<usize>,
    /// What the column has to be.
    pub(crate) definition: &'static str,
    pub(crate) wrong: Wrong,
    /// Whether a column of that name is meant also in a table that only may have it.
    pub(crate) judges_may: bool,
}

impl ColumnConvention<'_> {
    /// Whether the table has the column as it should be.
    pub(crate) fn is_followed(&self, table: &Table) -> bool {
        self.column(table).is_some_and(|column| (self.wrong)(column, None).is_empty())
    }

    pub(crate) fn check(&self, flavor: Flavor, faults: &mut Faults<'_>) {
        self.contradictions(faults);
        for view in faults.views {
            self.view(view, flavor, faults);
        }
        self.unknown_names(faults);
    }

    fn column<'t>(&self, table: &'t Table) -> Option<&'t Column> {
        self.columns.iter().find_map(|name| table.columns.iter().find(|column| same_name(&column.name, name)))
    }

    fn view(&self, view: &ConventionView<'_>, flavor: Flavor, faults: &mut Faults<'_>) {
        let mut skipped: Vec<&str> = Vec::new();
        let mut followed = 0;
        for table in &view.schema.tables {
            // Two lists that contradict each other are a finding of their own.
            let Ok(requirement) = self.requirement(&table.name) else { continue };
            if view.unchecked.contains(&table.name) {
                if requirement != Requirement::May {
                    skipped.push(&table.name);
                }
                continue;
            }
            followed += usize::from(self.is_followed(table));
            if let Some((severity, message, place)) = self.table(view, table, requirement, flavor) {
                let help = self.help(requirement, &table.name);
                faults.add(view, self.finding(severity, message, Some(help), place));
            }
        }
        if !skipped.is_empty() {
            faults.add(view, not_judged(self.rule, self.purpose, &skipped));
        }
        self.expected(view, followed, faults);
    }

    fn table(
        &self,
        view: &ConventionView<'_>,
        table: &Table,
        requirement: Requirement,
        flavor: Flavor,
    ) -> Option<(Severity, String, Option<Place>)> {
        let name = &table.name;
        let Some(column) = self.column(table) else {
            if requirement != Requirement::Must {
                return None;
            }
            let message = format!("`{name}` has no column `{}`, which {} needs", self.name(), self.purpose);
            return Some((Severity::Error, message, (view.place_of)(&ObjectPath::table(name))));
        };
        let path = ObjectPath::part(ObjectKind::Column, name, &column.name);
        let place = || (view.place_of)(&path).or_else(|| (view.place_of)(&ObjectPath::table(name)));
        if requirement == Requirement::MustNot {
            let message =
                format!("`{name}` has a column `{}`, and is not to have {}", column.name, self.purpose);
            return Some((Severity::Error, message, place()));
        }
        let wrong = (self.wrong)(column, Some(flavor));
        if wrong.is_empty() || requirement == Requirement::May && !self.judges_may {
            return None;
        }
        let message = format!(
            "`{name}`.`{}` is not what {} needs, {}: {}",
            column.name,
            self.purpose,
            self.definition,
            joined(&wrong)
        );
        let severity = if requirement == Requirement::Must { Severity::Error } else { Severity::Warning };
        Some((severity, message, place()))
    }

    fn help(&self, requirement: Requirement, table: &str) -> String {
        match requirement {
            Requirement::MustNot => {
                format!("drop the column, or change the conventions for `{table}`")
            }
            _ => format!("declare it as {}, or change the conventions for `{table}`", self.definition),
        }
    }

    fn expected(&self, view: &ConventionView<'_>, followed: usize, faults: &mut Faults<'_>) {
        let Some(expected) = self.expected else { return };
        let purpose = self.purpose;
        let (severity, message) = if !view.unchecked.is_empty() {
            let tables = count(view.unchecked.len(), "table");
            let message = format!(
                "the number of tables with {purpose} is not judged, since {tables} could not be checked"
            );
            (Severity::Note, message)
        } else if followed != expected {
            let are = if followed == 1 { "there is 1" } else { &format!("there are {followed}") };
            let tables = count(expected, "table");
            let is = if expected == 1 { "is" } else { "are" };
            (Severity::Error, format!("{tables} with {purpose} {is} expected, and {are}"))
        } else {
            return;
        };
        let help = (severity == Severity::Error).then(|| {
            "where the number is right, look for a column that was lost or added; else change `expected-tables`"
                .to_owned()
        });
        faults.add(view, self.finding(severity, message, help, None));
    }

    /// Names without a star that no view has a table for.
    fn unknown_names(&self, faults: &mut Faults<'_>) {
        if faults.views.is_empty() {
            return;
        }
        for (key, requirement, list) in self.keyed() {
            let names = list.iter().filter(|name| !name.contains('*') && !faults.knows(name));
            for name in names.collect::<Vec<_>>() {
                // A table that must have the column and is not there is not looked at: nobody would notice a typo.
                let severity =
                    if requirement == Requirement::Must { Severity::Error } else { Severity::Warning };
                let suggestion = faults.suggestion(name);
                faults.add_general(self.finding(
                    severity,
                    format!(
                        "`{key}` of {} names the table `{name}`, which no view of the schema has{suggestion}",
                        self.purpose
                    ),
                    Some(format!("correct the name, or take it out of `{key}`")),
                    None,
                ));
            }
        }
    }

    /// Tables that two lists say different things of.
    fn contradictions(&self, faults: &mut Faults<'_>) {
        let mut names: Vec<&str> = faults
            .views
            .iter()
            .flat_map(|view| &view.schema.tables)
            .map(|table| table.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            if let Err(keys) = self.requirement(name) {
                let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
                faults.add_general(self.finding(
                    Severity::Error,
                    format!("`{name}` is in {} of {}: it is not judged", joined(&keys), self.purpose),
                    Some("leave it in one list; a name goes before a pattern with `*`".to_owned()),
                    None,
                ));
            }
        }
    }

    /// What holds for a table; the keys of the lists that contradict each other about it otherwise. A list that names
    /// it goes before patterns that it fits.
    fn requirement(&self, table: &str) -> Result<Requirement, Vec<&'static str>> {
        let named = |list: &[String]| list.iter().any(|name| name == table);
        let fitting = |list: &[String]| list.iter().any(|pattern| fits(pattern, table));
        for test in [&named as &dyn Fn(&[String]) -> bool, &fitting] {
            let found: Vec<_> = self.keyed().into_iter().filter(|(_, _, list)| test(list)).collect();
            match found.as_slice() {
                [] => {}
                [(_, requirement, _)] => return Ok(*requirement),
                several => return Err(several.iter().map(|(key, ..)| *key).collect()),
            }
        }
        Ok(self.lists.others)
    }

    fn keyed(&self) -> [(&'static str, Requirement, &[String]); 3] {
        let Lists { must, may, must_not, must_key, .. } = self.lists;
        [
            (must_key, Requirement::Must, must),
            (Requirement::May.as_str(), Requirement::May, may),
            (Requirement::MustNot.as_str(), Requirement::MustNot, must_not),
        ]
    }

    fn name(&self) -> &str {
        self.columns.first().copied().unwrap_or_default()
    }

    fn finding(
        &self,
        severity: Severity,
        message: String,
        help: Option<String>,
        place: Option<Place>,
    ) -> Finding {
        Finding { rule: self.rule, severity, message, help, places: place.into_iter().collect() }
    }
}
