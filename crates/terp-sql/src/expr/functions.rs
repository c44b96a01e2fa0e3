//! The servers' native functions: what they are called when printed, how many arguments they take and which places
//! refuse them.

use std::collections::HashMap;
use std::sync::LazyLock;

use terp_schema_model::{Flavor, Vendor};

use super::ExprPlace;

/// A native function.
#[derive(Debug, Clone, Copy)]
pub(super) struct Function {
    /// Its name in SHOW CREATE TABLE; `None` where it has a form of its own.
    pub(super) printed: Option<&'static str>,
    arguments: Arguments,
    denied: &'static str,
    traits: &'static str,
    versions: Versions,
}

/// How many arguments a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arguments {
    Between(usize, usize),
    /// That many or two more, or four more, ...
    Step(usize),
}

/// The versions that an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Versions {
    All,
    /// MySQL 8, MariaDB 10.
    Old,
    /// MySQL 9.7 and later, MariaDB 11.8 and later.
    New,
}

static MYSQL: LazyLock<Table> = LazyLock::new(|| read(include_str!("functions/mysql.txt")));
static MARIADB: LazyLock<Table> = LazyLock::new(|| read(include_str!("functions/mariadb.txt")));

type Table = HashMap<&'static str, Vec<Function>>;

/// What is known about a name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lookup {
    /// A function of this version.
    Native(&'static Function),
    /// No native function has that name.
    Unknown,
    /// It differs between versions, and how it is in this one was not observed.
    Unsure,
}

/// The function of that name. Where it is not the same with every number of arguments, the one that takes `count`.
pub(super) fn lookup(flavor: Flavor, name: &str, count: usize) -> Lookup {
    let table = match flavor.vendor {
        Vendor::MySql => &*MYSQL,
        Vendor::MariaDb => &*MARIADB,
    };
    let Some(entries) = table.get(name) else { return Lookup::Unknown };
    let wanted = if flavor.mysql_since(9, 7, 0) || flavor.mariadb_since(11, 8, 0) {
        Some(Versions::New)
    } else if flavor.mysql_since(9, 0, 0) || flavor.mariadb_since(11, 0, 0) {
        None
    } else {
        Some(Versions::Old)
    };
    let of_version = |f: &&Function| f.versions == Versions::All || Some(f.versions) == wanted;
    let mut found = entries.iter().filter(of_version);
    let first = found.clone().next();
    let found = found.find(|f| f.takes(count)).or(first);
    match (found, wanted) {
        (Some(function), _) => Lookup::Native(function),
        (None, None) => Lookup::Unsure,
        (None, Some(_)) => Lookup::Unknown,
    }
}

fn read(text: &'static str) -> Table {
    let mut table = Table::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some((name, function)) = entry(line) {
            table.entry(name).or_default().push(function);
        }
    }
    table
}

fn entry(line: &'static str) -> Option<(&'static str, Function)> {
    let mut words = line.split_ascii_whitespace();
    let name = words.next()?;
    let printed = words.next().map(|w| (w != "!").then_some(w))?;
    let arguments = arguments(words.next()?)?;
    let denied = words.next()?.strip_prefix('-')?;
    let traits = words.next().unwrap_or_default();
    let versions = match words.next() {
        None => Versions::All,
        Some("old") => Versions::Old,
        Some("new") => Versions::New,
        Some(_) => return None,
    };
    Some((name, Function { printed, arguments, denied, traits, versions }))
}

fn arguments(text: &str) -> Option<Arguments> {
    if let Some(least) = text.strip_suffix("+2") {
        return Some(Arguments::Step(least.parse().ok()?));
    }
    if let Some(least) = text.strip_suffix('+') {
        return Some(Arguments::Between(least.parse().ok()?, usize::MAX));
    }
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    Some(Arguments::Between(least.parse().ok()?, most.parse().ok()?))
}

impl Function {
    /// Whether it can be called with that many arguments.
    pub(super) fn takes(&self, count: usize) -> bool {
        match self.arguments {
            Arguments::Between(least, most) => (least..=most).contains(&count),
            Arguments::Step(least) => count >= least && (count - least).is_multiple_of(2),
        }
    }

    /// Whether that place refuses it.
    pub(super) fn denied(&self, place: ExprPlace) -> bool {
        let letter = match place {
            ExprPlace::Generated { stored: false } => 'v',
            ExprPlace::Generated { stored: true } => 's',
            ExprPlace::Check => 'c',
            ExprPlace::Default => 'd',
            ExprPlace::IndexPart => 'i',
            ExprPlace::Partition | ExprPlace::PartitionBound | ExprPlace::View | ExprPlace::Query => {
                return false;
            }
        };
        self.denied.contains(letter)
    }

    fn is(&self, letter: char) -> bool {
        self.traits.contains(letter)
    }

    /// MySQL: whether the result counts as a truth value.
    pub(super) fn boolean(&self) -> bool {
        self.is('b')
    }

    /// Whether a partitioning function may be made of it.
    pub(super) fn partitions(&self) -> bool {
        self.is('p')
    }

    /// Whether its result can't be cached: a partitioning function with it is a syntax error (1064).
    pub(super) fn uncacheable(&self) -> bool {
        self.is('u')
    }

    /// MariaDB: whether DEFAULT shows it in parentheses, as it does operators.
    pub(super) fn operator(&self) -> bool {
        self.is('o')
    }

    /// MySQL: the errno with which an index refuses its result, if it does.
    pub(super) fn index_errno(&self) -> Option<u16> {
        [('j', 3753), ('g', 3760), ('l', 3757)]
            .into_iter()
            .find(|&(letter, _)| self.is(letter))
            .map(|(_, e)| e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        for (text, table) in [
            (include_str!("functions/mysql.txt"), &*MYSQL),
            (include_str!("functions/mariadb.txt"), &*MARIADB),
        ] {
            let lines = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
            for line in lines.clone() {
                assert!(entry(line).is_some(), "{line}");
            }
            assert_eq!(table.values().map(Vec::len).sum::<usize>(), lines.count());
        }
    }

    #[test]
    fn versions_are_told_apart() {
        let known = |flavor, name| match lookup(flavor, name, 1) {
            Lookup::Native(f) => f.printed.unwrap_or("!"),
            Lookup::Unknown => "unknown",
            Lookup::Unsure => "unsure",
        };
        assert_eq!(known(Flavor::MARIADB_10_11, "uuid_v7"), "unknown");
        assert_eq!(known(Flavor::MARIADB_11_8, "uuid_v7"), "uuid_v7");
        assert_eq!(known(Flavor::mariadb(11, 4, 0), "uuid_v7"), "unsure");
        assert_eq!(known(Flavor::mariadb(11, 4, 0), "lower"), "lcase");
        assert_eq!(known(Flavor::MYSQL_9_7, "lower"), "lower");
        assert_eq!(known(Flavor::MYSQL_9_7, "bin"), "!");
        assert_eq!(known(Flavor::MYSQL_9_7, "nvl"), "unknown");
    }

    #[test]
    fn arguments_are_counted() {
        let takes = |name, count| match lookup(Flavor::MYSQL_9_7, name, count) {
            Lookup::Native(f) => f.takes(count),
            _ => panic!("{name}"),
        };
        assert!(takes("json_object", 0) && takes("json_object", 4) && !takes("json_object", 3));
        assert!(takes("concat", 1) && takes("concat", 100) && !takes("concat", 0));
        assert!(takes("lower", 1) && !takes("lower", 2));
    }
}
