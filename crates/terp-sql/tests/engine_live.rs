//! Random DDL executed by the engine and by every server: do both accept it and show the same tables, or refuse it with
//! the same error number? And what the server shows in the end, executed by both once more, is it the same again? What
//! differs is printed by kind, the first of each kind with its seed and the fewest statements that show it.
//! `TERP_CASES` is how many sequences each server gets, `TERP_SEED` the first one's number.

mod generator;
mod survey;

use std::env;
use std::thread;

use survey::{Report, Way};

const SEED: u64 = 20_240_131;
const CASES: u64 = 210;

/// How many of a thousand statements may differ, each way for itself: none of these is right, and none may become more.
const MOST: [(Way, usize); 6] = [
    (Way::OtherText, 1),
    (Way::WronglyAccepted, 2),
    (Way::WronglyRefused, 1),
    (Way::OtherError, 5),
    (Way::OtherWhenReadAgain, 0),
    (Way::OtherModel, 1),
];

/// Of a thousand statements.
const MOST_UNSUPPORTED: usize = 10;

fn number(variable: &str, otherwise: u64) -> u64 {
    env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn engine_does_as_the_servers_do() {
    let servers = terp_testserver::shared_all().unwrap();
    let seed = number("TERP_SEED", SEED);
    let seeds = seed..seed.saturating_add(number("TERP_CASES", CASES));
    let reports: Vec<Report> = thread::scope(|scope| {
        let threads: Vec<_> =
            servers.iter().map(|server| scope.spawn(|| survey::survey(server, seeds.clone()))).collect();
        threads.into_iter().map(|t| t.join().unwrap().unwrap()).collect()
    });
    let text: String = reports.iter().map(Report::text).collect();
    println!("seeds {seeds:?}\n{text}");
    for report in &reports {
        for (way, most) in MOST {
            let found = report.differing(way);
            assert!(
                found * 1000 <= report.statements * most,
                "{way:?} {found} times on {}, seeds {seeds:?}\n{text}",
                report.server
            );
        }
        assert!(report.unsupported() * 1000 <= report.statements * MOST_UNSUPPORTED, "{text}");
        // A run in which nothing was read again would prove nothing of it.
        assert!(report.read_again > 0, "{text}");
    }
    // A generator that makes nothing but nonsense would prove nothing.
    assert!(reports.iter().all(|r| r.accepted * 4 > r.statements), "{text}");
}
