//! Patterns of paths, as drizzle-kit takes them for `schema`.

use std::cmp::Ordering;
use std::io;
use std::path::{Path, PathBuf};

/// The files that a pattern means, from a folder, as drizzle-kit 0.31 lists them: what matches in the order of node-glob 8 (by
/// the letters, without regard to case first), the files of a folder that matches by their bytes. Nothing is an empty list.
pub(crate) fn files(folder: &Path, pattern: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for alternative in braces(pattern) {
        let mut matches = Vec::new();
        let parts: Vec<&str> =
            alternative.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let start = if alternative.starts_with('/') { PathBuf::from("/") } else { folder.to_owned() };
        walk(&start, &parts, &mut matches)?;
        found.extend(matches);
    }
    found.sort_by(|left, right| compare(&left.to_string_lossy(), &right.to_string_lossy()));
    found.dedup();
    let mut files = Vec::new();
    for path in found {
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        for name in names(&path)? {
            let path = path.join(name);
            if !path.is_dir() {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// The names in a folder, by their bytes.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        // A name that is no Unicode can't be written in a pattern either.
        names.extend(entry?.file_name().into_string().ok());
    }
    names.sort();
    Ok(names)
}

fn walk(folder: &Path, parts: &[&str], found: &mut Vec<PathBuf>) -> io::Result<()> {
    let Some((part, rest)) = parts.split_first() else {
        found.push(folder.to_owned());
        return Ok(());
    };
    if *part == "**" {
        walk(folder, rest, found)?;
        for name in names(folder)? {
            let path = folder.join(&name);
            // Links are not followed, or a walk might never end.
            let is_folder = std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
            if is_folder && !name.starts_with('.') {
                walk(&path, parts, found)?;
            }
        }
        return Ok(());
    }
    if !part.contains(['*', '?', '[']) {
        let path = folder.join(part);
        if path.exists() {
            walk(&path, rest, found)?;
        }
        return Ok(());
    }
    if !folder.is_dir() {
        return Ok(());
    }
    for name in names(folder)? {
        let hidden = name.starts_with('.') && !part.starts_with('.');
        if !hidden && matches(part, &name) {
            let path = folder.join(&name);
            if rest.is_empty() || path.is_dir() {
                walk(&path, rest, found)?;
            }
        }
    }
    Ok(())
}

/// The patterns that `{a,b}` stands for. Braces that don't close, and those without a comma, are themselves.
fn braces(pattern: &str) -> Vec<String> {
    let Some(open) = pattern.find('{') else { return vec![pattern.to_owned()] };
    let (before, rest) = pattern.split_at_checked(open).unwrap_or((pattern, ""));
    let (mut depth, mut start) = (0_usize, 1);
    let mut choices = Vec::new();
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => {
                choices.push(rest.get(start..at).unwrap_or_default());
                let after = rest.get(at + 1..).unwrap_or_default();
                if choices.len() == 1 {
                    let inner = choices.first().copied().unwrap_or_default();
                    return braces(after)
                        .into_iter()
                        .map(|after| format!("{before}{{{inner}}}{after}"))
                        .collect();
                }
                let joined = |choice: &&str| braces(&format!("{before}{choice}{after}"));
                return choices.iter().flat_map(joined).collect();
            }
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => {
                choices.push(rest.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    vec![pattern.to_owned()]
}

/// Whether a name matches one part of a pattern: `*`, `?` and `[...]`.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut next) = (0, 0);
    // Where the last `*` is, and how much of the name it took.
    let mut star: Option<(usize, usize)> = None;
    loop {
        if at == pattern.len() && next == name.len() {
            return true;
        }
        let step = match (pattern.get(at), name.get(next)) {
            (Some('*'), _) => {
                star = Some((at, next));
                at += 1;
                continue;
            }
            (Some('?'), Some(_)) => Some(1),
            (Some('['), Some(c)) => class(pattern.get(at..).unwrap_or_default(), *c),
            (Some(wanted), Some(c)) if wanted == c => Some(1),
            _ => None,
        };
        match (step, star) {
            (Some(length), _) => {
                at += length;
                next += 1;
            }
            (None, Some((from, taken))) if taken < name.len() => {
                star = Some((from, taken + 1));
                at = from + 1;
                next = taken + 1;
            }
            _ => return false,
        }
    }
}

/// The length of a class in a pattern, if a character is in it.
fn class(pattern: &[char], c: char) -> Option<usize> {
    let close = pattern.iter().skip(2).position(|c| *c == ']')? + 2;
    let inside = pattern.get(1..close)?;
    let (negated, inside) = match inside.split_first() {
        Some(('!' | '^', rest)) => (true, rest),
        _ => (false, inside),
    };
    let mut found = false;
    let mut at = 0;
    while let Some(from) = inside.get(at) {
        match (inside.get(at + 1), inside.get(at + 2)) {
            (Some('-'), Some(to)) => {
                found |= (from..=to).contains(&&c);
                at += 3;
            }
            _ => {
                found |= *from == c;
                at += 1;
            }
        }
    }
    (found != negated).then_some(close + 1)
}

/// `localeCompare` in English for ASCII: punctuation before digits before letters, letters without regard to case first, small
/// before capital. Beyond ASCII by code point.
fn compare(left: &str, right: &str) -> Ordering {
    const PUNCTUATION: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
    let primary = |c: char| match c {
        c if c.is_ascii_alphabetic() => (3, u32::from(c.to_ascii_lowercase())),
        c if c.is_ascii_digit() => (2, u32::from(c)),
        c if c.is_ascii_whitespace() => (0, u32::from(c)),
        c => match PUNCTUATION.find(c) {
            Some(at) => (1, u32::try_from(at).unwrap_or(u32::MAX)),
            None => (4, u32::from(c)),
        },
    };
    let case = |c: char| c.is_ascii_uppercase();
    left.chars()
        .map(primary)
        .cmp(right.chars().map(primary))
        .then_with(|| left.chars().map(case).cmp(right.chars().map(case)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match() {
        let cases = [
            ("*.ts", "schema.ts", true),
            ("*.ts", "schema.js", false),
            ("schema*", "schema-rbac.ts", true),
            ("s?hema.ts", "schema.ts", true),
            ("[a-s]chema.ts", "schema.ts", true),
            ("[!s]chema.ts", "schema.ts", false),
            ("*-*.ts", "a-b-c.ts", true),
            ("*", "", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
        ];
        for (pattern, name, wanted) in cases {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn braces_are_alternatives() {
        assert_eq!(braces("a/{b,c{d,e}}.ts"), ["a/b.ts", "a/cd.ts", "a/ce.ts"]);
        assert_eq!(braces("{a}b{c"), ["{a}b{c"]);
        assert_eq!(braces("plain"), ["plain"]);
    }

    #[test]
    fn order_is_that_of_english() {
        // Observed: ["a-b", "a.b", "a/b", "a1", "ab", "Ab", "b"].sort((a, b) => a.localeCompare(b, "en")) in node 20.
        let mut names = ["b", "Ab", "ab", "a1", "a/b", "a.b", "a-b", "a_b"];
        names.sort_by(|left, right| compare(left, right));
        assert_eq!(names, ["a_b", "a-b", "a.b", "a/b", "a1", "ab", "Ab", "b"]);
    }
}
