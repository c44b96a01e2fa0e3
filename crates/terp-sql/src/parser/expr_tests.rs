use terp_schema_model::Flavor;

use crate::ast::{Expr, ExprKind, Literal};
use crate::lexer::lex;
use crate::parser::cursor::Parser;
use crate::parser::{ParseOptions, SyntaxError};

fn parse(text: &str, options: ParseOptions) -> Result<Expr, SyntaxError> {
    let mut tokens = lex(text, &options.lex_options()).tokens;
    tokens.retain(|t| !t.kind.is_trivia());
    tokens.pop();
    let mut parser = Parser::new(text, &tokens, options);
    let expr = parser.expr().map_err(|e| *e)?;
    if parser.at_end() { Ok(expr) } else { Err(*parser.error("the end")) }
}

/// The tree with all its structure and nothing else: `(op operand operand)`.
fn tree(expr: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(|e| format!(" {}", tree(e))).collect::<String>();
    match &expr.kind {
        ExprKind::Literal(Literal::Integer(n)) => n.clone(),
        ExprKind::Literal(literal) => format!("{literal:?}"),
        ExprKind::Name(parts) => parts.iter().map(|p| p.value.as_str()).collect::<Vec<_>>().join("."),
        ExprKind::Paren(expr) => tree(expr),
        ExprKind::Unary { op, expr } => format!("({op:?} {})", tree(expr)),
        ExprKind::Binary { op, left, right } => format!("({op:?} {} {})", tree(left), tree(right)),
        ExprKind::Is { expr, test, not } => {
            format!("(Is{}{test:?} {})", if *not { "Not" } else { "" }, tree(expr))
        }
        ExprKind::Between { expr, low, high, not } => {
            let not = if *not { "Not" } else { "" };
            format!("({not}Between {} {} {})", tree(expr), tree(low), tree(high))
        }
        ExprKind::In { expr, list: items, .. } => format!("(In {}{})", tree(expr), list(items)),
        ExprKind::Function { name, args, .. } => format!("{}({})", name.value, list(args)),
        ExprKind::IntervalAdd { expr, value, unit, subtract } => {
            format!("({} {} {} {unit})", if *subtract { '-' } else { '+' }, tree(expr), tree(value))
        }
        ExprKind::Collate { expr, collation } => format!("(Collate {} {})", tree(expr), collation.value),
        other => format!("{other:?}"),
    }
}

fn mysql(text: &str) -> String {
    match parse(text, ParseOptions::new(Flavor::MYSQL_9_7)) {
        Ok(expr) => tree(&expr),
        Err(error) => format!("{error}"),
    }
}

#[test]
fn operators_bind_as_on_the_server() {
    let cases = [
        ("a or b and c", "(Or a (And b c))"),
        ("a or b xor c and d", "(Or a (Xor b (And c d)))"),
        ("not a = b", "(Not (Eq a b))"),
        ("!a = b", "(Eq (Bang a) b)"),
        ("not a and not not b", "(And (Not a) (Not (Not b)))"),
        ("a = b = c", "(Eq (Eq a b) c)"),
        ("a = b is null", "(IsNull (Eq a b))"),
        ("a is not true", "(IsNotTrue a)"),
        (
            "a | b & c << d + e * f ^ -g",
            "(BitOr a (BitAnd b (ShiftLeft c (Add d (Multiply e (BitXor f (Minus g)))))))",
        ),
        ("a - b - c", "(Subtract (Subtract a b) c)"),
        ("a div b mod c", "(Modulo (IntDivide a b) c)"),
        ("a between 1 and 2 and b", "(And (Between a 1 2) b)"),
        ("a not between b + 1 and c", "(NotBetween a (Add b 1) c)"),
        ("a in (1, 2) = b", "(Eq (In a 1 2) b)"),
        ("a || b", "(Or a b)"),
        ("- a collate utf8mb4_bin", "(Minus (Collate a utf8mb4_bin))"),
        ("d + interval 1 day - interval 2 hour", "(- (+ d 1 DAY) 2 HOUR)"),
        ("interval (a) day + d", "(+ d a DAY)"),
        ("interval(a, b)", "interval( a b)"),
        ("adddate(d, 3)", "(+ d 3 DAY)"),
        ("t.a + db.t.b", "(Add t.a db.t.b)"),
        ("now", "now"),
        ("current_timestamp", "current_timestamp()"),
        ("if(a, left(b, 1), `count`(c))", "if( a left( b 1) count( c))"),
    ];
    for (text, expected) in cases {
        assert_eq!(mysql(text), expected, "{text}");
    }
}

#[test]
fn sql_mode_changes_the_grammar() {
    let mut options = ParseOptions::new(Flavor::MYSQL_9_7);
    options.sql_mode.pipes_as_concat = true;
    options.sql_mode.high_not_precedence = true;
    let tree = |text| parse(text, options).map(|e| tree(&e));
    assert_eq!(tree("a || b * c").as_deref(), Ok("(Multiply (Concat a b) c)"));
    assert_eq!(tree("not a = b").as_deref(), Ok("(Eq (Not a) b)"));
    assert!(matches!(parse("mid (a, 1)", options).unwrap().kind, ExprKind::Function { stored: true, .. }));
    options.sql_mode.ignore_space = true;
    assert!(matches!(parse("mid (a, 1)", options).unwrap().kind, ExprKind::Function { stored: false, .. }));
}

#[test]
fn what_no_definition_may_hold_is_told_apart() {
    let kind = |text| parse(text, ParseOptions::new(Flavor::MYSQL_9_7)).unwrap().kind;
    assert_eq!(kind("(select (1))"), ExprKind::Subquery);
    assert_eq!(kind("((select 1) union (select 2))"), ExprKind::Subquery);
    assert_eq!(kind("a in (select 1)"), ExprKind::Subquery);
    assert_eq!(kind("a > all (select 1)"), ExprKind::Subquery);
    assert_eq!(kind("exists (select 1)"), ExprKind::Subquery);
    assert_eq!(kind("count(*)"), ExprKind::Aggregate("count".into()));
    assert_eq!(
        kind("group_concat(distinct a order by b separator ',')"),
        ExprKind::Aggregate("group_concat".into())
    );
    assert_eq!(kind("sum(a) over (partition by b)"), ExprKind::Window("sum".into()));
    assert_eq!(kind("rank() over w"), ExprKind::Window("rank".into()));
    assert_eq!(kind("match(a, b) against ('x' in boolean mode)"), ExprKind::Unsupported("MATCH".into()));
}

#[test]
fn literals_keep_their_form() {
    let literal = |text| match parse(text, ParseOptions::new(Flavor::MYSQL_9_7)).map(|e| e.kind) {
        Ok(ExprKind::Literal(literal)) => literal,
        other => panic!("{other:?}"),
    };
    let string = |value: &str, introducer: Option<&str>| Literal::String {
        value: value.into(),
        introducer: introducer.map(Into::into),
    };
    assert_eq!(literal("'a' \"b\""), string("ab", None));
    assert_eq!(literal("_latin1'a' 'b'"), string("ab", Some("latin1")));
    assert_eq!(literal("_UTF8'a'"), string("a", Some("utf8mb3")));
    assert_eq!(literal("N'a' 'b'"), string("ab", Some("utf8mb3")));
    assert_eq!(literal("0xF"), Literal::Hex { bytes: vec![15], number: true, introducer: None });
    assert_eq!(
        literal("_binary x'0F'"),
        Literal::Hex { bytes: vec![15], number: false, introducer: Some("binary".into()) }
    );
    assert_eq!(literal("b'0101'"), Literal::Bits { digits: "0101".into(), introducer: None });
    assert_eq!(literal("0b10"), Literal::Bits { digits: "10".into(), introducer: None });
    assert_eq!(
        literal("{d '2020-01-01'}"),
        Literal::Temporal { keyword: "DATE", value: "2020-01-01".into() }
    );
    assert_eq!(
        literal("timestamp'2020-01-01'"),
        Literal::Temporal { keyword: "TIMESTAMP", value: "2020-01-01".into() }
    );
    assert_eq!(literal("1.50"), Literal::Decimal("1.50".into()));
}

#[test]
fn errors_say_what_was_expected() {
    assert_eq!(mysql("a + "), "expected an expression, found the end of the statement");
    assert_eq!(mysql("a is 1"), "expected NULL, TRUE, FALSE or UNKNOWN, found 1");
    assert_eq!(mysql("cast(a as blob)"), "expected a type that CAST knows, found blob");
    assert_eq!(mysql("select"), "expected an expression, found select");
    assert_eq!(mysql("f(a"), "expected ), found the end of the statement");
}

#[test]
fn hostile_text_is_refused_not_overflown() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    for text in [
        deep("(", ")"),
        deep("- ", ""),
        deep("not ", ""),
        deep("f(", ")"),
        deep("case when ", " then 1 end"),
        deep("1 + (1 * (", "))"),
        deep("1 or 1 xor 1 and not 1 = 1 | 1 & 1 << 1 + 1 * 1 ^ (", ")"),
        deep("interval ", " day + 1"),
        deep("a between 1 and ", ""),
        deep("interval(", ",1)"),
        deep("interval((", ",1),2)"),
        deep("last_value(", ")"),
        format!("a{}", " + a".repeat(100_000)),
        format!("a{}", " collate binary".repeat(100_000)),
        format!("({}", "1 + 1) + (1 + ".repeat(100_000)),
        format!("a{}", " is null".repeat(100_000)),
    ] {
        let error = parse(&text, ParseOptions::new(Flavor::MARIADB_11_8)).unwrap_err();
        assert!(error.expected.contains("levels") || error.expected == ")", "{error}");
    }
    let chain = format!("a{}", " + a".repeat(990));
    let expr = parse(&chain, ParseOptions::new(Flavor::MYSQL_9_7)).unwrap();
    assert_eq!(expr.clone(), expr);
    // Chains within parentheses within chains: the height is that of the whole tree.
    let mut text = "a".to_owned();
    for _ in 0..200 {
        text = format!("({text}{})", " + a".repeat(50));
    }
    assert!(parse(&text, ParseOptions::new(Flavor::MYSQL_9_7)).is_err());
    // Many operators side by side are no height.
    let wide = format!("f({})", vec!["a + 1"; 20_000].join(","));
    assert!(parse(&wide, ParseOptions::new(Flavor::MYSQL_9_7)).is_ok());
}
