//! What becomes of a column's values when its type changes.

use terp_schema_model::{Column, ColumnType, Flavor, IntegerSize, LobSize, Table};

/// What becomes of the values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// The type is the same.
    Same,
    /// Every value has its place in the new type, unchanged.
    Widens,
    /// Every value has its place in the new type in another form, and comes back from it as it was.
    Reshapes,
    /// There can be values without a place in the new type: which ones. In a strict session the server refuses the change then.
    Refuses(&'static str),
    /// There can be values that become others in silence: which ones, and the condition under which there are, `@` being the column. Without
    /// one, any value can.
    Loses(&'static str, Option<String>),
}

use Conversion::{Loses, Refuses, Reshapes, Same, Widens};

/// What becomes of a column's values, each with its table, whose character set it may take.
pub(crate) fn conversion(before: (&Column, &Table), after: (&Column, &Table), flavor: Flavor) -> Conversion {
    let (old, new) = (&before.0.ty, &after.0.ty);
    let by_type = by_type(old, new, flavor);
    let by_set = by_character_set(before, after);
    match (by_type, by_set) {
        (loses @ Loses(..), _) | (_, loses @ Loses(..)) => loses,
        (refuses @ Refuses(_), _) | (_, refuses @ Refuses(_)) => refuses,
        (Reshapes, _) | (_, Reshapes) => Reshapes,
        (Widens, _) | (_, Widens) => Widens,
        _ => Same,
    }
}

fn charset<'a>((column, table): (&'a Column, &'a Table)) -> &'a str {
    column.character_set.as_ref().map_or(table.character_set.charset.as_str(), |set| set.set.charset.as_str())
}

fn by_character_set(before: (&Column, &Table), after: (&Column, &Table)) -> Conversion {
    if !before.0.ty.has_character_set() || !after.0.ty.has_character_set() {
        return Same;
    }
    let name = |charset: &str| if charset == "utf8" { "utf8mb3".to_owned() } else { charset.to_owned() };
    let (old, new) = (name(charset(before)), name(charset(after)));
    if old == new {
        return Same;
    }
    let unicode = |set: &str| matches!(set, "utf8mb4" | "utf16" | "utf16le" | "utf32");
    match (old.as_str(), new.as_str()) {
        (_, "binary") | ("binary", _) => Loses("what the bytes stand for", None),
        (_, new) if unicode(new) => Reshapes,
        ("ascii" | "latin1", "utf8mb3" | "ucs2") => Reshapes,
        ("ascii", _) => Reshapes,
        _ => Refuses("characters that the new character set does not have"),
    }
}

fn by_type(old: &ColumnType, new: &ColumnType, flavor: Flavor) -> Conversion {
    use ColumnType as T;
    if old == new {
        return Same;
    }
    match (old, new) {
        (
            T::Integer { size: a, unsigned: ua, zerofill: za, .. },
            T::Integer { size: b, unsigned: ub, zerofill: zb, .. },
        ) => match (bytes(*a), bytes(*b)) {
            (x, y) if x == y && ua == ub => {
                if za == zb {
                    Same
                } else {
                    Reshapes
                }
            }
            (x, y) if y > x && (!ub || *ua) => Widens,
            (x, y) if y == x && !ua && *ub => Refuses("negative numbers"),
            (x, y) if y > x => {
                if *ua {
                    Widens
                } else {
                    Refuses("negative numbers")
                }
            }
            _ => Refuses("numbers beyond the new type's range"),
        },
        (
            T::Decimal { precision: p, scale: s, unsigned: ua, .. },
            T::Decimal { precision: q, scale: t, unsigned: ub, .. },
        ) => {
            if t < s {
                Loses("digits after the point, which are rounded", Some(format!("@ <> ROUND(@, {t})")))
            } else if q.saturating_sub(*t) < p.saturating_sub(*s) {
                Refuses("numbers beyond the new type's range")
            } else if *ub && !ua {
                Refuses("negative numbers")
            } else {
                Widens
            }
        }
        (
            T::Float { double: false, digits: None, unsigned: a, .. },
            T::Float { double: true, digits: None, unsigned: b, .. },
        ) if a == b || !b => Reshapes,
        (T::Bit { width: a }, T::Bit { width: b }) => {
            if b >= a {
                Widens
            } else {
                Refuses("bits beyond the new width")
            }
        }
        (T::Varchar { length: a }, T::Varchar { length: b })
        | (T::Varbinary { length: a }, T::Varbinary { length: b })
        | (T::Char { length: a }, T::Char { length: b }) => {
            if b >= a {
                Widens
            } else {
                shortened(*b)
            }
        }
        // CHAR never gives back blanks at its end; a VARCHAR would keep those that are written later.
        (T::Char { length: a }, T::Varchar { length: b }) => {
            if b >= a {
                Reshapes
            } else {
                shortened(*b)
            }
        }
        (T::Varchar { .. }, T::Char { length }) => {
            let condition = format!("CHAR_LENGTH(@) > {length} OR @ LIKE '% '");
            Loses("blanks at the end of texts, and texts longer than the new length", Some(condition))
        }
        (T::Binary { .. }, T::Binary { .. }) => {
            Loses("the length of values, which are cut or filled with zero bytes", None)
        }
        (T::Varchar { length }, T::Text { size }) => {
            // At most four bytes a character.
            if u64::from(*length) * 4 <= lob_bytes(*size) { Reshapes } else { cut(lob_bytes(*size)) }
        }
        (T::Varbinary { length }, T::Blob { size }) | (T::Binary { length }, T::Blob { size }) => {
            if u64::from(*length) <= lob_bytes(*size) { Reshapes } else { cut(lob_bytes(*size)) }
        }
        (T::Text { size: a }, T::Text { size: b }) | (T::Blob { size: a }, T::Blob { size: b }) => {
            if lob_bytes(*b) >= lob_bytes(*a) {
                Widens
            } else {
                cut(lob_bytes(*b))
            }
        }
        (T::Text { .. }, T::Varchar { length }) => shortened(*length),
        (T::Blob { .. }, T::Varbinary { length }) => cut(u64::from(*length)),
        (T::Enum { values: a }, T::Enum { values: b }) | (T::Set { values: a }, T::Set { values: b }) => {
            if b.starts_with(a) {
                Widens
            } else if a.iter().all(|value| b.contains(value)) {
                Reshapes
            } else {
                Refuses("values that are no longer listed")
            }
        }
        (T::Enum { values }, T::Varchar { length }) => {
            let fits = values.iter().all(|value| value.chars().count() <= *length as usize);
            if fits { Reshapes } else { shortened(*length) }
        }
        (T::Date, T::DateTime { .. }) => Reshapes,
        (T::Time { fsp: a }, T::Time { fsp: b })
        | (T::DateTime { fsp: a }, T::DateTime { fsp: b })
        | (T::Timestamp { fsp: a }, T::Timestamp { fsp: b }) => {
            if b >= a {
                Widens
            } else {
                let unit = 10_u32.pow(6_u32.saturating_sub(u32::from(*b)));
                Loses(
                    "fractions of seconds, which are rounded",
                    Some(format!("MICROSECOND(@) % {unit} <> 0")),
                )
            }
        }
        (T::Timestamp { .. }, T::DateTime { .. }) | (T::DateTime { .. }, T::Timestamp { .. }) => {
            Loses("the moment that is meant, which depends on the session's time zone", None)
        }
        // On MariaDB the two are one type with a check.
        (T::Json, T::Text { size: LobSize::Long }) | (T::Text { size: LobSize::Long }, T::Json)
            if flavor.is_mariadb() =>
        {
            Reshapes
        }
        (T::Inet4, T::Inet6) => Reshapes,
        _ => Loses("what the new type can't hold as it is", None),
    }
}

/// Blanks at the end are cut in silence, also in a strict session; anything else is refused.
fn shortened(length: u32) -> Conversion {
    Loses("texts longer than the new length", Some(format!("CHAR_LENGTH(@) > {length}")))
}

fn cut(bytes: u64) -> Conversion {
    Loses("values longer than the new type's", Some(format!("LENGTH(@) > {bytes}")))
}

const fn bytes(size: IntegerSize) -> u8 {
    match size {
        IntegerSize::TinyInt => 1,
        IntegerSize::SmallInt => 2,
        IntegerSize::MediumInt => 3,
        IntegerSize::Int => 4,
        IntegerSize::BigInt => 8,
    }
}

const fn lob_bytes(size: LobSize) -> u64 {
    match size {
        LobSize::Tiny => 255,
        LobSize::Regular => 65_535,
        LobSize::Medium => 16_777_215,
        LobSize::Long => 4_294_967_295,
    }
}
