//! Tables with a version that updates count up.

use terp_schema_model::{Column, ColumnType, DefaultValue, Flavor, render};

use super::Rule;
use crate::conventions::{ColumnConvention, Lists, OptimisticLocking};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "optimistic-locking",
    severity: Severity::Error,
    summary: "A table does not follow the project's convention for optimistic locking.",
    rationale: "An update of the form `SET version = version + 1 WHERE id = ? AND version = ?` finds that somebody \
        else was faster, provided that the column is there, is an integer, is never NULL (no row would ever be \
        found) and starts at 1 by itself. The conventions name the tables that must have it, and say whether others \
        may. Each view of the schema is looked at.",
    bad: "\
optimistic-locking = { tables = [\"orders\"] }
orders: `version` int      <- nullable, no default",
    good: "\
optimistic-locking = { tables = [\"orders\"] }
orders: `version` int NOT NULL DEFAULT 1",
    fixed: false,
    check: None,
};

pub(crate) fn convention(config: &OptimisticLocking) -> ColumnConvention<'_> {
    ColumnConvention {
        rule: RULE.id,
        purpose: "optimistic locking",
        columns: config.columns(),
        lists: Lists {
            must: &config.tables,
            may: &[],
            must_not: &[],
            others: config.others,
            must_key: "tables",
        },
        expected: config.expected_tables,
        definition: "an integer column NOT NULL with default 1",
        wrong,
        // Other tables may have a version of something else.
        judges_may: false,
    }
}

fn wrong(column: &Column, flavor: Option<Flavor>) -> Vec<String> {
    let mut out = Vec::new();
    if !matches!(column.ty, ColumnType::Integer { .. }) {
        let ty = flavor.map(|flavor| render::column_type(&column.ty, flavor)).unwrap_or_default();
        out.push(format!("its type is {ty}"));
    }
    if column.nullable {
        out.push("it may be NULL".to_owned());
    }
    match &column.default {
        Some(DefaultValue::Literal(text) | DefaultValue::Expression(text)) if is_one(text) => {}
        Some(DefaultValue::Literal(text)) => out.push(format!("its default is {text}")),
        Some(DefaultValue::Expression(text)) => out.push(format!("its default is ({text})")),
        None | Some(DefaultValue::Null) => out.push("it has no default".to_owned()),
        Some(_) => out.push("its default is another".to_owned()),
    }
    out
}

fn is_one(text: &str) -> bool {
    text.trim().parse::<i64>() == Ok(1)
}
