//! Texts of SHOW CREATE TABLE, compared.

use std::borrow::Cow;
use std::collections::BTreeMap;

use similar::TextDiff;

/// SHOW CREATE TABLE of each table of a database.
pub(crate) type Texts = BTreeMap<String, String>;

/// Whether two texts are the same but for the counter in their options, which rows change too.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left == right || without_counter(left) == without_counter(right)
}

/// As [`same`], where a table may be absent.
pub(crate) fn same_or_absent(left: Option<&str>, right: Option<&str>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => same(left, right),
        (None, None) => true,
        _ => false,
    }
}

/// The text without ` AUTO_INCREMENT=n` in the line of its options.
pub(crate) fn without_counter(text: &str) -> Cow<'_, str> {
    const OPTION: &str = " AUTO_INCREMENT=";
    // No column line begins with a parenthesis, and line breaks in strings are written as \n.
    let Some(line) = text.rfind("\n) ") else { return Cow::Borrowed(text) };
    let options = &text[line..];
    let mut quote = None;
    for (at, c) in options.char_indices() {
        match (quote, c) {
            (None, '\'' | '`' | '"') => quote = Some(c),
            // A doubled quote closes and opens again, which comes to the same.
            (Some(open), _) if open == c => quote = None,
            (None, ' ') if options[at..].starts_with(OPTION) => {
                let digits = at + OPTION.len();
                let length = options[digits..].bytes().take_while(u8::is_ascii_digit).count();
                return Cow::Owned(format!("{}{}", &text[..line + at], &options[digits + length..]));
            }
            _ => {}
        }
    }
    Cow::Borrowed(text)
}

/// The first line that differs, in a few words.
pub(crate) fn first_difference(server: Option<&str>, ours: Option<&str>) -> String {
    let (server, ours) = match (server, ours) {
        (Some(server), Some(ours)) => (without_counter(server), without_counter(ours)),
        (Some(_), None) => return "is not there".to_owned(),
        (None, Some(_)) => return "is still there".to_owned(),
        (None, None) => return "is absent on both sides".to_owned(),
    };
    let (mut left, mut right) = (server.lines(), ours.lines());
    loop {
        match (left.next(), right.next()) {
            (Some(left), Some(right)) if left == right => {}
            (None, None) => return "differs in its line breaks".to_owned(),
            (left, right) => {
                let text = |line: Option<&str>| line.unwrap_or("nothing").trim().to_owned();
                return format!("server: {} | ours: {}", text(left), text(right));
            }
        }
    }
}

/// A unified diff from the server's text to ours.
pub(crate) fn diff(server: &str, ours: &str) -> String {
    let (server, ours) = (without_counter(server), without_counter(ours));
    TextDiff::from_lines(&*server, &*ours)
        .unified_diff()
        .context_radius(100)
        .header("server", "ours")
        .missing_newline_hint(false)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counter_of_the_options_is_set_aside() {
        let text =
            |options: &str| format!("CREATE TABLE `t` (\n  `id` int NOT NULL AUTO_INCREMENT\n) {options}");
        assert!(same(&text("ENGINE=InnoDB AUTO_INCREMENT=12 CHARSET=x"), &text("ENGINE=InnoDB CHARSET=x")));
        assert!(same(&text("ENGINE=InnoDB AUTO_INCREMENT=12"), &text("ENGINE=InnoDB AUTO_INCREMENT=7")));
        assert!(!same(&text("ENGINE=InnoDB AUTO_INCREMENT=12 CHARSET=x"), &text("ENGINE=InnoDB CHARSET=y")));
        let partitioned =
            "CREATE TABLE `t` (\n  `a` int\n) ENGINE=E AUTO_INCREMENT=3\n PARTITION BY HASH (`a`)";
        assert_eq!(
            without_counter(partitioned),
            "CREATE TABLE `t` (\n  `a` int\n) ENGINE=E\n PARTITION BY HASH (`a`)"
        );
    }

    #[test]
    fn counter_in_a_comment_stays() {
        for text in [
            "CREATE TABLE `t` (\n  `a` int\n) ENGINE=E COMMENT='it''s AUTO_INCREMENT=5'",
            "CREATE TABLE `t` (\n  `a` int COMMENT ' AUTO_INCREMENT=5'\n) ENGINE=E",
            "no table",
        ] {
            assert_eq!(without_counter(text), text);
        }
    }

    #[test]
    fn first_difference_names_both_lines() {
        let server = "CREATE TABLE `t` (\n  `a` int\n) ENGINE=E";
        let ours = "CREATE TABLE `t` (\n  `a` bigint\n) ENGINE=E";
        assert_eq!(first_difference(Some(server), Some(ours)), "server: `a` int | ours: `a` bigint");
        assert_eq!(first_difference(Some(server), None), "is not there");
        assert_eq!(first_difference(Some("a\nb"), Some("a")), "server: b | ours: nothing");
    }

    #[test]
    fn diff_marks_lines() {
        assert_eq!(diff("a\nb", "a\nc"), "--- server\n+++ ours\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
    }
}
