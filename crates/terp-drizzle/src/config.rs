//! The one setting of a `drizzle.config` that says where the migrations are.
//!
//! The file is a program, and real ones fail when an environment variable is missing. So its text is searched for
//! `out: "..."`, outside comments and strings; anything else than a plain string there is an error, not a guess.

/// Why the text doesn't say where the migrations are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigFault {
    pub(crate) offset: usize,
    pub(crate) message: String,
}

/// The folder that `out` names; None when there is no `out`, which means drizzle-kit's own choice, `drizzle`.
pub(crate) fn find_out(text: &str) -> Result<Option<String>, ConfigFault> {
    let tokens = tokens(text);
    let mut found: Option<&str> = None;
    for (i, token) in tokens.iter().enumerate() {
        let is_name = matches!(token.kind, Kind::Word("out") | Kind::String("out"));
        let before = i.checked_sub(1).and_then(|i| tokens.get(i)).map(|t| t.kind);
        if !is_name || !matches!(before, Some(Kind::Sign('{' | ','))) {
            continue;
        }
        let after = |n: usize| tokens.get(i + n).map(|t| t.kind);
        let value = match (after(1), after(2), after(3)) {
            (Some(Kind::Sign(':')), Some(Kind::String(value)), Some(Kind::Sign(',' | '}'))) => value,
            (Some(Kind::Sign(':' | ',' | '}')), ..) => {
                let message = "`out` is not a plain string, and terp reads this file without running it: \
                               name the migration folder itself";
                return Err(ConfigFault { offset: token.offset, message: message.to_owned() });
            }
            _ => continue,
        };
        if found.is_some_and(|earlier| earlier != value) {
            let message = "there is more than one `out`: name the migration folder itself";
            return Err(ConfigFault { offset: token.offset, message: message.to_owned() });
        }
        found = Some(value);
    }
    Ok(found.map(str::to_owned))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind<'a> {
    Word(&'a str),
    /// A string without escapes and insertions, by its content.
    String(&'a str),
    /// A string that has them, or that isn't closed.
    OtherString,
    Sign(char),
}

struct Token<'a> {
    kind: Kind<'a>,
    offset: usize,
}

/// JavaScript cut up as far as the search needs it.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else { break };
        let (len, kind) = if first.is_whitespace() || first == '\u{FEFF}' {
            (first.len_utf8(), None)
        } else if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), None)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |end| end + 2), None)
        } else if matches!(first, '"' | '\'' | '`') {
            let (len, kind) = string(rest, first);
            (len, Some(kind))
        } else if is_word(first) {
            let len = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            (len, rest.get(..len).map(Kind::Word))
        } else {
            (first.len_utf8(), Some(Kind::Sign(first)))
        };
        tokens.extend(kind.map(|kind| Token { kind, offset: at }));
        at += len;
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn string(rest: &str, quote: char) -> (usize, Kind<'_>) {
    let mut plain = true;
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => (plain, escaped) = (false, true),
            '$' if quote == '`' => plain = false,
            '\n' if quote != '`' => return (at, Kind::OtherString),
            _ if c == quote => {
                let content = rest.get(1..at).filter(|_| plain);
                return (at + 1, content.map_or(Kind::OtherString, Kind::String));
            }
            _ => {}
        }
    }
    (rest.len(), Kind::OtherString)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_is_found() {
        let cases = [
            ("export default defineConfig({ dialect: 'mysql', out: './x', })", Some("./x")),
            ("{ \"dialect\": \"mysql\", \"out\": \"db/y\" }", Some("db/y")),
            ("export default {\n  out: `z` // out: 'no'\n}", Some("z")),
            ("export default { schema: 's', /* out: 'no', */ dbCredentials: { url: 'a?out:1' } }", None),
            ("const layout = { outer: 'no' }; const a = b ? out : 'c'; x.out", None),
            ("{ out: 'a' }, { out: 'a' }", Some("a")),
            ("", None),
        ];
        for (text, out) in cases {
            assert_eq!(find_out(text), Ok(out.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn what_needs_running_is_an_error() {
        for text in [
            "{ out: process.env.OUT }",
            "{ out: join('a', 'b') }",
            "{ out: 'a' + b }",
            "{ out: `${x}/y` }",
            "{ out: 'a\\x62' }",
            "{ dialect, out }",
            "{ out: 'a' }, { out: 'b' }",
        ] {
            assert!(find_out(text).is_err(), "{text}");
        }
    }
}
