//! Names that are taken.

use std::collections::HashMap;

use terp_schema_model::Flavor;

use super::{Rule, joined};
use crate::declared::{DeclaredName, NameKind};
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "name-collision",
    severity: Severity::Error,
    summary: "Two things of the declared schema have one name where servers allow it once.",
    rationale: "Names of foreign keys are unique in a whole database (1826; MariaDB says 1005, errno 121), those of \
        checks too on MySQL (3822) and within their table on MariaDB (1826). Indexes and unique constraints share \
        the names of their table (1061), columns have theirs (1060). Upper and lower case are the same everywhere. \
        drizzle-kit checks only some of it, so that a migration stops halfway.",
    bad: "\
invoices: foreignKey({ name: \"customer_fk\", columns: [t.customerId], foreignColumns: [customers.id] })
payments: foreignKey({ name: \"customer_fk\", columns: [t.customerId], foreignColumns: [customers.id] })",
    good: "\
invoices: foreignKey({ name: \"invoices_customer_fk\", columns: [t.customerId], foreignColumns: [customers.id] })
payments: foreignKey({ name: \"payments_customer_fk\", columns: [t.customerId], foreignColumns: [customers.id] })",
    fixed: true,
    check: None,
};

/// Where a name may be once. Tables are not here: they have a rule of their own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Space {
    Columns,
    Indexes,
    ForeignKeys,
    Checks,
}

impl Space {
    const fn of(kind: NameKind) -> Option<Self> {
        Some(match kind {
            NameKind::Table | NameKind::PrimaryKey => return None,
            NameKind::Column => Self::Columns,
            NameKind::Unique | NameKind::Index => Self::Indexes,
            NameKind::ForeignKey => Self::ForeignKeys,
            NameKind::Check => Self::Checks,
        })
    }

    /// Whether two tables may not share the name. As the engine has it, which is tested on servers.
    const fn spans_tables(self, flavor: Flavor) -> bool {
        match self {
            Self::Columns | Self::Indexes => false,
            Self::ForeignKeys => true,
            Self::Checks => flavor.is_mysql(),
        }
    }

    const fn error(self, flavor: Flavor) -> &'static str {
        match self {
            Self::Columns => "error 1060",
            Self::Indexes => "error 1061",
            Self::ForeignKeys if flavor.is_mariadb() => "error 1005, errno 121",
            Self::Checks if flavor.is_mysql() => "error 3822",
            Self::ForeignKeys | Self::Checks => "error 1826",
        }
    }
}

/// One finding for each name that is there more than once, in the order of the first of each.
pub(crate) fn check(names: &[DeclaredName], flavor: Flavor) -> Vec<Finding> {
    let mut groups: Vec<(Space, Vec<&DeclaredName>)> = Vec::new();
    let mut known: HashMap<(Space, Option<&str>, String), usize> = HashMap::with_capacity(names.len());
    for name in names {
        let Some(space) = Space::of(name.kind) else { continue };
        let table = (!space.spans_tables(flavor)).then_some(name.table.as_str());
        let at = *known.entry((space, table, name.name.to_lowercase())).or_insert_with(|| {
            groups.push((space, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, group)) = groups.get_mut(at) {
            group.push(name);
        }
    }
    let taken = groups.iter().filter(|(_, group)| group.len() > 1);
    taken.filter_map(|(space, group)| finding(*space, group, flavor)).collect()
}

fn finding(space: Space, group: &[&DeclaredName], flavor: Flavor) -> Option<Finding> {
    let (first, rest) = group.split_first()?;
    let error = space.error(flavor);
    let things: Vec<String> = group.iter().map(|name| described(name)).collect();
    let scope = if space.spans_tables(flavor) { "in a database" } else { "in their table" };
    let names = match space {
        Space::Columns => "columns",
        Space::Indexes => "indexes and unique constraints",
        Space::ForeignKeys => "foreign keys",
        Space::Checks => "checks",
    };
    let mut places = vec![first.place.clone().labelled(format!("`{}`", first.name))];
    places.extend(rest.iter().map(|name| name.place.clone().labelled(error)));
    Some(Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!(
            "the name `{}` is taken: {} have it, and names of {names} are unique {scope}, whatever their case \
             ({error})",
            first.name,
            joined(&things)
        ),
        help: Some("give each a name of its own".to_owned()),
        places,
    })
}

fn described(name: &DeclaredName) -> String {
    match name.kind {
        NameKind::Column => format!("the column `{}`.`{}`", name.table, name.name),
        kind => format!("the {} of `{}`", kind.as_str(), name.table),
    }
}
