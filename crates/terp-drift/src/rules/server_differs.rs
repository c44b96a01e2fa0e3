//! A live server that is not the one that the project is for.

use terp_schema_model::Flavor;

use super::Rule;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "server-differs",
    severity: Severity::Warning,
    summary: "The live server is not the one that the project says it is for.",
    rationale: "What a statement makes depends on vendor and version. A check of a live database is made for that database's server, \
        whatever `terp.toml` says; without the database the same project is checked for another one.",
    bad: "\
server = \"mysql:9.7\"      # in terp.toml
SELECT VERSION();         -- 11.8.9-MariaDB",
    good: "\
server = \"mariadb:11.8\"   # in terp.toml
SELECT VERSION();         -- 11.8.9-MariaDB",
    fixed: false,
    check: None,
};

/// The note that two schemas of one vendor are from servers of different versions, where the first two parts of these differ.
pub fn versions_differ(sides: [(&str, Flavor); 2]) -> Option<Finding> {
    let [(left_name, left), (right_name, right)] = sides;
    let of = |flavor: Flavor| (flavor.version.major, flavor.version.minor);
    (of(left) != of(right)).then(|| Finding {
        rule: RULE.id,
        severity: Severity::Note,
        message: format!(
            "{left_name} is of {left} and {right_name} of {right}: what the two print in different ways differs below, though it may \
             mean the same"
        ),
        help: None,
        places: Vec::new(),
    })
}

/// The finding about a server, where its vendor or the first two parts of its version are not those that were asked for.
pub fn server_differs(meant: Flavor, live: Flavor, database: &str) -> Option<Finding> {
    let of = |flavor: Flavor| (flavor.vendor, flavor.version.major, flavor.version.minor);
    (of(meant) != of(live)).then(|| Finding {
        rule: RULE.id,
        severity: Severity::Warning,
        message: format!("{database} is on {live}, and the project is for {meant}: this check is for {live}"),
        help: Some(format!("say `server = \"{live}\"` in terp.toml if that is what the project runs on")),
        places: Vec::new(),
    })
}
