//! Tables whose rows are marked as deleted.

use terp_schema_model::{Column, ColumnType, Flavor, render};

use super::Rule;
use crate::conventions::{ColumnConvention, Lists, SoftDelete};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "soft-delete",
    severity: Severity::Error,
    summary: "A table does not follow the project's convention for soft delete.",
    rationale: "Code that marks rows as deleted relies on a nullable TIMESTAMP or DATETIME: a table without it loses \
        rows for good, one where it is NOT NULL has nothing but deleted rows. Where rows must not stay (an audit \
        that is to be erased), the column is as wrong. The conventions say which tables must, may and must not have \
        it, and what holds for the others. A wrong column in a table that only may have it is a warning.",
    bad: "\
soft-delete = { must = [\"orders\"], must-not = [\"audit_*\"] }
orders: `deleted_at` varchar(30)
audit_log: `deleted_at` timestamp NULL",
    good: "\
soft-delete = { must = [\"orders\"], must-not = [\"audit_*\"] }
orders: `deleted_at` timestamp NULL
audit_log: no such column",
    fixed: false,
    check: None,
};

pub(crate) fn convention(config: &SoftDelete) -> ColumnConvention<'_> {
    ColumnConvention {
        rule: RULE.id,
        purpose: "soft delete",
        columns: config.columns(),
        lists: Lists {
            must: &config.must,
            may: &config.may,
            must_not: &config.must_not,
            others: config.others,
            must_key: "must",
        },
        expected: config.expected_tables,
        definition: "a nullable TIMESTAMP or DATETIME column",
        wrong,
        judges_may: true,
    }
}

fn wrong(column: &Column, flavor: Option<Flavor>) -> Vec<String> {
    let mut out = Vec::new();
    if !matches!(column.ty, ColumnType::Timestamp { .. } | ColumnType::DateTime { .. }) {
        let ty = flavor.map(|flavor| render::column_type(&column.ty, flavor)).unwrap_or_default();
        out.push(format!("its type is {ty}"));
    }
    if !column.nullable {
        out.push("it is NOT NULL".to_owned());
    }
    out
}
