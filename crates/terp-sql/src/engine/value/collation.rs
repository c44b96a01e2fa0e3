//! Character sets and collations of values, and what several of them together have.

use terp_schema_model::{CharacterSet, Flavor};

use super::{Outcome, unknown};
use crate::Span;

/// How firmly a value has its collation, the firmest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum Strength {
    /// COLLATE was written.
    Written,
    Column,
    /// `USER()` and the like.
    System,
    Literal,
    /// A number as text.
    Number,
    Null,
}

/// The text of a value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) struct Text {
    pub(super) set: CharacterSet,
    pub(super) strength: Strength,
    /// Whether all its characters are ASCII, for certain.
    pub(super) ascii: bool,
}

impl Text {
    pub(super) const fn new(set: CharacterSet, strength: Strength, ascii: bool) -> Self {
        Self { set, strength, ascii }
    }

    pub(super) fn binary(strength: Strength) -> Self {
        Self::new(CharacterSet::new("binary", "binary"), strength, false)
    }

    pub(super) fn is_binary(&self) -> bool {
        self.set.charset == "binary"
    }
}

/// Bytes of the longest character.
pub(super) fn width(flavor: Flavor, charset: &str) -> u32 {
    flavor.charset(charset).map_or(4, |info| u32::from(info.max_bytes))
}

fn is_unicode(charset: &str) -> bool {
    matches!(charset, "utf8mb4" | "utf8mb3" | "ucs2" | "utf16" | "utf16le" | "utf32")
}

/// What the texts of an expression have together.
pub(super) fn together<'t>(
    texts: impl IntoIterator<Item = &'t Text>,
    flavor: Flavor,
    span: Span,
) -> Outcome<Option<Text>> {
    let mut all: Option<Text> = None;
    for text in texts {
        all = Some(match all {
            None => text.clone(),
            Some(left) => pair(left, text, flavor, span)?,
        });
    }
    Ok(all)
}

fn pair(left: Text, right: &Text, flavor: Flavor, span: Span) -> Outcome<Text> {
    let ascii = left.ascii && right.ascii;
    if left.set == right.set {
        let strength = left.strength.min(right.strength);
        return Ok(Text { set: left.set, strength, ascii });
    }
    let keep_left = if left.is_binary() {
        left.strength <= right.strength
    } else if right.is_binary() {
        right.strength > left.strength
    } else if left.set.charset == right.set.charset {
        match left.strength.cmp(&right.strength) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Greater => false,
            std::cmp::Ordering::Equal => return unknown("a mix of collations", span),
        }
    } else if flavor.is_mysql()
        && left.strength != right.strength
        && is_unicode(&left.set.charset)
        && is_unicode(&right.set.charset)
    {
        return unknown("a mix of Unicode character sets", span);
    } else if is_superset(&left, right, flavor) {
        true
    } else if is_superset(right, &left, flavor) {
        false
    } else {
        return unknown("a mix of character sets", span);
    };
    let kept = if keep_left { left } else { right.clone() };
    Ok(Text { ascii, ..kept })
}

/// Whether the other text can be converted to this one's character set without loss.
fn is_superset(this: &Text, other: &Text, flavor: Flavor) -> bool {
    let supplementary = |charset: &str| matches!(charset, "utf8mb4" | "utf16" | "utf16le" | "utf32");
    if is_unicode(&this.set.charset) {
        let wider = !is_unicode(&other.set.charset)
            || supplementary(&this.set.charset)
                && !supplementary(&other.set.charset)
                && width(flavor, &this.set.charset) > width(flavor, &other.set.charset);
        if this.strength < other.strength || this.strength == other.strength && wider {
            return true;
        }
    }
    other.ascii && (this.strength < other.strength || this.strength == other.strength && !this.ascii)
}
