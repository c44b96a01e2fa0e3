//! What the account may not see, from what SHOW GRANTS shows.
//!
//! Servers don't list what an account has no privilege on, so an empty list of triggers may mean that there are none or that they can't be
//! seen. What is not sure to be seen counts as missing.

use terp_schema_model::Flavor;
use terp_schema_model::quote::{identifier, string_literal};

use super::build::Built;
use super::list::Server;
use super::object::{Object, ObjectKind, UnknownReason};

/// A privilege without which not everything can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPrivilege {
    /// The statement that would help, for somebody who may run it.
    pub sql: String,
    /// What can't be known without it.
    pub reason: String,
    /// The kinds of which there may be some that are not even listed.
    pub hides: Vec<ObjectKind>,
}

/// Any of these on a table makes it visible, and its definition too.
const TABLE_PRIVILEGES: [&str; 13] = [
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "REFERENCES",
    "INDEX",
    "ALTER",
    "CREATE VIEW",
    "SHOW VIEW",
    "TRIGGER",
    "DELETE HISTORY",
];

/// Any of these makes a routine visible, though not its body.
const ROUTINE_PRIVILEGES: [&str; 3] = ["EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE"];

/// What the account lacks to see all of a database.
pub(super) fn missing(server: &Server, built: &[(Object, Built)]) -> Vec<MissingPrivilege> {
    let database = &server.database;
    let grants = Grants::parse(&server.grants);
    let on_database = |privileges: &[&str]| grants.has_on_database(database, privileges);
    let account = quote_account(&server.account);
    let target = grant_target(database);
    let mut missing = Vec::new();
    let mut add = |privilege: &str, target: &str, reason: &str, hides: &[ObjectKind]| {
        let sql = format!("GRANT {privilege} ON {target} TO {account}");
        missing.push(MissingPrivilege { sql, reason: reason.to_owned(), hides: hides.to_vec() });
    };

    if !on_database(&TABLE_PRIVILEGES) {
        add(
            "SELECT",
            &target,
            "tables and views on which the account has no privilege are not listed",
            &[ObjectKind::Table, ObjectKind::View],
        );
    }
    let refused_views = built.iter().any(|(object, built)| {
        object.kind == ObjectKind::View && matches!(built, Err(reason) if is_for_lack_of_privilege(reason))
    });
    if refused_views {
        add("SELECT, SHOW VIEW", &target, "the text of some views is not shown", &[]);
    }
    if !on_database(&["TRIGGER"]) {
        add(
            "TRIGGER",
            &target,
            "triggers of tables on which the account has no TRIGGER privilege are not listed",
            &[ObjectKind::Trigger],
        );
    }
    if !on_database(&["EVENT"]) {
        add("EVENT", &target, "events are not listed", &[ObjectKind::Event]);
    }
    if !may_read_routines(&grants, server) {
        let is_routine = |object: &Object| {
            use ObjectKind::{Function, Package, PackageBody, Procedure};
            matches!(object.kind, Procedure | Function | Package | PackageBody)
        };
        let without_text = built.iter().any(|(object, built)| {
            is_routine(object) && matches!(built, Err(reason) if is_for_lack_of_privilege(reason))
        });
        let all_listed = on_database(&ROUTINE_PRIVILEGES);
        if without_text || !all_listed {
            let (privilege, target) = routine_grant(server.flavor, &target);
            let reason = if all_listed {
                "the text of some procedures and functions is not shown"
            } else {
                "procedures and functions on which the account has no privilege are not listed"
            };
            let hides: &[ObjectKind] =
                if all_listed { &[] } else { &[ObjectKind::Procedure, ObjectKind::Function] };
            add(privilege, &target, reason, hides);
        }
    }
    missing
}

fn is_for_lack_of_privilege(reason: &UnknownReason) -> bool {
    matches!(
        reason,
        UnknownReason::NoText | UnknownReason::NotShown { errno: 1044 | 1142 | 1143 | 1227 | 1370, .. }
    )
}

/// Whether the account may see all routines with their bodies.
fn may_read_routines(grants: &Grants, server: &Server) -> bool {
    if server.flavor.is_mysql() {
        grants.has_globally(&["SELECT", "SHOW_ROUTINE"])
    } else {
        grants.has_on_table("mysql", "proc", "SELECT")
            || grants.has_on_database(&server.database, &["SHOW CREATE ROUTINE"])
    }
}

/// What lets an account see all routines with their bodies.
fn routine_grant(flavor: Flavor, database: &str) -> (&'static str, String) {
    if flavor.mysql_since(8, 0, 20) {
        ("SHOW_ROUTINE", "*.*".to_owned())
    } else if flavor.is_mysql() {
        ("SELECT", "*.*".to_owned())
    } else if flavor.mariadb_since(11, 3, 0) {
        ("SHOW CREATE ROUTINE", database.to_owned())
    } else {
        ("SELECT", "`mysql`.`proc`".to_owned())
    }
}

/// `'user'@'host'` of `user@host`.
pub(super) fn quote_account(account: &str) -> String {
    let (user, host) = account.rsplit_once('@').unwrap_or((account, "%"));
    format!("{}@{}", string_literal(user, false), string_literal(host, false))
}

/// A whole database for GRANT, where `_` and `%` stand for any character and any text unless a backslash precedes them.
pub(super) fn grant_target(database: &str) -> String {
    let mut pattern = String::new();
    for c in database.chars() {
        if matches!(c, '_' | '%' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    format!("{}.*", identifier(&pattern))
}

/// What an account has been granted.
#[derive(Debug, Default)]
struct Grants {
    grants: Vec<Grant>,
    /// What MySQL takes back of a global privilege for one database.
    revokes: Vec<Grant>,
    /// Whether the server looks at no grants at all.
    unchecked: bool,
}

#[derive(Debug)]
struct Grant {
    /// In upper case, without lists of columns.
    privileges: Vec<String>,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Global,
    /// A pattern of names.
    Database(String),
    Table(String, String),
}

/// The line that stands for a server without grant tables.
pub(super) const GRANTS_ARE_OFF: &str = "--skip-grant-tables";

impl Grants {
    fn parse(lines: &[String]) -> Self {
        let mut all = Self::default();
        for line in lines {
            if line == GRANTS_ARE_OFF {
                all.unchecked = true;
            } else if let Some(rest) = line.strip_prefix("GRANT ") {
                all.grants.extend(parse_grant(rest));
            } else if let Some(rest) = line.strip_prefix("REVOKE ") {
                all.revokes.extend(parse_grant(rest));
            }
        }
        all
    }

    fn has_globally(&self, any_of: &[&str]) -> bool {
        let is_global = |grant: &&Grant| matches!(grant.target, Target::Global);
        self.unchecked || self.grants.iter().filter(is_global).any(|grant| grant.has(any_of))
    }

    fn has_on_database(&self, database: &str, any_of: &[&str]) -> bool {
        if any_of.iter().any(|one| self.has_globally(&[one]) && !self.is_revoked(database, one)) {
            return true;
        }
        // Of several patterns that match a name the server takes one; the one without wildcards where there is one.
        let matching = |exactly: bool| {
            self.grants.iter().filter(move |grant| match &grant.target {
                Target::Database(pattern) if exactly => unescape(pattern) == database,
                Target::Database(pattern) => is_like(database, pattern),
                _ => false,
            })
        };
        let mut exact = matching(true).peekable();
        if exact.peek().is_some() {
            return exact.any(|grant| grant.has(any_of));
        }
        let mut like = matching(false).peekable();
        like.peek().is_some() && like.all(|grant| grant.has(any_of))
    }

    fn is_revoked(&self, database: &str, privilege: &str) -> bool {
        self.revokes.iter().any(|revoke| {
            matches!(&revoke.target, Target::Database(name) if unescape(name) == database || name == database)
                && revoke.has(&[privilege])
        })
    }

    fn has_on_table(&self, database: &str, table: &str, privilege: &str) -> bool {
        let on_table = |grant: &Grant| {
            matches!(&grant.target, Target::Table(d, t) if d == database && t == table)
                && grant.has(&[privilege])
        };
        self.has_on_database(database, &[privilege]) || self.grants.iter().any(on_table)
    }
}

impl Grant {
    fn has(&self, any_of: &[&str]) -> bool {
        self.privileges.iter().any(|privilege| {
            any_of.contains(&privilege.as_str()) || matches!(privilege.as_str(), "ALL PRIVILEGES" | "ALL")
        })
    }
}

/// Reads what follows GRANT or REVOKE; `None` for roles and routines.
fn parse_grant(text: &str) -> Option<Grant> {
    let mut privileges = Vec::new();
    let mut privilege = String::new();
    let mut rest = text;
    loop {
        if let Some(after) = rest.strip_prefix(" ON ") {
            rest = after;
            break;
        }
        let c = rest.chars().next()?;
        match c {
            // A role's name.
            '`' | '\'' | '"' => return None,
            // Columns.
            '(' => rest = skip_columns(rest)?,
            ',' => {
                privileges.push(privilege.trim().to_ascii_uppercase());
                privilege.clear();
                rest = &rest[1..];
            }
            c => {
                privilege.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    privileges.push(privilege.trim().to_ascii_uppercase());
    if rest.starts_with("*.*") {
        return Some(Grant { privileges, target: Target::Global });
    }
    let rest = rest.strip_prefix("TABLE ").unwrap_or(rest);
    let (database, rest) = quoted(rest)?;
    let rest = rest.strip_prefix('.')?;
    let target = if rest.starts_with('*') {
        Target::Database(database)
    } else {
        Target::Table(database, quoted(rest)?.0)
    };
    Some(Grant { privileges, target })
}

/// Skips a list of columns in parentheses.
fn skip_columns(text: &str) -> Option<&str> {
    let mut rest = text.strip_prefix('(')?;
    loop {
        match rest.chars().next()? {
            ')' => return rest.get(1..),
            '`' => rest = quoted(rest)?.1,
            c => rest = &rest[c.len_utf8()..],
        }
    }
}

/// A name in backticks, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text.strip_prefix('`')?;
    loop {
        let end = rest.find('`')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('`') {
            Some(after) => {
                name.push('`');
                rest = after;
            }
            None => return Some((name, rest)),
        }
    }
}

/// The only name that a pattern matches; a pattern with wildcards gives none.
fn unescape(pattern: &str) -> String {
    let mut name = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => name.extend(chars.next()),
            // No database has this character in its name.
            '%' | '_' => return "\0".to_owned(),
            c => name.push(c),
        }
    }
    name
}

/// Whether a name matches a pattern of GRANT.
fn is_like(name: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    let Some(c) = rest.next() else { return name.is_empty() };
    let tail = |name: &str| is_like(name, rest.as_str());
    let mut name_rest = name.chars();
    match c {
        '%' => {
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.into_iter().any(|at| tail(&name[at..]))
        }
        '_' => name_rest.next().is_some() && tail(name_rest.as_str()),
        '\\' => match rest.clone().next() {
            Some(literal) => {
                let pattern_rest = &rest.as_str()[literal.len_utf8()..];
                name_rest.next() == Some(literal) && is_like(name_rest.as_str(), pattern_rest)
            }
            None => name == "\\",
        },
        c => name_rest.next() == Some(c) && tail(name_rest.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(lines: &[&str]) -> Grants {
        Grants::parse(&lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn grants_as_servers_show_them() {
        let all = grants(&[
            "GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*94BD'",
            "GRANT SELECT, SHOW VIEW, CREATE TEMPORARY TABLES ON `shop\\_1`.* TO `u`@`%` WITH GRANT OPTION",
            "GRANT SELECT (`a`, `b) ON x`), INSERT ON `other`.`t``x` TO `u`@`%`",
            "GRANT EXECUTE ON PROCEDURE `other`.`p` TO `u`@`%`",
            "GRANT `reader`@`%` TO `u`@`%`",
            "GRANT ALL PRIVILEGES ON `test%`.* TO `u`@`%`",
            "GRANT ",
            "nonsense",
        ]);
        assert!(all.has_on_database("shop_1", &["SELECT"]));
        assert!(!all.has_on_database("shopx1", &["SELECT"]));
        assert!(!all.has_on_database("shop_1", &["TRIGGER", "EVENT"]));
        assert!(all.has_on_table("other", "t`x", "INSERT"));
        assert!(!all.has_on_database("other", &["INSERT", "EXECUTE"]));
        assert!(all.has_on_database("testing", &["EVENT"]));
        assert!(!all.has_globally(&["SELECT"]));
    }

    #[test]
    fn global_privileges_and_what_is_taken_back() {
        let all = grants(&["GRANT SELECT, TRIGGER ON *.* TO `u`@`%`", "REVOKE SELECT ON `a`.* FROM `u`@`%`"]);
        assert!(all.has_on_database("b", &["SELECT"]));
        assert!(!all.has_on_database("a", &["SELECT"]));
        assert!(all.has_on_database("a", &["SELECT", "TRIGGER"]));
    }

    #[test]
    fn exact_name_wins_over_patterns() {
        let all = grants(&["GRANT EVENT ON `a%`.* TO `u`@`%`", "GRANT SELECT ON `abc`.* TO `u`@`%`"]);
        assert!(!all.has_on_database("abc", &["EVENT"]));
        assert!(all.has_on_database("abd", &["EVENT"]));
    }

    #[test]
    fn targets_and_accounts_are_quoted() {
        assert_eq!(grant_target("a_b%`c"), r"`a\_b\%``c`.*");
        assert_eq!(quote_account("o'x@y@10.0.%"), "'o''x@y'@'10.0.%'");
    }
}
