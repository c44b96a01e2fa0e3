//! Random schemas with rows on real servers: whatever becomes of a run, taking it back gives the first schema back, and a run that is done has led to what was wanted.

use terp_migrate::{Applied, MigrateError, Migrator, RollbackOptions};
use terp_plan::{PlanError, PlanOptions, plan};
use terp_schema_model::render;

use crate::common::{Random, random_schema};
use crate::support::*;

/// What became of the runs.
#[derive(Debug, Default)]
struct Counts {
    done: u32,
    stopped: u32,
    unsupported: u32,
}

#[tokio::test]
async fn there_and_back_on_servers() {
    let first = std::env::var("TERP_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u64);
    let count = std::env::var("TERP_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(12_u64);
    for server in servers() {
        let mut counts = Counts::default();
        for seed in first..first + count {
            case(&server, seed, &mut counts).await;
        }
        // Rows get in the way of some.
        assert!(count < 12 || u64::from(counts.done) * 3 > count, "{}: {counts:?}", server.flavor);
        assert!(u64::from(counts.unsupported) * 10 < count.max(20), "{}: {counts:?}", server.flavor);
    }
}

async fn case(server: &terp_testserver::SharedServer, seed: u64, counts: &mut Counts) {
    let mut random = Random::new(seed);
    let [before, after] = [(); 2].map(|()| random_schema(&mut random, server.flavor));
    let set = &before.character_set;
    let options = format!("CHARACTER SET {} COLLATE {}", set.charset, set.collation);
    let database = server.create_database_with(&options).unwrap();
    let mut connection = database.connect().unwrap();
    connection.execute("SET foreign_key_checks = 0, sql_mode = ''").unwrap();
    for table in &before.tables {
        connection.execute(render::create_table(table, server.flavor)).unwrap();
        // Two rows of defaults, as far as the table takes them; none in each other case, since rows get in the way of most.
        for id in if seed.is_multiple_of(2) { &[][..] } else { &[1, 2][..] } {
            let _ = connection.execute(format!("INSERT INTO `{}` (id) VALUES ({id})", table.name));
        }
    }
    let migrator = Migrator::new(connect(database.endpoint()), database.name(), crate::support::options());
    let current = migrator.current().await.unwrap();
    let name = format!("seed {seed} on {}", server.flavor);
    let options = PlanOptions { session: current.session.clone(), ..PlanOptions::new(current.flavor) };
    let plan = match plan(&current.schema, &after, &options) {
        Ok(plan) => plan,
        Err(PlanError::Unsupported { .. }) => {
            counts.unsupported += 1;
            return;
        }
        Err(error) => panic!("{name}: {error}"),
    };
    let run = match migrator.apply(&plan, &mut |_| {}).await {
        Ok(Applied { run: Some(run), .. }) => {
            counts.done += 1;
            let now = migrator.current().await.unwrap();
            let again = terp_plan::plan(&now.schema, &after, &options).unwrap();
            assert!(again.is_empty(), "{name}: {}", again.to_json());
            run
        }
        Ok(_) => return,
        // A refusal must be one of rows, never one of the schema, of ALGORITHM or of LOCK: those are known beforehand.
        Err(MigrateError::Step {
            run,
            source: terp_mysql::QueryError::Server { errno, message, .. },
            sql,
            ..
        }) => {
            let of_rows = [
                1062, 1138, 1264, 1265, 1292, 1366, 1406, 1411, 1451, 1452, 1525, 1048, 3819, 4025, 1644,
                3140, 3141, 1231, 1690, 3156, 1426, 1210, 3140, 4078, 1067,
            ];
            let script = render::create_schema(&current.schema, server.flavor);
            assert!(of_rows.contains(&errno), "{name}: {errno} {message}\n{sql}\nfrom\n{script}");
            counts.stopped += 1;
            run
        }
        Err(error) => panic!("{name}: {error}"),
    };
    let back = migrator.rollback(run, RollbackOptions { accept_loss: true }, &mut |_| {}).await;
    match back {
        Ok(_) => assert_eq!(migrator.current().await.unwrap().prints, current.prints, "{name}"),
        // Rows that the run made fit to its own types need not fit to the old ones, and then the server refuses.
        Err(MigrateError::Step {
            source: terp_mysql::QueryError::Server { errno, message, .. },
            sql,
            ..
        }) => {
            let of_rows = [1062, 1138, 1264, 1265, 1292, 1366, 1406, 1452, 3819, 4025];
            let now = migrator.current().await.unwrap();
            let script = render::create_schema(&now.schema, server.flavor);
            assert!(of_rows.contains(&errno), "{name}: back: {errno} {message}\n{sql}\nfrom\n{script}");
        }
        Err(error) => panic!("{name}: back: {error}"),
    }
}
