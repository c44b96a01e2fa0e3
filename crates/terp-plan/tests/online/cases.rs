//! The tables and the statements that are tried. Every table has the same columns, so that nearly every statement fits every table.

use terp_schema_model::Vendor;

/// One statement on one table.
pub(crate) struct Case {
    pub(crate) shape: &'static Shape,
    /// What is done, with the words that set the session.
    pub(crate) operation: String,
}

impl Case {
    fn words(&self) -> (Vec<&str>, &str) {
        let mut parts: Vec<&str> = self.operation.split("! ").collect();
        let rest = parts.pop().unwrap_or_default();
        (parts, rest)
    }

    /// The statement.
    pub(crate) fn sql(&self) -> String {
        let (_, rest) = self.words();
        let whole = ["CREATE ", "DROP INDEX "].iter().any(|start| rest.starts_with(start));
        if whole { rest.to_owned() } else { format!("ALTER TABLE t {rest}") }
    }

    pub(crate) fn foreign_key_checks(&self) -> bool {
        !self.words().0.contains(&"fk0")
    }

    pub(crate) fn strict(&self) -> bool {
        !self.words().0.contains(&"lax")
    }
}

/// Every statement on every table that a vendor's servers can have.
pub(crate) fn every_case(vendor: Vendor) -> Vec<Case> {
    let here = |on: On| match on {
        On::Both => true,
        On::MySql => vendor == Vendor::MySql,
        On::MariaDb => vendor == Vendor::MariaDb,
    };
    let mut cases = Vec::new();
    for shape in SHAPES.iter().filter(|shape| here(shape.on)) {
        for (_, operation) in OPERATIONS.iter().filter(|(on, _)| here(*on)) {
            // All servers die of a virtual column before the documents' ids, which predictions refuse.
            cases.push(Case { shape, operation: (*operation).to_owned() });
        }
        if !PAIRED.contains(&shape.name) {
            continue;
        }
        for (n, first) in ACTIONS.iter().enumerate() {
            for second in &ACTIONS[n + 1..] {
                cases.push(Case { shape, operation: format!("{first}, {second}") });
            }
        }
    }
    cases
}

/// One table: its statements make `t`, and what it needs.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// What follows the common columns between the parentheses.
    elements: &'static str,
    /// What follows the parentheses.
    options: &'static str,
    /// Statements after it.
    after: &'static str,
    pub(crate) on: On,
}

/// The servers that something is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Both,
    MySql,
    MariaDb,
}

const COLUMNS: &str = "id INT NOT NULL, a INT NOT NULL DEFAULT 1, n INT NULL, v VARCHAR(30) NULL, w VARCHAR(60) NULL, \
     x VARCHAR(300) NULL, l VARCHAR(40) CHARACTER SET latin1 NULL, u VARCHAR(50) CHARACTER SET utf8mb3 NULL, c CHAR(10) NULL, \
     vb VARBINARY(20) NULL, e ENUM('a','b') NULL, s SET('x','y') NULL, d DECIMAL(10,2) NULL, f FLOAT NULL, dt DATETIME NULL, \
     ts TIMESTAMP NULL, tx TEXT NULL, bl BLOB NULL, bi BIT(3) NULL, p INT NULL, nn INT NOT NULL";
const ROWS: &str = "INSERT INTO t (id, a, n, v, w, x, l, u, c, vb, e, s, d, f, dt, ts, tx, bl, bi, p, nn) VALUES \
     (1, 1, 1, 'v', 'w', 'x', 'l', 'u', 'c', 'b', 'a', 'x', 1.5, 1.5, '2024-01-01 00:00:00', '2024-01-01 00:00:00', 't', 'b', b'1', 1, 1), \
     (2, 2, 2, 'w', 'x', 'y', 'm', 'v', 'd', 'c', 'b', 'y', 2.5, 2.5, '2024-01-02 00:00:00', '2024-01-02 00:00:00', 'u', 'c', b'10', 2, 2)";
const PARENT: &str = "CREATE TABLE par (id INT NOT NULL PRIMARY KEY, k INT NOT NULL, UNIQUE KEY (k)); INSERT INTO par VALUES (1, 1), (2, 2)";

impl Shape {
    /// The statements that make it, rows included.
    pub(crate) fn statements(&self) -> Vec<String> {
        // MEMORY has no TEXT and BLOB.
        let without = |text: &str, parts: &[&str]| {
            parts.iter().fold(text.to_owned(), |text, part| text.replace(part, ""))
        };
        let memory = self.name == "MEMORY";
        let columns = without(COLUMNS, if memory { &[" tx TEXT NULL, bl BLOB NULL,"] } else { &[] });
        let rows = without(ROWS, if memory { &[" tx, bl,", " 't', 'b',", " 'u', 'c', b'10'"] } else { &[] });
        let rows = if memory {
            rows.replace("'2024-01-02 00:00:00',,", "'2024-01-02 00:00:00', b'10',")
        } else {
            rows
        };
        let create = format!("CREATE TABLE t ({columns}, {}){}", self.elements, self.options);
        let split = |text: &str| text.split("; ").filter(|s| !s.is_empty()).map(str::to_owned).collect();
        let mut all: Vec<String> = split(PARENT);
        all.push(create);
        // Without a default for the point there are no rows.
        if !self.elements.starts_with("g0 POINT") {
            all.push(rows);
        }
        all.extend::<Vec<String>>(split(self.after));
        all
    }
}

const fn shape(name: &'static str, on: On, elements: &'static str, options: &'static str) -> Shape {
    Shape { name, elements, options, after: "", on }
}

macro_rules! keys {
    ($($more:literal)?) => {
        concat!(
            "PRIMARY KEY (id), KEY ka (a), KEY kv (v), KEY kl (l), KEY ku (u), KEY kx (x(20)), KEY kp (p), UNIQUE KEY qn (n)"
            $(, ", ", $more)?
        )
    };
}

/// Every table.
#[rustfmt::skip]
pub(crate) const SHAPES: &[Shape] = &[
    shape("plain", On::Both, keys!(), ""),
    shape("no keys", On::Both, "KEY ka (a)", ""),
    shape("one unique not null", On::Both, "UNIQUE KEY qn (nn), KEY ka (a)", ""),
    shape("unique not null", On::Both, "UNIQUE KEY qn (nn), UNIQUE KEY qa (a), KEY ka (a)", ""),
    shape("auto_increment", On::Both, keys!("ai INT NOT NULL AUTO_INCREMENT, KEY kai (ai)"), ""),
    shape("fulltext", On::Both, keys!("FULLTEXT KEY ft (tx)"), ""),
    shape("two fulltext", On::Both, keys!("FULLTEXT KEY ft (tx), FULLTEXT KEY ft2 (w)"), ""),
    shape("fulltext with document ids", On::Both,
        keys!("FTS_DOC_ID BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, UNIQUE KEY FTS_DOC_ID_INDEX (FTS_DOC_ID), FULLTEXT KEY ft (tx)"), ""),
    shape("virtual", On::Both, keys!("g INT AS (a + 1) VIRTUAL"), ""),
    shape("indexed virtual", On::Both, keys!("g INT AS (a + 1) VIRTUAL, KEY kg (g)"), ""),
    shape("virtual, then stored", On::Both, keys!("g INT AS (a + 1) VIRTUAL, z0 INT, gs INT AS (n + 1) STORED"), ""),
    shape("stored", On::Both, keys!("gs INT AS (a + 1) STORED"), ""),
    shape("functional key", On::MySql, keys!("KEY kf ((a + 1))"), ""),
    shape("check", On::Both, keys!("CONSTRAINT ck CHECK (a > 0)"), ""),
    shape("foreign key", On::Both, keys!("CONSTRAINT fk FOREIGN KEY (p) REFERENCES par (id)"), ""),
    shape("foreign key with cascade", On::Both,
        keys!("CONSTRAINT fk FOREIGN KEY (p) REFERENCES par (id) ON DELETE CASCADE ON UPDATE SET NULL"), ""),
    Shape {
        after: "CREATE TABLE child (id INT NOT NULL PRIMARY KEY, t INT, KEY (t), CONSTRAINT fkc FOREIGN KEY (t) REFERENCES t (n) ON DELETE SET NULL)",
        ..shape("parent", On::Both, keys!(), "")
    },
    shape("compressed", On::Both, keys!(), " ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8"),
    shape("redundant", On::Both, keys!(), " ROW_FORMAT=REDUNDANT"),
    shape("compact", On::Both, keys!(), " ROW_FORMAT=COMPACT"),
    shape("dynamic", On::Both, keys!(), " ROW_FORMAT=DYNAMIC"),
    shape("statistics and comment", On::Both, keys!(), " COMMENT='c' STATS_PERSISTENT=1"),
    shape("spatial", On::Both, "g0 POINT NOT NULL, KEY ka (a), PRIMARY KEY (id), SPATIAL KEY sg (g0)", ""),
    shape("spatial column", On::Both, "g0 POINT NOT NULL, KEY ka (a), PRIMARY KEY (id)", ""),
    shape("by range", On::Both, "KEY ka (a), KEY kv (v), PRIMARY KEY (id)",
        " PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (2), PARTITION p1 VALUES LESS THAN (100))"),
    shape("by list", On::Both, "KEY ka (a), KEY kv (v), PRIMARY KEY (id)",
        " PARTITION BY LIST (id) (PARTITION p0 VALUES IN (1), PARTITION p1 VALUES IN (2))"),
    shape("by hash", On::Both, "KEY ka (a), PRIMARY KEY (id)", " PARTITION BY HASH (id) PARTITIONS 3"),
    shape("by key", On::Both, "KEY ka (a), PRIMARY KEY (id)", " PARTITION BY KEY (id) PARTITIONS 2"),
    shape("partitions with virtual", On::Both, "g INT AS (a + 1) VIRTUAL, KEY ka (a), PRIMARY KEY (id)", " PARTITION BY HASH (id) PARTITIONS 2"),
    shape("invisible", On::Both, keys!("iv INT INVISIBLE"), ""),
    shape("default by expression", On::Both, keys!("de VARCHAR(40) DEFAULT (UUID())"), ""),
    shape("versioned", On::MariaDb, keys!(), " WITH SYSTEM VERSIONING"),
    shape("MyISAM", On::Both, keys!("CONSTRAINT ck CHECK (a > 0)"), " ENGINE=MyISAM"),
    shape("MEMORY", On::Both, keys!("CONSTRAINT ck CHECK (a > 0)"), " ENGINE=MEMORY"),
    shape("Aria", On::MariaDb, keys!(), " ENGINE=Aria"),
    shape("page compressed", On::MariaDb, keys!(), " PAGE_COMPRESSED=1"),
    shape("compressed column", On::MariaDb, keys!("cc TEXT COMPRESSED"), ""),
    Shape {
        after: "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.n = NEW.n",
        ..shape("trigger", On::Both, keys!(), "")
    },
    shape("prefixes", On::Both, "PRIMARY KEY (id), KEY ka (a), KEY kv (v(5)), KEY kvb (vb(5)), KEY kw (w(10)), KEY kc (c(3)), KEY kdesc (a DESC)", ""),
    shape("character sets", On::Both, "ca VARCHAR(20) CHARACTER SET ascii, cu VARCHAR(20) CHARACTER SET ucs2, \
        c3 CHAR(10) CHARACTER SET utf8mb3, t3 TEXT CHARACTER SET utf8mb3, e3 ENUM('a','b') CHARACTER SET utf8mb3, \
        v3 VARCHAR(10) CHARACTER SET utf8mb3, w3 VARCHAR(50) CHARACTER SET utf8mb3, y YEAR, tm TIME, g1 POINT, \
        PRIMARY KEY (id), KEY ka (a), KEY kv3 (v3), KEY kw3 (w3(5))", " CHARACTER SET utf8mb3"),
    shape("json", On::Both, "j JSON, PRIMARY KEY (id), KEY ka (a)", ""),
    shape("binary keys", On::Both, "PRIMARY KEY (id), KEY ka (a), KEY kvb (vb), KEY kw (w), KEY kc (c), KEY ke (e), KEY kav (a, v)", ""),
    shape("text primary key", On::Both, "ux VARCHAR(20) NOT NULL DEFAULT '', PRIMARY KEY (ux, id), KEY ka (a)", ""),
];

/// What is done to `t`: what follows ALTER TABLE t, or a whole statement. A word and `!` before it set the session:
/// `fk0` foreign_key_checks=0, `lax` an sql_mode that is not strict.
#[rustfmt::skip]
pub(crate) const OPERATIONS: &[(On, &str)] = &[
    // Columns added.
    (On::Both, "ADD COLUMN z INT NULL"),
    (On::Both, "ADD COLUMN z INT NULL FIRST"),
    (On::Both, "ADD COLUMN z INT NULL AFTER a"),
    (On::Both, "ADD COLUMN z INT NOT NULL"),
    (On::Both, "ADD COLUMN z INT NOT NULL DEFAULT 5"),
    (On::Both, "ADD COLUMN (z INT, y INT)"),
    (On::Both, "ADD COLUMN z TEXT"),
    (On::Both, "ADD COLUMN z DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP"),
    (On::Both, "ADD COLUMN z TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
    (On::Both, "ADD COLUMN z VARCHAR(40) DEFAULT (UUID())"),
    (On::Both, "ADD COLUMN z INT DEFAULT (1 + 1)"),
    (On::Both, "ADD COLUMN z INT DEFAULT (a)"),
    (On::Both, "ADD COLUMN z DATE DEFAULT (CURRENT_DATE)"),
    (On::Both, "ADD COLUMN z DATETIME NOT NULL"),
    (On::Both, "ADD COLUMN z DATE NOT NULL"),
    (On::Both, "ADD COLUMN z POINT NOT NULL"),
    (On::Both, "ADD COLUMN z TIMESTAMP NOT NULL DEFAULT '2024-01-01 00:00:00'"),
    (On::Both, "ADD COLUMN z INT UNIQUE"),
    (On::Both, "ADD COLUMN z INT CHECK (z > 0)"),
    (On::Both, "ADD COLUMN z INT, ADD CONSTRAINT ckz CHECK (z > 0)"),
    (On::Both, "ADD COLUMN z INT, ADD CONSTRAINT ckz CHECK (n > 0)"),
    (On::MySql, "ADD COLUMN z INT CHECK (z > 0) NOT ENFORCED"),
    (On::Both, "ADD COLUMN z INT NOT NULL AUTO_INCREMENT UNIQUE"),
    (On::Both, "ADD COLUMN z INT AS (a * 2) VIRTUAL"),
    (On::Both, "ADD COLUMN z INT AS (a * 2) VIRTUAL FIRST"),
    (On::Both, "ADD COLUMN z INT AS (a * 2) VIRTUAL AFTER a"),
    (On::Both, "ADD COLUMN z INT AS (a * 2) STORED"),
    (On::Both, "ADD COLUMN z INT AS (a * 2) VIRTUAL, ADD KEY kz (z)"),
    (On::Both, "ADD COLUMN z INT AS (a * 2) VIRTUAL, ADD COLUMN y INT"),
    (On::Both, "ADD COLUMN z INT AS (a * 2) VIRTUAL UNIQUE"),
    (On::Both, "ADD COLUMN z INT INVISIBLE"),
    (On::Both, "ADD COLUMN z INT COMMENT 'x'"),
    (On::Both, "ADD COLUMN z ENUM('a')"),
    (On::Both, "ADD COLUMN z JSON"),
    (On::Both, "ADD COLUMN z POINT"),
    (On::MariaDb, "ADD COLUMN IF NOT EXISTS a INT"),
    (On::MariaDb, "ADD COLUMN z TEXT COMPRESSED"),
    (On::MariaDb, "ADD COLUMN z INT WITHOUT SYSTEM VERSIONING"),
    (On::Both, "ADD COLUMN z INT REFERENCES par (id)"),
    (On::Both, "fk0! ADD COLUMN z INT REFERENCES par (id)"),
    // Columns dropped and renamed.
    (On::Both, "DROP COLUMN w"),
    (On::Both, "DROP COLUMN nn"),
    (On::Both, "DROP COLUMN v"),
    (On::Both, "DROP COLUMN a"),
    (On::Both, "DROP COLUMN g"),
    (On::Both, "DROP COLUMN gs"),
    (On::Both, "DROP COLUMN tx"),
    (On::Both, "DROP COLUMN g0"),
    (On::Both, "DROP COLUMN w, DROP COLUMN d"),
    (On::Both, "DROP COLUMN v, DROP KEY kv"),
    (On::MariaDb, "DROP COLUMN IF EXISTS nothing"),
    (On::Both, "DROP COLUMN d, ADD COLUMN d DECIMAL(12,2)"),
    (On::Both, "DROP COLUMN w, ADD COLUMN z INT"),
    (On::Both, "RENAME COLUMN w TO w2"),
    (On::Both, "RENAME COLUMN a TO a2"),
    (On::Both, "RENAME COLUMN p TO p2"),
    (On::Both, "RENAME COLUMN n TO n2"),
    (On::Both, "RENAME COLUMN v TO w, RENAME COLUMN w TO v"),
    (On::Both, "RENAME COLUMN g TO g2"),
    (On::Both, "RENAME COLUMN tx TO tx2"),
    (On::Both, "RENAME COLUMN w TO w2, ADD COLUMN z INT"),
    (On::Both, "RENAME COLUMN w TO w2, DROP COLUMN d"),
    (On::Both, "CHANGE w w2 VARCHAR(60)"),
    (On::Both, "CHANGE w w2 VARCHAR(70)"),
    (On::Both, "CHANGE w w2 VARCHAR(60) DEFAULT 'q'"),
    (On::Both, "CHANGE d d2 DECIMAL(10,2) NOT NULL"),
    (On::Both, "CHANGE w W VARCHAR(60)"),
    (On::MariaDb, "RENAME COLUMN IF EXISTS nothing TO more"),
    // Attributes of columns.
    (On::Both, "ALTER COLUMN a SET DEFAULT 9"),
    (On::Both, "ALTER COLUMN a DROP DEFAULT"),
    (On::Both, "ALTER COLUMN n SET DEFAULT (1 + 1)"),
    (On::MySql, "ALTER COLUMN n SET INVISIBLE"),
    (On::Both, "MODIFY n INT NULL INVISIBLE"),
    (On::Both, "MODIFY n INT NULL COMMENT 'x'"),
    (On::Both, "MODIFY n INT NULL"),
    (On::Both, "MODIFY dt DATETIME NULL ON UPDATE CURRENT_TIMESTAMP"),
    (On::Both, "MODIFY dt DATETIME NULL DEFAULT CURRENT_TIMESTAMP"),
    (On::Both, "MODIFY n INT NOT NULL"),
    (On::Both, "lax! MODIFY n INT NOT NULL"),
    (On::Both, "MODIFY ts TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP"),
    (On::Both, "MODIFY d DECIMAL(10,2) NOT NULL"),
    (On::Both, "MODIFY d DECIMAL(10,2) NOT NULL DEFAULT 1"),
    (On::Both, "MODIFY a INT NULL DEFAULT 1"),
    (On::Both, "MODIFY nn INT NULL"),
    (On::Both, "MODIFY w VARCHAR(60) NULL FIRST"),
    (On::Both, "MODIFY w VARCHAR(60) NULL AFTER dt"),
    (On::Both, "MODIFY d DECIMAL(10,2) NULL AFTER s"),
    (On::Both, "MODIFY g INT AS (a + 1) VIRTUAL FIRST"),
    (On::Both, "MODIFY id INT NOT NULL AUTO_INCREMENT"),
    (On::Both, "MODIFY ai INT NOT NULL"),
    (On::Both, "MODIFY ai BIGINT NOT NULL AUTO_INCREMENT"),
    (On::Both, "MODIFY n INT NULL CHECK (n > 0)"),
    (On::Both, "MODIFY iv INT"),
    (On::Both, "MODIFY de VARCHAR(40)"),
    (On::Both, "MODIFY g INT AS (a + 2) VIRTUAL"),
    (On::Both, "MODIFY gs INT AS (a + 2) STORED"),
    (On::Both, "MODIFY g INT"),
    (On::Both, "MODIFY gs INT"),
    (On::Both, "MODIFY n INT AS (a) STORED"),
    (On::Both, "MODIFY g BIGINT AS (a + 1) VIRTUAL"),
    (On::Both, "MODIFY g INT AS (a + 1) VIRTUAL COMMENT 'x'"),
    (On::Both, "MODIFY gs INT AS (a + 1) STORED COMMENT 'x'"),
    (On::MySql, "MODIFY n INT COLUMN_FORMAT DYNAMIC"),
    (On::MySql, "MODIFY n INT STORAGE DISK"),
    // Types.
    (On::Both, "MODIFY n BIGINT"),
    (On::Both, "MODIFY n SMALLINT"),
    (On::Both, "MODIFY n INT UNSIGNED"),
    (On::Both, "MODIFY n INT(11)"),
    (On::Both, "MODIFY n INT(5)"),
    (On::Both, "MODIFY n INT ZEROFILL"),
    (On::Both, "MODIFY n BIGINT, ADD COLUMN z INT"),
    (On::Both, "MODIFY d DECIMAL(12,2)"),
    (On::Both, "MODIFY d DECIMAL(10,3)"),
    (On::Both, "MODIFY d DECIMAL(10,2) UNSIGNED"),
    (On::Both, "MODIFY f DOUBLE"),
    (On::Both, "MODIFY f FLOAT(7,2)"),
    (On::Both, "MODIFY f FLOAT UNSIGNED"),
    (On::Both, "MODIFY dt DATETIME(3)"),
    (On::Both, "MODIFY dt TIMESTAMP NULL"),
    (On::Both, "MODIFY dt DATE"),
    (On::Both, "MODIFY ts DATETIME"),
    (On::Both, "MODIFY bi BIT(8)"),
    (On::Both, "MODIFY bi BIT(9)"),
    (On::Both, "MODIFY v VARCHAR(40)"),
    (On::Both, "MODIFY v VARCHAR(63)"),
    (On::Both, "MODIFY v VARCHAR(64)"),
    (On::Both, "MODIFY v VARCHAR(20)"),
    (On::Both, "MODIFY w VARCHAR(63)"),
    (On::Both, "MODIFY w VARCHAR(64)"),
    (On::Both, "MODIFY w VARCHAR(50)"),
    (On::Both, "MODIFY w TEXT"),
    (On::Both, "MODIFY w CHAR(60)"),
    (On::Both, "MODIFY w VARBINARY(240)"),
    (On::Both, "MODIFY x VARCHAR(400)"),
    (On::Both, "MODIFY x VARCHAR(299)"),
    (On::Both, "MODIFY l VARCHAR(255) CHARACTER SET latin1"),
    (On::Both, "MODIFY l VARCHAR(256) CHARACTER SET latin1"),
    (On::Both, "MODIFY l VARCHAR(40) CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY l VARCHAR(40) CHARACTER SET latin1 COLLATE latin1_bin"),
    (On::Both, "MODIFY u VARCHAR(50) CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY u VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"),
    (On::Both, "MODIFY u VARCHAR(63) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"),
    (On::Both, "MODIFY u VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"),
    (On::Both, "MODIFY u VARCHAR(50) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin"),
    (On::Both, "MODIFY v VARCHAR(30) COLLATE utf8mb4_bin"),
    (On::Both, "MODIFY w VARCHAR(60) COLLATE utf8mb4_bin"),
    (On::Both, "MODIFY x VARCHAR(300) COLLATE utf8mb4_bin"),
    (On::Both, "MODIFY w VARCHAR(63) COLLATE utf8mb4_bin"),
    (On::Both, "MODIFY ux VARCHAR(20) COLLATE utf8mb4_bin NOT NULL DEFAULT ''"),
    (On::Both, "MODIFY ux VARCHAR(30) NOT NULL DEFAULT ''"),
    (On::Both, "MODIFY c CHAR(20)"),
    (On::Both, "MODIFY c VARCHAR(10)"),
    (On::Both, "MODIFY c CHAR(10) COLLATE utf8mb4_bin"),
    (On::Both, "MODIFY c CHAR(10) CHARACTER SET latin1"),
    (On::Both, "MODIFY vb VARBINARY(100)"),
    (On::Both, "MODIFY vb VARBINARY(300)"),
    (On::Both, "MODIFY vb VARCHAR(20)"),
    (On::Both, "MODIFY vb BINARY(20)"),
    (On::Both, "MODIFY tx MEDIUMTEXT"),
    (On::Both, "MODIFY tx TEXT COLLATE utf8mb4_bin"),
    (On::Both, "MODIFY tx BLOB"),
    (On::Both, "MODIFY bl LONGBLOB"),
    (On::Both, "MODIFY e ENUM('a','b','c')"),
    (On::Both, "MODIFY e ENUM('a','c','b')"),
    (On::Both, "MODIFY e ENUM('a','bb')"),
    (On::Both, "MODIFY e ENUM('a','b') COLLATE utf8mb4_bin"),
    (On::Both, "MODIFY e VARCHAR(5)"),
    (On::Both, "MODIFY s SET('x','y','z')"),
    (On::Both, "MODIFY s SET('x','y','1','2','3','4','5','6','7')"),
    (On::Both, "MODIFY s SET('y','x')"),
    (On::Both, "MODIFY e ENUM('a','b','c'), ADD COLUMN z INT"),
    (On::Both, "MODIFY v VARCHAR(40), ADD COLUMN z INT"),
    (On::Both, "MODIFY v VARCHAR(40), ADD KEY kz (n)"),
    (On::Both, "MODIFY g0 GEOMETRY NOT NULL"),
    (On::Both, "MODIFY ca VARCHAR(20) CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY ca VARCHAR(20) CHARACTER SET utf8mb3"),
    (On::Both, "MODIFY ca VARCHAR(20) CHARACTER SET latin1"),
    (On::Both, "MODIFY cu VARCHAR(20) CHARACTER SET utf16"),
    (On::Both, "MODIFY c3 CHAR(10) CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY c3 CHAR(10) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin"),
    (On::Both, "MODIFY t3 TEXT CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY t3 BLOB"),
    (On::Both, "MODIFY e3 ENUM('a','b') CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY e3 ENUM('a','b','c') CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY v3 VARCHAR(10) CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY v3 VARCHAR(20) CHARACTER SET utf8mb3"),
    (On::Both, "MODIFY v3 VARBINARY(30)"),
    (On::Both, "MODIFY w3 VARCHAR(50) CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY w3 VARCHAR(60) CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY w3 VARCHAR(70) CHARACTER SET utf8mb4"),
    (On::Both, "MODIFY tm TIME(3)"),
    (On::Both, "MODIFY y INT"),
    (On::Both, "MODIFY g1 GEOMETRY"),
    (On::Both, "MODIFY g1 LINESTRING"),
    (On::MySql, "MODIFY g1 POINT SRID 4326"),
    (On::Both, "MODIFY j LONGTEXT"),
    (On::Both, "MODIFY j JSON"),
    (On::Both, "MODIFY j JSON COMMENT 'x'"),
    (On::MariaDb, "MODIFY j LONGTEXT COLLATE utf8mb4_bin"),
    (On::MariaDb, "MODIFY tx JSON"),
    (On::MariaDb, "MODIFY cc TEXT"),
    (On::MariaDb, "MODIFY tx TEXT COMPRESSED"),
    (On::Both, "CONVERT TO CHARACTER SET utf8mb4"),
    (On::Both, "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"),
    (On::Both, "CONVERT TO CHARACTER SET latin1"),
    (On::Both, "DEFAULT CHARACTER SET latin1"),
    (On::Both, "COLLATE utf8mb4_bin"),
    // Keys.
    (On::Both, "ADD KEY kz (w)"),
    (On::Both, "ADD KEY kz (w(10))"),
    (On::Both, "ADD KEY kz (d DESC)"),
    (On::Both, "ADD UNIQUE KEY kz (d)"),
    (On::Both, "ADD UNIQUE KEY kz (nn)"),
    (On::Both, "ADD UNIQUE KEY kz (id, a)"),
    (On::Both, "ADD KEY kz (g)"),
    (On::Both, "ADD KEY kz (gs)"),
    (On::MySql, "ADD KEY kz ((a * 2))"),
    (On::MySql, "ADD UNIQUE KEY kz ((nn * 2), id)"),
    (On::Both, "ADD FULLTEXT KEY kz (w)"),
    (On::Both, "ADD FULLTEXT KEY kz (w), ADD FULLTEXT KEY ky (x)"),
    (On::Both, "ADD FULLTEXT KEY kz (w), ADD KEY ky (d)"),
    (On::Both, "ADD SPATIAL KEY kz (g0)"),
    (On::Both, "ADD KEY kz (d), ADD KEY ky (dt)"),
    (On::Both, "ADD KEY kz (d) COMMENT 'x'"),
    (On::Both, "DROP KEY ka"),
    (On::Both, "DROP KEY qn"),
    (On::Both, "DROP KEY kp"),
    (On::Both, "DROP KEY kg"),
    (On::Both, "DROP KEY ft"),
    (On::Both, "DROP KEY sg"),
    (On::Both, "DROP KEY kf"),
    (On::Both, "DROP KEY ka, ADD KEY ka (a)"),
    (On::Both, "DROP KEY ka, ADD KEY ka (a, nn)"),
    (On::Both, "DROP KEY ka, ADD KEY ka (a) COMMENT 'x'"),
    (On::Both, "DROP KEY ka, ADD KEY kz (a)"),
    (On::Both, "DROP KEY ka, ADD KEY kz (d)"),
    (On::Both, "DROP KEY ka, ADD KEY ka (a) USING BTREE"),
    (On::Both, "DROP KEY ka, ADD KEY ka (a) KEY_BLOCK_SIZE=4"),
    (On::Both, "DROP KEY ft, ADD FULLTEXT KEY ft (w)"),
    (On::Both, "RENAME KEY ka TO kz"),
    (On::Both, "RENAME KEY ka TO kz, ADD COLUMN z INT"),
    (On::Both, "RENAME KEY ft TO fz"),
    (On::MySql, "ALTER INDEX ka INVISIBLE"),
    (On::MariaDb, "ALTER INDEX ka IGNORED"),
    (On::MySql, "ALTER INDEX ka INVISIBLE, ADD COLUMN z INT"),
    (On::MariaDb, "ALTER INDEX ka IGNORED, ADD COLUMN z INT"),
    (On::Both, "ADD PRIMARY KEY (nn)"),
    (On::Both, "ADD PRIMARY KEY (n)"),
    (On::Both, "DROP PRIMARY KEY"),
    (On::Both, "DROP PRIMARY KEY, ADD PRIMARY KEY (nn)"),
    (On::Both, "DROP PRIMARY KEY, ADD PRIMARY KEY (id, nn)"),
    (On::Both, "DROP PRIMARY KEY, ADD PRIMARY KEY (id)"),
    (On::Both, "DROP PRIMARY KEY, ADD COLUMN z INT NOT NULL AUTO_INCREMENT PRIMARY KEY"),
    (On::Both, "DROP PRIMARY KEY, ADD UNIQUE KEY kz (nn)"),
    (On::Both, "DROP KEY qn, ADD UNIQUE KEY qz (n)"),
    (On::Both, "DISABLE KEYS"),
    (On::Both, "ENABLE KEYS"),
    (On::Both, "DISABLE KEYS, ADD COLUMN z INT"),
    // Constraints.
    (On::Both, "ADD CONSTRAINT fz FOREIGN KEY (p) REFERENCES par (id)"),
    (On::Both, "fk0! ADD CONSTRAINT fz FOREIGN KEY (p) REFERENCES par (id)"),
    (On::Both, "fk0! ADD CONSTRAINT fz FOREIGN KEY (nn) REFERENCES par (id)"),
    (On::Both, "fk0! ADD CONSTRAINT fz FOREIGN KEY (nn) REFERENCES par (id), ADD COLUMN z INT"),
    (On::Both, "fk0! ADD CONSTRAINT fz FOREIGN KEY (p) REFERENCES par (id) ON DELETE CASCADE"),
    (On::Both, "ADD KEY kz (nn), ADD CONSTRAINT fz FOREIGN KEY (nn) REFERENCES par (id)"),
    (On::Both, "DROP FOREIGN KEY fk"),
    (On::Both, "DROP FOREIGN KEY fk, DROP KEY kp"),
    (On::Both, "DROP FOREIGN KEY fk, ADD COLUMN z INT"),
    (On::Both, "DROP FOREIGN KEY fk, DROP COLUMN p"),
    (On::Both, "DROP FOREIGN KEY fk, RENAME COLUMN p TO p2"),
    (On::Both, "ADD CONSTRAINT ckz CHECK (a > 0)"),
    (On::MySql, "ADD CONSTRAINT ckz CHECK (a > 0) NOT ENFORCED"),
    (On::Both, "DROP CONSTRAINT ck"),
    (On::MySql, "ALTER CHECK ck NOT ENFORCED"),
    (On::MySql, "ALTER CHECK ck ENFORCED"),
    (On::Both, "DROP CONSTRAINT ck, ADD CONSTRAINT ck CHECK (a > 0)"),
    // Options and the table as a whole.
    (On::Both, "COMMENT='x'"),
    (On::Both, "COMMENT='x', ADD COLUMN z INT"),
    (On::Both, "AUTO_INCREMENT=100"),
    (On::Both, "AUTO_INCREMENT=100, ADD COLUMN z INT"),
    (On::Both, "ROW_FORMAT=COMPACT"),
    (On::Both, "ROW_FORMAT=DYNAMIC"),
    (On::Both, "ROW_FORMAT=DEFAULT"),
    (On::Both, "ROW_FORMAT=COMPRESSED"),
    (On::Both, "ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=4"),
    (On::Both, "KEY_BLOCK_SIZE=8"),
    (On::Both, "STATS_PERSISTENT=0"),
    (On::Both, "STATS_SAMPLE_PAGES=20, STATS_AUTO_RECALC=1"),
    (On::Both, "CHECKSUM=1"),
    (On::Both, "DELAY_KEY_WRITE=1"),
    (On::Both, "MAX_ROWS=1000"),
    (On::Both, "MIN_ROWS=10"),
    (On::Both, "AVG_ROW_LENGTH=100"),
    (On::Both, "PACK_KEYS=1"),
    (On::MySql, "AUTOEXTEND_SIZE=4M"),
    (On::MySql, "COMPRESSION='zlib'"),
    (On::MySql, "ENCRYPTION='N'"),
    (On::MySql, "TABLESPACE innodb_file_per_table"),
    (On::MariaDb, "PAGE_COMPRESSED=1"),
    (On::MariaDb, "PAGE_COMPRESSED=0"),
    (On::MariaDb, "PAGE_CHECKSUM=1"),
    (On::MariaDb, "TRANSACTIONAL=1"),
    (On::Both, "ENGINE=InnoDB"),
    (On::Both, "ENGINE=InnoDB, ADD COLUMN z INT"),
    (On::Both, "ENGINE=MyISAM"),
    (On::Both, "FORCE"),
    (On::Both, "FORCE, ADD COLUMN z INT"),
    (On::Both, "ORDER BY a"),
    (On::Both, "RENAME TO t2"),
    (On::Both, "RENAME TO t2, ADD COLUMN z INT"),
    (On::Both, "RENAME TO t2, ADD KEY kz (d)"),
    (On::Both, "RENAME TO t2, ALTER COLUMN a SET DEFAULT 9"),
    (On::MariaDb, "ADD SYSTEM VERSIONING"),
    (On::MariaDb, "DROP SYSTEM VERSIONING"),
    // Partitions.
    (On::Both, "PARTITION BY HASH (id) PARTITIONS 4"),
    (On::Both, "PARTITION BY KEY (id) PARTITIONS 2"),
    (On::Both, "REMOVE PARTITIONING"),
    (On::Both, "ADD COLUMN z INT REMOVE PARTITIONING"),
    (On::Both, "ADD PARTITION (PARTITION p2 VALUES LESS THAN (200))"),
    (On::Both, "ADD PARTITION (PARTITION p2 VALUES IN (3, 4))"),
    (On::Both, "ADD PARTITION PARTITIONS 1"),
    (On::Both, "DROP PARTITION p0"),
    (On::Both, "COALESCE PARTITION 1"),
    (On::Both, "REORGANIZE PARTITION p1 INTO (PARTITION p1 VALUES LESS THAN (50), PARTITION p2 VALUES LESS THAN (100))"),
    (On::Both, "REORGANIZE PARTITION p0, p1 INTO (PARTITION p0 VALUES IN (1, 2))"),
    (On::Both, "TRUNCATE PARTITION p0"),
    (On::Both, "REBUILD PARTITION p0"),
    (On::Both, "REBUILD PARTITION ALL"),
    (On::Both, "ANALYZE PARTITION p0"),
    (On::Both, "OPTIMIZE PARTITION p0"),
    // Statements of their own.
    (On::Both, "CREATE INDEX kz ON t (d)"),
    (On::Both, "CREATE UNIQUE INDEX kz ON t (d, id)"),
    (On::Both, "CREATE FULLTEXT INDEX kz ON t (w)"),
    (On::Both, "CREATE SPATIAL INDEX kz ON t (g0)"),
    (On::MariaDb, "CREATE OR REPLACE INDEX ka ON t (d)"),
    (On::MariaDb, "CREATE INDEX IF NOT EXISTS ka ON t (d)"),
    (On::Both, "DROP INDEX ka ON t"),
    (On::Both, "DROP INDEX `PRIMARY` ON t"),
    (On::Both, "DROP INDEX ft ON t"),
    (On::MariaDb, "DROP INDEX IF EXISTS nothing ON t"),
];

/// Actions of which every two are also tried together, on the tables of [`PAIRED`].
pub(crate) const ACTIONS: &[&str] = &[
    "ADD COLUMN z INT",
    "ADD COLUMN y INT AFTER a",
    "ADD COLUMN gv INT AS (a * 3) VIRTUAL",
    "DROP COLUMN d",
    "DROP COLUMN bl",
    "RENAME COLUMN w TO w2",
    "MODIFY n INT NOT NULL",
    "MODIFY nn INT NULL",
    "MODIFY v VARCHAR(40)",
    "MODIFY f FLOAT NULL AFTER ts",
    "MODIFY e ENUM('a','b','c')",
    "MODIFY s SET('y')",
    "ALTER COLUMN a SET DEFAULT 7",
    "ADD KEY kz (dt)",
    "ADD UNIQUE KEY qz (nn)",
    "DROP KEY ka",
    "RENAME KEY ka TO kr",
    "COMMENT='x'",
    "STATS_PERSISTENT=0",
    "ADD CONSTRAINT ckz CHECK (a > 0)",
    "RENAME TO t2",
];

/// The tables on which pairs are tried.
pub(crate) const PAIRED: &[&str] = &["plain", "virtual", "fulltext", "by range", "redundant", "MyISAM"];
