//! Fingerprints: what a table, a view or a whole database is, in 64 hexadecimal digits.
//!
//! They are made of the form that is compared ([`terp_drift::normalise`]), so what servers treat as the same has the same one, and
//! the AUTO_INCREMENT counter, which moves with the data, has no part in them. Neither have the definers and creation contexts of
//! programs, nor the time at which an event starts.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use terp_drift::{DiffOptions, ObjectKind, normalise};
use terp_schema_model::{Flavor, RoutineKind, Schema, Table};

/// What something is, in 64 hexadecimal digits (SHA-256).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of a text, byte for byte.
    pub fn of_text(text: &str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Takes back what was written down before.
    ///
    /// # Errors
    /// The text, where it is not 64 hexadecimal digits in lower case.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 64 && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(text.to_owned())
        }
    }

    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which object of a database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its name; empty for the database itself.
    pub name: String,
}

impl ObjectKey {
    /// An object by kind and name.
    pub fn new(kind: ObjectKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    /// A table.
    pub fn table(name: impl Into<String>) -> Self {
        Self::new(ObjectKind::Table, name)
    }

    /// The order in which triggers fire: a trigger without a name.
    pub fn trigger_order() -> Self {
        Self::new(ObjectKind::Trigger, "")
    }

    /// The database's own defaults.
    pub fn schema() -> Self {
        Self::new(ObjectKind::Schema, "")
    }
}

/// The kinds that have a fingerprint of their own.
const KINDS: [ObjectKind; 7] = [
    ObjectKind::Schema,
    ObjectKind::Table,
    ObjectKind::View,
    ObjectKind::Trigger,
    ObjectKind::Procedure,
    ObjectKind::Function,
    ObjectKind::Event,
];

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.as_str(), self.name)
    }
}

impl Serialize for ObjectKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}:{}", self.kind.as_str(), self.name))
    }
}

impl<'de> Deserialize<'de> for ObjectKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let text = String::deserialize(deserializer)?;
        let (kind, name) = text.split_once(':').ok_or_else(|| D::Error::custom("an object is KIND:NAME"))?;
        let known = KINDS.iter().find(|known| known.as_str() == kind);
        let kind = *known.ok_or_else(|| D::Error::custom(format!("unknown kind of object {kind:?}")))?;
        Ok(Self::new(kind, name))
    }
}

/// The fingerprint of each object of a database.
pub type Fingerprints = BTreeMap<ObjectKey, Fingerprint>;

/// The fingerprint of each object of a database.
pub fn fingerprints(schema: &Schema, flavor: Flavor) -> Fingerprints {
    let schema = normalise(schema, flavor, &options());
    let mut out = Fingerprints::new();
    out.insert(ObjectKey::schema(), of(&schema.character_set));
    for table in &schema.tables {
        out.insert(ObjectKey::table(&table.name), of(table));
    }
    for view in &schema.views {
        out.insert(ObjectKey::new(ObjectKind::View, &view.name), of(view));
    }
    for trigger in &schema.triggers {
        out.insert(ObjectKey::new(ObjectKind::Trigger, &trigger.name), of(trigger));
    }
    if let Some(order) = trigger_order(&schema) {
        out.insert(ObjectKey::trigger_order(), order);
    }
    for routine in &schema.routines {
        let kind = match routine.kind {
            RoutineKind::Procedure => ObjectKind::Procedure,
            RoutineKind::Function => ObjectKind::Function,
        };
        out.insert(ObjectKey::new(kind, &routine.name), of(routine));
    }
    for event in &schema.events {
        let mut event = event.clone();
        // A server fills in the time of creation.
        if let Some(at) = event.schedule.find("STARTS") {
            let ends =
                event.schedule.find("ENDS").map_or(String::new(), |ends| event.schedule.split_off(ends));
            event.schedule.truncate(at);
            event.schedule = format!("{}{ends}", event.schedule);
        }
        event.time_zone.clear();
        out.insert(ObjectKey::new(ObjectKind::Event, &event.name), of(&event));
    }
    out
}

/// Who made a program, and in what session, is no part: another account may take a change back.
fn options() -> DiffOptions {
    DiffOptions { ignore_definers: true, ..DiffOptions::default() }
}

/// The order in which triggers of one table, time and event fire, where there is more than one.
fn trigger_order(schema: &Schema) -> Option<Fingerprint> {
    let mut groups: BTreeMap<[&str; 3], Vec<&str>> = BTreeMap::new();
    for trigger in &schema.triggers {
        groups.entry([&trigger.table, &trigger.timing, &trigger.event]).or_default().push(&trigger.name);
    }
    groups.retain(|_, names| names.len() > 1);
    (!groups.is_empty()).then(|| of(&groups.into_iter().collect::<Vec<_>>()))
}

/// The fingerprint of one table of a database of that name.
pub fn table_fingerprint(table: &Table, schema: Option<&str>, flavor: Flavor) -> Fingerprint {
    let mut alone = Schema::new(table.character_set.clone());
    alone.name = schema.map(str::to_owned);
    alone.tables.push(table.clone());
    let normal = normalise(&alone, flavor, &options());
    normal.tables.first().map_or_else(|| Fingerprint::of_text(""), of)
}

/// One fingerprint of all of them.
pub fn fingerprint_of_all(parts: &Fingerprints) -> Fingerprint {
    let mut text = String::new();
    for (key, print) in parts {
        text.push_str(&format!("{}:{}={print}\n", key.kind.as_str(), key.name));
    }
    Fingerprint::of_text(&text)
}

fn of(value: &impl Serialize) -> Fingerprint {
    // A value of the model always has a JSON form: its maps have text keys and it has no state that could fail.
    let text = serde_json::to_string(value).unwrap_or_default();
    Fingerprint::of_text(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_and_read_again() {
        let key = ObjectKey::new(ObjectKind::Trigger, "a:b");
        let text = serde_json::to_string(&key).unwrap();
        assert_eq!(text, "\"trigger:a:b\"");
        assert_eq!(serde_json::from_str::<ObjectKey>(&text).unwrap(), key);
        assert!(serde_json::from_str::<ObjectKey>("\"index:a\"").is_err());
        let print = Fingerprint::of_text("");
        assert_eq!(Fingerprint::parse(print.as_str()), Ok(print));
        assert!(Fingerprint::parse("E3").is_err());
    }

    #[test]
    fn the_counter_has_no_part_and_the_type_has() {
        let flavor = Flavor::MYSQL_9_7;
        let mut schema = Schema::new(flavor.default_character_set());
        schema.tables.push(Table::new("t", schema.character_set.clone()));
        let first = fingerprints(&schema, flavor);
        schema.tables[0].options.auto_increment = Some(77);
        assert_eq!(fingerprints(&schema, flavor), first);
        assert_eq!(table_fingerprint(&schema.tables[0], None, flavor), first[&ObjectKey::table("t")]);
        schema.tables[0].comment = "c".to_owned();
        assert_ne!(fingerprint_of_all(&fingerprints(&schema, flavor)), fingerprint_of_all(&first));
    }
}
