//! Runners and servers that go away: afterwards a resume always ends in the state of an uninterrupted run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use terp_migrate::{Migrator, RollbackOptions};
use terp_mysql::{Address, ConnectOptions};
use terp_plan::{Fingerprints, Plan};
use terp_testserver::{Options, Proxy, Server, SharedServer, Wire};

use crate::support::*;

const BEFORE: &str = "
CREATE TABLE a (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(20) NOT NULL, gone int, at datetime);
CREATE TABLE b (id int NOT NULL PRIMARY KEY, a_id int NOT NULL, CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id));
INSERT INTO a (name) VALUES ('x'), ('y'), ('z');
INSERT INTO b VALUES (1, 1), (2, 2);
CREATE VIEW v AS SELECT id, name FROM a;
CREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW SET NEW.id = NEW.id + 0";

const AFTER: &str = "
CREATE TABLE a (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, name varchar(40) NOT NULL, at datetime, more int NOT NULL DEFAULT 3, UNIQUE KEY names (name), KEY at (at));
CREATE TABLE b (id int NOT NULL PRIMARY KEY, a_id bigint NOT NULL, CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id));
CREATE TABLE c (id int NOT NULL PRIMARY KEY, b_id int, CONSTRAINT c_b FOREIGN KEY (b_id) REFERENCES b (id));
CREATE VIEW v AS SELECT id, name, more FROM a;
CREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW SET NEW.id = NEW.id + 1";

/// What an uninterrupted run leaves, and how long it takes.
struct Whole {
    plan: Plan,
    first: Fingerprints,
    last: Fingerprints,
    rows: Vec<(String, String, String)>,
    took: Duration,
}

async fn whole(server: &SharedServer) -> Whole {
    let database = database(server, BEFORE);
    let migrator = migrator(&database);
    let current = migrator.current().await.unwrap();
    let plan = plan_to(&current, AFTER);
    let begun = Instant::now();
    migrator.apply(&plan, &mut |_| {}).await.unwrap();
    let took = begun.elapsed();
    let last = migrator.current().await.unwrap().prints;
    Whole { plan, first: current.prints, last, rows: content(&database), took }
}

/// Resumes until there is nothing left.
async fn resume(migrator: &Migrator) {
    migrator.resume(&mut |_| {}).await.unwrap();
    assert_eq!(migrator.resume(&mut |_| {}).await.unwrap().run, None, "resuming again changes nothing");
}

#[tokio::test]
async fn a_runner_that_goes_at_any_time() {
    const KILLS: u32 = 12;
    for server in servers() {
        let whole = whole(&server).await;
        for kill in 0..KILLS {
            let database = database(&server, BEFORE);
            let migrator = migrator(&database);
            let at = whole.took * kill / KILLS;
            // The future is dropped wherever it stands, and its connections with it.
            let _ = tokio::time::timeout(at, migrator.apply(&whole.plan, &mut |_| {})).await;
            resume(&migrator).await;
            // Killed before the run was written down, nothing was done.
            migrator.apply(&whole.plan, &mut |_| {}).await.unwrap();
            assert_eq!(migrator.current().await.unwrap().prints, whole.last, "killed after {at:?}");
            assert_eq!(content(&database), whole.rows);
        }
    }
}

#[tokio::test]
async fn a_rollback_that_goes_at_any_time() {
    const KILLS: u32 = 8;
    for server in servers() {
        let whole = whole(&server).await;
        for kill in 0..KILLS {
            let database = database(&server, BEFORE);
            let migrator = migrator(&database);
            let run = migrator.apply(&whole.plan, &mut |_| {}).await.unwrap().run.unwrap();
            let at = whole.took * kill / KILLS;
            let mut quiet = |_: terp_migrate::Event<'_>| {};
            let back = migrator.rollback(run, RollbackOptions::default(), &mut quiet);
            // The number of runs is the same whenever it goes: what was begun is brought to its end, or begun again.
            if tokio::time::timeout(at, back).await.is_err() {
                resume(&migrator).await;
            }
            let _ = migrator.rollback(run, RollbackOptions::default(), &mut |_| {}).await;
            assert_eq!(migrator.current().await.unwrap().prints, whole.first, "killed after {at:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_never_comes() {
    for server in servers() {
        let whole = whole(&server).await;
        // A run's answers are some thousands of bytes, those of the readings before it aside.
        for cut in (0..12).map(|n| 700 + n * 1900) {
            let database = database(&server, BEFORE);
            let wire = Wire { breaks_after: Some(cut), breaks: 1, ..Wire::default() };
            let proxy = Proxy::start(database.endpoint().port, wire).unwrap();
            let migrator = Migrator::new(at_port(proxy.port()), database.name(), options());
            // Before a run is written down a lost connection is an error, and nothing was done.
            if migrator.apply(&whole.plan, &mut |_| {}).await.is_err() {
                resume(&migrator).await;
                migrator.apply(&whole.plan, &mut |_| {}).await.unwrap();
            }
            assert_eq!(migrator.current().await.unwrap().prints, whole.last, "cut after {cut} bytes");
            assert_eq!(content(&database), whole.rows);
        }
    }
}

#[tokio::test]
async fn a_server_that_is_killed() {
    const KILLS: u32 = 4;
    for installation in terp_testserver::find().unwrap() {
        if !terp_testserver::KNOWN.iter().any(|known| {
            (known.vendor, known.version.major)
                == (installation.flavor.vendor, installation.flavor.version.major)
        }) {
            continue;
        }
        let mut server =
            Server::start(&installation, Options { durable: true, ..Options::default() }).unwrap();
        let endpoint = server.endpoint().clone();
        for kill in 0..KILLS {
            let database = endpoint.create_database().unwrap();
            run(&database, BEFORE);
            let name = database.name().to_owned();
            // Its port is another one after each start.
            let address = Address::Socket(endpoint.socket.clone());
            let connect = ConnectOptions { address, attempts: 60, ..at_port(0) };
            let migrator = Migrator::new(connect, &name, options());
            let current = migrator.current().await.unwrap();
            let plan = plan_to(&current, AFTER);
            let done = Arc::new(AtomicBool::new(false));
            let task = {
                let (migrator, plan, done) = (migrator.clone(), plan.clone(), Arc::clone(&done));
                tokio::spawn(async move {
                    let result = migrator.apply(&plan, &mut |_| {}).await;
                    done.store(true, Ordering::Relaxed);
                    result
                })
            };
            tokio::time::sleep(Duration::from_millis(60 + 90 * u64::from(kill))).await;
            server.kill().unwrap();
            server.restart().unwrap();
            // A run that was begun takes itself up again; one that was not is begun now.
            if task.await.unwrap().is_err() {
                resume(&migrator).await;
                migrator.apply(&plan, &mut |_| {}).await.unwrap();
            }
            let now = migrator.current().await.unwrap();
            assert!(plan_to(&now, AFTER).is_empty(), "{}", installation.flavor);
            let mut connection = endpoint.connect_to(&name).unwrap();
            assert_eq!(connection.query_value("SELECT COUNT(*) FROM a").unwrap().as_deref(), Some("3"));
            assert_eq!(connection.query_value("SELECT COUNT(*) FROM b").unwrap().as_deref(), Some("2"));
            // The server that made it is gone; this one drops it.
            drop(database);
        }
    }
}
