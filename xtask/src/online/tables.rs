//! The tables of a file of records. A record names its operation and whether the table was plain; what columns, keys and options there were
//! is told from the statements and the servers' messages.

/// What is to be run before a record's statement.
pub(super) struct Setup {
    /// Statements that make the table `t`.
    pub(super) statements: Vec<String>,
    /// Statements that set the session afterwards.
    pub(super) settings: Vec<&'static str>,
    pub(super) foreign_key_checks: bool,
    pub(super) strict: bool,
}

const COLUMNS: &str = "a INT NULL, b INT NOT NULL DEFAULT 7, nn INT NULL, v50 VARCHAR(50) NULL, v60 VARCHAR(60) NULL, \
     v255 VARCHAR(255) NULL, v300 VARCHAR(300) NULL, u3 VARCHAR(50) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NULL, \
     u3k VARCHAR(40) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NULL, \
     u3l VARCHAR(80) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NULL, \
     u4 VARCHAR(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NULL, e ENUM('a','b','c') NULL, s SET('x','y') NULL, \
     d DECIMAL(10,2) NULL, ts DATETIME NULL, tsx TIMESTAMP NULL, tx TEXT NULL, bl VARBINARY(20) NULL, parent_id INT NULL, \
     parent2_id INT NULL";
const KEYS: &str = "KEY ia (a), KEY iv50 (v50), KEY iu3k (u3k)";
const RANGES: &str =
    "PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (1000), PARTITION p1 VALUES LESS THAN (100000))";

/// The table of an operation; `None` where it cannot be told.
pub(super) fn of(operation: &str, shape: &str, sql: &str) -> Option<Setup> {
    let operation = operation.trim_end_matches(" [plain table]");
    let full = match shape {
        "plain" => false,
        "as_in_harness" => true,
        _ => return None,
    };
    let mut statements = vec!["CREATE TABLE p (id INT NOT NULL PRIMARY KEY)".to_owned()];
    let indexed_parent = operation.contains("index pre-exists");
    // A plain table is always the large one.
    let own = if full { small(operation, sql) } else { None };
    statements.push(own.unwrap_or_else(|| large(full, indexed_parent)));
    let mut settings = Vec::new();
    let foreign_key_checks = !operation.contains("foreign_key_checks=0");
    if !foreign_key_checks {
        settings.push("SET foreign_key_checks = 0");
    }
    let strict = !operation.contains("non-strict");
    if !strict {
        settings.push("SET sql_mode = ''");
    }
    Some(Setup { statements, settings, foreign_key_checks, strict })
}

/// The table that most operations are tried on.
fn large(full: bool, indexed_parent: bool) -> String {
    let mut parts = vec!["id INT NOT NULL AUTO_INCREMENT PRIMARY KEY", COLUMNS, KEYS];
    if indexed_parent {
        parts.push("KEY ip2 (parent2_id)");
    }
    if full {
        parts.extend([
            "gv INT GENERATED ALWAYS AS (a + 1) VIRTUAL",
            "gs INT GENERATED ALWAYS AS (a + 2) STORED",
            "KEY ibl (bl)",
            "KEY iparent (parent_id)",
            "CONSTRAINT fk_t FOREIGN KEY (parent_id) REFERENCES p (id)",
            "CONSTRAINT ck_t CHECK (a > -1000)",
        ]);
    }
    format!("CREATE TABLE t ({})", parts.join(", "))
}

/// The table of an operation that has one of its own, as the words of its name and its statement tell.
fn small(operation: &str, sql: &str) -> Option<String> {
    let named = |word: &str| operation.contains(word);
    let does = |text: &str| sql.contains(text);
    let table = |rest: &str| {
        Some(format!("CREATE TABLE t (id INT NOT NULL, a INT NULL, b INT NOT NULL DEFAULT 7, {rest}"))
    };
    let keyed = |rest: &str| Some(format!("CREATE TABLE t (id INT NOT NULL PRIMARY KEY, {rest}"));
    let partitioned = named("partitioned table") || named("partition") && !does("PARTITION BY");
    if partitioned {
        return table(&format!("PRIMARY KEY (id)) {RANGES}"));
    }
    if does("ADD PRIMARY KEY (id)") && !does("DROP PRIMARY KEY") {
        return table("KEY ia (a))");
    }
    if does("PRIMARY KEY") {
        return table("uq INT NOT NULL, PRIMARY KEY (id), KEY ia (a))");
    }
    if does("MODIFY c ") {
        return column_c(operation, sql).and_then(|ty| keyed(&format!("c {ty})")));
    }
    if does(" INDEX ft2") || (named("FULLTEXT") && !does("FULLTEXT")) {
        return table("c VARCHAR(100), c2 VARCHAR(100), PRIMARY KEY (id), FULLTEXT KEY ft (c2))");
    }
    if does("CONVERT TO") {
        return keyed("c VARCHAR(20)) CHARACTER SET utf8mb3");
    }
    if does("SPATIAL") {
        return table("g POINT NOT NULL, PRIMARY KEY (id))");
    }
    if does("MODIFY j ") {
        return keyed("j JSON NULL)");
    }
    if does("MODIFY id BIGINT") {
        return keyed("a INT)");
    }
    if does("ck_t") {
        let off = if named("not enforced ->") { " NOT ENFORCED" } else { "" };
        return table(&format!("PRIMARY KEY (id), CONSTRAINT ck_t CHECK (a > -1000){off})"));
    }
    if does("gv") {
        return table("gv INT GENERATED ALWAYS AS (a + 1) VIRTUAL, PRIMARY KEY (id))");
    }
    if does("gs") {
        return table("gs INT GENERATED ALWAYS AS (a + 2) STORED, PRIMARY KEY (id))");
    }
    if does("fk_t") || does("RENAME COLUMN parent_id") {
        return table(
            "parent_id INT NULL, PRIMARY KEY (id), KEY iparent (parent_id), \
             CONSTRAINT fk_t FOREIGN KEY (parent_id) REFERENCES p (id))",
        );
    }
    let row_format = if named("COMPRESSED") {
        "COMPRESSED"
    } else if named("DYNAMIC") {
        "DYNAMIC"
    } else {
        "DEFAULT"
    };
    let whole = [
        "AUTO_INCREMENT UNIQUE",
        "AUTO_INCREMENT",
        "PAGE_COMPRESSED",
        "SYSTEM VERSIONING",
        "MyISAM",
        "PARTITION BY",
        "ENCRYPTION",
    ];
    let of_its_own =
        row_format != "DEFAULT" || (whole.iter().any(|word| does(word)) && !does("AUTO_INCREMENT="));
    of_its_own.then(|| table(&format!("PRIMARY KEY (id)) ROW_FORMAT={row_format}"))).flatten()
}

/// The type that the column `c` had: what the operation's name has before the arrow, or the new members without the last.
fn column_c(operation: &str, sql: &str) -> Option<String> {
    if operation.contains("append") {
        let (members, _) = sql.split_once("MODIFY c ")?.1.rsplit_once(",'")?;
        return Some(format!("{members})"));
    }
    let (before, after) = operation.split_once("->")?;
    let mut words = before.trim().splitn(2, [' ', '(']);
    let (name, length) = (words.next()?, words.next()?.trim_end_matches(')'));
    let charset = if after.contains("latin1") { " CHARACTER SET latin1" } else { "" };
    Some(format!("{name}({length}){charset}"))
}
