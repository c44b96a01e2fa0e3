//! Without accidents.

use std::time::Duration;

use terp_migrate::{MigrateError, MigrateErrorKind, RollbackOptions, RunState, StepState};
use terp_plan::Stage;

use crate::support::*;

const BEFORE: &str = "
CREATE TABLE parent (id int NOT NULL PRIMARY KEY, name varchar(20) NOT NULL, note varchar(40));
CREATE TABLE child (id int NOT NULL PRIMARY KEY, parent_id int NOT NULL, CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id));
INSERT INTO parent VALUES (1, 'a', 'x'), (2, 'b', 'y');
INSERT INTO child VALUES (1, 1), (2, 2);
CREATE VIEW names AS SELECT id, name FROM parent;
CREATE TRIGGER t BEFORE INSERT ON child FOR EACH ROW SET NEW.id = NEW.id + 0;
CREATE PROCEDURE p() SELECT 1";

const AFTER: &str = "
CREATE TABLE parent (id bigint NOT NULL PRIMARY KEY, name varchar(60) NOT NULL, note varchar(40), extra int NOT NULL DEFAULT 7, UNIQUE KEY by_name (name));
CREATE TABLE child (id int NOT NULL PRIMARY KEY, parent_id bigint NOT NULL, CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE CASCADE, CONSTRAINT positive CHECK (id > 0));
CREATE TABLE added (id int NOT NULL PRIMARY KEY, child_id int, CONSTRAINT added_child FOREIGN KEY (child_id) REFERENCES child (id));
CREATE VIEW names AS SELECT id, name, extra FROM parent;
CREATE TRIGGER t BEFORE INSERT ON child FOR EACH ROW SET NEW.id = NEW.id + 1;
CREATE PROCEDURE p() SELECT 2";

#[tokio::test]
async fn there_and_back() {
    for server in servers() {
        let database = database(&server, BEFORE);
        let before = content(&database);
        let migrator = migrator(&database);
        let first = migrator.current().await.unwrap();
        let plan = plan_to(&first, AFTER);
        let mut words = Vec::new();
        let applied = migrator.apply(&plan, &mut |event| words.push(word(&event))).await.unwrap();
        assert_eq!(applied.steps, plan.steps.len(), "{words:?}");
        assert!(!applied.changed_meanwhile);
        assert_eq!(words.first().unwrap(), &format!("run 0/{}", plan.steps.len()));
        assert_eq!(words.last().unwrap(), "finished");
        let now = migrator.current().await.unwrap();
        assert!(plan_to(&now, AFTER).is_empty());

        // Again, there is nothing to do.
        let again = migrator.apply(&plan, &mut |_| {}).await.unwrap();
        assert_eq!((again.run, again.steps), (None, 0));
        assert_eq!(migrator.resume(&mut |_| {}).await.unwrap().run, None);

        let run = applied.run.unwrap();
        let back = migrator.rollback(run, RollbackOptions::default(), &mut |_| {}).await.unwrap();
        assert_eq!(back.steps, plan.steps.len());
        assert_eq!(migrator.current().await.unwrap().prints, first.prints);
        let with_rows = |content: &[(String, String, String)]| -> Vec<(String, String)> {
            content.iter().filter(|c| c.0 != "names").map(|c| (c.0.clone(), c.2.clone())).collect()
        };
        assert_eq!(with_rows(&content(&database)), with_rows(&before));

        let history = migrator.history().await.unwrap();
        let states: Vec<_> = history.iter().map(|run| (run.run, run.state)).collect();
        assert_eq!(states, [(run, RunState::RolledBack), (back.run.unwrap(), RunState::Done)]);
        assert!(history[0].steps.iter().all(|step| step.state == StepState::Applied));
        assert_eq!(history[1].of_run, Some(run));
        // Once is enough.
        let error = migrator.rollback(run, RollbackOptions::default(), &mut |_| {}).await.unwrap_err();
        assert!(matches!(error, MigrateError::NoRun(_)), "{error}");
    }
}

#[tokio::test]
async fn stage_by_stage() {
    for server in servers() {
        let database = database(&server, BEFORE);
        let mut migrator = migrator(&database);
        let plan = plan_to(&migrator.current().await.unwrap(), AFTER);
        for stage in Stage::ALL {
            migrator = terp_migrate::Migrator::new(
                connect(database.endpoint()),
                database.name(),
                terp_migrate::ApplyOptions { up_to: Some(stage), ..options() },
            );
            let applied = migrator.apply(&plan, &mut |_| {}).await.unwrap();
            let expected = plan.steps.iter().filter(|step| step.stage == stage).count();
            assert_eq!(applied.steps, expected, "{stage:?}");
        }
        assert!(plan_to(&migrator.current().await.unwrap(), AFTER).is_empty());
    }
}

#[tokio::test]
async fn a_plan_for_another_state_is_refused() {
    for server in servers() {
        let database = database(&server, BEFORE);
        let migrator = migrator(&database);
        let plan = plan_to(&migrator.current().await.unwrap(), AFTER);
        run(&database, "ALTER TABLE parent ADD other int");
        let error = migrator.apply(&plan, &mut |_| {}).await.unwrap_err();
        assert_eq!(error.kind(), MigrateErrorKind::Refused);
        assert!(error.to_string().contains("table parent"), "{error}");
        assert!(!content(&database).iter().any(|(name, ..)| name == "added"));
    }
}

#[tokio::test]
async fn a_refused_step_stops_the_run_and_can_be_resumed() {
    for server in servers() {
        let database = database(&server, BEFORE);
        run(&database, "INSERT INTO parent VALUES (3, 'a', 'z')");
        let migrator = migrator(&database);
        let first = migrator.current().await.unwrap();
        let plan = plan_to(&first, AFTER);
        let error = migrator.apply(&plan, &mut |_| {}).await.unwrap_err();
        let MigrateError::Step { run: id, .. } = &error else { panic!("{error}") };
        assert_eq!(error.kind(), MigrateErrorKind::Stopped);
        assert!(error.to_string().contains("1062"), "{error}");
        // It stops again, at the same place.
        let again = migrator.resume(&mut |_| {}).await.unwrap_err();
        assert_eq!(again.to_string(), error.to_string());
        // No other run may begin meanwhile.
        let other = migrator.apply(&plan, &mut |_| {}).await.unwrap_err();
        assert!(matches!(other, MigrateError::Unfinished(run) if run == *id), "{other}");
        run(&database, "UPDATE parent SET name = 'c' WHERE id = 3");
        let applied = migrator.resume(&mut |_| {}).await.unwrap();
        assert_eq!(applied.run, Some(*id));
        assert!(plan_to(&migrator.current().await.unwrap(), AFTER).is_empty());
    }
}

#[tokio::test]
async fn a_stopped_run_is_taken_back() {
    for server in servers() {
        let database = database(&server, BEFORE);
        run(&database, "INSERT INTO parent VALUES (3, 'a', 'z')");
        let migrator = migrator(&database);
        let first = migrator.current().await.unwrap();
        let plan = plan_to(&first, AFTER);
        let error = migrator.apply(&plan, &mut |_| {}).await.unwrap_err();
        let run = error.run().unwrap();
        migrator.rollback(run, RollbackOptions::default(), &mut |_| {}).await.unwrap();
        assert_eq!(migrator.current().await.unwrap().prints, first.prints);
        assert_eq!(migrator.history().await.unwrap()[0].state, RunState::RolledBack);
        assert_eq!(migrator.resume(&mut |_| {}).await.unwrap().run, None);
    }
}

#[tokio::test]
async fn what_would_be_lost_is_not_taken_back() {
    for server in servers() {
        let database = database(&server, BEFORE);
        let migrator = migrator(&database);
        let first = migrator.current().await.unwrap();
        let plan = plan_to(&first, AFTER);
        let id = migrator.apply(&plan, &mut |_| {}).await.unwrap().run.unwrap();
        run(&database, "UPDATE parent SET extra = 8 WHERE id = 1");
        let error = migrator.rollback(id, RollbackOptions::default(), &mut |_| {}).await.unwrap_err();
        assert!(matches!(error, MigrateError::Irreversible { .. }), "{error}");
        assert!(error.to_string().contains("parent.extra"), "{error}");
        let accept = RollbackOptions { accept_loss: true };
        migrator.rollback(id, accept, &mut |_| {}).await.unwrap();
        assert_eq!(migrator.current().await.unwrap().prints, first.prints);
        let audit =
            database.connect().unwrap().query_rows("SELECT action, previous FROM __terp_audit").unwrap();
        assert_eq!(audit, [[Some("rollback with loss".to_owned()), Some("0".repeat(64))]]);
    }
}

#[tokio::test]
async fn a_dropped_column_comes_back_only_if_it_was_empty() {
    let after = "CREATE TABLE a (id int NOT NULL PRIMARY KEY)";
    for server in servers() {
        for (value, lost) in [("NULL", false), ("5", true)] {
            let database = database(
                &server,
                &format!(
                    "CREATE TABLE a (id int NOT NULL PRIMARY KEY, b int);\nINSERT INTO a VALUES (1, {value})"
                ),
            );
            let migrator = migrator(&database);
            let first = migrator.current().await.unwrap();
            let id = migrator.apply(&plan_to(&first, after), &mut |_| {}).await.unwrap().run.unwrap();
            let back = migrator.rollback(id, RollbackOptions::default(), &mut |_| {}).await;
            assert_eq!(back.is_err(), lost, "{back:?}");
            if !lost {
                assert_eq!(migrator.current().await.unwrap().prints, first.prints);
            }
        }
    }
}

#[tokio::test]
async fn one_works_and_the_other_says_who() {
    for server in servers() {
        let database = database(&server, BEFORE);
        let migrator = migrator(&database);
        let plan = plan_to(&migrator.current().await.unwrap(), AFTER);
        let (mut quiet, mut silent) = (|_: terp_migrate::Event<'_>| {}, |_: terp_migrate::Event<'_>| {});
        let (first, second) = tokio::join!(migrator.apply(&plan, &mut quiet), async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            migrator.apply(&plan, &mut silent).await
        });
        let (winner, loser) = if first.is_ok() { (first, second) } else { (second, first) };
        assert_eq!(winner.unwrap().steps, plan.steps.len());
        match loser {
            Err(MigrateError::Locked(holders)) => assert_eq!(holders.len(), 1),
            // The first was done before the second looked.
            Ok(applied) => assert_eq!(applied.run, None),
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_table_in_use_is_named_with_who_uses_it() {
    for server in servers() {
        let database = database(&server, BEFORE);
        let migrator = migrator(&database);
        let plan = plan_to(&migrator.current().await.unwrap(), AFTER);
        let mut other = database.connect().unwrap();
        other.execute("START TRANSACTION").unwrap();
        other.query_rows("SELECT * FROM parent").unwrap();
        other.execute("UPDATE child SET id = id").unwrap();
        let mut words = Vec::new();
        let error = migrator.apply(&plan, &mut |event| words.push(word(&event))).await.unwrap_err();
        let MigrateError::Blocked { holders, .. } = &error else { panic!("{error}") };
        assert!(holders.iter().any(|holder| holder.connection == u64::from(other.thread_id())), "{error}");
        assert!(words.iter().any(|word| word.starts_with("waiting")), "{words:?}");
        other.execute("COMMIT").unwrap();
        migrator.resume(&mut |_| {}).await.unwrap();
        assert!(plan_to(&migrator.current().await.unwrap(), AFTER).is_empty());
    }
}

#[tokio::test]
async fn a_changed_plan_is_refused() {
    for server in servers() {
        let database = database(&server, BEFORE);
        let before = content(&database);
        let migrator = migrator(&database);
        let plan = plan_to(&migrator.current().await.unwrap(), AFTER);
        let changed = [
            ("(60)", "(61)"),
            // What is no DDL changes nothing that the plan speaks of.
            ("CREATE TABLE `added`", "DELETE FROM parent -- "),
            ("ADD UNIQUE KEY", "ADD UNIQ KEY"),
            ("SELECT 1 FROM", "DELETE FROM"),
            (" LIMIT 1\"", " LIMIT 1; DROP TABLE child; SELECT 1 LIMIT 1\""),
            (
                "\"sql\": \"CREATE TABLE `added`",
                "\"session\": {\"max_statement_time\": \"1\"}, \"sql\": \"CREATE TABLE `added`",
            ),
        ];
        for (from, to) in changed {
            let text = plan.to_json();
            assert!(text.contains(from), "{from}");
            let edited = terp_plan::Plan::from_json(&text.replacen(from, to, 1)).unwrap();
            let error = migrator.apply(&edited, &mut |_| {}).await.unwrap_err();
            assert!(matches!(error, MigrateError::Plan(_)), "{error}");
            assert_eq!(error.kind(), MigrateErrorKind::Refused);
            assert_eq!(content(&database), before);
        }
        // A step that keeps to itself what it destroys would be taken back as if it had destroyed nothing.
        let mut silent = plan.clone();
        let lossy = silent.steps.iter_mut().find(|step| !step.inverse.losses.is_empty()).unwrap();
        lossy.inverse.losses.clear();
        let error = migrator.apply(&silent, &mut |_| {}).await.unwrap_err();
        assert!(matches!(error, MigrateError::Plan(_)), "{error}");
        // A statement beside the planned ones: without an effect, with somebody else's, and with less than it has.
        let last = plan.steps.last().unwrap();
        let stray = [
            terp_plan::Step {
                sql: "DELETE FROM parent".to_owned(),
                effect: Default::default(),
                ..last.clone()
            },
            terp_plan::Step { sql: "DELETE FROM parent".to_owned(), ..last.clone() },
            terp_plan::Step { sql: "DROP TABLE child".to_owned(), ..last.clone() },
            terp_plan::Step { sql: "ALTER TABLE child ADD x int".to_owned(), ..last.clone() },
        ];
        for step in stray {
            let mut edited = plan.clone();
            edited.steps.push(step);
            let error = migrator.apply(&edited, &mut |_| {}).await.unwrap_err();
            assert!(matches!(error, MigrateError::Plan(_)), "{error}");
            assert_eq!(content(&database), before);
        }
    }
}

#[tokio::test]
async fn what_somebody_else_changed_is_neither_resumed_nor_taken_back_but_given_up() {
    for server in servers() {
        let database = database(&server, BEFORE);
        run(&database, "INSERT INTO parent VALUES (3, 'a', 'z')");
        let migrator = migrator(&database);
        let plan = plan_to(&migrator.current().await.unwrap(), AFTER);
        let stopped = migrator.apply(&plan, &mut |_| {}).await.unwrap_err();
        let id = stopped.run().unwrap();
        run(&database, "ALTER TABLE parent ADD KEY by_note (note)");
        let resumed = migrator.resume(&mut |_| {}).await.unwrap_err();
        assert!(matches!(resumed, MigrateError::Ambiguous { .. }), "{resumed}");
        let back = migrator.rollback(id, RollbackOptions::default(), &mut |_| {}).await.unwrap_err();
        assert!(matches!(back, MigrateError::Ambiguous { .. }), "{back}");
        migrator.because("a test").abandon(id, &mut |_| {}).await.unwrap();
        assert_eq!(migrator.history().await.unwrap()[0].state, RunState::Abandoned);
        assert!(migrator.abandon(id, &mut |_| {}).await.is_err());
        // The next plan begins where it is.
        run(&database, "UPDATE parent SET name = 'c' WHERE id = 3");
        let next = plan_to(&migrator.current().await.unwrap(), AFTER);
        migrator.apply(&next, &mut |_| {}).await.unwrap();
        assert!(plan_to(&migrator.current().await.unwrap(), AFTER).is_empty());
    }
}
