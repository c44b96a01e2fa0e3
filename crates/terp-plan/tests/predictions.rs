//! What a live table cannot show: other versions, row versions that are used up, the text of the clause, statements without one, and what is
//! not predicted.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use terp_plan::online::{Algorithm, Facts, Lock, Outlook, Prediction, Unclaused, Unpredicted, predict};
use terp_schema_model::Flavor;
use terp_sql::{Catalog, ParseOptions, Span, parse_statement};

const TABLE: &str = "CREATE TABLE t (id INT NOT NULL PRIMARY KEY, a INT, v VARCHAR(30), KEY ka (a))";

fn outlook(create: &str, sql: &str, facts: &Facts<'_>) -> Result<(Outlook, String), Unpredicted> {
    let mut engine = Catalog::new(facts.flavor);
    engine.create_database("d", facts.flavor.default_character_set());
    engine.use_database("d");
    engine.execute_text(create).unwrap();
    let before = engine.table("d", "t").cloned();
    let statement = parse_statement(sql, Span::of(sql), &ParseOptions::new(facts.flavor)).unwrap();
    engine.execute_text(sql).unwrap();
    let outlook = predict(&statement, before.as_ref(), engine.table("d", "t"), facts)?;
    let text = match &outlook {
        Outlook::Alters(prediction) => prediction.apply(sql, &statement),
        Outlook::Unclaused(_) => sql.to_owned(),
    };
    Ok((outlook, text))
}

fn prediction(create: &str, sql: &str, facts: &Facts<'_>) -> Prediction {
    match outlook(create, sql, facts).unwrap().0 {
        Outlook::Alters(prediction) => prediction,
        Outlook::Unclaused(what) => panic!("{what:?}"),
    }
}

fn algorithm(sql: &str, flavor: Flavor) -> Algorithm {
    prediction(TABLE, sql, &Facts::new(flavor)).algorithm
}

fn applied(sql: &str, flavor: Flavor) -> String {
    outlook(TABLE, sql, &Facts::new(flavor)).unwrap().1
}

#[test]
fn instant_columns_are_not_trusted_where_they_damage_data() {
    let drop = "ALTER TABLE t DROP COLUMN v";
    assert_eq!(algorithm(drop, Flavor::mysql(8, 0, 28)), Algorithm::Inplace);
    assert_eq!(algorithm(drop, Flavor::mysql(8, 0, 29)), Algorithm::Inplace);
    assert_eq!(algorithm(drop, Flavor::mysql(8, 0, 31)), Algorithm::Inplace);
    assert_eq!(algorithm(drop, Flavor::mysql(8, 0, 32)), Algorithm::Instant);
    assert_eq!(algorithm("ALTER TABLE t ADD COLUMN z INT", Flavor::mysql(8, 0, 30)), Algorithm::Inplace);
    assert_eq!(algorithm("ALTER TABLE t ADD COLUMN z INT", Flavor::mysql(8, 0, 20)), Algorithm::Instant);
    assert_eq!(
        algorithm("ALTER TABLE t ADD COLUMN z INT FIRST", Flavor::mysql(8, 0, 20)),
        Algorithm::Inplace
    );
}

#[test]
fn row_versions_are_used_up() {
    let add = "ALTER TABLE t ADD COLUMN z INT";
    let with = |flavor, used| {
        let prediction = prediction(TABLE, add, &Facts { row_versions: Some(used), ..Facts::new(flavor) });
        (prediction.algorithm, prediction.uses_row_version)
    };
    assert_eq!(with(Flavor::MYSQL_9_7, 254), (Algorithm::Instant, true));
    assert_eq!(with(Flavor::MYSQL_9_7, 255), (Algorithm::Inplace, false));
    assert_eq!(with(Flavor::mysql(8, 4, 0), 62), (Algorithm::Instant, true));
    assert_eq!(with(Flavor::mysql(8, 4, 0), 63), (Algorithm::Inplace, false));
    assert!(!prediction(TABLE, add, &Facts::new(Flavor::MARIADB_11_8)).uses_row_version);
}

#[test]
fn a_copy_keeps_writers_out_before_mariadb_11_2() {
    let lock = |flavor| prediction(TABLE, "ALTER TABLE t MODIFY a BIGINT", &Facts::new(flavor)).lock;
    assert_eq!(lock(Flavor::mariadb(11, 1, 2)), Lock::Shared);
    assert_eq!(lock(Flavor::mariadb(11, 2, 2)), Lock::None);
    assert_eq!(lock(Flavor::MYSQL_9_7), Lock::Shared);
}

#[test]
fn the_clause_goes_where_the_grammar_wants_it() {
    let mysql = Flavor::MYSQL_9_7;
    let mariadb = Flavor::MARIADB_11_8;
    let add = "ALTER TABLE `t` ADD COLUMN z INT";
    assert_eq!(applied(add, mysql), "ALTER TABLE `t` ALGORITHM=INSTANT, ADD COLUMN z INT");
    assert_eq!(applied(add, mariadb), "ALTER TABLE `t` ALGORITHM=INSTANT, LOCK=NONE, ADD COLUMN z INT");
    assert_eq!(
        applied("CREATE INDEX kz ON t (v)", mysql),
        "CREATE INDEX kz ON t (v) ALGORITHM=INPLACE LOCK=NONE"
    );
    assert_eq!(
        applied("DROP INDEX ka ON d.t", mariadb),
        "ALTER TABLE d.t ALGORITHM=NOCOPY, LOCK=NONE, DROP INDEX ka"
    );
    assert_eq!(
        applied("ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 2", mysql),
        "ALTER TABLE t ALGORITHM=COPY, LOCK=SHARED PARTITION BY HASH (id) PARTITIONS 2"
    );
}

#[test]
fn what_is_written_is_kept() {
    let facts = Facts::new(Flavor::MYSQL_9_7);
    let copy = "ALTER TABLE t ADD COLUMN z INT, ALGORITHM=COPY";
    assert_eq!(prediction(TABLE, copy, &facts).algorithm, Algorithm::Copy);
    assert_eq!(applied(copy, facts.flavor), copy);
    let in_place = prediction(TABLE, "ALTER TABLE t ADD COLUMN z INT, ALGORITHM=INPLACE", &facts);
    assert_eq!((in_place.algorithm, in_place.rebuilds), (Algorithm::Inplace, true));
    let shared = prediction(TABLE, "ALTER TABLE t ADD KEY kz (v), LOCK=SHARED", &facts);
    assert_eq!((shared.algorithm, shared.lock), (Algorithm::Inplace, Lock::Shared));
}

#[test]
fn statements_without_a_clause() {
    let facts = Facts::new(Flavor::MARIADB_10_11);
    let what = |sql: &str| {
        let statement = parse_statement(sql, Span::of(sql), &ParseOptions::new(facts.flavor)).unwrap();
        predict(&statement, None, None, &facts).unwrap()
    };
    assert_eq!(what("CREATE TABLE u (id INT)"), Outlook::Unclaused(Unclaused::CreatesTable));
    assert_eq!(what("DROP TABLE t"), Outlook::Unclaused(Unclaused::DropsTable));
    assert_eq!(what("RENAME TABLE t TO u"), Outlook::Unclaused(Unclaused::RenamesTable));
}

#[test]
fn what_is_not_known_is_named_with_its_place() {
    let facts = Facts::new(Flavor::MARIADB_11_8);
    let sql = "ALTER TABLE t ADD COLUMN z VARCHAR(99) DEFAULT (ENCRYPT('a'))";
    let unpredicted = outlook(TABLE, sql, &facts).unwrap_err();
    assert_eq!(unpredicted.construct, "a default that may differ from row to row");
    assert_eq!(unpredicted.span.text(sql), "z VARCHAR(99) DEFAULT (ENCRYPT('a'))");

    let wide = (0..40).map(|n| format!("c{n} BINARY(255) NOT NULL")).collect::<Vec<_>>().join(", ");
    let table = format!("CREATE TABLE t (id INT NOT NULL PRIMARY KEY, {wide}) ROW_FORMAT=DYNAMIC");
    let mut small = table.replace("BINARY(255)", "BINARY(190)");
    small.push(' ');
    assert_eq!(
        outlook(&small, "ALTER TABLE t ADD COLUMN z INT", &facts).unwrap_err().construct,
        "columns that come, go or move in rows close to the size limit"
    );
}
