//! Names that drizzle-kit makes where the schema gives none.

use std::rc::Rc;

/// Which drizzle-kit makes them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum KitGeneration {
    /// Those before 1.0.
    #[default]
    V0,
    /// Those from 1.0: unique constraints are called after their columns alone, and long names of foreign keys are hashed.
    V1,
}

impl KitGeneration {
    pub(super) fn unique(self, table: &str, columns: &[&str]) -> String {
        match self {
            Self::V0 => format!("{table}_{}_unique", columns.join("_")),
            Self::V1 => format!("{}_unique", columns.join("_")),
        }
    }

    pub(super) fn foreign_key(self, table: &str, columns: &[&str], to: &str, to_columns: &[&str]) -> String {
        let parts = format!("{table}_{}_{to}_{}", columns.join("_"), to_columns.join("_"));
        match self {
            Self::V0 => format!("{parts}_fk"),
            Self::V1 => {
                let name = format!("{parts}_fkey");
                // JavaScript counts UTF-16 units.
                if name.encode_utf16().count() <= 63 {
                    name
                } else if table.encode_utf16().count() < 45 {
                    format!("{table}_{}_fkey", hash(&name))
                } else {
                    format!("{}_fkey", hash(&name))
                }
            }
        }
    }
}

/// drizzle-kit 1.0's own hash: twelve digits to the base 62 (observed on 1.0.0-rc.5).
fn hash(text: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const LENGTH: u32 = 12;
    let combinations = 62_u128.pow(LENGTH);
    let (mut power, mut hash) = (1_u128, 0_u128);
    for c in text.chars() {
        hash = (hash + u128::from(u32::from(c)) * power) % combinations;
        power = power * 53 % combinations;
    }
    let mut digits = Vec::new();
    for _ in 0..LENGTH {
        let digit = usize::try_from(hash % 62).unwrap_or_default();
        digits.push(char::from(DIGITS.get(digit).copied().unwrap_or_default()));
        hash /= 62;
    }
    digits.iter().rev().collect()
}

/// A list of names as slices.
pub(super) fn slices(names: &[Rc<str>]) -> Vec<&str> {
    names.iter().map(|name| &**name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_kit() {
        let (v0, v1) = (KitGeneration::V0, KitGeneration::V1);
        assert_eq!(v0.unique("users", &["a", "b"]), "users_a_b_unique");
        assert_eq!(v1.unique("users", &["a", "b"]), "a_b_unique");
        assert_eq!(v0.foreign_key("posts", &["b"], "users", &["id"]), "posts_b_users_id_fk");
        assert_eq!(v1.foreign_key("posts", &["b"], "users", &["id"]), "posts_b_users_id_fkey");
        // What drizzle-kit 1.0.0-rc.5 wrote.
        assert_eq!(
            v1.foreign_key(
                "purchase_requisition_revisions",
                &["document_id"],
                "purchase_requisition_documents",
                &["id"]
            ),
            EXPECTED_LONG
        );
    }

    const EXPECTED_LONG: &str = "purchase_requisition_revisions_YK50L0WVH48N_fkey";
}
