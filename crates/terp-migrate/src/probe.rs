//! What became of a step: the objects that it changes, as they are now.

use terp_drift::ObjectKind;
use terp_mysql::{Connection, Single, SingleReader};
use terp_plan::{Fingerprint, ObjectKey, Step, fingerprints};
use terp_schema_model::Schema;

use crate::database::kind_to_read;
use crate::error::{MigrateError, What};

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything is as it leaves it.
    Done,
    /// Everything is as it was before.
    NotDone,
    /// An object is neither.
    Neither(ObjectKey),
}

/// Looks at the objects that a step changes.
pub(crate) async fn step(
    connection: &mut Connection,
    reader: &SingleReader,
    step: &Step,
) -> Result<Outcome, MigrateError> {
    let (mut done, mut not_done) = (true, true);
    for (key, [before, after]) in &step.effect {
        // The order of triggers is seen when the whole database is read.
        if *key == ObjectKey::trigger_order() {
            continue;
        }
        let now = object(connection, reader, key).await?;
        let (is_before, is_after) = match &now {
            Seen::Print(now) => (now.as_ref() == before.as_ref(), now.as_ref() == after.as_ref()),
            Seen::Unknown => (false, false),
        };
        if !is_before && !is_after {
            return Ok(Outcome::Neither(key.clone()));
        }
        done &= is_after;
        not_done &= is_before;
    }
    Ok(match (done, not_done) {
        (true, _) => Outcome::Done,
        (_, true) => Outcome::NotDone,
        // Part of it is done, which no single statement leaves behind.
        _ => step.effect.keys().next().map_or(Outcome::NotDone, |key| Outcome::Neither(key.clone())),
    })
}

enum Seen {
    Print(Option<Fingerprint>),
    Unknown,
}

async fn object(
    connection: &mut Connection,
    reader: &SingleReader,
    key: &ObjectKey,
) -> Result<Seen, MigrateError> {
    let what = "read what a step changed";
    if key.kind == ObjectKind::Schema {
        let set = reader.character_set(connection).await.what(what)?;
        let prints = fingerprints(&Schema::new(set), reader.flavor());
        return Ok(Seen::Print(prints.get(key).cloned()));
    }
    let Some(kind) = kind_to_read(key.kind) else { return Ok(Seen::Unknown) };
    Ok(match reader.read(connection, kind, &key.name).await.what(what)? {
        Single::Absent => Seen::Print(None),
        Single::Known(schema) => Seen::Print(fingerprints(&schema, reader.flavor()).get(key).cloned()),
        Single::Unknown(_) => Seen::Unknown,
    })
}
