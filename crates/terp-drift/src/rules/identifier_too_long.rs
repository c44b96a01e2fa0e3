//! Names that no server takes.

use terp_schema_model::Flavor;

use super::Rule;
use crate::declared::{DeclaredName, NameKind};
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "identifier-too-long",
    severity: Severity::Error,
    summary: "The declared schema has a name that is longer than servers allow.",
    rationale: "Servers take names of 64 characters and refuse longer ones with error 1059 (MariaDB: 1103 for a \
        table). drizzle-kit makes the names of foreign keys and unique constraints of those of tables and columns, \
        and cuts nothing off, so the schema compiles, `generate` writes the migration, and the migration stops \
        halfway. Seen in the schema, it costs one line. Names of primary keys don't count: servers drop them.",
    bad: "\
export const documents = mysqlTable(\"purchase_requisition_documents\", { id: int(\"id\").primaryKey() });
export const revisions = mysqlTable(\"purchase_requisition_document_revisions\", {
  documentId: int(\"document_id\").references(() => documents.id),      <- a name of 88 characters
});",
    good: "\
export const revisions = mysqlTable(\"purchase_requisition_document_revisions\", {
  documentId: int(\"document_id\"),
}, (t) => [
  foreignKey({ name: \"revisions_document_fk\", columns: [t.documentId], foreignColumns: [documents.id] }),
]);",
    fixed: true,
    check: None,
};

/// One finding for each name above the limit, in the order of the names.
pub(crate) fn check(names: &[DeclaredName], flavor: Flavor) -> Vec<Finding> {
    let limit = flavor.capabilities().max_identifier_length;
    let found = names.iter().filter(|name| name.kind != NameKind::PrimaryKey).filter_map(|name| {
        let length = name.name.chars().count();
        (length > limit).then(|| finding(name, length, limit, flavor))
    });
    found.collect()
}

fn finding(name: &DeclaredName, length: usize, limit: usize, flavor: Flavor) -> Finding {
    let errno = if name.kind == NameKind::Table && flavor.is_mariadb() { 1103 } else { 1059 };
    let of = match name.kind {
        NameKind::Table => String::new(),
        _ => format!(" of `{}`", name.table),
    };
    let kind = name.kind.as_str();
    let help = match (name.derived, name.kind) {
        (false, _) | (true, NameKind::Table | NameKind::PrimaryKey) => "shorten the name",
        (true, NameKind::ForeignKey) => {
            "drizzle-kit made the name: declare the foreign key with `foreignKey({ name, columns, foreignColumns })` \
             and name it explicitly"
        }
        (true, NameKind::Unique) => {
            "drizzle-kit made the name: name the constraint explicitly, `.unique(\"name\")` or `unique(\"name\")`"
        }
        (true, NameKind::Column) => {
            "the name is that of the property: give the column a shorter one as first argument"
        }
        (true, NameKind::Index | NameKind::Check) => "drizzle-kit made the name: name it explicitly",
    };
    Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!(
            "the name of the {kind} `{}`{of} has {length} characters, and {limit} are allowed (error {errno})",
            name.name
        ),
        help: Some(help.to_owned()),
        places: vec![name.place.clone().labelled(format!("error {errno}"))],
    }
}
