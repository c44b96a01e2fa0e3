//! Statements are in order and in their chunks, whatever the script.
#![no_main]

use libfuzzer_sys::fuzz_target;
use terp_schema_model::Flavor;
use terp_sql::lexer::LexOptions;
use terp_sql::splitter::{SplitMode, split};

fuzz_target!(|input: (u8, &str)| {
    let (bits, src) = input;
    let opts = LexOptions {
        flavor: if bits & 1 == 0 { Flavor::MYSQL_9_7 } else { Flavor::MARIADB_11_8 },
        ansi_quotes: bits & 2 != 0,
        no_backslash_escapes: bits & 4 != 0,
    };
    for mode in [SplitMode::Server, SplitMode::Client, SplitMode::Drizzle] {
        let split = split(src, &opts, mode);
        let mut end = 0;
        for statement in &split.statements {
            assert!(statement.span.start >= end);
            assert!(!statement.span.text(src).trim_ascii().is_empty());
            assert!(split.chunks[statement.chunk].contains(statement.span));
            end = statement.span.end;
        }
    }
});
