//! Statements that the server would refuse.

use super::Rule;
use crate::finding::{Finding, Place, Severity};
use crate::report::ReplayFailure;

pub(super) const RULE: Rule = Rule {
    id: "migration-fails",
    severity: Severity::Error,
    summary: "A statement of a migration fails when the journal is run from nothing.",
    rationale: "Nobody can set up a new database: a colleague's laptop, CI, a disaster recovery. The error number is \
        that of the server. The first failing statement stops the build; those after it were found by going on.",
    bad: "\
CREATE TABLE `orders` (`id` int PRIMARY KEY, `client` int);
CREATE TABLE `orders` (`id` int PRIMARY KEY);      <- 1050, the table exists",
    good: "\
CREATE TABLE `orders` (`id` int PRIMARY KEY, `client` int);
ALTER TABLE `orders` ADD COLUMN `total` decimal(10,2);",
    fixed: true,
    check: None,
};

/// The finding about one failing statement.
pub fn migration_fails(failure: &ReplayFailure) -> Finding {
    let place = Place::at(&failure.file, failure.line, failure.column)
        .until(failure.end_line, failure.end_column)
        .labelled(format!("error {}", failure.errno));
    let stops = if failure.stops_build {
        "; it stops a build from nothing"
    } else {
        "; a build from nothing has stopped before it"
    };
    Finding {
        rule: RULE.id,
        severity: Severity::Error,
        message: format!(
            "{}{} (error {}{})",
            failure.message,
            length(failure.errno, &failure.message),
            failure.errno,
            stops
        ),
        help: help(failure.errno).map(str::to_owned),
        places: vec![place],
    }
}

/// How long the name is that is too long: servers don't say.
pub(super) fn length(errno: u16, message: &str) -> String {
    let name = message.split_once('\'').and_then(|(_, rest)| rest.rsplit_once('\''));
    match name {
        // MariaDB calls the long name of a database or table incorrect, as it does others.
        Some((name, _)) if errno == 1059 || matches!(errno, 1102 | 1103) && name.chars().count() > 64 => {
            format!(": {} characters, and 64 are allowed", name.chars().count())
        }
        _ => String::new(),
    }
}

/// What usually helps.
pub(super) const fn help(errno: u16) -> Option<&'static str> {
    Some(match errno {
        1050 => "an earlier migration made the table: drop the second CREATE TABLE, or rename one of them",
        1051 | 1146 => {
            "no earlier migration of the journal makes this table: look among the files outside the journal"
        }
        1054 => {
            "no earlier migration of the journal adds this column: look among the files outside the journal"
        }
        1059 => "give the constraint or index an explicit name of at most 64 characters in the schema",
        1060 => "an earlier migration added the column already: drop this statement",
        1061 => "an earlier migration made the index already: drop this statement, or rename one of them",
        1091 => "what is dropped is not there under this name: look at what the earlier migrations called it",
        1101 => "write the default in parentheses, as an expression",
        1553 => "drop the foreign key first, then the index, then add the foreign key again",
        1822 => "add an index on the referenced columns before the foreign key",
        1824 => "create the referenced table in an earlier statement",
        1826 => "foreign-key names are unique in the whole database: name this one otherwise",
        3780 => "make both columns of the foreign key the same type, sign and character set",
        _ => return None,
    })
}
