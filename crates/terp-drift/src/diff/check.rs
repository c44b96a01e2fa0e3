//! CHECK constraints, those of columns and those of tables: by name, then by expression.

use terp_schema_model::{Check, Flavor, Table, same_name};

use super::{Changes, text_side};
use crate::change::{ChangeClass, ChangeKind, ChangeValue, ObjectKind, ObjectPath, Side};
use crate::normalise::fold;
use crate::sql;

/// A check, and the column that it belongs to.
#[derive(Clone, Copy)]
struct Owned<'a> {
    check: &'a Check,
    column: Option<&'a str>,
}

impl Owned<'_> {
    /// What it is called: on MariaDB a column's check without a name is called after its column.
    fn name(&self) -> &str {
        if self.check.name.is_empty() { self.column.unwrap_or("") } else { &self.check.name }
    }

    fn named(&self, other: &Self) -> bool {
        !self.name().is_empty()
            && same_name(self.name(), other.name())
            && self.column.map(fold) == other.column.map(fold)
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.check.expression == other.check.expression && self.check.not_enforced == other.check.not_enforced
    }

    fn is(&self, other: &Self) -> bool {
        self.says_the_same(other)
            && self.check.name == other.check.name
            && self.column.map(fold) == other.column.map(fold)
    }

    fn side(&self, flavor: Flavor) -> Side {
        Side {
            value: ChangeValue::Check(Box::new(self.check.clone()), self.column.map(str::to_owned)),
            sql: sql::check(self.check, flavor),
        }
    }

    fn name_side(&self) -> Side {
        let name = match (self.check.name.as_str(), self.column) {
            ("", Some(column)) => format!("on column {}", sql::identifier(column)),
            ("", None) => "without a name".to_owned(),
            (name, Some(column)) => {
                format!("{} on column {}", sql::identifier(name), sql::identifier(column))
            }
            (name, None) => sql::identifier(name),
        };
        text_side(self.name(), name)
    }
}

pub(super) fn compare(tables: [&Table; 2], normal: [&Table; 2], out: &mut Changes) {
    let flavor = out.flavor;
    let [mut left, mut right] = normal.map(checks);
    take_pairs(&mut left, &mut right, Owned::is);
    let path = |check: &Owned<'_>| {
        // A check that has no name is known by what it says.
        let name = if check.name().is_empty() { &check.check.expression } else { check.name() };
        ObjectPath::part(ObjectKind::Check, &tables[0].name, name)
    };
    let named = take_pairs(&mut left, &mut right, Owned::named);
    let renamed = take_pairs(&mut left, &mut right, Owned::says_the_same);
    for (before, after) in named {
        let substance = [
            (before.check.expression != after.check.expression, ChangeKind::CheckExpression),
            (before.check.not_enforced != after.check.not_enforced, ChangeKind::CheckEnforcement),
        ];
        for (_, kind) in substance.into_iter().filter(|(differs, _)| *differs) {
            out.changed(kind, ChangeClass::Substance, path(&before), before.side(flavor), after.side(flavor));
        }
        if before.check.name != after.check.name {
            let [left, right] = [before.name_side(), after.name_side()];
            out.changed(ChangeKind::CheckName, ChangeClass::NameOnly, path(&before), left, right);
        }
    }
    for (before, after) in renamed {
        let path = path(if before.name().is_empty() { &after } else { &before });
        out.changed(
            ChangeKind::CheckName,
            ChangeClass::NameOnly,
            path,
            before.name_side(),
            after.name_side(),
        );
    }
    for check in left {
        out.missing(ChangeKind::MissingCheck, path(&check), check.side(flavor));
    }
    for check in right {
        out.extra(ChangeKind::ExtraCheck, path(&check), check.side(flavor));
    }
}

fn checks(table: &Table) -> Vec<Owned<'_>> {
    let of_columns = table.columns.iter().filter_map(|column| {
        column.check.as_ref().map(|check| Owned { check, column: Some(column.name.as_str()) })
    });
    of_columns.chain(table.checks.iter().map(|check| Owned { check, column: None })).collect()
}

/// Takes the pairs out of both lists that match, in the order of the left list. A table has few checks.
fn take_pairs<'a>(
    left: &mut Vec<Owned<'a>>,
    right: &mut Vec<Owned<'a>>,
    matches: impl Fn(&Owned<'a>, &Owned<'a>) -> bool,
) -> Vec<(Owned<'a>, Owned<'a>)> {
    let mut pairs = Vec::new();
    left.retain(|check| match right.iter().position(|other| matches(check, other)) {
        Some(at) => {
            pairs.push((*check, right.remove(at)));
            false
        }
        None => true,
    });
    pairs
}
