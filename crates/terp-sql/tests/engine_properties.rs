//! What holds of the engine whatever is executed: it never panics, what it prints it can read again, a refusal
//! changes nothing, and the model is the whole truth about a table.

mod generator;

use std::env;

use generator::{Rng, SCHEMA, statement};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use terp_schema_model::{Flavor, Table, render};
use terp_sql::{Catalog, ExecuteError};

const FLAVORS: [Flavor; 3] = [Flavor::MYSQL_9_7, Flavor::MARIADB_10_11, Flavor::MARIADB_11_8];

/// The same cases every time, unless `TERP_SEED` and `TERP_CASES` ask for others.
fn config() -> ProptestConfig {
    let number = |variable| env::var(variable).ok().and_then(|text| text.parse::<u32>().ok());
    ProptestConfig {
        cases: number("TERP_CASES").unwrap_or(1000),
        rng_seed: RngSeed::Fixed(number("TERP_SEED").map_or(1, u64::from)),
        max_shrink_iters: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn flavors() -> impl Strategy<Value = Flavor> {
    prop::sample::select(FLAVORS.to_vec())
}

fn empty(flavor: Flavor) -> Catalog {
    let mut catalog = Catalog::new(flavor);
    catalog.create_database(SCHEMA, flavor.default_character_set());
    catalog.use_database(SCHEMA);
    catalog
}

/// Executes a statement for each number; gives the catalog and what was executed.
fn executed(flavor: Flavor, seeds: &[u64]) -> (Catalog, Vec<String>) {
    let mut catalog = empty(flavor);
    let mut accepted = Vec::new();
    for seed in seeds {
        let sql = statement(*seed, &catalog, SCHEMA);
        if catalog.execute_text(&sql).is_ok() {
            accepted.push(sql);
        }
    }
    (catalog, accepted)
}

fn tables(catalog: &Catalog) -> Vec<Table> {
    catalog.schema(SCHEMA).map(|schema| schema.tables).unwrap_or_default()
}

fn texts(catalog: &Catalog) -> Vec<String> {
    catalog.table_names(SCHEMA).filter_map(|name| catalog.show_create_table(SCHEMA, name)).collect()
}

/// What is not so, as proptest wants it.
fn fault(text: String) -> TestCaseError {
    TestCaseError::fail(text)
}

/// A text without what the servers themselves show otherwise of a column that is read again.
///
/// MySQL shows a collation that is inherited and not its character set's own without the character set, and the other
/// way; read again it is one that was written, and both are shown. After DROP DEFAULT there is none to show, and a
/// column that is read again has NULL on MySQL, or with ON UPDATE zero on MariaDB.
fn without_what_reading_adds(flavor: Flavor, text: &str) -> String {
    if flavor.is_mariadb() {
        let fractions = (0..=6).map(|n| if n == 0 { String::new() } else { format!(".{}", "0".repeat(n)) });
        return fractions.fold(text.to_owned(), |text, fraction| {
            text.replace(&format!(" DEFAULT '0000-00-00 00:00:00{fraction}' ON UPDATE"), " ON UPDATE")
        });
    }
    let mut kept = Vec::new();
    let mut words = text.split(' ');
    while let Some(word) = words.next() {
        let skipped = match word {
            "CHARACTER" => words.nth(1),
            "COLLATE" => words.next(),
            _ => {
                kept.push(word);
                continue;
            }
        };
        // The last word of a column keeps its comma or line break.
        kept.extend(skipped.and_then(|name| name.find([',', '\n']).map(|at| &name[at..])));
    }
    kept.join(" ").replace(" ,", ",").replace(" \n", "\n").replace(" DEFAULT NULL", "")
}

/// Executes the texts as the servers' dump programs do; `None` where one is not supported.
fn read(flavor: Flavor, texts: &[String]) -> Result<Option<Catalog>, TestCaseError> {
    let mut catalog = empty(flavor);
    for sql in ["SET foreign_key_checks = 0", "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'"] {
        catalog.execute_text(sql).map_err(|e| fault(format!("{sql}: {e}")))?;
    }
    for text in texts {
        match catalog.execute_text(text) {
            Ok(_) => {}
            Err(ExecuteError::Unsupported(_)) => return Ok(None),
            // After DROP DEFAULT of an invisible column MariaDB itself refuses what it shows.
            Err(error) if error.errno() == Some(4108) => return Ok(None),
            Err(error) => return Err(fault(format!("{error}\n{text}"))),
        }
    }
    Ok(Some(catalog))
}

fn prints_what_it_reads(flavor: Flavor, seeds: &[u64]) -> Result<(), TestCaseError> {
    let (catalog, accepted) = executed(flavor, seeds);
    let after = format!("after\n{}", accepted.join(";\n"));
    let first = texts(&catalog);
    let Some(again) = read(flavor, &first).map_err(|e| fault(format!("{e}\n{after}")))? else {
        return Ok(());
    };
    let second = texts(&again);
    let plain = |texts: &[String]| {
        texts.iter().map(|t| without_what_reading_adds(flavor, t)).collect::<Vec<_>>().join("\n")
    };
    prop_assert!(
        plain(&first) == plain(&second),
        "{}\nread again\n{}\n{}",
        first.join("\n"),
        second.join("\n"),
        after
    );
    if let Some(once_more) = read(flavor, &second)? {
        prop_assert_eq!(texts(&once_more), second, "{}", after);
    }
    Ok(())
}

fn refusal_changes_nothing(flavor: Flavor, seeds: &[u64]) -> Result<(), TestCaseError> {
    let mut catalog = empty(flavor);
    for seed in seeds {
        let sql = statement(*seed, &catalog, SCHEMA);
        let before = catalog.clone();
        // MariaDB drops the tables that it can of several.
        let drops_some = flavor.is_mariadb() && sql.starts_with("DROP TABLE") && sql.contains(", ");
        if let Err(error) = catalog.execute_text(&sql)
            && !drops_some
        {
            prop_assert!(tables(&before) == tables(&catalog), "{} changed tables:\n{}", error, sql);
            prop_assert!(before.session() == catalog.session(), "{} changed the session:\n{}", error, sql);
            // What is kept besides the tables decides about the statements that follow.
            let next = statement(Rng::new(*seed).next(), &before, SCHEMA);
            let mut untouched = before;
            prop_assert_eq!(
                untouched.execute_text(&next),
                catalog.clone().execute_text(&next),
                "{} after {}",
                next,
                sql
            );
        }
    }
    Ok(())
}

fn model_says_all(flavor: Flavor, seeds: &[u64]) -> Result<(), TestCaseError> {
    let (catalog, _) = executed(flavor, seeds);
    for table in tables(&catalog) {
        let json = serde_json::to_string(&table).map_err(|e| fault(e.to_string()))?;
        let read: Table = serde_json::from_str(&json).map_err(|e| fault(format!("{e}: {json}")))?;
        prop_assert_eq!(
            render::show_create_table(&read, flavor),
            render::show_create_table(&table, flavor),
            "{}",
            json
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_printed_reads_as_the_same(flavor in flavors(), seeds in prop::collection::vec(any::<u64>(), 1..10)) {
        prints_what_it_reads(flavor, &seeds)?;
    }

    #[test]
    fn a_refused_statement_changes_nothing(flavor in flavors(), seeds in prop::collection::vec(any::<u64>(), 1..12)) {
        refusal_changes_nothing(flavor, &seeds)?;
    }

    #[test]
    fn the_model_in_json_renders_the_same(flavor in flavors(), seeds in prop::collection::vec(any::<u64>(), 1..8)) {
        model_says_all(flavor, &seeds)?;
    }

    /// Statements cut short and with words swapped: whatever the answer, there is one.
    #[test]
    fn damaged_statements_never_panic(
        flavor in flavors(),
        seeds in prop::collection::vec(any::<u64>(), 1..6),
        swap in any::<(u16, u16, u16)>(),
    ) {
        let (mut catalog, _) = executed(flavor, &seeds);
        for seed in seeds {
            let sql = statement(seed.rotate_left(7), &catalog, SCHEMA);
            let mut words: Vec<&str> = sql.split(' ').collect();
            let count = words.len();
            words.swap(usize::from(swap.0) % count, usize::from(swap.1) % count);
            words.truncate(1 + usize::from(swap.2) % count);
            let _ = catalog.execute_text(&words.join(" "));
        }
    }
}

/// The generator makes enough that is accepted, and enough that is refused, for the above to mean something.
#[test]
fn the_generator_makes_both() {
    for flavor in FLAVORS {
        let (mut accepted, mut refused) = (0, 0);
        for seed in 0..60 {
            let mut rng = Rng::new(seed);
            let mut catalog = empty(flavor);
            for _ in 0..10 {
                let sql = statement(rng.next(), &catalog, SCHEMA);
                match catalog.execute_text(&sql) {
                    Ok(_) => accepted += 1,
                    Err(_) => refused += 1,
                }
            }
        }
        assert!(accepted > 200 && refused > 100, "{flavor}: {accepted} accepted, {refused} refused");
    }
}
