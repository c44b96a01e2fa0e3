//! What must not be in a source file, and what must be in a manifest.

use super::dependencies::PURE;

/// A file longer than this is too long to read top-down.
const TOO_LONG: usize = 800;
/// A file longer than this is said to be getting there.
const LONG: usize = 600;

/// Written in two parts, so that this file has none of them.
const UNFINISHED: [&str; 3] = [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("dbg", "!(")];
const NOTES: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// What a crate that only computes does not name. `SystemTime` alone may be MariaDB's SYSTEM_TIME.
const IMPURE: [&str; 7] = [
    "TcpStream",
    "UdpSocket",
    "UnixStream",
    "tokio::",
    "time::SystemTime",
    "SystemTime::now",
    "Instant::now",
];
/// What no library does behind its caller's back.
const SECRET: [&str; 3] = ["env::var(", "env::var_os(", "process::exit"];

/// Complaints about a Rust file, each to be written after the file's name.
pub(super) fn source(name: &str, text: &str, shortcomings: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let length = text.lines().count();
    if length > TOO_LONG && !is_test(name) {
        complaints.push(format!(": {length} lines, more than {TOO_LONG}: cut it into modules"));
    }
    for (number, line) in (1..).zip(text.lines()) {
        let mut complain = |complaint: String| complaints.push(format!(":{number}: {complaint}"));
        for found in UNFINISHED.iter().filter(|word| line.contains(*word)) {
            complain(format!("{found} is unfinished work"));
        }
        for found in NOTES.iter().filter(|note| has_word(line, note)) {
            if !shortcomings.contains(name) {
                complain(format!("{found}, but SHORTCOMINGS.md does not name this file"));
            }
        }
        if is_test(name) || line.trim_start().starts_with("//") {
            continue;
        }
        let Some(of) = crate_of(name) else { continue };
        if PURE.contains(&of) {
            for found in IMPURE.iter().filter(|word| line.contains(*word)) {
                complain(format!("{of} only computes, and does not name {found}"));
            }
        }
        if of != "terp-testserver" && of != "terp-cli" && !of.ends_with("-cli") {
            for found in SECRET.iter().filter(|word| line.contains(*word)) {
                complain(format!("a library does not use {found}: its caller decides"));
            }
        }
    }
    complaints
}

/// What is no fault yet.
pub(super) fn warning(name: &str, text: &str) -> Option<String> {
    let length = text.lines().count();
    (length > LONG && length <= TOO_LONG && !is_test(name))
        .then(|| format!("{length} lines, more than {LONG}"))
}

/// The complaint about a member's manifest.
pub(super) fn manifest(text: &str) -> Option<String> {
    let parsed = match text.parse::<toml::Table>() {
        Ok(parsed) => parsed,
        Err(error) => return Some(format!(": {error}")),
    };
    let inherited =
        parsed.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
    (inherited != Some(true)).then(|| ": does not say `[lints] workspace = true`".to_owned())
}

/// The library that a file belongs to; nothing for xtask.
fn crate_of(name: &str) -> Option<&str> {
    name.strip_prefix("crates/")?.split('/').next()
}

fn is_test(name: &str) -> bool {
    name.contains("/tests/") || name.ends_with("/tests.rs") || name.ends_with("_tests.rs")
}

fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let after = &line[at + word.len()..];
        !line[..at].ends_with(is_part) && !after.starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: &str = "crates/terp-sql/src/lib.rs";

    #[test]
    fn long_files_are_warned_of_then_refused() {
        let lines = |count: usize| "x\n".repeat(count);
        assert_eq!((source(LIBRARY, &lines(600), "").len(), warning(LIBRARY, &lines(600))), (0, None));
        assert!(warning(LIBRARY, &lines(601)).is_some() && source(LIBRARY, &lines(800), "").is_empty());
        assert_eq!(source(LIBRARY, &lines(801), ""), [": 801 lines, more than 800: cut it into modules"]);
        for test in ["crates/a/tests/x.rs", "crates/a/src/tests.rs", "crates/a/src/b_tests.rs"] {
            assert!(source(test, &lines(2000), "").is_empty() && warning(test, &lines(700)).is_none());
        }
    }

    #[test]
    fn unfinished_work_is_refused_everywhere() {
        for word in UNFINISHED {
            let text = format!("fn f() {{\n    {word})\n}}\n");
            assert!(source("crates/a/tests/x.rs", &text, "")[0].starts_with(":2: "), "{word}");
        }
        assert!(source(LIBRARY, "fn todos() {}", "").is_empty());
    }

    #[test]
    fn notes_need_a_shortcoming() {
        for note in NOTES {
            let text = format!("// {note}: more\n");
            assert_eq!(source(LIBRARY, &text, "nothing").len(), 1);
            assert!(source(LIBRARY, &text, &format!("- see {LIBRARY}")).is_empty());
            assert!(source(LIBRARY, &format!("const {note}S: u8 = 1;\n"), "").is_empty());
        }
    }

    #[test]
    fn libraries_leave_the_process_alone() {
        assert_eq!(source(LIBRARY, "let x = std::env::var(\"X\");", "").len(), 1);
        assert_eq!(source("crates/terp-mysql/src/a.rs", "std::process::exit(1)", "").len(), 1);
        assert_eq!(source(LIBRARY, "use std::time::SystemTime;", "").len(), 1);
        for (name, text) in [
            ("crates/terp-mysql/src/a.rs", "use std::time::SystemTime;"),
            ("crates/terp-drift-cli/src/main.rs", "std::process::exit(1)"),
            ("xtask/src/main.rs", "env::var(\"CI\")"),
            (LIBRARY, "// SystemTime is not used"),
            ("crates/terp-sql/tests/live.rs", "env::var(\"CI\")"),
        ] {
            assert_eq!(source(name, text, ""), Vec::<String>::new(), "{name}");
        }
    }

    #[test]
    fn manifests_inherit_the_lints() {
        assert_eq!(manifest("[lints]\nworkspace = true\n"), None);
        for text in ["", "[lints]\nworkspace = false\n", "[lints.rust]\nunsafe_code = \"allow\"\n", "["] {
            assert!(manifest(text).is_some(), "{text}");
        }
    }
}
