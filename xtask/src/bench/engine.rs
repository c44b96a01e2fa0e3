//! The embedded engine, in this process.

use std::hint::black_box;
use std::time::{Duration, Instant};

use terp_cli::Failure;
use terp_schema_model::Flavor;
use terp_sql::Catalog;

use super::{Figure, Promise};

const RUNS: usize = 7;

/// Simple statements a second, each parsed and executed from its text.
pub(super) fn throughput() -> Result<Figure, Failure> {
    const TABLES: usize = 5_000;
    let mut statements = Vec::new();
    for number in 0..TABLES {
        statements.push(format!(
            "CREATE TABLE t{number} (id BIGINT NOT NULL AUTO_INCREMENT, name VARCHAR(100) NOT NULL, PRIMARY KEY (id))"
        ));
        statements.push(format!(
            "ALTER TABLE t{number} ADD COLUMN created DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP"
        ));
        statements.push(format!("CREATE INDEX name_idx ON t{number} (name)"));
        statements.push(format!("DROP TABLE t{number}"));
    }
    let mut measured = Vec::new();
    for _ in 0..RUNS {
        let time = execute(&statements)?;
        measured.push(statements.len() as f64 / time.as_secs_f64());
    }
    Ok(Figure::new("simple DDL", "statements/s", Promise::AtLeast(100_000.0), measured))
}

/// How much longer 20,000 tables take than 10,000. Each has a foreign key to the one before, and is altered once at the end.
pub(super) fn linearity() -> Result<Figure, Failure> {
    let (small, large) = (schema(10_000), schema(20_000));
    let (mut once, mut twice) = (Vec::new(), Vec::new());
    // In turns, so that what else the machine does falls on both.
    for _ in 0..RUNS {
        once.push(execute(&small)?.as_secs_f64());
        twice.push(execute(&large)?.as_secs_f64());
    }
    // Best by best, second by second, and so on: a disturbed run in one list must not make the other look good.
    once.sort_by(f64::total_cmp);
    twice.sort_by(f64::total_cmp);
    let ratios: Vec<f64> = once.iter().zip(&twice).map(|(once, twice)| twice / once).collect();
    let best = ratios.first().copied().unwrap_or(f64::NAN);
    let figure = Figure::new("20,000 tables to 10,000", "times as long", Promise::AtMost(2.2), ratios);
    Ok(Figure { best, ..figure })
}

fn schema(tables: usize) -> Vec<String> {
    let mut statements = vec!["CREATE TABLE t0 (id INT PRIMARY KEY)".to_owned()];
    for number in 1..tables {
        statements.push(format!(
            "CREATE TABLE t{number} (id INT PRIMARY KEY, before_id INT, CONSTRAINT f{number} FOREIGN KEY (before_id) REFERENCES t{} (id))",
            number - 1
        ));
    }
    statements
        .extend((0..tables).map(|number| format!("ALTER TABLE t{number} ADD COLUMN note VARCHAR(200)")));
    statements
}

fn execute(statements: &[String]) -> Result<Duration, Failure> {
    let flavor = Flavor::MYSQL_9_7;
    let mut catalog = Catalog::new(flavor);
    catalog.create_database("bench", flavor.default_character_set());
    catalog.use_database("bench");
    let begun = Instant::now();
    for statement in statements {
        if let Err(error) = black_box(catalog.execute_text(statement)) {
            return Err(Failure::failed(format!("{statement}: {error}")));
        }
    }
    Ok(begun.elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_accepted() {
        execute(&schema(5)).unwrap();
        assert!(execute(&["DROP TABLE t".to_owned()]).is_err());
    }
}
