//! Where the objects of a replayed schema are from: each kind of statement, and what it does to the places.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

#[allow(dead_code, reason = "other tests need more of it")]
mod common;

use std::collections::BTreeSet;

use common::Folder;
use terp_check::{Provenance, replay};
use terp_drift::{ObjectKind, ObjectPath, Place};
use terp_schema_model::Flavor;

use ObjectKind::{Check, Column, ForeignKey, Index};

/// Statements, one on each line, after they ran.
struct Ran {
    text: String,
    provenance: Provenance,
}

fn run_on(flavor: Flavor, statements: &[&str]) -> Ran {
    let text = statements.join("--> statement-breakpoint\n");
    let folder = Folder::new(&[("0000_a", &text)]);
    let outcome = replay(&folder.load(), &BTreeSet::new(), flavor).expect("it can be read");
    assert!(outcome.replay.failed.is_empty(), "{:?}", outcome.replay.failed);
    Ran { text, provenance: outcome.end.places.provenance().expect("of statements").clone() }
}

fn run(statements: &[&str]) -> Ran {
    run_on(Flavor::MYSQL_9_7, statements)
}

impl Ran {
    /// `line: text`, and the label in parentheses.
    fn show(&self, place: Option<Place>) -> String {
        let Some(place) = place else { return "nowhere".to_owned() };
        assert!(place.file.ends_with("0000_a.sql"), "{place}");
        let number = |number: Option<u32>| number.expect("it is known") as usize;
        let line = self.text.lines().nth(number(place.line) - 1).expect("there is such a line");
        assert_eq!(place.line, place.end_line, "{place}");
        let (from, to) = (number(place.column) - 1, number(place.end_column) - 1);
        let text: String = line.chars().skip(from).take(to - from).collect();
        let label = place.label.map(|label| format!(" ({label})")).unwrap_or_default();
        format!("{}: {text}{label}", number(place.line))
    }

    fn at(&self, path: &ObjectPath) -> String {
        self.show(self.provenance.place_of(path))
    }

    fn made(&self, path: &ObjectPath) -> String {
        self.show(self.provenance.made_at(path))
    }

    fn table(&self, name: &str) -> String {
        self.at(&ObjectPath::table(name))
    }

    fn part(&self, kind: ObjectKind, table: &str, name: &str) -> String {
        self.at(&ObjectPath::part(kind, table, name))
    }

    fn program(&self, kind: ObjectKind, name: &str) -> String {
        self.at(&ObjectPath::program(kind, name))
    }
}

const T: &str = "CREATE TABLE t (a int, B varchar(9), c int, KEY k (c))";

#[test]
fn create_table_has_each_item() {
    let ran = run(&[
        "CREATE TABLE p (id serial)",
        "CREATE TABLE t (id int PRIMARY KEY, a bigint unsigned UNIQUE, b int CHECK (b > 1), c int, UNIQUE named (c), \
         KEY (b, c), KEY ((c + 1)), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id), CHECK (c < 9), CONSTRAINT ck CHECK (c > 1))",
    ]);
    assert_eq!(ran.table("t"), "2: CREATE TABLE t");
    assert_eq!(ran.part(Column, "t", "ID"), "2: id int PRIMARY KEY");
    assert_eq!(ran.part(Index, "t", "PRIMARY"), "2: PRIMARY KEY");
    assert_eq!(ran.part(Index, "t", "a"), "2: UNIQUE");
    assert_eq!(ran.part(Check, "t", "t_chk_1"), "2: CHECK (b > 1)");
    assert_eq!(ran.part(Check, "t", "t_chk_2"), "2: CHECK (c < 9)");
    assert_eq!(ran.part(Check, "t", "ck"), "2: CONSTRAINT ck CHECK (c > 1)");
    assert_eq!(ran.part(Index, "t", "NAMED"), "2: UNIQUE named (c)");
    assert_eq!(ran.part(Index, "t", "b"), "2: KEY (b, c)");
    assert_eq!(ran.part(Index, "t", "functional_index"), "2: KEY ((c + 1))");
    assert_eq!(ran.part(ForeignKey, "t", "f"), "2: CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)");
    assert_eq!(ran.part(Index, "p", "id"), "1: serial");
    // What there is not is where its table is.
    assert_eq!(ran.part(Column, "t", "none"), "2: CREATE TABLE t");
    assert_eq!(ran.table("none"), "nowhere");
    assert_eq!(ran.at(&ObjectPath::schema()), "nowhere");
}

#[test]
fn foreign_keys_without_a_name_and_their_indexes() {
    for flavor in [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8] {
        let ran = run_on(
            flavor,
            &[
                "CREATE TABLE p (id int PRIMARY KEY)",
                "CREATE TABLE t (a int, b int, FOREIGN KEY (a) REFERENCES p (id))",
                "ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES p (id)",
            ],
        );
        let first = "2: FOREIGN KEY (a) REFERENCES p (id)";
        let second = "3: ADD FOREIGN KEY (b) REFERENCES p (id)";
        assert_eq!(ran.part(ForeignKey, "t", "t_ibfk_1"), first);
        assert_eq!(ran.part(Index, "t", "a"), first);
        assert_eq!(ran.part(ForeignKey, "t", "t_ibfk_2"), second);
        assert_eq!(ran.part(Index, "t", "b"), second);
    }
}

#[test]
fn a_place_has_file_line_and_column() {
    let ran = run(&[T, "ALTER TABLE t ADD COLUMN d int"]);
    let place = ran.provenance.place_of(&ObjectPath::part(Column, "t", "d")).expect("it is known");
    assert!(place.to_string().ends_with("0000_a.sql:2:15"), "{place}");
    assert_eq!((place.end_line, place.end_column), (Some(2), Some(31)));
}

#[test]
fn alter_table_adds() {
    let ran = run(&[
        T,
        "CREATE TABLE p (id int PRIMARY KEY)",
        "ALTER TABLE t ADD d int FIRST, ADD (e int UNIQUE, f int, INDEX (f)), ADD UNIQUE u (a), ADD PRIMARY KEY (a), \
         ADD CONSTRAINT fk FOREIGN KEY (c) REFERENCES p (id), ADD CHECK (a > 0)",
        "CREATE UNIQUE INDEX v ON t (B)",
    ]);
    assert_eq!(ran.table("t"), "1: CREATE TABLE t");
    assert_eq!(ran.part(Column, "t", "d"), "3: ADD d int FIRST");
    assert_eq!(ran.part(Column, "t", "e"), "3: e int UNIQUE");
    assert_eq!(ran.part(Index, "t", "e"), "3: UNIQUE");
    assert_eq!(ran.part(Column, "t", "f"), "3: f int");
    assert_eq!(ran.part(Index, "t", "f"), "3: INDEX (f)");
    assert_eq!(ran.part(Index, "t", "u"), "3: ADD UNIQUE u (a)");
    assert_eq!(ran.part(Index, "t", "primary"), "3: ADD PRIMARY KEY (a)");
    assert_eq!(ran.part(ForeignKey, "t", "fk"), "3: ADD CONSTRAINT fk FOREIGN KEY (c) REFERENCES p (id)");
    assert_eq!(ran.part(Check, "t", "t_chk_1"), "3: ADD CHECK (a > 0)");
    assert_eq!(ran.part(Index, "t", "v"), "4: CREATE UNIQUE INDEX v ON t (B)");
    assert_eq!(ran.part(Column, "t", "a"), "1: a int");
}

#[test]
fn alter_table_changes() {
    let ran = run(&[
        T,
        "ALTER TABLE t MODIFY b text, ALTER COLUMN a SET DEFAULT 1",
        "ALTER TABLE t CHANGE c C bigint",
        "ALTER TABLE t ALTER INDEX k INVISIBLE, COMMENT = 'x'",
        "ALTER TABLE t ENGINE = InnoDB, ALGORITHM = COPY",
    ]);
    assert_eq!(ran.part(Column, "t", "b"), "2: MODIFY b text");
    assert_eq!(ran.made(&ObjectPath::part(Column, "t", "b")), "1: B varchar(9)");
    assert_eq!(ran.part(Column, "t", "a"), "2: ALTER COLUMN a SET DEFAULT 1");
    assert_eq!(ran.part(Column, "t", "c"), "3: CHANGE c C bigint");
    assert_eq!(ran.part(Index, "t", "k"), "4: ALTER INDEX k INVISIBLE");
    assert_eq!(ran.table("t"), "5: ENGINE = InnoDB");
    assert_eq!(ran.made(&ObjectPath::table("t")), "1: CREATE TABLE t");
}

#[test]
fn convert_changes_columns_with_a_character_set() {
    let ran = run(&[T, "ALTER TABLE t CONVERT TO CHARACTER SET latin1"]);
    assert_eq!(ran.table("t"), "2: CONVERT TO CHARACTER SET latin1");
    assert_eq!(ran.part(Column, "t", "b"), "2: CONVERT TO CHARACTER SET latin1");
    assert_eq!(ran.part(Column, "t", "a"), "1: a int");
}

#[test]
fn alter_table_drops() {
    let ran = run(&[
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE t (a int PRIMARY KEY, b int, c int, d int, KEY bc (b, c), KEY c (c), KEY d (d), \
         CONSTRAINT f FOREIGN KEY (d) REFERENCES p (id), CONSTRAINT g CHECK (a > 1), CONSTRAINT h CHECK (a > 2))",
        "ALTER TABLE t DROP COLUMN c, DROP PRIMARY KEY, DROP FOREIGN KEY f",
        "ALTER TABLE t DROP INDEX d, DROP CHECK g, DROP CONSTRAINT h",
        "DROP INDEX bc ON t",
    ]);
    assert_eq!(ran.part(Column, "t", "c"), "3: DROP COLUMN c (dropped here)");
    assert_eq!(ran.made(&ObjectPath::part(Column, "t", "c")), "nowhere");
    assert_eq!(ran.part(Index, "t", "c"), "3: DROP COLUMN c (dropped here)");
    assert_eq!(ran.part(Index, "t", "PRIMARY"), "3: DROP PRIMARY KEY (dropped here)");
    assert_eq!(ran.part(ForeignKey, "t", "f"), "3: DROP FOREIGN KEY f (dropped here)");
    assert_eq!(ran.part(Index, "t", "d"), "4: DROP INDEX d (dropped here)");
    assert_eq!(ran.part(Check, "t", "g"), "4: DROP CHECK g (dropped here)");
    assert_eq!(ran.part(Check, "t", "h"), "4: DROP CONSTRAINT h (dropped here)");
    assert_eq!(ran.part(Index, "t", "bc"), "5: DROP INDEX bc ON t (dropped here)");
}

#[test]
fn an_index_that_loses_a_column_is_changed() {
    let ran = run(&["CREATE TABLE t (a int, b int, c int, KEY bc (b, c))", "ALTER TABLE t DROP c"]);
    assert_eq!(ran.part(Index, "t", "bc"), "2: DROP c");
}

#[test]
fn an_index_that_another_replaces_is_dropped() {
    let ran = run(&[
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE t (a int, b int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
        "ALTER TABLE t ADD INDEX ab (a, b)",
    ]);
    assert_eq!(ran.part(Index, "t", "f"), "3: ALTER TABLE t ADD INDEX ab (a, b) (dropped here)");
}

#[test]
fn what_comes_back_is_new() {
    let ran = run(&[
        T,
        "ALTER TABLE t DROP a, DROP INDEX k, ADD INDEX k (B)",
        "ALTER TABLE t ADD a date",
        "DROP TABLE t",
        "CREATE TABLE t (z int)",
    ]);
    assert_eq!(ran.table("t"), "5: CREATE TABLE t");
    assert_eq!(ran.part(Column, "t", "a"), "5: CREATE TABLE t");
    let ran = run(&[T, "ALTER TABLE t DROP a, DROP INDEX k, ADD INDEX k (B)", "ALTER TABLE t ADD a date"]);
    assert_eq!(ran.part(Column, "t", "a"), "3: ADD a date");
    assert_eq!(ran.part(Index, "t", "k"), "2: ADD INDEX k (B)");
    assert_eq!(ran.made(&ObjectPath::part(Index, "t", "k")), "2: ADD INDEX k (B)");
}

#[test]
fn renames_move_places() {
    let ran = run(&[
        T,
        "ALTER TABLE t RENAME COLUMN a TO d, RENAME INDEX k TO l, CHANGE b b2 text",
        "ALTER TABLE t RENAME COLUMN c TO d2, RENAME COLUMN d TO c",
    ]);
    assert_eq!(ran.part(Column, "t", "a"), "2: RENAME COLUMN a TO d (renamed to d here)");
    assert_eq!(ran.part(Index, "t", "l"), "2: RENAME INDEX k TO l");
    assert_eq!(ran.made(&ObjectPath::part(Index, "t", "l")), "1: KEY k (c)");
    assert_eq!(ran.part(Column, "t", "B2"), "2: CHANGE b b2 text");
    assert_eq!(ran.part(Column, "t", "c"), "3: RENAME COLUMN d TO c");
    assert_eq!(ran.made(&ObjectPath::part(Column, "t", "c")), "1: a int");
    assert_eq!(ran.made(&ObjectPath::part(Column, "t", "d2")), "1: c int");
}

#[test]
fn renamed_tables_take_their_parts_along() {
    let ran = run(&[
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES p (id), CHECK (a > 1))",
        "RENAME TABLE t TO u, p TO t",
        "ALTER TABLE u RENAME TO v, ADD b int",
    ]);
    assert_eq!(ran.table("v"), "4: RENAME TO v");
    assert_eq!(ran.made(&ObjectPath::table("v")), "2: CREATE TABLE t");
    assert_eq!(ran.part(Column, "v", "a"), "2: a int");
    assert_eq!(ran.part(Column, "v", "b"), "4: ADD b int");
    assert_eq!(
        ran.made(&ObjectPath::part(ForeignKey, "v", "v_ibfk_1")),
        "2: FOREIGN KEY (a) REFERENCES p (id)"
    );
    assert_eq!(ran.made(&ObjectPath::part(Check, "v", "v_chk_1")), "2: CHECK (a > 1)");
    assert_eq!(ran.table("u"), "4: RENAME TO v (renamed to v here)");
    assert_eq!(ran.part(Column, "u", "a"), "4: RENAME TO v (renamed to v here)");
    assert_eq!(ran.table("t"), "3: p TO t");
    assert_eq!(ran.table("p"), "3: p TO t (renamed to t here)");
}

#[test]
fn dropped_tables_say_where() {
    let ran =
        run(&[T, "CREATE TABLE u (a int)", "CREATE TABLE v (a int)", "DROP TABLE u, v", "DROP TABLE t"]);
    assert_eq!(ran.table("t"), "5: DROP TABLE t (dropped here)");
    assert_eq!(ran.part(Column, "t", "a"), "5: DROP TABLE t (dropped here)");
    assert_eq!(ran.table("v"), "4: v (dropped here)");
    let folder =
        Folder::new(&[("0000_a", "CREATE TABLE t (a int);--> statement-breakpoint\nDROP TABLE t, u;")]);
    for (flavor, dropped) in [(Flavor::MYSQL_9_7, false), (Flavor::MARIADB_11_8, true)] {
        let outcome = replay(&folder.load(), &BTreeSet::new(), flavor).expect("it can be read");
        let place = outcome
            .end
            .places
            .provenance()
            .expect("of statements")
            .place_of(&ObjectPath::table("t"))
            .expect("it is known");
        assert_eq!(place.label.is_some(), dropped, "{flavor}: {place:?}");
    }
}

#[test]
fn what_changes_nothing_leaves_the_places() {
    let ran = run_on(
        Flavor::MARIADB_11_8,
        &[
            T,
            "CREATE TABLE IF NOT EXISTS t (z int)",
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS a int, ADD INDEX IF NOT EXISTS k (a), DROP COLUMN IF EXISTS z",
            "CREATE INDEX IF NOT EXISTS k ON t (a)",
            "CREATE TEMPORARY TABLE t (a int)",
            "ALTER TABLE t ADD y int, DROP a",
            "DROP TABLE t",
            "ALTER TABLE t FORCE, ALGORITHM = COPY",
        ],
    );
    assert_eq!(ran.table("t"), "1: CREATE TABLE t");
    assert_eq!(ran.part(Column, "t", "a"), "1: a int");
    assert_eq!(ran.part(Index, "t", "k"), "1: KEY k (c)");
    assert_eq!(ran.part(Column, "t", "y"), "1: CREATE TABLE t");
}

#[test]
fn mariadb_replaces_and_keeps_checks_with_columns() {
    let ran = run_on(
        Flavor::MARIADB_11_8,
        &[
            T,
            "CREATE OR REPLACE TABLE t (a int CHECK (a > 1), b int, CHECK (b > 1), KEY k (a))",
            "CREATE OR REPLACE INDEX k ON t (b)",
            "ALTER TABLE t CHANGE a aa int CHECK (aa > 2)",
            "RENAME TABLE t TO u",
        ],
    );
    assert_eq!(ran.table("u"), "5: t TO u");
    assert_eq!(ran.made(&ObjectPath::table("u")), "2: CREATE OR REPLACE TABLE t");
    assert_eq!(ran.part(Index, "u", "k"), "3: CREATE OR REPLACE INDEX k ON t (b)");
    assert_eq!(ran.part(Check, "u", "CONSTRAINT_1"), "2: CHECK (b > 1)");
    assert_eq!(ran.part(Check, "u", "aa"), "4: CHANGE a aa int CHECK (aa > 2)");
    assert_eq!(ran.made(&ObjectPath::part(Check, "u", "aa")), "2: CHECK (a > 1)");
}

#[test]
fn copied_tables_are_from_their_statement() {
    let ran = run(&[T, "CREATE TABLE u LIKE t"]);
    assert_eq!(ran.table("u"), "2: CREATE TABLE u");
    assert_eq!(ran.part(Column, "u", "a"), "2: CREATE TABLE u LIKE t");
    assert_eq!(ran.part(Index, "u", "k"), "2: CREATE TABLE u LIKE t");
}

#[test]
fn databases_are_kept_apart() {
    let ran = run(&[
        T,
        "CREATE DATABASE other",
        "CREATE TABLE other.t (q int)",
        "ALTER TABLE other.t ADD r int",
        "ALTER DATABASE CHARACTER SET latin1",
        "RENAME TABLE other.t TO moved",
        "DROP DATABASE other",
    ]);
    assert_eq!(ran.table("t"), "1: CREATE TABLE t");
    assert_eq!(ran.part(Column, "t", "q"), "1: CREATE TABLE t");
    assert_eq!(ran.table("moved"), "6: other.t TO moved");
    assert_eq!(ran.part(Column, "moved", "r"), "4: ADD r int");
    assert_eq!(ran.at(&ObjectPath::schema()), "5: ALTER DATABASE CHARACTER SET latin1");
}

#[test]
fn views_and_programs_are_known_where_they_are_made() {
    let ran = run(&[
        T,
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE OR REPLACE VIEW v AS SELECT B FROM t",
        "CREATE VIEW w AS SELECT 1",
        "DROP VIEW w",
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
        "CREATE PROCEDURE Pr() SELECT 1",
        "CREATE FUNCTION fu() RETURNS int DETERMINISTIC RETURN 1",
        "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY DO SELECT 1",
    ]);
    assert_eq!(ran.program(ObjectKind::View, "v"), "3: CREATE OR REPLACE VIEW v AS SELECT B FROM t");
    assert_eq!(ran.made(&ObjectPath::program(ObjectKind::View, "v")), "2: CREATE VIEW v AS SELECT a FROM t");
    assert_eq!(ran.program(ObjectKind::View, "w"), "5: DROP VIEW w (dropped here)");
    assert_eq!(ran.program(ObjectKind::View, "none"), "nowhere");
    assert!(ran.part(ObjectKind::Trigger, "t", "tr").starts_with("6: CREATE TRIGGER"));
    assert!(ran.program(ObjectKind::Procedure, "pr").starts_with("7: CREATE PROCEDURE"));
    assert!(ran.program(ObjectKind::Function, "fu").starts_with("8: CREATE FUNCTION"));
    assert!(ran.program(ObjectKind::Event, "EV").starts_with("9: CREATE EVENT"));
}

/// Every object of the schema that the migrations of the default project build has a place of its own.
#[test]
fn all_of_terp_is_known() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/terp");
    let project = terp_drizzle::load_project(dir.as_ref()).expect("it can be read");
    for flavor in [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8] {
        let outcome = replay(&project, &BTreeSet::new(), flavor).expect("it can be read");
        let made = |path: ObjectPath| {
            outcome
                .end
                .places
                .provenance()
                .expect("of statements")
                .made_at(&path)
                .unwrap_or_else(|| panic!("{path}"))
        };
        for table in &outcome.end.schema.tables {
            let own = made(ObjectPath::table(&table.name));
            let columns = table.columns.iter().map(|column| (Column, &column.name));
            let indexes = table.indexes.iter().map(|index| (Index, &index.name));
            let keys = table.foreign_keys.iter().map(|key| (ForeignKey, &key.name));
            for (kind, name) in columns.chain(indexes).chain(keys) {
                let place = made(ObjectPath::part(kind, &table.name, name));
                assert_ne!(
                    (&place.file, place.line),
                    (&own.file, own.line),
                    "{} {name}: {place}",
                    table.name
                );
            }
        }
    }
}
