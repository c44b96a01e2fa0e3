//! Schemas that are broken, hostile or without end: each ends in time, with its places, and without a panic.

#![expect(clippy::expect_used, reason = "tests fail with a panic")]

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use terp_drizzle::declare::{DeclarationOptions, declare};
use terp_drizzle::{Declaration, ProblemKind, SourceTree};

struct Files(BTreeMap<PathBuf, String>);

impl SourceTree for Files {
    fn read(&self, path: &Path) -> io::Result<Option<String>> {
        Ok(self.0.get(path).cloned())
    }
}

fn of(text: &str) -> Declaration {
    let files = Files(BTreeMap::from([(PathBuf::from("schema.ts"), text.to_owned())]));
    declare(&files, &[PathBuf::from("schema.ts")], &DeclarationOptions::default()).expect("a thread")
}

const GOOD: &str = "import { int, mysqlTable } from \"drizzle-orm/mysql-core\";\n";

/// Nothing in a file that nests too deep is believed, and that is said.
#[test]
fn what_nests_too_deep_is_refused() {
    let deep = |open: &str, middle: &str, close: &str, times: usize| {
        format!("{GOOD}export const x = {}{middle}{};\n", open.repeat(times), close.repeat(times))
    };
    let texts = [
        deep("(", "1", ")", 100_000),
        deep("[", "", "]", 100_000),
        deep("{a:", "1", "}", 100_000),
        deep("`${", "1", "}`", 50_000),
        deep("!", "1", "", 100_000),
        deep("- ", "1", "", 100_000),
        deep("typeof ", "1", "", 100_000),
        deep("a = ", "1", "", 100_000),
        deep("(a) => ", "1", "", 100_000),
        deep("a ? 1 : ", "1", "", 100_000),
        deep("1 + ", "1", "", 100_000),
        deep("a ** ", "1", "", 100_000),
        deep("new ", "X", "", 100_000),
        format!("{GOOD}export const x = a{};\n", ".b".repeat(100_000)),
        format!("{GOOD}export const x = a{};\n", "()".repeat(100_000)),
        format!("{GOOD}export const x = a{};\n", "[0]".repeat(100_000)),
        format!("{GOOD}{}\n", "if (a) ".repeat(100_000)),
        format!("{GOOD}{}\n", "if (a) {} else ".repeat(100_000)),
        format!("{GOOD}{}\n", "a: ".repeat(100_000)),
        format!("{GOOD}type T = {}1{};\n", "A<".repeat(100_000), ">".repeat(100_000)),
        format!("{GOOD}type T = {}1;\n", "A extends B ? C : ".repeat(100_000)),
        format!("{GOOD}type T = {}A;\n", "keyof ".repeat(100_000)),
        "\"".repeat(100_000),
        "`".repeat(100_001),
        "/*".repeat(100_000),
        "<".repeat(100_000),
        "@a ".repeat(100_000),
    ];
    for text in texts {
        let declared = of(&text);
        // Types alone are no fault of a schema, if they can be read.
        let is_type = text.contains("type T");
        assert!(is_type || !declared.problems.is_empty(), "{}", text.chars().take(120).collect::<String>());
    }
}

/// An evaluation ends, whatever the program does.
#[test]
fn what_has_no_end_is_stopped() {
    for text in [
        "for (;;) {}",
        "while (true) {}",
        "const f = () => f(); f();",
        "function f(n) { return f(n + 1) + f(n + 2); } f(0);",
        "const a = []; for (;;) a.push(a);",
        "let a = []; for (;;) a = [a];",
        "let s = 'x'; for (;;) s = s + s;",
        "let s = 'x'; for (let i = 0; i < 40; i++) s = `${s}${s}`; export const x = s;",
        "const a = [1]; a[0] = a; String(a);",
        "const o = {}; o.o = o; JSON.stringify(o);",
        "const a = [1, 2]; a.forEach(() => a.forEach(() => a.forEach(() => { for (;;) {} })));",
        "'x'.repeat(1e9); 'x'.padStart(1e9); Array(1e9); Array.from({ length: 1e9 });",
        "export * from './schema';",
        "import * as self from './schema'; export const x = self.x;",
        "export { x as y, y as x } from './schema';",
        "export const o = { get a() { return o.a; } }; o.a;",
        "const t = { toString() { return `${t}`; } }; `${t}`;",
    ] {
        let declared =
            of(&format!("{text}\n{GOOD}export const good = mysqlTable(\"good\", {{ id: int() }});\n"));
        for problem in &declared.problems {
            assert!(problem.at.line >= 1 && problem.at.file < declared.files.len(), "{problem:?}");
        }
    }
}

/// What stops an evaluation leaves nothing that could pass for a complete schema.
#[test]
fn a_stopped_evaluation_is_not_complete() {
    let declared =
        of(&format!("{GOOD}export const a = mysqlTable(\"a\", {{ id: int() }});\nfor (;;) {{}}\n"));
    assert!(!declared.is_complete());
    assert!(
        declared.problems.iter().any(|problem| problem.kind == ProblemKind::Unsupported),
        "{:?}",
        declared.problems
    );
}

fn schema() -> impl Strategy<Value = String> {
    const TEXTS: [&str; 6] = [
        include_str!("../../../fixtures/terp/drizzle/schema-rbac.ts"),
        include_str!("../../../fixtures/terp/drizzle/schema-vip.ts"),
        include_str!("../../../fixtures/terp/drizzle/schema-forecast.ts"),
        include_str!("../../../fixtures/drift/clean/drizzle/schema.ts"),
        include_str!("../../../fixtures/drift/shared-builder-leak/drizzle/schema.ts"),
        include_str!("../../../fixtures/drift/declaration-partly-known/drizzle/schema-accounts.ts"),
    ];
    (0..TEXTS.len()).prop_map(|at| TEXTS[at].to_owned())
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        Just("}".to_owned()),
        Just("...".to_owned()),
        Just("await ".to_owned()),
        Just("`${".to_owned()),
        Just("\u{2028}é\u{10FFFF}".to_owned()),
        Just("mysqlTable(\"x\", {".to_owned()),
        Just("export const x = ".to_owned()),
        Just(".notNull()".to_owned()),
        Just("for (;;) ".to_owned()),
        Just("class A { static x = ".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// A schema with pieces put in and cut out is read to its end, and each problem has a place in a file.
    #[test]
    fn spoiled_schemas_are_read(text in schema(), cuts in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, piece()), 0..5)) {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, length, put) in cuts {
            let at = at.index(chars.len() + 1);
            let end = (at + length).min(chars.len());
            chars.splice(at..end, put.chars());
        }
        let declared = of(&chars.into_iter().collect::<String>());
        for problem in &declared.problems {
            let file = declared.files.get(problem.at.file).expect("a file");
            let lines = file.text.split('\n').count().max(1);
            prop_assert!(problem.at.line as usize <= lines, "{:?}", problem);
        }
        // What is there can be written.
        let sql: usize = declared.snapshot.to_ddl().iter().map(|statement| statement.sql.len()).sum();
        prop_assert!(sql < 10_000_000 && declared.snapshot.to_json().len() < 10_000_000);
    }

    /// Any text at all is read.
    #[test]
    fn any_text_is_read(text in "\\PC{0,300}") {
        of(&text);
    }
}
