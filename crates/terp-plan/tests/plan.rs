//! Plans of small schemas: what is run, in which order, and how it is taken back.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use terp_plan::{Plan, PlanOptions, plan};
use terp_schema_model::{Flavor, Schema};
use terp_sql::Catalog;

const FLAVORS: [Flavor; 3] = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11];

fn schema(sql: &str, flavor: Flavor) -> Schema {
    let mut catalog = Catalog::new(flavor);
    catalog.create_database("d", flavor.default_character_set());
    catalog.use_database("d");
    for statement in sql.split(";\n").filter(|statement| !statement.trim().is_empty()) {
        catalog.execute_text(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    catalog.schema("d").unwrap()
}

fn text(plan: &Plan) -> String {
    let mut out = String::new();
    for step in &plan.steps {
        writeln!(out, "{}. stage {} {}: {}", step.number, step.stage.number(), step.object, step.sql)
            .unwrap();
        let back = step.inverse.sql.as_deref().unwrap_or("-");
        writeln!(out, "   back ({}): {back}", step.inverse.reversibility.as_str()).unwrap();
        if !step.inverse.because.is_empty() {
            writeln!(out, "   {}", step.inverse.because).unwrap();
        }
        for risk in &step.risks {
            writeln!(out, "   risk: {risk}").unwrap();
        }
    }
    out
}

#[test]
fn plans() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut shown = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let sql = fs::read_to_string(&file).unwrap();
        let (before, after) = sql.strip_prefix("-- before\n").unwrap().split_once("-- after\n").unwrap();
        for flavor in FLAVORS {
            let (current, desired) = (schema(before, flavor), schema(after, flavor));
            let plan = plan(&current, &desired, &PlanOptions::new(flavor))
                .unwrap_or_else(|error| panic!("{name} on {flavor}: {error}"));
            let flavor_name = flavor.to_string().replace([':', '.'], "_");
            shown.push((format!("{name}_{flavor_name}"), text(&plan)));
        }
    }
    for (name, text) in shown {
        insta::assert_snapshot!(name, text);
    }
}
