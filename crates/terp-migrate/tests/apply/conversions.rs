//! What a plan says of values when a column's type changes, held against servers: where it says that nothing is lost, every value comes back as it was.

use terp_plan::{APPLY_SQL_MODE, PlanError, PlanOptions, Reversibility, apply_session, plan};
use terp_schema_model::{Flavor, Schema};
use terp_sql::{Catalog, Session};

use crate::support::*;

/// Types, each with values that are at its limits or have something that others don't hold.
const TYPES: [(&str, &[&str]); 26] = [
    ("tinyint", &["-128", "127", "0"]),
    ("tinyint unsigned", &["255", "0"]),
    ("int", &["-2147483648", "2147483647", "12"]),
    ("int unsigned", &["4294967295"]),
    ("bigint", &["9007199254740993", "-1"]),
    ("decimal(6,2)", &["1234.56", "-9999.99", "0.50"]),
    ("decimal(8,4)", &["1234.5678", "1.0000"]),
    ("float", &["0.1", "16777217"]),
    ("double", &["0.1", "1e300"]),
    ("char(4)", &["'abcd'", "'a'", "''"]),
    ("varchar(4)", &["'abcd'", "'a  '", "' b'"]),
    ("varchar(300)", &["REPEAT('x', 300)", "'abcde'", "'abcd  '", "'é'"]),
    ("varchar(4) CHARACTER SET latin1", &["'é'", "'a'"]),
    ("tinytext", &["'abcd'", "REPEAT('é', 120)"]),
    ("text", &["REPEAT('y', 400)", "'a '"]),
    ("binary(3)", &["'ab'", "0x610000"]),
    ("varbinary(4)", &["'ab'", "0x6100"]),
    ("blob", &["0x00FF", "'abcdef'"]),
    ("enum('a','b')", &["'a'", "'b'"]),
    ("enum('b','a','c')", &["'b'", "'c'"]),
    ("set('x','y')", &["'x,y'", "''"]),
    ("date", &["'2024-02-29'"]),
    ("datetime", &["'2024-02-29 23:59:59'", "'9999-12-31 00:00:00'"]),
    ("datetime(3)", &["'2024-02-29 23:59:59.999'", "'2024-02-29 00:00:00.000'"]),
    ("time(2)", &["'-838:59:59.00'", "'10:11:12.13'"]),
    ("bit(5)", &["b'10101'"]),
];

fn schema(ty: &str, flavor: Flavor) -> Schema {
    let mut catalog = Catalog::new(flavor);
    catalog.create_database("d", flavor.default_character_set());
    catalog.use_database("d");
    catalog.execute_text(&format!("CREATE TABLE t (id int NOT NULL PRIMARY KEY, c {ty})")).unwrap();
    catalog.schema("d").unwrap()
}

#[test]
fn what_is_said_to_be_kept_is_kept() {
    for server in servers() {
        let flavor = server.flavor;
        let set = flavor.default_character_set();
        let options = format!("CHARACTER SET {} COLLATE {}", set.charset, set.collation);
        let database = server.create_database_with(&options).unwrap();
        let mut connection = database.connect().unwrap();
        connection.execute(format!("SET NAMES utf8mb4, sql_mode = '{APPLY_SQL_MODE}'")).unwrap();
        let (mut kept, mut warned, mut refused, mut wrong) = (0, 0, 0, Vec::new());
        for (from, values) in TYPES {
            for (to, _) in TYPES.iter().filter(|(to, _)| *to != from) {
                let plan_options =
                    PlanOptions { session: apply_session(&Session::new(flavor)), ..PlanOptions::new(flavor) };
                let plan = match plan(&schema(from, flavor), &schema(to, flavor), &plan_options) {
                    Ok(plan) => plan,
                    Err(PlanError::Refused { .. } | PlanError::Unsupported { .. }) => continue,
                    Err(error) => panic!("{from} to {to}: {error}"),
                };
                for value in values {
                    connection.execute("DROP TABLE IF EXISTS t").unwrap();
                    connection
                        .execute(format!("CREATE TABLE t (id int NOT NULL PRIMARY KEY, c {from})"))
                        .unwrap();
                    connection.execute(format!("INSERT INTO t VALUES (1, {value})")).unwrap();
                    let read = "SELECT id, HEX(c), c FROM t";
                    let before = connection.query_bytes(read).unwrap();
                    let name = format!("{flavor}: {value} as {from} to {to}");
                    let mut is_lost = false;
                    let mut stopped = false;
                    for step in &plan.steps {
                        for loss in &step.losses {
                            let probe = loss.probe.as_deref();
                            is_lost |= probe.is_none_or(|sql| {
                                !connection
                                    .query_rows(sql)
                                    .unwrap_or_else(|e| panic!("{name}: {sql}: {e}"))
                                    .is_empty()
                            });
                        }
                        if let Err(error) = connection.execute(&step.sql) {
                            assert!(
                                !matches!(error.errno, 1845 | 1846 | 1221),
                                "{name}: {}: {error}",
                                step.sql
                            );
                            stopped = true;
                            break;
                        }
                    }
                    if stopped {
                        refused += 1;
                        assert_eq!(connection.query_bytes(read).unwrap(), before, "{name}");
                        continue;
                    }
                    let mut back = Ok(());
                    for step in plan.steps.iter().rev() {
                        let sql = step.inverse.sql.as_deref().unwrap_or_else(|| panic!("{name}: no inverse"));
                        back = back.and_then(|()| connection.execute(sql));
                        if back.is_err() && step.inverse.reversibility == Reversibility::Lossless {
                            wrong.push(format!("{name}: lossless, and refused: {sql}"));
                        }
                    }
                    let same = back.is_ok() && connection.query_bytes(read).unwrap() == before;
                    match (same, is_lost) {
                        (true, false) => kept += 1,
                        (_, true) => warned += 1,
                        (false, false) => {
                            let after = connection.query_bytes(read).unwrap();
                            wrong.push(format!("{name}: {before:?} came back as {after:?} ({back:?})"));
                        }
                    }
                }
            }
        }
        assert!(
            wrong.is_empty(),
            "{} wrong, {kept} kept, {warned} warned, {refused} refused:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        assert!(
            kept > 100 && warned > 100 && refused > 100,
            "{kept} kept, {warned} warned, {refused} refused"
        );
    }
}
