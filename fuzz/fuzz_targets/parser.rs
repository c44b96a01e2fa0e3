//! Every text is read or refused, with places that lie in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use terp_schema_model::Flavor;
use terp_sql::{ParseOptions, SqlMode, parse, parse_expression, parse_type};

fuzz_target!(|input: (u8, &str)| {
    let (bits, src) = input;
    let options = ParseOptions {
        flavor: [Flavor::MYSQL_9_7, Flavor::MARIADB_11_8, Flavor::MARIADB_10_11, Flavor::mysql(8, 0, 0)]
            [usize::from(bits & 3)],
        sql_mode: SqlMode {
            ansi_quotes: bits & 4 != 0,
            no_backslash_escapes: bits & 8 != 0,
            pipes_as_concat: bits & 16 != 0,
            high_not_precedence: bits & 32 != 0,
            ignore_space: bits & 64 != 0,
            ..SqlMode::default()
        },
    };
    for error in parse(src, &options).errors {
        assert!(src.get(error.span.start as usize..error.span.end as usize).is_some(), "{error:?}");
    }
    let _ = (parse_expression(src, &options), parse_type(src, &options));
});
