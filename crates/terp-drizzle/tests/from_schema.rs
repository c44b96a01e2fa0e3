//! Snapshots made from schemas: how things are spelled, and what is told of the rest. That they build the same schema
//! again is tested where they can be executed.

#![expect(clippy::expect_used, reason = "a test may fail in its helpers too")]

use terp_drizzle::Snapshot;
use terp_drizzle::chain::NO_SNAPSHOT;
use terp_drizzle::snapshot::{NotHeld, SnapshotKeyPart};
use terp_schema_model::{
    CreationContext, Event, Flavor, Routine, RoutineKind, Schema, SqlSecurity, Trigger, View,
};
use terp_sql::Catalog;

fn schema(flavor: Flavor, statements: &[&str]) -> Schema {
    let mut catalog = Catalog::new(flavor);
    catalog.create_database("x", flavor.default_character_set());
    catalog.use_database("x");
    for statement in statements {
        catalog.execute_text(statement).expect("the server takes it");
    }
    catalog.schema("x").expect("it was made")
}

fn convert(flavor: Flavor, statements: &[&str]) -> (Snapshot, Vec<NotHeld>) {
    Snapshot::from_schema(&schema(flavor, statements), flavor, "id", NO_SNAPSHOT)
}

/// Type and default of each column.
fn spelled(snapshot: &Snapshot) -> String {
    let column = |column: &terp_drizzle::snapshot::SnapshotColumn| {
        let default = column.default.as_ref().map(|default| format!(" = {default:?}")).unwrap_or_default();
        format!("{}: {}{default}\n", column.name, column.sql_type)
    };
    snapshot.tables.iter().flat_map(|table| &table.columns).map(column).collect()
}

const COLUMNS: &str = r"CREATE TABLE t (
    a int DEFAULT 5, b int unsigned DEFAULT '0', c tinyint(1) NOT NULL DEFAULT 1, d bool DEFAULT false, e tinyint(1) DEFAULT 2,
    f bigint DEFAULT 9007199254740991, g bigint DEFAULT 9007199254740992, h smallint unsigned zerofill,
    i decimal(10,2) DEFAULT 0, j decimal, k decimal(12) unsigned, l double DEFAULT 1.5, m double(8,3), n float DEFAULT 1e30,
    o real, p char(2), q varchar(255) DEFAULT 'it''s a \\ back\nslash', r text, s mediumblob, u binary(16), v varbinary(20),
    w date DEFAULT '2024-02-03', x datetime(3) DEFAULT CURRENT_TIMESTAMP(3), y timestamp NULL DEFAULT CURRENT_TIMESTAMP,
    z time(2), aa year DEFAULT 2024, ab enum('a','it''s','c,d\\') NOT NULL DEFAULT 'a', ac set('x','y') DEFAULT 'x,y',
    ad bit(4) DEFAULT b'101', ae json, af point, ag varbinary(4) DEFAULT 0xFF00, ah int DEFAULT (1 + 1))";

#[test]
fn types_and_defaults_are_spelled_as_drizzle_spells_them() {
    let (mysql, lost) = convert(
        Flavor::MYSQL_9_7,
        &[
            COLUMNS,
            "CREATE TABLE u (a text DEFAULT ('x'), b json DEFAULT ('{}'), c timestamp DEFAULT (now()))",
        ],
    );
    assert_eq!(lost, []);
    insta::assert_snapshot!("mysql", spelled(&mysql));
    let (mariadb, lost) = convert(
        Flavor::MARIADB_11_8,
        &[
            COLUMNS,
            "CREATE TABLE u (a text DEFAULT 'x', b json DEFAULT '{}', c timestamp DEFAULT (now()), d uuid DEFAULT uuid())",
        ],
    );
    assert_eq!(lost, []);
    insta::assert_snapshot!("mariadb", spelled(&mariadb));
}

#[test]
fn keys_have_drizzles_names_and_places() {
    let (snapshot, lost) = convert(
        Flavor::MYSQL_9_7,
        &[
            "CREATE TABLE p (id int AUTO_INCREMENT PRIMARY KEY, a int NOT NULL, b varchar(20), UNIQUE KEY ua (a), \
             UNIQUE KEY uab (a, b(5)), KEY kb (b DESC, a), KEY ke ((lower(b)), id), UNIQUE KEY ue ((a + 1)), \
             CONSTRAINT c CHECK (a > 0))",
            "CREATE TABLE c (x int, y int, PRIMARY KEY (x, y), CONSTRAINT fx FOREIGN KEY (y) REFERENCES p (id) \
             ON DELETE CASCADE, CONSTRAINT fy FOREIGN KEY (x) REFERENCES p (a) ON UPDATE SET DEFAULT)",
        ],
    );
    assert_eq!(lost, []);
    let part = |part: &SnapshotKeyPart| match part {
        SnapshotKeyPart::Column(name) => name.clone(),
        SnapshotKeyPart::Sql(sql) => format!("sql {sql}"),
    };
    let parts = |parts: &[SnapshotKeyPart]| parts.iter().map(part).collect::<Vec<_>>().join(" + ");
    let [child, parent] = snapshot.tables.as_slice() else { panic!("two tables") };
    let keys = |table: &terp_drizzle::snapshot::SnapshotTable| {
        table
            .primary_keys
            .iter()
            .map(|key| format!("{}({})", key.name, key.columns.join(",")))
            .collect::<Vec<_>>()
    };
    assert_eq!((keys(child), keys(parent)), (vec!["c_x_y_pk(x,y)".to_owned()], vec!["p_id(id)".to_owned()]));
    let uniques: Vec<_> =
        parent.unique_constraints.iter().map(|key| format!("{}: {}", key.name, parts(&key.parts))).collect();
    assert_eq!(uniques, ["ua: a"]);
    let indexes: Vec<_> = parent
        .indexes
        .iter()
        .map(|index| {
            format!(
                "{} {}: {}",
                if index.unique { "unique" } else { "plain" },
                index.name,
                parts(&index.parts)
            )
        })
        .collect();
    assert_eq!(
        indexes,
        [
            "unique ue: sql ((`a` + 1))",
            "unique uab: a + sql `b`(5)",
            "plain kb: sql `b` desc + a",
            "plain ke: sql (lower(`b`)) + id",
        ]
    );
    // The index that the foreign key makes is its own affair.
    assert_eq!(child.indexes, []);
    let foreign_keys: Vec<_> = child
        .foreign_keys
        .iter()
        .map(|key| (key.name.as_str(), key.on_delete.as_deref(), key.on_update.as_deref()))
        .collect();
    assert_eq!(
        foreign_keys,
        [("fx", Some("cascade"), Some("no action")), ("fy", Some("no action"), Some("set default"))]
    );
    assert_eq!(parent.checks[0].expression, "(`a` > 0)");
}

#[test]
fn what_has_no_place_is_named() {
    let mut schema = schema(
        Flavor::MYSQL_9_7,
        &[
            "CREATE TABLE p (id int PRIMARY KEY)",
            "CREATE TABLE t (id int, a varchar(50) CHARACTER SET latin1 COMMENT 'c' INVISIBLE, b text, \
             c timestamp(3) NULL ON UPDATE CURRENT_TIMESTAMP(3), g point NOT NULL SRID 4326, x int, PRIMARY KEY (id, a(5) DESC), \
             FULLTEXT KEY ft (b), SPATIAL KEY sp (g), KEY k (id) COMMENT 'k' INVISIBLE, \
             CONSTRAINT ck CHECK (id > 0) NOT ENFORCED) \
             COMMENT='t' ROW_FORMAT=DYNAMIC CHARSET=utf8mb4 COLLATE=utf8mb4_bin AUTO_INCREMENT=7",
            "CREATE TABLE u (id int) PARTITION BY HASH (id) PARTITIONS 2",
            "ALTER TABLE t ALTER COLUMN x DROP DEFAULT",
        ],
    );
    schema.views.push(View {
        name: "v".to_owned(),
        definer: "`root`@`%`".to_owned(),
        security: SqlSecurity::Invoker,
        algorithm: "MERGE".to_owned(),
        columns: vec!["a".to_owned()],
        body: "select 1".to_owned(),
        check_option: "LOCAL".to_owned(),
        context: CreationContext::default(),
    });
    schema.triggers.push(Trigger { name: "tr".to_owned(), table: "t".to_owned(), ..Trigger::default() });
    schema.routines.push(Routine { name: "f".to_owned(), kind: RoutineKind::Function, ..Routine::default() });
    schema.events.push(Event { name: "e".to_owned(), ..Event::default() });
    let (snapshot, lost) = Snapshot::from_schema(&schema, Flavor::MYSQL_9_7, "id", NO_SNAPSHOT);
    let told: Vec<_> = lost.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
    insta::assert_snapshot!("whole", snapshot.to_json());

    // The key that the kit's order of statements can't make in time.
    let (_, lost) = convert(
        Flavor::MARIADB_11_8,
        &[
            "CREATE TABLE p (a int, KEY k (a)) ENGINE=InnoDB",
            "CREATE TABLE c (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (a))",
            "CREATE TABLE d (j int, k int CHECK (k > 0))",
        ],
    );
    let told: Vec<_> = lost.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "the foreign key `f` of `c`: that its parent's columns have no key but an index: drizzle-kit makes indexes \
             after foreign keys, and servers refuse that order",
            "the column `k` of `d`: the CHECK of the column itself: a snapshot has no place for it",
        ]
    );
}
