//! Defaults that one vendor takes.

use super::Rule;
use crate::declared::NonPortableDefault;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "non-portable-default",
    severity: Severity::Warning,
    summary: "One vendor's server takes a default, and the other's refuses it.",
    rationale: "Drizzle has one dialect for both, and writes the same text for each. MySQL refuses literal defaults \
        of TEXT, BLOB and JSON (1101; drizzle-kit puts those of text, json and blob in parentheses, those of \
        tinytext, mediumtext and longtext not), ON UPDATE CURRENT_TIMESTAMP on a column with fractions of seconds \
        (1294), `now()` as literal default of such a column, and zero dates in its default SQL mode (1067), all of \
        which MariaDB takes. MariaDB refuses `serial AUTO_INCREMENT`, which is what drizzle-kit writes for \
        serial() (1064). Each default is run on both engines; what both refuse is declaration-fails.",
    bad: "\
body: mediumtext(\"body\").default(\"none\"),      <- DEFAULT 'none': 1101 on MySQL
id: serial(\"id\").primaryKey(),      <- serial AUTO_INCREMENT: 1064 on MariaDB",
    good: "\
body: mediumtext(\"body\").default(sql`('none')`),
id: bigint(\"id\", { mode: \"number\", unsigned: true }).primaryKey().autoincrement(),",
    fixed: false,
    check: None,
};

/// The finding about one default that a server takes and another refuses.
pub fn non_portable_default(default: &NonPortableDefault) -> Finding {
    let NonPortableDefault { table, column, sql, taken_by, refused_by, errno, message, place } = default;
    let help = match errno {
        1101 => "write the default as an expression, in parentheses: .default(sql`('...')`)",
        1294 => "leave the fractions of seconds out of the column, or ON UPDATE out of its declaration",
        1064 => "declare the column without serial(): bigint(.., { unsigned: true }).autoincrement()",
        1067 => "choose a default that both servers take",
        _ => "write it so that both servers take it, if the project is ever to run on the other",
    };
    Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!(
            "{taken_by} takes `{table}`.`{column}` {sql}, and {refused_by} refuses it: {message} (error {errno})"
        ),
        help: Some(help.to_owned()),
        places: vec![place.clone().labelled(format!("error {errno} on {refused_by}"))],
    }
}
