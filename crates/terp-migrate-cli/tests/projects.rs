//! The whole way on real servers with the projects of `fixtures`: plan, apply by stages, no difference, take it back, the first state.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use terp_check::{LoadedSource, Source, Target, load_source};
use terp_drift::Severity;
use terp_schema_model::{CharacterSet, render};
use terp_sql::Session;
use terp_sql::lexer::LexOptions;
use terp_sql::splitter::{SplitMode, split};
use terp_testserver::{SharedServer, TestDatabase};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn terp_migrate(database: &TestDatabase, arguments: &[&str]) -> Output {
    let url = format!("mysql://root@127.0.0.1:{}/{}", database.endpoint().port, database.name());
    let mut command = Command::new(env!("CARGO_BIN_EXE_terp-migrate"));
    // What the machine tells of its own databases is not meant.
    for name in ["DATABASE_URL", "DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME", "MYSQL_PWD"] {
        command.env_remove(name);
    }
    let empty = tempfile::tempdir().unwrap();
    command.env("HOME", empty.path()).current_dir(empty.path());
    command.args(arguments).args(["--database", &url]).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Makes a database of what a project's migrations build.
fn build(server: &SharedServer, loaded: &LoadedSource) -> TestDatabase {
    let CharacterSet { charset, collation } = &loaded.schema.character_set;
    let database =
        server.create_database_with(&format!("CHARACTER SET {charset} COLLATE {collation}")).unwrap();
    let script = render::create_schema(&loaded.schema, loaded.flavor);
    let mut connection = database.connect().unwrap();
    let options = LexOptions::new(loaded.flavor);
    for statement in split(&script, &options, SplitMode::Client).statements {
        let sql = statement.span.text(&script);
        connection.execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    database
}

fn is_known(loaded: &LoadedSource) -> bool {
    loaded.findings.iter().all(|finding| finding.severity != Severity::Error)
        && loaded.unchecked.is_empty()
        && loaded.unchecked_programs.is_empty()
}

fn shown(database: &TestDatabase) -> Vec<String> {
    let mut connection = database.connect().unwrap();
    let names = connection.table_names().unwrap();
    let own = names.iter().filter(|name| !name.starts_with("__terp_"));
    own.map(|name| connection.show_create_table(name).unwrap()).collect()
}

/// Goes the whole way with one project. Gives the number of steps; `None` where the project is not wholly known.
fn whole_way(server: &SharedServer, project: &Path) -> Option<usize> {
    let flavor = server.flavor;
    let target =
        Target { flavor, character_set: flavor.default_character_set(), session: Session::new(flavor) };
    let load = |source: Source| load_source(&source, target.clone(), &Default::default());
    let migrations = load(Source::Migrations(project.to_owned())).ok().filter(is_known)?;
    let database = build(server, &migrations);
    let before = shown(&database);
    let source = format!("drizzle:{}", project.display());
    let declared = load(Source::Drizzle(project.to_owned())).ok().filter(is_known);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.json");
    let file = file.to_str().unwrap();
    let planned = terp_migrate(&database, &["plan", "--to", &source, "--out", file]);
    if declared.is_none() {
        assert_eq!(code(&planned), 2, "{}", said(&planned));
        assert_eq!(shown(&database), before);
        return None;
    }
    assert!(matches!(code(&planned), 0 | 1), "{}: {}", project.display(), said(&planned));
    let plan = terp_plan::Plan::from_json(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(code(&planned), i32::from(!plan.is_empty()));

    let dry = terp_migrate(&database, &["apply", "--plan", file, "--dry-run"]);
    assert_eq!(code(&dry), 0, "{}", said(&dry));
    let refused = terp_migrate(&database, &["apply", "--plan", file]);
    assert_eq!(code(&refused), if plan.is_empty() { 0 } else { 4 }, "{}", said(&refused));
    assert_eq!(shown(&database), before, "a dry run and a refused one change nothing");

    let mut runs = 0;
    for stage in ["1", "2", "3"] {
        let applied = terp_migrate(&database, &["apply", "--plan", file, "--stage", stage, "--yes"]);
        assert_eq!(code(&applied), 0, "{}: {}", project.display(), said(&applied));
        runs += usize::from(plan.steps.iter().any(|step| step.stage.number().to_string() == stage));
    }
    let again = terp_migrate(&database, &["plan", "--to", &source]);
    assert_eq!(code(&again), 0, "{}: {}", project.display(), said(&again));

    if runs > 0 {
        let back = terp_migrate(&database, &["rollback", "--to-run", "1", "--yes"]);
        assert_eq!(code(&back), 0, "{}: {}", project.display(), said(&back));
        let resumed = terp_migrate(&database, &["resume", "--yes"]);
        assert_eq!(code(&resumed), 0, "{}", said(&resumed));
    }
    let replanned = terp_migrate(&database, &["plan", "--to", &source, "--format", "json"]);
    let replanned = terp_plan::Plan::from_json(&String::from_utf8_lossy(&replanned.stdout)).unwrap();
    assert_eq!(replanned.before, plan.before, "{}: back at the first state", project.display());
    Some(plan.steps.len())
}

#[test]
fn every_project_goes_there_and_back() {
    let mut projects: Vec<PathBuf> =
        fs::read_dir(fixtures().join("drift")).unwrap().map(|entry| entry.unwrap().path()).collect();
    projects.retain(|path| path.is_dir());
    projects.sort();
    let (mut known, mut steps) = (0, 0);
    for server in terp_testserver::shared_all().unwrap() {
        for project in &projects {
            if let Some(count) = whole_way(&server, project) {
                known += 1;
                steps += count;
            }
        }
    }
    // Of some forty projects on three servers most are wholly known, and some twenty differ.
    assert!(known > 60 && steps > 40, "{known} known, {steps} steps");
}

#[test]
fn the_large_project_goes_there_and_back() {
    for server in terp_testserver::shared_all().unwrap() {
        assert!(whole_way(&server, &fixtures().join("terp")).is_some());
    }
}
