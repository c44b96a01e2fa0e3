//! What holds for any two schemas: there is a plan, its steps lead from one to the other, and each can be taken back.
//!
//! A plan is executed on the engine while it is made, forwards and backwards; here it is done again from outside, so that a fault of the
//! planner's own checks shows too.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod common;

use common::{Random, random_schema};
use terp_drift::{ChangeClass, DiffOptions, diff};
use terp_plan::{Plan, PlanError, PlanOptions, Reversibility, plan};
use terp_schema_model::{Flavor, Schema, render};
use terp_sql::Catalog;

const FLAVORS: [Flavor; 3] = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11];

fn catalog(schema: &Schema, flavor: Flavor) -> Catalog {
    let mut catalog = Catalog::new(flavor);
    catalog.create_database("d", schema.character_set.clone());
    catalog.use_database("d");
    catalog.ignore_key_order();
    catalog.session_mut().foreign_key_checks = false;
    for table in &schema.tables {
        catalog.execute_text(&render::create_table(table, flavor)).unwrap();
    }
    catalog.session_mut().foreign_key_checks = true;
    catalog
}

fn differences(left: &Schema, right: &Schema, flavor: Flavor) -> Vec<String> {
    let changes = diff(left, right, flavor, &DiffOptions::default());
    let real = changes.iter().filter(|change| change.class != ChangeClass::Cosmetic);
    real.map(|change| format!("{} ({})", change.path, change.kind)).collect()
}

/// A statement without its clause: the engine does not know of each change how InnoDB makes it, and a live test does.
fn bare(sql: &str) -> String {
    let Some((head, tail)) = sql.split_once(" ALGORITHM=") else { return sql.to_owned() };
    let word = |text: &str| text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let rest = &tail[word(tail)..];
    let rest = rest.strip_prefix(", LOCK=").map_or(rest, |rest| &rest[word(rest)..]);
    format!("{head}{}", rest.strip_prefix(',').unwrap_or(rest))
}

fn shown(plan: &Plan) -> String {
    plan.steps.iter().map(|step| format!("{}\n    back: {:?}\n", step.sql, step.inverse.sql)).collect()
}

#[test]
fn there_and_back() {
    let first = std::env::var("TERP_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u64);
    let count: usize = std::env::var("TERP_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(200);
    let (mut steps, mut without_inverse, mut unsupported) = (0, Vec::new(), Vec::new());
    for seed in first..first + count as u64 {
        for flavor in FLAVORS {
            let mut random = Random::new(seed);
            let (current, desired) = (random_schema(&mut random, flavor), random_schema(&mut random, flavor));
            let plan = match plan(&current, &desired, &PlanOptions::new(flavor)) {
                Ok(plan) => plan,
                // The engine says so itself, and nothing is claimed.
                Err(PlanError::Unsupported { construct, .. }) => {
                    unsupported.push(construct);
                    continue;
                }
                Err(error) => panic!("seed {seed} on {flavor}: {error}"),
            };
            let mut catalog = catalog(&current, flavor);
            for step in &plan.steps {
                catalog
                    .execute_text(&bare(&step.sql))
                    .unwrap_or_else(|error| panic!("seed {seed} on {flavor}: {}: {error}", step.sql));
            }
            let reached = catalog.schema("d").unwrap();
            let left = differences(&desired, &reached, flavor);
            assert!(left.is_empty(), "seed {seed} on {flavor}: {left:?}\n{}", shown(&plan));
            steps += plan.steps.len();
            if let Some(step) = plan.steps.iter().find(|step| step.inverse.sql.is_none()) {
                assert_eq!(step.inverse.reversibility, Reversibility::Irreversible);
                without_inverse
                    .push(format!("seed {seed} on {flavor}: {}: {}", step.sql, step.inverse.because));
                continue;
            }
            for step in plan.steps.iter().rev() {
                let sql = step.inverse.sql.as_deref().unwrap();
                catalog
                    .execute_text(&bare(sql))
                    .unwrap_or_else(|error| panic!("seed {seed} on {flavor}: back: {sql}: {error}"));
            }
            let left = differences(&current, &catalog.schema("d").unwrap(), flavor);
            assert!(left.is_empty(), "seed {seed} on {flavor}: back: {left:?}\n{}", shown(&plan));
        }
    }
    assert!(steps > count * 5, "{steps}");
    let plans = count * FLAVORS.len();
    assert!(unsupported.len() * 100 < plans, "{unsupported:#?}");
    assert!(without_inverse.is_empty(), "{} of {steps}: {without_inverse:#?}", without_inverse.len());
}

#[test]
fn a_schema_against_itself_is_no_plan() {
    for seed in 1..100 {
        for flavor in FLAVORS {
            let schema = random_schema(&mut Random::new(seed), flavor);
            let plan = plan(&schema, &schema, &PlanOptions::new(flavor)).unwrap();
            assert!(plan.is_empty(), "{}", shown(&plan));
            assert_eq!(plan.before, plan.after);
        }
    }
}
