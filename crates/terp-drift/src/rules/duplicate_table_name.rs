//! Tables that are declared twice.

use std::collections::BTreeMap;

use super::{Rule, count, joined};
use crate::declared::DeclaredTable;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "duplicate-table-name",
    severity: Severity::Error,
    summary: "Two declared tables have one name; a warning where they differ in case.",
    rationale: "drizzle-kit takes the last table of a name in the order in which it reads the schema, and drops the \
        others without a word: their columns are in no migration, and queries through them fail. Names that differ \
        in case only are two tables on Linux, and one where lower_case_table_names is not 0 (macOS, Windows, many \
        managed servers).",
    bad: "\
export const noteArchive = mysqlTable(\"notes\", { id: int(\"id\"), archivedAt: datetime(\"archived_at\") });
export const notes = mysqlTable(\"notes\", { id: int(\"id\") });      <- this one wins",
    good: "\
export const noteArchive = mysqlTable(\"note_archive\", { id: int(\"id\"), archivedAt: datetime(\"archived_at\") });
export const notes = mysqlTable(\"notes\", { id: int(\"id\") });",
    fixed: false,
    check: None,
};

/// The findings about declared tables of one name, by name. `tables` are in the order in which drizzle-kit takes them:
/// of one name, the last one wins.
pub fn duplicate_table_names(tables: &[DeclaredTable]) -> Vec<Finding> {
    let mut by_name: BTreeMap<&str, Vec<&DeclaredTable>> = BTreeMap::new();
    for table in tables {
        by_name.entry(&table.name).or_default().push(table);
    }
    let mut by_case: BTreeMap<String, Vec<&DeclaredTable>> = BTreeMap::new();
    for group in by_name.values() {
        // The one that is left of each name.
        if let Some(table) = group.last() {
            by_case.entry(table.name.to_lowercase()).or_default().push(table);
        }
    }
    let mut findings: Vec<Finding> = by_name.values().filter_map(|group| same(group)).collect();
    findings.extend(by_case.values().filter_map(|group| differing_in_case(group)));
    findings
}

fn same(group: &[&DeclaredTable]) -> Option<Finding> {
    let [lost @ .., wins] = group else { return None };
    if lost.is_empty() {
        return None;
    }
    let times = if group.len() == 2 { "twice".to_owned() } else { count(group.len(), "time") };
    let others = if lost.len() == 1 { "the other one" } else { "the others" };
    let mut places = vec![wins.place.clone().labelled("this one wins")];
    places.extend(lost.iter().map(|table| table.place.clone().labelled("dropped in silence")));
    Some(Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!(
            "the table `{}` is declared {times}: drizzle-kit takes {} and drops {others}",
            wins.name,
            match &wins.export {
                Some(export) => format!("the last one, `{export}`,"),
                None => "the last one".to_owned(),
            }
        ),
        help: Some("rename the tables, or delete what is not meant".to_owned()),
        places,
    })
}

fn differing_in_case(group: &[&DeclaredTable]) -> Option<Finding> {
    if group.len() < 2 {
        return None;
    }
    let names: Vec<String> = group.iter().map(|table| format!("`{}`", table.name)).collect();
    Some(Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!(
            "the tables {} differ in case only: they are one table where lower_case_table_names is not 0",
            joined(&names)
        ),
        help: Some("give them names that differ in more than case".to_owned()),
        places: group.iter().map(|table| table.place.clone().labelled(format!("`{}`", table.name))).collect(),
    })
}
