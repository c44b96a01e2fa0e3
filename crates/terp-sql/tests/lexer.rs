//! The lexer against what MySQL 9.7.4 and MariaDB 11.8.9 do with the same texts.

use proptest::prelude::*;
use terp_schema_model::Flavor;
use terp_sql::lexer::{
    LexErrorKind, LexOptions, TokenKind, decode_bits, decode_hex, lex, lex_span, unescape_string,
    unquote_ident,
};
use terp_sql::span::{LineIndex, Span};

const MYSQL: Flavor = Flavor::MYSQL_9_7;
const MARIADB: Flavor = Flavor::MARIADB_11_8;

fn options(flavor: Flavor) -> LexOptions {
    LexOptions::new(flavor)
}

/// The significant tokens as `Kind text`, one after the other.
fn show(src: &str, opts: &LexOptions) -> String {
    let tokens =
        lex(src, opts).tokens.into_iter().filter(|t| !t.kind.is_trivia() && t.kind != TokenKind::Eof);
    tokens.map(|t| format!("{:?} {}", t.kind, t.text(src))).collect::<Vec<_>>().join(" | ")
}

fn mysql(src: &str) -> String {
    show(src, &options(MYSQL))
}

/// The texts of the significant tokens, joined by spaces.
fn words(src: &str, flavor: Flavor) -> String {
    let tokens = lex(src, &options(flavor)).tokens;
    let texts = tokens.iter().filter(|t| !t.kind.is_trivia() && t.kind != TokenKind::Eof);
    texts.map(|t| t.text(src)).collect::<Vec<_>>().join(" ")
}

fn errors(src: &str, flavor: Flavor) -> Vec<(LexErrorKind, &str)> {
    lex(src, &options(flavor)).errors.iter().map(|e| (e.kind, e.span.text(src))).collect()
}

#[test]
fn numbers() {
    assert_eq!(mysql("12 1.2 1. .5"), "Integer 12 | Decimal 1.2 | Decimal 1. | Decimal .5");
    assert_eq!(
        mysql("1e5 1E+5 1e-5 1.e5 .5e1 1.5e3"),
        "Float 1e5 | Float 1E+5 | Float 1e-5 | Float 1.e5 | Float .5e1 | Float 1.5e3"
    );
    assert_eq!(mysql("0x1F 0b01"), "HexNumber 0x1F | BitNumber 0b01");
    assert_eq!(mysql("1.5a"), "Decimal 1.5 | Word a");
    assert_eq!(mysql("-1"), "Minus - | Integer 1");
}

#[test]
fn identifiers_that_look_like_numbers() {
    for word in ["1a", "1e", "1as", "0x", "0x1g", "0xfg", "0XFF", "0b", "0b12", "0B1", "1_000", "1$", "1e5a"]
    {
        let shown = mysql(word);
        if word == "1e5a" {
            assert_eq!(shown, "Float 1e5 | Word a");
        } else {
            assert_eq!(shown, format!("Word {word}"));
        }
    }
}

#[test]
fn a_dot_makes_an_identifier_of_what_touches_it() {
    assert_eq!(mysql("t.1a"), "Word t | Dot . | Word 1a");
    assert_eq!(mysql("t.1"), "Word t | Dot . | Word 1");
    assert_eq!(mysql("t.1e5"), "Word t | Dot . | Word 1e5");
    assert_eq!(mysql("d.t.1a"), "Word d | Dot . | Word t | Dot . | Word 1a");
    assert_eq!(mysql("t .1a"), "Word t | Decimal .1 | Word a");
    assert_eq!(mysql("t . 1a"), "Word t | Dot . | Word 1a");
    assert_eq!(mysql("`t`.1a"), "QuotedIdent `t` | Decimal .1 | Word a");
    assert_eq!(mysql("t.`a`"), "Word t | Dot . | QuotedIdent `a`");
    assert_eq!(mysql("t.x'1'"), "Word t | Dot . | Word x | String '1'");
    assert_eq!(mysql("0x1.5"), "HexNumber 0x1 | Decimal .5");
}

#[test]
fn identifiers() {
    assert_eq!(mysql("a$b $c _x é 名前"), "Word a$b | Word $c | Word _x | Word é | Word 名前");
    assert_eq!(mysql("`a``b` ``"), "QuotedIdent `a``b` | QuotedIdent ``");
    assert_eq!(mysql(r#"`a\`b`"#), r"QuotedIdent `a\` | Word b | Unterminated `");
    // Only ASCII has white space.
    assert_eq!(mysql("a\u{a0}b"), "Word a\u{a0}b");
}

#[test]
fn strings() {
    assert_eq!(mysql(r"'it''s' 'a\'b' 'c'"), r"String 'it''s' | String 'a\'b' | String 'c'");
    assert_eq!(mysql(r#""a""b" "c\"d""#), r#"String "a""b" | String "c\"d""#);
    assert_eq!(mysql("'a''b'"), "String 'a''b'");
    assert_eq!(mysql("N'x' n'y' n 'z'"), "NationalString N'x' | NationalString n'y' | Word n | String 'z'");
    assert_eq!(mysql("_utf8mb4'x'"), "Word _utf8mb4 | String 'x'");
    let opts = LexOptions { no_backslash_escapes: true, ..options(MYSQL) };
    assert_eq!(show(r"'a\' b", &opts), r"String 'a\' | Word b");
    let opts = LexOptions { ansi_quotes: true, ..options(MYSQL) };
    assert_eq!(show(r#""a\" "b""c""#, &opts), r#"QuotedIdent "a\" | QuotedIdent "b""c""#);
}

#[test]
fn coded_strings() {
    assert_eq!(
        mysql("x'4D' X'' b'01' B''"),
        "HexString x'4D' | HexString X'' | BitString b'01' | BitString B''"
    );
    assert_eq!(mysql("x '41'"), "Word x | String '41'");
    assert_eq!(mysql("x'4' a"), "Unknown x'4' | Word a");
    assert_eq!(errors("x'4'", MYSQL), [(LexErrorKind::InvalidHexString, "x'4'")]);
    assert_eq!(errors("x'4g'", MYSQL), [(LexErrorKind::InvalidHexString, "x'4g'")]);
    assert_eq!(errors("b'12'", MYSQL), [(LexErrorKind::InvalidBitString, "b'12'")]);
    assert_eq!(errors("x'41", MYSQL), [(LexErrorKind::UnterminatedString, "x'")]);
}

#[test]
fn dollar_strings_are_of_mysql() {
    assert_eq!(mysql("AS $$a;'b$$ x"), "Word AS | DollarString $$a;'b$$ | Word x");
    assert_eq!(mysql("$js$ $$ $js$"), "DollarString $js$ $$ $js$");
    assert_eq!(show("$$a$$", &options(MARIADB)), "Word $$a$$");
    assert_eq!(errors("$$a", MYSQL), [(LexErrorKind::UnterminatedDollarString, "$$")]);
}

#[test]
fn variables() {
    assert_eq!(
        mysql("@a @a.b$c @`a b` @'x' @\"y\""),
        "UserVar @a | UserVar @a.b$c | UserVar @`a b` | UserVar @'x' | UserVar @\"y\""
    );
    assert_eq!(mysql("root@localhost"), "Word root | UserVar @localhost");
    assert_eq!(mysql("'root'@'%'"), "String 'root' | UserVar @'%'");
    assert_eq!(mysql("@@x @@global.y"), "AtAt @@ | Word x | AtAt @@ | Word global | Dot . | Word y");
    assert_eq!(mysql("@ a ?"), "At @ | Word a | Param ?");
}

#[test]
fn operators() {
    assert_eq!(
        mysql("<=> <= <> != >= << >> < > = ! := : && & || | ^ ~"),
        "NullSafeEq <=> | Le <= | Ne <> | Ne != | Ge >= | Shl << | Shr >> | Lt < | Gt > | Eq = | Bang ! | ColonEq := \
         | Colon : | AmpAmp && | Amp & | PipePipe || | Pipe | | Caret ^ | Tilde ~"
    );
    assert_eq!(mysql("a->'$.x'"), "Word a | Arrow -> | String '$.x'");
    assert_eq!(mysql("a->>'$.x'"), "Word a | ArrowArrow ->> | String '$.x'");
    assert_eq!(show("a->1", &options(MARIADB)), "Word a | Minus - | Gt > | Integer 1");
    assert_eq!(
        mysql("(a),{b};"),
        "LParen ( | Word a | RParen ) | Comma , | LBrace { | Word b | RBrace } | Semicolon ;"
    );
}

#[test]
fn line_comments() {
    assert_eq!(words("1--1", MYSQL), "1 - - 1");
    assert_eq!(words("1 -- x\n+ 2", MYSQL), "1 + 2");
    assert_eq!(words("1 --\t+2", MYSQL), "1");
    assert_eq!(words("1 --\u{1}+2", MYSQL), "1");
    assert_eq!(words("1 --", MYSQL), "1");
    assert_eq!(words("1 #x\n+2", MYSQL), "1 + 2");
    assert_eq!(words("--> statement-breakpoint", MYSQL), "- -> statement - breakpoint");
}

#[test]
fn block_comments() {
    assert_eq!(words("a /* b /* c */ d", MYSQL), "a d");
    assert_eq!(words("a /**/ b /***/ c /*/ d */ e", MYSQL), "a b c e");
    assert_eq!(words("a */ b", MYSQL), "a * / b");
}

#[test]
fn version_comments() {
    // Each text, and what is left of it on MySQL 9.7 and on MariaDB 11.8.
    for (src, on_mysql, on_mariadb) in [
        ("1 /*!50000 +1*/", "1 + 1", "1 + 1"),
        ("1 /*!50100+1*/", "1 + 1", "1 + 1"),
        ("1 /*! +1*/", "1 + 1", "1 + 1"),
        ("1 /*!80000 +1*/", "1 + 1", "1"),
        ("1 /*!080000+1*/", "1 0 + 1", "1"),
        ("1 /*!090704 +1*/", "1 + 1", "1"),
        ("1 /*!0907041 */", "1 41", "1"),
        ("1 /*!90800 +1*/", "1", "1"),
        ("1 /*!99999 +1*/", "1", "1"),
        ("1 /*!999999 +1*/", "1", "1"),
        ("1 /*!50699 +1*/", "1 + 1", "1 + 1"),
        ("1 /*!50700 +1*/", "1 + 1", "1"),
        ("1 /*!100100 +1*/", "1", "1 + 1"),
        ("1 /*M!100100 +1*/", "1", "1 + 1"),
        ("1 /*M! +1*/", "1", "1 + 1"),
        ("1 /*M!80000 +1*/", "1", "1 + 1"),
        ("1 /*M!120000 +1*/", "1", "1"),
        ("1 /*!5000 +1*/", "1 5000 + 1", "1 5000 + 1"),
        ("1 /*! 50000 */", "1 50000", "1 50000"),
        // A skipped one may hold one comment, and an executed one any number.
        ("1 /*!99999 +1 /* x */ +2 */", "1", "1"),
        ("1 /*!50000 +1 /* x */ +2 */", "1 + 1 + 2", "1 + 1 + 2"),
        ("1 /*!50000 +1 /*!99999 x */ +2 */", "1 + 1 + 2", "1 + 1 + 2"),
        ("1 /*!50000 +1 /*!40000 +3 */ +2 */", "1 + 1 + 3 + 2 * /", "1 + 1 + 3 + 2 * /"),
        ("1 /*!99999 /* /* */ */", "1", "1"),
        ("1 /*!99999 /* */ */ */", "1 * /", "1 * /"),
        ("1 /*!99999 ' */", "1", "1"),
        ("1 /*M!50700+1*/", "1", "1 + 1"),
        ("1 /*m!100100 +1*/", "1", "1"),
        ("1 /*!50000 -- */\n+1*/", "1 + 1", "1 + 1"),
        ("1 /*!/ +1 */", "1 / + 1", "1 / + 1"),
        ("/*!50000 '*/' */ 1", "'*/' 1", "'*/' 1"),
    ] {
        assert_eq!(words(src, MYSQL), on_mysql, "{src} on MySQL");
        assert_eq!(words(src, MARIADB), on_mariadb, "{src} on MariaDB");
        assert_eq!(errors(src, MYSQL), [], "{src}");
    }
}

#[test]
fn unterminated_texts() {
    use LexErrorKind::*;
    for (src, kind, at) in [
        ("a 'b", UnterminatedString, "'"),
        (r"a 'b\'", UnterminatedString, "'"),
        (r"a 'b\", UnterminatedString, "'"),
        ("a \"b", UnterminatedString, "\""),
        ("a `b", UnterminatedIdent, "`"),
        ("a N'b", UnterminatedString, "'"),
        ("a @`b", UnterminatedIdent, "`"),
        ("a /* b", UnterminatedComment, "/*"),
        ("a /*/", UnterminatedComment, "/*"),
        ("a /*!99999 b /* c */", UnterminatedComment, "/*"),
        ("a /*!50000 b", UnterminatedVersionComment, "/*!50000"),
    ] {
        assert_eq!(errors(src, MYSQL), [(kind, at)], "{src}");
        let last = lex(src, &options(MYSQL)).tokens;
        assert_eq!(last[last.len() - 2].span.end as usize, src.len(), "{src}");
    }
}

#[test]
fn control_characters_and_byte_order_mark() {
    assert_eq!(errors("a\0b", MYSQL), [(LexErrorKind::UnknownCharacter, "\0")]);
    assert_eq!(
        errors("[1]", MYSQL),
        [(LexErrorKind::UnknownCharacter, "["), (LexErrorKind::UnknownCharacter, "]")]
    );
    assert_eq!(mysql("\u{feff}SELECT"), "Word SELECT");
    assert_eq!(mysql(" \u{feff}SELECT"), "Word \u{feff}SELECT");
    assert_eq!(words("a\u{b}b\u{c}c\r\nd", MYSQL), "a b c d");
}

#[test]
fn a_part_of_a_text() {
    let src = "é SELECT 'a";
    let lexed = lex_span(src, Span::new(3, 9), &options(MYSQL));
    let texts: Vec<_> = lexed.tokens.iter().map(|t| t.text(src)).collect();
    assert_eq!(texts, ["SELECT", ""]);
    // A span that doesn't fit is cut, never a panic.
    assert_eq!(lex_span(src, Span::new(1, 900), &options(MYSQL)).tokens[0].text(src), "é");
    assert_eq!(lex_span(src, Span::new(900, 9), &options(MYSQL)).tokens.len(), 1);
}

#[test]
fn values_of_literals() {
    let opts = options(MYSQL);
    assert_eq!(unescape_string(r"'\0\b\n\r\t\Z\\\'\%\_\x'", &opts), "\0\u{8}\n\r\t\u{1a}\\'\\%\\_x");
    assert_eq!(unescape_string("'a''b\"\"c'", &opts), "a'b\"\"c");
    assert_eq!(unescape_string(r#""a""b''c\"d""#, &opts), "a\"b''c\"d");
    assert_eq!(unescape_string(r"'\'''", &opts), "''");
    assert_eq!(unescape_string("N'x'", &opts), "x");
    assert_eq!(unescape_string(r"'\é'", &opts), "é");
    let plain = LexOptions { no_backslash_escapes: true, ..opts };
    assert_eq!(unescape_string(r"'a\n''b'", &plain), r"a\n'b");
    assert_eq!(unquote_ident("`a``b`"), "a`b");
    assert_eq!(unquote_ident("\"a\"\"b\""), "a\"b");
    assert_eq!(unquote_ident("a"), "a");
    assert_eq!(decode_hex("x'4D79'"), Ok(vec![0x4D, 0x79]));
    assert_eq!(decode_hex("0xF4D"), Ok(vec![0x0F, 0x4D]));
    assert_eq!(decode_hex("X''"), Ok(vec![]));
    assert!(decode_hex("x'4'").is_err());
    assert!(decode_hex("0x").is_err());
    assert!(decode_hex("41").is_err());
    assert_eq!(decode_bits("b'101'"), Ok(vec![5]));
    assert_eq!(decode_bits("0b111111111"), Ok(vec![1, 0xFF]));
    assert!(decode_bits("b'2'").is_err());
}

#[test]
fn lines_and_columns() {
    let src = "aé\r\nß\n\nx";
    let index = LineIndex::new(src);
    let at = |offset| index.line_column(src, offset).to_string();
    assert_eq!(
        [at(0), at(1), at(2), at(3), at(5), at(7), at(8), at(9)],
        ["1:1", "1:2", "1:2", "1:3", "2:1", "2:2", "3:1", "4:1"]
    );
    assert_eq!(at(10), "4:2");
    assert_eq!(at(999), "4:2");
    assert_eq!(index.line_count(), 4);
    assert_eq!(index.line_text(src, 1), "aé");
    assert_eq!(index.line_text(src, 2), "ß");
    assert_eq!(index.line_text(src, 3), "");
    assert_eq!(index.line_text(src, 4), "x");
    assert_eq!(index.line_text(src, 5), "");
    assert_eq!(LineIndex::new("").line_column("", 0).to_string(), "1:1");
}

/// Texts made of what the lexer has rules for, so that they meet more often than in arbitrary characters.
fn sql_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/*!50100 "),
        Just("/*!999999"),
        Just("/*M!"),
        Just("/*"),
        Just("*/"),
        Just("--"),
        Just("-- "),
        Just("#"),
        Just("\n"),
        Just(" "),
        Just("'"),
        Just("\""),
        Just("`"),
        Just("\\"),
        Just("@"),
        Just("$$"),
        Just("$a$"),
        Just("."),
        Just("1"),
        Just("0x"),
        Just("0b1"),
        Just("1e"),
        Just("x'"),
        Just("N'"),
        Just("b'0'"),
        Just("a"),
        Just("é"),
        Just("\0"),
        Just("\u{feff}"),
        Just("😀"),
        Just("->"),
        Just("<=>"),
        Just(";"),
        Just("é'"),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn options_strategy() -> impl Strategy<Value = LexOptions> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(maria, ansi_quotes, no_backslash_escapes)| {
        LexOptions { flavor: if maria { MARIADB } else { MYSQL }, ansi_quotes, no_backslash_escapes }
    })
}

proptest! {
    #[test]
    fn lexing_is_lossless(src in prop_oneof![any::<String>(), sql_like()], opts in options_strategy()) {
        let lexed = lex(&src, &opts);
        let mut end = 0;
        for token in &lexed.tokens {
            prop_assert_eq!(token.span.start, end);
            prop_assert!(src.is_char_boundary(token.span.end as usize));
            prop_assert_eq!(token.span.is_empty(), token.kind == TokenKind::Eof);
            end = token.span.end;
        }
        prop_assert_eq!(end as usize, src.len());
        prop_assert_eq!(lexed.tokens.last().map(|t| t.kind), Some(TokenKind::Eof));
        prop_assert!(lexed.errors.is_sorted_by_key(|e| e.span.start));
        let bad = lexed.tokens.iter().any(|t| matches!(t.kind, TokenKind::Unknown | TokenKind::Unterminated));
        prop_assert!(!bad || !lexed.errors.is_empty());
        for error in &lexed.errors {
            prop_assert!(src.get(error.span.start as usize..error.span.end as usize).is_some());
        }
    }

    #[test]
    fn literals_never_panic(src in any::<String>(), opts in options_strategy()) {
        for text in [src.clone(), format!("'{src}"), format!("N\"{src}"), format!("x'{src}'"), format!("0b{src}")] {
            let _ = (unescape_string(&text, &opts), unquote_ident(&text), decode_hex(&text), decode_bits(&text));
        }
    }

    #[test]
    fn escaping_comes_back(value in any::<String>(), no_backslash_escapes in any::<bool>()) {
        let opts = LexOptions { no_backslash_escapes, ..options(MYSQL) };
        let doubled = value.replace('\'', "''");
        let literal = if no_backslash_escapes { doubled } else { value.replace('\\', r"\\").replace('\'', r"\'") };
        let src = format!("'{literal}'");
        prop_assert_eq!(unescape_string(&src, &opts), value.as_str());
        prop_assert_eq!(lex(&src, &opts).tokens.len(), 2);
    }

    #[test]
    fn columns_count_characters(src in any::<String>(), at in any::<prop::sample::Index>()) {
        let chars: Vec<_> = src.char_indices().collect();
        if !chars.is_empty() {
            let (offset, _) = chars[at.index(chars.len())];
            let before = &src[..offset];
            let line_start = before.rfind('\n').map_or(0, |n| n + 1);
            let found = LineIndex::new(&src).line_column(&src, offset as u32);
            prop_assert_eq!(found.line as usize, before.matches('\n').count() + 1);
            prop_assert_eq!(found.column as usize, before[line_start..].chars().count() + 1);
        }
    }
}
