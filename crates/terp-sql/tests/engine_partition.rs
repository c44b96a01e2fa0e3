//! Partitions, as the servers show and refuse them. Every expectation was observed on MySQL 9.7, MariaDB 11.8 and
//! MariaDB 10.11.

use terp_schema_model::Flavor;
use terp_sql::{Catalog, ExecuteError};

const MYSQL: Flavor = Flavor::mysql(9, 7, 4);
const MARIADB: Flavor = Flavor::mariadb(11, 8, 9);
const BOTH: [Flavor; 2] = [MYSQL, MARIADB];

fn catalog(flavor: Flavor) -> Catalog {
    let mut catalog = Catalog::new(flavor);
    catalog.create_database("d", flavor.default_character_set());
    catalog.use_database("d");
    catalog
}

/// The partition clause of table t after the statements.
fn shown(flavor: Flavor, statements: &[&str]) -> String {
    let mut catalog = catalog(flavor);
    for sql in statements {
        catalog.execute_text(sql).unwrap_or_else(|e| panic!("{flavor}: {sql}: {e}"));
    }
    let text = catalog.show_create_table("d", "t").unwrap_or_default();
    let start = text.find("PARTITION BY").unwrap_or_else(|| panic!("{text}"));
    // MySQL's comment that opened before the clause ends behind it.
    text[start..].trim_end_matches(" */").to_owned()
}

/// How the last statement is refused.
fn refused(flavor: Flavor, statements: &[&str]) -> (u16, String) {
    let mut catalog = catalog(flavor);
    let Some((last, before)) = statements.split_last() else { panic!("no statement") };
    for sql in before {
        catalog.execute_text(sql).unwrap_or_else(|e| panic!("{flavor}: {sql}: {e}"));
    }
    let shown = catalog.show_create_table("d", "t");
    match catalog.execute_text(last) {
        Err(ExecuteError::Refused(error)) => {
            assert_eq!(
                catalog.show_create_table("d", "t"),
                shown,
                "{last} was refused and changed the table"
            );
            (error.errno, error.message)
        }
        other => panic!("{flavor}: {last}: {other:?}"),
    }
}

fn errno(flavor: Flavor, sql: &str) -> u16 {
    refused(flavor, &[sql]).0
}

#[test]
fn partitions_are_listed_counted_or_implied() {
    let create = |rest: &str| format!("CREATE TABLE t (a int, b int) PARTITION BY {rest}");
    assert_eq!(shown(MYSQL, &[&create("HASH (a)")]), "PARTITION BY HASH (`a`)");
    assert_eq!(shown(MYSQL, &[&create("HASH (a) PARTITIONS 3")]), "PARTITION BY HASH (`a`)\nPARTITIONS 3");
    assert_eq!(
        shown(MYSQL, &[&create("LINEAR HASH (a+B) (PARTITION x, PARTITION y)")]),
        "PARTITION BY LINEAR HASH ((`a` + `b`))\n(PARTITION x ENGINE = InnoDB,\n PARTITION y ENGINE = InnoDB)"
    );
    assert_eq!(
        shown(MARIADB, &[&create("LINEAR HASH (a+B) (PARTITION x, PARTITION y)")]),
        "PARTITION BY LINEAR HASH (`a` + `b`)\n(PARTITION `x` ENGINE = InnoDB,\n PARTITION `y` ENGINE = InnoDB)"
    );
    assert_eq!(
        shown(MYSQL, &[&create("LINEAR KEY ALGORITHM = 1 (A) PARTITIONS 2")]),
        "PARTITION BY LINEAR KEY */ /*!50611 ALGORITHM = 1 */ /*!50100 (A)\nPARTITIONS 2"
    );
}

#[test]
fn bounds_are_evaluated() {
    for flavor in BOTH {
        let text = shown(
            flavor,
            &["CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p VALUES IN \
               (10*5, -5, NULL, 7 DIV 2, -7 % 4, ABS(-9), FLOOR(-1.5), TO_DAYS('2020-01-01'), \
                YEAR('2019-05-05'), UNIX_TIMESTAMP('2020-01-01'), DAYOFWEEK('2020-05-08')))"],
        );
        let expected = "VALUES IN (NULL,50,-5,3,-3,9,-2,737790,2019,1577836800,6) ENGINE = InnoDB)";
        assert!(text.ends_with(expected), "{text}");
    }
}

#[test]
fn bounds_of_columns_are_shown_as_literals() {
    let sql = "CREATE TABLE t (d date, c varchar(9), b varbinary(9)) PARTITION BY LIST COLUMNS (d, c, b) \
               (PARTITION p VALUES IN (('2020-1-1', 'it''s', 'a'), (DATE '2020-01-02', NULL, x'ff')))";
    let mysql = shown(MYSQL, &[sql]);
    let expected = "(('2020-1-1','it''s',_binary 0x61),('2020-01-02',NULL,_binary 0xFF))";
    assert!(mysql.contains(expected), "{mysql}");
    let mariadb = shown(MARIADB, &[sql]);
    assert!(mariadb.contains("(('2020-1-1','it''s','a'),('2020-01-02',NULL,_binary 0xff))"), "{mariadb}");
}

#[test]
fn bounds_that_do_not_fit_are_refused() {
    let range = |column: &str, bounds: &str| {
        let partitions: Vec<String> = bounds
            .split(';')
            .enumerate()
            .map(|(n, bound)| format!("PARTITION p{n} VALUES LESS THAN {bound}"))
            .collect();
        format!("CREATE TABLE t (a {column}) PARTITION BY RANGE (a) ({})", partitions.join(", "))
    };
    let columns = |column: &str, bounds: &str| range(column, bounds).replace("RANGE (", "RANGE COLUMNS (");
    for flavor in BOTH {
        assert_eq!(errno(flavor, &range("int", "(10);(10)")), 1493);
        assert_eq!(errno(flavor, &range("int", "MAXVALUE;(10)")), 1481);
        assert_eq!(errno(flavor, &range("int", "(NULL)")), 1566);
        assert_eq!(errno(flavor, &range("int", "('1')")), 1697);
        assert_eq!(errno(flavor, &range("int", "(1.5)")), 1697);
        assert_eq!(errno(flavor, &range("int", "(10/5)")), 1564);
        assert_eq!(errno(flavor, &range("int", "(nothing)")), 1054);
        assert_eq!(errno(flavor, &range("int unsigned", "(-5)")), 1563);
        assert_eq!(errno(flavor, &range("int", "(1, 2)")), 1657);
        assert_eq!(errno(flavor, &columns("int", "(1, 2)")), 1653);
        assert_eq!(errno(flavor, &columns("tinyint", "(300)")), 1654);
        assert_eq!(errno(flavor, &columns("int", "('1')")), 1654);
        assert_eq!(errno(flavor, &columns("date", "('2020-13-01')")), 1654);
        assert_eq!(errno(flavor, &columns("date", "(20200101)")), 1654);
        assert_eq!(errno(flavor, &columns("varchar(9)", "('a');('A')")), 1493);
        assert_eq!(errno(flavor, &columns("float", "(1)")), 1659);
    }
    let list = "CREATE TABLE t (a date) PARTITION BY LIST COLUMNS (a) (PARTITION p VALUES IN ('2020-01-01', '20-1-1'))";
    assert_eq!(errno(MYSQL, list), 1495);
}

#[test]
fn functions_are_refused() {
    let hash = |columns: &str, by: &str| format!("CREATE TABLE t ({columns}) PARTITION BY HASH ({by})");
    for flavor in BOTH {
        assert_eq!(errno(flavor, &hash("a int", "1 + 1")), 1486);
        assert_eq!(errno(flavor, &hash("a int", "YEAR(a)")), 1486);
        assert_eq!(errno(flavor, &hash("a timestamp NULL", "YEAR(a)")), 1486);
        assert_eq!(errno(flavor, &hash("a date", "HOUR(a)")), 1486);
        assert_eq!(errno(flavor, &hash("a int", "RAND()")), 1064);
        assert_eq!(errno(flavor, &hash("a int", "a | 2")), 1564);
        assert_eq!(errno(flavor, &hash("a varchar(9)", "LENGTH(a)")), 1564);
        assert_eq!(errno(flavor, &hash("a varchar(9)", "a DIV 1")), 1564);
        assert_eq!(errno(flavor, &hash("a varchar(9)", "a")), 1659);
        assert_eq!(errno(flavor, &hash("a float", "FLOOR(a)")), 1491);
        assert_eq!(errno(flavor, &hash("a int", "a * 2.5")), 1491);
        assert_eq!(errno(flavor, &hash("a text", "a")), 1502);
        assert_eq!(errno(flavor, &hash("a int", "b")), 1054);
        assert_eq!(errno(flavor, "CREATE TABLE t (a int) PARTITION BY KEY (b)"), 1488);
        assert_eq!(errno(flavor, "CREATE TABLE t (a int) PARTITION BY KEY ()"), 1488);
        assert_eq!(errno(flavor, "CREATE TABLE t (a int) PARTITION BY KEY (a, A)"), 1652);
        assert_eq!(errno(flavor, &hash("a int, b int, UNIQUE (b)", "a")), 1503);
    }
    let extract = shown(MYSQL, &[&hash("a datetime", "EXTRACT(DAY_HOUR FROM a)")]);
    assert_eq!(extract, "PARTITION BY HASH (extract(day_hour from `a`))");
    let timestamp = shown(MYSQL, &[&hash("a timestamp NULL", "UNIX_TIMESTAMP(a)")]);
    assert_eq!(timestamp, "PARTITION BY HASH (unix_timestamp(`a`))");
}

#[test]
fn engines_do_not_mix() {
    let create = |options: &str, first: &str, second: &str| {
        format!(
            "CREATE TABLE t (a int) {options} PARTITION BY HASH (a) (PARTITION x {first}, PARTITION y {second})"
        )
    };
    for flavor in BOTH {
        assert_eq!(errno(flavor, &create("", "ENGINE=InnoDB", "")), 1497);
        assert_eq!(errno(flavor, &create("ENGINE=InnoDB", "ENGINE=MyISAM", "")), 1497);
        assert!(shown(flavor, &[&create("ENGINE=InnoDB", "ENGINE=InnoDB", "")]).contains("ENGINE = InnoDB"));
    }
    assert_eq!(errno(MYSQL, &create("", "ENGINE=MyISAM", "ENGINE=MyISAM")), 1178);
    let mut mariadb = catalog(MARIADB);
    mariadb.execute_text(&create("", "ENGINE=MyISAM", "ENGINE=MyISAM")).unwrap();
    assert!(mariadb.show_create_table("d", "t").unwrap().contains(") ENGINE=MyISAM "));
    mariadb.execute_text("ALTER TABLE t ENGINE=InnoDB").unwrap();
    assert!(!mariadb.show_create_table("d", "t").unwrap().contains("MyISAM"));
}

#[test]
fn hash_partitions_are_added_and_coalesced() {
    let create = "CREATE TABLE t (a int) PARTITION BY HASH (a) PARTITIONS 4";
    let add = "ALTER TABLE t ADD PARTITION PARTITIONS 2";
    for flavor in BOTH {
        assert_eq!(shown(flavor, &[create, add]), "PARTITION BY HASH (`a`)\nPARTITIONS 6");
        let coalesced = shown(flavor, &[create, "ALTER TABLE t COALESCE PARTITION 3"]);
        assert_eq!(coalesced, "PARTITION BY HASH (`a`)\nPARTITIONS 1");
        let listed = "ALTER TABLE t ADD PARTITION (PARTITION p6)";
        assert_eq!(shown(flavor, &[create, listed]).matches("ENGINE = InnoDB").count(), 5);
        let (errno, message) = refused(flavor, &[create, listed, "ALTER TABLE t ADD PARTITION PARTITIONS 2"]);
        assert_eq!((errno, message.as_str()), (1517, "Duplicate partition name p6"));
        assert_eq!(refused(flavor, &[create, "ALTER TABLE t COALESCE PARTITION 4"]).0, 1508);
        assert_eq!(refused(flavor, &[create, "ALTER TABLE t COALESCE PARTITION 0"]).0, 1515);
        assert_eq!(refused(flavor, &[create, "ALTER TABLE t ADD PARTITION PARTITIONS 9000"]).0, 1499);
        assert_eq!(refused(flavor, &[create, "ALTER TABLE t DROP PARTITION p0"]).0, 1512);
        assert_eq!(
            refused(flavor, &[create, "ALTER TABLE t REORGANIZE PARTITION p0, p1 INTO (PARTITION x)"]).0,
            1510
        );
    }
}

#[test]
fn ranges_are_added_dropped_and_reorganized() {
    let create = "CREATE TABLE t (a int) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10), \
                  PARTITION p1 VALUES LESS THAN (20), PARTITION p2 VALUES LESS THAN (30))";
    let alter = |action: &str| format!("ALTER TABLE t {action}");
    let names = |flavor, action: &str| -> Vec<String> {
        let text = shown(flavor, &[create, &alter(action)]);
        let lines = text.lines().filter(|l| l.contains("VALUES"));
        lines
            .map(|l| l.trim_start_matches([' ', '(']).replace(" ENGINE = InnoDB", "").replace('`', ""))
            .collect()
    };
    for flavor in BOTH {
        assert_eq!(names(flavor, "DROP PARTITION p0, P2"), ["PARTITION p1 VALUES LESS THAN (20))"]);
        assert_eq!(
            names(flavor, "REORGANIZE PARTITION p2, p1 INTO (PARTITION x VALUES LESS THAN (40))"),
            ["PARTITION p0 VALUES LESS THAN (10),", "PARTITION x VALUES LESS THAN (40))"]
        );
        let refusal = |action: &str| refused(flavor, &[create, &alter(action)]).0;
        assert_eq!(refusal("ADD PARTITION (PARTITION p3 VALUES LESS THAN (30))"), 1493);
        assert_eq!(refusal("ADD PARTITION (PARTITION p0 VALUES LESS THAN (40))"), 1517);
        assert_eq!(refusal("ADD PARTITION (PARTITION p3)"), 1479);
        assert_eq!(refusal("ADD PARTITION (PARTITION p3 VALUES IN (40))"), 1480);
        assert_eq!(refusal("ADD PARTITION PARTITIONS 1"), 1492);
        assert_eq!(refusal("COALESCE PARTITION 1"), 1509);
        assert_eq!(refusal("DROP PARTITION p0, nosuch"), 1507);
        assert_eq!(refusal("DROP PARTITION p0, p1, nosuch"), 1508);
        assert_eq!(refusal("REORGANIZE PARTITION p0, p2 INTO (PARTITION x VALUES LESS THAN (30))"), 1519);
        assert_eq!(refusal("REORGANIZE PARTITION p0 INTO (PARTITION x VALUES LESS THAN (9))"), 1520);
        assert_eq!(refusal("REORGANIZE PARTITION p2 INTO (PARTITION x VALUES LESS THAN (29))"), 1520);
        assert_eq!(refusal("REORGANIZE PARTITION"), 1511);
        assert_eq!(refusal("TRUNCATE PARTITION nosuch"), 1735);
        assert_eq!(refusal("MODIFY a varchar(9)"), 1659);
        assert_eq!(refusal("ADD COLUMN b int, ADD PRIMARY KEY (b)"), 1503);
        assert_eq!(refused(flavor, &["CREATE TABLE t (a int)", &alter("DROP PARTITION p0")]).0, 1505);
    }
}

#[test]
fn subpartitions_are_named_when_one_is_listed() {
    let create = "CREATE TABLE t (a int) PARTITION BY RANGE (a) SUBPARTITION BY HASH (a) SUBPARTITIONS 2 \
                  (PARTITION p0 VALUES LESS THAN (1) MAX_ROWS 3)";
    let add =
        "ALTER TABLE t ADD PARTITION (PARTITION p1 VALUES LESS THAN (2) (SUBPARTITION x, SUBPARTITION y))";
    assert_eq!(
        shown(MYSQL, &[create, add]),
        "PARTITION BY RANGE (`a`)\nSUBPARTITION BY HASH (`a`)\n(PARTITION p0 VALUES LESS THAN (1)\n \
         (SUBPARTITION p0sp0 MAX_ROWS = 3 ENGINE = InnoDB,\n  SUBPARTITION p0sp1 MAX_ROWS = 3 ENGINE = InnoDB),\n \
         PARTITION p1 VALUES LESS THAN (2)\n (SUBPARTITION x ENGINE = InnoDB,\n  SUBPARTITION y ENGINE = InnoDB))"
    );
    let three = "ALTER TABLE t ADD PARTITION (PARTITION p1 VALUES LESS THAN (2) (SUBPARTITION x))";
    assert_eq!(refused(MYSQL, &[create, three]).0, 1513);
    assert_eq!(errno(MARIADB, "CREATE TABLE t (a int) PARTITION BY HASH (a) SUBPARTITION BY HASH (a)"), 1500);
}

#[test]
fn what_is_not_known_is_said() {
    let mut catalog = catalog(MYSQL);
    let sql = "CREATE TABLE t (a varchar(9)) PARTITION BY RANGE COLUMNS (a) \
               (PARTITION p VALUES LESS THAN ('e'), PARTITION q VALUES LESS THAN ('é'))";
    assert!(matches!(catalog.execute_text(sql), Err(ExecuteError::Unsupported(_))));
}
