//! A subject whose statements are written out: `t=text` makes a table, `-t` drops one, `?` is unsupported, `!` panics
//! and a number is a refusal.

use std::collections::BTreeMap;

use super::*;

#[derive(Default)]
struct Script {
    tables: Texts,
    restored: Vec<String>,
    broken: bool,
    program: Option<String>,
}

impl Subject for Script {
    fn execute(&mut self, sql: &str) -> Answer {
        for part in sql.split(", ") {
            if let Some((table, text)) = part.split_once('=') {
                self.tables.insert(table.to_owned(), text.to_owned());
            } else if let Some(table) = part.strip_prefix('-') {
                self.tables.remove(table);
            } else if part == "?" {
                return Answer::Unsupported("something".to_owned());
            } else if part == "!" {
                return Answer::Panicked("oh".to_owned());
            } else if let Ok(errno) = part.parse() {
                return Answer::Refused { errno, message: "no".to_owned() };
            }
        }
        Answer::Accepted
    }

    fn texts(&mut self) -> Result<Texts, String> {
        Ok(self.tables.clone())
    }

    fn program(&mut self, _name: &str) -> Result<Option<String>, String> {
        Ok(self.program.clone())
    }

    fn restore(&mut self, tables: &[(String, Option<String>)]) -> Result<(), String> {
        for (table, text) in tables {
            self.restored.push(table.clone());
            self.tables.remove(table);
            if let Some(text) = text {
                if self.broken {
                    return Err(format!("{table} is too hard"));
                }
                self.tables.insert(table.clone(), text.clone());
            }
        }
        Ok(())
    }
}

fn accepted(sql: &str, show: &[(&str, Option<&str>)]) -> Step {
    let show = show.iter().map(|(table, text)| ((*table).to_owned(), text.map(str::to_owned))).collect();
    Step { sql: sql.to_owned(), errno: None, error: String::new(), show }
}

fn refused(sql: &str, errno: u16) -> Step {
    Step { sql: sql.to_owned(), errno: Some(errno), error: "never".to_owned(), show: BTreeMap::new() }
}

fn kinds(subject: &mut Script, steps: &[Step]) -> Vec<Kind> {
    replay(subject, steps).into_iter().map(|verdict| verdict.kind).collect()
}

#[test]
fn every_kind_is_told_apart() {
    let mut subject = Script::default();
    let steps = [
        accepted("t=1", &[("t", Some("1"))]),
        accepted("t=2", &[("t", Some("3"))]),
        accepted("?", &[("t", Some("4"))]),
        accepted("1050", &[("t", Some("5"))]),
        refused("t=9", 1064),
        refused("1064", 1064),
        refused("1050", 1064),
        accepted("!", &[]),
        refused("?", 1064),
        accepted("-t", &[("t", None)]),
    ];
    use Kind::*;
    let expected =
        [Equal, Different, Unsupported, WrongReject, WrongAccept, Equal, Errno, Panic, Unsupported, Equal];
    assert_eq!(kinds(&mut subject, &steps), expected);
    assert_eq!(subject.tables, Texts::new());
}

#[test]
fn catalog_is_brought_back_in_step() {
    let mut subject = Script::default();
    let steps = [accepted("t=2, u=1", &[("t", Some("3"))]), accepted("x", &[("t", Some("3"))])];
    let verdicts = replay(&mut subject, &steps);
    assert_eq!(verdicts[0].reason, "t: server: 3 | ours: 2");
    // The table that the server does not have is named too, and removed.
    assert!(verdicts[0].details.contains("table u\n"), "{}", verdicts[0].details);
    assert_eq!(verdicts[1].kind, Kind::Equal);
    assert_eq!(subject.restored, ["t", "u"]);
    assert_eq!(subject.tables.keys().collect::<Vec<_>>(), ["t"]);
}

#[test]
fn change_that_the_server_did_not_show_is_different() {
    let mut subject = Script::default();
    let steps = [
        accepted("t=1, u=1", &[("t", Some("1")), ("u", Some("1"))]),
        accepted("t=2, u=2", &[("t", Some("2"))]),
        accepted("t=3, -u", &[("t", Some("3"))]),
        accepted("t=4", &[("t", Some("4"))]),
    ];
    assert_eq!(kinds(&mut subject, &steps), [Kind::Equal, Kind::Different, Kind::Different, Kind::Equal]);
    assert_eq!(subject.tables["u"], "1");
}

#[test]
fn refusal_with_the_same_number_may_have_changed_tables() {
    // MariaDB's DROP TABLE of several drops those that it knows, and the next step shows that.
    let mut subject = Script::default();
    let steps = [
        accepted("t=1", &[("t", Some("1"))]),
        refused("-t, 1051", 1051),
        accepted("u=1", &[("u", Some("1")), ("t", None)]),
    ];
    assert_eq!(kinds(&mut subject, &steps), [Kind::Equal, Kind::Equal, Kind::Equal]);
}

#[test]
fn table_that_cannot_be_restored_is_told_of() {
    let mut subject = Script { broken: true, ..Script::default() };
    let verdicts = replay(&mut subject, &[accepted("?", &[("t", Some("1"))])]);
    assert_eq!(verdicts[0].out_of_step.as_deref(), Some("t is too hard"));
}

#[test]
fn sides_are_judged_by_their_first_failure() {
    let make = |statements: &[&str]| Side {
        statements: statements.iter().map(|&sql| sql.to_owned()).collect(),
        show: [("t".to_owned(), "1".to_owned())].into(),
        programs: BTreeMap::new(),
    };
    let judge = |statements: &[&str]| side(&mut Script::default(), 2, &make(statements));
    assert_eq!(judge(&["t=1"]).kind, Kind::Equal);
    assert_eq!(judge(&["t=1"]).step, 2);
    assert_eq!(judge(&["t=2"]).kind, Kind::Different);
    assert_eq!(judge(&["t=1", "u=1"]).kind, Kind::Different);
    assert_eq!(judge(&[]).reason, "t: is not there");
    assert_eq!(judge(&["?", "1146"]).kind, Kind::Unsupported);
    assert_eq!(judge(&["1146", "?"]).kind, Kind::WrongReject);
    assert_eq!(judge(&["!"]).kind, Kind::Panic);
}

#[test]
fn programs_of_a_side_are_judged_but_for_the_time_of_creation() {
    let event = |starts: &str| {
        let text = format!("CREATE DEFINER=`a`@`b` EVENT `e` ON SCHEDULE EVERY 1 DAY{starts} DO SELECT 1");
        Some(text)
    };
    let judge = |ours: Option<String>, server: &str| {
        let side = Side {
            statements: Vec::new(),
            show: BTreeMap::new(),
            programs: [("event:e".to_owned(), event(server).unwrap())].into(),
        };
        super::side(&mut Script { program: ours, ..Script::default() }, 2, &side).kind
    };
    let made = " STARTS '2026-01-01 00:00:00'";
    assert_eq!(judge(event(""), made), Kind::Equal);
    assert_eq!(judge(event(made), made), Kind::Equal);
    assert_eq!(judge(event(" STARTS '2027-01-01 00:00:00'"), made), Kind::Different);
    assert_eq!(judge(event(made), ""), Kind::Different);
    assert_eq!(judge(None, made), Kind::Different);
}
