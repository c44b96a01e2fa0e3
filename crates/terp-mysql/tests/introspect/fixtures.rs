//! Every case of `fixtures/ddl/ok`, and the migrations of `fixtures/terp`: what the server makes of them is read back as the engine made it.

use std::fs;
use std::path::{Path, PathBuf};

use terp_drift::{DiffOptions, diff};
use terp_mysql::Introspection;
use terp_schema_model::Flavor;
use terp_sql::Catalog;
use terp_sql::lexer::LexOptions;
use terp_sql::splitter::{SplitMode, split};
use terp_testserver::TestDatabase;

use crate::support;

#[tokio::test]
async fn every_accepted_case_is_read_back() {
    let mut complaints = Vec::new();
    for server in support::servers() {
        let mut ran = 0;
        for path in cases() {
            let source = fs::read_to_string(&path).unwrap();
            let vendor = server.flavor.vendor.as_str();
            let header = |name: &str| {
                source.lines().map_while(|line| line.strip_prefix("-- ")).any(|line| line.starts_with(name))
            };
            let only_other = source
                .lines()
                .map_while(|line| line.strip_prefix("-- "))
                .any(|line| line.strip_prefix("servers: ").is_some_and(|only| only.trim() != vendor));
            if only_other || header("engine:") || header(&format!("engine {vendor}:")) {
                continue;
            }
            ran += 1;
            let mut database = server.create_database_with("CHARACTER SET utf8mb4").unwrap();
            let engine = run(&mut database, &source, SplitMode::Server);
            let found = support::introspected(&database).await;
            complaints.extend(
                differences(&database, &engine, &found)
                    .map(|text| format!("{} {}: {text}", server.flavor, path.display())),
            );
        }
        assert!(ran > 50, "{ran} cases on {}", server.flavor);
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[tokio::test]
async fn terps_own_migrations_are_read_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/terp/drizzle");
    let journal = fs::read_to_string(folder.join("meta/_journal.json")).unwrap();
    let tags =
        journal.lines().filter_map(|line| line.trim().strip_prefix("\"tag\": \"")?.strip_suffix("\","));
    let source: String = tags
        .map(|tag| {
            fs::read_to_string(folder.join(format!("{tag}.sql"))).unwrap() + "\n--> statement-breakpoint\n"
        })
        .collect();
    for server in support::servers() {
        let mut database = server.create_database_with("CHARACTER SET utf8mb4").unwrap();
        let engine = run(&mut database, &source, SplitMode::Drizzle);
        let found = support::introspected(&database).await;
        assert!(found.schema.tables.len() > 100);
        assert_eq!(differences(&database, &engine, &found), None, "{}", server.flavor);
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/ddl/ok");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|end| end == "sql"));
    cases.sort();
    cases
}

/// Runs a script on the server and on the engine.
fn run(server: &mut TestDatabase, source: &str, mode: SplitMode) -> Catalog {
    let flavor: Flavor = server.endpoint().flavor;
    let mut engine = Catalog::new(flavor);
    engine.create_database(server.name(), flavor.default_character_set());
    engine.use_database(server.name());
    let mut rest = source;
    loop {
        let sql_mode = engine.session().sql_mode;
        let options = LexOptions {
            flavor,
            ansi_quotes: sql_mode.ansi_quotes,
            no_backslash_escapes: sql_mode.no_backslash_escapes,
        };
        let Some(&first) = split(rest, &options, mode).statements.first() else { break };
        let sql = first.span.text(rest);
        rest = &rest[first.span.end as usize..];
        server.execute(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
        engine.execute_text(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }
    engine
}

fn differences(database: &TestDatabase, engine: &Catalog, found: &Introspection) -> Option<String> {
    let ours = engine.schema(database.name()).unwrap();
    let mut text = String::new();
    for unknown in &found.unknown {
        text += &format!("\n  {unknown}");
    }
    for missing in &found.missing_privileges {
        text += &format!("\n  {}", missing.sql);
    }
    for change in diff(&ours, &found.schema, found.flavor, &DiffOptions::default()) {
        text += &format!("\n  {change:?}");
    }
    let names = |schema: &terp_schema_model::Schema| {
        schema.tables.iter().map(|table| table.name.clone()).collect::<Vec<_>>()
    };
    if names(&ours) != names(&found.schema) {
        text += &format!("\n  {:?} against {:?}", names(&ours), names(&found.schema));
    }
    (!text.is_empty()).then_some(text)
}
