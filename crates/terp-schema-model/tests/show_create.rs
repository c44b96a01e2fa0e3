//! SHOW CREATE TABLE, byte for byte.
//!
//! `models/VENDOR-VERSION-THEME.toml` hold tables as a server of that version has them, and the snapshots what it
//! prints: each was compared with MySQL 9.7.4, MariaDB 10.11.18 and MariaDB 11.8.9.

use std::fs;
use std::path::Path;

use terp_schema_model::render::{column_definition, create_table, show_create_table};
use terp_schema_model::{
    CharacterSet, Check, Column, ColumnCharacterSet, ColumnType, DefaultValue, Flavor, Index, IndexKind,
    IndexPart, IntegerSize, SchemaFile, Syntax, Table,
};

#[test]
fn models_are_shown_as_the_servers_show_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), 19);
    for path in files {
        let file = SchemaFile::from_bytes(&fs::read(&path).unwrap(), Syntax::Toml)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let texts: Vec<String> =
            file.schema.tables.iter().map(|table| show_create_table(table, file.flavor)).collect();
        let name = path.file_stem().unwrap().to_str().unwrap();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, texts.join("\n\n"));
        });
    }
}

fn utf8mb4(flavor: Flavor) -> CharacterSet {
    flavor.default_character_set()
}

fn text_column(name: &str, set: CharacterSet, explicit: bool) -> Column {
    let mut column = Column::new(name, ColumnType::Varchar { length: 5 });
    column.character_set = Some(ColumnCharacterSet { set, explicit });
    column
}

#[test]
fn what_is_sent_keeps_what_cannot_be_shown() {
    let mysql = Flavor::MYSQL_9_7;
    let mut table = Table::new("t", utf8mb4(mysql));
    let mut column = text_column("a", utf8mb4(mysql), false);
    column.default = Some(DefaultValue::Literal("x😀".to_owned()));
    column.comment = "c😀".to_owned();
    table.columns.push(column.clone());
    let mut wide = text_column("w", CharacterSet::new("utf16", "utf16_general_ci"), true);
    wide.default = column.default.clone();
    table.columns.push(wide);
    table.checks.push(Check {
        name: "k".to_owned(),
        expression: "(`a` <> _utf8mb4'😀')".to_owned(),
        not_enforced: false,
    });
    // As MySQL 9.7.4 shows it.
    let shown = show_create_table(&table, mysql);
    assert!(shown.contains("`a` varchar(5) DEFAULT 0x78F09F9880 COMMENT 'c?',"), "{shown}");
    assert!(shown.contains("COLLATE utf16_general_ci DEFAULT 0x0078D83DDE00,"), "{shown}");
    assert!(shown.contains("CHECK ((`a` <> _utf8mb4'????'))"), "{shown}");
    let sent = create_table(&table, mysql);
    assert!(sent.contains("`a` varchar(5) DEFAULT 'x😀' COMMENT 'c😀',"), "{sent}");
    assert!(sent.contains("CHECK ((`a` <> _utf8mb4'😀'))"), "{sent}");
    // As MariaDB 11.8.9 shows it.
    let shown = show_create_table(&table, Flavor::MARIADB_11_8);
    assert!(shown.contains("DEFAULT 'x?' COMMENT 'c?',"), "{shown}");
    assert!(shown.contains("_utf8mb4'😀'"), "{shown}");
}

#[test]
fn an_inherited_collation_is_shown_but_not_sent() {
    let mysql = Flavor::MYSQL_9_7;
    let table = Table::new("t", CharacterSet::new("utf8mb4", "utf8mb4_bin"));
    let inherited = text_column("a", table.character_set.clone(), false);
    let written = text_column("a", table.character_set.clone(), true);
    let mut shown = table.clone();
    shown.columns.push(inherited.clone());
    assert!(show_create_table(&shown, mysql).contains("`a` varchar(5) COLLATE utf8mb4_bin\n"));
    assert_eq!(column_definition(&inherited, &table, mysql), "`a` varchar(5)");
    assert_eq!(
        column_definition(&written, &table, mysql),
        "`a` varchar(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    );
    assert_eq!(column_definition(&written, &table, Flavor::MARIADB_11_8), "`a` varchar(5)");
}

#[test]
fn older_versions_print_less() {
    let old = Flavor::mariadb(10, 6, 10);
    let table = Table::new("t", CharacterSet::new("utf8mb4", "utf8mb4_general_ci"));
    let latin1 = text_column("a", CharacterSet::new("latin1", "latin1_swedish_ci"), false);
    assert_eq!(column_definition(&latin1, &table, old), "`a` varchar(5) CHARACTER SET latin1");
    assert_eq!(
        column_definition(&latin1, &table, Flavor::mariadb(10, 6, 11)),
        "`a` varchar(5) CHARACTER SET latin1 COLLATE latin1_swedish_ci"
    );
    let mut with_column = table;
    let size = IntegerSize::Int;
    with_column.columns.push(Column::new(
        "n",
        ColumnType::Integer { size, width: Some(11), unsigned: false, zerofill: false },
    ));
    assert!(show_create_table(&with_column, old).ends_with(") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"));
    assert!(
        show_create_table(&with_column, Flavor::mysql(8, 0, 18))
            .ends_with("`n` int(11)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci")
    );
}

/// Neither vendor's server that the snapshots come from has a parser that MariaDB could name.
#[test]
fn fulltext_parsers() {
    let mut index = Index::new("f", IndexKind::Fulltext, vec![IndexPart::column("a")]);
    index.parser = Some("ngram".to_owned());
    let definition = |flavor| terp_schema_model::render::index_definition(&index, flavor);
    assert_eq!(definition(Flavor::MARIADB_10_11), "FULLTEXT KEY `f` (`a`) /*!50100 WITH PARSER `ngram` */ ");
    assert_eq!(definition(Flavor::MARIADB_11_8), "FULLTEXT KEY `f` (`a`) WITH PARSER `ngram`");
}
