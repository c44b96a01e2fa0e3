//! Names of columns that are made from the keys of a table's object.

/// How drizzle-kit writes such names; `casing` of its configuration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Casing {
    /// `orderedAt` becomes `ordered_at`.
    Snake,
    /// `ordered_at` becomes `orderedAt`.
    Camel,
}

impl Casing {
    /// The casing that a configuration's `casing` names.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "snake_case" => Some(Self::Snake),
            "camelCase" => Some(Self::Camel),
            _ => None,
        }
    }

    /// The name that a key becomes. Characters that are no ASCII letters and digits only part words, as in drizzle-orm 0.45.
    pub fn apply(self, key: &str) -> String {
        let words = words(key);
        match self {
            Self::Snake => words.iter().map(|word| word.to_ascii_lowercase()).collect::<Vec<_>>().join("_"),
            Self::Camel => {
                let mut out = String::new();
                for (number, word) in words.iter().enumerate() {
                    if number == 0 {
                        out.push_str(&word.to_ascii_lowercase());
                    } else {
                        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
                        out.push_str(&first.to_ascii_uppercase());
                        out.push_str(rest);
                    }
                }
                out
            }
        }
    }
}

/// The matches of `/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g`, apostrophes being dropped first.
fn words(key: &str) -> Vec<String> {
    let chars: Vec<char> = key.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')).collect();
    let lower = |at: usize| chars.get(at).is_some_and(|c| c.is_ascii_digit() || c.is_ascii_lowercase());
    let upper = |at: usize| chars.get(at).is_some_and(char::is_ascii_uppercase);
    let mut words = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        if lower(at) {
            while lower(at) {
                at += 1;
            }
        } else if upper(at) {
            while upper(at) {
                at += 1;
            }
            // A capital before small letters begins the next word.
            if chars.get(at).is_some_and(char::is_ascii_lowercase) {
                at -= 1;
            }
            if at == start {
                at += 1;
                while lower(at) {
                    at += 1;
                }
                // A capital alone is no word of the third kind.
                if at == start + 1 {
                    continue;
                }
            }
        } else {
            at += 1;
            continue;
        }
        words.push(chars.get(start..at).unwrap_or_default().iter().collect());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_as_drizzle_makes_them() {
        // Observed on drizzle-orm 0.45.4 (drizzle-orm/casing).
        let cases = [
            ("orderedAt", "ordered_at", "orderedAt"),
            ("ordered_at", "ordered_at", "orderedAt"),
            ("userID", "user_id", "userID"),
            ("HTTPServerName", "http_server_name", "httpServerName"),
            ("address2Line", "address2_line", "address2Line"),
            ("a", "a", "a"),
            ("A", "a", "a"),
            ("aB", "a_b", "aB"),
            ("x-y z", "x_y_z", "xYZ"),
            ("it's", "its", "its"),
            ("größe", "gr_e", "grE"),
        ];
        for (key, snake, camel) in cases {
            assert_eq!(
                (Casing::Snake.apply(key).as_str(), Casing::Camel.apply(key).as_str()),
                (snake, camel),
                "{key}"
            );
        }
    }
}
