//! What is found in a declared schema before any migration is written.

mod common;

use common::told;
use terp_drift::{
    DeclaredName, DeclaredTable, Leak, NameKind, NonPortableDefault, Place, UnsupportedDeclaration,
    check_names, custom_type, declaration_error, declaration_fails, duplicate_table_names, is_name_fault,
    non_portable_default, shared_builder_leak, unsupported_declaration,
};
use terp_schema_model::Flavor;

const FLAVORS: [Flavor; 3] = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11];

fn name(kind: NameKind, table: &str, name: &str, line: u32) -> DeclaredName {
    DeclaredName {
        kind,
        table: table.to_owned(),
        name: name.to_owned(),
        derived: false,
        place: Place::at("schema.ts", line, 3),
    }
}

fn names(names: &[DeclaredName], flavor: Flavor) -> Vec<String> {
    told(&check_names(names, flavor))
}

const KINDS: [NameKind; 7] = [
    NameKind::Table,
    NameKind::Column,
    NameKind::PrimaryKey,
    NameKind::Unique,
    NameKind::Index,
    NameKind::ForeignKey,
    NameKind::Check,
];

#[test]
fn names_of_64_characters_are_taken_and_longer_ones_are_not() {
    for flavor in FLAVORS {
        for kind in KINDS {
            // Characters count, not bytes.
            let most = name(kind, "t", &"é".repeat(64), 1);
            assert_eq!(names(&[most], flavor), [""; 0], "{kind:?}");
            let long = check_names(&[name(kind, "t", &"x".repeat(65), 1)], flavor);
            assert_eq!(long.len(), usize::from(kind != NameKind::PrimaryKey), "{kind:?}");
            let told = long.first().map(|finding| finding.message.clone()).unwrap_or_default();
            let errno = match kind {
                NameKind::Table if flavor.is_mariadb() => "1103",
                _ => "1059",
            };
            assert!(told.is_empty() || told.contains("has 65 characters") && told.contains(errno), "{told}");
        }
    }
}

#[test]
fn who_made_a_long_name_decides_the_advice() {
    let long = "requisition_documents_document_id_purchase_requisition_documents_id_fk";
    let mut key = name(NameKind::ForeignKey, "requisition_documents", long, 7);
    let help = |key: &DeclaredName| {
        let findings = check_names(std::slice::from_ref(key), Flavor::MYSQL_9_7);
        findings.first().and_then(|finding| finding.help.clone()).unwrap_or_default()
    };
    assert_eq!(help(&key), "shorten the name");
    key.derived = true;
    assert!(help(&key).contains("foreignKey({ name, columns, foreignColumns })"));
    assert_eq!(
        names(&[key], Flavor::MYSQL_9_7),
        [format!(
            "error[identifier-too-long] the name of the foreign key `{long}` of `requisition_documents` has 70 \
             characters, and 64 are allowed (error 1059) @ schema.ts:7:3 (error 1059)"
        )]
    );
}

#[test]
fn foreign_keys_share_the_names_of_the_database() {
    let keys = [
        name(NameKind::ForeignKey, "invoices", "customer_fk", 3),
        name(NameKind::ForeignKey, "orders", "orders_fk", 5),
        name(NameKind::ForeignKey, "payments", "Customer_FK", 9),
    ];
    assert_eq!(
        names(&keys, Flavor::MYSQL_9_7),
        [
            "error[name-collision] the name `customer_fk` is taken: the foreign key of `invoices` and the foreign key \
          of `payments` have it, and names of foreign keys are unique in a database, whatever their case \
          (error 1826) @ schema.ts:3:3 (`customer_fk`); schema.ts:9:3 (error 1826)"
        ]
    );
    assert!(names(&keys, Flavor::MARIADB_11_8)[0].contains("(error 1005, errno 121)"));
    assert_eq!(names(&keys[..2], Flavor::MYSQL_9_7), [""; 0]);
}

#[test]
fn other_names_are_unique_where_servers_say() {
    let pair =
        |kind: NameKind, tables: [&str; 2]| [name(kind, tables[0], "n", 1), name(kind, tables[1], "N", 2)];
    for flavor in FLAVORS {
        for (kind, within, across) in [
            (NameKind::Column, Some("1060"), None),
            (NameKind::Index, Some("1061"), None),
            (NameKind::Unique, Some("1061"), None),
            (NameKind::Check, Some(if flavor.is_mysql() { "3822" } else { "1826" }), {
                flavor.is_mysql().then_some("3822")
            }),
            (NameKind::PrimaryKey, None, None),
            (NameKind::Table, None, None),
        ] {
            for (tables, errno) in [(["t", "t"], within), (["t", "u"], across)] {
                let told = names(&pair(kind, tables), flavor);
                assert_eq!(
                    told.len(),
                    usize::from(errno.is_some()),
                    "{flavor} {kind:?} {tables:?}: {told:?}"
                );
                assert!(told.iter().all(|line| line.contains(errno.unwrap_or_default())), "{told:?}");
            }
        }
        // An index and a unique constraint share their names; an index, a check and a foreign key don't.
        let both = [name(NameKind::Index, "t", "n", 1), name(NameKind::Unique, "t", "n", 2)];
        assert_eq!(names(&both, flavor).len(), 1);
        let apart = [NameKind::Index, NameKind::Check, NameKind::ForeignKey, NameKind::Column];
        assert_eq!(names(&apart.map(|kind| name(kind, "t", "n", 1)), flavor), [""; 0]);
    }
}

#[test]
fn refusals_that_the_names_explain() {
    for errno in [1059, 1060, 1061, 1103, 1826, 3822] {
        assert!(is_name_fault(errno, ""));
    }
    assert!(is_name_fault(
        1005,
        "Can't create table `s`.`u` (errno: 121 \"Duplicate key on write or update\")"
    ));
    assert!(!is_name_fault(1005, "Can't create table `s`.`u` (errno: 150 \"Foreign key constraint\")"));
    assert!(!is_name_fault(1101, "") && !is_name_fault(1064, ""));
}

fn table(name: &str, export: Option<&str>, line: u32) -> DeclaredTable {
    DeclaredTable {
        name: name.to_owned(),
        export: export.map(str::to_owned),
        place: Place::at("schema.ts", line, 14),
    }
}

#[test]
fn of_two_tables_of_one_name_the_last_wins() {
    let tables =
        [table("notes", Some("noteArchive"), 20), table("tags", None, 3), table("notes", Some("notes"), 9)];
    assert_eq!(
        told(&duplicate_table_names(&tables)),
        [
            "error[duplicate-table-name] the table `notes` is declared twice: drizzle-kit takes the last one, `notes`, \
          and drops the other one @ schema.ts:9:14 (this one wins); schema.ts:20:14 (dropped in silence)"
        ]
    );
    let three = [table("a", None, 1), table("a", None, 2), table("a", None, 3)];
    assert_eq!(
        told(&duplicate_table_names(&three)),
        [
            "error[duplicate-table-name] the table `a` is declared 3 times: drizzle-kit takes the last one and drops \
          the others @ schema.ts:3:14 (this one wins); schema.ts:1:14 (dropped in silence); schema.ts:2:14 \
          (dropped in silence)"
        ]
    );
    assert_eq!(told(&duplicate_table_names(&tables[..2])), [""; 0]);
}

#[test]
fn names_of_tables_that_differ_in_case_only() {
    let tables = [table("Notes", None, 1), table("notes", None, 2), table("notes", None, 3)];
    let told = told(&duplicate_table_names(&tables));
    assert_eq!(told.len(), 2);
    assert_eq!(
        told[1],
        "warning[duplicate-table-name] the tables `Notes` and `notes` differ in case only: they are one table where \
         lower_case_table_names is not 0 @ schema.ts:1:14 (`Notes`); schema.ts:3:14 (`notes`)"
    );
}

#[test]
fn a_leak_has_the_places_of_both_columns_and_of_the_builder() {
    let leak = Leak {
        builder: Place::at("schema.ts", 5, 16),
        first: Place::at("schema.ts", 9, 11),
        second: Place::at("schema.ts", 14, 3),
        first_column: "tasks.status".to_owned(),
        second_column: "reminders.status".to_owned(),
        what: vec!["NOT NULL".to_owned(), "DEFAULT 'new'".to_owned()],
    };
    assert_eq!(
        told(&[shared_builder_leak(&leak)]),
        [
            "warning[shared-builder-leak] `reminders.status` shares its builder with `tasks.status`, and gets from it: \
          NOT NULL and DEFAULT 'new' @ schema.ts:14:3 (`reminders.status` gets more than is written here); \
          schema.ts:9:11 (it comes from `tasks.status`); schema.ts:5:16 (the builder that both share)"
        ]
    );
}

#[test]
fn what_a_server_or_javascript_refuses() {
    let place = || Place::at("schema.ts", 4, 3);
    let literal = declaration_fails(
        "the column `notes`.`body`",
        1101,
        "BLOB, TEXT, GEOMETRY or JSON column 'body' can't have a default value",
        place(),
    );
    let long =
        declaration_fails("the table", 1103, &format!("Incorrect table name '{}'", "x".repeat(70)), place());
    let undefined = declaration_error("`t.nmae` is undefined", None, place());
    let custom = custom_type("invoices", "total", "decimal(19,4)", place());
    assert_eq!(
        told(&[literal.clone(), undefined, custom]),
        [
            "error[declaration-fails] the column `notes`.`body` is declared, and the server refuses it: BLOB, TEXT, \
             GEOMETRY or JSON column 'body' can't have a default value (error 1101) @ schema.ts:4:3 (error 1101)",
            "error[declaration-error] `t.nmae` is undefined @ schema.ts:4:3",
            "note[custom-type] `invoices`.`total` has a type of the application's own, evaluated to decimal(19,4) \
             @ schema.ts:4:3 (decimal(19,4))",
        ]
    );
    assert!(literal.help.is_some() && long.message.contains("70 characters, and 64 are allowed"));
}

#[test]
fn what_is_not_evaluated_names_the_tables_that_are_left_out() {
    let message = |tables: &[&str]| {
        let unsupported = UnsupportedDeclaration {
            what: "the column orders.total".to_owned(),
            reason: "it calls a function of the package `money`".to_owned(),
            place: Place::at("schema.ts", 4, 3),
            tables: tables.iter().map(|table| (*table).to_owned()).collect(),
        };
        told(&[unsupported_declaration(&unsupported)]).remove(0)
    };
    assert_eq!(
        message(&["orders", "lines"]),
        "error[unsupported-declaration] the column orders.total is not evaluated: it calls a function of the package \
         `money`; the tables `orders` and `lines` are not compared @ schema.ts:4:3 (not evaluated)"
    );
    assert!(message(&["orders"]).contains("; the table `orders` is not compared @"));
    assert!(message(&[]).contains("of the package `money` @"));
}

#[test]
fn a_default_of_one_vendor() {
    let default = NonPortableDefault {
        table: "notes".to_owned(),
        column: "body".to_owned(),
        sql: "mediumtext DEFAULT 'none'".to_owned(),
        taken_by: Flavor::MARIADB_11_8,
        refused_by: Flavor::MYSQL_9_7,
        errno: 1101,
        message: "BLOB, TEXT, GEOMETRY or JSON column 'body' can't have a default value".to_owned(),
        place: Place::at("schema.ts", 4, 3),
    };
    let finding = non_portable_default(&default);
    assert_eq!(
        told(std::slice::from_ref(&finding)),
        [
            "warning[non-portable-default] mariadb:11.8 takes `notes`.`body` mediumtext DEFAULT 'none', and mysql:9.7 \
          refuses it: BLOB, TEXT, GEOMETRY or JSON column 'body' can't have a default value (error 1101) \
          @ schema.ts:4:3 (error 1101 on mysql:9.7)"
        ]
    );
    assert!(finding.help.is_some_and(|help| help.contains("sql`('...')`")));
}
