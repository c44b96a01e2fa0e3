//! What is declared and no server takes.

use super::{Rule, migration_fails};
use crate::finding::{Finding, Place, Severity};

pub(super) const RULE: Rule = Rule {
    id: "declaration-fails",
    severity: Severity::Error,
    summary: "The declared schema has something that the server refuses.",
    rationale: "TypeScript takes it, and drizzle-kit writes it into the next migration without asking a server: \
        there it stops halfway, since MySQL and MariaDB don't take DDL back. The error number is that of the server \
        for the statement that drizzle-kit would write. Names that are too long or taken have rules of their own.",
    bad: "\
body: longtext(\"body\").default(\"none\"),      <- 1101 on MySQL: drizzle-kit writes a literal default",
    good: "\
body: longtext(\"body\").default(sql`('none')`),",
    fixed: true,
    check: None,
};

/// The finding about one thing that is declared, `what` with its article, and that the server refuses.
pub fn declaration_fails(what: &str, errno: u16, message: &str, place: Place) -> Finding {
    let length = migration_fails::length(errno, message);
    Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!("{what} is declared, and the server refuses it: {message}{length} (error {errno})"),
        help: help(errno).map(str::to_owned),
        places: vec![place.labelled(format!("error {errno}"))],
    }
}

/// What helps in a declaration. The advice for migrations is about the order of statements, and is not for here.
const fn help(errno: u16) -> Option<&'static str> {
    match errno {
        1294 => Some("leave the fractions of seconds out of the column, or ON UPDATE out of its declaration"),
        1059 | 1101 | 1822 | 1826 | 3780 => migration_fails::help(errno),
        _ => None,
    }
}
