//! Reads a database until two readings in a row are the same.
//!
//! Let one reading list the names and then show each object, and let the next do the same. If both list the same names and show the same
//! texts, then each name and each text was there before and after the moment between the two readings, and so at that moment all of
//! them were there together. (But for what is changed and changed back in between: it is as if it had not been.) No query on
//! information_schema notices every change: times are whole seconds, and none has all that SHOW CREATE prints.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use terp_schema_model::CharacterSet;
use tokio::task::JoinSet;

use super::build::{self, Built};
use super::list::{self, Listing, Server};
use super::object::Object;
use super::pool::{Answer, Pool};
use super::{IntrospectError, IntrospectOptions};

/// How many threads turn text into tables, beside the one that reads.
const THREADS: usize = 4;
/// Below this many it is not worth another thread.
const FEW: usize = 16;
/// The pause after the second reading that differs; it doubles each time, up to the longest.
const PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// What two readings agree on.
pub(super) struct Reading {
    pub(super) character_set: CharacterSet,
    /// Each object and what became of it.
    pub(super) built: Vec<(Object, Built)>,
    /// The listing's triggers.
    pub(super) triggers: Vec<[String; 4]>,
    /// How often everything was read.
    pub(super) readings: u32,
}

/// What is known of an object by now.
struct Known {
    answer: Arc<Answer>,
    built: Option<Built>,
}

/// Reads everything again and again, until nothing has changed since the time before.
pub(super) async fn read_until_stable(
    pool: &mut Pool,
    server: &Server,
    options: &IntrospectOptions,
) -> Result<Reading, IntrospectError> {
    let attempts = options.attempts.max(2);
    let mut before: Option<Listing> = None;
    let mut known: HashMap<Object, Known> = HashMap::new();
    let mut changed = Vec::new();
    let mut pause = PAUSE;
    let mut agreeing = 1;
    for reading in 1..=attempts {
        let listing = list::list(pool.any(), server).await?;
        let building = Building::start(&mut known, server, &listing);
        let answers = pool.show(&server.database, &listing.objects).await?;
        building.finish(&mut known).await?;

        changed = differences(before.as_ref(), &listing, &mut known, answers);
        agreeing = if changed.is_empty() { agreeing + 1 } else { 1 };
        if agreeing >= needed(&known) || reading == attempts && changed.is_empty() {
            let built = collect(&listing, known, server);
            let Listing { character_set, triggers, .. } = listing;
            return Ok(Reading { character_set, built, triggers, readings: reading });
        }
        before = Some(listing);
        if reading > 2 {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
    Err(IntrospectError::Changing { database: server.database.clone(), readings: attempts, objects: changed })
}

/// How many readings in a row have to agree. What is listed and not there may be broken, or come and go just so that it was missed each time.
fn needed(known: &HashMap<Object, Known>) -> u32 {
    let is_missing = |known: &Known| matches!(&*known.answer, Err(refusal) if refusal.errno == 1146);
    if known.values().any(is_missing) { 4 } else { 2 }
}

/// Names what differs from the reading before, and remembers what is shown now.
fn differences(
    before: Option<&Listing>,
    now: &Listing,
    known: &mut HashMap<Object, Known>,
    answers: Vec<Answer>,
) -> Vec<String> {
    let mut changed = Vec::new();
    match before {
        Some(before) => {
            if before.character_set != now.character_set {
                changed.push("the default character set".to_owned());
            }
            if before.triggers != now.triggers {
                changed.push("the order of triggers".to_owned());
            }
        }
        None => changed.push("everything".to_owned()),
    }
    let mut gone: HashMap<Object, Known> = std::mem::take(known);
    for (object, answer) in now.objects.iter().zip(answers) {
        match gone.remove(object) {
            Some(same) if is_same(&same.answer, &answer) => {
                known.insert(object.clone(), same);
            }
            _ => {
                changed.push(object.to_string());
                known.insert(object.clone(), Known { answer: Arc::new(answer), built: None });
            }
        }
    }
    changed.extend(gone.keys().map(ToString::to_string));
    changed
}

/// Whether two answers show the same object. The next AUTO_INCREMENT value moves with every row that is inserted.
fn is_same(before: &Answer, now: &Answer) -> bool {
    let (Ok(before), Ok(now)) = (before, now) else { return before == now };
    let field = |(a, b): (&Option<Vec<u8>>, &Option<Vec<u8>>)| {
        a == b
            || matches!((a, b), (Some(a), Some(b)) if without_counter(a).is_some_and(|a| Some(a) == without_counter(b)))
    };
    before.rows.len() == now.rows.len()
        && before.rows.iter().zip(&now.rows).all(|(a, b)| a.len() == b.len() && a.iter().zip(b).all(field))
}

/// What stands before and after a table's counter, or the place where it would stand; `None` for what is no table's text.
fn without_counter(text: &[u8]) -> Option<(&[u8], &[u8])> {
    const COUNTER: &[u8] = b" AUTO_INCREMENT=";
    let find = |text: &[u8], part: &[u8]| text.windows(part.len()).position(|window| window == part);
    let options = find(text, b"\n) ENGINE=")?;
    // What somebody wrote, a comment for example, comes after the character set.
    let end = options + find(&text[options..], b" DEFAULT CHARSET=")?;
    // A table that never had a row has no counter; the first row brings it, just before the character set.
    let Some(counter) = find(&text[options..end], COUNTER) else { return Some((&text[..end], &text[end..])) };
    let counter = options + counter;
    let value = counter + COUNTER.len();
    let digits = text[value..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    Some((&text[..counter], &text[value + digits..]))
}

/// Tables that are being built on other threads, while the next reading is under way.
struct Building {
    tasks: JoinSet<Vec<(Object, Arc<Answer>, Built)>>,
}

impl Building {
    /// Starts to build all that was read and is not built.
    fn start(known: &mut HashMap<Object, Known>, server: &Server, listing: &Listing) -> Self {
        let waiting: Vec<(Object, Arc<Answer>)> = known
            .iter()
            .filter(|(_, known)| known.built.is_none())
            .map(|(object, known)| (object.clone(), Arc::clone(&known.answer)))
            .collect();
        let mut tasks = JoinSet::new();
        for part in waiting.chunks(waiting.len().div_ceil(THREADS).max(FEW)) {
            let part = part.to_vec();
            let context = build::Context::new(server, &listing.character_set);
            tasks.spawn_blocking(move || {
                part.into_iter()
                    .map(|(object, answer)| {
                        let built = build::build(&context, &object, &answer);
                        (object, answer, built)
                    })
                    .collect()
            });
        }
        Self { tasks }
    }

    async fn finish(mut self, known: &mut HashMap<Object, Known>) -> Result<(), IntrospectError> {
        while let Some(part) = self.tasks.join_next().await {
            for (object, answer, built) in part? {
                if let Some(known) = known.get_mut(&object)
                    && Arc::ptr_eq(&known.answer, &answer)
                {
                    known.built = Some(built);
                }
            }
        }
        Ok(())
    }
}

/// Everything in the listing's order.
fn collect(listing: &Listing, mut known: HashMap<Object, Known>, server: &Server) -> Vec<(Object, Built)> {
    let context = build::Context::new(server, &listing.character_set);
    let mut all = Vec::with_capacity(listing.objects.len());
    for object in &listing.objects {
        if let Some(Known { answer, built }) = known.remove(object) {
            let built = built.unwrap_or_else(|| build::build(&context, object, &answer));
            all.push((object.clone(), built));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_counter_is_left_out() {
        let text = |options: &str| {
            let text = format!(
                "CREATE TABLE `t` (\n  `a` int COMMENT ' AUTO_INCREMENT=1'\n) ENGINE=InnoDB{options}"
            );
            let row = vec![Some(b"t".to_vec()), Some(text.into_bytes())];
            Ok(crate::connection::Rows { columns: Vec::new(), rows: vec![row] })
        };
        let same = |a: &str, b: &str| is_same(&text(a), &text(b));
        assert!(same(
            " AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4",
            " AUTO_INCREMENT=1234 DEFAULT CHARSET=utf8mb4"
        ));
        assert!(same(" DEFAULT CHARSET=utf8mb4", " DEFAULT CHARSET=utf8mb4"));
        assert!(same(" DEFAULT CHARSET=utf8mb4", " AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4"));
        assert!(!same(
            " AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4",
            " AUTO_INCREMENT=5 DEFAULT CHARSET=latin1"
        ));
        let comment = |n: u8| format!(" DEFAULT CHARSET=utf8mb4 COMMENT=' AUTO_INCREMENT={n}'");
        assert!(!same(&comment(1), &comment(2)));
    }
}
