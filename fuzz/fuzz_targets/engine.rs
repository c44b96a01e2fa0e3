//! Every statement is executed, refused or not supported; what is executed can be shown, and that reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use terp_schema_model::Flavor;
use terp_sql::lexer::LexOptions;
use terp_sql::splitter::{SplitMode, split};
use terp_sql::{Catalog, ParseOptions, parse};

fuzz_target!(|input: (u8, &str)| {
    let (bits, src) = input;
    let flavor = [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11, Flavor::mysql(8, 0, 0)]
        [usize::from(bits & 3)];
    let mut catalog = Catalog::new(flavor);
    catalog.create_database("d", flavor.default_character_set());
    catalog.use_database("d");
    if bits & 4 != 0 {
        catalog.session_mut().foreign_key_checks = false;
    }
    for statement in split(src, &LexOptions::new(flavor), SplitMode::Server).statements {
        let _ = catalog.execute_span(src, statement.span);
        let names: Vec<String> = catalog.table_names("d").map(str::to_owned).collect();
        for name in names {
            let text = catalog.show_create_table("d", &name).expect("a table that is there is shown");
            let options = ParseOptions { flavor, sql_mode: catalog.session_mut().sql_mode };
            let errors = parse(&text, &options).errors;
            assert!(errors.is_empty(), "{text}\n{errors:?}");
        }
    }
});
