//! Tokens cover the whole text in order, whatever the text; literals decode without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use terp_schema_model::Flavor;
use terp_sql::lexer::{LexOptions, TokenKind, decode_bits, decode_hex, lex, unescape_string, unquote_ident};

fuzz_target!(|input: (u8, &str)| {
    let (bits, src) = input;
    let opts = LexOptions {
        flavor: if bits & 1 == 0 { Flavor::MYSQL_9_7 } else { Flavor::MARIADB_11_8 },
        ansi_quotes: bits & 2 != 0,
        no_backslash_escapes: bits & 4 != 0,
    };
    let lexed = lex(src, &opts);
    let mut end = 0;
    for token in &lexed.tokens {
        assert_eq!(token.span.start, end);
        end = token.span.end;
        assert!(src.is_char_boundary(end as usize));
        let text = token.text(src);
        match token.kind {
            TokenKind::HexString | TokenKind::HexNumber => assert!(decode_hex(text).is_ok(), "{text}"),
            TokenKind::BitString | TokenKind::BitNumber => assert!(decode_bits(text).is_ok(), "{text}"),
            _ => {
                let _ = (unescape_string(text, &opts), unquote_ident(text));
            }
        }
    }
    assert_eq!(end as usize, src.len());
});
